"""The printed reductions of 2019 to 2023 come out of the counts, with their Poisson intervals."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pccfunding import Interval, parse_printed
from pccfunding.measures import reduction

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
CAMBRIDGESHIRE = "E23000023"

# Counts of the years ending December 2019 (as first published) and December 2023 (revised).
COUNTS = {
    "Residential burglary": (3497, 2210),
    "Bicycle theft": (4619, 2224),
    "Theft from the person": (986, 914),
    "Robbery": (796, 688),
    "Vehicle offences": (6137, 4848),
}
# What was printed; the change and its exact Poisson interval, worked with scipy.stats.binomtest;
# and whether the printed number, read as rounded, is what the counts give.
PRINTED = {
    "Residential burglary": ("37%", -36.803, -40.108, -33.327, "equal"),
    "Bicycle theft": ("52%", -51.851, -54.247, -49.342, "equal"),
    # The count of 2023 was revised after the report.
    "Theft from the person": ("8.5%", -7.302, -15.373, 1.530, "compatible"),
    # Printed of personal robbery, which the tables do not tell apart.
    "Robbery": ("13%", -13.568, -22.065, -4.163, "compatible"),
}
RISES = {
    "Total recorded crime (excluding fraud)": (67861, 70894, 4.469, 3.374, 5.576),
    "Violence against the person": (19828, 25254, 27.365, 25.014, 29.763),
    "Shoplifting": (4579, 6046, 32.038, 27.043, 37.236),
}
# The same intervals by the normal approximation to the log ratio, to a tenth, for comparison.
APPROXIMATE = {
    "Residential burglary": (-40.1, -33.3),
    "Bicycle theft": (-54.2, -49.4),
    "Theft from the person": (-15.3, 1.4),
    "Robbery": (-22.0, -4.3),
    "Vehicle offences": (-23.9, -18.0),
}
NEIGHBOURHOOD = ("Residential burglary", "Robbery", "Theft from the person", "Vehicle offences")


def table_of(counts: dict[str, tuple[int, int]]) -> pd.DataFrame:
    rows = [
        {
            "area_code": CAMBRIDGESHIRE,
            "offence": offence,
            "period_start": pd.Timestamp(year, 1, 1),
            "period_end": pd.Timestamp(year, 12, 31),
            "offences": count,
        }
        for offence, both in counts.items()
        for year, count in zip((2019, 2023), both, strict=True)
    ]
    return pd.DataFrame(rows)


def bundled(offences: tuple[str, ...] | None = None) -> pd.DataFrame:
    with (DATASETS / "recorded_crime.csv").open(encoding="utf-8", newline="") as lines:
        rows = [
            {**row, "offences": int(row["offences"])}
            for row in csv.DictReader(lines)
            if row["area_code"] == CAMBRIDGESHIRE and (not offences or row["offence"] in offences)
        ]
    table = pd.DataFrame(rows)
    for day in ("period_start", "period_end"):
        table[day] = pd.to_datetime(table[day])
    return table


def fell(table: pd.DataFrame, by: str = "offence") -> dict[str, dict[str, Any]]:
    result = reduction(table, baseline="2019", comparison="2023", by=by)
    return {row[by]: row for row in result.to_dict("records")}


def change_of(row: dict[str, Any]) -> tuple[float, float, float]:
    """Give the change and its interval to three decimals, negative for a fall."""
    numbers = (row["change_pct"], -row["reduction_high_pct"], -row["reduction_low_pct"])
    first, low, high = (round(number, 3) for number in numbers)
    return first, low, high


SOURCES = {
    "worked by hand": lambda: table_of(COUNTS),
    "bundled": lambda: bundled(tuple(COUNTS)),
}
both_sources = pytest.mark.parametrize("source", SOURCES)


@both_sources
@pytest.mark.parametrize("offence", COUNTS)
def test_the_counts(source: str, offence: str) -> None:
    row = fell(SOURCES[source]())[offence]
    assert (row["offences_baseline"], row["offences_comparison"]) == COUNTS[offence]
    assert (row["n_known"], row["n_figures"]) == (2, 2)


@both_sources
@pytest.mark.parametrize("offence", PRINTED)
def test_a_printed_reduction(source: str, offence: str) -> None:
    printed, change, low, high, verdict = PRINTED[offence]
    row = fell(SOURCES[source]())[offence]
    assert change_of(row) == (change, low, high)
    assert row["reduction_pct"] == -row["change_pct"]

    read = parse_printed(printed).strict
    assert read is not None
    counts = COUNTS[offence]
    exact = Fraction(100 * (counts[0] - counts[1]), counts[0])
    noise = Interval.of(str(row["reduction_low_pct"]), str(row["reduction_high_pct"]))
    assert (exact in read) is (verdict == "equal")
    assert read.within(noise)


@both_sources
def test_neighbourhood_crime_by_proxy(source: str) -> None:
    table = SOURCES[source]()
    parts = table[table["offence"].isin(NEIGHBOURHOOD)]
    row = fell(parts, by="area_code")[CAMBRIDGESHIRE]
    assert (row["offences_baseline"], row["offences_comparison"]) == (11_416, 8_660)
    assert change_of(row) == (-24.142, -26.239, -21.986)
    # Printed as 24% (of a definition with personal robbery only).
    assert 23.5 <= row["reduction_pct"] <= 24.5
    assert row["n_figures"] == 8


@pytest.mark.parametrize("offence", RISES)
def test_the_rises_that_were_not_quoted(offence: str) -> None:
    before, after, change, low, high = RISES[offence]
    row = fell(bundled((offence,)))[offence]
    assert (row["offences_baseline"], row["offences_comparison"]) == (before, after)
    assert change_of(row) == (change, low, high)


@pytest.mark.parametrize("offence", APPROXIMATE)
def test_the_approximation_is_near(offence: str) -> None:
    _, low, high = change_of(fell(table_of(COUNTS))[offence])
    assert (low, high) == pytest.approx(APPROXIMATE[offence], abs=0.16)


def test_the_two_years_come_from_different_releases() -> None:
    caution = fell(bundled())["Robbery"]["caution"]
    assert caution == (
        "releases differ: PFA tables, year ending December 2019; "
        "PFA tables, year ending December 2024"
    )


def test_no_fall_without_its_noise() -> None:
    """Theft from the person fell by 7.3%, and no change at all lies inside the interval."""
    row = fell(table_of(COUNTS))["Theft from the person"]
    assert row["reduction_low_pct"] < 0 < row["reduction_pct"]
