"""Reductions: counts of offences in one window against those in an earlier one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from pccfunding.errors import IntervalError, PeriodError, TableError
from pccfunding.frames.days import day_code, in_whole_days, iso_day
from pccfunding.frames.opening import area_asked, open_frame, with_area_codes
from pccfunding.frames.tables import Table, encoded_key, key_columns, refuse_nested
from pccfunding.measures.at_hand import Grouped, arrays_at_hand, frame_at_hand
from pccfunding.measures.comparability import (
    as_days,
    gaps_in,
    in_one_vintage,
    said_of_breaks,
    unlike_parts,
)
from pccfunding.measures.nesting import refuse_overlap, refuse_releases, refuse_repeats
from pccfunding.measures.people import PEOPLE, mid_year_inside, mid_year_people
from pccfunding.measures.windows import Windows, read_windows
from pccfunding.money.kernel import Measured
from pccfunding.money.sums import Sums

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame, IntoFrameT

    from pccfunding.periods import Period

__all__ = ["ratio_interval", "reduction"]

SIDES = ("baseline", "comparison")

_Rows = Sequence[Mapping[str, Any]]


def ratio_interval(
    before: float, after: float, exposures: tuple[float, float], confidence_level: float
) -> tuple[float, float]:
    """Bound the ratio of two Poisson rates, given the sum of their counts.

    Parameters
    ----------
    before, after : float
        The two counts.
    exposures : tuple of float
        What the two counts are out of, in one unit.
    confidence_level : float
        Coverage; half of the rest lies on each side (central).

    Returns
    -------
    tuple of float
        Low and high end of the ratio of the rates, after to before; 0 where nothing was counted
        after, infinite where nothing was counted before.

    Examples
    --------
    Counts and exposures of Fay's vignette of the R package rateratio.test.

    >>> low, high = ratio_interval(9, 2, (16660, 17877), 0.95)
    >>> round(low, 8), round(high, 7)
    (0.02177406, 1.0005491)
    """
    from scipy.special import fdtri

    # The odds of a Clopper-Pearson bound are a scaled F quantile: no 1 - q is lost near 1.
    tail, scale = (1 - confidence_level) / 2, exposures[0] / exposures[1]
    low, high = 0.0, math.inf
    if after:
        low = scale * after / (before + 1) * float(fdtri(2 * after, 2 * (before + 1), tail))
    if before:
        high = scale * (after + 1) / before * float(fdtri(2 * (after + 1), 2 * before, 1 - tail))
    return low, high


def compare_counts(
    rows: tuple[_Rows, _Rows],
    windows: Windows,
    persons: Mapping[tuple[str, int], float] | None,
    confidence_level: float,
) -> dict[str, Any]:
    """Compare the counts of one group in the two windows, as the columns of its result."""
    rows, chosen = in_one_vintage(rows)
    reasons, noted = said_of_breaks(rows, windows.both)
    counts = [_count(side, name, reasons) for side, name in zip(rows, windows.names, strict=True)]
    reasons += filter(None, [unlike_parts(rows, windows.names)])
    people: list[float | None] = [1.0, 1.0]
    if persons is not None:
        people = _people(rows, windows, persons, reasons)
    if counts[0] == 0:
        reasons.append(f"the count for {windows.names[0]} is zero")
    found: dict[str, Any] = {f"offences_{side}": n for side, n in zip(SIDES, counts, strict=True)}
    if persons is not None:
        found |= {f"persons_{side}": n for side, n in zip(SIDES, people, strict=True)}
    comparable = not [reason for reason in reasons if not reason.endswith("is zero")]
    exposures = None if None in people or 0 in people else (people[0], people[1])
    found |= _estimates(counts if comparable else [None, None], exposures, confidence_level)
    found["confidence_level"] = float(confidence_level)
    for number, column in (("n_known", "_known"), ("n_figures", "_rows")):
        parts = [sum(int(row[column]) for row in side) for side in rows]
        found |= {f"{number}_{side}": n for side, n in zip(SIDES, parts, strict=True)}
        found[number] = sum(parts)
    found["caution"] = "; ".join(filter(None, [chosen, _caution(rows), *noted])) or None
    found["unknown_reason"] = "; ".join(reasons) or None
    return found


def _count(rows: _Rows, name: str, reasons: list[str]) -> float | None:
    known, total = (sum(int(row[column]) for row in rows) for column in ("_known", "_rows"))
    if not rows:
        reasons.append(f"no count for {name}")
        return None
    if known < total:
        reasons.append(f"{total - known} of {total} counts unknown for {name}")
        return None
    if gaps := [row["_gap"] for row in rows if row.get("_gap")]:
        reasons.append(min(gaps))
        return None
    count = float(sum(row["_units"] for row in rows))
    if count < 0:
        reasons.append(f"the count for {name} is negative")
    return count


def _caution(rows: tuple[_Rows, _Rows]) -> str | None:
    if not (rows[0] and rows[1] and "release" in rows[0][0]):
        return None
    releases = [" and ".join(sorted({str(row["release"]) for row in side})) for side in rows]
    return None if releases[0] == releases[1] else f"releases differ: {'; '.join(releases)}"


def _people(
    rows: tuple[_Rows, _Rows],
    windows: Windows,
    persons: Mapping[tuple[str, int], float],
    reasons: list[str],
) -> list[float | None]:
    """Sum the people of a group's distinct areas at the mid-year of each window."""
    areas = sorted({str(row["area_code"]) for side in rows for row in side})
    found: list[float | None] = []
    for window, name in zip(windows.both, windows.names, strict=True):
        year, total = mid_year_inside(window), None
        if year is None:
            reasons.append(f"no mid-year lies in {name}")
        else:
            lacking = [area for area in areas if (area, year) not in persons]
            if lacking:
                more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
                reasons.append(f"no population for {lacking[0]}{more} at mid-{year}")
            else:
                total = math.fsum(persons[area, year] for area in areas)
                if total == 0:
                    reasons.append(f"population at mid-{year} is zero")
        found.append(total)
    return found


