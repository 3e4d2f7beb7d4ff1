"""Coefficients and p values as words: n, family and floor always beside them."""

from __future__ import annotations

from pccfunding.plots._records import Record, number, text
from pccfunding.plots.wording import MINUS

__all__ = ["p_words", "signed"]


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


def p_words(row: Record) -> str:
    """Write p with n, the size of the family and the smallest p that could come out.

    Examples
    --------
    >>> p_words({"p_value": 0.0333, "min_p": 0.00278, "n": 6, "unit": "districts"})
    'p = 0.033, n = 6 districts, family of 1, smallest attainable p 0.00278'
    """
    p, floor = number(row, "p_value"), number(row, "min_p")
    said = "no p" if p is None else "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    least = "unknown" if floor is None else f"{floor:.3g}"
    family = int(number(row, "family_size") or 1)
    return (
        f"{said}, n = {text(row, 'n')} {text(row, 'unit', 'areas')}, family of {family:,}, "
        f"smallest attainable p {least}"
    )
