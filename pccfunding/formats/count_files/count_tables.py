"""Tables of counts by area, found by their content on the sheets of any release."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pccfunding.formats.count_files.area_names import area_of_row
from pccfunding.formats.count_files.offence_names import offence_name, special_name
from pccfunding.formats.count_files.printed_counts import (
    key_of,
    one_line,
    read_count,
    without_notes,
)
from pccfunding.formats.count_files.printed_periods import every_period
from pccfunding.periods import Period

Row = Sequence[object]

_HEADING = (
    ("partnership_code", r"(?:community safety partnership|csp)(?: area)? codes?|csp\d\dcd"),
    ("partnership_name", r"(?:community safety partnership|csp)(?: csp)?(?: area)?(?: names?)?"
                         r"|csp\d\dnm"),
    ("district_code", r"(?:local authority|la|lad|district)(?: district)? codes?|lad\d\dcd"),
    ("district_name", r"(?:local authority|la|lad|district)(?: district)?(?: names?)?|lad\d\dnm"),
    ("area_code", r"(?:(?:police force(?: area)?|pfa|area|geography|force|ons)\s*)?codes?|geocode"
                  r"|pfa\d\dcd|areacd"),
    ("area_name", r"(?:police force(?: area)?|pfa|area|geography|force)(?: names?)?|pfa\d\dnm"
                  r"|areanm|region(?: and| or)? (?:police )?force(?: area)?|names?"),
)  # fmt: skip
_IDS = tuple((kind, re.compile(pattern)) for kind, pattern in _HEADING)
# What a column or a table holds that is no count, whatever offence it is about.
_NO_COUNT = re.compile(
    r"%|percent|per cent|\brates?\b|\bper 1 ?000\b|\bper 100 ?000\b|\bchange|proportion"
    r"|population|households?\b(?! burglary)|\bbase\b|significant|experience|confidence"
)
_NO_CLASS = re.compile(r"\bcodes?\b|\bquarter\b|financial year|description")
_UNIT = re.compile(r"numbers?(?: of (?:offences|incidents|crimes))?|offences|counts?|incidents")
_CONTENTS = re.compile(r"^\s*table\s+[a-z]?\d+\w?\s*:?\s*", re.IGNORECASE)
_LONGEST_HEADER = 8


@dataclass(frozen=True)
class CountColumn:
    """A column of counts: what it counts, in which period."""

    index: int
    offence: str
    measure: str
    period: Period
    known: bool


@dataclass
class CountTable:
    """A table of a sheet: where its areas stand, what its columns count, which rows are its own."""

    title: str
    ids: dict[str, int]
    top: int
    first: int
    last: int
    columns: list[CountColumn] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    why_empty: str | None = None

    def cell(self, row: Row, name: str) -> object:
        """Cell of a row in the column of areas with that name, or None."""
        index = self.ids.get(name)
        return row[index] if index is not None and index < len(row) else None


def headings_of(row: Row) -> dict[str, int]:
    """Find the columns of area codes and names that a row of headings names."""
    found: dict[str, int] = {}
    for index, cell in enumerate(row[:40]):
        # The year of a classification plays no part: "PFA 2023 Code".
        words = re.sub(r"\s?\b(?:19|20)\d\d\b", "", key_of(cell)).strip()
        for kind, pattern in _IDS if words and len(words) < 60 else ():
            if pattern.fullmatch(words):
                found.setdefault(kind, index)
                break
    return found


def find_tables(rows: Sequence[Row], *, spare_period: Period | None = None) -> list[CountTable]:
    """Find the tables of areas on a sheet, each with the columns that hold counts.

    Parameters
    ----------
    rows : sequence of sequence
        The cells of the sheet.
    spare_period : Period, optional
        The period of a table whose own title and headings name none.
    """
    marks = [at for at, row in enumerate(rows) if _opens_a_table(rows, at, row)]
    starts = [at for at, mark in enumerate(marks) if not at or mark - marks[at - 1] > 2]
    heads = [marks[at] for at in starts]
    if not heads:
        return []
    floors = [0, *(head + 1 for head in heads)]
    tops = [_top(rows, head, floor) for head, floor in zip(heads, floors, strict=False)]
    ends = [*tops[1:], len(rows)]
    return [
        _table(rows, top, head, end, spare_period)
        for top, head, end in zip(tops, heads, ends, strict=True)
    ]


def _opens_a_table(rows: Sequence[Row], at: int, row: Row) -> bool:
    ids = headings_of(row)
    if "area_name" not in ids and "partnership_name" not in ids:
        return False
    if _numbers(row) > 2:
        return False
    others = sum(bool(one_line(cell)) for cell in row) - len(ids)
    return len(ids) > 1 or others > 0 or (at > 0 and bool(headings_of(rows[at - 1])))


def _numbers(row: Row) -> int:
    """Count the cells of a row that hold numbers, years left out: those can be headings."""
    values = (read_count(cell).value for cell in row if one_line(cell))
    return sum(value is not None and not 1990 <= value <= 2100 for value in values)


def _table(
    rows: Sequence[Row], top: int, at: int, end: int, spare_period: Period | None
) -> CountTable:
    below = at + 1
    while below < min(end, at + 4) and not _is_body(rows[below], rows[top:below]):
        below += 1
    if below == min(end, at + 4):
        below = min(end, at + 1)
    header = rows[top:below]
    ids: dict[str, int] = {}
    for row in header:
        for kind, index in headings_of(row).items():
            ids.setdefault(kind, index)
    banner = [one_line(row[0]) for row in rows[max(0, top - 12) : top] if row and one_line(row[0])]
    named = [at for at, line in enumerate(banner) if _CONTENTS.match(line)]
    banner = banner[named[-1] :] if named else banner  # what stands above belongs to another table
    title = banner[0] if banner else ""
    table = CountTable(title, ids, top, below, end)
    _read_columns(table, header, banner, rows[below:end], spare_period)
    return table


def _top(rows: Sequence[Row], at: int, floor: int) -> int:
    """Go up from the row of headings over the rows of headings above it, as far as `floor`."""
    top = at
    while top > floor and at - top < _LONGEST_HEADER:
        above = [index for index, cell in enumerate(rows[top - 1]) if one_line(cell)]
        if not above or above == [0] or _numbers(rows[top - 1]):
            break
        if len(one_line(rows[top - 1][0])) > 60:
            break
        top -= 1
    return top


def _is_body(row: Row, header: Sequence[Row]) -> bool:
    """Whether a row holds counts or an area, and so is no row of headings."""
    for cell in row:
        if one_line(cell) and read_count(cell).refused is None:
            return True
    ids: dict[str, int] = {}
    for one in header:
        ids |= headings_of(one)
    cells = [one_line(row[ids[k]]) if k in ids and ids[k] < len(row) else ""
             for k in ("area_code", "area_name", "partnership_name")]  # fmt: skip
    return (
        any(cells)
        and len(cells[1]) < 100
        and not area_of_row(cells[0], cells[1] or cells[2]).rejected
    )


def _read_columns(
    table: CountTable,
    header: Sequence[Row],
    banner: Sequence[str],
    body: Sequence[Row],
    spare_period: Period | None,
) -> None:
    width = max((len(row) for row in header), default=0)
    units = [row for row in header if _is_unit_row(row)]
    labels = [row for row in header if row not in units]
    unit = _filled(units[-1], width) if units else [""] * width
    over = [_filled(row, width) for row in labels[:-1]]
    of_title = _NO_COUNT.search(key_of(table.title)) and "number of" not in key_of(table.title)
    period_of_title = _period_of(banner) or spare_period
    for index in range(width):
        own = next((text for row in reversed(labels)
                    if index < len(row) and (text := one_line(row[index]))), "")  # fmt: skip
        if not own or index in table.ids.values():
            continue
        above = [row[index] for row in over if row[index] and row[index] != own]
        words = " ".join(key_of(text) for text in (*above, own, unit[index]))
        says_count = bool(re.search(r"\bnumbers? of\b|\bnumbers?\b", words))
        no_count = _NO_COUNT.search(words) or _NO_CLASS.search(key_of(own))
        if no_count or (of_title and not says_count):
            table.left_out.append((without_notes(own), "no count"))
            continue
        periods = every_period(own) or [p for text in above for p in every_period(text)]
        period = periods[0] if len(periods) == 1 else period_of_title
        if len(periods) > 1 or period is None:
            table.left_out.append((without_notes(own), "no one period"))
            continue
        if why := _holds_no_counts(body, index):
            table.left_out.append((without_notes(own), why))
            continue
        label = " ".join(t for t in (*above, own) if not every_period(t) and not _is_unit(t))
        special = special_name(table.title, label)
        if special:
            offence, measure, known = *special, True
        else:
            named = (t for t in (own, *above[::-1]) if not every_period(t) and not _is_unit(t))
            text = next(named, "") or _subject(table.title)
            (offence, known), measure = offence_name(text), "recorded_offences"
        table.columns.append(CountColumn(index, offence, measure, period, known))
    if not table.columns:
        reasons = {why for _, why in table.left_out}
        table.why_empty = " and ".join(sorted(reasons)) if reasons else "no columns of counts"


def _is_unit(text: str) -> bool:
    return bool(_UNIT.fullmatch(key_of(text)))


def _is_unit_row(row: Row) -> bool:
    filled = [key_of(cell) for cell in row if one_line(cell)]
    if not filled or len(filled) > 3:
        return False
    return all(_UNIT.fullmatch(words) or _NO_COUNT.search(words) for words in filled)


def _filled(row: Row, width: int) -> list[str]:
    """Carry each heading of a merged cell on to the right."""
    held, filled = "", []
    for index in range(width):
        text = one_line(row[index]) if index < len(row) else ""
        held = text if re.search(r"\w", text) else held
        filled.append(held)
    return filled


def _period_of(banner: Sequence[str]) -> Period | None:
    for line in banner:
        periods = every_period(line)
        if len(periods) == 1:
            return periods[0]
        if periods:
            return None
    return None


def _holds_no_counts(body: Sequence[Row], index: int) -> str | None:
    """Say why a column holds no counts; one of shares seldom holds a whole number."""
    fractions = numbers = texts = 0
    for row in body:
        count = read_count(row[index] if index < len(row) else None)
        numbers += count.value is not None
        fractions += count.refused == "a count is a whole number"
        texts += count.refused is not None
    if fractions and numbers <= 4 * fractions:
        return "not whole numbers"
    return "no numbers" if texts and not numbers else None


def _subject(title: str) -> str:
    """Give what a title says is counted: "Number of crimes flagged as hate crimes, by ..."."""
    text = _CONTENTS.sub("", without_notes(title))
    text = re.sub(r"^numbers? of ", "", text, flags=re.IGNORECASE)
    return re.split(r",? by |,? recorded by |,? year ending |,? england and wales", text,
                    maxsplit=1, flags=re.IGNORECASE)[0].strip() or "Offences"  # fmt: skip
