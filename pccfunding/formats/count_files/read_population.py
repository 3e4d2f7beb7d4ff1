"""Reading mid-year populations: tables of the Office for National Statistics and files of Nomis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pccfunding.errors import PopulationError, TableError
from pccfunding.formats.count_files.area_names import area_of_row, known_areas, tables_beside
from pccfunding.formats.count_files.count_tables import headings_of
from pccfunding.formats.count_files.gathered import (
    Gathered,
    cover_abolished,
    cover_unlisted,
    source_key,
)
from pccfunding.formats.count_files.printed_counts import (
    grouped_by_blanks,
    key_of,
    one_line,
    read_count,
    says_other_than_a_count,
)
from pccfunding.formats.opening.chosen_headers import EXACT, Title
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.raw_tables import Grid, Opened
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.formats.opening.row_shape import column_letter
from pccfunding.formats.read_result import ReadResult
from pccfunding.words import count, counted

__all__ = ["read_population"]

_LOOKED_AT = 30
_NOTHING = "no populations by area"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_MID = re.compile(r"mid[\s_-]{0,3}(?:year\s{0,3})?((?:19|20)\d\d)", re.IGNORECASE)
_JUNE = re.compile(r"(?:30(?:th)?\s+june|june\s+30(?:th)?),?\s+((?:19|20)\d\d)", re.IGNORECASE)
_ESTIMATES = re.compile(r"\bmid[\s-]?year\b|population estimates|estimates of the population", re.I)
_NOMIS = re.compile(r"local authority district\b.*\bas of\b")
_DAY = re.compile(r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ].*)?")
_LONGEST = 500
# Words that a heading of a whole population may hold; any other word makes it something else.
_WHOLE = frozenset(
    ("mid", "year", "mye", "est", "population", "populations", "persons", "people", "all", "ages",
     "estimated", "estimate", "estimates", "usual", "resident", "residents", "june", "30",
     "rebased", "total", "count", "obs", "value")
)  # fmt: skip
_CODES = {"mnemonic", "geography code", "area code", "ladcode", "administrative geography",
          "lad code", "code", "areacd", "la code"}  # fmt: skip
_NAMES = {"area", "geography name", "name", "area name", "laname", "geography", "areanm",
          "local authority"}  # fmt: skip
_NAMED = ("area_name", "district_name", "partnership_name")
_DATES = {"date name", "date", "time", "period", "year", "reference date", "calendar years"}
_VALUES = {"obs value", "value", "observation", "v4 0", "v4 1", "persons", "population"}
_SLICES = {
    "sex": ({"gender name", "sex name", "gender", "sex", "c sex name"},
            {"total", "all", "persons", "all persons", "all people", "0", "t"}),
    "age": ({"c age name", "age name", "age", "single year of age", "age group", "c age"},
            {"all ages", "total", "all", "200", "all usual residents", "all categories age"}),
    "measure": ({"measures name", "measures"}, {"value", "20100"}),
}  # fmt: skip
_OTHER_SHEET = re.compile(
    r"\b(?:fe)?males?\b|\b(?:wo)?men\b|household|dwelling|density|per cent|percent|%|median"
    r"|\bmean\b|average|\bproject(?:ions?|ed)\b|\bforecast|elector|\bvoters?\b|\bpatients?\b"
    r"|\bpupils?\b|\bworkforce\b|\bemploy|\bworking[\s-]age\b|\baged?\s(?:\d|under|over)"
    r"|\b(?:under|over)[\s-]?\d|\d\s?(?:to|-|–)\s?\d{1,2}\s(?:years|and over)"
    r"|\b(?:change|growth|rank|index|births?|deaths|migrants?|migration)\b",
    re.I,
)
# Years of a file's own life, and of its boundaries, are no years of the estimates.
_OTHER_YEARS = re.compile(
    r"\b(?:released?|published|publication|updated?|revised|issued|created|downloaded|retrieved"
    r"|boundar\w*|geograph\w*|census|edition|version|copyright|based|rebased|as of)\b",
    re.I,
)


class _Layout(NamedTuple):
    """Where a table holds its areas, its values and the year of each."""

    header: int
    code: int | None
    name: int | None
    values: list[tuple[int, int | None]]
    date: int | None
    slices: dict[str, int]


@plain_errors
def read_population(
    path_or_buffer: Any, *, vintage: str, source_id: str | None = None
) -> ReadResult:
    """Read mid-year population estimates, whole populations only.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        A workbook or CSV of the Office for National Statistics (a column a year, or "All ages"),
        the mid-year table of the police force area workbooks, or a CSV of Nomis.
    vintage : str
        The series that the estimates belong to, in your own words: estimates before and after a
        census, or before and after rebasing, are never compared with one another. Files seldom
        say it, so it has no default.
    source_id : str, optional
        Key of the source; by default the file's name in plain letters.

    Returns
    -------
    ReadResult
        `.frame` has the columns of ``schemas.Population``, and `place`. Rows of one sex or one
        age are among `.others`.

    Raises
    ------
    PopulationError
        If `vintage` is blank.
    TableError
        If the file holds no whole populations by area.

    Examples
    --------
    >>> table = '''Code,Name,Geography,Mid-2022,Mid-2023
    ... E07000008,Cambridge,Non-metropolitan District,"1,100","1,200"
    ... '''
    >>> result = read_population(table.encode(), vintage="invented")
    >>> result.frame[["area_code", "reference_date", "persons"]]
       area_code reference_date  persons
    0  E07000008     2022-06-30     1100
    1  E07000008     2023-06-30     1200
    """
    import pandas as pd

    if not isinstance(vintage, str) or not vintage.strip():
        raise PopulationError(
            f"vintage={vintage!r} names no series; name it, as in vintage='rebased-2025', so that "
            f"it never meets another one in a comparison."
        )
    opened = open_grids(path_or_buffer)
    found = Gathered(opened.source)
    year = _year_of_the_file(opened)
    for grid in opened.grids:
        found.records += _records(grid, opened.source, year, found)
    if not found.records:
        slices = sum(str(kind).startswith("one ") for _, kind, _ in found.reports["others"])
        if slices and not found.reports["rejected"]:
            raise TableError(
                f"{opened.source} holds no row of a whole population, only of one sex or one age "
                f"({count(slices)}); sum them first, or take the table of all persons and ages."
            )
        raise TableError(_why_nothing(opened, found))
    frame = pd.DataFrame(
        found.records, columns=["area_code", "reference_date", "persons", "place"], dtype=object
    )
    frame = _once(frame, found)
    if not len(frame):
        raise TableError(_why_nothing(opened, found))
    frame["reference_date"] = pd.to_datetime(frame["reference_date"]).astype("datetime64[ns]")
    frame["persons"] = frame["persons"].astype("int64")
    frame = frame.assign(vintage=vintage.strip(), derived=False)
    frame["source_id"] = source_id or source_key(opened.source)
    _cover(frame, found)
    columns = ["area_code", "reference_date", "persons", "vintage", "derived", "source_id", "place"]
    return found.result(frame[columns])


def _why_nothing(opened: Opened, found: Gathered) -> str:
    """Name the reason, of the table that came nearest."""
    if rejected := found.reports["rejected"]:
        place, _, raw, reason, _ = rejected[0]
        return (
            f"{opened.source}: all {count(len(rejected))} estimates are rejected. The first: "
            f"{place}, {str(raw)[:60]!r}: {reason}."
        )
    reasons = [str(why) for topic, _, why in found.reports["coverage"]
               if topic == "table left out" and why != _NOTHING]  # fmt: skip
    if reasons:
        return f"{opened.source}: no whole populations by area found; {reasons[0][:200]}."
    if other := told_by_titles(row for grid in opened.grids for row in grid.rows[:20]):
        return f"{opened.source} {other}."
    return (
        f"{opened.source}: no whole populations by area found. A table needs a column of codes "
        f"or names of areas, and a column such as 'Mid-2023', 'All ages' or 'OBS_VALUE'."
    )


def _year_of_the_file(opened: Opened) -> int | None:
    """Give the one mid-year that the titles on all sheets name, as a cover sheet does."""
    lines = [
        one_line(cell)[:_LONGEST]
        for grid in opened.grids
        for row in grid.rows[:_LOOKED_AT]
        for cell in row[:1]
    ]
    years = {int(year) for line in lines for one in (_MID, _JUNE) for year in one.findall(line)}
    return years.pop() if len(years) == 1 else None


def _records(
    grid: Grid, source: str, year: int | None, found: Gathered
) -> Iterator[tuple[object, ...]]:
    layout = _layout(grid, source, year)
    why = layout if isinstance(layout, str) else None
    header = None if isinstance(layout, str) else layout.header
    found.expect(row for at, row in enumerate(grid.rows) if at != header)
    first = 0 if isinstance(layout, str) else layout.header
    for at in range(first if why is None else len(grid.rows)):
        if any(one_line(cell) for cell in grid.rows[at]):
            found.other(grid.place(at), "title or note" if why is None else why, grid.rows[at])
    if isinstance(layout, str):
        found.cover("table left out", grid.name or source, layout)
        return
    titles = grid.rows[layout.header]
    columns = {"area_code": layout.code, "area_name": layout.name, "date": layout.date}
    columns |= {"persons": layout.values[0][0], **layout.slices}
    found.chosen(
        grid.where,
        (
            Title(what, index, one_line(titles[index]), EXACT)
            for what, index in columns.items()
            if index is not None
        ),
    )
    blanks = {
        index: grouped_by_blanks(row[index] for row in grid.rows if index < len(row))
        for index, _ in layout.values
    }
    persons = [index for index, _ in layout.values]
    too_wide = found.fit(grid, range(layout.header, layout.header + 1), numbers=persons)
    for at in range(layout.header + 1, len(grid.rows)):
        row = grid.rows[at]
        if at not in too_wide and any(one_line(cell) for cell in row):
            yield from _of_row(grid, at, layout, found, blanks)


def _layout(grid: Grid, source: str, of_file: int | None) -> _Layout | str:
    """Find the table of a sheet, or say why it holds none."""
    # A title of a text without quotation marks is spread over several cells.
    banner = [", ".join(filter(None, map(one_line, row))) for row in grid.rows[:_LOOKED_AT]]
    if _other_than_whole(grid.name):
        return f"sheet of something else than whole populations: {grid.name.strip()}"
    for at, row in enumerate(grid.rows[:_LOOKED_AT]):
        keys = [_heading(cell) for cell in row[:400]]
        ids = headings_of(row)
        code = next((i for i, k in enumerate(keys) if k in _CODES), ids.get("area_code"))
        code = ids.get("district_code") if code is None else code
        name = _best(keys, _NAMES, code)
        if name is None:
            name = next((ids[one] for one in _NAMED if ids.get(one, code) != code), None)
        doubled = [[i for i, key in enumerate(keys) if key in names] for names in (_CODES, _NAMES)]
        if code is None and name is None:
            continue
        slices = {
            what: index
            for what, (names, _) in _SLICES.items()
            if (index := _first(keys, names)) is not None
        }
        dates = _first(keys, _DATES)
        value = _first(keys, _VALUES)
        taken = {code, name, dates, *slices.values()}
        if value is not None and dates is not None:
            return _Layout(at, code, name, [(value, None)], dates, slices)
        values = list(_value_columns(row[:400], taken))
        title = " ".join(banner[:at])
        if value is not None and not values:
            values = [(value, None)]
        if not values:
            continue
        if told := tables_beside(grid.rows[at + 1 :], doubled, [index for index, _ in values]):
            return told
        if told := _slice_told(grid.rows[:at]):
            return f"a table of one slice only: {told}"
        if _other_than_whole(title):
            return f"table of something else than whole populations: {title[:80]}"
        if re.search(r"thousand|000s", f"{title} {' '.join(keys)}", re.IGNORECASE):
            return "in thousands; a table in persons is needed"
        if all(year is None for _, year in values) and dates is not None:
            return _Layout(at, code, name, values, dates, slices)
        spare = _spare_year([grid.name, *banner[:at], source]) or of_file
        if any(year is None for _, year in values):
            if spare is None:
                return "no year is named, in a column, a heading or a title"
            values = [(index, year or spare) for index, year in values]
        return _Layout(at, code, name, values, None, slices)
    return _NOTHING


def _other_than_whole(title: str) -> bool:
    """Whether a title speaks of something else than persons of both sexes and all ages."""
    told = _OTHER_SHEET.search(title)
    return bool(told) and not re.search(r"\bpersons\b|\ball ages\b", title, re.IGNORECASE)


def _slice_told(rows: Sequence[Sequence[object]]) -> str | None:
    """Find the sex or age that the banner of a download of Nomis names, if not all."""
    for row in rows:
        cells = [one_line(cell) for cell in row if one_line(cell)]
        pair = cells if len(cells) == 2 else (cells[0].split(":", 1) if len(cells) == 1 else [])
        for names, whole in _SLICES.values():
            if len(pair) == 2 and key_of(pair[0]) in names and key_of(pair[1]) not in whole:
                return f"{key_of(pair[0])} {pair[1].strip()}"
    return None


def _heading(cell: object) -> str:
    """Reduce a heading to its words, without the year of a classification: "PFA 2023 Code"."""
    return " ".join(re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)", " ", key_of(cell)).split())


def _best(keys: Sequence[str], names: set[str], taken: int | None) -> int | None:
    """Find the column of names of areas; one called a name goes before any other."""
    held = [i for i, key in enumerate(keys) if i != taken and (key in names or _NOMIS.match(key))]
    return next((i for i in held if "name" in keys[i]), held[0] if held else None)


def _first(keys: Sequence[str], names: set[str]) -> int | None:
    """Find a column by its names; a column of labels goes before one of code numbers."""
    held = [i for i, key in enumerate(keys) if key in names]
    return next((i for i in held if keys[i].endswith("name")), held[0] if held else None)


def _value_columns(
    row: Sequence[object], taken: set[int | None]
) -> Iterator[tuple[int, int | None]]:
    for index, cell in enumerate(row):
        text = one_line(cell)
        if index in taken or not text:
            continue
        year = _YEAR.search(text) or re.search(r"((?:19|20)\d\d)$", text)
        if says_other_than_a_count(text):
            continue
        words = set(re.sub(r"(?:19|20)\d\d", " ", key_of(text)).split())
        if words <= _WHOLE and (year or words & {"ages", "population", "persons", "total"}):
            yield index, int(year[1]) if year else None


def _spare_year(lines: Sequence[str]) -> int | None:
    """Find the one year that a title names: after "mid", with 30 June, or of the estimates."""
    for pattern in (_MID, _JUNE, _YEAR):
        for line in lines:
            if pattern is _YEAR and (not _ESTIMATES.search(line) or _OTHER_YEARS.search(line)):
                continue
            years = {int(year) for year in pattern.findall(line[:_LONGEST])}
            if len(years) == 1:
                return years.pop()
    return None


def _of_row(
    grid: Grid, at: int, layout: _Layout, found: Gathered, blanks: Mapping[int, bool]
) -> Iterator[tuple[object, ...]]:
    row, where = grid.rows[at], grid.place(at)

    def cell(index: int | None) -> str:
        return one_line(row[index]) if index is not None and index < len(row) else ""

    printed = [cell(index) for index, _ in layout.values]
    code, name = cell(layout.code), cell(layout.name)
    if not any(printed) or not (code or name) or row == grid.rows[layout.header]:
        found.other(where, "note", row)
        return
    for what, index in layout.slices.items():
        if key_of(cell(index)) not in _SLICES[what][1]:
            found.other(where, f"one {what}: {cell(index)}", row)
            return
    if re.fullmatch(r"[A-Z]\d{8}", code) and code[0] not in "EWKN":
        found.other(where, "area outside England and Wales", row)
        return
    place = area_of_row(code, name)
    if place.rejected:
        found.reject(where, "area", name or code, place.why or "no area", "Check code and name.")
        return
    if place.code is None:
        found.other(where, place.why or "not an area", row)
        return
    found.n_found += len(printed) - 1  # from here on a row counts by its cells
    for (index, year), text in zip(layout.values, printed, strict=True):
        spot = f"{where}, column {column_letter(index)}"
        if layout.date is not None:
            dated = _YEAR.search(cell(layout.date))
            year = int(dated[1]) if dated else None
            day = _DAY.fullmatch(cell(layout.date))
            if day and (day[2], day[3]) != ("06", "30"):
                reason = f"{day[0]} is no middle of a year, 30 June"
                found.reject(spot, "date", cell(layout.date), reason)
                continue
        count = read_count(row[index] if index < len(row) else "", blanks=blanks[index])
        if year is None:
            found.reject(spot, "date", cell(layout.date), "it names no year")
        elif count.refused or (count.value is not None and count.value < 0):
            told = count.refused if count.refused and "thousands" in count.refused else ""
            found.reject(spot, "persons", text, told or "it is no number of persons")
        elif count.value is None:
            found.other(spot, f"no estimate: {count.unknown}", [place.code, year, text])
        else:
            yield place.code, date(year, 6, 30), count.value, spot


def _once(frame: Any, found: Gathered) -> Any:
    """Keep one row of an estimate that several sheets print; name those that contradict.

    Where rows of one table contradict, nothing tells which holds, and all are rejected; of two
    tables, the first is kept.
    """
    keys = list(zip(frame["area_code"], frame["reference_date"], strict=True))
    persons, places = frame["persons"].tolist(), frame["place"].tolist()
    later = later_printings(keys, persons)
    torn = {keys[one.at]: one for one in later if not one.equal}
    torn = {
        key: one
        for key, one in torn.items()
        if _table_of(places[one.at]) == _table_of(places[one.first])
    }
    for key, one in torn.items():
        for at in (at for at in range(len(keys)) if keys[at] == key):
            other = one.first if persons[at] != persons[one.first] else one.at
            reason = f"{places[other]} gives the same area and year {count(persons[other])} persons"
            found.reject(places[at], "persons", persons[at], reason, "Keep the one that holds.")
        found.caution("printed-twice-differently")
    for one in later:
        code, day = keys[one.at]
        if (code, day) in torn:
            continue
        found.other(places[one.at], "estimate printed again", [code, persons[one.at]])
        if not one.equal:
            name = known_areas().get(code, (code, "", ""))[0]
            working = f"{places[one.first]} prints {count(persons[one.first])}, which is kept"
            shown = count(persons[one.at])
            label = f"{name}: printed twice"
            found.total(places[one.at], label, str(day), shown, 1, "conflicts", working)
            found.caution("printed-twice-differently")
    again = {one.at for one in later}
    held = [at for at, key in enumerate(keys) if at not in again and key not in torn]
    return frame.iloc[held].reset_index(drop=True)


def _table_of(place: object) -> str:
    return re.sub(r"(?:^|, )(?:row|line|record|table row) \d+.*$", "", str(place))


def _cover(frame: Any, found: Gathered) -> None:
    for day, rows in frame.groupby("reference_date"):
        found.cover("mid-year", f"{day:%Y}", counted(len(rows), "area"))
    if len(frame) > 5 and (frame["persons"] % 100 == 0).all():
        found.cover("rounding", "to 100", "parts may not sum to totals")
        found.caution("rounded")
    cover_abolished(frame["area_code"], found, under_heir=False)
    cover_unlisted(frame["area_code"], found)
