"""Segmented Poisson regression: its columns, its fit and its standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pccfunding.evaluation._extras import statsmodels_api

__all__ = ["YEAR", "FloatArray", "SegmentedFit", "segmented_design", "segmented_fit"]

FloatArray = npt.NDArray[np.float64]
YEAR = 12


@dataclass(frozen=True)
class SegmentedFit:
    """Coefficients with standard errors, and how the residuals scatter."""

    coefficients: FloatArray
    standard_errors: FloatArray
    trend: float
    df: float
    dispersion: float
    autocorrelation: float

    def interval(self, index: int, level: float) -> tuple[float, float, float, float]:
        """Ratio, its ends and its two-sided p."""
        from scipy.stats import t

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
    """Fit the columns to counts of one area, or of two below each other."""
    api = statsmodels_api("interrupted_series")
    model = api.GLM(counts, design, family=api.families.Poisson(), offset=offset)
    quasi = model.fit(scale="X2")
    bands = []
    if errors != "hac":
        # Counts less scattered than Poisson ones do not narrow the interval.
        bands.append(quasi.bse / math.sqrt(min(1.0, quasi.scale)))
    if errors != "quasi":
        areas = len(counts) // len(time)
        # Scores of the same month are summed over both areas, so that shared shocks count once.
        options: dict[str, object] = {"maxlags": lag, "use_correction": True}
        if areas > 1:
            month = np.tile(time - time[0], areas).astype(int)
            options |= {"time": month, "use_correction": "hac"}
        kind = "HAC" if areas == 1 else "hac-groupsum"
        robust = model.fit(cov_type=kind, cov_kwds=options)
        bands.append(robust.bse)
    residuals = quasi.resid_pearson[: len(time)]
    return SegmentedFit(
        coefficients=quasi.params,
        standard_errors=np.max(bands, axis=0),
        trend=float(quasi.params[1]),
        df=float(quasi.df_resid),
        dispersion=float(quasi.scale),
        autocorrelation=float((residuals[1:] * residuals[:-1]).sum() / (residuals**2).sum()),
    )


def segmented_design(
    time: FloatArray, calendar: npt.NDArray[np.int64], pairs: int, *, slope: bool, areas: int
) -> FloatArray:
    """Columns of the model: level, trend and season first, step (and slope change) last.

    With a comparison area the rows of the area itself come first, the season is shared, the
    comparison has a level and a trend of its own, and the last columns are what the area's step
    (and slope change) has beyond that of the comparison.
    """
    season = [
        wave(2 * np.pi * k * calendar / YEAR)
        for k in range(1, pairs + 1)
        # The sixth sine is 0 in every month.
        for wave in ((np.cos,) if 2 * k == YEAR else (np.sin, np.cos))
    ]
    after = (time >= 0).astype(float)
    breaks = [after, after * time] if slope else [after]
    common = [np.ones_like(time), time, *season]
    if areas == 1:
        return np.column_stack([*common, *breaks])
    here = np.repeat([1.0, 0.0], len(time))
    own = [1 - here, (1 - here) * np.tile(time, 2)]
    shared = [np.tile(column, 2) for column in breaks]
    beyond = [here * column for column in shared]
    return np.column_stack([*(np.tile(column, 2) for column in common), *own, *shared, *beyond])
