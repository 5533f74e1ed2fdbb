"""A plan's report as a file: one self-contained HTML page with charts, a workbook, or any of the texts."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Final

from planner.cli.planpages import report_page, report_rows
from planner.cli.render import Rows, Screen, csv_text, draw, markdown
from planner.wire import dumps
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.cli.render import Block, Table
    from planner.plans.report import Report, Spread

_STYLE: Final = """:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.2rem .7rem;border-bottom:1px solid #8884;text-align:left;white-space:pre}
th.right,td.right{text-align:right;font-variant-numeric:tabular-nums}
figure{margin:1.5rem 0;background:#fff;border-radius:.5rem;padding:.5rem}figure svg{width:100%;height:auto}
pre{white-space:pre-wrap}footer{color:#777;margin-top:2rem}"""


def written(report: Report, form: str, path: str | None) -> str:
    """The report in a format: the text itself, or a line that says where it was written.

    Raises:
        InvalidInput: no place to write to, or a library is missing.
    """
    if path is None:
        return _text(report, form)
    body = workbook(report) if form == "xlsx" else _text(report, form).encode()
    try:
        with open(path, "wb") as file:  # noqa: PTH123 - as typed
            file.write(body)
    except OSError as error:
        raise InvalidInput(f"--out {path}: {error.strerror or error}", loc=("out",), value=path) from None
    return f"written: {path}"


def _text(report: Report, form: str) -> str:
    if form == "html":
        return html(report)
    if form == "json":
        return dumps(report, indent=2) + "\n"
    if form == "csv":
        return csv_text(report_rows(report))
    return markdown(report_page(report)) + "\n" if form == "markdown" else draw(report_page(report), Screen())


def html(report: Report) -> str:
    """One page with everything in it: no script, no outside address, light and dark.

    Raises:
        InvalidInput: no matplotlib.
    """
    title, *blocks = report_page(report)
    tables = [at for at, block in enumerate(blocks) if not isinstance(block, str)]
    first = tables[0] + 1  # the figures, before any picture
    body = "\n".join((*map(_block, blocks[:first]), *_charts(report), *map(_block, blocks[first:])))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(str(title))}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<h1>{escape(str(title))}</h1>\n{body}\n</body>\n</html>\n"
    )


def html_page(report: Report) -> bytes:
    """The page as bytes, as a server sends it.

    Raises:
        InvalidInput: no matplotlib.
    """
    return html(report).encode()


def _charts(report: Report) -> Iterator[str]:
    from planner.cli.plots import plans, svg

    drawn = [(plans.steps, "Cost of a month by step")]
    if report.end_seconds is not None:
        drawn.append((plans.waits, "How long users wait"))
    if len(report.months) > 1:
        drawn.append((plans.months, "Cost of the months ahead"))
    for draws, name in drawn:
        picture = svg(lambda axes, draws=draws: draws(axes, report), "--format html")  # type: ignore[misc]  # bound at once
        yield f'<figure role="img" aria-label="{escape(name)}">{picture}</figure>'


def _block(block: Block) -> str:
    if not isinstance(block, str):
        return _table(block)
    title, _, rest = block.partition("\n")
    lines = rest.splitlines()
    if lines and all(line.startswith("  ") for line in lines):
        return f"<h2>{escape(title)}</h2>\n<ul>{''.join(f'<li>{escape(line.strip())}</li>' for line in lines)}</ul>"
    return f"<pre>{escape(block)}</pre>" if block else ""


def _table(table: Table) -> str:
    sides = [' class="right"' if column.right else "" for column in table.columns]
    head = "".join(f"<th{side}>{escape(column.title)}</th>" for side, column in zip(sides, table.columns, strict=True))
    rows = (
        "".join(f"<td{side}>{escape(cell)}</td>" for side, cell in zip(sides, row, strict=True)) for row in table.rows
    )
    return f"<table>\n<tr>{head}</tr>\n{''.join(f'<tr>{row}</tr>' for row in rows)}\n</table>"


def workbook(report: Report) -> bytes:
    """Figures, lines and what they stand on, a sheet each, as numbers: an .xlsx file.

    Raises:
        InvalidInput: no XlsxWriter.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise InvalidInput("a workbook needs XlsxWriter: pip install 'tokenplan[excel]'", loc=("out",)) from None
    names = ("assumption", "basis", "text")
    rest = Rows(names, [(each.path, each.basis, each.text) for each in report.assumptions])
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for name, rows in (("Figures", _figures(report)), ("Lines", report_rows(report)), ("Assumptions", rest)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, rows.fields, bold)
            for at, row in enumerate(rows.values, 1):
                sheet.write_row(at, 0, [float(cell) if isinstance(cell, Decimal) else cell for cell in row])
            sheet.freeze_panes(1, 0)
            sheet.autofit()
    return file.getvalue()


def _figures(report: Report) -> Rows:
    told: list[tuple[str, Spread | None]] = [
        ("cost_per_request_usd", report.cost_per_request_usd),
        ("cost_per_user_usd", report.cost_per_user_usd),
        ("cost_per_month_usd", report.cost_per_month_usd),
        ("first_token_seconds", report.first_token_seconds),
        ("end_seconds", report.end_seconds),
    ]
    rows = [(name, each.mean, each.p50, each.p95, each.p99) for name, each in told if each is not None]
    return Rows(("figure", "mean", "p50", "p95", "p99"), rows)
