"""Small inputs of the cases, written as the files that publishers and programmes write."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
GIVING = (
    "Identifier,Title,Description,Currency,Amount Awarded,Award Date,Recipient Org:Identifier,"
    "Recipient Org:Name,Funding Org:Identifier,Funding Org:Name"
)
GRANT = "360G-x-1,T,D,GBP,100,2024-04-01,GB-CHC-1,Alpha,GB-CHC-9,Funder"


def text_of(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def workbook_of(
    sheets: Mapping[str, Sequence[Sequence[object]]], *, formatted_to: int = 0, dates: str = ""
) -> bytes:
    """Write a workbook; `formatted_to` columns carry a format, `dates` is that of date cells."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        dated = book.add_format({"num_format": dates or "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column in range(len(row), formatted_to):
                    sheet.write_blank(at, column, None, bold)
                for column, cell in enumerate(row):
                    if hasattr(cell, "isoformat"):
                        sheet.write_datetime(at, column, cell, dated)
                    elif cell != "":
                        sheet.write(at, column, cell)
    return packed.getvalue()


def street_row(
    crime_id: str,
    month: str,
    force: str,
    district: str = "Cambridge",
    lsoa: str = "E01017995",
    crime_type: str = "Burglary",
    **cells: Any,
) -> str:
    row = [crime_id, month, force, force, "0.1", "52.2",
           cells.get("location", "On or near Invented Road"), lsoa, f"{district} 001A",
           crime_type, cells.get("outcome", "Under investigation"), ""]  # fmt: skip
    return ",".join(row)


def write_street(folder: Path, name: str, *rows: str, header: str = STREET) -> Path:
    """Write a street file below a folder, the folders between them made."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text_of(header, *rows))
    return file


def coverage_of(result: Any) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for topic, value, note in result.coverage.values.tolist():
        found.setdefault(topic, []).append((str(value), str(note)))
    return found
