"""Award lists as offices publish them: any file to typed awards, with nothing lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from pccfunding.areas import find_area
from pccfunding.errors import PeriodError, TableError
from pccfunding.formats.award_files.award_frame import (
    AWARD_COLUMNS,
    award_coverage,
    dated_outside,
    finished,
)
from pccfunding.formats.award_files.award_repeats import without_repeats
from pccfunding.formats.award_files.headings import FIELDS
from pccfunding.formats.award_files.sheets import (
    Header,
    Sheet,
    check_named,
    find_header,
    named_by_user,
    sheet_of,
    split_lines,
    why_no_table,
)
from pccfunding.formats.award_files.table_reader import read_table, scaled_header
from pccfunding.formats.award_files.table_state import Context, TableRead
from pccfunding.formats.award_files.typed_columns import Changes
from pccfunding.formats.opening.cell_traits import FAINT, HIDDEN, STRUCK, seen_otherwise
from pccfunding.formats.opening.chosen_headers import STANDARD
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.raw_tables import Grid, Opened, frame_grid
from pccfunding.formats.opening.row_shape import column_letter, repeats_from
from pccfunding.formats.opening.text_columns import line_columns
from pccfunding.formats.read_result import REPORT_COLUMNS, ReadResult, report
from pccfunding.periods import Period
from pccfunding.words import count, counted

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.schemas.base import Flow, Status

__all__ = ["AWARD_COLUMNS", "read_awards"]


# Published layouts whose headers say what a column is, where the words alone would mislead.


@dataclass(frozen=True)
class Profile:
    """A layout: the headers of its fields, those that give it away, its sheet, its status.

    Parameters
    ----------
    columns : dict
        Plain header of each field; an empty field marks a column that is none.
    marks : tuple of str
        Headers that together give the layout away.
    """

    name: str
    columns: dict[str, str]
    marks: tuple[str, ...]
    sheet: str = ""
    status: str = ""

    def applied(self, header: Header) -> Header:
        """Give the columns of the layout their fields; the others keep what their words say."""
        wanted = {_plain(text): field for text, field in self.columns.items()}
        return replace(
            header,
            headings=tuple(
                replace(heading, field=wanted[_plain(heading.text)], tier=STANDARD)
                if _plain(heading.text) in wanted
                else heading
                for heading in header.headings
            ),
        )


_GIVING = {
    "Identifier": "award_id",
    "Title": "title",
    "Description": "purpose",
    "Amount Awarded": "amount",
    "Amount Applied For": "requested",
    "Amount Disbursed": "paid",
    "Award Date": "awarded_on",
    "Recipient Org:Identifier": "recipient_id",
    "Recipient Org:Name": "recipient",
    "Funding Org:Name": "funder",
    "Grant Programme:Title": "funding_stream",
    "Beneficiary Location:Name": "area",
}
Layout: TypeAlias = Literal["ggis", "360giving", "over500", "transparency-code"]
PROFILES: dict[str, Profile] = {
    one.name: one
    for one in (
        Profile(
            "ggis",
            _GIVING,
            ("Identifier", "Amount Awarded", "Recipient Org:Name", "Managed by:Organisation Name"),
            sheet="#Awards",
        ),
        Profile(
            "360giving",
            _GIVING,
            ("Identifier", "Amount Awarded", "Funding Org:Identifier", "Recipient Org:Name"),
        ),
        Profile(
            "over500",
            {
                "URI": "award_id",
                "Company Name": "funder",
                "Body Name": "funder",
                "Supplier": "recipient",
                "Supplier Name": "recipient",
                "Transaction Date": "awarded_on",
                "Payment Date": "awarded_on",
                "Voucher Number": "",
                "Invoice Number": "",
                "Amount": "amount",
                "G/L Description": "purpose",
                "Cost Centre": "department",
                "Total Invoice Amount": "",
            },
            ("Supplier", "Transaction Date", "Amount"),
            status="outturn",
        ),
        Profile(
            "transparency-code",
            {"Amount": "amount", "Purpose": "purpose", "PaymentDate": "awarded_on"},
            ("OrganisationLabel", "BeneficiaryName", "Amount"),
            status="outturn",
        ),
    )
}


def _plain(text: str) -> str:
    """Compare titles without blanks and capitals, as the official converter does."""
    return "".join(text.lower().split())


def recognised(header: Header) -> Profile | None:
    """Give the layout whose marks are all among the headers."""
    texts = {_plain(text) for text in header.texts}
    for profile in PROFILES.values():
        if {_plain(mark) for mark in profile.marks} <= texts:
            return profile
    return None


# More tables than any list of awards has; each costs a look at the rows below it.
_MOST_TABLES = 300

# A sheet with these fields is a list of awards; one with fewer may be a summary of it.
_WHO = "recipient"


@plain_errors
def read_awards(
    path_or_buffer: Any,
    *,
    profile: Layout | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str | int] | None = None,
    financial_year: str | Period | None = None,
    funder: str | None = None,
    area: str | None = None,
    status: Status | None = None,
    flow: Flow = "pcc_to_recipient",
    rounded_to: int | None = None,
) -> ReadResult:
    r"""Read an award list as an office publishes it: CSV, TSV, XLSX, ODS, HTML tables or JSON.

    The header is found under banners and over two rows; totals, section labels, notes and repeated
    headers are kept apart; years in columns become rows. Nothing is guessed silently: each reading
    that another reader could have made differently stands in `changes`.

    Parameters
    ----------
    path_or_buffer : str, path, bytes, file object or DataFrame
        What the file is, is told from its bytes. A frame of any engine is read as a sheet whose
        header is the names of its columns: amounts that are text stay as printed.
    profile : {"360giving", "ggis", "over500", "transparency-code"}, optional
        A published layout; recognised by itself where its headers are there.
    sheet : str or int, optional
        Name of the one sheet to read, or its number from 1. By default every sheet that is laid
        out like the fullest one; the others are named in `coverage`.
    columns : mapping, optional
        Header (or number from 1) of the column for a field: ``{"amount": "How much"}``.
    financial_year : str or Period, optional
        Period of the awards that state none.
    funder : str, optional
        Who gave the awards that state no funder.
    area : str, optional
        Name or ONS code of the police force area that the whole list is about.
    status : str, optional
        What the amounts are ("award", "allocation", "budget", "outturn", ...); by default what
        the header says, else awards.
    flow : str, default "pcc_to_recipient"
        Direction of the money.
    rounded_to : int, optional
        Pounds that the amounts of the list are rounded to, where it says so, such as 1000. Without
        it every amount is exact to its last digit, and so are the totals that the list prints.

    Returns
    -------
    ReadResult
        `frame` has one row an award, with the columns of `AWARD_COLUMNS` and, as
        ``printed_*``, the columns of the file that stand for none of them. Amounts are
        ``amount_gbp`` with ``amount_low_gbp`` and ``amount_high_gbp``, the ``token`` as printed
        and its ``hedge``; where there is none, ``unknown`` says of what kind. ``repeat_of`` is
        the place of the row that printed the same award first.

    Raises
    ------
    TableError
        If the file cannot be opened, or has no table with amounts.
    MissingExtraError
        If a workbook or page needs the extra ``formats``, which is not installed.

    Notes
    -----
    A dash, "N/A", "TBC", "REDACTED" and a blank are different kinds of unknown, and none is zero.
    Dates are read day first. A row whose amount cannot be read without guessing ("£31,78") is in
    `rejected`. `n_rows` counts a row once for each amount column of a wide table.

    Examples
    --------
    >>> lines = ["Organisation;Amount (£)", "Harbour;12,345", "Halo;up to 5,000", "Total;17,345"]
    >>> result = read_awards("\n".join(lines).encode(), financial_year="2023/24")
    >>> result.frame[["recipient", "amount_gbp", "amount_low_gbp", "period"]].values.tolist()
    [['Harbour', 12345.0, 12345.0, '2023-24'], ['Halo', 5000.0, 0.0, '2023-24']]
    >>> result.totals["verdict"].tolist(), result.n_rows
    (['reconciles'], 3)
    """
    framed = frame_grid(path_or_buffer, "awards")
    direction: str = flow
    if framed is not None:
        columns, direction = _told_by(framed.grids[0], columns, flow)
    context, layout = _context(profile, columns, financial_year, funder, area, status, direction)
    context = replace(context, rounded_to=_whole_pounds(rounded_to))
    opened = framed or open_grids(path_or_buffer, lines=line_columns, struck=True)
    told = told_by_titles(row for grid in opened.grids for row in grid.rows[:20])
    if told and "read_recorded_crime" in told:
        raise TableError(f"{opened.source} {told}.")
    read = [
        _read_sheet(sheet_of(one), context, layout, opened.source)
        for one in _asked(opened, sheet, layout)
    ]
    with_awards = [one for one in read if one.tables]
    if not with_awards:
        raise TableError(why_no_table(opened, context.columns))
    kept = with_awards if sheet is not None else _alike(with_awards)
    left = [one for one in read if one not in kept]
    return _result(opened, kept, left, context)


def _told_by(
    grid: Grid, columns: Mapping[str, str | int] | None, flow: str
) -> tuple[Mapping[str, str | int], str]:
    """Take the columns of a frame that have the library's own names for what they are."""
    header, *rows = grid.rows
    told = {field: name for field, name in _OWN_NAMES.items() if name in header}
    if "flow" in header:
        place = header.index("flow")
        held = sorted({str(row[place]) for row in rows if row[place]})
        if len(held) > 1:
            raise TableError(f"awards: column 'flow' holds {' and '.join(held)}. Read each apart.")
        flow = held[0] if held else flow
    return {**told, **(columns or {})}, flow


