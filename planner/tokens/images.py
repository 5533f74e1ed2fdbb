"""How many tokens an image of so many pixels is, by the rule that its maker documents; sizes in, counts out.

Each rule is a named function; the figures it takes stand in `media.json` with their source and date.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_MANY: Final = 1 << 30


class Range(NamedTuple):
    """Tokens between two bounds; `sure` where the maker's own words leave no choice."""

    tokens: int
    low: int
    high: int
    sure: bool = True


def exactly(tokens: int) -> Range:
    """A figure without bounds."""
    return Range(tokens, tokens, tokens)


def tiles(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """`base` and `per_tile` for every square of side `tile` that covers the image.

    The image is first scaled down to fit a square of side `fit`, then until its shorter side is `short`; it is never
    scaled up. `across` bounds the tiles along a side, `most` their number; `low` detail costs `low` whatever the size.
    `bounds` are those of any image.
    """
    if detail == "low" and "low" in row:
        return exactly(row["low"])
    scale = _shrink(row.get("fit"), max(width, height))
    scale *= _shrink(row.get("short"), min(width, height) * scale)
    columns, lines = (min(_cover(side * scale, row["tile"]), row.get("across", _MANY)) for side in (width, height))
    tokens = row["base"] + row["per_tile"] * min(columns * lines, row.get("most", _MANY))
    low, high = row.get("bounds", (tokens, tokens))
    return Range(tokens, low, high, sure="bounds" not in row)


def patches(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """`multiplier` tokens, rounded up, for every square of side `patch` that covers the image.

    A level of detail may bound the patches (`budget`) and the longer side (`edge`); an image beyond is scaled down. Of
    the two bounds the lesser counts, as documented, and the budget alone is the upper bound: measured requests did not
    all keep to the side. `least` is a lower bound of a multiplier that is not documented.
    """
    patch, level = row["patch"], row["levels"].get(detail, {})
    alone = _cells(*_within(width, height, patch, level.get("budget")), patch)
    sides = _fitted(width, height, level.get("edge"))
    both = min(alone, _cells(*_within(*sides, patch, level.get("budget")), patch))
    if "square" in level:  # which size a smaller or longer image gets there is not documented
        alone = _cover(level["square"], patch) ** 2
        both, fewest = alone, _cells(*_fitted(width, height, level["square"]), patch)
    else:
        fewest = both
    tokens, low, high = (_times(row["multiplier"], count) for count in (both, fewest, alone))
    if "least" in row:
        low = min(low, _times(row["least"], fewest))
    return Range(tokens, low, high, sure=low == high)


def grid(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """One token for every cell of side `cell`, after scaling down to at most `edge` pixels a side and `most` cells.

    Anthropic's rule: the largest size of the same aspect within both limits; sides round half to even. `more` are the
    tokens around an image that measured requests show beyond the rule.
    """
    del detail
    width, height = claude_size(width, height, row)
    count = _cells(width, height, row["cell"])
    return Range(count, count, count + row.get("more", 0))


def claude_size(width: int, height: int, row: Mapping[str, Any]) -> tuple[int, int]:
    """The size to which an image is scaled before it is cut into cells; one that is within the limits stays."""
    cell, edge, most = row["cell"], row.get("edge", _MANY), row["most"]

    def fits(long: int, short: int) -> bool:
        return bool(_cover(long, cell) * cell <= edge and _cells(long, short, cell) <= most)

    long, short = max(width, height), min(width, height)
    if not fits(long, short):
        fitting, beyond, aspect = 1, long, long / short
        while fitting + 1 < beyond:
            middle = (fitting + beyond) // 2
            if fits(middle, max(round(middle / aspect), 1)):
                fitting = middle
            else:
                beyond = middle
        long, short = fitting, max(round(fitting / aspect), 1)
    return (long, short) if width >= height else (short, long)


def rows(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """A token a cell of side `cell` and one more at the end of each row, after scaling down to `edge` a side.

    mistral-common, `ImageEncoder`.
    """
    del detail
    ratio = max(width / row["edge"], height / row["edge"])
    if ratio > 1:
        width, height = round(width / ratio), round(height / ratio)
    return exactly((_cover(max(width, 1), row["cell"]) + 1) * _cover(max(height, 1), row["cell"]))


def crops(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """`each` tokens for a small image or for every crop of a larger one; the levels of `level_tokens` are flat.

    Google's rough formula: the side of a crop is the shorter side over 1.5, so that the count follows the aspect ratio.
    Another page of the same maker cuts tiles of `tile` pixels; with a whole view beside them that is the upper bound.
    """
    if detail in row["level_tokens"]:
        return exactly(row["level_tokens"][detail])
    each = row["each"]
    if max(width, height) <= row["small"]:
        return exactly(each)
    unit = max(1, floor(min(width, height) / 1.5))
    count = _cells(width, height, unit)
    most = max(count, _cells(width, height, row["tile"])) + 1
    return Range(each * count, each, each * most, sure=False)


def levels(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """The tokens that a level of resolution allots, whatever the size; a share of them is the lower bound."""
    del width, height
    most = row["levels"][detail]
    return Range(most, floor(most * row.get("least_share", 1)), most, sure="least_share" not in row)


def area(row: Mapping[str, Any], width: int, height: int, detail: str) -> Range:
    """Read by area between the documented `points` (pixels, tokens), after scaling up to `least_edge` pixels."""
    del detail
    scale = max(1.0, row["least_edge"] / max(width, height))
    pixels = width * height * scale * scale
    points = row["points"]
    after = next((at for at, (size, _) in enumerate(points) if size >= pixels), len(points) - 1)
    (x0, y0), (x1, y1) = points[max(after - 1, 0)], points[max(after, 1)]
    tokens = max(points[0][1] / 2, y0 + (y1 - y0) * (pixels - x0) / (x1 - x0))
    low, high = row["bounds"]
    return Range(round(tokens), floor(tokens * low), ceil(tokens * high), sure=False)


RULES: Final[Mapping[str, Callable[[Mapping[str, Any], int, int, str], Range]]] = {
    "tiles": tiles,
    "patches": patches,
    "grid": grid,
    "rows": rows,
    "crops": crops,
    "levels": levels,
    "area": area,
}
"""The rules by the name that `media.json` calls them."""


def _within(width: int, height: int, patch: int, budget: int | None) -> tuple[int, int]:
    """The sides after OpenAI's shrink to a budget of patches.

    `shrink = sqrt(patch^2 * budget / (width * height))`, then times the smaller of `floor(side * shrink / patch) /
    (side * shrink / patch)` over both sides (Images and vision, patch-based image tokenization).
    """
    if budget is None or _cells(width, height, patch) <= budget:
        return width, height
    shrink = sqrt(patch * patch * budget / (width * height))
    across = [side * shrink / patch for side in (width, height)]
    shrink *= min(floor(each) / each if each >= 1 else 1.0 for each in across)
    return max(1, floor(width * shrink + 1e-6)), max(1, floor(height * shrink + 1e-6))


def _fitted(width: int, height: int, edge: int | None) -> tuple[int, int]:
    """The sides within a square of side `edge`, aspect kept, never scaled up."""
    scale = _shrink(edge, max(width, height))
    return max(1, floor(width * scale)), max(1, floor(height * scale))


def _shrink(limit: int | None, side: int | Fraction) -> Fraction:
    """The factor that brings a side down to a limit."""
    return Fraction(1) if limit is None or side <= limit else limit / Fraction(side)


def _cover(side: int | Fraction, cell: int) -> int:
    """Cells along a side, the last of which may stand out."""
    return max(1, -(-side // cell))


def _cells(width: int, height: int, cell: int) -> int:
    """Cells that cover an image."""
    return _cover(width, cell) * _cover(height, cell)


def _times(multiplier: str, count: int) -> int:
    """Tokens for patches; measured requests round up."""
    return ceil(Fraction(multiplier) * count)
