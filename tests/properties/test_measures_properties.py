"""Laws of the measures, and the same numbers worked in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import binomtest

from pccfunding.frames.days import day_code_of
from pccfunding.measures import per_capita_spend, real_terms, reduction, year_on_year

STREAMS = ("Roads", "Victims", None)
AREAS = ("E23000023", "E23000037", "E23000001")
YEARS = range(2018, 2024)
Row = dict[str, Any]
Group = tuple[Any, int]

engines = pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
few = settings(max_examples=max(3, settings.default.max_examples // 4))

pence = st.integers(-(10**9), 10**11)


def financial_year(start: int) -> Row:
    return {"period_start": date(start, 4, 1), "period_end": date(start + 1, 3, 31)}


@st.composite
def award_lines(draw: st.DrawFn) -> Row:
    """Draw an award of whole pence: exact, bounded, one-sided, a range, or unknown."""
    amount = draw(st.none() | pence)
    ends = [None, None]
    if amount is not None:
        below, above = draw(st.integers(0, 10**6)), draw(st.none() | st.integers(0, 10**6))
        ends = [amount - below, None if above is None else amount + above]
    elif draw(st.booleans()):
        ends = sorted([draw(pence), draw(pence)])
    return {
        "funding_stream": draw(st.sampled_from(STREAMS)),
        "area_code": draw(st.sampled_from(AREAS)),
        "year": draw(st.sampled_from(YEARS)),
        "pence": amount,
        "low": ends[0],
        "high": ends[1],
    }


lines = st.lists(award_lines(), min_size=1, max_size=12)


def pounds(number: int | None) -> float | None:
    return None if number is None else number / 100


def frame_of(make: Any, rows: list[Row]) -> Any:
    columns = {
        "funding_stream": [row["funding_stream"] for row in rows],
        "area_code": [row["area_code"] for row in rows],
        "amount_gbp": [pounds(row["pence"]) for row in rows],
        "amount_low_gbp": [pounds(row["low"]) for row in rows],
        "amount_high_gbp": [pounds(row["high"]) for row in rows],
    }
    for day in ("period_start", "period_end"):
        columns[day] = [financial_year(row["year"])[day] for row in rows]
    return typed(make, columns)


def typed(make: Any, columns: dict[str, list[Any]]) -> Any:
    """Give every column its type, even where it holds nothing."""
    if make is pl.DataFrame:
        words = ("funding_stream", "area_code", "offence", "vintage", "financial_year")
        dates = ("period_start", "period_end", "reference_date")
        kinds = dict.fromkeys(words, pl.String) | dict.fromkeys(dates, pl.Date)
        schema = {name: kinds.get(name, pl.Float64) for name in columns}
        return pl.DataFrame(columns, schema=schema)
    frame = pd.DataFrame(columns)
    for name in frame:
        if str(name).endswith(("_start", "_end", "_date")):
            frame[name] = pd.to_datetime(frame[name])
        elif str(name).endswith("_gbp") or name in ("offences", "persons"):
            frame[name] = frame[name].astype("float64")
    return frame


def plain(value: Any) -> Any:
    missing = value is None or value is pd.NaT or value != value
    return None if missing else value


def rows_of(frame: Any) -> list[Row]:
    rows = frame.to_dicts() if isinstance(frame, pl.DataFrame) else frame.to_dict("records")
    return [{str(name): plain(value) for name, value in row.items()} for row in rows]


def by_group(frame: Any) -> dict[Group, Row]:
    return {(row["funding_stream"], row["period_start"].year): row for row in rows_of(frame)}


def population(persons: dict[tuple[str, int], int]) -> dict[str, list[Any]]:
    return {
        "area_code": [area for area, _ in persons],
        "reference_date": [date(year, 6, 30) for _, year in persons],
        "persons": list(persons.values()),
        "vintage": ["rebased"] * len(persons),
    }


peoples = st.dictionaries(
    st.tuples(st.sampled_from(AREAS), st.sampled_from(YEARS)), st.integers(0, 10**7), min_size=1
)


def grouped(rows: list[Row]) -> dict[Group, list[Row]]:
    groups: dict[Group, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["funding_stream"], row["year"]].append(row)
    return groups


def added(rows: list[Row], column: str) -> int | None:
    numbers = [row[column] for row in rows]
    return None if None in numbers else sum(numbers)


@engines
@few
@given(rows=lines, persons=peoples)
def test_spend_per_head_is_what_plain_python_gives(
    make: Any, rows: list[Row], persons: dict[tuple[str, int], int]
) -> None:
    frame, people = frame_of(make, rows), typed(make, population(persons))
    found = by_group(per_capita_spend(frame, people, by="funding_stream"))
    expected = grouped(rows)
    assert found.keys() == expected.keys()
    for group, members in expected.items():
        row, areas = found[group], {member["area_code"] for member in members}
        for side, column in (("", "pence"), ("_low", "low"), ("_high", "high")):
            assert row[f"spend{side}_gbp"] == pounds(added(members, column))
        known = [member["pence"] for member in members if member["pence"] is not None]
        assert row["spend_known_gbp"] == (pounds(sum(known)) if known else None)
        assert (row["n_known"], row["n_figures"]) == (len(known), len(members))
        counts = [persons.get((area, group[1])) for area in areas]
        total = None if None in counts else sum(filter(None, counts))
        assert row["persons"] == total
        for side, column in (("", "pence"), ("_low", "low"), ("_high", "high")):
            amount = added(members, column)
            rate = row[f"spend{side}_gbp_per_head"]
            if amount is None or not total:
                assert rate is None
            else:
                assert rate * total == pytest.approx(amount / 100, rel=1e-12)
        whole = len(known) == len(members) and bool(total)
        assert (row["unknown_reason"] is None) is whole


@engines
@few
@given(data=st.data(), rows=lines)
def test_totals_do_not_depend_on_the_order_of_the_rows(
    make: Any, data: st.DataObject, rows: list[Row]
) -> None:
    shuffled = data.draw(st.permutations(rows))
    people = typed(make, population({("E23000023", 2020): 7}))
    one, other = (
        per_capita_spend(frame_of(make, part), people, by="funding_stream")
        for part in (rows, shuffled)
    )
    assert one.equals(other)
    one, other = (
        year_on_year(frame_of(make, part), value="amount_gbp", by="funding_stream")
        for part in (rows, shuffled)
    )
    assert one.equals(other)


@engines
@few
@given(data=st.data(), rows=lines)
def test_totals_do_not_depend_on_how_rows_are_split(
    make: Any, data: st.DataObject, rows: list[Row]
) -> None:
    parts = []
    for row in rows:
        first = data.draw(st.integers(-(10**6), 10**6))
        whole = {name: row[name] for name in ("pence", "low", "high")}
        rest = {name: None if n is None else n - first for name, n in whole.items()}
        head = {name: None if n is None else first for name, n in whole.items()}
        parts += [{**row, **head}, {**row, **rest}]
    people = typed(make, population({("E23000023", 2020): 7}))
    one, other = (
        by_group(per_capita_spend(frame_of(make, part), people, by="funding_stream"))
        for part in (rows, parts)
    )
    names = [name for name in next(iter(one.values())) if name.startswith("spend")]
    for group, row in one.items():
        assert [row[name] for name in names] == [other[group][name] for name in names]
        assert other[group]["n_figures"] == 2 * row["n_figures"]


@engines
@few
@given(rows=lines)
def test_year_on_year_is_what_plain_python_gives_and_crosses_no_gap(
    make: Any, rows: list[Row]
) -> None:
    found = by_group(year_on_year(frame_of(make, rows), value="amount_gbp", by="funding_stream"))
    groups = grouped(rows)
    assert found.keys() == groups.keys()
    for (stream, year), members in groups.items():
        row, before = found[stream, year], groups.get((stream, year - 1))
        now = added(members, "pence")
        then = None if before is None else added(before, "pence")
        assert row["amount_gbp"] == pounds(now)
        assert row["amount_gbp_previous"] == pounds(then)
        if now is None or then is None:
            assert row["change_gbp"] is row["change_pct"] is None
            assert row["unknown_reason"]
        else:
            assert row["change_gbp"] == (now - then) / 100
            change = float(Fraction(100 * (now - then), then)) if then > 0 else None
            assert row["change_pct"] == (None if change is None else pytest.approx(change))
        if before is None:
            assert "no figure for the year before" in row["unknown_reason"]


@few
@given(rows=lines, place=st.fractions(0, 1), other=st.fractions(0, 1))
def test_the_bounds_of_a_change_hold_for_any_values_inside(
    rows: list[Row], place: Fraction, other: Fraction
) -> None:
    found = rows_of(
        year_on_year(frame_of(pd.DataFrame, rows), value="amount_gbp", by="funding_stream")
    )
    for row in found:
        ends = [
            row[f"amount_{end}_gbp{year}"] for year in ("", "_previous") for end in ("low", "high")
        ]
        if None in ends or ends[2] <= 0:
            continue
        now = ends[0] + float(place) * (ends[1] - ends[0])
        then = ends[2] + float(other) * (ends[3] - ends[2])
        change = 100 * (now - then) / then
        slack = 1e-9 * (1 + abs(change))
        assert row["change_low_pct"] - slack <= change <= row["change_high_pct"] + slack


counts = st.integers(0, 5_000)


def crime_of(make: Any, counted: dict[str, tuple[int, int]]) -> Any:
    cells = [
        (offence, year, count)
        for offence, both in counted.items()
        for year, count in zip((2019, 2023), both, strict=True)
    ]
    return typed(
        make,
        {
            "offence": [offence for offence, _, _ in cells],
            "area_code": ["E23000023"] * len(cells),
            "period_start": [date(year, 1, 1) for _, year, _ in cells],
            "period_end": [date(year, 12, 31) for _, year, _ in cells],
            "offences": [count for _, _, count in cells],
        },
    )


@engines
@few
@given(
    before=counts,
    after=counts,
    persons=st.none() | st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    level=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_the_interval_is_that_of_the_exact_binomial_test(
    make: Any, before: int, after: int, persons: tuple[int, int] | None, level: float
) -> None:
    people = None
    if persons is not None:
        held = {("E23000023", 2019): persons[0], ("E23000023", 2023): persons[1]}
        people = typed(make, population(held))
    (row,) = rows_of(
        reduction(
            crime_of(make, {"Robbery": (before, after)}),
            baseline="2019",
            comparison="2023",
            by="offence",
            population=people,
            confidence_level=level,
        )
    )
    exposure = 1.0 if persons is None else persons[1] / persons[0]
    log_ratio = math.log((after + 0.5) / (before + 0.5) / exposure)
    assert row["log_reduction"] == pytest.approx(-log_ratio, abs=1e-12)
    if before == 0:
        assert row["change_pct"] is row["reduction_low_pct"] is row["reduction_high_pct"] is None
        assert row["unknown_reason"]
        return
    share = binomtest(after, before + after).proportion_ci(level, "exact")
    low, high = (100 * (1 - end / (1 - end) / exposure) for end in (share.high, share.low))
    assert row["reduction_low_pct"] == pytest.approx(low, rel=1e-7, abs=1e-7)
    assert row["reduction_high_pct"] == pytest.approx(high, rel=1e-7, abs=1e-7)
    assert row["reduction_pct"] == -row["change_pct"]
    assert row["reduction_low_pct"] <= row["reduction_pct"] <= row["reduction_high_pct"]
    ratio = Fraction(after, before) * (1 if persons is None else Fraction(persons[0], persons[1]))
    assert row["change_pct"] == pytest.approx(float(100 * (ratio - 1)), abs=1e-9)


@engines
@few
@given(
    counted=st.dictionaries(
        st.sampled_from(["Robbery", "Shoplifting", "Bicycle theft", "Vehicle offences"]),
        st.tuples(counts, counts),
        min_size=1,
    )
)
def test_the_whole_lies_in_the_hull_of_its_parts(
    make: Any, counted: dict[str, tuple[int, int]]
) -> None:
    crime = crime_of(make, counted)
    windows = {"baseline": "2019", "comparison": "2023"}
    (whole,) = rows_of(reduction(crime, by="area_code", **windows))
    assert whole["offences_baseline"] == sum(before for before, _ in counted.values())
    parts = [row["reduction_pct"] for row in rows_of(reduction(crime, by="offence", **windows))]
    if None not in parts:
        assert min(parts) - 1e-9 <= whole["reduction_pct"] <= max(parts) + 1e-9


prices = st.dictionaries(st.sampled_from(YEARS), st.floats(1, 200), min_size=1)


def deflator_of(make: Any, index: dict[int, float]) -> Any:
    labels = [f"{year}-{(year + 1) % 100:02d}" for year in index]
    return typed(make, {"financial_year": labels, "price_index": list(index.values())})


@engines
@few
@given(rows=lines, index=prices, data=st.data())
def test_real_terms_of_the_own_year_are_the_cash(
    make: Any, rows: list[Row], index: dict[int, float], data: st.DataObject
) -> None:
    base = data.draw(st.sampled_from(sorted(index)))
    label = f"{base}-{(base + 1) % 100:02d}"
    real = rows_of(real_terms(frame_of(make, rows), deflator_of(make, index), base=label))
    assert len(real) == len(rows)
    for row, found in zip(rows, real, strict=True):
        for side, column in (("", "pence"), ("_low", "low"), ("_high", "high")):
            cash, value = row[column], found[f"amount_real{side}_gbp"]
            if cash is None or row["year"] not in index:
                assert value is None
            elif row["year"] == base:
                assert value == cash / 100
            else:
                exact = Fraction(cash) * Fraction(index[base]) / Fraction(index[row["year"]])
                step = Fraction(1, 2) if column == "pence" else Fraction(1, 200)
                slack = step + abs(exact) * Fraction(1, 10**12) + Fraction(1, 10**6)
                assert abs(Fraction(value) * 100 - exact) <= slack
        unknown = row["pence"] is None or row["year"] not in index
        assert (found["unknown_reason"] is not None) is unknown
        assert found["price_base"] == label


@given(day=st.dates(date(1899, 4, 1), date(2199, 3, 31)), other=st.dates())
def test_days_have_codes_in_their_order(day: date, other: date) -> None:
    assert (day_code_of(day) < day_code_of(other)) is (day < other)
    if (day.month, day.day) != (2, 29):
        assert day_code_of(day.replace(year=day.year + 1)) - day_code_of(day) == 372
