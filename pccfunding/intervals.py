"""Exact intervals: Fractions with open, closed or missing ends, and their arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import index
from typing import SupportsIndex, TypeAlias

from pccfunding.errors import IntervalError, TableError
from pccfunding.words import bracketed, decimal_text

__all__ = ["Exact", "Interval", "as_fraction", "counts_that_print", "interval_text"]

Exact: TypeAlias = int | Fraction | Decimal | str


def as_fraction(number: Exact) -> Fraction:
    """Turn an exact number into a Fraction; refuse floats.

    Parameters
    ----------
    number : int, Fraction, Decimal or str
        A decimal string such as ``"185.2"`` is read exactly.

    Returns
    -------
    Fraction

    Raises
    ------
    IntervalError
        For a float, a bool, or a string that is no number.

    Examples
    --------
    >>> as_fraction("185.2")
    Fraction(926, 5)
    """
    if isinstance(number, Fraction):
        return number
    if isinstance(number, SupportsIndex) and not isinstance(number, bool | type):
        return Fraction(index(number))  # what a column of whole numbers holds is no int
    if isinstance(number, bool) or not isinstance(number, Decimal | str):
        raise IntervalError(
            f"{number!r} is a {type(number).__name__}; an exact interval takes int, Fraction, "
            f"Decimal or a decimal string such as '185.2'."
        )
    try:
        return Fraction(number)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise IntervalError(f"{number!r} is not a finite decimal number.") from error


@dataclass(frozen=True, slots=True)
class Interval:
    """A set of numbers between two ends, each of them closed, open or missing.

    Parameters
    ----------
    low, high : Fraction or None
        The ends; None means that side is unbounded. Build from other exact numbers
        with :meth:`of`.
    low_closed, high_closed : bool, default True
        Whether the end itself belongs to the interval. A missing end is never closed.

    Raises
    ------
    IntervalError
        If no number lies inside.

    Examples
    --------
    >>> total, increase = Interval.of("185.15", "185.25"), Interval.of("10.75", "10.85")
    >>> str(total - increase)
    '[174.3, 174.5]'
    >>> Fraction("174.4") in total - increase
    True
    """

    low: Fraction | None
    high: Fraction | None
    low_closed: bool = True
    high_closed: bool = True

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if end is not None and not isinstance(end, Fraction):
                raise IntervalError(
                    f"{end!r} is a {type(end).__name__}; build it with Interval.of(low, high)."
                )
        if self.low is None:
            object.__setattr__(self, "low_closed", False)
        if self.high is None:
            object.__setattr__(self, "high_closed", False)
        if self.low is not None and self.high is not None:
            closed = self.low_closed and self.high_closed
            if self.low > self.high or (self.low == self.high and not closed):
                raise IntervalError(f"No number lies in {self}.")

    @classmethod
    def of(
        cls,
        low: Exact | None,
        high: Exact | None,
        *,
        low_closed: bool = True,
        high_closed: bool = True,
    ) -> Interval:
        """Build an interval from any exact numbers.

        Examples
        --------
        >>> str(Interval.of(0, "1.2", low_closed=False, high_closed=False))
        '(0, 1.2)'
        """
        return cls(
            None if low is None else as_fraction(low),
            None if high is None else as_fraction(high),
            low_closed,
            high_closed,
        )

    @classmethod
    def point(cls, value: Exact) -> Interval:
        """The interval that holds one number.

        Examples
        --------
        >>> str(Interval.point("4.50"))
        '[4.5, 4.5]'
        """
        exact = as_fraction(value)
        return cls(exact, exact)

    @property
    def is_point(self) -> bool:
        """Whether exactly one number lies inside."""
        return self.low is not None and self.low == self.high

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are known."""
        return self.low is not None and self.high is not None

    @property
    def width(self) -> Fraction | None:
        """The distance between the ends; None where one is missing."""
        if self.low is None or self.high is None:
            return None
        return self.high - self.low

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int | Fraction | Decimal | str):
            raise IntervalError(f"{number!r} is no exact number; ask with a Fraction or a string.")
        return self.intersection(Interval.point(number)) is not None

    def __str__(self) -> str:
        low = "-inf" if self.low is None else decimal_text(self.low)
        high = "inf" if self.high is None else decimal_text(self.high)
        return bracketed(low, high, self.low_closed, self.high_closed)

    def intersection(self, other: Interval) -> Interval | None:
        """The numbers that lie in both; None where there are none.

        Examples
        --------
        >>> str(Interval.of(0, 3).intersection(Interval.of(2, 5)))
        '[2, 3]'
        """
        low, low_closed = _tighter(self._low_end(), other._low_end(), highest=True)
        high, high_closed = _tighter(self._high_end(), other._high_end(), highest=False)
        if (low is not None and high is not None) and (
            low > high or (low == high and not (low_closed and high_closed))
        ):
            return None
        return Interval(low, high, low_closed, high_closed)

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both.

        Examples
        --------
        >>> Interval.of(0, 1, high_closed=False).meets(Interval.of(1, 2))
        False
        """
        return self.intersection(other) is not None

    def within(self, other: Interval) -> bool:
        """Whether every number of this one lies in the other.

        Examples
        --------
        >>> Interval.of(1, 2).within(Interval.of(1, None))
        True
        """
        return self.intersection(other) == self

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both.

        Examples
        --------
        >>> str(Interval.of(0, 1).hull(Interval.of(4, 5)))
        '[0, 5]'
        """
        low = _looser(self._low_end(), other._low_end(), lowest=True)
        high = _looser(self._high_end(), other._high_end(), lowest=False)
        return Interval(low[0], high[0], low[1], high[1])

    def certainly_below(self, other: Interval) -> bool:
        """Whether every number of this one is smaller than every number of the other.

        Examples
        --------
        >>> Interval.of(0, 1).certainly_below(Interval.of(1, 2))
        False
        """
        if self.high is None or other.low is None:
            return False
        if self.high == other.low:
            return not (self.high_closed and other.low_closed)
        return self.high < other.low

    def __neg__(self) -> Interval:
        low = None if self.high is None else -self.high
        high = None if self.low is None else -self.low
        return Interval(low, high, self.high_closed, self.low_closed)

    def __add__(self, other: Interval | Exact) -> Interval:
        right = _interval(other)
        low = None if self.low is None or right.low is None else self.low + right.low
        high = None if self.high is None or right.high is None else self.high + right.high
        return Interval(
            low,
            high,
            self.low_closed and right.low_closed,
            self.high_closed and right.high_closed,
        )

    __radd__ = __add__

    def __sub__(self, other: Interval | Exact) -> Interval:
        """The difference of two unknowns; one object is one unknown, and less itself it is 0.

        Examples
        --------
        >>> x = Interval.of(3, 4)
        >>> str(x - x), str(x - Interval.of(3, 4))
        ('[0, 0]', '[-1, 1]')
        """
        return Interval.point(0) if other is self else self + -_interval(other)

    def __rsub__(self, other: Exact) -> Interval:
        return _interval(other) + -self

    def __mul__(self, other: Interval | Exact) -> Interval:
        right = _interval(other)
        products = [
            _product(mine, theirs)
            for mine in (_signed(self._low_end(), -1), _signed(self._high_end(), 1))
            for theirs in (_signed(right._low_end(), -1), _signed(right._high_end(), 1))
        ]
        low = min(products, key=lambda end: (end[0], end[1], not end[2]))
        high = max(products)
        return Interval(
            None if low[0] else low[1],
            None if high[0] else high[1],
            low[2],
            high[2],
        )

    __rmul__ = __mul__

    def reciprocal(self) -> Interval:
        """One divided by each number inside.

        Raises
        ------
        IntervalError
            If 0 lies inside or is touched: the division would go through zero.

        Examples
        --------
        >>> str(Interval.of(2, 4).reciprocal())
        '[0.25, 0.5]'
        """
        if not self._is_positive() and not self._is_negative():
            raise IntervalError(f"Division by {self} goes through zero.")
        low = None if self.high == 0 else Fraction(0) if self.high is None else 1 / self.high
        high = None if self.low == 0 else Fraction(0) if self.low is None else 1 / self.low
        return Interval(low, high, self.high_closed, self.low_closed)

    def __truediv__(self, other: Interval | Exact) -> Interval:
        inverse = _interval(other).reciprocal()
        return Interval.point(1) if other is self else self * inverse

    def __rtruediv__(self, other: Exact) -> Interval:
        return _interval(other) * self.reciprocal()

    def _is_positive(self) -> bool:
        return self.low is not None and (self.low > 0 or (self.low == 0 and not self.low_closed))

    def _is_negative(self) -> bool:
        return self.high is not None and (
            self.high < 0 or (self.high == 0 and not self.high_closed)
        )

    def _low_end(self) -> tuple[Fraction | None, bool]:
        return self.low, self.low_closed

    def _high_end(self) -> tuple[Fraction | None, bool]:
        return self.high, self.high_closed


