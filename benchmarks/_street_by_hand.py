"""Street files counted and read without us: a process that imports this holds nothing of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

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
USED = ["Month", "LSOA name", "Crime type"]


def by_hand_duckdb(files: list[str]) -> pd.DataFrame:
    """Count with the query that one would write, columns declared and nothing guessed."""
    return _duckdb(files, repeats=False)


def told_by_hand_duckdb(files: list[str]) -> pd.DataFrame:
    """Count, and find out whether an identifier stands twice, as our count does."""
    return _duckdb(files, repeats=True)


def _duckdb(files: list[str], *, repeats: bool) -> pd.DataFrame:
    import duckdb

    names = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    street = f"""read_csv({files!r}, header = true, auto_detect = false, delim = ',',
            quote = '"', escape = '"', columns = {{{names}}})"""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        counted = connection.execute(
            f"""
            SELECT left("LSOA name", -5) AS district, "Month" AS month, "Crime type" AS crime_type,
                count(*) AS records
            FROM {street} GROUP BY ALL ORDER BY ALL
            """
        ).df()
        if repeats:
            told = f'SELECT count("Crime ID") - count(DISTINCT "Crime ID") FROM {street}'
            assert connection.execute(told).fetchall() == [(0,)]
        return counted


def by_hand_polars(files: list[str]) -> pd.DataFrame:
    """Count with the query that one would write, nothing guessed."""
    return _polars(files, repeats=False)


def told_by_hand_polars(files: list[str]) -> pd.DataFrame:
    """Count, and find out whether an identifier stands twice, as our count does."""
    return _polars(files, repeats=True)


def _polars(files: list[str], *, repeats: bool) -> pd.DataFrame:
    import pandas as pd
    import polars as pl

    keys = [
        pl.col("LSOA name").str.head(-5).alias("district"),
        pl.col("Month").alias("month"),
        pl.col("Crime type").alias("crime_type"),
    ]
    street = pl.scan_csv(files, infer_schema=False)
    queries = [street.group_by(keys).agg(pl.len().alias("records"))]
    if repeats:
        identifier = pl.col("Crime ID").drop_nulls()
        queries.append(street.select(identifier.len() - identifier.n_unique()))
    counted, *told = pl.collect_all(queries, engine="streaming")
    assert all(one.item() == 0 for one in told)
    ordered = counted.sort("district", "month", "crime_type")
    return pd.DataFrame(ordered.to_dict(as_series=False))


def by_pandas(files: list[str]) -> pd.DataFrame:
    """Count with pandas, reading only the columns that are used."""
    import pandas as pd

    street = pd.concat([pd.read_csv(file, usecols=USED) for file in files])
    return in_groups(street.assign(district=street["LSOA name"].str[:-5]))


def by_pandas_looked_up(files: list[str], district_of: pd.Series) -> pd.DataFrame:
    """Count with pandas, the district found by the code of the LSOA, as in a published look-up."""
    import pandas as pd

    used = ["Month", "LSOA code", "Crime type"]
    street = pd.concat([pd.read_csv(file, usecols=used) for file in files])
    return in_groups(street.assign(district=street["LSOA code"].map(district_of)))


def in_groups(street: pd.DataFrame) -> Any:
    counted = street.groupby(["district", "Month", "Crime type"], dropna=False).size()
    return counted.rename("records").reset_index()


def read_by_pandas(file: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(file)


def read_as_text_by_pandas(file: str) -> pd.DataFrame:
    """Read the columns that we read as text as text, and the months as days."""
    import pandas as pd

    numbers = {"Longitude": "float64", "Latitude": "float64"}
    texts = dict.fromkeys((name for name in COLUMNS if name not in numbers), "str")
    street = pd.read_csv(file, dtype=texts | numbers)
    return street.assign(start=pd.to_datetime(street["Month"], format="%Y-%m"))
