"""Refusals that no other test holds word for word: columns, sums, tokens, periods, evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from association_cases import fall_of, spend_of

import pccfunding as pcc
from pccfunding.frames.engines import numbered
from pccfunding.frames.opening import open_frame
from pccfunding.frames.tables import named_with, open_column, open_table, refuse_halves
from pccfunding.intervals import Interval
from pccfunding.money.pence import exact_pence, split_pence
from pccfunding.money.sums import Sums
from pccfunding.periods import Period
from pccfunding.permutation import adjusted_p, permutation_test

YEAR = {"period_start": pd.Timestamp("2023-04-01"), "period_end": pd.Timestamp("2024-03-31")}


RISES = np.arange(12.0).reshape(2, 6), np.arange(6.0)[None]
SPEND, FALL = spend_of(range(1, 7)), fall_of([5, 9, 12, 15, 19, 24])


def award(**columns: Any) -> pd.DataFrame:
    given = {"area_code": "E23000023", "amount_gbp": 1.0, **YEAR} | columns
    return pd.DataFrame({name: [cell] for name, cell in given.items()})


def people(**columns: Any) -> pd.DataFrame:
    given = {"area_code": "E23000023", "reference_date": pd.Timestamp("2023-06-30")}
    cells = given | {"persons": 10.0, "vintage": "new"} | columns
    return pd.DataFrame({name: [cell] for name, cell in cells.items()})


def at(period: Any, column: str = "period") -> Callable[[], object]:
    frame = pd.DataFrame({column: [period], "amount_gbp": [1.0]})
    return lambda: pcc.apportion(frame, to="financial_year")


def lines(value: str, *amounts: float) -> Callable[[], object]:
    frame = pd.concat([award(**{value: amount}) for amount in amounts])
    return lambda: pcc.year_on_year(frame, value=value, by="area_code")


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "a column without a name": (
        lambda: pcc.apportion(award().rename(columns={"area_code": 5}), to="financial_year"),
        "awards has a column called 5, which is no text: awards.columns = "
        "awards.columns.map(str) makes it one.",
    ),
    "spread over a number": (
        lambda: pcc.apportion(award(), to=3),
        "Awards are spread over financial_year, month, area_code, not over a int.",
    ),
    "people below zero": (
        lambda: pcc.per_capita_spend(award(), people(persons=-3.0), by="area_code"),
        "population: persons of E23000023 at 2023-06-30 is -3.0, which counts nobody. Correct it, "
        "or leave it blank where it is not known.",
    ),
    "kinds of area": (
        lambda: pcc.area_codes(pd.Series(["Kent"]), kind=3),
        "kind is a int; it takes kinds of area, as texts.",
    ),
    "kinds of area, bytes": (
        lambda: pcc.area_codes(pd.Series(["Kent"]), kind=b"region"),
        "kind is a bytes; it takes kinds of area, as texts.",
    ),
    "names of no area": (
        lambda: pcc.area_codes(pd.Series(["Nowhere", "Kent", "Elsewhere"])),
        "2 names in the column are no area, or several: No area called 'Nowhere'. load_areas() "
        "lists every area with its names. No area called 'Elsewhere'. load_areas() lists every "
        "area with its names.",
    ),
    "texts of no period": (
        lambda: pcc.parse_periods(pd.Series([5, 6])),
        "2 texts are no period: 5 is of type int; Period.parse reads text. 6 is of type int; "
        "Period.parse reads text.",
    ),
    "a column called by a number": (
        lambda: open_frame(award(), "awards", needs=[3]),
        "awards: a column is called by its name, a text such as 'area_code', not by a int.",
    ),
    "a day called by a number": (
        lambda: open_frame(award(), "awards", also=[None]),
        "awards: a column is called by its name, a text such as 'area_code', not by a NoneType.",
    ),
    "a lazy column of numbers for days": (
        lambda: pcc.apportion(
            pl.LazyFrame({"period_start": [1.5], "period_end": [1.5], "amount_gbp": [1.0]}),
            to="financial_year",
        ),
        "awards: column 'period_start' holds Float64, which no lazy frame is read by. Cast it to "
        "dates first, or collect the frame.",
    ),
    "no midnight": (
        lambda: pcc.apportion(
            award(period_start=pd.Timestamp("2023-04-01 01:30", tz="Europe/London")),
            to="financial_year",
        ),
        "awards: column 'period_start' holds 2023-04-01 01:30 in the zone Europe/London, which is "
        "no midnight, so that the day is in doubt. Convert it to the zone it was recorded in, "
        "such as dt.convert_time_zone or dt.tz_convert, or give dates without a zone.",
    ),
    "a year that no calendar of money holds": (
        at(pd.Period("1850", "Y")),
        "awards: column 'period' holds Period('1850', 'Y-DEC'): 1850-01-01 lies outside "
        "1899-04-01 to 2200-03-31, the days that periods can hold.",
    ),
    "no financial year": (
        at("2023", "financial_year"),
        "awards: column 'financial_year' holds '2023', which is no financial year such as "
        "'2023-24'. Name the column period, or correct it.",
    ),
    "no period": (
        at(20),
        "awards: column 'period' holds 20, which is no period. Write it as '2023-24', or give "
        "period_start and period_end.",
    ),
    "a number beyond floats": (
        lambda: open_frame(
            pd.DataFrame({"persons": pd.Series([10**400], dtype=object)}), "t", numbers=["persons"]
        ),
        "t: column 'persons' holds a number above 10 to the power of 308, which no sum can hold. "
        "Check its unit.",
    ),
    "half of a character": (
        lambda: refuse_halves(["a", "b\ud800", "c\ud800"], "t: column 'note'"),
        "t: column 'note' holds 'b\\ud800', which is half of a character: no table can be written "
        "with it. Read its file again as UTF-8, or correct the text.",
    ),
    "no column": (
        lambda: open_column([1], "names"),
        "names is a list, not a column. Give one of a table, such as awards['area'], or "
        "pandas.Series([...]).",
    ),
    "no name of a column": (
        lambda: named_with(3, "low"),
        "3 is no name of a column; give a text, such as 'amount_gbp'.",
    ),
    "lists as keys": (
        lambda: pcc.year_on_year(award(area_code=["a"]), value="amount_gbp", by="area_code"),
        "table: column 'area_code' holds ['a'], a list, at position 0. A cell of it takes one text "
        "or one number: give each value a row of its own, or write the cell as one text.",
    ),
    "weights below zero": (
        lambda: split_pence(np.array([100]), np.array([2, -1])),
        "Weights are [2, -1]; none may be negative and some must be above zero.",
    ),
    "weights of nothing": (
        lambda: split_pence(np.array([100]), np.array([0, 0])),
        "Weights are [0, 0]; none may be negative and some must be above zero.",
    ),
    "an amount too large for its weights": (
        lambda: split_pence(np.array([1, -(2**62)]), np.array([1, 2])),
        "An amount of 4611686018427387904 pence over weights that add up to 3 is too large to be "
        "split exactly. Use smaller weights in the same proportion.",
    ),
    "no number of pounds": (
        lambda: exact_pence("5", what="The grant"),
        "The grant is '5', which is no number of pounds.",
    ),
    "pounds beyond floats": (
        lambda: exact_pence(10**400, what="The grant"),
        "The grant is above 10 to the power of 308. Check its unit.",
    ),
    "a sum that is too large": (
        lines("amount_gbp", 6e13, 6e13),
        "amount_gbp of area_code 'E23000023' is more than can be added exactly (2**53 hundredths "
        "of a penny). Check its unit.",
    ),
    "a count that is too large": (
        lines("offences", 1e16),
        "offences of area_code 'E23000023' is more than can be added exactly (2**53 hundredths of "
        "a unit). Check its unit.",
    ),
    "a value outside its bounds": (
        lambda: Sums(
            open_table(award(amount_gbp=5.0, amount_low_gbp=6.0, amount_high_gbp=7.0), "t"),
            "amount_gbp",
        ).refuse_outside(["area_code"]),
        "t: amount_gbp of area_code 'E23000023' is 5.0, outside its own amount_low_gbp 6.0 and "
        "amount_high_gbp 7.0. Correct the value or its bounds, or leave them out.",
    ),
    "a value outside its one bound": (
        lambda: Sums(
            open_table(award(amount_gbp=5.0, amount_high_gbp=4.0), "t"), "amount_gbp"
        ).refuse_outside([]),
        "t: amount_gbp of the whole table is 5.0, outside its own amount_high_gbp 4.0. Correct "
        "the value or its bounds, or leave them out.",
    ),
    "a count with a fraction": (
        lines("offences", 1.5),
        "offences (area_code 'E23000023', 2023-04-01 to 2024-03-31) is 1.5, which is no whole "
        "number. Give counts as they were counted.",
    ),
    "pounds without end": (
        lambda: exact_pence(float("inf"), what="The grant"),
        "The grant is inf, which is no sum of money: leave what is not known missing.",
    ),
    "pounds whose pennies no float tells apart": (
        lambda: exact_pence(1e15),
        "An amount of pounds is 1000000000000000.0: a float does not tell its pennies apart. "
        "Split it in parts below £90 million million.",
    ),
    "part of a penny": (
        lambda: exact_pence(0.001),
        "An amount of pounds is 0.001, which is no whole number of pence. Amounts are added in "
        "pence: correct it, or round it first and say so. Rates per head are no amounts: compare "
        "them as printed tokens.",
    ),
    "spend beyond rates": (
        lambda: pcc.spend_vs_reduction(SPEND.assign(spend_gbp_per_head=1e200), FALL),
        "spend column 'spend_gbp_per_head' holds 1e+200, which no rate comes to. Check its unit, "
        "or leave it missing.",
    ),
    "a family beyond tests": (
        lambda: pcc.spend_vs_reduction(SPEND, FALL, family=10**30),
        "family is 1000000000000000000000000000000, more tests than were ever made. Check it.",
    ),
    "an engine that is not known": (
        lambda: numbered(open_table(award(), "t").frame, "n"),
        "A lazy frame of pandas cannot be worked on here; frames of Polars, DuckDB and Spark can. "
        "Collect it first.",
    ),
    "a group without its key": (
        lambda: pcc.reconcile(
            pd.DataFrame({"fund": ["A"], "amount_gbp": [1.0]}),
            pd.DataFrame({"name": ["A"], "amount_gbp": [1.0]}),
            by="fund",
        ),
        "A table to group has no column 'fund'. It has: name, amount_gbp.",
    ),
    "a figure of other evidence": (
        lambda: pcc.cite(pcc.load_awards().head(1).assign(figure_id="F-none")),
        "No figure 'F-none' in this evidence. If it comes from your own data package, give it: "
        "cite(..., evidence=read_evidence(folder)).",
    ),
    "copies in a number": (
        lambda: pcc.verify_sources(3),
        "The folder with copies of the documents is named by a path, a text or a Path; this is a "
        "int.",
    ),
    "copies nowhere": (
        lambda: pcc.verify_sources("no such folder"),
        "no such folder is not a folder; name one that holds copies of the documents.",
    ),
    "p of words": (
        lambda: adjusted_p(["a"]),
        "p does not read as numbers: could not convert string to float: 'a'",
    ),
    "complex numbers": (
        lambda: permutation_test([1, 2j], [1, 2]),
        "x holds complex numbers, which have no order.",
    ),
    "a masked number": (
        lambda: permutation_test(np.ma.array([1, 2, 3], mask=[False, True, False]), [1, 2, 3]),
        "x is nan at position 1; leave out areas without a number.",
    ),
    "no numbers": (
        lambda: permutation_test([1, 2], ["a", "b"]),
        "y does not read as rows of numbers of one length: could not convert string to float: 'a'",
    ),
    "is in an interval": (
        lambda: 0.5 in Interval.of(0, 1),
        "0.5 is no exact number; ask with a Fraction or a string.",
    ),
    "through zero": (
        lambda: Interval.of(-1, 1).reciprocal(),
        "Division by [-1, 1] goes through zero.",
    ),
    "an empty interval": (lambda: Interval.of(2, 1), "No number lies in [2, 1]."),
    "an open point": (
        lambda: Interval.of(2, 2, low_closed=False),
        "No number lies in (2, 2].",
    ),
    "printed is a number": (
        lambda: pcc.parse_printed(5),
        "5 is of type int; parse_printed reads the text as printed, because trailing zeros and "
        "words carry the precision.",
    ),
    "exact is a number": (
        lambda: pcc.parse_printed("£5", exact=1),
        "exact is a int; it takes True or False.",
    ),
    "rounding": (
        lambda: pcc.parse_printed("£5", rounding="none"),
        "rounding='none' is unknown; use 'half', 'down' or 'up'.",
    ),
    "notation": (
        lambda: pcc.parse_printed("£5", notation="dot"),
        "notation='dot' is unknown; use 'point' or 'comma'.",
    ),
    "a date is a number": (
        lambda: pcc.parse_date(2023),
        "2023 is of type int; parse_date reads text.",
    ),
    "a year of two digits": (
        lambda: Period.financial_year(23),
        "23 is no year from 1899 to 2199. Write it in full, as in 2023.",
    ),
    "a flag for a year": (
        lambda: Period.financial_year(True),
        "True is no year from 1899 to 2199. Write it in full, as in 2023.",
    ),
    "a period backwards": (
        lambda: Period.of(dt.date(2024, 1, 1), dt.date(2023, 1, 1)),
        "A period ends on 2023-01-01, before it starts on 2024-01-01.",
    ),
    "a period that contains text": (
        lambda: Period.parse("2023").contains("2023-01-01"),
        "'2023-01-01' is no date and no Period; read text with parse_date.",
    ),
    "a period of text": (
        lambda: Period.of("2023-01-01", dt.date(2023, 1, 1)),
        "start='2023-01-01' is of type str; a period takes dates. Read text with Period.parse or "
        "parse_date.",
    ),
    "a period without an end": (
        lambda: Period.of(dt.date(2023, 1, 1), None),
        "end=None is of type NoneType; a period takes dates. Read text with Period.parse or "
        "parse_date.",
    ),
    "a rule of a family": (
        lambda: pcc.permutation.permutation_family(*RISES, two_sided="triple"),
        "No rule 'triple'. There are double, abs.",
    ),
    "complete": (
        lambda: pcc.reconcile("£1m", "£1m", complete=1),
        "complete is a int; it takes True or False.",
    ),
    "a rate outside its bounds": (
        lambda: pcc.year_on_year(
            award(rate_per_1000=4.5, rate_low_per_1000=5.0), value="rate_per_1000", by="area_code"
        ),
        "table: rate_per_1000 of area_code 'E23000023' is 4.5, outside its own rate_low_per_1000 "
        "5.0. Correct the value or its bounds, or leave them out.",
    ),
    "a row outside its bounds": (
        lambda: pcc.reconcile({"amount_gbp": 5.0, "amount_low_gbp": 6.0}, "£5"),
        "amount_gbp is 5, outside its own bounds 6.0 to None. Correct it or them, or leave the "
        "bounds out.",
    ),
    "as of a number": (
        lambda: pcc.load_awards(as_of=2024),
        "as_of is a int, 2024; write a day: '2024-03-31'.",
    ),
    "evidence is a path": (
        lambda: pcc.cite("S001", evidence="folder"),
        "evidence is a str; read it first: evidence=pcc.read_evidence('folder').",
    ),
    "caption": (
        lambda: pcc.caption(pcc.load_awards().head(1), text=3),
        "text is a int; a caption is a text.",
    ),
    "revisions of a number": (
        lambda: pcc.revisions(3),
        "subject_id is a int; it is the text that an award, total or outcome has in the column "
        "subject_id.",
    ),
}
