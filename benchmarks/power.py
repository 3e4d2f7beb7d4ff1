"""The correlation that an exact rank test over few areas shows with power .8."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from benchmarks import Simulated, Simulation, benchmark
from benchmarks.coverage import Floats, pairs, share
from pccfunding.evaluation import minimal_detectable_correlation
from pccfunding.permutation import attainable_levels
from pccfunding.permutation.orders import MOST_ENUMERATED

SEED, RUNS, ORDERS, ALPHA, POWER = 20240313, 100_000, 2_000_000, 0.05, 0.8
AREAS = range(5, 20)


def rank_correlations(x: Floats, y: Floats) -> Floats:
    """Give Spearman's rho of rows without ties."""
    n = x.shape[1]
    places = [np.argsort(np.argsort(v, axis=1), axis=1) for v in (x, y)]
    squares = ((places[0] - places[1]) ** 2).sum(axis=1)
    found: Floats = 1 - 6 * squares / (n * (n * n - 1))
    return found


def critical(n: int, runs: int) -> float:
    """Give the smallest rho whose two-sided p is below .05: every order, or many."""
    if n <= MOST_ENUMERATED:
        levels = attainable_levels(n)
        return float(levels.loc[levels["p_value"] < ALPHA, "statistic"].min())
    rng = np.random.default_rng([SEED, n])
    one = np.broadcast_to(np.arange(n, dtype=float), (runs // 20, n))
    drawn = [rank_correlations(one, rng.random((runs // 20, n))) for _ in range(20)]
    values, counts = np.unique(np.abs(np.concatenate(drawn)).round(9), return_counts=True)
    tail = counts[::-1].cumsum()[::-1] / counts.sum()
    return float(values[tail < ALPHA].min())


def shown(rng: np.random.Generator, runs: int, n: int, rho: float, least: float) -> float:
    found = rank_correlations(*pairs(rng, runs, n, rho, "normal"))
    return float((np.abs(found) >= least - 1e-9).mean())


def smallest(n: int, runs: int = RUNS, draws: int = ORDERS) -> float:
    """Find the latent correlation that the test shows in 8 of 10 draws, on the same draws."""
    least, low, high = critical(n, draws), 0.0, 1.0
    for _ in range(14):
        middle = (low + high) / 2
        power = shown(np.random.default_rng([SEED, 1, n]), runs, n, middle, least)
        low, high = (low, middle) if power >= POWER else (middle, high)
    return high


def rows_of(runs: int) -> Iterator[Simulated]:
    for n in AREAS:
        held = minimal_detectable_correlation(n).rank_correlation
        assert held is not None
        rng = np.random.default_rng([SEED, 2, n])
        found = rank_correlations(*pairs(rng, runs, n, held, "normal"))
        power, se = share(np.abs(found) >= critical(n, 20 * runs) - 1e-9)
        # What the third decimal of the correlation moves the power by.
        decimal = 0.02 if n == min(AREAS) else 0.004
        yield Simulated(f"n = {n}: power at {held:.3f}", power, se, POWER, decimal)
    for n in (20, 30, 42, 43):
        held = minimal_detectable_correlation(n).rank_correlation
        assert held is not None
        rng = np.random.default_rng([SEED, 2, n])
        found = rank_correlations(*pairs(rng, runs, n, held, "normal"))
        power, se = share(np.abs(found) >= critical(n, 20 * runs) - 1e-9)
        yield Simulated(f"n = {n}: power at {held:.3f} of the formula", power, se, POWER, 0.015)


@benchmark
def power(rows: int | None) -> Simulation:
    """Power of the exact rank test at the correlation said to show with .8."""
    runs = RUNS if rows is None else rows
    return Simulation(
        "power of the exact Spearman test at the correlation given as detectable",
        lambda: list(rows_of(runs)),
        f"{runs:,} draws of bivariate normal areas each, on other seeds than those that found the "
        f"values; critical values from every order up to {MOST_ENUMERATED} areas and from "
        f"{20 * runs:,} random orders above. Formula from 20 areas on: z and 1 + r^2/2.",
    )


if __name__ == "__main__":
    for areas in AREAS:
        print(areas, math.ceil(1000 * smallest(areas)) / 1000)
