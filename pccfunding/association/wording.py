"""What an association says: the estimand, a text of seventy words at most, and the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pccfunding.association.influence import MOST_NAMED
from pccfunding.association.inputs import ALPHA
from pccfunding.association.verdicts import FEWEST, NOT_APART
from pccfunding.permutation.null_distribution import METHODS
from pccfunding.permutation.scores import RULES
from pccfunding.words import (
    count,
    counted,
    dispersion_text,
    floor_text,
    interval_text,
    is_missing,
    level_text,
    number_text,
    p_text,
    quantity,
    signed,
)

if TYPE_CHECKING:
    from pccfunding.association.pairing import Pairing
    from pccfunding.association.record import AssociationRecord

__all__ = ["REASONS", "estimand_of", "names_or_number", "report_lines", "told"]

REASONS = {
    "mixed flows": "grants received and awards made are different money; keep one flow",
    "mixed statuses": "plans, awards and payments are different money; keep one status",
    "mixed windows": "all areas have to share one spend window, one baseline and one follow-up",
    "mixed kinds of area": "show districts and forces separately, never pooled",
    "no area in common": "spend and outcome share no area",
    "spend not per head": (
        "areas differ in size, so only spend for each resident can be set beside an outcome; "
        "per_capita_spend gives it, and a column of one's own says per what in its name"
    ),
    "spend not held": "one amount for each area would be needed",
    "one area only": "what happens inside one area is no sample of anything",
    "no variation in spend": (
        "spend per head is the same in every area, as it is wherever a whole is shared out by "
        "population; the amounts actually spent in each area would be needed"
    ),
    "counts missing": "percentages alone do not say how far counting noise reaches",
    "fewer than four areas": "with three areas no order is rarer than one in six",
    "no variation in outcome": "the outcome is the same in every area",
    "zero spend has no logarithm": "Pearson's r is on the logarithm of spend; use ranks",
    "windows out of order": "the money does not come before what is to be compared with it",
    "series break": "what is counted changed between the two windows",
    "pandemic months": "a window holds months from March 2020 to March 2021",
}
# Where there are not two areas to be across.
_WITHIN = ("with both sides known in no area", "within one area")
# A name may be as long as it likes; a sentence may not. With the windows or not, words of a name,
# and whether what stands behind verdict and partial is told beside them.
_TOO_FEW = "too few areas to tell"
_TOLD_BY_A_NUMBER = ("not distinguishable from counting noise", _TOO_FEW)
_SHORTER = ((True, 8, True), (False, 8, True), (False, 4, True), (False, 4, False))


def estimand_of(found: Pairing, n: int, method: str, lag: int | None) -> str:
    """Say what is estimated.

    The unit, the money with its status and prices, both windows, and the outcome.
    """
    words, timing = found.words, found.timing
    money = words["funding_stream"] or "spend"
    where = f"across these {n} {found.unit}" if n > 1 else _WITHIN[n]
    details = [
        (words["status"] or "status not stated").replace("_", " "),
        f"{words['price_base']} prices" if words["price_base"] else "cash",
    ]
    if words["allocation"]:
        details.append(f"apportioned: {words['allocation']}")
    offence = words["offence"] or "the outcome"
    offence = offence if found.words["offence"] is None else _small_letter(offence)
    kind = "log reduction" if found.has_counts else "log reduction of the score"
    rate = ", per resident" if found.per_resident else ", of counts" if found.has_counts else ""
    between = (
        f" from {timing.baseline} to {timing.follow_up}"
        if timing.baseline and timing.follow_up
        else " (windows not given)"
    )
    behind = "" if lag is None else f", {lag} whole years before the follow-up"
    return (
        f"association, {where}, between {'the log of ' * (method == 'pearson')}"
        f"{words['measured'] or 'the column asked for'} of {money} "
        f"({', '.join(details)}) in {timing.spend or 'a window not given'}{behind} and the {kind} "
        f"in {offence}{between}{rate}"
    )


def _small_letter(name: str) -> str:
    """Write a class of offences within a sentence."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _short(name: str, longest: int) -> str:
    held = name.split()
    return name if len(held) <= longest else " ".join(held[: longest - 1]) + " ..."


