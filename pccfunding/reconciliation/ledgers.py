"""Ledgers too long to list: exact amounts are added where they lie, and stand as one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.money.pence import LARGEST, are_whole, whole
from pccfunding.reconciliation.sides import (
    ADDED_ROWS,
    SCOPE_COLUMNS,
    frame_rows,
    is_row,
    known,
    open_rows,
    row_mapping,
)

# So many amounts are still listed one by one, as terms that a reader can check.
_LISTED = 1000
_SUMMING = ("sum", "part_of")
_BOUNDS = ("amount_low_gbp", "amount_high_gbp")
# What makes a row more than its amount.
_OWN = ("token", "figure_id", "subject_id", "per", "unknown")


def ledger_rows(
    left: Any, right: Any, keys: Sequence[str], *, relation: str, scope: Any
) -> list[dict[str, Any]]:
    """Give the rows of a left side; of a long table, exact amounts as their sums.

    Amounts are added by the keys, by status and flow, and by what the right side says of itself
    too. A row with a token, a range or no amount is given as it stands. Groups keep the order in
    which they first appear, or where a table has none, are sorted.
    """
    table = open_rows(left)
    table.need(*keys)
    schema = table.schema
    about = _told_of(right) if scope is None and relation == "sum" else []
    kinds = [name for name in dict.fromkeys([*keys, "status", "flow", *about]) if name in schema]
    amounts = [name for name in ("amount_gbp", *_BOUNDS) if name in schema]
    if not (
        relation in _SUMMING
        and "amount_gbp" in amounts
        and all(schema[name].is_numeric() for name in amounts)
        and table.frame.select(nw.len()).collect().item() > _LISTED
    ):
        return frame_rows(left)
    ordered = table.eager
    lines = table.frame.collect().with_row_index("_row").lazy() if ordered else table.frame
    lines = _measured(lines, amounts, [name for name in _OWN if name in schema])
    plain = lines.filter(nw.col("_plain"))
    sums = [nw.col("_pence", "_size").sum(), nw.len().alias(ADDED_ROWS)]
    sums += [nw.col("_row").min()] if ordered else []
    added = plain.group_by(kinds).agg(*sums) if kinds else plain.select(*sums)
    rows = [row for row in added.collect().rows(named=True) if row[ADDED_ROWS]]
    if any(row["_size"] >= LARGEST for row in rows):
        return frame_rows(left)
    for row in rows:
        row["amount_gbp"] = Fraction(int(row.pop("_pence")), 100)
    rows += lines.filter(~nw.col("_plain")).collect().rows(named=True)
    return sorted(rows, key=lambda row: _place(row, kinds))


def _told_of(right: Any) -> list[str]:
    """Name the columns in which the right side says what it is about."""
    if hasattr(type(right), "columns"):
        named = set(right.columns)
    else:
        totals = right if isinstance(right, list | tuple) and not is_row(right) else [right]
        named = {name for total in totals if is_row(total) for name in row_mapping(total)}
    return [name for columns in SCOPE_COLUMNS.values() for name in columns if name in named]


def _measured(
    lines: nw.LazyFrame[Any], amounts: Sequence[str], own: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Add the pence of each row, and whether it is nothing but an exact amount."""
    found = {name: nw.col(name).cast(nw.Float64) for name in amounts}
    lines = lines.with_columns(
        **{f"_{name}": nw.when(number.is_finite()).then(number) for name, number in found.items()}
    )
    exact = nw.col("_amount_gbp") * 100
    lines = lines.with_columns(_pence=whole(exact))
    lines = lines.with_columns(_size=nw.col("_pence").abs())
    plain = are_whole(exact, nw.col("_pence"))
    for name in amounts[1:]:
        plain = plain & (nw.col(f"_{name}") == nw.col("_amount_gbp"))
    for name in own:
        plain = plain & nw.col(name).is_null()
    return lines.with_columns(_plain=plain.fill_null(value=False))


def _place(row: Mapping[str, Any], kinds: Sequence[str]) -> tuple[Any, ...]:
    if "_row" in row:
        return (row["_row"],)
    return tuple((known(row[name]) is None, known(row[name])) for name in kinds)
