"""A new evidence folder: its workbook, with everything that a person types, and its places."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from pccfunding.areas import Area, find_area
from pccfunding.errors import DataPackageError, UnknownNameError
from pccfunding.evidence.evidence import bundled_rows
from pccfunding.files import named_place, rewriting
from pccfunding.formats.opening.limits import read_bytes
from pccfunding.office.sheets import DISTRICTS, FORCES, OFFENCES, SHEETS, Column, Sheet
from pccfunding.periods import Period

__all__ = ["EXAMPLE", "HEADER_ROW", "PLACES", "WORKBOOK", "choices_of", "start_folder"]

WORKBOOK = "evidence.xlsx"
PLACES = ("awards", "counts", "documents", "review")
EXAMPLE = "Example:"
HEADER_ROW = 2
_ROWS = 2_000  # rows that drop-downs reach down to
_ACROSS = 260  # characters of columns that a page shows large enough to read
_LONGEST_LIST = 255  # characters that a spreadsheet program takes within one cell's rule
_LISTS = "Lists"

_START_TEXT = """\
Evidence for {area}, {period}.

1. Put award lists into awards/, as you received them, and statistics into counts/.
2. Open {workbook} and fill the yellow headers first; grey rows are examples and never read.
3. Type what was printed and where: £12,500, 9.4%, up to £20,000, 2024-25, 3 May 2024.
4. Name each document once in sheet Sources; put copies into documents/ if you have them.
5. Save, close, and run:   pccfunding check {folder}
6. Mend what it names; it prints rows that you can paste.
7. Then run:   pccfunding review {folder}   and open review/index.html.
8. The workbook is yours: the program reads it and never writes to it.
"""


def start_folder(
    area: str,
    *,
    period: str | Period | None = None,
    awards: Iterable[str | Path] = (),
    counts: Iterable[str | Path] = (),
    directory: str | Path | None = None,
) -> tuple[Path, ...]:
    """Make a new evidence folder with its workbook; nothing that exists is written over.

    Parameters
    ----------
    area : str
        Name or ONS code of the police force area.
    period : str or Period, optional
        What is reviewed, such as "2024-25"; it can be typed later.
    awards, counts : iterable of path, optional
        Award lists and statistics, copied in as they are and named in sheet Files.
    directory : str or Path, optional
        By default a folder of the area's name and the period, here.

    Returns
    -------
    tuple of Path
        The files made, the workbook first.

    Raises
    ------
    UnknownNameError
        If no police force area has this name.
    DataPackageError
        If the folder is there already, or a file to copy is missing or given twice.
    TableError
        If a file to copy is empty or larger than 200 MB.
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = start_folder("Durham", period="2024-25", directory=f"{place}/durham")
    ...     [path.name for path in made]
    ['evidence.xlsx', 'START.txt']
    """
    force = find_area(area)
    if force.kind != "police_force_area":
        raise UnknownNameError(
            f"{force.name} ({force.code}) is a {force.kind.replace('_', ' ')}; evidence is for a "
            f"police force area."
        )
    span = Period.parse(period) if isinstance(period, str) else period
    place = _name(force, span) if directory is None else directory
    target = named_place(place, "an evidence folder", error=DataPackageError)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataPackageError(
            f"{target} is there already, and nothing in it is written over; choose another folder "
            f"with --out."
        )
    copies = _copies({"awards": awards, "counts": counts})
    said = {"Start": [{"area": force.name, "period": span.label if span else ""}]}
    kinds = {"awards": "award list"}
    said["Files"] = [
        {"file": file, "what it is": kinds.get(place, "")}
        for place, file in (name.split("/") for name in copies)
    ]
    text = _START_TEXT.format(
        area=force.name,
        period=span.words if span else "period still to be typed",
        workbook=WORKBOOK,
        folder=target,
    )
    files = {
        WORKBOOK: workbook_bytes(force, said),
        "START.txt": text.replace("\n", "\r\n").encode(),
        **copies,
    }
    with rewriting(target) as new:
        new.refuse_present(files, force=False)
        for place in PLACES:
            (new.part / place).mkdir()
        for name, content in files.items():
            new.write(name, content)
    return tuple(target / name for name in files)


def _name(area: Area, span: Period | None) -> str:
    words = f"{area.name} {span.label if span else ''}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")


def _copies(given: Mapping[str, Iterable[str | Path]]) -> dict[str, bytes]:
    """Read each file that is copied in, by its place in the folder."""
    copies: dict[str, bytes] = {}
    for place, files in given.items():
        for original in map(Path, files):
            if not original.is_file():
                raise DataPackageError(f"{original} is no file; nothing was made.")
            copy = f"{place}/{original.name}"
            if copy in copies:
                raise DataPackageError(
                    f"Two files are called {original.name!r}; rename one. Nothing was made."
                )
            copies[copy], _ = read_bytes(original)
    return copies


def choices_of(column: Column, area: Area | None) -> list[str]:
    """List the allowed values of a column, in order; nothing where any text may stand."""
    if not isinstance(column.choices, str):
        return list(column.choices)
    if column.choices == OFFENCES:
        return sorted(bundled_rows("recorded_crime")["offence"].unique())
    areas = bundled_rows("areas")
    if column.choices == FORCES:
        return sorted(areas.loc[areas["kind"] == "police_force_area", "name"])
    assert column.choices == DISTRICTS
    here = areas["kind"] == "local_authority"
    if area is not None:
        here &= areas["parent_code"] == area.code
    return sorted(areas.loc[here, "name"])


def workbook_bytes(area: Area, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """Write the workbook, with some rows filled; the same rows give the same bytes."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties(
            {"title": f"Evidence for {area.name}", "created": dt.datetime(2000, 1, 1)}
        )
        _Writer(book, area).write(rows)
    return written.getvalue()


