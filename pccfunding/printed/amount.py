"""One printed amount, without its hedge: its value, its places, and the intervals they allow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from pccfunding.errors import PrintedError
from pccfunding.intervals import Interval
from pccfunding.printed.vocabulary import NUMBER_WORDS, RANK_WORDS, SCALES, alternation

Rounding: TypeAlias = Literal["half", "down", "up"]
Notation: TypeAlias = Literal["point", "comma"]

DECIMAL_COMMA = "decimal_comma"
_I = re.IGNORECASE
_WORD_NUMBERS = {**NUMBER_WORDS, **RANK_WORDS}
_AMOUNT = re.compile(
    rf"""(?P<sign>[+-])?(?P<pounds>(?:£\s*)+|GBP\s*)?(?P<inner>-)?
    (?P<number>[0-9.,]+(?:,\s[0-9]+)*|{alternation(_WORD_NUMBERS)})(?P<ordinal>st|nd|rd|th)?
    (?:\s*(?P<scale>{alternation(SCALES)})(?![a-z]))?
    (?:\s*(?P<percent>%|per\s?cent|pc)(?![a-z])|(?P<pence>p|\s*pence)(?![a-z])
      |\s*(?P<named>pounds|GBP)(?![a-z]))?""",
    _I | re.VERBOSE,
)
_NUMBER = re.compile(
    r"(?P<whole>0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)?(?:\.(?P<part>[0-9]+))?"
)
_DIGITS = re.compile(r"[0-9][0-9.,]*")
_CHANGED = str.maketrans(",.", ".,")
_DIRECTION = re.compile(
    r"\b(?:up|down|fall|fell|rise|rose|increase|decrease|reduction|drop|minus)\b", _I
)

_WHOLE_UNITS = frozenset({"count", "rank"})
_BELOW = frozenset({"nearly", "almost", "just_short_of", "just_under", "less_than", "fewer_than"})
_MAY_BE_ZERO = frozenset({"less_than", "fewer_than"})


@dataclass(frozen=True, slots=True)
class Amount:
    """What one number says by its digits.

    Parameters
    ----------
    value : Fraction
        The number, without its sign.
    unit : str
        "GBP", "percent", or the unit asked for.
    written, nonzero : Fraction
        Unit of the last digit written, and of the last that is not a trailing zero.
    single_digit : bool
        Whether it has one significant digit.
    plain : bool
        Whether the digits are the number itself: full pounds and pence, counts, ranks.
    negative : bool
        Whether it stands below zero.
    scale : int
        What its suffix multiplies by.
    flags : tuple of str
        What was repaired.
    """

    value: Fraction
    unit: str
    written: Fraction
    nonzero: Fraction
    single_digit: bool
    plain: bool
    negative: bool
    scale: int
    flags: tuple[str, ...]


def is_bare(text: str) -> bool | None:
    """Whether a number carries no unit of its own; None where the text is no number."""
    match = _AMOUNT.fullmatch(text)
    return match and _own_unit(match) is None


def with_decimal_point(text: str) -> str:
    """Let comma and point change places in the numbers of a text.

    Examples
    --------
    >>> with_decimal_point("c. £1.234,56")
    'c. £1,234.56'
    """
    return _DIGITS.sub(lambda found: found[0].translate(_CHANGED), text)


def notation_in(flags: object) -> Notation:
    """Tell by the flags of a printing, joined by ';', which sign its decimals stand after.

    Examples
    --------
    >>> notation_in("pipe;decimal_comma"), notation_in(None)
    ('comma', 'point')
    """
    return "comma" if DECIMAL_COMMA in str(flags).split(";") else "point"


def read_amount(text: str, unit: str | None, *, exact: bool) -> Amount:
    """Read one amount.

    Raises
    ------
    PrintedError
        With the reason alone, where the text has no one reading.
    """
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise PrintedError(_why_not(text))
    unit = _unit(match, unit)
    number, flags = _plain_number(match, unit)
    digits = _NUMBER.fullmatch(number)
    if not digits or not (digits["whole"] or digits["part"]):
        raise PrintedError(_why_malformed(number))
    whole, part = digits["whole"] or "0", digits["part"] or ""
    scale = SCALES[match["scale"].lower()] if match["scale"] else 1
    _check_scale(match["scale"] or "", whole)
    _check_decimals(unit, scale, 0 if match["pence"] else 2, part)
    written = Fraction(scale, 10 ** len(part)) / (100 if match["pence"] else 1)
    all_digits = whole.replace(",", "") + part
    significant = all_digits.lstrip("0")
    nonzero = written
    # Nobody writes zeros after a point without meaning them.
    if significant and not part and not exact:
        nonzero *= 10 ** (len(significant) - len(significant.rstrip("0")))
        significant = significant.rstrip("0")
    return Amount(
        value=int(all_digits) * written,
        unit=unit,
        written=written,
        nonzero=nonzero,
        single_digit=len(significant) == 1,
        plain=scale == 1 and (unit == "GBP" or unit in _WHOLE_UNITS),
        negative=match["sign"] == "-" or match["inner"] is not None,
        scale=scale,
        flags=flags,
    )


def rounded(amount: Amount, rounding: Rounding) -> tuple[Interval, Interval]:
    """Give the strict and the lenient reading of an amount without a hedge."""
    point = Interval.point(amount.value)
    strict = point if amount.plain else _around(amount.value, amount.written, rounding)
    if amount.plain and (amount.unit != "GBP" or amount.nonzero == amount.written):
        return strict, point
    return strict, _around(amount.value, amount.nonzero, rounding)


def hedged(amount: Amount, hedge: str) -> tuple[Interval | None, Interval, Interval]:
    """Give the hard, the strict and the lenient reading of an amount under a hedge."""
    value = amount.value
    if hedge == "up_to":
        return (Interval(Fraction(0), value),) * 3
    if hedge == "at_least":
        return (Interval(value, None),) * 3
    fine, coarse = amount.written, amount.nonzero
    if hedge == "about":
        near = Interval(value - fine, value + fine)
        return None, near, Interval(value - coarse, value + coarse)
    if value == 0:
        raise PrintedError("a hedge on nothing bounds no number.")
    if amount.single_digit:
        coarse = value / 10
        if amount.unit in _WHOLE_UNITS:
            coarse = max(coarse, amount.written)
    fine = min(fine, coarse)
    if hedge in _BELOW:
        from_zero = hedge in _MAY_BE_ZERO and amount.unit != "GBP"
        return (
            Interval(Fraction(0), value, from_zero, False),
            Interval(value - fine, value, True, False),
            Interval(value - coarse, value, True, False),
        )
    return (
        Interval(value, None, False),
        Interval(value, value + fine, False, True),
        Interval(value, value + coarse, False, True),
    )


def _around(value: Fraction, step: Fraction, rounding: Rounding) -> Interval:
    if rounding == "down":
        return Interval(value, value + step, True, False)
    if rounding == "up":
        return Interval(value - step, value, False, True)
    return Interval(value - step / 2, value + step / 2)


def _own_unit(match: re.Match[str]) -> str | None:
    if match["percent"]:
        return "percent"
    return "GBP" if match["pounds"] or match["pence"] or match["named"] else None


def _unit(match: re.Match[str], unit: str | None) -> str:
    own = _own_unit(match)
    if own and unit and own != unit:
        raise PrintedError(f"it is printed in {own}, not in unit={unit!r}.")
    if match["pounds"] and (match["percent"] or match["pence"]):
        raise PrintedError("it carries two units.")
    if match["pence"] and match["scale"]:
        raise PrintedError("pence with a suffix have no one reading.")
    if match["sign"] == "-" and match["inner"]:
        raise PrintedError("it carries two signs.")
    found = own or unit
    if found is None:
        raise PrintedError(
            'it has no £ or % of its own. Pass unit="GBP", unit="percent" or unit="count".'
        )
    return found


def _plain_number(match: re.Match[str], unit: str) -> tuple[str, tuple[str, ...]]:
    flags = ["doubled_symbol"] if (match["pounds"] or "").count("£") > 1 else []
    printed = match["number"].lower()
    number = _WORD_NUMBERS.get(printed, printed)
    if number != printed:
        flags.append("number_word")
    if unit != "rank" and (printed in RANK_WORDS or match["ordinal"]):
        raise PrintedError('it names a rank. Pass unit="rank".')
    if " " in number:
        if not match["pounds"]:
            raise PrintedError("it may be a list of numbers. Pass one at a time.")
        flags.append("space_in_group")
        number = number.replace(" ", "")
    return number, tuple(flags)


def _check_scale(suffix: str, whole: str) -> None:
    """Refuse a full amount with a suffix: "£634,285k" is £634,285 or £634,285 thousand.

    Up to four digits ("£1,510k") can only be thousands or millions; a word ("£12,345 million")
    is no slip of the hand, a letter may be.
    """
    digits = len(whole.replace(",", ""))
    if suffix and (whole.count(",") > 1 or (len(suffix) < 3 and digits > 4)):
        raise PrintedError(
            f"{whole} is a full amount already, which the suffix {suffix!r} contradicts. It may "
            f"be meant without the suffix; correct it at the source."
        )


def _check_decimals(unit: str, scale: int, pence: int, part: str) -> None:
    if scale == 1 and unit == "GBP" and len(part) > pence:
        raise PrintedError("it has part of a penny, or a point where a comma was meant.")
    if scale == 1 and unit in _WHOLE_UNITS and part:
        raise PrintedError(f"a {unit} is a whole number. Name another unit for rounded decimals.")


def _why_malformed(number: str) -> str:
    if re.fullmatch("0[0-9].*", number):
        return "it starts with a zero that no amount carries."
    if "," in number:
        pence = re.fullmatch(r"([0-9]+),([0-9]{2})", number)
        likely = f"means {pence[1]}.{pence[2]} or lost a digit" if pence else "has a stray comma"
        return (
            f"a comma is not followed by three digits. If it {likely}, "
            f"correct it at the source or store it with the reason."
        )
    return "its digits and points form no number."


def _why_not(text: str) -> str:
    numbers = _DIGITS.findall(text)
    if not numbers:
        return "it holds no number in digits, nor a word from zero to twelve alone."
    if len(numbers) > 1:
        return f"it holds {len(numbers)} numbers ({', '.join(numbers)}). Pass one at a time."
    if "\ufffd" in text:
        return f"a sign beside {numbers[0]} was lost in decoding. Read the file as UTF-8 or cp1252."
    if foreign := re.search("[$€¥]", text):
        return f"{foreign[0]} is not pounds."
    if _DIRECTION.search(text):
        return f"it names a direction. Pass {numbers[0]} alone and turn a fall with mirrored()."
    around = text.replace(numbers[0], "...")
    return (
        f"what stands round {numbers[0]} is not known: {around!r}. Pass the number and its hedge."
    )
