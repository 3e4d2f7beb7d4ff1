"""Mid-year populations: wide tables, Nomis, slices by sex and age, vintages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from counts_fixtures import Rows, csv_of, ods_of, xlsx_of
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError, PopulationError, TableError
from pccfunding.schemas import Population

COLUMNS = list(Population.to_schema().columns)


def by_year() -> Rows:
    return [
        ["Table P9:  Mid-year population estimates for police force areas, invented1"],
        [],
        ["", "", "Mid-year"],
        ["Area Code", "Area Name", 2015, 2016],
        ["E12000006", "East ", 5000, 5100],
        ["E23000023", "Cambridgeshire", 1204, 1315],
        ["Source: invented"],
    ]


def by_age() -> Rows:
    return [
        ["MYE2: Population estimates: Persons by single year of age"],
        ["Mid-2022: invented boundaries"],
        [],
        ["Code", "Name", "Geography", "All ages", 0, 1, "90+"],
        ["E07000008", "Cambridge", "Non-metropolitan District", 1200, 20, 21, 9],
        ["S12000033", "Aberdeen City", "Council Area", 700, 10, 11, 3],
    ]


def nomis() -> Rows:
    head = "DATE DATE_NAME GEOGRAPHY_CODE GEOGRAPHY_NAME GENDER GENDER_NAME C_AGE C_AGE_NAME"
    head += " MEASURES MEASURES_NAME OBS_VALUE OBS_STATUS"
    place: list[object] = [2023, "2023", "E07000008", "Cambridge"]
    return [
        [*head.split()],
        [*place, 0, "Total", 200, "All Ages", 20100, "Value", 1300, "A"],
        [*place, 1, "Male", 200, "All Ages", 20100, "Value", 640, "A"],
        [*place, 0, "Total", 101, "Age 0", 20100, "Value", 12, "A"],
        [*place, 0, "Total", 200, "All Ages", 20301, "Percent", 100, "A"],
    ]


def read(data: bytes, **options: Any) -> pcc.formats.ReadResult:
    result = pcc.read_population(data, **{"vintage": "invented", **options})
    assert len(result.frame) + result.n_rejected + len(result.others) == result.n_rows
    Population.validate(result.frame[COLUMNS])
    return result


def persons_of(result: pcc.formats.ReadResult) -> list[tuple[str, int, int]]:
    frame = result.frame
    return list(
        zip(frame["area_code"], frame["reference_date"].dt.year, frame["persons"], strict=True)
    )


def test_a_column_a_year() -> None:
    result = read(csv_of(by_year()), source_id="ours")
    assert persons_of(result) == [
        ("E12000006", 2015, 5000), ("E12000006", 2016, 5100),
        ("E23000023", 2015, 1204), ("E23000023", 2016, 1315),
    ]  # fmt: skip
    assert set(result.frame["reference_date"].dt.strftime("%m-%d")) == {"06-30"}
    assert set(result.frame["source_id"]) == {"ours"}
    assert result.cautions == ()


@pytest.mark.parametrize(
    "label", ["Mid-2022", "mid-2022", "MYE2022", "2022", "Estimated Population mid-2022",
              "population_2022", "Population (mid-2022)"]
)  # fmt: skip
def test_the_spellings_of_a_year(label: str) -> None:
    rows: Rows = [["Code", "Name", label, "Births 2022"], ["E07000008", "Cambridge", "1,200", 9]]
    assert persons_of(read(csv_of(rows))) == [("E07000008", 2022, 1200)]


def test_all_ages_takes_the_year_of_the_title_and_leaves_ages_out() -> None:
    result = read(csv_of(by_age()))
    assert persons_of(result) == [("E07000008", 2022, 1200)]
    assert "area outside England and Wales" in result.others["kind"].tolist()


def test_a_table_of_force_areas_with_the_year_of_its_boundaries() -> None:
    rows: Rows = [
        ["Mid-2022 Persons, police force areas, invented"],
        ["PFA 2023 Code", "PFA 2023 Name", "Total", "F0", "F1", "M0"],
        ["E23000023", "Cambridgeshire", "1,200", 5, 6, 7],
    ]
    assert persons_of(read(csv_of(rows))) == [("E23000023", 2022, 1200)]


def test_rows_of_one_sex_and_age_alone_are_refused() -> None:
    rows: Rows = [["ladcode20", "laname20", "sex", "age", "population_2019", "population_2020"],
                  ["E07000008", "Cambridge", 1, 0, 50, 51]]  # fmt: skip
    with pytest.raises(TableError, match="only of one sex or one age"):
        pcc.read_population(csv_of(rows), vintage="invented")


def test_nomis_keeps_the_whole_population_only() -> None:
    result = read(csv_of(nomis()))
    assert persons_of(result) == [("E07000008", 2023, 1300)]
    assert result.others["kind"].tolist() == ["one sex: Male", "one age: Age 0",
                                              "one measure: Percent"]  # fmt: skip


@pytest.mark.parametrize("write", [xlsx_of, ods_of])
def test_sheets_of_one_sex_and_households_are_left_out(write: Any) -> None:
    pytest.importorskip("python_calamine")
    households = by_year()
    households[0] = ["Table P10: Mid-year household estimates for police force areas, invented"]
    book = {"MYE2 - Persons": by_age(), "MYE2 - Females": by_age(), "P9": by_year(),
            "P10": households}  # fmt: skip
    result = read(write(book))
    assert len(result.frame) == 1 + 4
    assert (result.coverage["topic"] == "table left out").sum() == 2


def test_an_estimate_printed_twice_stands_once() -> None:
    pytest.importorskip("python_calamine")
    other = by_year()
    assert "printed-twice-differently" not in read(xlsx_of({"a": by_year(), "b": other})).cautions
    other[5][2] = 1
    result = read(xlsx_of({"a": by_year(), "b": other}))
    assert persons_of(result)[2] == ("E23000023", 2015, 1204)
    assert "printed-twice-differently" in result.cautions


def test_rounded_estimates_are_told() -> None:
    forces = [("E23000023", "Cambridgeshire"), ("E23000024", "Norfolk"), ("E23000025", "Suffolk")]
    rows = [*by_year()[:4], *([code, name, 1200, 1300] for code, name in forces)]
    assert read(csv_of(rows)).cautions == ("rounded",)


@pytest.mark.parametrize("vintage", ["", "  ", None, 2023])
def test_a_vintage_must_be_named(vintage: Any) -> None:
    with pytest.raises(PopulationError, match="names no series"):
        pcc.read_population(csv_of(by_year()), vintage=vintage)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["a", "b"], [1, 2]], "no whole populations"),
        ([["Code", "Name", "All ages"], ["E07000008", "Cambridge", 5]], "no whole populations"),
        ([["Population in thousands"], ["Code", "Name", "2022"], ["E07000008", "Cambridge", 5]],
         "no whole populations"),
    ],
)  # fmt: skip
def test_what_is_no_population_ends_in_one_sentence(rows: Rows, said: str) -> None:
    with pytest.raises(TableError, match=said):
        pcc.read_population(csv_of(rows), vintage="invented")


@pytest.mark.parametrize("cell", ["12.5", "-4", "many", "-"])
def test_a_cell_that_is_no_number_of_persons_is_rejected(cell: str) -> None:
    rows = by_year()
    rows[5][2] = cell
    result = read(csv_of(rows))
    assert result.rejected["raw"].tolist() == [cell]
    assert len(result.frame) == 3


CELLS = st.one_of(st.sampled_from(["", "..", "2022", "E23000023", "Kent", "All Ages"]),
                  st.text(max_size=8), st.integers(-5, 5000).map(str))  # fmt: skip


@given(st.data())
def test_no_damage_loses_a_row(data: st.DataObject) -> None:
    rows = data.draw(st.sampled_from([by_year, by_age, nomis]))()
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.sampled_from([row for row in rows if row]))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)
    try:
        result = read(csv_of(rows))
    except PccFundingError:
        return
    assert not result.frame.duplicated(["area_code", "reference_date"]).any()
    assert isinstance(result.frame, pd.DataFrame)
