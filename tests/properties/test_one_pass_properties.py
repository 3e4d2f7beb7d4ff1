"""The one pass over rows at hand gives what the careful path gives: every cell, and every error."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError
from pccfunding.frames.tables import open_table
from pccfunding.measures.at_hand import Residents
from pccfunding.money.sums import Sums

# The module hides behind the function of its name.
_real_terms = importlib.import_module("pccfunding.measures.real_terms")
_reduction = importlib.import_module("pccfunding.measures.reduction")

AREAS = ["E23000036", "E23000029", "W15000004", "E07000010", None]
PERIODS = [
    ("2018-04-01", "2019-03-31"),
    ("2019-04-01", "2020-03-31"),
    ("2020-04-01", "2021-03-31"),
    ("2020-04-01", "2020-06-30"),
    ("2020-02-29", "2021-02-28"),
    ("2019-02-28", "2020-02-28"),
    ("2018-05-05", "2018-07-09"),
]
ODD_PERIODS = [("2019-01-01", "2019-12-31"), ("2020-03-31", "2020-03-01"), (None, "2020-03-31")]
POUNDS = [None, 0.0, -250.0, 100.0, 12.34, 1_000_000.01]
ODD_POUNDS = [0.005, 1e15, float("inf")]
words = st.sampled_from(["Youth Fund", "Road Safety", "Ünder", "", None])


def lines(*, odd: bool) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Draw award lines, which are all sound, or some of them odd."""
    line = st.tuples(
        st.sampled_from(AREAS if odd else AREAS[:3]),
        words,
        st.sampled_from(PERIODS + (ODD_PERIODS if odd else [])),
        st.sampled_from(POUNDS + (ODD_POUNDS if odd else [])),
        st.sampled_from(["funding", "spending"] if odd else ["funding", None]),
        st.integers(0, 2),
        st.sampled_from([None, "cash", "2019-20"] if odd else ["2019-20"]),
    )
    return st.lists(line, min_size=1, max_size=16)


def table_of(rows: list[tuple[Any, ...]], *, bounds: bool, kind: str) -> pd.DataFrame:
    amounts = pd.Series([row[3] for row in rows], dtype=float)
    frame = pd.DataFrame(
        {
            "area_code": [row[0] for row in rows],
            "funding_stream": [row[1] for row in rows],
            "period_start": pd.to_datetime([row[2][0] for row in rows]),
            "period_end": pd.to_datetime([row[2][1] for row in rows]),
            "amount_gbp": amounts,
            "flow": [row[4] for row in rows],
            "status": None,
            "number": [row[5] for row in rows],
            "price_base": [row[6] for row in rows],
        }
    )
    if bounds:
        frame["amount_low_gbp"] = amounts - 0.5
        frame["amount_high_gbp"] = amounts.where(frame["number"] > 0) + 7
    keys = {"area_code": kind, "funding_stream": kind}
    if kind != "plain" and frame[[*keys]].notna().any().all():
        frame = frame.astype(keys)
    return frame.set_axis(range(5, 5 + len(frame)))


@st.composite
def populations(draw: st.DrawFn) -> pd.DataFrame:
    cells = [(area, year) for area in AREAS[:4] for year in (2018, 2019, 2020)]
    held = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=12, unique=True))
    held += draw(st.sampled_from([[], [], [], held[:1]]))
    return pd.DataFrame(
        {
            "area_code": [area for area, _ in held],
            "reference_date": pd.to_datetime(
                [f"{year}-{draw(st.sampled_from(['06-30', '07-01', '03-21']))}" for _, year in held]
            ),
            "persons": [draw(st.sampled_from([1000.0, 0.0, None, 77.0, -1.0])) for _ in held],
            "vintage": draw(st.sampled_from(["rebased", "rebased", None, "another"])),
        }
    )


tables = st.booleans().flatmap(
    lambda odd: st.builds(
        lambda rows, bounds, kind: table_of(rows, bounds=bounds, kind=kind),
        lines(odd=odd),
        st.booleans(),
        st.sampled_from(["plain", "category", "object"]),
    )
)
groupings = st.sampled_from(
    [
        [],
        ["area_code"],
        ["funding_stream"],
        ["funding_stream", "area_code"],
        ["flow", "number"],
        ["status"],
    ]
)


def answer(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except PccFundingError as error:
        return f"{type(error).__name__}: {error}"


def assert_same_both_ways(call: Callable[[], Any]) -> None:
    found = answer(call)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sums, "at_hand", lambda *_: None)
        patch.setattr(_real_terms, "_at_hand", lambda *_: None)
        patch.setattr(_reduction, "arrays_at_hand", lambda *_: None)
        patch.setattr(Residents, "of", lambda *_: None)
        careful = answer(call)
    if isinstance(found, str) or isinstance(careful, str):
        assert found == careful
    else:
        pd.testing.assert_frame_equal(found, careful, check_exact=True)


