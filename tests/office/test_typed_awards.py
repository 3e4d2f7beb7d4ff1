"""Rows typed into sheet Awards that are no whole award, and files that no column name can mend."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.office import start_folder

pytest.importorskip("python_calamine")
pytest.importorskip("lxml")


def typed(desk: Path, *rows: tuple[str, str]) -> pcc.office.FolderEvidence:
    from openpyxl import load_workbook

    workbook, *_ = start_folder("Gwent", period="2023-24", directory=desk / "gwent")
    book = load_workbook(workbook)
    sheet = book["Awards"]
    titles = {cell.value: cell.column for cell in sheet[2]}
    for at, (recipient, amount) in enumerate(rows, start=4):
        told = {"recipient": recipient, "funding stream": "Fund", "amount": amount}
        told |= {"financial year": "2023-24", "status": "awarded", "source": "Notices"}
        for title, value in told.items():
            sheet.cell(at, titles[title]).value = value
    book.save(workbook)
    found = pcc.read_evidence(desk / "gwent")
    assert isinstance(found, pcc.office.FolderEvidence)
    return found


@pytest.mark.parametrize(
    ("row", "cell", "why"),
    [
        (("Halo", "£500 per month"), "C4", "printed for each month, not in all"),
        (("Halo", "£500 each"), "C4", "printed for one of several, not in all"),
        (("Halo", "£500 (withdrawn)"), "C4", "(withdrawn) may change the number"),
        (("Total", "£1,000"), "A4", "a total is no award, and would count its awards twice"),
        (("Cyfanswm", "£1,000"), "A4", "a total is no award"),
    ],
)
def test_a_typed_row_that_is_no_whole_award(
    row: tuple[str, str], cell: str, why: str, tmp_path: Path
) -> None:
    found = typed(tmp_path, row, ("Unity", "£900 p.a."))
    assert found.awards["amount_gbp"].tolist() == [900.0]
    (broken,) = (one for one in found.problems if one.state == "broken")
    assert broken.place.endswith(f"cell {cell}")
    assert why in broken.text


def test_a_file_that_no_column_name_can_mend(tmp_path: Path) -> None:
    start_folder("Gwent", period="2023-24", directory=tmp_path / "gwent")
    (tmp_path / "gwent" / "awards" / "a.csv").write_bytes(b"")
    (tmp_path / "gwent" / "awards" / "b.csv").write_text("Just words\nand more of them\n")
    said = {one.file: one.text for one in pcc.read_evidence(tmp_path / "gwent").problems}  # type: ignore[attr-defined]
    assert "mend the file, or take it away" in said["awards/a.csv"]
    assert "name its columns in sheet Files" in said["awards/b.csv"]


def test_an_award_of_a_package_for_each_month_has_no_known_amount(tmp_path: Path) -> None:
    read = pcc.read_awards(b"Recipient,Amount,Financial year\nHalo,500,2023-24\nUnity,7,2023-24\n")
    source = {"title": "Awards", "publisher": "Office"}
    tables = pcc.award_tables(
        read.frame, area="Gwent", source=source, listing="a", funding_stream="F"
    )
    figures = tables["figures"]
    first = figures["token"].eq("500")
    tables["figures"] = figures.assign(
        token=figures["token"].mask(first, "500 per month"),
        per=figures["per"].astype(object).mask(first, "month"),
    )
    pcc.write_data_package(tables, tmp_path, name="a", title="A")
    awards = pcc.read_evidence(tmp_path).awards.set_index("recipient")
    assert pd.isna(awards.at["Halo", "amount_gbp"])
    assert awards.at["Halo", "token"] == "500 per month"
    assert awards.at["Unity", "amount_gbp"] == 7
