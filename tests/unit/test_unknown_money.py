"""A sum of unknown amounts is unknown, and one beside unknown amounts is a lower bound."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.review_pack.pack import contents_of
from pccfunding.words import sum_text

STREAM = "Local partnership co-commissioning"
AMOUNTS = ["amount_gbp", "amount_low_gbp", "amount_high_gbp"]


def review_without(*streams: str) -> pcc.review_pack.Review:
    evidence = pcc.load_evidence()
    lost = evidence.awards["funding_stream"].isin(streams)
    awards = evidence.awards.copy()
    awards.loc[lost, AMOUNTS] = np.nan
    awards.loc[lost, "token"] = None
    awards.loc[lost, "unknown"] = "not_published"
    return pcc.review(dataclasses.replace(evidence, awards=awards))


def page_text(found: pcc.review_pack.Review) -> str:
    page = contents_of(found)["index.html"].decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture(scope="module")
def found() -> pcc.review_pack.Review:
    return review_without(STREAM)


def test_a_heading_of_unknown_amounts_is_unknown(found: pcc.review_pack.Review) -> None:
    sums = found.tables["subtotals"].set_index("funder_group")
    assert pd.isna(sums.at[STREAM, "amount_gbp"])
    assert pd.isna(sums.at[STREAM, "share_pct"])
    assert sums.at["all lines", "amount_gbp"] == 3_746_484 + 1_903_112
    assert sums.at["all lines", "n_known"] == 7


@pytest.mark.slow
def test_the_page_says_that_a_sum_is_a_lower_bound(found: pcc.review_pack.Review) -> None:
    text = page_text(found)
    assert "at least £5,649,596 (7 of 8 amounts known)" in text
    assert "Subtotal, derived: at least, 0 of 1 amount known" in text
    assert re.search(r"£0(?![.\d])", text) is None
    number = found.summary.set_index("finding").at["Funded in 2023-24", "number"]
    assert number == "at least £5,649,596 (7 of 8 amounts known)"


def test_a_theme_of_unknown_amounts_is_unknown() -> None:
    whole = pcc.review(pcc.load_evidence())
    of_theme = whole.tables["awards"].dropna(subset=["theme"])
    name = of_theme["theme"].iloc[0]
    streams = of_theme.loc[of_theme["theme"] == name, "funding_stream"]
    themes = review_without(*streams).tables["themes"].set_index("theme")
    assert pd.isna(themes.at[name, "amount_gbp"])
    assert themes.at[name, "n_known"] == 0 < themes.at[name, "award_lines"]


@pytest.mark.slow
def test_known_sums_are_as_they_were() -> None:
    sums = pcc.review(pcc.load_evidence()).tables["subtotals"]
    assert sums["amount_gbp"].tolist() == [3_746_484, 1_903_112, 331_862, 5_981_458]
    assert "amounts known)" not in page_text(pcc.review(pcc.load_evidence()))


@pytest.mark.parametrize(
    ("amount", "known", "of", "said"),
    [
        (12.5, 2, 2, "£12.50"),
        (12.5, 1, 2, "at least £12.50 (1 of 2 amounts known)"),
        (None, 0, 1, "unknown (0 of 1 amount known)"),
    ],
)
def test_a_sum_in_words(amount: float | None, known: int, of: int, said: str) -> None:
    assert sum_text(amount, known, of) == said
