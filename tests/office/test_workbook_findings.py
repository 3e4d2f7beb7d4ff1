"""Every finding of a workbook in its whole sentence, with its cell: what is left out, and why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from filling import answer, fill, openpyxl, started

import pccfunding as pcc
from pccfunding.errors import TableError
from pccfunding.office.read_workbook import Row, Token, Workbook, named_places, read_workbook

DAY = dt.date(2024, 4, 1)
AWARD = {
    "recipient": "Halo Centre",
    "funding stream": "Youth Fund",
    "amount": "£12,500",
    "source": "Notices",
}
OUTCOME = {"measure": "Burglary", "direction": "fell by", "as printed": "9.4%", "source": "Notices"}
WRONG: dict[str, list[Any]] = {
    "amount": [DAY, "=SUM(1,2)", "#DIV/0!", (0.5, "0%"), "9.4%", "£31,78", 12.345, True],
    "agreed on": [45383, "12/31/2023"],
    "financial year": [DAY, "20022/23", (0.5, "0%")],
    "status": ["awardd", "qqqq"],
    "district": ["Atlantis"],
    "where in it": [dt.date(2024, 2, 1), dt.time(1, 2)],
    "source": [None],
}
OUTCOMES: list[dict[str, Any]] = [
    {"as printed": DAY},
    *(
        {"count before": cell}
        for cell in (DAY, "1,204.5", "about 1,200", (0.5, "0%"), "-5", "n/a x")
    ),
    {"direction": None},
    {"where in it": (0.125, "0.0%")},
    {"as printed": "TBC"},
    {"period": "2025", "compared with": "2004-05/2004-05"},
]

LEFT = "; the row is left out until then"
AMOUNT = "type an amount, such as £12,500, £1.2m, up to £20,000 or TBC"
COUNT = "type a whole number, such as 1,204, or leave the cell blank"
PERIOD = "type a financial year, such as 2024-25, or a span, such as October 2023 to March 2025"
DAYS = "the cell holds a date or a time, so that what was typed there is lost"
PERCENT = "the cell shows a percentage"
FIRST = "type the day first, such as 3 May 2024"

FOUND = [
    # state, place, what stands there, what is wrong, what would be right
    (
        "broken",
        "sheet Start, cell B7",
        "soon",
        "write the day first, as in 31/03/2024 or 31 March 2024, or ISO, 2024-03-31",
        FIRST,
    ),
    (
        "to do",
        "sheet Awards, column AD",
        "",
        "no column of this sheet, so that 2 cells are not read",
        "use a header of the sheet, or a note",
    ),
    (
        "to do",
        "sheet Awards, column AN",
        "",
        "no column of this sheet, so that 1 cell is not read",
        "use a header of the sheet, or a note",
    ),
    (
        "broken",
        "sheet Awards, cell C5",
        "2024-04-01",
        DAYS,
        "format the cell as text and type it again, such as £12,500" + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell C6",
        "",
        "the formula =SUM(1,2) was saved without its result",
        "open and save the workbook in a spreadsheet program, or type the number" + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell C7",
        "#DIV/0!",
        "the cell shows an error",
        "type what was printed, as text" + LEFT,
    ),
    ("broken", "sheet Awards, cell C8", "0.5", PERCENT, AMOUNT + LEFT),
    (
        "broken",
        "sheet Awards, cell C9",
        "9.4%",
        "it is printed in percent, not in pounds",
        AMOUNT + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell C10",
        "£31,78",
        (
            "a comma is not followed by three digits. If it means 31.78 or lost a digit, "
            "correct it at the source or store it with the reason"
        ),
        AMOUNT + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell C11",
        "12.345",
        "it has part of a penny, or a point where a comma was meant",
        AMOUNT + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell C12",
        "TRUE",
        "the cell holds TRUE or FALSE",
        "type what was printed, as text" + LEFT,
    ),
    ("broken", "sheet Awards, cell E13", "45383", "the cell holds a number, not a day", FIRST),
    (
        "broken",
        "sheet Awards, cell E14",
        "12/31/2023",
        (
            "dates are read day first, and there is no month 31. If the month comes first, "
            "write 2023-12-31"
        ),
        FIRST,
    ),
    (
        "broken",
        "sheet Awards, cell I15",
        "2024-04-01",
        DAYS,
        "format the cell as text and type it again, such as 2024-25" + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell I16",
        "20022/23",
        "20022 is no year. Did you mean 2022/23? Correct it at the source",
        PERIOD + LEFT,
    ),
    ("broken", "sheet Awards, cell I17", "0.5", PERCENT, PERIOD + LEFT),
    (
        "broken",
        "sheet Awards, cell J18",
        "awardd",
        "is none of the list",
        "did you mean 'awarded'?" + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell J19",
        "qqqq",
        "is none of the list",
        (
            "choose applied for, allocated, budget, awarded, up to, forecast, spent "
            "(outturn), returned (clawback), carried forward"
        )
        + LEFT,
    ),
    (
        "broken",
        "sheet Awards, cell P20",
        "Atlantis",
        "is none of the list",
        "choose County Durham, Darlington",
    ),
    (
        "broken",
        "sheet Awards, cell T21",
        "2024-02-01",
        DAYS,
        "format the cell as text and type it again, such as 1/2 or page 3",
    ),
    (
        "broken",
        "sheet Awards, cell T22",
        "01:02:00",
        DAYS,
        "format the cell as text and type it again, such as 1/2 or page 3",
    ),
    (
        "broken",
        "sheet Awards, cell S23",
        "",
        "source is blank",
        "the document it was printed in: a name of sheet Sources" + LEFT,
    ),
    (
        "to do",
        "sheet Awards",
        "",
        "hidden, and read all the same: row 6",
        "show them, or delete what is wrong",
    ),
    (
        "broken",
        "sheet Amounts",
        "",
        "no row of headers was found",
        (
            "put what, amount, period, funding stream, funder, status, flow, parts listed, "
            "part of, source, where in it into one row"
        ),
    ),
    (
        "broken",
        "sheet Outcomes, cell C4",
        "2024-04-01",
        DAYS,
        "format the cell as text and type it again, such as 9.4% or 412" + LEFT,
    ),
    (
        "broken",
        "sheet Outcomes, cell G5",
        "2024-04-01",
        DAYS,
        "format the cell as text and type it again, such as 1,204",
    ),
    ("broken", "sheet Outcomes, cell G6", "1,204.5", "a count is a whole number", COUNT),
    ("broken", "sheet Outcomes, cell G7", "about 1,200", "is no whole count", COUNT),
    ("broken", "sheet Outcomes, cell G8", "0.5", PERCENT, COUNT),
    ("broken", "sheet Outcomes, cell G9", "-5", "a count cannot stand below zero", COUNT),
    (
        "broken",
        "sheet Outcomes, cell G10",
        "n/a x",
        "it holds no number in digits, nor a word from zero to twelve alone",
        COUNT,
    ),
    (
        "broken",
        "sheet Outcomes, cell B11",
        "",
        "direction is blank",
        "how the number is meant; it is asked for, never guessed" + LEFT,
    ),
    (
        "broken",
        "sheet Outcomes, cell F14",
        "2004-05/2004-05",
        (
            "it may be the financial year 2004-05 or one month. Write 2004-05, or the "
            "first and last day"
        ),
        PERIOD + LEFT,
    ),
    (
        "to do",
        "sheet Outcomes",
        "",
        "hidden, and read all the same: the whole sheet",
        "show them, or delete what is wrong",
    ),
    (
        "broken",
        "sheet Checks, row 2",
        "",
        "no column 'check', so that no row of the sheet counts",
        "give a column the header 'check'",
    ),
    (
        "to do",
        "sheet Checks, column A",
        "chek",
        "no column of this sheet, so that 1 cell is not read",
        "use a header of the sheet, or a note",
    ),
    (
        "to do",
        "sheet Services",
        "",
        "the sheet is missing",
        (
            "add a sheet Services with the headers service, what it is for, logic, reach, "
            "targets, delivered, decision, reason, decided by, role, on"
        ),
    ),
    ("broken", "sheet Sources, cell F4", "TRUE", "the cell holds TRUE or FALSE", "type yes or no"),
    (
        "to do",
        "sheet My notes",
        "",
        "this sheet is none of the workbook's own, and its 2 cells are not read",
        "copy rows over",
    ),
]


@pytest.fixture
def wrong(tmp_path: Path) -> Workbook:
    """Read a workbook in which about everything is wrong that can be."""
    path = started(tmp_path / "durham") / "evidence.xlsx"
    awards = [AWARD, *(AWARD | {title: cell} for title, cells in WRONG.items() for cell in cells)]
    fill(
        path.parent,
        Awards=awards,
        Outcomes=[OUTCOME | other for other in OUTCOMES],
        Sources=[{"name": "Notices", "held": True}],
    )
    book = openpyxl.load_workbook(path)
    page = book["Awards"]
    page.cell(3, 40).value = "mine"
    page.cell(4, 30).value = page.cell(5, 30).value = "x"
    page.row_dimensions[6].hidden = True
    book["Outcomes"].sheet_state = "hidden"
    notes = book.create_sheet("My notes")
    notes["A1"], notes["B2"] = "a", 3
    book.create_sheet("Blank")
    del book["Services"]
    book["Amounts"].delete_rows(1, 3)
    book["Amounts"]["A1"] = "loose"
    book["Checks"]["A2"] = "chek"
    for cell in book["Start"]["A"]:
        if cell.value == "meeting date":
            book["Start"].cell(cell.row, 2).value = "soon"
    book.save(path)
    return read_workbook(path)


def test_every_wrong_cell_is_named_in_these_words(wrong: Workbook) -> None:
    assert {one.file for one in wrong.problems} == {"evidence.xlsx"}
    found = [(one.state, one.place, one.says, one.why, one.right) for one in wrong.problems]
    assert found == FOUND


def test_what_is_not_wrong_is_read_all_the_same(wrong: Workbook) -> None:
    assert wrong.file == "evidence.xlsx"
    numbers = {name: [row.number for row in rows] for name, rows in wrong.rows.items()}
    assert numbers == {
        "Start": [1],
        "Files": [],
        "Awards": [4, 13, 14, 20, 21, 22],
        "Amounts": [],
        "Outcomes": [5, 6, 7, 8, 9, 10, 12, 13],
        "Checks": [],
        "Services": [],
        "Sources": [4],
    }
    outcomes = {row.number: row for row in wrong.rows["Outcomes"]}
    assert outcomes[12].get("where in it") == "12.5%"
    assert outcomes[12].get("as printed") == Token("9.4%", False, None)
    assert outcomes[13].get("as printed") == Token(None, False, "not_yet_due")
    assert outcomes[13].text("as printed") == "TBC"
    assert outcomes[13].place("as printed") == "sheet Outcomes, cell C13"
    # Where a cell is blank, its row is named.
    assert outcomes[13].get("count after") is None
    assert outcomes[13].text("count after") == ""
    assert outcomes[13].place("count after") == "sheet Outcomes, row 13"


def test_a_cell_that_may_be_left_blank_is_read_once_it_is_right(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    years = {"period": "2024-25", "compared with": "2023-24"}
    fill(
        folder,
        Outcomes=[
            OUTCOME | years | {"count before": "1,204", "count after": 0},
            OUTCOME | years | {"as printed": (0.094, "0.0%"), "count before": 7.0},
        ],
        Awards=[AWARD | {"agreed on": dt.datetime(2024, 5, 3, 12), "amount": 12500.5}] * 2,
    )
    book = read_workbook(str(folder / "evidence.xlsx"))
    assert book.problems == []
    first, second = book.rows["Outcomes"]
    assert [first.get(f"count {one}") for one in ("before", "after")] == [1204, 0]
    assert (second.get("as printed"), second.get("count before")) == (Token("9.4%", True, None), 7)
    award = book.rows["Awards"][0]
    assert award.get("agreed on") == dt.date(2024, 5, 3)
    assert award.get("amount") == Token("12500.5", True, None)
    # A period that stands in several cells is told once.
    assert list(book.periods())[1:] == [
        ("sheet Outcomes, cells E4, E5", "2024-25", pcc.Period.financial_year(2024)),
        ("sheet Outcomes, cells F4, F5", "2023-24", pcc.Period.financial_year(2023)),
    ]


def test_words_of_lists_are_matched_and_others_are_refused(tmp_path: Path) -> None:
    path = started(tmp_path / "durham") / "evidence.xlsx"
    fill(
        path.parent,
        Awards=[
            AWARD | {"amount": "TBC"},
            AWARD | {"recipient": "Halo\rCentre\r\nNorth"},
            AWARD | {"district": "county  DURHAM"},
        ],
        Outcomes=[OUTCOME | {"offence": "Qwertzuiop"}],
        Files=[{"file": "a.csv", "financial year": "From award date"}],
    )
    answer(path.parent, area="Atlantis")
    book = openpyxl.load_workbook(path)
    for row in (4, 6):
        book["Awards"].row_dimensions[row].hidden = True
    book.create_sheet("One")["A1"] = "x"
    # Two of six names make no row of headers.
    for cell in book["Sources"][2][2:]:
        cell.value = None
    book.save(path)
    found = read_workbook(path)
    assert [(one.place, one.says, one.why, one.right) for one in found.problems] == [
        (
            "sheet Start, cell B3",
            "Atlantis",
            "No area called 'Atlantis'",
            "choose a police force area of the list",
        ),
        (
            "sheet Awards",
            "",
            "hidden, and read all the same: row 4, row 6",
            "show them, or delete what is wrong",
        ),
        (
            "sheet Outcomes, cell I4",
            "Qwertzuiop",
            "is none of the list",
            "choose one of its drop-down",
        ),
        (
            "sheet Sources",
            "",
            "no row of headers was found",
            "put name, title, publisher, address, date, held into one row",
        ),
        (
            "sheet One",
            "",
            "this sheet is none of the workbook's own, and its 1 cell is not read",
            "copy rows over",
        ),
    ]
    first, second, third = found.rows["Awards"]
    assert first.get("amount") == Token(None, False, "not_yet_due")
    assert second.get("recipient") == "Halo\nCentre\nNorth"
    assert third.get("district") == "County Durham"
    assert found.rows["Files"][0].get("financial year") == "from award date"


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([4], "row 4"),
        ([4, 5], "rows 4, 5"),
        ([4, 5, 6, 7], "rows 4, 5, 6, 7"),
        ([4, 5, 6, 7, 8], "rows 4, 5, 6, 7 and 1 more"),
        ([4, 5, 6, 7, 8, 9], "rows 4, 5, 6, 7 and 2 more"),
    ],
)
def test_the_first_places_of_many_are_named(places: list[int], words: str) -> None:
    assert named_places("Awards", "row", places) == f"sheet Awards, {words}"


def test_a_workbook_without_its_first_sheet_has_no_answers(tmp_path: Path) -> None:
    path = started(tmp_path / "durham") / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    del book["Start"]
    book.save(path)
    found = read_workbook(path)
    assert found.start == Row("Start", 1, {})
    [problem] = found.problems
    assert (problem.state, problem.place, problem.why) == (
        "broken",
        "sheet Start",
        "the sheet is missing",
    )
    assert problem.right.startswith("add a sheet Start with the headers area, period, ")


def test_lines_of_the_first_sheet_are_asked_for(tmp_path: Path) -> None:
    path = started(tmp_path / "durham") / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    for cell in book["Start"]["A"]:
        if cell.value == "area":
            cell.value, again = "region", cell.row
    book.save(path)
    [problem] = read_workbook(path).problems
    assert (problem.state, problem.place, problem.text) == (
        "broken",
        "sheet Start",
        "no line 'area'; add a line with 'area' in column A and the answer beside it",
    )
    book["Start"].cell(again, 1).value, book["Start"].cell(again, 2).value = "Area ", "Peterborough"
    book.save(path)
    [problem] = read_workbook(path).problems
    assert (problem.place, problem.says, problem.why, problem.right) == (
        f"sheet Start, cell B{again}",
        "Peterborough",
        "Peterborough is a local authority",
        "choose a police force area of the list",
    )


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "evidence.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(TableError) as refusal:
        read_workbook(path)
    assert str(refusal.value) == "evidence.xlsx is a zip archive but no XLSX or ODS workbook."
