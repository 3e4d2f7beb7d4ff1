"""The grammar of printed periods: from a spelling to its first and last day."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from pccfunding._dates import (
    MONTH,
    YEAR,
    check_known,
    full_year,
    month_end,
    month_number,
    parse_date,
    start_of,
)
from pccfunding.errors import PeriodError

__all__ = ["Span", "read_period"]

_I = re.IGNORECASE
_COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
_COUNT = rf"(?P<count>[0-9]{{1,2}}|{'|'.join(_COUNTS)})[\s-]+(?P<unit>month|year)s?"
_FINANCIAL = r"(?:financial|fiscal)\s+year"
_LEAD = re.compile(
    rf"(?:(?:in|during|for|over|the|full|{_FINANCIAL}s?(?!\s+(?:end|to\b))|f\.?y\.?(?!e))\s*(?![a-z])"
    r"(?:\s*:\s*)?)+",
    _I,
)
_TAIL = re.compile(rf"\s*\(?(?:{_FINANCIAL}s?|inclusive)\)?", _I)
_PAIR = re.compile(
    r"(?P<first>[0-9]{4}|[0-9]{2})(?P<joint>\s*[-/]\s*|\s+to\s+)(?P<second>[0-9]+)", _I
)
_ISO_MONTHS = re.compile(r"([0-9]{4})-([0-9]{2})/([0-9]{4})-([0-9]{2})")
_MONTH_YEAR = re.compile(rf"(?P<month>{MONTH})[\s,]*(?P<year>{YEAR})", _I)
_YEAR_ALONE = re.compile(r"(?:calendar\s+year\s+)?([0-9]{4})(?:\s+calendar\s+year)?", _I)
_YEAR_TO = re.compile(
    rf"(?:(?P<financial>{_FINANCIAL}|fye|f\.?y\.?)|years?|y\.?e\.?|(?:a\s+)?{_COUNT}(?:\s+period)?)\s*"
    r"(?:(?:up\s+)?to|end(?:ing|ed)?|of)?\s*(?:the\s+)?(?P<end>\S.*)",
    _I,
)
_PERIOD_OF = re.compile(
    rf"(?:a\s+|the\s+)?{_COUNT}(?:\s+period)?[\s,:-]+(?P<rest>(?:between|from)\b.*)", _I
)
_WITHIN = re.compile(r"(?P<word>between|from)\s+", _I)
_JOINTS = re.compile(r"\s+(?:to|and|until|through)\s+|\s*[-/]\s*", _I)
_YEARLESS = re.compile(rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?\s+)?{MONTH}", _I)
_ONE_END = re.compile(
    r"(?:.*\b)?(?:until|till|since|up to|by|before|after|ends?|ending|ended|from|starting)\b.*|.*[-/–]",
    _I,
)


class Span(NamedTuple):
    """First and last day of a period, and what was doubtful in its spelling."""

    start: date
    end: date
    flags: tuple[str, ...] = ()


def read_period(text: str) -> Span:
    """Read one spelling of a period.

    Raises
    ------
    PeriodError
        If it cannot be read without guessing.
    """
    if not isinstance(text, str):
        raise PeriodError(f"{text!r} is a {type(text).__name__}; Period.parse reads text.")
    body = re.sub(r"[\u2010-\u2015\u2212]|â€“", "-", text)
    body = re.sub(r"\s+", " ", body).strip(" .,;:")
    if not body:
        raise PeriodError(f"Cannot read {text!r} as a period: it is blank.")
    found = _whole(body, text)
    if found is None:
        raise PeriodError(f"Cannot read {text!r} as a period: {_why_not(body)}")
    if found.end < found.start:
        raise PeriodError(
            f"Cannot read {text!r} as a period: it ends on {found.end}, before it starts on "
            f"{found.start}."
        )
    for day in found[:2]:
        check_known(day, text)
    return found


def _whole(body: str, text: str) -> Span | None:
    if match := _ISO_MONTHS.fullmatch(body):
        return _iso_months(match, text)
    if match := _PERIOD_OF.fullmatch(body):
        rest = _whole(match["rest"], text)
        if rest and rest.start != start_of(rest.end, _months(match)):
            raise PeriodError(
                f"Cannot read {text!r} as a period: {rest.start} to {rest.end} is not "
                f"{match['count']} {match['unit']}s. Check it at the source."
            )
        return rest
    point = _point(body, text)
    return point or _pair_of_points(body, text)


def _point(body: str, text: str) -> Span | None:
    """A spelling that names one period by itself."""
    stripped = _TAIL.sub("", _LEAD.sub("", body, count=1) if _LEAD.match(body) else body)
    named_financial = stripped != body and re.search("f", body[: -len(stripped) or None], _I)
    if match := _PAIR.fullmatch(stripped):
        return _pair_of_years(match, text)
    if match := _YEAR_ALONE.fullmatch(stripped):
        year = int(match[1])
        if named_financial:
            raise PeriodError(
                f"Cannot read {text!r} as a period: it may start or end in {year}. "
                f"Write {_label(year - 1)} or {_label(year)}."
            )
        return Span(date(year, 1, 1), date(year, 12, 31)) if year else None
    if match := _MONTH_YEAR.fullmatch(stripped):
        year, month = full_year(match["year"]), month_number(match["month"])
        return Span(date(year, month, 1), month_end(year, month)) if year else None
    if match := _YEAR_TO.fullmatch(stripped):
        return _year_to(match, text)
    try:
        day = parse_date(stripped)
    except PeriodError:
        return None
    return Span(day, day)
