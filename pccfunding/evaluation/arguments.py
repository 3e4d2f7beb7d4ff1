"""What the ladder accepts as counts, exposures, levels, months and names."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, SupportsFloat, TypeAlias

from pccfunding.errors import PeriodError, TableError
from pccfunding.words import is_missing

Number: TypeAlias = SupportsFloat
PANDEMIC = (date(2020, 3, 1), date(2021, 3, 31))
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?(?:[T ].*)?")
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])")


def _is_number(value: object) -> bool:
    # A bool of numpy is a float to Python, and named differently in numpy 1 and 2.
    return isinstance(value, SupportsFloat) and type(value).__name__ not in ("bool", "bool_")


def a_row(values: Any, name: str) -> Any:
    """Give a row of values as it is; refuse what is none."""
    if isinstance(values, str | bytes) or not (
        hasattr(values, "__len__") and hasattr(values, "__iter__")
    ):
        raise TableError(
            f"{name} is a {type(values).__name__}; it takes a row of values, such as a list or a "
            f"column of a table."
        )
    return values


def a_mapping(values: Any, name: str, example: str) -> Any:
    """Give a mapping as it is; refuse what is none."""
    if not hasattr(values, "items"):  # a frame has them too, one a column
        raise TableError(
            f"{name} is a {type(values).__name__}; it takes a mapping, such as {example}."
        )
    return values


def optional_count(value: Any, name: str) -> int | None:
    """Give a count as int, None where it is not held; refuse what no count can be."""
    if is_missing(value):
        return None
    return whole_number(value, name, least=0)


def whole_number(value: Any, name: str, *, least: int) -> int:
    """Give a whole number that is not below `least`."""
    try:
        number = float(value) if _is_number(value) else math.nan
    except OverflowError as error:
        raise TableError(f"{name} is larger than any count of people or offences.") from error
    if not number.is_integer() or number < least:
        raise TableError(f"{name} is {value!r}; it takes a whole number of {least} or more.")
    return int(value)


def some_number(value: Any, name: str) -> float:
    """Give a finite number."""
    if not _is_number(value):
        raise TableError(f"{name} is {value!r}; it takes a number.")
    if not math.isfinite(float(value)):
        raise TableError(f"{name} is {value!r}; it takes a finite number.")
    return float(value)


def some_positive(value: Any, name: str) -> float:
    """Give a finite number above 0."""
    number = some_number(value, name)
    if number <= 0:
        raise TableError(f"{name} is {value!r}; it takes a number above 0.")
    return number


def proper_fraction(value: Any, name: str) -> float:
    """Give a number between 0 and 1, such as a confidence level."""
    number = some_number(value, name)
    if not 0 < number < 1:
        raise TableError(f"{name} is {value!r}; it lies between 0 and 1, such as 0.95.")
    return number


def optional_dispersion(value: Any) -> tuple[float | None, tuple[str, ...]]:
    """Give the dispersion to use, and the caution where a value below 1 was raised to 1."""
    if value is None:
        return None, ()
    number = some_positive(value, "dispersion")
    return (1.0, ("dispersion-raised",)) if number < 1 else (number, ())


def labels_for(labels: Sequence[object] | None, n: int, what: str) -> tuple[str, ...]:
    """Give n distinct labels; numbered ones where none were given."""
    if labels is None:
        return tuple(f"{what} {number}" for number in range(1, n + 1))
    names = tuple(str(label) for label in labels)
    if len(names) != n:
        raise TableError(f"There are {len(names)} labels for {n} values; give one for each.")
    if len(set(names)) != n:
        twice = next(name for name in names if names.count(name) > 1)
        raise TableError(f"The label {twice!r} stands for more than one value.")
    return names


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
    return [month_number(value, name) for value in a_row(values, f"{name}s")]


def month_text(number: int) -> str:
    """Write a counted month as year and month.

    Examples
    --------
    >>> month_text(month_number("2019-04"))
    '2019-04'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
