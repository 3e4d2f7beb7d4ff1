"""Year on year: each figure against the same figure of exactly one year before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from pccfunding.errors import PeriodError, TableError
from pccfunding.frames.days import in_whole_days, iso_day, length_in_days, refuse_undated, with_days
from pccfunding.frames.opening import area_asked, open_frame, with_area_codes
from pccfunding.frames.tables import (
    Reason,
    Table,
    bound_names,
    describe,
    encoded_key,
    key_columns,
    refuse_nested,
    with_reasons,
)
from pccfunding.measures.at_hand import Grouped, frame_at_hand, spans_at_hand
from pccfunding.measures.comparability import (
    PARTS,
    YEARS,
    parts_beside,
    unlike_parts,
    with_unlike_parts,
)
from pccfunding.measures.labels import (
    differ,
    first_and_last,
    label_shown,
    labelled,
    labels_shown,
    mixed,
    refuse_mixtures,
    single,
    with_labels,
)
from pccfunding.measures.nesting import refuse_overlap, refuse_repeats, times_given
from pccfunding.money.kernel import Measured
from pccfunding.money.pence import in_unit, whole
from pccfunding.money.sums import Sums

if TYPE_CHECKING:
    import numpy.typing as npt
    from narwhals.stable.v2.typing import IntoFrameT

__all__ = ["year_on_year"]

_CHANGES = ("change_pct", "change_low_pct", "change_high_pct")
_ALIKE = nw.col("_unlike").is_null()
_PARTS = ("offence", "area_code", "vintage")
# A count as another edition has it may be another count: the two are compared with a caution.
_READINGS = ("vintage", "release")
_NO_YEAR_BEFORE = "no figure for the year before"
_LAST = ("n_known", "n_figures", "caution", "unknown_reason")


def year_on_year(table: IntoFrameT, *, value: str, by: str | Sequence[str]) -> IntoFrameT:
    """Compare each year with the year that ended the day before it began.

    Rows of the same group and period are added up first. Only whole years of twelve months are
    compared, each with the one exactly a year earlier: never across a gap, never part of a year.

    Parameters
    ----------
    table : DataFrame or LazyFrame of pandas, Polars or another engine that Narwhals knows
        Rows with `period_start`, `period_end`, the value, its bounds where present
        (`amount_low_gbp` and `amount_high_gbp` for `amount_gbp`), and `flow`, `status` and
        `price_base` where present. Without bounds a value is taken as exact.
    value : str
        Column to compare: an amount such as `amount_gbp`, the count `offences`, or any other
        number, such as `spend_gbp_per_head`, which cannot be added and so stands once in a group
        and period.
    by : str or sequence of str
        Columns that make a group; never a column of time.

    Returns
    -------
    the same kind of frame, one row a group and period, sorted by both
        - the columns of `by`; `period_start`, `period_end`; `flow`, `status` and the
          `price_base` of the value where present;
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
        If a column is missing or cannot be read, a value lies outside its own bounds, a count
        stands there twice or is added to its part, `by` holds time, or several rates would have to
        be added.
    PeriodError
        If a period is missing or ends before it starts, or an amount spans more than a year.
    MixedFlowError, MixedStatusError
        If one group and period holds more than one flow or status.
    DeflatorError
        If it holds amounts in the prices of several years.
    PenceError
        If an amount is not a whole number of pence.

    Notes
    -----
    Counts and rates are compared with those of the same areas and offence classes only: where one
    of the two years counts an `area_code` or an `offence` that the other does not, there is no
    change, and the reason names it. What was counted as none has to stand there as 0. Where the
    two years are of two vintages or releases, the caution names both; two vintages of one count are
    not added. Amounts are compared whatever areas they went to, since an area without awards is a
    change of spend.

    Errors about rows need a look at the rows. On a lazy frame no such look is taken: those rows
    give unknown values with their reason instead, and areas or offence classes inside one another
    are not detected.

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
    names = [value, *bound_names(value)]
    needs = (value, "period_start", "period_end", *area_asked(by))
    opened = open_frame(table, "table", needs=needs, numbers=names)
    (opened,) = with_area_codes(opened) if area_asked(by) else (opened,)
    opened, labels = labelled(opened, value)
    sums = Sums(opened, value)
    results = [*names, *(f"{name}_previous" for name in names), _change_name(sums), *_CHANGES]
    keys = key_columns(by, opened, (*results, *_LAST))

    told = labels
    if sums.scale != 100:
        refuse_nested(opened, [part for part in _PARTS if part in opened.schema])
        told = [*labels, *(one for one in _READINGS if one in opened.schema and one not in keys)]
    sums.refuse_outside(keys)
    found = _at_hand(sums, names, keys, labels, told)
    if found is not None:
        return opened.close(found)  # type: ignore[no-any-return]
    opened = in_whole_days(opened)
    sums = Sums(opened, value)
    lines = sums.add_up([*keys, "period_start", "period_end", *told])
    if opened.eager:
        # The checks look at these few lines several times: the rows are added up only once.
        lines = lines.collect().lazy()
        refuse_undated(opened, lines, keys)
        sums.refuse_inexact(lines, keys)
        if value == "offences":
            refuse_repeats(opened, lines.collect(), value, keys)
            _refuse_parts_of_others(opened, keys)
    years = (
        with_labels(opened, lines, told)
        .group_by([*keys, "period_start", "period_end"])
        .agg(*sums.again(), *first_and_last(told))
    )
    years = with_days(years)
    if value == "offences" and not opened.eager:
        years = years.with_columns(_key=encoded_key(opened, keys)).join(
            times_given(opened, keys, value), on=["_key", "period_start", "period_end"], how="left"
        )
    if opened.eager:
        totals = years.collect()
        _refuse_odd_periods(sums, totals, keys)
        refuse_mixtures(opened, lines.collect(), totals, [*keys, "period_start", "period_end"])
        _refuse_sums_of_rates(sums, totals, keys)
        years = totals.lazy()
    valued = _valued(sums, years, names, keys, labels, told)
    if _asks_alike(sums, keys):
        valued = with_unlike_parts(valued, opened, keys)
    compared = _compare(sums, valued, names, told, alike=_asks_alike(sums, keys))
    cautions = [_caution(label) for label in told]
    compared = with_reasons(compared, "caution", cautions, eager=opened.eager)
    reasons = _reasons(sums, labels, alike=_asks_alike(sums, keys))
    compared = with_reasons(compared, "unknown_reason", reasons, eager=opened.eager)
    days = ["period_start", "period_end"]
    shown = [
        label_shown(label, nw.col(f"_{label}")).alias(label)
        for label in labels
        if label not in keys
    ]
    frame = compared.sort([*keys, *days], nulls_last=True)
    frame = frame.select(*keys, *days, *shown, *results, *_LAST)
    return opened.close(frame)  # type: ignore[no-any-return]


