"""A 360Giving file as a list of grants, each with its place: JSON, CSV, XLSX or ODS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pccfunding.errors import TableError
from pccfunding.formats.opening.chosen_headers import STANDARD, Title, choose
from pccfunding.formats.opening.limits import LIMITS, Limits, read_bytes
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.raw_tables import Grid, visible_cell
from pccfunding.formats.opening.row_shape import shape_of
from pccfunding.formats.opening.texts import check_halves, decoded
from pccfunding.formats.threesixtygiving.contract import Breach
from pccfunding.formats.threesixtygiving.fields import META, Column
from pccfunding.formats.threesixtygiving.flat import header_of, nested_grant, unguarded
from pccfunding.texts import visible
from pccfunding.words import count

_SHOWN = 8
_IDENTIFIERS = {"id", "currency", "code", "geoCode", "geoCodeType", "charityNumber",
                "companyNumber"}  # fmt: skip
_GRANT = {"amountAwarded", "awardDate", "currency", "fundingOrganization",
          "recipientOrganization", "recipientIndividual"}  # fmt: skip


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
    cautions : list of str
        Codes of doubts about the shape of the file.
    """

    source: str
    grants: list[Any] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    package: dict[str, Any] = field(default_factory=dict)
    broken: dict[int, Breach] = field(default_factory=dict)
    changes: list[dict[str, object]] = field(default_factory=list)
    coverage: list[dict[str, object]] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)

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
            loaded = _from_json(text, source)
            _without_blanks(loaded)
            return loaded
    opened = open_grids(data, limits=limits, name=source)
    return _from_sheets(opened.grids, source)


def _without_blanks(loaded: Grants) -> None:
    """Take the blanks at the ends of identifiers and codes away, and say so."""
    for grant, place in zip(loaded.grants, loaded.places, strict=True):
        for path, holder, key in _identifiers(grant):
            raw = holder[key]
            if raw != raw.strip():
                holder[key] = raw.strip()
                loaded.changes.append(
                    {
                        "place": place,
                        "column": path,
                        "raw": raw,
                        "value": raw.strip(),
                        "rule": "blanks at the ends of an identifier taken away",
                    }
                )


