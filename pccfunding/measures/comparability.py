"""What two windows of counts have in common: whole years of like parts, one vintage, no break."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from pccfunding.bundled import datasets_dir
from pccfunding.frames.days import with_days
from pccfunding.frames.tables import Table, encoded_key
from pccfunding.periods import Period
from pccfunding.words import MONTHS, counted, day_words, is_missing, month_words

_EVERYWHERE = "K04000001"
_REFUSING = ("class", "coverage")
# A table of years each as its own release had it: no two of its years are of one vintage.
FIRST_PUBLISHED = "first published"
PARTS = ("area_code", "offence")
YEARS = ("the year before", "this year")
_DATED = re.compile(rf"(?:({'|'.join(MONTHS)}) )?((?:19|20)\d\d)")

_Row = Mapping[str, Any]
_Sides = tuple[Sequence[_Row], Sequence[_Row]]


class Break(NamedTuple):
    """A break of a series: what changed, where, when and by which source."""

    break_id: str
    series: str
    offence: str
    area_code: str
    changed_on: date | None
    kind: str
    vintage: str
    what_changed: str
    source_id: str
    locator: str

    @property
    def refuses(self) -> bool:
        """Whether counts before and after are not of the same thing."""
        return self.kind in _REFUSING

    @property
    def words(self) -> str:
        """What changed, when, and by which source."""
        on = "in" if self.kind == "method" else "on"
        day = "" if self.changed_on is None else f" {on} {since_words(self.kind, self.changed_on)}"
        where = ", ".join(filter(None, [self.source_id, self.locator]))
        what = self.what_changed.rstrip(".")
        named = "" if self.offence == "All" else f"{self.offence}: "
        return f"series break{day}: {named}{what} ({where})"


def since_words(kind: str, changed_on: date) -> str:
    """Write when a break began: of a new method, for which sources give no day, the month.

    Examples
    --------
    >>> since_words("method", date(2022, 11, 1)), since_words("law", date(2004, 5, 1))
    ('November 2022', '1 May 2004')
    """
    return month_words(changed_on) if kind == "method" else day_words(changed_on)


@cache
def known_breaks(series: str) -> tuple[Break, ...]:
    """Read the breaks of one series of the bundled tables, in their order.

    Examples
    --------
    >>> [found.kind for found in known_breaks("recorded crime") if "2017" in found.break_id][:2]
    ['class', 'class']
    """
    with (datasets_dir() / "breaks.csv").open(encoding="utf-8", newline="") as lines:
        return as_breaks(csv.DictReader(lines), series)


def as_breaks(rows: Iterable[Mapping[Any, Any]], series: str) -> tuple[Break, ...]:
    """Read the breaks of one series from rows of a table `breaks`, in their order."""
    return tuple(
        Break(
            row["break_id"],
            row["series"],
            row["offence_or_measure"],
            row["area_code"],
            _break_day(row["changed_on"]),
            row["kind"],
            "" if is_missing(row["vintage"]) else str(row["vintage"]),
            row["what_changed"],
            row["source_id"],
            "" if is_missing(row["locator"]) else str(row["locator"]),
        )
        for row in rows
        if row["series"] == series
    )


def _break_day(value: Any) -> date | None:
    if is_missing(value) or value == "":
        return None
    return date.fromisoformat(value) if isinstance(value, str) else _day(value)


def breaks_between(
    baseline: Period,
    comparison: Period,
    *,
    offences: Iterable[str],
    area_codes: Iterable[str] = (),
    vintage: str | None = None,
    known: Iterable[Break] | None = None,
) -> list[Break]:
    """Give the breaks of recorded crime that keep two windows of some counts from being alike.

    Parameters
    ----------
    baseline, comparison : Period
        A break on the first day of the earlier window is before both; one on any later day, up
        to the last of the later window, has more of one window after it than of the other.
    offences, area_codes : iterable of str
        What the counts are of; without areas only breaks of all areas are asked.
    vintage : str, optional
        Breaks of one vintage alone are asked where the counts are of that vintage.
    known : iterable of Break, optional
        The breaks to choose from, by default the bundled ones.

    Returns
    -------
    list of Break

    Examples
    --------
    >>> years = Period.parse("2016-17"), Period.parse("2018-19")
    >>> [one.break_id for one in breaks_between(*years, offences=["Residential burglary"])]
    ['residential-burglary-2017']
    """
    names, places = {*offences, "All"}, {_EVERYWHERE, *area_codes}
    dated = _dated_between(baseline, comparison, None if known is None else tuple(known))
    return [
        one
        for one in dated
        if one.offence in names and one.area_code in places and one.vintage in ("", vintage)
    ]


@cache  # asked anew for each of many groups
def _dated_between(
    baseline: Period, comparison: Period, known: tuple[Break, ...] | None
) -> tuple[Break, ...]:
    first, last = min(baseline.start, comparison.start), max(baseline.end, comparison.end)
    asked = known_breaks("recorded crime") if known is None else known
    return tuple(
        one for one in asked if one.changed_on is not None and first < one.changed_on <= last
    )


def said_of_breaks(rows: _Sides, windows: tuple[Period, Period]) -> tuple[list[str], list[str]]:
    """Say which breaks lie between two windows of a group: those that refuse, those to bear.

    Rows without an offence class are not known to be recorded crime: nothing is said of them.
    """
    held = [*rows[0], *rows[1]]
    if not held or "offence" not in held[0]:
        return [], []
    found = breaks_between(
        *windows,
        offences={str(row["offence"]) for row in held},
        area_codes={str(row["area_code"]) for row in held if "area_code" in row},
        vintage=next((str(row["vintage"]) for row in held if "vintage" in row), None),
    )
    refusing = [one.words for one in found if one.refuses]
    return refusing, [one.words for one in found if not one.refuses]


def in_one_vintage(rows: _Sides) -> tuple[_Sides, str | None]:
    """Keep the rows of the vintage that holds both windows of a group; say what was chosen.

    Of several the latest is kept, and named; where none holds both, each window is taken from
    the latest that has it, and the two are named.
    """
    if not any("vintage" in row for side in rows for row in side):
        return rows, None
    sides = [_by_vintage(row for row in side if not row.get("_gap")) for side in rows]
    if not (sides[0] and sides[1]):
        sides = [_by_vintage(side) for side in rows]
    wanted = {part for side in sides for parts in side.values() for part in parts}
    for complete in (True, False):
        both = [
            name
            for name in sides[0].keys() & sides[1].keys()
            if name != FIRST_PUBLISHED
            and (not complete or sides[0][name] == sides[1][name] == wanted)
        ]
        if both:
            chosen = latest_vintage_named(both)
            said = f"vintages {', '.join(sorted(both))} hold both windows; {chosen} is taken"
            return _kept(rows, (chosen, chosen)), said if len(both) > 1 else None
    if not (sides[0] and sides[1]):
        only = [latest_vintage_named(side) if side else "" for side in sides]
        return _kept(rows, (only[0], only[1])), None
    pair = latest_vintage_named(sides[0]), latest_vintage_named(sides[1])
    if pair[0] == pair[1]:
        said = f"vintages differ: {pair[0]}, each window as its own release had it"
    else:
        said = f"vintages differ: {pair[0]}; {pair[1]}"
    return _kept(rows, pair), said


def _by_vintage(side: Iterable[_Row]) -> dict[str, set[tuple[str, ...]]]:
    found: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in side:
        part = tuple(str(row[name]) for name in PARTS if name in row)
        found[str(row.get("vintage"))].add(part)
    return dict(found)


def unlike_parts(rows: _Sides, names: Sequence[str]) -> str | None:
    """Name the first area and offence that only one of two windows counts; None without one.

    A sum of other areas or classes is a sum of something else: the two are never compared.

    Parameters
    ----------
    rows : two sequences of mappings
        What each window counts, with `area_code` and `offence` where the table has them.
    names : sequence of str
        How the two windows are called.

    Examples
    --------
    >>> before, after = [{"offence": "Robbery"}], [{"offence": "Shoplifting"}]
    >>> unlike_parts((before, [*before, *after]), ("2022", "2023"))
    'only 2023 counts Shoplifting'
    """
    if not (rows[0] and rows[1]):
        return None
    sides = [{", ".join(_part_words(row)) for row in side} for side in rows]
    for side, other, name in ((0, 1, names[0]), (1, 0, names[1])):
        if alone := sides[side] - sides[other]:
            return f"{_only(name)}{min(alone)}"
    return None


def _part_words(row: _Row) -> list[str]:
    held = {name: row[name] for name in PARTS if name in row}
    return [_no(name) if is_missing(value) else str(value) for name, value in held.items()]


def _no(name: str) -> str:
    return f"no {name}"


def _only(name: str) -> str:
    return f"only {name} counts "


def with_unlike_parts(
    years: nw.LazyFrame[Any], table: Table, keys: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Say as `_unlike`, beside whole years of groups, what ``unlike_parts`` says of two windows.

    The years have the `_key` of their group, made of `keys`, and begin on the day code `_from`.
    """
    texts = [
        nw.when(nw.col(name).is_null()).then(nw.lit(_no(name))).otherwise(table.text(name))
        for name in PARTS
        if name in table.schema
    ]
    of_years = with_days(table.frame.with_columns(_key=encoded_key(table, keys)))
    of_years = of_years.filter(nw.col("_to") == nw.col("_in_a_year"))
    part = nw.concat_str(texts, separator=", ")
    held = of_years.select("_key", "_from", "_to", _part=part).unique()
    now = held.select("_key", "_from", "_part")
    then = held.select("_key", "_part", _from=nw.col("_to"))
    for one, other, column in ((then, now, "_only_then"), (now, then, "_only_now")):
        alone = one.join(other, on=["_key", "_from", "_part"], how="anti")
        first = alone.group_by("_key", "_from").agg(nw.col("_part").min().alias(column))
        years = years.join(first, on=["_key", "_from"], how="left")
    said = {
        column: nw.concat_str([nw.lit(_only(name)), nw.col(column)])
        for column, name in zip(("_only_then", "_only_now"), YEARS, strict=True)
    }
    gone = ~nw.col("_only_then").is_null()
    text = nw.when(gone).then(said["_only_then"]).otherwise(said["_only_now"])
    return years.with_columns(_unlike=text)


