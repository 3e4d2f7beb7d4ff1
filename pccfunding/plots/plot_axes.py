"""Axes that a notebook shows as a picture."""

from __future__ import annotations

import hashlib

from matplotlib.axes import Axes

from pccfunding.plots.figure_svg import figure_svg

__all__ = ["PlotAxes"]


class PlotAxes(Axes):
    """The Axes of a plot with a figure of its own: shown where it is the last line of a cell.

    On Axes of the caller's own nothing changes: their figure is shown by whoever made it.

    Examples
    --------
    >>> import pandas as pd
    >>> from pccfunding.plots import plot_tiles
    >>> axes = plot_tiles(pd.DataFrame({"area_code": ["E07000008"], "value": [3.2]}))
    >>> axes._repr_svg_()[:14]
    '<svg role="img'
    """

    def _repr_svg_(self) -> str:
        # Ids of two pictures in one page must differ, and be the same at every run.
        words = f"{self.get_title(loc='left')}{self.get_label()}"
        return figure_svg(self, prefix=f"plot-{hashlib.sha256(words.encode()).hexdigest()[:8]}")
