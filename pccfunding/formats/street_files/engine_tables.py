"""Tables of files as each engine reads them: the same columns on DuckDB, Polars and Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from pccfunding.errors import TableError, need_extra, one_of

COORDINATES = ("longitude", "latitude", "easting", "northing")
# What each engine is called, and the extra that brings it.
Engine: TypeAlias = Literal["duckdb", "polars", "spark"]
_ENGINES = {
    "duckdb": ("duckdb", "engines"),
    "polars": ("polars", "engines"),
    "spark": ("pyspark", "spark"),
}
ADDRESS = re.compile("[A-Za-z][A-Za-z0-9+.-]+://")
HERE = "file://"
_IN_FOLDERS = re.compile(".*/[*][*]/")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Layout:
    """The files that share one header; `as_printed` where its titles are those of the files."""

    header: tuple[str, ...]
    files: tuple[str, ...]
    as_printed: bool = True


def check_engine(engine: str, known: Sequence[str] = tuple(_ENGINES)) -> None:
    """Refuse an engine that is not known, or not installed."""
    module, extra = _ENGINES[one_of(engine, "engine", known)]
    need_extra(module, f"engine={engine!r}", extra=extra)


def read_csv(
    layout: Layout,
    engine: str,
    connection: Any = None,
    options: Mapping[str, str] | None = None,
) -> Any:
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
        return pl.scan_csv(files, infer_schema=False, storage_options=_plain(options))
    from pyspark.sql import SparkSession, types

    fields = [types.StructField(name, types.StringType()) for name in layout.header]
    reader = SparkSession.builder.getOrCreate().read.schema(types.StructType(fields))
    places = [as_engine_names(file, engine) for file in files]
    # Without escape="" a backslash at the end of a place would swallow the next comma.
    return reader.csv(places, header=True, escape='"', mode="FAILFAST", enforceSchema=False)


def read_parquet(files: list[str], engine: str, options: Mapping[str, str] | None = None) -> Any:
    if engine == "duckdb":
        import duckdb

        # Folders may be named by the values of a column, as Spark writes them.
        return duckdb.read_parquet(files, hive_partitioning=any(map(_IN_FOLDERS.match, files)))
    if engine == "polars":
        import polars as pl

        return pl.scan_parquet(files, storage_options=_plain(options))
    from pyspark.sql import SparkSession

    places = [as_engine_names(file, engine) for file in files]
    return SparkSession.builder.getOrCreate().read.parquet(*places)


def names_of(frame: Any, engine: str) -> list[str]:
    return list(frame.collect_schema() if engine == "polars" else frame.columns)


def typed(frame: Any, kinds: dict[str, str], engine: str) -> Any:
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


def street_table(frame: Any, columns: dict[str, str], engine: str) -> Any:
    """Name the columns of street files, and make the district out of the name of the LSOA."""
    # "Cambridge 001A": a space, three figures and a letter are the LSOA's own.
    if engine == "duckdb":
        made = [
            f"{quoted(theirs)}{'::DOUBLE' if own in COORDINATES else ''} AS {own}"
            for own, theirs in columns.items()
        ]
        if "lsoa_name" in columns:
            made.append(f"left({quoted(columns['lsoa_name'])}, -5) AS district")
        return frame.project(", ".join(made))
    if engine == "polars":
        import polars as pl

        cells = [
            pl.col(theirs).cast(pl.Float64 if own in COORDINATES else pl.String).alias(own)
            for own, theirs in columns.items()
        ]
        if "lsoa_name" in columns:
            cells.append(pl.col(columns["lsoa_name"]).str.head(-5).alias("district"))
        return frame.select(cells)
    from pyspark.sql import functions

    spark = [
        functions.col(f"`{theirs}`").cast("double" if own in COORDINATES else "string").alias(own)
        for own, theirs in columns.items()
    ]
    if "lsoa_name" in columns:
        name = f"`{columns['lsoa_name']}`"
        spark.append(functions.expr(f"left({name}, length({name}) - 5)").alias("district"))
    return frame.select(*spark)


def one_after_another(parts: list[Any], engine: str) -> Any:
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


def as_engine_names(place: str, engine: str) -> str:
    """Name a folder so that the engine takes all Parquet files in it."""
    if engine == "spark":
        return place if ADDRESS.match(place) else f"{HERE}{Path(place).absolute()}"
    last = place.rstrip("/").rpartition("/")[2]
    if "." in last or "*" in last:
        return place
    return f"{place.rstrip('/')}/" + ("**/*.parquet" if engine == "duckdb" else "")


def header_of(places: list[str], engine: str, options: Mapping[str, str] | None) -> list[str]:
    if engine == "duckdb":
        import duckdb

        return list(duckdb.read_csv(places, header=True, all_varchar=True).columns)
    if engine == "polars":
        import polars as pl

        return list(
            pl.scan_csv(
                places, infer_schema=False, storage_options=_plain(options)
            ).collect_schema()
        )
    from pyspark.sql import SparkSession

    return list(
        SparkSession.builder.getOrCreate().read.csv(places, header=True, escape='"').columns
    )


def _plain(options: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if options is None else dict(options)


def asked(ask: Callable[[], _T], places: Sequence[str], engine: str) -> _T:
    """Put what an engine says of an address into our words."""
    try:
        return ask()
    except _errors_of(engine) as error:
        # Of an exception of Java the text begins with the call, not with what was wrong.
        told = getattr(error, "java_exception", None)
        said = str(error if told is None else told.toString()).strip().splitlines()[:1] or [""]
        raise TableError(
            f"{', '.join(places)}: {engine} cannot read it: {said[0].strip()} Check the address, "
            f"and what {engine} needs to come to it (see the documentation, Scale)."
        ) from error


def _errors_of(engine: str) -> tuple[type[Exception], ...]:
    if engine == "duckdb":
        import duckdb

        return (duckdb.Error,)
    if engine == "polars":
        import polars as pl

        return (pl.exceptions.PolarsError, OSError)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)
