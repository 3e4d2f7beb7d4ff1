"""Spend beside a reported outcome, stream by stream, with nothing drawn between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.plots.alt_text import alt_text, streams_of
from pccfunding.plots.canvas import (
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
from pccfunding.plots.records import Record, number, records, span, text
from pccfunding.words import count, interval_text, percent, pounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_beside"]

_NEEDED = (
    "funding_stream",
    "amount_gbp",
    "measure",
    "change_pct",
    "change_low_pct",
    "change_high_pct",
)
_LABEL, _LINE, _STRIP, _BETWEEN, _APART, _HEAD = 13.0, 12.0, 14.0, 16.0, 7.0, 16.0
_LEFT, _MIDDLE = 0.40, 0.46
_SIDE_BY_SIDE = "Side by side only: nothing here shows that the money changed the outcome."
_HOLLOW = " Hollow marks have no interval, since no base count is held."


def plot_beside(
    frame: IntoDataFrame,
    *,
    scale_of: IntoDataFrame | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one small panel a stream: spend on the left, reported outcomes on the right.

    The halves share no scale and nothing joins them, because a change beside an amount does
    not show that one made the other. Streams stand in the order of the frame, never ranked.

    Parameters
    ----------
    frame : DataFrame
        One row a stream and outcome; spend is read from the first row of a
        stream and period. Columns:

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
    scale_of : DataFrame, optional
        The whole frame, where `frame` is a part of it: parts then share their scales.
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
    >>> "no outcome held" in [words.get_text() for words in plot_beside(frame).texts]
    True
    """
    rows = records(frame, needs=_NEEDED, plot="plot_beside")
    every = rows if scale_of is None else records(scale_of, needs=_NEEDED, plot="plot_beside")
    streams = streams_of(rows)
    most = max(
        (
            value
            for row in every
            for column in ("amount_gbp", "amount_high_gbp")
            if (value := number(row, column)) is not None
        ),
        default=1.0,
    )
    changed = [row for row in rows if number(row, "change_pct") is not None]
    hollow = any(not _sure(row) for row in changed)
    head = _HEAD + (14 if changed else 0)
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=head + sum(_height(outcomes) for outcomes in streams),
            title=title or "Spend and reported outcomes, stream by stream",
            subtitle=subtitle or _SIDE_BY_SIDE + (_HOLLOW if hollow else ""),
        )
        ax.set_xlim(0, 1)
        ax.set_label(alt_text(frame, "beside"))
        write(ax, 0, 9, "Spend, pounds", size=SMALL, bold=True)
        write(ax, _MIDDLE, 9, "Reported outcome", size=SMALL, bold=True)
        low, high = _reach(every)
        ticks = percent_ticks(low, high) if changed else []
        for tick in (tick for tick in ticks if tick in (ticks[0], 0, ticks[-1])):
            x = _across(tick, low, high)
            write(ax, x, 23, percent(tick, places=None), size=SMALL, color=MUTED, ha="center")
        left, right, y = [], [], head
        for outcomes in streams:
            stroke(ax, [0, 1], [y + 8, y + 8], color=MUTED, width=0.8)
            top = y + _BETWEEN
            for line in _name(outcomes):
                write(ax, 0, top + 9, line, bold=True)
                top += _LABEL
            left += _draw_spend(ax, outcomes[0], top, most)
            for row in outcomes:
                right += _draw_outcome(ax, row, top, (low, high))
                top += _tall(row)
            y += _height(outcomes)
        strips(ax, (0, _LEFT), left, ())
        strips(ax, (_MIDDLE, 1), right, [_across(tick, low, high) for tick in ticks])
    return ax


def _reach(rows: list[Record]) -> tuple[float, float]:
    values = [0.0] + [
        value
        for row in rows
        if number(row, "change_pct") is not None
        for column in ("change_pct", "change_low_pct", "change_high_pct")
        if (value := number(row, column)) is not None
    ]
    least, most = min(values), max(values)
    room = max(most - least, 20.0) * 0.12
    return least - room, most + room


def _across(change: float, low: float, high: float) -> float:
    return _MIDDLE + (1 - _MIDDLE) * (change - low) / (high - low)


def _sure(row: Record) -> tuple[float, float] | None:
    return span(row, "change_low_pct", "change_high_pct")


def _height(outcomes: list[Record]) -> float:
    left = len(_spend(outcomes[0])) * _LINE + _STRIP + _APART
    right = sum(_tall(row) for row in outcomes)
    return _BETWEEN + len(_name(outcomes)) * _LABEL + max(left, right)


def _tall(row: Record) -> float:
    marked = number(row, "change_pct") is not None
    return len(_outcome(row)) * _LINE + (_STRIP if marked else 0) + _APART


def _name(outcomes: list[Record]) -> list[str]:
    return lines_of(text(outcomes[0], "funding_stream", "(no stream named)"), bold=True)


def _spend(row: Record) -> list[str]:
    amount, period = number(row, "amount_gbp"), text(row, "period")
    said = pounds(amount) if amount is not None else "spend not held"
    return lines_of(f"{said}, {period}" if period else said, SMALL, width=COLUMN * _LEFT)


def _outcome(row: Record) -> list[str]:
    measure, change = text(row, "measure"), number(row, "change_pct")
    if not measure:
        parts = ["no outcome held"]
    elif change is None:
        parts = [f"{measure}: {text(row, 'token', 'no number held')}"]
    else:
        base, sure = row.get("base_count"), _sure(row)
        based = f"base {count(base)}" if base is not None else "base not held"
        parts = [
            f"{measure}: {percent(round(change, 1), places=None)}",
            *([f"({interval_text(*sure)})"] if sure else []),
            ", ".join(part for part in (text(row, "comparison"), based) if part),
        ]
    width = COLUMN * (1 - _MIDDLE)
    return [line for part in parts for line in lines_of(part, SMALL, width=width)]


def _draw_spend(ax: Axes, row: Record, y: float, most: float) -> list[tuple[float, float]]:
    for line in _spend(row):
        write(ax, 0, y + 8, line, size=SMALL, color=MUTED)
        y += _LINE
    amount, middle = number(row, "amount_gbp"), y + 1 + _STRIP / 2
    if amount is None or most <= 0:
        return []
    bar(ax, 0, middle, amount / most * _LEFT, color=PALETTE[0])
    if loose := span(row, "amount_low_gbp", "amount_high_gbp", wide=True):
        ends = [end / most * _LEFT for end in loose]
        stroke(ax, ends, [middle] * 2, color=INK, width=1.6, marker="|", markersize=7)
    return [(y + 1, _STRIP)]


def _draw_outcome(
    ax: Axes, row: Record, y: float, reach: tuple[float, float]
) -> list[tuple[float, float]]:
    for line in _outcome(row):
        write(ax, _MIDDLE, y + 8, line, size=SMALL, color=MUTED)
        y += _LINE
    change, sure = number(row, "change_pct"), _sure(row)
    if change is None:
        return []
    middle, zero, x = y + 1 + _STRIP / 2, _across(0, *reach), _across(change, *reach)
    stroke(ax, [zero, zero], [y, y + _STRIP + 2], color=INK, width=1.2, zorder=2)
    if sure:
        ends = [_across(end, *reach) for end in sure]
        stroke(ax, ends, [middle] * 2, color=PALETTE[2], width=1.8)
    dot(ax, x, middle, color=PALETTE[2], marker=MARKERS[2], hollow=not sure)
    return [(y + 1, _STRIP)]
