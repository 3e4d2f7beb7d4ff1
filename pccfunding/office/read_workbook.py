"""The workbook as a person left it: typed rows, each value with its cell, and every problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pccfunding.areas import Area, find_area
from pccfunding.errors import PccFundingError, PeriodError, PrintedError, TableError, nearest
from pccfunding.formats.award_files.money_columns import kind_of_unknown
from pccfunding.formats.award_files.sheets import cell_text
from pccfunding.formats.opening.cell_traits import HIDDEN, STRUCK, seen_otherwise, traits_of
from pccfunding.formats.opening.limits import LIMITS, read_bytes, unpacked
from pccfunding.formats.opening.open_file import ods_grids, xlsx_grids
from pccfunding.formats.opening.raw_tables import Grid, Traits
from pccfunding.formats.opening.row_shape import column_letter
from pccfunding.office.sheets import FORCES, SHEETS, Column, Sheet, folded
from pccfunding.office.start_folder import EXAMPLE, choices_of
from pccfunding.periods import Period, parse_date
from pccfunding.printed import parse_printed
from pccfunding.words import counted, decimal_text

__all__ = ["Problem", "Row", "Token", "Typed", "Workbook", "named_places", "read_workbook"]

_STRUCK_ROW = "the row is struck out"
_TAKE_AWAY = "clear it, or take the line away if it counts"
_HEADER_WITHIN = 20  # rows that a header is looked for in
_OWN_SHEETS = ("lists",)
_MOST_SHOWN = 4


@dataclass(frozen=True)
class Problem:
    """One thing that a person should look at: where, what stands there, what would be right.

    Attributes
    ----------
    state : str
        "broken" where something was left out, "to do" where everything was read.
    file : str
        Name of the file.
    place : str
        "sheet Awards, cell C7", "line 12", or nothing for the file as a whole.
    says : str
        What stands there.
    why : str
        What is wrong with it.
    right : str
        What would be right.

    Examples
    --------
    >>> Problem("broken", "evidence.xlsx", "sheet Awards, cell C7", "12/31", "is no date", "mend")
    ... # doctest: +ELLIPSIS
    Problem(state='broken', file='evidence.xlsx', ...)
    """

    state: Literal["broken", "to do"]
    file: str
    place: str
    says: str
    why: str
    right: str

    @property
    def text(self) -> str:
        """What stands there, what is wrong, and what would be right, in one sentence."""
        said = f"{self.says!r}: " if self.says else ""
        return f"{said}{self.why}; {self.right}" if self.right else f"{said}{self.why}"


class Token(NamedTuple):
    """A number as typed or pasted: its token, or the kind of unknown that a marker stands for."""

    token: str | None
    exact: bool
    unknown: str | None


@dataclass(frozen=True)
class Typed:
    """One value with what stands in its cell."""

    value: Any
    raw: str
    cell: str


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number, and its filled cells by the column's title."""

    sheet: str
    number: int
    cells: dict[str, Typed]

    def get(self, title: str) -> Any:
        """Give the value of a column; None where nothing was typed."""
        typed = self.cells.get(title)
        return None if typed is None else typed.value

    def text(self, title: str) -> str:
        """Give what stands in a cell; the empty text where nothing does."""
        typed = self.cells.get(title)
        return "" if typed is None else typed.raw

    def place(self, title: str) -> str:
        """Say where a column of this row stands, or the row where the cell is blank."""
        typed = self.cells.get(title)
        where = f"cell {typed.cell}" if typed else f"row {self.number}"
        return f"sheet {self.sheet}, {where}"


@dataclass(frozen=True)
class Workbook:
    """What was read of a workbook.

    Attributes
    ----------
    file : str
        Name of the workbook.
    rows : dict of str to list of Row
        The rows of each sheet, in order; those left out are among the problems.
    problems : list of Problem

    Examples
    --------
    >>> Workbook("evidence.xlsx", {"Awards": []}, []).rows["Awards"]
    []
    """

    file: str
    rows: dict[str, list[Row]]
    problems: list[Problem]

    @property
    def start(self) -> Row:
        """The answers of sheet Start."""
        return self.rows["Start"][0] if self.rows.get("Start") else Row("Start", 1, {})

    def periods(self) -> Iterator[tuple[str, str, Period]]:
        """Give each period that was typed: its cells, what stands there, what it was read as."""
        cells: dict[tuple[str, str, Period], list[str]] = {}
        for row in (row for rows in self.rows.values() for row in rows):
            for typed in row.cells.values():
                if isinstance(typed.value, Period):
                    cells.setdefault((row.sheet, typed.raw, typed.value), []).append(typed.cell)
        for (sheet, raw, period), places in cells.items():
            yield named_places(sheet, "cell", places), raw, period


