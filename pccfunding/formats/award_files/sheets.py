"""A sheet as columns of text, and where its table begins: banners, headers of one or two rows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import TableError
from pccfunding.formats.award_files.headings import (
    AMOUNTS,
    ANOTHER_CURRENCY,
    Heading,
    join_headings,
    read_heading,
)
from pccfunding.formats.award_files.money_columns import looks_like_money
from pccfunding.formats.award_files.typed_columns import Changes
from pccfunding.formats.opening.chosen_headers import NAMED
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.raw_tables import Grid, Merged, Opened, Traits
from pccfunding.formats.opening.text_columns import ColumnGrid
from pccfunding.money.pence import is_broken

if TYPE_CHECKING:
    import pandas as pd


# A banner is seldom longer; below this many rows a header is no longer looked for at first.
_WINDOW = 250
_AMOUNT = r"£+\s?[0-9][0-9,]*(?:\.[0-9]+)?\s?(?:k\b|m\b|bn\b|thousand\b|million\b)?"
_HEDGE = r"(?:(?:up to|over|around|about|nearly|just (?:over|under)|more than|circa)\s+)?"
_LAST = re.compile(
    rf"(?P<label>[^£]*?[^£\s:–-])\s*(?:[:–-]|\s)\s*(?P<amount>{_HEDGE}{_AMOUNT})\s*(?P<rest>\([^£]*\))?[.;]?",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"(?P<amount>{_HEDGE}{_AMOUNT})\s*(?P<rest>\([^£]*?\))?\s*(?:[–:-]|to\b|for\b)\s*(?P<label>[^£]+)",
    re.IGNORECASE,
)
_LONGEST_LINE = 500
_FIRST_ROWS = 3
_BULLET = re.compile(r"^[\s•▪·*–-]+(?=\S)")


@dataclass(frozen=True)
class Sheet:
    """A grid with its cells as text, one Series a column; "" where there is nothing.

    `plain` says that no cell holds a line break, an "&" or, pounds apart, a sign beyond ASCII.
    """

    grid: Grid
    columns: list[pd.Series[Any]]
    numbers: Any
    plain: bool = False

    @property
    def height(self) -> int:
        return len(self.numbers)

    def row(self, position: int) -> list[str]:
        return [str(column.iat[position]) for column in self.columns]

    def place(self, position: int) -> str:
        unit = self.grid.unit.removeprefix("table ")
        return f"{self.grid.where}{unit} {self.numbers[position]}"


@dataclass(frozen=True)
class Header:
    """The header of a table: its rows, what each column is, and a label printed inside it."""

    top: int
    bottom: int
    headings: tuple[Heading, ...]
    section: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(heading.text for heading in self.headings)


def cell_text(cell: Any) -> str:
    """Write a stored cell as the text that it is read from: numbers in plain digits, ISO dates."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _number_text(number: float) -> str:
    if not math.isfinite(number):
        return str(number)
    if abs(number) < 1e15:
        if number == int(number):
            return str(int(number))
        # Sums leave tails such as 0.30000000000000004 in a workbook; nobody printed them.
        if not is_broken(100 * number, round(100 * number)):
            number = round(number, 2)
    return np.format_float_positional(number, trim="-")


def sheet_of(grid: Grid) -> Sheet:
    """Lay a grid out as columns of text."""
    import pandas as pd

    if isinstance(grid, ColumnGrid):
        return Sheet(grid, grid.columns, grid.numbers, grid.plain)
    width = max((len(row) for row in grid.rows), default=0)
    texts = [[cell_text(cell) for cell in row] + [""] * (width - len(row)) for row in grid.rows]
    columns = [pd.Series(list(cells), dtype="str") for cells in zip(*texts, strict=True)]
    return Sheet(grid, columns, np.asarray(grid.numbers, dtype=np.int64))


_NUMBER_FIRST = re.compile(r"(?:£ ?)?[0-9][0-9,.]{2,15}(?![0-9/-])")


def find_header(
    sheet: Sheet, start: int, columns: Mapping[str, str | int] | None = None
) -> Header | None:
    """Find the header of the first table from a row on; None where there is none.

    A header names an amount, or a year with amounts under it, and something beside it. Of a
    banner, a header of one row and one of two, the reading that names the most columns holds.
    """
    stop = min(sheet.height, start + _WINDOW)
    window = [column.iloc[start : stop + 1].tolist() for column in sheet.columns]
    rows = [list(cells) for cells in zip(*window, strict=True)]
    best: tuple[float, Header] | None = None
    for offset in range(min(len(rows), stop - start)):
        if best and offset > best[1].bottom - start and _holds_an_amount(best[1], rows[offset]):
            break  # what follows a row of this table is no header of it
        for header in _candidates(sheet, rows, offset, start):
            named = named_by_user(header, columns) if columns else header
            score = _score(named, rows[header.bottom - start + 1 :], bool(columns))
            score -= 0.5 * (header.bottom - header.top)
            if score >= 2 and (best is None or score > best[0]):
                best = (score, named)
        if best and offset > best[1].bottom - start + 5:
            break
    return best[1] if best else None


