"""Rates of financial years: sums of quarters over the residents of the mid-year."""

from __future__ import annotations

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import PeriodError, PopulationError, TableError

HOMES = ["Domestic burglary", "Residential burglary"]


def frames(quarters: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    starts = pd.date_range("2022-04-01", periods=quarters, freq="QS")
    crime = pd.DataFrame(
        {
            "area_code": "E23000023",
            "offence": "Bicycle theft",
            "period_start": starts,
            "period_end": starts + pd.offsets.QuarterEnd(0),
            "offences": [10, 20, 30, -10][:quarters],
        }
    )
    people = pd.DataFrame(
        {
            "area_code": ["E23000023"],
            "reference_date": pd.to_datetime(["2022-06-30"]),
            "persons": [25_000],
            "vintage": ["an example"],
        }
    )
    return crime, people


def test_four_quarters_make_a_year_corrections_included() -> None:
    row = pcc.offence_rates(*frames()).iloc[0]
    # 10 + 20 + 30 - 10 = 50 offences of 25,000 residents
    assert (row["offences"], row["persons"], row["offences_per_1000"]) == (50, 25_000, 2.0)
    assert pd.isna(row["unknown_reason"])


def test_a_year_in_part_has_no_count() -> None:
    row = pcc.offence_rates(*frames(3)).iloc[0]
    assert pd.isna(row["offences"])
    assert row["unknown_reason"] == "only 275 of the 365 days of 2022-23 are counted"


def test_a_year_and_its_quarters_are_not_added() -> None:
    crime, people = frames()
    year = crime.head(1).assign(period_end=pd.Timestamp("2023-03-31"), offences=50)
    row = pcc.offence_rates(pd.concat([crime, year]), people).iloc[0]
    assert pd.isna(row["offences"])
    assert "overlap" in row["unknown_reason"]


def test_rolling_and_calendar_years_are_left_aside() -> None:
    crime, people = frames()
    rolling = crime.assign(period_end=crime["period_start"] + pd.DateOffset(years=1, days=-1))
    with pytest.raises(PeriodError, match="no row that lies within a financial year"):
        pcc.offence_rates(rolling.iloc[1:], people)


def test_without_residents_there_is_a_count_and_no_rate() -> None:
    crime, people = frames()
    row = pcc.offence_rates(crime, people.assign(area_code="E23000024")).iloc[0]
    assert row["offences"] == 50
    assert pd.isna(row["offences_per_1000"])
    assert "no population for E23000023 at mid-2022" in row["unknown_reason"]


def test_parts_are_not_added_to_wholes() -> None:
    crime, people = frames()
    both = pd.concat([crime, crime.assign(offence="Theft offences")])
    with pytest.raises(TableError, match="overlap"):
        pcc.offence_rates(both, people, by="area_code")
    with pytest.raises(PopulationError, match="2 vintages"):
        pcc.offence_rates(crime, pd.concat([people, people.assign(vintage="another")]))
    with pytest.raises(TableError, match="per is 0"):
        pcc.offence_rates(crime, people, per=0)


def test_the_latest_vintage_is_taken_and_named() -> None:
    crime, people = frames()
    both = pd.concat(
        [crime.assign(vintage="to June 2023", offences=1), crime.assign(vintage="to December 2025")]
    )
    row = pcc.offence_rates(both, people).iloc[0]
    assert row["offences"] == 50
    assert row["caution"] == (
        "of the vintages to December 2025, to June 2023, to December 2025 is taken"
    )


def test_other_engines_give_the_same() -> None:
    polars = pytest.importorskip("polars")
    crime, people = frames()
    one = pcc.offence_rates(crime, people)
    # Polars takes a Timestamp of nanoseconds for a number, and a date for a date.
    for frame in (crime, people):
        for name in frame.select_dtypes("datetime"):
            frame[name] = frame[name].dt.date
    given = [polars.DataFrame(frame.to_dict("list")) for frame in (crime, people)]
    other = pcc.offence_rates(*given)
    assert isinstance(other, polars.DataFrame)
    assert other["offences_per_1000"].to_list() == one["offences_per_1000"].tolist()
    lazy = pcc.offence_rates(*(frame.lazy() for frame in given))
    assert isinstance(lazy, polars.LazyFrame)


def test_a_strangers_question_in_two_calls() -> None:
    crime, people = pcc.load_recorded_crime_quarters(), pcc.load_population()
    homes = crime[crime["offence"].isin(HOMES) & crime["area_code"].ne("BTP")]
    rates = pcc.offence_rates(homes, people)
    axes = pcc.plots.plot_trends(rates, marked="Cambridgeshire")

    since = rates[rates["period_start"] >= "2014-04-01"]
    known = since[since["offences_per_1000"].notna()]
    assert known["area_code"].nunique() == 43
    assert len(known) == 43 * 11  # 2014-15 to 2024-25
    broken = known[known["period_start"].eq("2017-04-01")]
    assert set(broken["offence"]) == {"Residential burglary"}
    assert broken["series_break"].str.contains("the two are not the same offence").all()
    # Cambridgeshire 2024-25: 1,767 of 933,972 residents.
    last = known[known["area_code"].eq("E23000023")].iloc[-1]
    assert (last["offences"], last["persons"]) == (1767, 933_972)
    assert "break" in [line.get_gid() for line in axes.lines]
