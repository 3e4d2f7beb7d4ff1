"""One law of whole pence: what one verb refuses, all refuse, on every path, in one sentence."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st

from pccfunding import apportion, encode_keys, per_capita_spend, reconcile, year_on_year
from pccfunding.errors import PenceError

# The law has no public name of its own: it is read where it is written.
from pccfunding.money.pence import LARGEST, are_whole, broken_rows, exact_pence, is_broken, whole

MOST = int(LARGEST) - 1
FORCE = "E23000023"
whole_pence = st.integers(-MOST, MOST) | st.integers(-(10**9), 10**9)
# So many pence off: well below, near and above the slack, and parts of a penny.
offs = st.sampled_from([0.0, 1e-9, 9e-7, 1.1e-6, 5e-5, 9e-5, 1e-3, 0.1, 0.5])
amounts = st.builds(lambda pence, off: (pence + off) / 100, whole_pence, offs)
amounts |= st.sampled_from(
    [10.0000005, 110.155, 1.005, 0.1 + 0.2, 1e14, -1e14, LARGEST / 100, math.inf]
)


def refuses(amount: float) -> bool:
    try:
        exact_pence(amount)
    except PenceError:
        return True
    return False


@given(pence=whole_pence)
def test_the_float_nearest_to_an_amount_is_whole_pence(pence: int) -> None:
    pounds = pence / 100
    assert not is_broken(pounds * 100, np.floor(pounds * 100 + 0.5))
    if abs(pence) < 2**51:
        assert exact_pence(pounds) == Fraction(pence, 100)


def test_a_million_amounts_of_every_size_are_whole_pence() -> None:
    few = np.arange(1_000_000.0)
    pounds = np.concatenate([few, *(2.0**size - few[1:1000] for size in range(20, 54))]) / 100
    exact = pounds * 100
    assert (exact != np.floor(exact + 0.5)).any()
    assert broken_rows(exact, np.floor(exact + 0.5)).size == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_running_sum_of_floats_is_still_whole_pence(seed: int) -> None:
    pence = np.random.default_rng(seed).integers(1, 100_000, 1000)
    total = float(np.cumsum(pence / 100)[-1])
    assert exact_pence(total) == Fraction(int(pence.sum()), 100)


@given(amount=amounts.filter(math.isfinite))
def test_every_form_of_the_law_says_the_same(amount: float) -> None:
    exact = np.array([amount * 100, 3.0])
    units = np.floor(exact + 0.5)
    broken = refuses(amount)
    said = [broken_rows(exact.copy(), units.copy()).tolist() == [0]]
    for frame in (pd.DataFrame({"exact": exact}), pl.LazyFrame({"exact": exact})):
        lazy = nw.from_native(frame).lazy()
        found = lazy.select(said=~are_whole(nw.col("exact"), whole(nw.col("exact")))).collect()
        said.append(found["said"].to_list()[0])
    large = abs(units[0]) >= LARGEST
    assert [bool(one or large) for one in said] == [broken] * 3
    for same in (Decimal(amount), Fraction(amount)):
        if broken:
            with pytest.raises(PenceError):
                exact_pence(same)
        else:
            assert exact_pence(same) == exact_pence(amount) == Fraction(int(units[0]), 100)


def award(amount: float) -> dict[str, list[Any]]:
    start, end = dt.datetime(2023, 4, 1), dt.datetime(2024, 3, 31)
    return {
        "area_code": [FORCE],
        "period_start": [start],
        "period_end": [end],
        "amount_gbp": [amount],
    }


PEOPLE = {
    "area_code": [FORCE],
    "reference_date": [dt.datetime(2023, 6, 30)],
    "persons": [1000],
    "vintage": ["an example"],
}


def encoded(amount: float) -> pd.DataFrame:
    return encode_keys(pd.DataFrame(award(amount)))


def ledger(amount: float) -> pd.DataFrame:
    """Give a table that is long enough to be added up where it lies."""
    return pd.DataFrame({"amount_gbp": [amount] + [0.0] * 1000})


VERBS: dict[str, Callable[[float], Any]] = {
    "apportion": lambda x: apportion(pd.DataFrame(award(x)), to="financial_year"),
    "apportion polars": lambda x: apportion(pl.DataFrame(award(x)), to="financial_year"),
    "per head": lambda x: per_capita_spend(
        pd.DataFrame(award(x)), pd.DataFrame(PEOPLE), by="area_code"
    ),
    "per head, encoded": lambda x: per_capita_spend(
        encoded(x), encode_keys(pd.DataFrame(PEOPLE)), by="area_code"
    ),
    "year on year": lambda x: year_on_year(
        pd.DataFrame(award(x)), by="area_code", value="amount_gbp"
    ),
    "reconcile": lambda x: reconcile(pd.DataFrame({"amount_gbp": [x]}), "£1.00"),
    "reconcile a ledger": lambda x: reconcile(ledger(x), "£1.00"),
    "reconcile a series": lambda x: reconcile(pd.Series([x]), "£1.00"),
}
LAZY: dict[str, Callable[[float], pl.LazyFrame]] = {
    "apportion": lambda x: apportion(pl.LazyFrame(award(x)), to="financial_year"),
    "per head": lambda x: per_capita_spend(
        pl.LazyFrame(award(x)), pl.LazyFrame(PEOPLE), by="area_code"
    ),
    "year on year": lambda x: year_on_year(
        pl.LazyFrame(award(x)), by="area_code", value="amount_gbp"
    ),
}


def sentence(verb: str, amount: float) -> str | None:
    """Give what a verb says of an amount that it refuses, from the amount on."""
    try:
        VERBS[verb](amount)
    except PenceError as error:
        return str(error).partition(f" is {amount!r}")[2]
    return None


@pytest.mark.parametrize("verb", [*VERBS])
@given(amount=amounts)
def test_what_is_no_whole_pence_is_refused_by_every_verb_in_one_sentence(
    verb: str, amount: float
) -> None:
    said = sentence(verb, amount)
    assert (said is not None) == refuses(amount)
    if said is not None:
        large = abs(amount * 100 + 0.5) >= LARGEST
        start = ": a float does not tell" if large else ", which is no whole number of pence. A"
        start = ", which is no sum of money" if math.isinf(amount) else start
        assert said.startswith(start)


@pytest.mark.parametrize("verb", [*LAZY])
@given(amount=amounts)
def test_what_is_no_whole_pence_is_unknown_where_rows_are_not_at_hand(
    verb: str, amount: float
) -> None:
    reasons = LAZY[verb](amount).collect()["unknown_reason"].to_list()
    words = ("no whole number of pence", "too large")
    assert any(word in (reason or "") for reason in reasons for word in words) == refuses(amount)
