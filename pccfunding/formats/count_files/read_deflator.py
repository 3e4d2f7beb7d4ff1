"""Reading the Treasury's table of GDP deflators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pccfunding.errors import PeriodError, TableError
from pccfunding.formats.count_files.gathered import Gathered, source_key
from pccfunding.formats.count_files.printed_counts import one_line
from pccfunding.formats.count_files.printed_periods import financial_year
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.raw_tables import Grid, Opened
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.formats.opening.row_shape import beside_one_another, column_letter
from pccfunding.formats.read_result import ReadResult
from pccfunding.periods import Period
from pccfunding.words import counted, quantity

__all__ = ["read_deflator"]

# "2026-27 (1), (2)" and "2026-27 [note 1]": the marks of a forecast stand behind the year.
_MARKS = re.compile(r"(?:\s*(?:[\[(][^\])]*[\])]|[,*†]))+\s*$")
_BASE = re.compile(r"((?:19|20)\d{2}(?:\s*[-/]\s*\d{2,4})?)\s*=\s*100")
_RATES = re.compile(
    r"growth|change|\brates?\b|inflation|per ?cent|%"
    r"|(?:previous|preceding|prior|last|same) (?:year|quarter|month)\b.{0,40}?=\s?1(?:00)?\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"cash|money|£|\bspend|\bearnings\b|\bwages?\b|\bvolumes?\b|\boutput\b|\bpopulation\b"
    r"|\breal\b|\bcrimes?\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
# From one year to the next no price index of Britain has moved so far; and one whose every value
# is as small as a rate, and which nobody calls an index, may be rates.
_JUMP, _SMALL = 1.5, 20
_LABEL = re.compile(r"(?:FY\s?)?(?:19|20)\d{2}\s*[-/]\s*(?:\d{2}|\d{4})")


_BESIDE = 7  # columns on either side of the years that may hold the index
_HEADER = 12  # rows above the first year that may belong to its heading


class _Block(NamedTuple):
    """The part of a sheet that holds financial years and their index."""

    first: int
    year_at: int
    index_at: int
    base: str
    rates: bool = False


@plain_errors
def read_deflator(
    path_or_buffer: Any, *, source_id: str | None = None, base: str | None = None
) -> ReadResult:
    """Read the price index of financial years from the Treasury's table.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        The table "GDP deflators at market prices, and money GDP", as workbook or CSV. The block
        of financial years is read; that of calendar years is left out.
    source_id : str, optional
        Key of the source; by default the file's name in plain letters.
    base : str, optional
        For a table of growth rates in per cent: the financial year that is 100 in the index
        chained from them, one of the file's or the year before its first. By default growth
        rates are refused, since they are no index.

    Returns
    -------
    ReadResult
        `.frame` has the columns of ``schemas.Deflator``, and `place`. The index keeps the base
        of the file, named in `.coverage`: ``real_terms`` needs only ratios. A forecast that is
        printed as a growth rate alone has no index, and is among `.others`. An index that was
        chained from growth rates is marked in `derived`.

    Raises
    ------
    TableError
        If no column of financial years stands beside an index, or growth rates stand in its
        place, or a chain lacks a year.

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
    rates: list[str] = []
    unread: list[str] = []
    for grid in opened.grids:
        found.expect(grid.rows)
        _refuse_two_tables(grid, opened.source)
        block = _block(grid, rates, unread) if base is None else _rates_block(grid)
        if block is None or found.records:
            kind = "sheet without financial years" if block is None else "another table of years"
            for at, row in enumerate(grid.rows):
                if any(one_line(cell) for cell in row):
                    found.other(grid.place(at), kind, row)
            if block is not None:
                found.cover("table left out", grid.name, "the first table of years is read")
            continue
        _read_block(grid, block, found)
    if not found.records:
        raise TableError(_why_nothing(opened, rates, unread, base, found))
    if base is not None:
        found.records = _chained(found.records, base, opened.source)
        found.n_found += 1  # the year before the first rate
        found.cover("index", f"chained, {base} = 100", "from growth rates in per cent")
    names = ["financial_year", "period_start", "period_end", "price_index", "place"]
    frame = pd.DataFrame(found.records, columns=names, dtype=object)
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[ns]")
    frame["price_index"] = frame["price_index"].astype("float64")
    frame = frame.assign(derived=base is not None, source_id=source_id or source_key(opened.source))
    return found.result(frame[[*names[:4], "derived", "source_id", "place"]])


