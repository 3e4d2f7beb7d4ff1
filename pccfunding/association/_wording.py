"""The sentences of an association: what was asked, what came out, and what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pccfunding.association._cautions import CAUTIONS, REASONS
from pccfunding.permutation._scores import RULES
from pccfunding.words import floor_text, level_text, p_text

if TYPE_CHECKING:
    from pccfunding.association._pairing import Pairing
    from pccfunding.association.finding import Association

__all__ = ["NAMES", "estimand_of", "said"]

NAMES = {"spearman": "Spearman's rho", "kendall": "Kendall's tau-b", "pearson": "Pearson's r"}
MEASURED = {"spearman": "£ per head", "kendall": "£ per head", "pearson": "the log of £ per head"}


def estimand_of(found: Pairing, n: int, method: str, lag: int | None) -> str:
    """Say what is estimated.

    The unit, the money with its status and prices, both windows, and the outcome.
    """
    words, timing = found.words, found.timing
    money = words["funding_stream"] or "spend"
    where = f"across these {n} {found.unit}" if n > 1 else "within one area"
    details = [
        (words["status"] or "status not stated").replace("_", " "),
        f"{words['price_base']} prices" if words["price_base"] else "cash",
    ]
    if words["allocation"]:
        details.append(f"apportioned: {words['allocation']}")
    offence = words["offence"] or "the outcome"
    offence = offence if found.words["offence"] is None else offence[0].lower() + offence[1:]
    kind = "log reduction" if found.has_counts else "log reduction of the score"
    rate = ", per resident" if found.per_resident else ", of counts" if found.has_counts else ""
    between = (
        f" from {timing.baseline} to {timing.follow_up}"
        if timing.baseline and timing.follow_up
        else " (windows not given)"
    )
    behind = "" if lag is None else f", {lag} whole years before the follow-up"
    return (
        f"association, {where}, between {MEASURED[method]} of {money} "
        f"({', '.join(details)}) in {timing.spend or 'a window not given'}{behind} and the {kind} "
        f"in {offence}{between}{rate}"
    )


def said(result: Association) -> str:
    """Give the text of a result, cautions included."""
    sentences = _refused(result) if result.test is None else _told(result)
    if result.cautions:
        doubts = "; ".join(CAUTIONS[code] for code in result.cautions)
        sentences = [*sentences, f"Caution: {doubts}."]
    return " ".join(sentences)


def _refused(result: Association) -> Sequence[str]:
    assert result.reason is not None
    detail = f" {result.detail}" if result.detail else ""
    return [
        f"Not estimable: {result.reason}.{detail} What was asked for: {result.estimand}. "
        f"{REASONS[result.reason][0].upper()}{REASONS[result.reason][1:]}."
    ]


def _told(result: Association) -> Sequence[str]:
    return [
        f"{result.estimand[0].upper()}{result.estimand[1:]}: {_coefficient(result)}.",
        f"{_rarity(result)}.",
        *_with_left_out(result),
        *_noise(result),
        f"Verdict: {result.verdict}{_because(result)}.",
        f"Maryland level {result.maryland_level} of 5: it is about areas, not people, and says "
        "nothing about why.",
    ]


def _with_left_out(result: Association) -> Sequence[str]:
    test = result.with_left_out
    if test is None or test.statistic is None:
        return []
    return [
        f"With {' and '.join(result.left_out)}, left out above, it is {test.statistic:+.2f} "
        f"({p_text(test.p_value)}, n = {test.n} areas, family of {result.family_size:,}, "
        f"{floor_text(test.min_p)})."
    ]


def _noise(result: Association) -> Sequence[str]:
    """Say what the counts and the number of areas could show."""
    gate, detectable = result.gate, result.detectable
    sentences = []
    if gate is not None and gate.test is not None and gate.opens:
        phi = gate.dispersion_from
        if gate.dispersion is not None:
            phi = f"dispersion {gate.dispersion:.3g}, {phi}"
        base = (
            "base count not known"
            if result.base_count is None
            else (f"base {result.base_count:,} offences")
        )
        sentences.append(
            f"The changes differ by more than counting noise: reliability "
            f"{gate.test.reliability:.2f} ({base}; {phi})."
        )
    if detectable is not None and detectable.correlation is not None:
        size = detectable.simulated or detectable.correlation
        sentences.append(
            f"With {result.n} areas a correlation would have to be about {size:.2f} to show with "
            f"power 0.8."
        )
    return sentences


def _coefficient(result: Association) -> str:
    parts = []
    interval, level = result.interval, level_text(result.confidence_level)
    if interval is not None and interval.low is not None and interval.high is not None:
        parts.append(
            f"approximate {level} interval {interval.low:+.2f} to {interval.high:+.2f} "
            f"({interval.method})"
        )
    elif interval is not None:
        parts.append(f"no {level} interval: {interval.reason}")
    redrawn = result.measurement
    if redrawn is not None and redrawn.low is not None:
        phi = f", dispersion {redrawn.dispersion:.3g}" if redrawn.dispersion else ""
        parts.append(
            f"{redrawn.low:+.2f} to {redrawn.high:+.2f} when {redrawn.redrawn} are drawn again{phi}"
        )
    return f"{NAMES[result.method]} {result.estimate:+.2f} ({'; '.join(parts) or 'no interval'})"


def _rarity(result: Association) -> str:
    test = result.test
    assert test is not None
    orders = f"{'all ' if test.exact else ''}{test.resamples:,} "
    orders += "orders" if test.exact else "random orders"
    family = "family of 1" if result.family_size == 1 else f"family of {result.family_size:,}"
    adjusted = ""
    if result.family_size > 1:
        adjusted = f"; {p_text(result.adjusted_p)} for the family ({result.adjusted_by})"
    return (
        f"{p_text(test.p_value)} ({RULES[result.two_sided]}, {orders}, n = {result.n} areas, "
        f"{family}, {floor_text(test.min_p)}){adjusted}; it takes the areas as exchangeable, "
        "which they are not where money follows need"
    )


def _because(result: Association) -> str:
    verdict, gate = result.verdict, result.gate
    if verdict == "not distinguishable from counting noise":
        assert gate is not None
        assert gate.test is not None
        q = gate.test
        least = max(q.by_dispersion["p_value"]) if gate.dispersion is None else q.p_value
        phi = "dispersion 1, 2 and 4 do not all open it"
        if gate.dispersion is not None:
            phi = f"dispersion {gate.dispersion:.3g}, {gate.dispersion_from}"
        elif q.gate == "shut":
            phi = "at dispersion 1, 2 and 4 alike"
        return (
            f" (Cochran's Q {q.q:.4g} on {q.df} degrees of freedom; {phi}; {p_text(least)}, "
            f"n = {result.n} areas, family of 1, {floor_text(None)})"
        )
    if verdict == "too few areas to tell":
        return f" (n = {result.n}; no p can be below {result.min_p:.3g})"
    if verdict == "rests on one area":
        assert result.influence is not None
        return f" ({' or '.join(result.influence.rests_on)})"
    if verdict == "no clear association":
        low, high = _settled(result)
        return f": the data do not settle a correlation between {low} and {high}"
    return ""


def _settled(result: Association) -> tuple[str, str]:
    interval = result.interval
    if interval is None or interval.low is None or interval.high is None:
        return "-1", "+1"
    return f"{interval.low:+.2f}", f"{interval.high:+.2f}"
