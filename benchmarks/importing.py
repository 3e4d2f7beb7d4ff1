"""An award list of 100,000 rows, beside pandas reading its amounts and its dates."""

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

PEER, BARE = "pandas.read_csv, amounts and dates read", "pandas.read_csv"
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


def by_pandas(path: Path) -> pd.DataFrame:
    """Read the list as one would who knows its columns and trusts each cell."""
    table = pd.read_csv(path)
    pounds = table["Amount (£)"].str.replace(",", "", regex=False).astype(float)
    days = pd.to_datetime(table["Award date"], format="%d/%m/%Y")
    return table.assign(pounds=pounds, day=days)


@benchmark
def award_list_import(rows: int | None) -> Comparison:
    """Awards with their bounds, periods and changes, each row accounted for."""
    path = award_list(rows or 100_000)

    def agree(answers: Mapping[str, Any]) -> str:
        result, table = answers["read_awards"], answers[PEER]
        assert result.n_rows == len(result.frame) == len(table)
        assert (result.frame["amount_gbp"].to_numpy() == table["pounds"].to_numpy()).all()
        assert (result.frame["awarded_on"].to_numpy() == table["day"].to_numpy()).all()
        return f"{len(table):,} amounts and dates are the same, and every row is accounted for"

    return Comparison(
        f"an award list of {rows or 100_000:,} rows, as CSV",
        {
            "read_awards": Call(lambda: read_awards(path)),
            PEER: Call(lambda: by_pandas(path)),
            BARE: Call(lambda: pd.read_csv(path)),
        },
        agree,
        at_least={PEER: 0.6},
        at_most_mb=1_000,
    )
