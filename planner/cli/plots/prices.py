"""A model's prices over time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

    from planner.cli.plots import Step

_MARGIN: Final = timedelta(days=60)
_day: Final[Callable[[datetime], float]] = date2num


def steps(axes: Axes, title: str, series: Mapping[str, Sequence[Step]], now: datetime) -> None:
    """Steps, a line a bucket; what is announced lies right of a mark at `now`."""
    ends = [at for each in series.values() for step in each for at in step[:2] if at is not None] + [now]
    for bucket, line in series.items():
        left = [step.valid_from or min(ends) - _MARGIN for step in line]
        prices = [float(step.usd) for step in line]
        last = line[-1].valid_to or max(ends) + _MARGIN
        axes.step([*map(_day, left), _day(last)], [*prices, prices[-1]], where="post", label=bucket.replace("_", " "))
    axes.axvline(_day(now), color="0.5", linestyle=":", label=f"{now:%Y-%m-%d}")
    axes.set(title=f"{title}, standard tier", ylabel="USD a million tokens", ylim=(0, None))
    axes.legend(frameon=False)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib's
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
