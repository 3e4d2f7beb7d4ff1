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

import pandas as pd

from benchmarks import Call, Comparison, benchmark
from benchmarks._street import FORCES, MONTHS, lsoas, scratch, street_files
from benchmarks._street_by_hand import (
    by_hand_duckdb,
    by_hand_polars,
    by_pandas,
    by_pandas_looked_up,
    read_as_text_by_pandas,
    read_by_pandas,
    told_by_hand_duckdb,
    told_by_hand_polars,
)
from pccfunding import read_police_uk
from pccfunding.formats.street_files.count_police_uk import count_police_uk
from pccfunding.formats.street_files.runs import CSV_CHUNK_BYTES

ROWS, ONE_FILE = 6_000_000, 86_000

# What `pccfunding count --engine polars` sets for its own process.
os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", CSV_CHUNK_BYTES)


def on_polars(files: list[str]) -> Any:
    return count_police_uk(files, engine="polars")


def read_raw(files: list[str]) -> int:
    """Give the least that any way has to do: read the bytes."""
    buffer, total = bytearray(2**20), 0
    for file in files:
        with Path(file).open("rb", buffering=0) as raw:
            while size := raw.readinto(buffer):
                total += size
    return total


def peak_of(function: Callable[..., Any], files: list[str] | str) -> float:
    """Give the peak memory in MB of a call in a process of its own, its imports included.

    A peer's process imports nothing of ours.
    """
    # What the system calls the largest resident set would hold that of this process too.
    code = f"""
import json, sys
from {function.__module__} import {function.__name__} as call
call(json.load(sys.stdin))
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
    by_hand, told_by_hand = {
        "DuckDB": (by_hand_duckdb, told_by_hand_duckdb),
        "Polars": (by_hand_polars, told_by_hand_polars),
    }[engine]
    equal = f"{engine} by hand, repeats found"
    district_of = lsoas().set_index("lsoa_code")["district"]
    ways: dict[str, Callable[..., Any]] = {
        f"count_police_uk, {engine}": ours,
        equal: told_by_hand,
        f"{engine} by hand, counts alone": by_hand,
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
        # Who counts by hand looks for no torn row. The rest is equal work: each record once.
        at_least={equal: 0.95},
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


@benchmark
def street_read(rows: int | None) -> Comparison:
    """One large file as a typed table, every row accounted for."""
    [name] = files_of(rows or ONE_FILE, 1)

    def agree(answers: Mapping[str, Any]) -> str:
        ours, *theirs = answers.values()
        assert ours.n_rejected == 0
        for frame in theirs:
            assert len(ours.frame) == len(frame)
            assert (ours.frame["crime_type"] == frame["Crime type"]).all()
            assert ours.frame["longitude"].equals(frame["Longitude"].rename("longitude"))
        return f"{len(ours.frame):,} rows, the same types and coordinates"

    size = Path(name).stat().st_size / 1e6
    return Comparison(
        work=f"{rows or ONE_FILE:,} rows ({size:,.1f} MB) read into memory",
        calls={
            "read_police_uk": Call(
                partial(read_police_uk, name), peak_mb=partial(peak_of, read_police_uk, name)
            ),
            "pandas.read_csv": Call(
                partial(read_by_pandas, name), peak_mb=partial(peak_of, read_by_pandas, name)
            ),
            "pandas.read_csv, texts and days": Call(
                partial(read_as_text_by_pandas, name),
                peak_mb=partial(peak_of, read_as_text_by_pandas, name),
            ),
        },
        agree=agree,
        at_least={"pandas.read_csv": 0.25},
    )
