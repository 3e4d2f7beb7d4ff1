"""A new evidence folder: its files, its workbook as a spreadsheet program meets it."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.office import SHEETS, start_folder
from pccfunding.office.sheets import folded

openpyxl = pytest.importorskip("openpyxl")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    start_folder("Durham", period="2024-25", directory=tmp_path / "durham")
    return tmp_path / "durham"


def test_start_makes_the_folder_and_copies_the_files_in(tmp_path: Path) -> None:
    (tmp_path / "grants.csv").write_text("Recipient,Amount\nHalo,£5\n", encoding="utf-8")
    (tmp_path / "more.csv").write_text("Recipient,Amount\nHarbour,£6\n", encoding="utf-8")
    (tmp_path / "ons.csv").write_text("Area,Burglary\n", encoding="utf-8")
    lists = [tmp_path / "grants.csv", tmp_path / "more.csv"]
    out = tmp_path / "made"
    given = ["start", "Durham", "--period", "2024-25", "--awards", *lists]
    made = run(*given, "--counts", tmp_path / "ons.csv", "--out", out)
    assert made.exit_code == 0, made.output
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))
    assert found == [
        "START.txt", "awards", "awards/grants.csv", "awards/more.csv", "counts", "counts/ons.csv",
        "documents", "evidence.xlsx", "review",
    ]  # fmt: skip
    assert (out / "awards" / "grants.csv").read_bytes() == lists[0].read_bytes()
    files = openpyxl.load_workbook(out / "evidence.xlsx")["Files"]
    typed = [[cell.value for cell in row[:3]] for row in files.iter_rows(min_row=4, max_row=7)]
    assert typed[:2] == [["grants.csv", None, "award list"], ["more.csv", None, "award list"]]
    assert typed[2] == ["ons.csv", None, None]
    assert typed[3] == [None, None, None]


def test_start_says_at_once_what_reading_the_workbook_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pccfunding.cli.folders.find_spec", lambda name: name)
    ready = CliRunner().invoke(main, ["start", "Durham", "--out", str(tmp_path / "ready")])
    assert ready.exit_code == 0
    assert "needs" not in ready.output
    monkeypatch.setattr("pccfunding.cli.folders.find_spec", lambda name: None)
    bare = CliRunner().invoke(main, ["start", "Durham", "--out", str(tmp_path / "bare")])
    assert bare.exit_code == 0
    assert (tmp_path / "bare" / "evidence.xlsx").exists()
    assert "needs python-calamine and lxml" in bare.output
    assert "pip install 'pccfunding[office]'" in bare.output


def test_start_is_told_in_ten_lines(folder: Path) -> None:
    assert len((folder / "START.txt").read_text(encoding="utf-8").splitlines()) == 10


@pytest.mark.parametrize("there", ["evidence.xlsx", "notes.txt"])
def test_nothing_that_exists_is_written_over(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")
    refused = run("start", "Durham", "--out", tmp_path)
    assert refused.exit_code == 2
    assert "is there already" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text(encoding="utf-8") == "mine"


def test_a_file_that_is_missing_or_given_twice_makes_nothing(tmp_path: Path) -> None:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "grants.csv").write_text("x", encoding="utf-8")
    twice = [tmp_path / "a" / "grants.csv", tmp_path / "b" / "grants.csv"]
    for files, said in (([tmp_path / "none.csv"], "is no file"), (twice, "Two files are called")):
        refused = run("start", "Durham", "--awards", *files, "--out", tmp_path / "out")
        assert refused.exit_code == 2
        assert said in refused.output
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("area", ["Atlantis", "Fenland"])
def test_only_a_police_force_area_can_be_started(area: str, tmp_path: Path) -> None:
    with pytest.raises(pcc.errors.UnknownNameError, match=area):
        start_folder(area, directory=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_same_start_gives_the_same_bytes(tmp_path: Path) -> None:
    both = [tmp_path / name / "evidence.xlsx" for name in ("one", "two")]
    for path in both:
        start_folder("Gwent", period="2023-24", directory=path.parent)
        time.sleep(1.1)  # a clock's second must not show
    assert both[0].read_bytes() == both[1].read_bytes()


def test_the_sheets_stand_in_order_with_the_hidden_lists_last(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "evidence.xlsx")
    assert book.sheetnames == [*(sheet.name for sheet in SHEETS), "Lists"]
    assert [page.title for page in book if page.sheet_state == "hidden"] == ["Lists"]
    assert not any(page.protection.sheet for page in book)


@pytest.mark.parametrize("sheet", [one for one in SHEETS if not one.down], ids=lambda one: one.name)
def test_a_sheet_is_laid_out_for_typing(sheet: Any, folder: Path) -> None:
    page = openpyxl.load_workbook(folder / "evidence.xlsx")[sheet.name]
    assert page["A1"].value == sheet.title
    assert [cell.value for cell in page[2]] == [column.title for column in sheet.columns]
    assert page.freeze_panes == "B3"
    assert str(page["A3"].value).startswith("Example:")
    for cell, column in zip(page[2], sheet.columns, strict=True):
        assert column.comment in cell.comment.text
        letter = cell.column_letter
        # A column that has a format gives it to cells nobody has typed into yet.
        assert page.column_dimensions[letter].width >= 8
        assert page[f"{letter}3"].number_format == "@"
        assert (cell.fill.fgColor.rgb == "FFFFE699") is column.needed


def test_every_typed_column_is_text_and_says_nothing_about_numbers(folder: Path) -> None:
    names = {f"sheet{n}.xml": sheet for n, sheet in enumerate(SHEETS, 1)}
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(folder / "evidence.xlsx") as archive:
        styles = ET.fromstring(archive.read("xl/styles.xml"))
        formats = [int(xf.get("numFmtId", 0)) for xf in styles.iterfind(f"{space}cellXfs/*")]
        for name, sheet in names.items():
            root = ET.fromstring(archive.read(f"xl/worksheets/{name}"))
            columns = [
                (int(one.get("min", 0)), int(one.get("max", 0)), int(one.get("style", 0)))
                for one in root.iter(f"{space}col")
            ]
            typed = [2] if sheet.down else range(1, len(sheet.columns) + 1)
            for number in typed:
                (style,) = (style for low, high, style in columns if low <= number <= high)
                assert formats[style] == 49, (name, number)  # 49 is "@": text
            (ignored,) = root.iter(f"{space}ignoredError")
            assert ignored.get("numberStoredAsText") == "1"


def test_every_closed_list_is_a_drop_down(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "evidence.xlsx")
    for sheet in SHEETS:
        page = book[sheet.name]
        for number, column in enumerate(sheet.columns):
            here = f"B{number + 3}" if sheet.down else f"{page[2][number].column_letter}4"
            rules = [rule for rule in page.data_validations.dataValidation if here in rule.sqref]
            offered = column.kind == "choice" or bool(column.choices) or bool(column.leads_to)
            assert len(rules) == offered, (sheet.name, column.title)
            for rule in rules:
                assert rule.type == "list"
                assert len(rule.formula1) <= 257
                if column.kind == "choice" and isinstance(column.choices, dict):
                    assert rule.formula1.strip('"').split(",") == list(column.choices)
    forces = [cell.value for cell in book["Lists"]["A"]]
    assert len(forces) == 44
    assert {"Durham", "Gwent", "City of London", "Greater Manchester"} <= set(forces)


def test_the_districts_offered_are_those_of_the_area(tmp_path: Path) -> None:
    start_folder("Cleveland", directory=tmp_path / "out")
    page = openpyxl.load_workbook(tmp_path / "out" / "evidence.xlsx")["Awards"]
    rules = [rule.formula1 for rule in page.data_validations.dataValidation]
    assert '"Hartlepool,Middlesbrough,Redcar and Cleveland,Stockton-on-Tees"' in rules


def test_every_column_has_a_sentence_and_every_list_its_words() -> None:
    for sheet in SHEETS:
        titles = [folded(column.title) for column in sheet.columns]
        assert len(set(titles)) == len(titles)
        for column in sheet.columns:
            assert re.fullmatch(r"[A-Zaf].*\.", column.comment), (sheet.name, column.title)
            if isinstance(column.choices, dict) and column.kind == "choice":
                assert column.choices
                assert len(set(map(folded, column.choices))) == len(column.choices)
