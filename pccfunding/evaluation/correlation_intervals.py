"""Intervals of a correlation: by formula, or by bootstrap where there are areas enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError, one_of, refuse_other_order
from pccfunding.evaluation.arguments import (
    Number,
    a_row,
    proper_fraction,
    some_number,
    whole_number,
)
from pccfunding.evaluation.log_ratios import quantile
from pccfunding.results import Result
from pccfunding.words import counted, interval_text, level_text, signed

__all__ = ["CorrelationInterval", "bca_interval", "bonett_wright", "fisher_z_interval"]

_FloatArray = npt.NDArray[np.float64]

_BCA_AREAS, _WIDE = 20, 1.2
# Within this of 1 a correlation is perfect but for rounding.
_PERFECT = 1e-12


@dataclass(frozen=True, kw_only=True)
class CorrelationInterval(Result):
    """An interval of a correlation between areas.

    Attributes
    ----------
    correlation : float or None
    low, high : float or None
        None where the method gives no interval; `reason` says why.
    n : int
        Areas.
    confidence_level : float
    method : str
    resamples, degenerate : int or None
        Bootstrap resamples drawn, and those left out for want of variation.
    reason : str or None
    cautions : tuple of str
        exchangeable-areas-assumed, wide-interval, small-sample-bca, degenerate-resamples.

    Examples
    --------
    >>> bonett_wright(1.0, 6).reason
    'at a correlation of exactly 1 or -1 Fisher z is infinite'
    """

    correlation: float | None
    low: float | None
    high: float | None
    n: int
    confidence_level: float
    method: str
    resamples: int | None
    degenerate: int | None
    reason: str | None
    _terms = (("correlation", "correlation", "low", "high"),)

    def _finding(self) -> str:
        level = level_text(self.confidence_level)
        if self.correlation is None:
            return f"Not estimable: {self.reason}."
        if self.low is None or self.high is None:
            return (
                f"Between {self.n} areas the correlation is {signed(self.correlation)}; there is "
                f"no {level} interval ({self.method}): {self.reason}."
            )
        return (
            f"Between {self.n} areas the correlation is {signed(self.correlation)}, approximate "
            f"{level} interval {interval_text(self.low, self.high, signed)} ({self.method})."
        )


def fisher_z_interval(r: Number, n: int, confidence_level: float = 0.95) -> CorrelationInterval:
    """Give the Fisher-z interval of a Pearson correlation: tanh(atanh r +- z / sqrt(n - 3)).

    For normal data or logarithms; on skewed data it covered as little as 72% in simulation.

    Parameters
    ----------
    r : float
    n : int
        Areas.
    confidence_level : float, default 0.95

    Returns
    -------
    CorrelationInterval
        Without ends, and with the reason, below 4 areas and at a correlation of 1 or -1.

    Raises
    ------
    TableError
        If r does not lie between -1 and 1, or n is not 1 or more.

    References
    ----------
    Fisher, R. A. (1915). Frequency distribution of the values of the correlation coefficient.
    Biometrika 10(4), 507-521.

    Examples
    --------
    >>> result = fisher_z_interval(-0.828503883588428, 7, 0.9)
    >>> round(result.low, 6), round(result.high, 6)
    (-0.964433, -0.346024)
    """
    return _z_interval(r, n, confidence_level, "Fisher z", lambda _: 1.0)


def bonett_wright(r: Number, n: int, confidence_level: float = 0.95) -> CorrelationInterval:
    """Give the Bonett-Wright interval of a rank correlation.

    Fisher z with standard error sqrt((1 + r^2 / 2) / (n - 3)).

    Parameters
    ----------
    r : float
        Spearman's coefficient.
    n : int
        Areas.
    confidence_level : float, default 0.95

    Returns
    -------
    CorrelationInterval
        Without ends, and with the reason, below 4 areas and at a correlation of 1 or -1.

    Raises
    ------
    TableError
        If r does not lie between -1 and 1, or n is not 1 or more.

    References
    ----------
    Bonett, D. G. and Wright, T. A. (2000). Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations. Psychometrika 65(1), 23-28.

    Examples
    --------
    >>> result = bonett_wright(0.6, 6)
    >>> round(result.low, 3), round(result.high, 3), "wide-interval" in result.cautions
    (-0.49, 0.958, True)
    """
    return _z_interval(r, n, confidence_level, "Bonett-Wright", lambda rho: 1 + rho**2 / 2)


def _z_interval(
    r: Number, n: int, confidence_level: float, method: str, inflation: Any
) -> CorrelationInterval:
    rho = some_number(r, "r")
    if abs(rho) > 1 + _PERFECT:
        raise TableError(f"r is {r!r}; a correlation lies between -1 and 1.")
    areas = whole_number(n, "n", least=1)
    level = proper_fraction(confidence_level, "confidence_level")
    reason = None
    if areas < 4:
        reason = f"{counted(areas, 'area')}; the formula needs 4"
    elif abs(rho) >= 1 - _PERFECT:
        reason = "at a correlation of exactly 1 or -1 Fisher z is infinite"
    low = high = None
    if reason is None:
        reach = quantile((1 + level) / 2) * math.sqrt(inflation(rho) / (areas - 3))
        low, high = math.tanh(math.atanh(rho) - reach), math.tanh(math.atanh(rho) + reach)
    return _interval(rho, low, high, areas, level, method, reason)


def bca_interval(
    x: Sequence[Number],
    y: Sequence[Number],
    *,
    statistic: Literal["pearson", "spearman"] = "pearson",
    confidence_level: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
    allow_small: bool = False,
) -> CorrelationInterval:
    """Bootstrap a correlation: bias-corrected and accelerated, for 20 areas or more.

    Pairs are drawn with replacement; resamples without variation are left out and counted.

    Parameters
    ----------
    x, y : sequences of float
    statistic : {"pearson", "spearman"}, default "pearson"
    confidence_level : float, default 0.95
    resamples : int, default 9999
    seed : int, default 0
    allow_small : bool, default False
        Whether to give an interval below 20 areas, with its caution.

    Returns
    -------
    CorrelationInterval
        Without ends, and with the reason, below 20 areas, without variation, and at a
        correlation of 1 or -1.

    Raises
    ------
    TableError
        If x and y differ in length or hold what is no number.
    UnknownNameError
        If the statistic is not one of the two.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
    Association 82, 171-185.

    Examples
    --------
    >>> bca_interval([1, 2, 3, 4], [2, 1, 4, 3]).reason
    '4 areas; bootstrap intervals are given for 20 or more'
    """
    refuse_other_order(x=x, y=y)
    if len(a_row(x, "x")) != len(a_row(y, "y")):
        raise TableError(f"x holds {len(x)} values and y {len(y)}.")
    kind = one_of(statistic, "statistic", ("pearson", "spearman"))
    level = proper_fraction(confidence_level, "confidence_level")
    draws = whole_number(resamples, "resamples", least=1)
    seed = whole_number(seed, "seed", least=0)
    pairs = np.array(
        [[some_number(a, "x"), some_number(b, "y")] for a, b in zip(x, y, strict=True)]
    ).reshape(-1, 2)
    n = len(pairs)
    method = f"BCa bootstrap of {kind}"
    rho, varies = _correlations(pairs[None], kind) if n else (np.array([0.0]), np.array([False]))
    if not varies[0]:
        return _interval(None, None, None, n, level, method, "one side does not vary")
    estimate, reason = float(rho[0]), None
    if n < _BCA_AREAS and not allow_small:
        reason = f"{counted(n, 'area')}; bootstrap intervals are given for {_BCA_AREAS} or more"
    elif abs(estimate) >= 1 - _PERFECT:
        reason = "at a correlation of exactly 1 or -1 every resample gives the same"
    if reason:
        return _interval(estimate, None, None, n, level, method, reason)
    low, high, degenerate = _bca(pairs, kind, estimate, level, draws, seed)
    codes = (["small-sample-bca"] if n < _BCA_AREAS else []) + (
        ["degenerate-resamples"] if degenerate else []
    )
    return _interval(
        estimate, low, high, n, level, method, None, codes=codes, drawn=(draws, degenerate)
    )


def _bca(
    pairs: _FloatArray, kind: str, estimate: float, level: float, draws: int, seed: int
) -> tuple[float, float, int]:
    from scipy.special import ndtr

    n, rng = len(pairs), np.random.default_rng(seed)
    parts, degenerate = [], 0
    for start in range(0, draws, 1000):
        picked = rng.integers(n, size=(min(1000, draws - start), n))
        values, varies = _correlations(pairs[picked], kind)
        parts.append(values[varies])
        degenerate += int((~varies).sum())
    drawn = np.concatenate(parts)
    others = np.array([np.delete(np.arange(n), k) for k in range(n)])
    left, varies = _correlations(pairs[others], kind)
    gaps = left[varies].mean() - left[varies]
    squares = float((gaps**2).sum())
    acceleration = float((gaps**3).sum()) / (6 * squares**1.5) if squares else 0.0
    # Ties with the estimate count half; the ends stay within what was drawn.
    below = float((drawn < estimate).mean() + (drawn == estimate).mean() / 2)
    bias = quantile(min(max(below, 0.5 / len(drawn)), 1 - 0.5 / len(drawn)))
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        shifted = bias + quantile(tail)
        ends.append(float(ndtr(bias + shifted / (1 - acceleration * shifted))))
    low, high = np.quantile(drawn, ends)
    return float(low), float(high), degenerate


def _correlations(samples: _FloatArray, kind: str) -> tuple[_FloatArray, npt.NDArray[np.bool_]]:
    """Correlation of each sample (samples x areas x 2), and whether both of its sides vary."""
    varies = np.all(samples.max(axis=1) > samples.min(axis=1), axis=1)
    if kind == "spearman":
        from scipy.stats import rankdata

        samples = np.asarray(rankdata(samples, axis=1), dtype=float)
    centred = samples - samples.mean(axis=1, keepdims=True)
    a, b = centred[:, :, 0], centred[:, :, 1]
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    products = (a * b).sum(axis=1)
    return np.divide(products, scale, out=np.zeros_like(scale), where=varies), varies


def _interval(
    correlation: float | None,
    low: float | None,
    high: float | None,
    n: int,
    level: float,
    method: str,
    reason: str | None,
    *,
    codes: Sequence[str] = (),
    drawn: tuple[int | None, int | None] = (None, None),
) -> CorrelationInterval:
    cautions = list(codes)
    if low is not None and low == high:
        low = high = None
        reason = "all resamples give one value, and one point is no interval"
    if low is not None and high is not None:
        cautions = ["exchangeable-areas-assumed", *cautions]
        if high - low > _WIDE:
            cautions.append("wide-interval")
    return CorrelationInterval(
        correlation=correlation,
        low=low,
        high=high,
        n=n,
        confidence_level=level,
        method=method,
        resamples=drawn[0],
        degenerate=drawn[1],
        reason=reason,
        cautions=tuple(cautions),
    )
