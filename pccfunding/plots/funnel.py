"""Area rates against the limits of counting noise: a funnel laid on its side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.plots._canvas import (
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
from pccfunding.plots._records import Record, number, records, span, text
from pccfunding.plots.describing import alt_text
from pccfunding.plots.wording import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_funnel"]

_LABEL, _LINE, _STRIP, _BETWEEN, _KEY = 13.0, 12.0, 21.0, 12.0, 14.0
_INSIDE, _OUTSIDE = PALETTE[0], PALETTE[2]
_LIMITS = (("95", 6.0), ("998", 2.0))
_KEY_ENTRIES = (
    ("rate", "rate of the area"),
    ("outside", "rate outside the 99.8% limits"),
    ("limits", "95% limits (thick) and 99.8% limits of counting noise"),
    ("widened", "99.8% limits widened by the dispersion (dashed)"),
)


def plot_funnel(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> Axes:
    """Draw one strip an area: its rate, and the limits that counting noise would keep to.

    With the largest area first the limits widen downwards, as in a funnel. A line marks the rate
    that all areas are held against.

    Parameters
    ----------
    frame : DataFrame
        One row an area, in the order in which they are drawn, with the columns

        - `area` : name
        - `rate` : of the area
        - `low_95`, `high_95`, `low_998`, `high_998` : limits, as rates
        - `low_998_widened`, `high_998_widened` : limits widened by the dispersion, optional
        - `centre` : rate that all areas are held against
        - `outside` : 'above 95%', 'below 99.8%', ... or empty, optional
        - `count` : events of the area, optional
        - `per` : what the rate is per, optional
        - `dispersion` : optional
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
    >>> from pccfunding.evaluation import funnel_limits
    >>> found = funnel_limits([12, 30, 9], [1000, 1000, 1000], labels=["A", "B", "C"])
    >>> "rate 30.0; above 95%" in [words.get_text() for words in found.plot().texts]
    True
    """
    rows = records(
        frame,
        needs=["area", "rate", "low_95", "high_95", "low_998", "high_998", "centre"],
        plot="plot_funnel",
    )
    key = [entry for entry in _KEY_ENTRIES if any(_shows(row, entry[0]) for row in rows)]
    head = len(key) * _KEY + 16.0
    height = head + sum(_height(row) for row in rows)
    low, high = _reach(rows)
    with house_style():
        ax = canvas(
            ax,
            height=height,
            title=title or "Which areas stand out from counting noise",
            subtitle=subtitle or _subtitle(rows),
            foot=14.0,
        )
        ax.set_xlim(low, high)
        ax.set_label(alt_text(frame, "funnel"))
        for place, (what, words) in enumerate(key):
            _draw_key(ax, what, words, place * _KEY + 8)
        tops, y = [], head
        for row in rows:
            top = _draw(ax, row, y)
            tops.append(top)
            y += _height(row)
        ticks = _ticks(low, high)
        strips(ax, (low, high), [(top, _STRIP) for top in tops], ticks)
        for tick in ticks:
            at = ax.transData
            write(ax, tick, height + 10, f"{tick:g}", size=SMALL, ha="center", transform=at)
    return ax


def _shows(row: Record, what: str) -> bool:
    if what == "widened":
        return span(row, "low_998_widened", "high_998_widened") is not None
    if what in ("rate", "outside"):
        return ("99.8%" in text(row, "outside")) is (what == "outside")
    return True


def _reach(rows: list[Record]) -> tuple[float, float]:
    values = [
        value
        for row in rows
        for column in row
        if column.startswith(("rate", "low_", "high_")) and not column.endswith("_95_widened")
        if (value := number(row, column)) is not None
    ]
    margin = (max(values) - min(values) or 1.0) * 0.06
    return min(values) - margin, max(values) + margin


def _ticks(low: float, high: float) -> list[float]:
    """Round marks, seven at most."""
    from matplotlib.ticker import MaxNLocator

    marks = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(mark) for mark in marks if low <= mark <= high]


def _height(row: Record) -> float:
    return len(_name(row)) * _LABEL + len(_details(row)) * _LINE + 4 + _STRIP + _BETWEEN


def _name(row: Record) -> list[str]:
    return lines_of(text(row, "area"), width=225, bold=True)


def _details(row: Record) -> list[str]:
    outside = text(row, "outside")
    return lines_of(f"rate {number(row, 'rate'):,.1f}; {outside or 'within the limits'}", SMALL)


def _draw(ax: Axes, row: Record, y: float) -> float:
    if row.get("count") is not None:
        write(ax, 1, y + 9, f"count {count(row['count'])}", size=SMALL, ha="right")
    for line in _name(row):
        write(ax, 0, y + 9, line, bold=True)
        y += _LABEL
    for line in _details(row):
        write(ax, 0, y + 8, line, size=SMALL, color=MUTED)
        y += _LINE
    y += 4
    centre = float(row["centre"])
    stroke(ax, [centre, centre], [y - 1, y + _STRIP + 1], color=INK, width=1.2, zorder=2)
    if widened := span(row, "low_998_widened", "high_998_widened"):
        _widened(ax, widened, y + 17)
    for name, width in _LIMITS:
        if ends := span(row, f"low_{name}", f"high_{name}"):
            stroke(ax, ends, [y + 11, y + 11], color=MUTED, width=width)
    what = "outside" if _shows(row, "outside") else "rate"
    _point(ax, what, float(row["rate"]), y + 5)
    return y


def _widened(ax: Axes, ends: tuple[float, float], y: float) -> None:
    stroke(ax, ends, [y, y], color=MUTED, width=1.4, dashes=(3, 2))


def _point(ax: Axes, what: str, x: float, y: float) -> None:
    outside = what == "outside"
    color, marker = (_OUTSIDE, MARKERS[2]) if outside else (_INSIDE, MARKERS[0])
    dot(ax, x, y, color=color, marker=marker)


def _draw_key(ax: Axes, what: str, words: str, y: float) -> None:
    left, right = ax.get_xlim()
    one = (right - left) / COLUMN
    ends = (left + one, left + 17 * one)
    if what == "limits":
        stroke(ax, ends, [y - 3, y - 3], color=MUTED, width=2.0)
        stroke(ax, (ends[0] + 4 * one, ends[1] - 4 * one), [y - 3, y - 3], color=MUTED, width=6.0)
    elif what == "widened":
        _widened(ax, ends, y - 3)
    else:
        _point(ax, what, left + 9 * one, y - 3)
    write(ax, 24 / COLUMN, y, words, size=SMALL)


def _subtitle(rows: list[Record]) -> str:
    per, phi = number(rows[0], "per"), number(rows[0], "dispersion")
    rate = f"Rate per {per:,.0f}" if per is not None else "Rate"
    spread = f"; dispersion {phi:,.3g}" if phi is not None and phi < 1000 else ""
    if phi is not None and phi >= 1000:
        spread = f"; dispersion {phi:,.0f}"
    return f"{rate}, exact Poisson limits around {float(rows[0]['centre']):,.4g}{spread}."
