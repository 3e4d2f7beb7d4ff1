"""Numbers as words: pounds, percentages, p values, counts, intervals: each in one way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import SupportsFloat, TypeAlias

MINUS = "\N{MINUS SIGN}"
Real: TypeAlias = float | Fraction
# What a person can decide about a service, or about all that a Review covers.
DECISIONS = ("continue", "change", "stop", "cannot-decide")

# THE kinds of not knowing. "Not published" is said where a source shows that somebody looked for
# a number and that there is none; what nobody looked for is not in the documents held.
UNKNOWN_WORDS = {
    "nil": "nil",
    "not_held": "not in the documents held",
    "not_published": "not published",
    "withheld": "withheld",
    "not_applicable": "not applicable",
    "not_yet_due": "not yet due",
}
NOT_HELD = UNKNOWN_WORDS["not_held"]

# No amount, count, rate or weight of this field is larger: a century of spending is not.
FARTHEST = 1e15


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


def is_number(value: object) -> bool:
    """Whether one value is a number: no text, no truth value, no date and no row of numbers.

    Examples
    --------
    >>> [is_number(value) for value in (5, 2.5, Fraction(1, 2), True, "5", [5], 5j)]
    [True, True, True, False, False, False, False]
    """
    # Scalars of numpy offer float() of texts, truths and times too, arrays of one row.
    return (
        isinstance(value, SupportsFloat)
        and not isinstance(value, bool | str | bytes | complex | type)
        and not getattr(value, "ndim", 0)
        and type(value).__name__ not in ("bool", "bool_", "datetime64", "timedelta64")
    )


def unknown_text(kind: object = None) -> str:
    """Write a kind of unknown; where none is given, the number is not in the documents held.

    Examples
    --------
    >>> unknown_text("not_yet_due"), unknown_text("not_published"), unknown_text(float("nan"))
    ('not yet due', 'not published', 'not in the documents held')
    """
    return NOT_HELD if is_missing(kind) else UNKNOWN_WORDS.get(str(kind), str(kind))


def pounds(amount: Real | None, *, places: int | None = None, unknown: object = None) -> str:
    """Write pounds in full; without `places`, with pence only where there are any.

    A missing amount is written as its kind of `unknown`; one that is too small for its places is
    not written as nothing.

    Examples
    --------
    >>> pounds(5981458.0), pounds(285.48), pounds(-50), pounds(None)
    ('£5,981,458', '£285.48', '−£50', 'not in the documents held')
    >>> pounds(0.001, places=2), pounds(0, places=2), pounds(-0.001, places=2)
    ('less than £0.01', '£0.00', 'less than £0.01 below zero')
    >>> pounds(None, unknown="withheld")
    'withheld'
    """
    if amount is None or is_missing(amount):
        return unknown_text(unknown)
    digits = places if places is not None else 0 if float(amount).is_integer() else 2
    text = _written(amount, f",.{digits}f", before="£")
    if amount and not text.strip("£0.−-"):
        least = _written(Fraction(1, 10**digits), f",.{digits}f", before="£")
        return f"less than {least}{' below zero' * (amount < 0)}"
    return text


def sum_text(amount: Real | None, n_known: int, n_amounts: int) -> str:
    """Write a sum of amounts; where some are unknown it is a lower bound, and says so.

    Examples
    --------
    >>> sum_text(100, 3, 3), sum_text(100, 2, 3), sum_text(None, 0, 2)
    ('£100', 'at least £100 (2 of 3 amounts known)', 'unknown (0 of 2 amounts known)')
    """
    if n_known == n_amounts:
        return pounds(amount)
    nothing = amount is None or is_missing(amount) or not (n_known or amount)
    least = "unknown" if nothing else f"at least {pounds(amount)}"
    return f"{least} ({count(n_known)} of {counted(n_amounts, 'amount')} known)"


def percent(change: Real | None, *, places: int | None = 1, sign: bool = True) -> str:
    """Write a percentage; `places=None` gives as few digits as it has, `sign=False` no plus.

    Examples
    --------
    >>> percent(-13.567), percent(27), percent(-8.5, places=None), percent(None)
    ('−13.6%', '+27.0%', '−8.5%', 'undefined')
    >>> percent(36.814, sign=False)
    '36.8%'
    """
    if change is None or is_missing(change):
        return "undefined"
    digits = ",.10g" if places is None else f",.{places}f"
    return _written(change, digits, plus="+" if sign else "", after="%")


def share(part_pct: Real | None, *, places: int = 2) -> str:
    """Write what part of a whole something is, in percent to two places; a part is never the whole.

    Examples
    --------
    >>> share(36.814), share(100), share(0.001), share(99.999)
    ('36.81%', '100.00%', 'less than 0.01%', 'more than 99.99%')
    >>> share(36.814, places=0), share(0.2, places=0), share(99.7, places=0)
    ('37%', 'less than 1%', 'more than 99%')
    """
    least = 1 / 10**places
    if part_pct is not None and 0 < part_pct < least / 2:
        return f"less than {percent(least, places=places, sign=False)}"
    if part_pct is not None and 100 - least / 2 <= part_pct < 100:
        return f"more than {percent(100 - least, places=places, sign=False)}"
    return percent(part_pct, places=places, sign=False)


def count(value: object) -> str:
    """Write a count with thousands separators; text that is no number stays as it is.

    Examples
    --------
    >>> count("3497"), count(11416.0), count(-1200)
    ('3,497', '11,416', '−1,200')
    """
    if value is None or is_missing(value):
        return "undefined"
    try:
        number = value if isinstance(value, int) else round(float(str(value)))
    except (ValueError, OverflowError):
        return str(value)
    return f"{MINUS if number < 0 else ''}{abs(number):,}"


def counted(number: int | None, one: str, many: str | None = None) -> str:
    """Write how many of a thing there are; `many` where it is more than `one` and an s.

    Examples
    --------
    >>> counted(1, "output"), counted(2, "output"), counted(0, "reply", "replies")
    ('1 output', '2 outputs', '0 replies')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def places_of(values: Iterable[float]) -> int:
    """Count the decimal places that the finest of some numbers has.

    Examples
    --------
    >>> places_of([4.0, 3.1, 2.25])
    2
    """
    return max((len(f"{value:.10g}".partition(".")[2]) for value in values), default=0)


