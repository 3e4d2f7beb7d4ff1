"""Reading the monthly files of data.police.uk into memory: crimes, incidents and outcomes."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import TableError
from pccfunding.files import named_place
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
from pccfunding.formats.opening.text_columns import ColumnGrid, full_columns
from pccfunding.formats.read_result import ReadResult
from pccfunding.formats.street_files.engine_tables import COORDINATES
from pccfunding.formats.street_files.known_gaps import (
    KnownOf,
    cover_files,
    cover_gaps,
    cover_repeats,
    kind_of,
)
from pccfunding.formats.street_files.repeated_files import files_once, named_month
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
_TEXTS = ("crime_type", "outcome_type", "last_outcome", "crime_id", "location", "lsoa_code",
          "lsoa_name", "reported_by", "context")  # fmt: skip
_MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])")
_STOPS = "holds stops and searches, which are no crimes"
_UNTIDY = ("  ", "\0 ", " \0", *"\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f")
_A_DAY = np.timedelta64(1, "D")
_LSOA_NUMBER = re.compile(r"(?<!\s)\s+\d{3}[A-Z]$")


class _Words:
    """A column of texts over all files: its distinct words, and which of them each record has."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self._parts: list[Any] = []

    def add(self, codes: Any, words: Sequence[str]) -> None:
        if not self.held:
            self.held = dict(zip(words, range(len(words)), strict=True))
            if len(self.held) == len(words):
                self._parts.append(codes)
                return
            self.held.clear()
        at = [self.held.setdefault(word, len(self.held)) for word in words]
        self._parts.append(np.asarray(at, dtype=np.int64)[codes])

    @property
    def codes(self) -> Any:
        return np.concatenate([np.zeros(0, np.int64), *self._parts])

    def each(self, made: Callable[[str], object]) -> Any:
        """Give each record what is made of its word, once a word."""
        return np.array(list(map(made, self.held)), dtype=object)[self.codes]

    def texts(self) -> Any:
        """Give each record its word, none where that is blank."""
        words: Any = np.array(list(self.held), dtype=object)
        if "" in self.held:
            words[self.held[""]] = None
        return words[self.codes]


class _Records:
    """The records of all files, column by column, as they are printed."""

    def __init__(self) -> None:
        self.words = {name: _Words() for name in ("month", "falls_within", *_TEXTS)}
        self.numbers: dict[str, list[Any]] = {name: [np.zeros(0)] for name in COORDINATES}
        self.places: list[str] = []


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
    records = _Records()
    for file in files:
        opened = open_grids(file, lines=full_columns)
        # Files of one name from two folders are told apart by their number.
        again = sum(name.partition(" (")[0] == opened.source for name in rows)
        source = f"{opened.source} ({again + 1})" if again else opened.source
        before = len(records.places)
        for grid in opened.grids:
            _read(grid, source, found, records, many=len(files) > 1)
        rows[source] = len(records.places) - before
    frame = _frame(records, lsoa_areas or {}, source_id or "police-uk")
    frame = _without_repeats(frame, records, found)
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
        path = named_place(path, "a street file")
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


def _read(grid: Grid, source: str, found: Gathered, records: _Records, *, many: bool) -> None:
    """Add the records of a table; every row that is none goes into a report."""
    body = _Body(grid)
    names = body.names
    _check_titles(body.header, names, source, found)
    shape = shape_of(grid, range(1))
    for code in shape.cautions:
        found.caution(code)
    found.reports["coverage"] += shape.told(f"{source}, ")
    what = "crime_type" if "crime_type" in names else "outcome_type"
    words = {name: body.words(name) for name in records.words}
    numbers = {name: body.numbers(name) for name in COORDINATES}
    fitting = _holds(words["month"], _MONTH.fullmatch) & _holds(words[what], bool)
    for values in numbers.values():
        fitting &= ~np.isinf(values)
    fitting[[at - 1 for at in shape.wide]] = False
    start = f"{source}, " if many else ""
    blank = 0
    for at in (np.flatnonzero(~fitting) + 1).tolist():
        row = body.row(at)
        cells = [one_line(cell) for cell in row]
        where = start + grid.place(at)
        if not any(cells):
            blank += 1
        elif row == body.header:
            found.other(where, "repeated header", row)
        elif at in shape.wide:
            wide = shape.wide[at]
            found.reject(where, "row", " | ".join(cells), wide.reason, wide.suggestion)
        else:
            _reject(dict(zip(names, cells, strict=False)), where, what, found)
    found.n_found += len(fitting) - blank
    kept = np.flatnonzero(fitting)
    for name, (codes, held) in words.items():
        records.words[name].add(codes[kept], held)
    for name, values in numbers.items():
        records.numbers[name].append(values[kept])
    start += grid.place(0)[: -len(str(grid.numbers[0]))] if len(kept) else ""
    lines = np.asarray(grid.numbers)[1:][kept].tolist()
    records.places += [f"{start}{line}" for line in lines]


