"""Award lists as two councils really published them; skipped where the files are not there."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from pccfunding.formats import read_awards, recipient_names

pytestmark = pytest.mark.samples


def sample(name: str) -> Path:
    return Path(os.environ["PCCFUNDING_SAMPLES"]) / "awards" / name


def test_a_hand_made_list_loses_no_row() -> None:
    result = read_awards(sample("warwickshire_2015_16.csv"))
    assert len(result.frame) == result.n_rows == 301
    assert result.rejected.empty
    assert result.others.empty
    with sample("warwickshire_2015_16.csv").open(encoding="utf-8", newline="") as lines:
        pence = sum(
            round(100 * float(row["Amount"].replace(",", ""))) for row in csv.DictReader(lines)
        )
    assert round(100 * result.frame["amount_gbp"].sum()) == pence
    assert result.frame["awarded_on"].notna().all()
    assert (result.frame["recipient_unknown"] == "withheld").sum() == 4


def test_a_list_in_the_360giving_form_is_read_to_the_penny() -> None:
    result = read_awards(sample("trafford_360giving.csv"))
    assert len(result.frame) == result.n_rows == 555
    assert round(100 * result.frame["amount_gbp"].sum()) == 129143654
    assert result.frame["award_id"].is_unique
    assert set(result.frame["funder"]) == {"Trafford Metropolitan Borough Council"}


def test_a_workbook_with_two_header_rows_loses_no_row() -> None:
    pytest.importorskip("python_calamine")
    result = read_awards(sample("warwickshire_2016_17.xlsx"))
    assert len(result.frame) == result.n_rows == 369
    assert result.rejected.empty
    assert result.frame["period"].notna().sum() == 5
    assert (result.frame["period_note"] == "One Off Grant").sum() == 364


def test_names_of_a_real_list_are_proposed_in_pairs() -> None:
    pytest.importorskip("rapidfuzz")
    pytest.importorskip("python_calamine")
    found = recipient_names(read_awards(sample("warwickshire_2016_17.xlsx")).frame)
    assert "Hill St Youth & Community Centre" in found.frame["recipient"].tolist()
