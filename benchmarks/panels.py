"""How often the test of a panel rejects where nothing happened, and holds the truth elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks import Simulated, Simulation, benchmark
from benchmarks.coverage import share
from pccfunding.evaluation import panel_change
from pccfunding.evaluation.panel_data import Panel, read_panel
from pccfunding.evaluation.panel_fit import cell_columns, fit_panel, treated_cells
from pccfunding.evaluation.panel_lots import deal_lots
from pccfunding.evaluation.panel_steps import student

Floats = npt.NDArray[np.float64]

ALPHA, SEED, AREAS, TREATED = 0.05, 20240313, 43, 18
PANELS, RESAMPLES, HELD = 1_000, 499, 2
# First period with the award for each area; 99 for never.
NEVER = 99
EFFECT = -0.1


def shocks(rng: np.random.Generator, areas: int, periods: int, autoregression: float) -> Floats:
    """Draw log rates that wander by .05 around each area's own level."""
    spread = 0.05
    found = [rng.normal(0, spread, areas)]
    for _ in range(periods - 1):
        step = rng.normal(0, spread * np.sqrt(1 - autoregression**2), areas)
        found.append(autoregression * found[-1] + step)
    return np.stack(found, axis=1)


def drawn(
    rng: np.random.Generator, path: Floats, log_effect: Floats, autoregression: float
) -> Panel:
    """Draw counts of forces of unequal size around a common course."""
    areas, periods = path.shape
    people = np.exp(rng.normal(13.5, 0.5, areas))[:, None] * (1 + 0.005 * np.arange(periods))
    rate = np.exp(rng.normal(-6, 0.3, areas)[:, None] + rng.normal(0, 0.05, periods))
    log_rate = shocks(rng, areas, periods, autoregression) + log_effect
    counts = rng.poisson(people * rate * np.exp(log_rate))
    rows = [
        (f"area {a:02d}", 2000 + t, int(counts[a, t]), float(people[a, t]), float(path[a, t]))
        for a in range(areas)
        for t in range(periods)
    ]
    frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons", "given"])
    return read_panel(frame, "given", "persons", "area_code", None, (), None)


def frame_of(panel: Panel) -> pd.DataFrame:
    rows = [
        (a, p.label, int(panel.counts[i, t]), panel.exposure[i, t], panel.path[i, t])
        for i, a in enumerate(panel.areas)
        for t, p in enumerate(panel.periods)
    ]
    return pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons", "given"])


def common(rng: np.random.Generator, periods: int) -> Floats:
    path = np.zeros((AREAS, periods))
    path[:TREATED, periods // 2 :] = 1
    return path


def staggered(rng: np.random.Generator, periods: int) -> Floats:
    start = np.repeat([periods // 3, 2 * periods // 3, NEVER], [10, 10, AREAS - 20])
    return (np.arange(periods) >= start[:, None]).astype(float)


def dose(rng: np.random.Generator, periods: int) -> Floats:
    given = np.round(rng.gamma(2, 0.5, AREAS), 2)
    return np.outer(given, np.arange(periods) >= periods // 2).astype(float)


def is_the_library(panel: Panel, p_value: float) -> None:
    """Hold the p of the first panels to that of the public call."""
    found = panel_change(
        frame_of(panel), treated="given", exposure="persons", resamples=RESAMPLES, seed=SEED
    )
    np.testing.assert_allclose(found.p_value, p_value, rtol=0, atol=1e-12)


def rows(name: str, case: int, many: int) -> Iterator[Simulated]:
    kind, periods, autoregression = {
        0: (common, 6, 0.5),
        1: (common, 12, 0.5),
        2: (common, 8, 0.0),
        3: (staggered, 9, 0.5),
        4: (dose, 8, 0.5),
    }[case]
    rng = np.random.default_rng([SEED, case])
    null, clustered, held = [], [], []
    for number in range(many):
        path = kind(rng, periods)
        panel = drawn(rng, path, np.zeros_like(path), autoregression)
        cells = treated_cells(panel) if kind is staggered else None
        lots = deal_lots(panel, cells, RESAMPLES, SEED)
        p_value = lots.p_value(np.zeros_like(path))
        if number < HELD:
            is_the_library(panel, p_value)
        null.append(p_value < ALPHA)
        terms = panel.path[..., None] if cells is None else cell_columns(panel, cells)
        fit = fit_panel(panel, terms)
        over = np.einsum("itk,it->k", terms, panel.exposure)
        weight = over / over.sum()
        m = len(weight)
        se = float(np.sqrt(weight @ fit.covariance[:m, :m] @ weight))
        clustered.append(
            student(float(weight @ fit.coefficients[:m]), se, len(panel.areas), 0.95)[2] < ALPHA
        )
        moved = drawn(rng, path, EFFECT * path, autoregression)
        lots = deal_lots(moved, cells, RESAMPLES, SEED)
        held.append(lots.p_value(EFFECT * moved.path) >= ALPHA)
    name = f"{name}, {periods} years, AR {autoregression:g}"
    yield Simulated(f"size, {name}", *share(np.array(null)), ALPHA, at_most=0.06)
    yield Simulated(f"size of clustered t, {name}", *share(np.array(clustered)))
    yield Simulated(f"interval holds {EFFECT:g}, {name}", *share(np.array(held)), 0.95)


@benchmark
def panel_size(rows_asked: int | None) -> Simulation:
    """Size and coverage of the randomisation test of a panel."""
    runs = PANELS if rows_asked is None else rows_asked
    cases = ("18 of 43", "18 of 43", "18 of 43", "10 and 10 of 43, staggered", "dose in 43")
    return Simulation(
        "size at .05 and coverage at 95% of the score test of a panel",
        lambda: [row for case, name in enumerate(cases) for row in rows(name, case, runs)],
        f"{runs:,} panels each, {RESAMPLES} lots; log rates wander by .05, counts are Poisson "
        "(mean about 2,100 an area and year). Coverage: the test at the true log change of "
        f"{EFFECT:g} (per unit for a dose). A staggered interval is that of a change alike in "
        "every cell.",
    )
