"""Series to correlate: checked, ranked, centred, and how far their ties let a p value fall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pccfunding.errors import TableError, refuse_other_order

Floats: TypeAlias = NDArray[np.float64]
Marks: TypeAlias = NDArray[np.bool_]
Ties: TypeAlias = tuple[int, ...]

TOLERANCE = 1e-12
Rule: TypeAlias = Literal["double", "abs"]
RULES: dict[str, str] = {
    "double": "two-sided as twice the smaller tail",
    "abs": "two-sided by size",
}


def read_series(values: ArrayLike, name: str) -> Floats:
    """Read series of numbers, one a row.

    Raises
    ------
    TableError
        If the values are not finite numbers in rows of one length.

    Examples
    --------
    >>> read_series([1, 2], "x").tolist()
    [[1.0, 2.0]]
    """
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    if np.iscomplexobj(values):
        raise TableError(f"{name} holds complex numbers, which have no order.")
    try:
        series = np.atleast_2d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError, OverflowError) as error:
        raise TableError(
            f"{name} does not read as rows of numbers of one length: {error}"
        ) from error
    if series.ndim != 2 or not series.size:
        raise TableError(f"{name} has the shape {series.shape}; it takes series x areas.")
    finite = np.isfinite(series)
    if not finite.all():
        row, area = (int(place) for place in np.argwhere(~finite)[0])
        place = f"position {area}" if len(series) == 1 else f"series {row}, position {area}"
        raise TableError(
            f"{name} is {series[row, area]} at {place}; leave out areas without a number."
        )
    return series


def read_pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Read two series over the same areas, paired by position, each as an array of one row.

    Raises
    ------
    TableError
        If they are not one finite number an area each, or are fewer than two areas.

    Examples
    --------
    >>> read_pair([1, 2, 3], [2, 4])
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: x has 3 values and y has 2; they pair by position.
    """
    refuse_other_order(x=x, y=y)
    left, right = read_series(x, "x"), read_series(y, "y")
    for name, series in (("x", left), ("y", right)):
        if len(series) != 1:
            raise TableError(
                f"{name} holds {len(series)} series; permutation_family takes several."
            )
    same_areas(left, right, "values")
    return left, right


def same_areas(x: Floats, y: Floats, things: str = "areas") -> None:
    """Refuse series that do not pair by position, or hold fewer than two areas."""
    if x.shape[1] != y.shape[1]:
        raise TableError(
            f"x has {x.shape[1]} {things} and y has {y.shape[1]}; they pair by position."
        )
    if x.shape[1] < 2:
        raise TableError(f"x and y have {x.shape[1]} {things}; a correlation takes two or more.")


def is_constant(series: Floats) -> Marks:
    """Whether each series varies by no more than the rounding of its numbers.

    Examples
    --------
    >>> is_constant(np.array([[0.1 + 0.2, 0.3], [0.0, 1e-300]])).tolist()
    [True, False]
    """
    size = np.abs(series).max(axis=1)
    size[size == 0] = 1
    constant: Marks = series.max(axis=1) / size - series.min(axis=1) / size <= TOLERANCE
    return constant


def doubled_ranks(series: Floats) -> Floats:
    """Rank each series from 2 to 2n, ties at their middle: whole numbers even where they tie.

    Numbers that differ by no more than their rounding tie.

    Examples
    --------
    >>> doubled_ranks(np.array([[0.3, 5.0, 0.1 + 0.2]])).tolist()
    [[3.0, 6.0, 3.0]]
    """
    ranks = np.empty_like(series)
    for ranked, values in zip(ranks, series, strict=True):
        places = np.argsort(values)
        ordered = values[places]
        size = np.maximum(np.abs(ordered[1:]), np.abs(ordered[:-1]))
        steps = ordered[1:] - TOLERANCE * size > ordered[:-1]
        ends = np.flatnonzero(np.append(steps, True)) + 1
        counts = np.diff(ends, prepend=0)
        ranked[places] = np.repeat(2 * ends - counts + 1, counts)
    return ranks


@dataclass(frozen=True)
class Scores:
    """Centred series whose products, each divided by the norm of its pair, are correlations.

    Attributes
    ----------
    x, y : array of series x areas
    norm : array of series of x x series of y
    tolerance : float
        Products nearer to one another than this are the same.
    is_whole : bool
        Whether the products are whole numbers.
    """

    x: Floats
    y: Floats
    norm: Floats
    tolerance: float
    is_whole: bool

    @cached_property
    def observed(self) -> Floats:
        """The products in the order observed, series of x by series of y."""
        products: Floats = np.einsum("in,jn->ij", self.x, self.y)
        return products