# What a frame calls the fields of an award, where a file has other headers.
_OWN_NAMES = {"amount": "amount_gbp", "area": "area_code"}


@dataclass
class _SheetRead:
    sheet: Sheet
    tables: list[TableRead]
    changes: Changes
    loose: list[tuple[int, str]]
    profile: str = ""
    left: list[str] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        return {name for table in self.tables for name in table.fields}

    @property
    def n_awards(self) -> int:
        return sum(len(table.frame) for table in self.tables)


def _whole_pounds(rounded_to: Any) -> int | None:
    if rounded_to is None or (type(rounded_to) is int and rounded_to > 0):
        return rounded_to
    raise TableError(
        f"rounded_to is {rounded_to!r}; it takes the pounds that a list is rounded to, such as "
        f"1000. Leave it out where amounts are exact."
    )


def _context(
    profile: str | None,
    columns: Mapping[str, str | int] | None,
    financial_year: str | Period | None,
    funder: str | None,
    area: str | None,
    status: str | None,
    flow: str,
) -> tuple[Context, Profile | None]:
    from pccfunding.schemas import FLOWS, STATUSES

    if profile is not None and profile not in PROFILES:
        raise TableError.among("profile", profile, PROFILES)
    for named in columns or {}:
        if named not in FIELDS:
            raise TableError.among("field of columns=", named, FIELDS)
    for value, name, known in ((status, "status", STATUSES), (flow, "flow", FLOWS)):
        if value is not None and value not in known:
            raise TableError.among(name, value, known)
    layout = PROFILES[profile] if profile else None
    for named, wanted in (columns or {}).items():
        if type(wanted) not in (str, int):
            raise TableError(
                f"columns={{{named!r}: {wanted!r}}} is a {type(wanted).__name__}; it takes a "
                f"header, or the number of its column from 1."
            )
    try:
        year = Period.parse(financial_year) if isinstance(financial_year, str) else financial_year
    except PeriodError as error:
        raise PeriodError(f"financial_year: {error}") from None
    context = Context(
        financial_year=year,
        funder=funder,
        area_code=find_area(area).code if area else None,
        status=status or (layout.status if layout else None),
        flow=flow,
        columns=dict(columns or {}),
    )
    return context, layout


