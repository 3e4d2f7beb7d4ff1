"""The workbook read back: what a person typed, pasted or hid, whoever saved it last."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from filling import answer, cell_xml, edited, fill, saved_by_libreoffice, sheet_part, started

import pccfunding as pcc
from pccfunding.office.read_workbook import Token, Workbook, read_workbook
from pccfunding.office.sheets import SHEETS

AWARD = {
    "recipient": "Halo Centre",
    "funding stream": "Community Safety Fund",
    "amount": "£12,500",
    "source": "Notices",
}
OUTCOME = {"measure": "Burglary", "direction": "fell by", "as printed": "9.4%", "source": "Report"}


def read(folder: Path) -> Workbook:
    return read_workbook(folder / "evidence.xlsx")


def told(book: Workbook) -> list[str]:
    return [f"{one.place}: {one.text}" for one in book.problems]


def test_a_new_workbook_holds_nothing_and_no_problem(tmp_path: Path) -> None:
    book = read(started(tmp_path / "new"))
    assert book.problems == []
    assert {name: len(rows) for name, rows in book.rows.items() if rows} == {"Start": 1}
    assert book.start.get("area").code == "E23000008"
    assert book.start.get("period") == pcc.Period.financial_year(2024)


def test_every_typed_value_comes_with_its_cell(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    answer(folder, meeting_date="12/6/2025", prepared_by="A. Name")
    typed = {"agreed on": "3 May 2024", "financial year": "2024/25", "status": "Spent (outturn)"}
    fill(folder, Awards=[AWARD | typed | {"district": "County Durham"}])
    fill(folder, Outcomes=[OUTCOME | {"count before": "1,204", "better when": "lower"}])
    book = read(folder)
    assert told(book) == []
    (award,) = book.rows["Awards"]
    assert award.get("amount") == Token("£12,500", False, None)
    assert award.get("agreed on") == dt.date(2024, 5, 3)
    assert award.get("financial year") == pcc.Period.financial_year(2024)
    assert award.get("status") == "spent (outturn)"
    assert award.place("amount") == "sheet Awards, cell C4"
    assert award.text("agreed on") == "3 May 2024"
    (outcome,) = book.rows["Outcomes"]
    assert outcome.get("count before") == 1204
    assert book.start.get("meeting date") == dt.date(2025, 6, 12)


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        ("£12,500", Token("£12,500", False, None)),
        ("(1,000)", Token("(1,000)", False, None)),
        ("up to £20,000", Token("up to £20,000", False, None)),
        ("TBC", Token(None, False, "not_yet_due")),
        ("n/a", Token(None, False, "not_applicable")),
        (12500, Token("12500", True, None)),
        (12500.5, Token("12500.5", True, None)),
        (0.1 + 0.2, Token("0.3", True, None)),
        ((12500, "£#,##0"), Token("12500", True, None)),
    ],
)
def test_an_amount_is_kept_as_typed_and_a_pasted_number_is_exact(
    typed: Any, token: Token, tmp_path: Path
) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD | {"amount": typed}])
    book = read(folder)
    assert told(book) == []
    assert book.rows["Awards"][0].get("amount") == token


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        ((0.094, "0.0%"), "9.4%"),
        ((0.07, "0%"), "7%"),
        ((0.5, '0.0" of "%'), "50%"),
        ((9.4, '0.0"%"'), "9.4"),
        ((9.4, "0.0\\%"), "9.4"),
        ("9.4%", "9.4%"),
        (412, "412"),
    ],
)
def test_a_number_shown_as_a_percentage_is_times_100(
    typed: Any, token: str, tmp_path: Path
) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, Outcomes=[OUTCOME | {"as printed": typed}])
    book = read(folder)
    assert told(book) == []
    assert book.rows["Outcomes"][0].get("as printed").token == token


DAY = dt.date(2024, 4, 1)


@pytest.mark.parametrize(
    ("sheet", "column", "typed", "said"),
    [
        ("Awards", "amount", DAY, "'2024-04-01': the cell holds a date"),
        ("Outcomes", "as printed", DAY, "'2024-04-01': the cell holds a date"),
        ("Outcomes", "count before", DAY, "the cell holds a date"),
        ("Awards", "financial year", DAY, "the cell holds a date"),
        ("Awards", "where in it", dt.date(2024, 2, 1), "the cell holds a date"),
        ("Awards", "amount", "=SUM(1,2)", "the formula =SUM(1,2) was saved without its result"),
        ("Awards", "amount", "#DIV/0!", "'#DIV/0!': the cell shows an error"),
        ("Awards", "amount", (0.5, "0%"), "the cell shows a percentage"),
        ("Awards", "amount", "9.4%", "it is printed in percent, not in pounds"),
        ("Awards", "amount", "£31,78", "a comma is not followed by three digits"),
        ("Awards", "amount", 12.345, "it has part of a penny"),
        ("Awards", "agreed on", 45383, "'45383': the cell holds a number, not a day"),
        ("Awards", "agreed on", "12/31/2023", "dates are read day first"),
        ("Awards", "financial year", "20022/23", "20022 is no year"),
        ("Awards", "status", "awardd", "did you mean 'awarded'?"),
        ("Awards", "district", "Atlantis", "is none of the list"),
        ("Outcomes", "count before", "1,204.5", "a count is a whole number; type a whole"),
        ("Outcomes", "count before", "about 1,200", "is no whole count"),
        ("Sources", "held", True, "the cell holds TRUE or FALSE; type yes or no"),
        ("Outcomes", "direction", None, "direction is blank; how the number is meant"),
        ("Awards", "source", None, "source is blank"),
    ],
)
def test_a_wrong_cell_is_named_with_what_would_be_right(
    sheet: str, column: str, typed: Any, said: str, tmp_path: Path
) -> None:
    folder = started(tmp_path / "durham")
    good = {"Awards": AWARD, "Outcomes": OUTCOME, "Sources": {"name": "Notices"}}[sheet]
    fill(folder, **{sheet: [good, good | {column: typed}, good]})
    book = read(folder)
    columns = next(one for one in SHEETS if one.name == sheet).columns
    place = [one.title for one in columns].index(column)
    (problem,) = book.problems
    assert problem.place == f"sheet {sheet}, cell {chr(65 + place)}5"
    assert said in problem.text
    assert problem.right
    decides = columns[place].needed or columns[place].decides
    assert [row.number for row in book.rows[sheet]] == ([4, 6] if decides else [4, 5, 6])
    assert ("left out" in problem.text) is decides


def test_a_real_date_is_a_day_and_a_formula_with_its_result_is_its_result(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD | {"agreed on": dt.date(2024, 5, 3), "amount": "=2+3"}])

    def stored(text: str) -> str:
        return text.replace("<f>2+3</f><v></v>", "<f>2+3</f><v>5</v>").replace(
            "<f>2+3</f><v />", "<f>2+3</f><v>5</v>"
        )

    edited(folder / "evidence.xlsx", sheet_part("Awards"), stored)
    book = read(folder)
    assert told(book) == []
    assert book.rows["Awards"][0].get("amount") == Token("5", True, None)
    assert book.rows["Awards"][0].get("agreed on") == dt.date(2024, 5, 3)


def test_the_example_row_is_never_read_wherever_it_stands(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD, AWARD | {"recipient": "example: Nobody"}, AWARD])
    assert [row.number for row in read(folder).rows["Awards"]] == [4, 6]


def test_columns_may_move_and_what_the_sheet_does_not_know_is_named(tmp_path: Path) -> None:
    import openpyxl

    folder = started(tmp_path / "durham")
    fill(folder, Sources=[{"name": "Notices", "title": "Decision notices", "held": "no"}])
    path = folder / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    book["Sources"].insert_cols(1)
    book["Sources"]["A2"] = "owner"
    book["Sources"]["A4"] = "Finance"
    book["Sources"]["B1"] = None
    book.create_sheet("Working")["A1"] = 1
    book.create_sheet("Blank")
    del book["Files"]
    book.save(path)
    found = read(folder)
    assert found.rows["Sources"][0].place("title") == "sheet Sources, cell C4"
    says = told(found)
    assert any("Sources, column A: 'owner': no column of this sheet" in one for one in says)
    assert any(one.startswith("sheet Working: this sheet is none") for one in says)
    assert any(one.startswith("sheet Files: the sheet is missing") for one in says)
    assert len(says) == 3
    assert {one.state for one in found.problems} == {"to do"}


def test_a_needed_column_that_is_gone_is_told_once(tmp_path: Path) -> None:
    import openpyxl

    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD, AWARD])
    path = folder / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    book["Awards"]["C2"] = "how much"
    book.save(path)
    found = read(folder)
    assert found.rows["Awards"] == []
    assert [one.state for one in found.problems] == ["broken", "to do"]
    assert "no column 'amount', so that no row of the sheet counts" in told(found)[0]
    assert "sheet Awards, column C: 'how much'" in told(found)[1]


def test_hidden_rows_columns_and_sheets_are_read_and_named(tmp_path: Path) -> None:
    import openpyxl

    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD, AWARD], Sources=[{"name": "Notices"}])
    path = folder / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    book["Awards"].row_dimensions[5].hidden = True
    column = book["Awards"].column_dimensions["C"]
    column.min = column.max = 3  # columns of one width are stored together
    column.hidden = True
    book["Sources"].sheet_state = "hidden"
    book.save(path)
    found = read(folder)
    assert len(found.rows["Awards"]) == 2
    assert told(found) == [
        "sheet Awards: hidden, and read all the same: row 5, column C; show them, or delete what "
        "is wrong",
        "sheet Sources: hidden, and read all the same: the whole sheet; show them, or delete what "
        "is wrong",
    ]


def test_what_is_struck_out_or_white_on_white_does_not_count_in_silence(tmp_path: Path) -> None:
    import openpyxl
    from openpyxl.styles import Font

    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD, AWARD | {"purpose": "Lights"}, AWARD, AWARD])
    path = folder / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["Awards"]
    for cell in page[4]:
        cell.font = Font(strike=True)
    title = [cell.value for cell in page[2]].index("purpose") + 1
    page.cell(5, title).font = Font(strike=True)
    page["C6"].font = Font(strike=True)
    page["A7"].font = Font(color="FFFFFFFF")
    book.save(path)
    found = read(folder)
    assert [row.number for row in found.rows["Awards"]] == [5, 7]
    assert found.rows["Awards"][0].get("purpose") is None
    where = page.cell(5, title).coordinate
    assert told(found) == [
        "sheet Awards, row 4: the row is struck out; delete the row, or take the line away if it "
        "counts; it is left out until then",
        f"sheet Awards, cell {where}: 'Lights': the cell is struck out; clear it, or take the line "
        "away if it counts",
        "sheet Awards, cell C6: '£12,500': the cell is struck out; clear it, or take the line away "
        "if it counts; the row is left out until then",
        "sheet Awards: in the colour of its ground, and read all the same: cell A7; show them, or "
        "delete what is wrong",
    ]


def values(book: Workbook) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {title: (typed.value, typed.cell) for title, typed in row.cells.items()} for row in rows
        ]
        for name, rows in book.rows.items()
    }


FILLED: dict[str, list[dict[str, Any]]] = {
    "Awards": [
        AWARD | {"agreed on": "01/04/2023", "where in it": "1/2", "financial year": "2023-24"},
        AWARD | {"amount": "(1,000)", "reference": "0012"},
        AWARD | {"amount": 12500.5, "agreed on": dt.date(2024, 5, 3)},
    ],
    "Outcomes": [
        OUTCOME,
        OUTCOME | {"as printed": (0.094, "0.0%")},
        OUTCOME | {"as printed": "1/2"},
    ],
    "Sources": [{"name": "Notices", "held": "yes", "date": "14 April 2025"}],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_saved_by_libreoffice_reads_alike(kind: str, tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, **FILLED)
    before = read(folder)
    assert told(before) == []
    again = read_workbook(saved_by_libreoffice(folder / "evidence.xlsx", kind))
    assert values(again) == values(before)
    assert told(again) == []


@pytest.mark.slow
def test_what_libreoffice_makes_of_errors_formulas_and_dates_is_told(tmp_path: Path) -> None:
    import openpyxl

    folder = started(tmp_path / "durham")
    wrong = [AWARD | {"amount": typed} for typed in ("=1/0", "=2+3", DAY, (0.5, "0%"))]
    fill(folder, Awards=wrong)
    book = openpyxl.load_workbook(folder / "evidence.xlsx")
    book["Awards"].row_dimensions[5].hidden = True
    book.save(folder / "evidence.xlsx")
    for kind in ("xlsx", "ods"):
        again = read_workbook(saved_by_libreoffice(folder / "evidence.xlsx", kind))
        assert [row.get("amount") for row in again.rows["Awards"]] == [Token("5", True, None)]
        assert [one.place for one in again.problems] == [
            "sheet Awards, cell C4", "sheet Awards, cell C6", "sheet Awards, cell C7",
            "sheet Awards",
        ]  # fmt: skip
        assert "the cell shows an error" in again.problems[0].why
        assert "row 5" in again.problems[3].why


@pytest.mark.slow
def test_drop_downs_survive_libreoffice(tmp_path: Path) -> None:
    import openpyxl

    folder = started(tmp_path / "durham")
    again = openpyxl.load_workbook(saved_by_libreoffice(folder / "evidence.xlsx", "xlsx"))
    for sheet in SHEETS:
        page = again[sheet.name]
        for number, column in enumerate(sheet.columns):
            here = f"B{number + 3}" if sheet.down else f"{page[2][number].column_letter}4"
            rules = [rule for rule in page.data_validations.dataValidation if here in rule.sqref]
            assert len(rules) == bool(column.choices or column.leads_to), (sheet.name, column)
    assert again["Lists"].sheet_state == "hidden"


def test_the_traits_of_excel_files_are_no_trap(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD, AWARD])
    path = folder / "evidence.xlsx"

    def excel(text: str) -> str:
        text = text.replace('<row r="4"', '<row hidden="false" r="4"')
        text = cell_xml(text, "C4", '<c r="C4" t="str"><f>"£"&amp;5</f><v>£5</v></c>')
        text = cell_xml(text, "D4", '<c r="D4"><v></v></c>') if 'r="D4"' in text else text
        text = cell_xml(
            text, "A5", '<c r="A5" t="inlineStr"><is><r><t>Halo</t></r><r><t> Hub</t></r></is></c>'
        )
        text = cell_xml(text, "B5", '<c r="B5" t="str"><f>""</f><v></v></c>')
        return cell_xml(text, "C5", '<c r="C5"><v></v></c>')

    edited(path, sheet_part("Awards"), excel)
    book = read(folder)
    assert book.rows["Awards"][0].get("amount") == Token("£5", False, None)
    # A formula that gives the empty text is blank, and so is an empty value: both are named.
    assert [one.place for one in book.problems] == [
        "sheet Awards, cell B5", "sheet Awards, cell C5",
    ]  # fmt: skip
    assert "funding stream is blank" in told(book)[0]


def test_days_of_the_1904_calendar_are_the_days_shown(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    fill(folder, Awards=[AWARD | {"agreed on": dt.date(2024, 5, 3)}])
    path = folder / "evidence.xlsx"
    edited(path, "xl/workbook.xml", lambda text: text.replace(
        "<workbookPr", '<workbookPr date1904="1"'
    ))  # fmt: skip
    # The stored number now counts from 1 January 1904, which is 1,462 days later.
    found = read(folder).rows["Awards"][0].get("agreed on")
    assert found == dt.date(2024, 5, 3) + dt.timedelta(1462)


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 damaged"])
def test_what_is_no_workbook_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "evidence.xlsx").write_bytes(content)
    with pytest.raises(pcc.errors.TableError, match=r"evidence\.xlsx"):
        read_workbook(tmp_path / "evidence.xlsx")
