"""What a list says of each award's status: read where it is known, told where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from filling import started

import pccfunding as pcc
from pccfunding.office import FolderEvidence

HEAD = "Recipient,Amount (£),Financial year,Status\n"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Returned", "returned"),
        ("returned (clawback)", "returned"),
        ("Clawed back", "returned"),
        ("Refunded to OPCC", "returned"),
        ("Repaid March 2025", "returned"),
        ("Carried forward", "carried_forward"),
        ("carry-over", "carried_forward"),
        ("Rolled over to 2025-26", "carried_forward"),
        ("Forecast", "forecast"),
        ("Projected", "forecast"),
        ("Up to", "ceiling"),
        ("Maximum", "ceiling"),
        ("Not yet paid", "award"),
        ("Unpaid", "award"),
        ("To be paid", "award"),
        ("Awaiting payment", "award"),
        ("Paid", "outturn"),
        ("Spent", "outturn"),
        ("Budget", "budget"),
        ("Allocated", "allocation"),
        ("Applied for", "bid"),
        ("Not approved", "bid"),
        ("Approved", "award"),
        ("Ongoing", "award"),
        ("Committed", "award"),
    ],
)
def test_a_status_is_read_in_the_words_of_lists(said: str, status: str, tmp_path: Path) -> None:
    place = tmp_path / "grants.csv"
    place.write_text(f"{HEAD}Halo,500,2024-25,{said}\n", encoding="utf-8")
    result = pcc.read_awards(place)
    assert result.frame["status"].tolist() == [status]
    assert "status-unread" not in result.cautions


def test_every_status_of_the_workbook_is_read_in_a_list_too(tmp_path: Path) -> None:
    from pccfunding.office.sheets import STATUSES

    place = tmp_path / "grants.csv"
    rows = [f"Halo {number},{number}00,2024-25,{word}" for number, word in enumerate(STATUSES, 1)]
    place.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    assert pcc.read_awards(place).frame["status"].tolist() == list(STATUSES.values())


def test_money_that_came_back_is_in_no_sum_of_awards_and_a_strange_word_is_told(
    tmp_path: Path,
) -> None:
    folder = started(tmp_path / "durham")
    rows = "Halo,500,2024-25,Approved\nHub,40,2024-25,Returned\nHarbour,7,2024-25,Closed\n"
    (folder / "awards" / "grants.csv").write_text(HEAD + rows, encoding="utf-8")
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    (told,) = [one for one in evidence.problems if "Closed" in one.says]
    assert (told.state, told.file, told.place) == ("to do", "awards/grants.csv", "line 4")
    assert "no status known here, read as awarded; say in sheet Files, status" in told.text
    # £500 and £7; the £40 that came back stand by themselves.
    sums = pcc.review(evidence).tables["subtotals"]
    every = sums[sums["funder_group"] == "all lines"].set_index("status")["amount_gbp"]
    assert every.to_dict() == {"award": 507.0, "returned": 40.0}
