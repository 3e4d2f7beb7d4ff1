"""The tables and lists of a web page as sheets of raw cells; nothing in it is run or loaded."""

from __future__ import annotations

import re
from typing import Any

from pccfunding.errors import TableError
from pccfunding.formats.opening._extras import need
from pccfunding.formats.opening._grids import Grid, Merged
from pccfunding.formats.opening._limits import Limits

__all__ = ["page_grids"]

_SILENT = {"script", "style", "template", "noscript"}
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
    html = need("lxml.html", f"Reading the page {source}")
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
            grids.append(_table(element, name, caption or heading, source, limits))
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
    merged: list[Merged] = []
    covered: dict[tuple[int, int], bool] = {}
    widest = 0
    own = (row for row in table.iter("tr") if next(row.iterancestors("table")) is table)
    for top, row in enumerate(own):
        cells: list[Any] = []
        for cell in row.iterchildren("td", "th"):
            while covered.pop((top, len(cells)), False):
                cells.append("")
            left = len(cells)
            across, down = _span(cell, "colspan", 1_000), _span(cell, "rowspan", 65_534)
            cells += [_text(cell), *[""] * (across - 1)]
            widest = max(widest, len(cells))
            limits.check_shape(
                top + down if down < 65_534 else top + 1, widest, f"{source}, {name}"
            )
            if across > 1 or down > 1:
                merged.append((top, left, top + down - 1, left + across - 1))
                if (down - 1) * across + len(covered) > limits.cells:
                    raise TableError(f"{source}, {name}: its merged cells cover too much.")
                for below in range(top + 1, top + down):
                    covered.update(((below, at), True) for at in range(left, left + across))
        while covered.pop((top, len(cells)), False):
            cells.append("")
        rows.append(cells)
    last = len(rows) - 1
    kept = tuple((top, left, min(bottom, last), right) for top, left, bottom, right in merged)
    return Grid(name, "table row", rows, range(1, len(rows) + 1), kept, title=title)


def _span(cell: Any, attribute: str, most: int) -> int:
    text = (cell.get(attribute) or "1").strip()
    return max(1, min(int(text), most)) if re.fullmatch("[0-9]{1,9}", text) else 1


def _text(element: Any) -> str:
    """Collect the visible text of a cell, without that of tables inside it."""
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
        if one.tag == "table" and one is not element:
            continue
        if one.tag in ("br", "p", "div", "li", "td", "tr"):
            pieces.append(" ")
        stack.extend(reversed(one))
        if one.text:
            stack.append(one.text)
    return _BLANKS.sub(" ", "".join(pieces)).strip()
