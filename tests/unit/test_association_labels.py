"""What is set beside the outcome is called by the column that was used, never by a constant."""

from __future__ import annotations

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.association.result import scatter_rows

DISTRICTS = [f"E0700000{number}" for number in (8, 9)] + [f"E070000{number}" for number in (10, 11)]
CODES = ["E06000031", *DISTRICTS, "E07000012"]
FELL = pd.DataFrame({"area_code": CODES, "log_reduction": [0.1, 0.3, 0.2, 0.5, 0.4, 0.6]})
SPEND = pd.DataFrame(
    {
        "area_code": CODES,
        "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6.5],
        "spend_gbp_per_1000": [1000.0, 2000, 3000, 4000, 5000, 6500],
        "grant_per_resident": [1.0, 2, 3, 4, 5, 7],
        "persons": [10.0, 20, 30, 40, 50, 60],
        "price_base": "2024-25",
    }
)


@pytest.mark.parametrize(
    ("column", "measured"),
    [
        ("spend_gbp_per_head", "£ per head"),
        ("spend_gbp_per_1000", "£ per 1,000 residents"),
        ("grant_per_resident", "grant per resident"),
    ],
)
def test_the_label_comes_from_the_column(column: str, measured: str) -> None:
    found = pcc.spend_vs_reduction(SPEND, FELL, spend_column=column)
    assert found.spend_measured == measured
    assert f"between {measured} of spend" in found.estimand
    assert scatter_rows(found)["x_label"].unique().tolist() == [f"{measured}, 2024-25 prices"]


def test_cash_beside_real_amounts_is_cash() -> None:
    both = SPEND.assign(spend_real_gbp_per_head=[2.0, 3, 4, 5, 6, 8])
    cash = pcc.spend_vs_reduction(both, FELL, spend_column="spend_gbp_per_head")
    assert cash.spend_prices is None
    assert "(status not stated, cash)" in cash.estimand
    real = pcc.spend_vs_reduction(both, FELL, spend_column="spend_real_gbp_per_head")
    assert real.spend_prices == "2024-25"


def test_per_thousand_of_the_measure_is_called_so() -> None:
    awards = pcc.load_awards()
    per = pcc.per_capita_spend(awards, pcc.load_population(), by="area_code", per=1000)
    assert "spend_gbp_per_1000" in per.columns
    fell = FELL.head(1).assign(area_code="E23000023")
    assert pcc.spend_vs_reduction(per, fell).spend_measured == "£ per 1,000 residents"


def test_a_column_that_is_not_per_head_is_refused_by_its_name() -> None:
    found = pcc.spend_vs_reduction(SPEND, FELL, spend_column="persons")
    assert (found.verdict, found.reason) == ("not estimable", "spend not per head")
    assert "'persons'" in found.text
    assert "£ per head" not in found.text