def _check_titles(
    header: Sequence[Any], names: Sequence[str], source: str, found: Gathered
) -> None:
    """Refuse what is no street file; note which column is which."""
    other = told_by_titles([header])
    if other and "stops" in other:
        raise TableError(f"{source} {other}.")
    if "month" not in names or not {"crime_type", "outcome_type"} & set(names):
        raise TableError(
            f"{source}: its first line names no 'Month' and no 'Crime type' or 'Outcome type', as "
            f"the files of data.police.uk do."
        )
    for name in filter(None, names):
        if names.count(name) > 1:
            title = one_line(header[names.index(name)])
            raise TableError(f"{source} has the column {title!r} twice. Keep one of them.")
    titles = (
        Title(name, at, one_line(header[at]), STANDARD) for at, name in enumerate(names) if name
    )
    for chosen in choose(titles).told:
        if chosen not in found.reports["coverage"]:
            found.cover(*chosen)


class _Body:
    """The rows of a table below its header, each column by what its title names."""

    def __init__(self, grid: Grid) -> None:
        import pandas as pd

        self._grid = grid
        if isinstance(grid, ColumnGrid):
            self.header: list[Any] = [str(column.iat[0]) for column in grid.columns]
        else:
            self.header = list(grid.rows[0]) if grid.rows else []
        self.names = [_COLUMNS.get(key_of(cell), "") for cell in self.header]
        self._size = max(0, len(grid.numbers) - 1)
        self._columns: dict[str, Any] = {}
        for at, name in enumerate(self.names):
            if isinstance(grid, ColumnGrid):
                self._columns[name] = grid.columns[at].iloc[1:]
            elif name:
                cells = [one_line(row[at]) if at < len(row) else "" for row in grid.rows[1:]]
                self._columns[name] = pd.Series(cells, dtype=object)

    def row(self, at: int) -> list[Any]:
        """Give the cells of one row as they are stored."""
        if isinstance(self._grid, ColumnGrid):
            return [str(column.iat[at]) for column in self._grid.columns]
        return self._grid.rows[at]

    def words(self, name: str) -> tuple[Any, list[str]]:
        """Give the distinct texts of a column, and which of them each row holds."""
        import pandas as pd

        if name not in self._columns:
            return np.zeros(self._size, np.int64), [""]
        codes, distinct = pd.factorize(self._columns[name])
        return codes, _tidied(distinct.to_numpy(dtype=object).tolist())

    def numbers(self, name: str) -> Any:
        """Give a column of numbers: nan where there is none, inf where a text is none."""
        if name not in self._columns:
            return np.full(self._size, math.nan)
        cells = self._columns[name].to_numpy(dtype=object)
        blank = cells == ""
        filled = np.where(blank, "nan", cells)
        try:
            values = filled.astype(np.float64)
        except ValueError:
            return np.array([_number(one_line(cell)) for cell in cells])
        values[~(np.isfinite(values) | blank)] = math.inf
        return values


def _number(text: str) -> float:
    """Read a number: nan where there is none, inf where the text is none."""
    try:
        number = float(text) if text else 0.0
    except ValueError:
        return math.inf
    return (number if text else math.nan) if math.isfinite(number) else math.inf


def _tidied(words: list[str]) -> list[str]:
    """Bring each text to one line of single blanks, where any of them is not."""
    # One look over all of them: identifiers are as many as the records.
    together = "\0".join(words)
    if together.isascii():
        ends = together[:1] + together[-1:]
        if " " not in ends and not any(one in together for one in _UNTIDY):
            return words
    return [one_line(word) for word in words]


def _holds(column: tuple[Any, list[str]], asked: Callable[[str], object]) -> Any:
    """Ask each distinct text of a column once, and say which rows it holds for."""
    codes, words = column
    return np.array([bool(asked(word)) for word in words], dtype=bool)[codes]


def _reject(text: Mapping[str, str], where: str, what: str, found: Gathered) -> None:
    """Say why a row is no record, by its first cell that keeps it out."""
    month = text.get("month", "")
    if not _MONTH.fullmatch(month):
        hint = "A month is written 2024-01."
        found.reject(where, "Month", month, "it is no month", hint)
    elif not text.get(what):
        found.reject(where, what.replace("_", " ").capitalize(), "", "it is blank")
    else:
        name = next(name for name in COORDINATES if math.isinf(_number(text.get(name, ""))))
        found.reject(where, name.capitalize(), text[name], "it is no number")


def _without_repeats(frame: pd.DataFrame, records: _Records, found: Gathered) -> pd.DataFrame:
    """Count a record once that stands again under its identifier with every cell equal."""
    codes = records.words["crime_id"].codes
    named = codes != records.words["crime_id"].held.get("", -1)
    twice = np.flatnonzero(named & (np.bincount(codes)[codes] > 1)) if len(codes) else codes
    held = frame.iloc[twice]
    keys = list(zip(held["kind"], held["crime_id"], strict=True))
    told = held.drop(columns="place").astype(object)
    contents = told.where(told.notna(), None).itertuples(index=False, name=None)
    later = later_printings(keys, contents)
    again = twice[sorted({one.at for one in later if one.equal})]
    for place, name in frame.iloc[again][["place", "crime_id"]].itertuples(index=False):
        found.other(place, "record printed again", [name])
    # A crime may have several outcomes, each a record of its own.
    differing = {keys[one.at] for one in later if not one.equal}
    number = sum(kind != "outcome" for kind, _ in differing)
    cover_repeats(len(again), number, found)
    return frame.drop(index=frame.index[again]).reset_index(drop=True) if len(again) else frame