def _estimates(
    counts: Sequence[float | None],
    people: tuple[float | None, float | None] | None,
    confidence_level: float,
) -> dict[str, float | None]:
    found: dict[str, float | None] = dict.fromkeys(
        (
            "change_pct",
            "reduction_pct",
            "reduction_low_pct",
            "reduction_high_pct",
            "log_reduction",
            "variance_log_reduction",
        )
    )
    before, after = counts
    if before is None or after is None or people is None or people[0] is None or people[1] is None:
        return found
    exposure = people[1] / people[0]
    found["log_reduction"] = -math.log((after + 0.5) / (before + 0.5) / exposure)
    found["variance_log_reduction"] = 1 / (after + 0.5) + 1 / (before + 0.5)
    if before == 0:
        return found
    change = 100 * (after - before * exposure) / (before * exposure)
    low, high = ratio_interval(before, after, (people[0], people[1]), confidence_level)
    found["change_pct"] = change
    found["reduction_pct"] = 0.0 - change
    found["reduction_low_pct"] = 100 * (1 - high)
    found["reduction_high_pct"] = 100 * (1 - low)
    return found


_DAYS = ("period_start", "period_end")
_PARTS = ("area_code", "offence", "release", "vintage")
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
    population: IntoFrame | None = None,
    confidence_level: float = 0.95,
) -> IntoFrameT:
    """Compare the offences of two windows, with the interval that counting alone leaves open.

    Parameters
    ----------
    recorded_crime : DataFrame or LazyFrame of pandas, Polars or another engine Narwhals knows
        Rows with `period_start`, `period_end`, `offences`, and where present `area_code`,
        `offence`, `release` and `vintage`. Rows whose period is exactly one of the windows count;
        where a window has none, the periods inside it do, such as the four quarters of a year.
    baseline, comparison : str or Period
        The two windows, such as '2019', '2018-19' or 'year ending March 2019': twelve months
        each, or the same months of two years.
    by : str or sequence of str
        Columns that make a group; never a column of time. The counts of a group's areas and
        offence classes are added up.
    population : the same kind of frame, or rows at hand of pandas or Polars, optional
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
        - `caution`: what differs between the windows, such as their releases or vintages, which
          vintage was taken of several that hold both windows (the latest), and a change of method
          or law between them, with its source;
        - `unknown_reason`: why something is unknown, joined by '; ', the baseline first: counts
          that lack, a window counted in part, or a break of the series (a class or a coverage
          that changed) with its source.

    Raises
    ------
    TableError
        If a column is missing, a count is not whole, `by` holds time, the tables are of different
        kinds, or counts would be added twice: an offence class and a part of it, an area and a
        part of it, two releases of one count, or one count twice.
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

    Breaks are those of :func:`pccfunding.load_breaks`; they are asked where the table has a column
    `offence`. Counts of one vintage are never subtracted from those of another without saying so.

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

    Quarters are added up to the years that are asked for.

    >>> import pccfunding as pcc
    >>> quarters = pcc.load_recorded_crime_quarters()
    >>> here = quarters[(quarters["area_code"] == "E23000023")
    ...                 & (quarters["offence"] == "Residential burglary")]
    >>> fell = reduction(here, baseline="2019", comparison="2023", by="offence")
    >>> fell[["offences_baseline", "offences_comparison"]].astype(int).to_numpy().tolist()
    [[3518, 2209]]
    """
    codes = ("area_code",) if population is not None else area_asked(by)
    needs = ("offences", "period_start", "period_end", *codes)
    table = open_frame(recorded_crime, "recorded_crime", needs=needs, numbers=("offences",))
    windows = read_windows(baseline, comparison)
    _check_level(confidence_level)
    people = None
    if population is not None:
        people = open_frame(
            population, "population", needs=PEOPLE, numbers=("persons",), beside=table
        )
        table, people = with_area_codes(table, people)
    elif codes:
        (table,) = with_area_codes(table)
    keys = key_columns(by, table, _result_columns(with_people=True))
    refuse_nested(table, [part for part in _PARTS if part in table.schema])

    inside, apart = _inside(table, windows)
    inside = in_whole_days(inside)
    lines = _at_hand(inside, keys)
    parts = _added_up(inside, keys) if lines is None else lines[0]
    if not len(parts):
        raise PeriodError(
            f"recorded_crime has no row for exactly {windows.names[0]} or {windows.names[1]}, and "
            f"none inside them. It covers {_periods_of(table)}."
        )
    gaps = _gaps(inside, apart, windows, keys)
    _refuse_double_counts(parts, keys, windows)
    persons = None
    if people is not None:
        windows.refuse_long("population")
        persons = mid_year_people(people)
    groups: dict[Any, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for row in parts.rows(named=True):
        row["_gap"] = gaps.get(_cell_of(row, keys)) if gaps else None
        groups.setdefault(row["_key"], ([], []))[int(row["_window"]) - 1].append(row)
    found = {
        key: compare_counts(rows, windows, persons, confidence_level)
        for key, rows in groups.items()
    }
    columns = [*keys, *_result_columns(with_people=people is not None)]
    if lines is not None:
        return _result_at_hand(table, lines, keys, windows, found, columns)  # type: ignore[no-any-return]
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


def _inside(table: Table, windows: Windows) -> tuple[Table, dict[int, Period]]:
    """Give the rows of the two windows, numbered as `_window`.

    A window without a row of exactly its days is put together of the periods inside it; the
    second result holds those windows by their number.
    """
    days = arrays_at_hand(table, _DAYS)
    if days is not None and all(one.dtype.kind == "M" for one in days.values()):
        place, part = windows.places_at_hand(*days.values())
        apart = _put_together(windows, np.unique(place).tolist())
        place += np.where(np.isin(part, [*apart]), part, 0)
        held = place > 0
        native = table.frame.to_native().loc[held].assign(_window=place[held])
        return replace(table, frame=nw.from_native(native).lazy()), apart
    dated = ~(nw.col("period_start").is_null() | nw.col("period_end").is_null())
    placed = table.frame.filter(dated).with_columns(
        _from=day_code("period_start"), _to=day_code("period_end")
    )
    placed = placed.with_columns(_window=windows.place())
    whole = placed.select("_window").unique().collect()["_window"].to_list()
    apart = _put_together(windows, whole)
    if apart:
        lying = windows.part()
        in_parts = nw.when(lying.is_in([*apart])).then(lying).otherwise(nw.lit(0))
        placed = placed.with_columns(_window=nw.col("_window") + in_parts)
    placed = placed.filter(nw.col("_window") > 0)
    if table.eager:
        # The sums and the checks read these rows several times: they are placed only once.
        placed = placed.collect().lazy()
    return replace(table, frame=placed), apart


def _put_together(windows: Windows, whole: Sequence[int]) -> dict[int, Period]:
    return {number: one for number, one in enumerate(windows.both, 1) if number not in whole}


def _held(table: Table, keys: Sequence[str]) -> list[str]:
    """Name what the rows of one part have in common: group, area, offence, release and vintage."""
    named = (part for part in _PARTS if part in table.schema)
    return list(dict.fromkeys([*keys, *named, "_window"]))


def _at_hand(
    inside: Table, keys: Sequence[str]
) -> tuple[nw.DataFrame[Any], Measured, Grouped] | None:
    """Add up the counts of rows at hand in one pass; None where one of them is odd."""
    lines = Sums(inside, "offences").at_hand(_held(inside, keys))
    if lines is None or lines.sums["_broken"].any():
        return None
    one = np.zeros(len(lines.sums["_rows"]), dtype=np.int64), 1
    grouped = Grouped.by(one, *(lines.place(key) for key in keys))
    parts = nw.from_native(lines.frame().assign(_key=grouped.of_lines), eager_only=True)
    refuse_repeats(inside, parts, "offences")
    return parts, lines, grouped


def _added_up(inside: Table, keys: Sequence[str]) -> nw.DataFrame[Any]:
    """Add up the counts of the two windows, a row for each part."""
    sums = Sums(inside, "offences")
    parts = sums.add_up(_held(inside, keys)).with_columns(_key=encoded_key(inside, keys)).collect()
    sums.refuse_inexact(parts.lazy(), keys)
    refuse_repeats(inside, parts, "offences")
    return parts


def _gaps(
    inside: Table, apart: Mapping[int, Period], windows: Windows, keys: Sequence[str]
) -> dict[Any, str]:
    """Say where the windows that are put together leave a gap."""
    if not apart:
        return {}
    columns = list(dict.fromkeys([*_held(inside, keys), *_DAYS]))
    spans = inside.frame.filter(nw.col("_window").is_in([*apart])).select(columns).unique()
    rows = spans.collect().rows(named=True)
    cells = ((_cell_of(row, keys), *span) for row, span in zip(rows, as_days(rows), strict=True))
    return gaps_in(cells, apart, windows.names)


def _cell_of(row: Mapping[str, Any], keys: Sequence[str]) -> tuple[Any, ...]:
    """Name what a row of `_parts` is counted for: window, group, area, offence and the like."""
    names = dict.fromkeys([*keys, *(part for part in _PARTS if part in row)])
    return (int(row["_window"]), *(str(row[name]) for name in names))


def _periods_of(table: Table) -> str:
    days = table.frame.select(_DAYS).unique().sort(_DAYS, nulls_last=True)
    rows = days.head(6).collect().rows()
    spans = [f"{iso_day(start)} to {iso_day(end)}" for start, end in rows]
    return ", ".join(spans[:5]) + (" and others" if spans[5:] else "") or "no period"


def _refuse_double_counts(parts: nw.DataFrame[Any], keys: Sequence[str], windows: Windows) -> None:
    """Refuse to add a count to its other release, to its part or to its whole."""
    named = [part for part in _PARTS if part in parts.columns]
    refuse_releases(
        parts,
        "recorded_crime",
        [*keys, *named],
        lambda row: windows.names[int(row["_window"]) - 1],
    )
    for column in ("offence", "area_code"):
        if column in parts.columns and column not in keys:
            groups = dict.fromkeys([*keys, "_window", "_key"])
            others = [name for name in ("offence", "area_code", "vintage") if name in named]
            groups.update(dict.fromkeys(name for name in others if name != column))
            refuse_overlap(parts, [*groups], column, TableError)


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
    rows = [found[key] for key in order]
    columns = [
        nw.new_series(name, [row[name] for row in rows], _dtype(name), backend=engine)
        for name in rows[0]
    ]
    return frame.with_columns(*columns, **days)


def _result_at_hand(
    table: Table,
    lines: tuple[nw.DataFrame[Any], Measured, Grouped],
    keys: Sequence[str],
    windows: Windows,
    found: Mapping[int, Mapping[str, Any]],
    columns: Sequence[str],
) -> Any:
    """Put what was found of each group into a pandas frame, as ``_result`` does."""
    _, measured, grouped = lines
    number, native = grouped.first.size, table.frame.to_native()
    made: dict[str, Any] = {
        key: one for key, one in measured.columns(grouped.first).items() if key in keys
    }
    for name, window in zip(("baseline", "period"), windows.both, strict=True):
        for end in ("start", "end"):
            day, dtype = np.datetime64(getattr(window, end)), native[f"period_{end}"].dtype
            made[f"{name}_{end}"] = np.full(number, day, dtype=dtype)
    for name in columns:
        if name not in made:
            cells = [found[group][name] for group in range(number)]
            kind = np.int64 if name.startswith("n_") else np.float64
            made[name] = cells if name in _TEXTS else np.array(cells, dtype=kind)
    return frame_at_hand({name: made[name] for name in columns}).to_native()


def _dtype(name: str) -> type[nw.Int64 | nw.Float64 | nw.String]:
    if name in _TEXTS:
        return nw.String
    return nw.Int64 if name.startswith("n_") else nw.Float64
