"""What may stand on a side of a statement, what it is about, and what no rounding can settle."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding import Interval, reconcile
from pccfunding.errors import IntervalError, MixedStatusError, PenceError, TableError

FIGURES = pcc.load_figures().set_index("figure_id", drop=False)
UNTOLD = "cannot be told"


def told(*sides: Any, **options: Any) -> tuple[str, str | None]:
    result = reconcile(*sides, **options)
    return result.verdict, result.reason


@pytest.mark.parametrize(
    "taken",
    [
        lambda one: FIGURES.loc[one],
        lambda one: FIGURES.loc[[one]],
        lambda one: FIGURES.loc[one].to_dict(),
        lambda one: next(FIGURES.loc[[one]].itertuples(index=False)),
        lambda one: [FIGURES.loc[one]],
        lambda one: pl.DataFrame({"figure_id": [one], "token": [FIGURES.loc[one, "token"]]}),
        lambda one: pl.LazyFrame({"figure_id": [one], "token": [FIGURES.loc[one, "token"]]}),
    ],
)
def test_a_figure_may_stand_alone_or_in_a_table(taken: Any) -> None:
    result = reconcile(taken("S009"), taken("S018"), relation="equal")
    assert (result.verdict, result.strict_verdict, result.finest_unit) == (
        "reconciles",
        "conflicts",
        5000,
    )
    assert result.figure_ids == ("S009", "S018")
    assert result.record()["figures"] == "S009;S018"


def test_a_list_of_rows_is_summed() -> None:
    parts = [FIGURES.loc[name] for name in ("W101", "W102")]
    assert reconcile(parts, FIGURES.loc["W100"]).text == "Reconciles exactly."


@pytest.mark.parametrize(
    "left",
    [
        pd.Series([1.5, 2.5]),
        pl.Series([1.5, 2.5]),
        np.array([1.5, 2.5]),
        pd.Series(["£1.50", "£2.50"]),
        pd.Series([1, 3]),
        ["£1.50", Interval.point("2.5")],
    ],
)
def test_series_and_arrays_give_one_term_a_value(left: Any) -> None:
    assert told(left, "£4.00") == ("reconciles", None)
    assert told(left, "£4.01") == ("conflicts", None)


def test_a_series_takes_the_unit_that_is_given() -> None:
    assert told(pd.Series([1, 2]), 3, unit="count") == ("reconciles", None)
    assert told(pd.Series([1.0, 2.0]), 3, unit="count") == ("reconciles", None)
    assert told(np.int64(3), 3, relation="equal", unit="count") == ("reconciles", None)
    with pytest.raises(IntervalError, match="is a float"):
        reconcile(pd.Series([1.5]), 3, unit="count")
    with pytest.raises(IntervalError, match="is a bool"):
        reconcile(pd.Series([True]), 3)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_value_is_not_published(missing: Any) -> None:
    frame = pd.DataFrame({"amount_gbp": pd.Series([1.0, missing], dtype=object)})
    assert told(frame, "£5.00") == (UNTOLD, "figure-unknown")
    assert told(pd.Series([1.0, missing], dtype=object), "£5.00") == (UNTOLD, "figure-unknown")
    frame = pd.DataFrame({"amount_gbp": pd.array([1.0, None], dtype="Float64"), "unit": missing})
    assert told(frame, "£5.00") == (UNTOLD, "figure-unknown")


def test_each_kind_of_unknown_keeps_its_name_and_nil_is_zero() -> None:
    kinds = ["withheld", "not_yet_due", "not_applicable", "not_published", "withheld"]
    frame = pd.DataFrame({"amount_gbp": [1.0] + [None] * 5, "unknown": [None, *kinds]})
    result = reconcile(frame, "£5.00")
    assert (result.verdict, result.reason) == (UNTOLD, "figure-unknown")
    assert result.working == (
        "1 + 2 withheld + 1 not yet due + 1 not applicable + 1 not published; against 5"
    )
    for kind in kinds:
        row = {"amount_gbp": None, "unknown": kind}
        other = reconcile("£5.00", row)
        assert other.working == f"a figure that it needs is {kind.replace('_', ' ')}"
        assert reconcile([row], "£5.00").working == other.working
    nil = {"amount_gbp": None, "unknown": "nil"}
    assert told([{"amount_gbp": 5.0}, nil], "£5.00") == ("reconciles", None)
    assert told("£5.00", nil) == ("conflicts", None)


def test_an_amount_without_its_token_lies_within_the_bounds_beside_it() -> None:
    awards = pd.DataFrame(
        {"amount_gbp": [350_000.0], "amount_low_gbp": [345_000.0], "amount_high_gbp": [355_000.0]}
    )
    result = reconcile(awards, "£352,195")
    assert (result.verdict, result.gap) == ("reconciles", 2195)
    assert told(awards, "£355,001") == ("conflicts", None)
    open_above = awards.assign(amount_high_gbp=None)
    assert told(open_above, "£9,355,001") == ("reconciles", None)
    assert told(open_above, "£344,999") == ("conflicts", None)


def test_one_amount_printed_twice_counts_once() -> None:
    with pytest.raises(TableError, match=r"'S001' and 'S010' are two printings of 'cambs-safer"):
        reconcile(FIGURES.loc[["S001", "S010"]], "£1,640,000")
    parts = pd.DataFrame(
        {"subject_id": ["one", "one"], "figure_id": ["F1", "F1"], "amount_gbp": [1.0, 2.0]}
    )
    assert told(parts, "£3.00") == ("reconciles", None)


def test_a_figure_less_itself_is_nothing_whatever_its_rounding() -> None:
    twice = [FIGURES.loc["S009"]] * 2
    assert told(twice, "£0", relation="difference") == ("reconciles", None)
    assert told(twice, "£1", relation="difference") == ("conflicts", None)
    assert told(twice, 1, relation="ratio") == ("reconciles", None)
    # Two figures that print alike are two unknowns.
    assert told([FIGURES.loc["S009"], "£350k"], "£1", relation="difference") == ("reconciles", None)


TABLE = pd.DataFrame(
    {
        "amount_gbp": [1.0, 2.0],
        "funding_stream": ["Victims", "Youth"],
        "area_code": "E23000023",
        "funder": "PCC",
        "flow": "pcc_to_recipient",
        "status": "award",
        "period_start": pd.Timestamp("2023-04-01"),
        "period_end": pd.Timestamp("2024-03-31"),
    }
)
TOTAL = TABLE.head(1).assign(amount_gbp=3.0, funding_stream="All")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("area_code", "E23000001", "scope-differs"),
        ("funder", "Home Office", "scope-differs"),
        ("flow", "national_to_pcc", "scope-differs"),
        ("status", "outturn", "status-differs"),
        ("period_end", pd.Timestamp("2025-03-31"), "scope-differs"),
        ("period_start", pd.Timestamp("2022-04-01"), "scope-differs"),
    ],
)
def test_tables_say_by_their_columns_what_they_are_about(
    column: str, value: Any, reason: str
) -> None:
    # The two streams of the left side are parts; what they agree on, the total must share.
    assert told(TABLE, TOTAL) == ("reconciles", None)
    other = TOTAL.assign(**{column: value})
    assert told(TABLE, other) == (UNTOLD, reason)
    assert told(TABLE, other.iloc[0]) == (UNTOLD, reason)
    assert told(TABLE, other.assign(**{column: None})) == ("reconciles", None)
    assert told(TABLE, other, relation="part_of") == ("reconciles", None)
    same = ({"period": "2023-24"}, {"period": "2023/24"})
    assert told(TABLE, other, scope=same) == ("reconciles", None)


def test_one_stream_is_not_all_of_them() -> None:
    assert told(TABLE.head(1), TOTAL.assign(amount_gbp=1.0)) == (UNTOLD, "scope-differs")


@pytest.mark.parametrize(
    "name", ["period", "area", "funder", "stream", "status", "flow", "price_base"]
)
@pytest.mark.parametrize("numbers", [("£350k", "£352,195"), ("£1.00", "£5.00"), ("£1.00",) * 2])
def test_each_element_of_a_scope_keeps_a_statement_from_being_told(
    name: str, numbers: tuple[str, str]
) -> None:
    agreed = reconcile(*numbers, relation="equal")
    same = ({name: "one"}, {name: "one"})
    assert reconcile(*numbers, relation="equal", scope=same) == agreed
    reason = "status-differs" if name == "status" else "scope-differs"
    for right in ({name: "two"}, {}, {name: None}):
        result = reconcile(*numbers, relation="equal", scope=({name: "one"}, right))
        assert (result.verdict, result.reason) == (UNTOLD, reason)
        assert result.strict_verdict == UNTOLD
    both = ({name: "one", "period": "2022"}, {name: "two", "period": "2023"})
    assert reconcile(*numbers, relation="equal", scope=both).reason == "scope-differs"


def test_periods_are_compared_by_their_days_and_other_words_as_they_are() -> None:
    for one, two, same in [
        ("2023-24", "2023/24", True),
        ("2023-24", pcc.Period.parse("2023/24"), True),
        ("2023-24", "2023", False),
        ("since the launch", "since the launch", True),
        ("since the launch", "2023", False),
    ]:
        verdict = told("£1.00", "£1.00", scope=({"period": one}, {"period": two}))[0]
        assert verdict == ("reconciles" if same else UNTOLD), (one, two)


@pytest.mark.parametrize("scope", [{"period": "1", "area": "2"}, ({"period": "1"},), ("a", "b"), 3])
def test_a_scope_is_a_pair_of_mappings(scope: Any) -> None:
    with pytest.raises(TableError, match="scope= takes two mappings, one a side"):
        reconcile("£1.00", "£1.00", scope=scope)


@pytest.mark.parametrize(
    ("left", "right", "options"),
    [
        ("£295k a year", "£295k", {"relation": "equal"}),
        (["£295k a year"] * 3, "£885k", {}),
        ({"token": "54.08", "unit": "GBP", "per": "person"}, "£54.08", {}),
        ({"amount_gbp": 54.08, "per": "person"}, "£54.08", {}),
        (["£5", "5%"], "£5", {}),
        ("12%", "£12", {"relation": "equal"}),
        (["£10.00", "£5.00"], {"token": "200%"}, {"relation": "ratio"}),
    ],
)
def test_other_units_are_not_compared(left: Any, right: Any, options: dict[str, str]) -> None:
    if options.get("relation") == "ratio":
        right = pcc.parse_printed("200%")
    assert told(left, right, **options) == (UNTOLD, "unit-ambiguous")


def test_rates_are_compared_with_rates_and_what_a_recipient_gets_with_amounts() -> None:
    assert told("£295k a year", "£295,000 per year", relation="equal") == ("reconciles", None)
    assert told("£3,500 per grant", "£3,500", relation="equal") == ("reconciles", None)
    ratio = told(["£885k", "£295k a year"], 3, relation="ratio")
    assert ratio == ("reconciles", None)
    assert told(["£10.00", "£5.00"], "2.0", relation="ratio") == ("reconciles", None)
    assert told(["£10.00", "£5.00"], 3, relation="ratio") == ("conflicts", None)


def test_words_that_bound_nothing_leave_a_divisor_open_and_zero_is_refused() -> None:
    about = reconcile(["about £5m", "about £6m"], "20%", relation="percent_change")
    assert about.verdict == "reconciles"
    far = reconcile(["about £5m", "about £6m"], "200%", relation="percent_change")
    assert (far.verdict, far.reason) == (UNTOLD, "one-sided")
    assert told(["nearly £5m", "£4.25m"], "9%", relation="percent_change") == (UNTOLD, "one-sided")
    for divisor in ("£0", "up to £5m"):
        with pytest.raises(IntervalError, match="goes through zero"):
            reconcile([divisor, "£6m"], "20%", relation="percent_change")


def test_growth_of_nothing_is_nothing() -> None:
    result = reconcile(["up to £1m", "£20.5m"], "3%", relation="growth")
    assert result.verdict == "reconciles"
    assert result.proof[0].low == 0
    assert told([0, "£20.5m"], "0%", relation="growth", unit="GBP") == ("reconciles", None)


def test_a_ceiling_or_a_floor_is_cautioned() -> None:
    for left, right, options in [
        ("up to £550,000", "£1,234", {"relation": "equal"}),
        ("at least £550,000", "£9,876,543", {"relation": "equal"}),
        ("£1.25m", "up to £3.25m", {"relation": "part_of"}),
    ]:
        result = reconcile(left, right, **options)
        assert result.cautions == ("bounded-on-one-side",)
        assert result.text.endswith("A ceiling or a floor allows this and much else.")
    for left, right, options in [
        ("£1.25m", "at least £3.25m", {"relation": "part_of"}),
        ("more than £1.25m", "£1.26m", {"relation": "equal"}),
        ("up to £550,000", "£551,234", {"relation": "equal"}),
    ]:
        assert reconcile(left, right, **options).cautions == ()


def test_corrections_below_zero_may_have_more_of_them_among_what_is_missing() -> None:
    assert told(["£20.00", None], "£10.00") == ("conflicts", None)
    assert told(["£20.00", "-£5.00", None], "£10.00") == (UNTOLD, "figure-unknown")
    assert told(["£20.00"], "£10.00", complete=False) == ("conflicts", None)
    assert told(["£20.00", "-£5.00"], "£10.00", complete=False) == (UNTOLD, "parts-missing")
    assert told(["about £20", None], "£10.00") == (UNTOLD, "figure-unknown")
    assert told(["£20.00", "£0.00", None], "£10.00") == ("conflicts", None)


def test_a_part_that_prints_as_more_says_so() -> None:
    result = reconcile("£350k", "£349,000", relation="part_of")
    assert result.verdict == "reconciles"
    assert result.text.startswith(
        "Does not exceed the larger amount once rounding is allowed for; "
        "as printed it is £1,000 (0.29%) more."
    )


def test_gaps_of_any_size_are_written_out() -> None:
    assert "£99,900 (99,900%)" in reconcile("£100,000.00", "£100.00", relation="equal").text
    assert reconcile("12%", "24.5%", relation="equal").text.endswith("by 12.5 points.")
    assert "0.1 points" in reconcile("24.5%", "24.6%", relation="equal").check().text


def test_the_gap_is_measured_in_errors_of_the_reading_that_holds() -> None:
    alone = reconcile("£350k", "£352,195")
    assert alone.cautions == ("reconciles-if-rounded",)
    assert alone.gap_in_sd == pytest.approx(2195 * 12**0.5 / 10_000)


def test_a_count_too_large_to_list_is_given_by_its_ends() -> None:
    result = reconcile(10**12, "about 50%", relation="count_percentage", unit="count")
    assert result.working.startswith("400000000000 to 600000000000 of 1000000000000 print as")
    listed = reconcile(1200, "51%", relation="count_percentage", unit="count").working
    assert listed == "606 to 618 of 1200 print as 51%"
    twelve = reconcile(1150, "51%", relation="count_percentage", unit="count").working
    assert twelve.count(",") == 11


def test_coarse_counts_are_vacuous_and_coarse_percentages_are_not() -> None:
    assert told("1m", "712,345", relation="equal", unit="people") == (UNTOLD, "vacuous-precision")
    assert told("1%", "1.2%", relation="equal") == ("reconciles", None)
    # One word on two pages is the same word, however coarse; as parts and total it says nothing.
    assert told("£1m", "£1m", relation="equal") == ("reconciles", None)
    assert told("£1m", "£1m", relation="sum") == (UNTOLD, "vacuous-precision")


def test_groups_may_have_a_status_each_and_totals_of_any_kind() -> None:
    table = pd.DataFrame({"status": ["award", "budget"], "amount_gbp": [1.0, 2.0]})
    found = reconcile(table, {"award": "£1.00", "budget": "£3.00"}, by="status")
    assert [one.verdict for _, one in found.groups] == ["reconciles", "conflicts"]
    with pytest.raises(MixedStatusError, match="1 award, 1 budget"):
        reconcile(table.assign(area="x"), {"x": "£3.00"}, by="area")
    for totals in (
        pd.Series({"award": 1.0, "budget": 3.0}),
        pl.DataFrame({"status": ["award", "budget"], "amount_gbp": [1.0, 3.0]}),
        table.assign(amount_gbp=[1.0, 3.0]),
    ):
        verdicts = [one.verdict for _, one in reconcile(table, totals, by="status").groups]
        assert verdicts == ["reconciles", "conflicts"]
    places = pd.Index(["award", "budget"])
    pounds = table.assign(amount_gbp=[1.5, 2.5])
    off = reconcile(pounds, pd.Series([1.5, 2.51], places), by="status")
    assert [one.gap for _, one in off.groups] == [0, Fraction("0.01")]
    counted = table.assign(token=["1", "2"], unit="count").drop(columns="amount_gbp")
    counts = reconcile(counted, pd.Series([1.0, 2.0], places), by="status", unit="count")
    assert counts.verdict == "reconciles"
    with pytest.raises(TableError, match="is a int, not a table"):
        reconcile(table, 3, by="status")


def test_a_long_ledger_is_added_up_and_says_of_how_many_amounts() -> None:
    lines = pd.DataFrame({"stream": ["Roads", "Youth"] * 750, "amount_gbp": [0.10, 0.25] * 750})
    lines.loc[1, "amount_gbp"] = None
    found = reconcile(lines, {"Roads": "£75.00", "Youth": "£187.25"}, by="stream")
    (roads, one), (youth, other) = found.groups
    assert (roads, one.verdict, one.gap) == (("Roads",), "reconciles", 0)
    assert one.working == "75 (750 amounts); against 75"
    assert (youth, other.reason) == (("Youth",), "figure-unknown")
    assert other.working.startswith("187.25 (749 amounts) + 1 not in the documents held")
    whole = reconcile(lines.dropna(), "£262.26")
    assert (whole.verdict, whole.gap) == ("conflicts", Fraction("0.01"))
    assert reconcile(lines.iloc[2:1002], "£1.00").working.startswith("0.1 + 0.25 + 0.1 + ")


def test_a_long_ledger_is_as_strict_as_a_short_one() -> None:
    lines = pd.DataFrame({"status": "award", "amount_gbp": [1.0] * 1500})
    with pytest.raises(PenceError, match=r"amount_gbp is 1\.005, "):
        reconcile(lines.assign(amount_gbp=[1.005] + [1.0] * 1499), "£1,500.00")
    with pytest.raises(MixedStatusError, match="1400 award, 100 budget"):
        reconcile(lines.assign(status=["award"] * 1400 + ["budget"] * 100), "£1,500.00")
    odd = 2**51 + 1
    large = reconcile(lines.assign(amount_gbp=[odd / 100] * 9 + [0.01] * 1490 + [0.02]), "£1.00")
    assert large.gap == Fraction(100 - 9 * odd - 1492, 100)
    nothing = reconcile(lines[["amount_gbp"]] * math.nan, "£1.00")
    assert (nothing.reason, nothing.proof) == ("figure-unknown", None)
    printed_twice = lines.assign(subject_id="one", figure_id=[f"f{n}" for n in range(1500)])
    with pytest.raises(TableError, match="two printings of 'one'"):
        reconcile(printed_twice, "£1.00")
    pairs = pd.DataFrame({"pair": [n // 2 for n in range(1500)], "amount_gbp": [3.0, 1.0] * 750})
    less = dict.fromkeys(range(750), "£2.00")
    assert reconcile(pairs, less, by="pair", relation="difference").verdict == "reconciles"
    spans = {"period_start": "2023-04-01", "period_end": "2024-03-31"}
    total = [{"amount_gbp": 1500.0} | spans]
    assert reconcile(lines.assign(**spans), total).verdict == "reconciles"
    later = lines.assign(**spans | {"period_end": "2025-03-31"})
    assert reconcile(later, total).reason == "scope-differs"
    for totals in ({"award": total[0]}, pd.DataFrame([total[0] | {"status": "award"}])):
        (_, alone), *_ = reconcile(later, totals, by="status").groups
        assert alone.reason == "scope-differs"


def test_a_row_without_an_amount_is_refused() -> None:
    with pytest.raises(TableError, match="neither token nor amount_gbp; it has 'amount'"):
        reconcile([{"amount": 3}], "£3.00")
    with pytest.raises(TableError, match="A mapping of totals needs by="):
        reconcile("£3.00", {"2023": "£3.00"})
