"""An award list of 100,000 rows, beside pandas reading the same file without understanding it."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import Call, Comparison, benchmark
from pccfunding.formats import read_awards

PEER = "pandas.read_csv"
HEADER = (
    "Award date",
    "Recipient",
    "Purpose",
    "Amount (£)",
    "Grant programme",
    "Financial year",
    "Reference",
)


def award_list(rows: int) -> Path:
    """Write a list of invented awards into a folder that ends with the process."""
    folder = tempfile.TemporaryDirectory()
    KEPT.append(folder)
    path = Path(folder.name) / "awards.csv"
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            day, month = chance.randint(1, 28), chance.randint(1, 12)
            writer.writerow(
                [
                    f"{day:02}/{month:02}/2023",
                    f"Organisation {chance.randint(1, rows // 10)}",
                    f"Purpose {chance.randint(1, rows // 2)}",
                    f"{chance.randint(100, 900_000) / 100:,.2f}",
                    "Youth Fund",
                    "2023/24",
                    f"R-{number}",
                ]
            )
    return path


KEPT: list[Any] = []


@benchmark
def award_list_import(rows: int | None) -> Comparison:
    """Awards with their bounds, periods and changes in at most six times pandas' time."""
    path = award_list(rows or 100_000)

    def agree(answers: Mapping[str, Any]) -> str:
        result, table = answers["read_awards"], answers[PEER]
        assert result.n_rows == len(result.frame) == len(table)
        pounds = table["Amount (£)"].str.replace(",", "", regex=False).astype(float)
        assert (result.frame["amount_gbp"].to_numpy() == pounds.to_numpy()).all()
        return f"{len(table):,} amounts are the same, and every row is accounted for"

    return Comparison(
        f"an award list of {rows or 100_000:,} rows, as CSV",
        {"read_awards": Call(lambda: read_awards(path)), PEER: Call(lambda: pd.read_csv(path))},
        agree,
        at_least={PEER: 1 / 6},
        at_most_mb=1_000,
    )
