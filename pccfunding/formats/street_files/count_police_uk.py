"""Counting a whole archive of street-level crime in bounded memory, damaged files set aside."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pccfunding.errors import TableError, one_of
from pccfunding.files import named_place, refuse_present, rewriting_file
from pccfunding.formats.count_files.area_names import district_of
from pccfunding.formats.count_files.gathered import Gathered, cover_abolished
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.read_result import doubt, report
from pccfunding.formats.street_files.cache import StreetCache
from pccfunding.formats.street_files.known_gaps import cover_files, cover_gaps, cover_repeats
from pccfunding.formats.street_files.repeated_files import files_once
from pccfunding.formats.street_files.runs import DuckRun, Progress, count_records, run_on
from pccfunding.formats.street_files.scanning import matching_files
from pccfunding.results import Face
from pccfunding.texts import disarmed
from pccfunding.words import counted

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


@dataclass(frozen=True, eq=False)
class StreetCounts(Face):
    """Records counted, and the files that could not be.

    Attributes
    ----------
    frame : DataFrame
        The columns asked for, sorted, and `records`.
    n_files, n_rows : int
        Files and records counted.
    set_aside : dict of str to str
        Files that could not be read, each with its fault; nothing of them is counted.
    coverage : DataFrame
        What the files hold and what they leave out, as in a ``ReadResult``: months that a force
        lacks, records without a place, records and files that stand twice.
    cautions : tuple of str
        Codes of doubts that a reader must see.

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
    coverage: pd.DataFrame = field(default_factory=partial(report, "coverage"))
    cautions: tuple[str, ...] = ()
    _rows_shown = 5

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        told = f"{counted(self.n_rows, 'record')} of {counted(self.n_files, 'file')} counted."
        if self.set_aside:
            files = counted(len(self.set_aside), "file")
            told += f" {files} could not be read and nothing of them counts."
        return self._with_doubts(told)

    def _doubt(self, code: str) -> str:
        return doubt(code, self.coverage)

    def write(self, file: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the counts as CSV or Parquet, under a temporary name until they are whole.

        Raises
        ------
        TableError
            If the name ends in neither .csv nor .parquet.
        FileExistsError
            If the file exists and `force` is False.
        """
        target = named_place(file, "a file to write")
        check_target(target, force=force)
        with rewriting_file(target, force=force) as part:
            if target.suffix == ".csv":
                # Names of places and forces are the files' own.
                safe = self.frame.map(
                    lambda cell: disarmed(cell) if isinstance(cell, str) else cell
                )
                safe.to_csv(part, index=False, lineterminator="\n", date_format="%Y-%m-%d")
            else:
                self.frame.to_parquet(part, index=False)
        return target


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a file that would be overwritten, or is of no known kind."""
    if target.suffix not in (".csv", ".parquet"):
        raise TableError(f"{target.name} ends in neither .csv nor .parquet; name one of the two.")
    refuse_present([(target.parent, target.name)], force=force)


@plain_errors
def count_police_uk(
    glob: str | Sequence[str],
    *,
    by: Sequence[str] = ("area", "month", "type"),
    engine: str = "duckdb",
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> StreetCounts:
    """Count the records of police.uk's street files, some files at a time.

    Parameters
    ----------
    glob : str or sequence of str
        Files, or patterns of them.
    by : sequence of {"area", "force", "lsoa", "month", "outcome", "type"}
        What to count by. An area is a district, told by the names of its LSOAs.
    engine : {"duckdb", "polars"}, default "duckdb"
        What counts. DuckDB keeps to 1 GB of memory and can keep a copy; Polars is faster on many
        files and holds the counts in memory. Before either counts, the commas and quotation marks
        of each file are: one with a row that has not as many cells as its header is set aside,
        with its line. Of a large file Polars reads 32 MB at a time; 4194304 in the environment as
        POLARS_CSV_CHUNK_SIZE, before the count, takes half the memory (the command line sets it).
    cache : path, optional
        With DuckDB: folder for a typed copy of what was read. Another count of the same files
        takes it instead; files that have changed are read anew.
    progress : callable, optional
        Called with the files and the records done so far.

    Returns
    -------
    StreetCounts
        With the columns `district_code` and `district`, `force`, `lsoa_code`, `period_start` and
        `period_end`, `last_outcome`, `crime_type` as asked for, and `records`. A record that
        stands again under its identifier, every cell equal, is counted once, where both stand in
        one file or in files read together (256 MB at a time). A missing
        district is a record without a place; one without a `district_code` is not known here.
        A district that has been abolished since has the code of its successor.

    Raises
    ------
    TableError
        If no file matches, none can be read, or two files of one month and force differ and lie
        in no archives of which one is the later.
    UnknownNameError
        If there is nothing of that name to count by, or no such engine.
    """
    for name in by:
        one_of(name, "column to count by", COUNTED_BY)
    columns = [COUNTED_BY[name] for name in dict.fromkeys(by)]
    files, left_out = files_once(matching_files(glob))
    with run_on(engine, columns, progress) as run:
        if cache is None:
            run.count_files(files)
        elif isinstance(run, DuckRun):
            run.count_cached(files, StreetCache(named_place(cache, "a cache"), run.connection))
        else:
            raise TableError(f"A typed copy is kept with DuckDB, not with {engine}; leave out one.")
        if len(run.set_aside) == len(files):
            first, fault = next(iter(run.set_aside.items()))
            raise TableError(f"None of {len(files)} files can be read. The first: {first} {fault}")
        frame = _finished(run.totals(), columns)
    found = Gathered("street files")
    cover_files(left_out, found)
    cover_repeats(run.n_repeats, run.n_differing, found)
    seen = (file for file in (*files, *left_out) if file not in run.set_aside)
    cover_gaps(run.known, found, seen)
    if "district" in frame:
        former = (district_of(name)[1] for name in frame["district"].dropna().unique().tolist())
        cover_abolished(filter(None, former), found, under_heir=True)
    told = found.result(frame)
    number = int(frame["records"].sum())
    return StreetCounts(frame, run.n_files, number, run.set_aside, told.coverage, told.cautions)


def _finished(totals: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Give areas their codes and months their first and last days."""
    import pandas as pd

    frame = totals.rename(columns={"falls_within": "force"})
    if "district" in columns:
        codes = {
            name: district_of(name)[0] for name in frame["district"].dropna().unique().tolist()
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
