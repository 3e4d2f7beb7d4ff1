"""Reading counts of recorded crime: the police force area tables and the Home Office open data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from pccfunding.errors import PeriodError, TableError
from pccfunding.formats.count_files.area_names import Place, area_by_name, area_of_row, known_areas
from pccfunding.formats.count_files.count_tables import find_tables
from pccfunding.formats.count_files.gathered import Gathered, cover_abolished, source_key
from pccfunding.formats.count_files.printed_counts import (
    grouped_by_blanks,
    key_of,
    one_line,
    read_count,
    without_notes,
)
from pccfunding.formats.count_files.printed_periods import every_period, financial_year
from pccfunding.formats.count_files.wide_counts import WideRecord, read_wide
from pccfunding.formats.opening.chosen_headers import EXACT, Title, choose
from pccfunding.formats.opening.limits import Limits
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.raw_tables import Opened
from pccfunding.formats.read_result import ReadResult
from pccfunding.periods import Period, parse_date
from pccfunding.periods.parse_date import add_months, start_of
from pccfunding.periods.spellings import (
    financial_label,
    financial_month_of,
    financial_quarter_of,
    financial_year_of,
)
from pccfunding.words import count, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.formats.opening.raw_tables import Grid

__all__ = [
    "LONG_EXTRAS",
    "cover_parts",
    "long_header",
    "read_long",
    "read_recorded_crime",
    "sum_years",
]

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
    """Read the rows below the headings; rows that are no record are noted."""
    found.expect(row for n, row in enumerate(grid.rows) if n != at)
    for above in range(at):
        if any(one_line(cell) for cell in grid.rows[above]):
            found.other(grid.place(above), "title or note", grid.rows[above])
    found.chosen(grid.where, _long_titles(grid.rows[at]))
    unread = [one_line(cell) for n, cell in enumerate(grid.rows[at]) if n not in ids.values()]
    unread = [text for text in unread if text]
    if unread:
        found.cover("columns left out", f"{grid.where}{len(unread)} columns", "; ".join(unread[:5]))
    too_wide = found.fit(grid, range(at, at + 1))
    blanks = grouped_by_blanks(
        row[ids["count"]] for row in grid.rows[at + 1 :] if ids["count"] < len(row)
    )
    rows = [
        record
        for n in range(at + 1, len(grid.rows))
        if n not in too_wide and (record := _record(grid, n, ids, found, blanks)) is not None
    ]
    frame = pd.DataFrame(rows, columns=[*_FRAME, "place"], dtype=object)
    return frame.assign(measure="recorded_offences")


def _record(
    grid: Grid, n: int, ids: dict[str, int], found: Gathered, blanks: bool
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
            return (start_of(end, 12), end) if 1700 < end.year < 2200 else None
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


def _held_parts(frame: pd.DataFrame, number: int) -> dict[int, dict[str, set[int]]]:
    """Give, for each financial year and area, the quarters or months that it has rows for."""
    held: dict[int, dict[str, set[int]]] = {}
    spans = frame[["area_code", "period_start"]].drop_duplicates()
    for area, start in zip(spans["area_code"], spans["period_start"], strict=True):
        areas = held.setdefault(financial_year_of(start), {})
        part = financial_quarter_of(start) if number == 4 else financial_month_of(start)
        areas.setdefault(area, set()).add(part)
    return dict(sorted(held.items()))


def _parts_text(parts: set[int], number: int) -> str:
    if number == 4:
        return ", ".join(f"Q{part}" for part in sorted(parts))
    return ", ".join(f"{date(2000, (part + 2) % 12 + 1, 1):%b}" for part in sorted(parts))


def cover_parts(frame: pd.DataFrame, found: Gathered, number: int) -> None:
    """Note the years, the quarters or months, and the forces that the file does not hold."""
    what = "quarters" if number == 4 else "months"
    known = known_areas()
    forces = {code for code, (_, kind, _) in known.items() if kind == "police_force_area"}
    for year, areas in _held_parts(frame, number).items():
        label = financial_label(year)
        parts = set().union(*areas.values())
        complete = len(parts) == number
        note = "" if complete else " only: no total of the year can be made"
        found.cover("financial year", label, f"{_parts_text(parts, number)}{note}")
        if not complete:
            found.caution("year-incomplete")
        for area, held in areas.items():
            if parts - held:
                name = known.get(area, (area, "", ""))[0]
                missing = _parts_text(parts - held, number)
                found.cover(f"{what} missing", f"{name}, {label}", missing)
                found.caution("year-incomplete")
        for code in sorted(forces - set(areas)) if forces & set(areas) else ():
            found.cover("no rows", f"{known[code][0]}, {label}", "not in the file; not zero")


def sum_years(frame: pd.DataFrame, found: Gathered, number: int) -> pd.DataFrame:
    """Sum quarters or months to financial years; a year that lacks one is refused."""
    held = _held_parts(frame, number)
    sums: dict[tuple[object, ...], list[tuple[int | None, str]]] = {}
    by = ["area_code", "offence", "measure", *LONG_EXTRAS]
    columns = ["period_start", "offences", "place", *by]
    kind = "quarter" if number == 4 else "month"
    for start, offences, place, *key in (
        frame[columns].astype(object).itertuples(index=False, name=None)
    ):
        year = financial_year_of(start)
        if len(held[year][key[0]]) < number:
            found.other(place, f"{kind} {_REFUSED}", [*key[:2], financial_label(year)])
            continue
        count = None if is_missing(offences) else offences
        sums.setdefault((year, *key), []).append((count, place))
    rows = []
    for (starts, *key), parts in sums.items():
        period = Period.financial_year(int(str(starts)))
        counts = [count for count, _ in parts]
        # A sum over an unknown part is unknown, and so is one over a part without a row.
        known = len(counts) == number and None not in counts
        total = sum(count or 0 for count in counts) if known else None
        unknown = None if known else "not_published"
        rows.append((*key, period.start, period.end, total, unknown, parts[0][1]))
    names = [*by, "period_start", "period_end", "offences", "unknown", "place"]
    return pd.DataFrame(rows, columns=names, dtype=object).reindex(columns=frame.columns)


# The open data holds one sheet a year, a dozen years and more of 25,000 rows each.
_LIMITS = Limits(unpacked_bytes=2_000_000_000)
_KEY = ["area_code", "offence", "period_start", "period_end", "measure"]
_COLUMNS = ["area_code", "offence", "period_start", "period_end", "offences", "unknown",
            "release", "source_id", "measure", "district_code", *LONG_EXTRAS, "place"]  # fmt: skip
_LOOKED_AT = 40
_REFUSED = "of an incomplete year"


@plain_errors
def read_recorded_crime(
    path_or_buffer: Any,
    *,
    release: str | None = None,
    source_id: str | None = None,
    annual: bool = False,
) -> ReadResult:
    """Read counts of police recorded crime as the statisticians publish them.

    Two families of files are known: the police force area tables of the Office for National
    Statistics (workbooks of any release, and single tables saved as CSV), and the Home Office
    open data by force or partnership. Tables are found by their content: sheets, table numbers,
    notes and columns may stand where they like. Tables of rates and percentages are left out,
    and named in `.coverage`.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        XLSX, ODS, CSV or any other kind of table.
    release : str, optional
        Release that the counts belong to; by default made from the title or the file's name.
    source_id : str, optional
        Key of the source; by default the file's name in plain letters.
    annual : bool, default False
        Sum the quarters of the open data to financial years. A year that lacks a quarter is
        refused: its rows are among `.others`.

    Returns
    -------
    ReadResult
        `.frame` has the columns of ``schemas.RecordedCrime``, then `measure`
        ("recorded_offences", "knife_offences", "firearm_offences", "fraud_referrals",
        "incidents"), `district_code` (the local authority beside a
        partnership), `offence_group`, `offence_subgroup`, `offence_code` (of the open data) and
        `place`. A table with a column for each class or year makes a row of each of its cells,
        and `n_rows` counts those. A count printed twice stands once.
        `.totals` holds every total that stands beside its parts: classes, regions, countries,
        partnerships of a force.

    Raises
    ------
    TableError
        If the file holds no table of counts by area.
    MissingExtraError
        If a workbook needs the extra ``formats``.

    Notes
    -----
    A missing count is never zero: `offences` is then missing and `unknown` says which kind.
    Incidents of anti-social behaviour are no crimes, though the same workbooks print them.

    Examples
    --------
    >>> table = '''Table P1: Police recorded crime, number of offences, year ending March 2024
    ... Area Code,Area Name,Burglary,Residential burglary,Non-residential burglary
    ... E23000023,Cambridgeshire [note 2],"1,200",800,400
    ... E23000005,Greater Manchester,..,..,..
    ... '''
    >>> result = read_recorded_crime(table.encode())
    >>> result.frame[["area_code", "offence", "offences"]].head(3)
       area_code                   offence  offences
    0  E23000023                  Burglary      1200
    1  E23000023      Residential burglary       800
    2  E23000023  Non-residential burglary       400
    >>> result.totals[["label", "verdict"]].values.tolist()
    [['Cambridgeshire: Burglary', 'reconciles']]
    """
    opened = open_grids(path_or_buffer, limits=_LIMITS)
    found = Gathered(opened.source)
    spare, title = _told_by_the_file(opened)
    frames = []
    for grid in opened.grids:
        header = long_header(grid.rows)
        if header:
            frames.append(read_long(grid, *header, found))
            continue
        read_wide(grid, find_tables(grid.rows, spare_period=spare), found)
    wide = _wide_frame(found)
    if not frames and not len(wide):
        raise TableError(_why_nothing(opened, found))
    long = [one for one in frames if len(one)]
    if long:
        frames = [_once(pd.concat(long, ignore_index=True), found)]
    frame = _joined_frames([*frames, wide], found, annual=annual)
    named = release or (None if frames else title)
    return _finished(frame, found, named, source_id or source_key(opened.source))


def _wide_frame(found: Gathered) -> pd.DataFrame:
    import pandas as pd

    names = [*WideRecord._fields]
    frame = pd.DataFrame(found.records, columns=names, dtype=object)
    frame = frame.rename(columns={"start": "period_start", "end": "period_end"})
    frame["offences"] = frame["offences"].astype("Int64")
    return _printed_once(frame.assign(**dict.fromkeys(LONG_EXTRAS, "")), found)


def _joined_frames(frames: list[pd.DataFrame], found: Gathered, *, annual: bool) -> pd.DataFrame:
    import pandas as pd

    frame = pd.concat([one for one in frames if len(one)] or frames[-1:], ignore_index=True)
    frame = _typed(frame)
    days = (frame["period_end"] - frame["period_start"]).dt.days
    for number, shortest, longest in ((4, 80, 100), (12, 27, 31)):
        # A quarter of other months than the financial year's is no part of one.
        starts = frame["period_start"].dt.month % 3 == 1
        parts = days.between(shortest, longest) & (starts if number == 4 else True)
        parts = parts.reindex(frame.index, fill_value=False)
        if not parts.any():
            continue
        cover_parts(frame[parts], found, number)
        if annual:
            before = len(found.reports["others"])
            summed = _typed(sum_years(frame[parts], found, number))
            refused = len(found.reports["others"]) - before
            found.n_found += len(summed) + refused - int(parts.sum())
            frame = pd.concat([summed, frame[~parts]], ignore_index=True)
            days = (frame["period_end"] - frame["period_start"]).dt.days
    return frame


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[ns]")
    frame["offences"] = frame["offences"].astype("Int64")
    return frame


def _once(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Keep one of equal rows of open data; rows that contradict one another are all rejected."""
    key = [*_KEY, *LONG_EXTRAS]
    twice = frame.duplicated(key, keep=False)
    if not twice.any():
        return frame
    out: list[int] = []
    same = 0
    for _, rows in frame[twice].groupby(key, sort=False, dropna=False):
        counts = [None if pd.isna(one) else int(one) for one in rows["offences"]]
        if len(set(counts)) == 1:
            out += rows.index[1:].tolist()
            for place, code, offence in rows[["place", "area_code", "offence"]].values.tolist()[1:]:
                same += 1
                found.other(place, "count printed again", [code, offence, _shown(counts[0])])
            continue
        out += rows.index.tolist()
        found.caution("printed-twice-differently")
        places = rows["place"].tolist()
        for at, place in enumerate(places):
            other = next(one for one, count in enumerate(counts) if count != counts[at])
            reason = (
                f"{places[other]} gives the same area, class and period another count, "
                f"{_shown(counts[other]) or 'none'}"
            )
            found.reject(place, "offences", _shown(counts[at]), reason, "Keep the one that holds.")
    if same:
        found.cover("counts printed again", same, "with the same value; each stands once")
    return frame.drop(index=out).reset_index(drop=True)


