"""The denominator: people of one mid-year and one vintage, by area."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PopulationError
from pccfunding.frames.days import iso_day, year_and_month
from pccfunding.frames.tables import Table
from pccfunding.measures.labels import ends_of, first_and_last

__all__ = ["PEOPLE", "mid_years", "people_by_year", "refuse_doubled_people"]

# The columns of a population.
PEOPLE = ("area_code", "reference_date", "persons", "vintage")


def mid_years(people: Table) -> nw.LazyFrame[Any]:
    """Give the rows of a population that are mid-years, with area, year and month.

    Mid-year estimates are for 30 June or 1 July; other dates, such as a census day, are none.
    """
    year, month = year_and_month("reference_date")
    return people.frame.select(
        "reference_date",
        _area=people.text("area_code"),
        _year=year,
        _month=month,
        _persons=people.number("persons"),
        _vintage=people.text("vintage"),
    ).filter(((nw.col("_month") == 6) | (nw.col("_month") == 7)) & ~nw.col("_area").is_null())


def people_by_year(people: nw.LazyFrame[Any], *, checked: bool) -> nw.LazyFrame[Any]:
    """Give the people of each area and mid-year, with what would make the number wrong.

    A number that is missing or negative counts as no number. `checked` says that each area and
    mid-year stands there once, or was found not to by `refuse_doubled_people`.
    """
    people = people.filter(nw.col("_persons") >= 0).with_columns(
        **ends_of("vintage", nw.col("_vintage")), _times=nw.lit(1)
    )
    if checked:
        return people.drop("reference_date", "_month", "_vintage")
    return people.group_by(["_area", "_year"]).agg(
        nw.col("_persons", "_times").sum(), *first_and_last(["vintage"])
    )


def refuse_doubled_people(people: nw.LazyFrame[Any]) -> None:
    """Refuse a population of more than one vintage, or with an area and mid-year twice."""
    held = people.with_columns(_times=nw.lit(1))
    found = held.group_by("_vintage").agg(nw.col("_times").sum()).collect()["_vintage"].to_list()
    vintages = sorted(vintage for vintage in found if isinstance(vintage, str))
    if len(vintages) > 1:
        raise PopulationError(
            f"population holds {len(vintages)} vintages: {', '.join(map(repr, vintages))}. "
            f"They are counted differently: keep one, such as "
            f"population[population['vintage'] == {vintages[-1]!r}]."
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
            f"population holds {row['_area']} at {iso_day(row['reference_date'])} "
            f"{row['_times']} times. Keep one row an area and mid-year."
        )
