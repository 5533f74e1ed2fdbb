"""Pictures in files: `--plot FILE` of the commands, drawn by matplotlib (the extra `plot`)."""

from __future__ import annotations

from datetime import timedelta
from os.path import splitext
from typing import TYPE_CHECKING, Any, Final

from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from planner.cli.prices import Step

KINDS: Final = (".svg", ".png", ".pdf")
_MARGIN: Final = timedelta(days=60)


def steps(title: str, series: Mapping[str, Sequence[Step]], now: datetime, path: str) -> None:
    """Prices over time as steps, a line a bucket; what is announced lies right of a mark at `now`.

    Raises:
        InvalidInput: nothing to draw, an ending that is no picture's, no matplotlib, no place to write to.
    """
    if not series:
        raise InvalidInput(f"{title} has no standard price to draw", loc=("plot",))
    figure, axes = _canvas(path)
    ends = [at for each in series.values() for step in each for at in step[:2] if at is not None] + [now]
    for bucket, line in series.items():
        left = [step.valid_from or min(ends) - _MARGIN for step in line]
        prices = [float(step.usd) for step in line]
        last = line[-1].valid_to or max(ends) + _MARGIN
        axes.step([*left, last], [*prices, prices[-1]], where="post", label=bucket.replace("_", " "))
    axes.axvline(now, color="0.5", linestyle=":", label=f"{now:%Y-%m-%d}")
    axes.set(title=f"{title}, standard tier", ylabel="USD a million tokens", ylim=(0, None))
    axes.legend(frameon=False)
    figure.autofmt_xdate()
    _saved(figure, path)


def _canvas(path: str) -> tuple[Any, Any]:
    """An empty picture for a file; the ending is looked at before any work."""
    kind = splitext(path)[1].lower()  # noqa: PTH122 - pathlib doubles a cold start
    if kind not in KINDS:
        raise InvalidInput(
            f"--plot {path}: ends in {kind or 'nothing'!r}; {one_of(kind, KINDS)}", loc=("plot",), value=path
        )
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InvalidInput("--plot needs matplotlib: pip install 'tokenplan[plot]'", loc=("plot",)) from None
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    return figure, axes


def _saved(figure: Any, path: str) -> None:
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise InvalidInput(f"--plot {path}: {error.strerror or error}", loc=("plot",), value=path) from None
