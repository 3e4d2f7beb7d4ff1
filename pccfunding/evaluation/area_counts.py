"""Counts and exposures of areas side by side, those without a figure set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError, refuse_other_order
from pccfunding.evaluation.arguments import Number, a_row, labels_for, optional_count, some_positive
from pccfunding.words import is_missing


@dataclass(frozen=True)
class AreaCounts:
    """Areas with a count and an exposure, and the labels of those without."""

    labels: tuple[str, ...]
    counts: npt.NDArray[np.float64]
    exposure: npt.NDArray[np.float64]
    dropped: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.labels)

    def named(self, chosen: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Labels of the chosen areas."""
        return tuple(label for label, one in zip(self.labels, chosen, strict=True) if one)


def area_counts(
    counts: Sequence[Number | None],
    exposure: Sequence[Number | None] | None,
    labels: Sequence[object] | None,
) -> AreaCounts:
    """Put counts and exposures side by side; without exposures all areas count the same."""
    refuse_other_order(counts=counts, exposure=exposure, labels=labels)
    counts = a_row(counts, "counts")
    over = [1] * len(counts) if exposure is None else a_row(exposure, "exposure")
    if len(over) != len(counts):
        raise TableError(f"There are {len(counts)} counts for {len(over)} exposures.")
    names = labels_for(labels, len(counts), "area")
    kept, dropped = [], []
    for name, count, one in zip(names, counts, over, strict=True):
        known = optional_count(count, f"the count of {name}")
        if known is None or is_missing(one):
            dropped.append(name)
        else:
            kept.append((name, known, some_positive(one, f"the exposure of {name}")))
    return AreaCounts(
        labels=tuple(name for name, _, _ in kept),
        counts=np.array([count for _, count, _ in kept], dtype=float),
        exposure=np.array([one for _, _, one in kept], dtype=float),
        dropped=tuple(dropped),
    )
