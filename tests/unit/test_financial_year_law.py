"""One financial year: its arithmetic and its label, for a day and for a column of days."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc

# The column form is private to the measures; it is held against the public periods.
from pccfunding.frames.days import financial_labels, financial_year_day, with_financial_year
from pccfunding.frames.tables import open_table
from pccfunding.periods.spellings import (
    financial_label,
    financial_month_of,
    financial_quarter_of,
    financial_year_of,
)

PACKAGE = Path(pcc.__file__).resolve().parent
HOMES = ("periods/", "frames/days.py")
DAYS = [
    dt.datetime(year, month, day)
    for year in (1899, 1999, 2000, 2009, 2023, 2099, 2100)
    for month, day in ((1, 1), (2, 28), (3, 31), (4, 1), (6, 30), (12, 31))
    if year > 1899 or month > 3
]
FRAMES: dict[str, Any] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
}


@pytest.mark.parametrize(
    ("day", "year", "quarter", "label"),
    [
        ("2024-03-31", 2023, 4, "2023-24"),
        ("2024-04-01", 2024, 1, "2024-25"),
        ("1999-12-31", 1999, 3, "1999-00"),
        ("2009-07-01", 2009, 2, "2009-10"),
    ],
)
def test_the_financial_year_of_a_day(day: str, year: int, quarter: int, label: str) -> None:
    given = dt.date.fromisoformat(day)
    assert (financial_year_of(given), financial_quarter_of(given)) == (year, quarter)
    months = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert months[financial_month_of(given) - 1] == given.month
    assert financial_label(financial_year_of(given)) == label
    (whole,) = pcc.Period(given, given).financial_years()
    assert whole == pcc.Period.financial_year(year)
    assert whole.label == label


@pytest.mark.parametrize("kind", FRAMES)
def test_a_column_of_days_has_the_years_and_labels_of_its_days(kind: str) -> None:
    table = open_table(FRAMES[kind]({"period_start": DAYS, "period_end": DAYS}), "days")
    frame = with_financial_year(table.frame, checked=False)
    year = nw.col("_year")
    found = frame.select(
        "_year",
        label=financial_labels(year),
        first=financial_year_day(table, year, "start"),
        last=financial_year_day(table, year, "end"),
    ).collect()
    assert found["_year"].to_list() == [financial_year_of(day) for day in DAYS]
    wholes = [pcc.Period.financial_year(financial_year_of(day)) for day in DAYS]
    assert found["label"].to_list() == [whole.label for whole in wholes]
    for name, side in (("first", "start"), ("last", "end")):
        days = [day.date() for day in found[name].to_list()]
        assert days == [getattr(whole, side) for whole in wholes]
    years = sorted(set(found["_year"].to_list()))
    few = frame.select(
        first=financial_year_day(table, year, "start", years=years),
        last=financial_year_day(table, year, "end", years=years),
    ).collect()
    assert few["first"].to_list() == found["first"].to_list()
    assert few["last"].to_list() == found["last"].to_list()


def home_made(source: str) -> Iterator[int]:
    """Give the lines that work a financial year or its label out for themselves."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides, fours = [node.left, *node.comparators], {3, 4}
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            sides, fours = [node.left, node.right], {3, 4}
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            sides, fours = [node.left, node.right], {100}
        else:
            continue
        words = " ".join(ast.unparse(side) for side in sides)
        numbers = {side.value for side in sides if isinstance(side, ast.Constant)}
        timed = "year" in words if fours == {100} else "month" in words
        if timed and fours & numbers and "months" not in words:
            yield node.lineno


@pytest.mark.parametrize(
    "line",
    [
        "year = day.year - (day.month < 4)",
        "year = day.year - (day.month <= 3)",
        "year = day.year + (4 <= day.month)",
        "quarter = (start.month - 4) % 12 // 3",
        "late = column.dt.month() >= 4",
        "label = f'{start.year}-{(start.year + 1) % 100:02d}'",
    ],
)
def test_the_rule_finds_a_financial_year_made_at_home(line: str) -> None:
    assert list(home_made(line)) == [1]


def test_no_file_makes_a_financial_year_outside_its_homes() -> None:
    found = [
        f"{place}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not (place := path.relative_to(PACKAGE).as_posix()).startswith(HOMES)
        for line in home_made(path.read_text(encoding="utf-8"))
    ]
    assert found == []
