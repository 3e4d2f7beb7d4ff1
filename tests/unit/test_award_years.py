"""The years of awards, worked by hand.

The file is private: Reviews alone call it, and a Review is too wide a way to hold each case.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pccfunding.measures.award_years import award_years, wholes_of
from pccfunding.periods import Period

NAMES = ["financial_year", "amount_gbp", "basis", "awarded_gbp", "known_gbp", "is_exact"]


def award(amount: float | None, period: str, subject: str = "W", **others: Any) -> dict[str, Any]:
    days = Period.parse(period)
    return {
        "figure_id": f"f-{subject}",
        "token": None if amount is None else f"£{amount}",
        "subject_id": subject,
        "recipient": "A Charity",
        "funding_stream": "Victims",
        "reference": None,
        "part_of": None,
        "period": period,
        "period_start": pd.Timestamp(days.start),
        "period_end": pd.Timestamp(days.end),
        "amount_gbp": amount,
        "amount_low_gbp": amount,
        "amount_high_gbp": amount,
        "hedge": None,
    } | others


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    texts = [
        "figure_id",
        "token",
        "subject_id",
        "recipient",
        "funding_stream",
        "reference",
        "part_of",
        "hedge",
    ]
    return (
        made.astype(dict.fromkeys(texts, object))
        .where(made.notna(), None)
        .astype(dict.fromkeys(["amount_gbp", "amount_low_gbp", "amount_high_gbp"], float))
    )


def years(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = award_years(frame(*rows))[NAMES].astype(object)
    return [tuple(row) for row in found.where(found.notna(), None).itertuples(index=False)]


def test_a_year_stays_and_three_are_split_by_whole_months() -> None:
    found = years(award(24.0, "2023-24", "Y"), award(300.0, "2022-23/2024-25"))
    assert found == [
        ("2023-24", 24.0, "as printed", 24.0, 24.0, True),
        ("2022-23", 100.0, "derived", 300.0, 100.0, True),
        ("2023-24", 100.0, "derived", 300.0, 100.0, True),
        ("2024-25", 100.0, "derived", 300.0, 100.0, True),
    ]


def test_a_part_names_the_row_that_it_comes_from() -> None:
    alone = award_years(frame(award(24.0, "2023-24", "Y")))["derived_from"]
    assert (alone.dtype, alone.isna().tolist()) == (object, [True])
    both = award_years(frame(award(24.0, "2023-24", "Y"), award(20.0, "2022-23/2023-24")))
    named = [None if pd.isna(one) else one for one in both["derived_from"]]
    assert named == [None, "f-W", "f-W"]


def test_what_a_printed_year_leaves_goes_to_the_other_years() -> None:
    found = years(award(300.0, "2022-23/2024-25"), award(120.0, "2023-24", "P", part_of="W"))
    assert found == [
        ("2022-23", 90.0, "derived", 300.0, 90.0, True),
        ("2024-25", 90.0, "derived", 300.0, 90.0, True),
        ("2023-24", 120.0, "as printed", 120.0, 120.0, True),
    ]


def test_two_printed_amounts_of_one_year_are_added() -> None:
    found = years(
        award(300.0, "2022-23/2024-25"),
        award(100.0, "2023-24", "P", part_of="W"),
        award(20.5, "2023-24", "Q", part_of="W"),
    )
    assert [row[:3] for row in found] == [
        ("2022-23", 89.75, "derived"),
        ("2024-25", 89.75, "derived"),
        ("2023-24", 100.0, "as printed"),
        ("2023-24", 20.5, "as printed"),
    ]


def test_nothing_is_left_where_the_printed_years_are_the_whole() -> None:
    for whole, printed in ((120.0, 120.0), (100.0, 120.0), (-100.0, -100.0)):
        found = years(award(whole, "2022-23/2023-24"), award(printed, "2023-24", "P", part_of="W"))
        assert [row[:3] for row in found] == [("2023-24", printed, "as printed")]


def test_a_taking_back_is_split_as_an_award_is() -> None:
    found = years(award(-100.0, "2022-23/2023-24"), award(-30.0, "2023-24", "P", part_of="W"))
    assert [row[:3] for row in found] == [
        ("2022-23", -70.0, "derived"),
        ("2023-24", -30.0, "as printed"),
    ]


@pytest.mark.parametrize(
    "printed",
    [{"amount_gbp": None, "amount_low_gbp": None}, {"hedge": "over", "amount_low_gbp": 121.0}],
    ids=["unknown", "hedged"],
)
def test_what_a_year_of_unknown_amount_leaves_is_unknown(printed: dict[str, Any]) -> None:
    year = award(120.0, "2023-24", "P", part_of="W") | printed
    found = years(award(300.0, "2022-23/2024-25"), year)
    assert found[:2] == [
        ("2022-23", None, "derived", 300.0, None, False),
        ("2024-25", None, "derived", 300.0, None, False),
    ]
    # Of a hedged amount the least counts.
    amount, least = year["amount_gbp"], year["amount_low_gbp"]
    assert found[2] == ("2023-24", amount, "as printed", amount, least, False)


def test_a_whole_of_unknown_amount_leaves_unknown_years() -> None:
    found = years(award(None, "2022-23/2023-24"), award(5.0, "2023-24", "P", part_of="W"))
    assert [row[:3] for row in found] == [
        ("2022-23", None, "derived"),
        ("2023-24", 5.0, "as printed"),
    ]


def test_every_year_printed_leaves_none_to_derive() -> None:
    found = years(
        award(300.0, "2022-23/2023-24"),
        award(100.0, "2022-23", "P", part_of="W"),
        award(150.0, "2023-24", "Q", part_of="W"),
    )
    assert [row[:3] for row in found] == [
        ("2022-23", 100.0, "as printed"),
        ("2023-24", 150.0, "as printed"),
    ]


def test_two_wholes_are_split_each_around_its_own_years() -> None:
    found = years(
        award(300.0, "2022-23/2023-24", "W"),
        award(80.0, "2022-23/2023-24", "V"),
        award(40.0, "2022-23/2023-24", "U"),
        award(100.0, "2023-24", "P", part_of="W"),
        award(50.0, "2023-24", "Q", part_of="V"),
    )
    assert [row[:2] for row in found] == [
        ("2022-23", 200.0),
        ("2022-23", 30.0),
        ("2022-23", 20.0),
        ("2023-24", 20.0),
        ("2023-24", 100.0),
        ("2023-24", 50.0),
    ]


LONG = "2022-23/2023-24"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([award(2.0, LONG), award(1.0, "2022-23", "P", part_of="W")], [None, "W"]),
        ([award(2.0, LONG), award(1.0, "2022-23", "P", part_of="V")], [None, None]),
        ([award(2.0, LONG), award(1.0, "2022-23", "P")], [None, None]),
        (
            [award(2.0, LONG, reference="r1"), award(1.0, "2022-23", "P", reference="R1 ")],
            [None, "W"],
        ),
        (
            [award(2.0, LONG, reference="r 1"), award(1.0, "2023-24", "P", reference="r  1")],
            [None, "W"],
        ),
        (
            [award(2.0, LONG, reference="r1"), award(1.0, "2024-25", "P", reference="r1")],
            [None, None],
        ),
        (
            [award(2.0, LONG, reference="r1"), award(1.0, "2021-22", "P", reference="r1")],
            [None, None],
        ),
        (
            [
                award(2.0, LONG, reference="r1"),
                award(1.0, "2022-23", "P", reference="r1", recipient="B Charity"),
            ],
            [None, None],
        ),
        (
            [
                award(2.0, LONG, reference="r1"),
                award(3.0, LONG, "V", reference="r1"),
                award(1.0, "2022-23", "P", reference="r1"),
                award(1.0, "2022-23", "Q", reference="r1", part_of="V"),
            ],
            [None, None, None, "V"],
        ),
        ([award(1.0, "2022-23", "P", part_of="W")], [None]),
    ],
)
def test_a_year_is_of_a_whole_that_it_names_or_shares_all_with(
    rows: list[dict[str, Any]], expected: list[str | None]
) -> None:
    found = wholes_of(frame(*rows))
    assert [None if pd.isna(one) else one for one in found] == expected
