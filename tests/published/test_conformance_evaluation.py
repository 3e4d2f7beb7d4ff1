"""Published values: what the ladder, or the library it relies on, must reproduce.

Where a value was seen in print its source stands beside it; "recalled" marks what was not.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pccfunding import evaluation as ev

# NIST StRD, Norris.dat, linear least squares, lower difficulty: y, x.
NORRIS = """
0.1 0.2 338.8 337.4 118.1 118.2 888.0 884.6 9.2 10.1 228.1 226.5 668.5 666.3 998.5 996.3 449.1
448.6 778.9 777.0 559.2 558.2 0.3 0.4 0.1 0.6 778.1 775.5 668.8 666.9 339.3 338.0 448.9 447.5
10.8 11.6 557.7 556.0 228.3 228.1 998.0 995.8 888.8 887.6 119.6 120.2 0.3 0.3 0.6 0.3 557.6
556.8 339.3 339.1 888.0 887.2 998.5 999.0 778.9 779.0 10.2 11.1 117.6 118.3 228.9 229.2 668.4
669.1 449.2 448.9 0.2 0.5
"""
# Acute coronary episodes a month in Sicily, January 2002 to November 2006, and the standardised
# population: sicily.csv beside Lopez Bernal, Cummins and Gasparrini (2017), IJE 46(1):348.
EPISODES = """
728 659 791 734 757 726 760 740 720 814 795 858 887 766 851 769 781 756 766 752 765 831 879 928
914 808 937 840 916 828 845 818 860 839 887 886 831 796 833 820 877 758 767 738 781 843 850 908
1021 859 976 888 962 838 810 876 843 936 912
"""
POPULATION = """
379875.3 376495.5 377040.8 377116.4 377383.4 374113.1 379513.3 376295.5 374653.2 378485.6
375955.5 378349.7 376762.4 379032.3 379360.4 376162 377972.4 381830.7 379888.6 380872.2 380966.9
381240.4 382104.9 381802.7 381656.3 383680 383504.2 386462.9 383783.1 380836.8 383483 380906.2
382926.8 384052.4 384449.6 383428.4 388153.2 388373.2 386470.1 386033.2 383686.4 385509.3
385901.9 386516.6 388436.5 383255.2 390148.7 385874.9 391613.6 391750.4 394005.6 391364.9
391664.6 389022.3 391878.5 388575.3 392989 390018.8 390712.3
"""
SEVEN_X, SEVEN_Y = [1, 2, 3, 4, 5, 6, 7], [10, 9, 2.5, 6, 4, 3, 2]
TUNA_X = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
TUNA_Y = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE_1 = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
ANSCOMBE_3 = [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]
LSAT = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
GPA = [3.39, 3.3, 2.81, 3.03, 3.44, 3.07, 3.0, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]
WDD_PAPER = {
    "treated": (207, 110),
    "control": (308, 318),
    "displacement": (178, 157),
    "displacement_control": (150, 140),
}
# Department: men admitted, rejected; women admitted, rejected.
ADMISSIONS = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}


def close(found: object, expected: object, tolerance: float) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=0, atol=tolerance
    )


def test_norris_line_and_its_errors() -> None:
    # NIST StRD certified values; through scipy.stats.linregress.
    pairs = np.array(NORRIS.split(), dtype=float).reshape(-1, 2)
    assert len(pairs) == 36
    line = stats.linregress(pairs[:, 1], pairs[:, 0])
    close([line.intercept, line.slope], [-0.262323073774029, 1.00211681802045], 1e-9)
    close([line.intercept_stderr, line.stderr], [0.232818234301152, 0.000429796848199937], 1e-9)


def test_pearson_of_the_scipy_example() -> None:
    # scipy documentation, pearsonr; through scipy.stats.pearsonr.
    close(stats.pearsonr(SEVEN_X, SEVEN_Y), [-0.828503883588428, 0.021280260007523286], 1e-9)


def test_pearson_of_the_tuna() -> None:
    # R cor.test output (recalled); Hollander and Wolfe (1973), page 187.
    close(stats.pearsonr(TUNA_X, TUNA_Y), [0.5711816, 0.1082], 6e-5)


def test_kendall_of_the_tuna() -> None:
    # R stats::cor.test, Examples: one-sided asymptotic p of 0.04765.
    found = stats.kendalltau(TUNA_X, TUNA_Y, method="asymptotic", alternative="greater")
    close(found.pvalue, 0.04765, 5e-6)


def test_kendall_with_ties() -> None:
    # Kendall (1970), tau-c; R cor.test(method="kendall", exact=FALSE): both in scipy's own tests.
    x, y = [1, 2, 2, 4, 4, 6, 6, 8, 9, 9], [1, 2, 4, 4, 4, 4, 8, 8, 8, 10]
    close(stats.kendalltau(x, y, variant="c").statistic, 0.825, 1e-9)
    tau_b = stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0], method="asymptotic")
    close([tau_b.statistic, tau_b.pvalue], [-0.47140452079103173, 0.2827454599327748], 1e-9)


@pytest.mark.parametrize("y", [ANSCOMBE_1, ANSCOMBE_3])
def test_anscombe_correlations(y: list[float]) -> None:
    # Anscombe (1973), American Statistician 27:17: r = 0.816 in each set (data recalled).
    close(stats.pearsonr(ANSCOMBE_X, y).statistic, 0.816, 0.0011)


def test_anscombe_3_without_its_outlier_is_a_line() -> None:
    kept = [k for k, value in enumerate(ANSCOMBE_3) if value != 12.74]
    x, y = (np.array(values)[kept] for values in (ANSCOMBE_X, ANSCOMBE_3))
    close(stats.pearsonr(x, y).statistic, 1.0, 0.001)


def test_fisher_z_of_the_scipy_example() -> None:
    # scipy documentation, pearsonr: 90% interval.
    found = ev.fisher_z_interval(-0.828503883588428, 7, 0.9)
    close([found.low, found.high], [-0.9644331982722841, -0.3460237473272273], 1e-9)


def test_law_school_data() -> None:
    # MATLAB documentation, resampling statistics: 0.7764; R bootstrap::law82: all 82 give 0.7600.
    found = ev.bca_interval(LSAT, GPA, allow_small=True)
    close(found.correlation, 0.7764, 1e-4)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.7599979 < found.high
    # Own value, another implementation: 0.331 to 0.942.
    close([found.low, found.high], [0.331, 0.942], 0.03)


def test_rate_ratio_of_the_r_package() -> None:
    # rateratio.test vignette (Fay, 9 May 2022).
    found = ev.rate_ratio(2, 9, exposure_after=17877, exposure_before=16660)
    expected = [0.2070941557, 0.05011, 0.02177406, 1.0005491]
    close([found.ratio, found.low, found.high], [expected[k] for k in (0, 2, 3)], 1e-6)
    close(found.p_value, expected[1], 5e-6)


def test_score_test_and_interval_of_two_rates() -> None:
    # Gu et al., in statsmodels' own tests; through statsmodels.
    rates = pytest.importorskip("statsmodels.stats.rates")
    found = rates.test_poisson_2indep(
        60, 51477.5, 30, 54308.7, method="score", alternative="larger", compare="ratio"
    )
    close(found.pvalue, 0.000316, 5e-6)
    ends = rates.confint_poisson_2indep(60, 51477.5, 30, 54308.7, method="score", compare="ratio")
    close(ends, [1.365962, 3.259306], 5e-6)


def test_e_test() -> None:
    # Krishnamoorthy and Thomson (2004), in apwheele/ptools test-etest.R; through statsmodels.
    rates = pytest.importorskip("statsmodels.stats.rates")
    found = rates.test_poisson_2indep(6, 1, 2, 1, method="etest", compare="ratio")
    close(found.pvalue, 0.1749, 6e-5)


def test_wdd_of_the_paper() -> None:
    # Wheeler and Ratcliffe (2018), Crime Science 7:11, in apwheele/ptools test-wdd.R.
    found = ev.wdd(**WDD_PAPER)
    close([found.estimate, found.se], [-118.0, 39.59797974644666], 1e-9)
    assert found.z is not None
    assert found.low is not None
    assert found.high is not None
    assert (round(found.z, 2), round(found.low), round(found.high)) == (-2.98, -196, -40)


def test_wdd_with_time_weights() -> None:
    found = ev.wdd((80, 20), (100, 50), time_weights=(2, 1))
    close([found.estimate, found.se], [-20.0, 10.723805294763608], 1e-9)


def test_wdd_with_area_weights() -> None:
    # apwheele/ptools test-wdd.R, "Area Weights"; there the comparison area comes first.
    found = ev.wdd(**WDD_PAPER, area_weights=(1.2, 0.9, 1.5, 1.6))
    expected = [-99.69444444, 35.4280755, -2.813995483, -169.1321965, -30.25669241]
    close([found.estimate, found.se, found.z, found.low, found.high], expected, 1e-6)


def test_wdd_of_the_readme() -> None:
    # apwheele/ptools README.
    found = ev.wdd((20, 10), (20, 20), confidence_level=0.9)
    expected = [-10.0, 8.3666, -1.195229, -23.761833, 3.761833]
    close(
        [found.estimate, found.z, found.low, found.high], [expected[k] for k in (0, 2, 3, 4)], 1e-6
    )
    close(found.se, expected[1], 5e-5)


def test_wdq_from_the_printed_formulae() -> None:
    # Guerette, POP Tool Guide 10, Appendix B; counts made up.
    found = ev.wdq((100, 50), (100, 100), (100, 90))
    measures = [found.wdq, found.success, found.buffer, found.gross, found.net, found.total_net]
    close(measures, [0.2, -0.5, -0.1, 50.0, 0.5, 60.0], 1e-12)


def test_wdq_of_the_paper_counts() -> None:
    # Own value: no published quotient of these counts was seen.
    close(ev.wdq((207, 110), (308, 318), (178, 157)).wdq, 0.25818568834908917, 1e-12)


def test_poisson_limits_of_a_count_of_0() -> None:
    # epitools, pois.exact: 3.689; pois.daly: 2.996.
    close(ev.poisson_interval(0).high, 3.689, 6e-4)
    close(ev.poisson_interval(0, sides=1).high, 2.996, 6e-4)


def test_byar_is_close_from_10_on() -> None:
    # PHE Technical Guide, Confidence Intervals (25 May 2018): within 0.2% for counts of 10 or more.
    worst = 0.0
    for count in range(10, 2000):
        exact, byar = ev.poisson_interval(count), ev.poisson_interval(count, method="byar")
        worst = max(worst, abs(byar.low / exact.low - 1), abs(byar.high / exact.high - 1))
    assert worst <= 0.002
    assert worst > 0.001


@pytest.mark.parametrize(
    ("count", "n", "expected", "tolerance"),
    [
        (100, 200, [0.4313609, 0.5686391], 1e-6),  # statsmodels, test_proportion.py
        (81, 263, [0.2553, 0.3662], 6e-5),  # Newcombe (1998), Stat Med 17:857, Table I (recalled)
        (1, 29, [0.0061, 0.1718], 6e-5),
    ],
)
def test_wilson(count: int, n: int, expected: list[float], tolerance: float) -> None:
    found = ev.proportion_interval(count, n)
    assert found.low_pct is not None
    assert found.high_pct is not None
    close([found.low_pct / 100, found.high_pct / 100], expected, tolerance)


def test_grim_of_the_pigs() -> None:
    # scrutiny README, grim_map(pigs1).
    fit = {"7.22": 32, "2.68": 28, "7.38": 26, "5.00": 25}
    fail = {"4.74": 25, "5.23": 29, "2.57": 24, "6.77": 27, "7.01": 29, "3.14": 27, "6.89": 31}
    assert all(ev.counts_compatible(mean, n) for mean, n in fit.items())
    assert not any(ev.counts_compatible(mean, n) for mean, n in {**fail, "0.24": 28}.items())


def test_shared_denominator_with_equal_coefficients() -> None:
    # Pearson (1897), Proc R Soc 60:494: 0.5.
    close(ev.shared_denominator_correlation(0.2, 0.2, 0.2), 0.5, 1e-12)


def test_oldham_null() -> None:
    # Oldham (1962); beside it a simulation of 400,000 pairs of Poisson counts.
    close(ev.baseline_coupling(0, var_base=1, var_follow=1), 0.7071067811865475, 1e-12)
    before, after = np.random.default_rng(1).poisson(100, (2, 400_000))
    close(np.corrcoef(before, before - after)[0, 1], ev.baseline_coupling(0), 0.005)


def test_difference_in_differences() -> None:
    # Card and Krueger by H. Lopes: 0.4666667 - -2.2833333 = 2.75; ours works on logarithms, so the
    # changes enter as logarithms of the exposures of one and the same count.
    found = ev.ratio_of_rate_ratios(
        100,
        100,
        100,
        100,
        exposure_after=math.exp(-0.4666667),
        control_exposure_after=math.exp(2.2833333),
    )
    close(found.log_ratio, 2.75, 1e-6)


def test_simpson_in_the_admissions() -> None:
    # Bickel et al. (1975), R UCBAdmissions (table recalled); through rate_ratio, women over men.
    total = np.array(list(ADMISSIONS.values())).sum(axis=0)
    close([total[0] / total[:2].sum(), total[2] / total[2:].sum()], [0.445, 0.304], 6e-4)

    def women_over_men(row: object) -> float:
        men, no_men, women, no_women = (int(count) for count in row)  # type: ignore[attr-defined]
        ratio = ev.rate_ratio(
            women, men, exposure_after=women + no_women, exposure_before=men + no_men
        ).ratio
        assert ratio is not None
        return ratio

    assert women_over_men(total) < 1
    assert sum(women_over_men(row) > 1 for row in ADMISSIONS.values()) == 4


def test_minimal_detectable_correlation_by_formula() -> None:
    # Own value of the formula; the exact Spearman test needs .973, which stands beside it.
    found = ev.minimal_detectable_correlation(6)
    close(found.correlation, 0.924, 6e-4)
    assert found.simulated == 0.973
    by_formula = [ev.minimal_detectable_correlation(n).correlation for n in (12, 30, 42, 43)]
    close(by_formula, [0.732, 0.492, 0.421, 0.416], 6e-4)
    assert ev.minimal_detectable_correlation(43).simulated == 0.44


def test_baselines_that_published_falls_need() -> None:
    # Falls printed for Cambridgeshire, 2019 to 2023: smallest base at dispersion 1, 2 and 4.
    expected = {
        8.5: (1042, 2038, 4076),
        13: (443, 852, 1703),
        21: (170, 314, 627),
        24: (128, 237, 473),
        26: (106, 200, 399),
        30: (79, 147, 294),
        37: (53, 94, 187),
        52: (25, 44, 88),
    }
    found = {
        fall: tuple(ev.baseline_needed(fall, dispersion=phi) for phi in (1, 2, 4))
        for fall in expected
    }
    assert found == expected


def test_robbery_intervals_at_three_bases() -> None:
    # A fall of 13%: base 200, -29% to +7%; 400, -25% to +0.7% (p .062); 1,000, -21% to -5%.
    small, middle, large = (ev.rate_ratio(count * 87 // 100, count) for count in (200, 400, 1000))
    close([small.change_low_pct, small.change_high_pct], [-29, 7], 0.5)
    close(middle.change_low_pct, -25, 0.5)
    close(middle.change_high_pct, 0.7, 0.05)
    close(middle.p_value, 0.062, 5e-4)
    close([large.change_low_pct, large.change_high_pct], [-21, -5], 0.5)


def test_minimal_detectable_counts() -> None:
    expected = {100: -36, 200: -26, 400: -19, 800: -14, 1600: -10, 5000: -6}
    found = {count: ev.minimal_detectable(count).fall_pct for count in expected}
    assert {count: round(fall or 0) for count, fall in found.items()} == expected
    assert round(ev.minimal_detectable(100, dispersion=2).fall_pct or 0) == -50


def test_the_worst_of_six_identical_districts() -> None:
    # Simulated values: -21.2, -14.9, -11.0, -5.9 at means 20, 50, 100, 400.
    found = [
        ev.regression_to_the_mean([mean] * 6).worst_of_identical_pct for mean in (20, 50, 100, 400)
    ]
    close(found, [-21.2, -14.9, -11.0, -5.9], 0.2)


def test_reoffending_percentage_of_238() -> None:
    found = ev.proportion_interval("92%", 238)
    assert found.counts == (218, 219, 220)
    close([found.low_pct, found.high_pct], [87.4, 95.2], 0.05)


@pytest.mark.parametrize(
    ("harmonics", "expected", "dispersion"),
    [(0, [0.894, 0.838, 0.954], 3.56), (2, [0.885, 0.838, 0.934], 2.26)],
)
def test_interrupted_series_of_the_tutorial(
    harmonics: int, expected: list[float], dispersion: float
) -> None:
    # Rate ratios 0.894 and 0.885 (recalled), recomputed apart from ours with a plain
    # quasi-Poisson model: 0.8944, 0.8851, and 3.559, 2.262.
    pytest.importorskip("statsmodels")
    counts, people = [int(y) for y in EPISODES.split()], [float(y) for y in POPULATION.split()]
    months = [f"{2002 + k // 12}-{k % 12 + 1:02d}" for k in range(59)]
    assert len(counts) == len(people) == 59
    found = ev.interrupted_series(
        counts,
        months,
        first_after="2005-01",
        exposure=people,
        harmonics=harmonics,
        slope=False,
        errors="quasi",
    )
    close([found.level_ratio, found.level_low, found.level_high], expected, 6e-4)
    close(found.dispersion, dispersion, 0.006)
