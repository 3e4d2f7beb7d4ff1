"""Two windows of time that counts are compared in: a baseline and the comparison after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from pccfunding.errors import PeriodError
from pccfunding.frames.days import day_code_of
from pccfunding.periods import Period


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

    def part(self) -> nw.Expr:
        """1 for rows that lie inside the baseline, 2 inside the comparison, otherwise 0."""
        first, second = (
            (nw.col("_from") >= day_code_of(window.start))
            & (nw.col("_to") <= day_code_of(window.end))
            & (nw.col("_from") <= nw.col("_to"))
            for window in self.both
        )
        return first.cast(nw.Int64) + 2 * second.cast(nw.Int64)

    def places_at_hand(
        self, starts: npt.NDArray[Any], ends: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give the columns of `place` and `part` for arrays of days; 0 where one is missing."""
        first, last = starts.astype("M8[D]"), ends.astype("M8[D]")
        exact, inside = np.zeros((2, first.size), dtype=np.int64)
        for number, window in enumerate(self.both, 1):
            begin, end = np.datetime64(window.start), np.datetime64(window.end)
            exact += number * ((first == begin) & (last == end))
            inside += number * ((first >= begin) & (last <= end) & (first <= last))
        return exact, inside


def read_windows(baseline: str | Period, comparison: str | Period) -> Windows:
    """Read two windows; refuse what no fair comparison can hold."""
    before, after = (
        window if isinstance(window, Period) else Period.parse(window)
        for window in (baseline, comparison)
    )
    names = (str(baseline), str(comparison))
    refuse_disorder(before, after, names)
    if not (_is_year(before) and _is_year(after)) and not _same_season(before, after):
        raise PeriodError(
            f"baseline {names[0]} ({before.label}) and comparison {names[1]} ({after.label}) "
            f"are not alike: choose two windows of twelve months, or the same months of two years."
        )
    return Windows(before, after, names)


def refuse_disorder(before: Period, after: Period, names: tuple[str, str]) -> None:
    """Refuse a baseline that shares days with the comparison, or comes after it."""
    if before.overlap_days(after):
        raise PeriodError(
            f"baseline {names[0]} and comparison {names[1]} share "
            f"{before.overlap_days(after)} days. Choose windows that share none."
        )
    if before.start > after.start:
        raise PeriodError(
            f"baseline {names[0]} comes after comparison {names[1]}. Exchange the two."
        )


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
