"""Turning what stands on a side of a statement into printed numbers and kinds of unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.errors import MixedFlowError, MixedStatusError, TableError
from pccfunding.frames.opening import day_of
from pccfunding.frames.tables import holds_text
from pccfunding.intervals import Interval, as_fraction, interval_text
from pccfunding.money.pence import exact_pence
from pccfunding.printed import Printed, parse_printed
from pccfunding.printed.amount import notation_in
from pccfunding.words import NOT_HELD, counted, decimal_text, is_missing, unknown_text

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.frames.tables import Table


Row: TypeAlias = "Mapping[Any, Any]"
One: TypeAlias = "str | Printed | Interval | int | Fraction | Decimal | Row | None"
Side: TypeAlias = "One | Sequence[One] | pd.DataFrame | pd.Series[Any]"

# How many rows of a ledger one row stands for.
ADDED_ROWS = "_added_rows"
# The columns of a table that say what its amounts are about.
SCOPE_COLUMNS = {
    "period": ("period_start", "period_end"),
    "area": ("area_code",),
    "funder": ("funder",),
    "stream": ("funding_stream",),
    "status": ("status",),
    "flow": ("flow",),
    "price_base": ("price_base",),
}


@dataclass(frozen=True)
class Term:
    """What stands in one place of a statement.

    Attributes
    ----------
    printed : Printed or None
        The number; None where there is none.
    unknown : str
        Which kind of unknown stands there instead, in words.
    figure_id : str or None
        The figure that it was read from.
    source_id : str or None
        The source that its row names.
    scope : dict
        What the columns of its table say that it is about.
    listed : bool
        Whether it is an amount of a list or a cell of a table, which is exact to its last digit.
    said : bool
        Whether it was given as a text alone, which does not say where it was printed.
    """

    printed: Printed | None
    unknown: str = NOT_HELD
    figure_id: str | None = None
    source_id: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = False
    said: bool = False


def read_side(side: Side, *, unit: str | None = None) -> list[Term]:
    """Read every term of one side.

    Parameters
    ----------
    side : str, Printed, Interval, exact number, row, None, a sequence of them, DataFrame or Series
        A frame gives one term a row: its `token` where it has one, else `amount_gbp`. So does a
        row of it, as a Series or a mapping.
    unit : str, optional
        Unit of what carries none, such as bare numbers.

    Returns
    -------
    list of Term

    Raises
    ------
    TableError
        If a table holds neither printed tokens nor amounts, or prints one amount twice.
    MixedStatusError, MixedFlowError
        If the rows of a table differ in status or flow.
    """
    given: Any = side
    lister = _lister(given)
    cells = bool(lister) and not is_row(given) and not hasattr(type(given), "columns")
    if hasattr(type(given), "columns"):
        terms: list[Any] = list(frame_rows(given))
    elif cells:
        terms = lister()
        terms = terms if isinstance(terms, list) else [terms]
    elif isinstance(given, list | tuple) and not is_row(given):
        terms = list(given)
    else:
        terms = [given]
    rows = [row_mapping(term) for term in terms if is_row(term)]
    _refuse_mixed(rows)
    _refuse_second_printings(rows)
    return [
        _row_term(row_mapping(term), unit) if is_row(term) else _alone(term, unit, cells=cells)
        for term in terms
    ]


def _alone(term: Any, unit: str | None, *, cells: bool) -> Term:
    if cells and not isinstance(term, str):
        read = _one(series_value(term, unit), unit)
        return Term(read, listed=read is not None)
    read = _one(term, unit)
    exact = read is not None and not isinstance(term, str | Printed | Interval)
    return Term(read, listed=exact, said=isinstance(term, str))


def is_row(given: Any) -> bool:
    """Whether something is one row of a table: a mapping, a named tuple, a Series by column."""
    if isinstance(given, Mapping) or hasattr(given, "_asdict"):
        return True
    names: Any = getattr(given, "index", None)
    return hasattr(names, "to_list") and bool({"token", "amount_gbp"} & set(names.to_list()))


def _lister(given: Any) -> Any:
    """Give the method that lists the values of a Series or an array."""
    if not hasattr(given, "__len__"):
        return None
    return getattr(given, "to_list", None) or getattr(given, "tolist", None)


def row_mapping(row: Any) -> Row:
    """Give the cells of a row by the names of their columns."""
    return row._asdict() if hasattr(row, "_asdict") else dict(row)


def open_rows(frame: Any) -> Table:
    """See a table of any kind through the front door.

    Raises
    ------
    TableError
        If it is no table, or holds neither printed tokens nor amounts.
    """
    from pccfunding.frames.tables import open_table

    table = open_table(frame, "table")
    if not {"token", "amount_gbp"} & set(table.schema):
        raise TableError(
            f"This table has neither token nor amount_gbp; it has "
            f"{', '.join(map(repr, table.schema))}. Name the printed amounts one of these."
        )
    return table


def frame_rows(frame: Any) -> list[dict[str, Any]]:
    """Give the rows of a table of any kind, as ``open_rows`` sees it."""
    return list(open_rows(frame).frame.collect().rows(named=True))


def _refuse_mixed(rows: Sequence[Row]) -> None:
    for column, error in (("status", MixedStatusError), ("flow", MixedFlowError)):
        counts: Counter[str] = Counter()
        for row in rows:
            if isinstance(row.get(column), str):
                counts[row[column]] += row.get(ADDED_ROWS, 1)
        if len(counts) > 1:
            mixed = ", ".join(f"{number} {name}" for name, number in counts.items())
            raise error(f"These rows mix {mixed}. Keep one {column}, or sum them apart.")


def _refuse_second_printings(rows: Iterable[Row]) -> None:
    printings: dict[str, str] = {}
    for row in rows:
        subject, figure = row.get("subject_id"), row.get("figure_id")
        if isinstance(subject, str) and isinstance(figure, str):
            first = printings.setdefault(subject, figure)
            if first != figure:
                raise TableError(
                    f"Figures {first!r} and {figure!r} are two printings of {subject!r}, which "
                    f"counts once. Keep one of them."
                )


def known(value: Any) -> Any:
    """Give a cell, or None where it is missing."""
    return None if is_missing(value) else value


def printed_row(row: Row) -> Printed | None:
    """Read one row of figures or amounts; None where it prints no number, 0 where it says nil."""
    return _row_term(row, None).printed


def _row_term(row: Row, unit: str | None) -> Term:
    if not {"token", "amount_gbp"} & set(row):
        raise TableError(
            f"This row has neither token nor amount_gbp; it has {', '.join(map(repr, row))}."
        )
    kind = known(row.get("unknown"))
    about = {
        name: tuple(day_of(known(row.get(column))) for column in columns)
        for name, columns in SCOPE_COLUMNS.items()
    }
    printed = _row_number(row, unit)
    written = known(row.get("token")) is not None and known(row.get("precision")) != "exact"
    return Term(
        printed=printed,
        unknown=unknown_text(kind),
        figure_id=known(row.get("figure_id")),
        source_id=known(row.get("source_id")),
        scope={name: values for name, values in about.items() if None not in values},
        # What a list hedges ("up to £5,000") is still an amount of the list.
        listed=printed is not None and (not written or printed.hedge is not None),
    )


def _row_number(row: Row, unit: str | None) -> Printed | None:
    amount, token = known(row.get("amount_gbp")), known(row.get("token"))
    unit, per = known(row.get("unit")) or unit, known(row.get("per"))
    if known(row.get("unknown")) == "nil":
        return _exact(Fraction(0), unit or "GBP")
    if token is None:
        found = None if amount is None else _amount(_pounds(amount), row)
        return found if found is None or per is None else replace(found, per=per)
    if known(row.get("precision")) == "rounded" and amount is not None:
        found = _amount(_pounds(amount), row)
        return replace(found, text=token, per=per)
    printed = parse_printed(
        token,
        unit=unit,
        exact=known(row.get("precision")) == "exact",
        notation=known(row.get("notation")) or notation_in(known(row.get("flags"))),
    )
    if known(row.get("direction")) == "down":
        printed = printed.mirrored()
    said = printed.value if "amount_gbp" in row and printed.unit == "GBP" else None
    if said is not None and (amount is None or _pounds(amount) != said):
        raise TableError(
            f"amount_gbp is {row.get('amount_gbp')!r}, but the token beside it says {token!r}. "
            f"Drop the column token to compare changed amounts."
        )
    return printed if per is None else replace(printed, per=per)


def _amount(amount: Fraction, row: Row) -> Printed:
    """Take an amount without its token within the bounds beside it, if there are any."""
    bounds = [row.get("amount_low_gbp", amount), row.get("amount_high_gbp", amount)]
    low, high = (None if end is None else _pounds(end) for end in map(known, bounds))
    text = decimal_text(amount)
    if (low is not None and low > amount) or (high is not None and high < amount):
        raise TableError(
            f"amount_gbp is {text}, outside its own bounds {row.get('amount_low_gbp')} to "
            f"{row.get('amount_high_gbp')}. Correct it or them, or leave the bounds out."
        )
    if ADDED_ROWS in row:
        text += f" ({counted(row[ADDED_ROWS], 'amount')})"
    return replace(_within(Interval(low, high), text, "GBP"), value=amount)


def _pounds(amount: Any) -> Fraction:
    if isinstance(amount, str):
        raise holds_text("table", "amount_gbp", repr(amount))
    return amount if isinstance(amount, Fraction) else exact_pence(amount, what="amount_gbp")


def series_value(value: Any, unit: str | None) -> One:
    """Read one cell of a Series: whole numbers and floats are pounds unless a unit is given."""
    value = known(value)
    if isinstance(value, bool):
        return value  # refused as no number
    if unit in (None, "GBP") and isinstance(value, int | float):
        return _exact(exact_pence(value), "GBP")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    found: One = value
    return found


def _one(term: Any, unit: str | None) -> Printed | None:
    if term is None or isinstance(term, Printed):
        return term
    if isinstance(term, str):
        return parse_printed(term, unit=unit)
    if isinstance(term, Interval):
        return _within(term, interval_text(term), unit)
    return _exact(as_fraction(term), unit)


def _exact(value: Fraction, unit: str | None) -> Printed:
    return _within(Interval.point(value), decimal_text(value), unit)


def _within(interval: Interval, text: str, unit: str | None) -> Printed:
    return Printed(
        text=text,
        value=interval.low if interval.is_point else None,
        hard=interval,
        soft=interval,
        strict=interval,
        lenient=interval,
        unit=unit or "",
    )
