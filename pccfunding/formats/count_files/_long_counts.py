"""Counts of the Home Office open data: a row for each force, offence and quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from pccfunding.errors import PeriodError
from pccfunding.formats.count_files._area_cells import Place, area_by_name, area_of_row, known_areas
from pccfunding.formats.count_files._gathered import Gathered
from pccfunding.formats.count_files._printed_cells import key_of, one_line, read_count
from pccfunding.formats.count_files._printed_periods import financial_year
from pccfunding.periods import Period, parse_date
from pccfunding.periods.dates import add_months, start_of

if TYPE_CHECKING:
    from pccfunding.formats.opening._grids import Grid

__all__ = ["LONG_EXTRAS", "cover_quarters", "long_header", "read_long", "sum_years"]

# The names that each column has had; the sheet may be called anything.
_COLUMNS = {
    "year": ("financial year",),
    "quarter": ("financial quarter", "quarter"),
    "ending": ("12 months ending", "year ending"),
    "force": ("force name", "force", "pfa", "police force area", "police force", "pfa name",
              "police force area name"),
    "force_code": ("force code", "geocode", "pfa code", "police force area code"),
    "partnership": ("csp name", "csp", "community safety partnership",
                    "community safety partnership name"),
    "partnership_code": ("csp code", "community safety partnership code", "ons code",
                         "ons csp code"),
    "offence": ("offence description", "offence"),
    "offence_group": ("offence group",),
    "offence_subgroup": ("offence subgroup", "offence sub group"),
    "offence_code": ("offence code",),
    "count": ("number of offences", "offence count", "offences", "number of recorded offences",
              "rolling year total number of offences"),
}  # fmt: skip
LONG_EXTRAS = ("offence_group", "offence_subgroup", "offence_code")
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names}
_LOOKED_AT = 30
_FRAME = ("area_code", "offence", "period_start", "period_end", "offences", "unknown", *LONG_EXTRAS)


def long_header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]] | None:
    """Find the row of headings of the open data, whatever stands above it."""
    for at, row in enumerate(rows[:_LOOKED_AT]):
        ids: dict[str, int] = {}
        for index, cell in enumerate(row[:40]):
            column = _NAMES.get(key_of(cell))
            if column:
                ids.setdefault(column, index)
        has_time = "year" in ids or "ending" in ids
        if has_time and {"offence", "count"} <= set(ids) and {"force", "partnership"} & set(ids):
            return at, ids
    return None


def read_long(grid: Grid, at: int, ids: dict[str, int], found: Gathered) -> pd.DataFrame:
    """Read the rows below the headings; rows that are no record are noted."""
    found.expect(row for n, row in enumerate(grid.rows) if n != at)
    for above in range(at):
        if any(one_line(cell) for cell in grid.rows[above]):
            found.other(grid.place(above), "title or note", grid.rows[above])
    rows = [
        record
        for n in range(at + 1, len(grid.rows))
        if (record := _record(grid, n, ids, found)) is not None
    ]
    frame = pd.DataFrame(rows, columns=[*_FRAME, "place"], dtype=object)
    return frame.assign(measure="recorded_offences")


def _record(grid: Grid, n: int, ids: dict[str, int], found: Gathered) -> tuple[object, ...] | None:
    """Read one row; None where it is no record, which is noted."""
    row, where = grid.rows[n], grid.place(n)
    text = {name: one_line(row[i]) if i < len(row) else "" for name, i in ids.items()}
    filled = sum(bool(cell) for cell in text.values())
    if not filled and not any(one_line(cell) for cell in row):
        return None
    get = text.get
    place = _area(get("force_code", ""), get("force", ""), get("partnership_code", ""),
                  get("partnership", ""))  # fmt: skip
    period = _period(get("year", ""), get("quarter", ""), get("ending", ""))
    count = read_count(row[ids["count"]] if ids["count"] < len(row) else "")
    if filled <= 1 or (place.rejected and not text["offence"]):
        found.other(where, "note", row)
    elif key_of(text["offence"]) in _NAMES and key_of(text["count"]) in _NAMES:
        found.other(where, "repeated header", row)
    elif place.rejected:
        printed = get("partnership") or get("force", "")
        found.reject(where, "area", printed, place.why or "no area", "load_areas() lists them.")
    elif period is None:
        printed = " ".join(get(name, "") for name in ("year", "quarter", "ending"))
        found.reject(where, "period", printed, "it names no financial year and quarter",
                     "A year is written 2024/25, a quarter 1 to 4.")  # fmt: skip
    elif not text["offence"]:
        found.reject(where, "offence", "", "the offence is blank")
    elif count.refused:
        found.reject(where, "offences", text["count"], count.refused)
    elif place.code is None:
        found.other(where, f"national body or total: {place.name}", row)
    else:
        if count.rule:
            read_as = count.unknown if count.value is None else count.value
            found.change(where, "offences", text["count"], read_as, count.rule)
        extras = (get(name, "") for name in LONG_EXTRAS)
        return (place.code, text["offence"], *period, count.value, count.unknown, *extras, where)
    return None


@cache
def _area(force_code: str, force: str, part_code: str, part: str) -> Place:
    if part or part_code:
        place = area_of_row(part_code, part, partnership=True)
        if place.rejected and (held := area_by_name(force).code):
            if key_of(part).endswith("airport"):
                return Place(f"{held}-airport", "unassigned", part)
            if key_of(part).startswith(("unassigned", "not assigned", "unallocated")):
                return Place(f"{held}-unassigned", "unassigned", part)
        return place
    return area_of_row(force_code, force)


@cache
def _period(year: str, quarter: str, ending: str) -> tuple[date, date] | None:
    """Give first and last day; None where they cannot be read."""
    try:
        if ending:
            end = parse_date(ending)
            return start_of(end, 12), end
        whole = financial_year(year)
        if not quarter:
            return whole.start, whole.end
        number = int(quarter.upper().removeprefix("Q").strip())
    except (PeriodError, ValueError):
        return None
    if not 1 <= number <= 4:
        return None
    start = add_months(whole.start, 3 * (number - 1))
    return start, add_months(start, 3) - timedelta(days=1)


def _quarters(frame: pd.DataFrame) -> dict[int, dict[str, set[int]]]:
    """Give, for each financial year and area, the quarters that it has rows for."""
    held: dict[int, dict[str, set[int]]] = {}
    spans = frame[["area_code", "period_start"]].drop_duplicates()
    for area, start in zip(spans["area_code"], spans["period_start"], strict=True):
        year = start.year - (start.month < 4)
        held.setdefault(year, {}).setdefault(area, set()).add((start.month - 4) % 12 // 3 + 1)
    return dict(sorted(held.items()))


def _shown(quarters: set[int]) -> str:
    return ", ".join(f"Q{quarter}" for quarter in sorted(quarters))


def cover_quarters(frame: pd.DataFrame, found: Gathered) -> None:
    """Note the years, the quarters and the forces that the file does not hold."""
    known = known_areas()
    forces = {code for code, (_, kind, _) in known.items() if kind == "police_force_area"}
    for year, areas in _quarters(frame).items():
        label = Period.financial_year(year).label
        quarters = set().union(*areas.values())
        complete = len(quarters) == 4
        note = "" if complete else " only: no total of the year can be made"
        found.cover("financial year", label, f"{_shown(quarters)}{note}")
        if not complete:
            found.caution("year-incomplete")
        for area, held in areas.items():
            if quarters - held:
                name = known.get(area, (area, "", ""))[0]
                found.cover("quarters missing", f"{name}, {label}", _shown(quarters - held))
                found.caution("year-incomplete")
        for code in sorted(forces - set(areas)) if forces & set(areas) else ():
            found.cover("no rows", f"{known[code][0]}, {label}", "not in the file; not zero")


def sum_years(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Sum quarters to financial years; a year that lacks a quarter is refused."""
    held = _quarters(frame)
    sums: dict[tuple[object, ...], list[tuple[int | None, str]]] = {}
    by = ["area_code", "offence", "measure", *LONG_EXTRAS]
    columns = ["period_start", "offences", "place", *by]
    for start, offences, place, *key in (
        frame[columns].astype(object).itertuples(index=False, name=None)
    ):
        year = start.year - (start.month < 4)
        if len(held[year][key[0]]) < 4:
            label = Period.financial_year(year).label
            found.other(place, "quarter of an incomplete year", [*key[:2], label])
            continue
        count = None if pd.isna(offences) else offences
        sums.setdefault((year, *key), []).append((count, place))
    rows = []
    for (year, *key), quarters in sums.items():
        period = Period.financial_year(int(str(year)))
        counts = [count for count, _ in quarters]
        # A sum over an unknown quarter is unknown, and so is one over a quarter without a row.
        known = len(counts) == 4 and None not in counts
        total = sum(count or 0 for count in counts) if known else None
        unknown = None if known else "not_published"
        rows.append((*key, period.start, period.end, total, unknown, quarters[0][1]))
    names = [*by, "period_start", "period_end", "offences", "unknown", "place"]
    return pd.DataFrame(rows, columns=names, dtype=object)[list(frame.columns)]
