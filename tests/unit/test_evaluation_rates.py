from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pccfunding import evaluation as ev
from pccfunding.errors import PeriodError, TableError, UnknownNameError


def test_exact_interval_by_hand() -> None:
    # 0 after, 5 before: the upper odds solve (1 - q)^5 = 0.025.
    found = ev.rate_ratio(0, 5)
    q = 1 - 0.025 ** (1 / 5)
    assert found.ratio == found.low == 0.0
    assert found.high == pytest.approx(q / (1 - q), rel=1e-12)
    assert found.p_value == pytest.approx(2 * 0.5**5, rel=1e-12)
    assert found.min_p == found.p_value
    assert found.change_pct == -100


def test_nothing_before_has_no_upper_bound() -> None:
    found = ev.rate_ratio(5, 0)
    assert found.ratio == found.high == math.inf
    assert found.low == pytest.approx(0.025 ** (1 / 5) / (1 - 0.025 ** (1 / 5)), rel=1e-12)
    assert "no bound" in found.text


@pytest.mark.parametrize(("after", "before"), [(7, 12), (688, 796), (2210, 3497), (1, 0), (0, 3)])
def test_interval_is_clopper_pearson(after: int, before: int) -> None:
    found = ev.rate_ratio(after, before, exposure_after=2, exposure_before=3)
    ends = stats.binomtest(after, after + before).proportion_ci(method="exact")
    assert found.low == pytest.approx(ends.low / (1 - ends.low) * 3 / 2, rel=1e-9)
    if before:
        assert found.high == pytest.approx(ends.high / (1 - ends.high) * 3 / 2, rel=1e-9)


def test_p_rules_by_hand() -> None:
    # 1 of 4 with q = 1/3: outcomes 0..4 have 16, 32, 24, 8 and 1 of 81.
    same = {"exposure_after": 1, "exposure_before": 2}
    assert ev.rate_ratio(3, 1, **same).p_value == pytest.approx(2 * 9 / 81)
    assert ev.rate_ratio(3, 1, **same, p_rule="minlike").p_value == pytest.approx(9 / 81)
    assert ev.rate_ratio(0, 4, **same).p_value == pytest.approx(2 * 16 / 81)
    assert ev.rate_ratio(0, 4, **same, p_rule="minlike").p_value == pytest.approx((16 + 8 + 1) / 81)
    assert ev.rate_ratio(0, 4, **same).min_p == pytest.approx(2 / 81)
    assert ev.rate_ratio(0, 4, **same, p_rule="minlike").min_p == pytest.approx(1 / 81)


def test_wald_with_dispersion_by_hand() -> None:
    found = ev.rate_ratio(80, 100, dispersion=2)
    se = math.sqrt(2 * (1 / 80 + 1 / 100))
    assert found.ratio == 0.8
    assert found.low == pytest.approx(0.8 * math.exp(-1.959963984540054 * se))
    assert found.high == pytest.approx(0.8 * math.exp(1.959963984540054 * se))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(math.log(0.8)) / se))
    assert found.min_p is None
    assert (found.method, found.p_rule) == ("Wald on the log scale", "wald")


def test_dispersion_table_holds_1_2_and_4() -> None:
    table = ev.rate_ratio(80, 100).by_dispersion
    assert table["dispersion"].tolist() == [1.0, 2.0, 4.0]
    given = ev.rate_ratio(80, 100, dispersion=4)
    row = table.iloc[2]
    assert (row["low"], row["high"], row["p_value"]) == (given.low, given.high, given.p_value)
    assert row["change_low_pct"] == given.change_low_pct
    assert ev.rate_ratio(0, 5).by_dispersion.empty


def test_an_estimated_dispersion_can_be_handed_on() -> None:
    phi = ev.dispersion_from_months([31, 44, 40, 52, 28, 61, 45, 39], [1, 2, 3, 4] * 2)
    assert ev.rate_ratio(80, 100, dispersion=phi).dispersion == phi.dispersion


