"""Whether two places ran alike before: the earlier course that Maryland level 3 asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import Number, a_row, names_of, some_positive, whole_number
from pccfunding.evaluation.log_ratios import change_pct

SHOWN_POINTS, SHOWN_PCT, COURSE_LEVEL = 5, 5.0, 0.90
_LEAST, _ALPHA = 3, 0.05
# What a result beside a comparison says of its earlier course.
COURSE_FIELDS = (
    "pre_points",
    "pre_trend_pct",
    "pre_trend_low_pct",
    "pre_trend_high_pct",
    "pre_trend_p",
    "pre_scatter",
)


@dataclass(frozen=True)
class EarlierCourse:
    """Yearly difference of the earlier courses of logarithms, its 90% interval and its p."""

    points: int
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    scatter: float | None = None

    @property
    def similar(self) -> bool:
        """Whether five or more points show a difference of at most 5% a year."""
        if self.points < SHOWN_POINTS or self.low is None or self.high is None:
            return False
        # Alike whichever place is held against the other, and within 5% as it is printed.
        return max(abs(self.low), abs(self.high)) <= math.log1p(SHOWN_PCT / 100)

    @property
    def pct(self) -> tuple[float | None, float | None, float | None]:
        """The difference and its ends as percentages a year."""
        found = [
            None if one is None else change_pct(math.exp(one))
            for one in (self.slope, self.low, self.high)
        ]
        return found[0], found[1], found[2]

    @property
    def fields(self) -> tuple[int | float | None, ...]:
        """Values of `COURSE_FIELDS`."""
        return self.points, *self.pct, self.p_value, self.scatter


NOTHING_EARLIER = EarlierCourse(0)


def why_not_beside(control_funded: Sequence[object]) -> str | None:
    """Say why a comparison area that had funding of the same kind is none."""
    awards = names_of(control_funded, "control_funded", "the names of awards, such as ['Halo']")
    if not awards:
        return None
    named = ", ".join(map(str, awards[:3]))
    return (
        f"the comparison area had funding of the same kind in the window ({named}): choose one "
        "that had none"
    )


def course_doubts(course: EarlierCourse) -> list[str]:
    """Codes of what the earlier course leaves open; none where it was shown to be similar."""
    codes = [] if course.similar else ["pre-trend-not-shown"]
    if course.p_value is not None and course.p_value < _ALPHA:
        codes.append("pre-trends-differ")
    return codes


def earlier_course(
    counts: Sequence[Number] | None,
    control: Sequence[Number] | None,
    dispersion: float,
    per_year: Number,
) -> EarlierCourse:
    """Fit the course of ln((y + 1/2) / (c + 1/2)) over earlier periods, by weighted least squares.

    Weights are 1 / (phi (1/(y + 1/2) + 1/(c + 1/2))). Where the points scatter wider than that,
    the error widens with them; Student's t on n - 2 degrees of freedom.
    """
    from scipy.stats import t

    yearly = some_positive(per_year, "pre_periods_per_year")
    if counts is None and control is None:
        return NOTHING_EARLIER
    counts = counts if counts is None else a_row(counts, "pre_counts")
    control = control if control is None else a_row(control, "pre_control_counts")
    if counts is None or control is None or len(counts) != len(control):
        numbers = [0 if one is None else len(one) for one in (counts, control)]
        raise TableError(
            f"pre_counts holds {numbers[0]} periods and pre_control_counts {numbers[1]}; give the "
            f"same earlier periods for both places."
        )
    y = np.array([whole_number(one, "an earlier count", least=0) for one in counts]) + 0.5
    c = np.array([whole_number(one, "an earlier count", least=0) for one in control]) + 0.5
    n = len(y)
    if n < _LEAST:
        return EarlierCourse(n)
    weight = 1 / (dispersion * (1 / y + 1 / c))
    time = (np.arange(n) - np.average(np.arange(n), weights=weight)) / yearly
    ratio = np.log(y / c)
    ratio = ratio - np.average(ratio, weights=weight)
    information = float((weight * time**2).sum())
    slope = float((weight * time * ratio).sum()) / information
    scatter = float((weight * (ratio - slope * time) ** 2).sum()) / (n - 2)
    error = math.sqrt(max(1.0, scatter) / information)
    reach = float(t.ppf((1 + COURSE_LEVEL) / 2, n - 2)) * error
    p_value = 2 * float(t.sf(abs(slope) / error, n - 2))
    return EarlierCourse(n, slope, slope - reach, slope + reach, p_value, scatter * dispersion)
