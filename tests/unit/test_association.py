"""spend_vs_reduction: verdicts in their order, the numbers beside them, and the words."""

from __future__ import annotations

import copy
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from association_cases import (
    DISTRICTS,
    FORCES,
    fall_of,
    led_by_need,
    many,
    resting_on_one,
    spend_of,
)

import pccfunding as pcc
from pccfunding.association import CAUTIONS, REASONS, VERDICTS
from pccfunding.errors import PeriodError, TableError, UnknownNameError
from pccfunding.words import signed

SIX = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
IN_ORDER = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)


def judged(spend: pd.DataFrame, fall: pd.DataFrame, **how: object) -> pcc.association.Association:
    return pcc.spend_vs_reduction(spend, fall, redraws=200, **how)  # type: ignore[arg-type]


# Seven verdicts: each a case, and one that just misses it in test_association_verdicts


def test_a_perfect_order_of_six_is_an_association_and_not_causal() -> None:
    found = judged(spend_of(SIX), fall_of(IN_ORDER), family=1)
    assert found.verdict == "association, not causal"
    assert (found.estimate, found.p_value, found.min_p) == (1.0, 2 / 720, 2 / 720)
    assert found.attainable[:4] == (2 / 720, 12 / 720, 24 / 720, 42 / 720)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (None, None)
    assert "infinite" in str(found.interval.reason)
    assert found.leave_one_out["p_value"].tolist() == [2 / 120] * 6


def test_one_exchange_among_six_is_undone_by_four_of_them() -> None:
    # rho .943, p 12/720; without an area the others need a perfect order for p below .05.
    found = judged(spend_of(SIX), fall_of((5, 15, 10, 20, 25, 30)))
    assert found.estimate == pytest.approx(33 / 35)
    assert found.p_value == 12 / 720
    assert found.verdict == "too few areas to tell"
    assert found.influence is not None
    assert set(found.influence.rests_on) == {
        "Peterborough",
        "Fenland",
        "Huntingdonshire",
        "South Cambridgeshire",
    }
    assert "any one of 4 of its 6 areas undoes it" in found.report()


def test_no_order_among_six_is_no_clear_association() -> None:
    found = judged(spend_of(SIX), fall_of((20, 5, 30, 10, 25, 15)))
    assert found.verdict == "no clear association"
    assert found.interval is not None
    assert found.interval.low is not None
    assert f"do not settle a correlation between {signed(found.interval.low)} and" in found.text


@pytest.mark.parametrize("n", [4, 5])
def test_four_or_five_areas_are_too_few_even_in_perfect_order(n: int) -> None:
    found = judged(spend_of(SIX[:n]), fall_of(IN_ORDER[:n]))
    assert (found.verdict, found.n) == ("too few areas to tell", n)
    assert found.estimate == 1
    assert "too few areas to tell (fewer than 6)" in found.text


def test_one_funded_area_among_many_cannot_reach_a_low_p() -> None:
    found = judged(spend_of([1.0] + [0.0] * 19, FORCES), fall_of(np.arange(20.0, 0, -1), FORCES))
    assert found.min_p == pytest.approx(2 / 20)
    assert found.verdict == "too few areas to tell"
    assert "floor-above-05" in found.cautions


def test_noise_shuts_the_gate_whatever_the_order() -> None:
    small = np.full(6, 40.0)
    found = judged(spend_of(SIX), fall_of(IN_ORDER, before=small))
    assert found.verdict == "not distinguishable from counting noise"
    assert found.estimate == 1
    assert "counting-noise" in found.cautions
    assert found.gate is not None
    assert found.gate.test is not None
    assert found.gate.test.gate == "shut"
    assert "Cochran's Q" in found.text


