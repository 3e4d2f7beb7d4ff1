"""Plots of plain frames: each computes nothing, sets no global style and returns its Axes."""

from __future__ import annotations

from pccfunding.plots.beside import plot_beside
from pccfunding.plots.changes import plot_changes
from pccfunding.plots.describing import alt_text
from pccfunding.plots.funnel import plot_funnel
from pccfunding.plots.heat import plot_heat
from pccfunding.plots.ladder import plot_intervals
from pccfunding.plots.orders import plot_null
from pccfunding.plots.scatter import plot_scatter
from pccfunding.plots.slope import plot_slope
from pccfunding.plots.streams import plot_streams
from pccfunding.plots.tiles import plot_tiles
from pccfunding.plots.vector import figure_svg
from pccfunding.plots.years import plot_years

__all__ = [
    "alt_text",
    "figure_svg",
    "plot_beside",
    "plot_changes",
    "plot_funnel",
    "plot_heat",
    "plot_intervals",
    "plot_null",
    "plot_scatter",
    "plot_slope",
    "plot_streams",
    "plot_tiles",
    "plot_years",
]
