"""What a package is refused for, in these words, and relations of two connections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pccfunding as pcc
from pccfunding.errors import PccFundingError
from pccfunding.frames.opening import open_frame
from pccfunding.frames.tables import open_table


@pytest.mark.parametrize(
    ("descriptor", "words"),
    [
        ('{"resources": [], "title": "\\ud800"}', "holds half of a character, written as \\ud...."),
        ("[]", "lists no resources; a data package needs at least one."),
        ('{"resources": 3}', "lists no resources; a data package needs at least one."),
    ],
)
def test_a_descriptor_is_refused_in_these_words(
    tmp_path: Path, descriptor: str, words: str
) -> None:
    path = tmp_path / "datapackage.json"
    path.write_text(descriptor, encoding="utf-8")
    with pytest.raises(PccFundingError) as refused:
        pcc.read_evidence(tmp_path)
    assert str(refused.value) == f"{path} {words}"


@pytest.mark.parametrize(
    ("resource", "shown"),
    [
        ("a text", "'a text'"),
        ({"path": "x.csv"}, "{'path': 'x.csv'}"),
        ("x" * 98, "'" + "x" * 98 + "'"),
        ("x" * 99, "'" + "x" * 96 + "..."),
    ],
)
def test_a_resource_is_refused_in_these_words(tmp_path: Path, resource: Any, shown: str) -> None:
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    with pytest.raises(PccFundingError) as refused:
        pcc.read_evidence(tmp_path)
    assert str(refused.value) == (
        f"{path}: resource 1 is {shown}; each is an object with name, path and schema."
    )


def test_relations_of_two_connections_are_refused_in_these_words() -> None:
    duckdb = pytest.importorskip("duckdb")
    ones = [duckdb.connect().sql("SELECT 'A' AS area_code, 1.0 AS persons") for _ in range(2)]
    first = open_table(ones[0], "awards")
    with pytest.raises(PccFundingError) as refused:
        open_frame(ones[1], "population", beside=first)
    assert str(refused.value) == (
        "awards and population belong to two connections of DuckDB. Open both with one of them."
    )
    connection = duckdb.connect()
    same = [connection.sql("SELECT 'A' AS area_code, 1.0 AS persons") for _ in range(2)]
    first = open_table(same[0], "awards")
    assert open_frame(same[1], "population", beside=first).name == "population"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (3, "its schema in datapackage.json is 3; it is an object with fields."),
        (
            {"fields": 3},
            "its schema in datapackage.json is {'fields': 3}; it is an object with fields.",
        ),
        (
            {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "money"}]},
            "field 2 of its schema in datapackage.json is {'name': 'b', 'type': 'money'}; each has "
            "a name, one of the types string, number, integer, boolean, date, and "
            "constraints that are an object.",
        ),
        (
            {"fields": ["a"]},
            "field 1 of its schema in datapackage.json is 'a'; each has a name, one of the types "
            "string, number, integer, boolean, date, and constraints that are an object.",
        ),
    ],
)
def test_a_schema_is_refused_in_these_words(tmp_path: Path, schema: Any, words: str) -> None:
    names = ("sources", "figures", "awards", "outcomes", "totals", "statements")
    tables = [{"name": name, "path": "awards.csv", "schema": schema} for name in names]
    (tmp_path / "awards.csv").write_text("a,b\n", encoding="utf-8")
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"resources": tables}), encoding="utf-8")
    with pytest.raises(PccFundingError) as refused:
        pcc.read_evidence(tmp_path)
    assert str(refused.value) == f"{tmp_path / 'awards.csv'}: {words}"