def _compared(result: AssociationRecord, windows: bool, longest: int) -> str:
    """Say in short what is set beside what."""
    money = (
        f"{result.spend_measured or 'spend'} of {_short(result.spend_stream or 'spend', longest)}"
    )
    outcome = "the outcome" if result.outcome is None else _small_letter(result.outcome)
    before, after = result.baseline_window, result.follow_up_window
    paid = f" ({result.spend_window})" if windows and result.spend_window else ""
    between = f" ({before} to {after})" if windows and before and after else ""
    where = f"across {result.n} {result.unit}" if result.n > 1 else _WITHIN[result.n]
    return f"{money}{paid} beside the log reduction in {_short(outcome, longest)}{between} {where}"


def names_or_number(names: Sequence[str]) -> str:
    """Name up to three areas, and count more.

    Examples
    --------
    >>> names_or_number(["Essex", "Kent", "Surrey"]), names_or_number(["Essex"])
    ('Essex, Kent or Surrey', 'Essex')
    """
    if len(names) > MOST_NAMED:
        return f"{count(len(names))} areas"
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def told(result: AssociationRecord, most: int) -> str:
    """Say what was compared, the estimate with its interval and p, and the verdict."""
    if result.test is None:
        return _refused(result, most)
    said = ""
    for windows, longest, behind in _SHORTER:
        what = _compared(result, windows, longest)
        found = f"{_estimate(result, behind)}; {_partial(result, behind)}"
        said = (
            f"{what[0].upper()}{what[1:]}: {found}. "
            f"Verdict: {result.verdict}{_because(result, behind)}."
        )
        if len(said.split()) <= most:
            break
    return said


def _refused(result: AssociationRecord, most: int) -> str:
    assert result.reason is not None
    why = REASONS[result.reason]
    parts = [f"Not estimable: {result.reason}.", f"{why[0].upper()}{why[1:]}."]
    asked = f"Asked: {_compared(result, True, _SHORTER[0][1])}."
    for place, part in ((1, result.detail), (len(parts) + 1, asked)):
        if part and len(" ".join([*parts, part]).split()) <= most:
            parts.insert(place, part)
    return " ".join(parts)


def _estimate(result: AssociationRecord, behind: bool) -> str:
    held = _interval(result)
    told_later = result.verdict == "no clear association" and _unsettled(result, behind)
    inside = f"{held}; " if held and not told_later else ""
    family = f"family of {count(result.family_size)}"
    if result.family_size > 1:
        family = f"{p_text(result.adjusted_p)} for the {family}"
    within = " within strata" if result.within is not None else ""
    floor = p_text(result.min_p).replace("p = ", "").replace("p < ", "below ")
    return (
        f"{METHODS[result.method]} {signed(result.estimate)} ({inside}{p_text(result.p_value)}"
        f"{within}, smallest p {floor}, n = {result.n}, {family})"
    )


def _interval(result: AssociationRecord) -> str:
    interval = result.interval
    if interval is None or interval.low is None or interval.high is None:
        return ""
    ends = interval_text(interval.low, interval.high, signed)
    return f"{level_text(result.confidence_level)} interval {ends}"


def _partial(result: AssociationRecord, behind: bool = True) -> str:
    base = result.baseline
    assert base is not None
    given = "given need as measured" if base.called == "need" else f"given {base.what}"
    given = given.replace("_", " ")
    if base.partial is None:
        return f"{given}, no partial{f': {base.reason}' * behind}"
    if base.partial_p is None:
        return f"{given}, {signed(base.partial)} (no p below {FEWEST} areas)"
    family = " for the family" if behind and result.family_size > 1 else ""
    return f"{given}, {signed(base.partial)} ({p_text(base.adjusted_p)}{family})"


