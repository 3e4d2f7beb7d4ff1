"""Workbooks as sheets of raw cells: their size is checked before anything is laid out."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from pccfunding.errors import TableError
from pccfunding.formats.opening._extras import need
from pccfunding.formats.opening._grids import Grid, Merged
from pccfunding.formats.opening._limits import Limits

__all__ = ["ods_grids", "xlsx_grids"]

_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,10})["']""")
# The reader sets room aside for as many items as a part says it has. The count of shared strings is
# that of the cells which refer to them, so that its unique count is looked at instead.
_COUNT = re.compile(
    rb"""(?:<(?:\w+:)?sst\b[^>]*?\suniqueCount|<(?!(?:\w+:)?sst\b)[^>]*?\scount)\s*=\s*["']([0-9]+)"""
)
_SHORTEST_ITEM = 4
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_COUNTED = ("table", "table-row", "table-cell", "covered-table-cell")


def xlsx_grids(parts: dict[str, bytes], source: str, limits: Limits) -> tuple[Grid, ...]:
    """Read the sheets of an XLSX workbook; formulas as their stored values.

    Raises
    ------
    TableError
        For a damaged workbook, or a sheet too wide or too large.
    """
    for name, part in parts.items():
        most = max((int(count[:20]) for count in _COUNT.findall(part)), default=0)
        if most > 100 and most * _SHORTEST_ITEM > len(part):
            raise TableError(
                f"{source} is a damaged workbook: {name.rpartition('/')[2]} says that it has "
                f"{most:,} items, more than it can hold."
            )
        if name.startswith("xl/worksheets/"):
            columns = rows = 0
            # One far cell would make the reader lay out everything before it.
            for letters, digits in set(_REFERENCE.findall(part)):
                columns = max(columns, _column_number(letters))
                rows = max(rows, int(digits))
            limits.check_shape(rows, columns, f"{source}, {name.rpartition('/')[2]}")
    return _grids(parts, source, limits, {})


def ods_grids(parts: dict[str, bytes], source: str, limits: Limits) -> tuple[Grid, ...]:
    """Read the sheets of an OpenDocument workbook.

    Raises
    ------
    TableError
        For a damaged workbook, or a sheet too wide or too large, repeated cells counted.
    """
    etree = need("lxml.etree", f"Reading the workbook {source}")
    events = etree.iterparse(
        io.BytesIO(parts["content.xml"]),
        events=("start", "end"),
        tag=[_TABLE + one for one in _COUNTED],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    merged: dict[str, list[Merged]] = {}
    try:
        _scan_ods(events, merged, source, limits)
    except etree.XMLSyntaxError as error:
        raise TableError(f"{source} is a damaged workbook: {error}.") from error
    return _grids(parts, source, limits, merged)


def _scan_ods(events: Any, merged: dict[str, list[Merged]], source: str, limits: Limits) -> None:
    """Measure each sheet with its repeats, and note its merged ranges."""
    name, row, column, filled, wide = "", 0, 0, 0, 0
    for event, element in events:
        kind = element.tag[len(_TABLE) :]
        if event == "start":
            if kind == "table":
                name, row, wide = element.get(_TABLE + "name", ""), 0, 0
                merged.setdefault(name, [])
            elif kind == "table-row":
                column = filled = 0
            continue
        if kind.endswith("cell"):
            repeats = _count(element, "number-columns-repeated", source)
            if kind == "table-cell":
                down = _count(element, "number-rows-spanned", source)
                across = _count(element, "number-columns-spanned", source)
                if down > 1 or across > 1:
                    merged.setdefault(name, []).append(
                        (row, column, row + down - 1, column + across - 1)
                    )
            column += repeats
            if len(element):
                filled = column
        elif kind == "table-row":
            repeats = _count(element, "number-rows-repeated", source)
            row += repeats
            if filled:
                wide = max(wide, filled)
                limits.check_shape(row, wide, f"{source}, sheet {name!r}")
        element.clear()


def _count(element: Any, attribute: str, source: str) -> int:
    text = element.get(_TABLE + attribute, "1")
    if not re.fullmatch("[0-9]{1,9}", text):
        raise TableError(f"{source} is a damaged workbook: {attribute} is {text[:30]!r}.")
    return max(1, int(text))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _grids(
    parts: dict[str, bytes], source: str, limits: Limits, merged: dict[str, list[Merged]]
) -> tuple[Grid, ...]:
    calamine = need("python_calamine", f"Reading the workbook {source}")
    # Only what was unpacked and measured is handed on, so nothing else can be unpacked by it.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(packed)
        return tuple(
            _grid(workbook.get_sheet_by_name(meta.name), meta, source, limits, merged)
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        )
    except (TableError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    # A panic inside the reader is no Exception; it must not end in a traceback either.
    except BaseException as error:
        raise TableError(f"{source} is a damaged workbook: {error}.") from error


def _grid(
    sheet: Any, meta: Any, source: str, limits: Limits, merged: dict[str, list[Merged]]
) -> Grid:
    limits.check_shape(sheet.total_height, sheet.total_width, f"{source}, sheet {meta.name!r}")
    rows = sheet.to_python(skip_empty_area=False)
    ranges = sheet.merged_cell_ranges
    if ranges is None:
        found = merged.get(meta.name, [])
    else:
        found = [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]
    last, width = len(rows) - 1, max(map(len, rows), default=0) - 1
    inside = {
        (top, left, min(bottom, last), min(right, width))
        for top, left, bottom, right in found
        if top <= last and left <= width
    }
    return Grid(
        meta.name,
        "row",
        rows,
        range(1, len(rows) + 1),
        tuple(sorted(inside)),
        hidden=str(meta.visible).rpartition(".")[2] != "Visible",
    )
