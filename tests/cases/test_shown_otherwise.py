"""What a file strikes out, hides or shows as a percentage: told, and never counted in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

import pccfunding as pcc
from pccfunding.formats import ReadResult

HEAD = ["Recipient", "Purpose", "Amount (£)", "Financial year"]
STRUCK = "it is struck out, as what was withdrawn or corrected is"


def workbook(change: Callable[[Any], None], *more: list[Any]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, *(["Halo", "x", 500, "2023-24"], ["Hub", "y", 700, "2023-24"]), *more):
        sheet.append(row)
    change(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(change: Callable[[Any], None], *more: list[Any]) -> ReadResult:
    pytest.importorskip("python_calamine")
    pytest.importorskip("lxml")
    return pcc.read_awards(workbook(change, *more))


def covered(result: ReadResult) -> dict[str, str]:
    return dict(zip(result.coverage["topic"], result.coverage["value"], strict=True))


def strike(*cells: str) -> Callable[[Any], None]:
    from openpyxl.styles import Font

    def change(sheet: Any) -> None:
        for cell in cells:
            sheet[cell].font = Font(strike=True)

    return change


def test_a_row_struck_out_is_rejected_and_named() -> None:
    result = read(strike("A3", "B3", "C3", "D3"), ["Total", None, 1200, None])
    assert result.frame["recipient"].tolist() == ["Halo"]
    assert result.rejected[["place", "raw", "reason"]].values.tolist() == [
        ["sheet 'Sheet', row 3", "700", STRUCK]
    ]
    assert covered(result)["struck out"] == "row 3"
    assert "cells-struck-out" in result.cautions
    assert result.totals["verdict"].tolist() == ["cannot be told"]
    assert result.n_rows == len(result.frame) + result.n_rejected + len(result.others)


def test_a_name_struck_out_beside_its_amount_is_read_and_named() -> None:
    result = read(strike("A3"))
    assert result.frame["amount_gbp"].tolist() == [500.0, 700.0]
    assert covered(result)["struck out"] == "cell A3"


def test_a_line_through_a_part_of_a_cell_is_one_through_it() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    def change(sheet: Any) -> None:
        sheet["C3"] = CellRichText(TextBlock(InlineFont(strike=True), "£5 "), "£6")

    result = read(change)
    assert result.frame["recipient"].tolist() == ["Halo"]
    assert result.rejected["reason"].tolist() == [STRUCK]


def test_percentages_among_amounts_are_rejected() -> None:
    def change(sheet: Any) -> None:
        sheet["C4"].number_format = "0%"

    result = read(change, ["Arch", "z", 0.35, "2023-24"])
    assert result.frame["amount_gbp"].tolist() == [500.0, 700.0]
    assert result.rejected["reason"].tolist() == ["the cell shows a percentage"]


def test_what_nobody_sees_is_read_and_named() -> None:
    from openpyxl.styles import Font, PatternFill

    def change(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet["B3"].font = Font(color="FFFFFFFF")
        sheet["A1"].font = Font(color="FFFFFFFF")
        sheet["A1"].fill = PatternFill("solid", fgColor="FF000080")  # a header as many have
        sheet["D3"].number_format = ";;;"

    result = read(change)
    assert len(result.frame) == 2
    assert covered(result)["hidden, and read all the same"] == "row 2"
    faint = covered(result)["in the colour of its ground, and read all the same"]
    assert faint == "cell B3, cell D3"
    assert result.cautions.count("cells-hidden") == 1


def test_a_formula_without_its_result_is_no_blank() -> None:
    result = read(lambda sheet: sheet.__setitem__("C3", "=350*2"))
    assert result.rejected[["raw", "column"]].values.tolist() == [["=350*2", "Amount (£)"]]
    assert "saved without its result" in result.rejected["reason"].iat[0]


def test_plain_workbooks_have_no_such_caution() -> None:
    result = read(lambda sheet: None)
    assert not {"cells-hidden", "cells-struck-out"} & set(result.cautions)
    assert result.rejected.empty


CELL = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles>
 <style:style style:name="gone" style:family="table-cell"><style:text-properties
 style:text-line-through-style="solid"/></style:style><style:style style:name="heir"
 style:family="table-cell" style:parent-style-name="gone"/></office:automatic-styles>
 <office:body><office:spreadsheet><table:table table:name="Grants">%s</table:table>
 </office:spreadsheet></office:body></office:document-content>"""


