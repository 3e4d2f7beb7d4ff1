"""Areas of statistical tables, by the code and the name that stand in a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from pccfunding.areas import ABOLISHED, find_area
from pccfunding.errors import UnknownNameError
from pccfunding.evidence.loaders import load_areas
from pccfunding.formats.count_files.abolished_districts import (
    OF_DISTRICTS,
    RENAMED,
    abolished_by_name,
)
from pccfunding.formats.count_files.printed_counts import key_of, one_line, without_notes
from pccfunding.formats.opening.row_shape import beside_one_another, column_letter

PARTNERSHIP = "community_safety_partnership"
_CODE = re.compile(r"[EWKN]\d{8}")
_KIND_OF_CODE = {
    "E23": "police_force_area",
    "W15": "police_force_area",
    "E22": PARTNERSHIP,
    "W14": PARTNERSHIP,
    "W22": PARTNERSHIP,
    "E12": "region",
    "E92": "country",
    "W92": "country",
    "K04": "england_and_wales",
}
_LONGEST_NAME = 100
_FORCES = ("E23", "W15")  # all of them are known
_LEAVES_OUT = re.compile(r"\b(?:excl?|excluding|exc|less|without|minus|and regions?)\b")
_UNASSIGNED = re.compile(r"^(?:unassigned|unallocated|not assigned)\b[\s,:-]*", re.IGNORECASE)
_NATIONAL = re.compile(
    r"^(?:unknown|not known|action fraud|cifas|uk finance|financial fraud action"
    r"|national fraud intelligence bureau|nfib|no location|other)\b"
)


class Place(NamedTuple):
    """What a row's code and name stand for: an area, or why there is none."""

    code: str | None
    kind: str = "not_an_area"
    name: str = ""
    why: str | None = None
    rejected: bool = False
    rule: str | None = None
    either: tuple[str, str] | None = None  # the codes that code and name stand for, if not the same


def is_code(text: str) -> bool:
    """Whether a text has the form of an ONS code of England and Wales."""
    return bool(_CODE.fullmatch(text))


@cache
def known_areas() -> dict[str, tuple[str, str, str]]:
    """Give name, kind and parent of each bundled area by its code."""
    areas = load_areas().fillna("")
    return {
        code: (name, kind, parent)
        for code, name, kind, parent in zip(
            areas["area_code"], areas["name"], areas["kind"], areas["parent_code"], strict=True
        )
    }


@cache
def districts() -> dict[str, str]:
    """Give the codes of local authorities by the plain words of their names."""
    areas = load_areas().fillna("")
    local = areas[areas["kind"] == "local_authority"]
    found = {}
    for code, name, aliases in zip(
        local["area_code"], local["name"], local["aliases"], strict=True
    ):
        for printed in (name, *filter(None, aliases.split("|"))):
            found[key_of(printed)] = code
    return found | {key_of(name): code for name, code in RENAMED.items()}


@cache
def district_of(name: str) -> tuple[str | None, str | None]:
    """Give the code of the district of a name, and that of the abolished one it names, if so."""
    words = key_of(name)
    known = districts().get(words)
    former = None if known else abolished_by_name().get(words) or OF_DISTRICTS.get(words)
    return (ABOLISHED[former].successor, former) if former else (known, None)


@cache
def whole_of_a_force() -> dict[str, str]:
    """Give the force that each partnership covers wholly: City of London, and no other."""
    inside: dict[str, list[str]] = {}
    for code, (_, kind, parent) in known_areas().items():
        if kind in (PARTNERSHIP, "unassigned"):
            inside.setdefault(parent, []).append(code)
    return {codes[0]: force for force, codes in inside.items() if len(codes) == 1}


@cache
def _unassigned() -> dict[str, str]:
    known = known_areas()
    return {key_of(name): code for code, (name, kind, _) in known.items() if kind == "unassigned"}