def _holds_an_amount(header: Header, row: Sequence[str]) -> bool:
    """Whether a row has money under a heading of money, and something beside it."""
    money = [at for at, heading in enumerate(header.headings) if heading.is_amount]
    return any(looks_like_money(row[at]) for at in money) and not all(
        read_heading(row[at]).period for at in money if row[at].strip()
    )


def _candidates(sheet: Sheet, rows: Sequence[list[str]], offset: int, start: int) -> list[Header]:
    one = [" ".join(cell.split()) for cell in rows[offset]]
    if not _may_be_heading(one):
        return []
    position = start + offset
    found = [Header(position, position, tuple(map(read_heading, one)))]
    if offset + 1 < len(rows):
        two = [" ".join(cell.split()) for cell in rows[offset + 1]]
        # A lone text in the first column is a title over the table, not a heading of its columns.
        titled = one[0] and not any(one[1:]) and any(two[1:])
        if any(two) and _may_be_heading(two) and not titled and not _is_row(found[0], two):
            found.append(_joined(one, two, position, sheet.grid.merged))
    return found


def _is_row(header: Header, cells: Sequence[str]) -> bool:
    """Whether a number that no heading is stands under a heading of money, whatever follows it."""
    under = (
        read_heading(cell)
        for heading, cell in zip(header.headings, cells, strict=True)
        if heading.is_amount and _NUMBER_FIRST.match(cell)
    )
    return any(not (below.scale or below.period) for below in under)


def _joined(one: list[str], two: list[str], position: int, merged: Sequence[Merged]) -> Header:
    """Join two rows; an upper text reaches right over blanks that have a text below them."""
    top = list(one)
    spread = {
        column: (top_row, left, bottom, right)
        for top_row, left, bottom, right in merged
        if top_row <= position <= bottom
        for column in range(left, right + 1)
    }
    for column in range(1, len(top)):
        if top[column]:
            continue
        within = spread.get(column)
        reaches = within is not None and within[1] < column
        if reaches or (not merged and two[column]):
            top[column] = top[column - 1]
    section, headings = "", []
    for above, below in zip(top, two, strict=True):
        if above and below.endswith(":") and read_heading(above).field:
            section, below = below.rstrip(": "), ""
        headings.append(join_headings(above, below))
    return Header(position, position + 1, tuple(headings), section)


