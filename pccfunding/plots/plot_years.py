"""Series by financial year: points with what their printing allows, joined where years meet."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.plots.alt_text import alt_text, series_of
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
    write,
)
from pccfunding.plots.records import Record, brief, number, records, span, text
from pccfunding.words import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_years"]

_HEIGHT, _RIGHT = 215.0, 86.0
_SIGNS = ("GBP", "percent", "count", "")


def plot_years(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one or more series by financial year, each named at its last point.

    Only neighbouring years are joined: a year that is not held leaves a gap. A thin
    line through a point spans the values that its printing allows.

    Parameters
    ----------
    frame : DataFrame
        One row a series and year, with the columns

        - `series` : what the value is, such as 'cash' or 'in 2024-25 prices'
        - `year_start` : first calendar year of the financial year, as an integer
        - `financial_year` : its label, such as '2023-24'
        - `value` : the number; missing where none is published
        - `value_low`, `value_high` : least and greatest, optional; without a `value` they
          are drawn alone
        - `unit` : 'GBP', 'percent', 'count', ...; optional, one for all rows
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
        If a column is missing, no value is known, or the rows have several units.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "series": "cash",
    ...         "year_start": [2019, 2020, 2023],
    ...         "financial_year": ["2019-20", "2020-21", "2023-24"],
    ...         "value": [222.66, 232.65, 272.52],
    ...         "unit": "GBP",
    ...     }
    ... )
    >>> joined = [line for line in plot_years(frame).lines if line.get_gid() == "joined"]
    >>> [[int(year) for year in line.get_xdata()] for line in joined]
    [[2019, 2020]]
    """
    rows = records(
        frame, needs=["series", "year_start", "financial_year", "value"], plot="plot_years"
    )
    units = sorted({text(row, "unit") for row in rows})
    if len(units) > 1:
        raise TableError(
            f"plot_years draws one unit at a time; the rows have {', '.join(units)}. Split them."
        )
    series = series_of(rows)
    if not series:
        raise TableError("plot_years found no known value to draw.")
    years = {int(row["year_start"]): text(row, "financial_year") for row in rows}
    # A unit in words is said once, above the plot; a sign stands at each number.
    worded = units[0] if units[0] not in _SIGNS else ""
    sign = "" if worded else units[0]
    if subtitle and worded and worded.casefold() not in subtitle.casefold():
        subtitle = f"{subtitle.rstrip('.')}. Unit: {worded}."
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=_HEIGHT,
            title=title or _headline(series),
            subtitle=subtitle or _subtitle(units[0]),
            foot=15,
            right=_RIGHT,
        )
        ax.set_label(alt_text(frame, "years"))
        low, high = _reach(rows)
        ax.set_ylim(low, high)
        marks = _marks(low, high)
        room = _room(marks, series, sign) / (COLUMN - _RIGHT)
        span = max(years) - min(years) or 1
        ax.set_xlim(max(years) + span * 0.06 - span * 1.06 / (1 - room), max(years) + span * 0.06)
        point = (high - low) / _HEIGHT
        _draw_grid(ax, marks, sign, point)
        for year in _thinned(sorted(years)):
            label = years[year]
            write(
                ax, year, low - 12 * point, label, size=SMALL, ha="center", transform=ax.transData
            )
        for place, points in enumerate(series.values()):
            _draw(ax, points, PALETTE[place], MARKERS[place % len(MARKERS)])
        _open(ax, series, sign, point)
        _name(ax, series, sign, point)
    return ax


def _reach(rows: list[Record]) -> tuple[float, float]:
    values = [
        value
        for row in rows
        for column in ("value", "value_low", "value_high")
        if (value := number(row, column)) is not None
    ]
    least, most = min([0.0, *values]), max([0.0, *values])
    room = (most - least or 1.0) * 0.08
    return least - (room if least < 0 else 0.0), most + room


def _room(marks: list[float], series: dict[str, list[Record]], unit: str) -> float:
    """Points on the left for the labels of the marks and half of the first numbers."""
    letter = SMALL * 0.62
    firsts = [_said(points[0], unit) for points in series.values() if len(points) > 1]
    return letter * (
        max(len(quantity(mark, unit)) for mark in marks) + max(map(len, ["0000-00", *firsts])) / 2
    )


