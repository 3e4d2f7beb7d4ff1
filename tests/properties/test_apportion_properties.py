"""Splitting is exact: the same as a reference in Fractions, and it adds up again."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, example, given, strategies as st

from pccfunding import apportion
from pccfunding.money.pence import split_pence

pennies = st.one_of(st.sampled_from([0, 1, -1, 99, -100]), st.integers(-(10**12), 10**12))
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)


def by_fractions(amount: int, parts: list[int]) -> list[int]:
    """Split by largest remainder, with one Fraction a part."""
    sign, total = (-1 if amount < 0 else 1), sum(parts)
    exact = [Fraction(abs(amount) * weight, total) for weight in parts]
    floors = [math.floor(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[: abs(amount) - sum(floors)]:
        floors[place] += 1
    return [sign * floor for floor in floors]


@given(st.lists(pennies, max_size=5), weights)
@example([0, 1, -1, 10**12], [1] * 1000)
@example([7], [0, 0, 3, 0])
def test_a_split_is_that_of_fractions(amounts: list[int], parts: list[int]) -> None:
    found = split_pence(np.array(amounts, dtype=np.int64), np.array(parts))
    assert found.T.tolist() == [by_fractions(amount, parts) for amount in amounts]


@given(pennies, weights)
def test_a_split_adds_up_stays_near_and_keeps_its_sign(amount: int, parts: list[int]) -> None:
    found = split_pence(np.array([amount]), np.array(parts))[:, 0].tolist()
    assert sum(found) == amount
    total = sum(parts)
    for part, weight in zip(found, parts, strict=True):
        assert abs(part - Fraction(amount * weight, total)) < 1
        assert part * amount >= 0
        assert part == 0 or weight > 0


@given(pennies, weights, st.integers(2, 9))
def test_weights_count_by_their_proportion_only(amount: int, parts: list[int], times: int) -> None:
    once = split_pence(np.array([amount]), np.array(parts))
    more = split_pence(np.array([amount]), np.array(parts) * times)
    assert once.tolist() == more.tolist()


@given(st.lists(pennies, min_size=1, max_size=6), weights, st.randoms())
def test_awards_are_split_each_on_its_own(amounts: list[int], parts: list[int], rng: Any) -> None:
    shuffled = rng.sample(amounts, len(amounts))
    found = split_pence(np.array(shuffled), np.array(parts)).T.tolist()
    assert found == [by_fractions(amount, parts) for amount in shuffled]


@pytest.mark.parametrize("amount", [0, 1, -1, 999, 1000, 1001, -123_456_789, 10**13])
def test_a_thousand_parts_add_up(amount: int) -> None:
    areas = pd.DataFrame({"area_code": [f"A{n}" for n in range(1000)], "weight": range(1000)})
    award = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2023-04-01"]),
            "period_end": pd.to_datetime(["2024-03-31"]),
            "amount_gbp": [amount / 100],
        }
    )
    for rule in ("equal", "weights"):
        spread = apportion(award, to="area_code", rule=rule, by=areas)
        assert len(spread) == 1000
        assert in_pence(spread["amount_gbp"]).sum() == amount


def in_pence(pounds: Any) -> Any:
    return np.rint(100 * np.asarray(pounds, dtype=float)).astype(np.int64)


@st.composite
def awards(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(1, 5))):
        start = date(2019, 1, 1) + timedelta(days=draw(st.integers(0, 2000)))
        pence = draw(st.one_of(st.none(), pennies))
        high = draw(st.one_of(st.none(), pennies))
        high = high if None in (high, pence) else max(high, pence)
        rows.append(
            {
                "subject_id": f"award-{number}",
                "period_start": start,
                "period_end": start + timedelta(days=draw(st.integers(0, 1500))),
                "amount_gbp": None if pence is None else pence / 100,
                "amount_high_gbp": None if high is None else high / 100,
            }
        )
    return rows


def frames(rows: list[dict[str, Any]]) -> list[Any]:
    table = pd.DataFrame(rows)
    for column in ("amount_gbp", "amount_high_gbp"):
        table[column] = table[column].astype("float64")
    for column in ("period_start", "period_end"):
        table[column] = pd.to_datetime(table[column])
    numbers = {"amount_gbp": pl.Float64, "amount_high_gbp": pl.Float64}
    return [table, pl.DataFrame(rows, schema_overrides=numbers, infer_schema_length=None)]


@given(awards(), st.sampled_from(["financial_year", "month"]), st.sampled_from(["days", "equal"]))
def test_splitting_then_summing_gives_the_award_back(
    rows: list[dict[str, Any]], to: str, rule: str
) -> None:
    answers = []
    for frame in frames(rows):
        spread = apportion(frame, to=to, rule=rule)
        kept = [spread[name].to_list() for name in ("subject_id", "amount_gbp", "amount_high_gbp")]
        answers.append([[None if value != value else value for value in column] for column in kept])
        assert len(spread) == sum(parts_of(row, to) for row in rows)
    assert answers[0] == answers[1]
    names, *columns = answers[0]
    assert names == sorted(names)
    for column, amounts in zip(("amount_gbp", "amount_high_gbp"), columns, strict=True):
        for row in rows:
            mine = [
                one for name, one in zip(names, amounts, strict=True) if name == row["subject_id"]
            ]
            if row[column] is None:
                assert set(mine) == {None}
            else:
                assert in_pence(mine).sum() == in_pence(row[column])
                assert sum(Decimal(str(one)) for one in mine) == Decimal(str(row[column]))


def parts_of(row: dict[str, Any], to: str) -> int:
    """Count the months or financial years that an award touches."""
    start, end = row["period_start"], row["period_end"]
    if to == "month":
        return 12 * (end.year - start.year) + end.month - start.month + 1
    return (end.year - (end.month < 4)) - (start.year - (start.month < 4)) + 1


@given(awards())
def test_parts_of_a_period_follow_one_another_and_fill_it(rows: list[dict[str, Any]]) -> None:
    spread = apportion(frames(rows)[0], to="month", rule="days")
    for row in rows:
        mine = spread[spread["subject_id"] == row["subject_id"]]
        assert mine["period_start"].iloc[0].date() == row["period_start"]
        assert mine["period_end"].iloc[-1].date() == row["period_end"]
        following = mine["period_end"].iloc[:-1] + pd.Timedelta(days=1)
        assert following.tolist() == mine["period_start"].iloc[1:].tolist()
        weights = ((mine["period_end"] - mine["period_start"]).dt.days + 1).tolist()
        if row["amount_gbp"] is not None:
            split = by_fractions(int(in_pence(row["amount_gbp"])), weights)
            assert in_pence(mine["amount_gbp"]).tolist() == split


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(1, 3))
def test_a_published_year_stands_and_the_rest_adds_up(printed: int, rest: int, place: int) -> None:
    assume(printed + rest)
    years = [(date(2020 + n, 4, 1), date(2021 + n, 3, 31)) for n in range(4)]
    whole = frames([_row("x", years[0][0], years[3][1], printed + rest)])[0]
    told = frames([_row("y", *years[place], printed)])[0].assign(part_of="x")
    spread = apportion(whole, to="financial_year", published=told, rule="days")
    found = in_pence(spread["amount_gbp"]).tolist()
    assert found[place] == printed
    assert sum(found) == printed + rest
    days = [(end - start).days + 1 for start, end in years]
    del found[place], days[place]
    assert found == by_fractions(rest, days)
    assert spread["basis"].tolist().index("published") == place


def _row(name: str, start: date, end: date, pence: int) -> dict[str, Any]:
    return {
        "subject_id": name,
        "period_start": start,
        "period_end": end,
        "amount_gbp": pence / 100,
        "amount_high_gbp": pence / 100,
    }
