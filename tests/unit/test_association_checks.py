"""What stands beside the coefficient: ranges of figures and counts, baseline, denominators."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from association_cases import FORCES, fall_of, many, spend_of
from scipy import stats

import pccfunding as pcc
from pccfunding.association.coefficients import coefficients
from pccfunding.association.confounding import Baseline, baseline_check, denominator_null
from pccfunding.association.ranges import FigureRange, figure_range, measurement_interval
from pccfunding.association.reordering import likeness_of, region_of, tail_p, within_test
from pccfunding.errors import TableError


def table(spend: object, fall: object, **columns: object) -> pd.DataFrame:
    """Give areas in the columns that the rooms of the association hand on."""
    x, y = np.asarray(spend, float), np.asarray(fall, float)
    given = {"spend": x, "g": y, "spend_low": x, "spend_high": x, "spend_persons": 1e5}
    return pd.DataFrame(given | {"persons_after": 1e5} | columns)


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_coefficients_are_those_of_scipy(method: str) -> None:
    rng = np.random.default_rng(2)
    reference = {"spearman": stats.spearmanr, "kendall": stats.kendalltau,
                 "pearson": stats.pearsonr}[method]  # fmt: skip
    for tied in (False, True):
        x = rng.integers(0, 4, (5, 9)).astype(float) if tied else rng.normal(size=(5, 9))
        y = rng.normal(size=9)
        expected = [reference(row, y).statistic for row in x]
        assert coefficients(x, y[None], method) == pytest.approx(expected)
    assert np.isnan(coefficients(np.ones((1, 4)), rng.normal(size=(1, 4)), method)).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_range_of_the_figures_is_that_of_every_order_they_allow(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 6, 5).astype(float)
    high = low + rng.integers(0, 5, 5)
    y = rng.normal(size=5)
    grid = [np.unique(np.linspace(a, b, 9)) for a, b in zip(low, high, strict=True)]
    every = np.array(list(itertools.product(*grid)))
    values = coefficients(every, y[None], "spearman")
    areas = table((low + high) / 2, y, spend_low=low, spend_high=high)
    found = figure_range(areas, method="spearman")
    if found.low is None:
        assert (low == high).all()
        return
    assert found.low == pytest.approx(np.nanmin(values))
    assert found.high == pytest.approx(np.nanmax(values))


def test_floors_have_no_upper_end() -> None:
    floors = table([1, 1, 1, 3], [0.4, 0.1, 0.3, 0.2], spend_high=[np.nan, np.nan, np.nan, 3.0])
    found = figure_range(floors, method="spearman")
    assert (found.n_open, found.n_rounded) == (3, 0)
    # The three can stand in any order, and on either side of the fourth.
    assert (found.low, found.high) == pytest.approx((-1, 1))
    exact = figure_range(table([1, 2, 3], [1, 2, 3]), method="spearman")
    assert exact == FigureRange(None, None, 0, 0, "the amounts are exact")
    bare = table([1, 2, 3], [1, 2, 3], spend_low=np.nan, spend_high=np.nan)
    unknown = FigureRange(None, None, 0, 0, "no bounds of the amounts are known")
    assert figure_range(bare, method="spearman") == unknown


def measured(areas: pd.DataFrame, dispersion: float | None, has_counts: bool = True):
    return measurement_interval(
        areas, dispersion=dispersion, has_counts=has_counts, method="spearman",
        confidence_level=0.95, redraws=2_000, seed=0,
    )  # fmt: skip


def test_the_measurement_interval_widens_with_dispersion_and_shrinks_with_counts() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 20))
    y = 0.1 * (x + y)
    widths = []
    for base, phi in ((4_000, 1.0), (4_000, 4.0), (400_000, 4.0)):
        before = np.full(20, float(base))
        after = before * np.exp(-y)
        areas = table(np.exp(x), y, before=before, after=after, variance=1 / before + 1 / after)
        found = measured(areas, phi)
        assert found.low is not None
        assert found.high is not None
        assert found.dispersion == phi
        widths.append(found.high - found.low)
    assert widths[2] < widths[0] < widths[1]
    shown = measured(areas, None)
    assert shown.by_dispersion["dispersion"].tolist() == [1, 2, 4]
    assert (shown.low, shown.dispersion) == (shown.by_dispersion["low"].iloc[2], 4)


@pytest.mark.parametrize("n", [6, 42])
def test_the_redrawn_range_holds_the_estimate_and_the_true_coefficient(n: int) -> None:
    # 120 draws at reliability .85: nominal .95, and .90 is three standard errors below.
    rng = np.random.default_rng([8, n])
    held = 0
    for run in range(120):
        x, other = rng.normal(size=(2, n))
        true = 0.1 * (0.8 * x + 0.6 * other)
        noise = 0.01 * 0.15 / 0.85
        areas = table(np.exp(x), true + np.sqrt(noise) * rng.normal(size=n), before=1e4,
                      after=1e4, variance=noise)  # fmt: skip
        found = measurement_interval(
            areas, dispersion=1.0, has_counts=True, method="spearman", confidence_level=0.95,
            redraws=300, seed=run,
        )  # fmt: skip
        assert found.low is not None
        assert found.high is not None
        seen = stats.spearmanr(x, areas["g"]).statistic
        assert found.low - 1e-12 <= seen <= found.high + 1e-12
        held += found.low <= stats.spearmanr(x, true).statistic <= found.high
    assert held >= 108


def test_a_range_of_one_point_is_refused() -> None:
    areas = table(range(1, 7), np.arange(6) / 10, before=1e12, after=1e12, variance=1e-12)
    found = measured(areas, 1.0)
    assert (found.low, found.high) == (None, None)
    assert "one point is no range" in str(found.reason)


def test_no_counts_and_no_bounds_give_no_measurement_interval() -> None:
    areas = table([1, 2, 3, 4], [1, 3, 2, 4], spend_low=np.nan, before=np.nan, after=np.nan)
    assert measured(areas, None, has_counts=False).reason == (
        "neither counts nor bounds of amounts are known"
    )
    bounded = areas.assign(spend_low=areas["spend"] - 0.6, spend_high=areas["spend"] + 0.6)
    found = measured(bounded, None, has_counts=False)
    assert found.redrawn == "printed amounts"
    assert found.dispersion is None
    assert found.low is not None
    assert found.low < coefficients(bounded[["spend"]].T.to_numpy(), areas[["g"]].T.to_numpy(),
                                    "spearman")[0]  # fmt: skip


def checked(areas: pd.DataFrame, values: object, labels: object = None, **how: object):
    given = Baseline(pd.Series(values, dtype=float), "it", "need", True)
    strata = np.zeros(len(areas), int) if labels is None else np.asarray(labels)
    return baseline_check(
        areas, given, labels=strata, adjust=lambda p: p,
        **{"two_sided": "double", "resamples": None, "seed": 0, **how},  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_partial_is_that_of_the_three_rank_correlations() -> None:
    rng = np.random.default_rng(5)
    x, y, z = rng.normal(size=(3, 15))
    found = checked(table(x, y), z)
    xy, xz, yz = (stats.spearmanr(a, b).statistic for a, b in ((x, y), (x, z), (y, z)))
    partial = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    assert found.partial == pytest.approx(partial)
    assert found.test is not None
    assert found.test.statistic == pytest.approx(xz)
    assert found.outcome == pytest.approx(yz)


def test_the_p_of_the_partial_is_seldom_small_where_only_the_baseline_acts() -> None:
    rng = np.random.default_rng(6)
    small = raw = 0
    for _ in range(60):
        z = rng.normal(size=20)
        x, y = z + 0.5 * rng.normal(size=(2, 20))
        found = checked(table(x, y), z, resamples=1_999)
        assert found.partial_p is not None
        small += found.partial_p < 0.05
        raw += stats.spearmanr(x, y).pvalue < 0.05
    assert small <= 9
    assert raw >= 50


def by_hand(x: object, y: object, z: object) -> float:
    """Reorder the residuals of ranks in every way, with least squares of numpy each time."""
    a, b, c = (stats.rankdata(v) for v in (x, y, z))
    design = np.column_stack([np.ones(len(c)), c])

    def rest(v: np.ndarray) -> np.ndarray:
        return v - design @ np.linalg.lstsq(design, v, rcond=None)[0]

    fitted, left = b - rest(b), rest(b)
    values = [
        np.corrcoef(rest(a), rest(fitted + left[list(order)]))[0, 1]
        for order in itertools.permutations(range(len(b)))
    ]
    more = sum(value >= values[0] - 1e-12 for value in values)
    less = sum(value <= values[0] + 1e-12 for value in values)
    return min(1.0, 2 * min(more, less) / len(values))


def test_the_p_of_the_partial_counts_every_order_up_to_nine_areas() -> None:
    x, y, z = range(6), [2, 1, 4, 3, 6, 5], [1, 3, 2, 5, 4, 6]
    found = checked(table(x, y), z)
    assert found.partial_p == pytest.approx(by_hand(x, y, z), abs=1e-12)
    seven = [3, 1, 4, 2, 7, 5, 6]
    assert checked(table(range(7), seven), [1, 7, 2, 6, 3, 5, 4]).partial_p == pytest.approx(
        by_hand(range(7), seven, [1, 7, 2, 6, 3, 5, 4]), abs=1e-12
    )
    # Random orders come close to all of them.
    drawn = checked(table(x, y), z, resamples=700)
    assert drawn.partial_p == pytest.approx(found.partial_p, abs=0.08)


def test_below_six_areas_there_is_no_p_and_the_very_order_of_the_baseline_decides() -> None:
    few = checked(table(range(5), [2, 1, 4, 3, 5]), [1, 3, 2, 5, 4])
    assert few.partial is not None
    assert (few.partial_p, few.told_apart) == (None, True)
    same = checked(table(range(12), range(12)), range(12))
    assert (same.partial, same.reason, same.told_apart) == (
        None,
        "spend or outcome is in the very order of the baseline",
        False,
    )
    assert checked(table(range(4), range(4)), [1, 2, 3, None]).reason == (
        "no rate in the baseline is known"
    )
    assert checked(table(range(4), range(4)), [2] * 4).reason == "it is constant"


def test_the_baseline_can_be_a_column_or_a_value_for_each_area() -> None:
    spend, fall = many(0.5)
    few = {"redraws": 20, "resamples": 199}
    fall = fall.assign(deprivation=np.arange(30.0))
    by_name = pcc.spend_vs_reduction(spend, fall, baseline="deprivation", **few)
    values = fall.set_index("area_code")["deprivation"]
    by_value = pcc.spend_vs_reduction(spend, fall, baseline=values, **few)
    assert by_name.baseline is not None
    assert by_value.baseline is not None
    assert by_name.baseline.partial == by_value.baseline.partial
    assert by_name.baseline.what == "deprivation"
    assert (by_name.baseline.called, by_name.baseline.of_outcome) == ("deprivation", False)
    usual = pcc.spend_vs_reduction(spend, fall, **few).baseline
    assert usual is not None
    assert usual.what == "offences per resident in the baseline"
    with pytest.raises(TableError, match="takes the name of a column"):
        pcc.spend_vs_reduction(spend, fall, baseline=7)  # type: ignore[arg-type]


def test_pounds_dealt_at_random_show_what_the_denominator_alone_does() -> None:
    rng = np.random.default_rng(7)
    people = np.exp(rng.normal(11, 0.8, 40))
    pounds, crimes = rng.uniform(0.9e6, 1.1e6, (2, 40))
    # Both sides are ratios over residents: nothing else links them.
    areas = table(pounds / people, crimes / people, spend_persons=people)
    statistic = float(stats.spearmanr(areas["spend"], areas["g"]).statistic)
    assert statistic > 0.9
    found = denominator_null(
        areas, statistic, method="spearman", confidence_level=0.95, deals=999, seed=0
    )
    assert found.median is not None
    assert found.p_value is not None
    assert found.median > 0.9
    assert found.p_value > 0.05
    none = denominator_null(
        areas.assign(spend_persons=np.nan, persons_after=np.nan), statistic,
        method="spearman", confidence_level=0.95, deals=99, seed=0,
    )  # fmt: skip
    assert none.reason == "no residents, hence no total spend"


def test_equal_residents_leave_the_ordinary_null() -> None:
    spend, fall = spend_of(range(1, 13), FORCES), fall_of(np.arange(12.0) + 5, FORCES)
    found = pcc.spend_vs_reduction(spend, fall, redraws=999)
    assert found.denominator is not None
    assert found.denominator.median == pytest.approx(0, abs=0.05)
    assert found.denominator.p_value == pytest.approx(2 / 1_000)


# Within strata, and neighbours


def test_random_orders_lie_about_a_middle_that_counts_the_areas_own() -> None:
    """0, 0, 6 and the areas' own 5 lie about 2.75; all three lie farther from it than 5 does."""
    drawn = np.array([0.0, 0.0, 6.0])
    assert tail_p(drawn, 5.0, exact=False, two_sided="abs") == 1.0
    # Of all orders the own one is among them: 5, 0, 0, 7 lie about 3, and three as far as 0.
    every = np.array([5.0, 0.0, 0.0, 7.0])
    assert tail_p(every, 5.0, exact=True, two_sided="abs") == 1.0
    assert tail_p(every, 0.0, exact=True, two_sided="abs") == 0.75


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
@pytest.mark.parametrize("two_sided", ["double", "abs"])
def test_p_within_strata_counts_every_order_that_keeps_them(method: str, two_sided: str) -> None:
    rng = np.random.default_rng(11)
    x, y = rng.normal(size=(2, 7))
    labels = np.array([0, 1, 0, 1, 0, 1, 1])
    found = within_test(x, y, labels, method=method, two_sided=two_sided, resamples=None, seed=0)
    assert found is not None
    reference = {"spearman": stats.spearmanr, "kendall": stats.kendalltau,
                 "pearson": stats.pearsonr}[method]  # fmt: skip
    values = []
    for order in itertools.permutations(range(7)):
        if all(labels[place] == labels[k] for k, place in enumerate(order)):
            values.append(reference(x, y[list(order)]).statistic)
    assert len(values) == found.resamples == 6 * 24
    seen = np.array(values)
    middle = seen.mean()
    tails = (seen >= seen[0] - 1e-12).sum(), (seen <= seen[0] + 1e-12).sum()
    expected = min(1, 2 * min(tails) / 144)
    if two_sided == "abs":
        expected = (abs(seen - middle) >= abs(seen[0] - middle) - 1e-12).mean()
    assert found.statistic == pytest.approx(seen[0])
    assert found.p_value == pytest.approx(expected)


