"""The folder as evidence: award lists and counts beside the workbook, check, review, export."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from filling import answer, fill, saved_by_libreoffice, started

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.office import FolderEvidence

DAY = dt.date(2024, 4, 1)
SOURCES = [{"name": "Report", "title": "Annual report", "publisher": "The office", "held": "yes"}]
GRANTS = """Recipient,Purpose,Date awarded,Amount (£)
Alpha,CCTV,3/5/2024,"1,000"
Beta,Lights,4/6/2023,2500
"""
UNDATED = """Recipient,Purpose,Amount (£)
Alpha,CCTV,"1,000"
Beta,Lights,2500
"""
YEARS = """Recipient,Purpose,Financial year,Amount (£)
Alpha,CCTV,2024-25,"1,000"
Beta,Lights,2023-24,2500
"""


def run(*arguments: object) -> Result:
    # Wide enough that no cell of a table is broken.
    return CliRunner(env={"COLUMNS": "400"}).invoke(main, [str(one) for one in arguments])


def read(folder: Path) -> FolderEvidence:
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    return evidence


def told(evidence: FolderEvidence) -> list[str]:
    return [f"{one.file}, {one.place}: {one.text}" for one in evidence.problems]


def put(folder: Path, name: str, text: str = GRANTS) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def filled(folder: Path) -> Path:
    answer(folder, **{"commissioner's_office".replace("'", ""): "Office of Durham"})
    (folder / "documents" / "Report.txt").write_text("£21,000", encoding="utf-8")
    awards = [
        {"recipient": "Halo Centre", "funding stream": "Youth Fund", "amount": "£12,500",
         "reference": "DN 1", "part of": "Youth awards", "source": "Report"},
        {"recipient": "withheld", "funding stream": "Youth Fund", "amount": 7500.25,
         "part of": "Youth awards", "source": "Report", "agreed on": "3/5/2024"},
    ]  # fmt: skip
    amounts = [
        {"what": "Youth awards", "amount": "£21,000", "funding stream": "Youth Fund",
         "period": "2024-25", "parts listed": "all", "source": "Report", "where in it": "page 2"},
    ]  # fmt: skip
    outcomes = [
        {"measure": "Residential burglary", "direction": "fell by", "as printed": (0.094, "0.0%"),
         "better when": "lower", "period": "2024-25", "compared with": "2023-24",
         "count before": "1,204", "count after": "1,091", "source": "Report"},
        {"measure": "Satisfaction", "direction": "changed from-to", "source": "Report",
         "as printed": "from 70 to 75%", "period": "2024-25", "compared with": "2023-24"},
        {"measure": "Rank of 43", "direction": "rank", "as printed": "3rd", "source": "Report"},
        {"measure": "Young people", "direction": "number", "as printed": "214", "source": "Report"},
    ]  # fmt: skip
    services = [
        {"service": "Youth", "decision": "continue", "reason": "Targets met", "decided by": "A. N.",
         "role": "Commissioner", "on": "12 June 2025"},
        {"service": "Lights"},
    ]  # fmt: skip
    fill(folder, Awards=awards, Amounts=amounts, Outcomes=outcomes, Services=services,
         Sources=SOURCES)  # fmt: skip
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(started(tmp_path / "durham"))


def test_typed_rows_become_tables_with_what_follows_from_the_tokens(folder: Path) -> None:
    evidence = read(folder)
    awards = evidence.awards
    assert awards["amount_gbp"].tolist() == [12500.0, 7500.25]
    assert awards["amount_low_gbp"].tolist() == [12500.0, 7500.25]  # a list's cells are exact
    assert awards["period"].tolist() == ["2024-25", "2024-25"]  # that of sheet Start
    assert awards["recipient_unknown"].tolist()[1] == "withheld"
    assert awards["note"].tolist() == ["Reference: DN 1", "Agreed on: 3 May 2024"]
    assert awards["funder"].tolist() == ["Office of Durham"] * 2
    outcomes = evidence.outcomes.set_index("measure")
    burglary = outcomes.loc["Residential burglary"]
    assert (burglary["change_pct"], burglary["value_low"]) == (-9.4, -9.45)
    assert burglary["base_count"] == "1204"
    assert outcomes.loc["Satisfaction", "value"].tolist() == [70.0, 75.0]
    assert outcomes.loc["Satisfaction", "period"].tolist() == ["2023-24", "2024-25"]
    assert outcomes.loc["Rank of 43", ["unit", "value"]].tolist() == ["rank", 3.0]
    assert outcomes.loc["Young people", ["unit", "figure_kind"]].tolist() == ["count", "output"]
    figures = evidence.figures.set_index("figure_id")
    total = figures.loc[evidence.totals["figure_id"].item()]
    assert (total["low"], total["high"], total["locator"]) == ("20500", "21500", "page 2")
    verdicts = evidence.statements.set_index("statement_id")["expected_verdict"]
    # £12,500 and £7,500.25 are £20,000.25, below £20,500; 1,204 to 1,091 is a fall of 9.39%.
    assert verdicts.to_dict() == {
        "parts-of-youth-awards": "conflicts", "counts-of-residential-burglary": "reconciles",
    }  # fmt: skip


def test_the_contracts_hold_and_sources_name_their_copies(folder: Path) -> None:
    evidence = read(folder)
    assert evidence.area is not None
    assert (evidence.area.name, str(evidence.period)) == ("Durham", "2024-25")
    source = evidence.sources.set_index("source_id").loc["report"]
    assert source["document"] == "Report.txt"
    assert source["sha256"] == hashlib.sha256("£21,000".encode()).hexdigest()
    services = evidence.services
    assert services["service_id"].tolist() == ["youth", "lights"]
    assert services["decision"].tolist()[0] == "continue"
    assert services["decision"].isna().tolist() == [False, True]
    assert str(services.loc[0, "decided_on"]) == "2025-06-12 00:00:00"


def test_award_lists_join_the_typed_awards(folder: Path) -> None:
    before = read(folder)
    put(folder, "awards/grants.csv", YEARS)  # fmt: skip
    evidence = read(folder)
    new = evidence.awards[~evidence.awards["subject_id"].isin(before.awards["subject_id"])]
    assert sorted(new["amount_gbp"]) == [1000.0, 2500.0]
    assert sorted(new["period"]) == ["2023-24", "2024-25"]
    # Nobody named a fund, so the file's name stands for it.
    assert set(new["funding_stream"]) == {"grants"}
    source = evidence.sources.set_index("source_id").loc["grants-source"]
    assert source["document"] == "grants.csv"
    assert (
        source["sha256"] == hashlib.sha256((folder / "awards/grants.csv").read_bytes()).hexdigest()
    )


def test_rows_of_a_list_keep_their_ids_wherever_they_stand(folder: Path) -> None:
    head, *rows = YEARS.splitlines()
    found = []
    for order in (rows, rows[::-1]):
        put(folder, "awards/grants.csv", "\n".join([head, *order]))
        awards = read(folder).awards
        listed = awards[awards["listing"] == "grants"]
        found.append(dict(zip(listed["subject_id"], listed["amount_gbp"], strict=True)))
    assert found[0] == found[1]
    assert len(found[0]) == 2


def test_awards_that_state_no_year_count_in_that_of_their_date(folder: Path) -> None:
    put(folder, "awards/grants.csv")
    evidence = read(folder)
    listed = evidence.awards[evidence.awards["listing"] == "grants"]
    # The awards were dated 3 May 2024 and 4 June 2023.
    assert dict(zip(listed["recipient"], listed["period"], strict=True)) == {
        "Alpha": "2024-25", "Beta": "2023-24",
    }  # fmt: skip
    assert set(listed["note"]) == {"Its year is that of the award date."}
    assert "2 awards take the year of the award date" in evidence.readings["read"].tolist()
    assert not any("no year" in one for one in told(evidence))


def test_a_list_without_years_is_left_out_until_its_year_is_given(folder: Path) -> None:
    put(folder, "awards/grants.csv", UNDATED)
    evidence = read(folder)
    assert len(evidence.awards) == 2
    assert any(
        one.startswith("awards/grants.csv, : 2 awards state no year and no date, the first in")
        for one in told(evidence)
    )
    proposed = next(cells for sheet, cells in evidence.paste if sheet == "Files")
    fill(folder, Files=[dict(zip(
        ("file", "sheets", "what it is", "funding stream", "funder", "financial year"),
        proposed, strict=True,
    ))])  # fmt: skip
    mended = read(folder)
    listed = mended.awards[mended.awards["listing"] == "grants"]
    assert dict(zip(listed["recipient"], listed["period"], strict=True)) == {
        "Alpha": "2024-25", "Beta": "2024-25",
    }  # fmt: skip
    assert not any("no year" in one for one in told(mended))


def test_sheet_files_says_what_the_reader_could_not_know(folder: Path) -> None:
    put(folder, "awards/grants.csv", "Wer,Wieviel\nAlpha,£5\n")
    put(folder, "awards/notes.csv", "nothing,here\n")
    row = {"file": "GRANTS.csv", "column names": "recipient = Wer; amount = Wieviel"}
    more = {"funding stream": "Lights", "financial year": "2022/23", "status": "budget"}
    other = {"file": "notes.csv", "what it is": "something else"}
    fill(folder, Files=[row | more, other, {"file": "gone.csv"}, row])
    evidence = read(folder)
    listed = evidence.awards[evidence.awards["listing"] == "grants"].iloc[0]
    shown = ["recipient", "funding_stream", "period", "status", "amount_gbp"]
    assert listed[shown].tolist() == ["Alpha", "Lights", "2022-23", "budget", 5.0]
    wrong = [one for one in told(evidence) if "sheet Files" in one]
    assert "cell A6: 'gone.csv': no file of this name lies in awards/ or counts/" in wrong[0]
    assert "cell A7: 'GRANTS.csv': an earlier row names this file" in wrong[1]
    assert not any(one.startswith("awards/notes.csv") for one in told(evidence))
    assert evidence.start["prepared by"] is None


def test_column_names_are_given_in_the_words_of_the_sheets(folder: Path) -> None:
    put(folder, "awards/grants.csv", "Wer,Wieviel,Wann,Nr\nAlpha,£5,3/5/2024,DN 7\n")
    names = "recipient = Wer; Amount=Wieviel; agreed on = Wann"
    row = {"file": "grants.csv", "column names": names, "financial year": "From award date"}
    fill(folder, Files=[row])
    listed = read(folder).awards.set_index("recipient").loc["Alpha"]
    assert listed[["amount_gbp", "period"]].tolist() == [5.0, "2024-25"]


@pytest.mark.parametrize("names", ["how much = Wieviel", "Wieviel", "amount: Wieviel"])
def test_a_column_name_that_is_no_field_is_told(names: str, folder: Path) -> None:
    put(folder, "awards/grants.csv", "Wer,Wieviel\nAlpha,£5\n")
    fill(folder, Files=[{"file": "grants.csv", "column names": names}])
    (problem,) = [one for one in told(read(folder)) if one.startswith("awards/")]
    assert f"column names says {names!r}; write a field, =, and its header" in problem
    assert "agreed on" in problem


def test_what_programs_leave_behind_is_ignored_and_copies_count_once(folder: Path) -> None:
    put(folder, "awards/grants.csv", YEARS)
    for name in ("~$grants.csv", ".~lock.grants.csv#", ".DS_Store", "Thumbs.db"):
        put(folder, f"awards/{name}", "nothing")
    put(folder, "awards/zz copy.csv", YEARS)
    evidence = read(folder)
    assert len(evidence.awards) == 4
    files = [one for one in told(evidence) if one.startswith("awards/")]
    assert files == [
        "awards/zz copy.csv, : holds the same as grants.csv and counts once; delete one of them"
    ]


def test_two_lists_with_the_same_awards_are_broken_until_files_says_which(folder: Path) -> None:
    head, one, two = YEARS.splitlines()
    put(folder, "awards/a.csv", "\n".join([head, one, two]))
    put(folder, "awards/b.csv", "\n".join([head, one, "Gamma,Bins,2024-25,70"]))
    put(folder, "awards/c.csv", "\n".join([head, "Delta,Bins,2024-25,70", "Eta,Bins,2024-25,71",
                                           "Zeta,Bins,2024-25,72", two]))  # fmt: skip
    evidence = read(folder)
    # Half of b stands in a, and half of a in c, which is longer.
    assert set(evidence.awards["listing"]) == {"report", "a"}
    assert sum("left out until sheet Files says which counts" in x for x in told(evidence)) == 2
    fill(folder, Files=[{"file": "a.csv", "use": "no"}])
    assert set(read(folder).awards["listing"]) == {"report", "b", "c"}


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(folder: Path) -> None:
    put(folder, "awards/minutes.csv", "Minutes of the meeting\nNothing was said\n")
    (folder / "awards" / "scan.pdf").write_bytes(b"%PDF-1.4")
    (folder / "awards" / "broken.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "counts" / "page.html").write_text("<p>none</p>", encoding="utf-8")
    evidence = read(folder)
    assert len(evidence.awards) == 2
    files = {one.file for one in evidence.problems if one.state == "broken"}
    assert files == {"awards/minutes.csv", "awards/scan.pdf", "awards/broken.xlsx",
                     "counts/page.html"}  # fmt: skip
    reviewed = run("review", folder)
    assert reviewed.exit_code == 0, reviewed.output
    assert "Not read: awards/scan.pdf: scan.pdf is a PDF" in reviewed.stderr


def test_hidden_rows_of_a_list_are_read_and_named(folder: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for line in YEARS.replace('"1,000"', "1000").splitlines():
        book.active.append(line.split(","))
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["Z"].hidden = True  # holds nothing
    book.save(folder / "awards" / "grants.xlsx")
    evidence = read(folder)
    assert len(evidence.awards) == 4
    assert [one for one in told(evidence) if one.startswith("awards/")] == [
        "awards/grants.xlsx, sheet Sheet: hidden, and read all the same: row 3; look whether they "
        "count"
    ]


def test_a_list_is_what_its_bytes_are_whatever_its_name(folder: Path) -> None:
    put(folder, "awards/grants.xlsx", YEARS)
    evidence = read(folder)
    assert len(evidence.awards) == 4
    assert not any(one.startswith("awards/") for one in told(evidence))


def test_names_that_would_make_one_key_stay_apart(folder: Path) -> None:
    names = ["grants", "Grants", "grants source", "GRANTS-SOURCE", "counts crime"]
    fill(folder, Sources=[{"name": name} for name in names])
    put(folder, "awards/grants.csv", YEARS)
    put(folder, "awards/GRANTS.txt", YEARS.replace("Alpha", "Eta").replace("Beta", "Zeta"))
    put(folder, "counts/crime.csv", ONS)
    put(folder, "counts/crime.txt", ONS.replace("2031", "2032"))
    evidence = read(folder)
    assert evidence.sources["source_id"].is_unique
    assert len(evidence.awards) == 6
    listed = evidence.awards["listing"].value_counts()
    assert sorted(listed) == [2, 2, 2]
    assert (evidence.recorded_crime["source_id"].str.startswith("counts-crime")).sum() == 6
    twice = [one for one in told(evidence) if "an earlier row bears this name" in one]
    assert len(twice) == 2


def test_days_that_are_not_the_year_beside_them_are_told(tmp_path: Path) -> None:
    folder = started(tmp_path / "d")
    award = {"recipient": "Halo", "funding stream": "Fund", "amount": "£5", "source": "Report"}
    days = {"from": "1/4/2024", "to": "30/9/2024", "financial year": "2024-25"}
    whole = days | {"to": "31/3/2025"}
    fill(folder, Awards=[award | days, award | whole], Sources=[{"name": "Report"}])
    evidence = read(folder)
    assert evidence.awards["period"].tolist() == ["2024-04/2024-09", "2024-25"]
    (problem,) = evidence.problems
    assert (problem.state, problem.place) == ("to do", "sheet Awards, cell I4")


ONS = """Table P1: Police recorded crime, number of offences, year ending March 2031
Area Code,Area Name,Burglary,Residential burglary,Non-residential burglary
E23000008,Durham,"1,200",800,400
"""


def test_counts_join_the_bundled_statistics(folder: Path) -> None:
    put(folder, "counts/crime.csv", ONS)
    evidence = read(folder)
    crime = evidence.recorded_crime
    mine = crime[crime["source_id"] == "counts-crime"]
    assert mine.set_index("offence")["offences"].to_dict() == {
        "Burglary": 1200, "Residential burglary": 800, "Non-residential burglary": 400,
    }  # fmt: skip
    assert len(crime) == 3 + len(pcc.load_recorded_crime())
    assert evidence.sources.set_index("source_id").loc["counts-crime", "document"] == "crime.csv"
    assert "recorded_crime" in evidence.own


def test_prices_of_the_folder_take_the_place_of_the_bundled(folder: Path) -> None:
    head = "Financial year,GDP deflator at market prices\n,2023-24 = 100\n"
    put(folder, "counts/prices.csv", f"{head}2022-23,94.5\n2023-24,100.0\n")
    assert read(folder).deflator["price_index"].tolist() == [94.5, 100.0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"direction": "fell by", "as printed": "9.4"}, "a count is a whole number"),
        ({"direction": "fell by", "as printed": "-9.4%"}, "the direction is 'fell by' too"),
        ({"direction": "changed from-to", "as printed": "9.4%"}, "is no change from one number"),
    ],
)
def test_a_result_that_cannot_be_meant_is_asked_for(
    row: dict[str, str], said: str, tmp_path: Path
) -> None:
    folder = started(tmp_path / "d")
    fill(folder, Outcomes=[{"measure": "Crime"} | row])
    evidence = read(folder)
    assert evidence.outcomes.empty
    (problem,) = told(evidence)
    assert problem.startswith("evidence.xlsx, sheet Outcomes, cell C4")
    assert said in problem


@pytest.mark.parametrize(
    ("more", "place", "said"),
    [
        ({"from": "1 April 2024"}, "cell G4", "only one of from and to is given"),
        ({"from": "1/4/2024", "to": "1/3/2024"}, "cell H4", "before it starts"),
        ({}, "row 4", "no period is given, here or in sheet Start"),
    ],
)
def test_an_award_without_a_life_or_a_known_status_is_named(
    more: dict[str, str], place: str, said: str, tmp_path: Path
) -> None:
    folder = started(tmp_path / "d", period=None)
    award = {"recipient": "Halo", "funding stream": "Fund", "amount": "£5", "source": "Report"}
    fill(folder, Awards=[award | more], Sources=[{"name": "Report"}])
    evidence = read(folder)
    assert evidence.awards.empty
    wrong = [one for one in told(evidence) if "sheet Awards" in one]
    assert len(wrong) == 1
    assert place in wrong[0]
    assert said in wrong[0]


def test_a_decision_without_reason_or_decider_is_refused(tmp_path: Path) -> None:
    folder = started(tmp_path / "d")
    fill(folder, Services=[{"service": "Youth", "decision": "stop", "decided by": "A. N."}])
    evidence = read(folder)
    assert evidence.services["decision"].isna().all()
    assert "a decision without reason is refused" in told(evidence)[0]


def test_a_folder_is_told_from_a_package_and_from_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(pcc.errors.DataPackageError, match="is not a folder"):
        pcc.read_evidence(tmp_path / "none")
    answer(folder, area="Atlantis")
    with pytest.raises(pcc.errors.DataPackageError, match=r"cell B3: 'Atlantis'.*choose"):
        pcc.read_evidence(folder)
    assert run("check", folder).exit_code == 2
    shutil.copy(folder / "evidence.xlsx", folder / "evidence.ods")
    with pytest.raises(pcc.errors.DataPackageError, match="keep the one that counts"):
        pcc.read_evidence(folder)


def test_check_says_all_of_it_in_a_persons_words(folder: Path) -> None:
    fill(folder, Outcomes=[{"measure": "Crime", "as printed": DAY}])
    put(folder, "awards/grants.csv", UNDATED)
    checked = run("check", folder)
    assert checked.exit_code == 1
    said = " ".join(checked.output.replace("│", " ").split())
    for words in (
        "sheet Outcomes, cell C8", "sheet Outcomes, cell B8", "awards/grants.csv",
        "is read as 1 April 2024 to 31 March 2025",
        "no period typed: that of sheet Start, 2024-25",
        "To paste into sheet Files, below its last row:",
        "To paste into sheet Checks, below its last row:",
    ):  # fmt: skip
        assert words in said, words
    pasted = [line for line in checked.output.splitlines() if line.startswith("grants.csv\t")]
    assert pasted == ["grants.csv\t\taward list\t\t\t2024-25"]
    assert "parts-of-youth-awards\t\t\t\t\tthe reason\twho gives it" in checked.output
    for code in ("KeyError", "NaN", "None", "DataFrame", "subject_id"):
        assert code not in checked.output


def test_check_is_content_once_everything_is_answered(folder: Path) -> None:
    fill(folder, Checks=[{"check": "Parts of Youth awards", "reason": "Late", "who": "A. N."}])
    checked = run("check", folder)
    assert checked.exit_code == 0, checked.output
    assert "8 of 8 checks find nothing; nothing broken, nothing to do." in checked.output
    frame = pcc.conformance(folder).check().frame
    assert set(frame["state"]) == {"ok", "read as"}


def test_review_reads_the_folder_and_keeps_its_reasons(folder: Path) -> None:
    fill(folder, Checks=[{"check": "Parts of Youth awards", "reason": "Late", "who": "A. N."}])
    reviewed = run("review", folder)
    assert reviewed.exit_code == 0, reviewed.output
    assert "£20,000.25" in reviewed.output
    page = (folder / "review" / "index.html").read_text(encoding="utf-8")
    assert "Review of commissioning in Durham" in page
    assert "Late (A. N.)" in page
    assert run("review", folder).exit_code == 2  # nothing is written over unasked
    assert run("review", folder, "--force").exit_code == 0
    assert run("review", folder, "--evidence", folder).exit_code == 2
    # What was written is never read as evidence, and the workbook is as it was.
    assert read(folder).awards["amount_gbp"].sum() == 20000.25


def test_the_workbook_and_the_files_are_never_written(folder: Path) -> None:
    put(folder, "awards/grants.csv")

    def stamps() -> dict[str, tuple[int, bytes]]:
        return {
            path.name: (path.stat().st_mtime_ns, path.read_bytes())
            for path in folder.rglob("*")
            if path.is_file() and "review" not in path.parts
        }

    before = stamps()
    for command in ("check", "review"):
        run(command, folder)
    run("export", folder, "--out", folder.parent / "package")
    assert stamps() == before


def test_export_gives_the_same_evidence_as_a_sound_package(folder: Path, tmp_path: Path) -> None:
    put(folder, "counts/crime.csv", ONS)
    put(folder, "awards/grants.csv", YEARS)  # fmt: skip
    done = run("export", folder, "--out", tmp_path / "package")
    assert done.exit_code == 0, done.output
    own, package = read(folder), pcc.read_evidence(tmp_path / "package")
    for name in ("awards", "outcomes", "totals", "figures", "statements", "recorded_crime"):
        pd.testing.assert_frame_equal(getattr(own, name), getattr(package, name))
    assert pcc.conformance(tmp_path / "package").broken == 0
    assert run("export", folder, "--out", tmp_path / "package").exit_code == 2
    assert run("export", tmp_path / "package", "--out", tmp_path / "again").exit_code == 2


@pytest.mark.slow
def test_an_open_document_workbook_gives_the_same_evidence(folder: Path) -> None:
    before = read(folder)
    ods = saved_by_libreoffice(folder / "evidence.xlsx", "ods")
    (folder / "evidence.xlsx").unlink()
    ods.rename(folder / "evidence.ods")
    shutil.rmtree(folder / "saved-ods")
    after = read(folder)
    for name in ("awards", "outcomes", "totals", "statements"):
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))


def test_money_of_another_kind_stands_beside_the_awards(tmp_path: Path) -> None:
    folder = started(tmp_path / "d")
    award = {"recipient": "Halo", "funding stream": "Fund", "amount": "£5,000", "source": "Report"}
    words = {
        "applied for": "bid", "budget": "budget", "up to": "ceiling", "forecast": "forecast",
        "spent (outturn)": "outturn", "returned (clawback)": "returned",
        "carried forward": "carried_forward", "allocated": "allocation",
    }  # fmt: skip
    rows = [award | {"status": word, "amount": f"£{n}00"} for n, word in enumerate(words, 1)]
    fill(folder, Awards=[*rows, award], Sources=[{"name": "Report"}])
    evidence = read(folder)
    assert evidence.awards.set_index("status")["amount_gbp"].to_dict() == {
        "award": 5000.0, **{code: 100.0 * n for n, code in enumerate(words.values(), 1)},
    }  # fmt: skip
    # Each kind has a sum of its own, and none holds another's money.
    page = (run("review", folder), (folder / "review" / "index.html").read_text("utf-8"))[1]
    for said in ("£5,000", *(f"£{n}00" for n in range(1, 9))):
        assert said in page
    assert "£8,600" not in page  # all of them


def test_the_base_year_of_prices_is_that_of_sheet_start(tmp_path: Path) -> None:
    folder = started(tmp_path / "d")
    answer(folder, base_year_of_prices="2019-20")
    award = {"recipient": "Halo", "funding stream": "Fund", "amount": "£5,000", "source": "Report"}
    fill(folder, Awards=[award], Sources=[{"name": "Report"}])
    heads = pcc.review(folder).tables["spend_per_head"]
    assert set(heads["price_base"]) == {"2019-20"}
    answer(folder, base_year_of_prices="2031-32")
    (problem,) = read(folder).problems
    assert (problem.state, problem.place) == ("broken", "sheet Start, cell B8")
    assert "no index of prices is held for this year" in problem.text
    assert set(pcc.review(folder).tables["spend_per_head"]["price_base"]) != {"2019-20"}


STREET = """Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,\
LSOA name,Crime type,Last outcome category,Context
a1,2024-01,{0},{0},1,52,On or near High Street,E01020634,County Durham 001A,Bicycle theft,,
a2,2024-01,{0},{0},1,52,On or near Park Lane,E01020634,County Durham 001A,Bicycle theft,,
a3,2024-01,{0},{0},1,52,On or near High Street,E01017995,Cambridge 001A,Bicycle theft,,
,2024-01,{0},{0},,,No Location,,,Anti-social behaviour,,
"""


def test_street_records_are_counted_by_district_category_and_month(tmp_path: Path) -> None:
    folder = started(tmp_path / "d")
    put(folder, "counts/2024-01-durham-street.csv", STREET.format("Durham Constabulary"))
    evidence = read(folder)
    mine = evidence.street_crime[evidence.street_crime["source_id"].str.startswith("counts-")]
    columns = ["area_code", "location", "category", "recorded_as", "records"]
    assert sorted(mine[columns].itertuples(index=False, name=None)) == [
        ("E06000047", "in_the_area", "Bicycle theft", "crime", 2),
        ("E23000008", "not_located", "Anti-social behaviour", "incident", 1),
        ("E23000008", "outside_the_force", "Bicycle theft", "crime", 1),
    ]
    assert len(evidence.street_crime) == 3 + len(pcc.load_street_crime())
    assert "4 counts" not in str(evidence.readings)


AREAS: list[tuple[str, dict[str, Any]]] = [
    ("Gwent", {}), ("City of London", {}), ("Greater Manchester", {}),
    ("Metropolitan Police", {"financial year": "2031-32"}),
]  # fmt: skip
ONE_AREA = [AREAS[0], *(pytest.param(*area, marks=pytest.mark.slow) for area in AREAS[1:])]


@pytest.mark.parametrize(("area", "more"), ONE_AREA)
def test_any_area_gives_a_review_of_awards_alone(
    area: str, more: dict[str, Any], tmp_path: Path
) -> None:
    folder = started(tmp_path / "d", area=area, period=more.get("financial year", "2024-25"))
    award = {"recipient": "Halo", "funding stream": "Fund", "amount": "£5,000", "source": "Report"}
    fill(folder, Awards=[award | more], Sources=[{"name": "Report"}])
    reviewed = run("review", folder)
    assert reviewed.exit_code == 0, reviewed.output
    assert "£5,000" in reviewed.output
