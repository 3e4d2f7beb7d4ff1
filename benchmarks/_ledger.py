"""A seeded national ledger, and spend per head of it written by hand for each engine."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

__all__ = [
    "BY",
    "STREAMS",
    "by_hand_duckdb",
    "by_hand_pandas",
    "by_hand_polars",
    "encoded_ledger",
    "people",
]

SEED = 20_240_331
AREAS, YEARS = 320, 10
FIRST_YEAR = 2014
STREAMS = tuple(f"Stream {number}" for number in range(8))
CODES = tuple(f"E9{number:07d}" for number in range(AREAS))
BY = ["area_code", "funding_stream"]
GROUP = [*BY, "period_start", "period_end"]
# Units of an amount: pence, and hundredths of a penny for bounds.
SCALES = {"amount_gbp": 100, "amount_low_gbp": 10_000, "amount_high_gbp": 10_000}


@lru_cache(maxsize=1)
def encoded_ledger(rows: int) -> pd.DataFrame:
    """Give award lines of whole years with bounds, one amount in a thousand unknown."""
    rng = np.random.default_rng(SEED)
    year = rng.integers(0, YEARS, rows).astype(np.int8)
    starts, ends = (
        np.array([f"{FIRST_YEAR + n + later}-{day}" for n in range(YEARS)], dtype="M8[ns]")
        for later, day in ((0, "04-01"), (1, "03-31"))
    )
    labels = [f"{FIRST_YEAR + n}-{(FIRST_YEAR + n + 1) % 100}" for n in range(YEARS)]
    pence = rng.integers(-(10**5), 10**8, rows)
    amount = np.where(rng.random(rows) < 0.001, np.nan, pence / 100)
    return pd.DataFrame(
        {
            "area_code": pd.Categorical.from_codes(rng.integers(0, AREAS, rows), CODES),
            "funding_stream": pd.Categorical.from_codes(rng.integers(0, 8, rows), STREAMS),
            "financial_year": pd.Categorical.from_codes(year, labels),
            "period_start": starts[year],
            "period_end": ends[year],
            "amount_pence": pence,
            "amount_gbp": amount,
            "amount_low_gbp": amount - 0.5,
            "amount_high_gbp": amount + 0.5,
        }
    )


def people() -> pd.DataFrame:
    cells = [(code, year) for code in CODES for year in range(FIRST_YEAR, FIRST_YEAR + YEARS)]
    return pd.DataFrame(
        {
            "area_code": [code for code, _ in cells],
            "reference_date": pd.to_datetime([f"{year}-06-30" for _, year in cells]),
            "persons": 100_000 + np.arange(len(cells)),
            "vintage": "an example",
        }
    )


def by_hand_pandas(awards: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Work spend per head as one would in pandas: bounds, what is known, the pence check."""
    work = awards[GROUP].copy()
    for name, scale in SCALES.items():
        exact = awards[name] * scale
        work[name] = np.floor(exact.fillna(0.0) + 0.5)
        work[f"{name}_known"] = exact.notna()
        if name == "amount_gbp":
            work["broken"] = (exact - work[name]).abs() > exact.abs() * 2.0**-51 + 1e-6
    size = work[list(SCALES)].abs()
    work["size"] = size["amount_gbp"].where(
        size["amount_gbp"] > size["amount_low_gbp"], size["amount_low_gbp"]
    )
    work["size"] = work["size"].where(
        work["size"] > size["amount_high_gbp"], size["amount_high_gbp"]
    )
    work["n_figures"] = 1
    groups = work.groupby(GROUP, observed=True, dropna=False, sort=True)
    sums = groups.sum().reset_index()
    assert not sums["broken"].any()
    assert (sums["size"] < 2.0**53).all()
    for name, scale in SCALES.items():
        known = sums[f"{name}_known"] == sums["n_figures"]
        sums[name.replace("amount", "spend")] = (sums[name] / scale).where(known)
    sums["spend_known_gbp"] = (sums["amount_gbp"] / 100).where(sums["amount_gbp_known"] > 0)
    held = persons.assign(period_start=persons["reference_date"] - pd.offsets.MonthBegin(3))
    held = held.drop(columns=["reference_date", "vintage"])
    sums = sums.merge(held, on=["area_code", "period_start"], how="left")
    for name in ("spend_gbp", "spend_low_gbp", "spend_high_gbp"):
        sums[f"{name}_per_head"] = sums[name] / sums["persons"]
    sums["n_known"] = sums["amount_gbp_known"]
    lost = sums["n_figures"] - sums["n_known"]
    text = lost.astype(str) + " of " + sums["n_figures"].astype(str) + " amounts unknown"
    sums["unknown_reason"] = text.where(lost > 0)
    return sums


