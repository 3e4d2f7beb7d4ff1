"""One count under way, on DuckDB or Polars: what is added up so far, and what was set aside."""

from __future__ import annotations

import csv
import os
import re
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError
from pccfunding.files import settled
from pccfunding.formats.street_files.cache import DamagedError, StreetCache
from pccfunding.formats.street_files.scanning import Layout, check_engine, layout_of, open_street

if TYPE_CHECKING:
    import pandas as pd


Progress: TypeAlias = Callable[[int, int], None]
_BATCH_BYTES, _BATCH_FILES = 2**31, 1024
_MEMORY = "1GB"
# As POLARS_CSV_CHUNK_SIZE. Polars reads 32 MB at a time on its own: twice the memory, no faster.
CSV_CHUNK_BYTES = str(2**22)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[012])")
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
    frame = nw.from_native(table)
    return frame.group_by(list(by)).agg(nw.len().alias("records")).to_native()


class Run(ABC):
    """What the engines share: files in batches, and the search for a file that breaks one."""

    def __init__(self, columns: list[str], progress: Progress | None) -> None:
        self.columns, self.progress = columns, progress
        self.n_files = self.n_rows = 0
        self.set_aside: dict[str, str] = {}

    @abstractmethod
    def add(self, part: Layout) -> int:
        """Count some files; give how many records they hold."""

    @abstractmethod
    def totals(self) -> pd.DataFrame:
        """Give what was counted, sorted, with what has no word last."""

    @abstractmethod
    def tells_of_damage(self, error: Exception) -> bool:
        """Whether an error of the engine is about what a file holds."""

    @abstractmethod
    def hidden_faults(self, files: Sequence[str], batch: Layout) -> dict[str, str]:
        """Tell what is wrong with some files of a batch where the engine itself would not."""

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
        layouts, faults = layout_of(files, wanted)
        self.set_aside.update(faults)
        return layouts

    def each_readable(self, layout: Layout, work: Callable[[Layout], int]) -> None:
        """Do the work batch by batch; where a batch fails, halve it until the file is found."""
        cores = os.cpu_count() or 1
        for batch in _batches(layout):
            shares = [batch.files[core::cores] for core in range(cores)]
            with ThreadPoolExecutor(cores) as pool:
                found = pool.map(partial(self.hidden_faults, batch=batch), shares)
            faults = {file: fault for share in found for file, fault in share.items()}
            # In the order of the files, on however many cores.
            self.set_aside.update({file: faults[file] for file in batch.files if file in faults})
            whole = tuple(file for file in batch.files if file not in faults)
            if whole:
                self._try(Layout(batch.header, whole), work)

    def _try(self, part: Layout, work: Callable[[Layout], int]) -> None:
        try:
            rows = work(part)
        except Exception as error:
            if not (isinstance(error, DamagedError) or self.tells_of_damage(error)):
                raise
            if len(part.files) == 1:
                self.set_aside[part.files[0]] = _fault(error)
                return
            half = len(part.files) // 2
            for files in (part.files[:half], part.files[half:]):
                self._try(Layout(part.header, files), work)
            return
        self.n_files += len(part.files)
        self.n_rows += rows
        if self.progress is not None:
            self.progress(self.n_files, self.n_rows)


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
            with cache.filling(files) as fill:
                for layout in self.layouts(files):
                    self.each_readable(layout, fill)
                cache.seal(self.set_aside)
            settled(cache.folder, lambda: self._served(files, cache))
        self.n_files = len(files) - len(self.set_aside)

    def _served(self, files: list[str], cache: StreetCache) -> bool:
        kept = cache.faults_of(files)
        if kept is not None:
            self.set_aside = kept
            self.connection.execute("DELETE FROM totals")
            cache.count_into("totals", self.columns)
        return kept is not None

    def add(self, part: Layout) -> int:
        counted = count_records(open_street([part], "duckdb", self.connection), self.columns)
        counted.create("part")
        try:
            month = "month" if "month" in self.columns else "NULL"
            found = self.connection.execute(
                f"SELECT {month}, sum(records)::BIGINT FROM part GROUP BY 1"
            ).fetchall()
            if "month" in self.columns:
                _refuse_no_months([month for month, _ in found])
            self.connection.execute("INSERT INTO totals SELECT * FROM part")
        finally:
            self.connection.execute("DROP TABLE part")
        return sum(rows for _, rows in found)

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

        return isinstance(error, duckdb.Error) and not isinstance(error, _short_of(duckdb))

    def hidden_faults(self, files: Sequence[str], batch: Layout) -> dict[str, str]:
        # DuckDB 2.0 reads a quotation mark that is not closed as the end of the file, without a
        # word, but for a file on its own.
        if len(batch.files) == 1:
            return {}
        buffer = bytearray(2**18)
        return {file: _UNCLOSED for file in files if _is_unclosed(file, buffer)}