def test_the_gate_opens_only_if_three_dispersions_agree() -> None:
    spend, middling = spend_of(SIX), fall_of(IN_ORDER, before=np.full(6, 2000.0))
    undecided = judged(spend, fall_of(IN_ORDER, before=np.full(6, 400.0)))
    assert undecided.verdict == "not distinguishable from counting noise"
    assert "dispersion-decides" in undecided.cautions
    given = judged(spend, fall_of(IN_ORDER, before=np.full(6, 400.0)), dispersion=1)
    assert given.verdict == "association, not causal"
    agreed = judged(spend, middling)
    assert agreed.verdict == "association, not causal"
    assert "dispersion-assumed" in agreed.cautions


def test_the_family_can_take_an_association_away() -> None:
    spend, fall = many(0.8)
    alone = judged(spend, fall, family=1)
    assert alone.verdict == "association, not causal"
    assert alone.p_value is not None
    among = judged(spend, fall, family=20_000)
    assert among.adjusted_p == pytest.approx(min(1, 20_000 * alone.p_value))
    assert (among.adjusted_by, among.verdict) == ("Bonferroni", "no clear association")
    # It is the draws that stop there, not the areas.
    assert "more-orders-needed" in among.cautions
    assert among.adjusted_min_p == pytest.approx(0, abs=1e-20)
    holm = judged(spend, fall, family=[0.9] * 19_999)
    assert (holm.family_size, holm.adjusted_by) == (20_000, "Holm")
    assert holm.adjusted_p == among.adjusted_p
    assert "family of 20,000" in holm.text


# Refusals


@pytest.mark.parametrize(
    ("reason", "spend", "fall"),
    [
        ("no variation in spend", spend_of([6.49] * 6), fall_of(IN_ORDER)),
        ("one area only", spend_of(SIX[:1]), fall_of(IN_ORDER[:1])),
        ("fewer than four areas", spend_of(SIX[:3]), fall_of(IN_ORDER[:3])),
        ("no variation in outcome", spend_of(SIX), fall_of([10.0] * 6)),
        ("no area in common", spend_of(SIX), fall_of(IN_ORDER, FORCES)),
        ("no area in common", spend_of(()), fall_of(())),
        ("spend not held", spend_of([None] * 6), fall_of(IN_ORDER)),
        ("mixed flows", spend_of(SIX, flow=["national_to_pcc"] + ["pcc_to_recipient"] * 5),
         fall_of(IN_ORDER)),
        ("mixed statuses", spend_of(SIX, status=["bid"] + ["award"] * 5), fall_of(IN_ORDER)),
        ("mixed windows", spend_of(SIX), fall_of(IN_ORDER).assign(
            baseline_end=pd.to_datetime(["2013-06-30"] + ["2013-03-31"] * 5))),
        ("mixed kinds of area", spend_of(SIX, [*DISTRICTS[:5], "E23000023"]),
         fall_of(IN_ORDER, [*DISTRICTS[:5], "E23000023"])),
        ("windows out of order",
         spend_of(SIX, period_start=pd.Timestamp("2015-04-01"),
                  period_end=pd.Timestamp("2016-03-31")),
         fall_of(IN_ORDER)),
        ("series break", spend_of(SIX), fall_of(IN_ORDER, series_break="counting rules changed")),
        ("pandemic months", spend_of(SIX),
         fall_of(IN_ORDER, period_start="2020-04-01", period_end="2021-03-31")),
    ],
)  # fmt: skip
def test_a_refusal_is_a_result_with_its_reason(
    reason: str, spend: pd.DataFrame, fall: pd.DataFrame
) -> None:
    found = judged(spend, fall)
    assert (found.verdict, found.reason) == ("not estimable", reason)
    assert (found.estimate, found.p_value, found.adjusted_p) == (None, None, None)
    assert found.maryland_level == 0
    assert found.text.startswith(f"Not estimable: {reason}.")
    assert found.frame["verdict"].tolist() == ["not estimable"]
    assert found.leave_one_out.empty
    for draw in (found.plot, found.plot_null):
        with pytest.raises(TableError, match="nothing to draw"):
            draw()


