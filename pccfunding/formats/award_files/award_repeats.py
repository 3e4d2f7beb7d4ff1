"""Awards that are printed more than once: in one list, in several, or in the evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pccfunding.formats.award_files.content_ids import slug
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.measures.award_years import wholes_of
from pccfunding.money.pence import exact_sum, known_sum
from pccfunding.words import counted, is_missing, pounds

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "OnceOnly",
    "again_words",
    "between_lists",
    "count_once",
    "first_printings",
    "printed_again",
    "without_repeats",
    "years_beside_wholes",
]

# An award of several years has a row a year, and one of several funds a row a fund.
_REFERENCE = ("award_id", "period_start", "period_end", "funding_stream")
_REPEATED_DATES = ("awarded_on", "period_start", "period_end")
_REPEATED = ("recipient", "purpose", "funding_stream", "hedge", "period", "status")
_PLACE = ("place", "repeat_of")


def without_repeats(
    frame: pd.DataFrame,
) -> tuple[pd.DataFrame, list[dict[str, object]], dict[str, bool]]:
    """Count an award once that stands again under its reference with every cell equal.

    The number of a payment is the same for each of its lines, so that rows of money spent are no
    repeats. Rows that share a reference and differ are kept, with a caution.
    """
    if frame["award_id"].isna().all():
        return frame, [], {}
    spent = (frame["status"] == "outturn").to_numpy(dtype=bool)
    known = frame["award_id"].notna().to_numpy(dtype=bool) & ~spent
    rows = np.flatnonzero(known)
    # Only references that stand more than once are looked at.
    rows = rows[frame["award_id"].iloc[rows].duplicated(keep=False).to_numpy(dtype=bool)]
    if not len(rows):
        return frame, [], {}
    names = [name for name in frame.columns if name not in _PLACE]
    part = frame.iloc[rows].astype(object)
    keys = zip(*(part[name].map(_told) for name in _REFERENCE), strict=True)
    cells = zip(*(part[name].map(_told) for name in names), strict=True)
    later = later_printings(keys, cells)
    places = part["place"].tolist()
    again: list[dict[str, object]] = [
        {
            "place": places[one.at],
            "kind": "award printed again",
            "raw": f"{part['award_id'].iloc[one.at]}, printed at {places[one.first]}",
        }
        for one in later
        if one.equal
    ]
    held = np.ones(len(frame), bool)
    held[rows[[one.at for one in later if one.equal]]] = False
    differing = {"ids-contradict": any(not one.equal for one in later)}
    return frame[held].reset_index(drop=True), again, differing


def _told(cell: object) -> str:
    """Write a cell so that what is missing is alike in every type of column."""
    return "" if is_missing(cell) else str(cell)


class OnceOnly(NamedTuple):
    """Several lists with each award of a reference once, and what was left out of which.

    Attributes
    ----------
    frames : list of DataFrame
        The lists, without the rows that an earlier one holds.
    again : list of dict
        `list` (its place among the lists), `place`, `kind` and `raw` of each row left out.
    contradict : bool
        Whether a reference stands beside awards that differ, which are all kept.
    """

    frames: list[pd.DataFrame]
    again: list[dict[str, object]]
    contradict: bool


def count_once(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> OnceOnly:
    """Count an award once that several lists print, by the rule that holds within one.

    Parameters
    ----------
    frames : sequence of DataFrame
        Awards of each list, as ``read_awards`` gives them.
    names : sequence of str
        What each list is called.
    """
    import pandas as pd

    if len(frames) < 2:
        return OnceOnly(list(frames), [], False)
    columns = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    places = [
        [f"{name}, {place}" for place in frame["place"]]
        for frame, name in zip(frames, names, strict=True)
    ]
    whole = pd.concat(
        [
            frame.reindex(columns=columns).astype(object).assign(place=place)
            for frame, place in zip(frames, places, strict=True)
        ],
        ignore_index=True,
    )
    _, again, differing = without_repeats(whole)
    left = {str(one["place"]) for one in again}
    list_of = {place: at for at, own in enumerate(places) for place in own}
    kept = [
        frame[[one not in left for one in place]].reset_index(drop=True)
        for frame, place in zip(frames, places, strict=True)
    ]
    found = [{"list": list_of[str(one["place"])], **one} for one in again]
    return OnceOnly(kept, found, differing.get("ids-contradict", False))


def between_lists(once: OnceOnly) -> list[str]:
    """Say what several lists print of the same award, one sentence each."""
    said = []
    if once.again:
        rows = counted(len(once.again), "award stands", "awards stand")
        first = once.again[0]
        said.append(
            f"{rows} in an earlier list too, with the same reference and cells: counted once. The "
            f"first is {first['raw']} and at {first['place']}."
        )
    if once.contradict:
        said.append(
            "Lists print one reference beside awards that differ; each counts. Look whether an "
            "award was changed, or printed with other words."
        )
    return said


def first_printings(frame: pd.DataFrame) -> Any:
    """Give for each award the row that printed it first, or -1.

    Two rows print one award if recipient, amount, purpose, stream, reference, dates and status
    are the same, and the recipient and the amount are known. Areas and headings may differ; so
    may a reference that one of them lacks.
    """
    import pandas as pd

    first = np.full(len(frame), -1, np.int64)
    if "recipient" not in frame or len(frame) < 2:
        return first
    amount = frame["amount_gbp"].to_numpy(dtype=np.float64)
    rows = np.flatnonzero(~np.isnan(amount))
    # Numbers are compared first, since comparing names costs more and few rows are left for it.
    mixed = np.rint(amount[rows] * 100).astype(np.int64)
    for name in _REPEATED_DATES[:1]:
        if name in frame:
            days = frame[name].to_numpy().astype("datetime64[D]").astype(np.int64)[rows]
            mixed = mixed * 1_000_003 + days
    rows = rows[pd.Series(mixed).duplicated(keep=False).to_numpy()]
    rows = rows[frame["recipient"].iloc[rows].notna().to_numpy(dtype=bool)]
    if not len(rows):
        return first
    names = [name for name in (*_REPEATED, *_REPEATED_DATES) if name in frame]
    few = (frame[name].iloc[rows].tolist() for name in names)
    keys = zip(*([_told(one).casefold() for one in column] for column in few), strict=True)
    references = frame["award_id"].iloc[rows] if "award_id" in frame else [None] * len(rows)
    seen: dict[Any, dict[str, int]] = {}
    for row, key, reference in zip(
        rows, zip(amount[rows], keys, strict=True), map(_told, references), strict=True
    ):
        held = seen.setdefault(key, {})
        alike = [held[one] for one in (held if not reference else (reference, "")) if one in held]
        if alike:
            first[row] = min(alike)
        held.setdefault(reference, int(row))
    return first


def printed_again(awards: pd.DataFrame) -> pd.Series[Any]:
    """Give for each award of the evidence the `subject_id` of an earlier one that reads alike.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``, with `reference` and `awarded_on` where known.

    Returns
    -------
    Series of str
        Missing where recipient, amount, purpose, stream, reference, dates or status differ.
    """
    import pandas as pd

    read = _by_told_streams(awards).rename(columns={"reference": "award_id"})
    if "awarded_on" in read:
        read["awarded_on"] = pd.to_datetime(read["awarded_on"], errors="coerce")
    first = first_printings(read)
    subjects = awards["subject_id"].to_numpy(dtype=object)
    found = np.where(first >= 0, subjects[first], None)
    return pd.Series(found, index=awards.index, dtype="object")


@lru_cache(maxsize=1024)
def _is_name_of_list(stream: str, listing: str) -> bool:
    return bool(stream) and re.fullmatch(rf"{slug(stream)}(-2)*", listing) is not None


def _by_told_streams(awards: pd.DataFrame) -> pd.DataFrame:
    """Leave out streams that are only the name of the list: where it prints none, none is told."""
    if "listing" not in awards or "funding_stream" not in awards:
        return awards
    told = [
        None if _is_name_of_list(_told(stream), _told(listing)) else stream
        for stream, listing in zip(awards["funding_stream"], awards["listing"], strict=True)
    ]
    return awards.assign(funding_stream=np.array(told, dtype=object))


_HAND = ("area_code", "recipient", "funding_stream", "flow", "status")


def years_beside_wholes(awards: pd.DataFrame) -> dict[str, list[str]]:
    """Give the awards over several years that rows of their years add up to, without a link.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``: an award and its years are linked by `part_of`, or by one
        reference; where they are not, nothing but their amounts tells.

    Returns
    -------
    dict of str to list of str
        `subject_id` of each such whole, with those of its years.
    """
    linked = wholes_of(awards)
    awards = _by_told_streams(awards)
    free = awards[linked.isna() & awards["amount_gbp"].notna() & awards["recipient"].notna()]
    several = free["period_end"] > free["period_start"] + np.timedelta64(366, "D")
    wholes = free[several & ~free["subject_id"].isin(set(linked.dropna()))]
    if wholes.empty:
        return {}
    names = [name for name in _HAND if name in free]
    singles: dict[tuple[str, ...], list[dict[Any, Any]]] = {}
    for row in free[~several].to_dict("records"):
        singles.setdefault(tuple(_told(row[one]).casefold() for one in names), []).append(row)
    found = {}
    for whole in wholes.to_dict("records"):
        own = [
            row
            for row in singles.get(tuple(_told(whole[one]).casefold() for one in names), [])
            if row["period_start"] >= whole["period_start"]
            and row["period_end"] <= whole["period_end"]
        ]
        if own and exact_sum(row["amount_gbp"] for row in own) == exact_sum([whole["amount_gbp"]]):
            found[whole["subject_id"]] = [row["subject_id"] for row in own]
    return found


def again_words(awards: pd.DataFrame, *, beside: Collection[str] = ()) -> str:
    """Say which awards may count twice, and their money; "" where none does.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``.
    beside : collection of str, optional
        Listings that a person said count beside each other: what two of them print alike is meant
        so, and what one of them prints twice is not.
    """
    parts = [awards]
    if len(beside) > 1:
        free = ~awards["listing"].isin(list(beside))
        parts = [awards[free | (awards["listing"] == one)] for one in sorted(beside)]
    said = []
    rows: set[object] = set()
    years: set[str] = set()
    for part in parts:
        rows.update(part.index[printed_again(part).notna()])
        years |= set(years_beside_wholes(part))
    again = awards[awards.index.isin(list(rows))]
    if len(again):
        said.append(
            f"{counted(len(again), 'award reads', 'awards read')} like an earlier one (recipient, "
            f"purpose, amount and period are the same), {pounds(known_sum(again['amount_gbp']))} "
            "in all; each is counted, and where they are one award the sums are too high by that."
        )
    if years:
        wholes = awards[awards["subject_id"].isin(years)]
        said.append(
            f"{counted(len(wholes), 'award')} over several years, "
            f"{pounds(known_sum(wholes['amount_gbp']))} in all, stand beside yearly rows of the "
            "same recipient and stream that add up to the same; all are counted, and where the "
            "rows are its years the sums are too high by that. One reference on each links them."
        )
    return " ".join(said)
