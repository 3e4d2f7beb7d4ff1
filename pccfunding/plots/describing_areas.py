"""Plots of areas in words: slopes and tile maps."""

from __future__ import annotations

from pccfunding.plots._places import tile_name
from pccfunding.plots._records import Record, number, text
from pccfunding.plots.wording import count, places_of, quantity

__all__ = ["slope_words", "tile_words"]


def slope_words(rows: list[Record]) -> str:
    """Say which way each row goes, with the counts behind it."""
    words = [f"Slope chart, n = {len(rows)}."]
    sides = [number(row, side) for row in rows for side in ("before", "after")]
    places = places_of(value for value in sides if value is not None)
    for row in rows:
        before, after = number(row, "before"), number(row, "after")
        if before is None or after is None:
            words.append(f"{text(row, 'label')}: a value is missing, not drawn.")
            continue
        way = "down" if after < before else "up" if after > before else "level"
        said = " to ".join(
            quantity(value, text(row, "unit"), places=places) + _behind(row, side)
            for value, side in ((before, "before"), (after, "after"))
        )
        broken = "; the series breaks between the two" if row.get("break_flag") else ""
        words.append(f"{text(row, 'label')}: {way} from {said}{broken}.")
    return " ".join([*words, "No interval is drawn: how sure the directions are cannot be told."])


def tile_words(rows: list[Record]) -> str:
    """Say the range, the ends, the marked areas, and the areas without a number."""
    known = sorted(
        (row for row in rows if number(row, "value") is not None),
        key=lambda row: float(row["value"]),
    )
    words = [f"Tile map, n = {len(known)} areas."]
    places = places_of(float(row["value"]) for row in known)
    if known:
        words.append(f"Lowest: {_tile(known[0], places)}. Highest: {_tile(known[-1], places)}.")
    for place, row in enumerate(reversed(known), start=1):
        if row.get("marked"):
            words.append(f"{_tile(row, places)}, place {place} of {len(known)} from the highest.")
    missing = [tile_name(text(row, "area_code")) for row in rows if row not in known]
    if missing:
        words.append(f"Not published: {', '.join(missing)}.")
    return " ".join([*words, "No interval is drawn: whether areas differ cannot be told from it."])


def _behind(row: Record, side: str) -> str:
    value = row.get(f"count_{side}")
    return "" if value is None else f" (count {count(value)})"


def _tile(row: Record, places: int) -> str:
    value = quantity(float(row["value"]), text(row, "unit"), places=places)
    return f"{tile_name(text(row, 'area_code'))} {value}"
