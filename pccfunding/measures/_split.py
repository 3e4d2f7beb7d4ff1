"""Splitting whole pence by largest remainder: the parts always add up to the amount."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pccfunding.errors import PenceError, TableError

__all__ = ["split_pence"]

Pence: TypeAlias = npt.NDArray[np.int64]
_LARGEST = 2**63 - 1


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
    rests = np.empty_like(parts)
    for place, weight in enumerate(weights.tolist()):
        share = size * weight
        np.floor_divide(share, total, out=parts[place])
        np.subtract(share, parts[place] * total, out=rests[place])
    left = size - parts.sum(axis=0)
    for place in range(weights.size):
        before = (rests[:place] >= rests[place]).sum(axis=0, dtype=np.int64)
        after = (rests[place + 1 :] > rests[place]).sum(axis=0, dtype=np.int64)
        parts[place] += before + after < left
    return np.where(amounts < 0, -parts, parts)