def test_four_areas_are_enough_to_be_told_of() -> None:
    found = judged(spend_of(SIX[:4]), fall_of(IN_ORDER[:4]))
    # Four that rank alike: 1 of 24 orders, and its opposite.
    assert (found.reason, found.n, found.min_p) == (None, 4, pytest.approx(2 / 24))


def test_percentages_without_counts_are_refused() -> None:
    printed = pd.DataFrame({"area_code": DISTRICTS, "reduction_pct": IN_ORDER})
    assert judged(spend_of(SIX), printed).reason == "counts missing"
    unknown = fall_of(IN_ORDER).assign(
        offences_baseline=np.nan, log_reduction=np.nan, variance_log_reduction=np.nan
    )
    assert judged(spend_of(SIX), unknown).reason == "counts missing"


def test_pounds_shared_out_by_population_do_not_vary() -> None:
    people = np.array([215_700, 145_700, 87_800, 102_500, 180_800, 162_000], float)
    pence = np.floor(598_145_800 * people / people.sum())
    shared = spend_of(pence / 100 / people, persons=people)
    assert shared["spend_gbp_per_head"].nunique() > 1
    assert judged(shared, fall_of(IN_ORDER)).reason == "no variation in spend"


def test_pearson_refuses_spend_of_zero() -> None:
    found = judged(spend_of((0.0, *SIX[1:])), fall_of(IN_ORDER), method="pearson")
    assert found.reason == "zero spend has no logarithm"


@pytest.mark.parametrize(
    ("name", "columns", "code"),
    [
        ("windows out of order", {"period_start": "2014-04-01", "period_end": "2015-03-31"},
         "windows-overridden"),
        ("series break", {"series_break": True}, "series-break-overridden"),
        ("pandemic months", {"period_start": "2020-04-01", "period_end": "2021-03-31"},
         "pandemic-overridden"),
    ],
)  # fmt: skip
def test_a_refusal_can_be_overridden_at_the_price_of_its_caution(
    name: str, columns: dict[str, object], code: str
) -> None:
    fall = fall_of(IN_ORDER, **columns)
    assert judged(spend_of(SIX), fall).reason == name
    found = judged(spend_of(SIX), fall, override=[name])
    assert found.estimate == 1
    assert code in found.cautions


def test_a_known_break_lies_between_the_windows_or_not() -> None:
    days = {"period_start": "2005-04-01", "period_end": "2006-03-31"}
    money = {"period_start": pd.Timestamp("2002-04-01"), "period_end": pd.Timestamp("2003-03-31")}
    before = {"baseline_start": "2001-04-01", "baseline_end": "2002-03-31"}
    after = {"baseline_start": "2004-07-01", "baseline_end": "2005-03-31"}
    for base, offence, reason in (
        (before, "Sexual offences", "series break"),
        (after, "Sexual offences", None),
        (before, "Robbery", None),
    ):
        fall = fall_of(IN_ORDER, offence=offence, **days, **base)
        assert judged(spend_of(SIX, **money), fall).reason == reason


# Misuse


def test_misuse_raises_with_what_to_do() -> None:
    spend, fall = spend_of(SIX), fall_of(IN_ORDER)
    with pytest.raises(TableError, match="no column 'spend_gbp_per_head'"):
        judged(spend.drop(columns="spend_gbp_per_head"), fall)
    with pytest.raises(TableError, match=r"no column 'area'\. Did you mean 'area_code'"):
        judged(spend, fall, on="area")
    with pytest.raises(TableError, match="reduction has no outcome"):
        judged(spend, fall[["area_code"]])
    with pytest.raises(TableError, match="spend is a list"):
        pcc.spend_vs_reduction([1, 2], fall)  # type: ignore[type-var]
    with pytest.raises(UnknownNameError, match="Did you mean 'spearman'"):
        judged(spend, fall, method="spearmen")
    with pytest.raises(UnknownNameError, match="Percentile bootstrap intervals"):
        judged(spend, fall, interval="percentile")
    with pytest.raises(UnknownNameError, match="No override 'series brake'"):
        judged(spend, fall, override=["series brake"])
    with pytest.raises(TableError, match="confidence_level"):
        judged(spend, fall, confidence_level=95)
    for family in (0, True, "19"):
        with pytest.raises(TableError, match="family"):
            judged(spend, fall, family=family)
    with pytest.raises(TableError, match="spend is below 0 in E06000031"):
        judged(spend_of((-1.0, *SIX[1:])), fall)
    with pytest.raises(TableError, match="holds 'much', not numbers"):
        judged(spend.assign(spend_gbp_per_head="much"), fall)
    with pytest.raises(TableError, match="holds an infinite number"):
        judged(spend_of((float("inf"), *SIX[1:])), fall)


