"""Turning what stands on a side of a statement into printed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.errors import MixedFlowError, MixedStatusError, PenceError, TableError
from pccfunding.intervals import Interval, as_fraction, decimal_text
from pccfunding.printed import Printed, parse_printed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["One", "Side", "exact_pence", "printed_row", "printed_side"]

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
    if hasattr(side, "columns"):
        return _from_frame(side)
    if hasattr(side, "to_numpy"):
        return [
            None if value != value else _exact(exact_pence(float(value)), "GBP")
            for value in side.to_numpy()
        ]
    if isinstance(side, list | tuple):
        return [_one(term, unit) for term in side]
    return [_one(side, unit)]  # type: ignore[arg-type]


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
    if abs(amount * 100 - pence) > 1e-6 * max(1.0, abs(amount)):
        raise PenceError(
            f"{amount!r} pounds is no whole number of pence; rates per head are not amounts, "
            f"compare them as printed tokens."
        )
    return Fraction(pence, 100)


def _from_frame(frame: Any) -> list[Printed | None]:
    for column, error in (("status", MixedStatusError), ("flow", MixedFlowError)):
        if column in frame.columns and frame[column].nunique(dropna=True) > 1:
            counts = ", ".join(f"{n} {name}" for name, n in frame[column].value_counts().items())
            raise error(f"These rows mix {counts}. Keep one {column}, or sum them apart.")
    columns = set(frame.columns)
    if not columns & {"token", "amount_gbp"}:
        raise TableError(
            f"This table has neither token nor amount_gbp; it has "
            f"{', '.join(map(repr, frame.columns))}. Name the printed amounts one of these."
        )
    return [printed_row(row) for row in frame.to_dict("records")]


def printed_row(row: dict[Any, Any]) -> Printed | None:
    """Read one row of figures or amounts; None where it prints no number."""
    amount = row.get("amount_gbp")
    known_amount = amount is not None and amount == amount
    token = row.get("token")
    if not isinstance(token, str):
        return _exact(exact_pence(float(amount)), "GBP") if known_amount else None
    printed = parse_printed(token, unit=row.get("unit"), exact=row.get("precision") == "exact")
    if row.get("direction") == "down":
        printed = printed.mirrored()
    if "amount_gbp" in row and printed.unit == "GBP" and printed.value is not None:
        if not known_amount or exact_pence(float(amount)) != printed.value:
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
