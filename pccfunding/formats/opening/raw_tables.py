"""Sheets of raw cells, each cell with its place, as every reader meets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
from narwhals.exceptions import DuplicateError

from pccfunding.errors import TableError
from pccfunding.frames.opening import wall_clock
from pccfunding.frames.tables import open_table, refuse_halves
from pccfunding.texts import visible
from pccfunding.words import is_missing

# A text, a number, a truth value or a date as stored; the empty text where there is nothing.
Cell: TypeAlias = Any
Merged: TypeAlias = tuple[int, int, int, int]


def visible_cell(cell: Cell) -> Cell:
    """Give a cell without the signs that nobody sees."""
    return visible(cell) if isinstance(cell, str) else cell


@dataclass
class Traits:
    """What one sheet says of its cells beside their values; rows and columns count from 0.

    Attributes
    ----------
    percent : set of (row, column)
        Numbers shown as a percentage, stored as a hundredth of it.
    struck : set of (row, column)
        Cells with a line through what they hold, or through a part of it.
    faint : set of (row, column)
        Cells whose text is white on white, or that a format shows nothing of.
    errors : dict of (row, column) to str
        Cells that show an error, such as "#DIV/0!".
    unsaved : dict of (row, column) to str
        Formulas whose value was not stored with them.
    hidden_rows, hidden_columns : set of int
    """

    percent: set[tuple[int, int]] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    faint: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Grid:
    """One sheet, table or text file as rows of raw cells.

    Parameters
    ----------
    name : str
        Name of the sheet; "" for a file that is one table.
    unit : str
        What a row is called in its place: "row", "line" or "record".
    rows : list of list
        The cells as stored; "" where there is nothing. Rows may differ in length.
    numbers : sequence of int
        Number of each row in the file, from 1.
    merged : tuple of (top, left, bottom, right)
        Merged ranges by position in `rows`, ends included.
    title : str
        Caption or heading that stands over a table of a page.
    hidden : bool
        Whether the workbook hides the sheet.
    widths : sequence of int
        Cells of each row as written, blank ones at its end included; empty where a row has no
        end of its own, as in a workbook.
    delimiter : str
        What separates the cells of a text.
    traits : Traits
        What is shown of the cells beside their values.
    """

    name: str
    unit: str
    rows: list[list[Cell]]
    numbers: Sequence[int]
    merged: tuple[Merged, ...] = ()
    title: str = ""
    hidden: bool = False
    widths: Sequence[int] = ()
    delimiter: str = ","
    traits: Traits = field(default_factory=Traits)

    @property
    def where(self) -> str:
        """Name of the table with a comma, or nothing where the file is one table."""
        if not self.name:
            return ""
        return f"sheet {self.name!r}, " if self.unit == "row" else f"{self.name}, "

    def cells_in(self, row: int) -> int:
        """Count the cells of a row as written."""
        return self.widths[row] if self.widths else len(self.rows[row])

    def place(self, row: int) -> str:
        """Where a person finds a row: "sheet 'Grants', row 7", "line 12"."""
        return f"{self.where}{self.unit.removeprefix('table ')} {self.numbers[row]}"


@dataclass(frozen=True)
class Opened:
    """A file opened: its name, what it turned out to be, and its sheets.

    Parameters
    ----------
    source : str
        Name of the file, without its folder.
    kind : str
        "csv", "xlsx", "ods", "html", "json" or "frame".
    grids : tuple of Grid
    encoding : str or None
        How a text file was decoded.
    delimiter : str or None
        What separates the cells of a text file.
    """

    source: str
    kind: str
    grids: tuple[Grid, ...]
    encoding: str | None = None
    delimiter: str | None = None


def frame_grid(given: Any, name: str) -> Opened | None:
    """See a DataFrame or lazy frame as one sheet, its names of columns above; None for all else.

    Rows are numbered from 1, in the order of the frame.
    """
    if not _is_frame(given):
        return None
    table = open_table(_with_index(given), name)
    frame = table.frame.collect()
    columns = []
    for column, kind in frame.schema.items():
        if isinstance(kind, nw.Struct | nw.List | nw.Array):
            raise TableError(
                f"{name}: column {column!r} holds {kind}, which is no cell of a list. Write it as "
                f"text or numbers, or leave it out."
            )
        series = frame[column]
        if isinstance(kind, nw.Datetime) and kind.time_zone is not None:
            series = wall_clock(table, series)
        refuse_halves((one for one in series if isinstance(one, str)), f"{name}: column {column!r}")
        cells = zip(series, series.is_null().to_list(), strict=True)
        columns.append(["" if absent or is_missing(cell) else visible_cell(cell)
                        for cell, absent in cells])  # fmt: skip
    rows = [[visible(str(name)) for name in frame.columns], *map(list, zip(*columns, strict=True))]
    return Opened(name, "frame", (Grid("", "row", rows, range(len(rows))),))


def _is_frame(given: Any) -> bool:
    try:
        return isinstance(nw.from_native(given, pass_through=True), nw.DataFrame | nw.LazyFrame)
    except DuplicateError:
        return True  # it is one, whose names are refused when it is opened


def _with_index(given: Any) -> Any:
    """Give a frame of pandas the columns that stand in its index under a name."""
    if not nw.dependencies.is_pandas_like_dataframe(given):
        return given
    if given.columns.nlevels == 1 and not all(isinstance(one, str) for one in given.columns):
        # Without a header pandas numbers the columns; titles may then stand in the first row.
        given = given.rename(columns=str)
    named = [name for name in given.index.names if name not in {None, *given.columns}]
    return given.reset_index(named) if named else given
