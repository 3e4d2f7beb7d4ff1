"""What an association is made of: each part is what the library gives for the same areas alone.

Options that were asked for reach every part that takes them: a part that was worked out with a
default in their place differs here.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from association_cases import DISTRICTS, FORCES, fall_of, many, spend_of
from scipy import stats

import pccfunding as pcc
from pccfunding import evaluation
from pccfunding.association.confounding import (
    Baseline,
    baseline_check,
    baseline_of,
    denominator_null,
)
from pccfunding.association.influence import pearson_check
from pccfunding.association.ranges import figure_range, measurement_interval
from pccfunding.association.reordering import likeness_of, partial_test, within_test
from pccfunding.association.result import null_rows, scatter_rows
from pccfunding.association.spend_vs_reduction_family import Series
from pccfunding.permutation import (
    leave_one_out,
    null_distribution,
    permutation_family,
    permutation_test,
)

N, SEED = 8, 7
DRAWS: dict[str, Any] = {"two_sided": "abs", "resamples": 79, "seed": SEED}
HALVES = dict(zip(FORCES, ["north", "south"] * N, strict=False))


def sides(**columns: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give forces whose amounts have bounds and whose residents differ, beside their falls."""
    spend, fall = many(0.7, n=N)
    low, high = spend["spend_gbp_per_head"] * 0.8, spend["spend_gbp_per_head"] * 1.3
    people = 50_000.0 + 30_000 * np.arange(N)
    spend = spend.assign(spend_low_gbp_per_head=low, spend_high_gbp_per_head=high, persons=people)
    return spend, fall.assign(**columns)


@functools.cache
def found_with(method: str, *, halves: bool = False, interval: str | None = None) -> Any:
    return found_of(method, strata=HALVES if halves else None, interval=interval)


def found_of(method: str, **how: Any) -> Any:
    given = DRAWS | {"method": method, "confidence_level": 0.8, "redraws": 60, "family": 2}
    return pcc.spend_vs_reduction(*sides(), **given | how)


def series(method: str) -> tuple[np.ndarray, np.ndarray]:
    spend, fall = sides()
    x, y = spend["spend_gbp_per_head"].to_numpy(), fall["log_reduction"].to_numpy()
    return (np.log(x) if method == "pearson" else x), y


