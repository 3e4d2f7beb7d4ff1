"""The job of an office from start to diff, with commands and a spreadsheet alone."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import CliRunner, Result
from filling import answer, fill, openpyxl
from job_by_hand import Bundled, unworked
from page_lines import lines_of

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.cli import main

HEAD = ["Reference", "Recipient", "Fund", "Purpose", "Financial year", "Amount (£)", "Match (£)"]
YEARS = ["2022-23", "2023-24", "2024-25"]
PROVIDERS = ["Alpha", "Beta", "Gamma", "Delta", "Eta", "Zeta"]
ONS = """Table P1: Police recorded crime, number of offences, year ending March {year}
Area Code,Area Name,Burglary,Residential burglary,Non-residential burglary
E23000008,Durham,{burglary},{homes},400
"""


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "400"}).invoke(main, [str(one) for one in arguments])


def award_list(path: Path) -> Path:
    """Forty awards on two sheets, three years under their totals, as an office keeps them.

    Of each fund and year six awards: £1,000 to £6,000 and £100 more each year, as text and as
    numbers, so £21,000, £21,600 and £22,200. Then a row for three years, one still to be confirmed,
    and two on the other sheet, of which one is hidden.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for letter, fund in (("C", "Community Fund"), ("V", "Victims Fund")):
        page = book.create_sheet(fund)
        page.append(HEAD)
        for more, year in enumerate(YEARS):
            for number, provider in enumerate(PROVIDERS, 1):
                amount: Any = 1000 * number + 100 * more
                cell = f"£{amount:,}" if number % 2 else amount
                page.append([f"{letter}{more}{number}", provider, fund, "Support", year, cell,
                             500 if number == 1 else None])  # fmt: skip
            page.append([None, f"Total {year}", None, None, None, 21000 + 600 * more])
    last = "2022-23 to 2024-25"
    book["Community Fund"].append(["C9", "Iota", "Community Fund", "Mentoring", last, 30000])
    book["Community Fund"].append(["C8", "Kappa", "Community Fund", "Lights", YEARS[2], "TBC"])
    book["Victims Fund"].append(["V9", "Lambda", "Victims Fund", "Refuge", YEARS[2], 250.5])
    book["Victims Fund"].append(["V8", "Mu", "Victims Fund", "Helpline", YEARS[2], "7,000"])
    book["Victims Fund"].row_dimensions[book["Victims Fund"].max_row].hidden = True
    book.save(path)
    return path


def filled(folder: Path) -> None:
    answer(
        folder,
        commissioners_office="Office of Durham",
        prepared_by="D. Writer, analyst",
        meeting_date="12 June 2025",
    )
    report = {"source": "Report", "where in it": "page 2"}
    year = {"period": "2024-25", "compared with": "2023-24", "better when": "lower"} | report
    fill(
        folder,
        Sources=[{"name": "Report", "title": "Annual report", "date": "14 April 2025"}],
        Awards=[
            # Money that came back stands beside the awards, never in their sum.
            {"recipient": "Zeta", "funding stream": "Victims Fund", "amount": "£750",
             "status": "returned (clawback)", "financial year": "2024-25", **report},
        ],
        Amounts=[
            {"what": "Community Fund, 2024-25", "amount": "£22,200.00", "period": "2024-25",
             "funding stream": "Community Fund", **report},
            {"what": "Victims Fund, 2024-25", "amount": (21000, "General"), "period": "2024-25",
             "funding stream": "Victims Fund", "status": "budget", **report},
            {"what": "Victims grant", "amount": "£60,000.00", "period": "2024-25",
             "flow": "received from government", "status": "allocated", **report},
            {"what": "Spent", "amount": "=1+1", **report},
        ],
        Outcomes=[
            {"measure": "Burglary", "direction": "fell by", "as printed": (0.094, "0.0%"), **year},
            {"measure": "Residential burglary", "direction": "fell by", "as printed": "9.4%",
             "count before": 1204, "count after": "1,091", **year},
            {"measure": "Robbery", "direction": "fell by", "as printed": dt.date(2024, 4, 9),
             **year},
            {"measure": "Satisfaction", "direction": "changed from-to",
             "as printed": "from 70% to 75%", **year, "better when": "higher"},
            {"measure": "Young people helped", "direction": "number", "as printed": "214",
             **report},
            {"measure": "Rank of 43", "direction": "rank", "as printed": "3rd", **report},
        ],
        Checks=[
            {"check": "Community total", "left": "Community Fund, 2024-25", "relation": "equals",
             "right": "£22,200.00"},
            {"check": "Victims within grant", "left": "Victims Fund, 2024-25",
             "relation": "is part of", "right": "£20,000.00"},
            {"check": "Victims within grant", "reason": "A second grant came in May",
             "who": "B. Name"},
        ],
        Services=[
            {"service": "Support", "decision": "continue", "reason": "Targets met",
             "decided by": "A. Name", "role": "Commissioner", "on": "12/6/2025"},
            {"service": "Mentoring", "decision": "cannot decide", "decided by": "A. Name",
             "reason": "Two quarters are missing", "role": "Commissioner", "on": "12/6/2025"},
        ],
    )  # fmt: skip


