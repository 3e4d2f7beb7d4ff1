"""What else could show as a coefficient: the baseline, the shared denominator, strata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pccfunding.association.coefficients import Floats, coefficients, ranked
from pccfunding.association.inputs import need, numbers
from pccfunding.errors import TableError
from pccfunding.permutation import PermutationTest, permutation_test

# With fewer areas a partial coefficient has too few degrees of freedom for a p.
_PARTIAL_AREAS = 10


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
        Partial rank correlation of spend and outcome given the baseline.
    partial_p : float or None
        Freedman-Lane: residuals of the outcome reordered; none below ten areas.
    what : str
        What stands as the baseline.
    reason : str or None
    """

    test: PermutationTest | None
    outcome: float | None
    partial: float | None
    partial_p: float | None
    what: str
    reason: str | None


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
) -> tuple[pd.Series[float], str]:
    """Give the baseline of each area, and what it is."""
    if isinstance(baseline, str):
        held = next((side for side in (reduction, spend) if baseline in side.columns), reduction)
        need(held, [baseline], "reduction")
        values = numbers(held, baseline, "reduction").set_axis(held[on].astype(str))
        return areas["area"].map(values), baseline
    if isinstance(baseline, pd.Series | Mapping):
        given = {str(code): value for code, value in dict(baseline).items()}
        return areas["area"].map(given).astype("float64"), "the baseline given"
    if baseline is not None:
        raise TableError(
            f"baseline is {baseline!r}; it takes the name of a column, or a value for each area."
        )
    people = areas["persons_before"].fillna(areas["spend_persons"])
    if areas["before"].notna().all() and people.notna().all():
        return areas["before"] / people, "offences per resident in the baseline"
    if areas["score_before"].notna().all():
        return areas["score_before"], "the score in the baseline"
    return pd.Series(np.nan, index=areas.index), "the baseline"


def baseline_check(
    areas: pd.DataFrame,
    baseline: pd.Series[float],
    what: str,
    *,
    two_sided: str,
    resamples: int | None,
    seed: int,
) -> BaselineCheck:
    """Hold spend against the baseline, and take the baseline out of both sides."""
    if baseline.isna().any() or np.ptp(baseline.to_numpy()) == 0:
        reason = "no rate in the baseline is known" if baseline.isna().any() else "it is constant"
        return BaselineCheck(None, None, None, None, what, reason)
    x, y, z = (np.asarray(v, float) for v in (areas["spend"], areas["g"], baseline))
    test = permutation_test(x, z, two_sided=two_sided, resamples=resamples, seed=seed)
    a, b, c = (row - row.mean() for row in ranked(np.array([x, y, z])))
    c = c / np.sqrt(c @ c)
    rest_x, rest_y = a - (a @ c) * c, b - (b @ c) * c
    length = np.sqrt((rest_x @ rest_x) * (rest_y @ rest_y))
    outcome = float((b @ c) / np.sqrt(b @ b))
    if length < 1e-9:
        reason = "spend or outcome is in the very order of the baseline"
        return BaselineCheck(test, outcome, None, None, what, reason)
    partial = float(np.clip(rest_x @ rest_y / length, -1, 1))
    p = None
    if len(x) >= _PARTIAL_AREAS:
        rng = np.random.default_rng(seed)
        drawn = rng.permuted(np.tile(rest_y, (resamples or 9_999, 1)), axis=1)
        # Residuals put in another order are no longer free of the baseline.
        drawn -= np.outer(drawn @ c, c)
        lengths = np.sqrt((drawn * drawn).sum(axis=1) * (rest_x @ rest_x))
        values = drawn @ rest_x / lengths
        tails = [(values >= partial - 1e-12).sum(), (values <= partial + 1e-12).sum()]
        p = min(1.0, 2 * (min(tails) + 1) / (len(values) + 1))
    return BaselineCheck(test, outcome, partial, p, what, None)


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
    persons, y = people.to_numpy(float), areas["g"].to_numpy(float)[None]
    totals = areas["spend"].to_numpy(float) * persons
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


def within_strata(areas: pd.DataFrame, x: Floats, strata: Any, method: str) -> pd.DataFrame:
    """Give the coefficient within each stratum of four areas or more."""
    given = {str(code): value for code, value in dict(strata).items()}
    lacking = [code for code in areas["area"] if code not in given]
    if lacking:
        raise TableError(f"strata has no stratum for {lacking[0]}; give one for each area.")
    labels = areas["area"].map(given)
    rows = []
    for stratum in sorted(labels.unique(), key=str):
        held = (labels == stratum).to_numpy()
        value = None
        if held.sum() >= 4:
            found = coefficients(x[held][None], areas["g"].to_numpy(float)[held][None], method)[0]
            value = None if np.isnan(found) else float(found)
        rows.append((str(stratum), int(held.sum()), value))
    frame = pd.DataFrame(rows, columns=["stratum", "n", "estimate"])
    return frame.astype({"estimate": "Float64"})
