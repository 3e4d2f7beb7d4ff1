"""What whoever reads street files must know: absent months, a silent force, incidents, places."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from pccfunding.formats.count_files.area_names import area_by_name, known_areas
from pccfunding.formats.count_files.gathered import Gathered
from pccfunding.formats.count_files.printed_counts import key_of
from pccfunding.formats.street_files.repeated_files import named_month
from pccfunding.words import count, counted

_ASB = "anti social behaviour"
_GMP, _GMP_SILENT = "E23000005", "2019-07"
_FEW = 12


class KnownOf(NamedTuple):
    """What records are counted by, to know what is absent."""

    area_code: str
    month: str
    kind: str
    placed: bool


def kind_of(crime_type: str | None) -> str:
    """Tell incidents of anti-social behaviour from crimes."""
    return "incident" if key_of(crime_type or "") == _ASB else "crime"


def force_code(name: str | None) -> str:
    """Give the code of a force's area by its name; the empty text where it is not known."""
    return area_by_name(name or "").code or ""


def cover_gaps(records: Mapping[KnownOf, int], found: Gathered, files: Iterable[str] = ()) -> None:
    """Note what the records hold, and raise the cautions that follow from it.

    `files` are those that were read: one whose name tells a month and a force holds records of
    them, or somebody named it wrongly, or nothing was published.
    """
    _cover_named({(one.area_code, one.month) for one in records}, files, found)
    kinds: dict[str, int] = {}
    held: dict[str, dict[str, set[str]]] = {}
    nowhere: dict[str, int] = {}
    late = 0
    for (code, month, kind, placed), number in records.items():
        kinds[kind] = kinds.get(kind, 0) + number
        held.setdefault(kind, {}).setdefault(code, set()).add(month)
        if not placed:
            nowhere[kind] = nowhere.get(kind, 0) + number
        late += number * (code == _GMP and month >= _GMP_SILENT)
    for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        found.cover("rows", kind, count(number))
    for kind in ("incident", "outcome"):
        if kind in kinds:
            found.caution(f"{kind}s-are-no-crimes")
    months = sorted({month for _, month, _, _ in records})
    for kind, of_kind in sorted(held.items()):
        _cover_months(of_kind, kind, months, found)
    _cover_manchester({code for one in held.values() for code in one}, months, late, found)
    if nowhere:
        told = ", ".join(
            f"{count(number)} of kind {kind}" for kind, number in sorted(nowhere.items())
        )
        found.cover("rows without a place", sum(nowhere.values()), told)
        found.caution("places-unknown")


def cover_names(files: Iterable[str], found: Gathered) -> None:
    """Note what the names of files tell of absent months, before any of them is read."""
    held: dict[str, set[str]] = {}
    for _, force, month in _named(files):
        held.setdefault(force, set()).add(month)
    months = sorted({month for of_force in held.values() for month in of_force})
    _cover_months(held, "files", months, found)
    _cover_manchester(set(held), months, None, found)


def _named(files: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Give the files whose names tell a force and a month, with the code of its area."""
    from pccfunding.evidence.loaders import load_areas

    areas = load_areas()
    slugs = dict(zip(areas["police_uk_slug"], areas["area_code"], strict=True))
    for file in files:
        named = named_month(file)
        if named and named[1] in slugs:
            yield os.path.basename(file), slugs[named[1]], named[0]


def _cover_named(held: set[tuple[str, str]], files: Iterable[str], found: Gathered) -> None:
    named = list(_named(files))
    without = [file for file, force, month in named if (force, month) not in held]
    if without:
        note = "not zero: nothing was published, or the file holds another month or force"
        told = ", ".join(without[:_FEW]) + (" ..." if len(without) > _FEW else "")
        found.cover("files without a record of their month", len(without), f"{told}; {note}")
        found.caution("months-missing")


def cover_files(left_out: Mapping[str, str], found: Gathered) -> None:
    """Note the files that stand twice and are counted once."""
    if left_out:
        told = "; ".join(f"{file}, for {kept}" for file, kept in list(left_out.items())[:3])
        found.cover("files counted once", len(left_out), f"left out: {told}")
        found.caution("files-repeated")


def cover_repeats(again: int, differing: int, found: Gathered) -> None:
    """Note the records that stand more than once, and identifiers of several records."""
    if again:
        note = "their identifier and every cell stand in another row"
        found.cover("records counted once", again, note)
        found.caution("records-repeated")
    if differing:
        note = "their cells differ, so that all are kept"
        found.cover("identifiers with differing records", differing, note)
        found.caution("ids-contradict")


def _cover_months(
    held: Mapping[str, set[str]], kind: str, months: list[str], found: Gathered
) -> None:
    span = _every_month(months)
    known = known_areas()
    for code, of_force in sorted(held.items()):
        name = known.get(code, (code or "force not known", "", ""))[0]
        missing = [month for month in span if month not in of_force]
        shown = ", ".join(missing[:_FEW]) + (" ..." if len(missing) > _FEW else "")
        told = f"{len(of_force)} of {len(span)}" + (f"; missing {shown}" if missing else "")
        found.cover("months", f"{name}, {kind}", told)
        if missing:
            found.caution("months-missing")


def _every_month(months: list[str]) -> list[str]:
    if not months:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (months[0], months[-1]))
    days = (date(at // 12, at % 12 + 1, 1) for at in range(first, last + 1))
    return [f"{day:%Y-%m}" for day in days]


def _cover_manchester(
    forces: set[str], months: list[str], late: int | None, found: Gathered
) -> None:
    if not months or months[-1] < _GMP_SILENT:
        return
    rows = "" if late is None else f"{counted(late, 'row')} in these files; "
    note = f"{rows}a missing row is not zero"
    found.cover("Greater Manchester", "no crimes published since July 2019", note)
    if _GMP in forces or len(forces) > 20:
        found.caution("greater-manchester-absent")
