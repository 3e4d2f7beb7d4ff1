"""How often the exact tests and the noise gate reject, with and without an association."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from benchmarks import Simulated, Simulation, benchmark
from benchmarks.coverage import error_of, pairs, share
from pccfunding.evaluation import cochran_q, minimal_detectable_correlation
from pccfunding.permutation import permutation_family, permutation_test

Floats = npt.NDArray[np.float64]

ALPHA, SEED = 0.05, 20240313
MANY, CHUNK, RESAMPLES, SAMPLES = 20_000, 500, 999, 50
RULES = ("double", "abs")
# Orders of six areas whose p is .05 or less by either coefficient: of 720 in all.
ATTAINABLE = {
    ("spearman", 4): (0, 24),
    ("spearman", 5): (2, 120),
    ("spearman", 6): (24, 720),
    ("kendall", 6): (12, 720),
}
# Latent correlation: expected power of the exact Spearman test.
POWER = {6: {0.5: 0.10, 0.8: 0.31, 0.9: 0.52}, 43: {0.4: 0.72, 0.5: 0.91}}
# The replicates behind the expected power are not stated; taken as these, and printed to a percent.
BEHIND, PRINTED = 2_000, 0.005 / math.sqrt(3)


def rejects(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Whether the library's p of Spearman's coefficient is .05 or less, for each replicate."""
    # Nothing changes if the areas are put in the order of y, which is then one series for all.
    x, n = np.take_along_axis(x, np.argsort(y, axis=1), axis=1), x.shape[1]
    p_values = [
        permutation_family(
            x[start : start + CHUNK],
            [np.arange(n)],
            resamples=None if n <= 9 else RESAMPLES,
            seed=SEED + start,
            max_t=False,
        ).p_value[:, 0]
        for start in range(0, len(x), CHUNK)
    ]
    held: npt.NDArray[np.bool_] = np.concatenate(p_values) <= ALPHA + 1e-12
    return held


def enumerated_sizes() -> Iterator[Simulated]:
    """Every order of the areas is as likely as any other: the size is a count."""
    for (method, n), (few, orders) in ATTAINABLE.items():
        p_values = [
            permutation_test(range(n), order, method=method).p_value
            for order in itertools.permutations(range(n))
        ]
        rejected = sum(p is not None and p <= ALPHA + 1e-12 for p in p_values)
        yield Simulated(
            f"size, {method}, n = {n}, every order",
            rejected / len(p_values),
            0.0,
            expected=few / orders,
            at_most=ALPHA,
        )


def pearson_sizes() -> Iterator[Simulated]:
    """Every order of one sample in turn as the one observed; the largest size of fifty samples."""
    every = np.array(list(itertools.permutations(range(6))))
    for case, (kind, rule) in enumerate(itertools.product(("normal", "lognormal"), RULES)):
        rng = np.random.default_rng([SEED, 50, case])
        sizes = []
        for x, y in zip(*pairs(rng, SAMPLES, 6, 0.0, kind), strict=True):
            family = permutation_family(
                x[every], [y], method="pearson", two_sided=rule, max_t=False
            )
            sizes.append(float((family.p_value <= ALPHA + 1e-12).mean()))
        name = f"size, pearson, n = 6, {kind}, rule {rule}, every order"
        yield Simulated(name, max(sizes), 0.0, expected=36 / 720, at_most=ALPHA)


