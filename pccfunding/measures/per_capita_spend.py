"""Spend per head: award amounts of a financial year over the people who live in their areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from pccfunding.errors import PopulationError
from pccfunding.frames.days import (
    financial_year_day,
    refuse_long,
    refuse_undated,
    with_financial_year,
)
from pccfunding.frames.engines import brought_together
from pccfunding.frames.opening import BOUNDED, open_frame, with_area_codes
from pccfunding.frames.tables import (
    Reason,
    Table,
    bound_names,
    encoded_key,
    key_columns,
    named_with,
    with_reasons,
)
from pccfunding.measures.at_hand import Grouped, Residents, financial_days, frame_at_hand, years_of
from pccfunding.measures.labels import (
    AFTER_ALL,
    filled,
    first_and_last,
    label_shown,
    labelled,
    labels_shown,
    mixed,
    refuse_mixtures,
    single,
    with_labels,
)
from pccfunding.measures.nesting import area_clash, refuse_overlap
from pccfunding.measures.people import (
    PEOPLE,
    check_per,
    mid_years,
    people_by_year,
    refuse_doubled_people,
)
from pccfunding.money.sums import Sums

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame, IntoFrameT

__all__ = ["per_capita_spend"]

_NAMELESS = "a row without area_code"
_GROUP_RESULT = ("spend_gbp", "spend_low_gbp", "spend_high_gbp", "spend_known_gbp")
_COUNTS = ("n_known", "n_figures")


def per_capita_spend(
    awards: IntoFrameT, population: IntoFrame, *, by: str | Sequence[str], per: int = 1
) -> IntoFrameT:
    """Divide the spend of each group and financial year by the people it was for.

    Amounts are added in whole pence, so that the order of the rows never matters. The people are
    those of the mid-year inside the financial year (30 June 2023 for 2023-24), summed once over
    the distinct areas of the group.

    Parameters
    ----------
    awards : DataFrame or LazyFrame of pandas, Polars or another engine that Narwhals knows
        One row an award line, with `area_code` (or names in `area`), `period_start` and
        `period_end` (or a `period` or `financial_year` of text), `amount_gbp`, and
        where present `amount_low_gbp`, `amount_high_gbp`, `flow` and `status`. Without bounds an
        amount is taken as exact.
    population : the same kind of frame, or rows at hand of pandas or Polars
        One row an area and reference date, with `area_code`, `reference_date`, `persons` and
        `vintage`. Dates outside June and July are no mid-years and are left aside.
    by : str or sequence of str
        Columns that make a group; never a column of time.
    per : int, default 1
        People that the rate is for: 1 gives `spend_gbp_per_head`, 1000 `spend_gbp_per_1000`.

    Returns
    -------
    the same kind of frame, sorted by its keys and period
        - the columns of `by`; `period_start` and `period_end` of the financial year; `flow` and
          `status` where `awards` has them, and the `price_base` of its amounts;
        - `spend_gbp`, `spend_low_gbp`, `spend_high_gbp`: the sum and its bounds, each unknown
          where any amount or bound in it is unknown (an unknown is not zero, and zero is no lower
          bound where corrections can be negative);
        - `spend_known_gbp`: the sum of the known amounts, unknown where none is known;
        - `persons`, and the three sums per head;
        - `n_known` and `n_figures`: rows with a known amount, and rows;
        - `unknown_reason`: why something is unknown, in this order and joined by '; ': periods,
          mixtures, pence, amounts, population;
        - where `awards` has been through ``real_terms``, the same sums and rates of
          `amount_real_gbp` (`spend_real_gbp`, `spend_real_gbp_per_head` and their bounds), with
          their `price_base`; the columns without `real` stay in cash.

    Raises
    ------
    TableError
        If a column is missing or cannot be read, an amount lies outside its own bounds, `by`
        holds time, or the tables are of different kinds.
    PeriodError
        If a row does not lie within one financial year (1 April to 31 March).
    MixedFlowError, MixedStatusError
        If a group and year holds more than one flow or status.
    DeflatorError
        If a group and year holds amounts in the prices of several years.
    PenceError
        If an amount is not a whole number of pence.
    PopulationError
        If `population` holds more than one vintage or an area and date twice, or if a group holds
        an area and a part of it, whose people would count twice.

    Notes
    -----
    Errors about rows need a look at the rows. On a lazy frame no such look is taken: those rows
    give unknown sums with their reason instead, rows across financial years in a group without a
    period, and areas inside one another are not detected.

    Examples
    --------
    >>> import pandas as pd
    >>> awards = pd.DataFrame(
    ...     {
    ...         "funding_stream": ["Youth Fund", "Road Safety", "Road Safety"],
    ...         "area_code": ["E23000023"] * 3,
    ...         "period_start": pd.to_datetime(["2023-04-01"] * 3),
    ...         "period_end": pd.to_datetime(["2024-03-31"] * 3),
    ...         "amount_gbp": [70_023.0, 288_000.0, 175.0],
    ...     }
    ... )
    >>> population = pd.DataFrame(
    ...     {
    ...         "area_code": ["E23000023"],
    ...         "reference_date": pd.to_datetime(["2023-06-30"]),
    ...         "persons": [1_000_000],
    ...         "vintage": ["an example"],
    ...     }
    ... )
    >>> spend = per_capita_spend(awards, population, by="funding_stream", per=1000)
    >>> spend[["funding_stream", "spend_gbp", "spend_gbp_per_1000", "n_figures"]]
      funding_stream  spend_gbp  spend_gbp_per_1000  n_figures
    0    Road Safety   288175.0             288.175          2
    1     Youth Fund    70023.0              70.023          1
    """
    needs = ("area_code", "period_start", "period_end", "amount_gbp")
    table = open_frame(awards, "awards", needs=needs, numbers=BOUNDED)
    people = open_frame(population, "population", needs=PEOPLE, numbers=("persons",), beside=table)
    table, people = with_area_codes(table, people)
    check_per(per)
    rates = _rate_names(per)
    reserved = ("amount_gbp", *_GROUP_RESULT, *rates, *_COUNTS, "persons", "unknown_reason")
    keys = key_columns(by, table, reserved)
    spend = _spend(table, people, keys, per)
    if not {_REAL, "price_base"} <= set(table.schema):
        return table.close(spend)  # type: ignore[no-any-return]
    shown: dict[str, str] = {}
    for name in (_GROUP_RESULT[0], rates[0]):
        in_prices = named_with(name, "real")
        shown[name] = in_prices
        shown |= zip(bound_names(name), bound_names(in_prices), strict=True)
    real = _spend(_in_real_terms(table), people, keys, per).rename(shown)
    added = ["price_base", *shown.values()] if "price_base" not in keys else [*shown.values()]
    if table.eager:
        # Both have the same groups in the same order.
        columns = real.select(*added).collect()
        spend = spend.collect().with_columns(*columns.iter_columns()).lazy()
        return table.close(spend)  # type: ignore[no-any-return]
    place = encoded_key(table, keys).alias("_key"), nw.col("period_start").alias("_day")
    real = real.select(*place, *added)
    spend = spend.with_columns(*place).join(real, on=["_key", "_day"], how="left")
    return table.close(spend.drop("_key", "_day").sort([*keys, "period_start"], nulls_last=True))  # type: ignore[no-any-return]


_REAL = "amount_real_gbp"


def _in_real_terms(table: Table) -> Table:
    """Put the amounts in real terms, and their bounds, in the place of those in cash."""
    cash, real = ("amount_gbp", *bound_names("amount_gbp")), (_REAL, *bound_names(_REAL))
    there = dict(zip(cash, real, strict=True))
    frame = table.frame.drop(*(name for name in cash if name in table.schema))
    return table.with_frame(
        frame.rename({old: new for new, old in there.items() if old in table.schema})
    )


def _spend(table: Table, people: Table, keys: Sequence[str], per: int) -> nw.LazyFrame[Any]:
    """Add up the amounts of each group and year, and divide them by its people."""
    table, labels = labelled(table, "amount_gbp")
    sums = Sums(table, "amount_gbp")

    sums.refuse_outside(keys)
    found = _at_hand(sums, people, keys, labels, per)
    if found is not None:
        return found
    residents = mid_years(people)
    lines = sums.add_up([*keys, "area_code", "period_start", "period_end", *labels])
    if table.eager:
        # The checks look at these few lines several times: the rows are added up only once.
        lines = lines.collect().lazy()
        refuse_undated(table, lines, keys)
    lines = with_financial_year(lines, checked=table.eager)
    if table.eager:
        lines = lines.collect().lazy()
        refuse_long(table, lines, [*keys, "amount_gbp"])
        sums.refuse_inexact(lines, keys)
        residents = residents.collect().lazy()
        refuse_doubled_people(residents, people.name)
    groups = _per_group(sums, people_by_year(residents, checked=table.eager), lines, keys, labels)
    if table.eager:
        totals = groups.collect()
        refuse_mixtures(table, lines.collect(), totals, [*keys, "_year"])
        if "area_code" not in keys:
            refuse_overlap(lines.collect(), [*keys, "_year"], "area_code", PopulationError)
        groups = totals.lazy()
    return _finish(sums, groups, keys, labels, per)


def _at_hand(
    sums: Sums, people: Table, keys: Sequence[str], labels: Sequence[str], per: int
) -> nw.LazyFrame[Any] | None:
    """Work everything out in one pass over rows at hand; None where one of them is odd."""
    lines = sums.at_hand([*keys, "area_code", "period_start", "period_end"], labels)
    if lines is None or lines.sums["_broken"].any():
        return None
    first, last = (lines.values(f"period_{end}") for end in ("start", "end"))
    if first.dtype.kind != "M" or last.dtype.kind != "M":
        return None
    starts, ends = first[lines.place("period_start")[0]], last[lines.place("period_end")[0]]
    if not (starts <= ends).all():
        return None
    year = years_of(starts)
    if (year != years_of(ends)).any():
        return None
    years, at_year = np.unique(year, return_inverse=True)
    areas, (at_area, many) = list(lines.values("area_code")), lines.place("area_code")
    if "area_code" not in keys:
        held = [
            area for area in (areas[place] for place in np.unique(at_area)) if type(area) is str
        ]
        if area_clash(held) is not None:
            return None
    held_people = Residents.of(people)
    persons = None if held_people is None else held_people.table(areas, years)
    places = [lines.place(key) for key in keys]
    grouped = Grouped.by(*places, (at_year, years.size))
    texts = grouped.labels(lines, labels)
    if persons is None or texts is None:
        return None
    # The people of each distinct area of a group count once.
    once = Grouped.by((grouped.of_lines, grouped.first.size), (at_area, many)).first
    residents, of_areas = persons[at_area[once], at_year[once]], grouped.of_lines[once]
    absent = np.isnan(residents)
    lacking = np.bincount(of_areas, absent, minlength=grouped.first.size)
    peopled = np.bincount(of_areas, np.where(absent, 0.0, residents), minlength=grouped.first.size)
    added = grouped.sums(lines)
    totals = sums.totals(added)
    shown_people = np.where(lacking == 0, peopled, np.nan)
    divisor = np.where(peopled > 0, shown_people, np.nan)
    known, rows = (added[name].astype(np.int64) for name in ("_known", "_rows"))
    reasons: list[str | None] = [None] * len(rows)
    without: dict[int, list[str]] = {}
    for line, group in zip(once[absent].tolist(), of_areas[absent].tolist(), strict=True):
        name = areas[at_area[line]]
        without.setdefault(group, []).append(name if type(name) is str else _NAMELESS)
    of_year = years[at_year[grouped.first]]
    for group in np.flatnonzero((known < rows) | (lacking > 0) | (peopled == 0)).tolist():
        said = []
        if known[group] < rows[group]:
            said.append(sums.unknown_text(known[group], rows[group]))
        if lacking[group]:
            names = without[group]
            more = f" and {len(names) - 1} more" if names[1:] else ""
            said.append(f"no population for {min(names)}{more} at mid-{of_year[group]}")
        elif peopled[group] == 0:
            said.append("population is zero")
        reasons[group] = "; ".join(said)
    return frame_at_hand(
        {
            **{key: column for key, column in lines.columns(grouped.first).items() if key in keys},
            "period_start": financial_days(of_year, first.dtype),
            "period_end": financial_days(of_year, last.dtype, last=True),
            **{label: labels_shown(label, texts[label]) for label in labels if label not in keys},
            **dict(zip(_GROUP_RESULT, totals, strict=True)),
            "persons": shown_people,
            **{
                rate: total * per / divisor
                for rate, total in zip(_rate_names(per), totals[:3], strict=True)
            },
            "n_known": known,
            "n_figures": rows,
            "unknown_reason": reasons,
        }
    )


def _rate_names(per: int) -> tuple[str, str, str]:
    rate = "spend_gbp_per_head" if per == 1 else f"spend_gbp_per_{per}"
    return (rate, *bound_names(rate))


def _per_group(
    sums: Sums,
    people: nw.LazyFrame[Any],
    lines: nw.LazyFrame[Any],
    keys: Sequence[str],
    labels: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Add the lines up to areas, meet the people there, and add up to groups."""
    areas = (
        brought_together(with_labels(sums.table, lines, labels), [*keys, "_year"])
        .group_by(list(dict.fromkeys([*keys, "area_code", "_year"])))
        .agg(*sums.again(), *first_and_last(labels))
        .with_columns(_area=sums.table.text("area_code"))
        .join(people, on=["_area", "_year"], how="left")
        .with_columns(_lacking=nw.col("_persons").is_null().cast(nw.Int64))
    )
    found = nw.col("_lacking") == 0
    nameless = filled(nw.col("_area"), _NAMELESS)
    areas = areas.with_columns(
        _persons=nw.col("_persons").fill_null(0.0),
        _times=nw.col("_times").fill_null(0),
        _vintage_a=filled(nw.col("_vintage_a"), AFTER_ALL),
        _vintage_z=filled(nw.col("_vintage_z"), ""),
        _lacking_area=nw.when(found).then(nw.lit(AFTER_ALL)).otherwise(nameless),
    )
    if "area_code" in keys:
        return areas
    return areas.group_by([*keys, "_year"]).agg(
        *sums.again(),
        *first_and_last([*labels, "vintage"]),
        nw.col("_persons", "_lacking").sum(),
        nw.col("_lacking_area").min(),
        nw.col("_times").max(),
    )