def _label(cell: object) -> Period | None:
    text = _MARKS.sub("", one_line(cell)[:60])
    if not _LABEL.fullmatch(text):
        return None
    try:
        return financial_year(text.upper().removeprefix("FY").strip())
    except PeriodError:
        return None


def _number(cell: object) -> float | None:
    if isinstance(cell, bool):
        return None
    try:
        text = one_line(cell)
        if not isinstance(cell, int | float) and not _PLAIN.fullmatch(text):
            return None
        value = float(cell if isinstance(cell, int | float) else text.replace(",", ""))
    except (ValueError, OverflowError):
        return None
    return value if 0 < value < 1e6 else None


def _blocks(grid: Grid) -> Iterator[tuple[int, list[int]]]:
    """Find the columns of financial years, each with the rows that hold one."""
    width = max((len(row) for row in grid.rows), default=0)
    for year in range(min(width, 40)):
        labelled = [at for at, row in enumerate(grid.rows) if year < len(row) and _label(row[year])]
        if len(labelled) >= 2:
            yield year, labelled


def _refuse_two_tables(grid: Grid, source: str) -> None:
    years = [year for year, _ in _blocks(grid)]
    if beside := beside_one_another(grid.rows, years, _label):
        names = " and ".join(map(column_letter, beside))
        raise TableError(
            f"{source}: {grid.where}tables stand side by side: columns {names} name different "
            f"years; put them apart."
        )


def _beside(year: int) -> list[int]:
    """List the columns near that of the years, those behind it first."""
    return [*range(year + 1, year + 1 + _BESIDE), *range(year - 1, max(-1, year - 1 - _BESIDE), -1)]


def _block(grid: Grid, rates: list[str], unread: list[str]) -> _Block | None:
    """Find financial years and the index beside them; `rates` takes what may be rates."""
    for year, labelled in _blocks(grid):
        above = grid.rows[max(0, labelled[0] - _HEADER) : labelled[0]]
        index = _index_column(grid.rows, labelled, above, year, rates, unread)
        if index is None:
            continue
        span = slice(min(year, index), max(year, index) + 1)
        said = [text for row in above for cell in row[span] if (text := one_line(cell))]
        base = next((match[1] for text in said if (match := _BASE.search(text))), "")
        return _Block(labelled[0], year, index, base)
    return None


def _rates_block(grid: Grid) -> _Block | None:
    """Find financial years and the growth rates beside them."""
    for year, labelled in _blocks(grid):
        above = grid.rows[max(0, labelled[0] - _HEADER) : labelled[0]]
        for index in _beside(year):
            heading = " ".join(one_line(row[index]) for row in above if index < len(row))
            held = _values(grid.rows, labelled, index, _rate)
            if held and _RATES.search(heading) and not _MONEY.search(heading):
                return _Block(labelled[0], year, index, "", rates=True)
    return None


def _values(
    rows: Sequence[Sequence[object]], at: Sequence[int], index: int, read: Any
) -> list[float]:
    read_values = (read(rows[row][index]) for row in at if index < len(rows[row]))
    return [value for value in read_values if value is not None]


