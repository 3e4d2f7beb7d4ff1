"""Street-level crime in the shape of police.uk: six million rows, in one file and in 516."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl

from benchmarks import Call, Comparison, benchmark
from benchmarks._street import FORCES, MONTHS, lsoas, scratch, street_files
from pccfunding.formats.street_files.count_police_uk import count_police_uk
from pccfunding.formats.street_files.runs import CSV_CHUNK_BYTES

ROWS = 6_000_000
USED = ["Month", "LSOA name", "Crime type"]
COLUMNS = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
]

# What `pccfunding count --engine polars` sets for its own process.
os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", CSV_CHUNK_BYTES)


def by_hand_duckdb(files: list[str]) -> pd.DataFrame:
    """Count with the query that one would write, columns declared and nothing guessed."""
    names = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    query = f"""
        SELECT left("LSOA name", -5) AS district, "Month" AS month, "Crime type" AS crime_type,
            count(*) AS records
        FROM read_csv({files!r}, header = true, auto_detect = false, delim = ',',
            quote = '"', escape = '"', columns = {{{names}}})
        GROUP BY ALL ORDER BY ALL
    """
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        return connection.execute(query).df()


def by_hand_polars(files: list[str]) -> pd.DataFrame:
    """Count with the query that one would write, nothing guessed."""
    keys = [
        pl.col("LSOA name").str.head(-5).alias("district"),
        pl.col("Month").alias("month"),
        pl.col("Crime type").alias("crime_type"),
    ]
    street = pl.scan_csv(files, infer_schema=False)
    counted = street.group_by(keys).agg(pl.len().alias("records"))
    ordered = counted.collect(engine="streaming").sort("district", "month", "crime_type")
    return pd.DataFrame(ordered.to_dict(as_series=False))


def on_polars(files: list[str]) -> Any:
    return count_police_uk(files, engine="polars")


def by_pandas(files: list[str]) -> pd.DataFrame:
    """Count with pandas, reading only the columns that are used."""
    street = pd.concat([pd.read_csv(file, usecols=USED) for file in files])
    return in_groups(street.assign(district=street["LSOA name"].str[:-5]))


def by_pandas_looked_up(files: list[str], district_of: pd.Series) -> pd.DataFrame:
    """Count with pandas, the district found by the code of the LSOA, as in a published look-up."""
    used = ["Month", "LSOA code", "Crime type"]
    street = pd.concat([pd.read_csv(file, usecols=used) for file in files])
    return in_groups(street.assign(district=street["LSOA code"].map(district_of)))


def in_groups(street: pd.DataFrame) -> pd.DataFrame:
    counted = street.groupby(["district", "Month", "Crime type"], dropna=False).size()
    return counted.rename("records").reset_index()


def read_raw(files: list[str]) -> int:
    """Give the least that any way has to do: read the bytes."""
    buffer, total = bytearray(2**20), 0
    for file in files:
        with Path(file).open("rb", buffering=0) as raw:
            while size := raw.readinto(buffer):
                total += size
    return total


def peak_of(function: Callable[..., Any], files: list[str]) -> float:
    """Give the peak memory in MB of a call in a process of its own, imports included."""
    # What the system calls the largest resident set would hold that of this process too.
    code = f"""
import json, sys
from benchmarks.street import *
{function.__name__}(json.load(sys.stdin))
with open("/proc/self/status") as lines:
    print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1]) * 1024 / 1e6


def files_of(rows: int, files: int) -> list[str]:
    return sorted(str(file) for file in street_files(rows, files=files).rglob("*.csv"))


def same_counts(answers: Mapping[str, Any]) -> str:
    """Compare every count."""
    tables = []
    for answer in answers.values():
        if isinstance(answer, int):
            continue
        frame = answer if isinstance(answer, pd.DataFrame) else answer.frame
        if "period_start" in frame:
            frame = frame.assign(month=frame["period_start"].dt.strftime("%Y-%m"))
        frame = frame.rename(columns={"Month": "month", "Crime type": "crime_type"})
        keys = ["district", "month", "crime_type"]
        tables.append(frame.fillna({"district": ""}).set_index(keys)["records"].sort_index())
    for other in tables[1:]:
        assert (tables[0] == other).all()
    return f"{len(tables[0]):,} counts agree, {tables[0].sum():,} records in all"


