"""Cambridgeshire's published falls: rate ratio, dispersion, verdict, and what was left out."""

from __future__ import annotations

import pandas as pd
import pytest

import pccfunding as pcc

FORCE, FIRST, LAST = "E23000023", "2019-12-31", "2023-12-31"
REPORT = "cambs-panel-report-2024-03"
# Measure: token, direction, verdict, whether counts tell it from no change, base needed at
# dispersion 1, 2 and 4, and the counts of 2019 and 2023 that are held.
EXPECTED = {
    "residential-burglary-2023": ("37%", "fall", "reproduced", "yes", (53, 94, 187), (3497, 2210)),
    "bicycle-theft-2023": ("52%", "fall", "reproduced", "yes", (25, 44, 88), (4619, 2224)),
    "neighbourhood-crime-2023": (
        *("24%", "fall", "consistent", "yes"),
        *((128, 237, 473), (11416, 8660)),
    ),
    "personal-robbery-2023": (
        *("13%", "fall", "not settled", "depends on dispersion"),
        *((443, 852, 1703), (741, 639)),
    ),
    "theft-from-the-person-2023": (
        *("8.5%", "fall", "not settled", "no"),
        *((1042, 2038, 4076), (986, 914)),
    ),
    "sharp-weapon-2023": ("26%", "fall", "not testable", None, (106, 200, 399), None),
    "asb-incidents-2023": ("30%", "fall", "not testable", None, (79, 147, 294), None),
    "rural-crime-2022-23": ("21%", "fall", "not testable", None, (170, 314, 627), None),
    "999-calls-2023": ("26.8%", "rise", "not testable", None, (129, 244, 488), None),
    "child-to-parent-violence-behaviour": (
        *("94%", "fall", "not testable", None),
        *((6, 18, 35), None),
    ),
}


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    crime = pcc.load_recorded_crime()
    here = crime[crime["area_code"] == FORCE]
    return here.pivot(index="offence", columns="period_end", values="offences")[
        [pd.Timestamp(FIRST), pd.Timestamp(LAST)]
    ].astype(int)


@pytest.fixture(scope="module")
def printed() -> pd.DataFrame:
    """The changes in percent that the report prints of this force."""
    figures = pcc.load_figures()
    of_the_report = figures.loc[figures["source_id"] == REPORT, "subject_id"]
    outcomes = pcc.load_outcomes()
    here = outcomes["subject_id"].isin(of_the_report) & (outcomes["area_code"] == FORCE)
    table = outcomes[here & outcomes["change_pct"].notna()].set_index("subject_id")
    return table.rename(index=lambda name: name.removeprefix("cambs-"))


def personal_robbery(year: int) -> int:
    """Robberies of personal property in the quarters of a year, in the last vintage held."""
    quarters = pcc.load_recorded_crime_quarters()
    here = quarters[
        quarters["area_code"].eq(FORCE)
        & quarters["offence"].eq("Robbery of personal property")
        & quarters["vintage"].eq("to December 2025")
        & quarters["period_end"].dt.year.eq(year)
    ]
    assert len(here) == 4
    return int(here["offences"].sum())


def held(row: pd.Series, counts: pd.DataFrame) -> tuple[int | None, int | None, str]:
    """Counts of the classes that the row names, and in what they differ from those printed."""
    if pd.isna(row["offence"]):
        return None, None, "same"
    classes = row["offence"].split(" + ")
    if classes == ["Robbery of personal property"]:
        return personal_robbery(2019), personal_robbery(2023), "another release"
    if not set(classes) <= set(counts.index):
        return None, None, "same"  # counted by another method, in a table of its own
    before, after = counts.loc[classes].sum()
    # The counts of 2023 are the revised ones of a later release.
    return (
        int(before),
        int(after),
        "another release" if row["offence_match"] == "same" else ("another class"),
    )


