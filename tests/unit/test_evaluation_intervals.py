from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pccfunding import evaluation as ev
from pccfunding.errors import TableError, UnknownNameError


def test_fisher_z_by_hand() -> None:
    # r = tanh(0.5), n = 28: 0.5 +- 1.96 / 5.
    found = ev.fisher_z_interval(math.tanh(0.5), 28)
    assert found.low == pytest.approx(math.tanh(0.5 - 1.959963984540054 / 5))
    assert found.high == pytest.approx(math.tanh(0.5 + 1.959963984540054 / 5))


def test_bonett_wright_by_hand() -> None:
    found = ev.bonett_wright(0.6, 12, 0.9)
    reach = stats.norm.ppf(0.95) * math.sqrt(1.18 / 9)
    assert found.low == pytest.approx(math.tanh(math.atanh(0.6) - reach))
    assert found.high == pytest.approx(math.tanh(math.atanh(0.6) + reach))
    assert found.confidence_level == 0.9


@pytest.mark.parametrize("method", [ev.fisher_z_interval, ev.bonett_wright])
@pytest.mark.parametrize("r", [1.0, -1.0, 1.0 + 1e-15, -1 + 1e-15])
def test_a_perfect_correlation_has_no_interval(method: object, r: float) -> None:
    found = method(r, 6)  # type: ignore[operator]
    assert found.low is found.high is None
    assert "Fisher z is infinite" in found.text
    assert "there is no 95% interval" in found.text


@pytest.mark.parametrize("method", [ev.fisher_z_interval, ev.bonett_wright])
def test_fewer_than_4_areas_have_no_interval(method: object) -> None:
    assert method(0.5, 3).reason == "3 areas; the formula needs 4"  # type: ignore[operator]
    assert method(0.5, 4).low is not None  # type: ignore[operator]
    with pytest.raises(TableError, match=r"r is 1\.1"):
        method(1.1, 6)  # type: ignore[operator]


def pairs(n: int, seed: int = 5) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(seed)
    x = rng.lognormal(size=n)
    return list(x), list(x + rng.normal(0, 1, n))


@pytest.mark.parametrize("statistic", ["pearson", "spearman"])
def test_bca_agrees_with_scipy(statistic: str) -> None:
    x, y = pairs(43)

    def correlation(a: object, b: object) -> float:
        test = stats.pearsonr if statistic == "pearson" else stats.spearmanr
        return float(test(np.asarray(a), np.asarray(b)).statistic)

    known = stats.bootstrap(
        (x, y),
        correlation,
        paired=True,
        vectorized=False,
        n_resamples=1999,
        method="BCa",
        random_state=np.random.default_rng(1),
    ).confidence_interval
    found = ev.bca_interval(x, y, statistic=statistic)  # type: ignore[arg-type]
    assert found.correlation == pytest.approx(correlation(x, y))
    assert found.low == pytest.approx(known.low, abs=0.06)
    assert found.high == pytest.approx(known.high, abs=0.03)
    assert (found.resamples, found.degenerate) == (9999, 0)


def test_bca_is_not_the_percentile_interval() -> None:
    x, y = pairs(25, seed=11)
    found = ev.bca_interval(x, y)
    rng = np.random.default_rng(0)
    drawn = [np.corrcoef(np.array([x, y])[:, rng.integers(25, size=25)])[0, 1] for _ in range(4000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert abs((found.low or 0) - low) + abs((found.high or 0) - high) > 0.03


def test_bca_is_the_same_each_time_and_differs_by_seed() -> None:
    x, y = pairs(20)
    assert ev.bca_interval(x, y) == ev.bca_interval(x, y)
    assert ev.bca_interval(x, y) != ev.bca_interval(x, y, seed=1)


def test_bca_is_for_20_areas_unless_asked() -> None:
    x, y = pairs(19)
    found = ev.bca_interval(x, y)
    assert found.low is None
    assert found.reason == "19 areas; bootstrap intervals are given for 20 or more"
    assert ev.bca_interval(x, y, allow_small=True).low is not None
    x, y = pairs(20)
    assert ev.bca_interval(x, y).low is not None


def test_bca_without_variation_or_with_perfect_correlation() -> None:
    line = list(range(20))
    flat = ev.bca_interval(line, [1] * 20)
    assert (flat.correlation, flat.reason) == (None, "one side does not vary")
    assert flat.text == "Not estimable: one side does not vary."
    assert "every resample gives the same" in ev.bca_interval(line, line).text
    assert ev.bca_interval([], []).reason == "one side does not vary"


def test_degenerate_resamples_are_counted() -> None:
    found = ev.bca_interval([0] * 19 + [1], list(range(20)))
    # The one that differs is drawn by 1 - (19/20)^20 of the resamples.
    assert found.degenerate == pytest.approx(9999 * 0.95**20, rel=0.05)
    assert found.low is not None


def test_bca_refuses_misuse() -> None:
    with pytest.raises(TableError, match="x holds 2 values and y 1"):
        ev.bca_interval([1, 2], [1])
    with pytest.raises(TableError, match="y is nan"):
        ev.bca_interval([1, 2], [1, math.nan])
    with pytest.raises(UnknownNameError, match="Did you mean 'spearman'"):
        ev.bca_interval([1, 2], [1, 2], statistic="spearmen")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cvs", "simulated"), [((0.2, 0.2, 0.2), 0.5), ((0.3, 0.2, 0.4), 0.72), ((0.1, 0.1, 0.4), 0.94)]
)
def test_shared_denominator(cvs: tuple[float, float, float], simulated: float) -> None:
    x, y, z = cvs
    found = ev.shared_denominator_correlation(*cvs)
    assert found == pytest.approx(z**2 / math.sqrt((x**2 + z**2) * (y**2 + z**2)))
    assert found == pytest.approx(simulated, abs=0.01)


def test_no_shared_denominator_no_correlation() -> None:
    assert ev.shared_denominator_correlation(0.3, 0.2, 0) == 0
    assert ev.shared_denominator_correlation(0, 0, 0.2) == 1
    with pytest.raises(TableError, match="does not vary"):
        ev.shared_denominator_correlation(0, 0.2, 0)
    with pytest.raises(TableError, match="cv_y is -1"):
        ev.shared_denominator_correlation(0.1, -1, 0.2)


@pytest.mark.parametrize("rho", [-0.5, 0, 0.5, 0.98])
def test_baseline_coupling_with_equal_variances(rho: float) -> None:
    assert ev.baseline_coupling(rho) == pytest.approx(math.sqrt((1 - rho) / 2))


def test_baseline_coupling_in_general() -> None:
    rng = np.random.default_rng(2)
    shared = rng.normal(size=200_000)
    before, after = shared + rng.normal(size=200_000), shared * 2
    rho = float(np.corrcoef(before, after)[0, 1])
    found = ev.baseline_coupling(rho, var_base=before.var(), var_follow=after.var())
    assert found == pytest.approx(np.corrcoef(before, before - after)[0, 1], abs=1e-9)
    with pytest.raises(TableError, match="does not vary"):
        ev.baseline_coupling(1)
    with pytest.raises(TableError, match="rho is 2"):
        ev.baseline_coupling(2)
