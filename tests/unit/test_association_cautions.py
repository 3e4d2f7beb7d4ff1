"""Each caution of an association: a case that carries it, and one that does not."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from association_cases import DISTRICTS, FORCES, fall_of, many, spend_of
from near_misses import Near

import pccfunding as pcc
from pccfunding.association import CAUTIONS
from pccfunding.association.verdicts import FIRST

SIX = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
FALLS = (5.0, 15.0, 10.0, 20.0, 25.0, 30.0)
TWELVE = np.arange(12.0)


def of(spend: pd.DataFrame, fall: pd.DataFrame, **how: Any) -> pcc.association.Association:
    return pcc.spend_vs_reduction(spend, fall, **{"redraws": 200, "family": 1, **how})


def six(spend: dict[str, Any] | None = None, fall: dict[str, Any] | None = None, **how: Any) -> Any:
    return of(spend_of(SIX, **(spend or {})), fall_of(FALLS, **(fall or {})), **how)


@cache
def plenty() -> pcc.association.Association:
    """Thirty areas, strongly in order, noise small: hardly any doubt."""
    return of(*many(0.8), dispersion=1)


def twelve(x: Any, y: Any, before: Any = None, **how: Any) -> pcc.association.Association:
    counts = {} if before is None else {"before": np.asarray(before, float)}
    return of(spend_of(x, FORCES), fall_of(y, FORCES, **counts), **how)


def family(spend: pd.DataFrame, fall: pd.DataFrame) -> pcc.association.AssociationFamily:
    return pcc.spend_vs_reduction_family(spend, fall, resamples=199)


def streams(n: int, count: int) -> pd.DataFrame:
    values = np.arange(1.0, n + 1)
    return pd.concat(
        [spend_of(np.roll(values, k), FORCES, funding_stream=f"Fund {k}") for k in range(count)]
    )


def classes(n: int, *offences: str) -> pd.DataFrame:
    falls = np.linspace(5, 30, n)
    return pd.concat([fall_of(falls, FORCES, offence=offence) for offence in offences])


def by_region(spend: float, fall: float) -> pcc.association.Association:
    """Give forces whose sides move with their region by so much, and by chance besides."""
    codes = [code for code in FORCES if code != "E23000001"]
    regions = pd.factorize(pd.Series([pcc.find_area(code).parent for code in codes]))[0]
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, len(codes)))
    lift = np.array([0.0, 5, 1, 4, 2, 3, 6, 8, 7, 9])[regions]
    paid, fell = x + 3 * spend * lift, y + 3 * fall * lift[::-1]
    return of(spend_of(np.exp(0.1 * paid), codes), fall_of(10 + fell, codes), resamples=199)


REVERSED_WITHIN = {"x": [1, 2, 3, 4, 5, 11, 12, 13, 14, 15],
                   "y": [14, 13, 12, 11, 10, 24, 23, 22, 21, 20]}  # fmt: skip
HALVES = dict(zip(FORCES, ["a"] * 5 + ["b"] * 5, strict=False))
OUTLIER = {"x": [*range(1, 12), 60.0], "y": [10.3, 9.8, 10.2, 9.9, 10.1, 9.7, 10.0, 9.6, 9.9, 9.5,
                                             9.8, 40.0]}  # fmt: skip
# Orders of a baseline whose p with spend is .0494 and .0504.
FOLLOWS = [5, 11, 7, 9, 10, 3, 4, 1, 6, 8, 0, 2]
JUST_NOT = [11, 10, 9, 7, 0, 5, 4, 1, 6, 8, 3, 2]
EIGHT = range(1, 9)
TWO_UNDO = [7, 6, 5, 9, 8, 12, 10, 11]
FOUR_UNDO = [5, 6, 10, 8, 11, 7, 15, 13, 14, 16, 12, 9]
THREE_UNDO = [5, 12, 11, 6, 8, 9, 10, 7, 14, 13, 15, 16]
MIXED = [6, 1, 9, 4, 12, 2, 8, 11, 3, 10, 5, 7]


def counted(before: int) -> pcc.association.Association:
    return six(fall={"before": np.full(6, before)})


def residents(after: float) -> pcc.association.Association:
    return six(fall={"persons_comparison": [after] + [100_000.0] * 5})


def following(day: date, **how: Any) -> pcc.association.Association:
    return six(fall={"period_start": day.isoformat(), "period_end": "2022-03-31"}, **how)


def mixed_orders(n: int) -> pcc.association.Association:
    falls = [20, 5, 30, 10, 25, 15, 18, 7, 28, 12, 22]
    return of(spend_of(range(1, n + 1), FORCES), fall_of(falls[:n], FORCES))


def dealt(scale: float) -> pcc.association.Association:
    """Give much the same pounds to areas whose residents differ by so much."""
    persons = 1e5 * (1 + scale * TWELVE)
    pounds = 1e6 * (1 + 0.15 * np.array([3, 0, 5, 1, 8, 2, 7, 4, 9, 6, 11, 10]))
    spend = spend_of(pounds / persons, FORCES, persons=persons)
    return of(spend, fall_of(30 - 2 * TWELVE, FORCES), resamples=1_999)


def reversed_in(strata: int) -> pcc.association.Association:
    """Spend and outcome go together over two halves, and apart within one or both of them."""
    falls = list(REVERSED_WITHIN["y"])
    falls = falls if strata == 2 else [*falls[:5], *falls[:4:-1]]
    return twelve(REVERSED_WITHIN["x"], falls, strata=HALVES)


def apart(distance: float) -> pcc.association.Association:
    """Spend and outcome both follow the baseline, and go apart from it in opposite ways."""
    return twelve(TWELVE + np.tile([0, distance], 6) + 2, TWELVE + np.tile([distance, 0], 6) + 5,
                  before=20_000 + 1_000 * TWELVE)  # fmt: skip


def undone(found: pcc.association.Association) -> float:
    assert found.influence is not None
    return len(found.influence.rests_on)


def lowest_left(found: pcc.association.Association) -> float:
    """Give the coefficient nearest to a turn of the sign when one area is left out."""
    assert found.influence is not None
    assert found.estimate is not None
    turned = found.influence.high if found.estimate < 0 else found.influence.low
    assert turned is not None
    return float(turned * np.sign(found.estimate))


def of_baseline(found: pcc.association.Association) -> float:
    assert found.baseline is not None
    assert found.baseline.test is not None
    assert found.baseline.test.p_value is not None
    return found.baseline.test.p_value


def spend_alone(dated: bool) -> pcc.association.Association:
    spend = spend_of(SIX)
    return of(spend if dated else spend[["area_code", "spend_gbp_per_head"]], fall_of(FALLS))


def outcome(kind: str) -> pcc.association.Association:
    fall = fall_of(FALLS)
    people = ["persons_baseline", "persons_comparison"]
    scores = pd.DataFrame({"area_code": DISTRICTS, "log_reduction": FALLS})
    kinds = {"rates": fall, "counts": fall.drop(columns=people), "scores": scores}
    return of(spend_of(SIX), kinds[kind])


def known_spend(persons: bool) -> pcc.association.Association:
    fall = fall_of(FALLS).drop(columns=["persons_baseline", "persons_comparison"])
    return of(spend_of(SIX) if persons else spend_of(SIX).drop(columns="persons"), fall)


def offences(number: int) -> pcc.association.AssociationFamily:
    return family(streams(6, 1), classes(6, *(f"Class {k}" for k in range(number))))


# Code: every way to it, each with what just misses it.
CASES: dict[str, tuple[Near, ...]] = {
    "areas-dropped": (Near(lambda n: of(spend_of(SIX[:n]), fall_of(FALLS)), 5, 6),),
    "population-changed": (
        Near(residents, 125_001.0, 125_000.0),
        Near(residents, 74_999.0, 75_000.0),
    ),
    "windows-not-given": (Near(spend_alone, False, True),),
    "windows-overridden": (
        # The money ends on 31 March 2015.
        Near(
            lambda day: six(
                fall={"period_start": day.isoformat()}, override=["windows out of order"]
            ),
            date(2015, 3, 31),
            date(2015, 4, 1),
        ),
    ),
    "windows-unequal": (
        # A calendar year after a financial one is as long; a day less is not.
        Near(
            lambda day: six(fall={"period_start": "2016-01-01", "period_end": day.isoformat()}),
            date(2016, 12, 30),
            date(2016, 12, 31),
        ),
    ),
    "baseline-not-before-spend": (
        Near(
            lambda day: six(fall={"baseline_end": day.isoformat()}),
            date(2014, 4, 1),
            date(2014, 3, 31),
        ),
    ),
    "series-break-overridden": (
        Near(
            lambda mark: six(fall={"series_break": mark}, override=["series break"]), True, False
        ),
    ),
    "pandemic-overridden": (
        Near(
            lambda day: following(day, override=["pandemic months"]),
            date(2021, 3, 31),
            date(2021, 4, 1),
        ),
        Near(
            lambda day: six(
                fall={"period_start": "2019-03-01", "period_end": day.isoformat()},
                override=["pandemic months"],
            ),
            date(2020, 3, 1),
            date(2020, 2, 29),
        ),
    ),
    "pandemic-between": (Near(following, date(2021, 4, 1), date(2021, 3, 31)),),
    "releases-differ": (
        Near(lambda words: six(fall={"caution": words}), "releases differ: one; another", None),
    ),
    "counts-not-rates": (Near(outcome, "counts", "rates"),),
    "spend-floors": (
        Near(
            lambda high: six(spend={"spend_high_gbp_per_head": [high, *SIX[1:]]}), None, 1.0
        ),
    ),
    "no-counts": (Near(outcome, "scores", "counts"),),
    "dispersion-assumed": (Near(lambda phi: six(dispersion=phi), None, 2),),
    "dispersion-decides": (Near(counted, 1525, 1526),),
    "counting-noise": (Near(counted, 385, 386),),
    "dispersion-raised": (Near(lambda phi: six(dispersion=phi), 0.999, 1),),
    "exchangeable-areas-assumed": (
        Near(lambda perfect: of(spend_of(SIX), fall_of(sorted(FALLS) if perfect else FALLS)),
             False, True),
    ),
    "wide-interval": (Near(mixed_orders, 10, 11),),
    "perfect-order": (
        Near(lambda perfect: of(spend_of(SIX), fall_of(sorted(FALLS) if perfect else FALLS)),
             True, False),
    ),
    "monte-carlo": (Near(mixed_orders, 10, 9),),
    "floor-above-05": (Near(lambda n: of(spend_of(SIX[:n]), fall_of(FALLS[:n])), 4, 5),),
    # 2 in 10,000 orders, times 250.
    "more-orders-needed": (Near(lambda size: of(*many(0.8), family=size), 250, 249),),
    "check-disagrees": (
        # rho .886 has p 24/720, tau 11/15 has p 40/720; with one exchange less both are below.
        Near(
            lambda exchanged: of(
                spend_of(SIX), fall_of((10, 5, 20, 15, 25, 30) if exchanged else (10, *SIX[1:]))
            ),
            True,
            False,
        ),
    ),
    "sign-within-figures": (
        Near(
            lambda width: six(
                spend={"spend_low_gbp_per_head": np.maximum(0, np.array(SIX) - width),
                       "spend_high_gbp_per_head": np.array(SIX) + width}
            ),
            2.0,
            1.99,
        ),
    ),
    "neighbours-alike": (Near(lambda fall: by_region(spend=1.0, fall=fall), 0.0939, 0.0937),),
    "crosses-without": (
        # Of eight areas three undo it; where four do, too few areas are there to tell.
        Near(lambda order: of(spend_of(EIGHT, FORCES), fall_of(order, FORCES)),
             [11, 10, 9, 8, 12, 7, 6, 5], [11, 8, 12, 9, 10, 7, 5, 6], undone, 3.5, 0.5),
        Near(lambda exchanged: of(spend_of(EIGHT, FORCES), fall_of(
            TWO_UNDO if exchanged else sorted(TWO_UNDO), FORCES)), True, False),
    ),
    "several-areas-carry": (
        Near(lambda order: twelve(TWELVE + 1, order), FOUR_UNDO, THREE_UNDO, undone, 3.5, 0.5),
    ),
    "influential-areas": (
        Near(lambda order: twelve(TWELVE + 1, order), [8, 10, 16, 12, 5, 15, 11, 14, 9, 7, 13, 6],
             [12, 14, 8, 16, 6, 7, 10, 15, 9, 5, 13, 11], lowest_left, 0.0, 0.02),
    ),
    "tied-without": (
        Near(lambda ones: twelve([1.0] * ones + [2.0] * (12 - ones), TWELVE + 5), 11, 10),
    ),
    "pearson-on-one-area": (
        Near(lambda last: twelve(OUTLIER["x"], [*OUTLIER["y"][:-1], last]), 10.083, 10.08),
    ),
    "follows-baseline": (
        Near(lambda order: twelve(TWELVE + 1, MIXED, before=20_000 + 1_000 * np.array(order)),
             FOLLOWS, JUST_NOT, of_baseline, 0.05, 0.0007),
    ),
    "follows-covariate": (
        Near(lambda order: twelve(TWELVE + 1, MIXED,
                                  baseline=dict(zip(FORCES, order, strict=False))),
             FOLLOWS, JUST_NOT, of_baseline, 0.05, 0.0007),
    ),
    # At 1 both stand in the very order of the baseline, and nothing is left to turn.
    "turns-given-baseline": (Near(apart, 1.01, 1.0),),
    "baseline-not-checked": (
        Near(lambda last: six(fall={"before": [20_000] * 5 + [last]}), 20_000, 20_001),
    ),
    "shared-denominator": (Near(dealt, 0.3632, 0.3637),),
    "denominator-not-checked": (Near(known_spend, False, True),),
    "turns-within-strata": (Near(reversed_in, 2, 1),),
    "family-not-stated": (Near(lambda size: six(family=size), None, 1),),
    "family-too-large": (
        Near(offences, 9, 8),
        Near(lambda n: family(streams(6, n), classes(6, "Robbery")), 2, 1),
        Near(lambda n: family(streams(n, 2), classes(n, "Robbery")), 6, 7),
    ),
    "nested-classes": (
        Near(lambda other: family(streams(12, 1), classes(12, other, "Residential burglary")),
             "Burglary", "Robbery"),
    ),
}  # fmt: skip


def test_every_caution_has_what_triggers_it_and_what_just_misses_it() -> None:
    assert list(CASES) == list(CAUTIONS)
    assert all(CASES.values())


@pytest.mark.parametrize(
    ("code", "near"),
    [
        pytest.param(code, near, id=f"{code}-{number}")
        for code, cases in CASES.items()
        for number, near in enumerate(cases)
    ],
)
def test_a_caution_comes_and_just_does_not_come(code: str, near: Near) -> None:
    near.check_near()
    doubtful, sound = near.results()
    assert code in doubtful.cautions
    assert CAUTIONS[code] in doubtful.report()
    assert code not in sound.cautions
    assert CAUTIONS[code] not in sound.report()
    for found in (doubtful, sound):
        assert len(found.text.split()) <= 70, found.text


def test_cautions_stand_in_the_order_of_the_list_and_once() -> None:
    for found in (six(), plenty(), family(streams(6, 2), classes(6, "Burglary", "Robbery"))):
        assert list(found.cautions) == [code for code in CAUTIONS if code in found.cautions]


def test_the_doubt_that_matters_most_has_its_place_in_every_text() -> None:
    for cases in CASES.values():
        for found in (one for near in cases for one in near.results()):
            first = next((code for code in FIRST if code in found.cautions), None)
            assert first is None or CAUTIONS[first] in found.text, found.text
