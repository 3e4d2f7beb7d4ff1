"""Periods in the titles and headings of statistical tables, footnotes glued to their years."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from pccfunding.errors import PeriodError
from pccfunding.formats.count_files.printed_counts import key_of
from pccfunding.periods import Period
from pccfunding.periods.parse_date import MONTH, add_months, month_end, month_number, start_of
from pccfunding.periods.spellings import financial_label

_I = re.IGNORECASE
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?[\s/-]+)?"
# A spreadsheet joins month and year by a hyphen: "Mar-21".
_GAP = r"[\s\-–—_/]{0,3}"
_TO = r"\s{0,3}(?:to|-|–|—)\s{0,3}"
_FY = r"((?:19|20)\d{2})\s{0,3}[/_–-]\s{0,3}((?:19|20)?\d{2})(?![\d]|[/-]\d)"
_ENDS = (
    r"(?:(?:year|12\s+months?|twelve\s+months?)[\s_-]{0,3}(?:ending|ended|to|end)"
    r"|rolling\s+year|\by/e|ye)"
)
# A title may run month and year together, as names of files do: "yejune25".
_ENDING = re.compile(
    rf"{_ENDS}[\s:_-]{{0,5}}(?:{_DAY}({MONTH}){_GAP}(['’]?\d{{1,9}})"
    rf"|((?:19|20)\d\d)-(\d\d)-\d\d)",
    _I,
)
_SPAN = re.compile(rf"({MONTH}){_GAP}(['’]?\d{{2,9}}){_TO}({MONTH}){_GAP}(['’]?\d{{2,9}})", _I)
_SAME_YEAR = re.compile(
    rf"({MONTH}){_TO}({MONTH})\s{{0,3}}['’]?((?:19|20)\d{{2}}|\d{{2}})(?!\d)", _I
)
_IN_YEAR = re.compile(rf"\b({MONTH})(?:{_TO}({MONTH}))?[\s,]{{1,3}}{_FY}", _I)
_MONTH_WORD = re.compile(rf"\b{MONTH}(?![a-z])", _I)
_FINANCIAL = re.compile(rf"(?:\b|(?<=\bFY)){_FY}", _I)
_FINANCIAL_TO = re.compile(
    r"\b(?:financial\syears?|FY)[\s:]{0,3}((?:19|20)\d\d)\s{0,3}to\s{0,3}((?:19|20)?\d\d)(?!\d)",
    _I,
)
_BARE_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LAST_MONTH = re.compile(rf"\W(?:{MONTH})(?:{_TO}(?:{MONTH}))?\W{{0,3}}$", _I)
# Words that stand beside a period and name no class.
_OF_TIME = frozenset(
    ("12", "months", "month", "financial", "fiscal", "fy", "year", "years", "calendar", "quarter",
     "quarters", "to", "in", "of", "for", "the", "and", "ending", "ended", "end", "provisional",
     "revised", "final", "p", "r", "number", "numbers", "no", "count", "counts", "total", "totals",
     "all", "police", "recorded", "crime", "crimes", "offences", "incidents", "rolling", "latest")
)  # fmt: skip
_QUARTER = r"(?:\bq(?:uarter|tr)?\s?([1-4])\b|\b([1-4])(?:st|nd|rd|th)?\s(?:quarter|qtr)\b)"
_QUARTERS = (
    re.compile(rf"{_QUARTER}[\s,:(]{{0,3}}(?:(?:of|in|for)\s)?\s{{0,3}}{_FY}", _I),
    re.compile(rf"\b{_FY}[\s,:(]{{0,3}}{_QUARTER}", _I),
)
_MONTH_ALONE = re.compile(rf"({MONTH}){_GAP}((?:19|20)\d\d|['’]?\d\d)", _I)
_YEARS_END = re.compile(r"\b(?:years?|(?:12|twelve)\s?months)\s(?:ending|ended|to)\b", _I)
_YEARLY = re.compile(r"\byears?\b|\b(?:12|twelve)\s?months\b|\bannual", _I)
_DAY_ALONE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_PART = re.compile(
    r"\b(?:q\s?[1-4]|quarters?|qtrs?|h\s?[12]|half|halves|to date|ytd|part[\s-]?year|weeks?|days?"
    r"|month\s?\d{1,2}|(?!12\b)\d{1,2}\s?months?|(?:one|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven)\s?months?)\b",
    _I,
)
# A part of a year that leaves the year to a heading above it.
_BARE_PART = re.compile(
    rf"(?:q(?:uarter|tr)?s?\.?\s?[1-4]|[1-4](?:st|nd|rd|th)?\s(?:quarter|qtr)|h(?:alf)?\s?[12]"
    rf"|(?:first|second|third|fourth)\s(?:quarter|half)|{MONTH}(?:{_TO}{MONTH})?"
    rf"|(?:week|month|period|day)\s?\d{{1,3}})\.?",
    _I,
)
_LONGEST = 1_000


def period_spans(text: str) -> list[tuple[range, Period]]:
    """Find the periods that a line of text names, with where they stand in it."""
    found: list[tuple[range, Period]] = []
    text = text[:_LONGEST]

    def keep(match: re.Match[str], start: date, end: date) -> None:
        span = range(*match.span())
        if start <= end and not any(span.start in one or one.start in span for one, _ in found):
            found.append((span, Period(start, end)))

    for at, pattern in enumerate(_QUARTERS):
        for match in pattern.finditer(text):
            groups = [one for one in match.groups() if one]
            number, year, next_year = groups if at == 0 else (groups[2], *groups[:2])
            if _follows(next_year, int(year)):
                start = add_months(date(int(year), 4, 1), 3 * (int(number) - 1))
                keep(match, start, month_end(start.year, start.month + 2))
    for match in _ENDING.finditer(text):
        if match[3]:
            end = month_end(int(match[3]), min(max(int(match[4]), 1), 12))
        else:
            end = month_end(_year(match[2]), month_number(match[1]))
        keep(match, start_of(end, 12), end)
    for match in _SPAN.finditer(text):
        start = date(_year(match[2]), month_number(match[1]), 1)
        keep(match, start, month_end(_year(match[4]), month_number(match[3])))
    for match in _IN_YEAR.finditer(text):
        # "Jan-Mar 2020/21" and "January 2020/21" lie in the second of the two years.
        year = int(match[3])
        if _follows(match[4], year):
            first = month_number(match[1])
            last = month_number(match[2]) if match[2] else first
            ends = year + (last < 4)
            keep(match, date(year + (first < 4), first, 1), month_end(ends, last))
    for match in _SAME_YEAR.finditer(text):
        year, first, last = _year(match[3]), month_number(match[1]), month_number(match[2])
        keep(match, date(year - (first > last), first, 1), month_end(year, last))
    for pattern in (_FINANCIAL_TO, _FINANCIAL):
        for match in pattern.finditer(text):
            year = int(match[1])
            if _follows(match[2], year):
                whole = Period.financial_year(year)
                keep(match, whole.start, whole.end)
    return sorted(found, key=lambda one: one[0].start)


def _follows(second: str, year: int) -> bool:
    """Whether the second year of a pair is the one that a financial year ends in."""
    return financial_label(year).endswith(f"-{second[-2:]}")


def every_period(text: str) -> list[Period]:
    """Find the periods that a line of text names, in order; each once.

    A line that names a part of a year, and not which days it has, names no period: the whole
    year that stands beside it is another.
    """
    if names_a_part(text):
        return []
    return list(dict.fromkeys(period for _, period in period_spans(text)))


def names_a_part(text: str) -> bool:
    """Whether a text names a part of a year without its days: "H1 2020/21", "2020/21 to date"."""
    text = text[:_LONGEST]
    spans = [span for span, _ in period_spans(text)]
    return any(not any(match.start() in span for span in spans) for match in _PART.finditer(text))


def heading_is_part(text: str) -> bool:
    """Whether a heading names a part of a year, a month beside it among them: "2020/21 (May)"."""
    spans = [span for span, _ in period_spans(text)]
    months = (match.start() for match in _MONTH_WORD.finditer(text[:_LONGEST]))
    beside = any(not any(at in span for span in spans) for at in months)
    last = not spans and _LAST_MONTH.search(text[:_LONGEST])
    return names_a_part(text) or bool(last or (spans and beside))


def heading_periods(text: str) -> list[Period]:
    """Find the periods that the heading of a column names; it may be a month and nothing else."""
    if match := _MONTH_ALONE.fullmatch(text.strip()):
        year, month = _year(match[2]), month_number(match[1])
        return [Period(date(year, month, 1), month_end(year, month))]
    return [] if heading_is_part(text) else every_period(text)


def part_under(above: Iterable[str], heading: str) -> list[Period] | None:
    """Find the part of a year that a heading names under one of the whole: "Q1" under "2021/22".

    None where the heading is no bare part; an empty list where its days are not told.
    """
    if not _BARE_PART.fullmatch(heading.strip()):
        return None
    for text in above:
        if whole := every_period(text):
            # A title has words between the year and the part: "Grants of 2021/22".
            return every_period(f"{heading.strip()} {whole[0].label if len(whole) == 1 else text}")
    return []


def years_over_months(lines: Iterable[str], heading: str) -> list[Period] | None:
    """Find the year that a heading of one month ends, where a title over it speaks of years.

    None where the heading is no month, or no title speaks of years; an empty list where the titles
    do not say how the month and their years go together.
    """
    if not _MONTH_ALONE.fullmatch(heading.strip()):
        return None
    told = [line for line in lines if _YEARLY.search(line[:_LONGEST])]
    if not told:
        return None
    if any(_YEARS_END.search(line[:_LONGEST]) and not period_spans(line) for line in told):
        return every_period(f"year ending {heading}")
    return []


def year_ends_below(text: str) -> bool:
    """Whether a heading says that the month below it ends a year: "Year ending"."""
    return bool(re.search(rf"{_ENDS}\W{{0,3}}$", text[:_LONGEST], _I))


def names_a_year(text: str) -> bool:
    """Whether a text names a year that is in none of its periods: "Burglary 2019"."""
    spans = [span for span, _ in period_spans(text)]
    years = _BARE_YEAR.finditer(text[:_LONGEST])
    return any(not any(match.start() in span for span in spans) for match in years)


def words_beside_time(text: str) -> str:
    """Give what a heading says beside its time: "Burglary" of "Burglary, 2019/20"; "" if nothing.

    Examples
    --------
    >>> words_beside_time("Burglary, 2019/20"), words_beside_time("2019/20 provisional")
    ('Burglary', '')
    """
    if not names_time(text):
        return text
    left, at = [], 0
    for span, _ in period_spans(text):
        left.append(text[at : span.start])
        at = span.stop
    beside = " ".join(" ".join([*left, text[at:]]).split()).strip(" ,;:-–—()[]/") if at else ""
    beside = re.sub(r"\W{0,3}\bFY$", "", beside)
    words = set(key_of(beside).split()) - _OF_TIME
    return beside if any(re.search("[a-z]{2}", word) for word in words) else ""


def names_time(text: str) -> bool:
    """Whether a heading names a time, and so no class."""
    plain = text.strip()
    times = (_DAY_ALONE.fullmatch(plain), _BARE_PART.fullmatch(plain), year_ends_below(plain))
    return bool(heading_periods(text) or any(times))


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
