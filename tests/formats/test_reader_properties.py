"""A random table in five file types: every reader gives its numbers, or a reason; never others."""

from __future__ import annotations

import csv
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from award_pages import WRITERS
from fuzz_readers import run
from hypothesis import given, strategies as st
from reader_tables import TABLES, RandomTable

from pccfunding.errors import PccFundingError
from pccfunding.formats import ReadResult, count_police_uk

KINDS = ("csv", "tsv", "xlsx", "ods", "html")
SEEDS = st.integers(0, 10**9)


def need(kind: str) -> None:
    for package in {"xlsx": ["python_calamine"], "html": ["lxml"]}.get(kind, []):
        pytest.importorskip(package)
    if kind == "ods":
        pytest.importorskip("python_calamine")
        pytest.importorskip("lxml")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLES)
@given(seed=SEEDS)
def test_every_file_type_gives_the_same_numbers(name: str, kind: str, seed: int) -> None:
    need(kind)
    table = TABLES[name](random.Random(seed))
    result = table.call(WRITERS[kind](table.page))
    assert table.found(result) == table.truth
    assert not result.n_rejected


def never_another(table: RandomTable, result: ReadResult | None) -> None:
    """Whatever was read is true, and whatever is true and was not read has its reason."""
    if result is None:
        return
    found = table.found(result)
    assert found.items() <= table.truth.items()
    if len(found) < len(table.truth):
        assert result.n_rejected or len(result.others)


def read(table: RandomTable, data: bytes) -> ReadResult | None:
    try:
        return table.call(data)
    except PccFundingError as error:
        said = str(error)
    assert 0 < len(said) <= 500
    return None


def unquoted(table: RandomTable, delimiter: str) -> bytes:
    """Write a table as those do who join cells without a thought of what they hold."""
    lines = (delimiter.join("" if cell is None else _plain(cell) for cell in row)
             for row in table.rows)  # fmt: skip
    return "".join(f"{line}\n" for line in lines).encode()


def _plain(cell: object) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if whole else str(cell)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", TABLES)
@given(seed=SEEDS, delimiter=st.sampled_from(",;\t"))
def test_cells_joined_without_quotes_give_no_other_number(
    name: str, seed: int, delimiter: str
) -> None:
    table = TABLES[name](random.Random(seed))
    never_another(table, read(table, unquoted(table, delimiter)))


@pytest.mark.parametrize("name", TABLES)
@given(seed=SEEDS)
def test_rows_cut_short_or_made_longer_give_no_other_number(name: str, seed: int) -> None:
    chance = random.Random(seed)
    table = TABLES[name](chance)
    lines = WRITERS["csv"](table.page).decode().splitlines()
    at = chance.randrange(1, len(lines))
    lines[at] = chance.choice([lines[at] + ",", lines[at] + ",7,8", "," + lines[at]])
    never_another(table, read(table, "\n".join(lines).encode()))


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@given(seed=SEEDS)
def test_the_engines_count_what_a_street_file_holds_or_nothing(engine: str, seed: int) -> None:
    pytest.importorskip(engine)
    chance = random.Random(seed)
    table = TABLES["street"](chance)
    lines = WRITERS["csv"](table.page).decode().splitlines()
    at = chance.randrange(1, len(lines))
    torn = chance.choice([lines[at], lines[at] + ",", lines[at].replace('"', ""), ""])
    lines.insert(at, torn)
    header, *rows = csv.reader(lines)
    whole = all(len(row) in (0, len(header)) for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "2024-01-surrey-street.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        if not whole:
            with pytest.raises(PccFundingError, match="cells in line"):
                count_police_uk(str(file), by=("type",), engine=engine)
            return
        found = count_police_uk(str(file), by=("type",), engine=engine).frame
    counted = dict(zip(found["crime_type"], found["records"].tolist(), strict=True))
    assert counted == Counter(table.truth.values())


@given(seed=SEEDS)
def test_a_mutated_file_ends_in_a_table_or_in_a_sentence(seed: int) -> None:
    for package in ("duckdb", "lxml", "polars", "python_calamine"):
        pytest.importorskip(package)
    ended = run(12, seed)
    assert not [how for how in ended if how.startswith("FAILED")]
