"""Identities that the published counts and populations must hold, read straight from the tables."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


def table(name):
    return pd.read_csv(DATASETS / f"{name}.csv", keep_default_na=False, na_values=[""])


AREAS = table("areas").set_index("area_code")
EVERY_COUNT = table("recorded_crime").merge(AREAS[["kind", "parent_code"]], on="area_code")
# One class of four earlier years, from a written answer, stands beside the tables.
ANSWERED = EVERY_COUNT["source_id"] == "hansard-sexual-offences-2007-06-14"
CRIME = EVERY_COUNT[~ANSWERED]
PEOPLE = table("population").merge(AREAS[["kind", "parent_code"]], on="area_code")
SEVERITY = table("crime_severity")

COUNTS = CRIME.set_index(["period_end", "area_code", "offence"])["offences"].sort_index()
TOTAL = "Total recorded crime (excluding fraud)"
DRIVING = "Death or serious injury - unlawful driving"
PARTS = {
    TOTAL: [
        "Violence against the person",
        "Sexual offences",
        "Robbery",
        "Theft offences",
        "Criminal damage and arson",
        "Drug offences",
        "Possession of weapons offences",
        "Public order offences",
        "Miscellaneous crimes against society",
    ],
    "Violence against the person": [
        "Homicide",
        DRIVING,
        "Violence with injury",
        "Violence without injury",
        "Stalking and harassment",
    ],
    "Theft offences": [
        "Burglary",
        "Vehicle offences",
        "Theft from the person",
        "Bicycle theft",
        "Shoplifting",
        "All other theft offences",
    ],
    "Burglary": ["Residential burglary", "Non-residential burglary"],
}
OFFENCES = sorted({TOTAL, *(part for parts in PARTS.values() for part in parts)})
FORCES = sorted(AREAS.index[AREAS["kind"] == "police_force_area"])
COUNTIES = sorted(set(FORCES) - {"E23000034"})
QUARTERS = [
    f"{year}-{day}" for year in (2018, 2019) for day in ("03-31", "06-30", "09-30", "12-31")
]
FORCE_ENDS = [*QUARTERS, "2023-12-31", "2024-12-31"]
PARTNERSHIP_ENDS = ["2023-12-31", "2024-12-31", "2025-06-30"]
WITHOUT_MANCHESTER = {"2019-09-30", "2019-12-31"}

BY_OFFENCE = COUNTS.unstack("offence")
FORCE_COUNTS = CRIME[CRIME["kind"] == "police_force_area"].groupby(["period_end", "offence"])
PARTNERSHIP_COUNTS = (
    CRIME[CRIME["kind"].isin(["community_safety_partnership", "unassigned"])]
    .groupby(["period_end", "parent_code", "offence"])["offences"]
    .sum()
)
REBASED = PEOPLE[PEOPLE["vintage"] == "rebased-2025"]
PERSONS = REBASED.set_index(["reference_date", "area_code"])["persons"]
MID_YEARS = [f"{year}-06-30" for year in range(2001, 2025)]


def persons_of(kind, **where):
    rows = REBASED[REBASED["kind"] == kind]
    return rows.groupby(["reference_date", *where.values()])["persons"].sum()


FORCE_SUMS = persons_of("police_force_area")
AUTHORITY_SUMS = persons_of("local_authority")
AUTHORITIES_BY_FORCE = persons_of("local_authority", by="parent_code")


def test_the_tables_hold_every_area_and_period_they_promise():
    assert len(FORCES) == 43
    assert (AREAS["kind"] == "local_authority").sum() == 318
    assert (AREAS["kind"] == "community_safety_partnership").sum() == 314
    assert sorted(CRIME["period_end"].unique()) == sorted({*FORCE_ENDS, *PARTNERSHIP_ENDS})
    assert sorted(CRIME["offence"].unique()) == OFFENCES
    forces = CRIME[CRIME["kind"] == "police_force_area"]
    rows = forces.groupby("period_end").size()
    assert (rows[FORCE_ENDS] == 43 * 23).all()
    assert rows["2025-06-30"] == 42 * 23


def test_the_written_answer_holds_every_force_in_four_years():
    answered = EVERY_COUNT[ANSWERED]
    assert set(answered["offence"]) == {"Sexual offences"}
    assert (answered.groupby("period_start")["area_code"].nunique() == 43).all()
    assert sorted(set(answered["period_start"].str[:4])) == ["2002", "2003", "2004", "2005"]
    assert answered["offences"].notna().all()


@pytest.mark.parametrize("whole", PARTS)
@pytest.mark.parametrize("end", [*FORCE_ENDS, "2025-06-30"])
def test_offence_classes_add_up_in_every_area(end, whole):
    counts = BY_OFFENCE.loc[end].dropna(how="all")
    assert len(counts) > 50
    assert (counts[PARTS[whole]].sum(axis=1, skipna=False) == counts[whole]).all()


@given(st.sampled_from(FORCES), st.sampled_from(FORCE_ENDS), st.sampled_from(list(PARTS)))
def test_offence_classes_add_up_in_any_force(force, end, whole):
    parts = [COUNTS[end, force, part] for part in PARTS[whole]]
    if force == "E23000005" and end in WITHOUT_MANCHESTER:
        assert pd.isna(parts).all()
    else:
        assert sum(parts) == COUNTS[end, force, whole]


@pytest.mark.parametrize("end", PARTNERSHIP_ENDS)
@pytest.mark.parametrize("force", COUNTIES)
def test_partnerships_and_unassigned_make_the_force(force, end):
    counts = COUNTS.loc[end, force]
    assert len(counts) == 23
    assert (PARTNERSHIP_COUNTS.loc[end, force] == counts).all()


@given(st.sampled_from(COUNTIES), st.sampled_from(PARTNERSHIP_ENDS), st.sampled_from(OFFENCES))
def test_partnerships_make_any_force_for_any_offence(force, end, offence):
    assert PARTNERSHIP_COUNTS[end, force, offence] == COUNTS[end, force, offence]


@pytest.mark.parametrize("end", ["2023-12-31", "2024-12-31"])
def test_the_city_of_london_is_its_one_partnership(end):
    city = COUNTS.loc[end, "E23000034"]
    assert (city == COUNTS.loc[end, "E22000180"]).all()


@pytest.mark.parametrize("end", FORCE_ENDS)
def test_forces_and_transport_police_make_england_and_wales(end):
    whole = COUNTS.loc[end, "K04000001"]
    assert (FORCE_COUNTS["offences"].sum()[end] + COUNTS.loc[end, "BTP"] == whole).all()
    countries = COUNTS.loc[end, "E92000001"] + COUNTS.loc[end, "W92000004"]
    assert (countries + COUNTS.loc[end, "BTP"] == whole).all()


@pytest.mark.parametrize("end", FORCE_ENDS)
def test_regions_make_england_and_the_welsh_forces_make_wales(end):
    counts = BY_OFFENCE.loc[end]
    kinds = AREAS["kind"].reindex(counts.index)
    assert (counts[kinds == "region"].sum() == counts.loc["E92000001"]).all()
    welsh = (kinds == "police_force_area") & counts.index.str.startswith("W")
    assert (counts[welsh].sum() == counts.loc["W92000004"]).all()


def test_cambridgeshire_in_the_year_ending_june_2025():
    assert COUNTS["2025-06-30", "E23000023", TOTAL] == 67942


@pytest.mark.parametrize(
    ("offences", "in_2019", "in_2023"),
    [
        (["Residential burglary"], 3497, 2210),
        (["Bicycle theft"], 4619, 2224),
        (["Robbery"], 796, 688),
        (["Theft from the person"], 986, 914),
        (
            ["Residential burglary", "Robbery", "Theft from the person", "Vehicle offences"],
            11416,
            8660,
        ),
    ],
)
def test_counts_behind_the_printed_reductions(offences, in_2019, in_2023):
    counts = [
        sum(COUNTS[end, "E23000023", offence] for offence in offences)
        for end in ("2019-12-31", "2023-12-31")
    ]
    assert counts == [in_2019, in_2023]


def test_a_count_that_is_missing_says_why_and_only_then():
    assert (CRIME["offences"].isna() == CRIME["unknown"].notna()).all()
    assert (SEVERITY["severity_score"].isna() == SEVERITY["unknown"].notna()).all()
    missing = CRIME[CRIME["offences"].isna()]
    # The tables print '..' for Greater Manchester, and leave the cells of the others blank.
    kinds = missing.groupby("area_code")["unknown"].agg(set).to_dict()
    assert kinds == {
        "E23000005": {"not_published"},
        "E23000031-unassigned": {"not_held"},
        "W15000002-unassigned": {"not_held"},
    }


@pytest.mark.parametrize("end", FORCE_ENDS)
def test_greater_manchester_is_unknown_in_two_releases_and_never_zero(end):
    counts = COUNTS.loc[end, "E23000005"]
    if end in WITHOUT_MANCHESTER:
        assert counts.isna().all()
    else:
        assert counts[TOTAL] > 300_000


def test_unassigned_gwent_stands_under_gwent_although_printed_under_its_neighbour():
    for end in ("2024-12-31", "2025-06-30"):
        gwent = COUNTS[end, "W15000002-unassigned", TOTAL]
        assert gwent == 1
        assert PARTNERSHIP_COUNTS[end, "W15000003", TOTAL] == COUNTS[end, "W15000003", TOTAL]
    assert AREAS.loc["W15000002-unassigned", "parent_code"] == "W15000002"
    assert AREAS.loc["E23000031-unassigned", "parent_code"] == "E23000031"


def test_each_count_stands_once_and_covers_one_year():
    assert not CRIME.duplicated(["area_code", "offence", "period_end"]).any()
    start = pd.to_datetime(CRIME["period_start"])
    end = pd.to_datetime(CRIME["period_end"])
    assert (start + pd.DateOffset(years=1) == end + pd.Timedelta(days=1)).all()


def test_each_release_names_the_year_it_was_published_for():
    named = CRIME["release"].str.extract(r"year ending (\w+ \d{4})")[0]
    end = pd.to_datetime(CRIME["period_end"])
    revised = CRIME["period_end"] == "2023-12-31"
    printed = end.dt.month_name() + " " + end.dt.year.astype(str)
    assert (named[~revised] == printed[~revised]).all()
    assert set(CRIME.loc[revised, "release"]) == {"PFA tables, year ending December 2024"}


def test_no_printed_footnote_mark_is_left_in_a_name():
    assert not AREAS["name"].str.contains(r"\d|\[|^\s|\s$").any()


def test_west_midlands_is_a_force_and_a_region_with_different_counts():
    assert AREAS.loc["E23000014", "name"] == AREAS.loc["E12000005", "name"] == "West Midlands"
    force, region = (COUNTS["2018-12-31", code, TOTAL] for code in ("E23000014", "E12000005"))
    assert force < region


def test_recording_in_leicestershire_moved_between_classes():
    with_injury, without = (
        [COUNTS[end, "E23000021", offence] for end in ("2018-12-31", "2023-12-31")]
        for offence in ("Violence with injury", "Violence without injury")
    )
    assert with_injury == [6840, 13235]
    assert without == [12234, 12210]


@pytest.mark.parametrize("day", MID_YEARS)
def test_forces_and_authorities_make_england_and_wales(day):
    whole = PERSONS[day, "K04000001"]
    assert FORCE_SUMS[day] == AUTHORITY_SUMS[day] == whole
    assert PERSONS[day, "E92000001"] + PERSONS[day, "W92000004"] == whole


@given(st.sampled_from(FORCES), st.sampled_from(MID_YEARS))
def test_authorities_make_any_force(force, day):
    assert AUTHORITIES_BY_FORCE[day, force] == PERSONS[day, force]


@pytest.mark.parametrize("day", MID_YEARS)
def test_county_and_peterborough_make_the_force(day):
    county, city = PERSONS[day, "E10000003"], PERSONS[day, "E06000031"]
    assert county + city == PERSONS[day, "E47000008"] == PERSONS[day, "E23000023"]


def test_vintages_differ_and_stand_apart():
    cambridge = PEOPLE[PEOPLE["area_code"] == "E07000008"].set_index(["vintage", "reference_date"])
    old = cambridge.loc[("pre-census-2021", "2020-06-30"), "persons"]
    new = cambridge.loc[("rebased-2025", "2020-06-30"), "persons"]
    assert (old, new) == (125063, 143741)
    assert not PEOPLE.duplicated(["area_code", "reference_date", "vintage"]).any()
    days = PEOPLE.groupby("vintage")["reference_date"].unique()
    assert list(days["census-2021"]) == list(days["census-2021-first-results"]) == ["2021-03-21"]


def test_residents_of_the_city_of_london_rose_by_more_than_half():
    residents = [PERSONS[f"{year}-06-30", "E23000034"] for year in (2018, 2019, 2023)]
    assert residents == [8165, 8765, 13606]


def test_sums_over_smaller_areas_are_marked_derived():
    derived = PEOPLE[PEOPLE["derived"]]
    assert set(derived["kind"]) == {"police_force_area"}
    assert PEOPLE.loc[PEOPLE["kind"] == "police_force_area", "derived"].all()


def test_severity_releases_stand_apart_and_the_city_of_london_has_no_score():
    assert not SEVERITY.duplicated(["area_code", "offence_group", "period_end", "release"]).any()
    in_the_city = SEVERITY["area_code"] == "E23000034"
    assert (SEVERITY["severity_score"].isna() == in_the_city).all()
    totals = SEVERITY[SEVERITY["offence_group"] == "Total recorded crime"].pivot(
        index=["area_code", "period_end"], columns="release", values="severity_score"
    )
    first, later = (totals[release] for release in sorted(totals.columns))
    revised = ((later / first - 1).abs() > 1e-9).groupby("period_end").any()
    assert list(revised[revised].index) == [f"{year}-03-31" for year in range(2016, 2023)]


def test_the_deflator_runs_without_a_gap():
    prices = table("deflator")
    years = [f"{year}-{(year + 1) % 100:02d}" for year in range(1990, 2025)]
    assert list(prices["financial_year"]) == years
    index = prices.set_index("financial_year")["price_index"]
    assert index["2024-25"] == 112.375
    growth = (index / index.shift(1) - 1) * 100
    assert growth[["2020-21", "2021-22", "2022-23"]].round(3).tolist() == [5.36, -0.6, 7.087]


def test_unit_costs_seen_only_in_a_copy_say_so():
    weights = table("weights")
    costs = weights[weights["scheme"] == "Home Office costs of crime, 2nd edition"]
    assert set(costs["verified"]) == {"secondary"}
    totals = costs[costs["level"] == "total unit cost"].set_index("offence")["weight"]
    assert len(totals) == 10
    assert (totals["Homicide"], totals["Robbery"]) == (3_200_000, 11_320)
    parts = costs[costs["level"] != "total unit cost"]
    assert parts["note"].str.startswith("Part of the total unit cost").all()


@pytest.mark.parametrize("name", ["population", "recorded_crime", "crime_severity"])
def test_every_area_of_a_table_is_known(name):
    assert set(table(name)["area_code"]) <= set(AREAS.index)
