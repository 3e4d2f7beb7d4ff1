"""What a workbook's reader does not tell: percentages, errors, unsaved formulas, what is hidden."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pccfunding.errors import TableError, need_extra
from pccfunding.formats.opening.limits import LIMITS, Limits, read_bytes, unpacked
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.opening.row_shape import column_letter

_FEW = 6
_BUILT_IN_PERCENT = (9, 10)
_QUOTED = re.compile(r'"[^"]*"|\\.')
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_TRUE = ("1", "true")
# Nothing is looked up for a workbook: no entity, no address.
_PLAIN_XML = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass
class Traits:
    """What one sheet says of its cells beside their values; rows and columns count from 0.

    Attributes
    ----------
    percent : set of (row, column)
        Numbers shown as a percentage, stored as a hundredth of it.
    errors : dict of (row, column) to str
        Cells that show an error, such as "#DIV/0!".
    unsaved : dict of (row, column) to str
        Formulas whose value was not stored with them.
    hidden_rows, hidden_columns : set of int
    """

    percent: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def hidden(self, grid: Grid) -> list[str]:
        """Name the hidden rows and columns of a sheet that hold something."""
        filled = [
            (row, column)
            for row, cells in enumerate(grid.rows)
            for column, cell in enumerate(cells)
            if cell != ""
        ]
        rows = sorted({row for row, _ in filled} & self.hidden_rows)
        columns = sorted({column for _, column in filled} & self.hidden_columns)
        return [f"row {row + 1}" for row in rows] + [
            f"column {column_letter(column)}" for column in columns
        ]


def hidden_parts(path: Path) -> dict[str, list[str]]:
    """Name the hidden rows and columns of a workbook that hold something, by sheet.

    Parameters
    ----------
    path : Path
        A file of any kind; only workbooks hide anything.
    """
    data, _ = read_bytes(path)
    if not data.startswith(b"PK"):  # what a file is, its bytes tell
        return {}
    traits = traits_of(unpacked(data, path.name), path.name)
    found = {}
    for grid in open_grids(path).grids:
        if hidden := traits.get(grid.name, Traits()).hidden(grid):
            more = [f"and {len(hidden) - _FEW} more"] if len(hidden) > _FEW else []
            found[f"sheet {grid.name}"] = hidden[:_FEW] + more
    return found


def traits_of(parts: dict[str, bytes], source: str, limits: Limits = LIMITS) -> dict[str, Traits]:
    """Read the traits of every sheet of an unpacked workbook, by the sheet's name.

    Parameters
    ----------
    parts : dict of str to bytes
        The XML parts as ``unpacked`` gives them, entities refused.
    source : str
        Name of the file, for the message.
    limits : Limits, optional
        The most that is taken from a sheet.

    Raises
    ------
    TableError
        For a damaged workbook.
    MissingExtraError
        If the extra ``office`` is not installed.
    """
    etree = need_extra("lxml.etree", f"Reading the workbook {source}", extra="office")
    try:
        if "xl/workbook.xml" in parts:
            return dict(_excel(etree, parts))
        return dict(_open_document(_events(etree, parts["content.xml"]), limits))
    except (etree.XMLSyntaxError, KeyError, ValueError, IndexError) as error:
        raise TableError(f"{source} is a damaged workbook: {error}.") from error


def _root(etree: Any, part: bytes) -> Any:
    return etree.fromstring(part, etree.XMLParser(**_PLAIN_XML))


def _events(etree: Any, part: bytes) -> Any:
    return etree.iterparse(io.BytesIO(part), events=("start", "end"), **_PLAIN_XML)


def _plain(name: str) -> str:
    """Drop the namespace: strict and transitional files differ in nothing else here."""
    return name.rpartition("}")[2]


def _attributes(element: Any) -> dict[str, str]:
    return {_plain(name): value for name, value in element.attrib.items()}


def _excel(etree: Any, parts: dict[str, bytes]) -> Iterator[tuple[str, Traits]]:
    targets = {
        one.get("Id"): str(one.get("Target"))
        for one in _root(etree, parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    }
    percent = _percent_styles(_root(etree, parts.get("xl/styles.xml", b"<none/>")))
    for sheet in _root(etree, parts["xl/workbook.xml"]).iter():
        if _plain(sheet.tag) == "sheet":
            said = _attributes(sheet)
            target = targets.get(said.get("id"), "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if path in parts:
                yield said["name"], _excel_sheet(_events(etree, parts[path]), percent)


def _percent_styles(root: Any) -> set[int]:
    """Positions of the cell formats that show a percentage."""
    codes = {
        int(one.attrib["numFmtId"]): one.get("formatCode", "")
        for one in root.iter()
        if _plain(one.tag) == "numFmt"
    }
    shown = {number for number, code in codes.items() if "%" in _QUOTED.sub("", code)}
    shown |= {number for number in _BUILT_IN_PERCENT if number not in codes}
    cells = next((one for one in root if _plain(one.tag) == "cellXfs"), ())
    return {place for place, one in enumerate(cells) if int(one.get("numFmtId", "0")) in shown}


def _excel_sheet(events: Any, percent: set[int]) -> Traits:
    found = Traits()
    row, column = -1, -1
    for event, element in events:
        kind = _plain(element.tag)
        if event == "start":
            if kind == "row":
                # A row or a cell without a number of its own follows the one before it.
                row, column = int(element.get("r", row + 2)) - 1, -1
                if element.get("hidden") in _TRUE:
                    found.hidden_rows.add(row)
            elif kind == "c":
                column = _column(element.get("r"), column + 1)
            elif kind == "col" and element.get("hidden") in _TRUE:
                first, last = int(element.attrib["min"]), int(element.attrib["max"])
                found.hidden_columns |= set(range(first - 1, last))
        elif kind == "c":
            _excel_cell(found, (row, column), element, percent)
        elif kind == "row":
            element.clear()
    return found


def _column(reference: str | None, following: int) -> int:
    match = _REFERENCE.fullmatch(reference or "")
    if not match:
        return following
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _excel_cell(found: Traits, place: tuple[int, int], cell: Any, percent: set[int]) -> None:
    inside = {_plain(one.tag): one.text or "" for one in cell}
    kind, value = cell.get("t", "n"), inside.get("v", "")
    if kind == "e":
        found.errors[place] = value or "an error"
    elif "f" in inside and not value and kind != "str":
        found.unsaved[place] = inside["f"]
    elif kind == "n" and value and int(cell.get("s", "0")) in percent:
        found.percent.add(place)


def _open_document(events: Any, limits: Limits) -> Iterator[tuple[str, Traits]]:
    found, name = Traits(), ""
    row = column = 0
    for event, element in events:
        kind = _plain(element.tag)
        if event == "start":
            if kind == "table":
                found, name = Traits(), _attributes(element).get("name", "")
                row = column = 0
            elif kind == "table-row":
                column = 0
            continue
        said = _attributes(element) if kind.startswith("table") or kind.endswith("cell") else {}
        if kind == "table-column":
            repeats = min(int(said.get("number-columns-repeated", "1")), limits.columns)
            if said.get("visibility", "visible") != "visible":
                found.hidden_columns |= set(range(column, column + repeats))
            column += repeats
        elif kind in ("table-cell", "covered-table-cell"):
            repeats = min(int(said.get("number-columns-repeated", "1")), limits.columns)
            for place in range(column, column + repeats) if len(element) or said else ():
                _open_document_cell(found, (row, place), element)
            column += repeats
        elif kind == "table-row":
            repeats = int(said.get("number-rows-repeated", "1"))
            if said.get("visibility", "visible") != "visible" and repeats < limits.cells:
                found.hidden_rows |= set(range(row, row + repeats))
            _repeat_row(found, row, repeats)
            row += repeats
            element.clear()
        elif kind == "table":
            yield name, found


def _open_document_cell(found: Traits, place: tuple[int, int], cell: Any) -> None:
    kinds = {name: value for name, value in cell.attrib.items() if _plain(name) == "value-type"}
    said = _attributes(cell)
    if "error" in kinds.values():
        found.errors[place] = "".join(cell.itertext()) or "an error"
    elif "formula" in said and not kinds:
        found.unsaved[place] = said["formula"]
    elif "percentage" in kinds.values():
        found.percent.add(place)


def _repeat_row(found: Traits, row: int, repeats: int) -> None:
    """Say of each repeat of a row what was said of its first."""
    if repeats < 2:
        return
    for place in [one for one in found.percent if one[0] == row]:
        found.percent |= {(row + down, place[1]) for down in range(1, repeats)}
    for cells in (found.errors, found.unsaved):
        for place, said in [one for one in cells.items() if one[0][0] == row]:
            cells |= {(row + down, place[1]): said for down in range(1, repeats)}