def text_of(pack: Path) -> str:
    """Give what the page and its annex say."""
    pages = [(pack / name).read_text("utf-8") for name in ("index.html", "sources.html")]
    markup = re.compile(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", re.DOTALL)
    plain = markup.sub(" ", "\n".join(pages))
    return " ".join(plain.replace("&nbsp;", " ").split())


def test_from_a_list_to_a_signed_review_that_is_compared_with_the_next(tmp_path: Path) -> None:
    ons = tmp_path / "crime.csv"
    ons.write_text(ONS.format(year=2030, burglary='"1,600"', homes='"1,200"'), encoding="utf-8")
    grants = award_list(tmp_path / "grants.xlsx")
    folder = tmp_path / "durham"
    begun = ["start", "Durham", "--period", "2022-23/2024-25", "--out", folder]
    assert run(*begun, "--awards", grants, "--counts", ons).exit_code == 0
    filled(folder)

    checked = run("check", folder)
    assert checked.exit_code == 1
    said = " ".join(checked.output.replace("│", " ").split())
    for words in (
        "the formula =1+1 was saved without its result",
        "sheet Outcomes, cell C6 '2024-04-09': the cell holds a date",
        "sheet Victims Fund hidden, and read all the same: row 24",
        "'2022-23/2024-25' is read as 1 April 2022 to 31 March 2025",
        "40 awards read; 0 cells rejected",
    ):  # fmt: skip
        assert words in said, words

    reviewed = run("review", folder)
    assert reviewed.exit_code == 0, reviewed.output
    assert "Not read: evidence.xlsx, sheet Outcomes, cell C6" in reviewed.stderr
    evidence = pcc.read_evidence(folder)
    assert len(evidence.awards) == 41  # the list, and the typed one that came back
    given = evidence.awards[evidence.awards["status"] == "award"]
    # Both funds £21,000 in the first year, £21,600 in the second; in the third £22,200 twice,
    # £250.50 and the hidden £7,000. The award of three years stands under its own life.
    years = given.groupby("period")["amount_gbp"].sum()
    assert years.to_dict() == {
        "2022-23": 42000.0, "2022-23/2024-25": 30000.0, "2023-24": 43200.0, "2024-25": 51650.5,
    }  # fmt: skip
    assert evidence.awards.loc[evidence.awards["unknown"].notna(), "recipient"].tolist() == [
        "Kappa"
    ]
    outcomes = evidence.outcomes.set_index("measure")
    assert outcomes.loc[["Burglary", "Residential burglary"], "change_pct"].tolist() == [-9.4, -9.4]
    assert outcomes.loc["Satisfaction", "value"].tolist() == [70.0, 75.0]
    verdicts = evidence.statements.set_index("statement_id")["expected_verdict"]
    # 1,204 to 1,091 is a fall of 9.39%; £21,000 typed as a number is more than £20,000.
    # A row that stands below a total of its year, such as the one to be confirmed, is not of it.
    of_list = verdicts[verdicts.index.str.endswith("-adds-up")]
    assert of_list.tolist() == ["reconciles"] * 6
    assert verdicts.drop(of_list.index).to_dict() == {
        "counts-of-residential-burglary": "reconciles", "community-total": "reconciles",
        "victims-within-grant": "conflicts",
    }  # fmt: skip
    first = folder / "review"
    page = text_of(first)
    for words in (
        # A third of £30,000 each year beside 42,000, 43,200 and 51,650.50; Kappa's is not known.
        "£52,000", "£53,200", "£61,650.50", "214", "3rd", "£750",
        "A second grant came in May (B. Name)", "2 decisions are entered, not signed",
        "Two quarters are missing",
    ):  # fmt: skip
        assert words in page, words

    # Who prepared it, and for which meeting, stands at the head of page and brief.
    both = [(first / name).read_text("utf-8") for name in ("index.html", "brief.html")]
    for one in both:
        assert one.count("D. Writer, analyst") == one.count("Office of Durham") == 1
    hand = Bundled(datasets_dir())
    assert unworked(both, hand) == ([], set())
    assert sum(len(lines_of(one)) for one in both) > 150
    # The largest line is a part of an award over three years, and no share of its own.
    annex = (first / "sources.html").read_text("utf-8")
    assert "Drawn are the largest 12 of 16 lines." in annex
    # Rows are named by the beginning of their hash; the register of the annex has it whole.
    whole = re.compile(r">[^<]*\b(?:line|award|amount|outcome|total)-[0-9a-f]{12}\b")
    assert not any(whole.search(one) for one in both)
    assert len(whole.findall(annex)) > 40
    # A digit that is misread is noticed, in a row, in prose and in a key fact.
    for right, wrong in (
        ("23.08%", "23.80%"),
        ("£61,650.50 (15", "£61,605.50 (15"),
        ("637,216", "637,261"),
        ("£29,450.50", "£29,450.60"),
        ("20 of 42", "21 of 42"),
        ("47 are awarded", "48 are awarded"),
    ):
        changed = [one.replace(right, wrong, 1) for one in both]
        assert changed != both, right
        assert unworked(changed, hand)[0], wrong

    signed = run("sign", first, "--name", "C. Person", "--role", "Commissioner")
    assert signed.exit_code == 0, signed.output
    assert "Support: continue (A. Name); Mentoring: cannot-decide (A. Name)" in signed.output

    # One amount changes, and two rows change places: nothing else is new.
    book = openpyxl.load_workbook(folder / "awards" / "grants.xlsx")
    victims = book["Victims Fund"]
    victims["F23"] = 260.5
    for cell, other in zip(victims[16], victims[17], strict=True):
        cell.value, other.value = other.value, cell.value
    book.save(folder / "awards" / "grants.xlsx")
    assert run("review", folder, "--force").exit_code == 0
    again = pcc.read_evidence(folder)
    amounts = [one.awards.set_index("subject_id")["amount_gbp"] for one in (evidence, again)]
    before, after = (one.sort_index() for one in amounts)
    pd.testing.assert_index_equal(before.index, after.index)
    assert before.compare(after).values.tolist() == [[250.5, 260.5]]
    kept = folder / "review-signed-1"
    compared = run("diff", kept, first, "--out", tmp_path / "diff")
    assert compared.exit_code == 0, compared.output
    differing = pd.read_csv(tmp_path / "diff" / "differences.csv")
    printed = differing[differing["kind"] == "printed"]
    assert printed[["change", "before", "after"]].values.tolist() == [["changed", "250.5", "260.5"]]
    assert run("verify", kept, "--require-signed").exit_code == 0
    assert run("verify", first).exit_code == 0
    assert run("verify", first, "--require-signed").exit_code == 1
