"""police.uk by district and month: what the table holds, and the ladder worked on it."""

from __future__ import annotations

import pandas as pd
import pytest

import pccfunding as pcc

DISTRICTS = {
    "Cambridge": "E07000008",
    "East Cambridgeshire": "E07000009",
    "Fenland": "E07000010",
    "Huntingdonshire": "E07000011",
    "South Cambridgeshire": "E07000012",
    "Peterborough": "E06000031",
}
FORCE = "E23000023"
# The same five months of the year, before and during Safer Streets 5 (October 2023 to March 2025).
BEFORE = ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"]
AFTER = ["2024-01", "2024-02", "2024-10", "2024-11", "2024-12"]
# All records of January and February, 2019 and 2024, counted apart from the table.
TWO_MONTHS = {
    "Anti-social behaviour": (2567, 1839),
    "Bicycle theft": (629, 307),
    "Burglary": (945, 571),
    "Criminal damage and arson": (1234, 1015),
    "Drugs": (236, 320),
    "Other crime": (225, 310),
    "Other theft": (1121, 939),
    "Possession of weapons": (99, 147),
    "Public order": (650, 914),
    "Robbery": (159, 105),
    "Shoplifting": (630, 1017),
    "Theft from the person": (139, 106),
    "Vehicle crime": (1342, 576),
    "Violence and sexual offences": (3116, 4449),
}


@pytest.fixture(scope="module")
def street() -> pd.DataFrame:
    table = pcc.load_street_crime()
    return table.assign(month=table["period_start"].dt.strftime("%Y-%m"))


@pytest.fixture(scope="module")
def monthly(street: pd.DataFrame) -> pd.DataFrame:
    """District and category by month, located records only."""
    located = street[street["location"] == "in_the_area"]
    return located.pivot(index=["area_code", "category"], columns="month", values="records")


@pytest.fixture(scope="module")
def people() -> pd.Series:
    table = pcc.load_population()
    return table[table["reference_date"] == "2024-06-30"].set_index("area_code")["persons"]


def burglaries(monthly: pd.DataFrame, *districts: str) -> tuple[int, int]:
    rows = monthly.loc[[(DISTRICTS[name], "Burglary") for name in districts]]
    return int(rows[BEFORE].to_numpy().sum()), int(rows[AFTER].to_numpy().sum())


def test_every_place_category_and_month_stands_once(street: pd.DataFrame) -> None:
    assert len(street) == 8 * 14 * 17
    assert not street.duplicated(["area_code", "location", "category", "month"]).any()
    assert sorted(street["month"].unique()) == sorted(
        {*BEFORE, *(f"2024-{month:02d}" for month in range(1, 13))}
    )
    one_month = street["period_start"] + pd.offsets.MonthEnd(0) == street["period_end"]
    assert one_month.all()
    inside = street["location"] == "in_the_area"
    assert set(street.loc[inside, "area_code"]) == set(DISTRICTS.values())
    assert set(street.loc[~inside, "area_code"]) == {FORCE}


def test_records_of_2024(street: pd.DataFrame) -> None:
    year = street[street["month"] >= "2024"]
    assert year["records"].sum() == 83_021
    assert year.groupby("location")["records"].sum().to_dict() == {
        "in_the_area": 79_735,
        "not_located": 2_793,
        "outside_the_force": 493,
    }
    assert year.groupby("recorded_as")["records"].sum()["incident"] == 13_399


def test_anti_social_behaviour_and_nothing_else_is_an_incident(street: pd.DataFrame) -> None:
    incidents = street.loc[street["recorded_as"] == "incident", "category"]
    assert set(incidents) == {"Anti-social behaviour"}
    assert (street["recorded_as"] == "incident").sum() == 8 * 17


@pytest.mark.parametrize("category", TWO_MONTHS)
def test_two_months_of_2019_and_2024(street: pd.DataFrame, category: str) -> None:
    counts = street[street["category"] == category].groupby("month")["records"].sum()
    found = [counts[f"{year}-01"] + counts[f"{year}-02"] for year in (2019, 2024)]
    assert tuple(found) == TWO_MONTHS[category]


def test_each_row_leads_to_the_file_it_was_counted_from(street: pd.DataFrame) -> None:
    assert (street["release"].str[-7:] == street["month"]).all()
    early = street["month"] < "2024"
    assert set(street.loc[early, "source_id"]) == {"police-uk-cambs-2018-19"}
    assert set(street.loc[~early, "source_id"]) == {"police-uk-cambs-2024"}
    cited = pcc.cite(street)
    assert set(cited["source_id"]) == {"police-uk-cambs-2018-19", "police-uk-cambs-2024"}


def squared_z(found: pcc.evaluation.FunnelLimits) -> float:
    areas = found.areas
    variance = areas["expected"] + ((found.between_sd or 0) * areas["expected"]) ** 2
    return float(((areas["count"] - areas["expected"]) ** 2 / variance).sum())