@cache
def _district(lsoa_name: str) -> tuple[str | None, str | None, str | None]:
    name = _LSOA_NUMBER.sub("", lsoa_name)
    return (name, *district_of(name)) if name else (None, None, None)


def _frame(records: _Records, lsoa_areas: Mapping[str, str], source_id: str) -> pd.DataFrame:
    """Lay the records out, typed; what a word stands for is looked up once a word."""
    import pandas as pd

    words = records.words
    # Of rows that are no records there are words too.
    months = [month if _MONTH.fullmatch(month) else "NaT" for month in words["month"].held]
    starts = np.array(months, dtype="datetime64[M]")[words["month"].codes]
    force = words["falls_within"].each(_force)
    if "" in words["falls_within"].held:
        unnamed = words["falls_within"].codes == words["falls_within"].held[""]
        force = np.where(unnamed, words["reported_by"].each(_force), force)
    places = list(zip(*map(_district, words["lsoa_name"].held), strict=True)) or [()] * 3
    names, codes, former = (
        np.array(column, dtype=object)[words["lsoa_name"].codes] for column in places
    )
    if lsoa_areas:
        mapped = words["lsoa_code"].each(lambda code: code in lsoa_areas).astype(bool)
        codes = np.where(mapped, words["lsoa_code"].each(lsoa_areas.get), codes)
    content = {
        "kind": words["crime_type"].each(lambda what: kind_of(what) if what else "outcome"),
        "period_start": starts.astype("datetime64[ns]"),
        "period_end": (starts + 1).astype("datetime64[D]").astype("datetime64[ns]") - _A_DAY,
        "area_code": force,
        "district_code": codes,
        "former_district_code": former,
        "district": names,
        **{name: words[name].texts() for name in _TEXTS},
        **{name: np.concatenate(records.numbers[name]) for name in COORDINATES},
        "place": np.array(records.places, dtype=object),
        "source_id": source_id,
    }
    objects = {
        name: pd.Series(column, dtype=object)
        for name, column in content.items()
        if getattr(column, "dtype", "") == "O"  # pandas 3 would make texts of them
    }
    return pd.DataFrame(content | objects, index=range(len(records.places)))


def _force(name: str) -> str | None:
    return area_by_name(name).code


def _cover(
    frame: pd.DataFrame, rows: Mapping[str, int], files: Iterable[str], found: Gathered
) -> None:
    rejected = {str(place).partition(", ")[0] for place, *_ in found.reports["rejected"]}
    if len(rows) == 1 and found.reports["rejected"]:
        rejected = {*rows}
    for name, n in rows.items():
        if not n:
            why = "nothing was published in it" if name not in rejected else "its rows are rejected"
            found.cover("file without rows", name, f"not zero: {why}")
            found.caution("months-missing")
    placed = frame["lsoa_code"].notna() | frame["district"].notna()
    by = (frame["area_code"], frame["period_start"], frame["kind"], placed)
    of = {
        KnownOf(area or "", f"{month:%Y-%m}", kind, bool(has_place)): number
        for (area, month, kind, has_place), number in _counted(by)
    }
    cover_gaps(of, found, files)
    unread = placed & frame["district_code"].isna()
    if unread.any():
        names = Counter(frame.loc[unread, "district"].fillna("LSOA code only"))
        told = ", ".join(f"{name} ({count(n)})" for name, n in names.most_common(10))
        found.cover("districts not in load_areas()", int(unread.sum()), told)
    former = frame["former_district_code"].unique()
    cover_abolished(filter(None, former.tolist()), found, under_heir=True)
    known = known_areas()
    outside = sum(
        number
        for (area, district), number in _counted((frame["area_code"], frame["district_code"]))
        if area and district and known.get(district, ("", "", None))[2] != area
    )
    if outside:
        found.cover("rows placed outside the force's area", outside, "kept, by district")


def _counted(columns: Sequence[Any]) -> Iterable[tuple[tuple[Any, ...], int]]:
    """Count the rows of each combination of cells; a missing cell is None."""
    import pandas as pd

    codes, words = np.zeros(len(columns[0]), np.int64), []
    for column in columns:
        own, distinct = pd.factorize(column)
        words.append([*distinct, None])
        codes = codes * len(words[-1]) + np.where(own < 0, len(distinct), own)
    found, number = np.unique(codes, return_counts=True)
    for code, n in zip(found.tolist(), number.tolist(), strict=True):
        cells = []
        for held in reversed(words):
            code, at = divmod(code, len(held))
            cells.append(held[at])
        yield tuple(reversed(cells)), n
