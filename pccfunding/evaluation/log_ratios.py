"""Normal quantiles, two-sided p values and Wald intervals on the log scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


# What is shown where no monthly counts tell the dispersion.
DISPERSIONS = (1.0, 2.0, 4.0)
_NORMAL = NormalDist()


def quantile(probability: float) -> float:
    """Give the standard normal quantile."""
    return _NORMAL.inv_cdf(probability)


def two_sided_p(z: float) -> float:
    """Give the two-sided p of a standard normal statistic."""
    return math.erfc(abs(z) / math.sqrt(2))


def change_pct(ratio: float | None) -> float | None:
    """Write a ratio as a percentage change; negative where it is below 1."""
    return None if ratio is None else 100 * (ratio - 1)


@dataclass(frozen=True)
class LogRatio:
    """A ratio with a normal interval on the log scale."""

    log_ratio: float
    variance: float
    confidence_level: float

    @property
    def se(self) -> float:
        """Standard error of the logarithm."""
        return math.sqrt(self.variance)

    @property
    def ratio(self) -> float:
        """The ratio itself."""
        return math.exp(self.log_ratio)

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return math.exp(self.log_ratio - self._reach)

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return math.exp(self.log_ratio + self._reach)

    @property
    def p_value(self) -> float:
        """Two-sided p of no change."""
        return two_sided_p(self.log_ratio / self.se)

    @property
    def _reach(self) -> float:
        return quantile((1 + self.confidence_level) / 2) * self.se


def at_dispersions(
    log_ratio: float, unit_variance: float, level: float
) -> list[tuple[float, LogRatio]]:
    """Give the ratio with its interval at dispersion 1, 2 and 4."""
    return [(phi, LogRatio(log_ratio, phi * unit_variance, level)) for phi in DISPERSIONS]


def dispersion_table(
    log_ratio: float | None, unit_variance: float | None, confidence_level: float
) -> pd.DataFrame:
    """Give interval and p at dispersion 1, 2 and 4; without rows where there is no logarithm."""
    import pandas as pd

    columns = ["dispersion", "low", "high", "change_low_pct", "change_high_pct", "p_value"]
    if log_ratio is None or unit_variance is None:
        return pd.DataFrame(columns=columns)
    return pd.DataFrame(
        [
            (phi, one.low, one.high, change_pct(one.low), change_pct(one.high), one.p_value)
            for phi, one in at_dispersions(log_ratio, unit_variance, confidence_level)
        ],
        columns=columns,
    )


def dispersions_disagree(
    log_ratio: float, unit_variance: float, confidence_level: float, *, also: float | None = None
) -> bool:
    """Whether p falls on both sides of 1 - level over the dispersions (and one more p)."""
    readings = at_dispersions(log_ratio, unit_variance, confidence_level)
    p_values = [one.p_value for _, one in readings] + ([] if also is None else [also])
    return len({p < 1 - confidence_level for p in p_values}) > 1
