"""Turning what stands on a side of a statement into printed numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.errors import MixedFlowError, MixedStatusError, PenceError, TableError
from pccfunding.intervals import Interval, as_fraction, decimal_text
from pccfunding.printed import Printed, parse_printed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["One", "Side", "exact_pence", "frame_rows", "printed_row", "printed_side"]

One: TypeAlias = "str | Printed | Interval | int | Fraction | Decimal | None"
Side: TypeAlias = "One | Sequence[One] | pd.DataFrame | pd.Series[Any]"


def printed_side(side: Side, *, unit: str | None = None) -> list[Printed | None]:
    """Read every term of one side; None stands for what is not published.

    Parameters
    ----------
    side : str, Printed, Interval, exact number, None, a sequence of them, DataFrame or Series
        A frame gives one term a row: its `token` where it has one, else `amount_gbp`.
    unit : str, optional
        Unit of what carries none, such as bare numbers.

    Returns
    -------
    list of Printed or None
    """
    table: Any = side
    if hasattr(table, "columns"):
        return [printed_row(row) for row in frame_rows(table)]
    if hasattr(table, "to_numpy"):
        return [
            None if value != value else _exact(exact_pence(float(value)), "GBP")
            for value in table.to_numpy()
        ]
    if isinstance(table, list | tuple):
        return [_one(term, unit) for term in table]
    return [_one(table, unit)]


def exact_pence(amount: float) -> Fraction:
    """Turn float pounds into the exact pounds and pence that they stand for.

    Raises
    ------
    PenceError
        If the amount is no whole number of pence.

    Examples
    --------
    >>> exact_pence(714.84)
    Fraction(17871, 25)
    """
    pence = round(amount * 100)
    if abs(amount * 100 - pence) > 1e-4 + 1e-14 * abs(pence):
        raise PenceError(
            f"{amount!r} pounds is no whole number of pence; rates per head are not amounts, "
            f"compare them as printed tokens."
        )
    return Fraction(pence, 100)


def frame_rows(frame: Any) -> list[dict[str, Any]]:
    """Give the rows of a table of any kind; refuse one that mixes kinds of money.

    Raises
    ------
    TableError
        If the table holds neither printed tokens nor amounts.
    MixedStatusError, MixedFlowError
        If its rows differ in status or flow.
    """
    import narwhals.stable.v2 as nw

    opened = nw.from_native(frame)
    rows = (opened.collect() if isinstance(opened, nw.LazyFrame) else opened).rows(named=True)
    columns = opened.collect_schema().names()
    if not {"token", "amount_gbp"} & set(columns):
        raise TableError(
            f"This table has neither token nor amount_gbp; it has "
            f"{', '.join(map(repr, columns))}. Name the printed amounts one of these."
        )
    for column, error in (("status", MixedStatusError), ("flow", MixedFlowError)):
        counts = Counter(row[column] for row in rows if isinstance(row.get(column), str))
        if len(counts) > 1:
            mixed = ", ".join(f"{number} {name}" for name, number in counts.items())
            raise error(f"These rows mix {mixed}. Keep one {column}, or sum them apart.")
    return rows


def printed_row(row: Mapping[Any, Any]) -> Printed | None:
    """Read one row of figures or amounts; None where it prints no number, 0 where it says nil."""
    amount: Any = row.get("amount_gbp")
    known_amount = amount is not None and amount == amount
    token = row.get("token")
    if row.get("unknown") == "nil":
        return _exact(Fraction(0), row.get("unit") or "GBP")
    if not isinstance(token, str):
        return _exact(exact_pence(float(amount)), "GBP") if known_amount else None
    printed = parse_printed(token, unit=row.get("unit"), exact=row.get("precision") == "exact")
    if row.get("direction") == "down":
        printed = printed.mirrored()
    said = printed.value if "amount_gbp" in row and printed.unit == "GBP" else None
    if said is not None and not (known_amount and exact_pence(float(amount)) == said):
        raise TableError(
            f"amount_gbp is {amount!r}, but the token beside it says {token!r}. "
            f"Drop the column token to compare changed amounts."
        )
    return printed


def _one(term: One, unit: str | None) -> Printed | None:
    if term is None or isinstance(term, Printed):
        return term
    if isinstance(term, str):
        return parse_printed(term, unit=unit)
    if isinstance(term, Interval):
        return Printed(
            text=str(term),
            value=term.low if term.is_point else None,
            hard=term,
            soft=term,
            strict=term,
            lenient=term,
            unit=unit or "",
        )
    return _exact(as_fraction(term), unit)


def _exact(value: Fraction, unit: str | None) -> Printed:
    point = Interval.point(value)
    return Printed(
        text=decimal_text(value),
        value=value,
        hard=point,
        soft=point,
        strict=point,
        lenient=point,
        unit=unit or "",
    )
