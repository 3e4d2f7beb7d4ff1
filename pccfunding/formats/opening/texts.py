"""Text files as sheets of raw cells: encodings, delimiters, and JSON records."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from functools import partial
from typing import Any

from pccfunding.errors import TableError
from pccfunding.formats.opening.limits import Limits
from pccfunding.formats.opening.raw_tables import Grid, visible_cell
from pccfunding.texts import holds_half, visible

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 100
_DEEPEST = 12
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)


def decoded(data: bytes, source: str) -> tuple[str, str]:
    """Decode a text file; the second value names the encoding.

    A byte order mark decides, then UTF-8 where it fits, then what a page declares, then
    Windows-1252, which British office software writes.

    Raises
    ------
    TableError
        If the bytes are no text.
    """
    text, encoding = _text(data)
    if text is None or _CONTROL.search(text[:100_000]) or "\x00" in text:
        raise TableError(
            f"{source} is no text, workbook or page; pass CSV, TSV, XLSX, ODS, HTML or JSON."
        )
    return text, encoding


def _text(data: bytes) -> tuple[str | None, str]:
    declared = _CHARSET.search(data[:4096]) if data.lstrip()[:1] == b"<" else None
    tries, head = ["utf-8"], data[:400]
    if data.startswith(b"\xef\xbb\xbf"):
        tries = ["utf-8-sig"]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    elif head[1::2].count(0) > 0.3 * len(head):
        tries = ["utf-16-le"]
    elif head[::2].count(0) > 0.3 * len(head):
        tries = ["utf-16-be"]
    elif declared:
        tries.append(declared[1].decode("ascii"))
    names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with byte order mark", "cp1252": "Windows-1252"}
    for name in (*tries, "cp1252"):
        try:
            return data.decode(name), names.get(name.lower(), name.upper())
        except (UnicodeError, LookupError):
            continue
    return None, ""


def lines_grid(
    text: str, source: str, limits: Limits, data: bytes | None = None
) -> tuple[Grid, str]:
    """Read delimited text; the delimiter is the one that gives the steadiest rows.

    Raises
    ------
    TableError
        If a quotation mark is never closed, or the table is too large.
    """
    delimiter = sniffed_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[Any]] = []
    ends: list[int] = []
    widths: list[int] = []
    try:
        for row in reader:
            widths.append(len(row))
            rows.append(without_blank_end(row))
            ends.append(reader.line_num)
    except csv.Error as error:
        raise TableError(f"{source}, line {reader.line_num}: {error}.") from error
    numbers = [1, *(end + 1 for end in ends[:-1])]
    widest = max(map(len, rows), default=0)
    limits.check_shape(len(rows), widest, source)
    _check_quotes(text, rows, numbers, source)
    return Grid("", "line", rows, numbers, widths=widths, delimiter=delimiter), delimiter


def without_blank_end(row: list[Any]) -> list[Any]:
    """Leave the blank cells at the end of a row out: they hold nothing, however many they are."""
    last = len(row)
    while last and (row[last - 1] is None or not str(row[last - 1]).strip()):
        last -= 1
    return row[:last] if last < len(row) else row


def sniffed_delimiter(text: str) -> str:
    end = 0
    for _ in range(_SAMPLE_LINES):
        end = text.find("\n", end) + 1
        if not end:
            break
    sample = text[: end or None]
    scores = {}
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(
                width
                for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
                if (width := sum(1 for cell in row if cell.strip()) and len(row))
            )
        except csv.Error:
            continue
        width, times = max(
            ((width, times) for width, times in widths.items() if width > 1),
            key=lambda item: (item[1], item[0]),
            default=(0, 0),
        )
        scores[delimiter] = (times * times / max(1, sum(widths.values())), width)
    best = max(scores, key=lambda one: scores[one], default=",")
    return best if scores.get(best, (0, 0))[1] > 1 else ","


def _check_quotes(text: str, rows: list[list[Any]], numbers: list[int], source: str) -> None:
    """Refuse a file whose last quotation mark never closes: it would swallow the rows below it."""
    if text.count('"') % 2 == 0 or not rows or not rows[-1]:
        return
    if "\n" in rows[-1][-1].rstrip("\r\n"):
        raise TableError(
            f"{source}, line {numbers[-1]}: a quotation mark opens here and never closes, so the "
            f"lines below it would be one cell. Close it, or double it if it is meant."
        )


def json_grids(text: str, source: str, limits: Limits) -> tuple[Grid, ...] | None:
    """Read JSON records, one grid a list of them; None where the text is no JSON.

    Nested records become columns named with a colon, as 360Giving titles are.

    Raises
    ------
    TableError
        If it is JSON without a list of records.
    """
    try:
        found = json.loads(text, parse_constant=str, object_pairs_hook=partial(_once, source))
    except RecursionError as error:
        raise TableError(f"{source} is nested too deeply to be a table.") from error
    except TableError:
        raise
    except ValueError as error:
        if text.lstrip("\ufeff \t\r\n").startswith("{"):
            raise TableError(f"{source} is damaged JSON: {error}.") from error
        return None
    check_halves(found, text, source)
    lists = _record_lists(found)
    if not lists:
        raise TableError(f"{source} holds no list of records; pass an array of objects.")
    return tuple(_records_grid(name, records, source, limits) for name, records in lists.items())


def _once(source: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a record of its pairs; refuse one that gives a name twice, of which the last would win.

    Raises
    ------
    TableError
        With the name.
    """
    record = dict(pairs)
    if len(record) < len(pairs):
        name = next(name for name, number in Counter(key for key, _ in pairs).items() if number > 1)
        raise TableError(f"{source}: a record has {name!r} twice. Keep one of them.")
    return record


def check_halves(found: Any, text: str, source: str) -> None:
    """Refuse JSON that holds half of a character, which no table can be written with.

    Raises
    ------
    TableError
        If an escape names one of a pair that only together is a character.
    """
    if "\\ud" in text.lower() and holds_half(found):
        raise TableError(f"{source} holds half of a character, written as \\ud....")


def _record_lists(found: Any) -> dict[str, list[dict[str, Any]]]:
    if isinstance(found, list):
        found = {"": found}
    if not isinstance(found, dict):
        return {}
    lists = {}
    for name, value in found.items():
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            lists[name] = value
    return lists


def _records_grid(name: str, records: list[dict[str, Any]], source: str, limits: Limits) -> Grid:
    flat = [dict(_flat(record, "", source)) for record in records]
    columns = list(dict.fromkeys(key for record in flat for key in record))
    limits.check_shape(len(flat) + 1, len(columns), source)
    rows: list[list[Any]] = [list(columns)]
    rows += [[record.get(column, "") for column in columns] for record in flat]
    return Grid(name, "record", rows, range(len(rows)))


def _flat(value: Any, path: str, source: str, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise TableError(f"{source} is nested too deeply to be a table.")
    if isinstance(value, dict):
        named = ((visible(str(key)), one) for key, one in value.items())
        inner = ((f"{path}:{key}" if path else key, one) for key, one in named)
    elif isinstance(value, list):
        inner = ((f"{path}:{i}" if i else path, one) for i, one in enumerate(value))
    else:
        yield path, "" if value is None else visible_cell(value)
        return
    for key, one in inner:
        yield from _flat(one, key, source, depth + 1)
