"""The change to expect of an area that was picked for its high count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pccfunding.errors import UnknownNameError, one_of
from pccfunding.evaluation.area_counts import AreaCounts, area_counts
from pccfunding.evaluation.arguments import Number, optional_count, optional_dispersion
from pccfunding.results import Result, nothing
from pccfunding.words import count, number_text, percent, quantity

__all__ = ["RegressionToTheMean", "regression_to_the_mean"]

_FEW_AREAS = 10


@dataclass(frozen=True, kw_only=True)
class RegressionToTheMean(Result):
    """What re-measuring a picked area would show if nothing had changed.

    Attributes
    ----------
    selected : str or None
        Label of the picked area.
    count : int or None
        Its count.
    expected_count, expected_change_pct : float or None
        On re-measurement with no change anywhere.
    count_after, change_pct : int, float or None
        What was counted later, if given.
    reliability : float or None
        Part of the spread between areas that is not counting noise, at the picked area.
    mean, variance : float or None
        Of the rates (of the counts where no exposure was given).
    worst_of_identical_pct : float or None
        What the highest of as many identical Poisson areas with this mean count would show.
    n : int
    dispersion : float
    dropped : tuple of str
    reason : str or None
    cautions : tuple of str
        few-areas, no-spread-beyond-noise, areas-dropped, dispersion-raised.

    Examples
    --------
    >>> result = regression_to_the_mean([100] * 6)
    >>> round(result.worst_of_identical_pct, 1)
    -11.1
    """

    selected: str | None
    count: int | None
    expected_count: float | None
    expected_change_pct: float | None
    count_after: int | None
    change_pct: float | None
    reliability: float | None
    mean: float | None
    variance: float | None
    worst_of_identical_pct: float | None
    n: int
    dispersion: float
    dropped: tuple[str, ...]
    reason: str | None

    def _finding(self) -> str:
        if self.expected_count is None or self.count is None:
            return f"Not estimable: {self.reason}."
        seen = ""
        if self.count_after is not None:
            seen = (
                f"; {count(self.count_after)} were counted, {percent(self.change_pct)} from the "
                "same base"
            )
        return (
            f"{self.selected} was counted at {count(self.count)} (the base) among {self.n} areas; "
            "with no change at all a second count would be expected near "
            f"{number_text(round(self.expected_count, 1))}, {percent(self.expected_change_pct)} "
            f"(reliability {quantity(self.reliability, places=2)}; a point of expectation, so "
            f"without interval){seen}."
        )


def regression_to_the_mean(
    counts: Sequence[Number | None],
    *,
    labels: Sequence[object] | None = None,
    selected: object = None,
    exposure: Sequence[Number | None] | None = None,
    dispersion: Number | None = None,
    count_after: Number | None = None,
) -> RegressionToTheMean:
    """Give the change to expect of an area that was picked for its count, without any cause.

    With equal exposures the reliability is rho = 1 - phi mean / variance across areas, never
    below 0, and the expected change of an area with count Y0 is -(1 - rho)(Y0 - mean) / Y0. With
    unequal ones the variance between true rates is that of Buehlmann and Straub, and each area
    has its own reliability A / (A + phi mean / exposure).

    Parameters
    ----------
    counts : sequence of int
        Baseline counts of all areas that could have been picked; None where not published.
    labels : sequence of str, optional
    selected : label, optional
        The area picked; by default the one with the highest rate.
    exposure : sequence of float, optional
        Populations; without them all areas count the same.
    dispersion : float or Dispersion, optional
        Variance over mean of counting noise; 1 by default.
    count_after : int, optional
        What was counted later in the picked area, printed beside the expectation.

    Returns
    -------
    RegressionToTheMean

    Raises
    ------
    TableError
        If lengths differ or values are no counts or populations.
    UnknownNameError
        If the picked area is none of those with a count.

    References
    ----------
    Buehlmann, H. and Straub, E. (1970). Glaubwuerdigkeit fuer Schadensaetze. Mitteilungen der
    Vereinigung Schweizerischer Versicherungsmathematiker 70, 111-133.

    Examples
    --------
    >>> result = regression_to_the_mean([30, 20, 10, 20], labels=["A", "B", "C", "D"])
    >>> result.selected, round(result.reliability, 3), round(result.expected_change_pct, 2)
    ('A', 0.7, -10.0)
    """
    table = area_counts(counts, exposure, labels)
    given, cautions = optional_dispersion(dispersion)
    phi = given or 1.0
    after = optional_count(count_after, "count_after")
    same: dict[str, Any] = {
        "n": table.n,
        "dispersion": phi,
        "dropped": table.dropped,
        "count_after": after,
    }
    codes = ["areas-dropped"] if table.dropped else []
    if table.n < 2 or not table.counts.sum():
        few = f"{table.n} areas; at least 2 are needed"
        reason = few if table.n < 2 else "nothing was counted"
        return _refused(reason, cautions=tuple(codes), **same)
    rates = table.counts / table.exposure
    k = int(np.argmax(rates)) if selected is None else _find(selected, table)
    total = float(table.exposure.sum())
    mean = float(table.counts.sum()) / total
    spread = float((table.exposure * (rates - mean) ** 2).sum())
    # Buehlmann and Straub; equal exposures make it the variance less phi mean.
    noise = (table.n - 1) * phi * mean
    between = (spread - noise) / (total - float((table.exposure**2).sum()) / total)
    between = max(0.0, between)
    own = float(table.exposure[k])
    reliability = between / (between + phi * mean / own)
    count = int(table.counts[k])
    if not count:
        return _refused("nothing was counted in the picked area", cautions=tuple(codes), **same)
    expected = own * (mean + reliability * (float(rates[k]) - mean))
    if table.n < _FEW_AREAS:
        codes.append("few-areas")
    if between == 0:
        codes.append("no-spread-beyond-noise")
    return RegressionToTheMean(
        selected=table.labels[k],
        count=count,
        expected_count=expected,
        expected_change_pct=100 * (expected / count - 1),
        change_pct=None if after is None else 100 * (after / count - 1),
        reliability=reliability,
        mean=mean,
        variance=float(rates.var(ddof=1)),
        worst_of_identical_pct=_worst_of_identical(table.n, float(table.counts.mean())),
        reason=None,
        cautions=(*codes, *cautions),
        **same,
    )


def _find(selected: object, table: AreaCounts) -> int:
    name = str(selected)
    if name in table.dropped:
        raise UnknownNameError(f"{name!r} has no published count or exposure.")
    return table.labels.index(one_of(name, "area", table.labels))


def _worst_of_identical(n: int, mean: float) -> float:
    """Give the expected change in percent of the highest of n Poisson counts with one mean."""
    from scipy.stats import poisson

    top = int(mean + 20 * math.sqrt(mean) + 50)
    values = np.arange(1, top)
    below = np.append(poisson.cdf(0, mean), poisson.cdf(values, mean)) ** n
    chances = np.diff(below)
    return float(100 * (chances * (mean - values) / values).sum() / chances.sum())


def _refused(reason: str, **same: Any) -> RegressionToTheMean:
    empty = nothing(
        *("selected", "count", "expected_count", "expected_change_pct", "change_pct"),
        *("reliability", "mean", "variance", "worst_of_identical_pct"),
    )
    return RegressionToTheMean(**empty, reason=reason, **same)
