"""The relations that a statement can assert, as images of exact intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal, TypeAlias

from pccfunding.errors import TableError
from pccfunding.intervals import Interval, counts_that_print

Images: TypeAlias = tuple[Interval, Interval]


@dataclass(frozen=True)
class Relation:
    """One relation: how many terms stand on the left, what they give, and what must hold."""

    name: str
    terms: int | None
    sign: str
    image: Callable[[Sequence[Interval]], Interval]
    holds: Callable[[Interval, Interval], bool]
    right_unit: str | None = None

    def check_terms(self, count: int) -> None:
        """Refuse a number of left terms that the relation has no place for."""
        if self.terms is not None and count != self.terms:
            raise TableError(
                f"Relation {self.name!r} takes {self.terms} on the left, found {count}. "
                f"Give {_SHAPES[self.name]}."
            )
        if count == 0:
            raise TableError(f"Relation {self.name!r} found nothing on the left.")


_SHAPES = {
    "equal": "one figure on each side",
    "different": "one figure on each side",
    "difference": "left=[larger, smaller]",
    "ratio": "left=[numerator, denominator]",
    "percent_change": "left=[earlier, later]",
    "growth": "left=[increase, total after it]",
    "share": "left=[part, whole]",
    "count_percentage": "left=[number counted], right the printed percentage",
}


def _meet(left: Interval, right: Interval) -> bool:
    return left.meets(right)


def _not_above(left: Interval, right: Interval) -> bool:
    return not right.certainly_below(left)


def _apart(left: Interval, right: Interval) -> bool:
    return not left.meets(right)


def _sum(terms: Sequence[Interval]) -> Interval:
    return reduce(add, terms)


def _only(terms: Sequence[Interval]) -> Interval:
    return terms[0]


def _difference(terms: Sequence[Interval]) -> Interval:
    return terms[0] - terms[1]


def _ratio(terms: Sequence[Interval]) -> Interval:
    return terms[0] / terms[1]


def _percent_change(terms: Sequence[Interval]) -> Interval:
    return terms[1] / terms[0] * 100 - 100


def _growth(terms: Sequence[Interval]) -> Interval:
    """Percent growth d / (t - d) as 1 / (1 - d/t) - 1, so that each unknown enters once."""
    increase, total = terms
    return 100 / (1 - increase / total) - 100


def _share(terms: Sequence[Interval]) -> Interval:
    return terms[0] / terms[1] * 100


def _hull(terms: Sequence[Interval]) -> Interval:
    return reduce(Interval.hull, terms)


def _prints_from_count(left: Interval, right: Interval) -> bool:
    return bool(counts_that_print(left, right))


RelationName: TypeAlias = Literal[
    "equal",
    "different",
    "sum",
    "part_of",
    "difference",
    "ratio",
    "percent_change",
    "growth",
    "share",
    "count_percentage",
    "hull",
]
# What each claims, as the headline above its two sides.
CLAIMS: dict[str, str] = {
    "equal": "Both sides are the same amount",
    "different": "The two sides are different amounts",
    "sum": "The parts add up to the total",
    "part_of": "The part lies within the whole",
    "difference": "The difference is as printed",
    "ratio": "The ratio is as printed",
    "percent_change": "The change in percent is as printed",
    "growth": "The growth in percent is as printed",
    "share": "The share in percent is as printed",
    "count_percentage": "The percentage comes from whole counts",
    "hull": "The whole changed within the range of its parts",
}
RELATIONS: dict[str, Relation] = {
    relation.name: relation
    for relation in (
        Relation("equal", 1, "", _only, _meet),
        Relation("different", 1, "", _only, _apart),
        Relation("sum", None, " + ", _sum, _meet),
        Relation("part_of", None, " + ", _sum, _not_above),
        Relation("difference", 2, " - ", _difference, _meet),
        Relation("ratio", 2, " / ", _ratio, _meet, "ratio"),
        Relation("percent_change", 2, " -> ", _percent_change, _meet, "percent"),
        Relation("growth", 2, " on the way to ", _growth, _meet, "percent"),
        Relation("share", 2, " of ", _share, _meet, "percent"),
        Relation("count_percentage", 1, "", _only, _prints_from_count, "percent"),
        Relation("hull", None, " | ", _hull, _meet),
    )
}
