"""The tables of a Review as one workbook, with notes and a source in every row."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.cells import plain, risky
from pccfunding.review_pack.register import COLUMNS

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review
    from pccfunding.review_pack.register import Register

__all__ = ["workbook_bytes"]

_LONGEST = 32_767  # characters that a cell of a workbook can hold
_DERIVED = "Derived: see the sheet register"
_TITLES = {
    "awards": "Award lines",
    "subtotals": "Subtotals and total, derived",
    "statutory_fields": "Details that the law asks to be published of each grant",
    "spend_per_head": "Spend per resident",
    "year_on_year": "Changes from year to year",
    "statements": "Statements with verdict and working",
    "changes": "Printed changes beside changes from counts",
    "changes_not_quoted": "Changes that no source quotes",
    "outcomes": "Outcomes and outputs as printed",
    "totals": "Totals, grants, budgets and ceilings as printed",
    "noise": "Changes at three dispersions, and the smallest fall that could be shown",
    "elsewhere": "Changes beside those of the other police force areas",
    "force_rates": "Offences per 1,000 residents in every police force area",
    "need": "This area among the police force areas before the money",
    "status": "Amounts by status and flow",
    "beside": "Each stream beside the outcomes that sources set beside it",
    "themes": "Money and results by theme",
    "sources": "Sources",
    "register": "Every number used, with source or working",
}


def workbook_bytes(found: Review, register: Register) -> bytes:
    """Write the workbook.

    Parameters
    ----------
    found : Review
    register : Register

    Returns
    -------
    bytes
        The same tables give the same bytes.
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
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            # Marks the cell as text for good: it stays text when it is edited or copied.
            "text": book.add_format({"quote_prefix": True}),
        }
        _sheet(book, "notes", ["note"], ([line] for line in _notes(found)), styles)
        sources = found.tables["sources"]
        titles = dict(zip(sources["source_id"], sources["title"], strict=True))
        for name, table in found.tables.items():
            rows = table.to_dict("records")
            header = [*map(str, table.columns), "source"]
            cells = ([*row.values(), _source(row, register, titles)] for row in rows)
            _sheet(book, name, header, cells, styles)
        entries = (
            [_joined(getattr(entry, name)) for name in COLUMNS]
            + [titles.get(entry.source_id, "Derived: see working")]
            for entry in register.entries()
        )
        _sheet(book, "register", [*COLUMNS, "source"], entries, styles)
    return written.getvalue()


def _notes(found: Review) -> list[str]:
    return [
        f"Review of commissioning in {found.area.name}, {found.period.words}",
        "One table a sheet, with one row of column names. An empty cell is not known, not zero.",
        "Amounts are in pounds, changes in percent; the unit ends a column's name.",
        "How it was made: method.md. What must be borne in mind: index.html.",
        "Official statistics: Open Government Licence v3.0.",
        *(f"{name}: {_TITLES.get(name, name)}" for name in [*found.tables, "register"]),
    ]


def _sheet(
    book: Any, name: str, header: list[str], rows: Iterable[Iterable[Any]], styles: dict[str, Any]
) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    for place, title in enumerate(header):
        sheet.write_string(0, place, title, styles["head"])
        sheet.set_column(place, place, 90 if header == ["note"] else max(12, len(title) + 2))
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(map(plain, row)):
            if isinstance(value, bool):
                sheet.write_boolean(line, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(line, place, value)
            elif value is not None:
                style = styles["text"] if risky(value) else None
                sheet.write_string(line, place, value[:_LONGEST], style)


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
