"""Changes as printed, beside the same changes recomputed from counts, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.errors import PeriodError
from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.canvas import (
    COLUMN,
    INK,
    MARKERS,
    MUTED,
    PALETTE,
    SMALL,
    canvas,
    dot,
    house_style,
    lines_of,
    percent_ticks,
    strips,
    stroke,
    width_of,
    write,
)
from pccfunding.plots.records import Record, number, records, same_comparison, span, text
from pccfunding.words import count, interval_text, level_text, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_changes"]

_LABEL, _LINE, _STRIP, _BETWEEN, _KEY = 13.0, 12.0, 21.0, 12.0, 14.0
# Half the width of the words "no change", as a share of the strip's.
_NO_CHANGE = width_of("no change", SMALL) / 2 / COLUMN


def plot_changes(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one strip a measure: the printed change above, the recomputed one below.

    The printed change spans its rounding, the recomputed one its Poisson interval; a line
    marks no change. Where no base count is held, a hollow dot stands without interval.

    Parameters
    ----------
    frame : DataFrame
        One row a measure, all of one baseline and one period, with the columns

        - `measure` : what was measured
        - `printed_pct` : change as printed, negative for a fall; may be missing
        - `printed_low_pct`, `printed_high_pct` : what its rounding allows, optional
        - `change_pct` : change recomputed from counts; missing without counts
        - `change_low_pct`, `change_high_pct` : its interval
        - `base_count` : count in the baseline; missing where none is published
        - `baseline`, `period` : labels of what is compared, optional
        - `confidence_level` : of the interval, optional
        - `note` : what differs between print and counts, optional
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
    PeriodError
        If the rows do not all compare the same two periods: draw those apart.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "measure": ["Residential burglary"],
    ...         "printed_pct": [-37.0],
    ...         "change_pct": [-36.8],
    ...         "change_low_pct": [-40.1],
    ...         "change_high_pct": [-33.3],
    ...         "base_count": [3497],
    ...     }
    ... )
    >>> "base 3,497" in [words.get_text() for words in plot_changes(frame).texts]
    True
    """
    rows = records(
        frame,
        needs=[
            "measure",
            "printed_pct",
            "change_pct",
            "change_low_pct",
            "change_high_pct",
            "base_count",
        ],
        plot="plot_changes",
    )
    compared = same_comparison(rows)
    if compared is None:
        raise PeriodError(_two_comparisons(rows))
    key = [entry for entry in _KEY_ENTRIES if any(_shows(row, entry[0]) for row in rows)]
    low, high = _reach(rows)
    head = len(key) * _KEY + 16.0
    height = head + sum(_height(row) for row in rows)
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=height,
            title=title or "Printed changes beside changes recomputed from counts",
            subtitle=subtitle or _subtitle(rows, compared),
            foot=2,
        )
        ax.set_xlim(low, high)
        ax.set_label(alt_text(frame, "changes"))
        for place, (what, words) in enumerate(key):
            _draw_key(ax, what, words, place * _KEY + 8)
        zero = -low / (high - low)
        # Beside an edge of the strip the words stay inside.
        middle = min(max(zero, _NO_CHANGE), 1 - _NO_CHANGE)
        write(ax, middle, head - 3, "no change", size=SMALL, ha="center")
        tops, y = [], head
        for row in rows:
            tops.append(_draw(ax, row, y))
            y += _height(row)
        ticks = percent_ticks(low, high)
        strips(ax, (low, high), [(top, _STRIP) for top in tops], ticks)
        for tick in ticks:
            label = percent(tick, places=None)
            write(ax, tick, y + 4, label, size=SMALL, ha="center", transform=ax.transData)
    return ax


_KEY_ENTRIES = (
    ("printed", "as printed, with what its rounding allows"),
    ("counted", "recomputed from counts, with its interval"),
    ("hollow", "as printed; base not held, so no interval"),
)


def _shows(row: Record, what: str) -> bool:
    if what == "counted":
        return row.get("change_pct") is not None
    if row.get("printed_pct") is None:
        return False
    return (row.get("base_count") is None) is (what == "hollow")