def _index_column(
    rows: Sequence[Sequence[object]],
    labelled: Sequence[int],
    above: Sequence[Sequence[object]],
    year: int,
    rates: list[str],
    unread: list[str],
) -> int | None:
    plain: list[int] = []
    named: list[int] = []
    for index in _beside(year):
        heading = " ".join(one_line(row[index]) for row in above if index < len(row))
        values = _values(rows, labelled, index, _number)
        if _MONEY.search(heading):
            continue
        years = {
            label.start.year: value
            for at in labelled
            if index < len(rows[at])
            and (value := _number(rows[at][index])) is not None
            and (label := _label(rows[at][year])) is not None
        }
        named_so = re.search(r"deflator|index", heading, re.I)
        if not values and named_so and (cell := _digits_of(rows, labelled, index)):
            unread.append(f"{heading[:60]!r} holds {cell[:30]!r}, which is no plain number")
        percents = not values and _values(rows, labelled, index, _rate)
        if percents or _RATES.search(heading) or (values and _moves_like_rates(years, heading)):
            if values or percents:
                rates.append(heading or "a column without a heading")
            continue
        if values and re.search("deflator", heading, re.I):
            return index
        if values and (re.search("index", heading, re.I) or _BASE.search(heading)):
            named.append(index)
        if len(values) > len(labelled) / 2 and any(round(value, 3) == 100 for value in values):
            plain.append(index)
    return next(iter([*named, *plain]), None)


def _digits_of(rows: Sequence[Sequence[object]], at: Sequence[int], index: int) -> str:
    """Give the first cell of a column that holds a digit and is no rate."""
    texts = (one_line(rows[row][index]) for row in at if index < len(rows[row]))
    return next((text for text in texts if re.search(r"\d", text) and _rate(text) is None), "")


def _moves_like_rates(years: Mapping[int, float], heading: str) -> bool:
    """Whether numbers jump from year to year as no price index does, or are all too small."""
    named = bool(re.search("index", heading, re.I) or _BASE.search(heading))
    jumps = any(
        not 1 / _JUMP < value / years[year - 1] < _JUMP
        for year, value in years.items()
        if year - 1 in years
    )
    return jumps or (not named and max(years.values()) <= _SMALL)


def _chained(
    records: Sequence[tuple[object, ...]], base: str, source: str
) -> list[tuple[object, ...]]:
    """Chain growth rates into an index; a missing year breaks the chain."""
    try:
        first_base = financial_year(base)
    except PeriodError as error:
        raise TableError(f"base={base!r} is no financial year: write it as 2020-21.") from error
    rates = sorted(records, key=lambda record: str(record[1]))
    years = [one[1].year for one in rates]  # type: ignore[attr-defined]
    for year in range(years[0], years[-1]):
        if year not in years:
            label = Period.financial_year(year).label
            raise TableError(f"{source} has no growth rate for {label}, so that no chain holds.")
    before = Period.financial_year(years[0] - 1)
    index = {years[0] - 1: 1.0}
    for year, record in zip(years, rates, strict=True):
        index[year] = index[year - 1] * (1 + float(str(record[3])) / 100)
    if first_base.start.year not in index:
        raise TableError(
            f"base={base!r} is no year of {source}, which holds {before.label} to "
            f"{rates[-1][0]}, the year before its first rate included."
        )
    scale = 100 / index[first_base.start.year]
    start = (before.label, before.start, before.end, 0.0, f"before {rates[0][4]}")
    return [
        (label, first, last, index[first.year] * scale, place)  # type: ignore[attr-defined]
        for label, first, last, _, place in [start, *rates]
    ]


def _why_nothing(
    opened: Opened,
    rates: Sequence[str],
    unread: Sequence[str],
    base: str | None,
    found: Gathered,
) -> str:
    if found.reports["rejected"]:
        place, _, raw, reason, _ = found.reports["rejected"][0]
        return (
            f"{opened.source}: every row of the index is rejected. The first: {place}, "
            f"{str(raw)[:60]!r}: {reason}."
        )
    if base is not None:
        return (
            f"{opened.source}: no growth rates of financial years found. A table needs a column "
            f"of years such as 2023-24 beside a column of growth rates or changes in per cent."
        )
    if rates:
        return (
            f"{opened.source}: no index in the file; {rates[0][:80]!r} holds growth rates, or "
            f"numbers that move as rates do. Chain them into an index with base='2020-21', the "
            f"year that is to be 100."
        )
    if unread:
        return f"{opened.source}: no index in the file; {unread[0]}."
    if other := told_by_titles(row for grid in opened.grids for row in grid.rows[:20]):
        return f"{opened.source} {other}."
    return (
        f"{opened.source}: no index of financial years found. A table needs a column of years "
        f"such as 2023-24 beside a column of the deflator, whose base year is 100."
    )