def areas_of() -> pd.DataFrame:
    """Give both sides in the columns that the parts ask for."""
    spend, fall = sides()
    return pd.DataFrame(
        {
            "area": spend["area_code"],
            "spend": spend["spend_gbp_per_head"],
            "spend_low": spend["spend_low_gbp_per_head"],
            "spend_high": spend["spend_high_gbp_per_head"],
            "spend_persons": spend["persons"],
            "before": fall["offences_baseline"],
            "after": fall["offences_comparison"],
            "persons_before": fall["persons_baseline"],
            "persons_after": fall["persons_comparison"],
            "g": fall["log_reduction"],
            "variance": fall["variance_log_reduction"],
        }
    )


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_each_part_is_that_of_the_same_areas_alone(method: str) -> None:
    found, (x, y) = found_with(method), series(method)
    assert found.test == permutation_test(x, y, method=method, **DRAWS)
    expected = null_distribution(x, y, method=method, resamples=79, seed=SEED)
    assert found.null.values.tolist() == expected.values.tolist()
    assert found.null.counts.tolist() == expected.counts.tolist()
    # The check is tau, which needs no logarithm.
    check = None if method == "kendall" else permutation_test(x, y, method="kendall", **DRAWS)
    assert found.kendall == check
    ends = {
        "spearman": evaluation.bonett_wright(found.estimate, N, 0.8),
        "pearson": evaluation.fisher_z_interval(found.estimate, N, 0.8),
        "kendall": None,
    }
    assert found.interval == ends[method]
    assert found.detectable == evaluation.minimal_detectable_correlation(N)
    q = evaluation.cochran_q(list(y), list(areas_of()["variance"]), dispersion=None)
    assert (found.gate.test.q, found.gate.test.p_value) == (q.q, q.p_value)
    assert found.gate.dispersion == q.dispersion
    areas = areas_of()
    drawn = measurement_interval(
        areas,
        dispersion=q.dispersion,
        has_counts=True,
        method=method,
        confidence_level=0.8,
        redraws=60,
        seed=SEED,
    )
    assert (found.measurement.low, found.measurement.high) == (drawn.low, drawn.high)
    assert found.measurement.redraws == 60
    assert found.measurement.redrawn == "true changes and printed amounts"
    assert found.figure_range == figure_range(areas, method=method)
    dealt = denominator_null(
        areas, found.estimate, method=method, confidence_level=0.8, deals=60, seed=SEED
    )
    assert found.denominator == dealt
    assert found.denominator.deals == 60
    assert found.likeness == likeness_of(areas, SEED)
    assert found.pearson == pearson_check(areas.assign(label=found.areas["label"]))
    assert (found.adjusted_p, found.adjusted_by) == (min(1.0, 2 * found.p_value), "Bonferroni")
    assert found.maryland_level == 1


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_each_area_left_out_is_the_test_of_the_others(method: str) -> None:
    found, (x, y) = found_with(method), series(method)
    rows = found.influence.frame
    rest = leave_one_out(x, y, method=method)  # type: ignore[arg-type]
    assert rows["estimate"].tolist() == rest.statistic.tolist()
    for place in range(N):
        alone = permutation_test(np.delete(x, place), np.delete(y, place), method=method, **DRAWS)
        row = rows.iloc[place]
        assert (row["p_value"], row["min_p"]) == (alone.p_value, alone.min_p)
        assert row["adjusted_p"] == min(1.0, 2 * alone.p_value)
        assert row["area_code"] == FORCES[place]
    assert (found.influence.low, found.influence.high) == (
        rest.statistic.min(),
        rest.statistic.max(),
    )


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_within_strata_each_part_keeps_them(method: str) -> None:
    found, (x, y) = found_with(method, halves=True), series(method)
    labels = np.arange(N) % 2
    alone = within_test(x, y, labels, method=method, **DRAWS)
    assert alone is not None
    assert (found.p_value, found.min_p) == (alone.p_value, alone.min_p)
    assert (found.within.exact, found.within.resamples) == (False, 79)
    assert found.within.values.tolist() == alone.values.tolist()
    null = alone.null(N, method)
    assert found.null.counts.tolist() == null.counts.tolist()
    assert (found.null.n, found.null.method, found.null.exact) == (N, method, False)
    assert found.null.statistic == alone.statistic == found.estimate
    assert found.strata["stratum"].tolist() == ["north", "south"]
    assert found.strata["n"].tolist() == [4, 4]
    reference = {
        "spearman": stats.spearmanr,
        "kendall": stats.kendalltau,
        "pearson": stats.pearsonr,
    }[method]
    inside = [reference(x[k::2], y[k::2]).statistic for k in (0, 1)]
    assert found.strata["estimate"].tolist() == pytest.approx(inside)
    rows = found.influence.frame
    for place in (0, N - 1):
        rest = within_test(
            np.delete(x, place),
            np.delete(y, place),
            np.delete(labels, place),
            method=method,
            **DRAWS,
        )
        assert rest is not None
        assert rows["p_value"].iloc[place] == rest.p_value


def test_the_baseline_is_allowed_for_by_the_draws_that_were_asked_for() -> None:
    found, areas = found_with("spearman"), areas_of()
    rates = areas["before"] / areas["persons_before"]
    alone = baseline_check(
        areas,
        Baseline(rates, "offences per resident in the baseline", "need", True),
        labels=np.zeros(N, np.intp),
        adjust=lambda p: min(1.0, 2 * p),
        **DRAWS,
    )
    assert found.baseline == alone
    test = permutation_test(areas["spend"], rates, **DRAWS)
    assert found.baseline.test == test
    within = found_with("spearman", halves=True)
    assert within.baseline.partial != found.baseline.partial