def test_strata_of_one_area_each_leave_no_order() -> None:
    alone = dict(zip(FORCES, range(12), strict=False))
    spend, fall = spend_of(range(1, 13), FORCES), fall_of(np.arange(12.0) + 5, FORCES)
    found = pcc.spend_vs_reduction(spend, fall, strata=alone, redraws=20, family=1)
    assert (found.p_value, found.min_p, found.verdict) == (1, 1, "too few areas to tell")


def test_strata_by_name_are_a_column_or_the_regions() -> None:
    spend, fall = many(0.8)
    few = {"redraws": 20, "resamples": 199}
    halves = ["north"] * 15 + ["south"] * 15
    by_column = pcc.spend_vs_reduction(spend.assign(half=halves), fall, strata="half", **few)
    given = dict(zip(spend["area_code"], halves, strict=True))
    by_value = pcc.spend_vs_reduction(spend, fall, strata=given, **few)
    assert by_column.p_value == by_value.p_value
    regions = pcc.spend_vs_reduction(spend, fall, strata="region", **few)
    assert regions.strata is not None
    assert "E12000006" in set(regions.strata["stratum"])
    assert "within strata" in regions.text
    assert regions.likeness is None
    with pytest.raises(TableError, match="or 'region' for the regions"):
        pcc.spend_vs_reduction(spend, fall, strata="regions")


