"""What the ladder accepts as counts, exposures, levels, months and names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any, SupportsFloat, TypeAlias

from pccfunding.errors import PeriodError, TableError
from pccfunding.words import FARTHEST, is_missing, is_number

Number: TypeAlias = SupportsFloat
# No count of this world is larger, and floats tell all smaller ones apart.
_MOST = 2**53
# Nearer to 0 or 1, quantiles leave the floats.
_NEAREST = 1e-12
_MOST_DISPERSED = 10_000
PANDEMIC = (date(2020, 3, 1), date(2021, 3, 31))
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?(?:[T ].*)?")
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])")


def a_row(values: Any, name: str) -> Any:
    """Give a row of values as it is; refuse what is none, or has an order of its own or none.

    A mapping would give its keys for its values, a table its names, a set each value once. What is
    masked is missing.
    """
    shape = getattr(values, "shape", (0,))
    if (
        isinstance(values, str | bytes | Mapping | Set)
        or not (hasattr(values, "__len__") and hasattr(values, "__iter__"))
        or len(shape) != 1
    ):
        raise TableError(
            f"{name} is a {type(values).__name__}; it takes a row of values, such as a list or a "
            f"column of a table."
        )
    return values.astype(float).filled(math.nan) if hasattr(values, "filled") else values


def names_of(values: Any, name: str, what: str) -> tuple[Any, ...]:
    """Give a collection of names; one that is given alone is one of them.

    Raises
    ------
    TableError
        If it is no collection of texts or other names.
    """
    if isinstance(values, str):
        return (values,)
    if not hasattr(values, "__iter__") or len(getattr(values, "shape", (0,))) != 1:
        raise TableError(f"{name} is a {type(values).__name__}; it takes {what}.")
    return tuple(values)


def a_flag(value: Any, name: str) -> bool:
    """Give True or False; refuse what is neither."""
    if not isinstance(value, bool) and type(value).__name__ not in ("bool", "bool_"):
        raise TableError(f"{name} is a {type(value).__name__}; it takes True or False.")
    return bool(value)


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
        number = float(value) if is_number(value) else math.nan
    except OverflowError as error:
        raise TableError(f"{name} is larger than any count of people or offences.") from error
    if not number.is_integer() or number < least:
        raise TableError(f"{name} is {value!r}; it takes a whole number of {least} or more.")
    if number > _MOST:
        raise TableError(f"{name} is larger than any count of people or offences.")
    return int(value)


def some_number(value: Any, name: str) -> float:
    """Give a finite number that a count of people or pounds may come to."""
    if not is_number(value):
        raise TableError(f"{name} is {value!r}; it takes a number.")
    try:
        number = float(value)
    except OverflowError:
        raise _too_far(name, "a number of hundreds of digits") from None
    if not math.isfinite(number):
        raise TableError(f"{name} is {value!r}; it takes a finite number.")
    if abs(number) > FARTHEST:
        raise _too_far(name, repr(value))
    return number


def _too_far(name: str, said: str) -> TableError:
    return TableError(
        f"{name} is {said}; no count of people or pounds is so far from 1. Check its unit."
    )


def some_positive(value: Any, name: str) -> float:
    """Give a finite number above 0."""
    number = some_number(value, name)
    if number <= 0:
        raise TableError(f"{name} is {value!r}; it takes a number above 0.")
    if number < 1 / FARTHEST:
        raise _too_far(name, repr(value))
    return number


def proper_fraction(value: Any, name: str) -> float:
    """Give a number between 0 and 1, such as a confidence level."""
    number = some_number(value, name)
    if not _NEAREST < number < 1 - _NEAREST:
        raise TableError(f"{name} is {value!r}; it lies between 0 and 1, such as 0.95.")
    return number


def optional_dispersion(value: Any) -> tuple[float | None, tuple[str, ...]]:
    """Give the dispersion to use, and the caution where a value below 1 was raised to 1."""
    if value is None:
        return None, ()
    number = some_positive(value, "dispersion")
    if number > _MOST_DISPERSED:
        raise TableError(
            f"dispersion is {value!r}; it is the variance of a count over its mean, never above "
            f"{_MOST_DISPERSED}."
        )
    return (1.0, ("dispersion-raised",)) if number < 1 else (number, ())


def labels_for(labels: Sequence[object] | None, n: int, what: str) -> tuple[str, ...]:
    """Give n distinct labels; numbered ones where none were given."""
    if labels is None:
        return tuple(f"{what} {number}" for number in range(1, n + 1))
    given = labels if isinstance(labels, str) else a_row(labels, "labels")
    names = tuple(str(label) for label in given)
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
