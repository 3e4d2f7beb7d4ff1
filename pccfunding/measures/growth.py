"""Year on year: each figure against the same figure of exactly one year before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError, TableError
from pccfunding.measures._days import iso_day, refuse_undated, with_days
from pccfunding.measures._frames import (
    Table,
    bound_names,
    describe,
    encoded_key,
    key_columns,
    open_table,
    reasons,
)
from pccfunding.measures._sums import (
    LABELS,
    add_up,
    add_up_again,
    first_and_last,
    in_unit,
    mixed,
    refuse_fractions,
    refuse_mixtures,
    refuse_too_large,
    scale_of,
    sum_reasons,
    total,
    total_bound,
    with_labels,
)

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrameT

__all__ = ["year_on_year"]

_CHANGES = ("change_pct", "change_low_pct", "change_high_pct")
_LAST = ("n_known", "n_figures", "caution", "unknown_reason")


def year_on_year(table: IntoFrameT, *, value: str, by: str | Sequence[str]) -> IntoFrameT:
    """Compare each year with the year that ended the day before it began.

    Rows of the same group and period are added up first. Only whole years of twelve months are
    compared, each with the one exactly a year earlier: never across a gap, never part of a year.

    Parameters
    ----------
    table : DataFrame or LazyFrame of pandas, Polars or another engine that Narwhals knows
        Rows with `period_start`, `period_end`, the value, its bounds where present
        (`amount_low_gbp` and `amount_high_gbp` for `amount_gbp`), and `flow` and `status` where
        present. Without bounds a value is taken as exact.
    value : str
        Column to compare: an amount such as `amount_gbp`, the count `offences`, or any other
        number, such as `spend_gbp_per_head`, which cannot be added and so stands once in a group
        and period.
    by : str or sequence of str
        Columns that make a group; never a column of time.

    Returns
    -------
    the same kind of frame, one row a group and period, sorted by both
        - the columns of `by`; `period_start`, `period_end`; `flow` and `status` where present;
        - the value and its bounds, unknown where any part of them is;
        - the same three of the year before, their names ending in `_previous`;
        - `change_gbp` for an amount, otherwise `change`;
        - `change_pct`, `change_low_pct`, `change_high_pct`: percent of the year before, negative
          for a fall; the bounds hold for any values inside the two intervals;
        - `n_known` and `n_figures`: rows of this year with a known value, and rows;
        - `caution`: what differs between the two years, such as 'status differs: award, budget';
        - `unknown_reason`: why something is unknown, joined by '; ', this year's reasons first.

    Raises
    ------
    TableError
        If a column is missing, `by` holds time, or several rates would have to be added.
    PeriodError
        If a period is missing or ends before it starts, or an amount spans more than a year.
    MixedFlowError, MixedStatusError
        If one group and period holds more than one flow or status.
    PenceError
        If an amount is not a whole number of pence.

    Notes
    -----
    Errors about rows need a look at the rows. On a lazy frame no such look is taken: those rows
    give unknown values with their reason instead.

    Examples
    --------
    The grant for 2016-17 is missing, so 2017-18 has nothing to be compared with.

    >>> import pandas as pd
    >>> grants = pd.DataFrame(
    ...     {
    ...         "funding_stream": ["Victims"] * 3,
    ...         "period_start": pd.to_datetime(["2014-04-01", "2015-04-01", "2017-04-01"]),
    ...         "period_end": pd.to_datetime(["2015-03-31", "2016-03-31", "2018-03-31"]),
    ...         "amount_gbp": [400_000.0, 500_000.0, 550_000.0],
    ...     }
    ... )
    >>> change = year_on_year(grants, value="amount_gbp", by="funding_stream")
    >>> change["change_pct"].to_list()
    [nan, 25.0, nan]
    >>> change["unknown_reason"].to_list()[2]
    'no figure for the year before'
    """
    opened = open_table(table, "table")
    scale = scale_of(value)
    names = [value, *bound_names(value)]
    results = [*names, *(f"{name}_previous" for name in names), _change_name(scale), *_CHANGES]
    keys = key_columns(by, opened, (*results, *_LAST))
    opened.need(value, "period_start", "period_end")
    labels = [label for label in LABELS if label in opened.schema]

    lines = add_up(opened, value, [*keys, "period_start", "period_end", *labels])
    if opened.eager:
        # The checks look at these few lines several times: the rows are added up only once.
        lines = lines.collect().lazy()
        refuse_undated(opened, lines, keys)
        refuse_fractions(opened, lines, value, keys)
    years = with_days(_per_period(opened, lines, keys, labels))
    if opened.eager:
        totals = years.collect()
        _refuse_odd_periods(opened, totals, value, keys)
        periods = [*keys, "period_start", "period_end"]
        refuse_mixtures(opened, lines.collect(), totals, periods)
        refuse_too_large(totals, value, keys)
        _refuse_sums_of_rates(totals, value, keys)
        years = totals.lazy()
    shown = [label for label in labels if label not in keys]
    marked = _marked(opened, years, names, keys, labels)
    compared = _compare(marked, names, labels, shown)
    frame = compared.sort([*keys, "period_start", "period_end"], nulls_last=True)
    return opened.close(  # type: ignore[no-any-return]
        frame.select(*keys, "period_start", "period_end", *shown, *results, *_LAST)
    )


def _change_name(scale: int | None) -> str:
    return "change_gbp" if scale == 100 else "change"


def _refuse_odd_periods(
    table: Table, years: nw.DataFrame[Any], value: str, keys: Sequence[str]
) -> None:
    faults = {"ends before it starts": nw.col("_length") < 1}
    if scale_of(value) == 100:
        faults["spans more than a year"] = nw.col("_to") >= nw.col("_next")
    for fault, condition in faults.items():
        if not len(years.filter(condition)):
            continue
        columns = list(dict.fromkeys([*keys, value, "period_start", "period_end"]))
        rows = with_days(table.frame).filter(condition).select(columns).head(1).collect()
        row = rows.rows(named=True)[0]
        hint = (
            "Split it over the years first, with apportion."
            if fault.startswith("spans")
            else "Correct its period_start and period_end, or leave the row out."
        )
        raise PeriodError(
            f"{table.name}: the row of {describe(row, [*keys, value])} runs from "
            f"{iso_day(row['period_start'])} to {iso_day(row['period_end'])}, which {fault}. {hint}"
        )


def _refuse_sums_of_rates(totals: nw.DataFrame[Any], value: str, keys: Sequence[str]) -> None:
    if scale_of(value) is not None:
        return
    for row in totals.filter(nw.col("_rows") > 1).head(1).rows(named=True):
        raise TableError(
            f"{describe(row, keys)}, {iso_day(row['period_start'])} to "
            f"{iso_day(row['period_end'])}, holds {row['_rows']} values of {value}, and rates "
            f"cannot be added. Add the column that tells them apart to by."
        )


def _per_period(
    table: Table, lines: nw.LazyFrame[Any], keys: Sequence[str], labels: Sequence[str]
) -> nw.LazyFrame[Any]:
    return (
        with_labels(table, lines, labels)
        .group_by([*keys, "period_start", "period_end"])
        .agg(*add_up_again(), *first_and_last(labels))
    )


def _marked(
    table: Table,
    years: nw.LazyFrame[Any],
    names: Sequence[str],
    keys: Sequence[str],
    labels: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Give each group and period its value, its bounds and its place in time."""
    scale = scale_of(names[0])
    single = nw.col("_rows") > 0 if scale else nw.col("_rows") == 1
    for label in labels:
        single = single & ~mixed(label)
    sums = (total(scale), total_bound("low", scale), total_bound("high", scale))
    return years.with_columns(
        *(
            nw.when(single).then(amount).alias(name)
            for name, amount in zip(names, sums, strict=True)
        ),
        *(
            nw.when(~mixed(label)).then(nw.col(f"_{label}_a")).alias(f"_{label}")
            for label in labels
        ),
        _key=encoded_key(table, keys),
        _whole=(nw.col("_to") + 1 == nw.col("_next")).cast(nw.Int64),
        n_known=nw.col("_known").cast(nw.Int64),
        n_figures=nw.col("_rows").cast(nw.Int64),
    )


