"""Slopes: each area or measure from a first period to a second, with the counts at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.errors import PeriodError, TableError
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
    dot,
    house_style,
    lines_of,
    stroke,
    write,
)
from pccfunding.plots.records import Record, number, records, same_comparison, text
from pccfunding.words import count, places_of, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_slope"]

_LEFT, _RIGHT = 84.0, 128.0
_LEAD, _APART, _HEAD = 11.5, 5.0, 22.0


def plot_slope(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
    log: bool = False,
) -> Axes:
    """Draw one line a row from its first value to its second, each named at its end.

    Parameters
    ----------
    frame : DataFrame
        One row an area or measure, all of one baseline and one period, with the columns

        - `label` : its name
        - `before`, `after` : the two values, such as rates; a row without both is not drawn,
          but named below
        - `count_before`, `count_after` : the counts behind them, optional
        - `baseline`, `period` : labels of what is compared, optional
        - `unit` : 'GBP', 'percent', ...; optional, one for all rows
        - `break_flag` : whether the series breaks between the two; optional, drawn dashed
    ax : Axes, optional
        Where to draw; by default a figure of its own.
    title : str, optional
        Headline of at most ten words.
    subtitle : str, optional
        What is measured, of whom and when.
    log : bool, default False
        Draw a logarithmic scale, on which equal percent changes have equal slopes.
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
        If a column is missing, no row has both values, or a logarithmic scale meets a zero.
    PeriodError
        If the rows do not all compare the same two periods.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": ["Fenland"], "before": [4.1], "after": [3.0]})
    >>> [line.get_ydata() for line in plot_slope(frame).lines if line.get_gid() == "slope"]
    [[4.1, 3.0]]
    """
    rows = records(frame, needs=["label", "before", "after"], plot="plot_slope")
    compared = same_comparison(rows)
    if compared is None:
        raise PeriodError(
            "The rows of plot_slope compare different periods; one pair of axes cannot hold both. "
            "Plot each comparison apart."
        )
    drawn = [row for row in rows if row["before"] is not None and row["after"] is not None]
    if not drawn:
        raise TableError("plot_slope found no row with both values: there is nothing to draw.")
    values = [float(row[side]) for row in drawn for side in ("before", "after")]
    if log and min(values) <= 0:
        raise TableError("A logarithmic scale cannot show zero; call plot_slope with log=False.")
    left_out = [text(row, "label") for row in rows if row not in drawn]
    below = lines_of(f"Not drawn, a value is missing: {', '.join(left_out)}.", SMALL)
    height = _HEAD + max(170.0, len(drawn) * (2 * _LEAD + _APART) + 10)
    foot = len(below) * 12.0 + 4 if left_out else 0.0
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=height,
            title=title or "Before and after",
            subtitle=subtitle or _subtitle(rows, compared, log=log),
            foot=foot,
        )
        ax.set_label(alt_text(frame, "slope"))
        ax.set_xlim(-_LEFT, COLUMN - _LEFT)
        least, most = (0.0 if not log and min(values) >= 0 else min(values)), max(values)
        if log:
            ax.set_yscale("log")
            ax.set_ylim(least * 0.95, most * (most / least) ** (_HEAD / height) * 1.05)
            # A logarithmic axis brings tick labels of its own back.
            ax.set_axis_off()
        else:
            room = (most - least or 1.0) * 0.04
            ax.set_ylim(least - room, most + room + (most - least or 1.0) * _HEAD / height)
        ends = (0.0, COLUMN - _LEFT - _RIGHT)
        for x, side in zip(ends, ("baseline", "period"), strict=True):
            _axis(ax, x, dict(zip(("baseline", "period"), compared, strict=True))[side])
        for place, row in enumerate(drawn):
            _line(ax, row, ends, PALETTE[place], MARKERS[place % len(MARKERS)])
        _labels(ax, drawn, "before", ends[0] - 8, height)
        _labels(ax, drawn, "after", ends[1] + 8, height)
        for place, line in enumerate(below if left_out else []):
            _beneath(ax, line, place)
    return ax


def _axis(ax: Axes, x: float, label: str) -> None:
    stroke(
        ax, [x, x], [0, 0.93], color=TICK, width=1.0, transform=ax.get_xaxis_transform(), zorder=0
    )
    write(
        ax, x, 0.95, label, size=SMALL, color=MUTED, ha="center", transform=ax.get_xaxis_transform()
    )


def _line(ax: Axes, row: Record, ends: tuple[float, float], color: str, marker: str) -> None:
    values = [float(row["before"]), float(row["after"])]
    dashes = (0, (4, 2)) if row.get("break_flag") else "-"
    stroke(ax, ends, values, color=color, width=1.8, gid="slope", linestyle=dashes)
    for x, value in zip(ends, values, strict=True):
        dot(ax, x, value, color=color, marker=marker)


def _labels(ax: Axes, rows: list[Record], side: str, x: float, height: float) -> None:
    """Write the words at one end, each as near its point as its neighbours let it."""
    places = places_of(float(row[one]) for row in rows for one in ("before", "after"))
    to_axes = ax.transData + ax.transAxes.inverted()
    blocks = []
    for row in rows:
        said = quantity(float(row[side]), text(row, "unit"), places=places)
        behind = row.get(f"count_{side}")
        lines = [said if behind is None else f"{said} ({count(behind)})"]
        if side == "after":
            lines = [*lines_of(text(row, "label"), SMALL, width=_RIGHT - 20, bold=True), *lines]
        point = float(to_axes.transform((0, float(row[side])))[1]) * height
        blocks.append((point, lines))
    blocks.sort(key=lambda block: block[0])
    depths = [len(lines) * _LEAD + _APART for _, lines in blocks]
    centres = _spread([point for point, _ in blocks], depths, height - _HEAD)
    after, across = side == "after", ax.get_xaxis_transform()
    for (point, lines), centre in zip(blocks, centres, strict=True):
        far, near = (x - 3, x + 5) if after else (x + 3, x - 5)
        stroke(
            ax,
            [far, near],
            [point / height, centre / height],
            color=TICK,
            width=0.8,
            transform=across,
            zorder=0,
        )
        for place, line in enumerate(lines):
            y = (centre + (len(lines) / 2 - place - 0.8) * _LEAD) / height
            write(
                ax,
                near + (3 if after else -3),
                y,
                line,
                size=SMALL,
                bold=after and place == 0,
                color=INK,
                ha="left" if after else "right",
                transform=across,
            )


def _spread(wanted: list[float], depths: list[float], top: float) -> list[float]:
    """Move rising centres apart, by as little as lets blocks of these depths stand free."""
    # Blocks that touch form a run, which stands where its members want to be on average.
    runs: list[tuple[float, list[float]]] = []
    for centre, depth in zip(wanted, depths, strict=True):
        run = (max(centre - depth / 2, 0.0), [depth])
        while runs and runs[-1][0] + sum(runs[-1][1]) > run[0]:
            below = runs.pop()
            weight = len(below[1]) + len(run[1])
            bottom = below[0] * len(below[1]) + (run[0] - sum(below[1])) * len(run[1])
            run = (max(bottom / weight, 0.0), below[1] + run[1])
        runs.append(run)
    placed: list[float] = []
    for bottom, members in runs:
        at = min(bottom, top - sum(members))
        for depth in members:
            placed.append(at + depth / 2)
            at += depth
    return placed


def _beneath(ax: Axes, line: str, place: int) -> None:
    ax.annotate(
        line,
        (0, 0),
        (0, -12.0 * (place + 1)),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
    )


def _subtitle(rows: list[Record], compared: tuple[str, str], *, log: bool) -> str:
    between = f", {compared[1]} against {compared[0]}" if all(compared) else ""
    counts = " Counts in brackets." if any(number(row, "count_before") for row in rows) else ""
    broken = " Dashed: the series breaks." if any(row.get("break_flag") for row in rows) else ""
    scale = " Logarithmic scale." if log else ""
    return f"First value and second{between}.{counts}{broken}{scale}"
