"""Every bundled table has its page, and every loader says what it holds, its traps and sources."""

from __future__ import annotations

import doctest
import inspect
import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.bundled import datasets_dir

LOADERS = sorted(name for name in dir(pcc) if name.startswith("load_") and name != "load_evidence")
# Loaded with the rest of an evidence alone.
OF_EVIDENCE = {"statements", "services"}


def described() -> dict[str, dict[str, Any]]:
    text = (datasets_dir() / "datapackage.json").read_text(encoding="utf-8")
    return {table["name"]: table for table in json.loads(text)["resources"]}


def sections(call: Callable[..., Any]) -> dict[str, str]:
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", inspect.getdoc(call) or "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_there_is_one_loader_a_table() -> None:
    assert {name.removeprefix("load_") for name in LOADERS} == set(described()) - OF_EVIDENCE
    assert len(LOADERS) >= 30


@pytest.mark.parametrize("name", sorted(described()))
def test_a_table_has_its_page_of_the_data_dictionary(name: str) -> None:
    """docs/conf.py writes the page from the descriptor, each column with its words."""
    table = described()[name]
    assert len(table["description"].split()) >= 4
    bare = [field["name"] for field in table["schema"]["fields"] if not field.get("description")]
    assert bare == []


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_tells_contract_traps_and_sources(name: str) -> None:
    told = sections(getattr(pcc, name))
    assert re.search(r"Contract ``schemas\.\w+``", told["Returns"]), told
    assert len(told["Notes"].split()) >= 10
    assert len(told["References"].split()) >= 4


@pytest.mark.parametrize("name", LOADERS)
def test_the_example_of_a_loader_runs(name: str) -> None:
    call = getattr(pcc, name)
    found = doctest.DocTestFinder(recurse=False).find(call, name, globs={name: call, "pcc": pcc})
    [one] = [test for test in found if test.examples]
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(one, out=lambda text: None)
    assert runner.failures == 0
    assert any(example.want for example in one.examples)


def spoil(table: pd.DataFrame) -> None:
    """Change a table in place, cell by cell and as a whole."""
    for column in table.columns if len(table) else ():
        table.loc[table.index[0], column] = table[column].iloc[-1]
    table["amount_gbp"] = 0
    del table[table.columns[0]]


@pytest.mark.parametrize("name", LOADERS)
def test_what_a_user_does_to_a_table_is_not_seen_by_the_next_call(name: str) -> None:
    load = getattr(pcc, name)
    before = load()
    held = before.copy()
    spoil(before)
    pd.testing.assert_frame_equal(load(), held)


@pytest.mark.parametrize("area", [None, "Surrey"])
def test_what_a_user_does_to_evidence_is_not_seen_by_the_next_call(area: str | None) -> None:
    before = pcc.load_evidence(area)
    for name in ("awards", "outcomes", "totals", "figures", "sources", "population"):
        held = getattr(before, name).copy()
        spoil(getattr(before, name))
        pd.testing.assert_frame_equal(getattr(pcc.load_evidence(area), name), held)


def test_evidence_of_a_day_is_not_that_of_another() -> None:
    known = [len(pcc.load_evidence(as_of=day).awards) for day in ("2020-01-01", None, "2020-01-01")]
    assert known[0] == known[2] < known[1]
