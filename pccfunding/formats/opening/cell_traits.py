"""What a workbook's reader does not tell: percentages, errors, what is hidden or struck out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pccfunding.errors import TableError, need_extra
from pccfunding.formats.opening.limits import LIMITS, Limits
from pccfunding.formats.opening.raw_tables import Grid, Traits
from pccfunding.formats.opening.row_shape import column_letter

# How a reader of a sheet sees what is named.
HIDDEN = "hidden, and read all the same"
FAINT = "in the colour of its ground, and read all the same"
STRUCK = "struck out"
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


def seen_otherwise(grid: Grid) -> dict[str, list[str]]:
    """Name what a reader of the sheet does not see as its values have it, by how it is shown.

    Parameters
    ----------
    grid : Grid
        With its traits; only what is filled is named.

    Examples
    --------
    >>> marked = Grid("", "row", [["Halo", 5], ["Hub", 6]], (1, 2), traits=Traits(struck={(1, 1)}))
    >>> seen_otherwise(marked)
    {'struck out': ['cell B2']}
    """
    traits = grid.traits
    if not (traits.hidden_rows or traits.hidden_columns or traits.faint or traits.struck):
        return {}
    filled = {
        (row, column)
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
        if cell != ""
    }
    rows = sorted({row for row, _ in filled} & traits.hidden_rows)
    columns = sorted({column for _, column in filled} & traits.hidden_columns)
    found = {
        HIDDEN: [f"row {grid.numbers[row]}" for row in rows]
        + [f"column {column_letter(column)}" for column in columns],
        FAINT: _cells(traits.faint & filled, filled, grid),
        STRUCK: _cells(traits.struck & filled, filled, grid),
    }
    return {
        how: [*places[:_FEW], f"and {len(places) - _FEW} more"] if len(places) > _FEW else places
        for how, places in found.items()
        if places
    }


def _cells(marked: set[tuple[int, int]], filled: set[tuple[int, int]], grid: Grid) -> list[str]:
    """Name cells, or the row where all that it holds is marked."""
    places = []
    for row in sorted({row for row, _ in marked}):
        here = sorted(column for at, column in marked if at == row)
        number = grid.numbers[row]
        if sum(at == row for at, _ in filled) == len(here) > 1:
            places.append(f"row {number}")
        else:
            places += [f"cell {column_letter(column)}{number}" for column in here]
    return places


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
        If the extra ``formats`` is not installed.
    """
    etree = need_extra("lxml.etree", f"Reading the workbook {source}", extra="formats")
    try:
        if "xl/workbook.xml" in parts:
            return dict(_excel(etree, parts, limits))
        styles = _DocumentStyles()
        for one in _root(etree, parts.get("styles.xml", b"<none/>")).iter():
            styles.take(one)
        return dict(_open_document(_events(etree, parts["content.xml"]), limits, styles))
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


def has_traits(parts: dict[str, bytes], source: str) -> bool:
    """Whether a workbook may hide, strike out or show otherwise any cell, by a quick look."""
    etree = need_extra("lxml.etree", f"Reading the workbook {source}", extra="formats")
    sheets = [part for name, part in parts.items() if "sheet" in name or name == "content.xml"]
    if any(mark in part for part in sheets for mark in _MARKS):
        return True
    try:
        shown = _formats(_root(etree, parts.get("xl/styles.xml", b"<none/>")))
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        raise TableError(f"{source} is a damaged workbook: {error}.") from error
    return any(shown) or b"strike" in parts.get("xl/sharedStrings.xml", b"")


_MARKS = (
    *(b'hidden="', b"<strike", b"</f></c>", b"<v/>", b"<v></v>"),
    *(b"line-through", b"percentage", b'visibility="', b"#ffffff"),
)


class _Shown(NamedTuple):
    """Cell formats by how they show a cell, and the shared strings that are struck out."""

    percent: set[int]
    struck: set[int]
    faint: set[int]
    strings: set[int]


