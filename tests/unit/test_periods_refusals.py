"""What periods and dates refuse, in whole sentences, and the edges of what they read."""

from __future__ import annotations

from datetime import date

import pytest

from pccfunding.errors import PeriodError
from pccfunding.periods import Period, parse_date

# These laws are of other rooms; no public call names a month or a quarter.
from pccfunding.periods.spellings import financial_month_of, financial_quarter_of

_DAY_FIRST = "write the day first, as in 31/03/2024 or 31 March 2024, or ISO, 2024-03-31."
_HELD = "the days that periods can hold."
_WRITE_IT_AS = (
    "write it as 2023-24, 2023, 'year ending March 2024' or '1 October 2023 to 31 March 2025'."
)
_ONE_END = "it gives one end only. Write both, as in 2023-10/2025-03."
_GAP = "these are two periods with a gap. Read them one at a time."
_YEAR_ALONE = "a year alone may start in January or April. Write the months."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "12/13/2023",
            "dates are read day first, and there is no month 13. "
            "If the month comes first, write 2023-12-13.",
        ),
        (
            "1/13/2023",
            "dates are read day first, and there is no month 13. "
            "If the month comes first, write 2023-01-13.",
        ),
        ("0/13/2023", "there is no day 0 in month 13 of 2023."),
        ("2/30/2023", "there is no day 2 in month 30 of 2023."),
        ("29/02/2100", "there is no day 29 in month 2 of 2100."),
        ("Mon 29 October 2019", "2019-10-29 was a Tuesday. Check it at the source."),
        ("31/3/1899", f"1899-03-31 lies outside 1899-04-01 to 2200-03-31, {_HELD}"),
        ("1 April 2200", f"2200-04-01 lies outside 1899-04-01 to 2200-03-31, {_HELD}"),
        ("4 April 1023", "1023 is no year from 1899 to 2200."),
        ("4 April 2201", "2201 is no year from 1899 to 2200."),
        ("45123", "it looks like a spreadsheet's serial number. Export the column as dates."),
        ("29 October", "it has no year."),
        (" . ", "it is blank."),
        ("X1/4/2023", _DAY_FIRST),
        ("1/4/2023X", _DAY_FIRST),
    ],
)
def test_a_date_is_refused_in_these_words(text: str, reason: str) -> None:
    with pytest.raises(PeriodError) as refusal:
        parse_date(text)
    assert str(refusal.value) == f"Cannot read {text!r} as a date: {reason}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # A word is dropped in front of a period, never within it.
        ("2023-the 24", _WRITE_IT_AS),
        ("during 2023-the 24", _WRITE_IT_AS),
        ("6 months from here to there", _ONE_END),
        ("since 2021", _ONE_END),
        ("", "it is blank."),
        ("2021/22 and 2023/24", _GAP),
        ("2019 and 2023", _YEAR_ALONE),
        # 1 April 2023 to May 2024, or 1 April to 23 May 2024.
        (
            "1 April-23 - May 2024",
            "it has more than one reading. Write it as 2023-04-01/2025-03-31.",
        ),
        (
            "financial year 2023 to FY 2024",
            "it may start or end in 2024. Write 2023-24 or 2024-25.",
        ),
        ("31 April to 30 June 2023", "there is no day 31 in month 4 of 2023."),
        (
            "2004-05/2004-05",
            "it may be the financial year 2004-05 or one month. "
            "Write 2004-05, or the first and last day.",
        ),
        ("2023-01/2023-13", "its ends are neither two financial years nor two ISO months."),
        ("2023-00/2023-01", "its ends are neither two financial years nor two ISO months."),
        (
            "6-month period between October 2021 and April 2022",
            "2021-10-01 to 2022-04-30 is not 6 months. Check it at the source.",
        ),
        ("0 months to March 2024", "a period of 0 months holds no day."),
        ("year ending 2024", "a year ends on a day or in a month. Write its last month."),
        ("March 2025 to April 2023", "it ends on 2023-04-30, before it starts on 2025-03-01."),
        ("12 months to April 1899", f"1898-05-01 lies outside 1899-04-01 to 2200-03-31, {_HELD}"),
        ("2023-23", "23 does not follow 2023."),
        ("2023-2023", "2023 does not follow 2023."),
        ("2023-13", "13 does not follow 2023."),
        (
            "2023-01",
            "it may be month 1 of 2023, or a slip for 2023-24. Write the month by name.",
        ),
        (
            "2023-12",
            "it may be month 12 of 2023, or a slip for 2023-24. Write the month by name.",
        ),
        (
            "2010-12",
            "it is more than one financial year and has more than one reading. "
            "Write 2010-11/2011-12, or 2010-11 if one year is meant.",
        ),
        ("2023-5", "5 does not follow 2023. Did you mean 2023-24? Correct it at the source."),
        ("2022-252", "252 does not follow 2022."),
        (
            "2022-20023",
            "20023 does not follow 2022. Did you mean 2022-2023? Correct it at the source.",
        ),
        ("20022 TO 23", "20022 is no year. Did you mean 2022 to 23? Correct it at the source."),
        ("20022/2023", "20022 is no year. Did you mean 2022/2023? Correct it at the source."),
        ("19998/99", "19998 is no year. Did you mean 1998/99? Correct it at the source."),
        ("20022/31", "20022 is no year."),
    ],
)
def test_a_period_is_refused_in_these_words(text: str, reason: str) -> None:
    with pytest.raises(PeriodError) as refusal:
        Period.parse(text)
    assert str(refusal.value) == f"Cannot read {text!r} as a period: {reason}"