def test_morans_i_is_that_of_its_definition() -> None:
    codes = ["E23000013", "E23000008", "E23000007", "E23000034", "E23000001", "W15000001"]
    assert [region_of(code) for code in codes] == [
        *["E12000001"] * 3, *["E12000007"] * 2, "W92000004",
    ]  # fmt: skip
    areas = table([1, 2, 3, 6, 5, 4], [0.1, 0.5, 0.2, 0.4, 0.3, 0.6]).assign(area=codes)
    found = likeness_of(areas, 0)
    weights = np.array([[float(i != k and region_of(i) == region_of(k)) for k in codes]
                        for i in codes])  # fmt: skip
    z = stats.rankdata(areas["spend"]) - 3.5
    assert found.spend == pytest.approx(6 / weights.sum() * (z @ weights @ z) / (z @ z))
    values = [
        float(v @ weights @ v) for v in (z[list(o)] for o in itertools.permutations(range(6)))
    ]
    assert found.spend_p == pytest.approx(np.mean(np.array(values) >= values[0] - 1e-9))
    assert likeness_of(areas.head(3), 0).reason == "all areas lie in one region"
    assert likeness_of(areas.assign(area="E99"), 0).reason == "the region of an area is not known"
    for apart in ([0, 3], [0, 3, 5]):
        assert likeness_of(areas.iloc[apart], 0).reason == "no region holds two areas"