def _asked(opened: Opened, sheet: str | int | None, layout: Profile | None) -> list[Grid]:
    grids = list(opened.grids)
    if sheet is None and layout and layout.sheet:
        named = [grid for grid in grids if grid.name == layout.sheet]
        return named or grids
    if sheet is None and len(grids) > _MOST_TABLES:
        raise TableError(
            f"{opened.source} has {count(len(grids))} tables; at most {_MOST_TABLES} are read. "
            f"Name one with sheet=."
        )
    if sheet is None:
        return grids
    if isinstance(sheet, int) and 1 <= sheet <= len(grids):
        return [grids[sheet - 1]]
    found = [grid for grid in grids if grid.name == sheet]
    if not found:
        names = ", ".join(repr(grid.name) for grid in grids if grid.name) or "one table only"
        raise TableError(f"{opened.source} has no sheet {sheet!r}; it has {names}.")
    return found


def _second_table(sheet: Sheet, header: Header) -> int | None:
    """Give the column from which a second table stands beside the first; None where none does.

    Its titles are those of the first, or it has a recipient and an amount of its own behind a
    column that is blank throughout.
    """
    if (at := repeats_from([heading.text for heading in header.headings])) is not None:
        return at
    kinds = [
        "amount" if one.is_amount else one.field if one.field == "recipient" else ""
        for one in header.headings
    ]
    wanted = {"recipient", "amount"}
    for at, column in enumerate(sheet.columns[: len(kinds)]):
        if header.texts[at] or not wanted <= set(kinds[:at]) or not wanted <= set(kinds[at:]):
            continue
        if (column.iloc[header.bottom + 1 :].str.strip() == "").all():
            return at + 1
    return None


