"""Whole pence: which amounts are, and how they are split so that the parts add up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from pccfunding.errors import PenceError, TableError
from pccfunding.words import is_missing, is_number

Pence: TypeAlias = npt.NDArray[np.int64]
# Whole numbers are told apart, and added exactly in any order, below this.
LARGEST = 2.0**53
# The float nearest to p pence lies within p * 2**-53 of it, and its product with 100 is rounded
# once more: p * 2**-52 in all, so that twice this takes every one of them up to LARGEST. A column
# that was itself computed carries a few roundings more: a thousand amounts below £1,000, added one
# after the other, are off by up to 1.4e-7 pence. A millionth of a penny takes them, and no typed
# amount: nobody types an eighth decimal place.
_RELATIVE, _ABSOLUTE = 2.0**-51, 1e-6
_LARGEST = 2**63 - 1
# So many parts at a time stay in the processor's cache.
_CELLS = 2**16


def split_pence(amounts: Pence, weights: Pence) -> Pence:
    """Split each amount over the same parts, by largest remainder.

    Parameters
    ----------
    amounts : ndarray of int64, shape (n,)
        Amounts in pence; corrections may be negative.
    weights : ndarray of int64, shape (k,)
        Weights of the parts, none negative, not all zero.

    Returns
    -------
    ndarray of int64, shape (k, n)
        Parts in pence; each column adds up to its amount. A penny that is left over goes to the
        part with the largest remainder, the earlier one where two are equal. A negative amount is
        split as its positive twin.

    Raises
    ------
    TableError
        If a weight is negative or all are zero.
    PenceError
        If an amount times the sum of the weights does not fit into 63 bits.

    References
    ----------
    Largest remainder (Hamilton) apportionment.

    Examples
    --------
    >>> split_pence(np.array([100, -100, 0]), np.array([1, 1, 1])).T.tolist()
    [[34, 33, 33], [-34, -33, -33], [0, 0, 0]]
    """
    total = int(weights.sum())
    if total <= 0 or (weights < 0).any():
        raise TableError(
            f"Weights are {weights.tolist()}; none may be negative and some must be above zero."
        )
    size = np.abs(amounts)
    if size.size and int(size.max()) * total > _LARGEST:
        raise PenceError(
            f"An amount of {int(size.max())} pence over weights that add up to {total} is too "
            f"large to be split exactly. Use smaller weights in the same proportion."
        )
    parts = np.empty((weights.size, size.size), dtype=np.int64)
    step = max(1, _CELLS // weights.size)
    for first in range(0, size.size, step):
        _split_block(size[first : first + step], weights, total, parts[:, first : first + step])
    below = amounts < 0
    return np.negative(parts, out=parts, where=below) if below.any() else parts


def _split_block(size: Pence, weights: Pence, total: int, parts: Pence) -> None:
    rests = np.empty_like(parts)
    left = size.copy()
    for place, weight in enumerate(weights.tolist()):
        np.multiply(size, weight, out=rests[place])
        np.floor_divide(rests[place], total, out=parts[place])
        rests[place] -= parts[place] * total
        left -= parts[place]
    kind = np.min_scalar_type(weights.size)
    ahead = np.zeros(parts.shape, dtype=kind)
    for place in range(weights.size - 1):
        first = rests[place] >= rests[place + 1 :]
        ahead[place + 1 :] += first
        ahead[place] += kind.type(len(first)) - first.sum(axis=0, dtype=kind)
    parts += ahead < left.astype(kind)


def whole(number: nw.Expr) -> nw.Expr:
    """Round to whole numbers: engines round halves differently, and all agree on the floor."""
    return (number + 0.5).floor()


def is_broken(exact: float, units: float) -> bool:
    """Whether a number is off the whole units that it was rounded to."""
    return abs(exact - units) > abs(exact) * _RELATIVE + _ABSOLUTE


def are_whole(exact: nw.Expr, units: nw.Expr) -> nw.Expr:
    """Whether each number of a column is what `is_broken` is false of; never for NaN."""
    return (exact - units).abs() <= exact.abs() * _RELATIVE + _ABSOLUTE


def broken_rows(exact: npt.NDArray[np.float64], units: npt.NDArray[np.float64]) -> Pence:
    """Give the places of an array that `is_broken` is true of; both arrays are overwritten."""
    gap = np.subtract(exact, units, out=units)
    np.abs(gap, out=gap)
    if float(gap.max(initial=0.0)) <= _ABSOLUTE:
        return np.zeros(0, dtype=np.intp)
    slack = np.abs(exact, out=exact)
    slack *= _RELATIVE
    slack += _ABSOLUTE
    return np.flatnonzero(gap > slack)


def in_unit(units: nw.Expr, divisor: int) -> nw.Expr:
    """Divide units exactly: by a column, since Polars multiplies by the inverse of a number."""
    return units if divisor == 1 else units / (units * 0 + divisor)


def exact_pence(
    amount: float | Decimal | Fraction, *, what: str = "An amount of pounds"
) -> Fraction:
    """Turn pounds into the exact pounds and pence that they stand for.

    An amount of any type is read as its nearest float, as every column of amounts is: what
    is refused of a column is refused of each value in it.

    Raises
    ------
    PenceError
        If the amount is no whole number of pence, or too large for a float to tell its pennies
        apart; it is named by `what`.

    Examples
    --------
    >>> exact_pence(714.84), exact_pence(Decimal("714.84"))
    (Fraction(17871, 25), Fraction(17871, 25))
    """
    if not is_number(amount):
        raise PenceError(f"{what} is {amount!r}, which is no number of pounds.")
    try:
        exact = float(amount) * 100
    except OverflowError:
        raise PenceError(f"{what} is above 10 to the power of 308. Check its unit.") from None
    if abs(exact + 0.5) < LARGEST and not is_broken(exact, units := math.floor(exact + 0.5)):
        return Fraction(units, 100)
    raise not_pence(what, float(amount))


def exact_sum(amounts: Iterable[float]) -> Fraction | None:
    """Add up the known amounts of some, in exact pounds and pence; None where none is known.

    A sum beside unknown amounts is a lower bound: whoever shows it says so.

    Raises
    ------
    PenceError
        If one of them is no whole number of pence.

    Examples
    --------
    >>> exact_sum([0.1, 0.2, None, float("nan")])
    Fraction(3, 10)
    >>> exact_sum([None]) is None, exact_sum([])
    (True, Fraction(0, 1))
    """
    given = list(amounts)
    known = [exact_pence(one) for one in given if not is_missing(one)]
    return None if given and not known else sum(known, Fraction(0))


def known_sum(amounts: Any) -> float:
    """Add up the known amounts of a column as they stand, where not all are whole pence.

    Examples
    --------
    >>> known_sum([0.25, float("nan"), 0.5])
    0.75
    """
    given = np.asarray(amounts, dtype=np.float64)
    return math.fsum(given[~np.isnan(given)].tolist())


def share_pct(part: float | Fraction | None, total: Fraction | None) -> float | None:
    """Give an amount as percent of a total; None where it is unknown, or is no part of it.

    Below zero, or more than the whole, as beside amounts that were paid back, it is no part.

    Examples
    --------
    >>> share_pct(0.25, exact_sum([0.25, 0.75])), share_pct(0.25, Fraction(0))
    (25.0, None)
    >>> share_pct(5, exact_sum([5, -3])), share_pct(-3, exact_sum([5, -3]))
    (None, None)
    """
    if part is None or is_missing(part) or not total:
        return None
    found = exact_pence(part) / total
    return float(100 * found) if total > 0 and 0 <= found <= 1 else None


def each_gbp(amounts: Iterable[float], number: int) -> float | None:
    """Give what one of so many comes to, from exact pence; None where nothing was counted.

    Examples
    --------
    >>> each_gbp([100.10, 50.00], 3)
    50.03333333333333
    """
    total = exact_sum(amounts)
    return None if total is None or number < 1 else float(total / number)


def not_pence(what: str, amount: float) -> PenceError:
    """Say why an amount of pounds cannot be added in pence."""
    if abs(amount * 100 + 0.5) < LARGEST:
        return PenceError(
            f"{what} is {amount!r}, which is no whole number of pence. Amounts are added in "
            f"pence: correct it, or round it first and say so. Rates per head are no amounts: "
            f"compare them as printed tokens."
        )
    if math.isinf(amount):
        return PenceError(
            f"{what} is {amount!r}, which is no sum of money: leave what is not known missing."
        )
    return PenceError(
        f"{what} is {amount!r}: a float does not tell its pennies apart. Split it in parts below "
        f"£90 million million."
    )