def quantity(value: Real | None, unit: str = "", *, places: int | None = None) -> str:
    """Write a number in its unit; without `places`, with as few digits as it has.

    Examples
    --------
    >>> quantity(272.52, "GBP"), quantity(92.0, "percent"), quantity(238.0, "count")
    ('£272.52', '92%', '238')
    >>> quantity(-1500.0), quantity(0.5, places=2)
    ('−1,500', '0.50')
    """
    if value is None or is_missing(value):
        return "undefined"
    if unit == "GBP":
        return pounds(value)
    after = "%" if unit == "percent" else "" if unit in ("", "count") else f" {unit}"
    return _written(value, ",.10g" if places is None else f",.{places}f", after=after)


def number_text(value: Real | None, *, digits: int = 4, sign: bool = False) -> str:
    """Write a number to some significant digits, whole and large numbers in full.

    Examples
    --------
    >>> number_text(12345.0), number_text(0.123456), number_text(-118), number_text(12345.6)
    ('12,345', '0.1235', '−118', '12,346')
    >>> number_text(1.23456, digits=3), number_text(101, sign=True)
    ('1.23', '+101')
    """
    if value is None or is_missing(value):
        return "undefined"
    full = float(value).is_integer() or abs(value) >= 10 ** (digits - 1)
    return _written(value, ",.0f" if full else f".{digits}g", plus="+" if sign else "")


def dispersion_text(dispersion: float) -> str:
    """Write how much more than independent events counts scatter.

    Examples
    --------
    >>> dispersion_text(2), dispersion_text(1.23456)
    ('dispersion 2', 'dispersion 1.23')
    """
    return f"dispersion {number_text(dispersion, digits=3)}"


def signed(value: Real | None) -> str:
    """Write a coefficient with its sign.

    Examples
    --------
    >>> signed(-0.314), signed(0.0), signed(None)
    ('−0.31', '0.00', 'undefined')
    """
    if value is None or is_missing(value):
        return "undefined"
    return _written(value, ".2f", plus="+")


def interval_text(
    low: Real | None, high: Real | None, write: Callable[[Real], str] = percent
) -> str:
    """Write the ends of an interval, each with `write`.

    Examples
    --------
    >>> interval_text(-22.0, -4.1), interval_text(-50.0, math.inf), interval_text(1, 2.5, signed)
    ('−22.0% to −4.1%', '−50.0% to no bound', '+1.00 to +2.50')
    """
    return "undefined" if low is None or high is None else f"{write(low)} to {write(high)}"


def open_interval_text(low: Real | None, high: Real | None) -> str:
    """Write an interval in percent of which an end that is missing is no bound.

    Examples
    --------
    >>> open_interval_text(-22.0, -4.1), open_interval_text(-53.4, None)
    ('−22.0% to −4.1%', '−53.4% to no bound')
    >>> open_interval_text(None, None)
    'without bounds'
    """
    if all(end is None or is_missing(end) for end in (low, high)):
        return "without bounds"
    return interval_text(
        -math.inf if low is None or is_missing(low) else low,
        math.inf if high is None or is_missing(high) else high,
    )


