"""The frame of awards put together from the tables, and what a file covers and leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.areas import find_area
from pccfunding.errors import UnknownNameError
from pccfunding.formats.award_files.table_state import Context
from pccfunding.formats.award_files.typed_columns import constant
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.money.pence import known_sum
from pccfunding.words import counted, pounds

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.formats.opening.raw_tables import Opened


AWARD_COLUMNS = (
    "place",
    "award_id",
    "funding_stream",
    "funder_group",
    "funder",
    "department",
    "recipient",
    "recipient_unknown",
    "recipient_id",
    "purpose",
    "purpose_unknown",
    "conditions",
    "conditions_unknown",
    "reasons",
    "reasons_unknown",
    "area",
    "area_code",
    "token",
    "amount_gbp",
    "amount_low_gbp",
    "amount_high_gbp",
    "unit",
    "hedge",
    "per",
    "precision",
    "notation",
    "unknown",
    "awarded_on",
    "period",
    "period_start",
    "period_end",
    "period_note",
    "status",
    "flow",
    "note",
    "repeat_of",
)
_NUMBERS = {"amount_gbp", "amount_low_gbp", "amount_high_gbp"}
_DATES = {"awarded_on", "period_start", "period_end"}


def finished(
    frames: list[pd.DataFrame], context: Context
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Join the tables' awards in the fixed columns; gives those refused for their currency too."""
    import pandas as pd

    filled = [frame for frame in frames if len(frame)]
    if not filled:
        filled = [pd.DataFrame({"place": constant(None, 1)}).iloc[:0]]
    joined = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
    joined, foreign = _pounds_only(joined)
    size = len(joined)
    nothing = constant(None, size)
    data: dict[str, Any] = {}
    for name in AWARD_COLUMNS:
        if name in joined:
            data[name] = joined[name]
        elif name in _NUMBERS:
            data[name] = np.full(size, np.nan)
        elif name in _DATES:
            data[name] = np.full(size, "NaT", "datetime64[s]")
        else:
            data[name] = nothing
    extras = [name for name in joined.columns if name not in data and not name.startswith("_")]
    data |= {name: joined[name] for name in extras}
    for name in _DATES:
        data[name] = np.asarray(data[name]).astype("datetime64[ns]")
    if context.funder:
        data["funder"] = data["funder"].fillna(context.funder)
    if context.area_code:
        data["area_code"] = constant(context.area_code, size)
    elif "area" in joined:
        data["area_code"] = _area_codes(joined["area"])
    frame = pd.DataFrame(data, copy=False)
    first = first_printings(frame)
    again = np.flatnonzero(first >= 0)
    if len(again):
        places = np.full(size, None, dtype=object)
        places[again] = frame["place"].iloc[first[again]].to_numpy(dtype=object)
        frame["repeat_of"] = pd.Series(places, dtype="str")
    return frame, foreign


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
    names = [name for name in frame.columns if name not in ("place", "repeat_of")]
    part = frame.iloc[rows].astype(object)
    keys = zip(*(part[name].map(str) for name in _REFERENCE), strict=True)
    cells = zip(*(part[name].map(str) for name in names), strict=True)
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


# An award of several years has a row a year, and one of several funds a row a fund.
_REFERENCE = ("award_id", "period_start", "period_end", "funding_stream")


