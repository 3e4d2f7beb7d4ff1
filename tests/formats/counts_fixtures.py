"""Workbooks laid out as statisticians lay theirs out, with invented counts, in several types."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

Rows = list[list[object]]

# Offences with their invented parts: a class is the sum of the classes below it.
LEAVES = (
    "Homicide", "Violence with injury", "Violence without injury", "Stalking and harassment",
    "Death or serious injury - unlawful driving", "Sexual offences", "Robbery",
    "Residential burglary", "Non-residential burglary", "Vehicle offences",
    "Theft from the person", "Bicycle theft", "Shoplifting", "All other theft offences",
    "Criminal damage and arson", "Drug offences", "Possession of weapons offences",
    "Public order offences", "Miscellaneous crimes against society",
)  # fmt: skip
CLASSES = {
    "Violence against the person": LEAVES[:5],
    "Burglary": LEAVES[7:9],
    "Theft offences": LEAVES[7:14],
    "Total recorded crime (excluding fraud)": LEAVES,
}
# The columns in the order of the printed tables, each with its heading.
HEADINGS = (
    ("Total recorded crime (excluding fraud)", "Total recorded crime (excluding fraud3)"),
    ("Violence against the person", "Violence against the person4"),
    ("Homicide", "Homicide"),
    ("Violence with injury", "Violence with injury"),
    ("Violence without injury", "Violence without injury"),
    ("Stalking and harassment", "Stalking\nand harassment 5"),
    ("Death or serious injury - unlawful driving",
     "Death or serious injury caused by illegal driving"),
    ("Sexual offences", "Sexual offences"),
    ("Robbery", "Robbery"),
    ("Theft offences", "Theft offences"),
    ("Burglary", "Burglary"),
    ("Residential burglary", "Residential burglary6,7"),
    ("Non-residential burglary", "Non-residential burglary6,7"),
    ("Vehicle offences", "Vehicle offences"),
    ("Theft from the person", "Theft from the person"),
    ("Bicycle theft", "Bicycle theft"),
    ("Shoplifting", "Shoplifting"),
    ("All other theft offences", "Other theft offences"),
    ("Criminal damage and arson", "Criminal damage and arson"),
    ("Drug offences", "Drug offences"),
    ("Possession of weapons offences", "Possession of weapons offences"),
    ("Public order offences", "Public order offences"),
    ("Miscellaneous crimes against society", "Miscellaneous crimes"),
)  # fmt: skip
OFFENCES = [offence for offence, _ in HEADINGS]


def invented(seed: int) -> dict[str, int]:
    """Give invented counts of an area, classes summed from their parts."""
    counts = {leaf: (seed * 37 + at * 11) % 97 for at, leaf in enumerate(LEAVES)}
    return counts | {name: sum(counts[part] for part in parts) for name, parts in CLASSES.items()}


def summed(areas: Sequence[dict[str, int]]) -> dict[str, int]:
    return {offence: sum(area[offence] for area in areas) for offence in OFFENCES}


# Two regions, one of which shares its name with a force of its own, and Wales.
FORCES = {
    "E12000005": [("E23000014", "West Midlands "), ("E23000016", "West Mercia")],
    "E12000006": [("E23000023", "Cambridgeshire12"), ("E23000024", "Norfolk [note 4]")],
    "W92000004": [("W15000002", "Gwent"), ("W15000003", "South Wales")],
}
NAMES = {"E12000005": "West Midlands", "E12000006": "East ", "W92000004": "WALES"}
COUNTS = {code: invented(at + 1) for at, code in
          enumerate(force for forces in FORCES.values() for force, _ in forces)}  # fmt: skip
COUNTS["BTP"] = invented(40)
for _region, _forces in FORCES.items():
    COUNTS[_region] = summed([COUNTS[force] for force, _ in _forces])
COUNTS["E92000001"] = summed([COUNTS["E12000005"], COUNTS["E12000006"]])
COUNTS["K04000001"] = summed([COUNTS["E92000001"], COUNTS["W92000004"], COUNTS["BTP"]])


def area_rows() -> list[tuple[str, str, str]]:
    """Give code as printed, name as printed and the code it stands for."""
    rows = [
        ("K04000001", "ENGLAND AND WALES8,9", "K04000001"),
        ("E92000001", "ENGLAND", "E92000001"),
    ]
    for region, forces in FORCES.items():
        rows.append((region, NAMES[region], region))
        rows += [(code, name, code) for code, name in forces]
    return [*rows, ("", "British Transport Police", "BTP")]


def old_table(ending: str = "March 181,2", *, silent: str = "") -> Rows:
    """Table P1 of the older releases: group row, unit row, spacer columns, glued footnotes."""
    offences = [*HEADINGS[:1], ("", ""), *HEADINGS[1:19], ("", ""), *HEADINGS[19:]]
    group = [""] * (len(offences) + 2)
    group[2], group[4], group[23] = offences[0][1], "Victim-based crime", "Other crimes"
    labels = ["", ""] + [heading for _, heading in offences[2:]]
    rows: Rows = [
        [f"Table P1:  Police recorded crime by area, number of offences, year ending {ending}"],
        [],
        ["England and Wales"],
        [*group],
        ["Area Code", "Area Name", *labels],
        ["", "", "Numbers"],
    ]
    for code, name, key in area_rows():
        values = [
            "" if not offence else ".." if key == silent else COUNTS[key][offence]
            for offence, _ in offences
        ]
        rows.append([code, name, *values])
    return [*rows, ["Source: invented"], ["1. These counts are invented."]]


def new_table(table: str = "P4", ending: str = "December 2023", *, scale: int = 1) -> Rows:
    """Table of the newer releases: one row of headings, notes in brackets, lines above it."""
    rows: Rows = [
        [f"Table {table}:  Police recorded crime, year ending {ending} [note1]"],
        ["This worksheet contains one table."],
        ["Link to Notes page"],
        ["Source: invented "],
        ["Area Code", "Area Name", *(heading.rstrip("34567, ") for _, heading in HEADINGS)],
    ]
    return rows + [
        [code, name, *(COUNTS[key][offence] * scale for offence in OFFENCES)]
        for code, name, key in area_rows()
    ]


def rates_table() -> Rows:
    table = new_table("P3", "December 2023")
    table[0] = ["Table P3: Rate of offences per 1,000 population, year ending December 2023"]
    return table[:5] + [[*row[:2], *(0.5 for _ in OFFENCES)] for row in table[5:]]


def partnership_table(ending: str = "June 2025") -> Rows:
    """Table C2: partnerships, unassigned labels under a neighbour's code, thousands commas."""
    head = [
        "Police Force\nArea code",
        "Police Force\nArea name",
        "Community Safety\nPartnership code",
        "Community Safety\nPartnership name",
        "Local Authority code",
        "Local Authority name",
    ]
    parts = [
        ("E22000013", "Cambridge", "E07000008", invented(3)),
        ("E22000015", "Fenland", "E07000010", invented(5)),
        ("", "Unassigned Cambridgeshire", "", invented(7)),
    ]
    whole = summed([counts for *_, counts in parts])
    rows: Rows = [
        [f"Table C2: Number of crimes by partnership, year ending {ending} [note 1]"],
        ["Source: invented", "", "", "`"],
        [*head, *(heading.rstrip("34567, ") for _, heading in HEADINGS)],
        ["E23000023", "Cambridgeshire", "", "", "", "", *(f"{whole[o]:,} " for o in OFFENCES)],
    ]
    for code, name, district, counts in parts:
        rows.append(["E23000023", "Cambridgeshire", code, name, district, name,
                     *(f"{counts[o]:,} " for o in OFFENCES)])  # fmt: skip
    london = invented(9)
    rows.append(["E23000034", "City of London", "E22000180", "City of London", "E09000001",
                 "City of London", *(f"{london[o]} " for o in OFFENCES)])  # fmt: skip
    # Surrey's label stands under the code of Kent, and is blank.
    rows.append(["E23000032", "Surrey", "", "unassigned Surrey", "", "", *("" for _ in OFFENCES)])
    return rows


