"""Reasons and decisions: from the workbook to the Review, the signature and the next Review."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filling import answer, fill, started

import pccfunding as pcc
from pccfunding.cli import main

SERVICE = {
    "service": "Mentoring", "what it is for": "First-time entrants", "targets": "200",
    "decision": "cannot decide", "reason": "Two quarters are missing", "decided by": "A. Name",
    "role": "Commissioner", "on": "12 June 2025",
}  # fmt: skip
AWARD = {
    "recipient": "Alpha", "funding stream": "Youth Fund", "amount": "£12,500",
    "part of": "Youth Fund", "source": "Report",
}  # fmt: skip
TOTAL = {
    "what": "Youth Fund", "amount": "£14,000", "parts listed": "all", "period": "2024-25",
    "source": "Report",
}  # fmt: skip
REASON = {"check": "Parts of Youth Fund", "reason": "A grant came late", "who": "B. Name"}
WHO = ("--name", "C. Person", "--role", "Commissioner")


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "400"}).invoke(main, [str(one) for one in arguments])


def folder_with(place: Path, **sheets: list[dict[str, object]]) -> Path:
    folder = started(place)
    answer(folder, commissioners_office="Office of Durham")
    fill(folder, **{"Sources": [{"name": "Report"}], "Awards": [AWARD], **sheets})
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_with(
        tmp_path_factory.mktemp("job") / "durham", Amounts=[TOTAL], Checks=[REASON],
        Services=[SERVICE, {"service": "Lights"}],
    )  # fmt: skip
    done = run("review", folder)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def reviewed(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "durham"))


def page_of(pack: Path) -> str:
    return (pack / "index.html").read_text(encoding="utf-8")


def test_a_decision_is_entered_and_not_signed_until_somebody_signs(reviewed: Path) -> None:
    pack = reviewed / "review"
    page = page_of(pack)
    assert "cannot decide (entered, not signed)" in page
    assert "1 decision is entered, not signed" in page
    assert "Two quarters are missing" in page
    signed = run("sign", pack, *WHO)
    assert signed.exit_code == 0, signed.output
    record = json.loads((pack / "sign-off.json").read_bytes())
    assert record["decision"] == "by-service"
    assert record["services"] == [
        {
            "service": "Mentoring", "decision": "cannot-decide", "decided_by": "A. Name",
            "reason": "Two quarters are missing", "role": "Commissioner",
            "decided_on": "2025-06-12",
        }
    ]  # fmt: skip
    said = run("verify", pack, "--require-signed")
    assert said.exit_code == 0, said.output
    assert "Mentoring: cannot-decide (A. Name)" in said.output


def test_a_decision_about_the_whole_adopts_the_services_too(reviewed: Path) -> None:
    pack = reviewed / "review"
    done = run("sign", pack, *WHO, "--decision", "change", "--reason", "Half is not delivered")
    assert done.exit_code == 0, done.output
    record = json.loads((pack / "sign-off.json").read_bytes())
    assert record["decision"] == "change"
    assert [one["service"] for one in record["services"]] == ["Mentoring"]


def test_where_nothing_is_entered_a_decision_is_asked_for(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "d", Services=[{"service": "Lights"}])
    assert run("review", folder).exit_code == 0
    assert "No decision is entered about 1 service." in page_of(folder / "review")
    refused = run("sign", folder / "review", *WHO)
    assert refused.exit_code == 2
    assert "no decision about a service" in refused.stderr
    alone = run("sign", folder / "review", *WHO, "--decision", "stop")
    assert alone.exit_code == 2
    assert "needs a reason" in alone.stderr


def test_a_record_that_adopts_other_decisions_is_no_record(reviewed: Path) -> None:
    from pccfunding.review_pack.stored_pack import sealed  # the seal of a forged record

    pack = reviewed / "review"
    assert run("sign", pack, *WHO).exit_code == 0
    record = json.loads((pack / "sign-off.json").read_bytes())
    record["services"][0]["decision"] = "continue"
    (pack / "sign-off.json").write_bytes(sealed(record))
    told = run("verify", pack)
    assert told.exit_code == 1
    assert "not the decisions that tables/services.csv holds" in told.stderr


@pytest.mark.slow
def test_a_signed_review_is_kept_and_compared_with_the_next(reviewed: Path) -> None:
    pack, kept = reviewed / "review", reviewed / "review-signed-1"
    assert run("review", reviewed, "--force").exit_code == 0
    assert not kept.exists()  # nobody had signed
    assert run("sign", pack, *WHO).exit_code == 0
    before = {path.name: path.read_bytes() for path in pack.iterdir() if path.is_file()}
    again = run("review", reviewed, "--force")
    assert again.exit_code == 0, again.output
    assert "kept in" in again.stderr
    assert {path.name: path.read_bytes() for path in kept.iterdir() if path.is_file()} == before
    assert run("verify", kept, "--require-signed").exit_code == 0
    assert run("verify", pack, "--require-signed").exit_code == 1
    # The reason stands in the workbook, so the second Review can be signed as it is.
    assert "A grant came late (B. Name)" in page_of(pack)
    also = run("sign", pack, *WHO, "--decision", "change", "--reason", "Half is not delivered")
    assert also.exit_code == 0
    assert run("review", reviewed, "--force").exit_code == 0
    assert (reviewed / "review-signed-2" / "sign-off.json").exists()
    compared = run("diff", kept, pack, "--out", reviewed / "diff")
    assert "no number and no verdict differs" in compared.output


def test_a_kept_review_is_not_kept_twice_after_a_command_that_stopped(reviewed: Path) -> None:
    pack = reviewed / "review"
    assert run("sign", pack, *WHO).exit_code == 0
    shutil.copytree(pack, reviewed / "review-signed-1")
    assert run("review", reviewed, "--force").exit_code == 0
    assert not (reviewed / "review-signed-2").exists()


def test_an_own_folder_of_the_name_of_a_kept_review_stays_as_it_is(reviewed: Path) -> None:
    assert run("sign", reviewed / "review", *WHO).exit_code == 0
    own = reviewed / "review-signed-1"
    own.mkdir()
    (own / "notes.txt").write_text("mine", encoding="utf-8")
    assert run("review", reviewed, "--force").exit_code == 0
    assert [path.name for path in own.iterdir()] == ["notes.txt"]
    assert (reviewed / "review-signed-2" / "sign-off.json").exists()


def test_reasons_and_decisions_leave_with_export(reviewed: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    assert run("export", reviewed, "--out", package).exit_code == 0
    evidence = pcc.read_evidence(package)
    assert evidence.services["decision"].tolist()[0] == "cannot-decide"
    assert evidence.statements["explained_by"].tolist() == ["B. Name"]
    found = pcc.review(package, area_code="Durham", period="2024-25")
    assert found.exceptions == {"parts-of-youth-fund": "A grant came late (B. Name)"}
    assert pcc.conformance(package).broken == 0


def test_a_folder_goes_straight_into_a_review(reviewed: Path) -> None:
    for found in (pcc.review(reviewed), pcc.review(pcc.read_evidence(str(reviewed)))):
        assert (found.area.name, found.period.label) == ("Durham", "2024-25")
        assert found.exceptions == {"parts-of-youth-fund": "A grant came late (B. Name)"}
        assert found.tables["services"]["service"].tolist() == ["Mentoring", "Lights"]
    given = pcc.review(reviewed, exceptions={"parts-of-youth-fund": "Another reason"})
    assert given.exceptions == {"parts-of-youth-fund": "Another reason"}


def test_what_was_not_read_stands_on_the_page(tmp_path: Path) -> None:
    broken = AWARD | {"amount": "a lot"}
    folder = folder_with(tmp_path / "d", Awards=[AWARD | {"part of": ""}, broken])
    found = pcc.review(folder)
    assert found.tables["left_out"]["place"].tolist() == ["sheet Awards, cell C5"]
    page = found.page()
    assert ("Not read", "1 cell, row or file, named in the annex") in page.particulars
    assert "left-out" in [section.id for section in page.sections]
    whole = pcc.review(folder_with(tmp_path / "whole", Awards=[AWARD | {"part of": ""}]))
    assert "left-out" not in [section.id for section in whole.page().sections]


def test_a_service_is_named_once(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "d", Services=[SERVICE, SERVICE | {"service": "mentoring"}])
    evidence = pcc.read_evidence(folder)
    assert evidence.services["service"].tolist() == ["Mentoring"]