@given(awards=tables, people=populations(), by=groupings)
def test_spend_per_head_is_the_same_both_ways(
    awards: pd.DataFrame, people: pd.DataFrame, by: list[str]
) -> None:
    assert_same_both_ways(lambda: pcc.per_capita_spend(awards, people, by=by, per=1000))


@given(table=tables, by=groupings)
def test_year_on_year_is_the_same_both_ways(table: pd.DataFrame, by: list[str]) -> None:
    assert_same_both_ways(lambda: pcc.year_on_year(table, value="amount_gbp", by=by))


@given(table=tables, by=groupings)
def test_year_on_year_of_rates_and_counts_is_the_same_both_ways(
    table: pd.DataFrame, by: list[str]
) -> None:
    # Two years are compared where they are of the same areas and classes.
    table = table.rename(columns={"funding_stream": "offence"})
    by = [key.replace("funding_stream", "offence") for key in by]
    rates = table.rename(columns=lambda name: name.replace("amount_gbp", "spend_gbp_per_head"))
    assert_same_both_ways(lambda: pcc.year_on_year(rates, value="spend_gbp_per_head", by=by))
    counts = table.assign(offences=table["amount_gbp"].round())
    assert_same_both_ways(lambda: pcc.year_on_year(counts, value="offences", by=by))


@pytest.mark.parametrize("kind", ["plain", "category"])
@pytest.mark.parametrize("value", ["offences", "offences_per_1000"])
def test_years_of_one_row_each_are_unlike_both_ways(value: str, kind: str) -> None:
    # Areas a and b change their class, b loses its area; c stays as it is.
    counted = [
        ("a", "E23000023", "Robbery"), ("b", "E23000023", "Robbery"), ("c", None, "Robbery"),
        ("a", "E23000023", "Arson"), ("b", None, None), ("c", None, "Robbery"),
    ]  # fmt: skip
    group, areas, classes = zip(*counted, strict=True)
    starts = pd.to_datetime(["2020-04-01"] * 3 + ["2021-04-01"] * 3)
    table = pd.DataFrame({"group": group, "area_code": areas, "offence": classes})
    table = table.astype("category") if kind == "category" else table
    table = table.assign(period_start=starts, period_end=starts + pd.DateOffset(years=1, days=-1))
    table[value] = [4.0, 5.0, 6.0, 6.0, 5.0, 9.0]
    assert_same_both_ways(lambda: pcc.year_on_year(table, value=value, by="group"))
    found = pcc.year_on_year(table, value=value, by="group")
    assert found["change_pct"].notna().tolist() == [False] * 5 + [True]


@given(table=tables, years=st.lists(st.integers(2018, 2021), min_size=1, max_size=4, unique=True))
def test_real_terms_are_the_same_both_ways(table: pd.DataFrame, years: list[int]) -> None:
    deflator = pd.DataFrame(
        {
            "financial_year": [f"{year}-{year % 100 + 1}" for year in years],
            "price_index": [87.3 + year % 10 for year in years],
        }
    )
    base = deflator["financial_year"][0]
    cash = table.drop(columns="price_base")
    assert_same_both_ways(lambda: pcc.real_terms(cash, deflator, base=base))
    rates = cash.rename(columns=lambda name: name.replace("amount_gbp", "spend_gbp_per_head"))
    assert_same_both_ways(
        lambda: pcc.real_terms(rates, deflator, base=base, value="spend_gbp_per_head")
    )


WHOLE = [("2018-04-01", "2019-03-31"), ("2020-04-01", "2021-03-31")]
HALVES = [("2018-04-01", "2018-09-30"), ("2018-10-01", "2019-03-31")]