def test_text_carries_change_interval_base_p_n_family_floor_and_caution() -> None:
    text = ev.rate_ratio(688, 796).text
    for part in (
        "from 796 (the base) to 688",
        "−13.6%, 95% interval −22.1% to −4.2%",
        "p = 0.005, central rule, n = 1,484 events, family of 1",
        "smallest attainable p under 0.001",
        "−25.2% to −0.2% at dispersion 2 and −29.5% to +6.0% at 4",
        "Caution: dispersion 1, 2 and 4 do not agree",
    ):
        assert part in text


def test_missing_and_empty_counts_are_refused_as_results() -> None:
    missing = ev.rate_ratio(None, 5)
    assert missing.ratio is missing.low is missing.p_value is None
    assert missing.text.startswith("Not estimable: a count is not held")
    assert ev.rate_ratio(float("nan"), 5).reason == missing.reason
    assert ev.rate_ratio(0, 0).reason == "nothing was counted before or after"
    assert ev.rate_ratio(0, 0).maryland_level == 0
    assert ev.rate_ratio(1, 0).maryland_level == 2


def test_a_count_of_0_has_no_wald_interval() -> None:
    found = ev.rate_ratio(0, 5, dispersion=2)
    assert found.ratio == 0.0
    assert found.low is found.high is found.p_value is None
    assert found.reason == "the logarithm of a count of 0 does not exist"


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((-1, 5), {}, "count_after is -1"),
        ((1.5, 5), {}, "count_after is 1.5"),
        ((True, 5), {}, "count_after is True"),
        ((np.True_, 5), {}, "count_after is"),
        (("7", 5), {}, "count_after is '7'"),
        ((1, 5), {"exposure_before": 0}, "exposure_before is 0"),
        ((1, 5), {"exposure_before": math.inf}, "exposure_before is inf"),
        ((1, 5), {"confidence_level": 95}, "confidence_level is 95"),
        ((1, 5), {"dispersion": -1}, "dispersion is -1"),
        ((1, 5), {"dispersion": "2"}, "dispersion is '2'"),
    ],
)
def test_what_is_no_count_exposure_or_level_is_named(
    arguments: tuple[object, ...], options: dict[str, object], words: str
) -> None:
    with pytest.raises(TableError, match=words.replace("(", r"\(")):
        ev.rate_ratio(*arguments, **options)  # type: ignore[arg-type]


def test_a_misspelt_rule_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'central'"):
        ev.rate_ratio(1, 5, p_rule="centrall")  # type: ignore[arg-type]


def test_dispersion_by_hand() -> None:
    # Means 10 and 30: (4 + 4) / 10 + 0 = 0.8 on 2 degrees of freedom.
    found = ev.dispersion_from_months([8, 12, 30, 30], [1, 1, 2, 2])
    assert found.pearson_x2 == pytest.approx(0.8)
    assert (found.dispersion, found.df, found.events) == (pytest.approx(0.4), 2, 80)
    assert found.low == pytest.approx(0.8 / stats.chi2.ppf(0.975, 2))
    assert found.high == pytest.approx(0.8 / stats.chi2.ppf(0.025, 2))


def test_dispersion_reads_months_in_any_spelling() -> None:
    counts = [8, 12, 30, 30]
    by_number = ev.dispersion_from_months(counts, [1, 1, 2, 2])
    by_text = ev.dispersion_from_months(counts, ["2019-01", "2020-01-31", "2019-02", "2020-02"])
    dates = np.array(["2019-01", "2020-01", "2019-02", "2020-02"], dtype="datetime64[M]")
    assert by_number == ev.dispersion_from_months(counts, [1, "2020-01", "2019-02", 2])
    assert by_number == by_text == ev.dispersion_from_months(counts, list(dates))


