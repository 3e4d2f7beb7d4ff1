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
from pccfunding.association.confounding import baseline_check, denominator_null
from pccfunding.association.ranges import figure_range, measurement_interval
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
    assert exact.reason == "the amounts are exact"
    bare = table([1, 2, 3], [1, 2, 3], spend_low=np.nan, spend_high=np.nan)
    assert figure_range(bare, method="spearman").reason == "no bounds of the amounts are known"


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
        areas = table(np.exp(x), y, before=before, after=before * np.exp(-y))
        found = measured(areas, phi)
        assert found.low is not None
        assert found.high is not None
        assert found.dispersion == phi
        widths.append(found.high - found.low)
    assert widths[2] < widths[0] < widths[1]
    shown = measured(areas, None)
    assert shown.by_dispersion["dispersion"].tolist() == [1, 2, 4]
    assert (shown.low, shown.dispersion) == (shown.by_dispersion["low"].iloc[2], 4)


def test_redrawn_counts_have_variance_dispersion_times_count() -> None:
    from pccfunding.association.ranges import _drawn_noise

    areas = table([1, 2], [0, 0], before=[10_000.0, 40_000.0], after=[10_000.0, 20_000.0])
    for phi in (1.0, 4.0):
        noise = _drawn_noise(areas, phi, 20_000, np.random.default_rng(0))
        expected = phi * (1 / areas["before"] + 1 / areas["after"])
        assert noise.var(axis=0) == pytest.approx(expected.to_numpy(), rel=0.05)


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


def checked(areas: pd.DataFrame, baseline: object):
    return baseline_check(
        areas, pd.Series(baseline, dtype=float), "it", two_sided="double", resamples=1_999, seed=0
    )


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
        found = checked(table(x, y), z)
        assert found.partial_p is not None
        small += found.partial_p < 0.05
        raw += stats.spearmanr(x, y).pvalue < 0.05
    assert small <= 9
    assert raw >= 50


def test_few_areas_have_a_partial_without_p_and_a_perfect_baseline_has_none() -> None:
    few = checked(table(range(6), [2, 1, 4, 3, 6, 5]), [1, 3, 2, 5, 4, 6])
    assert few.partial is not None
    assert few.partial_p is None
    same = checked(table(range(12), range(12)), range(12))
    assert (same.partial, same.reason) == (
        None,
        "spend or outcome is in the very order of the baseline",
    )
    assert checked(table(range(4), range(4)), [1, 2, 3, None]).reason == (
        "no rate in the baseline is known"
    )
    assert checked(table(range(4), range(4)), [2] * 4).reason == "it is constant"


def test_the_baseline_can_be_a_column_or_a_value_for_each_area() -> None:
    spend, fall = many(0.5)
    fall = fall.assign(deprivation=np.arange(30.0))
    by_name = pcc.spend_vs_reduction(spend, fall, baseline="deprivation", redraws=50)
    values = fall.set_index("area_code")["deprivation"]
    by_value = pcc.spend_vs_reduction(spend, fall, baseline=values, redraws=50)
    assert by_name.baseline is not None
    assert by_value.baseline is not None
    assert by_name.baseline.partial == by_value.baseline.partial
    assert by_name.baseline.what == "deprivation"
    usual = pcc.spend_vs_reduction(spend, fall, redraws=50).baseline
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
