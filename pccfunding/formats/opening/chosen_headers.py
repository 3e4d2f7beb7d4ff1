"""Which column stands for a field where several headers could: one rule for every reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

WORD, EXACT, STANDARD, NAMED = 1, 2, 3, 4
_TIERS = {
    WORD: "a word",
    EXACT: "an exact title",
    STANDARD: "a standard's title",
    NAMED: "named by the caller",
}
_SHOWN, _LONGEST = 5, 80


class Title(NamedTuple):
    """A header that could stand for a field, and how it names it.

    `bar` is the word that keeps it from being the field, as "type" keeps "Organisation Type" from
    being the organisation.
    """

    name: str
    position: int
    text: str
    tier: int
    bar: str = ""


@dataclass
class Choice:
    """The column of each field, the fields where it was a tie, and what the coverage says."""

    of: dict[str, int] = field(default_factory=dict)
    tied: list[str] = field(default_factory=list)
    told: list[tuple[str, object, str]] = field(default_factory=list)


def choose(titles: Iterable[Title], *, ties: Collection[str] | None = None) -> Choice:
    """Choose the column of each field: the highest tier, and within it the first.

    Parameters
    ----------
    titles : iterable of Title
        In the order of the columns.
    ties : collection of str, optional
        Fields for which a tie is a doubt; by default every field.

    Examples
    --------
    >>> found = choose([Title("recipient", 0, "Organisation Type", WORD, "type"),
    ...                 Title("recipient", 1, "Organisation Name", EXACT)])
    >>> found.of, found.told[0][1:]
    ({'recipient': 1}, ('Organisation Name', "an exact title; not 'Organisation Type' (type)"))
    """
    choice = Choice()
    by_name: dict[str, list[Title]] = {}
    for title in titles:
        by_name.setdefault(title.name, []).append(title)
    for name, held in by_name.items():
        ranked = sorted((one for one in held if not one.bar), key=lambda one: -one.tier)
        passed = [(one, _TIERS[one.tier]) for one in ranked[1:]]
        passed += [(one, one.bar) for one in held if one.bar]
        told = ", ".join(f"{one.text[:_LONGEST]!r} ({why})" for one, why in passed[:_SHOWN])
        told += f" and {len(passed) - _SHOWN} more" if len(passed) > _SHOWN else ""
        if not ranked:
            choice.told.append((f"column for {name}", "none", f"not {told}"))
            continue
        best = ranked[0]
        choice.of[name] = best.position
        note = _TIERS[best.tier] + (f"; not {told}" if passed else "")
        choice.told.append((f"column for {name}", best.text[:_LONGEST], note))
        if len(ranked) > 1 and ranked[1].tier == best.tier and (ties is None or name in ties):
            choice.tied.append(name)
    return choice
