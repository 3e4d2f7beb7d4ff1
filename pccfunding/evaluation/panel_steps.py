"""The steps of a panel's comparison beyond its one coefficient."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from pccfunding.evaluation.arguments import PANDEMIC
from pccfunding.evaluation.earlier_course import COURSE_LEVEL, EarlierCourse
from pccfunding.evaluation.panel_data import FloatArray, Panel
from pccfunding.evaluation.panel_fit import (
    Cell,
    PanelFit,
    cell_columns,
    event_cells,
    fit_panel,
)
from pccfunding.evaluation.panel_lots import Lots, deal_lots, inverted
from pccfunding.words import counted

_LEAST_AREAS, _LEAST_POINTS = 4, 3
# A logarithm of a rate ratio (of 22,000) beyond which no change is looked for.
_FURTHEST = 10.0


def without_late(panel: Panel) -> Panel:
    """Set areas aside that had the award from the first period on: they have no before."""
    if panel.dose:
        return panel
    late = panel.first == 0
    if not late.any():
        return panel
    keep = ~late
    why = tuple((area, "had it from the first period on") for area in np.array(panel.areas)[late])
    return replace(
        panel,
        areas=tuple(np.array(panel.areas)[keep].tolist()),
        counts=panel.counts[keep],
        exposure=panel.exposure[keep],
        path=panel.path[keep],
        covariates=panel.covariates[keep],
        strata=panel.strata[keep],
        dropped=tuple(sorted((*panel.dropped, *((str(a), b) for a, b in why)))),
    )


def why_not(panel: Panel) -> str | None:
    """Say why no change can be estimated, if so."""
    n_areas, n_periods = panel.counts.shape
    if n_areas < _LEAST_AREAS:
        return f"{counted(n_areas, 'area')} with every count; at least {_LEAST_AREAS} are needed"
    if n_periods < 2:
        return f"{counted(n_periods, 'period')}; at least 2 are needed"
    if not (panel.path != 0).any():
        return "no area was given anything in these periods"
    if not panel.counts.sum(axis=0).all():
        empty = panel.periods[int(np.flatnonzero(panel.counts.sum(axis=0) == 0)[0])].label
        return f"nothing was counted anywhere in {empty}"
    if panel.dose:
        # What is left of the dose once areas and periods are taken out.
        left = panel.path - panel.path.mean(axis=1, keepdims=True)
        left = left - left.mean(axis=0)
        if np.abs(left).max() <= 1e-9 * np.abs(panel.path).max():
            return "the dose rises and falls in all areas alike, so that none is beside another"
        return None
    ends_again = (np.diff(panel.path, axis=1) < 0).any(axis=1)
    if ends_again.any():
        area = panel.areas[int(np.flatnonzero(ends_again)[0])]
        return f"the award of {area} ends within these periods: leave out the periods after it"
    if (panel.first < n_periods).all():
        last = panel.periods[int(panel.first.max())].label
        return f"from {last} on every area has it: no area stays to compare with"
    starts = sorted(set(panel.first.tolist()) - {n_periods})
    for start in starts:
        cohort = panel.counts[panel.first == start]
        parts = cohort[:, start:].sum(axis=0) if len(starts) > 1 else [cohort[:, start:].sum()]
        if not np.all(parts) or not cohort[:, :start].sum():
            began = panel.periods[start].label
            return f"nothing was counted before or after in the areas that began in {began}"
    return None


def ends(
    lots: Lots, terms: FloatArray, fit: PanelFit, share: FloatArray, se: float, level: float
) -> tuple[float | None, float | None]:
    """Invert the test: the pattern of the effects is moved as a whole."""
    own = fit.coefficients[: len(share)]
    effect = float(share @ own)

    def p_value(moved: float) -> float:
        return lots.p_value(terms @ (own + moved - effect))

    furthest = _FURTHEST / float(np.abs(terms).max())
    return inverted(p_value, effect, se or furthest, furthest, level)


def earlier_of_panel(panel: Panel, start: int, resamples: int, seed: int) -> EarlierCourse:
    """Whether treated areas ran apart before: the same test for a yearly slope of theirs."""
    if start < _LEAST_POINTS:
        return EarlierCourse(start)
    given = panel.path.max(axis=1)
    given = given / given[given > 0].mean()
    earlier = panel.earlier(start, np.outer(given, panel.years[:start]))
    if not (earlier.counts.sum(axis=1) > 0).all() or not (earlier.counts.sum(axis=0) > 0).all():
        return EarlierCourse(start)
    terms = earlier.path[..., None]
    fit = fit_panel(earlier, terms)
    slope, error = float(fit.coefficients[0]), math.sqrt(float(fit.covariance[0, 0]))
    lots = deal_lots(earlier, None, resamples, seed)
    low, high = ends(lots, terms, fit, np.ones(1), error, COURSE_LEVEL)
    p_value = lots.p_value(np.zeros_like(earlier.counts))
    return EarlierCourse(start, slope, low, high, p_value, fit.dispersion)


def student(effect: float, se: float, n_areas: int, level: float) -> tuple[float, float, float]:
    """Ends and p of the clustered error."""
    from scipy.stats import t

    reach = float(t.ppf((1 + level) / 2, n_areas - 1)) * se
    p_value = 2 * float(t.sf(abs(effect) / se, n_areas - 1)) if se else 0.0
    return effect - reach, effect + reach, p_value


def event_study(
    panel: Panel, level: float
) -> tuple[tuple[tuple[Any, ...], ...], tuple[tuple[float, ...], ...]]:
    """Log ratios by period from the start, with covariance; nothing for a dose or empty cells."""
    if panel.dose:
        return (), ()
    cells = event_cells(panel)
    columns = cell_columns(panel, cells)
    if not np.einsum("itk,it->k", columns, panel.counts).all():
        return (), ()
    rows = panel.counts.size - len(cells) - len(panel.periods) - panel.covariates.shape[2]
    if rows < 1:
        return (), ()
    fit = fit_panel(panel, columns)
    shares = _shares(panel, cells, columns)
    m = len(cells)
    effects = shares @ fit.coefficients[:m]
    covariance = shares @ fit.covariance[:m, :m] @ shares.T
    steps = sorted({t - start for start, t in cells})
    found = []
    for k, step in enumerate(steps):
        effect, se = float(effects[k]), math.sqrt(max(0.0, float(covariance[k, k])))
        low, high, _ = student(effect, se, len(panel.areas), level)
        found.append((step, effect, se, math.exp(effect), math.exp(low), math.exp(high)))
    at = sum(step < -1 for step in steps)
    found.insert(at, (-1, 0.0, 0.0, 1.0, 1.0, 1.0))
    return tuple(found), tuple(tuple(float(v) for v in row) for row in covariance)


def _shares(panel: Panel, cells: list[Cell], columns: FloatArray) -> FloatArray:
    """Weight of each cell in its distance from the start, by exposure."""
    over = np.einsum("itk,it->k", columns, panel.exposure)
    steps = np.array([t - start for start, t in cells])
    of_step = (np.array(sorted(set(steps.tolist())))[:, None] == steps) * over
    shares: FloatArray = of_step / of_step.sum(axis=1, keepdims=True)
    return shares


def spans_pandemic(panel: Panel) -> bool:
    """Whether the pandemic lies within the periods, or between them."""
    return panel.periods[0].start <= PANDEMIC[1] and panel.periods[-1].end >= PANDEMIC[0]
