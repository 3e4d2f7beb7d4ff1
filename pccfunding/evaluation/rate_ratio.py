"""Two counts beside each other: the ratio of their rates, its exact interval and its p."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from pccfunding.errors import one_of
from pccfunding.evaluation.arguments import (
    Number,
    optional_count,
    optional_dispersion,
    proper_fraction,
    some_positive,
)
from pccfunding.evaluation.log_ratios import (
    LogRatio,
    at_dispersions,
    change_pct,
    dispersion_table,
    dispersions_disagree,
)
from pccfunding.results import Result, nothing
from pccfunding.words import (
    count,
    counted,
    dispersion_text,
    floor_text,
    interval_text,
    level_text,
    number_text,
    p_text,
    percent,
    quantity,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RateRatio", "rate_ratio"]

_FloatArray = npt.NDArray[np.float64]
PRule = Literal["central", "minlike"]
# Beyond this many events the table of outcomes no longer fits into memory at hand.
_MOST, _SD = 20_000, 9.0


@dataclass(frozen=True, kw_only=True)
class RateRatio(Result):
    """The rate after divided by the rate before.

    Attributes
    ----------
    count_after, count_before : int or None
        The counts; None where one is not held.
    exposure_after, exposure_before : float
        What each count is over: person-years, days.
    confidence_level : float
    ratio, low, high : float or None
        Rate ratio and its interval; infinite where nothing was counted before; None where it
        cannot be computed.
    change_pct, change_low_pct, change_high_pct : float or None
        The same as percentage changes, negative for a fall.
    p_value : float or None
        Two-sided p of equal rates.
    p_rule : {"central", "minlike", "wald"}
        How the two tails were put together.
    min_p : float or None
        The smallest p that this number of events allows; None for a normal approximation.
    events : int or None
        Both counts together.
    dispersion : float or None
        Variance over mean that was used; None for the exact conditional interval.
    method : {"exact conditional", "Wald on the log scale"}
    reason : str or None
        Why something is undefined.
    cautions : tuple of str
        no-comparison-area, poisson-only, dispersion-decides, dispersion-raised, zero-count,
        p-and-interval-disagree.

    Examples
    --------
    >>> rate_ratio(688, 796).by_dispersion.round(3)[["dispersion", "low", "high", "p_value"]]
       dispersion    low   high  p_value
    0         1.0  0.780  0.957    0.005
    1         2.0  0.748  0.998    0.048
    2         4.0  0.705  1.060    0.161
    """

    count_after: int | None
    count_before: int | None
    exposure_after: float
    exposure_before: float
    confidence_level: float
    ratio: float | None
    low: float | None
    high: float | None
    change_pct: float | None
    change_low_pct: float | None
    change_high_pct: float | None
    p_value: float | None
    p_rule: str
    min_p: float | None
    events: int | None
    dispersion: float | None
    method: str
    reason: str | None
    _terms = (("rate ratio", "ratio", "low", "high", "p_value"),)
    _over = "events"

    @property
    def by_dispersion(self) -> pd.DataFrame:
        """Wald interval and p at dispersion 1, 2 and 4; no rows where a count is 0 or missing."""
        if not self.count_after or not self.count_before:
            return dispersion_table(None, None, self.confidence_level)
        log_ratio, variance = self._logs(self.count_after, self.count_before)
        return dispersion_table(log_ratio, variance, self.confidence_level)

    @property
    def p_fall(self) -> float | None:
        """One-sided exact p of a fall: so few later events or fewer; None where undefined."""
        tails = self._tails()
        return None if tails is None else tails[0]

    @property
    def p_rise(self) -> float | None:
        """One-sided exact p of a rise: so many later events or more; None where undefined."""
        tails = self._tails()
        return None if tails is None else tails[1]

    @property
    def e_test_p(self) -> float | None:
        """Two-sided p of the unconditional E-test; None where undefined or above 20,000 events.

        Krishnamoorthy and Thomson (2004), Journal of Statistical Planning and Inference 119,
        23-35. It has more power than the conditional test, and no interval of its own here.
        """
        if self.count_after is None or self.count_before is None:
            return None
        return _e_test(
            self.count_after, self.exposure_after, self.count_before, self.exposure_before
        )

    @property
    def e_value(self) -> float | None:
        """How strong a hidden cause would have to be, as a rate ratio with both, to explain it.

        VanderWeele and Ding (2017), Annals of Internal Medicine 167, 268-274; for rare events.
        """
        return None if self.ratio is None else _e_value(self.ratio)

    @property
    def e_value_interval(self) -> float | None:
        """The same for the end of the interval nearer to 1; 1 where the interval holds 1."""
        if self.low is None or self.high is None:
            return None
        if self.low <= 1 <= self.high:
            return 1.0
        return _e_value(self.low if self.low > 1 else self.high)

    @property
    def maryland_level(self) -> int:
        """2: what came after is compared with what came before; 0 where nothing is estimable."""
        return 0 if self.ratio is None else 2

    def _tails(self) -> tuple[float, float] | None:
        if self.count_after is None or self.count_before is None or not self.events:
            return None
        return _one_sided(
            self.count_after, self.exposure_after, self.count_before, self.exposure_before
        )

    def _logs(self, after: int, before: int) -> tuple[float, float]:
        return _log_ratio(after, self.exposure_after, before, self.exposure_before)

    def _finding(self) -> str:
        if self.ratio is None:
            return f"Not estimable: {self.reason}."
        level = level_text(self.confidence_level)
        low, high = self.change_low_pct, self.change_high_pct
        interval = f"{level} interval {interval_text(low, high)}"
        if low is None:
            interval = f"no {level} interval ({self.reason})"
        change = "from none" if math.isinf(self.ratio) else percent(self.change_pct)
        rates = ""
        if self.exposure_after != self.exposure_before:
            rates = (
                f" over {number_text(self.exposure_before)} and "
                f"{number_text(self.exposure_after)} of exposure"
            )
        return (
            f"The count went from {count(self.count_before)} (the base) to "
            f"{count(self.count_after)}{rates}: {change}, {interval} "
            f"({self._how()}){self._spread()}."
        )

    def short(self) -> str:
        """Give the change of two counts as part of another sentence."""
        level = level_text(self.confidence_level)
        ends = interval_text(self.change_low_pct, self.change_high_pct)
        interval = f"no {level} interval" if self.change_low_pct is None else f"{level} {ends}"
        change = "from none" if math.isinf(self.ratio or 0) else percent(self.change_pct)
        return (
            f"base {count(self.count_before)}, then {count(self.count_after)}: {change}, "
            f"{interval} ({p_text(self.p_value)}, n = {counted(self.events, 'event')}, family of "
            f"1, {floor_text(self.min_p)})"
        )

    def _how(self) -> str:
        rule = "" if self.p_rule == "wald" else f", {self.p_rule} rule"
        phi = "" if self.dispersion is None else f" with {dispersion_text(self.dispersion)}"
        return (
            f"{self.method}{phi}; {p_text(self.p_value)}{rule}, n = "
            f"{counted(self.events, 'event')}, family of 1, {floor_text(self.min_p)}"
        )

    def _spread(self) -> str:
        if self.dispersion is not None or not self.count_after or not self.count_before:
            return ""
        logs = self._logs(self.count_after, self.count_before)
        told = (
            f"{interval_text(change_pct(one.low), change_pct(one.high))} at "
            f"{'dispersion ' if phi == 2 else ''}{quantity(phi)}"
            for phi, one in at_dispersions(*logs, self.confidence_level)
            if phi > 1
        )
        return "; " + " and ".join(told)


def rate_ratio(
    count_after: Number | None,
    count_before: Number | None,
    *,
    exposure_after: Number = 1,
    exposure_before: Number = 1,
    confidence_level: float = 0.95,
    dispersion: Number | None = None,
    p_rule: PRule = "central",
) -> RateRatio:
    """Compare two counts: ratio of rates, interval, p.

    Given their sum N, the later count is binomial with q = E1 R / (E1 R + E0) for exposures E
    and rate ratio R; the Clopper-Pearson interval of q gives that of R. With a dispersion phi the
    interval is normal for ln R with variance phi (1/Y1 + 1/Y0). The interval and p of swapped
    periods are the reciprocal and the same.

    Parameters
    ----------
    count_after, count_before : int or None
        Events counted; None where a count is not held, which is not 0.
    exposure_after, exposure_before : float, default 1
        What the counts are over (persons, days), in the same unit.
    confidence_level : float, default 0.95
    dispersion : float or Dispersion, optional
        Variance over mean of the counts, 1 for independent events. Without it the exact interval
        is given, and `by_dispersion` shows what 1, 2 and 4 would make of it.
    p_rule : {"central", "minlike"}, default "central"
        "central" doubles the smaller tail and agrees with the interval; "minlike" adds every
        outcome that is no likelier than the one seen.

    Returns
    -------
    RateRatio

    Raises
    ------
    TableError
        If a count is no whole number of 0 or more, or an exposure is not above 0.
    UnknownNameError
        If the p rule is not one of the two.

    References
    ----------
    Fay, M. P. (2010). Two-sided exact tests and matching confidence intervals for discrete data.
    The R Journal 2(1), 53-58.

    Examples
    --------
    >>> result = rate_ratio(2, 9, exposure_after=17877, exposure_before=16660)
    >>> round(result.ratio, 4), round(result.low, 4), round(result.high, 4)
    (0.2071, 0.0218, 1.0005)
    >>> round(result.p_value, 5)
    0.05011
    >>> print(rate_ratio(688, 796, dispersion=2).text)
    The count went from 796 (the base) to 688: −13.6%, 95% interval −25.2% to −0.2% (Wald on the
    log scale with dispersion 2; p = 0.048, n = 1,484 events, family of 1, no smallest attainable p
    in an approximation). Caution: before and after only: other places may have changed as much.
    """
    after = optional_count(count_after, "count_after")
    before = optional_count(count_before, "count_before")
    over = some_positive(exposure_after, "exposure_after")
    under = some_positive(exposure_before, "exposure_before")
    level = proper_fraction(confidence_level, "confidence_level")
    phi, cautions = optional_dispersion(dispersion)
    rule = one_of(p_rule, "p_rule", ("central", "minlike"))
    same: dict[str, Any] = {
        "count_after": after,
        "count_before": before,
        "exposure_after": over,
        "exposure_before": under,
        "confidence_level": level,
        "dispersion": phi,
        "method": "exact conditional" if phi is None else "Wald on the log scale",
        "p_rule": rule if phi is None else "wald",
    }
    if after is None or before is None:
        return _undefined("a count is not held, and a missing count is not 0", **same)
    if after + before == 0:
        return _undefined("nothing was counted before or after", events=0, **same)
    ratio = math.inf if before == 0 else (after / over) / (before / under)
    low: float | None
    high: float | None
    p_value: float | None
    if phi is None:
        # Here, since the measures bring Narwhals, which the ladder does without.
        from pccfunding.measures.reduction import ratio_interval

        low, high = ratio_interval(before, after, (under, over), level)
        p_value, min_p = _exact_p(after, over, before, under, rule)
        reason = None
    else:
        low, high, p_value, reason = _wald(after, over, before, under, phi, level)
        min_p = None
    return RateRatio(
        ratio=ratio,
        low=low,
        high=high,
        change_pct=change_pct(ratio),
        change_low_pct=change_pct(low),
        change_high_pct=change_pct(high),
        p_value=p_value,
        min_p=min_p,
        events=after + before,
        reason=reason,
        cautions=(
            "no-comparison-area",
            *cautions,
            *_doubts(after, over, before, under, phi, level, p_value, low, high),
        ),
        **same,
    )


def _undefined(reason: str, *, events: int | None = None, **same: Any) -> RateRatio:
    empty = nothing(
        *("ratio", "low", "high", "change_pct", "change_low_pct", "change_high_pct", "p_value"),
        "min_p",
    )
    return RateRatio(**empty, events=events, reason=reason, **same)


def _log_ratio(after: int, over: float, before: int, under: float) -> tuple[float, float]:
    return math.log((after / over) / (before / under)), 1 / after + 1 / before


def _exact_p(after: int, over: float, before: int, under: float, rule: str) -> tuple[float, float]:
    from scipy.stats import binomtest

    events, q = after + before, over / (over + under)
    ends = (q**events, (1 - q) ** events)
    if rule == "central":
        tails = _one_sided(after, over, before, under)
        return min(1.0, 2 * min(tails)), min(1.0, 2 * min(ends))
    floor = sum(end for end in ends if end <= min(ends) * (1 + 1e-7))
    return float(binomtest(after, events, q).pvalue), floor


def _wald(
    after: int, over: float, before: int, under: float, phi: float, level: float
) -> tuple[float | None, float | None, float | None, str | None]:
    if not after or not before:
        return None, None, None, "the logarithm of a count of 0 does not exist"
    log_ratio, variance = _log_ratio(after, over, before, under)
    wald = LogRatio(log_ratio, phi * variance, level)
    return wald.low, wald.high, wald.p_value, None


def _doubts(
    after: int,
    over: float,
    before: int,
    under: float,
    phi: float | None,
    level: float,
    p_value: float | None,
    low: float | None,
    high: float | None,
) -> tuple[str, ...]:
    codes = []
    if phi is None:
        codes.append("poisson-only")
        if after and before:
            logs = _log_ratio(after, over, before, under)
            if dispersions_disagree(*logs, level, also=p_value):
                codes.append("dispersion-decides")
    if not after or not before:
        codes.append("zero-count")
    if p_value is not None and low is not None and high is not None:
        inside, told = low <= 1 <= high, p_value < 1 - level
        codes += ["p-and-interval-disagree"] if inside is told else []
    return tuple(codes)


def _one_sided(after: int, over: float, before: int, under: float) -> tuple[float, float]:
    """Give the exact conditional p of a fall and of a rise."""
    from scipy.stats import binom

    events, q = after + before, over / (over + under)
    return float(binom.cdf(after, events, q)), float(binom.sf(after - 1, events, q))


def _e_test(after: int, over: float, before: int, under: float) -> float | None:
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


def _e_value(ratio: float) -> float:
    """Give the strength that a hidden cause would need on both sides to make this ratio.

    Examples
    --------
    >>> round(_e_value(3.9), 2), round(_e_value(1 / 3.9), 2), _e_value(1.0)
    (7.26, 7.26, 1.0)
    """
    if ratio == 0 or math.isinf(ratio):
        return math.inf
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))
