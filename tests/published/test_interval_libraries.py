"""Our intervals beside two libraries of intervals: portion for sets, mpmath for arithmetic.

Neither is needed by the library or by its other tests: `.ci/run intervals` installs them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from pccfunding.errors import IntervalError
from pccfunding.intervals import Interval

EXAMPLES = settings(max_examples=300)
# Eighths are exact in the binary numbers of mpmath, and so are their sums and products.
EIGHTHS = st.integers(-40, 40).map(lambda n: Fraction(n, 8))


@st.composite
def intervals(draw: st.DrawFn, *, bounded: bool = False) -> Interval:
    ends = EIGHTHS if bounded else st.none() | EIGHTHS
    low, high = draw(ends), draw(ends)
    if low is not None and high is not None and low > high:
        low, high = high, low
    closed = (True, True) if low == high is not None else (draw(st.booleans()), draw(st.booleans()))
    return Interval(low, high, *closed)


@pytest.fixture(scope="module")
def portion() -> Any:
    return pytest.importorskip("portion")


def as_portion(portion: Any, one: Interval) -> Any:
    return portion.Interval.from_atomic(
        portion.CLOSED if one.low_closed else portion.OPEN,
        -portion.inf if one.low is None else one.low,
        portion.inf if one.high is None else one.high,
        portion.CLOSED if one.high_closed else portion.OPEN,
    )


@EXAMPLES
@given(intervals(), intervals(), EIGHTHS)
def test_as_sets_they_are_those_of_portion(
    portion: Any, one: Interval, two: Interval, number: Fraction
) -> None:
    a, b = as_portion(portion, one), as_portion(portion, two)
    both = one.intersection(two)
    assert (a & b).empty if both is None else a & b == as_portion(portion, both)
    assert one.meets(two) == (not (a & b).empty)
    assert as_portion(portion, one.hull(two)) == (a | b).enclosure
    assert one.within(two) == (a in b)
    assert (number in one) == (number in a)
    assert one.certainly_below(two) == (a < b)


def ends(found: Any) -> tuple[Fraction, Fraction]:
    from mpmath.libmp import to_rational

    low, high = (Fraction(*map(int, to_rational(end))) for end in found._mpi_)
    return low, high


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul])
@EXAMPLES
@given(intervals(bounded=True), intervals(bounded=True))
def test_sums_and_products_have_the_ends_of_mpmath(
    operation: Callable[[Any, Any], Any], one: Interval, two: Interval
) -> None:
    iv = pytest.importorskip("mpmath").iv
    left, right = (iv.mpf([float(x.low), float(x.high)]) for x in (one, two))  # type: ignore[arg-type]
    found = operation(one, two)
    assert (found.low, found.high) == ends(operation(left, right))


@EXAMPLES
@given(intervals(bounded=True), intervals(bounded=True))
def test_quotients_lie_within_those_of_mpmath_which_round_outwards(
    one: Interval, two: Interval
) -> None:
    iv = pytest.importorskip("mpmath").iv
    left, right = (iv.mpf([float(x.low), float(x.high)]) for x in (one, two))  # type: ignore[arg-type]
    try:
        found = one / two
    except IntervalError:
        assert two.low <= 0 <= two.high  # type: ignore[operator]
        return
    if found.low is None or found.high is None:
        assert 0 in (two.low, two.high)
        return
    low, high = ends(left / right)
    assert low <= found.low <= low + abs(low) / 2**50
    assert high - abs(high) / 2**50 <= found.high <= high
