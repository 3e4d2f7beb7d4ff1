"""Flow and status: labels that no sum may mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import MixedFlowError, MixedStatusError
from pccfunding.measures._days import iso_day
from pccfunding.measures._frames import Table, describe

__all__ = ["LABELS", "differ", "first_and_last", "mixed", "refuse_mixtures", "with_labels"]

LABELS = {"flow": MixedFlowError, "status": MixedStatusError}


def with_labels(table: Table, lines: nw.LazyFrame[Any], labels: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add each label twice, as strings, so that a sum can keep the first and the last of them."""
    ends = [table.text(label).alias(f"_{label}_{end}") for label in labels for end in ("a", "z")]
    return lines.with_columns(*ends) if ends else lines


def first_and_last(labels: Sequence[str]) -> list[nw.Expr]:
    """Give the first and last of each label in a group: a mixture where they differ."""
    lowest = [nw.col(f"_{label}_a").min() for label in labels]
    return lowest + [nw.col(f"_{label}_z").max() for label in labels]


def mixed(label: str) -> nw.Expr:
    """Whether a group holds more than one value of a label."""
    return differ(nw.col(f"_{label}_a"), nw.col(f"_{label}_z"))


def differ(one: nw.Expr, other: nw.Expr) -> nw.Expr:
    """Whether two known values differ; for pandas alone, two missing ones would."""
    return (~one.is_null() & ~other.is_null() & (one != other)).fill_null(value=False)


def refuse_mixtures(
    table: Table, lines: nw.DataFrame[Any], totals: nw.DataFrame[Any], groups: Sequence[str]
) -> None:
    """Refuse groups of mixed flow or status, with the count of rows of each.

    `groups` are the columns that make a group in both frames, the key columns first.
    """
    keys = [column for column in groups if not column.startswith(("_", "period_"))]
    for label, error in LABELS.items():
        if f"_{label}_a" not in totals.columns:
            continue
        rows = totals.filter(mixed(label)).sort(list(groups), nulls_last=True).head(1)
        for row in rows.rows(named=True):
            same = [
                line
                for line in lines.rows(named=True)
                if all(_alike(line[column], row[column]) for column in groups)
            ]
            counts: dict[str, int] = {}
            for line in same:
                if isinstance(line[label], str):
                    counts[line[label]] = counts.get(line[label], 0) + int(line["_rows"])
            found = " with ".join(
                f"{count} of {label} {name!r}" for name, count in sorted(counts.items())
            )
            raise error(
                f"{table.name}: {describe(row, keys)}, "
                f"{iso_day(same[0]['period_start'])} to {iso_day(same[0]['period_end'])}, mixes "
                f"{found}. Keep one {label}, or sum them apart by adding {label!r} to by."
            )


def _alike(one: Any, two: Any) -> bool:
    return bool(one == two) or (_absent(one) and _absent(two))


def _absent(value: Any) -> bool:
    return value is None or bool(value != value)
