"""Every finding of an evidence folder in its whole sentence: lists, counts, checks, answers."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from filling import answer, fill, openpyxl, started

import pccfunding as pcc
from pccfunding.errors import DataPackageError
from pccfunding.office import FolderEvidence

# Private: what it gives for other folders no public call tells.
from pccfunding.office.read_folder import find_workbook, read_folder

HEAD = "Recipient,Purpose,Date awarded,Amount (£)\n"
LISTS = {
    "a-list.csv": HEAD + 'Alpha,CCTV,3/5/2024,"1,000"\nBeta,Lights,4/6/2023,2500\n'
    'Gamma,Cars,5/6/2024,"£31,78"\nDelta,Bikes,6/6/2024,400\n',
    "c-twin.csv": HEAD + 'Alpha,CCTV,3/5/2024,"1,000"\nBeta,Lights,4/6/2023,2500\n'
    "Omega,Doors,5/6/2024,700\n",
    "d-undated.csv": 'Recipient,Purpose,Amount (£)\nEps,Shed,"1,100"\nZeta,Roof,2600\n',
    "e-broken.csv": "just some words\n",
    "f-no.csv": HEAD + "Kappa,Van,1/5/2024,900\n",
    "g-other.csv": HEAD + "Kappa,Van,1/5/2024,950\n",
    "h-many.csv": HEAD
    + "".join(f'R{i},P,1/5/2024,"£3,{i:02d}"\n' for i in range(22))
    + "R99,P,1/5/2024,12\n",
    "j-total.csv": HEAD + "T1,U1,2/5/2024,100\nT2,U2,2/5/2024,200\nTotal,,,350\n",
    "k-status.csv": "Recipient,Purpose,Date awarded,Amount (£),Status\n"
    "V1,W1,2/5/2024,100,Wibble\nV2,W2,2/5/2024,200,paid\n",
    "~$lock.csv": "x",
    ".DS_Store": "x",
}
AGAIN = {
    "l-first.csv": f"Ref,{HEAD}G1,X1,Y1,2/5/2024,100\nG2,X2,Y2,2/5/2024,200\n"
    "G3,X3,Y3,2/5/2024,300\n",
    "m-again.csv": f"Ref,{HEAD}G1,X1,Y1,2/5/2024,100\nG4,X4,Y4,2/5/2024,400\n"
    "G5,X5,Y5,2/5/2024,500\n",
    "n-other.csv": f"Ref,{HEAD}G2,X2,Y2,2/5/2024,250\nG7,X7,Y7,2/5/2024,700\n",
    "o-twice.csv": HEAD + "X8,Y8,2/5/2024,100\nX8,Y8,2/5/2024,100\nX9,Y9,2/5/2024,300\n",
}
PRICES = (
    "Financial year,GDP deflator at market prices\n,2023-24 = 100\n"
    "2022-23,94.5\n2023-24,100.0\n2024-25,10x\n"
)
FILES = [
    {"file": "f-no.csv", "use": "no"},
    {"file": "awards\\G-other.csv", "what it is": "something else"},
    {"file": "gone.csv"},
    {"file": "f-no.csv"},
    {"file": "e-broken.csv", "column names": "who=x"},
    {"file": "counts/words.txt", "what it is": "recorded crime"},
]
COMMA = (
    "Amount (£): a comma is not followed by three digits. If it means {} or lost a digit, "
    "correct it at the source or store it with the reason"
)
CORRECT = "Correct it at the source, or leave it out"
NO_COUNTS = (
    "{}: no table of counts by area found. Its headings need an area ('Area Name', "
    "'Force Name', ...), and a title or a column that names the period"
)
SAY_WHAT = "say in sheet Files what it is; the rest is read without it"
NAMES = "a-list.csv, b-copy.csv, c-twin.csv, d-undated.csv, e-broken.csv, f-no.csv"
FOUND = [
    # state, file, place, what stands there, what is wrong, what would be right
    ("broken", "evidence.xlsx", "sheet Files, cell A6", "gone.csv",
     "no file of this name lies in awards/ or counts/", f"type one of {NAMES}"),
    ("broken", "evidence.xlsx", "sheet Files, cell A7", "f-no.csv",
     "an earlier row names this file", f"type one of {NAMES}"),
    ("broken", "awards/a-list.csv", "line 4", "£31,78", COMMA.format("31.78"), CORRECT),
    ("to do", "awards/b-copy.csv", "", "", "holds the same as a-list.csv and counts once",
     "delete one of them"),
    ("broken", "awards/d-undated.csv", "", "",
     "2 awards state no year and no date, the first in line 2; left out until then",
     "give the financial year in sheet Files"),
    ("broken", "awards/e-broken.csv", "", "",
     "sheet Files, column names says 'who=x'; write a field, =, and its header. Fields are "
     "reference, agreed on, from, to, recipient, amount, purpose, title, funding stream, funder, "
     "funder id, department, award id, recipient id, awarded on, financial year, quarter, "
     "period, period start, period end, conditions, reasons, area, status, currency, note, "
     "total, requested, paid",
     "name its columns in sheet Files, or save it as .xlsx; the rest is read without it"),
    *(("broken", "awards/h-many.csv", f"line {i + 2}", f"£3,{i:02d}", COMMA.format(f"3.{i:02d}"),
       CORRECT) for i in range(20)),
    ("broken", "awards/h-many.csv", "", "", "2 more cells cannot be read", "look at the file"),
    ("to do", "awards/j-total.csv", "line 4", "350",
     "the printed total conflicts with its rows: 100 + 200 = 300; against 350. Conflicts: no "
     "rounding lets the two sides meet; as printed they differ by £50 (14%)",
     "ask the publisher why"),
    ("to do", "awards/k-status.csv", "line 2", "Wibble",
     "Status: a word that is no status known here, read as awarded",
     "say in sheet Files, status, what such rows are: applied for, allocated, budget, awarded, "
     "up to, forecast, spent (outturn), returned (clawback), carried forward"),
    ("broken", "awards/z-link.csv", "", "",
     "{folder}/awards/z-link.csv is a link that leads out of its folder; put the file itself there",
     "the rest is read"),
    ("broken", "counts/lists.csv", "", "", NO_COUNTS.format("lists.csv"), SAY_WHAT),
    ("broken", "counts/words.txt", "", "", NO_COUNTS.format("words.txt"), SAY_WHAT),
    ("broken", "awards/c-twin.csv", "", "",
     "2 of its 3 awards stand in a-list.csv too; it is left out until sheet Files says which "
     "counts", "fill use in sheet Files: yes for both, or no for one"),
    ("to do", "evidence.xlsx", "sheet Checks", "j-total-total-ae199cac35b9-adds-up",
     "Conflicts: no rounding lets the two sides meet; as printed they differ by £50 (14%)",
     "give a reason and who"),
]  # fmt: skip
TOLD_AGAIN = [
    ("to do", "evidence.xlsx", "sheet Sources, cell F4", "yes",
     "no file in documents/ bears its name or title", "name the copy so, or say no"),
    ("to do", "awards/o-twice.csv", "", "",
     "awards are printed more than once; a sum counts each printing", "look whether it matters"),
    ("to do", "counts/prices.csv", "line 5", "10x", "price_index: it is no index",
     "look at the file"),
    ("to do", "awards", "", "",
     "1 award stands in an earlier list too, with the same reference and cells: counted once. "
     "The first is G1, printed at l-first.csv, line 2 and at m-again.csv, line 2",
     "look whether it matters"),
    ("to do", "awards", "", "",
     "Lists print one reference beside awards that differ; each counts. Look whether an award "
     "was changed, or printed with other words", "look whether it matters"),
    ("to do", "awards", "", "",
     "1 award reads like an earlier one (recipient, purpose, amount and period are the same), "
     "£100 in all; each is counted, and where they are one award the sums are too high by that",
     "leave one out if they are one award"),
    ("broken", "evidence.xlsx", "sheet Start, cell B8", "1950-51",
     "no index of prices is held for this year",
     "type a financial year from 2022-23 to 2023-24, or add prices to counts/"),
    ("broken", "evidence.xlsx", "sheet Checks, cell A4", "no such check",
     "no check bears this name", "use the name of a check: parts-of-other-awards, "
     "parts-of-youth-awards"),
    ("broken", "evidence.xlsx", "sheet Checks, cell A6", "nor this",
     "no check bears this name", "use the name of a check: parts-of-other-awards, "
     "parts-of-youth-awards"),
    ("to do", "evidence.xlsx", "sheet Checks", "parts-of-youth-awards",
     "Conflicts: no rounding lets the two sides meet; as printed they differ by £8,500 (40%)",
     "give a reason and who"),
]  # fmt: skip


def problems(evidence: FolderEvidence) -> list[tuple[str, ...]]:
    return [
        (one.state, one.file, one.place, one.says, one.why, one.right) for one in evidence.problems
    ]


def read(folder: Path) -> FolderEvidence:
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    return evidence


@pytest.fixture
def lists(tmp_path: Path) -> FolderEvidence:
    """Read a folder in whose lists and counts about everything is wrong that can be."""
    folder = started(tmp_path / "durham")
    for name, text in LISTS.items():
        (folder / "awards" / name).write_text(text, encoding="utf-8")
    (folder / "awards" / "b-copy.csv").write_text(LISTS["a-list.csv"], encoding="utf-8")
    (tmp_path / "elsewhere.csv").write_text(HEAD, encoding="utf-8")
    os.symlink(tmp_path / "elsewhere.csv", folder / "awards" / "z-link.csv")
    (folder / "counts" / "lists.csv").write_text(HEAD + "Kappa,Van,1/5/2024,9\n", encoding="utf-8")
    (folder / "counts" / "words.txt").write_text("nothing here", encoding="utf-8")
    fill(folder, Files=FILES)
    return read(folder)


def test_every_finding_of_lists_and_counts_is_told_in_these_words(lists: FolderEvidence) -> None:
    found = [
        (*row[:4], row[4].replace(lists.origin, "{folder}").replace("\\", "/"), row[5])
        for row in problems(lists)
    ]
    assert found == FOUND
    assert lists.paste == (
        ("Files", ["d-undated.csv", "", "award list", "", "", "2024-25"]),
        ("Files", ["c-twin.csv", *[""] * 8, "yes or no"]),
        ("Files", ["a-list.csv", *[""] * 8, "yes or no"]),
        (
            "Checks",
            ["j-total-total-ae199cac35b9-adds-up", *[""] * 4, "the reason", "who gives it"],
        ),
    )
    assert lists.readings.columns.tolist() == ["place", "says", "read"]
    assert lists.readings.to_numpy().tolist() == [
        ["sheet Start, cell B4", "2024-25", "1 April 2024 to 31 March 2025"],
        ["awards/a-list.csv", "", "3 awards read; 1 cell rejected"],
        ["awards/a-list.csv", "", "3 awards take the year of the award date"],
        ["awards/c-twin.csv", "", "3 awards read; 0 cells rejected"],
        ["awards/c-twin.csv", "", "3 awards take the year of the award date"],
        ["awards/d-undated.csv", "", "2 awards read; 0 cells rejected"],
        ["awards/f-no.csv", "", "left out, as sheet Files says"],
        ["awards/g-other.csv", "", "left out, as sheet Files says"],
        ["awards/h-many.csv", "", "1 award read; 22 cells rejected"],
        ["awards/h-many.csv", "", "1 award takes the year of the award date"],
        ["awards/j-total.csv", "", "2 awards read; 0 cells rejected"],
        ["awards/j-total.csv", "", "2 awards take the year of the award date"],
        ["awards/k-status.csv", "", "2 awards read; 0 cells rejected"],
        ["awards/k-status.csv", "", "2 awards take the year of the award date"],
    ]
    awards = lists.awards[["recipient", "funding_stream", "amount_gbp", "period", "status"]]
    assert awards.to_numpy().tolist() == [
        ["Alpha", "a list", 1000.0, "2024-25", "award"],
        ["Beta", "a list", 2500.0, "2023-24", "award"],
        ["Delta", "a list", 400.0, "2024-25", "award"],
        ["R99", "h many", 12.0, "2024-25", "award"],
        ["T1", "j total", 100.0, "2024-25", "award"],
        ["T2", "j total", 200.0, "2024-25", "award"],
        ["V1", "k status", 100.0, "2024-25", "award"],
        ["V2", "k status", 200.0, "2024-25", "outturn"],
    ]


@pytest.fixture
def again(tmp_path: Path) -> FolderEvidence:
    """Read a folder whose lists print awards again, and whose checks conflict."""
    folder = started(tmp_path / "durham")
    for name, text in AGAIN.items():
        (folder / "awards" / name).write_text(text, encoding="utf-8")
    award = {"recipient": "Halo", "funding stream": "Youth Fund", "source": "Report"}
    amount = {"period": "2024-25", "parts listed": "all", "source": "Report"}
    fill(
        folder,
        Checks=[
            {"check": "no such check", "reason": "because", "who": "A. N."},
            {"check": "Parts of other awards", "reason": "A late grant", "who": "B. O."},
            {"check": "nor this", "reason": "because", "who": "A. N."},
        ],
        Outcomes=[
            {
                "measure": "Young people",
                "direction": "number",
                "as printed": "214",
                "period": "3 May 2024",
                "source": "Report",
            }
        ],
        Awards=[
            award | {"amount": "£12,500", "part of": "Youth awards"},
            award | {"amount": "£100", "part of": "Other awards"},
        ],
        Amounts=[
            amount | {"what": "Youth awards", "amount": "£21,000", "funding stream": "Youth Fund"},
            amount | {"what": "Other awards", "amount": "£150", "funding stream": "Youth Fund"},
        ],
        Sources=[{"name": "Report", "title": "Annual report", "publisher": "Us", "held": "yes"}],
    )
    (folder / "counts" / "prices.csv").write_text(PRICES, encoding="utf-8")
    answer(folder, base_year_of_prices="1950-51", prepared_by="C. P.")
    return read(folder)


def test_awards_printed_again_and_checks_are_told_in_these_words(again: FolderEvidence) -> None:
    assert problems(again) == TOLD_AGAIN
    assert again.paste == (
        ("Checks", ["parts-of-youth-awards", *[""] * 4, "the reason", "who gives it"]),
    )
    readings = again.readings.to_numpy().tolist()
    assert ["counts/prices.csv", "", "2 counts of deflator read"] in readings
    # A day is no span.
    assert ["sheet Outcomes, cell E4", "3 May 2024", "3 May 2024"] in readings
    prices = again.sources[again.sources["document"].eq("prices.csv")]
    assert prices[["source_id", "title", "publisher", "kind", "licence"]].to_numpy().tolist() == [
        ["counts-prices", "prices", "not stated", "statistics", "not stated"]
    ]
    assert again.deflator[["financial_year", "source_id"]].to_numpy().tolist() == [
        ["2022-23", "counts-prices"],
        ["2023-24", "counts-prices"],
    ]
    told = again.statements.set_index("statement_id")
    assert told["expected_verdict"].to_dict() == {
        "parts-of-youth-awards": "conflicts",
        "parts-of-other-awards": "conflicts",
    }
    assert told["expected_reason"].isna().all()
    assert told.loc["parts-of-other-awards", ["explanation", "explained_by"]].tolist() == [
        "A late grant",
        "B. O.",
    ]
    assert told.loc["parts-of-youth-awards", ["explanation", "explained_by"]].isna().all()
    assert again.awards["recipient"].tolist() == [
        *("Halo", "Halo", "X1", "X2", "X3", "X4", "X5", "X2", "X7", "X8", "X8", "X9")
    ]
    # Its answers, and what is its own.
    assert again.area is not None
    assert (again.area.code, again.period) == ("E23000008", pcc.Period.financial_year(2024))
    assert again.start == {
        "area": again.area,
        "period": again.period,
        "commissioner's office": None,
        "prepared by": "C. P.",
        "meeting date": None,
        "base year of prices": None,
    }
    assert again.own == (
        *("sources", "figures", "awards", "outcomes", "totals", "statements", "services"),
        "deflator",
    )
    own = again.own_tables()
    assert list(own) == list(again.own)
    named = {*own["figures"]["source_id"], *own["deflator"]["source_id"]}
    assert set(own["sources"]["source_id"]) == named
    assert list(own["sources"]) == list(again.sources)
    assert len(own["sources"]) < len(again.sources)
    assert own["sources"].index.tolist() == list(range(len(own["sources"])))


def test_a_folder_is_read_as_of_a_day(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    evidence = pcc.read_evidence(folder, as_of="31 March 2024")
    assert evidence.as_of == dt.date(2024, 3, 31)
    assert pcc.read_evidence(folder).as_of is None


def refused(folder: Path) -> str:
    with pytest.raises(DataPackageError) as refusal:
        read_folder(folder)
    return str(refusal.value)


def test_a_folder_that_is_no_evidence_is_refused_in_these_words(tmp_path: Path) -> None:
    assert find_workbook(tmp_path / "nowhere") is None
    assert refused(tmp_path) == (
        f"{tmp_path} holds neither a workbook nor a data package: no evidence.xlsx or "
        f"evidence.ods, as 'pccfunding start AREA' makes it, and no datapackage.json, as "
        f"'pccfunding export' does."
    )
    nowhere = tmp_path / "nowhere"
    assert refused(nowhere) == (
        f"{nowhere} holds no evidence.xlsx; make an evidence folder with pccfunding start."
    )
    durham = started(tmp_path / "durham")
    lead = f"{tmp_path} holds neither a workbook nor a data package:"
    assert refused(tmp_path) == f"{lead} the workbook lies in durham; name that folder."
    (durham / "evidence.xlsx").rename(tmp_path / "Copy of evidence.XLSX")
    assert refused(tmp_path) == (
        f"{lead} no evidence.xlsx or evidence.ods. If Copy of evidence.XLSX is the workbook, "
        f"name it evidence.xlsx."
    )
    (tmp_path / "file").write_text("x", "utf-8")
    assert find_workbook(tmp_path / "file") is None
    assert find_workbook(tmp_path / "file" / "within") is None
    odd = Path(f"{tmp_path}/a\0b")
    with pytest.raises(DataPackageError) as refusal:
        find_workbook(odd)
    assert str(refusal.value) == f"Cannot read {str(odd)!r}: no disk holds such a name."
    long = tmp_path / ("n" * 300)
    with pytest.raises(DataPackageError) as refusal:
        find_workbook(long)
    assert str(refusal.value) == f"Cannot read {str(long)!r}: File name too long."


def test_one_workbook_of_a_folder_counts(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    assert find_workbook(folder) == folder / "evidence.xlsx"
    (folder / "evidence.xlsx").rename(folder / "Evidence.XLSX")
    assert find_workbook(folder) == folder / "Evidence.XLSX"
    (folder / "datapackage.json").write_text("{}", "utf-8")
    assert refused(folder) == (
        f"{folder} holds Evidence.XLSX and a data package; keep them in folders of their own."
    )
    (folder / "evidence.ods").write_text("x", "utf-8")
    assert refused(folder) == (
        f"{folder} holds Evidence.XLSX and evidence.ods; keep the one that counts."
    )


def test_nothing_is_read_before_the_area_is_known(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    path = folder / "evidence.xlsx"
    answer(folder, area="Atlantis")
    assert refused(folder) == (
        f"{path}, sheet Start names no area: sheet Start, cell B3: 'Atlantis': No area called "
        f"'Atlantis'; choose a police force area of the list. Nothing else was read."
    )
    # Any file may hold a sheet of this name.
    book = openpyxl.load_workbook(path)
    for row in book["Start"].iter_rows():
        for cell in row:
            cell.value = None
    book.save(path)
    assert refused(folder).startswith(
        f"{path}, sheet Start names no area: sheet Start: no line 'area'; add a line with 'area' "
        f"in column A"
    )


HEADERS = ["Recipient", "Purpose", "Financial year", "Amount"]


def workbook_of(path: Path, **sheets: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in [HEADERS, *rows]:
            page.append(row)
    page.row_dimensions[3].hidden = True
    book.save(path)


def test_what_sheet_files_says_of_a_list_is_done(tmp_path: Path) -> None:
    folder = started(tmp_path / "durham")
    lists = folder / "awards"
    workbook_of(
        lists / "both.xlsx",
        First=[["C1", "P", "2024-25", 120], ["C2", "P", "2024-25", 121]],
        Second=[["D1", "P", "2023-24", 130], ["D2", "P", "2023-24", 131]],
        Third=[["E1", "P", "2022-23", 140], ["E2", "P", "2022-23", 141]],
    )
    (lists / "youth fund.csv").write_text("Organisation,Grant\nF1,£500\nF2,£600\n", "utf-8")
    plain = ",".join(HEADERS)
    for name, rows in (
        ("youth-fund.csv", ["G1,P,2023-24,£700"]),
        ("twin one.csv", ["H1,P,2024-25,£1000", "H2,P,2024-25,£2000"]),
        ("twin two.csv", ["H1,P,2024-25,£1000", "H2,P,2024-25,£2000", "H3,P,2024-25,£3000"]),
    ):
        (lists / name).write_text("\n".join([plain, *rows, ""]), "utf-8")
    fill(
        folder,
        Files=[
            {
                "file": "both.xlsx",
                "sheets": "First; Third",
                "funder": "A trust",
                "status": "spent (outturn)",
                "flow": "received from government",
                "funding stream": "Trust money",
            },
            {
                "file": "Youth Fund.csv",
                "financial year": "2021-22",
                "column names": "recipient = Organisation; amount=Grant",
            },
            {"file": "twin one.csv", "use": "yes"},
            {"file": "twin two.csv", "use": "yes"},
        ],
        Checks=[{"check": "none", "reason": "because", "who": "A. N."}],
    )
    evidence = read(folder)
    assert problems(evidence) == [
        # Once of the file, though each of its sheets says it.
        ("to do", "awards/both.xlsx", "", "", "no unit is printed; amounts were read as pounds",
         "look whether it matters"),
        ("to do", "awards/both.xlsx", "sheet Third", "",
         "hidden, and read all the same: row 3", "look whether they count"),
        # Nothing of two lists that both count, as sheet Files says.
        ("broken", "evidence.xlsx", "sheet Checks, cell A4", "none", "no check bears this name",
         "use the name of a check: there is none yet"),
    ]  # fmt: skip
    columns = ["recipient", "funding_stream", "amount_gbp", "period", "status", "flow", "listing"]
    given = ["award", "pcc_to_recipient"]
    trust = ["outturn", "national_to_pcc", "both"]
    assert evidence.awards[columns].to_numpy().tolist() == [
        ["C1", "Trust money", 120.0, "2024-25", *trust],
        ["C2", "Trust money", 121.0, "2024-25", *trust],
        ["E1", "Trust money", 140.0, "2022-23", *trust],
        ["E2", "Trust money", 141.0, "2022-23", *trust],
        ["H1", "twin one", 1000.0, "2024-25", *given, "twin-one"],
        ["H2", "twin one", 2000.0, "2024-25", *given, "twin-one"],
        ["H1", "twin two", 1000.0, "2024-25", *given, "twin-two"],
        ["H2", "twin two", 2000.0, "2024-25", *given, "twin-two"],
        ["H3", "twin two", 3000.0, "2024-25", *given, "twin-two"],
        ["F1", "youth fund", 500.0, "2021-22", *given, "youth-fund"],
        ["F2", "youth fund", 600.0, "2021-22", *given, "youth-fund"],
        # Two files whose names make one key stay apart.
        ["G1", "youth fund", 700.0, "2023-24", *given, "youth-fund-2"],
    ]
    assert evidence.awards["funder"].dropna().unique().tolist() == ["A trust"]


def test_a_period_of_one_day_is_told_as_that_day(tmp_path: Path) -> None:
    evidence = read(started(tmp_path / "durham", period="1 April 2024 to 1 April 2024"))
    assert evidence.readings.to_numpy().tolist()[0][1:] == [
        "2024-04-01/2024-04-01",
        "1 April 2024",
    ]
