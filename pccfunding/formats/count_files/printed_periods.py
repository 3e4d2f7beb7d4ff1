"""Periods in the titles and headings of statistical tables, footnotes glued to their years."""

from __future__ import annotations

import re
from datetime import date

from pccfunding.errors import PeriodError
from pccfunding.periods import Period
from pccfunding.periods.parse_date import MONTH, month_end, month_number, start_of
from pccfunding.periods.spellings import financial_label

_I = re.IGNORECASE
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?\s+)?"
# A title may run month and year together, as names of files do: "yejune25".
_ENDING = re.compile(
    rf"(?:(?:year|12\s+months?|twelve\s+months?)[\s_-]*(?:ending|ended|to|end)|ye)[\s:_-]*"
    rf"{_DAY}({MONTH})\s*(['’]?\d+)",
    _I,
)
_SPAN = re.compile(rf"({MONTH})\s*(['’]?\d{{2,}})\s*(?:to|-|–|—)\s*({MONTH})\s*(['’]?\d{{2,}})", _I)
_SAME_YEAR = re.compile(rf"({MONTH})\s*(?:to|-|–|—)\s*({MONTH})\s*(\d{{4}})", _I)
_FINANCIAL = re.compile(r"\b((?:19|20)\d{2})\s*[/_-]\s*((?:19|20)?\d{2})(?!\d)")


def every_period(text: str) -> list[Period]:
    """Find the periods that a line of text names, in order; each once."""
    found: list[tuple[int, Period]] = []
    taken: list[range] = []

    def keep(match: re.Match[str], start: date, end: date) -> None:
        if start <= end and not any(match.start() in one or one.start in range(*match.span())
                                    for one in taken):  # fmt: skip
            taken.append(range(*match.span()))
            found.append((match.start(), Period(start, end)))

    for match in _ENDING.finditer(text):
        end = month_end(_year(match[2]), month_number(match[1]))
        keep(match, start_of(end, 12), end)
    for match in _SPAN.finditer(text):
        start = date(_year(match[2]), month_number(match[1]), 1)
        keep(match, start, month_end(_year(match[4]), month_number(match[3])))
    for match in _SAME_YEAR.finditer(text):
        year = _year(match[3])
        start = date(year, month_number(match[1]), 1)
        keep(match, start, month_end(year, month_number(match[2])))
    for match in _FINANCIAL.finditer(text):
        year = int(match[1])
        if financial_label(year).endswith(f"-{match[2][-2:]}"):
            whole = Period.financial_year(year)
            keep(match, whole.start, whole.end)
    return list(dict.fromkeys(period for _, period in sorted(found)))


def financial_year(text: str) -> Period:
    """Read the label of one financial year.

    Raises
    ------
    PeriodError
        If the text names none, or another period.
    """
    period = Period.parse(text.replace("_", "-"))
    if period.kind != "financial_year":
        raise PeriodError(f"{text!r} is no financial year.")
    return period


def _year(digits: str) -> int:
    """Read a year to which the digits of footnotes may be glued: "20191", "181", "'125"."""
    plain = digits.lstrip("'’")
    full = plain[:4] if len(plain) >= 4 and plain[:2] in ("19", "20") else ""
    if full and not digits.startswith(("'", "’")):
        return int(full)
    year = int(plain[:2])
    return year + (1900 if year >= 70 else 2000)