def test_rows_that_stand_twice_are_told_apart() -> None:
    spend, fall = spend_of(SIX), fall_of(IN_ORDER)
    streams = pd.concat([spend, spend.assign(funding_stream="Other Fund")])
    with pytest.raises(TableError, match=r"holds 2 streams .*spend_vs_reduction_family"):
        judged(streams, fall)
    with pytest.raises(TableError, match="holds 2 offence classes"):
        judged(spend, pd.concat([fall, fall.assign(offence="Burglary")]))
    with pytest.raises(TableError, match="'E06000031' in 'area_code' more than once"):
        judged(pd.concat([spend, spend]), fall)


def test_a_lag_picks_one_of_several_windows() -> None:
    earlier = {"period_start": pd.Timestamp("2012-04-01"), "period_end": pd.Timestamp("2013-03-31")}
    both = pd.concat([spend_of(SIX), spend_of(SIX[::-1], **earlier)])
    fall = fall_of(IN_ORDER)
    with pytest.raises(PeriodError, match="Keep one, or name lag"):
        judged(both, fall)
    assert judged(both, fall, lag=0).estimate == 1
    late = judged(both, fall, lag=2)
    assert late.estimate == -1
    assert "2 whole years before the follow-up" in late.estimand
    assert "baseline-not-before-spend" in late.cautions
    with pytest.raises(PeriodError, match="lags held are 0, 2"):
        judged(both, fall, lag=1)
    with pytest.raises(PeriodError, match="lag needs period_start"):
        judged(spend_of(SIX), fall[["area_code", "log_reduction"]], lag=0)


# What stands beside the coefficient


def test_the_estimand_names_unit_money_status_prices_windows_and_outcome() -> None:
    found = judged(spend_of(SIX, price_base="2023-24"), fall_of(IN_ORDER))
    assert found.estimand == (
        "association, across these 6 local authority districts, between £ per head of Invented "
        "Fund (outturn, 2023-24 prices) in 2014-15 and the log reduction in robbery from 2012-13 "
        "to 2015-16, per resident"
    )
    assert found.base_count == 120_000
    assert ("compared", found.estimand) in found.report().lines
    assert found.text.startswith("£ per head of Invented Fund (2014-15) beside the log reduction")


def test_the_bonett_wright_interval_is_that_of_its_formula() -> None:
    found = judged(*many(0.5))
    assert found.estimate is not None
    assert found.interval is not None
    reach = 1.959964 * np.sqrt((1 + found.estimate**2 / 2) / 27)
    ends = np.tanh(np.arctanh(found.estimate) + np.array([-reach, reach]))
    assert [found.interval.low, found.interval.high] == pytest.approx(ends, abs=1e-6)
    bca = judged(*many(0.5), interval="bca").interval
    assert bca is not None
    assert bca.method == "BCa bootstrap of spearman"
    fisher = judged(*many(0.5), method="pearson").interval
    assert fisher is not None
    assert fisher.method == "Fisher z"
    assert judged(*many(0.5), method="kendall").interval is None


