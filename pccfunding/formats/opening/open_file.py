"""Opening any file into sheets of raw cells, each with its place; what it is, its bytes tell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias

from pccfunding.errors import TableError, need_extra
from pccfunding.formats.opening import texts
from pccfunding.formats.opening.cell_traits import has_traits, seen_otherwise, traits_of
from pccfunding.formats.opening.limits import LIMITS, Limits, names_in, read_bytes, unpacked
from pccfunding.formats.opening.raw_tables import Grid, Merged, Opened, Traits, visible_cell
from pccfunding.texts import visible
from pccfunding.words import count, number_text

# A cell that only carries a format is closed at once, or holds nothing. A cell may leave its place
# out, and then stands behind the one before it.
_CELL = re.compile(
    rb"""<(?:\w{1,20}:)?c(?=[\s>])(?:[^<>]*?\sr\s*=\s*["']([A-Za-z]*)([0-9]*)["'])?[^<>]*"""
    rb"""(?<!/)>(?!\s{0,20}</(?:\w{1,20}:)?c\s{0,20}>)"""
)
_TWO_PLACES = re.compile(rb"<(?:\w{1,20}:)?c\s(?:[^<>]*?\s)?r\s*=[^<>]*\sr\s*=")
_TAG = re.compile(rb"<(?:\w{1,20}:)?c\s[^<>]*>")
_ROW = re.compile(rb"""<(?:\w{1,20}:)?row\s(?:[^<>]*?\s)?r\s*=\s*["']([0-9]+)["']""")
# What no sheet of a workbook has; the reader of sheets counts on from zero beyond four bytes.
_MOST_LETTERS, _MOST_DIGITS, _MOST_ROWS = 3, 7, 1_048_576
# The reader sets room aside for as many items as a part says it has. The count of shared strings is
# that of the cells which refer to them, so that its unique count is looked at instead.
_COUNT = re.compile(
    rb"""(?:<(?:\w+:)?sst\b[^<>]{0,2000}?\suniqueCount|<(?!(?:\w+:)?sst\b)[^<>]{0,2000}?\scount)\s*=\s*["']([0-9]+)"""
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
        most = max((int(digits[:20]) for digits in _COUNT.findall(part)), default=0)
        if most > 100 and most * _SHORTEST_ITEM > len(part):
            raise TableError(
                f"{source} is a damaged workbook: {name.rpartition('/')[2]} says that it has "
                f"{count(most)} items, more than it can hold."
            )
        if b"sheetData" in part:
            _check_places(part, f"{source}, {name.rpartition('/')[2]}", limits)
    raised = {
        name: _RAISED_RUN.sub(rb"\1 [note \2]\3", part) if b"superscript" in part else part
        for name, part in parts.items()
    }
    return _traited(_grids(_with_currencies(raised), source, limits, {}), parts, source, limits)


def _traited(
    grids: tuple[Grid, ...], parts: dict[str, bytes], source: str, limits: Limits
) -> tuple[Grid, ...]:
    """Give each sheet of a workbook its traits, where any of them may have one."""
    if not has_traits(parts, source):
        return grids
    traits = traits_of(parts, source, limits)
    return tuple(replace(one, traits=traits.get(one.name, Traits())) for one in grids)


def _with_currencies(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Put the sign of another currency before the numbers that a workbook shows it with."""
    styles = parts.get("xl/styles.xml", b"")
    codes = {}
    for tag in _FORMAT.findall(styles):
        told, code = _FORMAT_ID.search(tag), _FORMAT_CODE.search(tag)
        shown = unescape(code[1].decode("utf-8", "replace")) if code else ""
        sign = _CURRENCY.search(_SIGN_OF.sub(r"\1", shown))
        if told and sign and int(told[1]) >= _FIRST_CUSTOM:  # below, the reader's country decides
            codes[told[1]] = sign[0]
    used = _CELL_STYLES.search(styles) if codes else None
    ids = [_FORMAT_ID.search(tag) for tag in _STYLE.findall(used[1])] if used else []
    signs = {
        str(at).encode(): codes[found[1]]
        for at, found in enumerate(ids)
        if found and found[1] in codes
    }
    if not signs:
        return parts

    def told_sign(cell: re.Match[bytes]) -> bytes:
        style, kind = _CELL_STYLE.search(cell[1]), _CELL_KIND.search(cell[1])
        if style is None or style[1] not in signs or (kind and kind[1] != b"n"):
            return cell[0]
        if cell[2].count(b".") > 1:
            return cell[0]
        place = _CELL_PLACE.search(cell[1])
        text = f"{signs[style[1]]}{number_text(float(cell[2]), digits=15)}".encode()
        where = place[0] if place else b""
        return b"<c" + where + b' t="inlineStr"><is><t>' + text + b"</t></is></c>"

    return {
        name: _NUMBER_CELL.sub(told_sign, part) if b"sheetData" in part else part
        for name, part in parts.items()
    }


_FIRST_CUSTOM = 164
_FORMAT = re.compile(rb"<numFmt\s[^<>]{1,600}>")
_FORMAT_ID = re.compile(rb'\bnumFmtId="([0-9]{1,6})"')
_FORMAT_CODE = re.compile(rb'\bformatCode="([^"]{1,500})"')
_SIGN_OF = re.compile(r"\[\$([^\[\]-]{0,20})[^\[\]]{0,40}\]")  # "[$€-2]" shows "€"
_CURRENCY = re.compile(r"[€$¥]|\b(?:EUR|USD)\b")
_CELL_STYLES = re.compile(rb"<cellXfs\b[^<>]*>(.*?)</cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<xf\s[^<>]{1,600}>")
_CELL_STYLE = re.compile(rb'\ss="([0-9]{1,6})"')
_CELL_KIND = re.compile(rb'\st="([a-zA-Z]{1,12})"')
_CELL_PLACE = re.compile(rb'\sr="[A-Z]{1,4}[0-9]{1,8}"')
_NUMBER_CELL = re.compile(
    rb"<c((?:\s[^<>/]{0,200})?)>(?:<f\b[^<>]{0,200}(?:/>|>[^<>]{0,9000}</f>))?"
    rb"<v>(-?[0-9.]{1,30}(?:[eE][-+]?[0-9]{1,3})?)</v></c>"
)


def _check_places(part: bytes, where: str, limits: Limits) -> None:
    """Refuse a sheet with a far cell: the reader lays out everything between it and the first."""
    if _TWO_PLACES.search(part):
        raise TableError(f"{where} is damaged: a cell has two places.")
    columns = rows = 0
    bare = False
    for letters, digits in set(_CELL.findall(part)):
        if len(letters) > _MOST_LETTERS or len(digits) > _MOST_DIGITS:
            place = (letters + digits)[:20].decode()
            raise TableError(f"{where} is damaged: it has a cell {place}, which no sheet has.")
        bare |= not (letters and digits)
        columns = max(columns, _column_number(letters))
        rows = max(rows, int(digits or 0))
    numbers = {int(digits[:20]) for digits in set(_ROW.findall(part))}
    last = max(numbers, default=0)
    if last > _MOST_ROWS:
        raise TableError(f"{where} is damaged: it has a row {count(last)}, which no sheet has.")
    if bare:
        # What stands in quotes may hide a place, and a cell without one takes that of its row.
        if any(tag.count(b'"') % 2 or tag.count(b"'") % 2 for tag in _TAG.findall(part)):
            raise TableError(f"{where} is damaged: a cell holds a sign that ends its tag.")
        rows = max(rows, last)
        columns = max(columns, max(map(_cells_of, part.split(b"row>")), default=0))
    limits.check_area(rows, columns, where)


def _cells_of(row: bytes) -> int:
    return row.count(b"<c") + row.count(b":c")


def ods_grids(parts: dict[str, bytes], source: str, limits: Limits) -> tuple[Grid, ...]:
    """Read the sheets of an OpenDocument workbook.

    Raises
    ------
    TableError
        For a damaged workbook, or a sheet too wide or too large, repeated cells counted.
    """
    etree = need_extra("lxml.etree", f"Reading the workbook {source}", extra="formats")
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
    return _traited(_grids(parts, source, limits, merged), parts, source, limits)


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
    calamine = need_extra("python_calamine", f"Reading the workbook {source}", extra="formats")
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
    cells = sheet.to_python(skip_empty_area=False)
    rows = [texts.without_blank_end(list(map(visible_cell, row))) for row in cells]
    width = max(map(len, rows), default=0)
    limits.check_shape(len(rows), width, f"{source}, sheet {meta.name!r}")
    ranges = sheet.merged_cell_ranges
    if ranges is None:
        found = merged.get(meta.name, [])
    else:
        found = [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]
    last = len(rows) - 1
    inside = {
        (top, left, min(bottom, last), min(right, width - 1))
        for top, left, bottom, right in found
        if top <= last and left < width
    }
    return Grid(
        meta.name,
        "row",
        rows,
        range(1, len(rows) + 1),
        tuple(sorted(inside)),
        hidden=str(meta.visible).rpartition(".")[2] != "Visible",
    )


# A digit that is raised is a note, not the last digit of the number before it; or a square metre.
_RAISED_NOTE = re.compile(r"[0-9]{1,2}(?:[\s,]{1,3}[0-9]{1,2}){0,4}")
_UNIT_BEFORE = re.compile(r"\b(?:[kcm]?m|miles?|feet|ft)$", re.IGNORECASE)
_RAISED_RUN = re.compile(
    rb"(<r>\s{0,20}<rPr>(?:<(?!/rPr)[^<>]*>\s{0,20}){0,20}?<vertAlign[^<>]*superscript[^<>]*>"
    rb"(?:<(?!/rPr)[^<>]*>\s{0,20}){0,20}</rPr>\s{0,20}<t(?:\s[^<>]*)?>)"
    rb"\s{0,5}([0-9]{1,2}(?:[\s,]{1,3}[0-9]{1,2}){0,4})\s{0,5}(</t>)"
)
_SILENT = {"script", "style", "template", "noscript"}
_STRUCK = {"del", "s", "strike"}
_LINE_THROUGH = re.compile(r"\btext-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLANKS = re.compile(r"\s+")


def page_grids(text: str, source: str, limits: Limits) -> tuple[Grid, ...]:
    """Read the tables of a page, spans laid out; where it has none, its lists.

    A table that holds tables is furniture: only the text of its own cells is taken.

    Raises
    ------
    TableError
        If there is neither table nor list, or one is too large.
    """
    html = need_extra("lxml.html", f"Reading the page {source}", extra="formats")
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    # lxml's own errors have no common base that stays the same across versions.
    except Exception as error:
        raise TableError(f"{source} is no readable page: {error}.") from error
    grids: list[Grid] = []
    lists: list[Grid] = []
    heading = ""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _HEADINGS:
            heading = _text(element)
        elif element.tag == "table":
            caption = next((_text(one) for one in element.iterchildren("caption")), "")
            name = f"table {len(grids) + 1}"
            grid = _table(element, name, caption or heading, source, limits)
            around = any(_is_hidden(one) for one in (element, *element.iterancestors()))
            grids.append(replace(grid, hidden=around))
        elif element.tag in ("ul", "ol"):
            rows = [[_text(item)] for item in element.iterchildren("li")]
            numbers = range(1, len(rows) + 1)
            lists.append(Grid(f"list {len(lists) + 1}", "table row", rows, numbers, title=heading))
    found = [grid for grid in grids or lists if any(any(row) for row in grid.rows)]
    if not found:
        raise TableError(f"{source} is a page without a table or a list.")
    return tuple(found)


def _table(table: Any, name: str, title: str, source: str, limits: Limits) -> Grid:
    rows: list[list[Any]] = []
    widths: list[int] = []
    merged: list[Merged] = []
    traits = Traits()
    covered_to: dict[int, int] = {}  # last row that a cell of a row above covers, by column
    spread = 0
    own = (row for row in table.iter("tr") if next(row.iterancestors("table")) is table)
    for top, row in enumerate(own):
        cells: list[Any] = []
        if any(_is_hidden(one) for one in (row, row.getparent()) if one is not table):
            traits.hidden_rows.add(top)
        all_struck = any(_is_struck(one) for one in (row, row.getparent(), table))
        for cell in row.iterchildren("td", "th"):
            while covered_to.get(len(cells), -1) >= top:
                cells.append("")
            left = len(cells)
            across, down = _span(cell, "colspan", 1_000), _span(cell, "rowspan", 65_534)
            text = _text(cell)
            if all_struck or not text:
                text = _text(cell, struck=True)
                traits.struck |= {(top, left)} if text else set()
            if _is_hidden(cell):
                traits.faint.add((top, left))
            cells += [text, *[""] * (across - 1)]
            limits.check_spread(spread + len(cells), f"{source}, {name}")
            if across > 1 or down > 1:
                merged.append((top, left, top + down - 1, left + across - 1))
            if down > 1:
                covered_to.update((at, top + down - 1) for at in range(left, left + across))
        while covered_to.get(len(cells), -1) >= top:
            cells.append("")
        widths.append(len(cells))
        rows.append(texts.without_blank_end(cells))
        limits.check_shape(top + 1, len(rows[-1]), f"{source}, {name}")
        spread += len(cells)
        limits.check_spread(spread, f"{source}, {name}")
    last = len(rows) - 1
    kept = tuple((top, left, min(bottom, last), right) for top, left, bottom, right in merged)
    numbers = range(1, len(rows) + 1)
    return Grid(name, "table row", rows, numbers, kept, title=title, widths=widths, traits=traits)


def _is_hidden(element: Any) -> bool:
    """Whether an element of a page says of itself that it is not shown."""
    return "hidden" in element.attrib or bool(_UNSEEN.search(element.get("style", "")))


_UNSEEN = re.compile(
    r"\b(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE
)


def _span(cell: Any, attribute: str, most: int) -> int:
    text = (cell.get(attribute) or "1").strip()
    return max(1, min(int(text), most)) if re.fullmatch("[0-9]{1,9}", text) else 1


def _is_struck(element: Any) -> bool:
    return element.tag in _STRUCK or bool(_LINE_THROUGH.search(element.get("style", "")))


def _text(element: Any, *, struck: bool = False) -> str:
    """Collect the visible text of a cell, without that of tables inside it.

    What is struck out beside a text was corrected to it, and is taken only where it is asked for.
    """
    pieces: list[str] = []
    stack: list[Any] = [element]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            pieces.append(one)
            continue
        if one is not element and one.tail:
            stack.append(one.tail)
        if not isinstance(one.tag, str) or one.tag in _SILENT:
            continue
        if (one is not element and _is_hidden(one)) or (_is_struck(one) and not struck):
            continue
        if one.tag == "table" and one is not element:
            continue
        if one.tag in ("br", "p", "div", "li", "td", "tr"):
            pieces.append(" ")
        raised = "".join(one.itertext()).strip() if one.tag == "sup" else ""
        if _RAISED_NOTE.fullmatch(raised) and not _UNIT_BEFORE.search("".join(pieces[-2:])):
            pieces.append(f" [note {raised}]")
            continue
        stack.extend(reversed(one))
        if one.text:
            stack.append(one.text)
    return _BLANKS.sub(" ", visible("".join(pieces))).strip()


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


# What else is packed as workbooks are, by a part of it.
_OTHER_ARCHIVES = {
    "xl/workbook.bin": "is a binary workbook (.xlsb); save it as .xlsx",
    "word/": "is a text document; copy its table into a spreadsheet",
    "ppt/": "is a presentation; copy its table into a spreadsheet",
    "Index/": "is a document of another office programme; export it as .xlsx or CSV",
}
_EXCEL_2003 = re.compile(r"urn:schemas-microsoft-com:office:spreadsheet|progid=\"Excel\.Sheet\"")
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|table|body|head|div|h[1-6]|p|ul)\b", re.IGNORECASE)


def open_grids(
    path_or_buffer: Any,
    *,
    limits: Limits = LIMITS,
    lines: LinesReader | None = None,
    name: str | None = None,
    struck: bool = False,
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
    name : str, optional
        Name of the file, where only its bytes are handed over.
    struck : bool, default False
        Whether what is struck out is given too, for a reader that looks at the traits.

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
    opened = _opened(path_or_buffer, limits, lines, name)
    if struck or not any(one.traits.struck for one in opened.grids):
        return opened
    return replace(opened, grids=tuple(map(_without_struck, opened.grids)))


def _without_struck(grid: Grid) -> Grid:
    rows = [
        ["" if (at, column) in grid.traits.struck else cell for column, cell in enumerate(cells)]
        for at, cells in enumerate(grid.rows)
    ]
    return replace(grid, rows=rows)


def doubtful_parts(path: Path) -> dict[str, list[str]]:
    """Name what a file hides, strikes out or shows otherwise, by sheet, each in one clause.

    Parameters
    ----------
    path : Path
        A file of any kind that the readers open.
    """
    data, source = read_bytes(path)
    if data.startswith(b"PK"):
        plain = not has_traits(unpacked(data, source), source)
    else:
        plain = b"<" not in data[:4096]  # text shows all that it holds
    if plain:
        return {}
    found = {}
    for grid in open_grids(path, struck=True).grids:
        name = f"sheet {grid.name}" if grid.unit == "row" else grid.name
        if seen := seen_otherwise(grid):
            found[name] = [f"{how}: {', '.join(parts)}" for how, parts in seen.items()]
    return found


def _opened(
    path_or_buffer: Any, limits: Limits, lines: LinesReader | None, name: str | None
) -> Opened:
    data, source = read_bytes(path_or_buffer, limits)
    source = name or source
    for magic, what in _OTHER_KINDS.items():
        if data.startswith(magic):
            raise TableError(f"{source} {what}.")
    if data.startswith(b"PK"):
        return _workbook(data, source, limits)
    text, encoding = texts.decoded(data, source)
    start = text.lstrip("\ufeff \t\r\n")[:4096]
    if start.startswith("<") and _EXCEL_2003.search(start):
        raise TableError(f"{source} is an Excel 2003 XML workbook; save it as .xlsx.")
    if start.startswith("<") and _MARKUP.search(start):
        return Opened(source, "html", page_grids(text, source, limits), encoding)
    if start.startswith(("{", "[")):
        records = texts.json_grids(text, source, limits)
        if records is not None:
            return Opened(source, "json", records, encoding)
    plain = visible(text)
    same = data if encoding == "UTF-8" and len(plain) == len(text) else None
    grid, delimiter = (lines or texts.lines_grid)(plain, source, limits, same)
    return Opened(source, "csv", (grid,), encoding, delimiter)


def _workbook(data: bytes, source: str, limits: Limits) -> Opened:
    parts = unpacked(data, source, limits)
    if "xl/workbook.xml" in parts:
        return Opened(source, "xlsx", xlsx_grids(parts, source, limits))
    if "content.xml" in parts and b"opendocument.spreadsheet" in parts.get("mimetype", b""):
        return Opened(source, "ods", ods_grids(parts, source, limits))
    names = names_in(data)
    for part, what in _OTHER_ARCHIVES.items():
        if any(name.startswith(part) for name in names):
            raise TableError(f"{source} {what}.")
    raise TableError(f"{source} is a zip archive but no XLSX or ODS workbook; unpack it first.")
