"""Statistics of an evidence folder: each file read as what it is, and set beside the bundled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from pccfunding.evidence.evidence import bundled_rows
from pccfunding.formats import (
    ReadResult,
    read_deflator,
    read_police_uk,
    read_population,
    read_recorded_crime,
)
from pccfunding.schemas import PRIMARY_KEYS, STORED


def statistics_readers(path: Path, key: str) -> dict[str, Callable[[], ReadResult]]:
    """Give what can read a file of counts, by the table that it would fill."""
    return {
        "recorded_crime": lambda: read_recorded_crime(path, source_id=key, annual=True),
        "population": lambda: read_population(path, vintage=path.stem, source_id=key),
        "deflator": lambda: read_deflator(path, source_id=key),
        "street_crime": lambda: read_police_uk(path, source_id=key),
    }


def statistics_table(kind: str, frame: pd.DataFrame, file: str) -> pd.DataFrame:
    """Give the rows of the contract that a reader's frame holds."""
    if kind == "recorded_crime":
        frame = frame[frame["measure"] == "recorded_offences"]
    elif kind == "street_crime":
        frame = _street_counts(frame, file)
    return frame[list(STORED[kind].to_schema().columns)]


def _street_counts(records: pd.DataFrame, file: str) -> pd.DataFrame:
    """Count records by district, category and month; those in no district stand under the force."""
    records = records[records["kind"].isin(["crime", "incident"])]
    areas = bundled_rows("areas")
    parents = areas.set_index("area_code")["parent_code"].to_dict()
    districts = records["district_code"]
    inside = [
        parents.get(district) == force
        for district, force in zip(districts, records["area_code"], strict=True)
    ]
    named = pd.Series(inside, index=records.index, dtype=bool)
    places = pd.Series("outside_the_force", index=records.index)
    places[districts.isna()] = "not_located"
    places[named] = "in_the_area"
    rows = pd.DataFrame(
        {
            "area_code": districts.where(named, records["area_code"]),
            "location": places,
            "category": records["crime_type"],
            "recorded_as": records["kind"],
            "period_start": records["period_start"],
            "period_end": records["period_end"],
            "source_id": records["source_id"],
        }
    )
    counted = rows.groupby(list(rows.columns), sort=True).size().reset_index(name="records")
    return counted.assign(release=f"Street-level records of {file}")


def beside_bundled(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Set the folder's own counts beside the bundled ones; of equal keys the folder's stands.

    An index of prices takes the place of the bundled one, since each has a base of its own; street
    records take the place of the bundled ones of the same areas and months.
    """
    bundled = bundled_rows(name)
    frames = [frame.astype(bundled.dtypes.to_dict()) for frame in frames]
    if name == "deflator":
        bundled = bundled.iloc[:0]
    elif name == "street_crime":
        own = pd.concat(frames)
        held = zip(bundled["area_code"], bundled["period_end"], strict=True)
        mine = set(zip(own["area_code"], own["period_end"], strict=True))
        bundled = bundled[[one not in mine for one in held]]
    both = pd.concat([*frames, bundled], ignore_index=True)
    return both.drop_duplicates(PRIMARY_KEYS[name], ignore_index=True)
