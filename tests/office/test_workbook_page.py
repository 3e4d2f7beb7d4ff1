"""The page on the workbook is written from the lists that its drop-downs are."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import pccfunding
from pccfunding.office import SHEETS

# Private: what a drop-down offers, and the page says, is one list.
from pccfunding.office.start_folder import choices_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page by sheet, written by the function that builds it, without the rest of the build."""
    tree = ast.parse((ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))
    (writer,) = [one for one in tree.body if getattr(one, "name", "") == "write_workbook"]
    place = tmp_path_factory.mktemp("docs")
    (place / "reference").mkdir()
    names: dict[str, Any] = {"tomllib": tomllib, "pccfunding": pccfunding, "ROOT": ROOT,
                             "DOCS": place, "choices_of": choices_of}  # fmt: skip
    exec(compile(ast.Module([writer], []), "docs/conf.py", "exec"), names)
    names["write_workbook"]()
    text = (place / "reference" / "workbook.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_sheet_has_its_how_to_and_each_column_its_row(page: dict[str, str]) -> None:
    assert list(page) == [sheet.name for sheet in SHEETS]
    for sheet in SHEETS:
        rows = re.findall(r"^\| \**([^*|]+?)\** \|", page[sheet.name], flags=re.MULTILINE)
        assert rows[0] == "column"
        assert rows[1:] == [column.title for column in sheet.columns]
        how, _, _ = page[sheet.name].partition("| column")
        named = {name.casefold() for name in re.findall(r"\*\*([^*]+)\*\*", how)}
        assert named
        known = {column.title for column in sheet.columns}
        assert {" ".join(name.split()) for name in named} <= known, sheet.name


def test_the_allowed_values_are_those_of_the_drop_downs(page: dict[str, str]) -> None:
    told = 0
    for sheet in SHEETS:
        lines = page[sheet.name].splitlines()
        for column in sheet.columns:
            (row,) = [one for one in lines if re.match(rf"\| \**{column.title}\** \|", one)]
            found = re.search(r"Allowed: (.+?)(?:\.|; or a year\.) \|", row)
            assert (found is not None) is bool(column.choices), (sheet.name, column.title)
            if found and column.choices != "districts":
                assert found[1] == ", ".join(choices_of(column, None))
                told += 1
    assert told >= 12


def test_what_a_how_to_calls_allowed_is_allowed(page: dict[str, str]) -> None:
    every = {
        value for sheet in SHEETS for column in sheet.columns
        for value in (choices_of(column, None) if column.choices else ())
    }  # fmt: skip
    typed = {"start", "check", "sign", "documents/", "recipient = Organisation", "9.4%",
             "from 120 to 90"}  # fmt: skip
    how = "".join(part.partition("| column")[0] for part in page.values())
    assert set(re.findall(r"`([^`]+)`", how)) - typed <= every