_End: TypeAlias = tuple[Fraction | None, bool]
_SignedEnd: TypeAlias = tuple[int, Fraction, bool]


def _interval(value: Interval | Exact) -> Interval:
    return value if isinstance(value, Interval) else Interval.point(value)


def _tighter(one: _End, two: _End, *, highest: bool) -> _End:
    if one[0] is None or two[0] is None:
        return two if one[0] is None else one
    if one[0] == two[0]:
        return one[0], one[1] and two[1]
    return one if (one[0] > two[0]) is highest else two


def _looser(one: _End, two: _End, *, lowest: bool) -> _End:
    if one[0] is None or two[0] is None:
        return None, False
    if one[0] == two[0]:
        return one[0], one[1] or two[1]
    return one if (one[0] < two[0]) is lowest else two


def _signed(end: _End, infinite: int) -> _SignedEnd:
    """Order ends with infinities: (-1 | 0 | 1, finite value, closed)."""
    return (0, end[0], end[1]) if end[0] is not None else (infinite, Fraction(0), False)


def _product(one: _SignedEnd, two: _SignedEnd) -> _SignedEnd:
    for zero in (one, two):
        if zero[0] == 0 and zero[1] == 0:
            return zero
    sign = (one[0] or (1 if one[1] > 0 else -1)) * (two[0] or (1 if two[1] > 0 else -1))
    if one[0] or two[0]:
        return sign, Fraction(0), False
    return 0, one[1] * two[1], one[2] and two[2]


def interval_text(interval: Interval) -> str:
    """Write an interval, a single number plainly.

    Examples
    --------
    >>> interval_text(Interval.point("18.5")), interval_text(Interval.of(1, 2))
    ('18.5', '[1, 2]')
    """
    if interval.is_point and interval.low is not None:
        return decimal_text(interval.low)
    return str(interval)


def counts_that_print(base: Interval, percent: Interval) -> range:
    """The integers k for which 100 k / n lies in the interval of a printed percentage."""
    if base.low is None or not base.is_point or base.low.denominator != 1 or base.low <= 0:
        raise TableError(f"A percentage of a count needs one whole count above 0, not {base}.")
    count = int(base.low)
    first, last = 0, count
    if percent.low is not None:
        least = percent.low * count / 100
        first = max(0, math.ceil(least) if percent.low_closed else math.floor(least) + 1)
    if percent.high is not None:
        most = percent.high * count / 100
        last = min(count, math.floor(most) if percent.high_closed else math.ceil(most) - 1)
    return range(first, last + 1)
