"""How often reordered areas reach what was observed, for all pairs of series at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pccfunding.permutation._draws import Orders
from pccfunding.permutation._scores import TOLERANCE, Marks, Scores

__all__ = ["Tally", "tally"]

Counts: TypeAlias = NDArray[np.int64]

# OpenBLAS starts threads above these sizes, and threads on thin matrices cost many times more
# than they bring.
_SERIAL_MATRIX = 262_144
_SERIAL_VECTOR = 8_192
# Elements of one working array, so that products stay in the second-level cache while they are
# compared; what is multiplied is read only once.
_MOST_PRODUCTS = 131_072
_MOST_MOVED = 262_144
# A byte counts to 255, and the orders of eight bytes are counted side by side.
_MOST_ORDERS = 255 * 8
# Orders whose limits lie side by side: a power of two.
_SIDE_BY_SIDE = 64
# From so many areas on, single precision saves more time than the orders it leaves in doubt take.
_SINGLE_FROM = 8
_SINGLE_ROUNDING = 2.0**-24
# Whole numbers and halves below this are exact in single precision.
_SINGLE_WHOLE = 2.0**23


class Tally(NamedTuple):
    """Orders that reach what was observed, each an array of series of x by series of y.

    Attributes
    ----------
    at_least, at_most : array of int
        Orders whose product is no less, or no more, than the one observed; by size if so asked.
    largest : array of int or None
        Orders in which the largest correlation of all pairs is no smaller than this pair's.
    """

    at_least: Counts
    at_most: Counts
    largest: Counts | None


def tally(of: Scores, blocks: Iterable[Orders], *, by_size: bool, max_t: bool) -> Tally:
    """Count the orders that reach what was observed.

    Single precision comes first where there are many orders. The few that it cannot decide are
    compared again in double precision, so that the counts are those of double precision.
    """
    double = _Comparison(of, np.float64, by_size=by_size, max_t=max_t)
    single = None
    if of.x.shape[1] >= _SINGLE_FROM and (not of.is_whole or of.norm.max() < _SINGLE_WHOLE):
        single = _Comparison(of, np.float32, by_size=by_size, max_t=max_t)
    shape, total = double.shape, 0
    at_least, exceeding = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    passed = np.zeros(of.norm.size + 1, np.int64)
    for block in blocks:
        for start in range(0, len(block), double.most):
            orders = block[start : start + double.most]
            found = (single or double).compare(orders)
            if found.doubtful.any():
                again = double.compare(orders[found.doubtful])
                found.settle(again)
                if 4 * len(again.passed) > len(orders):
                    single = None
            at_least += _count(found.reached)
            exceeding += _count(found.exceeded)
            passed += np.bincount(found.passed, minlength=len(passed))
            total += len(orders)
    largest: NDArray[Any] | None = None
    if max_t:
        largest = np.empty(of.norm.size, np.int64)
        largest[double.ranking] = total - np.cumsum(passed)[:-1]
        largest = largest.reshape(of.norm.shape)
    return Tally(at_least.T, total - exceeding.T, largest)


@dataclass(frozen=True)
class _Found:
    """Orders set against what was observed; marks are series of y x orders x series of x.

    `passed` holds for each order how many pairs its largest correlation reaches, and `doubtful`
    marks the orders that the precision cannot decide.
    """

    reached: Marks
    exceeded: Marks
    passed: NDArray[np.intp]
    doubtful: Marks

    def settle(self, again: _Found) -> None:
        """Put what double precision found in place of what was doubtful."""
        self.reached[:, self.doubtful] = again.reached
        self.exceeded[:, self.doubtful] = again.exceeded
        self.passed[self.doubtful] = again.passed


class _Comparison:
    """Products of all pairs in one precision, set against those observed."""

    def __init__(self, of: Scores, dtype: Any, *, by_size: bool, max_t: bool) -> None:
        observed = of.observed
        n, self.series = of.x.shape[1], len(of.x)
        self.shape = observed.T.shape
        self.x = np.ascontiguousarray(of.x.T, dtype)
        self.y = np.ascontiguousarray(of.y, dtype)
        self.by_size, self.max_t = by_size, max_t
        most = min(_MOST_PRODUCTS // observed.size, _MOST_MOVED // of.x.size, _MOST_ORDERS)
        self.most = max(most // 64 * 64, 8)
        # Bounds the error of a product of series of unit length, summed in any order.
        self.error = 0.0 if dtype is np.float64 else 1.01 * (n + 8) * _SINGLE_ROUNDING
        margin = of.tolerance if of.is_whole else of.tolerance + self.error
        self.is_certain = of.is_whole or not self.error
        goal = np.abs(observed.T) if by_size else observed.T
        self.low, self.high = (self._beside(limit) for limit in (goal - margin, goal + margin))
        self.scale = self._beside(1 / of.norm.T) if of.is_whole else None
        sizes = np.abs(observed / of.norm).ravel()
        self.ranking = np.argsort(sizes)
        self.sizes = sizes[self.ranking]

    def _beside(self, limits: NDArray[np.float64]) -> NDArray[Any]:
        """Repeat limits of pairs for orders side by side, since long rows compare faster."""
        return np.tile(limits.astype(self.x.dtype), _SIDE_BY_SIDE)[:, None, :]

    def compare(self, orders: Orders) -> _Found:
        """Compare the products of orders, one a row, with those observed."""
        fold = math.gcd(len(orders), _SIDE_BY_SIDE) * self.series
        products = self._products(orders).reshape(len(self.y), -1, fold)
        if self.by_size:
            np.abs(products, out=products)
        reached = products >= self.low[:, :, :fold]
        exceeded = products >= self.high[:, :, :fold]
        doubtful = np.zeros(len(orders), np.bool_)
        if not self.is_certain:
            # Bytes reduce faster than marks.
            unlike = np.bitwise_or.reduce((reached ^ exceeded).view(np.uint8), axis=0)
            doubtful[np.flatnonzero(unlike) // self.series] = True
        passed = np.zeros(len(orders), np.intp)
        if self.max_t:
            if self.scale is not None:
                products *= self.scale[:, :, :fold]
            largest = self._largest(products)
            passed = self._passed(largest + self.error)
            if self.error:
                doubtful |= passed != self._passed(largest - self.error)
        shape = (-1, len(orders), self.series)
        return _Found(reached.reshape(shape), exceeded.reshape(shape), passed, doubtful)

    def _products(self, orders: Orders) -> NDArray[Any]:
        """Multiply: series of y by (orders, series of x), in pieces that one thread takes."""
        n, parts = len(self.x), len(self.y)
        # With "raise" numpy would buffer the output; the orders are our own.
        taken = np.empty((n, len(orders), self.series), self.x.dtype)
        np.take(self.x, orders.T.astype(np.intp), axis=0, out=taken, mode="clip")
        moved = taken.reshape(n, -1)
        products = np.empty((parts, moved.shape[1]), self.x.dtype)
        rows = min(parts, max(1, _SERIAL_MATRIX // (8 * n)))
        columns = max(1, (_SERIAL_VECTOR if rows == 1 else _SERIAL_MATRIX) // (n * rows))
        for first in range(0, parts, rows):
            for start in range(0, moved.shape[1], columns):
                part = slice(first, first + rows), slice(start, start + columns)
                np.matmul(self.y[part[0]], moved[:, part[1]], out=products[part])
        return products

    def _largest(self, correlations: NDArray[Any]) -> NDArray[np.float64]:
        """Give the largest correlation, by size, of each order."""
        highest = np.maximum.reduce(correlations, axis=0)
        top = np.maximum(highest, -np.minimum.reduce(correlations, axis=0), out=highest)
        # Long rows reduce faster than short ones.
        by_series = np.ascontiguousarray(top.reshape(-1, self.series).T)
        found: NDArray[np.float64] = np.maximum.reduce(by_series, axis=0).astype(np.float64)
        return found

    def _passed(self, largest: NDArray[np.float64]) -> NDArray[np.intp]:
        """Count the pairs whose observed size the largest correlation of each order reaches."""
        return np.searchsorted(self.sizes, largest + TOLERANCE, "right")


def _count(marks: Marks) -> Counts:
    """Count the marks over the orders: the bytes of eight orders are added in one word."""
    parts, orders, series = marks.shape
    groups = orders // 8
    words = marks[:, : 8 * groups].reshape(parts, -1).view(np.uint64)
    # Long rows first: they reduce faster than short ones.
    fold = math.gcd(groups, 8)
    lanes = np.add.reduce(words.reshape(parts, groups // fold, fold * series), axis=1)
    lanes = np.add.reduce(lanes.reshape(parts, fold, series), axis=1)
    counts = np.add.reduce(lanes.view(np.uint8).reshape(parts, 8, series), axis=1, dtype=np.int64)
    total: Counts = counts + marks[:, 8 * groups :].sum(axis=1)
    return total
