"""Headings that seem to name a count, a class or a whole year, and say more than that."""

from __future__ import annotations

from typing import Any

import pytest
from case_files import GIVING, GRANT, coverage_of, text_of

import pccfunding as pcc

TITLE = '"Table P1: Police recorded crime, number of offences, year ending March 2022"'
UNDATED = '"Table P1: Police recorded crime, number of offences"'
HEADS = "Area Code,Area Name"


def counted(heading: str, title: str = TITLE) -> Any:
    return pcc.read_recorded_crime(
        text_of(title, f'{HEADS},"{heading}",Robbery', "E23000023,Cambridgeshire,1001,3",
                "E23000024,Norfolk,2001,4")
    )  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    ["Burglary +/-", "Burglary Δ", "Burglary ±", "Burglary ↑", "Burglary (2020=100)",
     "Burglary <18", "Burglary 16+", "Burglary vs 2021", "Burglary v last year",
     "Burglary /officer", "Burglary/100,000", "Burglary x1000", "Burglary (k)", "Burglary diff",
     "Burglary 5-yr avg", "Burglary (indexed)", "Burglary cumulative", "Burglary prev. year",
     "Burglary previous year", "Burglary baseline", "Burglary - not crimed", "No. of officers",
     "Comments", "Burglary YoY"],
)  # fmt: skip
def test_what_is_no_count_of_the_class_is_left_out(heading: str) -> None:
    result = counted(heading)
    assert set(result.frame["offence"]) == {"Robbery"}
    assert coverage_of(result)["columns left out"] == [("1 columns", f"no count: {heading}")]


@pytest.mark.parametrize("heading", ["Burglary 2019", "Burglary Apr-Jun", "Burglary May",
                                     "Burglary (July to September)"])  # fmt: skip
def test_another_time_than_the_title_says_is_left_out(heading: str) -> None:
    assert set(counted(heading).frame["offence"]) == {"Robbery"}


@pytest.mark.parametrize(
    "heading", ["Burglary 2019/20", "Burglary, 2019-20", "2019/20 Burglary", "Burglary FY2019/20",
                "Burglary year ending March 2020", "Burglary (financial year 2019 to 2020)"]
)  # fmt: skip
def test_a_class_beside_its_year_keeps_both(heading: str) -> None:
    first = counted(heading).frame.iloc[0]
    assert first["offence"] == "Burglary"
    assert (first["period_start"].year, first["period_end"].year) == (2019, 2020)


def test_two_classes_of_another_year_are_two() -> None:
    lines = [TITLE, f"{HEADS},Burglary 2019/20,Robbery 2019/20", "E23000023,Cambridgeshire,5,6"]
    frame = pcc.read_recorded_crime(text_of(*lines)).frame
    assert frame[["offence", "offences"]].values.tolist() == [["Burglary", 5], ["Robbery", 6]]


@pytest.mark.parametrize("heading", ["FY2019/20", "FY 2019-20", "Financial year 2019 to 2020",
                                     "2019/20 provisional"])  # fmt: skip
def test_a_year_with_its_word_is_a_year(heading: str) -> None:
    first = counted(heading, UNDATED).frame.iloc[0]
    assert (first["period_start"].year, first["period_end"].year) == (2019, 2020)


def test_a_heading_over_a_column_without_cells_is_no_column() -> None:
    lines = [UNDATED, ",,,Year ending Mar-22", f"{HEADS},Robbery", "E23000023,Cambridgeshire,3"]
    with pytest.raises(pcc.errors.TableError, match=r"no numbers|no one period"):
        pcc.read_recorded_crime(text_of(*lines))


def people(*lines: str) -> Any:
    return pcc.read_population(text_of(*lines), vintage="v")


def test_what_is_no_population_beside_one_is_left_out() -> None:
    head = "Code,Name,Mid-2022 population,Mid-2022 population +/-"
    assert people(head, "E07000008,Cambridge,145700,120").frame["persons"].tolist() == [145700]


@pytest.mark.parametrize("lines", [
    ("Force,Population mid-2022", "Norfolk,920000"),
    ("Estimates of the population, 30 June 2022", "Area name,Persons", "Norfolk,920000"),
    ("Police Force Area Code,Name,2022 est.", "E23000024,Norfolk,920000"),
])  # fmt: skip
def test_populations_under_other_words(lines: tuple[str, ...]) -> None:
    frame = people(*lines).frame
    assert frame[["area_code", "persons"]].values.tolist() == [["E23000024", 920000]]
    assert frame["reference_date"].dt.year.tolist() == [2022]


def test_an_index_in_front_of_its_years() -> None:
    lines = ["GDP deflator,Financial year", "94.5,FY2022/23", "100,2023-24"]
    frame = pcc.read_deflator(text_of(*lines)).frame
    assert frame["price_index"].tolist() == [94.5, 100.0]
    assert frame["financial_year"].tolist() == ["2022-23", "2023-24"]


def test_an_index_that_cannot_be_read_names_its_cell() -> None:
    lines = ["Financial year;GDP deflator", "2022-23;94,5", "2023-24;100,0"]
    with pytest.raises(pcc.errors.TableError, match=r"'94,5', which is no plain number"):
        pcc.read_deflator(text_of(*lines))


# --- the same grant twice --------------------------------------------------------------------


def test_a_grant_printed_again_counts_once() -> None:
    result = pcc.read_360giving(text_of(GIVING, GRANT, GRANT))
    assert result.frame["amount_gbp"].tolist() == [100.0]
    assert result.others["raw"].tolist() == ["360G-x-1, printed at line 2"]
    assert "(1)" in result.text
    assert result.n_rows == 2


def test_a_grant_that_differs_is_kept_with_cautions() -> None:
    result = pcc.read_360giving(text_of(GIVING, GRANT, GRANT.replace(",100,", ",200,")))
    assert result.frame["amount_gbp"].tolist() == [100.0, 200.0]
    assert set(result.cautions) == {"ids-contradict", "breaks-standard"}


def test_rows_of_several_classes_under_one_area_are_not_taken_for_one() -> None:
    lines = [TITLE, "Offence,Area Name,Number of offences", "Burglary,Cambridgeshire,5",
             "Robbery,Cambridgeshire,1", "Burglary,Norfolk,7"]  # fmt: skip
    with pytest.raises(pcc.errors.TableError, match="tells these apart"):
        pcc.read_recorded_crime(text_of(*lines))


def test_blanks_round_a_code_of_a_place_are_no_part_of_it() -> None:
    header = f"{GIVING},Beneficiary Location:Geographic Code"
    result = pcc.read_360giving(text_of(header, f"{GRANT},E07000008\u00a0"))
    assert result.frame["area_code"].tolist() == ["E07000008"]
    assert result.changes["column"].tolist() == ["beneficiaryLocation.geoCode"]
