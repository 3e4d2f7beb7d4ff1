"""Correlations tested by reordering the areas, with the smallest p that so few can give."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from pccfunding.errors import one_of
from pccfunding.permutation.null_distribution import (
    METHODS,
    Method,
    NullDistribution,
    Statistic,
    count_values,
)
from pccfunding.permutation.orders import DEFAULT_RESAMPLES, check_seed, is_enumerated
from pccfunding.permutation.scores import (
    RULES,
    Floats,
    Rule,
    is_constant,
    least_draws_p,
    read_pair,
    smallest_p,
)
from pccfunding.results import CAUTIONS, Face
from pccfunding.words import count, number_text, p_text, quantity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PermutationTest", "permutation_test"]

Alternative: TypeAlias = Literal["two-sided", "greater", "less"]
ALTERNATIVES: dict[str, str] = {
    "two-sided": "",
    "greater": "one-sided (greater)",
    "less": "one-sided (less)",
}


@dataclass(frozen=True)
class PermutationTest(Face):
    """A correlation, and how often reordered areas give one as far out.

    Attributes
    ----------
    statistic : float or None
        Spearman's rho, Kendall's tau-b or Pearson's r; None where a series is constant.
    p_value : float or None
    min_p : float or None
        The smallest p that these areas, ties, rule and number of draws can give.
    n : int
        Areas.
    exact : bool
        Whether every order of the areas was counted.
    resamples : int
        Orders drawn, or n! where every order was counted.
    attainable : tuple of float
        The only p values that could have come out, ascending; empty where orders were drawn.
    method, two_sided, alternative : str
    seed : int
    cautions : tuple of str
        Codes: constant, monte-carlo, floor-above-05.

    Examples
    --------
    >>> permutation_test([1, 2, 3, 4, 5, 6], [1, 2, 4, 3, 6, 5]).text
    "Spearman's rho 0.886 over 6 areas; p = 0.033 (two-sided as twice the smaller tail, all 720 \
orders of the areas); the smallest p that these data could give is 0.00278."
    """

    statistic: float | None
    p_value: float | None
    min_p: float | None
    n: int
    exact: bool
    resamples: int
    attainable: tuple[float, ...] = field(repr=False)
    method: Method
    two_sided: Rule
    alternative: Alternative
    seed: int
    cautions: tuple[str, ...] = ()
    _clauses = CAUTIONS["permutation"]
    _terms = (("correlation", "statistic", "", "", "p_value"),)

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        return self._with_doubts(self._sentence())

    def _sentence(self) -> str:
        name = METHODS[self.method]
        if self.statistic is None:
            return f"{name} over {self.n} areas is not estimable."
        orders = count(self.resamples)
        orders = f"all {orders} orders" if self.exact else f"{orders} random orders"
        rule = ALTERNATIVES[self.alternative] or RULES[self.two_sided]
        return (
            f"{name} {quantity(self.statistic, places=3)} over {self.n} areas; "
            f"{p_text(self.p_value)} ({rule}, "
            f"{orders} of the areas); the smallest p that these data could give is "
            f"{number_text(self.min_p, digits=3)}."
        )

    @property
    def frame(self) -> pd.DataFrame:
        """The result as one row."""
        import pandas as pd

        return pd.DataFrame(
            {
                "method": [self.method],
                "statistic": pd.array([self.statistic], dtype="Float64"),
                "p_value": pd.array([self.p_value], dtype="Float64"),
                "min_p": pd.array([self.min_p], dtype="Float64"),
                "n": [self.n],
                "exact": [self.exact],
                "resamples": [self.resamples],
                "two_sided": [self.two_sided],
                "alternative": [self.alternative],
                "seed": [self.seed],
                "cautions": ["; ".join(self.cautions)],
            }
        )


def permutation_test(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: Method = "spearman",
    two_sided: Rule = "double",
    alternative: Alternative = "two-sided",
    resamples: int | None = None,
    seed: int = 0,
) -> PermutationTest:
    """Test a correlation by giving the values of one series to the areas in other orders.

    Parameters
    ----------
    x, y : sequence of float
        One finite number an area, paired by position. Numbers that differ by no more than their
        rounding (1e-12 of their size) are ties.
    method : {"spearman", "kendall", "pearson"}
    two_sided : {"double", "abs"}
        Twice the smaller tail, or the share of orders whose correlation is as large by size. The
        rules agree for ranks without ties and can disagree otherwise.
    alternative : {"two-sided", "greater", "less"}
        One-sided tests do without `two_sided`.
    resamples : int, optional
        Random orders to draw. By default every order is counted up to nine areas (Kendall's
        without ties: up to twenty) and 9,999 are drawn above. Every order is also counted where
        there are no more of them than `resamples`.
    seed : int, default 0

    Returns
    -------
    PermutationTest
        Where a series is constant, its statistic and p are None, with the caution "constant".

    Raises
    ------
    TableError
        If the series do not pair, hold fewer than two areas or something else than finite numbers.
    UnknownNameError
        If there is no such method, rule or alternative.

    Notes
    -----
    With random orders p is (b + 1) / (B + 1) in each tail, and never below what ties allow: with
    one funded area among 43 no p can be below 2/43, however many orders are drawn.

    The areas must be exchangeable if nothing is associated. Where money follows need they are
    not, and p says so little.

    References
    ----------
    Phipson and Smyth (2010): (b + 1) / (B + 1) for random orders.

    Examples
    --------
    >>> x, y = [1, 2, 4, 8, 16, 32], [3, 1, 4, 1.5, 5, 9.2]
    >>> for rule in ("double", "abs"):
    ...     print(round(permutation_test(x, y, method="pearson", two_sided=rule).p_value, 4))
    0.0583
    0.0292
    """
    one_of(method, "method", METHODS)
    one_of(two_sided, "rule", RULES)
    one_of(alternative, "alternative", ALTERNATIVES)
    check_seed(seed)
    left, right = read_pair(x, y)
    n = left.shape[1]
    exact = is_enumerated(n, resamples)
    draws = DEFAULT_RESAMPLES if resamples is None else int(resamples)
    if is_constant(left)[0] or is_constant(right)[0]:
        return PermutationTest(
            statistic=None,
            p_value=None,
            min_p=None,
            n=n,
            exact=exact,
            resamples=math.factorial(n) if exact else draws,
            attainable=(),
            method=method,
            two_sided=two_sided,
            alternative=alternative,
            seed=seed,
            cautions=("constant",),
        )
    of = Statistic.of(left, right, method)
    null = count_values(of, resamples, seed)
    rule = two_sided if alternative == "two-sided" else alternative
    every_p = _every_p(null, rule)
    p = float(every_p[np.searchsorted(null.values, null.statistic + null.near, "right") - 1])
    attainable: tuple[float, ...] = ()
    if null.exact:
        attainable = tuple(np.unique(every_p).tolist())
        floor = attainable[0]
    else:
        floor = float(
            smallest_p([of.ties[0]], [of.ties[1]], rule, _bias(left, right, method))[0, 0]
        )
        floor = max(floor, least_draws_p(draws, rule))
        p = max(p, floor)
    cautions = [("monte-carlo", not null.exact), ("floor-above-05", floor >= 0.05)]
    return PermutationTest(
        statistic=null.statistic,
        p_value=p,
        min_p=floor,
        n=n,
        exact=null.exact,
        resamples=math.factorial(n) if null.exact else draws,
        attainable=attainable,
        method=method,
        two_sided=two_sided,
        alternative=alternative,
        seed=seed,
        cautions=tuple(code for code, holds in cautions if holds),
    )


def _bias(x: Floats, y: Floats, method: str) -> Floats:
    """Say which end of the statistic is the larger by size: 1 the highest, -1 the lowest."""
    rising, ordered = np.sort(x), np.sort(y)
    highest = Statistic.of(rising, ordered, method)
    gap = highest.observed() + Statistic.of(rising[:, ::-1], ordered, method).observed()
    bias: Floats = np.sign(gap) * (np.abs(gap) > highest.tolerance)
    return bias[None]


def _every_p(null: NullDistribution, rule: str) -> Floats:
    """Give the p of each value of a null distribution."""
    total = null.counts.sum()
    at_most = np.cumsum(null.counts)
    at_least = total - at_most + null.counts
    if rule == "abs":
        sizes = np.abs(null.values)
        by_size = np.argsort(sizes)
        smaller = np.append(0, np.cumsum(null.counts[by_size]))
        reached = total - smaller[np.searchsorted(sizes[by_size], sizes - null.near, "left")]
    elif rule == "double":
        reached = np.minimum(2 * np.minimum(at_least, at_most), total)
    else:
        reached = at_least if rule == "greater" else at_most
    shares: Floats = reached / total
    return shares
