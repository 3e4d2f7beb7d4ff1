"""Lists of withheld, negative, hedged and tiny amounts: no sentence says more than they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pccfunding as pcc
from pccfunding import words
from pccfunding.money.pence import exact_sum, share_pct
from pccfunding.plots import alt_text
from pccfunding.review_pack.pack import contents_of


def page_of(desk: Path, *rows: str) -> str:
    text = "\n".join(["Recipient,Amount (£),Financial year", *rows]) + "\n"
    tables = pcc.award_tables(
        pcc.read_awards(text.encode()).frame,
        area="Gwent",
        source={"title": "Awards", "publisher": "Office of Gwent"},
        listing="list",
        funding_stream="Fund",
    )
    pcc.write_data_package(tables, desk, name="odd", title="Odd")
    page = contents_of(pcc.review(pcc.read_evidence(desk)))["index.html"].decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.slow
def test_money_that_was_paid_back_has_no_share(tmp_path: Path) -> None:
    page = page_of(tmp_path, "Halo,-500,2023-24", "Unity,200,2023-24")
    assert "They add up to −£300" in page
    assert "less than £0.01 below zero" in page
    assert "of the listed money" not in page
    assert "−67" not in page


@pytest.mark.slow
def test_of_withheld_amounts_there_is_no_sum(tmp_path: Path) -> None:
    page = page_of(tmp_path, "Halo,withheld,2023-24", "Unity,withheld,2023-24")
    assert "Their sum is unknown (0 of 2 amounts known)" in page
    assert "none of the amounts is known" in page
    assert "They add up" not in page
    assert "the sum of 0" not in page


def test_hedged_amounts_make_a_lower_bound_everywhere(tmp_path: Path) -> None:
    rows = ["Halo,up to £500,2023-24", "Unity,£5k,2023-24", "Youth,£1m-£2m,2023-24"]
    page = page_of(tmp_path, *rows)
    least = "at least £1,005,000 (1 of 3 amounts known)"
    assert f"Fund, Unity: £5,000 of {least}" in page
    assert "Fund, Halo: up to £500." in page
    assert "Fund, Halo: not in the documents held" not in page
    assert "Total, derived: at least £1,005,000." in page
    assert "of the one printed line" not in page


def test_a_part_is_neither_nothing_nor_the_whole() -> None:
    assert words.share(0.2, places=0) == "less than 1%"
    assert words.share(99.99, places=0) == "more than 99%"
    assert words.share(99.996) == "more than 99.99%"
    assert [words.share(one, places=0) for one in (0, 0.5, 99.4, 100)] == [
        "0%",
        "0%",
        "99%",
        "100%",
    ]
    assert words.pounds(-0.0005, places=2) == "less than £0.01 below zero"
    assert share_pct(-3, exact_sum([5, -3])) is None
    assert share_pct(5, exact_sum([5, -3])) is None
    assert share_pct(5, exact_sum([5, -8])) is None
    assert share_pct(5, exact_sum([5, 15])) == 25.0


def test_the_picture_says_that_a_sum_is_the_least() -> None:
    import pandas as pd

    rows = pd.DataFrame(
        {
            "row": ["line", "line", "total"],
            "funding_stream": ["A", "B", "Total"],
            "amount_gbp": [5.0, None, 5.0],
            "token": ["£5", "up to £9", None],
            "derived": [False, False, True],
            "lower_bound": [None, None, True],
        }
    )
    said = alt_text(rows, "streams")
    assert "B: up to £9." in said
    assert "Total, derived: at least £5." in said
