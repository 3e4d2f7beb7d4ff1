"""Reading the Treasury's table of GDP deflators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pccfunding.errors import PeriodError, TableError
from pccfunding.formats.count_files.gathered import Gathered, source_key
from pccfunding.formats.count_files.printed_counts import key_of, one_line
from pccfunding.formats.count_files.printed_periods import financial_year
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.read_result import ReadResult
from pccfunding.periods import Period

__all__ = ["read_deflator"]

# "2026-27 (1), (2)" and "2026-27 [note 1]": the marks of a forecast stand behind the year.
_MARKS = re.compile(r"(?:\s*(?:[\[(][^\])]*[\])]|[,*†]))+\s*$")
_BASE = re.compile(r"((?:19|20)\d{2}(?:\s*[-/]\s*\d{2,4})?)\s*=\s*100")
_LABEL = re.compile(r"(?:19|20)\d{2}\s*[-/]\s*(?:\d{2}|\d{4})")


_HEADER = 12  # rows above the first year that may belong to its heading


class _Block(NamedTuple):
    """The part of a sheet that holds financial years and their index."""

    first: int
    year_at: int
    index_at: int
    base: str


def read_deflator(path_or_buffer: Any, *, source_id: str | None = None) -> ReadResult:
    """Read the price index of financial years from the Treasury's table.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        The table "GDP deflators at market prices, and money GDP", as workbook or CSV. The block
        of financial years is read; that of calendar years is left out.
    source_id : str, optional
        Key of the source; by default the file's name in plain letters.

    Returns
    -------
    ReadResult
        `.frame` has the columns of ``schemas.Deflator``, and `place`. The index keeps the base
        of the file, named in `.coverage`: ``real_terms`` needs only ratios. A forecast that is
        printed as a growth rate alone has no index, and is among `.others`.

    Raises
    ------
    TableError
        If no column of financial years stands beside an index.

    Examples
    --------
    >>> table = '''Financial year,GDP deflator at market prices,Percent change
    ... ,2023-24 = 100,
    ... 2022-23,94.5,
    ... 2023-24,100.0,5.8
    ... 2024-25 (1),-,2.4
    ... '''
    >>> result = read_deflator(table.encode())
    >>> result.frame[["financial_year", "price_index"]].values.tolist()
    [['2022-23', 94.5], ['2023-24', 100.0]]
    >>> result.others["kind"].tolist()[-1]
    'year without an index'
    """
    import pandas as pd

    opened = open_grids(path_or_buffer)
    found = Gathered(opened.source)
    for grid in opened.grids:
        found.expect(grid.rows)
        block = _block(grid)
        if block is None or found.records:
            for at, row in enumerate(grid.rows):
                if any(one_line(cell) for cell in row):
                    found.other(grid.place(at), "sheet without financial years", row)
            continue
        _read_block(grid, block, found)
    if not found.records:
        raise TableError(
            f"{opened.source}: no index of financial years found. A table needs a column of years "
            f"such as 2023-24 beside a column of the deflator."
        )
    names = ["financial_year", "period_start", "period_end", "price_index", "place"]
    frame = pd.DataFrame(found.records, columns=names, dtype=object)
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[ns]")
    frame["price_index"] = frame["price_index"].astype("float64")
    frame = frame.assign(derived=False, source_id=source_id or source_key(opened.source))
    return found.result(frame[[*names[:4], "derived", "source_id", "place"]])


def _label(cell: object) -> Period | None:
    text = _MARKS.sub("", one_line(cell))
    if not _LABEL.fullmatch(text):
        return None
    try:
        return financial_year(text)
    except PeriodError:
        return None


def _number(cell: object) -> float | None:
    if isinstance(cell, bool):
        return None
    try:
        value = float(cell if isinstance(cell, int | float) else one_line(cell).replace(",", ""))
    except (ValueError, OverflowError):
        return None
    return value if 0 < value < 1e6 else None


def _block(grid: Grid) -> _Block | None:
    """Find the column of financial years and the index right of it, by what they hold."""
    width = max((len(row) for row in grid.rows), default=0)
    for year in range(min(width, 40)):
        labelled = [at for at, row in enumerate(grid.rows) if year < len(row) and _label(row[year])]
        if len(labelled) < 2:
            continue
        above = grid.rows[max(0, labelled[0] - _HEADER) : labelled[0]]
        index = _index_column(grid.rows, labelled, above, year, width)
        if index is None:
            continue
        said = [text for row in above for cell in row[year : index + 1] if (text := one_line(cell))]
        base = next((match[1] for text in said if (match := _BASE.search(text))), "")
        return _Block(labelled[0], year, index, base)
    return None


def _index_column(
    rows: Sequence[Sequence[object]],
    labelled: Sequence[int],
    above: Sequence[Sequence[object]],
    year: int,
    width: int,
) -> int | None:
    plain = []
    for index in range(year + 1, min(width, year + 8)):
        words = " ".join(key_of(row[index]) for row in above if index < len(row))
        numbers = sum(index < len(rows[at]) and _number(rows[at][index]) is not None
                      for at in labelled)  # fmt: skip
        heading = " ".join(one_line(row[index]) for row in above if index < len(row))
        if "change" in words or "cash" in words or "money" in words or "%" in words:
            continue
        if numbers and ("deflator" in words or _BASE.search(heading)):
            return index
        if numbers > len(labelled) / 2:
            plain.append(index)
    return plain[0] if plain else None


def _read_block(grid: Grid, block: _Block, found: Gathered) -> None:
    seen: dict[str, float] = {}
    too_wide = found.fit(grid, range(max(0, block.first - _HEADER), block.first))
    for at, row in enumerate(grid.rows):
        if at in too_wide or not any(one_line(cell) for cell in row):
            continue
        where = grid.place(at)
        period = _label(row[block.year_at]) if block.year_at < len(row) else None
        if at < block.first or period is None:
            found.other(where, "title, note or another block", row)
            continue
        printed = row[block.index_at] if block.index_at < len(row) else ""
        value = _number(printed)
        if value is None and re.search(r"\d", one_line(printed)):
            found.reject(where, "price_index", printed, "it is no index")
        elif value is None:
            found.other(where, "year without an index", row)
            found.cover("year without an index", period.label, "a growth rate at most is printed")
        elif period.label in seen:
            kind = "year printed again"
            if seen[period.label] != value:
                kind = "year printed again, with another index"
                found.caution("printed-twice-differently")
            found.other(where, kind, row)
        else:
            raw = one_line(row[block.year_at])
            if raw != period.label:
                found.change(where, "financial_year", raw, period.label, "marks behind a year")
            seen[period.label] = value
            found.records.append((period.label, period.start, period.end, value, where))
    if not seen:
        return
    found.cover("financial years", f"{min(seen)} to {max(seen)}", f"{len(seen)} years")
    found.cover("base", f"{block.base} = 100" if block.base else "not named", "")
    _check_base(grid, block, seen, found)


def _check_base(grid: Grid, block: _Block, seen: dict[str, float], found: Gathered) -> None:
    period = _label(block.base)
    if period is None or period.label not in seen:
        return
    value = seen[period.label]
    verdict = "reconciles" if round(value, 3) == 100 else "conflicts"
    found.total(grid.place(block.first), f"Base year {period.label}", "price_index", "100", 1,
                verdict, f"the index of {period.label} is {value:g}")  # fmt: skip
