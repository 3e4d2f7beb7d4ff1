"""Grouped sums of frames at hand: keys as numbers, combined, and counted block by block."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pccfunding.frames.tables import refuse_halves
from pccfunding.money.pence import LARGEST, broken_rows

_Array: TypeAlias = npt.NDArray[Any]
_Counts: TypeAlias = npt.NDArray[np.int64]
# So many rows at a time stay in the processor's cache, with the few arrays that are made of them.
_BLOCK = 2**17
# More cells than this do not stay there: those that never occur are then left out.
_CELLS = 2**16
_MOST_CELLS = 2**22


@dataclass
class _Key:
    """Keys as whole numbers, -1 for null.

    `slots` are the numbers in use, in the order in which what they stand for is sorted; null is
    last. `columns_of` gives what some numbers stand for, by column, and `names` their columns;
    `words` does so for texts and whole numbers without a column of pandas.
    """

    names: tuple[str, ...]
    codes: _Array
    slots: _Array
    columns_of: Callable[[_Array], dict[str, Any]]
    words: _Array | None = None

    @classmethod
    def of(cls, frame: Any, name: str) -> _Key | None:
        """See a column as a key; None where it holds neither categories nor days."""
        import pandas as pd

        column = frame[name]
        columns_of: Callable[[_Array], dict[str, Any]]
        if isinstance(column.dtype, pd.CategoricalDtype):
            dtype = column.dtype
            codes = column.array.codes
            order = np.arange(len(dtype.categories))

            def columns_of(codes: _Array) -> dict[str, Any]:
                return {name: pd.Categorical.from_codes(codes, dtype=dtype)}

        elif _is_days(column):
            codes, values = pd.factorize(column.array)
            order = np.argsort(values)

            def columns_of(codes: _Array) -> dict[str, Any]:
                return {name: pd.Series(values.take(codes, allow_fill=True))}

        else:
            return None
        has_null = bool(codes.size) and int(codes.min()) < 0
        return cls((name,), codes, np.append(order, -1) if has_null else order, columns_of)

    @classmethod
    def of_words(cls, frame: Any, name: str, *, label: bool = False) -> _Key | None:
        """See a column of text or whole numbers as a key, its few distinct values sorted.

        Objects that are all missing are text only as a label: as a key they are what they are.
        """
        import pandas as pd

        column = frame[name]
        whole = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu"
        if not (whole or column.dtype in (object, text_type())):
            return None
        codes, values = pd.factorize(column)
        words = np.asarray(values, dtype=column.dtype if whole else object)
        if not (whole or all(type(word) is str for word in words)):
            return None
        if not whole:
            refuse_halves(words.tolist(), f"Column {name!r}")
        if not codes.size or not (words.size or label or column.dtype != object):
            return None
        order = np.argsort(words, kind="stable")

        held = words if whole else np.append(words, np.nan)

        def columns_of(codes: _Array) -> dict[str, Any]:
            return {name: pd.Series(held[codes], dtype=None if whole else text_type())}

        has_null = not whole and int(codes.min()) < 0
        slots = np.append(order, -1) if has_null else order
        return cls((name,), codes, slots, columns_of, held)

    @classmethod
    def of_periods(cls, frame: Any, first: str, last: str) -> _Key | None:
        """See first and last days as one key; None where they are no days, or span too much.

        A number stands for the first day and the length, both counted from the least that occurs.
        """
        import pandas as pd

        if not (_is_days(frame[first]) and frame[first].dtype == frame[last].dtype and len(frame)):
            return None
        dtype = frame[first].dtype
        starts, ends = (frame[name].to_numpy().view(np.int64) for name in (first, last))
        day = int(
            np.timedelta64(1, "D").astype(f"m8[{np.datetime_data(dtype)[0]}]").astype(np.int64)
        )
        ranges = [
            (int(part.min()), int(part.max()))
            for rows in _blocks(len(starts))
            for part in (starts[rows], ends[rows] - starts[rows])
        ]
        lows = [min(low for low, _ in ranges[at::2]) for at in (0, 1)]
        sizes = [(max(high for _, high in ranges[at::2]) - lows[at]) // day + 1 for at in (0, 1)]
        if math.prod(sizes) > _MOST_CELLS:
            return None
        codes = np.empty(len(starts), dtype=np.int32)
        seen = np.zeros(math.prod(sizes), dtype=bool)
        for rows in _blocks(len(starts)):
            days = _whole_days(starts[rows] - lows[0], day, sizes[0])
            lengths = _whole_days(ends[rows] - starts[rows] - lows[1], day, sizes[1])
            if days is None or lengths is None:
                return None
            days *= sizes[1]
            days += lengths
            codes[rows] = days
            seen[days] = True

        def columns_of(codes: _Array) -> dict[str, Any]:
            days, lengths = np.divmod(codes.astype(np.int64), sizes[1])
            start = days * day + lows[0]
            end = start + lengths * day + lows[1]
            return {first: pd.Series(start.view(dtype)), last: pd.Series(end.view(dtype))}

        return cls((first, last), codes, np.flatnonzero(seen), columns_of)

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

    def columns(self, places: _Array) -> dict[str, Any]:
        """Give what some slots stand for, as the columns had them."""
        return self.columns_of(self.slots[places])


@cache
def text_type() -> Any:
    """Give the type of a column of text: one of its own from pandas 3 on."""
    import pandas as pd

    return pd.Series([""]).dtype


def _is_days(column: Any) -> bool:
    return isinstance(column.dtype, np.dtype) and column.dtype.kind == "M"


def _whole_days(times: _Array, day: int, most: int) -> _Array | None:
    """Divide by the length of a day; None where one of the times is no whole number of days.

    A product with the inverse modulo 2**64 is the quotient where the division has no rest, and
    too large for any day otherwise.
    """
    twos = (day & -day).bit_length() - 1
    if np.bitwise_or.reduce(times) & ((1 << twos) - 1):
        return None
    quotients = times.view(np.uint64) >> np.uint64(twos)
    quotients *= np.uint64(pow(day >> twos, -1, 2**64))
    return quotients.view(np.int64) if int(quotients.max()) < most else None


@dataclass
class _Cells:
    """The combinations of all keys, in the order in which a group-by sorts them.

    `held` are the combinations that are kept, all where it is None. Where there are too many to
    count them all, `of_rows` is the place of each row among those that are kept.
    """

    keys: list[_Key]
    rows: int
    held: _Array | None = None
    of_rows: _Array | None = None

    @property
    def possible(self) -> int:
        return math.prod(key.slots.size for key in self.keys)

    @property
    def count(self) -> int:
        return self.possible if self.held is None else self.held.size

    def leave_out_unused(self) -> None:
        """Keep only the combinations that occur."""
        self.held = np.flatnonzero(self.seen())

    def look_up(self) -> None:
        """Keep the combinations that occur, looked up row by row."""
        numbers = np.zeros(self.rows, dtype=np.int64)
        for key in self.keys:
            numbers *= key.slots.size
            numbers += key.table(1).take(key.codes, mode="wrap")
        self.held, self.of_rows = np.unique(numbers, return_inverse=True)

    def seen(self) -> npt.NDArray[np.bool_]:
        """Whether each combination occurs."""
        seen = np.zeros(self.count, dtype=bool)
        for _, where in self.blocks():
            seen[where] = True
        return seen

    def blocks(self) -> Iterator[tuple[slice, _Array]]:
        """Give the cell of each row, some rows at a time; the array is used again."""
        if self.of_rows is not None:
            yield from ((rows, self.of_rows[rows]) for rows in _blocks(self.rows))
            return
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

    def kept(self, rows: _Array) -> _Array:
        """Give the numbers of some cells, a mark for each."""
        return np.flatnonzero(rows) if self.held is None else self.held[rows]


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums of rows, a line for each combination of keys that occurs, sorted, nulls last."""

    keys: list[_Key]
    places: tuple[_Array, ...]
    sums: dict[str, _Array]

    @classmethod
    def of(cls, cells: _Cells, rows: _Array, sums: Mapping[str, _Array]) -> Measured:
        """Keep some cells and their sums."""
        sizes = [key.slots.size for key in cells.keys]
        places = np.unravel_index(cells.kept(rows), sizes)
        return cls(cells.keys, places, {name: values[rows] for name, values in sums.items()})

    def columns(self, lines: _Array | slice = slice(None)) -> dict[str, Any]:
        """Give the keys of some lines as the frame had them."""
        found: dict[str, Any] = {}
        for key, at in zip(self.keys, self.places, strict=True):
            found |= key.columns(at[lines])
        return found

    def frame(self) -> Any:
        """Make a frame of all lines."""
        import pandas as pd

        return pd.DataFrame({**self.columns(), **self.sums})

    def place(self, name: str) -> tuple[_Array, int]:
        """Give the place of each line among the values of a key, and the number of values."""
        key, at = self._key(name)
        return at, key.slots.size

    def values(self, name: str) -> _Array:
        """Give the values of a key by place; None, NaN or NaT for null."""
        key, _ = self._key(name)
        if key.words is not None:
            return key.words[key.slots]
        return np.asarray(key.columns(np.arange(key.slots.size))[name])

    def day_lines(self, name: str) -> _Array:
        """Give a key of days line by line."""
        return self.values(name)[self.place(name)[0]]

    def _key(self, name: str) -> tuple[_Key, _Array]:
        held = zip(self.keys, self.places, strict=True)
        return next((key, at) for key, at in held if name in key.names)


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(first, min(first + _BLOCK, rows)) for first in range(0, rows, _BLOCK))


