"""Where the problem stands out: funnel limits of area rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError
from pccfunding.evaluation._areas import AreaCounts, area_counts
from pccfunding.evaluation._checks import Number, optional_dispersion, some_positive, whole_number
from pccfunding.evaluation._face import Result
from pccfunding.evaluation._spread import LIMITS, Spread, limits, spread_of
from pccfunding.evaluation._words import number_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["FunnelLimits", "funnel_limits"]

_FloatArray = npt.NDArray[np.float64]

_FEW_AREAS, _SMALL, _SIZES = 10, 5, 80


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
        Variance over mean: given, or estimated; of the area in the middle where areas differ
        between themselves.
    dispersion_estimated : bool
    between_sd : float or None
        Standard deviation of true rates between areas, relative to the centre, where that
        describes the areas better than noise that is so many times wider; else None.
    above_95, below_95, above_998, below_998 : tuple of str
        Labels outside the exact Poisson limits.
    outside_widened : tuple of str
        Labels outside the 99.8% limits widened by the spread between areas.
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
    between_sd: float | None
    above_95: tuple[str, ...]
    below_95: tuple[str, ...]
    above_998: tuple[str, ...]
    below_998: tuple[str, ...]
    outside_widened: tuple[str, ...]
    dropped: tuple[str, ...]
    reason: str | None
    _table: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)
    _spread: tuple[float, float, int | None] = field(default=(1.0, 0.0, None), repr=False)

    @property
    def areas(self) -> pd.DataFrame:
        """One row an area: count, exposure, rate, expected count and limits as counts.

        `low_95` to `high_998` are exact Poisson limits: a count outside has a tail probability of
        2.5% or 0.1% or less. The `_widened` ones are those of a negative-binomial law with the
        variance of the areas, which is multiplied by (t / z)^2 where it was estimated.
        """
        import pandas as pd

        return pd.DataFrame([*self._table], columns=_COLUMNS)

    @property
    def lines(self) -> pd.DataFrame:
        """The limits over 80 sizes from the smallest area to the largest, as counts."""
        import pandas as pd

        columns = ["exposure", "expected", *_LIMIT_COLUMNS]
        if self.centre is None:
            return pd.DataFrame(columns=columns)
        sizes = self.areas["exposure"].to_numpy(dtype=float)
        grid = np.geomspace(sizes.min(), sizes.max(), _SIZES)
        expected = self.centre / self.per * grid
        return pd.DataFrame(
            {"exposure": grid, "expected": expected, **limits(expected, Spread(*self._spread))}
        )

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
        marks = areas.assign(marked=areas["area"] == marked)
        return plot_funnel(marks, per=self.per, lines=self.lines, ax=ax)

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        del row["_table"], row["_spread"]
        return row

    def _wider(self) -> str:
        if self.between_sd is not None:
            return f"with true rates {number_text(100 * self.between_sd)}% apart"
        return f"with dispersion {number_text(self.dispersion or 1.0)}"

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
                f"; {self._wider()} ({how}) "
                f"{len(self.outside_widened)} outside the widened 99.8% limits"
            )
        return (
            f"Of {self.n} areas with {self.events:,} events, held against "
            f"{number_text(self.centre)} per {self.per:,}, {within} lie outside the exact Poisson "
            f"95% limits and {len(outside)} outside the 99.8% limits{named}{widened}."
        )


_LIMIT_COLUMNS = [f"{side}_{name}" for name, _ in LIMITS for side in ("low", "high")]
_LIMIT_COLUMNS += [f"{column}_widened" for column in _LIMIT_COLUMNS]
_COLUMNS = ["area", "count", "exposure", "rate", "expected", "z", *_LIMIT_COLUMNS, "outside"]


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
        Widens the second set of limits. Without it the spread is estimated (see Notes).

    Returns
    -------
    FunnelLimits

    Raises
    ------
    TableError
        If the sequences differ in length or hold what is no count or population.

    Notes
    -----
    Two kinds of spread are fitted by restricted likelihood: variance phi times the mean, and true
    rates that differ between areas. The likelier is estimated again from z scores with the outer
    tenth at each end drawn in, over what such a sum is for normal z (.704 a score at 43 areas).

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
    spread = Spread(phi=given or 1.0)
    if given is None:
        spread = spread_of(table.counts, table.exposure, rate, rate_given=centre is not None)
    phi = spread.over_noise(expected)
    lines = limits(expected, spread)
    outside = _outside(table.counts, lines)
    rows = zip(
        table.labels,
        table.counts.astype(int).tolist(),
        table.exposure.tolist(),
        (table.counts / table.exposure * thousand).tolist(),
        expected.tolist(),
        z.tolist(),
        *(lines[column].tolist() for column in _LIMIT_COLUMNS),
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
    far = (table.counts < lines["low_998_widened"]) | (table.counts > lines["high_998_widened"])
    return FunnelLimits(
        centre=rate * thousand,
        per=thousand,
        n=table.n,
        events=int(table.counts.sum()),
        dispersion=phi,
        dispersion_estimated=given is None,
        between_sd=spread.tau or None,
        above_95=table.named(table.counts > lines["high_95"]),
        below_95=table.named(table.counts < lines["low_95"]),
        above_998=table.named(table.counts > lines["high_998"]),
        below_998=table.named(table.counts < lines["low_998"]),
        outside_widened=table.named(far),
        dropped=table.dropped,
        reason=None,
        cautions=(*codes, *cautions),
        _table=tuple(rows),
        _spread=(spread.phi, spread.tau, spread.df),
    )


def _outside(counts: _FloatArray, limits: dict[str, _FloatArray]) -> list[str]:
    words = []
    for k, count in enumerate(counts):
        word = ""
        for name, level in (("95", "95%"), ("998", "99.8%")):
            if count > limits[f"high_{name}"][k]:
                word = f"above {level}"
            elif count < limits[f"low_{name}"][k]:
                word = f"below {level}"
        words.append(word)
    return words


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
        between_sd=None,
        above_95=none,
        below_95=none,
        above_998=none,
        below_998=none,
        outside_widened=none,
        dropped=table.dropped,
        reason=reason,
        cautions=("areas-dropped",) if table.dropped else (),
    )
