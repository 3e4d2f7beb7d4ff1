"""What counts of this size, or this many areas, could have shown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from pccfunding.errors import TableError, one_of
from pccfunding.evaluation.arguments import (
    Number,
    optional_dispersion,
    proper_fraction,
    some_number,
    whole_number,
)
from pccfunding.evaluation.log_ratios import quantile
from pccfunding.results import Result
from pccfunding.words import count, counted, dispersion_text, interval_text, level_text, quantity

__all__ = [
    "MinimalDetectable",
    "MinimalDetectableCorrelation",
    "baseline_needed",
    "minimal_detectable",
    "minimal_detectable_correlation",
]

# Exact Spearman test, 80% power at .05 two-sided, bivariate normal: simulated, not from a formula.
_SIMULATED = {
    5: 0.998, 6: 0.973, 7: 0.924, 8: 0.890, 9: 0.862, 10: 0.822, 11: 0.796, 12: 0.766, 13: 0.742,
    14: 0.724, 15: 0.700, 16: 0.683, 17: 0.664, 18: 0.648, 19: 0.633, 43: 0.44,
}  # fmt: skip
_FROM_FORMULA = 20
# Baselines are looked through one by one from above.
_MOST_LOOKED_AT, _LEAST_LEFT = 10**10, Fraction(1, 10**6)
# ln r at which abs(ln r) / sqrt(1 + 1/r) is largest: the root of 2 (1 + 1/r) + ln(r) / r.
_PEAK = -2.2177151061


@dataclass(frozen=True, kw_only=True)
class MinimalDetectable(Result):
    """The smallest change that counts of this size would show.

    Attributes
    ----------
    fall_pct : float or None
        Smallest fall, as a negative change; None where no fall, not even to 0, would show.
    rise_pct : float
        Smallest rise.
    count_before : int
        The base.
    dispersion, power, alpha : float
    reason : str or None
    cautions : tuple of str
        dispersion-raised.

    Examples
    --------
    >>> round(minimal_detectable(400).rise_pct, 1)
    20.8
    """

    fall_pct: float | None
    rise_pct: float
    count_before: int
    dispersion: float
    power: float
    alpha: float
    reason: str | None
    _terms = (
        ("fall in percent", "fall_pct"),
        ("rise in percent", "rise_pct"),
    )
    _over = "count_before"
    _done_by = "smallest change that would be seen"

    def _finding(self) -> str:
        terms = (
            f"base {count(self.count_before)}, {dispersion_text(self.dispersion)}, "
            f"power {level_text(self.power)} at {quantity(self.alpha)} two-sided"
        )
        if self.fall_pct is None:
            return f"No fall would show ({terms}): {self.reason}."
        return (
            "Two periods would show a change outside "
            f"{interval_text(self.fall_pct, self.rise_pct)} ({terms}); a smaller one would more "
            "likely be missed."
        )


@dataclass(frozen=True, kw_only=True)
class MinimalDetectableCorrelation(Result):
    """The smallest correlation that this many areas would show.

    Attributes
    ----------
    correlation : float or None
        From the Fisher-z formula, approximate.
    simulated : float or None
        For the exact Spearman test, where it was simulated: n = 5 to 19 and 43 at 80% and .05.
    rank_correlation : float or None
        For that test: simulated below 20 areas, by the formula with variance 1 + r^2 / 2 above.
    n : int
    power, alpha : float
    reason : str or None
    cautions : tuple of str
        formula-optimistic.

    Examples
    --------
    >>> minimal_detectable_correlation(3).reason
    '3 areas; the formula needs 4'
    """

    correlation: float | None
    simulated: float | None
    rank_correlation: float | None
    n: int
    power: float
    alpha: float
    reason: str | None
    _terms = (("correlation", "correlation"),)
    _done_by = "smallest correlation that would be seen"

    def _finding(self) -> str:
        if self.correlation is None:
            return f"Not estimable: {self.reason}."
        simulated = (
            ""
            if self.simulated is None
            else (f"; simulated for the exact Spearman test it is {quantity(self.simulated)}")
        )
        return (
            f"With {self.n} areas a correlation would have to be about "
            f"{quantity(self.correlation, places=2)} to show with power {level_text(self.power)} "
            f"at {quantity(self.alpha)} two-sided (Fisher-z formula, approximate{simulated})."
        )


def baseline_needed(
    change_pct: Number,
    *,
    dispersion: Number = 1.0,
    alpha: float = 0.05,
    direction: Literal["fall", "rise"] = "fall",
) -> int:
    """Give the smallest baseline count at which a published change is told from no change.

    At dispersion 1 the comparison count is the baseline times (1 - fall), rounded half up, and
    the answer is the smallest baseline from which on *every* larger one has an exact two-sided
    p below alpha (rounding makes p saw-toothed, so a smaller baseline may pass by luck). Above 1
    it is the smallest baseline with ln(ratio)^2 >= z^2 phi (1 + 1/ratio) / baseline, and never
    below the exact answer.

    Parameters
    ----------
    change_pct : float
        Size of the change in percent; the sign is not looked at, `direction` says which way.
    dispersion : float or Dispersion, default 1
    alpha : float, default 0.05
    direction : {"fall", "rise"}, default "fall"

    Returns
    -------
    int

    Raises
    ------
    TableError
        If the change is 0, or a fall of 100% or more.

    Examples
    --------
    >>> [baseline_needed(pct) for pct in (8.5, 13, 21, 37)]
    [1042, 443, 170, 53]
    >>> baseline_needed(13, dispersion=2), baseline_needed(27.4, direction="rise")
    (852, 126)
    """
    way = one_of(direction, "direction", ("fall", "rise"))
    size = abs(some_number(change_pct, "change_pct"))
    level = proper_fraction(alpha, "alpha")
    phi, _ = optional_dispersion(dispersion)
    if size == 0 or (way == "fall" and size >= 100):
        raise TableError(
            f"change_pct is {change_pct!r}; a fall lies between 0 and 100, a rise above 0."
        )
    # The shortest decimal of a float is what was printed: 8.5, not its binary neighbour.
    printed = Fraction(str(size)) / 100
    ratio = 1 - printed if way == "fall" else 1 + printed
    z, log_ratio = quantile(1 - level / 2), math.log(ratio)
    unit = z**2 * (1 + 1 / float(ratio)) / log_ratio**2 if log_ratio else math.inf
    if unit > _MOST_LOOKED_AT or ratio < _LEAST_LEFT:
        raise TableError(
            f"change_pct is {change_pct!r}; it takes a fall of up to 99.9999%, or a change that "
            f"shows at a baseline below {count(_MOST_LOOKED_AT)}."
        )
    exact = _exact_baseline(ratio, level, round(unit))
    return exact if phi is None or phi == 1 else max(exact, math.ceil(phi * unit))


def _exact_baseline(ratio: Fraction, alpha: float, near: int) -> int:
    from scipy.stats import binom

    top = near + 12 * math.isqrt(near) + 60
    step = max(1000, 24 * math.isqrt(near))
    while top > 0:
        bases = np.arange(max(1, top - step + 1), top + 1)
        later = np.array([math.floor(int(base) * ratio + Fraction(1, 2)) for base in bases])
        p_values = 2 * binom.cdf(np.minimum(bases, later), bases + later, 0.5)
        passed = p_values < alpha
        if not passed.all():
            return int(bases[~passed][-1]) + 1
        top = int(bases[0]) - 1
    return 1


def minimal_detectable(
    count_before: Number,
    *,
    dispersion: Number = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
) -> MinimalDetectable:
    """Give the smallest fall and rise that two periods of this base would show.

    Solves abs(ln r) = (z_power + z_alpha/2) sqrt(phi (1 + 1/r) / Y0) for the rate ratio r.

    Parameters
    ----------
    count_before : int
        Count of the baseline.
    dispersion : float or Dispersion, default 1
        2 halves the effective count.
    power : float, default 0.8
    alpha : float, default 0.05
        Two-sided.

    Returns
    -------
    MinimalDetectable

    Raises
    ------
    TableError
        If the count is not 1 or more.

    Examples
    --------
    >>> [round(minimal_detectable(count).fall_pct) for count in (100, 400, 1600)]
    [-36, -19, -10]
    >>> minimal_detectable(10).reason
    'the base is too small for any fall'
    """
    count = whole_number(count_before, "count_before", least=1)
    phi, cautions = optional_dispersion(dispersion)
    level, strength = proper_fraction(alpha, "alpha"), proper_fraction(power, "power")
    scale = phi or 1.0
    size = (quantile(strength) + quantile(1 - level / 2)) * math.sqrt(scale / count)

    def excess(log_ratio: float) -> float:
        return abs(log_ratio) - size * math.sqrt(1 + math.exp(-log_ratio))

    fall = None
    if excess(_PEAK) >= 0:
        fall = 100 * math.expm1(_bisect(excess, _PEAK, 0.0))
    return MinimalDetectable(
        fall_pct=fall,
        rise_pct=100 * math.expm1(_bisect(excess, 2 * size, 0.0)),
        count_before=count,
        dispersion=scale,
        power=strength,
        alpha=level,
        reason="the base is too small for any fall" if fall is None else None,
        cautions=cautions,
    )


def _bisect(excess: Callable[[float], float], at_least_0: float, below_0: float) -> float:
    """Find where a function crosses 0 between a point where it does not lie below and one where."""
    yes, no = at_least_0, below_0
    for _ in range(200):
        middle = (yes + no) / 2
        yes, no = (middle, no) if excess(middle) >= 0 else (yes, middle)
    return yes


def _of_ranks(areas: int, size: float) -> float:
    """Solve r = tanh(size sqrt((1 + r^2 / 2) / (areas - 3)))."""
    found = 0.0
    for _ in range(60):
        found = math.tanh(size * math.sqrt((1 + found**2 / 2) / (areas - 3)))
    return found


def minimal_detectable_correlation(
    n: int, *, power: float = 0.8, alpha: float = 0.05
) -> MinimalDetectableCorrelation:
    """Give the smallest correlation that n areas would show, by a formula known to be optimistic.

    tanh((z_alpha/2 + z_power) / sqrt(n - 3)). Below 20 areas the value simulated for the exact
    Spearman test (latent bivariate normal, 80% power at .05) stands beside it, such as .973 at 6;
    above, the same formula with the variance 1 + r^2 / 2 that ranks have.

    Parameters
    ----------
    n : int
        Areas.
    power : float, default 0.8
    alpha : float, default 0.05
        Two-sided.

    Returns
    -------
    MinimalDetectableCorrelation

    Raises
    ------
    TableError
        If n is not 1 or more.

    Examples
    --------
    >>> result = minimal_detectable_correlation(6)
    >>> round(result.correlation, 3), result.simulated
    (0.924, 0.973)
    """
    areas = whole_number(n, "n", least=1)
    level, strength = proper_fraction(alpha, "alpha"), proper_fraction(power, "power")
    correlation = None
    size = quantile(1 - level / 2) + quantile(strength)
    if areas > 3:
        correlation = math.tanh(size / math.sqrt(areas - 3))
    simulated = _SIMULATED.get(areas) if (strength, level) == (0.8, 0.05) else None
    return MinimalDetectableCorrelation(
        correlation=correlation,
        simulated=simulated,
        rank_correlation=_of_ranks(areas, size) if areas >= _FROM_FORMULA else simulated,
        n=areas,
        power=strength,
        alpha=level,
        reason=f"{counted(areas, 'area')}; the formula needs 4" if correlation is None else None,
        cautions=() if correlation is None else ("formula-optimistic",),
    )
