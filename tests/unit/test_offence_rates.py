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


def test_a_year_of_other_classes_says_so() -> None:
    crime, people = frames()
    days = {name: crime[name] + pd.DateOffset(years=1) for name in ("period_start", "period_end")}
    both = pd.concat([crime, crime.assign(offence="Residential burglary", **days)])
    told = pcc.offence_rates(both, people, by="area_code")["caution"].tolist()
    assert pd.isna(told[0])
    assert told[1] == "only 2022-23 counts E23000023, Bicycle theft"
    apart = pcc.offence_rates(both, people, by=["area_code", "offence"])
    assert apart["caution"].isna().all()


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


def year_of(**changed: object) -> pd.DataFrame:
    whole = {"period_start": [pd.Timestamp("2022-04-01")], "period_end": pd.Timestamp("2023-03-31")}
    return frames(1)[0].assign(**whole, **{"offences": [50], **changed})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        # 50 and 50 again are 50 offences, not 100.
        ([year_of(), year_of()], "2 times"),
        ([year_of(), year_of(offences=[51])], "2 times"),
        ([frames()[0], frames()[0].head(1)], "2 times"),
        ([year_of(release=["June"]), year_of(release=["July"])], "releases 'July' and 'June'"),
        ([year_of(offences=[5.5])], "no whole number"),
        ([year_of(offence=["Robbery"]), year_of(offence=["robbery "])], "overlap"),
        ([year_of(), year_of(area_code=["E23000023 "])], "overlap"),
    ],
)
def test_a_count_that_would_be_added_twice_or_is_none_is_refused(
    rows: list[pd.DataFrame], said: str
) -> None:
    by = [] if said == "overlap" else ["area_code", "offence"]
    with pytest.raises(TableError, match=said):
        pcc.offence_rates(pd.concat(rows, ignore_index=True), frames()[1], by=by)


def test_fewer_offences_than_none_give_no_rate() -> None:
    row = pcc.offence_rates(year_of(offences=[-5]), frames()[1]).iloc[0]
    assert row["offences"] == -5
    assert pd.isna(row["offences_per_1000"])
    assert row["unknown_reason"] == "the count for 2022-23 is negative"


@pytest.mark.parametrize(
    ("other", "by"),
    [
        ({"offence": ["Theft offences"]}, "area_code"),
        ({"offence": ["bicycle theft"]}, "area_code"),
        ({"area_code": ["E07000010"]}, "offence"),
        ({"area_code": ["e23000023"]}, "offence"),
    ],
)
def test_a_change_from_year_to_year_adds_no_count_to_its_part(
    other: dict[str, list[str]], by: str
) -> None:
    both = pd.concat([year_of(), year_of(**other)], ignore_index=True)
    with pytest.raises(TableError, match=r"^(area_code|offence) '[^']*' holds .* overlap"):
        pcc.year_on_year(both, value="offences", by=by)
