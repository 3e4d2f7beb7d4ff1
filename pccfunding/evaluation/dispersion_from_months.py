"""How much more monthly counts scatter than independent events would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pccfunding.errors import PeriodError, TableError
from pccfunding.evaluation.arguments import Number, a_row, month_number, optional_count
from pccfunding.results import Result
from pccfunding.words import counted, dispersion_text, interval_text, number_text

__all__ = ["Dispersion", "dispersion_from_months"]

_FEW_DF = 12


@dataclass(frozen=True, kw_only=True)
class Dispersion(Result):
    """Variance over mean of monthly counts, once the calendar months are allowed for.

    It can be handed to any function that takes a `dispersion`.

    Attributes
    ----------
    dispersion : float or None
        Pearson X2 over its degrees of freedom.
    low, high : float or None
        95% interval of the dispersion, from the chi-squared distribution.
    pearson_x2 : float or None
    df : int
        Months with a count, less the calendar months that occur.
    n_months, n_missing : int
    events : int
    reason : str or None
        Why it is undefined.
    cautions : tuple of str
        few-months.

    Examples
    --------
    >>> float(dispersion_from_months([8, 12, 30, 30], [1, 1, 2, 2]))
    0.4
    """

    dispersion: float | None
    low: float | None
    high: float | None
    pearson_x2: float | None
    df: int
    n_months: int
    n_missing: int
    events: int
    reason: str | None
    _terms = (("dispersion", "dispersion", "low", "high"),)
    _over = "n_months"
    _done_by = "Pearson's X2 over its degrees of freedom"

    def __float__(self) -> float:
        if self.dispersion is None:
            raise TableError(f"There is no dispersion to use: {self.reason}.")
        return self.dispersion

    def _finding(self) -> str:
        if self.dispersion is None:
            return f"Not estimable: {self.reason}."
        return (
            f"Monthly counts scatter with {dispersion_text(self.dispersion)} (95% interval "
            f"{interval_text(self.low, self.high, number_text)}; Pearson X2 "
            f"{number_text(self.pearson_x2)} on "
            f"{counted(self.df, 'degree of freedom', 'degrees of freedom')} with calendar-month "
            f"terms, {counted(self.n_months, 'month')}, {counted(self.events, 'event')}); 1 would "
            "be independent events."
        )


def dispersion_from_months(counts: Sequence[Number | None], months: Sequence[Any]) -> Dispersion:
    """Estimate the dispersion of monthly counts with a term for each calendar month.

    With one term a calendar month the fitted count is that month's mean, and the dispersion is
    X2 / df = sum (y - mean)^2 / mean over (months - calendar months). A trend inside the series
    counts as scatter: give months from before the award, few years at a time.

    Parameters
    ----------
    counts : sequence of int
        Monthly counts; None where one is not held.
    months : sequence
        For each count its calendar month 1 to 12, or its month as '2019-04', a date or timestamp.

    Returns
    -------
    Dispersion

    Raises
    ------
    TableError
        If counts and months differ in number, or a count is no whole number of 0 or more.
    PeriodError
        If a month cannot be read.

    Examples
    --------
    >>> counts = [31, 44, 40, 52, 28, 61, 45, 39]
    >>> months = [1, 2, 3, 4, 1, 2, 3, 4]
    >>> result = dispersion_from_months(counts, months)
    >>> round(result.dispersion, 4), result.df, result.cautions
    (1.264, 4, ('few-months',))
    """
    from scipy.stats import chi2

    if len(a_row(counts, "counts")) != len(a_row(months, "months")):
        raise TableError(
            f"There are {len(counts)} counts for {len(months)} months; give one for each."
        )
    pairs = [
        (optional_count(count, "a monthly count"), _calendar_month(month))
        for count, month in zip(counts, months, strict=True)
    ]
    known = [(count, month) for count, month in pairs if count is not None]
    y = np.array([count for count, _ in known], dtype=float)
    calendar = np.array([month for _, month in known], dtype=int)
    used = sorted(set(calendar.tolist()))
    df = len(known) - len(used)
    same: dict[str, Any] = {
        "df": df,
        "n_months": len(known),
        "n_missing": len(pairs) - len(known),
        "events": int(y.sum()),
    }
    if df < 1:
        return _undefined("no calendar month was counted twice", **same)
    fitted = np.zeros_like(y)
    for month in used:
        fitted[calendar == month] = y[calendar == month].mean()
    counted = fitted > 0
    if not counted.any():
        return _undefined("nothing was counted", **same)
    x2 = float(((y[counted] - fitted[counted]) ** 2 / fitted[counted]).sum())
    return Dispersion(
        dispersion=x2 / df,
        low=x2 / float(chi2.isf(0.025, df)),
        high=x2 / float(chi2.ppf(0.025, df)),
        pearson_x2=x2,
        reason=None,
        cautions=("few-months",) if df < _FEW_DF else (),
        **same,
    )


def _undefined(reason: str, **same: Any) -> Dispersion:
    return Dispersion(dispersion=None, low=None, high=None, pearson_x2=None, reason=reason, **same)


def _calendar_month(value: Any) -> int:
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        if 1 <= value <= 12:
            return int(value)
        raise PeriodError(f"{value!r} is no calendar month; they run from 1 to 12.")
    return month_number(value) % 12 + 1
