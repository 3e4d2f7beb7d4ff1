"""Rows of a frame as plain Python values, with every kind of missing value as None."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from pccfunding.errors import TableError
from pccfunding.frames.tables import holds_text
from pccfunding.words import (
    FARTHEST,
    count,
    floor_text,
    is_missing,
    is_number,
    number_text,
    p_text,
    quantity,
)

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame


Record: TypeAlias = dict[str, Any]
# As a result's tidy() gives them: a ratio to nothing has no end.
_OPEN = frozenset({"estimate", "conf_low", "conf_high"})
_LIMITS = ("low_95", "high_95", "low_998", "high_998")
# What every row of a plot stands by.
_EVERY_ROW = {
    "plot_funnel": frozenset({"count", "exposure", "rate", "expected", *_LIMITS}),
    "plot_scatter": frozenset({"x", "y"}),
    "plot_null": frozenset({"low", "high", "orders", "orders_beyond"}),
}


def records(frame: IntoDataFrame, *, needs: Sequence[str], plot: str) -> list[Record]:
    """Read the rows of a pandas or Polars frame; every kind of missing value becomes None.

    Raises
    ------
    TableError
        If it is no data frame, has no rows, or lacks a column that the plot needs.
    """
    from pccfunding.frames.tables import open_table

    opened = open_table(frame, f"The frame of {plot}")
    if not opened.eager:
        raise TableError(
            f"{plot} takes a data frame whose rows are at hand; this is a {opened.kind}. Collect "
            f"it first."
        )
    opened.need(*needs)
    table = opened.frame.collect()
    if table.is_empty():
        raise TableError(f"{plot} got a frame without rows: there is nothing to draw.")
    return [
        {name: _cell(name, value, plot) for name, value in row.items()}
        for row in table.iter_rows(named=True)
    ]


def _cell(column: str, value: Any, plot: str) -> Any:
    """Give what stands in a cell; refuse a number that has no place on paper, or lacks one."""
    if is_missing(value):
        value = None
    if column in _EVERY_ROW.get(plot, ()) and not is_number(value):
        raise TableError(
            f"{plot}: column {column!r} holds {value!r}; each row needs a number there. Leave the "
            f"others out."
        )
    if not is_number(value):
        return value
    try:
        far = abs(float(value))
    except OverflowError:
        raise TableError(
            f"{plot}: column {column!r} holds a number of hundreds of digits, which no axis "
            f"reaches: a million thousand million at most. Leave it missing."
        ) from None
    if far <= FARTHEST:
        return value
    if column in _OPEN and math.isinf(far):
        return None
    raise TableError(
        f"{plot}: column {column!r} holds {value!r}, which no axis reaches: a million thousand "
        f"million at most. Leave it missing."
    )


def number(row: Record, column: str) -> float | None:
    """Read a number; None where it is missing or the column is absent."""
    value = row.get(column)
    if value is not None and not is_number(value):
        raise holds_text("frame", column, repr(value))
    return None if value is None else float(value)


def text(row: Record, column: str, otherwise: str = "") -> str:
    """Read a text; `otherwise` where it is missing or the column is absent."""
    value = row.get(column)
    return otherwise if value is None else str(value)


def at_least(row: Record) -> str:
    """Begin a sum of which a part is unknown."""
    return "at least " if row.get("lower_bound") else ""


def span(row: Record, low: str, high: str, *, wide: bool = False) -> tuple[float, float] | None:
    """Read both ends of an interval; None where one is missing or, if `wide`, they are equal."""
    least, most = number(row, low), number(row, high)
    if least is None or most is None or (wide and least == most):
        return None
    return least, most


def same_comparison(rows: Sequence[Record]) -> tuple[str, str] | None:
    """Find the one (baseline, period) that all rows compare; more than one gives None."""
    pairs = {(text(row, "baseline"), text(row, "period")) for row in rows}
    return pairs.pop() if len(pairs) == 1 else None


def ends(row: Record, *, unit: str) -> str:
    """Write the interval of a row in words, saying which end is left out or missing.

    Examples
    --------
    >>> ends({"low": 1.0e6, "high": None, "low_closed": False, "high_closed": False}, unit="GBP")
    'more than £1,000,000'
    """
    low, high = number(row, "low"), number(row, "high")
    low_closed, high_closed = bool(row.get("low_closed")), bool(row.get("high_closed"))
    least = None if low is None else quantity(low, unit)
    most = None if high is None else quantity(high, unit)
    if least is not None and least == most:
        return f"exactly {least}"
    if least is not None and most is not None:
        before = "" if low_closed else "above "
        after = "" if high_closed else "below "
        return f"{before}{least} to {after}{most}"
    if least is not None:
        return f"{least} or more" if low_closed else f"more than {least}"
    if most is not None:
        return f"{most} or less" if high_closed else f"less than {most}"
    return "no bound on either side"


def brief(value: float, unit: str) -> str:
    """Write a number of a plot: pounds, counts and percent as they are, others to four digits.

    Examples
    --------
    >>> brief(5.7151834, "million offences"), brief(222.66, "GBP")
    ('5.715 million offences', '£222.66')
    """
    if unit in ("GBP", "percent", "count"):
        return quantity(value, unit)
    return f"{number_text(value)} {unit}".rstrip()


def p_words(row: Record) -> str:
    """Write p with n, the size of the family and the smallest p that could come out.

    Examples
    --------
    >>> p_words({"p_value": 0.0333, "min_p": 0.00278, "n": 6, "unit": "districts"})
    'p = 0.033, n = 6 districts, family of 1, smallest attainable p 0.003'
    """
    p, floor = number(row, "p_value"), number(row, "min_p")
    least = "smallest attainable p unknown" if floor is None else floor_text(floor)
    family = int(number(row, "family_size") or 1)
    return (
        f"{p_text(p)}, n = {text(row, 'n')} {text(row, 'unit', 'areas')}, family of "
        f"{count(family)}, {least}"
    )


class PlotOptions(TypedDict, total=False):
    """What every plot takes beside its frame, as the plots themselves say.

    Examples
    --------
    >>> from pccfunding import reconcile
    >>> how = PlotOptions(title="Two sides", color="teal")
    >>> reconcile("£350k", "£352,195", relation="equal").plot(**how).get_title(loc="left")
    'Two sides'
    """

    title: str | None
    subtitle: str | None
    figsize: tuple[float, float] | None
    color: str | None
    palette: Sequence[str] | None
