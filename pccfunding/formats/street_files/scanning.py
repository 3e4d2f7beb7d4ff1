"""Files larger than memory as lazy tables: nothing is read before a result is asked for."""

from __future__ import annotations

import csv
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from glob import glob as expand
from pathlib import Path
from typing import Any

from pccfunding.errors import TableError, lacking
from pccfunding.formats.count_files.gathered import Gathered
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.read_result import doubt
from pccfunding.formats.street_files.engine_tables import (
    ADDRESS,
    HERE,
    Engine,
    Layout,
    as_engine_names,
    asked,
    check_engine,
    header_of,
    names_of,
    one_after_another,
    read_csv,
    read_parquet,
    street_table,
    typed,
)
from pccfunding.formats.street_files.known_gaps import cover_files, cover_names
from pccfunding.formats.street_files.repeated_files import files_once
from pccfunding.words import counted

__all__ = ["BEYOND", "STREET", "layout_of", "matching_files", "scan_awards", "scan_police_uk"]

# The columns of police.uk's street files under both of their layouts, as they are named here.
STREET = {
    "crime_id": "Crime ID",
    "month": "Month",
    "reported_by": "Reported by",
    "falls_within": "Falls within",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "easting": "Easting",
    "northing": "Northing",
    "location": "Location",
    "lsoa_code": "LSOA code",
    "lsoa_name": "LSOA name",
    "crime_type": "Crime type",
    "last_outcome": "Last outcome category",
    "context": "Context",
}
_NEEDED_STREET = ("Month", "Crime type")
_NEEDED_AWARDS = ("area_code", "period_start", "period_end", "amount_gbp")
# Names of columns without a title, and of blank columns beyond the header.
_UNTITLED, BEYOND = "untitled column ", "column beyond the header "


@plain_errors
def scan_police_uk(
    glob: str | Sequence[str],
    *,
    engine: Engine = "duckdb",
    storage_options: Mapping[str, str] | None = None,
) -> Any:
    r"""See police.uk's street files as one lazy table.

    Parameters
    ----------
    glob : str or sequence of str
        Files, or patterns such as "archive/*/*-street.csv"; addresses that the engine finds, such
        as ``s3://archive/*/*-street.csv`` or ``hdfs://host/archive``; a folder or files of Parquet
        that hold these columns by the titles of police.uk or by the names below.
    engine : {"duckdb", "polars", "spark"}, default "duckdb"
        What reads them.
    storage_options : mapping of str to str, optional
        How Polars comes to an address: endpoint and keys, as its own functions take them.

    Returns
    -------
    DuckDBPyRelation, polars.LazyFrame or pyspark DataFrame
        One row a record, columns as text but for the coordinates: `month` ("2023-01"),
        `reported_by`, `falls_within`, `longitude` and `latitude` (files before 2012: `easting`
        and `northing`), `location`, `lsoa_code`, `lsoa_name`, `crime_type`,
        `last_outcome`, `context`, `crime_id`, and `district`, the name of the LSOA
        without its number. Only the headers of the files have been read.

    Raises
    ------
    TableError
        If no file is found, a file lacks the columns Month or Crime type, two files of one month
        and force differ, or the engine cannot read an address.
    UnknownNameError
        If there is no such engine.

    Warns
    -----
    UserWarning
        Of what the names of the files tell: months that a force lacks, files that stand twice and
        are seen once, Greater Manchester, which has published no crimes since July 2019.

    Notes
    -----
    A record that stands twice in one file is seen twice; ``count_police_uk`` and
    ``read_police_uk`` count it once.

    Behind an address, or in a folder of Parquet, nothing is looked up but the columns: no warning
    says which months are missing or which files stand twice, and all CSV files must have one
    header.

    A force without records in a file may have published none: absence is not zero. Anti-social
    behaviour is an incident, not a crime. Rows are not checked against a contract: DuckDB refuses a
    damaged row, but for a quotation mark that is not closed in one of several files, the rest of
    which it takes for one value, and for a blank cell too many, which a comma in the name of a
    place leaves at the end of its row, so that every cell behind it stands under another title
    (both seen in 2.0, without a word); Polars fills a short row up, and of a long one reads the
    cells that it needs. `count_police_uk` finds such files and sets them aside.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "2023-01-somewhere-street.csv"
    ...     _ = file.write_text(
    ...         "Month,LSOA code,LSOA name,Crime type\n2023-01,E01,Cambridge 001A,Drugs\n"
    ...     )
    ...     street = scan_police_uk(f"{folder}/*.csv", engine="polars")
    ...     street.select("district", "month").collect().rows()
    [('Cambridge', '2023-01')]
    """
    check_engine(engine)
    if places := _places(glob, engine, storage_options):
        return _street_at(places, engine, storage_options)
    files, left_out = files_once(matching_files(_on_disk(glob)))
    layouts, faults = layout_of(files, _NEEDED_STREET)
    for file, fault in faults.items():
        raise TableError(f"{file}: {fault}")
    found = Gathered("")
    cover_files(left_out, found)
    cover_names(files, found)
    if found.cautions:
        coverage = found.table("coverage")
        said = "; ".join(doubt(code, coverage) for code in sorted(found.cautions))
        told = f"{counted(len(files), 'street file')}. Caution: {said}."
        warnings.warn(told, UserWarning, stacklevel=2)
    return open_street(layouts, engine)


