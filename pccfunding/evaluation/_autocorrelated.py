"""Errors of a series whose neighbours resemble each other, averaged over how much they may."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Averaged", "averaged"]

_FloatArray = npt.NDArray[np.float64]

# Autocorrelation r from one period to the next, and the part h of the scatter that has it.
_R = np.round(np.arange(-0.3, 0.951, 0.05), 2)
_H = np.array([0.2, 0.4, 0.6, 0.8, 1.0])
_HALVINGS = 80


@dataclass(frozen=True)
class Averaged:
    """Student's t of each r and h, with its share of the restricted likelihood."""

    shares: _FloatArray
    values: _FloatArray
    errors: _FloatArray
    df: float
    autocorrelation: float

    def estimate(self, index: int) -> float:
        """Mean of the coefficient over r and h."""
        return float(self.shares @ self.values[:, index])

    def below(self, index: int, value: float) -> float:
        """Averaged probability that the coefficient lies below a value."""
        from scipy.stats import t

        distance = (value - self.values[:, index]) / self.errors[:, index]
        return float(self.shares @ t.cdf(distance, self.df))

    def p_value(self, index: int) -> float:
        """Two-sided p of no change: twice the smaller averaged tail."""
        below = self.below(index, 0.0)
        return min(1.0, 2 * min(below, 1 - below))

    def quantile(self, index: int, probability: float) -> float:
        """Value with this averaged probability below it, by bisection."""
        middle = self.estimate(index)
        reach = 50 * float(self.errors[:, index].max()) + abs(middle)
        low, high = middle - reach, middle + reach
        for _ in range(_HALVINGS):
            half = (low + high) / 2
            if self.below(index, half) < probability:
                low = half
            else:
                high = half
        return (low + high) / 2


def averaged(
    response: _FloatArray,
    design: _FloatArray,
    mean: _FloatArray,
    n_series: int,
    dispersions: _FloatArray,
) -> Averaged:
    """Generalised least squares on the working response in the Pearson metric.

    V = phi [(1 - h) I + h R(r)] within each series, R(r) that of a first-order autoregression;
    the t of n - p degrees of freedom is averaged over r and h by restricted likelihood. Scatter
    below that of Poisson counts does not narrow the error.
    """
    root = np.sqrt(mean / np.repeat(dispersions, len(mean) // n_series))
    y, x = root * response, root[:, None] * design
    n, p = x.shape
    length = n // n_series
    df = float(n - p)
    apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    both = np.column_stack([x, y]).reshape(n_series, length, p + 1)
    least = 1 / float(dispersions[0])
    found = []
    for r in _R:
        resembles = np.sign(r) ** apart * np.abs(r) ** apart
        for h in _H:
            lower = np.linalg.cholesky((1 - h) * np.eye(length) + h * resembles)
            white = np.linalg.solve(lower, both).reshape(n, p + 1)
            information = white[:, :p].T @ white[:, :p]
            inverse = np.linalg.inv(information)
            value = inverse @ (white[:, :p].T @ white[:, p])
            square = float(((white[:, p] - white[:, :p] @ value) ** 2).sum())
            likelihood = -0.5 * (
                2 * n_series * float(np.log(np.diag(lower)).sum())
                + float(np.linalg.slogdet(information)[1])
                + df * math.log(max(square, 1e-300))
            )
            phi = max(square / df, least)
            found.append((likelihood, value, np.sqrt(phi * np.diag(inverse)), r * h))
    likelihoods = np.array([one[0] for one in found])
    shares = np.exp(likelihoods - likelihoods.max())
    shares /= shares.sum()
    return Averaged(
        shares=shares,
        values=np.array([one[1] for one in found]),
        errors=np.array([one[2] for one in found]),
        df=df,
        autocorrelation=float(shares @ np.array([one[3] for one in found])),
    )
