"""The grammar of printed periods: from a spelling to its first and last day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from pccfunding.errors import PeriodError
from pccfunding.periods.parse_date import (
    MONTH,
    YEAR,
    check_known,
    full_year,
    month_end,
    month_number,
    read_date,
    start_of,
    tidy,
)

_LONGEST = 150

_I = re.IGNORECASE
_COUNTS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_COUNT = rf"(?P<count>[0-9]{{1,2}}|{'|'.join(_COUNTS)})[\s-]*(?P<unit>month|year)s?(?:\s+period)?"
_FINANCIAL = r"(?:financial|fiscal)\s+years?"

_LEAD = re.compile(r"(?:(?:in|during|for|over|the|a|full|rolling|period)\s+)+", _I)
_NAMED = re.compile(rf"(?:{_FINANCIAL}|f/?y)(?![a-z])[\s:]*|years?\s+(?=[0-9])", _I)
_NAMED_TAIL = re.compile(rf"\s*\(?(?:{_FINANCIAL}|(?<=\s)f/?y)\)?$", _I)
_INCLUSIVE = re.compile(r"\s*\(?inclusive\)?$", _I)
_YEARS = re.compile(r"(?P<first>[0-9]+)(?P<joint>\s*[-/]\s*|\s+to\s+)(?P<second>[0-9]+)", _I)
_ISO_MONTHS = re.compile(r"([0-9]{4})-([0-9]{2})\s*/\s*([0-9]{4})-([0-9]{2})")
_MONTH_YEAR = re.compile(rf"(?P<month>{MONTH})[\s,]*(?P<year>{YEAR})", _I)
_YEAR_ALONE = re.compile(r"(?:calendar\s+year\s+)?(?P<year>[0-9]{4})(?:\s+calendar\s+year)?", _I)
_BARE_YEAR = re.compile("[0-9]{4}")
_TO = r"(?:up\s+to|to|end(?:ing|ed|s)?(?:\s+(?:on|in))?)"
_YEAR_TO = re.compile(
    rf"(?:(?:(?:{_FINANCIAL}|year|{_COUNT})\s+{_TO}|f?y/?e(?:nding)?(?![a-z]))\s*"
    r"(?:(?:the\s+)?end[\s-](?:of\s+)?)?(?P<end>.+))",
    _I,
)
_MONTHS_OF = re.compile(r"(?:12|twelve)[\s-]months?\s+(?:of|in)\s+(?P<year>[0-9]{4})", _I)
_COUNT_OF = re.compile(rf"{_COUNT}[\s,:-]+(?P<rest>(?:between|from)\s.+)", _I)
_BETWEEN = re.compile(r"(?P<word>between|from)\s+", _I)
_JOINT = re.compile(r"\s+(?:to|and|until|till|through|up\s+to)\s+|\s*[-/]\s*", _I)
_YEARLESS = re.compile(rf"(?:(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<month>{MONTH})", _I)
_ONE_END = re.compile(
    r".*\b(?:until|till|since|up\s+to|by|before|after|end(?:s|ing|ed)?|from|starting|onwards)\b.*|.*[-/]",
    _I,
)


class Span(NamedTuple):
    """First and last day of a period, and what was doubtful in its spelling."""

    start: date
    end: date
    flags: tuple[str, ...] = ()


def financial_year_of(day: date) -> int:
    """Give the calendar year in which the financial year of a day starts.

    Examples
    --------
    >>> financial_year_of(date(2024, 3, 31)), financial_year_of(date(2024, 4, 1))
    (2023, 2024)
    """
    return day.year - (day.month < 4)


def financial_month_of(day: date) -> int:
    """Number the month of a financial year that a day lies in: 1 is April."""
    return (day.month - 4) % 12 + 1


def financial_quarter_of(day: date) -> int:
    """Give the quarter of the financial year that holds a day: 1 from April to June."""
    return (financial_month_of(day) - 1) // 3 + 1


def financial_label(start_year: int) -> str:
    """Name a financial year, such as 2023-24."""
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def read_period(text: str) -> Span:
    """Read one spelling of a period.

    Raises
    ------
    PeriodError
        If it cannot be read without guessing.
    """
    if not isinstance(text, str):
        raise PeriodError(f"{text!r} is of type {type(text).__name__}; Period.parse reads text.")
    if len(text) > _LONGEST:
        raise PeriodError(
            f"Cannot read {text[:60]!r}... as a period: {len(text)} characters are a passage. "
            f"Pass the words of the period alone."
        )
    body = _INCLUSIVE.sub("", tidy(text))
    try:
        found = _read(body)
        if found is None:
            raise PeriodError(_why_not(body))
        for day in found[:2]:
            check_known(day)
        if found.end < found.start:
            raise PeriodError(f"it ends on {found.end}, before it starts on {found.start}.")
    except PeriodError as error:
        raise PeriodError(f"Cannot read {text!r} as a period: {error}") from None
    return found


def _read(body: str) -> Span | None:
    body = _LEAD.sub("", body, count=1) if _LEAD.match(body) else body
    if match := _ISO_MONTHS.fullmatch(body):
        return _iso_months(match)
    if match := _COUNT_OF.fullmatch(body):
        return _counted(match)
    if match := _BETWEEN.match(body):
        rest = body[match.end() :]
        return _two(rest, between=True) if match["word"].lower() == "between" else _joined(rest)
    return _one(body) or _two(body)


def _joined(body: str) -> Span | None:
    """Read what follows "from": two ends, or else only the start of something."""
    return (_one(body) if _YEARS.fullmatch(body) else None) or _two(body)


def _one(body: str) -> Span | None:
    """Read a spelling that names one period by itself; None where it is not of that form."""
    if match := _YEAR_TO.fullmatch(body):
        return _year_to(match)
    if match := _MONTHS_OF.fullmatch(body):
        return _calendar_year(full_year(match["year"]))
    named = _NAMED_TAIL.sub("", _NAMED.sub("", body, count=1) if _NAMED.match(body) else body)
    if match := _YEARS.fullmatch(named):
        return _years(match)
    if match := _YEAR_ALONE.fullmatch(named):
        year = full_year(match["year"])
        if named != body and not body.lower().startswith("year"):
            raise PeriodError(
                f"it may start or end in {year}. "
                f"Write {financial_label(year - 1)} or {financial_label(year)}."
            )
        return _calendar_year(year)
    if match := _MONTH_YEAR.fullmatch(body):
        return _month(full_year(match["year"]), month_number(match["month"]))
    day = read_date(body)
    return None if day is None else Span(day, day)


def _two(body: str, *, between: bool = False) -> Span | None:
    """Read a spelling that names where a period starts and where it ends."""
    found: set[Span] = set()
    reason = None
    for joint in _JOINT.finditer(body):
        sides = body[: joint.start()], body[joint.end() :]
        try:
            end = _one(sides[1])
            start = end and (_one(sides[0]) or _yearless(sides[0], end))
        except PeriodError as error:
            reason = reason or error
            continue
        if not (start and end):
            continue
        if any(_BARE_YEAR.fullmatch(side) for side in sides):
            raise PeriodError("a year alone may start in January or April. Write the months.")
        if joint[0].strip().lower() == "and" and not between:
            _check_list(start, end)
        flags = dict.fromkeys(start.flags + end.flags)
        found.add(Span(start.start, end.end, tuple(flags)))
    if len(found) > 1:
        raise PeriodError("it has more than one reading. Write it as 2023-04-01/2025-03-31.")
    if not found and reason is not None:
        raise reason
    return found.pop() if found else None


def _check_list(start: Span, end: Span) -> None:
    """Refuse two years joined by "and" where other time lies between them.

    Two days or two months joined so are a first and a last: "between" stands before them in print.
    """
    if (start.end - start.start).days > 31 and start.end + timedelta(days=1) != end.start:
        raise PeriodError("these are two periods with a gap. Read them one at a time.")


def _yearless(side: str, end: Span) -> Span | None:
    """Read a start without a year as the last such day before the end."""
    match = _YEARLESS.fullmatch(side)
    if not match:
        return None
    month = month_number(match["month"])
    year = end.end.year - (month > end.end.month)
    day = int(match["day"] or 1)
    if day > month_end(year, month).day:
        raise PeriodError(f"there is no day {day} in month {month} of {year}.")
    start = date(year, month, day)
    last = start if match["day"] else month_end(year, month)
    return Span(start, last, ("year_inferred",))


def _iso_months(match: re.Match[str]) -> Span:
    first, second = (full_year(match[1]), int(match[2])), (full_year(match[3]), int(match[4]))
    if all(number == (year + 1) % 100 for year, number in (first, second)):
        if first == second:
            raise PeriodError(
                f"it may be the financial year {match[1]}-{match[2]} or one month. "
                f"Write {match[1]}-{match[2]}, or the first and last day."
            )
        return Span(date(first[0], 4, 1), date(second[0] + 1, 3, 31))
    if not all(1 <= number <= 12 for _, number in (first, second)):
        raise PeriodError("its ends are neither two financial years nor two ISO months.")
    return Span(date(*first, 1), month_end(*second))


def _counted(match: re.Match[str]) -> Span | None:
    """Read "6-month period between ... and ..." and hold it to its number of months."""
    found = _read(match["rest"])
    if found and found.start != start_of(found.end, _months(match)):
        raise PeriodError(
            f"{found.start} to {found.end} is not {match['count']} {match['unit']}s. "
            f"Check it at the source."
        )
    return found


def _months(match: re.Match[str]) -> int:
    if match["count"] is None:
        return 12
    word = match["count"].lower()
    number = _COUNTS.index(word) + 1 if word in _COUNTS else int(word)
    if number == 0:
        raise PeriodError("a period of 0 months holds no day.")
    return number * (12 if match["unit"].lower() == "year" else 1)


def _year_to(match: re.Match[str]) -> Span | None:
    if month := _MONTH_YEAR.fullmatch(match["end"]):
        end = _month(full_year(month["year"]), month_number(month["month"])).end
    elif _BARE_YEAR.fullmatch(match["end"]):
        raise PeriodError("a year ends on a day or in a month. Write its last month.")
    else:
        day = read_date(match["end"])
        if day is None:
            return None
        end = day
    return Span(start_of(end, _months(match)), end)


def _calendar_year(year: int) -> Span:
    return Span(date(year, 1, 1), date(year, 12, 31))


def _month(year: int, month: int) -> Span:
    return Span(date(year, month, 1), month_end(year, month))


def _years(match: re.Match[str]) -> Span:
    """Read two years joined by a dash, a slash or "to" as one or more financial years."""
    first, second, joint = match["first"], match["second"], match["joint"].strip().lower()
    if len(first) not in (2, 4):
        raise PeriodError(f"{first} is no year.{_offer(first, joint, second)}")
    year = full_year(first)
    single, flags = _second_year(year, second)
    if single == year + 1:
        return _financial_years(year, single, flags)
    if len(first) == 2 or len(second) not in (2, 4) or flags:
        raise PeriodError(f"{second} does not follow {first}.{_offer(first, joint, second)}")
    if single <= year:
        if 1 <= int(second) <= 12:
            raise PeriodError(
                f"it may be month {int(second)} of {year}, or a slip for {financial_label(year)}. "
                f"Write the month by name."
            )
        raise PeriodError(f"{second} does not follow {first}.")
    whole = f"{financial_label(year)}/{financial_label(single - 1)}"
    if joint != "-" or len(second) == 4 or int(second) <= 12:
        raise PeriodError(
            f"it is more than one financial year and has more than one reading. "
            f"Write {whole}, or {financial_label(year)} if one year is meant."
        )
    return _financial_years(year, single, ("multi_year",))


def _second_year(year: int, second: str) -> tuple[int, tuple[str, ...]]:
    """Write the second year in full, with a flag where a footnote digit hangs on it."""
    following = str(year + 1)
    if len(second) == 4:
        return full_year(second), ()
    if len(second) <= 2:
        if following.endswith(second):
            return year + 1, ()
        return int(str(year)[: -len(second)] + second), ()
    if len(second) in (3, 5) and second[:-1] in (following, following[-2:]):
        return year + 1, ("footnote_glued",)
    return 0, ()


def _financial_years(first: int, last: int, flags: tuple[str, ...]) -> Span:
    return Span(date(first, 4, 1), date(last, 3, 31), flags)


def _offer(first: str, joint: str, second: str) -> str:
    """Offer the financial year that one digit too many, or too few, may have been meant for."""
    shorter = {
        (first[:i] + first[i + 1 :], second) for i in range(len(first)) if len(first) == 5
    } | {(first, second[:i] + second[i + 1 :]) for i in range(len(second)) if len(second) in (3, 5)}
    between = f" {joint} " if joint == "to" else joint
    likely = {
        f"{one}{between}{two}"
        for one, two in shorter
        if len(one) == 4
        and one[:2] in ("19", "20")
        and two in (str(int(one) + 1), str(int(one) + 1)[2:])
    }
    if not likely and len(first) == 4 and len(second) < 3:
        likely = {financial_label(int(first))}
    return f" Did you mean {likely.pop()}? Correct it at the source." if likely else ""


def _why_not(body: str) -> str:
    if not body:
        return "it is blank."
    if _ONE_END.fullmatch(body):
        return "it gives one end only. Write both, as in 2023-10/2025-03."
    return (
        "write it as 2023-24, 2023, 'year ending March 2024' or '1 October 2023 to 31 March 2025'."
    )
