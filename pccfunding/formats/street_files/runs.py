"""One count under way, on DuckDB or Polars: what is added up so far, and what was set aside."""

from __future__ import annotations

import csv
import os
import re
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError
from pccfunding.files import settled
from pccfunding.formats.street_files.cache import DamagedError, StreetCache
from pccfunding.formats.street_files.engine_tables import (
    Layout,
    check_engine,
    quoted,
    read_csv,
)
from pccfunding.formats.street_files.known_gaps import KnownOf, force_code, kind_of
from pccfunding.formats.street_files.scanning import BEYOND, STREET, layout_of
from pccfunding.frames.tables import open_table

if TYPE_CHECKING:
    import pandas as pd


Progress: TypeAlias = Callable[[int, int], None]
# Records of one batch are compared with one another, so that each batch is held in memory.
_BATCH_BYTES, _BATCH_FILES = 2**28, 1024
# What tells of gaps, beside what is counted by.
_KNOWN_OF = ("reported_by", "falls_within", "month", "crime_type")
_LOOKED_AT = ("Crime ID", "Month", "Falls within", "LSOA name", "Crime type")
_MEMORY = "1GB"
# As POLARS_CSV_CHUNK_SIZE. Polars reads 32 MB at a time on its own: twice the memory, no faster.
CSV_CHUNK_BYTES = str(2**22)
_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[012])")
_UNCLOSED = "has a quotation mark that is not closed."


def count_records(table: Any, by: Sequence[str]) -> Any:
    """Count the records of a lazy table by some of its columns, on whatever engine it is.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.LazyFrame({"month": ["2023-01", "2023-01"], "crime_type": ["Drugs"] * 2})
    >>> count_records(table, ["month"]).collect().rows()
    [('2023-01', 2)]
    """
    frame = open_table(table, "records").frame
    return frame.group_by(list(by)).agg(nw.len().alias("records")).to_native()


