"""Every refusal of an association and of a reordering, word for word."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
from association_cases import FORCES, fall_of, spend_of

import pccfunding as pcc
from pccfunding.permutation import (
    adjusted_p,
    attainable_levels,
    critical_r,
    critical_value,
    null_distribution,
    permutation_family,
    permutation_test,
)

family = pcc.spend_vs_reduction_family
SPEND, FALL = spend_of(range(1, 8), FORCES), fall_of([3, 9, 4, 14, 8, 20, 11], FORCES)


def held(
    spend: pd.DataFrame | None = None, fall: pd.DataFrame | None = None, **options: Any
) -> object:
    return pcc.spend_vs_reduction(
        SPEND if spend is None else spend, FALL if fall is None else fall, **options
    )


def with_first(frame: pd.DataFrame, **cells: Any) -> pd.DataFrame:
    """Change cells of the first row."""
    changed = frame.copy()
    for column, value in cells.items():
        changed[column] = [value, *changed[column].iloc[1:]]
    return changed


def doubled(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    return pd.concat([frame, frame.assign(**columns)], ignore_index=True)


def placebo(**days: str) -> pd.DataFrame:
    return FALL.assign(**{name: pd.Timestamp(day) for name, day in days.items()})


def bare(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.drop(columns=[*columns])


EARLY = {"baseline_start": "2010-04-01", "baseline_end": "2011-03-31"}
OUTCOME = ("offences_baseline", "offences_comparison", "log_reduction", "variance_log_reduction")

REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "baseline": (
        lambda: held(baseline=3.5),
        "baseline is 3.5; it takes the name of a column, or a value for each area.",
    ),
    "infinite": (
        lambda: held(with_first(SPEND, spend_gbp_per_head=math.inf)),
        "spend column 'spend_gbp_per_head' holds an infinite number; leave it missing.",
    ),
    "outside its bounds": (
        lambda: held(with_first(SPEND, spend_low_gbp_per_head=3.0)),
        "spend: spend_gbp_per_head of E23000001 is 1.0, outside its own bounds 3.0 to 1.0. "
        "Correct one of them, or leave the bounds out.",
    ),
    "below zero": (
        lambda: held(with_first(SPEND, spend_gbp_per_head=-1.0, spend_low_gbp_per_head=-1.0)),
        "spend is below 0 in E23000001; corrections belong in the sum before.",
    ),
    "no count, before": (
        lambda: held(fall=with_first(FALL, offences_baseline=12345.678949)),
        "reduction: offences_baseline of E23000001 is 12345.6789, which is no count of offences. "
        "Give counts as they were counted; leave what is not known missing.",
    ),
    "no count, after": (
        lambda: held(fall=with_first(FALL, offences_comparison=-2.0)),
        "reduction: offences_comparison of E23000001 is −2, which is no count of offences. "
        "Give counts as they were counted; leave what is not known missing.",
    ),
    "several streams": (
        lambda: held(doubled(SPEND, funding_stream="Another Fund")),
        "spend holds 2 streams (Another Fund, Invented Fund). Keep one, or test them "
        "together with spend_vs_reduction_family.",
    ),
    "many streams": (
        lambda: held(
            pd.concat([SPEND.assign(funding_stream=f"Fund {number}") for number in range(4)])
        ),
        "spend holds 4 streams (Fund 0, Fund 1, Fund 2, ...). Keep one, or test them "
        "together with spend_vs_reduction_family.",
    ),
    "several classes": (
        lambda: held(fall=doubled(FALL, offence="Burglary")),
        "reduction holds 2 offence classes (Burglary, Robbery). Keep one, or test them "
        "together with spend_vs_reduction_family.",
    ),
    "several windows": (
        lambda: held(
            doubled(
                SPEND,
                period_start=pd.Timestamp("2013-04-01"),
                period_end=pd.Timestamp("2014-03-31"),
            )
        ),
        "spend holds 2 windows (2013-04-01 to 2014-03-31; 2014-04-01 to 2015-03-31). Keep "
        "one, or name lag.",
    ),
    "an area twice": (
        lambda: held(doubled(SPEND)),
        "spend holds 'E23000001' in 'area_code' more than once; keep one row each.",
    ),
    "an outcome twice": (
        lambda: held(fall=doubled(FALL)),
        "reduction holds 'E23000001' in 'area_code' more than once; keep one row each.",
    ),
    "placebo without a fall": (
        lambda: held(placebo=bare(FALL, "log_reduction")),
        "placebo takes what reduction() gives for two years before the money: log_reduction"
        " and variance_log_reduction for each area.",
    ),
    "placebo not before": (
        lambda: held(placebo=placebo(**EARLY, period_end="2014-04-01")),
        "The placebo's last day 2014-04-01 is not before the money starts (2014-04-01); "
        "give two earlier years that do not overlap.",
    ),
    "placebo of two": (
        lambda: held(
            placebo=placebo(**EARLY, period_start="2012-04-01", period_end="2013-03-31").head(2)
        ),
        "placebo knows 2 of the areas; it takes three or more.",
    ),
    "no outcome": (
        lambda: held(fall=bare(FALL, *OUTCOME)),
        "reduction has no outcome: it takes offences_baseline and offences_comparison, a "
        "log_reduction, or score_baseline and score_comparison.",
    ),
    "fall and counts": (
        lambda: held(fall=with_first(FALL, log_reduction=-0.25)),
        "reduction: log_reduction of E23000001 is −0.25, and its counts 20,000 and 19,400 "
        "say otherwise. Leave the column out, and it is taken from the counts; it is above "
        "0 where offences fell.",
    ),
    "strata unknown": (
        lambda: held(strata="need"),
        "strata is 'need'; it takes a stratum for each area, the name of a column of spend "
        "or reduction that holds them, or 'region' for the regions of the areas.",
    ),
    "strata lacking": (
        lambda: held(strata={FORCES[0]: "a"}),
        "strata has no stratum for E23000002; give one for each area.",
    ),
    "several strata": (
        lambda: pcc.spend_vs_reduction_family(
            doubled(SPEND.assign(side="a"), side="b", funding_stream="Other"), FALL, strata="side"
        ),
        "side gives E23000001 several strata; each area lies in one.",
    ),
    "interval": (
        lambda: held(interval="percentile"),
        "No interval 'percentile' for Spearman's rho; there are: bonett-wright, bca. "
        "Percentile bootstrap intervals cover too little at few areas, and are not offered.",
    ),  # type: ignore[arg-type]
    "interval of tau": (
        lambda: held(method="kendall", interval="fisher-z"),
        "No interval 'fisher-z' for Kendall's tau-b; there are: none. Percentile bootstrap "
        "intervals cover too little at few areas, and are not offered.",
    ),
    "method": (
        lambda: held(method="spearmen"),
        "No method 'spearmen'. Did you mean 'spearman'? There are spearman, kendall, pearson.",
    ),
    "rule": (
        lambda: held(two_sided="doubled"),
        "No rule 'doubled'. Did you mean 'double'? There are double, abs.",
    ),
    "override": (
        lambda: held(override="pandemics"),
        "No override 'pandemics'. Did you mean 'pandemic months'? There are pandemic "
        "months, series break, windows out of order.",
    ),
    "level": (
        lambda: held(confidence_level=95),
        "confidence_level is 95; it lies between 0 and 1, such as 0.95.",
    ),
    "family of none": (
        lambda: held(family=0),
        "family is 0; it counts this correlation too, so 1 or more.",
    ),
    "family of words": (
        lambda: held(family="three"),
        "family is 'three'; it takes a number of tests, or their p values.",
    ),
    "family of no p": (
        lambda: held(family=[0.2, 1.2]),
        "p is 1.2 at position 1; leave out tests that gave no p, and say how many they were.",
    ),
    "lag without days": (
        lambda: held(bare(SPEND, "period_start"), lag=1),
        "lag needs period_start and period_end in both frames; leave it out.",
    ),
    "lag not held": (
        lambda: held(lag=3),
        "No spend ends 3 whole years before 2015-04-01; the lags held are 0.",
    ),
    "resamples": (
        lambda: held(resamples=0),
        "resamples is 0; it takes a whole number of draws such as 9999, or None for every "
        "order of up to 9 areas.",
    ),
    "seed": (lambda: held(seed=-1), "seed is -1; it takes a whole number of 0 or more."),
    "nothing to draw": (
        lambda: held(SPEND.head(3), FALL.head(3)).plot(),
        "plot has nothing to draw: not estimable, fewer than four areas. `areas` and "
        "`dropped` hold what was read.",
    ),  # type: ignore[attr-defined]
    "no offence in a family": (
        lambda: family(SPEND, bare(FALL, "offence")[["area_code", "log_reduction"]]),
        "reduction has no column 'offence'. It has: area_code, log_reduction.",
    ),
    "no offence in the placebo of a family": (
        lambda: family(SPEND, FALL, placebo=FALL[["area_code", "log_reduction"]]),
        "placebo has no column 'offence'. It has: area_code, log_reduction.",
    ),
    "declared": (
        lambda: family(SPEND, FALL, declared="Invented Funds"),
        "No funding stream 'Invented Funds'. Did you mean 'Invented Fund'? There are Invented "
        "Fund.",
    ),
    "lags": (
        lambda: family(SPEND, FALL, lags=1),
        "lags is a int; it takes a row of values, such as a list or a column of a table.",
    ),
    "lag": (
        lambda: held(lag="one"),
        "lag is 'one'; it takes a whole number of years.",
    ),
    "part of a lag": (lambda: held(lag=0.5), "lag is 0.5; it takes a whole number of years."),
    "override of a number": (
        lambda: held(override=3),
        "override is a int; it takes the names of refusals to pass over.",
    ),
    "override of a number in a family": (
        lambda: family(SPEND, FALL, override=3),
        "override is a int; it takes the names of refusals to pass over.",
    ),
    "override of a family": (
        lambda: family(SPEND, FALL, override="pandemics"),
        "No override 'pandemics'. Did you mean 'pandemic months'? There are pandemic "
        "months, series break, windows out of order.",
    ),
    "method of a family": (
        lambda: family(SPEND, FALL, method="kendall"),
        "No method 'kendall'. There are spearman, pearson.",
    ),
    "rule of a family": (
        lambda: family(SPEND, FALL, two_sided="both"),
        "No rule 'both'. There are double, abs.",
    ),
    "left out by number": (
        lambda: held(leave_out=3),
        "leave_out is a int; it takes areas, or a mapping of areas to reasons.",
    ),
    "strata of a number": (
        lambda: held(strata=3),
        "strata is a int; it takes a mapping, such as {'E23000023': 'rural'}.",
    ),
    "family of a word": (
        lambda: held(family=[0.5, "a"]),
        "family holds 'a'; it takes the p values of the others.",
    ),
    "family without an order": (
        lambda: held(family={0.5}),
        "family is a set; it takes a row of values, such as a list or a column of a table.",
    ),
    "family of a flag": (
        lambda: held(family=True),
        "family is True; it takes a number of tests, or their p values.",
    ),
    "baseline not held": (
        lambda: held(fall=FALL[["area_code", "log_reduction"]], baseline="need"),
        "reduction has no column 'need'. It has: area_code, log_reduction.",
    ),
    "baseline of words": (
        lambda: held(SPEND.assign(need="much"), baseline="need"),
        "spend: column 'need' holds 'much', not numbers. Turn it into numbers first; leave what "
        "is not known missing.",
    ),
    "baseline of words, of the outcome": (
        lambda: held(fall=FALL.assign(need="much"), baseline="need"),
        "reduction: column 'need' holds 'much', not numbers. Turn it into numbers first; leave "
        "what is not known missing.",
    ),
    "dispersion of a word": (
        lambda: held(dispersion="high"),
        "dispersion is 'high'; it takes a number.",
    ),
    "dispersion of nothing": (
        lambda: held(dispersion=0),
        "dispersion is 0; it takes a number above 0.",
    ),
    "no areas in spend": (
        lambda: held(SPEND[["spend_gbp_per_head"]]),
        "spend has no column 'area_code'. It has: spend_gbp_per_head.",
    ),
    "no areas in the outcome": (
        lambda: held(fall=FALL[["log_reduction"]]),
        "reduction has no column 'area_code'. It has: log_reduction.",
    ),
    "no such column of spend": (
        lambda: held(SPEND[["area_code", "spend_gbp_per_head"]], spend_column="spend_per_head"),
        "spend has no column 'spend_per_head'. Did you mean 'spend_gbp_per_head'? It has: "
        "area_code, spend_gbp_per_head.",
    ),
    "placebo of a number": (
        lambda: held(placebo=3),
        "placebo is a int, not a table. Give a DataFrame of pandas or Polars, or a lazy frame.",
    ),
    "no orders to draw": (
        lambda: held(SPEND.head(3), FALL.head(3)).plot_null(),
        "plot_null has nothing to draw: not estimable, fewer than four areas. `areas` and "
        "`dropped` hold what was read.",
    ),
    "an area in capitals and not": (
        lambda: held(with_first(SPEND, area_code="e23000002")),
        "spend holds 'e23000002' and 'E23000002' in 'area_code', one area but for capitals "
        "and spaces. Write it one way, and keep one row each.",
    ),
    "p above one": (
        lambda: adjusted_p([0.5, 2.0]),
        "p is 2.0 at position 1; leave out tests that gave no p, and say how many they were.",
    ),
    "levels of one": (
        lambda: attainable_levels(1),
        "n is 1; the orders of areas without ties are counted from 2 to 9 for spearman. "
        "permutation_test draws for more.",
    ),
    "levels of many": (
        lambda: critical_value(21, method="kendall"),
        "n is 21; the orders of areas without ties are counted from 2 to 20 for kendall. "
        "permutation_test draws for more.",
    ),
    "r of two": (
        lambda: critical_r(2),
        "n is 2; the test of r on Student's t takes three areas or more.",
    ),
    "alpha": (
        lambda: critical_r(9, alpha=5),
        "alpha is 5; it takes a level between 0 and 1, such as 0.05.",
    ),
    "constant x": (
        lambda: null_distribution([2, 2, 2], [1, 2, 3]),
        "x is 2 in every area; the order of a constant says nothing.",
    ),
    "constant y": (
        lambda: null_distribution([1, 2, 3], [2.5, 2.5, 2.5]),
        "y is 2.5 in every area; the order of a constant says nothing.",
    ),
    "draws": (
        lambda: permutation_test([1, 2, 3], [1, 2, 3], resamples=True),
        "resamples is True; it takes a whole number of draws such as 9999, or None for "
        "every order of up to 9 areas.",
    ),
    "a seed below zero": (
        lambda: permutation_test([1, 2, 3], [1, 2, 3], seed=-1),
        "seed is -1; it takes a whole number of 0 or more.",
    ),
    "shape": (
        lambda: permutation_test([[[1, 2]]], [1, 2]),
        "x has the shape (1, 1, 2); it takes series x areas.",
    ),
    "several series": (
        lambda: permutation_test([[1, 2, 3], [3, 2, 1]], [1, 2, 3]),
        "x holds 2 series; permutation_family takes several.",
    ),
    "no number": (
        lambda: permutation_test([1, math.nan, 3], [1, 2, 3]),
        "x is nan at position 1; leave out areas without a number.",
    ),
    "no number in a series": (
        lambda: permutation_family([[1, 2, 3], [1, 2, math.inf]], [[1, 2, 3]]),
        "x is inf at series 1, position 2; leave out areas without a number.",
    ),
    "unlike lengths": (
        lambda: permutation_test([1, 2, 3], [1, 2]),
        "x has 3 values and y has 2; they pair by position.",
    ),
    "one area": (
        lambda: permutation_test([1], [1]),
        "x and y have 1 values; a correlation takes two or more.",
    ),
}
