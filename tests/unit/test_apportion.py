"""Awards spread over years, months and areas: worked by hand, exact to the penny, or refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding import apportion, per_capita_spend
from pccfunding.errors import PenceError, PeriodError, PopulationError, TableError
from pccfunding.money.pence import split_pence

DISTRICTS = [
    "E06000031",
    "E07000008",
    "E07000009",
    "E07000010",
    "E07000011",
    "E07000012",
]
FRAMES = pytest.mark.parametrize("kind", ["pandas", "polars"])


def table(rows: list[dict[str, Any]], kind: str = "pandas") -> Any:
    if kind == "polars":
        return pl.DataFrame(rows, infer_schema_length=None)
    frame = pd.DataFrame(rows)
    for column in ("period_start", "period_end", "reference_date"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return frame


def award(amount: float | None, start: date, end: date, **more: Any) -> dict[str, Any]:
    return {"period_start": start, "period_end": end, "amount_gbp": amount} | more


YEAR = (date(2023, 4, 1), date(2024, 3, 31))
TWO_YEARS = (date(2023, 4, 1), date(2025, 3, 31))
ROUND_5 = (date(2023, 10, 1), date(2025, 3, 31))


def records(frame: Any) -> list[dict[str, Any]]:
    rows = frame.to_dicts() if isinstance(frame, pl.DataFrame) else frame.to_dict("records")
    return [
        {name: None if value is pd.NaT or value != value else value for name, value in row.items()}
        for row in rows
    ]


def amounts(frame: Any) -> list[float | None]:
    return [row["amount_gbp"] for row in records(frame)]


def days(row: dict[str, Any]) -> tuple[str, str]:
    return str(row["period_start"])[:10], str(row["period_end"])[:10]


def hand(amount: int, weights: list[int]) -> list[int]:
    return split_pence(np.array([amount]), np.array(weights))[:, 0].tolist()


@FRAMES
def test_safer_streets_5_by_days(kind: str) -> None:
    """183 of 548 days lie in 2023-24: £273,832.1167..., so the penny goes to the second year."""
    spread = apportion(table([award(820_000.0, *ROUND_5)], kind), to="financial_year", rule="days")
    first, second = records(spread)
    assert (first["amount_gbp"], second["amount_gbp"]) == (273_832.12, 546_167.88)
    assert days(first) == ("2023-10-01", "2024-03-31")
    assert days(second) == ("2024-04-01", "2025-03-31")
    for row in (first, second):
        assert row["awarded_gbp"] == 820_000
        assert row["apportioned_by"] == "days over financial year"
        assert row["basis"] == "derived"
    assert type(spread) is type(table([award(1.0, *YEAR)], kind))


def test_round_5_as_it_is_bundled() -> None:
    totals = pcc.load_totals().query("subject_id == 'cambs-safer-streets-5'")
    spread = apportion(totals, to="financial_year", rule="days")
    assert amounts(spread) == [273_832.12, 546_167.88]
    # The bounds of £820,000 are split by the same rule.
    assert spread["amount_low_gbp"].tolist() == [272_162.41, 542_837.59]
    assert spread["amount_high_gbp"].tolist() == [275_501.82, 549_498.18]
    assert spread["figure_id"].tolist() == ["S010", "S010"]


@FRAMES
def test_a_published_year_wins_and_the_rest_is_derived(kind: str) -> None:
    """Domestic Abuse Perpetrator: £374,849 of £786,138 is printed for 2023-24."""
    whole = award(786_138.0, *TWO_YEARS, subject_id="two-years")
    printed = award(374_849.0, *YEAR, part_of="two-years")
    spread = apportion(
        table([whole], kind), to="financial_year", rule="days", published=table([printed], kind)
    )
    first, second = records(spread)
    assert (first["amount_gbp"], first["basis"]) == (374_849, "published")
    assert (second["amount_gbp"], second["basis"]) == (411_289, "derived")
    straight = apportion(table([whole], kind), to="financial_year", rule="days")
    assert amounts(straight) == [393_606.71, 392_531.29]


def test_the_perpetrator_award_as_it_is_bundled() -> None:
    totals = pcc.load_totals()
    award = totals[totals["subject_id"] == "cambs-domestic-abuse-perpetrator-2023-25"]
    spread = apportion(award, to="financial_year", rule="days", published=pcc.load_awards())
    assert spread["amount_gbp"].tolist() == [374_849, 411_289]
    assert spread["amount_low_gbp"].tolist() == [374_849, 411_289]
    assert spread["basis"].tolist() == ["published", "derived"]


def test_what_is_left_is_spread_over_the_other_years_by_the_rule() -> None:
    long = award(100.0, date(2022, 4, 1), date(2025, 3, 31), subject_id="x")
    other = award(1.01, *TWO_YEARS, subject_id="y")
    rows = [award(40.0, *YEAR, part_of="x"), award(9.0, *YEAR, part_of="of-another")]
    rows += [award(9.0, *TWO_YEARS, part_of="x"), award(None, *YEAR, part_of="y")]
    spread = apportion(
        table([other, long]), to="financial_year", rule="equal", published=table(rows)
    )
    assert spread["amount_gbp"].tolist() == [0.51, 0.5, 30.0, 40.0, 30.0]
    assert spread["basis"].tolist() == ["derived", "derived", "derived", "published", "derived"]
    assert spread["subject_id"].tolist() == ["y", "y", "x", "x", "x"]


def test_a_published_year_stands_where_the_award_is_unknown() -> None:
    whole = award(None, *TWO_YEARS, subject_id="x", amount_high_gbp=100.0)
    spread = apportion(
        table([whole]),
        to="financial_year",
        rule="days",
        published=table([award(40.0, *YEAR, part_of="x")]),
    )
    assert amounts(spread) == [40, None]
    assert spread["amount_high_gbp"].tolist() == [40, 60]
    assert spread["awarded_gbp"].isna().all()


def test_all_years_published() -> None:
    whole = award(100.0, *TWO_YEARS, subject_id="x")
    second = (date(2024, 4, 1), date(2025, 3, 31))
    both = [award(40.0, *YEAR, part_of="x"), award(60.0, *second, part_of="x")]
    spread = apportion(table([whole]), to="financial_year", rule="days", published=table(both))
    assert (amounts(spread), set(spread["basis"])) == ([40, 60], {"published"})
    both[1]["amount_gbp"] = 59.99
    with pytest.raises(TableError, match=r"row 0 add up to £99.99, the award is £100.00"):
        apportion(table([whole]), to="financial_year", rule="days", published=table(both))


def test_published_parts_that_exceed_the_award_or_stand_twice_are_refused() -> None:
    whole = table([award(100.0, *TWO_YEARS, subject_id="x")])
    more = table([award(100.01, *YEAR, part_of="x")])
    with pytest.raises(TableError, match=r"£100.01, the award is £100.00. Reconcile them"):
        apportion(whole, to="financial_year", rule="days", published=more)
    twice = table([award(4.0, *YEAR, part_of="x"), award(5.0, *YEAR, part_of="x")])
    with pytest.raises(TableError, match="two amounts of 'x' from 2023-04-01 to 2024-03-31"):
        apportion(whole, to="financial_year", rule="days", published=twice)
    correction = table([award(-100.0, *TWO_YEARS, subject_id="x")])
    back = apportion(
        correction,
        to="financial_year",
        rule="days",
        published=table([award(-40.0, *YEAR, part_of="x")]),
    )
    assert amounts(back) == [-40, -60]
    beyond = table([award(-100.01, *YEAR, part_of="x")])
    with pytest.raises(TableError, match=r"add up to −£100.01, the award is −£100.00"):
        apportion(correction, to="financial_year", rule="days", published=beyond)


@FRAMES
def test_six_districts_by_population(kind: str) -> None:
    people = pcc.load_population()
    people = people[people["area_code"].isin(DISTRICTS)]
    counted = people[people["reference_date"] == "2023-06-30"].set_index("area_code")["persons"]
    persons = [int(counted[code]) for code in DISTRICTS]
    by = people if kind == "pandas" else pl.from_dicts(people.to_dict("records"))
    spread = apportion(
        table([award(352_195.0, *YEAR, area_code="E23000023")], kind),
        to="area_code",
        rule="population",
        by=by,
    )
    rows = records(spread)
    assert [row["area_code"] for row in rows] == DISTRICTS
    assert [round(100 * row["amount_gbp"]) for row in rows] == hand(35_219_500, persons)
    exact = [35_219_500 * count / sum(persons) for count in persons]
    for row, pence in zip(rows, exact, strict=True):
        assert abs(100 * row["amount_gbp"] - pence) < 1
        assert days(row) == ("2023-04-01", "2024-03-31")
        assert row["apportioned_by"] == "population over area code"


def test_the_spread_award_goes_into_spend_per_head() -> None:
    people = pcc.load_population()
    people = people[people["area_code"].isin(DISTRICTS)]
    money = pcc.load_totals().query("subject_id == 'cambs-safer-streets-5'")
    years = apportion(money, to="financial_year", rule="days")
    spread = apportion(years, to="area_code", rule="population", by=people)
    assert len(spread) == 12
    assert round(100 * spread["amount_gbp"].sum()) == 82_000_000
    heads = per_capita_spend(spread, people, by="area_code")
    assert set(heads["area_code"]) == set(DISTRICTS)
    for _, year in heads.groupby("period_start"):
        # Spread by population, every district has the same per head, but for the penny.
        assert year["spend_gbp_per_head"].max() - year["spend_gbp_per_head"].min() < 1e-6
    with pytest.raises(PeriodError, match="apportion"):
        per_capita_spend(money, people, by="funding_stream")
    whole = pcc.load_population().query("area_code == 'E23000023'")
    assert len(per_capita_spend(years, whole, by="funding_stream")) == 2


@FRAMES
def test_months_by_days_and_equally(kind: str) -> None:
    quarter = table([award(91.0, date(2023, 12, 15), date(2024, 2, 10))], kind)
    rows = records(apportion(quarter, to="month", rule="days"))
    # 17, 31 and 10 of 58 days.
    assert [round(100 * row["amount_gbp"]) for row in rows] == hand(9_100, [17, 31, 10])
    assert [round(100 * row["amount_gbp"]) for row in rows] == [2_667, 4_864, 1_569]
    assert [days(row) for row in rows] == [
        ("2023-12-15", "2023-12-31"),
        ("2024-01-01", "2024-01-31"),
        ("2024-02-01", "2024-02-10"),
    ]
    equal = apportion(quarter, to="month", rule="equal")
    assert amounts(equal) == [30.34, 30.33, 30.33]
    assert records(equal)[0]["apportioned_by"] == "equal over month"


def test_leap_days_count() -> None:
    spread = apportion(
        table([award(7.31, date(2023, 4, 1), date(2025, 3, 31))]), to="financial_year", rule="days"
    )
    assert amounts(spread) == [3.66, 3.65]


@FRAMES
def test_areas_equally_and_by_weights(kind: str) -> None:
    money = table([award(100.0, *TWO_YEARS), award(0.02, *YEAR)], kind)
    areas = table([{"area_code": code, "weight": n} for n, code in enumerate("ABC")], kind)
    equal = apportion(money, to="area_code", rule="equal", by=areas)
    assert amounts(equal) == [33.34, 33.33, 33.33, 0.01, 0.01, 0]
    weighted = apportion(money, to="area_code", rule="weights", by=areas)
    assert amounts(weighted) == [0, 33.33, 66.67, 0, 0.01, 0.01]
    assert [row["area_code"] for row in records(weighted)] == ["A", "B", "C"] * 2


def test_years_and_months_by_weights() -> None:
    years = table(
        [{"financial_year": "2023-24", "weight": 1}, {"financial_year": "2024-25", "weight": 3}]
    )
    money = table([award(0.1, *ROUND_5)])
    assert amounts(apportion(money, to="financial_year", rule="weights", by=years)) == [0.03, 0.07]
    months = table([{"month": f"2023-{n}", "weight": n} for n in (11, 12)])
    winter = table([award(2.3, date(2023, 11, 5), date(2023, 12, 6))])
    assert amounts(apportion(winter, to="month", rule="weights", by=months)) == [1.1, 1.2]
    with pytest.raises(TableError, match="no weight for 2024-25; it has 2023-24"):
        apportion(money, to="financial_year", rule="weights", by=years.head(1))


def test_one_part_is_as_printed() -> None:
    rows = records(apportion(table([award(12.34, *YEAR)]), to="financial_year", rule="days"))
    assert [(row["amount_gbp"], row["basis"]) for row in rows] == [(12.34, "as printed")]


@FRAMES
def test_unknown_amounts_stay_unknown(kind: str) -> None:
    money = table(
        [
            award(None, *TWO_YEARS, amount_low_gbp=1.0, amount_high_gbp=None),
            award(0.0, *TWO_YEARS, amount_low_gbp=0.0, amount_high_gbp=0.01),
        ],
        kind,
    )
    spread = apportion(money, to="financial_year", rule="equal")
    assert amounts(spread) == [None, None, 0, 0]
    rows = records(spread)
    assert [row["awarded_gbp"] for row in rows] == [None, None, 0, 0]
    assert [row["amount_low_gbp"] for row in rows] == [0.5, 0.5, 0, 0]
    assert [row["amount_high_gbp"] for row in rows] == [None, None, 0.01, 0]
    if kind == "polars":
        assert spread["amount_gbp"].null_count() == 2
        assert not spread["amount_gbp"].is_nan().any()


@FRAMES
def test_rows_keep_their_order_their_columns_and_their_kind(kind: str) -> None:
    money = table(
        [
            award(1.0, *TWO_YEARS, name="b", theme=None),
            award(2.0, *YEAR, name="a", theme="x"),
            award(3.0, *ROUND_5, name="c", theme=None),
        ],
        kind,
    )
    if kind == "pandas":
        money.index = pd.Index([7, 7, 9])
    spread = apportion(money, to="financial_year", rule="days")
    assert list(spread.columns) == [
        *("period_start", "period_end", "amount_gbp", "name", "theme"),
        *("awarded_gbp", "basis", "apportioned_by"),
    ]
    rows = records(spread)
    assert [row["name"] for row in rows] == ["b", "b", "a", "c", "c"]
    assert [row["theme"] for row in rows] == [None, None, "x", None, None]
    assert [row["awarded_gbp"] for row in rows] == [1, 1, 2, 3, 3]
    if kind == "pandas":
        assert spread.index.tolist() == [0, 1, 2, 3, 4]
        assert money.index.tolist() == [7, 7, 9]
        assert (
            spread.dtypes[["period_start", "name"]] == money.dtypes[["period_start", "name"]]
        ).all()
    else:
        assert spread.schema["period_start"] == money.schema["period_start"] == pl.Date


@FRAMES
@pytest.mark.parametrize("to", ["financial_year", "area_code"])
def test_no_awards_give_no_parts_and_all_columns(kind: str, to: str) -> None:
    nothing = table([award(1.0, *YEAR)], kind)[:0]
    areas = table([{"area_code": "A"}], kind) if to == "area_code" else None
    spread = apportion(nothing, to=to, rule="equal", by=areas)
    assert len(spread) == 0
    added = {"awarded_gbp", "basis", "apportioned_by"} | (
        {"area_code"} if areas is not None else set()
    )
    assert set(spread.columns) == set(nothing.columns) | added


def test_dates_of_other_kinds() -> None:
    rows = pd.DataFrame([award(10.0, *TWO_YEARS)])
    assert rows["period_start"].dtype == object
    spread = apportion(rows, to="financial_year", rule="equal")
    assert spread["period_end"].dtype == "datetime64[ns]"
    assert [day.date() for day in spread["period_end"]] == [YEAR[1], TWO_YEARS[1]]
    zoned = table([award(10.0, *TWO_YEARS)])
    for column in ("period_start", "period_end"):
        zoned[column] = zoned[column].dt.tz_localize("Europe/London")
    assert amounts(apportion(zoned, to="financial_year", rule="days")) == [5.01, 4.99]


def test_many_parts_at_once_are_those_one_by_one() -> None:
    rng = np.random.default_rng(20_230_401)
    pence = rng.integers(-(10**9), 10**9, 30_011)
    weights = np.array([217_705, 0, 146_995, 90_000, 185_000, 168_000])
    parts = split_pence(pence, weights)
    assert (parts.sum(axis=0) == pence).all()
    for place in (0, 1, 10_921, 10_922, 10_923, 30_010):
        assert parts[:, place].tolist() == hand(int(pence[place]), weights.tolist())


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [1, 2], [0, 0]),
        (1, [1, 1], [1, 0]),
        (-1, [1, 1], [-1, 0]),
        (1, [0, 0, 5], [0, 0, 1]),
        (5, [7, 0], [5, 0]),
        (10, [3, 3, 2, 2], [3, 3, 2, 2]),
        (11, [3, 3, 2, 2], [4, 3, 2, 2]),
        (3, [1, 10, 1, 10, 1], [0, 2, 0, 1, 0]),
        (7, [1], [7]),
    ],
)
def test_the_penny_left_over_goes_to_the_largest_remainder(
    amount: int, weights: list[int], parts: list[int]
) -> None:
    assert hand(amount, weights) == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [5, -1]])
def test_weights_that_cannot_split_are_refused(weights: list[int]) -> None:
    with pytest.raises(TableError, match="none may be negative and some must be above zero"):
        split_pence(np.array([1]), np.array(weights, dtype=np.int64))


def test_the_largest_product_is_63_bits() -> None:
    whole = np.array([2**62])
    assert split_pence(whole, np.array([1])).tolist() == [[2**62]]
    with pytest.raises(PenceError, match="too large to be split exactly"):
        split_pence(whole, np.array([1, 1]))
    assert split_pence(whole - 1, np.array([1, 1])).T.tolist() == [[2**61, 2**61 - 1]]


MONEY = table([award(100.0, *YEAR), award(50.0, *TWO_YEARS)])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        (
            {"to": "quarter"},
            TableError,
            "over financial_year, month, area_code, not over 'quarter'",
        ),
        ({"to": "month", "rule": "weight"}, TableError, "No rule 'weight'. Did you mean 'weights'"),
        ({"to": "area_code"}, TableError, "days spread over time, persons over areas"),
        ({"to": "month", "rule": "population"}, TableError, "does not spread over 'month'"),
        ({"to": "area_code", "rule": "equal"}, TableError, "needs by=, a table of the parts"),
        ({"to": "month", "rule": "weights"}, TableError, "needs by=, a table of the parts"),
        ({"to": "month", "by": MONEY}, TableError, "'months' over 'month' takes no by="),
        ({"to": "month", "published": MONEY}, TableError, "does not go with to='month'"),
        (
            {"to": "area_code", "rule": "equal", "by": MONEY},
            TableError,
            "by has no column 'area_code'",
        ),
        (
            {"to": "area_code", "rule": "weights", "by": pd.DataFrame({"area_code": ["A"]})},
            TableError,
            "by has no column 'weight'",
        ),
        (
            {"to": "area_code", "rule": "equal", "by": pd.DataFrame({"area_code": ["A", "A"]})},
            TableError,
            "names 'A' 2 times",
        ),
        (
            {"to": "area_code", "rule": "equal", "by": pl.LazyFrame({"area_code": ["A"]})},
            TableError,
            "awards is a pandas DataFrame and by a polars LazyFrame",
        ),
        ({"to": "financial_year", "published": MONEY}, TableError, "published has no .*'part_of'"),
    ],
)
def test_misuse_is_refused(options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        apportion(MONEY, **options)


@pytest.mark.parametrize("weight", [-1, 0.5, None, float("nan"), float("inf"), "3"])
def test_a_weight_is_a_whole_number(weight: Any) -> None:
    areas = pd.DataFrame({"area_code": ["A", "B"], "weight": pd.Series([1, weight], dtype=object)})
    with pytest.raises(TableError, match=r"The weight of B is .* Scale fractions up"):
        apportion(MONEY, to="area_code", rule="weights", by=areas)


def test_published_needs_the_subject_of_an_award() -> None:
    with pytest.raises(TableError, match="awards has no column 'subject_id'"):
        apportion(MONEY, to="financial_year", rule="days", published=MONEY.assign(part_of="x"))


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        (0.005, "amount_gbp in row 1 is 0.005, which is no whole number of pence"),
        (110.154, "correct it, or round it first"),
        (1e14, "row 1 is 100000000000000.0: a float does not tell its pennies apart"),
    ],
)
def test_parts_of_a_penny_are_refused(amount: float, says: str) -> None:
    with pytest.raises(PenceError, match=says):
        apportion(table([award(1.0, *YEAR), award(amount, *YEAR)]), to="month", rule="days")
    bounds = table([award(1.0, *YEAR, amount_low_gbp=1.0), award(1.0, *YEAR, amount_low_gbp=0.005)])
    with pytest.raises(PenceError, match="amount_low_gbp in row 1"):
        apportion(bounds, to="month", rule="days")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (None, YEAR[1], "None, 2024-03-31"),
        (YEAR[0], None, "2023-04-01, None"),
        (YEAR[1], YEAR[0], "2024-03-31, 2023-04-01"),
    ],
)
@FRAMES
def test_an_award_without_a_period_is_refused(
    kind: str, start: date | None, end: date | None, said: str
) -> None:
    rows = [award(1.0, *YEAR), award(1.0, start, end)]
    with pytest.raises(PeriodError, match=f"row 1 has no period to spread it over: {said}"):
        apportion(table(rows, kind), to="month", rule="days")


def people(
    persons: float | None, year: int, code: str = "A", vintage: str = "new"
) -> dict[str, Any]:
    return {
        "area_code": code,
        "reference_date": date(year, 6, 30),
        "persons": persons,
        "vintage": vintage,
    }


@pytest.mark.parametrize(
    ("rows", "error", "says"),
    [
        ([people(5, 2022)], PopulationError, "no population of A at mid-2023"),
        ([people(5, 2023), people(6, 2023)], PopulationError, "by holds A at 2023-06-30 2 times"),
        (
            [people(5, 2023), people(6, 2022, vintage="old")],
            PopulationError,
            "by holds 2 vintages: 'new', 'old'.* keep one, such as by",
        ),
        ([people(None, 2023), people(5, 2023, "B")], PopulationError, "no population of A"),
        ([people(0, 2023)], TableError, "some must be above zero"),
    ],
)
def test_populations_that_do_not_serve(
    rows: list[dict[str, Any]], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        apportion(table([award(1.0, *YEAR)]), to="area_code", rule="population", by=table(rows))


def test_each_year_takes_its_own_population() -> None:
    counted = table([people(1, 2023), people(3, 2023, "B"), people(1, 2024), people(1, 2024, "B")])
    years = table([award(1.0, *YEAR), award(1.0, date(2024, 4, 1), date(2025, 3, 31))])
    spread = apportion(years, to="area_code", rule="population", by=counted)
    assert amounts(spread) == [0.25, 0.75, 0.5, 0.5]
    with pytest.raises(PeriodError, match=r"spans 2 financial years.*to='financial_year' first"):
        apportion(MONEY, to="area_code", rule="population", by=counted)


def test_lazy_months_and_other_things_are_refused() -> None:
    lazy = pl.DataFrame([award(1.0, *YEAR)]).lazy()
    with pytest.raises(TableError, match="collect it first to split it over months"):
        apportion(lazy, to="month", rule="days")
    with pytest.raises(TableError, match="awards is a dict, not a table"):
        apportion({"amount_gbp": [1.0]}, to="month", rule="days")
    with pytest.raises(TableError, match="awards has no columns 'period_start', 'period_end'"):
        apportion(pd.DataFrame({"amount_gbp": [1.0]}), to="month", rule="days")


def test_the_areas_of_the_parts_may_be_named() -> None:
    named = pd.DataFrame({"area": ["Northumbria", "Thames Valley"], "weight": [1, 3]})
    spread = apportion(table([award(8.0, *YEAR)]), to="area_code", rule="weights", by=named)
    assert [(row["area_code"], row["amount_gbp"]) for row in records(spread)] == [
        ("E23000007", 2.0),
        ("E23000029", 6.0),
    ]


@pytest.mark.parametrize("lazy", [False, True])
def test_a_part_has_no_token_of_its_own_and_names_the_figure_of_the_whole(*, lazy: bool) -> None:
    rows = [
        award(100.0, *TWO_YEARS, token="£100", figure_id="f1"),
        award(8.0, *YEAR, token="£8", figure_id="f2"),
    ]
    money = pl.DataFrame(rows)
    spread = apportion(money.lazy() if lazy else money, to="financial_year", rule="months")
    found = spread.lazy().collect().sort("figure_id", "period_start")
    assert found["token"].to_list() == [None, None, "£8"]
    assert found["derived_from"].to_list() == ["f1", "f1", None]