def _may_be_heading(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if not filled or (len(filled) == 1 and not read_heading(filled[0]).is_amount):
        return False
    money = any(looks_like_money(cell) and not read_heading(cell).scale for cell in filled)
    return not money and max(map(len, filled)) <= 200


def _score(header: Header, below: Sequence[list[str]], by_user: bool) -> float:
    """Count the fields named; an amount must be named and stand over amounts or blanks."""
    fields = {heading.field for heading in header.headings if heading.field}
    money = [
        column
        for column, heading in enumerate(header.headings)
        if heading.is_amount and stands_over_money(_cells(below, column))
    ]
    if not money:
        return 0
    others = {
        heading.field for heading in header.headings if heading.field and not heading.is_amount
    }
    texts = sum(1 for heading in header.headings if heading.text and not heading.is_amount)
    if not others and not texts and not by_user:
        # An amount column beside a column without a header: the names stand under the blank.
        beside = any(
            not heading.text and any(cell.strip() for cell in _cells(below, column))
            for column, heading in enumerate(header.headings)
        )
        if not beside:
            return 0
        texts = 1
    return (
        len(fields - {"amount", "total"}) + len(money) + 0.5 + (0.4 if not others and texts else 0)
    )


def _cells(rows: Sequence[list[str]], column: int) -> list[str]:
    """Give the cells below a heading, up to the blank row that ends its table."""
    cells: list[str] = []
    begun = False
    for row in rows[:200]:
        filled = any(cell.strip() for cell in row)
        if begun and not filled:
            break
        begun |= filled
        cells.append(row[column])
    return cells


def stands_over_money(cells: Sequence[str]) -> bool:
    """Whether a column holds money, in its first rows at least: another table may follow."""
    return holds_money(cells) or holds_money(cells[:_FIRST_ROWS])


def holds_money(cells: Any) -> bool:
    """Whether at least half of the filled cells of a column look like money or its absence."""
    filled = [cell for cell in cells if cell.strip()]
    fitting = sum(looks_like_money(cell, lenient=True) for cell in filled)
    return bool(filled) and 2 * fitting >= len(filled)


def named_by_user(header: Header, columns: Mapping[str, str | int]) -> Header:
    """Give the columns that the user named their fields; the rest keep what they say."""
    headings = list(header.headings)
    texts = [" ".join(heading.text.lower().split()) for heading in headings]
    for field, wanted in columns.items():
        if isinstance(wanted, int):
            at = [wanted - 1] if 0 < wanted <= len(headings) else []
        else:
            plain = " ".join(str(wanted).lower().split())
            at = [column for column, text in enumerate(texts) if text == plain]
        for column in at[:1]:
            for other, heading in enumerate(headings):
                if heading.field == field:
                    headings[other] = replace(heading, field="")
            headings[column] = replace(headings[column], field=field, near="", tier=NAMED)
    return replace(header, headings=tuple(headings))


def check_named(header: Header, columns: Mapping[str, str | int], where: str) -> None:
    """Refuse a mapping that names a header which the table does not have.

    Raises
    ------
    TableError
        With the headers that are there.
    """
    for field, wanted in columns.items():
        if not any(heading.field == field for heading in header.headings):
            there = ", ".join(repr(text) for text in header.texts if text)
            raise TableError(
                f"{where}columns={{{field!r}: {wanted!r}}}: there is no such header. "
                f"There are {there}."
            )


def split_lines(sheet: Sheet, changes: Changes) -> tuple[Sheet, Header] | None:
    """Split each line into a label and an amount; None where hardly any line has both.

    The label is what the money is for until `columns` says that it is a recipient.
    """
    import pandas as pd

    pairs = []
    for position in range(sheet.height):
        cells = [" ".join(cell.split()) for cell in sheet.row(position)]
        line = " ".join(cell for cell in cells if cell)
        pairs.append(_pair(_BULLET.sub("", line)))
    read = sum(bool(amount) for _, amount in pairs)
    lines = sum(bool(label) for label, _ in pairs)
    if not read or read * 2 < lines:
        return None
    labels, amounts = zip(*pairs, strict=True)
    columns = [pd.Series(list(one), dtype="str") for one in (labels, amounts)]
    header = Header(
        -1, -1, (Heading("line", "funding_stream"), Heading("£", "amount", pounds=True))
    )
    where = sheet.grid.where.rstrip(", ") or "whole file"
    rule = "no header: each line is split into what it names and its amount in pounds"
    changes.add(where, "", f"{read} lines", "funding_stream and amount_gbp", rule, 1)
    struck = {(row, 1) for row, _ in sheet.grid.traits.struck}
    grid = replace(sheet.grid, merged=(), traits=Traits(struck=struck))
    return Sheet(grid, columns, sheet.numbers), header


def _pair(line: str) -> tuple[str, str]:
    for pattern in (_FIRST, _LAST) if len(line) <= _LONGEST_LINE else ():
        if match := pattern.fullmatch(line):
            label = " ".join(filter(None, (match["label"].strip(), match["rest"])))
            return label, match["amount"].strip()
    return line, ""


def why_no_table(opened: Opened, named: Mapping[str, str | int]) -> str:
    """Say what a file without a table of awards has instead, and which heading was passed over."""
    if other := told_by_titles(row for grid in opened.grids for row in grid.rows[:20]):
        return f"{opened.source} {other}."
    for grid in opened.grids if named else ():
        sheet = sheet_of(grid)
        rows = [sheet.row(position) for position in range(min(sheet.height, 50))]
        fullest = max(rows, key=lambda row: sum(map(bool, row)), default=[])
        there = ", ".join(repr(" ".join(cell.split())) for cell in fullest if cell)
        for name, wanted in named.items():
            if isinstance(wanted, str) and not any(wanted in row for row in rows):
                said = f"columns={{{name!r}: {wanted!r}}}"
                return f"{opened.source}, {said}: there is no such header. There are {there}."
    for grid in opened.grids:
        sheet = sheet_of(grid)
        for position in range(min(sheet.height, 50)):
            cells = [" ".join(cell.split()) for cell in sheet.row(position)]
            if said := _lacking([read_heading(cell) for cell in cells if cell]):
                return f"{opened.source}, {sheet.place(position)}: {said}"
    return (
        f"{opened.source}: no table with a header and amounts found. Name its columns with "
        f"columns={{'recipient': ..., 'amount': ...}}."
    )


def _lacking(headings: Sequence[Heading]) -> str:
    """Say what a row lacks to be a header of awards; "" where it is like none."""
    for heading in headings:
        if heading.barred[1] == ANOTHER_CURRENCY:
            return (
                f"{heading.text[:60]!r} holds amounts in {ANOTHER_CURRENCY}. Convert them at a "
                f"stated rate and date first."
            )
    short = [one for one in headings if len(one.text) < _LONGEST_NAMED]
    known = [one for one in short if one.field]
    barred = [one for one in short if one.barred[0]]
    if len(known) + len(barred) == 0 or len(headings) < 2:
        return ""
    lacks, name = "column of amounts under it", "amount"
    fields: tuple[str, ...] = AMOUNTS
    if len(known) == 1 and known[0].is_amount:
        lacks, name = "column beside it that says who or what for", "recipient"
        fields = ("recipient", "purpose", "funder")
    passed = next((one for one in barred if one.barred[0] in fields), None)
    why = f"; {passed.text!r} is none for its word {passed.barred[1]!r}" if passed else ""
    has = f"has {known[0].text!r} but no" if known else "has no"
    return f"no table found. The row {has} {lacks}{why}; name it with columns={{{name!r}: ...}}."


_LONGEST_NAMED = 60
