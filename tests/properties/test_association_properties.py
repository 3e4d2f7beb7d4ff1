"""What must hold for any association: order, scale, transforms, ladders, families."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, strategies as st

import pccfunding as pcc
from pccfunding.association import VERDICTS

CODES = [f"E230000{number:02d}" for number in range(1, 10)]
pounds = st.lists(
    st.one_of(st.integers(0, 3).map(float), st.floats(0.01, 99).map(lambda v: round(v, 2))),
    min_size=4,
    max_size=7,
)


@st.composite
def both_sides(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    spend = draw(pounds)
    n = len(spend)
    before = draw(st.lists(st.integers(5_000, 50_000), min_size=n, max_size=n))
    falls = draw(st.lists(st.integers(-30, 40), min_size=n, max_size=n))
    people = draw(st.lists(st.integers(50_000, 900_000), min_size=n, max_size=n))
    assume(len(set(spend)) > 1 and len(set(falls)) > 1)
    money = pd.DataFrame(
        {
            "area_code": CODES[:n],
            "spend_gbp_per_head": spend,
            "spend_low_gbp_per_head": [round(value * 0.9, 3) for value in spend],
            "spend_high_gbp_per_head": [round(value * 1.1, 3) for value in spend],
            "persons": people,
        }
    )
    counts = pd.DataFrame(
        {
            "area_code": CODES[:n],
            "offences_baseline": before,
            "offences_comparison": [
                round(count * (1 - fall / 100)) for count, fall in zip(before, falls, strict=True)
            ],
        }
    )
    return money, counts


def judged(money: pd.DataFrame, counts: pd.DataFrame, **how: Any) -> pcc.association.Association:
    return pcc.spend_vs_reduction(money, counts, redraws=50, **how)


def same(one: pcc.association.Association, two: pcc.association.Association) -> None:
    """Hold that the coefficient, its test, its influence and the verdict are the same."""
    assert (one.verdict, one.reason, one.n) == (two.verdict, two.reason, two.n)
    assert one.estimate == pytest.approx(two.estimate, abs=1e-12)
    assert (one.p_value, one.min_p, one.attainable) == (two.p_value, two.min_p, two.attainable)
    if one.influence is not None and two.influence is not None:
        left = [found.leave_one_out.set_index("name").sort_index() for found in (one, two)]
        gaps = left[0]["estimate"].astype(float) - left[1]["estimate"].astype(float)
        assert (gaps.dropna().abs() < 1e-12).all()
        assert (left[0]["undefined"] == left[1]["undefined"]).all()
        assert set(one.influence.rests_on) == set(two.influence.rests_on)


@given(both_sides(), st.randoms())
def test_the_order_of_rows_makes_no_difference(
    sides: tuple[pd.DataFrame, pd.DataFrame], random: Any
) -> None:
    seeds = random.getrandbits(31), random.getrandbits(31)
    mixed = [
        frame.sample(frac=1, random_state=seed) for frame, seed in zip(sides, seeds, strict=True)
    ]
    one, two = judged(*sides), judged(*mixed)
    same(one, two)
    assert one.text == two.text


@given(both_sides(), st.sampled_from([0.01, 1 / 3, 1000.0]))
def test_pounds_pence_or_another_price_base_make_no_difference(
    sides: tuple[pd.DataFrame, pd.DataFrame], factor: float
) -> None:
    money, counts = sides
    columns = [name for name in money.columns if "gbp" in name]
    scaled = money.assign(**{name: money[name] * factor for name in columns})
    one, two = judged(money, counts), judged(scaled, counts)
    same(one, two)
    if one.figure_range is not None and two.figure_range is not None:
        assert one.figure_range.low == pytest.approx(two.figure_range.low, abs=1e-9)
        assert one.figure_range.high == pytest.approx(two.figure_range.high, abs=1e-9)
    assert one.denominator is not None or one.verdict == "not estimable"
    if one.denominator is not None and two.denominator is not None:
        assert one.denominator.p_value == two.denominator.p_value


def unbounded(money: pd.DataFrame) -> pd.DataFrame:
    """Leave the bounds out, which are those of another spend."""
    return money.drop(columns=["spend_low_gbp_per_head", "spend_high_gbp_per_head"])


@given(both_sides(), st.sampled_from(["spearman", "kendall"]))
def test_ranks_do_not_care_about_a_monotone_transform(
    sides: tuple[pd.DataFrame, pd.DataFrame], method: str
) -> None:
    money, counts = sides
    bent = unbounded(money).assign(spend_gbp_per_head=np.sqrt(money["spend_gbp_per_head"]) + 7)
    same(judged(money, counts, method=method), judged(bent, counts, method=method))


@given(both_sides(), st.sampled_from(["spearman", "kendall", "pearson"]))
def test_p_is_on_its_ladder_and_the_verdict_is_one_of_seven(
    sides: tuple[pd.DataFrame, pd.DataFrame], method: str
) -> None:
    found = judged(*sides, method=method)
    assert found.verdict in VERDICTS
    if found.p_value is None:
        assert found.reason is not None
        return
    share = found.p_value * math.factorial(found.n)
    assert share == pytest.approx(round(share), abs=1e-9)
    assert found.p_value in found.attainable
    assert found.min_p == found.attainable[0]
    if found.figure_range is not None and found.figure_range.low is not None:
        assert found.estimate is not None
        assert found.figure_range.high is not None
        assert found.figure_range.low - 1e-9 <= found.estimate <= found.figure_range.high + 1e-9


@given(both_sides(), st.one_of(st.integers(1, 400), st.lists(st.floats(0, 1), max_size=9)))
def test_the_family_never_makes_p_smaller(
    sides: tuple[pd.DataFrame, pd.DataFrame], family: int | list[float]
) -> None:
    found = judged(*sides, family=family)
    assume(found.p_value is not None)
    assert found.adjusted_p is not None
    assert found.p_value is not None
    assert found.p_value <= found.adjusted_p <= 1


@given(both_sides())
@pytest.mark.slow
def test_a_smaller_noise_never_shuts_the_gate(sides: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    strict, lenient = (judged(*sides, dispersion=phi) for phi in (3.0, 1.0))
    assume(strict.gate is not None)
    assert strict.gate is not None
    assert lenient.gate is not None
    assert lenient.gate.opens or not strict.gate.opens


@given(both_sides(), st.integers(0, 6))
def test_leaving_out_the_one_area_that_differs_is_undefined_with_its_reason(
    sides: tuple[pd.DataFrame, pd.DataFrame], place: int
) -> None:
    money, counts = sides
    n = len(money)
    spend = [2.0] * n
    spend[place % n] = 5.0
    found = judged(unbounded(money).assign(spend_gbp_per_head=spend), counts)
    assume(found.influence is not None)
    row = found.leave_one_out.iloc[place % n]
    assert row["undefined"]
    assert pd.isna(row["estimate"])
    assert pd.isna(row["p_value"])
    assert row["reason"].startswith("spend ")
    others = found.leave_one_out.drop(index=place % n)
    known = others[~others["undefined"]]
    assert known["estimate"].notna().all()
    assert others.loc[others["undefined"], "reason"].notna().all()


@given(both_sides())
def test_spend_turned_round_turns_the_sign_and_keeps_p(
    sides: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    money, counts = sides
    turned = unbounded(money).assign(spend_gbp_per_head=100 - money["spend_gbp_per_head"])
    one, two = judged(money, counts), judged(turned, counts)
    assume(one.estimate is not None)
    assert one.estimate == pytest.approx(-(two.estimate or 0), abs=1e-12)
    assert one.p_value == two.p_value
