"""The Home Office open data: columns by name, quarters, and years that are not complete."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from counts_fixtures import Rows, csv_of, ods_of, xlsx_of
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError
from pccfunding.schemas import RecordedCrime

FORCES = ["Cambridgeshire", "London, City of", "British Transport Police", "Action Fraud"]
OFFENCES = [("Invented theft", "Theft offences", "Shoplifting", "46"),
            ("Invented damage", "Criminal damage and arson", "Arson", "56A")]  # fmt: skip
CODES = {"Cambridgeshire": "E23000023", "London, City of": "E23000034",
         "British Transport Police": "BTP"}  # fmt: skip


def header(count: str = "Number of Offences") -> list[object]:
    return ["Financial Year", "Financial Quarter", "Force Name", "Offence Description",
            "Offence Group", "Offence Subgroup", "Offence Code", count]  # fmt: skip


def count_of(force: str, quarter: int, offence: str) -> int:
    return len(force) * 10 + quarter + len(offence)


def sheet(year: str, quarters: tuple[int, ...] = (1, 2, 3, 4), *,
          count: str = "Number of Offences", forces: list[str] = FORCES) -> Rows:  # fmt: skip
    return [header(count)] + [
        [year, quarter, force, *offence, count_of(force, quarter, offence[0])]
        for quarter in quarters
        for force in forces
        for offence in OFFENCES
    ]


def test_rows_are_read_by_column_name_under_any_banner() -> None:
    rows: Rows = [["Recorded crime, invented"], [], *sheet("2023/24", count="Offence Count")]
    result = pcc.read_recorded_crime(csv_of(rows))
    frame = result.frame
    assert len(frame) == 3 * 4 * 2
    assert result.n_rows == len(frame) + len(result.others)
    assert result.others["kind"].value_counts().to_dict() == {
        "national body or total: Action Fraud": 8, "title or note": 1
    }  # fmt: skip
    third = frame[(frame["area_code"] == "E23000034") & (frame["period_end"] == "2023-12-31")]
    assert third["period_start"].tolist() == [pd.Timestamp("2023-10-01")] * 2
    assert third["offences"].tolist() == [
        count_of("London, City of", 3, offence) for offence, *_ in OFFENCES
    ]
    assert third["offence_code"].tolist() == ["46", "56A"]
    assert result.cautions == ()
    RecordedCrime.validate(frame[list(RecordedCrime.to_schema().columns)])


@pytest.mark.parametrize("write", [xlsx_of, ods_of])
def test_a_sheet_a_year_whatever_its_name(write: Any) -> None:
    pytest.importorskip("python_calamine")
    book = {
        "Cover": [["Invented"]],
        "2019-20": sheet("2019/20", count="Offence Count"),
        "2024_25": sheet("2024/25"),
    }
    result = pcc.read_recorded_crime(write(book))
    assert len(result.frame) == 2 * 3 * 4 * 2
    assert result.frame["place"].iloc[-1] == "sheet '2024_25', row 31"
    whole = pcc.read_recorded_crime(write(book), annual=True).frame
    here = whole[(whole["area_code"] == "E23000023") & (whole["offence_code"] == "46")]
    total = sum(count_of("Cambridgeshire", quarter, "Invented theft") for quarter in range(1, 5))
    assert here["offences"].tolist() == [total, total]
    assert here["period_end"].tolist() == [pd.Timestamp("2020-03-31"), pd.Timestamp("2025-03-31")]


def test_a_year_that_lacks_a_quarter_gets_no_total() -> None:
    rows = sheet("2023/24") + sheet("2024/25", (1, 2, 3))[1:]
    result = pcc.read_recorded_crime(csv_of(rows))
    assert "year-incomplete" in result.cautions
    told = result.coverage[result.coverage["topic"] == "financial year"]
    assert told["note"].tolist() == [
        "Q1, Q2, Q3, Q4", "Q1, Q2, Q3 only: no total of the year can be made"
    ]  # fmt: skip
    annual = pcc.read_recorded_crime(csv_of(rows), annual=True)
    assert set(annual.frame["period_end"]) == {pd.Timestamp("2024-03-31")}
    refused = annual.others[annual.others["kind"] == "quarter of an incomplete year"]
    assert len(refused) == 3 * 3 * 2


def test_a_force_that_lacks_a_quarter_gets_no_total_of_its_own() -> None:
    rows = [row for row in sheet("2023/24") if row[1:3] != [2, "Cambridgeshire"]]
    result = pcc.read_recorded_crime(csv_of(rows), annual=True)
    assert set(result.frame["area_code"]) == {"E23000034", "BTP"}
    missing = result.coverage[result.coverage["topic"] == "quarters missing"]
    assert missing[["value", "note"]].values.tolist() == [["Cambridgeshire, 2023-24", "Q2"]]


def test_an_unknown_quarter_makes_the_year_unknown_never_smaller() -> None:
    rows = sheet("2023/24", forces=["Cambridgeshire"])
    rows[1][-1] = ".."
    annual = pcc.read_recorded_crime(csv_of(rows), annual=True).frame
    assert annual["offences"].isna().tolist() == [True, False]
    assert annual["unknown"].tolist()[0] == "not_published"


def test_a_row_of_headings_that_is_repeated_is_no_record() -> None:
    rows = sheet("2023/24", forces=["Kent"]) + sheet("2024/25", forces=["Kent"])
    result = pcc.read_recorded_crime(csv_of(rows))
    assert result.others["kind"].tolist() == ["repeated header"]
    assert len(result.frame) + 1 == result.n_rows == len(rows) - 1


def test_partnerships_are_found_by_name() -> None:
    rows: Rows = [["Financial Year", "Financial Quarter", "Force Name", "CSP Name",
                   "Offence Description", "Offence Code", "Number of Offences"]]  # fmt: skip
    for part in ("Cambridge", "Unassigned Cambridgeshire", "Not assigned", "Nowhere"):
        rows.append(["2023/24", 1, "Cambridgeshire", part, "Invented theft", "46", 5])
    result = pcc.read_recorded_crime(csv_of(rows))
    # Two names of what no partnership was given are one area, whose equal counts stand once.
    assert result.frame["area_code"].tolist() == ["E22000013", "E23000023-unassigned"]
    assert result.others["kind"].tolist() == ["count printed again"]
    assert result.rejected["raw"].tolist() == ["Nowhere"]


def test_rolling_years_of_the_older_file() -> None:
    rows: Rows = [
        ["12 months ending", "PFA", "Region", "Offence", "Rolling year total number of offences"],
        ["31/03/2014", "Cambridgeshire", "East", "Bicycle theft", "2,500"],
        ["30/06/2014", "Cambridgeshire", "East", "Bicycle theft", "2,400"],
    ]
    frame = pcc.read_recorded_crime(csv_of(rows)).frame
    assert frame["period_start"].tolist() == [
        pd.Timestamp("2013-04-01"),
        pd.Timestamp("2013-07-01"),
    ]
    assert frame["offences"].tolist() == [2500, 2400]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (0, "20022/23", "no financial year"),
        (1, "5", "no financial year"),
        (2, "Nowhere", "No area called"),
        (3, "", "blank"),
        (7, "-", "dash"),
        (7, "1.5", "whole number"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_its_reason(
    column: int, cell: str, reason: str
) -> None:
    rows = sheet("2023/24", forces=["Cambridgeshire"])
    rows[3][column] = cell
    result = pcc.read_recorded_crime(csv_of(rows))
    assert result.rejected["place"].tolist() == ["line 4"]
    assert reason in result.rejected["reason"].iloc[0]
    assert result.n_rows == len(result.frame) + 1 == 8


CELLS = st.one_of(st.sampled_from(["", "..", "2023/24", "4", "Kent", "-", "Offence Code"]),
                  st.text(max_size=8), st.integers(-5, 50).map(str))  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 32), st.integers(0, 7), CELLS), max_size=12), st.booleans()
)
def test_no_damage_loses_a_row(damage: list[tuple[int, int, str]], annual: bool) -> None:
    rows = sheet("2023/24") + sheet("2024/25", (1,))[1:]
    for at, index, cell in damage:
        rows[at][index] = cell
    try:
        result = pcc.read_recorded_crime(csv_of(rows), annual=annual)
    except PccFundingError:
        return
    assert len(result.frame) + result.n_rejected + len(result.others) == result.n_rows
