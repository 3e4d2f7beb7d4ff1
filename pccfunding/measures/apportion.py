"""Awards spread over financial years, months or areas, exact to the penny."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias, get_args

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
from narwhals.stable.v2.typing import IntoFrame, IntoFrameT

from pccfunding.errors import PeriodError, TableError
from pccfunding.frames.opening import BOUNDED, open_frame
from pccfunding.frames.tables import Table, named_with
from pccfunding.measures.lazy_split import split_lazily
from pccfunding.measures.shares import Part, dates_of, own_tokens, slices, weighing
from pccfunding.money.pence import LARGEST, broken_rows, not_pence, split_pence
from pccfunding.money.sums import Sums
from pccfunding.periods.parse_date import check_known
from pccfunding.words import pounds

__all__ = ["apportion"]

_Whole: TypeAlias = npt.NDArray[np.int64]
_Amounts: TypeAlias = dict[str, tuple[_Whole, npt.NDArray[np.bool_]]]
_Given: TypeAlias = dict[tuple[date, date], int]
Target: TypeAlias = Literal["financial_year", "month", "area_code"]
Rule: TypeAlias = Literal["months", "days", "equal", "population", "weights"]
_TARGETS, _RULES = get_args(Target), get_args(Rule)
_EPOCH = date(1970, 1, 1)
_DATES = tuple((day - _EPOCH).days for day in (date.min, date.max))
_NO_DAY = np.iinfo(np.int64).min
# No calendar reaches so many days from 1970.
_MANY_DAYS = 2**22


def apportion(
    awards: IntoFrameT,
    *,
    to: Target,
    rule: Rule = "months",
    by: IntoFrame | None = None,
    published: IntoFrame | None = None,
) -> IntoFrameT:
    """Spread awards over financial years, months or areas by a stated rule, exact to the penny.

    Parameters
    ----------
    awards : DataFrame or LazyFrame of pandas, Polars or another engine that Narwhals knows
        One row an award, with `period_start`, `period_end` and `amount_gbp` (pounds); bounds
        `amount_low_gbp` and `amount_high_gbp` are split by the same rule if present.
    to : {"financial_year", "month", "area_code"}
        What to spread over: the years or months that an award touches, or the areas of `by`.
    rule : {"months", "days", "equal", "population", "weights"}, default "months"
        Whole months inside each year or month, where days count only in a month that the award
        begins or ends within; days; equal parts; persons of each area at the mid-year inside the
        award's financial year; or the given weights.
    by : DataFrame, optional
        For "population" a population of the areas to spread over (`area_code`, `reference_date`,
        `persons`, one `vintage`; days that are no mid-year are left aside); for "weights" a table
        of `to` and `weight`; for "equal" over areas a table of `area_code`.
    published : DataFrame, optional
        Published parts, with `part_of` (the `subject_id` of the award), `period_start`,
        `period_end` and `amount_gbp`. A published financial year wins over the rule, which spreads
        the rest; other rows are passed over.

    Returns
    -------
    DataFrame
        The same kind of frame: one row an award and part, the columns of `awards` with amounts,
        period or `area_code` of the part, and

        - `awarded_gbp`: the whole award;
        - `apportioned_by`: the rule in words;
        - `basis`: "as printed" (one part only), "published" or "derived";
        - `derived_from`, where `awards` has a `token`: the `figure_id` (or `subject_id`, or
          `place`) of the row that a part comes from. A part has no `token`: that is the whole's.

        Parts add up to the award to the penny, unknown amounts stay unknown.

    Raises
    ------
    TableError
        If a column is missing, the rule does not fit `to`, or published parts exceed the award or
        stand twice for one year; if there are amounts in real terms beside those in cash.
    PenceError
        If an amount is no whole number of pence.
    PeriodError
        If an award has no period, or spans years where areas are weighted by population.
    PopulationError
        If an area has no population for the year, or the areas of a population overlap.

    Notes
    -----
    A lazy frame stays lazy: it is split over financial years or areas (not months, and without
    `published`), its rows come in no order, and what is refused above is unknown instead, with its
    `unknown_reason`. Each award is joined to its parts, and its left-over pennies go by the rank of
    the remainders, so that the work grows with awards times parts. The table of the parts is read
    when called. It works on Polars, on relations of any one connection of DuckDB, and on Spark.

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
    [273333.33, 546666.67]
    """
    needs = ("period_start", "period_end", "amount_gbp")
    table = open_frame(awards, "awards", needs=needs, numbers=BOUNDED)
    _check_rule(to, rule, by, published)
    if named_with("amount_gbp", "real") in table.schema:
        raise TableError(
            "awards holds amount_real_gbp, in the prices of the whole award. Split the cash first "
            "and put its parts into prices with real_terms, or drop one of the two amounts."
        )
    if table.spelled is not None and to != "area_code":
        # The text names the whole, and each part has its dates.
        table = table.with_frame(table.frame.drop(table.spelled))
    if not table.eager:
        if published is not None:
            raise TableError("published= names rows one by one: collect the lazy frame first.")
        return split_lazily(table, to, rule, by)  # type: ignore[no-any-return]
    Sums(table, "amount_gbp").refuse_outside(["period_start", "period_end"])
    frame = table.frame.collect()
    unnamed = next((name for name in frame.columns if not isinstance(name, str)), "")
    if not isinstance(unnamed, str):
        raise TableError(
            f"awards has a column called {unnamed!r}, which is no text: "
            f"awards.columns = awards.columns.map(str) makes it one."
        )
    pence = {name: _pence(frame, name) for name in BOUNDED if name in frame.columns}
    starts, ends = _days(frame, "period_start"), _days(frame, "period_end")
    _check_periods(starts, ends)
    parts_of = weighing(table, to, rule, by)
    fixed = {} if published is None else _published_pence(table, frame, published, starts, ends)
    pieces = [
        piece
        for rows, start, end in _groups(starts, ends)
        for piece in _split_group(rows, parts_of(start, end), pence, fixed)
    ]
    result: IntoFrameT = _assembled(table, frame, pieces, pence, to, rule)
    return result


@dataclass(frozen=True)
class _Piece:
    """One part of some awards: its place among the parts of each, and its pence."""

    rows: _Whole
    place: int
    part: Part
    pence: dict[str, _Whole]
    basis: str


def _split_group(
    rows: _Whole, parts: list[Part], pence: _Amounts, fixed: dict[int, _Given]
) -> Iterator[_Piece]:
    told = np.isin(rows, list(fixed)) if fixed else np.zeros(rows.size, dtype=bool)
    plain = rows[~told]
    if plain.size:
        weights = np.array([part.weight for part in parts], dtype=np.int64)
        split = {name: split_pence(values[plain], weights) for name, (values, _) in pence.items()}
        basis = "as printed" if len(parts) == 1 else "derived"
        for place, part in enumerate(parts):
            cuts = {name: cut[place] for name, cut in split.items()}
            yield _Piece(plain, place, part, cuts, basis)
    for row in rows[told].tolist():
        yield from _around_published(row, parts, pence, fixed[row])


def _around_published(
    row: int, parts: list[Part], pence: _Amounts, given: _Given
) -> Iterator[_Piece]:
    """Keep the published parts of one award, and spread what is left over the others."""
    others = [place for place, part in enumerate(parts) if _when(part) not in given]
    spent = sum(given.values())
    here = np.array([row], dtype=np.int64)
    rest = {name: values[here] - spent for name, (values, _) in pence.items()}
    values, missing = pence["amount_gbp"]
    whole, left = int(values[row]), int(rest["amount_gbp"][0])
    if not missing[row] and (whole * left < 0 or (left and not others)):
        raise TableError(
            f"Published parts of row {row} add up to {pounds(spent / 100, places=2)}, the award is "
            f"{pounds(whole / 100, places=2)}. Reconcile them before spreading the rest."
        )
    for place, part in enumerate(parts):
        if _when(part) in given:
            amount = np.array([given[_when(part)]], dtype=np.int64)
            yield _Piece(here, place, part, dict.fromkeys(pence, amount), "published")
    if others:
        weights = np.array([parts[place].weight for place in others], dtype=np.int64)
        split = {name: split_pence(values, weights) for name, values in rest.items()}
        for number, place in enumerate(others):
            cuts = {name: cut[number] for name, cut in split.items()}
            yield _Piece(here, place, parts[place], cuts, "derived")


def _when(part: Part) -> tuple[date, date]:
    assert part.start is not None
    assert part.end is not None
    return part.start, part.end


def _assembled(
    table: Table,
    frame: nw.DataFrame[Any],
    pieces: list[_Piece],
    pence: _Amounts,
    to: str,
    rule: str,
) -> Any:
    counts = np.zeros(len(frame), dtype=np.int64)
    for piece in pieces:
        counts[piece.rows] += 1
    rows = np.repeat(np.arange(len(frame)), counts)
    first = np.cumsum(counts) - counts
    pounds = {name: np.empty(rows.size) for name in pence}
    labels: dict[tuple[Part, str], int] = {}
    label = np.empty(rows.size, dtype=np.int64)
    for piece in pieces:
        where = _where(piece, counts, first)
        label[where] = labels.setdefault((piece.part, piece.basis), len(labels))
        for name, (_, missing) in pence.items():
            amounts = piece.pence[name] / 100
            if piece.basis != "published":
                amounts[missing[piece.rows]] = np.nan
            pounds[name][where] = amounts
    values, missing = pence["amount_gbp"]
    pounds["awarded_gbp"] = np.repeat(np.where(missing, np.nan, values / 100), counts)
    parts = _label_columns(list(labels), to, rule, frame)
    made = [*pounds, *parts.columns]
    kept = [name for name in frame.columns if name not in made]
    result = _joined(frame.select(kept), rows, parts, label, pounds)
    if "token" in result.columns:
        result = result.with_columns(**own_tokens(result.columns))
    added = [name for name in (*made, "derived_from") if name not in frame.columns]
    added = [name for name in added if name in result.columns]
    return table.close_collected(result.select([*frame.columns, *added]))


def _where(piece: _Piece, counts: _Whole, first: _Whole) -> slice | _Whole:
    """Give the rows of the result that one part of some awards stands in."""
    if piece.rows.size == counts.size and (counts == counts[0]).all():
        return slice(piece.place, None, int(counts[0]))
    return first[piece.rows] + piece.place


def _joined(
    kept: nw.DataFrame[Any],
    rows: _Whole,
    parts: nw.DataFrame[Any],
    label: _Whole,
    pounds: dict[str, npt.NDArray[np.float64]],
) -> nw.DataFrame[Any]:
    """Put the rows of awards and of their parts side by side, with the amounts."""
    if kept.implementation.is_pandas():
        import pandas as pd

        # Each column is made once, and none copied.
        columns: dict[str, Any] = {**pounds}
        for side, places in ((parts, label), (kept, rows)):
            native = side.to_native()
            columns |= {name: native[name].array.take(places) for name in side.columns}
        return nw.from_native(pd.DataFrame(columns, copy=False), eager_only=True)
    result = nw.maybe_reset_index(parts[label])
    if kept.columns:
        taken = nw.maybe_reset_index(kept[rows])
        result = result.with_columns(*(taken[name] for name in kept.columns))
    result = result.with_columns(
        *(
            nw.new_series(name, given, nw.Float64, backend=kept.implementation)
            for name, given in pounds.items()
        )
    )
    # Polars tells NaN from a missing number.
    return result.with_columns(
        nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name)
        for name, given in pounds.items()
        if np.isnan(given).any()
    )


def _label_columns(
    labels: list[tuple[Part, str]], to: str, rule: str, frame: nw.DataFrame[Any]
) -> nw.DataFrame[Any]:
    """Give what the rows of one part have in common, one row a part."""
    found: dict[str, tuple[list[Any], Any]] = {
        "basis": ([basis for _, basis in labels], nw.String),
        "apportioned_by": ([f"{rule} over {to.replace('_', ' ')}" for _ in labels], nw.String),
    }
    if to == "area_code":
        found["area_code"] = ([part.area_code for part, _ in labels], nw.String)
    else:
        found["period_start"] = ([part.start for part, _ in labels], frame.schema["period_start"])
        found["period_end"] = ([part.end for part, _ in labels], frame.schema["period_end"])
    made = nw.from_dict(
        {name: values for name, (values, _) in found.items()}, backend=frame.implementation
    )
    return made.with_columns(nw.col(name).cast(dtype) for name, (_, dtype) in found.items())


def _check_rule(to: str, rule: str, by: Any, published: Any) -> None:
    if not isinstance(to, str) or to not in _TARGETS:
        given = repr(to) if isinstance(to, str) else f"a {type(to).__name__}"
        raise TableError(f"Awards are spread over {', '.join(_TARGETS)}, not over {given}.")
    if not isinstance(rule, str) or rule not in _RULES:
        raise TableError.among("rule", rule, _RULES)
    over_time = rule in ("months", "days")
    if (over_time and to == "area_code") or (rule == "population" and to != "area_code"):
        raise TableError(
            f"Rule {rule!r} does not spread over {to!r}: months and days spread over time, persons "
            f"over areas."
        )
    if by is None and (to == "area_code" or rule == "weights"):
        raise TableError(f"Spreading over {to!r} by {rule!r} needs by=, a table of the parts.")
    if by is not None and to != "area_code" and rule != "weights":
        raise TableError(f"Rule {rule!r} over {to!r} takes no by=; drop it, or use rule='weights'.")
    if published is not None and to != "financial_year":
        raise TableError(f"published= holds years; it does not go with to={to!r}.")


def _pence(frame: nw.DataFrame[Any], name: str) -> tuple[_Whole, npt.NDArray[np.bool_]]:
    pounds = frame[name].cast(nw.Float64).to_numpy().astype(np.float64)
    missing = np.isnan(pounds)
    scaled = np.where(missing, 0.0, pounds) * 100
    whole = np.floor(scaled + 0.5)
    large = np.flatnonzero(np.abs(whole) >= LARGEST)
    for row in large.tolist() or broken_rows(scaled, whole.copy()).tolist():
        raise not_pence(f"{name} in row {row}", float(pounds[row]))
    return whole.astype(np.int64), missing


def _days(frame: nw.DataFrame[Any], name: str) -> _Whole:
    """Give dates as whole days since 1970; _NO_DAY where there is none."""
    found = frame[name].to_numpy()
    if found.dtype.kind != "M" or getattr(frame.schema[name], "time_zone", None):
        found = np.array(dates_of(frame, name), dtype="datetime64[D]")
    days: _Whole = found.astype("datetime64[D]").astype(np.int64)
    return days


def _date(days: int) -> date:
    return _EPOCH + timedelta(days=int(days))


def _check_periods(starts: _Whole, ends: _Whole) -> None:
    wrong = (starts == _NO_DAY) | (ends == _NO_DAY) | (ends < starts)
    if wrong.any():
        row = int(wrong.argmax())
        start, end = (None if days[row] == _NO_DAY else _date(days[row]) for days in (starts, ends))
        raise PeriodError(
            f"The award in row {row} has no period to spread it over: {start}, {end}."
        )
    for row in {int(starts.argmin()), int(ends.argmax())} if starts.size else ():
        for day in (starts[row], ends[row]):
            check_known(_date(sorted((int(day), *_DATES))[1]))


def _groups(starts: _Whole, ends: _Whole) -> Iterator[tuple[_Whole, date, date]]:
    """Give the rows of each period, with its first and last day."""
    if not starts.size:
        return
    key = starts * _MANY_DAYS + (ends - starts)
    if (key == key[0]).all():
        groups = [np.arange(key.size)]
    else:
        order = np.argsort(key, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(key[order])) + 1)
    for rows in groups:
        yield rows, _date(starts[rows[0]]), _date(ends[rows[0]])


def _published_pence(
    table: Table, frame: nw.DataFrame[Any], published: Any, starts: _Whole, ends: _Whole
) -> dict[int, _Given]:
    needs = ("part_of", "period_start", "period_end", "amount_gbp")
    told = open_frame(published, "published", needs=needs, numbers=("amount_gbp",), beside=table)
    table.need("subject_id")
    rows = told.frame.collect()
    pence, missing = _pence(rows, "amount_gbp")
    places = {name: row for row, name in enumerate(frame["subject_id"].to_list())}
    fixed: dict[int, _Given] = {}
    firsts, lasts = dates_of(rows, "period_start"), dates_of(rows, "period_end")
    for place, award in enumerate(rows["part_of"].to_list()):
        row = places.get(award)
        first, last = firsts[place], lasts[place]
        if row is None or missing[place] or first is None or last is None:
            continue
        if (first, last) in slices(_date(starts[row]), _date(ends[row]), "financial_year"):
            given = fixed.setdefault(row, {})
            if (first, last) in given:
                raise TableError(
                    f"published has two amounts of {award!r} from {first} to {last}. Add up "
                    f"what makes the whole of it, and give one."
                )
            given[first, last] = int(pence[place])
    return fixed
