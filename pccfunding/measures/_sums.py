"""Exact sums: amounts in whole pence, counts in ones, each with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import MixedFlowError, MixedStatusError, PenceError, TableError
from pccfunding.measures._days import iso_day
from pccfunding.measures._frames import Table, bound_names, describe

__all__ = [
    "LABELS",
    "SUMS",
    "add_up",
    "add_up_again",
    "first_and_last",
    "in_unit",
    "is_exact",
    "measured",
    "mixed",
    "refuse_fractions",
    "refuse_mixtures",
    "refuse_too_large",
    "scale_of",
    "sum_reasons",
    "total",
    "total_bound",
    "with_labels",
]

LABELS = {"flow": MixedFlowError, "status": MixedStatusError}
SUMS = (
    "_units",
    "_low",
    "_high",
    "_known",
    "_low_known",
    "_high_known",
    "_rows",
    "_fractions",
    "_size",
)
_PENCE = 100
_EXACT = 2.0**53
_FINE = 100


def scale_of(value: str) -> int | None:
    """How many units one of a value holds: 100 pence, 1 offence; None for what cannot be added.

    Examples
    --------
    >>> scale_of("amount_gbp"), scale_of("offences"), scale_of("spend_gbp_per_head")
    (100, 1, None)
    """
    if value.endswith("_gbp"):
        return _PENCE
    return 1 if value == "offences" else None


def measured(table: Table, value: str) -> list[nw.Expr]:
    """Give the columns that sums are made of: units, bounds, and what is known of each.

    Bounds are kept to a hundredth of a unit: half a penny is a bound of a figure printed in pence.
    Floats that hold whole numbers below 2**53 add up exactly in any order.
    """
    scale = scale_of(value)
    number = table.number(value)
    low, high = (
        table.number(bound) if bound in table.schema else number for bound in bound_names(value)
    )
    if scale is None:
        units, size = number, nw.lit(0.0)
    else:
        units = _whole(number * scale)
        low, high = (_whole(bound * (scale * _FINE)) for bound in (low, high))
        size = nw.max_horizontal(units.abs(), low.abs(), high.abs()).fill_null(0.0)
    return [
        units.fill_null(0.0).alias("_units"),
        low.fill_null(0.0).alias("_low"),
        high.fill_null(0.0).alias("_high"),
        (~number.is_null()).cast(nw.Int64).alias("_known"),
        (~low.is_null()).cast(nw.Int64).alias("_low_known"),
        (~high.is_null()).cast(nw.Int64).alias("_high_known"),
        _is_broken(table, value).cast(nw.Int64).alias("_fractions"),
        size.alias("_size"),
        nw.lit(1).cast(nw.Int64).alias("_rows"),
    ]


def _is_broken(table: Table, value: str) -> nw.Expr:
    """Whether a value is infinite, or no whole number of its units."""
    broken = (table.raw_number(value).abs() == float("inf")).fill_null(value=False)
    scale = scale_of(value)
    if scale is None:
        return broken
    exact = table.number(value) * scale
    fraction = (exact - _whole(exact)).abs() > exact.abs() * 2.0**-51 + 1e-6
    return broken | fraction.fill_null(value=False)


def _whole(number: nw.Expr) -> nw.Expr:
    # Engines round halves differently; all of them agree on the floor.
    return (number + 0.5).floor()


def add_up(table: Table, value: str, keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Sum a table once over its rows, to one row for each combination of the keys."""
    keys = list(dict.fromkeys(keys))
    lines = table.frame.select(*(nw.col(key) for key in keys), *measured(table, value))
    return lines.group_by(keys).agg(*add_up_again())


def add_up_again() -> list[nw.Expr]:
    """Add sums up."""
    return [nw.col(column).sum() for column in SUMS]


def total(scale: int | None) -> nw.Expr:
    """Give the sum in its own unit, where every part of it is known and it is exact."""
    return _complete("_units", "_known", scale or 1)


def total_bound(side: str, scale: int | None) -> nw.Expr:
    """Give the sum of the low or high ends, where every one of them is known."""
    return _complete(f"_{side}", f"_{side}_known", 1 if scale is None else scale * _FINE)


def _complete(column: str, known: str, divisor: int) -> nw.Expr:
    complete = (nw.col(known) == nw.col("_rows")) & is_exact()
    return nw.when(complete).then(in_unit(nw.col(column), divisor))


def in_unit(units: nw.Expr, divisor: int) -> nw.Expr:
    """Divide units exactly: by a column, since Polars multiplies by the inverse of a number."""
    return units / (units * 0 + divisor)


def is_exact() -> nw.Expr:
    """Whether a sum holds whole units only, and few enough to be exact."""
    return (nw.col("_fractions") == 0) & (nw.col("_size") < _EXACT)


def sum_reasons(scale: int | None) -> list[tuple[nw.Expr, nw.Expr]]:
    """Why a sum may be unknown: conditions, each with its text."""
    known, rows = nw.col("_known").cast(nw.Int64), nw.col("_rows").cast(nw.Int64)
    broken = "an amount is no whole number of pence" if scale == _PENCE else "a value is no count"
    missing = [
        (rows - known).cast(nw.String),
        nw.lit(" of "),
        rows.cast(nw.String),
        nw.lit(f" {'amount' if scale == _PENCE else 'value'}s unknown"),
    ]
    return [
        (nw.col("_fractions") > 0, nw.lit(broken if scale else "a value is infinite")),
        (nw.col("_size") >= _EXACT, nw.lit("too large to be added exactly")),
        (known < rows, nw.concat_str(missing)),
    ]


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
    first, last = nw.col(f"_{label}_a"), nw.col(f"_{label}_z")
    known = ~first.is_null() & ~last.is_null()
    return (known & (first != last)).fill_null(value=False)


def refuse_fractions(
    table: Table, lines: nw.LazyFrame[Any], value: str, keys: Sequence[str]
) -> None:
    """Refuse the first amount that is not a whole number of pence, or count that is not whole."""
    if not len(lines.filter(nw.col("_fractions") > 0).head(1).collect()):
        return
    row = table.first(_is_broken(table, value), *keys, "period_start", "period_end", value)
    assert row is not None
    place = f"{describe(row, keys)}, {iso_day(row['period_start'])} to {iso_day(row['period_end'])}"
    if scale_of(value) != _PENCE:
        raise TableError(f"{value} is {row[value]} ({place}), which is no count and no rate.")
    raise PenceError(
        f"{value} is {row[value]} ({place}), which is not a whole number of pence. "
        f"Amounts are added in pence: correct it, or round it first and say so."
    )


def refuse_too_large(totals: nw.DataFrame[Any], value: str, keys: Sequence[str]) -> None:
    """Refuse sums that floats cannot hold exactly."""
    rows = totals.filter(nw.col("_size") >= _EXACT).head(1).rows(named=True)
    if rows and scale_of(value) is not None:
        raise PenceError(
            f"{value} of {describe(rows[0], keys)} adds up to more than can be added exactly "
            f"(2**53 hundredths of a penny). Check its unit."
        )


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
