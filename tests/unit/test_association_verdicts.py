"""The order of decisions: each of the seven verdicts, and what just misses it."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
from association_cases import FORCES, fall_of, led_by_need, many, resting_on_one, spend_of

import pccfunding as pcc
from pccfunding.association import VERDICTS
from pccfunding.association.verdicts import judged

SIX = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
IN_ORDER = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
# Baselines that differ, in no order of spend or falls.
UNEVEN = np.array([23_000.0, 18_000, 21_000, 16_000, 22_000, 20_000])
OURS = "association, not causal"


def of(spend: Any, fall: Any, **how: Any) -> pcc.association.Association:
    return pcc.spend_vs_reduction(spend, fall, **{"redraws": 20, "family": 1, **how})


def in_order(**how: Any) -> pcc.association.Association:
    return of(spend_of(SIX), fall_of(IN_ORDER, before=UNEVEN), **how)


CASE = {"gate_opens": True, "n": 30, "floor": 0.001, "adjusted_p": 0.01, "undone": 0,
        "not_apart_from": None}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, OURS),
        ({"gate_opens": False}, "not distinguishable from counting noise"),
        ({"n": 5}, "too few areas to tell"),
        ({"n": 6}, OURS),
        ({"floor": 0.05}, "too few areas to tell"),
        ({"floor": 0.0499}, OURS),
        ({"n": 9, "undone": 5}, "too few areas to tell"),
        ({"n": 9, "undone": 4}, OURS),
        ({"n": 6, "undone": 3}, "too few areas to tell"),
        ({"n": 10, "undone": 5}, OURS),
        ({"adjusted_p": 0.05}, "no clear association"),
        ({"adjusted_p": 0.0499}, OURS),
        # Whatever leaving one out does, and whatever the partial.
        ({"adjusted_p": 0.05, "undone": 1, "not_apart_from": "need"}, "no clear association"),
        ({"adjusted_p": 0.05, "n": 6, "undone": 6}, "no clear association"),
        ({"undone": 1, "n": 10}, "rests on one area"),
        ({"undone": 3}, "rests on one area"),
        ({"undone": 4}, OURS),
        ({"undone": 1, "n": 9}, OURS),
        ({"undone": 1, "not_apart_from": "need"}, "rests on one area"),
        ({"undone": 4, "not_apart_from": "need"}, "not told apart from need"),
        ({"not_apart_from": "deprivation"}, "not told apart from deprivation"),
    ],
)
def test_decisions_are_taken_in_their_order(given: dict[str, Any], verdict: str) -> None:
    assert judged(**{**CASE, **given}) == verdict


def test_the_smallest_p_after_the_family_decides_whether_six_areas_are_enough() -> None:
    # 2/720 times 18 is .05: no order of six could have been below it.
    assert in_order(family=18).verdict == "too few areas to tell"
    seventeen = in_order(family=17)
    assert seventeen.adjusted_min_p == pytest.approx(34 / 720)
    # Below, but each of five areas alone has 2/120 times 17.
    assert seventeen.influence is not None
    assert len(seventeen.influence.rests_on) == 6
    assert "any one of 6 of its 6 areas undoes it" in seventeen.report()
    # Two in 120 orders, twice, are below .05: nothing undoes it.
    assert in_order(family=2).verdict == OURS
    assert in_order(family=3).verdict == "too few areas to tell"
    # Eighteen, by the p of the others: Holm of the smallest is the same.
    assert in_order(family=[0.5] * 17).verdict == "too few areas to tell"


def test_a_perfect_order_after_a_large_family_settles_no_correlation_from_end_to_end() -> None:
    for found in (in_order(family=18), in_order(family=400)):
        assert found.estimate == 1
        assert "do not settle" not in found.text
        assert "−1" not in found.text


@pytest.mark.slow
def test_no_order_of_six_rests_on_one_area() -> None:
    told: Counter[str] = Counter()
    for order in itertools.permutations(IN_ORDER):
        found = of(spend_of(SIX), fall_of(order, before=UNEVEN), dispersion=1)
        told[found.verdict] += 1
        if found.verdict == OURS:
            assert abs(found.estimate or 0) == 1
    # p below .05 have 24 orders; 22 of them are undone by 4 or 6 areas.
    assert told == {"no clear association": 696, "too few areas to tell": 22, OURS: 2}


def test_a_sample_of_orders_of_six_rests_on_no_one_area() -> None:
    orders = list(itertools.permutations(IN_ORDER))[::90]
    told = {of(spend_of(SIX), fall_of(order, before=UNEVEN), dispersion=1).verdict
            for order in orders}  # fmt: skip
    assert "rests on one area" not in told


def test_a_p_of_047_in_a_family_of_forty_is_no_clear_association() -> None:
    falls = [6, 10, 5, 9, 12, 16, 8, 11, 7, 13, 15, 14]
    spend, fall = spend_of(range(1, 13), FORCES), fall_of(falls, FORCES)
    alone = of(spend, fall, dispersion=1)
    assert alone.p_value == pytest.approx(0.047, abs=0.0006)
    assert alone.verdict == OURS
    assert "several-areas-carry" in alone.cautions
    among = of(spend, fall, dispersion=1, family=40)
    assert among.adjusted_p == 1
    assert among.verdict == "no clear association"


def test_one_to_three_of_twelve_areas_carry_it_and_are_named() -> None:
    found = of(*resting_on_one(), dispersion=1)
    assert found.verdict == "rests on one area"
    assert found.influence is not None
    assert len(found.influence.rests_on) == 3
    assert all(name in found.text for name in found.influence.rests_on)
    # Four: the caution, by their number, and the decisions go on.
    falls = [5, 6, 10, 8, 11, 7, 15, 13, 14, 16, 12, 9]
    four = of(spend_of(range(1, 13), FORCES), fall_of(falls, FORCES), dispersion=1)
    assert four.verdict == OURS
    assert "several-areas-carry" in four.cautions
    assert "(4 areas)" in four.report()


def test_a_crossing_above_05_is_a_caution_with_at_most_three_names() -> None:
    found = of(*many(0.5), dispersion=1)
    assert (found.verdict, round(found.adjusted_p or 0, 2)) == ("no clear association", 0.07)
    assert "crosses-without" in found.cautions
    assert found.influence is not None
    assert set(found.influence.frame.loc[found.influence.frame["crosses"], "name"]) == set(
        found.influence.rests_on
    )


def test_spend_led_by_need_is_not_told_apart_from_it() -> None:
    spend, fall = led_by_need()
    found = of(spend, fall, dispersion=1)
    assert found.verdict == "not told apart from need"
    assert found.baseline is not None
    assert found.p_value is not None
    assert found.p_value < 0.001
    assert found.baseline.partial_p is not None
    assert found.baseline.partial_p > 0.05
    for words in ("given need as measured", "Verdict: not told apart from need as measured"):
        assert words in found.text
    # The same falls with need that goes another way: the partial bears it out.
    other = dict(zip(fall["area_code"], np.tile([1.0, 3, 2], 10), strict=True))
    assert of(spend, fall, dispersion=1, baseline=other).verdict == OURS


def test_a_covariate_gives_its_name_to_the_verdict() -> None:
    spend, fall = led_by_need()
    fall = fall.assign(multiple_deprivation=fall["offences_baseline"])
    found = of(spend, fall, dispersion=1, baseline="multiple_deprivation")
    assert found.verdict == "not told apart from multiple deprivation"
    assert "given multiple deprivation" in found.text
    assert {"follows-covariate"} == {"follows-covariate", "follows-baseline"} & set(found.cautions)


def test_the_partial_is_adjusted_for_the_same_family() -> None:
    alone = of(*many(0.6), dispersion=1)
    assert alone.baseline is not None
    assert alone.baseline.partial_p is not None
    among = of(*many(0.6), dispersion=1, family=7)
    assert among.baseline is not None
    assert among.baseline.adjusted_p == pytest.approx(7 * alone.baseline.partial_p)


def test_spend_in_the_very_order_of_the_baseline_is_not_told_apart_from_it() -> None:
    before = 20_000 + 500 * np.arange(12.0)
    spend, falls = spend_of(range(1, 13), FORCES), np.arange(12.0) + 5
    found = of(spend, fall_of(falls, FORCES, before=before))
    assert found.verdict == "not told apart from need"
    assert "in the very order of the baseline" in found.report()


def test_every_verdict_of_the_list_is_reached() -> None:
    assert len(VERDICTS) == 7
    reached = {
        of(spend_of([6.49] * 6), fall_of(IN_ORDER)).verdict,
        of(spend_of(SIX), fall_of(IN_ORDER, before=np.full(6, 40.0))).verdict,
        in_order(family=18).verdict,
        of(*many(0.0), dispersion=1).verdict,
        of(*resting_on_one(), dispersion=1).verdict,
        of(*led_by_need(), dispersion=1).verdict,
        in_order().verdict,
    }
    assert reached == set(VERDICTS)
