"""The same thing printed twice: what repeats, and what contradicts; one rule for every reader."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple


class Printing(NamedTuple):
    """A printing that is not the first of its key.

    `first` is the earlier printing that equals it, or the first of its key where none does.
    """

    at: int
    first: int
    equal: bool


def later_printings(
    keys: Iterable[Hashable | None], contents: Iterable[Hashable]
) -> list[Printing]:
    """Find the printings of each key after its first, and which of them repeat an earlier one.

    Parameters
    ----------
    keys : iterable of hashable or None
        What names the thing printed; without a key nothing tells that two are the same one.
    contents : iterable of hashable
        What is printed of it.

    Examples
    --------
    >>> later_printings(["a", "b", "a", None, "a", None], [1, 2, 1, 3, 9, 3])
    [Printing(at=2, first=0, equal=True), Printing(at=4, first=0, equal=False)]
    """
    seen: dict[Hashable, dict[Hashable, int]] = {}
    later = []
    for at, (key, content) in enumerate(zip(keys, contents, strict=True)):
        if key is None:
            continue
        held = seen.setdefault(key, {})
        if held:
            equal = content in held
            first = held[content] if equal else next(iter(held.values()))
            later.append(Printing(at, first, equal))
        held.setdefault(content, at)
    return later