def counted(*, odd: bool) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Draw counts by area, class and period, which are all sound, or some of them odd."""
    odd_days = [("2020-04-01", "2020-12-31"), (None, "2021-03-31"), *WHOLE, *HALVES]
    row = st.tuples(
        st.sampled_from([*AREAS[:2], "E99000001"]),
        st.sampled_from(["Robbery", "Shoplifting", *(["Theft offences"] if odd else [])]),
        st.sampled_from(odd_days if odd else [*HALVES, WHOLE[1]]),
        st.sampled_from([None, 0.0, 3.0, 812.0, 20_311.0, *([1.5, -2.0] if odd else [])]),
        st.sampled_from(["to June 2023", "to June 2024", None] if odd else ["to June 2023"]),
        st.sampled_from(["a", "b"] if odd else ["a"]),
    )
    alike = None if odd else (lambda one: one[:3])
    return st.lists(row, min_size=1, max_size=12, unique_by=alike)


counted_rows = st.booleans().flatmap(lambda odd: counted(odd=odd))


@given(
    rows=counted_rows,
    left_out=st.sets(st.sampled_from(["offence", "vintage", "release", "note"])),
    by=st.sampled_from([[], ["area_code"], ["offence"], ["offence", "area_code"], ["note"]]),
    people=st.one_of(st.none(), populations()),
    kind=st.sampled_from(["plain", "category", "object"]),
)
def test_reductions_are_the_same_both_ways(
    rows: list[tuple[Any, ...]],
    left_out: set[str],
    by: list[str],
    people: pd.DataFrame | None,
    kind: str,
) -> None:
    frame = pd.DataFrame(
        {
            "note": [row[5] for row in rows],
            "area_code": [row[0] for row in rows],
            "offence": [row[1] for row in rows],
            "period_start": pd.to_datetime([row[2][0] for row in rows]),
            "period_end": pd.to_datetime([row[2][1] for row in rows]),
            "offences": pd.Series([row[3] for row in rows], dtype=float),
            "vintage": [row[4] for row in rows],
            "release": [row[5] for row in rows],
        }
    ).drop(columns=sorted(left_out - {*by}))
    if kind != "plain":
        frame = frame.astype({"area_code": kind})
    windows = {"baseline": "2018-19", "comparison": "2020-21"}
    counts = frame.set_axis(range(3, 3 + len(frame)))
    assert_same_both_ways(lambda: pcc.reduction(counts, by=by, population=people, **windows))
    if people is not None:
        assert_same_both_ways(lambda: pcc.offence_rates(counts, people, by=by))


@given(
    awards=tables,
    persons=st.lists(st.sampled_from([1000.0, 77.0, 0.0]), min_size=4, max_size=4),
    odd=st.sampled_from([*[None] * 4, float("nan"), -1.0]),
)
def test_awards_over_areas_are_the_same_both_ways(
    awards: pd.DataFrame, persons: list[float], odd: float | None
) -> None:
    people = pd.DataFrame(
        {
            "area_code": AREAS[:4],
            "reference_date": pd.Timestamp("2019-06-30"),
            "persons": [*persons[:3], persons[3] if odd is None else odd],
            "vintage": "rebased",
        }
    )
    cash = awards.drop(columns="price_base").assign(
        period_start=pd.Timestamp("2019-04-01"), period_end=pd.Timestamp("2020-03-31")
    )
    assert_same_both_ways(lambda: pcc.apportion(cash, to="area_code", rule="population", by=people))


def test_the_rows_of_most_people_take_the_one_pass() -> None:
    rows = [
        (area, "Youth Fund", PERIODS[year], 12.34, None, 1, None)
        for area in AREAS[:3]
        for year in (0, 1)
    ]
    for kind in ("plain", "category", "object"):
        table = table_of(rows, bounds=True, kind=kind)
        held = Sums(open_table(table, "table"), "amount_gbp").at_hand(
            ["area_code", "funding_stream", "period_start", "period_end"]
        )
        assert held is not None
        assert len(held.frame()) == len(rows)


def test_every_measure_takes_the_one_pass_where_rows_lack_much_and_are_not_odd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []

    def watch(name: str) -> None:
        module = importlib.import_module(f"pccfunding.measures.{name}")
        one_pass = module._at_hand

        def watched(*given: Any) -> Any:
            found = one_pass(*given)
            assert found is not None, name
            taken.append(name)
            return found

        monkeypatch.setattr(module, "_at_hand", watched)

    for name in ("per_capita_spend", "year_on_year", "real_terms", "reduction"):
        watch(name)
    rows = [
        (AREAS[0], "Youth Fund", PERIODS[0], 12.34, "funding", 1, None),
        (AREAS[0], "Youth Fund", PERIODS[0], -2.0, None, 0, None),
        (AREAS[1], "Youth Fund", PERIODS[1], None, None, 1, None),
        (AREAS[2], None, PERIODS[1], 5.0, "funding", 1, None),
        (AREAS[2], "", PERIODS[3], 0.0, "funding", 1, None),
    ]
    people = pd.DataFrame(
        {
            "area_code": [*AREAS[:2], AREAS[0], AREAS[2]],
            "reference_date": pd.to_datetime(
                ["2018-06-30", "2019-06-30", "2011-03-21", "2019-07-01"]
            ),
            "persons": [1000.0, None, 5.0, 0.0],
            "vintage": "rebased",
        }
    )
    prices = pd.DataFrame({"financial_year": ["2018-19", "2019-20"], "price_index": [80.0, 100.0]})
    for kind in ("plain", "category", "object"):
        table = table_of(rows, bounds=True, kind=kind).drop(columns="price_base")
        table["status"] = ["award", None, "award", "award", "award"]
        for by in ([], ["area_code"], ["funding_stream"], ["number", "area_code"]):
            pcc.per_capita_spend(table, people, by=by)
            pcc.year_on_year(table, value="amount_gbp", by=by)
        pcc.real_terms(table, prices, base="2019-20")
        counts = table.rename(columns={"amount_gbp": "offences"}).assign(
            offences=[3.0, 1.0, None, 0.0, 7.0]
        )
        counts = counts.iloc[1:].drop(columns=["amount_low_gbp", "amount_high_gbp"])
        pcc.year_on_year(counts, value="offences", by="area_code")
        pcc.reduction(counts, by="area_code", baseline="2018-19", comparison="2019-20")
    assert {name: taken.count(name) for name in taken} == {
        "per_capita_spend": 12,
        "year_on_year": 15,
        "real_terms": 3,
        "reduction": 3,
    }