class Run(ABC):
    """What the engines share: files in batches, and the search for a file that breaks one."""

    def __init__(self, columns: list[str], progress: Progress | None) -> None:
        self.columns, self.progress = columns, progress
        self.n_files = self.n_rows = 0
        self.n_repeats = self.n_differing = 0
        self.set_aside: dict[str, str] = {}
        self.known: Counter[KnownOf] = Counter()

    @abstractmethod
    def add(self, part: Layout) -> int:
        """Count some files; give how many records they hold."""

    @abstractmethod
    def totals(self) -> pd.DataFrame:
        """Give what was counted, sorted, with what has no word last."""

    @abstractmethod
    def tells_of_damage(self, error: Exception) -> bool:
        """Whether an error of the engine is about what a file holds."""

    def count_files(self, files: list[str]) -> None:
        """Count files batch by batch."""
        for layout in self.layouts(files):
            self.each_readable(layout, self.add)

    def layouts(self, files: list[str]) -> list[Layout]:
        """Put files with the columns that are needed together by header."""
        needed = [
            {"district": "LSOA name", "lsoa_code": "LSOA code"}.get(name) for name in self.columns
        ]
        wanted = ["Month", "Crime type", *(name for name in needed if name)]
        layouts, faults = layout_of(files, wanted, blank_columns=True)
        self.set_aside.update(faults)
        return layouts

    def each_readable(self, layout: Layout, work: Callable[[Layout], int]) -> None:
        """Do the work batch by batch; where a batch fails, halve it until the file is found."""
        cores = os.cpu_count() or 1
        for batch in _batches(layout):
            shares = [batch.files[core::cores] for core in range(cores)]
            with ThreadPoolExecutor(cores) as pool:
                found = pool.map(partial(_shape_faults, header=batch.header), shares)
            faults = {file: fault for share in found for file, fault in share.items()}
            # In the order of the files, on however many cores.
            self.set_aside.update({file: faults[file] for file in batch.files if file in faults})
            whole = tuple(file for file in batch.files if file not in faults)
            if whole:
                self._try(Layout(batch.header, whole, batch.as_printed), work)

    def _try(self, part: Layout, work: Callable[[Layout], int]) -> None:
        try:
            rows = work(part)
        except Exception as error:
            if not (isinstance(error, DamagedError) or self.tells_of_damage(error)):
                raise
            if len(part.files) == 1:
                self.set_aside[part.files[0]] = _fault(error, part)
                return
            half = len(part.files) // 2
            for files in (part.files[:half], part.files[half:]):
                self._try(Layout(part.header, files, part.as_printed), work)
            return
        self.n_files += len(part.files)
        self.n_rows += rows
        if self.progress is not None:
            self.progress(self.n_files, self.n_rows)

    def know(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in what tells of gaps: force, month, type and place, and how many records."""
        for reported_by, falls_within, month, crime_type, placed, number in rows:
            force = _code(falls_within or reported_by or "")
            self.known[KnownOf(force, month, kind_of(crime_type), bool(placed))] += number


class DuckRun(Run):
    """A count with DuckDB, which writes to disk what does not fit into its memory."""

    def __init__(self, connection: Any, columns: list[str], progress: Progress | None) -> None:
        super().__init__(columns, progress)
        self.connection = connection
        cells = ", ".join(f"{column} VARCHAR" for column in columns)
        connection.execute(f"CREATE TABLE totals ({cells}, records BIGINT)")

    def count_cached(self, files: list[str], cache: StreetCache) -> None:
        """Count from the cache, which is filled first where it does not hold just these files."""
        served = settled(cache.folder, lambda: self._served(files, cache))
        if not served:
            with cache.filling(files, self) as fill:
                for layout in self.layouts(files):
                    self.each_readable(layout, fill)
                cache.seal(self.set_aside, [self.n_repeats, self.n_differing])
            settled(cache.folder, lambda: self._served(files, cache))
        self.n_files = len(files) - len(self.set_aside)

    def _served(self, files: list[str], cache: StreetCache) -> bool:
        kept = cache.stamp_of(files)
        if kept is not None:
            self.set_aside = dict(kept["set_aside"])
            self.n_repeats, self.n_differing = kept["repeats"]
            self.connection.execute("DELETE FROM totals")
            cache.count_into("totals", self.columns)
            self.known.clear()
            self.know(cache.known_of())
        return kept is not None

    def add(self, part: Layout) -> int:
        keys = ", ".join([*dict.fromkeys([*self.columns, *_KNOWN_OF]), "placed"])
        self._see(part, [*dict.fromkeys([*self.columns, *_KNOWN_OF])])
        # One reading: the counts, and with each the identifiers that it holds.
        self._make(
            "part",
            f"SELECT {keys}, count(*) AS records, list(id_hash) FILTER (WHERE id_hash IS NOT NULL) "
            f"AS ids FROM street GROUP BY {keys}",
        )
        self._refuse_no_months("part")
        ids = "SELECT unnest(ids) AS id FROM part"
        if _one_twice(self.connection.execute(ids).fetchnumpy()["id"]):
            self._make("again", f"SELECT id FROM ({ids}) GROUP BY id HAVING count(*) > 1")
            self._find_repeats()
            self.connection.execute(
                f"INSERT INTO part SELECT {keys}, -count(*), NULL FROM twice WHERE nth > 1 "
                f"GROUP BY {keys}"
            )
        columns = ", ".join(self.columns)
        self.connection.execute(
            f"INSERT INTO totals SELECT {columns}, sum(records) FROM part GROUP BY {columns}"
        )
        found = self.connection.execute(
            f"SELECT {', '.join(_KNOWN_OF)}, placed, sum(records)::BIGINT FROM part GROUP BY ALL"
        ).fetchall()
        self.know(found)
        return sum(row[-1] for row in found)

    def hold(self, part: Layout, names: Sequence[str]) -> None:
        """Hold the records of some files in the table `held`, each once."""
        self._see(part, names)
        self._make("held", "SELECT * EXCLUDE (row_hash) FROM street")
        self._refuse_no_months("held")
        self._make(
            "again",
            "SELECT id_hash AS id FROM held WHERE id_hash IS NOT NULL GROUP BY 1 "
            "HAVING count(*) > 1",
        )
        if self.connection.execute("SELECT id FROM again LIMIT 1").fetchall():
            self._find_repeats()
            self.connection.execute("DELETE FROM held WHERE id_hash IN (SELECT id FROM again)")
            self.connection.execute(
                "INSERT INTO held SELECT * EXCLUDE (row_hash, nth) FROM twice WHERE nth = 1"
            )

    def _see(self, part: Layout, names: Sequence[str]) -> None:
        """See some files as the view `street`: columns of ours, and hashes to compare rows by."""
        table = read_csv(part, "duckdb", self.connection)
        _refuse_beyond(part, lambda name: table.filter(f'"{name}" IS NOT NULL').limit(1).fetchall())
        columns = [name for name in part.header if not name.startswith(BEYOND)]
        cells = [f"{_column(part, name)} AS {name}" for name in names]
        placed = " OR ".join(
            f'"{name}" IS NOT NULL' for name in ("LSOA code", "LSOA name") if name in columns
        )
        cells.append(f"({placed or 'FALSE'}) AS placed")
        identifier = '"Crime ID"' if "Crime ID" in columns else "NULL::VARCHAR"
        cells.append(f"CASE WHEN {identifier} <> '' THEN hash({identifier}) END AS id_hash")
        cells.append(f"hash({', '.join(map(quoted, columns))}) AS row_hash")
        table.project(", ".join(cells)).create_view("street", replace=True)

    def _make(self, name: str, query: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")

    def _refuse_no_months(self, table: str) -> None:
        months = self.connection.execute(f"SELECT DISTINCT month FROM {table}").fetchall()
        _refuse_no_months([month for (month,) in months])

    def _find_repeats(self) -> None:
        """Number the records of each identifier in `again` that are equal in every cell."""
        self._make(
            "twice",
            "SELECT *, row_number() OVER (PARTITION BY id_hash, row_hash) AS nth FROM street "
            "WHERE id_hash IN (SELECT id FROM again)",
        )
        [(repeats, differing)] = self.connection.execute(
            "SELECT (SELECT count(*) FROM twice WHERE nth > 1), (SELECT count(*) FROM "
            "(SELECT 1 FROM twice GROUP BY id_hash HAVING count(DISTINCT row_hash) > 1))"
        ).fetchall()
        self.n_repeats += int(repeats)
        self.n_differing += int(differing)

    def totals(self) -> pd.DataFrame:
        keys = ", ".join(self.columns)
        order = ", ".join(f"{column} NULLS LAST" for column in self.columns)
        result: pd.DataFrame = self.connection.execute(
            f"SELECT {keys}, sum(records)::BIGINT AS records FROM totals GROUP BY {keys} "
            f"ORDER BY {order}"
        ).df()
        return result

    def tells_of_damage(self, error: Exception) -> bool:
        import duckdb

        ours = (*_short_of(duckdb), duckdb.ParserException, duckdb.BinderException)
        return isinstance(error, duckdb.Error) and not isinstance(error, ours)


class PolarsRun(Run):
    """A count with Polars' streaming engine."""

    def __init__(self, columns: list[str], progress: Progress | None) -> None:
        super().__init__(columns, progress)
        self.counted: Any = None

    def add(self, part: Layout) -> int:
        import polars as pl

        table = read_csv(part, "polars")
        _refuse_beyond(
            part, lambda name: table.filter(pl.col(name).is_not_null()).head(1).collect().rows()
        )
        columns = [name for name in part.header if not name.startswith(BEYOND)]
        # An empty line is no record.
        looked_at = [name for name in _LOOKED_AT if name in columns]
        table = table.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in looked_at))
        names = list(dict.fromkeys([*self.columns, *_KNOWN_OF]))
        cells = [_polars_column(part, name).alias(name) for name in names]
        places = [
            pl.col(name).is_not_null() for name in ("LSOA code", "LSOA name") if name in columns
        ]
        cells.append(pl.any_horizontal(places or [pl.lit(False)]).alias("placed"))
        identifier = pl.col("Crime ID") if "Crime ID" in columns else pl.lit(None, pl.String)
        id_hash = pl.when(identifier != "").then(identifier.hash(0)).alias("id_hash")
        # With a seed of its own for each column, cells that change places give another sum.
        row_hash = pl.sum_horizontal(
            pl.col(name).hash(seed) for seed, name in enumerate(columns, 1)
        ).alias("row_hash")
        keys = [*names, "placed"]
        number = pl.len().cast(pl.Int64).alias("records")
        # One after the other: together they are little faster, and take twice the memory.
        counted = table.select(cells).group_by(keys).agg(number).collect(engine="streaming")
        ids = table.select(id_hash).collect(engine="streaming")
        # Polars fills a short row up: where no crime type is left, it was one.
        if counted["crime_type"].null_count():
            raise DamagedError("has a row that ends before its crime type.")
        _refuse_no_months(counted["month"].unique().to_list())
        again = ids["id_hash"].drop_nulls()
        if _one_twice(again.to_numpy()):
            again = again.filter(again.is_duplicated()).unique()
            twice = table.select(*cells, id_hash, row_hash)
            twice = twice.join(again.to_frame().lazy(), on="id_hash", how="semi")
            held = twice.collect(engine="streaming")
            first = pl.struct("id_hash", "row_hash").is_first_distinct()
            repeats = held.filter(~first)
            self.n_repeats += repeats.height
            of_id = held.filter(first).group_by("id_hash").len()
            self.n_differing += of_id.filter(pl.col("len") > 1).height
            out = repeats.group_by(keys).agg(-number)
            counted = pl.concat([counted, out]).group_by(keys).agg(pl.col("records").sum())
        self.know(counted.group_by([*_KNOWN_OF, "placed"]).agg(pl.col("records").sum()).iter_rows())
        so_far = [counted.select(*self.columns, "records")]
        if self.counted is not None:
            so_far.append(self.counted)
        self.counted = pl.concat(so_far).group_by(self.columns).agg(pl.col("records").sum())
        return int(counted["records"].sum())

    def totals(self) -> pd.DataFrame:
        import pandas as pd

        ordered = self.counted.sort(self.columns, nulls_last=True)
        return pd.DataFrame(ordered.to_dict(as_series=False)).astype({"records": "int64"})

    def tells_of_damage(self, error: Exception) -> bool:
        import polars as pl

        return isinstance(error, pl.exceptions.PolarsError)


