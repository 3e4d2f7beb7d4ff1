"""The small tests of two counts and of a proportion."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from pccfunding import evaluation as ev
from pccfunding.errors import UnknownNameError


def test_one_sided_p_by_hand() -> None:
    # Given 8 events in all and equal exposures: 2 or fewer of 8 is (1 + 8 + 28) / 256.
    found = ev.rate_ratio(2, 6)
    assert found.p_fall == pytest.approx(37 / 256)
    assert found.p_rise == pytest.approx(1 - 9 / 256)
    assert found.p_value == pytest.approx(2 * 37 / 256)
    twice = ev.rate_ratio(2, 6, exposure_after=2)
    assert twice.p_fall == pytest.approx(stats.binom.cdf(2, 8, 2 / 3))
    swapped = ev.rate_ratio(6, 2)
    assert (swapped.p_rise, swapped.p_fall) == (
        pytest.approx(found.p_fall),
        pytest.approx(found.p_rise),
    )
    assert ev.rate_ratio(None, 6).p_fall is ev.rate_ratio(0, 0).p_rise is None


def test_e_test_of_krishnamoorthy_and_thomson() -> None:
    # Krishnamoorthy and Thomson (2004), as in apwheele/ptools test-etest.R: 0.1749.
    assert ev.rate_ratio(6, 2).e_test_p == pytest.approx(0.1749, abs=5e-5)
    assert ev.rate_ratio(2, 6).e_test_p == pytest.approx(0.1749, abs=5e-5)
    assert ev.rate_ratio(5, 5).e_test_p == pytest.approx(1, abs=1e-4)
    assert ev.rate_ratio(10_001, 10_000).e_test_p is None
    assert ev.rate_ratio(10_000, 10_000).e_test_p is not None
    assert ev.rate_ratio(None, 6).e_test_p is None


@pytest.mark.parametrize(
    ("after", "over", "before", "under"), [(60, 51477.5, 30, 54308.7), (3, 2, 9, 1), (0, 1, 7, 3)]
)
def test_e_test_is_that_of_statsmodels(after: int, over: float, before: int, under: float) -> None:
    rates = pytest.importorskip("statsmodels.stats.rates")
    theirs = rates.test_poisson_2indep(
        after, over, before, under, method="etest-wald", compare="diff"
    )
    found = ev.rate_ratio(after, before, exposure_after=over, exposure_before=under)
    assert found.e_test_p == pytest.approx(theirs.pvalue, abs=2e-4)


def test_e_value_of_the_paper() -> None:
    # VanderWeele and Ding (2017): a risk ratio of 3.9 with 95% interval 1.8 to 8.7 has E-values of
    # 7.26 and 3.0 (recalled); here by their formula.
    found = ev.rate_ratio(39, 10)
    assert found.e_value == pytest.approx(3.9 + math.sqrt(3.9 * 2.9))
    assert found.e_value == pytest.approx(7.26, abs=0.005)
    assert found.low is not None
    assert found.e_value_interval == pytest.approx(
        found.low + math.sqrt(found.low * (found.low - 1))
    )
    fall = ev.rate_ratio(10, 39)
    assert fall.e_value == pytest.approx(found.e_value)
    assert fall.e_value_interval == pytest.approx(found.e_value_interval)
    assert ev.rate_ratio(10, 9).e_value_interval == 1
    assert ev.rate_ratio(0, 9).e_value == math.inf
    assert ev.rate_ratio(None, 9).e_value is ev.rate_ratio(None, 9).e_value_interval is None


def test_clopper_pearson_is_exact() -> None:
    found = ev.proportion_interval(81, 263, method="clopper-pearson")
    # Newcombe (1998), Stat Med 17:857, Table I: 0.2527 to 0.3676 (recalled).
    assert found.low_pct == pytest.approx(25.27, abs=0.01)
    assert found.high_pct == pytest.approx(36.76, abs=0.01)
    assert "(Clopper-Pearson, exact)" in found.text
    assert found.low_pct is not None
    assert found.high_pct is not None
    assert stats.binom.sf(80, 263, found.low_pct / 100) == pytest.approx(0.025)
    assert stats.binom.cdf(81, 263, found.high_pct / 100) == pytest.approx(0.025)
    for count, end in ((0, "low_pct"), (10, "high_pct")):
        edge = ev.proportion_interval(count, 10, method="clopper-pearson")
        assert getattr(edge, end) == 10 * count
    wilson = ev.proportion_interval("92%", 238)
    exact = ev.proportion_interval("92%", 238, method="clopper-pearson")
    assert (wilson.method, exact.method) == ("wilson", "clopper-pearson")
    assert (exact.low_pct or 0) < (wilson.low_pct or 0)
    with pytest.raises(UnknownNameError, match="Did you mean 'wilson'"):
        ev.proportion_interval(1, 10, method="wilsn")  # type: ignore[arg-type]
