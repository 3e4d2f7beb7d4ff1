"""Award lists laid out like those of the publishers seen, with invented recipients and traps.

Each page is rows of cells with merged ranges, so that one helper writes it as CSV, XLSX, ODS and
HTML. What the reader must find stands beside it.
"""

from __future__ import annotations

import csv
import html
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

Cells = list[list[Any]]


@dataclass(frozen=True)
class Page:
    """One made-up award list and what it holds.

    Parameters
    ----------
    awards : list of (recipient or stream, amount or None)
        In the order of the page.
    totals : list of str
        Verdicts of the printed totals, in the order they are found.
    """

    name: str
    rows: Cells
    awards: list[tuple[str | None, float | None]]
    totals: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    label: str = "recipient"
    kinds: tuple[str, ...] = ("csv", "xlsx", "ods", "html")


def as_csv(page: Page, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    for row in page.rows:
        writer.writerow([_text(cell) for cell in row])
    return text.getvalue().encode(encoding)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def as_xlsx(page: Page) -> bytes:
    data = io.BytesIO()
    workbook = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = workbook.add_worksheet("Awards")
    days = workbook.add_format({"num_format": "dd/mm/yyyy"})
    covered = set()
    for top, left, bottom, right in page.merged:
        sheet.merge_range(top, left, bottom, right, _text(page.rows[top][left]))
        covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    for number, row in enumerate(page.rows):
        for column, cell in enumerate(row):
            if cell is None or (number, column) in covered:
                continue
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, days)
            elif isinstance(cell, str):
                sheet.write_string(number, column, cell)
            else:
                sheet.write_number(number, column, cell)
    workbook.close()
    return data.getvalue()


_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
_KIND = "application/vnd.oasis.opendocument.spreadsheet"


def as_ods(page: Page) -> bytes:
    """Write the smallest OpenDocument workbook that holds the page."""
    spans = {(top, left): (b - top + 1, r - left + 1) for top, left, b, r in page.merged}
    covered = {
        (r, c)
        for top, left, bottom, right in page.merged
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
        if (r, c) != (top, left)
    }
    body = []
    for number, row in enumerate(page.rows):
        cells = []
        for column, cell in enumerate(row):
            if (number, column) in covered:
                cells.append("<table:covered-table-cell/>")
            else:
                cells.append(_ods_cell(cell, spans.get((number, column))))
        body.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return ods_of(f"<table:table table:name='Awards'>{''.join(body)}</table:table>")


def ods_of(tables: str) -> bytes:
    names = " ".join(f"xmlns:{prefix}={quoteattr(name)}" for prefix, name in _NAMES.items())
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {names}><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _KIND, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            "<?xml version='1.0'?><manifest:manifest "
            "xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>"
            f"<manifest:file-entry manifest:full-path='/' manifest:media-type='{_KIND}'/>"
            "</manifest:manifest>",
        )
    return data.getvalue()


def _ods_cell(cell: Any, span: tuple[int, int] | None) -> str:
    spanned = ""
    if span:
        spanned = f" table:number-rows-spanned='{span[0]}' table:number-columns-spanned='{span[1]}'"
    if cell is None or cell == "":
        return f"<table:table-cell{spanned}/>"
    if isinstance(cell, date):
        kind = f"office:value-type='date' office:date-value='{cell.isoformat()}'"
    elif isinstance(cell, str):
        kind = "office:value-type='string'"
    else:
        kind = f"office:value-type='float' office:value='{cell!r}'"
    text = escape(_text(cell))
    return f"<table:table-cell {kind}{spanned}><text:p>{text}</text:p></table:table-cell>"


