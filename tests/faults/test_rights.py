"""Without the right to read or to write: a sentence, and what stood stands. Root gives it up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import as_nobody, command, everything

from pccfunding.review_pack import Review

pytestmark = [pytest.mark.posix, pytest.mark.slow]


@pytest.fixture
def open_desk(found: Review) -> Iterator[Path]:
    """A pack in a folder that everybody can enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        found.write(place / "review", zip=True)
        yield place


def test_a_folder_that_may_only_be_read(open_desk: Path) -> None:
    open_desk.chmod(0o555)
    before = everything(open_desk)
    for code, told in as_nobody(
        ["review", "--out", open_desk / "review", "--force"],
        ["sign", open_desk / "review", "--name", "A", "--role", "B", "--decision", "stop",
         "--reason", "C"],
        ["diff", open_desk / "review", open_desk / "review.zip", "--out", open_desk / "out"],
    ):  # fmt: skip
        assert code == 2, told
        assert "no file can be written beside it (Permission denied)" in told
    assert everything(open_desk) == before
    assert as_nobody(["verify", open_desk / "review"])[0][0] == 0
    open_desk.chmod(0o755)


def test_a_file_that_may_not_be_read(open_desk: Path) -> None:
    (open_desk / "review" / "statements.csv").chmod(0)
    ((code, told),) = as_nobody(["verify", open_desk / "review"])
    assert code == 1
    assert "changed: statements.csv (Cannot read" in told
    assert "Permission denied" in told


def test_an_earlier_pack_that_cannot_be_given_its_name_back(open_desk: Path) -> None:
    os.rename(open_desk / "review", open_desk / ".review.earlier")
    open_desk.chmod(0o555)
    ((code, told),) = as_nobody(["verify", open_desk / "review"])
    assert code == 2
    assert "Permission denied" in told
    open_desk.chmod(0o755)
    assert command("verify", open_desk / "review").returncode == 0
    assert sorted(path.name for path in open_desk.iterdir()) == ["review", "review.zip"]


def test_a_pack_of_somebody_else_in_a_folder_of_all(open_desk: Path) -> None:
    open_desk.chmod(0o777)
    before = everything(open_desk)
    sign = ["--name", "A", "--role", "B", "--decision", "stop", "--reason", "C"]
    for code, told in as_nobody(
        ["review", "--out", open_desk / "review", "--force"],
        ["sign", open_desk / "review", *sign],
    ):
        assert code == 2, told
        assert "belong to somebody else and cannot be replaced" in told
    assert everything(open_desk) == before
