"""Areas as labelled points, with the lines that leave out one of them each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.canvas import (
    COLUMN,
    INK,
    MARKERS,
    MUTED,
    PALETTE,
    SMALL,
    TICK,
    canvas,
    clear_behind,
    dot,
    house_style,
    lines_of,
    stroke,
    width_of,
    write,
)
from pccfunding.plots.records import Record, number, p_words, records, text
from pccfunding.plots.scales import Scale, round_ticks
from pccfunding.words import quantity, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_scatter"]

_HIGH, _LEFT, _TALL = 250.0, 34.0, 11.0


def plot_scatter(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one point an area, and for each area the line through all the others.

    No line through all points is drawn: the bundle shows how far one area could turn it.

    Parameters
    ----------
    frame : DataFrame
        One row an area, with the columns

        - `area` : its name
        - `x`, `y` : where it stands
        - `named` : whether the name is written; optional, by default all are
        - `intercept`, `slope` : the line through the other areas; optional
        - `x_label`, `y_label` : what the axes show
        - `coefficient`, `statistic`, `p_value`, `min_p`, `family_size`, `n`, `unit`, `verdict` :
          the same in every row
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
    >>> frame = pd.DataFrame({"area": ["A", "B", "C"], "x": [1.0, 2, 3], "y": [0.1, 0.3, 0.2]})
    >>> frame = frame.assign(x_label="£ per head", y_label="log reduction", statistic=0.5)
    >>> frame = frame.assign(coefficient="Spearman's rho", p_value=1.0, min_p=0.333)
    >>> frame = frame.assign(family_size=1, n=3, unit="areas", verdict="not estimable")
    >>> [words.get_text() for words in plot_scatter(frame).texts if words.get_text() == "B"]
    ['B']
    """
    rows = records(
        frame,
        needs=["area", "x", "y", "x_label", "y_label", "statistic", "p_value", "n", "verdict"],
        plot="plot_scatter",
    )
    first = rows[0]
    stated = _stated(first, bundle=any(number(row, "slope") is not None for row in rows))
    axes_said = lines_of(
        f"across: {text(first, 'x_label')}; upwards: {text(first, 'y_label')}", SMALL
    )
    head = 14.0 * len(stated) + 8
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=head + _HIGH,
            title=title or f"Spend beside outcome: {text(first, 'verdict')}",
            subtitle=subtitle or _sentence(text(first, "estimand", "One point an area")),
            foot=20 + 14 * len(axes_said),
        )
        ax.set_label(alt_text(frame, "scatter"))
        ax.set_xlim(0, COLUMN)
        for place, words in enumerate(stated):
            write(ax, 0, 10 + 14 * place, words, size=SMALL, transform=ax.transData)
        xs = Scale.of([row["x"] for row in rows], _LEFT, COLUMN - 8)
        ys = Scale.of([row["y"] for row in rows], head + _HIGH - 8, head + 8)
        _grid(ax, xs, ys, head)
        for place, words in enumerate(axes_said):
            y = head + _HIGH + 28 + 14 * place
            write(ax, 0, y, words, size=SMALL, color=MUTED, transform=ax.transData)
        for row in rows:
            _without(ax, row, xs, ys)
        for row in rows:
            dot(ax, xs(row["x"]), ys(row["y"]), color=PALETTE[0], marker=MARKERS[0], size=5.0)
        _names(ax, rows, xs, ys)
    return ax


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _stated(row: Record, *, bundle: bool) -> list[str]:
    words = f"{text(row, 'coefficient', 'Coefficient')} {signed(number(row, 'statistic'))}; "
    lines = "Each thin line leaves one area out; none goes through all." if bundle else ""
    return [*lines_of(words + p_words(row), SMALL), *(lines_of(lines, SMALL) if lines else ())]


def _grid(ax: Axes, xs: Scale, ys: Scale, head: float) -> None:
    bottom = head + _HIGH
    stroke(ax, [_LEFT, _LEFT], [head, bottom], color=TICK, width=0.7)
    for tick in round_ticks(ys.low, ys.high):
        y = ys(tick)
        stroke(ax, [_LEFT, COLUMN], [y, y], color=INK if tick == 0 else TICK, width=0.5, zorder=0)
        label = quantity(tick)
        write(ax, _LEFT - 4, y + 3, label, size=SMALL, ha="right", transform=ax.transData)
    for tick in round_ticks(xs.low, xs.high):
        x = xs(tick)
        stroke(ax, [x, x], [head, bottom], color=TICK, width=0.5, zorder=0)
        label = quantity(tick)
        write(ax, x, bottom + 12, label, size=SMALL, ha="center", transform=ax.transData)


def _without(ax: Axes, row: Record, xs: Scale, ys: Scale) -> None:
    """Draw the line through the other areas, as far as it stays inside."""
    level, slope = number(row, "intercept"), number(row, "slope")
    if level is None or slope is None:
        return
    ends = [xs.low, xs.high]
    if slope:
        crossings = sorted((edge - level) / slope for edge in (ys.low, ys.high))
        ends = [max(ends[0], crossings[0]), min(ends[1], crossings[1])]
    if ends[0] < ends[1]:
        points = [level + slope * end for end in ends]
        stroke(
            ax,
            [xs(end) for end in ends],
            [ys(point) for point in points],
            color=PALETTE[1],
            width=0.7,
            zorder=1,
        )


def _names(ax: Axes, rows: list[Record], xs: Scale, ys: Scale) -> None:
    """Write names beside their points where they cover neither a point nor another name."""
    taken = [(xs(row["x"]) - 3, ys(row["y"]) - 3, 6.0, 6.0) for row in rows]
    for row in rows:
        if row.get("named") is False:
            continue
        x, y, name = xs(row["x"]), ys(row["y"]), text(row, "area")
        wide = width_of(name, SMALL)
        places = [
            (x + 6, y - 6),
            (x - 6 - wide, y - 6),
            (x - wide / 2, y - 17),
            (x - wide / 2, y + 6),
            (x + 6, y - 16),
            (x - 6 - wide, y + 4),
            (x + 6, y + 4),
            (x - 6 - wide, y - 16),
        ]
        inside = [at for at in places if at[0] >= _LEFT + 2 and at[0] + wide <= COLUMN + 2]
        free = [at for at in inside if not _covers((*at, wide, _TALL), taken)]
        if not free and len(rows) > 12:
            continue
        left, top = (free or inside or places)[0]
        taken.append((left, top, wide, _TALL))
        # Held at the side of its point: the width is only known on the safe side.
        side, at = ("right", left + wide) if left + wide <= x else ("left", left)
        if left < x < left + wide:
            side, at = "center", left + wide / 2
        clear_behind(write(ax, at, top + 9, name, size=SMALL, ha=side, transform=ax.transData))


def _covers(
    box: tuple[float, float, float, float], taken: list[tuple[float, float, float, float]]
) -> bool:
    x, y, wide, tall = box
    return any(
        x < left + width and left < x + wide and y < top + height and top < y + tall
        for left, top, width, height in taken
    )
