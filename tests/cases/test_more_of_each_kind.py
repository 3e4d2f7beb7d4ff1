"""Two and more further inputs of each kind, made up to give a wrong number without a word."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from case_files import (
    GIVING,
    GRANT,
    coverage_of,
    street_row,
    text_of,
    workbook_of,
    write_street,
)

import pccfunding as pcc

TITLE = '"Table P1: Police recorded crime, number of offences, year ending March 2022"'
HEADS = "Area Code,Area Name"
OPEN_DATA = "Financial Year,Financial Quarter,Force Name,Offence Description,Number of Offences"
ENGINES = ["duckdb", "polars"]


def crime(*lines: str, **options: Any) -> Any:
    return pcc.read_recorded_crime(text_of(*lines), **options)


def counts(result: Any) -> list[list[Any]]:
    return result.frame[["area_code", "offence", "offences"]].values.tolist()


def people(*lines: str) -> Any:
    return pcc.read_population(text_of(*lines), vintage="v")


def awards(*lines: str, **options: Any) -> Any:
    return pcc.read_awards(text_of(*lines), **options)


def refused(call: Any) -> str:
    with pytest.raises(pcc.errors.PccFundingError) as told:
        call()
    return str(told.value)


# --- K1: wider rows --------------------------------------------------------------------------


def test_a_semicolon_within_an_amount() -> None:
    result = awards("Recipient;Amount (£)", "Alpha;12;500", "Beta;300")
    assert result.frame["amount_gbp"].tolist() == [300.0]
    assert result.rejected["place"].tolist() == ["line 2"]


def test_an_untitled_number_in_front_of_every_row_is_read_by_nobody() -> None:
    said = refused(lambda: awards("Recipient,Purpose,Amount (£)", "1,Alpha,x,500", "2,Beta,y,9"))
    assert "no table found" in said


def test_a_cell_too_many_of_a_page() -> None:
    page = "<table><tr><th>Recipient<th>Amount (£)</tr><tr><td>A<td>12<td>500</tr></table>"
    result = pcc.read_awards(page.encode())
    assert not len(result.frame)
    assert "3 cells, the header has 2" in result.rejected["reason"].iat[0]


def test_a_name_with_a_comma_in_a_population() -> None:
    result = people(
        "Code,Name,Mid-2022",
        "E06000058,Bournemouth, Christchurch and Poole,400000",
        "E07000009,East Cambridgeshire,88000",
    )
    assert result.frame["persons"].tolist() == [88000]
    assert result.rejected["place"].tolist() == ["line 2"]


# --- K2: headers -----------------------------------------------------------------------------


def test_an_address_of_a_body_is_no_recipient() -> None:
    result = awards(
        "Body Name,Body,Date,Transaction Number,Amount,Supplier Name,Supplier ID",
        "Anyshire PCC,http://x.example/1,05/04/2023,1,500,Alpha,4",
        "Anyshire PCC,http://x.example/1,06/04/2023,2,300,Beta,5",
    )
    assert result.frame["recipient"].tolist() == ["Alpha", "Beta"]
    assert set(result.frame["funder"]) == {"Anyshire PCC"}


def test_a_column_of_numbers_is_no_name_where_another_holds_names() -> None:
    result = awards("Supplier,Payee,Amount (£)", "20000001,Alpha,500", "20000002,Beta,300")
    assert result.frame["recipient"].tolist() == ["Alpha", "Beta"]
    assert "it holds numbers" in coverage_of(result)["column for recipient"][0][1]


def test_the_number_of_an_award_is_no_amount() -> None:
    result = awards("Award,Recipient,Amount (£)", "1,Alpha,500", "2,Beta,300")
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]
    assert "'Award'" in coverage_of(result)["column for amount"][0][1]


def test_what_says_pounds_goes_before_what_may_not_be_money() -> None:
    result = awards("Recipient,Grants,Spend (£)", "Alpha,3,500", "Beta,7,300")
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]


def test_the_day_of_a_payment_is_the_date_in_its_own_standard_only() -> None:
    result = awards("Recipient,Amount (£),Date of award,Payment Date", "A,5,03/04/2023,09/05/2023")
    assert result.frame["awarded_on"].dt.date.tolist() == [dt.date(2023, 4, 3)]


def test_two_tables_of_one_sheet_are_both_read() -> None:
    result = awards(
        "Recipient,Amount (£)", "Alpha,500", "Beta,300", "Total,800", "",
        "Recipient,Purpose,Amount (£)", "Gamma,Youth,50", "Delta,Victims,30",
    )  # fmt: skip
    assert result.frame["recipient"].tolist() == ["Alpha", "Beta", "Gamma", "Delta"]
    assert result.totals["verdict"].tolist() == ["reconciles"]
    assert result.n_rows == len(result.frame) + result.n_rejected + len(result.others)


def test_a_summary_beside_its_awards_does_not_count_them_twice() -> None:
    result = awards(
        "Fund,Amount (£)", "Safer Streets,800", "Victims,80", "",
        "Recipient,Fund,Amount (£)", "Alpha,Safer Streets,800", "Gamma,Victims,80",
    )  # fmt: skip
    assert result.frame["amount_gbp"].sum() == 880.0
    assert "sheets-left-out" in result.cautions
    assert coverage_of(result)["summary left out"]
    assert result.n_rows == len(result.frame) + result.n_rejected + len(result.others)


def test_tables_side_by_side_are_refused() -> None:
    pytest.importorskip("python_calamine")
    rows = [["Recipient", "Amount (£)", "", "Recipient", "Amount (£)"], ["A", 5, "", "B", 6]]
    assert "side by side" in refused(lambda: pcc.read_awards(workbook_of({"x": rows})))


def test_a_list_without_a_recipient_names_the_true_reason() -> None:
    said = refused(lambda: awards("Surname of applicant,Forename,Amount (£)", "Roe,Jane,500"))
    assert "who or what for" in said


def test_counts_of_crime_are_no_awards() -> None:
    said = refused(lambda: awards(f"{HEADS},Robbery,Funding", "E23000023,Cambridgeshire,5,6"))
    assert "read_recorded_crime" in said


# --- K3: the same twice ----------------------------------------------------------------------


def test_an_award_printed_again_under_its_reference_is_one() -> None:
    again = ["R1,Alpha,01/04/2023,500", "R1,Alpha,01/04/2023,500", "R2,Beta,01/04/2023,300"]
    result = awards("Reference,Recipient,Date,Amount (£)", *again)
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]
    assert "records-repeated" in result.cautions
    assert "(1)" in result.text
    assert result.n_rows == 3 == len(result.frame) + len(result.others)


def test_a_reference_with_differing_cells_is_kept_with_a_caution() -> None:
    rows = ["R1,Alpha,01/04/2023,500", "R1,Alpha,01/04/2023,600"]
    result = awards("Reference,Recipient,Date,Amount (£)", *rows)
    assert result.frame["amount_gbp"].tolist() == [500.0, 600.0]
    assert "ids-contradict" in result.cautions


def test_lines_of_one_payment_are_no_repeats() -> None:
    head = "Supplier,Transaction Date,Transaction Number,Amount"
    result = awards(head, *["Alpha,05/04/2023,77,12.50"] * 2, profile="over500")
    assert len(result.frame) == 2


def quarters(first: int, force: str = "Cambridgeshire") -> list[str]:
    return [f"2021/22,{number},{force},Arson,{first + number}" for number in range(1, 5)]


def test_a_year_beside_its_quarters_is_their_total() -> None:
    rows = [*quarters(10), "2021/22,,Cambridgeshire,Arson,50"]
    whole = crime(OPEN_DATA, *rows)
    assert whole.frame["offences"].tolist() == [11, 12, 13, 14]
    assert whole.totals["verdict"].tolist() == ["reconciles"]
    yearly = crime(OPEN_DATA, *rows, annual=True)
    assert yearly.frame["offences"].tolist() == [50]
    torn = crime(OPEN_DATA, *quarters(10), "2021/22,,Cambridgeshire,Arson,51")
    assert "total-conflicts" in torn.cautions
    assert torn.n_rows == 5 == len(torn.frame) + len(torn.others)


def test_estimates_that_contradict_in_one_table_are_both_rejected() -> None:
    result = people(
        "Code,Name,Mid-2022", "E07000008,Cambridge,145700", "E07000008,Cambridge,145800",
        "E07000009,East Cambridgeshire,88000",
    )  # fmt: skip
    assert result.frame["persons"].tolist() == [88000]
    assert result.rejected["raw"].tolist() == ["145700", "145800"]
    assert "printed-twice-differently" in result.cautions


def test_quarters_of_an_index_are_no_years() -> None:
    said = refused(
        lambda: pcc.read_deflator(
            text_of("Financial year,Quarter,GDP deflator", "2022-23,Q1,94", "2022-23,Q2,95",
                    "2023-24,Q1,99", "2023-24,Q2,100")
        )
    )  # fmt: skip
    assert "several rows" in said


@pytest.mark.parametrize("name", ["Copy of 2024-01-surrey-street.csv", "2024-02-surrey-street.csv",
                                  "2024-01-surrey-street (1).csv"])  # fmt: skip
def test_a_file_that_holds_what_another_holds_counts_once(tmp_path: Path, name: str) -> None:
    asb = street_row("", "2024-01", "Surrey Police", "Guildford",
                     crime_type="Anti-social behaviour")  # fmt: skip
    first = write_street(tmp_path, "2024-01-surrey-street.csv", asb, asb)
    second = tmp_path / name
    second.write_bytes(first.read_bytes())
    read = pcc.read_police_uk([first, second])
    assert len(read.frame) == 2
    assert "files-repeated" in read.cautions
    for engine in ENGINES:
        pytest.importorskip(engine)
        found = pcc.formats.count_police_uk([str(first), str(second)], engine=engine)
        assert found.n_rows == 2
        assert "files-repeated" in found.cautions
        # The copy under the name of February holds no record of February.
        assert ("months-missing" in found.cautions) == name.startswith("2024-02")
    assert ("months-missing" in read.cautions) == name.startswith("2024-02")


def test_headers_alone_are_no_copies(tmp_path: Path) -> None:
    for force in ("surrey", "sussex"):
        write_street(tmp_path, f"2024-01-{force}-street.csv")
    assert "files-repeated" not in pcc.read_police_uk(tmp_path).cautions


def test_a_file_whose_rows_are_rejected_says_so(tmp_path: Path) -> None:
    row = street_row("a1", "2024-1", "Surrey Police", "Guildford")
    result = pcc.read_police_uk(write_street(tmp_path, "2024-01-surrey-street.csv", row))
    assert coverage_of(result)["file without rows"][0][1] == "not zero: its rows are rejected"


# --- K4: an index or nothing -----------------------------------------------------------------


def index(*lines: str) -> Any:
    return pcc.read_deflator(text_of(*lines))


def test_an_index_on_the_previous_year_is_growth() -> None:
    lines = ["Financial year,Index (previous year = 100)", "2020-21,105.6", "2021-22,100.4"]
    assert "growth rates" in refused(lambda: index(*lines))


def test_growth_with_percent_signs_names_the_reason() -> None:
    lines = ["Financial year,GDP deflator", "2022-23,6.7%", "2023-24,5.8%"]
    assert "growth rates" in refused(lambda: index(*lines))


def test_the_deflator_goes_before_another_index() -> None:
    lines = ["Financial year,Spending index (2023-24 = 100),GDP deflator", "2022-23,90,94.5",
             "2023-24,100,100"]  # fmt: skip
    assert index(*lines).frame["price_index"].tolist() == [94.5, 100.0]


def test_a_decimal_comma_makes_no_index_tenfold() -> None:
    lines = ["Financial year;GDP deflator", "2022-23;94,5", "2023-24;100,0"]
    assert "no index" in refused(lambda: index(*lines))


# --- K5: a part is no whole ------------------------------------------------------------------


def test_quarters_below_their_years() -> None:
    result = crime(
        "Table P1: Police recorded crime number of offences", f"{HEADS},2021/22,,2022/23,",
        f"{HEADS},Q1,Q2,Q1,Q2", "E23000024,Norfolk,5,6,7,8",
    )  # fmt: skip
    starts = result.frame["period_start"].dt.strftime("%Y-%m").tolist()
    assert starts == ["2021-04", "2021-07", "2022-04", "2022-07"]
    assert "year-incomplete" in result.cautions


@pytest.mark.parametrize("part", ["H1", "First half", "Week 5"])
def test_a_part_without_days_below_a_year_is_left_out(part: str) -> None:
    said = refused(
        lambda: crime("Table P1: Recorded crime", f"{HEADS},2021/22", f"{HEADS},{part}",
                      "E23000024,Norfolk,5")
    )  # fmt: skip
    assert "a part of a year" in said


def test_a_quarter_beside_the_year_of_an_award() -> None:
    result = awards("Recipient,Financial Year,Quarter,Amount (£)", "A,2021/22,Q1,20",
                    "B,2021/22,2,4", "C,2021/22,x,5")  # fmt: skip
    assert result.frame["period"].tolist()[:2] == ["2021-04/2021-06", "2021-07/2021-09"]
    assert result.frame["period"].isna().tolist() == [False, False, True]
    assert "periods-unread" in result.cautions


def test_months_in_a_column_of_open_data_are_no_years() -> None:
    head = "Financial Year,Month,Force Name,Offence Description,Number of Offences"
    result = crime(head, "2021/22,April,Cambridgeshire,Arson,5")
    assert not len(result.frame)
    assert "part of the year" in result.rejected["reason"].iat[0]


# --- K6: no counts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    ["Standard deviation", "Difference", "Target", "Forecast", "Upper CI", "Quintile",
     "Estimated burglary", "Police officers", "Detections", "Cost of crime (£)", "Solved",
     "Burglary (000s)", "Burglary (thousands)"],
)  # fmt: skip
def test_what_is_no_count_is_left_out(heading: str) -> None:
    result = crime(TITLE, f"{HEADS},Robbery,{heading}", "E23000024,Norfolk,2000,5")
    assert counts(result) == [["E23000024", "Robbery", 2000]]
    assert any("no count" in note for _, note in coverage_of(result)["columns left out"])


@pytest.mark.parametrize(
    "title",
    ["Rank of forces by number of burglaries, year ending March 2022",
     "Recorded crime (thousands), year ending March 2022",
     "Number of offences charged, year ending March 2022",
     "Crime Survey estimates of offences, year ending March 2022"],
)  # fmt: skip
def test_a_title_that_speaks_of_no_counts(title: str) -> None:
    said = refused(lambda: crime(f'"{title}"', f"{HEADS},Burglary", "E23000024,Norfolk,5"))
    assert "no count" in said


def test_a_class_that_no_list_knows_raises_a_caution() -> None:
    result = crime(TITLE, f"{HEADS},Burglary,Zorbing", "E23000024,Norfolk,5,6")
    assert "class-unknown" in result.cautions


def test_rows_of_another_measure_and_slices_are_rejected() -> None:
    head = "Financial Year,Financial Quarter,Force Name,Offence Description,{},Offences"
    ranks = crime(head.format("Measure"), "2021/22,1,Norfolk,Arson,Count,5",
                  "2021/22,1,Norfolk,Arson,Rank,3")  # fmt: skip
    assert ranks.frame["offences"].tolist() == [5]
    slices = crime(head.format("Sex"), "2021/22,1,Norfolk,Arson,Male,5")
    assert not len(slices.frame)
    assert slices.n_rejected == 1


def test_equal_rows_that_differ_in_a_column_not_read_are_no_repeats() -> None:
    head = "Financial Year,Financial Quarter,Force Name,Offence Description,Beat,Offences"
    rows = [f"2021/22,1,Norfolk,Arson,{beat},5" for beat in ("North", "South")]
    result = crime(head, *rows)
    assert not len(result.frame)
    assert "column that is not read" in result.rejected["reason"].iat[0]


@pytest.mark.parametrize(
    "title",
    ["Population projections, 2022", "Population aged 16 to 64, mid-2022", "Electorate, mid-2022",
     "Households, mid-2022"],
)  # fmt: skip
def test_other_than_whole_populations(title: str) -> None:
    said = refused(lambda: people(f'"{title}"', "Code,Name,Mid-2022", "E07000008,Cambridge,5"))
    assert "something else than whole populations" in said


# --- K7: codes and names ---------------------------------------------------------------------


def test_a_code_of_another_force_is_never_taken_though_it_is_free() -> None:
    result = crime(TITLE, f"{HEADS},Burglary", "E23000023,Norfolk,1000", "E23000024,Norfolk,2000")
    assert counts(result) == [["E23000024", "Burglary", 2000]]
    assert result.rejected["place"].tolist() == ["line 3"]


def test_a_code_that_no_force_has_is_rejected() -> None:
    said = refused(lambda: crime(TITLE, f"{HEADS},Burglary", "E23000099,Norfolk,1000"))
    assert "every row of counts is rejected" in said


def test_a_code_that_nobody_knows_raises_a_caution() -> None:
    assert "codes-unknown" in people("Code,Name,Mid-2022", "E07999999,Cambridge,5").cautions


# --- K8: notes -------------------------------------------------------------------------------


def test_notes_of_every_shape_leave_the_class() -> None:
    heads = '"Theft from the person2,3",Robbery [x],Sexual offences note 3,Homicide (6)'
    result = crime(TITLE, f"{HEADS},{heads}", "E23000024,Norfolk,1,2,3,4")
    found = [offence for _, offence, _ in counts(result)]
    assert found == ["Theft from the person", "Robbery", "Sexual offences", "Homicide"]


def test_a_digit_of_a_name_is_no_note() -> None:
    result = crime(TITLE, f"{HEADS},Class 2,Class 3", "E23000024,Norfolk,1,2")
    assert [offence for _, offence, _ in counts(result)] == ["Class 2", "Class 3"]


def test_notes_in_open_data_leave_the_class() -> None:
    rows = ["2021/22,1,Norfolk,Arson2,5", "2021/22,2,Norfolk,Arson,6", "2021/22,1,Norfolk,Fly¹,1"]
    result = crime(OPEN_DATA, *rows)
    assert result.frame["offence"].tolist() == ["Arson", "Arson", "Fly"]


@pytest.mark.parametrize(
    ("printed", "name"),
    [("Vehicle Offence", "Vehicle offences"), ("Bicycle thefts", "Bicycle theft"),
     ("Shop-lifting", "Shoplifting"), ("Drugs offences", "Drug offences")],
)  # fmt: skip
def test_spellings_of_a_class(printed: str, name: str) -> None:
    assert counts(crime(TITLE, f"{HEADS},{printed}", "E23000024,Norfolk,1"))[0][1] == name


# --- K9 to K12: sheets of 360Giving ----------------------------------------------------------


def test_cells_that_hold_a_blank_do_not_count_towards_the_width() -> None:
    pytest.importorskip("python_calamine")
    rows = [["Recipient", "Amount (£)"], ["Alpha", 500], ["", "", *[""] * 1500, " "]]
    assert pcc.read_awards(workbook_of({"x": rows})).frame["amount_gbp"].tolist() == [500.0]


def test_empty_cells_of_a_page_do_not_count_towards_the_width() -> None:
    blank = "<td></td>" * 2000
    page = f"<table><tr><th>Recipient<th>Amount (£){blank}</tr><tr><td>A<td>5{blank}</tr></table>"
    assert pcc.read_awards(page.encode()).frame["amount_gbp"].tolist() == [5.0]


def test_a_child_row_of_another_grant_is_told() -> None:
    pytest.importorskip("python_calamine")
    child = [["Identifier", "Planned Dates:Start Date"], ["360G-x-2", "2024-04-01"]]
    main = [GIVING.split(","), GRANT.split(",")]
    result = pcc.read_360giving(workbook_of({"grants": main, "Planned Dates": child}))
    assert "child-rows-left-out" in result.cautions


def test_titles_in_capitals_with_blanks_anywhere() -> None:
    head = GIVING.upper().replace(":", " : ") + ",Grant Programme :title"
    result = pcc.read_360giving(text_of(head, GRANT + ",Safer"))
    assert result.frame["funding_stream"].tolist() == ["Safer"]
    assert result.frame["funder"].tolist() == ["Funder"]


# --- K13: the year of a population -----------------------------------------------------------


@pytest.mark.parametrize(
    "banner",
    ["Population estimates released 2024", "Population estimates (2023 boundaries)",
     "Population estimates, 2021 census based"],
)  # fmt: skip
def test_a_year_of_the_file_is_no_year_of_the_estimates(banner: str) -> None:
    said = refused(lambda: people(f'"{banner}"', "Code,Name,All ages", "E07000008,Cambridge,5"))
    assert "no year is named" in said


# --- K17: true reasons -----------------------------------------------------------------------


def test_a_table_whose_rows_are_all_rejected_says_why() -> None:
    said = refused(lambda: crime(TITLE, f"{HEADS},Burglary", "E92000001,Wales,1000"))
    assert "the code E92000001 is England" in said


# --- K18: spellings of a year ----------------------------------------------------------------


@pytest.mark.parametrize("heading", ["y/e March 2021", "Y/E Mar-21", "Rolling year Mar-21"])
def test_years_that_end(heading: str) -> None:
    result = crime("Table P1: Recorded crime", f"{HEADS},{heading}", "E23000024,Norfolk,5")
    assert result.frame["period_start"].dt.date.tolist() == [dt.date(2020, 4, 1)]


# --- K19: between thousands ------------------------------------------------------------------


def test_points_between_thousands_are_no_decimals() -> None:
    said = refused(lambda: people("Code,Name,Mid-2022", "E07000008,Cambridge,88.000"))
    assert "thousands" in said
    result = crime(TITLE, f"{HEADS},Burglary,Robbery", "E23000024,Norfolk,2.300,5")
    assert counts(result) == [["E23000024", "Robbery", 5]]
    assert result.rejected["raw"].tolist() == ["2.300"]


def test_one_fraction_rejects_its_own_cell_alone() -> None:
    rows = ["E23000023,Cambridgeshire,1200.0", "E23000024,Norfolk,12.5", "E23000025,Suffolk,7"]
    result = crime(TITLE, f"{HEADS},Burglary", *rows)
    assert [number for _, _, number in counts(result)] == [1200, 7]
    assert result.rejected["raw"].tolist() == ["12.5"]


# --- K20: the last record --------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_last_record_of_quoted_lines_without_a_line_end(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    last = street_row("a2", "2024-01", "Surrey Police", "Guildford", location='"x\n""y""\n,z"')
    first = street_row("a1", "2024-01", "Surrey Police", "Guildford")
    file = write_street(tmp_path, "2024-01-surrey-street.csv", first, last)
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert pcc.formats.count_police_uk(str(file), engine=engine).n_rows == 2
    assert len(pcc.read_police_uk(file).frame) == 2
