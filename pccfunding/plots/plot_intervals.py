"""Sides of a statement as intervals above each other, with the verdict in a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.plots.alt_text import alt_text, statements_of
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
    strips,
    stroke,
    write,
)
from pccfunding.plots.records import Record, ends, number, records, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_intervals"]

_ACROSS = (-0.03, 1.03)
_LABEL, _LINE, _STRIP, _BETWEEN, _KEY = 13.0, 12.0, 13.0, 16.0, 14.0
_SIGNS = {
    "reconciles": "=",
    "does not exceed": "\N{LESS-THAN OR EQUAL TO}",
    "conflicts": "\N{NOT EQUAL TO}",
    "cannot be told": "?",
}


def plot_intervals(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw the sides of each statement as bars with open and closed ends, and its verdict.

    A filled end belongs to the interval, a hollow one does not, an arrow has no bound. Each
    statement has a scale of its own, so lengths compare within a statement only.

    Parameters
    ----------
    frame : DataFrame
        One row a side of a statement, with the columns

        - `statement` : what is claimed; rows with the same text belong together
        - `side` : which side of the claim the row is
        - `low`, `high` : the ends; missing where there is no bound
        - `low_closed`, `high_closed` : whether the end itself is possible
        - `verdict` : 'reconciles', 'conflicts', 'cannot be told' or 'does not exceed'
        - `unit` : 'GBP', 'percent', 'count', ...; optional
        - `token` : the number as printed, optional
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
    ...         "statement": ["Four years, and one of them"] * 2,
    ...         "side": ["four years", "one year"],
    ...         "low": [21_450_000.0, 5_981_458.0],
    ...         "high": [21_550_000.0, 5_981_458.0],
    ...         "low_closed": True,
    ...         "high_closed": True,
    ...         "unit": "GBP",
    ...         "verdict": "does not exceed",
    ...     }
    ... )
    >>> "≤ does not exceed" in [words.get_text() for words in plot_intervals(frame).texts]
    True
    """
    rows = records(
        frame,
        needs=["statement", "side", "low", "high", "low_closed", "high_closed", "verdict"],
        plot="plot_intervals",
    )
    statements = statements_of(rows)
    key = _key(rows)
    head = len(key) * _KEY
    height = head + sum(_height(sides) for sides in statements)
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=height,
            title=title or "What the printed figures allow, side by side",
            subtitle=subtitle
            or "Each statement has its own scale; a bar spans what the words allow.",
        )
        ax.set_xlim(_ACROSS)
        ax.set_label(alt_text(frame, "intervals"))
        for place, (closed, words) in enumerate(key):
            _draw_key(ax, closed, words, place * _KEY + 8)
        tops, y = [], head
        for sides in statements:
            tops += _draw(ax, sides, y)
            y += _height(sides)
        strips(ax, _ACROSS, [(top, _STRIP) for top in tops], ())
    return ax


def _key(rows: list[Record]) -> list[tuple[bool | None, str]]:
    known = [
        bool(row.get(f"{end}_closed")) if row.get(end) is not None else None
        for row in rows
        for end in ("low", "high")
    ]
    entries: list[tuple[bool | None, str]] = [
        (True, "this end is possible"),
        (False, "up to this end, but not the end itself"),
        (None, "no bound on this side"),
    ]
    return [entry for entry in entries if entry[0] in known]


def _height(sides: list[Record]) -> float:
    above = len(_claim(sides)) * _LABEL + _LABEL
    return _BETWEEN + above + sum(len(_words(row)) * _LINE + 5 + _STRIP for row in sides)


def _claim(sides: list[Record]) -> list[str]:
    return lines_of(text(sides[0], "statement"), bold=True)


def _words(row: Record) -> list[str]:
    token, allowed = text(row, "token"), ends(row, unit=text(row, "unit"))
    printed = "" if not token or allowed.endswith(token) else f" {token}"
    return lines_of(f"{text(row, 'side')}{printed}: {allowed}", SMALL)


def _draw(ax: Axes, sides: list[Record], y: float) -> list[float]:
    y += _BETWEEN
    across = ax.get_yaxis_transform()
    stroke(ax, [0, 1], [y - 8, y - 8], color=MUTED, width=0.8, transform=across)
    for line in _claim(sides):
        write(ax, 0, y + 9, line, bold=True)
        y += _LABEL
    verdict = text(sides[0], "verdict", "cannot be told")
    write(ax, 0, y + 9, f"{_SIGNS.get(verdict, '?')} {verdict}")
    y += _LABEL
    least, span = _scale(sides)
    tops = []
    for place, row in enumerate(sides):
        for line in _words(row):
            write(ax, 0, y + 9, line, size=SMALL, color=MUTED)
            y += _LINE
        y += 2
        tops.append(y)
        low, high = number(row, "low"), number(row, "high")
        left = -0.01 if low is None else (low - least) / span
        right = 1.01 if high is None else (high - least) / span
        color, middle = PALETTE[place % 2 * 2], y + _STRIP / 2
        stroke(ax, [left, right], [middle, middle], color=color, width=3)
        for at, end, arrow in ((left, "low", "<"), (right, "high", ">")):
            closed = None if row.get(end) is None else bool(row.get(f"{end}_closed"))
            _end(ax, at, middle, closed, color, arrow)
        y += _STRIP + 3
    return tops


def _end(ax: Axes, x: float, y: float, closed: bool | None, color: str, arrow: str) -> None:
    marker = arrow if closed is None else MARKERS[0]
    dot(ax, x, y, color=color, marker=marker, size=7.5, hollow=closed is False)


def _draw_key(ax: Axes, closed: bool | None, words: str, y: float) -> None:
    left, one = _ACROSS[0], (_ACROSS[1] - _ACROSS[0]) / COLUMN
    stroke(ax, [left + one, left + 12 * one], [y - 3, y - 3], color=INK, width=3)
    _end(ax, left + 12 * one, y - 3, closed, INK, ">")
    write(ax, 24 / COLUMN, y, words, size=SMALL)


def _scale(sides: list[Record]) -> tuple[float, float]:
    """Where the statement's own scale begins, and how long it is; room for unbounded sides."""
    known = [
        value for row in sides for end in ("low", "high") if (value := number(row, end)) is not None
    ]
    if not known:
        raise TableError(
            f"No side of '{text(sides[0], 'statement')}' has a bound: leave it out of the plot."
        )
    length = max(known) - min(known) or abs(max(known)) or 1.0
    return min(known) - 0.15 * length, 1.3 * length
