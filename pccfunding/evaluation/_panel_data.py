"""Counts of areas over periods as one rectangle, with what each area was given and when."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pccfunding.errors import PeriodError, TableError
from pccfunding.evaluation._checks import is_missing, one_of, some_number, some_positive
from pccfunding.periods import Period

__all__ = ["FloatArray", "Panel", "read_panel"]

FloatArray = npt.NDArray[np.float64]

_COUNTS = ("offences", "count", "crimes", "incidents")
_PERIODS = ("period", "financial_year", "year")


@dataclass(frozen=True)
class Panel:
    """A rectangle of areas by periods; `path` is what each area was given in each period.

    `first` is the number of the first period in which an area was given something, and the
    number of periods where it never was. Areas that cannot stand in it are in `dropped`.
    """

    areas: tuple[str, ...]
    periods: tuple[Period, ...]
    counts: FloatArray
    exposure: FloatArray
    path: FloatArray
    covariates: FloatArray
    strata: npt.NDArray[np.int64]
    dropped: tuple[tuple[str, str], ...]
    dose: bool

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """Number of the first period with something given, for each area."""
        given = self.path != 0
        return np.where(given.any(axis=1), given.argmax(axis=1), len(self.periods))

    @property
    def years(self) -> FloatArray:
        """Years from the middle of the first period to the middle of each."""
        middles = [(one.start.toordinal() + one.end.toordinal()) / 2 for one in self.periods]
        return (np.array(middles) - middles[0]) / 365.25

    def earlier(self, n: int, path: FloatArray) -> Panel:
        """The first n periods, with another path over them."""
        return Panel(
            areas=self.areas,
            periods=self.periods[:n],
            counts=self.counts[:, :n],
            exposure=self.exposure[:, :n],
            path=path,
            covariates=self.covariates[:, :n],
            strata=self.strata,
            dropped=self.dropped,
            dose=True,
        )


def read_panel(
    frame: Any,
    treated: str | Mapping[Any, Any],
    exposure: str | Mapping[Any, Any],
    by: str,
    count: str | None,
    covariates: Sequence[str],
    strata: str | Mapping[Any, Any] | None,
) -> Panel:
    """Read a long frame as a rectangle; areas with a gap in it are set aside with the reason."""
    table = _plain(frame)
    _need(table, [by, *covariates])
    column = count or next((name for name in _COUNTS if name in table.columns), "offences")
    _need(table, [column])
    table["_area"] = table[by].astype(str)
    table["_period"] = _periods(table)
    _refuse_twice(table, by)
    periods = sorted(set(table["_period"]), key=lambda one: one.start)
    _refuse_overlap(periods)
    areas = sorted(set(table["_area"]))

    def grid(values: Sequence[Any]) -> pd.DataFrame:
        long = pd.DataFrame({"a": table["_area"], "p": table["_period"], "v": list(values)})
        return long.pivot(index="a", columns="p", values="v").reindex(index=areas, columns=periods)

    rows = list(zip(table["_area"], table["_period"], strict=True))
    counted = grid([_count(v, column, a, p) for v, (a, p) in zip(table[column], rows, strict=True)])
    over = grid(_exposures(table, rows, exposure))
    path = _path(table, grid, rows, treated, areas, periods)
    more = [
        grid([_known(v, name, a, p) for v, (a, p) in zip(table[name], rows, strict=True)])
        for name in covariates
    ]
    why: dict[str, str] = {}
    for area in areas:
        for held, what in ((counted, "count"), (over, "exposure"), (path, "treatment")):
            gaps = [one for one in periods if is_missing(held.loc[area, one])]
            if gaps:
                why.setdefault(area, f"no {what} for {gaps[0].label}")
        if any(is_missing(one) for held in more for one in held.loc[area]):
            why.setdefault(area, "a covariate is missing")
        if area not in why and not counted.loc[area].sum():
            why[area] = "nothing was counted in any period"
    kept = [area for area in areas if area not in why]
    shape = (len(kept), len(periods))
    levels = path.loc[kept].to_numpy(dtype=float).reshape(shape)
    given = {float(one) for one in np.unique(levels)}
    held = [one.loc[kept].to_numpy(dtype=float).reshape(shape) for one in more]
    return Panel(
        areas=tuple(kept),
        periods=tuple(periods),
        counts=counted.loc[kept].to_numpy(dtype=float).reshape(shape),
        exposure=over.loc[kept].to_numpy(dtype=float).reshape(shape),
        path=levels,
        covariates=np.stack(held, axis=2) if held else np.empty((*shape, 0)),
        strata=_strata(table, strata, kept),
        dropped=tuple(sorted(why.items())),
        dose=not given <= {0.0, 1.0},
    )


def _plain(frame: Any) -> pd.DataFrame:
    if isinstance(frame, pd.DataFrame):
        return frame.reset_index(drop=True)
    import narwhals.stable.v2 as nw

    try:
        table = nw.from_native(frame)
    except TypeError as error:
        raise TableError(f"counts is a {type(frame).__name__}; it takes a data frame.") from error
    eager = table.collect() if isinstance(table, nw.LazyFrame) else table
    # Column by column: the engines' own ways to pandas ask for pyarrow.
    return pd.DataFrame({column: eager[column].to_list() for column in eager.columns})


def _need(table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        held = ", ".join(map(str, table.columns)) or "no columns"
        raise TableError(
            f"counts has no column {', '.join(map(repr, missing))}; it has {held}. "
            "Name the columns as they stand there."
        )


def _periods(table: pd.DataFrame) -> list[Period]:
    if {"period_start", "period_end"} <= set(table.columns):
        return [
            Period(_day(start, "period_start"), _day(end, "period_end"))
            for start, end in zip(table["period_start"], table["period_end"], strict=True)
        ]
    name = next((one for one in _PERIODS if one in table.columns), None)
    if name is None:
        _need(table, ["period_start", "period_end"])
    return [one if isinstance(one, Period) else Period.parse(str(one)) for one in table[str(name)]]


def _day(value: Any, name: str) -> date:
    try:
        stamp = pd.Timestamp(value)
    except (TypeError, ValueError) as error:
        raise PeriodError(f"counts column {name!r} holds {value!r}, which is no date.") from error
    if pd.isna(stamp):
        raise PeriodError(f"counts column {name!r} has a row without a date; leave the row out.")
    day: date = stamp.date()
    return day


def _refuse_twice(table: pd.DataFrame, by: str) -> None:
    twice = table.duplicated(["_area", "_period"])
    if twice.any():
        row = table.loc[twice].iloc[0]
        raise TableError(
            f"counts holds {by} {row['_area']!r} more than once for {row['_period'].label}; "
            "keep one release and one offence class, or add its rows up first."
        )


def _refuse_overlap(periods: Sequence[Period]) -> None:
    for one, other in itertools.pairwise(periods):
        if one.overlap_days(other):
            raise PeriodError(
                f"counts holds the periods {one.label} and {other.label}, which share "
                f"{one.overlap_days(other)} days; keep periods that share none."
            )


def _count(value: Any, column: str, area: str, period: Period) -> float:
    if is_missing(value):
        return float("nan")
    where = f"{column} of {area} in {period.label}"
    number = some_number(value, where)
    if number < 0 or not number.is_integer():
        raise TableError(f"{where} is {value!r}; a count is a whole number of 0 or more.")
    return number


def _known(value: Any, column: str, area: str, period: Period) -> float:
    if is_missing(value):
        return float("nan")
    return some_number(value, f"{column} of {area} in {period.label}")


def _exposures(
    table: pd.DataFrame, rows: Sequence[tuple[str, Period]], exposure: str | Mapping[Any, Any]
) -> list[float]:
    if isinstance(exposure, str):
        _need(table, [exposure])
        values, what = list(table[exposure]), exposure
    else:
        people = {str(area): value for area, value in exposure.items()}
        values, what = [people.get(area) for area, _ in rows], "exposure"
    return [
        float("nan") if is_missing(one) else some_positive(one, f"{what} of {area} in {when.label}")
        for one, (area, when) in zip(values, rows, strict=True)
    ]


def _path(
    table: pd.DataFrame,
    grid: Any,
    rows: Sequence[tuple[str, Period]],
    treated: str | Mapping[Any, Any],
    areas: Sequence[str],
    periods: Sequence[Period],
) -> pd.DataFrame:
    """What each area was given: a column of the frame, or the first period with the award."""
    if isinstance(treated, str):
        _need(table, [treated])
        values = [_known(v, treated, a, p) for v, (a, p) in zip(table[treated], rows, strict=True)]
        below = next((k for k, one in enumerate(values) if one < 0), None)
        if below is not None:
            raise TableError(f"{treated} of {rows[below][0]} is below 0; give it as 0 or more.")
        held: pd.DataFrame = grid(values)
        return held
    start = {one_of(str(area), "area in counts", areas): one for area, one in treated.items()}
    labels = {one.label: k for k, one in enumerate(periods)}
    since = {}
    for area in areas:
        one = start.get(area)
        if one is None or is_missing(one):
            since[area] = len(periods)
            continue
        began = one if isinstance(one, Period) else Period.parse(str(one))
        since[area] = labels[one_of(began.label, f"period for {area}", labels)]
    steps = np.arange(len(periods))
    return pd.DataFrame(
        [(steps >= since[area]).astype(float) for area in areas], index=areas, columns=periods
    )


def _strata(
    table: pd.DataFrame, strata: str | Mapping[Any, Any] | None, kept: Sequence[str]
) -> npt.NDArray[np.int64]:
    if strata is None:
        return np.zeros(len(kept), dtype=np.int64)
    if isinstance(strata, str):
        _need(table, [strata])
        pairs = table[["_area", strata]].drop_duplicates()
        twice = pairs["_area"].duplicated()
        if twice.any():
            area = pairs.loc[twice, "_area"].iloc[0]
            raise TableError(f"{strata} of {area} changes over time; a stratum stays the same.")
        lookup = dict(zip(pairs["_area"], pairs[strata], strict=True))
    else:
        lookup = {str(area): value for area, value in strata.items()}
    missing = [area for area in kept if is_missing(lookup.get(area))]
    if missing:
        raise TableError(f"strata has no value for {missing[0]!r}; give each area its stratum.")
    names = [str(lookup[area]) for area in kept]
    known = sorted(set(names))
    return np.array([known.index(one) for one in names], dtype=np.int64)
