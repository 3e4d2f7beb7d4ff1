"""Coefficients of a family as a grid of printed numbers, tinted by sign and size."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from pccfunding.plots.records import Record, number, records, text
from pccfunding.words import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_heat"]

_ROW, _NAMES = 24.0, 150.0
# So pale that black numbers keep their contrast on the strongest tint.
_STRONGEST = 0.45


def plot_heat(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one cell a pair: its coefficient, and a star where the p of the family is below .05.

    Parameters
    ----------
    frame : DataFrame
        One row a pair, with the columns

        - `spend`, `outcome` : the labels of column and row
        - `estimate` : the coefficient; missing where there is none
        - `p_max_t` : p for the family; missing where none is given
        - `n`, `family_size` : the same in every row
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
    >>> frame = pd.DataFrame({"spend": ["Youth Fund"], "outcome": ["Robbery"], "estimate": [-0.2]})
    >>> axes = plot_heat(frame.assign(p_max_t=0.4, n=43, family_size=1))
    >>> "−0.20" in [words.get_text() for words in axes.texts]
    True
    """
    rows = records(
        frame,
        needs=["spend", "outcome", "estimate", "p_max_t", "n", "family_size"],
        plot="plot_heat",
    )
    across = list(dict.fromkeys(text(row, "spend") for row in rows))
    down = list(dict.fromkeys(text(row, "outcome") for row in rows))
    wide = (COLUMN - _NAMES) / len(across)
    names = [lines_of(name, SMALL, width=max(wide - 4, 24)) for name in across]
    head = 12.0 * max(map(len, names)) + 6
    first = rows[0]
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=head + _ROW * len(down),
            title=title or "Spend and outcomes: every pair that was tried",
            subtitle=subtitle or _subtitle(rows, first),
            foot=4,
        )
        ax.set_label(alt_text(frame, "heat"))
        ax.set_xlim(0, COLUMN)
        for column, lines in enumerate(names):
            middle = _NAMES + wide * (column + 0.5)
            for place, line in enumerate(reversed(lines)):
                y = head - 6 - 12 * place
                write(ax, middle, y, line, size=SMALL, ha="center", transform=ax.transData)
        for place, name in enumerate(down):
            lines = lines_of(name, SMALL, width=_NAMES - 6)[:2]
            y = head + _ROW * place + (_ROW / 2 + 3 if len(lines) == 1 else _ROW / 2 - 3)
            for line in lines:
                write(ax, 0, y, line, size=SMALL, transform=ax.transData)
                y += 11
        for row in rows:
            column, place = across.index(text(row, "spend")), down.index(text(row, "outcome"))
            _cell(ax, row, _NAMES + wide * column, head + _ROW * place, wide)
    return ax


def _subtitle(rows: list[Record], first: Record) -> str:
    tested = any(row.get("p_max_t") is not None for row in rows)
    p = "* p below .05 for the family (max-T)." if tested else "No p: too many for so few areas."
    return (
        f"Rank correlations over {text(first, 'n')} areas, {len(rows)} pairs, "
        f"{text(first, 'family_size')} tested. {p}"
    )


def _cell(ax: Axes, row: Record, x: float, y: float, wide: float) -> None:
    from matplotlib.patches import Rectangle

    value, p = number(row, "estimate"), number(row, "p_max_t")
    tint = "white"
    if value is not None:
        tint = _tinted(PALETTE[0] if value > 0 else PALETTE[3], min(abs(value), 1.0) * _STRONGEST)
    box = Rectangle(
        (x + 1, y + 1), wide - 2, _ROW - 2, facecolor=tint, edgecolor=MUTED, linewidth=0.6
    )
    ax.add_patch(box).set_clip_on(False)
    words = (
        "none" if value is None else f"{signed(value)}{'*' if p is not None and p < 0.05 else ''}"
    )
    write(
        ax,
        x + wide / 2,
        y + _ROW / 2 + 3,
        words,
        size=SMALL,
        color=INK,
        ha="center",
        transform=ax.transData,
    )


def _tinted(color: str, share: float) -> str:
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - part) * share):02X}" for part in parts)
