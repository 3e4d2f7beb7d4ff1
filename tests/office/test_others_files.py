"""Files of others in an evidence folder: links, formulas, what XML may hold besides cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from filling import edited, fill, sheet_part, started

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.errors import TableError
from pccfunding.office import FolderEvidence, start_folder

GRANTS = "Recipient,Amount,Year\nHalo,£7,2024-25\n"


def read(folder: Path) -> FolderEvidence:
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    return evidence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return started(tmp_path / "durham")


def linked(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("links cannot be made here")


def test_a_list_that_is_a_link_out_of_the_folder_is_named_and_not_read(folder: Path) -> None:
    outside = folder.parent / "private.csv"
    outside.write_text(GRANTS, encoding="utf-8")
    linked(folder / "awards" / "grants.csv", outside)
    (folder / "awards" / "own.csv").write_text(GRANTS.replace("Halo", "Beacon"), encoding="utf-8")
    linked(folder / "awards" / "again.csv", folder / "awards" / "own.csv")
    evidence = read(folder)
    assert list(evidence.awards["recipient"]) == ["Beacon"]
    (broken,) = [one for one in evidence.problems if one.state == "broken"]
    assert broken.file == "awards/grants.csv"
    assert "a link that leads out of its folder" in broken.text


def test_a_document_that_is_a_link_out_of_the_folder_is_not_held(folder: Path) -> None:
    outside = folder.parent / "report.pdf"
    outside.write_bytes(b"%PDF-1.4")
    linked(folder / "documents" / "Report.pdf", outside)
    fill(folder, Sources=[{"name": "Report", "held": "yes"}])
    evidence = read(folder)
    (told,) = [one for one in evidence.problems if "link" in one.text]
    assert (told.state, told.place) == ("to do", "sheet Sources, cell F4")
    assert "report.pdf" not in str(evidence.sources["document"].tolist()).lower()


def test_rows_to_paste_run_no_formula(folder: Path) -> None:
    (folder / "awards" / "=1+1.pdf").write_bytes(b"%PDF-1.4")
    checked = CliRunner().invoke(main, ["check", str(folder)])
    assert checked.exit_code == 1
    assert "'=1+1.pdf\t\taward list" in checked.output.splitlines()


def test_comments_in_the_parts_of_a_workbook_change_nothing(folder: Path) -> None:
    award = {
        "recipient": "Halo", "amount": (0.5, "0%"), "funding stream": "Fund", "source": "R",
    }  # fmt: skip
    fill(folder, Awards=[award])
    before = [one.text for one in read(folder).problems]
    assert any("the cell shows a percentage" in one for one in before)
    for part in ("xl/workbook.xml", "xl/styles.xml", sheet_part("Awards")):
        edited(
            folder / "evidence.xlsx",
            part,
            lambda text: text.replace("><", "><!-- note --><?note x?><"),
        )
    assert [one.text for one in read(folder).problems] == before


def test_start_makes_nothing_where_a_file_to_copy_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(TableError, match=r"empty\.csv is empty"):
        start_folder("Durham", awards=[tmp_path / "empty.csv"], directory=tmp_path / "durham")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.csv"]
