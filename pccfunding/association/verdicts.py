"""The order of decisions: the verdict, the p of the family, and the doubts to state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pccfunding import results
from pccfunding.association.confounding import turns_within
from pccfunding.association.influence import MOST_NAMED
from pccfunding.association.inputs import ALPHA
from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import a_row
from pccfunding.permutation import adjusted_p
from pccfunding.words import FARTHEST, is_number

if TYPE_CHECKING:
    from pccfunding.association.record import AssociationRecord

__all__ = [
    "ALPHA",
    "CAUTIONS",
    "FEW",
    "FEWEST",
    "FIRST",
    "NOT_APART",
    "VERDICTS",
    "doubts",
    "family_of",
    "family_p",
    "in_order",
    "judged",
    "verdict",
]

CAUTIONS = results.CAUTIONS["association"]
NOT_APART = "not told apart from"
VERDICTS = (
    "not estimable",
    "not distinguishable from counting noise",
    "too few areas to tell",
    "no clear association",
    "rests on one area",
    f"{NOT_APART} need",
    "association, not causal",
)
# The cautions that matter most, in this order; a text names two of them at most.
FIRST = (
    "windows-overridden",
    "series-break-overridden",
    "pandemic-overridden",
    "windows-unequal",
    "neighbours-alike",
    "several-areas-carry",
    "crosses-without",
    "turns-within-strata",
    "turns-given-baseline",
    "sign-within-figures",
    "shared-denominator",
    "dispersion-decides",
    "family-too-large",
    "nested-classes",
    "more-orders-needed",
    "family-not-stated",
    "follows-baseline",
    "follows-covariate",
    "baseline-not-checked",
    "no-counts",
    "dispersion-raised",
    "windows-not-given",
    "baseline-not-before-spend",
    "pandemic-between",
    "population-changed",
    "spend-floors",
    "counts-not-rates",
    "releases-differ",
    "check-disagrees",
    "wide-interval",
    "areas-dropped",
)

FEWEST = 6
# Below, leaving areas out cannot tell one that carries a result from too few of them.
FEW = 10


def verdict(found: AssociationRecord) -> str:
    """Judge an estimate: noise, areas, p after the family, influence, and then need."""
    gate, influence, baseline = found.gate, found.influence, found.baseline
    assert gate is not None
    assert influence is not None
    assert baseline is not None
    assert found.adjusted_p is not None
    assert found.adjusted_min_p is not None
    return judged(
        gate_opens=gate.opens,
        n=found.n,
        floor=found.adjusted_min_p,
        adjusted_p=found.adjusted_p,
        undone=len(influence.rests_on),
        not_apart_from=None if baseline.told_apart else baseline.called,
    )


def judged(
    *,
    gate_opens: bool,
    n: int,
    floor: float,
    adjusted_p: float,
    undone: int,
    not_apart_from: str | None,
) -> str:
    """Take the decisions in their order; each p is that for the family.

    Examples
    --------
    >>> case = {"gate_opens": True, "n": 30, "floor": 0.001, "not_apart_from": "need"}
    >>> judged(**case, adjusted_p=0.2, undone=1), judged(**case, adjusted_p=0.01, undone=1)
    ('no clear association', 'rests on one area')
    >>> judged(**case, adjusted_p=0.01, undone=0)
    'not told apart from need'
    """
    if not gate_opens:
        return "not distinguishable from counting noise"
    if n < FEWEST or floor >= ALPHA:
        return "too few areas to tell"
    if adjusted_p >= ALPHA:
        return "no clear association"
    if n < FEW and 2 * undone >= n:
        return "too few areas to tell"
    if n >= FEW and 1 <= undone <= MOST_NAMED:
        return "rests on one area"
    if not_apart_from is not None:
        return f"{NOT_APART} {not_apart_from}"
    return "association, not causal"


def family_of(family: int | Sequence[float] | None) -> tuple[int, list[float] | None]:
    """Read the family: how many were tried, and the p values of the others where given."""
    if family is None:
        return 1, None
    if isinstance(family, int) and not isinstance(family, bool):
        if family < 1:
            raise TableError(f"family is {family}; it counts this correlation too, so 1 or more.")
        if family > FARTHEST:
            raise TableError(f"family is {family}, more tests than were ever made. Check it.")
        return family, None
    if isinstance(family, bool | str) or not hasattr(family, "__len__"):
        raise TableError(f"family is {family!r}; it takes a number of tests, or their p values.")
    a_row(family, "family")
    for p in family:
        if not is_number(p):
            raise TableError(f"family holds {p!r}; it takes the p values of the others.")
    others = [float(p) for p in family]
    adjusted_p(others)
    return len(others) + 1, others


def family_p(p_value: float, size: int, others: Sequence[float] | None) -> float:
    """Adjust p for the family: Holm with the p of the others, Bonferroni with their number."""
    if others is None:
        return min(1.0, p_value * size)
    return float(adjusted_p([p_value, *others], method="holm")[0])


def in_order(codes: Iterable[str]) -> tuple[str, ...]:
    """Sort codes as the closed list has them, each once."""
    held = set(codes)
    return tuple(code for code in CAUTIONS if code in held)


def doubts(found: AssociationRecord, *, family_stated: bool) -> list[str]:
    """Give the codes of what an estimate leaves in doubt."""
    codes = [*_of_test(found), *_of_influence(found), *_of_others(found)]
    if not family_stated:
        codes.append("family-not-stated")
    return codes


def _of_test(found: AssociationRecord) -> list[str]:
    test, gate, interval, kendall = found.test, found.gate, found.interval, found.kendall
    assert test is not None
    assert gate is not None
    span = found.figure_range
    assert found.min_p is not None
    known = test if found.within is None else found.within
    codes = [*(["monte-carlo"] * (not known.exact)), *(["floor-above-05"] * (found.min_p >= ALPHA))]
    assert found.adjusted_p is not None
    assert found.adjusted_min_p is not None
    if not known.exact and found.min_p * found.family_size >= ALPHA > found.adjusted_min_p:
        codes.append("more-orders-needed")
    codes += gate.cautions
    if interval is not None:
        codes += [code for code in interval.cautions if code in CAUTIONS]
    holds = [
        ("perfect-order", abs(test.statistic or 0) >= 1 - 1e-12),
        (
            "check-disagrees",
            _sides_differ(found.p_value, None if kendall is None else kendall.p_value),
        ),
        (
            "neighbours-alike",
            found.within is None and found.likeness is not None and found.likeness.alike,
        ),
        (
            "sign-within-figures",
            span is not None and span.low is not None and span.low <= 0 <= (span.high or 0),
        ),
    ]
    return [*codes, *(code for code, holding in holds if holding)]


def _sides_differ(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and (one < ALPHA) != (other < ALPHA)


def _of_influence(found: AssociationRecord) -> list[str]:
    influence, pearson = found.influence, found.pearson
    assert influence is not None
    assert pearson is not None
    assert found.adjusted_p is not None
    assert found.adjusted_min_p is not None
    small, undone = found.adjusted_p < ALPHA, len(influence.rests_on)
    tellable = found.n >= FEWEST and found.adjusted_min_p < ALPHA
    few = found.n < FEW and 2 * undone < found.n
    holds = [
        ("crosses-without", undone > 0 and tellable and (few or not small)),
        ("several-areas-carry", small and found.n >= FEW and undone > MOST_NAMED),
        ("influential-areas", bool(influence.turns)),
        ("tied-without", bool(influence.frame["undefined"].any())),
        ("pearson-on-one-area", bool(pearson.turns)),
    ]
    return [code for code, holding in holds if holding]


def _of_others(found: AssociationRecord) -> list[str]:
    estimate, base, null = found.estimate, found.baseline, found.denominator
    assert estimate is not None
    assert base is not None
    assert null is not None
    follows = None if base.test is None else base.test.p_value
    holds = [
        ("follows-baseline", follows is not None and follows < ALPHA and base.of_outcome),
        ("follows-covariate", follows is not None and follows < ALPHA and not base.of_outcome),
        ("turns-given-baseline", base.partial is not None and base.partial * estimate < 0),
        ("baseline-not-checked", base.test is None),
        ("denominator-not-checked", null.p_value is None),
        (
            "shared-denominator",
            null.p_value is not None and null.p_value >= ALPHA > (found.p_value or 1),
        ),
        (
            "turns-within-strata",
            found.strata is not None and turns_within(found.strata, estimate),
        ),
    ]
    return [code for code, holding in holds if holding]