def named_places(sheet: str, unit: str, places: Sequence[object]) -> str:
    """Name cells or rows of a sheet, the first of them one by one.

    Examples
    --------
    >>> named_places("Awards", "row", [4, 5, 6, 7, 8, 9])
    'sheet Awards, rows 4, 5, 6, 7 and 2 more'
    """
    shown = ", ".join(map(str, places[:_MOST_SHOWN]))
    more = f" and {len(places) - _MOST_SHOWN} more" if len(places) > _MOST_SHOWN else ""
    return f"sheet {sheet}, {unit}{'s' * (len(places) > 1)} {shown}{more}"


def read_workbook(path: str | Path) -> Workbook:
    """Read the workbook of an evidence folder, XLSX or ODS, whoever saved it last.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Workbook
        What could be read; a wrong cell is a problem, and everything else is read all the same.

    Raises
    ------
    TableError
        If the file is no workbook, is locked or damaged.
    MissingExtraError
        If the extra ``formats`` is not installed.

    Examples
    --------
    >>> read_workbook("no/such/evidence.xlsx")
    Traceback (most recent call last):
    pccfunding.errors.TableError: Cannot read no/such/evidence.xlsx: No such file or directory.
    """
    data, source = read_bytes(path)
    parts = unpacked(data, source)
    read_grids = xlsx_grids if "xl/workbook.xml" in parts else ods_grids
    if "xl/workbook.xml" not in parts and "content.xml" not in parts:
        raise TableError(f"{source} is a zip archive but no XLSX or ODS workbook.")
    opened = read_grids(parts, source, LIMITS)
    traits = traits_of(parts, source)
    grids = {
        folded(grid.name): replace(grid, traits=traits.get(grid.name, Traits())) for grid in opened
    }
    reader = _Reader(source)
    for sheet in SHEETS:
        grid = grids.pop(folded(sheet.name), None)
        if grid is None:
            reader.lost(sheet)
        else:
            reader.read(sheet, grid)
    for name, grid in grids.items():
        filled = sum(cell != "" for cells in grid.rows for cell in cells)
        if filled and name not in _OWN_SHEETS:
            unread = counted(filled, "cell is", "cells are")
            why = f"this sheet is none of the workbook's own, and its {unread} not read"
            reader.tell("to do", f"sheet {grid.name}", "", why, "copy rows over")
    return Workbook(source, reader.rows, reader.problems)


class _WrongCellError(Exception):
    """What is wrong with a cell, and what would be right."""

    def __init__(self, why: str, right: str) -> None:
        super().__init__(why)
        self.why = why.rstrip(".")
        self.right = right


