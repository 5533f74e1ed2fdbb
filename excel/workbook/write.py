"""A book as an .xlsx file, by xlsxwriter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from excel.workbook.description import Computed
from excel.workbook.routes import stored
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from excel.workbook.description import Book, Cell, Chart, Page, Rule, Style
    from excel.workbook.routes import Route

INK: Final = "#1F2A37"
PALE: Final = "#F3F5F8"
HEAD: Final = "#2F5D8C"
FONT: Final = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}
INPUT: Final = {"bg_color": "#FFF9DB", "font_color": "#1F4FBF", "border": 1, "border_color": "#E3D9A6", "locked": False}
STRONG: Final = {"bold": True}
STYLES: Final[Mapping[Style, dict[str, Any]]] = {
    "title": {"font_size": 18, "bold": True, "font_color": HEAD},
    "subtitle": {"font_color": "#5B6673", "italic": True},
    "section": {"bold": True, "font_size": 11, "font_color": HEAD},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "text_wrap": True, "align": "center"},
    "label": {},
    "note": {"font_color": "#5B6673"},
    "link": {"font_color": "#1F4FBF", "underline": 1},
    "check": {"font_color": "#B42318", "bold": True, "font_size": 9},
    "total label": {"bold": True},
    "text": {"align": "left"},
    "whole": {"num_format": "#,##0", "align": "right"},
    "usd": {"num_format": "$#,##0;[Red]-$#,##0", "align": "right"},
    "usd cents": {"num_format": "$#,##0.00;[Red]-$#,##0.00", "align": "right"},
    "usd small": {"num_format": "$#,##0.00##", "align": "right"},
    "usd fine": {"num_format": "$0.000000", "align": "right"},
    "share": {"num_format": "0.0%;[Red]-0.0%", "align": "right"},
    "factor": {"num_format": '0.00"\u00d7"'},
    "seconds": {"num_format": "0.000"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "plain": {},
}
COLOURS: Final = (HEAD, "#C8702A", "#3C8C6E", "#8FB0D0")
CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""In the file's properties: the same book is the same file."""


def xlsx(book: Book, route: Route, values: Mapping[tuple[str, str], object]) -> bytes:
    """The file; `values` are the formulas' results by page and cell, shown where nothing recalculates.

    Raises:
        InvalidInput: xlsxwriter is missing.
    """
    library = writer()
    out = BytesIO()
    with library.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as file:
        file.set_properties({"title": "Unit economics", "author": "Tokenplan", "created": CREATED})
        file.set_calc_mode("auto")
        styles = _Styles(file)
        for page in book.pages:
            _write(file.add_worksheet(page.name), page, route, styles, values)
            for name, cells in page.names.items():
                file.define_name(name, f"={cells}")
        for page in book.pages:
            sheet = file.get_worksheet_by_name(page.name)
            for chart in page.charts:
                sheet.insert_chart(chart.at, _chart(file, chart), {"object_position": 2})
    return out.getvalue()


