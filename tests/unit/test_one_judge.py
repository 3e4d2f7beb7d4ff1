"""One total has one judge: a list's amounts are exact, and rounding is for prose and says so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PrintedError, ReconciliationError, TableError

FORCE = "E23000023"
IF_ROUNDED = "reconciles-if-rounded"


def listed(amounts: list[str], total: str = "", **how: Any) -> Any:
    rows = [f"Project {number};{amount}" for number, amount in enumerate(amounts)]
    lines = ["Project;Amount", *rows, *([f"Total;{total}"] if total else [])]
    return pcc.read_awards("\n".join(lines).encode(), area=FORCE, financial_year="2023-24", **how)


def pounds(amount: int) -> str:
    return f"£{amount:,}"


def doors(amounts: list[int], total: int) -> list[str]:
    """Ask every door whether a list adds up to its total."""
    read = listed(list(map(pounds, amounts)), pounds(total))
    frame = read.frame
    numbers = frame[["amount_gbp"]]
    sides = [frame, numbers, pl.DataFrame({"amount_gbp": amounts}), numbers["amount_gbp"], amounts]
    options: dict[str, Any] = {"unit": "GBP"}
    told = [pcc.reconcile(side, pounds(total), **options).verdict for side in sides]
    told += [pcc.reconcile(side, Decimal(total), **options).verdict for side in sides]
    (group,) = pcc.reconcile(frame, {FORCE: pounds(total)}, by="area_code").groups
    return [read.totals["verdict"].iloc[0], *told, group[1].verdict]


@pytest.mark.parametrize(
    ("amounts", "total", "verdict"),
    [
        ([10_000, 20_000, 30_000], 80_000, "conflicts"),
        ([10_000, 20_000, 30_000], 60_000, "reconciles"),
        ([5_000] * 12, 65_000, "conflicts"),
        ([5_000] * 12, 60_000, "reconciles"),
        # As prose, a total of £60,000 may be £55,000, and £100,000 may be anything near it.
        ([5_000] * 11, 60_000, "conflicts"),
        ([20_000, 30_000, 40_000], 100_000, "conflicts"),
        ([80_000, 25_000, 70_000], 176_000, "conflicts"),
    ],
)
def test_every_door_gives_one_verdict(amounts: list[int], total: int, verdict: str) -> None:
    assert set(doors(amounts, total)) == {verdict}


@given(
    st.lists(st.integers(1, 60).map(lambda n: n * 500), min_size=1, max_size=5),
    st.integers(-12, 12).map(lambda n: n * 500),
)
def test_no_list_and_total_divide_the_doors(amounts: list[int], off: int) -> None:
    total = sum(amounts) + off
    if total > 0:
        assert set(doors(amounts, total)) == {"conflicts" if off else "reconciles"}


def test_a_list_has_no_bounds_that_nobody_printed() -> None:
    people = pd.DataFrame(
        {
            "area_code": [FORCE],
            "reference_date": [pd.Timestamp("2023-06-30")],
            "persons": [1000],
            "vintage": ["an example"],
        }
    )
    frame = listed(["£10,000", "£20,000", "£30,000"]).frame
    spend = pcc.per_capita_spend(frame, people, by="area_code").iloc[0]
    ends = ["spend_gbp", "spend_low_gbp", "spend_high_gbp", "spend_low_gbp_per_head"]
    assert spend[ends].to_list() == [60_000, 60_000, 60_000, 60]
    hedged = listed(["£10,000", "up to £20,000", "£350k"]).frame
    assert hedged[["amount_low_gbp", "amount_high_gbp"]].to_numpy().tolist() == [
        [10_000, 10_000],
        [0, 20_000],
        [349_500, 350_500],
    ]


def test_a_list_that_is_rounded_says_so() -> None:
    read = listed(["£10,000", "£20,000", "£30,000"], "£61,000", rounded_to=1000)
    assert read.totals["verdict"].to_list() == ["reconciles"]
    assert read.frame["amount_low_gbp"].to_list() == [9_500, 19_500, 29_500]
    assert "to £1,000" in read.changes["value"].to_list()
    # 3 x £500 of the parts, and as much of the total as its door says: none of a number.
    assert pcc.reconcile(read.frame, "£61,500.00").verdict == "reconciles"
    assert pcc.reconcile(read.frame, "£61,501.00").verdict == "conflicts"
    assert pcc.reconcile(read.frame, "£62,001").verdict == "conflicts"
    assert listed(["£10,000", "£20,000"], "£32,000", rounded_to=1000).cautions == (
        "total-conflicts",
    )
    for wrong in (0, 2.5, "1000", True):
        with pytest.raises(TableError, match=r"rounded_to is .* such as 1000"):
            listed(["£1,000"], rounded_to=wrong)


def test_where_rounding_of_prose_decides_a_caution_says_to_what() -> None:
    for result in (
        pcc.reconcile("£350k", "£352,195", relation="equal"),
        pcc.reconcile(["£352,195"], "£350k"),
        pcc.reconcile(pd.DataFrame({"amount_gbp": [352_195.0]}), "£350k"),
        pcc.reconcile(pd.DataFrame({"amount_gbp": [352_195.0]}), pcc.parse_printed("£350,000")),
    ):
        assert result.verdict == "reconciles"
        assert result.cautions == (IF_ROUNDED,)
        checked = result.check()
        assert checked.text.endswith("Reconciles if rounded to £5,000.")
        assert "rounded" not in checked.working
    groups = pcc.reconcile(
        pd.DataFrame({"year": [1, 2], "amount_gbp": [352_195.0, 350_200.0]}),
        {1: "£350k", 2: "£350k"},
        by="year",
    )
    assert groups.check().cautions == (IF_ROUNDED,)
    assert groups.check().text.endswith("Only if rounded: 1.")
    share = pcc.reconcile(["£352,195", "£1.00m"], "35%", relation="share")
    assert share.cautions == ()


def test_a_total_of_a_list_that_would_only_fit_rounded_conflicts_and_says_so() -> None:
    result = pcc.reconcile(pd.DataFrame({"amount_gbp": [70_023.0]}), "£70,000")
    assert (result.verdict, result.cautions) == ("conflicts", (IF_ROUNDED,))
    assert result.text == (
        "Conflicts: the amounts of a list are exact, and differ by £23 (0.033%) as printed. "
        "Reconciles if rounded to £50."
    )
    with pytest.raises(ReconciliationError, match="Reconciles if rounded to £50"):
        result.check()


def test_a_total_in_a_sentence_of_the_file_may_be_rounded() -> None:
    lines = ["A total of £70,000 has been awarded", "", "Project;Amount", "One;70,000", "Two;23"]
    read = pcc.read_awards("\n".join(lines).encode(), financial_year="2023-24")
    assert read.totals["verdict"].to_list() == ["reconciles"]
    assert read.totals["cautions"].to_list() == [IF_ROUNDED]
    assert "total-if-rounded" in read.cautions
    assert "only if it is rounded" in read.check().text


class TestNotation:
    LIST = ("1.234,56", "2.000,00", "3,5", "up to 1.000,00", "500")

    def test_a_list_with_decimal_commas_reconciles_afterwards(self) -> None:
        read = listed(list(self.LIST[:3]), "3.238,06")
        frame = read.frame
        assert read.totals["verdict"].to_list() == ["reconciles"]
        assert frame["token"].to_list() == list(self.LIST[:3])
        assert frame["amount_gbp"].to_list() == [1234.56, 2000.0, 3.5]
        assert set(frame["notation"]) == {"comma"}
        for side in (frame, frame.drop(columns="amount_gbp"), frame.iloc[:1]):
            total = "£3,238.06" if len(side) > 1 else "£1,234.56"
            assert pcc.reconcile(side, total).verdict == "reconciles"
        rule = read.changes.loc[read.changes["value"] == "comma", "rule"].iloc[0]
        assert "decimals stand after a comma" in rule

    def test_hedges_and_whole_pounds_are_read_beside_them(self) -> None:
        frame = listed(list(self.LIST)).frame
        assert frame["amount_high_gbp"].to_list()[3:] == [1000.0, 500.0]
        assert frame["hedge"].to_list()[3] == "up_to"

    @pytest.mark.parametrize("other", ["1,234", "5.50", "1,234.56"])
    def test_two_notations_in_one_column_are_not_guessed(self, other: str) -> None:
        read = listed(["1.234,56", other])
        assert read.rejected["raw"].to_list() == ["1.234,56"]
        assert read.frame["notation"].isna().all()

    def test_a_token_says_how_it_was_read(self) -> None:
        token = pcc.parse_printed("£1.234,56", notation="comma")
        assert (token.value, token.flags) == (Decimal("1234.56"), ("decimal_comma",))
        figure = {"token": "£1.234,56", "flags": "decimal_comma"}
        assert pcc.reconcile(figure, "£1,234.56").verdict == "reconciles"
        with pytest.raises(PrintedError, match="in each other's place"):
            pcc.parse_printed("£1,2345", notation="comma")
        with pytest.raises(PrintedError, match="use 'point' or 'comma'"):
            pcc.parse_printed("£1", notation="komma")  # type: ignore[arg-type]
