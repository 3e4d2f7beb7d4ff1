"""Published correlations, exact p values, critical values and adjusted p, each with its source.

The library gives no large-sample p: where a source prints one, its statistic leads there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from pccfunding.permutation import (
    adjusted_p,
    attainable_levels,
    critical_r,
    critical_value,
    leave_one_out,
    null_distribution,
    permutation_test,
)

# scipy, Examples of pearsonr in scipy/stats/_stats_py.py.
SCIPY_SEVEN = ([1, 2, 3, 4, 5, 6, 7], [10, 9, 2.5, 6, 4, 3, 2])
# R, Examples of stats::cor.test; Hollander and Wolfe (1973), p. 187: quality of canned tuna.
TUNA = (
    [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1],
    [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8],
)
# Anscombe (1973), American Statistician 27:17; R, datasets::anscombe (data recalled).
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE_1 = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
ANSCOMBE_3 = [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]
# statsmodels, stats/tests/test_multi.py, res_multtest1: from R's multtest.
MULTTEST = [
    5.23656777208e-05,
    0.00028140506198,
    0.0149877310796,
    0.0202732688798,
    0.177096952723,
    0.642193923795,
    0.680845947633,
    0.71626938238,
    0.838541367553,
    0.967833824309,
]


def statistic(x: Sequence[float], y: Sequence[float], method: str) -> float:
    found = permutation_test(x, y, method=method, resamples=1).statistic
    assert found is not None
    return found


def t_test_p(r: float, n: int) -> float:
    return float(2 * stats.t.sf(abs(r) * math.sqrt((n - 2) / (1 - r * r)), n - 2))


def concordance(x: Sequence[float], y: Sequence[float]) -> float:
    """Turn tau-b back into concordant less discordant pairs."""
    pairs = math.comb(len(x), 2)
    tied = [sum(math.comb(count, 2) for count in Counter(v).values()) for v in (x, y)]
    return statistic(x, y, "kendall") * math.sqrt((pairs - tied[0]) * (pairs - tied[1]))


def normal_z(x: Sequence[float], y: Sequence[float]) -> float:
    """Give the z of Kendall's statistic with the variance corrected for ties."""
    n = len(x)
    counts = [[count for count in Counter(v).values() if count > 1] for v in (x, y)]
    terms = [sum(t * (t - 1) * (2 * t + 5) for t in of) for of in counts]
    pairs = [sum(t * (t - 1) for t in of) for of in counts]
    triples = [sum(t * (t - 1) * (t - 2) for t in of) for of in counts]
    variance = (n * (n - 1) * (2 * n + 5) - sum(terms)) / 18
    variance += pairs[0] * pairs[1] / (2 * n * (n - 1))
    variance += triples[0] * triples[1] / (9 * n * (n - 1) * (n - 2))
    return concordance(x, y) / math.sqrt(variance)


def test_pearson_of_seven() -> None:
    r = statistic(*SCIPY_SEVEN, "pearson")
    assert r == pytest.approx(-0.828503883588428, abs=1e-9)
    assert t_test_p(r, 7) == pytest.approx(0.021280260007523286, abs=1e-9)


def test_exact_pearson_of_seven_by_size() -> None:
    # Enumeration of the 5,040 orders.
    found = permutation_test(*SCIPY_SEVEN, method="pearson", two_sided="abs")
    assert found.p_value == pytest.approx(0.028174603174603175, abs=1e-12)


@pytest.mark.parametrize("rule", ["abs", "double"])
def test_exact_spearman_with_ties(rule: str) -> None:
    # scipy, test_stats.py test_spearmanr_vs_r (cross-checked with R), and spearmanrho Examples.
    found = permutation_test([1, 2, 3, 4, 5], [5, 6, 7, 8, 7], two_sided=rule)
    assert found.p_value == pytest.approx(0.13333333333333333, abs=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "tau", "p"),
    [
        # scipy, test_stats.py TestKendallTau: R, cor.test(x, y, method="kendall", exact=1).
        ([5, 2, 1, 3, 6, 4, 7], [5, 2, 6, 3, 1, 7, 4], -0.14285714286, 0.77261904762),
        (range(10), [0, 2, 1, 3, 4, 6, 5, 7, 8, 9], 0.9111111111111111, 2.97619047619e-05),
    ],
)
def test_exact_kendall(x: Sequence[int], y: Sequence[int], tau: float, p: float) -> None:
    found = permutation_test(x, y, method="kendall")
    assert found.exact
    assert found.statistic == pytest.approx(tau, abs=1e-9)
    assert found.p_value == pytest.approx(p, abs=1e-9)


def test_kendall_with_ties_leads_to_tau_c() -> None:
    # scipy, test_stats.py TestKendallTau, from Kendall (1970): tau-c of 0.825.
    x, y = [1, 2, 2, 4, 4, 6, 6, 8, 9, 9], [1, 2, 4, 4, 4, 4, 8, 8, 8, 10]
    values = min(len(set(x)), len(set(y)))
    tau_c = 2 * values * concordance(x, y) / (len(x) ** 2 * (values - 1))
    assert tau_c == pytest.approx(0.825, abs=1e-9)


def test_kendall_with_ties_leads_to_the_large_sample_p() -> None:
    # scipy, test_kendalltau_ties: R, cor.test(..., method="kendall", exact=FALSE).
    x, y = [12, 2, 1, 12, 2], [1, 4, 7, 1, 0]
    assert statistic(x, y, "kendall") == pytest.approx(-0.47140452079103173, abs=1e-9)
    p = 2 * stats.norm.sf(abs(normal_z(x, y)))
    assert p == pytest.approx(0.2827454599327748, abs=1e-9)


