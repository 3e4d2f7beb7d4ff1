"""Every measure of every ledger is the same on every engine, and what plain Python gives."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from engine_frames import (
    EAGER,
    Columns,
    Maker,
    duckdb_relation,
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

from pccfunding import encode_keys, per_capita_spend, real_terms, reconcile, reduction, year_on_year
from pccfunding.measures import _kernel

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

    def noted(*arguments: Any) -> Any:
        calls.append(kernel(*arguments))
        return calls[-1]

    monkeypatch.setattr(_kernel, "sum_measured", noted)
    measured(pandas_encoded, all_in_one())
    assert len(calls) == 2
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
