"""Judging a statement: readings, images, scope, and the verdict that they allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pccfunding.errors import TableError, one_of
from pccfunding.intervals import Interval
from pccfunding.printed import Printed
from pccfunding.reconciliation.readings import (
    certain,
    finest_unit,
    gap_between,
    gap_in_sd,
    images,
    images_or_any,
    or_any,
    strictest,
    vacuous,
    working,
)
from pccfunding.reconciliation.relations import RELATIONS, Relation
from pccfunding.reconciliation.scopes import Scopes, scope_reason, stated_scopes
from pccfunding.reconciliation.sides import Side, Term, read_side
from pccfunding.reconciliation.verdicts import Reconciliation

IF_ROUNDED = "reconciles-if-rounded"
IMPLAUSIBLE_SD = 4.0
# Relations whose left side can only grow when a missing part is found.
ADDING = ("equal", "sum", "part_of")
# Relations that say that both sides are the same money: tables must agree on what it is about.
TWINS = ("equal", "sum", "different")
# Hedges that leave one side open for a fair reader too.
CEILINGS_AND_FLOORS = ("up_to", "at_least")
# What one of these gets is an amount like any other, not a rate.
RECIPIENTS = (
    "bid",
    "community_safety_partnership",
    "grant",
    "police_force",
    "police_force_area",
    "project",
)
# What no precision of the printing can settle.
BEYOND_PRECISION = ("figure-unknown", "parts-missing", "scope-differs", "status-differs")


def judge(
    left: Side,
    right: Side,
    *,
    relation: str,
    unit: str | None,
    complete: bool,
    scope: Scopes | None,
) -> Reconciliation:
    """Judge one statement; the parameters are those of ``reconcile``."""
    if not isinstance(complete, bool):
        raise TableError(f"complete is a {type(complete).__name__}; it takes True or False.")
    rule = RELATIONS[one_of(relation, "relation", RELATIONS)]
    if hasattr(type(left), "columns"):
        from pccfunding.reconciliation.ledgers import ledger_rows

        left = ledger_rows(left, right, [], relation=relation, scope=scope)
    terms = read_side(left, unit=unit)
    rights = read_side(right, unit=rule.right_unit or unit)
    rule.check_terms(len(terms))
    if len(rights) != 1:
        raise TableError(f"The right side of {relation!r} is one figure, found {len(rights)}.")
    if scope is None and rule.name in TWINS:
        scope = stated_scopes(terms, rights)
    differs = scope_reason(scope)
    terms = _one_unknown_each(terms)
    found = _judged_as_listed(rule, terms, rights[0], differs, complete)
    figures = [one.figure_id for one in [*terms, *rights] if one.figure_id is not None]
    named = [one.figure_id or one.source_id for one in [*terms, *rights]]
    return replace(
        found,
        figure_ids=tuple(dict.fromkeys(figures)),
        sources=tuple(dict.fromkeys(name for name in named if name is not None)),
    )


def _judged_as_listed(
    rule: Relation, terms: Sequence[Term], right: Term, differs: str | None, complete: bool
) -> Reconciliation:
    """Judge a sum; the total of a list is exact where it is written to the pound, as its rows are.

    Where only rounding the total as prose is rounded would settle it, a caution says so.
    """
    prose = _judge(rule, terms, right, differs, complete)
    known = [term for term in terms if term.printed is not None]
    total = right.printed
    if not (
        rule.name == "sum"
        and known
        and all(term.listed for term in known)
        and right.said
        and total is not None
        and total.hedge is None
        and total.strict is not None
        and total.strict.is_point
        and total.strict != total.hard
    ):
        return prose
    exact = replace(
        total, hard=total.strict, soft=total.strict, lenient=total.strict, flags=total.flags[:0]
    )
    found = _judge(rule, terms, replace(right, printed=exact), differs, complete)
    if found.verdict == "conflicts" and prose.verdict == "reconciles":
        return replace(found, cautions=(IF_ROUNDED,), finest_unit=prose.finest_unit)
    return found


def _one_unknown_each(terms: Sequence[Term]) -> list[Term]:
    """Let a figure that stands twice be one unknown: less itself it is 0, whatever its rounding."""
    # Parts of one figure are alike in their figure_id only.
    first = {(term.figure_id, term.printed): term for term in reversed(terms)}
    return [
        term if term.figure_id is None else first[term.figure_id, term.printed] for term in terms
    ]


def _judge(
    rule: Relation, terms: Sequence[Term], right: Term, differs: str | None, complete: bool
) -> Reconciliation:
    known = [term.printed for term in terms if term.printed is not None]
    missing = Counter(term.unknown for term in terms if term.printed is None)
    total = right.printed
    if total is None or not known or (missing and rule.name not in ("sum", "part_of")):
        kinds = missing if total is not None else missing + Counter([right.unknown])
        return _untold(rule, "figure-unknown", None, f"a figure that it needs is {_or(kinds)}")
    shown_unit = (
        rule.right_unit or total.unit or next((one.unit for one in known if one.unit), None)
    )
    clash = _unit_clash(rule, known, total)
    if clash:
        return _untold(rule, "unit-ambiguous", shown_unit, clash)
    return _weighed(rule, known, total, missing, shown_unit, differs, complete)


def _weighed(
    rule: Relation,
    terms: Sequence[Printed],
    total: Printed,
    missing: Counter[str],
    unit: str | None,
    differs: str | None,
    complete: bool,
) -> Reconciliation:
    printed = [*terms, total]
    if rule.name == "different":
        return _told_apart(rule, terms, total, unit, differs)
    soft = images(rule, [or_any(one.soft) for one in printed])
    hard = images_or_any(rule, [or_any(one.hard) for one in printed])
    strict = images_or_any(rule, [or_any(strictest(one)) for one in printed])
    strict_holds = rule.holds(*strict)
    verdict, reason = "reconciles", None
    if differs:
        verdict, reason = "cannot be told", differs
    elif not complete and rule.name not in ADDING:
        verdict, reason = "cannot be told", "parts-missing"
    elif not _may_hold(rule, terms, hard, complete and not missing):
        verdict = "conflicts"
    elif missing:
        verdict, reason = "cannot be told", "figure-unknown"
    elif not complete and rule.name != "part_of":
        verdict, reason = "cannot be told", "parts-missing"
    elif (
        any(vacuous(one) for one in printed)
        and not certain(rule, hard)
        and not _one_token(rule, printed)
    ):
        verdict, reason = "cannot be told", "vacuous-precision"
    elif not rule.holds(*soft):
        verdict, reason = "cannot be told", "one-sided"
    gap = gap_between(rule, terms, total)
    sd = gap_in_sd(gap, printed, strict_holds)
    proof = soft if verdict == "reconciles" else hard
    return Reconciliation(
        verdict=verdict,
        reason=reason,
        relation=rule.name,
        strict_verdict=_strict_verdict(verdict, reason, strict_holds),
        finest_unit=finest_unit(rule, printed),
        gap=gap,
        gap_pct=None if gap is None or not total.value else 100 * gap / total.value,
        gap_in_sd=sd,
        proof=proof,
        unit=unit,
        working=working(rule, terms, total, proof, missing),
        cautions=_cautions(rule, printed, hard, strict_holds, sd)
        if verdict == "reconciles"
        else (),
    )


def _one_token(rule: Relation, printed: Sequence[Printed]) -> bool:
    """Whether two pages print one number in one precision, however coarse: it is the same word."""
    said = {(one.value, one.resolution, one.hedge, _unit(one)) for one in printed}
    return rule.name == "equal" and len(said) == 1


def _told_apart(
    rule: Relation, terms: Sequence[Printed], total: Printed, unit: str | None, differs: str | None
) -> Reconciliation:
    """Two numbers are told apart by what they are about, or because no rounding lets them meet."""
    hard = images(rule, [or_any(one.hard) for one in [*terms, total]])
    told = differs is not None or rule.holds(*hard)
    verdict = "reconciles" if told else "cannot be told"
    gap = gap_between(rule, terms, total)
    return Reconciliation(
        verdict=verdict,
        reason=None if told else "may-be-one",
        relation=rule.name,
        strict_verdict=verdict,
        finest_unit=None,
        gap=gap,
        # A share of a day number says nothing.
        gap_pct=None
        if gap is None or not total.value or unit == "day"
        else 100 * gap / total.value,
        gap_in_sd=None,
        proof=hard,
        unit=unit,
        working=working(rule, terms, total, hard, {}),
    )


def _may_hold(
    rule: Relation, terms: Sequence[Printed], hard: tuple[Interval, Interval], whole: bool
) -> bool:
    """Whether some reading lets the statement hold, whatever the parts are that are not given."""
    if whole:
        return rule.holds(*hard)
    # A table with corrections below zero may have more of them among its missing parts.
    low = [or_any(one.hard).low for one in terms]
    only_grows = all(end is not None and end >= 0 for end in low)
    return not only_grows or RELATIONS["part_of"].holds(*hard)


def _cautions(
    rule: Relation,
    printed: Sequence[Printed],
    hard: tuple[Interval, Interval],
    strict_holds: bool,
    sd: float | None,
) -> tuple[str, ...]:
    found = []
    if not strict_holds:
        found.append(IF_ROUNDED)
    if sd is not None and abs(sd) > IMPLAUSIBLE_SD and rule.name == "sum":
        found.append("implausible-as-rounding")
    if any(one.hedge in CEILINGS_AND_FLOORS for one in printed) and not certain(rule, hard):
        found.append("bounded-on-one-side")
    return tuple(found)


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


def _unit_clash(rule: Relation, terms: Sequence[Printed], total: Printed) -> str | None:
    """Say which units do not go together; None where all do."""
    named = [_unit(one) if rule.name != "ratio" else one.unit or "" for one in terms]
    units = {unit for unit in named if unit}
    if len(units) > 1:
        return f"the left side mixes {', '.join(sorted(units))}"
    found = _unit(total)
    if rule.right_unit:
        fits = found == rule.right_unit or (rule.right_unit == "ratio" and found == "count")
        return (
            None
            if fits
            else f"{rule.name!r} takes {rule.right_unit} on the right, not {total.text!r}"
        )
    wanted = next(iter(units), "")
    if wanted and found not in ("", wanted):
        return f"the left side is in {wanted}, {total.text!r} in {found}"
    return None


def _unit(one: Printed) -> str:
    """Name the unit of a number; so much a year is another unit than so much."""
    rate = one.per is not None and one.per not in RECIPIENTS
    return f"{one.unit} per {one.per}" if rate else one.unit or ""


def _or(kinds: Counter[str]) -> str:
    return " or ".join(sorted(kinds))
