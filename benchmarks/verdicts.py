"""How often each verdict of an association is given, where the truth is known, by simulation."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import Simulated, Simulation, benchmark
from benchmarks.coverage import Floats
from pccfunding import spend_vs_reduction
from pccfunding.association import Association
from pccfunding.association.coefficients import coefficients
from pccfunding.association.ranges import measurement_interval
from pccfunding.association.reordering import region_of

SEED, RESAMPLES = 20240313, 499
RUNS, RUNS_NEED, RUNS_REGIONS, RUNS_REDRAWN = 400, 2_000, 200, 400
AREAS = (6, 10, 20, 42)
OURS, NEED = "association, not causal", "not told apart from need"
FORCES = [f"E23000{k:03d}" for k in range(1, 40)] + [f"W1500000{k}" for k in range(1, 5)]
# The same forces without the City of London, whose residents are few.
FORTY_TWO = [code for code in FORCES if code != "E23000034"]
# Reliability of the log reductions, of need as measured, and how far spend follows need.
SPREAD, BASE, LED, MEASURED = 0.1, 20_000, 0.8, 0.8
BETWEEN = (0.59, 0.34)


def counts(rng: np.random.Generator, need: Floats, falls: Floats) -> tuple[Floats, Floats]:
    """Draw counts of both windows, whose true rates are exact in need."""
    before = rng.poisson(BASE * np.exp(0.3 * need)).astype(float)
    after = rng.poisson(BASE * np.exp(0.3 * need - SPREAD * falls)).astype(float)
    return before, after


def judged(
    spend: Floats, before: Floats, after: Floats, codes: list[str], **how: Any
) -> Association:
    """Ask the library, with dispersion known."""
    money = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": np.exp(0.3 * spend)})
    fell = pd.DataFrame(
        {
            "area_code": codes,
            "offences_baseline": before,
            "offences_comparison": after,
            "persons_baseline": 1e5,
            "persons_comparison": 1e5,
        }
    )
    given = {"family": 1, "dispersion": 1, "redraws": 20, "resamples": RESAMPLES, **how}
    if len(codes) < 10:
        given["resamples"] = None
    return spend_vs_reduction(money, fell, **given)


def null(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """Spend, need and falls that have nothing to do with each other."""
    spend, need, falls = rng.standard_normal((3, n))
    return spend, need, falls


def need_led(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """Spend follows need, and so do the falls; spend does nothing."""
    need = rng.standard_normal(n)
    follow = math.sqrt(1 - LED**2)
    spend, falls = LED * need + follow * rng.standard_normal((2, n))
    return spend, need, falls


def effect(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """Falls follow spend, and need has nothing to do with either."""
    spend, need, other = rng.standard_normal((3, n))
    return spend, need, 0.6 * spend + 0.8 * other


def verdicts_of(
    draw: Callable[[np.random.Generator, int], tuple[Floats, Floats, Floats]],
    n: int,
    runs: int,
    case: int,
    error: float = 0.0,
) -> tuple[Counter[str], int]:
    """Count the verdicts, and how often the p alone is below .05."""
    rng = np.random.default_rng([SEED, case, n])
    told: Counter[str] = Counter()
    small = 0
    for run in range(runs):
        spend, need, falls = draw(rng, n)
        before, after = counts(rng, need, falls)
        how: dict[str, Any] = {"seed": run}
        if error:
            seen = math.sqrt(1 - error) * need + math.sqrt(error) * rng.standard_normal(n)
            how["baseline"] = dict(zip(FORTY_TWO[:n], seen, strict=True))
        found = judged(spend, before, after, FORTY_TWO[:n], **how)
        told[found.verdict] += 1
        small += found.p_value is not None and found.p_value < 0.05
    return told, small


def shared(what: str, hits: int, runs: int, **bound: Any) -> Simulated:
    p = hits / runs
    return Simulated(what, p, math.sqrt(max(p * (1 - p), 1 / runs / 4) / runs), **bound)


def null_rows(runs: int) -> Iterator[Simulated]:
    for n in AREAS:
        told, small = verdicts_of(null, n, runs, 1)
        name = f"nothing there, n = {n}"
        yield shared(f"{name}: p below .05", small, runs, at_most=0.05)
        yield shared(f"{name}: {OURS}", told[OURS], runs, at_most=0.05)
        yield shared(f"{name}: rests on one area", told["rests on one area"], runs)


def need_rows(runs: int) -> Iterator[Simulated]:
    told, small = verdicts_of(need_led, 42, runs, 2)
    name = "spend led by need, no effect, n = 42"
    yield shared(f"{name}: p below .05", small, runs)
    yield shared(f"{name}: {OURS}", told[OURS], runs, at_most=0.07)
    yield shared(f"{name}: {NEED}", told[NEED], runs)
    told, _ = verdicts_of(need_led, 42, runs // 4, 3, error=1 - MEASURED)
    name = f"the same, need measured with reliability {MEASURED:g}"
    yield shared(f"{name}: {OURS}", told[OURS], runs // 4)


def effect_rows(runs: int) -> Iterator[Simulated]:
    for n in (10, 42):
        told, small = verdicts_of(effect, n, runs, 4)
        name = f"an effect without need, n = {n}"
        yield shared(f"{name}: p below .05", small, runs)
        yield shared(f"{name}: {OURS}", told[OURS], runs)
        alone = told[OURS] + told[NEED]
        yield shared(
            f"{name}: lost to the partial", told[NEED], runs, at_most=0.02 if n > 10 else 0.06
        )
        yield shared(f"{name}: left by the steps before it", alone, runs)


def alike(rng: np.random.Generator, labels: Any, share: float, n: int) -> Floats:
    """Draw a side of which a share of the variance lies between regions."""
    between = rng.standard_normal(labels.max() + 1)[labels]
    side: Floats = math.sqrt(share) * between + math.sqrt(1 - share) * rng.standard_normal(n)
    return side


def neighbour_rows(runs: int) -> Iterator[Simulated]:
    labels = pd.factorize(pd.Series([region_of(code) for code in FORTY_TWO]))[0]
    n = len(FORTY_TWO)
    for name, shares, slope in (
        ("regions alike, nothing there", BETWEEN, 0.0),
        ("regions alike, an effect", BETWEEN, 0.4),
        ("regions not alike, nothing there", (0.0, 0.0), 0.0),
    ):
        rng = np.random.default_rng([SEED, 5, round(100 * slope), round(100 * shares[0])])
        plain = within = warned = 0
        for run in range(runs):
            spend = alike(rng, labels, shares[0], n)
            other = alike(rng, labels, shares[1], n)
            falls = slope * spend + math.sqrt(1 - slope**2) * other
            before, after = counts(rng, rng.standard_normal(n), falls)
            found = judged(spend, before, after, FORTY_TWO, seed=run)
            inside = judged(spend, before, after, FORTY_TWO, seed=run, strata="region")
            plain += (found.p_value or 1) < 0.05
            within += (inside.p_value or 1) < 0.05
            warned += "neighbours-alike" in found.cautions
        yield shared(f"{name}: p below .05 over all orders", plain, runs)
        bound = {"at_most": 0.05} if slope == 0 else {}
        yield shared(f"{name}: p below .05 within regions", within, runs, **bound)
        bound = {"at_most": 0.03} if shares[0] == 0 else {}
        yield shared(f"{name}: caution neighbours-alike", warned, runs, **bound)


def order_rows() -> Iterator[Simulated]:
    told: Counter[str] = Counter()
    need = np.array([0.3, -0.2, 0.1, -0.4, 0.2, 0.0])
    before = np.round(BASE * np.exp(need))
    for order in itertools.permutations(range(6)):
        after = np.round(before * np.exp(-SPREAD * np.array(order)))
        found = judged(np.arange(6.0), before, after, FORTY_TWO[:6])
        told[found.verdict] += 1
    for verdict, most in (("rests on one area", 0.0), (OURS, 2 / 720)):
        yield Simulated(f"every order of six: {verdict}", told[verdict] / 720, 0.0, at_most=most)


_HOW = (
    f"{RESAMPLES} random orders from 10 areas on, every order below; counts of about {BASE:,} in "
    "the baseline; dispersion known."
)


@benchmark
def verdicts_given(rows: int | None) -> Simulation:
    """How often an association is called one, rightly and wrongly."""
    runs = RUNS if rows is None else rows
    return Simulation(
        "verdicts of spend_vs_reduction with nothing there, and with an effect",
        lambda: [*order_rows(), *null_rows(runs), *effect_rows(runs)],
        f"{runs:,} runs a row. {_HOW} An effect: falls correlate 0.6 with spend.",
    )


@benchmark
def verdicts_need(rows: int | None) -> Simulation:
    """How often spend that follows need is told apart from it."""
    runs = RUNS_NEED if rows is None else rows
    return Simulation(
        "verdicts of spend_vs_reduction where spend follows need and does nothing",
        lambda: list(need_rows(runs)),
        f"{runs:,} runs, and {runs // 4:,} with need measured with error. {_HOW} Spend and falls "
        f"correlate {LED:g} with need.",
    )


@benchmark
def verdicts_regions(rows: int | None) -> Simulation:
    """How often p is below .05 where areas of one region resemble each other."""
    runs = RUNS_REGIONS if rows is None else rows
    return Simulation(
        "p of spend_vs_reduction over 42 forces whose regions resemble each other",
        lambda: list(neighbour_rows(runs)),
        f"{runs:,} runs a row. {_HOW} Regions alike: {BETWEEN[0]:g} of the variance of spend and "
        f"{BETWEEN[1]:g} of that of the falls lie between them. An effect: falls correlate 0.4 "
        "with spend.",
    )


def redrawn_rows(runs: int) -> Iterator[Simulated]:
    for n, reliability, slope in itertools.product((6, 42), (0.7, 0.85, 0.95), (0.0, 0.5, 0.9)):
        rng = np.random.default_rng([SEED, 6, n, round(100 * reliability), round(10 * slope)])
        held = kept = 0
        for run in range(runs):
            spend, other = rng.standard_normal((2, n))
            true = SPREAD * (slope * spend + math.sqrt(1 - slope**2) * other)
            noise = SPREAD**2 * (1 - reliability) / reliability
            areas = pd.DataFrame({"spend": np.exp(spend), "variance": noise})
            areas["g"] = true + math.sqrt(noise) * rng.standard_normal(n)
            areas = areas.assign(before=1.0, after=1.0, spend_low=np.nan, spend_high=np.nan)
            found = measurement_interval(
                areas,
                dispersion=1.0,
                has_counts=True,
                method="spearman",
                confidence_level=0.95,
                redraws=500,
                seed=run,
            )
            x = areas["spend"].to_numpy()[None]
            ends = [
                float(coefficients(x, np.asarray(v)[None], "spearman")[0])
                for v in (true, areas["g"])
            ]
            # A range of one point is not given; it holds the truth where that is the point.
            low, high = (ends[1], ends[1]) if found.low is None else (found.low, found.high or 1)
            held += low - 1e-9 <= ends[0] <= high + 1e-9
            kept += low - 1e-9 <= ends[1] <= high + 1e-9
        name = f"n = {n}, reliability {reliability:g}, slope {slope:g}"
        yield shared(f"{name}: holds the true coefficient", held, runs)
        if kept != runs:
            yield shared(f"{name}: holds the estimate", kept, runs)


@benchmark
def redrawn(rows: int | None) -> Simulation:
    """How often the range of the coefficient over true changes holds the true one."""
    runs = RUNS_REDRAWN if rows is None else rows
    return Simulation(
        "coverage of the nominal 95% range over true log reductions drawn given spend and counts",
        lambda: list(redrawn_rows(runs)),
        f"{runs:,} runs a row, 500 draws each, noise known; a row appears for every setting in "
        "which the range did not hold the estimate.",
    )
