"""Real terms: cash amounts of different years in the prices of one."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from pccfunding.bundled import datasets_dir
from pccfunding.errors import DeflatorError, PeriodError
from pccfunding.frames.days import (
    financial_labels,
    refuse_long,
    refuse_undated,
    with_financial_year,
)
from pccfunding.frames.opening import open_frame
from pccfunding.frames.tables import (
    Reason,
    Table,
    bound_names,
    named_with,
    with_reasons,
)
from pccfunding.measures.at_hand import (
    arrays_at_hand,
    distinct_days,
    texts_at_hand,
    with_columns_at_hand,
    years_of,
)
from pccfunding.measures.labels import CASH, is_real
from pccfunding.money.pence import in_unit, whole
from pccfunding.money.sums import OUTSIDE, Sums
from pccfunding.periods import Period
from pccfunding.periods.spellings import financial_label
from pccfunding.words import is_missing

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame, IntoFrameT

__all__ = ["real_terms"]

_NO_INDEX, _UNKNOWN = "no price index for ", "unknown amount"


def real_terms(
    table: IntoFrameT,
    deflator: IntoFrame | None = None,
    *,
    base: str | Period,
    value: str = "amount_gbp",
) -> IntoFrameT:
    """Put cash amounts into the prices of one financial year.

    Parameters
    ----------
    table : DataFrame or LazyFrame of pandas, Polars or another engine that Narwhals knows
        Rows with `period_start`, `period_end`, the value and, where present, its bounds. Each
        row lies within one financial year.
    deflator : the same kind of frame, or rows at hand of pandas or Polars, optional
        By default the bundled one, as ``load_deflator()`` gives it, beside a frame of any kind.
        One row a financial year, with `financial_year` (such as '2023-24') and `price_index`.
        It is small and read at once, from a lazy frame too.
    base : str or Period
        Financial year whose prices are used, such as '2024-25'.
    value : str, default 'amount_gbp'
        Column of cash: an amount, or a rate of cash such as `spend_gbp_per_head`.

    Returns
    -------
    the same kind of frame, with the rows and the order of `table`
        `amount_real_gbp`, `amount_real_low_gbp` and `amount_real_high_gbp` (for `amount_gbp`; for
        another value `real` stands before its unit too), `price_base`, and `unknown_reason`,
        which keeps what was in it. Amounts are rounded to the nearest penny, so that they add
        up exactly as cash does, their bounds to a hundredth of a penny; rates are not rounded.
        Columns of these names are replaced.

    Raises
    ------
    TableError
        If a column is missing or the tables are of different kinds.
    DeflatorError
        If the deflator does not hold the base, or holds a year twice; if the value is in real
        terms already, or `price_base` says other prices of what the result would hold. On a lazy
        frame such a row is unknown, with its reason.
    PeriodError
        If `base` is no financial year, or a row does not lie within one. On a lazy frame no look
        at the rows is taken: such a row is unknown, with its reason.

    Examples
    --------
    >>> import pandas as pd
    >>> grants = pd.DataFrame(
    ...     {
    ...         "period_start": pd.to_datetime(["2018-04-01", "2023-04-01"]),
    ...         "period_end": pd.to_datetime(["2019-03-31", "2024-03-31"]),
    ...         "amount_gbp": [800.0, 1000.0],
    ...     }
    ... )
    >>> deflator = pd.DataFrame(
    ...     {"financial_year": ["2018-19", "2023-24"], "price_index": [80.0, 100.0]}
    ... )
    >>> real_terms(grants, deflator, base="2023-24")["amount_real_gbp"].to_list()
    [1000.0, 1000.0]
    """
    needs = (value, "period_start", "period_end")
    opened = open_frame(table, "table", needs=needs, numbers=(value, *bound_names(value)))
    sums = Sums(opened, value)
    sums.refuse_outside([value])
    index = _bundled_indices() if deflator is None else _indices(deflator, opened)
    year = _base_year(base, index)
    label = Period.financial_year(year).label
    already = _already(opened, value, label)
    _refuse_real(opened, value, already)
    factors = {start: index[year] / price for start, price in index.items()}
    real = named_with(value, "real")
    names = dict(zip((value, *bound_names(value)), (real, *bound_names(real)), strict=True))
    found = _at_hand(sums, names, factors, label)
    if found is not None:
        return opened.close(found, keep_index=True)  # type: ignore[no-any-return]
    if opened.eager:
        refuse_undated(opened, opened.frame, [value])
    frame = with_financial_year(opened.frame, checked=opened.eager)
    if opened.eager:
        refuse_long(opened, frame, [value])

    factor = nw.col("_year").replace_strict(
        list(factors), list(factors.values()), default=None, return_dtype=nw.Float64
    )
    frame = frame.with_columns(_cash=opened.number(value), _factor=factor)
    scale = sums.scale
    numbers = {}
    for cash, name in names.items():
        bounded = cash != value and cash in opened.schema
        number = (opened.number(cash) if bounded else nw.col("_cash")) * nw.col("_factor")
        number = _rounded(number, scale, bounded=bounded)
        # Where the rows are at hand, an amount outside its bounds has been refused.
        numbers[name] = number if opened.eager else nw.when(~sums.outside()).then(number)
    reasons = _reasons(sums)
    if already is not None and not opened.eager:
        frame = frame.with_columns(_already=already.fill_null(value=False))
        numbers = {name: nw.when(~nw.col("_already")).then(one) for name, one in numbers.items()}
        reasons.append((nw.col("_already"), nw.lit("in the prices of a year already")))
    frame = frame.with_columns(**numbers, price_base=nw.lit(label))
    frame = with_reasons(frame, "unknown_reason", reasons, eager=opened.eager)
    if "_already" in frame.collect_schema().names():
        frame = frame.drop("_already")
    frame = frame.drop("_cash", "_factor", "_year", "_last_year")
    return opened.close(frame, keep_index=True)  # type: ignore[no-any-return]


def _at_hand(
    sums: Sums, names: Mapping[str, str], factors: Mapping[int, float], label: str
) -> nw.LazyFrame[Any] | None:
    """Work everything out in one pass over rows at hand; None where one of them is odd."""
    table = sums.table
    columns = arrays_at_hand(table, ["period_start", "period_end", sums.value])
    bounds = arrays_at_hand(table, [name for name in names if name in table.schema])
    if columns is None or bounds is None or "unknown_reason" in table.schema:
        return None
    starts, ends, amounts = columns.values()
    if not amounts.size or starts.dtype.kind != "M" or ends.dtype.kind != "M":
        return None
    if not (starts <= ends).all() or any(one.dtype.kind not in "iuf" for one in bounds.values()):
        return None
    # Few days are distinct: each is looked up in the calendar once.
    (first, firsts), (last, lasts) = distinct_days(starts), distinct_days(ends)
    years, at = np.unique(years_of(firsts), return_inverse=True)
    at_year = at[first]
    if (years[at_year] != years_of(lasts)[last]).any():
        return None
    factor = np.array([factors.get(year, np.nan) for year in years.tolist()])[at_year]
    made = {}
    for cash, name in names.items():
        number = bounds.get(cash, bounds[sums.value]).astype(np.float64)
        number[~np.isfinite(number)] = np.nan
        made[name] = number * factor
        if sums.scale is not None:
            units = sums.scale * (100 if cash != sums.value and cash in bounds else 1)
            made[name] = np.floor(made[name] * units + 0.5) / units
    unknown, unpriced = ~np.isfinite(bounds[sums.value]), np.isnan(factor)
    said = np.full(len(amounts), -1)
    texts: dict[str, int] = {}
    for row in np.flatnonzero(unknown | unpriced).tolist():
        lacking = f"{_NO_INDEX}{financial_label(int(years[at_year[row]]))}" if unpriced[row] else ""
        reason = "; ".join(filter(None, [lacking, _UNKNOWN if unknown[row] else ""]))
        said[row] = texts.setdefault(reason, len(texts))
    return with_columns_at_hand(
        table,
        {
            **made,
            "price_base": texts_at_hand([label], np.zeros_like(said)),
            "unknown_reason": texts_at_hand([*texts], said),
        },
    )


def _already(table: Table, value: str, base: str) -> nw.Expr | None:
    """Whether rows have prices already that deflating would put in doubt; None if none can have.

    Without a column in real terms, a price base is that of the value; with others than the one
    that is written, a second base would be said of all of them.
    """
    if "price_base" not in table.schema:
        return None
    written = named_with(value, "real")
    mine = {written, *bound_names(written)}
    others = [name for name in table.schema if is_real(name) and name not in mine]
    if written in table.schema and not others:
        return None
    stated = table.text("price_base")
    known = ~stated.is_null() & (stated != CASH)
    return known & (stated != base) if others else known


def _refuse_real(table: Table, value: str, already: nw.Expr | None) -> None:
    """Refuse to deflate what is in real terms already."""
    if is_real(value):
        raise DeflatorError(
            f"{table.name}: {value} is in real terms already. Put the cash that it was made from "
            f"into the prices of another year."
        )
    if not table.eager or already is None:
        return
    for (base,) in table.frame.filter(already).select("price_base").head(1).collect().rows():
        raise DeflatorError(
            f"{table.name}: price_base says {base} prices, and deflating {value} would say other "
            f"ones of the same rows. Start from a table in cash, or drop what is in real terms and "
            f"its price_base."
        )


def _rounded(number: nw.Expr, scale: int | None, *, bounded: bool) -> nw.Expr:
    """Round an amount to the nearest penny, a bound of one to a hundredth of it."""
    if scale is None:
        return number
    units = scale * 100 if bounded else scale
    return in_unit(whole(number * units), units)


@cache
def _bundled_indices() -> dict[int, float]:
    with (datasets_dir() / "deflator.csv").open(encoding="utf-8", newline="") as lines:
        return {
            _start_year(row["financial_year"], "deflator"): float(row["price_index"])
            for row in csv.DictReader(lines)
        }


def _indices(deflator: Any, table: Table) -> dict[int, float]:
    """Read the price index by the calendar year in which its financial year begins."""
    indexed = ("financial_year", "price_index")
    prices = open_frame(deflator, "deflator", needs=indexed, numbers=("price_index",), beside=table)
    rows = prices.frame.select(
        _label=prices.text("financial_year"), _index=prices.number("price_index")
    ).collect()
    index: dict[int, float] = {}
    for label, price in rows.rows():
        year = _start_year(label, "deflator: financial_year")
        if year in index:
            raise DeflatorError(f"deflator holds {label} twice. Keep one row a financial year.")
        index[year] = price if price is not None and price > 0 else float("nan")
    return {year: price for year, price in index.items() if not is_missing(price)}


def _start_year(label: Any, what: str) -> int:
    period = label if isinstance(label, Period) else Period.parse(label)
    if period.kind != "financial_year":
        raise PeriodError(f"{what} is {label!r}, which is no financial year such as '2024-25'.")
    return period.start.year


def _base_year(base: str | Period, index: dict[int, float]) -> int:
    year = _start_year(base, "base")
    if year not in index:
        held = map(financial_label, sorted(index))
        years = ", ".join(held) or "no year"
        raise DeflatorError(f"base is {base}, and the deflator holds {years}. Use one of these.")
    return year


def _reasons(sums: Sums) -> list[Reason]:
    table = sums.table
    outside = [] if table.eager else [(sums.outside(), nw.lit(OUTSIDE))]
    year = nw.col("_year")
    earlier = []
    if "unknown_reason" in table.schema:
        kept = table.text("unknown_reason")
        earlier = [(~kept.is_null(), kept)]
    return [
        *earlier,
        (year.is_null(), nw.lit("not within one financial year: apportion it first")),
        (
            ~year.is_null() & nw.col("_factor").is_null(),
            nw.concat_str([nw.lit(_NO_INDEX), financial_labels(year)]),
        ),
        (nw.col("_cash").is_null(), nw.lit(_UNKNOWN)),
        *outside,
    ]
