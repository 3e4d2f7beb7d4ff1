"""The Treasury's table: financial years beside calendar years, forecasts without an index."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from counts_fixtures import Rows, csv_of, ods_of, xlsx_of
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError, TableError
from pccfunding.schemas import Deflator


def treasury() -> Rows:
    """The layout: a blank first column, two blocks side by side, growth alone for forecasts."""
    return [
        ["", "GDP DEFLATORS AT MARKET PRICES, AND MONEY GDP (invented)"],
        [],
        ["", "Financial year", "GDP deflator at market prices", "", "Money GDP", "", "",
         "Calendar year", "GDP deflator at market prices", ""],
        ["", "", "2023-24 = 100", "per cent change on previous year", "Cash, £ million", "", "",
         "", "2023 = 100", "per cent change on previous year"],
        ["", "2021-22", 90.5, "", 2000, "", "", 2021, 88.0, ""],
        ["", "2022-23", "94.2", 4.088, 2100, "", "", 2022, 93.0, 5.68],
        ["", "2023-24", 100, 6.157, 2200, "", "", 2023, 100.0, 7.5],
        ["", "2024-25 (1), (2)", 103.5, 3.5, "-", "", "", "2024 (1)", 103, 3],
        ["", "2025-26 (1)", "-", 2.1, "-", "", "", "2025 (1)", "-", 2],
        ["", "(1) Forecast, invented"],
    ]  # fmt: skip


EXPECTED = {"2021-22": 90.5, "2022-23": 94.2, "2023-24": 100.0, "2024-25": 103.5}


def index_of(result: pcc.formats.ReadResult) -> dict[str, float]:
    frame = result.frame
    assert len(frame) + result.n_rejected + len(result.others) == result.n_rows
    Deflator.validate(frame[list(Deflator.to_schema().columns)])
    return dict(zip(frame["financial_year"], frame["price_index"], strict=True))


def test_the_block_of_financial_years_is_read() -> None:
    result = pcc.read_deflator(csv_of(treasury()), source_id="ours")
    assert index_of(result) == EXPECTED
    assert result.frame["period_end"].iloc[0] == pd.Timestamp("2022-03-31")
    told = result.coverage.set_index("topic")
    assert told.loc["base", "value"] == "2023-24 = 100"
    assert told.loc["year without an index", "value"] == "2025-26"
    assert result.changes["raw"].tolist() == ["2024-25 (1), (2)"]
    assert result.totals[["label", "verdict"]].values.tolist() == [
        ["Base year 2023-24", "reconciles"]
    ]
    assert result.cautions == ()


@pytest.mark.parametrize("write", [xlsx_of, ods_of])
def test_a_workbook_gives_the_same_table(write: Any) -> None:
    pytest.importorskip("python_calamine")
    book = {"Notes": [["Invented"]], "Deflators": treasury()}
    assert index_of(pcc.read_deflator(write(book))) == EXPECTED


def test_real_terms_uses_the_table_as_it_is_read() -> None:
    rows = treasury()
    index = pcc.read_deflator(csv_of(rows)).frame.drop(columns="place")
    spend = pd.DataFrame(
        {"amount_gbp": [94.2], "flow": ["pcc_to_recipient"], "status": ["award"],
         "period_start": [pd.Timestamp("2022-04-01")], "period_end": [pd.Timestamp("2023-03-31")]}
    )  # fmt: skip
    real = pcc.real_terms(spend, index, base="2023-24")
    assert real["amount_real_gbp"].tolist() == pytest.approx([100.0])


def test_a_base_year_that_is_not_100_conflicts() -> None:
    rows = treasury()
    rows[6][2] = 99
    assert pcc.read_deflator(csv_of(rows)).totals["verdict"].tolist() == ["conflicts"]


def test_a_year_printed_twice_with_another_index_is_told() -> None:
    rows = treasury()
    rows.append(["", "2021-22", 91])
    result = pcc.read_deflator(csv_of(rows))
    # Nothing tells which of the two holds, so that neither is read.
    assert index_of(result) == {year: one for year, one in EXPECTED.items() if year != "2021-22"}
    assert result.rejected["raw"].tolist() == ["90.5", "91"]
    assert result.cautions == ("printed-twice-differently",)


def test_an_index_that_cannot_be_read_is_rejected() -> None:
    rows = treasury()
    rows[5][2] = "94.2x"
    result = pcc.read_deflator(csv_of(rows))
    assert result.rejected[["place", "raw"]].values.tolist() == [["line 6", "94.2x"]]
    assert "2022-23" not in index_of(result)


def test_a_file_without_financial_years_ends_in_one_sentence() -> None:
    with pytest.raises(TableError, match="no index of financial years found"):
        pcc.read_deflator(b"Calendar year,Index\n2021,90\n2022,91\n")


CELLS = st.one_of(st.sampled_from(["", "-", "2021-22", "2023-24 = 100", "1e9", "nan", "100"]),
                  st.text(max_size=8), st.floats(-5, 500).map(str))  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), CELLS), max_size=9))
def test_no_damage_loses_a_row(damage: list[tuple[int, int, str]]) -> None:
    rows = treasury()
    for at, index, cell in damage:
        if index < len(rows[at]):
            rows[at][index] = cell
    try:
        index_of(pcc.read_deflator(csv_of(rows)))
    except PccFundingError:
        return
