"""Files larger than memory as lazy tables: nothing is read before a result is asked for."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import glob as expand
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pccfunding.errors import TableError, lacking, need_extra, one_of
from pccfunding.formats.count_files.gathered import Gathered
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.read_result import doubt
from pccfunding.formats.street_files.known_gaps import cover_files, cover_names
from pccfunding.formats.street_files.repeated_files import files_once
from pccfunding.words import counted

__all__ = [
    "BEYOND",
    "STREET",
    "Layout",
    "check_engine",
    "layout_of",
    "matching_files",
    "quoted",
    "read_csv",
    "scan_awards",
    "scan_police_uk",
]

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
_NUMBERS = ("longitude", "latitude", "easting", "northing")
_NEEDED_STREET = ("Month", "Crime type")
_NEEDED_AWARDS = ("area_code", "period_start", "period_end", "amount_gbp")
# Names of columns without a title, and of blank columns beyond the header.
_UNTITLED, BEYOND = "untitled column ", "column beyond the header "
# What each engine is called, and the extra that brings it.
Engine: TypeAlias = Literal["duckdb", "polars", "spark"]
_ENGINES = {
    "duckdb": ("duckdb", "engines"),
    "polars": ("polars", "engines"),
    "spark": ("pyspark", "spark"),
}


@dataclass(frozen=True)
class Layout:
    """The files that share one header; `as_printed` where its titles are those of the files."""

    header: tuple[str, ...]
    files: tuple[str, ...]
    as_printed: bool = True


@plain_errors
def scan_police_uk(glob: str | Sequence[str], *, engine: Engine = "duckdb") -> Any:
    r"""See police.uk's street files as one lazy table.

    Parameters
    ----------
    glob : str or sequence of str
        Files, or patterns such as "archive/*/*-street.csv".
    engine : {"duckdb", "polars", "spark"}, default "duckdb"
        What reads them.

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
        If no file is found, a file lacks the columns Month or Crime type, or two files of one
        month and force differ.
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
    files, left_out = files_once(matching_files(glob))
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
def scan_awards(glob: str | Sequence[str], *, engine: Engine = "duckdb") -> Any:
    r"""See files of award lines as one lazy table that the measures take.

    Parameters
    ----------
    glob : str or sequence of str
        CSV or Parquet files, or patterns of them, with the columns of `Awards` that measures use:
        `area_code`, `period_start`, `period_end`, `amount_gbp`.
    engine : {"duckdb", "polars", "spark"}, default "duckdb"
        What reads them.

    Returns
    -------
    DuckDBPyRelation, polars.LazyFrame or pyspark DataFrame
        The columns of the files. In CSV files `period_start` and `period_end` are read as dates,
        columns that end in `_gbp` as numbers, all others as text; Parquet files keep their types.

    Raises
    ------
    TableError
        If no file is found, one lacks a column, or CSV and Parquet files are mixed.
    UnknownNameError
        If there is no such engine.

    Notes
    -----
    Only the headers are checked here, not the rows. On a lazy table a doubtful row gives an
    unknown with its reason, see `per_capita_spend`.

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
    files = matching_files(glob)
    kinds = {Path(file).suffix.lower() for file in files}
    if kinds == {".parquet"}:
        frame = _read_parquet(files, engine)
        names = _names_of(frame, engine)
        if fault := _lacking(names, _NEEDED_AWARDS):
            raise TableError(f"{files[0]}: {fault}")
        return frame
    if ".parquet" in kinds:
        raise TableError(f"{files[0]} and others mix Parquet with CSV. Scan them apart.")
    layouts, faults = layout_of(files, _NEEDED_AWARDS)
    for file, fault in faults.items():
        raise TableError(f"{file}: {fault}")
    parts = [
        _typed(
            read_csv(layout, engine), {name: _award_kind(name) for name in layout.header}, engine
        )
        for layout in layouts
    ]
    return _one_after_another(parts, engine)


def open_street(layouts: Iterable[Layout], engine: str) -> Any:
    """See street files of known layouts as one lazy table."""
    check_engine(engine)
    parts = []
    for layout in layouts:
        columns = {own: theirs for own, theirs in STREET.items() if theirs in layout.header}
        parts.append(_street(read_csv(layout, engine), columns, engine))
    return _one_after_another(parts, engine)


def matching_files(glob: str | Sequence[str]) -> list[str]:
    """Give the files of one or several patterns, sorted, each once; refuse to find none."""
    patterns = [glob] if isinstance(glob, str) else list(glob)
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


def check_engine(engine: str, known: Sequence[str] = tuple(_ENGINES)) -> None:
    """Refuse an engine that is not known, or not installed."""
    module, extra = _ENGINES[one_of(engine, "engine", known)]
    need_extra(module, f"engine={engine!r}", extra=extra)


def read_csv(layout: Layout, engine: str, connection: Any = None) -> Any:
    """Read files as text, without a look at their rows to guess types."""
    files = list(layout.files)
    if engine == "duckdb":
        import duckdb

        names = dict.fromkeys(layout.header, "VARCHAR")
        # Declared in full: an engine that has to guess reads the start of every file for it.
        return (connection or duckdb).read_csv(
            files,
            header=True,
            columns=names,
            auto_detect=False,
            delimiter=",",
            quotechar='"',
            escapechar='"',
        )
    if engine == "polars":
        import polars as pl

        if not layout.as_printed:
            schema = dict.fromkeys(layout.header, pl.String)
            return pl.scan_csv(files, has_header=False, skip_rows=1, schema=schema)
        return pl.scan_csv(files, infer_schema=False)
    from pyspark.sql import SparkSession, types

    fields = [types.StructField(name, types.StringType()) for name in layout.header]
    reader = SparkSession.builder.getOrCreate().read.schema(types.StructType(fields))
    # Without escape="" a backslash at the end of a place would swallow the next comma.
    return reader.csv(files, header=True, escape='"', mode="FAILFAST", enforceSchema=False)


def _read_parquet(files: list[str], engine: str) -> Any:
    if engine == "duckdb":
        import duckdb

        return duckdb.read_parquet(files)
    if engine == "polars":
        import polars as pl

        return pl.scan_parquet(files)
    from pyspark.sql import SparkSession

    return SparkSession.builder.getOrCreate().read.parquet(*files)


def _names_of(frame: Any, engine: str) -> list[str]:
    return list(frame.collect_schema() if engine == "polars" else frame.columns)


def _award_kind(name: str) -> str:
    if name in ("period_start", "period_end"):
        return "DATE"
    return "DOUBLE" if name.endswith("_gbp") else "VARCHAR"


def _typed(frame: Any, kinds: dict[str, str], engine: str) -> Any:
    if engine == "duckdb":
        casts = (f"{quoted(name)}::{kind} AS {quoted(name)}" for name, kind in kinds.items())
        return frame.project(", ".join(casts))
    if engine == "polars":
        import polars as pl

        dtypes = {"DATE": pl.Date, "DOUBLE": pl.Float64, "VARCHAR": pl.String}
        return frame.with_columns(
            pl.col(name).str.to_date("%Y-%m-%d")
            if kind == "DATE"
            else pl.col(name).cast(dtypes[kind])
            for name, kind in kinds.items()
        )
    from pyspark.sql import functions

    spark = {"DATE": "timestamp_ntz", "DOUBLE": "double", "VARCHAR": "string"}
    return frame.select(
        *(functions.col(f"`{name}`").cast(spark[kind]).alias(name) for name, kind in kinds.items())
    )


def _street(frame: Any, columns: dict[str, str], engine: str) -> Any:
    """Name the columns of street files, and make the district out of the name of the LSOA."""
    # "Cambridge 001A": a space, three figures and a letter are the LSOA's own.
    if engine == "duckdb":
        made = [
            f"{quoted(theirs)}{'::DOUBLE' if own in _NUMBERS else ''} AS {own}"
            for own, theirs in columns.items()
        ]
        if "lsoa_name" in columns:
            made.append('left("LSOA name", -5) AS district')
        return frame.project(", ".join(made))
    if engine == "polars":
        import polars as pl

        cells = [
            pl.col(theirs).cast(pl.Float64 if own in _NUMBERS else pl.String).alias(own)
            for own, theirs in columns.items()
        ]
        if "lsoa_name" in columns:
            cells.append(pl.col("LSOA name").str.head(-5).alias("district"))
        return frame.select(cells)
    from pyspark.sql import functions

    spark = [
        functions.col(f"`{theirs}`").cast("double" if own in _NUMBERS else "string").alias(own)
        for own, theirs in columns.items()
    ]
    if "lsoa_name" in columns:
        spark.append(functions.expr("left(`LSOA name`, length(`LSOA name`) - 5)").alias("district"))
    return frame.select(*spark)


def _one_after_another(parts: list[Any], engine: str) -> Any:
    """Put tables of differing columns under one another, what one lacks left empty."""
    if len(parts) == 1:
        return parts[0]
    if engine == "polars":
        import polars as pl

        return pl.concat(parts, how="diagonal")
    if engine == "spark":
        first, *others = parts
        for other in others:
            first = first.unionByName(other, allowMissingColumns=True)
        return first
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    first, *others = (
        part.project(
            ", ".join(
                quoted(name) if name in part.columns else f"NULL AS {quoted(name)}"
                for name in names
            )
        )
        for part in parts
    )
    for other in others:
        first = first.union(other)
    return first


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
