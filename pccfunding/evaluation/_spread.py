"""How much wider than counting noise areas spread, and limits that allow for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pccfunding.evaluation._normal import quantile

__all__ = ["LIMITS", "Spread", "limits", "spread_of", "winsorised_share"]

_FloatArray = npt.NDArray[np.float64]

LIMITS = (("95", 0.025), ("998", 0.001))
_TRIM, _POINTS, _HALVINGS, _TOLD = 0.1, 4_000, 100, 1e-3


@dataclass(frozen=True)
class Spread:
    """Variance of a count with mean E: phi E, or E + (tau E)^2; never below E."""

    phi: float = 1.0
    tau: float = 0.0
    # Areas behind the estimate; None where it was given.
    df: int | None = None

    def variance(self, expected: _FloatArray) -> _FloatArray:
        """Variance at each mean."""
        found: _FloatArray = self.phi * expected + (self.tau * expected) ** 2
        return found

    def over_noise(self, expected: _FloatArray) -> float:
        """Variance over mean of the area in the middle."""
        return float(np.median(self.variance(expected) / expected))


def limits(expected: _FloatArray, spread: Spread) -> dict[str, _FloatArray]:
    """Exact Poisson limits as counts, and negative-binomial ones with the spread's variance.

    Where the spread was estimated its variance is multiplied by (t / z)^2.
    """
    from scipy.stats import nbinom, poisson, t

    found = {}
    for name, tail in LIMITS:
        found[f"low_{name}"] = np.asarray(poisson.ppf(tail, expected), dtype=float)
        found[f"high_{name}"] = np.asarray(poisson.isf(tail, expected), dtype=float)
    for name, tail in LIMITS:
        wider = 1.0
        if spread.df is not None:
            wider = (float(t.isf(tail, spread.df)) / quantile(1 - tail)) ** 2
        beyond = np.maximum(wider * spread.variance(expected) - expected, 0.0)
        # With next to nothing beyond the mean the negative binomial is the Poisson law.
        noise = beyond < 1e-6 * expected
        size = expected**2 / np.where(noise, 1.0, beyond)
        share = size / (size + expected)
        for side, of_nbinom in (("low", nbinom.ppf), ("high", nbinom.isf)):
            own = np.asarray(of_nbinom(tail, size, share), dtype=float)
            found[f"{side}_{name}_widened"] = np.where(noise, found[f"{side}_{name}"], own)
    return found


def spread_of(
    counts: _FloatArray, exposure: _FloatArray, rate: float, *, rate_given: bool
) -> Spread:
    """Fit both kinds of spread by restricted likelihood, take the likelier, then estimate it again.

    The second estimate is that at which the mean square of z, the outer tenth at each end drawn
    in, is what it is for normal z: so that an area that stands out does not widen its own limits.
    """
    n = len(counts)
    df = n if rate_given else n - 1
    expected = rate * exposure
    scale = float(((counts - expected) ** 2 / expected).sum()) / df
    kinds: tuple[Callable[[float], Spread], ...] = (
        lambda value: Spread(phi=max(1.0, value), df=n - 1),
        lambda value: Spread(tau=float(np.sqrt(value)), df=n - 1),
    )
    highest = (10 * max(scale, 1.0) + 10, 10 * max(scale, 1.0) / float(np.median(expected)) + 1)
    noise, apart = (
        _restricted(counts, exposure, rate, kinds[k], highest[k], rate_given) for k in range(2)
    )
    # Areas of one size cannot tell the two apart; wider noise is then the simpler word for it.
    best = int(apart > noise + _TOLD)
    wanted = winsorised_share(n) * df

    def square(value: float) -> float:
        z = (counts - expected) / np.sqrt(kinds[best](value).variance(expected))
        return float((_drawn_in(z) ** 2).sum())

    low, high = (1.0, highest[0]) if best == 0 else (0.0, highest[1])
    if square(low) <= wanted:
        return kinds[0](1.0)
    while square(high) > wanted:
        high *= 4
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if square(middle) > wanted:
            low = middle
        else:
            high = middle
    return kinds[best]((low + high) / 2)


def _restricted(
    counts: _FloatArray,
    exposure: _FloatArray,
    rate: float,
    kind: Callable[[float], Spread],
    highest: float,
    rate_given: bool,
) -> float:
    """Largest restricted likelihood of a kind of spread."""
    from scipy.optimize import minimize_scalar

    def lost(logarithm: float) -> float:
        variance = kind(float(np.exp(logarithm))).variance(rate * exposure)
        information = float((exposure**2 / variance).sum())
        own = rate if rate_given else float((exposure * counts / variance).sum()) / information
        square = float(((counts - own * exposure) ** 2 / variance).sum())
        known = 0.0 if rate_given else float(np.log(information))
        return float(np.log(variance).sum()) + known + square

    found = minimize_scalar(lost, bounds=(-16.0, float(np.log(highest))), method="bounded")
    return -min(float(found.fun), lost(-16.0))


def _drawn_in(z: _FloatArray) -> _FloatArray:
    ordered, cut = np.sort(z), int(_TRIM * len(z))
    drawn: _FloatArray = np.clip(z, ordered[cut], ordered[len(z) - 1 - cut])
    return drawn


@lru_cache(maxsize=256)
def winsorised_share(n: int) -> float:
    """Mean square of n normal z once the outer tenth at each end is drawn in.

    Examples
    --------
    >>> round(winsorised_share(43), 3), winsorised_share(9)
    (0.704, 1.0)
    """
    from scipy.stats import beta, norm

    cut = int(_TRIM * n)
    if not cut:
        return 1.0
    chances = (np.arange(_POINTS) + 0.5) / _POINTS
    total = 0.0
    for k in range(cut + 1, n - cut + 1):
        times = 1 + cut * ((k == cut + 1) + (k == n - cut))
        square = norm.ppf(beta.ppf(chances, k, n + 1 - k)) ** 2
        total += times * float(square.mean())
    return total / n