def _identifiers(grant: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give where a grant holds identifiers and codes, itself and the objects in it."""
    if not isinstance(grant, dict):
        return
    holders = [("", grant)]
    for name, value in grant.items():
        entries = value if isinstance(value, list) else [value]
        holders += [(f"{name}.", one) for one in entries if isinstance(one, dict)]
    for path, holder in holders:
        for key in _IDENTIFIERS & holder.keys():
            if isinstance(holder[key], str):
                yield f"{path}{key}", holder, key


def _from_json(text: str, source: str) -> Grants:
    try:
        found = json.loads(
            text.lstrip("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_once
        )
    except RecursionError:
        raise TableError(f"{source} is nested too deeply to be a package of grants.") from None
    except ValueError as error:
        raise TableError(f"{source} is no JSON that can be read: {error}.") from None
    check_halves(found, text, source)
    listed = found if isinstance(found, list) else found.get("grants")
    if not isinstance(listed, list):
        raise TableError(
            f"{source} holds no list 'grants'; a 360Giving package is an object with one."
        )
    if listed and not any(isinstance(one, dict) and _GRANT & set(one) for one in listed):
        raise TableError(
            f"{source} holds no grants: none of its {count(len(listed))} records has a field "
            f"such as amountAwarded, awardDate or fundingOrganization. {_seen(listed[0])}"
        )
    loaded = Grants(source, grants=listed)
    loaded.places = [f"grant {number}" for number in range(1, len(listed) + 1)]
    if isinstance(found, dict):
        loaded.package = {key: value for key, value in found.items() if key != "grants"}
    return loaded


def _seen(record: Any) -> str:
    if isinstance(record, dict) and {"category", "persistent_id"} <= set(record):
        return "They are crimes as the interface of data.police.uk gives them."
    names = ", ".join(map(str, record))[:100] if isinstance(record, dict) else repr(record)[:60]
    return f"The first has {names or 'nothing'}."


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [visible(name) for name, _ in pairs]
    found = dict(zip(names, (visible_cell(value) for _, value in pairs), strict=True))
    if len(found) < len(pairs):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _from_sheets(grids: tuple[Grid, ...], source: str) -> Grants:
    loaded = Grants(source)
    tables = [(grid, first) for grid in grids if (first := _first_row(grid)) is not None]
    mains = [(grid, first) for grid, first in tables if _is_main(grid, first)]
    if not mains:
        begins = tables[0][0].rows[tables[0][1]] if tables else []
        shown = [str(cell) for cell in begins if cell != ""][:_SHOWN]
        raise TableError(
            f"{source} has no sheet whose first row names 'Identifier' and 'Amount Awarded' or "
            f"other fields of the standard; it begins with {', '.join(map(repr, shown))[:300]}. "
            f"Read other tables with read_awards."
            if tables
            else f"{source} holds no cell."
        )
    others = [grid for grid, _ in mains]
    if len(mains) > 1:
        named = [one for one in mains if one[0].name.strip().lower() == "grants"]
        if len(named) != 1:
            names = ", ".join(repr(grid.name) for grid, _ in mains)
            raise TableError(f"{source} has several sheets of grants: {names}. Keep one.")
        mains = named
    main, first = mains[0]
    children = []
    for grid, start in tables:
        rows = len(grid.rows) - start - 1
        if grid.name.strip().lower() == "meta":
            _take_meta(grid, loaded)
        elif grid is main:
            continue
        elif any(grid is other for other in others):
            loaded.note("sheet not read", rows, f"sheet {grid.name!r}: {rows} rows of other grants")
            loaded.cautions.append("sheets-left-out")
        elif _is_child(grid, start):
            children.append((grid, start))
        else:
            loaded.note("sheet not read", rows, f"sheet {grid.name!r}: {rows} rows below a header")
    _take_rows(main, first, loaded)
    _without_blanks(loaded)
    for grid, start in children:
        _join_child(grid, start, loaded)
    return loaded


def _first_row(grid: Grid) -> int | None:
    for number, row in enumerate(grid.rows):
        if any(cell != "" for cell in row):
            return number
    return None


def _is_main(grid: Grid, first: int) -> bool:
    titles = [_title(header_of(cell)) for cell in grid.rows[first]]
    known = [one for one in titles if one]
    own = [one for one in known if ":" not in one and one not in ("Identifier", "Title")]
    return "Identifier" in titles and len(known) >= 4 and bool(own)


def _is_child(grid: Grid, first: int) -> bool:
    """Whether a sheet holds parts of grants, several to one, as the official workbook does."""
    titles = [_title(header_of(cell)) for cell in grid.rows[first]]
    return "Identifier" in titles and any(":" in one for one in titles)


def _join_child(grid: Grid, first: int, loaded: Grants) -> None:
    """Add the parts that a child sheet holds to the grants that they name."""
    child = Grants(loaded.source)
    _take_rows(grid, first, child)
    loaded.changes += child.changes
    loaded.coverage += child.coverage
    loaded.cautions += child.cautions
    by_id: dict[str, Any] = {}
    for grant in loaded.grants:
        if isinstance(grant.get("id"), str):
            by_id.setdefault(grant["id"], grant)
    joined = 0
    lone: list[str] = []
    for at, (part, place) in enumerate(zip(child.grants, child.places, strict=True)):
        identifier = part.pop("id", None)
        grant = by_id.get(str(identifier).strip())
        if grant is None or at in child.broken:
            lone.append(f"{place}: {identifier}")
            continue
        joined += 1
        for name, value in part.items():
            if isinstance(value, list) and isinstance(grant.get(name, []), list):
                grant.setdefault(name, []).extend(value)
            elif isinstance(value, dict) and isinstance(grant.get(name, {}), dict):
                grant[name] = grant.get(name, {}) | value
    loaded.note("child sheet joined", f"sheet {grid.name!r}", f"{joined} rows")
    if lone:
        loaded.note("child rows without a grant", len(lone), "; ".join(lone[:_SHOWN])[:300])
        loaded.cautions.append("child-rows-left-out")


def _title(header: Column | tuple[Column, int] | None) -> str:
    if header is None:
        return ""
    return header[0].title if isinstance(header[0], Column) else header.title


def _kind(header: Column | tuple[Column, int]) -> str:
    return (header if isinstance(header, Column) else header[0]).kind


def _field(header: Column | tuple[Column, int]) -> str:
    column, number = (header, 0) if isinstance(header, Column) else header
    return ".".join(column.path) + (f" ({number + 1})" if number else "")


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
    titles = (
        Title(_field(header), at, str(cell), STANDARD)
        for at, (cell, header) in enumerate(zip(cells, headers, strict=True))
        if header is not None
    )
    for topic, value, note in choose(titles).told:
        loaded.note(topic, value, f"{grid.where}{note}")
    other = [str(cell) for cell, header in zip(cells, headers, strict=True) if header is None]
    other = [cell for cell in other if cell]
    if other:
        loaded.note("columns beside the standard", len(other), ", ".join(other[:_SHOWN])[:300])
    kinds = {at: _kind(header) for at, header in enumerate(headers) if header is not None}
    numbers = [at for at, kind in kinds.items() if kind in ("number", "months")]
    words = kinds.keys() - set(numbers)
    shape = shape_of(grid, range(first, first + 1), numbers=numbers, words=words)
    loaded.cautions += shape.cautions
    for topic, value, note in shape.told(grid.where):
        loaded.note(topic, value, note)
    for number in range(first + 1, len(grid.rows)):
        row = grid.rows[number]
        if not any(cell != "" for cell in row):
            continue
        place = grid.place(number)
        if wide := shape.wide.get(number):
            raw = grid.delimiter.join(map(str, row))[:300]
            loaded.broken[len(loaded.grants)] = Breach(
                "grant", raw, f"{wide.reason}. {wide.suggestion}"
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
