"""Did it move elsewhere: displacement counted against comparison areas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import (
    Number,
    a_row,
    optional_count,
    optional_dispersion,
    proper_fraction,
    some_positive,
)
from pccfunding.evaluation.earlier_course import (
    COURSE_FIELDS,
    EarlierCourse,
    course_doubts,
    earlier_course,
    why_not_beside,
)
from pccfunding.evaluation.log_ratios import quantile, two_sided_p
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
)

__all__ = ["CountPair", "WeightedDisplacementDifference", "count_pair", "wdd"]

CountPair: TypeAlias = Sequence[Number | None]
_FEW_EVENTS = 20


@dataclass(frozen=True, kw_only=True)
class WeightedDisplacementDifference(Result):
    """The change of treated and surrounding areas less that of their comparison areas.

    Attributes
    ----------
    estimate, se, low, high : float or None
        Treated and surrounding areas together, in events of one weighted period.
    z, p_value : float or None
        Normal statistic of no difference, and its two-sided p.
    local, se_local : float or None
        Treated area less its comparison area.
    elsewhere, se_elsewhere : float or None
        Surrounding area less its comparison area; None where none was given.
    treated, control : tuple of int or None
        Counts before and after.
    displacement, displacement_control : tuple of int or None
        Counts before and after; None where none were given.
    events : int or None
        All counts together.
    dispersion : float or None
        What multiplied the variance; None counts as 1, with a caution.
    confidence_level : float
    pre_points : int
        Earlier periods given for the treated and the comparison area.
    pre_trend_pct, pre_trend_low_pct, pre_trend_high_pct : float or None
        Change of the ratio of the two a year before, with its 90% interval.
    pre_trend_p, pre_scatter : float or None
    reason : str or None
    cautions : tuple of str
        poisson-only, control-size-differs, pre-trend-not-shown, pre-trends-differ,
        no-displacement-area, displacement-not-controlled, few-events, dispersion-raised.

    Examples
    --------
    >>> wdd((20, 10), (20, 20)).local
    -10.0
    """

    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    z: float | None
    p_value: float | None
    local: float | None
    se_local: float | None
    elsewhere: float | None
    se_elsewhere: float | None
    treated: tuple[int | None, ...]
    control: tuple[int | None, ...]
    displacement: tuple[int | None, ...] | None
    displacement_control: tuple[int | None, ...] | None
    events: int | None
    dispersion: float | None
    confidence_level: float
    pre_points: int
    pre_trend_pct: float | None
    pre_trend_low_pct: float | None
    pre_trend_high_pct: float | None
    pre_trend_p: float | None
    pre_scatter: float | None
    reason: str | None
    _terms = (
        ("weighted displacement difference", "estimate", "low", "high", "p_value"),
        ("local", "local"),
        ("elsewhere", "elsewhere"),
    )
    _over = "events"
    _done_by = "normal"

    @property
    def maryland_level(self) -> int:
        """3 where the comparison is of similar size and a similar course is shown; else 2."""
        if self.estimate is None:
            return 0
        return 2 if {"control-size-differs", "pre-trend-not-shown"} & set(self.cautions) else 3

    def _finding(self) -> str:
        if self.estimate is None:
            return f"Not estimable: {self.reason}."
        phi = "" if self.dispersion is None else f" with {dispersion_text(self.dispersion)}"
        around = ""
        if self.displacement is not None:
            around = f", around it {' to '.join(map(count, self.displacement))}"
            if self.displacement_control is not None:
                around += f" beside {' to '.join(map(count, self.displacement_control))}"
        return (
            f"{self._difference()} (weighted displacement difference{phi}; "
            f"{p_text(self.p_value)}, n = {counted(self.events, 'event')}, family of 1, "
            f"{floor_text(None)}): treated area {' to '.join(map(count, self.treated))}, "
            f"comparison area {' to '.join(map(count, self.control))}{around}."
        )

    def short(self) -> str:
        """Give the difference, or why there is none, as part of another sentence."""
        if self.estimate is None:
            return str(self.reason)
        said = self._difference()
        return (
            f"{said[0].lower()}{said[1:]} ({p_text(self.p_value)}, n = "
            f"{counted(self.events, 'event')}, family of 1, {floor_text(None)})"
        )

    def _difference(self) -> str:
        moved = partial(number_text, sign=True)
        return (
            f"Relative to comparison areas counts changed by {moved(self.estimate)}, "
            f"{level_text(self.confidence_level)} interval "
            f"{interval_text(self.low, self.high, moved)}"
        )


def wdd(
    treated: CountPair,
    control: CountPair,
    *,
    displacement: CountPair | None = None,
    displacement_control: CountPair | None = None,
    time_weights: Sequence[Number] = (1, 1),
    area_weights: Sequence[Number] = (1, 1, 1, 1),
    confidence_level: float = 0.95,
    dispersion: Number | None = None,
    pre_treated: Sequence[Number] | None = None,
    pre_control: Sequence[Number] | None = None,
    pre_periods_per_year: Number = 1,
    control_funded: Sequence[object] = (),
) -> WeightedDisplacementDifference:
    """Compare counts before and after in treated and surrounding areas with comparison areas.

    The estimate is dT - dC + dD - dDC for the four changes; its variance is the sum of the eight
    counts. Each count is first divided by its time and area weight, its variance by the square.

    Parameters
    ----------
    treated, control : pair of int
        Counts before and after.
    displacement, displacement_control : pair of int, optional
        Counts before and after in the area around the treated one, and in its comparison area.
    time_weights : pair of float, default (1, 1)
        Lengths of the periods before and after.
    area_weights : four floats, default (1, 1, 1, 1)
        Sizes of the treated, comparison, surrounding and surrounding comparison areas.
    confidence_level : float, default 0.95
    dispersion : float or Dispersion, optional
        Multiplies the variance. Without it events count as independent.
    pre_treated, pre_control : sequences of int, optional
        Counts of equally long periods before the baseline, oldest first. Five or more can show a
        similar earlier course; without, the result stays at Maryland level 2.
    pre_periods_per_year : float, default 1
        How many of the earlier periods make a year.
    control_funded : sequence, optional
        Awards of the same kind that a comparison area had in the window, by id. With any of them
        it is no comparison, and the result is refused.

    Returns
    -------
    WeightedDisplacementDifference

    Raises
    ------
    TableError
        If an area does not have two counts, or a weight is not above 0.

    References
    ----------
    Wheeler, A. P. and Ratcliffe, J. H. (2018). A simple weighted displacement difference test to
    evaluate place based crime interventions. Crime Science 7:11.

    Examples
    --------
    >>> result = wdd(
    ...     (207, 110), (308, 318), displacement=(178, 157), displacement_control=(150, 140)
    ... )
    >>> result.estimate, round(result.se, 2), round(result.low), round(result.high)
    (-118.0, 39.6, -196, -40)
    """
    level = proper_fraction(confidence_level, "confidence_level")
    phi, cautions = optional_dispersion(dispersion)
    times = _weights(time_weights, "time_weights", 2)
    sizes = _weights(area_weights, "area_weights", 4)
    if displacement is None and displacement_control is not None:
        raise TableError("displacement_control is given without a displacement area.")
    given = {
        "treated": treated,
        "control": control,
        "displacement": displacement,
        "displacement_control": displacement_control,
    }
    pairs = {name: None if pair is None else count_pair(pair, name) for name, pair in given.items()}
    course = earlier_course(pre_treated, pre_control, phi or 1.0, pre_periods_per_year)
    told = dict(zip(COURSE_FIELDS, course.fields, strict=True))
    same: dict[str, Any] = {"dispersion": phi, "confidence_level": level, **pairs, **told}
    funded = why_not_beside(control_funded)
    if funded:
        return _undefined(funded, **same)
    counts = [count for pair in pairs.values() if pair is not None for count in pair]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return _undefined("a count is not held, and a missing count is not 0", **same)
    if sum(known) == 0:
        return _undefined("nothing was counted anywhere", **same)
    parts = [_change(pair, times, size) for pair, size in zip(pairs.values(), sizes, strict=True)]
    (here, here_var), (beside, beside_var), (around, around_var), (far, far_var) = parts
    scale = phi or 1.0
    local_var, elsewhere_var = scale * (here_var + beside_var), scale * (around_var + far_var)
    estimate, se = (here - beside) + (around - far), math.sqrt(local_var + elsewhere_var)
    reach = quantile((1 + level) / 2) * se
    return WeightedDisplacementDifference(
        estimate=estimate,
        se=se,
        low=estimate - reach,
        high=estimate + reach,
        z=estimate / se,
        p_value=two_sided_p(estimate / se),
        local=here - beside,
        se_local=math.sqrt(local_var),
        elsewhere=None if displacement is None else around - far,
        se_elsewhere=None if displacement is None else math.sqrt(elsewhere_var),
        events=sum(known),
        reason=None,
        cautions=(*_doubts(pairs, sizes, known, phi, course), *cautions),
        **same,
    )


def _undefined(reason: str, **same: Any) -> WeightedDisplacementDifference:
    empty = nothing(
        *("estimate", "se", "low", "high", "z", "p_value", "local", "se_local", "elsewhere"),
        *("se_elsewhere", "events"),
    )
    return WeightedDisplacementDifference(**empty, reason=reason, **same)


def count_pair(pair: CountPair, name: str) -> tuple[int | None, ...]:
    """Give the counts before and after, None where one is not held."""
    if len(a_row(pair, name)) != 2:
        raise TableError(f"{name} holds {len(pair)} counts; give the one before and the one after.")
    before, after = pair
    return optional_count(before, f"{name} before"), optional_count(after, f"{name} after")


def _weights(weights: Sequence[Number], name: str, n: int) -> tuple[float, ...]:
    if len(a_row(weights, name)) != n:
        raise TableError(f"{name} holds {len(weights)} weights; it takes {n}.")
    return tuple(some_positive(weight, name) for weight in weights)


def _change(
    pair: tuple[int | None, ...] | None, times: tuple[float, ...], size: float
) -> tuple[float, float]:
    """Give the weighted change of an area and its Poisson variance; nothing for an absent area."""
    if pair is None:
        return 0.0, 0.0
    before, after = (float(count or 0) for count in pair)
    early, late = (time * size for time in times)
    return after / late - before / early, after / late**2 + before / early**2


def _doubts(
    pairs: dict[str, tuple[int | None, ...] | None],
    sizes: tuple[float, ...],
    known: list[int],
    phi: float | None,
    course: EarlierCourse,
) -> list[str]:
    codes = ["poisson-only"] if phi is None else []
    treated, control = ((pairs[name] or (0, 0))[0] or 0 for name in ("treated", "control"))
    here, beside = treated / sizes[0], control / sizes[1]
    if not here / 2 <= beside <= 2 * here:
        codes.append("control-size-differs")
    codes += course_doubts(course)
    if pairs["displacement"] is None:
        codes.append("no-displacement-area")
    elif pairs["displacement_control"] is None:
        codes.append("displacement-not-controlled")
    if sum(known) < _FEW_EVENTS:
        codes.append("few-events")
    return codes
