"""Counting a whole archive of street-level crime in bounded memory, damaged files set aside."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError, UnknownNameError
from pccfunding.formats.count_files._area_cells import districts
from pccfunding.formats.count_files._printed_cells import key_of
from pccfunding.formats.street_files.scanning import Layout, layout_of, matching_files, open_street
from pccfunding.formats.street_files.street_cache import DamagedError, StreetCache

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COUNTED_BY",
    "StreetCounts",
    "check_target",
    "count_police_uk",
    "count_records",
    "matching_files",
]

# What --by takes, and the column of the street files that it stands for.
COUNTED_BY = {
    "area": "district",
    "force": "falls_within",
    "lsoa": "lsoa_code",
    "month": "month",
    "outcome": "last_outcome",
    "type": "crime_type",
}
_BATCH_BYTES, _BATCH_FILES = 2**29, 1024
_MEMORY = "1GB"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[012])")
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True)
class StreetCounts:
    """Records counted, and the files that could not be.

    Attributes
    ----------
    frame : DataFrame
        The columns asked for, sorted, and `records`.
    n_files, n_rows : int
        Files and records counted.
    set_aside : dict of str to str
        Files that could not be read, each with its fault; nothing of them is counted.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"month": ["2024-01"], "records": [5]})
    >>> StreetCounts(counts, n_files=1, n_rows=5, set_aside={}).text
    '5 records of 1 file counted.'
    """

    frame: pd.DataFrame
    n_files: int
    n_rows: int
    set_aside: dict[str, str]

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        told = (
            f"{self.n_rows:,} records of {self.n_files:,} file{'s' * (self.n_files != 1)} counted."
        )
        if self.set_aside:
            files = "file" if len(self.set_aside) == 1 else "files"
            told += f" {len(self.set_aside)} {files} could not be read and nothing of them counts."
        return told

    def write(self, file: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the counts as CSV or Parquet, under a temporary name until they are whole.

        Raises
        ------
        TableError
            If the name ends in neither .csv nor .parquet, or the file exists and `force` is False.
        """
        target = Path(file)
        check_target(target, force=force)
        with written_whole(target) as part:
            if target.suffix == ".csv":
                self.frame.to_csv(part, index=False, lineterminator="\n", date_format="%Y-%m-%d")
            else:
                self.frame.to_parquet(part, index=False)
        return target

    def _repr_html_(self) -> str:
        return f"<p>{self.text}</p>{self.frame.head().to_html()}"


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a file that would be overwritten, or is of no known kind."""
    if target.suffix not in (".csv", ".parquet"):
        raise TableError(f"{target.name} ends in neither .csv nor .parquet; name one of the two.")
    if target.exists() and not force:
        raise TableError(f"{target} exists already. Name another file, or write over it: --force.")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a temporary name beside a file, which gets its own only when all is written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


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


def count_police_uk(
    glob: str | Sequence[str],
    *,
    by: Sequence[str] = ("area", "month", "type"),
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> StreetCounts:
    """Count the records of police.uk's street files with DuckDB, some files at a time.

    Parameters
    ----------
    glob : str or sequence of str
        Files, or patterns of them.
    by : sequence of {"area", "force", "lsoa", "month", "outcome", "type"}
        What to count by. An area is a district, told by the names of its LSOAs.
    cache : path, optional
        Folder for a typed copy of what was read. Another count of the same files takes it
        instead; files that have changed are read anew.
    progress : callable, optional
        Called with the files and the records done so far.

    Returns
    -------
    StreetCounts
        With the columns `district_code` and `district`, `force`, `lsoa_code`, `period_start` and
        `period_end`, `last_outcome`, `crime_type` as asked for, and `records`. A missing
        district is a record without a place; one without a `district_code` is not known here.

    Raises
    ------
    TableError
        If no file matches, or none can be read.
    UnknownNameError
        If there is nothing of that name to count by.
    """
    import duckdb

    for name in by:
        if name not in COUNTED_BY:
            raise UnknownNameError(
                f"Nothing to count by is called {name!r}: {', '.join(COUNTED_BY)}."
            )
    columns = [COUNTED_BY[name] for name in dict.fromkeys(by)]
    files = matching_files(glob)
    spill = tempfile.mkdtemp(prefix="pccfunding-")
    connection = duckdb.connect()
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(f"SET temp_directory = '{spill}'")
        run = _Run(connection, columns, progress)
        if cache is None:
            run.count_files(files)
        else:
            run.count_cached(files, StreetCache(Path(cache), connection))
        if len(run.set_aside) == len(files):
            first, fault = next(iter(run.set_aside.items()))
            raise TableError(f"None of {len(files)} files can be read. The first: {first} {fault}")
        frame = _finished(run.totals(), columns)
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)
    return StreetCounts(frame, run.n_files, int(frame["records"].sum()), run.set_aside)


class _Run:
    """One count under way: what is added up so far, and what was set aside."""

    def __init__(self, connection: Any, columns: list[str], progress: Progress | None) -> None:
        self.connection, self.columns, self.progress = connection, columns, progress
        self.n_files = self.n_rows = 0
        self.set_aside: dict[str, str] = {}
        cells = ", ".join(f"{column} VARCHAR" for column in columns)
        connection.execute(f"CREATE TABLE totals ({cells}, records BIGINT)")

    def count_files(self, files: list[str]) -> None:
        """Count files batch by batch."""
        for layout in self.layouts(files):
            self.each_readable(layout, self._add)

    def count_cached(self, files: list[str], cache: StreetCache) -> None:
        """Count from the cache, which is filled first where it does not hold just these files."""
        kept = cache.faults_of(files)
        if kept is None:
            with cache.filling() as fill:
                for layout in self.layouts(files):
                    self.each_readable(layout, lambda part: self._tell(part, fill(part)))
                cache.seal(files, self.set_aside)
        else:
            self.set_aside = kept
        cache.count_into("totals", self.columns)
        self.n_files = len(files) - len(self.set_aside)

    def layouts(self, files: list[str]) -> list[Layout]:
        needed = [
            {"district": "LSOA name", "lsoa_code": "LSOA code"}.get(name) for name in self.columns
        ]
        wanted = ["Month", "Crime type", *(name for name in needed if name)]
        layouts, faults = layout_of(files, wanted)
        self.set_aside.update(faults)
        return layouts

    def each_readable(self, layout: Layout, work: Callable[[Layout], None]) -> None:
        """Do the work batch by batch; where a batch fails, halve it until the file is found."""
        for batch in _batches(layout):
            # DuckDB 2.0 reads a quotation mark that is not closed as the end of the file, without
            # a word, but for a file on its own.
            together = batch.files if len(batch.files) > 1 else ()
            unclosed = [file for file in together if _is_unclosed(file)]
            self.set_aside.update(
                dict.fromkeys(unclosed, "has a quotation mark that is not closed.")
            )
            closed = tuple(file for file in batch.files if file not in unclosed)
            if closed:
                self._try(Layout(batch.header, closed), work)

    def _try(self, part: Layout, work: Callable[[Layout], None]) -> None:
        import duckdb

        try:
            work(part)
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, DamagedError) as error:
            if len(part.files) == 1:
                self.set_aside[part.files[0]] = _fault(error)
                return
            half = len(part.files) // 2
            for files in (part.files[:half], part.files[half:]):
                self._try(Layout(part.header, files), work)

    def _add(self, part: Layout) -> None:
        street = open_street([part], "duckdb", self.connection)
        counted = count_records(street, self.columns)
        counted.create("part")
        try:
            rows = self.connection.execute("SELECT sum(records)::BIGINT FROM part").fetchall()[0][0]
            if "month" in self.columns:
                months = self.connection.execute("SELECT DISTINCT month FROM part").fetchall()
                _refuse_no_months([month for (month,) in months])
            self.connection.execute("INSERT INTO totals SELECT * FROM part")
        finally:
            self.connection.execute("DROP TABLE part")
        self._tell(part, rows or 0)

    def _tell(self, part: Layout, rows: int) -> None:
        self.n_files += len(part.files)
        self.n_rows += rows
        if self.progress is not None:
            self.progress(self.n_files, self.n_rows)

    def totals(self) -> pd.DataFrame:
        keys = ", ".join(self.columns)
        order = ", ".join(f"{column} NULLS LAST" for column in self.columns)
        result: pd.DataFrame = self.connection.execute(
            f"SELECT {keys}, sum(records)::BIGINT AS records FROM totals GROUP BY {keys} "
            f"ORDER BY {order}"
        ).df()
        return result


def _refuse_no_months(months: list[str | None]) -> None:
    for month in months:
        if month is None or not _MONTH.fullmatch(month):
            raise DamagedError(f"has {month!r} where a month such as '2023-01' stands.")


def _is_unclosed(file: str) -> bool:
    """Whether a file holds an odd number of quotation marks."""
    import numpy as np

    buffer, count = bytearray(2**18), 0
    block = np.frombuffer(buffer, dtype=np.uint8)
    with Path(file).open("rb", buffering=0) as raw:
        while size := raw.readinto(buffer):
            count += int(np.count_nonzero(block[:size] == ord('"')))
    return count % 2 == 1


def _batches(layout: Layout) -> Iterator[Layout]:
    """Give files together as long as they are small: each batch is read by all cores."""
    held: list[str] = []
    size = 0
    for file in layout.files:
        held.append(file)
        size += Path(file).stat().st_size
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


def _finished(counted: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Give areas their codes and months their first and last days."""
    import pandas as pd

    frame = counted.rename(columns={"falls_within": "force"})
    if "district" in columns:
        known = districts()
        codes = {
            name: known.get(key_of(name)) for name in frame["district"].dropna().unique().tolist()
        }
        place = frame.columns.get_loc("district")
        frame.insert(int(place), "district_code", frame["district"].map(codes))  # type: ignore[arg-type]
    if "month" in columns:
        months = pd.to_datetime(frame["month"], format="%Y-%m")
        place = int(frame.columns.get_loc("month"))  # type: ignore[arg-type]
        frame = frame.drop(columns="month")
        frame.insert(place, "period_start", months.astype("datetime64[ns]"))
        frame.insert(
            place + 1, "period_end", (months + pd.offsets.MonthEnd(0)).astype("datetime64[ns]")
        )
    return frame
