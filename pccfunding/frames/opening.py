"""The front door: a user's own frame, with the dates, numbers and areas that the verbs ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from pccfunding.areas import find_area_among, known_area
from pccfunding.errors import PccFundingError, PeriodError, TableError
from pccfunding.frames.tables import Table, holds_text, of_one_kind, open_table, refuse_nested
from pccfunding.periods import Period
from pccfunding.periods.parse_date import check_known
from pccfunding.periods.spellings import financial_label
from pccfunding.words import is_missing, is_number

_Days: TypeAlias = tuple[date | None, date | None]

_ENDS = ("period_start", "period_end")
# An amount and its bounds.
BOUNDED = ("amount_gbp", "amount_low_gbp", "amount_high_gbp")
DAYS = frozenset({*_ENDS, "baseline_start", "baseline_end", "reference_date"})
# Columns of text that stand in place of the two dates, the first of them that is there.
_SPELLINGS = ("period", "financial_year")
# A column of nothing comes back from a CSV file as numbers.
_LABELS = (
    "area_code",
    "flow",
    "status",
    "vintage",
    "release",
    "offence",
    "unknown_reason",
    "price_base",
)

# Engines raise errors of their own for 30 February, so that only true dates pass: leap years too.
_CENTURY = "(?:1[89]|2[01])"
_LEAP = f"(?:{_CENTURY}(?:0[48]|[2468][048]|[13579][26])|2000)"
_MONTHS = (
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
    "02-(?:0[1-9]|1[0-9]|2[0-8])",
)
_ZONE = "(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_MIDNIGHT = rf"(?:[T ]00:00(?::00(?:\.0+)?)?{_ZONE})?"
_ISO_DAY = f"^(?:{_CENTURY}[0-9]{{2}}-(?:{'|'.join(_MONTHS)})|{_LEAP}-02-29){_MIDNIGHT}$"
_FINANCIAL_YEAR = (
    f"^{_CENTURY}(?:{'|'.join(financial_label(2000 + year)[2:] for year in range(100))})$"
)
_ISO = re.compile(_ISO_DAY)


def open_frame(
    native: Any,
    name: str,
    *,
    needs: Sequence[str] = (),
    also: Sequence[str] = (),
    numbers: Iterable[str] = (),
    beside: Table | None = None,
) -> Table:
    """See a caller's frame with the columns that a verb asks for, as it asks for them.

    Days become dates of the engine, numbers floats where they were objects or decimals. Where the
    rows are at hand each distinct value is read once; of a lazy frame no row is looked at, and text
    that is no date is unknown. Columns that are typed already are left alone.

    Parameters
    ----------
    native : DataFrame or LazyFrame
        Of any engine that Narwhals knows.
    name : str
        The argument that it came as, for messages.
    needs : sequence of str
        Columns that must be there. A `period` or `financial_year` of text does for `period_start`
        and `period_end`, and `area` for `area_code`: see ``with_area_codes``.
    also : iterable of str
        Days that are read where they are there, or said by a text.
    numbers : iterable of str
        Columns of numbers, read where they are there.
    beside : Table, optional
        The table that it will be joined to, whose kind it is brought to.

    Raises
    ------
    TableError
        If it is no table, or one that cannot go beside the other, has two columns of one name,
        lacks a column, or holds what cannot be read; the message names table, column, value and
        what to do.
    """
    for column in (*needs, *also):
        if not isinstance(column, str):
            raise TableError(
                f"{name}: a column is called by its name, a text such as 'area_code', not by a "
                f"{type(column).__name__}."
            )
    table = open_table(native, name)
    if beside is not None:
        table = of_one_kind(beside, table)
    absent = {column for column in (*needs, *also) if column not in table.schema}
    spelling = next((text for text in _SPELLINGS if text in table.schema), None)
    if spelling is not None and absent.issuperset(_ENDS):
        table = _with_period(table, spelling)
    asked = [column for column in needs if column != "area_code" or "area" not in table.schema]
    table.need(*asked)
    refuse_nested(table, [one for one in asked if one not in {*DAYS, *numbers}])
    days = dict.fromkeys(column for column in (*needs, *also) if column in DAYS)
    wanted = [column for column in days if column in table.schema]
    odd = [column for column in wanted if not _is_day(table.schema[column])]
    read = _days_at_hand if table.eager else _days_of_lazy
    table = _with(table, {column: read(table, column) for column in odd})
    if not table.eager:
        return table
    held = [column for column in numbers if column in table.schema]
    odd = [column for column in held if not _is_plain_number(table.schema[column])]
    return _with(
        table,
        {column: _numbers_at_hand(table, column) for column in odd} | _blank_labels(table),
    )


def with_area_codes(*tables: Table) -> tuple[Table, ...]:
    """Give each table its `area_code`, read from the names in `area` where it has none.

    Names are read within the kinds of area that the other tables hold by code.

    Raises
    ------
    TableError
        If a frame is lazy, or a name stands for no area of these kinds, or for several.
    """
    coded = [table for table in tables if "area_code" in table.schema]
    if len(coded) == len(tables):
        return tables
    kinds = {kind for table in coded for kind in _kinds_of(table)}
    return tuple(table if table in coded else _with_codes(table, kinds) for table in tables)


def area_asked(by: Any) -> tuple[str, ...]:
    """Give `area_code` as a column that is needed, where it is one of the keys."""
    keys = [by] if isinstance(by, str) else by
    return ("area_code",) if isinstance(keys, list | tuple) and "area_code" in keys else ()


def day_of(value: Any) -> Any:
    """Give the day that a single cell holds; leave what is none as it is.

    Examples
    --------
    >>> day_of("2024-03-31"), day_of(datetime(2024, 3, 31)), day_of("March")
    (datetime.date(2024, 3, 31), datetime.date(2024, 3, 31), 'March')
    """
    found = _ends_of(value)
    return found[0] if found is not None and found[0] == found[1] else value


def _is_day(dtype: Any) -> bool:
    return bool(dtype == nw.Date or (dtype == nw.Datetime and dtype.time_zone is None))


def _is_plain_number(dtype: Any) -> bool:
    return bool(dtype.is_numeric() and dtype != nw.Decimal)


def _with(table: Table, columns: dict[str, Any]) -> Table:
    """Put columns that were read in the place of those that were there."""
    if not columns:
        return table
    held = table.frame.collect() if table.eager else table.frame
    return table.with_frame(held.with_columns(**columns).lazy())


def _series(table: Table, column: str) -> nw.Series[Any]:
    return table.frame.select(column).collect()[column]


def translated(
    series: nw.Series[Any], read: Callable[[Any], Any], dtype: Any = nw.Date
) -> nw.Series[Any]:
    """Read each distinct value once, and put what was read where it stood.

    Missing values stay missing; pandas has no dates of its own, so that days become datetimes.
    """
    if series.implementation.is_pandas():
        return _translated_pandas(series, read, dtype)
    if series.dtype in (nw.Categorical, nw.Enum):
        series = series.cast(nw.String)
    if series.dtype == nw.Object:  # of Polars, which tells no two of them apart
        cells = [None if value is None else read(value) for value in series.to_list()]
        return nw.new_series(series.name, cells, dtype, backend=series.implementation)
    values = [value for value in series.unique().to_list() if value is not None]
    found = [read(value) for value in values]
    if not values:
        return nw.new_series(
            series.name, [None] * len(series), dtype, backend=series.implementation
        )
    return series.replace_strict(values, found, default=None, return_dtype=dtype)


def _translated_pandas(
    series: nw.Series[Any], read: Callable[[Any], Any], dtype: Any
) -> nw.Series[Any]:
    import numpy as np
    import pandas as pd

    native = series.to_native()
    codes: Any
    values: Any
    try:
        codes, values = pd.factorize(native)
    # A list in a cell has no hash, and pandas 2 makes a float of every number.
    except (TypeError, OverflowError):
        held = native.notna().to_numpy()
        codes, values = np.where(held, held.cumsum() - 1, -1), native[held]
    found = [read(value) for value in values]
    cells: Any
    if dtype == nw.String:
        # Text is of a type of its own from pandas 3 on; before, "str" would write None as a word.
        text: Any = pd.Series([""]).dtype
        cells = pd.array([*found, np.nan], dtype=text).take(codes)
    else:
        kind = "float64" if dtype == nw.Float64 else "datetime64[ns]"
        cells = np.array([*found, None], dtype=kind)[codes]
    return nw.from_native(pd.Series(cells, index=native.index, name=series.name), series_only=True)


def _days_at_hand(table: Table, column: str) -> nw.Series[Any]:
    series = _series(table, column)
    if series.dtype == nw.Datetime:
        return wall_clock(table, series)
    place = 1 if column.endswith("_end") else 0
    one_day = column not in _ENDS

    def read(value: Any) -> date | None:
        found = _ends_of(value)
        if found is None or (one_day and found[0] != found[1]):
            raise _no_date(table, column, value)
        return _kept(table, column, value, found)[place]

    return translated(series, read)


def wall_clock(table: Table, series: nw.Series[Any]) -> nw.Series[Any]:
    """Give days with a zone as the clock on the wall there shows them, if they begin at midnight.

    A day that begins at another hour is the day before or after somewhere else.
    """
    wall = series.dt.replace_time_zone(None)
    for value in wall.unique().to_list():
        if not is_missing(value) and value.time() != time():
            zone = getattr(series.dtype, "time_zone", None)
            raise TableError(
                f"{table.name}: column {series.name!r} holds {value:%Y-%m-%d %H:%M} in the zone "
                f"{zone}, which is no midnight, so that the day is in doubt. Convert it to the "
                f"zone it was recorded in, such as dt.convert_time_zone or dt.tz_convert, or give "
                f"dates without a zone."
            )
    return wall


def _ends_of(value: Any) -> _Days | None:
    """Give the first and last day of what stands in a cell; None where it is no day at all."""
    if isinstance(value, str):
        day = date.fromisoformat(value[:10]) if _ISO.fullmatch(value) else None
        return None if day is None else (day, day)
    if isinstance(value, datetime):
        whole = value.tzinfo is None or value.time() == time()
        return (value.date(), value.date()) if whole else None
    if isinstance(value, date):
        return value, value
    if isinstance(value, Period):
        return value.start, value.end
    if hasattr(value, "start_time") and hasattr(value, "end_time"):
        return value.start_time.date(), value.end_time.date()
    return None


def _kept(table: Table, column: str, value: Any, days: _Days) -> _Days:
    """Hold days to those that periods are kept for."""
    try:
        for day in days:
            assert day is not None
            check_known(day)
    except PeriodError as error:
        raise TableError(f"{table.name}: column {column!r} holds {value!r}: {error}") from None
    return days


def _no_date(table: Table, column: str, value: Any) -> TableError:
    cure = "Give dates, or ISO text such as '2024-03-31'."
    if isinstance(value, str):
        cure = (
            f"Write it as 2024-03-31, or read the column day first: "
            f"{table.name}[{column!r}].map(pcc.parse_date)."
        )
    return TableError(
        f"{table.name}: column {column!r} holds {value!r}, which is no day that can be read. {cure}"
    )


def _with_period(table: Table, spelling: str) -> Table:
    """Add the two dates that a column of text says."""
    if not table.eager:
        return replace(_with(table, _financial_years(table, spelling)), spelled=spelling)

    def read(value: Any) -> _Days:
        try:
            found = Period.parse(value) if isinstance(value, str) else None
        except PeriodError as error:
            raise TableError(f"{table.name}: column {spelling!r}: {error}") from None
        days = (found.start, found.end) if found is not None else _ends_of(value)
        if days is None:
            raise TableError(
                f"{table.name}: column {spelling!r} holds {value!r}, which is no period. Write it "
                f"as '2023-24', or give period_start and period_end."
            )
        days = _kept(table, spelling, value, days)
        if spelling == "financial_year" and Period(*days).kind != "financial_year":  # type: ignore[arg-type]
            raise TableError(
                f"{table.name}: column {spelling!r} holds {value!r}, which is no financial year "
                f"such as '2023-24'. Name the column period, or correct it."
            )
        return days

    series = _series(table, spelling)
    starts = translated(series, lambda value: read(value)[0])
    ends = translated(series, lambda value: read(value)[1])
    dated = _with(table, {"period_start": starts, "period_end": ends})
    return replace(dated, spelled=spelling)


def _days_of_lazy(table: Table, column: str) -> nw.Expr:
    """Read ISO text by expression; refuse what the schema shows to be no date."""
    dtype = table.schema[column]
    if dtype != nw.String:
        what = "days with a zone" if dtype == nw.Datetime else str(dtype)
        raise TableError(
            f"{table.name}: column {column!r} holds {what}, which no lazy frame is read by. "
            f"Cast it to dates first, or collect the frame."
        )
    return _as_date(nw.when(nw.col(column).str.contains(_ISO_DAY)).then(nw.col(column)))


def _as_date(text: nw.Expr) -> nw.Expr:
    return text.str.slice(0, 10).str.to_datetime(format="%Y-%m-%d").cast(nw.Date)


def _financial_years(table: Table, spelling: str) -> dict[str, nw.Expr]:
    if table.schema[spelling] != nw.String:
        raise TableError(
            f"{table.name}: column {spelling!r} holds {table.schema[spelling]}, not text such as "
            f"'2023-24'. Give period_start and period_end, or collect the frame."
        )
    text = nw.col(spelling)
    year = nw.when(text.str.contains(_FINANCIAL_YEAR)).then(text.str.slice(0, 4))
    later = (year.cast(nw.Int64) + 1).cast(nw.String)
    return {
        "period_start": _as_date(nw.concat_str([year, nw.lit("-04-01")])),
        "period_end": _as_date(nw.concat_str([later, nw.lit("-03-31")])),
    }


def _numbers_at_hand(table: Table, column: str) -> nw.Series[Any]:
    """Read objects, decimals and categories of numbers as floats; text is never read silently."""
    series = _series(table, column)
    if series.dtype == nw.Decimal:
        return series.cast(nw.Float64)

    def read(value: Any) -> float:
        if not is_number(value):
            raise holds_text(table.name, column, repr(value))
        try:
            return float(value)
        except OverflowError:
            raise TableError(
                f"{table.name}: column {column!r} holds a number above 10 to the power of 308, "
                f"which no sum can hold. Check its unit."
            ) from None

    return translated(series, read, nw.Float64)


def _blank_labels(table: Table) -> dict[str, nw.Series[Any]]:
    """Give labels of nothing but missing values as text, whatever a file made of them."""
    odd = [
        label for label in _LABELS if label in table.schema and not _is_text(table.schema[label])
    ]
    return {
        label: series.cast(nw.String)
        if not series.implementation.is_pandas()
        else translated(series, str, nw.String)
        for label in odd
        if (series := _series(table, label)).is_null().all() or series.is_nan().all()
    }


def _is_text(dtype: Any) -> bool:
    return dtype in (nw.String, nw.Categorical, nw.Enum) or not dtype.is_numeric()


def _kinds_of(table: Table) -> set[str]:
    if not table.eager:
        return set()
    codes = _series(table, "area_code").unique().to_list()
    # A user's own code says nothing about names.
    found = (known_area(code) for code in codes if isinstance(code, str))
    return {area.kind for area in found if area is not None}


def _with_codes(table: Table, kinds: set[str]) -> Table:
    if not table.eager:
        raise TableError(
            f"{table.name} holds no area_code, and the names in 'area' are not looked up in "
            f"a lazy frame. Join the codes of load_areas() to it, or collect it first."
        )

    def read(value: Any) -> str:
        try:
            return find_area_among(value, kinds).code
        except PccFundingError as error:
            raise TableError(
                f"{table.name}: column 'area': {error} An area_code beside it always wins."
            ) from None

    codes = translated(_series(table, "area"), read, nw.String).alias("area_code")
    return replace(_with(table, {"area_code": codes}), coded=True)