def _cells_of(frame: Any, names: Sequence[str], *, labels: Collection[str] = ()) -> _Cells | None:
    """See the key columns as numbers; None where one cannot be, or there are no rows or keys."""
    keys: list[_Key] = []
    left = list(names)
    while left:
        periods = _Key.of_periods(frame, *left[:2]) if len(left) > 1 else None
        key = periods or _Key.of(frame, left[0])
        if key is None:
            key = _Key.of_words(frame, left[0], label=left[0] in labels)
        if key is None:
            return None
        keys.append(key)
        del left[: 1 if periods is None else 2]
    cells = _Cells(keys, len(frame))
    if not keys or not cells.rows:
        return None
    if cells.possible > _MOST_CELLS:
        for key in keys:
            key.leave_out_unused()
    if cells.possible >= 2**62:
        return None
    if cells.possible > _MOST_CELLS:
        cells.look_up()
    elif cells.possible > _CELLS:
        cells.leave_out_unused()
    return cells


def key_at_hand(frame: Any, name: str) -> tuple[_Array, list[Any]] | None:
    """Give the number of each cell of a key, -1 for null, and what the numbers stand for."""
    key = _Key.of(frame, name) or _Key.of_words(frame, name)
    if key is None:
        return None
    numbers = np.arange(int(key.slots.max(initial=-1)) + 1)
    if key.words is not None:
        return key.codes, key.words[numbers].tolist()
    return key.codes, list(key.columns_of(numbers)[name])