def _read_sheet(sheet: Sheet, context: Context, layout: Profile | None, source: str) -> _SheetRead:
    read = _SheetRead(sheet, [], Changes(), [])
    headers: list[Header] = []
    start = 0
    while start < sheet.height:
        if len(read.tables) == _MOST_TABLES:
            raise TableError(
                f"{source}, {sheet.place(start)}: over {_MOST_TABLES} tables. Split it."
            )
        header = find_header(sheet, start, context.columns)
        if header is None:
            break
        if (at := _second_table(sheet, header)) is not None:
            raise TableError(
                f"{source}, {sheet.place(header.bottom)}: two tables stand side by side, the "
                f"second from column {column_letter(at)}. Put one below the other, or pass one."
            )
        layout_here = layout or recognised(header)
        if layout_here:
            header = layout_here.applied(header)
            if context.columns:
                header = named_by_user(header, context.columns)
            if layout is None and not read.profile:
                where = f"{sheet.grid.where}header"
                read.changes.add(
                    where, "", layout_here.name, "profile", "layout recognised by its headers"
                )
            read.profile = layout_here.name
        if context.columns and not read.tables:
            check_named(header, context.columns, f"{source}, {sheet.grid.where}")
        banner = _loose(sheet, start, header.top, read, "banner")
        header = scaled_header(sheet, header, banner, read.changes)
        here = context
        if layout_here and layout_here.status and not context.status:
            here = Context(**{**context.__dict__, "status": layout_here.status})
        table = read_table(sheet, header, here, read.changes, banner)
        read.tables.append(table)
        headers.append(header)
        start = max(table.stop, header.bottom + 1)
    _leave_summaries(read, headers)
    if not read.tables:
        split = split_lines(sheet, read.changes)
        if split is not None:
            lines, columns = split
            read.sheet = lines
            read.tables.append(
                read_table(lines, columns, context, read.changes, [lines.grid.title])
            )
            return read
    _loose(sheet, start, sheet.height, read, "note")
    return read


def _leave_summaries(read: _SheetRead, headers: Sequence[Header]) -> None:
    """Leave out a table that names neither who nor what for, beside one that does.

    Such a table adds up the other one, by fund or by year, and would count its awards twice.
    """
    named = [bool({_WHO, "purpose"} & set(table.fields)) for table in read.tables]
    if all(named) or not any(named):
        return
    for table, header, names in zip(read.tables, headers, named, strict=True):
        if not names:
            _loose(read.sheet, header.top, table.stop, read, "row of a summary")
            read.left.append(
                f"{read.sheet.place(header.bottom)}: {counted(len(table.frame), 'row')}"
            )
    read.tables = [table for table, names in zip(read.tables, named, strict=True) if names]


def _loose(sheet: Sheet, start: int, stop: int, read: _SheetRead, kind: str) -> list[str]:
    """Keep the rows outside the tables; gives their texts."""
    texts = []
    for position in range(start, stop):
        cells = [" ".join(cell.split()) for cell in sheet.row(position)]
        text = " | ".join(cell for cell in cells if cell)
        if text:
            read.loose.append((position, kind))
            texts.append(text)
    return texts


def _alike(read: list[_SheetRead]) -> list[_SheetRead]:
    """Keep the sheets that are laid out like the fullest one; a summary would count twice."""
    shown = [one for one in read if not one.sheet.grid.hidden] or read
    best = max(shown, key=lambda one: (_WHO in one.fields, one.n_awards))
    return [
        one
        for one in shown
        if one is best or ((_WHO in one.fields) == (_WHO in best.fields) and _similar(one, best))
    ]


