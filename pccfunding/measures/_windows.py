"""The two windows of a comparison: read, held against each other, and named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError
from pccfunding.measures._days import day_code_of
from pccfunding.periods import Period

__all__ = ["SIDES", "Windows", "read_windows"]

SIDES = ("baseline", "comparison")


@dataclass(frozen=True, slots=True)
class Windows:
    """A baseline and the comparison after it, as periods and as the caller wrote them."""

    baseline: Period
    comparison: Period
    names: tuple[str, str]

    @property
    def both(self) -> tuple[Period, Period]:
        """The two periods, baseline first."""
        return self.baseline, self.comparison

    @property
    def mid_years(self) -> tuple[int | None, int | None]:
        """The years whose 30 June lies in each of the two; None where there is none."""
        first, second = (
            next(
                (
                    year
                    for year in range(window.start.year, window.end.year + 1)
                    if window.start <= date(year, 6, 30) <= window.end
                ),
                None,
            )
            for window in self.both
        )
        return first, second

    def refuse_long(self, what: str) -> None:
        """Refuse windows of more than a year, which hold more than one mid-year."""
        for window, name in zip(self.both, self.names, strict=True):
            if window.days > 366:
                raise PeriodError(
                    f"{name} ({window.label}) is longer than twelve months, and {what} counts "
                    f"the people of one mid-year. Compare shorter windows, or leave it out."
                )

    def place(self) -> nw.Expr:
        """1 for rows of exactly the baseline, 2 for exactly the comparison, otherwise 0.

        The rows have the codes of their first and last day as `_from` and `_to`.
        """
        first, second = (
            (nw.col("_from") == day_code_of(window.start))
            & (nw.col("_to") == day_code_of(window.end))
            for window in self.both
        )
        return first.cast(nw.Int64) + 2 * second.cast(nw.Int64)


def read_windows(baseline: str | Period, comparison: str | Period) -> Windows:
    """Read two windows; refuse what no fair comparison can hold."""
    before, after = (
        window if isinstance(window, Period) else Period.parse(window)
        for window in (baseline, comparison)
    )
    names = (str(baseline), str(comparison))
    if before.overlap_days(after):
        raise PeriodError(
            f"baseline {names[0]} and comparison {names[1]} share "
            f"{before.overlap_days(after)} days. Choose windows that share none."
        )
    if before.start > after.start:
        raise PeriodError(
            f"baseline {names[0]} comes after comparison {names[1]}. Exchange the two."
        )
    if not (_is_year(before) and _is_year(after)) and not _same_season(before, after):
        raise PeriodError(
            f"baseline {names[0]} ({before.label}) and comparison {names[1]} ({after.label}) "
            f"are not alike: choose two windows of twelve months, or the same months of two years."
        )
    return Windows(before, after, names)


def _is_year(period: Period) -> bool:
    start = period.start
    leap_day = (start.month, start.day) == (2, 29)
    later = date(start.year + 1, 3, 1) if leap_day else start.replace(year=start.year + 1)
    return period.end + timedelta(days=1) == later


def _same_season(one: Period, other: Period) -> bool:
    following = [period.end + timedelta(days=1) for period in (one, other)]
    same_start = (one.start.month, one.start.day) == (other.start.month, other.start.day)
    same_end = (following[0].month, following[0].day) == (following[1].month, following[1].day)
    years = [
        day.year - period.start.year for day, period in zip(following, (one, other), strict=True)
    ]
    return same_start and same_end and years[0] == years[1]
