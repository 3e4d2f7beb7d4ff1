"""Every measure of every ledger is the same on every engine, and what plain Python gives."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from functools import cache
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from engine_frames import (
    EAGER,
    Columns,
    Maker,
    duckdb_relation,
    every_lazy_engine,
    pandas_numpy,
    polars_lazy,
    rows,
    spark_table,
)
from hypothesis import settings
from ledgers import (
    YEARS,
    Ledger,
    Row,
    all_in_one,
    drawn,
    growth_rows,
    real_rows,
    reduction_rows,
    spend_rows,
)

from pccfunding import (
    apportion,
    encode_keys,
    per_capita_spend,
    real_terms,
    reconcile,
    reduction,
    year_on_year,
)
from pccfunding.errors import TableError
from pccfunding.money import kernel as _kernel
from pccfunding.reconciliation import ledgers as long_ledgers

BY = ["ledger", "funding_stream"]
# All ledgers run as one table on every engine; so many of them run alone too, an empty one first.
ALONE = max(3, settings.default.max_examples // 10)
Measured = dict[str, list[Row]]


def pandas_encoded(columns: Columns) -> Any:
    frame = pandas_numpy(columns)
    words = ("ledger", "funding_stream", "area_code", "status", "flow", "vintage", "offence")
    held = [word for word in words if word in frame]
    return encode_keys(
        frame, vocabularies={word: [*set(frame[word].dropna()), "never"] for word in held}
    )


single_engines = pytest.mark.parametrize(
    "make", [*EAGER, pandas_encoded, polars_lazy, duckdb_relation]
)
whole_engines = pytest.mark.parametrize(
    "make",
    [
        *EAGER,
        pandas_encoded,
        polars_lazy,
        duckdb_relation,
        pytest.param(spark_table, marks=pytest.mark.spark),
    ],
)


def typed(make: Maker, columns: Columns, like: Columns) -> Any:
    """Make a frame whose columns have their types even where they hold nothing.

    A row that is like the others is put in first and filtered out of what was made.
    """
    first, *_ = columns
    frame = make({name: [*like[name], *values] for name, values in columns.items()})
    return nw.from_native(frame).filter(nw.col(first) != like[first][0]).to_native()


LIKE = Ledger(
    [
        {
            "line_id": -1,
            "ledger": "only",
            "funding_stream": "Roads",
            "area_code": "E23000023",
            "year": 2019,
            "status": "award",
            "pence": 100,
            "low": 50,
            "high": 150,
        }
    ],
    {("like", 2019): 1},
    {2019: 100.0},
    [
        {
            "ledger": "like",
            "area_code": "E23000023",
            "offence": "Robbery",
            "year": 2019,
            "offences": 1,
        }
    ],
)


def measured(make: Maker, ledger: Ledger) -> Measured:
    """Work every measure of a ledger on one engine."""
    awards = typed(make, ledger.awards, LIKE.awards)
    people = typed(make, ledger.population, LIKE.population)
    prices = make(ledger.deflator)
    found = {
        "spend": rows(per_capita_spend(awards, people, by=BY)),
        "growth": rows(year_on_year(awards, value="amount_gbp", by=BY)),
        "real": rows(real_terms(awards, prices, base=f"{YEARS[0]}-{YEARS[0] % 100 + 1}")),
    }
    found["real"].sort(key=lambda row: row["line_id"])
    if any(row["year"] in (2019, 2021) for row in ledger.crime):
        crime = typed(make, ledger.recorded_crime, LIKE.recorded_crime)
        found["reduction"] = rows(
            reduction(crime, baseline="2019", comparison="2021", by=["ledger", "offence"])
        )
    return found


@cache
def by_pandas(number: int | None) -> Measured:
    return measured(pandas_numpy, all_in_one() if number is None else drawn()[number])


def same(row: Row, other: Row) -> bool:
    """Whether two rows hold the same, numbers to the last digits of a float."""
    return row.keys() == other.keys() and all(
        value == other[name]
        or (
            isinstance(value, float | int)
            and isinstance(other[name], float | int)
            and math.isclose(value, other[name], rel_tol=1e-12)
        )
        for name, value in row.items()
    )


def assert_same(found: list[Row], expected: list[Row], ledger: Ledger) -> None:
    assert len(found) == len(expected), ledger
    for row, other in zip(found, expected, strict=True):
        assert same(row, other), (row, other, ledger)


def assert_alike(found: Measured, expected: Measured, ledger: Ledger) -> None:
    assert found.keys() == expected.keys()
    for name, table in expected.items():
        assert_same(found[name], table, ledger)


def assert_worked(found: Measured, ledger: Ledger) -> None:
    """Hold what was found against plain Python."""
    references = {"spend": spend_rows, "growth": growth_rows, "reduction": reduction_rows}
    for name, reference in references.items():
        worked = reference(ledger)
        told = [
            {column: row[column] for column in worked[0]} for row in found.get(name, []) if worked
        ]
        assert_same(told, worked, ledger)
    for row, line in zip(found["real"], real_rows(ledger, YEARS[0]), strict=True):
        exact, value = line["exact"], row["amount_real_gbp"]
        assert (value is None) is (exact is None)
        if exact is not None:
            assert abs(round(100 * value) - exact) <= 0.5 + abs(exact) * 1e-12 + 1e-6


@single_engines
def test_each_ledger_gives_what_pandas_gives(make: Maker) -> None:
    for number, ledger in enumerate(drawn()[:ALONE]):
        assert_alike(measured(make, ledger), by_pandas(number), ledger)


@whole_engines
def test_all_ledgers_as_one_table_give_what_plain_python_gives(make: Maker) -> None:
    found = measured(make, all_in_one())
    assert_worked(found, all_in_one())
    assert_alike(found, by_pandas(None), all_in_one())


def test_pandas_gives_what_plain_python_gives() -> None:
    for number, ledger in enumerate(drawn()[:ALONE]):
        assert_worked(by_pandas(number), ledger)


def test_the_ledgers_hold_what_makes_measures_go_wrong() -> None:
    assert len(drawn()) >= settings.default.max_examples
    whole, growth = all_in_one(), by_pandas(None)["growth"]
    assert any(line["pence"] is None for line in whole.lines), "unknowns"
    assert any(row["amount_gbp_previous"] == 0 for row in growth), "zero bases"
    assert any("no figure for the year before" in (row["unknown_reason"] or "") for row in growth)
    assert any(row["n_figures"] > 1 for row in growth), "duplicate keys"
    assert any(not ledger.lines for ledger in drawn()), "empty frames"


def test_encoded_frames_are_added_up_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    kernel = _kernel.sum_measured

    def noted(*arguments: Any, **options: Any) -> Any:
        calls.append(kernel(*arguments, **options))
        return calls[-1]

    monkeypatch.setattr(_kernel, "sum_measured", noted)
    ledger = all_in_one()
    # Few enough that their cells are worth counting: beyond that the other path takes over.
    ledger.lines = [line for line in ledger.lines if line["ledger"] < "010"]
    measured(pandas_encoded, ledger)
    assert len(calls) == 3
    assert all(found is not None for found in calls)


@whole_engines
def test_reconciling_by_group_gives_the_same_verdicts(make: Maker) -> None:
    known = [line for line in all_in_one().lines if line["funding_stream"] is not None]
    table = Ledger(known).awards
    del table["status"]
    totals = dict.fromkeys(("Roads", "Victims"), "£0.00")
    expected = reconcile(pandas_numpy(table), totals, by="funding_stream").groups
    found = reconcile(make(table), totals, by="funding_stream").groups
    assert [key for key, _ in found] == [key for key, _ in expected]
    for (_, one), (_, other) in zip(found, expected, strict=True):
        assert (one.verdict, one.gap, one.text) == (other.verdict, other.gap, other.text)


@whole_engines
def test_a_long_ledger_is_added_up_on_its_engine_and_judged_alike(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = all_in_one().awards
    by = ["ledger", "funding_stream", "status"]
    places = zip(*(table[name] for name in by), strict=True)
    totals = dict.fromkeys(places, "£1,000.00")
    for relation in ("sum", "part_of"):
        expected = dict(reconcile(pandas_numpy(table), totals, by=by, relation=relation).groups)
        monkeypatch.setattr(long_ledgers, "_LISTED", 0)
        found = reconcile(make(table), totals, by=by, relation=relation).groups
        monkeypatch.undo()
        assert {key for key, _ in found} == set(expected)
        for key, one in found:
            assert replace(one, working="") == replace(expected[key], working="")
        assert {one.verdict for one in expected.values()} > {"cannot be told"}


def spanning(ledger: Ledger) -> Columns:
    """Stretch the awards over up to four years, some beginning or ending inside a year."""
    columns = ledger.awards
    numbers = columns["line_id"]
    columns["period_start"] = [
        start.replace(month=4 + number % 8, day=1 + number % 28)
        for start, number in zip(columns["period_start"], numbers, strict=True)
    ]
    columns["period_end"] = [
        end.replace(year=end.year + number % 4, month=3 - number % 2, day=28 - number % 3)
        for end, number in zip(columns["period_end"], numbers, strict=True)
    ]
    return columns


def parts_of(make: Maker, columns: Columns, **options: Any) -> list[Row]:
    by = options.get("by")
    made = {**options, "by": make(by)} if by is not None else options
    found = rows(apportion(make(columns), **made))
    found.sort(key=lambda row: (row["line_id"], row["period_start"], row["area_code"] or ""))
    assert all(row.pop("unknown_reason", None) is None for row in found)
    return found


AREA_PARTS: Columns = {"area_code": ["E1", "E2", "E3"], "weight": [3, 1, 7]}


@whole_engines
@pytest.mark.parametrize(
    "options",
    [
        {"to": "financial_year"},
        {"to": "financial_year", "rule": "equal"},
        {"to": "area_code", "rule": "weights", "by": AREA_PARTS},
    ],
    ids=["days", "equal", "weights"],
)
def test_awards_are_spread_to_the_same_penny(make: Maker, options: dict[str, Any]) -> None:
    columns = spanning(all_in_one())
    found = parts_of(make, columns, **options)
    assert_same(found, parts_of(pandas_numpy, columns, **options), all_in_one())
    for number, line in enumerate(all_in_one().lines):
        if line["pence"] is not None:
            pounds = [row["amount_gbp"] for row in found if row["line_id"] == number]
            assert sum(round(100 * part) for part in pounds) == line["pence"]


PEOPLE: Columns = {
    "area_code": ["E1", "E2", "E1", "E2"],
    "reference_date": [dt.datetime(year, 6, 30) for year in (2019, 2019, 2020, 2020)],
    "persons": [100, 200, 150, 150],
    "vintage": ["rebased"] * 4,
}


@every_lazy_engine
def test_a_lazy_frame_is_spread_by_population_and_says_what_it_cannot_spread(make: Maker) -> None:
    awards: Columns = {
        "line_id": [0, 1, 2, 3, 4],
        "area_code": ["E0"] * 5,
        "period_start": [dt.datetime(year, 4, 1) for year in (2019, 2020, 2021, 2019, 2019)],
        "period_end": [dt.datetime(year, 3, 31) for year in (2020, 2021, 2022, 2021, 2020)],
        "amount_gbp": [100.0, 0.01, 5.0, 5.0, 1.005],
    }
    result = apportion(make(awards), to="area_code", rule="population", by=make(PEOPLE))
    assert isinstance(nw.from_native(result), nw.LazyFrame)
    found = sorted(rows(result), key=lambda row: (row["line_id"], row["area_code"]))
    assert [row["amount_gbp"] for row in found] == [33.33, 66.67, 0.01, 0.0, *[None] * 6]
    assert [row["unknown_reason"] for row in found[::2]] == [
        None,
        None,
        "no weight for a part",
        "a period that cannot be split",
        "an amount is no whole number of pence, or too large",
    ]
    backwards = {**awards, "period_end": [dt.datetime(2018, 3, 31)] * 5}
    found = rows(apportion(make(backwards), to="financial_year"))
    assert {row["unknown_reason"] for row in found} == {"a period that cannot be split"}
    assert sorted(row["awarded_gbp"] for row in found) == sorted(awards["amount_gbp"])
    with pytest.raises(TableError, match="collect it first to split it over months"):
        apportion(make(awards), to="month")
