"""One denominator: the mid-year inside the financial year, whichever verb asks for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import polars as pl
import pytest

from pccfunding import Period, apportion, per_capita_spend, reduction
from pccfunding.errors import PopulationError

# The Review asks for the rows themselves, with their sources.
from pccfunding.measures.people import latest_vintage, mid_year_inside, mid_year_rows

# A census day lies within 2020-21, as its mid-year does: Census 2021 was on 21 March.
MID_YEAR, CENSUS_DAY = dt.datetime(2020, 6, 30), dt.datetime(2021, 3, 21)
YEARS_END = dt.datetime(2020, 12, 31)
AREAS = ["E07000001", "E07000002"]
FRAMES: dict[str, Any] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
}


def population(*days: tuple[dt.datetime, list[int]]) -> dict[str, list[Any]]:
    return {
        "area_code": AREAS * len(days),
        "reference_date": [day for day, _ in days for _ in AREAS],
        "persons": [count for _, counts in days for count in counts],
        "vintage": [f"of {day.year}" for day, _ in days for _ in AREAS],
    }


def awards(area: str) -> dict[str, list[Any]]:
    start, end = dt.datetime(2020, 4, 1), dt.datetime(2021, 3, 31)
    return {
        "area_code": [area],
        "period_start": [start],
        "period_end": [end],
        "amount_gbp": [400.0],
    }


def crimes() -> dict[str, list[Any]]:
    spans = [(dt.datetime(year, 4, 1), dt.datetime(year + 1, 3, 31)) for year in (2019, 2020)]
    return {
        "area_code": [AREAS[0]] * 2,
        "period_start": [start for start, _ in spans],
        "period_end": [end for _, end in spans],
        "offences": [100, 90],
    }


def rows(frame: Any) -> list[dict[str, Any]]:
    if isinstance(frame, pd.DataFrame):
        return frame.to_dict("records")
    return frame.lazy().collect().to_dicts()


BESIDE = population((MID_YEAR, [100, 300]), (CENSUS_DAY, [200, 200]))


@pytest.mark.parametrize("kind", FRAMES)
def test_beside_a_census_day_every_verb_takes_the_mid_year(kind: str) -> None:
    make = FRAMES[kind]
    (head,) = rows(per_capita_spend(make(awards(AREAS[0])), make(BESIDE), by="area_code"))
    assert (head["persons"], head["spend_gbp_per_head"]) == (100, 4.0)
    split = apportion(make(awards("E1")), to="area_code", rule="population", by=make(BESIDE))
    found = {row["area_code"]: row["amount_gbp"] for row in rows(split)}
    assert found == dict(zip(AREAS, [100.0, 300.0], strict=True))
    fell = reduction(
        make(crimes()),
        baseline="2019-20",
        comparison="2020-21",
        by="area_code",
        population=make(BESIDE),
    )
    (change,) = rows(fell)
    assert change["persons_comparison"] == 100


@pytest.mark.parametrize("kind", FRAMES)
def test_the_last_day_of_a_year_is_no_mid_year_for_any_verb(kind: str) -> None:
    make, people = FRAMES[kind], population((YEARS_END, [100, 300]))
    (head,) = rows(per_capita_spend(make(awards(AREAS[0])), make(people), by="area_code"))
    assert head["unknown_reason"] == f"no population for {AREAS[0]} at mid-2020"
    if kind == "polars lazy":
        split = apportion(make(awards("E1")), to="area_code", rule="population", by=make(people))
        assert {row["unknown_reason"] for row in rows(split)} == {"no weight for a part"}
    else:
        with pytest.raises(PopulationError, match=f"no population of {AREAS[0]} at mid-2020"):
            apportion(make(awards("E1")), to="area_code", rule="population", by=make(people))
    fell = reduction(
        make(crimes()),
        baseline="2019-20",
        comparison="2020-21",
        by="area_code",
        population=make(people),
    )
    assert "at mid-2020" in rows(fell)[0]["unknown_reason"]


def test_a_review_takes_the_mid_year_too() -> None:
    held = pd.DataFrame(BESIDE)
    assert latest_vintage(held)["vintage"].unique().tolist() == ["of 2020"]
    inside = mid_year_rows(held, Period.financial_year(2020))
    assert inside["persons"].to_list() == [100, 300]
    assert mid_year_rows(held, Period.parse("March 2021")).empty


@pytest.mark.parametrize(
    ("period", "year"),
    [("2020-21", 2020), ("2021", 2021), ("year ending June 2021", 2021), ("March 2021", None)],
)
def test_the_mid_year_inside_a_period(period: str, year: int | None) -> None:
    assert mid_year_inside(Period.parse(period)) == year
