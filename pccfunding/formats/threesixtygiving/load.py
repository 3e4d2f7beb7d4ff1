"""A 360Giving file as a list of grants, each with its place: JSON, CSV, XLSX or ODS."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pccfunding.errors import TableError
from pccfunding.formats.opening.limits import LIMITS, Limits, read_bytes
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.opening.texts import decoded
from pccfunding.formats.threesixtygiving.contract import Breach
from pccfunding.formats.threesixtygiving.fields import META, Column
from pccfunding.formats.threesixtygiving.flat import header_of, nested_grant, unguarded

_SHOWN = 8


@dataclass
class Grants:
    """The grants of one file as they stand in it.

    Attributes
    ----------
    source : str
        Name of the file.
    grants, places : list
        Each grant as in a JSON package, and where a person finds it.
    package : dict
        What the package says of itself, without its grants; empty for a CSV file.
    broken : dict of int to Breach
        Rows that could not be laid out, by position.
    changes, coverage : list of dict
        Rows of the reports of that name.
    """

    source: str
    grants: list[Any] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    package: dict[str, Any] = field(default_factory=dict)
    broken: dict[int, Breach] = field(default_factory=dict)
    changes: list[dict[str, object]] = field(default_factory=list)
    coverage: list[dict[str, object]] = field(default_factory=list)

    def note(self, topic: str, value: object, note: str) -> None:
        """Keep one row of the report of coverage."""
        self.coverage.append({"topic": topic, "value": value, "note": note})


def load_grants(path_or_buffer: Any, *, limits: Limits = LIMITS) -> Grants:
    """Open a 360Giving file; what it is, its bytes tell.

    Raises
    ------
    TableError
        In one sentence, where it is no file of grants.
    """
    data, source = read_bytes(path_or_buffer, limits)
    if not data.startswith(b"PK"):
        text, _ = decoded(data, source)
        if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            return _from_json(text, source)
    opened = open_grids(data, limits=limits)
    return _from_sheets(opened.grids, source)


def _from_json(text: str, source: str) -> Grants:
    try:
        found = json.loads(
            text.lstrip("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_once
        )
        if "\\ud" in text.lower():
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise TableError(f"{source} holds half of a character, written as \\ud....") from None
    except RecursionError:
        raise TableError(f"{source} is nested too deeply to be a package of grants.") from None
    except ValueError as error:
        raise TableError(f"{source} is no JSON that can be read: {error}.") from None
    listed = found if isinstance(found, list) else found.get("grants")
    if not isinstance(listed, list):
        raise TableError(
            f"{source} holds no list 'grants'; a 360Giving package is an object with one."
        )
    loaded = Grants(source, grants=listed)
    loaded.places = [f"grant {number}" for number in range(1, len(listed) + 1)]
    if isinstance(found, dict):
        loaded.package = {key: value for key, value in found.items() if key != "grants"}
    return loaded


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _from_sheets(grids: tuple[Grid, ...], source: str) -> Grants:
    loaded = Grants(source)
    tables = [(grid, first) for grid in grids if (first := _first_row(grid)) is not None]
    mains = [(grid, first) for grid, first in tables if _is_main(grid, first)]
    if not mains:
        shown = [str(cell) for cell in tables[0][0].rows[tables[0][1]] if cell != ""][:_SHOWN]
        raise TableError(
            f"{source} has no sheet whose first row names 'Identifier' and 'Amount Awarded' or "
            f"other fields of the standard; it begins with {', '.join(map(repr, shown))[:300]}. "
            f"Read other tables with read_awards."
            if tables
            else f"{source} holds no cell."
        )
    if len(mains) > 1:
        names = ", ".join(repr(grid.name) for grid, _ in mains)
        raise TableError(f"{source} has several sheets of grants: {names}. Keep one.")
    main, first = mains[0]
    for grid, start in tables:
        if grid.name.strip().lower() == "meta":
            _take_meta(grid, loaded)
        elif grid is not main:
            rows = len(grid.rows) - start - 1
            loaded.note("sheet not read", rows, f"sheet {grid.name!r}: {rows} rows below a header")
    _take_rows(main, first, loaded)
    return loaded


def _first_row(grid: Grid) -> int | None:
    for number, row in enumerate(grid.rows):
        if any(cell != "" for cell in row):
            return number
    return None


def _is_main(grid: Grid, first: int) -> bool:
    titles = [_title(header_of(cell)) for cell in grid.rows[first]]
    return "Identifier" in titles and len([one for one in titles if one]) >= 4


def _title(header: Column | tuple[Column, int] | None) -> str:
    if header is None:
        return ""
    return header[0].title if isinstance(header[0], Column) else header.title


def _take_meta(grid: Grid, loaded: Grants) -> None:
    for row in grid.rows:
        key = row[0] if row else ""
        if isinstance(key, str) and key in META and len(row) > 1 and row[1] != "":
            loaded.package[key] = unguarded(row[1]) if isinstance(row[1], str) else row[1]


def _take_rows(grid: Grid, first: int, loaded: Grants) -> None:
    cells = grid.rows[first]
    headers = [header_of(cell) for cell in cells]
    twice = {header for header in headers if header is not None and headers.count(header) > 1}
    if twice:
        title = _title(sorted(twice, key=_title)[0])
        raise TableError(f"{loaded.source}: two columns are called {title!r}. Keep one of them.")
    other = [str(cell) for cell, header in zip(cells, headers, strict=True) if header is None]
    other = [cell for cell in other if cell]
    if other:
        loaded.note("columns beside the standard", len(other), ", ".join(other[:_SHOWN])[:300])
    for number in range(first + 1, len(grid.rows)):
        row = grid.rows[number]
        if not any(cell != "" for cell in row):
            continue
        place = grid.place(number)
        if any(cell != "" for cell in row[len(cells) :]):
            loaded.broken[len(loaded.grants)] = Breach(
                "grant", row[len(cells)], "the row has more cells than the header"
            )
        for header, cell in zip(headers, row, strict=False):
            if header is not None and isinstance(cell, str) and unguarded(cell) != cell:
                loaded.changes.append(
                    {
                        "place": place,
                        "column": _title(header),
                        "raw": cell,
                        "value": unguarded(cell),
                        "rule": "apostrophe before a formula sign taken away",
                    }
                )
        loaded.places.append(place)
        loaded.grants.append(nested_grant(headers, row))
