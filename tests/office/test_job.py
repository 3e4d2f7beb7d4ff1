"""The job of an office from start to diff, with commands and a spreadsheet alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import CliRunner, Result
from filling import answer, fill, openpyxl

import pccfunding as pcc
from pccfunding.cli import main

LIST: dict[str, list[list[Any]]] = {
    "2023-24": [
        ["Recipient", "Fund", "Purpose", "Financial year", "Amount (£)"],
        ["Alpha", "Youth Fund", "Mentoring", "2023-24", "£10,000"],
        ["Beta", "Youth Fund", "Lights", "2023-24", 5000],
        ["Gamma", "Youth Fund", "CCTV", "2023-24", "TBC"],
    ],
    "2024-25": [
        ["Recipient", "Fund", "Purpose", "Financial year", "Amount (£)"],
        ["Alpha", "Youth Fund", "Mentoring", "2024-25", 12000],
        ["Beta", "Youth Fund", "Lights", "2024-25", "7,500"],
        ["Delta", "Youth Fund", "Bins", "2024-25", 250.5],
        ["Total", None, None, None, 19750.5],
    ],
}
ONS = """Table P1: Police recorded crime, number of offences, year ending March {year}
Area Code,Area Name,Burglary,Residential burglary,Non-residential burglary
E23000008,Durham,{burglary},{homes},400
"""


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "400"}).invoke(main, [str(one) for one in arguments])


def award_list(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in LIST.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book["2024-25"].row_dimensions[4].hidden = True
    book.save(path)
    return path


def test_from_a_list_to_a_review_that_is_compared_with_the_next(tmp_path: Path) -> None:
    ons = tmp_path / "crime.csv"
    ons.write_text(ONS.format(year=2030, burglary='"1,600"', homes='"1,200"'), encoding="utf-8")
    grants = award_list(tmp_path / "grants.xlsx")
    folder = tmp_path / "durham"
    begun = ["start", "Durham", "--period", "2023-24/2024-25", "--out", folder]
    assert run(*begun, "--awards", grants, "--counts", ons).exit_code == 0

    answer(folder, commissioners_office="Office of Durham", meeting_date="12 June 2025")
    fill(
        folder,
        Sources=[{"name": "Report", "title": "Annual report", "date": "14 April 2025"}],
        Amounts=[
            {"what": "Youth Fund", "amount": "£34,750", "period": "2023-24/2024-25",
             "funding stream": "Youth Fund", "source": "Report", "where in it": "page 2"},
            {"what": "Youth grant", "amount": "£50,000.00", "period": "2023-24/2024-25",
             "flow": "received from government", "status": "allocated", "source": "Report"},
            {"what": "Spent", "amount": "=1+1", "source": "Report"},
        ],
        Outcomes=[
            {"measure": "Burglary", "direction": "fell by", "as printed": (0.094, "0.0%"),
             "period": "2024-25", "compared with": "2023-24", "better when": "lower",
             "source": "Report"},
            {"measure": "Robbery", "direction": "fell by", "as printed": dt.date(2024, 4, 9),
             "period": "2024-25", "compared with": "2023-24", "source": "Report"},
            {"measure": "Helped", "direction": "number", "as printed": "214", "source": "Report"},
        ],
        Checks=[{"check": "Fund within grant", "left": "Youth Fund", "relation": "is part of",
                 "right": "Youth grant"}],
        Services=[{"service": "Mentoring", "decision": "continue", "reason": "Targets met",
                   "decided by": "A. Name", "role": "Commissioner", "on": "12/6/2025"}],
    )  # fmt: skip

    checked = run("check", folder)
    assert checked.exit_code == 1
    said = " ".join(checked.output.replace("│", " ").split())
    assert "sheet Amounts, cell B6 '=1+1'" not in said  # a formula is named by its own words
    assert "the formula =1+1 was saved without its result" in said
    assert "sheet Outcomes, cell C5 '2024-04-09': the cell holds a date" in said
    assert "sheet 2024-25 hidden, and read all the same: row 4" in said
    assert "'2023-24/2024-25' is read as 1 April 2023 to 31 March 2025" in said
    assert "nothing broken" not in said

    reviewed = run("review", folder)
    assert reviewed.exit_code == 0, reviewed.output
    assert "Not read: evidence.xlsx, sheet Outcomes, cell C5" in reviewed.stderr
    evidence = pcc.read_evidence(folder)
    years = evidence.awards.groupby("period")["amount_gbp"].sum()
    # 10,000 + 5,000, Gamma still to be confirmed; 12,000 + 7,500 + 250.50, the hidden row too.
    assert years.to_dict() == {"2023-24": 15000.0, "2024-25": 19750.5}
    verdicts = evidence.statements.set_index("statement_id")["expected_verdict"]
    assert verdicts.to_dict() == {"fund-within-grant": "reconciles"}
    first = folder / "review"
    assert run("verify", first).exit_code == 0

    # One amount changes, and the rows move: nothing else is new.
    book = openpyxl.load_workbook(folder / "awards" / "grants.xlsx")
    page = book["2024-25"]
    page["E2"] = 13000
    for cell, other in zip(page[3], page[4], strict=True):
        cell.value, other.value = other.value, cell.value
    page["E5"] = 20750.5
    book.save(folder / "awards" / "grants.xlsx")
    second = tmp_path / "second"
    assert run("review", folder, "--out", second).exit_code == 0
    again = pcc.read_evidence(folder)
    amounts = [one.awards.set_index("subject_id")["amount_gbp"] for one in (evidence, again)]
    before, after = (one.sort_index() for one in amounts)
    pd.testing.assert_index_equal(before.index, after.index)
    changed = before.compare(after)
    assert changed.values.tolist() == [[12000.0, 13000.0]]
    compared = run("diff", first, second, "--out", tmp_path / "diff")
    assert compared.exit_code == 0, compared.output
    assert "12000" in compared.output
    assert "13000" in compared.output
