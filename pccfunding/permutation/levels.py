"""Levels of significance: p adjusted for a family, and what a correlation must reach."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from pccfunding.errors import TableError, one_of
from pccfunding.permutation.null_distribution import MOST_INVERTED, null_distribution
from pccfunding.permutation.orders import MOST_ENUMERATED
from pccfunding.permutation.scores import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["adjusted_p", "attainable_levels", "critical_r", "critical_value"]

Adjustment: TypeAlias = Literal["benjamini-hochberg", "bonferroni", "holm"]
Exact: TypeAlias = Literal["spearman", "kendall"]
ADJUSTMENTS: tuple[str, ...] = ("benjamini-hochberg", "bonferroni", "holm")
_LARGEST = {"spearman": MOST_ENUMERATED, "kendall": MOST_INVERTED}


def adjusted_p(p: ArrayLike, *, method: Adjustment = "benjamini-hochberg") -> Floats:
    """Adjust p values for the number of tests in their family.

    Parameters
    ----------
    p : array of float
        Every p of the family, not only those reported.
    method : {"benjamini-hochberg", "bonferroni", "holm"}
        The first bounds the share of false findings, the others the chance of any.

    Returns
    -------
    array of float
        In the order and shape of `p`; never below it.

    Raises
    ------
    TableError
        If a p is not a number from 0 to 1.
    UnknownNameError
        If there is no such method.

    References
    ----------
    Benjamini and Hochberg (1995); Holm (1979).

    Examples
    --------
    >>> adjusted_p([0.5, 0.6, 0.1, 0.001]).tolist()
    [0.6, 0.6, 0.2, 0.004]
    >>> adjusted_p([0.01, 0.04, 0.03], method="holm").tolist()
    [0.03, 0.06, 0.06]
    """
    one_of(method, "method", ADJUSTMENTS)
    try:
        raw = np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TableError(f"p does not read as numbers: {error}") from error
    values = raw.ravel()
    outside = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if outside.size:
        place = int(outside[0])
        raise TableError(
            f"p is {values[place]} at position {place}; leave out tests that gave no p, "
            f"and say how many they were."
        )
    size, order = len(values), np.argsort(values, kind="stable")
    ascending, rank = values[order], np.arange(1, size + 1)
    if method == "bonferroni":
        found = ascending * size
    elif method == "holm":
        found = np.maximum.accumulate(ascending * (size - rank + 1))
    else:
        found = np.minimum.accumulate((ascending * size / rank)[::-1])[::-1]
    adjusted = np.empty(size)
    # Multiplying and dividing by the same number can lose the last digit.
    adjusted[order] = np.clip(found, ascending, 1.0)
    return adjusted.reshape(raw.shape)


def attainable_levels(n: int, *, method: Exact = "spearman") -> pd.DataFrame:
    """List the only two-sided p values that n areas without ties can give.

    Parameters
    ----------
    n : int
        Areas: 2 to 9 for Spearman's rho, to 20 for Kendall's tau.
    method : {"spearman", "kendall"}

    Returns
    -------
    DataFrame
        `statistic` (its size), `orders` that reach it either way, and `p_value`, smallest first.

    Raises
    ------
    TableError
        If n is outside that range.
    UnknownNameError
        If there is no such method.

    Examples
    --------
    >>> attainable_levels(6).head(3)
       statistic  orders   p_value
    0   1.000000       2  0.002778
    1   0.942857      12  0.016667
    2   0.885714      24  0.033333
    """
    import pandas as pd

    one_of(method, "method", _LARGEST)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 2 <= n <= _LARGEST[method]:
        raise TableError(
            f"n is {n!r}; the orders of areas without ties are counted from 2 "
            f"to {_LARGEST[method]} for {method}. permutation_test draws for more."
        )
    null = null_distribution(range(n), range(n), method=method)
    sizes = null.values[null.values >= 0][::-1]
    tails = np.cumsum(null.counts[::-1])[: len(sizes)]
    orders = np.minimum(2 * tails, math.factorial(n))
    return pd.DataFrame(
        {"statistic": sizes, "orders": orders, "p_value": orders / math.factorial(n)}
    )


def critical_value(n: int, *, alpha: float = 0.05, method: Exact = "spearman") -> float | None:
    """Give the smallest correlation, by size, whose exact two-sided p is at most alpha.

    Parameters
    ----------
    n : int
        Areas, without ties: 2 to 9 for Spearman's rho, to 20 for Kendall's tau.
    alpha : float, default 0.05
        Level of the two-sided test.
    method : {"spearman", "kendall"}
        For Pearson's r see :func:`critical_r`.

    Returns
    -------
    float or None
        None where even a perfect order has a larger p.

    Raises
    ------
    TableError
        If n or alpha is out of range.
    UnknownNameError
        If there is no such method.

    Examples
    --------
    >>> round(critical_value(6), 3), critical_value(6, alpha=0.001)
    (0.886, None)
    """
    _check_alpha(alpha)
    levels = attainable_levels(n, method=method)
    reached = levels.loc[levels["p_value"] <= alpha, "statistic"]
    return None if reached.empty else float(reached.iloc[-1])


def critical_r(n: int, alpha: float = 0.05) -> float:
    """Give the size that Pearson's r of n areas must reach, if both series were normal.

    Parameters
    ----------
    n : int
        Areas: three or more.
    alpha : float, default 0.05
        Level of the two-sided test.

    Returns
    -------
    float
        From Student's t on n - 2 degrees of freedom.

    Raises
    ------
    TableError
        If n or alpha is out of range.

    Examples
    --------
    >>> round(critical_r(6), 3), round(critical_r(45), 3)
    (0.811, 0.294)
    """
    _check_alpha(alpha)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 3:
        raise TableError(f"n is {n!r}; the test of r on Student's t takes three areas or more.")
    from scipy.special import stdtrit

    t = float(stdtrit(n - 2, 1 - alpha / 2))
    return t / math.sqrt(n - 2 + t * t)


def _check_alpha(alpha: float) -> None:
    if isinstance(alpha, bool) or not 0 < alpha < 1:
        raise TableError(f"alpha is {alpha!r}; it takes a level between 0 and 1, such as 0.05.")
