"""The order of decision: the verdict, the p of the family, and the doubts to state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pccfunding import results
from pccfunding.errors import TableError
from pccfunding.permutation import adjusted_p

if TYPE_CHECKING:
    from pccfunding.association.result import Association

__all__ = [
    "ALPHA",
    "CAUTIONS",
    "FEWEST",
    "VERDICTS",
    "doubts",
    "family_of",
    "family_p",
    "in_order",
    "verdict",
]

CAUTIONS = results.CAUTIONS["association"]
VERDICTS = (
    "not estimable",
    "not distinguishable from counting noise",
    "too few areas to tell",
    "no clear association",
    "association, not causal",
    "rests on one area",
)

ALPHA = 0.05
FEWEST = 6


def verdict(found: Association) -> str:
    """Judge an estimate: noise first, then areas, influence, and p after the family."""
    assert found.gate is not None
    assert found.influence is not None
    assert found.min_p is not None
    assert found.adjusted_p is not None
    if not found.gate.opens:
        return "not distinguishable from counting noise"
    if found.n < FEWEST or found.min_p > ALPHA:
        return "too few areas to tell"
    if found.influence.rests_on:
        return "rests on one area"
    if found.adjusted_p >= ALPHA:
        return "no clear association"
    return "association, not causal"


def family_of(family: int | Sequence[float] | None) -> tuple[int, list[float] | None]:
    """Read the family: how many were tried, and the p values of the others where given."""
    if family is None:
        return 1, None
    if isinstance(family, int) and not isinstance(family, bool):
        if family < 1:
            raise TableError(f"family is {family}; it counts this correlation too, so 1 or more.")
        return family, None
    if isinstance(family, bool | str):
        raise TableError(f"family is {family!r}; it takes a number of tests, or their p values.")
    others = [float(p) for p in family]
    adjusted_p(others)
    return len(others) + 1, others


def family_p(p_value: float, size: int, others: Sequence[float] | None) -> dict[str, Any]:
    """Adjust p for the family: Holm with the p of the others, Bonferroni with their number."""
    if size == 1:
        return {"adjusted_p": p_value, "adjusted_by": None}
    if others is None:
        return {"adjusted_p": min(1.0, p_value * size), "adjusted_by": "Bonferroni"}
    return {
        "adjusted_p": float(adjusted_p([p_value, *others], method="holm")[0]),
        "adjusted_by": "Holm",
    }


def in_order(codes: Iterable[str]) -> tuple[str, ...]:
    """Sort codes as the closed list has them, each once."""
    held = set(codes)
    return tuple(code for code in CAUTIONS if code in held)


def doubts(found: Association, *, family_stated: bool) -> list[str]:
    """Give the codes of what an estimate leaves in doubt."""
    codes = [*_of_test(found), *_of_influence(found), *_of_others(found)]
    if not family_stated:
        codes.append("family-not-stated")
    return codes


def _of_test(found: Association) -> list[str]:
    test, gate, interval, kendall = found.test, found.gate, found.interval, found.kendall
    assert test is not None
    assert gate is not None
    span = found.figure_range
    codes = [code for code in test.cautions if code in CAUTIONS]
    codes += gate.cautions
    if interval is not None:
        codes += [code for code in interval.cautions if code in CAUTIONS]
    holds = [
        ("perfect-order", abs(test.statistic or 0) >= 1 - 1e-12),
        (
            "check-disagrees",
            _sides_differ(test.p_value, None if kendall is None else kendall.p_value),
        ),
        (
            "sign-within-figures",
            span is not None and span.low is not None and span.low <= 0 <= (span.high or 0),
        ),
    ]
    return [*codes, *(code for code, holding in holds if holding)]


def _sides_differ(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and (one < ALPHA) != (other < ALPHA)


def _of_influence(found: Association) -> list[str]:
    influence, pearson = found.influence, found.pearson
    assert influence is not None
    assert pearson is not None
    holds = [
        ("influential-areas", bool(influence.turns)),
        ("tied-without", bool(influence.frame["undefined"].any())),
        ("pearson-on-one-area", bool(pearson.turns)),
    ]
    return [code for code, holding in holds if holding]


def _of_others(found: Association) -> list[str]:
    estimate, base, null = found.estimate, found.baseline, found.denominator
    assert estimate is not None
    assert base is not None
    assert null is not None
    follows = None if base.test is None else base.test.p_value
    strata = [] if found.strata is None else found.strata["estimate"].dropna().tolist()
    holds = [
        ("follows-baseline", follows is not None and follows < ALPHA),
        ("turns-given-baseline", base.partial is not None and base.partial * estimate < 0),
        ("baseline-not-checked", base.test is None),
        ("denominator-not-checked", null.p_value is None),
        (
            "shared-denominator",
            null.p_value is not None and null.p_value >= ALPHA > (found.p_value or 1),
        ),
        (
            "turns-within-strata",
            len(strata) > 0 and sum(v * estimate < 0 for v in strata) > len(strata) / 2,
        ),
    ]
    return [code for code, holding in holds if holding]
