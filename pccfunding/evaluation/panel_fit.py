"""The Poisson model of a panel: area and period dummies, errors clustered by area."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from pccfunding.evaluation.panel_data import FloatArray, Panel

# Cohort (number of its first period) and period.
Cell = tuple[int, int]
_STEPS, _CLOSE = 200, 1e-12
# No logarithm of a mean lies beyond.
_FURTHEST = 50.0


@dataclass(frozen=True)
class PanelFit:
    """Coefficients of the terms that are no dummies, with their clustered covariance."""

    coefficients: FloatArray
    covariance: FloatArray
    mean: FloatArray
    dispersion: float


def treated_cells(panel: Panel) -> list[Cell]:
    """Each cohort and period from its start on."""
    n = len(panel.periods)
    starts = sorted(set(panel.first.tolist()) - {n})
    return [(start, t) for start in starts for t in range(start, n)]


def event_cells(panel: Panel) -> list[Cell]:
    """Each cohort and period but the last before its start, which the others are held against."""
    n = len(panel.periods)
    starts = sorted(set(panel.first.tolist()) - {n})
    return [(start, t) for start, t in itertools.product(starts, range(n)) if t != start - 1]


def cell_columns(panel: Panel, cells: list[Cell]) -> FloatArray:
    """One column a cell over areas and periods."""
    first, steps = panel.first, np.arange(len(panel.periods))
    return np.stack(
        [np.outer(first == start, steps == t).astype(float) for start, t in cells], axis=2
    )


def fit_panel(panel: Panel, terms: FloatArray) -> PanelFit:
    """Fit terms (areas by periods by terms) and covariates beside area and period dummies.

    The small-sample rule is G/(G-1) x (N-1)/(N-k-T): G areas, N counts, T periods, and k terms
    that are no dummies. The area dummies lie within the clusters and are not counted.
    """
    n_areas, n_periods = panel.counts.shape
    extra = np.concatenate([terms, panel.covariates], axis=2).reshape(n_areas * n_periods, -1)
    k = extra.shape[1]
    design = np.column_stack([extra, _dummies(n_areas, n_periods)])
    found, mean = _poisson(panel.counts.ravel(), design, np.log(panel.exposure).ravel())
    residuals = panel.counts.ravel() - mean
    bread = np.linalg.inv(design.T @ (design * mean[:, None]))
    scores = (design * residuals[:, None]).reshape(n_areas, n_periods, -1).sum(axis=1)
    n = mean.size
    rule = n_areas / (n_areas - 1) * (n - 1) / (n - k - n_periods)
    covariance = rule * bread @ (scores.T @ scores) @ bread
    return PanelFit(
        coefficients=found[:k],
        covariance=covariance[:k, :k],
        mean=mean.reshape(n_areas, n_periods),
        dispersion=float((residuals**2 / mean).sum() / (n - design.shape[1])),
    )


def _poisson(
    counts: FloatArray, design: FloatArray, offset: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fit a Poisson model with a log link by iteratively reweighted least squares."""
    mean = (counts + counts.mean()) / 2
    line, found = np.log(mean), np.zeros(design.shape[1])
    for _ in range(_STEPS):
        weight = np.sqrt(mean)
        target = line - offset + (counts - mean) / mean
        # By the pseudo-inverse: a cell that counted nothing has no finite coefficient.
        step = np.linalg.lstsq(design * weight[:, None], target * weight, rcond=1e-15)[0]
        far, found = float(np.abs(step - found).max()), step
        line = np.clip(design @ found + offset, -_FURTHEST, _FURTHEST)
        mean = np.exp(line)
        if far < _CLOSE:
            break
    return found, mean


def _dummies(n_areas: int, n_periods: int) -> FloatArray:
    area = np.kron(np.eye(n_areas), np.ones((n_periods, 1)))
    period = np.kron(np.ones((n_areas, 1)), np.eye(n_periods)[:, 1:])
    return np.hstack([area, period])


def null_mean(panel: Panel, log_effect: FloatArray) -> FloatArray:
    """Means of areas, periods and covariates alone, once the effect is held at a given value.

    The two sets of dummies are fitted to their margins in turn; the covariates take a Newton step
    between.
    """
    mean = panel.exposure * np.exp(log_effect)
    rows, columns, more = panel.counts.sum(axis=1), panel.counts.sum(axis=0), panel.covariates
    for _ in range(20 * _STEPS):
        mean = mean * (rows / mean.sum(axis=1))[:, None]
        miss = columns / mean.sum(axis=0)
        mean = mean * miss
        far = float(np.abs(miss - 1).max())
        if more.shape[2]:
            inner = within(more, mean)
            slope = np.einsum("itk,it->k", inner, panel.counts - mean)
            step = np.linalg.solve(np.einsum("itk,itl,it->kl", inner, inner, mean), slope)
            mean = mean * np.exp(more @ step)
            far = max(far, float(np.abs(inner @ step).max()))
        if far < _CLOSE:
            break
    closed: FloatArray = mean * (rows / mean.sum(axis=1))[:, None]
    return closed


def within(terms: FloatArray, weights: FloatArray) -> FloatArray:
    """Terms less their weighted mean over the periods of each area."""
    over = weights.sum(axis=1)[:, None, None]
    inner: FloatArray = terms - (terms * weights[..., None]).sum(axis=1, keepdims=True) / over
    return inner
