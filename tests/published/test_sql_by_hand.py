"""The measures against SQL that was written by hand, on SQLite; intervals against SciPy."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pandas as pd
import pytest
from scipy.stats import binomtest

import pccfunding as pcc

YEARS = range(2014, 2023)


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    """Three thousand award lines of 43 forces, whole pence, from a settled generator."""
    chance = random.Random(20240401)
    areas = pcc.load_areas()
    forces = areas.loc[areas["kind"] == "police_force_area", "area_code"].tolist()
    rows = [(chance.choice(forces), chance.choice(YEARS), chance.randrange(10**8))
            for _ in range(3_000)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["area_code", "year", "pence"])
    frame["amount_gbp"] = frame["pence"] / 100
    frame["period_start"] = pd.to_datetime(frame["year"].astype(str) + "-04-01")
    frame["period_end"] = pd.to_datetime((frame["year"] + 1).astype(str) + "-03-31")
    return frame.assign(status="award")


@pytest.fixture(scope="module")
def database(ledger: pd.DataFrame) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    tables = {
        "awards": ledger[["area_code", "year", "pence"]],
        "people": pcc.load_population()[["area_code", "reference_date", "persons"]],
        "crime": pcc.load_recorded_crime()[
            ["area_code", "offence", "period_start", "period_end", "offences"]
        ],
        "prices": pcc.load_deflator()[["financial_year", "price_index"]],
    }
    for name, table in tables.items():
        texts = table.assign(
            **{
                column: table[column].dt.strftime("%Y-%m-%d")
                for column in table.select_dtypes("datetime")
            }
        )
        texts.to_sql(name, connection, index=False)
    yield connection
    connection.close()


SPEND = """
SELECT a.area_code, a.year, sum(a.pence) AS pence, p.persons,
       CAST(sum(a.pence) AS REAL) / 100 / p.persons AS per_head
FROM awards AS a JOIN people AS p
  ON p.area_code = a.area_code AND p.reference_date = a.year || '-06-30'
GROUP BY a.area_code, a.year ORDER BY a.area_code, a.year
"""


def spend(ledger: pd.DataFrame) -> pd.DataFrame:
    found = pcc.per_capita_spend(ledger, pcc.load_population(), by="area_code")
    found = found.assign(year=found["period_start"].dt.year)
    return found.sort_values(["area_code", "year"], ignore_index=True)


def test_spend_per_head(ledger: pd.DataFrame, database: sqlite3.Connection) -> None:
    told = pd.read_sql(SPEND, database)
    found = spend(ledger)
    assert len(told) > 380
    keys = ["area_code", "year"]
    assert found[keys].values.tolist() == told[keys].values.tolist()
    assert (found["spend_gbp"] * 100).round().astype("int64").equals(told["pence"])
    assert found["persons"].tolist() == told["persons"].tolist()
    assert found["spend_gbp_per_head"].tolist() == pytest.approx(told["per_head"], rel=1e-12)


def test_change_from_year_to_year(ledger: pd.DataFrame, database: sqlite3.Connection) -> None:
    told = pd.read_sql(
        f"""
        WITH spend AS ({SPEND})
        SELECT now.area_code, now.year, now.pence - before.pence AS change,
               100.0 * (now.pence - before.pence) / before.pence AS percent
        FROM spend AS now LEFT JOIN spend AS before
          ON before.area_code = now.area_code AND before.year = now.year - 1
        ORDER BY now.area_code, now.year
        """,
        database,
    )
    found = pcc.year_on_year(spend(ledger).drop(columns="year"), value="spend_gbp", by="area_code")
    found = found.sort_values(["area_code", "period_start"], ignore_index=True)
    assert found["change_pct"].isna().equals(told["percent"].isna())
    known = told["percent"].notna()
    assert 300 < known.sum() < len(told)
    assert (found["change_gbp"][known] * 100).round().tolist() == told["change"][known].tolist()
    assert found["change_pct"][known].tolist() == pytest.approx(told["percent"][known], rel=1e-10)


def test_reduction_and_its_interval(database: sqlite3.Connection) -> None:
    told = pd.read_sql(
        """
        SELECT base.area_code, base.offence, base.offences AS before, after.offences AS after,
               100.0 * (base.offences - after.offences) / base.offences AS reduction
        FROM crime AS base JOIN crime AS after USING (area_code, offence)
        WHERE base.period_start = '2019-01-01' AND base.period_end = '2019-12-31'
          AND after.period_start = '2023-01-01' AND after.period_end = '2023-12-31'
          AND base.offences > 0 AND after.offences IS NOT NULL
        ORDER BY base.area_code, base.offence
        """,
        database,
    )
    found = pcc.reduction(
        pcc.load_recorded_crime(), baseline="2019", comparison="2023", by=["area_code", "offence"]
    )
    joined = told.merge(found, on=["area_code", "offence"], how="left", validate="1:1")
    assert len(joined) > 100
    assert joined["reduction_pct"].tolist() == pytest.approx(joined["reduction"], rel=1e-12)
    for row in joined.sample(60, random_state=1).to_dict("records"):
        before, after = int(row["before"]), int(row["after"])
        if after == 0:
            continue
        share = binomtest(after, before + after).proportion_ci(0.95, method="exact")
        ends = [100 * (1 - one / (1 - one)) for one in (share.high, share.low)]
        shown = [row["reduction_low_pct"], row["reduction_high_pct"]]
        assert shown == pytest.approx(ends, abs=1e-6), row


def test_real_terms(ledger: pd.DataFrame, database: sqlite3.Connection) -> None:
    told = pd.read_sql(
        """
        SELECT a.rowid AS line, a.pence / 100.0 * base.price_index / of_year.price_index AS real_gbp
        FROM awards AS a
        JOIN prices AS of_year
          ON of_year.financial_year = a.year || '-' || substr('0' || ((a.year + 1) % 100), -2)
        JOIN prices AS base ON base.financial_year = '2019-20'
        ORDER BY a.rowid
        """,
        database,
    )
    found = pcc.real_terms(ledger, pcc.load_deflator(), base="2019-20")
    assert len(found) == len(told) == len(ledger)
    # Amounts are rounded to the nearest penny.
    assert found["amount_real_gbp"].tolist() == pytest.approx(told["real_gbp"], abs=0.00501)
    rates = pcc.real_terms(
        ledger.rename(columns={"amount_gbp": "spend_gbp_per_head"}),
        pcc.load_deflator(),
        base="2019-20",
        value="spend_gbp_per_head",
    )
    real = rates["spend_real_gbp_per_head"].tolist()
    assert real == pytest.approx(told["real_gbp"], rel=1e-12)
