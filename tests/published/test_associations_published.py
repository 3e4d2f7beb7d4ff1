"""Spend against reduction on published figures: districts, forces, and money dated too late."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc

CITY, LEICESTERSHIRE, MANCHESTER = "E23000034", "E23000021", "E23000005"
UNITS, TOTAL = "Violence Reduction Unit", "Total recorded crime (excluding fraud)"
SUMS = {TOTAL, "Violence against the person", "Theft offences", "Burglary"}
CRIME, PEOPLE, TOTALS = pcc.load_recorded_crime(), pcc.load_population(), pcc.load_totals()
AREAS = pcc.load_areas()
FORCES = AREAS.loc[AREAS["kind"] == "police_force_area", "area_code"]
REGIONS = AREAS.loc[AREAS["kind"] == "region", "area_code"]
FORCE_CRIME = CRIME[CRIME["area_code"].isin(FORCES)]


def fell(offence: str, baseline: str, comparison: str, people: bool = True) -> pd.DataFrame:
    return pcc.reduction(
        FORCE_CRIME[FORCE_CRIME["offence"] == offence],
        baseline=baseline,
        comparison=comparison,
        by=["area_code", "offence"],
        population=PEOPLE if people else None,
    )


# (a) six districts


def test_no_stream_is_published_by_district_so_nothing_is_estimable() -> None:
    awards = pcc.load_awards()
    here = AREAS[(AREAS["parent_code"] == "E23000023") & (AREAS["kind"] == "local_authority")]
    assert len(here) == 6
    assert not awards["area_code"].isin(here["area_code"]).any()
    shared = pcc.apportion(
        awards,
        to="area_code",
        rule="population",
        by=PEOPLE[PEOPLE["area_code"].isin(here["area_code"])],
    )
    spend = pcc.per_capita_spend(shared, PEOPLE, by="area_code")
    assert spend["spend_gbp"].sum() == pytest.approx(5_981_458)
    partnerships = CRIME.merge(AREAS[["area_code", "name", "kind", "parent_code"]], on="area_code")
    partnerships = partnerships[
        (partnerships["parent_code"] == "E23000023")
        & (partnerships["kind"] == "community_safety_partnership")
    ]
    codes = here.set_index("name")["area_code"]
    counts = partnerships.assign(area_code=partnerships["name"].map(codes))
    fall = pcc.reduction(
        counts[counts["offence"] == TOTAL], baseline="2023", comparison="2024", by="area_code"
    )
    assert len(fall) == 6
    found = pcc.spend_vs_reduction(spend, fall)
    assert (found.verdict, found.reason) == ("not estimable", "no variation in spend")
    assert "the amounts actually spent in each area would be needed" in found.text
    # The county as a whole is one area.
    whole = pcc.per_capita_spend(awards, PEOPLE, by="area_code")
    county = fell(TOTAL, "2019", "2023")
    assert pcc.spend_vs_reduction(whole, county).reason == "one area only"


# (b) forty-three forces


def units() -> pd.DataFrame:
    """Violence Reduction Unit money per head, 2020-21, with 0 for the areas not named."""
    named = TOTALS[(TOTALS["funding_stream"] == UNITS) & (TOTALS["area_code"] != "K04000001")]
    spend = pcc.per_capita_spend(named, PEOPLE, by=["area_code", "funding_stream"])
    people = PEOPLE[PEOPLE["reference_date"] == "2020-06-30"]
    people = people[people["vintage"] == "rebased-2025"]
    others = sorted(set(FORCES) - set(named["area_code"]))
    none = pd.DataFrame({"area_code": others}).merge(people[["area_code", "persons"]])
    for column in ("", "_low", "_high"):
        none[f"spend{column}_gbp_per_head"] = 0.0
    same = ["funding_stream", "period_start", "period_end", "flow", "status"]
    none[same] = spend[same].iloc[0].tolist()
    return pd.concat([spend, none], ignore_index=True)


@pytest.fixture(scope="module")
def unit_spend() -> pd.DataFrame:
    return units()


def test_the_bands_of_the_units_are_floors_and_add_up_within_35m(unit_spend: pd.DataFrame) -> None:
    paid = unit_spend[unit_spend["spend_gbp_per_head"] > 0]
    assert (len(paid), len(unit_spend)) == (18, 43)
    assert paid["spend_high_gbp_per_head"].isna().sum() == 11
    floors = (paid["spend_low_gbp_per_head"] * paid["persons"]).sum()
    # 6.5 + 4 x 3.3 + 7 x 1.1 + 6 x .875 million, against 34.5 to 35.5 million.
    assert floors == pytest.approx(32_650_000)
    whole = TOTALS[(TOTALS["funding_stream"] == UNITS) & (TOTALS["area_code"] == "K04000001")]
    assert whole[["amount_low_gbp", "amount_high_gbp"]].values.tolist() == [[34.5e6, 35.5e6]]


@pytest.mark.parametrize(
    ("baseline", "leave_out", "n", "rho"),
    [
        ("year ending March 2019", None, 42, 0.076),
        ("year ending March 2019", (), 43, 0.040),
        ("year ending March 2019", (CITY, LEICESTERSHIRE), 41, 0.137),
        ("year ending June 2019", None, 42, 0.026),
        ("year ending June 2019", (), 43, -0.007),
        ("2019", None, 41, -0.108),
    ],
)
def test_the_sign_of_rho_depends_on_the_base_and_on_two_areas(
    unit_spend: pd.DataFrame,
    baseline: str,
    leave_out: tuple[str, ...] | None,
    n: int,
    rho: float,
) -> None:
    found = pcc.spend_vs_reduction(
        unit_spend,
        fell("Violence with injury", baseline, "2023"),
        placebo=fell("Violence with injury", "year ending March 2018", "year ending March 2019"),
        leave_out=leave_out,
        family=19,
        resamples=999,
        redraws=200,
    )
    assert found.n == n
    assert found.estimate == pytest.approx(rho, abs=0.0006)
    assert found.verdict == "no clear association"
    assert found.p_value is not None
    assert found.p_value > 0.35
    assert found.gate is not None
    assert found.gate.dispersion == pytest.approx(26, abs=0.6)
    assert found.gate.placebo is not None
    assert found.gate.placebo.test is not None
    assert abs(found.gate.placebo.test.statistic or 0) < 0.1
    assert {"spend-floors", "pandemic-between"} <= set(found.cautions)
    dropped = found.dropped.set_index("area_code")["reason"]
    assert (MANCHESTER in dropped.index) == (baseline == "2019")


def test_the_baseline_goes_with_the_money_and_the_floors_leave_the_sign_open(
    unit_spend: pd.DataFrame,
) -> None:
    fall = fell("Violence with injury", "year ending March 2019", "2023")
    found = pcc.spend_vs_reduction(unit_spend, fall, resamples=1_999, redraws=200)
    assert found.baseline is not None
    assert found.baseline.test is not None
    assert found.baseline.test.statistic == pytest.approx(0.329, abs=0.0006)
    assert found.baseline.partial == pytest.approx(-0.076, abs=0.0006)
    assert {"follows-baseline", "turns-given-baseline", "sign-within-figures"} <= set(
        found.cautions
    )
    assert found.figure_range is not None
    assert (found.figure_range.n_open, found.figure_range.n_rounded) == (11, 7)
    # Held against the 35 million that all of them share, the floors cannot rise far.
    floors = unit_spend["spend_low_gbp_per_head"] * unit_spend["persons"]
    ceiling = (floors + 35.5e6 - floors.sum()) / unit_spend["persons"]
    capped = unit_spend.assign(
        spend_high_gbp_per_head=unit_spend["spend_high_gbp_per_head"].fillna(ceiling)
    )
    shared = pcc.spend_vs_reduction(capped, fall, resamples=99, redraws=200)
    assert "spend-floors" not in shared.cautions
    assert shared.figure_range is not None
    assert shared.figure_range.low is not None
    assert shared.figure_range.high is not None
    assert -0.08 < shared.figure_range.low < 0 < shared.figure_range.high < 0.2


def test_nineteen_classes_have_one_small_p_that_the_family_takes_away(
    unit_spend: pd.DataFrame,
) -> None:
    leaves = FORCE_CRIME[~FORCE_CRIME["offence"].isin(SUMS)]
    fall = pcc.reduction(
        leaves,
        baseline="year ending March 2019",
        comparison="2023",
        by=["area_code", "offence"],
        population=PEOPLE,
    )
    found = pcc.spend_vs_reduction_family(unit_spend, fall, resamples=1_999)
    assert (found.size, found.n) == (19, 42)
    best = found.frame.set_index("offence").loc["Drug offences"]
    assert best["estimate"] == pytest.approx(-0.452, abs=0.0006)
    assert best["p_value"] < 0.01
    assert best["p_max_t"] > 0.03
    assert best["q_value"] > 0.03
    assert "association, not causal" not in set(
        found.frame.loc[found.frame["offence"] != "Drug offences", "verdict"]
    )
    assert "nested-classes" not in found.cautions


# (c) money dated after the outcome


@pytest.fixture(scope="module")
def grant_and_precept() -> pd.DataFrame:
    streams = ["Police grant, overall total", "Police precept, income"]
    held = TOTALS[TOTALS["funding_stream"].isin(streams) & (TOTALS["period"] == "2025-26")]
    pounds = held.groupby("area_code", as_index=False)["amount_gbp"].sum()
    people = PEOPLE[PEOPLE["reference_date"] == "2024-06-30"]
    people = people[people["vintage"] == "rebased-2025"]
    spend = pounds.merge(people[["area_code", "persons"]], on="area_code")
    return spend.assign(
        spend_gbp_per_head=spend["amount_gbp"] / spend["persons"],
        funding_stream="grant and precept",
        period_start=pd.Timestamp("2025-04-01"),
        period_end=pd.Timestamp("2026-03-31"),
    )


def test_grant_and_precept_of_2025_26_come_too_late_to_be_compared(
    grant_and_precept: pd.DataFrame,
) -> None:
    assert len(grant_and_precept) == 43
    city = grant_and_precept.set_index("area_code").loc[CITY]
    assert city["spend_gbp_per_head"] == pytest.approx(4_556, abs=1)
    fall = fell(TOTAL, "2019", "2023")
    refused = pcc.spend_vs_reduction(grant_and_precept, fall)
    assert (refused.verdict, refused.reason) == ("not estimable", "windows out of order")
    shown = pcc.spend_vs_reduction(
        grant_and_precept, fall, override=["windows out of order"], resamples=999, redraws=200
    )
    assert shown.estimate is not None
    assert "windows-overridden" in shown.cautions
    assert "City of London" in shown.report()


def test_one_area_turns_the_sign_of_pearson(grant_and_precept: pd.DataFrame) -> None:
    spend = grant_and_precept.set_index("area_code")["spend_gbp_per_head"]

    def pearson(people: bool) -> tuple[float, float]:
        change = fell(TOTAL, "2019", "2023", people).set_index("area_code")["reduction_pct"]
        both = pd.DataFrame({"spend": spend, "fall": change}).dropna()
        everyone = float(np.corrcoef(both["spend"], both["fall"])[0, 1])
        left = pcc.permutation.leave_one_out(both["spend"], both["fall"], method="pearson")
        without = float(left.statistic[list(both.index).index(CITY)])
        return round(without, 2), round(everyone, 2)

    assert pearson(people=False) == (-0.19, 0.02)
    assert pearson(people=True)[1] == 0.41
    found = pcc.spend_vs_reduction(
        grant_and_precept,
        fell(TOTAL, "2019", "2023"),
        override=["windows out of order"],
        leave_out=(),
        resamples=999,
        redraws=200,
    )
    assert found.pearson is not None
    assert found.pearson.turns == ("City of London",)
    assert "pearson-on-one-area" in found.cautions


# (d) a series break inside the window


def test_sexual_offences_across_may_2004_are_refused_unless_overridden() -> None:
    held = TOTALS[(TOTALS["funding_stream"] == "Government funding")]
    spend = held.rename(columns={"amount_gbp": "spend_gbp_per_head"})
    assert len(spend) == 42
    fall = fell("Sexual offences", "2003-04", "2005-06", people=False)
    assert len(fall) == 43
    refused = pcc.spend_vs_reduction(spend, fall)
    assert (refused.verdict, refused.reason) == ("not estimable", "series break")
    assert "1 May 2004" in refused.text
    shown = pcc.spend_vs_reduction(
        spend, fall, override=["series break"], resamples=999, redraws=200
    )
    assert shown.n == 42
    assert shown.estimate is not None
    assert {"series-break-overridden", "counts-not-rates"} <= set(shown.cautions)
    assert shown.dropped["reason"].tolist() == ["no spend row"]


# (e) forces lie in regions


def test_the_counts_of_a_region_are_the_sums_of_its_forces() -> None:
    rows = CRIME.assign(known=CRIME["offences"].notna())
    keys = ["offence", "period_start", "period_end", "source_id"]
    whole = rows[rows["area_code"].isin([*REGIONS, "W92000004"])]
    parents = AREAS.set_index("area_code")["parent_code"]
    parts = rows[rows["area_code"].isin(FORCES)]
    parts = parts.assign(area_code=parts["area_code"].map(parents))
    sums = parts.groupby(["area_code", *keys], as_index=False).agg(
        parts=("offences", "sum"), n=("known", "sum")
    )
    both = whole.merge(sums, on=["area_code", *keys])
    assert len(both) == len(whole) == 2_300
    assert (both["offences"] == both["parts"]).all()
    assert set(parents[FORCES]) == {*REGIONS, "W92000004"}