def compared(rows: int, files: int, engine: str) -> Comparison:
    names = files_of(rows, files)
    size = sum(Path(name).stat().st_size for name in names) / 1e6
    ours: Callable[..., Any] = on_polars if engine == "Polars" else count_police_uk
    by_hand = by_hand_polars if engine == "Polars" else by_hand_duckdb
    district_of = lsoas().set_index("lsoa_code")["district"]
    ways: dict[str, Callable[..., Any]] = {
        f"count_police_uk, {engine}": ours,
        f"{engine} by hand": by_hand,
        "pandas usecols": by_pandas,
    }
    return Comparison(
        work=f"{rows:,} rows ({size:,.0f} MB) in {files} files by district, month and type",
        calls={
            **{
                name: Call(partial(way, names), peak_mb=partial(peak_of, way, names))
                for name, way in ways.items()
            },
            "pandas usecols, looked up": Call(partial(by_pandas_looked_up, names, district_of)),
            "limit: read the bytes": Call(partial(read_raw, names)),
        },
        agree=same_counts,
        # The engines use both cores and pandas one: a reader waits for the wall.
        at_least={
            f"{engine} by hand": 1 / 1.15,
            "pandas usecols": 2.5,
            "pandas usecols, looked up": 2.5,
        },
        by_wall=True,
        at_most_mb=0.35 * size,
    )


@benchmark
def street_one_file(rows: int | None) -> Comparison:
    """An archive in one file."""
    return compared(rows or ROWS, 1, "DuckDB")


@benchmark
def street_one_file_on_polars(rows: int | None) -> Comparison:
    """An archive in one file, on the other engine."""
    return compared(rows or ROWS, 1, "Polars")


@benchmark
def street_many_files(rows: int | None) -> Comparison:
    """The same rows in a file for each force and month."""
    return compared(rows or ROWS, FORCES * MONTHS, "DuckDB")


@benchmark
def street_many_files_on_polars(rows: int | None) -> Comparison:
    """The same files, on the other engine."""
    return compared(rows or ROWS, FORCES * MONTHS, "Polars")


@benchmark
def street_ten_times(rows: int | None) -> Comparison:
    """Ten times the files, beside once: the memory has to stay."""
    count = rows or ROWS
    names = files_of(count, FORCES * MONTHS)
    size = sum(Path(name).stat().st_size for name in names) / 1e6
    folder = tempfile.TemporaryDirectory(dir=scratch())
    many = []
    for turn in range(10):
        for number, name in enumerate(names):
            many.append(f"{folder.name}/{turn}-{number:03d}-street.csv")
            os.link(name, many[-1])

    def agree(answers: Mapping[str, Any], folder: Any = folder) -> str:
        ten, once = (answer.frame["records"] for answer in answers.values())
        assert (ten == 10 * once).all()
        return f"{len(once):,} counts are ten times as large"

    return Comparison(
        work=f"{10 * count:,} rows in {len(many):,} files beside {count:,} in {len(names)}",
        calls={
            f"{len(some):,} files": Call(
                partial(count_police_uk, some),
                units=len(some) / len(names),
                peak_mb=partial(peak_of, count_police_uk, some),
            )
            for some in (many, names)
        },
        agree=agree,
        at_most_mb=0.35 * size,
    )


@benchmark
def street_again(rows: int | None) -> Comparison:
    """A second count, from the typed copy."""
    count = rows or ROWS
    names = files_of(count, FORCES * MONTHS)
    folder = tempfile.TemporaryDirectory()
    cache = str(Path(folder.name) / "cache")
    count_police_uk(names, cache=cache)

    def agree(answers: Mapping[str, Any], folder: Any = folder) -> str:
        held = sum(file.stat().st_size for file in Path(cache).iterdir()) / 1e6
        return f"{same_counts(answers)}; the copy takes {held:.1f} MB"

    return Comparison(
        work=f"{count:,} rows in {len(names)} files, counted from the typed copy",
        calls={
            "second count": Call(partial(count_police_uk, names, cache=cache)),
            "first count": Call(partial(count_police_uk, names)),
        },
        agree=agree,
        at_least={"first count": 10},
    )
