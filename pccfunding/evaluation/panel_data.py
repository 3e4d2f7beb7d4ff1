"""Counts of areas over periods as one rectangle, with what each area was given and when."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pccfunding.errors import PeriodError, TableError, one_of
from pccfunding.evaluation.arguments import (
    a_mapping,
    names_of,
    optional_count,
    some_number,
    some_positive,
)
from pccfunding.periods import Period
from pccfunding.results import sources_of
from pccfunding.texts import spelt_alike
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]

_COUNTS = ("offences", "count", "crimes", "incidents")
_PERIODS = ("period", "financial_year", "year")


@dataclass(frozen=True)
class Panel:
    """A rectangle of areas by periods; `path` is what each area was given in each period.

    `first` is the number of the first period in which an area was given something, and the
    number of periods where it never was. Areas that cannot stand in it are in `dropped`;
    `sources` are the figures or sources that the rows of the others name.
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
    sources: tuple[str, ...] = ()

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
            sources=self.sources,
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
    for column, what in ((by, "by"), (count, "count")):
        if not isinstance(column, str | None) or (column is None and what == "by"):
            raise TableError(f"{what} is a {type(column).__name__}; it takes the name of a column.")
    covariates = names_of(covariates, "covariates", "the names of columns")
    _need(table, [by, *covariates])
    column = count or next((name for name in _COUNTS if name in table.columns), "offences")
    _need(table, [column])
    table["_area"] = table[by].astype(str)
    rows = list(zip(table["_area"], _periods(table), strict=True))
    table["_period"] = [one.label for _, one in rows]
    _refuse_twice(table, by)
    periods = sorted({when for _, when in rows}, key=lambda one: one.start)
    _refuse_overlap(periods)
    areas = sorted({area for area, _ in rows})
    row_of = {area: k for k, area in enumerate(areas)}
    column_of = {when: k for k, when in enumerate(periods)}
    at = (
        np.array([row_of[area] for area, _ in rows], dtype=np.int64),
        np.array([column_of[when] for _, when in rows], dtype=np.int64),
    )

    def grid(values: Sequence[float]) -> FloatArray:
        found = np.full((len(areas), len(periods)), np.nan)
        found[at] = values
        return found

    def known(name: str) -> list[float]:
        return [
            _known(v, f"{name} of {_at(row)}") for v, row in zip(table[name], rows, strict=True)
        ]

    counted = grid(
        [_count(v, f"{column} of {_at(row)}") for v, row in zip(table[column], rows, strict=True)]
    )
    over = grid(_exposures(table, rows, exposure))
    if isinstance(treated, str):
        _need(table, [treated])
        given = known(treated)
        below = next((k for k, one in enumerate(given) if one < 0), None)
        if below is not None:
            raise TableError(f"{treated} of {_at(rows[below])} is below 0; give it as 0 or more.")
        path = grid(given)
    else:
        path = _from_starts(treated, areas, periods)
    more = [grid(known(name)) for name in covariates]
    why = _why_left_out(
        areas, periods, {"count": counted, "exposure": over, "treatment": path}, more
    )
    kept = [k for k, area in enumerate(areas) if area not in why]
    names = [areas[k] for k in kept]
    levels = {float(one) for one in np.unique(path[kept])}
    shape = (len(kept), len(periods), 0)
    return Panel(
        areas=tuple(names),
        periods=tuple(periods),
        counts=counted[kept],
        exposure=over[kept],
        path=path[kept],
        covariates=np.stack(more, axis=2)[kept] if more else np.empty(shape),
        strata=_strata(table, strata, names),
        dropped=tuple(sorted(why.items())),
        dose=not levels <= {0.0, 1.0},
        sources=sources_of(table[table["_area"].isin(names)]),
    )


def _at(row: tuple[str, Period]) -> str:
    return f"{row[0]} in {row[1].label}"


