from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError

DAYS = {"Robbery": 365.0, "Burglary": 20.0, "Shoplifting": 2.0}
BEFORE = {"Robbery": 40, "Burglary": 300, "Shoplifting": 900}
AFTER = {"Robbery": 30, "Burglary": 310, "Shoplifting": 700}


def test_harm_by_hand() -> None:
    found = pcc.harm_change(BEFORE, AFTER, DAYS, unit="days")
    assert found.harm_before == 365 * 40 + 20 * 300 + 2 * 900
    assert found.harm_after == 365 * 30 + 20 * 310 + 2 * 700
    assert found.ratio == pytest.approx(18_550 / 22_400)
    assert found.count_change_pct == pytest.approx(100 * (1040 / 1240 - 1))
    square = 365**2 * 40 + 20**2 * 300 + 2**2 * 900
    assert found.effective_before == pytest.approx(22_400**2 / square)
    table = found.offences.set_index("offence")
    assert table.loc["Burglary", "harm_change"] == 200
    assert table["harm_after"].sum() == found.harm_after
    assert "days went from 22,400 (the base) to 18,550" in found.text
    assert len(found.text.split()) <= 70


@pytest.mark.parametrize(("after", "before", "over"), [(2, 9, 1.5), (688, 796, 1), (40, 30, 0.5)])
def test_one_offence_is_a_rate_ratio(after: int, before: int, over: float) -> None:
    found = pcc.harm_change({"a": before}, {"a": after}, {"a": 17}, exposure_after=over)
    plain = pcc.rate_ratio(after, before, exposure_after=over)
    assert found.ratio == pytest.approx(plain.ratio)
    assert (found.low, found.high) == (pytest.approx(plain.low), pytest.approx(plain.high))
    assert found.p_value == pytest.approx(plain.p_value)
    assert found.effective_after == pytest.approx(after)


def test_the_unit_of_the_weights_does_not_matter() -> None:
    found = pcc.harm_change(BEFORE, AFTER, DAYS)
    years = pcc.harm_change(BEFORE, AFTER, {name: one / 365 for name, one in DAYS.items()})
    assert years.ratio == pytest.approx(found.ratio)
    assert years.low == pytest.approx(found.low)
    assert years.p_value == pytest.approx(found.p_value)
    wider = pcc.harm_change(BEFORE, AFTER, DAYS, dispersion=4)
    assert (wider.low or 0) < (found.low or 0) < (found.high or 0) < (wider.high or 0)
    assert "poisson-only" not in wider.cautions


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(20240313)
    mean, held = {"Robbery": 12, "Burglary": 80, "Shoplifting": 300}, []
    for _ in range(1500):
        one, other = (
            {name: int(rng.poisson(value * factor)) for name, value in mean.items()}
            for factor in (1.0, 0.8)
        )
        found = pcc.harm_change(one, other, DAYS)
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= 0.8 <= found.high)
    # Monte Carlo error .006.
    assert 0.94 <= np.mean(held) <= 0.985


def test_bundled_severity_weights_are_taken_as_they_are() -> None:
    weights = pcc.load_weights()
    severity = weights[weights["scheme"].str.startswith("ONS Crime Severity")]
    severity = severity.drop_duplicates("offence")
    chosen = severity["offence"].head(2).tolist()
    found = pcc.harm_change(dict.fromkeys(chosen, 10), dict.fromkeys(chosen, 20), severity)
    assert found.ratio == pytest.approx(2)
    assert found.unit == severity["unit"].iloc[0]
    with pytest.raises(TableError, match="keep the rows of one scheme"):
        pcc.harm_change(BEFORE, AFTER, weights)


def test_one_offence_that_carries_the_harm_is_said() -> None:
    assert "one-offence-carries" in pcc.harm_change(BEFORE, AFTER, DAYS).cautions
    even = pcc.harm_change(BEFORE, AFTER, {"Robbery": 10, "Burglary": 3, "Shoplifting": 1})
    assert "one-offence-carries" not in even.cautions
    # Three offences; the first has 100 of 200 and then 99 of 199.
    for first, carried in ((100, True), (99, False)):
        counts = {"Robbery": first, "Burglary": 50, "Shoplifting": 50}
        found = pcc.harm_change(counts, counts, dict.fromkeys(counts, 1))
        assert ("one-offence-carries" in found.cautions) is carried