class PolarsRun(Run):
    """A count with Polars' streaming engine."""

    def __init__(self, columns: list[str], progress: Progress | None) -> None:
        super().__init__(columns, progress)
        self.counted: Any = None

    def add(self, part: Layout) -> int:
        import polars as pl

        # Polars fills a short row up: where no crime type is left, it was one.
        keys = list(dict.fromkeys([*self.columns, "crime_type"]))
        counted = count_records(open_street([part], "polars"), keys)
        found = counted.collect(engine="streaming")
        if found["crime_type"].null_count():
            raise DamagedError("has a row that ends before its crime type.")
        if "month" in self.columns:
            _refuse_no_months(found["month"].unique().to_list())
        so_far = [found.select(*self.columns, pl.col("records"))]
        if self.counted is not None:
            so_far.append(self.counted)
        self.counted = pl.concat(so_far).group_by(self.columns).agg(pl.col("records").sum())
        return int(found["records"].sum())

    def totals(self) -> pd.DataFrame:
        import pandas as pd

        ordered = self.counted.sort(self.columns, nulls_last=True)
        return pd.DataFrame(ordered.to_dict(as_series=False)).astype({"records": "int64"})

    def tells_of_damage(self, error: Exception) -> bool:
        import polars as pl

        return isinstance(error, pl.exceptions.PolarsError)

    def hidden_faults(self, files: Sequence[str], batch: Layout) -> dict[str, str]:
        columns = len(batch.header)
        return {
            file: f"ends in a row of {found} columns, not {columns}."
            for file in files
            if (found := len(_last_row(file))) not in (0, columns)
        }


def _refuse_no_months(months: list[str | None]) -> None:
    for month in months:
        if month is None or not _MONTH.fullmatch(month):
            raise DamagedError(f"has {month!r} where a month such as '2023-01' stands.")


def _is_unclosed(file: str, buffer: bytearray) -> bool:
    """Whether a file holds an odd number of quotation marks."""
    import numpy as np

    count = 0
    block = np.frombuffer(buffer, dtype=np.uint8)
    with Path(file).open("rb", buffering=0) as raw:
        while size := raw.readinto(buffer):
            # Most blocks hold none, which is found sooner than counted.
            if buffer.find(b'"', 0, size) >= 0:
                count += int(np.count_nonzero(block[:size] == ord('"')))
    return count % 2 == 1


def _last_row(file: str) -> list[str]:
    """Give the cells of the last row, so far as it begins within the last bytes."""
    with Path(file).open("rb") as raw:
        raw.seek(0, 2)
        raw.seek(max(0, raw.tell() - 2**14))
        tail = raw.read().decode("utf-8", errors="replace").rstrip("\r\n")
    # Not splitlines, which breaks a line at signs that may stand in the name of a place.
    return next(csv.reader([tail.rpartition("\n")[2]]), [])


def _batches(layout: Layout) -> Iterator[Layout]:
    """Give files together as long as they are small: each batch is read by all cores."""
    held: list[str] = []
    size = 0
    for file in layout.files:
        held.append(file)
        size += os.path.getsize(file)
        if size >= _BATCH_BYTES or len(held) == _BATCH_FILES:
            yield Layout(layout.header, tuple(held))
            held, size = [], 0
    if held:
        yield Layout(layout.header, tuple(held))


def _fault(error: Exception) -> str:
    """Give the place and the fault of an engine's message, without its advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = ("Expected Number", "Value with", "Invalid unicode", "Error when")
    faults = [line for line in lines[1:] if line.startswith(told)]
    return ": ".join([lines[0].removeprefix("Invalid Input Error: "), *faults[:1]])


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