def test_bca_takes_level_seed_and_coefficient() -> None:
    for method in ("spearman", "pearson"):
        x, y = series(method)
        found = found_with(method, interval="bca")
        assert found.interval == evaluation.bca_interval(
            list(x),
            list(y),
            statistic=method,
            confidence_level=0.8,
            seed=SEED,  # type: ignore[arg-type]
        )
        assert found.interval.confidence_level == 0.8


def test_those_left_out_come_back_by_the_same_test() -> None:
    for method in ("spearman", "kendall", "pearson"):
        x, y = series(method)
        order = [place for place in range(N) if place != 2] + [2]
        found = found_of(method, leave_out=[FORCES[2]])
        assert found.with_left_out == permutation_test(x[order], y[order], method=method, **DRAWS)
        assert found.n == N - 1


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_a_placebo_is_tested_by_ranks_and_by_tau_where_tau_was_asked_for(method: str) -> None:
    earlier = many(0.2, n=N, seed=9)[1]
    days = {"baseline_start": "2010-04-01", "baseline_end": "2011-03-31"}
    days |= {"period_start": "2012-04-01", "period_end": "2013-03-31"}
    earlier = earlier.assign(**{name: pd.Timestamp(day) for name, day in days.items()})
    found = found_of(method, placebo=earlier)
    by = "kendall" if method == "kendall" else "spearman"
    placebo = found.gate.placebo
    x = sides()[0]["spend_gbp_per_head"]
    expected = permutation_test(x, earlier["log_reduction"], method=by, **DRAWS)  # type: ignore[arg-type]
    assert placebo.test == expected
    q = evaluation.cochran_q(
        list(earlier["log_reduction"]), list(earlier["variance_log_reduction"]), dispersion=1
    )
    assert (placebo.q, placebo.df) == (q.q, N - 1)
    assert q.q is not None
    assert placebo.dispersion == max(1.0, q.q / (N - 1))
    assert found.gate.dispersion == placebo.dispersion


def test_the_row_of_a_result_holds_every_part_by_its_name() -> None:
    found = found_with("spearman")
    row = found.frame.iloc[0]
    expected = {
        "verdict": found.verdict,
        "n": N,
        "unit": "police force areas",
        "outcome": "Robbery",
        "spend_window": "2014-15",
        "baseline_window": "2012-13",
        "follow_up_window": "2015-16",
        "base_count": int(sides()[1]["offences_baseline"].sum()),
        "method": "spearman",
        "estimate": found.test.statistic,
        "p_value": found.test.p_value,
        "min_p": found.test.min_p,
        "two_sided": "abs",
        "exact": False,
        "interval_low": found.interval.low,
        "interval_method": "Bonett-Wright",
        "measurement_high": found.measurement.high,
        "figure_range_low": found.figure_range.low,
        "kendall_statistic": found.kendall.statistic,
        "pearson_low": found.pearson.low,
        "leave_one_out_high": found.influence.high,
        "influence_verdict": found.influence.verdict,
        "gate_dispersion_from": "not measured: 1, 2 and 4 have to agree",
        "gate_opens": True,
        "cochran_df": N - 1,
        "cochran_reliability": found.gate.test.reliability,
        "baseline_partial": found.baseline.partial,
        "baseline_called": "need",
        "spend_baseline_statistic": found.baseline.test.statistic,
        "denominator_median": found.denominator.median,
        "detectable_rank_correlation": found.detectable.rank_correlation,
        "moran_outcome_p": found.likeness.outcome_p,
        "with_left_out_statistic": None,
        "family_size": 2,
        "adjusted_p": found.adjusted_p,
        "adjusted_min_p": found.adjusted_min_p,
        "adjusted_by": "Bonferroni",
        "maryland_level": 1,
        "n_dropped": 0,
        "seed": SEED,
        "cautions": "; ".join(found.cautions),
    }
    assert {name: row[name] for name in expected} == expected


# What is drawn


