"""The change to expect of an area that was picked for its high count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError, UnknownNameError, one_of
from pccfunding.evaluation.area_counts import AreaCounts, area_counts
from pccfunding.evaluation.arguments import (
    Number,
    a_row,
    optional_count,
    optional_dispersion,
    proper_fraction,
    whole_number,
)
from pccfunding.evaluation.log_ratios import DISPERSIONS
from pccfunding.results import Result, nothing
from pccfunding.words import (
    count,
    counted,
    dispersion_text,
    interval_text,
    level_text,
    number_text,
    percent,
    quantity,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RegressionToTheMean", "regression_to_the_mean"]

# So many counts are looked at each; of more, as many of them.
_EACH = 200_000
_FloatArray = npt.NDArray[np.float64]

EARLIER, NOISE = "earlier years", "counting noise"
_FEW_AREAS = 10
_LEAST_YEARS, _LEAST_AREAS, _HIGHEST, _EMPIRICAL = 3, 4, 5, 40


@dataclass(frozen=True)
class _EarlierYears:
    """Areas known in every year, their centred log rates, and how these hold from year to year."""

    table: AreaCounts
    centred: _FloatArray
    correlation: float
    reach: tuple[float, float]
    highest: float
    cases: int


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
        On re-measurement with no change anywhere; with earlier years, with none beyond that of all
        areas.
    expected_low_pct, expected_high_pct : float or None
        Interval of the change, from how far areas of earlier years ended from what was expected of
        them; None without three earlier years.
    method : {"earlier years", "counting noise"}
        What the expectation rests on.
    correlation : float or None
        Mean correlation of the areas' centred log rates `lag` years apart.
    lag, n_earlier : int
        Years ahead, and earlier years given.
    highest_change_pct : float or None
        What the highest areas of earlier years did over the same lag, relative to all areas.
    highest_cases : int
        How many of them.
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
    confidence_level : float
    dropped : tuple of str
    reason : str or None
    cautions : tuple of str
        few-areas, no-spread-beyond-noise, areas-dropped, dispersion-raised, poisson-only.

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
    expected_low_pct: float | None
    expected_high_pct: float | None
    method: str
    correlation: float | None
    lag: int
    n_earlier: int
    highest_change_pct: float | None
    highest_cases: int
    count_after: int | None
    change_pct: float | None
    reliability: float | None
    mean: float | None
    variance: float | None
    worst_of_identical_pct: float | None
    n: int
    dispersion: float
    confidence_level: float
    dropped: tuple[str, ...]
    reason: str | None
    _at: tuple[tuple[float, float, float], ...] = field(default=(), repr=False)
    _terms = (
        (
            "expected change in percent",
            "expected_change_pct",
            "expected_low_pct",
            "expected_high_pct",
        ),
    )

    @property
    def by_dispersion(self) -> pd.DataFrame:
        """Reliability and expected change at dispersion 1, 2 and 4; no rows with earlier years."""
        import pandas as pd

        columns = ["dispersion", "reliability", "expected_change_pct"]
        return pd.DataFrame([*self._at], columns=columns)

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        del row["_at"]
        return row

    def _finding(self) -> str:
        if self.expected_count is None or self.count is None:
            return f"Not estimable: {self.reason}."
        seen = ""
        if self.count_after is not None:
            seen = (
                f"; {count(self.count_after)} were counted, {percent(self.change_pct)} from the "
                "same base"
            )
        start = (
            f"{self.selected} was counted at {count(self.count)} (the base) among {self.n} areas; "
        )
        if self.method == EARLIER:
            ends = interval_text(self.expected_low_pct, self.expected_high_pct)
            return (
                f"{start}with no change beyond that of all areas "
                f"{percent(self.expected_change_pct)} would be expected {self._ahead()}, "
                f"{level_text(self.confidence_level)} interval {ends} (correlation "
                f"{quantity(self.correlation, places=2)} over {self.n_earlier + 1} years; the "
                f"{self.highest_cases} highest of earlier years moved by "
                f"{percent(self.highest_change_pct)}){seen}."
            )
        other = [f"{percent(pct)} at {dispersion_text(phi)}" for phi, _, pct in self._at[1:]]
        also = f", {' and '.join(other)}" if other else ""
        return (
            f"{start}with no change at all a second count would be expected near "
            f"{number_text(round(self.expected_count, 1))}, "
            f"{percent(self.expected_change_pct)}{also} "
            f"(reliability {quantity(self.reliability, places=2)}; no interval){seen}."
        )

    def _ahead(self) -> str:
        return "a year later" if self.lag == 1 else f"{counted(self.lag, 'year')} later"


def regression_to_the_mean(
    counts: Sequence[Number | None],
    *,
    labels: Sequence[object] | None = None,
    selected: object = None,
    exposure: Sequence[Number | None] | None = None,
    dispersion: Number | None = None,
    count_after: Number | None = None,
    earlier: Sequence[Sequence[Number | None]] | None = None,
    earlier_exposure: Sequence[Sequence[Number | None]] | None = None,
    lag: int = 1,
    confidence_level: float = 0.95,
) -> RegressionToTheMean:
    """Give the change to expect of an area that was picked for its count, without any cause.

    With three or more earlier years the areas themselves tell how far they move: r is the mean
    correlation of their centred log rates `lag` years apart, the expected change is
    (r - 1)(C - mean C), and its interval comes from where areas of earlier years ended. This
    holds shocks that last, which counting noise alone leaves out.

    Without them only counting noise is allowed for, which is less than areas move. With equal
    exposures the reliability is rho = 1 - phi mean / variance across areas, never
    below 0, and the expected change of an area with count Y0 is -(1 - rho)(Y0 - mean) / Y0. With
    unequal ones the variance between true rates is that of Buehlmann and Straub, and each area
    has its own reliability A / (A + phi mean / exposure).

    Parameters
    ----------
    counts : sequence of int
        Baseline counts of all areas that could have been picked; None where not held.
    labels : sequence of str, optional
    selected : label, optional
        The area picked; by default the one with the highest rate.
    exposure : sequence of float, optional
        Populations; without them all areas count the same.
    dispersion : float or Dispersion, optional
        Variance over mean of counting noise; 1 by default.
    count_after : int, optional
        What was counted later in the picked area, printed beside the expectation.
    earlier : sequence of sequences of int, optional
        Counts of the same areas in earlier years, the oldest first and each a year apart; the
        baseline is the year after the last.
    earlier_exposure : sequence of sequences of float, optional
        Populations of those years; without them that of the baseline.
    lag : int, default 1
        Years from the baseline to the second count.
    confidence_level : float, default 0.95

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
    >>> years = [[31, 18, 11, 20], [28, 22, 9, 19], [33, 19, 12, 21]]
    >>> told = regression_to_the_mean([30, 20, 10, 20], labels=["A", "B", "C", "D"], earlier=years)
    >>> told.method, round(told.correlation, 2), round(told.expected_change_pct, 1)
    ('earlier years', 0.95, -2.3)
    """
    table = area_counts(counts, exposure, labels)
    given, cautions = optional_dispersion(dispersion)
    phi = given or 1.0
    level = proper_fraction(confidence_level, "confidence_level")
    ahead = whole_number(lag, "lag", least=1)
    years = _course_of_areas(
        counts, exposure, labels, earlier, earlier_exposure, lag=ahead, level=level
    )
    if years is not None:
        table = years.table
    after = optional_count(count_after, "count_after")
    same: dict[str, Any] = {
        "n": table.n,
        "dispersion": phi,
        "dropped": table.dropped,
        "count_after": after,
        "lag": ahead,
        "n_earlier": 0 if earlier is None else len(a_row(earlier, "earlier")),
        "confidence_level": level,
        "method": NOISE if years is None else EARLIER,
    }
    codes = ["areas-dropped"] if table.dropped else []
    if table.n < 2 or not table.counts.sum():
        few = f"{counted(table.n, 'area')}; at least 2 are needed"
        reason = few if table.n < 2 else "nothing was counted"
        return _refused(reason, cautions=tuple(codes), **same)
    rates = table.counts / table.exposure
    k = int(np.argmax(rates)) if selected is None else _find(selected, table)
    mean, between = _between(table, phi)
    own = float(table.exposure[k])
    reliability = between / (between + phi * mean / own)
    count = int(table.counts[k])
    if not count:
        return _refused("nothing was counted in the picked area", cautions=tuple(codes), **same)
    if years is None:
        expected = own * (mean + reliability * (float(rates[k]) - mean))
        told: dict[str, Any] = nothing(
            "expected_low_pct", "expected_high_pct", "correlation", "highest_change_pct"
        ) | {"highest_cases": 0}
    else:
        told = _told(years, k)
        expected = count * math.exp((years.correlation - 1) * float(years.centred[k]))
    if table.n < _FEW_AREAS:
        codes.append("few-areas")
    if between == 0 and years is None:
        codes.append("no-spread-beyond-noise")
    at: list[tuple[float, float, float]] = []
    if years is None and given is None:
        codes.append("poisson-only")
        for one in DISPERSIONS:
            _, spread = _between(table, one)
            part = spread / (spread + one * mean / own)
            second = own * (mean + part * (float(rates[k]) - mean))
            at.append((one, part, 100 * (second / count - 1)))
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
        _at=tuple(at),
        **told,
        **same,
    )


def _between(table: AreaCounts, phi: float) -> tuple[float, float]:
    """Mean rate, and the variance between true rates of Buehlmann and Straub."""
    total = float(table.exposure.sum())
    mean = float(table.counts.sum()) / total
    spread = float((table.exposure * (table.counts / table.exposure - mean) ** 2).sum())
    # Equal exposures make it the variance less phi mean.
    noise = (table.n - 1) * phi * mean
    between = (spread - noise) / (total - float((table.exposure**2).sum()) / total)
    return mean, max(0.0, between)


def _told(years: _EarlierYears, k: int) -> dict[str, Any]:
    change = (years.correlation - 1) * float(years.centred[k])
    low, high = (100 * math.expm1(change + one) for one in years.reach)
    return {
        "expected_low_pct": low,
        "expected_high_pct": high,
        "correlation": years.correlation,
        "highest_change_pct": 100 * math.expm1(years.highest),
        "highest_cases": years.cases,
    }


def _find(selected: object, table: AreaCounts) -> int:
    name = str(selected)
    if name in table.dropped:
        raise UnknownNameError(f"{name!r} has no published count or exposure.")
    return table.labels.index(one_of(name, "area", table.labels))


def _spread(mean: float, top: int) -> _FloatArray:
    """Give counts near a large mean, so close that the highest falls between two as on either."""
    least = max(1.0, mean - 20 * math.sqrt(mean) - 50)
    return np.unique(np.linspace(least, top, _EACH).round())


def _worst_of_identical(n: int, mean: float) -> float:
    """Give the expected change in percent of the highest of n Poisson counts with one mean."""
    from scipy.stats import poisson

    top = int(mean + 20 * math.sqrt(mean) + 50)
    values = np.arange(1, top) if top < _EACH else _spread(mean, top)
    below = np.append(poisson.cdf(values[0] - 1, mean), poisson.cdf(values, mean)) ** n
    chances = np.diff(below)
    return float(100 * (chances * (mean - values) / values).sum() / chances.sum())


def _refused(reason: str, **same: Any) -> RegressionToTheMean:
    empty = nothing(
        *("selected", "count", "expected_count", "expected_change_pct", "change_pct"),
        *("reliability", "mean", "variance", "worst_of_identical_pct", "expected_low_pct"),
        *("expected_high_pct", "correlation", "highest_change_pct"),
    )
    return RegressionToTheMean(**empty, highest_cases=0, reason=reason, **same)


def _course_of_areas(
    counts: Sequence[Number | None],
    exposure: Sequence[Number | None] | None,
    labels: Sequence[object] | None,
    earlier: Sequence[Sequence[Number | None]] | None,
    earlier_exposure: Sequence[Sequence[Number | None]] | None,
    *,
    lag: int,
    level: float,
) -> _EarlierYears | None:
    """Give the course of earlier years; None where they are too few for it."""
    years = [] if earlier is None else a_row(earlier, "earlier")
    years = [list(a_row(one, "a year of earlier")) for one in years]
    over = [exposure] * len(years)
    if earlier_exposure is not None:
        over = list(a_row(earlier_exposure, "earlier_exposure"))
    if len(over) != len(years):
        raise TableError(
            f"There are {len(years)} earlier years of counts and {len(over)} of exposure."
        )
    if any(len(one) != len(counts) for one in years):
        raise TableError(
            f"The baseline has {len(counts)} areas and earlier years have "
            f"{sorted({len(one) for one in years})}; give the same areas for each, in one order."
        )
    # At least two pairs of years: one alone could not tell its own scatter.
    if len(years) < _LEAST_YEARS or len(years) + 1 - lag < 2:
        return None
    tables = [
        area_counts(one, people, labels)
        for one, people in zip([*years, counts], [*over, exposure], strict=True)
    ]
    known = [label for label in tables[-1].labels if all(label in one.labels for one in tables)]
    if len(known) < _LEAST_AREAS:
        return None
    places = [[one.labels.index(label) for label in known] for one in tables]
    rates = np.array(
        [
            np.log((one.counts[at] + 0.5) / one.exposure[at])
            for one, at in zip(tables, places, strict=True)
        ]
    )
    centred = rates - rates.mean(axis=1, keepdims=True)
    pairs = list(zip(centred[:-lag], centred[lag:], strict=True))
    if any(one.std() < 1e-12 or other.std() < 1e-12 for one, other in pairs):
        return None
    r = float(np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs]))
    misses = np.concatenate([other - r * one for one, other in pairs])
    top = min(_HIGHEST, max(1, len(known) // 5))
    moved = [
        float((other - one)[k])
        for one, other in pairs
        for k in np.argsort(-one, kind="stable")[:top]
    ]
    last = tables[-1]
    kept = places[-1]
    dropped = [*last.dropped, *(label for label in last.labels if label not in known)]
    table = AreaCounts(tuple(known), last.counts[kept], last.exposure[kept], tuple(dropped))
    return _EarlierYears(
        table=table,
        centred=centred[-1],
        correlation=r,
        reach=_reach(misses, level),
        highest=float(np.mean(moved)),
        cases=len(moved),
    )


def _reach(misses: _FloatArray, level: float) -> tuple[float, float]:
    """Quantiles of what was missed; with few cases those of Student's t."""
    tails = (1 - level) / 2, (1 + level) / 2
    if len(misses) >= _EMPIRICAL:
        low, high = np.quantile(misses, tails)
        return float(low), float(high)
    from scipy.stats import t

    spread = float(np.sqrt((misses**2).mean() * len(misses) / (len(misses) - 1)))
    low, high = (float(t.ppf(tail, len(misses) - 1)) * spread for tail in tails)
    return low, high
