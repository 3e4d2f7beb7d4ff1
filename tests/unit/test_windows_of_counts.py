"""Windows that counts are compared in: which two are alike, and in which rows they find."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

from pccfunding.errors import PeriodError
from pccfunding.frames.days import day_code, month_length
from pccfunding.measures.windows import read_windows
from pccfunding.periods import Period


def span(start: str, end: str) -> Period:
    return Period.of(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (span("2019-04-01", "2020-03-31"), span("2021-04-01", "2022-03-31")),
        # A year from 29 February ends on the 28th.
        (span("2020-02-29", "2021-02-28"), span("2021-04-01", "2022-03-31")),
        (span("2018-04-01", "2019-03-31"), span("2020-02-29", "2021-02-28")),
        # Years may begin on different days.
        (span("2018-01-01", "2018-12-31"), span("2019-04-01", "2020-03-31")),
        # The same months, over a new year too, and the whole of February.
        (span("2018-11-01", "2019-02-28"), span("2019-11-01", "2020-02-29")),
        (span("2018-02-10", "2018-05-09"), span("2019-02-10", "2019-05-09")),
        (span("2016-04-01", "2018-03-31"), span("2019-04-01", "2021-03-31")),
    ],
)
def test_years_and_the_same_months_are_alike(before: Period, after: Period) -> None:
    found = read_windows(before, after)
    assert found.both == (before, after)
    assert found.names == (str(before), str(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (span("2018-04-01", "2019-03-30"), span("2020-04-01", "2021-03-31")),
        (span("2020-02-29", "2021-02-27"), span("2021-04-01", "2022-03-31")),
        (span("2018-04-01", "2018-06-30"), span("2019-04-02", "2019-06-30")),
        (span("2018-04-01", "2018-06-30"), span("2019-05-01", "2019-06-30")),
        (span("2018-04-01", "2018-06-30"), span("2019-04-01", "2019-06-29")),
        (span("2018-04-01", "2018-06-30"), span("2019-04-01", "2019-07-30")),
        # Twelve months more.
        (span("2016-04-01", "2018-03-31"), span("2019-04-01", "2020-03-31")),
    ],
)
def test_other_windows_are_refused(before: Period, after: Period) -> None:
    with pytest.raises(PeriodError) as refusal:
        read_windows(before, after)
    assert str(refusal.value) == (
        f"baseline {before} ({before.label}) and comparison {after} ({after.label}) are not alike: "
        f"choose two windows of twelve months, or the same months of two years."
    )


def test_windows_that_share_days_or_stand_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(PeriodError) as refusal:
        read_windows("2019", "2019-20")
    assert str(refusal.value) == (
        "baseline 2019 and comparison 2019-20 share 275 days. Choose windows that share none."
    )
    with pytest.raises(PeriodError) as refusal:
        read_windows("2021", "2019")
    assert str(refusal.value) == "baseline 2021 comes after comparison 2019. Exchange the two."
    with pytest.raises(PeriodError) as refusal:
        read_windows(
            span("2016-04-01", "2018-03-31"), span("2019-04-01", "2021-03-31")
        ).refuse_long("population")
    assert "is longer than twelve months, and population counts the people of one mid-year. " in (
        str(refusal.value)
    )
    assert str(refusal.value).endswith("Compare shorter windows, or leave it out.")
    # 366 days are twelve months.
    read_windows("2019", "2020").refuse_long("population")


def test_rows_are_those_of_exactly_a_window_or_lie_inside_one() -> None:
    windows = read_windows("2018-19", "2019-20")
    rows = [
        ("2018-04-01", "2019-03-31", 1, 1),
        ("2019-04-01", "2020-03-31", 2, 2),
        ("2018-04-01", "2019-03-30", 0, 1),
        ("2018-04-02", "2019-03-31", 0, 1),
        ("2018-03-31", "2019-03-31", 0, 0),
        ("2018-04-01", "2019-04-01", 0, 0),
        ("2019-07-01", "2019-07-01", 0, 2),
        ("2019-07-01", "2019-06-30", 0, 0),
        ("2019-03-31", "2019-04-01", 0, 0),
    ]
    starts, ends = (np.array([row[k] for row in rows], dtype="M8[ns]") for k in (0, 1))
    exact, inside = windows.places_at_hand(starts, ends)
    assert exact.tolist() == [row[2] for row in rows]
    assert inside.tolist() == [row[3] for row in rows]
    frame = nw.from_native(
        pl.DataFrame({"start": [row[0] for row in rows], "end": [row[1] for row in rows]})
        .with_columns(pl.all().str.to_date())
        .lazy()
    )
    codes = frame.with_columns(_from=day_code("start"), _to=day_code("end"))
    found = codes.select(place=windows.place(), part=windows.part()).collect()
    assert found["place"].to_list() == exact.tolist()
    assert found["part"].to_list() == inside.tolist()
    unknown = np.array(["NaT"], dtype="M8[ns]")
    none = windows.places_at_hand(unknown, unknown)
    assert [one.tolist() for one in none] == [[0], [0]]


def test_months_are_as_long_as_the_calendar_has_them() -> None:
    years = (1899, 1900, 1904, 1999, 2000, 2004, 2023, 2100, 2400)
    months = [(year, month) for year in years for month in range(1, 13)]
    frame = nw.from_native(pl.DataFrame(months, schema=["year", "month"], orient="row"))
    found = frame.select(days=month_length(nw.col("year"), nw.col("month")))["days"].to_list()
    assert found == [monthrange(year, month)[1] for year, month in months]