def parts_beside(table: Table, keys: Sequence[str]) -> list[str]:
    """Name the columns of areas and offences that a group of the keys puts together."""
    return [name for name in PARTS if name in table.schema and name not in keys]


def _kept(rows: _Sides, vintages: tuple[str, str]) -> _Sides:
    before, after = (
        [row for row in side if str(row.get("vintage")) == vintage]
        for side, vintage in zip(rows, vintages, strict=True)
    )
    return before, after


def latest_vintage_named(vintages: Iterable[str]) -> str:
    """Name the vintage that reaches furthest, by the month or year in its name.

    Examples
    --------
    >>> latest_vintage_named(["to June 2023", "first published", "to December 2025"])
    'to December 2025'
    """
    return max(vintages, key=_reach)


def _reach(vintage: str) -> tuple[int, int, str]:
    found = [
        (int(year), MONTHS.index(month) + 1 if month else 0)
        for month, year in _DATED.findall(vintage)
    ]
    year, month = max(found, default=(0, 0))
    return year, month, vintage


def gaps_in(
    spans: Iterable[tuple[Any, date, date]], windows: Mapping[int, Period], names: Sequence[str]
) -> dict[Any, str]:
    """Say which windows are counted in part only, by what they are counted for.

    Parameters
    ----------
    spans : iterable of (key, first day, last day)
        The periods counted, inside a window; a key begins with the number of its window.
    windows : mapping of int to Period
        The windows that are put together of parts.
    names : sequence of str
        How the caller wrote the windows, the first of them window 1.

    Returns
    -------
    dict
        A reason for each key whose periods do not follow one another from end to end.

    Examples
    --------
    >>> half = [((1, "Fenland"), date(2019, 1, 1), date(2019, 6, 30))]
    >>> gaps_in(half, {1: Period.parse("2019")}, ["2019"])
    {(1, 'Fenland'): 'only 181 of the 365 days of 2019 are counted'}
    """
    held: defaultdict[Any, set[tuple[date, date]]] = defaultdict(set)
    for key, first, last in spans:
        held[key].add((first, last))
    found = {}
    for key, periods in held.items():
        window, name = windows[key[0]], names[key[0] - 1]
        days = sum((last - first).days + 1 for first, last in periods)
        if _follow(window, sorted(periods)):
            continue
        if days < window.days:
            found[key] = f"only {days} of the {window.days} days of {name} are counted"
        else:
            found[key] = f"the {counted(len(periods), 'period')} inside {name} overlap"
    return found


def _follow(window: Period, periods: list[tuple[date, date]]) -> bool:
    ends = [window.start - timedelta(days=1), *(last for _, last in periods)]
    starts = [*(first for first, _ in periods), window.end + timedelta(days=1)]
    return all(start == end + timedelta(days=1) for end, start in zip(ends, starts, strict=True))


def as_days(rows: Iterable[_Row]) -> Iterator[tuple[date, date]]:
    """Give the first and last day of rows, as plain dates of any engine."""
    for row in rows:
        yield _day(row["period_start"]), _day(row["period_end"])


def _day(value: Any) -> date:
    assert not is_missing(value)
    return date(value.year, value.month, value.day)
