"""The rules of the house that no linter holds."""

from __future__ import annotations

import abc
import ast
import doctest
import importlib
import importlib.metadata
import inspect
import operator
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import pccfunding as pcc

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(pcc.__file__).resolve().parent
STUB = PACKAGE / "__init__.pyi"
LONGEST_FILE = 600
HEAVY = ("matplotlib", "narwhals", "numpy", "pandas", "pandera", "rich", "scipy")


def public_names() -> dict[str, bool]:
    """Give the names of the stub, each with whether it stands for a module."""
    names = {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = node.module is None
    return names


def public_objects() -> list[str]:
    return [name for name, is_module in public_names().items() if not is_module]


def room_objects() -> list[str]:
    """Give what the faces of the rooms hand on beside the public names, such as results."""
    found = []
    # The contracts are told in the data dictionary.
    rooms = [name for name, is_module in public_names().items() if is_module and name != "schemas"]
    for room in rooms:
        face = getattr(pcc, room)
        for name in getattr(face, "__all__", ()):
            if inspect.isclass(getattr(face, name)) and name not in public_names():
                found.append(f"{room}.{name}")
    return found


def module_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_names() -> list[str]:
    parts = (file.relative_to(PACKAGE.parent).with_suffix("").parts for file in module_files())
    dotted = (".".join(names).removesuffix(".__init__") for names in parts)
    return sorted(name for name in dotted if not name.endswith("__main__"))


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )


def test_the_stub_lists_public_objects() -> None:
    assert {"Interval", "find_area", "load_awards", "parse_printed"} <= set(public_objects())


@pytest.mark.parametrize("file", module_files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_is_one_room(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{file.name} has {lines} lines: it is asking to be two rooms"


@pytest.mark.parametrize("name", module_names())
def test_a_module_says_what_it_is_for(name: str) -> None:
    file = PACKAGE.parent.joinpath(*name.split("."))
    source = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
    assert docstring, f"{name} has no module docstring"


def test_no_room_shares_the_name_of_a_public_object() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert rooms.isdisjoint(public_objects())


def test_nothing_at_the_top_level_is_underscored() -> None:
    names = [path.name for path in PACKAGE.iterdir() if path.name.startswith("_")]
    assert [name for name in names if not name.startswith("__")] == []


@pytest.mark.parametrize("name", [*public_objects(), *room_objects()])
def test_a_public_object_shows_a_running_example(name: str) -> None:
    thing = operator.attrgetter(name)(pcc)
    if issubclass(type(thing), abc.ABCMeta) and inspect.isabstract(thing):
        return  # nobody makes one
    docstring = inspect.getdoc(thing) or ""
    assert re.search(r"^Examples\n-{8}$", docstring, re.MULTILINE), f"{name} shows no example"
    found = doctest.DocTestFinder(recurse=False).find(inspect.unwrap(thing), name)
    assert any(test.examples for test in found), f"the example of {name} does not run"
    home = inspect.unwrap(thing).__module__
    assert home in module_names(), f"{name} lives in {home}, where doctests are not collected"


@pytest.mark.parametrize("name", module_names())
def test_a_module_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__name__ == name


def test_public_names_keep_their_meaning_once_every_module_is_imported() -> None:
    for module in module_names():
        importlib.import_module(module)
    for name, is_module in public_names().items():
        first, second = getattr(pcc, name), getattr(pcc, name)
        assert first is second, name
        assert isinstance(first, ModuleType) == is_module, name


def test_every_public_name_can_be_listed_and_imported() -> None:
    assert set(public_names()) <= set(dir(pcc))
    code = f"from pccfunding import {', '.join(public_names())}"
    assert run(code).returncode == 0, run(code).stderr


@pytest.mark.parametrize("room", [name for name, is_module in public_names().items() if is_module])
def test_a_room_can_be_read_first(room: str) -> None:
    code = f"import pccfunding as pcc; print(len(pcc.{room}.__all__))"
    found = run(code)
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) > 0


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="load_awrads"):
        _ = getattr(pcc, "load_" + "awrads")


def test_there_is_one_version() -> None:
    assert pcc.__version__ == importlib.metadata.version("pccfunding")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {pcc.__version__}\n" in citation


def test_importing_the_package_imports_nothing_heavy() -> None:
    found = run("import pccfunding, sys; print(*sorted(sys.modules))")
    assert found.returncode == 0, found.stderr
    loaded = found.stdout.split()
    assert "pccfunding" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def mypy_says(tmp_path: Path, name: str) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "uses_a_name.py"
    script.write_text(f"import pccfunding as pcc\nprint(pcc.{name})\n", encoding="utf-8")
    # Other packages count as unknown: their types play no part, and reading them takes a minute.
    options = ["--strict", "--no-site-packages", "--ignore-missing-imports", "--config-file="]
    options += ["--follow-imports=silent", f"--cache-dir={tmp_path / 'cache'}"]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(script)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )


def test_mypy_accepts_a_public_name(tmp_path: Path) -> None:
    found = mypy_says(tmp_path, "load_awards")
    assert found.returncode == 0, found.stdout + found.stderr


def test_mypy_rejects_a_misspelt_public_name(tmp_path: Path) -> None:
    found = mypy_says(tmp_path, "load_awrads")
    assert found.returncode == 1, found.stdout + found.stderr
    assert 'has no attribute "load_awrads"' in found.stdout


def project_files() -> Iterator[Path]:
    """Give the text files of the checkout, without what tools leave behind."""
    left_behind = re.compile(
        r"\.git|\.venv.*|__pycache__|\..*_cache|\.hypothesis|dist|build|review"
    )
    kinds = {".cff", ".cfg", ".css", ".csv", ".html", ".ini", ".ipynb", ".j2", ".jinja", ".js"}
    kinds |= {".json", ".md", ".py", ".pyi", ".rst", ".svg", ".toml", ".txt", ".yaml", ".yml", ""}
    folders = [ROOT]
    while folders:
        for entry in sorted(folders.pop().iterdir()):
            if entry.is_dir() and not left_behind.fullmatch(entry.name):
                folders.append(entry)
            elif entry.is_file() and entry.name != ".git" and entry.suffix in kinds:
                yield entry


def test_no_file_names_a_registry_or_the_machine_it_was_written_on() -> None:
    # Written in two halves, so that this file does not find itself.
    halves = [
        ("pypi", r"\.org"),
        (r"files\.python", r"hosted\.org"),
        (r"registry\.npm", "js"),
        (r"(?<![\w.])/wo", r"rk/"),
        (r"(?<![\w.])/ro", r"ot/"),
        (r"\.\./sha", "red"),
        (r"\bsub", "agent"),
        (r"\bclau", r"de\b"),
        (r"\banthr", r"opic\b"),
        (r"\bch", r"atgpt\b"),
    ]
    unwanted = re.compile("|".join(first + second for first, second in halves), re.IGNORECASE)
    found = [
        f"{file.relative_to(ROOT).as_posix()}:{number}: {hit.group()}"
        for file in project_files()
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1)
        if (hit := unwanted.search(line))
    ]
    assert found == []


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "2001:db8::1"])
def test_tests_have_no_network(host: str) -> None:
    with socket.socket() as connection, pytest.raises(RuntimeError, match="no network"):
        connection.connect((host, 80))
    with pytest.raises(RuntimeError, match="no network"):
        socket.create_connection((host, 80))


def test_tests_may_talk_to_themselves() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