def by_hand_polars(awards: Any, persons: Any) -> Any:
    """Give the same as a lazy query of Polars."""
    import polars as pl

    units = {}
    for name, scale in SCALES.items():
        exact = pl.col(name) * scale
        units[name] = (exact.fill_null(0.0) + 0.5).floor()
    exact = pl.col("amount_gbp") * 100
    slack = pl.col("amount_gbp").abs() * 1e-9 + 0.02
    work = awards.select(
        *GROUP,
        *(expression.alias(f"{name}_units") for name, expression in units.items()),
        *(pl.col(name).is_not_null().cast(pl.Int64).alias(f"{name}_known") for name in SCALES),
        broken=((exact - units["amount_gbp"]).abs() > exact.abs() * 2.0**-51 + 1e-6)
        .fill_null(value=False)
        .cast(pl.Int64),
        outside=(
            (pl.col("amount_low_gbp") - pl.col("amount_gbp") > slack)
            | (pl.col("amount_gbp") - pl.col("amount_high_gbp") > slack)
        )
        .fill_null(value=False)
        .cast(pl.Int64),
    ).with_columns(size=pl.max_horizontal(*(pl.col(f"{name}_units").abs() for name in SCALES)))
    summed = [pl.col(f"{name}_{what}").sum() for name in SCALES for what in ("units", "known")]
    sums = work.group_by(GROUP).agg(
        *summed, pl.col("broken", "outside", "size").sum(), n_figures=pl.len().cast(pl.Int64)
    )
    sound = (pl.col("broken") == 0) & (pl.col("outside") == 0) & (pl.col("size") < 2.0**53)
    held = persons.filter(pl.col("reference_date").dt.month() == 6).select(
        "area_code", "persons", start_year=pl.col("reference_date").dt.year()
    )
    sums = sums.with_columns(
        **{
            name.replace("amount", "spend"): pl.when(
                sound & (pl.col(f"{name}_known") == pl.col("n_figures"))
            ).then(pl.col(f"{name}_units") / scale)
            for name, scale in SCALES.items()
        },
        spend_known_gbp=pl.when(pl.col("amount_gbp_known") > 0).then(
            pl.col("amount_gbp_units") / 100
        ),
        n_known=pl.col("amount_gbp_known"),
        start_year=pl.col("period_start").dt.year(),
    ).join(held, on=["area_code", "start_year"], how="left")
    rates = ("spend_gbp", "spend_low_gbp", "spend_high_gbp")
    lost = pl.col("n_figures") - pl.col("n_known")
    text = pl.concat_str(lost, pl.lit(" of "), "n_figures", pl.lit(" amounts unknown"))
    return sums.with_columns(
        *((pl.col(name) / pl.col("persons")).alias(f"{name}_per_head") for name in rates),
        unknown_reason=pl.when(lost > 0).then(text),
    ).sort(GROUP, nulls_last=True)


def by_hand_duckdb(awards: str, persons: str) -> str:
    """Give the same as a query of DuckDB over two tables."""
    keys = ", ".join(GROUP)
    units = ", ".join(
        f"floor(coalesce({name} * {scale}, 0) + 0.5) AS {name}_units, "
        f"({name} IS NOT NULL)::BIGINT AS {name}_known"
        for name, scale in SCALES.items()
    )
    sums = ", ".join(
        f"sum({name}_{what}) AS {name}_{what}" for name in SCALES for what in ("units", "known")
    )
    size = ", ".join(f"abs({name}_units)" for name in SCALES)
    sound = "broken = 0 AND outside = 0 AND size < 9007199254740992"
    spends = ", ".join(
        f"CASE WHEN {sound} AND {name}_known = n_figures "
        f"THEN {name}_units / {scale} END AS {name.replace('amount', 'spend')}"
        for name, scale in SCALES.items()
    )
    rates = ", ".join(
        f"{name} / persons AS {name}_per_head"
        for name in ("spend_gbp", "spend_low_gbp", "spend_high_gbp")
    )
    return f"""
        WITH lines AS (SELECT {keys}, {units}, amount_gbp * 100 AS exact,
            coalesce(amount_low_gbp - amount_gbp > abs(amount_gbp) * 1e-9 + 0.02
                OR amount_gbp - amount_high_gbp > abs(amount_gbp) * 1e-9 + 0.02, false)::BIGINT
                AS is_outside FROM {awards}),
        checked AS (
            SELECT *, (abs(exact - amount_gbp_units) > abs(exact) * {2.0**-51!r} + 1e-6)::BIGINT
                AS is_broken, greatest({size}) AS largest FROM lines),
        sums AS (
            SELECT {keys}, {sums}, coalesce(sum(is_broken), 0) AS broken,
                sum(is_outside) AS outside, sum(largest) AS size,
                count(*) AS n_figures FROM checked GROUP BY {keys}),
        spends AS (
            SELECT {keys}, {spends}, n_figures, amount_gbp_known::BIGINT AS n_known,
                CASE WHEN amount_gbp_known > 0 THEN amount_gbp_units / 100 END AS spend_known_gbp
            FROM sums)
        SELECT spends.*, persons, {rates},
            CASE WHEN n_known < n_figures
                THEN (n_figures - n_known) || ' of ' || n_figures || ' amounts unknown' END
                AS unknown_reason
        FROM spends LEFT JOIN {persons} AS held
            ON spends.area_code = held.area_code
            AND year(spends.period_start) = year(held.reference_date)
        ORDER BY {", ".join(f"spends.{key}" for key in GROUP)}
    """
