"""Grants as rows of a spreadsheet and back, with the guard against cells that act as formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pccfunding.formats.threesixtygiving.contract import is_number
from pccfunding.formats.threesixtygiving.fields import (
    EXTRA,
    STRUCTURE,
    Column,
    Part,
    columns,
    plain_title,
)

# A spreadsheet takes a text that begins so for a formula; the apostrophe keeps it a text.
_ACTIVE = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_REPEATED = re.compile(r"(.+?):(\d{1,3}):(.+)")
_LONGEST_TITLE = 300
_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> guarded("=SUM(A1)"), guarded("'=x"), guarded("Youth Fund")
    ("'=SUM(A1)", "''=x", 'Youth Fund')
    """
    return f"'{text}" if _ACTIVE.match(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe away again.

    Examples
    --------
    >>> unguarded("'=SUM(A1)"), unguarded("'tis")
    ('=SUM(A1)', "'tis")
    """
    return text[1:] if _GUARDED.match(text) else text


@cache
def _titles() -> dict[tuple[str, ...], str]:
    return {column.path: column.title for column in columns().values()}


def flat_grant(grant: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a grant out as one row, by title; of each list of objects the first."""
    row: dict[str, Any] = {}
    titles = _titles()
    for name, value in grant.items():
        if (name,) in titles:
            row[titles[name,]] = ";".join(value) if isinstance(value, list) else value
            continue
        part = (value[0] if value else {}) if isinstance(value, list) else value
        for key, inner in part.items():
            if (name, key) in titles:
                row[titles[name, key]] = ";".join(inner) if isinstance(inner, list) else inner
    return row


def titles_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give the titles that a sheet needs: the required ones and those in use, in order."""
    used = {title for row in rows for title in row}
    return [
        column.title
        for column in columns().values()
        if column.title in used or _is_required(column)
    ]


def _is_required(column: Column) -> bool:
    entry = STRUCTURE.get(column.path[0])
    if isinstance(entry, Part):
        return bool(entry.least) and entry.fields[column.path[1]].required
    return entry is not None and entry.required


def nested_grant(
    headers: Sequence[Column | tuple[Column, int] | None], cells: Sequence[Any]
) -> dict[str, Any]:
    """Build the grant of one row of a spreadsheet; empty cells are not given."""
    grant: dict[str, Any] = {}
    for header, cell in zip(headers, cells, strict=False):
        if header is None or cell == "":
            continue
        column, place = header if isinstance(header[0], Column) else (header, 0)
        value = _value(cell, column.kind)
        first, *rest = column.path
        if not rest:
            grant[first] = value
            continue
        entry = STRUCTURE.get(first)
        holder: dict[str, Any]
        if first == EXTRA or (isinstance(entry, Part) and not entry.many):
            holder = grant.setdefault(first, {})
        else:
            listed = grant.setdefault(first, [])
            listed.extend({} for _ in range(place + 1 - len(listed)))
            holder = listed[place]
        holder[rest[0]] = value
    return grant


def header_of(text: Any) -> Column | tuple[Column, int] | None:
    """Find the column that a header names, whatever its capitals and blanks; None for others."""
    if not isinstance(text, str) or len(text) > _LONGEST_TITLE:
        return None
    name = plain_title(text)
    found = columns().get(name)
    if found is None and (match := _REPEATED.fullmatch(name)):
        found = columns().get(f"{match[1]}:{match[3]}")
        if found is not None:
            return found, int(match[2])
    return found


def _value(cell: Any, kind: str) -> Any:
    """Give the value that a cell stands for in JSON; what cannot be one stays as it is."""
    if isinstance(cell, str):
        text = unguarded(cell)
        if kind in ("number", "months") and _PLAIN_NUMBER.fullmatch(text.strip()):
            number = float(text.strip())
            return int(number) if number.is_integer() else number
        if kind == "list":
            return [one.strip() for one in text.split(";") if one.strip()]
        return text
    if hasattr(cell, "isoformat"):
        text = cell.isoformat()
        if kind != "datetime" or not re.match(r"[0-9]{4}-", text):
            return text[:10]
        # A cell has no zone; the wall clock of its workbook is kept.
        return (text if "T" in text else f"{text}T00:00:00").partition("+")[0] + "Z"
    if is_number(cell):
        whole = int(cell) if float(cell).is_integer() else cell
        if kind in ("number", "months"):
            return whole
        return [str(whole)] if kind == "list" else str(whole)
    return str(cell)
