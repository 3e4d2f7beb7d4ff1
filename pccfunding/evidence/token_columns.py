"""What follows from a printed token: the columns of a figure that nobody is asked for."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pccfunding.printed import parse_printed
from pccfunding.words import decimal_text

TOKEN_COLUMNS = ("value", "low", "high", "hedge", "resolution", "low_closed", "high_closed")


def token_columns(
    token: object,
    *,
    unit: str,
    precision: object = "as_printed",
    direction: object = None,
    notation: object = None,
) -> dict[str, Any]:
    """Read a token as the columns of `figures` that follow from it; blank ones without a token.

    Parameters
    ----------
    token : str or None
        The number as printed; anything but text stands for a number that is not known.
    unit : str
        "GBP", "percent", "count" or "rank".
    precision : str, optional
        "exact" where trailing zeros are known to be meant.
    direction : str, optional
        "down" turns the sign round.
    notation : str, optional
        "comma" where decimals stand after a comma.

    Returns
    -------
    dict
        `value`, `low`, `high`, `hedge`, `resolution` (text or None), `low_closed`, `high_closed`,
        and `flags`, what was repaired or doubted in reading.

    Raises
    ------
    PrintedError
        If the token cannot be read without guessing.

    Examples
    --------
    >>> found = token_columns("9.4%", unit="percent", direction="down")
    >>> found["value"], found["low"], found["high"], found["low_closed"]
    ('-9.4', '-9.45', '-9.35', True)
    """
    if not isinstance(token, str):
        return dict(zip(TOKEN_COLUMNS, (*[None] * 5, False, False), strict=True)) | {"flags": None}
    printed = parse_printed(
        token,
        unit=unit,
        exact=precision == "exact",
        notation="comma" if notation == "comma" else "point",
    )
    if direction == "down":
        printed = printed.mirrored()
    hard = printed.hard
    values = (
        _decimal(printed.value),
        _decimal(printed.low),
        _decimal(printed.high),
        printed.hedge,
        _decimal(printed.resolution),
        hard is not None and hard.low_closed,
        hard is not None and hard.high_closed,
    )
    flags = ";".join(printed.flags) or None
    return dict(zip(TOKEN_COLUMNS, values, strict=True)) | {"flags": flags}


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)
