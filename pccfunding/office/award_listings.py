"""Award lists of a folder as tables: twins found, and each award known by what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pccfunding.formats import award_tables
from pccfunding.formats.award_files.award_repeats import OnceOnly, count_once
from pccfunding.formats.award_files.award_tables import text_rows
from pccfunding.formats.award_files.content_ids import content_ids
from pccfunding.office.sheets import folded
from pccfunding.office.workbook_tables import Answers


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
    totals : DataFrame, optional
        Totals that the file prints, as ``read_awards`` gives them.
    """

    path: Path
    frame: pd.DataFrame
    stream: str
    sha256: str
    named: bool
    totals: pd.DataFrame | None = None


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


def once_of(lists: Sequence[AwardFile]) -> OnceOnly:
    """Count an award once that several lists print alike.

    References that two lists print of awards that differ are no doubt where sheet Files says that
    both lists count.
    """
    once = _once(lists)
    named = [one for one in lists if one.named]
    if once.contradict and len(named) > 1:
        free = [one for one in lists if not one.named]
        once = once._replace(contradict=any(_once([*free, one]).contradict for one in named))
    return once


def _once(lists: Sequence[AwardFile]) -> OnceOnly:
    return count_once([one.frame for one in lists], [one.path.name for one in lists])


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
        totals=one.totals,
    )
    return {name: made[name] for name in ("sources", "figures", "awards", "totals", "statements")}


def with_content_ids(
    made: Sequence[tuple[AwardFile, dict[str, pd.DataFrame]]],
) -> dict[str, pd.DataFrame]:
    """Join the tables of several lists, each award known by what it says, not by its row."""
    if not made:
        return {}
    joined = {
        name: pd.concat(
            [tables[name] for _, tables in made if len(tables[name])] or [made[0][1][name]],
            ignore_index=True,
        )
        for name in made[0][1]
    }
    rows = pd.concat([one.frame for one, _ in made], ignore_index=True)
    awards, figures = joined["awards"], joined["figures"]
    tokens = figures.set_index("figure_id")["token"].reindex(awards["subject_id"])
    key = [rows["award_id"]]
    key += [awards[name] for name in ("recipient", "funding_stream", "purpose")]
    key += [rows["period"], awards["status"]]
    other = [tokens, awards["listing"], awards["note"], awards["conditions"]]
    names = content_ids("line", text_rows(key), text_rows(other))
    known = dict(zip(awards["subject_id"], names, strict=True))
    return {name: _renamed(table, known) for name, table in joined.items()}


_NAMED = ("subject_id", "figure_id", "statement_id", "part_of", "left", "right")


def _renamed(table: pd.DataFrame, known: dict[str, str]) -> pd.DataFrame:
    """Put the names of the awards for those that their lists gave them, and what begins so."""

    def name(one: str) -> str:
        whole, _, ending = one.rpartition("-")
        return known.get(one) or (f"{known[whole]}-{ending}" if whole in known else one)

    def names(cell: Any) -> Any:
        return ";".join(map(name, cell.split(";"))) if isinstance(cell, str) else cell

    named = [column for column in _NAMED if column in table]
    return table.assign(
        **{column: table[column].map(names).astype(table[column].dtype) for column in named}
    )
