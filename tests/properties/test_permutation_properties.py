"""Correlations by reordering against exact enumeration, and what must hold for any series."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from hypothesis.extra import numpy as stn

from pccfunding.permutation import (
    adjusted_p,
    leave_one_out,
    leave_one_out_family,
    null_distribution,
    permutation_family,
    permutation_test,
)
from pccfunding.permutation.scores import attained

METHODS = ("spearman", "kendall", "pearson")
RULES = ("double", "abs")
ALTERNATIVES = ("two-sided", "greater", "less")
Values = Sequence[Fraction | int]


# The statistic and its null distribution, worked out again in whole numbers and Fractions.


def ranks(values: Values) -> list[Fraction]:
    return [
        Fraction(sum(w < v for w in values) + sum(w <= v for w in values) + 1, 2) for v in values
    ]


def product_of(x: Values, y: Values, method: str) -> Fraction:
    if method == "kendall":
        pairs = itertools.combinations(range(len(x)), 2)
        return Fraction(sum(sign(x[i] - x[j]) * sign(y[i] - y[j]) for i, j in pairs))
    if method == "spearman":
        x, y = ranks(x), ranks(y)
    n = len(x)
    both = sum((Fraction(a) * b for a, b in zip(x, y, strict=True)), Fraction(0))
    return both - Fraction(sum(x)) * sum(y) / n


def sign(value: Fraction | int) -> int:
    return (value > 0) - (value < 0)


def statistic_of(x: Values, y: Values, method: str) -> float:
    squares = product_of(x, x, method) * product_of(y, y, method)
    return float(product_of(x, y, method)) / math.sqrt(squares)


def null_of(x: Values, y: Values, method: str) -> Counter[Fraction]:
    if method == "spearman":
        x, y, method = ranks(x), ranks(y), "pearson"
    return Counter(product_of(order, y, method) for order in itertools.permutations(x))


def every_p(null: Counter[Fraction], rule: str) -> dict[Fraction, Fraction]:
    total = sum(null.values())
    values = sorted(null)
    at_most = dict(zip(values, itertools.accumulate(null[v] for v in values), strict=True))
    above = {v: total - at_most[v] + null[v] for v in values}
    by_size: Counter[Fraction] = Counter()
    for value, count in null.items():
        by_size[abs(value)] += count
    sizes = sorted(by_size, reverse=True)
    as_large = dict(zip(sizes, itertools.accumulate(by_size[s] for s in sizes), strict=True))
    reached = {
        "greater": above,
        "less": at_most,
        "double": {v: min(2 * above[v], 2 * at_most[v], total) for v in values},
        "abs": {v: as_large[abs(v)] for v in values},
    }[rule]
    return {v: Fraction(reached[v], total) for v in values}


def check_against_enumeration(x: Values, y: Values, method: str) -> None:
    null, observed = null_of(x, y, method), product_of(x, y, method)
    floats = [float(v) for v in x], [float(v) for v in y]
    for rule in (*RULES, "greater", "less"):
        options = {"two_sided": rule} if rule in RULES else {"alternative": rule}
        found = permutation_test(*floats, method=method, **options)
        exact = every_p(null, rule)
        assert found.statistic == pytest.approx(statistic_of(x, y, method), abs=1e-12)
        assert found.p_value == float(exact[observed])
        assert found.min_p == float(min(exact.values()))
        assert found.attainable == tuple(sorted({float(p) for p in exact.values()}))
        if rule in RULES and method != "kendall":
            family = permutation_family([floats[0]], [floats[1]], method=method, two_sided=rule)
            assert family.p_value[0, 0] == float(exact[observed])
            assert family.min_p[0, 0] == float(min(exact.values()))


tenths = st.integers(-30, 30).map(lambda tenth: Fraction(tenth, 10))
few_values = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(3)])


@st.composite
def exact_pairs(draw: st.DrawFn, most: int = 6) -> tuple[list[Fraction], list[Fraction]]:
    n = draw(st.integers(2, most))
    x, y = (
        draw(st.lists(draw(st.sampled_from([tenths, few_values])), min_size=n, max_size=n))
        for _ in range(2)
    )
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    return x, y


@pytest.mark.parametrize("method", METHODS)
@given(pair=exact_pairs(most=5))
def test_p_is_that_of_enumeration_in_fractions(
    method: str, pair: tuple[list[Fraction], list[Fraction]]
) -> None:
    check_against_enumeration(*pair, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([5, 2, 1, 3, 6, 4, 7], [5, 2, 6, 3, 1, 7, 4]),
        ([0, 0, 0, 1, 4, 4, 9], [3, 1, 4, 1, 5, 9, 2]),
        ([1, 1, 2, 2, 2, 3, 3], [0, 0, 0, 0, 0, 7, 7]),
        ([1, 2, 4, 8, 16, 32], [30, 10, 40, 15, 50, 92]),
        ([0, 0, 0, 0, 0, 1], [1, 1, 2, 3, 5, 8]),
    ],
)
def test_p_is_that_of_enumeration_for_six_and_seven_areas(
    method: str, x: list[int], y: list[int]
) -> None:
    check_against_enumeration(x, y, method)


def tie_patterns(n: int) -> Iterator[tuple[int, ...]]:
    """Give the ways to share n areas among ascending values, but for a single value."""
    for steps in itertools.product((False, True), repeat=n - 1):
        if any(steps):
            cuts = [0, *(place + 1 for place, step in enumerate(steps) if step), n]
            yield tuple(b - a for a, b in itertools.pairwise(cuts))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_smallest_p_is_right_for_every_tie_pattern(n: int) -> None:
    every = np.array(list(itertools.permutations(range(n))))
    patterns = list(tie_patterns(n))
    assert len(patterns) == 2 ** (n - 1) - 1
    # Cubes lie apart unevenly, so that Pearson's r has ends of different size.
    series = np.array([np.repeat(np.arange(len(of)) ** 3, of) for of in patterns], dtype=float)
    for method, rule in itertools.product(("spearman", "pearson"), RULES):
        family = permutation_family(series, series, method=method, two_sided=rule)
        scored = series if method == "pearson" else np.array([ranks(row) for row in series], float)
        whole = np.rint(2 * n * (scored - scored.mean(axis=1, keepdims=True))).astype(np.int64)
        for i, row in enumerate(whole):
            products = row[every] @ whole.T
            for j, values in enumerate(products.T):
                assert family.min_p[i, j] == smallest(values, rule)
    for (i, x), (j, y) in itertools.product(enumerate(series), repeat=2):
        if i > j:
            continue
        pairs = list(itertools.combinations(range(n), 2))
        a, b = (np.array([np.sign(s[p] - s[q]) for p, q in pairs]) for s in (x, y))
        values = sum(
            np.sign(x[every[:, p]] - x[every[:, q]]) * b[k] for k, (p, q) in enumerate(pairs)
        )
        assert a.any()
        for rule in RULES:
            found = permutation_test(x, y, method="kendall", two_sided=rule)
            assert found.min_p == smallest(np.asarray(values), rule)
        assert attained(patterns[i], patterns[j]) == (values == np.max(values)).sum()


@pytest.mark.parametrize("n", [6, 7])
def test_p_is_that_of_enumeration_for_every_tie_pattern(n: int) -> None:
    every = np.array(list(itertools.permutations(range(n))))
    rng = np.random.default_rng(n)
    patterns = list(tie_patterns(n))
    x = np.array([np.repeat(np.arange(len(of)) ** 3, of) for of in patterns], dtype=float)
    y = rng.permuted(x, axis=1)
    for method, rule in itertools.product(("spearman", "pearson"), RULES):
        found = permutation_family(x, y, method=method, two_sided=rule)
        scored = [
            rows if method == "pearson" else np.array([ranks(row) for row in rows], float)
            for rows in (x, y)
        ]
        # Whole numbers, so that equal correlations are equal.
        a, b = (np.rint(2 * n * (v - v.mean(axis=1, keepdims=True))).astype(int) for v in scored)
        for i, row in enumerate(a):
            products = row[every] @ b.T
            observed = row @ b.T
            if rule == "abs":
                counts = (np.abs(products) >= np.abs(observed)).sum(axis=0)
            else:
                tails = [(products >= observed).sum(axis=0), (products <= observed).sum(axis=0)]
                counts = np.minimum(2 * np.minimum(*tails), len(every))
            assert (found.p_value[i] == counts / len(every)).all()


def smallest(values: np.ndarray, rule: str) -> float:
    """Give the smallest p over a null distribution of whole numbers."""
    low, high = (values == values.min()).sum(), (values == values.max()).sum()
    if rule == "abs":
        return float((np.abs(values) == np.abs(values).max()).sum() / len(values))
    return float(min(1.0, 2 * min(low, high) / len(values)))


# What holds for any series.

numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@st.composite
def series_pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(3, 7))
    kind = draw(st.sampled_from([numbers, st.integers(0, 3).map(float)]))
    x, y = (np.array(draw(st.lists(kind, min_size=n, max_size=n))) for _ in range(2))
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    return x, y


@given(series_pairs(), st.sampled_from(METHODS), st.sampled_from(RULES), st.randoms())
def test_p_does_not_depend_on_the_order_of_rows(
    pair: tuple[np.ndarray, np.ndarray], method: str, rule: str, random: object
) -> None:
    x, y = pair
    order = np.random.default_rng(random.getrandbits(32)).permutation(len(x))  # type: ignore[attr-defined]
    one = permutation_test(x, y, method=method, two_sided=rule)
    two = permutation_test(x[order], y[order], method=method, two_sided=rule)
    assert one.statistic == pytest.approx(two.statistic, abs=1e-12)
    assert (one.p_value, one.min_p) == (two.p_value, two.min_p)


@given(series_pairs(), st.sampled_from(METHODS), st.sampled_from(RULES))
def test_p_does_not_depend_on_which_series_is_reordered(
    pair: tuple[np.ndarray, np.ndarray], method: str, rule: str
) -> None:
    x, y = pair
    one = permutation_test(x, y, method=method, two_sided=rule)
    assert permutation_test(y, x, method=method, two_sided=rule).p_value == one.p_value


@given(series_pairs(), st.sampled_from(["spearman", "kendall"]), st.sampled_from(RULES))
def test_ranks_do_not_care_about_a_monotone_transform(
    pair: tuple[np.ndarray, np.ndarray], method: str, rule: str
) -> None:
    x, y = pair
    one = permutation_test(x, y, method=method, two_sided=rule)
    two = permutation_test(np.cbrt(x), np.arctan(y / 1e6) * 5, method=method, two_sided=rule)
    assert (one.statistic, one.p_value, one.min_p) == (two.statistic, two.p_value, two.min_p)


@given(series_pairs(), st.sampled_from(METHODS), st.sampled_from([0.01, 1 / 3, 1000.0]))
def test_pounds_or_pence_make_no_difference(
    pair: tuple[np.ndarray, np.ndarray], method: str, factor: float
) -> None:
    x, y = pair
    one = permutation_test(x, y, method=method)
    two = permutation_test(x * factor, y, method=method)
    assert one.statistic == pytest.approx(two.statistic, abs=1e-12)
    assert one.p_value == two.p_value


@given(series_pairs(), st.sampled_from(METHODS), st.sampled_from(ALTERNATIVES))
def test_turning_one_series_round_turns_the_tails_round(
    pair: tuple[np.ndarray, np.ndarray], method: str, alternative: str
) -> None:
    x, y = pair
    turned = {"greater": "less", "less": "greater"}.get(alternative, alternative)
    one = permutation_test(x, y, method=method, alternative=alternative)
    two = permutation_test(x, -y, method=method, alternative=turned)
    assert one.statistic == pytest.approx(-(two.statistic or 0), abs=1e-12)
    assert one.p_value == two.p_value


@given(
    series_pairs(), st.sampled_from(METHODS), st.sampled_from(RULES), st.sampled_from(ALTERNATIVES)
)
def test_p_is_on_its_ladder(
    pair: tuple[np.ndarray, np.ndarray], method: str, rule: str, alternative: str
) -> None:
    found = permutation_test(*pair, method=method, two_sided=rule, alternative=alternative)
    assert found.p_value is not None
    orders = math.factorial(found.n)
    assert found.resamples == orders
    assert found.p_value * orders == pytest.approx(round(found.p_value * orders), abs=1e-9)
    assert found.p_value in found.attainable
    assert found.min_p == found.attainable[0] > 0
    assert found.attainable[-1] <= 1
    assert ("floor-above-05" in found.cautions) == (found.min_p > 0.05)


@given(series_pairs(), st.sampled_from(METHODS))
def test_the_null_distribution_holds_every_order_and_the_one_observed(
    pair: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    null = null_distribution(*pair, method=method)
    assert null.counts.sum() == math.factorial(null.n)
    assert (np.diff(null.values) > 0).all()
    assert np.abs(null.values - null.statistic).min() < 1e-12
    # No order is favoured: the mean correlation over all orders is zero.
    assert abs((null.values * null.counts).sum() / null.counts.sum()) < 1e-12


families = st.tuples(st.integers(1, 3), st.integers(1, 4), st.sampled_from([4, 5, 6, 12]))


@st.composite
def series_families(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    k_x, k_y, n = draw(families)
    kind = draw(st.sampled_from([st.integers(0, 2).map(float), numbers]))
    return tuple(draw(stn.arrays(np.float64, (k, n), elements=kind)) for k in (k_x, k_y))


@given(series_families(), st.sampled_from(["spearman", "pearson"]), st.sampled_from(RULES))
def test_p_of_the_family_is_never_below_p_of_the_pair(
    series: tuple[np.ndarray, np.ndarray], method: str, rule: str
) -> None:
    found = permutation_family(*series, method=method, two_sided=rule, resamples=720)
    defined = ~found.undefined
    assert found.p_max_t is not None
    p, of_family = found.p_value[defined], found.p_max_t[defined]
    assert (of_family >= p).all()
    assert (p >= found.min_p[defined]).all()
    assert (of_family <= 1).all()
    constant = [(np.ptp(rows, axis=1) == 0) for rows in series]
    assert (found.undefined == np.logical_or.outer(*constant)).all()
    # A family of one pair is that pair.
    if found.size == 1 and rule == "abs":
        assert (of_family == p).all()


@given(series_families(), st.sampled_from(["spearman", "pearson"]))
def test_max_t_is_the_share_of_orders_whose_largest_correlation_is_as_large(
    series: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    x, y = series
    assume(x.shape[1] <= 5)
    found = permutation_family(x, y, method=method, two_sided="abs")
    assume(not found.undefined.any())
    if method == "spearman":
        x, y = (np.array([ranks(row) for row in rows], float) for rows in (x, y))
    x, y = (rows - rows.mean(axis=1, keepdims=True) for rows in (x, y))
    x, y = (rows / np.sqrt((rows**2).sum(axis=1, keepdims=True)) for rows in (x, y))
    orders = itertools.permutations(range(x.shape[1]))
    largest = np.array([np.abs(x[:, list(order)] @ y.T).max() for order in orders])
    # Coefficients of counts that differ by one in a million lie nearer than a billionth.
    expected = [(largest >= abs(value) - 1e-12).mean() for value in found.statistic.ravel()]
    assert found.p_max_t is not None
    assert found.p_max_t.ravel() == pytest.approx(expected, abs=1e-12)


@given(
    stn.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)),
    st.sampled_from(["benjamini-hochberg", "bonferroni", "holm"]),
)
def test_adjusted_p_is_no_smaller_and_in_the_same_order(p: np.ndarray, method: str) -> None:
    adjusted = adjusted_p(p, method=method)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    assert (adjusted <= adjusted_p(p, method="bonferroni") + 1e-15).all()
    assert (adjusted_p(p[::-1], method=method)[::-1] == adjusted).all()


@given(
    stn.arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1)), st.floats(0.001, 0.999)
)
def test_benjamini_hochberg_rejects_what_its_definition_rejects(
    p: np.ndarray, level: float
) -> None:
    ascending = sorted(Fraction(value) for value in p)
    passed = [
        rank
        for rank, value in enumerate(ascending, 1)
        if value <= Fraction(level) * rank / len(ascending)
    ]
    margins = [abs(v * len(p) / r - Fraction(level)) for r, v in enumerate(ascending, 1)]
    assume(min(margins) > Fraction(1, 10**12))
    assert (adjusted_p(p) <= level).sum() == max(passed, default=0)


# Leaving one area out.


@given(series_pairs(), st.sampled_from(METHODS))
def test_leaving_out_agrees_with_a_loop_and_marks_what_is_undefined(
    pair: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    x, y = pair
    left = leave_one_out(x, y, method=method)
    for area in range(len(x)):
        rest_x, rest_y = np.delete(x, area), np.delete(y, area)
        if np.ptp(rest_x) == 0 or np.ptp(rest_y) == 0:
            assert left.undefined[area]
            assert np.isnan(left.statistic[area])
            assert any(f"without position {area}." in reason for reason in left.reasons)
            continue
        assert not left.undefined[area]
        exact = [[Fraction(float(value)) for value in rest] for rest in (rest_x, rest_y)]
        assert abs(left.statistic[area] - statistic_of(*exact, method)) < 1e-12
    assert (len(left.reasons) > 0) == left.undefined.any()


@given(series_families(), st.sampled_from(METHODS))
def test_leaving_out_of_a_family_is_that_of_each_pair(
    series: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    x, y = series
    family = leave_one_out_family(x, y, method=method)
    for i, j in itertools.product(range(len(x)), range(len(y))):
        alone = leave_one_out(x[i], y[j], method=method)
        assert (family.undefined[i, j] == alone.undefined).all()
        assert family.statistic[i, j] == pytest.approx(alone.statistic, abs=1e-12, nan_ok=True)


# Against scipy, and random orders against every order.


@given(series_pairs(), st.sampled_from(["two-sided", "greater", "less"]))
def test_exact_p_is_that_of_scipy(pair: tuple[np.ndarray, np.ndarray], alternative: str) -> None:
    from scipy.stats import permutation_test as scipys

    x, y = pair
    for method in ("spearman", "pearson"):
        a, b = (x, y) if method == "pearson" else (2 * np.array(ranks(v), float) for v in pair)
        a, b = (np.rint(1000 * values) for values in (a, b))
        result = scipys(
            (a,),
            lambda moved, b=b: (moved * b).sum(axis=-1),
            permutation_type="pairings",
            vectorized=False,
            alternative=alternative,
            n_resamples=np.inf,
        )
        found = permutation_test(a, b, method="pearson", alternative=alternative)
        assert found.p_value == pytest.approx(result.pvalue, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", [*RULES, "greater", "less"])
def test_random_orders_estimate_the_exact_p(method: str, rule: str) -> None:
    rng = np.random.default_rng(7)
    options = {"two_sided": rule} if rule in RULES else {"alternative": rule}
    for tied in (False, True):
        x, y = rng.integers(0, 4, size=(2, 9)) if tied else rng.normal(size=(2, 9))
        exact = permutation_test(x, y, method=method, **options).p_value
        drawn = permutation_test(x, y, method=method, resamples=20_000, **options).p_value
        assert exact is not None
        assert drawn is not None
        share = exact / 2 if rule == "double" else exact
        error = (2 if rule == "double" else 1) * math.sqrt(share * (1 - share) / 20_000)
        assert abs(drawn - exact) < 4.5 * error + 2 / 20_000


def test_p_is_not_too_small_too_often() -> None:
    rng = np.random.default_rng(11)
    x, y = rng.normal(size=(20, 12)), np.exp(rng.normal(size=(20, 12)))
    family = permutation_family(x, y, method="pearson", resamples=199)
    for level in (0.05, 0.1, 0.5):
        share = (family.p_value <= level).mean()
        assert share < level + 4 * math.sqrt(level * (1 - level) / 400) * 2
    assert family.p_max_t is not None
    assert family.p_max_t.min() > 0.01