def _why_left_out(
    areas: Sequence[str],
    periods: Sequence[Period],
    needed: Mapping[str, FloatArray],
    covariates: Sequence[FloatArray],
) -> dict[str, str]:
    why: dict[str, str] = {}
    for k, area in enumerate(areas):
        for what, held in needed.items():
            gaps = np.flatnonzero(np.isnan(held[k]))
            if gaps.size:
                why.setdefault(area, f"no {what} for {periods[int(gaps[0])].label}")
        if any(np.isnan(held[k]).any() for held in covariates):
            why.setdefault(area, "a covariate is missing")
        if area not in why and not needed["count"][k].sum():
            why[area] = "nothing was counted in any period"
    return why


def _plain(frame: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(frame, pd.DataFrame):
        return frame.reset_index(drop=True)
    # Here, since it brings Narwhals, which the ladder does without.
    from pccfunding.frames.tables import open_table

    eager = open_table(frame, "counts").frame.collect()
    # Column by column: the engines' own ways to pandas ask for pyarrow.
    return pd.DataFrame({column: eager[column].to_list() for column in eager.columns})


def _need(table: pd.DataFrame, columns: Sequence[str]) -> None:
    shown = [column for column in table.columns if column not in ("_area", "_period")]
    TableError.need("counts", columns, shown, cure="Name the columns as they stand there.")


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
    import pandas as pd

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
            f"counts holds {by} {row['_area']!r} more than once for {row['_period']}; "
            "keep one release and one offence class, or add its rows up first."
        )
    if pair := spelt_alike(table["_area"].unique()):
        raise TableError(
            f"counts holds {by} {pair[0]!r} and {pair[1]!r}, one area but for capitals and spaces. "
            f"Write it one way."
        )


def _refuse_overlap(periods: Sequence[Period]) -> None:
    for one, other in itertools.pairwise(periods):
        if one.overlap_days(other):
            raise PeriodError(
                f"counts holds the periods {one.label} and {other.label}, which share "
                f"{one.overlap_days(other)} days; keep periods that share none."
            )


def _count(value: Any, where: str) -> float:
    known = optional_count(value, where)
    return float("nan") if known is None else float(known)


def _known(value: Any, where: str) -> float:
    return float("nan") if is_missing(value) else some_number(value, where)


def _exposures(
    table: pd.DataFrame, rows: Sequence[tuple[str, Period]], exposure: str | Mapping[Any, Any]
) -> list[float]:
    if isinstance(exposure, str):
        _need(table, [exposure])
        values, what = list(table[exposure]), exposure
    else:
        named = a_mapping(exposure, "exposure", "{'Kent': 1_800_000}, or the name of a column")
        people = {str(area): value for area, value in named.items()}
        values, what = [people.get(area) for area, _ in rows], "exposure"
    return [
        float("nan") if is_missing(one) else some_positive(one, f"{what} of {_at(row)}")
        for one, row in zip(values, rows, strict=True)
    ]


def _from_starts(
    treated: Mapping[Any, Any], areas: Sequence[str], periods: Sequence[Period]
) -> FloatArray:
    """Paths of 0 and 1 from the first period with the award of each area that has one."""
    labels = {one.label: k for k, one in enumerate(periods)}
    path = np.zeros((len(areas), len(periods)))
    for area, start in a_mapping(treated, "treated", "{'Kent': '2021-22'}").items():
        k = areas.index(one_of(str(area), "area in counts", areas))
        if is_missing(start):
            continue
        began = start if isinstance(start, Period) else Period.parse(str(start))
        path[k, labels[one_of(began.label, f"period for {area}", labels)] :] = 1
    return path


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
        named = a_mapping(strata, "strata", "{'Kent': 'rural'}, or the name of a column")
        lookup = {str(area): value for area, value in named.items()}
    missing = [area for area in kept if is_missing(lookup.get(area))]
    if missing:
        raise TableError(f"strata has no value for {missing[0]!r}; give each area its stratum.")
    names = [str(lookup[area]) for area in kept]
    known = sorted(set(names))
    return np.array([known.index(one) for one in names], dtype=np.int64)
