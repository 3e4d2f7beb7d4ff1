"""What follows from a printed token is filled in where a file leaves it blank, and only there."""

from __future__ import annotations

import pandas as pd

# Private: the one place that fills a table of figures; readers reach it through whole folders.
from pccfunding.evidence.token_columns import filled_from_tokens

TOKENS = pd.DataFrame(
    {
        "token": ["9.4%", "£185.2m", "41"],
        "unit": ["percent", "GBP", "persons"],
        "direction": ["down", None, None],
    }
)


def test_a_blank_beside_what_is_stated_is_filled_and_the_statement_stays() -> None:
    stated = TOKENS.assign(value=["-9.4", None, "42"], low_closed=[None, None, False])
    found = filled_from_tokens(stated)
    # By hand, to half of the last digit; 42 is what the file says, though it is wrong.
    assert found["value"].tolist() == ["-9.4", "185200000", "42"]
    assert found["low"].tolist() == ["-9.45", "185150000", "40.5"]
    assert found["high"].tolist() == ["-9.35", "185250000", "41.5"]
    assert found["low_closed"].dtype == bool
    assert not found["low_closed"][2]
    assert found["low_closed"][1] == filled_from_tokens(TOKENS)["low_closed"][1]


def test_a_token_that_is_no_number_leaves_blanks() -> None:
    found = filled_from_tokens(TOKENS.assign(token=["n/k", "£185.2m", None]))
    assert found["value"].isna().tolist() == [True, False, True]
    assert found["low"].isna().tolist() == [True, False, True]
    assert not found["low_closed"][0]


def test_a_table_whose_columns_are_full_or_that_holds_no_tokens_stays_as_it_is() -> None:
    full = filled_from_tokens(TOKENS)
    changed = full.assign(value=["1", "2", "3"])
    held = changed.dropna(axis=1)
    assert filled_from_tokens(held)["value"].tolist() == ["1", "2", "3"]
    assert filled_from_tokens(TOKENS[["token"]]).equals(TOKENS[["token"]])
