"""Segmented Poisson regression: its columns, its fit and its standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pccfunding.evaluation._autocorrelated import Averaged, averaged
from pccfunding.evaluation._extras import statsmodels_api

__all__ = ["FloatArray", "SegmentedFit", "segmented_design", "segmented_fit"]

FloatArray = npt.NDArray[np.float64]


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
    """Fit the columns to counts of one area, or of several below each other."""
    api = statsmodels_api("interrupted_series")
    model = api.GLM(counts, design, family=api.families.Poisson(), offset=offset)
    quasi = model.fit(scale="X2")
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
        robust = model.fit(cov_type=kind, cov_kwds=options)
        bands.append(robust.bse)
    return SegmentedFit(
        coefficients=quasi.params,
        standard_errors=np.max(bands, axis=0),
        trend=float(quasi.params[1]),
        df=float(quasi.df_resid),
        dispersion=float(quasi.scale),
        autocorrelation=_neighbours(quasi.resid_pearson[: len(time)]),
    )


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
