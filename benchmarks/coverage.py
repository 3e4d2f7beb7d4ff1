"""How often the intervals of a correlation hold the true one, by seeded simulation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from benchmarks import Simulated, Simulation, benchmark
from pccfunding.evaluation import bca_interval, bonett_wright, fisher_z_interval

Floats = npt.NDArray[np.float64]

LEVEL, SEED = 0.95, 20240313
FORMULA, BOOTSTRAP, RESAMPLES = 20_000, 2_000, 1_999
# Replicates behind the expected values. They are given as 600 to 20,000 for the table as a whole;
# here the rows with a bootstrap are taken to be those with few.
MANY, FEW = 20_000, 600

# Distribution, areas, latent correlation: expected coverage of Fisher z, BCa, percentile; and
# expected mean width of Fisher z, BCa. None where nothing was published.
PEARSON: list[tuple[str, int, float, tuple[float | None, ...], tuple[float | None, ...]]] = [
    ("normal", 6, 0.0, (0.951, 0.965, 0.903), (1.46, 1.74)),
    ("normal", 6, 0.5, (0.952, 0.959, 0.908), (1.31, 1.65)),
    ("normal", 6, 0.8, (0.942, 0.935, 0.874), (0.89, 1.25)),
    ("normal", 43, 0.0, (0.970, 0.943, 0.945), (0.59, None)),
    ("normal", 43, 0.5, (0.952, 0.938, 0.928), (0.45, None)),
    ("lognormal", 6, 0.0, (0.938, 0.977, 0.917), (None, None)),
    ("lognormal", 6, 0.5, (0.882, None, None), (None, None)),
    ("lognormal", 6, 0.8, (0.838, None, None), (None, None)),
    ("lognormal", 43, 0.0, (0.946, 0.917, 0.910), (None, None)),
    ("lognormal", 43, 0.5, (0.814, None, None), (None, None)),
    ("lognormal", 43, 0.8, (0.720, None, None), (None, None)),
]
SPEARMAN = {
    6: {0.0: 0.967, 0.5: 0.979, 0.8: 0.924},
    43: {0.0: 0.955, 0.5: 0.959, 0.8: 0.959},
}


def pairs(
    rng: np.random.Generator, replicates: int, n: int, rho: float, kind: str
) -> tuple[Floats, Floats]:
    """Draw bivariate normal areas, or their exponentials."""
    x, other = rng.standard_normal((2, replicates, n))
    y = rho * x + math.sqrt(1 - rho**2) * other
    return (np.exp(x), np.exp(y)) if kind == "lognormal" else (x, y)


def truth(rho: float, kind: str) -> float:
    """Give the correlation of the population that the areas are drawn from."""
    return math.expm1(rho) / math.expm1(1) if kind == "lognormal" else rho


def correlations(x: Floats, y: Floats) -> Floats:
    a, b = (v - v.mean(axis=-1, keepdims=True) for v in (x, y))
    below = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    found: Floats = (a * b).sum(axis=-1) / below
    return found


def z_ends(r: Floats, n: int, inflation: Floats | float) -> tuple[Floats, Floats]:
    """Give the ends of a Fisher-z interval; NaN, which holds nothing, at a correlation of 1."""
    perfect = np.abs(r) >= 1 - 1e-12
    z = np.arctanh(np.where(perfect, np.nan, r))
    reach = norm.ppf((1 + LEVEL) / 2) * np.sqrt(inflation / (n - 3))
    return np.tanh(z - reach), np.tanh(z + reach)


def is_the_library(
    r: Floats, n: int, ends: tuple[Floats, Floats], ours: Callable[..., Any]
) -> None:
    """Hold the vectorised ends to those of the library on the first hundred."""
    for k, one in enumerate(r[:100]):
        found = ours(float(one), n, LEVEL)
        if found.low is None:
            assert np.isnan(ends[0][k])
        else:
            np.testing.assert_allclose([end[k] for end in ends], [found.low, found.high], atol=1e-9)


def covered(ends: tuple[Floats, Floats], true: float) -> tuple[float, float]:
    held = (ends[0] <= true) & (true <= ends[1])
    return share(held)


def share(held: npt.NDArray[np.bool_]) -> tuple[float, float]:
    p = float(held.mean())
    return p, math.sqrt(p * (1 - p) / held.size)


def error_of(p: float | None, replicates: int) -> float:
    return 0.0 if p is None else math.sqrt(p * (1 - p) / replicates)


def percentile_ends(
    rng: np.random.Generator, x: Floats, y: Floats, replicates: int = 50
) -> tuple[Floats, Floats]:
    """Bootstrap percentiles; resamples are counts of each area, so that moments are products."""
    n, parts = x.shape[1], []
    for start in range(0, len(x), replicates):
        a, b = x[start : start + replicates], y[start : start + replicates]
        counts = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES)
        weight = counts[counts.max(axis=1) < n].T / n
        mean_a, mean_b = a @ weight, b @ weight
        spread = ((a**2) @ weight - mean_a**2) * ((b**2) @ weight - mean_b**2)
        drawn = ((a * b) @ weight - mean_a * mean_b) / np.sqrt(np.maximum(spread, 1e-300))
        parts.append(np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1))
    low, high = np.concatenate(parts, axis=1)
    return low, high


def bca_ends(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Ends of the library's own intervals, one sample at a time."""
    found = [
        bca_interval(
            list(a),
            list(b),
            confidence_level=LEVEL,
            resamples=RESAMPLES,
            seed=k,
            allow_small=True,
        )
        for k, (a, b) in enumerate(zip(x, y, strict=True))
    ]
    low, high = np.array([(one.low, one.high) for one in found], dtype=float).T
    return low, high


