"""The largest bundled table, beside pandas reading the same file, and ten areas' Reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

import pccfunding as pcc
from benchmarks import Call, Comparison, benchmark
from pccfunding.bundled import datasets_dir
from pccfunding.evidence.evidence import bundled_rows
from pccfunding.review_pack.pack import contents_of

TABLE = "recorded_crime_quarters"
TEXTS = ("area_code", "offence", "unknown", "vintage", "verified", "source_id")
WITH_LISTS = {
    "Cambridgeshire",
    "Greater Manchester",
    "Metropolitan Police",
    "Northumbria",
    "Surrey",
    "Thames Valley",
    "Warwickshire",
}
READ = "pandas.read_csv, same dtypes and dates"
BUNDLED = "the Review of the bundled evidence"


@benchmark
def largest_loader(rows: int | None) -> Comparison:
    """The loader of the largest table in at most one and a half times pandas' time."""
    file = datasets_dir() / f"{TABLE}.csv"
    dtypes = dict.fromkeys(TEXTS, "str") | {"offences": "Int64"}

    def read() -> pd.DataFrame:
        return pd.read_csv(file, dtype=dtypes, parse_dates=["period_start", "period_end"])

    def load() -> pd.DataFrame:
        bundled_rows.cache_clear()
        return pcc.load_recorded_crime_quarters()

    def agree(answers: Mapping[str, Any]) -> str:
        ours, theirs = answers.values()
        assert len(ours) == len(theirs)
        assert ours["offences"].sum() == theirs["offences"].sum()
        return f"{len(ours):,} rows of {file.stat().st_size / 1e6:.1f} MB, the same counts"

    pcc.load_areas()  # another loader has run
    calls = {"load_recorded_crime_quarters, nothing kept": Call(load), READ: Call(read)}
    return Comparison("the largest bundled table", calls, agree, at_least={READ: 1 / 1.5})


@benchmark
def ten_area_reviews(rows: int | None) -> Comparison:
    """Reviews of ten areas without a list, each in at most twice the time of the bundled one."""
    areas = pcc.load_areas().query("kind == 'police_force_area'")["name"]
    names = [name for name in sorted(areas) if name not in WITH_LISTS][:10]

    def ten() -> list[int]:
        return [len(contents_of(pcc.review(area=name))) for name in names]

    def bundled() -> int:
        return len(contents_of(pcc.review(pcc.load_evidence())))

    def agree(answers: Mapping[str, Any]) -> str:
        assert all(files > 10 for files in answers["Reviews of ten areas"])
        return f"from {names[0]} to {names[-1]}, every file of each pack"

    calls = {"Reviews of ten areas": Call(ten, units=10), BUNDLED: Call(bundled)}
    return Comparison(
        "Reviews of ten areas from bundled statistics alone",
        calls,
        agree,
        at_least={BUNDLED: 1 / 2},
    )
