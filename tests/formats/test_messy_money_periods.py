"""Amounts, financial years and dates as publishers really print them, each with its reading."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from pccfunding.errors import PeriodError, PrintedError
from pccfunding.periods import Period, parse_date
from pccfunding.printed import parse_printed

MONEY_READ = [
    # case, as printed, unit from the header, value in pounds, hedge, flag
    ("M001", "£299,213.13", None, "299213.13", None, None),
    ("M002", "£0.600m", None, "600000", None, None),
    ("M004", "£2.765m", None, "2765000", None, None),
    ("M005", "£334, 818", None, "334818", None, "space_in_group"),
    ("M008", "££1,329,399.26", None, "1329399.26", None, "doubled_symbol"),
    ("M012", "£5k", None, "5000", None, None),
    ("M013", "£100K", None, "100000", None, None),
    ("M016", "拢18.4 million", None, "18400000", None, "mojibake"),
    ("M017", "up to £5,000", None, "5000", "up_to", None),
    ("M019", "just under £800,000", None, "800000", "just_under", None),
    ("M020", "more than £68,000", None, "68000", "more_than", None),
    ("M022", "around £1.5m", None, "1500000", "about", None),
    ("M024", "nearly £1m", None, "1000000", "nearly", None),
    ("M025", "just short of £1.2m", None, "1200000", "just_short_of", None),
    ("M028", "10,000", "GBP", "10000", None, None),
    ("M030", "(year 2)£62,416.00", None, "62416.00", None, "glued_label"),
    ("M031", "£25,000 |", None, "25000", None, "pipe"),
    (
        "M033",
        "£1,200,000 (2023/24 until 2024/25 for North and South Worcestershire)",
        None,
        "1200000",
        None,
        "trailing_note",
    ),
    ("M034", "£305,000 annually", None, "305000", None, None),
    ("M036", "0", "GBP", "0", None, "explicit_zero"),
    ("M040", "112.95 (Note 1)", "GBP", "112.95", None, "note_ref"),
]

# Further spellings of the same publishers, read the same way.
MONEY_ALSO_READ = [
    ("£2,275", None, "2275", None, None),
    ("£1.16 million", None, "1160000", None, None),
    ("£23.5million", None, "23500000", None, None),
    ("£125k", None, "125000", None, None),
    ("£1,510k", None, "1510000", None, None),
    ("£1.3m", None, "1300000", None, None),
    ("£2371.78.", None, "2371.78", None, "trailing_stop"),
    ("£1,372,554in", None, "1372554", None, "glued_text"),
    ("拢25 million", None, "25000000", None, "mojibake"),
    ("拢18.4鈥痬illion", None, "18400000", None, "mojibake"),
    ("Â£500", None, "500", None, "mojibake"),
    ("£5\u00a0million", None, "5000000", None, None),
    ("£1\u202f200\u202f000", None, "1200000", None, "space_in_group"),
    ("up to a maximum of £5k", None, "5000", "up_to", None),
    ("maximum of £432,000", None, "432000", "up_to", None),
    ("over £275k", None, "275000", "more_than", None),
    ("just over £471,000", None, "471000", "just_over", None),
    ("circa £1.5m", None, "1500000", "about", None),
    ("an additional £1m", None, "1000000", None, "vacuous_precision"),
    ("a total of £185.2m", None, "185200000", None, None),
    ("£50,000 (match funding)", None, "50000", None, "trailing_note"),
    ("£820,000[footnote 1]", None, "820000", None, "note_ref"),
    ("23p per week", None, "0.23", None, None),
    ("137,941.30", "GBP", "137941.30", None, None),
]

MONEY_REFUSED = [
    ("M006", "£31,78", None, "comma"),
    ("M010", "£268,084,994m", None, "suffix 'm'"),
    ("M037", "—", None, "missing number"),
    ("M038", "N/A", None, "missing number"),
    ("also", "£110,00", None, "comma"),
    ("also", "£634,285k", None, "suffix 'k'"),
    ("also", "244.25", None, "no £"),
    ("also", "TBC", None, "missing number"),
    ("also", "..", "GBP", "missing number"),
    ("also", "", "GBP", "blank"),
    ("also", "£1,000 IOM", None, "not known"),
    ("also", "£10,000 – Domestic Abuse / £20,000 – CSP Analysts", None, "2 numbers"),
]

YEARS_READ = [
    ("M041", "2023/24", "2023-24"),
    ("M042", "2023-24", "2023-24"),
    ("M043", "2023-4", "2023-24"),
    ("M045", "23/24", "2023-24"),
    ("M047", "2024/2025", "2024-25"),
    ("M048", "2025-2026", "2025-26"),
    ("M050", "2021 to 2022", "2021-22"),
    ("M052", "2008/2009", "2008-09"),
    ("M053", "1999–2000", "1999-00"),
    ("M055", "financial year ending 31 March 2024", "2023-24"),
    ("M057", "October 2023 to March 2025", "2023-10/2025-03"),
    ("M059", "October 2020 and March 2021", "2020-10/2021-03"),
    ("M060", "2001–025", "2001-02"),
    ("also", "24-25", "2024-25"),
    ("also", "FY 25/26", "2025-26"),
    ("also", "Apr 2023 - Mar 2024", "2023-24"),
    ("also", "year ending 31 March 2024", "2023-24"),
    ("also", "year ending March 2013", "2012-13"),
    ("also", "1999-00", "1999-00"),
    ("also", "2013-141", "2013-14"),
    ("also", "1 October 2023 to 31 March 2025", "2023-10/2025-03"),
    ("also", "April 2023 to March 2025", "2023-24/2024-25"),
    ("also", "6-month period between October 2021 and March 2022", "2021-10/2022-03"),
    ("also", "four-year period up to March 31, 2025", "2021-22/2024-25"),
    ("also", "nine-month period to December 2023", "2023-04/2023-12"),
]

YEARS_REFUSED = [
    ("M054", "20022/23", r"Did you mean 2022/23\?"),
    ("also", "20022/23 to 2021/22", r"Did you mean 2022/23\?"),
    ("also", "fixed until March 2025", "one end only"),
    ("also", "This financial year", "write it as"),
]

DATES_READ = [
    ("M064", "8/4/2022", date(2022, 4, 8)),
    ("M065", "04/04/2023", date(2023, 4, 4)),
    ("M067", "4 April 2023", date(2023, 4, 4)),
    ("M068", "12/03/2024", date(2024, 3, 12)),
    ("M071", "24/07/2014", date(2014, 7, 24)),
    ("M073", "2016-10-25T00:00:00+00:00", date(2016, 10, 25)),
    ("also", "30/03/2023", date(2023, 3, 30)),
    ("also", "14/03/2023", date(2023, 3, 14)),
    ("also", "12th March 2024", date(2024, 3, 12)),
    ("also", "Tues 29th October 2019", date(2019, 10, 29)),
    ("also", "2 Mar 2017", date(2017, 3, 2)),
    ("also", "March 31, 2025", date(2025, 3, 31)),
]


@pytest.mark.parametrize(
    ("raw", "unit", "value", "hedge", "flag"),
    [row[1:] for row in MONEY_READ] + MONEY_ALSO_READ,
)
def test_money_is_read(
    raw: str, unit: str | None, value: str, hedge: str | None, flag: str | None
) -> None:
    printed = parse_printed(raw, unit=unit)
    assert printed.value == Fraction(value)
    assert (printed.unit, printed.hedge, printed.text) == ("GBP", hedge, raw)
    assert flag is None or flag in printed.flags


def test_a_range_of_money_has_ends_and_no_value() -> None:
    """Case M026."""
    printed = parse_printed("between £500 and £20,000")
    assert (printed.value, printed.low, printed.high) == (None, 500, 20_000)
    assert printed.hedge == "range"


def test_a_range_is_read_without_between() -> None:
    printed = parse_printed("£5,000 and £100k")
    assert (printed.value, printed.low, printed.high) == (None, 5_000, 100_000)
    assert "range_without_between" in printed.flags


def test_annual_money_says_so() -> None:
    assert parse_printed("£305,000 annually").per == "year"


def test_three_decimals_of_a_million_are_known_to_five_hundred_pounds() -> None:
    printed = parse_printed("£0.600m")
    assert (printed.resolution, printed.low, printed.high) == (1_000, 599_500, 600_500)


@pytest.mark.parametrize(("raw", "unit", "reason"), [row[1:] for row in MONEY_REFUSED])
def test_money_is_refused_with_its_text_and_the_reason(
    raw: str, unit: str | None, reason: str
) -> None:
    with pytest.raises(PrintedError, match=reason) as refusal:
        parse_printed(raw, unit=unit)
    assert repr(raw) in str(refusal.value)


def test_a_missing_marker_is_sent_to_the_kinds_of_unknown() -> None:
    with pytest.raises(PrintedError, match=r"kind of unknown .* never as 0"):
        parse_printed("N/A")


@pytest.mark.parametrize(("raw", "label"), [row[1:] for row in YEARS_READ])
def test_a_year_is_read(raw: str, label: str) -> None:
    assert Period.parse(raw).label == label


@pytest.mark.parametrize(("raw", "reason"), [row[1:] for row in YEARS_REFUSED])
def test_a_year_is_refused(raw: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        Period.parse(raw)


def test_a_straddling_award_touches_two_financial_years() -> None:
    """Case M057: 6 of the 18 months lie in 2023-24."""
    grant = Period.parse("October 2023 to March 2025")
    first, second = grant.financial_years()
    assert (first.label, second.label) == ("2023-24", "2024-25")
    assert (grant.overlap_days(first), grant.overlap_days(second)) == (183, 365)


def test_half_a_year_is_not_the_year() -> None:
    """Case M059."""
    half = Period.parse("October 2020 and March 2021")
    assert half.label != Period.financial_year(2020).label
    assert half.days == 182


@pytest.mark.parametrize(("raw", "day"), [row[1:] for row in DATES_READ])
def test_a_date_is_read_day_first(raw: str, day: date) -> None:
    assert parse_date(raw) == day
