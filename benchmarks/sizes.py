"""The measures on few rows and on many, beside the same work by hand in pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import Call, Comparison, benchmark
from benchmarks._ledger import BY, by_hand_pandas, encoded_ledger, people
from benchmarks.ledger import USED, same_spend, strings
from pccfunding import per_capita_spend, year_on_year

SIZES = {"8": 8, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
# Rounds are many where a call is short: one call of a few milliseconds is mostly noise.
REPEATS = {"8": 40, "100k": 2, "1m": 1, "10m": 1}
# How many times as fast as the same work by hand.
GOALS = {
    ("spend", "categories"): {"8": 1, "100k": 2, "1m": 2, "10m": 4},
    ("spend", "text"): {"8": 1.1, "100k": 1.1, "1m": 1.1, "10m": 1.1},
    ("growth", "categories"): {"8": 0.5, "100k": 1, "1m": 1},
    ("growth", "text"): {"8": 0.5, "100k": 1, "1m": 1},
}
ALONE = "pandas, a few lines: sums alone"
MOST_MS = {"spend": 4, "growth": 5}


def growth_by_hand(awards: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Compare each year with the one before as one would in pandas, bounds and counts with it."""
    sums = by_hand_pandas(awards, persons)
    values = ["spend_gbp", "spend_low_gbp", "spend_high_gbp"]
    before = sums[[*BY, "period_start", *values]]
    before = before.assign(period_start=before["period_start"] + pd.DateOffset(years=1))
    found = sums.merge(
        before, on=[*BY, "period_start"], how="left", suffixes=("", "_previous"), sort=False
    )
    now, then = found["spend_gbp"], found["spend_gbp_previous"]
    found["change_pct"] = (100 * (now - then) / then).where(then > 0)
    least, most = found["spend_low_gbp_previous"], found["spend_high_gbp_previous"]
    found["change_low_pct"] = (100 * (found["spend_low_gbp"] - most) / most).where(least > 0)
    found["change_high_pct"] = (100 * (found["spend_high_gbp"] - least) / least).where(least > 0)
    return found


def sums_alone(awards: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Work the least that many would write: sums over people, without bounds, counts or reasons."""
    sums = awards.groupby([*BY, "period_start"], observed=True)["amount_gbp"].sum().reset_index()
    held = persons.assign(period_start=persons["reference_date"] - pd.offsets.MonthBegin(3))
    held = held[["area_code", "period_start", "persons"]]
    found = sums.merge(held, on=["area_code", "period_start"], how="left")
    found["spend_gbp_per_head"] = found["amount_gbp"] / found["persons"]
    return found


def changes_alone(awards: pd.DataFrame, _: pd.DataFrame) -> pd.DataFrame:
    """Work the least that many would write: each sum and the one of the year before."""
    sums = awards.groupby([*BY, "period_start"], observed=True)["amount_gbp"].sum().reset_index()
    later = sums.assign(period_start=sums["period_start"] + pd.DateOffset(years=1))
    found = sums.merge(
        later, on=[*BY, "period_start"], how="left", suffixes=("", "_previous"), sort=False
    )
    now, then = found["amount_gbp"], found["amount_gbp_previous"]
    found["change_pct"] = 100 * (now - then) / then
    return found


def same_growth(answers: Mapping[str, Any]) -> str:
    ours, theirs, least = answers.values()
    assert len(ours) == len(least)
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours["amount_gbp"], theirs["spend_gbp"], rtol=1e-12)
    np.testing.assert_allclose(ours["change_pct"], theirs["change_pct"], rtol=1e-9, atol=1e-9)
    return f"{len(ours):,} groups agree in their amounts and changes"


def both_same(answers: Mapping[str, Any]) -> str:
    """Compare the two that do the same work; the third has as many groups."""
    *same, least = answers
    assert len(answers[least]) == len(answers[same[0]])
    return same_spend({name: answers[name] for name in same})


def repeated(call: Callable[[], Any], times: int) -> Call:
    def run() -> Any:
        for _ in range(times - 1):
            call()
        return call()

    return Call(run, units=times)


def enter(measure: str, size: str, keys: str) -> None:
    """Enter one measure at one size as a benchmark."""

    def compared(rows: int | None) -> Comparison:
        count = rows or SIZES[size]
        # Eight rows of a ledger with unknown amounts: few rows are drawn from many.
        frame = encoded_ledger(max(count, 1000))[USED].iloc[:count].reset_index(drop=True)
        if size == "8":
            frame.loc[0, ["amount_gbp", "amount_low_gbp", "amount_high_gbp"]] = np.nan
        persons = people()
        if keys == "text":
            frame = strings(frame)
        else:
            persons = persons.astype({"area_code": frame["area_code"].dtype})
        ours: dict[str, Callable[[], Any]] = {
            "per_capita_spend": lambda: per_capita_spend(frame, persons, by=BY),
            "year_on_year": lambda: year_on_year(frame, value="amount_gbp", by=BY),
        }
        spend = measure == "per_capita_spend"
        by_hand, alone = (by_hand_pandas, sums_alone) if spend else (growth_by_hand, changes_alone)
        calls = {
            measure: ours[measure],
            "pandas by hand": lambda: by_hand(frame, persons),
            ALONE: lambda: alone(frame, persons),
        }
        return Comparison(
            work=f"{count:,} rows in pandas, keys of {keys}, {measure} with bounds and counts; "
            f"by hand the same columns without the checks of the rows",
            calls={name: repeated(call, REPEATS[size]) for name, call in calls.items()},
            agree=both_same if spend else same_growth,
            at_least={"pandas by hand": goals[size]},
            at_most_ms=MOST_MS[short] if size == "8" else None,
            why="sums alone leave out bounds, counts, reasons, and the looks for amounts that are "
            "no pence, mixed flows, doubled people, areas inside others and years that are cut",
        )

    short = "spend" if measure == "per_capita_spend" else "growth"
    goals = GOALS[short, keys]
    if size not in goals:
        return
    compared.__name__ = f"sizes_{short}_{keys}_{size}"
    benchmark(compared)


for one in ("per_capita_spend", "year_on_year"):
    for many in SIZES:
        for kind in ("text", "categories"):
            enter(one, many, kind)
