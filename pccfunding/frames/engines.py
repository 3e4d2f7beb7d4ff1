"""What each lazy engine has words of its own for: numbered rows, small tables, what meets where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError

# The names of the types of columns in SQL: of DuckDB, and of Spark.
_TYPES: tuple[tuple[Any, str, str], ...] = (
    (nw.String, "VARCHAR", "string"),
    (nw.Int64, "BIGINT", "bigint"),
    (nw.Float64, "DOUBLE", "double"),
    (nw.Date, "DATE", "date"),
    (nw.Datetime, "TIMESTAMP", "timestamp_ntz"),
)


def numbered(frame: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
    """Give each row a number of its own, in no order: no row moves for it."""
    native, engine = frame.to_native(), _engine_of(frame)
    if engine == "polars":
        return _seen(native.with_row_index(name))
    if engine == "duckdb":
        return _seen(native.project(f"*, row_number() OVER () AS {name}"))
    from pyspark.sql import functions

    return _seen(native.withColumn(name, functions.monotonically_increasing_id()))


def repeated(frame: nw.LazyFrame[Any], times: str, place: str) -> nw.LazyFrame[Any]:
    """Repeat each row as often as its column `times` says, and count from 0 in `place`."""
    native, engine = frame.to_native(), _engine_of(frame)
    if engine == "polars":
        import polars as pl

        return _seen(native.with_columns(pl.int_ranges(0, times).alias(place)).explode(place))
    if engine == "duckdb":
        return _seen(native.project(f"*, unnest(range({times})) AS {place}"))
    from pyspark.sql import functions

    places = functions.expr(f"explode(sequence(0L, {times} - 1L))")
    return _seen(native.withColumn(place, places))


def beside(
    frame: nw.LazyFrame[Any], columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, Any]
) -> nw.LazyFrame[Any]:
    """Put a few rows at hand on the engine of a lazy frame, to meet its rows there.

    A relation of DuckDB meets those of its own connection only, and a user's database is left as
    it is: the rows are part of the query. Spark is told to send them to every machine. A column of
    another kind than text, numbers and days has the type of the frame's column of its name.
    """
    native, engine = frame.to_native(), _engine_of(frame)
    if engine == "polars":
        import polars as pl

        made = nw.from_dict(dict(columns), schema=dict(kinds), backend=pl)
        return made.lazy()
    if engine == "duckdb":
        return _seen(_on_connection(native, columns, kinds))
    schema = ", ".join(f"`{name}` {_type_of(kind)[1]}" for name, kind in kinds.items())
    rows = list(zip(*columns.values(), strict=True))
    return for_everyone(_seen(native.sparkSession.createDataFrame(rows, schema)))


def few(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say that a lazy frame is small: Spark reads it on one machine, so that no row of it moves."""
    return _seen(frame.to_native().coalesce(1)) if _is_spark(frame) else frame


def for_everyone(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say that a lazy frame is small: Spark sends it to every machine, to meet large ones there."""
    if not _is_spark(frame):
        return frame
    from pyspark.sql import functions

    return _seen(functions.broadcast(frame.to_native()))


def brought_together(frame: nw.LazyFrame[Any], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Say that a lazy frame is to be grouped and sorted by columns: Spark moves rows once for both.

    Ranges of what is sorted by hold each group whole, so that sums and order need no other move.
    """
    if not _is_spark(frame):
        return frame
    from pyspark.sql import functions

    names = [column.replace("`", "``") for column in by]
    order = [functions.col(f"`{name}`").asc_nulls_last() for name in names]
    return _seen(frame.to_native().repartitionByRange(*order))


def meet(one: nw.LazyFrame[Any], other: nw.LazyFrame[Any]) -> bool:
    """Whether rows of two lazy frames can be joined: relations of one connection of DuckDB can."""
    if not one.implementation.is_duckdb():
        return True
    from duckdb import InvalidInputException

    try:
        one.head(0).join(other.head(0), how="cross")
    except InvalidInputException:
        return False
    return True


def _on_connection(
    native: Any, columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, Any]
) -> Any:
    from duckdb import ConstantExpression, FunctionExpression

    # Counting no rows gives one, on the connection of the relation.
    one = native.limit(0).aggregate("count(*) AS n")
    held = dict(zip(native.columns, map(str, native.types), strict=True))
    types = {name: _type_of(kind)[0] or held[name] for name, kind in kinds.items()}
    lists = {
        name: ConstantExpression(list(values)).cast(f"{types[name]}[]")
        for name, values in columns.items()
    }
    return one.project(
        *(FunctionExpression("unnest", given).alias(name) for name, given in lists.items())
    )


def _type_of(kind: Any) -> tuple[str, str]:
    return next(((duckdb, spark) for own, duckdb, spark in _TYPES if kind == own), ("", ""))


def _engine_of(frame: nw.LazyFrame[Any]) -> str:
    engine = frame.implementation
    if engine.is_polars() or engine.is_duckdb():
        return "polars" if engine.is_polars() else "duckdb"
    if _is_spark(frame):
        return "spark"
    raise TableError(
        f"A lazy frame of {engine.value} cannot be worked on here; frames of Polars, DuckDB and "
        f"Spark can. Collect it first."
    )


def _is_spark(frame: nw.LazyFrame[Any]) -> bool:
    engine = frame.implementation
    return bool(engine.is_pyspark() or engine.is_pyspark_connect())


def _seen(native: Any) -> nw.LazyFrame[Any]:
    frame: nw.LazyFrame[Any] = nw.from_native(native)
    return frame