def writer() -> ModuleType:
    """The library that writes the file.

    Raises:
        InvalidInput: it is not installed.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InvalidInput("a workbook needs XlsxWriter: pip install 'tokenplan[excel]'") from error
    return xlsxwriter  # type: ignore[no-any-return]  # a module


class _Styles:
    """The formats of one file, each made once."""

    def __init__(self, file: Workbook) -> None:
        self._file = file
        self._made: dict[tuple[Style, bool, bool], Format] = {}

    def __call__(self, style: Style, *, given: bool = False, strong: bool = False) -> Format:
        key = (style, given, strong)
        if key not in self._made:
            looks = FONT | STYLES[style] | (INPUT if given else {}) | (STRONG if strong else {})
            self._made[key] = self._file.add_format(looks)
        return self._made[key]


def _write(
    sheet: Worksheet, page: Page, route: Route, styles: _Styles, values: Mapping[tuple[str, str], object]
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_default_row(16)
    for column, width in enumerate(page.widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 28)
    sheet.write_string("B1", page.title, styles("title"))
    sheet.write_string("B2", page.about, styles("subtitle"))
    for at, cell in page.cells.items():
        _put(sheet, at, cell, route, styles, values.get((page.name, at), ""))
        if cell.style == "head" and len(str(cell.content)) > WRAPS:
            sheet.set_row(int(at[1:]) - 1, 30)
    sheet.freeze_panes(page.head_row if page.frozen_columns else 3, page.frozen_columns)
    for shade in page.shades:
        sheet.conditional_format(shade.cells, _scale(shade.middle))
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_portrait() if page.portrait else sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.set_footer("&L&9&A&R&9&P / &N")
    sheet.set_tab_color("#E5C04B" if any(each.rule for each in page.cells.values()) else HEAD)


WRAPS: Final = 14
"""Characters of a head from which its row is two lines high."""


def _put(sheet: Worksheet, at: str, cell: Cell, route: Route, styles: _Styles, value: object) -> None:
    look = styles(cell.style, given=cell.rule is not None, strong=cell.strong)
    content = cell.content
    if isinstance(content, Computed):
        shown = value.isoformat() if isinstance(value, date) else value
        sheet.write_formula(at, stored(content, route), look, shown)
    elif cell.style == "link":
        sheet.write_url(at, str(content), look, str(content).removeprefix("internal:").partition("!")[0].strip("'"))
    elif isinstance(content, date):
        sheet.write_datetime(at, datetime(content.year, content.month, content.day), look)  # noqa: DTZ001 - sheets know no zones
    elif isinstance(content, str):
        sheet.write_string(at, content, look) if content else sheet.write_blank(at, None, look)
    else:
        sheet.write_number(at, content, look)
    if cell.rule is not None and cell.rule.message:
        _validate(sheet, at, cell.rule)


def _validate(sheet: Worksheet, at: str, rule: Rule) -> None:
    told = {"error_title": "Not possible here", "error_message": rule.message, "ignore_blank": True}
    if rule.among:
        source = f"={rule.among}" if isinstance(rule.among, str) else list(rule.among)
        sheet.data_validation(at, {"validate": "list", "source": source, **told})
    elif rule.most is not None:
        kind = "integer" if rule.whole else "decimal"
        between = {"criteria": "between", "minimum": rule.least, "maximum": rule.most}
        sheet.data_validation(at, {"validate": kind, **between, **told})


def _scale(middle: float) -> dict[str, Any]:
    return {
        "type": "3_color_scale",
        "min_type": "num", "min_value": 0,
        "mid_type": "num", "mid_value": middle,
        "max_type": "num", "max_value": 1,
        "min_color": "#F4B8A8", "mid_color": "#FFF6D6", "max_color": "#A9D6BE",
    }  # fmt: skip


def _chart(file: Workbook, chart: Chart) -> Any:
    """A chart in the house's colours: no frame, quiet grid, a legend only where there is a choice."""
    kinds: dict[str, dict[str, str]] = {
        "stacked": {"type": "column", "subtype": "stacked"},
        "stacked bar": {"type": "bar", "subtype": "stacked"},
    }
    made = file.add_chart(kinds.get(chart.kind, {"type": chart.kind}))
    lines = file.add_chart({"type": "line"}) if any(each.line for each in chart.series) else None
    for at, each in enumerate(chart.series):
        colour = each.colour or COLOURS[at]
        drawn = chart.kind == "line"
        dot = {"type": "diamond", "size": 9, "fill": {"color": colour}, "border": {"color": colour}}
        if each.line:  # over columns: plans do not follow each other
            look: dict[str, Any] = {"line": {"none": True}, "marker": dot}
        else:
            look = {"line": {"color": colour, "width": 2.25}} if drawn else {"fill": {"color": colour}, "gap": 60}
        told = {"name": each.name, "categories": f"={each.categories}", "values": f"={each.values}", **look}
        (lines if each.line and lines else made).add_series(told)
    if lines is not None:
        made.combine(lines)
    words = {"name": "Calibri", "size": 9, "color": "#5B6673"}
    grid = {"visible": True, "line": {"color": "#E4E8ED", "width": 0.75}}
    across = {"num_font": words, "line": {"color": "#9AA5B1"}, "label_position": "low"}
    figures = {"num_format": chart.number, "num_font": words, "major_gridlines": grid, "line": {"none": True}}
    named = {"name": chart.across, "name_font": words | {"bold": False}} if chart.across else {}
    if "bar" in chart.kind:  # xlsxwriter's x is always the horizontal one
        made.set_y_axis(across | {"reverse": True})
        made.set_x_axis(figures | named)
    else:
        made.set_x_axis(across | named)
        made.set_y_axis(figures)
    made.set_title({"name": chart.title, "name_font": {"name": "Calibri", "size": 11, "color": INK}})
    made.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": words})
    made.set_size({"width": chart.size[0], "height": chart.size[1]})
    made.set_chartarea({"border": {"color": "#D9DEE5"}})
    return made
