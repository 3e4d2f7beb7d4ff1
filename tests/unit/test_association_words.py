"""What associations say, word for word: texts, reports, reasons and what was left out.

The numbers are held by the other tests; here each stands at its place among its words. What is
kept in association_words.txt was read before it was kept.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from association_cases import (
    DISTRICTS,
    FORCES,
    fall_of,
    led_by_need,
    many,
    resting_on_one,
    spend_of,
)

import pccfunding as pcc
from pccfunding.association.family_result import AssociationFamily
from pccfunding.words import is_missing, number_text

KEPT = Path(__file__).with_name("association_words.txt")
FEW_DRAWS = {"resamples": 999, "redraws": 100}
FALLS = [3, 9, 4, 14, 8, 20, 11]


def held(spend: pd.DataFrame, fall: pd.DataFrame, **options: Any) -> Any:
    # Up to seven areas every order is taken.
    draws = FEW_DRAWS if len(fall) > 7 else {"redraws": 100}
    return pcc.spend_vs_reduction(spend, fall, **draws | options)


def seven(spend: dict[str, Any] | None = None, **outcome: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give seven forces, with some columns of one side or the other changed."""
    return spend_of(range(1, 8), FORCES, **spend or {}), fall_of(FALLS, FORCES, **outcome)


def earlier(fall: pd.DataFrame) -> pd.DataFrame:
    """Give an outcome of two years before the money."""
    days = {"baseline_start": "2010-04-01", "baseline_end": "2011-03-31"}
    days |= {"period_start": "2012-04-01", "period_end": "2013-03-31"}
    return fall.assign(**{name: pd.Timestamp(day) for name, day in days.items()})


def refused(spend: dict[str, Any] | None = None, **outcome: Any) -> Callable[[], Any]:
    return lambda: held(*seven(spend, **outcome))


def unnamed() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give amounts of no stream, status or flow beside an outcome of no class."""
    spend, fall = seven()
    return spend.drop(columns=["funding_stream", "status", "flow"]), fall.drop(columns="offence")


def scores() -> pd.DataFrame:
    """Give an outcome that is a score and no count."""
    return percentages().assign(
        score_baseline=50.0, score_comparison=[49, 45, 48, 43, 46, 40, 44.5]
    )


def percentages() -> pd.DataFrame:
    """Give an outcome without its counts."""
    fall = seven()[1]
    return fall.drop(columns=[name for name in fall if "offences" in name or "log" in name])


def several() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give two streams and two outcomes of six districts."""
    streams = {"First Fund": [1, 2, 3, 4, 5, 6], "Second Fund": [2, 1, 4, 3, 6, 5]}
    outcomes = {"Robbery": [5, 9, 12, 15, 19, 24], "Burglary": [9, 5, 12, 19, 15, 24]}
    spend = [spend_of(order, funding_stream=name) for name, order in streams.items()]
    fall = [fall_of(order, offence=name) for name, order in outcomes.items()]
    return pd.concat(spend, ignore_index=True), pd.concat(fall, ignore_index=True)


def family(spend: pd.DataFrame, fall: pd.DataFrame, **options: Any) -> Any:
    return pcc.spend_vs_reduction_family(spend, fall, **options)


def wide_family(**options: Any) -> Any:
    spend, fall = many(0.8, n=24)
    both = pd.concat([fall, fall_of(np.arange(24) % 7 + 5.0, FORCES, offence="Burglary")])
    return family(spend, both, resamples=999, **options)