def _finish(
    sums: Sums, groups: nw.LazyFrame[Any], keys: Sequence[str], labels: Sequence[str], per: int
) -> nw.LazyFrame[Any]:
    table, shown = sums.table, [label for label in labels if label not in keys]
    peopled = nw.col("_lacking") == 0
    amounts = {
        "spend_gbp": sums.total(),
        "spend_low_gbp": sums.bound("low"),
        "spend_high_gbp": sums.bound("high"),
        "spend_known_gbp": sums.known(),
    }
    if not table.eager:
        # Where the rows are at hand, each of these has been refused.
        sound = ~nw.col("_year").is_null()
        for label in labels:
            sound = sound & ~mixed(label)
        groups = groups.with_columns(_sound=sound)
        amounts = {name: nw.when(nw.col("_sound")).then(sum_) for name, sum_ in amounts.items()}
        peopled = nw.col("_sound") & peopled & (nw.col("_times") == 1) & ~mixed("vintage")
    years = None
    if table.eager:
        years = groups.select("_year").unique().collect()["_year"].to_list()
    frame = groups.with_columns(
        **amounts,
        **{label: label_shown(label, single(label)) for label in shown},
        persons=nw.when(peopled).then(nw.col("_persons")),
        period_start=financial_year_day(table, nw.col("_year"), "start", years=years),
        period_end=financial_year_day(table, nw.col("_year"), "end", years=years),
        n_known=nw.col("_known").cast(nw.Int64),
        n_figures=nw.col("_rows").cast(nw.Int64),
        _peopled=peopled & (nw.col("_persons") > 0),
    )
    rates = _rate_names(per)
    frame = frame.with_columns(
        **{
            rate: nw.when(nw.col("_peopled")).then(nw.col(amount) * per / nw.col("persons"))
            for rate, amount in zip(rates, _GROUP_RESULT[:3], strict=True)
        }
    )
    frame = with_reasons(frame, "unknown_reason", _reasons(sums, labels), eager=table.eager)
    days = ["period_start", "period_end"]
    return frame.sort([*keys, "_year"], nulls_last=True).select(
        *keys, *days, *shown, *_GROUP_RESULT, "persons", *rates, *_COUNTS, "unknown_reason"
    )


def _reasons(sums: Sums, labels: Sequence[str]) -> list[Reason]:
    dated = ~nw.col("_year").is_null()
    lacking = nw.col("_lacking")
    others = [nw.lit(" and "), (lacking - 1).cast(nw.Int64).cast(nw.String), nw.lit(" more")]
    unpeopled = [
        nw.lit("no population for "),
        nw.col("_lacking_area"),
        nw.when(lacking > 1).then(nw.concat_str(others)),
        nw.lit(" at mid-"),
        nw.col("_year").cast(nw.Int64).cast(nw.String),
    ]
    return [
        (~dated, nw.lit("not within one financial year: apportion it first")),
        *((mixed(label), nw.lit(f"more than one {label}")) for label in labels),
        *sums.reasons(),
        (dated & (lacking > 0), nw.concat_str(unpeopled, ignore_nulls=True)),
        (dated & (nw.col("_times") > 1), nw.lit("population given more than once")),
        (dated & mixed("vintage"), nw.lit("population of more than one vintage")),
        (
            dated & (lacking == 0) & (nw.col("_persons") == 0),
            nw.lit("population is zero"),
        ),
    ]
