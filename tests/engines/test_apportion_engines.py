"""Awards of lazy frames are split to the pence of the eager form, by every rule."""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from engine_frames import Columns, Maker, every_lazy_engine, pandas_numpy, rows

from pccfunding import apportion

AREAS = [f"A{number:03d}" for number in range(43)]
FIRST_YEAR, LAST_YEAR = 1999, 2036


def by_area() -> Columns:
    draw = random.Random(8)
    return {
        "area_code": AREAS,
        # Some weigh nothing, and many the same, so that remainders are equal.
        "weight": [draw.choice([0, 1, 1, 1, 2, 3, 1_000_003]) for _ in AREAS],
    }


def people() -> Columns:
    draw = random.Random(9)
    cells = [(area, year) for area in AREAS for year in range(FIRST_YEAR, LAST_YEAR)]
    return {
        "area_code": [area for area, _ in cells],
        "reference_date": [dt.datetime(year, 6, 30) for _, year in cells],
        "persons": [draw.choice([100_000, draw.randrange(1, 900_000)]) for _ in cells],
        "vintage": ["an example"] * len(cells),
    }


def by_year() -> Columns:
    draw = random.Random(10)
    years = list(range(FIRST_YEAR, LAST_YEAR))
    return {
        "financial_year": [f"{year}-{(year + 1) % 100:02d}" for year in years],
        "weight": [draw.choice([1, 1, 5, 700_001]) for _ in years],
    }


RULES: dict[str, tuple[str, str, Columns | None]] = {
    "weights over areas": ("area_code", "weights", by_area()),
    "equal over areas": ("area_code", "equal", {"area_code": AREAS}),
    "population over areas": ("area_code", "population", people()),
    "months over years": ("financial_year", "months", None),
    "days over years": ("financial_year", "days", None),
    "equal over years": ("financial_year", "equal", None),
    "weights over years": ("financial_year", "weights", by_year()),
}


def awards(rule: str, count: int = 60) -> Columns:
    """Draw awards with bounds, of one to twenty years, or of one where people are the weights.

    The largest still have products that fit into 63 bits, the least cannot be shared by all.
    """
    draw = random.Random(rule)
    # Below this an amount times all the weights fits.
    largest = 10**14 - 1 if "equal" in rule else 10**11
    columns: Columns = {
        name: []
        for name in ("award", "period_start", "period_end", "amount_gbp", "amount_high_gbp")
    }
    for number in range(count):
        start = dt.datetime(
            draw.randrange(2000, 2015), draw.randrange(1, 13), draw.randrange(1, 29)
        )
        days = draw.choice([0, 30, 364, 365, 3000, draw.randrange(365 * 20)])
        if rule == "population over areas":
            start = dt.datetime(draw.randrange(2000, 2030), 4, draw.randrange(1, 29))
            days = draw.randrange(330)
        pence = draw.choice([0, 1, -1, 99, largest, -largest, draw.randrange(-(10**9), 10**9)])
        known = number % 9
        columns["award"].append(number)
        columns["period_start"].append(start)
        columns["period_end"].append(start + dt.timedelta(days=days))
        columns["amount_gbp"].append(pence / 100 if known else None)
        columns["amount_high_gbp"].append(max(pence, pence + 7) / 100 if number % 5 else None)
    return columns


def split(make: Maker, columns: Columns, rule: str) -> list[dict[str, Any]]:
    to, name, by = RULES[rule]
    found = apportion(make(columns), to=to, rule=name, by=None if by is None else make(by))  # type: ignore[arg-type]
    parts = rows(found)
    for part in parts:
        assert part.pop("unknown_reason", None) is None
    return sorted(
        parts, key=lambda row: (row["award"], row["period_start"], row.get("area_code") or "")
    )


@every_lazy_engine
@pytest.mark.parametrize("rule", RULES)
def test_a_lazy_frame_is_split_as_one_at_hand(make: Maker, rule: str) -> None:
    columns = awards(rule)
    found, expected = split(make, columns, rule), split(pandas_numpy, columns, rule)
    assert len(found) == len(expected) > 60
    assert found == expected


@every_lazy_engine
def test_an_award_of_fourteen_years_is_split_over_all_of_them(make: Maker) -> None:
    columns: Columns = {
        "award": [0],
        "period_start": [dt.datetime(2010, 4, 1)],
        "period_end": [dt.datetime(2024, 3, 31)],
        "amount_gbp": [1000.0],
    }
    found = split(make, columns, "months over years")
    # £1,000 over 14 years is £71.42 and 12 pence left, which the first 12 years have.
    assert [row["amount_gbp"] for row in found] == [71.43] * 12 + [71.42] * 2
    assert {row["basis"] for row in found} == {"derived"}
    assert [row["period_start"][:4] for row in found] == [str(year) for year in range(2010, 2024)]


@every_lazy_engine
def test_a_year_without_a_weight_is_the_reason(make: Maker) -> None:
    columns: Columns = {
        "award": [0, 1, 2, 3],
        "period_start": [dt.datetime(year, 4, 1) for year in (2019, 2021, 2020, 2020)],
        "period_end": [dt.datetime(year, 3, 31) for year in (2021, 2023, 2022, 2023)],
        "amount_gbp": [10.0] * 4,
    }
    # 2021-22 has no weight: the years on both sides of it are no run.
    by = make({"financial_year": ["2019-20", "2020-21", "2022-23"], "weight": [1, 3, 1]})
    found = rows(apportion(make(columns), to="financial_year", rule="weights", by=by))
    found.sort(key=lambda row: (row["award"], row["period_start"]))
    assert [(row["award"], row["amount_gbp"]) for row in found] == [
        (0, 2.5),
        (0, 7.5),
        (1, None),
        (2, None),
        (3, None),
    ]
    assert [row["unknown_reason"] for row in found[2:]] == ["no weight for a part"] * 3


def test_the_query_does_not_grow_with_the_areas() -> None:
    """Areas are rows of a table that is joined, not expressions: the cost of one is constant."""
    columns = awards("equal over areas")
    plans = set()
    for count in (6, 43, 170):
        by = pl.LazyFrame({"area_code": [f"A{number:03d}" for number in range(count)]})
        found = apportion(pl.LazyFrame(columns), to="area_code", rule="equal", by=by)
        assert isinstance(nw.from_native(found), nw.LazyFrame)
        plans.add(re.sub("[0-9]+", "n", found.explain(optimized=False)))
        assert found.select(pl.len()).collect().item() == count * 60
    assert len(plans) == 1