def test_dispersion_leaves_out_what_is_not_published_and_months_without_events() -> None:
    found = ev.dispersion_from_months([8, 12, None, 0, 0], [1, 1, 1, 2, 2])
    assert (found.n_months, found.n_missing, found.df) == (4, 1, 2)
    assert found.dispersion == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("counts", "months", "reason"),
    [
        ([5, 6], [1, 2], "no calendar month was counted twice"),
        ([0, 0], [1, 1], "nothing was counted"),
        ([], [], "no calendar month was counted twice"),
    ],
)
def test_dispersion_is_refused_with_a_reason(
    counts: list[int], months: list[int], reason: str
) -> None:
    found = ev.dispersion_from_months(counts, months)
    assert found.dispersion is None
    assert found.text == f"Not estimable: {reason}."
    with pytest.raises(TableError, match=reason):
        ev.rate_ratio(1, 2, dispersion=found)


def test_dispersion_refuses_other_months_and_lengths() -> None:
    with pytest.raises(PeriodError, match="13 is no calendar month"):
        ev.dispersion_from_months([1, 2], [1, 13])
    with pytest.raises(PeriodError, match="'May' is no month"):
        ev.dispersion_from_months([1, 2], ["May", "May"])
    with pytest.raises(PeriodError, match="there is no month 13"):
        ev.dispersion_from_months([1, 2], ["2019-13", "2019-12"])
    with pytest.raises(TableError, match="2 counts for 1 months"):
        ev.dispersion_from_months([1, 2], [1])


def test_poisson_interval_by_hand() -> None:
    found = ev.poisson_interval(20, exposure=1000)
    assert (found.rate, found.sides) == (0.02, 2)
    # Tail probabilities at the ends are 2.5% each.
    assert stats.poisson.sf(19, 1000 * found.low) == pytest.approx(0.025)
    assert stats.poisson.cdf(20, 1000 * found.high) == pytest.approx(0.025)
    assert ev.poisson_interval(20, sides=1).low == 0.0
    assert ev.poisson_interval(0, method="byar").low == 0.0
    assert "20 events over 1,000 of exposure" in found.text
    with pytest.raises(UnknownNameError, match="sides '3'"):
        ev.poisson_interval(20, sides=3)  # type: ignore[arg-type]


def test_ratio_of_rate_ratios_by_hand() -> None:
    found = ev.ratio_of_rate_ratios(80, 100, 90, 100, dispersion=2)
    assert found.ratio == pytest.approx(0.8 / 0.9)
    assert found.se_log == pytest.approx(math.sqrt(2 * (1 / 80 + 1 / 100 + 1 / 90 + 1 / 100)))
    assert found.log_ratio == pytest.approx(math.log(8 / 9))
    assert found.low == pytest.approx(8 / 9 * math.exp(-1.959963984540054 * (found.se_log or 0)))
    assert (found.events, found.pre_points, found.maryland_level) == (370, 0, 2)


def test_ratio_of_rate_ratios_divides_by_exposures() -> None:
    plain = ev.ratio_of_rate_ratios(80, 100, 90, 100)
    weighted = ev.ratio_of_rate_ratios(
        80,
        100,
        90,
        100,
        exposure_after=2,
        exposure_before=3,
        control_exposure_after=5,
        control_exposure_before=7,
    )
    assert weighted.ratio == pytest.approx((plain.ratio or 0) * (3 / 2) / (7 / 5))
    assert weighted.se_log == plain.se_log


def test_dispersion_table_of_a_ratio_of_rate_ratios() -> None:
    table = ev.ratio_of_rate_ratios(80, 100, 90, 100, dispersion=2).by_dispersion
    unit = ev.ratio_of_rate_ratios(80, 100, 90, 100, dispersion=1)
    assert table.loc[0, "low"] == pytest.approx(unit.low)


