"""Hand-worked verdicts of `reconcile`: every relation, every reason, every refusal."""

import pickle
from fractions import Fraction

import pandas as pd
import pytest

from pccfunding import Interval, parse_printed, reconcile
from pccfunding.errors import (
    MixedFlowError,
    MixedStatusError,
    PenceError,
    ReconciliationError,
    TableError,
    UnknownNameError,
)

LINES = ["£2,321,845", "£352,195", "£374,849", "£697,595", "£1,544,914", "£288,175", "£70,023"]
EIGHT = [*LINES, "£331,862"]


def test_the_eight_lines_add_up_to_the_derived_total() -> None:
    result = reconcile(EIGHT, "£5,981,458")
    assert (result.verdict, result.gap, result.strict_verdict) == ("reconciles", 0, "reconciles")
    assert result.text == "Reconciles exactly."
    assert result.working.endswith("= 5981458; against 5981458")


def test_one_pound_off_conflicts_and_is_proved_by_disjoint_intervals() -> None:
    result = reconcile(EIGHT, "£5,981,459")
    assert (result.verdict, result.gap) == ("conflicts", 1)
    left, right = result.proof
    assert left.intersection(right) is None
    with pytest.raises(ReconciliationError, match="Working: 2321845"):
        result.check()


def test_the_literal_breakdown_of_the_four_year_sum_conflicts_but_the_part_fits() -> None:
    assert reconcile(EIGHT, "£21.5m").verdict == "conflicts"
    part = reconcile(EIGHT, "£21.5m", relation="part_of")
    assert part.verdict == "reconciles"
    assert part.text.startswith("Does not exceed")
    assert "reconciles" not in part.text.lower()


def test_a_sum_with_parts_missing_cannot_be_told_unless_the_parts_exceed_it() -> None:
    short = reconcile(EIGHT, "£21.5m", complete=False)
    assert (short.verdict, short.reason) == ("cannot be told", "parts-missing")
    assert reconcile(EIGHT, "£5.9m", complete=False).verdict == "conflicts"


def test_350k_against_352195_is_lenient_only_at_five_thousand() -> None:
    result = reconcile("£350k", "£352,195", relation="equal")
    assert (result.verdict, result.strict_verdict) == ("reconciles", "conflicts")
    assert result.finest_unit == 5000
    assert result.gap == 2195
    assert result.cautions == ("reconciles-if-rounded",)


def test_five_pence_are_a_conflict() -> None:
    parts = ["£137,941.30", "£206,621.25", "£647,435.38", "£623,888.22", "£616,333.64"]
    result = reconcile([*parts, "£316,430.36"], "£2,548,650.10")
    assert (result.verdict, result.gap) == ("conflicts", Fraction(-5, 100))


def test_the_year_before_is_between_174_3_and_174_5_million() -> None:
    total, increase = parse_printed("£185.2m").hard, parse_printed("£10.8m").hard
    assert total - increase == Interval.of(174_300_000, 174_500_000)
    assert (
        reconcile(["£185.2m", "£10.8m"], "£174.4m", relation="difference").verdict == "reconciles"
    )
    assert reconcile(["£185.2m", "£10.8m"], "£171.5m", relation="difference").verdict == "conflicts"


def test_growth_uses_the_total_and_its_increase_once_each() -> None:
    result = reconcile(["£10.8m", "£185.2m"], "6.2%", relation="growth")
    left = result.proof[0]
    assert left.low == 100 * Fraction("10.75") / Fraction("174.5")
    assert left.high == 100 * Fraction("10.85") / Fraction("174.3")
    assert result.verdict == "reconciles"
    assert reconcile(["£10.8m", "£185.2m"], "6.3%", relation="growth").verdict == "conflicts"


def test_percent_change_share_and_ratio() -> None:
    assert (
        reconcile(["£54.08", "£56.01"], "3.6%", relation="percent_change").verdict == "reconciles"
    )
    assert reconcile(["£54.08", "£56.01"], "3.7%", relation="percent_change").verdict == "conflicts"
    assert reconcile(["£10.2m", "£21.5m"], "47.4%", relation="share").verdict == "reconciles"
    assert reconcile(["£10.2m", "£21.5m"], "48.5%", relation="share").verdict == "conflicts"
    ratio = reconcile(["14%", "9.7%"], Interval.of("1.385", "1.503"), relation="ratio")
    assert ratio.verdict == "reconciles"


