"""Layouts of other publishers, built on their documentation, and files that are refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from case_files import text_of, workbook_of

import pccfunding as pcc

OPEN = ["Financial Year", "Financial Quarter", "Force Name", "Offence Description", "Offence Group",
        "Offence Subgroup", "Offence Code", "Number of Offences"]  # fmt: skip


def test_open_data_with_a_sheet_a_year() -> None:
    def sheet(year: str) -> list[list[object]]:
        rows = [[year, quarter, "London, City of", "Arson", "Criminal damage and arson", "Arson",
                 "56A", quarter] for quarter in (1, 2, 3, 4)]  # fmt: skip
        return [["Recorded crime open data"], OPEN, *rows]

    book = workbook_of({"Cover": [["Published 2026"]], "2023_24": sheet("2023/24"),
                        "2024-25": sheet("2024/25")})  # fmt: skip
    result = pcc.read_recorded_crime(book, annual=True)
    assert result.frame["offences"].tolist() == [10, 10]
    assert set(result.frame["offence_code"]) == {"56A"}


NOMIS = (
    "Population estimates - local authority based by single year of age",
    '"ONS Crown Copyright Reserved [from Nomis on 29 November 2025]"',
    "",
    "Gender      :,Total",
    "Age         :,All Ages",
    "",
)


def test_a_download_of_nomis_with_its_banner() -> None:
    result = pcc.read_population(
        text_of(*NOMIS, "local authority: district / unitary (as of April 2023),mnemonic,2022,2023",
                "Cambridge,E07000008,1100,1200", "Fenland,E07000010,900,950", "",
                "In order to protect against disclosure of personal information some totals are "
                "rounded."), vintage="v",
    )  # fmt: skip
    assert result.frame["persons"].tolist() == [1100, 1200, 900, 950]
    assert result.frame["reference_date"].dt.year.tolist() == [2022, 2023, 2022, 2023]


def test_a_download_of_one_sex_is_refused() -> None:
    lines = [line.replace("Total", "Female") for line in NOMIS]
    with pytest.raises(pcc.errors.TableError, match="Female"):
        pcc.read_population(
            text_of(*lines, "Area,mnemonic,2022", "Cambridge,E07000008,550"), vintage="v"
        )


def test_an_answer_of_the_interface_of_nomis() -> None:
    result = pcc.read_population(
        text_of("DATE,DATE_NAME,GEOGRAPHY,GEOGRAPHY_NAME,GEOGRAPHY_CODE,GENDER_NAME,C_AGE_NAME,"
                "MEASURES,MEASURES_NAME,OBS_VALUE,OBS_STATUS,RECORD_COUNT",
                "2022,2022,1778384900,Cambridge,E07000008,Total,All Ages,20100,Value,1100,A,1"),
        vintage="v",
    )  # fmt: skip
    assert result.frame["persons"].tolist() == [1100]


def test_the_workbook_of_the_treasury() -> None:
    rows = [["GDP DEFLATORS AT MARKET PRICES, AND MONEY GDP"], [],
            ["Financial year", "GDP deflator at market prices", "", "Money GDP", ""],
            ["", "2023-24 = 100", "per cent change on previous year", "Cash £ million", ""],
            ["2021-22", 88.4, -0.3, 2400000, 1.2], ["2022-23", 94.5, 6.9, 2550000, 1.1],
            ["2023-24", 100, 5.8, 2700000, 1.0], ["2024-25", "", 2.4, "", ""]]  # fmt: skip
    result = pcc.read_deflator(workbook_of({"Deflators": rows}))
    assert result.frame["price_index"].tolist() == [88.4, 94.5, 100.0]


EXCEL_2003 = (
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row><Cell>'
    b'<Data ss:Type="String">Recipient</Data></Cell></Row></Table></Worksheet></Workbook>'
)


def packed(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, b"<a/>")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (EXCEL_2003, r"Excel 2003.*\.xlsx"),
        (packed("xl/workbook.bin", "[Content_Types].xml"), r"\.xlsb.*\.xlsx"),
        (packed("word/document.xml", "[Content_Types].xml"), "text document"),
        (packed("2024-01/2024-01-surrey-street.csv"), "unpack"),
    ],
)
def test_other_workbooks_are_refused_with_advice(data: bytes, advice: str) -> None:
    for call in (
        pcc.read_awards,
        pcc.read_recorded_crime,
        pcc.read_deflator,
        pcc.read_360giving,
        pcc.read_police_uk,
    ):
        with pytest.raises(pcc.errors.TableError, match=advice):
            call(data)
