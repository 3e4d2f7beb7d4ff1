"""Changes in one vintage, years made of quarters, and breaks with their source."""

from __future__ import annotations

import pandas as pd
import pytest

import pccfunding as pcc

CAMBRIDGESHIRE, GREATER_MANCHESTER = "E23000023", "E23000005"
TOTAL = "Total recorded crime (excluding fraud)"
# The Home Office's definition: domestic burglary, personal robbery, theft from the person and
# vehicle crime.
NEIGHBOURHOOD = (
    "Residential burglary",
    "Robbery of personal property",
    "Theft from the person",
    "Vehicle offences",
)


def quarters(area: str = CAMBRIDGESHIRE) -> pd.DataFrame:
    held = pcc.load_recorded_crime_quarters()
    return held[held["area_code"] == area]


@pytest.mark.parametrize(
    ("offences", "before", "after", "change"),
    [
        (("Residential burglary",), 3518, 2209, -37.2),
        (("Robbery of personal property",), 741, 639, -13.8),
        (("Theft from the person",), 991, 914, -7.8),
        (("Bicycle theft",), 4621, 2224, -51.9),
        (NEIGHBOURHOOD, 11405, 8609, -24.5),
        ((TOTAL,), 67899, 70889, 4.4),
    ],
)
def test_the_printed_reductions_in_one_vintage(offences, before, after, change) -> None:
    rows = quarters()
    rows = rows[rows["offence"].isin(offences) & rows["vintage"].eq("to December 2025")]
    found = pcc.reduction(rows, baseline="2019", comparison="2023", by="area_code").iloc[0]
    assert (found["offences_baseline"], found["offences_comparison"]) == (before, after)
    assert round(found["change_pct"], 1) == change
    assert pd.isna(found["caution"])
    assert found["n_figures"] == 8 * len(offences)


def test_of_two_vintages_that_hold_both_windows_the_latest_is_taken_and_named() -> None:
    rows = quarters()
    rows = rows[rows["offence"] == TOTAL]
    found = pcc.reduction(rows, baseline="2019", comparison="2022", by="offence").iloc[0]
    assert found["offences_baseline"] == 67899
    assert found["caution"] == (
        "vintages to December 2025, to June 2023 hold both windows; to December 2025 is taken"
    )
    # The other one ends in June 2023, so that it does not hold both.
    found = pcc.reduction(rows, baseline="2019", comparison="2023", by="offence").iloc[0]
    assert pd.isna(found["caution"])


def test_without_a_common_vintage_the_change_comes_with_a_caution() -> None:
    years = pcc.load_recorded_crime_years()
    here = years[(years["area_code"] == CAMBRIDGESHIRE) & (years["offence"] == "Bicycle theft")]
    ends = {"baseline": "2010-11", "comparison": "year ending September 2024"}
    found = pcc.reduction(here, by="offence", **ends).iloc[0]
    assert found["caution"] == "vintages differ: revised to December 2018; first published"
    assert not pd.isna(found["change_pct"])
    ends = {"baseline": "year ending September 2019", "comparison": "year ending September 2024"}
    found = pcc.reduction(here, by="offence", **ends).iloc[0]
    assert found["caution"].startswith("vintages differ: first published, each window")


def test_a_year_with_a_quarter_missing_has_no_count() -> None:
    rows = quarters()
    rows = rows[(rows["offence"] == "Bicycle theft") & (rows["period_end"] != "2023-06-30")]
    found = pcc.reduction(rows, baseline="2019", comparison="2023", by="offence").iloc[0]
    assert pd.isna(found["offences_comparison"])
    assert found["unknown_reason"] == "only 274 of the 365 days of 2023 are counted"


def test_years_that_stand_in_the_table_are_taken_before_parts() -> None:
    rows = quarters()
    rows = rows[(rows["offence"] == "Bicycle theft") & rows["vintage"].eq("to December 2025")]
    year = rows.tail(1).assign(
        period_start=pd.Timestamp("2023-01-01"), period_end=pd.Timestamp("2023-12-31"), offences=7
    )
    both = pd.concat([rows, year])
    found = pcc.reduction(both, baseline="2019", comparison="2023", by="offence").iloc[0]
    assert (found["offences_baseline"], found["offences_comparison"]) == (4621, 7)


