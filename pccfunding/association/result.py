"""What an association comes to: every number a sceptic looks for, and one of seven verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

import numpy as np
import pandas as pd

from pccfunding.association.record import AssociationRecord
from pccfunding.association.verdicts import FIRST
from pccfunding.association.wording import names_or_number, report_lines, told
from pccfunding.errors import TableError
from pccfunding.permutation.null_distribution import METHODS
from pccfunding.permutation.scores import RULES
from pccfunding.results import CAUTIONS, MOST_WORDS, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pccfunding.plots import PlotOptions

__all__ = ["OVERRIDES", "Association", "null_rows", "scatter_rows"]

OVERRIDES = ("pandemic months", "series break", "windows out of order")


_FEW = 12
_BINS = 40


def scatter_rows(found: Association) -> pd.DataFrame:
    """Give one row an area: its place, its name where it is shown, and the line without it."""
    areas = found.areas
    x, y = areas["spend"].to_numpy(), areas["g"].to_numpy()
    lines = [_line(np.delete(x, place), np.delete(y, place)) for place in range(len(x))]
    assert found.influence is not None
    named = np.ones(len(x), bool)
    if len(x) > _FEW:
        # Names of all would cover each other: the ends of both axes, and what the result rests on.
        ends = {*np.argsort(x)[-3:], *np.argsort(y)[[0, 1, -2, -1]]}
        carrying = set(found.influence.rests_on)
        named = np.array([k in ends or name in carrying for k, name in enumerate(areas["label"])])
    return pd.DataFrame(
        {
            "area": areas["label"],
            "named": named,
            "x": x,
            "y": y,
            "intercept": [line[0] for line in lines],
            "slope": [line[1] for line in lines],
            "x_label": ", ".join(filter(None, (found.spend_measured, _prices(found)))),
            "y_label": "log reduction (above 0: a fall)",
            **_facts(found),
        }
    )


def _prices(found: Association) -> str:
    return f"{found.spend_prices} prices" if found.spend_prices else ""


def _line(x: Any, y: Any) -> tuple[float, float]:
    """Give the least-squares line, missing where x does not vary."""
    moved = x - x.mean()
    squares = float(moved @ moved)
    if squares == 0:
        return float("nan"), float("nan")
    slope = float(moved @ (y - y.mean())) / squares
    return float(y.mean() - slope * x.mean()), slope


def null_rows(found: Association) -> pd.DataFrame:
    """Give one row a bin of the null distribution, with the orders as far out as the areas' own."""
    null = found.null
    assert null is not None
    edges = np.linspace(-1, 1, _BINS + 1)
    place = np.clip(np.searchsorted(edges, null.values, "right") - 1, 0, _BINS - 1)
    beyond = np.abs(null.values) >= abs(null.statistic) - max(null.near, 1e-12)
    orders = np.bincount(place, null.counts, _BINS)
    outer = np.bincount(place[beyond], null.counts[beyond], _BINS)
    rows = {"low": edges[:-1], "high": edges[1:], "orders": orders, "orders_beyond": outer}
    return pd.DataFrame(rows | _facts(found))


def _facts(found: Association) -> dict[str, Any]:
    assert found.test is not None
    return {
        "coefficient": METHODS[found.method],
        "statistic": found.estimate,
        "interval_low": found.interval.low if found.interval else None,
        "interval_high": found.interval.high if found.interval else None,
        "p_value": found.p_value,
        "min_p": found.min_p,
        "family_size": found.family_size,
        "rule": RULES[found.two_sided],
        "exact": found.test.exact,
        "n": found.n,
        "unit": found.unit,
        "verdict": found.verdict,
        "estimand": found.estimand,
    }


@dataclass(frozen=True, eq=False, kw_only=True)
class Association(AssociationRecord):
    """Spend per head against reduction, across areas, with what may be said of it.

    Attributes
    ----------
    verdict : str
        "not estimable", "not distinguishable from counting noise", "too few areas to tell",
        "no clear association", "rests on one area", "not told apart from need" (or from the
        covariate that `baseline` named) or "association, not causal".
    reason, detail : str or None
        Why nothing was estimated.
    estimand : str
        What is estimated, as a clause.
    n : int
        Areas used.
    unit : str
        What the areas are.
    spend_stream, spend_window, spend_status, spend_prices : str or None
    spend_measured, spend_allocation : str or None
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
    within : Reordered or None
        The test by orders within strata, whose p then decides.
    likeness : Likeness or None
        Moran's I of both sides, where no strata were given.
    detectable : MinimalDetectableCorrelation or None
    family_size : int
    adjusted_p : float or None
        For the family; the verdict reads no other.
    adjusted_min_p : float or None
        The smallest that it could have been.
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
        Codes of a closed list, each a line of the report; the text names two at most.
    sources : tuple of str
        Ids of the figures, or of the sources, that the rows of both tables named.

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

    _clauses = CAUTIONS["association"]
    _first: ClassVar[tuple[str, ...]] = FIRST

    @property
    def text(self) -> str:
        """At most 70 words to paste: estimate, interval, p, verdict and what matters most."""
        first = next((code for code in FIRST if code in self.cautions), None)
        # The doubt that matters most has its place kept.
        kept = 0 if first is None else len(self._doubt(first).split()) + 1
        said = told(self, MOST_WORDS - kept)
        if len(said.split()) + kept > MOST_WORDS:
            said = told(self, MOST_WORDS)
        return self._with_doubts(said)

    def report(self) -> Report:
        """Everything that stands behind the text, as labelled lines, every caution included."""
        cautions = [("caution", self._doubt(code)) for code in self.cautions]
        return Report([*report_lines(self), *cautions])

    def _doubt(self, code: str) -> str:
        clause = super()._doubt(code)
        if self.influence is None or code not in ("crosses-without", "several-areas-carry"):
            return clause
        return f"{clause} ({names_or_number(self.influence.rests_on)})"

    def _below(self) -> str:
        return self.report()._repr_html_()

    def plot(self, ax: Axes | None = None, **how: Unpack[PlotOptions]) -> Axes:
        """Draw the areas, labelled, with the lines that leave one of them out.

        Raises
        ------
        TableError
            If nothing was estimated.
        """
        from pccfunding.plots import plot_scatter

        self._refuse_empty("plot")
        return plot_scatter(scatter_rows(self), ax=ax, **how)

    def plot_null(self, ax: Axes | None = None, **how: Unpack[PlotOptions]) -> Axes:
        """Draw the coefficients of the areas in other orders, with both tails.

        Raises
        ------
        TableError
            If nothing was estimated.
        """
        from pccfunding.plots import plot_null

        self._refuse_empty("plot_null")
        return plot_null(null_rows(self), ax=ax, **how)

    def _refuse_empty(self, name: str) -> None:
        if self.test is None:
            raise TableError(
                f"{name} has nothing to draw: not estimable, {self.reason}. `areas` and `dropped` "
                "hold what was read."
            )