def _asks_alike(sums: Sums, keys: Sequence[str]) -> bool:
    """Whether two years of a group have to be of the same areas and classes.

    Money comes and goes: an area without an award is a change of spend, not a gap in it.
    """
    return sums.scale != 100 and bool(parts_beside(sums.table, keys))


def _at_hand(
    sums: Sums,
    names: Sequence[str],
    keys: Sequence[str],
    labels: Sequence[str],
    told: Sequence[str],
) -> nw.LazyFrame[Any] | None:
    """Work everything out in one pass over rows at hand; None where one of them is odd."""
    asked = _asks_alike(sums, keys)
    parts = [part for part in PARTS if asked and part in sums.table.schema]
    lines = sums.at_hand([*keys, "period_start", "period_end", *parts], told)
    if lines is None or lines.sums["_broken"].any():
        return None
    places = [lines.place(key) for key in keys]
    days = [lines.place("period_start"), lines.place("period_end")]
    grouped = Grouped.by(*places, *days)
    texts = grouped.labels(lines, told)
    spans = spans_at_hand(lines, grouped)
    if texts is None or spans is None:
        return None
    added = grouped.sums(lines)
    known, rows = (added[name].astype(np.int64) for name in ("_known", "_rows"))
    again = rows.max() > 1 and (sums.scale is None or sums.value == "offences")
    if again or (sums.scale == 100 and (spans.to > spans.in_a_year).any()):
        return None
    whole_year = spans.to == spans.in_a_year
    # The year before is of the same keys, and ended the day before this one began.
    of_keys = Grouped.by(*((at[grouped.first], size) for at, size in places), (whole_year * 0, 1))
    before = _years_before(of_keys.of_lines, spans.begins, spans.to, whole_year)
    found = before >= 0
    unlike = _unlike_at_hand(lines, grouped.first, before, parts)
    alike = np.ones(before.size)
    alike[[*unlike]] = np.nan
    values = dict(zip(names, sums.totals(added)[:3], strict=True))
    previous = {
        f"{name}_previous": np.where(found, one[before], np.nan) for name, one in values.items()
    }
    now, low, high = values.values()
    then, then_low, then_high = previous.values()
    change = (now - then) * alike
    if sums.scale is not None:
        change = np.floor(change * sums.scale + 0.5) / sums.scale
    above = np.where(then_low > 0, alike, np.nan)
    least = np.where(low >= 0, then_high, then_low) * above
    most = np.where(high >= 0, then_low, then_high) * above
    base = np.where(then > 0, then, np.nan)
    cautions: list[str | None] = [None] * len(rows)
    for label in told:
        for group in np.flatnonzero(found).tolist():
            one, two = texts[label][before[group]], texts[label][group]
            if one is not None and two is not None and one != two:
                said = f"{label} differs: {one}, {two}"
                cautions[group] = "; ".join(filter(None, [cautions[group], said]))
    reasons: list[str | None] = [None] * len(rows)
    odd = (known < rows) | ~whole_year | ~found | ~(then > 0) | np.isnan(alike)
    for group in np.flatnonzero(odd).tolist():
        said_of = [] if whole_year[group] else [spans.length(group)]
        if known[group] < rows[group]:
            said_of.append(sums.unknown_text(known[group], rows[group]))
        if group in unlike:
            said_of.append(unlike[group])
        if whole_year[group] and not found[group]:
            said_of.append(_NO_YEAR_BEFORE)
        elif whole_year[group] and not then[group] > 0:
            zero, below = then[group] == 0, then[group] < 0
            said_of.append(
                f"the year before is {'zero' if zero else 'negative' if below else 'unknown'}"
            )
        reasons[group] = "; ".join(said_of) or None
    return frame_at_hand(
        {
            **{
                key: one
                for key, one in lines.columns(grouped.first).items()
                if key in keys or key.startswith("period_")
            },
            **{label: labels_shown(label, texts[label]) for label in labels if label not in keys},
            **values,
            **previous,
            _change_name(sums): change,
            "change_pct": 100 * change / base,
            "change_low_pct": 100 * (low - least) / least,
            "change_high_pct": 100 * (high - most) / most,
            "n_known": known,
            "n_figures": rows,
            "caution": cautions,
            "unknown_reason": reasons,
        }
    )