CASES: dict[str, Callable[[], Any]] = {
    "six districts": lambda: held(spend_of(range(1, 7)), fall_of([5, 9, 12, 15, 19, 24])),
    "four districts": lambda: held(spend_of(range(1, 5)), fall_of([5, 9, 12, 15])),
    "no clear association": lambda: held(*seven()),
    "of a family": lambda: held(*seven(), family=[0.5, 0.01]),
    "of a family by number": lambda: held(*seven(), family=4),
    "counting noise": lambda: held(*seven(before=np.full(7, 300.0))),
    "one area": lambda: held(*resting_on_one()),
    "need": lambda: held(*led_by_need()),
    "association": lambda: held(*many(0.85)),
    "within regions": lambda: held(*many(0.85), strata="region"),
    "with a placebo": lambda: held(*many(0.85), placebo=earlier(many(0.0, seed=5)[1])),
    "with a dispersion": lambda: held(*many(0.85), dispersion=2.0),
    "kendall": lambda: held(*seven(), method="kendall"),
    "pearson": lambda: held(*seven(), method="pearson", interval="bca"),
    "fisher": lambda: held(*seven(), method="pearson", confidence_level=0.9),
    "by size": lambda: held(*seven(), two_sided="abs"),
    "an area left out": lambda: held(*seven(), leave_out={FORCES[2]: "hosts a port"}),
    "a baseline given": lambda: held(
        *seven(), baseline=dict(zip(FORCES, [4.0, 1, 3, 7, 2, 6, 5], strict=False))
    ),
    "in prices, apportioned": lambda: held(
        *seven({"price_base": "2022-23", "apportioned_by": "population"})
    ),
    "without windows": lambda: held(
        *(
            frame.drop(columns=[name for name in frame if name.endswith(("_start", "_end"))])
            for frame in seven()
        )
    ),
    "a lag": lambda: held(*seven(), lag=0),
    "a score": lambda: held(seven()[0], scores()),
    "floors": lambda: held(*seven({"spend_high_gbp_per_head": float("nan")})),
    "figures that overlap": lambda: held(
        *seven({"spend_low_gbp_per_head": 0.5, "spend_high_gbp_per_head": 8.0})
    ),
    "an unknown area": lambda: held(*seven({"spend_gbp_per_head": [1, 2, 3, 4, 5, 6, None]})),
    "districts and forces": lambda: held(
        *seven(
            {"area_code": [*DISTRICTS[:3], *FORCES[3:7]]}, area_code=[*DISTRICTS[:3], *FORCES[3:7]]
        )
    ),
    "mixed flows": refused({"flow": ["pcc_to_recipient", *["home_office_to_pcc"] * 6]}),
    "mixed statuses": refused({"status": ["award", *["outturn"] * 6]}),
    "mixed windows": refused(
        {"period_end": [pd.Timestamp("2015-02-28"), *[pd.Timestamp("2015-03-31")] * 6]}
    ),
    "no area in common": lambda: held(seven()[0], fall_of(FALLS, FORCES[7:])),
    "one area only": lambda: held(*(frame.head(1) for frame in seven())),
    "fewer than four": lambda: held(*(frame.head(3) for frame in seven())),
    "no variation in spend": refused(
        {"spend_gbp_per_head": 2.0, "spend_low_gbp_per_head": 2.0, "spend_high_gbp_per_head": 2.0}
    ),
    "no variation in outcome": lambda: held(seven()[0], fall_of([5] * 7, FORCES)),
    "spend not held": refused({"spend_gbp_per_head": None}),
    "zero spend": lambda: held(
        *seven({"spend_gbp_per_head": range(7), "spend_low_gbp_per_head": range(7)}),
        method="pearson",
    ),
    "windows out of order": refused(
        {"period_start": pd.Timestamp("2016-04-01"), "period_end": pd.Timestamp("2017-03-31")}
    ),
    "series break": refused(series_break="counted anew from 2014"),
    "series break, marked": refused(series_break=True),
    "a break that the calendar knows": lambda: held(
        *seven(
            {"period_start": pd.Timestamp("2003-04-01"), "period_end": pd.Timestamp("2004-03-31")},
            offence="Sexual offences",
            baseline_start="2002-04-01",
            baseline_end="2003-03-31",
            period_start="2004-04-01",
            period_end="2005-03-31",
        )
    ),
    "a constant score": lambda: held(seven()[0], scores().assign(score_comparison=45.0)),
    "pandemic months": refused(period_start="2020-04-01", period_end="2021-03-31"),
    "pandemic overridden": lambda: held(
        *seven(period_start="2020-04-01", period_end="2021-03-31"), override="pandemic months"
    ),
    "beside the pandemic": lambda: held(*seven(period_start="2022-04-01", period_end="2023-03-31")),
    "windows unequal": lambda: held(*seven(baseline_start="2012-10-01")),
    "baseline in the year of the money": lambda: held(
        *seven(baseline_start="2014-04-01", baseline_end="2015-03-31")
    ),
    "nothing is named": lambda: held(*unnamed()),
    "nothing is named, of three": lambda: held(*(frame.head(3) for frame in unnamed())),
    "a family of spend without a stream": lambda: family(unnamed()[0], seven()[1]),
    "long names": lambda: held(
        *seven(
            {"funding_stream": "A fund for all that a name of more than eight words can say"},
            offence="An offence of a name that is longer than eight words too",
        ),
        family=3,
    ),
    "capital letters": refused(offence="ASB"),
    "left out on request": lambda: held(*seven(), leave_out=[FORCES[2], FORCES[4]]),
    "residents that moved": lambda: held(
        *seven(persons_comparison=[1e5, 1e5, 2e5, 1e5, 1e5, 5e4, 1e5])
    ),
    "percentages alone": lambda: held(seven()[0], percentages().assign(change_pct=-3.0)),
    "outcomes unknown": refused(log_reduction=None, unknown_reason="no count for 2012-13"),
    "spend not per head": lambda: held(*seven({"amount_gbp": range(7)}), spend_column="amount_gbp"),
    "a column of one's own": lambda: held(
        *seven({"cost_gbp_per_household": range(2, 9)}), spend_column="cost_gbp_per_household"
    ),
    "any of six undoes it": lambda: held(
        spend_of(range(1, 7)), fall_of([5, 9, 12, 19, 15, 24]), redraws=100
    ),
    "no p for so large a family": lambda: held(
        spend_of(range(1, 7)), fall_of([5, 9, 12, 15, 19, 24]), family=40
    ),
    "an interval knows of no family": lambda: held(*many(0.8, n=14), family=50),
    "an interval of half of all": lambda: held(*many(0.4, n=14), confidence_level=0.5),
    "releases differ": refused(caution="releases differ: old; new"),
    "counts of no residents": refused(persons_baseline=None, persons_comparison=None),
    "grants of one region": lambda: held(*seven(), strata="region"),
    "another seed and rule": lambda: held(*many(0.6, n=12), seed=7, two_sided="abs"),
    "another seed within regions": lambda: held(
        *many(0.6), seed=7, two_sided="abs", strata="region", confidence_level=0.9
    ),
    "kendall with a placebo": lambda: held(
        *many(0.6, n=12), method="kendall", seed=7, placebo=earlier(many(0.0, n=12, seed=5)[1])
    ),
    "pearson with an area left out": lambda: held(
        *many(0.6, n=12), method="pearson", seed=7, two_sided="abs", leave_out=[FORCES[2]]
    ),
    "pearson of a family": lambda: wide_family(method="pearson", seed=7, two_sided="abs"),
    "family with a placebo": lambda: wide_family(
        placebo=earlier(fall_of(np.arange(24) % 5 + 5.0, FORCES)).pipe(
            lambda one: pd.concat([one, one.assign(offence="Burglary")])
        )
    ),
    "family with an area left out": lambda: wide_family(leave_out={FORCES[2]: "hosts a port"}),
    "family with a dispersion": lambda: wide_family(dispersion=2.0),
    "family of six, declared": lambda: family(*several(), declared="First Fund"),
    "family of six, too large": lambda: family(*several()),
    "family": wide_family,
    "family within regions": lambda: wide_family(strata="region"),
    "family at lags": lambda: family(*several(), lags=[0]),
    "family with nothing": lambda: family(*(frame.head(3) for frame in seven())),
}


def said(found: Any) -> list[str]:
    lines = [found.text, *(f"{label}: {value}" for label, value in found.report().lines)]
    frames = {"dropped": found.dropped, "tidy": found.tidy()}
    if isinstance(found, AssociationFamily):
        frames["pair"] = found.frame
    for name, frame in frames.items():
        rows = frame.astype(object).itertuples(index=False)
        lines += [f"{name}: {' | '.join(map(cell, row))}" for row in rows]
    return lines


def cell(value: Any) -> str:
    if is_missing(value):
        return "-"
    return number_text(value) if isinstance(value, float) else str(value)


def kept() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in KEPT.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            lines = found.setdefault(line[2:], [])
        elif line:
            lines.append(line)
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_word_is_the_one_that_was_read(name: str) -> None:
    assert said(CASES[name]()) == kept()[name]
