"""Plots of associations in words: scatter, orders of the areas, and the grid of a family."""

from __future__ import annotations

from pccfunding.plots._records import Record, number, span, text
from pccfunding.plots._test_words import p_words, signed

__all__ = ["TEST_WRITERS"]


def _scatter(rows: list[Record]) -> str:
    first = rows[0]
    value = number(first, "statistic")
    way = "no direction" if not value else "rising" if value > 0 else "falling"
    sure = span(first, "interval_low", "interval_high")
    interval = f"interval {signed(sure[0])} to {signed(sure[1])}" if sure else "no interval"
    slopes = [slope for row in rows if (slope := number(row, "slope")) is not None]
    bundle = ""
    if slopes:
        same = min(slopes) * max(slopes) > 0
        bundle = (
            " The lines that leave one area out "
            f"{'all slope the same way' if same else 'do not all slope the same way'}."
        )
    ends = {end: pick(rows, key=lambda row: row["x"]) for end, pick in (("l", min), ("h", max))}
    return (
        f"Scatter, n = {len(rows)} {text(first, 'unit', 'areas')}, {way}: "
        f"{text(first, 'coefficient', 'coefficient')} {signed(value)} ({interval}; "
        f"{p_words(first)}). Least across: {text(ends['l'], 'area')}; most: "
        f"{text(ends['h'], 'area')}.{bundle} Verdict: {text(first, 'verdict', 'none')}."
    )


def _null(rows: list[Record]) -> str:
    first = rows[0]
    every = sum(float(row["orders"]) for row in rows)
    outer = sum(float(row["orders_beyond"]) for row in rows)
    value = number(first, "statistic")
    way = "no direction" if not value else "above 0" if value > 0 else "below 0"
    sure = span(first, "interval_low", "interval_high")
    interval = f"interval {signed(sure[0])} to {signed(sure[1])}" if sure else "no interval"
    return (
        f"Histogram of {text(first, 'coefficient', 'coefficient')} over {every:,.0f} orders of "
        f"n = {text(first, 'n')} {text(first, 'unit', 'areas')}. Observed {signed(value)}, {way} "
        f"({interval}); {outer:,.0f} orders are at least as far out on either side. "
        f"{p_words(first)}; {text(first, 'rule')}. Verdict: {text(first, 'verdict', 'none')}."
    )


def _heat(rows: list[Record]) -> str:
    known = [row for row in rows if row.get("estimate") is not None]
    words = [
        f"Grid of rank correlations, {len(rows)} pairs over n = {text(rows[0], 'n')} areas, "
        f"{text(rows[0], 'family_size')} tested."
    ]
    if known:
        for name, pick in (("Lowest", min), ("Highest", max)):
            row = pick(known, key=lambda one: float(one["estimate"]))
            pair = f"{text(row, 'spend')} and {text(row, 'outcome')}"
            words.append(f"{name}: {signed(number(row, 'estimate'))}, {pair}.")
    tested = [row for row in rows if row.get("p_max_t") is not None]
    below = [row for row in tested if float(row["p_max_t"]) < 0.05]
    words.append(
        f"{len(below)} of {len(tested)} have a p below .05 for the family."
        if tested
        else "No p is given: too many pairs for so few areas."
    )
    return " ".join(words)


TEST_WRITERS = {"scatter": _scatter, "null": _null, "heat": _heat}
