"""Counts of the police force area tables: a row for each area, a column for each class or year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from pccfunding.formats.count_files.area_names import (
    Place,
    area_by_name,
    area_of_row,
    is_code,
    known_areas,
    whole_of_a_force,
    within,
)
from pccfunding.formats.count_files.count_tables import CountColumn, CountTable, titles_of
from pccfunding.formats.count_files.gathered import Gathered
from pccfunding.formats.count_files.offence_names import PARTS
from pccfunding.formats.count_files.printed_counts import (
    key_of,
    one_line,
    read_count,
    without_notes,
)
from pccfunding.formats.opening.row_shape import column_letter
from pccfunding.words import count

if TYPE_CHECKING:
    from pccfunding.formats.opening.raw_tables import Grid


_PARTNERSHIPS = {"community_safety_partnership", "unassigned"}
_ENGLAND, _WALES, _BOTH = "E92000001", "W92000004", "K04000001"


@dataclass(frozen=True)
class CountRow:
    """A row of a table of counts: its area, the force it belongs to and its values by column."""

    place: str
    code: str | None
    kind: str
    name: str
    force: str | None
    values: list[int | None]


def check_identities(table: CountTable, rows: Sequence[CountRow], found: Gathered) -> None:
    """Check every total that the table prints beside its parts, exactly."""
    for row in rows:
        for whole, parts in _classes(table.columns):
            label = f"{row.name}: {table.columns[whole].offence}"
            _check(found, row, label, table.columns[whole], row.values[whole],
                   [row.values[part] for part in parts])  # fmt: skip
    for total, ways in _areas(rows):
        for index, column in enumerate(table.columns):
            printed = total.values[index]
            # The British Transport Police stand inside England in some tables, beside it in others.
            parts_of = next(
                (way for way in ways if sum(part.values[index] or 0 for part in way) == printed),
                ways[0],
            )
            values = [part.values[index] for part in parts_of]
            what = "partnerships" if parts_of[0].kind in _PARTNERSHIPS else "areas"
            also = " with British Transport Police" if parts_of[-1].code == "BTP" else ""
            label = f"{total.name}: sum of {len(values)} {what}{also}"
            _check(found, total, label, column, printed, values)


def _classes(columns: Sequence[CountColumn]) -> Iterator[tuple[int, list[int]]]:
    """Pair the column of a class with the columns of its parts in the same period."""
    at = {
        (column.offence, column.period): index
        for index, column in enumerate(columns)
        if column.measure == "recorded_offences"
    }
    for (offence, period), whole in at.items():
        for parts in PARTS.get(offence, ()):
            if all((part, period) in at for part in parts):
                yield whole, [at[part, period] for part in parts]
                break


def _areas(rows: Sequence[CountRow]) -> Iterator[tuple[CountRow, list[list[CountRow]]]]:
    """Pair the row of an area with the rows it is the sum of, or the ways it can be.

    A region is followed by its forces and Wales by its own; which they are is read from the table.
    """
    by_code = {row.code: row for row in reversed(rows) if row.code}
    railway = [row for row in rows if row.code == "BTP"]
    inside: dict[str | None, list[CountRow]] = {}
    for row in rows:
        if row.kind in _PARTNERSHIPS:
            inside.setdefault(row.force, []).append(row)
    for at, row in enumerate(rows):
        parts: list[CountRow] = []
        if row.kind == "region" or row.code == _WALES:
            below = (part.kind == "police_force_area" for part in rows[at + 1 :])
            parts = list(rows[at + 1 : at + 1 + sum(1 for _ in takewhile(bool, below))])
        elif row.kind == "police_force_area":
            parts = inside.get(row.code, [])
        if parts:
            yield row, [parts]
    regions = [row for row in rows if row.kind == "region"]
    if _ENGLAND in by_code and regions:
        yield by_code[_ENGLAND], [regions, [*regions, *railway]]
    if {_BOTH, _ENGLAND, _WALES} <= set(by_code):
        countries = [by_code[_ENGLAND], by_code[_WALES]]
        apart = [row for row in rows if _national(row)]
        yield by_code[_BOTH], [[*countries, *apart, *railway], [*countries, *apart]]


def _national(row: CountRow) -> bool:
    return row.code is None and not row.name.casefold().startswith("england")


def _check(
    found: Gathered,
    row: CountRow,
    label: str,
    column: CountColumn,
    printed: int | None,
    parts: Sequence[int | None],
) -> None:
    known = [part for part in parts if part is not None]
    sum_of = sum(known)
    if printed is None and not known:
        return
    sides = f"{len(known)} of {len(parts)} parts known, sum {count(sum_of)}"
    if printed is None:
        verdict, working = "cannot be told", f"{sides}; no total is printed"
    elif len(known) < len(parts):
        verdict, working = "cannot be told", f"{sides}; printed {count(printed)}"
        if sum_of == printed:
            working += ", which leaves out what is unknown"
            found.caution("total-leaves-areas-out")
    elif sum_of == printed:
        shown = " + ".join(map(count, known))
        verdict, working = "reconciles", f"{shown} = {count(sum_of)}"
    else:
        verdict = "conflicts"
        gap = f"{'+' * (printed > sum_of)}{count(printed - sum_of)}"
        working = f"{sides}; printed {count(printed)}, {gap} against the parts"
        found.caution("total-conflicts")
    token = "" if printed is None else count(printed)
    what = f"{column.offence}, {column.period.label}"
    found.total(row.place, label, what, token, len(parts), verdict, working)


class WideRecord(NamedTuple):
    """One count of a table: a row of the frame to be."""

    area_code: str
    offence: str
    start: object
    end: object
    offences: int | None
    unknown: str | None
    measure: str
    district_code: str | None
    place: str


def read_wide(grid: Grid, tables: Sequence[CountTable], found: Gathered) -> None:
    """Read the counts of one sheet; note every other row of it."""
    headers = {at for table in tables for at in range(table.top, table.first)}
    found.expect(row for at, row in enumerate(grid.rows) if at not in headers)
    done = 0
    for table in tables:
        _keep_aside(grid, range(done, table.top), found, "title or note")
        areas = _areas_of_rows(grid, table) if table.columns else []
        why = table.why_empty or _repeats_areas(grid, table, areas)
        if why is None:
            _read_table(grid, table, areas, found)
            _note_left_out(grid, table, found)
        else:
            _keep_aside(grid, range(table.first, table.last), found, f"table without counts: {why}")
            title = without_notes(table.title) or "a table without a title"
            found.cover("table left out", f"{grid.where}{title}", why)
        done = table.last
    _keep_aside(grid, range(done, len(grid.rows)), found, "sheet without a table of areas")


def _keep_aside(grid: Grid, rows: range, found: Gathered, kind: str) -> None:
    for at in rows:
        if any(one_line(cell) for cell in grid.rows[at]):
            found.other(grid.place(at), kind, grid.rows[at])


def _note_left_out(grid: Grid, table: CountTable, found: Gathered) -> None:
    for why in dict.fromkeys(reason for _, reason in table.left_out):
        names = [name for name, reason in table.left_out if reason == why]
        shown = "; ".join(dict.fromkeys(names[:5])) + (" ..." if len(names) > 5 else "")
        found.cover("columns left out", f"{grid.where}{len(names)} columns", f"{why}: {shown}")
    for column in table.columns:
        if not column.known:
            found.cover("class outside the usual ones", column.offence, "kept as printed")
            if column.headed:
                found.caution("class-unknown")


def _repeats_areas(
    grid: Grid, table: CountTable, areas: Sequence[tuple[int, _Row | None]]
) -> str | None:
    """Refuse a table that names its areas again and again: something sets those rows apart."""
    codes = [row.place.code for _, row in areas if row and row.place.code]
    repeats = len(codes) - len(set(codes))
    if repeats > max(2, len(codes) // 10):
        return _SET_APART
    known = {*table.ids.values(), *(column.index for column in table.columns)}
    words: dict[tuple[str, int], set[str]] = {}
    for at, row in areas if repeats else ():
        for index, cell in enumerate(grid.rows[at]):
            text = key_of(cell)
            if row and row.place.code and index not in known and re.search("[a-z]{3}", text):
                words.setdefault((row.place.code, index), set()).add(text)
    return _SET_APART if any(len(told) > 1 for told in words.values()) else None


_SET_APART = "areas stand in several rows, and the column that tells these apart is not recognised"


def _read_table(
    grid: Grid, table: CountTable, areas: Sequence[tuple[int, _Row | None]], found: Gathered
) -> None:
    _note_headings(grid, table, found)
    rows: list[CountRow] = []
    held = {row.place.code for _, row in areas if row}
    header = grid.rows[table.top : table.first]
    found.chosen(grid.where, dict.fromkeys(title for row in header for title in titles_of(row)))
    counts = [column.index for column in table.columns]
    too_wide = found.fit(grid, range(table.top, table.first), table.last, numbers=counts)
    for at, row in areas:
        if at in too_wide:
            continue
        cells = grid.rows[at]
        numbers = [cells[c.index] if c.index < len(cells) else "" for c in table.columns]
        filled = any(one_line(cell) for cell in numbers)
        name = one_line(table.cell(cells, "area_name"))
        # A note may begin with the name of an area; without a code or a count it is no row of it.
        coded = table.cell(cells, "area_code") or table.cell(cells, "partnership_name")
        bare = not filled and not one_line(coded)
        if row is None or bare or (row.place.rejected and not filled) or len(name) > 100:
            found.other(grid.place(at), "note", cells)
            continue
        if row.place.rejected:
            raw = row.printed or name
            found.reject(grid.place(at), "area", raw, row.place.why or "no area", _HINT)
            continue
        if row.place.rule:
            found.change(grid.place(at), "area", row.printed, row.place.code, row.place.rule)
        also = whole_of_a_force().get(row.place.code or "")
        if also in held:
            also = None
        if also:
            rule = "the force has no row of its own and is this one partnership"
            found.change(grid.place(at), "area", row.printed, also, rule)
        # From here on a row counts by its cells.
        found.n_found += len(numbers) * (2 if also else 1) - 1
        values = _read_cells(grid, table, at, row, found, numbers, also)
        rows.append(CountRow(grid.place(at), row.place.code, row.place.kind, row.place.name,
                             row.force, values))  # fmt: skip
    check_identities(table, rows, found)


_HINT = "Correct the code or the name; load_areas() lists both."


class _Row(NamedTuple):
    place: Place
    force: str | None
    printed: str


def _areas_of_rows(grid: Grid, table: CountTable) -> list[tuple[int, _Row | None]]:
    """Give the area of each row that is not blank.

    Where code and name of a region disagree, the one is taken that lets every region stand once.
    """
    twice = _names_twice(grid, table)
    rows = [
        (at, _area_of(table, grid.rows[at], twice))
        for at in range(table.first, table.last)
        if any(one_line(cell) for cell in grid.rows[at])
    ]
    held = Counter(row.place.code for _, row in rows if row)
    settled: list[tuple[int, _Row | None]] = []
    for at, row in rows:
        # Nobody counts under a region, so that the code may be taken for it; an area where counts
        # belong is neither taken for the other.
        if row and row.place.either and _of_regions(row.place.either):
            free = [code for code in row.place.either if code not in held]
            if len(free) == 1:
                name, kind, _ = known_areas()[free[0]]
                rule = f"{row.place.why}; the other stands in another row"
                row = _Row(Place(free[0], kind, name, rule=rule), free[0], row.printed)
        settled.append((at, row))
    return settled


def _of_regions(codes: Sequence[str]) -> bool:
    return all(known_areas()[code][1] == "region" for code in codes)


def _area_of(table: CountTable, cells: Sequence[object], twice: set[str]) -> _Row | None:
    """Give the area of a row and the force it belongs to; None where the row names nothing."""
    code = one_line(table.cell(cells, "area_code"))
    name = one_line(table.cell(cells, "area_name"))
    part = one_line(table.cell(cells, "partnership_name"))
    part_code = one_line(table.cell(cells, "partnership_code"))
    if not (code or name or part or part_code):
        return None
    if not (part or part_code):
        if not code and key_of(name) in twice:
            # A region stands before the forces inside it, one of which may share its name.
            twice.discard(key_of(name))
            return _Row(area_by_name(f"{without_notes(name)} region"), None, name)
        place = area_of_row(code, name)
        return _Row(place, place.code, name or code)
    force = area_of_row(code, name) if code or name else Place(None)
    by_name = area_by_name(name) if name else Place(None)
    held = by_name.code or force.code
    place = area_of_row(part_code, part, partnership=True)
    if place.rejected and not part_code and held and key_of(part).endswith("airport"):
        rule = "an airport without a code of its own stands under its force"
        place = Place(f"{held}-airport", "unassigned", without_notes(part), rule=rule)
    parent = known_areas().get(place.code or "", ("", "", ""))[2]
    if place.kind == "unassigned" and parent:
        if code and code != parent and place.rule is None:
            place = place._replace(
                rule=f"the label names the force; the code beside it, {code}, is another's"
            )
        held = parent
    return _Row(within(place, by_name), held or parent or None, part or part_code)


def _names_twice(grid: Grid, table: CountTable) -> set[str]:
    """Names printed twice, of a region and of a force, where the region has no code beside it."""
    rows = grid.rows[table.first : table.last]
    names = Counter(key_of(table.cell(row, "area_name")) for row in rows)
    coded = {
        key_of(table.cell(row, "area_name"))
        for row in rows
        if one_line(table.cell(row, "area_code")).startswith("E12")
    }
    return {
        name
        for name, times in names.items()
        if times == 2 and name and area_by_name(f"{name} region").kind == "region"
    } - coded


def _note_headings(grid: Grid, table: CountTable, found: Gathered) -> None:
    for column in table.columns:
        for at in range(table.first - 1, table.top - 1, -1):
            row = grid.rows[at]
            printed = one_line(row[column.index]) if column.index < len(row) else ""
            if printed:
                break
        else:
            continue
        if column.measure == "recorded_offences" and printed != column.offence:
            place = f"{grid.place(at)}, column {column_letter(column.index)}"
            found.change(place, "offence", printed, column.offence, "class by its usual name")


def _read_cells(
    grid: Grid,
    table: CountTable,
    at: int,
    row: _Row,
    found: Gathered,
    numbers: Sequence[object],
    also: str | None,
) -> list[int | None]:
    values: list[int | None] = []
    district = one_line(table.cell(grid.rows[at], "district_code"))
    for column, cell in zip(table.columns, numbers, strict=True):
        count = read_count(cell, blanks=column.blanks)
        values.append(count.value)
        place = f"{grid.place(at)}, column {column_letter(column.index)}"
        if count.refused:
            found.reject(place, column.offence, cell, count.refused, "Check it at the source.")
            continue
        if count.rule:
            read_as = count.unknown if count.value is None else count.value
            found.change(place, column.offence, cell, read_as, count.rule)
        if row.place.code is None:
            found.other(place, row.place.why or "not an area", [row.printed, column.offence, cell])
            continue
        period = column.period
        found.records += [
            WideRecord(code, column.offence, period.start, period.end, count.value, count.unknown,
                       column.measure, beside, place)
            for code, beside in (
                (row.place.code, district if is_code(district) else None), (also, None)
            )
            if code
        ]  # fmt: skip
    return values
