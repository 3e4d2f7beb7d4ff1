"""The other measures on few rows and on many, beside the same numbers by hand in pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import fdtri

from benchmarks import Comparison, benchmark
from benchmarks._ledger import encoded_ledger
from benchmarks.ledger import USED, strings
from benchmarks.sizes import repeated
from pccfunding import load_deflator, offence_rates, real_terms, reduction

BASE = "2020-21"
YEARS = (("2018-04-01", "2019-03-31"), ("2022-04-01", "2023-03-31"))
BY = ["area_code", "offence"]
MOST_MS = 12
BY_HAND = "pandas by hand"


def counts(rows: int) -> pd.DataFrame:
    """Give counts of both years, of as many areas and classes as make so many rows."""
    rng = np.random.default_rng(7)
    areas = [f"E9{number:07d}" for number in range(max(2, min(43, rows // 2)))]
    classes = [f"Class {number}" for number in range(max(1, rows // (2 * len(areas))))]
    cells = [(area, name, *year) for area in areas for name in classes for year in YEARS]
    frame = pd.DataFrame(cells, columns=[*BY, "period_start", "period_end"])
    days = {name: pd.to_datetime(frame[name]) for name in ("period_start", "period_end")}
    return frame.assign(**days, offences=rng.integers(100, 10_000, len(frame)))


def residents(frame: pd.DataFrame) -> pd.DataFrame:
    areas = frame["area_code"].unique()
    cells = [(area, year) for area in areas for year in (2018, 2022)]
    people = pd.DataFrame(cells, columns=["area_code", "year"])
    return pd.DataFrame(
        {
            "area_code": people["area_code"],
            "reference_date": pd.to_datetime(people["year"].astype(str) + "-06-30"),
            "persons": 100_000 + np.arange(len(people)),
            "vintage": "an example",
        }
    )


def fall_by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    """Work changes and their exact intervals as one would in pandas."""
    sides = [
        frame[frame["period_start"].eq(first) & frame["period_end"].eq(last)]
        .groupby(BY)["offences"]
        .sum()
        for first, last in YEARS
    ]
    found = pd.concat(sides, axis=1, keys=["before", "after"]).reset_index()
    x, y = found["before"], found["after"]
    found["reduction_pct"] = -100 * (y - x) / x
    low = y / (x + 1) * fdtri(2 * y, 2 * (x + 1), 0.025)
    high = (y + 1) / x * fdtri(2 * (y + 1), 2 * x, 0.975)
    found["reduction_low_pct"], found["reduction_high_pct"] = 100 * (1 - high), 100 * (1 - low)
    found["log_reduction"] = -np.log((y + 0.5) / (x + 0.5))
    found["variance_log_reduction"] = 1 / (x + 0.5) + 1 / (y + 0.5)
    return found


def rates_by_hand(frame: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Work rates of financial years as one would in pandas."""
    frame = frame.assign(year=frame["period_start"].dt.year - (frame["period_start"].dt.month < 4))
    sums = frame.groupby([*BY, "year"])["offences"].sum().reset_index()
    held = people.assign(year=people["reference_date"].dt.year)[["area_code", "year", "persons"]]
    found = sums.merge(held, on=["area_code", "year"], how="left")
    found["offences_per_1000"] = 1000 * found["offences"] / found["persons"]
    return found


def real_by_hand(frame: pd.DataFrame, deflator: pd.DataFrame) -> pd.DataFrame:
    """Put amounts and bounds into prices as one would in pandas."""
    index = deflator.set_index(deflator["financial_year"].str[:4].astype(int))["price_index"]
    start = frame["period_start"]
    factor = index[int(BASE[:4])] / (start.dt.year - (start.dt.month < 4)).map(index)
    found = frame.assign(price_base=BASE)
    for name, digits in (("", 2), ("low_", 4), ("high_", 4)):
        real = frame[f"amount_{name}gbp"] * factor
        found[f"amount_real_{name}gbp"] = np.floor(real * 10**digits + 0.5) / 10**digits
    found["unknown_reason"] = np.where(frame["amount_gbp"].isna(), "unknown amount", None)
    return found


def same(column: str) -> Callable[[Mapping[str, Any]], str]:
    """Compare one column of both answers."""

    def agree(answers: Mapping[str, Any]) -> str:
        ours, theirs = answers.values()
        assert len(ours) == len(theirs)
        np.testing.assert_allclose(
            ours[column].to_numpy(dtype=float), theirs[column].to_numpy(dtype=float), rtol=1e-9
        )
        return f"{len(ours):,} rows agree in {column}"

    return agree


def enter(
    name: str,
    size: int,
    of: Callable[[int], tuple[Callable[[], Any], Callable[[], Any]]],
    column: str,
    *,
    at_least: float | None,
    why: str,
) -> None:
    """Enter one measure at one size; eight rows have a goal in milliseconds."""
    few = size == 8

    def compared(rows: int | None) -> Comparison:
        ours, by_hand = of(rows or size)
        times = 20 if few else 1
        return Comparison(
            work=f"{rows or size:,} rows in pandas, {name}; by hand the numbers alone",
            calls={name: repeated(ours, times), BY_HAND: repeated(by_hand, times)},
            agree=same(column),
            at_least={} if at_least is None else {BY_HAND: at_least},
            at_most_ms=MOST_MS if few else None,
            why=why,
        )

    compared.__name__ = f"measure_{name}_{'8' if few else f'{size // 1000}k'}"
    benchmark(compared)


def falls(rows: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    frame = counts(rows)
    windows = {"baseline": "2018-19", "comparison": "2022-23"}
    return lambda: reduction(frame, by=BY, **windows), lambda: fall_by_hand(frame)


def rates(rows: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    frame = counts(rows)
    people = residents(frame)
    return lambda: offence_rates(frame, people, by=BY), lambda: rates_by_hand(frame, people)


def real(rows: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    frame = strings(encoded_ledger(max(rows, 1000))[USED].iloc[:rows].reset_index(drop=True))
    deflator = load_deflator()
    return lambda: real_terms(frame, base=BASE), lambda: real_by_hand(frame, deflator)


_GROUPS = "each group is asked for series breaks, vintages, gaps in its window and classes that "
_GROUPS += "overlap, in Python: the reasons are sentences"
for many in (8, 10_000):
    enter("reduction", many, falls, "reduction_pct", at_least=None, why=_GROUPS)
    enter("offence_rates", many, rates, "offences_per_1000", at_least=None, why=_GROUPS)
_ROWS = "each row is looked at for prices it has already and for its year, and keeps its reason"
for many in (8, 100_000, 1_000_000):
    enter("real_terms", many, real, "amount_real_gbp", at_least=None, why=_ROWS)
