"""Questions 8 and 9 of a Review from several earlier years of all areas."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.review_pack import Review

# The sections are seen on the page; their sentences are asked for one by one here.
from pccfunding.review_pack.course_sections import course_words, return_words
from pccfunding.review_pack.tables_course import courses

HERE = "E23000023"
YEARS = [2014, 2015, 2016, 2017, 2018, 2019, 2023]


@cache
def bundled() -> Review:
    return pcc.review(pcc.load_evidence())


def by_loaders(offence: str) -> pd.DataFrame:
    """Calendar years of the latest quarters, put together without the Review."""
    quarters = pcc.load_recorded_crime_quarters()
    rows = quarters[(quarters["vintage"] == "to December 2025") & (quarters["offence"] == offence)]
    rows = rows.assign(year=rows["period_start"].dt.year)
    rows = rows[rows["year"].isin(YEARS) & ~rows["area_code"].isin(["E23000034", "BTP"])]
    sums = rows.groupby(["area_code", "year"])["offences"].agg(["sum", "count"]).reset_index()
    sums = sums[sums["count"] == 4]
    people = pcc.load_population()
    people = people.assign(year=people["reference_date"].dt.year)
    return sums.merge(people[["area_code", "year", "persons"]]).rename(columns={"sum": "offences"})


@pytest.mark.parametrize("offence", ["Bicycle theft", "Theft from the person"])
def test_the_numbers_are_those_of_panel_change_over_the_loaders(offence: str) -> None:
    row = bundled().tables["courses"].set_index("offence").loc[offence]
    panel = by_loaders(offence)
    found = pcc.panel_change(panel, treated={HERE: 2023}, exposure="persons")
    assert row["n_areas"] == found.n_areas == 42
    assert row["years"] == ";".join(map(str, YEARS))
    for name in ("change_pct", "change_low_pct", "change_high_pct", "p_value", "min_p", "verdict"):
        assert row[name] == (
            found.verdict if name == "verdict" else pytest.approx(getattr(found, name), nan_ok=True)
        )
    own = panel[panel["area_code"] == HERE].sort_values("year")["offences"].astype(int)
    assert row["counts"] == ";".join(map(str, own))


def test_the_expected_return_is_that_of_all_areas() -> None:
    row = bundled().tables["courses"].set_index("offence").loc["Bicycle theft"]
    panel = by_loaders("Bicycle theft")
    counts = panel.pivot(index="area_code", columns="year", values="offences")
    persons = panel.pivot(index="area_code", columns="year", values="persons")
    found = pcc.regression_to_the_mean(
        counts[2019].tolist(),
        labels=counts.index.tolist(),
        selected=HERE,
        exposure=persons[2019].tolist(),
        earlier=[counts[year].tolist() for year in YEARS[:5]],
        earlier_exposure=[persons[year].tolist() for year in YEARS[:5]],
        lag=4,
    )
    assert row["expected_change_pct"] == pytest.approx(found.expected_change_pct)
    assert row["correlation"] == pytest.approx(found.correlation)


def test_an_earlier_trend_of_one_area_is_bounded_however_small_its_error() -> None:
    """The error clustered by area is no measure of how far to look, with one area of its kind.

    The end is that of tests/published/recompute_courses.py, which walks outward in small steps.
    """
    row = bundled().tables["courses"].set_index("offence").loc["Robbery of personal property"]
    assert row["earlier_trend_high_pct"] == pytest.approx(179.2, abs=0.05)
    # However far a change goes down, 4 of 42 areas lie as far out (p = 0.095).
    assert pd.isna(row["change_low_pct"])
    assert pcc.panel_change(
        by_loaders("Robbery of personal property"), treated={HERE: 2023}, exposure="persons"
    ).text.count("interval no bound to +5,416.6%")


def with_courses(**columns: Any) -> Review:
    found = bundled()
    table = found.tables["courses"].assign(**columns)
    return dataclasses.replace(found, tables=found.tables | {"courses": table})


def test_sentences_follow_the_table() -> None:
    assert course_words(bundled()) == (
        "At least 3 earlier years of all areas are held for 3 of the 5 changes. Over those "
        "years, per resident, none of them changed beyond the other areas; the areas are shown to "
        "have moved alike before for 0 of them."
    )
    moved = with_courses(
        verdict=["a change beyond the other areas", "no clear change", "no clear change"],
        maryland_level=[3, 2, 2],
    )
    assert "Bicycle theft changed beyond the other areas" in course_words(moved)
    assert course_words(moved).endswith("alike before for 1 of them.")
    assert return_words(bundled()).startswith("Going by all areas in earlier years")
    assert return_words(with_courses(expected_change_pct=None)) == ""
    bare = dataclasses.replace(
        bundled(),
        tables=bundled().tables | {"courses": bundled().tables["courses"].iloc[:0]},
    )
    assert "they are held for none of the 5 changes." in course_words(bare)


def test_two_earlier_years_are_no_course() -> None:
    found = bundled()
    changes = found.tables["changes"].dropna(subset=["change_pct"])
    worked = dataclasses.replace(found.evidence, recorded_crime=found.crime)
    # Quarters begin in April 2012: 2013 is the first whole calendar year.
    early = changes.assign(baseline="2015", period="2019")
    assert courses(worked, HERE, early).empty
    enough = courses(worked, HERE, changes.assign(baseline="2016", period="2019"))
    assert set(enough["n_years"]) == {3}


def test_the_page_answers_from_these_tables() -> None:
    sections = {section.question: section for section in bundled().page().sections}
    assert "none of them changed beyond the other areas" in str(sections["Q8"].lead)
    assert "a return to the mean alone would give Bicycle theft" in str(sections["Q9"].lead)
