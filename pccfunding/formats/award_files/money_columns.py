"""Columns of amounts: plain ones read at once, odd ones by the grammar of printed numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import PrintedError
from pccfunding.printed import Printed, parse_printed
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
_LONGEST = 1_000
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DIGIT = re.compile("[0-9]")
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
    exact : bool
        Whether the column is written to the pound, so that trailing zeros are meant.
    """

    value: Any
    low: Any
    high: Any
    odd: Any
    state: Any
    printed: list[tuple[str, Printed | None, str, str | None]]
    exact: bool


PLAIN_AMOUNT, ODD_AMOUNT, MARKER, BLANK, UNREADABLE = range(5)


def read_money(texts: pd.Series[Any], scale: str = "", *, exact: bool = False) -> MoneyColumn:
    """Read a column of amounts in pounds.

    Parameters
    ----------
    texts : Series of str
        The cells.
    scale : {"", "thousand", "million"}
        What the header says a unit is.
    exact : bool, default False
        Whether a column beside it is known to be written to the pound.
    """
    import pandas as pd

    size = len(texts)
    plain = np.zeros(size, bool)
    value = np.full(size, np.nan)
    pence = False
    if not scale:
        stripped = texts.str.strip()
        plain = stripped.str.fullmatch(PLAIN).to_numpy(dtype=bool)
        digits = stripped[plain] if not plain.all() else stripped
        if digits.str.contains("£", regex=False).any():
            digits = digits.str.replace("£ ", "£", regex=False).str.replace("£", "", regex=False)
        pence = bool(digits.str.contains(".", regex=False).any())
        value[plain] = _floats(digits.str.replace(",", "", regex=False))
    odd = np.full(size, -1, np.int64)
    state = np.zeros(size, np.int8)
    printed: list[tuple[str, Printed | None, str, str | None]] = []
    if not plain.all():
        codes, distinct = pd.factorize(texts[~plain])
        printed = [read_one(str(text), scale) for text in distinct]
        odd[~plain] = codes
        states = [_state(*one) for one in printed]
        state[~plain] = np.asarray(states, np.int8)[codes] if states else 0
    exact = exact or pence or _written_to_the_pound(value[plain], printed)
    low, high = value.copy(), value.copy()
    if not exact:
        half = _half_unit(value)
        low, high = value - half, value + half
    for at, (_, one, _, _) in enumerate(printed):
        if one is not None:
            rows = odd == at if len(printed) < 64 else None
            if rows is not None:
                _fill(one, exact, rows, value, low, high)
    if len(printed) >= 64:
        _fill_all(printed, exact, odd, value, low, high)
    return MoneyColumn(value, low, high, odd, state, printed, exact)


def _floats(texts: pd.Series[Any]) -> Any:
    # Arrow reads a column of numbers six times as fast, where the column is Arrow's already.
    arrow = getattr(texts.dtype, "storage", "") == "pyarrow"
    return texts.astype("double[pyarrow]" if arrow else "float64").to_numpy(dtype="float64")


def _fill(one: Printed, exact: bool, rows: Any, value: Any, low: Any, high: Any) -> None:
    value[rows], low[rows], high[rows] = bounds_of(one, exact)


def _fill_all(
    printed: Sequence[tuple[str, Printed | None, str, str | None]],
    exact: bool,
    odd: Any,
    value: Any,
    low: Any,
    high: Any,
) -> None:
    table = np.array(
        [(np.nan,) * 3 if one is None else bounds_of(one, exact) for _, one, _, _ in printed]
    )
    rows = odd >= 0
    value[rows], low[rows], high[rows] = table[odd[rows]].T


def bounds_of(one: Printed, exact: bool) -> tuple[float, float, float]:
    """Give the value and the hard bounds in float pounds; NaN where there is none."""
    fine = one.resolution is not None and one.resolution <= 1
    hard = one.strict if exact and fine and one.hedge is None else one.hard
    low = None if hard is None else hard.low
    high = None if hard is None else hard.high
    return tuple(np.nan if part is None else float(part) for part in (one.value, low, high))  # type: ignore[return-value]


def read_one(text: str, scale: str) -> tuple[str, Printed | None, str, str | None]:
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
        return text, parse_printed(body if scale else text, unit="GBP"), "", None
    except PrintedError as error:
        why = str(error).partition(": ")[2] or str(error)
        if kind := kind_of_unknown(body):
            return text, None, "", kind
        return text, None, why.rstrip("."), None


def _state(text: str, printed: Printed | None, reason: str, kind: str | None) -> int:
    if printed is not None:
        return ODD_AMOUNT
    if kind is None:
        return UNREADABLE
    return MARKER if text.strip() else BLANK


def _half_unit(value: Any) -> Any:
    """Half the unit of the last digit of whole pounds that is no zero; 0 for pence."""
    pounds = np.nan_to_num(value)
    half = np.zeros_like(value)
    whole = (pounds == np.floor(pounds)) & (pounds != 0)
    unit = 10.0
    while unit <= 1e12:
        whole &= pounds % unit == 0
        if not whole.any():
            break
        half[whole] = unit / 2
        unit *= 10
    return half


def _written_to_the_pound(
    value: Any, printed: Sequence[tuple[str, Printed | None, str, str | None]]
) -> bool:
    """Whether some amount without pence is no multiple of ten: then all zeros are meant."""
    ten = Fraction(10)
    return bool(np.any(value % 10 != 0)) or any(
        one is not None
        and one.hedge is None
        and one.value is not None
        and one.resolution is not None
        and one.resolution <= 1
        and one.value % ten != 0
        for _, one, _, _ in printed
    )