def sum_measured(
    frame: Any,
    by: Sequence[str],
    names: Mapping[str, str],
    scales: Mapping[str, int | None],
    *,
    labels: Collection[str] = (),
) -> Measured | None:
    """Sum amounts by keys at hand, with what is known of them, in the columns of `Sums`.

    `names` gives the columns behind `_units`, `_low` and `_high`, `scales` how many of their
    units make one of the amount; `labels` are the keys that may hold nothing. None where a key is
    no text, category, whole number or day, an amount is no plain number, or a sum may be too large
    to be exact: all of that is the other path's work.
    """
    columns = {name: frame[column].to_numpy() for name, column in names.items()}
    if any(values.dtype.kind not in "iuf" for values in columns.values()):
        return None
    columns = {
        name: np.ascontiguousarray(values, dtype=np.float64) for name, values in columns.items()
    }
    cells = _cells_of(frame, by, labels=labels)
    if cells is None:
        return None
    many = cells.count
    counts = np.zeros(many, dtype=np.int64)
    sums = {name: np.zeros(many) for name in names}
    # Few rows are unknown or off a whole unit: their cells are gathered, and counted at the end.
    gaps: dict[str, list[_Array]] = {name: [] for name in names}
    broken: list[_Array] = []
    largest = 0.0
    # What cannot be added stands once in a group, and is neither rounded nor broken.
    rounded = {name: scale is not None for name, scale in scales.items()}
    places, scaled = np.empty(_BLOCK, dtype=np.intp), np.empty((2, _BLOCK))
    for rows, narrow in cells.blocks():
        size = len(narrow)
        where, exact, units = places[:size], scaled[0, :size], scaled[1, :size]
        where[...] = narrow
        counts += np.bincount(where, minlength=many)
        for name, values in columns.items():
            part = values[rows]
            np.multiply(part, scales[name] or 1, out=exact)
            if rounded[name]:
                np.add(exact, 0.5, out=units)
                np.floor(units, out=units)
            else:
                units[...] = exact
            known = ~np.isnan(part)
            if not known.all():
                unknown = np.flatnonzero(~known)
                gaps[name].append(narrow[unknown])
                exact[unknown] = units[unknown] = 0.0
            largest = max(largest, float(units.max()), -float(units.min()))
            if largest >= LARGEST:
                return None
            sums[name] += np.bincount(where, units, minlength=many)
            if name == "_units" and rounded[name]:
                broken.append(narrow[broken_rows(exact, units)])
    if largest * int(counts.max()) >= LARGEST:
        return None
    known_names = dict(zip(sums, ("_known", "_low_known", "_high_known"), strict=False))
    measured: dict[str, _Array] = {
        **sums,
        **{known_names[name]: counts - _counted(missing, many) for name, missing in gaps.items()},
        "_rows": counts,
        "_broken": _counted(broken, many),
        "_size": np.zeros(many),
    }
    return Measured.of(cells, counts > 0, measured)


def _counted(parts: list[_Array], many: int) -> _Counts:
    return np.bincount(np.concatenate([np.zeros(0, dtype=np.int32), *parts]), minlength=many)