def test_the_rows_of_a_scatter_are_the_areas_with_the_line_without_each() -> None:
    spend = spend_of([1, 2, 3, 5], DISTRICTS, price_base="2014-15")
    fall = fall_of([4, 9, 6, 20])
    found = pcc.spend_vs_reduction(spend, fall, redraws=20)
    rows = scatter_rows(found)
    x, y = np.array([1.0, 2, 3, 5]), fall["log_reduction"].to_numpy()
    assert rows["x"].tolist() == x.tolist()
    assert rows["y"].tolist() == y.tolist()
    assert rows["area"].tolist() == found.areas["label"].tolist()
    assert rows["named"].tolist() == [True] * 4
    for place in range(4):
        slope, intercept = np.polyfit(np.delete(x, place), np.delete(y, place), 1)
        assert rows["slope"].iloc[place] == pytest.approx(slope)
        assert rows["intercept"].iloc[place] == pytest.approx(intercept)
    facts = {
        "x_label": "£ per head, 2014-15 prices",
        "y_label": "log reduction (above 0: a fall)",
        "coefficient": "Spearman's rho",
        "statistic": found.estimate,
        "interval_low": found.interval.low if found.interval else None,
        "interval_high": found.interval.high if found.interval else None,
        "p_value": found.p_value,
        "min_p": found.min_p,
        "family_size": 1,
        "rule": "two-sided as twice the smaller tail",
        "exact": True,
        "n": 4,
        "unit": "local authority districts",
        "verdict": found.verdict,
        "estimand": found.estimand,
    }
    assert rows.iloc[0][list(facts)].to_dict() == facts
    assert list(rows) == ["area", "named", "x", "y", "intercept", "slope", *facts]


def test_of_many_areas_the_ends_of_both_axes_are_named_and_what_carries_the_result() -> None:
    amounts = np.arange(1.0, 15)
    # The outcome is lowest and highest among amounts that are neither.
    falls = [10, 11, 1, 2, 12, 13, 14, 15, 16, 30, 31, 17, 18, 19]
    found = pcc.spend_vs_reduction(
        spend_of(amounts, FORCES), fall_of(falls, FORCES), resamples=99, redraws=20
    )
    assert found.influence is not None
    rows = scatter_rows(found)
    ends = {2, 3, 9, 10, 11, 12, 13}
    carrying = {k for k, name in enumerate(rows["area"]) if name in found.influence.rests_on}
    assert set(np.flatnonzero(rows["named"])) == ends | carrying
    alike = scatter_rows(
        pcc.spend_vs_reduction(
            spend_of([1.0] * 5 + [2.0], DISTRICTS), fall_of([3, 9, 4, 14, 8, 20]), redraws=20
        )
    )
    assert np.isnan(alike["slope"].iloc[-1])
    assert np.isnan(alike["intercept"].iloc[-1])
    assert np.isfinite(alike["slope"].iloc[:-1]).all()


def test_the_rows_of_the_null_are_forty_bins_of_all_orders() -> None:
    found = pcc.spend_vs_reduction(spend_of([1, 2, 3, 5]), fall_of([4, 9, 6, 20]), redraws=20)
    rows = null_rows(found)
    # Of 4! orders, rho is 1 - d / 10 of so many each (d is the sum of squared differences).
    counts = {1.0: 1, 0.8: 3, 0.6: 1, 0.4: 4, 0.2: 2, 0.0: 2}
    counts |= {-value: n for value, n in counts.items()}
    assert sum(counts.values()) == 24
    assert (len(rows), rows["orders"].sum()) == (40, 24)
    assert (rows["low"].iloc[0], rows["high"].iloc[-1]) == (-1, 1)
    assert rows["low"].iloc[1:].tolist() == rows["high"].iloc[:-1].tolist()
    assert (rows["high"] - rows["low"]).tolist() == pytest.approx([0.05] * 40)
    for value, count in counts.items():
        beside = (rows["low"] - 1e-9 <= value) & (value <= rows["high"] + 1e-9)
        assert rows.loc[beside, "orders"].sum() == count
    # rho is .8: as far out are .8 and 1 on either side.
    assert found.estimate == pytest.approx(0.8)
    assert rows["orders_beyond"].sum() == 8
    assert rows["statistic"].iloc[0] == found.estimate
    assert list(rows)[:5] == ["low", "high", "orders", "orders_beyond", "coefficient"]


