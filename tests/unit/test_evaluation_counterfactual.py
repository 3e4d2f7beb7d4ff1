from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from pccfunding import evaluation as ev
from pccfunding.errors import TableError

OTHERS = {
    "A": [10, 13, 11, 12, 11, 12],
    "B": [15, 14, 16, 15, 16, 14],
    "C": [12, 12, 13, 11, 12, 13],
    "D": [18, 17, 18, 19, 18, 18],
    "E": [14, 16, 14, 15, 15, 14],
}
AREA = [13, 14, 14, 13, 9, 8]


def test_weights_and_gap_by_hand() -> None:
    # Half of A and half of B run exactly like the area until the last period.
    others = {"A": [10, 12, 11, 12], "B": [20, 22, 21, 22], "C": [30, 28, 29, 30]}
    found = ev.synthetic_control([15, 17, 16, 10], others, n_before=3)
    assert dict(found.weights) == {"A": 0.5, "B": 0.5}
    assert found.gap == pytest.approx(10 - 17)
    assert found.gap_pct == pytest.approx(-100 * 7 / 17)
    assert found.path == pytest.approx((15, 17, 16, 17))
    assert found.error_ratio == math.inf
    assert (found.n_before, found.n_after, found.mean_before) == (3, 1, 16)


def test_weights_minimise_the_gap_on_the_simplex() -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        values = rng.uniform(5, 20, (12, 5))
        found = ev.synthetic_control(
            list(values[:, 0]), {str(k): list(values[:, k]) for k in range(1, 5)}, n_before=9
        )

        def loss(w: object, values: object = values) -> float:
            data = np.asarray(values)[:9]
            return float(((data[:, 0] - data[:, 1:] @ np.asarray(w)) ** 2).sum())

        best = minimize(
            loss,
            np.full(4, 0.25),
            method="SLSQP",
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            options={"ftol": 1e-12, "maxiter": 1000},
        )
        weights = [dict(found.weights).get(str(k), 0.0) for k in range(1, 5)]
        assert sum(weights) == pytest.approx(1)
        assert loss(weights) <= best.fun + 1e-8
        assert found.error_before == pytest.approx(math.sqrt(loss(weights) / 9))


def test_rank_is_among_all_areas_handled_alike() -> None:
    found = ev.synthetic_control(AREA, OTHERS, n_before=4)
    assert (found.rank, found.n_placebos) == (1, 5)
    assert found.p_value == found.min_p == pytest.approx(1 / 6)
    # A placebo has the area itself among its donors.
    rest = {label: series for label, series in OTHERS.items() if label != "A"}
    placebo = ev.synthetic_control(OTHERS["A"], {**rest, "area": AREA}, n_before=4)
    assert dict(found.placebos)["A"] == pytest.approx(placebo.error_ratio)
    table = found.placebo_frame
    assert table["error_ratio"].is_monotonic_decreasing
    assert set(table["area"]) == set(OTHERS)


def test_ties_count_against_the_area() -> None:
    flat = {"A": [1.0, 1.0, 1.0], "B": [1.0, 1.0, 1.0]}
    found = ev.synthetic_control([1.0, 1.0, 1.0], flat, n_before=2)
    assert (found.rank, found.p_value) == (3, 1.0)


def test_text_names_rank_floor_and_that_there_is_no_interval() -> None:
    text = ev.synthetic_control(AREA, OTHERS, n_before=4).text
    assert "ranks 1 of 6 areas (p = 0.167 by placebo rank, n = 6 areas, family of 1" in text
    assert "smallest attainable p 0.167; a rank gives no interval" in text
    assert "no rank can give a p of .05 or less" in text


def test_a_frame_of_donors_is_the_same() -> None:
    by_mapping = ev.synthetic_control(AREA, OTHERS, n_before=4)
    assert ev.synthetic_control(AREA, pd.DataFrame(OTHERS), n_before=4) == by_mapping


@pytest.mark.parametrize(
    ("treated", "donors", "n_before", "reason"),
    [
        (AREA, {"A": OTHERS["A"]}, 4, "1 other area; at least 2 are needed"),
        (AREA, OTHERS, 1, "1 period before and 5 after"),
        (AREA, OTHERS, 6, "6 periods before and 0 after"),
        ([None, *AREA[1:]], OTHERS, 4, "a missing rate is not 0"),
    ],
)
def test_too_little_is_refused_with_a_reason(
    treated: list[float | None], donors: dict[str, list[float]], n_before: int, reason: str
) -> None:
    found = ev.synthetic_control(treated, donors, n_before=n_before)
    assert found.gap is found.p_value is found.rank is None
    assert reason in found.text
    assert found.maryland_level == 0


