"""A place beside another: the ratio of their rate ratios, and whether they ran in parallel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pccfunding.evaluation.arguments import (
    Number,
    optional_count,
    optional_dispersion,
    proper_fraction,
    some_positive,
)
from pccfunding.evaluation.earlier_course import (
    COURSE_FIELDS,
    course_doubts,
    earlier_course,
    why_not_beside,
)
from pccfunding.evaluation.log_ratios import (
    LogRatio,
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
    p_text,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RatioOfRateRatios", "ratio_of_rate_ratios"]


@dataclass(frozen=True, kw_only=True)
class RatioOfRateRatios(Result):
    """A change beside the change of a comparison area, as a ratio.

    Attributes
    ----------
    count_after, count_before, control_after, control_before : int or None
    ratio, low, high : float or None
        (after / before) over (comparison after / comparison before), with its interval.
    change_pct, change_low_pct, change_high_pct : float or None
    log_ratio, se_log : float or None
        The difference in differences on the log scale and its standard error.
    p_value : float or None
        Two-sided, normal.
    confidence_level : float
    dispersion : float or None
        What multiplied the variance; None counts as 1, with a caution.
    pre_points : int
        Earlier periods given for both places.
    pre_trend_pct, pre_trend_low_pct, pre_trend_high_pct : float or None
        Change of the ratio of the two places a year before, with its 90% interval.
    pre_trend_p : float or None
    pre_scatter : float or None
        Variance over mean of the earlier points around that course: reported, not judged.
    events : int or None
    reason : str or None
    cautions : tuple of str
        pre-trend-not-shown, pre-trends-differ, poisson-only, dispersion-decides,
        dispersion-raised, zero-count.

    Examples
    --------
    >>> ratio_of_rate_ratios(80, 100, 96, 100).maryland_level
    2
    """

    count_after: int | None
    count_before: int | None
    control_after: int | None
    control_before: int | None
    ratio: float | None
    low: float | None
    high: float | None
    change_pct: float | None
    change_low_pct: float | None
    change_high_pct: float | None
    log_ratio: float | None
    se_log: float | None
    p_value: float | None
    confidence_level: float
    dispersion: float | None
    pre_points: int
    pre_trend_pct: float | None
    pre_trend_low_pct: float | None
    pre_trend_high_pct: float | None
    pre_trend_p: float | None
    pre_scatter: float | None
    events: int | None
    reason: str | None
    _terms = (("ratio of rate ratios", "ratio", "low", "high", "p_value"),)
    _over = "events"
    _done_by = "Wald on the log scale"

    @property
    def by_dispersion(self) -> pd.DataFrame:
        """Interval and p at dispersion 1, 2 and 4."""
        variance = None
        if self.se_log is not None:
            variance = self.se_log**2 / (self.dispersion or 1.0)
        return dispersion_table(self.log_ratio, variance, self.confidence_level)

    @property
    def maryland_level(self) -> int:
        """3 where 5 or more earlier periods show a course within 5% a year; else 2."""
        if self.ratio is None:
            return 0
        return 2 if "pre-trend-not-shown" in self.cautions else 3

    def _finding(self) -> str:
        if self.ratio is None:
            return f"Not estimable: {self.reason}."
        phi = "" if self.dispersion is None else f", {dispersion_text(self.dispersion)}"
        trend = ""
        if self.pre_trend_pct is not None:
            ends = interval_text(self.pre_trend_low_pct, self.pre_trend_high_pct)
            trend = (
                f"; before, {percent(self.pre_trend_pct)} a year apart (90% interval {ends}, "
                f"{counted(self.pre_points, 'point')})"
            )
        return (
            f"Here the count went from {count(self.count_before)} to {count(self.count_after)}, "
            f"beside it from {count(self.control_before)} to "
            f"{count(self.control_after)}: relative to it {percent(self.change_pct)}, "
            f"{level_text(self.confidence_level)} interval "
            f"{interval_text(self.change_low_pct, self.change_high_pct)} (Wald{phi}; "
            f"{p_text(self.p_value)}, n = {counted(self.events, 'event')}, family of "
            f"1, {floor_text(None)}){trend}."
        )


def ratio_of_rate_ratios(
    count_after: Number | None,
    count_before: Number | None,
    control_after: Number | None,
    control_before: Number | None,
    *,
    exposure_after: Number = 1,
    exposure_before: Number = 1,
    control_exposure_after: Number = 1,
    control_exposure_before: Number = 1,
    confidence_level: float = 0.95,
    dispersion: Number | None = None,
    pre_counts: Sequence[Number] | None = None,
    pre_control_counts: Sequence[Number] | None = None,
    pre_periods_per_year: Number = 1,
    control_funded: Sequence[object] = (),
) -> RatioOfRateRatios:
    """Compare a change with that of a comparison area: difference in differences of logarithms.

    RRR = (Y1 / Y0) / (C1 / C0), each count over its exposure; the variance of ln RRR is
    phi (1/Y1 + 1/Y0 + 1/C1 + 1/C0).

    Parameters
    ----------
    count_after, count_before : int or None
        Counts where the award went.
    control_after, control_before : int or None
        Counts in the comparison area.
    exposure_after, exposure_before, control_exposure_after, control_exposure_before : float
        What the counts are over; 1 by default.
    confidence_level : float, default 0.95
    dispersion : float or Dispersion, optional
        Variance over mean of the counts.
    pre_counts, pre_control_counts : sequences of int, optional
        Counts of equally long periods before the baseline, oldest first, for the two places. Five
        or more of them can show a similar earlier course; without, the result stays at Maryland
        level 2.
    pre_periods_per_year : float, default 1
        How many of the earlier periods make a year.
    control_funded : sequence, optional
        Awards of the same kind that the comparison area had in the window, by id. With any of
        them it is no comparison, and the result is refused.

    Returns
    -------
    RatioOfRateRatios

    Raises
    ------
    TableError
        If a count is no whole number of 0 or more, an exposure is not above 0, or the earlier
        counts of the two places differ in number.

    Notes
    -----
    The earlier course is the weighted least-squares slope of ln((y + 1/2) / (c + 1/2)) with
    weights 1 / (phi (1/(y + 1/2) + 1/(c + 1/2))), its error widened where the points scatter more
    than that, with Student's t on n - 2 degrees of freedom. A slope that cannot be told from 0 does
    not show that the two places ran alike: its 90% interval has to lie within 5% a year.

    Examples
    --------
    >>> result = ratio_of_rate_ratios(
    ...     160, 200, 480, 500, pre_counts=[198, 205, 201], pre_control_counts=[495, 510, 505]
    ... )
    >>> round(result.ratio, 4), round(result.low, 4), round(result.high, 4), result.maryland_level
    (0.8333, 0.6538, 1.0622, 2)
    """
    counts = {
        name: optional_count(value, name)
        for name, value in (
            ("count_after", count_after),
            ("count_before", count_before),
            ("control_after", control_after),
            ("control_before", control_before),
        )
    }
    over = some_positive(exposure_after, "exposure_after")
    over *= some_positive(control_exposure_before, "control_exposure_before")
    under = some_positive(exposure_before, "exposure_before")
    under *= some_positive(control_exposure_after, "control_exposure_after")
    level = proper_fraction(confidence_level, "confidence_level")
    phi, cautions = optional_dispersion(dispersion)
    course = earlier_course(pre_counts, pre_control_counts, phi or 1.0, pre_periods_per_year)
    same: dict[str, Any] = {
        **counts,
        "confidence_level": level,
        "dispersion": phi,
        **dict(zip(COURSE_FIELDS, course.fields, strict=True)),
    }
    funded = why_not_beside(control_funded)
    if funded:
        return _undefined(funded, None, **same)
    known = [count for count in counts.values() if count is not None]
    if len(known) < 4:
        return _undefined("a count is not held, and a missing count is not 0", None, **same)
    if 0 in known:
        reason = "the logarithm of a count of 0 does not exist"
        return _undefined(reason, sum(known), cautions=("zero-count",), **same)
    after, before, control, control_base = known
    log_ratio = math.log(after * control_base / (before * control)) - math.log(over / under)
    unit_variance = sum(1 / count for count in known)
    wald = LogRatio(log_ratio, (phi or 1.0) * unit_variance, level)
    codes = course_doubts(course)
    if phi is None:
        codes.append("poisson-only")
        if dispersions_disagree(log_ratio, unit_variance, level):
            codes.append("dispersion-decides")
    return RatioOfRateRatios(
        ratio=wald.ratio,
        low=wald.low,
        high=wald.high,
        change_pct=change_pct(wald.ratio),
        change_low_pct=change_pct(wald.low),
        change_high_pct=change_pct(wald.high),
        log_ratio=log_ratio,
        se_log=wald.se,
        p_value=wald.p_value,
        events=sum(known),
        reason=None,
        cautions=(*codes, *cautions),
        **same,
    )


def _undefined(reason: str, events: int | None, **same: Any) -> RatioOfRateRatios:
    empty = nothing(
        *("ratio", "low", "high", "change_pct", "change_low_pct", "change_high_pct"),
        *("log_ratio", "se_log", "p_value"),
    )
    return RatioOfRateRatios(**empty, events=events, reason=reason, **same)
