"""Days and years in columns: whole numbers, so that every engine counts them alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError
from pccfunding.measures._frames import Table, describe

__all__ = [
    "day_number",
    "iso_day",
    "refuse_long",
    "refuse_undated",
    "with_days",
    "with_financial_year",
    "within_a_year",
    "year_month_day",
]


def iso_day(value: Any) -> str:
    """Write a date as ISO text, or 'no date'."""
    return value.strftime("%Y-%m-%d") if value is not None and value == value else "no date"


def year_month_day(column: str) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Give the parts of a date, wide enough for arithmetic: Polars counts months in 8 bits."""
    day = nw.col(column).dt
    return day.year().cast(nw.Int64), day.month().cast(nw.Int64), day.day().cast(nw.Int64)


def day_number(year: nw.Expr, month: nw.Expr, day: nw.Expr) -> nw.Expr:
    """Count days from integers alone (Julian days); month 13 is the next January."""
    late = (14 - month) // 12
    years = year + 4800 - late
    leaps = years // 4 - years // 100 + years // 400
    return day + (153 * (month + 12 * late - 3) + 2) // 5 + 365 * years + leaps - 32045


def with_days(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add the days of each period as numbers, and what they make up.

    Adds `_from` and `_to`, the first and last day; `_next`, the day after a year from the first;
    `_length` (the days) and `_months` (whether the period is whole months).
    """
    frame = frame.with_columns(
        *(
            part.alias(f"_{end[0]}{name}")
            for end in ("start", "end")
            for name, part in zip("ymd", year_month_day(f"period_{end}"), strict=True)
        )
    )
    year, month, day = (nw.col(f"_s{part}") for part in "ymd")
    last_year, last_month, last_day = (nw.col(f"_e{part}") for part in "ymd")
    frame = frame.with_columns(
        _from=day_number(year, month, day),
        _next=day_number(year + 1, month, day),
        _to=day_number(last_year, last_month, last_day),
        _following=day_number(last_year, last_month + 1, last_day * 0 + 1),
    )
    return frame.with_columns(
        _length=nw.col("_to") - nw.col("_from") + 1,
        _months=(nw.col("_sd") == 1) & (nw.col("_following") == nw.col("_to") + 1),
    )


def with_financial_year(frame: nw.LazyFrame[Any], *, checked: bool = False) -> nw.LazyFrame[Any]:
    """Add `_year`, in which the financial year of a period begins; null where it holds several.

    `checked` says that every period is known to lie within one.
    """
    frame = frame.with_columns(
        _year=_financial_year("period_start"), _last_year=_financial_year("period_end")
    )
    if checked:
        return frame
    return frame.with_columns(_year=nw.when(within_a_year()).then(nw.col("_year")))


def _financial_year(column: str) -> nw.Expr:
    year, month, _ = year_month_day(column)
    return year - (month < 4).cast(nw.Int64)


def within_a_year() -> nw.Expr:
    """Whether a period that has its `_year` and `_last_year` lies within one financial year."""
    same = nw.col("_year") == nw.col("_last_year")
    return same & (nw.col("period_start") <= nw.col("period_end"))


def refuse_undated(table: Table, lines: nw.LazyFrame[Any], keys: Sequence[str]) -> None:
    """Refuse lines without a start or an end."""
    absent = nw.col("period_start").is_null() | nw.col("period_end").is_null()
    for row in lines.filter(absent).head(1).collect().rows(named=True):
        raise PeriodError(
            f"{table.name}: a row of {describe(row, keys)} has the period "
            f"{iso_day(row['period_start'])} to {iso_day(row['period_end'])}. Give both days, or "
            f"leave the row out."
        )


def refuse_long(table: Table, lines: nw.LazyFrame[Any], shown: Sequence[str]) -> None:
    """Refuse lines that do not lie within one financial year; name the first row of the table."""
    if not len(lines.filter(~within_a_year()).head(1).collect()):
        return
    rows = with_financial_year(table.frame, checked=True).filter(~within_a_year())
    days = ["period_start", "period_end"]
    columns = list(dict.fromkeys([*shown, *days]))
    row = rows.select(columns).head(1).collect().rows(named=True)[0]
    raise PeriodError(
        f"{table.name}: the row of {describe(row, shown)} runs from "
        f"{iso_day(row['period_start'])} to {iso_day(row['period_end'])}, which is not within one "
        f"financial year (1 April to 31 March). Split it over the years first, with apportion."
    )
