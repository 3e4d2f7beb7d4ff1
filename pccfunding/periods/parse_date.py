"""Reading single dates, day first, and stepping over whole months."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from pccfunding.errors import PeriodError
from pccfunding.words import WEEKDAYS

__all__ = [
    "MONTH",
    "YEAR",
    "add_months",
    "check_known",
    "full_year",
    "month_end",
    "month_number",
    "parse_date",
    "read_date",
    "start_of",
    "tidy",
]

_FIRST, _LAST = date(1899, 4, 1), date(2200, 3, 31)
_PIVOT = 70
_LONGEST = 100

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR = r"(?:[0-9]{4}|['’][0-9]{2})"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_I = re.IGNORECASE
_WEEKDAY = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun)(?:s|rs|nes|ur|urs)?(?:day)?\.?,?\s+(?:the\s+)?", _I
)
_CLOCK = (
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"\s?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/])([0-9]{{1,2}})\2([0-9]{{1,2}}){_CLOCK}", _I)
_NUMERIC = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_CLOCK}", _I)
_WORDS = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]*(?:of\s+)?(?P<month>{MONTH})[\s,-]*"
    r"(?P<year>[0-9]{4}|['’]?[0-9]{2})",
    _I,
)
_MONTH_FIRST = re.compile(
    rf"(?P<month>{MONTH})\s*(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<year>[0-9]{{4}})",
    _I,
)


def parse_date(text: str) -> date:
    """Read one date as British publishers print it: the day comes first.

    Parameters
    ----------
    text : str
        "8/4/2022", "12th March 2024", "Tues 29th October 2019", "16.12.19", or an ISO date,
        with or without a time. The date is taken as written: a zone never moves it.
        Two-digit years 70 to 99 belong to the twentieth century, 00 to 69 to this one.

    Returns
    -------
    datetime.date

    Raises
    ------
    PeriodError
        If the text is no date, the date does not exist, the month comes first, or the
        weekday contradicts it.

    Examples
    --------
    >>> parse_date("8/4/2022")
    datetime.date(2022, 4, 8)
    >>> parse_date("2016-10-25T00:00:00+00:00")
    datetime.date(2016, 10, 25)
    >>> parse_date("12/31/2023")
    Traceback (most recent call last):
    pccfunding.errors.PeriodError: Cannot read '12/31/2023' as a date: dates are read day first, \
and there is no month 31. If the month comes first, write 2023-12-31.
    """
    if not isinstance(text, str):
        raise PeriodError(f"{text!r} is of type {type(text).__name__}; parse_date reads text.")
    if len(text) > _LONGEST:
        raise PeriodError(
            f"Cannot read {text[:60]!r}... as a date: {len(text)} characters are a passage. "
            f"Pass the date alone."
        )
    body = tidy(text)
    try:
        found = read_date(body)
        if found is None:
            raise PeriodError(_why_not(body))
        check_known(found)
    except PeriodError as error:
        raise PeriodError(f"Cannot read {text!r} as a date: {error}") from None
    return found


def tidy(text: str) -> str:
    """Bring blanks and dashes to one form and drop what stands round a period."""
    text = re.sub(r"[\u2010-\u2015\u2212]|\u00e2\u20ac[\u201c\u201d]", "-", text)
    return re.sub(r"\s+", " ", text).strip(" .,;:")


def read_date(body: str) -> date | None:
    """Read a tidy date; None where the text has not the form of one.

    Raises
    ------
    PeriodError
        With the reason alone, if it has the form of a date but is none.
    """
    weekday = _WEEKDAY.match(body)
    if weekday:
        body = body[weekday.end() :]
    if match := _YEAR_FIRST.fullmatch(body):
        year, month, day = full_year(match[1]), int(match[3]), int(match[4])
    elif match := _NUMERIC.fullmatch(body):
        day, month, year = int(match[1]), int(match[3]), full_year(match[4])
        if month > 12 >= day > 0 and 0 < month <= calendar.monthrange(year, day)[1]:
            raise PeriodError(
                f"dates are read day first, and there is no month {month}. "
                f"If the month comes first, write {date(year, day, month)}."
            )
    elif match := _WORDS.fullmatch(body) or _MONTH_FIRST.fullmatch(body):
        day, month, year = int(match["day"]), month_number(match["month"]), full_year(match["year"])
    else:
        return None
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise PeriodError(f"there is no day {day} in month {month} of {year}.") from error
    if weekday and weekday[1].lower() != _DAYS[found.weekday()]:
        raise PeriodError(f"{found} was a {WEEKDAYS[found.weekday()]}. Check it at the source.")
    return found


def check_known(day: date) -> None:
    """Refuse a day outside the financial years that periods are kept for."""
    if not _FIRST <= day <= _LAST:
        raise PeriodError(
            f"{day} lies outside {_FIRST} to {_LAST}, the days that periods can hold."
        )


def full_year(digits: str) -> int:
    """Read a year of four digits, or of two with the pivot."""
    year = int(digits.lstrip("'’"))
    if len(digits) < 4:
        year += 1900 if year >= _PIVOT else 2000
    if not _FIRST.year <= year <= _LAST.year:
        raise PeriodError(f"{digits} is no year from {_FIRST.year} to {_LAST.year}.")
    return year


def month_number(name: str) -> int:
    """Find the number of a month from its name or abbreviation."""
    return _MONTHS.index(name[:3].lower()) + 1


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(first: date, months: int) -> date:
    """Move a day by whole months; the day is shortened where the month is."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


def start_of(end: date, months: int) -> date:
    """First day of so many months that end on a day."""
    if end == month_end(end.year, end.month):
        return add_months(end.replace(day=1), 1 - months)
    return add_months(end, -months) + timedelta(days=1)


def _why_not(body: str) -> str:
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", body):
        return "it looks like a spreadsheet's serial number. Export the column as dates."
    if re.fullmatch(rf"[0-9]{{1,2}}(?:st|nd|rd|th)?\s+{MONTH}|{MONTH}\s+[0-9]{{1,2}}", body, _I):
        return "it has no year."
    if not body:
        return "it is blank."
    return "write the day first, as in 31/03/2024 or 31 March 2024, or ISO, 2024-03-31."