def bracketed(low: str, high: str, low_closed: bool | None, high_closed: bool | None) -> str:
    """Write an interval of two written ends; a round bracket leaves its end out.

    Examples
    --------
    >>> bracketed("0", "1.2", True, False)
    '[0, 1.2)'
    """
    return f"{'[' if low_closed else '('}{low}, {high}{']' if high_closed else ')'}"


def level_text(confidence_level: float) -> str:
    """Write a confidence level or a power as a percentage.

    Examples
    --------
    >>> level_text(0.95), level_text(0.998)
    ('95%', '99.8%')
    """
    return percent(100 * confidence_level, places=None, sign=False)


def p_text(p_value: float | None) -> str:
    """Write a p value to three places, to five where three would hide its side of 0.05.

    Examples
    --------
    >>> p_text(0.05011), p_text(3e-7), p_text(None)
    ('p = 0.05011', 'p < 0.001', 'p undefined')
    """
    if p_value is None or is_missing(p_value):
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
    ('smallest attainable p 0.167', 'no smallest attainable p in an approximation')
    """
    if min_p is None:
        return "no smallest attainable p in an approximation"
    return f"smallest attainable p {'under 0.001' if min_p < 0.001 else f'{min_p:.3f}'}"


def amount_text(value: Real, unit: str | None) -> str:
    """Write how far two numbers lie apart: pounds in full, percentages in points, others roughly.

    Examples
    --------
    >>> amount_text(Fraction(-50), "GBP"), amount_text(1, "percent"), amount_text(12.56, None)
    ('−£50', '1 point', '12.6')
    """
    if unit == "GBP":
        return pounds(value)
    number = _rough(value)
    if unit == "day":
        return f"{number} day{'s' * (value != 1)}"
    return f"{number} point{'s' * (value != 1)}" if unit == "percent" else number


def token_words(token: str, unit: str | None) -> str:
    """Write a figure as printed within a sentence: pounds that a cell holds bare get their sign.

    Examples
    --------
    >>> token_words("21000", "GBP"), token_words("£1.2m", "GBP"), token_words("214", "count")
    ('£21,000', '£1.2m', '214')
    """
    bare = unit == "GBP" and token.replace(",", "").replace(".", "", 1).isdecimal()
    return pounds(float(token.replace(",", ""))) if bare else token


# English whatever the locale: the names of strftime follow the program that calls us.
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def month_words(day: dt.date) -> str:
    """Write the month of a day.

    Examples
    --------
    >>> month_words(dt.date(2025, 6, 12))
    'June 2025'
    """
    return f"{MONTHS[day.month - 1]} {day.year}"


def day_words(day: dt.date) -> str:
    """Write a day in full.

    Examples
    --------
    >>> day_words(dt.date(2025, 6, 12))
    '12 June 2025'
    """
    return f"{day.day} {month_words(day)}"


def day_text(ordinal: Real) -> str:
    """Write the day that a day number of the calendar stands for.

    Examples
    --------
    >>> day_text(738958), day_text(Fraction(738521))
    ('2024-03-13', '2023-01-01')
    """
    return dt.date.fromordinal(int(ordinal)).isoformat()


def share_text(gap_pct: Real) -> str:
    """Write how large a gap is in percent.

    Examples
    --------
    >>> [share_text(size) for size in (0.001, 5.31, 72.2, 173.1)]
    ['under 0.01%', '5.3%', '72%', '173%']
    """
    if gap_pct < Fraction(1, 100):
        return "under 0.01%"
    return f"{_rough(gap_pct if gap_pct < 10 else round(gap_pct))}%"


def decimal_text(number: Fraction) -> str:
    """Write a Fraction as a plain decimal that reads back, or as ``"n/d"`` where none ends.

    Examples
    --------
    >>> decimal_text(Fraction(37, 2)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(-1, 4))
    ('18.5', '1/3', '-0.25')
    """
    rest, places = number.denominator, 0
    while rest > 1:
        step = math.gcd(rest, 10)
        if step == 1:
            return f"{number.numerator}/{number.denominator}"
        rest, places = rest // step, places + 1
    text = f"{abs(number.numerator) * 10**places // number.denominator:0{places + 1}d}"
    sign = "-" if number < 0 else ""
    return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)


def _rough(value: Real) -> str:
    return number_text(value, digits=2 if -10 < value < 10 else 3)


def _written(value: Real, digits: str, *, plus: str = "", before: str = "", after: str = "") -> str:
    """Write a number with at most one sign; what rounds to nothing has none."""
    if math.isinf(value):
        return "no bound"
    text = f"{abs(float(value)):{digits}}"
    sign = MINUS if value < 0 else plus
    return f"{sign if text.strip('0.,') else ''}{before}{text}{after}"
