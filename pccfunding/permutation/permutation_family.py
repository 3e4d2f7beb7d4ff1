"""Every pair of two sets of series tested at once, with p for each and for the family."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pccfunding.errors import one_of
from pccfunding.permutation.null_distribution import METHODS
from pccfunding.permutation.orders import (
    DEFAULT_RESAMPLES,
    Orders,
    check_seed,
    is_enumerated,
    orders,
)
from pccfunding.permutation.scores import (
    RULES,
    TOLERANCE,
    Floats,
    Marks,
    Rule,
    Scores,
    is_constant,
    least_draws_p,
    read_series,
    same_areas,
    scores,
    smallest_p,
    ties,
)
from pccfunding.results import CAUTIONS, Estimate, Face
from pccfunding.words import count, number_text, p_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PermutationFamily", "Tally", "permutation_family", "tally"]

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


FamilyMethod: TypeAlias = Literal["spearman", "pearson"]
FAMILY_METHODS: tuple[str, ...] = get_args(FamilyMethod)


@dataclass(frozen=True, eq=False)
class PermutationFamily(Face):
    """Correlations of all pairs of series over the same areas, tested by reordering the areas.

    Attributes
    ----------
    statistic : array of float, series of x by series of y
        NaN where `undefined`.
    p_value : array of float
        p of each pair by itself.
    p_max_t : array of float or None
        p of each pair in the family of all pairs: how often the largest correlation, by size, of
        any pair is no smaller than this pair's. Never below `p_value`.
    min_p : array of float
        The smallest p that each pair can reach with its ties.
    undefined : array of bool
        Pairs with a constant series.
    n : int
        Areas.
    exact : bool
        Whether every order of the areas was counted.
    resamples : int
        Orders drawn, or n! where every order was counted.
    method, two_sided : str
    seed : int
    cautions : tuple of str
        Codes: constant, monte-carlo, floor-above-05.
    n_strata : int
        Strata within which areas changed places; 1 where any two could.

    Examples
    --------
    >>> spend = [[5, 4, 3, 2, 1, 0]]
    >>> falls = [[9, 7, 6, 4, 2, 1], [3, 9, 1, 7, 2, 5]]
    >>> family = permutation_family(spend, falls)
    >>> (720 * family.p_value).round().tolist(), (720 * family.p_max_t).round().tolist()
    ([[2.0, 662.0]], [[4.0, 716.0]])
    """

    statistic: Floats
    p_value: Floats
    p_max_t: Floats | None
    min_p: Floats
    undefined: Marks
    n: int
    exact: bool
    resamples: int
    method: FamilyMethod
    two_sided: Rule
    seed: int
    cautions: tuple[str, ...]
    n_strata: int = 1
    _clauses = CAUTIONS["permutation"]

    @property
    def size(self) -> int:
        """Pairs tested: those that are not undefined."""
        return int(self.undefined.size - np.count_nonzero(self.undefined))

    @property
    def frame(self) -> pd.DataFrame:
        """One row a pair, with the positions of its series."""
        import pandas as pd

        of_x, of_y = np.indices(self.statistic.shape)
        columns = {
            "x": of_x.ravel(),
            "y": of_y.ravel(),
            "statistic": self.statistic.ravel(),
            "p_value": self.p_value.ravel(),
            "min_p": self.min_p.ravel(),
            "undefined": self.undefined.ravel(),
        }
        if self.p_max_t is not None:
            columns["p_max_t"] = self.p_max_t.ravel()
        return pd.DataFrame(columns)

    def _estimates(self) -> list[Estimate]:
        by_family = self.p_max_t is not None
        method = METHODS[self.method] + (f", max-T over {self.size}" if by_family else "")
        return [
            Estimate(
                f"{row['x']} and {row['y']}",
                row["statistic"],
                p_value=row["p_max_t" if by_family else "p_value"],
                n=self.n,
                method=method,
            )
            for row in self.frame.to_dict("records")
        ]

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        return self._with_doubts(self._sentence())

    def _sentence(self) -> str:
        counted = "every order" if self.exact else f"{count(self.resamples)} random orders"
        family = f"{self.size} correlations ({METHODS[self.method]}) over {self.n} areas"
        if not self.size:
            return f"None of {self.undefined.size} pairs over {self.n} areas has a correlation."
        least, floor = np.nanmin(self.p_value), np.nanmin(self.min_p)
        found = f"smallest {p_text(least)}"
        if self.p_max_t is not None:
            found += f", {p_text(np.nanmin(self.p_max_t))} for the family (max-T)"
        within = f" within {self.n_strata} strata" if self.n_strata > 1 else ""
        return (
            f"{family}, {RULES[self.two_sided]}, {counted} of the areas{within}: {found}; "
            f"no p can be below {number_text(floor, digits=3)}."
        )


def permutation_family(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: FamilyMethod = "spearman",
    two_sided: Rule = "double",
    resamples: int | None = None,
    seed: int = 0,
    max_t: bool = True,
) -> PermutationFamily:
    """Test every series of `x` against every series of `y`, reordering the areas for all at once.

    Parameters
    ----------
    x, y : array of float, series by areas
        Such as spend by funding stream and reduction by offence. Every series holds one finite
        number for each area, in the same order of areas.
    method : {"spearman", "pearson"}
    two_sided : {"double", "abs"}
        Twice the smaller tail, or the share of orders whose correlation is as large by size.
    resamples : int, optional
        Random orders to draw. By default every order is counted up to nine areas and 9,999 are
        drawn above; every order is also counted where there are no more of them than this.
    seed : int, default 0
        The same seed gives :func:`permutation_test` the same draws, hence the same p.
    max_t : bool, default True
        Whether to give p for the family as well.

    Returns
    -------
    PermutationFamily

    Raises
    ------
    TableError
        If the series do not pair or hold something else than finite numbers.
    UnknownNameError
        If there is no such method or rule.

    Notes
    -----
    All pairs see the same orders of the areas. Each p stays valid by itself, the correlation
    between outcomes is kept, and one pass gives p for the family, by single-step max-T on the
    size of the correlation. Each matrix product is small enough for one thread.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing: max-T, single step.
    Phipson and Smyth (2010): (b + 1) / (B + 1) for random orders.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> family = permutation_family(rng.normal(size=(2, 43)), rng.normal(size=(3, 43)))
    >>> family.statistic.shape, family.exact, bool((family.p_max_t >= family.p_value).all())
    ((2, 3), False, True)
    """
    one_of(method, "method", FAMILY_METHODS)
    one_of(two_sided, "rule", RULES)
    check_seed(seed)
    spend, outcomes = read_series(x, "x"), read_series(y, "y")
    same_areas(spend, outcomes)
    n = spend.shape[1]
    exact = is_enumerated(n, resamples)
    draws = DEFAULT_RESAMPLES if resamples is None else int(resamples)
    total = math.factorial(n) if exact else draws + 1
    blocks = orders(n, resamples, seed)
    of_x, of_y = ~is_constant(spend), ~is_constant(outcomes)
    undefined = ~np.logical_and.outer(of_x, of_y)
    found = np.full((4, *undefined.shape), np.nan)
    if not undefined.all():
        of = scores(spend[of_x], outcomes[of_y], method)
        by_size = two_sided == "abs"
        seen = tally(of, blocks, by_size=by_size, max_t=max_t)
        # The order observed is one of the random ones, as it is one of all.
        own = 0 if exact else 1
        reached = seen.at_least if by_size else 2 * np.minimum(seen.at_least, seen.at_most)
        floors = _floors(of, two_sided)
        if not exact:
            floors = np.maximum(floors, least_draws_p(draws, two_sided))
        share = (reached + (own if by_size else 2 * own)) / total
        p = np.clip(share, floors, 1.0)
        largest = p if seen.largest is None else np.maximum((seen.largest + own) / total, p)
        statistic = np.clip(of.observed / of.norm, -1, 1)
        found[:, ~undefined] = [part.ravel() for part in (statistic, p, largest, floors)]
    statistic, p, largest, floors = found
    return PermutationFamily(
        statistic=statistic,
        p_value=p,
        p_max_t=largest if max_t else None,
        min_p=floors,
        undefined=undefined,
        n=n,
        exact=exact,
        resamples=math.factorial(n) if exact else draws,
        method=method,
        two_sided=two_sided,
        seed=seed,
        cautions=doubts_of(undefined, floors, exact=exact),
    )


def doubts_of(undefined: Marks, floors: Floats, *, exact: bool) -> tuple[str, ...]:
    """Name what stands behind the p of a family: constant series, random orders, their floor.

    Examples
    --------
    >>> doubts_of(np.array([[False]]), np.array([[0.1]]), exact=True)
    ('floor-above-05',)
    """
    cautions = [
        ("constant", bool(undefined.any())),
        ("monte-carlo", not exact),
        ("floor-above-05", not undefined.all() and bool(np.nanmin(floors) >= 0.05)),
    ]
    return tuple(code for code, holds in cautions if holds)


def _floors(of: Scores, two_sided: str) -> Floats:
    """Give the smallest exact p of each pair."""
    bias = np.zeros(of.norm.shape)
    if two_sided == "abs":
        a, b = np.sort(of.x, axis=1), np.sort(of.y, axis=1)
        gap = np.einsum("in,jn->ij", a + a[:, ::-1], b)
        bias = np.sign(gap) * (np.abs(gap) > of.tolerance)
    return smallest_p(ties(of.x, of.tolerance), ties(of.y, of.tolerance), two_sided, bias)
