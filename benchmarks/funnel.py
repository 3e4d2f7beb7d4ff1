"""How many areas lie outside the widened limits of a funnel where none stands out."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from benchmarks import Simulated, Simulation, benchmark
from benchmarks.coverage import share
from benchmarks.size import noisy_counts
from pccfunding.evaluation import funnel_limits

Floats = npt.NDArray[np.float64]

SEED, RUNS, AREAS, STANDS_OUT, AT_MOST = 20240313, 500, 43, 1.6, 0.004


def drawn(rng: np.random.Generator, phi: float, tau: float, odd: float) -> tuple[Floats, Floats]:
    """Draw counts of forces of unequal size; the first has `odd` times the rate of all."""
    people = np.exp(rng.normal(13.5, 0.6, AREAS))
    rate = 0.002 * np.exp(rng.normal(-(tau**2) / 2, tau, AREAS)) if tau else np.full(AREAS, 0.002)
    rate[0] *= odd
    return noisy_counts(rng, people * rate, phi, (AREAS,)), people


def rows(runs: int) -> Iterator[Simulated]:
    for case, (phi, tau) in enumerate(
        ((1.0, 0.0), (4.0, 0.0), (26.0, 0.0), (1.0, 0.1), (1.0, 0.3))
    ):
        rng = np.random.default_rng([SEED, case])
        outside, found_odd, between = [], [], []
        for _ in range(runs):
            counts, people = drawn(rng, phi, tau, 1.0)
            found = funnel_limits(counts.tolist(), people.tolist())
            outside.append(len(found.outside_widened) / AREAS)
            between.append(found.between_sd is not None)
            counts, people = drawn(rng, phi, tau, STANDS_OUT)
            held = funnel_limits(counts.tolist(), people.tolist()).outside_widened
            found_odd.append("area 1" in held)
        name = f"phi {phi:g}, tau {tau:g}"
        rate = np.array(outside)
        error = float(rate.std()) / math.sqrt(runs)
        yield Simulated(f"outside 99.8%, {name}", float(rate.mean()), error, at_most=AT_MOST)
        yield Simulated(
            f"told with {STANDS_OUT:g} times the rate, {name}", *share(np.array(found_odd))
        )
        yield Simulated(f"taken to differ between areas, {name}", *share(np.array(between)))


@benchmark
def funnel_size(rows_asked: int | None) -> Simulation:
    """Share of areas outside the widened limits, and power for one that stands out."""
    runs = RUNS if rows_asked is None else rows_asked
    return Simulation(
        "share of 43 areas outside the widened 99.8% limits where none stands out",
        lambda: list(rows(runs)),
        f"{runs:,} funnels each of 43 areas with 1,460 events in the middle one; phi: variance "
        "over mean; tau: standard deviation of true log rates.",
    )
