"""Each caution of an association: a case that carries it, and one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from association_cases import DISTRICTS, FORCES, fall_of, many, spend_of

import pccfunding as pcc
from pccfunding.association import CAUTIONS

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
# Baselines in the very order of spend but for one exchange.
FOLLOWING = [21_000, 20_000, *range(22_000, 32_000, 1_000)]
EIGHT = range(1, 9)
TWO_UNDO = [7, 6, 5, 9, 8, 12, 10, 11]
FIVE_UNDO = [9, 6, 10, 5, 11, 12, 7, 14, 13, 8, 16, 15]
THREE_UNDO = [5, 12, 11, 6, 8, 9, 10, 7, 14, 13, 15, 16]
MIXED = [6, 1, 9, 4, 12, 2, 8, 11, 3, 10, 5, 7]

CASES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "areas-dropped": (lambda: of(spend_of(SIX[:5]), fall_of(FALLS)), plenty),
    "population-changed": (
        lambda: six(fall={"persons_comparison": [130_000.0] + [100_000.0] * 5}),
        lambda: six(fall={"persons_comparison": [124_000.0] + [100_000.0] * 5}),
    ),
    "windows-not-given": (
        lambda: of(spend_of(SIX)[["area_code", "spend_gbp_per_head"]], fall_of(FALLS)),
        six,
    ),
    "windows-overridden": (
        lambda: six(fall={"period_start": "2015-01-01", "period_end": "2015-12-31"},
                    override=["windows out of order"]),
        lambda: six(override=["windows out of order"]),
    ),
    "windows-unequal": (
        # A calendar year after a financial one is as long; eleven months are not.
        lambda: six(fall={"period_end": "2016-02-29"}),
        lambda: six(fall={"period_start": "2016-01-01", "period_end": "2016-12-31"}),
    ),
    "baseline-not-before-spend": (
        lambda: six(fall={"baseline_start": "2013-07-01", "baseline_end": "2014-06-30"}),
        lambda: six(fall={"baseline_start": "2013-04-01", "baseline_end": "2014-03-31"}),
    ),
    "series-break-overridden": (
        lambda: six(fall={"series_break": True}, override=["series break"]),
        lambda: six(fall={"series_break": False}, override=["series break"]),
    ),
    "pandemic-overridden": (
        lambda: six(fall={"period_start": "2021-01-01", "period_end": "2021-12-31"},
                    override=["pandemic months"]),
        lambda: six(fall={"period_start": "2021-04-01", "period_end": "2022-03-31"},
                    override=["pandemic months"]),
    ),
    "pandemic-between": (
        lambda: six(fall={"period_start": "2021-04-01", "period_end": "2022-03-31"}),
        lambda: six(fall={"period_start": "2019-03-01", "period_end": "2020-02-29"}),
    ),
    "releases-differ": (
        lambda: six(fall={"caution": "releases differ: one; another"}),
        lambda: six(fall={"caution": None}),
    ),
    "counts-not-rates": (
        lambda: of(spend_of(SIX), fall_of(FALLS).drop(
            columns=["persons_baseline", "persons_comparison"])),
        six,
    ),
    "spend-floors": (
        lambda: six(spend={"spend_high_gbp_per_head": [None, 2.0, 3.0, 4.0, 5.0, 6.0]}),
        six,
    ),
    "no-counts": (
        lambda: of(spend_of(SIX), pd.DataFrame({"area_code": DISTRICTS, "log_reduction": FALLS})),
        six,
    ),
    "dispersion-assumed": (six, lambda: six(dispersion=2)),
    "dispersion-decides": (lambda: six(fall={"before": np.full(6, 400.0)}), six),
    "counting-noise": (lambda: six(fall={"before": np.full(6, 40.0)}), six),
    "dispersion-raised": (lambda: six(dispersion=0.5), lambda: six(dispersion=1)),
    "exchangeable-areas-assumed": (six, lambda: of(spend_of(SIX), fall_of(sorted(FALLS)))),
    "wide-interval": (lambda: of(spend_of(SIX), fall_of((20, 5, 30, 10, 25, 15))), plenty),
    "perfect-order": (lambda: of(spend_of(SIX), fall_of(sorted(FALLS))), six),
    "monte-carlo": (plenty, six),
    "floor-above-05": (lambda: of(spend_of(SIX[:4]), fall_of(FALLS[:4])), six),
    "more-orders-needed": (
        # 2 in 10,000 orders, times 250.
        lambda: of(*many(0.8), family=250),
        lambda: of(*many(0.8), family=249),
    ),
    "check-disagrees": (
        # rho .886 has p 24/720, tau 11/15 has p 40/720.
        lambda: of(spend_of(SIX), fall_of((10, 5, 20, 15, 25, 30))),
        lambda: of(spend_of(SIX), fall_of(sorted(FALLS))),
    ),
    "sign-within-figures": (
        lambda: six(spend={"spend_low_gbp_per_head": 0.0, "spend_high_gbp_per_head": 9.0}),
        lambda: six(spend={"spend_low_gbp_per_head": np.array(SIX) - 0.1,
                           "spend_high_gbp_per_head": np.array(SIX) + 0.1}),
    ),
    "neighbours-alike": (
        lambda: by_region(spend=1.0, fall=1.0),
        lambda: by_region(spend=1.0, fall=0.0),
    ),
    "crosses-without": (
        # Two of eight areas undo it; in perfect order none does.
        lambda: of(spend_of(EIGHT, FORCES), fall_of(TWO_UNDO, FORCES)),
        lambda: of(spend_of(EIGHT, FORCES), fall_of(sorted(TWO_UNDO), FORCES)),
    ),
    "several-areas-carry": (
        lambda: twelve(TWELVE + 1, FIVE_UNDO),
        lambda: twelve(TWELVE + 1, THREE_UNDO),
    ),
    "influential-areas": (lambda: of(spend_of(SIX), fall_of((20, 5, 30, 10, 25, 15))), plenty),
    "tied-without": (lambda: twelve([1.0] * 11 + [2.0], TWELVE + 5), plenty),
    "pearson-on-one-area": (lambda: twelve(**OUTLIER), plenty),
    "follows-baseline": (
        lambda: twelve(TWELVE + 1, MIXED, before=FOLLOWING),
        lambda: twelve(TWELVE + 1, MIXED, before=np.array(MIXED) * 1000 + 20_000),
    ),
    "follows-covariate": (
        lambda: twelve(TWELVE + 1, MIXED, baseline=dict(zip(FORCES, FOLLOWING, strict=False))),
        lambda: twelve(TWELVE + 1, MIXED, baseline=dict(zip(FORCES, MIXED, strict=False))),
    ),
    "turns-given-baseline": (
        # Spend and outcome both follow the baseline, and go apart from it in opposite ways.
        lambda: twelve(TWELVE + np.tile([0, 1.5], 6) + 2, TWELVE + np.tile([1.5, 0], 6) + 5,
                       before=20_000 + 1_000 * TWELVE),
        plenty,
    ),
    "baseline-not-checked": (
        lambda: of(spend_of(SIX), pd.DataFrame({"area_code": DISTRICTS, "log_reduction": FALLS})),
        plenty,
    ),
    "shared-denominator": (
        # Equal pounds everywhere, and an outcome in the order of residents.
        lambda: of(
            spend_of(1e6 / (1e5 * (TWELVE + 1)), FORCES, persons=1e5 * (TWELVE + 1)),
            fall_of(30 - 2 * TWELVE, FORCES),
        ),
        plenty,
    ),
    "denominator-not-checked": (
        lambda: of(spend_of(SIX).drop(columns="persons"), fall_of(FALLS).drop(
            columns=["persons_baseline", "persons_comparison"])),
        six,
    ),
    "turns-within-strata": (
        lambda: twelve(**REVERSED_WITHIN, strata=HALVES),
        lambda: twelve(range(1, 11), range(1, 11), strata=HALVES),
    ),
    "family-not-stated": (lambda: six(family=None), six),
    "family-too-large": (
        lambda: family(streams(6, 2), classes(6, "Robbery")),
        lambda: family(streams(12, 2), classes(12, "Robbery")),
    ),
    "nested-classes": (
        lambda: family(streams(12, 1), classes(12, "Burglary", "Residential burglary")),
        lambda: family(streams(12, 1), classes(12, "Robbery", "Residential burglary")),
    ),
}  # fmt: skip


def test_every_caution_has_its_two_cases() -> None:
    assert list(CASES) == list(CAUTIONS)


@pytest.mark.parametrize("code", CASES)
def test_a_caution_comes_where_it_belongs_and_not_elsewhere(code: str) -> None:
    doubtful, sound = (make() for make in CASES[code])
    assert code in doubtful.cautions
    assert CAUTIONS[code] in doubtful.report()
    assert code not in sound.cautions
    assert CAUTIONS[code] not in sound.report()
    for found in (doubtful, sound):
        assert len(found.text.split()) <= 70, found.text


def test_cautions_stand_in_the_order_of_the_list_and_once() -> None:
    for found in (six(), plenty(), family(streams(6, 2), classes(6, "Burglary", "Robbery"))):
        assert list(found.cautions) == [code for code in CAUTIONS if code in found.cautions]
