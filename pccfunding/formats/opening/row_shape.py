"""How many cells a row has, and which rows do not fit their header: one rule for every reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from pccfunding.formats.opening.raw_tables import Cell, Grid
from pccfunding.words import counted

_MANY = 0.1  # of the rows: then a column without a title is likelier than slips of single rows
_THOUSANDS_BEFORE = re.compile(r"[£$(+-]*\s?[0-9]{1,3}")
_THOUSANDS = re.compile(r"[0-9]{3}(?:\.[0-9]+)?\)?")
_ENDS_THOUSAND, _THOUSAND = re.compile(r"(?<!\d)\d{1,3}$"), re.compile(r"000(?!\d)")
_OF_WORDS = re.compile(
    r"\b(?:notes?|footnotes?|comments?|remarks?|names?|descriptions?|sources?)\b", re.IGNORECASE
)
_NUMBER_LIKE = re.compile(r"[£$(+-]*\s?[0-9][0-9.,]*\)?%?")
_LONGEST = 60
_LOOKED_AT, _SHOWN = 12, 3


@dataclass(frozen=True)
class WideRow:
    """A row with more cells than its header, and what would make it fit."""

    reason: str
    suggestion: str


@dataclass(frozen=True)
class RowShape:
    """How the rows below a header fit it.

    Parameters
    ----------
    width : int
        Cells of the header, those without a title included.
    wide : mapping of int to WideRow
        Rows to be rejected, by position.
    blank_columns : int
        Blank cells that every row has beyond the header, and that are ignored.
    untitled : tuple of (int, int)
        Columns without a title that hold something: position, and number of cells.
    many : bool
        Whether so many rows are too wide that a title is likely to be missing.
    """

    width: int
    wide: Mapping[int, WideRow]
    blank_columns: int = 0
    untitled: tuple[tuple[int, int], ...] = ()
    many: bool = False

    @property
    def cautions(self) -> tuple[str, ...]:
        """Codes of the doubts that a reader must see."""
        held = {"blank-columns-ignored": self.blank_columns, "untitled-column": self.many}
        return tuple(code for code, holds in held.items() if holds)

    def told(self, where: str = "") -> list[tuple[str, object, str]]:
        """Give the rows of the report of coverage."""
        rows: list[tuple[str, object, str]] = []
        if self.blank_columns:
            note = "every row has as many blank cells beyond its header; they are ignored"
            rows.append(("blank columns ignored", self.blank_columns, f"{where}{note}"))
        if self.many:
            note = "rows have more cells than the header: give the untitled column a title"
            rows.append(("rows wider than the header", len(self.wide), f"{where}{note}"))
        for position, number in self.untitled:
            held = counted(number, "cell")
            name = f"column {column_letter(position)}"
            rows.append(("untitled columns", f"{where}{name}", f"{held} without a title, not read"))
        return rows


def column_letter(index: int) -> str:
    """Name a column as spreadsheets do, from 0 for A."""
    name = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def repeats_from(titles: Sequence[object]) -> int | None:
    """Give the column from which the titles of a header begin again: two tables side by side.

    Examples
    --------
    >>> repeats_from(["Area", "Burglary", "", "Area", "Burglary"]), repeats_from(["Area", "Total"])
    (3, None)
    """
    named = [(at, text) for at, one in enumerate(titles) if (text := str(one or "").strip())]
    half, odd = divmod(len(named), 2)
    if odd or half < 2:
        return None
    left, right = named[:half], named[half:]
    return right[0][0] if [text for _, text in left] == [text for _, text in right] else None


def beside_one_another(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[int],
    named: Callable[[Cell], Hashable | None],
) -> tuple[int, int] | None:
    """Give two columns of one title that name different things in a row: two tables side by side.

    Parameters
    ----------
    rows : sequence of sequence
        The rows below the header.
    columns : sequence of int
        Columns that stand for the same field, as two columns of areas do.
    named : callable
        What a cell names; None for one that names nothing of the kind.

    Examples
    --------
    >>> rows = [["Kent", 5, "Kent", 7], ["Essex", 6, "Surrey", 8]]
    >>> beside_one_another(rows, [0, 2], str), beside_one_another(rows[:1], [0, 2], str)
    ((0, 2), None)
    """
    for row in rows if len(columns) > 1 else ():
        told = {
            at: thing for at in columns if at < len(row) and (thing := named(row[at])) is not None
        }
        first = next(iter(told), None)
        for at, thing in told.items():
            if first is not None and thing != told[first]:
                return first, at
    return None


def shape_of(
    grid: Grid,
    header: range,
    stop: int | None = None,
    *,
    numbers: Collection[int] = (),
    words: Collection[int] = (),
) -> RowShape:
    """Compare the rows below a header with it.

    A short row lacks its last cells, which are blank. A row with more cells than its header is
    never read, since nothing tells which of its cells stand under which title; only where every
    row has the same excess, and all of it is blank, is that excess nothing.

    Parameters
    ----------
    grid : Grid
        Only rows of texts and pages can be wider than their header; those of a workbook stand
        under the columns where they stand.
    header : range
        Positions of the rows of the header.
    stop : int, optional
        Position of the first row that belongs to another table.
    numbers, words : collection of int, optional
        Columns that are read as numbers, and columns that hold words or days. A row that lacks its
        last cells has room for a number torn by its own comma.
    """
    if not grid.rows:  # laid out in columns, none of them beyond the first line's
        return RowShape(0, {})
    below = range(header.stop, len(grid.rows) if stop is None else stop)
    # Of several rows the one with the most titles is the header; another may be a title over it.
    titles = {at: sum(map(_filled, grid.rows[at])) for at in header}
    width = max(((titles[at], grid.cells_in(at)) for at in header), default=(0, 0))[1]
    if not width or not grid.widths:
        return RowShape(width, {}, untitled=_untitled(grid, header, below))
    data = {at: filled for at in below if (filled := sum(map(_filled, grid.rows[at])))}
    records = [at for at, filled in data.items() if filled > 1]
    excess = {grid.cells_in(at) - width for at in records}
    beyond = any(len(grid.rows[at]) > width for at in data)
    if len(excess) == 1 and not beyond and max(excess) > 0:
        return RowShape(width, {}, max(excess), _untitled(grid, header, below))
    missing = -max(excess) if len(excess) == 1 else 0
    if torn := _torn_title(grid, header, max(missing, 0)):
        return RowShape(width, dict.fromkeys(records, torn), many=True)
    wide = {
        at: _wide(grid, at, width)
        for at, filled in data.items()
        if grid.cells_in(at) > width and (filled > 1 or len(grid.rows[at]) > width)
    }
    many = len(wide) > _MANY * len(records)
    words = {*words, *_columns_of_words(grid, header)}
    for value in sorted(numbers):
        if value + 1 not in numbers:
            wide |= _torn_numbers(grid, [at for at in records if at not in wide], value, words)
    return RowShape(width, wide, 0, _untitled(grid, header, below, wide), many)


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _untitled(
    grid: Grid, header: range, below: range, wide: Mapping[int, WideRow] | None = None
) -> tuple[tuple[int, int], ...]:
    titled = {at for row in header for at, cell in enumerate(grid.rows[row]) if _filled(cell)}
    held: dict[int, int] = {}
    for row in below:
        if wide and row in wide:
            continue
        for at, cell in enumerate(grid.rows[row]):
            if at not in titled and _filled(cell):
                held[at] = held.get(at, 0) + 1
    return tuple(sorted(held.items()))


def _wide(grid: Grid, at: int, width: int) -> WideRow:
    cells = [str(cell) for cell in grid.rows[at]]
    number = grid.cells_in(at)
    reason = f"it has {number} cells, the header has {width}"
    hint = f"Put a cell that holds {grid.delimiter!r} in quotation marks."
    ways = _joins(cells, number - width)
    if not ways:
        return WideRow(reason, hint)
    told = " or ".join(
        " and ".join(repr(_short(grid.delimiter.join(cells[at : at + 2]))) for at in way)
        for way in ways[:_SHOWN]
    )
    each = "is one cell" if number - width == 1 else "are one cell each"
    return WideRow(reason, f"It fits if {told} {each}. {hint}")


def _columns_of_words(grid: Grid, header: range) -> set[int]:
    return {
        at
        for row in header
        for at, cell in enumerate(grid.rows[row])
        if isinstance(cell, str) and len(cell) <= _LONGEST and _OF_WORDS.search(cell)
    }


def _torn_numbers(
    grid: Grid, records: Sequence[int], value: int, words: Collection[int]
) -> dict[int, WideRow]:
    """Find the rows whose number is likely to be torn by its comma, as "12,500" may be.

    What follows the number are then three digits, in a column that holds no other number; and it
    is one of words, or no number begins so, or the rows with nothing in it were written without it.
    """
    if grid.unit != "line" or grid.delimiter != ",":
        return {}
    pairs = {
        at: (str(grid.rows[at][value]).strip(), str(grid.rows[at][value + 1]).strip())
        for at in records
        if value + 1 < len(grid.rows[at])
    }
    torn = {
        at: pair
        for at, pair in pairs.items()
        if _THOUSANDS_BEFORE.fullmatch(pair[0]) and _THOUSANDS.fullmatch(pair[1])
    }
    others = [after for at, (_, after) in pairs.items() if at not in torn and after]
    if not torn or any(_NUMBER_LIKE.fullmatch(after) for after in others):
        return {}
    longest = max(grid.cells_in(at) for at in torn)
    short = any(grid.cells_in(at) < longest for at in records if at not in torn)
    zeros = any(after.startswith("0") for _, after in torn.values())
    if not (value + 1 in words or others or short or zeros):
        return {}
    hint = f"Put a cell that holds {grid.delimiter!r} in quotation marks."
    return {
        at: WideRow(
            f"its number may be torn at the comma: {after!r} stands behind {before!r}",
            f"If {f'{before},{after}'!r} is one cell: {hint[0].lower()}{hint[1:]}",
        )
        for at, (before, after) in torn.items()
    }


def _torn_title(grid: Grid, header: range, missing: int) -> WideRow | None:
    """Tell a header with a title torn in two by its own comma, as "per 1,000" is.

    `missing` is how many cells every row lacks, where all lack as many; else 0.
    """
    cells = [str(cell) for cell in grid.rows[header.stop - 1]]
    pairs = list(pairwise(cells))
    torn = [pair for pair in pairs if _ENDS_THOUSAND.search(pair[0]) and _THOUSAND.match(pair[1])]
    blank = [pair for pair in pairs if pair[0].strip() and pair[1].startswith(" ")]
    if missing and 2 * len(blank) < len(cells):
        torn += blank
    told = " and ".join(repr(_short(grid.delimiter.join(pair))) for pair in torn[:_SHOWN])
    if torn and len(torn) >= missing:
        reason = "the titles of the header are torn, so that rows do not stand under them"
        return WideRow(reason, f"If {told} is one title, put it in quotation marks.")
    if missing and not all(cell.strip() for cell in cells):
        reason = f"every row has {missing} fewer cells than the header, which has one without title"
        return WideRow(reason, "Take the cell without a title out of the header, or fill it.")
    return None


def _joins(cells: Sequence[str], excess: int) -> list[tuple[int, ...]]:
    """Find the neighbours that, joined, give the row the width of its header."""
    pairs = list(enumerate(pairwise(cells)))
    numbers = [
        at
        for at, (left, right) in pairs
        if _THOUSANDS_BEFORE.fullmatch(left.strip()) and _THOUSANDS.fullmatch(right.strip())
    ]
    sentences = [at for at, (left, right) in pairs if left.strip() and right.startswith(" ")]
    for found in (numbers, sentences):
        # No cell belongs to two joins.
        ways = combinations(found[:_LOOKED_AT], excess) if excess <= _LOOKED_AT else ()
        fitting = [way for way in ways if all(b - a > 1 for a, b in pairwise(way))]
        if fitting:
            return fitting
    return []


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
