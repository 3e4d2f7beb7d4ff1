"""Plots of areas in words: slopes, funnels and tile maps."""

from __future__ import annotations

from pccfunding.plots._places import tile_name
from pccfunding.plots._records import Record, number, text
from pccfunding.plots.wording import count, places_of, quantity

__all__ = ["funnel_words", "slope_words", "tile_words"]


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


def funnel_words(rows: list[Record]) -> str:
    """Say how many areas lie outside the limits, and where the marked ones lie."""
    high = [row for row in rows if float(row["count"]) > float(row["high_998"])]
    low = [row for row in rows if float(row["count"]) < float(row["low_998"])]
    words = [
        f"Funnel plot, n = {len(rows)} areas against exact Poisson limits: {len(high)} above and "
        f"{len(low)} below the 99.8% limits, {len(rows) - len(high) - len(low)} within."
    ]
    if all(number(row, "high_998_widened") is not None for row in rows):
        far = [
            text(row, "area")
            for row in rows
            if not float(row["low_998_widened"])
            <= float(row["count"])
            <= float(row["high_998_widened"])
        ]
        said = f": {', '.join(far)}" if far else ""
        words.append(f"Outside the limits widened by the dispersion: {len(far)}{said}.")
    for row in rows:
        if row.get("marked"):
            place = "above" if row in high else "below" if row in low else "within"
            words.append(
                f"{text(row, 'area')}: {float(row['rate']):.3g}, {place} the 99.8% limits; "
                f"{count(row['count'])} counted, interval {count(row['low_998'])} to "
                f"{count(row['high_998'])}."
            )
    return " ".join(words)


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
