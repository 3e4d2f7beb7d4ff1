"""Long delimited text laid out in columns at once, where it is as even as most files are."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.formats.opening.limits import Limits
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.opening.texts import lines_grid, sniffed_delimiter

if TYPE_CHECKING:
    import pandas as pd

# Below, the quick reader takes longer to begin than the careful one to end.
_LONG_TEXT = 1 << 18


@dataclass(frozen=True)
class ColumnGrid(Grid):
    """A text file as columns of text, its header the first cell of each; `rows` has none.

    `plain` says that no cell holds a line break, an "&" or, pounds apart, a sign beyond ASCII.
    """

    columns: Any = ()
    plain: bool = False


def line_columns(
    text: str, source: str, limits: Limits, data: bytes | None = None
) -> tuple[Grid, str]:
    """Read delimited text into columns at once; row by row where it is short or ragged."""
    delimiter = sniffed_delimiter(text)
    found = _columns(text, data, source, limits, delimiter)
    if found is None:
        return lines_grid(text, source, limits)
    columns, numbers, plain = found
    columns = _without_blank_ends(columns)
    return ColumnGrid("", "line", [], numbers, columns=columns, plain=plain), delimiter


def full_columns(
    text: str, source: str, limits: Limits, data: bytes | None = None
) -> tuple[Grid, str]:
    """Read delimited text into columns at once, blank ends of rows as they are.

    Where the first row has not as many cells as the header, it is read row by row: all rows may
    lack as many.
    """
    delimiter = sniffed_delimiter(text)
    found = _columns(text, data, source, limits, delimiter)
    if found is None:
        return lines_grid(text, source, limits)
    columns, numbers, plain = found
    rows = csv.reader(io.StringIO(text[:_LONG_TEXT], newline=""), delimiter=delimiter)
    first = next(islice(rows, 1, None), [])
    if len(first) != len(columns) or sum(map(bool, map(str.strip, first))) < 2:
        return lines_grid(text, source, limits)
    return ColumnGrid("", "line", [], numbers, columns=columns, plain=plain), delimiter


def _columns(
    text: str, data: bytes | None, source: str, limits: Limits, delimiter: str
) -> tuple[list[pd.Series[Any]], Any, bool] | None:
    """Give the columns, the number of each row and whether all is plain; None for odd text."""
    head = io.StringIO(text[:_LONG_TEXT], newline="")
    try:
        first = next(csv.reader(head, delimiter=delimiter), [])
    except csv.Error:
        first = [""]
    # A first line with a title over every column is as wide as any row that can be read: a wider
    # one stops the quick reader.
    if len(text) < _LONG_TEXT or not all(cell.strip() for cell in first):
        return None
    import pandas as pd

    data = data or text.encode("utf-8", "surrogatepass")
    try:
        # The header row keeps every column text: no digit and no zero of a token is lost.
        frame = pd.read_csv(
            io.BytesIO(data),
            header=None,
            sep=delimiter,
            na_filter=False,
            skip_blank_lines=False,
            low_memory=False,
        )
    except (ValueError, OverflowError):
        return None
    if not all(pd.api.types.is_string_dtype(dtype) for dtype in frame.dtypes):
        return None
    limits.check_shape(len(frame), frame.shape[1], source)
    columns = [frame[name] for name in frame.columns]
    numbers: Any = np.arange(1, len(frame) + 1)
    lines = data.count(b"\n") + (not text.endswith("\n"))
    if lines != len(frame):
        inside = np.zeros(len(frame), np.int64)
        for column in columns:
            inside += column.str.count("\n").to_numpy(dtype=np.int64)
        numbers[1:] += np.cumsum(inside)[:-1]
        if numbers[-1] + int(inside[-1]) != lines:
            return None
    beyond_ascii = len(data) - len(text)
    if beyond_ascii:
        beyond_ascii -= text.count("£")
    plain = lines == len(frame) and not beyond_ascii and "&" not in text
    return columns, numbers, plain


def _without_blank_ends(columns: list[pd.Series[Any]]) -> list[pd.Series[Any]]:
    """Leave the blanks at the ends of rows out, as the reading row by row does."""
    ends: Any = True
    for at in range(len(columns) - 1, -1, -1):
        blank = columns[at].str.isspace() & ends
        if blank.any():
            columns[at] = columns[at].mask(blank, "")
        ends &= columns[at] == ""
        if not ends.any():
            break
    return columns
