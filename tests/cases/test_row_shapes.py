"""Rows wider than their header, empty formatted cells, blanks in numbers, the end of a record."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from case_files import STREET, coverage_of, street_row, text_of, workbook_of, write_street

import pccfunding as pcc


def counts(result: Any, *columns: str) -> list[Any]:
    return result.frame[list(columns or ("area_code", "offence", "offences"))].values.tolist()


# --- a row with more cells than its header ---------------------------------------------------


def test_an_unquoted_thousands_comma_is_no_amount_of_twelve_pounds() -> None:
    result = pcc.read_awards(
        text_of(
            "Recipient,Purpose,Amount (£)",
            "Alpha Trust,Youth work,£12,500.00",
            "Beta CIC,Victims,£300.00",
        )
    )
    assert result.frame[["recipient", "amount_gbp"]].values.tolist() == [["Beta CIC", 300.0]]
    [rejected] = result.rejected.to_dict("records")
    assert rejected["place"] == "line 2"
    assert rejected["reason"] == "it has 4 cells, the header has 3"
    assert "£12,500.00" in rejected["suggestion"]
    assert result.n_rows == 2


def test_a_wide_row_of_counts_is_rejected() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            '"Table P1: Police recorded crime, number of offences, year ending March 2022"',
            "Area Code,Area Name,Burglary,Robbery",
            "E23000023,Cambridgeshire,1,200,300",
            "E23000024,Norfolk,900,100",
        )
    )
    assert counts(result) == [["E23000024", "Burglary", 900], ["E23000024", "Robbery", 100]]
    assert result.rejected["place"].tolist() == ["line 3"]
    assert "1,200" in result.rejected["suggestion"].iat[0]
    assert result.n_rows == len(result.frame) + result.n_rejected + len(result.others)


def test_an_unquoted_comma_in_a_description_is_no_count() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Group,"
            "Offence Subgroup,Offence Code,Number of Offences",
            "2021/22,1,Cambridgeshire,Theft, other,Theft offences,Other theft,49,12",
            "2021/22,1,Norfolk,Arson,Criminal damage,Arson,56,20",
        )
    )
    assert counts(result) == [["E23000024", "Arson", 20]]
    assert result.rejected["place"].tolist() == ["line 2"]
    assert "Theft, other" in result.rejected["suggestion"].iat[0]


def test_a_wide_row_of_a_population_is_rejected() -> None:
    result = pcc.read_population(
        text_of(
            "Code,Name,Mid-2022,Mid-2023",
            "E07000008,Cambridge,145,700,147,900",
            "E07000009,East Cambridgeshire,88000,89000",
        ),
        vintage="v",
    )
    assert counts(result, "area_code", "persons") == [["E07000009", 88000], ["E07000009", 89000]]
    assert result.rejected["place"].tolist() == ["line 2"]
    assert "145,700" in result.rejected["suggestion"].iat[0]


def test_a_wide_row_of_an_index_is_rejected() -> None:
    result = pcc.read_deflator(
        text_of(
            "Financial year,GDP deflator (2023-24 = 100)",
            "2022-23,94,5",
            "2023-24,100",
            "2024-25,103.1",
        )
    )
    assert result.frame["price_index"].tolist() == [100.0, 103.1]
    assert result.rejected["place"].tolist() == ["line 2"]


def test_a_blank_excess_cell_of_one_row_alone_rejects_it() -> None:
    result = pcc.read_awards(
        text_of("Recipient,Amount (£)", "Alpha Trust,500,", "Beta CIC,300", "Gamma,200")
    )
    assert result.frame["recipient"].tolist() == ["Beta CIC", "Gamma"]
    assert result.rejected["place"].tolist() == ["line 2"]
    assert "untitled-column" in result.cautions  # over a tenth of the rows


def test_the_same_blank_excess_of_every_row_is_ignored_with_a_caution() -> None:
    result = pcc.read_awards(text_of("Recipient,Amount (£)", "Alpha Trust,500,", "Beta CIC,300,"))
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]
    assert "blank-columns-ignored" in result.cautions
    counted = pcc.read_recorded_crime(
        text_of(
            "Table P1: Police recorded crime in the year ending March 2022",
            "Area Code,Area Name,Burglary",
            "E23000024,Norfolk,900,,",
            "E23000023,Cambridgeshire,800,,",
        )
    )
    assert counted.frame["offences"].tolist() == [900, 800]
    assert "blank-columns-ignored" in counted.cautions


def test_a_wide_grant_is_rejected_with_its_numbers() -> None:
    header = "Identifier,Title,Amount Awarded,Currency,Award Date,Funding Org:Name"
    result = pcc.read_360giving(text_of(header, "360G-x-1,A, title,5,GBP,2024-04-01,F"))
    assert not len(result.frame)
    assert "7 cells" in result.rejected["reason"].iat[0]


def test_short_rows_are_filled_with_blanks() -> None:
    result = pcc.read_awards(text_of("Recipient,Amount (£),Note", "Alpha Trust,500", "Beta,3,n"))
    assert result.frame["amount_gbp"].tolist() == [500.0, 3.0]
    assert not result.n_rejected


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_wide_street_row_never_counts(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    good = street_row("a1", "2024-01", "Surrey Police", "Guildford")
    wide = good.replace("Invented Road", "Invented, Road")
    file = write_street(tmp_path, "2024-01-surrey-street.csv", wide, good.replace("a1", "a2"))
    read = pcc.read_police_uk(file)
    assert read.frame["crime_id"].tolist() == ["a2"]
    assert read.rejected["place"].tolist() == ["line 2"]
    with pytest.raises(pcc.errors.TableError, match=r"13.*12|12.*13"):
        pcc.formats.count_police_uk(str(file), engine=engine)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_blank_column_behind_every_street_row_is_ignored(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    rows = [street_row(f"a{n}", "2024-01", "Surrey Police", "Guildford") + "," for n in (1, 2)]
    file = write_street(tmp_path, "2024-01-surrey-street.csv", *rows)
    assert len(pcc.read_police_uk(file).frame) == 2
    assert pcc.formats.count_police_uk(str(file), engine=engine).n_rows == 2


def test_an_untitled_column_of_a_workbook_is_named() -> None:
    rows = [["Table P1: Recorded crime in the year ending March 2022"],
            ["Area Code", "Area Name", "Burglary"],
            ["E23000023", "Cambridgeshire", 900, 77], ["E23000024", "Norfolk", 800]]  # fmt: skip
    result = pcc.read_recorded_crime(workbook_of({"P1": rows}))
    assert result.frame["offences"].tolist() == [900, 800]
    told = [value for pair in coverage_of(result)["untitled columns"] for value in pair]
    assert any("D" in value for value in told)


# --- cells that only carry a format ----------------------------------------------------------


def test_formats_up_to_the_last_column_of_libreoffice_count_for_nothing() -> None:
    rows = [["Recipient", "Purpose", "Amount (£)"], ["Alpha Trust", "Youth work", 4100],
            ["Beta CIC", "Victims", 500]]  # fmt: skip
    result = pcc.read_awards(workbook_of({"Grants": rows}, formatted_to=1024))
    assert result.frame["amount_gbp"].sum() == 4600.0
    giving = [line.split(",") for line in (
        "Identifier,Title,Description,Currency,Amount Awarded,Award Date,"
        "Recipient Org:Identifier,Recipient Org:Name,Funding Org:Identifier,Funding Org:Name",
        "360G-x-1,T,D,GBP,100,2024-04-01,GB-CHC-1,Alpha,GB-CHC-9,Funder")]  # fmt: skip
    assert len(pcc.read_360giving(workbook_of({"Grants": giving}, formatted_to=1024)).frame) == 1


@pytest.mark.parametrize(
    ("call", "rows"),
    [(pcc.read_recorded_crime, [["Police recorded crime, year ending March 2022"],
                                ["Area Name", "Burglary"], ["Norfolk", 5]]),
     (pcc.read_deflator, [["Financial year", "GDP deflator"], ["2022-23", 94.5], ["2023-24", 100]]),
     (pcc.read_police_uk, [line.split(",") for line in (
         STREET, street_row("a", "2024-01", "Kent Police"))])],
)  # fmt: skip
def test_formats_beyond_the_last_cell_count_for_nothing_in_any_reader(
    call: Callable[[bytes], Any], rows: list[list[object]]
) -> None:
    pytest.importorskip("python_calamine")
    plain, formatted = (call(workbook_of({"x": rows}, formatted_to=to)) for to in (0, 1024))
    assert len(plain.frame) == len(formatted.frame) > 0


def test_a_sheet_too_wide_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "wide.xlsx"
    file.write_bytes(workbook_of({"Grants": [["Identifier"] * 1100]}))
    with pytest.raises(pcc.errors.TableError, match=r"^wide\.xlsx"):
        pcc.read_360giving(file)


def test_formats_over_a_million_rows_count_for_nothing() -> None:
    rows: list[list[object]] = [["Code", "Name", "Mid-2022"], ["E07000008", "Cambridge", 1100]]
    book = workbook_of({"MYE": rows}, formatted_to=1500)
    assert pcc.read_population(book, vintage="v").frame["persons"].tolist() == [1100]


def test_separators_behind_the_last_cell_of_a_text_count_for_nothing() -> None:
    blanks = "," * 16_000
    result = pcc.read_awards(text_of(f"Recipient,Amount (£){blanks}", f"Alpha,500{blanks}"))
    assert result.frame["amount_gbp"].tolist() == [500.0]


# --- a blank between thousands ---------------------------------------------------------------

P1 = '"Table P1: Police recorded crime, number of offences, year ending March 2022"'


def test_blanks_between_thousands_are_read_where_the_column_is_consistent() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            P1,
            "Area Code,Area Name,Burglary,Homicide",
            "E23000023,Cambridgeshire,1 200,6",
            "E23000024,Norfolk,2 300,3",
        )
    )
    assert counts(result) == [
        ["E23000023", "Burglary", 1200], ["E23000023", "Homicide", 6],
        ["E23000024", "Burglary", 2300], ["E23000024", "Homicide", 3],
    ]  # fmt: skip


def test_blanks_between_some_thousands_reject_those_cells() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            P1,
            "Area Code,Area Name,Burglary",
            "E23000023,Cambridgeshire,1 200",
            'E23000024,Norfolk,"2,300"',
        )
    )
    assert counts(result) == [["E23000024", "Burglary", 2300]]
    assert result.rejected["raw"].tolist() == ["1 200"]


def test_no_break_spaces_between_thousands_of_a_population() -> None:
    result = pcc.read_population(
        text_of("Code,Name,Mid-2022", "E07000008,Cambridge,145\u00a0700",
                "E07000009,East Cambridgeshire,88\u202f000"),
        vintage="v",
    )  # fmt: skip
    assert result.frame["persons"].tolist() == [145700, 88000]


def test_blanks_between_thousands_of_pounds() -> None:
    result = pcc.read_awards(text_of("Recipient,Amount (£)", "Alpha,12 500", "Beta,1 000.50"))
    assert result.frame["amount_gbp"].tolist() == [12500.0, 1000.5]
    mixed = pcc.read_awards(text_of("Recipient,Amount (£)", "Alpha,12 500", 'Beta,"1,000"'))
    assert mixed.frame["amount_gbp"].tolist() == [1000.0]
    assert mixed.rejected["raw"].tolist() == ["12 500"]


def test_a_known_class_without_a_number_is_not_dropped_silently() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            P1,
            "Area Code,Area Name,Burglary,Homicide",
            "E23000023,Cambridgeshire,1'200,6",
            "E23000024,Norfolk,2'300,3",
        )
    )
    assert counts(result) == [["E23000023", "Homicide", 6], ["E23000024", "Homicide", 3]]
    assert result.rejected["raw"].tolist() == ["1'200", "2'300"]


# --- where a record ends ---------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize(
    "location", ['"On or near\nInvented Road"', '"a ""b"", c\n\n, d"', '"On or near\r\nRoad"']
)
def test_a_line_break_in_the_last_record_is_counted_by_both(
    tmp_path: Path, engine: str, location: str
) -> None:
    pytest.importorskip(engine)
    rows = [street_row(f"a{n}", "2024-01", "Surrey Police", "Guildford") for n in (1, 2)]
    rows.append(street_row("a3", "2024-01", "Surrey Police", "Guildford", location=location))
    file = write_street(tmp_path, "2024-01-surrey-street.csv", *rows)
    assert pcc.formats.count_police_uk(str(file), engine=engine).n_rows == 3
    assert len(pcc.read_police_uk(file).frame) == 3


def test_a_line_break_in_the_last_award(tmp_path: Path) -> None:
    result = pcc.read_awards(text_of("Recipient,Amount (£),Note", "A,5,x", 'B,6,"two\nlines"'))
    assert result.frame["amount_gbp"].tolist() == [5.0, 6.0]


def test_the_header_decides_and_not_the_banner() -> None:
    long = "x" * 40
    lines = ["Awards of the year,,,,", "Recipient,Amount (£)"]
    lines += [f"{long} {n},{n}" for n in range(1, 9000)]
    lines.append("Alpha,12,500")
    result = pcc.read_awards(text_of(*lines))
    assert len(result.frame) == 8999
    assert result.rejected["place"].tolist() == ["line 9002"]
    assert STREET.count(",") == 11
    assert isinstance(result.frame, pd.DataFrame)


# --- raised digits ---------------------------------------------------------------------------


def test_a_raised_digit_of_a_page_is_a_note() -> None:
    pytest.importorskip("lxml")
    grants = (
        "<table><tr><th>Recipient<th>Amount (£)<tr><td>Alpha<sup>2</sup><td>500<sup>1</sup>"
        "<tr><td>Beta, 3 km<sup>2</sup> of fields<td>700</table>"
    )
    frame = pcc.read_awards(grants.encode()).frame
    assert frame["amount_gbp"].tolist() == [500.0, 700.0]
    assert frame["recipient"].tolist()[1] == "Beta, 3 km2 of fields"
    title = "<tr><td colspan=2>Police recorded crime, number of offences, year ending March 2022"
    crime = (
        f"<table>{title}<tr><th>Area Name<th>Burglary<sup>3, 4</sup>"
        "<tr><td>Norfolk<sup>5</sup><td>500<sup>1</sup></table>"
    )
    assert counts(pcc.read_recorded_crime(crime.encode())) == [["E23000024", "Burglary", 500]]


def test_a_raised_digit_of_a_workbook_is_a_note() -> None:
    pytest.importorskip("python_calamine")
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        raised = book.add_format({"font_script": 1})
        sheet = book.add_worksheet("x")
        sheet.write_row(0, 0, ["Recipient", "Amount (£)"])
        sheet.write_rich_string(1, 0, "Alpha", raised, "2")
        sheet.write_rich_string(1, 1, "500", raised, "1")
        sheet.write_row(2, 0, ["Beta", 700])
    frame = pcc.read_awards(packed.getvalue()).frame
    assert frame["amount_gbp"].tolist() == [500.0, 700.0]
