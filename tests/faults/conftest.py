"""One pack with its zip, made once; faults befall copies of it."""

from __future__ import annotations

import dataclasses
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import WHO

import pccfunding as pcc
from pccfunding.review_pack import Review, sign_pack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what the system cannot do: fork, limits, rights."""
    if sys.platform != "win32":
        return
    for item in items:
        if item.get_closest_marker("posix"):
            item.add_marker(pytest.mark.skip("this system cannot make the fault"))


@pytest.fixture(scope="session")
def found() -> Review:
    """The Review of the bundled evidence, every conflict of it with a reason."""
    made = pcc.review(pcc.load_evidence())
    told = made.tables["statements"]
    conflicts = told.loc[told["verdict"] == "conflicts", "statement_id"]
    return dataclasses.replace(made, exceptions=dict.fromkeys(conflicts, "Asked."))


@pytest.fixture(scope="session")
def pristine(found: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pack `review` and `review.zip`."""
    folder = tmp_path_factory.mktemp("packs")
    found.write(folder / "review", zip=True)
    return folder


@pytest.fixture
def ram(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the system has one: a hundred writings wait for no disk."""
    if not Path("/dev/shm").is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def desk(pristine: Path, tmp_path: Path) -> Path:
    """A copy of that folder, the pack not signed."""
    shutil.copytree(pristine, tmp_path / "desk")
    return tmp_path / "desk"


@pytest.fixture
def signed(desk: Path) -> Path:
    """A signed pack."""
    sign_pack(desk / "review", **WHO, decision="stop")
    return desk / "review"
