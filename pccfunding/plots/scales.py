"""Numbers along an axis: where they stand, and the round ones that are marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from numbers to points on the paper."""

    low: float
    high: float
    first: float
    last: float

    @classmethod
    def of(cls, values: Sequence[float], first: float, last: float) -> Scale:
        """Fit the values between two places, with a little room at either end."""
        low, high = min(values), max(values)
        room = (high - low or abs(high) or 1.0) * 0.06
        return cls(low - room, high + room, first, last)

    def __call__(self, value: float) -> float:
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Give round numbers within bounds, `most` at most.

    Examples
    --------
    >>> round_ticks(-0.31, 0.42), round_ticks(93, 262)
    ([-0.2, 0.0, 0.2, 0.4], [100.0, 150.0, 200.0, 250.0])
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * mark, 12) + 0.0 for mark in range(first, last + 1)]
