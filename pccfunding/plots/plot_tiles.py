"""Tile maps: one tile an area, so that large and empty areas do not speak loudest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.canvas import (
    COLUMN,
    INK,
    MUTED,
    PALETTE,
    SMALL,
    canvas,
    house_style,
    lines_of,
    write,
)
from pccfunding.plots.places import DISTRICTS, FORCES
from pccfunding.plots.records import Record, number, records, text
from pccfunding.words import places_of, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_tiles"]

# The sequential palette of the Analysis Function, light to dark; the lightest needs its outline.
_SHADES = {1: "#6BACE6", 2: "#2073BC", 3: "#12436D"}
_NAME, _GAP, _KEY = 7.5, 3.0, 18.0


def plot_tiles(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one tile an area with its number: the six districts, or the 43 police force areas.

    Only rates belong on it, never counts, which would show where people live. An area of the map
    that the frame leaves out, or whose number is missing, is an empty tile with a dash.

    Parameters
    ----------
    frame : DataFrame
        One row an area, all districts of Cambridgeshire and Peterborough or all police force
        areas, with the columns

        - `area_code` : ONS code
        - `value` : the rate, rounded as it is to be read; missing where none is published
        - `unit` : 'GBP', 'percent', ...; optional, one for all rows
        - `step` : 1, 2 or 3 for low, middle and high, optional; shades the tile
        - `marked` : whether the tile is framed, optional
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
        The frame of marked tiles, as matplotlib writes it; shades keep their contrast.
    palette : sequence of str, optional
        Colours in place of the house's; the fourth, or the last round, frames marked tiles.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If a column is missing, or an area is on neither map.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"area_code": ["E07000010", "E07000008"], "value": [4.1, 3.2]})
    >>> [words.get_text() for words in plot_tiles(frame).texts if words.get_text() == "4.1"]
    ['4.1']
    """
    rows = records(frame, needs=["area_code", "value"], plot="plot_tiles")
    by_code = {text(row, "area_code"): row for row in rows}
    places = DISTRICTS if set(by_code) <= set(DISTRICTS) else FORCES
    strange = sorted(set(by_code) - set(places))
    if strange:
        raise TableError(
            f"plot_tiles has a tile for each of the 43 police force areas and the six districts; "
            f"'{strange[0]}' is none of them. Keep one kind of area."
        )
    across = 1 + max(column for _, column, _ in places.values())
    down = 1 + max(line for line, _, _ in places.values())
    wide = COLUMN / across
    deep = 42.0 if places is DISTRICTS else 45.0
    shaded = [step for step in _SHADES if any(_step(row) == step for row in rows)]
    key = _KEY if shaded else 0.0
    places_shown = places_of(value for row in rows if (value := number(row, "value")) is not None)
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=key + down * deep,
            title=title or "Rates by area",
            subtitle=subtitle
            or f"Each tile is one area, whatever its size{'; darker is more' if shaded else ''}.",
        )
        ax.set_xlim(0, COLUMN)
        ax.set_label(alt_text(frame, "tiles"))
        if shaded:
            _draw_key(ax, shaded)
        for code, (line, column, name) in places.items():
            row = by_code.get(code)
            said = _said(row, places_shown)
            _draw(ax, row, said, name, column * wide, key + line * deep, wide, deep)
    return ax


def _said(row: Record | None, places: int) -> str:
    value = None if row is None else number(row, "value")
    if row is None or value is None:
        return "–"
    return quantity(value, text(row, "unit"), places=places)


def _step(row: Record) -> int:
    step = number(row, "step")
    return 0 if step is None else int(step)


def _draw(
    ax: Axes,
    row: Record | None,
    said: str,
    name: str,
    x: float,
    y: float,
    wide: float,
    deep: float,
) -> None:
    step = 0 if row is None or number(row, "value") is None else _step(row)
    marked = bool(row and row.get("marked"))
    _tile(ax, x, y, wide - _GAP, deep - _GAP, _SHADES.get(step, "white"), marked=marked)
    color = "white" if step > 1 else INK
    center = x + (wide - _GAP) / 2
    write(
        ax,
        center,
        y + 14,
        said,
        size=SMALL + 1,
        bold=True,
        color=color,
        ha="center",
        transform=ax.transData,
    )
    size = _NAME if wide < 80 else SMALL
    for place, line in enumerate(lines_of(name, size, width=wide - _GAP - 2)):
        write(
            ax,
            center,
            y + 24.5 + place * size * 1.2,
            line,
            size=size,
            color=color,
            ha="center",
            transform=ax.transData,
        )


def _tile(
    ax: Axes, x: float, y: float, wide: float, deep: float, color: str, *, marked: bool = False
) -> None:
    from matplotlib.patches import Rectangle

    inset = 1.5 if marked else 0.4
    box = Rectangle(
        (x + inset, y + inset),
        wide - 2 * inset,
        deep - 2 * inset,
        facecolor=color,
        edgecolor=PALETTE[3] if marked else MUTED,
        linewidth=3.0 if marked else 0.8,
    )
    ax.add_patch(box).set_clip_on(False)


def _draw_key(ax: Axes, shaded: list[int]) -> None:
    words = {1: "low", 2: "middle", 3: "high"}
    for place, step in enumerate(shaded):
        x = place * 72.0
        _tile(ax, x, 0, 12, 12, _SHADES[step])
        write(ax, x + 16, 9.5, words[step], size=SMALL, transform=ax.transData)
