"""Which whole counts a printed percentage allows."""

from __future__ import annotations

import math

from pccfunding.errors import TableError
from pccfunding.intervals import Interval

__all__ = ["counts_that_print"]


def counts_that_print(base: Interval, percent: Interval) -> range:
    """The integers k for which 100 k / n lies in the interval of a printed percentage."""
    if base.low is None or not base.is_point or base.low.denominator != 1 or base.low <= 0:
        raise TableError(f"A percentage of a count needs one whole count above 0, not {base}.")
    count = int(base.low)
    first, last = 0, count
    if percent.low is not None:
        least = percent.low * count / 100
        first = max(0, math.ceil(least) if percent.low_closed else math.floor(least) + 1)
    if percent.high is not None:
        most = percent.high * count / 100
        last = min(count, math.floor(most) if percent.high_closed else math.ceil(most) - 1)
    return range(first, last + 1)
