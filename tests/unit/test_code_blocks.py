"""Every block of code in the README and the pages runs by itself, in any order.

A block that needs more than the README's environment says so: its page names what to install.
"""

from __future__ import annotations

import ast
import doctest
import importlib.metadata
import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import TracebackType

import pytest

from pccfunding.errors import MissingExtraError

ROOT = Path(__file__).resolve().parents[2]
# These are written by docs/conf.py, from the code and from docs/gallery.
MADE = {"docs/reference/gallery.md", "docs/reference/workbook.md", "docs/explanation/rooms.md"}
MADE |= {"docs/reference/data-dictionary.md", "docs/front-picture.md"}
PAGES = sorted(
    name
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    if "_build" not in path.parts and (name := path.relative_to(ROOT).as_posix()) not in MADE
)
BLOCK = re.compile(r"^( *)```(python|pycon)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS

with (ROOT / "pyproject.toml").open("rb") as described:
    PROJECT = tomllib.load(described)["project"]
# Modules that do not bear the name of the package that brings them.
MODULES = {"python-docx": "docx"}


def brought(requirements: list[str]) -> set[str]:
    names = {re.split(r"[^\w-]", one)[0] for one in requirements}
    return {MODULES.get(name, name.replace("-", "_")) for name in names}


CORE = brought(PROJECT["dependencies"]) | {"pccfunding"}
EXTRAS = {name: brought(needs) for name, needs in PROJECT["optional-dependencies"].items()}
EXTRAS["office"] |= EXTRAS["formats"]


def blocks() -> list[tuple[str, int, str, str]]:
    found = []
    for name in PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            line = text[: block.start()].count("\n") + 1
            found.append((name, line, block[2], block[3]))
    return found


def named(page: str) -> set[str]:
    """Give the modules that a page tells how to install."""
    text = (ROOT / page).read_text(encoding="utf-8")
    modules: set[str] = set()
    for extra in re.findall(r"pip install '?(?:-e )?'?[\w.]*\[([\w,]+)\]", text):
        modules |= set().union(*(EXTRAS[one] for one in extra.split(",")))
    return modules | set(re.findall(r"pip install (\w+)(?=`| |$)", text, re.MULTILINE))


def code_of(kind: str, block: str) -> str:
    if kind == "python":
        return block
    return "".join(example.source for example in doctest.DocTestParser().get_examples(block))


def imported(code: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


class Raising(doctest.DebugRunner):
    """Says where a block differs, and hands an error on as it was raised."""

    def report_unexpected_exception(
        self,
        out: object,
        test: doctest.DocTest,
        example: doctest.Example,
        exc_info: tuple[type[BaseException], BaseException, TracebackType],
    ) -> None:
        raise exc_info[1]

    def report_failure(
        self, out: object, test: doctest.DocTest, example: doctest.Example, got: str
    ) -> None:
        told = self._checker.output_difference(example, got, FLAGS)  # type: ignore[attr-defined]
        pytest.fail(f"{test.name}: {example.source}{told}", pytrace=False)


def run(kind: str, block: str, name: str) -> None:
    if kind == "python":
        exec(compile(block, name, "exec"), {"__name__": "block"})
        return
    test = doctest.DocTestParser().get_doctest(block, {"__name__": "block"}, name, name, 0)
    Raising(optionflags=FLAGS).run(test)


# Other packages of a block may warn of what they will change; ours are held in every other test.
@pytest.mark.filterwarnings("default::DeprecationWarning")
@pytest.mark.parametrize(
    ("page", "kind", "block"),
    [pytest.param(page, kind, block, id=f"{page}:{at}") for page, at, kind, block in blocks()],
)
def test_a_block_runs_by_itself(
    page: str, kind: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = named(page)
    try:
        run(kind, block, page)
    except (ImportError, MissingExtraError) as error:
        lost = {name for name in wanted if importlib.util.find_spec(name) is None}
        if not lost:
            raise
        pytest.skip(f"{page} names what it needs, and {sorted(lost)} are not here: {error}")


@pytest.mark.parametrize("page", sorted({page for page, *_ in blocks()}))
def test_a_page_names_what_its_blocks_import(page: str) -> None:
    here = [(kind, block) for one, _, kind, block in blocks() if one == page]
    own = {name for kind, block in here for name in imported(code_of(kind, block))}
    assert own - CORE - sys.stdlib_module_names <= named(page)


def test_every_fence_of_python_is_read() -> None:
    # A fence that the pattern above does not see would never run.
    for name in PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert len(re.findall(r"^ *```\s*(?:python|pycon|py)\b", text, re.M)) == len(
            BLOCK.findall(text)
        ), name
        outside = BLOCK.sub("", text)
        assert ">>> " not in outside, name


@pytest.mark.parametrize("script", sorted((ROOT / "docs" / "gallery").glob("*.py")), ids=str)
def test_a_script_of_the_gallery_draws(script: Path) -> None:
    namespace: dict[str, object] = {"__name__": "gallery"}
    exec(compile(script.read_text(encoding="utf-8"), script.name, "exec"), namespace)
    assert namespace["axes"].get_figure() is not None  # type: ignore[attr-defined]
