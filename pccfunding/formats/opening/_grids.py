"""Opening any file into sheets of raw cells, each with its place; what it is, its bytes tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pccfunding.errors import TableError
from pccfunding.formats.opening._limits import LIMITS, Limits, read_bytes, unpacked

__all__ = ["Cell", "Grid", "Merged", "Opened", "open_grids"]

# A text, a number, a truth value or a date as stored; the empty text where there is nothing.
Cell: TypeAlias = Any
Merged: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True)
class Grid:
    """One sheet, table or text file as rows of raw cells.

    Parameters
    ----------
    name : str
        Name of the sheet; "" for a file that is one table.
    unit : str
        What a row is called in its place: "row", "line" or "record".
    rows : list of list
        The cells as stored; "" where there is nothing. Rows may differ in length.
    numbers : sequence of int
        Number of each row in the file, from 1.
    merged : tuple of (top, left, bottom, right)
        Merged ranges by position in `rows`, ends included.
    title : str
        Caption or heading that stands over a table of a page.
    hidden : bool
        Whether the workbook hides the sheet.
    """

    name: str
    unit: str
    rows: list[list[Cell]]
    numbers: Sequence[int]
    merged: tuple[Merged, ...] = ()
    title: str = ""
    hidden: bool = False

    @property
    def where(self) -> str:
        """Name of the table with a comma, or nothing where the file is one table."""
        if not self.name:
            return ""
        return f"sheet {self.name!r}, " if self.unit == "row" else f"{self.name}, "

    def place(self, row: int) -> str:
        """Where a person finds a row: "sheet 'Grants', row 7", "line 12"."""
        return f"{self.where}{self.unit.removeprefix('table ')} {self.numbers[row]}"


@dataclass(frozen=True)
class Opened:
    """A file opened: its name, what it turned out to be, and its sheets.

    Parameters
    ----------
    source : str
        Name of the file, without its folder.
    kind : str
        "csv", "xlsx", "ods", "html" or "json".
    grids : tuple of Grid
    encoding : str or None
        How a text file was decoded.
    delimiter : str or None
        What separates the cells of a text file.
    """

    source: str
    kind: str
    grids: tuple[Grid, ...]
    encoding: str | None = None
    delimiter: str | None = None


LinesReader: TypeAlias = Callable[[str, str, Limits, bytes | None], tuple[Grid, str]]

# What is no table at all, by its first bytes.
_OTHER_KINDS = {
    b"%PDF": "is a PDF; ask the publisher for the spreadsheet behind it, or copy the table out",
    b"\xd0\xcf\x11\xe0": (
        "is an old Excel workbook (.xls) or a locked one; save it as .xlsx without a password"
    ),
    b"\x1f\x8b": "is compressed; unpack it first",
    b"Rar!": "is an archive; unpack it first",
    b"7z\xbc\xaf": "is an archive; unpack it first",
    b"PAR1": "is a Parquet file; read it with pandas.read_parquet",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"{\\rtf": "is a text document; copy its table into a spreadsheet",
}
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|table|body|head|div|h[1-6]|p|ul)\b", re.IGNORECASE)


def open_grids(
    path_or_buffer: Any, *, limits: Limits = LIMITS, lines: LinesReader | None = None
) -> Opened:
    """Open CSV, TSV, XLSX, ODS, HTML or JSON into sheets of raw cells.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        What it holds is told from its bytes, never from its name.
    limits : Limits, optional
        The most that is taken from it.
    lines : callable, optional
        Lays out delimited text; by default row by row.

    Returns
    -------
    Opened

    Raises
    ------
    TableError
        In one sentence, for what cannot be read: an empty file, a folder, a binary, a zip bomb.
    MissingExtraError
        If a workbook or page needs the extra ``formats``, which is not installed.
    """
    data, source = read_bytes(path_or_buffer, limits)
    for magic, what in _OTHER_KINDS.items():
        if data.startswith(magic):
            raise TableError(f"{source} {what}.")
    if data.startswith(b"PK"):
        return _workbook(data, source, limits)
    from pccfunding.formats.opening import _grids_text

    text, encoding = _grids_text.decoded(data, source)
    start = text.lstrip("\ufeff \t\r\n")[:4096]
    if start.startswith("<") and _MARKUP.search(start):
        from pccfunding.formats.opening._grids_page import page_grids

        return Opened(source, "html", page_grids(text, source, limits), encoding)
    if start.startswith(("{", "[")):
        records = _grids_text.json_grids(text, source, limits)
        if records is not None:
            return Opened(source, "json", records, encoding)
    same = data if encoding == "UTF-8" else None
    grid, delimiter = (lines or _grids_text.lines_grid)(text, source, limits, same)
    return Opened(source, "csv", (grid,), encoding, delimiter)


def _workbook(data: bytes, source: str, limits: Limits) -> Opened:
    parts = unpacked(data, source, limits)
    from pccfunding.formats.opening import _grids_workbook

    if "xl/workbook.xml" in parts:
        return Opened(source, "xlsx", _grids_workbook.xlsx_grids(parts, source, limits))
    if "content.xml" in parts and b"opendocument.spreadsheet" in parts.get("mimetype", b""):
        return Opened(source, "ods", _grids_workbook.ods_grids(parts, source, limits))
    raise TableError(f"{source} is a zip archive but no XLSX or ODS workbook; unpack it first.")