def test_a_difference_of_harm_by_hand() -> None:
    before, after = {"Robbery": 10, "Burglary": 100}, {"Robbery": 8, "Burglary": 60}
    same = {"Robbery": 9, "Burglary": 90}, {"Robbery": 10, "Burglary": 80}
    found = pcc.harm_wdd((before, after), same, DAYS, displacement=(before, before))
    # Robbery -2 - 1 = -3, burglary -40 + 10 = -30; nothing around.
    assert found.local == found.estimate == 365 * -3 + 20 * -30
    assert found.elsewhere == 0
    robbery, burglary = 10 + 8 + 9 + 10 + 20, 100 + 60 + 90 + 80 + 200
    assert found.se == pytest.approx(math.sqrt(365**2 * robbery + 20**2 * burglary))
    assert found.counts is not None
    assert found.counts.estimate == -33
    assert found.events == robbery + burglary
    assert len(found.text.split()) <= 70


def test_equal_weights_are_the_plain_difference() -> None:
    pair = {"a": 60, "b": 40}, {"a": 30, "b": 20}
    other = {"a": 50, "b": 30}, {"a": 45, "b": 25}
    plain = pcc.wdd((100, 50), (80, 70), area_weights=(1, 2, 1, 1), dispersion=2)
    found = pcc.harm_wdd(pair, other, {"a": 1, "b": 1}, area_weights=(1, 2, 1, 1), dispersion=2)
    assert found.estimate == pytest.approx(plain.estimate)
    assert found.se == pytest.approx(plain.se)
    assert found.maryland_level == plain.maryland_level == 2
    alike = {"pre_treated": [9000, 9100, 9050, 8990, 9020], "pre_control": [9000] * 5}
    assert pcc.harm_wdd(pair, other, {"a": 1, "b": 1}, **alike).maryland_level == 3


def test_harm_is_refused_with_a_reason() -> None:
    missing = pcc.harm_change({**BEFORE, "Robbery": None}, AFTER, DAYS)
    assert missing.text == (
        "Not estimable: the count of Robbery is not held, and a missing count is not 0."
    )
    nothing = pcc.harm_change({"Robbery": 0}, {"Robbery": 5}, DAYS)
    assert "no harm before or after" in nothing.text
    assert nothing.maryland_level == 0
    empty = pcc.harm_wdd(({"a": None}, {"a": 1}), ({"a": 1}, {"a": 1}), {"a": 1})
    assert "a missing count is not 0" in empty.text
    assert empty.maryland_level == 0
    funded = pcc.harm_wdd(
        ({"a": 9}, {"a": 1}), ({"a": 1}, {"a": 1}), {"a": 1}, control_funded=["x"]
    )
    assert "funding of the same kind" in funded.text


def test_misuse_of_harm_is_named() -> None:
    with pytest.raises(TableError, match="after has no count of 'Shoplifting'"):
        pcc.harm_change(BEFORE, {"Robbery": 1, "Burglary": 1}, DAYS)
    with pytest.raises(TableError, match="weights has nothing for 'Arson'"):
        pcc.harm_change({"Arson": 1}, {"Arson": 1}, DAYS)
    with pytest.raises(TableError, match="the weight of Arson is -1"):
        pcc.harm_change({"Arson": 1}, {"Arson": 1}, {"Arson": -1})
    frame = pd.DataFrame({"offence": ["a", "a"], "weight": [1, 2]})
    with pytest.raises(TableError, match="holds 'a' more than once"):
        pcc.harm_change({"a": 1}, {"a": 1}, frame)
    with pytest.raises(TableError, match="no column 'weight'"):
        pcc.harm_change({"a": 1}, {"a": 1}, pd.DataFrame({"offence": ["a"]}))
    with pytest.raises(TableError, match=r"Robbery before is 1\.5"):
        pcc.harm_change({"Robbery": 1.5}, {"Robbery": 1}, DAYS)
    with pytest.raises(TableError, match="treated holds 1 sets"):
        pcc.harm_wdd(({"a": 1},), ({"a": 1}, {"a": 1}), {"a": 1})
