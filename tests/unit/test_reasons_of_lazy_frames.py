"""Of a lazy frame no row is looked at: whatever is odd is unknown, with its reason in words.

Each group or row below is odd in one way, and worked by hand; beside each stands one that is not.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import pccfunding as pcc

DAYS = ("period_start", "period_end", "reference_date")
YEAR = ("2023-04-01", "2024-03-31")
BEFORE = ("2022-04-01", "2023-03-31")
NO_YEAR = "not within one financial year: apportion it first"
NO_PENCE = "an amount is no whole number of pence"
OUTSIDE = "an amount outside its own bounds"


def frame(rows: list[dict[str, Any]]) -> Any:
    made = pl.DataFrame(rows, infer_schema_length=None)
    days = [pl.col(name).cast(pl.String).str.to_date() for name in made.columns if name in DAYS]
    return made.with_columns(days)


def line(fund: str, amount: float | None, days: tuple[Any, Any] = YEAR, **columns: Any) -> Any:
    bounds = {"amount_low_gbp": amount, "amount_high_gbp": amount}
    start, end = days
    given = {"fund": fund, "area_code": "A1", "period_start": start, "period_end": end}
    return given | {"amount_gbp": amount, "status": "award"} | bounds | columns


def by_fund(found: Any, *columns: str) -> dict[str, Any]:
    """Give the cells of some columns of each fund, which stands there once."""
    rows = found.lazy().collect().to_dicts()
    held = {row["fund"]: tuple(row[name] for name in columns) for row in rows}
    assert len(held) == len(rows)
    return {fund: cells[0] if len(columns) == 1 else cells for fund, cells in held.items()}


def resident(area: str, persons: float | None, vintage: str = "new", year: int = 2023) -> Any:
    day = f"{year}-06-30"
    return {"area_code": area, "reference_date": day, "persons": persons, "vintage": vintage}


PEOPLE = [
    resident("A1", 1000.0),
    resident("A2", 500.0),
    resident("A2", 500.0),
    resident("A3", 10.0),
    resident("A3", 10.0, "old"),
    resident("A4", 0.0),
    resident("A6", -5.0),
    resident("A7", None),
]


def test_spend_per_head_says_what_it_lacks() -> None:
    spent = [
        line("fine", 100.0, amount_low_gbp=90.0, amount_high_gbp=110.5),
        line("fine", 50.5),
        line("long", 1.0, ("2023-04-01", "2024-04-30")),
        line("backwards", 1.0, ("2024-03-31", "2023-04-01")),
        line("undated", 1.0, (None, None)),
        line("mixed", 1.0),
        line("mixed", 1.0, status="budget"),
        line("unlabelled", 2.0, status=None),
        line("unlabelled", 2.0),
        line("no pence", 0.001),
        line("outside", 5.0, amount_low_gbp=6.0, amount_high_gbp=None),
        line("too large", 1e14),
        line("unknown", None),
        line("unknown", 3.0),
        line("floor", 3.0, amount_high_gbp=None),
        line("nobody", 1.0, area_code="A5"),
        line("nobody, twice", 1.0, area_code="A9"),
        line("nobody, twice", 1.0, area_code="A5"),
        line("nameless", 1.0, area_code=None),
        line("below zero", 1.0, area_code="A6"),
        line("blank", 1.0, area_code="A7"),
        line("twice", 1.0, area_code="A2"),
        line("vintages", 1.0, area_code="A3"),
        line("zero", 1.0, area_code="A4"),
        line("two areas", 3.0, area_code="A4"),
        line("two areas", 1.0, area_code="A1"),
    ]
    found = pcc.per_capita_spend(frame(spent).lazy(), frame(PEOPLE).lazy(), by="fund", per=100)
    assert by_fund(found, "unknown_reason") == {
        "fine": None,
        "long": NO_YEAR,
        "backwards": NO_YEAR,
        "undated": NO_YEAR,
        "mixed": "more than one status",
        "unlabelled": None,
        "no pence": NO_PENCE,
        "outside": OUTSIDE,
        "too large": "too large to be added exactly",
        "unknown": "1 of 2 amounts unknown",
        "floor": None,
        "nobody": "no population for A5 at mid-2023",
        "nobody, twice": "no population for A5 and 1 more at mid-2023",
        "nameless": "no population for a row without area_code at mid-2023",
        "below zero": "no population for A6 at mid-2023",
        "blank": "no population for A7 at mid-2023",
        "twice": "population given more than once",
        "vintages": "population given more than once; population of more than one vintage",
        "zero": "population is zero",
        "two areas": None,
    }
    shown = (
        "spend_gbp",
        "spend_low_gbp",
        "spend_high_gbp",
        "spend_known_gbp",
        "persons",
        "spend_gbp_per_100",
        "spend_low_gbp_per_100",
        "spend_high_gbp_per_100",
        "n_known",
        "n_figures",
    )
    none = (None,) * 4
    one = (1.0,) * 4
    apart = (None,) * 3
    assert by_fund(found, *shown) == {
        "fine": (150.5, 140.5, 161.0, 150.5, 1000.0, 15.05, 14.05, 16.1, 2, 2),
        "long": (*none, None, *apart, 1, 1),
        "backwards": (*none, None, *apart, 1, 1),
        "undated": (*none, None, *apart, 1, 1),
        "mixed": (*none, None, *apart, 2, 2),
        "unlabelled": (4.0, 4.0, 4.0, 4.0, 1000.0, 0.4, 0.4, 0.4, 2, 2),
        "no pence": (*none, 1000.0, *apart, 1, 1),
        "outside": (*none, 1000.0, *apart, 1, 1),
        "too large": (*none, 1000.0, *apart, 1, 1),
        "unknown": (None, None, None, 3.0, 1000.0, *apart, 1, 2),
        "floor": (3.0, 3.0, None, 3.0, 1000.0, 0.3, 0.3, None, 1, 1),
        "nobody": (*one, None, *apart, 1, 1),
        "nobody, twice": (2.0, 2.0, 2.0, 2.0, None, *apart, 2, 2),
        "nameless": (*one, None, *apart, 1, 1),
        "below zero": (*one, None, *apart, 1, 1),
        "blank": (*one, None, *apart, 1, 1),
        "twice": (*one, None, *apart, 1, 1),
        "vintages": (*one, None, *apart, 1, 1),
        "zero": (*one, 0.0, *apart, 1, 1),
        "two areas": (4.0, 4.0, 4.0, 4.0, 1000.0, 0.4, 0.4, 0.4, 2, 2),
    }
    days = by_fund(found, "period_start", "period_end", "status")
    assert days["fine"] == (date(2023, 4, 1), date(2024, 3, 31), "award")
    assert days["long"] == (None, None, "award")
    assert days["mixed"][2] is None
    # What has no label mixes with nothing.
    assert days["unlabelled"][2] == "award"
    funds = found.collect()["fund"].to_list()
    assert funds == sorted(funds)


def test_spend_in_real_terms_is_added_beside_cash_group_by_group() -> None:
    spent = [line(fund, 100.0, days) for fund in ("b", "a") for days in (YEAR, BEFORE)]
    spent += [line(None, 50.0)]  # type: ignore[arg-type]
    people = [resident("A1", 10.0, year=year) for year in (2022, 2023)]
    prices = pl.DataFrame({"financial_year": ["2022-23", "2023-24"], "price_index": [80.0, 100.0]})
    for make in (lambda one: one, lambda one: one.lazy()):
        real = pcc.real_terms(make(frame(spent)), make(prices), base="2023-24")
        found = pcc.per_capita_spend(real, make(frame(people)), by="fund").lazy().collect()
        assert found["fund"].to_list() == ["a", "a", "b", "b", None]
        assert found["spend_gbp"].to_list() == [100.0] * 4 + [50.0]
        assert found["spend_real_gbp"].to_list() == [125.0, 100.0] * 2 + [50.0]
        assert found["spend_real_gbp_per_head"].to_list() == [12.5, 10.0] * 2 + [5.0]
        assert found["period_start"].to_list()[:2] == [date(2022, 4, 1), date(2023, 4, 1)]
        assert found["price_base"].to_list() == ["2023-24"] * 5


def test_a_change_says_what_it_lacks() -> None:
    two_years = ("2022-04-01", "2024-03-31")

    def pair(fund: str, earlier: float | None, later: float | None, **columns: Any) -> list[Any]:
        first = {name: value[0] for name, value in columns.items()}
        second = {name: value[1] for name, value in columns.items()}
        return [line(fund, earlier, BEFORE, **first), line(fund, later, **second)]

    rows = [
        *pair("fine", 200.0, 250.0),
        *pair("bounds", 200.0, 250.0, amount_low_gbp=[160.0, 240.0], amount_high_gbp=[250.0, 300]),
        *pair("below", 200.0, -10.0, amount_low_gbp=[160.0, -20.0], amount_high_gbp=[250.0, -5.0]),
        *pair("unknown before", None, 5.0),
        *pair("unknown now", 5.0, None),
        *pair("zero before", 0.0, 5.0),
        *pair("negative before", -4.0, 5.0),
        *pair("status", 4.0, 5.0, status=["budget", "outturn"]),
        *pair("no status", 4.0, 5.0, status=[None, "outturn"]),
        line("alone", 5.0),
        line("undated", 5.0, (None, None)),
        line("backwards", 5.0, ("2024-03-31", "2023-04-01")),
        line("long", 5.0, two_years),
        line("long by days", 5.0, ("2022-04-02", "2024-03-31")),
        line("part", 5.0, ("2023-04-01", "2023-09-30")),
        line("part by days", 5.0, ("2023-04-05", "2023-09-30")),
        line("mixed", 5.0),
        line("mixed", 5.0, status="budget"),
        line("no pence", 0.001),
        line("outside", 5.0, amount_low_gbp=6.0),
        line("too large", 1e14),
        line("some unknown", 5.0),
        line("some unknown", None),
    ]
    found = pcc.year_on_year(frame(rows).lazy(), value="amount_gbp", by="fund").collect()
    later = found.filter(
        pl.col("period_start").ne_missing(date(2022, 4, 1)) | (pl.col("fund") == "long")
    )
    alone = "no figure for the year before"
    assert by_fund(later, "unknown_reason") == {
        "fine": None,
        "bounds": None,
        "below": None,
        "unknown before": "the year before is unknown",
        "unknown now": "1 of 1 amounts unknown",
        "zero before": "the year before is zero",
        "negative before": "the year before is negative",
        "status": None,
        "no status": None,
        "alone": alone,
        "undated": "no period",
        "backwards": "ends before it starts",
        "long": "more than a year: 2022-04/2024-03 is 731 days",
        "long by days": "more than a year: 2022-04-02/2024-03-31 is 730 days",
        "part": "part year: 2023-04/2023-09 is 183 days",
        "part by days": "part year: 2023-04-05/2023-09-30 is 179 days",
        "mixed": f"more than one status; {alone}",
        "no pence": f"{NO_PENCE}; {alone}",
        "outside": f"{OUTSIDE}; {alone}",
        "too large": f"too large to be added exactly; {alone}",
        "some unknown": f"1 of 2 amounts unknown; {alone}",
    }
    changed = by_fund(later, "change_gbp", "change_pct", "change_low_pct", "change_high_pct")
    # From 160 to 250 at the least and the most, to 240 to 300: -4% and +87.5%.
    assert changed["fine"] == (50.0, 25.0, 25.0, 25.0)
    assert changed["bounds"] == (50.0, 25.0, -4.0, 87.5)
    # A loss weighs most against the least that it could be out of.
    assert changed["below"] == (-210.0, -105.0, -112.5, -102.0)
    assert changed["zero before"] == (5.0, None, None, None)
    assert changed["negative before"] == (9.0, None, None, None)
    assert changed["unknown before"] == changed["alone"] == (None,) * 4
    caution = by_fund(later, "caution")
    assert {fund: said for fund, said in caution.items() if said} == {
        "status": "status differs: budget, outturn"
    }
    earlier = found.filter(pl.col("period_start").eq_missing(date(2022, 4, 1)))
    earlier = earlier.filter(pl.col("fund") != "long")
    assert set(by_fund(earlier, "unknown_reason").values()) == {
        alone,
        f"1 of 1 amounts unknown; {alone}",
    }
    previous = by_fund(later, "amount_gbp_previous", "amount_low_gbp_previous")
    assert previous["bounds"] == (200.0, 160.0)
    assert by_fund(later, "n_known", "n_figures")["some unknown"] == (1, 2)
    assert by_fund(later, "status")["mixed"] is None
    values = by_fund(later, "amount_gbp")
    assert {fund for fund, value in values.items() if value is None} == {
        "unknown now",
        "mixed",
        "no pence",
        "outside",
        "too large",
        "some unknown",
    }


def test_a_change_of_rates_and_counts_says_what_it_lacks() -> None:
    def of(fund: str, days: tuple[str, str], **columns: Any) -> dict[str, Any]:
        return {"fund": fund, "period_start": days[0], "period_end": days[1]} | columns

    rates = [
        of("fine", BEFORE, rate=4.0),
        of("fine", YEAR, rate=5.5),
        of("two", YEAR, rate=1.0),
        of("two", YEAR, rate=2.0),
        of("blank", YEAR, rate=None),
    ]
    found = pcc.year_on_year(frame(rates).lazy(), value="rate", by="fund").collect()
    alone = "no figure for the year before"
    later = found.filter(pl.col("period_start") == date(2023, 4, 1))
    assert by_fund(later, "unknown_reason") == {
        "fine": None,
        "two": f"rates cannot be added; {alone}",
        "blank": f"1 of 1 values unknown; {alone}",
    }
    assert by_fund(later, "rate", "change", "change_pct") == {
        "fine": (5.5, 1.5, 37.5),
        "two": (None, None, None),
        "blank": (None, None, None),
    }
    counts = [
        of("fine", BEFORE, offences=40, area_code="A1"),
        of("fine", YEAR, offences=30, area_code="A1"),
        of("two areas", YEAR, offences=1, area_code="A1"),
        of("two areas", YEAR, offences=2, area_code="A2"),
        of("twice", YEAR, offences=1, area_code="A1"),
        of("twice", YEAR, offences=1, area_code="A1"),
        of("half", YEAR, offences=0.5, area_code="A1"),
    ]
    found = pcc.year_on_year(frame(counts).lazy(), value="offences", by="fund").collect()
    later = found.filter(pl.col("period_start") == date(2023, 4, 1))
    assert by_fund(later, "unknown_reason") == {
        "fine": None,
        "two areas": alone,
        "twice": f"a count is given more than once; {alone}",
        "half": f"a value is no count; {alone}",
    }
    assert by_fund(later, "offences", "change", "change_pct") == {
        "fine": (30.0, -10.0, -25.0),
        "two areas": (3.0, None, None),
        "twice": (None, None, None),
        "half": (None, None, None),
    }


PRICES = pl.DataFrame(
    {"financial_year": ["2021-22", "2022-23", "2023-24"], "price_index": [None, 80.0, 100.0]}
)


def test_an_amount_in_real_terms_says_what_it_lacks() -> None:
    rows = [
        line("fine", 100.0, BEFORE, amount_low_gbp=90.0, amount_high_gbp=110.005),
        line("rounded", 0.03, BEFORE),
        line("now", 100.0),
        line("kept", 100.0, unknown_reason="a page is lost"),
        line("long", 1.0, ("2023-04-01", "2024-04-30")),
        line("undated", 1.0, (None, None)),
        line("no index", 1.0, ("2021-04-01", "2022-03-31")),
        line("no year", 1.0, ("2011-04-01", "2012-03-31")),
        line("unknown", None),
        line("outside", 5.0, amount_low_gbp=6.0),
        line("both", None, ("2011-04-01", "2012-03-31"), unknown_reason="illegible"),
    ]
    given = frame([{"unknown_reason": None} | row for row in rows])
    found = pcc.real_terms(given.lazy(), PRICES.lazy(), base="2023-24").collect()
    no_index = "no price index for "
    assert by_fund(found, "unknown_reason") == {
        "fine": None,
        "rounded": None,
        "now": None,
        "kept": "a page is lost",
        "long": NO_YEAR,
        "undated": NO_YEAR,
        "no index": f"{no_index}2021-22",
        "no year": f"{no_index}2011-12",
        "unknown": "unknown amount",
        "outside": OUTSIDE,
        "both": f"illegible; {no_index}2011-12; unknown amount",
    }
    real = by_fund(found, "amount_real_gbp", "amount_real_low_gbp", "amount_real_high_gbp")
    # At 80 to 100 a pound is worth 1.25; amounts go to the penny, bounds to a hundredth of one.
    assert real["fine"] == (125.0, 112.5, 137.5063)
    assert real["rounded"] == (0.04, 0.0375, 0.0375)
    assert real["now"] == real["kept"] == (100.0, 100.0, 100.0)
    lacking = {fund for fund, amounts in real.items() if amounts[0] is None}
    assert lacking == {"long", "undated", "no index", "no year", "unknown", "outside", "both"}
    assert found["price_base"].to_list() == ["2023-24"] * len(rows)
    assert found["fund"].to_list() == [row["fund"] for row in rows]
    assert found.columns == [
        *given.columns,
        "amount_real_gbp",
        "amount_real_low_gbp",
        "amount_real_high_gbp",
        "price_base",
    ]


def test_what_is_in_the_prices_of_a_year_is_not_deflated_again_in_a_lazy_frame() -> None:
    rows = [
        line(fund, 80.0, BEFORE, price_base=base)
        for fund, base in (("cash", "cash"), ("blank", None), ("real", "2022-23"))
    ]
    found = pcc.real_terms(frame(rows).lazy(), PRICES.lazy(), base="2023-24").collect()
    assert by_fund(found, "amount_real_gbp", "unknown_reason") == {
        "cash": (100.0, None),
        "blank": (100.0, None),
        "real": (None, "in the prices of a year already"),
    }
    assert "_already" not in found.columns


WEIGHTS = pl.DataFrame({"financial_year": ["2022-23", "2023-24", "2025-26"], "weight": [1, 3, 2]})
FROM_2022_TO_2024 = ("2022-04-01", "2024-03-31")


def split_of(rows: list[dict[str, Any]], **how: Any) -> dict[str, list[tuple[Any, ...]]]:
    found = pcc.apportion(frame(rows).lazy(), **how).collect()
    place = how["to"] if how["to"] == "area_code" else "period_start"
    parts: dict[str, list[tuple[Any, ...]]] = {}
    for row in found.sort("fund", place).to_dicts():
        days = (row["period_start"].isoformat(), row["period_end"].isoformat())
        where = row["area_code"] if how["to"] == "area_code" else days
        parts.setdefault(row["fund"], []).append((where, row["amount_gbp"], row["basis"]))
    return parts


def test_an_award_of_two_years_is_split_by_every_rule_and_keeps_its_ends() -> None:
    rows = [line("two", 100.01, ("2022-05-01", "2024-02-29")), line("one", 7.0, YEAR)]
    ends = [("2022-05-01", "2023-03-31"), ("2023-04-01", "2024-02-29")]
    expected = {
        # 11 months each: 50.005, and the penny goes to the first.
        "months": (50.01, 50.00),
        # 335 of 670 days each, since February 2024 has 29.
        "days": (50.01, 50.00),
        "equal": (50.01, 50.00),
        # A quarter is 25.0025, three are 75.0075.
        "weights": (25.00, 75.01),
    }
    for rule, amounts in expected.items():
        given = {"by": WEIGHTS.lazy()} if rule == "weights" else {}
        parts = split_of(rows, to="financial_year", rule=rule, **given)
        assert parts["two"] == [
            (days, amount, "derived") for days, amount in zip(ends, amounts, strict=True)
        ]
        assert parts["one"] == [(YEAR, 7.0, "as printed")]


def test_unequal_parts_of_years_go_by_months_or_days() -> None:
    # From 1 January 2023 to 15 May 2024: 3, 12 and 1 and a half months; 90, 366 and 45 days.
    rows = [line("three", 165.0, ("2023-01-01", "2024-05-15"))]
    days = [("2023-01-01", "2023-03-31"), YEAR, ("2024-04-01", "2024-05-15")]
    # 45 days of 501 are 14.8204, 90 are 29.6407, 366 are 120.5389.
    by_days = split_of(rows, to="financial_year", rule="days")["three"]
    assert by_days == [
        (days[0], 29.64, "derived"),
        (days[1], 120.54, "derived"),
        (days[2], 14.82, "derived"),
    ]
    # 15 of the 31 days of May are .4839 of a month: 3, 12 and 1.4839 of 16.4839.
    by_months = split_of(rows, to="financial_year", rule="months")["three"]
    assert by_months == [
        (days[0], 30.03, "derived"),
        (days[1], 120.12, "derived"),
        (days[2], 14.85, "derived"),
    ]


def test_an_award_that_cannot_be_split_says_why() -> None:
    rows = [
        line("fine", 4.0, FROM_2022_TO_2024),
        line("unknown", None, FROM_2022_TO_2024),
        line("undated", 4.0, (None, "2024-03-31")),
        line("backwards", 4.0, ("2024-03-31", "2022-04-01")),
        line("no weight", 4.0, ("2023-04-01", "2025-03-31")),
        line("outside", 4.0, FROM_2022_TO_2024, amount_low_gbp=5.0),
        line("no pence", 4.001, FROM_2022_TO_2024),
        line("bound", 4.0, FROM_2022_TO_2024, amount_high_gbp=1e16),
        line("minus", -4.01, FROM_2022_TO_2024),
    ]
    found = pcc.apportion(
        frame(rows).lazy(), to="financial_year", rule="weights", by=WEIGHTS.lazy()
    ).collect()
    told = {row["fund"]: row["unknown_reason"] for row in found.to_dicts()}
    assert told == {
        "fine": None,
        "unknown": None,
        "undated": "no period",
        "backwards": "a period that cannot be split",
        "no weight": "no weight for a part",
        "outside": OUTSIDE,
        "no pence": "an amount is no whole number of pence, or too large",
        "bound": "an amount is no whole number of pence, or too large",
        "minus": None,
    }
    parts: dict[str, list[Any]] = {}
    for row in found.sort("fund", "period_start").to_dicts():
        parts.setdefault(row["fund"], []).append(row["amount_gbp"])
    assert parts["fine"] == [1.0, 3.0]
    # The sign comes after the split: a quarter of 4.01 is 1.0025, the rest 3.0075.
    assert parts["minus"] == [-1.0, -3.01]
    assert parts["unknown"] == [None, None]
    assert parts["outside"] == parts["no pence"] == [None, None]
    assert parts["bound"] == [1.0, 3.0]
    assert parts["undated"] == parts["backwards"] == parts["no weight"] == [None]
    assert set(found["awarded_gbp"].drop_nulls().to_list()) == {4.0, 4.001, -4.01}
    assert set(found["apportioned_by"].to_list()) == {"weights over financial year"}
    bound = found.filter(pl.col("fund") == "bound")
    assert bound["amount_high_gbp"].to_list() == [None, None]
    assert found.columns[-4:] == ["awarded_gbp", "basis", "apportioned_by", "unknown_reason"]


def test_an_award_is_split_over_areas_by_every_rule() -> None:
    rows = [{name: cell for name, cell in line("one", 10.0).items() if name != "area_code"}]
    areas = pl.DataFrame({"area_code": ["A1", "A2", "A3"], "weight": [1, 2, 0]})
    by_weight = split_of(rows, to="area_code", rule="weights", by=areas.lazy())
    assert by_weight["one"] == [
        ("A1", 3.33, "derived"),
        ("A2", 6.67, "derived"),
        ("A3", 0.0, "derived"),
    ]
    equal = split_of(rows, to="area_code", rule="equal", by=areas.select("area_code").lazy())
    assert equal["one"] == [
        ("A1", 3.34, "derived"),
        ("A2", 3.33, "derived"),
        ("A3", 3.33, "derived"),
    ]
    people = [resident("A1", 300.0), resident("A2", 100.0)]
    people += [resident("A1", 100.0, year=2022), resident("A2", 100.0, year=2021)]
    rows += [row | {"fund": "two", "period_end": "2024-04-30"} for row in rows]
    rows += [row | {"fund": "old"} | dict(zip(DAYS, BEFORE, strict=False)) for row in rows[:1]]
    shared = split_of(rows, to="area_code", rule="population", by=frame(people).lazy())
    assert shared["one"] == [("A1", 7.5, "derived"), ("A2", 2.5, "derived")]
    # Over two years, or where one area has no people of that year, nothing is split.
    nothing = [("A1", None, "derived"), ("A2", None, "derived")]
    assert shared["two"] == nothing
    assert shared["old"] == nothing
    alone = split_of(rows[:1], to="area_code", rule="weights", by=areas.head(1).lazy())
    assert alone["one"] == [("A1", 10.0, "as printed")]


def test_a_lazy_frame_refuses_what_needs_no_look() -> None:
    lazy = frame([line("one", 1.0)]).lazy()
    twice = pl.DataFrame({"area_code": ["A1", "A1"], "weight": [1, 1]}).lazy()
    for how, words in [
        (
            {"to": "month"},
            "A lazy frame is split over financial years or areas: collect it first to split it "
            "over months.",
        ),
        (
            {"to": "area_code", "rule": "equal", "by": twice},
            "by= names an area twice; give one row a part.",
        ),
        (
            {"to": "area_code", "rule": "weights", "by": twice},
            "by= names a part twice; give one row a part.",
        ),
    ]:
        with pytest.raises(pcc.errors.TableError) as refusal:
            pcc.apportion(lazy, **how)  # type: ignore[arg-type]
        assert str(refusal.value) == words


def test_a_column_that_holds_nothing_is_of_no_kind_and_not_refused() -> None:
    awards = frame([line("Victims", 5.0), line("Victims", 4.0, BEFORE)])
    bare = awards.with_columns(flow=pl.lit(None), status=pl.lit(None)).lazy()
    assert bare.collect_schema()["flow"] == pl.Null
    for by in ("fund", ["fund", "flow"]):
        found = pcc.year_on_year(bare, value="amount_gbp", by=by).collect()
        assert found["change_gbp"].to_list() == [None, 1.0]
