"""Awards of a lazy frame split by largest remainder, in expressions: no row is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError
from pccfunding.frames.days import (
    financial_year_day,
    julian,
    month_length,
    with_financial_year,
    year_and_month,
)
from pccfunding.frames.opening import BOUNDED
from pccfunding.frames.tables import Table, with_reasons
from pccfunding.measures.people import mid_year_people
from pccfunding.measures.shares import MONTH_UNITS, open_parts, own_tokens, whole_weight
from pccfunding.money.pence import LARGEST, are_whole, whole
from pccfunding.money.sums import OUTSIDE, Sums
from pccfunding.periods import Period

# Each part is a set of expressions: an award of more years is unknown, with its reason.
_MOST_YEARS = 12
# Products fit into 63 bits.
_PRODUCT = 2.0**63


def split_lazily(table: Table, to: str, rule: str, by: Any) -> Any:
    """Split the awards of a lazy frame; what the eager form refuses is unknown here."""
    if to == "month":
        raise TableError(
            "A lazy frame is split over financial years or areas: collect it first to split it "
            "over months."
        )
    dated = ~(nw.col("period_start").is_null() | nw.col("period_end").is_null())
    frame = with_financial_year(table.frame, checked=True).with_columns(_dated=dated)
    if to == "area_code":
        codes, weights = _area_weights(table, rule, by)
        alone = (
            nw.col("_year") == nw.col("_last_year") if rule == "population" else nw.lit(value=True)
        )
    else:
        codes = []
        frame = _with_ends(frame, rule)
        weights = _year_weights(table, rule, by)
        alone = nw.col("_last_year") - nw.col("_year") < _MOST_YEARS
    forwards = nw.col("period_start") <= nw.col("period_end")
    frame = frame.with_columns(_short=(dated & forwards & alone).fill_null(value=False))
    frame = frame.with_columns(_outside=Sums(table, "amount_gbp").outside())
    names = [f"_w{place}" for place in range(len(weights))]
    frame = frame.with_columns(
        **{
            name: nw.when(nw.col("_short")).then(weight.cast(nw.Int64))
            for name, weight in zip(names, weights, strict=True)
        }
    )
    total = reduce(lambda one, other: one + other, (nw.col(name) for name in names))
    frame = frame.with_columns(_total=total)
    frame = frame.with_columns(
        _weighed=(nw.col("_total") > 0).fill_null(value=False),
        _total=nw.when(nw.col("_total") > 0).then(nw.col("_total")),
        # DuckDB leaves a part without a weight out of its rows.
        **{name: nw.col(name).fill_null(0) for name in names},
    )
    held = [name for name in BOUNDED if name in table.schema]
    for number, name in enumerate(held):
        frame = _with_parts(table, frame, name, number, names)
    return _as_rows(table, frame, held, names, codes, to, rule)


def _year_weights(table: Table, rule: str, by: Any) -> list[nw.Expr]:
    """Weigh the first and each later financial year that an award touches."""
    touched = [nw.col("_year") + place <= nw.col("_last_year") for place in range(_MOST_YEARS)]
    if rule == "equal":
        return [one.cast(nw.Int64) for one in touched]
    if rule == "weights":
        given = _given_weights(table, "financial_year", by)
        years = {Period.parse(label).start.year: weight for label, weight in given.items()}
        return [
            nw.when(one).then(_looked_up(nw.col("_year") + place, years)).otherwise(nw.lit(0))
            for place, one in enumerate(touched)
        ]
    unit = nw.col("_unit") if rule == "months" else nw.lit(1)
    starts = [_year_start(nw.col("_year") + place, rule) for place in range(_MOST_YEARS + 1)]
    weights = []
    for one, first, after in zip(touched, starts, starts[1:], strict=False):
        span = nw.min_horizontal(nw.col("_ends"), after) - nw.max_horizontal(
            nw.col("_begins"), first
        )
        weights.append(nw.when(one).then((span // unit).cast(nw.Int64)).otherwise(nw.lit(0)))
    return weights


def _year_start(year: nw.Expr, rule: str) -> nw.Expr:
    """Place the first day of a financial year on the scale of `_begins` and `_ends`."""
    return (12 * year + 4) * MONTH_UNITS if rule == "months" else julian(year, 4, 1)


def _with_ends(frame: nw.LazyFrame[Any], rule: str) -> nw.LazyFrame[Any]:
    """Place the beginning and the end of each award, in days or in parts of months.

    They are columns, since each of the years that follow looks at both.
    """
    if rule not in ("days", "months"):
        return frame
    sides = ("start", "end")
    frame = frame.with_columns(
        *(
            part.alias(f"_{side}_{name}")
            for side in sides
            for name, part in zip(
                ("year", "month", "day"),
                (
                    *year_and_month(f"period_{side}"),
                    nw.col(f"period_{side}").dt.day().cast(nw.Int64),
                ),
                strict=True,
            )
        )
    )
    years, months, days = (
        [nw.col(f"_{side}_{name}") for side in sides] for name in ("year", "month", "day")
    )
    # The end is that of the last day.
    passed = [days[0] - 1, days[1]]
    if rule == "days":
        begins, ends = (
            julian(year, month, day + 1)
            for year, month, day in zip(years, months, passed, strict=True)
        )
        return frame.with_columns(_begins=begins, _ends=ends)
    frame = frame.with_columns(
        _start_length=month_length(years[0], months[0]),
        _end_length=month_length(years[1], months[1]),
    )
    lengths = [nw.col(f"_{side}_length") for side in sides]
    begins, ends = (
        (12 * year + month) * MONTH_UNITS + (part * MONTH_UNITS) // length
        for year, month, part, length in zip(years, months, passed, lengths, strict=True)
    )
    cut = (passed[0] > 0) | (passed[1] < lengths[1])
    return frame.with_columns(
        _begins=begins,
        _ends=ends,
        _unit=nw.when(cut).then(nw.lit(1)).otherwise(nw.lit(MONTH_UNITS)),
    )


def _given_weights(table: Table, to: str, by: Any) -> dict[str, int]:
    rows = open_parts(table, to, "weights", by).frame.select(to, "weight").collect().rows()
    given = {str(name): whole_weight(weight, str(name)) for name, weight in rows}
    if len(given) < len(rows):
        raise TableError("by= names a part twice; give one row a part.")
    return given


def _area_weights(table: Table, rule: str, by: Any) -> tuple[list[str], list[nw.Expr]]:
    """Weigh each area; the table of them is small, and read at once."""
    if rule == "weights":
        given = _given_weights(table, "area_code", by)
        return list(given), [nw.lit(weight) for weight in given.values()]
    other = open_parts(table, "area_code", rule, by)
    rows = other.frame.collect()
    codes = list(dict.fromkeys(rows["area_code"].to_list()))
    if rule == "equal":
        if len(codes) < len(rows):
            raise TableError("by= names an area twice; give one row a part.")
        return codes, [nw.lit(1) for _ in codes]
    persons: dict[str, dict[int, int]] = {code: {} for code in codes}
    for (code, year), count in mid_year_people(other).items():
        persons[code][year] = whole_weight(count, code)
    return codes, [_looked_up(nw.col("_year"), persons[code]) for code in codes]


def _looked_up(year: nw.Expr, values: dict[int, int]) -> nw.Expr:
    """Give the value of a year; null where there is none."""
    found = nw.lit(None, dtype=nw.Int64)
    for one, value in values.items():
        found = nw.when(year == one).then(nw.lit(value)).otherwise(found)
    return found


def _with_parts(
    table: Table, frame: nw.LazyFrame[Any], name: str, number: int, weights: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Add the pence of each part of one amount, as `_p{number}_{place}`."""
    amount, sign, pence = f"_a{number}", f"_s{number}", f"_n{number}"
    frame = frame.with_columns(table.number(name, finite=False).alias(amount))
    exact = nw.col(amount) * 100
    units = whole(exact)
    weighed = units.abs() * nw.col("_total").cast(nw.Float64)
    fine = are_whole(exact, units) & (units.abs() < LARGEST) & (weighed < _PRODUCT)
    frame = frame.with_columns(
        (fine & ~nw.col("_outside")).fill_null(value=False).alias(f"_ok{number}"),
        nw.when(nw.col(amount) < 0).then(nw.lit(-1)).otherwise(nw.lit(1)).alias(sign),
    )
    held = nw.when(nw.col(f"_ok{number}")).then(units.abs()).otherwise(nw.lit(0.0))
    frame = frame.with_columns(held.cast(nw.Int64).alias(pence))
    size, total = nw.col(pence), nw.col("_total")
    quotients = [f"_q{number}_{place}" for place in range(len(weights))]
    rests = [f"_r{number}_{place}" for place in range(len(weights))]
    pairs = list(zip(weights, quotients, rests, strict=True))
    frame = frame.with_columns(
        ((size * nw.col(weight)) // total).cast(nw.Int64).alias(quotient)
        for weight, quotient, _ in pairs
    )
    frame = frame.with_columns(
        (size * nw.col(weight) - nw.col(quotient) * total).alias(rest)
        for weight, quotient, rest in pairs
    )
    # Spark divides as floats, which may be one off.
    moves = [
        (nw.col(rest) >= total).cast(nw.Int64) - (nw.col(rest) < 0).cast(nw.Int64) for rest in rests
    ]
    frame = frame.with_columns(
        *(
            (nw.col(quotient) + move).alias(quotient)
            for quotient, move in zip(quotients, moves, strict=True)
        ),
        *(
            (nw.col(rest) - move * total).alias(rest)
            for rest, move in zip(rests, moves, strict=True)
        ),
    )
    given = reduce(lambda one, other: one + other, (nw.col(quotient) for quotient in quotients))
    frame = frame.with_columns((size - given).alias("_left"))
    parts = []
    for place, (quotient, rest) in enumerate(zip(quotients, rests, strict=True)):
        ahead = reduce(
            lambda one, other: one + other,
            (
                (
                    nw.col(other) >= nw.col(rest)
                    if number < place
                    else nw.col(other) > nw.col(rest)
                ).cast(nw.Int64)
                for number, other in enumerate(rests)
                if number != place
            ),
            nw.lit(0),
        )
        more = (ahead < nw.col("_left")).cast(nw.Int64)
        part = nw.when(nw.col(f"_ok{number}")).then((nw.col(quotient) + more) * nw.col(sign))
        parts.append(part.alias(f"_p{number}_{place}"))
    return frame.with_columns(*parts).drop(*quotients, *rests, "_left", sign, pence)


def _as_rows(
    table: Table,
    frame: nw.LazyFrame[Any],
    held: Sequence[str],
    weights: Sequence[str],
    codes: Sequence[str],
    to: str,
    rule: str,
) -> Any:
    """Give each part a row of its own."""
    others = [name for name in frame.columns if name not in weights]
    long = frame.unpivot(
        on=list(weights), index=others, variable_name="_part", value_name="_weight"
    )
    places = range(len(weights))

    def chosen(columns: Sequence[nw.Expr]) -> nw.Expr:
        return nw.coalesce(
            *(nw.when(nw.col("_part") == weights[place]).then(columns[place]) for place in places)
        )

    broken = nw.lit(value=False)
    for number in range(len(held)):
        broken = broken | (~nw.col(f"_ok{number}") & ~nw.col(f"_a{number}").is_null())
    long = long.with_columns(
        **{
            f"_{name}": chosen([nw.col(f"_p{number}_{place}") for place in places]).cast(nw.Float64)
            for number, name in enumerate(held)
        },
        _place=chosen([nw.lit(place) for place in places]).cast(nw.Int64),
        _broken=broken,
        awarded_gbp=nw.col("_a0"),
    )
    long = long.with_columns(
        **{name: nw.col(f"_{name}") / (nw.col(f"_{name}") * 0 + 100) for name in held},
        apportioned_by=nw.lit(f"{rule} over {to.replace('_', ' ')}"),
    )
    split = nw.col("_short") & nw.col("_weighed")
    if to == "area_code":
        many = len(codes) > 1
        long = long.with_columns(
            area_code=chosen([nw.lit(code) for code in codes]),
            basis=nw.lit("derived" if many else "as printed"),
        )
    else:
        later = nw.col("_place") > 0
        earlier = nw.col("_year") + nw.col("_place") < nw.col("_last_year")
        long = long.filter(
            ((nw.col("_year") + nw.col("_place") <= nw.col("_last_year")) & split)
            | (nw.col("_place") == 0)
        ).with_columns(
            basis=nw.when(nw.col("_year") == nw.col("_last_year"))
            .then(nw.lit("as printed"))
            .otherwise(nw.lit("derived")),
            period_start=nw.when(later & split)
            .then(financial_year_day(table, nw.col("_year") + nw.col("_place"), "start"))
            .otherwise(nw.col("period_start")),
            period_end=nw.when(earlier & split)
            .then(financial_year_day(table, nw.col("_year") + nw.col("_place"), "end"))
            .otherwise(nw.col("period_end")),
        )
    reasons = [
        (~nw.col("_dated"), nw.lit("no period")),
        (nw.col("_dated") & ~nw.col("_short"), nw.lit("a period that cannot be split")),
        (nw.col("_short") & ~nw.col("_weighed"), nw.lit("no weight for a part")),
        (split & nw.col("_outside"), nw.lit(OUTSIDE)),
        (
            split & nw.col("_broken") & ~nw.col("_outside"),
            nw.lit("an amount is no whole number of pence, or too large"),
        ),
    ]
    long = with_reasons(long, "unknown_reason", reasons, eager=False)
    own = own_tokens(long.columns)
    long = long.with_columns(**own) if own else long
    made = ["area_code"] if to == "area_code" and "area_code" not in table.schema else []
    kept = [name for name in table.schema if name != "unknown_reason"]
    made += ["derived_from"] if "derived_from" in long.columns else []
    added = ["awarded_gbp", "basis", "apportioned_by", *made, "unknown_reason"]
    return long.select([*kept, *(name for name in added if name not in kept)]).to_native()