def test_92_percent_of_238_women_is_218_to_220() -> None:
    result = reconcile(238, "92%", relation="count_percentage", unit="count")
    assert result.verdict == "reconciles"
    assert result.working.startswith("218, 219, 220 of 238")
    assert reconcile(12, "92.5%", relation="count_percentage", unit="count").verdict == "conflicts"


def test_an_aggregate_change_lies_in_the_hull_of_its_parts() -> None:
    parts = ["-37%", "-13%", "-8.5%"]
    assert reconcile(parts, "-24%", relation="hull").verdict == "reconciles"
    assert reconcile(parts, "-39%", relation="hull").verdict == "conflicts"


@pytest.mark.parametrize(
    ("left", "right", "options", "reason"),
    [
        ("£1m", "£1.2m", {"relation": "equal"}, "vacuous-precision"),
        ("nearly £1m", "£352,195", {"relation": "equal"}, "one-sided"),
        ("£820,000", None, {"relation": "equal"}, "figure-unknown"),
        ("£820k", "24%", {"relation": "equal"}, "unit-ambiguous"),
        (
            "£820k",
            "£820,000",
            {"relation": "equal", "scope": ({"funder": "PCC"}, {"funder": "Home Office"})},
            "scope-differs",
        ),
        (
            "£350k",
            "£352,195",
            {"relation": "equal", "scope": ({"status": "award"}, {"status": "outturn"})},
            "status-differs",
        ),
    ],
)
def test_each_reason_of_what_cannot_be_told(left, right, options, reason) -> None:
    result = reconcile(left, right, **options)
    assert (result.verdict, result.reason) == ("cannot be told", reason)
    assert result.text.startswith(f"Cannot be told ({reason})")


def test_unequal_scopes_never_reconcile_even_where_the_numbers_are_equal() -> None:
    scopes = ({"period": "2022-25"}, {"period": "2023-25"})
    assert (
        reconcile("£820k", "£820,000", relation="equal", scope=scopes).verdict == "cannot be told"
    )


def test_rounding_bound_of_many_parts_and_the_implausible_gap() -> None:
    parts = ["£158.7m"] * 43
    inside = reconcile(parts, "£6,825.3m")
    assert inside.verdict == "reconciles"
    assert "implausible-as-rounding" in inside.cautions
    assert inside.gap_in_sd == pytest.approx(6.27, abs=0.01)
    assert reconcile(parts, "£6,826.4m").verdict == "conflicts"
    assert reconcile(parts, "£6,824.3m").cautions == ()


def test_frames_give_one_term_a_row_and_the_token_binds() -> None:
    frame = pd.DataFrame(
        {"amount_gbp": [350000.0, 2195.0], "token": ["£350k", None], "unit": ["GBP", "GBP"]}
    )
    assert reconcile(frame, "£352,195").verdict == "reconciles"
    with pytest.raises(TableError, match="Drop the column token"):
        reconcile(frame.assign(amount_gbp=[340000.0, 2195.0]), "£352,195")


def test_unknown_amounts_are_not_zero() -> None:
    frame = pd.DataFrame({"amount_gbp": [100.0, None]})
    assert reconcile(frame, "£100.00").reason == "figure-unknown"


def test_misuse_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'part_of'"):
        reconcile("£1", "£2", relation="part-of")
    with pytest.raises(TableError, match="takes 2 on the left"):
        reconcile("£1", "£2", relation="difference")
    with pytest.raises(TableError, match="neither token nor amount_gbp"):
        reconcile(pd.DataFrame({"amount": [1.0]}), "£1")
    with pytest.raises(PenceError, match="whole number of pence"):
        reconcile(pd.DataFrame({"amount_gbp": [110.155]}), "£110.16")
    rows = {"amount_gbp": [1.0, 2.0]}
    with pytest.raises(MixedStatusError, match="1 award, 1 budget"):
        reconcile(pd.DataFrame(rows | {"status": ["award", "budget"]}), "£3.00")
    flows = ["national_to_pcc", "pcc_to_recipient"]
    with pytest.raises(MixedFlowError, match="Keep one flow"):
        reconcile(pd.DataFrame(rows | {"flow": flows}), "£3.00")


def test_results_pickle_and_show_as_html() -> None:
    result = reconcile("£350k", "£352,195", relation="equal")
    assert pickle.loads(pickle.dumps(result)) == result
    assert "<strong>reconciles</strong>" in result._repr_html_()
    assert result.frame.loc[0, "gap"] == "2195"
