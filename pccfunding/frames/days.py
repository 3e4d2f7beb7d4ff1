"""Days and years in columns: whole numbers, so that every engine counts them alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError
from pccfunding.frames.tables import Table, describe
from pccfunding.words import is_missing

_MONTH, _YEAR = 31, 12 * 31


def iso_day(value: Any) -> str:
    """Write a date as ISO text, or 'no date'."""
    # Engines hold days that no strftime writes.
    return "no date" if is_missing(value) else str(value.isoformat()).partition("T")[0]


def in_whole_days(table: Table, columns: Sequence[str] = ("period_start", "period_end")) -> Table:
    """Give the days that columns of times lie on: a year that ends at 23:59:59 is that year."""
    kinds: list[tuple[str, Any]] = [(name, table.schema.get(name)) for name in columns]
    timed = [name for name, kind in kinds if kind == nw.Datetime and not kind.time_zone]
    days = {name: nw.col(name).dt.truncate("1d") for name in timed}
    if days and table.eager:
        off = {name: (nw.col(name) != day).any() for name, day in days.items()}
        holds = table.frame.select(**off).collect().rows(named=True)[0]
        days = {name: day for name, day in days.items() if holds[name]}
    return table.with_frame(table.frame.with_columns(**days)) if days else table


def year_and_month(column: str) -> tuple[nw.Expr, nw.Expr]:
    """Give the year and month of a date, wide enough for arithmetic: Polars has 8-bit months."""
    return nw.col(column).dt.year().cast(nw.Int64), nw.col(column).dt.month().cast(nw.Int64)


def day_code(column: str) -> nw.Expr:
    """Give a date as one whole number, a day with the same name a year later 372 above it."""
    year, month = year_and_month(column)
    return year * _YEAR + month * _MONTH + nw.col(column).dt.day().cast(nw.Int64)


def day_code_of(day: date) -> int:
    """Give the code of one date.

    Examples
    --------
    >>> day_code_of(date(2024, 1, 1)) - day_code_of(date(2023, 1, 1))
    372
    """
    return day.year * _YEAR + day.month * _MONTH + day.day


def with_days(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add the code of the first day (`_from`) of a period, and of the day after its last (`_to`).

    Adds also `_in_a_year`, the code of the day a year after the first, and `_months`, whether
    the period is whole months.
    """
    frame = frame.with_columns(
        *(
            getattr(nw.col(f"period_{end}").dt, part)().cast(nw.Int64).alias(f"_{end}_{part}")
            for end in ("start", "end")
            for part in ("year", "month", "day")
        )
    )
    year, month, day = (nw.col(f"_end_{part}") for part in ("year", "month", "day"))
    frame = frame.with_columns(_ends_month=day == month_length(year, month))
    first = nw.col("_start_day")
    frame = frame.with_columns(
        _from=nw.col("_start_year") * _YEAR + nw.col("_start_month") * _MONTH + first,
        # The last day of a month is followed by the first of the next, whatever its name.
        _to=year * _YEAR
        + month * _MONTH
        + day
        + 1
        + nw.col("_ends_month").cast(nw.Int64) * (_MONTH - day),
        _months=(first == 1) & nw.col("_ends_month"),
    )
    leap_day = (nw.col("_start_month") == 2) & (first == 29)
    return frame.with_columns(_in_a_year=nw.col("_from") + _YEAR + 3 * leap_day.cast(nw.Int64))


def month_length(year: nw.Expr, month: nw.Expr) -> nw.Expr:
    """Count the days of a month."""
    before = year - 1
    leap = year // 4 - before // 4 - (year // 100 - before // 100) + year // 400 - before // 400
    # 31 and 30 days take turns, once more from August; Arrow has no remainders.
    turn = month + month // 8
    return 30 + turn - turn // 2 * 2 - (month == 2).cast(nw.Int64) * (2 - leap)


def length_in_days() -> nw.Expr:
    """Count the days of a period that has its parts from `with_days`."""
    first, last = (
        julian(*(nw.col(f"_{end}_{part}") for part in ("year", "month", "day")))
        for end in ("start", "end")
    )
    return last - first + 1


def julian(year: nw.Expr, month: nw.Expr | int, day: nw.Expr | int) -> nw.Expr:
    """Number the days, from one long ago on."""
    late = (14 - month) // 12
    years = year + 4800 - late
    leaps = years // 4 - years // 100 + years // 400
    return day + (153 * (month + 12 * late - 3) + 2) // 5 + 365 * years + leaps


def with_financial_year(frame: nw.LazyFrame[Any], *, checked: bool) -> nw.LazyFrame[Any]:
    """Add `_year`, in which the financial year of a period begins; null where it holds several.

    `checked` says that each period lies within one, or will be found not to by `refuse_long`.
    """
    frame = frame.with_columns(
        _year=_financial_year("period_start"), _last_year=_financial_year("period_end")
    )
    if checked:
        return frame
    return frame.with_columns(_year=nw.when(within_a_year()).then(nw.col("_year")))


def _financial_year(column: str) -> nw.Expr:
    year, month = year_and_month(column)
    return year - (month < 4).cast(nw.Int64)


def financial_labels(year: nw.Expr) -> nw.Expr:
    """Name the financial years that start in a column of years, such as 2023-24."""
    first, last = ((year + later).cast(nw.Int64).cast(nw.String) for later in (0, 1))
    return nw.concat_str([first, nw.lit("-"), last.str.slice(2)])


def financial_year_day(
    table: Table, year: nw.Expr, side: str, *, years: Sequence[int] | None = None
) -> nw.Expr:
    """Give the first (`side` "start") or last ("end") day of the financial years that start then.

    The days are of the kind that the table's periods are. Where the years that occur are given,
    they are few: each is written once, not for every row.
    """
    kind, last = table.schema[f"period_{side}"], side == "end"
    day = "-03-31" if last else "-04-01"
    if years is not None:
        days = [datetime.fromisoformat(f"{int(one) + last}{day}") for one in years]
        return year.replace_strict(years, days, return_dtype=nw.Datetime()).cast(kind)
    written = nw.concat_str([(year + int(last)).cast(nw.Int64).cast(nw.String), nw.lit(day)])
    return written.str.to_datetime(format="%Y-%m-%d").cast(kind)


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
    columns = list(dict.fromkeys([*shown, "period_start", "period_end"]))
    row = rows.select(columns).head(1).collect().rows(named=True)[0]
    raise PeriodError(
        f"{table.name}: the row of {describe(row, shown)} runs from "
        f"{iso_day(row['period_start'])} to {iso_day(row['period_end'])}, which is not within one "
        f"financial year (1 April to 31 March). Split it over the years first, with apportion."
    )