def _similar(one: _SheetRead, best: _SheetRead) -> bool:
    shared = len(one.fields & best.fields)
    return 2 * shared > len(one.fields | best.fields) or one.fields == best.fields


_UNREAD = ("dates", "periods", "status", "declined")
# What is shown otherwise than it is stored, and what was done with it.
_SEEN = {
    HIDDEN: "look whether it counts",
    FAINT: "look whether it counts",
    STRUCK: "an amount struck out is rejected, and what stands beside it is read",
}
_CAUTION_OF = {HIDDEN: "cells-hidden", FAINT: "cells-hidden", STRUCK: "cells-struck-out"}
_OF_HEADERS = ("blank-columns-ignored", "headers-tie", "recipient-may-be-a-person",
               "untitled-column")  # fmt: skip


def _result(
    opened: Opened, kept: list[_SheetRead], left: list[_SheetRead], context: Context
) -> ReadResult:
    rejected: list[dict[str, object]] = []
    others: list[dict[str, object]] = []
    totals: list[dict[str, object]] = []
    changes: list[dict[str, object]] = []
    frames: list[pd.DataFrame] = []
    assumed: set[str] = set()
    for read in kept:
        changes += read.changes.rows
        for position, kind in read.loose:
            cells = (" ".join(cell.split()) for cell in read.sheet.row(position))
            raw = " | ".join(cell for cell in cells if cell)[:500]
            others.append({"place": read.sheet.place(position), "kind": kind, "raw": raw})
        for table in read.tables:
            frames.append(table.frame)
            rejected += table.rejected
            others += table.others
            totals += [total.record() for total in table.totals]
            assumed |= table.assumed
    # A column without a title is carried along in the frame.
    told: list[dict[str, object]] = [
        dict(zip(REPORT_COLUMNS["coverage"], row, strict=True))
        for read in kept
        for table in read.tables
        for row in table.told
        if row[0] != "untitled columns"
    ]
    frame, foreign = finished(frames, context)
    rejected += foreign
    frame, again, differing = without_repeats(frame)
    others += again
    cautions = [code for code, holds in differing.items() if holds]
    if again:
        note = "their reference and every cell stand in another row"
        told.append({"topic": "records counted once", "value": len(again), "note": note})
        cautions.append("records-repeated")
    told += [
        {"topic": "summary left out", "value": one, "note": "it names no recipient or purpose"}
        for read in kept
        for one in read.left
    ]
    for read in kept:
        seen = seen_otherwise(read.sheet.grid)
        if read.sheet.grid.hidden:
            seen[HIDDEN] = ["the whole sheet"]
        for how, parts in seen.items():
            where = read.sheet.grid.where.removesuffix(", ")
            note = f"{where}: {_SEEN[how]}" if where else _SEEN[how]
            told.append({"topic": how, "value": ", ".join(parts), "note": note})
            cautions += [code for code in (_CAUTION_OF[how],) if code not in cautions]
    if any(one.left for one in kept) or any(one.tables for one in left):
        cautions.append("sheets-left-out")
    if any(total["verdict"] == "conflicts" for total in totals):
        cautions.append("total-conflicts")
    if any("reconciles-if-rounded" in str(total["cautions"]) for total in totals):
        cautions.append("total-if-rounded")
    if frame["repeat_of"].notna().any():
        cautions.append("repeated-awards")
    if frame["unknown"].notna().any():
        cautions.append("amounts-unknown")
    if frame["hedge"].notna().any():
        cautions.append("amounts-hedged")
    if dated_outside(frame).any():
        cautions.append("dated-outside")
    cautions += [f"{what}-unread" for what in _UNREAD if what in assumed]
    if "unit" in assumed:
        cautions.append("unit-assumed")
    cautions += [code for code in _OF_HEADERS if code in assumed]
    return ReadResult(
        frame,
        source=opened.source,
        n_rows=sum(len(read.loose) + sum(table.n_rows for table in read.tables) for read in kept),
        rejected=report("rejected", rejected),
        changes=report("changes", changes),
        totals=report("totals", totals),
        others=report("others", others),
        coverage=report("coverage", award_coverage(opened, kept, left, frame, others) + told),
        cautions=tuple(cautions),
    )