def open_document(*rows: list[tuple[str, str]]) -> bytes:
    lines = (
        "".join(CELL.format(f' table:style-name="{style}"' if style else "", text)
                for text, style in row)
        for row in rows
    )  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        body = "".join(f"<table:table-row>{one}</table:table-row>" for one in lines)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS % body)
    return packed.getvalue()


@pytest.mark.parametrize("style", ["gone", "heir"])
def test_a_row_of_open_document_struck_out_is_rejected(style: str) -> None:
    pytest.importorskip("python_calamine")
    pytest.importorskip("lxml")
    head = [(one, "") for one in HEAD]
    given = [("Halo", ""), ("x", ""), ("500", ""), ("2023-24", "")]
    gone = [("Hub", style), ("y", style), ("700", style), ("2023-24", style)]
    result = pcc.read_awards(open_document(head, given, gone))
    assert result.frame["recipient"].tolist() == ["Halo"]
    assert covered(result)["struck out"] == "row 3"


PAGE_HEAD = "<tr><th>Recipient<th>Amount (£)<th>Financial year"


def page(*rows: str, table: str = "<table>") -> ReadResult:
    pytest.importorskip("lxml")
    return pcc.read_awards((table + PAGE_HEAD + "".join(rows) + "</table>").encode())


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td><del>Hub</del><td><del>7</del><td><del>2023-24</del>",
        "<tr><td><s>Hub</s><td><strike>7</strike><td><s>2023-24</s>",
        "<tr style='text-decoration: line-through'><td>Hub<td>7<td>2023-24",
        "<tr><td>Hub<td style='text-decoration-line:line-through'>7<td>2023-24",
    ],
)
def test_what_a_page_strikes_out_is_rejected_and_not_lost(row: str) -> None:
    result = page("<tr><td>Halo<td>5<td>2023-24", row)
    assert result.frame["amount_gbp"].tolist() == [5.0]
    assert result.rejected[["raw", "reason"]].values.tolist() == [["7", STRUCK]]


@pytest.mark.parametrize(
    "row", ["<tr hidden>", "<tr style='display:none'>", "<tr style='visibility: hidden'>"]
)
def test_a_row_that_a_page_hides_is_read_and_named(row: str) -> None:
    result = page("<tr><td>Halo<td>5<td>2023-24", f"{row}<td>Hub<td>7<td>2023-24")
    assert result.frame["amount_gbp"].tolist() == [5.0, 7.0]
    assert covered(result)["hidden, and read all the same"] == "row 3"


def test_what_a_page_hides_within_a_cell_is_no_part_of_it() -> None:
    result = page("<tr><td>Halo<td><span style='display:none'>0000500</span>£500<td>2023-24")
    assert result.frame["amount_gbp"].tolist() == [500.0]


def test_a_table_that_a_page_hides_is_left_out_beside_one_that_it_shows() -> None:
    shown = f"<table>{PAGE_HEAD}<tr><td>Halo<td>5<td>2023-24</table>"
    result = page("<tr><td>Hub<td>7<td>2022-23", table=f"{shown}<table style='display:none'>")
    assert result.frame["amount_gbp"].tolist() == [5.0]
    assert "sheets-left-out" in result.cautions
    alone = page("<tr><td>Hub<td>7<td>2022-23", table="<div hidden><table>")
    assert alone.frame["amount_gbp"].tolist() == [7.0]
    assert covered(alone)["hidden, and read all the same"] == "the whole sheet"


def test_a_count_struck_out_is_no_count() -> None:
    pytest.importorskip("lxml")
    rows = "<tr><td>E23000023<td>5<tr><td>E23000032<td><s>6</s>"
    text = f"<table><tr><th>Area Code<th>mid-2022{rows}</table>"
    result = pcc.read_population(text.encode(), vintage="invented")
    assert result.frame["persons"].tolist() == [5]


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("Amount returned", "returned"),
        ("Average grant (£)", "average"),
        ("Minimum", "minimum"),
        ("Declined (£)", "declined"),
    ],
)
def test_a_list_without_amounts_names_the_heading_that_was_passed_over(
    heading: str, word: str
) -> None:
    with pytest.raises(pcc.errors.TableError) as caught:
        pcc.read_awards(f"Recipient,{heading}\nHalo,500\n".encode())
    assert f"{heading!r} is none for its word {word!r}" in str(caught.value)


def test_what_came_back_in_a_year_is_no_award_of_it() -> None:
    text = "Recipient,Award 2023-24,Amount returned 2023-24\nHalo,500,20\nHub,70,7\n"
    assert pcc.read_awards(text.encode()).frame["amount_gbp"].tolist() == [500.0, 70.0]
