"""The values that a correlation takes when one series is put in other orders, with their counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pccfunding.errors import TableError, one_of
from pccfunding.permutation.orders import Orders, is_enumerated, orders
from pccfunding.permutation.scores import (
    TOLERANCE,
    Floats,
    Ties,
    doubled_ranks,
    is_constant,
    read_pair,
    scores,
    ties,
)
from pccfunding.words import quantity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["METHODS", "NullDistribution", "Statistic", "count_values", "null_distribution"]

Method: TypeAlias = Literal["spearman", "kendall", "pearson"]
METHODS: dict[str, str] = {
    "spearman": "Spearman's rho",
    "kendall": "Kendall's tau-b",
    "pearson": "Pearson's r",
}
# 20! is the largest factorial that a 64-bit integer holds.
MOST_INVERTED = 20
_Products: TypeAlias = Callable[[Orders], Floats]


@dataclass(frozen=True, eq=False)
class NullDistribution:
    """The values a correlation takes over orders of one of the series, and how often.

    Attributes
    ----------
    statistic : float
        The value in the order observed.
    values : array of float
        The different values, ascending; Pearson's within 1e-12 of one another are one value.
    counts : array of int
        Orders that give each value. Random orders include the observed one, so that their sum is
        the number of draws and one.
    n : int
        Areas.
    exact : bool
        Whether every order is counted.
    method : str

    Examples
    --------
    >>> null = null_distribution([1, 2, 3], [4, 5, 6], method="spearman")
    >>> null.values.tolist(), null.counts.tolist()
    ([-1.0, -0.5, 0.5, 1.0], [1, 2, 2, 1])
    """

    statistic: float
    values: Floats
    counts: NDArray[np.int64]
    n: int
    exact: bool
    method: str

    @property
    def near(self) -> float:
        """How far apart two values of the statistic can be and still be one."""
        return TOLERANCE if self.method == "pearson" else 0.0

    @property
    def frame(self) -> pd.DataFrame:
        """The values and counts as rows."""
        import pandas as pd

        return pd.DataFrame({"statistic": self.values, "orders": self.counts})


def null_distribution(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: Method = "spearman",
    resamples: int | None = None,
    seed: int = 0,
) -> NullDistribution:
    """Count the values that a correlation takes when the areas of one series change places.

    Parameters
    ----------
    x, y : sequence of float
        One finite number an area, paired by position; neither may be constant.
    method : {"spearman", "kendall", "pearson"}
    resamples : int, optional
        Random orders to draw. By default every order is counted up to nine areas (Kendall's
        without ties: up to twenty) and 9,999 are drawn above. Every order is also counted where
        there are no more of them than `resamples`.
    seed : int, default 0

    Returns
    -------
    NullDistribution

    Raises
    ------
    TableError
        If the series do not pair, hold something else than finite numbers, or do not vary.
    UnknownNameError
        If there is no such method.

    Examples
    --------
    >>> null = null_distribution(range(6), [2, 1, 4, 3, 6, 5], method="kendall")
    >>> null.counts[null.values > 0.7].tolist()
    [14, 5, 1]
    """
    one_of(method, "method", METHODS)
    left, right = read_pair(x, y)
    for name, series in (("x", left), ("y", right)):
        if is_constant(series)[0]:
            raise TableError(
                f"{name} is {quantity(series[0, 0])} in every area; the order of a constant says "
                "nothing."
            )
    return count_values(Statistic.of(left, right, method), resamples, seed)


@dataclass(frozen=True)
class Statistic:
    """What one pair of series needs for its correlation in any order of the areas.

    Attributes
    ----------
    products : callable
        Gives for orders, one a row, the correlation times `norm`; whole numbers for ranks.
    norm : float
    tolerance : float
        Products nearer to one another than this are the same.
    ties : pair of tuples of int
        How many areas of each series share a value, from the lowest value to the highest.
    n : int
    method : str
    """

    products: _Products
    norm: float
    tolerance: float
    ties: tuple[Ties, Ties]
    n: int
    method: str

    @classmethod
    def of(cls, x: Floats, y: Floats, method: str) -> Statistic:
        """Prepare two series that vary, each an array of one row."""
        n = x.shape[1]
        if method == "kendall":
            a, b = doubled_ranks(x), doubled_ranks(y)
            tied = ties(a, 0.5)[0], ties(b, 0.5)[0]
            differing = [math.comb(n, 2) - sum(math.comb(g, 2) for g in of) for of in tied]
            norm = math.sqrt(math.prod(differing))
            return cls(_concordance(a[0], b[0]), norm, 0.5, tied, n, method)
        centred = scores(x, y, method)
        a, b, tolerance = centred.x, centred.y, centred.tolerance
        tied = ties(a, tolerance)[0], ties(b, tolerance)[0]

        def products(block: Orders) -> Floats:
            # Not a BLAS product: threads would cost more than so thin a product takes.
            # numpy 1 takes no unsigned places of 64 bits.
            moved = np.take(a[0], block.astype(np.intp, copy=False))
            found: Floats = np.einsum("ij,j->i", moved, b[0])
            return found

        return cls(products, float(centred.norm[0, 0]), tolerance, tied, n, method)

    @property
    def is_untied(self) -> bool:
        """Whether no two areas share a value."""
        return max(*self.ties[0], *self.ties[1]) == 1

    def observed(self) -> Floats:
        """Give the product in the order observed, as an array of one."""
        return self.products(np.arange(self.n)[None].astype(np.uint32))


def _concordance(x: Floats, y: Floats) -> _Products:
    """Count pairs of areas in the same order less pairs in opposite order, with x reordered."""
    by_y = np.argsort(y)
    ranks, ordered = x.astype(np.int32), y[by_y]
    rises = [np.flatnonzero(ordered[lag:] > ordered[:-lag]) for lag in range(1, len(y))]

    def products(block: Orders) -> Floats:
        placed = np.ascontiguousarray(ranks[block[:, by_y]].T)
        found = np.zeros(len(block), np.int32)
        for lag, rows in enumerate(rises, 1):
            later, earlier = placed[rows + lag], placed[rows]
            signs = (later > earlier).view(np.int8) - (later < earlier).view(np.int8)
            found += np.add.reduce(signs, axis=0, dtype=np.int32)
        return found.astype(np.float64)

    return products


def count_values(of: Statistic, resamples: int | None, seed: int) -> NullDistribution:
    """Count the values of a statistic over orders of the areas."""
    exact = is_enumerated(of.n, resamples)
    observed = of.observed()
    if of.method == "kendall" and of.is_untied and resamples is None and of.n <= MOST_INVERTED:
        exact = True
        most = math.comb(of.n, 2)
        values = np.arange(-most, most + 1, 2, dtype=np.float64)
        counts = np.array(inversion_counts(of.n), dtype=np.int64)
    else:
        drawn = [of.products(block) for block in orders(of.n, resamples, seed)]
        values, counts = _gathered(np.concatenate([*([] if exact else [observed]), *drawn]), of)
    found = np.clip(np.append(observed, values) / of.norm, -1, 1)
    return NullDistribution(float(found[0]), found[1:], counts, of.n, exact, of.method)


def _gathered(products: Floats, of: Statistic) -> tuple[Floats, NDArray[np.int64]]:
    """Give the different products, ascending, with how often each occurs."""
    products.sort()
    starts = np.flatnonzero(np.diff(products, prepend=-np.inf) > of.tolerance)
    return products[starts], np.diff(starts, append=len(products))


@cache
def inversion_counts(n: int) -> tuple[int, ...]:
    """Count the orders of n areas with 0, 1, 2, ... pairs out of order.

    Examples
    --------
    >>> inversion_counts(4)
    (1, 3, 5, 6, 5, 3, 1)
    """
    counts = [1]
    for size in range(2, n + 1):
        longer = [0] * (len(counts) + size - 1)
        for place, count in enumerate(counts):
            for added in range(size):
                longer[place + added] += count
        counts = longer
    return tuple(counts)