def test_earlier_course_is_a_weighted_slope() -> None:
    # The log ratio rises by ln 1.2 a period, nearly without scatter.
    found = ev.ratio_of_rate_ratios(
        80, 100, 90, 100, pre_counts=[99, 119, 143], pre_control_counts=[100, 100, 100]
    )
    y, c = np.array([99.5, 119.5, 143.5]), np.full(3, 100.5)
    weight = 1 / (1 / y + 1 / c)
    slope, _ = np.polyfit([0, 1, 2], np.log(y / c), 1, w=np.sqrt(weight))
    time = np.arange(3) - np.average(np.arange(3), weights=weight)
    error = 1 / math.sqrt((weight * time**2).sum())
    assert found.pre_trend_pct == pytest.approx(100 * math.expm1(slope))
    reach = stats.t.ppf(0.95, 1) * error
    assert found.pre_trend_low_pct == pytest.approx(100 * math.expm1(slope - reach))
    assert found.pre_trend_p == pytest.approx(2 * stats.t.sf(slope / error, 1))
    assert found.pre_points == 3
    assert "before, +20.1% a year apart (90% interval" in found.text
    quarterly = ev.ratio_of_rate_ratios(
        80,
        100,
        90,
        100,
        pre_counts=[99, 119, 143],
        pre_control_counts=[100, 100, 100],
        pre_periods_per_year=4,
    )
    assert quarterly.pre_trend_pct == pytest.approx(100 * math.expm1(4 * slope))
    assert quarterly.pre_trend_p == pytest.approx(found.pre_trend_p)


def test_scatter_widens_the_error_and_is_reported_only() -> None:
    calm = [10_000, 10_000, 10_000, 10_000, 10_000, 10_000]
    rough = [10_300, 9_700, 10_300, 9_700, 10_300, 9_700]
    found = [
        ev.ratio_of_rate_ratios(80, 100, 90, 100, pre_counts=one, pre_control_counts=calm)
        for one in (calm, rough)
    ]
    assert [one.maryland_level for one in found] == [3, 3]
    assert found[0].pre_scatter == pytest.approx(0, abs=1e-9)
    assert (found[1].pre_scatter or 0) > 3
    assert (found[1].pre_trend_high_pct or 0) > (found[0].pre_trend_high_pct or 0)


def test_level_3_needs_5_earlier_periods_within_5_percent_a_year() -> None:
    def level(drift: float, points: int, count: int = 10_000) -> int:
        here = [round(count * math.exp(drift * k)) for k in range(points)]
        found = ev.ratio_of_rate_ratios(
            80, 100, 90, 100, pre_counts=here, pre_control_counts=[count] * points
        )
        return found.maryland_level

    assert level(0.0, 5) == 3
    assert level(0.0, 4) == 2
    # With 10,000 a year the reach of 8 points is about .4%.
    assert level(0.044, 8) == 3
    assert level(0.046, 8) == 2
    assert level(-0.044, 8) == 3
    assert level(-0.046, 8) == 2
    # 400 a year over 5 points cannot show it whatever they are.
    assert level(0.0, 5, 400) == 2
    assert level(0.0, 8, 400) == 3


def test_a_control_that_had_the_same_funding_is_refused() -> None:
    found = ev.ratio_of_rate_ratios(80, 100, 90, 100, control_funded=["safer-streets-3"])
    assert found.ratio is None
    assert "had funding of the same kind in the window (safer-streets-3)" in found.text
    assert found.maryland_level == 0
    assert ev.ratio_of_rate_ratios(80, 100, 90, 100, control_funded=[]).ratio is not None
    assert ev.wdd((100, 50), (80, 70), control_funded=["a", "b"]).estimate is None
    quotient = ev.wdq((100, 50), (100, 100), (100, 90), control_funded=["a"])
    assert quotient.wdq is None
    assert "funding of the same kind" in quotient.text


def test_ratio_of_rate_ratios_is_refused_with_a_reason() -> None:
    missing = ev.ratio_of_rate_ratios(80, None, 90, 100)
    assert (missing.ratio, missing.maryland_level) == (None, 0)
    assert "a missing count is not 0" in missing.text
    zero = ev.ratio_of_rate_ratios(80, 100, 0, 100)
    assert zero.reason == "the logarithm of a count of 0 does not exist"
    assert zero.events == 280
    with pytest.raises(TableError, match="the same earlier periods"):
        ev.ratio_of_rate_ratios(8, 10, 9, 10, pre_counts=[1, 2], pre_control_counts=[1])
    with pytest.raises(TableError, match="the same earlier periods"):
        ev.ratio_of_rate_ratios(8, 10, 9, 10, pre_counts=[1, 2])
