"""Interval arithmetic against brute force over points."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, strategies as st

from pccfunding.errors import IntervalError
from pccfunding.intervals import Interval

FAR = Fraction(10) ** 9
NEAR = 1 / FAR
ENDS = st.one_of(
    st.none(), st.integers(-4, 4).map(Fraction), st.fractions(-4, 4, max_denominator=4)
)

Binary = Callable[[Fraction, Fraction], Fraction]


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = draw(ENDS), draw(ENDS)
    if low is not None and high is not None and low > high:
        low, high = high, low
    closed = (True, True) if low == high is not None else (draw(st.booleans()), draw(st.booleans()))
    return Interval(low, high, *closed)


def belongs(number: Fraction, interval: Interval) -> bool:
    """Membership from the meaning of the ends alone."""
    above = interval.low is None or number > interval.low
    below = interval.high is None or number < interval.high
    return (above or (interval.low_closed and number == interval.low)) and (
        below or (interval.high_closed and number == interval.high)
    )


def points(interval: Interval) -> list[Fraction]:
    """Points of an interval: at, near and far from its ends, and some between."""
    low = -FAR if interval.low is None else interval.low
    high = FAR if interval.high is None else interval.high
    width = min(high - low, Fraction(1))
    tried = [low, high, low + width * NEAR, high - width * NEAR, (low + high) / 2, Fraction(0)]
    tried += [width * NEAR, -width * NEAR, low + (high - low) / 3]
    return sorted({number for number in tried if belongs(number, interval)})


def check_image(found: Interval, values: list[Fraction], tolerance: Fraction) -> None:
    """The points lie inside, and no end could be drawn closer."""
    assert all(belongs(value, found) for value in values)
    for end, closed, nearest in (
        (found.low, found.low_closed, min(values)),
        (found.high, found.high_closed, max(values)),
    ):
        if end is None:
            assert abs(nearest) >= FAR / 1000
        elif closed:
            assert nearest == end
        else:
            assert nearest != end
            assert abs(nearest - end) <= tolerance


@given(intervals(), st.fractions(-6, 6, max_denominator=8))
def test_membership_is_what_the_ends_say(one: Interval, number: Fraction) -> None:
    assert (number in one) == belongs(number, one)
    assert all(point in one for point in points(one))


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul])
@given(intervals(), intervals())
def test_an_operation_holds_every_result_and_no_end_is_loose(
    operation: Binary, one: Interval, two: Interval
) -> None:
    values = [operation(a, b) for a, b in product(points(one), points(two))]
    # Two missing ends leave 1 as the nearest that points at 10**9 and 10**-9 come to 0.
    tolerance = 20 * NEAR if one.is_bounded and two.is_bounded else Fraction(5)
    check_image(operation(one, two), values, tolerance)


@given(intervals())
def test_the_opposite_holds_the_opposite_points(one: Interval) -> None:
    check_image(-one, [-point for point in points(one)], 20 * NEAR)
    opposite = -one
    assert -opposite == one
    alike = Interval(one.low, one.high, one.low_closed, one.high_closed)
    assert one - alike == one + -one


@given(intervals())
def test_one_object_is_one_unknown(one: Interval) -> None:
    assert one - one == Interval.point(0)
    if all(point != 0 for point in points(one)) and not one.low == one.high == 0:
        assert one / one == Interval.point(1)


@given(intervals())
def test_a_reciprocal_holds_every_result_or_is_refused(one: Interval) -> None:
    if any(point == 0 for point in points(one)) or one.low == one.high == 0:
        with pytest.raises(IntervalError):
            one.reciprocal()
        return
    assume(one.low is not None or one.high is not None)
    check_image(one.reciprocal(), [1 / point for point in points(one)], 10_000 * NEAR)
    assert one.reciprocal().reciprocal() == one


@given(intervals(), intervals())
def test_a_quotient_holds_every_result(one: Interval, two: Interval) -> None:
    try:
        quotient = one / two
    except IntervalError:
        return
    assert all(a / b in quotient for a, b in product(points(one), points(two)))


@given(intervals(), intervals())
def test_intersection_and_hull_against_points(one: Interval, two: Interval) -> None:
    both, hull = one.intersection(two), one.hull(two)
    tried = set(points(one) + points(two))
    assert {point for point in tried if both is not None and point in both} == {
        point for point in tried if belongs(point, one) and belongs(point, two)
    }
    assert all(point in hull for point in tried)
    assert hull == two.hull(one)
    assert one.within(hull)
    assert two.within(hull)
    assert one.meets(two) == (both is not None)
    if both is not None:
        assert both.within(one)
        assert both.within(two)
    check_image(hull, sorted(tried), 20 * NEAR)


@given(intervals(), intervals())
def test_within_and_below_against_points(one: Interval, two: Interval) -> None:
    assert one.within(two) == all(belongs(point, two) for point in points(one))
    if one.certainly_below(two):
        assert max(points(one)) < min(points(two))
        assert not one.meets(two)
    elif one.high is not None and two.low is not None:
        assert max(points(one)) >= min(points(two))


@given(intervals(), intervals(), intervals())
def test_arithmetic_keeps_its_laws(one: Interval, two: Interval, three: Interval) -> None:
    assert one + two == two + one
    assert one * two == two * one
    assert (one + two) + three == one + (two + three)
    assert (one * two) * three == one * (two * three)
    assert (one * (two + three)).within(one * two + one * three)
    assert one + 0 == one
    assert one * 1 == one
    assert one * 0 == Interval.point(0)
