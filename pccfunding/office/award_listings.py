"""Award lists of a folder as tables: twins found, and each award known by what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pccfunding.formats import award_tables
from pccfunding.formats.award_files.content_ids import content_ids
from pccfunding.office.sheets import folded
from pccfunding.office.workbook_tables import Answers
from pccfunding.periods import Period


@dataclass(frozen=True)
class AwardFile:
    """The awards of one file, with what the workbook says of it.

    Attributes
    ----------
    path : Path
    frame : DataFrame
        Awards as ``read_awards`` gives them, each with its period.
    stream : str
        Fund of the awards that name none.
    sha256 : str
    named : bool
        Whether sheet Files says that the file counts.
    """

    path: Path
    frame: pd.DataFrame
    stream: str
    sha256: str
    named: bool


def years_from_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Give awards without a period the financial year that they were awarded in."""
    undated = frame["period_start"].isna() & frame["awarded_on"].notna()
    days = frame["awarded_on"][undated].dt.date
    years = [Period.of(day, day).financial_years()[0] for day in days]
    index = frame.index[undated]
    filled: dict[str, Any] = {
        "period": pd.Series([year.label for year in years], index=index, dtype="str"),
        "period_start": pd.Series([year.start for year in years], index=index),
        "period_end": pd.Series([year.end for year in years], index=index),
    }
    return frame.assign(
        **{
            name: frame[name].where(~undated, cells.astype(frame[name].dtype))
            for name, cells in filled.items()
        }
    )


def twin_of(one: AwardFile, others: Sequence[AwardFile]) -> tuple[AwardFile | None, int]:
    """Find the list that shares half of its awards, or of this one's, and how many it shares.

    Two lists that sheet Files both names as counting are no twins.
    """
    mine = _awards_of(one.frame)
    for other in others:
        shared = sum((mine & _awards_of(other.frame)).values())
        named = one.named and other.named
        if 2 * shared >= min(len(one.frame), len(other.frame)) and not named:
            return other, shared
    return None, 0


def _awards_of(frame: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    amounts = frame["amount_gbp"].astype(object).where(frame["amount_gbp"].notna(), frame["token"])
    cells = zip(frame["recipient"], amounts, frame["period"], strict=True)
    return Counter((folded(str(name)), str(amount), str(year)) for name, amount, year in cells)


def listed_tables(one: AwardFile, answers: Answers, listing: str) -> dict[str, pd.DataFrame]:
    """Turn one award list into rows of sources, figures and awards."""
    source = {
        "title": one.path.stem,
        "publisher": answers.office or "not stated",
        "document": one.path.name,
        "sha256": one.sha256,
    }
    made = award_tables(
        one.frame,
        area=answers.area.code,
        source=source,
        listing=listing,
        funding_stream=one.stream,
    )
    return {name: made[name] for name in ("sources", "figures", "awards")}


def with_content_ids(
    made: Sequence[tuple[AwardFile, dict[str, pd.DataFrame]]],
) -> dict[str, pd.DataFrame]:
    """Join the tables of several lists, each award known by what it says, not by its row."""
    if not made:
        return {}
    joined = {
        name: pd.concat([tables[name] for _, tables in made], ignore_index=True)
        for name in made[0][1]
    }
    rows = pd.concat([one.frame for one, _ in made], ignore_index=True)
    awards, figures = joined["awards"], joined["figures"]
    key = [rows["award_id"]]
    key += [awards[name] for name in ("recipient", "funding_stream", "purpose")]
    key += [rows["period"], awards["status"]]
    other = [figures["token"], awards["listing"], awards["note"], awards["conditions"]]
    names = pd.Series(content_ids("line", _rows(key), _rows(other)), dtype="str")
    joined["awards"] = awards.assign(subject_id=names)
    joined["figures"] = figures.assign(figure_id=names, subject_id=names)
    return joined


def _rows(columns: Sequence[Any]) -> list[list[object]]:
    cells = zip(*columns, strict=True)
    return [[cell if isinstance(cell, str) else None for cell in row] for row in cells]
