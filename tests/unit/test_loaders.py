"""Every bundled table has its page, and every loader says what it holds, its traps and sources."""

from __future__ import annotations

import doctest
import inspect
import json
import re
from collections.abc import Callable
from typing import Any

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
