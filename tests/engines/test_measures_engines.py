"""The measures give the same numbers, nulls and words on every engine, as the kind that came in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from engine_frames import (
    Columns,
    Maker,
    every_eager_engine,
    every_engine,
    every_lazy_engine,
    pandas_arrow,
    pandas_arrow_dates,
    pandas_categories,
    pandas_nullable,
    pandas_numpy,
    polars_eager,
    polars_lazy,
    polars_nan,
    rows,
)

from pccfunding.errors import MixedStatusError, PenceError, PeriodError, PopulationError, TableError
from pccfunding.measures import (
    apportion,
    offence_rates,
    per_capita_spend,
    real_terms,
    reduction,
    year_on_year,
)


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def has_only_nulls_for_unknowns(native: Any, *given: str) -> bool:
    """Whether no computed number is infinite, nor NaN where the engine tells NaN from null."""
    frame = nw.from_native(native).lazy().collect()
    computed = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    values = [value for name in computed if name not in given for value in frame[name].to_list()]
    if frame.implementation.is_pandas():
        values = [value for value in values if not pd.isna(value)]
    return all(value is None or abs(value) < float("inf") for value in values)


FORCE, OTHER = "E23000023", "E23000037"

AWARDS: Columns = {
    "funding_stream": ["Victims", "Victims", "Youth", "Youth", "Roads", None, "Victims"],
    "area_code": [FORCE, FORCE, FORCE, OTHER, "E23000099", FORCE, FORCE],
    "period_start": [
        day(text)
        for text in (
            "2023-04-01",
            "2023-10-01",
            "2023-04-01",
            "2023-04-01",
            "2022-04-01",
            "2023-04-01",
            "2022-04-01",
        )
    ],
    "period_end": [
        day(text)
        for text in (
            "2024-03-31",
            "2024-03-31",
            "2024-03-31",
            "2024-03-31",
            "2023-03-31",
            "2024-03-31",
            "2023-03-31",
        )
    ],
    "amount_gbp": [0.1, 0.2, 500.25, None, 99.0, 7.0, 1000.0],
    "amount_low_gbp": [0.1, 0.15, 500.25, None, 98.5, 7.0, 950.0],
    "amount_high_gbp": [0.1, 0.25, 500.25, None, None, 7.0, 1050.0],
    "flow": ["pcc_to_recipient"] * 7,
    "status": ["award"] * 6 + ["budget"],
}
PEOPLE: Columns = {
    "area_code": [FORCE, FORCE, OTHER, FORCE],
    "reference_date": [day("2022-06-30"), day("2023-06-30"), day("2023-06-30"), day("2021-03-21")],
    "persons": [800, 1000, 3000, 1],
    "vintage": ["rebased", "rebased", "rebased", "rebased"],
}
CRIME: Columns = {
    "area_code": [FORCE, FORCE, FORCE, FORCE, OTHER, OTHER],
    "offence": ["Robbery", "Robbery", "Shoplifting", "Shoplifting", "Robbery", "Robbery"],
    "period_start": [day("2019-01-01"), day("2023-01-01")] * 3,
    "period_end": [day("2019-12-31"), day("2023-12-31")] * 3,
    "offences": [796, 688, 0, 5, None, 12],
    "release": ["a", "b", "a", "b", "a", "b"],
}
PRICES: Columns = {
    "financial_year": ["2022-23", "2023-24"],
    "price_index": [80.0, 100.0],
}


QUARTERS: Columns = {
    "area_code": [FORCE] * 4,
    "offence": ["Robbery"] * 4,
    "period_start": [day(f"{at}-01") for at in ("2023-04", "2023-07", "2023-10", "2024-01")],
    "period_end": [day(at) for at in ("2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31")],
    "offences": [10, 20, 30, 40],
    "vintage": ["one"] * 4,
}
LONG: Columns = {
    "subject_id": ["a"],
    "period_start": [day("2023-04-01")],
    "period_end": [day("2024-03-31")],
    "amount_gbp": [100.0],
}
DISTRICTS: Columns = {
    "area_code": ["E07000008", "E07000009"],
    "reference_date": [day("2023-06-30")] * 2,
    "persons": [300, 100],
    "vintage": ["rebased"] * 2,
}


def frames_of(make: Maker, *tables: Columns) -> list[Any]:
    return [make(table) for table in tables]


@every_engine
def test_per_capita_spend(make: Maker) -> None:
    awards, people = frames_of(make, AWARDS, PEOPLE)
    result = per_capita_spend(awards, people, by="funding_stream", per=100)
    assert type(result) is type(awards)
    assert has_only_nulls_for_unknowns(result)
    found = rows(result)
    assert [(row["funding_stream"], row["period_start"], row["period_end"]) for row in found] == [
        ("Roads", "2022-04-01", "2023-03-31"),
        ("Victims", "2022-04-01", "2023-03-31"),
        ("Victims", "2023-04-01", "2024-03-31"),
        ("Youth", "2023-04-01", "2024-03-31"),
        (None, "2023-04-01", "2024-03-31"),
    ]
    roads, before, victims, youth, nameless = found
    assert (victims["spend_gbp"], victims["spend_low_gbp"], victims["spend_high_gbp"]) == (
        0.3,
        0.25,
        0.35,
    )
    assert victims["spend_gbp_per_100"] == 0.3 * 100 / 1000
    assert (victims["n_known"], victims["n_figures"], victims["unknown_reason"]) == (2, 2, None)
    assert (before["persons"], before["spend_high_gbp_per_100"]) == (800, 131.25)
    assert (before["status"], victims["status"]) == ("budget", "award")
    assert (youth["spend_gbp"], youth["spend_low_gbp"], youth["spend_known_gbp"]) == (
        None,
        None,
        500.25,
    )
    assert (youth["persons"], youth["n_known"], youth["n_figures"]) == (4000, 1, 2)
    assert youth["unknown_reason"] == "1 of 2 amounts unknown"
    assert (roads["spend_gbp"], roads["spend_low_gbp"], roads["spend_high_gbp"]) == (
        99,
        98.5,
        None,
    )
    assert (roads["persons"], roads["spend_gbp_per_100"]) == (None, None)
    assert roads["unknown_reason"] == "no population for E23000099 at mid-2022"
    assert nameless["spend_gbp_per_100"] == 0.7


@every_engine
def test_year_on_year(make: Maker) -> None:
    table = {
        "funding_stream": ["A", "A", "A", "B", "B", None, None],
        "period_start": [
            day(f"{text}-01")
            for text in (
                "2020-04",
                "2021-04",
                "2023-04",
                "2020-10",
                "2021-04",
                "2020-04",
                "2021-04",
            )
        ],
        "period_end": [
            day(text)
            for text in (
                "2021-03-31",
                "2022-03-31",
                "2024-03-31",
                "2021-03-31",
                "2022-03-31",
                "2021-03-31",
                "2022-03-31",
            )
        ],
        "amount_gbp": [100.0, 150.0, 90.0, 10.0, 20.0, 0.0, None],
        "amount_low_gbp": [90.0, 140.0, 90.0, 10.0, 20.0, 0.0, 5.0],
        "amount_high_gbp": [110.0, 160.0, None, 10.0, 20.0, 0.0, 6.0],
        "status": ["award", "budget", "award", "award", "award", None, "award"],
    }
    frame = make(table)
    result = year_on_year(frame, value="amount_gbp", by="funding_stream")
    assert type(result) is type(frame)
    assert has_only_nulls_for_unknowns(result)
    found = rows(result)
    assert [(row["funding_stream"], row["period_start"][:7]) for row in found] == [
        ("A", "2020-04"),
        ("A", "2021-04"),
        ("A", "2023-04"),
        ("B", "2020-10"),
        ("B", "2021-04"),
        (None, "2020-04"),
        (None, "2021-04"),
    ]
    second = found[1]
    assert (second["change_gbp"], second["change_pct"]) == (50, 50)
    assert second["change_low_pct"] == pytest.approx(100 * 30 / 110)
    assert second["change_high_pct"] == pytest.approx(100 * 70 / 90)
    assert second["amount_low_gbp_previous"] == 90
    assert second["caution"] == "status differs: award, budget"
    assert [row["unknown_reason"] for row in found] == [
        "no figure for the year before",
        None,
        "no figure for the year before",
        "part year: 2020-10/2021-03 is 182 days",
        "no figure for the year before",
        "no figure for the year before",
        "1 of 1 amounts unknown; the year before is zero",
    ]
    assert [row["change_pct"] for row in found] == [None, 50, None, None, None, None, None]


@every_engine
@pytest.mark.parametrize("with_people", [False, True])
def test_reduction(make: Maker, with_people: bool) -> None:
    years = {**PEOPLE, "reference_date": [day("2019-06-30"), day("2023-06-30")] * 2}
    years["area_code"] = [FORCE, FORCE, OTHER, OTHER]
    years["persons"] = [1000, 2000, 3000, 3000]
    crime, people = frames_of(make, CRIME, years)
    result = reduction(
        crime,
        baseline="2019",
        comparison="2023",
        by=["area_code", "offence"],
        population=people if with_people else None,
    )
    assert type(result) is type(crime)
    assert has_only_nulls_for_unknowns(result)
    robbery, shoplifting, elsewhere = rows(result)
    assert robbery["baseline_start"] == "2019-01-01"
    assert (robbery["offences_baseline"], robbery["offences_comparison"]) == (796, 688)
    assert ("persons_baseline" in robbery) is with_people
    share = 0.5 if with_people else 1
    assert robbery["change_pct"] == pytest.approx(100 * (688 / 796 * share - 1))
    assert robbery["reduction_pct"] == -robbery["change_pct"]
    assert robbery["reduction_low_pct"] < robbery["reduction_pct"] < robbery["reduction_high_pct"]
    assert robbery["caution"] == "releases differ: a; b"
    assert shoplifting["reduction_pct"] is None
    assert shoplifting["log_reduction"] is not None
    assert shoplifting["unknown_reason"] == "the count for 2019 is zero"
    assert elsewhere["unknown_reason"] == "1 of 1 counts unknown for 2019"
    assert (elsewhere["n_known"], elsewhere["n_figures"]) == (1, 2)
    assert (elsewhere["reduction_high_pct"], elsewhere["offences_comparison"]) == (None, 12)


@every_engine
def test_real_terms(make: Maker) -> None:
    awards = {name: values[:5] for name, values in AWARDS.items()}
    awards["unknown_reason"] = [None, "known before", None, None, None]
    frame, prices = frames_of(make, awards, PRICES)
    result = real_terms(frame, prices, base="2022-23")
    assert type(result) is type(frame)
    assert has_only_nulls_for_unknowns(result, *awards)
    found = rows(result)
    assert [row["amount_real_gbp"] for row in found] == [0.08, 0.16, 400.2, None, 99]
    assert found[1]["amount_real_low_gbp"] == 0.12
    assert found[4]["amount_real_high_gbp"] is None
    assert {row["price_base"] for row in found} == {"2022-23"}
    assert [row["unknown_reason"] for row in found] == [
        None,
        "known before",
        None,
        "unknown amount",
        None,
    ]


@every_engine
def test_a_row_across_years_has_no_real_terms(make: Maker) -> None:
    table = {
        "period_start": [day("2023-04-01"), day("2021-04-01")],
        "period_end": [day("2024-03-31"), day("2022-03-31")],
        "amount_gbp": [10.0, 10.0],
    }
    frame, prices = frames_of(make, table, PRICES)
    assert rows(real_terms(frame, prices, base="2023-24"))[1] == {
        "period_start": "2021-04-01",
        "period_end": "2022-03-31",
        "amount_gbp": 10,
        "amount_real_gbp": None,
        "amount_real_low_gbp": None,
        "amount_real_high_gbp": None,
        "price_base": "2023-24",
        "unknown_reason": "no price index for 2021-22",
    }


def spanning() -> Columns:
    table = {name: [*values[:2]] for name, values in AWARDS.items()}
    table["period_end"] = [day("2024-03-31"), day("2025-03-31")]
    return table


def of_two_statuses() -> Columns:
    return {**{name: values[:2] for name, values in AWARDS.items()}, "status": ["award", "budget"]}


def of_half_a_penny() -> Columns:
    table = {name: values[:2] for name, values in AWARDS.items()}
    return table | {name: [1.005, 1.0] for name in table if name.startswith("amount_")}


def of_two_vintages() -> Columns:
    return {**PEOPLE, "vintage": ["rebased", "older", "rebased", "rebased"]}


def given_twice() -> Columns:
    twice = [day("2023-06-30"), day("2023-06-30"), day("2023-06-30"), day("2021-03-21")]
    return {**PEOPLE, "reference_date": twice}


@every_eager_engine
@pytest.mark.parametrize(
    ("awards", "people", "error", "says"),
    [
        (spanning(), PEOPLE, PeriodError, "2023-10-01 to 2025-03-31.*apportion"),
        (of_two_statuses(), PEOPLE, MixedStatusError, "1 of status 'award' with 1 of .*'budget'"),
        (of_half_a_penny(), PEOPLE, PenceError, "1.005"),
        (AWARDS, of_two_vintages(), PopulationError, "'older', 'rebased'"),
        (AWARDS, given_twice(), PopulationError, f"{FORCE} at 2023-06-30 2 times"),
    ],
)
def test_what_is_wrong_raises_where_the_rows_are_at_hand(
    make: Maker, awards: Columns, people: Columns, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        per_capita_spend(make(awards), make(people), by="funding_stream")


@every_lazy_engine
@pytest.mark.parametrize(
    ("awards", "people", "says"),
    [
        (spanning(), PEOPLE, "not within one financial year: apportion it first"),
        (of_two_statuses(), PEOPLE, "more than one status"),
        (of_half_a_penny(), PEOPLE, "an amount is no whole number of pence"),
    ],
)
def test_what_is_wrong_is_a_reason_where_the_rows_are_not(
    make: Maker, awards: Columns, people: Columns, says: str
) -> None:
    found = rows(per_capita_spend(make(awards), make(people), by="funding_stream"))
    wrong = [row for row in found if row["unknown_reason"] == says]
    assert len(wrong) == 1
    sums = [name for name in wrong[0] if name.startswith("spend") and "low" not in name]
    assert {wrong[0][name] for name in sums if "high" not in name} == {None}


@every_lazy_engine
@pytest.mark.parametrize(
    ("people", "says"),
    [
        (of_two_vintages(), "population of more than one vintage"),
        (given_twice(), "population given more than once"),
    ],
)
def test_a_doubtful_population_is_a_reason_where_the_rows_are_not(
    make: Maker, people: Columns, says: str
) -> None:
    awards = {name: values[2:4] for name, values in AWARDS.items()}
    (row,) = rows(per_capita_spend(make(awards), make(people), by="funding_stream"))
    assert says in row["unknown_reason"]
    assert row["persons"] is None


@pytest.mark.parametrize("make", [pandas_numpy, polars_lazy])
def test_years_of_other_areas_or_classes_are_not_compared(make: Maker) -> None:
    counted = [
        ("A", "Robbery", 2020, 10), ("A", "Robbery", 2021, 9), ("A", "Robbery", 2022, 9),
        ("B", "Robbery", 2020, 5), ("B", "Robbery", 2021, 7), ("B", "Robbery", 2022, 1),
        ("C", "Robbery", 2022, 4), (None, "Arson", 2020, 4), ("A", "Arson", 2021, 5),
    ]  # fmt: skip
    areas, classes, years, counts = zip(*counted, strict=True)
    table: Columns = {
        "area_code": list(areas),
        "offence": list(classes),
        "period_start": [day(f"{year}-04-01") for year in years],
        "period_end": [day(f"{year + 1}-03-31") for year in years],
        "offences": [float(count) for count in counts],
    }
    found = rows(year_on_year(make(table), value="offences", by="offence"))
    assert [(row["change"], row["change_pct"], row["unknown_reason"]) for row in found] == [
        (None, None, "no figure for the year before"),
        (None, None, "only the year before counts no area_code, Arson"),
        (None, None, "no figure for the year before"),
        (1, pytest.approx(100 / 15), None),
        (None, None, "only this year counts C, Robbery"),
    ]


@pytest.mark.slow
@every_engine
def test_years_of_other_areas_or_classes_are_compared_on_no_engine(make: Maker) -> None:
    test_years_of_other_areas_or_classes_are_not_compared(make)


def counts_of_vintages(*held: tuple[int, str | None, float]) -> Columns:
    years, vintages, counts = zip(*held, strict=True)
    return {
        "area_code": [FORCE] * len(held),
        "vintage": list(vintages),
        "period_start": [day(f"{year}-04-01") for year in years],
        "period_end": [day(f"{year + 1}-03-31") for year in years],
        "offences": list(counts),
    }


@pytest.mark.parametrize("make", [pandas_numpy, polars_lazy])
def test_years_of_two_vintages_are_compared_with_a_caution_and_never_added(make: Maker) -> None:
    apart = counts_of_vintages(
        (2020, "first", 10), (2021, "first", 12), (2022, "later", 9), (2023, None, 8)
    )
    found = rows(year_on_year(make(apart), value="offences", by="area_code"))
    assert [(row["change"], row["caution"]) for row in found] == [
        (None, None), (2, None), (-3, "vintage differs: first, later"), (-1, None),
    ]  # fmt: skip
    beside = make(counts_of_vintages((2020, "first", 10), (2020, "later", 12)))
    by_vintage = rows(year_on_year(beside, value="offences", by=["area_code", "vintage"]))
    assert [row["offences"] for row in by_vintage] == [10, 12]
    if isinstance(nw.from_native(beside), nw.DataFrame):
        with pytest.raises(TableError, match="of one vintage, or add 'vintage' to by"):
            year_on_year(beside, value="offences", by="area_code")
        return
    (row,) = rows(year_on_year(beside, value="offences", by="area_code"))
    assert row["offences"] is None
    assert str(row["unknown_reason"]).startswith("a count is given more than once")


@pytest.mark.slow
@every_engine
def test_vintages_are_added_on_no_engine(make: Maker) -> None:
    test_years_of_two_vintages_are_compared_with_a_caution_and_never_added(make)


@every_engine
def test_an_empty_table_gives_an_empty_table(make: Maker) -> None:
    if make in (polars_nan, pandas_nullable, pandas_arrow, pandas_arrow_dates, pandas_categories):
        pytest.skip("made like another engine here")
    whole = nw.from_native(make(AWARDS))
    empty = whole.filter(nw.col("flow") == "none").to_native()
    assert rows(per_capita_spend(empty, make(PEOPLE), by="funding_stream")) == []
    assert rows(year_on_year(empty, value="amount_gbp", by="funding_stream")) == []
    assert rows(real_terms(empty, make(PRICES), base="2023-24")) == []


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (pandas_numpy, polars_lazy, "awards is a pandas DataFrame and population a polars Lazy"),
        (polars_eager, polars_lazy, "polars DataFrame and population a polars LazyFrame"),
    ],
)
def test_two_kinds_of_frame_are_refused(one: Maker, other: Maker, says: str) -> None:
    with pytest.raises(TableError, match=says):
        per_capita_spend(one(AWARDS), other(PEOPLE), by="funding_stream")
    with pytest.raises(TableError, match="Turn one into the other's kind"):
        real_terms(one(AWARDS), other(PRICES), base="2023-24")
    with pytest.raises(TableError, match="Turn one into the other's kind"):
        reduction(
            one(CRIME),
            baseline="2019",
            comparison="2023",
            by="offence",
            population=other(PEOPLE),
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (polars_eager, pandas_numpy),
        (polars_eager, pandas_categories),
        (polars_eager, pandas_nullable),
        (polars_lazy, pandas_numpy),
        (pandas_numpy, polars_eager),
        (pandas_nullable, polars_eager),
    ],
)
def test_rows_at_hand_of_pandas_and_polars_go_beside_each_other(one: Maker, other: Maker) -> None:
    windows = {"baseline": "2019", "comparison": "2023", "by": "offence"}
    years = PEOPLE | {"reference_date": [day(f"{year}-06-30") for year in (2019, 2023, 2023, 2022)]}
    for measure in (
        lambda second: per_capita_spend(one(AWARDS), second(PEOPLE), by="funding_stream"),
        lambda second: real_terms(one(AWARDS), second(PRICES), base="2023-24"),
        lambda second: reduction(one(CRIME), population=second(years), **windows),
        lambda second: offence_rates(one(QUARTERS), second(years)),
        lambda second: apportion(
            one(LONG), to="area_code", rule="population", by=second(DISTRICTS)
        ),
    ):
        mixed, alone = measure(other), measure(one)
        assert type(mixed) is type(alone)
        assert rows(mixed) == rows(alone)


def test_a_column_of_nothing_goes_beside_another_kind() -> None:
    people = PEOPLE | {"note": [None] * 4, "persons": [None, 1000.0, 3000.0, None]}
    found = per_capita_spend(polars_eager(AWARDS), pandas_numpy(people), by="funding_stream")
    alone = per_capita_spend(polars_eager(AWARDS), polars_eager(people), by="funding_stream")
    assert rows(found) == rows(alone)
