"""What else could show as a coefficient: the baseline, the shared denominator, strata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pccfunding.association.coefficients import Floats, coefficients, ranked
from pccfunding.association.inputs import ALPHA, need, numbers
from pccfunding.association.reordering import Places, partial_test
from pccfunding.errors import TableError
from pccfunding.permutation import PermutationTest, permutation_test
from pccfunding.permutation.scores import Rule

# With fewer areas a partial coefficient has too few degrees of freedom for a p.
_PARTIAL_AREAS = 6


@dataclass(frozen=True)
class BaselineCheck:
    """Spend against the baseline, and spend against outcome once the baseline is allowed for.

    Attributes
    ----------
    test : PermutationTest or None
        Rank correlation of spend with the baseline.
    outcome : float or None
        Rank correlation of the outcome with the baseline.
    partial : float or None
        Partial rank correlation of spend and outcome given the baseline, and the strata if given.
    partial_p : float or None
        Freedman-Lane: residuals of the outcome reordered, in every order up to nine areas; none
        below six areas.
    adjusted_p : float or None
        The same for the family.
    what : str
        What stands as the baseline.
    called : str
        What an association is not told apart from: "need", or the name of the covariate.
    of_outcome : bool
        Whether it is a baseline of the outcome itself.
    inseparable : bool
        Whether spend or outcome stands in the very order of the baseline.
    reason : str or None
    """

    test: PermutationTest | None
    outcome: float | None
    partial: float | None
    partial_p: float | None
    adjusted_p: float | None
    what: str
    called: str
    of_outcome: bool
    inseparable: bool
    reason: str | None

    @property
    def told_apart(self) -> bool:
        """Whether the partial coefficient stands apart from chance, or nothing is to allow for."""
        if self.inseparable:
            return False
        return self.adjusted_p is None or self.adjusted_p < ALPHA


@dataclass(frozen=True)
class Baseline:
    """What spend may have followed: a value for each area, and what it is."""

    values: pd.Series[float]
    what: str
    called: str
    of_outcome: bool


@dataclass(frozen=True)
class DenominatorNull:
    """Total pounds dealt out to the areas at random, each divided by its own residents.

    Attributes
    ----------
    median, low, high : float or None
        Of the coefficient over the deals.
    p_value : float or None
        Twice the smaller tail of the observed coefficient among the deals.
    deals : int
    reason : str or None
    """

    median: float | None
    low: float | None
    high: float | None
    p_value: float | None
    deals: int
    reason: str | None


def baseline_of(
    areas: pd.DataFrame, spend: pd.DataFrame, reduction: pd.DataFrame, on: str, baseline: Any
) -> Baseline:
    """Give the baseline of each area, and what it is."""
    if isinstance(baseline, str):
        by_outcome = baseline in reduction.columns or baseline not in spend.columns
        held, name = (reduction, "reduction") if by_outcome else (spend, "spend")
        need(held, [baseline], name)
        values = numbers(held, baseline, name).set_axis(held[on].astype(str))
        of_outcome = by_outcome and baseline.endswith("_baseline")
        called = "need" if of_outcome else baseline.replace("_", " ")
        return Baseline(areas["area"].map(values), baseline, called, of_outcome)
    if isinstance(baseline, pd.Series | Mapping):
        given = {str(code): value for code, value in dict(baseline).items()}
        values = areas["area"].map(given).astype("float64")
        return Baseline(values, "the baseline asked for", "the baseline asked for", False)
    if baseline is not None:
        raise TableError(
            f"baseline is {baseline!r}; it takes the name of a column, or a value for each area."
        )
    people = areas["persons_before"].fillna(areas["spend_persons"])
    if areas["before"].notna().all() and people.notna().all():
        what = "offences per resident in the baseline"
        return Baseline(areas["before"] / people, what, "need", True)
    if areas["score_before"].notna().all():
        return Baseline(areas["score_before"], "the score in the baseline", "need", True)
    return Baseline(pd.Series(np.nan, index=areas.index), "the baseline", "need", True)


def baseline_check(
    areas: pd.DataFrame,
    baseline: Baseline,
    *,
    labels: Places,
    adjust: Callable[[float], float],
    two_sided: Rule,
    resamples: int | None,
    seed: int,
) -> BaselineCheck:
    """Hold spend against the baseline, and take the baseline out of both sides."""
    values = baseline.values
    nothing = BaselineCheck(
        None, None, None, None, None, baseline.what, baseline.called, baseline.of_outcome, False,
        "no rate in the baseline is known" if values.isna().any() else "it is constant",
    )  # fmt: skip
    if values.isna().any() or np.ptp(values.to_numpy()) == 0:
        return nothing
    x, y, z = (np.asarray(v, float) for v in (areas["spend"], areas["g"], values))
    test = permutation_test(x, z, two_sided=two_sided, resamples=resamples, seed=seed)
    a, b, c = ranked(np.array([x, y, z]))
    outcome = float(coefficients(y[None], z[None], "spearman")[0])
    held = replace(nothing, test=test, outcome=outcome, reason=None)
    few = len(x) < _PARTIAL_AREAS
    # Without a p a few orders are enough.
    draws = 1 if few else resamples
    found = partial_test(a, b, c, labels, two_sided=two_sided, resamples=draws, seed=seed)
    if found is None:
        reason = "spend or outcome is in the very order of the baseline"
        return replace(held, inseparable=True, reason=reason)
    if few:
        return replace(held, partial=found.statistic)
    return replace(
        held,
        partial=found.statistic,
        partial_p=found.p_value,
        adjusted_p=adjust(found.p_value),
    )


def denominator_null(
    areas: pd.DataFrame,
    statistic: float,
    *,
    method: str,
    confidence_level: float,
    deals: int,
    seed: int,
) -> DenominatorNull:
    """Deal total pounds out at random and divide by each area's own residents."""
    people = areas["spend_persons"].fillna(areas["persons_after"])
    if people.isna().any() or (people <= 0).any():
        return DenominatorNull(None, None, None, None, 0, "no residents, hence no total spend")
    persons, y = people.to_numpy(), areas["g"].to_numpy()[None]
    totals = areas["spend"].to_numpy() * persons
    rng = np.random.default_rng(seed)
    dealt = rng.permuted(np.tile(totals, (deals, 1)), axis=1) / persons
    if method == "pearson":
        dealt = np.log(dealt)
    values = coefficients(dealt, y, method)
    tail = (1 - confidence_level) / 2
    low, high, median = map(float, np.nanquantile(values, [tail, 1 - tail, 0.5]))
    ends = [(values >= statistic - 1e-12).sum(), (values <= statistic + 1e-12).sum()]
    p = min(1.0, 2 * (int(min(ends)) + 1) / (deals + 1))
    return DenominatorNull(median, low, high, p, deals, None)


def turns_within(strata: pd.DataFrame, estimate: float) -> bool:
    """Whether the coefficient has the other sign within most strata that have one."""
    values = strata["estimate"].dropna().tolist()
    return len(values) > 0 and sum(v * estimate < 0 for v in values) > len(values) / 2


def within_strata(areas: pd.DataFrame, x: Floats, labels: Any, method: str) -> pd.DataFrame:
    """Give the coefficient within each stratum of four areas or more."""
    rows = []
    for stratum in sorted(labels.unique(), key=str):
        held = (labels == stratum).to_numpy()
        value = None
        if held.sum() >= 4:
            found = coefficients(x[held][None], areas["g"].to_numpy()[held][None], method)[0]
            value = None if np.isnan(found) else float(found)
        rows.append((str(stratum), int(held.sum()), value))
    frame = pd.DataFrame(rows, columns=["stratum", "n", "estimate"])
    return frame.astype({"estimate": "Float64"})
