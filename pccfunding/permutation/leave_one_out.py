"""What a correlation becomes when one area is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pccfunding.errors import one_of
from pccfunding.permutation.null_distribution import METHODS, Method
from pccfunding.permutation.scores import (
    Floats,
    Marks,
    doubled_ranks,
    is_constant,
    read_pair,
    read_series,
    same_areas,
    unit_length,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LeaveOneOut", "leave_one_out", "leave_one_out_family"]

# Where less than this share of a series' variation is left, the closed form would lose digits.
_LITTLE_LEFT = 0.01


@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """A correlation without each area in turn.

    Attributes
    ----------
    statistic : array of float
        The last axis is the area left out; NaN where `undefined`.
    undefined : array of bool
        Where what is left of a series is constant.
    reasons : tuple of str
        One sentence for each series and area that makes a correlation undefined.
    method : str

    Examples
    --------
    >>> left = leave_one_out([1, 2, 3, 9], [0, 0, 0, 4], method="pearson")
    >>> left.undefined.tolist(), left.reasons
    ([False, False, False, True], ('y is constant without position 3.',))
    """

    statistic: Floats
    undefined: Marks
    reasons: tuple[str, ...]
    method: str

    @property
    def frame(self) -> pd.DataFrame:
        """One row a pair and area left out, with their positions."""
        import pandas as pd

        places = np.indices(self.statistic.shape)
        names = ("position",) if self.statistic.ndim == 1 else ("x", "y", "position")
        columns: dict[str, NDArray[Any]] = {
            name: place.ravel() for name, place in zip(names, places, strict=True)
        }
        columns["statistic"] = self.statistic.ravel()
        columns["undefined"] = self.undefined.ravel()
        return pd.DataFrame(columns)


def leave_one_out(x: ArrayLike, y: ArrayLike, *, method: Method = "spearman") -> LeaveOneOut:
    """Give the correlation of two series without each area in turn.

    Parameters
    ----------
    x, y : sequence of float
        One finite number an area, paired by position.
    method : {"spearman", "kendall", "pearson"}

    Returns
    -------
    LeaveOneOut
        `statistic` holds one value an area.

    Raises
    ------
    TableError
        If the series do not pair or hold something else than finite numbers.
    UnknownNameError
        If there is no such method.

    Examples
    --------
    >>> leave_one_out([1, 2, 3, 4, 9], [4, 3, 2, 1, 9], method="pearson").statistic.round(3)
    array([ 0.88 ,  0.743,  0.743,  0.88 , -1.   ])
    """
    one_of(method, "method", METHODS)
    left, right = read_pair(x, y)
    statistic, undefined, reasons = _without_each(left, right, method)
    return LeaveOneOut(statistic[0, 0], undefined[0, 0], reasons, method)


def leave_one_out_family(x: ArrayLike, y: ArrayLike, *, method: Method = "pearson") -> LeaveOneOut:
    """Give the correlation of every pair of series without each area in turn.

    Parameters
    ----------
    x, y : array of float, series by areas
    method : {"pearson", "spearman", "kendall"}

    Returns
    -------
    LeaveOneOut
        `statistic` has the axes series of x, series of y, area left out.

    Raises
    ------
    TableError
        If the series do not pair or hold something else than finite numbers.
    UnknownNameError
        If there is no such method.

    Notes
    -----
    Closed forms from the moments of all areas. Where an area holds nearly all the variation of a
    series, subtracting it would lose digits, and what is left is computed afresh.

    Examples
    --------
    >>> left = leave_one_out_family([[1, 2, 3, 5], [3, 1, 2, 9]], [[1, 2, 4, 8]])
    >>> left.statistic.shape, bool(left.undefined.any())
    ((2, 1, 4), False)
    """
    one_of(method, "method", METHODS)
    left, right = read_series(x, "x"), read_series(y, "y")
    same_areas(left, right)
    return LeaveOneOut(*_without_each(left, right, method), method)


def _without_each(x: Floats, y: Floats, method: str) -> tuple[Floats, Marks, tuple[str, ...]]:
    still_x, still_y = _is_still(x), _is_still(y)
    undefined = still_x[:, None, :] | still_y[None, :, :]
    closed = {"pearson": _moments, "spearman": _ranks, "kendall": _concordance}[method]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.clip(closed(x, y), -1, 1)
    statistic[undefined] = np.nan
    reasons = _reasons("x", x, still_x) + _reasons("y", y, still_y)
    return statistic, undefined, reasons


def _is_still(series: Floats) -> Marks:
    """Mark the areas without which a series is constant."""
    still = np.zeros(series.shape, np.bool_)
    ordered, every = np.sort(series, axis=1), np.arange(len(series))
    # Only an area with the one highest or the one lowest value can hold all the variation.
    for rest, places in (
        (ordered[:, :-1], series.argmax(axis=1)),
        (ordered[:, 1:], series.argmin(axis=1)),
    ):
        still[every, places] = is_constant(rest)
    still[is_constant(series)] = True
    return still


def _reasons(name: str, series: Floats, still: Marks) -> tuple[str, ...]:
    many = len(series) > 1
    return tuple(
        f"{name}{f' series {row}' if many else ''} is constant without position {area}."
        for row, area in np.argwhere(still).tolist()
    )


def _moments(x: Floats, y: Floats) -> Floats:
    n = x.shape[1]
    constant = is_constant(x), is_constant(y)
    a, b = (
        unit_length(np.where(still[:, None], np.arange(n), series))
        for series, still in zip((x, y), constant, strict=True)
    )
    share = n / (n - 1)
    left_x, left_y = 1 - share * a * a, 1 - share * b * b
    both = np.einsum("in,jn->ij", a, b)[:, :, None] - share * a[:, None, :] * b[None, :, :]
    statistic: Floats = both / np.sqrt(left_x[:, None, :] * left_y[None, :, :])
    little = (left_x < _LITTLE_LEFT).any(axis=0) | (left_y < _LITTLE_LEFT).any(axis=0)
    for area in np.flatnonzero(little):
        rest = (unit_length(np.delete(series, area, axis=1)) for series in (x, y))
        statistic[:, :, area] = np.einsum("in,jn->ij", *rest)
    return statistic


def _ranks(x: Floats, y: Floats) -> Floats:
    n = x.shape[1]
    (a, of_a), (b, of_b) = (_ranks_without_each(doubled_ranks(series), n) for series in (x, y))
    products: Floats = np.einsum("xik,yik->xyi", a, b)
    return products / np.sqrt(of_a[:, None, :] * of_b[None, :, :])


def _ranks_without_each(ranks: Floats, n: int) -> tuple[Floats, Floats]:
    """Give the centred doubled ranks of the other areas, and the sum of their squares."""
    left_out, others = ranks[:, :, None], ranks[:, None, :]
    centred = others - 2.0 * (left_out < others) - (left_out == others) - n
    every = np.arange(n)
    centred[:, every, every] = 0
    return centred, (centred * centred).sum(axis=2)


def _concordance(x: Floats, y: Floats) -> Floats:
    a, b = (
        np.sign(ranks[:, :, None] - ranks[:, None, :])
        for ranks in (doubled_ranks(x), doubled_ranks(y))
    )
    of_area = np.einsum("xik,yik->xyi", a, b)
    left = of_area.sum(axis=2, keepdims=True) / 2 - of_area
    differing = []
    for signs in (a, b):
        unequal = np.abs(signs).sum(axis=2)
        differing.append(unequal.sum(axis=1, keepdims=True) / 2 - unequal)
    statistic: Floats = left / np.sqrt(differing[0][:, None, :] * differing[1][None, :, :])
    return statistic
