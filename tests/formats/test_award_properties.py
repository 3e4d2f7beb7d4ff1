"""Properties of reading: one workbook in three forms, fast and slow paths alike, no row lost."""

from __future__ import annotations

import csv
import io
import math
from datetime import date

import pandas as pd
import pytest
from award_pages import WRITERS, Page
from fuzz_readers import accounted, mutated, samples
from hypothesis import given, strategies as st

from pccfunding.errors import PccFundingError, PrintedError
from pccfunding.formats import read_awards
from pccfunding.formats.award_files.money_columns import read_money
from pccfunding.formats.award_files.sheets import sheet_of
from pccfunding.formats.opening.limits import LIMITS
from pccfunding.formats.opening.text_columns import line_columns
from pccfunding.formats.opening.texts import lines_grid
from pccfunding.printed import parse_printed

NAMES = st.text(st.sampled_from("abcdefgh ABC&'’é-"), min_size=1, max_size=12).filter(
    lambda name: name.strip(" -’'") != ""
)
POUNDS = st.decimals(0, 10**7, places=2).map(float)
AMOUNTS = st.one_of(
    POUNDS,
    POUNDS.map(lambda one: f"£{one:,.2f}"),
    st.sampled_from(["up to £5,000", "£31,78", "—", "N/A", "TBC", "£350k", "nearly £1m", ""]),
)
ROWS = st.lists(
    st.tuples(NAMES, NAMES, AMOUNTS, st.dates(date(2010, 1, 1), date(2030, 1, 1))),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.booleans())
def test_one_workbook_gives_one_table_as_csv_xlsx_and_ods(rows: list[tuple], total: bool) -> None:
    pytest.importorskip("python_calamine")
    pytest.importorskip("lxml")
    cells = [["Recipient", "Purpose", "Amount (£)", "Date"], *map(list, rows)]
    if total:
        known = [one[2] for one in rows if isinstance(one[2], float)]
        cells.append(["Total", "", round(math.fsum(known), 2), ""])
    page = Page("any", cells, [])
    results = [read_awards(WRITERS[kind](page)) for kind in ("csv", "xlsx", "ods")]
    tables = [result.frame.drop(columns=["place", "repeat_of"]) for result in results]
    for result, table in zip(results[1:], tables[1:], strict=True):
        pd.testing.assert_frame_equal(table, tables[0])
        assert result.rejected["raw"].tolist() == results[0].rejected["raw"].tolist()
        assert result.totals["verdict"].tolist() == results[0].totals["verdict"].tolist()
        assert result.n_rows == results[0].n_rows == len(rows) + total


PLAIN_TEXTS = st.one_of(
    st.from_regex(r"-?£?[0-9]{1,4}(,[0-9]{1,3}){0,2}(\.[0-9]{0,3})?", fullmatch=True),
    st.from_regex(r"£?[1-9][0-9]{0,9}0{0,6}", fullmatch=True),
)


@given(st.lists(PLAIN_TEXTS, min_size=1, max_size=8))
def test_plain_amounts_are_read_as_the_grammar_reads_them(texts: list[str]) -> None:
    column = read_money(pd.Series(texts, dtype="str"))
    for at, text in enumerate(texts):
        try:
            printed = parse_printed(text, unit="GBP", exact=True)
        except PrintedError:
            assert math.isnan(column.value[at])
            continue
        if abs(printed.value or 0) * 100 >= 2**53:  # more pence than a table tells apart
            assert math.isnan(column.value[at])
            continue
        assert column.value[at] == float(printed.value or 0)
        hard = printed.hard
        assert hard is not None
        assert (column.low[at], column.high[at]) == (float(hard.low or 0), float(hard.high or 0))


TEXTS = st.text(st.sampled_from('ab",\n \t£é&;'), max_size=6)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=8))
def test_long_files_are_laid_out_as_short_ones_are(rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["head", "er"], *rows, *[["padding", "x" * 1_000]] * 300])
    slow, _ = lines_grid(text.getvalue(), "x", LIMITS)
    quick, _ = line_columns(text.getvalue(), "x", LIMITS)
    one, two = sheet_of(slow), sheet_of(quick)
    assert [list(column) for column in one.columns] == [list(column) for column in two.columns]
    assert list(one.numbers) == list(two.numbers)


@given(st.sampled_from(sorted(samples())), st.integers(0, 10**9))
def test_a_damaged_file_ends_in_a_table_or_in_one_of_our_errors(name: str, seed: int) -> None:
    for kind, package in (("xlsx", "python_calamine"), ("ods", "lxml"), ("html", "lxml")):
        if name.endswith(kind):
            pytest.importorskip(package)
    data = mutated(samples()[name], seed)
    try:
        result = read_awards(data)
    except PccFundingError:
        return
    assert accounted(result)


@given(st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=8), st.sampled_from(",;\t"))
def test_any_text_table_ends_in_a_table_or_in_one_of_our_errors(
    rows: list[list[str]], delimiter: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["Recipient", "Amount"], ["A", "5"], *rows])
    try:
        result = read_awards(text.getvalue().encode("utf-8", "replace"))
    except PccFundingError:
        return
    assert accounted(result)
