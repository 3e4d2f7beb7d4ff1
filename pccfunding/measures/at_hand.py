"""Groups of rows at hand, worked out in one pass of numpy.

What is odd is left to the careful path, which finds the words for it: None is given then. Both
paths give the same, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from pccfunding.frames.tables import Table
from pccfunding.money.kernel import Measured, key_at_hand, text_type
from pccfunding.money.pence import LARGEST

_Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Lines put together in groups, sorted: the group of each, and the first line of each group."""

    of_lines: _Array
    first: _Array

    @classmethod
    def by(cls, *places: tuple[_Array, int]) -> Grouped:
        """Put together the lines that are alike in some places, each with its number of places."""
        numbers = np.zeros(len(places[0][0]), dtype=np.int64)
        for at, size in places:
            numbers *= size
            numbers += at
        _, first, of_lines = np.unique(numbers, return_index=True, return_inverse=True)
        return cls(of_lines, first)

    def add(self, numbers: _Array) -> _Array:
        """Add up whole numbers of the lines."""
        return np.bincount(self.of_lines, numbers, minlength=self.first.size)

    def sums(self, lines: Measured) -> dict[str, _Array]:
        """Add up what was measured."""
        return {name: self.add(numbers) for name, numbers in lines.sums.items()}

    def labels(self, lines: Measured, names: Sequence[str]) -> dict[str, list[str | None]] | None:
        """Give the one text of each label in each group; None where a group mixes several."""
        found: dict[str, list[str | None]] = {}
        for name in names:
            texts = [text if type(text) is str else None for text in lines.values(name)]
            if texts.count(None) > 1:
                return None
            at, size = lines.place(name)
            last = size - 1 if texts and texts[-1] is None else size
            lowest, highest = np.full((2, self.first.size), -1)
            lowest[:] = size
            known = at < last
            np.minimum.at(lowest, self.of_lines[known], at[known])
            np.maximum.at(highest, self.of_lines[known], at[known])
            if (lowest < highest).any():
                return None
            texts += [None] * (last == size)
            found[name] = [texts[place] for place in highest]
        return found


@dataclass(frozen=True, slots=True)
class Spans:
    """Periods of groups: the days as codes, as ``with_days`` gives them to a column."""

    starts: _Array
    ends: _Array
    begins: _Array
    to: _Array
    in_a_year: _Array

    def length(self, group: int) -> str:
        """Say how far a period is from a year."""
        first, last = (days[group].astype("M8[D]").item() for days in (self.starts, self.ends))
        months = first.day == 1 and (last + timedelta(days=1)).day == 1
        said = "/".join(day.isoformat()[: 7 if months else 10] for day in (first, last))
        which = "more than a year" if self.to[group] > self.in_a_year[group] else "part year"
        return f"{which}: {said} is {(last - first).days + 1} days"


def spans_at_hand(lines: Measured, grouped: Grouped) -> Spans | None:
    """Read the periods of groups; None where one has no day, a time, or ends before it starts."""
    places = [lines.place(name)[0][grouped.first] for name in ("period_start", "period_end")]
    values = [lines.values(name) for name in ("period_start", "period_end")]
    if any(days.dtype.kind != "M" for days in values):
        return None
    if any((days.astype("M8[D]") != days)[~np.isnat(days)].any() for days in values):
        return None
    starts, ends = (days[at] for days, at in zip(values, places, strict=True))
    if np.isnat(starts).any() or np.isnat(ends).any():
        return None
    year, month, day = (part[places[0]] for part in _parts_of(values[0]))
    begins = year * 372 + month * 31 + day
    after = _parts_of(values[1].astype("M8[D]") + 1)
    to = (after[0] * 372 + after[1] * 31 + after[2])[places[1]]
    in_a_year = begins + 372 + 3 * ((month == 2) & (day == 29))
    return None if (to <= begins).any() else Spans(starts, ends, begins, to, in_a_year)


def _parts_of(days: _Array) -> tuple[_Array, _Array, _Array]:
    """Give the year, month and day of some days."""
    months = days.astype("M8[M]")
    number = months.astype(np.int64)
    day = (days.astype("M8[D]") - months.astype("M8[D]")).astype(np.int64) + 1
    return 1970 + number // 12, number % 12 + 1, day


def years_of(days: _Array) -> _Array:
    """Give the year in which the financial year of each day begins."""
    months = days.astype("M8[M]").astype(np.int64)
    return 1970 + (months - 3) // 12


def distinct_days(days: _Array) -> tuple[_Array, _Array]:
    """Give the number of each day, and the days that the numbers stand for."""
    import pandas as pd

    codes, values = pd.factorize(days.view(np.int64))
    return codes, np.asarray(values).view(days.dtype)


