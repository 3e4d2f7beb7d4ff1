"""Flow, status and price base: labels that no sum may mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import DeflatorError, MixedFlowError, MixedStatusError
from pccfunding.frames.days import iso_day
from pccfunding.frames.tables import Table, describe, refuse_nested
from pccfunding.words import is_missing

AFTER_ALL = "\U0010ffff"
LABELS = {"flow": MixedFlowError, "status": MixedStatusError, "price_base": DeflatorError}
CASH = "cash"


def is_real(column: str) -> bool:
    """Whether a column says by its name that it is in real terms, as `real_terms` writes it.

    Examples
    --------
    >>> is_real("amount_real_gbp"), is_real("amount_gbp")
    (True, False)
    """
    return "real" in column.split("_")


def labelled(table: Table, value: str) -> tuple[Table, list[str]]:
    """Give the labels of a value, and the table with cash named where prices are a label.

    A `price_base` is that of the columns in real terms; where the table has none, of the value.
    """
    labels = [label for label in LABELS if label in table.schema]
    refuse_nested(table, labels)
    if "price_base" not in labels:
        return table, labels
    if not is_real(value) and any(map(is_real, table.schema)):
        return table, [label for label in labels if label != "price_base"]
    named = filled(table.text("price_base"), CASH)
    return table.with_frame(table.frame.with_columns(price_base=named)), labels


def label_shown(label: str, text: nw.Expr) -> nw.Expr:
    """Give a label as results show it: cash has no price base."""
    return nw.when(text != CASH).then(text) if label == "price_base" else text


def labels_shown(label: str, texts: Sequence[str | None]) -> list[str | None]:
    """Give some labels as results show them, as ``label_shown`` does with a column.

    Examples
    --------
    >>> labels_shown("price_base", ["cash", "2023-24"])
    [None, '2023-24']
    """
    return [None if label == "price_base" and text == CASH else text for text in texts]


def ends_of(name: str, text: nw.Expr) -> dict[str, nw.Expr]:
    """Give two columns of a text, whose first and last in a group show whether it holds several.

    Missing texts stand last among the first and first among the last: pandas 2 cannot order
    them among strings.
    """
    return {f"_{name}_a": filled(text, AFTER_ALL), f"_{name}_z": filled(text, "")}


def filled(text: nw.Expr, word: str) -> nw.Expr:
    """Put a word where a text is missing, even if pandas takes a column of nothing for numbers."""
    return nw.when(text.is_null()).then(nw.lit(word)).otherwise(text)


def with_labels(table: Table, lines: nw.LazyFrame[Any], labels: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add the two columns of each label."""
    for label in labels:
        lines = lines.with_columns(**ends_of(label, table.text(label)))
    return lines


def first_and_last(labels: Sequence[str]) -> list[nw.Expr]:
    """Give the first and last of each label in a group: a mixture where they differ."""
    lowest = [nw.col(f"_{label}_a").min() for label in labels]
    return lowest + [nw.col(f"_{label}_z").max() for label in labels]


def mixed(label: str) -> nw.Expr:
    """Whether a group holds more than one value of a label."""
    first = nw.col(f"_{label}_a")
    return (first != nw.col(f"_{label}_z")) & (first != AFTER_ALL)


def single(label: str) -> nw.Expr:
    """Give the one value of a label that a group holds; null where it holds several or none."""
    first = nw.col(f"_{label}_a")
    return nw.when(first == nw.col(f"_{label}_z")).then(first)


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
    return bool(one == two) or (is_missing(one) and is_missing(two))