def test_pearson_is_on_logarithms_and_never_without_its_influence() -> None:
    # Anscombe's third set: one point off a line. r = .816, and 1.000 without that point.
    x = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], float)
    y = np.array([7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73])
    score = pd.DataFrame({"area_code": FORCES[:11], "log_reduction": y})
    found = judged(spend_of(np.exp(x), FORCES), score)
    assert found.pearson is not None
    assert found.pearson.statistic == pytest.approx(0.816, abs=0.001)
    assert found.pearson.high == pytest.approx(1, abs=1e-4)
    assert found.pearson.highest == pcc.find_area(FORCES[2]).name
    zero = judged(spend_of((0.0, *SIX[1:])), fall_of(IN_ORDER)).pearson
    assert zero is not None
    assert zero.reason == "1 areas without spend have no logarithm"


def test_leaving_out_the_one_area_that_varies_is_undefined_with_a_reason() -> None:
    # Anscombe's fourth set: without one point, x does not vary.
    x = [8.0] * 7 + [19.0] + [8.0] * 3
    y = [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89]
    score = pd.DataFrame({"area_code": FORCES[:11], "log_reduction": y})
    found = judged(spend_of(x, FORCES), score)
    row = found.leave_one_out.iloc[7]
    assert row["undefined"]
    assert pd.isna(row["estimate"])
    assert row["reason"] == (
        f"spend would be the same in all other areas without {pcc.find_area(FORCES[7]).name}"
    )
    assert "tied-without" in found.cautions
    assert found.leave_one_out["undefined"].sum() == 1


def test_zero_spend_is_a_tie_and_missing_spend_is_not_zero() -> None:
    spend = spend_of((0.0, 0.0, 3.0, 4.0, 5.0, None))
    found = judged(spend, fall_of(IN_ORDER))
    assert found.n == 5
    assert found.dropped["reason"].tolist() == ["spend unknown: no number"]
    assert found.estimate == pytest.approx(0.9746794)


def test_the_placebo_measures_dispersion_and_shows_what_nothing_looks_like() -> None:
    spend, fall = many(0.7)
    days = {"baseline_start": "2010-04-01", "baseline_end": "2011-03-31",
            "period_start": "2011-04-01", "period_end": "2012-03-31"}  # fmt: skip
    rng = np.random.default_rng(3)
    quiet = fall_of(rng.normal(0, 2, 30), FORCES, **days)
    found = judged(spend, fall, placebo=quiet, family=1)
    assert found.gate is not None
    assert found.gate.placebo is not None
    assert found.gate.dispersion == pytest.approx(found.gate.placebo.q / 29)
    assert found.gate.dispersion_from == "measured on the change before the money"
    assert found.gate.placebo.test is not None
    assert found.gate.placebo.test.n == 30
    with pytest.raises(PeriodError, match="is not before the money starts"):
        judged(spend, fall, placebo=fall)
    with pytest.raises(TableError, match="placebo takes what reduction"):
        judged(spend, fall, placebo=quiet[["area_code"]])
    with pytest.raises(TableError, match="placebo knows 2 of the areas"):
        judged(spend, fall, placebo=quiet.head(2))


def test_scores_without_counts_skip_the_gate_and_say_so() -> None:
    score = pd.DataFrame({"area_code": DISTRICTS, "score_baseline": 10.0})
    score["score_comparison"] = [9.5, 9.0, 8.5, 8.0, 7.5, 7.0]
    found = judged(spend_of(SIX), score, family=1)
    assert found.verdict == "association, not causal"
    assert found.gate is not None
    assert found.gate.test is None
    assert "no-counts" in found.cautions
    assert "log reduction of the score" in found.estimand


