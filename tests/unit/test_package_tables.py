"""Tables of a data package: read with their types, and refused in whole sentences."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pccfunding.errors import DataPackageError

# Private: every way into a package reads its tables here.
from pccfunding.evidence.tables import (
    LONGEST_TEXT,
    path_of,
    read_descriptor,
    read_inside,
    read_table,
    read_within,
    resources_of,
)

TYPES = "string, number, integer, boolean, date"


def fields(**kinds: str) -> list[dict[str, Any]]:
    """Declare columns; a kind that ends in "!" is required."""
    return [
        {"name": name, "type": kind.rstrip("!")}
        | ({"constraints": {"required": True}} if kind.endswith("!") else {})
        for name, kind in kinds.items()
    ]


def table(folder: Path, content: str | bytes, **kinds: str) -> pd.DataFrame:
    content = content.encode("utf-8") if isinstance(content, str) else content
    (folder / "t.csv").write_bytes(content)
    return read_table(folder, {"name": "t", "path": "t.csv", "schema": {"fields": fields(**kinds)}})


def refused(folder: Path, content: str | bytes, **kinds: str) -> str:
    with pytest.raises(DataPackageError) as refusal:
        table(folder, content, **kinds)
    return str(refusal.value).replace(str(folder / "t.csv"), "t.csv")


def test_each_type_is_read_as_declared(tmp_path: Path) -> None:
    kinds = {
        "word": "string",
        "size": "number",
        "many": "integer!",
        "some": "integer",
        "yes": "boolean!",
        "perhaps": "boolean",
        "day": "date",
    }
    lines = [
        ",".join([*kinds, "own"]),
        "NA,0.1,12,9007199254740993,true,false,2024-02-29,x",
        "null,-2e3,-5,,false,,,",
    ]
    found = table(tmp_path, "\n".join(lines) + "\n", **kinds)
    assert list(found) == [*kinds, "own"]
    # "NA" is a word; only a blank is no value.
    assert found["word"].tolist() == ["NA", "null"]
    assert found["size"].tolist() == [0.1, -2000.0]
    assert found["many"].tolist() == [12, -5]
    assert found["some"].tolist() == [9007199254740993, pd.NA]
    assert found["yes"].tolist() == [True, False]
    assert found["perhaps"].tolist() == [False, pd.NA]
    assert found["day"].tolist() == [pd.Timestamp(2024, 2, 29), pd.NaT]
    assert found["own"].isna().tolist() == [False, True]
    kept = found.dtypes.drop(["word", "own"]).astype(str).tolist()
    assert kept == ["float64", "int64", "Int64", "bool", "boolean", "datetime64[ns]"]


def test_a_required_column_with_a_blank_keeps_it(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\n1,true\n,\n", a="integer!", b="boolean!")
    assert found["a"].tolist() == [1, pd.NA]
    assert found["b"].tolist() == [True, pd.NA]
    assert found.dtypes.astype(str).tolist() == ["Int64", "boolean"]


@pytest.mark.parametrize("rows", ["", "\n", "\n1,2024-01-31\n"])
def test_a_table_of_any_length_has_its_types(tmp_path: Path, rows: str) -> None:
    found = table(tmp_path, f"a,b{rows}", a="integer", b="date")
    assert found.dtypes.astype(str).tolist() == ["Int64", "datetime64[ns]"]
    assert len(found) == (2 if rows.strip() else 0) - bool(rows.strip())


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("2023-02-29", "date"),
        ("01/02/2023", "date"),
        ("2023-02", "date"),
        # A cast would wrap it round to another century.
        ("1600-01-01", "date"),
        ("2300-01-01", "date"),
        ("one", "integer"),
        ("1.5", "integer"),
        ("1 000", "integer"),
        ("9223372036854775808", "integer"),
        ("-9223372036854775809", "integer"),
        ("1e30", "integer"),
        ("abc", "number"),
        ("1e999", "number"),
        ("-inf", "number"),
        ("nan", "number"),
        ("yes", "boolean"),
        ("True", "boolean"),
    ],
)
@pytest.mark.parametrize("required", ["", "!"])
def test_a_cell_that_is_not_of_its_type_is_named(
    tmp_path: Path, cell: str, kind: str, required: str
) -> None:
    sound = {"date": "2024-02-29", "boolean": "true"}.get(kind, "1")
    text = f"a,b\nx,{sound}\nx,{cell}\nx,{cell}\n"
    assert refused(tmp_path, text, a="string", b=kind + required) == (
        f"t.csv, line 3, column 'b': {cell!r} is no {kind}."
    )


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("9223372036854775807", "integer", 2**63 - 1),
        ("-9223372036854775808", "integer", -(2**63)),
        ("12.0", "integer", 12),
        ("1678-01-01", "date", pd.Timestamp("1678-01-01")),
        ("2262-04-11", "date", pd.Timestamp("2262-04-11")),
        ("1e300", "number", 1e300),
        ("7", "number", 7.0),
        ("0.1234567890123456789", "number", 0.12345678901234568),
    ],
)
def test_the_largest_of_each_type_are_read(
    tmp_path: Path, cell: str, kind: str, value: object
) -> None:
    assert table(tmp_path, f"a\n{cell}\n", a=kind)["a"].tolist() == [value]


def test_files_that_are_no_table_are_refused(tmp_path: Path) -> None:
    for start in (b"\x1f\x8b", b"PK\x03\x04"):
        assert refused(tmp_path, start + b"rest", a="string") == (
            "t.csv is packed; unpack it, and name the CSV table in it."
        )
    assert refused(tmp_path, b"a\nx\ny\0z\n", a="string") == (
        "t.csv, line 3: a NUL byte stands in it; take it out."
    )
    assert refused(tmp_path, "", a="string") == (
        "t.csv is not a CSV table in UTF-8: No columns to parse from file."
    )
    assert refused(tmp_path, b"a\n\xff\n", a="string").startswith(
        "t.csv is not a CSV table in UTF-8: 'utf-8' codec can't decode byte 0xff"
    )
    assert refused(tmp_path, "a\n1\n", a="string", b="string", c="date") == (
        "t.csv has no columns 'b', 'c'. It has: a."
    )
    with pytest.raises(DataPackageError) as refusal:
        read_table(tmp_path, {"name": "gone", "path": "gone.csv"})
    assert str(refusal.value) == (
        f"{tmp_path / 'gone.csv'} is missing, though datapackage.json lists it."
    )


def test_a_text_has_a_longest(tmp_path: Path) -> None:
    text = "é" * LONGEST_TEXT
    assert table(tmp_path, f"a\n{text}\n", a="string")["a"].tolist() == [text]
    told = (
        "a text of 10,001 characters; at most 10,000 are read. Shorten it, and name the document "
        "that holds the rest."
    )
    assert refused(tmp_path, f"a,b\nx,\ny,{text}é\n", a="string", b="string") == (
        f"t.csv, line 3, column 'b': {told}"
    )
    # Columns that nobody declared, and days, are held to it too.
    assert refused(tmp_path, f"a,own\n1,{text}é\n", a="integer") == (
        f"t.csv, line 2, column 'own': {told}"
    )
    assert refused(tmp_path, f"a\n2024-01-31\n{text}é\n", a="date") == (
        f"t.csv, line 3, column 'a': {told}"
    )


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ([], "its schema in datapackage.json is []; it is an object with fields."),
        (
            {"fields": 3},
            "its schema in datapackage.json is {'fields': 3}; it is an object with fields.",
        ),
        *(
            (
                {"fields": [{"name": "a", "type": "string"}, field]},
                f"field 2 of its schema in datapackage.json is {field!r}; each has a name, one of "
                f"the types {TYPES}, and constraints that are an object.",
            )
            for field in (
                3,
                {"type": "string"},
                {"name": 3, "type": "string"},
                {"name": "b"},
                {"name": "b", "type": "geopoint"},
                {"name": "b", "type": "string", "constraints": True},
            )
        ),
    ],
)
def test_a_schema_is_a_list_of_columns(tmp_path: Path, schema: object, told: str) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(DataPackageError) as refusal:
        read_table(tmp_path, {"name": "t", "path": "t.csv", "schema": schema})
    assert str(refusal.value) == f"{tmp_path / 't.csv'}: {told}"


def test_a_table_without_a_schema_is_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,\n", "utf-8")
    for resource in ({}, {"schema": {}}, {"schema": {"fields": []}}):
        found = read_table(tmp_path, {"path": "t.csv", **resource})
        assert found["a"].tolist() == ["1"]
        assert found["b"].isna().all()


def describe(folder: Path, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "datapackage.json").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("not json", " is not JSON in UTF-8: Expecting value: line 1 column 1 (char 0)."),
        ('{"resources": ["\\ud800"]}', " holds half of a character, written as \\ud...."),
        ([], " lists no resources; a data package needs at least one."),
        ({"resources": 3}, " lists no resources; a data package needs at least one."),
        (
            {"resources": [{"name": "a"}, {"path": "x.csv"}]},
            ": resource 2 is {'path': 'x.csv'}; each is an object with name, path and schema.",
        ),
        (
            {"resources": [3]},
            ": resource 1 is 3; each is an object with name, path and schema.",
        ),
        (
            {"resources": ["x" * 98]},
            f": resource 1 is '{'x' * 98}'; each is an object with name, path and schema.",
        ),
        (
            {"resources": ["x" * 99]},
            f": resource 1 is '{'x' * 96}...; each is an object with name, path and schema.",
        ),
    ],
)
def test_a_descriptor_is_refused_in_these_words(tmp_path: Path, content: object, told: str) -> None:
    describe(tmp_path, content)
    with pytest.raises(DataPackageError) as refusal:
        resources_of(tmp_path)
    assert str(refusal.value) == f"{tmp_path / 'datapackage.json'}{told}"


def test_a_package_lies_in_a_folder_with_its_descriptor(tmp_path: Path) -> None:
    with pytest.raises(DataPackageError) as refusal:
        read_descriptor(tmp_path / "nowhere")
    assert str(refusal.value) == (
        f"{tmp_path / 'nowhere'} is not a folder. Name a folder that holds datapackage.json and "
        f"its tables."
    )
    with pytest.raises(DataPackageError) as refusal:
        read_descriptor(tmp_path)
    assert str(refusal.value) == (
        f"{tmp_path} holds no datapackage.json. Evidence is read from a data package: awards, "
        f"outcomes, totals, figures and sources with their descriptor."
    )
    describe(tmp_path, {"resources": [{"name": "b", "path": "b.csv"}, {"name": "a"}]})
    assert resources_of(tmp_path) == {"b": {"name": "b", "path": "b.csv"}, "a": {"name": "a"}}


def test_a_resource_is_one_file() -> None:
    assert path_of({"name": "t", "path": "t.csv"}) == "t.csv"
    assert path_of({"name": "t"}) == ""
    with pytest.raises(DataPackageError) as refusal:
        path_of({"name": "t", "path": ["a.csv", "b.csv"]})
    assert str(refusal.value) == (
        "datapackage.json: the path of 't' is ['a.csv', 'b.csv']; a table is one file, named by a "
        "text."
    )


@pytest.mark.parametrize(
    "path", ["", "../t.csv", "a/../../t.csv", "/etc/passwd", "C:t.csv", "a\\t.csv", "s3://x/t.csv"]
)
def test_a_path_stays_in_its_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(DataPackageError) as refusal:
        read_inside(tmp_path, path)
    assert str(refusal.value) == (
        f"datapackage.json names the path {path!r}; a table lies inside its own folder."
    )


def test_a_file_of_a_package_is_read_where_it_lies(tmp_path: Path) -> None:
    inside = tmp_path / "pack"
    (inside / "tables").mkdir(parents=True)
    (inside / "tables" / "t.csv").write_bytes(b"within")
    (tmp_path / "t.csv").write_bytes(b"without")
    assert read_inside(inside, "tables/t.csv") == b"within"
    os.symlink(inside / "tables" / "t.csv", inside / "alias.csv")
    assert read_inside(inside, "alias.csv") == b"within"
    os.symlink(tmp_path / "t.csv", inside / "out.csv")
    with pytest.raises(DataPackageError) as refusal:
        read_inside(inside, "out.csv")
    assert str(refusal.value) == (
        f"{inside / 'out.csv'} is a link that leads out of its folder; put the file itself there."
    )
    with pytest.raises(FileNotFoundError):
        read_inside(inside, "gone.csv")
    with pytest.raises(DataPackageError) as refusal:
        read_within(inside, inside / "a\0b")
    assert str(refusal.value) == (
        f"Cannot read {str(inside / 'a') + chr(0) + 'b'!r}: no disk holds such a name."
    )
    with pytest.raises(DataPackageError) as refusal:
        read_within(inside, inside / ("n" * 300))
    assert str(refusal.value) == (f"Cannot read '{inside / ('n' * 300)}': File name too long.")
    with pytest.raises(DataPackageError, match="tables"):
        read_inside(inside, "tables")


def test_a_file_of_a_package_has_a_largest_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pccfunding.evidence.tables._LARGEST", 2_000_000)
    (tmp_path / "t.csv").write_bytes(b"x" * 2_000_000)
    assert len(read_inside(tmp_path, "t.csv")) == 2_000_000
    (tmp_path / "t.csv").write_bytes(b"x" * 2_000_001)
    with pytest.raises(DataPackageError) as refusal:
        read_inside(tmp_path, "t.csv")
    assert str(refusal.value) == f"{tmp_path / 't.csv'} is larger than 2 MB; split it."
