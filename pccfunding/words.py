"""Numbers as words: pounds, percentages, p values, counts, intervals: each in one way."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = [
    "count",
    "floor_text",
    "interval_text",
    "is_missing",
    "level_text",
    "number_text",
    "p_text",
    "percent",
    "percent_text",
    "places_of",
    "pounds",
    "quantity",
    "signed",
]

MINUS = "\N{MINUS SIGN}"


def is_missing(value: object) -> bool:
    """Whether one value is missing: None, NaN of any kind, NaT or pandas' NA.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):
        # NA will not say whether it differs from itself, an array says it of each value.
        return type(value).__name__ == "NAType"


def pounds(amount: float) -> str:
    """Write pounds in full, with pence only where there are any.

    Examples
    --------
    >>> pounds(5981458.0), pounds(285.48)
    ('£5,981,458', '£285.48')
    """
    places = 0 if amount == round(amount) else 2
    return f"{MINUS if amount < 0 else ''}£{abs(amount):,.{places}f}"


def percent(change: float, *, places: int | None = None) -> str:
    """Write a change in percent with its sign; without `places`, as few digits as it has.

    Examples
    --------
    >>> percent(-8.5), percent(-36.8, places=1), percent(27.0, places=1)
    ('−8.5%', '−36.8%', '+27.0%')
    """
    digits = f"{abs(change):.{places}f}" if places is not None else f"{abs(change):.10g}"
    sign = "" if float(digits) == 0 else MINUS if change < 0 else "+"
    return f"{sign}{digits}%"


def count(value: object) -> str:
    """Write a count with thousands separators; a count that is no number stays as it is.

    Examples
    --------
    >>> count("3497"), count(11416.0)
    ('3,497', '11,416')
    """
    try:
        return f"{int(float(str(value))):,}"
    except ValueError:
        return str(value)


def places_of(values: Iterable[float]) -> int:
    """Count the decimal places that the finest of some numbers has.

    Examples
    --------
    >>> places_of([4.0, 3.1, 2.25])
    2
    """
    return max((len(f"{value:.10g}".partition(".")[2]) for value in values), default=0)


def quantity(value: float, unit: str, *, places: int | None = None) -> str:
    """Write a number in its unit; without `places`, with as few digits as it has.

    Examples
    --------
    >>> quantity(272.52, "GBP"), quantity(92.0, "percent"), quantity(238.0, "count")
    ('£272.52', '92%', '238')
    """
    if unit == "GBP":
        return pounds(value)
    digits = f"{abs(value):,.10g}" if places is None else f"{abs(value):,.{places}f}"
    signed = f"{MINUS if value < 0 else ''}{digits}"
    if unit == "percent":
        return f"{signed}%"
    return signed if unit in ("", "count") else f"{signed} {unit}"


def percent_text(value: float | None) -> str:
    """Write a percentage change with its sign.

    Examples
    --------
    >>> percent_text(-13.567), percent_text(4.0), percent_text(None)
    ('-13.6%', '+4.0%', 'undefined')
    """
    if value is None:
        return "undefined"
    if math.isinf(value):
        return "no bound"
    rounded = round(value, 1) + 0.0
    return f"{rounded:+,.1f}%" if rounded else "0.0%"


def number_text(value: float) -> str:
    """Write a number to four significant digits, whole numbers and thousands in full.

    Examples
    --------
    >>> number_text(12345.0), number_text(0.123456), number_text(-118.0), number_text(12345.6)
    ('12,345', '0.1235', '-118', '12,346')
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def interval_text(low: float | None, high: float | None, *, percent: bool = True) -> str:
    """Write the ends of an interval.

    Examples
    --------
    >>> interval_text(-22.0, -4.1), interval_text(-50.0, math.inf)
    ('-22.0% to -4.1%', '-50.0% to no bound')
    """
    if low is None or high is None:
        return "undefined"
    if percent:
        return f"{percent_text(low)} to {percent_text(high)}"
    return f"{number_text(low)} to {number_text(high)}"


def level_text(confidence_level: float) -> str:
    """Write a confidence level as a percentage.

    Examples
    --------
    >>> level_text(0.95), level_text(0.998)
    ('95%', '99.8%')
    """
    return f"{100 * confidence_level:.10g}%"


def p_text(p_value: float | None) -> str:
    """Write a p value to three places, to five where three would hide its side of 0.05.

    Examples
    --------
    >>> p_text(0.05011), p_text(3e-7), p_text(None)
    ('p = 0.05011', 'p < 0.001', 'p undefined')
    """
    if p_value is None:
        return "p undefined"
    if p_value < 0.001:
        return "p < 0.001"
    short = f"p = {p_value:.3f}"
    return f"p = {p_value:.5f}" if short == "p = 0.050" else short


def floor_text(min_p: float | None) -> str:
    """Write the smallest p that the data allow.

    Examples
    --------
    >>> floor_text(1 / 6), floor_text(None)
    ('smallest attainable p 0.167', 'no smallest attainable p (an approximation)')
    """
    if min_p is None:
        return "no smallest attainable p (an approximation)"
    return (
        "smallest attainable p under 0.001"
        if min_p < 0.001
        else (f"smallest attainable p {min_p:.3f}")
    )


def signed(value: float | None) -> str:
    """Write a coefficient with its sign.

    Examples
    --------
    >>> signed(-0.314), signed(0.0), signed(None)
    ('−0.31', '0.00', 'undefined')
    """
    if value is None:
        return "undefined"
    digits = f"{abs(value):.2f}"
    sign = "" if float(digits) == 0 else MINUS if value < 0 else "+"
    return f"{sign}{digits}"
