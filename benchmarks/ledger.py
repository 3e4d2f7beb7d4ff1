"""A national ledger of ten million rows: spend per head and year on year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from benchmarks import Call, Comparison, benchmark
from benchmarks._ledger import (
    BY,
    by_hand_duckdb,
    by_hand_pandas,
    by_hand_polars,
    encoded_ledger,
    people,
)
from pccfunding import per_capita_spend, year_on_year
from pccfunding.money.kernel import sum_encoded

ROWS = 10_000_000
KEYS = ["area_code", "funding_stream", "financial_year"]
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


def read_once(frame: pd.DataFrame, columns: list[str]) -> Callable[[], Any]:
    """Give the least that any way has to do: read each column once."""
    arrays = [
        frame[name].cat.codes.to_numpy()
        if frame[name].dtype == "category"
        else frame[name].to_numpy()
        for name in columns
    ]
    return lambda: [
        array.view(np.int64).max() if array.dtype.kind == "M" else array.max() for array in arrays
    ]


@benchmark
def ledger_pence_sum(rows: int | None) -> Comparison:
    """The sum behind every measure: pence by area, stream and year, exact to the penny."""
    count = rows or ROWS
    frame = encoded_ledger(count)
    plain = strings(frame[[*KEYS, "amount_pence"]])
    polars = in_polars(frame[[*KEYS, "amount_pence"]], pl.Categorical)

    def agree(answers: Mapping[str, Any]) -> str:
        ours = answers["sum_encoded"]
        assert int(frame["amount_pence"].abs().sum()) < 2**53
        expected = ours["amount_pence"].to_numpy()
        assert expected.sum() == frame["amount_pence"].sum()
        for name in ("pandas str", "pandas categorical"):
            assert (answers[name].to_numpy() == expected).all(), name
        by_polars = answers["Polars Categorical"].with_columns(pl.col(KEYS).cast(pl.String))
        assert (by_polars.sort(KEYS)["amount_pence"].to_numpy() == expected).all()
        return f"{len(ours):,} totals are the same to the penny, and below 2**53 pence"

    return Comparison(
        work=f"{count:,} rows, pence by area, stream and year",
        calls={
            "sum_encoded": Call(lambda: sum_encoded(frame, KEYS, "amount_pence")),
            "pandas str": Call(lambda: plain.groupby(KEYS)["amount_pence"].sum()),
            "pandas categorical": Call(
                lambda: frame.groupby(KEYS, observed=True)["amount_pence"].sum()
            ),
            "Polars Categorical": Call(
                lambda: polars.lazy().group_by(KEYS).agg(pl.col("amount_pence").sum()).collect()
            ),
            "limit: read the columns once": Call(read_once(frame, [*KEYS, "amount_pence"])),
        },
        agree=agree,
        at_least={"pandas str": 25, "pandas categorical": 8, "Polars Categorical": 2},
    )


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
def ledger_spend_encoded(rows: int | None) -> Comparison:
    """The full measure on an encoded frame, beside pandas on the same categories."""
    count = rows or ROWS
    frame = encoded_ledger(count)[USED]
    persons = people().astype({"area_code": frame["area_code"].dtype})
    return Comparison(
        work=f"{count:,} encoded rows, per_capita_spend with bounds, counts and checks",
        calls={
            "per_capita_spend": Call(lambda: per_capita_spend(frame, persons, by=BY)),
            "pandas categorical": Call(lambda: by_hand_pandas(frame, persons)),
            "limit: read the columns once": Call(read_once(frame, USED)),
        },
        agree=same_spend,
        at_least={"pandas categorical": 5},
    )


@benchmark
def ledger_growth_encoded(rows: int | None) -> Comparison:
    """Year on year on an encoded frame, beside the sums alone of pandas on the same categories."""
    count = rows or ROWS
    frame = encoded_ledger(count)[USED]
    persons = people().astype({"area_code": frame["area_code"].dtype})

    def agree(answers: Mapping[str, Any]) -> str:
        ours, theirs = answers["year_on_year"], answers["pandas categorical, sums only"]
        np.testing.assert_allclose(ours["amount_gbp"], theirs["spend_gbp"], rtol=1e-12)
        return f"{len(ours):,} groups agree"

    return Comparison(
        work=f"{count:,} encoded rows, year_on_year with bounds, counts and checks",
        calls={
            "year_on_year": Call(lambda: year_on_year(frame, value="amount_gbp", by=BY)),
            "pandas categorical, sums only": Call(lambda: by_hand_pandas(frame, persons)),
        },
        agree=agree,
        at_least={"pandas categorical, sums only": 5},
    )


@benchmark
def ledger_on_pandas(rows: int | None) -> Comparison:
    """The measure on plain pandas, beside the same by hand: what Narwhals costs."""
    count = rows or ROWS
    frame, persons = strings(encoded_ledger(count)[USED]), people()
    return Comparison(
        work=f"{count:,} rows of strings in pandas, per_capita_spend",
        calls={
            "per_capita_spend": Call(lambda: per_capita_spend(frame, persons, by=BY)),
            "by hand": Call(lambda: by_hand_pandas(frame, persons)),
        },
        agree=same_spend,
        at_least={"by hand": 1 / 1.2},
    )


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
        at_least={"by hand": 1 / 1.2},
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
        at_least={"by hand": 1 / 1.4},
    )


@benchmark
def ledger_by_size(rows: int | None) -> Comparison:
    """The measures on a hundredth, a tenth and the whole: the cost of a row must not grow."""
    most = rows or ROWS
    sizes = (most, most // 10, most // 100)
    whole = encoded_ledger(most)
    calls = {}
    for size in sizes:
        part = whole.iloc[:size].reset_index(drop=True)
        calls[f"{size:,} rows"] = Call(
            lambda part=part: sum_encoded(part, KEYS, "amount_pence"), units=size / 1e6
        )
    return Comparison(
        work="pence by area, stream and year; times for a million rows",
        calls=calls,
        agree=lambda answers: (
            f"{', '.join(f'{len(found):,}' for found in answers.values())} groups"
        ),
        at_least={f"{most // 10:,} rows": 1 / 1.15},
    )