def _pounds_only(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    if "_currency" not in frame:
        return frame, []
    odd = (~frame["_currency"].fillna("").isin(["", "GBP", "£", "STERLING"])).to_numpy(dtype=bool)
    rejected: list[dict[str, object]] = [
        {
            "place": row["place"],
            "column": "currency",
            "raw": row["_currency"],
            "reason": f"the amount is in {row['_currency']}, not in pounds",
            "suggestion": "Convert it at a stated rate and date, or leave it out.",
        }
        for _, row in frame[odd].iterrows()
    ]
    return frame[~odd].reset_index(drop=True), rejected


def _area_codes(names: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    codes, distinct = pd.factorize(names)
    found: list[str | None] = []
    for name in distinct:
        try:
            found.append(find_area(str(name)).code)
        except UnknownNameError:
            found.append(None)
    return pd.Series([*found, None], dtype="str").take(codes).reset_index(drop=True)


def award_coverage(
    opened: Opened,
    kept: list[Any],
    left: list[Any],
    frame: pd.DataFrame,
    others: list[dict[str, object]],
) -> list[dict[str, object]]:
    """Say what the file holds and what it leaves out."""
    from pccfunding.schemas import STATUTORY

    rows: list[dict[str, object]] = []

    def say(topic: str, value: object, note: str = "") -> None:
        rows.append({"topic": topic, "value": str(value), "note": note})

    say("format", opened.kind, opened.encoding or "")
    names = [one.sheet.grid.name for one in kept if one.sheet.grid.name]
    if names:
        say("sheets read", ", ".join(names))
    for one in left:
        hidden = "hidden; " if one.sheet.grid.hidden else ""
        held = f"{one.n_awards} rows with amounts" if one.tables else "no table of awards"
        name = one.sheet.grid.name
        say("sheet left out", name, f"{hidden}{held}; read it with sheet={name!r}")
    say("awards", len(frame))
    known = int(frame["amount_gbp"].notna().sum())
    for kind, number in frame["unknown"].dropna().value_counts().items():
        say("amounts unknown", number, str(kind))
    say(
        "sum of known amounts",
        pounds(known_sum(frame["amount_gbp"])),
        f"{counted(known, 'award')}, as printed",
    )
    for name in STATUTORY:
        if len(frame):
            number = int(frame[name].notna().sum())
            say(f"{name} published", number, f"of {counted(len(frame), 'award')}; asked for by law")
    dates = frame["awarded_on"].dropna()
    if len(dates):
        say(
            "award dates",
            f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}",
            f"{len(dates)} dated",
        )
    outside = frame[dated_outside(frame)]
    if len(outside):
        first = ", ".join(outside["place"].head(3)) + (", ..." if len(outside) > 3 else "")
        amount = pounds(known_sum(outside["amount_gbp"]))
        say("dated outside their year", len(outside), f"{amount}, at {first}")
    for period, number in frame["period"].value_counts(dropna=False).sort_index().items():
        stated = isinstance(period, str)
        say("period", period if stated else "not stated", counted(int(number), "award"))
    kinds: dict[str, int] = {}
    for other in others:
        kinds[str(other["kind"])] = kinds.get(str(other["kind"]), 0) + 1
    for kind, number in sorted(kinds.items()):
        say("rows that are no award", number, kind)
    extra = [name for name in frame.columns if name.startswith("printed_")]
    if extra:
        say("columns of no known field", len(extra), ", ".join(extra))
    return rows


def dated_outside(frame: pd.DataFrame) -> pd.Series[Any]:
    """Whether the date of an award lies outside the period that its money is counted in."""
    day = frame["awarded_on"]
    return (day < frame["period_start"]) | (day > frame["period_end"])


_REPEATED_DATES = ("awarded_on", "period_start", "period_end")
_REPEATED = ("recipient", "purpose", "funding_stream", "award_id", "token", "period", "status")


def first_printings(frame: pd.DataFrame) -> Any:
    """Give for each award the row that printed it first, or -1.

    Two rows print one award if recipient, amount, purpose, stream, reference, dates and status
    are the same, and the recipient and the amount are known. Areas and headings may differ.
    """
    import pandas as pd

    first = np.full(len(frame), -1, np.int64)
    if "recipient" not in frame or len(frame) < 2:
        return first
    amount = frame["amount_gbp"].to_numpy()
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
    keys = zip(*([str(one).casefold() for one in column] for column in few), strict=True)
    seen: dict[Any, int] = {}
    for row, key in zip(rows, zip(amount[rows], keys, strict=True), strict=True):
        earlier = seen.setdefault(key, int(row))
        if earlier != row:
            first[row] = earlier
    return first
