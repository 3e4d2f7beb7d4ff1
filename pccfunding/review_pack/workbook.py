"""The workbook of a pack, for people: a contents sheet, then one table a sheet, ready to print."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.csv_text import plain, risky
from pccfunding.review_pack.register import COLUMNS
from pccfunding.words import count, percent, quantity

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.record import Record
    from pccfunding.review_pack.register import Register


_LONGEST = 32_767  # characters that a cell of a workbook can hold
_DERIVED = "Derived: see the sheet Register"
_TITLES = {
    "awards": "Award lines",
    "subtotals": "Subtotals and total, derived",
    "statutory_fields": "Details of the grants that the law asks them of",
    "spend_per_head": "Spend per resident",
    "year_on_year": "Changes from year to year",
    "statements": "Statements with verdict and working",
    "changes": "Printed changes beside changes from counts",
    "other_changes": "Classes over the same years that no source held quotes, and those it does",
    "nearest": "Printed changes beside the nearest counts held",
    "months": "Scatter of the months held",
    "output_costs": "Money over each output of the same stream and year",
    "one_vintage": "Printed changes from counts of one vintage",
    "earlier_years": "The years before each baseline, from quarters",
    "courses": "Changes beside all areas over several years, and a return to the mean",
    "class_years": "Years put together from quarters",
    "breaks_elsewhere": "Breaks of series in other areas",
    "other_years": "Amounts of the same streams in other years",
    "places": "Districts inside the area",
    "districts": "Street records by district before the money",
    "district_changes": "Street records by district, the same months of two years",
    "severity": "Crime Severity Score",
    "other_rates": "Incidents and weapons before the money",
    "duty": "Which lines the duty to publish details asks about",
    "not_held": "Documents that a source names and that are not held",
    "outcomes": "Outcomes and outputs as printed",
    "totals": "Totals, grants, budgets and ceilings as printed",
    "noise": "Changes at three dispersions, and the smallest fall that could be shown",
    "elsewhere": "Changes beside those of the other police force areas",
    "force_rates": "Offences per 1,000 residents in every police force area",
    "need": "This area among the police force areas before the money",
    "status": "Amounts by status and flow",
    "beside": "Each stream beside the outcomes that sources set beside it",
    "themes": "Money and results by theme",
    "commissioned_services": "Planned spending on commissioned services beside other areas",
    "class_changes": "Every class of recorded crime over two years",
    "breaks": "Breaks of the series between the two years",
    "deprivation": "English Indices of Deprivation",
    "officers": "Police officers, and per 1,000 residents",
    "funding": "Grant and precept as estimated",
    "council_tax": "Council tax at Band D, the police part",
    "counts": "Years of recorded crime, sums of four quarters, every area",
    "services": "Services and funds, with the decisions that were entered",
    "left_out": "Rows and files of the evidence that were not read, and why",
    "sources": "Sources",
    "register": "Every number used, with source or working",
}
# Keys for machines: the files in tables/ have them. The figure's own code stays.
_KEYS = (
    "subject_id", "source_id", "source_ids", "area_code", "money_figure_ids", "line_id", "part_of",
    "listing", "source_id_before", "source_id_after", "persons_source_id", "offences_source_id",
)  # fmt: skip
# What the register holds beside the label and the words of each number.
_OF_REGISTER = tuple(
    name for name in COLUMNS
    if name not in ("key", "subject_id", "source_id", "low_closed", "high_closed")
)  # fmt: skip
# Days that a label in the same table says in words.
_DAYS_OF = {"period": "period", "baseline": "baseline", "outcome": "outcome_period"}
# A column that says the same in so many rows or more stands once, in the contents.
_ALIKE, _STAY = 4, ("note", "source")
# Steps of the working, and rows of every area, that only the files in tables/ hold.
_FILES_ONLY = ("class_years", "places", "force_rates")
_UNITS = {"_gbp_per_head": " (£ per head)", "_gbp": " (£)", "_pct": ""}
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")  # such as pcc_to_recipient
# Characters of a column: the first that leaves a sheet's print large enough to read. Longer text
# runs on below.
_WIDTHS = (72, 56, 48, 40, 36, 30, 26, 22)
# Up to so many rows: the characters across that are so, and the lines of a row that are shown (the
# cell holds the rest). A long table is for looking things up, and is printed smaller.
_SIZES = ((40, 380, 4), (80, 400, 3), (150, 520, 2), (10**9, 620, 1))
_A4 = 9
_SIZE: dict[str, Any] = {"font_size": 9}
_ROW = 12.0  # points
_FORMATS: dict[str, dict[str, Any]] = {
    # Indented, so that it stands clear of a number on its left.
    "text": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    # Marks the cell as text for good: it stays text when it is edited or copied.
    "risky": {
        "text_wrap": True,
        "valign": "top",
        "align": "left",
        "indent": 1,
        "quote_prefix": True,
    },
    "plain": {"valign": "top"},
    "title": {"bold": True, "valign": "top"},
    "head": {
        "bold": True,
        "bottom": 1,
        "text_wrap": True,
        "valign": "top",
        "align": "left",
        "indent": 1,
    },
    # Over numbers, and clear of the button of the filter.
    "over": {
        "bold": True,
        "bottom": 1,
        "text_wrap": True,
        "valign": "top",
        "align": "right",
        "indent": 1,
    },
    "link": {"font_color": "#12436d", "underline": 1},
    "pounds": {"num_format": "£#,##0;-£#,##0", "valign": "top"},
    "pence": {"num_format": "£#,##0.00;-£#,##0.00", "valign": "top"},
    "percent": {"num_format": "0.0%", "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "number": {"num_format": "#,##0.00##", "valign": "top"},
    "year": {"num_format": "0", "valign": "top"},
}


def workbook_bytes(found: Record, register: Register) -> bytes:
    """Write the workbook.

    Parameters
    ----------
    found : Record
    register : Register

    Returns
    -------
    bytes
        The same tables give the same bytes. Columns without a value and keys for machines stand
        in the CSV files of the pack alone.
    """
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties(
            {
                "title": f"Review of commissioning in {found.area.name}",
                "created": dt.datetime(2000, 1, 1),
            }
        )
        styles = {name: book.add_format(given | _SIZE) for name, given in _FORMATS.items()}
        tables = {name: _parted(*table) for name, table in _tables(found, register).items()}
        _contents(book, found, tables, styles)
        for name, (header, rows, _) in tables.items():
            if rows:
                _sheet(book, name, header, rows, styles)
    return written.getvalue()


def _tables(found: Record, register: Register) -> dict[str, tuple[list[str], list[list[Any]]]]:
    """Every table as names of columns and rows, each row with its source in words."""
    sources = found.tables["sources"]
    titles = dict(zip(sources["source_id"], sources["title"], strict=True))
    tables: dict[str, tuple[list[str], list[list[Any]]]] = {}
    for name, table in found.tables.items():
        if name in _FILES_ONLY:
            continue
        records = table.to_dict("records")
        keep = [column for column in table.columns if _for_people(str(column), table)]
        if name == "sources":
            keep = ["source_id", *keep]
        tables[name] = (
            [*map(str, keep), "source"],
            [[*(row[column] for column in keep), _source(row, register, titles)]
             for row in records],
        )  # fmt: skip
    tables["register"] = (
        [*_OF_REGISTER, "source"],
        [
            [*(_joined(getattr(entry, column)) for column in _OF_REGISTER),
             titles.get(entry.source_id, "Derived: see working")]
            for entry in register.entries()
        ],
    )  # fmt: skip
    return tables


def _for_people(column: str, table: pd.DataFrame) -> bool:
    """Whether a column tells a person something that no other column of its table tells."""
    if column in _KEYS or table[column].isna().all():
        return False
    stem, _, end = column.rpartition("_")
    if end in ("start", "end") and _DAYS_OF.get(stem) in table:
        return False
    # The bounds of exact amounts are the amounts.
    for bound in ("_low", "_high"):
        middle = column.replace(bound, "", 1)
        if bound in column and middle in table and table[column].equals(table[middle]):
            return False
    return True


def _parted(
    header: list[str], rows: list[list[Any]]
) -> tuple[list[str], list[list[Any]], list[tuple[str, Any]]]:
    """Part what every row says alike from a table: its columns, and name and value of the rest."""
    alike = {
        place
        for place, column in enumerate(header)
        if place and column not in _STAY and len(rows) >= _ALIKE
        and len({str(plain(row[place])) for row in rows}) == 1
    }  # fmt: skip
    kept = [place for place in range(len(header)) if place not in alike]
    return (
        [header[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        [(header[place], rows[0][place]) for place in sorted(alike)],
    )


def _contents(
    book: Any,
    found: Record,
    tables: Mapping[str, tuple[list[str], list[list[Any]], list[tuple[str, Any]]]],
    styles: Mapping[str, Any],
) -> None:
    sheet = book.add_worksheet("Contents")
    _paper(sheet, "Contents")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 60, styles["text"])
    sheet.set_column(2, 2, 8)
    sheet.set_column(3, 3, 60, styles["text"])
    lines = _notes(found)
    for line, said in enumerate(lines):
        sheet.write_string(line, 0, said, styles["plain" if line else "title"])
    top = len(lines) + 1
    for place, title in enumerate(("Sheet", "What it holds", "Rows", "The same in every row")):
        sheet.write_string(top, place, title, styles["over" if title == "Rows" else "head"])
    for line, (name, (_, rows, alike)) in enumerate(tables.items(), start=top + 1):
        heading = _sheet_name(name)
        if rows:
            sheet.write_url(line, 0, f"internal:'{heading}'!A1", styles["link"], heading)
        else:
            sheet.write_string(line, 0, f"{heading}: no rows", styles["plain"])
        sheet.write_string(line, 1, _TITLES.get(name, heading), styles["text"])
        sheet.write_number(line, 2, len(rows), styles["whole"])
        said = "; ".join(
            f"{_heading(column)}: {_alike_words(column, value)}"
            for column, value in alike
            if value != ""
        )
        sheet.write_string(line, 3, said, styles["text"])


def _alike_words(column: str, value: Any) -> str:
    shown = plain(value)
    if isinstance(shown, bool):
        return "yes" if shown else "no"
    return _shown(column, shown) if isinstance(shown, int | float) else _in_words(str(shown))


def _in_words(value: str) -> str:
    """Write a code of a closed list, which the files in tables hold, as words."""
    return value.replace("_", " ") if _CODE.fullmatch(value) else value


def _notes(found: Record) -> list[str]:
    return [
        f"Review of commissioning in {found.area.name}, {found.period.words}",
        "One table a sheet, with one row of headings; what every row of it says alike stands here. "
        "An empty cell is not known, not zero.",
        "The files in the folder tables hold every column and key, and steps of the working.",
        "How it was made: method.md. What must be borne in mind: index.html.",
        "Official statistics: Open Government Licence v3.0.",
    ]


def _sheet_name(name: str) -> str:
    """Name a sheet as people write it: "Spend per head"."""
    return name.replace("_", " ").capitalize()[:31]


def _heading(column: str) -> str:
    """Name a column as people write it, its unit last: "Amount (£)"."""
    if column == "figure_id":
        return "Figure"
    column, unit = _parts(column)
    if column.startswith("n_"):
        column, unit = column.removeprefix("n_"), " (number)"
    return column.replace("_", " ").strip().capitalize() + _UNITS.get(unit, unit)


def _parts(column: str) -> tuple[str, str]:
    """Part the unit from the name of a column, where it stands last or before "previous"."""
    for unit in _UNITS:
        for ending in (unit, f"{unit}_previous"):
            if column.endswith(ending):
                return column.removesuffix(ending) + ending.removeprefix(unit), unit
    return column, ""


def _paper(sheet: Any, title: str) -> None:
    sheet.set_landscape()
    sheet.set_default_row(_ROW)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.4)
    sheet.set_header(f"&L&B{title.replace('&', '&&')}")
    sheet.set_footer("&R&P of &N")


def _sheet(
    book: Any, name: str, header: list[str], rows: list[list[Any]], styles: Mapping[str, Any]
) -> None:
    sheet = book.add_worksheet(_sheet_name(name))
    _paper(sheet, _TITLES.get(name, _sheet_name(name)))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)
    widths = _widths(header, rows)
    heads = [
        len(_heading(column)) / (width - 3) for column, width in zip(header, widths, strict=True)
    ]
    sheet.set_row(0, 1.2 * _ROW * min(3, ceil(max(heads))))
    for line, row in enumerate(rows, start=1):
        sheet.set_row(line, _ROW * min(_lines(row, widths), _across(rows)[1]))
    for place, (column, width) in enumerate(zip(header, widths, strict=True)):
        values = [plain(row[place]) for row in rows]
        style = _style_of(column, values)
        numeric = any(isinstance(one, int | float) and not isinstance(one, bool) for one in values)
        sheet.write_string(0, place, _heading(column), styles["over" if numeric else "head"])
        sheet.set_column(place, place, width)
        for line, value in enumerate(values, start=1):
            if isinstance(value, bool):
                sheet.write_string(line, place, "yes" if value else "no", styles["text"])
            elif isinstance(value, int | float):
                shown = plain(value / 100) if style == "percent" else value
                sheet.write_number(line, place, shown, styles[style])
            elif value is not None:
                how = styles["risky" if risky(value) else "text"]
                sheet.write_string(line, place, _in_words(value)[:_LONGEST], how)


def _widths(header: list[str], rows: list[list[Any]]) -> list[int]:
    """Give the width of each column: what it holds, but no more than a page can show."""
    wanted = []
    for place, column in enumerate(header):
        shown = (plain(row[place]) for row in rows)
        widest = max(
            (len(_shown(column, value)) for value in shown if value is not None), default=0
        )
        # A heading may run over two lines, beside the button of its filter.
        wanted.append(max(widest, len(_heading(column)) // 2, 6) + 3)
    for most in _WIDTHS:
        widths = [min(most, width) for width in wanted]
        if sum(widths) <= _across(rows)[0]:
            break
    return widths


def _across(rows: list[list[Any]]) -> tuple[int, int]:
    """Give the characters across a sheet of so many rows, and the lines of a row that it shows."""
    return next((page, lines) for most, page, lines in _SIZES if len(rows) <= most)


def _lines(row: list[Any], widths: list[int]) -> int:
    """Count the lines that the longest text of a row runs over."""
    # Smaller letters than a width is counted in, but words break where they end.
    wanted = [
        ceil(len(value) / width)
        for value, width in zip(map(plain, row), widths, strict=True)
        if isinstance(value, str)
    ]
    return max(1, *wanted) if wanted else 1


def _shown(column: str, value: Any) -> str:
    """Write a cell about as long as its format does."""
    if isinstance(value, int | float) and _parts(column)[1] == "_pct":
        return percent(value)
    if isinstance(value, float) and not value.is_integer():
        return quantity(value, places=4)
    return count(value) if isinstance(value, int | float) else str(value)


def _style_of(column: str, values: Iterable[Any]) -> str:
    """Choose the format of a column's numbers by its unit, and by whether they are whole."""
    numbers = [value for value in values if isinstance(value, int | float)]
    whole = all(float(value).is_integer() for value in numbers)
    unit = _parts(column)[1]
    if unit == "_pct":
        return "percent"
    if unit == "_gbp":
        return "pounds" if whole else "pence"
    if unit == "_gbp_per_head":
        return "pence"
    if "year" in column and not column.startswith(("n_", "spend")):
        return "year"
    return "whole" if whole else "number"


def _joined(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else value


def _source(row: dict[Any, Any], register: Register, titles: dict[str, str]) -> str:
    figure = row.get("figure_id")
    if isinstance(figure, str):
        entry = register.printed(figure)
        return f"{titles.get(entry.source_id, entry.source_id)}; {entry.locator}"
    named = row.get("figures")
    if isinstance(named, str) and named:
        sources = dict.fromkeys(register.printed(one).source_id for one in named.split(";"))
        return "; ".join(titles.get(one, one) for one in sources)
    return str(titles.get(row["source_id"], _DERIVED)) if "source_id" in row else _DERIVED
