"""One count: the exact interval of its rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pccfunding.errors import one_of
from pccfunding.evaluation.arguments import Number, proper_fraction, some_positive, whole_number
from pccfunding.evaluation.log_ratios import quantile
from pccfunding.results import Result
from pccfunding.words import counted, interval_text, level_text, number_text

__all__ = ["PoissonInterval", "poisson_interval"]


@dataclass(frozen=True, kw_only=True)
class PoissonInterval(Result):
    """A count over its exposure, with the interval of independent events.

    Attributes
    ----------
    rate, low, high : float
        Per unit of exposure; `low` is 0 and nothing is left out below for a one-sided interval.
    count : int
    exposure : float
    confidence_level : float
    method : {"exact", "byar"}
    sides : {1, 2}
    cautions : tuple of str
        poisson-only.

    Examples
    --------
    >>> round(poisson_interval(0, sides=1).high, 3)
    2.996
    """

    rate: float
    low: float
    high: float
    count: int
    exposure: float
    confidence_level: float
    method: str
    sides: int
    _terms = (("rate", "rate", "low", "high"),)
    _over = "count"

    def _finding(self) -> str:
        over = "" if self.exposure == 1 else f" over {number_text(self.exposure)} of exposure"
        side = "one-sided " if self.sides == 1 else ""
        return (
            f"{counted(self.count, 'event')}{over}: {side}{level_text(self.confidence_level)} "
            f"interval {interval_text(self.low, self.high, number_text)} ({self.method} Poisson)."
        )


def poisson_interval(
    count: Number,
    *,
    exposure: Number = 1,
    confidence_level: float = 0.95,
    sides: Literal[1, 2] = 2,
    method: Literal["exact", "byar"] = "exact",
) -> PoissonInterval:
    """Give the interval of a count or rate.

    Parameters
    ----------
    count : int
    exposure : float, default 1
    confidence_level : float, default 0.95
    sides : {2, 1}, default 2
        1 puts all doubt above, for an upper limit.
    method : {"exact", "byar"}, default "exact"
        Chi-squared quantiles, or Byar's approximation.

    Returns
    -------
    PoissonInterval

    Raises
    ------
    TableError
        If the count is no whole number of 0 or more, or the exposure is not above 0.
    UnknownNameError
        If the method is not one of the two, or sides is not 1 or 2.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
    Breslow, N. E. and Day, N. E. (1987). Statistical methods in cancer research II, page 69
    (Byar's approximation).

    Examples
    --------
    >>> result = poisson_interval(20, exposure=1000)
    >>> round(1000 * result.low, 2), round(1000 * result.high, 2)
    (12.22, 30.89)
    """
    from scipy.stats import chi2

    events = whole_number(count, "count", least=0)
    over = some_positive(exposure, "exposure")
    level = proper_fraction(confidence_level, "confidence_level")
    how = one_of(method, "method", ("exact", "byar"))
    one_of(str(sides), "sides", ("1", "2"))
    tail = (1 - level) / sides
    if how == "exact":
        low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
        high = float(chi2.isf(tail, 2 * events + 2)) / 2
    else:
        low, high = (_byar(events, tail, above=above) for above in (False, True))
    return PoissonInterval(
        rate=events / over,
        low=0.0 if sides == 1 else low / over,
        high=high / over,
        count=events,
        exposure=over,
        confidence_level=level,
        method=how,
        sides=sides,
        cautions=("poisson-only",),
    )


def _byar(count: int, tail: float, *, above: bool) -> float:
    base = count + 1 if above else count
    if base == 0:
        return 0.0
    reach = quantile(1 - tail) / (3 * math.sqrt(base))
    return base * (1 - 1 / (9 * base) + (reach if above else -reach)) ** 3
