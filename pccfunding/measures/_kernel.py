"""Grouped sums of encoded pandas frames: combined codes and blocked counting, no hashing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pccfunding.errors import PenceError, TableError

__all__ = ["sum_encoded", "sum_measured"]

_Array: TypeAlias = npt.NDArray[Any]
_Counts: TypeAlias = npt.NDArray[np.int64]
_EXACT = 2.0**53
# So many rows at a time stay in the processor's cache, with the few arrays that are made of them.
_BLOCK = 2**16
# More cells than this do not stay there: those that never occur are then left out.
_CELLS = 2**16
_MOST_CELLS = 2**22


@dataclass
class _Key:
    """One column of keys as whole numbers, -1 for null, each standing for one of `values`.

    `slots` are the numbers in use, in the order in which their values are sorted; null is last.
    """

    name: str
    codes: _Array
    values: Any
    slots: _Array

    @classmethod
    def of(cls, frame: Any, name: str) -> _Key | None:
        """See a column as a key; None where it holds neither categories nor days."""
        import pandas as pd

        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            values = column.array
            codes = values.codes
            order = np.arange(len(column.dtype.categories))
        elif isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
            codes, values = pd.factorize(column.array)
            order = np.argsort(values)
        else:
            return None
        has_null = bool(codes.size) and int(codes.min()) < 0
        return cls(name, codes, values, np.append(order, -1) if has_null else order)

    def leave_out_unused(self) -> None:
        """Keep only the numbers that occur."""
        used = np.zeros(int(self.slots.max(initial=0)) + 2, dtype=bool)
        for rows in _blocks(len(self.codes)):
            used[self.codes[rows]] = True
        self.slots = self.slots[used[self.slots]]

    def table(self, stride: int) -> _Array:
        """Give what each number adds to the place of a cell; -1 finds the last entry."""
        table = np.zeros(int(self.slots.max(initial=0)) + 2, dtype=np.int32)
        table[self.slots] = np.arange(self.slots.size) * stride
        return table

    @property
    def is_plain(self) -> bool:
        """Whether each number is its own slot."""
        return bool((self.slots == np.arange(self.slots.size)).all())

    def column(self, places: _Array) -> Any:
        """Give the values of some slots, as the column had them."""
        import pandas as pd

        codes = self.slots[places]
        if isinstance(self.values, pd.Categorical):
            return pd.Categorical.from_codes(codes, dtype=self.values.dtype)
        return pd.Series(self.values.take(codes, allow_fill=True))


@dataclass
class _Cells:
    """The combinations of all keys, in the order in which a group-by sorts them.

    `held` are the combinations that are kept, all where it is None.
    """

    keys: list[_Key]
    rows: int
    held: _Array | None = None

    @property
    def possible(self) -> int:
        return math.prod(key.slots.size for key in self.keys)

    @property
    def count(self) -> int:
        return self.possible if self.held is None else self.held.size

    def leave_out_unused(self) -> None:
        """Keep only the combinations that occur."""
        self.held = np.flatnonzero(self.seen())

    def seen(self) -> npt.NDArray[np.bool_]:
        """Whether each combination occurs."""
        seen = np.zeros(self.count, dtype=bool)
        for _, where in self.blocks():
            seen[where] = True
        return seen

    def blocks(self) -> Iterator[tuple[slice, _Array]]:
        """Give the cell of each row, some rows at a time; the array is used again."""
        stride, steps = self.possible, []
        for key in self.keys:
            stride //= key.slots.size
            steps.append((key.codes, stride, None if key.is_plain else key.table(stride)))
        places = None
        if self.held is not None:
            places = np.zeros(self.possible, dtype=np.int32)
            places[self.held] = np.arange(self.held.size)
        cells, part = np.empty(_BLOCK, dtype=np.int32), np.empty(_BLOCK, dtype=np.int32)
        for rows in _blocks(self.rows):
            where, more = cells[: rows.stop - rows.start], part[: rows.stop - rows.start]
            for number, (codes, stride, table) in enumerate(steps):
                into = more if number else where
                if table is not None:
                    table.take(codes[rows], mode="wrap", out=into)
                else:
                    into[...] = codes[rows]
                    if stride > 1:
                        into *= stride
                if number:
                    where += into
            yield rows, where if places is None else places.take(where, mode="wrap", out=more)

    def frame(self, rows: _Array, sums: Mapping[str, _Array]) -> Any:
        """Make a frame of some cells and their sums."""
        import pandas as pd

        cells = np.flatnonzero(rows) if self.held is None else self.held[rows]
        places = np.unravel_index(cells, [key.slots.size for key in self.keys])
        keys = {key.name: key.column(at) for key, at in zip(self.keys, places, strict=True)}
        return pd.DataFrame({**keys, **{name: values[rows] for name, values in sums.items()}})


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(first, min(first + _BLOCK, rows)) for first in range(0, rows, _BLOCK))


def _cells_of(frame: Any, names: Sequence[str]) -> _Cells | None:
    """See the key columns as numbers; None where one cannot be, or the cells are too many."""
    keys = []
    for name in names:
        key = _Key.of(frame, name)
        if key is None:
            return None
        keys.append(key)
    cells = _Cells(keys, len(frame))
    if cells.possible > _MOST_CELLS:
        for key in keys:
            key.leave_out_unused()
    if not keys or not cells.rows or cells.possible > _MOST_CELLS:
        return None
    if cells.possible > _CELLS:
        cells.leave_out_unused()
    return cells


def sum_encoded(frame: Any, by: Sequence[str], value: str) -> Any:
    """Sum a column of whole numbers by encoded keys.

    Parameters
    ----------
    frame : pandas DataFrame
        Keys as categories or days, and the value as int64, such as pence.
    by : sequence of str
        Columns of keys.
    value : str
        Column to sum.

    Returns
    -------
    pandas DataFrame
        The keys that occur, sorted, nulls last, with the exact sum as int64.

    Raises
    ------
    TableError
        If a column of keys is not encoded, or the keys have too many combinations.
    PenceError
        If the values might add up to 2**53 or more, beyond which sums are no longer exact.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"force": ["B", "A", "B"], "pence": [1, 2, 3]})
    >>> sum_encoded(frame.astype({"force": "category"}), ["force"], "pence")
      force  pence
    0     A      2
    1     B      4
    """
    cells = _cells_of(frame, by)
    if cells is None:
        raise TableError(f"Keys {', '.join(by)} are not all encoded; use encode_keys first.")
    whole = frame[value].to_numpy()
    sums, largest = np.zeros(cells.count), 0
    for rows, where in cells.blocks():
        part = whole[rows]
        sums += np.bincount(where, part, minlength=cells.count)
        largest = max(largest, int(part.max()), -int(part.min()))
    if largest * len(whole) >= _EXACT and np.abs(whole, dtype=np.float64).sum() >= _EXACT:
        raise PenceError(f"{value} adds up to 2**53 or more: sum it in parts.")
    seen = sums != 0
    return cells.frame(seen if seen.all() else cells.seen(), {value: sums.astype(np.int64)})


def sum_measured(
    frame: Any, by: Sequence[str], names: Mapping[str, str], scales: Mapping[str, int]
) -> Any | None:
    """Sum amounts by encoded keys, with what is known of them, in the columns of `Sums`.

    `names` gives the columns behind `_units`, `_low` and `_high`, `scales` how many of their
    units make one of the amount. None where the keys are not encoded, an amount is no plain
    float, or a sum may be too large to be exact: all of that is the other path's work.
    """
    columns = {name: frame[column].to_numpy() for name, column in names.items()}
    if any(values.dtype != np.float64 for values in columns.values()):
        return None
    cells = _cells_of(frame, by)
    if cells is None:
        return None
    many = cells.count
    counts, broken = np.zeros(many, dtype=np.int64), np.zeros(many, dtype=np.int64)
    sums = {name: np.zeros(many) for name in names}
    gaps = {name: np.zeros(many, dtype=np.int64) for name in names}
    largest = 0.0
    for rows, where in cells.blocks():
        counts += np.bincount(where, minlength=many)
        for name, values in columns.items():
            part = values[rows]
            known = np.isfinite(part)
            if not known.all():
                gaps[name] += _counted(where, ~known, many)
                part = np.where(known, part, 0.0)
            exact = part * scales[name]
            units = exact + 0.5
            np.floor(units, out=units)
            largest = max(largest, float(units.max()), -float(units.min()))
            sums[name] += np.bincount(where, units, minlength=many)
            if name == "_units":
                broken += _counted(where, _is_broken(exact, units), many)
    if largest * int(counts.max()) >= _EXACT:
        return None
    known_names = dict(zip(sums, ("_known", "_low_known", "_high_known"), strict=False))
    measured: dict[str, _Array] = {
        **sums,
        **{known_names[name]: counts - missing for name, missing in gaps.items()},
        "_rows": counts,
        "_broken": broken,
        "_size": np.zeros(many),
    }
    return cells.frame(counts > 0, measured)


def _counted(where: _Array, which: _Array, many: int) -> _Counts | int:
    return np.bincount(where[which], minlength=many) if which.any() else 0


def _is_broken(exact: _Array, units: _Array) -> _Array:
    """Whether amounts lie off a whole unit by more than a float's own error."""
    gap = np.subtract(exact, units, out=units)
    np.abs(gap, out=gap)
    if float(gap.max()) <= 1e-6:
        return np.zeros(0, dtype=bool)
    slack = np.abs(exact, out=exact)
    slack *= 2.0**-51
    slack += 1e-6
    return gap > slack
