"""Areas in order of a value, each with its interval, on one page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pccfunding.areas import known_area
from pccfunding.errors import TableError
from pccfunding.plots.alt_text import ranking_words
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
from pccfunding.plots.records import Record, number, records, span, text
from pccfunding.plots.scales import Scale, round_ticks
from pccfunding.words import places_of, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["interval_rows", "plot_ranking"]

_ROW, _LINE, _NAMES, _NUMBERS, _AXIS = 14.0, 11.0, 128.0, 46.0, 18.0
# What a column's name says of its unit.
_UNITS = (("gbp", "GBP"), ("pct", "percent"))


def plot_ranking(
    frame: IntoDataFrame,
    *,
    value: str = "value",
    low: str = "low",
    high: str = "high",
    marked: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one line an area, the highest first, each with its interval where it has one.

    Forty-three areas fill one page. An area without a value stands below the others, and says so.

    Parameters
    ----------
    frame : DataFrame
        One row an area, with `area` (its name) or `area_code`, and the columns named below;
        `unit`, such as 'GBP', optional: otherwise the name of the column says it.
    value : str, default "value"
        The column that ranks.
    low, high : str, default "low", "high"
        The columns with the ends of its interval, which may be absent.
    marked : str, optional
        Name or code of the area that stands out.
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
        Colours in place of the house's: the areas, the intervals, the marked area.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If a column is missing, an area stands there twice, or no value is known.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"area": ["Kent", "Essex"], "spend_gbp_per_head": [1.5, 2.25]})
    >>> axes = plot_ranking(rates, value="spend_gbp_per_head")
    >>> [words.get_text() for words in axes.texts if words.get_gid() == "name"]
    ['Essex', 'Kent']
    """
    rows: list[Record] = [
        {
            "area": _name(row),
            "value": number(row, value),
            "low": number(row, low),
            "high": number(row, high),
            "unit": text(row, "unit") or _unit(value),
            "marked": marked is not None and marked in (row.get("area"), row.get("area_code")),
        }
        for row in records(frame, needs=[value], plot="plot_ranking")
    ]
    names = [text(row, "area") for row in rows]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice:
        raise TableError(
            f"plot_ranking draws one row an area; {twice} has several. Keep one period and class."
        )
    # The sort is stable: equal values keep the order of the frame.
    rows.sort(key=lambda row: -known if (known := number(row, "value")) is not None else math.inf)
    shown = "" if value == "value" else f": {value.replace('_', ' ')}"
    held = any(span(row, "low", "high") for row in rows)
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        return interval_rows(
            ax,
            rows,
            title=title or f"{len(rows)} areas in order{shown}"[:70],
            subtitle=subtitle
            or ("Lines are intervals." if held else "No intervals are held: order is not proof."),
            alt=ranking_words(rows),
        )


def interval_rows(
    ax: Axes | None,
    rows: Sequence[Record],
    *,
    title: str,
    subtitle: str,
    alt: str,
    reference: float | None = None,
) -> Axes:
    """Draw rows of `area`, `detail`, `value`, `low`, `high`, `unit`, `marked`: a dot each."""
    known = [
        end
        for row in rows
        for name in ("value", "low", "high")
        if (end := number(row, name)) is not None
    ]
    if not known:
        raise TableError("There is no known value to draw.")
    names = [_lines(row) for row in rows]
    talls = [_ROW + _LINE * (len(lines) - 1) for lines in names]
    height = sum(talls) + _AXIS
    drawn = canvas(ax, height=height, title=title, subtitle=subtitle)
    drawn.set_label(alt)
    drawn.set_xlim(0, COLUMN)
    scale = Scale.of(
        [*known, *([] if reference is None else [reference])], _NAMES, COLUMN - _NUMBERS - 6
    )
    bottom = height - _AXIS
    for tick in round_ticks(scale.low, scale.high, 4):
        x = scale(tick)
        stroke(drawn, [x, x], [0, bottom], color=TICK, width=0.6, zorder=0)
        write(
            drawn,
            x,
            bottom + 13,
            quantity(tick, text(rows[0], "unit")),
            size=SMALL,
            color=MUTED,
            ha="center",
            transform=drawn.transData,
        )
    if reference is not None:
        x = scale(reference)
        stroke(drawn, [x, x], [0, bottom], color=INK, width=1.2, zorder=1)
    places = min(places_of(round(end, 2) for end in known), 2)
    y = 0.0
    for row, lines, tall in zip(rows, names, talls, strict=True):
        _draw(drawn, row, lines, y, tall, scale, places)
        y += tall
    return drawn


def _lines(row: Record) -> list[str]:
    name = lines_of(text(row, "area"), SMALL, width=_NAMES - 8)[:3]
    return [*name, detail] if (detail := text(row, "detail")) else name


def _draw(
    ax: Axes,
    row: Record,
    lines: list[str],
    y: float,
    tall: float,
    scale: Scale,
    places: int,
) -> None:
    bold = bool(row.get("marked"))
    for place, line in enumerate(lines):
        words = write(
            ax, 0, y + 10 + _LINE * place, line, size=SMALL, bold=bold, transform=ax.transData
        )
        words.set_gid("name")
    middle, value = y + tall / 2, number(row, "value")
    if sure := span(row, "low", "high"):
        stroke(ax, [scale(end) for end in sure], [middle] * 2, color=PALETTE[1], width=1.8)
    if value is not None:
        color = PALETTE[2] if bold else PALETTE[0]
        marker = MARKERS[2] if bold else MARKERS[0]
        dot(ax, scale(value), middle, color=color, marker=marker, size=5.0, hollow=not sure)
    unit = text(row, "unit")
    said = "not held" if value is None else quantity(value, unit, places=places)
    if unit == "GBP" and value is not None:
        said = quantity(round(value, places), unit)
    write(ax, COLUMN, middle + 3, said, size=SMALL, bold=bold, ha="right", transform=ax.transData)


def _name(row: Record) -> str:
    if name := text(row, "area"):
        return name
    code = text(row, "area_code")
    if not code:
        raise TableError("plot_ranking needs a column 'area' or 'area_code' without gaps.")
    area = known_area(code)
    return code if area is None else area.name


def _unit(column: str) -> str:
    return next((unit for part, unit in _UNITS if part in column.split("_")), "")
