"""What a row costs on Spark, on one core and on two; nothing is run where pyspark is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import Call, Comparison, benchmark
from benchmarks._ledger import BY, by_hand_duckdb, encoded_ledger, people
from benchmarks._street import scratch

ROWS = 4_000_000
# The first runs of a session plan and compile the query.
RUNS = 6
USED = [*BY, "period_start", "period_end", "amount_gbp", "amount_low_gbp", "amount_high_gbp"]


def ledger_files(rows: int) -> Path:
    """Write the ledger and its people as Parquet, once."""
    folder = scratch() / f"ledger-{rows}"
    if not (folder / "people.parquet").exists():
        folder.mkdir(exist_ok=True)
        frame = encoded_ledger(rows)[USED].astype(dict.fromkeys(BY, "str"))
        part = -(-rows // 4)
        for number in range(4):
            piece = frame.iloc[number * part : (number + 1) * part]
            # Spark reads no nanoseconds.
            days = dict.fromkeys(("period_start", "period_end"), "datetime64[us]")
            piece.astype(days).to_parquet(folder / f"awards-{number}.parquet", index=False)
        held = people().astype({"reference_date": "datetime64[us]"})
        held.to_parquet(folder / "people.parquet", index=False)
    return folder


def work(folder: str, master: str) -> None:
    """Run a measure and the same by hand in turn, in a session of its own; print their seconds."""
    import time

    from pyspark.sql import SparkSession

    from pccfunding import per_capita_spend, scan_awards

    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
    }
    session = SparkSession.builder.master(master).config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    awards = scan_awards(f"{folder}/awards-*.parquet", engine="spark")
    persons = session.read.parquet(f"{folder}/people.parquet")
    awards.createOrReplaceTempView("awards")
    persons.createOrReplaceTempView("persons")
    # The query by hand for DuckDB is one of Spark as well.
    query = by_hand_duckdb("awards", "persons")
    calls = {
        "seconds": lambda: per_capita_spend(awards, persons, by=BY).toArrow(),
        "by hand": lambda: session.sql(query).toArrow(),
    }
    took: dict[str, list[float]] = {name: [] for name in calls}
    found = {}
    for _ in range(RUNS):
        for name, call in calls.items():
            started = time.perf_counter()
            found[name] = call()
            took[name].append(time.perf_counter() - started)
    ours, theirs = (found[name].column("spend_gbp") for name in calls)
    assert ours.equals(theirs)
    print(json.dumps({**took, "groups": len(ours), "spark": session.version}))


def in_session(folder: Path, master: str) -> Callable[[], Any]:
    code = f"from benchmarks.on_spark import work; work({str(folder)!r}, {master!r})"

    def run() -> Any:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    return run


if find_spec("pyspark") is not None:

    @benchmark
    def ledger_on_spark(rows: int | None) -> Comparison:
        """Spend per head of a ledger in Parquet; the start of Spark counts in the times shown."""
        count = rows or ROWS
        folder = ledger_files(count)

        def agree(answers: Mapping[str, Any]) -> str:
            assert len({found["groups"] for found in answers.values()}) == 1
            told = []
            for name, found in answers.items():
                ours, theirs = min(found["seconds"]), min(found["by hand"])
                told.append(
                    f"{1e9 * ours / count:,.0f} ns on {name}, {theirs / ours:.2f} times as fast as "
                    f"plain Spark by hand"
                )
            return f"a row costs, Spark being started and warm, {'; '.join(told)}"

        return Comparison(
            work=f"{count:,} rows of Parquet, spend per head and the same by hand in a new session",
            calls={master: Call(in_session(folder, master)) for master in ("local[2]", "local[1]")},
            agree=agree,
        )