def _one_twice(hashes: Any) -> bool:
    """Whether a hash stands twice: numpy sorts whole numbers faster than engines group them."""
    import numpy as np

    ordered = np.sort(hashes)
    return bool((ordered[1:] == ordered[:-1]).any())


def _refuse_no_months(months: list[str | None]) -> None:
    for month in months:
        if month is None or not _MONTH.fullmatch(month):
            raise DamagedError(f"has {month!r} where a month such as '2023-01' stands.")


def _shape_faults(files: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    """Tell which files have rows of another width than their header, or a quote left open.

    The engines let both pass at times: DuckDB 2.0 a blank cell too many at the end of a row, which
    a comma in the name of a place leaves there, and Polars cells that it need not look at.
    """
    buffer = bytearray(2**18)
    told = ((file, _shape_fault(file, header, buffer)) for file in files)
    return {file: fault for file, fault in told if fault}


def _shape_fault(file: str, header: Sequence[str], buffer: bytearray) -> str | None:
    quotes, commas, rows = _tally(file, buffer)
    if quotes % 2:
        return _UNCLOSED
    if header[-1].startswith(BEYOND) or commas != rows * (len(header) - 1):
        return _width_fault(file, header)
    return None


def _tally(file: str, buffer: bytearray) -> tuple[int, int, int]:
    """Count the quotation marks of a file, and the commas and lines outside quotes."""
    import numpy as np

    quotes = commas = lines = 0
    last = ord("\n")
    block = np.frombuffer(buffer, dtype=np.uint8)
    with Path(file).open("rb", buffering=0) as raw:
        while size := raw.readinto(buffer):
            part = block[:size]
            commas += int(np.count_nonzero(part == ord(",")))
            lines += int(np.count_nonzero(part == ord("\n")))
            last = buffer[size - 1]
            # Most blocks hold none, which is found sooner than compared.
            if quotes % 2 or buffer.find(b'"', 0, size) >= 0:
                marks = np.flatnonzero(part == ord('"')).tolist()
                # Every other stretch between the marks is inside quotes.
                ends = [*([0] if quotes % 2 else []), *marks, size]
                for start, end in zip(ends[::2], ends[1::2], strict=False):
                    commas -= buffer.count(b",", start, end)
                    lines -= buffer.count(b"\n", start, end)
                quotes += len(marks)
    return quotes, commas, lines + (last != ord("\n"))


def _batches(layout: Layout) -> Iterator[Layout]:
    """Give files together as long as they are small: each batch is read by all cores."""
    held: list[str] = []
    size = 0
    for file in layout.files:
        held.append(file)
        size += os.path.getsize(file)
        if size >= _BATCH_BYTES or len(held) == _BATCH_FILES:
            yield Layout(layout.header, tuple(held), layout.as_printed)
            held, size = [], 0
    if held:
        yield Layout(layout.header, tuple(held), layout.as_printed)


def _fault(error: Exception, part: Layout) -> str:
    """Say what is wrong with a file in our own words, with the line where it is."""
    if isinstance(error, DamagedError):
        return str(error)
    [file] = part.files
    if told := _shape_fault(file, part.header, bytearray(2**18)):
        return told
    line = re.search(r"[Ll]ine:? (\d+)", str(error))
    return f"holds a row that cannot be read{f', in line {line[1]}' if line else ''}."


def _width_fault(file: str, header: Sequence[str]) -> str | None:
    """Say which row has not as many cells as its header, unless all have the same blank excess."""
    width = sum(not name.startswith(BEYOND) for name in header)
    at, wide, fitting = 1, "", False
    try:
        with open(file, encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines)
            next(rows, None)
            at = rows.line_num
            for row in rows:
                at, line = rows.line_num, at + 1
                fitting |= len(row) == width
                if row and len(row) != width:
                    told = f"has {len(row)} cells in line {line}; its header has {width}."
                    if len(row) != len(header):
                        return told
                    wide = wide or told
                if wide and fitting:
                    return wide
    except (UnicodeDecodeError, csv.Error):
        return f"is no CSV file in UTF-8, from about line {at + 1}."
    return None


def _refuse_beyond(part: Layout, filled: Callable[[str], Any]) -> None:
    """Refuse files in which a cell beyond the header holds something."""
    for name in part.header:
        if name.startswith(BEYOND) and filled(name):
            raise DamagedError("has a row with more cells than its header.")


def _column(part: Layout, name: str) -> str:
    """Give the expression of a column of ours, null where the files lack it."""
    theirs = "LSOA name" if name == "district" else STREET[name]
    if theirs not in part.header:
        return "NULL::VARCHAR"
    return f'left("{theirs}", -5)' if name == "district" else quoted(theirs)


def _polars_column(part: Layout, name: str) -> Any:
    import polars as pl

    theirs = "LSOA name" if name == "district" else STREET[name]
    if theirs not in part.header:
        return pl.lit(None, pl.String)
    return pl.col(theirs).str.head(-5) if name == "district" else pl.col(theirs)


@cache
def _code(force: str) -> str:
    return force_code(force)


def _short_of(duckdb: Any) -> tuple[type[Exception], ...]:
    """What says that the machine is short of something, not that a file is damaged."""
    return duckdb.IOException, duckdb.OutOfMemoryException


@contextmanager
def run_on(engine: str, columns: list[str], progress: Progress | None) -> Iterator[Run]:
    """Give a run on an engine, and clean up after it."""
    check_engine(engine, ("duckdb", "polars"))
    if engine == "polars":
        yield PolarsRun(columns, progress)
        return
    import duckdb

    spill = tempfile.mkdtemp(prefix="pccfunding-")
    connection = duckdb.connect()
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(f"SET temp_directory = '{spill}'")
        yield DuckRun(connection, columns, progress)
    except _short_of(duckdb) as error:
        first = str(error).splitlines()[0].rstrip(".")
        raise TableError(
            f"The count stopped: {first}. See to room on the disk and in memory, and count again."
        ) from error
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)
