"""Columns of amounts: plain ones read at once, odd ones by the grammar of printed numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import PrintedError
from pccfunding.intervals import Interval
from pccfunding.money.pence import LARGEST
from pccfunding.printed import Printed, parse_printed
from pccfunding.printed.amount import Notation, with_decimal_point
from pccfunding.printed.vocabulary import UNKNOWN_AMOUNTS, repair

if TYPE_CHECKING:
    import pandas as pd


# What parse_printed reads without a hedge, a suffix or a repair.
PLAIN = r"-?(?:£ ?)?(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,11})(?:\.[0-9]{1,2})?"
_PLAIN = re.compile(PLAIN)
_LOOKS = re.compile(
    r"[-(]?\s*(?:£|gbp)\s*[0-9]|[-(]?[0-9][0-9,. ]*[0-9)]?\s*(?:k|m|bn|million|thousand)?\)?|"
    r".*(?:£|Â£|拢|&pound;)\s*[0-9].*",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER_AND_NOTE = re.compile(r"(?:£ ?)?[0-9][0-9,.]{2,15} ?[(\[]")
_LONGEST = 1_000
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DIGIT = re.compile("[0-9]")
# "1.234,56" has decimals after the comma; "1,234" and "5.50" cannot have.
_COMMA_DECIMALS = r"\.[0-9][0-9][0-9],[0-9][0-9]?(?:[^0-9,.]|$)"
_POINT_DECIMALS = r",[0-9][0-9][0-9]|\.[0-9][0-9]?(?:[^0-9,.]|$)"
_LETTER = re.compile("[A-Za-z]")

# As they are written in cells, for one look over a whole column.
MARKERS = sorted(
    {
        written
        for marker in UNKNOWN_AMOUNTS
        for written in (marker, marker.upper(), marker.title(), marker.capitalize())
    }
)


def kind_of_unknown(text: str) -> str | None:
    """Give the kind of unknown that a marker stands for; None where it is no marker.

    Examples
    --------
    >>> kind_of_unknown("N/A"), kind_of_unknown("£ —"), kind_of_unknown(""), kind_of_unknown("0")
    ('not_applicable', 'nil', 'not_held', None)
    """
    plain = " ".join(text.split()).lower().strip("£ ")
    return "not_held" if not plain else UNKNOWN_AMOUNTS.get(plain)


def looks_like_money(text: str, *, lenient: bool = False) -> bool:
    """Whether a cell has the look of an amount; a year alone has not.

    `lenient` takes markers of a missing amount and years as well: what may stand under a header.
    """
    plain = text.strip()[:_LONGEST]
    if lenient and (kind_of_unknown(plain) or (len(plain) < 60 and _PLAIN.fullmatch(plain))):
        return True
    if _YEAR.fullmatch(plain) or not _DIGIT.search(plain):
        return False
    if lenient and _NUMBER_AND_NOTE.match(plain):
        return True
    if lenient and len(plain) < 40 and 2 * len(_LETTER.findall(plain)) <= len(plain):
        return True
    return bool(_LOOKS.fullmatch(plain)) and not (not lenient and len(plain) > 60)


@dataclass(frozen=True)
class MoneyColumn:
    """A column of amounts as arrays, one entry a row.

    Parameters
    ----------
    value, low, high : array of float
        Pounds; NaN where there is no number or no bound.
    odd : array of int
        Position in `printed` of the amounts that the grammar read; -1 for the plain ones.
    state : array of int8
        0 plain, 1 read by the grammar, 2 a marker of a missing amount, 3 blank, 4 unreadable.
    printed : list of (text, Printed or None, reason, kind of unknown)
        What the distinct odd texts are.
    rounded_to : int or None
        Pounds that the list is rounded to; None where its amounts are exact, as those of lists are.
    notation : {"point", "comma"}
        Which sign decimals stand after.
    """

    value: Any
    low: Any
    high: Any
    odd: Any
    state: Any
    printed: list[tuple[str, Printed | None, str, str | None]]
    rounded_to: int | None = None
    notation: Notation = "point"


PLAIN_AMOUNT, ODD_AMOUNT, MARKER, BLANK, UNREADABLE = range(5)


def notation_of(texts: pd.Series[Any]) -> Notation:
    """Tell whether a column writes decimals after a comma: some amount can be read in no other way.

    Examples
    --------
    >>> import pandas as pd
    >>> notation_of(pd.Series(["1.234,56", "500"])), notation_of(pd.Series(["1,234", "31,78"]))
    ('comma', 'point')
    """
    if not texts.str.contains(_COMMA_DECIMALS, regex=True).any():
        return "point"
    return "point" if texts.str.contains(_POINT_DECIMALS, regex=True).any() else "comma"


def read_money(
    texts: pd.Series[Any],
    scale: str = "",
    *,
    rounded_to: int | None = None,
    notation: Notation = "point",
    per: str = "",
) -> MoneyColumn:
    """Read a column of amounts in pounds, each exact to its last digit.

    Parameters
    ----------
    texts : Series of str
        The cells.
    scale : {"", "thousand", "million", "billion"}
        What the header says a unit is.
    rounded_to : int, optional
        Pounds that the list is known to be rounded to.
    notation : {"point", "comma"}, default "point"
        Which sign decimals stand after.
    per : str, default ""
        What the header says an amount is for each of; only that of a year is taken for the whole.
    """
    import pandas as pd

    size = len(texts)
    plain = np.zeros(size, bool)
    value = np.full(size, np.nan)
    whole = per in _WHOLE
    if not scale and whole:
        stripped = texts.str.strip()
        if notation == "comma":
            stripped = stripped.map(with_decimal_point)
        plain = stripped.str.fullmatch(PLAIN).to_numpy(dtype=bool)
        digits = stripped[plain] if not plain.all() else stripped
        if digits.str.contains("£", regex=False).any():
            digits = digits.str.replace("£ ", "£", regex=False).str.replace("£", "", regex=False)
        value[plain] = _floats(digits.str.replace(",", "", regex=False))
        # What is too large for pence is told by the careful reading.
        plain = plain & ~(np.abs(value) * 100 >= LARGEST)
        value[~plain] = np.nan
    odd = np.full(size, -1, np.int64)
    state = np.zeros(size, np.int8)
    printed: list[tuple[str, Printed | None, str, str | None]] = []
    if not plain.all():
        codes, distinct = pd.factorize(texts[~plain])
        printed = [read_one(str(text), scale, rounded_to, notation) for text in distinct]
        if not whole:
            printed = [_for_each(*one, per) for one in printed]
        odd[~plain] = codes
        states = [_state(*one) for one in printed]
        state[~plain] = np.asarray(states, np.int8)[codes] if states else 0
    half = (rounded_to or 0) / 2
    low, high = value - half, value + half
    for at, (_, one, _, _) in enumerate(printed):
        if one is not None:
            rows = odd == at if len(printed) < 64 else None
            if rows is not None:
                _fill(one, rows, value, low, high)
    if len(printed) >= 64:
        _fill_all(printed, odd, value, low, high)
    return MoneyColumn(value, low, high, odd, state, printed, rounded_to, notation)


def with_refused(money: MoneyColumn, refused: Mapping[int, tuple[str, str]]) -> MoneyColumn:
    """Refuse amounts for how their cells are shown.

    Parameters
    ----------
    money : MoneyColumn
    refused : mapping of int to (text, reason)
        What stands in the rows, and why it is not taken.
    """
    if not refused:
        return money
    value, low, high, odd, state = (
        one.copy() for one in (money.value, money.low, money.high, money.odd, money.state)
    )
    printed = list(money.printed)
    for row, (text, reason) in refused.items():
        value[row] = low[row] = high[row] = np.nan
        odd[row], state[row] = len(printed), UNREADABLE
        printed.append((text, None, reason, None))
    return replace(money, value=value, low=low, high=high, odd=odd, state=state, printed=printed)


def _floats(texts: pd.Series[Any]) -> Any:
    # Arrow reads a column of numbers six times as fast, where the column is Arrow's already.
    arrow = getattr(texts.dtype, "storage", "") == "pyarrow"
    return texts.astype("double[pyarrow]" if arrow else "float64").to_numpy(dtype="float64")


def _fill(one: Printed, rows: Any, value: Any, low: Any, high: Any) -> None:
    value[rows], low[rows], high[rows] = bounds_of(one)


def _fill_all(
    printed: Sequence[tuple[str, Printed | None, str, str | None]],
    odd: Any,
    value: Any,
    low: Any,
    high: Any,
) -> None:
    table = np.array([(np.nan,) * 3 if one is None else bounds_of(one) for _, one, _, _ in printed])
    rows = odd >= 0
    value[rows], low[rows], high[rows] = table[odd[rows]].T


def bounds_of(one: Printed) -> tuple[float, float, float]:
    """Give the value and the hard bounds in float pounds; NaN where there is none."""
    ends = (one.value, one.low, one.high)
    return tuple(np.nan if part is None else float(part) for part in ends)  # type: ignore[return-value]


def read_one(
    text: str, scale: str, rounded_to: int | None = None, notation: Notation = "point"
) -> tuple[str, Printed | None, str, str | None]:
    """Read one cell: its text, the amount, why not, or the kind of unknown that it marks."""
    if not text.strip():
        return text, None, "", "not_held"
    if kind := kind_of_unknown(text):
        return text, None, "", kind
    body = repair(text)[0]
    if scale:
        if not re.fullmatch(r"[-(]?£?[0-9.,]+\)?", body):
            return text, None, f"the header says {scale}s, the cell says it in another way", None
        body = re.sub(r"([0-9])(\)?)$", rf"\1 {scale}\2", body)
    try:
        read = _printed(body if scale else text, rounded_to, notation)
        return (text, None, why, None) if (why := no_whole(read)) else (text, read, "", None)
    except PrintedError as error:
        why = str(error).partition(": ")[2] or str(error)
        if kind := kind_of_unknown(body):
            return text, None, "", kind
        return text, None, why.rstrip("."), None


def _for_each(
    text: str, read: Printed | None, why: str, kind: str | None, per: str
) -> tuple[str, Printed | None, str, str | None]:
    """Refuse an amount that a header calls one for each of something; zero of each is zero."""
    if read is None or read.value == 0 or read.per == "year":
        return text, read, why, kind
    return text, None, f"the list says that it is for each {per}, not in all; {_CURE}", None


_WHOLE = ("", "year")
_CURE = "give the whole amount"


def no_whole(read: Printed) -> str:
    """Say why a number is not what was awarded in all, or is none that can be added."""
    if (read.per or "") not in _WHOLE:
        many = "one of several" if read.per == "each" else f"each {read.per}"
        return f"it is printed for {many}, not in all; {_CURE}"
    ends = (part for part in (read.value, read.low, read.high) if part is not None)
    if any(abs(part) * 100 >= LARGEST for part in ends):
        return "it is larger than any sum of pounds and pence that a table can hold"
    return ""


def _printed(text: str, rounded_to: int | None, notation: Notation) -> Printed:
    """Read an amount of a list: exact to its last digit, unless the list or its words say else."""
    hedged = parse_printed(text, unit="GBP", notation=notation)
    if hedged.hedge is not None or hedged.value is None:
        return hedged
    read = parse_printed(text, unit="GBP", exact=True, notation=notation)
    if not rounded_to or read.value is None or read.strict is None:
        return read
    half = Fraction(rounded_to, 2)
    wide = Interval(read.value - half, read.value + half).hull(read.strict)
    return replace(read, hard=wide, soft=wide, strict=wide, lenient=wide)


def _state(text: str, printed: Printed | None, reason: str, kind: str | None) -> int:
    if printed is not None:
        return ODD_AMOUNT
    if kind is None:
        return UNREADABLE
    return MARKER if text.strip() else BLANK
