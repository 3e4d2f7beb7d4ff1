"""Axes that a notebook shows as a picture."""

from __future__ import annotations

import hashlib
import io

import matplotlib
from matplotlib.axes import Axes
from PIL import Image

from pccfunding.plots.figure_svg import SETTINGS, figure_svg, other_scripts, whole_figure

__all__ = ["PlotAxes"]

# Pixels to the inch on a page; a picture has twice as many, for screens that are that fine.
_PIXELS = 96


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

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        # A notebook that came from somebody else is not trusted by Jupyter, which then shows no
        # SVG: without this the reader would see the text alternative and no picture.
        figure = whole_figure(self)
        wide, high = figure.get_size_inches()
        drawn, small = io.BytesIO(), io.BytesIO()
        with matplotlib.rc_context(SETTINGS), other_scripts(figure):
            figure.savefig(
                drawn,
                format="png",
                dpi=2 * _PIXELS,
                facecolor="white",
                transparent=False,
                metadata={"Software": None},
            )
        # A third of the size, and no difference to the eye: a plot has few colours.
        with Image.open(drawn) as full:
            full.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
                small, "png", optimize=True
            )
        return small.getvalue(), {"width": round(wide * _PIXELS), "height": round(high * _PIXELS)}
