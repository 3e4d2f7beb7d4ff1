"""Reductions: counts of offences in one window against those in an earlier one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from pccfunding.errors import IntervalError, PeriodError, TableError
from pccfunding.frames.days import day_code, day_code_of, iso_day
from pccfunding.frames.opening import area_asked, open_frame, with_area_codes
from pccfunding.frames.tables import (
    Table,
    describe,
    encoded_key,
    key_columns,
)
from pccfunding.measures.comparability import as_days, gaps_in, in_one_vintage, said_of_breaks
from pccfunding.measures.nesting import refuse_overlap, refuse_repeats
from pccfunding.measures.people import (
    PEOPLE,
    mid_year_inside,
    mid_year_people,
)
from pccfunding.money.sums import Sums
from pccfunding.periods import Period

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame, IntoFrameT

    from pccfunding.periods import Period

__all__ = [
    "SIDES",
    "Windows",
    "compare_counts",
    "ratio_interval",
    "read_windows",
    "reduction",
    "refuse_disorder",
]

SIDES = ("baseline", "comparison")


@dataclass(frozen=True, slots=True)
class Windows:
    """A baseline and the comparison after it, as periods and as the caller wrote them."""

    baseline: Period
    comparison: Period
    names: tuple[str, str]

    @property
    def both(self) -> tuple[Period, Period]:
        """The two periods, baseline first."""
        return self.baseline, self.comparison

    def refuse_long(self, what: str) -> None:
        """Refuse windows of more than a year, which hold more than one mid-year."""
        for window, name in zip(self.both, self.names, strict=True):
            if window.days > 366:
                raise PeriodError(
                    f"{name} ({window.label}) is longer than twelve months, and {what} counts "
                    f"the people of one mid-year. Compare shorter windows, or leave it out."
                )

    def place(self) -> nw.Expr:
        """1 for rows of exactly the baseline, 2 for exactly the comparison, otherwise 0.

        The rows have the codes of their first and last day as `_from` and `_to`.
        """
        first, second = (
            (nw.col("_from") == day_code_of(window.start))
            & (nw.col("_to") == day_code_of(window.end))
            for window in self.both
        )
        return first.cast(nw.Int64) + 2 * second.cast(nw.Int64)

    def part(self) -> nw.Expr:
        """1 for rows that lie inside the baseline, 2 inside the comparison, otherwise 0."""
        first, second = (
            (nw.col("_from") >= day_code_of(window.start))
            & (nw.col("_to") <= day_code_of(window.end))
            & (nw.col("_from") <= nw.col("_to"))
            for window in self.both
        )
        return first.cast(nw.Int64) + 2 * second.cast(nw.Int64)


def read_windows(baseline: str | Period, comparison: str | Period) -> Windows:
    """Read two windows; refuse what no fair comparison can hold."""
    before, after = (
        window if isinstance(window, Period) else Period.parse(window)
        for window in (baseline, comparison)
    )
    names = (str(baseline), str(comparison))
    refuse_disorder(before, after, names)
    if not (_is_year(before) and _is_year(after)) and not _same_season(before, after):
        raise PeriodError(
            f"baseline {names[0]} ({before.label}) and comparison {names[1]} ({after.label}) "
            f"are not alike: choose two windows of twelve months, or the same months of two years."
        )
    return Windows(before, after, names)


def refuse_disorder(before: Period, after: Period, names: tuple[str, str]) -> None:
    """Refuse a baseline that shares days with the comparison, or comes after it."""
    if before.overlap_days(after):
        raise PeriodError(
            f"baseline {names[0]} and comparison {names[1]} share "
            f"{before.overlap_days(after)} days. Choose windows that share none."
        )
    if before.start > after.start:
        raise PeriodError(
            f"baseline {names[0]} comes after comparison {names[1]}. Exchange the two."
        )


def _is_year(period: Period) -> bool:
    start = period.start
    leap_day = (start.month, start.day) == (2, 29)
    later = date(start.year + 1, 3, 1) if leap_day else start.replace(year=start.year + 1)
    return period.end + timedelta(days=1) == later


def _same_season(one: Period, other: Period) -> bool:
    following = [period.end + timedelta(days=1) for period in (one, other)]
    same_start = (one.start.month, one.start.day) == (other.start.month, other.start.day)
    same_end = (following[0].month, following[0].day) == (following[1].month, following[1].day)
    years = [
        day.year - period.start.year for day, period in zip(following, (one, other), strict=True)
    ]
    return same_start and same_end and years[0] == years[1]


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
    reasons += _unlike_parts(rows, windows)
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


def _unlike_parts(rows: tuple[_Rows, _Rows], windows: Windows) -> list[str]:
    """Name the first area and offence that only one of the two windows counts."""
    if not (rows[0] and rows[1]):
        return []
    names = [name for name in ("area_code", "offence") if name in rows[0][0]]
    parts = [{tuple([str(row[name]) for name in names]) for row in side} for side in rows]
    if parts[0] == parts[1]:
        return []
    for side, other, name in ((0, 1, windows.names[0]), (1, 0, windows.names[1])):
        alone = sorted(parts[side] - parts[other])
        if alone:
            return [f"only {name} counts {', '.join(alone[0])}"]
    return []


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

    parts, gaps = _parts(table, windows, keys)
    _refuse_double_counts(parts, keys, windows)
    persons = None
    if people is not None:
        windows.refuse_long("population")
        persons = mid_year_people(people)
    groups: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for row in parts.rows(named=True):
        row["_gap"] = gaps.get(_cell_of(row, keys)) if gaps else None
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


def _parts(
    table: Table, windows: Windows, keys: Sequence[str]
) -> tuple[nw.DataFrame[Any], dict[Any, str]]:
    """Read the rows of the two windows, one for each group, area, offence, release and vintage.

    A window without a row of exactly its days is put together of the periods inside it; the
    second result says where they leave a gap.
    """
    dated = ~(nw.col("period_start").is_null() | nw.col("period_end").is_null())
    placed = table.frame.filter(dated).with_columns(
        _from=day_code("period_start"), _to=day_code("period_end")
    )
    placed = placed.with_columns(_window=windows.place())
    whole = set(placed.select("_window").unique().collect()["_window"].to_list())
    apart = {number: window for number, window in enumerate(windows.both, 1) if number not in whole}
    if apart:
        lying = windows.part()
        in_parts = nw.when(lying.is_in([*apart])).then(lying).otherwise(nw.lit(0))
        placed = placed.with_columns(_window=nw.col("_window") + in_parts)
    lying_inside = placed.filter(nw.col("_window") > 0)
    if table.eager:
        # The sums and the checks read these rows several times: they are placed only once.
        lying_inside = lying_inside.collect().lazy()
    inside = replace(table, frame=lying_inside)
    held = [*keys, *(part for part in _PARTS if part in table.schema), "_window"]
    sums = Sums(inside, "offences")
    parts = sums.add_up(held).with_columns(_key=encoded_key(table, keys)).collect()
    sums.refuse_inexact(parts.lazy(), keys)
    refuse_repeats(inside, parts, "offences")
    if not len(parts):
        raise PeriodError(
            f"recorded_crime has no row for exactly {windows.names[0]} or {windows.names[1]}, and "
            f"none inside them. It covers {_periods_of(table)}."
        )
    if not apart:
        return parts, {}
    days = ["period_start", "period_end"]
    columns = list(dict.fromkeys([*held, *days]))
    spans = inside.frame.filter(nw.col("_window").is_in([*apart])).select(columns).unique()
    rows = spans.collect().rows(named=True)
    cells = ((_cell_of(row, keys), *span) for row, span in zip(rows, as_days(rows), strict=True))
    return parts, gaps_in(cells, apart, windows.names)


def _cell_of(row: Mapping[str, Any], keys: Sequence[str]) -> tuple[Any, ...]:
    """Name what a row of `_parts` is counted for: window, group, area, offence and the like."""
    names = dict.fromkeys([*keys, *(part for part in _PARTS if part in row)])
    return (int(row["_window"]), *(str(row[name]) for name in names))


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
            if cell in seen:
                other = seen[cell]
                raise TableError(
                    f"recorded_crime holds {describe(row, places)} for "
                    f"{windows.names[int(row['_window']) - 1]} more than once: releases {other!r} "
                    f"and {row['release']!r}. Keep one release of each count."
                )
            seen[cell] = row["release"]
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


def _dtype(name: str) -> type[nw.Int64 | nw.Float64 | nw.String]:
    if name in _TEXTS:
        return nw.String
    return nw.Int64 if name.startswith("n_") else nw.Float64
