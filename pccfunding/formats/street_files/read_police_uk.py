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
from pccfunding.formats.count_files.area_names import area_by_name, districts, known_areas
from pccfunding.formats.count_files.gathered import Gathered
from pccfunding.formats.count_files.printed_counts import key_of, one_line
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.read_result import ReadResult
from pccfunding.periods.parse_date import month_end
from pccfunding.words import count, counted

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
_ASB = "anti social behaviour"
_MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])")
_FILE = re.compile(r"(\d{4}-\d{2})-(.+)-(street|outcomes|stop-and-search)\.csv$", re.IGNORECASE)
_LSOA_NUMBER = re.compile(r"\s+\d{3}[A-Z]$")
_GMP, _GMP_SILENT = "E23000005", (2019, 7)


class _Record(NamedTuple):
    kind: str
    period_start: date
    period_end: date
    area_code: str | None
    district_code: str | None
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
        printed. `.coverage` names the months and forces that are absent, the rows without a
        place, and those placed outside the force's area.

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
        raise TableError(
            f"{paths} holds no street or outcomes file (2024-01-cambridgeshire-street.csv)."
        )
    name = files[0].name if len(files) == 1 and isinstance(files[0], Path) else ""
    found = Gathered(name or (f"{len(files)} files" if len(files) > 1 else "the file"))
    for what in left_out:
        found.cover("file left out", what, "stops and searches are no crimes")
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
    frame = _frame(records, source_id or "police-uk")
    _cover(frame, rows, found)
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
            inside = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
        except (OSError, ValueError) as error:
            raise TableError(f"Cannot read {path}: {error}.") from error
        for file in inside:
            named = _FILE.search(file.name)
            if named and named[3].lower() == "stop-and-search":
                left_out.append(file.name)
            elif named or not path.is_dir():
                files.append(file)
    return files, left_out


def _records(
    grid: Grid,
    source: str,
    lsoa_areas: Mapping[str, str] | None,
    found: Gathered,
    *,
    many: bool,
) -> Iterable[_Record]:
    names = [_COLUMNS.get(key_of(cell), "") for cell in (grid.rows[0] if grid.rows else [])]
    if "month" not in names or not {"crime_type", "outcome_type"} & set(names):
        raise TableError(
            f"{source}: its first line names no 'Month' and no 'Crime type' or 'Outcome type', as "
            f"the files of data.police.uk do."
        )
    is_outcome = "crime_type" not in names
    found.expect(grid.rows[1:])
    for at, row in enumerate(grid.rows[1:], 1):
        cells = [one_line(cell) for cell in row]
        if not any(cells):
            continue
        where = f"{source}, {grid.place(at)}" if many else grid.place(at)
        if row == grid.rows[0]:
            found.other(where, "repeated header", row)
            continue
        if len(cells) > len(names) and any(cells[len(names) :]):
            found.reject(where, "row", " | ".join(cells), "it has more cells than the first line")
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
    district, code = _district(lsoa)
    code = lsoa_areas.get(text.get("lsoa_code", ""), code)
    force = area_by_name(text.get("falls_within") or text.get("reported_by", ""))
    kind = "outcome" if is_outcome else _kind(what)
    rest: dict[str, Any] = {name: text.get(name, "") for name in _TEXTS}
    return _Record(
        kind=kind,
        period_start=date(year, number, 1),
        period_end=month_end(year, number),
        area_code=force.code,
        district_code=code,
        district=district,
        place=where,
        **rest,
        **numbers,
    )


@cache
def _kind(crime_type: str) -> str:
    return "incident" if key_of(crime_type) == _ASB else "crime"


@cache
def _district(lsoa_name: str) -> tuple[str, str | None]:
    name = _LSOA_NUMBER.sub("", lsoa_name)
    return name, districts().get(key_of(name)) if name else None


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


def _cover(frame: pd.DataFrame, rows: Mapping[str, int], found: Gathered) -> None:
    known = known_areas()
    for name, n in rows.items():
        if not n:
            found.cover("file without rows", name, "not zero: nothing was published in it")
            found.caution("months-missing")
    for kind, n in frame["kind"].value_counts().items():
        found.cover("rows", kind, count(n))
    if {"incident"} & set(frame["kind"]):
        found.caution("incidents-are-no-crimes")
    if {"outcome"} & set(frame["kind"]):
        found.caution("outcomes-are-no-crimes")
    months = sorted(set(frame["period_start"]))
    for kind in sorted(set(frame["kind"])):
        _cover_months(frame[frame["kind"] == kind], kind, months, known, found)
    if months and (months[-1].year, months[-1].month) >= _GMP_SILENT:
        late = frame[(frame["area_code"] == _GMP) & (frame["period_start"] >= "2019-07-01")]
        note = f"{counted(len(late), 'row')} in these files; a missing row is not zero"
        found.cover("Greater Manchester", "no crimes published since July 2019", note)
        if (frame["area_code"] == _GMP).any() or frame["area_code"].nunique() > 20:
            found.caution("greater-manchester-absent")
    _cover_places(frame, known, found)


def _cover_months(
    frame: pd.DataFrame,
    kind: str,
    months: Sequence[Any],
    known: Mapping[str, tuple[str, str, str]],
    found: Gathered,
) -> None:
    held: dict[str, set[Any]] = {}
    for code, month in set(zip(frame["area_code"].fillna(""), frame["period_start"], strict=True)):
        held.setdefault(code, set()).add(month)
    span = _every_month(months)
    for code, of_force in sorted(held.items()):
        name = known.get(code, (code or "force not known", "", ""))[0]
        missing = [f"{month:%Y-%m}" for month in span if month not in of_force]
        shown = ", ".join(missing[:12]) + (" ..." if len(missing) > 12 else "")
        found.cover("months", f"{name}, {kind}", f"{len(of_force)} of {len(span)}"
                    + (f"; missing {shown}" if missing else ""))  # fmt: skip
        if missing:
            found.caution("months-missing")


def _every_month(months: Sequence[Any]) -> list[Any]:
    import pandas as pd

    return list(pd.date_range(months[0], months[-1], freq="MS")) if months else []


def _cover_places(
    frame: pd.DataFrame, known: Mapping[str, tuple[str, str, str]], found: Gathered
) -> None:
    nowhere = frame["lsoa_code"].isna() & frame["district"].isna()
    if nowhere.any():
        kinds = Counter(frame.loc[nowhere, "kind"])
        told = ", ".join(f"{count(n)} of kind {kind}" for kind, n in sorted(kinds.items()))
        found.cover("rows without a place", int(nowhere.sum()), told)
        found.caution("places-unknown")
    unread = ~nowhere & frame["district_code"].isna()
    if unread.any():
        names = Counter(frame.loc[unread, "district"].fillna("LSOA code only"))
        told = ", ".join(f"{name} ({count(n)})" for name, n in names.most_common(10))
        found.cover("districts not in load_areas()", int(unread.sum()), told)
    parents = {code: parent for code, (_, _, parent) in known.items()}
    outside = frame["district_code"].map(parents).ne(frame["area_code"])
    outside &= frame["district_code"].notna() & frame["area_code"].notna()
    if outside.any():
        found.cover("rows placed outside the force's area", int(outside.sum()), "kept, by district")
