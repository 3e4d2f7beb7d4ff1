"""Counts of the Home Office open data: a row for each area, class and quarter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from pccfunding.errors import PeriodError, TableError
from pccfunding.formats.count_files.area_names import (
    Place,
    area_by_name,
    area_of_row,
    tables_beside,
    within,
)
from pccfunding.formats.count_files.offence_names import offence_name
from pccfunding.formats.count_files.printed_counts import (
    grouped_by_blanks,
    key_of,
    one_line,
    read_count,
    without_hung_notes,
)
from pccfunding.formats.count_files.printed_periods import financial_year
from pccfunding.formats.opening.chosen_headers import EXACT, Title, choose
from pccfunding.periods import parse_date
from pccfunding.periods.parse_date import add_months, start_of

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.formats.count_files.gathered import Gathered
    from pccfunding.formats.opening.raw_tables import Grid


# The names that each column has had; the sheet may be called anything.
_LONG_COLUMNS = {
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
_NAMES = {name: column for column, names in _LONG_COLUMNS.items() for name in names}
_LONG_LOOKED_AT = 30
_QUARTER_WORD = re.compile(r"^\s*(?:q(?:uarter|tr)?)?\.?\s*", re.IGNORECASE)
# Columns that cut a count into slices which are no counts of the area, class and period; and what
# stands in them where a row is the whole.
_PART_OF_YEAR = re.compile(r"\b(?:months?|weeks?|days?|half|halves|dates?|calendar)\b")
_A_COUNT = re.compile(
    r"^(?:numbers?|counts?|offences|volumes?|crimes)\b|\b(?:numbers?|counts?) of\b"
    r"|recorded (?:crime|offence)"
)
_ALL = re.compile(r"^(?:all|total|both|any|whole)\b")
_WHOLE_OF = (
    (re.compile(r"\b(?:measures?|statistics?|metrics?|units?|indicators?)\b"), _A_COUNT),
    (re.compile(r"\b(?:outcomes?|disposals?|sex|genders?|ages?|ethnic\w*|victims?)\b"), _ALL),
)
_FRAME = ("area_code", "offence", "period_start", "period_end", "offences", "unknown", *LONG_EXTRAS)


def _long_titles(row: Sequence[object]) -> list[Title]:
    return [
        Title(column, index, one_line(cell), EXACT)
        for index, cell in enumerate(row[:40])
        if (column := _NAMES.get(key_of(cell)))
    ]


def long_header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]] | None:
    """Find the row of headings of the open data, whatever stands above it."""
    for at, row in enumerate(rows[:_LONG_LOOKED_AT]):
        ids = choose(_long_titles(row)).of
        has_time = "year" in ids or "ending" in ids
        if has_time and {"offence", "count"} <= set(ids) and {"force", "partnership"} & set(ids):
            return at, ids
    return None


def read_long(grid: Grid, at: int, ids: dict[str, int], found: Gathered) -> pd.DataFrame:
    """Read the rows below the headings; rows that are no record are noted.

    The column `beside` of the frame holds what the columns that are not read hold.
    """
    import pandas as pd

    found.expect(row for n, row in enumerate(grid.rows) if n != at)
    doubled: dict[str, list[int]] = {}
    for title in _long_titles(grid.rows[at]):
        doubled.setdefault(title.name, []).append(title.position)
    areas = (doubled.get(name, []) for name in ("force", "force_code", "partnership"))
    if why := tables_beside(grid.rows[at + 1 :], areas, [ids["count"]]):
        raise TableError(f"{found.source}, {grid.where}{grid.unit} {grid.numbers[at]}: {why}.")
    for above in range(at):
        if any(one_line(cell) for cell in grid.rows[above]):
            found.other(grid.place(above), "title or note", grid.rows[above])
    found.chosen(grid.where, _long_titles(grid.rows[at]))
    unread = [one_line(cell) for n, cell in enumerate(grid.rows[at]) if n not in ids.values()]
    unread = [text for text in unread if text]
    if unread:
        found.cover("columns left out", f"{grid.where}{len(unread)} columns", "; ".join(unread[:5]))
    beside = _Beside.of(grid.rows[at], ids)
    too_wide = found.fit(grid, range(at, at + 1), numbers=[ids["count"]])
    blanks = grouped_by_blanks(
        row[ids["count"]] for row in grid.rows[at + 1 :] if ids["count"] < len(row)
    )
    records = (
        _record(grid, n, ids, found, blanks, beside)
        for n in range(at + 1, len(grid.rows))
        if n not in too_wide
    )
    rows = [record for record in records if record is not None]
    frame = pd.DataFrame(rows, columns=[*_FRAME, "place", "beside"], dtype=object)
    _name_offences(frame, found)
    return frame.assign(measure="recorded_offences")


def _record(
    grid: Grid, n: int, ids: dict[str, int], found: Gathered, blanks: bool, beside: _Beside
) -> tuple[object, ...] | None:
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
    count = read_count(row[ids["count"]] if ids["count"] < len(row) else "", blanks=blanks)
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
    elif slice_of := beside.slice_in(row):
        found.reject(where, slice_of[0], slice_of[1], slice_of[2], "Read the whole count.")
    elif place.code is None:
        found.other(where, f"national body or total: {place.name}", row)
    else:
        if count.rule:
            read_as = count.unknown if count.value is None else count.value
            found.change(where, "offences", text["count"], read_as, count.rule)
        extras = (get(name, "") for name in LONG_EXTRAS)
        told = (count.value, count.unknown, *extras, where, beside.cells(row))
        return (place.code, text["offence"], *period, *told)
    return None


@dataclass(frozen=True)
class _Beside:
    """The columns of open data that no field stands for, and those that cut a count in slices."""

    unread: tuple[int, ...]
    slices: tuple[tuple[int, str, re.Pattern[str] | None], ...]

    @classmethod
    def of(cls, titles: Sequence[object], ids: Mapping[str, int]) -> _Beside:
        """Tell the columns by their titles."""
        unread = tuple(
            at for at, cell in enumerate(titles) if at not in ids.values() and one_line(cell)
        )
        slices: list[tuple[int, str, re.Pattern[str] | None]] = []
        for at in unread:
            words = key_of(titles[at])
            if _PART_OF_YEAR.search(words):
                slices.append((at, one_line(titles[at]), None))
            elif pattern := next((one for word, one in _WHOLE_OF if word.search(words)), None):
                slices.append((at, one_line(titles[at]), pattern))
        return cls(unread, tuple(slices))

    def cells(self, row: Sequence[object]) -> str:
        """Write what the columns that are not read hold."""
        return "|".join(one_line(row[at]) if at < len(row) else "" for at in self.unread)

    def slice_in(self, row: Sequence[object]) -> tuple[str, str, str] | None:
        """Name the column, the cell and the reason where a row is a slice of a count."""
        for at, title, whole in self.slices:
            cell = one_line(row[at]) if at < len(row) else ""
            if whole is None and cell:
                return title, cell, "it names a part of the year, which is not read"
            if whole is not None and cell and not whole.search(key_of(cell)):
                return title, cell, "it is no count of all offences of the class"
        return None


def _name_offences(frame: pd.DataFrame, found: Gathered) -> None:
    """Drop the notes that hang on the names of classes, so that they join; the rest stays."""
    printed = dict.fromkeys(frame["offence"].tolist())
    names = {}
    for text in printed:
        plain = without_hung_notes(text)
        # A digit is a note where the class is known, or stands elsewhere without it.
        marked = re.sub(r"\d", "", plain) == re.sub(r"\d", "", text)
        if plain != text and (not marked or offence_name(plain)[1] or plain in printed):
            names[text] = plain
    if not names:
        return
    for text, plain in names.items():
        at = frame.index[frame["offence"] == text]
        found.change(frame["place"].iloc[at[0]], "offence", text, plain, "marks behind a class")
    frame["offence"] = frame["offence"].replace(names)


@cache
def _area(force_code: str, force: str, part_code: str, part: str) -> Place:
    if part or part_code:
        place = area_of_row(part_code, part, partnership=True)
        if place.rejected and (held := area_by_name(force).code):
            if key_of(part).endswith("airport"):
                return Place(f"{held}-airport", "unassigned", part)
            if key_of(part).startswith(("unassigned", "not assigned", "unallocated")):
                return Place(f"{held}-unassigned", "unassigned", part)
        return within(place, area_by_name(force)) if force else place
    return area_of_row(force_code, force)


@cache
def _period(year: str, quarter: str, ending: str) -> tuple[date, date] | None:
    """Give first and last day; None where they cannot be read."""
    try:
        if ending:
            end = parse_date(ending)
            return (start_of(end, 12), end) if 1700 < end.year < 2200 else None
        whole = financial_year(year)
        if not quarter:
            return whole.start, whole.end
        number = int(_QUARTER_WORD.sub("", quarter).strip())
    except (PeriodError, ValueError):
        return None
    if not 1 <= number <= 4:
        return None
    start = add_months(whole.start, 3 * (number - 1))
    return start, add_months(start, 3) - timedelta(days=1)
