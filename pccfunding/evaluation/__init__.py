"""The ladder above correlation: rates, comparisons, series, need, detection and levels."""

from __future__ import annotations

from pccfunding.errors import MissingExtraError
from pccfunding.evaluation._cautions import CAUTIONS
from pccfunding.evaluation._face import Result
from pccfunding.evaluation.breaking_point import Breakdown
from pccfunding.evaluation.comparison import RatioOfRateRatios, ratio_of_rate_ratios
from pccfunding.evaluation.counterfactual import SyntheticControl, synthetic_control
from pccfunding.evaluation.counting import PoissonInterval, poisson_interval
from pccfunding.evaluation.coupling import baseline_coupling, shared_denominator_correlation
from pccfunding.evaluation.detect import (
    MinimalDetectable,
    MinimalDetectableCorrelation,
    baseline_needed,
    minimal_detectable,
    minimal_detectable_correlation,
)
from pccfunding.evaluation.dispersion import Dispersion, dispersion_from_months
from pccfunding.evaluation.displacement import WeightedDisplacementDifference, wdd
from pccfunding.evaluation.economics import BreakEven, break_even
from pccfunding.evaluation.harm_change import HarmChange, harm_change
from pccfunding.evaluation.harm_wdd import HarmDisplacementDifference, harm_wdd
from pccfunding.evaluation.levels import EvidenceLevel, evidence_level
from pccfunding.evaluation.need import FunnelLimits, funnel_limits
from pccfunding.evaluation.panel_change import PanelChange, panel_change
from pccfunding.evaluation.proportions import Proportion, counts_compatible, proportion_interval
from pccfunding.evaluation.published import PublishedChange, published_change
from pccfunding.evaluation.quotient import WeightedDisplacementQuotient, wdq
from pccfunding.evaluation.rates import RateRatio, rate_ratio
from pccfunding.evaluation.regression import RegressionToTheMean, regression_to_the_mean
from pccfunding.evaluation.reliability import CochranQ, cochran_q
from pccfunding.evaluation.series import InterruptedSeries, interrupted_series
from pccfunding.evaluation.uncertainty import (
    CorrelationInterval,
    bca_interval,
    bonett_wright,
    fisher_z_interval,
)

__all__ = [
    "CAUTIONS",
    "BreakEven",
    "Breakdown",
    "CochranQ",
    "CorrelationInterval",
    "Dispersion",
    "EvidenceLevel",
    "FunnelLimits",
    "HarmChange",
    "HarmDisplacementDifference",
    "InterruptedSeries",
    "MinimalDetectable",
    "MinimalDetectableCorrelation",
    "MissingExtraError",
    "PanelChange",
    "PoissonInterval",
    "Proportion",
    "PublishedChange",
    "RateRatio",
    "RatioOfRateRatios",
    "RegressionToTheMean",
    "Result",
    "SyntheticControl",
    "WeightedDisplacementDifference",
    "WeightedDisplacementQuotient",
    "baseline_coupling",
    "baseline_needed",
    "bca_interval",
    "bonett_wright",
    "break_even",
    "cochran_q",
    "counts_compatible",
    "dispersion_from_months",
    "evidence_level",
    "fisher_z_interval",
    "funnel_limits",
    "harm_change",
    "harm_wdd",
    "interrupted_series",
    "minimal_detectable",
    "minimal_detectable_correlation",
    "panel_change",
    "poisson_interval",
    "proportion_interval",
    "published_change",
    "rate_ratio",
    "ratio_of_rate_ratios",
    "regression_to_the_mean",
    "shared_denominator_correlation",
    "synthetic_control",
    "wdd",
    "wdq",
]