def test_the_report_prints_these_changes(printed: pd.DataFrame) -> None:
    assert set(printed.index) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_published_change(name: str, printed: pd.DataFrame, counts: pd.DataFrame) -> None:
    token, direction, verdict, told, bases, known = EXPECTED[name]
    row = printed.loc[name]
    assert row["token"] == token
    assert bool(row["change_pct"] > 0) is (direction == "rise")
    before, after, which = held(row, counts)
    assert (None if before is None else (before, after)) == known
    found = pcc.published_change(
        token,
        after,
        before,
        direction=direction,  # type: ignore[arg-type]
        counts=which,  # type: ignore[arg-type]
    )
    assert (found.verdict, found.told_apart, found.base_needed) == (verdict, told, bases)
    # Every written digit is taken at its word; the table also allows 30% to be a round number.
    assert row["value_low"] <= found.printed_low_pct < found.printed_high_pct <= row["value_high"]
    assert ("base not held" in found.text) is (known is None)


def test_robbery_depends_on_how_much_counts_scatter(counts: pd.DataFrame) -> None:
    before, after = counts.loc["Robbery"]
    readings = pcc.rate_ratio(after, before).by_dispersion.set_index("dispersion")
    assert readings["p_value"].round(3).to_dict() == {1.0: 0.005, 2.0: 0.048, 4.0: 0.161}
    assert readings["change_high_pct"].round(1).to_dict() == {1.0: -4.3, 2.0: -0.2, 4.0: 6.0}


def test_sharp_weapon_is_not_settled_by_counts_of_two_vintages() -> None:
    # 546 in the release for December 2019, 517 in that for December 2024: the method changed.
    found = pcc.published_change("26%", 517, 546, counts="another release")
    assert found.verdict == "not settled"
    assert found.change.change_pct == pytest.approx(-5.3, abs=0.05)


def test_hot_spots_in_peterborough_are_not_testable() -> None:
    outcomes = pcc.load_outcomes().set_index("subject_id")
    found = pcc.published_change(outcomes.loc["peterborough-cctv-incidents", "token"])
    assert found.verdict == "not testable"
    assert found.base_needed == (12, 20, 40)


def test_what_the_report_left_out(counts: pd.DataFrame, printed: pd.DataFrame) -> None:
    """The base of every change, and every class that rose."""
    assert printed["base_count"].isna().all()
    assert printed["token"].notna().all()
    change = 100 * (counts[pd.Timestamp(LAST)] / counts[pd.Timestamp(FIRST)] - 1)
    rose = change[change > 0].round(1).to_dict()
    assert rose["Total recorded crime (excluding fraud)"] == 4.5
    assert rose["Violence against the person"] == 27.4
    assert rose["Shoplifting"] == 32.0
    quoted = {name for row in printed["offence"].dropna() for name in row.split(" + ")}
    assert not quoted & set(rose)
    # Of the 23 classes that are published, these many rose, and the report quotes none of them.
    assert (len(change), len(rose)) == (23, 12)


@pytest.mark.parametrize(
    "offence",
    ["Total recorded crime (excluding fraud)", "Violence against the person", "Shoplifting"],
)
def test_the_rises_are_no_counting_noise(offence: str, counts: pd.DataFrame) -> None:
    before, after = counts.loc[offence]
    assert (pcc.rate_ratio(after, before).by_dispersion["p_value"] < 0.001).all()


def test_92_percent_of_238() -> None:
    found = pcc.proportion_interval("92%", 238, base_stated=False)
    assert found.counts == (218, 219, 220)
    assert (round(found.low_pct or 0, 1), round(found.high_pct or 0, 1)) == (87.4, 95.2)
    assert pcc.evidence_level(found).level == 1
    assert {"no-comparison-group", "base-not-stated"} <= set(found.cautions)


def test_break_even_of_an_award_says_that_its_unit_cost_is_not_verified() -> None:
    weights = pcc.load_weights()
    costs = weights[weights["level"] == "total unit cost"].set_index("offence")
    robbery = costs.loc["Robbery"]
    assert robbery["verified"] == "secondary"
    totals = pcc.load_totals().set_index("subject_id")
    award = totals.loc["cambs-safer-streets-5", "amount_gbp"]
    found = pcc.break_even(
        award,
        {"robbery": robbery["weight"]},
        verified=[] if robbery["verified"] != "yes" else ["robbery"],
        cost_price_year=robbery["price_year"],
    )
    assert award == 820_000
    assert found.recorded_needed_whole == (73,)
    assert found.not_verified == ("robbery",)
    assert "unit cost not verified" in found.text