def test_across_a_break_of_class_nothing_is_compared_and_the_source_is_named() -> None:
    rows = quarters()
    burglary = rows[rows["offence"].isin(["Domestic burglary", "Residential burglary"])]
    found = pcc.reduction(burglary, baseline="2015-16", comparison="2018-19", by="area_code")
    assert found["change_pct"].isna().all()
    assert "Gives way to residential burglary" in found["unknown_reason"].iloc[0]
    assert "home-office-recorded-crime-2025-26-q3" in found["unknown_reason"].iloc[0]
    # A first window that begins with the new class is not across the break.
    later = rows[rows["offence"] == "Residential burglary"]
    found = pcc.reduction(later, baseline="2017-18", comparison="2018-19", by="offence")
    assert found["change_pct"].notna().all()


def test_a_break_of_one_vintage_is_asked_of_that_vintage_alone() -> None:
    violence = quarters()
    violence = violence[violence["offence"] == "Violence without injury"]
    windows = {"baseline": "2012-13", "comparison": "2014-15"}
    found = pcc.reduction(violence, by="offence", **windows)
    assert "stalking and harassment to March 2013" in found["unknown_reason"].iloc[0]
    years = pcc.load_recorded_crime_years()
    years = years[years["area_code"].eq(CAMBRIDGESHIRE)]
    years = years[years["offence"] == "Violence without injury"]
    assert pcc.reduction(years, by="offence", **windows)["change_pct"].notna().all()


def test_a_break_of_method_is_a_caution_where_it_happened() -> None:
    windows = {"baseline": "2018-19", "comparison": "2023-24"}
    for area, said in ((GREATER_MANCHESTER, True), (CAMBRIDGESHIRE, False)):
        rows = quarters(area)
        rows = rows[rows["offence"].eq("Bicycle theft")]
        found = pcc.reduction(rows, by="area_code", **windows).iloc[0]
        assert not pd.isna(found["change_pct"])
        assert (
            not pd.isna(found["caution"]) and "new recording system" in found["caution"]
        ) == said


PRINTED = {
    "Bicycle theft": (4621, 2224, -51.9, "reproduced"),
    "Residential burglary": (3518, 2209, -37.2, "reproduced"),
    "Neighbourhood crime": (11405, 8609, -24.5, "not settled"),
    "Personal robbery": (741, 639, -13.8, "not settled"),
    "Theft from the person": (991, 914, -7.8, "not settled"),
}


def test_the_review_shows_the_printed_reductions_in_one_vintage_too() -> None:
    """Neighbourhood crime by its own definition: of robbery that of personal property alone."""
    found = pcc.review(pcc.load_evidence()).tables["one_vintage"].set_index("measure")
    told = {
        name: (
            int(row["offences_baseline"]),
            int(row["offences_comparison"]),
            round(row["change_pct"], 1),
            row["verdict"],
        )
        for name, row in found.to_dict("index").items()
    }
    assert told == PRINTED
    assert set(found["release"]) == {"Open data tables of quarters, to December 2025"}
    assert "Robbery of personal property" in found.loc["Neighbourhood crime", "offence"].split(
        " + "
    )


def test_reproduce_shows_both_vintages() -> None:
    found = pcc.reproduce(area_code="Cambridgeshire").set_index("what")["recomputed"]
    name = "Neighbourhood crime, 2023 against 2019"
    assert found[name] == "−24.1% (11,416 to 8,660)"
    assert found[f"{name}, counts of one vintage"] == "−24.5% (11,405 to 8,609)"
    # Personal robbery is in no table of years: in both its counts are of the one vintage.
    assert found["Personal robbery, 2023 against 2019"] == "−13.8% (741 to 639)"