def family(**how: Any) -> Any:
    spend, fall = sides()
    other = fall_of(np.arange(N) % 4 + 5.0, FORCES, offence="Burglary")
    streams = pd.concat([spend, spend.iloc[::-1].assign(area_code=FORCES[:N], funding_stream="B")])
    both = pd.concat([fall, other])
    return pcc.spend_vs_reduction_family(streams, both, **DRAWS | how)


def grid(method: str) -> tuple[np.ndarray, np.ndarray]:
    spend, fall = sides()
    x = spend["spend_gbp_per_head"].to_numpy()
    other = fall_of(np.arange(N) % 4 + 5.0, FORCES)["log_reduction"]
    # Streams and classes stand in the order of their names.
    xs = np.array([x[::-1], x])
    return (np.log(xs) if method == "pearson" else xs), np.array([other, fall["log_reduction"]])


@pytest.mark.parametrize("method", ["spearman", "pearson"])
def test_a_family_is_that_of_the_same_series(method: str) -> None:
    found, (x, y) = family(method=method), grid(method)
    alone = permutation_family(x, y, method=method, **DRAWS)  # type: ignore[arg-type]
    rows = found.frame
    assert rows["funding_stream"].tolist() == ["B", "B", "Invented Fund", "Invented Fund"]
    assert rows["offence"].tolist() == ["Burglary", "Robbery"] * 2
    assert rows["estimate"].tolist() == alone.statistic.ravel().tolist()
    assert rows["p_value"].tolist() == alone.p_value.ravel().tolist()
    assert rows["min_p"].tolist() == alone.min_p.ravel().tolist()
    assert alone.p_max_t is not None
    assert rows["p_max_t"].tolist() == alone.p_max_t.ravel().tolist()
    q = stats.false_discovery_control(alone.p_value.ravel())
    assert rows["q_value"].tolist() == pytest.approx(q.tolist())
    assert rows["adjusted_p"].tolist() == rows["q_value"].tolist()
    assert rows["tested"].tolist() == [True] * 4
    first = leave_one_out(x[0], y[0], method=method)  # type: ignore[arg-type]
    assert rows["leave_one_out_low"].iloc[0] == pytest.approx(first.statistic.min())
    assert rows["leave_one_out_high"].iloc[0] == pytest.approx(first.statistic.max())
    numbers = ["estimate", "p_value", "min_p", "p_max_t", "q_value", "reliability", "adjusted_p"]
    numbers += ["partial", "partial_p", "leave_one_out_low", "leave_one_out_high"]
    assert rows[numbers].dtypes.astype(str).tolist() == ["Float64"] * len(numbers)
    assert str(rows["lag"].dtype) == "Int64"
    assert (found.size, found.n, found.n_strata, found.method) == (4, N, None, method)
    assert (found.two_sided, found.seed) == ("abs", SEED)


def test_a_pair_that_is_not_tested_has_the_coefficient_that_was_asked_for() -> None:
    amounts = np.array([1.0, 8, 27, 64, 125, 216])
    spend = [
        spend_of(order, funding_stream=name) for name, order in (("A", amounts), ("B", amounts * 2))
    ]
    fall = fall_of([5, 9, 12, 15, 19, 24])
    for method in ("spearman", "pearson"):
        found = pcc.spend_vs_reduction_family(pd.concat(spend), fall, method=method)
        assert found.frame["tested"].tolist() == [False, False]
        x = np.log(amounts) if method == "pearson" else amounts
        reference = {"spearman": stats.spearmanr, "pearson": stats.pearsonr}[method]
        expected = reference(x, fall["log_reduction"]).statistic
        assert found.frame["estimate"].tolist() == pytest.approx([expected] * 2)