def test_a_placebo_takes_the_draws_and_the_rule_that_were_asked_for() -> None:
    spend, fall = many(0.8, n=12)
    days = {"baseline_start": "2010-04-01", "baseline_end": "2011-03-31"}
    days |= {"period_start": "2012-04-01", "period_end": "2013-03-31"}
    earlier = fall.assign(**{name: pd.Timestamp(day) for name, day in days.items()})
    how = {"resamples": 99, "two_sided": "abs", "seed": 5, "redraws": 20}
    found = pcc.spend_vs_reduction(spend, fall, placebo=earlier, **how)
    assert found.gate is not None
    assert found.gate.placebo is not None
    test = found.gate.placebo.test
    assert test is not None
    assert (test.exact, test.resamples, test.two_sided, test.seed) == (False, 99, "abs", 5)
    assert (test.statistic, test.p_value) == (found.estimate, found.test.p_value)


def test_the_table_of_influence_holds_numbers_that_may_be_missing() -> None:
    found = pcc.spend_vs_reduction(*many(0.8, n=8), resamples=99, redraws=20)
    assert found.influence is not None
    frame = found.influence.frame
    numbers = ["estimate", "p_value", "adjusted_p", "min_p"]
    assert frame[numbers].dtypes.astype(str).tolist() == ["Float64"] * 4
    flags = ["undefined", "crosses", "turns"]
    assert frame[flags].dtypes.astype(str).tolist() == ["bool"] * 3
    assert list(frame) == [
        "area_code", "name", "estimate", "p_value", "adjusted_p", "min_p", "undefined", "reason",
        "crosses", "turns",
    ]  # fmt: skip


