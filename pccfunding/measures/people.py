"""The denominator: people of one mid-year and one vintage, by area."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PopulationError, TableError
from pccfunding.frames.days import iso_day, year_and_month
from pccfunding.frames.engines import few, for_everyone
from pccfunding.frames.tables import Table
from pccfunding.measures.at_hand import Residents, mid_years_of
from pccfunding.measures.labels import ends_of, first_and_last

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.periods import Period

# The columns of a population.
PEOPLE = ("area_code", "reference_date", "persons", "vintage")


def check_per(per: Any) -> None:
    """Refuse what a rate cannot be for, above a thousand million people too."""
    if isinstance(per, bool) or not isinstance(per, int) or not 1 <= per <= 10**9:
        raise TableError(f"per is {per!r}; it takes a whole number of people, such as 1 or 1000.")


@cache
def mid_year_inside(period: Period) -> int | None:
    """Name the first year whose mid-year lies in a period, which has its denominator; or None.

    Examples
    --------
    >>> from pccfunding import Period
    >>> mid_year_inside(Period.parse("2023-24")), mid_year_inside(Period.parse("March 2024"))
    (2023, None)
    """
    years = range(period.start.year, period.end.year + 1)
    return next((year for year in years if period.contains(date(year, 6, 30))), None)


def _is_mid_year() -> nw.Expr:
    """Whether the reference date is a mid-year: 30 June or 1 July, never a census day."""
    _, month = year_and_month("reference_date")
    return (month == 6) | (month == 7)


def mid_year_rows(population: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Give the rows of a population at the mid-year inside a period."""
    middle, years = mid_years_of(population["reference_date"].to_numpy())
    rows: pd.DataFrame = population[middle & (years == mid_year_inside(period))]
    return rows


def latest_vintage(population: pd.DataFrame) -> pd.DataFrame:
    """Give the mid-years of the vintage that reaches furthest: the one denominator of a Review."""
    dated = population[mid_years_of(population["reference_date"].to_numpy())[0]]
    dates = dated["reference_date"]
    rows: pd.DataFrame = dated[dated["vintage"] == min(dated.loc[dates == dates.max(), "vintage"])]
    return rows


def mid_years(people: Table) -> nw.LazyFrame[Any]:
    """Give the rows of a population that are mid-years, with their area and year."""
    year, _ = year_and_month("reference_date")
    return people.frame.filter(_is_mid_year() & ~nw.col("area_code").is_null()).select(
        "reference_date",
        _area=people.text("area_code"),
        _year=year,
        _persons=people.number("persons", finite=False),
        _vintage=people.text("vintage"),
    )


def mid_year_people(people: Table) -> dict[tuple[str, int], float]:
    """Read the people of each area and mid-year; refuse vintages that mix, and doubled rows."""
    held = Residents.of(people)
    found = None if held is None else held.by_area_and_year()
    if found is not None:
        return found
    residents = mid_years(people).collect().lazy()
    refuse_doubled_people(residents, people.name)
    rows = people_by_year(residents, checked=True).collect().rows(named=True)
    return {(row["_area"], int(row["_year"])): row["_persons"] for row in rows}


def people_by_year(people: nw.LazyFrame[Any], *, checked: bool) -> nw.LazyFrame[Any]:
    """Give the people of each area and mid-year, with what would make the number wrong.

    A number that is missing counts as no number; so does a negative one of rows that nobody has
    looked at. `checked` says that each area and
    mid-year stands there once, or was found not to by `refuse_doubled_people`.
    """
    counted = (nw.col("_persons") >= 0) & nw.col("_persons").is_finite()
    people = people.filter(counted).with_columns(
        **ends_of("vintage", nw.col("_vintage")), _times=nw.lit(1)
    )
    if checked:
        return people.drop("reference_date", "_vintage")
    added = (
        few(people)
        .group_by(["_area", "_year"])
        .agg(nw.col("_persons", "_times").sum(), *first_and_last(["vintage"]))
    )
    return for_everyone(added)


def refuse_doubled_people(people: nw.LazyFrame[Any], name: str) -> None:
    """Refuse vintages that mix, an area and mid-year twice, and numbers that count nobody."""
    wrong = people.filter((nw.col("_persons") < 0) | (nw.col("_persons") == float("inf")))
    for row in wrong.sort(["_area", "_year"]).head(1).collect().rows(named=True):
        raise PopulationError(
            f"{name}: persons of {row['_area']} at {iso_day(row['reference_date'])} is "
            f"{row['_persons']}, which counts nobody. Correct it, or leave it blank where it is "
            f"not known."
        )
    held = people.with_columns(_times=nw.lit(1))
    found = held.group_by("_vintage").agg(nw.col("_times").sum()).collect()["_vintage"].to_list()
    vintages = sorted(vintage for vintage in found if isinstance(vintage, str))
    if len(vintages) > 1:
        raise PopulationError(
            f"{name} holds {len(vintages)} vintages: {', '.join(map(repr, vintages))}. "
            f"They are counted differently: keep one, such as "
            f"{name}[{name}['vintage'] == {vintages[-1]!r}]."
        )
    twice = (
        held.group_by(["_area", "_year"])
        .agg(nw.col("_times").sum(), nw.col("reference_date").min())
        .filter(nw.col("_times") > 1)
        .sort(["_area", "_year"])
        .head(1)
        .collect()
    )
    for row in twice.rows(named=True):
        raise PopulationError(
            f"{name} holds {row['_area']} at {iso_day(row['reference_date'])} "
            f"{row['_times']} times. Keep one row an area and mid-year."
        )
