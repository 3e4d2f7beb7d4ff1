"""How far the coefficient can move: true changes behind the counts, amounts within their bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pccfunding.association.coefficients import Floats, coefficients, ranked

_DISPERSIONS = (1.0, 2.0, 4.0)
_SWEEPS = 20
_STEPS, _WIDEST = 200, 6.0
_NEAR = 1e-12


@dataclass(frozen=True, eq=False)
class MeasurementInterval:
    """The coefficient over true changes and amounts drawn as counts and bounds allow.

    Attributes
    ----------
    low, high : float or None
        At the dispersion used; where it was not measured, at the largest of those shown. The
        coefficient itself always lies within.
    dispersion : float or None
    by_dispersion : DataFrame
        dispersion, low, high, median.
    redraws : int
    redrawn : str
        What was drawn again.
    reason : str or None
    """

    low: float | None
    high: float | None
    dispersion: float | None
    by_dispersion: pd.DataFrame
    redraws: int
    redrawn: str
    reason: str | None


@dataclass(frozen=True)
class FigureRange:
    """The coefficient over all amounts that the printed figures allow.

    Attributes
    ----------
    low, high : float or None
        Found by search, so that the range is at least this wide.
    n_rounded, n_open : int
        Areas whose amount has two bounds, and those with a floor only.
    reason : str or None
    """

    low: float | None
    high: float | None
    n_rounded: int
    n_open: int
    reason: str | None


def measurement_interval(
    areas: pd.DataFrame,
    *,
    dispersion: float | None,
    has_counts: bool,
    method: str,
    confidence_level: float,
    redraws: int,
    seed: int,
) -> MeasurementInterval:
    """Draw the true log reductions given spend and counts, and amounts within their bounds.

    The counts hold noise already, so that drawing about them would add it a second time.
    """
    columns = ["dispersion", "low", "high", "median"]
    counted = has_counts and areas[["before", "after"]].notna().all(axis=None)
    low, high = (areas[f"spend_{end}"].to_numpy() for end in ("low", "high"))
    bounded = np.isfinite(low) & np.isfinite(high) & (high > low)
    redrawn = " and ".join(
        words
        for words, holds in (("true changes", counted), ("printed amounts", bounded.any()))
        if holds
    )
    if not redrawn:
        reason = "neither counts nor bounds of amounts are known"
        return MeasurementInterval(None, None, None, pd.DataFrame(columns=columns), 0, "", reason)
    shown = [dispersion] if dispersion else list(_DISPERSIONS if counted else (1.0,))
    tail = (1 - confidence_level) / 2
    spend = areas["spend"].to_numpy()
    seen = float(_of(spend[None], areas["g"].to_numpy()[None], method)[0])
    rows = []
    for phi in shown:
        rng = np.random.default_rng(seed)
        x = np.tile(spend, (redraws, 1))
        x[:, bounded] = rng.uniform(low[bounded], high[bounded], (redraws, bounded.sum()))
        y = areas["g"].to_numpy()[None]
        if counted:
            y = _true_changes(areas, phi, redraws, rng)
        ends = np.nanquantile(_of(x, y, method), [tail, 1 - tail, 0.5])
        rows.append((phi, min(float(ends[0]), seen), max(float(ends[1]), seen), float(ends[2])))
    by_dispersion = pd.DataFrame(rows, columns=columns)
    last = rows[-1]
    if last[2] - last[1] <= _NEAR:
        reason = "every draw has the same coefficient, and one point is no range"
        return MeasurementInterval(
            None, None, None, by_dispersion.head(0), redraws, redrawn, reason
        )
    return MeasurementInterval(
        last[1], last[2], last[0] if counted else None, by_dispersion, redraws, redrawn, None
    )


def _of(x: Floats, y: Floats, method: str) -> Floats:
    return coefficients(np.log(x) if method == "pearson" else x, y, method)


def _true_changes(
    areas: pd.DataFrame, phi: float, redraws: int, rng: np.random.Generator
) -> Floats:
    """Draw true log reductions: a line on the normal score of spend, spread, and noise known.

    The prior of the line and of the spread is flat; the spread runs over a grid.
    """
    from scipy.special import ndtri

    g, noise = areas["g"].to_numpy(), phi * areas["variance"].to_numpy()
    n = len(g)
    order = ranked(areas["spend"].to_numpy()[None])[0]
    place = (order - 0.375) / (n + 0.25)
    line = np.column_stack([np.ones(n), ndtri(place)])
    spreads = np.linspace(0, _WIDEST * max(float(g.std()), np.sqrt(noise.max())), _STEPS)
    weight = 1 / (spreads[:, None] ** 2 + noise)
    inner = np.einsum("ki,ia,ib->kab", weight, line, line)
    fitted = np.linalg.solve(inner, np.einsum("ki,ia,i->ka", weight, line, g)[..., None])[..., 0]
    rest = g - fitted @ line.T
    likely = (np.log(weight).sum(1) - np.linalg.slogdet(inner)[1] - (weight * rest**2).sum(1)) / 2
    chance = np.exp(likely - likely.max())
    picked = rng.choice(_STEPS, redraws, p=chance / chance.sum())
    roots = np.linalg.cholesky(np.linalg.inv(inner))
    normal = rng.standard_normal((redraws, 2, 1))
    mean = (fitted[picked] + (roots[picked] @ normal)[..., 0]) @ line.T
    kept = spreads[picked, None] ** 2 * weight[picked]
    drawn: Floats = mean + kept * (g - mean)
    drawn += np.sqrt(kept * noise) * rng.standard_normal((redraws, n))
    return drawn


def figure_range(areas: pd.DataFrame, *, method: str) -> FigureRange:
    """Search the amounts that the printed figures allow for the lowest and highest coefficient."""
    spend, y = areas["spend"].to_numpy(), areas["g"].to_numpy()[None]
    low, high = (areas[f"spend_{end}"].to_numpy() for end in ("low", "high"))
    is_open = np.isfinite(low) & ~np.isfinite(high)
    n_rounded = int((np.isfinite(high) & np.isfinite(low) & (high > low)).sum())
    if not is_open.any() and not n_rounded:
        known = np.isfinite(low).all() and np.isfinite(high).all()
        reason = "the amounts are exact" if known else "no bounds of the amounts are known"
        return FigureRange(None, None, 0, 0, reason)
    low = np.where(np.isfinite(low), low, spend)
    # A floor has no upper end: beyond every other amount is as far as ranks can tell.
    top = 2 * np.nanmax(np.concatenate([spend, low, high[np.isfinite(high)]]))
    high = np.where(is_open, top, np.where(np.isfinite(high), high, spend))
    if method == "pearson":
        low, high, spend = np.log(low), np.log(high), np.log(spend)
    ends = []
    for sign in (-1.0, 1.0):
        starts = [spend, low, high, *_ordered(low, high, sign * y[0])]
        ends.append(sign * max(_climbed(s, low, high, sign * y, method) for s in starts))
    return FigureRange(float(ends[0]), float(ends[1]), n_rounded, int(is_open.sum()), None)


def _ordered(low: Floats, high: Floats, goal: Floats) -> list[Floats]:
    """Put amounts as nearly in the order of the outcome as their bounds allow."""
    found = []
    for order, step in ((np.argsort(goal), np.maximum), (np.argsort(-goal), np.minimum)):
        values = np.empty_like(low)
        edge = -np.inf if step is np.maximum else np.inf
        for area in order:
            edge = step(edge, low[area] if step is np.maximum else high[area])
            values[area] = np.clip(edge, low[area], high[area])
        found.append(values)
    return found


def _climbed(start: Floats, low: Floats, high: Floats, y: Floats, method: str) -> float:
    """Move one amount at a time to wherever the coefficient is highest, until none helps."""
    x = np.clip(start, low, high)
    best = float(np.nan_to_num(coefficients(x[None], y, method)[0], nan=-2.0))
    free = np.flatnonzero(high > low)
    for _ in range(_SWEEPS):
        before = best
        for area in free:
            inside = x[(x > low[area]) & (x < high[area])]
            gaps = np.unique(np.concatenate([[low[area], high[area]], inside]))
            places = np.concatenate([gaps, (gaps[1:] + gaps[:-1]) / 2])
            tried = np.tile(x, (len(places), 1))
            tried[:, area] = places
            found = np.nan_to_num(coefficients(tried, y, method), nan=-2.0)
            top = int(np.argmax(found))
            if found[top] > best + 1e-12:
                best, x = float(found[top]), tried[top]
        if best <= before:
            break
    return best