def as_html(page: Page) -> bytes:
    spans = {(top, left): (b - top + 1, r - left + 1) for top, left, b, r in page.merged}
    covered = {
        (r, c)
        for top, left, bottom, right in page.merged
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
        if (r, c) != (top, left)
    }
    lines = [
        "<!doctype html><html><head><meta charset='utf-8'><title>x</title></head><body><table>"
    ]
    for number, row in enumerate(page.rows):
        cells = []
        for column, cell in enumerate(row):
            if (number, column) not in covered:
                down, across = spans.get((number, column), (1, 1))
                cells.append(f"<td rowspan={down} colspan={across}>{html.escape(_text(cell))}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return ("\n".join([*lines, "</table></body></html>"])).encode()


WRITERS: dict[str, Callable[[Page], bytes]] = {
    "csv": as_csv,
    "tsv": lambda page: as_csv(page, delimiter="\t"),
    "semicolons": lambda page: as_csv(page, delimiter=";"),
    "cp1252": lambda page: as_csv(page, encoding="cp1252"),
    "utf-8-sig": lambda page: as_csv(page, encoding="utf-8-sig"),
    "utf-16": lambda page: as_csv(page, encoding="utf-16"),
    "xlsx": as_xlsx,
    "ods": as_ods,
    "html": as_html,
}

PAGES = [
    Page(  # 1 Cambridgeshire: bullets with tabs, headings without amounts, two rounds in one row
        "bullets",
        [
            ["All government grants", None],
            ["• Victims Line", "£2,300,845"],
            ["• Safer Lanes 4 & 5", "£350k"],
            ["Commissioner's funds", None],
            ["• Young Futures", "up to £70,000"],
        ],
        [("Victims Line", 2300845), ("Safer Lanes 4 & 5", 350000), ("Young Futures", 70000)],
        label="funding_stream",
    ),
    Page(  # 2 Surrey: every award twice on the page
        "twice",
        [
            ["Applications", None, None],
            ["Organisation", "Purpose", "Amount"],
            ["Kestrel Youth", "Boxing on Fridays", "£10,000"],
            ["Otter Trust", "Drop-in", "£47,452.35"],
            ["Recommendations", None, None],
            ["Organisation", "Purpose", "Amount"],
            ["Kestrel Youth", "Boxing on Fridays", "£10,000"],
            ["Otter Trust", "Drop-in", "£47,452.35"],
            ["Total", None, "£57,452.35"],
        ],
        [
            ("Kestrel Youth", 10000),
            ("Otter Trust", 47452.35),
            ("Kestrel Youth", 10000),
            ("Otter Trust", 47452.35),
        ],
        ["reconciles"],
    ),
    Page(  # 3 Essex: the unit in the header, two funds in one table, a year of one digit
        "unit in the header",
        [
            ["Community fund allocations 2023-4", None, None],
            ["Applicant", "Brief Description", "Grant value (£)"],
            ["Community fund", None, None],
            ["Heron Hall", "Lighting", "10,000"],
            ["Wren Works", "Detached work", "48,345"],
            ["Sub-total", None, "58,345"],
            ["Violence fund", None, None],
            ["Finch Foundation", "Mentoring", "261,573"],
            ["Sub-total", None, "261,573"],
            ["Total", None, "319,918"],
        ],
        [("Heron Hall", 10000), ("Wren Works", 48345), ("Finch Foundation", 261573)],
        ["reconciles"] * 3,
    ),
    Page(  # 4 Cleveland: a misspelt header, pence and pounds mixed, an amount that lost a digit
        "lost digit",
        [
            ["Provided", "Amount Awarded"],
            ["Lark", "£25,460"],
            ["Robin", "£31,78"],
            ["Total", "£57,244.20"],
        ],
        [("Lark", 25460)],
        ["cannot be told"],
        rejected=["£31,78"],
    ),
    Page(  # 5 Warwickshire: two header rows, a section label inside them, a column of row totals
        "two header rows",
        [
            ["Area of funding and organisation", "Amount (£)", None, None],
            [
                "Ringfenced funding (MOJ):",
                "2023/24 allocation",
                "2024/25 allocation",
                "Total allocation over 2 years",
            ],
            ["Plover House", "120,000", "125,000", "245,000"],
            ["Dunlin Service", "80,000.50", "81,000", "161,000.50"],
            ["Core funding:", None, None, None],
            ["Siskin Aid", "10,000", None, "10,000"],
            ["Total", "210,000.50", "206,000", "416,000.50"],
        ],
        [
            ("Plover House", 120000),
            ("Plover House", 125000),
            ("Dunlin Service", 80000.5),
            ("Dunlin Service", 81000),
            ("Siskin Aid", 10000),
        ],
        ["reconciles"] * 6,
        merged=((0, 1, 0, 3),),
    ),
    Page(  # 6 West Mercia: one fund printed for each of three areas
        "one fund, three areas",
        [
            ["Fund", "Area", "Recipient", "Value"],
            ["Burglary fund", "Northdale", "Swift Homes", "£87,710"],
            ["Burglary fund", "Southdale", "Swift Homes", "£87,710"],
            ["Burglary fund", "Westdale", "Swift Homes", "£87,710"],
            ["Match fund", "Northdale", "Dipper Fund", "£50,000"],
            ["Total", None, None, "£137,710"],
        ],
        [("Swift Homes", 87710)] * 3 + [("Dipper Fund", 50000)],
        ["reconciles"],
    ),
    Page(  # 7 Thames Valley: a blank inside the amount, words glued to it
        "blank after the comma",
        [
            ["Service provider", "Service", "Funding"],
            ["Avocet", "ISVA service", "£334, 818"],
            ["Curlew", "Referrals", "£1,372,554in"],
            ["Teal", "Helpline", "(year 2)£62,416.00"],
            ["Total", None, "£1,769,788.00"],
        ],
        [("Avocet", 334818), ("Curlew", 1372554), ("Teal", 62416)],
        ["reconciles"],
    ),
    Page(  # 8 Northumbria: a doubled sign, the total in a sentence
        "total in a sentence",
        [
            ["A total of ££30,399.26 has been awarded for 2022-23.", None, None],
            ["Awarded to", "Purpose", "Amount"],
            ["Merlin", "Refuge", "££10,399.26"],
            ["Hobby", "Outreach", "£20,000"],
        ],
        [("Merlin", 10399.26), ("Hobby", 20000)],
        ["reconciles"],
    ),
    Page(  # 9 London: six parts that miss the stated total by five pence
        "five pence",
        [
            ["Organisation", "22/23 labour costs (£)", "22/23 non-labour costs (£)", "Total (£)"],
            ["Rook", "137,941.30", "206,621.25", "344,562.55"],
            ["Crow", "1,000.10", "2,000.20", "3,000.30"],
            ["Total", "138,941.40", "208,621.45", "347,562.80"],
        ],
        [("Rook", 137941.3), ("Rook", 206621.25), ("Crow", 1000.1), ("Crow", 2000.2)],
        ["reconciles", "reconciles", "conflicts", "reconciles", "reconciles"],
    ),
    Page(  # 11 Lancashire: thousands with a suffix, a ceiling
        "suffixes",
        [
            ["Funding", "Project"],
            ["£125k", "Clubs"],
            ["£90K", "Streets"],
            ["£215k", "Total"],
        ],
        [("Clubs", 125000), ("Streets", 90000)],
        ["reconciles"],
        label="purpose",
    ),
    Page(  # Hansard: a force a row, zeros, dashes and a total row that is no force
        "zeros and dashes",
        [
            ["Police authority", "£000s"],
            ["Northshire", "0"],
            ["Eastshire", "—"],
            ["Southshire", "12.5"],
            ["Westshire", "N/A"],
            ["All police authorities", "12.5"],
        ],
        [("Northshire", 0), ("Eastshire", None), ("Southshire", 12500), ("Westshire", None)],
        ["cannot be told"],
    ),
    Page(  # 15 spending over £500: credit notes, redacted suppliers, split invoices
        "over 500",
        [
            [
                "URI",
                "Company Name",
                "Transaction Date",
                "Voucher Number",
                "Invoice Number",
                "Amount",
                "Supplier",
                "G/L Description",
                "INV/CRN",
                "Total Invoice Amount",
            ],
            [
                "u1",
                "Office A",
                "03/04/2023",
                "V1",
                "I1",
                "300.00",
                "Jay Ltd",
                "Hire",
                "INV",
                "900.00",
            ],
            [
                "u2",
                "Office A",
                "03/04/2023",
                "V1",
                "I1",
                "600.00",
                "Jay Ltd",
                "Food",
                "INV",
                "900.00",
            ],
            [
                "u3",
                "Office A",
                "05/04/2023",
                "V2",
                "I2",
                "-250.00",
                "Jay Ltd",
                "Hire",
                "CRN",
                "-250.00",
            ],
            [
                "u4",
                "Office A",
                "13/04/2023",
                "V3",
                "I3",
                "700.00",
                "REDACTED PERSONAL DATA",
                "Fees",
                "INV",
                "700.00",
            ],
        ],
        [("Jay Ltd", 300), ("Jay Ltd", 600), ("Jay Ltd", -250), (None, 700)],
    ),
    Page(  # 16 Durham: the year spelt as months, numbers and dates as a workbook stores them
        "months for a year",
        [
            ["Grants", None, None, None],
            ["Period: Apr 2023 - Mar 2024", None, None, None],
            [None, None, None, None],
            ["Date", "Recipient", "Purpose", "Amount (£)"],
            [date(2023, 4, 12), "Total Families CIC", "Play", 1200.5],
            [date(2023, 12, 4), "Linnet & Co", "Total clean-up", 3000.0],
            ["Date", "Recipient", "Purpose", "Amount (£)"],
            [date(2024, 1, 31), "Pipit’s Place", "Café", 500.0],
            ["Total", None, None, 4700.5],
            ["* Amounts are net of recoverable tax.", None, None, None],
        ],
        [("Total Families CIC", 1200.5), ("Linnet & Co", 3000), ("Pipit’s Place", 500)],
        ["reconciles"],
    ),
    Page(  # merged cells: one funder over several rows, one amount for two recipients
        "merged cells",
        [
            ["Fund", "Recipient", "Award (£m)"],
            ["Streets fund", "Knot", "1.25"],
            [None, "Ruff", "0.600"],
            ["Homes fund", "Stint", "0.5"],
            [None, "Godwit", None],
            ["Grand total", None, "2.350"],
        ],
        [("Knot", 1250000), ("Ruff", 600000), ("Stint", 500000), ("Godwit", None)],
        ["reconciles"],
        merged=((1, 0, 2, 0), (3, 0, 4, 0), (3, 2, 4, 2)),
        kinds=("xlsx", "ods", "html"),
    ),
]
