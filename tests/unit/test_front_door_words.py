"""What the front door refuses, in whole sentences, and what it makes of each kind of column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

from pccfunding.errors import TableError

# Private: every verb opens its frames here; through verbs each case would cost a measure.
from pccfunding.frames.opening import area_asked, day_of, open_frame, with_area_codes
from pccfunding.frames.tables import Table, bound_names, key_columns, named_with, open_table

ENDS = ("period_start", "period_end")
LAST = ["2024-03-31"]
DAY_CURE = "Give dates, or ISO text such as '2024-03-31'."
LAZY_CURE = "Cast it to dates first, or collect the frame."
UTC = dt.UTC


def awards(**columns: Any) -> Table:
    return open_frame(pd.DataFrame(columns), "awards", needs=ENDS)


def lazy(**columns: Any) -> Table:
    return open_frame(pl.DataFrame(columns).lazy(), "awards", needs=ENDS)


def numbers(column: str, *values: Any) -> Table:
    table = pd.DataFrame({column: pd.Series(values, dtype=object)})
    return open_frame(table, "awards", numbers=[column])


def coded(**columns: Any) -> Table:
    return with_area_codes(open_frame(pd.DataFrame(columns), "awards"))[0]


def keys(by: Any, results: tuple[str, ...] = ("amount_gbp",)) -> list[str]:
    frame = pd.DataFrame({"fund": ["a"], "day": pd.to_datetime(["2024-01-01"]), "amount_gbp": [1]})
    return key_columns(by, open_table(frame, "awards"), results)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            lambda: awards(period_start=["2024-02-30"], period_end=LAST),
            "awards: column 'period_start' holds '2024-02-30', which is no day that can be read. "
            "Write it as 2024-03-31, or read the column day first: "
            "awards['period_start'].map(pcc.parse_date).",
        ),
        (
            lambda: awards(period_start=[7], period_end=LAST),
            "awards: column 'period_start' holds 7, which is no day that can be read. " + DAY_CURE,
        ),
        (
            lambda: open_frame(
                pd.DataFrame({"reference_date": [pd.Period("2024-05", "M")]}),
                "people",
                needs=["reference_date"],
            ),
            "people: column 'reference_date' holds Period('2024-05', 'M'), which is no day that "
            f"can be read. {DAY_CURE}",
        ),
        (
            lambda: awards(period_start=[dt.date(1850, 1, 1)], period_end=LAST),
            "awards: column 'period_start' holds datetime.date(1850, 1, 1): 1850-01-01 lies "
            "outside 1899-04-01 to 2200-03-31, the days that periods can hold.",
        ),
        (
            lambda: awards(period=["soon"]),
            "awards: column 'period': Cannot read 'soon' as a period: write it as 2023-24, 2023, "
            "'year ending March 2024' or '1 October 2023 to 31 March 2025'.",
        ),
        (
            lambda: awards(period=[3.5]),
            "awards: column 'period' holds 3.5, which is no period. Write it as '2023-24', or "
            "give period_start and period_end.",
        ),
        (
            lambda: awards(financial_year=["2023"]),
            "awards: column 'financial_year' holds '2023', which is no financial year such as "
            "'2023-24'. Name the column period, or correct it.",
        ),
        (
            lambda: awards(
                period_start=pd.to_datetime(["2024-03-30 23:00"]).tz_localize("UTC"),
                period_end=LAST,
            ),
            "awards: column 'period_start' holds 2024-03-30 23:00 in the zone UTC, which is no "
            "midnight, so that the day is in doubt. Convert it to the zone it was recorded in, "
            "such as dt.convert_time_zone or dt.tz_convert, or give dates without a zone.",
        ),
        (
            lambda: lazy(period_start=[1], period_end=[2]),
            "awards: column 'period_start' holds Int64, which no lazy frame is read by. "
            + LAZY_CURE,
        ),
        (
            lambda: lazy(period_start=[dt.datetime(2024, 3, 31, tzinfo=UTC)], period_end=LAST),
            "awards: column 'period_start' holds days with a zone, which no lazy frame is read "
            f"by. {LAZY_CURE}",
        ),
        (
            lambda: lazy(financial_year=[2023]),
            "awards: column 'financial_year' holds Int64, not text such as '2023-24'. Give "
            "period_start and period_end, or collect the frame.",
        ),
        (
            lambda: awards(amount_gbp=[1]),
            "awards has no columns 'period_start', 'period_end'. It has: amount_gbp.",
        ),
        (
            lambda: numbers("amount_gbp", "£5"),
            "awards: column 'amount_gbp' holds '£5', not numbers. Read the list with "
            "pcc.read_awards(awards), which keeps each amount as printed.",
        ),
        (
            lambda: numbers("persons", 2, True),
            "awards: column 'persons' holds True, not numbers. Turn it into numbers first; leave "
            "what is not known missing.",
        ),
        (
            lambda: numbers("persons", [1]),
            "awards: column 'persons' holds [1], not numbers. Turn it into numbers first; leave "
            "what is not known missing.",
        ),
        (
            lambda: awards(period_start=[None, [1]], period_end=LAST * 2),
            "awards: column 'period_start' holds [1], which is no day that can be read. "
            + DAY_CURE,
        ),
        (
            lambda: coded(area=["Nowhere"]),
            "awards: column 'area': No area called 'Nowhere'. load_areas() lists every area with "
            "its names. An area_code beside it always wins.",
        ),
        (
            lambda: with_area_codes(open_table(pl.LazyFrame({"area": ["Durham"]}), "awards")),
            "awards holds no area_code, and the names in 'area' are not looked up in a lazy "
            "frame. Join the codes of load_areas() to it, or collect it first.",
        ),
        (
            lambda: open_table([1], "awards"),
            "awards is a list, not a table. Give a DataFrame of pandas or Polars, or a lazy frame.",
        ),
        (
            lambda: open_table(
                pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "t"
            ),
            "t has columns of 2 levels, such as ('a', 'b'). Join them to one name each: "
            "t.columns = ['_'.join(map(str, one)) for one in t.columns].",
        ),
        (
            lambda: open_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), "t"),
            "t has more than one column 'a'. Drop or rename all but one of them.",
        ),
        (
            lambda: open_frame(
                pd.DataFrame({"a": [1]}),
                "people",
                beside=open_table(pl.LazyFrame({"a": [1]}), "awards"),
                needs=["persons"],
            ),
            "people has no column 'persons'. It has: a.",
        ),
        (
            lambda: open_frame(
                pl.LazyFrame({"a": [1]}),
                "people",
                beside=open_table(pd.DataFrame({"a": [1]}), "awards"),
            ),
            "awards is a pandas DataFrame and people a polars LazyFrame. Turn one into the "
            "other's kind first.",
        ),
        (
            lambda: keys(None),
            "by is None; it takes the name of a column or several, such as 'area_code'. For one "
            "group of the whole table give by=[].",
        ),
        (
            lambda: keys(3),
            "by is 3; it takes the name of a column or several, such as 'area_code'. For one "
            "group of the whole table give by=[].",
        ),
        (lambda: keys(["fund", 3]), "by holds 3; it takes names of columns."),
        (
            lambda: keys("day"),
            "by holds 'day': leave time out of it. Results carry period_start and period_end, one "
            "row for each period.",
        ),
        (
            lambda: keys(["period_start"]),
            "by holds 'period_start': leave time out of it. Results carry period_start and "
            "period_end, one row for each period.",
        ),
        (
            lambda: keys("amount_gbp"),
            "by holds 'amount_gbp', which the result needs for itself; rename it.",
        ),
        (lambda: keys("_own"), "by holds '_own', which the result needs for itself; rename it."),
        (lambda: keys(["fund", "fund"]), "by holds 'fund' twice."),
        (
            lambda: keys("funds"),
            "awards has no column 'funds'. Did you mean 'fund'? It has: fund, day, amount_gbp.",
        ),
    ],
)
def test_a_frame_is_refused_in_these_words(ask: Callable[[], object], words: str) -> None:
    with pytest.raises(TableError) as refusal:
        ask()
    assert str(refusal.value) == words


def days(table: Table) -> list[tuple[Any, ...]]:
    frame = table.frame.collect()
    ends = [
        [None if pd.isna(found) else dt.date(*found.timetuple()[:3]) for found in frame[name]]
        for name in ENDS
    ]
    return list(zip(*ends, strict=True))


YEAR = (dt.date(2023, 4, 1), dt.date(2024, 3, 31))


def test_days_of_every_kind_are_read_at_hand() -> None:
    starts = ["2023-04-01", dt.date(2023, 4, 1), dt.datetime(2023, 4, 1, 12), None]
    ends = ["2024-03-31T00:00:00", pd.Period("2024-03", "M"), dt.date(2024, 3, 31), None]
    found = days(awards(period_start=pd.Series(starts, dtype=object), period_end=ends))
    assert found == [YEAR, YEAR, YEAR, (None, None)]
    zoned = pd.to_datetime(["2023-04-01", "2023-07-01"]).tz_localize("Europe/London")
    assert days(awards(period_start=zoned, period_end=["2024-03-31"] * 2))[1] == (
        dt.date(2023, 7, 1),
        YEAR[1],
    )


def test_a_period_in_words_stands_for_its_days() -> None:
    table = awards(period=["2023-24", None, "March 2024", pd.Period("2023-04", "M")])
    assert days(table) == [
        YEAR,
        (None, None),
        (dt.date(2024, 3, 1), dt.date(2024, 3, 31)),
        (dt.date(2023, 4, 1), dt.date(2023, 4, 30)),
    ]
    assert table.spelled == "period"
    assert awards(financial_year=["2023-24"]).spelled == "financial_year"
    # Days that are there are taken, whatever a period beside them says.
    beside = awards(period=["2019"], period_start=["2023-04-01"], period_end=LAST)
    assert (days(beside), beside.spelled) == ([YEAR], None)


def test_text_of_a_lazy_frame_is_a_day_or_unknown() -> None:
    texts = ["2024-03-31", "2024-03-31T00:00:00", "31/3/2024", None, "2024-03-31T01:00:00"]
    table = lazy(period_start=["2023-04-01"] * 5, period_end=texts)
    assert [end for _, end in days(table)] == [YEAR[1], YEAR[1], None, None, None]
    years = lazy(period=["2023-24", "2023", "2023-25", None, "1999-00"])
    assert days(years) == [
        YEAR,
        *[(None, None)] * 3,
        (dt.date(1999, 4, 1), dt.date(2000, 3, 31)),
    ]
    assert years.spelled == "period"


def test_numbers_of_every_kind_are_floats() -> None:
    for values in ([Decimal("1.5"), None], [1.5, None], [Decimal("1.5"), float("nan")]):
        found = numbers("amount_gbp", *values).frame.collect()["amount_gbp"].to_list()
        assert found[0] == 1.5
        assert pd.isna(found[1])
    category = pd.DataFrame({"persons": pd.Categorical([3, 4])})
    table = open_frame(category, "people", numbers=["persons", "other"])
    assert table.frame.collect()["persons"].to_list() == [3.0, 4.0]


def test_names_are_read_among_the_kinds_beside_them() -> None:
    names = open_table(pd.DataFrame({"area": ["Durham", "Kent"]}), "awards")
    forces = open_table(pd.DataFrame({"area_code": ["E23000023", None, "mine"]}), "people")
    found, beside = with_area_codes(names, forces)
    assert found.frame.collect()["area_code"].to_list() == ["E23000008", "E23000032"]
    assert (found.coded, beside) == (True, forces)
    assert with_area_codes(forces) == (forces,)
    assert area_asked("area_code") == area_asked(["fund", "area_code"]) == ("area_code",)
    assert area_asked("fund") == area_asked(None) == area_asked(["fund"]) == ()


def test_keys_are_columns() -> None:
    assert keys("fund") == keys(["fund"]) == keys(("fund",)) == ["fund"]
    assert keys([]) == []
    named = with_area_codes(open_table(pd.DataFrame({"area": ["Kent"]}), "awards"))[0]
    assert key_columns("area", named, ()) == ["area_code"]


def test_a_cell_that_is_a_day() -> None:
    assert day_of("2024-03-31") == day_of(dt.datetime(2024, 3, 31, 5)) == dt.date(2024, 3, 31)
    assert day_of(pd.Period("2024-03", "M")) == pd.Period("2024-03", "M")
    assert day_of(5) == 5
    assert day_of(dt.datetime(2024, 3, 31, 5, tzinfo=UTC)).hour == 5


def test_words_stand_before_the_unit_of_a_column() -> None:
    assert named_with("amount_gbp", "real") == "amount_real_gbp"
    assert named_with("spend_gbp_per_head", "low") == "spend_low_gbp_per_head"
    assert named_with("offences", "low") == "offences_low"
    assert bound_names("amount_gbp") == ("amount_low_gbp", "amount_high_gbp")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"amount_gbp": pd.Series([None, None], dtype="string"), "text": ["a", "b"]}),
        pl.DataFrame({"amount_gbp": pl.Series([None, None], dtype=pl.String), "text": ["a", "b"]}),
    ],
)
def test_a_column_of_nothing_is_no_text(frame: Any) -> None:
    table = open_table(frame, "t")
    found = table.frame.select(table.number("amount_gbp")).collect()
    assert found["amount_gbp"].is_null().to_list() == [True, True]
    assert found["amount_gbp"].dtype == nw.Float64
    with pytest.raises(TableError, match="'text' holds "):
        table.number("text")
