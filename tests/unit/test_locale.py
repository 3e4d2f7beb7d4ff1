"""Words are English whatever locale the calling program has set."""

from __future__ import annotations

import datetime as dt
import locale
from pathlib import Path

import pytest

import pccfunding as pcc
from pccfunding.errors import PeriodError
from pccfunding.words import MONTHS, WEEKDAYS, day_words, month_words

PACKAGE = Path(pcc.__file__).parent


def test_every_month_and_weekday_has_its_english_name() -> None:
    # 1 January 2024 was a Monday.
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    assert [day_words(day) for day in days[:2]] == ["1 January 2024", "2 January 2024"]
    assert month_words(dt.date(2024, 3, 31)) == "March 2024"
    before = locale.setlocale(locale.LC_TIME)
    locale.setlocale(locale.LC_TIME, "C")
    try:
        assert all(MONTHS[day.month - 1] == f"{day:%B}" for day in days)
        assert all(WEEKDAYS[day.weekday()] == f"{day:%A}" for day in days)
    finally:
        locale.setlocale(locale.LC_TIME, before)


def test_a_wrong_weekday_is_named_in_english() -> None:
    with pytest.raises(PeriodError, match="2019-10-29 was a Tuesday"):
        pcc.parse_date("Mon 29 October 2019")


def test_no_file_takes_a_name_of_a_month_or_weekday_from_the_locale() -> None:
    found = [
        path.name
        for path in sorted(PACKAGE.rglob("*.py"))
        if any(sign in path.read_text(encoding="utf-8") for sign in ("%B", "%A", "%b}", "%a}"))
    ]
    assert found == []
