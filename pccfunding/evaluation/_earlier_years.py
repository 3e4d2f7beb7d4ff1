"""How far areas of earlier years moved: what to expect of one that was picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError
from pccfunding.evaluation._areas import AreaCounts, area_counts
from pccfunding.evaluation._checks import Number

__all__ = ["EarlierYears", "course_of_areas"]

_FloatArray = npt.NDArray[np.float64]

_LEAST_YEARS, _LEAST_AREAS, _HIGHEST, _EMPIRICAL = 3, 4, 5, 40


@dataclass(frozen=True)
class EarlierYears:
    """Areas known in every year, their centred log rates, and how these hold from year to year."""

    table: AreaCounts
    centred: _FloatArray
    correlation: float
    reach: tuple[float, float]
    highest: float
    cases: int


def course_of_areas(
    counts: Sequence[Number | None],
    exposure: Sequence[Number | None] | None,
    labels: Sequence[object] | None,
    earlier: Sequence[Sequence[Number | None]] | None,
    earlier_exposure: Sequence[Sequence[Number | None]] | None,
    *,
    lag: int,
    level: float,
) -> EarlierYears | None:
    """Give the course of earlier years; None where they are too few for it."""
    years = [] if earlier is None else [list(one) for one in earlier]
    over = [exposure] * len(years) if earlier_exposure is None else [*earlier_exposure]
    if len(over) != len(years):
        raise TableError(
            f"There are {len(years)} earlier years of counts and {len(over)} of exposure."
        )
    if any(len(one) != len(counts) for one in years):
        raise TableError(
            f"The baseline has {len(counts)} areas and earlier years have "
            f"{sorted({len(one) for one in years})}; give the same areas for each, in one order."
        )
    # At least two pairs of years: one alone could not tell its own scatter.
    if len(years) < _LEAST_YEARS or len(years) + 1 - lag < 2:
        return None
    tables = [
        area_counts(one, people, labels)
        for one, people in zip([*years, counts], [*over, exposure], strict=True)
    ]
    known = [label for label in tables[-1].labels if all(label in one.labels for one in tables)]
    if len(known) < _LEAST_AREAS:
        return None
    places = [[one.labels.index(label) for label in known] for one in tables]
    rates = np.array(
        [
            np.log((one.counts[at] + 0.5) / one.exposure[at])
            for one, at in zip(tables, places, strict=True)
        ]
    )
    centred = rates - rates.mean(axis=1, keepdims=True)
    pairs = list(zip(centred[:-lag], centred[lag:], strict=True))
    if any(one.std() < 1e-12 or other.std() < 1e-12 for one, other in pairs):
        return None
    r = float(np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs]))
    misses = np.concatenate([other - r * one for one, other in pairs])
    top = min(_HIGHEST, max(1, len(known) // 5))
    moved = [
        float((other - one)[k])
        for one, other in pairs
        for k in np.argsort(-one, kind="stable")[:top]
    ]
    last = tables[-1]
    kept = places[-1]
    dropped = [*last.dropped, *(label for label in last.labels if label not in known)]
    table = AreaCounts(tuple(known), last.counts[kept], last.exposure[kept], tuple(dropped))
    return EarlierYears(
        table=table,
        centred=centred[-1],
        correlation=r,
        reach=_reach(misses, level),
        highest=float(np.mean(moved)),
        cases=len(moved),
    )


def _reach(misses: _FloatArray, level: float) -> tuple[float, float]:
    """Quantiles of what was missed; with few cases those of Student's t."""
    tails = (1 - level) / 2, (1 + level) / 2
    if len(misses) >= _EMPIRICAL:
        low, high = np.quantile(misses, tails)
        return float(low), float(high)
    from scipy.stats import t

    spread = float(np.sqrt((misses**2).mean() * len(misses) / (len(misses) - 1)))
    return float(t.ppf(tails[0], len(misses) - 1)) * spread, float(
        t.ppf(tails[1], len(misses) - 1)
    ) * spread
