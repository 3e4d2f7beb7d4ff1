"""Numbers as words: pounds, percentages, counts and the ends of intervals."""

from __future__ import annotations

from collections.abc import Iterable

from pccfunding.plots._records import Record, number

__all__ = ["count", "ends", "percent", "places_of", "pounds", "quantity"]

MINUS = "\N{MINUS SIGN}"


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


def ends(row: Record, *, unit: str) -> str:
    """Write the interval of a row in words, saying which end is left out or missing.

    Examples
    --------
    >>> ends({"low": 1.0e6, "high": None, "low_closed": False, "high_closed": False}, unit="GBP")
    'more than £1,000,000'
    """
    low, high = number(row, "low"), number(row, "high")
    low_closed, high_closed = bool(row.get("low_closed")), bool(row.get("high_closed"))
    least = None if low is None else quantity(low, unit)
    most = None if high is None else quantity(high, unit)
    if least is not None and least == most:
        return f"exactly {least}"
    if least is not None and most is not None:
        before = "" if low_closed else "above "
        after = "" if high_closed else "below "
        return f"{before}{least} to {after}{most}"
    if least is not None:
        return f"{least} or more" if low_closed else f"more than {least}"
    if most is not None:
        return f"{most} or less" if high_closed else f"less than {most}"
    return "no bound on either side"
