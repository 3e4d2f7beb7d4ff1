"""The score test of a panel: whole paths of treatment dealt out again among the areas."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pccfunding.evaluation.panel_data import FloatArray, Panel
from pccfunding.evaluation.panel_fit import Cell, null_mean, within

_IntArray = npt.NDArray[np.int64]

_CHUNK = 500
# Scores that are equal but for rounding are ties.
_TIE = 1e-9
_HALVINGS = 40
# The exponential of more is no number of a computer.
LARGEST_LOG = 700.0


@dataclass(frozen=True)
class Lots:
    """Reassignments of the paths, the real one first, and what a score needs of each.

    `path` says which path each area got; `weight` is the regressor that each path stands for
    (one set for all draws, or a set a draw); `carried` is what period dummies and covariates take
    out of it. The weights are those of the null model without effect.
    """

    panel: Panel
    path: _IntArray
    weight: FloatArray
    carried: FloatArray
    exact: bool

    def p_value(self, log_effect: FloatArray) -> float:
        """Share of lots whose studentised score is at least as far from 0, by the abs rule."""
        scores = np.abs(self.scores(log_effect))
        return float((scores >= scores[0] * (1 - _TIE) - _TIE).mean())

    @property
    def min_p(self) -> float:
        """The smallest p that these lots allow: that of the most extreme one."""
        if not self.exact:
            return 1 / len(self.path)
        scores = np.abs(self.scores(np.zeros_like(self.panel.counts)))
        return float((scores >= scores.max() * (1 - _TIE) - _TIE).mean())

    def scores(self, log_effect: FloatArray) -> FloatArray:
        """Studentised scores: sum U over the root of sum U^2 less (sum U)^2 / n."""
        miss = self.panel.counts - null_mean(self.panel, log_effect)
        taken = np.concatenate([miss, np.einsum("itk,it->ik", self.panel.covariates, miss)], axis=1)
        n = len(self.panel.areas)
        parts = []
        for start in range(0, len(self.path), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            of_path = self.weight[chunk] if self.weight.ndim == 3 else self.weight
            every = of_path @ miss.T
            path = self.path[chunk]
            if every.ndim == 3:
                own = every[np.arange(len(path))[:, None], path, np.arange(n)]
            else:
                own = every[path, np.arange(n)]
            score = own - self.carried[chunk] @ taken.T
            total = score.sum(axis=1)
            spread = (score**2).sum(axis=1) - total**2 / n
            parts.append(total / np.sqrt(np.maximum(spread, 1e-300)))
        return np.concatenate(parts)


def deal_lots(panel: Panel, cells: list[Cell] | None, resamples: int, seed: int) -> Lots:
    """Deal the paths out again within strata: every way where there are few, else at random.

    With `cells` (a staggered start) the score is that of the mean of the cells' effects weighted
    by exposure, so that early starts are not held against later ones.
    """
    paths, own = np.unique(panel.path, axis=0, return_inverse=True)
    own = np.asarray(own, dtype=np.int64).reshape(-1)
    groups = [np.flatnonzero(panel.strata == one) for one in np.unique(panel.strata)]
    ways = math.prod(_ways(own[group]) for group in groups)
    exact = ways <= resamples + 1
    if exact:
        lots = _every(own, groups)
    else:
        rng = np.random.default_rng(seed)
        lots = np.tile(own, (resamples + 1, 1))
        for group in groups:
            lots[1:, group] = rng.permuted(lots[1:, group], axis=1)
    mean = null_mean(panel, np.zeros_like(panel.counts))
    n_areas, n_periods = mean.shape
    periods = np.broadcast_to(np.eye(n_periods), (n_areas, n_periods, n_periods))
    beside = np.concatenate([periods, panel.covariates], axis=2)
    inner = within(beside, mean) * mean[..., None]
    # One period dummy is the sum of the area dummies less the others: hence the pseudo-inverse.
    inverse = np.linalg.pinv(np.einsum("itk,itl->kl", inner, beside), hermitian=True)
    if cells is None:
        taken = np.einsum("itk,pt->ipk", inner, paths)
        carried = _chunked(lots, lambda lot: taken[np.arange(n_areas), lot].sum(axis=1) @ inverse)
        return Lots(panel, lots, paths, carried, exact)
    return _cell_lots(panel, cells, lots, own, mean, inner, inverse, exact)


def _cell_lots(
    panel: Panel,
    cells: list[Cell],
    lots: _IntArray,
    own: _IntArray,
    mean: FloatArray,
    inner: FloatArray,
    inverse: FloatArray,
    exact: bool,
) -> Lots:
    """The efficient score of the mean effect, each lot with the information of its own cells."""
    n_periods = mean.shape[1]
    starts = sorted({start for start, _ in cells})
    first_of_path = np.array([int(panel.first[own == k][0]) for k in range(own.max() + 1)])
    at = np.array([starts.index(start) for start, _ in cells])
    when = np.array([t for _, t in cells])
    # Means of two periods of an area over its total: what its dummy takes out.
    pairs = mean[:, :, None] * mean[:, None, :] / mean.sum(axis=1)[:, None, None]
    weights, carried = [], []
    for begin in range(0, len(lots), _CHUNK):
        lot = lots[begin : begin + _CHUNK]
        member = np.stack([(first_of_path == start)[lot] for start in starts], axis=1).astype(float)
        cell_mean = (member @ mean)[:, at, when]
        shared = np.tensordot(member, pairs, axes=([2], [0]))[:, at[:, None], when[:, None], when]
        shared *= at[:, None] == at
        beside = np.tensordot(member, inner, axes=([2], [0]))[:, at, when, :]
        information = -shared - beside @ inverse @ beside.transpose(0, 2, 1)
        information[:, range(len(cells)), range(len(cells))] += cell_mean
        exposure = (member @ panel.exposure)[:, at, when]
        share = exposure / exposure.sum(axis=1, keepdims=True)
        along = np.linalg.solve(information, share[..., None])[..., 0]
        weight = np.zeros((len(lot), len(first_of_path), n_periods))
        for k, start in enumerate(starts):
            chosen = np.flatnonzero(at == k)
            path = int(np.flatnonzero(first_of_path == start)[0])
            weight[:, path, when[chosen]] = along[:, chosen]
        weights.append(weight)
        carried.append(np.einsum("bj,bjk->bk", along, beside) @ inverse)
    return Lots(panel, lots, np.concatenate(weights), np.concatenate(carried), exact)


def inverted(
    p_value: Callable[[float], float],
    estimate: float,
    step: float,
    furthest: float,
    level: float,
) -> tuple[float | None, float | None]:
    """Ends of the effects that the test does not reject; None where it rejects none that far.

    The walk starts with `step` and goes on to `furthest` from the estimate, whatever the step: the
    error of one treated area is far too small to say how far to look.
    """

    def end(sign: int) -> float | None:
        inside, reach = estimate, min(step, furthest)
        while p_value(outside := estimate + sign * reach) >= 1 - level:
            if reach >= furthest:
                return None
            inside, reach = outside, min(1.6 * reach, furthest)
        for _ in range(_HALVINGS):
            # As close in the ratio, which is shown, as in its logarithm.
            if abs(outside - inside) * math.exp(min(max(outside, 0), LARGEST_LOG)) < step / 500:
                break
            middle = (inside + outside) / 2
            if p_value(middle) < 1 - level:
                outside = middle
            else:
                inside = middle
        return outside

    return end(-1), end(1)


def _ways(paths: _IntArray) -> int:
    ways = math.factorial(len(paths))
    for many in Counter(paths.tolist()).values():
        ways //= math.factorial(many)
    return ways


def _every(own: _IntArray, groups: list[_IntArray]) -> _IntArray:
    """Every different way to deal the paths, the real one first."""
    ways = [list(_orders(tuple(sorted(own[group].tolist())))) for group in groups]
    lots = []
    for chosen in itertools.product(*ways):
        lot = own.copy()
        for group, order in zip(groups, chosen, strict=True):
            lot[group] = order
        lots.append(lot)
    found = np.array(lots)
    real = int(np.flatnonzero((found == own).all(axis=1))[0])
    found[[0, real]] = found[[real, 0]]
    return found


def _orders(values: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if not values:
        yield ()
        return
    for one in sorted(set(values)):
        k = values.index(one)
        for rest in _orders(values[:k] + values[k + 1 :]):
            yield (one, *rest)


def _chunked(lots: _IntArray, of: Callable[[_IntArray], FloatArray]) -> FloatArray:
    return np.concatenate([of(lots[k : k + _CHUNK]) for k in range(0, len(lots), _CHUNK)])