def _unlike_at_hand(
    lines: Measured,
    first: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    parts: Sequence[str],
) -> dict[int, str]:
    """Say which years count another area or class than the one before, each of them one."""
    places = [lines.place(part)[0][first] for part in parts]
    differ = np.zeros(before.size, dtype=bool)
    for place in places:
        differ |= (before >= 0) & (place[before] != place)
    found = {}
    for group in np.flatnonzero(differ).tolist():
        rows = [
            {part: lines.values(part)[place[at]] for part, place in zip(parts, places, strict=True)}
            for at in (before[group], group)
        ]
        said = unlike_parts(([rows[0]], [rows[1]]), YEARS)
        if said is not None:
            found[group] = said
    return found


def _years_before(
    groups: npt.NDArray[np.int64],
    begins: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    whole_year: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Give the place of the whole year of the same group that ended as each one began; or -1."""
    least, most = int(min(begins.min(), ends.min())), int(max(begins.max(), ends.max()))
    size = most - least + 1
    held = np.flatnonzero(whole_year)
    found = np.full(groups.size, -1)
    if held.size:
        codes = groups[held] * size + (ends[held] - least)
        order = np.argsort(codes, kind="stable")
        wanted = groups[held] * size + (begins[held] - least)
        at = np.minimum(np.searchsorted(codes[order], wanted), held.size - 1)
        same = codes[order][at] == wanted
        found[held[same]] = held[order[at[same]]]
    return found


def _change_name(sums: Sums) -> str:
    return "change_gbp" if sums.scale == 100 else "change"


def _refuse_odd_periods(sums: Sums, years: nw.DataFrame[Any], keys: Sequence[str]) -> None:
    faults = {"ends before it starts": nw.col("_to") <= nw.col("_from")}
    if sums.scale == 100:
        faults["spans more than a year"] = nw.col("_to") > nw.col("_in_a_year")
    for fault, condition in faults.items():
        if not len(years.filter(condition)):
            continue
        columns = list(dict.fromkeys([*keys, sums.value, "period_start", "period_end"]))
        rows = with_days(sums.table.frame).filter(condition).select(columns).head(1).collect()
        row = rows.rows(named=True)[0]
        hint = (
            "Split it over the years first, with apportion."
            if fault.startswith("spans")
            else "Correct its period_start and period_end, or leave the row out."
        )
        raise PeriodError(
            f"{sums.table.name}: the row of {describe(row, [*keys, sums.value])} runs from "
            f"{iso_day(row['period_start'])} to {iso_day(row['period_end'])}, which {fault}. {hint}"
        )


def _refuse_parts_of_others(table: Table, keys: Sequence[str]) -> None:
    """Refuse to add the count of an offence class or an area to that of a part of it."""
    named = [part for part in _PARTS if part in table.schema]
    days = {f"_{end}": nw.col(f"period_{end}") for end in ("start", "end")}
    apart = [*keys, *days]
    told = table.frame.with_columns(**days).select(*dict.fromkeys([*apart, *named]))
    parts = told.unique().collect()
    for column in ("offence", "area_code"):
        if column in named and column not in keys:
            others = [name for name in named if name != column]
            refuse_overlap(parts, [*dict.fromkeys([*apart, *others])], column, TableError)


def _refuse_sums_of_rates(sums: Sums, years: nw.DataFrame[Any], keys: Sequence[str]) -> None:
    if sums.scale is not None:
        return
    for row in years.filter(nw.col("_rows") > 1).head(1).rows(named=True):
        raise TableError(
            f"{describe(row, keys)}, {iso_day(row['period_start'])} to "
            f"{iso_day(row['period_end'])}, holds {row['_rows']} values of {sums.value}, and rates "
            f"cannot be added. Add the column that tells them apart to by."
        )


def _valued(
    sums: Sums,
    years: nw.LazyFrame[Any],
    names: Sequence[str],
    keys: Sequence[str],
    labels: Sequence[str],
    told: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Give each group and period its value, its bounds and its labels.

    A group of several `labels` has no value; one of several others that are `told` has.
    """
    values = dict(zip(names, (sums.total(), sums.bound("low"), sums.bound("high")), strict=True))
    if not sums.table.eager:
        # Where the rows are at hand, each of these has been refused.
        alone = nw.col("_rows") > 0 if sums.scale else nw.col("_rows") == 1
        if sums.value == "offences":
            alone = alone & (nw.col("_times").fill_null(1) == 1)
        for label in labels:
            alone = alone & ~mixed(label)
        values = {name: nw.when(alone).then(sum_) for name, sum_ in values.items()}
    return years.with_columns(
        **values,
        **{f"_{label}": single(label) for label in told},
        _key=encoded_key(sums.table, keys),
        _whole=(nw.col("_to") == nw.col("_in_a_year")).cast(nw.Int64),
        n_known=nw.col("_known").cast(nw.Int64),
        n_figures=nw.col("_rows").cast(nw.Int64),
    )


def _compare(
    sums: Sums,
    years: nw.LazyFrame[Any],
    names: Sequence[str],
    told: Sequence[str],
    *,
    alike: bool,
) -> nw.LazyFrame[Any]:
    """Join each whole year to the one that ended the day before it began."""
    carried = [*names, *(f"_{label}" for label in told)]
    before = years.filter(nw.col("_whole") == 1).select(
        "_key",
        "_to",
        _found=nw.lit(1),
        **{f"{name}_previous": nw.col(name) for name in carried},
    )
    # A part of a year begins on no day that another year ends on.
    begins = nw.col("_from") * nw.col("_whole")
    joined = years.with_columns(_begins=begins.fill_null(0)).join(
        before, left_on=["_key", "_begins"], right_on=["_key", "_to"], how="left"
    )
    now, low, high = (nw.col(name) for name in names)
    then, then_low, then_high = (nw.col(f"{name}_previous") for name in names)
    change = nw.col(_change_name(sums))
    difference = now - then
    if sums.scale is not None:
        difference = in_unit(whole(difference * sums.scale), sums.scale)
    above_zero = then_low > 0
    if alike:
        difference = nw.when(_ALIKE).then(difference)
        above_zero = above_zero & _ALIKE
    joined = joined.with_columns(
        difference.alias(_change_name(sums)),
        _above_zero=above_zero,
        _least=nw.when(low >= 0).then(then_high).otherwise(then_low),
        _most=nw.when(high >= 0).then(then_low).otherwise(then_high),
    )
    above = nw.col("_above_zero")
    least, most = nw.col("_least"), nw.col("_most")
    return joined.with_columns(
        change_pct=nw.when(then > 0).then(100 * change / then),
        change_low_pct=nw.when(above).then(100 * (low - least) / least),
        change_high_pct=nw.when(above).then(100 * (high - most) / most),
    )


def _caution(label: str) -> Reason:
    now, then = nw.col(f"_{label}"), nw.col(f"_{label}_previous")
    text = nw.concat_str([nw.lit(f"{label} differs: "), then, nw.lit(", "), now])
    return differ(now, then), text


def _reasons(sums: Sums, labels: Sequence[str], *, alike: bool) -> list[Reason]:
    whole_year, found = nw.col("_whole") == 1, ~nw.col("_found").is_null()
    unfound = whole_year & nw.col("_found").is_null()
    then = nw.col(f"{sums.value}_previous")
    backwards = nw.col("_to") <= nw.col("_from")
    long = nw.col("_to") > nw.col("_in_a_year")
    short = (nw.col("_to") < nw.col("_in_a_year")) & ~backwards
    days = length_in_days().cast(nw.Int64).cast(nw.String)
    span = nw.when(nw.col("_months")).then(_span("%Y-%m")).otherwise(_span("%Y-%m-%d"))
    which = nw.when(long).then(nw.lit("more than a year: ")).otherwise(nw.lit("part year: "))
    length = nw.concat_str([which, span, nw.lit(" is "), days, nw.lit(" days")])
    rates = (nw.col("_rows") > 1, nw.lit("rates cannot be added"))
    twice = []
    if sums.value == "offences" and not sums.table.eager:
        twice = [(nw.col("_times").fill_null(1) > 1, nw.lit("a count is given more than once"))]
    return [
        (nw.col("_whole").is_null(), nw.lit("no period")),
        (backwards, nw.lit("ends before it starts")),
        (long | short, length),
        *((mixed(label), nw.lit(f"more than one {label}")) for label in labels),
        *([rates] if sums.scale is None else []),
        *twice,
        *sums.reasons(),
        (unfound, nw.lit(_NO_YEAR_BEFORE)),
        *([(whole_year & found & ~_ALIKE, nw.col("_unlike"))] if alike else []),
        (whole_year & found & then.is_null(), nw.lit("the year before is unknown")),
        (whole_year & found & (then == 0), nw.lit("the year before is zero")),
        (whole_year & found & (then < 0), nw.lit("the year before is negative")),
    ]


def _span(pattern: str) -> nw.Expr:
    start, end = (nw.col(f"period_{side}").dt.to_string(pattern) for side in ("start", "end"))
    return nw.concat_str([start, nw.lit("/"), end])