def test_counts_alone_give_the_log_reduction_and_its_variance() -> None:
    whole = fall_of(IN_ORDER)
    counts = whole[["area_code", "offences_baseline", "offences_comparison"]]
    found = judged(spend_of(SIX), counts)
    assert found.areas["g"].to_numpy() == pytest.approx(whole["log_reduction"].to_numpy())
    assert found.areas["variance"].to_numpy() == pytest.approx(
        whole["variance_log_reduction"].to_numpy()
    )
    grown = whole.assign(persons_comparison=110_000.0)
    kept = grown.drop(columns=["log_reduction", "variance_log_reduction"])
    gap = judged(spend_of(SIX), kept).areas["g"] - found.areas["g"]
    assert gap.to_numpy() == pytest.approx(np.log(1.1))


def test_areas_that_grew_too_much_are_left_out_and_shown() -> None:
    fall = fall_of(IN_ORDER, persons_comparison=[167_000.0] + [100_000.0] * 5)
    found = judged(spend_of(SIX), fall)
    assert found.n == 5
    assert found.dropped["reason"].tolist() == ["residents changed by +67% between the windows"]
    assert found.left_out == ("Peterborough",)
    assert found.with_left_out is not None
    assert found.with_left_out.n == 6
    assert "+1.00 with Peterborough" in found.report()
    assert judged(spend_of(SIX), fall, leave_out=()).n == 6
    named = judged(spend_of(SIX), fall_of(IN_ORDER), leave_out={"E07000008": "no rate published"})
    assert named.dropped["reason"].tolist() == ["no rate published"]


def test_dropped_rows_are_those_of_the_same_kind() -> None:
    spend = pd.concat([spend_of(SIX), spend_of([2.0], ["E07000099"])])
    fall = pd.concat([fall_of(IN_ORDER), fall_of([3.0, 4.0], ["E07000098", "E23000023"])])
    found = judged(spend, fall)
    assert found.dropped.set_index("area_code")["reason"].to_dict() == {
        "E07000098": "no spend row",
        "E07000099": "no outcome row",
    }


