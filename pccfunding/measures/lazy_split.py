"""Awards of a lazy frame split by largest remainder, in expressions: no row is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError
from pccfunding.frames.days import (
    financial_year_day,
    julian,
    month_length,
    with_financial_year,
    year_and_month,
)
from pccfunding.frames.engines import beside, numbered, repeated
from pccfunding.frames.opening import BOUNDED
from pccfunding.frames.tables import Table, with_reasons
from pccfunding.measures.people import mid_year_people
from pccfunding.measures.shares import (
    MONTH_UNITS,
    open_parts,
    own_tokens,
    refuse_shared_residents,
    whole_weight,
)
from pccfunding.money.pence import LARGEST, are_whole, whole
from pccfunding.money.sums import OUTSIDE, Sums
from pccfunding.periods import Period

_Frame: TypeAlias = nw.LazyFrame[Any]
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
    short = dated & (nw.col("period_start") <= nw.col("period_end"))
    if rule == "population":
        short = short & (nw.col("_year") == nw.col("_last_year"))
    frame = with_financial_year(table.frame, checked=True).with_columns(
        _dated=dated,
        _short=short.fill_null(value=False),
        _outside=Sums(table, "amount_gbp").outside(),
    )
    over = _over_areas if to == "area_code" else _over_years
    frame, each = over(table, frame, rule, by)
    frame = frame.with_columns(
        _split=(nw.col("_short") & (nw.col("_total") > 0)).fill_null(value=False)
    )
    frame = frame.with_columns(
        _total=nw.when(nw.col("_split")).then(nw.col("_total")).otherwise(nw.lit(1))
    )
    held = [name for name in BOUNDED if name in table.schema]
    for number, name in enumerate(held):
        frame = _with_pence(table, frame, name, number)
    long = each(numbered(frame, "_award")).with_columns(
        _weight=nw.when(nw.col("_split")).then(nw.col("_weight")).otherwise(nw.lit(0))
    )
    for number in range(len(held)):
        long = _with_part(long, number)
    return _as_rows(table, long, held, to, rule)


def _over_areas(
    table: Table, frame: _Frame, rule: str, by: Any
) -> tuple[_Frame, Callable[[_Frame], _Frame]]:
    """Add the sum of the weights to awards, and say how a row is given to each area.

    The table of the areas is small, and read at once.
    """
    persons: dict[tuple[str, int], int] = {}
    if rule == "weights":
        given = _given_weights(table, "area_code", by)
    else:
        other = open_parts(table, "area_code", rule, by)
        codes = other.frame.select("area_code").collect()["area_code"].to_list()
        given = dict.fromkeys(codes, 1)
        if rule == "equal" and len(given) < len(codes):
            raise TableError("by= names an area twice; give one row a part.")
        if rule == "population":
            refuse_shared_residents(given)
            persons = {
                (code, year): whole_weight(count, code)
                for (code, year), count in mid_year_people(other).items()
            }
    kinds = {"_place": nw.Int64, "_area": nw.String, "_weight": nw.Int64}
    columns: dict[str, Sequence[Any]] = {
        "_place": range(len(given)),
        "_area": list(given),
        "_weight": list(given.values()),
    }
    basis = nw.lit("derived" if len(given) > 1 else "as printed")
    if rule != "population":
        areas = beside(frame, columns, kinds)
        return (
            frame.with_columns(_total=nw.lit(sum(given.values())).cast(nw.Int64)),
            lambda awards: awards.join(areas, how="cross").with_columns(_basis=basis),
        )
    del columns["_weight"], kinds["_weight"]
    areas = beside(frame, columns, kinds)
    years = sorted({year for _, year in persons})
    whole_years = [year for year in years if all((code, year) in persons for code in given)]
    totals = beside(
        frame,
        {
            "_year": whole_years,
            "_total": [sum(persons[code, year] for code in given) for year in whole_years],
        },
        {"_year": nw.Int64, "_total": nw.Int64},
    )
    people = beside(
        frame,
        {
            "_area": [code for code, _ in persons],
            "_year": [year for _, year in persons],
            "_weight": list(persons.values()),
        },
        {"_area": nw.String, "_year": nw.Int64, "_weight": nw.Int64},
    )
    return (
        frame.join(totals, on="_year", how="left"),
        lambda awards: (
            awards.join(areas, how="cross")
            .join(people, on=["_area", "_year"], how="left")
            .with_columns(_basis=basis)
        ),
    )


def _over_years(
    table: Table, frame: _Frame, rule: str, by: Any
) -> tuple[_Frame, Callable[[_Frame], _Frame]]:
    """Add the sum of the weights to awards, and say how a row is given to each financial year."""
    number = nw.col("_last_year") - nw.col("_year") + 1
    if rule == "weights":
        frame, runs = _with_given(table, frame, by)
    elif rule == "equal":
        frame = frame.with_columns(_total=number)
    else:
        frame = _with_ends(frame, rule)
        frame = frame.with_columns(
            _total=((nw.col("_ends") - nw.col("_begins")) // nw.col("_unit")).cast(nw.Int64)
        )
    frame = frame.with_columns(_times=number)

    def each(awards: _Frame) -> _Frame:
        times = nw.when(nw.col("_split")).then(nw.col("_times")).otherwise(nw.lit(1))
        long = repeated(awards.with_columns(_times=times.cast(nw.Int64)), "_times", "_place")
        long = long.with_columns(_part_year=nw.col("_year") + nw.col("_place"))
        if rule == "weights":
            return long.join(runs, left_on="_part_year", right_on="_at", how="left")
        if rule == "equal":
            return long.with_columns(_weight=nw.lit(1))
        first, after = (_year_start(nw.col("_part_year") + later, rule) for later in (0, 1))
        span = nw.min_horizontal(nw.col("_ends"), after) - nw.max_horizontal(
            nw.col("_begins"), first
        )
        return long.with_columns(_weight=(span // nw.col("_unit")).cast(nw.Int64))

    return frame, each


def _year_start(year: nw.Expr, rule: str) -> nw.Expr:
    """Place the first day of a financial year on the scale of `_begins` and `_ends`."""
    return (12 * year + 4) * MONTH_UNITS if rule == "months" else julian(year, 4, 1)


def _with_ends(frame: _Frame, rule: str) -> _Frame:
    """Place the beginning and the end of each award, in days or in parts of months.

    They are columns, since each of the years that follow looks at both.
    """
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
        return frame.with_columns(_begins=begins, _ends=ends, _unit=nw.lit(1))
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


def _with_given(table: Table, frame: _Frame, by: Any) -> tuple[_Frame, _Frame]:
    """Add the sum of given weights to awards; give the weight of each year.

    The sum over a run of years is a difference of two running sums, without a look at each.
    """
    weights = {
        Period.parse(label).start.year: weight
        for label, weight in _given_weights(table, "financial_year", by).items()
    }
    years = sorted(weights)
    until = list(accumulate(weights[year] for year in years))
    columns = {
        "_at": years,
        "_weight": [weights[year] for year in years],
        "_until": until,
        # Years in a row have one number.
        "_run": [year - place for place, year in enumerate(years)],
    }
    ends = beside(frame, columns, dict.fromkeys(columns, nw.Int64))
    first = ends.rename({"_weight": "_first_weight", "_until": "_first", "_run": "_first_run"})
    last = ends.drop("_weight").rename({"_until": "_last", "_run": "_last_run"})
    frame = frame.join(first, left_on="_year", right_on="_at", how="left")
    frame = frame.join(last, left_on="_last_year", right_on="_at", how="left")
    total = nw.col("_last") - nw.col("_first") + nw.col("_first_weight")
    together = nw.col("_first_run") == nw.col("_last_run")
    frame = frame.with_columns(_total=nw.when(together).then(total))
    return frame, ends.select("_at", "_weight")


def _with_pence(table: Table, frame: _Frame, name: str, number: int) -> _Frame:
    """Add an amount in whole pence without its sign; zero where it cannot be split."""
    amount, sign = f"_a{number}", f"_s{number}"
    frame = frame.with_columns(table.number(name, finite=False).alias(amount))
    exact = nw.col(amount) * 100
    units = whole(exact)
    weighed = units.abs() * nw.col("_total").cast(nw.Float64)
    fine = are_whole(exact, units) & (units.abs() < LARGEST) & (weighed < _PRODUCT)
    fine = fine & nw.col("_split") & ~nw.col("_outside")
    frame = frame.with_columns(
        fine.fill_null(value=False).alias(f"_ok{number}"),
        nw.when(nw.col(amount) < 0).then(nw.lit(-1)).otherwise(nw.lit(1)).alias(sign),
    )
    held = nw.when(nw.col(f"_ok{number}")).then(units.abs()).otherwise(nw.lit(0.0))
    return frame.with_columns(held.cast(nw.Int64).alias(f"_n{number}"))


def _with_part(long: _Frame, number: int) -> _Frame:
    """Add what one part of an amount comes to, in pence, as `_p{number}`."""
    size, total = nw.col(f"_n{number}"), nw.col("_total")
    shared = size * nw.col("_weight")
    long = long.with_columns(_rest=(shared % total).cast(nw.Int64))
    long = long.with_columns(_floor=(shared // total).cast(nw.Int64), _down=-nw.col("_rest"))
    # Spark divides as floats, which may be one off or two; the rest is exact.
    off = (shared - nw.col("_rest") - nw.col("_floor") * total) // total
    long = long.with_columns(_floor=(nw.col("_floor") + off).cast(nw.Int64))
    long = long.with_columns(
        _given=nw.col("_floor").sum().over("_award"),
        _rank=nw.col("_rest").cum_count().over("_award", order_by=["_down", "_place"]),
    )
    more = (nw.col("_rank").cast(nw.Int64) <= size - nw.col("_given").cast(nw.Int64)).cast(nw.Int64)
    part = (nw.col("_floor") + more) * nw.col(f"_s{number}")
    kept = nw.when(nw.col(f"_ok{number}")).then(part).alias(f"_p{number}")
    return long.with_columns(kept).drop("_rest", "_floor", "_down", "_given", "_rank")


def _as_rows(table: Table, long: _Frame, held: Sequence[str], to: str, rule: str) -> Any:
    """Give each part the columns of the whole, with its amounts, its area or its period."""
    broken = nw.lit(value=False)
    for number in range(len(held)):
        broken = broken | (~nw.col(f"_ok{number}") & ~nw.col(f"_a{number}").is_null())
    pence = [nw.col(f"_p{number}").cast(nw.Float64) for number in range(len(held))]
    long = long.with_columns(
        **{name: one / (one * 0 + 100) for name, one in zip(held, pence, strict=True)},
        _broken=broken,
        awarded_gbp=nw.col("_a0"),
        apportioned_by=nw.lit(f"{rule} over {to.replace('_', ' ')}"),
    )
    split = nw.col("_split")
    if to == "area_code":
        long = long.with_columns(area_code=nw.col("_area"), basis=nw.col("_basis"))
    else:
        later = nw.col("_place") > 0
        earlier = nw.col("_part_year") < nw.col("_last_year")
        long = long.with_columns(
            basis=nw.when(nw.col("_year") == nw.col("_last_year"))
            .then(nw.lit("as printed"))
            .otherwise(nw.lit("derived")),
            period_start=nw.when(later & split)
            .then(financial_year_day(table, nw.col("_part_year"), "start"))
            .otherwise(nw.col("period_start")),
            period_end=nw.when(earlier & split)
            .then(financial_year_day(table, nw.col("_part_year"), "end"))
            .otherwise(nw.col("period_end")),
        )
    reasons = [
        (~nw.col("_dated"), nw.lit("no period")),
        (nw.col("_dated") & ~nw.col("_short"), nw.lit("a period that cannot be split")),
        (nw.col("_short") & ~split, nw.lit("no weight for a part")),
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