@dataclass
class _Reader:
    """One pass over the sheets."""

    file: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    area: Area | None = None

    def tell(
        self, state: Literal["broken", "to do"], place: str, says: str, why: str, right: str
    ) -> None:
        self.problems.append(Problem(state, self.file, place, says, why, right))

    def lost(self, sheet: Sheet) -> None:
        self.rows[sheet.name] = []
        state: Literal["broken", "to do"] = "broken" if sheet.down else "to do"
        names = ", ".join(column.title for column in sheet.columns)
        right = f"add a sheet {sheet.name} with the headers {names}"
        self.tell(state, f"sheet {sheet.name}", "", "the sheet is missing", right)

    def read(self, sheet: Sheet, grid: Grid) -> None:
        self.rows[sheet.name] = []
        places = self._columns_down(sheet, grid) if sheet.down else None
        top, columns = (-1, {}) if places is not None else self._header(sheet, grid)
        if places is not None:
            self._keep(sheet, grid, 0, places)
            self.area = self.rows[sheet.name][0].get("area") if self.rows[sheet.name] else None
        elif columns:
            self._foreign(sheet, grid, top, columns)
            for row in range(top + 1, max(len(grid.rows), _last(grid.traits) + 1)):
                if not _is_example(grid, row):
                    here = {title: (row, column) for title, column in columns.items()}
                    self._keep(sheet, grid, row, here)
        seen = seen_otherwise(grid)
        if grid.hidden:
            seen[HIDDEN] = [*seen.get(HIDDEN, ()), "the whole sheet"]
        seen.pop(STRUCK, None)  # each such cell is broken
        for how, parts in seen.items():
            why = f"{how}: {', '.join(parts)}"
            self.tell("to do", f"sheet {sheet.name}", "", why, "show them, or delete what is wrong")

    def _columns_down(self, sheet: Sheet, grid: Grid) -> dict[str, tuple[int, int]]:
        known = {folded(column.title): column.title for column in sheet.columns}
        found: dict[str, tuple[int, int]] = {}
        for row in range(len(grid.rows)):
            title = known.get(folded(_raw(grid, row, 0)))
            if title and title not in found:
                found[title] = (row, 1)
        for column in sheet.columns:
            if column.title not in found and column.needed:
                right = f"add a line with {column.title!r} in column A and the answer beside it"
                self.tell("broken", f"sheet {sheet.name}", "", f"no line {column.title!r}", right)
        return found

    def _header(self, sheet: Sheet, grid: Grid) -> tuple[int, dict[str, int]]:
        known = {folded(column.title): column.title for column in sheet.columns}
        for row in range(min(len(grid.rows), _HEADER_WITHIN)):
            named = [known.get(folded(cell_text(cell))) for cell in grid.rows[row]]
            if 2 * len({*named} - {None}) < len(known):
                continue
            columns: dict[str, int] = {}
            for place, title in enumerate(named):
                if title is not None:
                    columns.setdefault(title, place)
            for column in sheet.columns:
                if column.needed and column.title not in columns:
                    right = f"give a column the header {column.title!r}"
                    why = f"no column {column.title!r}, so that no row of the sheet counts"
                    self.tell("broken", f"sheet {sheet.name}, row {row + 1}", "", why, right)
            return row, columns
        if any(cell != "" for cells in grid.rows for cell in cells):
            right = f"put {', '.join(column.title for column in sheet.columns)} into one row"
            self.tell("broken", f"sheet {sheet.name}", "", "no row of headers was found", right)
        return -1, {}

    def _foreign(self, sheet: Sheet, grid: Grid, top: int, columns: dict[str, int]) -> None:
        """Name the columns that the sheet does not know, and what is typed twice."""
        width = max(map(len, grid.rows), default=0)
        for place in sorted(set(range(width)) - set(columns.values())):
            filled = sum(bool(_raw(grid, row, place)) for row in range(top + 1, len(grid.rows)))
            header = _raw(grid, top, place)
            if filled:
                where = f"sheet {sheet.name}, column {column_letter(place)}"
                unread = counted(filled, "cell is", "cells are")
                why = f"no column of this sheet, so that {unread} not read"
                self.tell("to do", where, header, why, "use a header of the sheet, or a note")

    def _keep(
        self,
        sheet: Sheet,
        grid: Grid,
        number: int,
        places: dict[str, tuple[int, int]],
    ) -> None:
        """Read one record, and keep it if what decides about it could be read."""
        traits = grid.traits
        filled = [place for place in places.values() if _raw(grid, *place)]
        if not sheet.down and len(filled) > 1 and traits.struck.issuperset(filled):
            right = "delete the row, or take the line away if it counts; it is left out until then"
            self.tell("broken", f"sheet {sheet.name}, row {number + 1}", "", _STRUCK_ROW, right)
            return
        cells: dict[str, Typed] = {}
        wrong: list[tuple[Column, str, str, str, str]] = []
        for column in sheet.columns:
            if column.title not in places:
                continue
            row, across = place = places[column.title]
            where = f"{column_letter(across)}{row + 1}"
            raw = _raw(grid, row, across)
            try:
                _refuse_what_is_no_value(place, traits)
                if not raw:
                    continue
                if place in traits.struck:
                    raise _WrongCellError("the cell is struck out", _TAKE_AWAY)
                stored = grid.rows[row][across]
                value = self._value(column, stored, raw, place in traits.percent)
                cells[column.title] = Typed(value, raw, where)
            except _WrongCellError as error:
                says = raw or traits.errors.get(place, "")
                wrong.append((column, where, says, error.why, error.right))
        if not cells and not wrong:
            return
        said = {column.title for column, *_ in wrong}
        blank = [
            column
            for column in sheet.columns
            if column.needed and column.title not in cells and column.title not in said
        ]
        for column in blank:
            if column.title in places:  # a column that is missing is told once, at its header
                row, across = places[column.title]
                where = f"{column_letter(across)}{row + 1}"
                wrong.append((column, where, "", f"{column.title} is blank", column.comment))
        out = bool(blank) or any(column.needed or column.decides for column, *_ in wrong)
        for column, where, says, why, right in wrong:
            whole = column.needed or column.decides
            left = "; the row is left out until then" if whole and not sheet.down else ""
            place_text = f"sheet {sheet.name}" + (f", cell {where}" if where else "")
            right = right.rstrip(".")
            self.tell("broken", place_text, says, why, f"{right[:1].lower()}{right[1:]}{left}")
        if not out or sheet.down:
            self.rows[sheet.name].append(Row(sheet.name, number + 1, cells))

    def _value(self, column: Column, stored: Any, raw: str, percent: bool) -> Any:
        if isinstance(stored, bool):
            right = "yes or no" if column.kind == "choice" else "what was printed, as text"
            raise _WrongCellError("the cell holds TRUE or FALSE", f"type {right}")
        if column.choices and column.kind == "period":
            for word in choices_of(column, self.area):
                if folded(word) == folded(raw):
                    return word
        if column.kind == "choice":
            return self._choice(column, raw)
        return _READERS[column.kind](stored, raw, percent)

    def _choice(self, column: Column, raw: str) -> Any:
        words = choices_of(column, self.area)
        if column.choices == FORCES:
            try:
                area = find_area(raw)
            except PccFundingError as error:
                why, right = _plain(str(error)), "choose a police force area of the list"
                raise _WrongCellError(why, right) from None
            if area.kind != "police_force_area":
                why = f"{area.name} is a {area.kind.replace('_', ' ')}"
                raise _WrongCellError(why, "choose a police force area of the list")
            return area
        for word in words:
            if folded(word) == folded(raw):
                return word
        near = nearest(folded(raw), map(folded, words))
        meant = [word for word in words if folded(word) in near]
        if meant:
            raise _WrongCellError("is none of the list", f"did you mean {meant[0]!r}?")
        shown = ", ".join(words) if len(words) <= 12 else "one of its drop-down"
        raise _WrongCellError("is none of the list", f"choose {shown}")


