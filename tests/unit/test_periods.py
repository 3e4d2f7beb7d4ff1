"""Periods and dates, each worked by hand."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime

import pytest

from pccfunding.errors import PeriodError
from pccfunding.periods import Period, parse_date


@pytest.mark.parametrize(
    ("start", "end", "kind", "label"),
    [
        ((2023, 4, 1), (2024, 3, 31), "financial_year", "2023-24"),
        ((1999, 4, 1), (2000, 3, 31), "financial_year", "1999-00"),
        ((2023, 4, 1), (2025, 3, 31), "span", "2023-24/2024-25"),
        ((2023, 1, 1), (2023, 12, 31), "calendar_year", "2023"),
        ((2022, 1, 1), (2023, 12, 31), "span", "2022-01/2023-12"),
        ((2018, 7, 1), (2019, 6, 30), "year_ending", "2018-07/2019-06"),
        ((2023, 3, 1), (2024, 2, 29), "year_ending", "2023-03/2024-02"),
        ((2024, 3, 1), (2024, 3, 31), "month", "2024-03/2024-03"),
        ((2023, 10, 1), (2025, 3, 31), "span", "2023-10/2025-03"),
        ((2023, 10, 1), (2023, 11, 15), "span", "2023-10-01/2023-11-15"),
        ((2023, 4, 1), (2024, 3, 30), "span", "2023-04-01/2024-03-30"),
        ((2023, 4, 2), (2024, 4, 1), "span", "2023-04-02/2024-04-01"),
        ((2023, 10, 1), (2023, 10, 1), "span", "2023-10-01/2023-10-01"),
    ],
)
def test_kind_and_label_come_from_the_days(
    start: tuple[int, int, int], end: tuple[int, int, int], kind: str, label: str
) -> None:
    period = Period.of(date(*start), date(*end))
    assert (period.kind, period.label, str(period)) == (kind, label, label)
    assert Period.parse(label) == period


def test_months_that_look_like_financial_years_are_written_as_days() -> None:
    months = Period.of(date(2004, 5, 1), date(2005, 6, 30))
    years = Period.of(date(2004, 4, 1), date(2006, 3, 31))
    assert months.label == "2004-05-01/2005-06-30"
    assert years.label == "2004-05/2005-06"
    assert Period.parse(months.label) == months
    assert Period.parse(years.label) == years
    # May 2004 to April 2005 has one end only that looks like a year.
    assert Period.of(date(2004, 5, 1), date(2005, 4, 30)).label == "2004-05/2005-04"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2023/24", "2023-24"),
        ("2023 - 24", "2023-24"),
        ("2023–24", "2023-24"),
        ("2023-4", "2023-24"),
        ("2023/4", "2023-24"),
        ("23/24", "2023-24"),
        ("99/00", "1999-00"),
        ("69/70", "2069-70"),
        ("70/71", "1970-71"),
        ("2010-11", "2010-11"),
        ("2000-01", "2000-01"),
        ("2001-02", "2001-02"),
        ("FY2024-25", "2024-25"),
        ("Financial Year: 2023/24", "2023-24"),
        ("the 2024/5 financial year", "2024-25"),
        ("during 2023/24", "2023-24"),
        ("2023/24 FY", "2023-24"),
        ("from 2021 to 2022", "2021-22"),
        ("2023", "2023"),
        ("calendar year 2023", "2023"),
        ("the 12 months of 2019", "2019"),
        ("March 2024", "2024-03/2024-03"),
        ("Sept. 2024", "2024-09/2024-09"),
        ("Mar '24", "2024-03/2024-03"),
        ("year ended 31 March 2024", "2023-24"),
        ("year end March 2024", "2023-24"),
        ("year to the end of March 2024", "2023-24"),
        ("FYE March 2024", "2023-24"),
        ("y/e 31/03/2024", "2023-24"),
        ("YE Dec 2019", "2019"),
        ("12 months to December 2023", "2023"),
        ("year ending 29 February 2024", "2023-03/2024-02"),
        ("year ending 15 March 2024", "2023-03-16/2024-03-15"),
        ("year ending 28 February 2024", "2023-03-01/2024-02-28"),
        ("three years to March 2025", "2022-23/2024-25"),
        ("6 months to March 2022", "2021-10/2022-03"),
        ("April 2023–March 2024", "2023-24"),
        ("April 2023 until March 2025", "2023-24/2024-25"),
        ("between 1 October 2023 and 31 March 2025", "2023-10/2025-03"),
        ("01/04/2023 - 31/03/2024", "2023-24"),
        ("01.04.2023-31.03.2024", "2023-24"),
        ("1 April 2023 to 31 March 2024 inclusive", "2023-24"),
        ("2023-10/2025-03", "2023-10/2025-03"),
        ("2023-10-01/2025-03-31", "2023-10/2025-03"),
        ("2023-10-01-2025-03-31", "2023-10/2025-03"),
        ("2022/23 to 2024/25", "2022-23/2024-25"),
        ("2022/23-2024/25", "2022-23/2024-25"),
        ("financial years 2022/23 to 2024/25", "2022-23/2024-25"),
        ("2021/22 and 2022/23", "2021-22/2022-23"),
        ("4 April 2023", "2023-04-04/2023-04-04"),
    ],
)
def test_a_spelling_has_its_label(text: str, label: str) -> None:
    period = Period.parse(text)
    assert (period.label, period.flags) == (label, ())


@pytest.mark.parametrize(
    ("text", "label", "flag"),
    [
        ("2001–025", "2001-02", "footnote_glued"),
        ("2013-141", "2013-14", "footnote_glued"),
        ("2013-20141", "2013-14", "footnote_glued"),
        ("1999-001", "1999-00", "footnote_glued"),
        ("2022-25", "2022-23/2024-25", "multi_year"),
        ("during 2022-25", "2022-23/2024-25", "multi_year"),
        ("2021-25", "2021-22/2024-25", "multi_year"),
        ("April to December 2021", "2021-04/2021-12", "year_inferred"),
        ("October to March 2022", "2021-10/2022-03", "year_inferred"),
        ("1 October to 31 March 2025", "2024-10/2025-03", "year_inferred"),
    ],
)
def test_a_doubtful_spelling_is_flagged(text: str, label: str, flag: str) -> None:
    period = Period.parse(text)
    assert (period.label, period.flags) == (label, (flag,))
    assert period == Period.parse(label)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("20022/23", r"Did you mean 2022/23\?"),
        ("20022/23 to 2021/22", r"Did you mean 2022/23\?"),
        ("2023/234", r"Did you mean 2023/24\?"),
        ("2022-252", "252 does not follow 2022"),
        ("2023/25", "2023-24/2024-25, or 2023-24 if one year is meant"),
        ("2021 to 2025", "more than one financial year"),
        ("2019-2023", "more than one financial year"),
        ("2010-12", "more than one financial year"),
        ("23-25", "does not follow"),
        ("2023-5", r"Did you mean 2023-24\?"),
        ("2024-2023", "does not follow"),
        ("2023-22", "does not follow"),
        ("2023-10", "may be month 10 of 2023"),
        ("2023-04", "may be month 4 of 2023, or a slip for 2023-24"),
        ("2004-05/2004-05", "may be the financial year 2004-05 or one month"),
        ("2023-24/2025-03", "neither two financial years nor two ISO months"),
        ("FY 2023", "Write 2022-23 or 2023-24"),
        ("year ending 2024", "Write its last month"),
        ("fixed until March 2025", "one end only"),
        ("until March 2025", "one end only"),
        ("since 2021", "one end only"),
        ("from April 2023", "one end only"),
        ("2021/22-", "one end only"),
        ("March 2025 to April 2023", "ends on 2023-04-30, before it starts on 2025-03-01"),
        ("2022-23 to 2021-22", "before it starts"),
        ("2021/22 and 2023/24", "two periods with a gap"),
        ("2019 and 2023", "a year alone"),
        ("2023 to March 2025", "a year alone"),
        ("31/11/2023 to 1/1/2024", "no day 31 in month 11"),
        ("31/4/2023-31/3/2024", "no day 31 in month 4"),
        ("31 April to 30 June 2023", "no day 31 in month 4"),
        ("6-month period between October 2021 and April 2022", "is not 6 months"),
        ("0 months to March 2024", "0 months"),
        ("0000-01", "no year from 1899"),
        ("9999/00", "no year from 1899"),
        ("12 months to April 1899", "lies outside"),
        ("Q1 2022-2023", "write it as"),
        ("Mar 24", "write it as"),
        ("next three years (2022-23)", "write it as"),
        ("", "blank"),
    ],
)
def test_what_has_no_one_reading_is_refused(text: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason) as refusal:
        Period.parse(text)
    assert repr(text) in str(refusal.value)


def test_a_number_is_not_a_spelling() -> None:
    with pytest.raises(PeriodError, match="of type int"):
        Period.parse(2023)  # type: ignore[arg-type]


def test_spellings_of_one_period_are_one_key() -> None:
    spellings = ["2013-14", "2013-141", "2013/2014", "year ending March 2014"]
    assert len({Period.parse(text) for text in spellings}) == 1


def test_periods_sort_by_their_first_day() -> None:
    years = [Period.financial_year(2023), Period.calendar_year(2023), Period.calendar_year(2022)]
    assert [year.label for year in sorted(years)] == ["2022", "2023", "2023-24"]


def test_a_datetime_is_its_date() -> None:
    moment = datetime(2023, 4, 1, 12, tzinfo=UTC)
    period = Period.of(moment, date(2024, 3, 31))
    assert period == Period.financial_year(2023)
    assert type(period.start) is date
    assert period.contains(moment)


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (date(2024, 3, 31), date(2023, 4, 1), "before it starts"),
        ("2023-04-01", date(2024, 3, 31), "of type str"),
        (None, date(2024, 3, 31), "of type NoneType"),
        (date(1899, 3, 31), date(2024, 3, 31), "lies outside"),
        (date(2023, 4, 1), date(2200, 4, 1), "lies outside"),
    ],
)
def test_no_period_is_built_from_anything_else(start: date, end: date, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        Period.of(start, end)


@pytest.mark.parametrize("year", [23, 1898, 2200, 2023.0, True, "2023"])
def test_a_year_is_written_in_full(year: int) -> None:
    for build in (Period.financial_year, Period.calendar_year):
        with pytest.raises(PeriodError, match="Write it in full"):
            build(year)


def test_days_and_overlap() -> None:
    year = Period.financial_year(2023)
    assert year.days == 366
    assert Period.financial_year(2022).days == 365
    assert Period.parse("2023").overlap_days(year) == 275
    assert Period.parse("October 2023 to March 2025").overlap_days(year) == 183
    assert year.overlap_days(Period.financial_year(2024)) == 0
    assert year.overlap_days(Period.of(date(2024, 3, 31), date(2024, 4, 1))) == 1


def test_contains_and_within() -> None:
    year, month = Period.financial_year(2023), Period.parse("March 2024")
    assert year.contains(date(2023, 4, 1))
    assert year.contains(date(2024, 3, 31))
    assert not year.contains(date(2024, 4, 1))
    assert not year.contains(date(2023, 3, 31))
    assert month.within(year)
    assert not year.within(month)
    assert year.within(year)
    assert not Period.parse("2023").within(year)
    with pytest.raises(PeriodError, match="no date and no Period"):
        year.contains("2023-04-01")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2023-24", ["2023-24"]),
        ("2023", ["2022-23", "2023-24"]),
        ("October 2023 to March 2025", ["2023-24", "2024-25"]),
        ("31 March 2024", ["2023-24"]),
        ("31 March 2024 to 1 April 2024", ["2023-24", "2024-25"]),
        ("2021-22/2024-25", ["2021-22", "2022-23", "2023-24", "2024-25"]),
    ],
)
def test_the_financial_years_of_a_period(text: str, years: list[str]) -> None:
    assert [year.label for year in Period.parse(text).financial_years()] == years


def test_periods_are_frozen_and_travel() -> None:
    period = Period.parse("2013-141")
    with pytest.raises(AttributeError):
        period.start = date(2020, 1, 1)  # type: ignore[misc]
    for twin in (pickle.loads(pickle.dumps(period)), copy.deepcopy(period)):
        assert (twin, twin.flags) == (period, period.flags)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8/4/2022", date(2022, 4, 8)),
        ("04/04/2023", date(2023, 4, 4)),
        ("4 April 2023", date(2023, 4, 4)),
        ("12th March 2024", date(2024, 3, 12)),
        ("1 Apr 2023", date(2023, 4, 1)),
        ("29 Oct. 2019", date(2019, 10, 29)),
        ("1 April, 2023", date(2023, 4, 1)),
        ("3rd of April 2024", date(2024, 4, 3)),
        ("Wednesday, 3rd of April 2024", date(2024, 4, 3)),
        ("Thurs 4 April 2024", date(2024, 4, 4)),
        ("March 31, 2025", date(2025, 3, 31)),
        ("March 31st 2025", date(2025, 3, 31)),
        ("03-04-2023", date(2023, 4, 3)),
        ("16.12.19", date(2019, 12, 16)),
        ("1/1/69", date(2069, 1, 1)),
        ("1/1/70", date(1970, 1, 1)),
        ("01-Apr-23", date(2023, 4, 1)),
        ("2023-04-05", date(2023, 4, 5)),
        ("2023/04/05", date(2023, 4, 5)),
        ("2016-10-25T23:30:00-05:00", date(2016, 10, 25)),
        ("2016-10-25T00:00:00.000Z", date(2016, 10, 25)),
        ("04/04/2023 10:15", date(2023, 4, 4)),
        (" 4\u00a0April 2023. ", date(2023, 4, 4)),
        ("29/02/2024", date(2024, 2, 29)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12/31/2023", "day first.* write 2023-12-31"),
        ("2023-02-31", "no day 31 in month 2"),
        ("29/02/2023", "no day 29 in month 2"),
        ("31/11/2023", "no day 31 in month 11"),
        ("13/13/2023", "no day 13 in month 13"),
        ("02/30/2023", "no day 2 in month 30"),
        ("00/01/2020", "no day 0"),
        ("2023-00-01", "month 0"),
        ("45123", "serial number"),
        ("45123.5", "serial number"),
        ("Mon 29 October 2019", "2019-10-29 was a Tuesday"),
        ("29 October", "no year"),
        ("October 29", "no year"),
        ("4 April 1023", "no year from 1899"),
        ("1 January 1899", "lies outside"),
        ("2016-10-25T25:00:00", "write the day first"),
        ("1/2-2023", "write the day first"),
        ("April 2023", "write the day first"),
        ("", "blank"),
        ("١/٤/٢٠٢٣", "write the day first"),
    ],
)
def test_what_is_no_date_is_refused(text: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason) as refusal:
        parse_date(text)
    assert repr(text) in str(refusal.value)


def test_a_serial_number_is_not_a_date() -> None:
    with pytest.raises(PeriodError, match="of type int"):
        parse_date(45123)  # type: ignore[arg-type]
