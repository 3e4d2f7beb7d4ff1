"""Counts of two windows and of years, worked by hand: every cell, and every reason for none."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import pytest
from scipy.stats import beta

import pccfunding as pcc

QUARTERS = [
    ("2018-04-01", "2018-06-30"),
    ("2018-07-01", "2018-09-30"),
    ("2018-10-01", "2018-12-31"),
    ("2019-01-01", "2019-03-31"),
]
YEAR = ("2019-04-01", "2020-03-31")
BEFORE, AFTER = "2018-19", "2019-20"


def counts(area: str, quarters: list[int | None], year: int | None, *left_out: int) -> list[Any]:
    days = [days for place, days in enumerate(QUARTERS) if place not in left_out]
    rows = [(area, *span, count) for span, count in zip(days, quarters, strict=True)]
    return rows if year is None else [*rows, (area, *YEAR, year)]


ROWS = [
    *counts("A1", [10, 20, 30, 40], 80),
    *counts("A2", [5, 5, 5], 15, 2),
    *counts("A3", [1, None, 1, None], 15),
    *counts("A4", [5, 5, 5, 5], None),
    *counts("A5", [0, 0, 0, 0], 3),
    *counts("A6", [5, 5, 5, 5], -3),
    *counts("A7", [5, 5, 5, 5], 0),
    *counts("A8", [1, 1, 1, 1], 2),
]
PEOPLE = [
    *[(area, 2018, 1000.0) for area in ("A1", "A2", "A3", "A8")],
    *[("A1", 2019, 2000.0), ("A3", 2019, 0.0), ("A5", 2018, 10.0), ("A5", 2019, 10.0)],
    *[("A7", 2018, 10.0), ("A7", 2019, 20.0), ("A8", 2019, None)],
]


def frames(kind: str) -> tuple[Any, Any]:
    crime: dict[str, list[Any]] = {
        "area_code": [row[0] for row in ROWS],
        "period_start": [date.fromisoformat(row[1]) for row in ROWS],
        "period_end": [date.fromisoformat(row[2]) for row in ROWS],
        "offences": [row[3] for row in ROWS],
    }
    people: dict[str, list[Any]] = {
        "area_code": [row[0] for row in PEOPLE],
        "reference_date": [date(row[1], 6, 30) for row in PEOPLE],
        "persons": [row[2] for row in PEOPLE],
        "vintage": ["new"] * len(PEOPLE),
    }
    if kind == "pandas":
        made = [pd.DataFrame(one) for one in (crime, people)]
        for frame in made:
            for name in frame.columns.intersection(
                ["period_start", "period_end", "reference_date"]
            ):
                frame[name] = pd.to_datetime(frame[name])
        return made[0], made[1]
    tables = [pl.DataFrame(one) for one in (crime, people)]
    return (tables[0].lazy(), tables[1].lazy()) if kind == "lazy" else (tables[0], tables[1])


def rows_of(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, pd.DataFrame):
        found = found.astype(object).where(found.notna(), None)
        return found.to_dict("records")  # type: ignore[no-any-return]
    return found.lazy().collect().to_dicts()  # type: ignore[no-any-return]


def bounds(before: int, after: int, exposure: float) -> tuple[float, float]:
    """Give the reduction that the Clopper-Pearson bounds of the later share leave, in percent."""
    low = beta.ppf(0.025, after, before + 1) if after else 0.0
    high = beta.ppf(0.975, after + 1, before)
    return tuple(100 * (1 - share / (1 - share) / exposure) for share in (high, low))  # type: ignore[return-value]


PARTS = "only 273 of the 365 days of 2018-19 are counted"
UNKNOWN = "2 of 4 counts unknown for 2018-19"


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy"])
@pytest.mark.parametrize("peopled", [False, True])
def test_a_reduction_of_quarters_put_together(kind: str, *, peopled: bool) -> None:
    crime, people = frames(kind)
    given = {"population": people} if peopled else {}
    found = pcc.reduction(crime, baseline=BEFORE, comparison=AFTER, by="area_code", **given)
    rows = {row["area_code"]: row for row in rows_of(found)}
    assert list(rows) == [f"A{number}" for number in range(1, 9)]
    lacking = {
        "A2": ["no population for A2 at mid-2019"],
        "A3": ["population at mid-2019 is zero"],
        "A4": [f"no population for A4 at mid-{year}" for year in (2018, 2019)],
        "A6": [f"no population for A6 at mid-{year}" for year in (2018, 2019)],
        "A8": ["no population for A8 at mid-2019"],
    }
    reasons = {
        "A1": [],
        "A2": [PARTS],
        "A3": [UNKNOWN],
        "A4": ["no count for 2019-20"],
        "A5": [],
        "A6": ["the count for 2019-20 is negative"],
        "A7": [],
        "A8": [],
    }
    for area, said in reasons.items():
        more = lacking.get(area, []) if peopled else []
        zero = ["the count for 2018-19 is zero"] * (area == "A5")
        assert rows[area]["unknown_reason"] == ("; ".join([*said, *more, *zero]) or None)
        assert rows[area]["caution"] is None
    shown = {
        area: (row["offences_baseline"], row["offences_comparison"]) for area, row in rows.items()
    }
    assert shown == {
        "A1": (100, 80),
        "A2": (None, 15),
        "A3": (None, 15),
        "A4": (20, None),
        "A5": (0, 3),
        "A6": (20, -3),
        "A7": (20, 0),
        "A8": (4, 2),
    }
    told = ["n_known_baseline", "n_figures_baseline", "n_known_comparison", "n_figures_comparison"]
    told += ["n_known", "n_figures"]
    number = {area: [row[name] for name in told] for area, row in rows.items()}
    assert number["A1"] == [4, 4, 1, 1, 5, 5]
    assert number["A2"] == [3, 3, 1, 1, 4, 4]
    assert number["A3"] == [2, 4, 1, 1, 3, 5]
    assert number["A4"] == [4, 4, 0, 0, 4, 4]
    # Twice the people in A1: the same counts are a fall of 60%, in A7 of 100%.
    growth = 2.0 if peopled else 1.0
    fell = {"A1": (100, 80, 100 * (1 - 80 / 100 / growth)), "A7": (20, 0, 100.0)}
    if not peopled:
        fell["A8"] = (4, 2, 50.0)
    for area, (before, after, percent) in fell.items():
        row = rows[area]
        assert row["reduction_pct"] == pytest.approx(percent)
        assert row["change_pct"] == pytest.approx(-percent)
        ends = row["reduction_low_pct"], row["reduction_high_pct"]
        assert ends == pytest.approx(bounds(before, after, growth))
        log = -math.log((after + 0.5) / (before + 0.5) / growth)
        assert row["log_reduction"] == pytest.approx(log)
        variance = 1 / (after + 0.5) + 1 / (before + 0.5)
        assert row["variance_log_reduction"] == pytest.approx(variance)
        assert row["confidence_level"] == 0.95
    # Nothing before has no percent, and a logarithm with a half on either side.
    assert rows["A5"]["change_pct"] is None
    assert rows["A5"]["reduction_low_pct"] is None
    assert rows["A5"]["log_reduction"] == pytest.approx(-math.log(3.5 / 0.5))
    for area in {*rows} - {*fell, "A5"}:
        assert rows[area]["change_pct"] is rows[area]["log_reduction"] is None
    if peopled:
        people_shown = {
            area: (row["persons_baseline"], row["persons_comparison"]) for area, row in rows.items()
        }
        assert people_shown == {
            "A1": (1000, 2000),
            "A2": (1000, None),
            "A3": (1000, 0),
            "A4": (None, None),
            "A5": (10, 10),
            "A6": (None, None),
            "A7": (10, 20),
            "A8": (1000, None),
        }
    days = ["baseline_start", "baseline_end", "period_start", "period_end"]
    assert [str(rows["A1"][name])[:10] for name in days] == [
        "2018-04-01",
        "2019-03-31",
        "2019-04-01",
        "2020-03-31",
    ]


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy"])
def test_rates_of_years_say_what_they_lack(kind: str) -> None:
    crime, people = frames(kind)
    rows = rows_of(pcc.offence_rates(crime, people, by="area_code", per=100))
    found = {
        (row["area_code"], str(row["period_start"])[:4]): (
            row["offences"],
            row["persons"],
            row["offences_per_100"],
            row["unknown_reason"],
        )
        for row in rows
    }
    assert found == {
        ("A1", "2018"): (100, 1000, 10.0, None),
        ("A1", "2019"): (80, 2000, 4.0, None),
        ("A2", "2018"): (None, 1000, None, PARTS),
        ("A2", "2019"): (15, None, None, "no population for A2 at mid-2019"),
        ("A3", "2018"): (None, 1000, None, UNKNOWN),
        ("A3", "2019"): (15, 0, None, "population at mid-2019 is zero"),
        ("A4", "2018"): (20, None, None, "no population for A4 at mid-2018"),
        ("A5", "2018"): (0, 10, 0.0, None),
        ("A5", "2019"): (3, 10, 30.0, None),
        ("A6", "2018"): (20, None, None, "no population for A6 at mid-2018"),
        ("A6", "2019"): (
            -3,
            None,
            None,
            "the count for 2019-20 is negative; no population for A6 at mid-2019",
        ),
        ("A7", "2018"): (20, 10, 200.0, None),
        ("A7", "2019"): (0, 20, 0.0, None),
        ("A8", "2018"): (4, 1000, 0.4, None),
        ("A8", "2019"): (2, None, None, "no population for A8 at mid-2019"),
    }
    assert {row["caution"] for row in rows} == {row["series_break"] for row in rows} == {None}


def test_vintages_of_two_windows_are_named() -> None:
    crime = pd.DataFrame(
        {
            "area_code": "A1",
            "period_start": pd.to_datetime([BEFORE[:4] + "-04-01", YEAR[0]]),
            "period_end": pd.to_datetime([QUARTERS[3][1], YEAR[1]]),
            "offences": [5, 6],
        }
    )
    people = frames("pandas")[1]

    def told(*vintages: str) -> Any:
        held = crime.assign(vintage=vintages)
        found = pcc.reduction(held, baseline=BEFORE, comparison=AFTER, by="area_code")
        return rows_of(found)[0]["caution"]

    first = "first published"
    assert told("to March 2020", "to March 2020") is None
    assert told("to March 2019", "to March 2020") == (
        "vintages differ: to March 2019; to March 2020"
    )
    assert told(first, first) == (
        "vintages differ: first published, each window as its own release had it"
    )
    held = crime.assign(vintage=["to March 2019", "to March 2020"])
    years = rows_of(pcc.offence_rates(held, people, by="area_code"))
    assert [year["unknown_reason"] for year in years] == [
        "no count for 2018-19 in this vintage; no population for the area at mid-2018",
        None,
    ]
    assert {year["caution"] for year in years} == {
        "of the vintages to March 2019, to March 2020, to March 2020 is taken"
    }
