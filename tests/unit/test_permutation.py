"""Correlations by reordering: hand-worked values, ties, floors, refusals, cautions, words."""

from __future__ import annotations

import copy
import math
import pickle
import sys
import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest

from pccfunding.errors import TableError, UnknownNameError
from pccfunding.permutation import (
    adjusted_p,
    attainable_levels,
    critical_r,
    critical_value,
    leave_one_out,
    leave_one_out_family,
    null_distribution,
    permutation_family,
    permutation_test,
)
from pccfunding.permutation.orders import orders

# A room of these names serves the calls; their files are looked up by their whole names.
draws_room = sys.modules["pccfunding.permutation.orders"]
products_room = sys.modules["pccfunding.permutation.permutation_family"]

SKEWED = ([1, 2, 4, 8, 16, 32], [3, 1, 4, 1.5, 5, 9.2])
PERFECT = (list(range(6)), list(range(6)))


def series(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


# One pair, every order counted


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_a_perfect_order_of_four_has_p_of_one_twelfth(method: str) -> None:
    found = permutation_test([1, 2, 3, 4], [10, 20, 30, 40], method=method)
    assert found.statistic == pytest.approx(1)
    assert (found.p_value, found.min_p) == (2 / 24, 2 / 24)
    assert (found.n, found.exact, found.resamples) == (4, True, 24)
    assert found.cautions == ("floor-above-05",)


@pytest.mark.parametrize(
    ("n", "method", "first"),
    [
        (4, "spearman", [2 / 24, 8 / 24]),
        (5, "spearman", [2 / 120, 10 / 120]),
        (6, "spearman", [2 / 720, 12 / 720, 24 / 720, 42 / 720]),
        (6, "kendall", [2 / 720, 12 / 720, 40 / 720, 98 / 720]),
        (7, "spearman", [2 / 5040, 14 / 5040]),
    ],
)
def test_the_only_p_values_that_few_areas_can_give(n: int, method: str, first: list[float]) -> None:
    found = permutation_test(range(n), range(n), method=method)
    assert list(found.attainable[: len(first)]) == first
    assert found.min_p == first[0]
    assert found.p_value == first[0]
    assert found.attainable[-1] == 1


def test_the_two_rules_can_give_opposite_verdicts() -> None:
    double = permutation_test(*SKEWED, method="pearson")
    by_size = permutation_test(*SKEWED, method="pearson", two_sided="abs")
    assert double.statistic == by_size.statistic == pytest.approx(0.898, abs=5e-4)
    assert (double.p_value, by_size.p_value) == (42 / 720, 21 / 720)
    assert (double.min_p, by_size.min_p) == (2 / 720, 1 / 720)


def test_ties_raise_the_floor() -> None:
    # One funded area of six: its rank can stand in six places only.
    found = permutation_test([0, 0, 0, 0, 0, 1], [1, 2, 3, 4, 5, 6])
    assert (found.p_value, found.min_p) == (2 / 6, 2 / 6)
    assert found.attainable == (2 / 6, 4 / 6, 1.0)
    assert found.cautions == ("floor-above-05",)


def test_one_sided_tests_look_at_one_tail() -> None:
    greater = permutation_test(*PERFECT, alternative="greater")
    less = permutation_test(*PERFECT, alternative="less")
    assert (greater.p_value, less.p_value) == (1 / 720, 1.0)
    assert greater.min_p == less.min_p == 1 / 720


def test_two_areas_prove_nothing() -> None:
    found = permutation_test([1, 2], [3, 4])
    assert (found.p_value, found.min_p, found.attainable) == (1.0, 1.0, (1.0,))


def test_numbers_that_differ_by_rounding_only_tie() -> None:
    assert 0.1 + 0.2 != 0.3
    rounded = permutation_test([0.3, 0.1 + 0.2, 1, 2], [1, 2, 3, 4])
    tied = permutation_test([0.3, 0.3, 1, 2], [1, 2, 3, 4])
    assert rounded.statistic == tied.statistic
    assert rounded.attainable == tied.attainable


def test_kendall_without_ties_is_counted_up_to_twenty_areas() -> None:
    y = [1, 0, *range(2, 20)]
    found = permutation_test(range(20), y, method="kendall")
    assert found.exact
    assert found.resamples == math.factorial(20)
    assert found.statistic == 188 / 190
    assert found.p_value == 2 * (1 + 19) / math.factorial(20)
    assert found.cautions == ()
    assert not permutation_test(range(21), range(21), method="kendall").exact
    assert not permutation_test([0, *range(19)], y, method="kendall").exact


def test_the_null_distribution_counts_each_value_once() -> None:
    null = null_distribution([1, 2, 2], [1, 2, 3], method="kendall")
    assert null.values.tolist() == pytest.approx([-2 / math.sqrt(6), 0, 2 / math.sqrt(6)])
    assert null.counts.tolist() == [2, 2, 2]
    assert null.frame["orders"].sum() == 6
    assert null_distribution(*SKEWED, method="pearson").counts.sum() == 720


# One pair, random orders


def test_random_orders_are_used_above_nine_areas() -> None:
    x, y = series(2, 43)
    found = permutation_test(x, y)
    assert (found.exact, found.resamples, found.attainable) == (False, 9_999, ())
    assert found.cautions == ("monte-carlo",)
    assert found.p_value is not None
    assert (found.p_value * 10_000) == pytest.approx(round(found.p_value * 10_000))


def test_few_resamples_are_used_where_there_are_more_orders() -> None:
    x, y = series(2, 7)
    assert permutation_test(x, y, resamples=5_040).exact
    drawn = permutation_test(x, y, resamples=5_039)
    assert (drawn.exact, drawn.resamples) == (False, 5_039)


def test_the_observed_order_is_one_of_the_random_ones() -> None:
    x = np.arange(30.0)
    assert permutation_test(x, x, resamples=99).p_value == 2 / 100
    assert permutation_test(x, x, resamples=99, two_sided="abs").p_value == 1 / 100
    assert permutation_test(x, x, resamples=99, alternative="greater").p_value == 1 / 100
    assert permutation_test(x, x, resamples=99, alternative="less").p_value == 1.0
    assert null_distribution(x, x, resamples=99).counts.sum() == 100


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_one_funded_area_of_43_cannot_reach_a_small_p(method: str) -> None:
    funded = [0.0] * 42 + [1.0]
    found = permutation_test(funded, range(43), method=method, resamples=99_999)
    assert found.min_p == 2 / 43
    assert found.p_value is not None
    assert found.p_value >= 2 / 43
    assert found.cautions == ("monte-carlo",)
    many = permutation_test(funded, range(43), method=method, two_sided="abs", resamples=999)
    # The funded area first and the funded area last are of one size.
    assert many.min_p == 2 / 43


def test_each_tail_has_its_own_floor() -> None:
    funded, crime = [0.0] * 42 + [1.0], [*range(41), 41, 41]
    floors = {
        rule: permutation_test(funded, crime, resamples=999, **{name: rule}).min_p
        for name, rules in (("alternative", ("greater", "less")), ("two_sided", ("double", "abs")))
        for rule in rules
    }
    # Two areas share the most crime and one has the least, which lies farther out.
    assert floors == {"greater": 2 / 43, "less": 1 / 43, "double": 2 / 43, "abs": 1 / 43}


def test_few_draws_raise_the_floor() -> None:
    x = np.arange(30.0)
    floors = {
        name: permutation_test(x, x, resamples=99, **options).min_p
        for name, options in {
            "double": {},
            "abs": {"two_sided": "abs"},
            "greater": {"alternative": "greater"},
        }.items()
    }
    assert floors == {"double": 2 / 100, "abs": 1 / 100, "greater": 1 / 100}
    assert permutation_family([x], [x], resamples=99).min_p == [[2 / 100]]


def test_the_same_seed_gives_the_same_p_and_another_seed_another() -> None:
    x, y = series(2, 43, seed=5)
    first = permutation_test(x, y)
    assert permutation_test(x, y) == first
    assert permutation_test(x, y, seed=1).p_value != first.p_value


def test_a_seed_means_the_same_on_every_machine() -> None:
    # Stored when written: a change of the stream of draws changes published p values.
    x, y = np.arange(12) % 5, np.arange(12) ** 2 % 7
    assert permutation_test(x, y, resamples=999, seed=3).p_value == 0.62


@pytest.mark.parametrize(("n", "draws"), [(10, 20_000), (43, 20_000), (600, 3_000)])
def test_random_orders_are_uniform(n: int, draws: int) -> None:
    drawn = np.concatenate(list(orders(n, draws, 0))).astype(int)
    assert len(drawn) == draws
    assert (np.sort(drawn, axis=1) == np.arange(n)).all()
    for place in (0, 1, n // 2, n - 1):
        # Where a value stands, and whether the value one higher stands behind it.
        where = (drawn == place).argmax(axis=1)
        next_one = (drawn == (place + 1) % n).argmax(axis=1)
        counts = np.bincount(where * 5 // n, minlength=5)
        expected = np.bincount(np.arange(n) * 5 // n) * draws / n
        assert ((counts - expected) ** 2 / expected).sum() < 28.5  # upper 1e-5, four degrees
        assert abs((next_one > where).mean() - 0.5) < 4.4 * 0.5 / math.sqrt(draws)


@pytest.mark.parametrize("place_bits", [2, 30])
def test_orders_of_three_are_equally_frequent(
    monkeypatch: pytest.MonkeyPatch, place_bits: int
) -> None:
    # With 30 bits for the place two are left for the key: most rows are drawn again.
    monkeypatch.setattr(draws_room, "_place_bits", lambda n: place_bits)
    drawn = np.concatenate([block for seed in range(1_000) for block in orders(3, 5, seed)])
    codes, counts = np.unique(drawn @ np.array([9, 3, 1], np.uint32), return_counts=True)
    assert len(codes) == 6
    expected = len(drawn) / 6
    assert ((counts - expected) ** 2 / expected).sum() < 20.5  # upper 0.001, five degrees


# Families


def test_a_family_gives_each_pair_the_p_of_its_own_test() -> None:
    for n, resamples in ((6, None), (9, None), (43, 999)):
        x, y = series(3, n), series(2, n, seed=1)
        for method, rule in product(("spearman", "pearson"), ("double", "abs")):
            family = permutation_family(
                x, y, method=method, two_sided=rule, resamples=resamples, seed=4
            )
            for i, j in product(range(3), range(2)):
                alone = permutation_test(
                    x[i], y[j], method=method, two_sided=rule, resamples=resamples, seed=4
                )
                assert family.statistic[i, j] == pytest.approx(alone.statistic, abs=1e-12)
                assert family.p_value[i, j] == alone.p_value
                assert family.min_p[i, j] == alone.min_p
            assert (family.exact, family.resamples) == (alone.exact, alone.resamples)


def test_a_perfect_order_among_eight_outcomes() -> None:
    # Eight orders none of which is another or its reverse: any of the eight, either way.
    spend = [[0, 1, 2, 3, 4, 5]]
    falls = [
        [0, 1, 2, 3, 4, 5],
        [1, 0, 2, 3, 4, 5],
        [0, 2, 1, 3, 4, 5],
        [0, 1, 3, 2, 4, 5],
        [2, 1, 0, 3, 4, 5],
        [0, 1, 4, 3, 2, 5],
        [3, 1, 2, 0, 4, 5],
        [0, 4, 2, 3, 1, 5],
    ]
    family = permutation_family(spend, falls)
    assert family.p_value[0, 0] == 2 / 720
    assert family.p_max_t is not None
    assert family.p_max_t[0, 0] == 16 / 720
    assert family.size == 8


def test_a_perfect_order_among_fifty_six_pairs_is_no_finding() -> None:
    rng = np.random.default_rng(2)
    spend = np.array([rng.permutation(6) for _ in range(7)])
    falls = np.array([rng.permutation(6) for _ in range(8)])
    falls[0] = spend[0]
    family = permutation_family(spend, falls)
    assert family.p_max_t is not None
    assert family.p_value[0, 0] == 2 / 720
    assert 0.10 < family.p_max_t[0, 0] < 0.16


def test_max_t_of_random_orders_counts_the_observed_order() -> None:
    x, y = series(2, 12), series(3, 12, seed=1)
    x[0] = y[0] = np.arange(12.0)
    family = permutation_family(x, y, method="pearson", two_sided="abs", resamples=99, seed=8)
    assert family.p_max_t is not None
    assert family.p_max_t[0, 0] == 1 / 100
    drawn = np.concatenate(list(orders(12, 99, 8)))
    largest = [np.abs(np.corrcoef(x[:, order], y)[:2, 2:]).max() for order in drawn]
    reached = [np.sum(largest >= abs(value) - 1e-9) for value in family.statistic.ravel()]
    assert family.p_max_t.ravel().tolist() == [(count + 1) / 100 for count in reached]


def test_a_constant_series_is_marked_and_leaves_the_others_alone() -> None:
    x, y = series(2, 6), series(3, 6, seed=1)
    whole = permutation_family(x, y)
    x_more, y_more = np.insert(x, 1, 7.0, axis=0), np.insert(y, 0, 0.0, axis=0)
    family = permutation_family(x_more, y_more)
    kept = np.ix_([0, 2], [1, 2, 3])
    assert family.undefined.tolist() == [[True] + [False] * 3, [True] * 4, [True] + [False] * 3]
    for name in ("statistic", "p_value", "p_max_t", "min_p"):
        assert (getattr(family, name)[kept] == getattr(whole, name)).all()
        assert np.isnan(getattr(family, name)[family.undefined]).all()
    assert family.cautions == ("constant",)
    assert family.size == 6


def test_a_family_of_constants_is_a_result() -> None:
    family = permutation_family([[1, 1, 1]], [[1, 2, 3]])
    assert family.cautions == ("constant",)
    assert family.text.startswith("None of 1 pairs over 3 areas has a correlation.")


def test_max_t_is_given_on_request() -> None:
    family = permutation_family(series(2, 6), series(2, 6, seed=1), max_t=False)
    assert family.p_max_t is None
    assert "p_max_t" not in family.frame
    assert "max-T" not in family.text


def test_single_and_double_precision_count_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    tied = np.random.default_rng(0).integers(0, 4, size=(3, 12))
    cases = [(series(3, 12), series(2, 12, seed=1)), (tied, tied[:2, ::-1])]
    for (x, y), method, rule in product(cases, ("spearman", "pearson"), ("double", "abs")):
        settings: dict[str, Any] = {"method": method, "two_sided": rule, "resamples": 2_001}
        single = permutation_family(x, y, **settings)
        with monkeypatch.context() as patch:
            patch.setattr(products_room, "_SINGLE_FROM", 10**6)
            double = permutation_family(x, y, **settings)
        assert (single.p_value == double.p_value).all()
        assert single.p_max_t is not None
        assert double.p_max_t is not None
        assert (single.p_max_t == double.p_max_t).all()


@pytest.mark.parametrize(
    ("n", "method", "single"),
    [
        (7, "pearson", False),
        (8, "pearson", True),
        (8, "spearman", True),
        # Products of ranks, (n**3 - n) / 3 at most, are exact below 2**23.
        (293, "spearman", True),
        (294, "spearman", False),
        (294, "pearson", True),
    ],
)
def test_single_precision_comes_first_where_it_is_exact_or_settled(
    n: int, method: str, single: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Seen(products_room._Comparison):  # type: ignore[misc, name-defined]
        def __init__(self, of: Any, dtype: Any, **how: Any) -> None:
            made.append(dtype)
            super().__init__(of, dtype, **how)

    monkeypatch.setattr(products_room, "_Comparison", Seen)
    x, y = series(2, n)
    permutation_family([x], [y], method=method, resamples=16)
    assert made == [np.float64, np.float32][: 1 + single]


def test_doubtful_orders_are_settled_in_double_precision() -> None:
    # Two values that single precision cannot tell apart make every order doubtful.
    x = np.arange(43.0)[None]
    y = np.zeros((1, 43))
    y[0, :2] = 1, 1 + 1e-9
    family = permutation_family(x, y, method="pearson", resamples=4_999)
    alone = permutation_test(x[0], y[0], method="pearson", resamples=4_999)
    assert family.p_value[0, 0] == alone.p_value


def test_products_are_small_enough_for_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    matmul = np.matmul

    def watched(a: Any, b: Any, **options: Any) -> Any:
        sizes.append((a.shape[0] * a.shape[1] * b.shape[1], 1 in (a.shape[0], b.shape[1])))
        return matmul(a, b, **options)

    monkeypatch.setattr(products_room.np, "matmul", watched)
    for k_x, k_y, n in ((8, 15, 43), (1, 1, 43), (30, 90, 43), (2, 700, 60), (1, 3, 2_000)):
        permutation_family(series(k_x, n), series(k_y, n, seed=1), resamples=20, method="pearson")
    assert sizes
    assert all(size <= (8_192 if thin else 262_144) for size, thin in sizes)


def test_extra_memory_stays_under_ten_megabytes() -> None:
    x, y = series(8, 43), series(15, 43, seed=1)
    permutation_family(x, y, resamples=2_000)
    tracemalloc.start()
    permutation_family(x, y, resamples=50_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


# Leaving one area out


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_leaving_out_agrees_with_the_test_of_the_rest(method: str) -> None:
    rng = np.random.default_rng(3)
    for x, y in ((rng.normal(size=7), rng.normal(size=7)), ([1, 1, 2, 5, 5], [0, 3, 3, 1, 9])):
        left = leave_one_out(x, y, method=method)
        assert not left.undefined.any()
        for area, value in enumerate(left.statistic):
            rest = permutation_test(np.delete(x, area), np.delete(y, area), method=method)
            assert value == pytest.approx(rest.statistic, abs=1e-12)


@pytest.mark.parametrize("method", ["spearman", "kendall", "pearson"])
def test_what_is_left_constant_is_undefined_with_a_reason(method: str) -> None:
    left = leave_one_out([3, 3, 3, 9], [1, 2, 3, 4], method=method)
    assert left.undefined.tolist() == [False, False, False, True]
    assert left.reasons == ("x is constant without position 3.",)
    assert np.isnan(left.statistic).tolist() == [False, False, False, True]
    assert left.frame["undefined"].sum() == 1
    all_left = leave_one_out([1, 1, 1], [1, 2, 3], method=method)
    assert all_left.undefined.all()
    assert len(all_left.reasons) == 3
    assert leave_one_out([1, 2], [3, 4], method=method).undefined.all()


def test_a_family_names_the_series_that_is_left_constant() -> None:
    left = leave_one_out_family([[1, 2, 3, 4], [0, 0, 5, 0]], [[1, 2, 4, 8]])
    assert left.statistic.shape == (2, 1, 4)
    assert left.reasons == ("x series 1 is constant without position 2.",)
    assert left.undefined.sum() == 1
    assert left.frame.loc[left.frame["undefined"], ["x", "y", "position"]].values.tolist() == [
        [1, 0, 2]
    ]


def test_an_area_that_holds_nearly_all_variation_loses_no_digits() -> None:
    from scipy.stats import pearsonr

    x, y = series(2, 20)
    x[4], y[4], y[7] = 1e9, -1e7, 3e8
    left = leave_one_out(x, y, method="pearson")
    for area, value in enumerate(left.statistic):
        rest = pearsonr(np.delete(x, area), np.delete(y, area)).statistic
        assert value == pytest.approx(rest, abs=1e-12)


# Levels


def test_critical_values_of_rank_correlations() -> None:
    levels = [critical_value(6, alpha=alpha) for alpha in (0.2, 0.1, 0.05, 0.02, 0.01)]
    assert levels == pytest.approx([23 / 35, 29 / 35, 31 / 35, 33 / 35, 1])
    assert critical_value(6, alpha=24 / 720) == 31 / 35
    assert critical_value(6, alpha=24 / 720 - 1e-12) == 33 / 35
    assert critical_value(6, method="kendall") == 13 / 15
    assert critical_value(4) is None
    assert critical_value(9) == pytest.approx(0.7, abs=5e-4)


def test_the_table_of_levels_is_the_ladder_of_the_test() -> None:
    table = attainable_levels(5)
    assert table["p_value"].tolist() == list(permutation_test(range(5), range(5)).attainable)
    assert table["statistic"].iloc[-1] == 0
    assert table["orders"].iloc[-1] == 120
    assert attainable_levels(20, method="kendall")["p_value"].iloc[0] == 2 / math.factorial(20)


def test_adjusting_keeps_the_order_and_shape() -> None:
    p = [[0.04, 0.01], [0.5, 0.02]]
    assert adjusted_p(p, method="bonferroni").tolist() == [[0.16, 0.04], [1.0, 0.08]]
    assert adjusted_p(p, method="holm") == pytest.approx(np.array([[0.08, 0.04], [0.5, 0.06]]))
    assert adjusted_p(p) == pytest.approx(np.array([[0.16 / 3, 0.04], [0.5, 0.04]]))
    assert adjusted_p([]).tolist() == []


def test_six_areas_allow_eighteen_tests() -> None:
    perfect = 2 / 720
    assert adjusted_p([perfect] + [1.0] * 17, method="bonferroni")[0] <= 0.05
    assert adjusted_p([perfect] + [1.0] * 18, method="bonferroni")[0] > 0.05


# Refusals


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        ([1, 2, 3], [1, 2], "x has 3 values and y has 2"),
        ([1], [1], "x and y have 1 values"),
        ([1, 2, math.nan], [1, 2, 3], "x is nan at position 2; leave out areas"),
        ([1, 2, 3], [1, math.inf, 3], "y is inf at position 1"),
        ([1, 2, None], [1, 2, 3], "x is nan at position 2"),
        (["a", 2], [1, 2], "x does not read as rows of numbers"),
        ([[1, 2], [3, 4]], [1, 2], "x holds 2 series; permutation_family takes several"),
        ([], [], "x has the shape"),
    ],
)
def test_series_that_do_not_pair_are_refused(x: Any, y: Any, says: str) -> None:
    for function in (permutation_test, null_distribution, leave_one_out):
        with pytest.raises(TableError, match=says):
            function(x, y)


def test_a_family_says_which_series_lacks_a_number() -> None:
    with pytest.raises(TableError, match="y is nan at series 1, position 0"):
        permutation_family([[1, 2]], [[1, 2], [math.nan, 3]])
    with pytest.raises(TableError, match="x has 2 areas and y has 3"):
        leave_one_out_family([[1, 2]], [[1, 2, 3]])
    with pytest.raises(TableError, match="x has the shape"):
        permutation_family(np.zeros((1, 2, 3)), [[1, 2, 3]])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"method": "spearmen"}, UnknownNameError, "Did you mean 'spearman'"),
        ({"two_sided": "twice"}, UnknownNameError, "There are double, abs"),
        ({"resamples": 0}, TableError, "resamples is 0"),
        ({"resamples": 99.0}, TableError, "resamples is 99.0"),
        ({"resamples": True}, TableError, "resamples is True"),
        ({"seed": -1}, TableError, "seed is -1"),
        ({"seed": 0.5}, TableError, "seed is 0.5"),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    for function in (permutation_test, permutation_family):
        with pytest.raises(error, match=says):
            function([1, 2, 3], [1, 2, 3], **options)


def test_other_refusals() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'greater'"):
        permutation_test([1, 2], [1, 2], alternative="greatr")
    with pytest.raises(TableError, match="x is 4 in every area"):
        null_distribution([4, 4], [1, 2])
    with pytest.raises(UnknownNameError, match="benjamini-hochberg"):
        adjusted_p([0.1], method="benjamini")
    for p in ([0.1, math.nan], [0.1, 1.1], [0.1, -0.1]):
        with pytest.raises(TableError, match="at position 1"):
            adjusted_p(p)
    with pytest.raises(TableError, match="p does not read as numbers"):
        adjusted_p(["high"])
    for n in (1, 10, 6.0, True):
        with pytest.raises(TableError, match="counted from 2 to 9"):
            critical_value(n)
    with pytest.raises(TableError, match="to 20 for kendall"):
        attainable_levels(21, method="kendall")
    with pytest.raises(UnknownNameError, match="There are spearman, kendall"):
        critical_value(6, method="pearson")
    for alpha in (0, 1, -0.1, True):
        with pytest.raises(TableError, match="alpha is"):
            critical_r(6, alpha)
    with pytest.raises(TableError, match="three areas or more"):
        critical_r(2)


# Words and the result as an object


def test_a_constant_is_a_result_with_a_caution() -> None:
    for x, y in (([5, 5, 5], [1, 2, 3]), ([1, 2, 3], [0.3, 0.3, 0.1 + 0.2])):
        found = permutation_test(x, y)
        assert (found.statistic, found.p_value, found.min_p) == (None, None, None)
        assert found.cautions == ("constant",)
        assert found.text.startswith("Spearman's rho over 3 areas is not estimable.")
        assert found.frame["p_value"].isna().all()


def test_the_sentence_carries_n_rule_and_floor() -> None:
    assert permutation_test(*SKEWED, method="pearson", two_sided="abs").text == (
        "Pearson's r 0.898 over 6 areas; p = 0.029 (two-sided by size, all 720 orders of the "
        "areas); the smallest p that these data could give is 0.00139."
    )
    x, y = series(2, 43)
    text = permutation_test(x, y, alternative="less").text
    assert "one-sided (less), 9,999 random orders of the areas" in text
    assert text.endswith("Caution: p is estimated from random orders.")


def test_a_family_says_its_size_and_floor() -> None:
    family = permutation_family([[1, 2, 3, 4]], [[1, 2, 3, 4], [4, 2, 1, 3]])
    assert family.text == (
        "2 correlations (Spearman's rho) over 4 areas, two-sided as twice the smaller tail, every "
        "order of the areas: smallest p = 0.083, p = 0.167 for the family (max-T); no p can be "
        "below 0.0833. Caution: with these areas and ties no p below .05 can come out."
    )


def test_results_survive_pickling_and_copying() -> None:
    found = permutation_test(*SKEWED)
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found
    family = pickle.loads(pickle.dumps(permutation_family([[1, 2, 3]], [[3, 1, 2]])))
    assert family.text == permutation_family([[1, 2, 3]], [[3, 1, 2]]).text


def test_results_show_as_html_and_as_a_row() -> None:
    found = permutation_test(*PERFECT)
    assert found._repr_html_().startswith("<p>Spearman&#x27;s rho 1.000 over 6 areas")
    assert found.frame.loc[0, "min_p"] == 2 / 720
    assert len(found.frame) == 1
    family = permutation_family(series(2, 6), series(3, 6))
    assert family._repr_html_().startswith("<p>6 correlations")
    assert family.frame[["x", "y"]].values.tolist() == [
        list(p) for p in product(range(2), range(3))
    ]


def test_the_tidy_table_of_a_family_names_both_series_of_each_pair() -> None:
    x, y = [[1, 2, 3, 4], [4, 2, 1, 3]], [[1, 3, 2, 4]]
    family = permutation_family(x, y)
    tidy = family.tidy()
    assert tidy["term"].tolist() == ["0 and 0", "1 and 0"]
    assert tidy["estimate"].tolist() == pytest.approx([0.8, -0.2])
    assert family.p_max_t is not None
    assert tidy["p_value"].tolist() == family.p_max_t.ravel().tolist()
    assert set(tidy["method"]) == {"Spearman's rho, max-T over 2"}
    alone = permutation_family(x, y, max_t=False).tidy()
    assert alone["p_value"].tolist() == family.p_value.ravel().tolist()
    assert (set(alone["method"]), alone["n"].tolist()) == ({"Spearman's rho"}, [4, 4])
