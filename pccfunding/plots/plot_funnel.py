"""Funnels: the rate of each area against the limits that counting noise alone would keep to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.canvas import (
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
from pccfunding.plots.records import Record, number, records, text
from pccfunding.words import count, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_funnel"]

_HEIGHT, _LEFT, _RIGHT, _NAMED = 230.0, 0.11, 98.0, 6
_LIMITS = (("95", 1.0, "95%"), ("998", 1.6, "99.8%"))


def plot_funnel(
    frame: IntoDataFrame,
    *,
    per: int = 1000,
    lines: IntoDataFrame | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw each area's rate over its residents, with exact 95% and 99.8% limits.

    Filled dots lie within the 99.8% limits, diamonds outside. Where the frame has limits widened
    by the dispersion, they are dashed, and what lies outside them is named; otherwise what lies
    outside the 99.8% limits, the farthest six at most. Up to six areas are all named, and a marked
    area always is.

    Parameters
    ----------
    frame : DataFrame
        One row an area, as `areas` of ``evaluation.funnel_limits``, with the columns

        - `area` : its name
        - `count`, `exposure` : offences and residents
        - `rate` : offences per `per` residents
        - `expected` : the count at the rate of all areas
        - `low_95`, `high_95`, `low_998`, `high_998` : limits, as counts
        - `low_998_widened`, `high_998_widened` : limits widened by the dispersion, optional
        - `marked` : whether the area is named whatever its rate, optional
    per : int, default 1000
        Residents that the rate is for.
    lines : DataFrame, optional
        The limits over a grid of sizes, as `lines` of ``evaluation.funnel_limits``: `exposure`
        and the limits of `frame`. Without it they are drawn from area to area.
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
        If a column is missing, or an area has no residents.

    Examples
    --------
    >>> from pccfunding.evaluation import funnel_limits
    >>> areas = funnel_limits([12, 30, 9], [900, 1000, 1100], labels=["A", "B", "C"]).areas
    >>> ax = plot_funnel(areas.assign(marked=areas["area"] == "B"))
    >>> "B" in [words.get_text() for words in ax.texts]
    True
    """
    limits = [f"{side}_{name}" for name, _, _ in _LIMITS for side in ("low", "high")]
    rows = records(
        frame, needs=["area", "count", "exposure", "rate", "expected", *limits], plot="plot_funnel"
    )
    rows.sort(key=lambda row: float(row["exposure"]))
    if rows[0]["exposure"] <= 0:
        raise TableError(
            f"plot_funnel needs the residents of each area; {text(rows[0], 'area')} has none."
        )
    drawn = rows
    if lines is not None:
        drawn = records(lines, needs=["exposure", "expected", *limits], plot="plot_funnel")
        drawn = [row for row in drawn if row["exposure"] > 0]
    widened = all(number(row, "high_998_widened") is not None for row in rows)
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        ax = canvas(
            ax,
            height=_HEIGHT,
            title=title or "Rates against the limits of counting noise",
            subtitle=subtitle
            or _subtitle(per, widened=widened, outside=any(_outside(row) for row in rows)),
            foot=28,
            right=_RIGHT,
        )
        ax.set_label(alt_text(frame, "funnel"))
        ax.set_xscale("log")
        ax.set_axis_off()
        people = [float(row["exposure"]) for row in rows]
        spread = (people[-1] / people[0]) ** 0.06 if people[-1] > people[0] else 1.5
        ax.set_xlim(people[0] / spread ** (1 + 2 * _LEFT * 8), people[-1] * spread)
        reach = [float(row["rate"]) for row in rows]
        reach += [_as_rate(row, name, per) for row in drawn for name in limits]
        if widened:
            # At the largest area, where they are narrowest: a line that is spoken of is seen.
            reach += [_as_rate(drawn[-1], f"{side}_998_widened", per) for side in ("low", "high")]
        room = (max(reach) - min(reach) or 1.0) * 0.06
        low, high = max(0.0, min(reach) - room), max(reach) + room
        ax.set_ylim(low, high)
        _grid(ax, people, low, high)
        _curves(ax, drawn, per, widened=widened)
        for row in rows:
            _mark(ax, row)
        _name(ax, rows, (high - low) / _HEIGHT, widened=widened)
    return ax


def _as_rate(row: Record, name: str, per: int) -> float:
    return float(row[name]) * per / float(row["exposure"])


def _outside(row: Record, suffix: str = "") -> bool:
    return (
        not float(row[f"low_998{suffix}"]) <= float(row["count"]) <= float(row[f"high_998{suffix}"])
    )


