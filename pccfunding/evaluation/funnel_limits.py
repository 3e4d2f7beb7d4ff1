"""Where the problem stands out: funnel limits of area rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError
from pccfunding.evaluation.area_counts import AreaCounts, area_counts
from pccfunding.evaluation.arguments import Number, optional_dispersion, some_positive, whole_number
from pccfunding.evaluation.log_ratios import quantile
from pccfunding.results import Result
from pccfunding.words import count, counted, number_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["FunnelLimits", "funnel_limits"]

_FloatArray = npt.NDArray[np.float64]

_LIMITS = (("95", 0.025), ("998", 0.001))
_TRIM, _FEW_AREAS, _SMALL = 0.1, 10, 5


@dataclass(frozen=True, kw_only=True)
class FunnelLimits(Result):
    """Area rates against the limits that counting noise alone would keep to.

    Attributes
    ----------
    centre : float or None
        Rate that all areas are held against, per `per` of exposure.
    per : int
    n : int
        Areas.
    events : int
    dispersion : float or None
        Given, or estimated from winsorised z scores.
    dispersion_estimated : bool
    above_95, below_95, above_998, below_998 : tuple of str
        Labels outside the exact Poisson limits.
    outside_widened : tuple of str
        Labels outside the 99.8% limits widened by the dispersion.
    dropped : tuple of str
        Labels without a published count or exposure.
    reason : str or None
    cautions : tuple of str
        over-dispersed, few-areas, small-expected, areas-dropped, dispersion-raised.

    Examples
    --------
    >>> result = funnel_limits([12, 30, 9], [1000, 1000, 1000], labels=["A", "B", "C"])
    >>> result.areas[["area", "low_95", "high_95", "outside"]]
      area  low_95  high_95 outside
    0    A     9.0     26.0
    1    B     9.0     26.0   above 95%
    2    C     9.0     26.0
    """

    centre: float | None
    per: int
    n: int
    events: int
    dispersion: float | None
    dispersion_estimated: bool
    above_95: tuple[str, ...]
    below_95: tuple[str, ...]
    above_998: tuple[str, ...]
    below_998: tuple[str, ...]
    outside_widened: tuple[str, ...]
    dropped: tuple[str, ...]
    reason: str | None
    _table: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)

    @property
    def areas(self) -> pd.DataFrame:
        """One row an area: count, exposure, rate, expected count and limits as counts.

        `low_95` to `high_998` are exact Poisson limits: a count outside has a tail probability of
        2.5% or 0.1% or less. The `_widened` ones are normal, with the dispersion.
        """
        import pandas as pd

        return pd.DataFrame([*self._table], columns=_COLUMNS)

    def plot(self, ax: Axes | None = None, *, marked: str | None = None) -> Axes:
        """Draw the areas against their limits; `marked` is named whatever its rate.

        Raises
        ------
        TableError
            If nothing could be held against limits.

        Examples
        --------
        >>> result = funnel_limits([12, 30, 9], [1000, 1000, 1000], labels=["A", "B", "C"])
        >>> "B" in [words.get_text() for words in result.plot(marked="B").texts]
        True
        """
        from pccfunding.plots import plot_funnel

        if self.centre is None:
            raise TableError(f"There is no funnel to draw: {self.reason}.")
        areas = self.areas
        return plot_funnel(areas.assign(marked=areas["area"] == marked), per=self.per, ax=ax)

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        del row["_table"]
        return row

    def _finding(self) -> str:
        if self.centre is None:
            return f"Not estimable: {self.reason}."
        outside = [*self.above_998, *self.below_998]
        named = f": {', '.join(outside)}" if outside else ""
        within = len(self.above_95) + len(self.below_95)
        widened = ""
        if self.dispersion is not None:
            how = "estimated" if self.dispersion_estimated else "given"
            widened = (
                f"; with dispersion {number_text(self.dispersion)} ({how}) "
                f"{len(self.outside_widened)} outside the widened 99.8% limits"
            )
        return (
            f"Of {self.n} areas with {counted(self.events, 'event')}, held against "
            f"{number_text(self.centre)} per {count(self.per)}, {within} lie outside the exact "
            f"Poisson 95% limits and {len(outside)} outside the 99.8% limits{named}{widened}."
        )


_COLUMNS = ["area", "count", "exposure", "rate", "expected", "z", "low_95", "high_95", "low_998"]
_COLUMNS += ["high_998", "low_95_widened", "high_95_widened", "low_998_widened"]
_COLUMNS += ["high_998_widened", "outside"]


def funnel_limits(
    counts: Sequence[Number | None],
    exposure: Sequence[Number | None],
    *,
    labels: Sequence[object] | None = None,
    centre: Number | None = None,
    per: int = 1000,
    dispersion: Number | None = None,
) -> FunnelLimits:
    """Hold area counts against exact Poisson limits around one rate.

    Parameters
    ----------
    counts : sequence of int
        Events of each area; None where not published.
    exposure : sequence of float
        Population of each area.
    labels : sequence of str, optional
    centre : float, optional
        Rate per `per`; by default that of all areas together.
    per : int, default 1000
    dispersion : float or Dispersion, optional
        Widens the second set of limits. Without it, it is estimated: the sum of squared z scores,
        the outer tenth at each end drawn in, over n - 1 (over n for a given centre).

    Returns
    -------
    FunnelLimits

    Raises
    ------
    TableError
        If the sequences differ in length or hold what is no count or population.

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics
    in Medicine 24, 1185-1202: limits, and over-dispersion taken as shown where the factor exceeds
    1 + 2 sqrt(2 / n).

    Examples
    --------
    >>> result = funnel_limits([12, 30, 9], [1000, 1000, 1000], labels=["A", "B", "C"])
    >>> result.centre, result.above_95, result.above_998
    (17.0, ('B',), ())
    """
    thousand = whole_number(per, "per", least=1)
    table = area_counts(counts, exposure, labels)
    given, cautions = optional_dispersion(dispersion)
    rate = None if centre is None else some_positive(centre, "centre") / thousand
    if table.n < 2 or (rate is None and not table.counts.sum()):
        return _refused(table, thousand, given)
    rate = rate or float(table.counts.sum() / table.exposure.sum())
    expected = rate * table.exposure
    z = (table.counts - expected) / np.sqrt(expected)
    phi = given or max(1.0, _winsorised(z, table.n - (centre is None)))
    limits = _limits(expected, phi)
    outside = _outside(table.counts, limits)
    rows = zip(
        table.labels,
        table.counts.astype(int).tolist(),
        table.exposure.tolist(),
        (table.counts / table.exposure * thousand).tolist(),
        expected.tolist(),
        z.tolist(),
        *(column.tolist() for column in limits.values()),
        outside,
        strict=True,
    )
    codes = []
    if phi > 1 + 2 * np.sqrt(2 / table.n):
        codes.append("over-dispersed")
    if table.n < _FEW_AREAS:
        codes.append("few-areas")
    if expected.min() < _SMALL:
        codes.append("small-expected")
    if table.dropped:
        codes.append("areas-dropped")
    far = (table.counts < limits["low_998_widened"]) | (table.counts > limits["high_998_widened"])
    return FunnelLimits(
        centre=rate * thousand,
        per=thousand,
        n=table.n,
        events=int(table.counts.sum()),
        dispersion=phi,
        dispersion_estimated=given is None,
        above_95=table.named(table.counts > limits["high_95"]),
        below_95=table.named(table.counts < limits["low_95"]),
        above_998=table.named(table.counts > limits["high_998"]),
        below_998=table.named(table.counts < limits["low_998"]),
        outside_widened=table.named(far),
        dropped=table.dropped,
        reason=None,
        cautions=(*codes, *cautions),
        _table=tuple(rows),
    )


def _limits(expected: _FloatArray, phi: float) -> dict[str, _FloatArray]:
    from scipy.stats import poisson

    limits = {}
    for name, tail in _LIMITS:
        limits[f"low_{name}"] = np.asarray(poisson.ppf(tail, expected), dtype=float)
        limits[f"high_{name}"] = np.asarray(poisson.isf(tail, expected), dtype=float)
    for name, tail in _LIMITS:
        reach = quantile(1 - tail) * np.sqrt(phi * expected)
        limits[f"low_{name}_widened"] = np.maximum(0.0, expected - reach)
        limits[f"high_{name}_widened"] = expected + reach
    return limits


def _outside(counts: _FloatArray, limits: dict[str, _FloatArray]) -> list[str]:
    words = []
    for k, number in enumerate(counts):
        word = ""
        for name, level in (("95", "95%"), ("998", "99.8%")):
            if number > limits[f"high_{name}"][k]:
                word = f"above {level}"
            elif number < limits[f"low_{name}"][k]:
                word = f"below {level}"
        words.append(word)
    return words


def _winsorised(z: _FloatArray, df: int) -> float:
    """Mean square of z scores once the outer tenth at each end is drawn in to the rest."""
    ordered, cut = np.sort(z), int(_TRIM * len(z))
    drawn = np.clip(z, ordered[cut], ordered[len(z) - 1 - cut])
    return float((drawn**2).sum() / df)


def _refused(table: AreaCounts, per: int, phi: float | None) -> FunnelLimits:
    none: tuple[str, ...] = ()
    reason = "nothing was counted" if table.n >= 2 else f"{table.n} areas; at least 2 are needed"
    return FunnelLimits(
        centre=None,
        per=per,
        n=table.n,
        events=int(table.counts.sum()),
        dispersion=phi,
        dispersion_estimated=False,
        above_95=none,
        below_95=none,
        above_998=none,
        below_998=none,
        outside_widened=none,
        dropped=table.dropped,
        reason=reason,
        cautions=("areas-dropped",) if table.dropped else (),
    )
