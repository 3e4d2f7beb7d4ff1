"""Every number of an association, before words and pictures are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from pccfunding.association.confounding import BaselineCheck, DenominatorNull
from pccfunding.association.influence import Influence, PearsonCheck
from pccfunding.association.noise_test import Gate
from pccfunding.association.ranges import FigureRange, MeasurementInterval
from pccfunding.association.reordering import Likeness, Reordered
from pccfunding.evaluation import CorrelationInterval, MinimalDetectableCorrelation
from pccfunding.permutation import NullDistribution, PermutationTest
from pccfunding.permutation.null_distribution import Method
from pccfunding.permutation.scores import Rule
from pccfunding.results import Face

__all__ = ["AssociationRecord"]


@dataclass(frozen=True, eq=False, kw_only=True)
class AssociationRecord(Face):
    """The fields of an :class:`Association`, which says what each of them is."""

    verdict: str
    reason: str | None
    detail: str | None
    estimand: str
    n: int
    unit: str
    spend_stream: str | None
    spend_window: str | None
    spend_status: str | None
    spend_prices: str | None
    spend_measured: str | None
    spend_allocation: str | None
    baseline_window: str | None
    follow_up_window: str | None
    outcome: str | None
    base_count: int | None
    method: Method
    two_sided: Rule
    test: PermutationTest | None = None
    interval: CorrelationInterval | None = None
    confidence_level: float
    measurement: MeasurementInterval | None = None
    figure_range: FigureRange | None = None
    kendall: PermutationTest | None = None
    pearson: PearsonCheck | None = None
    influence: Influence | None = None
    gate: Gate | None = None
    baseline: BaselineCheck | None = None
    denominator: DenominatorNull | None = None
    strata: pd.DataFrame | None = None
    within: Reordered | None = None
    likeness: Likeness | None = None
    detectable: MinimalDetectableCorrelation | None = None
    family_size: int = 1
    adjusted_p: float | None = None
    adjusted_min_p: float | None = None
    adjusted_by: str | None = None
    maryland_level: int = 0
    areas: pd.DataFrame
    dropped: pd.DataFrame
    left_out: tuple[str, ...] = ()
    with_left_out: PermutationTest | None = None
    null: NullDistribution | None = None
    seed: int
    cautions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    _terms = (
        (
            "spend and outcome",
            "estimate",
            "interval.low",
            "interval.high",
            "p_value",
        ),
    )

    @property
    def estimate(self) -> float | None:
        """The coefficient."""
        return None if self.test is None else self.test.statistic

    @property
    def p_value(self) -> float | None:
        """Its exact or Monte Carlo p before the family, within strata where they are given."""
        known = self.test if self.within is None else self.within
        return None if known is None else known.p_value

    @property
    def min_p(self) -> float | None:
        """The smallest p that these areas, ties and strata allow."""
        known = self.test if self.within is None else self.within
        return None if known is None else known.min_p

    @property
    def attainable(self) -> tuple[float, ...]:
        """The only p values that could have come out; empty where orders were drawn."""
        return () if self.test is None or self.within is not None else self.test.attainable

    @property
    def leave_one_out(self) -> pd.DataFrame:
        """The coefficient and its p without each area; no rows where nothing was estimated."""
        return pd.DataFrame() if self.influence is None else self.influence.frame

    @property
    def frame(self) -> pd.DataFrame:
        """The result as one row at full precision; codes are joined by '; '."""
        row: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "verdict", "reason", "n", "unit", "outcome", "spend_window", "baseline_window",
                "follow_up_window", "base_count", "method", "estimate", "p_value", "min_p",
                "two_sided",
            )
        }  # fmt: skip
        row["exact"] = None if self.test is None else self.test.exact
        parts: list[tuple[str, Any, tuple[str, ...]]] = [
            ("interval", self.interval, ("low", "high", "method")),
            ("measurement", self.measurement, ("low", "high")),
            ("figure_range", self.figure_range, ("low", "high")),
            ("kendall", self.kendall, ("statistic", "p_value")),
            ("pearson", self.pearson, ("statistic", "low", "high")),
            ("leave_one_out", self.influence, ("low", "high")),
            ("influence", self.influence, ("verdict",)),
            ("gate", self.gate, ("dispersion", "dispersion_from", "opens")),
            ("cochran", self.gate and self.gate.test, ("q", "df", "p_value", "reliability")),
            ("baseline", self.baseline, ("partial", "partial_p", "adjusted_p", "called")),
            ("spend_baseline", self.baseline and self.baseline.test, ("statistic", "p_value")),
            ("denominator", self.denominator, ("median", "low", "high", "p_value")),
            ("detectable", self.detectable, ("correlation", "simulated", "rank_correlation")),
            ("moran", self.likeness, ("spend", "spend_p", "outcome", "outcome_p")),
            ("with_left_out", self.with_left_out, ("statistic", "p_value")),
        ]
        for name, part, held in parts:
            row |= {f"{name}_{one}": getattr(part, one, None) for one in held}
        row |= {"family_size": self.family_size, "adjusted_p": self.adjusted_p}
        row |= {"adjusted_min_p": self.adjusted_min_p}
        row |= {"adjusted_by": self.adjusted_by, "maryland_level": self.maryland_level}
        row |= {"n_dropped": len(self.dropped), "seed": self.seed}
        return pd.DataFrame([row | {"cautions": "; ".join(self.cautions)}])
