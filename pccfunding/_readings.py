"""How finely a printed number may be rounded, and the line that shows the arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from pccfunding._relations import Relation, counts_that_print
from pccfunding.intervals import Interval, decimal_text
from pccfunding.printed import Printed

__all__ = ["ANYTHING", "finest_unit", "images", "or_any", "strictest", "width", "working"]

ANYTHING = Interval(None, None)


def images(rule: Relation, intervals: Sequence[Interval]) -> tuple[Interval, Interval]:
    """What the left side gives, and the right side."""
    return rule.image(intervals[:-1]), intervals[-1]


def or_any(interval: Interval | None) -> Interval:
    """A reading, or all numbers where the words bound nothing."""
    return ANYTHING if interval is None else interval


def strictest(one: Printed) -> Interval | None:
    """The reading that takes every written digit at its word; what is hedged has only its words."""
    return one.hard if one.hedge or one.strict is None else one.strict


def width(interval: Interval | None) -> Fraction:
    return Fraction(0) if interval is None else interval.width or Fraction(0)


def finest_unit(rule: Relation, printed: Sequence[Printed]) -> Fraction | None:
    units = sorted({unit for one in printed for unit in _ladder(one)})
    for unit in units or [Fraction(0)]:
        if rule.holds(*images(rule, [_at_unit(one, unit) for one in printed])):
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


def _at_unit(one: Printed, unit: Fraction) -> Interval:
    ladder = _ladder(one)
    if not ladder or one.value is None:
        return or_any(one.hard)
    usable = [rung for rung in ladder if rung <= unit]
    if not usable or usable[-1] == one.resolution:
        return or_any(strictest(one))
    if usable[-1] == ladder[-1]:
        return or_any(one.lenient or one.hard)
    return Interval(one.value - usable[-1] / 2, one.value + usable[-1] / 2)


def working(
    rule: Relation, terms: Sequence[Printed], total: Printed, proof: tuple[Interval, Interval]
) -> str:
    if rule.name == "count_percentage":
        counts = counts_that_print(proof[0], proof[1])
        listed = ", ".join(map(str, counts)) or "no whole number"
        return f"{listed} of {terms[0].text} print as {total.text}"
    left = rule.sign.join(_term(one) for one in terms) if rule.sign else _term(terms[0])
    result = "" if len(terms) == 1 and rule.sign in ("", " + ") else f" = {_plain(proof[0])}"
    return f"{left}{result}; against {_term(total)}"


def _term(one: Printed) -> str:
    if one.hard is not None and one.hard.is_point and one.value is not None:
        return decimal_text(one.value)
    interval = one.soft or one.hard
    return f"'{one.text}'" + ("" if interval is None else f" {interval}")


def _plain(interval: Interval) -> str:
    if interval.is_point and interval.low is not None:
        return decimal_text(interval.low)
    return str(interval)
