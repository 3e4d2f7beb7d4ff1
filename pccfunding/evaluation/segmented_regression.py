"""Segmented Poisson regression, and errors of a series whose neighbours resemble each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pccfunding.errors import need_extra

FloatArray = npt.NDArray[np.float64]

# Autocorrelation r from one period to the next, and the part h of the scatter that has it.
_R = np.round(np.arange(-0.3, 0.951, 0.05), 2)
_H = np.array([0.2, 0.4, 0.6, 0.8, 1.0])
_HALVINGS = 80
# What statsmodels says where its steps leave the floats; any other ValueError is a fault.
_NO_END = ("first guess on the deviance function returned a nan", "estimation infeasible")


class NoCourseError(ArithmeticError):
    """No coefficients fit a series of counts."""


@dataclass(frozen=True)
class Averaged:
    """Student's t of each r and h, with its share of the restricted likelihood."""

    shares: FloatArray
    values: FloatArray
    errors: FloatArray
    df: float
    autocorrelation: float

    def estimate(self, index: int) -> float:
        """Mean of the coefficient over r and h."""
        return float(self.shares @ self.values[:, index])

    def below(self, index: int, value: float) -> float:
        """Averaged probability that the coefficient lies below a value."""
        from scipy.stats import t

        distance = (value - self.values[:, index]) / self.errors[:, index]
        return float(self.shares @ t.cdf(distance, self.df))

    def p_value(self, index: int) -> float:
        """Two-sided p of no change: twice the smaller averaged tail."""
        below = self.below(index, 0.0)
        return min(1.0, 2 * min(below, 1 - below))

    def quantile(self, index: int, probability: float) -> float:
        """Value with this averaged probability below it, by bisection."""
        middle = self.estimate(index)
        reach = 50 * float(self.errors[:, index].max()) + abs(middle)
        low, high = middle - reach, middle + reach
        for _ in range(_HALVINGS):
            half = (low + high) / 2
            if self.below(index, half) < probability:
                low = half
            else:
                high = half
        return (low + high) / 2


