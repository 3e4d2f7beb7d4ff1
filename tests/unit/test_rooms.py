"""The rules of the rooms: which file may stand, what it is called, and that nothing goes round."""

from __future__ import annotations

import ast
import functools
import graphlib
import inspect
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import pccfunding as pcc

PACKAGE = Path(pcc.__file__).resolve().parent
SIGNATURES = Path(__file__).with_name("public_signatures.txt")
LONGEST_FILE = 600
LONGEST_FRAGMENT = 300
# Words that name no thing of the field.
EMPTY_NAMES = {"beyond", "cells", "facts", "gate", "grid", "misc", "parts", "utils"}
# Files with several public calls: a family that shares its helpers, named by its noun.
FAMILIES = {
    "checking/rules.py": "every rule of loaded tables",
    "evaluation/correlation_intervals.py": "one estimate, three intervals",
    "evaluation/coupling.py": "two chances that spend and outcome share",
    "evaluation/detection.py": "what could be seen, and the base it needs",
    "evaluation/proportions.py": "a printed percentage and the counts it allows",
    "evidence/loaders.py": "one loader a table",
    "evidence/national.py": "one loader a table of the national layer",
    "evidence/tracing.py": "from a number to its sources",
    "formats/street_files/scanning.py": "tables larger than memory, by one rule",
    "intervals.py": "the ground floor",
    "permutation/leave_one_out.py": "one pair and a family without each area",
    "permutation/levels.py": "which p values can come out",
    "results/face.py": "the face of every result, and what it rests on",
    "review_pack/seal.py": "signing, and what the signature holds",
}
# Files without a second reader that stay, and why.
ALONE = {
    "testing.py": "public: users import it by name, since it needs Hypothesis",
}


@functools.cache
def modules() -> dict[str, Path]:
    """Every file of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


@functools.cache
def parsed(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def is_face(name: str) -> bool:
    return modules()[name].name == "__init__.py"


def imports(name: str) -> Iterator[tuple[str, str | None]]:
    """Give each import of the package's own, those for types included: module and name."""
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pccfunding"):
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in modules() and alias.name not in exported(node.module):
                    yield inner, None
                else:
                    yield node.module, alias.name


@functools.cache
def exported(name: str) -> frozenset[str]:
    """Names that the face of a room hands on."""
    if name not in modules() or not is_face(name):
        return frozenset()
    nodes = (node for node in parsed(name).body if isinstance(node, ast.ImportFrom))
    return frozenset(alias.asname or alias.name for node in nodes for alias in node.names)


@functools.cache
def public() -> dict[str, set[str]]:
    """Names of each file that a face or the stub exports."""
    found = defaultdict(set)
    for face in filter(is_face, modules()):
        for module, name in imports(face):
            if name is not None and not is_face(module):
                found[module].add(name)
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    for node in stub.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            module = f"pccfunding.{node.module}"
            if not is_face(module):
                found[module] |= {alias.name for alias in node.names}
    return found


def shown(name: str) -> str:
    return modules()[name].relative_to(PACKAGE).as_posix()


def length(name: str) -> int:
    return len(modules()[name].read_text(encoding="utf-8").splitlines())


@functools.cache
def readers() -> dict[str, set[str]]:
    found = defaultdict(set)
    for name in modules():
        if not is_face(name):
            for module, _ in imports(name):
                found[module].add(name)
    return found


def private_files() -> list[str]:
    return [
        name
        for name in modules()
        if not is_face(name) and name not in public() and not shown(name).startswith("cli/")
    ]


@pytest.mark.parametrize("name", private_files())
def test_a_private_file_has_two_readers_or_a_size_of_its_own(name: str) -> None:
    if shown(name) in ALONE or length(name) >= LONGEST_FRAGMENT:
        return
    its_readers = readers()[name]
    assert its_readers, f"nobody reads {shown(name)}"
    if len(its_readers) == 1:
        (reader,) = its_readers
        together = length(name) + length(reader)
        assert together > LONGEST_FILE, f"{shown(name)} belongs in {shown(reader)}"


def test_no_import_goes_round() -> None:
    # A face stands for the files that it hands on.
    graph = {name: {module for module, _ in imports(name)} for name in modules()}
    for name, needed in graph.items():
        needed -= {name, "pccfunding"}
    order = graphlib.TopologicalSorter(graph)
    assert list(order.static_order())


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_file_is_named_by_what_it_holds(name: str) -> None:
    words = set(name.rpartition(".")[2].split("_"))
    assert words.isdisjoint(EMPTY_NAMES), f"{shown(name)} is named by an empty word"


@pytest.mark.parametrize("name", sorted(public()))
def test_a_file_with_one_public_call_bears_its_name(name: str) -> None:
    calls = {node.name for node in parsed(name).body if isinstance(node, ast.FunctionDef)}
    calls &= public()[name]
    place = shown(name)
    if "/" not in place or place.startswith("cli/") or not calls:
        return
    if place not in FAMILIES:
        assert calls == {modules()[name].stem}, f"{place} holds {sorted(calls)}"


def test_the_families_and_the_lonely_files_are_there() -> None:
    places = {shown(name) for name in modules()}
    assert places >= {*FAMILIES, *ALONE}


def test_the_public_calls_keep_their_signatures() -> None:
    held = SIGNATURES.read_text(encoding="utf-8").splitlines()
    for line in held:
        name = line.partition("(")[0]
        assert name + str(inspect.signature(getattr(pcc, name))) == line
