"""Whether the money comes first: windows held against each other, the pandemic, series breaks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from operator import index
from typing import Any, SupportsIndex

import pandas as pd

from pccfunding.association.inputs import values_of, windows_of
from pccfunding.errors import PeriodError
from pccfunding.evaluation.arguments import PANDEMIC
from pccfunding.measures.windows import refuse_disorder
from pccfunding.periods import Period
from pccfunding.words import day_words, is_number, month_words

SPEND_DAYS = ("period_start", "period_end")
OUTCOME_DAYS = ("baseline_start", "baseline_end", "period_start", "period_end")
# The Sexual Offences Act 2003 came into force.
_BREAKS = ((date(2004, 5, 1), frozenset({"Sexual offences"}), "the law that defines it changed"),)


@dataclass(frozen=True)
class Timing:
    """The three windows in words, and what they forbid or make doubtful.

    Attributes
    ----------
    spend, baseline, follow_up : str or None
    reason, detail : str or None
        Why nothing can be estimated.
    cautions : tuple of str
    """

    spend: str | None
    baseline: str | None
    follow_up: str | None
    reason: str | None
    detail: str | None
    cautions: tuple[str, ...]


def window_text(start: date, end: date) -> str:
    """Name a window as people do.

    Examples
    --------
    >>> window_text(date(2018, 7, 1), date(2019, 6, 30)), window_text(date(2020, 4, 1), \
date(2021, 3, 31))
    ('the year ending June 2019', '2020-21')
    """
    label = Period.of(start, end).label
    if "/" not in label:
        return label
    following = Period.of(start, end).end.toordinal() + 1
    whole_year = date.fromordinal(following) == start.replace(year=start.year + 1)
    if whole_year and start.day == 1:
        return f"the year ending {month_words(end)}"
    return f"{day_words(start)} to {day_words(end)}"


def pick_lag(spend: pd.DataFrame, reduction: pd.DataFrame, lag: int | None) -> pd.DataFrame:
    """Keep the spend whose window ends so many whole years before the follow-up begins.

    Raises
    ------
    PeriodError
        If no window lies so far back, or the frames are without dates.
    """
    if lag is None:
        return spend
    if not isinstance(lag, SupportsIndex) or isinstance(lag, bool) or not is_number(lag):
        raise PeriodError(f"lag is {lag!r}; it takes a whole number of years.")
    lag = index(lag)
    windows, outcome = windows_of(spend, SPEND_DAYS), windows_of(reduction, OUTCOME_DAYS)
    if windows.empty or "period_start" not in outcome or outcome.empty:
        raise PeriodError("lag needs period_start and period_end in both frames; leave it out.")
    follow_up = outcome["period_start"].iloc[0]
    lags = {_lag(end, follow_up): (start, end) for start, end in windows.itertuples(index=False)}
    if lag not in lags:
        held = ", ".join(map(str, sorted(lags)))
        raise PeriodError(
            f"No spend ends {lag} whole years before {follow_up:%Y-%m-%d}; "
            f"the lags held are {held}."
        )
    start, end = lags[lag]
    days = spend[list(SPEND_DAYS)].apply(pd.to_datetime)
    kept: pd.DataFrame = spend[(days["period_start"] == start) & (days["period_end"] == end)]
    return kept


def _lag(end: Any, follow_up: Any) -> int:
    """Whole years from the end of spend to the beginning of the follow-up; below 0 if later."""
    after = end + pd.Timedelta(days=1)
    short = (follow_up.month, follow_up.day) < (after.month, after.day)
    return int(follow_up.year - after.year - short)


def begins(money: pd.DataFrame) -> Any:
    """Give the first day of the money; None where it has no dates."""
    windows = windows_of(money, SPEND_DAYS)
    return windows.iloc[0, 0] if len(windows) else None


def check_timing(
    money: pd.DataFrame, outcome: pd.DataFrame, reduction: pd.DataFrame, override: Collection[str]
) -> Timing:
    """Hold the windows of both sides against each other, as ``windows_of`` gives them."""
    if len(money) > 1 or len(outcome) > 1:
        side, many = ("spend", money) if len(money) > 1 else ("outcome", outcome)
        detail = f"The {side} frame holds {len(many)} different windows."
        return Timing(None, None, None, "mixed windows", detail, ())
    pay = tuple(day.date() for day in money.iloc[0]) if len(money) else None
    whole = len(outcome) == 1 and len(outcome.columns) == 4
    days = [day.date() for day in outcome.iloc[0]] if whole else None
    base, after = ((days[0], days[1]), (days[2], days[3])) if days else (None, None)
    if base and after:
        before, later = Period.of(*base), Period.of(*after)
        refuse_disorder(before, later, (before.label, later.label))
    words = [None if window is None else window_text(*window) for window in (pay, base, after)]
    cautions = [] if pay and after else ["windows-not-given"]
    refusals = []
    if pay and after and pay[1] >= after[0]:
        detail = f"Spend of {words[0]} does not end before {words[2]} begins."
        refusals.append(("windows out of order", detail, "windows-overridden"))
    if (broken := _break(reduction, base, after)) is not None:
        refusals.append(("series break", broken, "series-break-overridden"))
    if base and after and any(_meets(window, PANDEMIC) for window in (base, after)):
        detail = f"{words[1]} or {words[2]} lies in it."
        refusals.append(("pandemic months", detail, "pandemic-overridden"))
    elif base and after and base[1] < PANDEMIC[0] and after[0] > PANDEMIC[1]:
        cautions.append("pandemic-between")
    if base and after and _length(base) != _length(after):
        cautions.append("windows-unequal")
    if pay and base and base[1] >= pay[0]:
        cautions.append("baseline-not-before-spend")
    cautions += [code for reason, _, code in refusals if reason in override]
    standing = [one for one in refusals if one[0] not in override]
    reason, why, _ = standing[0] if standing else (None, None, None)
    return Timing(words[0], words[1], words[2], reason, why, tuple(cautions))


def _length(window: tuple[date, date]) -> tuple[int, int]:
    """Give whole months, or days where the window is not made of whole months."""
    period = Period.of(*window)
    start, following = period.start, period.end + timedelta(days=1)
    if start.day == following.day:
        return 12 * (following.year - start.year) + following.month - start.month, 0
    return 0, period.days


def _meets(window: tuple[date, date], other: tuple[date, date]) -> bool:
    return window[0] <= other[1] and window[1] >= other[0]


def _break(
    reduction: pd.DataFrame,
    base: tuple[date, date] | None,
    after: tuple[date, date] | None,
) -> str | None:
    """Say what broke the series between the windows, if the frame or the calendar knows."""
    if "series_break" in reduction.columns:
        marks = reduction["series_break"].dropna()
        marks = marks[~marks.isin([False, ""])]
        if len(marks):
            said = marks.iloc[0]
            return f"{said}." if isinstance(said, str) else "The outcome is marked as broken."
    if base and after:
        for day, offences, words in _BREAKS:
            held = set(values_of(reduction, "offence")) & offences
            if held and base[0] < day <= after[1]:
                return f"{held.pop()}: {words} on {day_words(day)}."
    return None