def _raw(grid: Grid, row: int, column: int) -> str:
    if row >= len(grid.rows) or column >= len(grid.rows[row]):
        return ""
    return cell_text(grid.rows[row][column]).replace("\r\n", "\n").replace("\r", "\n").strip()


def _is_example(grid: Grid, row: int) -> bool:
    width = len(grid.rows[row]) if row < len(grid.rows) else 0
    first = next(filter(None, (_raw(grid, row, column) for column in range(width))), "")
    return first.casefold().startswith(EXAMPLE.casefold())


def _last(traits: Traits) -> int:
    """The last row with an error or an unsaved formula, which hold no value to be counted by."""
    return max((row for row, _ in {**traits.errors, **traits.unsaved}), default=-1)


def _refuse_what_is_no_value(place: tuple[int, int], traits: Traits) -> None:
    if place in traits.errors:
        raise _WrongCellError("the cell shows an error", "type what was printed, as text")
    if place in traits.unsaved:
        raise _WrongCellError(
            f"the formula ={traits.unsaved[place].removeprefix('of:').removeprefix('=')} was saved "
            f"without its result",
            "open and save the workbook in a spreadsheet program, or type the number",
        )


def _is_day(stored: Any) -> bool:
    return isinstance(stored, dt.date | dt.time | dt.timedelta)


