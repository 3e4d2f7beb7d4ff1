"""Spend against reduction across areas, judged in a fixed order of decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from pccfunding.association.confounding import (
    Baseline,
    baseline_check,
    baseline_of,
    denominator_null,
    within_strata,
)
from pccfunding.association.influence import influence_of, pearson_check
from pccfunding.association.inputs import plain
from pccfunding.association.noise_test import Placebo, noise_gate, placebo_of
from pccfunding.association.pairing import Money, Outcome, Pairing, pair
from pccfunding.association.ranges import figure_range, measurement_interval
from pccfunding.association.reordering import (
    Reordered,
    floor_of,
    likeness_of,
    numbered,
    strata_of,
    within_test,
)
from pccfunding.association.result import OVERRIDES, Association
from pccfunding.association.verdicts import ALPHA, doubts, family_of, family_p, in_order, verdict
from pccfunding.association.windows import begins, pick_lag
from pccfunding.association.wording import estimand_of
from pccfunding.errors import UnknownNameError, one_of
from pccfunding.evaluation import (
    CorrelationInterval,
    bca_interval,
    bonett_wright,
    fisher_z_interval,
    minimal_detectable_correlation,
)
from pccfunding.evaluation.arguments import names_of, proper_fraction
from pccfunding.permutation import PermutationTest, null_distribution, permutation_test
from pccfunding.permutation.null_distribution import METHODS, Method
from pccfunding.permutation.scores import RULES, Rule
from pccfunding.results import sources_of

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

__all__ = ["spend_vs_reduction"]

_Floats = np.ndarray[Any, np.dtype[np.float64]]
_SHOWN = [
    "area", "label", "spend", "spend_low", "spend_high", "spend_persons", "before", "after",
    "persons_before", "persons_after", "g", "variance",
]  # fmt: skip
Formula: TypeAlias = Literal["bonett-wright", "bca", "fisher-z"]
INTERVALS: dict[str, tuple[str, ...]] = {
    "spearman": ("bonett-wright", "bca"),
    "pearson": ("fisher-z", "bca"),
    "kendall": (),
}


def spend_vs_reduction(
    spend: IntoFrame,
    reduction: IntoFrame,
    *,
    on: str = "area_code",
    method: Method = "spearman",
    confidence_level: float = 0.95,
    lag: int | None = None,
    baseline: str | Mapping[str, float] | pd.Series[float] | None = None,
    family: int | Sequence[float] | None = None,
    dispersion: Any = None,
    placebo: IntoFrame | None = None,
    strata: str | Mapping[str, Any] | pd.Series[Any] | None = None,
    leave_out: Mapping[str, str] | Collection[str] | None = None,
    override: Collection[str] = (),
    spend_column: str | None = None,
    interval: Formula | None = None,
    two_sided: Rule = "double",
    resamples: int | None = None,
    redraws: int = 2_000,
    seed: int = 0,
) -> Association:
    """Hold spend per head against reduction across areas, and say what that may be called.

    Parameters
    ----------
    spend : DataFrame
        One row an area, as :func:`per_capita_spend` gives it: `on`, `spend_gbp_per_head`, and
        where known `spend_low_gbp_per_head`, `spend_high_gbp_per_head`, `persons`,
        `period_start`, `period_end`, `flow`, `status`, `funding_stream`. In constant prices
        where it comes from :func:`real_terms`.
    reduction : DataFrame
        One row an area, as :func:`reduction` gives it: `on`, counts of both windows,
        `log_reduction` and `variance_log_reduction`, the two windows. A score without counts is
        a `log_reduction` alone, or `score_baseline` and `score_comparison`: the test of counting
        noise is then left out, and the result says so.
    on : str, default "area_code"
    method : {"spearman", "kendall", "pearson"}
        Pearson's r is on the logarithm of spend per head.
    confidence_level : float, default 0.95
    lag : int, optional
        Whole years from the end of the money to the beginning of the follow-up; picks one of
        several spend windows. A search over lags belongs to the family.
    baseline : str, mapping or Series, optional
        What spend may have followed: a column of either frame, or a value for each area. By
        default offences per resident in the baseline. An association that its partial
        coefficient does not bear out is "not told apart from need", or from the covariate.
    family : int or sequence of float, optional
        How many correlations were tried (Bonferroni), or the p values of the others (Holm).
    dispersion : float or Dispersion, optional
        Variance of the counts over their mean. Without it, and without `placebo`, the areas have
        to differ by more than noise at 1, 2 and 4 alike.
    placebo : DataFrame, optional
        The reduction between two years before the money: it measures the dispersion, and shows
        what the same procedure finds where there is nothing to find.
    strata : str, mapping or Series, optional
        The stratum of each area, such as urban or rural: a value for each, a column of either
        frame, or "region" for the regions that the bundled areas name. The verdict is then read
        from the p of orders within strata, which asks only that areas of one stratum could change
        places; the coefficient within each is shown.
    leave_out : mapping or collection of str, optional
        Areas to leave out, with reasons. By default those whose residents changed by more than a
        quarter between the windows, where the outcome is per resident; `()` keeps all.
    override : collection of {"windows out of order", "series break", "pandemic months"}
        Refusals to pass over, each at the price of a caution.
    spend_column : str, optional
    interval : {"bonett-wright", "bca", "fisher-z"}, optional
        By default Bonett-Wright for Spearman's rho, Fisher's z for Pearson's r, none for Kendall.
        BCa needs 20 areas.
    two_sided : {"double", "abs"}
    resamples : int, optional
        Random orders; by default every order up to nine areas, and 9,999 above.
    redraws : int, default 2000
    seed : int, default 0

    Returns
    -------
    Association
        A refusal is a result: "not estimable" with its reason.

    Raises
    ------
    TableError
        If a column is missing or holds no numbers, or an area stands in it more than once.
    PeriodError
        If a frame holds several windows and no lag picks one.
    UnknownNameError
        If there is no such method, rule, interval or override.

    Notes
    -----
    Order of decisions: can it be estimated; do the areas differ by more than counting noise; are
    there six areas, and could any p for the family be below .05; is p for the family below .05
    (from here on each p is that for the family); with fewer than ten areas, do half or more of
    them undo it when left out one at a time ("too few areas to tell"), with more, do one to three
    ("rests on one area"); is the partial coefficient given the baseline borne out.

    References
    ----------
    Bonett and Wright (2000); Cochran (1954); Pearson (1897); Oldham (1962); Freedman and Lane
    (1983); Moran (1950); Farrington et al. (2002) for the Maryland scale.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = [f"E0700000{number}" for number in range(1, 7)]
    >>> spend = pd.DataFrame(
    ...     {"area_code": codes, "spend_gbp_per_head": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}
    ... )
    >>> fell = pd.DataFrame(
    ...     {"area_code": codes, "log_reduction": [0.1, 0.3, 0.2, 0.5, 0.4, 0.6]}
    ... )
    >>> found = spend_vs_reduction(spend, fell)
    >>> round(found.estimate, 3), round(found.p_value, 4), found.verdict
    (0.886, 0.0333, 'too few areas to tell')
    """
    _check(method, two_sided, interval, override, confidence_level)
    money, outcome = plain(on, spend_column, spend=spend, reduction=reduction)
    money = pick_lag(money, outcome, lag)
    found = pair(
        Money.of(money, on, spend_column),
        Outcome.of(outcome, on),
        on=on,
        leave_out=leave_out,
        override=override,
    )
    if method == "pearson" and found.reason is None and (found.areas["spend"] <= 0).any():
        found.reason = "zero spend has no logarithm"
    size, others = family_of(family)
    areas = found.areas
    start = Association(
        verdict="not estimable",
        reason=found.reason,
        detail=found.detail,
        estimand=estimand_of(found, len(areas), method, lag),
        n=len(areas),
        unit=found.unit,
        spend_stream=found.words["funding_stream"],
        spend_window=found.timing.spend,
        spend_status=found.words["status"],
        spend_prices=found.words["price_base"],
        spend_measured=found.words["measured"],
        spend_allocation=found.words["allocation"],
        baseline_window=found.timing.baseline,
        follow_up_window=found.timing.follow_up,
        outcome=found.words["offence"],
        base_count=_total(areas["before"]),
        method=method,
        two_sided=two_sided,
        confidence_level=confidence_level,
        family_size=size,
        areas=areas[_SHOWN].rename(columns={"area": on}),
        dropped=found.dropped,
        left_out=tuple(found.left_out["label"]),
        seed=seed,
        cautions=in_order(found.cautions),
        sources=sources_of(money, outcome),
    )
    if found.reason is not None:
        return start
    return _estimated(
        start,
        found,
        placebo=None
        if placebo is None
        else placebo_of(
            placebo,
            areas,
            on=on,
            begins=begins(money),
            method=method,
            two_sided=two_sided,
            resamples=resamples,
            seed=seed,
        ),
        baseline=baseline_of(areas, money, outcome, on, baseline),
        labels=None if strata is None else strata_of(areas, strata, (outcome, money), on),
        others=others,
        stated=family is not None,
        dispersion=dispersion,
        interval=interval,
        on=on,
        resamples=resamples,
        redraws=redraws,
    )


def _estimated(
    start: Association,
    found: Pairing,
    *,
    placebo: Placebo | None,
    baseline: Baseline,
    labels: pd.Series[Any] | None,
    others: Sequence[float] | None,
    stated: bool,
    dispersion: Any,
    interval: str | None,
    on: str,
    resamples: int | None,
    redraws: int,
) -> Association:
    areas, method, level = found.areas, start.method, start.confidence_level
    drawn: dict[str, Any] = {"resamples": resamples, "seed": start.seed}
    rule: dict[str, Any] = {"two_sided": start.two_sided, **drawn}
    x, y = _series(areas, method)
    test = permutation_test(x, y, method=method, **rule)
    assert test.statistic is not None
    assert test.p_value is not None
    gate = noise_gate(areas, dispersion=dispersion, placebo=placebo, alpha=ALPHA)
    places = None if labels is None else numbered(labels)
    within = None if places is None else within_test(x, y, places, method=method, **rule)
    judged: PermutationTest | Reordered = test if within is None else within
    assert judged.p_value is not None
    assert judged.min_p is not None
    one_or_more = np.zeros(len(x), np.intp) if places is None else places
    # More random orders would bring a p further down; more areas alone do the rest.
    floor = judged.min_p if judged.exact else floor_of(x, y, one_or_more, start.two_sided)

    def adjust(p_value: float) -> float:
        return family_p(p_value, start.family_size, others)

    done = replace(
        start,
        test=test,
        within=within,
        likeness=None if labels is not None else likeness_of(areas, start.seed),
        null=null_distribution(x, y, method=method, **drawn)
        if within is None
        else within.null(len(x), method),
        gate=gate,
        interval=_interval(x, y, test.statistic, method, interval, level, start.seed),
        measurement=measurement_interval(
            areas,
            dispersion=gate.dispersion,
            has_counts=gate.test is not None,
            method=method,
            confidence_level=level,
            redraws=redraws,
            seed=start.seed,
        ),
        figure_range=figure_range(areas, method=method),
        kendall=None if method == "kendall" else permutation_test(x, y, method="kendall", **rule),
        pearson=pearson_check(areas),
        influence=influence_of(
            areas,
            x,
            y,
            on=on,
            labels=places,
            adjust=adjust,
            p_value=judged.p_value,
            statistic=test.statistic,
            method=method,
            **rule,
        ),
        baseline=baseline_check(
            areas,
            baseline,
            labels=one_or_more,
            adjust=adjust,
            **rule,
        ),
        denominator=denominator_null(
            areas,
            test.statistic,
            method=method,
            confidence_level=level,
            deals=redraws,
            seed=start.seed,
        ),
        strata=None if labels is None else within_strata(areas, x, labels, method),
        detectable=minimal_detectable_correlation(len(areas)),
        with_left_out=_with_left_out(found, method, rule),
        maryland_level=1,
        adjusted_p=adjust(judged.p_value),
        adjusted_min_p=adjust(floor),
        adjusted_by=None if start.family_size == 1 else "Bonferroni" if others is None else "Holm",
    )
    done = replace(done, verdict=verdict(done))
    return replace(done, cautions=in_order([*start.cautions, *doubts(done, family_stated=stated)]))


def _check(
    method: str, two_sided: str, interval: str | None, override: Collection[str], level: float
) -> None:
    one_of(method, "method", METHODS)
    one_of(two_sided, "rule", RULES)
    proper_fraction(level, "confidence_level")
    known = INTERVALS[method]
    if interval is not None and (not isinstance(interval, str) or interval not in known):
        held = ", ".join(known) or "none"
        raise UnknownNameError(
            f"No interval {interval!r} for {METHODS[method]}; there are: {held}. Percentile "
            "bootstrap intervals cover too little at few areas, and are not offered."
        )
    for name in names_of(override, "override", "the names of refusals to pass over"):
        one_of(name, "override", OVERRIDES)


def _series(areas: pd.DataFrame, method: Method) -> tuple[_Floats, _Floats]:
    x, y = (areas[side].to_numpy() for side in ("spend", "g"))
    return (np.log(x) if method == "pearson" else x), y


def _interval(
    x: _Floats, y: _Floats, r: float, method: Method, kind: str | None, level: float, seed: int
) -> CorrelationInterval | None:
    kind = kind or next(iter(INTERVALS[method]), None)
    if kind is None:
        return None
    if kind == "bca":
        statistic: Any = method
        return bca_interval(
            x.tolist(), y.tolist(), statistic=statistic, confidence_level=level, seed=seed
        )
    formula = bonett_wright if kind == "bonett-wright" else fisher_z_interval
    return formula(r, len(x), level)


def _with_left_out(
    found: Pairing, method: Method, rule: Mapping[str, Any]
) -> PermutationTest | None:
    """Test with the areas that were left out although both of their sides are known."""
    if found.left_out.empty:
        return None
    whole = pd.concat([found.areas, found.left_out])
    if method == "pearson" and (whole["spend"] <= 0).any():
        return None
    return permutation_test(*_series(whole, method), method=method, **rule)


def _total(counts: pd.Series[float]) -> int | None:
    return int(counts.sum()) if len(counts) and counts.notna().all() else None
