"""A second pair of axes beside the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def beside(axes: Axes) -> Axes:
    """New axes to the right of those given, in the same style."""
    figure = axes.figure.get_figure(root=True)
    assert figure is not None
    figure.set_size_inches(11, 4.5)
    grid = figure.add_gridspec(1, 2)
    axes.set_subplotspec(grid[0])
    right = figure.add_subplot(grid[1])
    right.spines[["top", "right"]].set_visible(False)
    right.grid(alpha=0.25)
    right.set_axisbelow(True)
    return right