def knife_table() -> Rows:
    """Pairs of number and share under a period each, as the knife tables print them."""
    return [
        ["Table P5: Knife and sharp instrument offences, selected offences1,2"],
        [],
        ["England and Wales"],
        ["", "", "Apr '17 to Mar '18", "", "Apr '18 to Mar '195, 6", ""],
        ["Area Codes", "Area name", *["Number of selected offences involving a knife3",
                                     "% involving a knife"] * 2],
        [],
        ["K04000001", "ENGLAND AND WALES", 90, 4.5, 110, 5.1],
        ["", "England and Wales (excluding Greater Manchester Police)", 80, 4.4, 99, 5.0],
        ["E23000023", "Cambridgeshire", 40, 5.1, 60, 6.2],
    ]  # fmt: skip


def incident_table() -> Rows:
    return [
        ["Table P7:  Anti-social behaviour incidents, years ending March 2017 and 2018"],
        [],
        ["", "", "Apr '16 to Mar '17", "", "Apr '17 to Mar '185, 6", ""],
        ["Area Code", "Area Name", *["Number of Incidents", "Rate per 1,000 population"] * 2],
        ["E23000023", "Cambridgeshire", 700, 1.5, 650, 1.2],
        ["", "British Transport Police7", "..", "..", 45, ".."],
    ]  # fmt: skip


def csv_of(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(sheets: dict[str, Rows]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for index, cell in enumerate(row):
                    if isinstance(cell, int | float):
                        sheet.write_number(at, index, cell)
                    elif cell != "":
                        sheet.write_string(at, index, str(cell))
    return held.getvalue()


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:spreadsheet>"
)
_FOOT = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def _ods_cell(cell: object) -> str:
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(cell).split("\n"))
    if cell == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def ods_of(sheets: dict[str, Rows]) -> bytes:
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row or ['']))}</table:table-row>"
                  for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )  # fmt: skip
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _ODS, zipfile.ZIP_STORED)
        archive.writestr("content.xml", _HEAD + tables + _FOOT)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
    return held.getvalue()