def _because(result: AssociationRecord, behind: bool) -> str:
    verdict, influence = result.verdict, result.influence
    assert influence is not None
    if not behind and verdict in _TOLD_BY_A_NUMBER:
        return ""
    if verdict == "not distinguishable from counting noise":
        assert result.gate is not None
        assert result.gate.test is not None
        q = result.gate.test
        return f" (Cochran's Q {number_text(q.q)} on {_freedom(q.df)})"
    if verdict == _TOO_FEW:
        if result.n < FEWEST:
            return f" (fewer than {FEWEST})"
        if (result.adjusted_min_p or 0) < ALPHA:
            undone = len(influence.rests_on)
            return f" (any one of {undone} of its {result.n} areas undoes it)"
        family = " for the family" if result.family_size > 1 else ""
        return f" (no p{family} can be below {number_text(result.adjusted_min_p, digits=3)})"
    if verdict == "rests on one area":
        return f" ({names_or_number(influence.rests_on)})"
    if verdict == "no clear association":
        return _unsettled(result, behind)
    if verdict.startswith(NOT_APART) and verdict.endswith(" need"):
        return " as measured"
    return ""


def _freedom(df: int) -> str:
    return counted(df, "degree of freedom", "degrees of freedom")


def _unsettled(result: AssociationRecord, behind: bool) -> str:
    interval = result.interval
    if interval is None or interval.low is None or interval.high is None:
        return ""
    low, high = signed(interval.low), signed(interval.high)
    level = level_text(result.confidence_level)
    if not interval.low <= 0 <= interval.high:
        if not behind:
            return ""
        asked = (("family", result.family_size > 1), ("strata", result.within is not None))
        unknown = " and no ".join(name for name, holds in asked if holds)
        of = f", which knows of no {unknown}" if unknown else ""
        return f" ({level} interval {low} to {high}{of})"
    of = f"{level} interval" if behind else level
    return f": the data do not settle a correlation between {low} and {high} ({of})"


def report_lines(result: AssociationRecord) -> list[tuple[str, str]]:
    """Give every number that stands behind the text, as short labelled lines."""
    lines = [("verdict", result.verdict if result.test is None else _full_verdict(result))]
    if result.test is None:
        assert result.reason is not None
        lines += [("why", f"{result.reason}: {REASONS[result.reason]}")]
        lines += [("found", result.detail)] if result.detail else []
        lines += [("asked for", result.estimand)]
    else:
        lines += [("compared", result.estimand), *_of_estimate(result), *_of_influence(result)]
        lines += [*_of_others(result), ("Maryland level", _level(result))]
    lines += [("left out", f"{count(len(result.dropped))}, in .dropped")] * (
        len(result.dropped) > 0
    )
    return lines


def _full_verdict(result: AssociationRecord) -> str:
    return f"{result.verdict}{_because(result, behind=True)}"


def _level(result: AssociationRecord) -> str:
    return (
        f"{result.maryland_level} of 5: about areas, not people, and nothing about why; p takes "
        "the areas as exchangeable"
    )


def _of_estimate(result: AssociationRecord) -> Iterator[tuple[str, str]]:
    test, interval = result.test, result.interval
    assert test is not None
    yield METHODS[result.method], signed(result.estimate)
    if interval is not None:
        held = _interval(result)
        yield (
            "interval",
            f"{held.replace(' interval', '')}, approximate ({interval.method})"
            if held
            else f"none: {interval.reason}",
        )
    known = result.within if result.within is not None else test
    exact = known.exact
    how = f"{'all ' if exact else ''}{count(known.resamples)} {'' if exact else 'random '}orders"
    how += " within strata" if result.within is not None else ""
    yield (
        "p",
        f"{p_text(result.p_value)} ({RULES[result.two_sided]}; {how}; n = {result.n}; family of "
        f"{count(result.family_size)}; {floor_text(result.min_p)})",
    )
    if result.within is not None:
        yield "over all orders", p_text(test.p_value)
    if result.family_size > 1:
        yield (
            "for the family",
            f"{p_text(result.adjusted_p)} ({result.adjusted_by}; "
            f"{floor_text(result.adjusted_min_p)})",
        )
    redrawn = result.measurement
    if redrawn is not None and redrawn.low is not None:
        phi = f", {dispersion_text(redrawn.dispersion)}" if redrawn.dispersion else ""
        ends = interval_text(redrawn.low, redrawn.high, signed)
        yield "drawn again", f"{ends} over {redrawn.redrawn}{phi}"
    span = result.figure_range
    if span is not None and span.low is not None:
        yield "printed amounts", f"{interval_text(span.low, span.high, signed)} within them"