def averaged(
    response: FloatArray,
    design: FloatArray,
    mean: FloatArray,
    n_series: int,
    dispersions: FloatArray,
) -> Averaged:
    """Generalised least squares on the working response in the Pearson metric.

    V = phi [(1 - h) I + h R(r)] within each series, R(r) that of a first-order autoregression;
    the t of n - p degrees of freedom is averaged over r and h by restricted likelihood. Scatter
    below that of Poisson counts does not narrow the error.
    """
    root = np.sqrt(mean / np.repeat(dispersions, len(mean) // n_series))
    y, x = root * response, root[:, None] * design
    n, p = x.shape
    length = n // n_series
    df = float(n - p)
    both = np.column_stack([x, y]).reshape(n_series, length, p + 1)
    beside = np.ascontiguousarray(both.transpose(1, 0, 2)).reshape(length, -1)
    least = 1 / float(dispersions[0])
    found = []
    for r in _R:
        steps = beside.copy()
        steps[1:] -= r * beside[:-1]
        steps[0] *= math.sqrt(1 - r**2)
        for h in _H:
            free, log_root = _whitened(steps, float(r), float(h))
            white = free.reshape(length * n_series, p + 1)
            information = white[:, :p].T @ white[:, :p]
            inverse = np.linalg.inv(information)
            value = inverse @ (white[:, :p].T @ white[:, p])
            square = float(((white[:, p] - white[:, :p] @ value) ** 2).sum())
            likelihood = -0.5 * (
                2 * n_series * log_root
                + float(np.linalg.slogdet(information)[1])
                + df * math.log(max(square, 1e-300))
            )
            phi = max(square / df, least)
            found.append((likelihood, value, np.sqrt(phi * np.diag(inverse)), r * h))
    likelihoods = np.array([one[0] for one in found])
    shares = np.exp(likelihoods - likelihoods.max())
    shares /= shares.sum()
    return Averaged(
        shares=shares,
        values=np.array([one[1] for one in found]),
        errors=np.array([one[2] for one in found]),
        df=df,
        autocorrelation=float(shares @ np.array([one[3] for one in found])),
    )


def _whitened(steps: FloatArray, r: float, h: float) -> tuple[FloatArray, float]:
    """Make series free of (1 - h) I + h R(r), and give half the logarithm of its determinant.

    What each period adds to r times the one before it has the covariance h (1 - r^2) I, and
    independent scatter becomes tridiagonal by the same step: the work grows with the periods,
    not with their square.
    """
    from scipy.linalg import cholesky_banded, solve_banded

    start = 1 - r**2
    bands = np.empty((2, len(steps)))
    bands[0] = (1 - h) * (1 + r**2) + h * start
    bands[0, 0] = start
    bands[1] = -(1 - h) * r
    bands[1, 0] *= math.sqrt(start)
    lower = cholesky_banded(bands, lower=True, check_finite=False)
    white: FloatArray = solve_banded((1, 0), lower, steps, check_finite=False)
    return white, float(np.log(lower[0]).sum()) - math.log(start) / 2


@dataclass(frozen=True)
class SegmentedFit:
    """Coefficients with standard errors, and how the residuals scatter."""

    coefficients: FloatArray
    standard_errors: FloatArray
    trend: float
    df: float
    dispersion: float
    autocorrelation: float
    spread: Averaged | None = None

    def interval(self, index: int, level: float) -> tuple[float, float, float, float]:
        """Ratio, its ends and its two-sided p."""
        from scipy.stats import t

        if self.spread is not None:
            tail = (1 - level) / 2
            found = [
                self.spread.estimate(index),
                self.spread.quantile(index, tail),
                self.spread.quantile(index, 1 - tail),
            ]
            ratio, low, high = map(math.exp, found)
            return ratio, low, high, self.spread.p_value(index)
        value, error = float(self.coefficients[index]), float(self.standard_errors[index])
        reach = float(t.ppf((1 + level) / 2, self.df)) * error
        p_value = 2 * float(t.sf(abs(value) / error, self.df))
        return math.exp(value), math.exp(value - reach), math.exp(value + reach), p_value


def segmented_fit(
    counts: FloatArray,
    design: FloatArray,
    offset: FloatArray,
    errors: str,
    lag: int,
    time: FloatArray,
) -> SegmentedFit:
    """Fit the columns to counts of one area, or of several below each other.

    Raises
    ------
    NoCourseError
        If the counts do not vary, or one is out of all proportion.
    """
    api = need_extra("statsmodels.api", "interrupted_series", extra="evaluation")
    model = api.GLM(counts, design, family=api.families.Poisson(), offset=offset)
    quasi = _fitted(model, scale="X2")
    areas = len(counts) // len(time)
    if errors == "gls":
        return _gls_fit(quasi, counts, design, offset, areas)
    bands = []
    if errors != "hac":
        # Counts less scattered than Poisson ones do not narrow the interval.
        bands.append(quasi.bse / math.sqrt(min(1.0, quasi.scale)))
    if errors != "quasi":
        # Scores of the same month are summed over all areas, so that shared shocks count once.
        options: dict[str, object] = {"maxlags": lag, "use_correction": True}
        if areas > 1:
            month = np.tile(time - time[0], areas).astype(int)
            options |= {"time": month, "use_correction": "hac"}
        kind = "HAC" if areas == 1 else "hac-groupsum"
        robust = _fitted(model, cov_type=kind, cov_kwds=options)
        bands.append(robust.bse)
    return SegmentedFit(
        coefficients=quasi.params,
        standard_errors=np.max(bands, axis=0),
        trend=float(quasi.params[1]),
        df=float(quasi.df_resid),
        dispersion=float(quasi.scale),
        autocorrelation=_neighbours(quasi.resid_pearson[: len(time)]),
    )


def _fitted(model: Any, **how: Any) -> Any:
    try:
        return model.fit(**how)
    except ValueError as error:
        if any(words in str(error) for words in _NO_END):
            raise NoCourseError(str(error)) from error
        raise


def _gls_fit(
    quasi: Any, counts: FloatArray, design: FloatArray, offset: FloatArray, areas: int
) -> SegmentedFit:
    """Errors that allow for autocorrelation, each series with a scatter of its own."""
    mean = np.asarray(quasi.mu, dtype=float)
    residuals = (np.asarray(quasi.resid_pearson, dtype=float)).reshape(areas, -1)
    scatter = (residuals**2).sum(axis=1) / (float(quasi.df_resid) / areas)
    dispersions = np.maximum(1.0, scatter)
    response = np.log(mean) - offset + (counts - mean) / mean
    spread = averaged(response, design, mean, areas, dispersions)
    columns = range(design.shape[1])
    return SegmentedFit(
        coefficients=np.array([spread.estimate(k) for k in columns]),
        standard_errors=spread.shares @ spread.errors,
        trend=spread.estimate(1),
        df=spread.df,
        dispersion=float(scatter[0]),
        autocorrelation=_neighbours(residuals[0]),
        spread=spread,
    )


def _neighbours(residuals: FloatArray) -> float:
    return float((residuals[1:] * residuals[:-1]).sum() / max((residuals**2).sum(), 1e-300))


def segmented_design(
    time: FloatArray,
    calendar: npt.NDArray[np.int64],
    pairs: int,
    *,
    slope: bool,
    areas: int,
    season: int = 12,
) -> FloatArray:
    """Columns of the model: level, trend and season first, step (and slope change) last.

    With comparison areas the rows of the area itself come first, the season is shared, each
    comparison has a level and a trend of its own, and the last columns are what the area's step
    (and slope change) has beyond that of the comparisons.
    """
    waves = [
        wave(2 * np.pi * k * calendar / season)
        for k in range(1, pairs + 1)
        # The last sine is 0 in every period.
        for wave in ((np.cos,) if 2 * k == season else (np.sin, np.cos))
    ]
    after = (time >= 0).astype(float)
    breaks = [after, after * time] if slope else [after]
    common = [np.ones_like(time), time, *waves]
    if areas == 1:
        return np.column_stack([*common, *breaks])
    at = np.repeat(np.arange(areas), len(time))
    own = []
    for number in range(1, areas):
        beside = (at == number).astype(float)
        own += [beside, beside * np.tile(time, areas)]
    shared = [np.tile(column, areas) for column in breaks]
    beyond = [(at == 0) * column for column in shared]
    return np.column_stack([*(np.tile(column, areas) for column in common), *own, *shared, *beyond])
