"""Offences of each financial year per head: years put together of their quarters, breaks shown."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError, TableError
from pccfunding.frames.days import in_whole_days, with_financial_year, within_a_year
from pccfunding.frames.opening import open_frame, with_area_codes
from pccfunding.frames.tables import Table, key_columns, refuse_nested
from pccfunding.measures.comparability import (
    as_days,
    gaps_in,
    known_breaks,
    latest_vintage_named,
    unlike_parts,
)
from pccfunding.measures.nesting import area_clash, offence_clash, refuse_releases, refuse_repeats
from pccfunding.measures.people import PEOPLE, check_per, mid_year_inside, mid_year_people
from pccfunding.money.sums import Sums
from pccfunding.periods import Period
from pccfunding.words import is_missing

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame, IntoFrameT

__all__ = ["offence_rates"]

_PARTS = ("area_code", "offence", "vintage")


def offence_rates(
    recorded_crime: IntoFrameT,
    population: IntoFrame,
    *,
    by: str | Sequence[str] = ("area_code", "offence"),
    per: int = 1000,
) -> IntoFrameT:
    """Divide the offences of each group and financial year by the residents of its mid-year.

    Parameters
    ----------
    recorded_crime : DataFrame or LazyFrame of pandas, Polars or another engine Narwhals knows
        Rows with `area_code`, `period_start`, `period_end`, `offences`, and where present
        `offence` and `vintage`. Rows that lie within one financial year count, such as quarters;
        others (a calendar year, a rolling year) are left aside.
    population : the same kind of frame, or rows at hand of pandas or Polars
        With `area_code`, `reference_date`, `persons` and `vintage`.
    by : str or sequence of str, default ("area_code", "offence")
        Columns that make a group; never a column of time.
    per : int, default 1000
        Residents that the rate is for: gives `offences_per_1000`.

    Returns
    -------
    the same kind of frame, sorted by its keys and year
        - the columns of `by`; `period_start` and `period_end` of the financial year;
        - `offences`, a sum of parts that follow one another from end to end of the year;
        - `persons`, and the offences `per` residents;
        - `series_break`: what changed within or at the beginning of the year, with its source: the
          years before and after are not of one series where a class or a coverage changed;
        - `caution`: which vintage was taken, where the rows have several, and an area or class that
          only this year or the one before it counts;
        - `unknown_reason`: why a year has no count or no rate.

    Raises
    ------
    TableError
        If a column is missing, a count is not whole, a group adds an area or a class to a part of
        it, or one count stands there twice or in two releases.
    PeriodError
        If no row lies within a financial year.
    PopulationError
        If `population` holds more than one vintage, or an area and date twice.

    Notes
    -----
    A year whose parts are not all held, such as the last of a table that ends in December, stands
    there without a count. Of several vintages the latest is taken throughout, since a step from
    one to the other would look like a change.

    Examples
    --------
    Burglary of homes in Cambridgeshire, before and after the class changed:

    >>> import pccfunding as pcc
    >>> crime = pcc.load_recorded_crime_quarters()
    >>> homes = crime[crime["offence"].isin(["Domestic burglary", "Residential burglary"])
    ...               & crime["area_code"].eq("E23000023")]
    >>> rates = offence_rates(homes, pcc.load_population()).set_index("period_end")
    >>> rates.loc[["2017-03-31", "2018-03-31"], ["offence", "offences_per_1000"]].round(2).values
    array([['Domestic burglary', 2.54],
           ['Residential burglary', 5.12]], dtype=object)
    """
    needs = ("area_code", "period_start", "period_end", "offences")
    table = open_frame(recorded_crime, "recorded_crime", needs=needs, numbers=("offences",))
    people = open_frame(population, "population", needs=PEOPLE, numbers=("persons",), beside=table)
    table, people = with_area_codes(in_whole_days(table), people)
    check_per(per)
    rate = f"offences_per_{per}"
    results = [
        "period_start",
        "period_end",
        "offences",
        "persons",
        rate,
        "series_break",
        "caution",
        "unknown_reason",
    ]
    keys = key_columns(by, table, results)
    persons = mid_year_people(people)
    held = list(dict.fromkeys([*keys, *(part for part in _PARTS if part in table.schema)]))
    told = [*held, *(name for name in ("release",) if name in table.schema and name not in held)]
    refuse_nested(table, told)
    dated = ~(nw.col("period_start").is_null() | nw.col("period_end").is_null())
    placed = with_financial_year(table.frame.filter(dated), checked=True).filter(within_a_year())
    columns = list(dict.fromkeys([*held, "_year", "period_start", "period_end"]))
    lines = placed.select(*columns, _count=table.number("offences")).collect()
    _refuse_doubts(replace(table, frame=placed), told)
    if not len(lines):
        raise PeriodError(
            "recorded_crime has no row that lies within a financial year (1 April to 31 March): "
            "give quarters, months or financial years."
        )
    groups: defaultdict[tuple[Any, ...], defaultdict[int, list[dict[str, Any]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in lines.rows(named=True):
        groups[tuple(row[key] for key in keys)][int(row["_year"])].append(row)
    found = [
        dict(zip(keys, group, strict=True)) | year
        for group in sorted(groups, key=lambda one: tuple(map(str, one)))
        for year in _years_of(groups[group], persons, per, rate)
    ]
    kinds = {"offences": nw.Float64, "persons": nw.Float64, rate: nw.Float64}
    engine = lines.implementation
    named = [nw.new_series(key, [row[key] for row in found], backend=engine) for key in keys]
    made = [
        nw.new_series(
            name,
            [row[name] for row in found],
            nw.Datetime() if name in results[:2] else kinds.get(name, nw.String),
            backend=engine,
        )
        for name in results
    ]
    frame = made[0].to_frame().with_columns(*named, *made[1:])
    days = [nw.col(name).cast(table.schema[name]) for name in results[:2]]
    return table.close_collected(frame.with_columns(*days).select(*keys, *results))  # type: ignore[no-any-return]


def _refuse_doubts(placed: Table, held: Sequence[str]) -> None:
    """Refuse counts that are none, that stand there twice, or are given by two releases."""
    sums = Sums(placed, "offences")
    parts = sums.add_up([*held, "_year", "period_start", "period_end"]).collect()
    sums.refuse_inexact(parts.lazy(), held)
    refuse_repeats(placed, parts, "offences")
    refuse_releases(parts, placed.name, held, _span_of)


def _span_of(row: Mapping[str, Any]) -> str:
    ((start, end),) = as_days([row])
    return f"{start} to {end}"


def _vintage_of(years: dict[int, list[dict[str, Any]]]) -> tuple[str | None, str | None]:
    """Choose the vintage of a group, and say so where there are several."""
    names = {str(row["vintage"]) for rows in years.values() for row in rows if "vintage" in row}
    if not names:
        return None, None
    chosen = latest_vintage_named(names)
    several = f"of the vintages {', '.join(sorted(names))}, {chosen} is taken"
    return chosen, several if len(names) > 1 else None


def _years_of(
    years: dict[int, list[dict[str, Any]]],
    persons: dict[tuple[str, int], float],
    per: int,
    rate: str,
) -> Iterator[dict[str, Any]]:
    """Count one group year by year, each said to be unlike the last one before it, if so."""
    vintage, several = _vintage_of(years)
    last: list[dict[str, Any]] = []
    last_name = ""
    for year, held in sorted(years.items()):
        rows = [row for row in held if vintage is None or str(row["vintage"]) == vintage]
        name = Period.financial_year(year).label
        unlike = unlike_parts((last, rows), (last_name, name))
        cautions = "; ".join(filter(None, [several, unlike])) or None
        yield _year_of(rows, year, (vintage, cautions), persons, per, rate)
        if rows:
            last, last_name = rows, name


def _year_of(
    rows: list[dict[str, Any]],
    year: int,
    said: tuple[str | None, str | None],
    persons: dict[tuple[str, int], float],
    per: int,
    rate: str,
) -> dict[str, Any]:
    """Count one group in one financial year."""
    span = Period.financial_year(year)
    found: dict[str, Any] = {
        "period_start": datetime.combine(span.start, time.min),
        "period_end": datetime.combine(span.end, time.min),
        "offences": None,
        "persons": None,
        rate: None,
        "series_break": _break_in(rows, span, said[0]),
        "caution": said[1],
        "unknown_reason": None,
    }
    areas = sorted({str(row["area_code"]) for row in rows})
    classes = sorted({str(row["offence"]) for row in rows if "offence" in row})
    for clash in (area_clash(areas), offence_clash(classes)):
        if clash is not None:
            raise TableError(
                f"{span.label} holds {clash[0]!r} and {clash[1]!r}, which overlap: what lies in "
                f"both would count twice. Keep one level, or add the column to by."
            )
    reasons = _lacking(rows, span)
    if not reasons:
        found["offences"] = math.fsum(row["_count"] for row in rows)
        if found["offences"] < 0:
            reasons.append(f"the count for {span.label} is negative")
    middle = mid_year_inside(span)
    without = [area for area in areas if (area, middle) not in persons]
    if areas and not without:
        found["persons"] = math.fsum(persons[area, middle] for area in areas if middle is not None)
    else:
        lack = without[0] if without else "the area"
        reasons.append(f"no population for {lack} at mid-{middle}")
    if found["offences"] is not None and found["offences"] >= 0 and found["persons"]:
        found[rate] = per * found["offences"] / found["persons"]
    found["unknown_reason"] = "; ".join(reasons) or None
    return found


def _lacking(rows: list[dict[str, Any]], span: Period) -> list[str]:
    if not rows:
        return [f"no count for {span.label} in this vintage"]
    unknown = sum(is_missing(row["_count"]) for row in rows)
    if unknown:
        return [f"{unknown} of {len(rows)} counts unknown for {span.label}"]
    cells = (
        ((1, row["area_code"], row.get("offence")), *days)
        for row, days in zip(rows, as_days(rows), strict=True)
    )
    gaps = gaps_in(cells, {1: span}, [span.label])
    return sorted(set(gaps.values()))[:1]


def _break_in(rows: list[dict[str, Any]], span: Period, vintage: str | None) -> str | None:
    """Say which breaks fall into a year, by the classes and areas that it counts."""
    classes = {str(row["offence"]) for row in rows if "offence" in row}
    if not classes:
        return None
    places = {"K04000001", *(str(row["area_code"]) for row in rows)}
    said = [
        one.words
        for one in known_breaks("recorded crime")
        if one.changed_on is not None
        and span.start <= one.changed_on <= span.end
        and one.offence in {*classes, "All"}
        and one.area_code in places
        and one.vintage in ("", vintage or "")
    ]
    return "; ".join(said) or None
