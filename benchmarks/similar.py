"""How often an earlier course is shown to be similar, where it is and where it is not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from benchmarks import Simulated, Simulation, benchmark
from benchmarks.coverage import share
from benchmarks.size import noisy_counts
from pccfunding.evaluation import ratio_of_rate_ratios

SEED, RUNS, APART = 20240313, 1_000, 0.05


def rows(runs: int) -> Iterator[Simulated]:
    cases = itertools.product((1.0, 2.0), (5, 8), (400, 2_000, 10_000), (0.0, APART))
    for case, (phi, points, count, drift) in enumerate(cases):
        rng = np.random.default_rng([SEED, case])
        course = count * np.exp(drift * np.arange(points))
        here = noisy_counts(rng, course, phi, (runs, points)).astype(int).tolist()
        there = noisy_counts(rng, float(count), phi, (runs, points)).astype(int).tolist()
        granted = [
            ratio_of_rate_ratios(
                80, 100, 90, 100, pre_counts=one, pre_control_counts=other
            ).maryland_level
            == 3
            for one, other in zip(here, there, strict=True)
        ]
        name = f"{points} points, {count:,} a year, phi {phi:g}, {100 * drift:g}% apart"
        yield Simulated(name, *share(np.array(granted)), at_most=0.10 if drift else None)


@benchmark
def similar_course(rows_asked: int | None) -> Simulation:
    """Share of comparisons that reach Maryland level 3 by their earlier course."""
    runs = RUNS if rows_asked is None else rows_asked
    return Simulation(
        "share of comparisons whose earlier course is shown to lie within 5% a year",
        lambda: list(rows(runs)),
        f"{runs:,} comparisons each; two places of the same count a year, phi: variance over mean.",
    )