def scores(x: Floats, y: Floats, method: str) -> Scores:
    """Centre series that vary: doubled ranks as whole numbers, or numbers of unit length.

    Examples
    --------
    >>> scores(np.array([[1.0, 5.0, 7.0]]), np.array([[3.0, 3.0, 9.0]]), "spearman").x.tolist()
    [[-2.0, 0.0, 2.0]]
    """
    n = x.shape[1]
    if method == "spearman":
        a, b = (doubled_ranks(series) - (n + 1) for series in (x, y))
        squares = np.outer((a * a).sum(axis=1), (b * b).sum(axis=1))
        return Scores(a, b, np.sqrt(squares), 0.5, True)
    a, b = (unit_length(series) for series in (x, y))
    return Scores(a, b, np.ones((len(a), len(b))), TOLERANCE, False)


def unit_length(series: Floats) -> Floats:
    """Centre each series and divide it by its length.

    Examples
    --------
    >>> unit_length(np.array([[1.0, 3.0, 5.0]])).round(3).tolist()
    [[-0.707, 0.0, 0.707]]
    """
    # Dividing first keeps the squares of very large and very small numbers finite.
    centred = series / np.abs(series).max(axis=1, keepdims=True)
    centred -= centred.mean(axis=1, keepdims=True)
    centred /= np.abs(centred).max(axis=1, keepdims=True)
    lengths: Floats = np.sqrt((centred * centred).sum(axis=1, keepdims=True))
    scaled: Floats = centred / lengths
    return scaled


def ties(series: Floats, tolerance: float) -> list[Ties]:
    """Give for each series how many values are the same, from the lowest value to the highest.

    Examples
    --------
    >>> ties(np.array([[5.0, 0.0, 0.0], [1.0, 2.0, 3.0]]), 0.5)
    [(2, 1), (1, 1, 1)]
    """
    ordered = np.sort(series, axis=1)
    steps = ordered[:, 1:] - ordered[:, :-1] > tolerance
    if steps.all():
        return [(1,) * series.shape[1]] * len(series)
    ends = (np.flatnonzero(np.append(row, True)) + 1 for row in steps)
    return [tuple(np.diff(end, prepend=0).tolist()) for end in ends]


@lru_cache(maxsize=4096)
def attained(x: Ties, y: Ties) -> int:
    """Count the orders of n areas that put tied series in the same order as far as they can be.

    By the rearrangement inequality these alone attain the largest product, and by exchange of
    two areas out of order the largest concordance: the count holds for each method.

    Examples
    --------
    >>> attained((1, 1, 1), (1, 1, 1)), attained((2, 1), (1, 1, 1)), attained((2, 1), (2, 1))
    (1, 2, 2)
    """
    count = math.prod(map(math.factorial, x)) * math.prod(map(math.factorial, y))
    of_x, of_y = iter(x), iter(y)
    left, right = next(of_x), next(of_y)
    while True:
        shared = min(left, right)
        count //= math.factorial(shared)
        left, right = left - shared or next(of_x, 0), right - shared or next(of_y, 0)
        if not left:
            return count


def smallest_p(of_x: Sequence[Ties], of_y: Sequence[Ties], rule: str, bias: Floats) -> Floats:
    """Give the smallest p that each pair of tied series can reach.

    Parameters
    ----------
    of_x, of_y : sequence of Ties
    rule : {"double", "abs", "greater", "less"}
    bias : array of int, series of x by series of y
        1 where the highest correlation is larger by size than the lowest, -1 where it is
        smaller, else 0; only "abs" asks for it.

    Examples
    --------
    >>> untied = [(1,) * 6]
    >>> for rule in ("double", "abs"):
    ...     (720 * smallest_p(untied, untied, rule, np.array([[1.0]]))).round().tolist()
    [[2.0]]
    [[1.0]]
    """
    pairs = {(x, y) for x in set(of_x) for y in set(of_y)}
    orders = math.factorial(sum(of_x[0]))
    shares = {(x, y): (attained(x[::-1], y) / orders, attained(x, y) / orders) for x, y in pairs}
    if len(pairs) == 1:
        lowest, highest = np.broadcast_to(
            np.array(*shares.values())[:, None, None], (2, *bias.shape)
        )
    else:
        lowest, highest = np.moveaxis(np.array([[shares[x, y] for y in of_y] for x in of_x]), 2, 0)
    if rule == "abs":
        found = np.where(bias >= 0, highest, 0) + np.where(bias <= 0, lowest, 0)
    elif rule == "double":
        found = 2 * np.minimum(lowest, highest)
    else:
        found = highest if rule == "greater" else lowest
    floors: Floats = np.minimum(found, 1.0)
    return floors


def least_draws_p(draws: int, rule: str) -> float:
    """Give the smallest p that so many random orders can give.

    Examples
    --------
    >>> least_draws_p(9_999, "abs"), least_draws_p(9_999, "double")
    (0.0001, 0.0002)
    """
    return min(1.0, (2 if rule == "double" else 1) / (draws + 1))
