"""Correlations by reordering the areas, beside scipy: 120 pairs are 8 series by 15."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks import Call, Comparison, benchmark
from pccfunding.permutation import leave_one_out_family, permutation_family, permutation_test

SERIES = (8, 15)
PAIRS = SERIES[0] * SERIES[1]
FORCES = 43
DRAWS = 10_000
# Standard errors that two estimates of one p may lie apart.
FAR = 5.0


def areas(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(20_240_331)
    return rng.lognormal(size=(SERIES[0], n)), rng.normal(size=(SERIES[1], n))


def some_pairs(count: int) -> list[tuple[int, int]]:
    """Give pairs spread over the family."""
    places = np.linspace(0, PAIRS - 1, count).astype(int)
    return [divmod(int(place), SERIES[1]) for place in places]


def scipy_pearsonr(n: int, draws: Any, pairs: list[tuple[int, int]]) -> Callable[[], Any]:
    """Give the p of each pair by the call that scipy's documentation names."""
    x, y = areas(n)

    def run() -> list[float]:
        return [
            stats.pearsonr(
                x[i], y[j], method=stats.PermutationMethod(n_resamples=draws, rng=1)
            ).pvalue
            for i, j in pairs
        ]

    return run


def scipy_tuned(n: int, draws: Any, pairs: list[tuple[int, int]]) -> Callable[[], Any]:
    """Give the p of each pair by scipy's permutation_test on a vectorised dot product."""
    x, y = areas(n)

    def run() -> list[float]:
        found = []
        for i, j in pairs:
            centred = y[j] - y[j].mean()
            result = stats.permutation_test(
                (x[i],),
                lambda moved, axis, centred=centred: moved @ centred,
                permutation_type="pairings",
                vectorized=True,
                n_resamples=draws,
                rng=1,
            )
            found.append(result.pvalue)
        return found

    return run


def same_p(
    pairs: Mapping[str, list[tuple[int, int]]], draws: int | None
) -> Callable[[Mapping[str, Any]], str]:
    """Compare the p of each peer with ours: identical, or within their random error."""

    def agree(answers: Mapping[str, Any]) -> str:
        ours = next(iter(answers.values()))
        worst = 0.0
        for name, of in pairs.items():
            p = np.array([ours.p_value[i, j] for i, j in of])
            gap = np.abs(p - answers[name])
            if draws is None:
                assert gap.max() == 0, f"p differs from {name} by {gap.max():g}"
            else:
                # p is twice a tail, and both sides are estimates.
                error = 2 * np.sqrt(2 * (p / 2) * (1 - p / 2) / draws)
                worst = max(worst, float((gap / np.maximum(error, 1 / draws)).max()))
                assert worst < FAR, f"p differs from {name} by {worst:.1f} standard errors"
        if draws is None:
            return "p is identical."
        return f"p lies within {worst:.1f} standard errors of random draws."

    return agree


def family(n: int, draws: int | None, *, max_t: bool = True) -> Callable[[], Any]:
    x, y = areas(n)
    return lambda: permutation_family(x, y, method="pearson", resamples=draws, max_t=max_t)


def repeated(run: Callable[[], Any], times: int) -> Call:
    """Take a short call several times: a single one is mostly the coldness of the caches."""

    def again() -> Any:
        for _ in range(times):
            answer = run()
        return answer

    return Call(again, times)


def against_scipy(
    n: int, draws: int | None, counts: tuple[int, int], at_least: tuple[float, float]
) -> Comparison:
    resamples: Any = np.inf if draws is None else draws
    slow, tuned = (some_pairs(count) for count in counts)
    orders = "every order" if draws is None else f"{draws:,} random orders"
    ours = repeated(family(n, draws), 20 if n < 8 else 1)
    return Comparison(
        work=f"p of {PAIRS} Pearson correlations over {n} areas, {orders}, max-T included",
        calls={
            "permutation_family": Call(ours.run, PAIRS * ours.units),
            "scipy pearsonr": Call(scipy_pearsonr(n, resamples, slow), len(slow)),
            "scipy permutation_test, tuned": Call(scipy_tuned(n, resamples, tuned), len(tuned)),
        },
        agree=same_p({"scipy pearsonr": slow, "scipy permutation_test, tuned": tuned}, draws),
        at_least={
            "scipy pearsonr": at_least[0],
            "scipy permutation_test, tuned": at_least[1],
        },
        at_most_mb=10,
    )


@benchmark
def permutation_family_of_forces(rows: int | None) -> Comparison:
    return against_scipy(FORCES, rows or DRAWS, (6, 12), (400, 50))


