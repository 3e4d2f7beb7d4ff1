"""Areas put in other orders within strata, given what is allowed for; and likeness of neighbours.

Permutation within strata asks only that areas of one stratum could change places. Freedman and
Lane reorder the residuals of the outcome, so that what is allowed for keeps its place.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pccfunding.areas import known_area
from pccfunding.association.coefficients import Floats, coefficients, ranked
from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import a_mapping
from pccfunding.permutation import NullDistribution, PermutationFamily
from pccfunding.permutation.orders import DEFAULT_RESAMPLES, MOST_ENUMERATED, is_enumerated, orders
from pccfunding.permutation.permutation_family import FamilyMethod, doubts_of
from pccfunding.permutation.scores import Rule, attained, is_constant, least_draws_p, scores, ties

Places = NDArray[np.intp]
_NEAR = 1e-12
_NOTHING_LEFT = 1e-9
# Distances in standard deviations nearer than this are the same.
_NEAR_SIZE = 1e-9
_LOOKS = 999
# Both sides of so small a p resemble their neighbours.
_ALIKE = 0.1


@dataclass(frozen=True, eq=False)
class Reordered:
    """A coefficient, and how often areas reordered within their strata give one as far out.

    Attributes
    ----------
    statistic, p_value : float
    min_p : float
        The smallest p that these strata, ties and draws can give.
    exact : bool
        Whether every order was counted.
    resamples : int
        Orders counted or drawn.
    values : array of float
        The coefficient in each of them.
    """

    statistic: float
    p_value: float
    min_p: float
    exact: bool
    resamples: int
    values: Floats

    def null(self, n: int, method: str) -> NullDistribution:
        """Give the values as a null distribution that can be drawn."""
        # Random orders do not hold the one observed.
        values = self.values if self.exact else np.append(self.values, self.statistic)
        different, counts = np.unique(np.round(values, 12), return_counts=True)
        return NullDistribution(self.statistic, different, counts, n, self.exact, method)


@dataclass(frozen=True)
class Likeness:
    """Moran's I of spend and of outcome: whether areas of one region resemble each other.

    Attributes
    ----------
    spend, spend_p, outcome, outcome_p : float or None
        Moran's I of the ranks, areas of one region being neighbours, and its one-sided p.
    regions : int
    reason : str or None
    """

    spend: float | None
    spend_p: float | None
    outcome: float | None
    outcome_p: float | None
    regions: int
    reason: str | None

    @property
    def alike(self) -> bool:
        """Whether areas of one region resemble each other, in spend and in the outcome."""
        sides = (self.spend_p, self.outcome_p)
        return all(p is not None and p < _ALIKE for p in sides)


def strata_of(areas: pd.DataFrame, strata: Any, frames: Sequence[pd.DataFrame], on: str) -> Any:
    """Give the stratum of each area, in their order.

    Raises
    ------
    TableError
        If an area has none.
    """
    if isinstance(strata, str):
        held = next((frame for frame in frames if strata in frame.columns), None)
        if held is None and strata != "region":
            raise TableError(
                f"strata is {strata!r}; it takes a stratum for each area, the name of a column of "
                "spend or reduction that holds them, or 'region' for the regions of the areas."
            )
        if held is None:
            given = {code: region_of(code) for code in areas["area"]}
        else:
            codes = held[on].astype(str)
            several = held.groupby(codes)[strata].nunique(dropna=False)
            if (several > 1).any():
                raise TableError(
                    f"{strata} gives {several.index[several > 1][0]} several strata; each area "
                    "lies in one."
                )
            given = dict(zip(codes, held[strata], strict=True))
    else:
        named = a_mapping(strata, "strata", "{'E23000023': 'rural'}")
        given = {str(code): value for code, value in named.items()}
    labels = areas["area"].map(given)
    if labels.isna().any():
        lacking = areas.loc[labels.isna(), "area"].iloc[0]
        raise TableError(f"strata has no stratum for {lacking}; give one for each area.")
    return labels


def region_of(code: str) -> str | None:
    """Give the region of an area, or Wales; None where it is not known.

    Examples
    --------
    >>> region_of("E07000010"), region_of("W15000002"), region_of("E07999999")
    ('E12000006', 'W92000004', None)
    """
    area = known_area(code)
    while area is not None and area.kind != "region" and area.code != "W92000004":
        area = None if area.parent is None else known_area(area.parent)
    return None if area is None else area.code


def numbered(labels: Any) -> Places:
    """Number the strata from 0."""
    places: Places = pd.factorize(pd.Series(labels).astype(str))[0].astype(np.intp)
    return places


def orders_within(labels: Places, resamples: int | None, seed: int) -> tuple[Places, bool]:
    """Give orders that keep every area in its stratum, one a row, and whether they are all.

    Examples
    --------
    >>> orders_within(np.array([0, 1, 0]), None, 0)[0].tolist()
    [[0, 1, 2], [2, 1, 0]]
    """
    n = len(labels)
    held = [np.flatnonzero(labels == one) for one in range(labels.max() + 1)]
    every = math.prod(math.factorial(len(places)) for places in held)
    draws = DEFAULT_RESAMPLES if resamples is None else resamples
    exact = every <= (math.factorial(MOST_ENUMERATED) if resamples is None else draws)
    if len(held) == 1:
        found = np.concatenate(list(orders(n, resamples, seed))).astype(np.intp)
        return found, is_enumerated(n, resamples)
    if exact:
        ways = [list(itertools.permutations(places.tolist())) for places in held]
        table = np.empty((every, n), np.intp)
        for row, chosen in zip(table, itertools.product(*ways), strict=True):
            for places, order in zip(held, chosen, strict=True):
                row[places] = order
        return table, True
    # The raw stream of a bit generator stays the same over versions of numpy.
    keys = np.random.PCG64(seed).random_raw(draws * n).reshape(draws, n)
    table = np.empty((draws, n), np.intp)
    for places in held:
        table[:, places] = places[np.argsort(keys[:, places], axis=1, kind="stable")]
    return table, False


def tail_p(values: Floats, observed: float, exact: bool, two_sided: str) -> float:
    """Give the p of a coefficient among those of reordered areas.

    Examples
    --------
    >>> tail_p(np.array([-1.0, 0.0, 0.5, 1.0]), 1.0, True, "double")
    0.5
    """
    more = 0 if exact else 1
    if two_sided == "abs":
        # Within strata the values lie about what lies between the strata, not about 0.
        middle = float(values.mean()) if exact else float(np.append(values, observed).mean())
        tail = int((np.abs(values - middle) >= abs(observed - middle) - _NEAR).sum())
        return (tail + more) / (len(values) + more)
    tails = (values >= observed - _NEAR).sum(), (values <= observed + _NEAR).sum()
    return min(1.0, 2 * (int(min(tails)) + more) / (len(values) + more))


def within_test(
    x: Floats,
    y: Floats,
    labels: Places,
    *,
    method: str,
    two_sided: str,
    resamples: int | None,
    seed: int,
) -> Reordered | None:
    """Test a coefficient over all areas by orders within strata; None where a side is constant."""
    observed = float(coefficients(x[None], y[None], method)[0])
    if np.isnan(observed):
        return None
    table, exact = orders_within(labels, resamples, seed)
    if method == "kendall":
        values = coefficients(x[None], y[table], method)
    else:
        a, b = _centred(np.array([x, y]), method)
        values = b[table] @ a / np.sqrt((a @ a) * (b @ b))
    floor = floor_of(x, y, labels, two_sided, draws=None if exact else len(table))
    p = max(tail_p(values, observed, exact, two_sided), floor)
    return Reordered(observed, p, floor, exact, len(table), values)


def _centred(series: Floats, method: str) -> Floats:
    held = ranked(series) if method == "spearman" else series
    found: Floats = held - held.mean(axis=1, keepdims=True)
    return found


def within_family(
    x: Floats,
    y: Floats,
    labels: Places,
    *,
    method: FamilyMethod,
    two_sided: Rule,
    resamples: int | None,
    seed: int,
    max_t: bool = True,
) -> PermutationFamily:
    """Test every series of x against every series of y by the same orders within strata.

    Each p is that of `within_test`. Within strata a coefficient has a mean of its own, which is
    what lies between the strata, and a spread of its own: max-T takes its distance from that mean
    in standard deviations over all orders, so that no pair is the largest by its strata alone.
    """
    undefined = ~np.logical_and.outer(~is_constant(x), ~is_constant(y))
    statistic, p, largest_p, floors = (np.full(undefined.shape, np.nan) for _ in range(4))
    table, exact = orders_within(labels, resamples, seed)
    more, draws = (0, None) if exact else (1, len(table))
    a, b = _centred(x, method), _centred(y, method)
    norms = np.sqrt(np.outer([one @ one for one in a], [one @ one for one in b]))
    middles, spreads = _moments(a, b, labels)
    varies = spreads > _NEAR * norms
    largest = np.zeros(len(table))
    pairs = np.argwhere(~undefined)
    for column in np.unique(pairs[:, 1]):
        moved = b[column][table]
        for row in pairs[pairs[:, 1] == column, 0]:
            place = row, column
            found = scores(x[row][None], y[column][None], method)
            statistic[place] = np.clip(found.observed / found.norm, -1, 1).item()
            values = moved @ a[row] / norms[place]
            floors[place] = floor_of(x[row], y[column], labels, two_sided, draws=draws)
            tail = tail_p(values, float(statistic[place]), exact, two_sided)
            p[place] = max(tail, floors[place])
            if max_t and varies[place]:
                sizes = np.abs(values * norms[place] - middles[place]) / spreads[place]
                np.maximum(largest, sizes, out=largest)
    if max_t:
        for place in map(tuple, pairs):
            reached = len(table)
            if varies[place]:
                own = abs(statistic[place] * norms[place] - middles[place]) / spreads[place]
                reached = int((largest >= own - _NEAR_SIZE).sum())
            largest_p[place] = max((reached + more) / (len(table) + more), p[place])
    return PermutationFamily(
        statistic=statistic,
        p_value=p,
        p_max_t=largest_p if max_t else None,
        min_p=floors,
        undefined=undefined,
        n=x.shape[1],
        exact=exact,
        resamples=len(table),
        method=method,
        two_sided=two_sided,
        seed=seed,
        cautions=doubts_of(undefined, floors, exact=exact),
        n_strata=int(labels.max()) + 1,
    )


def _moments(a: Floats, b: Floats, labels: Places) -> tuple[Floats, Floats]:
    """Give mean and standard deviation of each product over all orders within strata.

    Examples
    --------
    >>> mean, sd = _moments(np.array([[-1.0, 0, 1]]), np.array([[-1.0, 0, 1]]), np.zeros(3, int))
    >>> mean.tolist(), sd.round(3).tolist()
    ([[0.0]], [[1.414]])
    """
    middles, variances = np.zeros((2, len(a), len(b)))
    for one in range(labels.max() + 1):
        of_a, of_b = (v[:, labels == one] for v in (a, b))
        n = of_a.shape[1]
        middles += n * np.outer(of_a.mean(axis=1), of_b.mean(axis=1))
        if n > 1:
            squares = [n * v.var(axis=1) for v in (of_a, of_b)]
            variances += np.outer(*squares) / (n - 1)
    return middles, np.sqrt(variances)


def floor_of(
    x: Floats, y: Floats, labels: Places, two_sided: str, *, draws: int | None = None
) -> float:
    """Give the share of orders that put each stratum in order as far as its ties allow.

    Of so many random orders no smaller p can come out than one of them has.
    """
    lowest = highest = 1.0
    for one in range(labels.max() + 1):
        held = labels == one
        of_x, of_y = (ties(ranked(v[held][None]), 0.25)[0] for v in (x, y))
        ways = math.factorial(int(held.sum()))
        lowest *= attained(of_x[::-1], of_y) / ways
        highest *= attained(of_x, of_y) / ways
    floor = min(1.0, (2 if two_sided == "double" else 1) * min(lowest, highest))
    return floor if draws is None else max(floor, least_draws_p(draws, two_sided))


def partial_test(
    x: Floats,
    y: Floats,
    given: Floats,
    labels: Places,
    *,
    two_sided: str,
    resamples: int | None,
    seed: int,
) -> Reordered | None:
    """Test a partial coefficient as Freedman and Lane do; None where nothing is left of a side.

    Residuals of `y` on `given` and the strata are reordered within the strata, and made free of
    both again.
    """
    columns = [given, *(labels == one for one in range(labels.max() + 1))]
    basis = np.linalg.qr(np.column_stack(columns).astype(float))[0]
    rest_x, rest_y = (v - basis @ (basis.T @ v) for v in (x, y))
    of_x, of_y = float(rest_x @ rest_x), float(rest_y @ rest_y)
    if min(of_x, of_y) < _NOTHING_LEFT:
        return None
    statistic = float(np.clip(rest_x @ rest_y / math.sqrt(of_x * of_y), -1, 1))
    table, exact = orders_within(labels, resamples, seed)
    drawn = rest_y[table]
    along = drawn @ basis
    left = np.sqrt(np.maximum(of_y - (along * along).sum(axis=1), _NOTHING_LEFT) * of_x)
    values = np.clip(drawn @ rest_x / left, -1, 1)
    floor = least_draws_p(len(table) - exact, two_sided)
    p = max(tail_p(values, statistic, exact, two_sided), floor)
    return Reordered(statistic, p, floor, exact, len(table), values)


def likeness_of(areas: pd.DataFrame, seed: int) -> Likeness:
    """Give Moran's I of both sides over the regions of the areas."""
    regions = areas["area"].map(region_of)
    if regions.isna().any():
        return Likeness(None, None, None, None, 0, "the region of an area is not known")
    labels = numbered(regions)
    sizes = np.bincount(labels)
    if len(sizes) < 2 or sizes.max() < 2:
        reason = "all areas lie in one region" if len(sizes) < 2 else "no region holds two areas"
        return Likeness(None, None, None, None, len(sizes), reason)
    found = []
    for side, values in enumerate((areas["spend"], areas["g"])):
        z = ranked(values.to_numpy()[None])[0]
        z = z - z.mean()
        table = np.concatenate(list(orders(len(z), _LOOKS, seed + side)))
        exact = len(table) != _LOOKS
        inside = np.eye(len(sizes))[labels]
        pairs = float((sizes * (sizes - 1)).sum())
        scale = len(z) / pairs / float(z @ z)

        def moran(rows: Floats, inside: Floats = inside, scale: float = scale) -> Floats:
            sums = rows @ inside
            total: Floats = ((sums * sums).sum(axis=1) - (rows * rows).sum(axis=1)) * scale
            return total

        observed = float(moran(z[None])[0])
        as_far = int((moran(z[table]) >= observed - _NEAR).sum())
        more = 0 if exact else 1
        found += [observed, (as_far + more) / (len(table) + more)]
    return Likeness(found[0], found[1], found[2], found[3], len(sizes), None)
