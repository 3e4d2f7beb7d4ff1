"""A series interrupted by an award: level and slope, with or without comparison series."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from pccfunding.errors import TableError, one_of, refuse_other_order
from pccfunding.evaluation.arguments import (
    PANDEMIC,
    Number,
    a_flag,
    a_row,
    month_number,
    month_numbers,
    month_text,
    optional_count,
    proper_fraction,
    some_positive,
    whole_number,
)
from pccfunding.evaluation.earlier_course import (
    COURSE_FIELDS,
    NOTHING_EARLIER,
    EarlierCourse,
    course_doubts,
    earlier_course,
)
from pccfunding.evaluation.log_ratios import change_pct
from pccfunding.evaluation.segmented_regression import FloatArray, segmented_design, segmented_fit
from pccfunding.results import Result, nothing
from pccfunding.words import (
    counted,
    floor_text,
    interval_text,
    is_missing,
    is_number,
    level_text,
    p_text,
    percent,
    quantity,
)

__all__ = ["InterruptedSeries", "interrupted_series"]

Errors = Literal["gls", "wider", "hac", "quasi"]
Counts = Sequence[Number | None]

_MONTHS = 12


@dataclass(frozen=True)
class _Spacing:
    """Periods of one length: how they are called, how many a year, and the fewest of them."""

    word: str
    a_year: int
    before: int
    after: int
    harmonics: int


# Months between neighbouring periods.
_SPACINGS = {
    1: _Spacing("month", 12, 24, 3, 2),
    3: _Spacing("quarter", 4, 12, 3, 2),
    12: _Spacing("year", 1, 6, 3, 0),
}
_PANDEMIC = month_numbers(PANDEMIC)


@dataclass(frozen=True, kw_only=True)
class InterruptedSeries(Result):
    """The step, and the change of slope, of a series at its interruption.

    Attributes
    ----------
    level_ratio, level_low, level_high : float or None
        Rate just after over what the earlier course would give; beside a comparison series, the
        same relative to that one.
    level_pct, level_low_pct, level_high_pct : float or None
    level_p : float or None
        Two-sided, from Student's t on the residual degrees of freedom.
    slope_ratio, slope_low, slope_high : float or None
        Factor a period by which the course afterwards differs; None without a slope term.
    trend_pct : float or None
        Change a period before the interruption.
    dispersion : float or None
        Pearson X2 over residual degrees of freedom.
    autocorrelation : float or None
        Of neighbouring Pearson residuals.
    errors : {"gls", "wider", "hac", "quasi"}
    max_lag : int
    period : {"month", "quarter", "year"}
    n_before, n_after : int
        Periods.
    first_after : str
        First month after the interruption.
    mean_before : float or None
        Mean count of a period before.
    events : int or None
    harmonics : int
    controlled : bool
    n_controls : int
    pre_points : int
        Earlier periods beside comparison series; 0 without them.
    pre_trend_pct, pre_trend_low_pct, pre_trend_high_pct : float or None
        Difference of the earlier yearly course from that of all comparison series together, and
        its 90% interval.
    pre_trend_p, pre_scatter : float or None
    confidence_level : float
    reason : str or None
    cautions : tuple of str
        no-control-series, pre-trend-not-shown, pre-trends-differ, short-after-series,
        pandemic-months, autocorrelated-residuals.

    Examples
    --------
    >>> interrupted_series([9, 12], ["2019-01", "2019-02"], first_after="2019-02").estimable
    False
    """

    level_ratio: float | None
    level_low: float | None
    level_high: float | None
    level_pct: float | None
    level_low_pct: float | None
    level_high_pct: float | None
    level_p: float | None
    slope_ratio: float | None
    slope_low: float | None
    slope_high: float | None
    trend_pct: float | None
    dispersion: float | None
    autocorrelation: float | None
    errors: str
    max_lag: int
    period: str
    n_before: int
    n_after: int
    first_after: str
    mean_before: float | None
    events: int | None
    harmonics: int
    controlled: bool
    n_controls: int
    pre_points: int
    pre_trend_pct: float | None
    pre_trend_low_pct: float | None
    pre_trend_high_pct: float | None
    pre_trend_p: float | None
    pre_scatter: float | None
    confidence_level: float
    reason: str | None
    _terms = (
        ("level", "level_ratio", "level_low", "level_high", "level_p"),
        ("slope", "slope_ratio", "slope_low", "slope_high"),
    )
    _over = "events"
    _done_by = "segmented log-linear regression"

    @property
    def estimable(self) -> bool:
        """Whether the state of the series allowed an estimate."""
        return self.level_ratio is not None

    @property
    def maryland_level(self) -> int:
        """3 beside comparison series whose similar earlier course is shown; else 2."""
        if not self.estimable:
            return 0
        return 2 if {"no-control-series", "pre-trend-not-shown"} & set(self.cautions) else 3

    def _finding(self) -> str:
        if not self.estimable:
            return f"Not estimable: {self.reason}."
        beside = ""
        if self.controlled:
            several = "the comparison series" if self.n_controls == 1 else "comparison series"
            beside = f" relative to {several}"
        slope = ""
        if self.slope_ratio is not None:
            slope = f", then {percent(change_pct(self.slope_ratio))} a {self.period}"
        return (
            f"From {self.first_after} the count a {self.period} stepped by "
            f"{percent(self.level_pct)}{beside} (base {quantity(self.mean_before, places=1)} over "
            f"{counted(self.n_before, self.period)}), {level_text(self.confidence_level)} interval "
            f"{interval_text(self.level_low_pct, self.level_high_pct)}{slope} "
            f"({p_text(self.level_p)}, n = {counted(self.events, 'event')}, family of 1, "
            f"{floor_text(None)})."
        )


def interrupted_series(
    counts: Sequence[Number | None],
    months: Sequence[Any],
    *,
    first_after: Any,
    exposure: Sequence[Number] | Number | None = None,
    control: Counts | Mapping[str, Counts] | None = None,
    control_exposure: Sequence[Number] | Number | Mapping[str, Any] | None = None,
    harmonics: int | None = None,
    slope: bool = True,
    errors: Errors = "gls",
    max_lag: int = 3,
    confidence_level: float = 0.95,
) -> InterruptedSeries:
    """Fit a segmented Poisson regression to monthly, quarterly or yearly counts.

    ln mean = ln exposure + trend + harmonics of the season + step (+ slope change). With
    comparison series all are fitted together, each with a level and a trend of its own, and what
    is reported is the step here beyond the step they have in common.

    Parameters
    ----------
    counts : sequence of int
        Counts in order of time; None where one is not held.
    months : sequence
        The month of each count: '2019-04', a date or a timestamp; or its quarter ('2019-Q2', or
        the first month of each), or its year. No period may be left out.
    first_after : str, date or timestamp
        First period after the interruption.
    exposure, control_exposure : float or sequence of float, optional
        Population (or days) of each period, whose logarithm is the offset.
    control : sequence of int, or mapping of label to sequence, optional
        Counts of one comparison area in the same periods, or of several; `control_exposure` is
        then a mapping too, or one number.
    harmonics : int, optional
        Pairs of sine and cosine of the season; 0 for none, 6 at most for months and 2 for
        quarters. By default 2, and none for years.
    slope : bool, default True
        Whether the trend may change as well as the level.
    errors : {"gls", "wider", "hac", "quasi"}, default "gls"
        Averaged over autocorrelation (see Notes), quasi-Poisson, Newey-West up to `max_lag`
        periods, or the wider of these two.
    max_lag : int, default 3
    confidence_level : float, default 0.95

    Returns
    -------
    InterruptedSeries
        Not estimable, with the reason, below 24 months, 12 quarters or 6 years before or 3
        periods after, or where a period or a count is missing.

    Raises
    ------
    MissingExtraError
        If statsmodels is not installed.
    TableError, PeriodError, UnknownNameError
        If sequences differ in length, a value or month cannot be used, or `errors` is unknown.

    Notes
    -----
    With `errors="gls"` the working response is fitted by generalised least squares in the Pearson
    metric, with V = phi [(1 - h) I + h R(r)] in each series and R(r) a first-order
    autoregression; Student's t is averaged over r from -.3 to .95 and h from .2 to 1 by restricted
    likelihood. The simulation `interrupted_size` of the benchmarks sets it beside the wider of
    quasi-Poisson and Newey-West errors, which rejects two to three times too often where
    neighbouring months resemble each other.

    References
    ----------
    Lopez Bernal, J., Cummins, S. and Gasparrini, A. (2017). Interrupted time series regression
    for the evaluation of public health interventions: a tutorial. International Journal of
    Epidemiology 46(1), 348-355.

    Examples
    --------
    Fewer than 24 months before are refused, with the reason:

    >>> counts = [31, 28, 40, 35, 30, 29, 33, 27, 22, 25, 24, 21]
    >>> months = [f"2019-{month:02d}" for month in range(1, 13)]
    >>> print(interrupted_series(counts, months, first_after="2019-07").text)
    Not estimable: 6 months before the interruption; at least 24 are needed.
    """
    level = proper_fraction(confidence_level, "confidence_level")
    one_of(errors, "errors", get_args(Errors))
    a_flag(slope, "slope")
    refuse_other_order(counts=counts, months=months, exposure=exposure, control=control)
    lag = whole_number(max_lag, "max_lag", least=0)
    numbers, first = month_numbers(months), month_number(first_after, "first_after")
    spacing = _spacing(numbers)
    pairs = spacing.harmonics
    if harmonics is not None:
        pairs = whole_number(harmonics, "harmonics", least=0)
    if pairs > spacing.a_year // 2:
        raise TableError(
            f"harmonics is {pairs}; {spacing.a_year} {spacing.word}s a year carry "
            f"{spacing.a_year // 2} at most."
        )
    controls = _controls(control)
    series = [_series(counts, months, "counts")]
    series += [_series(one, months, name) for name, one in controls.items()]
    exposures = [
        _exposures(exposure, len(months), "exposure"),
        *_control_exposures(control_exposure, controls, len(months)),
    ]
    n_before = sum(number < first for number in numbers)
    same: dict[str, Any] = {
        "errors": errors,
        "max_lag": lag,
        "period": spacing.word,
        "n_before": n_before,
        "n_after": len(numbers) - n_before,
        "first_after": month_text(first),
        "harmonics": pairs,
        "controlled": bool(controls),
        "n_controls": len(controls),
        "confidence_level": level,
    }
    reason = _why_not(series, numbers, n_before, spacing)
    if reason:
        return _refused(reason, **same)
    values = [[float(count or 0) for count in one] for one in series]
    step_months = _MONTHS // spacing.a_year
    time = (np.array(numbers, dtype=float) - first) // step_months
    calendar = (np.array(numbers) // step_months) % spacing.a_year
    design = segmented_design(
        time, calendar, pairs, slope=slope, areas=len(series), season=spacing.a_year
    )
    offset = np.log(np.concatenate(exposures))
    course = NOTHING_EARLIER
    if controls:
        together = np.sum([one[:n_before] for one in values[1:]], axis=0).tolist()
        course = earlier_course(values[0][:n_before], together, 1.0, spacing.a_year)
    same |= dict(zip(COURSE_FIELDS, course.fields, strict=True))
    try:
        with np.errstate(all="ignore"):
            fit = segmented_fit(np.concatenate(values), design, offset, errors, lag, time)
            step, bend = fit.interval(-2 if slope else -1, level), None
            if slope:
                bend = fit.interval(-1, level)
    except (ArithmeticError, np.linalg.LinAlgError):
        # A fit without an end, or one that leaves nothing over.
        return _refused(_UNFITTED, **same)
    return InterruptedSeries(
        level_ratio=step[0],
        level_low=step[1],
        level_high=step[2],
        level_pct=change_pct(step[0]),
        level_low_pct=change_pct(step[1]),
        level_high_pct=change_pct(step[2]),
        level_p=step[3],
        slope_ratio=None if bend is None else bend[0],
        slope_low=None if bend is None else bend[1],
        slope_high=None if bend is None else bend[2],
        trend_pct=change_pct(math.exp(fit.trend)),
        dispersion=fit.dispersion,
        autocorrelation=fit.autocorrelation,
        mean_before=float(np.mean(values[0][:n_before])),
        events=int(sum(map(sum, values))),
        reason=None,
        cautions=_doubts(numbers, n_before, len(series), course, fit.autocorrelation, spacing),
        **same,
    )


def _spacing(numbers: list[int]) -> _Spacing:
    """Months, quarters or years, by the shortest step between neighbours."""
    steps = [b - a for a, b in itertools.pairwise(numbers)]
    least = min(steps, default=1)
    return _SPACINGS[max((size for size in _SPACINGS if size <= least), default=1)]


def _controls(control: Any) -> dict[str, Counts]:
    if control is None:
        return {}
    if hasattr(control, "items") and not hasattr(control, "iloc"):
        return {str(label): one for label, one in control.items()}
    if hasattr(control, "columns"):
        return {str(label): list(control[label]) for label in control.columns}
    return {"control": list(a_row(control, "control"))}


def _control_exposures(exposure: Any, controls: Mapping[str, Counts], n: int) -> list[FloatArray]:
    held = exposure if isinstance(exposure, Mapping) else dict.fromkeys(controls, exposure)
    missing = [label for label in controls if label not in held]
    if missing:
        raise TableError(
            f"control_exposure has nothing for {missing[0]!r}; give each series its own."
        )
    names = {
        label: "control_exposure" if label == "control" else f"control_exposure of {label}"
        for label in controls
    }
    return [_exposures(held[label], n, names[label]) for label in controls]


def _series(counts: Sequence[Number | None], months: Sequence[Any], name: str) -> list[int | None]:
    if len(a_row(counts, name)) != len(months):
        raise TableError(f"{name} holds {len(counts)} values for {len(months)} months.")
    return [optional_count(count, name) for count in counts]


def _exposures(exposure: Sequence[Number] | Number | None, n: int, name: str) -> FloatArray:
    if exposure is None:
        return np.ones(n)
    if is_number(exposure):
        return np.full(n, some_positive(exposure, name))
    values = [some_positive(one, name) for one in a_row(exposure, name) if not is_missing(one)]
    if len(values) != n:
        raise TableError(f"{name} holds {len(values)} known values for {n} months.")
    return np.array(values)


_UNFITTED = "no course fits these counts: they do not vary, or one is out of all proportion"


def _why_not(
    series: list[list[int | None]], numbers: list[int], n_before: int, spacing: _Spacing
) -> str | None:
    apart = _MONTHS // spacing.a_year
    gap = next((b for a, b in itertools.pairwise(numbers) if b != a + apart), None)
    if gap is not None:
        return f"the {spacing.word}s do not follow each other at {month_text(gap)}"
    missing = [
        number for one in series for number, y in zip(numbers, one, strict=True) if y is None
    ]
    if missing:
        return f"the count of {month_text(missing[0])} is not held, and a missing count is not 0"
    after = len(numbers) - n_before
    for n, least, side in ((n_before, spacing.before, "before"), (after, spacing.after, "after")):
        if n < least:
            return (
                f"{counted(n, spacing.word)} {side} the interruption; at least {least} are needed"
            )
    if any(
        not sum(y or 0 for y in part) for one in series for part in (one[:n_before], one[n_before:])
    ):
        return "nothing was counted before or after"
    return None


def _refused(reason: str, **same: Any) -> InterruptedSeries:
    empty = nothing(
        *("level_ratio", "level_low", "level_high", "level_pct", "level_low_pct", "level_high_pct"),
        *("level_p", "slope_ratio", "slope_low", "slope_high", "trend_pct", "dispersion"),
        *("autocorrelation", "mean_before", "events"),
    )
    told: dict[str, Any] = dict(zip(COURSE_FIELDS, NOTHING_EARLIER.fields, strict=True))
    return InterruptedSeries(**empty, **(told | same), reason=reason)


def _doubts(
    numbers: list[int],
    n_before: int,
    areas: int,
    course: EarlierCourse,
    autocorrelation: float,
    spacing: _Spacing,
) -> tuple[str, ...]:
    codes = course_doubts(course) if areas > 1 else ["no-control-series"]
    if len(numbers) - n_before < spacing.a_year:
        codes.append("short-after-series")
    last = numbers[-1] + _MONTHS // spacing.a_year - 1
    if numbers[0] <= _PANDEMIC[1] and last >= _PANDEMIC[0]:
        codes.append("pandemic-months")
    if autocorrelation > 2 / math.sqrt(len(numbers)):
        codes.append("autocorrelated-residuals")
    return tuple(codes)
