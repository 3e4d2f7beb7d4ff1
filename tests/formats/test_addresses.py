"""Ledgers and street files behind addresses: the engine finds them, and this disk is not asked."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError
from pccfunding.formats.street_files import scanning

AWARDS = pl.DataFrame(
    {
        "area_code": ["E23000023"] * 3,
        "funding_stream": ["Victims", "Victims", "Roads"],
        "period_start": [date(2022, 4, 1), date(2023, 4, 1), date(2023, 4, 1)],
        "period_end": [date(2023, 3, 31), date(2024, 3, 31), date(2024, 3, 31)],
        "amount_gbp": [100.0, 150.0, None],
    }
)
STREET = pl.DataFrame(
    {
        "Month": ["2023-01", "2023-01", "2023-02"],
        "LSOA code": ["E01", "E01", "E02"],
        "LSOA name": ["Cambridge 001A", "Cambridge 001A", "Fenland 010C"],
        "Crime type": ["Drugs", "Drugs", "Drugs"],
        "Longitude": ["0.1", "", "0.2"],
    }
).with_columns(pl.col("Longitude").replace("", None))


def engine(name: str) -> Any:
    return pytest.param(name, marks=[pytest.mark.spark] if name == "spark" else [])


every_engine = pytest.mark.parametrize(
    "name", [engine("duckdb"), engine("polars"), engine("spark")]
)


@pytest.fixture
def started(request: pytest.FixtureRequest) -> None:
    name = request.getfixturevalue("name")
    if name == "duckdb":
        pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
    if name == "spark":
        from engine_frames import spark_session

        spark_session()


def ledger_in(folder: Path) -> Path:
    """Write a ledger as Spark does: a folder of parts, one folder a value of a key."""
    for stream in ("Victims", "Roads"):
        part = folder / f"funding_stream={stream}" / "part-0.parquet"
        part.parent.mkdir(parents=True)
        AWARDS.filter(pl.col("funding_stream") == stream).drop("funding_stream").write_parquet(part)
    return folder


def growth(scanned: Any) -> list[tuple[str, float | None]]:
    grown = pcc.year_on_year(scanned, value="amount_gbp", by="funding_stream")
    assert isinstance(nw.from_native(grown), nw.LazyFrame)
    found = nw.from_native(grown).collect().rows(named=True)
    return [(row["funding_stream"], row["change_pct"]) for row in found]


GROWN = [("Roads", None), ("Victims", None), ("Victims", 50.0)]


@every_engine
@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("as_address", [False, True], ids=["folder", "file"])
def test_a_folder_of_parquet_is_one_ledger(name: str, as_address: bool, tmp_path: Path) -> None:
    folder = ledger_in(tmp_path / "ledger")
    place = f"file://{folder}" if as_address else str(folder)
    assert growth(pcc.scan_awards(place, engine=name)) == GROWN  # type: ignore[arg-type]


@every_engine
@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_files_are_found_by_address(name: str, kind: str, tmp_path: Path) -> None:
    for number in range(3):
        part = AWARDS[number : number + 1]
        part.write_csv(tmp_path / f"{number}.csv")
        part.write_parquet(tmp_path / f"{number}.parquet")
    scanned = pcc.scan_awards(f"file://{tmp_path}/*.{kind}", engine=name)  # type: ignore[arg-type]
    assert growth(scanned) == GROWN


@every_engine
@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("printed", [True, False], ids=["printed", "own names"])
def test_street_records_are_kept_as_parquet(name: str, printed: bool, tmp_path: Path) -> None:
    table = STREET
    if not printed:
        own = {theirs: ours for ours, theirs in scanning.STREET.items()}
        table = STREET.rename({column: own[column] for column in STREET.columns})
    table.write_parquet(tmp_path / "street.parquet")
    street = pcc.scan_police_uk(f"file://{tmp_path}", engine=name)  # type: ignore[arg-type]
    found = nw.from_native(street).collect().sort("month", "longitude").rows(named=True)
    assert [(row["district"], row["month"], row["longitude"]) for row in found] == [
        ("Cambridge", "2023-01", None),
        ("Cambridge", "2023-01", 0.1),
        ("Fenland", "2023-02", 0.2),
    ]


@pytest.mark.spark
def test_spark_finds_addresses_and_this_disk_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine_frames import spark_session

    spark_session()
    folder = ledger_in(tmp_path / "ledger")

    def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("this disk was asked")

    monkeypatch.setattr(scanning, "expand", asked)
    for what in ("is_file", "is_dir", "exists", "glob", "open"):
        monkeypatch.setattr(Path, what, asked)
    scanned = pcc.scan_awards(f"file://{folder}", engine="spark")
    monkeypatch.undo()
    assert growth(scanned) == GROWN


@pytest.mark.spark
def test_what_spark_cannot_come_to_is_said() -> None:
    """The classes for S3 are no part of Spark: a session without them says so."""
    from engine_frames import spark_session

    spark_session()
    with pytest.raises(
        TableError, match=r"s3a://ledger/awards: spark cannot read it: .*S3AFileSystem not found"
    ):
        pcc.scan_awards("s3a://ledger/awards", engine="spark")
    with pytest.raises(TableError, match=r"file:///no/such/folder: spark cannot read it"):
        pcc.scan_awards("file:///no/such/folder", engine="spark")


def test_what_is_behind_an_address_is_checked(tmp_path: Path) -> None:
    AWARDS.rename({"amount_gbp": "amount"}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(TableError, match=r"no column 'amount_gbp'\. Did you mean 'amount'"):
        pcc.scan_awards(str(tmp_path), engine="polars")
    with pytest.raises(TableError, match="no columns 'Month', 'Crime type'"):
        pcc.scan_police_uk(str(tmp_path), engine="polars")
    with pytest.raises(TableError, match="mix Parquet with CSV"):
        pcc.scan_awards(["s3://ledger/a.csv", "s3://ledger/a.parquet"], engine="polars")
    with pytest.raises(TableError, match="No file matches"):
        pcc.scan_awards("file:///no/such/ledger.parquet", engine="polars")
    pytest.importorskip("duckdb")
    with pytest.raises(TableError, match="DuckDB takes a secret"):
        pcc.scan_awards("s3://ledger/a.csv", engine="duckdb", storage_options={})


@pytest.fixture
def store() -> Iterator[dict[str, str]]:
    """Start a store that speaks S3 on this machine alone; give how Polars comes to it."""
    program = os.environ.get("MOTO_SERVER")
    if program is None:
        pytest.skip("MOTO_SERVER names no program")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    silent = subprocess.DEVNULL
    server = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)], stdout=silent, stderr=silent
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for attempt in range(300):
            try:
                bucket = urllib.request.Request(f"{url}/ledger", method="PUT")
                urllib.request.urlopen(bucket, timeout=30).close()
                break
            except OSError:
                assert attempt < 299, "the store did not start"
                time.sleep(0.2)
        yield {
            "aws_endpoint_url": url,
            "aws_allow_http": "true",
            "aws_access_key_id": "a key",
            "aws_secret_access_key": "a secret",
            "aws_region": "eu-west-2",
        }
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.spark
def test_polars_reads_from_a_store(store: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        part = AWARDS[number : number + 1]
        part.write_csv(f"s3://ledger/csv/{number}.csv", storage_options=store)
        part.write_parquet(f"s3://ledger/awards/{number}.parquet", storage_options=store)
    STREET.write_csv("s3://ledger/street/2023-01-a-street.csv", storage_options=store)

    def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("this disk was asked")

    monkeypatch.setattr(scanning, "expand", asked)
    for place in ("awards", "awards/*.parquet", "csv/*.csv"):
        scanned = pcc.scan_awards(f"s3://ledger/{place}", engine="polars", storage_options=store)
        assert growth(scanned) == GROWN
    street = pcc.scan_police_uk("s3://ledger/street/*.csv", engine="polars", storage_options=store)
    assert street.select("district", "month").unique().collect().height == 2
    with pytest.raises(TableError, match=r"s3://elsewhere/a\.parquet: polars cannot read it"):
        pcc.scan_awards("s3://elsewhere/a.parquet", engine="polars", storage_options=store)
