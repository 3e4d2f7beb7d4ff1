"""Where the problem stands out: funnel limits of area rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError
from pccfunding.evaluation.area_counts import AreaCounts, area_counts
from pccfunding.evaluation.arguments import Number, optional_dispersion, some_positive, whole_number
from pccfunding.evaluation.log_ratios import quantile
from pccfunding.results import Estimate, Result
from pccfunding.words import count, counted, dispersion_text, number_text, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from pccfunding.plots import PlotOptions

__all__ = ["FunnelLimits", "funnel_limits"]

_FloatArray = npt.NDArray[np.float64]

_FEW_AREAS, _SMALL, _SIZES = 10, 5, 80
# Events expected of an area; above, scipy gives no Poisson limits, or ends the program.
_MOST = 10**9
_LIMITS = (("95", 0.025), ("998", 0.001))
_TRIM, _POINTS, _HALVINGS, _TOLD = 0.1, 4_000, 100, 1e-3


@dataclass(frozen=True)
class _Spread:
    """Variance of a count with mean E: phi E, or E + (tau E)^2; never below E."""

    phi: float = 1.0
    tau: float = 0.0
    # Areas behind the estimate; None where it was given.
    df: int | None = None

    def variance(self, expected: _FloatArray) -> _FloatArray:
        """Variance at each mean."""
        found: _FloatArray = self.phi * expected + (self.tau * expected) ** 2
        return found

    def over_noise(self, expected: _FloatArray) -> float:
        """Variance over mean of the area in the middle."""
        return float(np.median(self.variance(expected) / expected))


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
        Labels that lack a count or exposure.
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
            {"exposure": grid, "expected": expected, **_limits(expected, _Spread(*self._spread))}
        )

    def _estimates(self) -> list[Estimate]:
        if self.centre is None:
            return [Estimate("rates", None, n=self.n, method=str(self.reason))]
        rows = self.areas
        how = f"rate per {count(self.per)}, within limits by counting noise at 95%"
        return [
            Estimate(str(area), rate, n=int(events), method=f"{outside or how}")
            for area, rate, events, outside in zip(
                rows["area"], rows["rate"], rows["count"], rows["outside"], strict=True
            )
        ]

    def plot(
        self, ax: Axes | None = None, *, marked: str | None = None, **how: Unpack[PlotOptions]
    ) -> Axes:
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
        return plot_funnel(marks, per=self.per, lines=self.lines, ax=ax, **how)

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        del row["_table"], row["_spread"]
        return row

    def _wider(self) -> str:
        if self.between_sd is not None:
            apart = percent(100 * self.between_sd, sign=False)
            return f"with true rates {apart} apart"
        return f"with {dispersion_text(self.dispersion or 1.0)}"

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
                f"; {self._wider()} ({how}), "
                f"{_lie(len(self.outside_widened))} outside the widened 99.8% limits"
            )
        return (
            f"Of {self.n} areas with {counted(self.events, 'event')}, held against "
            f"{number_text(self.centre)} per {count(self.per)}, {_lie(within)} outside the exact "
            f"Poisson 95% limits and {len(outside)} outside the 99.8% limits{named}{widened}."
        )


def _lie(number: int) -> str:
    return f"{count(number)} {'lies' if number == 1 else 'lie'}"


_LIMIT_COLUMNS = [f"{side}_{name}" for name, _ in _LIMITS for side in ("low", "high")]
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
        Events of each area; None where not held.
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
        If the sequences differ in length or hold what is no count or population, or more than a
        thousand million events are expected of an area.

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
    if expected.max() > _MOST:
        most = table.labels[int(expected.argmax())]
        said = "counts and exposure" if centre is None else f"centre {centre!r}"
        raise TableError(
            f"By {said}, {most} would count more than a thousand million, beyond which there are "
            f"no limits. Check the counts, the exposures, and per ({count(thousand)})."
        )
    z = (table.counts - expected) / np.sqrt(expected)
    spread = _Spread(phi=given or 1.0)
    if given is None:
        spread = _spread_of(table.counts, table.exposure, rate, rate_given=centre is not None)
    phi = spread.over_noise(expected)
    lines = _limits(expected, spread)
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
    for k, number in enumerate(counts):
        word = ""
        for name, level in (("95", "95%"), ("998", "99.8%")):
            if number > limits[f"high_{name}"][k]:
                word = f"above {level}"
            elif number < limits[f"low_{name}"][k]:
                word = f"below {level}"
        words.append(word)
    return words


def _refused(table: AreaCounts, per: int, phi: float | None) -> FunnelLimits:
    none: tuple[str, ...] = ()
    reason = (
        "nothing was counted"
        if table.n >= 2
        else f"{counted(table.n, 'area')}; at least 2 are needed"
    )
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


def _limits(expected: _FloatArray, spread: _Spread) -> dict[str, _FloatArray]:
    """Exact Poisson limits as counts, and negative-binomial ones with the spread's variance.

    Where the spread was estimated its variance is multiplied by (t / z)^2.
    """
    from scipy.stats import nbinom, poisson, t

    found = {}
    for name, tail in _LIMITS:
        found[f"low_{name}"] = np.asarray(poisson.ppf(tail, expected), dtype=float)
        found[f"high_{name}"] = np.asarray(poisson.isf(tail, expected), dtype=float)
    for name, tail in _LIMITS:
        wider = 1.0
        if spread.df is not None:
            wider = (float(t.isf(tail, spread.df)) / quantile(1 - tail)) ** 2
        beyond = np.maximum(wider * spread.variance(expected) - expected, 0.0)
        # With next to nothing beyond the mean the negative binomial is the Poisson law.
        noise = beyond < 1e-6 * expected
        mean = expected[~noise]
        size = mean**2 / beyond[~noise]
        for side, of_nbinom in (("low", nbinom.ppf), ("high", nbinom.isf)):
            widened = found[f"{side}_{name}_widened"] = found[f"{side}_{name}"].copy()
            widened[~noise] = of_nbinom(tail, size, size / (size + mean))
    return found


def _spread_of(
    counts: _FloatArray, exposure: _FloatArray, rate: float, *, rate_given: bool
) -> _Spread:
    """Fit both kinds of spread by restricted likelihood, take the likelier, then estimate it again.

    The second estimate is that at which the mean square of z, the outer tenth at each end drawn
    in, is what it is for normal z: so that an area that stands out does not widen its own limits.
    """
    n = len(counts)
    df = n if rate_given else n - 1
    expected = rate * exposure
    scale = float(((counts - expected) ** 2 / expected).sum()) / df
    kinds: tuple[Callable[[float], _Spread], ...] = (
        lambda value: _Spread(phi=max(1.0, value), df=n - 1),
        lambda value: _Spread(tau=float(np.sqrt(value)), df=n - 1),
    )
    highest = (10 * max(scale, 1.0) + 10, 10 * max(scale, 1.0) / float(np.median(expected)) + 1)
    noise, apart = (
        _restricted(counts, exposure, rate, kinds[k], highest[k], rate_given) for k in range(2)
    )
    # Areas of one size cannot tell the two apart; wider noise is then the simpler word for it.
    best = int(apart > noise + _TOLD)
    wanted = _winsorised_share(n) * df

    def square(value: float) -> float:
        z = (counts - expected) / np.sqrt(kinds[best](value).variance(expected))
        return float((_drawn_in(z) ** 2).sum())

    low, high = (1.0, highest[0]) if best == 0 else (0.0, highest[1])
    if square(low) <= wanted:
        return kinds[0](1.0)
    while square(high) > wanted:
        high *= 4
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if square(middle) > wanted:
            low = middle
        else:
            high = middle
    return kinds[best]((low + high) / 2)


def _restricted(
    counts: _FloatArray,
    exposure: _FloatArray,
    rate: float,
    kind: Callable[[float], _Spread],
    highest: float,
    rate_given: bool,
) -> float:
    """Largest restricted likelihood of a kind of spread."""
    from scipy.optimize import minimize_scalar

    def lost(logarithm: float) -> float:
        variance = kind(float(np.exp(logarithm))).variance(rate * exposure)
        information = float((exposure**2 / variance).sum())
        own = rate if rate_given else float((exposure * counts / variance).sum()) / information
        square = float(((counts - own * exposure) ** 2 / variance).sum())
        known = 0.0 if rate_given else float(np.log(information))
        return float(np.log(variance).sum()) + known + square

    found = minimize_scalar(lost, bounds=(-16.0, float(np.log(highest))), method="bounded")
    return -min(float(found.fun), lost(-16.0))


def _drawn_in(z: _FloatArray) -> _FloatArray:
    ordered, cut = np.sort(z), int(_TRIM * len(z))
    drawn: _FloatArray = np.clip(z, ordered[cut], ordered[len(z) - 1 - cut])
    return drawn


@lru_cache(maxsize=256)
def _winsorised_share(n: int) -> float:
    """Mean square of n normal z once the outer tenth at each end is drawn in.

    Examples
    --------
    >>> round(_winsorised_share(43), 3), _winsorised_share(9)
    (0.704, 1.0)
    """
    from scipy.stats import beta, norm

    cut = int(_TRIM * n)
    if not cut:
        return 1.0
    chances = (np.arange(_POINTS) + 0.5) / _POINTS
    total = 0.0
    for k in range(cut + 1, n - cut + 1):
        times = 1 + cut * ((k == cut + 1) + (k == n - cut))
        square = norm.ppf(beta.ppf(chances, k, n + 1 - k)) ** 2
        total += times * float(square.mean())
    return total / n