def test_the_grid_of_a_family_is_drawn_with_its_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    found, drawn = family(), []
    monkeypatch.setattr("pccfunding.plots.plot_heat", lambda rows, **how: drawn.append((rows, how)))
    found.plot(title="A title")
    rows, how = drawn[0]
    assert rows["spend"].tolist() == ["B", "B", "Invented Fund", "Invented Fund"]
    assert rows["outcome"].tolist() == ["Burglary", "Robbery"] * 2
    assert rows["family_size"].tolist() == [4] * 4
    assert how == {"ax": None, "title": "A title"}


def test_the_baseline_is_what_was_asked_for_or_the_first_that_is_known() -> None:
    areas = areas_of()
    given = baseline_of(areas, areas, areas, "area", dict.fromkeys(FORCES[1:N], 3))
    assert given.values.isna().tolist() == [True] + [False] * (N - 1)
    assert (given.what, given.called, given.of_outcome) == (
        "the baseline asked for",
        "the baseline asked for",
        False,
    )
    rate = baseline_of(areas, areas, areas, "area", None)
    assert rate.values.tolist() == (areas["before"] / areas["persons_before"]).tolist()
    # Where the outcome knows no residents, those of spend stand in.
    lacking = areas.assign(persons_before=np.nan)
    rate = baseline_of(lacking, lacking, lacking, "area", None)
    assert rate.values.tolist() == (areas["before"] / areas["spend_persons"]).tolist()
    scores = areas.assign(before=np.nan, score_before=np.arange(N) + 1.0)
    score = baseline_of(scores, scores, scores, "area", None)
    assert score.values.tolist() == list(range(1, N + 1))
    assert (score.what, score.called, score.of_outcome) == (
        "the score in the baseline",
        "need",
        True,
    )
    nothing = scores.assign(score_before=np.nan)
    none = baseline_of(nothing, nothing, nothing, "area", None)
    assert none.values.isna().all()
    assert (len(none.values), none.what, none.called, none.of_outcome) == (
        N,
        "the baseline",
        "need",
        True,
    )


def test_a_variance_that_is_given_is_not_worked_out_from_counts() -> None:
    spend, fall = sides()
    wider = fall.assign(variance_log_reduction=3 * fall["variance_log_reduction"])
    found = pcc.spend_vs_reduction(spend, wider, resamples=19, redraws=20)
    assert found.gate is not None
    assert found.gate.test is not None
    q = evaluation.cochran_q(
        list(wider["log_reduction"]), list(wider["variance_log_reduction"]), dispersion=None
    )
    assert found.gate.test.q == q.q
    # Without one it is that of the counts, each with a half.
    bare = pcc.spend_vs_reduction(
        spend, fall.drop(columns="variance_log_reduction"), resamples=19, redraws=20
    )
    of_counts = 1 / (fall["offences_comparison"] + 0.5) + 1 / (fall["offences_baseline"] + 0.5)
    assert bare.gate is not None
    assert bare.gate.test is not None
    q = evaluation.cochran_q(list(fall["log_reduction"]), list(of_counts), dispersion=None)
    assert bare.gate.test.q == pytest.approx(q.q)


def test_pearson_gives_its_range_or_says_why_there_is_none() -> None:
    def of(spend: Any, fall: Any) -> Any:
        labels = [f"Area {number}" for number in range(len(spend))]
        return pearson_check(
            pd.DataFrame({"spend": np.array(spend, float), "g": fall, "label": labels})
        )

    zero = of([0, 1, 2, -1], [0.1, 0.2, 0.3, 0.5])
    assert (zero.statistic, zero.low, zero.reason) == (
        None,
        None,
        "2 areas without spend have no logarithm",
    )
    assert of([0, 1, 2], [0.1, 0.2, 0.3]).reason == "1 areas without spend have no logarithm"
    still = of([2, 2, 2], [0.1, 0.2, 0.3])
    assert (still.statistic, still.reason, still.turns) == (None, "log spend does not vary", ())
    two = of([1, 2], [0.1, 0.3])
    assert two.statistic == pytest.approx(1)
    assert (two.low, two.high, two.reason) == (
        None,
        None,
        "without any one area it is undefined",
    )
    # On logarithms 0, 1, 2 and 3; without the last the order is the other way round.
    x, y = np.exp([0.0, 1, 2, 3]), np.array([0.3, 0.2, 0.1, 0.9])
    found = of(x, y)
    without = [stats.pearsonr(np.delete(np.log(x), k), np.delete(y, k)).statistic for k in range(4)]
    assert found.statistic == pytest.approx(stats.pearsonr(np.log(x), y).statistic)
    assert (found.low, found.high) == pytest.approx((min(without), max(without)))
    assert found.lowest == "Area 3"
    assert found.highest == f"Area {int(np.argmax(without))}"
    assert found.turns == ("Area 3",)
    assert found.reason is None


