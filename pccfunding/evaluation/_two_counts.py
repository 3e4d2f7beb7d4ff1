"""One-sided tails, the E-test and the E-value of two counts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

_FloatArray = npt.NDArray[np.float64]

__all__ = ["e_test", "e_value", "one_sided"]

# Beyond this many events the table of outcomes no longer fits into memory at hand.
_MOST, _SD = 20_000, 9.0


def one_sided(after: int, over: float, before: int, under: float) -> tuple[float, float]:
    """Give the exact conditional p of a fall and of a rise."""
    from scipy.stats import binom

    events, q = after + before, over / (over + under)
    return float(binom.cdf(after, events, q)), float(binom.sf(after - 1, events, q))


def e_test(after: int, over: float, before: int, under: float) -> float | None:
    """Give the two-sided p of Krishnamoorthy and Thomson; None where the counts are too large.

    Every pair of outcomes with a difference of rates over its error at least as large as the one
    seen, weighed by its chance at the common rate.
    """
    from scipy.stats import poisson

    events = after + before
    if not events or events > _MOST:
        return None
    rate = events / (over + under)

    def outcomes(mean: float) -> tuple[_FloatArray, _FloatArray]:
        reach = _SD * math.sqrt(mean) + 25
        counts = np.arange(max(0, math.floor(mean - reach)), math.ceil(mean + reach) + 1)
        return counts.astype(float), np.asarray(poisson.pmf(counts, mean), dtype=float)

    later, its_chance = outcomes(rate * over)
    sooner, other_chance = outcomes(rate * under)
    seen = abs(after / over - before / under) / math.sqrt(after / over**2 + before / under**2)
    difference = np.abs(later[:, None] / over - sooner / under)
    square = later[:, None] / over**2 + sooner / under**2
    # Nothing counted anywhere is no difference; it has no error either.
    far = (difference >= (seen * (1 - 1e-9)) * np.sqrt(square)) & (square > 0)
    return min(1.0, float(its_chance @ far @ other_chance))


def e_value(ratio: float) -> float:
    """Give the strength that a hidden cause would need on both sides to make this ratio.

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2), e_value(1.0)
    (7.26, 7.26, 1.0)
    """
    if ratio == 0 or math.isinf(ratio):
        return math.inf
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))
