"""Splitting whole pence by largest remainder: the parts always add up to the amount."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from pccfunding.errors import PenceError, TableError

if TYPE_CHECKING:
    pass

__all__ = ["exact_pence", "in_unit", "split_pence", "whole"]

Pence: TypeAlias = npt.NDArray[np.int64]
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


def in_unit(units: nw.Expr, divisor: int) -> nw.Expr:
    """Divide units exactly: by a column, since Polars multiplies by the inverse of a number."""
    return units if divisor == 1 else units / (units * 0 + divisor)


def exact_pence(amount: float) -> Fraction:
    """Turn float pounds into the exact pounds and pence that they stand for.

    Raises
    ------
    PenceError
        If the amount is no whole number of pence.

    Examples
    --------
    >>> exact_pence(714.84)
    Fraction(17871, 25)
    """
    pence = round(amount * 100)
    if abs(amount * 100 - pence) > 1e-4 + 1e-14 * abs(pence):
        raise PenceError(
            f"{amount!r} pounds is no whole number of pence; rates per head are not amounts, "
            f"compare them as printed tokens."
        )
    return Fraction(pence, 100)