def _rate(cell: object) -> float | None:
    if isinstance(cell, bool):
        return None
    try:
        text = one_line(cell).replace("\u2212", "-").removesuffix("%").strip()
        value = float(cell if isinstance(cell, int | float) else text)
    except (ValueError, OverflowError):
        return None
    return value if -50 < value < 100 else None


def _read_block(grid: Grid, block: _Block, found: Gathered) -> None:
    seen: dict[str, float] = {}
    read: list[tuple[int, Period, float]] = []
    header = range(max(0, block.first - _HEADER), block.first)
    too_wide = found.fit(grid, header, numbers=[block.index_at])
    for at, row in enumerate(grid.rows):
        if at in too_wide or not any(one_line(cell) for cell in row):
            continue
        where = grid.place(at)
        period = _label(row[block.year_at]) if block.year_at < len(row) else None
        if at < block.first or period is None:
            found.other(where, "title, note or another block", row)
            continue
        printed = row[block.index_at] if block.index_at < len(row) else ""
        value = _rate(printed) if block.rates else _number(printed)
        if value is None and re.search(r"\d", one_line(printed)):
            what = "growth rate" if block.rates else "index"
            found.reject(where, "price_index", printed, f"it is no {what}")
        elif value is None:
            found.other(where, "year without an index", row)
            found.cover("year without an index", period.label, "a growth rate at most is printed")
        else:
            read.append((at, period, value))
    later = later_printings((one.label for _, one, _ in read), (value for _, _, value in read))
    again = {one.at: one.equal for one in later}
    torn = {read[at][1].label for at, equal in again.items() if not equal}
    for number, (at, period, value) in enumerate(read):
        where, raw = grid.place(at), one_line(grid.rows[at][block.year_at])
        if period.label in torn:
            # Quarters or blocks of another series stand under one year: nothing tells which holds.
            reason = f"{period.label} stands in several rows with different indices"
            found.reject(where, "price_index", value, reason, "Keep the row of the whole year.")
            found.caution("printed-twice-differently")
        elif number in again:
            found.other(where, "year printed again", grid.rows[at])
        else:
            if raw != period.label:
                found.change(where, "financial_year", raw, period.label, "marks behind a year")
            seen[period.label] = value
            found.records.append((period.label, period.start, period.end, value, where))
    if not seen:
        return
    found.cover("financial years", f"{min(seen)} to {max(seen)}", counted(len(seen), "year"))
    above = grid.rows[max(0, block.first - _HEADER) : block.first]
    for name, index in (("financial_year", block.year_at), ("price_index", block.index_at)):
        heading = " ".join(
            filter(None, (one_line(row[index]) for row in above if index < len(row)))
        )
        found.cover(f"column for {name}", heading[:80] or "without a title", "by what it holds")
    found.cover("base", f"{block.base} = 100" if block.base else "not named", "")
    _check_base(grid, block, seen, found)


def _check_base(grid: Grid, block: _Block, seen: dict[str, float], found: Gathered) -> None:
    period = _label(block.base)
    if period is None or period.label not in seen:
        return
    value = seen[period.label]
    verdict = "reconciles" if round(value, 3) == 100 else "conflicts"
    found.total(grid.place(block.first), f"Base year {period.label}", "price_index", "100", 1,
                verdict, f"the index of {period.label} is {quantity(value)}")  # fmt: skip
