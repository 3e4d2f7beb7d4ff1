"""How the time of a call grows with its work, over two decades of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

import pccfunding as pcc
from benchmarks import Growth, benchmark
from benchmarks.verdicts import FORTY_TWO

STREAMS, AWARDS = 4, 2_000
HAMPSHIRE = "E23000030"


def money_and_falls(classes: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw spend by stream and falls by class over 42 forces, with nothing between them."""
    rng = np.random.default_rng(1)
    spend = pd.DataFrame(
        [(code, f"Stream {n}") for n in range(STREAMS) for code in FORTY_TWO],
        columns=["area_code", "funding_stream"],
    )
    spend["spend_gbp_per_head"] = rng.uniform(0.1, 5, len(spend)).round(4)
    fell = pd.DataFrame(
        [(code, f"Class {n}") for n in range(classes) for code in FORTY_TWO],
        columns=["area_code", "offence"],
    )
    fell["offences_baseline"] = rng.integers(200, 20_000, len(fell))
    kept = rng.uniform(0.6, 1.2, len(fell))
    fell["offences_comparison"] = (fell["offences_baseline"] * kept).astype(int)
    return spend, fell


def family(classes: int) -> Callable[[], Any]:
    spend, fell = money_and_falls(classes)
    return lambda: pcc.spend_vs_reduction_family(spend, fell, resamples=199)


def every_pair(answers: Mapping[int, Any]) -> str:
    for classes, found in answers.items():
        assert len(found.frame) == classes * STREAMS
        assert found.frame["p_value"].notna().all()
    return f"{', '.join(f'{len(found.frame):,}' for found in answers.values())} pairs have a p"


@benchmark
def growth_family(rows: int | None) -> Growth:
    most = rows or 400
    return Growth(
        f"spend_vs_reduction_family of {STREAMS} streams over 42 areas, by offence classes",
        (most // 100, most // 10, most),
        family,
        every_pair,
    )


def spread(areas: int) -> Callable[[], Any]:
    rng = np.random.default_rng(3)
    awards = pl.DataFrame(
        {
            "place": [str(number) for number in range(AWARDS)],
            "period_start": ["2023-04-01"] * AWARDS,
            "period_end": ["2024-03-31"] * AWARDS,
            "amount_gbp": rng.integers(1, 10**8, AWARDS) / 100,
        }
    ).with_columns(pl.col("period_start", "period_end").str.to_date())
    by = pl.DataFrame(
        {
            "area_code": [f"E9{number:07d}" for number in range(areas)],
            "weight": rng.integers(1, 10**6, areas),
        }
    )
    lazy = awards.lazy()
    return lambda: pcc.apportion(lazy, to="area_code", rule="weights", by=by.lazy()).collect()


def every_penny(answers: Mapping[int, Any]) -> str:
    for areas, found in answers.items():
        assert len(found) == areas * AWARDS
        added = found.group_by("place").agg(
            (pl.col("amount_gbp") * 100).round().sum(), pl.col("awarded_gbp").first()
        )
        assert (added["amount_gbp"] == (added["awarded_gbp"] * 100).round()).all()
    return f"the parts of {AWARDS:,} awards add up to the penny"


@benchmark
def growth_lazy_apportion(rows: int | None) -> Growth:
    most = rows or 400
    return Growth(
        f"apportion of a lazy frame of Polars with {AWARDS:,} awards, by areas",
        (most // 100, most // 10, most),
        spread,
        every_penny,
    )


def office(lines: int) -> Callable[[], Any]:
    """Make ready evidence with so many award lines, and give the writing of its Review."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "Recipient": [f"Organisation {number}" for number in range(lines)],
            "Funding stream": [f"Fund {number % 5}" for number in range(lines)],
            "Amount (£)": rng.integers(10_000, 10**7, lines) / 100,
        }
    )
    read = pcc.read_awards(
        table.to_csv(index=False).encode(), financial_year="2023/24", funder="An office"
    )
    source = {"title": "A list", "publisher": "An office"}
    tables = pcc.award_tables(
        read.frame, area=HAMPSHIRE, source=source, listing="made-up", funding_stream="All"
    )
    folder = Path(tempfile.mkdtemp())
    try:
        pcc.write_data_package(tables, folder / "evidence", name="made-up", title="Made up")
        found = pcc.review(pcc.read_evidence(folder / "evidence"))
    finally:
        shutil.rmtree(folder)

    def write() -> int:
        place = Path(tempfile.mkdtemp())
        try:
            found.write(place / "pack")
            table = pd.read_csv(place / "pack" / "tables" / "awards.csv")
        finally:
            shutil.rmtree(place)
        return len(table)

    return write


def every_pack(answers: Mapping[int, Any]) -> str:
    assert all(lines == held for lines, held in answers.items()), answers
    return "each pack holds every line"


@benchmark
def growth_review(rows: int | None) -> Growth:
    most = rows or 2_400
    sizes = most // 100, most // 10, most
    return Growth("Review.write, by award lines", sizes, office, every_pack)
