"""The period of each award: what its row says, else its header, its section, or the banner."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import PeriodError
from pccfunding.formats.award_files._cells import Changes, constant, read_dates, read_periods
from pccfunding.periods import Period

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Spans", "period_labels"]


class Spans:
    """First and last days of a column of awards, filled from the surest statement down.

    Parameters
    ----------
    size : int
        Number of awards.
    place : callable
        Gives the place of an award.
    """

    def __init__(self, size: int, place: Callable[[int], str], changes: Changes) -> None:
        self.start = np.full(size, "NaT", "datetime64[s]")
        self.end = self.start.copy()
        self.unread = np.zeros(size, bool)
        self.place, self.changes = place, changes

    def take_period(self, texts: pd.Series[Any], column: str) -> None:
        """Take a column of years or spans."""
        start, end, unread = read_periods(texts, column, self.place, self.changes)
        fills = np.isnat(self.start) & np.isnat(self.end)
        self.start[fills], self.end[fills] = start[fills], end[fills]
        self.unread |= unread

    def take_months(self, texts: pd.Series[Any], odd: list[str]) -> list[str]:
        """Take the months or years that stand in a column of dates; gives what is neither."""
        rest = []
        for text in odd:
            try:
                period = Period.parse(text)
            except PeriodError:
                rest.append(text)
            else:
                self.fill(period, (texts == text).to_numpy(dtype=bool))
        return rest

    def take_ends(
        self, starts: pd.Series[Any] | None, ends: pd.Series[Any] | None, names: tuple[str, str]
    ) -> None:
        """Take columns of first and of last days; a month stands for its first or last day."""
        if starts is not None:
            self._take_end(starts, names[0], "start")
        if ends is not None:
            self._take_end(ends, names[1], "end")
        wrong = np.flatnonzero(self.end < self.start)
        for at in wrong:
            raw = f"{self.start[at]:} to {self.end[at]:}".replace("T00:00:00", "")
            rule = "ends before it starts; left out"
            self.changes.add(self.place(int(at)), names[1] or names[0], raw, "", rule)
        self.start[wrong] = self.end[wrong] = np.datetime64("NaT")
        self.unread[wrong] = True

    def _take_end(self, texts: pd.Series[Any], name: str, side: str) -> None:
        quiet = Changes()
        days, odd, rows = read_dates(texts, name, self.place, quiet)
        dropped = set()
        for text in odd:
            try:
                period = Period.parse(text)
            except PeriodError:
                continue
            same = (texts == text).to_numpy(dtype=bool)
            days[same] = np.datetime64(getattr(period, side), "s")
            rows[same] = False
            dropped.add(text)
        for change in quiet.rows:
            if change["raw"] in dropped:
                value = days[np.flatnonzero((texts == change["raw"]).to_numpy(dtype=bool))[0]]
                change |= {"value": str(value)[:10], "rule": f"{side} of the month or year"}
            self.changes.rows.append(change)
        mine = self.start if side == "start" else self.end
        fills = np.isnat(mine)
        mine[fills] = days[fills]
        self.unread |= rows & np.array([any(map(str.isdigit, text)) for text in texts], bool)

    def fill(self, period: Period | None, rows: Any = None) -> int:
        """Fill what is not yet known and was not misread; gives how many were filled."""
        if period is None:
            return 0
        fills = np.isnat(self.start) & np.isnat(self.end) & ~self.unread
        if rows is not None:
            fills &= rows
        self.start[fills] = np.datetime64(period.start, "s")
        self.end[fills] = np.datetime64(period.end, "s")
        return int(fills.sum())


def period_labels(start: Any, end: Any) -> pd.Series[Any]:
    """Label each pair of days; missing where one of them is."""
    import pandas as pd

    if len(start) and (start == start[0]).all() and (end == end[0]).all():
        return constant(_label(start[0], end[0]), len(start))
    starts, ends = pd.factorize(start), pd.factorize(end)
    codes, distinct = pd.factorize(starts[0] * (len(ends[1]) + 1) + ends[0])
    first = np.zeros(len(distinct), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    labels = [_label(start[at], end[at]) for at in first]
    return pd.Series(labels, dtype="str").take(codes).reset_index(drop=True)


def _label(start: Any, end: Any) -> str | None:
    if np.isnat(start) or np.isnat(end):
        return None
    return Period.of(*(day.astype("datetime64[D]").item() for day in (start, end))).label
