"""Awards spread over financial years, months or areas, exact to the penny."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
from narwhals.stable.v2.typing import IntoFrameT

from pccfunding.errors import PenceError, PeriodError, TableError
from pccfunding.measures._frames import Table, open_table, refuse_other_kind
from pccfunding.measures._shares import Part, dates_of, slices, weighing
from pccfunding.measures._split import split_pence

__all__ = ["apportion"]

_Whole: TypeAlias = npt.NDArray[np.int64]
_AMOUNTS = ("amount_gbp", "amount_low_gbp", "amount_high_gbp")
_TARGETS = ("financial_year", "month", "area_code")
_RULES = ("days", "equal", "population", "weights")


def apportion(
    awards: IntoFrameT,
    *,
    to: str,
    rule: str = "days",
    by: IntoFrameT | None = None,
    published: IntoFrameT | None = None,
) -> IntoFrameT:
    """Spread awards over financial years, months or areas by a stated rule, exact to the penny.

    Parameters
    ----------
    awards : DataFrame
        One row an award, with `period_start`, `period_end` and `amount_gbp` (pounds); bounds
        `amount_low_gbp` and `amount_high_gbp` are split by the same rule if present.
    to : {"financial_year", "month", "area_code"}
        What to spread over: the years or months that an award touches, or the areas of `by`.
    rule : {"days", "equal", "population", "weights"}, default "days"
        Days inside each year or month; equal parts; persons of each area at the mid-year inside
        the award's financial year; or the given weights.
    by : DataFrame, optional
        For "population" a population of the areas to spread over (`area_code`, `reference_date`,
        `persons`, one vintage); for "weights" a table of `to` and `weight`; for "equal" over areas
        a table of `area_code`.
    published : DataFrame, optional
        Published parts, with `part_of` (the `subject_id` of the award), `period_start`,
        `period_end` and `amount_gbp`. A published year wins over the rule, which spreads the rest.

    Returns
    -------
    DataFrame
        The same kind of frame: one row an award and part, the columns of `awards` with amounts,
        period or `area_code` of the part, and

        - `awarded_gbp`: the whole award;
        - `apportioned_by`: the rule in words;
        - `basis`: "as printed" (one part only), "published" or "derived".

        Parts add up to the award to the penny, unknown amounts stay unknown.

    Raises
    ------
    TableError
        If a column is missing, the rule does not fit `to`, or published parts exceed the award.
    PenceError
        If an amount is no whole number of pence.
    PeriodError
        If an award has no period, or spans years where areas are weighted by population.
    PopulationError
        If an area has no population for the year.

    See Also
    --------
    per_capita_spend : refuses awards that span years, and names this function.

    Examples
    --------
    >>> import pandas as pd
    >>> award = pd.DataFrame(
    ...     {
    ...         "period_start": pd.to_datetime(["2023-10-01"]),
    ...         "period_end": pd.to_datetime(["2025-03-31"]),
    ...         "amount_gbp": [820_000.0],
    ...     }
    ... )
    >>> apportion(award, to="financial_year")["amount_gbp"].tolist()
    [273832.12, 546167.88]
    """
    table = open_table(awards, "awards")
    table.need("period_start", "period_end", "amount_gbp")
    if not table.eager:
        raise TableError("apportion splits pence row by row: collect the lazy frame first.")
    _check_rule(to, rule, by)
    frame = table.frame.collect()
    pence = {name: _pence(frame, name) for name in _AMOUNTS if name in frame.columns}
    periods = list(zip(dates_of(frame, "period_start"), dates_of(frame, "period_end"), strict=True))
    parts_of = weighing(table, to, rule, by)
    groups: dict[tuple[date, date], list[int]] = {}
    for row, period in enumerate(periods):
        groups.setdefault(_known(period, row), []).append(row)
    fixed = {} if published is None else _published_pence(table, frame, published, periods)
    pieces = [
        piece
        for (start, end), rows in groups.items()
        for piece in _split_group(np.array(rows), parts_of(start, end), pence, fixed)
    ]
    rule_in_words = f"{rule} over {to.replace('_', ' ')}"
    result: IntoFrameT = _assembled(table, frame, pieces, pence, rule_in_words)
    return result


@dataclass(frozen=True)
class _Piece:
    rows: _Whole
    part: Part
    pence: dict[str, _Whole]
    basis: str


def _split_group(
    rows: _Whole,
    parts: list[Part],
    pence: dict[str, tuple[_Whole, npt.NDArray[np.bool_]]],
    fixed: dict[int, dict[tuple[date, date], int]],
) -> Iterator[_Piece]:
    told = [int(row) for row in rows if int(row) in fixed]
    plain = np.array([row for row in rows if int(row) not in fixed], dtype=np.int64)
    if plain.size:
        weights = np.array([part.weight for part in parts], dtype=np.int64)
        split = {name: split_pence(values[plain], weights) for name, (values, _) in pence.items()}
        basis = "as printed" if len(parts) == 1 else "derived"
        for place, part in enumerate(parts):
            yield _Piece(plain, part, {name: cut[place] for name, cut in split.items()}, basis)
    for row in told:
        yield from _around_published(row, parts, pence, fixed[row])


def _around_published(
    row: int,
    parts: list[Part],
    pence: dict[str, tuple[_Whole, npt.NDArray[np.bool_]]],
    given: dict[tuple[date, date], int],
) -> Iterator[_Piece]:
    """Keep the published parts of one award, and spread what is left over the others."""
    known = [part for part in parts if _when(part) in given]
    others = [part for part in parts if _when(part) not in given]
    spent = sum(given[_when(part)] for part in known)
    here = np.array([row], dtype=np.int64)
    rest = {name: values[here] - spent for name, (values, _) in pence.items()}
    whole, left = int(pence["amount_gbp"][0][row]), int(rest["amount_gbp"][0])
    if whole * left < 0 or (left and not others):
        raise TableError(
            f"Published parts of row {row} add up to £{spent / 100:,.2f}, the award is "
            f"£{whole / 100:,.2f}. Reconcile them before spreading the rest."
        )
    for part in known:
        amount = np.array([given[_when(part)]], dtype=np.int64)
        yield _Piece(here, part, dict.fromkeys(pence, amount), "published")
    if others:
        weights = np.array([part.weight for part in others], dtype=np.int64)
        split = {name: split_pence(values, weights) for name, values in rest.items()}
        for place, part in enumerate(others):
            yield _Piece(here, part, {name: cut[place] for name, cut in split.items()}, "derived")


def _when(part: Part) -> tuple[date, date]:
    assert part.start is not None
    assert part.end is not None
    return part.start, part.end


def _assembled(
    table: Table,
    frame: nw.DataFrame[Any],
    pieces: list[_Piece],
    pence: dict[str, tuple[_Whole, npt.NDArray[np.bool_]]],
    rule: str,
) -> Any:
    rows = np.concatenate([piece.rows for piece in pieces]) if pieces else np.empty(0, np.int64)
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    backend = frame.implementation
    taken = frame[rows.tolist()]
    columns = {}
    for name, (_, missing) in pence.items():
        parts = np.concatenate([piece.pence[name] for piece in pieces])[order] / 100
        columns[name] = np.where(missing[rows], np.nan, parts)
    values, missing = pence["amount_gbp"]
    columns["awarded_gbp"] = np.where(missing[rows], np.nan, values[rows] / 100)
    texts: dict[str, list[Any]] = {"basis": [], "start": [], "end": [], "area": []}
    for piece in pieces:
        count = piece.rows.size
        texts["basis"] += [piece.basis] * count
        texts["start"] += [piece.part.start] * count
        texts["end"] += [piece.part.end] * count
        texts["area"] += [piece.part.area_code] * count
    made = [
        nw.new_series(name, numbers, nw.Float64, backend=backend)
        for name, numbers in columns.items()
    ]
    made = [series.alias(series.name) for series in made]
    chosen = {name: [found[place] for place in order] for name, found in texts.items()}
    extra = {"basis": chosen["basis"], "apportioned_by": [rule] * rows.size}
    if pieces and pieces[0].part.area_code is not None:
        extra["area_code"] = chosen["area"]
    new = nw.from_dict({series.name: series.to_numpy() for series in made} | extra, backend=backend)
    taken = nw.maybe_reset_index(taken)
    result = taken.with_columns(*(new[name] for name in new.columns))
    result = result.with_columns(
        nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in columns
    )
    if pieces and pieces[0].part.start is not None:
        days = nw.from_dict(
            {"period_start": chosen["start"], "period_end": chosen["end"]}, backend=backend
        )
        result = result.with_columns(
            *(days[name].cast(frame.schema[name]).alias(name) for name in days.columns)
        )
    return table.close_collected(result)


def _check_rule(to: str, rule: str, by: Any) -> None:
    if to not in _TARGETS:
        raise TableError(f"Awards are spread over {', '.join(_TARGETS)}, not over {to!r}.")
    if rule not in _RULES:
        raise TableError(f"No rule {rule!r}; there are {', '.join(_RULES)}.")
    if (rule == "days" and to == "area_code") or (rule == "population" and to != "area_code"):
        raise TableError(
            f"Rule {rule!r} does not spread over {to!r}: days spread over time, persons over areas."
        )
    if by is None and (to == "area_code" or rule == "weights"):
        raise TableError(f"Spreading over {to!r} by {rule!r} needs by=, a table of the parts.")


def _pence(frame: nw.DataFrame[Any], name: str) -> tuple[_Whole, npt.NDArray[np.bool_]]:
    pounds = frame[name].cast(nw.Float64).to_numpy().astype(np.float64)
    missing = ~np.isfinite(pounds)
    scaled = np.where(missing, 0.0, pounds) * 100
    whole = np.rint(scaled)
    broken = np.abs(scaled - whole) > 1e-4 + 1e-14 * np.abs(whole)
    if broken.any():
        row = int(broken.argmax())
        raise PenceError(
            f"{name} in row {row} is {float(pounds[row])!r}, which is no whole number of pence. "
            f"Correct it, or round it first and say so."
        )
    return whole.astype(np.int64), missing


def _known(period: tuple[date | None, date | None], row: int) -> tuple[date, date]:
    start, end = period
    if start is None or end is None or end < start:
        raise PeriodError(
            f"The award in row {row} has no period to spread it over: {start}, {end}."
        )
    return start, end


def _published_pence(
    table: Table, frame: nw.DataFrame[Any], published: Any, periods: list[Any]
) -> dict[int, dict[tuple[date, date], int]]:
    told = open_table(published, "published")
    refuse_other_kind(table, told)
    told.need("part_of", "period_start", "period_end", "amount_gbp")
    table.need("subject_id")
    rows = told.frame.collect()
    pence, missing = _pence(rows, "amount_gbp")
    places = {name: row for row, name in enumerate(frame["subject_id"].to_list())}
    fixed: dict[int, dict[tuple[date, date], int]] = {}
    starts, ends = dates_of(rows, "period_start"), dates_of(rows, "period_end")
    for place, award in enumerate(rows["part_of"].to_list()):
        row = places.get(award)
        if row is None or missing[place] or starts[place] is None or ends[place] is None:
            continue
        when = (starts[place], ends[place])
        if when in slices(*_known(periods[row], row), "financial_year"):
            fixed.setdefault(row, {})[when] = int(pence[place])
    return fixed
