"""Evidence that is broken or hostile: a sentence that a person reads, within seconds."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.errors import DataPackageError, PccFundingError, TableError, UnknownNameError
from pccfunding.office import conformance, start_folder

LONGEST_SECONDS = 5.0
LONGEST_MESSAGE = 500
TABLES = ("sources", "figures", "awards", "outcomes", "totals", "statements")
STATISTICS = ("population", "deflator", "recorded_crime")


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data package of the bundled tables that evidence needs, and three of statistics."""
    folder = tmp_path_factory.mktemp("smallest")
    described = json.loads((datasets_dir() / "datapackage.json").read_bytes())
    kept = [one for one in described["resources"] if one["name"] in TABLES + STATISTICS]
    for resource in kept:
        del resource["hash"]
        shutil.copy(datasets_dir() / resource["path"], folder)
    text = json.dumps(described | {"resources": kept})
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def package(smallest: Path, tmp_path: Path) -> Path:
    shutil.copytree(smallest, tmp_path / "package")
    return tmp_path / "package"


def redescribe(folder: Path, change: Callable[[Any], Any]) -> None:
    path = folder / "datapackage.json"
    described = json.loads(path.read_bytes())
    change(described)
    path.write_text(json.dumps(described), encoding="utf-8")


def replace(folder: Path, table: str, column: str, cell: str) -> None:
    """Give the first row of a table another cell."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def refused(call: Callable[[], object]) -> str:
    """Give the sentence that a call is refused with."""
    began = time.process_time()
    with pytest.raises(PccFundingError) as caught:
        call()
    assert time.process_time() - began < LONGEST_SECONDS
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) <= LONGEST_MESSAGE
    return said


def test_the_smallest_evidence_is_whole(package: Path) -> None:
    assert len(pcc.read_evidence(package).awards) == 8


@pytest.mark.parametrize("depth", [2_000, 200_000])
def test_a_descriptor_without_a_bottom(package: Path, depth: int) -> None:
    text = '{"resources": ' + "[" * depth + "]" * depth + "}"
    (package / "datapackage.json").write_text(text, encoding="utf-8")
    said = refused(lambda: pcc.read_evidence(package))
    if depth < 100_000 and "resource 1 is [[[" in said:  # Python 3.13 reads so deep
        found = conformance(package).frame
        assert found["what"].str.contains("is no table of the contracts").any()
        return
    assert "datapackage.json is not JSON" in said
    assert "datapackage.json is not JSON" in refused(lambda: conformance(package))


@pytest.mark.parametrize("resource", ["awards", None, [], 5, {}, {"name": ["awards"]}])
def test_resources_that_are_no_objects_with_a_name(package: Path, resource: Any) -> None:
    redescribe(package, lambda told: told["resources"].append(resource))
    said = refused(lambda: pcc.read_evidence(package))
    assert f"resource {1 + len(TABLES + STATISTICS)} is" in said
    redescribe(package, lambda told: told.update(resources=[resource]))
    found = conformance(package).frame
    assert found["what"].str.contains("is no table of the contracts").any()


@pytest.mark.parametrize("resources", [None, "awards", {"name": "awards"}, 5])
def test_resources_that_are_no_list(package: Path, resources: Any) -> None:
    redescribe(package, lambda told: told.update(resources=resources))
    assert "lists no resources" in refused(lambda: pcc.read_evidence(package))
    assert "lists no resources" in refused(lambda: conformance(package))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.update(path=["a.csv", "b.csv"]), "a table is one file"),
        (lambda one: one.update(path=None), "a table is one file"),
        (lambda one: one.update(path={"a": 1}), "a table is one file"),
        (lambda one: one.update(path="a\x00b.csv"), "no disk holds such a name"),
        (lambda one: one.update(path="x" * 5_000), "Cannot read"),
        (lambda one: one.update(path="a/" * 2_000), "is missing"),
        (lambda one: one.update(schema="x"), "an object with fields"),
        (lambda one: one.update(schema=[]), "an object with fields"),
        (lambda one: one.update(schema={"fields": "x"}), "an object with fields"),
        (lambda one: one.update(schema={"fields": ["x"]}), "field 1 of its schema"),
        (lambda one: one.update(schema={"fields": [{}]}), "field 1 of its schema"),
        (lambda one: one["schema"]["fields"][1].update(type=["x"]), "field 2 of its schema"),
        (lambda one: one["schema"]["fields"][1].update(type="geopoint"), "field 2 of its schema"),
        (lambda one: one["schema"]["fields"][0].update(name={"a": 1}), "field 1 of its schema"),
        (lambda one: one["schema"]["fields"][0].update(constraints=1), "field 1 of its schema"),
        (lambda one: one["schema"]["fields"][0].update(name="x" * 20_000), "has no column"),
        (lambda one: one.update(title="\ud800"), "half of a character"),
        (lambda one: one.update(path="a\ud800.csv"), "half of a character"),
    ],
)
def test_a_resource_of_odd_parts(package: Path, change: Callable[[Any], Any], says: str) -> None:
    awards = next(at for at, name in enumerate(names_of(package)) if name == "awards")
    redescribe(package, lambda told: change(told["resources"][awards]))
    assert says in refused(lambda: pcc.read_evidence(package))


def names_of(package: Path) -> list[str]:
    described = json.loads((package / "datapackage.json").read_bytes())
    return [one["name"] for one in described["resources"]]


def test_the_check_names_an_odd_resource_and_goes_on(package: Path) -> None:
    at = names_of(package).index("awards")
    redescribe(package, lambda told: told["resources"][at].update(schema={"fields": [5]}))
    found = conformance(package).frame
    assert found["what"].str.contains("field 1 of its schema").any()


@pytest.mark.posix
@pytest.mark.parametrize("name", ["awards.csv", "population.csv", "datapackage.json"])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_a_pipe_or_a_folder_named_like_a_table(package: Path, name: str, kind: str) -> None:
    (package / name).unlink()
    if kind == "pipe":
        os.mkfifo(package / name)
        says = "is no regular file"
    else:
        (package / name).mkdir()
        says = "is a folder"
    assert says in refused(lambda: pcc.read_evidence(package))


@pytest.mark.posix
def test_pipes_and_folders_in_an_evidence_folder(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    start_folder("Durham", period="2024-25", directory=tmp_path / "evidence")
    for place in ("awards", "counts", "documents"):
        (tmp_path / "evidence" / place).mkdir(exist_ok=True)
        os.mkfifo(tmp_path / "evidence" / place / "pipe.csv")
        (tmp_path / "evidence" / place / "list.csv").mkdir()
    began = time.process_time()
    assert not len(pcc.read_evidence(tmp_path / "evidence").awards)
    assert time.process_time() - began < LONGEST_SECONDS


def test_a_packed_table_unpacks_nothing(package: Path) -> None:
    content = (package / "awards.csv").read_bytes()
    packed = gzip.compress(content + b"\n" * 50_000_000, 1)
    at = names_of(package).index("awards")
    for name in ("awards.csv", "awards.csv.gz"):
        (package / name).write_bytes(packed)
        redescribe(package, lambda told, name=name: told["resources"][at].update(path=name))
        assert f"{name} is packed" in refused(lambda: pcc.read_evidence(package))
    refused(lambda: pcc.read_awards(package / "awards.csv.gz"))


HUGE = "1" + "0" * 400


def first_alone(*cells: str) -> list[Any]:
    """The first case in every run, the others in the gate."""
    return [cells[0], *(pytest.param(cell, marks=pytest.mark.slow) for cell in cells[1:])]


@pytest.mark.parametrize("cell", first_alone("1e400", HUGE, "-1e400", "inf", "£1e400", f"£{HUGE}"))
@pytest.mark.parametrize("column", ["token", "value", "low", "high"])
def test_amounts_beyond_any_table(package: Path, column: str, cell: str) -> None:
    replace(package, "figures", column, cell)
    assert "figures.csv, line 2" in refused(lambda: pcc.read_evidence(package))


@pytest.mark.parametrize(
    "cell", first_alone("9" * 30, "1e400", HUGE, "-1e400", "inf", "1.5", "1e19")
)
@pytest.mark.parametrize(
    ("table", "column"), [("population", "persons"), ("recorded_crime", "offences")]
)
def test_counts_beyond_any_table(package: Path, table: str, column: str, cell: str) -> None:
    replace(package, table, column, cell)
    said = refused(lambda: pcc.read_evidence(package))
    assert f"{table}.csv, line 2, column {column!r}" in said


@pytest.mark.parametrize("cell", ["1e400", HUGE, "inf"])
def test_prices_beyond_any_table(package: Path, cell: str) -> None:
    replace(package, "deflator", "price_index", cell)
    assert "column 'price_index'" in refused(lambda: pcc.read_evidence(package))


@pytest.mark.parametrize("day", ["1066-10-14", "1600-04-01", "1677-09-20", "2262-04-12"])
@pytest.mark.parametrize(
    ("table", "column"), [("sources", "published_on"), ("awards", "period_start")]
)
def test_days_that_a_table_would_wrap(package: Path, table: str, column: str, day: str) -> None:
    replace(package, table, column, day)
    said = refused(lambda: pcc.read_evidence(package))
    assert f"{table}.csv, line 2, column {column!r}: {day!r} is no date" in said


def test_a_nul_byte_in_a_table(package: Path) -> None:
    replace(package, "awards", "recipient", "a\x00b")
    assert "awards.csv, line 2: a NUL byte" in refused(lambda: pcc.read_evidence(package))


def test_half_of_a_character_in_a_table(package: Path) -> None:
    content = (package / "awards.csv").read_bytes()
    (package / "awards.csv").write_bytes(content + "\ud800".encode("utf-8", "surrogatepass"))
    assert "CSV table in UTF-8" in refused(lambda: pcc.read_evidence(package))


@pytest.mark.parametrize("path", ["a\x00b", "a\ud800b", "x" * 5_000])
def test_paths_that_no_disk_holds(path: str) -> None:
    assert refused(lambda: pcc.read_evidence(path))
    assert refused(lambda: conformance(path))


@pytest.mark.parametrize("kind", [TableError, DataPackageError, UnknownNameError, PccFundingError])
def test_every_message_is_cut_and_printable(kind: type[PccFundingError]) -> None:
    said = str(kind("It begins. " + "\x00\ud800\n" * 100_000 + " Do this next."))
    assert len(said) == LONGEST_MESSAGE
    assert said.isprintable()
    assert said.startswith("It begins. \\x00\\ud800 ")
    assert said.endswith(" Do this next.")
    assert str(kind("x" * LONGEST_MESSAGE)) == "x" * LONGEST_MESSAGE
    assert len(str(kind.among("thing", "y" * 9_000, ["z"]))) <= LONGEST_MESSAGE
