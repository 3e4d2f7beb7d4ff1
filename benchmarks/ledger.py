"""A national ledger of ten million rows on Polars and DuckDB, beside the same by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from benchmarks import Call, Comparison, benchmark
from benchmarks._ledger import (
    BY,
    by_hand_duckdb,
    by_hand_polars,
    encoded_ledger,
    people,
)
from pccfunding import per_capita_spend

ROWS = 10_000_000
USED = [*BY, "period_start", "period_end", "amount_gbp", "amount_low_gbp", "amount_high_gbp"]
COLUMNS = [
    "spend_gbp",
    "spend_low_gbp",
    "spend_high_gbp",
    "spend_known_gbp",
    "persons",
    "spend_gbp_per_head",
    "spend_low_gbp_per_head",
    "spend_high_gbp_per_head",
    "n_known",
    "n_figures",
]


def strings(frame: pd.DataFrame) -> pd.DataFrame:
    words = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(words, "str"))


def in_polars(frame: pd.DataFrame, words: Any = pl.String) -> pl.DataFrame:
    """Copy a frame to Polars, missing numbers as null."""
    cells: dict[str, pl.Series] = {}
    for name in frame:
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = pl.Series(column.cat.codes.to_numpy().astype(np.uint32))
            held = pl.Series(column.cat.categories.to_list(), dtype=pl.String)
            cells[str(name)] = held.gather(codes).cast(words)
        else:
            cells[str(name)] = pl.Series(column.to_numpy(), nan_to_null=True)
    return pl.DataFrame(cells)


def same_spend(answers: Mapping[str, Any]) -> str:
    """Compare the numbers of both ways, sorted alike, and count the texts."""
    ours, theirs = (tabled(answer) for answer in answers.values() if not isinstance(answer, list))
    assert len(ours) == len(theirs)
    for column in COLUMNS:
        np.testing.assert_allclose(
            ours[column].to_numpy(dtype=float), theirs[column].to_numpy(dtype=float), rtol=1e-12
        )
    texts = [frame["unknown_reason"].notna().sum() for frame in (ours, theirs)]
    assert texts[0] == texts[1] > 0
    return f"{len(ours):,} groups agree in {len(COLUMNS)} columns and {texts[0]:,} reasons"


def tabled(answer: Any) -> pd.DataFrame:
    """Give an answer of any engine as a pandas frame."""
    if isinstance(answer, pl.DataFrame):
        return pd.DataFrame(answer.to_dict(as_series=False))
    return answer if isinstance(answer, pd.DataFrame) else answer.df()


@benchmark
def ledger_on_polars(rows: int | None) -> Comparison:
    """The measure on a Polars LazyFrame, beside the same by hand."""
    count = rows or ROWS
    frame, persons = (
        in_polars(encoded_ledger(count)[USED]).lazy(),
        pl.from_dict(people().to_dict("list")).lazy(),
    )
    return Comparison(
        work=f"{count:,} rows of strings in Polars, lazy, per_capita_spend",
        calls={
            "per_capita_spend": Call(lambda: per_capita_spend(frame, persons, by=BY).collect()),
            "by hand": Call(lambda: by_hand_polars(frame, persons).collect()),
        },
        agree=same_spend,
        at_least={"by hand": 0.8},
    )


@benchmark
def ledger_on_duckdb(rows: int | None) -> Comparison:
    """The measure on tables of DuckDB, beside the same by hand."""
    count = rows or ROWS
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    for name, frame in (("awards", strings(encoded_ledger(count)[USED])), ("persons", people())):
        connection.register("given", frame)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")
    for name in ("amount_gbp", "amount_low_gbp", "amount_high_gbp"):
        connection.execute(f"UPDATE awards SET {name} = NULL WHERE isnan({name})")
    awards, persons = connection.table("awards"), connection.table("persons")
    query = by_hand_duckdb("awards", "persons")
    return Comparison(
        work=f"{count:,} rows of strings in DuckDB, per_capita_spend",
        calls={
            "per_capita_spend": Call(lambda: per_capita_spend(awards, persons, by=BY).df()),
            "by hand": Call(lambda: connection.sql(query).df()),
        },
        agree=same_spend,
        at_least={"by hand": 0.8},
    )
