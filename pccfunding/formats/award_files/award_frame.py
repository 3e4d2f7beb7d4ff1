"""The frame of awards put together from the tables, and what a file covers and leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.areas import known_area
from pccfunding.formats.award_files.award_repeats import first_printings
from pccfunding.formats.award_files.section_reader import OUTSIDE
from pccfunding.formats.award_files.table_state import Context
from pccfunding.formats.award_files.typed_columns import constant
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
        area = known_area(str(name))
        found.append(None if area is None else area.code)
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
    """Whether the days of an award lie outside the period that its money is counted in."""
    day = frame["awarded_on"]
    own: pd.Series[Any] = frame["period_note"].str.startswith(OUTSIDE, na=False)
    return own | (day < frame["period_start"]) | (day > frame["period_end"])
