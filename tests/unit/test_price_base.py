"""Prices are of one year: deflating twice is refused, and the base stays with the real amounts."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import DeflatorError, TableError

FORCE = "E23000023"
DEFLATOR = {"financial_year": ["2022-23", "2023-24", "2024-25"], "price_index": [80.0, 90.0, 100.0]}
PEOPLE = {
    "area_code": [FORCE] * 2,
    "reference_date": pd.to_datetime(["2022-06-30", "2023-06-30"]).to_list(),
    "persons": [100, 100],
    "vintage": ["an example"] * 2,
}
AWARDS = {
    "area_code": [FORCE] * 3,
    "funding_stream": ["Youth", "Youth", "Roads"],
    "period_start": pd.to_datetime(["2022-04-01", "2023-04-01", "2023-04-01"]).to_list(),
    "period_end": pd.to_datetime(["2023-03-31", "2024-03-31", "2024-03-31"]).to_list(),
    "amount_gbp": [800.0, 900.0, None],
}
ENGINES = {
    "pandas": pd.DataFrame,
    "Polars": pl.DataFrame,
    "lazy Polars": pl.LazyFrame,
    "pyarrow": lambda columns: pytest.importorskip("pyarrow").table(columns),
}


def rows(native: Any) -> pd.DataFrame:
    frame = nw.from_native(native).lazy().collect()
    return pd.DataFrame({name: frame[name].to_list() for name in frame.columns})


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Any:
    return ENGINES[request.param]


@pytest.fixture
def real(make: Any) -> Any:
    return pcc.real_terms(make(AWARDS), make(DEFLATOR), base="2024-25")


def replaced(native: Any) -> Any:
    """Put the real amounts in the place of the cash, as someone does who wants them alone."""
    frame = nw.from_native(native)
    kept = frame.drop("amount_gbp", "amount_real_low_gbp", "amount_real_high_gbp", "unknown_reason")
    return kept.rename({"amount_real_gbp": "amount_gbp"}).to_native()


def test_deflating_twice_is_refused(make: Any, real: Any) -> None:
    with pytest.raises(DeflatorError, match="amount_real_gbp is in real terms already"):
        pcc.real_terms(real, make(DEFLATOR), base="2022-23", value="amount_real_gbp")


def test_renaming_does_not_hide_it(make: Any, real: Any) -> None:
    own = replaced(real)
    if isinstance(own, pl.LazyFrame):
        found = rows(pcc.real_terms(own, make(DEFLATOR), base="2022-23"))
        assert found["amount_real_gbp"].isna().all()
        assert found["unknown_reason"].str.contains("in the prices of a year already").all()
        return
    with pytest.raises(DeflatorError, match="price_base says 2024-25 prices"):
        pcc.real_terms(own, make(DEFLATOR), base="2024-25")


def test_cash_may_be_put_into_other_prices(make: Any, real: Any) -> None:
    again = rows(pcc.real_terms(real, make(DEFLATOR), base="2022-23"))
    assert again["amount_real_gbp"].to_list()[:2] == [800.0, 800.0]
    assert set(again["price_base"]) == {"2022-23"}


def test_a_second_column_takes_the_base_of_the_first() -> None:
    table = pd.DataFrame(AWARDS).assign(match_gbp=90.0)
    first = pcc.real_terms(table, pd.DataFrame(DEFLATOR), base="2024-25")
    both = pcc.real_terms(first, pd.DataFrame(DEFLATOR), base="2024-25", value="match_gbp")
    assert both[["amount_real_gbp", "match_real_gbp"]].iloc[1].to_list() == [1000.0, 100.0]
    with pytest.raises(DeflatorError, match="price_base says 2024-25 prices, and deflating match"):
        pcc.real_terms(first, pd.DataFrame(DEFLATOR), base="2022-23", value="match_gbp")


def test_spend_per_head_keeps_cash_and_real_apart(make: Any, real: Any) -> None:
    spend = rows(pcc.per_capita_spend(real, make(PEOPLE), by="funding_stream"))
    youth = spend[spend["funding_stream"] == "Youth"]
    assert youth["spend_gbp"].to_list() == [800.0, 900.0]
    assert youth["spend_real_gbp"].to_list() == [1000.0, 1000.0]
    assert youth["spend_real_gbp_per_head"].to_list() == [10.0, 10.0]
    assert youth["spend_gbp_per_head"].to_list() == [8.0, 9.0]
    assert set(youth["price_base"]) == {"2024-25"}
    roads = spend[spend["funding_stream"] == "Roads"].iloc[0]
    assert pd.isna(roads["spend_real_gbp"])
    assert roads["price_base"] == "2024-25"


def test_the_base_survives_where_the_amounts_are_real(make: Any, real: Any) -> None:
    own = replaced(real)
    spend = rows(pcc.per_capita_spend(own, make(PEOPLE), by="funding_stream"))
    assert set(spend["price_base"]) == {"2024-25"}
    assert spend["spend_gbp"].to_list()[1:] == [1000.0, 1000.0]
    change = rows(pcc.year_on_year(own, value="amount_gbp", by="funding_stream"))
    assert set(change["price_base"]) == {"2024-25"}
    named = rows(pcc.year_on_year(real, value="amount_real_gbp", by="funding_stream"))
    assert set(named["price_base"]) == {"2024-25"}
    cash = rows(pcc.year_on_year(real, value="amount_gbp", by="funding_stream"))
    assert "price_base" not in cash
    parts = rows(pcc.apportion(own, to="financial_year"))
    assert set(parts["price_base"]) == {"2024-25"}


def test_an_amount_in_real_terms_is_not_split_beside_its_cash(real: Any) -> None:
    with pytest.raises(TableError, match="Split the cash first"):
        pcc.apportion(real, to="financial_year")


def test_prices_of_several_years_are_no_sum() -> None:
    for second in ("2022-23", None):
        own = pd.DataFrame(AWARDS).assign(price_base=["2024-25", "2024-25", second])
        own = own.assign(funding_stream="All")
        for call in (
            lambda table: pcc.per_capita_spend(table, pd.DataFrame(PEOPLE), by="funding_stream"),
            lambda table: pcc.year_on_year(table, value="amount_gbp", by="funding_stream"),
        ):
            with pytest.raises(DeflatorError, match=r"mixes 1 of price_base '.* with 1 of price"):
                call(own)
    change = pcc.year_on_year(
        pd.DataFrame(AWARDS).head(2).assign(price_base=["2022-23", "2024-25"]),
        value="amount_gbp",
        by="funding_stream",
    )
    assert change["caution"].to_list()[1] == "price_base differs: 2022-23, 2024-25"
    cash = pd.DataFrame(AWARDS).assign(price_base=None)
    spend = pcc.per_capita_spend(cash, pd.DataFrame(PEOPLE), by="funding_stream")
    assert spend["price_base"].isna().all()
