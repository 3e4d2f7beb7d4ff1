"""Columns of texts, dates and periods: each distinct cell is read once, each reading noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import PeriodError
from pccfunding.formats.award_files.money_columns import kind_of_unknown
from pccfunding.periods import Period, parse_date
from pccfunding.printed.vocabulary import repair
from pccfunding.words import counted

if TYPE_CHECKING:
    import pandas as pd


# One look over a whole column; without classes such as \\s, pandas leaves it to Arrow.
_UNTIDY = "[^ -~]|&[#0-9A-Za-z]+;"
_ODD_BLANKS = re.compile(r"\s*[^\S ]\s*")
_NUMERIC_DATE = re.compile(
    r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})\b.*", re.DOTALL
)
_SHORT_YEAR = re.compile(r".*[-/. ’'][0-9]{2}")
_DURATION = re.compile(
    r"[0-9]{1,3}(?:\.0)?(?:\s*(?:day|week|month|quarter|year|yr)s?\b.*)?", re.IGNORECASE
)


@dataclass
class Changes:
    """The interpretations made so far, one row a distinct cell and rule."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self, place: str, column: str, raw: object, value: object, rule: str, n: int = 1
    ) -> None:
        """Note an interpretation; `n` cells share it, the first of them at `place`."""
        said = rule if n == 1 else f"{rule} ({counted(n, 'cell')})"
        self.rows.append(
            {"place": place, "column": column, "raw": raw, "value": str(value), "rule": said}
        )


def constant(value: str | None, size: int) -> pd.Series[Any]:
    """Make a column of one text, or of missing texts."""
    import pandas as pd

    return pd.Series(value, index=range(size), dtype="str")


def _distinct(texts: pd.Series[Any]) -> tuple[Any, list[str], Any, Any]:
    """Give codes, distinct texts, how often and where first each stands."""
    import pandas as pd

    codes, distinct = pd.factorize(texts)
    counts = np.bincount(codes, minlength=len(distinct))
    first = np.zeros(len(distinct), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes, [str(text) for text in distinct], counts, first


def tidy_text(text: str) -> tuple[str, str]:
    """Collapse blanks and undo wrong decodings; the second value is the rule, if one was used."""
    fixed, flags = ("", []) if text.isascii() and "&" not in text else repair(text)
    damaged = [flag for flag in flags if flag in ("mojibake", "html_entity")]
    plain = (fixed if damaged else text).replace("\u00ad", "")
    return _ODD_BLANKS.sub(" ", plain).strip(), " and ".join(damaged)


def read_texts(
    texts: pd.Series[Any],
    column: str,
    place: Callable[[int], str],
    changes: Changes,
    *,
    plain: bool = False,
) -> pd.Series[Any]:
    """Tidy a column of names or sentences; blanks become missing.

    `plain` says that blanks at the ends of a cell are all that there can be to tidy.
    """
    found = texts.str.strip()
    untidy = np.zeros(0, np.int64)
    if not plain:
        untidy = np.flatnonzero(found.str.contains(_UNTIDY, regex=True))
    if len(untidy):
        codes, distinct, counts, first = _distinct(found.iloc[untidy])
        fixed = []
        for at, text in enumerate(distinct):
            tidy, rule = tidy_text(text)
            fixed.append(tidy)
            if rule:
                rule = f"wrongly decoded text repaired ({rule.replace('html_entity', 'entity')})"
                where = place(int(untidy[first[at]]))
                changes.add(where, column, text, tidy, rule, int(counts[at]))
        found.iloc[untidy] = np.asarray(fixed, dtype=object)[codes]
    blank = (found == "").to_numpy(dtype=bool)
    return found.mask(blank) if blank.any() else found


def read_dates(
    texts: pd.Series[Any], column: str, place: Callable[[int], str], changes: Changes
) -> tuple[Any, list[str], Any]:
    """Read a column of dates, day first.

    Returns
    -------
    array of datetime64[s]
        NaT where there is no date.
    list of str
        The distinct texts that are no date, nor a marker of a missing one.
    array of bool
        The rows that hold one of these.
    """
    codes, distinct, counts, first = _distinct(texts)
    days = np.full(len(distinct), "NaT", "datetime64[s]")
    unread = np.zeros(len(distinct), bool)
    for at, text in enumerate(distinct):
        if kind_of_unknown(text):
            continue
        where, n = place(int(first[at])), int(counts[at])
        try:
            day = parse_date(text)
        except PeriodError as error:
            unread[at] = True
            why = str(error).partition(": ")[2] or str(error)
            changes.add(where, column, text, "", f"not read as a date: {why}", n)
            continue
        days[at] = np.datetime64(day, "s")
        if rule := _date_rule(text, day):
            changes.add(where, column, text, day, rule, n)
    names = [text for text, bad in zip(distinct, unread, strict=True) if bad]
    return days[codes], names, unread[codes]


def _date_rule(text: str, day: date) -> str:
    numeric = _NUMERIC_DATE.fullmatch(text.strip())
    rules = []
    if numeric and day.day <= 12 and day.day != day.month and int(numeric[1]) == day.day:
        other = day.replace(month=day.day, day=day.month)
        rules.append(f"day first; with the month first it would be {other}")
    if numeric and _SHORT_YEAR.fullmatch(text.strip()):
        rules.append("year of two digits")
    return "; ".join(rules)


def read_periods(
    texts: pd.Series[Any], column: str, place: Callable[[int], str], changes: Changes
) -> tuple[Any, Any, Any]:
    """Read a column of years or spans.

    Returns
    -------
    arrays of datetime64[s]
        First and last days; NaT where the text is no period.
    array of bool
        The rows whose text is neither a period, nor a marker, nor a duration in words.
    """
    codes, distinct, counts, first = _distinct(texts)
    starts = np.full(len(distinct), "NaT", "datetime64[s]")
    ends = starts.copy()
    unread = np.zeros(len(distinct), bool)
    for at, text in enumerate(distinct):
        if kind_of_unknown(text):
            continue
        where, n = place(int(first[at])), int(counts[at])
        try:
            period = Period.parse(text)
        except PeriodError as error:
            duration = _DURATION.fullmatch(text.strip()) or not re.search("[0-9]", text)
            unread[at] = not duration
            why = str(error).partition(": ")[2] or str(error)
            rule = "a duration; no first and last day" if duration else f"no period read: {why}"
            changes.add(where, column, text, "", rule, n)
            continue
        starts[at] = np.datetime64(period.start, "s")
        ends[at] = np.datetime64(period.end, "s")
        if period.flags or period.label != text.strip():
            rule = "; ".join(("period", *(flag.replace("_", " ") for flag in period.flags)))
            changes.add(where, column, text, period.label, rule, n)
    return starts[codes], ends[codes], unread[codes]