def test_funnel_of_all_crime_tells_only_that_districts_differ(
    monthly: pd.DataFrame, people: pd.Series
) -> None:
    crime = monthly.drop(index="Anti-social behaviour", level="category")
    counts = crime.loc[:, "2024-01":].sum(axis=1).groupby("area_code").sum()
    counts = counts.reindex(list(DISTRICTS.values()))
    found = pcc.funnel_limits(
        counts.tolist(), people.reindex(counts.index).tolist(), labels=list(DISTRICTS)
    )
    assert found.events == 66_387
    # Every district lies outside the limits of pure counting noise, and none outside the widened.
    assert {*found.above_998, *found.below_998} == set(DISTRICTS)
    assert found.above_998 == ("Cambridge", "Fenland", "Peterborough")
    # Districts differ between themselves: the spread at which squared z sum to their number - 1.
    assert found.between_sd is not None
    assert squared_z(found) == pytest.approx(5)
    assert found.outside_widened == ()
    assert found.cautions == ("over-dispersed", "few-areas")


def test_funnel_of_burglary(monthly: pd.DataFrame, people: pd.Series) -> None:
    counts = monthly.xs("Burglary", level="category").loc[:, "2024-01":].sum(axis=1)
    counts = counts.reindex(list(DISTRICTS.values()))
    found = pcc.funnel_limits(
        counts.tolist(), people.reindex(counts.index).tolist(), labels=list(DISTRICTS)
    )
    assert found.above_998 == ("Cambridge",)
    assert found.below_998 == ("East Cambridgeshire", "Huntingdonshire")
    assert found.between_sd is not None
    assert squared_z(found) == pytest.approx(5)


def test_the_month_after_the_worst_month_is_lower(monthly: pd.DataFrame) -> None:
    """Nobody did anything: the worst month of each series was picked, and that is all."""
    year = monthly.loc[:, "2024-01":]
    worst = year.iloc[:, :11].to_numpy().argmax(axis=1)
    rows = range(len(year))
    picked = year.to_numpy()[rows, worst]
    after = year.to_numpy()[rows, worst + 1]
    assert len(year) == 84
    assert ((after < picked).sum(), (after == picked).sum()) == (81, 3)
    assert (picked.sum(), after.sum()) == (8_748, 6_769)
    # Pairs of neighbouring months that were not picked do not fall: 73,925 to 73,867.
    assert (year.iloc[:, :11].to_numpy().sum(), year.iloc[:, 1:].to_numpy().sum()) == (
        73_925,
        73_867,
    )


def test_what_regression_to_the_mean_expects_of_the_worst_months(monthly: pd.DataFrame) -> None:
    year = monthly.loc[:, "2024-01":"2024-11"]
    expected = {
        phi: sum(
            pcc.regression_to_the_mean(row.tolist(), dispersion=phi).expected_count
            for _, row in year.iterrows()
        )
        for phi in (1, 2, 4)
    }
    picked, mean = year.to_numpy().max(axis=1).sum(), year.to_numpy().mean(axis=1).sum()
    change = {phi: 100 * (value / picked - 1) for phi, value in expected.items()}
    # Seen: -22.6%. Counting noise alone explains a third; months scatter more than that.
    assert change[1] == pytest.approx(-7.9, abs=0.05)
    assert change[1] > change[2] > change[4] > 100 * (mean / picked - 1)


def test_burglary_where_safer_streets_5_went(monthly: pd.DataFrame) -> None:
    """The fund's first project was about burglary in Peterborough; Cambridge was of equal size."""
    treated, control = burglaries(monthly, "Peterborough"), burglaries(monthly, "Cambridge")
    around = burglaries(monthly, "Huntingdonshire", "Fenland")
    beside = burglaries(monthly, "South Cambridgeshire", "East Cambridgeshire")
    assert (treated, control) == ((462, 309), (466, 271))
    assert (around, beside) == ((700, 336), (771, 359))

    alone = pcc.rate_ratio(treated[1], treated[0])
    assert alone.change_pct == pytest.approx(-33.1, abs=0.05)
    assert alone.p_value is not None
    assert alone.p_value < 0.001

    found = pcc.wdd(treated, control, displacement=around, displacement_control=beside)
    # (309 - 462) - (271 - 466) + (336 - 700) - (359 - 771), variance the sum of the eight counts.
    assert found.estimate == 90
    assert found.se == pytest.approx(3674**0.5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert "control-size-differs" not in found.cautions
    quotient = pcc.wdq(treated, control, around, displacement_control=beside)
    assert quotient.wdq is None
    assert quotient.reason is not None
    assert "nothing was gained that could have moved" in quotient.reason
    # Without earlier years the comparison carries no more than before and after do.
    level = pcc.evidence_level(alone, found)
    assert (level.level, level.rests_on) == (2, ("RateRatio", "WeightedDisplacementDifference"))
