"""Relations of any connection of DuckDB go through every measure and leave no trace in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from engine_frames import rows

import pccfunding as pcc
from pccfunding.errors import TableError

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

AREA = "E23000023"
KEYS = ["area_code", "funding_stream"]
YEARS = [
    {"period_start": pd.Timestamp(f"{year}-04-01"), "period_end": pd.Timestamp(f"{year + 1}-03-31")}
    for year in (2018, 2020)
]
Tables = dict[str, pd.DataFrame]


@cache
def bundled() -> Tables:
    awards = pcc.load_awards()
    days = awards["period_start"].notna() & awards["period_end"].notna()
    awards = awards[days & (awards["period_start"] <= awards["period_end"])]
    columns = ["figure_id", *KEYS, "period_start", "period_end", "amount_gbp", "status"]
    years = awards["period_start"].dt.year - (awards["period_start"].dt.month < 4)
    one_year = years == awards["period_end"].dt.year - (awards["period_end"].dt.month < 4)
    people = pcc.load_population()
    people = people[people["vintage"] == people["vintage"].max()]
    people = people[people["area_code"] == AREA]
    quarters = pcc.load_recorded_crime_quarters()
    crime = pcc.load_recorded_crime()
    return {
        "awards": awards.loc[one_year & (awards["status"] == "award"), columns],
        "long": awards[columns],
        "people": people[["area_code", "reference_date", "persons", "vintage"]],
        "quarters": quarters[quarters["area_code"] == AREA],
        "crime": crime[crime["area_code"] == AREA],
        "spend": spend(),
        "fell": falls(),
        "deflator": pcc.load_deflator(),
        "parts": pd.DataFrame({"area_code": ["E1", "E2", "E3"], "weight": [3, 1, 7]}),
    }


def spend() -> pd.DataFrame:
    """Give spend per head of seven areas, invented, as per_capita_spend gives it."""
    per_head = [1.0, 2.5, 3.0, 4.5, 2.0, 6.0, 5.0]
    return pd.DataFrame(
        {
            "area_code": [f"E{number}" for number in range(7)],
            "funding_stream": "Invented Fund",
            "period_start": pd.Timestamp("2019-04-01"),
            "period_end": pd.Timestamp("2020-03-31"),
            "persons": 100_000.0,
            "spend_gbp_per_head": per_head,
            "spend_low_gbp_per_head": per_head,
            "spend_high_gbp_per_head": per_head,
        }
    )


def falls() -> pd.DataFrame:
    after = [900, 850, 870, 700, 910, 650, 720]
    rows = [
        {"area_code": f"E{place}", "offence": "Robbery", "offences": count} | year
        for place, late in enumerate(after)
        for count, year in ((1000, YEARS[0]), (late, YEARS[1]))
    ]
    return pcc.reduction(
        pd.DataFrame(rows), baseline="2018-19", comparison="2020-21", by=["area_code", "offence"]
    )


def in_memory(tables: Tables, _: Path) -> Any:
    return filled(duckdb.connect(), tables)


def in_a_file(tables: Tables, folder: Path) -> Any:
    return filled(duckdb.connect(str(folder / "ledger.db")), tables)


def in_a_file_read_only(tables: Tables, folder: Path) -> Any:
    in_a_file(tables, folder).close()
    return duckdb.connect(str(folder / "ledger.db"), read_only=True)


def filled(connection: Any, tables: Tables) -> Any:
    for name, table in tables.items():
        connection.register("given", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")
    return connection


@pytest.fixture(params=[in_memory, in_a_file, in_a_file_read_only])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    made = request.param(bundled(), tmp_path)
    yield made
    made.close()


def held(connection: Any) -> list[Any]:
    """List all that a connection could have been left with: tables, views, settings."""
    tables = connection.execute("SELECT database_name, table_name FROM duckdb_tables()").fetchall()
    views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    settings = connection.execute("SELECT name, value FROM duckdb_settings()").fetchall()
    return sorted(map(str, [*tables, *views, *settings]))


MEASURES: dict[str, Callable[[Callable[[str], Any]], Any]] = {
    "per_capita_spend": lambda of: pcc.per_capita_spend(of("awards"), of("people"), by=KEYS),
    "year_on_year": lambda of: pcc.year_on_year(of("awards"), value="amount_gbp", by=KEYS),
    "real_terms": lambda of: pcc.real_terms(of("awards"), base="2023-24"),
    "real_terms by own prices": lambda of: pcc.real_terms(
        of("awards"), of("deflator"), base="2023-24"
    ),
    "apportion over years": lambda of: pcc.apportion(of("long"), to="financial_year"),
    "apportion over areas": lambda of: pcc.apportion(
        of("awards"), to="area_code", rule="weights", by=of("parts")
    ),
    "reduction": lambda of: pcc.reduction(
        of("crime"), baseline="2019", comparison="2022", by=["area_code", "offence"]
    ),
    "offence_rates": lambda of: pcc.offence_rates(of("quarters"), of("people")),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_of_any_connection_is_that_of_pandas(name: str, connection: Any) -> None:
    before, tables = held(connection), bundled()
    found = MEASURES[name](connection.table)
    assert isinstance(found, duckdb.DuckDBPyRelation)
    expected = MEASURES[name](lambda table: tables[table])
    assert comparable(rows(found)) == comparable(rows(expected))
    # The result is of the same connection: it can be joined there, and written to its files.
    assert found.join(connection.sql("SELECT 1 AS one"), "TRUE").limit(1).columns[-1] == "one"
    assert held(connection) == before


def comparable(table: list[dict[str, Any]]) -> list[str]:
    assert table
    return sorted(
        repr({name: value for name, value in row.items() if name != "unknown_reason"})
        for row in table
    )


def test_a_ledger_is_reconciled_and_traced_on_any_connection(connection: Any) -> None:
    before, tables = held(connection), bundled()
    totals = dict.fromkeys(tables["awards"]["funding_stream"].unique(), "£1,000,000")
    expected = pcc.reconcile(tables["awards"], totals, by="funding_stream").groups
    found = pcc.reconcile(connection.table("awards"), totals, by="funding_stream").groups
    assert {key: one.text for key, one in found} == {key: one.text for key, one in expected}
    spend = pcc.per_capita_spend(connection.table("awards"), connection.table("people"), by=KEYS)
    traced = pcc.trace(spend, of=connection.table("awards"))
    assert sum(1 for _ in rows(traced)) == len(tables["awards"])
    assert held(connection) == before


def test_spend_is_set_beside_reductions_on_any_connection(connection: Any) -> None:
    before, tables = held(connection), bundled()
    for verb in (pcc.spend_vs_reduction, pcc.spend_vs_reduction_family):
        found, expected = (
            verb(of("spend"), of("fell")) for of in (connection.table, tables.__getitem__)
        )
        assert str(found) == str(expected)
    assert held(connection) == before


# Verbs of the tests above that are no measures.
OTHERS = ("reconcile", "trace", "spend_vs_reduction", "spend_vs_reduction_family")


def test_two_connections_are_told_apart(tmp_path: Path) -> None:
    one, other = in_memory(bundled(), tmp_path), in_a_file(bundled(), tmp_path)
    with pytest.raises(TableError, match="awards and population belong to two connections"):
        pcc.per_capita_spend(one.table("awards"), other.table("people"), by=KEYS)
    with pytest.raises(TableError, match="awards and by belong to two connections"):
        pcc.apportion(one.table("awards"), to="area_code", rule="weights", by=other.table("parts"))


def test_every_measure_of_frames_is_tried() -> None:
    """A verb that takes frames of engines is in one of the tests above, or takes rows at hand."""
    at_hand = {"encode_keys", "write_360giving"}
    verbs = {
        name
        for name in pcc.__all__
        if "IntoFrame" in str(getattr(getattr(pcc, name), "__annotations__", {}))
    }
    tried = {name.split()[0] for name in MEASURES} | set(OTHERS)
    assert "apportion" in verbs
    assert verbs <= tried | at_hand