def test_level_4_needs_a_long_close_fit() -> None:
    rng = np.random.default_rng(0)
    base = rng.uniform(95, 105, (14, 4))
    donors = {str(k): list(base[:, k]) for k in range(4)}
    near = base[:, :3].mean(axis=1) + rng.normal(0, 0.5, 14)
    assert ev.synthetic_control(list(near), donors, n_before=12).maryland_level == 4
    assert ev.synthetic_control(list(near), donors, n_before=9).maryland_level == 3
    far = ev.synthetic_control(list(near / 2), donors, n_before=12)
    assert far.maryland_level == 2
    assert "poor-pre-fit" in far.cautions


def test_misuse_is_named() -> None:
    with pytest.raises(TableError, match=r"have \[5, 6\] values"):
        ev.synthetic_control(AREA[:5], OTHERS, n_before=4)
    with pytest.raises(TableError, match="a rate is inf"):
        ev.synthetic_control([math.inf, *AREA[1:]], OTHERS, n_before=4)
    with pytest.raises(TableError, match="same label"):
        ev.synthetic_control(AREA, {"1": OTHERS["A"], 1: OTHERS["B"]}, n_before=4)  # type: ignore[dict-item]


def forces(seed: int, *, halved: bool, before: int = 8) -> list[list[float]]:
    """Forty-three courses of three common movements; the first is halved afterwards."""
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.03, (before + 4, 3)), axis=0)
    rates = np.exp(
        rng.normal(2, 0.3, 43)
        + common @ rng.normal(0, 1, (43, 3)).T
        + rng.normal(0, 0.03, (before + 4, 43))
    )
    if halved:
        rates[before:, 0] /= 2
    courses: list[list[float]] = rates.T.tolist()
    return courses


def of_forces(courses: list[list[float]], before: int = 8) -> ev.SyntheticControl:
    named = {str(k): one for k, one in enumerate(courses[1:])}
    return ev.synthetic_control(courses[0], named, n_before=before)


@pytest.mark.slow
def test_with_more_donors_than_earlier_periods_a_halving_is_still_found() -> None:
    found = [of_forces(forces(seed, halved=True)) for seed in range(6)]
    nothing = [of_forces(forces(seed, halved=False)) for seed in range(6)]
    for one in found:
        assert ("perfect-pre-fit" in one.cautions) is (one.ranked_by == "error left out")
        assert one.maryland_level == (2 if "poor-pre-fit" in one.cautions else 3)
    assert {one.maryland_level for one in found} == {2, 3}
    assert sum(one.ranked_by == "error left out" for one in found) >= 3
    p_values = [one.p_value or 0 for one in found]
    assert np.median(p_values) == pytest.approx(1 / 43)
    assert sum(one < 0.1 for one in p_values) >= 5
    assert np.median([one.p_value or 0 for one in nothing]) > 0.2


def test_error_left_out_by_hand() -> None:
    courses = np.random.default_rng(2).uniform(95, 105, (6, 14)).tolist()
    named = dict(zip("ABCDE", courses[1:], strict=True))
    found = ev.synthetic_control(courses[0], named, n_before=12)
    gaps = []
    for k in range(12):
        order = [*(j for j in range(12) if j != k), k]
        part = ev.synthetic_control(
            [courses[0][j] for j in order],
            {name: [one[j] for j in order] for name, one in named.items()},
            n_before=11,
        )
        assert part.penalty == 0
        gaps.append(part.gap or 0)
    assert found.error_left_out == pytest.approx(math.sqrt(np.mean(np.square(gaps))))


def test_without_a_perfect_fit_areas_are_ranked_by_the_error_before() -> None:
    courses = np.random.default_rng(2).uniform(95, 105, (6, 14)).tolist()
    named = dict(zip("ABCDE", courses[1:], strict=True))
    found = ev.synthetic_control(courses[0], named, n_before=12)
    assert found.ranked_by == "error before"
    assert found.penalty == 0
    assert found.error_ratio == pytest.approx((found.error_after or 0) / (found.error_before or 1))
    # A twin of one of the others is fitted perfectly, and then all are ranked the other way.
    twin = ev.synthetic_control(courses[0], named | {"F": courses[1]}, n_before=12)
    assert twin.ranked_by == "error left out"
    assert twin.error_ratio == pytest.approx((twin.error_after or 0) / (twin.error_left_out or 1))


def test_more_than_ten_donors_for_each_earlier_period_are_refused() -> None:
    rng = np.random.default_rng(0)
    many = {str(k): rng.uniform(5, 9, 4).tolist() for k in range(31)}
    found = ev.synthetic_control([6, 7, 6, 7], many, n_before=3)
    assert found.gap is None
    assert "31 other areas for 3 earlier periods; at most 10 for each" in found.text
    del many["0"]
    assert ev.synthetic_control([6, 7, 6, 7], many, n_before=3).gap is not None
