"""What an association comes to: every number a sceptic looks for, and one of six verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pccfunding.association.confounding import BaselineCheck, DenominatorNull
from pccfunding.association.influence import Influence, PearsonCheck
from pccfunding.association.noise_test import Gate
from pccfunding.association.ranges import FigureRange, MeasurementInterval
from pccfunding.errors import TableError
from pccfunding.evaluation import CorrelationInterval, MinimalDetectableCorrelation
from pccfunding.permutation import NullDistribution, PermutationTest
from pccfunding.permutation.null_distribution import METHODS
from pccfunding.permutation.scores import RULES
from pccfunding.results import CAUTIONS, Face
from pccfunding.words import (
    count,
    dispersion_text,
    floor_text,
    interval_text,
    level_text,
    number_text,
    p_text,
    quantity,
    signed,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pccfunding.association.pairing import Pairing

__all__ = [
    "OVERRIDES",
    "REASONS",
    "Association",
    "estimand_of",
    "null_rows",
    "scatter_rows",
]

REASONS = {
    "mixed flows": "grants received and awards made are different money; keep one flow",
    "mixed statuses": "plans, awards and payments are different money; keep one status",
    "mixed windows": "all areas have to share one spend window, one baseline and one follow-up",
    "mixed kinds of area": "show districts and forces separately, never pooled",
    "no area in common": "spend and outcome share no area",
    "spend not per head": (
        "areas differ in size, so only spend for each resident can be set beside an outcome; "
        "per_capita_spend gives it, and a column of one's own says per what in its name"
    ),
    "spend not held": "one amount for each area would be needed",
    "one area only": "what happens inside one area is no sample of anything",
    "no variation in spend": (
        "spend per head is the same in every area, as it is wherever a whole is shared out by "
        "population; the amounts actually spent in each area would be needed"
    ),
    "counts missing": "percentages alone do not say how far counting noise reaches",
    "fewer than four areas": "with three areas no order is rarer than one in six",
    "no variation in outcome": "the outcome is the same in every area",
    "zero spend has no logarithm": "Pearson's r is on the logarithm of spend; use ranks",
    "windows out of order": "the money does not come before what is to be compared with it",
    "series break": "what is counted changed between the two windows",
    "pandemic months": "a window holds months from March 2020 to March 2021",
}
OVERRIDES = ("pandemic months", "series break", "windows out of order")


def estimand_of(found: Pairing, n: int, method: str, lag: int | None) -> str:
    """Say what is estimated.

    The unit, the money with its status and prices, both windows, and the outcome.
    """
    words, timing = found.words, found.timing
    money = words["funding_stream"] or "spend"
    where = f"across these {n} {found.unit}" if n > 1 else "within one area"
    details = [
        (words["status"] or "status not stated").replace("_", " "),
        f"{words['price_base']} prices" if words["price_base"] else "cash",
    ]
    if words["allocation"]:
        details.append(f"apportioned: {words['allocation']}")
    offence = words["offence"] or "the outcome"
    offence = offence if found.words["offence"] is None else offence[0].lower() + offence[1:]
    kind = "log reduction" if found.has_counts else "log reduction of the score"
    rate = ", per resident" if found.per_resident else ", of counts" if found.has_counts else ""
    between = (
        f" from {timing.baseline} to {timing.follow_up}"
        if timing.baseline and timing.follow_up
        else " (windows not given)"
    )
    behind = "" if lag is None else f", {lag} whole years before the follow-up"
    return (
        f"association, {where}, between {'the log of ' * (method == 'pearson')}"
        f"{words['measured'] or 'the column asked for'} of {money} "
        f"({', '.join(details)}) in {timing.spend or 'a window not given'}{behind} and the {kind} "
        f"in {offence}{between}{rate}"
    )


def _refused(result: Association) -> Sequence[str]:
    assert result.reason is not None
    detail = f" {result.detail}" if result.detail else ""
    return [
        f"Not estimable: {result.reason}.{detail} What was asked for: {result.estimand}. "
        f"{REASONS[result.reason][0].upper()}{REASONS[result.reason][1:]}."
    ]


def _told(result: Association) -> Sequence[str]:
    return [
        f"{result.estimand[0].upper()}{result.estimand[1:]}: {_coefficient(result)}.",
        f"{_rarity(result)}.",
        *_with_left_out(result),
        *_noise(result),
        f"Verdict: {result.verdict}{_because(result)}.",
        f"Maryland level {result.maryland_level} of 5: it is about areas, not people, and says "
        "nothing about why.",
    ]


def _with_left_out(result: Association) -> Sequence[str]:
    test = result.with_left_out
    if test is None or test.statistic is None:
        return []
    return [
        f"With {' and '.join(result.left_out)}, left out above, it is {signed(test.statistic)} "
        f"({p_text(test.p_value)}, n = {test.n} areas, family of {count(result.family_size)}, "
        f"{floor_text(test.min_p)})."
    ]


def _noise(result: Association) -> Sequence[str]:
    """Say what the counts and the number of areas could show."""
    gate, detectable = result.gate, result.detectable
    sentences = []
    if gate is not None and gate.test is not None and gate.opens:
        phi = gate.dispersion_from
        if gate.dispersion is not None:
            phi = f"{dispersion_text(gate.dispersion)}, {phi}"
        base = (
            "base count not known"
            if result.base_count is None
            else (f"base {count(result.base_count)} offences")
        )
        sentences.append(
            f"The changes differ by more than counting noise: reliability "
            f"{quantity(gate.test.reliability, places=2)} ({base}; {phi})."
        )
    if detectable is not None and detectable.correlation is not None:
        size = detectable.simulated or detectable.correlation
        sentences.append(
            f"With {result.n} areas a correlation would have to be about "
            f"{quantity(size, places=2)} to show with power 0.8."
        )
    return sentences


def _coefficient(result: Association) -> str:
    parts = []
    interval, level = result.interval, level_text(result.confidence_level)
    if interval is not None and interval.low is not None and interval.high is not None:
        parts.append(
            f"approximate {level} interval {interval_text(interval.low, interval.high, signed)} "
            f"({interval.method})"
        )
    elif interval is not None:
        parts.append(f"no {level} interval: {interval.reason}")
    redrawn = result.measurement
    if redrawn is not None and redrawn.low is not None:
        phi = ""
        if redrawn.dispersion:
            phi = f", {dispersion_text(redrawn.dispersion)}"
        parts.append(
            f"{interval_text(redrawn.low, redrawn.high, signed)} when {redrawn.redrawn} are drawn "
            f"again{phi}"
        )
    name = METHODS[result.method]
    return f"{name} {signed(result.estimate)} ({'; '.join(parts) or 'no interval'})"


def _rarity(result: Association) -> str:
    test = result.test
    assert test is not None
    orders = f"{'all ' if test.exact else ''}{count(test.resamples)} "
    orders += "orders" if test.exact else "random orders"
    family = f"family of {count(result.family_size)}"
    adjusted = ""
    if result.family_size > 1:
        adjusted = f"; {p_text(result.adjusted_p)} for the family ({result.adjusted_by})"
    return (
        f"{p_text(test.p_value)} ({RULES[result.two_sided]}, {orders}, n = {result.n} areas, "
        f"{family}, {floor_text(test.min_p)}){adjusted}; it takes the areas as exchangeable, "
        "which they are not where money follows need"
    )


def _because(result: Association) -> str:
    verdict, gate = result.verdict, result.gate
    if verdict == "not distinguishable from counting noise":
        assert gate is not None
        assert gate.test is not None
        q = gate.test
        least = max(q.by_dispersion["p_value"]) if gate.dispersion is None else q.p_value
        phi = "dispersion 1, 2 and 4 do not all open it"
        if gate.dispersion is not None:
            phi = f"{dispersion_text(gate.dispersion)}, {gate.dispersion_from}"
        elif q.gate == "shut":
            phi = "at dispersion 1, 2 and 4 alike"
        return (
            f" (Cochran's Q {number_text(q.q)} on {q.df} degrees of freedom; {phi}; "
            f"{p_text(least)}, n = {result.n} areas, family of 1, {floor_text(None)})"
        )
    if verdict == "too few areas to tell":
        return f" (n = {result.n}; no p can be below {number_text(result.min_p, digits=3)})"
    if verdict == "rests on one area":
        assert result.influence is not None
        return f" ({' or '.join(result.influence.rests_on)})"
    if verdict == "no clear association":
        low, high = _settled(result)
        return f": the data do not settle a correlation between {low} and {high}"
    return ""


def _settled(result: Association) -> tuple[str, str]:
    interval = result.interval
    if interval is None or interval.low is None or interval.high is None:
        return quantity(-1), "+1"
    return signed(interval.low), signed(interval.high)


_FEW = 12
_BINS = 40


def scatter_rows(found: Association) -> pd.DataFrame:
    """Give one row an area: its place, its name where it is shown, and the line without it."""
    areas = found.areas
    x, y = areas["spend"].to_numpy(float), areas["g"].to_numpy(float)
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
class Association(Face):
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
    spend_window, spend_status, spend_prices, spend_measured, spend_allocation : str or None
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

    verdict: str
    reason: str | None
    detail: str | None
    estimand: str
    n: int
    unit: str
    spend_window: str | None
    spend_status: str | None
    spend_prices: str | None
    spend_measured: str | None
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
    sources: tuple[str, ...] = ()
    _clauses = CAUTIONS["association"]

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
        return self._with_doubts(" ".join(_refused(self) if self.test is None else _told(self)))

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
