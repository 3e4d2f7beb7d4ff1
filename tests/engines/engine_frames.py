"""One table as every kind of frame that the measures take."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

Columns: TypeAlias = dict[str, list[Any]]
Maker: TypeAlias = Callable[[Columns], Any]


def pandas_numpy(columns: Columns) -> Any:
    return pd.DataFrame(columns)


def pandas_nullable(columns: Columns) -> Any:
    return pd.DataFrame(columns).convert_dtypes()


def pandas_arrow(columns: Columns) -> Any:
    pytest.importorskip("pyarrow")
    return pd.DataFrame(columns).convert_dtypes(dtype_backend="pyarrow")


def pandas_arrow_dates(columns: Columns) -> Any:
    arrow = pytest.importorskip("pyarrow")
    frame = pandas_arrow(columns)
    days = {name: pd.ArrowDtype(arrow.date32()) for name in frame if frame[name].dtype.kind == "M"}
    return frame.astype(days)


def pandas_categories(columns: Columns) -> Any:
    frame = pd.DataFrame(columns)
    words = [name for name, values in columns.items() if kind_of(values) is str]
    return frame.astype(dict.fromkeys(words, "category"))


def polars_eager(columns: Columns) -> Any:
    return pl.DataFrame(columns, nan_to_null=False)


def polars_nan(columns: Columns) -> Any:
    frame = pl.DataFrame(columns)
    floats = [name for name, dtype in frame.schema.items() if dtype == pl.Float64]
    return frame.with_columns(pl.col(floats).fill_null(float("nan"))) if floats else frame


def polars_dates(columns: Columns) -> Any:
    return pl.DataFrame(columns).with_columns(pl.col(pl.Datetime).cast(pl.Date))


def polars_lazy(columns: Columns) -> Any:
    return pl.LazyFrame(columns)


def arrow_table(columns: Columns) -> Any:
    return pytest.importorskip("pyarrow").table(columns)


def duckdb_relation(columns: Columns) -> Any:
    duckdb = pytest.importorskip("duckdb")
    return duckdb.from_arrow(arrow_table(columns))


@cache
def spark_session() -> Any:
    """Start Spark in this process, on two cores; nothing of it listens to other machines."""
    pyspark = pytest.importorskip("pyspark.sql")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.driver.host": "127.0.0.1",
        # Nothing but results may reach this process: a ledger would not fit.
        "spark.driver.maxResultSize": "4m",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = pyspark.SparkSession.builder.master("local[2]").appName("pccfunding tests")
    return builder.config(map=settings).getOrCreate()


def spark_table(columns: Columns) -> Any:
    session = spark_session()
    from pyspark.sql import types

    kinds = {
        str: types.StringType(),
        int: types.LongType(),
        float: types.DoubleType(),
        dt.datetime: types.TimestampNTZType(),
    }
    fields = [types.StructField(name, kinds[kind_of(values)]) for name, values in columns.items()]
    values = [
        [None if value is None else kind_of(column)(value) for value in column]
        if kind_of(column) is float
        else column
        for column in columns.values()
    ]
    return session.createDataFrame(list(zip(*values, strict=True)), types.StructType(fields))


def kind_of(values: list[Any]) -> Any:
    """Give the type of a column's values; a whole number missing makes them floats."""
    kinds = {type(value) for value in values if value is not None}
    if float in kinds or (int in kinds and None in values):
        return float
    return next(iter(kinds), str)


EAGER = [
    pandas_numpy,
    pandas_nullable,
    pandas_arrow,
    pandas_arrow_dates,
    pandas_categories,
    polars_eager,
    polars_nan,
    polars_dates,
    arrow_table,
]
LAZY = [polars_lazy, duckdb_relation, pytest.param(spark_table, marks=pytest.mark.spark)]
every_engine = pytest.mark.parametrize("make", EAGER + LAZY)
every_eager_engine = pytest.mark.parametrize("make", EAGER)
every_lazy_engine = pytest.mark.parametrize("make", LAZY)


def plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return value if isinstance(value, str) else float(value)


def rows(native: Any) -> list[dict[str, Any]]:
    """Give the rows of any frame as plain Python: None for what is missing, days as text."""
    frame = nw.from_native(native).lazy().collect()
    names = frame.columns
    return [
        {name: plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame.iter_rows()
    ]
