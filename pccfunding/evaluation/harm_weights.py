"""Weights of harm or severity, and counts by offence that they are put on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import (
    Number,
    a_mapping,
    optional_count,
    some_number,
    some_positive,
)

if TYPE_CHECKING:
    import pandas as pd

OffenceCounts: TypeAlias = Mapping[str, Number | None]
# From this share of the harm on, one offence carries the result.
CARRIES = 0.5


def harm_weights(
    weights: Mapping[str, Number] | pd.DataFrame, unit: str | None
) -> tuple[dict[str, float], str]:
    """Give the weight of each offence and the unit that they are in."""
    if not isinstance(unit, str | None):
        raise TableError(f"unit is a {type(unit).__name__}; it takes a text, such as 'days'.")
    if not hasattr(weights, "columns"):
        given = a_mapping(weights, "weights", "{'Burglary': 155.0}")
        held = {str(name): _weight(value, str(name)) for name, value in given.items()}
        return held, unit or "harm"
    frame: Any = weights
    TableError.need("weights", ["offence", "weight"], frame.columns)
    units = sorted({str(one) for one in frame["unit"]}) if "unit" in frame.columns else []
    if len(units) > 1:
        raise TableError(
            f"weights are in {' and '.join(units)}; keep the rows of one scheme, since harm in two "
            "units cannot be added up."
        )
    names = [str(name) for name in frame["offence"]]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise TableError(f"weights holds {twice!r} more than once; keep one scheme and one level.")
    held = {name: _weight(one, name) for name, one in zip(names, frame["weight"], strict=True)}
    return held, unit or (units[0] if units else "harm")


def _weight(value: Any, offence: str) -> float:
    number = some_number(value, f"the weight of {offence}")
    if number < 0:
        raise TableError(f"the weight of {offence} is {value!r}; it takes a number of 0 or more.")
    return some_positive(value, f"the weight of {offence}") if number else number


def offences_of(named: Mapping[str, OffenceCounts], weights: Mapping[str, float]) -> list[str]:
    """Give the offences that are counted; refuse those without a weight or on one side only."""
    sides = {
        what: {str(one) for one, _ in a_mapping(counts, what, "{'Burglary': 12}").items()}
        for what, counts in named.items()
    }
    every = sorted(set().union(*sides.values()))
    for what, held in sides.items():
        lacking = [one for one in every if one not in held]
        if lacking:
            raise TableError(
                f"{what} has no count of {lacking[0]!r}; give the same offences throughout, None "
                "where a count is not held."
            )
    without = [one for one in every if one not in weights]
    if without:
        raise TableError(
            f"weights has nothing for {without[0]!r}; leave the offence out of the counts, and say "
            "so, or give its weight."
        )
    return every


def known_counts(counts: OffenceCounts, what: str) -> dict[str, int | None]:
    """Give each count as int, None where it is not held."""
    return {str(name): optional_count(one, f"{name} {what}") for name, one in counts.items()}