def _compare(
    years: nw.LazyFrame[Any], names: Sequence[str], labels: Sequence[str], shown: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Join each whole year to the one that ended the day before it began."""
    carried = [*names, *(f"_{label}" for label in labels)]
    before = years.filter(nw.col("_whole") == 1).select(
        "_key",
        "_next",
        _found=nw.lit(1),
        **{f"{name}_previous": nw.col(name) for name in carried},
    )
    joined = years.with_columns(_joint=nw.when(nw.col("_whole") == 1).then(nw.col("_from")))
    joined = joined.with_columns(_joint=nw.col("_joint").fill_null(0).cast(nw.Int64)).join(
        before, left_on=["_key", "_joint"], right_on=["_key", "_next"], how="left"
    )
    now, low, high = (nw.col(name) for name in names)
    then, then_low, then_high = (nw.col(f"{name}_previous") for name in names)
    scale = scale_of(names[0])
    change = now - then
    if scale is not None:
        change = in_unit((change * scale + 0.5).floor(), scale)
    positive = nw.when(then_low > 0)
    return joined.with_columns(
        change.alias(_change_name(scale)),
        nw.when(then > 0).then(100 * change / then).alias("change_pct"),
        positive.then(_percent(low, nw.when(low >= 0).then(then_high).otherwise(then_low))).alias(
            "change_low_pct"
        ),
        positive.then(_percent(high, nw.when(high >= 0).then(then_low).otherwise(then_high))).alias(
            "change_high_pct"
        ),
        **{label: nw.col(f"_{label}") for label in shown},
        caution=_cautions(labels),
        unknown_reason=_reasons(names[0], labels),
    )


def _percent(now: nw.Expr, then: nw.Expr) -> nw.Expr:
    return 100 * (now - then) / then


def _cautions(labels: Sequence[str]) -> nw.Expr:
    return reasons(
        *(
            (
                nw.col(f"_{label}") != nw.col(f"_{label}_previous"),
                nw.concat_str(
                    [
                        nw.lit(f"{label} differs: "),
                        nw.col(f"_{label}_previous"),
                        nw.lit(", "),
                        nw.col(f"_{label}"),
                    ]
                ),
            )
            for label in labels
        )
    )


def _reasons(value: str, labels: Sequence[str]) -> nw.Expr:
    whole, found = nw.col("_whole") == 1, ~nw.col("_found").is_null()
    then = nw.col(f"{value}_previous")
    days = nw.col("_length").cast(nw.Int64).cast(nw.String)
    span = nw.when(nw.col("_months")).then(_dated("%Y-%m")).otherwise(_dated("%Y-%m-%d"))
    long, backwards = nw.col("_to") >= nw.col("_next"), nw.col("_length") < 1
    length = nw.concat_str([span, nw.lit(" is "), days, nw.lit(" days")])
    mixtures = [(mixed(label), nw.lit(f"more than one {label}")) for label in labels]
    rates = (nw.col("_rows") > 1, nw.lit("rates cannot be added"))
    return reasons(
        (nw.col("_whole").is_null(), nw.lit("no period")),
        (long, nw.concat_str([nw.lit("more than a year: "), length])),
        (backwards, nw.lit("ends before it starts")),
        (
            (nw.col("_whole") == 0) & ~long & ~backwards,
            nw.concat_str([nw.lit("part year: "), length]),
        ),
        *mixtures,
        *([rates] if scale_of(value) is None else []),
        *sum_reasons(scale_of(value)),
        (whole & ~found, nw.lit("no figure for the year before")),
        (whole & found & then.is_null(), nw.lit("the year before is unknown")),
        (whole & found & (then == 0), nw.lit("the year before is zero")),
        (whole & found & (then < 0), nw.lit("the year before is negative")),
    )


def _dated(pattern: str) -> nw.Expr:
    start, end = (nw.col(f"period_{side}").dt.to_string(pattern) for side in ("start", "end"))
    return nw.concat_str([start, nw.lit("/"), end])
