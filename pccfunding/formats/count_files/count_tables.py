"""Tables of counts by area, found by their content on the sheets of any release."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pccfunding.formats.count_files.area_names import area_of_row, tables_beside
from pccfunding.formats.count_files.offence_names import offence_name, special_name
from pccfunding.formats.count_files.printed_counts import (
    grouped_by_blanks,
    key_of,
    one_line,
    read_count,
    says_other_than_a_count,
    without_notes,
)
from pccfunding.formats.count_files.printed_periods import (
    every_period,
    heading_is_part,
    heading_periods,
    names_a_year,
    names_time,
    part_under,
    words_beside_time,
    year_ends_below,
    years_over_months,
)
from pccfunding.formats.opening.chosen_headers import EXACT, Title, choose
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
    r"%|percent|per cent|\brates?\b|\bper\b|\bchange|proportion|\brank|\bposition\b"
    r"|\b(?:averages?|means?|medians?|quartiles?|deciles?|index|indices|ratios?|scores?|shares?)\b"
    r"|population|households?\b(?! burglary)|\bbase\b|significant|experience|confidence"
    r"|£|\bcosts?\b"
)
# What makes the numbers of a whole table something else, wherever its title says so.
_NEVER_COUNTS = re.compile(
    r"\bthousands?\b|\b000s?\b|\bmillions?\b|\bsurveys?\b|\bprojecti|\bcharged\b"
    r"|\bdetect(?:ed|ions?)\b|\boutcomes?\b|\bcleared\b|\bsolved\b"
)
# What a heading of a column says of it besides; a title may hold these words and stand over counts.
_NO_COUNT_BELOW = re.compile(
    r"\bdeviations?\b|\bs[de]\b|\berrors?\b|\bvariances?\b|\bdifferences?\b|\bgrowth\b"
    r"|\b(?:in|de)creases?\b|\bc[il]\b|\bl?ucl\b|\blcl\b|\b(?:lower|upper)\b|\blimits?\b|\bbounds?\b"
    r"|\b(?:quin|ter|oct)tiles?\b|centiles?\b|\btargets?\b|\bforecasts?\b|\bprojected\b|\bexpected\b"
    r"|\bestimate[sd]?\b|\bweight(?:s|ed|ing)?\b|\btrends?\b|\bclear(?:ed)? ?ups?\b|\bsolved\b"
    r"|\bsanctions?\b|\bcaution(?:s|ed)\b|\bconvict\w*|\barrests\b|\bvictims\b|\bsuspects?\b"
    r"|\boffenders?\b|\bdensity\b|\bmultiples?\b|\btimes\b|\bseverity\b|\bgrades?\b|\bband\b"
    r"|\b(?:avg|diff|chg|var|pct|pc|ppts?|idx|indexed|yoy|qoq|mom|vs?|versus|base(?:line)?)\b"
    r"|\b(?:cumulative|running total|last year|(?:previous|prior|prev|preceding|same) "
    r"(?:year|yr|quarter|month|period))\b|\bnot crimed\b|\bno crimes?d?\b"
    r"|^(?:(?:numbers?|no|nos) of )?(?:police )?(?:officers?|staff|strength|workforce|dwellings"
    r"|residents|persons|people)\b"
)
_NO_CLASS = re.compile(
    r"\bcodes?\b|\bquarter\b|financial year|description|^(?:foot)?notes?\b|\bcomments?\b"
    r"|\bremarks?\b|\bsources?\b"
)
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
    blanks: bool  # whether its numbers have a blank between thousands
    headed: bool  # whether a heading names the class, and not the title alone


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


def titles_of(row: Row) -> list[Title]:
    """Find what a row of headings names as columns of area codes and names."""
    found = []
    for index, cell in enumerate(row[:40]):
        # The year of a classification plays no part: "PFA 2023 Code".
        words = re.sub(r"\s?\b(?:19|20)\d\d\b", "", key_of(cell)).strip()
        for kind, pattern in _IDS if words and len(words) < 60 else ():
            if pattern.fullmatch(words):
                found.append(Title(kind, index, one_line(cell), EXACT))
                break
    return found


def headings_of(row: Row) -> dict[str, int]:
    """Find the columns of area codes and names that a row of headings names."""
    return choose(titles_of(row)).of


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
    values = (read_count(cell, blanks=True).value for cell in row if one_line(cell))
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
    # A title of a text without quotation marks is spread over several cells.
    banner = [", ".join(filter(None, map(one_line, row)))
              for row in rows[max(0, top - 12) : top] if row and one_line(row[0])]  # fmt: skip
    named = [at for at, line in enumerate(banner) if _CONTENTS.match(line)]
    banner = banner[named[-1] :] if named else banner  # what stands above belongs to another table
    title = banner[0] if banner else ""
    table = CountTable(title, ids, top, below, end)
    table.why_empty = _tables_beside(header, ids, rows[below:end])
    if table.why_empty is None:
        _read_columns(table, header, banner, rows[below:end], spare_period)
    return table


def _tables_beside(
    header: Sequence[Row], ids: Mapping[str, int], body: Sequence[Row]
) -> str | None:
    fields: dict[str, set[int]] = {}
    for row in header:
        for title in titles_of(row):
            fields.setdefault(title.name, set()).add(title.position)
    others = set(range(max(map(len, header)))) - set(ids.values())
    return tables_beside(body, map(sorted, fields.values()), others)


def _top(rows: Sequence[Row], at: int, floor: int) -> int:
    """Go up from the row of headings over the rows of headings above it, as far as `floor`."""
    top = at
    while top > floor and at - top < _LONGEST_HEADER:
        above = [index for index, cell in enumerate(rows[top - 1]) if one_line(cell)]
        if not above or above == [0] or _numbers(rows[top - 1]):
            break
        first = one_line(rows[top - 1][0])
        if len(first) > 60 or _CONTENTS.match(first):
            break
        top -= 1
    return top


def _is_body(row: Row, header: Sequence[Row]) -> bool:
    """Whether a row holds counts or an area, and so is no row of headings."""
    for cell in row:
        if one_line(cell) and read_count(cell, blanks=True).refused is None:
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
    title = key_of(table.title)
    of_title = _bars_counts(title)
    period_of_title = _period_of(banner) or spare_period
    for index in range(width):
        own = next((text for row in reversed(labels)
                    if index < len(row) and (text := one_line(row[index]))), "")  # fmt: skip
        if not own or index in table.ids.values():
            continue
        above = [row[index] for row in over if row[index] and row[index] != own]
        words = " ".join(key_of(text) for text in (*above, own, unit[index]))
        says_count = bool(re.search(r"\bnumbers? of\b|\bnumbers?\b", words))
        no_class = _NO_CLASS.search(key_of(own)) and not heading_periods(own)
        barred = _NO_COUNT.search(words) or _NEVER_COUNTS.search(words)
        signs = any(map(says_other_than_a_count, (own, *above)))
        no_count = no_class or barred or signs or _NO_COUNT_BELOW.search(key_of(own))
        if no_count or (of_title and (not says_count or _NEVER_COUNTS.search(title))):
            table.left_out.append((without_notes(own), "no count"))
            continue
        if not re.search("[A-Za-z]", own) and not names_time(own):
            table.left_out.append((own, "its heading names no class"))
            continue
        part = part_under(above, own)
        if part == []:
            table.left_out.append((own, "a part of a year, without its days"))
            continue
        ended = years_over_months([*banner, *above], own)
        if ended == []:
            table.left_out.append((own, "a month under a title of years"))
            continue
        periods = part or ended or _periods_of(own, above)
        if not periods and any(heading_is_part(text) for text in (own, *above)):
            table.left_out.append((own, "a part of a year, without its days"))
            continue
        period = periods[0] if len(periods) == 1 else period_of_title
        of_own = periods and (heading_periods(own) or any(map(year_ends_below, above)))
        if len(periods) > 1 or period is None or (not of_own and names_a_year(own)):
            table.left_out.append((without_notes(own), "no one period"))
            continue
        cells = [row[index] if index < len(row) else None for row in body]
        blanks = grouped_by_blanks(cells)
        why = _holds_no_counts(cells, blanks)
        if not any(map(one_line, cells)) and not offence_name(own)[1]:
            why = "no numbers"
        # A known class whose numbers are written in an unknown way is rejected cell by cell.
        digits = any(re.search(r"\d", one_line(cell)) for cell in cells)
        if why and not (digits and offence_name(own)[1]):
            table.left_out.append((without_notes(own), why))
            continue
        texts = (words_beside_time(text) for text in (*above, own) if not _is_unit(text))
        classes = [text for text in texts if text]
        special = special_name(table.title, " ".join(classes))
        if special:
            offence, measure, known, headed = *special, True, True
        else:
            text, headed = classes[-1] if classes else _subject(table.title), bool(classes)
            (offence, known), measure = offence_name(text), "recorded_offences"
        table.columns.append(CountColumn(index, offence, measure, period, known, blanks, headed))
    if not table.columns:
        reasons = {why for _, why in table.left_out}
        table.why_empty = " and ".join(sorted(reasons)) if reasons else "no columns of counts"


def _bars_counts(title: str) -> bool:
    """Whether a title says that its table holds no counts: a rank of numbers is no number.

    One that speaks of numbers first ("Number of offences and rate per 1,000") has both.
    """
    if _NEVER_COUNTS.search(title):
        return True
    barred = _NO_COUNT.search(title)
    return barred is not None and "number of" not in title[: barred.start()]


def _periods_of(own: str, above: Sequence[str]) -> list[Period]:
    """Find the period of a column in its own heading, else in those above it."""
    for text in reversed(above):
        if year_ends_below(text):
            return every_period(f"{text} {own}")
    return heading_periods(own) or [p for text in above for p in heading_periods(text)]


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


def _holds_no_counts(cells: Sequence[object], blanks: bool) -> str | None:
    """Say why a column holds no counts; one of shares seldom holds a whole number."""
    fractions = numbers = texts = 0
    for cell in cells:
        count = read_count(cell, blanks=blanks)
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
