"""Printed proportions: the counts that print so, and the interval over all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Literal

from pccfunding.errors import PrintedError, TableError, one_of
from pccfunding.evaluation.arguments import Number, a_flag, proper_fraction, whole_number
from pccfunding.evaluation.log_ratios import quantile
from pccfunding.intervals import Interval, counts_that_print
from pccfunding.printed import parse_printed
from pccfunding.results import Estimate, Result
from pccfunding.words import count, interval_text, level_text, percent

__all__ = ["Proportion", "counts_compatible", "proportion_interval"]

_MOST_ASKED = 100_000_000
_METHODS = {"wilson": "Wilson", "clopper-pearson": "Clopper-Pearson, exact"}


@dataclass(frozen=True, kw_only=True)
class Proportion(Result):
    """A proportion of a base, with the interval over every count that it can stand for.

    Attributes
    ----------
    printed : str
        The percentage as printed, or the count given.
    n : int
        The base.
    counts : tuple of int
        Every count that prints so; empty where none does.
    low_pct, high_pct : float or None
        Lowest lower and highest upper end of the intervals.
    method : {"wilson", "clopper-pearson"}
    confidence_level : float
    reason : str or None
    cautions : tuple of str
        no-comparison-group, several-counts-fit, base-not-stated.

    Examples
    --------
    >>> proportion_interval("92.6%", 25).reason
    'no count out of 25 prints as 92.6%'
    """

    printed: str
    n: int
    counts: tuple[int, ...]
    low_pct: float | None
    high_pct: float | None
    method: str
    confidence_level: float
    reason: str | None

    @property
    def maryland_level(self) -> int:
        """1: a level at one point in time; 0 where no count fits."""
        return 1 if self.counts else 0

    def _estimates(self) -> list[Estimate]:
        # Several counts that print alike have an interval together and no one estimate.
        one = 100 * self.counts[0] / self.n if len(self.counts) == 1 else None
        method = _METHODS[self.method]
        return [Estimate("percent", one, self.low_pct, self.high_pct, None, self.n, method)]

    def _finding(self) -> str:
        if self.low_pct is None or self.high_pct is None:
            return f"Not estimable: {self.reason}."
        first, last = self.counts[0], self.counts[-1]
        fits = f"a count of {count(first)}{f' to {count(last)}' * (first != last)}"
        share = percent(100 * first / self.n, sign=False)
        what = share if self.printed.isdigit() else self.printed
        return (
            f"{what} of {count(self.n)} (the base) is {fits}; {level_text(self.confidence_level)} "
            f"interval {interval_text(self.low_pct, self.high_pct, partial(percent, sign=False))} "
            f"({_METHODS[self.method]})."
        )


def proportion_interval(
    printed: str | int,
    n: Number,
    *,
    confidence_level: float = 0.95,
    base_stated: bool = True,
    method: Literal["wilson", "clopper-pearson"] = "wilson",
) -> Proportion:
    """Give the interval of a printed percentage, over every count that prints so.

    Parameters
    ----------
    printed : str or int
        A percentage as printed, such as "92%", or the count itself.
    n : int
        The base.
    confidence_level : float, default 0.95
    base_stated : bool, default True
        Whether the source says that `n` is the base.
    method : {"wilson", "clopper-pearson"}, default "wilson"
        Clopper-Pearson never covers less than it promises, and is wider.

    Returns
    -------
    Proportion

    Raises
    ------
    PrintedError
        If the text is no percentage.
    TableError
        If the base is not 1 or more.
    UnknownNameError
        If the method is not one of the two.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.
    Clopper, C. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> result = proportion_interval("92%", 238)
    >>> result.counts, round(result.low_pct, 1), round(result.high_pct, 1)
    ((218, 219, 220), 87.4, 95.2)
    """
    base = _base(n)
    level = proper_fraction(confidence_level, "confidence_level")
    a_flag(base_stated, "base_stated")
    how = one_of(method, "method", _METHODS)
    if isinstance(printed, str):
        percent = parse_printed(printed)
        if percent.unit != "percent":
            raise PrintedError(f"{printed!r} is no percentage; write it as '92%' or give a count.")
        counts = counts_compatible(printed, base)
    else:
        given = whole_number(printed, "the count", least=0)
        counts = (given,) if given <= base else ()
    codes = ["no-comparison-group"]
    if len(counts) > 1:
        codes.append("several-counts-fit")
    if not base_stated:
        codes.append("base-not-stated")
    interval = _wilson if how == "wilson" else _clopper_pearson
    ends = [interval(number, base, level) for number in counts]
    fails = f"prints as {printed}" if isinstance(printed, str) else f"is {printed}"
    return Proportion(
        printed=str(printed),
        n=base,
        counts=counts,
        low_pct=min(100 * low for low, _ in ends) if ends else None,
        high_pct=max(100 * high for _, high in ends) if ends else None,
        method=how,
        confidence_level=level,
        reason=None if counts else f"no count out of {count(base)} {fails}",
        cautions=tuple(codes),
    )


def _base(n: Number) -> int:
    """Give a number of people asked; each count that prints alike is looked at."""
    base = whole_number(n, "n", least=1)
    if base > _MOST_ASKED:
        raise TableError(f"n is {base}, more than anybody could ask: {_MOST_ASKED} at most.")
    return base


def counts_compatible(printed: str, n: Number) -> tuple[int, ...]:
    """Give the whole numbers k for which k out of n, or k over n, can print so.

    A percentage asks for counts of at most n; a plain decimal is taken as a mean of n whole
    numbers, and k is their sum. Both ends of the rounding interval count, since how a source
    rounds halves is seldom known.

    Parameters
    ----------
    printed : str
        "92%" or "5.23": trailing zeros matter.
    n : int
        The base, or how many whole numbers were averaged.

    Returns
    -------
    tuple of int
        Empty where no whole number can print so.

    Raises
    ------
    PrintedError
        If the text cannot be read or has no bounds.
    TableError
        If n is not 1 or more.

    References
    ----------
    Brown, N. J. L. and Heathers, J. A. J. (2017). The GRIM test. Social Psychological and
    Personality Science 8(4), 363-369.

    Examples
    --------
    >>> counts_compatible("92%", 238), counts_compatible("5.23", 29), counts_compatible("5.00", 25)
    ((218, 219, 220), (), (125,))
    """
    base = _base(n)
    try:
        token = parse_printed(printed)
    except PrintedError:
        token = parse_printed(printed, unit="mean")
    # Every written digit is taken at its word; a hedge at what it implies, if it implies anything.
    reading = token.strict if token.hedge is None else token.hard or token.soft
    if reading is None or token.unit not in ("percent", "mean"):
        raise PrintedError(f"{printed!r} is neither a percentage nor a mean of whole numbers.")
    if token.unit == "percent":
        return tuple(counts_that_print(Interval.point(base), reading))
    if reading.low is None or reading.high is None:
        raise PrintedError(f"{printed!r} has no bounds on both sides, so any count may fit.")
    first, last = math.ceil(reading.low * base), math.floor(reading.high * base)
    return tuple(k for k in range(max(first, 0), last + 1) if Fraction(k, base) in reading)


def _wilson(number: int, n: int, level: float) -> tuple[float, float]:
    z = quantile((1 + level) / 2)
    p, grown = number / n, 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / grown
    reach = z / grown * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At 0 and n the end is 0 or 1 exactly, which rounding would miss by 1e-17.
    return (0.0 if number == 0 else centre - reach), (1.0 if number == n else centre + reach)


def _clopper_pearson(number: int, n: int, level: float) -> tuple[float, float]:
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, number, n - number + 1)) if number else 0.0
    high = float(beta.isf(tail, number + 1, n - number)) if number < n else 1.0
    return low, high