def _grid(ax: Axes, people: list[float], low: float, high: float) -> None:
    from matplotlib.ticker import MaxNLocator

    point = (high - low) / _HEIGHT
    for mark in MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high):
        if low <= mark <= high:
            stroke(
                ax,
                [0, 1],
                [mark, mark],
                color=TICK,
                width=0.6,
                transform=ax.get_yaxis_transform(),
                zorder=0,
            )
            write(ax, 0, mark + 3 * point, quantity(mark), size=SMALL, color=MUTED)
    for mark in _people_marks(people):
        write(
            ax,
            mark,
            low - 12 * point,
            _short(mark),
            size=SMALL,
            color=MUTED,
            ha="center",
            transform=ax.transData,
        )
    write(
        ax, 1, low - 24 * point, "residents, logarithmic scale", size=SMALL, color=MUTED, ha="right"
    )


def _people_marks(people: list[float]) -> list[float]:
    steps = [float(one * 10**power) for power in range(2, 9) for one in (1, 2, 5)]
    inside = [step for step in steps if people[0] * 0.95 <= step <= people[-1] * 1.05]
    return inside[:: -(-len(inside) // 4)] if inside else [people[0]]


def _short(number_of_people: float) -> str:
    if number_of_people >= 1e6:
        return f"{quantity(number_of_people / 1e6)}m"
    return count(number_of_people)


def _curves(ax: Axes, rows: list[Record], per: int, *, widened: bool) -> None:
    people = [float(row["exposure"]) for row in rows]
    centre = float(rows[0]["expected"]) * per / float(rows[0]["exposure"])
    stroke(ax, [people[0], people[-1]], [centre, centre], color=INK, width=1.2)
    for name, width, _ in _LIMITS:
        for side in ("low", "high"):
            rates = [_as_rate(row, f"{side}_{name}", per) for row in rows]
            stroke(ax, people, rates, color=PALETTE[0], width=width, gid=f"{side}_{name}")
    for side in ("low", "high") if widened else ():
        rates = [_as_rate(row, f"{side}_998_widened", per) for row in rows]
        name = f"{side}_998_widened"
        stroke(ax, people, rates, color=PALETTE[2], width=1.4, linestyle=(0, (4, 2)), gid=name)
    for line in ax.lines:
        # The widened limits of small areas would otherwise run through the headline.
        line.set_clip_on(str(line.get_gid()).endswith("_widened"))


def _mark(ax: Axes, row: Record) -> None:
    outside = _outside(row)
    color = PALETTE[2] if outside else PALETTE[0]
    dot(
        ax,
        float(row["exposure"]),
        float(row["rate"]),
        color=color,
        marker=MARKERS[2] if outside else MARKERS[0],
        size=7.5 if row.get("marked") else 4.5,
        hollow=bool(row.get("marked")),
    )


def _name(ax: Axes, rows: list[Record], point: float, *, widened: bool) -> None:
    """Name the marked area and the farthest outside, or all where they are few, on the right."""
    suffix = "_widened" if widened else ""
    centre = float(rows[0]["expected"]) / float(rows[0]["exposure"])
    few = len(rows) <= _NAMED
    far = [row for row in rows if (few or _outside(row, suffix)) and not row.get("marked")]
    far.sort(key=lambda row: -abs(float(row["count"]) / float(row["exposure"]) - centre))
    chosen = [row for row in rows if row.get("marked")] + far[:_NAMED]
    floor = ax.get_ylim()[0]
    for row in sorted(chosen, key=lambda row: float(row["rate"])):
        lines = lines_of(text(row, "area"), SMALL, width=_RIGHT - 14)
        deep = len(lines) * 11 * point
        y = max(float(row["rate"]) - deep / 2 + 3 * point, floor)
        stroke(
            ax,
            [float(row["exposure"]), ax.get_xlim()[1]],
            [float(row["rate"]), y + deep / 2],
            color=TICK,
            width=0.8,
            zorder=1,
        )
        for place, line in enumerate(reversed(lines)):
            write(ax, 1.02, y + place * 11 * point, line, size=SMALL, bold=bool(row.get("marked")))
        floor = y + deep + 3 * point


def _subtitle(per: int, *, widened: bool, outside: bool) -> str:
    return (
        f"Rate per {count(per)} residents; lines are exact Poisson limits at 95% and 99.8%"
        + (", dashed ones the 99.8% limits widened by the dispersion." if widened else ".")
        + (" Diamonds lie outside the exact 99.8% limits." if outside else "")
    )
