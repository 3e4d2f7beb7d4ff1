"""Our calls beside what else one would use, and simulations of what they promise.

A benchmark is a function that takes the size of its work (or None for its own) and gives a
:class:`Comparison` (calls that alternate in one process, answers compared first), a
:class:`Growth` or a :class:`Simulation`; ``@benchmark`` enters it by its name.
``python -m benchmarks`` runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = [
    "REGISTRY",
    "Benchmark",
    "Call",
    "Comparison",
    "Growth",
    "Simulated",
    "Simulation",
    "benchmark",
]


@dataclass(frozen=True)
class Call:
    """One way to do the work.

    `units` is how much of the work one call does, so that a slow peer may do a part of it: times
    are compared per unit. `peak_mb` measures the whole memory of the call in a process of its own,
    where its memory is not Python's.
    """

    run: Callable[[], Any]
    units: float = 1
    peak_mb: Callable[[], float] | None = None


@dataclass(frozen=True)
class Comparison:
    """Calls that do the same work, ours first.

    `agree` takes the answers by name, raises AssertionError where they differ, and says in words
    how far they agree. `at_least` holds how many times as fast per unit (CPU, or the clock where
    `by_wall`) ours must be as that call, `at_most_mb` how much memory ours may take beyond its
    arguments, `at_most_ms` how many milliseconds of CPU a unit of ours may take. `why` says what
    ours does beside the work of the others, for a reader who sees it lose.
    """

    work: str
    calls: Mapping[str, Call]
    agree: Callable[[Mapping[str, Any]], str]
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most_mb: float | None = None
    by_wall: bool = False
    at_most_ms: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Growth:
    """One call on more and more of its work.

    `of` makes ready the work of a size, of which the least and the most lie two decades apart, and
    gives the call that is timed. The exponent of its growth is that between these two:
    log(time of most / time of least) / log(most / least). `check` takes the answers by size, raises
    AssertionError where one is wrong, and says in words what holds.
    """

    work: str
    sizes: Sequence[int]
    of: Callable[[int], Callable[[], Any]]
    check: Callable[[Mapping[int, Any]], str]
    at_most: float = 1.1
    why: str = ""


@dataclass(frozen=True)
class Simulated:
    """One simulated value with its Monte Carlo standard error (0 where every case was counted).

    `expected` is the value it is to reproduce, `expected_se` the standard error of that one;
    `at_most` a bound that it keeps to. Both hold within three standard errors.
    """

    what: str
    measured: float
    se: float
    expected: float | None = None
    expected_se: float = 0.0
    at_most: float | None = None

    @property
    def met(self) -> bool:
        """Whether it is what was expected, and within its bound."""
        reach = 3 * (self.se**2 + self.expected_se**2) ** 0.5 + 1e-12
        near = self.expected is None or abs(self.measured - self.expected) <= reach
        return near and (
            self.at_most is None or self.measured <= self.at_most + 3 * self.se + 1e-12
        )


@dataclass(frozen=True)
class Simulation:
    """A seeded simulation; `run` gives its values, `note` says what they mean."""

    work: str
    run: Callable[[], Sequence[Simulated]]
    note: str


Benchmark: TypeAlias = Callable[[int | None], Comparison | Growth | Simulation]
REGISTRY: dict[str, Benchmark] = {}


def benchmark(function: Benchmark) -> Benchmark:
    """Enter a benchmark under its name."""
    REGISTRY[function.__name__] = function
    return function