def test_a_passage_is_no_date_and_no_period() -> None:
    blanks = " " * 99
    assert parse_date("1/4/2023" + blanks[:92]) == date(2023, 4, 1)
    assert Period.parse("2023-24" + blanks + blanks[:44]).label == "2023-24"
    with pytest.raises(PeriodError) as refusal:
        parse_date("x" * 101)
    assert str(refusal.value) == (
        f"Cannot read '{'x' * 60}'... as a date: 101 characters are a passage. Pass the date alone."
    )
    with pytest.raises(PeriodError) as refusal:
        Period.parse("y" * 151)
    assert str(refusal.value) == (
        f"Cannot read '{'y' * 60}'... as a period: 151 characters are a passage. "
        f"Pass the words of the period alone."
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("between 2021/22 and 2023/24", "2021-22/2023-24"),
        ("BETWEEN 2021/22 and 2023/24", "2021-22/2023-24"),
        ("1 April 2023 and 31 March 2024", "2023-24"),
        ("April and December 2021", "2021-04/2021-12"),
        ("2022-23 and 2023-24", "2022-23/2023-24"),
        ("FY 2022/23 to FY 2023/24", "2022-23/2023-24"),
        # The first dash would leave "FY 2022", which may start or end there.
        ("FY 2022-23 - May 2024", "2022-04/2024-05"),
        ("Year 2023", "2023"),
        ("6-month period between October 2021 and March 2022", "2021-10/2022-03"),
        ("one month to 31 March 2024", "2024-03/2024-03"),
        ("1 month to March 2024", "2024-03/2024-03"),
        # Six months before 30 August is the end of February, whatever its length.
        ("6 months to 30 August 2023", "2023-03-01/2023-08-30"),
        ("6 months to 30 August 2024", "2024-03-01/2024-08-30"),
        ("12 months to 30 December 2023", "2022-12-31/2023-12-30"),
        ("2199-00", "2199-00"),
        ("1899-00", "1899-00"),
        # Twelve as the last year of several has two readings; thirteen has one.
        ("2010-13", "2010-11/2012-13"),
    ],
)
def test_the_edges_of_what_is_read(text: str, label: str) -> None:
    assert Period.parse(text).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("1 March to 31 March 2024", "2024-03/2024-03"),
        ("31 October to 31 March 2025", "2024-10-31/2025-03-31"),
        ("April and May 2021", "2021-04/2021-05"),
        ("1 April and 30 June 2023", "2023-04/2023-06"),
    ],
)
def test_a_start_without_a_year_is_the_last_before_the_end(text: str, label: str) -> None:
    period = Period.parse(text)
    assert (period.label, period.flags) == (label, ("year_inferred",))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5/12/2023", date(2023, 12, 5)),
        ("1 April 1899", date(1899, 4, 1)),
        ("31 March 2200", date(2200, 3, 31)),
        ("04/04/2023\t 10:15", date(2023, 4, 4)),
        ("29/2/2000", date(2000, 2, 29)),
    ],
)
def test_the_edges_of_a_date(text: str, day: date) -> None:
    assert parse_date(text) == day


def test_the_first_and_last_years_that_are_kept() -> None:
    assert Period.financial_year(1899).start == date(1899, 4, 1)
    assert Period.financial_year(2199).end == date(2200, 3, 31)
    assert Period.calendar_year(2199).end == date(2199, 12, 31)
    with pytest.raises(PeriodError, match="1899-01-01 lies outside"):
        Period.calendar_year(1899)


def test_months_and_quarters_of_a_financial_year_start_in_april() -> None:
    days = [date(2023 + (month < 4), month, 28) for month in (*range(4, 13), 1, 2, 3)]
    assert [financial_month_of(day) for day in days] == list(range(1, 13))
    assert [financial_quarter_of(day) for day in days] == [1] * 3 + [2] * 3 + [3] * 3 + [4] * 3
