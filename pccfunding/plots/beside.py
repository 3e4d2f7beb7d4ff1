"""Spend beside a reported outcome, stream by stream, with nothing drawn between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.plots._canvas import (
    COLUMN,
    INK,
    MARKERS,
    MUTED,
    PALETTE,
    SMALL,
    bar,
    canvas,
    dot,
    house_style,
    lines_of,
    percent_ticks,
    strips,
    stroke,
    write,
)
from pccfunding.plots._records import Record, number, records, span, text
from pccfunding.plots.describing import alt_text
from pccfunding.plots.wording import count, percent, pounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_beside"]

_LABEL, _LINE, _STRIP, _BETWEEN, _HEAD = 13.0, 12.0, 14.0, 16.0, 30.0
_LEFT, _MIDDLE = 0.40, 0.46
_SUBTITLE = (
    "Side by side only: nothing here shows that the money changed the outcome. "
    "Hollow marks have no interval, since no base count is published."
)


def plot_beside(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> Axes:
    """Draw one small panel a row: spend on the left, the reported outcome on the right.

    The halves share no scale and nothing joins them, because a change beside an amount does
    not show that one made the other. Rows stand in the order of the frame, never ranked.

    Parameters
    ----------
    frame : DataFrame
        One row a stream and outcome, with the columns

        - `funding_stream` : name of the stream
        - `amount_gbp` : spend; missing where none is published
        - `amount_low_gbp`, `amount_high_gbp` : least and greatest, optional
        - `period` : what the spend is for, optional
        - `measure` : outcome; missing where none is published for the stream
        - `change_pct` : change, negative for a fall; missing where it is no change
        - `change_low_pct`, `change_high_pct` : its interval, missing without counts
        - `base_count` : count in the baseline, optional
        - `comparison` : the two periods compared, such as '2023 against 2019', optional
        - `token` : the outcome as printed, for one that is no change, optional
    ax : Axes, optional
        Where to draw; by default a figure of its own.
    title : str, optional
        Headline of at most ten words.
    subtitle : str, optional
        What is measured, of whom and when.

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
    >>> frame = pd.DataFrame(
    ...     {
    ...         "funding_stream": ["Youth Fund"],
    ...         "amount_gbp": [70023.0],
    ...         "measure": [None],
    ...         "change_pct": [None],
    ...         "change_low_pct": [None],
    ...         "change_high_pct": [None],
    ...     }
    ... )
    >>> "no outcome published" in [words.get_text() for words in plot_beside(frame).texts]
    True
    """
    rows = records(
        frame,
        needs=[
            "funding_stream",
            "amount_gbp",
            "measure",
            "change_pct",
            "change_low_pct",
            "change_high_pct",
        ],
        plot="plot_beside",
    )
    most = max(
        [value for row in rows for column in ("amount_gbp", "amount_high_gbp")
         if (value := number(row, column)) is not None],
        default=1.0,
    )  # fmt: skip
    height = _HEAD + sum(_height(row) for row in rows)
    with house_style():
        ax = canvas(
            ax,
            height=height,
            title=title or "Spend and reported outcomes, stream by stream",
            subtitle=subtitle or _SUBTITLE,
        )
        ax.set_xlim(0, 1)
        ax.set_label(alt_text(frame, "beside"))
        low, high = _reach(rows)
        write(ax, 0, 9, "Spend, pounds", size=SMALL, bold=True)
        write(ax, _MIDDLE, 9, "Change in the outcome", size=SMALL, bold=True)
        ticks = percent_ticks(low, high)
        for tick in (tick for tick in ticks if tick in (ticks[0], 0, ticks[-1])):
            x = _across(tick, low, high)
            write(ax, x, 23, percent(tick), size=SMALL, color=MUTED, ha="center")
        left, right, y = [], [], _HEAD
        for row in rows:
            top = _draw(ax, row, y, most, (low, high))
            left += [(top, _STRIP)] * (number(row, "amount_gbp") is not None)
            right += [(top, _STRIP)] * (number(row, "change_pct") is not None)
            y += _height(row)
        strips(ax, (0, _LEFT), left, ())
        strips(ax, (_MIDDLE, 1), right, [_across(tick, low, high) for tick in ticks])
    return ax


def _reach(rows: list[Record]) -> tuple[float, float]:
    values = [0.0] + [
        value
        for row in rows
        for column in ("change_pct", "change_low_pct", "change_high_pct")
        if (value := number(row, column)) is not None
    ]
    least, most = min(values), max(values)
    room = max(most - least, 20.0) * 0.12
    return least - room, most + room


def _across(change: float, low: float, high: float) -> float:
    return _MIDDLE + (1 - _MIDDLE) * (change - low) / (high - low)


def _height(row: Record) -> float:
    left, right = _words(row)
    return _BETWEEN + len(_name(row)) * _LABEL + max(len(left), len(right)) * _LINE + _STRIP + 4


def _name(row: Record) -> list[str]:
    return lines_of(text(row, "funding_stream", "(no stream named)"), bold=True)


def _words(row: Record) -> tuple[list[str], list[str]]:
    amount = number(row, "amount_gbp")
    spend = pounds(amount) if amount is not None else "spend not published"
    period = text(row, "period")
    left = lines_of(f"{spend}, {period}" if period else spend, SMALL, width=COLUMN * _LEFT)
    width = COLUMN * (1 - _MIDDLE)
    return left, [line for part in _outcome(row) for line in lines_of(part, SMALL, width=width)]


def _outcome(row: Record) -> list[str]:
    measure = text(row, "measure")
    if not measure:
        return ["no outcome published"]
    change = number(row, "change_pct")
    if change is None:
        return [f"{measure}: {text(row, 'token', 'no number published')} (no change published)"]
    base = row.get("base_count")
    sure = span(row, "change_low_pct", "change_high_pct")
    based = f"base {count(base)}" if base is not None else "base not published"
    return [
        f"{measure}: {percent(round(change, 1))}",
        *([f"({percent(sure[0], places=1)} to {percent(sure[1], places=1)})"] if sure else []),
        ", ".join(part for part in (text(row, "comparison"), based) if part),
    ]


def _draw(ax: Axes, row: Record, y: float, most: float, reach: tuple[float, float]) -> float:
    y += _BETWEEN
    stroke(ax, [0, 1], [y - 8, y - 8], color=MUTED, width=0.8)
    for line in _name(row):
        write(ax, 0, y + 9, line, bold=True)
        y += _LABEL
    halves = _words(row)
    for x, lines in zip((0, _MIDDLE), halves, strict=True):
        for place, line in enumerate(lines):
            write(ax, x, y + 8 + place * _LINE, line, size=SMALL, color=MUTED)
    y += max(len(half) for half in halves) * _LINE + 1
    middle = y + _STRIP / 2
    amount, change = number(row, "amount_gbp"), number(row, "change_pct")
    if amount is not None:
        bar(ax, 0, middle, amount / most * _LEFT, color=PALETTE[0])
        if loose := span(row, "amount_low_gbp", "amount_high_gbp", wide=True):
            ends = [end / most * _LEFT for end in loose]
            stroke(ax, ends, [middle] * 2, color=INK, width=1.6, marker="|", markersize=7)
    if change is not None:
        zero = _across(0, *reach)
        stroke(ax, [zero, zero], [y - 1, y + _STRIP + 1], color=INK, width=1.2, zorder=2)
        sure = span(row, "change_low_pct", "change_high_pct")
        if sure:
            ends = [_across(end, *reach) for end in sure]
            stroke(ax, ends, [middle] * 2, color=PALETTE[2], width=1.8)
        x = _across(change, *reach)
        dot(ax, x, middle, color=PALETTE[2], marker=MARKERS[2], hollow=not sure)
    return y