def test_strata_show_a_reversal() -> None:
    # Within each half spend goes with smaller falls, between the halves with larger ones.
    x = [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    y = [14, 13, 12, 11, 10, 24, 23, 22, 21, 20]
    halves = dict(zip(FORCES, ["rural"] * 5 + ["urban"] * 5, strict=False))
    found = judged(spend_of(x, FORCES), fall_of(y, FORCES), strata=halves)
    assert found.strata is not None
    assert found.strata["estimate"].tolist() == [-1, -1]
    assert found.estimate is not None
    assert found.estimate > 0
    assert "turns-within-strata" in found.cautions
    with pytest.raises(TableError, match="strata has no stratum"):
        judged(spend_of(x, FORCES), fall_of(y, FORCES), strata={FORCES[0]: "rural"})


# The face of the result


def test_the_frame_is_one_row_and_the_result_pickles_and_copies() -> None:
    found = judged(*many(0.5))
    frame = found.frame
    assert len(frame) == 1
    for column in (
        "estimate", "p_value", "min_p", "interval_low", "measurement_low", "leave_one_out_low",
        "cochran_q", "cochran_reliability", "spend_baseline_statistic", "baseline_partial",
        "denominator_p_value", "detectable_correlation", "family_size", "adjusted_p",
        "maryland_level",
    ):  # fmt: skip
        assert column in frame.columns
        assert pd.notna(frame[column].iloc[0]), column
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert other.text == found.text
        pd.testing.assert_frame_equal(other.frame, frame)
    shown = found._repr_html_()
    assert shown.startswith("<p>£ per head of Invented Fund")
    assert shown.endswith(found.report()._repr_html_())


def test_polars_frames_give_the_same() -> None:
    polars = pytest.importorskip("polars")
    spend, fall = many(0.5)
    theirs = [
        polars.DataFrame({name: frame[name].tolist() for name in frame.columns})
        for frame in (spend, fall)
    ]
    assert judged(*theirs).text == judged(spend, fall).text
    lazy = judged(theirs[0].lazy(), theirs[1].lazy())
    assert lazy.p_value == judged(spend, fall).p_value


CAUSAL = re.compile(
    r"\b(reduced|reduces|led to|leads? to|caused|causes|prevent\w*|cuts?|drove|driven|impact\w*"
    r"|achiev\w*|deliver\w*|improv\w*|because|due to|thanks to|resulted in|results in|help\w*"
    r"|brought|stopped|tackl\w*|effective\w*)\b",
    re.IGNORECASE,
)


def every_kind() -> list[pcc.association.Association]:
    return [
        judged(spend_of(SIX), fall_of(IN_ORDER)),
        judged(spend_of(SIX), fall_of((5, 15, 10, 20, 25, 30))),
        judged(spend_of(SIX), fall_of((20, 5, 30, 10, 25, 15)), family=8),
        judged(spend_of(SIX[:4]), fall_of(IN_ORDER[:4])),
        judged(spend_of(SIX), fall_of(IN_ORDER, before=np.full(6, 40.0))),
        judged(spend_of([6.49] * 6), fall_of(IN_ORDER)),
        judged(*many(0.5)),
        judged(*resting_on_one()),
        judged(*led_by_need()),
        judged(*led_by_need(), family=3),
    ]


def test_every_verdict_occurs_and_its_words_claim_no_cause() -> None:
    results = every_kind()
    assert {found.verdict for found in results} == set(VERDICTS)
    for found in results:
        words = [found.text, found.report()]
        if found.test is not None:
            words += [found.plot().get_label(), found.plot_null().get_label()]
            words += [text.get_text() for text in found.plot().texts]
        for text in words:
            assert not CAUSAL.search(text), text
        assert "%" not in re.sub(r"9[05]%( interval)?", "", found.text)
    assert not any(CAUSAL.search(text) for text in [*CAUTIONS.values(), *REASONS.values()])
    assert CAUSAL.search("The fund reduced robbery.")


def test_a_text_has_seventy_words_at_most_and_the_partial_and_every_p_its_n_and_family() -> None:
    for found in every_kind():
        assert len(found.text.split()) <= 70, found.text
        if found.test is None:
            continue
        assert "; given need as measured" in found.text
        size = found.family_size
        pattern = (
            r"p [=<] [0-9.]+( within strata)?, smallest p (below )?[0-9.]+, n = \d+, "
            r"(p [=<] [0-9.]+ for the )?family of \d+"
        )
        assert re.search(pattern, found.text), found.text
        assert f"family of {size}" in found.text
        for label, value in found.report().lines:
            if label in ("p", "for the family"):
                assert "attainable p" in value


def test_a_long_name_shortens_the_text_and_never_the_report() -> None:
    name = "A fund whose name goes on and on as the names of some funds do in print"
    spend, fall = led_by_need()
    found = judged(spend.assign(funding_stream=name), fall.assign(offence=name), family=19)
    assert len(found.text.split()) <= 70, found.text
    assert "A fund whose ..." in found.text
    assert name in found.report()


def test_the_texts_of_reasons_and_cautions_are_clauses() -> None:
    for words in [*CAUTIONS.values(), *REASONS.values()]:
        assert words[0].islower() or words.startswith(("Pearson", "Kendall"))
        assert not words.endswith(".")


@pytest.mark.parametrize(
    "name", ["03-spend-and-outcomes-by-district.ipynb", "04-forty-three-forces.ipynb"]
)
def test_the_notebooks_claim_no_cause(name: str) -> None:
    path = Path(__file__).resolve().parents[2] / "notebooks" / name
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    words = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    words += [
        "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
        for cell in cells
        for output in cell.get("outputs", [])
    ]
    assert len(words) > 20
    for text in words:
        assert not CAUSAL.search(text), CAUSAL.search(text)


def test_a_count_of_nothing_is_a_count() -> None:
    fall = fall_of([5, 9, 12, 15, 19, 100])
    assert fall["offences_comparison"].min() == 0
    found = pcc.spend_vs_reduction(spend_of(range(1, 7)), fall, redraws=20)
    assert found.estimate == 1
