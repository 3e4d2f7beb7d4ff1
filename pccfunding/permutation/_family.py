"""Every pair of two sets of series tested at once, with p for each and for the family."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from pccfunding.permutation._draws import DEFAULT_RESAMPLES, check_seed, is_enumerated, orders
from pccfunding.permutation._null import METHODS
from pccfunding.permutation._products import tally
from pccfunding.permutation._scores import (
    RULES,
    Floats,
    Marks,
    Scores,
    check_name,
    is_constant,
    least_draws_p,
    read_series,
    same_areas,
    scores,
    smallest_p,
    ties,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PermutationFamily", "permutation_family"]

FAMILY_METHODS = ("spearman", "pearson")
FAMILY_CAUTIONS = {
    "constant": "A pair with a constant series has no correlation and no p.",
    "monte-carlo": "The p values are estimates from random orders.",
    "floor-above-05": "No pair can reach p < 0.05 with so few or so tied areas.",
}


@dataclass(frozen=True, eq=False)
class PermutationFamily:
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
    method: str
    two_sided: str
    seed: int
    cautions: tuple[str, ...]

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

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        notes = [FAMILY_CAUTIONS[code] for code in self.cautions]
        return " ".join([self._sentence(), *notes])

    def _sentence(self) -> str:
        counted = "every order" if self.exact else f"{self.resamples:,} random orders"
        family = f"{self.size} correlations ({METHODS[self.method]}) over {self.n} areas"
        if not self.size:
            return f"None of {self.undefined.size} pairs over {self.n} areas has a correlation."
        least, floor = np.nanmin(self.p_value), np.nanmin(self.min_p)
        found = f"smallest p {least:.3g}"
        if self.p_max_t is not None:
            found += f", {np.nanmin(self.p_max_t):.3g} for the family (max-T)"
        return (
            f"{family}, {RULES[self.two_sided]}, {counted} of the areas: {found}; "
            f"no p can be below {floor:.3g}."
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.text)}</p>"


def permutation_family(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: str = "spearman",
    two_sided: str = "double",
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
    check_name("method", method, FAMILY_METHODS)
    check_name("rule", two_sided, RULES)
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
    cautions = [
        ("constant", bool(undefined.any())),
        ("monte-carlo", not exact),
        ("floor-above-05", not undefined.all() and np.nanmin(floors) > 0.05),
    ]
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
        cautions=tuple(code for code, holds in cautions if holds),
    )


def _floors(of: Scores, two_sided: str) -> Floats:
    """Give the smallest exact p of each pair."""
    bias = np.zeros(of.norm.shape)
    if two_sided == "abs":
        a, b = np.sort(of.x, axis=1), np.sort(of.y, axis=1)
        gap = np.einsum("in,jn->ij", a + a[:, ::-1], b)
        bias = np.sign(gap) * (np.abs(gap) > of.tolerance)
    return smallest_p(ties(of.x, of.tolerance), ties(of.y, of.tolerance), two_sided, bias)