@plain_errors
def scan_awards(
    glob: str | Sequence[str],
    *,
    engine: Engine = "duckdb",
    storage_options: Mapping[str, str] | None = None,
) -> Any:
    r"""See files of award lines as one lazy table that the measures take.

    Parameters
    ----------
    glob : str or sequence of str
        CSV or Parquet files, patterns of them, folders of Parquet, or addresses of these that the
        engine finds (``s3://ledger/*.parquet``, ``s3a://ledger/awards``, ``hdfs://host/awards``,
        ``file:///data/awards``), with the columns of `Awards` that measures use: `area_code`,
        `period_start`, `period_end`, `amount_gbp`.
    engine : {"duckdb", "polars", "spark"}, default "duckdb"
        What reads them.
    storage_options : mapping of str to str, optional
        How Polars comes to an address: endpoint and keys, as its own functions take them.

    Returns
    -------
    DuckDBPyRelation, polars.LazyFrame or pyspark DataFrame
        The columns of the files. In CSV files `period_start` and `period_end` are read as dates,
        columns that end in `_gbp` as numbers, all others as text; Parquet files keep their types.

    Raises
    ------
    TableError
        If no file is found, one lacks a column, CSV and Parquet files are mixed, or the engine
        cannot read an address.
    UnknownNameError
        If there is no such engine.

    Notes
    -----
    Only the headers are checked here, not the rows. On a lazy table a doubtful row gives an
    unknown with its reason, see `per_capita_spend`.

    An address whose name does not end in .csv or .csv.gz is one of Parquet. It is found by the
    engine, on Spark by its workers: this machine's disk is not looked at. CSV files behind one
    address must have one header.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "awards.csv"
    ...     _ = file.write_text(
    ...         "area_code,period_start,period_end,amount_gbp\n"
    ...         "E23000023,2023-04-01,2024-03-31,70023\n"
    ...     )
    ...     awards = scan_awards(f"{folder}/*.csv", engine="polars")
    ...     awards.select("amount_gbp").collect().rows()
    [(70023.0,)]
    """
    check_engine(engine)
    if places := _places(glob, engine, storage_options):
        return _awards_at(places, engine, storage_options)
    files = matching_files(_on_disk(glob))
    kinds = {Path(file).suffix.lower() for file in files}
    if kinds == {".parquet"}:
        frame = read_parquet(files, engine)
        names = names_of(frame, engine)
        if fault := _lacking(names, _NEEDED_AWARDS):
            raise TableError(f"{files[0]}: {fault}")
        return frame
    if ".parquet" in kinds:
        raise TableError(f"{files[0]} and others mix Parquet with CSV. Scan them apart.")
    layouts, faults = layout_of(files, _NEEDED_AWARDS)
    for file, fault in faults.items():
        raise TableError(f"{file}: {fault}")
    parts = [
        typed(read_csv(layout, engine), {name: _award_kind(name) for name in layout.header}, engine)
        for layout in layouts
    ]
    return one_after_another(parts, engine)