def test_the_labels_of_both_sides_are_fields_of_the_result() -> None:
    spend = spend_of(
        range(1, 7),
        price_base="2022-23",
        apportioned_by="population over area code",
        source_id="S1",
        figure_id="F1",
    )
    found = pcc.spend_vs_reduction(spend, fall_of([5, 9, 12, 15, 19, 24]), redraws=20, lag=0)
    fields = {
        "unit": "local authority districts",
        "n": 6,
        "spend_stream": "Invented Fund",
        "spend_window": "2014-15",
        "spend_status": "outturn",
        "spend_prices": "2022-23",
        "spend_measured": "£ per head",
        "spend_allocation": "population over area code",
        "baseline_window": "2012-13",
        "follow_up_window": "2015-16",
        "outcome": "Robbery",
        "base_count": 120_000,
        "method": "spearman",
        "two_sided": "double",
        "confidence_level": 0.95,
        "family_size": 1,
        "left_out": (),
        "seed": 0,
        "reason": None,
        "detail": None,
        "adjusted_by": None,
    }
    assert {name: getattr(found, name) for name in fields} == fields
    assert found.adjusted_p == found.p_value
    assert found.adjusted_min_p == found.min_p
    assert list(found.dropped) == ["area_code", "name", "reason"]
    assert found.areas["area_code"].tolist() == DISTRICTS
    assert found.areas["spend"].tolist() == [1, 2, 3, 4, 5, 6]
    shown = ["before", "after", "persons_before", "persons_after", "g", "variance"]
    theirs = fall_of([5, 9, 12, 15, 19, 24]).rename(
        columns={
            "offences_baseline": "before",
            "offences_comparison": "after",
            "persons_baseline": "persons_before",
            "persons_comparison": "persons_after",
            "log_reduction": "g",
            "variance_log_reduction": "variance",
        }
    )
    held = [name for name in shown if name in found.areas]
    assert {"before", "after", "g"} <= set(held)
    assert found.areas[held].to_numpy().tolist() == theirs[held].to_numpy().tolist()


def test_the_sign_within_strata_is_that_of_the_coefficient_asked_for() -> None:
    # Of ranks 5, 3, 2, 1, 4 beside 1 to 5 rho is -.4; the largest amount alone makes r positive.
    x, y = np.array([1.0, 2, 3, 4, 100]), [4, 3, 2, 1, 3.5]
    areas = pd.DataFrame({"g": [*y, *(fall + 50 for fall in y)]})
    named = pd.Series(["a"] * 5 + ["b"] * 5)
    pair = (("Fund", None), "Robbery")
    for method, turns in (("spearman", True), ("pearson", False)):
        series = Series(
            {pair[0]: np.append(x, x + 200)},
            {"Robbery": areas},
            method,  # type: ignore[arg-type]
        )
        assert series.coefficient(pair) > 0
        assert series.turns_within(pair, named) is turns


