"""What triggers a caution, verdict or level, and what just misses it: one input moved by a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_SHARE = 0.01


@dataclass(frozen=True)
class Near:
    """A result made of one input: of `hit` it carries what is asked, of `miss` it does not.

    A count or number of areas moves by one, a day by one, a measurement by at most a hundredth,
    and what is given or not, or one of several words, is changed. Where orders of areas are
    exchanged, `measure` reads what is judged off the result, and both values lie by the `bound`,
    one on either side, no further than `within`.
    """

    make: Callable[[Any], Any]
    hit: Any
    miss: Any
    measure: Callable[[Any], float] | None = None
    bound: float = 0.0
    within: float = 0.0

    def results(self) -> tuple[Any, Any]:
        """Give the result of the hit and that of the miss."""
        return self.make(self.hit), self.make(self.miss)

    def check_near(self) -> None:
        """Ask that the miss lies beside the hit."""
        if self.measure is not None:
            values = [self.measure(found) for found in self.results()]
            assert min(values) <= self.bound <= max(values), values
            assert max(abs(one - self.bound) for one in values) <= self.within, values
            assert values[0] != values[1]
            return
        assert is_step(self.hit, self.miss), (self.hit, self.miss)


def is_step(hit: Any, miss: Any) -> bool:
    """Whether two inputs lie beside each other.

    Whole numbers differ by one, days by one, fractions by a hundredth at most; of words, and of
    what is given or not, each other one is beside.
    """
    kinds = {type(hit), type(miss)}
    if bool in kinds or type(None) in kinds:
        return bool(hit is not miss)
    if kinds == {int}:
        return abs(hit - miss) == 1
    if kinds <= {int, float}:
        return 0 < abs(hit - miss) <= _SHARE * max(abs(hit), abs(miss))
    if kinds == {date}:
        return abs(hit - miss) == timedelta(days=1)
    return kinds == {str} and hit != miss