def _places(glob: str | Sequence[str], engine: str, options: Mapping[str, str] | None) -> list[str]:
    """Give addresses and folders as the engine finds them; nothing where all are files here."""
    if options is not None and engine != "polars":
        raise TableError(
            "storage_options= are for engine='polars'. DuckDB takes a secret (CREATE SECRET), "
            "Spark the settings of its session, such as spark.hadoop.fs.s3a.access.key."
        )
    patterns = _patterns(glob)
    found = [pattern if _is_address(pattern, engine) else _on_disk(pattern) for pattern in patterns]
    folders = {
        place for place in found if not ADDRESS.match(place) and Path(place.strip("\0")).is_dir()
    }
    for folder in folders:
        if next(Path(folder.strip("\0")).rglob("*.parquet"), None) is None:
            raise TableError(
                f"{folder} is a folder that holds no Parquet file. Name what is to be read, such "
                f"as {f'{folder}/**/*.csv'!r}."
            )
    if not folders and not any(map(ADDRESS.match, found)):
        return []
    return [as_engine_names(place, engine) for place in found]


def _is_address(pattern: str, engine: str) -> bool:
    """Whether an engine is to find it: Spark's workers their own disks too."""
    return bool(ADDRESS.match(pattern)) and (engine == "spark" or not pattern.startswith(HERE))


def _patterns(glob: Any) -> list[str]:
    """Give the patterns that name files, one or several; refuse what is none."""
    several = isinstance(glob, list | tuple | set | frozenset)
    patterns = list(glob) if several else [glob]
    if not all(isinstance(one, str | os.PathLike) for one in patterns):
        raise TableError(
            f"Files are named by a pattern, such as 'archive/*/*-street.csv', or by several; this "
            f"is a {type(glob).__name__}."
        )
    if not patterns or "" in patterns:
        raise TableError("An empty pattern names no file; write one, such as 'archive/*/*.csv'.")
    return [os.fspath(one) for one in patterns]


def _on_disk(glob: Any) -> Any:
    if isinstance(glob, str | os.PathLike):
        return os.fspath(glob).removeprefix(HERE)
    return [pattern.removeprefix(HERE) for pattern in _patterns(glob)]


def _is_csv(place: str) -> bool:
    return place.lower().endswith((".csv", ".csv.gz"))


def _awards_at(places: list[str], engine: str, options: Mapping[str, str] | None) -> Any:
    frame, names = _opened(places, engine, options)
    if fault := _lacking(names, _NEEDED_AWARDS):
        raise TableError(f"{places[0]}: {fault}")
    if not _is_csv(places[0]):
        return frame
    return typed(frame, {name: _award_kind(name) for name in names}, engine)


def _street_at(places: list[str], engine: str, options: Mapping[str, str] | None) -> Any:
    frame, names = _opened(places, engine, options)
    if "month" in names and "crime_type" in names:
        columns = {own: own for own in STREET if own in names}
    elif fault := _lacking(names, _NEEDED_STREET):
        raise TableError(f"{places[0]}: {fault}")
    else:
        columns = {own: theirs for own, theirs in STREET.items() if theirs in names}
    return street_table(frame, columns, engine)


