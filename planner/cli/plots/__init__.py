"""Pictures in files: `--plot FILE` of the commands, drawn by matplotlib (the extra `plot`), a module a subject."""

from __future__ import annotations

from os.path import splitext
from typing import TYPE_CHECKING, Final, NamedTuple

from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS: Final = (".svg", ".png", ".pdf")


class Step(NamedTuple):
    """One price while it holds, USD per its bucket's unit; None is open."""

    valid_from: datetime | None
    valid_to: datetime | None
    usd: Decimal
    status: str


def picture(path: str, draw: Callable[[Axes], None]) -> None:
    """What `draw` puts on empty axes, in a file; its ending is looked at before any work.

    Raises:
        InvalidInput: an ending that is no picture's, no matplotlib, no place to write to.
    """
    kind = splitext(path)[1].lower()  # noqa: PTH122 - pathlib doubles a cold start
    if kind not in KINDS:
        raise InvalidInput(
            f"--plot {path}: ends in {kind or 'nothing'!r}; {one_of(kind, KINDS)}", loc=("plot",), value=path
        )
    figure = _drawn(draw, "--plot")
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise InvalidInput(f"--plot {path}: {error.strerror or error}", loc=("plot",), value=path) from None


def svg(draw: Callable[[Axes], None], what: str) -> str:
    """The same as text that stands inside a page; the same figures give the same text.

    Raises:
        InvalidInput: no matplotlib; `what` names who needs it.
    """
    from io import StringIO

    figure, text = _drawn(draw, what), StringIO()
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "tokenplan"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return text.getvalue().partition("<svg")[1] + text.getvalue().partition("<svg")[2]


def _drawn(draw: Callable[[Axes], None], what: str) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InvalidInput(f"{what} needs matplotlib: pip install 'tokenplan[plot]'", loc=("plot",)) from None
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    draw(axes)
    return figure
