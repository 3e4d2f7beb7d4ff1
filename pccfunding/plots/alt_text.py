"""Plots in words, for readers who do not see them: number of rows, direction, interval, verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal, TypeAlias

from pccfunding.errors import one_of
from pccfunding.periods.spellings import financial_label
from pccfunding.plots.places import tile_name
from pccfunding.plots.records import (
    Record,
    at_least,
    brief,
    ends,
    number,
    p_words,
    records,
    same_comparison,
    span,
    text,
)
from pccfunding.words import (
    count,
    counted,
    interval_text,
    level_text,
    number_text,
    p_text,
    percent,
    places_of,
    pounds,
    quantity,
    signed,
    unknown_text,
)

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

__all__ = [
    "TEST_WRITERS",
    "alt_text",
    "breaks_of_all",
    "forest_words",
    "funnel_words",
    "middles_of",
    "ranking_words",
    "series_of",
    "slope_words",
    "statements_of",
    "streams_of",
    "tile_words",
    "years_held",
]


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
                f"{text(row, 'area')}: {number_text(number(row, 'rate'), digits=3)}, {place} the "
                f"99.8% limits; {count(row['count'])} counted, interval {count(row['low_998'])} "
                f"to {count(row['high_998'])}."
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


def _scatter(rows: list[Record]) -> str:
    first = rows[0]
    value = number(first, "statistic")
    way = "no direction" if not value else "rising" if value > 0 else "falling"
    sure = span(first, "interval_low", "interval_high")
    interval = f"interval {interval_text(*sure, signed)}" if sure else "no interval"
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
    interval = f"interval {interval_text(*sure, signed)}" if sure else "no interval"
    return (
        f"Histogram of {text(first, 'coefficient', 'coefficient')} over {count(every)} orders of "
        f"n = {text(first, 'n')} {text(first, 'unit', 'areas')}. Observed {signed(value)}, {way} "
        f"({interval}); {count(outer)} orders are at least as far out on either side. "
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
            row = pick(known, key=lambda one: number(one, "estimate") or 0.0)
            pair = f"{text(row, 'spend')} and {text(row, 'outcome')}"
            words.append(f"{name}: {signed(number(row, 'estimate'))}, {pair}.")
    tested = [row for row in rows if row.get("p_max_t") is not None]
    below = [row for row in tested if (number(row, "p_max_t") or 0.0) < 0.05]
    words.append(
        f"{len(below)} of {len(tested)} have a p below .05 for the family."
        if tested
        else "No p is given: too many pairs for so few areas."
    )
    return " ".join(words)


def ranking_words(rows: list[Record]) -> str:
    """Say how many areas are in order, which are first and last, and whether ends overlap."""
    known = [row for row in rows if number(row, "value") is not None]
    known = sorted(known, key=lambda row: -float(row["value"]))
    words = [f"Ranking, n = {counted(len(known), 'area')}."]
    for name, row in (("Highest", known[0]), ("Lowest", known[-1])) if known else ():
        sure = span(row, "low", "high")
        interval = f" (interval {interval_text(*sure, number_text)})" if sure else ""
        value = number_text(number(row, "value"))
        words.append(f"{name}: {text(row, 'area')} {value}{interval}.")
    if len(known) < len(rows):
        words.append(f"Without a value: {counted(len(rows) - len(known), 'area')}.")
    spans = [one for row in known if (one := span(row, "low", "high"))]
    if len(spans) < 2:
        words.append("No intervals: whether areas differ cannot be told from it.")
    elif max(low for low, _ in spans) <= min(high for _, high in spans):
        words.append("All intervals overlap.")
    else:
        words.append("Not all intervals overlap.")
    return " ".join(words)


def forest_words(rows: list[Record]) -> str:
    """Say each estimate with its interval and p."""
    words = [f"Forest plot, n = {counted(len(rows), 'estimate')}."]
    for row in rows:
        value, sure = number(row, "estimate"), span(row, "conf_low", "conf_high")
        said = "no estimate" if value is None else number_text(value, digits=3)
        said += f" (interval {interval_text(*sure, number_text)})" if sure else " (no interval)"
        p = number(row, "p_value")
        words.append(f"{text(row, 'term')}: {said}{'' if p is None else f', {p_text(p)}'}.")
    return " ".join(words)


PlotKind: TypeAlias = Literal[
    "streams",
    "changes",
    "funnel",
    "intervals",
    "years",
    "trends",
    "beside",
    "slope",
    "tiles",
    "ranking",
    "forest",
    "scatter",
    "null",
    "heat",
]
TEST_WRITERS = {"scatter": _scatter, "null": _null, "heat": _heat}


def alt_text(frame: IntoDataFrame, kind: PlotKind) -> str:
    """Say in words what the plot of a frame shows: how many, which way, how sure, what follows.

    Parameters
    ----------
    frame : DataFrame
        The frame that was or will be drawn.
    kind : str
        'streams', 'changes', 'funnel', 'intervals', 'years', 'trends', 'beside', 'slope', 'tiles',
        'ranking', 'forest', 'scatter', 'null' or 'heat', as in `plot_streams` and so on.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        If there is no such kind of plot.
    TableError
        If it is no data frame or has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> change = {"measure": "Cycle theft", "printed_pct": -52.0, "change_pct": -51.85}
    >>> interval = {"change_low_pct": -54.2, "change_high_pct": -49.4, "base_count": 4619}
    >>> print(alt_text(pd.DataFrame([change | interval]), "changes"))
    Forest plot, n = 1 measure. Cycle theft: printed −52%; from counts −51.9% (interval −54.2% to \
−49.4%, base 4,619): a fall beyond counting noise.
    """
    return _WRITERS[one_of(kind, "kind of plot", _WRITERS)](
        records(frame, needs=(), plot=f"plot_{kind}")
    )


def statements_of(rows: list[Record]) -> list[list[Record]]:
    """Rows of one statement together, in order of first appearance."""
    return _together(rows, "statement")


def streams_of(rows: list[Record]) -> list[list[Record]]:
    """Rows of one funding stream and period together, in order of first appearance."""
    return _together(rows, "funding_stream", "period")


def _together(rows: list[Record], *columns: str) -> list[list[Record]]:
    found: dict[tuple[str, ...], list[Record]] = {}
    for row in rows:
        found.setdefault(tuple(text(row, column) for column in columns), []).append(row)
    return list(found.values())


def series_of(rows: list[Record]) -> dict[str, list[Record]]:
    """Known points of each series, by year; a series without a known value is left out."""
    together: dict[str, list[Record]] = {}
    for row in sorted(rows, key=lambda row: int(row["year_start"])):
        if number(row, "value") is not None or span(row, "value_low", "value_high"):
            together.setdefault(text(row, "series"), []).append(row)
    order = dict.fromkeys(text(row, "series") for row in rows)
    return {name: together[name] for name in order if name in together}


def _streams(rows: list[Record]) -> str:
    lines = [row for row in rows if row.get("row", "line") == "line"]
    sums = [row for row in rows if row.get("row", "line") != "line"]
    words = [f"Bar chart, n = {counted(len(lines), 'award line')}."]
    for row in lines:
        amount = number(row, "amount_gbp")
        if amount is None:
            unknown = text(row, "token") or unknown_text(row.get("unknown"))
            words.append(f"{text(row, 'funding_stream')}: {unknown}.")
        else:
            words.append(f"{text(row, 'funding_stream')}: {pounds(amount)}{_money_span(row)}.")
    for row in sums:
        amount = number(row, "amount_gbp")
        name = text(row, "funder_group") if row.get("row") == "subtotal" else "Total"
        kind = "derived" if row.get("derived") else "printed"
        said = f"{at_least(row)}{pounds(amount)}{_money_span(row)}"
        words.append(f"{name}, {kind}: {'not known' if amount is None else said}.")
    return " ".join(words)


def _changes(rows: list[Record]) -> str:
    compared = same_comparison(rows)
    between = f", {compared[1]} against {compared[0]}" if compared and all(compared) else ""
    words = [f"Forest plot, n = {counted(len(rows), 'measure')}{between}."]
    for row in rows:
        printed, change = number(row, "printed_pct"), number(row, "change_pct")
        parts = [
            "nothing printed" if printed is None else f"printed {percent(printed, places=None)}"
        ]
        if change is not None:
            parts.append(f"from counts {percent(change)} ({_span_and_base(row)})")
        elif row.get("base_count") is None:
            parts.append("base not held")
        words.append(f"{text(row, 'measure')}: {'; '.join(parts)}: {_change_verdict(row)}.")
    return " ".join(words)


def _intervals(rows: list[Record]) -> str:
    together = statements_of(rows)
    words = [f"Interval ladder, n = {counted(len(together), 'statement')}."]
    for sides in together:
        said = " against ".join(
            f"{text(row, 'side')}, {ends(row, unit=text(row, 'unit'))}" for row in sides
        )
        verdict = text(sides[0], "verdict", "cannot be told")
        words.append(f"{text(sides[0], 'statement')}: {said}. Verdict: {verdict}.")
    return " ".join(words)


def _years(rows: list[Record]) -> str:
    series = series_of(rows)
    words = [f"Line chart, n = {counted(len(series), 'series', 'series')}."]
    for name, points in series.items():
        first, last = points[0], points[-1]
        ends_of = [f"{_value(point)} in {text(point, 'financial_year')}" for point in (first, last)]
        if len(points) == 1:
            words.append(f"{name}: {ends_of[0]}, one year only.")
            continue
        way = _way(first, last)
        words.append(f"{name}: {way} from {ends_of[0]} to {ends_of[1]}, {len(points)} years.")
        gaps = [
            f"{text(one, 'financial_year')} and {text(two, 'financial_year')}"
            for one, two in pairwise(points)
            if int(two["year_start"]) - int(one["year_start"]) > 1
        ]
        if gaps:
            words.append(f"Not joined across unpublished years between {', '.join(gaps)}.")
    return " ".join(words)


def years_held(rows: list[Record]) -> dict[int, str]:
    """Give the label of each financial year that rows begin in."""
    starts = {int(row["period_start"].year) for row in rows}
    return {year: financial_label(year) for year in sorted(starts)}


def middles_of(rows: list[Record]) -> list[list[tuple[float, float]]]:
    """Give the median rate of the areas by year, class by class, cut where a class breaks."""
    found: list[list[tuple[float, float]]] = []
    for members in _together(rows, "offence"):
        rates: dict[int, list[float]] = {}
        for row in members:
            if (rate := number(row, "offences_per_1000")) is not None:
                rates.setdefault(int(row["period_start"].year), []).append(rate)
        common = breaks_of_all(members)
        line: list[tuple[float, float]] = []
        for year in sorted(rates):
            if line and (year - line[-1][0] != 1 or year in common):
                found.append(line)
                line = []
            line.append((float(year), median(rates[year])))
        found += [line] if line else []
    return sorted(found, key=lambda line: line[0][0])


def breaks_of_all(rows: list[Record]) -> list[int]:
    """Give the years in which a class breaks in every area, not in one alone."""
    marks: dict[tuple[str, int], set[bool]] = {}
    for row in rows:
        year = int(row["period_start"].year)
        marks.setdefault((text(row, "offence"), year), set()).add(bool(text(row, "series_break")))
    return sorted({year for (_, year), broken in marks.items() if broken == {True}})


def _trends(rows: list[Record]) -> str:
    known = [row for row in rows if number(row, "offences_per_1000") is not None]
    areas = {text(row, "area_code") for row in known}
    words = [f"Line chart, n = {counted(len(areas), 'area')}, offences per 1,000 residents."]
    for line in middles_of(known):
        (start, before), (end, after) = line[0], line[-1]
        if len(line) == 1:
            words.append(
                f"Middle of the areas {number_text(before)} in {financial_label(int(start))}."
            )
            continue
        words.append(
            f"Middle of the areas {number_text(before)} in {financial_label(int(start))}, "
            f"{number_text(after)} in {financial_label(int(end))}."
        )
    if years := breaks_of_all(known):
        labels = ", ".join(financial_label(year) for year in years)
        words.append(f"A series break in {labels}: nothing is joined across it.")
    return " ".join(words)


def _way(first: Record, last: Record) -> str:
    """Up or down only where the intervals, not just the values, say so."""
    before, after = _least_and_most(first), _least_and_most(last)
    if after[0] > before[1]:
        return "up"
    if after[1] < before[0]:
        return "down"
    return "level" if before == after and before[0] == before[1] else "direction cannot be told,"


def _least_and_most(row: Record) -> tuple[float, float]:
    known = span(row, "value_low", "value_high")
    return known if known else (float(row["value"]), float(row["value"]))


def _beside(rows: list[Record]) -> str:
    streams = streams_of(rows)
    words = [
        f"Small panels, n = {counted(len(streams), 'stream')}, spend beside reported outcomes."
    ]
    for outcomes in streams:
        first = outcomes[0]
        amount = number(first, "amount_gbp")
        spend = "spend not held" if amount is None else f"{pounds(amount)}{_money_span(first)}"
        said = "; ".join([spend, *map(_outcome, outcomes)])
        words.append(f"{text(first, 'funding_stream')}: {said}.")
    return " ".join([*words, "Nothing shown links the money to the outcome as its cause."])


def _outcome(row: Record) -> str:
    measure, change = text(row, "measure"), number(row, "change_pct")
    if not measure:
        return "no outcome held"
    if change is None:
        return f"{measure}: {text(row, 'token', 'no number held')}"
    shown = f"{measure} {percent(round(change, 1), places=None)} ({_span_and_base(row)})"
    return f"{shown}: {_change_verdict(row)}"


def _money_span(row: Record) -> str:
    loose = span(row, "amount_low_gbp", "amount_high_gbp", wide=True)
    return f" (interval {interval_text(*loose, pounds)})" if loose else ""


def _value(row: Record) -> str:
    unit, value = text(row, "unit"), number(row, "value")
    loose = span(row, "value_low", "value_high", wide=value is not None)
    between = f"interval {interval_text(*loose, partial(brief, unit=unit))}" if loose else ""
    if value is None:
        return between
    return f"{brief(value, unit)} ({between})" if between else brief(value, unit)


def _span_and_base(row: Record) -> str:
    sure = span(row, "change_low_pct", "change_high_pct")
    level = number(row, "confidence_level")
    named = f"{level_text(level)} interval" if level is not None else "interval"
    said = "no interval"
    if sure:
        said = f"{named} {interval_text(*sure)}"
    base = row.get("base_count")
    return f"{said}, base {count(base)}" if base is not None else f"{said}, base not held"


def _change_verdict(row: Record) -> str:
    judged = text(row, "verdict")
    return f"{_direction(row)}; {judged}" if judged else _direction(row)


def _direction(row: Record) -> str:
    sure = span(row, "change_low_pct", "change_high_pct")
    if sure is None:
        known = number(row, "change_pct")
        shown = known if known is not None else number(row, "printed_pct")
        way = "" if not shown else "a rise, " if shown > 0 else "a fall, "
        return f"{way}how sure cannot be told"
    if sure[0] <= 0 <= sure[1]:
        return "cannot be told from no change"
    return f"{'a fall' if sure[1] < 0 else 'a rise'} beyond counting noise"


_WRITERS: dict[str, Callable[[list[Record]], str]] = {
    "streams": _streams,
    "changes": _changes,
    "funnel": funnel_words,
    "intervals": _intervals,
    "years": _years,
    "trends": _trends,
    "beside": _beside,
    "slope": slope_words,
    "tiles": tile_words,
    "ranking": ranking_words,
    "forest": forest_words,
    **TEST_WRITERS,
}