def _printed_once(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Keep one row of a count that several tables print; a contradiction is reported.

    Where one table prints a number and another says that there is none, there is none: the number
    then leaves something out that its name includes.
    """
    order = frame["offences"].notna().sort_values(kind="stable").index
    again = frame.loc[order].duplicated(_KEY).sort_index()
    if not again.any():
        return frame
    held = frame.loc[order].drop_duplicates(_KEY).set_index(_KEY)[["offences", "place"]]
    keys = list(frame.loc[again, _KEY].itertuples(index=False, name=None))
    same = 0
    columns = ["place", "area_code", "offence", "offences"]
    for (place, code, offence, theirs), first in zip(
        frame.loc[again, columns].astype(object).itertuples(index=False, name=None),
        held.loc[keys].astype(object).itertuples(index=False, name=None),
        strict=True,
    ):
        found.other(place, "count printed again", [code, offence, theirs])
        if _shown(first[0]) == _shown(theirs):
            same += 1
            continue
        verdict = "conflicts" if _shown(first[0]) and _shown(theirs) else "cannot be told"
        working = f"{first[1]} prints {_shown(first[0]) or 'no count'}, which is kept"
        label = f"{_area_name(code)}: printed twice"
        found.total(place, label, offence, _shown(theirs), 1, verdict, working)
        found.caution("printed-twice-differently")
    found.cover("counts printed again", same, "with the same value; each stands once")
    return frame[~again].reset_index(drop=True)


def _shown(printed: Any) -> str:
    return count(printed) if isinstance(printed, int) else ""


def _finished(
    frame: pd.DataFrame, found: Gathered, release: str | None, source_id: str
) -> ReadResult:
    until = f", to {frame['period_end'].max():%B %Y}" if len(frame) else ""
    named = release or f"Recorded crime open data{until}"
    frame = frame.assign(release=named, source_id=source_id).reindex(columns=_COLUMNS)
    for name in frame.columns.difference(["offences", "period_start", "period_end"]):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    _cover(frame, found)
    return found.result(frame)


def _cover(frame: pd.DataFrame, found: Gathered) -> None:
    forces = {
        c: name for c, (name, kind, _) in known_areas().items() if kind == "police_force_area"
    }
    yearly = (frame["period_end"] - frame["period_start"]).dt.days >= 100
    by: list[Any] = ["period_start", "period_end", "measure"]
    for key, rows in frame[yearly].groupby(by):
        start, end, measure = _parts(key)
        label = Period(start.date(), end.date()).label
        held = f"{rows['area_code'].nunique()} areas, {rows['offence'].nunique()} classes"
        found.cover("period", label, f"{measure}: {held}")
        missing = sorted(set(forces) - set(rows["area_code"]))
        for code in missing if len(missing) < len(forces) else ():
            what = f"{forces[code]}, {label}, {measure}"
            found.cover("no rows", what, "not in the file; not zero")
    unknown = frame[frame["offences"].isna()]
    for key, rows in unknown.groupby(["area_code", "unknown"]):
        code, kind = _parts(key)
        found.cover("unknown counts", _area_name(code), f"{len(rows)} {kind.replace('_', ' ')}")
        found.caution("counts-unknown")
    districts = {*frame["area_code"], *frame["district_code"].dropna()}
    cover_abolished(districts, found, under_heir=False)
    unlisted = sorted(set(frame["area_code"]) - set(known_areas()))
    if unlisted:
        found.cover("codes not in load_areas()", len(unlisted), ", ".join(unlisted[:10]))
    if (frame["measure"] == "incidents").any():
        found.caution("incidents-are-no-crimes")


def _parts(key: Any) -> Any:
    return key  # a group's key is a tuple, which its type does not say


def _area_name(code: str) -> str:
    return known_areas().get(code, (code, "", ""))[0]


def _told_by_the_file(opened: Opened) -> tuple[Period | None, str | None]:
    """Find the period and the release that the titles name, or the name of the file."""
    lines = [
        without_notes(row[0])
        for grid in opened.grids
        for row in grid.rows[:_LOOKED_AT]
        if row and one_line(row[0])
    ]
    named = [
        periods[0]
        for line in lines
        if not re.match(r"\W*(?:table\s+\w+\W|%)", line, re.IGNORECASE)
        and len(periods := every_period(line)) == 1
    ]
    tables = [p for line in lines for p in every_period(line) if line.lower().startswith("table")]
    by_name = every_period(opened.source)
    last = max([*tables, *named], key=lambda period: period.end, default=None)
    period = named[0] if named else by_name[0] if len(by_name) == 1 else None
    told = last or period
    if told is None:
        return period, None
    return period, f"PFA tables, year ending {told.end:%B %Y}"


def _why_nothing(opened: Opened, found: Gathered) -> str:
    told = [f"{value} ({note})" for topic, value, note in found.reports["coverage"]
            if topic == "table left out"]  # fmt: skip
    if told:
        return (
            f"{opened.source} holds no counts by area; left out: {'; '.join(map(str, told[:3]))}."
        )
    if other := told_by_titles(row for grid in opened.grids for row in grid.rows[:20]):
        return f"{opened.source} {other}."
    return (
        f"{opened.source}: no table of counts by area found. Its headings need an area "
        f"('Area Name', 'Force Name', ...), and a title or a column that names the period."
    )
