"""Examples in docstrings as tests, copied by .ci/soak among the tests of its tree.

`--doctest-modules` would read the docstring of each mutant too, and the original of none, since
mutmut leaves a wrapper in its place.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import pccfunding

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def members(home: object, name: str, module: str) -> Iterator[tuple[str, object]]:
    for inner, thing in vars(home).items():
        found = f"{name}.{inner}"
        bare = getattr(thing, "fget", inspect.unwrap(thing) if callable(thing) else thing)
        if "__mutmut" not in inner and getattr(bare, "__module__", None) == module:
            yield found, thing
            if inspect.isclass(thing):
                yield from members(thing, found, module)


def examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(recurse=False)
    for one in pkgutil.walk_packages(pccfunding.__path__, "pccfunding."):
        if one.name.endswith("__main__"):
            continue
        module = importlib.import_module(one.name)
        for name, thing in [(one.name, module), *members(module, one.name, one.name)]:
            names = dict(vars(module))
            yield from finder.find(inspect.unwrap(thing), name, module=False, globs=names)


@pytest.mark.parametrize(
    "example", [pytest.param(one, id=one.name) for one in examples() if one.examples]
)
def test_an_example_runs(example: doctest.DocTest) -> None:
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    assert runner.run(example, out=lambda text: None, clear_globs=False).failed == 0
