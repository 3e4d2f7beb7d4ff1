"""The coefficients of the areas in other orders, with the one observed and both tails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.canvas import (
    COLUMN,
    INK,
    MUTED,
    PALETTE,
    SMALL,
    TICK,
    canvas,
    house_style,
    lines_of,
    stroke,
    write,
)
from pccfunding.plots.records import number, p_words, records, text
from pccfunding.plots.scales import Scale
from pccfunding.words import quantity, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_null"]

_HIGH = 150.0


def plot_null(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw how often each coefficient comes out when the areas change places.

    Orders at least as far out as the one observed, on either side, are filled and hatched.

    Parameters
    ----------
    frame : DataFrame
        One row a bin, with the columns

        - `low`, `high` : the ends of the bin
        - `orders` : orders of the areas whose coefficient lies in it
        - `orders_beyond` : those of them at least as far out as the areas' own order
        - `coefficient`, `statistic`, `p_value`, `min_p`, `rule`, `n`, `unit`, `family_size`,
          `exact`, `verdict` : the same in every row
    ax : Axes, optional
        Where to draw; by default a figure of its own.
    title : str, optional
        Headline of at most ten words.
    subtitle : str, optional
        What is measured, of whom and when.
    figsize : (float, float), optional
        Width and height in inches; words and lines grow or shrink with it. Axes of your own keep
        the size of their figure, and the drawing is fitted into them.
    color : str, optional
        One colour for all marks, as matplotlib writes it.
    palette : sequence of str, optional
        Colours in place of the house's, in its order; where they are too few they begin again.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If a column is missing or there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"low": [-1.0, 0.0], "high": [0.0, 1.0], "orders": [3, 3]})
    >>> frame = frame.assign(orders_beyond=[1, 1], statistic=1.0, p_value=0.333, min_p=0.333)
    >>> frame = frame.assign(rule="two-sided as twice the smaller tail", n=3, unit="areas")
    >>> axes = plot_null(frame.assign(coefficient="Spearman's rho", family_size=1, exact=True))
    >>> any("observed +1.00" in words.get_text() for words in axes.texts)
    True
    """
    rows = records(
        frame,
        needs=["low", "high", "orders", "orders_beyond", "statistic", "p_value", "rule", "n"],
        plot="plot_null",
    )
    first = rows[0]
    stated = [
        *lines_of(f"{p_words(first)}; {text(first, 'rule')}.", SMALL),
        *lines_of("Hatched: orders at least as far out, on either side.", SMALL),
    ]
    head = 14.0 * len(stated) + 20
    bottom = head + _HIGH
    how = "Every order" if first.get("exact") else "Random orders"
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=bottom,
            title=title or "How rare this order of the areas is",
            subtitle=subtitle
            or f"{how} of the areas, by {text(first, 'coefficient', 'coefficient')}.",
            foot=34,
        )
        ax.set_label(alt_text(frame, "null"))
        ax.set_xlim(0, COLUMN)
        for place, words in enumerate(stated):
            write(ax, 0, 10 + 14 * place, words, size=SMALL, transform=ax.transData)
        xs = Scale(-1.0, 1.0, 4.0, COLUMN - 4)
        most = max(float(row["orders"]) for row in rows) or 1.0
        for row in rows:
            left, right = xs(row["low"]), xs(row["high"])
            tall = _HIGH * float(row["orders"]) / most
            outer = _HIGH * float(row["orders_beyond"]) / most
            _bar(ax, left, right, bottom, tall - outer, color=PALETTE[1])
            _bar(ax, left, right, bottom - (tall - outer), outer, color=PALETTE[2], hatch="////")
        stroke(ax, [4, COLUMN - 4], [bottom, bottom], color=INK, width=0.8)
        for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
            stroke(ax, [xs(tick)] * 2, [bottom, bottom + 3], color=TICK, width=0.8)
            ha = "left" if tick == -1 else "right" if tick == 1 else "center"
            label = quantity(tick)
            write(ax, xs(tick), bottom + 14, label, size=SMALL, ha=ha, transform=ax.transData)
        seen = number(first, "statistic") or 0.0
        at = xs(seen)
        stroke(ax, [at, at], [head - 4, bottom], color=INK, width=1.6, zorder=4)
        ha = "right" if seen > 0.3 else "left" if seen < -0.3 else "center"
        label = f"observed {signed(seen)}"
        write(ax, at, head - 8, label, size=SMALL, bold=True, ha=ha, transform=ax.transData)
        said = text(first, "coefficient", "coefficient")
        write(ax, 0, bottom + 28, said, size=SMALL, color=MUTED, transform=ax.transData)
    return ax


def _bar(
    ax: Axes, left: float, right: float, foot: float, tall: float, *, color: str, hatch: str = ""
) -> None:
    from matplotlib.patches import Rectangle

    if tall <= 0:
        return
    box = Rectangle(
        (left + 0.4, foot - tall),
        right - left - 0.8,
        tall,
        facecolor="white" if hatch else color,
        edgecolor=color,
        linewidth=0.8,
        hatch=hatch or None,
    )
    ax.add_patch(box).set_clip_on(False)
