"""The files of a pack: the same bytes each time, whole, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.review_pack import Review
from pccfunding.review_pack.csv_text import csv_bytes, plain, risky
from pccfunding.review_pack.pack import contents_of

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
QUESTIONS = [f"Q{number}" for number in range(1, 17)]
WRITES = """
import json, sys, pccfunding as pcc
found = pcc.review(pcc.load_evidence(), exceptions=json.loads(sys.argv[2]))
found.write(sys.argv[1], zip=True)
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_process_with_another_hash_seed_and_time_zone_gives_the_same_bytes(
    pack: Path, conflicts: dict[str, str], tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-c", WRITES, str(tmp_path / "review"), json.dumps(conflicts)],
        env=os.environ | {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland"},
        check=True,
    )
    one, two = files_of(pack.parent), files_of(tmp_path)
    assert len(one) > 20
    assert [name for name in one if one[name] != two[name]] == []
    assert one.keys() == two.keys()


def test_the_manifest_lists_every_file_and_the_configuration(pack: Path) -> None:
    manifest = json.loads((pack / "manifest.json").read_bytes())
    assert {*manifest["files"], "manifest.json"} == set(files_of(pack))
    configuration = manifest["configuration"]
    assert configuration["area_code"] == "E23000023"
    assert configuration["period"] == "2021-22/2024-25"
    assert configuration["rows"]["awards"] == 8
    assert configuration["evidence"] == "bundled"
    assert len(configuration["sha256_of_tables_as_csv"]["figures"]) == 64


@pytest.mark.slow
def test_the_configuration_does_not_say_where_the_evidence_lies(tmp_path: Path) -> None:
    from pccfunding.bundled import datasets_dir

    found = pcc.review(pcc.read_evidence(datasets_dir()))
    files = contents_of(found)
    assert json.loads(files["manifest.json"])["configuration"]["evidence"] == datasets_dir().name
    said = b"".join(files.values())
    assert str(datasets_dir().parent).encode() not in said


def test_every_number_of_the_register_has_source_or_working(pack: Path) -> None:
    content = json.loads((pack / "figures.json").read_bytes())
    keys = {row["key"] for row in content["figures"]}
    sources = {row["source_id"] for row in content["sources"]}
    assert len(keys) == len(content["figures"]) > 200
    for row in content["figures"]:
        if row["kind"] == "derived":
            assert row["working"], row["key"]
            assert set(row["inputs"]) <= keys, row["key"]
        else:
            assert row["source_id"] in sources, row["key"]
            assert row["locator"], row["key"]
    lines = {row["key"]: row for row in content["figures"]}
    assert lines["S016"]["token"] == "£21.5m"
    assert (lines["S016"]["low"], lines["S016"]["high"]) == ("21450000", "21550000")
    assert lines["sum:all lines"]["value"] == 5_981_458
    assert len(lines["sum:all lines"]["inputs"]) == 8


def test_statements_and_exceptions_carry_verdict_and_reason(
    pack: Path, conflicts: dict[str, str]
) -> None:
    with (pack / "statements.csv").open(encoding="utf-8", newline="") as opened:
        told = {row["statement_id"]: row["verdict"] for row in csv.DictReader(opened)}
    assert told["advisers-transposed"] == "conflicts"
    with (pack / "exceptions.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["statement_id"]: row["reason"] for row in rows} == conflicts
    assert {row["statement_id"] for row in rows} == {
        name for name, verdict in told.items() if verdict == "conflicts"
    }


def test_the_method_names_versions_seeds_and_rules(pack: Path) -> None:
    text = (pack / "method.md").read_text(encoding="utf-8")
    for said in ("Python 3", "pandas ", "xlsxwriter ", "## Seeds", "## Rules", "pccfunding sign"):
        assert said in text


def test_the_sixteen_questions_stand_in_order_each_answered_or_with_what_would(
    found: Review,
) -> None:
    sections = found.page().sections
    asked = [section.question for section in sections if section.question in QUESTIONS]
    assert asked == QUESTIONS
    for section in sections:
        lead = section.lead if isinstance(section.lead, str) else "".join(map(str, section.lead))
        assert section.blocks or "What would answer it:" in lead, section.question
    [panel] = [section for section in sections if section.id == "panel"]
    words = " ".join(str(row.cells) for row in panel.blocks[0].groups[0].rows)  # type: ignore[union-attr]
    for topic in ("Underspend", "provider", "equality", "else changed", "funding stops"):
        assert topic in words


@pytest.mark.parametrize("text", ["=1+1", "+44", "-8.5%", "@sum", "\tx", "\rx"])
def test_text_that_could_run_is_disarmed(text: str) -> None:
    assert risky(text)
    [row] = csv.reader(io.StringIO(csv_bytes(pd.DataFrame({"token": [text]})).decode()[6:]))
    assert row == ["'" + text.replace("\r", "\n")]


def test_numbers_are_no_text_and_keep_ten_digits() -> None:
    assert csv_bytes(pd.DataFrame({"change_pct": [-36.80297397769517]})) == (
        b"change_pct\n-36.80297398\n"
    )
    assert (plain(2321845.0), plain(0.1 + 0.2), plain(float("nan")), plain(pd.NA)) == (
        2321845, 0.3, None, None,
    )  # fmt: skip
    assert plain(197_100_000.07) == 197_100_000.07
    assert plain(pd.Timestamp("2024-03-31")) == "2024-03-31"


def test_the_workbook_holds_every_table_with_notes_and_sources(pack: Path) -> None:
    with zipfile.ZipFile(pack / "review.xlsx") as book:
        tree = ElementTree.fromstring(book.read("xl/workbook.xml"))
        sheets = [sheet.attrib["name"] for sheet in tree.iter(f"{SHEET}sheet")]
        strings = book.read("xl/sharedStrings.xml").decode()
        formulas = [
            name
            for name in book.namelist()
            if name.startswith("xl/worksheets/") and b"<f>" in book.read(name)
        ]
    # Steps of the working, and the rows of every area, are in the folder alone.
    alone = {"class_years", "places", "force_rates"}
    tables = {path.stem for path in (pack / "tables").iterdir()} - alone
    assert sheets[0] == "Contents"
    held = {
        path.stem
        for path in (pack / "tables").iterdir()
        if path.stem in tables and len(path.read_text(encoding="utf-8").splitlines()) > 1
    }
    named = {name.replace("_", " ").capitalize() for name in held}
    assert set(sheets) == named | {"Contents", "Statements", "Register"}
    # A table without rows is named, and has no sheet.
    assert all(
        f"{name.replace('_', ' ').capitalize()}: no rows" in strings for name in tables - held
    )
    assert formulas == []
    assert "Derived: see the sheet Register" in strings
    assert ">Source<" in strings


def test_the_workbook_is_made_for_people(pack: Path) -> None:
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_path(str(pack / "review.xlsx"))
    assert all("_" not in str(title) for name in book.sheet_names[1:]
               for title in book.get_sheet_by_name(name).to_python()[0])  # fmt: skip
    lines = book.get_sheet_by_name("Awards").to_python()
    assert "Amount (£)" in lines[0]
    assert "Subject id" not in lines[0]
    with zipfile.ZipFile(pack / "review.xlsx") as opened:
        styles = opened.read("xl/styles.xml").decode()
        order = [sheet.attrib["name"] for sheet in ElementTree.fromstring(
            opened.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]  # fmt: skip
        sheets = {
            name: opened.read(f"xl/worksheets/sheet{place}.xml").decode()
            for place, name in enumerate(order, start=1)
        }
    assert 'formatCode="£#,##0;-£#,##0"' in styles
    assert 'formatCode="0.0%"' in styles
    for name, sheet in sheets.items():
        assert 'orientation="landscape"' in sheet, name
        assert 'fitToHeight="0"' in sheet, name
        assert ("<autoFilter" in sheet) is (name != "Contents"), name
    # A percent cell holds what it shows: -51.85% is -0.5185, as a spreadsheet counts.
    changes = book.get_sheet_by_name("Changes").to_python()
    place = changes[0].index("Change")
    [bicycles] = [row for row in changes if row[0] == "Bicycle theft" and row[place] != ""]
    assert bicycles[place] == pytest.approx(2224 / 4619 - 1, abs=1e-9)


@pytest.mark.slow
def test_the_workbook_prints_on_fewer_than_forty_sheets_of_paper(
    pack: Path, tmp_path: Path
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path),
         str(pack / "review.xlsx")],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    printed = (tmp_path / "review.pdf").read_bytes()
    assert 20 < len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) < 40


def test_what_every_row_says_alike_stands_once_in_the_contents(pack: Path) -> None:
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_path(str(pack / "review.xlsx"))
    said = {row[0]: row[3] for row in book.get_sheet_by_name("Contents").to_python() if row[0]}
    assert "Period: 2023-24; Unit: GBP; Flow: pcc to recipient; Status: award" in said["Awards"]
    heads = book.get_sheet_by_name("Awards").to_python()[0]
    assert not {"Period", "Flow", "Status", "Period start", "Amount low (£)"} & set(heads)
    # Bounds that differ from the amount stay.
    assert "Amount low (£)" in book.get_sheet_by_name("Totals").to_python()[0]


def test_a_formula_in_the_evidence_stays_text(found: Review, tmp_path: Path) -> None:
    hostile = found.frame.assign(note='=HYPERLINK("http://example.org")')
    files = contents_of(dataclasses.replace(found, tables=found.tables | {"awards": hostile}))
    assert b"'=HYPERLINK" in files["tables/awards.csv"].replace(b'"', b"")
    (tmp_path / "review.xlsx").write_bytes(files["review.xlsx"])
    with zipfile.ZipFile(tmp_path / "review.xlsx") as book:
        assert b"quotePrefix" in book.read("xl/styles.xml")
        assert not any(b"<f>" in book.read(name) for name in book.namelist())