@cache
def area_by_name(name: str) -> Place:
    """Find the area that a printed name stands for."""
    plain = without_notes(name)
    words = key_of(plain)
    if not words:
        return Place(None, why="it names no area", rejected=True)
    if words == "british transport police":
        return Place("BTP", name="British Transport Police")
    if code := _unassigned().get(words):
        return Place(code, "unassigned", plain)
    if _UNASSIGNED.match(plain):
        force = area_by_name(_UNASSIGNED.sub("", plain))
        if force.code and force.kind == "police_force_area":
            return Place(f"{force.code}-unassigned", "unassigned", plain)
    if _LEAVES_OUT.search(words):
        return Place(None, name=plain, why="total that leaves areas out")
    if _NATIONAL.match(words):
        return Place(None, name=plain, why="not assigned to an area")
    if code := abolished_by_name().get(words):
        one = ABOLISHED[code]
        rule = f"abolished {one.on}; now in {one.heir} ({one.successor})"
        return Place(code, "local_authority", one.name, rule=rule)
    try:
        area = find_area(plain)
    except UnknownNameError as error:
        return Place(None, name=plain, why=str(error), rejected=True)
    return Place(area.code, area.kind, area.name)


def within(place: Place, force: Place) -> Place:
    """Refuse a partnership that stands beside the name of another force than its own."""
    known = known_areas()
    code, kind, parent = known.get(place.code or "", ("", "", ""))
    beside = known.get(force.code or "", ("", "", ""))
    if kind != PARTNERSHIP or beside[1] != "police_force_area" or parent in ("", force.code):
        return place
    own = known.get(parent, (parent, "", ""))[0]
    what = f"the partnership {code} lies in {own}, the force beside it is {beside[0]}"
    return Place(None, name=place.name, why=what, rejected=True)


def tables_beside(
    rows: Sequence[Sequence[object]], fields: Iterable[Sequence[int]], values: Collection[int]
) -> str | None:
    """Say where two tables stand side by side; None where each row is of one area.

    Parameters
    ----------
    rows : sequence of sequence
        The rows below the header.
    fields : iterable of sequence of int
        The columns that stand for the same: codes, names.
    values : collection of int
        Columns of numbers. Without one between them, two columns of areas belong to one table.
    """
    for columns in fields:
        if found := beside_one_another(rows, sorted(columns), _named_area):
            left, right = found
            if any(left < value < right for value in values):
                names = f"columns {column_letter(left)} and {column_letter(right)}"
                return f"tables stand side by side: {names} name different areas; put them apart"
    return None


def _named_area(cell: object) -> str | None:
    text = one_line(cell)
    if is_code(text):
        return text
    return area_by_name(text).code if 0 < len(text) < _LONGEST_NAME else None


@cache
def area_of_row(code: str, name: str, *, partnership: bool = False) -> Place:
    """Find the area of a row; where code and name disagree, the row is refused.

    Parameters
    ----------
    code, name : str
        As printed; either may be blank.
    partnership : bool, default False
        Whether the row is one of the partnerships of a force.
    """
    code, plain = one_line(code), without_notes(name)
    words = key_of(plain)
    if not is_code(code):
        found = area_by_name(f"{plain} CSP" if partnership else name)
        if partnership and found.rejected:
            found = area_by_name(name)
            if found.code and found.kind != "unassigned":
                found = Place(None, name=plain, why=f"no code for partnership {plain!r}",
                              rejected=True)  # fmt: skip
        return found
    if _LEAVES_OUT.search(words):
        return Place(None, name=plain, why="total that leaves areas out")
    known = known_areas().get(code)
    kind = known[1] if known else _KIND_OF_CODE.get(code[:3], "local_authority")
    named = area_by_name(name) if words else Place(None)
    if partnership and words and named.kind != "unassigned":
        own = area_by_name(f"{plain} CSP")
        named = named if own.rejected else own
    if not known and code[:3] in _FORCES:
        what = f"the code {code} is none of a police force area"
        return Place(None, name=plain, why=what, rejected=True)
    if named.kind == "unassigned":
        return named._replace(rule="the label names the force; the code beside it is not its own")
    if named.code and named.kind == kind and named.code != code and known:
        what = f"the code {code} is {known[0]}, the name {plain!r} is {named.name} ({named.code})"
        return Place(None, name=plain, why=what, rejected=True, either=(code, named.code))
    return Place(code, kind, known[0] if known else plain)
