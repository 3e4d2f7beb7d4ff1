"""Seeded street-level crime in the shape of police.uk's archive, as files of any number."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from pccfunding.bundled import datasets_dir

__all__ = ["FORCES", "MONTHS", "TYPES", "lsoas", "scratch", "street_files"]

SEED = 20_240_331
FORCES, MONTHS, LSOAS = 43, 12, 35_672
TYPES = (
    "Anti-social behaviour",
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
)
OUTCOMES = (
    "Investigation complete; no suspect identified",
    "Unable to prosecute suspect",
    "Under investigation",
    "Local resolution",
    "Status update unavailable",
)


def scratch() -> Path:
    """Give the folder of the data: PCCFUNDING_BENCHMARK_DATA, else one for temporary files."""
    named = os.environ.get("PCCFUNDING_BENCHMARK_DATA")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "pccfunding-benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def street_files(rows: int, *, files: int) -> Path:
    """Write the rows once, as one file or as one for each force and month; give the folder."""
    folder = scratch() / f"street-{rows}-{files}"
    done = folder / "done.json"
    if done.exists():
        return folder
    folder.mkdir(exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    _tables(connection, rows)
    # Printed as police.uk prints them; one crime in fifty has no place.
    connection.execute(
        f"""
        CREATE VIEW street AS
        SELECT CASE WHEN type = 0 THEN NULL
               ELSE md5(number::VARCHAR) || md5((number + {SEED})::VARCHAR) END AS "Crime ID",
            printf('2023-%02d', month_number + 1) AS "Month",
            force_name AS "Reported by", force_name AS "Falls within",
            CASE WHEN placed THEN printf('%.6f', -5 + easting / 1e6) END AS "Longitude",
            CASE WHEN placed THEN printf('%.6f', 50 + northing / 1e6) END AS "Latitude",
            CASE WHEN placed THEN 'On or near Street ' || easting % 9973 ELSE 'No Location' END
                AS "Location",
            CASE WHEN placed THEN lsoa_code END AS "LSOA code",
            CASE WHEN placed THEN lsoa_name END AS "LSOA name",
            type_name AS "Crime type",
            CASE WHEN type > 0 THEN outcome_name END AS "Last outcome category",
            NULL AS "Context", force_number, month_number
        FROM rows JOIN lsoas USING (lsoa) JOIN types USING (type) JOIN outcomes USING (outcome)
        """
    )
    if files == 1:
        _write(connection, "true", folder / "street.csv")
    else:
        for month in range(MONTHS):
            (folder / f"2023-{month + 1:02d}").mkdir(exist_ok=True)
            connection.execute(
                f"CREATE OR REPLACE TABLE part AS SELECT * FROM street WHERE month_number = {month}"
            )
            for force in range(FORCES):
                name = f"2023-{month + 1:02d}/2023-{month + 1:02d}-force-{force:02d}-street.csv"
                _write(connection, f"force_number = {force}", folder / name, "part")
    size = sum(file.stat().st_size for file in folder.rglob("*.csv"))
    done.write_text(json.dumps({"rows": rows, "bytes": size}), encoding="utf-8")
    return folder


def lsoas() -> pd.DataFrame:
    """Give the small areas, each with its district and force."""
    with (datasets_dir() / "areas.csv").open(encoding="utf-8", newline="") as file:
        areas = [row for row in csv.DictReader(file) if row["kind"] == "local_authority"]
    districts = [areas[number % len(areas)] for number in range(LSOAS)]
    codes = sorted({area["parent_code"] for area in areas})
    frame = pd.DataFrame(
        {
            "lsoa": np.arange(LSOAS),
            "lsoa_code": [f"E01{number:06d}" for number in range(LSOAS)],
            "lsoa_name": [
                f"{area['name']} {turn // 5 + 1:03d}{'ABCDE'[turn % 5]}"
                for turn, area in ((n // len(areas), area) for n, area in enumerate(districts))
            ],
            "district": [area["name"] for area in districts],
            "force_number": [codes.index(area["parent_code"]) for area in districts],
        }
    )
    frame["force_name"] = "Force " + frame["force_number"].astype(str) + " Constabulary"
    return frame


def _tables(connection: duckdb.DuckDBPyConnection, rows: int) -> None:
    rng = np.random.default_rng(SEED)
    drawn = pd.DataFrame(
        {
            "number": np.arange(rows),
            "lsoa": rng.integers(0, LSOAS, rows, dtype=np.int32),
            "month_number": rng.integers(0, MONTHS, rows, dtype=np.int8),
            "type": rng.integers(0, len(TYPES), rows, dtype=np.int8),
            "outcome": rng.integers(0, len(OUTCOMES), rows, dtype=np.int8),
            "placed": rng.random(rows) > 0.02,
            "easting": rng.integers(0, 6_000_000, rows, dtype=np.int32),
            "northing": rng.integers(0, 5_000_000, rows, dtype=np.int32),
        }
    )
    for name, frame in {
        "lsoas": lsoas(),
        "rows": drawn,
        "types": pd.DataFrame({"type": range(len(TYPES)), "type_name": TYPES}),
        "outcomes": pd.DataFrame({"outcome": range(len(OUTCOMES)), "outcome_name": OUTCOMES}),
    }.items():
        connection.register(f"{name}_frame", frame)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_frame")


def _write(
    connection: duckdb.DuckDBPyConnection, which: str, file: Path, table: str = "street"
) -> None:
    connection.execute(
        f"COPY (SELECT * EXCLUDE (force_number, month_number) FROM {table} WHERE {which}) "
        f"TO '{file}' (HEADER, DELIMITER ',')"
    )
