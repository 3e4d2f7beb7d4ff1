"""What follows from a printed token is filled in where a file leaves it blank, and only there."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

# Private: the one place that fills a table of figures; readers reach it through whole folders.
from pccfunding.evidence.token_columns import (
    TOKEN_COLUMNS,
    amounts_of_no_token,
    broken_supersession,
    filled_from_tokens,
    misread_tokens,
    token_columns,
)

TOKENS = pd.DataFrame(
    {
        "token": ["9.4%", "£185.2m", "41"],
        "unit": ["percent", "GBP", "persons"],
        "direction": ["down", None, None],
    }
)


@pytest.mark.parametrize(
    ("reading", "value", "low", "high", "hedge", "resolution", "closed", "flags"),
    [
        # By hand: half of the last digit either way, turned round where it went down.
        (("9.4%", "percent", "down"), "-9.4", "-9.45", "-9.35", None, "0.1", (True, True), None),
        (("9.4%", "percent", "up"), "9.4", "9.35", "9.45", None, "0.1", (True, True), None),
        (
            ("over £1m", "GBP"),
            "1000000",
            "1000000",
            None,
            "more_than",
            "1000000",
            (False,) * 2,
            None,
        ),
        (("less than 40", "count"), "40", "0", "40", "less_than", "1", (True, False), None),
        (
            ("less than 40", "count", "down"),
            "-40",
            "-40",
            "0",
            "less_than",
            "1",
            (False, True),
            None,
        ),
        # Nobody says how far "about" reaches.
        (("about 50", "count"), "50", None, None, "about", "1", (False, False), None),
        (("(£5)", "GBP"), "-5", "-5", "-5", None, "1", (True, True), "accounting_parentheses"),
        ((None, "GBP"), None, None, None, None, None, (False, False), None),
        ((5.0, "GBP"), None, None, None, None, None, (False, False), None),
    ],
)
def test_the_columns_of_a_token(
    reading: tuple[Any, ...],
    value: str | None,
    low: str | None,
    high: str | None,
    hedge: str | None,
    resolution: str | None,
    closed: tuple[bool, bool],
    flags: str | None,
) -> None:
    token, unit, *direction = reading
    found = token_columns(token, unit=unit, direction=direction[0] if direction else None)
    values = (value, low, high, hedge, resolution, *closed)
    assert found == dict(zip(TOKEN_COLUMNS, values, strict=True)) | {"flags": flags}


def test_what_was_repaired_and_doubted_is_told_in_one_cell() -> None:
    flags = token_columns("(£2m)", unit="GBP")["flags"]
    assert flags == "accounting_parentheses;vacuous_precision"


def test_notation_and_precision_are_told_and_never_guessed() -> None:
    comma = token_columns("5,5", unit="percent", notation="comma")
    assert (comma["low"], comma["high"], comma["flags"]) == ("5.45", "5.55", "decimal_comma")
    exact = token_columns("£500,000", unit="GBP", precision="exact")
    assert (exact["low"], exact["high"]) == ("500000", "500000")
    plain = token_columns("£500,000", unit="GBP", precision="as_printed")
    assert (plain["low"], plain["high"]) == ("450000", "550000")


def test_a_blank_beside_what_is_stated_is_filled_and_the_statement_stays() -> None:
    stated = TOKENS.assign(value=["-9.4", None, "42"], low_closed=[None, None, False])
    found = filled_from_tokens(stated)
    # Rows keep their labels.
    labelled = filled_from_tokens(stated.set_index(pd.Index([7, 8, 9])))
    pd.testing.assert_frame_equal(labelled.reset_index(drop=True), found)
    # By hand, to half of the last digit; 42 is what the file says, though it is wrong.
    assert found["value"].tolist() == ["-9.4", "185200000", "42"]
    assert found["low"].tolist() == ["-9.45", "185150000", "40.5"]
    assert found["high"].tolist() == ["-9.35", "185250000", "41.5"]
    assert found["low_closed"].dtype == bool
    assert not found["low_closed"][2]
    assert found["low_closed"][1] == filled_from_tokens(TOKENS)["low_closed"][1]
    assert "value" not in TOKENS


def test_every_column_that_follows_is_there_with_its_type() -> None:
    found = filled_from_tokens(TOKENS.drop(columns="direction").set_index(pd.Index([7, 8, 9])))
    assert found.index.tolist() == [7, 8, 9]
    assert found.columns.tolist() == ["token", "unit", "precision", "direction", *TOKEN_COLUMNS]
    assert found["precision"].tolist() == ["as_printed"] * 3
    assert found["direction"].isna().all()
    assert found["value"].tolist() == ["9.4", "185200000", "41"]
    assert found["high_closed"].tolist() == [True, True, True]
    assert found["high_closed"].dtype == bool
    assert found["hedge"].isna().all()
    assert {str(found[name].dtype) for name in ("value", "hedge")} == {
        str(pd.Series(["a"], dtype="str").dtype)
    }


def test_words_of_direction_and_precision_count_in_a_table() -> None:
    table = pd.DataFrame(
        {
            "token": ["£500,000", "£500,000", "5,5"],
            "unit": ["GBP", "GBP", "percent"],
            "precision": ["exact", "as_printed", "as_printed"],
            "flags": [None, None, "decimal_comma"],
        }
    )
    found = filled_from_tokens(table)
    assert found["low"].tolist() == ["500000", "450000", "5.45"]


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
    assert filled_from_tokens(TOKENS[["unit"]]).equals(TOKENS[["unit"]])


def figures(**columns: list[Any]) -> pd.DataFrame:
    sound = filled_from_tokens(TOKENS.assign(flags=None))
    return sound.assign(**columns)


def test_what_a_row_states_beside_its_token_is_held_to_it() -> None:
    assert list(misread_tokens(figures())) == []
    wrong = figures(
        value=["9.4", "185200000", "41"],
        low_closed=[True, False, True],
        hedge=[None, None, "about"],
        token=["9.4%", "£185.2m", "41"],
    )
    assert list(misread_tokens(wrong)) == [
        (0, "value is '9.4', but '9.4%' reads as '-9.4'"),
        (1, "low_closed is False, but '£185.2m' reads as True"),
        (2, "hedge is 'about', but '41' reads as None"),
    ]
    blank = figures(low=[None, "185150000", "40.5"], high_closed=[None, True, True])
    assert list(misread_tokens(blank)) == [
        (0, "low is None, but '9.4%' reads as '-9.45'"),
        (0, "high_closed is False, but '9.4%' reads as True"),
    ]


def test_a_row_without_a_token_is_passed_over_and_one_that_cannot_be_read_is_named() -> None:
    rows = figures(token=[None, "n/k", "41"], value=[None, None, "7"])
    assert list(misread_tokens(rows)) == [
        (
            1,
            "Cannot read 'n/k': it holds no number in digits, nor a word from zero to twelve "
            "alone.",
        ),
        (2, "value is '7', but '41' reads as '41'"),
    ]


def test_a_value_has_its_token() -> None:
    rows = figures(token=[None, "£185.2m", None], value=["-9.4", "185200000", None])
    assert list(amounts_of_no_token(rows)) == [(0, "value is '-9.4', but there is no token")]


def test_a_superseded_printing_leads_to_one_that_holds() -> None:
    def found(*rows: tuple[str, str, str | None]) -> list[tuple[Any, str]]:
        table = pd.DataFrame(list(rows), columns=["figure_id", "subject_id", "superseded_by"])
        return list(broken_supersession(table))

    assert found(("a", "x", "b"), ("b", "x", "c"), ("c", "x", None)) == []
    assert found(("a", "x", "b")) == [(0, "superseded_by names no figure: 'b'")]
    assert found(("b", "y", None), ("a", "x", "b")) == [
        (1, "superseded_by 'b' is about another subject")
    ]
    assert found(("a", "x", "a")) == [(0, "superseded_by leads back to itself")]
    # Each row whose way goes wrong is named, wherever on it the fault lies.
    assert found(("a", "x", "b"), ("b", "x", "c"), ("c", "x", "b")) == [
        (0, "superseded_by leads back to itself"),
        (1, "superseded_by leads back to itself"),
        (2, "superseded_by leads back to itself"),
    ]
    assert found(("a", "x", "b"), ("b", "x", "c")) == [
        (0, "superseded_by names no figure: 'c'"),
        (1, "superseded_by names no figure: 'c'"),
    ]
    # An id that stands twice is found by its first row.
    assert found(("a", "x", "b"), ("b", "x", None), ("b", "y", None)) == []