def _of_influence(result: AssociationRecord) -> Iterator[tuple[str, str]]:
    influence, pearson, kendall = result.influence, result.pearson, result.kendall
    assert influence is not None
    if influence.low is not None:
        ends = interval_text(influence.low, influence.high, signed)
        yield "one area left out", f"{ends}; {influence.verdict}"
    if kendall is not None:
        yield METHODS["kendall"], f"{signed(kendall.statistic)} ({p_text(kendall.p_value)})"
    if pearson is not None and pearson.statistic is not None and pearson.low is not None:
        yield (
            f"{METHODS['pearson']} of logs",
            f"{signed(pearson.statistic)}; {signed(pearson.low)} without {pearson.lowest}, "
            f"{signed(pearson.high)} without {pearson.highest}",
        )
    test = result.with_left_out
    if test is not None and test.statistic is not None:
        yield (
            "with those left out",
            f"{signed(test.statistic)} with {' and '.join(result.left_out)} "
            f"({p_text(test.p_value)}, n = {test.n})",
        )


def _of_others(result: AssociationRecord) -> Iterator[tuple[str, str]]:
    base, gate, likeness = result.baseline, result.gate, result.likeness
    assert base is not None
    assert gate is not None
    told = _partial(result)
    if base.partial_p is not None and result.family_size > 1:
        told += f"; {p_text(base.partial_p)} alone"
    yield base.what.replace("_", " "), told
    if base.test is not None:
        yield (
            "spend with it",
            f"{signed(base.test.statistic)} ({p_text(base.test.p_value)}); outcome with it "
            f"{signed(base.outcome)}",
        )
    if gate.test is not None:
        q, phi = gate.test, gate.dispersion_from
        if gate.dispersion is not None:
            phi = f"{dispersion_text(gate.dispersion)}, {phi}"
        base_count = "" if result.base_count is None else f"; base {count(result.base_count)}"
        yield (
            "counting noise",
            f"Cochran's Q {number_text(q.q)} on {_freedom(q.df)} ({p_text(q.p_value)}); "
            f"{phi}; reliability {quantity(q.reliability, places=2)}{base_count}",
        )
    if likeness is not None and likeness.spend is not None:
        yield (
            "neighbours",
            f"Moran's I over {likeness.regions} regions: spend {signed(likeness.spend)} "
            f"({p_text(likeness.spend_p)}), outcome {signed(likeness.outcome)} "
            f"({p_text(likeness.outcome_p)})",
        )
    elif likeness is not None:
        yield "neighbours", f"not looked at: {likeness.reason}"
    null = result.denominator
    if null is not None and null.p_value is not None:
        ends = interval_text(null.low, null.high, signed)
        yield (
            "pounds dealt out",
            f"{signed(null.median)} ({ends}) over the same residents; {p_text(null.p_value)}",
        )
    seen = None if result.detectable is None else result.detectable.rank_correlation
    if seen is not None:
        how = (
            "simulated"
            if result.detectable is not None and result.detectable.simulated
            else "formula"
        )
        yield "would show", f"a correlation of {quantity(seen, places=2)} with power 0.8 ({how})"
    if result.strata is not None:
        columns = (result.strata[name] for name in ("stratum", "n", "estimate"))
        for stratum, n, estimate in zip(*columns, strict=True):
            value = "too few areas" if is_missing(estimate) else signed(estimate)
            yield f"within {stratum}", f"{value} (n = {n})"
