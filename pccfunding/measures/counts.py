"""Reductions: counts of offences in one window against those in an earlier one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from pccfunding.errors import IntervalError, PeriodError, TableError
from pccfunding.measures._days import day_code, iso_day
from pccfunding.measures._frames import (
    Table,
    describe,
    encoded_key,
    key_columns,
    open_table,
    refuse_other_kind,
)
from pccfunding.measures._nesting import refuse_overlap
from pccfunding.measures._people import mid_years, people_by_year, refuse_doubled_people
from pccfunding.measures._rates import compare_counts
from pccfunding.measures._sums import Sums
from pccfunding.measures._windows import SIDES, Windows, read_windows

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrameT

    from pccfunding.periods import Period

__all__ = ["reduction"]

_PARTS = ("area_code", "offence", "release")
_TEXTS = ("caution", "unknown_reason")
_ESTIMATES = (
    "change_pct",
    "reduction_pct",
    "reduction_low_pct",
    "reduction_high_pct",
    "log_reduction",
    "variance_log_reduction",
)


def reduction(
    recorded_crime: IntoFrameT,
    *,
    baseline: str | Period,
    comparison: str | Period,
    by: str | Sequence[str],
    population: IntoFrameT | None = None,
    confidence_level: float = 0.95,
) -> IntoFrameT:
    """Compare the offences of two windows, with the interval that counting alone leaves open.

    Parameters
    ----------
    recorded_crime : DataFrame or LazyFrame of pandas, Polars or another engine Narwhals knows
        Rows with `period_start`, `period_end`, `offences`, and where present `area_code`,
        `offence` and `release`. Only rows whose period is exactly one of the windows count.
    baseline, comparison : str or Period
        The two windows, such as '2019', '2018-19' or 'year ending March 2019': twelve months
        each, or the same months of two years.
    by : str or sequence of str
        Columns that make a group; never a column of time. The counts of a group's areas and
        offence classes are added up.
    population : the same kind of frame, optional
        With `area_code`, `reference_date`, `persons` and `vintage`. With it, rates per person are
        compared instead of counts: each window's people are those of the mid-year inside it.
    confidence_level : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    the same kind of frame, one row a group, sorted by it
        - the columns of `by`; `baseline_start`, `baseline_end`, `period_start`, `period_end`;
        - `offences_baseline`, `offences_comparison`, and with a population `persons_baseline` and
          `persons_comparison`;
        - `change_pct`, negative for a fall, and `reduction_pct`, its negative;
        - `reduction_low_pct`, `reduction_high_pct`: the exact conditional Poisson interval
          (Clopper-Pearson, central), with its `confidence_level`;
        - `log_reduction` and `variance_log_reduction`, from counts plus one half;
        - `n_known_baseline`, `n_figures_baseline`, `n_known_comparison`,
          `n_figures_comparison`, and `n_known`, `n_figures` of both: rows with a known count, and
          rows;
        - `caution`: what differs between the windows, such as their releases;
        - `unknown_reason`: why something is unknown, joined by '; ', the baseline first.

    Raises
    ------
    TableError
        If a column is missing, a count is not whole, `by` holds time, the tables are of different
        kinds, or counts would be added twice: an offence class and a part of it, an area and a
        part of it, or two releases of one count.
    PeriodError
        If a window cannot be read, no row covers either of them, or the two overlap, stand in the
        wrong order or are not alike.
    PopulationError
        If `population` holds more than one vintage, or an area and date twice.
    IntervalError
        If `confidence_level` does not lie between 0 and 1.

    Notes
    -----
    The counts of the two windows are few, so they are read at once, from a lazy frame too; the
    result is handed back as the kind of frame that came in.

    The interval takes each count as a Poisson number. Offences that come in series vary more, so
    that it is then too short.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31, 313-323.

    Examples
    --------
    Residential burglary in Cambridgeshire, printed as a fall of 37%.

    >>> import pandas as pd
    >>> burglary = pd.DataFrame(
    ...     {
    ...         "area_code": ["E23000023"] * 2,
    ...         "offence": ["Residential burglary"] * 2,
    ...         "period_start": pd.to_datetime(["2019-01-01", "2023-01-01"]),
    ...         "period_end": pd.to_datetime(["2019-12-31", "2023-12-31"]),
    ...         "offences": [3497, 2210],
    ...     }
    ... )
    >>> fell = reduction(burglary, baseline="2019", comparison="2023", by="area_code")
    >>> columns = ["reduction_low_pct", "reduction_pct", "reduction_high_pct"]
    >>> fell[columns].round(1).to_numpy().tolist()
    [[33.3, 36.8, 40.1]]
    """
    table = open_table(recorded_crime, "recorded_crime")
    windows = read_windows(baseline, comparison)
    _check_level(confidence_level)
    keys = key_columns(by, table, _result_columns(with_people=True))
    table.need("offences", "period_start", "period_end")
    people = None
    if population is not None:
        people = open_table(population, "population")
        refuse_other_kind(table, people)
        table.need("area_code")
        people.need("area_code", "reference_date", "persons", "vintage")

    parts = _parts(table, windows, keys)
    _refuse_double_counts(parts, keys, windows)
    persons = None if people is None else _persons(people, parts, windows)
    groups: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for row in parts.rows(named=True):
        groups.setdefault(row["_key"], ([], []))[int(row["_window"]) - 1].append(row)
    found = {
        key: compare_counts(rows, windows, persons, confidence_level)
        for key, rows in groups.items()
    }
    columns = [*keys, *_result_columns(with_people=people is not None)]
    result = _result(table, parts, keys, windows, found)
    return table.close_collected(result.select(columns))  # type: ignore[no-any-return]


def _result_columns(*, with_people: bool) -> list[str]:
    counted = [f"offences_{side}" for side in SIDES]
    peopled = [f"persons_{side}" for side in SIDES] if with_people else []
    numbers = [f"{number}_{side}" for side in SIDES for number in ("n_known", "n_figures")]
    days = ["baseline_start", "baseline_end", "period_start", "period_end"]
    last = ["confidence_level", *numbers, "n_known", "n_figures", *_TEXTS]
    return [*days, *counted, *peopled, *_ESTIMATES, *last]


def _check_level(level: float) -> None:
    if not (isinstance(level, int | float) and 0 < level < 1):
        raise IntervalError(
            f"confidence_level is {level!r}; it lies between 0 and 1, such as 0.95."
        )


def _parts(table: Table, windows: Windows, keys: Sequence[str]) -> nw.DataFrame[Any]:
    """Read the rows of the two windows, one for each group, area, offence and release."""
    dated = ~(nw.col("period_start").is_null() | nw.col("period_end").is_null())
    placed = table.frame.filter(dated).with_columns(
        _from=day_code("period_start"), _to=day_code("period_end")
    )
    placed = placed.with_columns(_window=windows.place())
    inside = replace(table, frame=placed.filter(nw.col("_window") > 0))
    held = [*keys, *(part for part in _PARTS if part in table.schema), "_window"]
    sums = Sums(inside, "offences")
    parts = sums.add_up(held).with_columns(_key=encoded_key(table, keys)).collect()
    sums.refuse_inexact(parts.lazy(), keys)
    if not len(parts):
        raise PeriodError(
            f"recorded_crime has no row for exactly {windows.names[0]} or {windows.names[1]}. "
            f"It covers {_periods_of(table)}."
        )
    return parts


def _periods_of(table: Table) -> str:
    days = ["period_start", "period_end"]
    rows = table.frame.select(days).unique().sort(days, nulls_last=True).head(6).collect().rows()
    spans = [f"{iso_day(start)} to {iso_day(end)}" for start, end in rows]
    return ", ".join(spans[:5]) + (" and others" if spans[5:] else "") or "no period"


def _refuse_double_counts(parts: nw.DataFrame[Any], keys: Sequence[str], windows: Windows) -> None:
    """Refuse to add a count to its other release, to its part or to its whole."""
    named = [part for part in _PARTS if part in parts.columns]
    if "release" in named:
        places = [*dict.fromkeys([*keys, *(part for part in named if part != "release")])]
        seen: dict[tuple[Any, ...], str] = {}
        for row in parts.sort("release", nulls_last=True).rows(named=True):
            cell = (row["_key"], row["_window"], *(str(row[place]) for place in places))
            complete = len(named) == len(_PARTS)
            if cell in seen or (complete and row["_rows"] > 1):
                other = seen.get(cell, row["release"])
                raise TableError(
                    f"recorded_crime holds {describe(row, places)} for "
                    f"{windows.names[int(row['_window']) - 1]} more than once: releases {other!r} "
                    f"and {row['release']!r}. Keep one release of each count."
                )
            seen[cell] = row["release"]
    for column in ("offence", "area_code"):
        if column in parts.columns and column not in keys:
            groups = dict.fromkeys([*keys, "_window", "_key"])
            others = [name for name in ("offence", "area_code") if name in named]
            groups.update(dict.fromkeys(name for name in others if name != column))
            refuse_overlap(parts, [*groups], column, TableError)


def _persons(
    people: Table, parts: nw.DataFrame[Any], windows: Windows
) -> Mapping[tuple[str, int], float]:
    """Give the people of each area at the mid-years of the windows."""
    windows.refuse_long("population")
    residents = mid_years(people).collect().lazy()
    refuse_doubled_people(residents)
    years = [year for year in windows.mid_years if year is not None]
    areas = {str(code) for code in parts["area_code"].unique().to_list()}
    rows = people_by_year(residents, checked=True).filter(nw.col("_year").is_in(years)).collect()
    return {
        (row["_area"], int(row["_year"])): row["_persons"]
        for row in rows.rows(named=True)
        if row["_area"] in areas
    }


def _result(
    table: Table,
    parts: nw.DataFrame[Any],
    keys: Sequence[str],
    windows: Windows,
    found: Mapping[str, Mapping[str, Any]],
) -> nw.DataFrame[Any]:
    """Put what was found of each group into a frame of the caller's kind."""
    frame = parts.select(*keys, "_key").unique(subset=["_key"])
    frame = nw.maybe_reset_index(frame.sort([*keys, "_key"], nulls_last=True))
    order = frame["_key"].to_list()
    engine = parts.implementation
    days = {
        f"{name}_{end}": nw.lit(datetime.combine(getattr(window, end), time.min)).cast(
            table.schema[f"period_{end}"]
        )
        for name, window in zip(("baseline", "period"), windows.both, strict=True)
        for end in ("start", "end")
    }
    columns = [
        nw.new_series(name, [found[key][name] for key in order], _dtype(name), backend=engine)
        for name in next(iter(found.values()))
    ]
    return frame.with_columns(*columns, **days)


def _dtype(name: str) -> type[nw.Int64 | nw.Float64 | nw.String]:
    if name in _TEXTS:
        return nw.String
    return nw.Int64 if name.startswith("n_") else nw.Float64
