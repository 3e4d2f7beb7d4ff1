"""Award lines by funder heading, with the subtotals and the total that were derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.plots.alt_text import alt_text
from pccfunding.plots.canvas import (
    INK,
    MUTED,
    PALETTE,
    bar,
    canvas,
    house_style,
    lines_of,
    stroke,
    write,
)
from pccfunding.plots.records import Record, at_least, number, records, span, text
from pccfunding.words import pounds, unknown_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_streams"]

_KINDS = ("line", "subtotal", "total")
_LABEL, _BAR, _GAP, _BETWEEN = 13.0, 8.0, 9.0, 13.0


def plot_streams(
    frame: IntoDataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
    waterfall: bool = False,
) -> Axes:
    """Draw award lines as bars under their funder headings, with subtotals and total.

    Printed amounts are filled bars; derived ones are outlines and carry the word "derived".
    A thin line spans the amounts that the printed words allow. A line without a published
    amount keeps its place and says which kind of unknown it is.

    Parameters
    ----------
    frame : DataFrame
        One row a bar, in the order of the listing, with the columns

        - `row` : 'line', 'subtotal' or 'total'; without the column all are lines, as in
          ``load_awards()``, and headings carry no sum
        - `funder_group` : heading that the line or subtotal belongs under, optional
        - `funding_stream` : name of the line
        - `amount_gbp` : the amount; missing where none is published
        - `amount_low_gbp`, `amount_high_gbp` : least and greatest, optional
        - `derived` : whether no source prints the amount, optional
        - `lower_bound` : whether a part of a sum is unknown, so that it is the least, optional
        - `token` : the amount as printed, optional
        - `unknown` : kind of unknown where no amount is known, optional
        - `period`, `status` : for the subtitle, optional
    ax : Axes, optional
        Where to draw; by default a figure of its own.
    title : str, optional
        Headline of at most ten words.
    subtitle : str, optional
        What is measured, of whom and when.
    waterfall : bool, default False
        Begin each line where the one before ended, so that the lines climb to the total.
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
        If a column is missing, a row is of no known kind, or no amount is known.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("line", "Grants", "Victims", 300.0, False), ("total", None, None, 300.0, True)]
    >>> columns = ["row", "funder_group", "funding_stream", "amount_gbp", "derived"]
    >>> ax = plot_streams(pd.DataFrame(rows, columns=columns))
    >>> [float(bar.get_width()) for bar in ax.patches]
    [300.0, 300.0]

    What the loaders return is drawn as it is.

    >>> from pccfunding import load_awards
    >>> len(plot_streams(load_awards()).patches)
    8
    """
    rows = records(frame, needs=["funding_stream", "amount_gbp"], plot="plot_streams")
    listed = "row" not in rows[0]
    if listed:
        # What a loader gives: lines alone, whose headings carry no sum.
        rows = [row | {"row": "line"} for row in rows]
    strange = sorted({text(row, "row", "(missing)") for row in rows} - set(_KINDS))
    if strange:
        raise TableError(
            f"plot_streams knows rows of kind {', '.join(_KINDS)}; found {', '.join(strange)}."
        )
    reach = [
        value
        for row in rows
        for column in ("amount_gbp", "amount_high_gbp", "amount_low_gbp")
        if (value := number(row, column)) is not None
    ]
    if waterfall:
        reach.append(sum(number(row, "amount_gbp") or 0 for row in rows if row["row"] == "line"))
    if not reach or max(reach) <= 0:
        raise TableError("plot_streams found no amount above zero to draw.")

    groups = list(dict.fromkeys(text(row, "funder_group") for row in rows if row["row"] != "total"))
    summed = {text(row, "funder_group") for row in rows if row["row"] == "subtotal"}
    # Colours of several groups are told apart by their headings.
    headings = [
        {"row": "subtotal", "funder_group": group}
        for group in groups
        if group and group not in summed and (listed or len(groups) > 1)
    ]
    order = [
        row
        for group in groups
        for kind in ("subtotal", "line")
        for row in (*headings, *rows)
        if row["row"] == kind and text(row, "funder_group") == group
    ] + [row for row in rows if row["row"] == "total"]
    height = sum(_height(row) for row in order) - _GAP / 2
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        colors = {group: PALETTE[place] for place, group in enumerate(groups)}
        ax = canvas(
            ax,
            height=height,
            title=title or _headline(rows),
            subtitle=subtitle or _subtitle(rows),
        )
        ax.set_xlim(0, max(reach) * 1.002)
        ax.set_label(alt_text(frame, "streams"))
        y, climbed = 0.0, 0.0
        for row in order:
            own = colors.get(text(row, "funder_group"), INK)
            start = climbed if waterfall and row["row"] != "total" else 0.0
            _draw(ax, row, y, INK if row["row"] == "total" else own, start)
            climbed += (number(row, "amount_gbp") or 0.0) if row["row"] == "line" else 0.0
            y += _height(row)
    return ax


def _height(row: Record) -> float:
    extra = (len(_label(row)) - 1) * _LABEL
    above = 0.0 if row["row"] == "line" else _BETWEEN
    below = _BAR + _GAP if "amount_gbp" in row else _GAP / 2
    return above + extra + _LABEL + below


def _label(row: Record) -> list[str]:
    name = {
        "line": text(row, "funding_stream") or text(row, "recipient", "(no stream named)"),
        "subtotal": text(row, "funder_group", "(no heading)"),
        "total": "Total",
    }[row["row"]]
    return lines_of(name, width=222, bold=row["row"] != "line")


def _draw(ax: Axes, row: Record, y: float, color: str, start: float) -> None:
    summed, derived = row["row"] != "line", bool(row.get("derived"))
    if summed:
        y += _BETWEEN
        across = ax.get_yaxis_transform()
        stroke(ax, [0, 1], [y - 6, y - 6], color=MUTED, width=0.8, transform=across)
    if "amount_gbp" in row:
        write(ax, 1, y + 9, _amount(row), bold=summed, ha="right")
    for line in _label(row):
        write(ax, 0, y + 9, line, bold=summed)
        y += _LABEL
    amount = number(row, "amount_gbp")
    middle = y + _BAR / 2
    if amount is not None:
        hatch = "////" if row["row"] == "total" and derived else ""
        bar(ax, start, middle, amount, color=color, hollow=derived, hatch=hatch)
    if loose := span(row, "amount_low_gbp", "amount_high_gbp", wide=True):
        ends = [start + loose[0], start + loose[1]]
        stroke(ax, ends, [middle] * 2, color=INK, width=1.6, marker="|", markersize=7)


def _amount(row: Record) -> str:
    amount = number(row, "amount_gbp")
    if amount is None:
        return text(row, "token") or unknown_text(row.get("unknown"))
    if row.get("derived"):
        return f"derived {at_least(row)}{pounds(amount)}"
    return text(row, "token", pounds(amount))


def _headline(rows: list[Record]) -> str:
    return " ".join(["Awards by funding stream", *_common(rows, "period")])


def _subtitle(rows: list[Record]) -> str:
    status = "".join(f", status: {word}" for word in _common(rows, "status"))
    derived = any(row.get("derived") for row in rows)
    told = "Filled bars are printed; outlines are derived by adding up." if derived else ""
    return f"Pounds, cash{status}. {told or 'Bars are the amounts as printed.'}"


def _common(rows: list[Record], column: str) -> list[str]:
    values = {text(row, column) for row in rows} - {""}
    return sorted(values) if len(values) == 1 else []
