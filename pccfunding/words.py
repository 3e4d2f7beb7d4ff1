"""How the ladder writes percentages, intervals and p values in a sentence."""

from __future__ import annotations

import math

__all__ = ["floor_text", "interval_text", "level_text", "number_text", "p_text", "percent_text"]


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
