"""Filling a workbook as a person would, and saving it again by other programs."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")
from pccfunding.office import start_folder  # noqa: E402
from pccfunding.office.sheets import SHEETS  # noqa: E402

FIRST = 4  # below title, header and example


def started(place: Path, area: str = "Durham", period: str | None = "2024-25") -> Path:
    start_folder(area, period=period, directory=place)
    return place


def fill(folder: Path, **sheets: list[dict[str, Any]]) -> None:
    """Type rows below the example; a cell may be (value, number format)."""
    path = folder / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        titles = [column.title for column in next(s for s in SHEETS if s.name == name).columns]
        page = book[name]
        first = FIRST
        while page.cell(first, 1).value is not None:
            first += 1
        for number, row in enumerate(rows, first):
            for title, value in row.items():
                cell = page.cell(number, titles.index(title) + 1)
                if isinstance(value, tuple):
                    value, cell.number_format = value
                cell.value = value
    book.save(path)


def answer(folder: Path, **answers: Any) -> None:
    path = folder / "evidence.xlsx"
    book = openpyxl.load_workbook(path)
    for cell in book["Start"]["A"]:
        key = str(cell.value).replace(" ", "_").replace("'", "")
        if key in answers:
            book["Start"].cell(cell.row, 2).value = answers[key]
    book.save(path)


def edited(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Rewrite one part of a workbook, as another program would have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def saved_by_libreoffice(path: Path, kind: str) -> Path:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    out = path.parent / f"saved-{kind}"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", kind, "--outdir", str(out), str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return out / f"{path.stem}.{kind}"


def sheet_part(name: str) -> str:
    return f"xl/worksheets/sheet{[sheet.name for sheet in SHEETS].index(name) + 1}.xml"


def cell_xml(text: str, reference: str, new: str) -> str:
    """Put another cell in the place of one."""
    found, count = re.subn(rf'<c r="{reference}"[^>]*?(/>|>.*?</c>)', new, text)
    assert count == 1, (reference, count)
    return found
