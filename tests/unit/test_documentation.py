"""The pages that must keep up with the code: architecture, errors and cautions."""

from __future__ import annotations

import inspect
import json
import os
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

import pccfunding as pcc
from pccfunding import errors
from pccfunding.results import CAUTIONS

ROOT = Path(__file__).resolve().parents[2]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows(name: str) -> list[list[str]]:
    """Give the names in backticks of the first cell of each row of a page's tables."""
    cells = re.findall(r"^\| (`[^|]+) \|", page(name), re.MULTILINE)
    return [re.findall(r"`([^`]+)`", cell) for cell in cells]


def test_the_table_of_rooms_is_the_contract() -> None:
    with open(ROOT / "pyproject.toml", "rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = [layer.split(" | ") for layer in contracts[0]["layers"]]
    # A name in brackets may be absent.
    there = [[name for name in layer if not name.startswith("(")] for layer in layers]
    assert rows("explanation/architecture.md") == [layer for layer in there if layer]


def test_every_error_has_its_cure() -> None:
    shown = [name for row in rows("reference/errors.md") for name in row]
    assert set(shown) == {*errors.__all__, "MissingExtraError"}
    assert len(shown) == len(set(shown))


def test_every_caution_has_its_cure() -> None:
    told = re.findall(
        r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$", page("reference/cautions.md"), re.M
    )
    said = defaultdict(set)
    for clauses in CAUTIONS.values():
        for code, clause in clauses.items():
            said[code].add(clause)
    assert sorted(code for code, _, _ in told) == sorted(said)
    assert [code for code, clause, _ in told if clause not in said[code]] == []
    assert all(clause in page("reference/cautions.md") for one in said.values() for clause in one)


def test_every_public_name_stands_under_one_task() -> None:
    told = tomllib.loads(page("reference/tasks.toml"))["task"]
    names = [name for task in told for name in task["names"]]
    public = {name for name in pcc.__all__ if not inspect.ismodule(getattr(pcc, name))}
    assert sorted(names) == sorted(public - {"__version__"})


def test_every_recipe_stands_in_the_list() -> None:
    listed = page("how-to/index.md").partition(":maxdepth: 1")[2].split()
    held = {path.stem for path in (ROOT / "docs" / "how-to").glob("*.md")} - {"index"}
    assert {name for name in listed if name != "```"} == held


@pytest.mark.browser
@pytest.mark.skipif("DOCUMENTATION" not in os.environ, reason="the pages are not built")
@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("latex", "how-to/export"),
        ("excel", "how-to/export"),
        ("bibtex", "how-to/cite-and-trace"),
        ("colours", "how-to/plots"),
        ("regression", "how-to/regression"),
        ("tidyverse", "how-to/coming-from-pandas-r"),
        ("statuses", "how-to/property-tests"),
    ],
)
def test_searching_finds_the_page(word: str, name: str) -> None:

    from sphinx.search.en import SearchEnglish

    text = (Path(os.environ["DOCUMENTATION"]) / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    stem = SearchEnglish({}).stem(word)
    found: set[int] = set()
    for table in (index["terms"], index["titleterms"]):
        held = table.get(stem, [])
        found |= set(held if isinstance(held, list) else [held])
    assert name in {index["docnames"][number] for number in found}
