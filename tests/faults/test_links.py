"""Links: none leads a write, a delete or a reading out of the folder that it lies in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from children import command, everything, said

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.errors import DataPackageError
from pccfunding.review_pack import Review, verify_pack

pytestmark = pytest.mark.posix


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "awards.csv").write_text("mine", encoding="utf-8")
    return folder


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.slow
def test_a_linked_folder_in_a_pack(desk: Path, outside: Path, found: Review, force: bool) -> None:
    shutil.rmtree(desk / "review" / "tables")
    (desk / "review" / "tables").symlink_to(outside)
    before = everything(desk)
    with pytest.raises(FileExistsError, match="a link stands where a file is to be written"):
        found.write(desk / "review", force=force)
    assert everything(desk) == before
    assert everything(outside) == {"awards.csv": b"mine"}


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.slow
def test_a_dangling_link_in_an_output_folder(tmp_path: Path, found: Review, force: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").symlink_to(tmp_path / "nothing yet")
    with pytest.raises(FileExistsError, match="a link stands"):
        found.write(tmp_path / "out", force=force)
    assert not (tmp_path / "nothing yet").exists()


@pytest.mark.slow
def test_a_dangling_link_as_output(tmp_path: Path, found: Review) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nothing yet")
    with pytest.raises(FileNotFoundError, match="leads to nothing"):
        found.write(tmp_path / "out")
    (tmp_path / "out.zip").symlink_to(tmp_path / "nothing yet.zip")
    (tmp_path / "out").unlink()
    with pytest.raises(FileExistsError, match="a link stands"):
        found.write(tmp_path / "out", zip=True, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


@pytest.mark.slow
def test_an_output_folder_named_by_a_link_stays_a_link(tmp_path: Path, found: Review) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    found.write(tmp_path / "out")
    found.write(tmp_path / "out", force=True)
    assert (tmp_path / "out").is_symlink()
    assert verify_pack(tmp_path / "real").intact


@pytest.mark.slow
def test_a_link_of_a_users_own_is_carried_over_as_it_is(
    desk: Path, outside: Path, found: Review
) -> None:
    (desk / "review" / "mine").symlink_to(outside)
    (desk / "review" / "nowhere").symlink_to("nothing")
    found.write(desk / "review", force=True)
    assert (desk / "review" / "mine").readlink() == outside
    assert (desk / "review" / "nowhere").is_symlink()
    assert everything(outside) == {"awards.csv": b"mine"}


@pytest.mark.slow
def test_a_sign_off_that_is_a_link(desk: Path, tmp_path: Path) -> None:
    (desk / "review" / "sign-off.json").symlink_to(tmp_path / "nothing yet")
    done = command("sign", desk / "review", "--name", "A", "--role", "B", "--decision", "stop",
                   "--reason", "C")  # fmt: skip
    assert done.returncode == 2
    assert "link" in said(done)
    assert not (tmp_path / "nothing yet").exists()


@pytest.mark.parametrize("name", ["figures.csv", "datapackage.json"])
@pytest.mark.slow
def test_a_table_outside_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(datasets_dir(), folder)
    shutil.move(folder / name, tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    with pytest.raises(DataPackageError, match="a link that leads out of its folder"):
        pcc.read_evidence(folder)
    done = command("check", folder, env={"COLUMNS": "400"})
    assert done.returncode in (1, 2)
    assert "a link that leads out of its folder" in said(done)


def test_a_linked_table_inside_its_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(datasets_dir(), folder)
    (folder / "figures.csv").rename(folder / "of 2024.csv")
    (folder / "figures.csv").symlink_to("of 2024.csv")
    assert len(pcc.read_evidence(folder).figures) == len(pcc.load_figures())


def test_a_planted_earlier_folder_is_not_taken_for_one(outside: Path, tmp_path: Path) -> None:
    (tmp_path / ".out.earlier").symlink_to(outside)
    with pytest.raises(FileNotFoundError):
        verify_pack(tmp_path / "out")
    assert (tmp_path / ".out.earlier").is_symlink()
    assert everything(outside) == {"awards.csv": b"mine"}