def _excel(etree: Any, parts: dict[str, bytes], limits: Limits) -> Iterator[tuple[str, Traits]]:
    targets = {
        one.get("Id"): str(one.get("Target"))
        for one in _root(etree, parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    }
    shown = _formats(_root(etree, parts.get("xl/styles.xml", b"<none/>")))
    strings = parts.get("xl/sharedStrings.xml", b"")
    if b"strike" in strings:
        shown = shown._replace(strings=_struck_strings(_root(etree, strings)))
    for sheet in _root(etree, parts["xl/workbook.xml"]).iter():
        if _plain(sheet.tag) == "sheet":
            said = _attributes(sheet)
            target = targets.get(said.get("id"), "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if path in parts:
                yield said["name"], _excel_sheet(_events(etree, parts[path]), shown, limits)


def _formats(root: Any) -> _Shown:
    """Sort the cell formats by how they show a cell."""
    codes = {
        int(one.attrib["numFmtId"]): one.get("formatCode", "")
        for one in root.iter()
        if _plain(one.tag) == "numFmt"
    }
    percents = {number for number, code in codes.items() if "%" in _QUOTED.sub("", code)}
    percents |= {number for number in _BUILT_IN_PERCENT if number not in codes}
    nothing = {number for number, code in codes.items() if code.strip() == ";;;"}
    lists = {_plain(one.tag): list(one) for one in root if isinstance(one.tag, str)}
    fonts = [{_plain(one.tag): one for one in font} for font in lists.get("fonts", ())]
    struck = {at for at, font in enumerate(fonts) if _is_on(font.get("strike"))}
    white = {at for at, font in enumerate(fonts) if _is_white(font.get("color"))}
    bare = {at for at, fill in enumerate(lists.get("fills", ())) if _is_bare(fill)}
    found = _Shown(set(), set(), set(), set())
    for place, one in enumerate(lists.get("cellXfs", ())):
        code, font, fill = (int(one.get(name, "0")) for name in ("numFmtId", "fontId", "fillId"))
        if code in percents:
            found.percent.add(place)
        if font in struck:
            found.struck.add(place)
        if code in nothing or (font in white and (fill in bare or not lists.get("fills"))):
            found.faint.add(place)
    return found


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get("val", "1") in _TRUE


def _is_white(colour: Any) -> bool:
    if colour is None or colour.get("tint", "0") not in ("0", "0.0"):
        return False
    named = (colour.get("theme"), colour.get("indexed"))
    return colour.get("rgb", "").upper().endswith("FFFFFF") or named[0] == "0" or named[1] in _WHITE


_WHITE = ("1", "9")  # of the indexed colours


def _is_bare(fill: Any) -> bool:
    """Whether a fill leaves a cell white."""
    pattern = next((one for one in fill if _plain(one.tag) == "patternFill"), None)
    if pattern is None:
        return False
    kind = pattern.get("patternType", "none")
    fore = next((one for one in pattern if _plain(one.tag) == "fgColor"), None)
    return kind == "none" or (kind == "solid" and _is_white(fore))


def _struck_strings(root: Any) -> set[int]:
    return {at for at, one in enumerate(root) if _has_struck_run(one)}


def _has_struck_run(text: Any) -> bool:
    """Whether a line goes through a text, or through a part of it."""
    for run in text.iter():
        if _plain(run.tag) != "r":
            continue
        marks = [mark for one in run if _plain(one.tag) == "rPr" for mark in one]
        said = "".join(one.text or "" for one in run if _plain(one.tag) == "t").strip()
        if said and any(_plain(mark.tag) == "strike" and _is_on(mark) for mark in marks):
            return True
    return False


def _excel_sheet(events: Any, shown: _Shown, limits: Limits) -> Traits:
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
                found.hidden_columns |= set(range(first - 1, min(last, limits.columns)))
        elif kind == "c":
            _excel_cell(found, (row, column), element, shown)
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


def _excel_cell(found: Traits, place: tuple[int, int], cell: Any, shown: _Shown) -> None:
    inside = {_plain(one.tag): one for one in cell}
    texts = {name: one.text or "" for name, one in inside.items()}
    kind, value, style = cell.get("t", "n"), texts.get("v", ""), int(cell.get("s", "0"))
    if kind == "e":
        found.errors[place] = value or "an error"
    elif "f" in texts and not value and kind != "str":
        found.unsaved[place] = texts["f"]
    elif kind == "n" and value and style in shown.percent:
        found.percent.add(place)
    if style in shown.faint and (value or "is" in inside):
        found.faint.add(place)
    runs = "is" in inside and _has_struck_run(inside["is"])
    if (
        (style in shown.struck and (value or "is" in inside))
        or runs
        or (kind == "s" and value.strip().isdecimal() and int(value) in shown.strings)
    ):
        found.struck.add(place)


class _DocumentStyles:
    """Styles of an OpenDocument workbook, each with what it says of a cell and its parent."""

    def __init__(self) -> None:
        self.said: dict[str, dict[str, str]] = {}

    def take(self, element: Any) -> None:
        """Keep what a style says; every other element is passed over."""
        if not isinstance(element.tag, str) or _plain(element.tag) != "style":
            return
        own = _attributes(element)
        for one in element:
            if isinstance(one.tag, str) and _plain(one.tag) in _CELL_PROPERTIES:
                own |= {f"{_plain(one.tag)} {at}": said for at, said in _attributes(one).items()}
        self.said[own.get("name", "")] = own

    def of(self, name: str, asked: str) -> str:
        """Give what a style or the nearest of its parents says; "" where none does."""
        seen = set()
        while name in self.said and name not in seen:
            seen.add(name)
            if asked in self.said[name]:
                return self.said[name][asked]
            name = self.said[name].get("parent-style-name", "")
        return ""

    def strikes(self, name: str) -> bool:
        lines = [self.of(name, f"text-properties text-line-through-{one}") for one in _LINES]
        return any(one not in ("", "none") for one in lines)

    def is_faint(self, name: str) -> bool:
        colour, ground = (self.of(name, one) for one in _COLOURS)
        return colour.lower() == "#ffffff" and ground.lower() in ("", "transparent", "#ffffff")


_CELL_PROPERTIES = ("text-properties", "table-cell-properties")
_LINES = ("style", "type")
_COLOURS = ("text-properties color", "table-cell-properties background-color")


def _open_document(
    events: Any, limits: Limits, styles: _DocumentStyles
) -> Iterator[tuple[str, Traits]]:
    found, name = Traits(), ""
    row = column = 0
    usual: dict[int, str] = {}  # style of the cells of a column that name none
    for event, element in events:
        kind = _plain(element.tag)
        if event == "start":
            if kind == "table":
                found, name = Traits(), _attributes(element).get("name", "")
                row = column = 0
                usual = {}
            elif kind == "table-row":
                column = 0
            continue
        if kind == "style":
            styles.take(element)
            continue
        said = _attributes(element) if kind.startswith("table") or kind.endswith("cell") else {}
        if kind == "table-column":
            repeats = min(int(said.get("number-columns-repeated", "1")), limits.columns)
            if said.get("visibility", "visible") != "visible":
                found.hidden_columns |= set(range(column, column + repeats))
            if style := said.get("default-cell-style-name", ""):
                usual |= dict.fromkeys(range(column, column + repeats), style)
            column += repeats
        elif kind in ("table-cell", "covered-table-cell"):
            repeats = min(int(said.get("number-columns-repeated", "1")), limits.columns)
            for place in range(column, column + repeats) if len(element) or said else ():
                _open_document_cell(found, (row, place), element, usual.get(place, ""), styles)
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


def _open_document_cell(
    found: Traits, place: tuple[int, int], cell: Any, usual: str, styles: _DocumentStyles
) -> None:
    kinds = {name: value for name, value in cell.attrib.items() if _plain(name) == "value-type"}
    said = _attributes(cell)
    if "error" in kinds.values():
        found.errors[place] = "".join(cell.itertext()) or "an error"
    elif "formula" in said and not kinds:
        found.unsaved[place] = said["formula"]
    elif "percentage" in kinds.values():
        found.percent.add(place)
    style = said.get("style-name", usual)
    runs = [
        _attributes(one).get("style-name", "")
        for one in cell.iter()
        if isinstance(one.tag, str)
        and _plain(one.tag) == "span"
        and "".join(one.itertext()).strip()
    ]
    if len(cell) and any(map(styles.strikes, (style, *runs))):
        found.struck.add(place)
    if len(cell) and styles.is_faint(style):
        found.faint.add(place)


def _repeat_row(found: Traits, row: int, repeats: int) -> None:
    """Say of each repeat of a row what was said of its first."""
    if repeats < 2:
        return
    for marked in (found.percent, found.struck, found.faint):
        for place in [one for one in marked if one[0] == row]:
            marked |= {(row + down, place[1]) for down in range(1, repeats)}
    for cells in (found.errors, found.unsaved):
        for place, said in [one for one in cells.items() if one[0][0] == row]:
            cells |= {(row + down, place[1]): said for down in range(1, repeats)}
