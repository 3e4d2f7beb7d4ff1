"""Rates of many areas over years: a thin line an area, their middle; nothing crosses a break."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pccfunding.areas import find_area
from pccfunding.errors import TableError
from pccfunding.plots.alt_text import alt_text, breaks_of_all, middles_of, years_held
from pccfunding.plots.canvas import (
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
from pccfunding.plots.records import Record, number, records, text
from pccfunding.words import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_trends"]

_HEIGHT, _RIGHT = 215.0, 86.0
_Line = list[tuple[float, float]]


def plot_trends(
    frame: IntoDataFrame,
    *,
    marked: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw the rate of each area by year, the middle of the areas, and one area by name.

    A line never crosses a break: it ends before it. A dashed upright stands where all areas break.

    Parameters
    ----------
    frame : DataFrame
        As :func:`pccfunding.offence_rates` gives it: one row an area and year, with the columns

        - `area_code`, `period_start`, `offences_per_1000` (missing where unknown)
        - `offence` : lines of different classes are not joined; optional
        - `series_break` : what changed in that year; optional
    marked : str, optional
        Name or ONS code of an area that is drawn on top and named.
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
        If a column is missing, no rate is known, or the marked area is not among the rows.
    UnknownNameError
        If the marked area is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame(
    ...     {
    ...         "area_code": ["E23000023"] * 3,
    ...         "period_start": pd.to_datetime(["2015-04-01", "2016-04-01", "2017-04-01"]),
    ...         "offences_per_1000": [2.8, 2.5, 5.1],
    ...         "offence": ["Domestic burglary"] * 2 + ["Residential burglary"],
    ...         "series_break": [None, None, "a new class"],
    ...     }
    ... )
    >>> axes = plot_trends(rates, marked="Cambridgeshire")
    >>> [len(line.get_xdata()) for line in axes.lines if line.get_gid() == "marked"]
    [2, 1]
    """
    rows = records(
        frame, needs=["area_code", "period_start", "offences_per_1000"], plot="plot_trends"
    )
    known = [row for row in rows if number(row, "offences_per_1000") is not None]
    if not known:
        raise TableError("plot_trends found no known rate to draw.")
    chosen = None if marked is None else find_area(marked)
    if chosen is not None and chosen.code not in {text(row, "area_code") for row in known}:
        raise TableError(f"plot_trends: no row is of {chosen.name} ({chosen.code}).")
    lines = _lines(known)
    years = years_held(known)
    most = max(y for line in lines for _, y in line[1])
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=_HEIGHT,
            title=title or _headline(known),
            subtitle=subtitle or "Offences per 1,000 residents by financial year, each area a line",
            foot=15,
            right=_RIGHT,
        )
        ax.set_label(alt_text(frame, "trends"))
        ax.set_ylim(0, most * 1.08 or 1.0)
        first, last = min(years), max(years)
        ax.set_xlim(first - 1.2, last + 0.3)
        point = most * 1.08 / _HEIGHT
        _draw_scale(ax, most, point, years)
        for code, line in lines:
            if chosen is None or code != chosen.code:
                _trace(ax, line, TICK, 0.7, "area")
        for line in middles_of(known):
            _trace(ax, line, INK, 2.2, "middle")
        names = [(middles_of(known)[-1][-1][1], "Middle of the areas", INK)]
        if chosen is not None:
            own = [line for code, line in lines if code == chosen.code]
            for line in own:
                _trace(ax, line, PALETTE[0], 2.2, "marked")
            names.append((own[-1][-1][1], chosen.name, PALETTE[0]))
        for year in breaks_of_all(known):
            stroke(
                ax,
                [year - 0.5] * 2,
                [0, most * 1.04],
                color=MUTED,
                width=1.0,
                linestyle=(0, (4, 3)),
                gid="break",
            )
            write(
                ax,
                year - 0.4,
                most * 1.02,
                "series break",
                size=SMALL,
                color=MUTED,
                transform=ax.transData,
            )
        _name(ax, names, last, point)
    return ax


def _year(row: Record) -> float:
    return float(row["period_start"].year)


def _lines(known: list[Record]) -> list[tuple[str, _Line]]:
    """The stretches of each area and class between which nothing is missing or broken."""
    series: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in known:
        series[text(row, "area_code"), text(row, "offence")].append(row)
    found: list[tuple[str, _Line]] = []
    for (code, _), points in sorted(series.items()):
        line: _Line = []
        for row in sorted(points, key=_year):
            if line and (_year(row) - line[-1][0] != 1 or text(row, "series_break")):
                found.append((code, line))
                line = []
            line.append((_year(row), float(row["offences_per_1000"])))
        found.append((code, line))
    return sorted(found, key=lambda one: one[1][0][0])


def _trace(ax: Axes, line: _Line, color: str, width: float, gid: str) -> None:
    xs, ys = [x for x, _ in line], [y for _, y in line]
    order = {"area": 1, "middle": 2, "marked": 3}[gid]
    marker = "o" if len(line) == 1 else "None"
    stroke(ax, xs, ys, color=color, width=width, gid=gid, zorder=order, marker=marker)


def _draw_scale(ax: Axes, most: float, point: float, years: dict[int, str]) -> None:
    from matplotlib.ticker import MaxNLocator

    across = ax.get_yaxis_transform()
    for mark in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, most):
        if 0 <= mark <= most * 1.08:
            stroke(ax, [0, 1], [mark] * 2, color=TICK, width=0.7, transform=across, zorder=0)
            write(ax, 0, mark + 3 * point, number_text(mark), size=SMALL, color=MUTED)
    apart = -(-(max(years) - min(years) + 1) // 4)
    for year in range(min(years), max(years) + 1, apart):
        if year in years:
            write(
                ax, year, -12 * point, years[year], size=SMALL, ha="center", transform=ax.transData
            )


def _name(ax: Axes, names: list[tuple[float, str, str]], last: int, point: float) -> None:
    """Name lines beside their last point, pushed apart where two would overlap."""
    floor = 0.0
    for height, name, color in sorted(names):
        words = lines_of(name, SMALL, width=_RIGHT - 10)
        top = max(height + len(words) * 5.5 * point, floor + len(words) * 11.5 * point)
        for down, word in enumerate(words):
            write(
                ax,
                last + 0.5,
                top - (9 + down * 11.5) * point,
                word,
                size=SMALL,
                bold=True,
                color=color,
                transform=ax.transData,
            )
        floor = top + 3 * point


def _headline(known: list[Record]) -> str:
    classes = list(dict.fromkeys(text(row, "offence") for row in known if text(row, "offence")))
    return " and ".join(sorted(classes)[:2]) or "Rates by financial year"