def _reach(rows: list[Record]) -> tuple[float, float]:
    values = [0.0] + [
        value
        for row in rows
        for column in row
        if column.endswith("_pct") and (value := number(row, column)) is not None
    ]
    margin = max(max(values) - min(values), 10.0) * 0.06
    return min(values) - margin, max(values) + margin


def _height(row: Record) -> float:
    above = len(_name(row)) * _LABEL + len(_details(row)) * _LINE
    return above + 4 + _STRIP + _BETWEEN


def _name(row: Record) -> list[str]:
    return lines_of(text(row, "measure"), width=225, bold=True)


def _details(row: Record) -> list[str]:
    printed, counted = number(row, "printed_pct"), number(row, "change_pct")
    parts = [
        f"printed {percent(printed, places=None)}" if printed is not None else "nothing printed"
    ]
    if counted is not None:
        words = f"from counts {percent(counted)}"
        if sure := span(row, "change_low_pct", "change_high_pct"):
            words += f" ({interval_text(*sure)})"
        parts.append(words)
    return lines_of("; ".join(parts), SMALL) + lines_of(text(row, "note"), SMALL)


def _draw(ax: Axes, row: Record, y: float) -> float:
    base = row.get("base_count")
    words = f"base {count(base)}" if base is not None else "base not held"
    write(ax, 1, y + 9, words, size=SMALL, ha="right")
    for line in _name(row):
        write(ax, 0, y + 9, line, bold=True)
        y += _LABEL
    for line in _details(row):
        write(ax, 0, y + 8, line, size=SMALL, color=MUTED)
        y += _LINE
    y += 4
    stroke(ax, [0, 0], [y - 1, y + _STRIP + 1], color=INK, width=1.2, zorder=2)
    if _shows(row, "hollow"):
        _mark(ax, "hollow", row["printed_pct"], y + _STRIP / 2)
    elif _shows(row, "printed"):
        rounding = span(row, "printed_low_pct", "printed_high_pct")
        _mark(ax, "printed", row["printed_pct"], y + 6, rounding)
    if _shows(row, "counted"):
        sure = span(row, "change_low_pct", "change_high_pct")
        _mark(ax, "counted", row["change_pct"], y + 15, sure)
    return y


def _mark(
    ax: Axes,
    what: str,
    at: float,
    y: float,
    ends: tuple[float, float] | None = None,
) -> None:
    color = PALETTE[2] if what == "printed" else PALETTE[0]
    if ends is not None:
        width = 4.5 if what == "printed" else 1.8
        stroke(ax, ends, [y, y], color=color, width=width)
    marker = MARKERS[2] if what == "printed" else MARKERS[0]
    dot(ax, at, y, color=color, marker=marker, hollow=what == "hollow")


def _draw_key(ax: Axes, what: str, words: str, y: float) -> None:
    left, right = ax.get_xlim()
    one = (right - left) / COLUMN
    ends = None if what == "hollow" else (left + one, left + 17 * one)
    _mark(ax, what, left + 9 * one, y - 3, ends)
    write(ax, 24 / COLUMN, y, words, size=SMALL)


def _subtitle(rows: list[Record], compared: tuple[str, str]) -> str:
    baseline, period = compared
    levels = {number(row, "confidence_level") for row in rows}
    level = levels.pop() if len(levels) == 1 else None
    kind = f"{level_text(level)} Poisson" if level is not None else "Poisson"
    between = f", {period} against {baseline}" if baseline and period else ""
    return f"Change in percent{between}. Intervals from counts are {kind} intervals."


def _two_comparisons(rows: list[Record]) -> str:
    first = rows[0]
    other = next(row for row in rows if same_comparison([first, row]) is None)
    said = "; ".join(
        f"{text(row, 'measure')} compares {text(row, 'period', 'no stated period')} "
        f"with {text(row, 'baseline', 'no stated baseline')}"
        for row in (first, other)
    )
    return f"{said}. One axis cannot hold both: plot each comparison apart."
