"""How often the step of an interrupted series is called one where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks import Growth, Simulated, Simulation, benchmark
from benchmarks.coverage import share
from pccfunding.evaluation import interrupted_series

ALPHA, SEED, RUNS = 0.05, 20240313, 800
# A month beside its neighbours is what the errors are for: there the size is known to .004.
MONTHLY_RUNS = 3_000
MEAN, SPREAD, STEP = 100.0, 0.1, -0.25
# Name, periods a year, periods, how many before, comparison series, bound.
SHAPES = {
    "monthly": (12, 60, 36, 0, 0.085),
    "quarterly": (4, 28, 16, 0, 0.10),
    "yearly": (1, 14, 8, 0, 0.10),
    "monthly beside 3 series": (12, 48, 30, 3, 0.085),
}
AUTOREGRESSIONS = (0.0, 0.4, 0.6)
FEW = 60


def labels(a_year: int, periods: int) -> list[str]:
    """Name the periods from 2005 on."""
    if a_year == 1:
        return [str(2005 + k) for k in range(periods)]
    if a_year == 4:
        return [f"{2005 + k // 4}-Q{k % 4 + 1}" for k in range(periods)]
    return [f"{2005 + k // 12}-{k % 12 + 1:02d}" for k in range(periods)]


def drawn(
    rng: np.random.Generator, a_year: int, periods: int, before: int, r: float, step: float
) -> list[int]:
    """Draw counts whose log rates wander by .1, with a season and a trend."""
    wander = [rng.normal(0, SPREAD)]
    for _ in range(periods - 1):
        wander.append(r * wander[-1] + rng.normal(0, SPREAD * np.sqrt(1 - r**2)))
    time = np.arange(periods)
    season = 0.15 * np.sin(2 * np.pi * time / a_year) if a_year > 1 else 0.0
    moved = step * (time >= before)
    mean = MEAN * np.exp(0.04 / a_year * time + season + np.array(wander) + moved)
    return [int(y) for y in rng.poisson(mean)]


def rejected(shape: str, r: float, step: float, errors: str, runs: int, seed: int) -> Simulated:
    a_year, periods, before, controls, bound = SHAPES[shape]
    rng = np.random.default_rng([SEED, seed])
    names = labels(a_year, periods)
    held = []
    for _ in range(runs):
        counts = drawn(rng, a_year, periods, before, r, step)
        beside = {
            str(k): drawn(rng, a_year, periods, before, r, 0.0) for k in range(controls)
        } or None
        found = interrupted_series(
            counts,
            names,
            first_after=names[before],
            control=beside,
            errors=errors,  # type: ignore[arg-type]
        )
        assert found.level_p is not None
        held.append(found.level_p < ALPHA)
    what = "power" if step else "size"
    name = f"{what}, {errors}, {shape}, AR {r:g}"
    at_most = bound if errors == "gls" and not step else None
    return Simulated(name, *share(np.array(held)), at_most=at_most)


def rows(runs: int, monthly: int) -> Iterator[Simulated]:
    for case, shape in enumerate(SHAPES):
        for r in AUTOREGRESSIONS:
            seed = 10 * case + round(10 * r)
            if shape == "monthly":
                yield rejected(shape, r, 0.0, "gls", monthly, seed)
                yield rejected(shape, r, 0.0, "wider", monthly, seed)
            else:
                yield rejected(shape, r, 0.0, "gls", runs, seed)
    today = rejected("monthly", 0.0, STEP, "wider", monthly, 90)
    yield today
    ours = rejected("monthly", 0.0, STEP, "gls", monthly, 90)
    yield ours
    yield Simulated(
        "power lost to the wider errors, monthly, AR 0",
        today.measured - ours.measured,
        (today.se**2 + ours.se**2) ** 0.5,
        at_most=0.04,
    )


@benchmark
def interrupted_size(rows_asked: int | None) -> Simulation:
    """Size and power of the step of an interrupted series."""
    runs = RUNS if rows_asked is None else rows_asked
    monthly = MONTHLY_RUNS if rows_asked is None else rows_asked
    return Simulation(
        "size at .05 of the step of an interrupted series with level and slope change",
        lambda: list(rows(runs, monthly)),
        f"{runs:,} series each, {monthly:,} of months by themselves: Poisson counts around a mean "
        f"of {MEAN:g} a period, log rates that wander by {SPREAD:g}, a season and a trend; power "
        f"at a step of {STEP:g}. The same series for both kinds of errors.",
    )


@benchmark
def interrupted_growth(rows: int | None) -> Growth:
    """Two decades of months."""
    number = rows or 100 * FEW

    def of(months: int) -> Callable[[], Any]:
        counts = [int(y) for y in np.random.default_rng(SEED).poisson(MEAN, months)]
        names = [f"{1500 + k // 12}-{k % 12 + 1:02d}" for k in range(months)]
        return lambda: interrupted_series(counts, names, first_after=names[months // 2])

    def check(answers: Mapping[int, Any]) -> str:
        for found in answers.values():
            assert found.estimable, found.reason
        return "each is estimated"

    sizes = number // 100, number // 10, number
    return Growth("interrupted_series of monthly counts, by months", sizes, of, check)