@benchmark
def permutation_exact_six(rows: int | None) -> Comparison:
    return against_scipy(6, None, (PAIRS, PAIRS), (200, 50))


@benchmark
def permutation_exact_eight(rows: int | None) -> Comparison:
    return against_scipy(8, None, (6, 12), (350, 100))


@benchmark
def permutation_max_t(rows: int | None) -> Comparison:
    draws = rows or DRAWS

    def agree(answers: Mapping[str, Any]) -> str:
        with_max, without = answers.values()
        assert (with_max.p_value == without.p_value).all()
        assert (with_max.p_max_t >= with_max.p_value).all()
        return "p is identical with and without max-T."

    return Comparison(
        work=f"{PAIRS} correlations over {FORCES} areas, {draws:,} random orders",
        calls={
            "with max-T": Call(family(FORCES, draws)),
            "without max-T": Call(family(FORCES, draws, max_t=False)),
        },
        agree=agree,
        # With max-T at most 1.3 times the time without.
        at_least={"without max-T": 1 / 1.3},
        at_most_mb=10,
    )


@benchmark
def permutation_more_draws(rows: int | None) -> Comparison:
    draws = rows or 100_000

    def agree(answers: Mapping[str, Any]) -> str:
        many, few = answers.values()
        p = many.p_value
        error = 2 * np.sqrt(2 * (p / 2) * (1 - p / 2) / few.resamples)
        worst = float((np.abs(p - few.p_value) / np.maximum(error, 1 / few.resamples)).max())
        assert worst < FAR
        return f"p lies within {worst:.1f} standard errors of random draws."

    return Comparison(
        work=f"growth: {PAIRS} correlations over {FORCES} areas, per random order",
        calls={
            f"{draws:,} orders": Call(family(FORCES, draws), draws),
            f"{draws // 10:,} orders": Call(family(FORCES, draws // 10), draws // 10),
        },
        agree=agree,
        # Ten times the draws in at most twelve times the time.
        at_least={f"{draws // 10:,} orders": 10 / 12},
        at_most_mb=10,
    )


@benchmark
def permutation_one_pair(rows: int | None) -> Comparison:
    draws, (x, y) = rows or DRAWS, areas(FORCES)

    def agree(answers: Mapping[str, Any]) -> str:
        ours, theirs = answers["permutation_test"].p_value, answers["scipy pearsonr"][0]
        error = 2 * np.sqrt(2 * (ours / 2) * (1 - ours / 2) / draws)
        assert abs(ours - theirs) < FAR * error
        return f"p is {ours:.4f} and {theirs:.4f}, {abs(ours - theirs) / error:.1f} errors apart."

    return Comparison(
        work=f"p of one Pearson correlation over {FORCES} areas, {draws:,} random orders",
        calls={
            "permutation_test": repeated(
                lambda: permutation_test(x[0], y[0], method="pearson", resamples=draws), 5
            ),
            "scipy pearsonr": Call(scipy_pearsonr(FORCES, draws, [(0, 0)])),
            "scipy permutation_test, tuned": Call(scipy_tuned(FORCES, draws, [(0, 0)])),
        },
        agree=agree,
        at_least={"scipy pearsonr": 10, "scipy permutation_test, tuned": 2},
        at_most_mb=20,
    )


@benchmark
def leave_one_out_of_forces(rows: int | None) -> Comparison:
    (x, y), pairs = areas(rows or FORCES), some_pairs(6)

    def loop() -> NDArray[np.float64]:
        return np.array(
            [
                [
                    stats.pearsonr(np.delete(x[i], area), np.delete(y[j], area)).statistic
                    for area in range(x.shape[1])
                ]
                for i, j in pairs
            ]
        )

    def agree(answers: Mapping[str, Any]) -> str:
        ours = answers["leave_one_out_family"].statistic
        gap = max(
            np.abs(ours[i, j] - row).max()
            for (i, j), row in zip(pairs, answers["loop of scipy pearsonr"], strict=True)
        )
        assert gap < 1e-12, f"correlations differ by {gap:g}"
        return f"Correlations differ by {gap:.1g} at most."

    return Comparison(
        work=f"{PAIRS} Pearson correlations without each of {x.shape[1]} areas",
        calls={
            "leave_one_out_family": Call(lambda: leave_one_out_family(x, y), PAIRS),
            "loop of scipy pearsonr": Call(loop, len(pairs)),
        },
        agree=agree,
        at_least={"loop of scipy pearsonr": 1_000},
        at_most_mb=10,
    )
