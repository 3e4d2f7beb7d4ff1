from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

import pccfunding as pcc
from pccfunding import evaluation as ev
from pccfunding.errors import TableError, UnknownNameError


def p_of(base: int, percent: Fraction) -> float:
    """Exact two-sided p of a base and its rounded later count."""
    later = math.floor(base * (1 + percent / 100) + Fraction(1, 2))
    return float(stats.binomtest(later, base + later, 0.5).pvalue)


@pytest.mark.parametrize("fall", ["3", "8.5", "13", "24", "37", "52", "80", "99"])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_every_larger_baseline_stands_out_and_the_one_below_does_not(
    fall: str, alpha: float
) -> None:
    found = ev.baseline_needed(float(fall), alpha=alpha)
    assert p_of(found - 1, -Fraction(fall)) >= alpha
    beyond = [*range(found, found + 60), 2 * found, 3 * found, 10 * found]
    assert all(p_of(base, -Fraction(fall)) < alpha for base in beyond)


def test_a_smaller_baseline_may_pass_by_luck() -> None:
    found = ev.baseline_needed(13)
    assert any(p_of(base, Fraction(-13)) < 0.05 for base in range(1, found))


@pytest.mark.parametrize("rise", ["5", "27.4", "150"])
def test_a_rise_is_another_question(rise: str) -> None:
    found = ev.baseline_needed(float(rise), direction="rise")
    assert p_of(found - 1, Fraction(rise)) >= 0.05
    assert all(p_of(base, Fraction(rise)) < 0.05 for base in range(found, found + 60))
    if float(rise) < 100:
        assert found > ev.baseline_needed(float(rise))


def test_the_sign_is_not_looked_at() -> None:
    assert ev.baseline_needed(-8.5) == ev.baseline_needed(8.5) == 1042


def test_with_dispersion_by_hand() -> None:
    # 1.96^2 x 2 x (1 + 1/0.87) / ln(0.87)^2 = 851.7
    unit = 1.959963984540054**2 * (1 + 1 / 0.87) / math.log(0.87) ** 2
    assert ev.baseline_needed(13, dispersion=2) == math.ceil(2 * unit) == 852
    # Just above 1 the formula would undercut the exact answer.
    assert math.ceil(1.01 * unit) < ev.baseline_needed(13, dispersion=1.01) == 443
    assert ev.baseline_needed(13, dispersion=0.5) == 443


def test_a_very_small_fall_takes_no_time() -> None:
    found = ev.baseline_needed(0.2)
    assert 1_900_000 < found < 2_000_000


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (0, {}, "change_pct is 0"),
        (100, {}, "change_pct is 100"),
        (-100.0, {}, "change_pct is -100.0"),
        (math.nan, {}, "change_pct is nan"),
        (5, {"alpha": 5}, "alpha is 5"),
    ],
)
def test_what_is_no_change_is_named(change: float, options: dict[str, float], words: str) -> None:
    with pytest.raises(TableError, match=words):
        ev.baseline_needed(change, **options)  # type: ignore[arg-type]
    assert ev.baseline_needed(100, direction="rise") > 1


def test_an_unknown_direction_is_named() -> None:
    with pytest.raises(UnknownNameError, match="No direction 'down'"):
        ev.baseline_needed(5, direction="down")  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [17, 100, 5000])
@pytest.mark.parametrize("phi", [1, 2])
def test_detectable_changes_solve_the_equation(count: int, phi: float) -> None:
    found = ev.minimal_detectable(count, dispersion=phi)
    if count == 17 and phi == 2:
        assert found.fall_pct is None
        return
    for change in (found.fall_pct, found.rise_pct):
        ratio = 1 + (change or 0) / 100
        z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
        assert abs(math.log(ratio)) == pytest.approx(z * math.sqrt(phi * (1 + 1 / ratio) / count))
    assert (found.fall_pct or 0) < 0 < found.rise_pct


def test_the_smallest_base_that_shows_any_fall() -> None:
    assert ev.minimal_detectable(16).fall_pct is None
    assert ev.minimal_detectable(17).fall_pct == pytest.approx(-83.8, abs=0.05)
    found = ev.minimal_detectable(16)
    assert found.text == (
        "No fall would show (base 16, dispersion 1, power 80% at 0.05 two-sided): the base is too "
        "small for any fall."
    )
    with pytest.raises(TableError, match="count_before is 0"):
        ev.minimal_detectable(0)


def test_text_of_a_detectable_change_has_its_base() -> None:
    text = ev.minimal_detectable(100).text
    assert "outside −36.2% to +44.0% (base 100, dispersion 1, power 80%" in text


def test_detectable_correlation_has_its_simulated_value_only_where_it_was_simulated() -> None:
    assert ev.minimal_detectable_correlation(6).simulated == 0.973
    assert ev.minimal_detectable_correlation(43).simulated == 0.44
    assert ev.minimal_detectable_correlation(6, power=0.9).simulated is None
    assert ev.minimal_detectable_correlation(20).simulated is None
    found = ev.minimal_detectable_correlation(12, power=0.9, alpha=0.01)
    z = stats.norm.ppf(0.995) + stats.norm.ppf(0.9)
    assert found.correlation == pytest.approx(math.tanh(z / 3))
    assert (found.simulated, found.rank_correlation) == (None, None)
    few = ev.minimal_detectable_correlation(3)
    assert (few.correlation, few.cautions) == (None, ())


def test_what_ranks_show_is_simulated_for_few_areas_and_solved_above() -> None:
    ranks = [ev.minimal_detectable_correlation(n).rank_correlation for n in range(5, 60)]
    assert all(a is not None and b is not None and a > b for a, b in itertools.pairwise(ranks))
    r = ev.minimal_detectable_correlation(42).rank_correlation
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert r == pytest.approx(math.tanh(z * math.sqrt((1 + r**2 / 2) / 39)))
    # No order of four areas has a p below .05.
    assert ev.minimal_detectable_correlation(4).rank_correlation is None


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 7])
def test_the_simulated_correlation_shows_in_eight_of_ten_draws(n: int) -> None:
    # Every order is known up to nine areas: the critical coefficient is exact.
    levels = pcc.permutation.attainable_levels(n)
    least = levels.loc[levels["p_value"] < 0.05, "statistic"].min()
    rho = ev.minimal_detectable_correlation(n).rank_correlation
    rng = np.random.default_rng(n)
    x, other = rng.standard_normal((2, 20_000, n))
    order = stats.rankdata(x, axis=1)

    def shown(rho: float) -> float:
        ranks = stats.rankdata(rho * x + math.sqrt(1 - rho**2) * other, axis=1)
        found = 1 - 6 * ((order - ranks) ** 2).sum(axis=1) / (n * (n * n - 1))
        return float((np.abs(found) >= least - 1e-9).mean())

    # The least of three decimals: near 1, one thousandth more shows in two draws of a hundred more.
    assert shown(rho - 0.001) - 0.01 < 0.8 < shown(rho) + 0.01