def _opened(
    places: list[str], engine: str, options: Mapping[str, str] | None
) -> tuple[Any, list[str]]:
    """See what the engine finds under some names, with its columns."""
    csv_places = [place for place in places if _is_csv(place)]
    if csv_places and len(csv_places) < len(places):
        raise TableError(f"{places[0]} and others mix Parquet with CSV. Scan them apart.")
    if not csv_places:
        return asked(
            lambda: _with_names(read_parquet(places, engine, options), engine), places, engine
        )
    header = asked(lambda: header_of(places, engine, options), places, engine)
    layout = Layout(tuple(header), tuple(places))
    return asked(lambda: (read_csv(layout, engine, options=options), header), places, engine)


def _with_names(frame: Any, engine: str) -> tuple[Any, list[str]]:
    return frame, names_of(frame, engine)


def _award_kind(name: str) -> str:
    if name in ("period_start", "period_end"):
        return "DATE"
    return "DOUBLE" if name.endswith("_gbp") else "VARCHAR"


def open_street(layouts: Iterable[Layout], engine: str) -> Any:
    """See street files of known layouts as one lazy table."""
    check_engine(engine)
    parts = []
    for layout in layouts:
        columns = {own: theirs for own, theirs in STREET.items() if theirs in layout.header}
        parts.append(street_table(read_csv(layout, engine), columns, engine))
    return one_after_another(parts, engine)


def matching_files(glob: str | Sequence[str]) -> list[str]:
    """Give the files of one or several patterns, sorted, each once; refuse to find none."""
    patterns = _patterns(glob)
    if any("\x00" in pattern for pattern in patterns):
        raise TableError(f"No file matches {', '.join(map(repr, patterns))}.")
    found = {file for pattern in patterns for file in expand(pattern, recursive=True)}
    files = sorted(file for file in found if Path(file).is_file())
    if not files:
        folder = next((one for one in patterns if Path(one).is_dir()), None)
        hint = f" {folder} is a folder: write {f'{folder}/**/*.csv'!r}." if folder else ""
        raise TableError(f"No file matches {', '.join(map(repr, patterns))}.{hint}")
    return files


def layout_of(
    files: Iterable[str], needed: Sequence[str] = _NEEDED_STREET, *, blank_columns: bool = False
) -> tuple[list[Layout], dict[str, str]]:
    """Put the files of one header together, and tell what is wrong with others.

    `blank_columns` allows blank cells beyond the header, as many in every row; a caller that does
    so must look at each of these cells.
    """
    held: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    faults = {}
    for file in files:
        try:
            with open(file, encoding="utf-8-sig", newline="") as lines:
                rows = csv.reader(lines)
                printed = tuple(next(rows, []))
                header = _named(printed)
                if blank_columns:
                    header += _blank_columns(header, next(rows, []))
        except (UnicodeDecodeError, csv.Error):
            faults[file] = "is no CSV file in UTF-8."
            continue
        if other := told_by_titles([header]) if "Crime type" in needed else None:
            other = None if "street file" in other else f"{other}."
        if fault := other or _lacking(header, needed):
            faults[file] = fault
        else:
            held.setdefault((header, header == printed), []).append(file)
    return [Layout(header, tuple(names), same) for (header, same), names in held.items()], faults


def _named(header: Sequence[str]) -> tuple[str, ...]:
    """Give the titles of a header; a column without one gets a name that nobody asks for."""
    titles = [name.strip() for name in header]
    return (
        tuple(title or f"{_UNTITLED}{at}" for at, title in enumerate(titles)) if any(titles) else ()
    )


def _blank_columns(header: Sequence[str], row: Sequence[str]) -> tuple[str, ...]:
    beyond = row[len(header) :]
    if not header or any(cell.strip() for cell in beyond):
        return ()
    return tuple(f"{BEYOND}{at}" for at in range(len(beyond)))


def _lacking(header: Sequence[str], needed: Sequence[str]) -> str | None:
    if not header:
        return "is empty."
    if fault := lacking(needed, header):
        return fault
    repeated = next((name for name in header if header.count(name) > 1), None)
    return None if repeated is None else f"has the column {repeated!r} twice."
