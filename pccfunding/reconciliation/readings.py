"""How finely a printed number may be rounded, and the line that shows the arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from pccfunding.errors import IntervalError
from pccfunding.intervals import Interval, counts_that_print, interval_text
from pccfunding.printed import Printed
from pccfunding.reconciliation.relations import Relation
from pccfunding.words import decimal_text

MOST_LISTED = 12


def images(rule: Relation, intervals: Sequence[Interval]) -> tuple[Interval, Interval]:
    """What the left side gives, and the right side."""
    return rule.image(intervals[:-1]), intervals[-1]


def images_or_any(rule: Relation, intervals: Sequence[Interval]) -> tuple[Interval, Interval]:
    """What both sides give; anything on the left where words leave a divisor open through zero."""
    try:
        return images(rule, intervals)
    except IntervalError:
        return or_any(None), intervals[-1]


def or_any(interval: Interval | None) -> Interval:
    """A reading, or all numbers where the words bound nothing."""
    # Each time a new one: one object would be one unknown.
    return Interval(None, None) if interval is None else interval


def strictest(one: Printed) -> Interval | None:
    """The reading that takes every written digit at its word; what is hedged has only its words."""
    return one.hard if one.hedge or one.strict is None else one.strict


def width(interval: Interval | None) -> Fraction:
    return Fraction(0) if interval is None else interval.width or Fraction(0)


def finest_unit(rule: Relation, printed: Sequence[Printed]) -> Fraction | None:
    ladders = [_ladder(one) for one in printed]
    units = sorted({unit for ladder in ladders for unit in ladder})
    for unit in units or [Fraction(0)]:
        read = [_at_unit(one, ladder, unit) for one, ladder in zip(printed, ladders, strict=True)]
        if rule.holds(*images_or_any(rule, read)):
            return unit or None
    return None


def _ladder(one: Printed) -> list[Fraction]:
    """Units 1, 2, 5 x 10^k from the last digit written to the last that is not zero."""
    if one.hedge is not None or one.resolution is None:
        return []
    coarsest = max(width(one.lenient), one.resolution)
    units, unit = [one.resolution], Fraction(10) ** math.floor(math.log10(one.resolution))
    while unit <= coarsest:
        units += [unit * step for step in (1, 2, 5) if one.resolution < unit * step <= coarsest]
        unit *= 10
    return units


def _at_unit(one: Printed, ladder: Sequence[Fraction], unit: Fraction) -> Interval:
    if not ladder or one.value is None:
        return or_any(one.hard)
    usable = [rung for rung in ladder if rung <= unit]
    if not usable or usable[-1] == one.resolution:
        return or_any(strictest(one))
    if usable[-1] == ladder[-1]:
        return or_any(one.lenient or one.hard)
    return Interval(one.value - usable[-1] / 2, one.value + usable[-1] / 2)


def working(
    rule: Relation,
    terms: Sequence[Printed],
    total: Printed,
    proof: tuple[Interval, Interval],
    missing: Mapping[str, int],
) -> str:
    if rule.name == "count_percentage":
        counts = counts_that_print(proof[0], proof[1])
        many = len(counts) > MOST_LISTED
        listed = f"{counts[0]} to {counts[-1]}" if many else ", ".join(map(str, counts))
        listed = listed or "no whole number"
        return f"{listed} of {terms[0].text} print as {total.text}"
    left = rule.sign.join(_term(one) for one in terms) if rule.sign else _term(terms[0])
    for kind, number in missing.items():
        left = f"{left} + {number} {kind}"
    result = "" if len(terms) == 1 and rule.sign in ("", " + ") else f" = {interval_text(proof[0])}"
    return f"{left}{result}; against {_term(total)}"


def _term(one: Printed) -> str:
    if one.hard is not None and one.hard.is_point and one.value is not None:
        return one.text if one.resolution is None else decimal_text(one.value)
    interval = one.soft or one.hard
    return f"'{one.text}'" + ("" if interval is None else f" {interval}")


def certain(rule: Relation, hard: tuple[Interval, Interval]) -> bool:
    """Whether a part lies under its whole for every possible reading."""
    left, right = hard
    return (
        rule.name == "part_of"
        and left.high is not None
        and right.low is not None
        and left.high <= right.low
    )


def vacuous(one: Printed) -> bool:
    """Whether a number is printed with one digit that leaves it open by more than a quarter.

    A percentage of one digit says what it says: 5% lies within one point.
    """
    return one.unit != "percent" and "vacuous_precision" in one.flags


def gap_between(rule: Relation, terms: Sequence[Printed], total: Printed) -> Fraction | None:
    values = [None if one.hedge else one.value for one in [*terms, total]]
    if any(value is None for value in values) or rule.name in ("count_percentage", "hull"):
        return None
    points = [Interval.point(value) for value in values if value is not None]
    left, right = rule.image(points[:-1]).low, points[-1].low
    return None if left is None or right is None else right - left


def gap_in_sd(gap: Fraction | None, printed: Sequence[Printed], strict_holds: bool) -> float | None:
    """Gap over the standard deviation of as many uniform rounding errors.

    The errors are those of the last digit written where that holds, else of the last digit that is
    not zero.
    """
    if gap is None:
        return None
    strict = [width(one.strict) for one in printed]
    fine = strict_holds and any(strict)
    widths = strict if fine else [width(one.lenient) for one in printed]
    variance = sum((width * width for width in widths), Fraction(0)) / 12
    return float(gap) / math.sqrt(variance) if variance else None
