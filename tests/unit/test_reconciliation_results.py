"""What a reconciliation shows: its words, its row, its two sides, and each refusal in full."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding import Interval, reconcile
from pccfunding.errors import PccFundingError, ReconciliationError, TableError

RANGE = Interval.of(1, None, low_closed=False)


def test_the_row_of_a_result() -> None:
    result = reconcile("£350k", "£352,195", relation="equal")
    assert result.record() == {
        "relation": "equal",
        "verdict": "reconciles",
        "reason": None,
        "strict_verdict": "conflicts",
        "left": "[345000, 355000]",
        "right": "[352195, 352195]",
        "gap": "2195",
        "unit": "GBP",
        "working": "'£350k' [345000, 355000]; against 352195",
        "cautions": "reconciles-if-rounded",
        "figures": "",
    }
    assert result.frame.to_dict("records") == [result.record()]
    untold = reconcile("£350k", None, relation="equal").record()
    assert untold == {
        "relation": "equal",
        "verdict": "cannot be told",
        "reason": "figure-unknown",
        "strict_verdict": "cannot be told",
        "left": None,
        "right": None,
        "gap": None,
        "unit": None,
        "working": "a figure that it needs is not in the documents held",
        "cautions": "",
        "figures": "",
    }


def test_the_two_sides_of_a_result_and_their_ladder() -> None:
    result = reconcile(RANGE, Interval.of(0, 3, high_closed=False), relation="part_of")
    rows = result.sides().to_dict("records")
    assert rows[0] | {"high": None} == {
        "statement": "The part lies within the whole",
        "side": "left side",
        "low": 1.0,
        "high": None,
        "low_closed": False,
        "high_closed": False,
        "verdict": "does not exceed",
        "unit": None,
    }
    assert pd.isna(rows[0]["high"])
    assert rows[1] == {
        "statement": "The part lies within the whole",
        "side": "right side",
        "low": 0.0,
        "high": 3.0,
        "low_closed": True,
        "high_closed": False,
        "verdict": "does not exceed",
        "unit": None,
    }
    assert set(result.sides("In words")["statement"]) == {"In words"}
    unproved = reconcile("£5.00", None, relation="equal").sides()
    assert unproved[["low", "high"]].isna().all(axis=None)
    assert unproved["verdict"].tolist() == ["cannot be told"] * 2
    axes = plt.figure().subplots()
    assert result.plot(axes) is axes
    assert axes.texts or axes.lines or axes.collections
    plt.close("all")


@pytest.mark.parametrize(
    ("left", "right", "options", "text"),
    [
        ("£5.00", "£5.00", {}, "Reconciles exactly."),
        (
            "£350.5k",
            "£350,489",
            {},
            "Reconciles; as printed the sides differ by £11 (under 0.01%).",
        ),
        ("nearly £6m", "£5.9m", {}, "Reconciles within what the words allow."),
        (
            "£5.00",
            "£7.50",
            {},
            "Conflicts: no rounding lets the two sides meet; "
            "as printed they differ by £2.50 (33%).",
        ),
        ("nearly £6m", "£7.5m", {}, "Conflicts: no rounding lets the two sides meet."),
        (
            "£7.50",
            "£5.00",
            {"relation": "part_of"},
            "Conflicts: the part exceeds the whole by £2.50 (50%) as printed.",
        ),
        (
            "£7.50",
            "nearly £5.00",
            {"relation": "part_of"},
            "Conflicts: the part exceeds the whole.",
        ),
        (
            "£5.00",
            "£7.50",
            {"relation": "part_of"},
            "Does not exceed the larger amount; the remainder as printed is £2.50 (33%).",
        ),
        ("£5.00", "£5.00", {"relation": "part_of"}, "Does not exceed the larger amount."),
        (
            "£5.00",
            None,
            {},
            "Cannot be told (figure-unknown): a figure that it needs is unknown.",
        ),
        (
            "£5.00",
            "£5.00",
            {"scope": ({"area": 1}, {"area": 2})},
            "Cannot be told (scope-differs): the two sides are not about the same thing.",
        ),
        (
            "£5.00",
            "£5.00",
            {"scope": ({"status": 1}, {"status": 2})},
            "Cannot be told (status-differs): one side is a plan or promise, the other is not of "
            "the same status.",
        ),
        (
            "£5.00",
            "£6.00",
            {"complete": False},
            "Cannot be told (parts-missing): not all parts are in the documents held.",
        ),
        (
            "£1m",
            "£1.2m",
            {},
            "Cannot be told (vacuous-precision): a figure is printed too coarsely to tell.",
        ),
        (
            "nearly £1m",
            "£352,195",
            {},
            "Cannot be told (one-sided): the words bound a side on one side only.",
        ),
        (
            "£5.00",
            "5%",
            {},
            "Cannot be told (unit-ambiguous): the two sides are in different units.",
        ),
    ],
)
def test_the_words_of_a_result(left: Any, right: Any, options: dict[str, Any], text: str) -> None:
    result = reconcile(left, right, **options)
    assert result.text == text
    assert result._repr_html_() == (
        f"<p><strong>{result.verdict}</strong>. {text.replace('&', '&amp;')}</p>"
    )


@pytest.mark.parametrize(
    ("left", "right", "relation", "working"),
    [
        (["£5.00", "£2.50"], "£2.50", "difference", "5 - 2.5 = 2.5; against 2.5"),
        (["£5.00", "£2.50"], 2, "ratio", "5 / 2.5 = 2; against 2"),
        (["£4.00", "£5.00"], "25%", "percent_change", "4 -> 5 = 25; against '25%' [24.5, 25.5]"),
        (
            ["£1.00", "£5.00"],
            "25%",
            "growth",
            "1 on the way to 5 = 25; against '25%' [24.5, 25.5]",
        ),
        (["£1.00", "£4.00"], "25%", "share", "1 of 4 = 25; against '25%' [24.5, 25.5]"),
        (
            ["1%", "9%"],
            "5%",
            "hull",
            "'1%' [0.5, 1.5] | '9%' [8.5, 9.5] = [0.5, 9.5]; against '5%' [4.5, 5.5]",
        ),
        (["£1.00", "£4.00"], "£9.00", "part_of", "1 + 4 = 5; against 9"),
        ("about £5.00", "£5.00", "equal", "'about £5.00' [4.99, 5.01]; against 5"),
        (
            ["£1.00", None],
            "more than £9.00",
            "part_of",
            "1 + 1 not in the documents held; against 'more than £9.00' (9, 9.01]",
        ),
    ],
)
def test_the_working_is_one_line(left: Any, right: Any, relation: str, working: str) -> None:
    assert reconcile(left, right, relation=relation).working == working


def test_units_that_do_not_go_together_are_named() -> None:
    mixed = reconcile(["£5", "5%"], "£5")
    assert mixed.working == "the left side mixes GBP, percent"
    other = reconcile("£5", "5%")
    assert other.working == "the left side is in GBP, '5%' in percent"
    share = reconcile(["£1", "£5"], pcc.parse_printed("£5"), relation="share")
    assert share.working == "'share' takes percent on the right, not '£5'"
    assert (share.unit, share.reason) == ("percent", "unit-ambiguous")
    assert (mixed.unit, other.unit, other.proof) == ("GBP", "percent", None)


def test_groups_show_each_verdict_and_check_them_all() -> None:
    table = pd.DataFrame(
        {"area": ["a", "a", "b"], "year": [1, 1, 2], "token": ["£1.50", "£2.50", None]}
    )
    found = reconcile(table, {("a", 1): "£4.00", ("b", 2): "£3.00"}, by=["area", "year"])
    assert found.check() is found
    assert found.text == "Of 2 groups 1 reconcile, 0 conflict, 1 cannot be told."
    assert found.verdict == "cannot be told"
    rows = found.frame.astype(object).where(found.frame.notna(), None).to_dict("records")
    assert rows[0] == {"area": "a", "year": 1, "row": "verdict"} | found.groups[0][1].record()
    assert {name: value for name, value in rows[1].items() if value is not None} == {
        "area": "a",
        "year": 1,
        "row": "residual",
        "left": "[0, 0]",
        "gap": "0",
        "unit": "GBP",
    }
    assert {name for name, value in rows[3].items() if value is not None} == {"area", "year", "row"}
    off = reconcile(table, {("a", 1): "£4.01"}, by=["area", "year"])
    assert off.frame.loc[1, ["left", "gap", "unit"]].tolist() == ["[0.01, 0.01]", "0.01", "GBP"]
    said = "Of 2 groups 0 reconcile, 1 conflict, 1 cannot be told. Conflicts: a / 1."
    assert off.text == said
    with pytest.raises(ReconciliationError) as refusal:
        off.check()
    assert str(refusal.value) == said
    assert off._repr_html_() == f"<p><strong>conflicts</strong>. {said}</p>"
    cautioned = reconcile(
        pd.DataFrame({"year": [1, 2], "token": ["£350k", "£350k"]}),
        {1: "£352,195", 2: "£351,234"},
        by="year",
    )
    assert cautioned.cautions == ("reconciles-if-rounded",)


TOKENS = pd.DataFrame({"year": [1, 1], "token": ["£1.00", "£2.00"]})


@pytest.mark.parametrize(
    ("left", "right", "options", "said"),
    [
        (
            "£1",
            "£2",
            {"relation": "part-of"},
            "No relation 'part-of'. Did you mean 'part_of'? There are equal, different, sum, "
            "part_of, difference, ratio, percent_change, growth, share, count_percentage, hull.",
        ),
        (
            "£1",
            "£2",
            {"relation": "zzz"},
            "No relation 'zzz'. There are equal, different, sum, part_of, difference, ratio, "
            "percent_change, growth, share, count_percentage, hull.",
        ),
        (
            "£1",
            "£2",
            {"relation": "difference"},
            "Relation 'difference' takes 2 on the left, found 1. Give left=[larger, smaller].",
        ),
        ([], "£2", {"relation": "hull"}, "Relation 'hull' found nothing on the left."),
        ("£1", ["£1", "£2"], {}, "The right side of 'sum' is one figure, found 2."),
        (
            Interval.of(1, 2),
            "92%",
            {"relation": "count_percentage"},
            "A percentage of a count needs one whole count above 0, not [1, 2].",
        ),
        (
            TOKENS.assign(area="x"),
            TOKENS.assign(area="x"),
            {"by": ["year", "area"]},
            "The right side has two rows for 1 / x; give one total a group.",
        ),
        (
            TOKENS,
            TOKENS,
            {"by": "year"},
            "The right side has two rows for 1; give one total a group.",
        ),
        (
            TOKENS,
            {1: "£3.00"},
            {"by": "area"},
            "table has no column 'area'. It has: year, token.",
        ),
        (
            "£1",
            {1: "£3.00"},
            {},
            "A mapping of totals needs by=, the columns that its keys stand for.",
        ),
        (
            pd.DataFrame({"amount": [1.0], "year": [1]}),
            "£1",
            {},
            "This table has neither token nor amount_gbp; it has 'amount', 'year'. "
            "Name the printed amounts one of these.",
        ),
        (
            TOKENS,
            3,
            {"by": "year"},
            "table is a int, not a table. Give a DataFrame of pandas or Polars, or a lazy frame.",
        ),
        (
            [{"a": 1, "b": 2}],
            "£1",
            {},
            "This row has neither token nor amount_gbp; it has 'a', 'b'.",
        ),
        (
            TOKENS.assign(status=["award", "budget"]),
            "£3.00",
            {},
            "These rows mix 1 award, 1 budget. Keep one status, or sum them apart.",
        ),
        (
            TOKENS.assign(flow=["a", "b"]),
            "£3.00",
            {},
            "These rows mix 1 a, 1 b. Keep one flow, or sum them apart.",
        ),
        (
            TOKENS.assign(subject_id="s", figure_id=["F1", "F2"]),
            "£3.00",
            {},
            "Figures 'F1' and 'F2' are two printings of 's', which counts once. Keep one of them.",
        ),
        (
            TOKENS.assign(amount_gbp=[1.0, 3.0]),
            "£3.00",
            {},
            "amount_gbp is 3.0, but the token beside it says '£2.00'. "
            "Drop the column token to compare changed amounts.",
        ),
        (
            pd.DataFrame({"amount_gbp": [1.005]}),
            "£3.00",
            {},
            "amount_gbp is 1.005, which is no whole number of pence. Amounts are added in pence: "
            "correct it, or round it first and say so. Rates per head are no amounts: compare "
            "them as printed tokens.",
        ),
        (
            "£5.00",
            "£5.00",
            {"scope": "2023"},
            "scope= takes two mappings, one a side, such as "
            "({'period': '2023-24'}, {'period': '2021-25'}).",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong(
    left: Any, right: Any, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(PccFundingError) as refusal:
        reconcile(left, right, **options)
    assert str(refusal.value) == said


def test_a_conflict_is_raised_with_its_working() -> None:
    with pytest.raises(ReconciliationError) as refusal:
        reconcile("£5.00", "£7.50").check()
    assert str(refusal.value) == (
        "Conflicts: no rounding lets the two sides meet; as printed they differ by £2.50 (33%). "
        "Working: 5; against 7.5."
    )


def test_a_row_says_its_direction_its_precision_and_its_bounds() -> None:
    fall = {"token": "8.5%", "unit": "percent", "direction": "down"}
    assert reconcile(fall, "-8.5%", relation="equal").verdict == "reconciles"
    assert reconcile(fall, "8.5%", relation="equal").verdict == "conflicts"
    exact = {"token": "£820,000", "precision": "exact"}
    assert reconcile(exact, "£820,001", relation="equal").verdict == "conflicts"
    assert reconcile(exact | {"precision": "as_printed"}, "£820,001").verdict == "reconciles"
    bounds = {"amount_gbp": 350_000.0, "amount_low_gbp": 345_000.0, "amount_high_gbp": 355_000.0}
    for amount, verdict in [("£345,001", "reconciles"), ("£344,999", "conflicts")]:
        assert reconcile(bounds, amount).verdict == verdict
    assert reconcile("£5", {"amount_gbp": None, "per": "person"}).reason == "figure-unknown"


def test_kinds_of_unknown_are_named_in_order() -> None:
    kinds = [{"amount_gbp": None, "unknown": kind} for kind in ("withheld", "not_yet_due")]
    result = reconcile(kinds, {"amount_gbp": None, "unknown": None})
    assert result.working == (
        "a figure that it needs is not in the documents held or not yet due or withheld"
    )


def test_what_gap_there_is() -> None:
    assert reconcile(["1%", "9%"], "5%", relation="hull").gap is None
    assert reconcile(200, "50%", relation="count_percentage", unit="count").gap is None
    assert reconcile(Interval.of(1, 2), "£3.00").gap is None
    assert reconcile("£5.00", "£3.00").gap == -2
    small = reconcile("£10,000.00", "£10,001.00")
    assert small.text.endswith("by £1 (under 0.01%).")
    assert reconcile("£9,999.00", "£10,000.00").text.endswith("by £1 (0.01%).")


def test_open_ends_of_a_percentage_leave_counts_out() -> None:
    for base, token, listed in [
        (10, "under 50%", "0, 1, 2, 3, 4"),
        (20, "over 95%", "20"),
        (20, "under 10%", "0, 1"),
        (3, "40%", "no whole number"),
    ]:
        result = reconcile(base, token, relation="count_percentage", unit="count")
        assert result.working == f"{listed} of {base} print as {token}"


def test_the_right_side_stays_where_a_divisor_is_open() -> None:
    far = reconcile(["about £5m", "about £6m"], "200%", relation="percent_change")
    assert far.proof == (Interval.of(None, None), Interval.of(150, 250))


@pytest.mark.parametrize(
    ("right", "unit"),
    [
        ("£350,999", 2_000),
        ("£352,195", 5_000),
        ("£347,655", 5_000),
        ("£354,999", 10_000),
        ("£355,001", None),
    ],
)
def test_the_finest_unit_is_1_2_or_5_of_a_power_of_ten(right: str, unit: int | None) -> None:
    assert reconcile("£350k", right, relation="equal").finest_unit == unit


def test_counts_differ_by_a_number_without_a_unit() -> None:
    assert reconcile(5, 8, relation="equal", unit="count").text.endswith(
        "as printed they differ by 3 (38% of 8)."
    )


def test_the_gap_is_measured_at_the_finer_unit_where_that_holds() -> None:
    result = reconcile(["£350k", "£250k"], "£601k")
    assert result.strict_verdict == "reconciles"
    assert result.gap_in_sd == pytest.approx(1_000 / (1_000 * (3 / 12) ** 0.5))


def test_a_percentage_of_no_one_is_refused() -> None:
    with pytest.raises(TableError, match="whole count above 0"):
        reconcile(0, "92%", relation="count_percentage", unit="count")


def test_several_cautions_are_joined_in_the_record() -> None:
    result = reconcile("£350k", "£352,195", relation="equal")
    both = replace(result, cautions=("reconciles-if-rounded", "bounded-on-one-side"))
    assert both.record()["cautions"] == "reconciles-if-rounded; bounded-on-one-side"


def test_a_gap_without_a_lower_end_has_none_in_a_row_for_papers() -> None:
    # By hand: 120 to its ten is at most 125, which is 25 above the least that 100 can be.
    found = reconcile("at least £100", "£120", relation="part_of").as_estimate("gap")
    assert (found.estimate, found.conf_low, found.conf_high) == (None, None, 25.0)
    # What cannot be told has no gap at all.
    none = reconcile("£5", "5%").as_estimate("gap")
    assert (none.estimate, none.conf_low, none.conf_high) == (None, None, None)
    assert (none.term, none.method) == ("gap", "sum: cannot be told")
