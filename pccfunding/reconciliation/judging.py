"""Judging a statement: readings, images, scope, and the verdict that they allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pccfunding.errors import TableError, UnknownNameError
from pccfunding.printed import Printed
from pccfunding.reconciliation.readings import (
    certain,
    finest_unit,
    gap_between,
    gap_in_sd,
    images,
    or_any,
    strictest,
    vacuous,
    working,
)
from pccfunding.reconciliation.relations import RELATIONS, Relation
from pccfunding.reconciliation.sides import Side, printed_side
from pccfunding.reconciliation.verdicts import Reconciliation

__all__ = ["judge"]

IMPLAUSIBLE_SD = 4.0
# Relations whose left side can only grow when a missing part is found.
ADDING = ("equal", "sum", "part_of")
# What no precision of the printing can settle.
BEYOND_PRECISION = ("not-published", "parts-missing", "scope-differs", "status-differs")


def judge(
    left: Side,
    right: Side,
    *,
    relation: str,
    unit: str | None = None,
    complete: bool = True,
    scope: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
) -> Reconciliation:
    """Judge one statement; the parameters are those of ``reconcile``."""
    rule = _relation(relation)
    terms = printed_side(left, unit=unit)
    rights = printed_side(right, unit=rule.right_unit or unit)
    rule.check_terms(len(terms))
    if len(rights) != 1:
        raise TableError(f"The right side of {relation!r} is one figure, found {len(rights)}.")
    known, total = [term for term in terms if term is not None], rights[0]
    unknown = len(terms) - len(known)
    if total is None or not known or (unknown and rule.name not in ("sum", "part_of")):
        return _untold(rule, "not-published", None, "a figure that it needs is not published")
    units = {term.unit for term in known if term.unit}
    shown_unit = rule.right_unit or total.unit or next(iter(units), None)
    differs = _unit_differs(rule, units, total)
    if differs:
        return _untold(rule, "unit-ambiguous", shown_unit, differs)
    scope_reason = _scope_reason(scope)
    return _judge(rule, known, total, shown_unit, scope_reason, complete, unknown)


def _judge(
    rule: Relation,
    terms: Sequence[Printed],
    total: Printed,
    unit: str | None,
    scope_reason: str | None,
    complete: bool,
    unknown: int,
) -> Reconciliation:
    printed = [*terms, total]
    hard = images(rule, [or_any(one.hard) for one in printed])
    soft = images(rule, [or_any(one.soft) for one in printed])
    strict = images(rule, [or_any(strictest(one)) for one in printed])
    strict_holds, gap = rule.holds(*strict), gap_between(rule, terms, total)
    verdict, reason = "reconciles", None
    if scope_reason:
        verdict, reason = "cannot be told", scope_reason
    elif not complete and rule.name not in ADDING:
        verdict, reason = "cannot be told", "parts-missing"
    elif not (rule if complete and not unknown else RELATIONS["part_of"]).holds(*hard):
        verdict = "conflicts"
    elif unknown:
        verdict, reason = "cannot be told", "not-published"
    elif not complete and rule.name != "part_of":
        verdict, reason = "cannot be told", "parts-missing"
    elif any(vacuous(one) for one in printed) and not certain(rule, hard):
        verdict, reason = "cannot be told", "vacuous-precision"
    elif not rule.holds(*soft):
        verdict, reason = "cannot be told", "one-sided"
    sd = gap_in_sd(gap, printed)
    cautions = []
    if verdict == "reconciles":
        if not strict_holds:
            cautions.append("lenient-only")
        if sd is not None and abs(sd) > IMPLAUSIBLE_SD and rule.name == "sum":
            cautions.append("implausible-as-rounding")
    return Reconciliation(
        verdict=verdict,
        reason=reason,
        relation=rule.name,
        strict_verdict=_strict_verdict(verdict, reason, strict_holds),
        finest_unit=finest_unit(rule, printed),
        gap=gap,
        gap_pct=None if gap is None or not total.value else 100 * gap / total.value,
        gap_in_sd=sd,
        proof=soft if verdict == "reconciles" else hard,
        unit=unit,
        working=working(rule, terms, total, soft if verdict == "reconciles" else hard, unknown),
        cautions=tuple(cautions),
    )


def _strict_verdict(verdict: str, reason: str | None, holds: bool) -> str:
    if reason in BEYOND_PRECISION:
        return "cannot be told"
    return verdict if holds else "conflicts"


def _untold(rule: Relation, reason: str, unit: str | None, why: str) -> Reconciliation:
    return Reconciliation(
        verdict="cannot be told",
        reason=reason,
        relation=rule.name,
        strict_verdict="cannot be told",
        finest_unit=None,
        gap=None,
        gap_pct=None,
        gap_in_sd=None,
        proof=None,
        unit=unit,
        working=why,
    )


def _unit_differs(rule: Relation, units: set[str], total: Printed) -> str | None:
    if len(units) > 1:
        return f"the left side mixes {', '.join(sorted(units))}"
    wanted = rule.right_unit or (None if rule.name == "ratio" else next(iter(units), None))
    if wanted and total.unit not in ("", wanted):
        return f"the left side is in {wanted}, {total.text!r} in {total.unit}"
    return None


def _scope_reason(scope: tuple[Mapping[str, Any], Mapping[str, Any]] | None) -> str | None:
    if scope is None:
        return None
    left, right = scope
    differing = {key for key in {*left, *right} if left.get(key) != right.get(key)}
    if not differing:
        return None
    return "status-differs" if differing == {"status"} else "scope-differs"


def _relation(name: str) -> Relation:
    if name not in RELATIONS:
        import difflib

        near = difflib.get_close_matches(name, RELATIONS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"No relation {name!r}.{hint} There are {', '.join(RELATIONS)}.")
    return RELATIONS[name]
