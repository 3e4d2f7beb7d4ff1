"""Cautions of an association at the very edge of each of their conditions.

One result is taken, and of its parts only what a caution reads is changed: p of .05 is not below
.05, a partial of 0 has no sign, a range that ends at 0 holds 0.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from association_cases import FORCES, fall_of, many, spend_of

import pccfunding as pcc
from pccfunding.association.confounding import turns_within
from pccfunding.association.influence import Influence
from pccfunding.association.ranges import FigureRange
from pccfunding.association.reordering import Likeness
from pccfunding.association.verdicts import doubts

JUST_BELOW = 0.05 - 1e-9


@functools.cache
def sound() -> Any:
    """Give an association of twelve areas by random orders."""
    return pcc.spend_vs_reduction(*many(0.85, n=12), resamples=999, redraws=50, family=1)


@functools.cache
def counted() -> Any:
    """Give an association of six areas by all orders."""
    return pcc.spend_vs_reduction(
        spend_of(range(1, 7), FORCES), fall_of([5, 9, 12, 15, 24, 19], FORCES), redraws=50, family=1
    )


def with_part(part: str, **fields: Any) -> Any:
    return replace(sound(), **{part: replace(getattr(sound(), part), **fields)})


def influence(undone: int, *, turns: int = 0, undefined: bool = False) -> Influence:
    names = tuple(f"Area {number}" for number in range(undone))
    frame = pd.DataFrame({"undefined": [undefined, False]})
    return Influence(frame, None, None, names, names[:turns])


def told_by(found: Any) -> list[str]:
    return doubts(found, family_stated=True)


def p(value: float | None) -> Any:
    return with_part("test", p_value=value)


def check(one: float, other: float) -> Any:
    found = p(one)
    return replace(found, kendall=replace(found.kendall, p_value=other))


def dealt(p_value: float, own: float) -> Any:
    found = p(own)
    return replace(found, denominator=replace(found.denominator, p_value=p_value))


def carried(undone: int, *, n: int, adjusted_p: float, least: float = 0.01, **how: Any) -> Any:
    return replace(
        sound(),
        influence=influence(undone, **how),
        n=n,
        adjusted_p=adjusted_p,
        adjusted_min_p=least,
    )


def figures(low: float | None, high: float | None) -> Any:
    return replace(sound(), figure_range=FigureRange(low, high, 1, 1, None))


def likeness(spend: float | None, outcome: float | None) -> Any:
    return replace(sound(), likeness=Likeness(0.1, spend, 0.1, outcome, 2, None))


def drawn(floor: float, family: int, least: float) -> Any:
    found = with_part("test", min_p=floor)
    return replace(found, family_size=family, adjusted_min_p=least)


EDGES: dict[str, tuple[str, Any, Any]] = {
    "floor": (
        "floor-above-05",
        lambda: with_part("test", min_p=0.05),
        lambda: with_part("test", min_p=JUST_BELOW),
    ),
    "random orders": ("monte-carlo", sound, counted),
    # More orders help where the floor of so few draws is what stands above .05.
    "orders": ("more-orders-needed", lambda: drawn(0.025, 2, 0.04), lambda: drawn(0.02, 2, 0.04)),
    "areas": (
        "more-orders-needed",
        lambda: drawn(0.03, 2, JUST_BELOW),
        lambda: drawn(0.03, 2, 0.05),
    ),
    "counted": (
        "more-orders-needed",
        lambda: drawn(0.03, 2, 0.04),
        lambda: replace(counted(), test=replace(counted().test, min_p=0.03), family_size=2),
    ),
    "perfect": (
        "perfect-order",
        lambda: with_part("test", statistic=-1 + 1e-13),
        lambda: with_part("test", statistic=-1 + 1e-9),
    ),
    "check": ("check-disagrees", lambda: check(0.05, JUST_BELOW), lambda: check(0.05, 0.2)),
    "other check": (
        "check-disagrees",
        lambda: check(JUST_BELOW, 0.05),
        lambda: check(JUST_BELOW, 0.0),
    ),
    "no check": (
        "check-disagrees",
        lambda: check(0.01, 0.2),
        lambda: replace(p(0.01), kendall=None),
    ),
    "neighbours": (
        "neighbours-alike",
        lambda: likeness(0.1 - 1e-9, 0.05),
        lambda: likeness(0.1, 0.05),
    ),
    "neighbours, outcome": (
        "neighbours-alike",
        lambda: likeness(0.05, 0.1 - 1e-9),
        lambda: likeness(0.05, 0.1),
    ),
    "neighbours, not looked at": (
        "neighbours-alike",
        lambda: likeness(0.0, 0.0),
        lambda: likeness(0.0, None),
    ),
    "figures from zero": (
        "sign-within-figures",
        lambda: figures(0.0, 0.5),
        lambda: figures(1e-9, 0.5),
    ),
    "figures to zero": (
        "sign-within-figures",
        lambda: figures(-0.5, 0.0),
        lambda: figures(-0.5, -1e-9),
    ),
    "no figures": (
        "sign-within-figures",
        lambda: figures(-0.5, 0.5),
        lambda: figures(None, None),
    ),
    # With fewer than ten areas one is named where fewer than half undo it.
    "few areas": (
        "crosses-without",
        lambda: carried(4, n=9, adjusted_p=0.01),
        lambda: carried(5, n=10, adjusted_p=0.01),
    ),
    "half of them": (
        "crosses-without",
        lambda: carried(3, n=8, adjusted_p=0.01),
        lambda: carried(4, n=8, adjusted_p=0.01),
    ),
    "none of them": (
        "crosses-without",
        lambda: carried(1, n=12, adjusted_p=0.05),
        lambda: carried(0, n=12, adjusted_p=0.05),
    ),
    "a small p": (
        "crosses-without",
        lambda: carried(1, n=12, adjusted_p=0.05),
        lambda: carried(1, n=12, adjusted_p=JUST_BELOW),
    ),
    "six areas": (
        "crosses-without",
        lambda: carried(1, n=6, adjusted_p=0.01),
        lambda: carried(1, n=5, adjusted_p=0.01),
    ),
    "what can be told": (
        "crosses-without",
        lambda: carried(1, n=6, adjusted_p=0.01, least=JUST_BELOW),
        lambda: carried(1, n=6, adjusted_p=0.01, least=0.05),
    ),
    "several": (
        "several-areas-carry",
        lambda: carried(4, n=10, adjusted_p=0.01),
        lambda: carried(3, n=10, adjusted_p=0.01),
    ),
    "several of few": (
        "several-areas-carry",
        lambda: carried(4, n=10, adjusted_p=0.01),
        lambda: carried(4, n=9, adjusted_p=0.01),
    ),
    "several, p": (
        "several-areas-carry",
        lambda: carried(4, n=10, adjusted_p=JUST_BELOW),
        lambda: carried(4, n=10, adjusted_p=0.05),
    ),
    "turns": (
        "influential-areas",
        lambda: carried(1, n=10, adjusted_p=0.01, turns=1),
        lambda: carried(1, n=10, adjusted_p=0.01),
    ),
    "tied": (
        "tied-without",
        lambda: carried(1, n=10, adjusted_p=0.01, undefined=True),
        lambda: carried(1, n=10, adjusted_p=0.01),
    ),
    "pearson": (
        "pearson-on-one-area",
        lambda: with_part("pearson", turns=("Kent",)),
        lambda: with_part("pearson", turns=()),
    ),
    "baseline": (
        "follows-baseline",
        lambda: of_baseline(JUST_BELOW, of_outcome=True),
        lambda: of_baseline(0.05, of_outcome=True),
    ),
    "baseline of the outcome": (
        "follows-baseline",
        lambda: of_baseline(0.01, of_outcome=True),
        lambda: of_baseline(0.01, of_outcome=False),
    ),
    "covariate": (
        "follows-covariate",
        lambda: of_baseline(JUST_BELOW, of_outcome=False),
        lambda: of_baseline(0.05, of_outcome=False),
    ),
    "covariate of its own": (
        "follows-covariate",
        lambda: of_baseline(0.01, of_outcome=False),
        lambda: of_baseline(0.01, of_outcome=True),
    ),
    "partial": (
        "turns-given-baseline",
        lambda: with_part("baseline", partial=-1e-9),
        lambda: with_part("baseline", partial=0.0),
    ),
    "no baseline": (
        "baseline-not-checked",
        lambda: with_part("baseline", test=None),
        sound,
    ),
    "no denominator": (
        "denominator-not-checked",
        lambda: with_part("denominator", p_value=None),
        sound,
    ),
    "denominator": (
        "shared-denominator",
        lambda: dealt(0.05, 0.01),
        lambda: dealt(JUST_BELOW, 0.01),
    ),
    "denominator beside p": (
        "shared-denominator",
        lambda: dealt(0.2, JUST_BELOW),
        lambda: dealt(0.2, 0.05),
    ),
}


def of_baseline(p_value: float, *, of_outcome: bool) -> Any:
    test = replace(sound().baseline.test, p_value=p_value)
    return with_part("baseline", test=test, of_outcome=of_outcome)


@pytest.mark.parametrize("name", EDGES)
def test_a_caution_holds_at_its_edge_and_not_beside_it(name: str) -> None:
    code, doubtful, other = EDGES[name]
    assert sound().estimate > 0
    assert code in told_by(doubtful())
    assert code not in told_by(other())


def test_the_sign_within_strata_turns_where_it_does_in_more_than_half() -> None:
    def turned(*estimates: float | None) -> bool:
        frame = pd.DataFrame({"estimate": pd.array(estimates, dtype="Float64")})
        return turns_within(frame, 0.5)

    assert turned(-0.1)
    assert turned(-0.1, -0.2, 0.3)
    assert not turned(-0.1, 0.3)
    assert not turned(0.0, 0.0, -0.1)
    assert turned(-0.1, None)
    assert not turned(None)
    assert not turned()


def test_a_baseline_tells_apart_below_05_alone() -> None:
    base = sound().baseline
    assert replace(base, inseparable=False, adjusted_p=JUST_BELOW).told_apart
    assert not replace(base, inseparable=False, adjusted_p=0.05).told_apart
    assert replace(base, inseparable=False, adjusted_p=None).told_apart
    assert not replace(base, inseparable=True, adjusted_p=None).told_apart


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        ((), "does not rest on one area"),
        (("Kent",), "rests on Kent"),
        (("Kent", "Essex", "Surrey"), "rests on Kent or Essex or Surrey"),
        (("Kent", "Essex", "Surrey", "Sussex"), "turns without any one of 4 areas"),
    ],
)
def test_influence_in_words(names: tuple[str, ...], verdict: str) -> None:
    assert Influence(pd.DataFrame(), None, None, names, ()).verdict == verdict


def test_a_result_of_random_orders_says_so_only_of_the_orders_that_decide() -> None:
    codes = dict.fromkeys(FORCES[:12], "one") | {FORCES[0]: "two"}
    found = pcc.spend_vs_reduction(*many(0.85, n=12), resamples=99, redraws=50, strata=codes)
    within = replace(found.within, exact=True, values=np.array([0.0]))
    assert "monte-carlo" in told_by(found)
    assert "monte-carlo" not in told_by(replace(found, within=within))
