"""The ladder above correlation: rates, comparisons, series, need, detection and levels."""

from __future__ import annotations

from pccfunding import results
from pccfunding.errors import MissingExtraError
from pccfunding.evaluation.break_even import BreakEven, break_even
from pccfunding.evaluation.breakdown import Breakdown
from pccfunding.evaluation.cochran_q import CochranQ, cochran_q
from pccfunding.evaluation.correlation_intervals import (
    CorrelationInterval,
    bca_interval,
    bonett_wright,
    fisher_z_interval,
)
from pccfunding.evaluation.coupling import baseline_coupling, shared_denominator_correlation
from pccfunding.evaluation.detection import (
    MinimalDetectable,
    MinimalDetectableCorrelation,
    baseline_needed,
    minimal_detectable,
    minimal_detectable_correlation,
)
from pccfunding.evaluation.dispersion_from_months import Dispersion, dispersion_from_months
from pccfunding.evaluation.evidence_level import EvidenceLevel, evidence_level
from pccfunding.evaluation.funnel_limits import FunnelLimits, funnel_limits
from pccfunding.evaluation.harm_change import HarmChange, harm_change
from pccfunding.evaluation.harm_wdd import HarmDisplacementDifference, harm_wdd
from pccfunding.evaluation.interrupted_series import InterruptedSeries, interrupted_series
from pccfunding.evaluation.panel_change import PanelChange, panel_change
from pccfunding.evaluation.poisson_interval import PoissonInterval, poisson_interval
from pccfunding.evaluation.proportions import Proportion, counts_compatible, proportion_interval
from pccfunding.evaluation.published_change import PublishedChange, published_change
from pccfunding.evaluation.rate_ratio import RateRatio, rate_ratio
from pccfunding.evaluation.ratio_of_rate_ratios import RatioOfRateRatios, ratio_of_rate_ratios
from pccfunding.evaluation.regression_to_the_mean import RegressionToTheMean, regression_to_the_mean
from pccfunding.evaluation.synthetic_control import SyntheticControl, synthetic_control
from pccfunding.evaluation.wdd import WeightedDisplacementDifference, wdd
from pccfunding.evaluation.wdq import WeightedDisplacementQuotient, wdq
from pccfunding.results import Report, Result

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
    "Report",
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

CAUTIONS = results.CAUTIONS["evaluation"]