def pearson_rows(scale: float) -> Iterator[Simulated]:
    for case, (kind, n, rho, coverage, widths) in enumerate(PEARSON):
        rng = np.random.default_rng([SEED, case])
        x, y = pairs(rng, round(FORMULA * scale), n, rho, kind)
        r, true = correlations(x, y), truth(rho, kind)
        fisher, bca, percentile = coverage
        behind = MANY if bca is None else FEW
        ends = z_ends(r, n, 1.0)
        is_the_library(r, n, ends, fisher_z_interval)
        name = f"{kind}, n = {n}, latent {rho:g}"
        yield Simulated(f"{name}: Fisher z", *covered(ends, true), fisher, error_of(fisher, behind))
        yield from width_row(f"{name}: width of Fisher z", ends, widths[0], behind)
        if bca is None:
            continue
        few = slice(round(BOOTSTRAP * scale))
        ends = bca_ends(x[few], y[few])
        yield Simulated(f"{name}: BCa", *covered(ends, true), bca, error_of(bca, behind))
        yield from width_row(f"{name}: width of BCa", ends, widths[1], behind)
        ends = percentile_ends(rng, x[few], y[few])
        yield Simulated(
            f"{name}: percentile", *covered(ends, true), percentile, error_of(percentile, behind)
        )


def width_row(
    what: str, ends: tuple[Floats, Floats], expected: float | None, behind: int
) -> Iterator[Simulated]:
    if expected is not None:
        width = ends[1] - ends[0]
        spread = float(width.std())
        # The expected width is printed to two places.
        printed = 0.005 / math.sqrt(3)
        expected_se = math.hypot(spread / math.sqrt(behind), printed)
        yield Simulated(
            what, float(width.mean()), spread / math.sqrt(width.size), expected, expected_se
        )


def spearman_rows(scale: float) -> Iterator[Simulated]:
    for case, (n, expected) in enumerate(SPEARMAN.items()):
        for rho, value in expected.items():
            rng = np.random.default_rng([SEED, 100 + case, round(10 * rho)])
            x, y = pairs(rng, round(FORMULA * scale), n, rho, "lognormal")
            r = correlations(rankdata(x, axis=1), rankdata(y, axis=1))
            ends = z_ends(r, n, 1 + r**2 / 2)
            is_the_library(r, n, ends, bonett_wright)
            name = f"lognormal, n = {n}, latent {rho:g}: Bonett-Wright on Spearman"
            true = 6 / math.pi * math.asin(rho / 2)
            yield Simulated(name, *covered(ends, true), value, error_of(value, MANY))


@benchmark
def coverage(rows: int | None) -> Simulation:
    """Coverage of 95% intervals of a correlation over 6 and over 43 areas."""
    scale = 1.0 if rows is None else rows / FORMULA
    return Simulation(
        "coverage and mean width of nominal 95% intervals of a correlation",
        lambda: [*pearson_rows(scale), *spearman_rows(scale)],
        f"{round(FORMULA * scale):,} replicates of the formulae, {round(BOOTSTRAP * scale):,} of "
        f"the bootstraps with {RESAMPLES:,} resamples; an interval that is not given holds "
        "nothing. Expected: an earlier simulation of 600 to 20,000 replicates.",
    )