def _refuse_days(stored: Any, example: str) -> None:
    if _is_day(stored):
        raise _WrongCellError(
            "the cell holds a date or a time, so that what was typed there is lost",
            f"format the cell as text and type it again, such as {example}",
        )


def _text(stored: Any, raw: str, percent: bool) -> str:
    _refuse_days(stored, "1/2 or page 3")
    return f"{_hundredfold(raw)}%" if percent else raw


def _hundredfold(raw: str) -> str:
    return decimal_text(Fraction(raw) * 100)


def _amount(stored: Any, raw: str, percent: bool) -> Token:
    right = "£12,500, £1.2m, up to £20,000 or TBC"
    _refuse_days(stored, "£12,500")
    if percent:
        raise _WrongCellError("the cell shows a percentage", f"type an amount, such as {right}")
    exact = not isinstance(stored, str)
    if not exact:
        unknown = kind_of_unknown(raw)
        if unknown is not None:
            return Token(None, False, unknown)
    try:
        parse_printed(raw, unit="GBP", exact=exact)
    except PrintedError as error:
        raise _WrongCellError(_reason(error, raw), f"type an amount, such as {right}") from None
    return Token(raw, exact, None)


def _printed(stored: Any, raw: str, percent: bool) -> Token:
    """Keep a number as printed; what it means depends on the direction beside it."""
    _refuse_days(stored, "9.4% or 412")
    if percent:
        return Token(f"{_hundredfold(raw)}%", True, None)
    exact = not isinstance(stored, str)
    unknown = None if exact else kind_of_unknown(raw)
    return Token(None if unknown else raw, exact, unknown)


def _count(stored: Any, raw: str, percent: bool) -> int:
    _refuse_days(stored, "1,204")
    right = "type a whole number, such as 1,204, or leave the cell blank"
    if percent:
        raise _WrongCellError("the cell shows a percentage", right)
    try:
        printed = parse_printed(raw, unit="count")
    except PrintedError as error:
        raise _WrongCellError(_reason(error, raw), right) from None
    value = printed.value
    if (
        value is None
        or value.denominator != 1
        or value < 0
        or printed.hedge
        or printed.unit != ("count")
    ):
        raise _WrongCellError("is no whole count", right)
    return int(value)


def _day(stored: Any, raw: str, percent: bool) -> dt.date:
    right = "type the day first, such as 3 May 2024"
    if isinstance(stored, dt.datetime):
        return stored.date()
    if isinstance(stored, dt.date):
        return stored
    if not isinstance(stored, str):
        raise _WrongCellError("the cell holds a number, not a day", right)
    try:
        return parse_date(raw)
    except PeriodError as error:
        raise _WrongCellError(_reason(error, raw), right) from None


def _period(stored: Any, raw: str, percent: bool) -> Period:
    right = "type a financial year, such as 2024-25, or a span, such as October 2023 to March 2025"
    _refuse_days(stored, "2024-25")
    if percent:
        raise _WrongCellError("the cell shows a percentage", right)
    try:
        return Period.parse(raw)
    except PeriodError as error:
        raise _WrongCellError(_reason(error, raw), right) from None


def _reason(error: Exception, raw: str) -> str:
    """Give the reason of a refusal in a person's words, without the text shown beside it."""
    return _plain(str(error).partition(f"{raw!r}")[2] or str(error)).lstrip(": ")


def _plain(text: str) -> str:
    for before, after in _WORDS.items():
        text = text.replace(before, after)
    return text


# What the grammar says to a programmer, and what it means to a person.
_WORDS = {
    " as a period: ": "",
    " as a date: ": "",
    "unit='GBP'": "pounds",
    "unit='count'": "a count",
    " Read it with Period.parse.": "",
    " Name another unit for rounded decimals.": "",
    " load_areas() lists every area with its names.": "",
}


_READERS: dict[str, Callable[[Any, str, bool], Any]] = {
    "text": _text,
    "name": _text,
    "amount": _amount,
    "printed": _printed,
    "count": _count,
    "day": _day,
    "period": _period,
}
