"""Reading the monthly files of data.police.uk into memory: crimes, incidents and outcomes."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pccfunding.errors import TableError
from pccfunding.formats.count_files.area_names import area_by_name, district_of, known_areas
from pccfunding.formats.count_files.gathered import Gathered, cover_abolished
from pccfunding.formats.count_files.printed_counts import key_of, one_line
from pccfunding.formats.opening.chosen_headers import STANDARD, Title, choose
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.formats.opening.row_shape import shape_of
from pccfunding.formats.read_result import ReadResult
from pccfunding.formats.street_files.known_gaps import (
    KnownOf,
    cover_files,
    cover_gaps,
    cover_repeats,
    kind_of,
)
from pccfunding.formats.street_files.repeated_files import files_once, named_month
from pccfunding.periods.parse_date import month_end
from pccfunding.words import count

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_police_uk"]

_COLUMNS = {
    "crime id": "crime_id",
    "month": "month",
    "reported by": "reported_by",
    "falls within": "falls_within",
    "longitude": "longitude",
    "latitude": "latitude",
    "easting": "easting",
    "northing": "northing",
    "location": "location",
    "lsoa code": "lsoa_code",
    "lsoa name": "lsoa_name",
    "crime type": "crime_type",
    "last outcome category": "last_outcome",
    "outcome type": "outcome_type",
    "context": "context",
}
_NUMBERS = ("longitude", "latitude", "easting", "northing")
_TEXTS = ("crime_type", "outcome_type", "last_outcome", "crime_id", "location", "lsoa_code",
          "lsoa_name", "reported_by", "context")  # fmt: skip
_MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])")
_STOPS = "holds stops and searches, which are no crimes"
_LSOA_NUMBER = re.compile(r"(?<!\s)\s+\d{3}[A-Z]$")


class _Record(NamedTuple):
    kind: str
    period_start: date
    period_end: date
    area_code: str | None
    district_code: str | None
    former_district_code: str | None
    district: str
    crime_type: str
    outcome_type: str
    last_outcome: str
    crime_id: str
    location: str
    lsoa_code: str
    lsoa_name: str
    reported_by: str
    context: str
    longitude: float | None
    latitude: float | None
    easting: float | None
    northing: float | None
    place: str


@plain_errors
def read_police_uk(
    paths: Any, *, lsoa_areas: Mapping[str, str] | None = None, source_id: str | None = None
) -> ReadResult:
    """Read street and outcome files of data.police.uk, one or many, into one typed table.

    Parameters
    ----------
    paths : str, path, file object, or sequence of them
        A file, a folder that holds the months, or a list of both. Files of stops and searches in
        a folder are left out, and named in `.coverage`.
    lsoa_areas : mapping of str to str, optional
        Code of the local authority of each LSOA code. By default the district is taken from the
        LSOA's name: "Cambridge 001A" lies in Cambridge.
    source_id : str, optional
        Key of the source; by default "police-uk".

    Returns
    -------
    ReadResult
        `.frame` has one row a record. `kind` is "crime", "incident" (anti-social behaviour, which
        is no crime) or "outcome"; count one kind only. `area_code` is the force area,
        `district_code` the local authority where the place is known, `district` its name as
        printed. A district that has been abolished since stands under its successor, with its own
        code in `former_district_code`. A record that stands again under its identifier, every
        cell equal, is among `.others`. `.coverage` names the months and forces that are absent,
        the rows without a place, and those placed outside the force's area.

    Raises
    ------
    TableError
        If no file holds such records.

    Notes
    -----
    Absence is never zero. Places are snap points near the event, so a district is approximate at
    its border. Greater Manchester Police has published no crimes here since July 2019.

    Examples
    --------
    >>> month = '''Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,\
LSOA code,LSOA name,Crime type,Last outcome category,Context
    ... a1,2024-01,Cambridgeshire Constabulary,Cambridgeshire Constabulary,0.1,52.2,\
On or near High Street,E01017995,Cambridge 001A,Bicycle theft,,
    ... ,2024-01,Cambridgeshire Constabulary,Cambridgeshire Constabulary,,,No Location,,,\
Anti-social behaviour,,
    ... '''
    >>> result = read_police_uk(month.encode())
    >>> result.frame[["kind", "area_code", "district_code"]].values.tolist()
    [['crime', 'E23000023', 'E07000008'], ['incident', 'E23000023', None]]
    """
    files, left_out = _files(paths)
    if not files:
        stops = f"; {left_out[0]} {_STOPS}" if left_out else ""
        raise TableError(
            f"{paths} holds no street or outcomes file (2024-01-cambridgeshire-street.csv){stops}."
        )
    files, repeated = _once(files)
    name = files[0].name if len(files) == 1 and isinstance(files[0], Path) else ""
    found = Gathered(name or (f"{len(files)} files" if len(files) > 1 else "the file"))
    for what in left_out:
        found.cover("file left out", what, _STOPS)
    cover_files({one: Path(kept).name for one, kept in repeated.items()}, found)
    rows: dict[str, int] = {}
    records: list[_Record] = []
    for file in files:
        opened = open_grids(file)
        # Files of one name from two folders are told apart by their number.
        again = sum(name.partition(" (")[0] == opened.source for name in rows)
        source = f"{opened.source} ({again + 1})" if again else opened.source
        before = len(records)
        for grid in opened.grids:
            records += _records(grid, source, lsoa_areas, found, many=len(files) > 1)
        rows[source] = len(records) - before
    records = _without_repeats(records, found)
    frame = _frame(records, source_id or "police-uk")
    _cover(frame, rows, [*rows, *repeated], found)
    return found.result(frame)


def _files(paths: Any) -> tuple[list[Any], list[str]]:
    """List the files, those of a folder in order; what is read as no crime stands apart."""
    if isinstance(paths, bytes | bytearray) or not isinstance(
        paths, list | tuple | set | frozenset
    ):
        paths = [paths]
    files: list[Any] = []
    left_out = []
    for path in paths:
        if not isinstance(path, str | os.PathLike):
            files.append(path)
            continue
        path = Path(path)
        try:
            held = (one for one in path.rglob("*.csv") if one.is_file())
            inside = sorted(held) if path.is_dir() else [path]
        except (OSError, ValueError) as error:
            raise TableError(f"Cannot read {path}: {error}.") from error
        for file in inside:
            named = named_month(file)
            if named and named[2] == "stop-and-search":
                left_out.append(file.name)
            elif named or not path.is_dir():
                files.append(file)
    return files, left_out


def _once(files: Sequence[Any]) -> tuple[list[Any], dict[str, str]]:
    """Keep one file of each month and force; what is no path is kept."""
    paths = [file for file in files if isinstance(file, Path)]
    try:
        kept, left_out = files_once([str(path) for path in paths])
    except TableError:
        raise
    except (OSError, ValueError):
        return list(files), {}  # the reading tells which file is not there
    held = {*kept}
    return [one for one in files if not isinstance(one, Path) or str(one) in held], left_out


def _records(
    grid: Grid,
    source: str,
    lsoa_areas: Mapping[str, str] | None,
    found: Gathered,
    *,
    many: bool,
) -> Iterable[_Record]:
    names = [_COLUMNS.get(key_of(cell), "") for cell in (grid.rows[0] if grid.rows else [])]
    other = told_by_titles(grid.rows[:1])
    if other and "stops" in other:
        raise TableError(f"{source} {other}.")
    if "month" not in names or not {"crime_type", "outcome_type"} & set(names):
        raise TableError(
            f"{source}: its first line names no 'Month' and no 'Crime type' or 'Outcome type', as "
            f"the files of data.police.uk do."
        )
    for name in filter(None, names):
        if names.count(name) > 1:
            title = one_line(grid.rows[0][names.index(name)])
            raise TableError(f"{source} has the column {title!r} twice. Keep one of them.")
    titles = (
        Title(name, at, one_line(grid.rows[0][at]), STANDARD)
        for at, name in enumerate(names)
        if name
    )
    for chosen in choose(titles).told:
        if chosen not in found.reports["coverage"]:
            found.cover(*chosen)
    is_outcome = "crime_type" not in names
    shape = shape_of(grid, range(1))
    for code in shape.cautions:
        found.caution(code)
    found.reports["coverage"] += shape.told(f"{source}, ")
    found.expect(grid.rows[1:])
    for at, row in enumerate(grid.rows[1:], 1):
        cells = [one_line(cell) for cell in row]
        if not any(cells):
            continue
        where = f"{source}, {grid.place(at)}" if many else grid.place(at)
        if row == grid.rows[0]:
            found.other(where, "repeated header", row)
            continue
        if at in shape.wide:
            wide = shape.wide[at]
            found.reject(where, "row", " | ".join(cells), wide.reason, wide.suggestion)
            continue
        text = dict(zip(names, cells, strict=False))
        record = _record(text, where, lsoa_areas or {}, found, is_outcome=is_outcome)
        if record is not None:
            yield record


def _record(
    text: dict[str, str],
    where: str,
    lsoa_areas: Mapping[str, str],
    found: Gathered,
    *,
    is_outcome: bool,
) -> _Record | None:
    month = _MONTH.fullmatch(text.get("month", ""))
    what = text.get("outcome_type" if is_outcome else "crime_type", "")
    if month is None:
        found.reject(where, "Month", text.get("month", ""), "it is no month",
                     "A month is written 2024-01.")  # fmt: skip
        return None
    if not what:
        column = "Outcome type" if is_outcome else "Crime type"
        found.reject(where, column, "", "it is blank")
        return None
    numbers: dict[str, Any] = {}
    for name in _NUMBERS:
        try:
            numbers[name] = float(text[name]) if text.get(name) else None
        except ValueError:
            found.reject(where, name.capitalize(), text[name], "it is no number")
            return None
    year, number = int(month[1]), int(month[2])
    lsoa = text.get("lsoa_name", "")
    district, code, former = _district(lsoa)
    code = lsoa_areas.get(text.get("lsoa_code", ""), code)
    force = area_by_name(text.get("falls_within") or text.get("reported_by", ""))
    kind = "outcome" if is_outcome else kind_of(what)
    rest: dict[str, Any] = {name: text.get(name, "") for name in _TEXTS}
    return _Record(
        kind=kind,
        period_start=date(year, number, 1),
        period_end=month_end(year, number),
        area_code=force.code,
        district_code=code,
        former_district_code=former,
        district=district,
        place=where,
        **rest,
        **numbers,
    )


def _without_repeats(records: Sequence[_Record], found: Gathered) -> list[_Record]:
    """Count a record once that stands again under its identifier with every cell equal."""
    keys = [(one.kind, one.crime_id) if one.crime_id else None for one in records]
    later = later_printings(keys, (one._replace(place="") for one in records))
    again = {one.at for one in later if one.equal}
    for at in sorted(again):
        found.other(records[at].place, "record printed again", [records[at].crime_id])
    # A crime may have several outcomes, each a record of its own.
    differing = {keys[one.at] for one in later if not one.equal}
    number = sum(key is not None and key[0] != "outcome" for key in differing)
    cover_repeats(len(again), number, found)
    return [one for at, one in enumerate(records) if at not in again]


@cache
def _district(lsoa_name: str) -> tuple[str, str | None, str | None]:
    name = _LSOA_NUMBER.sub("", lsoa_name)
    return (name, *district_of(name)) if name else (name, None, None)


def _frame(records: Sequence[_Record], source_id: str) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(records, columns=_Record._fields, dtype=object)
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    for name in _NUMBERS:
        frame[name] = frame[name].astype("float64")
    for name in ("district", *_TEXTS):
        frame[name] = frame[name].where(frame[name] != "", None)
    return frame.assign(source_id=source_id)


def _cover(
    frame: pd.DataFrame, rows: Mapping[str, int], files: Iterable[str], found: Gathered
) -> None:
    known = known_areas()
    rejected = {str(place).partition(", ")[0] for place, *_ in found.reports["rejected"]}
    if len(rows) == 1 and found.reports["rejected"]:
        rejected = {*rows}
    for name, n in rows.items():
        if not n:
            why = "nothing was published in it" if name not in rejected else "its rows are rejected"
            found.cover("file without rows", name, f"not zero: {why}")
            found.caution("months-missing")
    force = frame["area_code"].fillna("")
    month = frame["period_start"].dt.strftime("%Y-%m")
    placed = frame["lsoa_code"].notna() | frame["district"].notna()
    keys = Counter(zip(force, month, frame["kind"], placed, strict=True))
    cover_gaps({KnownOf(*key): number for key, number in keys.items()}, found, files)
    _cover_places(frame, known, found)


def _cover_places(
    frame: pd.DataFrame, known: Mapping[str, tuple[str, str, str]], found: Gathered
) -> None:
    nowhere = frame["lsoa_code"].isna() & frame["district"].isna()
    unread = ~nowhere & frame["district_code"].isna()
    if unread.any():
        names = Counter(frame.loc[unread, "district"].fillna("LSOA code only"))
        told = ", ".join(f"{name} ({count(n)})" for name, n in names.most_common(10))
        found.cover("districts not in load_areas()", int(unread.sum()), told)
    cover_abolished(frame["former_district_code"].dropna(), found, under_heir=True)
    parents = {code: parent for code, (_, _, parent) in known.items()}
    outside = frame["district_code"].map(parents).ne(frame["area_code"])
    outside &= frame["district_code"].notna() & frame["area_code"].notna()
    if outside.any():
        found.cover("rows placed outside the force's area", int(outside.sum()), "kept, by district")