def test_the_bounds_of_spend_in_real_terms_are_read_as_those_of_cash() -> None:
    codes, days = FORCES[:8], {"period_start": "2014-04-01", "period_end": "2015-03-31"}
    money = {"amount_gbp": [1e5 * n for n in range(1, 9)], "funding_stream": "Invented Fund"}
    bounds = {"amount_low_gbp": 4e4, "amount_high_gbp": 9e5}
    awards = pd.DataFrame({"area_code": codes, **days, **money, **bounds})
    people = {"reference_date": "2014-06-30", "persons": 1e5, "vintage": "new"}
    population = pd.DataFrame({"area_code": codes, **people})
    prices = pd.DataFrame({"financial_year": ["2014-15", "2015-16"], "price_index": [50.0, 100.0]})
    real = pcc.real_terms(awards, prices, base="2015-16")
    spend = pcc.per_capita_spend(real, population, by=["area_code", "funding_stream"])
    fall = fall_of([3, 9, 4, 14, 8, 20, 11, 6], FORCES)
    found = {
        column: pcc.spend_vs_reduction(spend, fall, spend_column=column, resamples=99, redraws=20)
        for column in ("spend_gbp_per_head", "spend_real_gbp_per_head")
    }
    spans = [one.figure_range for one in found.values()]
    assert spans[0] is not None
    assert spans[0].low is not None
    assert spans[0] == spans[1]
    # Other bounds are looked for under the same names.
    later = spend.assign(period_start="2015-04-01", period_end="2016-03-31")
    grown = pcc.year_on_year(
        pd.concat([spend, later]), value="spend_real_gbp_per_head", by="area_code"
    )
    lows = grown["spend_real_low_gbp_per_head"]
    assert lows.tolist() == pytest.approx([0.8] * 16)
