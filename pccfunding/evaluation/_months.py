"""Calendar months as whole numbers, from the spellings that people use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pccfunding.errors import PeriodError

__all__ = ["month_number", "month_numbers", "month_text"]

_ISO = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?(?:[T ].*)?")
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])")


def month_number(value: Any, name: str = "month") -> int:
    """Count months since year 0: of a date, a timestamp, or text such as '2019-04'.

    A quarter ('2019-Q2') or a year ('2019') counts as its first month.

    Examples
    --------
    >>> month_number("2019-04") - month_number("2018-12-31")
    4
    """
    year, month = getattr(value, "year", None), getattr(value, "month", None)
    if not (isinstance(year, int) and isinstance(month, int)):
        text = str(value)
        match = _YEAR.fullmatch(text)
        if match is not None:
            return 12 * int(match[1])
        match = _QUARTER.fullmatch(text)
        if match is not None:
            return 12 * int(match[1]) + 3 * (int(match[2]) - 1)
        match = _ISO.fullmatch(text)
        if match is None:
            raise PeriodError(f"{name} {value!r} is no month; write it as '2019-04'.")
        year, month = int(match[1]), int(match[2])
    if not 1 <= month <= 12:
        raise PeriodError(f"{name} {value!r} is no month: there is no month {month}.")
    return 12 * year + month - 1


def month_numbers(values: Sequence[Any], name: str = "month") -> list[int]:
    """Count months since year 0 for each value."""
    return [month_number(value, name) for value in values]


def month_text(number: int) -> str:
    """Write a counted month as year and month.

    Examples
    --------
    >>> month_text(month_number("2019-04"))
    '2019-04'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