def test_tuna() -> None:
    # The p values are printed in R's documentation; the correlation is recalled, not seen there.
    assert stats.norm.sf(normal_z(*TUNA)) == pytest.approx(0.04765, abs=5e-6)
    exact = permutation_test(*TUNA, method="kendall", alternative="greater")
    assert exact.p_value == pytest.approx(0.05972, abs=5e-6)
    r = statistic(*TUNA, "pearson")
    assert r == pytest.approx(0.5711816, abs=6e-5)
    assert t_test_p(r, 9) == pytest.approx(0.1082, abs=6e-5)


def test_critical_values_of_spearman_at_six() -> None:
    # Printed table, upper tail .10 .05 .025 .01 .005: "6 0.657 0.829 0.886 0.943 1.000 -".
    found = [critical_value(6, alpha=alpha) for alpha in (0.2, 0.1, 0.05, 0.02, 0.01, 0.002)]
    assert found[:5] == pytest.approx([0.657, 0.829, 0.886, 0.943, 1.0], abs=6e-4)
    assert found[5] is None


@pytest.mark.parametrize("n", [4, 5, 6])
def test_smallest_p_without_ties(n: int) -> None:
    # Identity: the perfect order and its reverse among n!.
    expected = pytest.approx(2 / math.factorial(n), abs=1e-12)
    assert permutation_test(range(n), range(n)).min_p == expected
    assert attainable_levels(n)["p_value"].iloc[0] == expected


def test_one_order_alone_attains_the_largest_pearson() -> None:
    # Enumeration: floor 1/720 by size, 2/720 by twice the smaller tail.
    x, y = [1, 2, 4, 8, 16, 32.0], [3, 1, 4, 1.5, 5, 9.2]
    floors = [
        permutation_test(x, y, method="pearson", two_sided=rule).min_p for rule in ("abs", "double")
    ]
    assert floors == [1 / 720, 2 / 720]


def test_kendall_null_at_six() -> None:
    # Identity: Mahonian numbers 1, 5, 14, 29, cumulated and doubled.
    null = null_distribution(range(6), range(6), method="kendall")
    found = [
        null.counts[np.abs(null.values) >= pairs / 15 - 1e-9].sum() for pairs in (15, 13, 11, 9)
    ]
    assert found == [2, 12, 40, 98]


@pytest.mark.parametrize(("n", "r"), [(6, 0.811), (30, 0.361), (45, 0.294)])
def test_critical_values_of_pearson(n: int, r: float) -> None:
    # Larson, Elementary Statistics, Appendix B, Table 11.
    assert critical_r(n, 0.05) == pytest.approx(r, abs=6e-4)


@pytest.mark.parametrize("y", [ANSCOMBE_1, ANSCOMBE_3])
def test_anscombe(y: list[float]) -> None:
    assert statistic(ANSCOMBE_X, y, "pearson") == pytest.approx(0.816, abs=1.1e-3)


def test_anscombe_without_the_outlier_is_a_line() -> None:
    # Identity: the other ten points lie on a line.
    left = leave_one_out(ANSCOMBE_X, ANSCOMBE_3, method="pearson")
    assert left.statistic[2] == pytest.approx(1.0, abs=1e-3)
    assert left.statistic[2] == left.statistic.max()


def test_anscombe_with_one_point_that_varies_is_undefined_without_it() -> None:
    x = [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8]
    y = [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89]
    left = leave_one_out(x, y, method="pearson")
    assert left.undefined.tolist() == [place == 7 for place in range(11)]
    assert left.reasons == ("x is constant without position 7.",)


def test_law_schools() -> None:
    # MATLAB documentation of resampling: rhohat = 0.7764; data of R, bootstrap::law.
    x = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
    y = [3.39, 3.3, 2.81, 3.03, 3.44, 3.07, 3.0, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]
    assert statistic(x, y, "pearson") == pytest.approx(0.7764, abs=1e-4)


def test_benjamini_hochberg_keeps_the_input_order() -> None:
    # scipy documentation of false_discovery_control.
    assert adjusted_p([0.5, 0.6, 0.1, 0.001]) == pytest.approx([0.6, 0.6, 0.2, 0.004], abs=1e-12)


def test_holm_of_multtest() -> None:
    expected = [0.000523656777208, 0.00253264555782, 0.1199018486368, 0.1419128821586] + [1.0] * 6
    assert adjusted_p(MULTTEST, method="holm") == pytest.approx(expected, abs=1e-9)


def test_bonferroni_of_multtest() -> None:
    expected = [0.000523656777208, 0.0028140506197999998, 0.149877310796, 0.202732688798]
    found = adjusted_p(MULTTEST, method="bonferroni")
    assert found == pytest.approx(expected + [1.0] * 6, abs=1e-9)


def test_benjamini_hochberg_over_49_tests_of_six_areas_needs_three_perfect_orders() -> None:
    # Arithmetic: 2/720 <= k * 0.05 / 49 from k = 2.72.
    perfect = 2 / 720
    smallest = {k: adjusted_p([perfect] * k + [1.0] * (49 - k)).min() for k in (2, 3)}
    assert smallest[2] > 0.05 >= smallest[3]
