"""Rows whose note or status says that they were not given: bids where it says that, else told."""

from __future__ import annotations

import pytest

import pccfunding as pcc
from pccfunding.formats import ReadResult
from pccfunding.formats.award_files.award_status import status_of


def read(header: str, *cells: str) -> ReadResult:
    lines = [f"Recipient,Purpose,Amount (£),Financial year,{header}"]
    lines += [f"Body {at},p,{100 + at},2023-24,{cell}" for at, cell in enumerate(cells)]
    return pcc.read_awards("\n".join(lines).encode())


NOT_GIVEN = [
    *("Withdrawn", "withdrawn by applicant", "CANCELLED", "Declined", "Not awarded", "Lapsed"),
    *("Application withdrawn", "Grant was cancelled in May 2024", "Refused 03/04/2024"),
    *("Not taken up", "Did not proceed", "Unsuccessful"),
]


@pytest.mark.parametrize("header", ["Notes", "Comments", "Decision", "Panel"])
def test_a_cell_that_says_only_that_makes_a_bid(header: str) -> None:
    result = read(header, *NOT_GIVEN, "", "Paid in May")
    assert result.frame["status"].tolist() == ["bid"] * len(NOT_GIVEN) + ["award"] * 2
    told = result.changes[result.changes["value"] == "bid"]
    assert set(told["raw"]) == set(NOT_GIVEN)
    assert "declined-unread" not in result.cautions


@pytest.mark.parametrize(
    "note",
    [
        "An earlier bid was declined; this one was agreed",
        "Match funding withdrawn by the council so that the sum was raised",
    ],
)
def test_a_note_that_may_say_so_is_told_and_its_row_counts(note: str) -> None:
    result = read("Notes", note, "")
    assert result.frame["status"].tolist() == ["award", "award"]
    assert "declined-unread" in result.cautions
    assert note in result.changes["raw"].tolist()


@pytest.mark.parametrize("purpose", ["Refuse collection", "Cancelled debts service", "Rejection"])
def test_what_a_purpose_is_about_is_no_decision(purpose: str) -> None:
    text = f"Recipient,Purpose,Amount (£),Financial year\nHalo,{purpose},500,2023-24"
    result = pcc.read_awards(text.encode())
    assert result.frame["status"].tolist() == ["award"]
    assert "declined-unread" not in result.cautions


def test_a_column_that_asks_is_answered_by_yes() -> None:
    result = read("Withdrawn?", "Yes", "No", "", "x")
    assert result.frame["status"].tolist() == ["bid", "award", "award", "bid"]


def test_a_column_of_status_says_it_before_a_note() -> None:
    result = read("Status,Notes", "Paid,Withdrawn", "Withdrawn,", "Paid,")
    assert result.frame["status"].tolist() == ["outturn", "bid", "outturn"]
    assert "declined-unread" in result.cautions


def test_a_status_that_the_caller_gives_holds() -> None:
    text = "Recipient,Amount (£),Financial year,Notes\nHalo,500,2023-24,Withdrawn"
    assert pcc.read_awards(text.encode(), status="award").frame["status"].tolist() == ["award"]


def test_words_of_status_with_a_not_are_none_of_giving() -> None:
    said = ["Not successful", "Not accepted", "Not yet approved", "Not offered", "Never agreed"]
    assert [status_of(one) for one in said] == ["bid"] * len(said)
