"""encode_keys: the columns of closed vocabularies as one categorical type each."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError
from pccfunding.measures import encode_keys
from pccfunding.schemas import FLOWS, STATUSES, UNKNOWN_KINDS

COLUMNS: dict[str, list[Any]] = {
    "area_code": ["E23000023", None],
    "flow": [FLOWS[0], None],
    "status": ["outturn", "award"],
    "unknown": [None, UNKNOWN_KINDS[0]],
    "funding_stream": ["Victims", "Youth Fund"],
    "amount_gbp": [1.0, None],
}


def words_of(frame: Any, name: str) -> list[str]:
    if isinstance(frame, pd.DataFrame):
        assert not frame[name].cat.ordered
        return frame[name].cat.categories.tolist()
    return frame[name].dtype.categories.to_list()


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_columns_of_closed_vocabularies_are_encoded_and_no_others(make: Any) -> None:
    given = make(COLUMNS)
    found = encode_keys(given)
    assert type(found) is type(given)
    assert words_of(found, "area_code") == sorted(pcc.load_areas()["area_code"])
    assert words_of(found, "flow") == sorted(FLOWS)
    assert words_of(found, "status") == sorted(STATUSES)
    assert words_of(found, "unknown") == sorted(UNKNOWN_KINDS)
    for name in ("funding_stream", "amount_gbp"):
        assert found[name].dtype == given[name].dtype
    back = pd.DataFrame({name: list(found[name]) for name in COLUMNS})
    assert back["status"].tolist() == ["outturn", "award"]
    assert back["area_code"].isna().tolist() == [False, True]
    assert back["unknown"].isna().tolist() == [True, False]
    # The frame that was given stays as it is.
    assert given["status"].dtype == make(COLUMNS)["status"].dtype


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_further_vocabularies_are_sorted_and_win_over_the_closed_ones(make: Any) -> None:
    words = {
        "funding_stream": ["Youth Fund", "Victims", "Youth Fund"],
        "status": ["outturn", "award"],
    }
    found = encode_keys(make(COLUMNS), vocabularies=words)
    assert words_of(found, "funding_stream") == ["Victims", "Youth Fund"]
    assert words_of(found, "status") == ["award", "outturn"]
    again = encode_keys(make(COLUMNS), vocabularies={"status": iter(["award", "outturn"])})
    assert again["status"].dtype == found["status"].dtype


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            {"vocabularies": ["status"]},
            "vocabularies is a list; it takes a mapping of columns to their words, such as "
            "{'status': ['award', 'bid']}.",
        ),
        (
            {"vocabularies": {"status": "award"}},
            "status has a str; vocabularies takes a mapping of columns to their words, such as "
            "{'status': ['award', 'bid']}.",
        ),
        (
            {"vocabularies": {"status": 3}},
            "status has a int; vocabularies takes a mapping of columns to their words, such as "
            "{'status': ['award', 'bid']}.",
        ),
        (
            {"vocabularies": {"fund": ["A"]}},
            "frame has no column 'fund'. It has: status.",
        ),
        (
            {"vocabularies": {"status": ["bid"]}},
            "status holds 'award', which is not in its vocabulary of 1 values. Correct it, or give "
            "all its values: vocabularies={'status': [...]}.",
        ),
    ],
)
def test_what_is_no_vocabulary_is_refused(how: dict[str, Any], words: str) -> None:
    for make in (pd.DataFrame, pl.DataFrame):
        with pytest.raises(TableError) as refusal:
            encode_keys(make({"status": ["award"]}), **how)
        assert str(refusal.value) == words
