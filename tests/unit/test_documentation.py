"""The pages that must keep up with the code: architecture, errors and cautions."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path

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
