"""Laws of periods and dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import example, given, strategies as st

from pccfunding.errors import PeriodError
from pccfunding.periods import Period, parse_date
from pccfunding.words import MONTHS, WEEKDAYS


def read_or_refused(read: Callable[[str], Period | date], text: str) -> Period | date | str:
    """What a text is read as, or the words of its refusal; any other error passes through."""
    try:
        return read(text)
    except PeriodError as refusal:
        return str(refusal)


days = st.dates(date(1899, 4, 1), date(2200, 3, 31))
months = st.dates(date(1995, 1, 1), date(2030, 12, 1)).map(lambda day: day.replace(day=1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any two days, or whole months where labels come close to one another."""
    if draw(st.booleans()):
        start, end = sorted([draw(days), draw(days)])
        return Period.of(start, end)
    first, last = sorted([draw(months), draw(months)])
    if draw(st.booleans()):
        first = first.replace(month=4)
        last = last.replace(year=last.year + 1, month=draw(st.sampled_from([3, 4])))
    return Period.of(first, (last + timedelta(days=31)).replace(day=1) - timedelta(days=1))


@given(periods())
@example(Period.of(date(2004, 5, 1), date(2005, 6, 30)))
@example(Period.of(date(2010, 11, 1), date(2010, 11, 30)))
def test_a_label_is_read_back(period: Period) -> None:
    found = Period.parse(period.label)
    assert (found, found.flags, found.kind) == (period, (), period.kind)


@given(st.integers(2000, 2011), st.integers(0, 30), st.sampled_from([1, 4, 5, 11, 12]))
def test_two_periods_never_share_a_label(year: int, length: int, month: int) -> None:
    """Around 2000-01 to 2011-12 a financial year is spelled like a month."""
    start = date(year, month, 1)
    ends = [start + timedelta(days=31 * count) for count in range(length, length + 3)]
    ends = [end.replace(day=1) - timedelta(days=1) for end in ends if end.replace(day=1) > start]
    found = [Period.of(start, end) for end in ends] + [
        Period.financial_year(year),
        Period.of(date(year, 4, 1), date(year + 2, 3, 31)),
    ]
    assert len({period.label for period in found}) == len(set(found))


near_days = st.dates(date(2022, 11, 1), date(2025, 6, 30))
near_periods = st.tuples(near_days, near_days).map(lambda ends: Period.of(min(ends), max(ends)))


def each_day(period: Period) -> set[date]:
    return {period.start + timedelta(days=count) for count in range(period.days)}


@given(near_periods, near_periods)
def test_overlap_is_what_the_days_have_in_common(one: Period, two: Period) -> None:
    assert one.overlap_days(two) == two.overlap_days(one) == len(each_day(one) & each_day(two))
    assert one.within(two) == two.contains(one) == (each_day(one) <= each_day(two))
    assert one.overlap_days(one) == one.days


@given(near_periods)
def test_financial_years_cover_the_period_and_no_more(period: Period) -> None:
    years = period.financial_years()
    assert all(year.kind == "financial_year" for year in years)
    assert all(year.overlap_days(period) > 0 for year in years)
    assert sum(year.overlap_days(period) for year in years) == period.days
    for one, two in pairwise(years):
        assert one.end + timedelta(days=1) == two.start


@given(st.integers(1950, 2068))
def test_every_spelling_of_a_financial_year_is_that_year(start: int) -> None:
    end = start + 1
    spellings = [
        f"{start}/{end % 100:02d}",
        f"{start}-{end % 100:02d}",
        f"{start}–{end % 100:02d}",
        f"{start}-{end % 10}",
        f"{start}/{end}",
        f"{start} to {end}",
        f"FY {start}/{end % 100:02d}",
        f"Apr {start} - Mar {end}",
        f"1 April {start} to 31 March {end}",
        f"01/04/{start} - 31/03/{end}",
        f"year ending March {end}",
        f"12 months to 31 March {end}",
        f"{start}-{end % 100:02d}7",
        f"{start}-04/{end}-03",
    ]
    if start >= 1970:
        spellings.append(f"{start % 100:02d}/{end % 100:02d}")
    assert {Period.parse(text) for text in spellings} == {Period.financial_year(start)}


@given(days.filter(lambda day: 1970 <= day.year <= 2069))
def test_every_spelling_of_a_date_is_that_day(day: date) -> None:
    month = MONTHS[day.month - 1]
    spellings = [
        day.isoformat(),
        f"{day.isoformat()}T23:59:59+01:00",
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d.%m.%y}",
        f"{day:%d-%m-%Y}",
        f"{day.day}th {month} {day.year}",
        f"{WEEKDAYS[day.weekday()]} {day.day} {month[:3]}. {day.year}",
        f"{month} {day.day}, {day.year}",
    ]
    assert {parse_date(text) for text in spellings} == {day}
    assert Period.parse(spellings[2]) == Period.of(day, day)


DATE_PIECES = st.sampled_from(
    (
        *"0123456789-/ .–'",
        *("2023", "24", "31", "April", "Mar", " to ", " and ", "between ", "FY ", "year ending "),
        *("months to ", "2004-05", "until ", "20", "th", "2200", "1899", "0000"),
    )
)


@given(st.one_of(st.lists(DATE_PIECES, max_size=10).map("".join), st.text(max_size=40)))
@example("12 months to 0001-01-01")
@example("9999-00")
def test_a_spelling_is_read_or_refused_and_nothing_else(text: str) -> None:
    for read in (Period.parse, parse_date):
        found = read_or_refused(read, text)
        assert found == read_or_refused(read, text)
        assert not isinstance(found, str) or repr(text) in found