def test_without_counts_nothing_is_said_of_noise() -> None:
    bare = pd.DataFrame(
        {
            "area_code": DISTRICTS,
            "offence": "Robbery",
            "log_reduction": [0.1, 0.2, 0.3, 0.5, 0.4, 0.6],
        }
    )
    found = pcc.spend_vs_reduction(spend_of(range(1, 7)), bare, redraws=20)
    assert found.gate is not None
    assert (found.gate.test, found.gate.dispersion, found.gate.placebo) == (None, None, None)
    assert (found.gate.dispersion_from, found.gate.opens, found.gate.cautions) == (
        "not needed: no counts",
        True,
        ("no-counts",),
    )
    family_of_one = pcc.spend_vs_reduction_family(spend_of(range(1, 7)), bare)
    assert family_of_one.frame["gate"].tolist() == ["not tested: no counts"]
    assert family_of_one.frame["reliability"].isna().all()


def test_few_areas_have_a_partial_without_a_p_and_two_one_degree_of_freedom() -> None:
    spend = spend_of([1, 2, 3, 4])
    found = pcc.spend_vs_reduction(
        spend, fall_of([5, 9, 12, 15], before=[2e4, 1e4, 3e4, 2.5e4]), redraws=20
    )
    lines = dict(found.report().lines)
    assert lines["offences per resident in the baseline"].endswith(" (no p below 6 areas)")
    assert " on 3 degrees of freedom " in lines["counting noise"]


def test_an_area_is_called_by_the_first_name_that_is_known_of_it() -> None:
    codes = [*DISTRICTS[:3], "mine"]
    spend = spend_of([1, 2, 3, 4], codes, name=["Alpha", None, "", None])
    fall = fall_of([5, 9, 12, 15], codes, name=["Beta", "Gamma", None, None])
    found = pcc.spend_vs_reduction(spend, fall, redraws=20)
    known = pcc.load_areas().set_index("area_code")["name"]
    labels = ["Alpha", "Gamma", known[DISTRICTS[2]], "mine"]
    assert found.areas["label"].tolist() == labels
    assert found.influence is not None
    assert found.influence.frame["name"].tolist() == labels


def test_what_stands_behind_the_p_of_a_partial() -> None:
    x, y, z = (np.array(v, float) for v in ([1, 2, 3, 4], [2, 1, 4, 3], [1, 3, 2, 4]))
    how: dict[str, Any] = {"two_sided": "double", "seed": 3}
    found = partial_test(x, y, z, np.zeros(4, np.intp), resamples=None, **how)
    assert found is not None
    xy, xz, yz = (np.corrcoef(a, b)[0, 1] for a, b in ((x, y), (x, z), (y, z)))
    by_hand = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    assert found.statistic == pytest.approx(by_hand)
    assert (found.exact, found.resamples, len(found.values)) == (True, 24, 24)
    assert found.min_p == 2 / 24
    drawn = partial_test(x, y, z, np.zeros(4, np.intp), resamples=9, **how)
    assert drawn is not None
    assert (drawn.exact, drawn.resamples, len(drawn.values)) == (False, 9, 9)
    assert drawn.min_p == 2 / 10
    assert drawn.p_value >= drawn.min_p
    assert partial_test(x, y, x, np.zeros(4, np.intp), resamples=None, **how) is None


@pytest.mark.parametrize(
    ("amounts", "falls", "side"),
    [
        ([1, 1, 1, 1, 2], [3, 9, 4, 14, 8], "spend"),
        ([1, 2, 3, 4, 5], [9, 9, 9, 9, 4], "the outcome"),
        ([1, 1, 1, 1, 2], [9, 9, 9, 9, 4], "spend and the outcome"),
    ],
)
def test_an_area_that_holds_all_variation_is_named_with_its_side(
    amounts: list[int], falls: list[int], side: str
) -> None:
    found = pcc.spend_vs_reduction(spend_of(amounts), fall_of(falls), redraws=20)
    assert found.influence is not None
    rows = found.influence.frame
    name = rows["name"].iloc[-1]
    assert rows["undefined"].tolist() == [False] * 4 + [True]
    assert rows["reason"].iloc[:4].isna().all()
    assert rows["reason"].iloc[-1] == (
        f"{side} would be the same in all other areas without {name}"
    )
    assert rows.iloc[-1][["estimate", "p_value", "adjusted_p", "min_p"]].isna().all()
    assert "tied-without" in found.cautions
