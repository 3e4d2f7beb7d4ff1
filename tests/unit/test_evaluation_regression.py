"""The return to the mean as earlier years tell it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from pccfunding import evaluation as ev
from pccfunding.errors import TableError

YEARS = [[31, 18, 11, 20], [28, 22, 9, 19], [33, 19, 12, 21]]
BASE = [30, 20, 10, 20]


def centred(counts: list[int]) -> npt.NDArray[np.float64]:
    rates = np.log(np.array(counts) + 0.5)
    found: npt.NDArray[np.float64] = rates - rates.mean()
    return found


@pytest.mark.parametrize("lag", [1, 2])
def test_expectation_of_earlier_years_by_hand(lag: int) -> None:
    found = ev.regression_to_the_mean(BASE, labels="ABCD", earlier=YEARS, lag=lag)
    years = [centred(one) for one in (*YEARS, BASE)]
    pairs = list(zip(years[:-lag], years[lag:], strict=True))
    r = np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs])
    change = (r - 1) * years[-1][0]
    assert found.method == "earlier years"
    assert found.correlation == pytest.approx(r)
    assert found.expected_change_pct == pytest.approx(100 * math.expm1(change))
    assert found.expected_count == pytest.approx(30 * math.exp(change))
    moved = [(other - one)[np.argmax(one)] for one, other in pairs]
    assert found.highest_cases == len(pairs)
    assert found.highest_change_pct == pytest.approx(100 * math.expm1(float(np.mean(moved))))
    assert found.expected_low_pct is not None
    assert found.expected_high_pct is not None
    assert found.expected_low_pct < found.expected_change_pct < found.expected_high_pct
    assert found.by_dispersion.empty
    assert "poisson-only" not in found.cautions
    ahead = "a year later" if lag == 1 else "2 years later"
    assert f"would be expected {ahead}" in found.text


def test_fewer_than_three_earlier_years_leave_counting_noise_only() -> None:
    two = ev.regression_to_the_mean(BASE, labels="ABCD", earlier=YEARS[1:])
    assert two.method == "counting noise"
    assert two.expected_change_pct == ev.regression_to_the_mean(BASE).expected_change_pct
    assert "poisson-only" in two.cautions
    table = two.by_dispersion
    assert table["dispersion"].tolist() == [1, 2, 4]
    for phi, pct in zip(table["dispersion"], table["expected_change_pct"], strict=True):
        given = ev.regression_to_the_mean(BASE, dispersion=phi)
        assert pct == pytest.approx(given.expected_change_pct)
        assert "poisson-only" not in given.cautions
        assert given.by_dispersion.empty
    assert "at dispersion 2 and" in two.text
    # Four years leave one pair three years apart, which cannot tell its own scatter.
    assert ev.regression_to_the_mean(BASE, earlier=YEARS, lag=3).method == "counting noise"
    assert ev.regression_to_the_mean(BASE, earlier=YEARS, lag=2).method == "earlier years"


def lasting(seed: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Forty areas whose rates wander by a lasting shock a year, and what was counted of them."""
    rng = np.random.default_rng(seed)
    level, shock = rng.normal(0, 0.2, 40), np.zeros((6, 40))
    for year in range(1, 6):
        shock[year] = 0.7 * shock[year - 1] + rng.normal(0, 0.08, 40)
    rates = level + shock
    return rates, rng.poisson(20_000 * np.exp(rates))


def test_shocks_that_last_are_expected_and_noise_alone_misses_them() -> None:
    own, noise, held = [], [], []
    for seed in range(40):
        _, counts = lasting(seed)
        base, after = counts[4].tolist(), counts[5]
        years = [one.tolist() for one in counts[:4]]
        k = int(np.argmax(counts[4]))
        course = np.log(after).mean() - np.log(counts[4]).mean()
        moved = math.log(after[k] / counts[4][k]) - course
        told = ev.regression_to_the_mean(base, earlier=years)
        alone = ev.regression_to_the_mean(base)
        assert told.expected_change_pct is not None
        assert told.expected_low_pct is not None
        assert told.expected_high_pct is not None
        assert alone.expected_change_pct is not None
        own.append(moved - math.log1p(told.expected_change_pct / 100))
        noise.append(moved - math.log1p(alone.expected_change_pct / 100))
        held.append(told.expected_low_pct <= 100 * math.expm1(moved) <= told.expected_high_pct)
    assert abs(np.mean(own)) < 0.6 * abs(np.mean(noise))
    assert np.mean(np.square(own)) < np.mean(np.square(noise))
    # The picked area is the one that was pushed up, so that 95% of all areas is a little less.
    assert 0.8 <= np.mean(held) <= 1


def test_areas_that_are_missing_in_a_year_are_left_out_and_named() -> None:
    years = [[*one, 25] for one in YEARS]
    years[1][4] = None  # type: ignore[call-overload]
    found = ev.regression_to_the_mean([*BASE, 24], labels="ABCDE", earlier=years)
    assert found.dropped == ("E",)
    assert found.correlation == ev.regression_to_the_mean(BASE, earlier=YEARS).correlation


def test_exposure_of_earlier_years_is_used() -> None:
    people = [1000.0] * 4
    same = ev.regression_to_the_mean(BASE, exposure=people, earlier=YEARS)
    half = [[2 * one for one in year] for year in YEARS]
    scaled = ev.regression_to_the_mean(
        BASE, exposure=people, earlier=half, earlier_exposure=[[2000.0] * 4] * 3
    )
    assert scaled.correlation == pytest.approx(same.correlation, abs=0.01)
    assert same.n_earlier == 3


def test_a_sentence_about_the_mean_is_short() -> None:
    for found in (
        ev.regression_to_the_mean(BASE, earlier=YEARS, count_after=28),
        ev.regression_to_the_mean(BASE, count_after=28),
    ):
        assert len(found.text.split()) <= 70, found.text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"earlier": [[1, 2, 3]] * 3}, r"has 4 areas and earlier years have \[3\]"),
        ({"earlier": YEARS, "earlier_exposure": [[1] * 4]}, "3 earlier years of counts and 1"),
        ({"earlier": YEARS, "lag": 0}, "lag is 0"),
    ],
)
def test_misuse_of_earlier_years_is_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(TableError, match=words):
        ev.regression_to_the_mean(BASE, **options)  # type: ignore[arg-type]