def texts_at_hand(texts: Sequence[str], codes: _Array) -> Any:
    """Make a column of few distinct texts, each by its number; -1 is none."""
    import pandas as pd

    return pd.array([*texts, None], dtype=text_type()).take(np.where(codes < 0, len(texts), codes))


def financial_days(years: _Array, dtype: Any, *, last: bool = False) -> _Array:
    """Give the first or last day of the financial years that begin in some years."""
    first = ((years - 1970 + last) * 12 + 3).astype("M8[M]").astype("M8[D]")
    return (first - int(last)).astype(dtype)


def mid_years_of(days: _Array) -> tuple[_Array, _Array]:
    """Whether each day is a mid-year, 30 June or 1 July and never a census day; and its year."""
    months = days.astype("M8[M]").astype(np.int64)
    return np.isin(months % 12, (5, 6)) & ~np.isnat(days), 1970 + months // 12


@dataclass(frozen=True, slots=True)
class Residents:
    """The people of areas at mid-years, an entry a row: the place of its area, the year, persons.

    A number that is missing is NaN.
    """

    areas: list[Any]
    places: _Array
    years: _Array
    persons: _Array

    @classmethod
    def of(cls, people: Table) -> Residents | None:
        """Read the mid-years of a population at hand.

        None where the careful path has to look: at vintages that mix, an area and year twice, or
        a number that counts nobody.
        """
        names = ("reference_date", "persons")
        columns = arrays_at_hand(people, names)
        if columns is None:
            return None
        native, (days, persons) = people.frame.to_native(), columns.values()
        places, vintages = key_at_hand(native, "area_code"), key_at_hand(native, "vintage")
        if (
            places is None
            or vintages is None
            or days.dtype.kind != "M"
            or persons.dtype.kind not in "iuf"
        ):
            return None
        middle, years = mid_years_of(days)
        rows = np.flatnonzero(middle & (places[0] >= 0))
        held = np.unique(vintages[0][rows])
        if not rows.size or (held >= 0).sum() > 1:
            return None
        at, year = places[0][rows].astype(np.int64), years[rows]
        span = int(year.max()) - int(year.min()) + 1
        given = at * span + (year - int(year.min()))
        if span > 10_000 or np.unique(given).size < given.size:
            return None
        number = persons[rows].astype(np.float64)
        if ((number < 0) | np.isinf(number)).any():
            return None
        return cls(places[1], at, year, number)

    def by_area_and_year(self) -> dict[tuple[str, int], float] | None:
        """Give the people by area and year; None where an area is called by what is no text."""
        if any(type(area) is not str for area in self.areas):
            return None
        known = np.flatnonzero(~np.isnan(self.persons))
        names = [self.areas[place] for place in self.places[known].tolist()]
        cells = zip(names, self.years[known].tolist(), strict=True)
        return dict(zip(cells, self.persons[known].tolist(), strict=True))

    def table(self, areas: Sequence[Any], years: _Array) -> _Array | None:
        """Give the people of each area in each year, NaN where none are known.

        None where sums of them might not be exact.
        """
        if (np.floor(self.persons) < self.persons).any() or np.nansum(self.persons) >= LARGEST:
            return None
        first, last = int(self.years.min()), int(self.years.max())
        table = np.full((len(self.areas) + 1, last - first + 3), np.nan)
        table[self.places, self.years - first + 1] = self.persons
        numbers = {text: number for number, text in enumerate(self.areas) if type(text) is str}
        wanted = np.array([numbers.get(area, -1) for area in areas], dtype=np.int64)
        columns = np.clip(years - first + 1, 0, last - first + 2)
        found: _Array = table[wanted[:, None], columns[None, :]]
        return found


def arrays_at_hand(table: Table, names: Sequence[str]) -> dict[str, _Array] | None:
    """Give plain columns of a pandas frame as arrays; None of any other frame or column."""
    if not (table.eager and table.frame.implementation.is_pandas()):
        return None
    native = table.frame.to_native()
    if not all(isinstance(native[name].dtype, np.dtype) for name in names):
        return None
    return {name: native[name].to_numpy() for name in names}


def with_columns_at_hand(table: Table, columns: Mapping[str, Any]) -> nw.LazyFrame[Any]:
    """Put arrays and lists of text beside the columns of a pandas frame, row by row."""
    native = table.frame.to_native()
    made = frame_at_hand(columns).to_native().set_axis(native.index, axis=0)
    frame: nw.LazyFrame[Any] = nw.from_native(native.assign(**made)).lazy()
    return frame


def frame_at_hand(columns: Mapping[str, Any]) -> nw.LazyFrame[Any]:
    """Make a frame of arrays, and of lists of text."""
    import pandas as pd

    native = {
        name: pd.array(cells, dtype=text_type()) if isinstance(cells, list) else cells
        for name, cells in columns.items()
    }
    return nw.from_native(pd.DataFrame(native)).lazy()