def simulated_sizes(many: int) -> Iterator[Simulated]:
    for n, expected in ((6, 24 / 720), (43, 50 / (RESAMPLES + 1))):
        rng = np.random.default_rng([SEED, n])
        held = rejects(*pairs(rng, many, n, 0.0, "lognormal"))
        rejected, se = share(held)
        if n > 9:
            # Replicates of a chunk share their random orders.
            parts = [part.mean() for part in np.array_split(held, len(held) // CHUNK)]
            se = max(se, float(np.std(parts, ddof=1)) / math.sqrt(len(parts)))
        yield Simulated(f"size, spearman, n = {n}", rejected, se, expected, at_most=ALPHA)


def powers(many: int) -> Iterator[Simulated]:
    for n, expected in POWER.items():
        detectable = minimal_detectable_correlation(n).simulated
        for rho, power in {**expected, detectable: 0.80}.items():
            rng = np.random.default_rng([SEED, n, round(1000 * rho)])
            rejected, se = share(rejects(*pairs(rng, many, n, rho, "normal")))
            name = f"power, spearman, n = {n}, latent {rho:g}"
            its_error = math.hypot(error_of(power, BEHIND), PRINTED)
            yield Simulated(name, rejected, se, expected=power, expected_se=its_error)


def noisy_counts(
    rng: np.random.Generator, mean: Floats | float, phi: float, size: tuple[int, ...]
) -> Floats:
    """Draw counts whose variance is phi times their mean."""
    if phi == 1:
        return rng.poisson(mean, size).astype(float)
    shape = np.broadcast_to(np.asarray(mean, dtype=float) / (phi - 1), size)
    return rng.poisson(rng.gamma(shape, phi - 1)).astype(float)


def opens(g: Floats, variance: Floats, taken: float | None) -> npt.NDArray[np.bool_]:
    """Whether the gate of Cochran's Q opens, held to the library on the first hundred."""
    weight = 1 / variance
    mean = (weight * g).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    q = (weight * (g - mean) ** 2).sum(axis=1)
    # Without a dispersion 1, 2 and 4 have to agree, and 4 is the last to open.
    gate: npt.NDArray[np.bool_] = chi2.sf(q / (taken or 4.0), g.shape[1] - 1) < ALPHA
    for one, its, gated in zip(g[:100], variance[:100], gate[:100], strict=False):
        assert (cochran_q(list(one), list(its), dispersion=taken).gate == "open") is bool(gated)
    return gate


def changes(
    rng: np.random.Generator, spend: Floats, slope: float, spread: float, base: float, phi: float
) -> tuple[Floats, Floats]:
    """Draw log reductions from counts; the true ones correlate with spend by `slope`."""
    true = spread * (slope * spend + math.sqrt(1 - slope**2) * rng.standard_normal(spend.shape))
    before = noisy_counts(rng, base, phi, spend.shape)
    after = noisy_counts(rng, base * np.exp(-true), phi, spend.shape)
    return np.log((before + 0.5) / (after + 0.5)), 1 / (after + 0.5) + 1 / (before + 0.5)


def gated(many: int) -> Iterator[Simulated]:
    """The gate first, then the test: what both let pass together."""
    size = 24 / 720
    # True dispersion, the one the gate is told, and how often the gate should pass pure noise.
    noise: list[tuple[float, float | None, float | None]] = [
        (1.0, 1.0, ALPHA),
        (2.0, 1.0, float(chi2.sf(chi2.isf(ALPHA, 5) / 2, 5))),
        (4.0, 1.0, float(chi2.sf(chi2.isf(ALPHA, 5) / 4, 5))),
        (2.0, None, None),
        (4.0, None, ALPHA),
    ]
    for case, (phi, taken, passes) in enumerate(noise):
        rng = np.random.default_rng([SEED, 200, case])
        spend = rng.standard_normal((many, 6))
        g, variance = changes(rng, spend, 0.0, 0.0, 400.0, phi)
        gate = opens(g, variance, taken)
        told = "not given" if taken is None else f"taken as {taken:g}"
        name = f"n = 6, base 400, dispersion {phi:g} {told}"
        # The chi-squared law of Q is itself approximate at this base.
        yield Simulated(f"gate passes noise, {name}", *share(gate), passes, 0.004)
        both = gate & rejects(spend, g)
        expected = None if passes is None else passes * size
        yield Simulated(f"gated size, {name}", *share(both), expected, 0.001, at_most=ALPHA)
    for base, spread, slope in itertools.product((100.0, 400.0), (0.1, 0.3), (0.8, 0.9)):
        rng = np.random.default_rng([SEED, 300, int(base), round(10 * spread), round(10 * slope)])
        spend = rng.standard_normal((many, 6))
        g, variance = changes(rng, spend, slope, spread, base, 1.0)
        test, gate = rejects(spend, g), opens(g, variance, 1.0)
        name = f"n = 6, base {base:g}, spread {spread:g}, latent {slope:g}"
        yield Simulated(f"power without the gate, {name}", *share(test))
        yield Simulated(f"gated power, {name}", *share(test & gate))


@benchmark
def size(rows: int | None) -> Simulation:
    """Size and power of the exact tests, ungated and behind the gate of Cochran's Q."""
    many = MANY if rows is None else rows
    return Simulation(
        "size and power at .05 two-sided of the exact tests of correlation",
        lambda: [
            *enumerated_sizes(),
            *pearson_sizes(),
            *simulated_sizes(many),
            *powers(many),
            *gated(many),
        ],
        f"{many:,} replicates; {RESAMPLES} random orders at n = 43. "
        "Gated: the test counts only where Cochran's Q first tells the areas' changes from "
        "counting noise. Spread: standard deviation of the true log changes between areas.",
    )
