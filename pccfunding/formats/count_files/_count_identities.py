"""Printed totals against their parts: classes, regions, countries, forces and partnerships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pccfunding.formats.count_files._count_tables import CountColumn, CountTable
from pccfunding.formats.count_files._gathered import Gathered
from pccfunding.formats.count_files._offence_names import PARTS

__all__ = ["CountRow", "check_identities"]

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
    sides = f"{len(known)} of {len(parts)} parts known, sum {sum_of:,}"
    if printed is None:
        verdict, working = "cannot be told", f"{sides}; no total is printed"
    elif len(known) < len(parts):
        verdict, working = "cannot be told", f"{sides}; printed {printed:,}"
        if sum_of == printed:
            working += ", which leaves out what is unknown"
            found.caution("total-leaves-areas-out")
    elif sum_of == printed:
        shown = " + ".join(f"{part:,}" for part in known)
        verdict, working = "reconciles", f"{shown} = {sum_of:,}"
    else:
        verdict = "conflicts"
        working = f"{sides}; printed {printed:,}, {printed - sum_of:+,} against the parts"
        found.caution("total-conflicts")
    token = "" if printed is None else f"{printed:,}"
    what = f"{column.offence}, {column.period.label}"
    found.total(row.place, label, what, token, len(parts), verdict, working)
