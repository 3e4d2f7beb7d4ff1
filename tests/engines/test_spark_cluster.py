"""A standalone cluster of two workers on this machine gives the numbers of pandas."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from engine_frames import rows

pytestmark = pytest.mark.spark

LINES = 300_000
HERE = Path(__file__).parent


def program(name: str) -> Path:
    """Give a program that comes with pyspark."""
    import pyspark

    return Path(pyspark.__file__).parent / "bin" / (f"{name}.cmd" if os.name == "nt" else name)


@contextmanager
def running(kind: str, log: Path, *arguments: str) -> Iterator[None]:
    """Run one process of the cluster, and end it."""
    start = program("spark-class")
    own = {
        "SPARK_HOME": str(start.parents[1]),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [str(start), f"org.apache.spark.deploy.{kind}", "--host", "127.0.0.1", *arguments],
            stdout=lines,
            stderr=subprocess.STDOUT,
            env={**os.environ, **own},
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)


def wait_for(log: Path, words: str, times: int = 1) -> None:
    started = time.monotonic()
    while log.read_text("utf-8", errors="replace").count(words) < times:
        if time.monotonic() - started > 180:
            pytest.fail(f"{log.name} never said {words!r}: {log.read_text('utf-8')[-2000:]}")
        time.sleep(0.2)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Give the address of a master with two workers, and the folder where they work."""
    pytest.importorskip("pyspark")
    folder = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as processes:
        log = folder / "master.log"
        ports = ("--port", port, "--webui-port", "0")
        processes.enter_context(running("master.Master", log, *ports))
        wait_for(log, "elected leader")
        for number in range(2):
            limits = ("--cores", "1", "--memory", "600m", "--webui-port", "0")
            work = ("--work-dir", str(folder / f"worker-{number}"))
            worker = folder / f"worker-{number}.log"
            processes.enter_context(running("worker.Worker", worker, *limits, *work, master))
        wait_for(log, "Registering worker", times=2)
        yield master, folder


def tables() -> dict[str, pl.DataFrame]:
    rng = np.random.default_rng(20_240_331)
    year = rng.integers(2014, 2022, LINES)
    area, stream = rng.integers(0, 43, LINES), rng.integers(0, 6, LINES)
    pence = rng.integers(-(10**5), 10**8, LINES)
    ledger = pl.DataFrame(
        {
            "area_code": [f"A{one:02d}" for one in area],
            "funding_stream": [f"Stream {one}" for one in stream],
            "period_start": [date(one, 4, 1) for one in year.tolist()],
            "period_end": [date(one + 1, 3, 31) for one in year.tolist()],
            "amount_gbp": np.where(pence % 997, pence / 100, np.nan),
            "note": [f"line {one} of the ledger" for one in range(LINES)],
        }
    ).with_columns(pl.col("amount_gbp").fill_nan(None))
    cells = [(f"A{area:02d}", year) for area in range(43) for year in range(2014, 2022)]
    return {
        "ledger": ledger,
        "few": ledger.head(500),
        "people": pl.DataFrame(
            {
                "area_code": [area for area, _ in cells],
                "reference_date": [date(year, 6, 30) for _, year in cells],
                "persons": [100_000 + 7 * place for place in range(len(cells))],
                "vintage": "an example",
            }
        ),
        "parts": pl.DataFrame({"area_code": ["E1", "E2", "E3"], "weight": [3, 1, 7]}),
    }


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Amounts and counts are equal to the last bit, rates and percent nearly so."""
    order = sorted({name for row in expected[:1] for name in row} - {"unknown_reason"})
    for table in (found, expected):
        table.sort(key=lambda row: [str(row[name]) for name in order])
    assert len(found) == len(expected) > 0
    for row, other in zip(found, expected, strict=True):
        assert row.keys() <= other.keys() | {"unknown_reason"}
        for name, value in row.items():
            whole = name.endswith("_gbp") or not isinstance(value, float)
            given = other.get(name)
            assert value == given if whole else value == pytest.approx(given, rel=1e-12), name


def test_two_workers_give_what_pandas_gives(cluster: tuple[str, Path], tmp_path: Path) -> None:
    from cluster_driver import measured

    master, folder = cluster
    given = tables()
    (tmp_path / "ledger").mkdir()
    for number in range(4):
        part = given["ledger"][number * LINES // 4 : (number + 1) * LINES // 4]
        part.write_parquet(tmp_path / "ledger" / f"part-{number}.parquet")
    for name in ("few", "people", "parts"):
        given[name].write_parquet(tmp_path / f"{name}.parquet")
    out = tmp_path / "found.json"
    submit = [str(program("spark-submit")), "--master", master, "--driver-memory", "512m"]
    own = {
        "SPARK_HOME": str(program("spark-submit").parents[1]),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path]),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [*submit, str(HERE / "cluster_driver.py"), master, str(tmp_path), str(out)],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(out.read_text("utf-8"))
    # The ledger itself does not fit into the driver, whose results do.
    assert "maxResultSize" in told["refused"]
    # Two workers and the driver, and both workers did a part of it.
    assert told["executors"] == 3
    for number in range(2):
        logs = [log.read_text("utf-8") for log in folder.glob(f"worker-{number}/*/*/stderr")]
        assert any("Finished task" in log for log in logs)
    frames = {name: table.to_pandas() for name, table in given.items()}
    expected = measured(*(frames[name] for name in ("ledger", "few", "people", "parts")))
    assert told["found"].keys() == expected.keys()
    for name, table in expected.items():
        same(told["found"][name], rows(table))
