"""The parts that an award is split into, and what each weighs."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError, PopulationError, TableError
from pccfunding.frames.opening import open_frame, with_area_codes
from pccfunding.frames.tables import Table
from pccfunding.measures.nesting import area_clash
from pccfunding.measures.people import mid_year_people
from pccfunding.periods import Period
from pccfunding.periods.spellings import financial_label, financial_year_of
from pccfunding.words import is_missing

# Days of a month count as parts of it: each of the four lengths of a month divides this.
MONTH_UNITS = 377_580

_NEEDED = {
    "months": (),
    "days": (),
    "equal": (),
    "population": ("reference_date", "persons", "vintage"),
    "weights": ("weight",),
}


@dataclass(frozen=True)
class Part:
    """One part that awards of a group are split into."""

    weight: int
    start: date | None = None
    end: date | None = None
    area_code: str | None = None


def own_tokens(columns: Sequence[str]) -> dict[str, nw.Expr]:
    """Take the token of the whole from its parts, and name the row that they come from instead."""
    if "token" not in columns:
        return {}
    whole = nw.col("basis") == "as printed"
    made: dict[str, nw.Expr] = {"token": nw.when(whole).then(nw.col("token"))}
    for name in ("figure_id", "subject_id", "place"):
        if name in columns:
            return made | {"derived_from": nw.when(~whole).then(nw.col(name))}
    return made


def open_parts(table: Table, to: str, rule: str, by: Any) -> Table:
    """See the table of the parts, and of what the rule weighs them by."""
    other = open_frame(by, "by", needs=(to, *_NEEDED[rule]), beside=table)
    return with_area_codes(other)[0] if to == "area_code" else other


def weighing(table: Table, to: str, rule: str, by: Any) -> Callable[[date, date], list[Part]]:
    if by is None:
        return lambda start, end: _times(start, end, to, rule)
    other = open_parts(table, to, rule, by)
    rows = other.frame.collect()
    names = [_plain_label(name, to) for name in rows[to].to_list()]
    if rule == "population":
        persons = mid_year_people(other)
        codes = list(dict.fromkeys(names))
        refuse_shared_residents(codes)
        return lambda start, end: _people(codes, persons, start, end)
    _refuse_repeats(names)
    if to == "area_code":
        return lambda start, end: _areas(rows, rule, start, end)
    given = dict(zip(names, rows["weight"].to_list(), strict=True))
    return lambda start, end: _weighted_times(start, end, to, given)


def refuse_shared_residents(codes: Iterable[Any]) -> None:
    """Refuse areas that share residents, who would draw money to two of them."""
    clash = area_clash(code for code in codes if isinstance(code, str))
    if clash is not None:
        raise PopulationError(
            f"by= holds {clash[0]!r} and {clash[1]!r}, which overlap: who lives in both would "
            f"count twice. Keep one level, such as the police force areas or the districts."
        )


def _refuse_repeats(names: list[Any]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise TableError(f"by= names {name!r} {count} times; give one row a part.")


def _times(start: date, end: date, to: str, rule: str) -> list[Part]:
    spans = list(slices(start, end, to))
    if rule == "months":
        units = [_month_units(first, last) for first, last in spans]
        common = gcd(*units)
        return [
            Part(one // common, first, last)
            for one, (first, last) in zip(units, spans, strict=True)
        ]
    return [
        Part(1 if rule == "equal" else (last - first).days + 1, first, last)
        for first, last in spans
    ]


def _month_units(first: date, last: date) -> int:
    """Measure a span in whole months; days of a month that is cut are parts of that month."""
    months = 12 * (last.year - first.year) + last.month - first.month
    before, until = (
        day * MONTH_UNITS // monthrange(one.year, one.month)[1]
        for day, one in ((first.day - 1, first), (last.day, last))
    )
    return months * MONTH_UNITS + until - before


def _weighted_times(start: date, end: date, to: str, given: dict[Any, Any]) -> list[Part]:
    parts = []
    for first, last in slices(start, end, to):
        label = _label(first, to)
        if label not in given:
            raise TableError(f"by= has no weight for {label}; it has {', '.join(map(str, given))}.")
        parts.append(Part(whole_weight(given[label], label), first, last))
    return parts


def _areas(rows: nw.DataFrame[Any], rule: str, start: date, end: date) -> list[Part]:
    codes = rows["area_code"].to_list()
    weights = [1] * len(codes) if rule == "equal" else rows["weight"].to_list()
    return [
        Part(whole_weight(weight, code), area_code=code)
        for code, weight in zip(codes, weights, strict=True)
    ]


def _people(
    codes: list[str], persons: dict[tuple[str, int], float], start: date, end: date
) -> list[Part]:
    years = Period.of(start, end).financial_years()
    if len(years) != 1:
        raise PeriodError(
            f"An award from {start} to {end} spans {len(years)} financial years, each with a "
            f"population of its own. Spread it with to='financial_year' first."
        )
    (year,) = years
    for code in codes:
        if (code, year.start.year) not in persons:
            raise PopulationError(
                f"by= has no population of {code} at mid-{year.start.year}, the mid-year inside "
                f"{year.label}: 30 June or 1 July. Other days, such as a census day, are none."
            )
    return [
        Part(whole_weight(persons[code, year.start.year], code), area_code=code) for code in codes
    ]


def slices(start: date, end: date, to: str) -> Iterator[tuple[date, date]]:
    first = start
    while first <= end:
        following = _next_start(first, to)
        yield first, min(end, following - timedelta(days=1))
        first = following


def _next_start(day: date, to: str) -> date:
    if to == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date(financial_year_of(day) + 1, 4, 1)


def _plain_label(name: Any, to: str) -> Any:
    """Name a financial year as parts are named, however it is spelled."""
    if to != "financial_year" or not isinstance(name, str | Period):
        return name
    return (name if isinstance(name, Period) else Period.parse(name)).label


def _label(first: date, to: str) -> str:
    if to == "month":
        return f"{first:%Y-%m}"
    return financial_label(financial_year_of(first))


def whole_weight(weight: Any, name: str) -> int:
    try:
        whole = int(weight)
    except (TypeError, ValueError, OverflowError):
        whole = -1
    if whole < 0 or whole != weight:
        raise TableError(
            f"The weight of {name} is {weight!r}; weights are whole numbers of 0 or more. "
            f"Scale fractions up."
        )
    return whole


def dates_of(frame: nw.DataFrame[Any], name: str) -> list[date | None]:
    days = frame[name].to_list()
    return [None if is_missing(day) else date(day.year, day.month, day.day) for day in days]