class _Writer:
    """One pass over the sheets, and the hidden sheet of long lists at their end."""

    def __init__(self, book: Any, area: Area) -> None:
        self.book = book
        self.area = area
        # Number format 49 ("@") makes a cell text before anything is typed into it.
        text = {"num_format": 49, "valign": "top"}
        head = {**text, "bold": True, "bottom": 1, "text_wrap": True, "font_color": "#1F1F1F"}
        # On the left whatever is typed, so that a number does not touch the next cell.
        self.text = book.add_format({**text, "text_wrap": True, "align": "left"})
        self.title = book.add_format({"bold": True, "font_size": 13, "valign": "vcenter"})
        self.head = book.add_format({**head, "bg_color": "#E4E7EB"})
        self.needed = book.add_format({**head, "bg_color": "#FFE699"})
        self.example = book.add_format({**text, "text_wrap": True, "font_color": "#6B7280"})
        self.help = book.add_format({"font_color": "#4B5563", "text_wrap": True, "valign": "top"})
        self.lists: dict[str, list[str]] = {}

    def write(self, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        for sheet in SHEETS:
            page = self.book.add_worksheet(sheet.name)
            page.ignore_errors({"number_stored_as_text": f"A1:XFD{_ROWS}"})
            page.set_row(0, 24)
            page.write_string(0, 0, sheet.title, self.title)
            page.set_landscape()
            page.set_paper(9)
            page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
            # A wide sheet runs on over a second page, where its first column stands again.
            across = 1 if sheet.down else ceil(sum(one.width for one in sheet.columns) / _ACROSS)
            page.fit_to_pages(across, 0)
            if across > 1:
                page.repeat_columns(0)
            page.repeat_rows(HEADER_ROW - 1)
            (self._down if sheet.down else self._across)(page, sheet, rows.get(sheet.name, ()))
        if self.lists:
            page = self.book.add_worksheet(_LISTS)
            for number, (name, values) in enumerate(self.lists.items()):
                page.write_column(0, number, [name, *values])
            page.hide()

    def _across(self, page: Any, sheet: Sheet, rows: Sequence[Mapping[str, str]]) -> None:
        page.freeze_panes(HEADER_ROW, 1)
        page.set_row(HEADER_ROW - 1, 32)
        page.set_row(HEADER_ROW, 36)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, column.width, self.text)
            self._header(page, HEADER_ROW - 1, number, column)
            example = f"{EXAMPLE} {column.example}" if number == 0 else column.example
            page.write_string(HEADER_ROW, number, example, self.example)
            self._choices(page, column, (HEADER_ROW + 1, number, _ROWS, number))
            for place, row in enumerate(rows, HEADER_ROW + 1):
                if row.get(column.title):
                    page.write_string(place, number, row[column.title], self.text)

    def _down(self, page: Any, sheet: Sheet, rows: Sequence[Mapping[str, str]]) -> None:
        page.freeze_panes(HEADER_ROW, 1)
        page.set_column(0, 0, 24, self.text)
        page.set_column(1, 1, 44, self.text)
        page.set_column(2, 3, 40, self.help)
        for number, words in enumerate(("what", "answer", "what it means", "for example")):
            page.write_string(HEADER_ROW - 1, number, words, self.head)
        for place, column in enumerate(sheet.columns, HEADER_ROW):
            page.set_row(place, 32)
            self._header(page, place, 0, column)
            for row in rows:
                page.write_string(place, 1, row.get(column.title, ""), self.text)
            page.write_string(place, 2, column.comment, self.help)
            page.write_string(place, 3, column.example, self.help)
            self._choices(page, column, (place, 1, place, 1))

    def _header(self, page: Any, row: int, number: int, column: Column) -> None:
        page.write_string(row, number, column.title, self.needed if column.needed else self.head)
        needed = " Needed." if column.needed else ""
        page.write_comment(
            row, number, column.comment + needed, {"author": "pccfunding", "x_scale": 1.6}
        )

    def _choices(self, page: Any, column: Column, where: tuple[int, int, int, int]) -> None:
        """Offer the allowed values; what other sheets name is offered, but not enforced."""
        rule: dict[str, Any] = {"validate": "list", "error_title": column.title}
        if column.leads_to is not None:
            other, title = column.leads_to
            titles = [one.title for one in next(s for s in SHEETS if s.name == other).columns]
            letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[titles.index(title)]
            first = HEADER_ROW + 2
            rule |= {"source": f"={other}!${letter}${first}:${letter}${_ROWS}"}
            rule |= {"show_error": False}
        elif column.choices:
            values = choices_of(column, self.area)
            if not values:
                return
            rule |= {"source": values, "show_error": column.kind == "choice"}
            rule |= {"error_message": "Choose one of the list, or leave the cell blank."}
            if len(",".join(values)) > _LONGEST_LIST:
                self.lists.setdefault(str(column.choices), values)
                letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[[*self.lists].index(str(column.choices))]
                rule["source"] = f"={_LISTS}!${letter}$2:${letter}${len(values) + 1}"
        else:
            return
        page.data_validation(*where, rule)
