"""What an association comes to: every number a sceptic looks for, and one of six verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pccfunding.association._confounding import BaselineCheck, DenominatorNull
from pccfunding.association._gate import Gate
from pccfunding.association._influence import Influence, PearsonCheck
from pccfunding.association._pictures import null_rows, scatter_rows
from pccfunding.association._ranges import FigureRange, MeasurementInterval
from pccfunding.association._wording import said
from pccfunding.errors import TableError
from pccfunding.evaluation import CorrelationInterval, MinimalDetectableCorrelation
from pccfunding.permutation import NullDistribution, PermutationTest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Association"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Association:
    """Spend per head against reduction, across areas, with what may be said of it.

    Attributes
    ----------
    verdict : str
        "not estimable", "not distinguishable from counting noise", "too few areas to tell",
        "no clear association", "association, not causal" or "rests on one area".
    reason, detail : str or None
        Why nothing was estimated.
    estimand : str
        What is estimated, as a clause.
    n : int
        Areas used.
    unit : str
        What the areas are.
    spend_window, spend_status, spend_prices, spend_allocation : str or None
    baseline_window, follow_up_window, outcome : str or None
    base_count : int or None
        Offences in the baseline over all areas used.
    method, two_sided : str
    test : PermutationTest or None
        The coefficient, its p, the floor and the ladder of attainable p.
    interval : CorrelationInterval or None
    confidence_level : float
    measurement : MeasurementInterval or None
        The coefficient over counts and amounts drawn again.
    figure_range : FigureRange or None
        The coefficient over all amounts that the printed figures allow.
    kendall : PermutationTest or None
        The check.
    pearson : PearsonCheck or None
        On logarithms, with its influence.
    influence : Influence or None
        Without each area in turn.
    gate : Gate or None
        Cochran's Q, reliability and the dispersion they stand on.
    baseline : BaselineCheck or None
    denominator : DenominatorNull or None
    strata : DataFrame or None
        The coefficient within each stratum.
    detectable : MinimalDetectableCorrelation or None
    family_size : int
    adjusted_p : float or None
    adjusted_by : str or None
    maryland_level : int
        1: a correlation; 0 where nothing was estimated.
    areas : DataFrame
        One row an area used.
    dropped : DataFrame
        The areas left out, each with its reason.
    left_out : tuple of str
        Areas left out although both sides are known.
    with_left_out : PermutationTest or None
        The coefficient with those.
    null : NullDistribution or None
        The coefficients of the areas in other orders.
    seed : int
    cautions : tuple of str
        Codes of a closed list, each a clause of the text.

    Examples
    --------
    >>> import pandas as pd
    >>> import pccfunding as pcc
    >>> codes = [f"E0700000{number}" for number in range(1, 7)]
    >>> spend = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": [6.49] * 6})
    >>> fell = pd.DataFrame({"area_code": codes, "log_reduction": [0.3, 0.1, 0.2, 0.5, 0.4, 0.0]})
    >>> found = pcc.spend_vs_reduction(spend, fell)
    >>> found.verdict, found.reason
    ('not estimable', 'no variation in spend')
    """

    verdict: str
    reason: str | None
    detail: str | None
    estimand: str
    n: int
    unit: str
    spend_window: str | None
    spend_status: str | None
    spend_prices: str | None
    spend_allocation: str | None
    baseline_window: str | None
    follow_up_window: str | None
    outcome: str | None
    base_count: int | None
    method: str
    two_sided: str
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
    detectable: MinimalDetectableCorrelation | None = None
    family_size: int = 1
    adjusted_p: float | None = None
    adjusted_by: str | None = None
    maryland_level: int = 0
    areas: pd.DataFrame
    dropped: pd.DataFrame
    left_out: tuple[str, ...] = ()
    with_left_out: PermutationTest | None = None
    null: NullDistribution | None = None
    seed: int
    cautions: tuple[str, ...] = ()

    @property
    def estimate(self) -> float | None:
        """The coefficient."""
        return None if self.test is None else self.test.statistic

    @property
    def p_value(self) -> float | None:
        """Its exact or Monte Carlo p, before the family."""
        return None if self.test is None else self.test.p_value

    @property
    def min_p(self) -> float | None:
        """The smallest p that these areas and ties allow."""
        return None if self.test is None else self.test.min_p

    @property
    def attainable(self) -> tuple[float, ...]:
        """The only p values that could have come out; empty where orders were drawn."""
        return () if self.test is None else self.test.attainable

    @property
    def leave_one_out(self) -> pd.DataFrame:
        """The coefficient and its p without each area; no rows where nothing was estimated."""
        return pd.DataFrame() if self.influence is None else self.influence.frame

    @property
    def text(self) -> str:
        """Sentences that can be pasted, interval, floor and cautions included."""
        return said(self)

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
            ("baseline", self.baseline, ("partial", "partial_p")),
            ("spend_baseline", self.baseline and self.baseline.test, ("statistic", "p_value")),
            ("denominator", self.denominator, ("median", "low", "high", "p_value")),
            ("detectable", self.detectable, ("correlation", "simulated")),
            ("with_left_out", self.with_left_out, ("statistic", "p_value")),
        ]
        for name, part, held in parts:
            row |= {f"{name}_{one}": getattr(part, one, None) for one in held}
        row |= {"family_size": self.family_size, "adjusted_p": self.adjusted_p}
        row |= {"adjusted_by": self.adjusted_by, "maryland_level": self.maryland_level}
        row |= {"n_dropped": len(self.dropped), "seed": self.seed}
        return pd.DataFrame([row | {"cautions": "; ".join(self.cautions)}])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the areas, labelled, with the lines that leave one of them out.

        Raises
        ------
        TableError
            If nothing was estimated.
        """
        from pccfunding.plots import plot_scatter

        self._refuse_empty("plot")
        return plot_scatter(scatter_rows(self), ax=ax)

    def plot_null(self, ax: Axes | None = None) -> Axes:
        """Draw the coefficients of the areas in other orders, with both tails.

        Raises
        ------
        TableError
            If nothing was estimated.
        """
        from pccfunding.plots import plot_null

        self._refuse_empty("plot_null")
        return plot_null(null_rows(self), ax=ax)

    def _refuse_empty(self, name: str) -> None:
        if self.test is None:
            raise TableError(
                f"{name} has nothing to draw: not estimable, {self.reason}. `areas` and `dropped` "
                "hold what was read."
            )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.text)}</p>"
