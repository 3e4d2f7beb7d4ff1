"""Parts and wholes: areas inside areas and offences inside offences, which count twice in a sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.areas import ABOLISHED, Area, known_area
from pccfunding.errors import PccFundingError, TableError
from pccfunding.frames.days import iso_day
from pccfunding.frames.tables import Table, describe, encoded_key
from pccfunding.texts import spelt_alike
from pccfunding.words import count

# Columns that say where a count was read, or how its place and time are called, but not what it
# counts: rows that differ in these alone are one count, given twice.
_READ_FROM = ("figure_id", "locator", "note", "release", "source_id", "token", "verified")
_CALLED = ("area", "baseline", "financial_year", "name", "period")
_NOT_TELLING = frozenset({*_READ_FROM, *_CALLED, "caution", "unknown", "unknown_reason"})

_COUNTRIES = {
    "B": ("K04000001",),
    "E": ("E92000001", "K04000001"),
    "W": ("W92000004", "K04000001"),
}
_TOTAL = "Total recorded crime (excluding fraud)"
_VIOLENCE = "Violence against the person"
_THEFT = "Theft offences"
_BURGLARY = "Burglary"
_WHOLE_OF_OFFENCE = {
    _VIOLENCE: _TOTAL,
    "Sexual offences": _TOTAL,
    "Robbery": _TOTAL,
    _THEFT: _TOTAL,
    "Criminal damage and arson": _TOTAL,
    "Drug offences": _TOTAL,
    "Possession of weapons offences": _TOTAL,
    "Public order offences": _TOTAL,
    "Miscellaneous crimes against society": _TOTAL,
    "Homicide": _VIOLENCE,
    "Violence with injury": _VIOLENCE,
    "Violence without injury": _VIOLENCE,
    "Stalking and harassment": _VIOLENCE,
    "Death or serious injury - unlawful driving": _VIOLENCE,
    _BURGLARY: _THEFT,
    "Vehicle offences": _THEFT,
    "Theft from the person": _THEFT,
    "Bicycle theft": _THEFT,
    "Shoplifting": _THEFT,
    "All other theft offences": _THEFT,
    "Residential burglary": _BURGLARY,
    "Non-residential burglary": _BURGLARY,
}


def offence_clash(offences: Iterable[str]) -> tuple[str, str] | None:
    """Find the first offence class that another one contains, and that other; None without one.

    One class in two spellings, of capitals or spaces, is contained in itself.

    Examples
    --------
    >>> offence_clash(["Robbery", "Theft offences", "Residential burglary"])
    ('Residential burglary', 'Theft offences')
    """
    held = sorted(set(offences))
    return _clash(held, _offence_wholes) or spelt_alike(held)


def area_clash(codes: Iterable[str]) -> tuple[str, str] | None:
    """Find the first area that shares residents with another, and that other; None without one.

    Areas of different kinds in one police force area overlap, a county and a unitary authority
    excepted; a region may hold any area of England. An abolished district lies in its successor,
    where its counts stand already. One area in two spellings overlaps itself.

    Examples
    --------
    >>> area_clash(["E07000010", "E23000023"]), area_clash(["E10000003", "E06000031"])
    (('E07000010', 'E23000023'), None)
    >>> area_clash(["E07000026", "E07000028"]), area_clash(["E07000026", "E06000063"])
    (None, ('E07000026', 'E06000063'))
    """
    held = sorted(set(codes))
    known = {code: area for code in held if (area := _area_of(code)) is not None}
    found = _clash(held, _area_wholes) or spelt_alike(held)
    if found is not None:
        return found
    areas = list(known.values())
    for number, area in enumerate(areas):
        for other in areas[number + 1 :]:
            if _overlap(area, other):
                return area.code, other.code
    return None


def refuse_overlap(
    lines: nw.DataFrame[Any], groups: Sequence[str], column: str, error: type[PccFundingError]
) -> None:
    """Refuse a group that holds an area or an offence class and a part of it.

    `groups` are the columns that make a group, those whose names begin with '_' unnamed.
    """
    finder = area_clash if column == "area_code" else offence_clash
    names = {name for name in lines[column].unique().to_list() if isinstance(name, str)}
    if finder(names) is None:
        return
    held: dict[tuple[str, ...], tuple[str, set[str]]] = {}
    keys = [group for group in groups if not group.startswith("_")]
    for row in lines.select(*groups, column).unique().rows(named=True):
        if isinstance(row[column], str):
            group = tuple(str(row[key]) for key in groups)
            held.setdefault(group, (describe(row, keys), set()))[1].add(row[column])
    for group in sorted(held):
        name, members = held[group]
        pair = finder(members)
        if pair is not None:
            raise error(
                f"{name} holds {column} {pair[0]!r} and {pair[1]!r}, which overlap: what lies in "
                f"both would count twice. Keep one level, or add {column!r} to by."
            )


def refuse_releases(
    parts: nw.DataFrame[Any],
    name: str,
    places: Sequence[str],
    window_of: Callable[[Mapping[str, Any]], str],
) -> None:
    """Refuse one count of two releases, told apart by `places` and the window that it lies in."""
    if "release" not in parts.columns:
        return
    named = [place for place in dict.fromkeys(places) if place != "release"]
    seen: dict[tuple[Any, ...], str] = {}
    for row in parts.sort("release", nulls_last=True).rows(named=True):
        window = window_of(row)
        cell = (window, *(str(row[place]) for place in named))
        other = seen.setdefault(cell, row["release"])
        if str(other) != str(row["release"]):
            raise TableError(
                f"{name} holds {describe(row, named)} for {window} more than once: releases "
                f"{other!r} and {row['release']!r}. Keep one release of each count."
            )


def refuse_repeats(
    table: Table, lines: nw.DataFrame[Any], column: str, keys: Sequence[str] | None = None
) -> None:
    """Refuse a count that stands there twice: rows alike in all that tells counts apart.

    `lines` are sums of the table, which show at once where no count has company. Given the `keys`
    of groups that are added up as they stand, two vintages of a count are one count.
    """
    days = [day for day in ("period_start", "period_end") if day in table.schema]
    apart = keys is None or not lines.select(*keys, *days).is_duplicated().any()
    if not len(lines) or (lines["_rows"].max() < 2 and apart):
        return
    telling = _telling(table, days, column, keys)
    if _all_differ(table.frame.select(*telling, *days).collect()):
        return
    known = table.frame.filter(~nw.col(column).is_null())
    counts = known.group_by([*telling, *days])
    twice = counts.agg(nw.len().alias("_times"), nw.col(column).max().alias("_count"))
    twice = twice.filter(nw.col("_times") > 1).sort([*telling, *days], nulls_last=True)
    for row in twice.head(1).collect().rows(named=True):
        start, end = iso_day(row["period_start"]), iso_day(row["period_end"])
        cure = "Keep one row of each count, or add the column that tells the rows apart."
        if "vintage" in table.schema and "vintage" not in telling:
            cure = "Keep one row of each count, of one vintage, or add 'vintage' to by."
        raise TableError(
            f"{table.name} holds {describe(row, telling)}, {start} to {end}, "
            f"{row['_times']} times ({column} {count(row['_count'])}). {cure}"
        )


def _all_differ(rows: nw.DataFrame[Any]) -> bool:
    """Whether no two rows are alike, by a number that each has of its own where there is one."""
    numbered = (name for name, dtype in rows.schema.items() if dtype.is_integer())
    if any(rows[name].n_unique() == len(rows) for name in numbered):
        return True
    return not rows.is_duplicated().any()


def times_given(table: Table, keys: Sequence[str], column: str) -> nw.LazyFrame[Any]:
    """Count how often one count stands in a group of a lazy table at most, as `_times` by `_key`.

    The groups are those of the keys, joined by ``encoded_key``, and the two days of the period.
    """
    days = ["period_start", "period_end"]
    alike = [*_telling(table, days, column, keys), *days]
    counts = table.frame.filter(~nw.col(column).is_null()).group_by(alike)
    counted = counts.agg(nw.len().alias("_times")).with_columns(_key=encoded_key(table, keys))
    return counted.group_by(["_key", *days]).agg(nw.col("_times").max())


def _telling(
    table: Table, days: Sequence[str], column: str, keys: Sequence[str] | None = None
) -> list[str]:
    """Name the columns that tell one count from another, the keys of added groups first."""
    passed_over = {*_NOT_TELLING, *days, column}
    if keys is not None:
        passed_over.add("vintage")
    rest = [
        name
        for name, dtype in table.schema.items()
        if name not in passed_over and not _is_measured(dtype)
    ]
    return list(dict.fromkeys([*(keys or ()), *rest]))


def _is_measured(dtype: Any) -> bool:
    return bool(dtype.is_float() or dtype.is_temporal() or dtype in (nw.Object, nw.Unknown))


def _clash(names: Iterable[str], wholes: Callable[[str], Sequence[str]]) -> tuple[str, str] | None:
    held = set(names)
    for name in sorted(held):
        for whole in wholes(name):
            if whole in held:
                return name, whole
    return None


def _offence_wholes(offence: str) -> list[str]:
    wholes = []
    while offence in _WHOLE_OF_OFFENCE:
        offence = _WHOLE_OF_OFFENCE[offence]
        wholes.append(offence)
    return wholes


def _area_wholes(code: str) -> list[str]:
    force = code.removesuffix("-unassigned")
    heirs = [ABOLISHED[code].successor] if code in ABOLISHED else []
    wholes = [force, *heirs, *_ancestors(code), *_COUNTRIES.get(code[:1], ())]
    return [whole for whole in wholes if whole != code]


def _area_of(code: str) -> Area | None:
    """Give an area by its code; an abolished district in the place of its successor."""
    area = known_area(code)
    if area is None and code in ABOLISHED:
        heir = known_area(ABOLISHED[code].successor)
        return None if heir is None else replace(heir, code=code, name=ABOLISHED[code].name)
    return area


def _ancestors(code: str) -> list[str]:
    """Name the force that holds an area, and the region that holds the force.

    A user's own areas overlap nothing that is known here.
    """
    found: list[str] = []
    area = _area_of(code)
    while area is not None and area.parent is not None:
        found.append(area.parent)
        area = known_area(area.parent)
    return found


def _overlap(one: Area, other: Area) -> bool:
    kinds = {one.kind, other.kind}
    if "region" in kinds:
        return one.code in _ancestors(other.code) or other.code in _ancestors(one.code)
    if one.parent is None or one.parent != other.parent or len(kinds) == 1:
        return False
    unitary = any(area.code.startswith("E06") for area in (one, other))
    return not (unitary and "county" in kinds)