def _thinned(years: list[int]) -> list[int]:
    apart = -(-(years[-1] - years[0] + 1) // 4)
    shown = [years[0]]
    for year in years[1:]:
        if year - shown[-1] >= apart:
            shown.append(year)
    # The last year is always said: it is the one that the numbers on the right are of.
    if years[-1] - shown[-1] >= apart or len(shown) == 1:
        return sorted({*shown, years[-1]})
    return [*shown[:-1], years[-1]]


def _marks(low: float, high: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(mark) for mark in found if low <= mark <= high]


def _draw_grid(ax: Axes, marks: list[float], unit: str, point: float) -> None:
    across = ax.get_yaxis_transform()
    for mark in marks:
        color, width = (INK, 1.0) if mark == 0 else (TICK, 0.7)
        stroke(ax, [0, 1], [mark] * 2, color=color, width=width, transform=across, zorder=0)
        write(ax, 0, mark + 3 * point, quantity(mark, unit), size=SMALL, color=MUTED)


def _draw(ax: Axes, points: list[Record], color: str, marker: str) -> None:
    known = [point for point in points if number(point, "value") is not None]
    for before, after in pairwise(known):
        if _year(after) - _year(before) == 1:
            values = [float(before["value"]), float(after["value"])]
            stroke(ax, [_year(before), _year(after)], values, color=color, width=1.8, gid="joined")
    for row in known:
        dot(ax, _year(row), float(row["value"]), color=color, marker=marker, size=5.5)
    for row in points:
        if loose := span(row, "value_low", "value_high", wide=True):
            years = [_year(row)] * 2
            stroke(ax, years, loose, color=color, width=1.8, zorder=1, gid="whisker")


def _year(row: Record) -> int:
    return int(row["year_start"])


def _height_of(row: Record) -> float:
    """Where words about a point go: its value, or the top of its interval without one."""
    value = number(row, "value")
    return float(row["value_high"]) if value is None else value


def _said(row: Record, unit: str) -> str:
    value = number(row, "value")
    if value is not None:
        return brief(value, unit)
    loose = span(row, "value_low", "value_high")
    return f"{brief(loose[0], unit)} to {brief(loose[1], unit)}" if loose else ""


def _open(ax: Axes, series: dict[str, list[Record]], unit: str, point: float) -> None:
    """Write each series' first number above its first point, unless another point is there."""
    every = [row for points in series.values() for row in points]
    near = (max(map(_year, every)) - min(map(_year, every))) / 10
    for row in [points[0] for points in series.values() if len(points) > 1]:
        beneath = max(_height_of(row), number(row, "value_high") or 0.0)
        around = [other for other in every if abs(_year(other) - _year(row)) <= near]
        if not any(0 < _height_of(other) - beneath < 22 * point for other in around):
            y, words = beneath + 6 * point, _said(row, unit)
            clear_behind(
                write(ax, _year(row), y, words, size=SMALL, ha="center", transform=ax.transData)
            )


def _name(ax: Axes, series: dict[str, list[Record]], unit: str, point: float) -> None:
    """Name each series beside its last point, pushed apart where two would overlap."""
    lead = 11.5 * point
    labels = sorted(
        (
            _height_of(points[-1]),
            place,
            [*lines_of(name, SMALL, width=_RIGHT - 16), _said(points[-1], unit)],
        )
        for place, (name, points) in enumerate(series.items())
    )
    tops: list[float] = []
    for value, _, lines in labels:
        beneath = tops[-1] + 4 * point if tops else ax.get_ylim()[0]
        tops.append(max(value + len(lines) * lead / 2, beneath + len(lines) * lead))
    ceiling = ax.get_ylim()[1] + 6 * point
    for place in reversed(range(len(labels))):
        tops[place] = min(tops[place], ceiling)
        ceiling = tops[place] - len(labels[place][2]) * lead - 4 * point
    across = ax.get_yaxis_transform()
    for top, (_, place, lines) in zip(tops, labels, strict=True):
        color, marker = PALETTE[place], MARKERS[place % len(MARKERS)]
        dot(ax, 1.035, top - lead / 2, color=color, marker=marker, size=5.5, transform=across)
        for down, line in enumerate(lines):
            last = down == len(lines) - 1
            write(ax, 1.065, top - (9 + down * 11.5) * point, line, size=SMALL, bold=last)


def _headline(series: dict[str, list[Record]]) -> str:
    if len(series) > 1:
        return "By financial year"
    name = next(iter(series))
    return f"{name[:1].upper()}{name[1:]} by financial year"


def _subtitle(unit: str) -> str:
    words = {"GBP": "Pounds", "percent": "Percent", "count": "Count"}.get(unit, unit or "Value")
    return f"{words} by financial year. Only neighbouring years are joined."
