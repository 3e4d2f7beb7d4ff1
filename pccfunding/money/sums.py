"""Exact sums: amounts in whole pence, counts in ones, each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PenceError, TableError
from pccfunding.frames.days import iso_day
from pccfunding.frames.tables import Table, bound_names, describe
from pccfunding.money.pence import LARGEST, are_whole, in_unit, not_pence, whole

if TYPE_CHECKING:
    import numpy.typing as npt

    from pccfunding.money.kernel import Measured

OUTSIDE = "an amount outside its own bounds"

_FINE = 100
# Bounds are split over years and put into other prices apart from their amount, each part to its
# nearest penny, so that a penny or two may stand outside; rates carry the error of a float.
_PENNIES = 0.02
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Sums:
    """How one column of a table is added up, with its bounds where it has them.

    Amounts are added in pence and counts in ones, as floats that hold whole numbers: below 2**53
    they add up exactly in any order. Bounds are kept to a hundredth of that, since half a penny
    is a bound of a figure printed in pence. What is neither amount nor count is not added.
    """

    table: Table
    value: str

    @property
    def scale(self) -> int | None:
        """Units in one of the value: 100 pence, 1 offence; None for what cannot be added."""
        if self.value.endswith("_gbp"):
            return 100
        return 1 if self.value == "offences" else None

    @property
    def is_bounded(self) -> bool:
        """Whether the table holds bounds of the value."""
        return any(bound in self.table.schema for bound in bound_names(self.value))

    @property
    def columns(self) -> list[str]:
        """The columns that are summed."""
        bounds = ["_low", "_high", "_low_known", "_high_known"] if self.is_bounded else []
        bounds += ["_outside"] if self._looks_outside else []
        return ["_units", "_known", "_rows", "_broken", "_size", *bounds]

    @property
    def _looks_outside(self) -> bool:
        # Where the rows are at hand, an amount outside its bounds is refused before any sum.
        return self.is_bounded and not self.table.eager

    def outside(self) -> nw.Expr:
        """Whether a value of the table lies outside its own bounds, by more than rounding does."""
        value = self.table.number(self.value, finite=False)
        bounds = {
            bound: self.table.number(bound, finite=False)
            for bound in bound_names(self.value)
            if bound in self.table.schema
        }
        return self._beyond(value, [bounds.get(bound) for bound in bound_names(self.value)])

    def _beyond(self, value: nw.Expr, bounds: Sequence[nw.Expr | None]) -> nw.Expr:
        """Whether a value lies beyond its low or high end, all of them finite."""
        slack = value.abs() * _NEARLY + (_PENNIES if "gbp" in self.value else 0.0)
        found = nw.lit(value=False)
        for bound, sign in zip(bounds, (1, -1), strict=True):
            if bound is not None:
                beyond = ((bound - value) * sign > slack) & bound.is_finite() & value.is_finite()
                found = found | beyond.fill_null(value=False)
        return found

    def refuse_outside(self, keys: Sequence[str]) -> None:
        """Refuse a value outside its own bounds; a lazy frame is not looked at."""
        bounds = [bound for bound in bound_names(self.value) if bound in self.table.schema]
        if not bounds or not self.table.eager or self._lies_inside(bounds):
            return
        for row in self.table.frame.filter(self.outside()).head(1).collect().rows(named=True):
            said = " and ".join(f"{bound} {row[bound]}" for bound in bounds)
            raise TableError(
                f"{self.table.name}: {self.value} of {describe(row, keys)} is {row[self.value]}, "
                f"outside its own {said}. Correct the value or its bounds, or leave them out."
            )

    def _lies_inside(self, bounds: Sequence[str]) -> bool:
        """Whether plain numbers show at one glance that none lies outside."""
        frame: Any = self.table.frame
        frame = frame.to_native() if frame.implementation.is_pandas() else frame.collect()
        arrays = [frame[name].to_numpy() for name in (self.value, *bounds)]
        if any(array.dtype.kind not in "iuf" for array in arrays):
            return False
        low = bound_names(self.value)[0]
        return not any(
            (array > arrays[0] if bound == low else array < arrays[0]).any()
            for bound, array in zip(bounds, arrays[1:], strict=True)
        )

    def add_up(self, keys: Sequence[str]) -> nw.LazyFrame[Any]:
        """Sum the rows of the table to one line for each combination of the keys."""
        keys = list(dict.fromkeys(keys))
        lines = self.at_hand(keys) if self.scale is not None else None
        if lines is not None:
            frame: nw.LazyFrame[Any] = nw.from_native(lines.frame()).lazy()
            return frame
        return self._measured(keys).group_by(keys).agg(*self.again())

    def at_hand(self, keys: Sequence[str], labels: Sequence[str] = ()) -> Measured | None:
        """Sum rows at hand in one pass; None for what only the other path can tell."""
        if not (self.table.eager and self.table.frame.implementation.is_pandas()):
            return None
        from pccfunding.money.kernel import sum_measured

        scales = {column: self._scale_of(column) for column in self._names}
        frame, groups = self.table.frame.to_native(), list(dict.fromkeys([*keys, *labels]))
        blank = {label for label in labels if label not in keys}
        return sum_measured(frame, groups, self._names, scales, labels=blank)

    @property
    def _names(self) -> dict[str, str]:
        """The columns of the table that stand behind the value and its bounds."""
        names = {"_units": self.value}
        if self.is_bounded:
            for column, bound in zip(("_low", "_high"), bound_names(self.value), strict=True):
                names[column] = bound if bound in self.table.schema else self.value
        return names

    def _scale_of(self, column: str) -> int | None:
        return self.scale and self.scale * (1 if column == "_units" else _FINE)

    def again(self) -> list[nw.Expr]:
        """Give the sums of sums."""
        return [nw.col(column).sum() for column in self.columns]

    def _measured(self, keys: Sequence[str]) -> nw.LazyFrame[Any]:
        # Step by step: an engine without a planner would compute a shared part each time.
        names, finite = self._names, self.scale is None
        frame = self.table.frame.select(
            *keys,
            **{column: self.table.number(name, finite=finite) for column, name in names.items()},
        )
        outside = {}
        if self._looks_outside:
            ends = [nw.col(end) for end in ("_low", "_high")]
            outside = {"_outside": self._beyond(nw.col("_units"), ends).cast(nw.Int64)}
        frame = frame.with_columns(
            **outside,
            **{
                known: (~nw.col(column).is_null()).cast(nw.Int64)
                for column, known in zip(
                    names, ("_known", "_low_known", "_high_known"), strict=False
                )
            },
            **{column: nw.col(column).fill_null(0.0) for column in names},
            _rows=nw.lit(1).cast(nw.Int64),
        )
        if self.scale is None:
            return frame.with_columns(_broken=nw.lit(0).cast(nw.Int64), _size=nw.lit(0.0))
        frame = frame.with_columns(
            _given=nw.col("_units"),
            _exact=nw.col("_units") * self.scale,
            **{column: whole(nw.col(column) * (self._scale_of(column) or 1)) for column in names},
        )
        sizes = [nw.col(column).abs() for column in names]
        return frame.with_columns(
            _broken=(~are_whole(nw.col("_exact"), nw.col("_units"))).cast(nw.Int64),
            _size=nw.max_horizontal(*sizes) if self.is_bounded else sizes[0],
        )

    def total(self) -> nw.Expr:
        """Give the sum in its own unit, where every part of it is known and it is exact."""
        return self._complete("_units", "_known", self.scale or 1)

    def bound(self, side: str) -> nw.Expr:
        """Give the sum of the low or high ends, where every one of them is known."""
        if not self.is_bounded:
            return self.total()
        divisor = 1 if self.scale is None else self.scale * _FINE
        return self._complete(f"_{side}", f"_{side}_known", divisor)

    def known(self) -> nw.Expr:
        """Give the sum of the known parts, where there are any and it is exact."""
        return nw.when(self._is_exact() & (nw.col("_known") > 0)).then(
            in_unit(nw.col("_units"), self.scale or 1)
        )

    def _complete(self, column: str, known: str, divisor: int) -> nw.Expr:
        complete = nw.col(known) == nw.col("_rows")
        return nw.when(complete & self._is_exact()).then(in_unit(nw.col(column), divisor))

    def _is_exact(self) -> nw.Expr:
        exact = (nw.col("_broken") == 0) & (nw.col("_size") < LARGEST)
        return exact & (nw.col("_outside") == 0) if self._looks_outside else exact

    def reasons(self) -> list[tuple[nw.Expr, nw.Expr]]:
        """Say why a sum may be unknown: conditions, each with its text."""
        known, rows = nw.col("_known").cast(nw.Int64), nw.col("_rows").cast(nw.Int64)
        money = self.scale == 100
        missing = [
            (rows - known).cast(nw.String),
            nw.lit(" of "),
            rows.cast(nw.String),
            nw.lit(f" {self._unknowns}"),
        ]
        broken = "an amount is no whole number of pence" if money else "a value is no count"
        outside = (nw.col("_outside") > 0, nw.lit(OUTSIDE)) if self._looks_outside else None
        return [
            (nw.col("_broken") > 0, nw.lit(broken)),
            *([outside] if outside else []),
            (nw.col("_size") >= LARGEST, nw.lit("too large to be added exactly")),
            (nw.col("_known") < nw.col("_rows"), nw.concat_str(missing)),
        ]

    @property
    def _unknowns(self) -> str:
        return "amounts unknown" if self.scale == 100 else "values unknown"

    def unknown_text(self, known: int, rows: int) -> str:
        """Say how many of some rows are unknown, as the column of reasons does."""
        return f"{rows - known} of {rows} {self._unknowns}"

    def totals(self, added: Mapping[str, npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], ...]:
        """Give the sum, its low and high end, and the sum of what is known: arrays of groups.

        The same as the columns ``total``, ``bound`` and ``known``, of sums that are exact.
        """
        import numpy as np

        total = np.where(added["_known"] == added["_rows"], added["_units"], np.nan)
        total /= self.scale or 1
        known = np.where(added["_known"] > 0, added["_units"], np.nan) / (self.scale or 1)
        if not self.is_bounded:
            return total, total, total, known
        low, high = (
            np.where(added[f"_{side}_known"] == added["_rows"], added[f"_{side}"], np.nan)
            / (1 if self.scale is None else self.scale * _FINE)
            for side in ("low", "high")
        )
        return total, low, high, known

    def refuse_inexact(self, lines: nw.LazyFrame[Any], keys: Sequence[str]) -> None:
        """Refuse amounts that are no whole number of pence, counts that are none, and huge sums.

        `lines` are sums of the table; the row that is named is looked up in the table itself.
        """
        columns = list(dict.fromkeys([*keys, "period_start", "period_end"]))
        wrong = (nw.col("_broken") > 0) | (nw.col("_size") >= LARGEST)
        if self.scale is None or not len(lines.filter(wrong).head(1).collect()):
            return
        rows = self._measured(columns)
        alone = (nw.col("_broken") > 0) | (nw.col("_units").abs() >= LARGEST)
        for row in rows.filter(alone).head(1).collect().rows(named=True):
            days = f"{iso_day(row['period_start'])} to {iso_day(row['period_end'])}"
            place, given = f"{self.value} ({describe(row, keys)}, {days})", float(row["_given"])
            if self.scale == 100:
                raise not_pence(place, given)
            if row["_broken"]:
                raise TableError(
                    f"{place} is {given!r}, which is no whole number. Give counts as they were "
                    f"counted."
                )
        raise PenceError(
            f"{self.value} of {describe(self._largest(lines), keys)} is more than can be added "
            f"exactly (2**53 hundredths of a {'penny' if self.scale == 100 else 'unit'}). "
            f"Check its unit."
        )

    def _largest(self, lines: nw.LazyFrame[Any]) -> dict[str, Any]:
        return lines.sort("_size", descending=True).head(1).collect().rows(named=True)[0]
