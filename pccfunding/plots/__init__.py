"""Plots of plain frames: each computes nothing, sets no global style and returns its Axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.figure_svg import figure_svg
from pccfunding.plots.plot_beside import plot_beside
from pccfunding.plots.plot_changes import plot_changes
from pccfunding.plots.plot_forest import plot_forest
from pccfunding.plots.plot_funnel import plot_funnel
from pccfunding.plots.plot_heat import plot_heat
from pccfunding.plots.plot_intervals import plot_intervals
from pccfunding.plots.plot_null import plot_null
from pccfunding.plots.plot_ranking import plot_ranking
from pccfunding.plots.plot_scatter import plot_scatter
from pccfunding.plots.plot_slope import plot_slope
from pccfunding.plots.plot_streams import plot_streams
from pccfunding.plots.plot_tiles import plot_tiles
from pccfunding.plots.plot_trends import plot_trends
from pccfunding.plots.plot_years import plot_years
from pccfunding.plots.records import PlotOptions

if TYPE_CHECKING:
    from pccfunding.plots.plot_axes import PlotAxes

__all__ = [
    "PlotAxes",
    "PlotOptions",
    "alt_text",
    "figure_svg",
    "plot_beside",
    "plot_changes",
    "plot_forest",
    "plot_funnel",
    "plot_heat",
    "plot_intervals",
    "plot_null",
    "plot_ranking",
    "plot_scatter",
    "plot_slope",
    "plot_streams",
    "plot_tiles",
    "plot_trends",
    "plot_years",
]


def __getattr__(name: str) -> Any:
    # Axes need matplotlib, which the plots import when they draw.
    if name == "PlotAxes":
        from pccfunding.plots.plot_axes import PlotAxes

        return PlotAxes
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
