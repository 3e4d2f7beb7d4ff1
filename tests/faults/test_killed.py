"""A real SIGKILL before each thing that a command does to files: what stood is whole, or the new.

The child is killed by an audit hook at the k-th file event, for every k; in the middle of a write
it is killed by the kernel, when a file passes a limit of its size.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from children import WHO, command, everything, kill_at_every_point, killed_by_a_file_over

import pccfunding as pcc
from pccfunding.review_pack import Review, sign_pack, verify_pack

# Private, as in the children: the files of a pack that is there already are written again.
from pccfunding.review_pack.pack import write_pack

pytestmark = [pytest.mark.posix, pytest.mark.slow]

# Private, so that the tables are worked once and not at each of a hundred kills.
WRITING = """
from pccfunding.review_pack.pack import write_pack
contents = {}
for path in Path(sys.argv[2]).rglob("*"):
    if path.is_file():
        contents[path.relative_to(sys.argv[2]).as_posix()] = path.read_bytes()
"""


@pytest.fixture
def newer(found: Review, tmp_path: Path) -> Path:
    """Another pack, some files of which differ."""
    first, *_ = found.exceptions
    other = {**found.exceptions, first: "Asked again."}
    Review(found.area, found.period, found.evidence, found.tables, found.statements, other).write(
        tmp_path / "newer"
    )
    return tmp_path / "newer"


def test_a_review_over_a_signed_pack(signed: Path, newer: Path, ram: Path) -> None:
    (signed / "own notes.txt").write_text("mine", encoding="utf-8")
    root = ram / "kills"
    shutil.copytree(signed.parent, root / "start")
    points = kill_at_every_point(
        root, WRITING, "write_pack(contents, here / 'review', force=True, archive=False)", newer
    )
    assert points > 40
    old, new = everything(signed), everything(newer)
    seen = set()
    for point in range(1, points + 2):
        pack = root / str(point) / "review"
        verify_pack(pack)  # the next command
        held = everything(pack)
        assert held in (old, new | {"own notes.txt": b"mine"}), (point, sorted(held))
        seen.add(held == old)
    assert seen == {True, False}


def test_the_command_after_a_kill_leaves_nothing_behind(
    signed: Path, newer: Path, ram: Path
) -> None:
    root = ram / "kills"
    shutil.copytree(signed.parent, root / "start")
    action = "write_pack(contents, here / 'review', force=True, archive=True)"
    points = kill_at_every_point(root, WRITING, action, newer)
    for point in range(1, points + 1):
        place = root / str(point)
        # The same writing, not killed, over what the kill left.
        write_pack(everything(newer), place / "review", force=True, archive=True)
        # What was signed stands beside, whole. The name of its lock may stay, without the lock.
        left = {path.name for path in place.iterdir()} - {".review-signed-1.lock"}
        assert left == {"review", "review-signed-1", "review.zip"}, point
        assert everything(place / "review") == everything(newer)
        assert everything(place / "review-signed-1") == everything(signed)
        assert verify_pack(place / "review.zip").intact


def test_a_signing_is_whole_or_can_be_tried_again(desk: Path, ram: Path) -> None:
    root = ram / "kills"
    shutil.copytree(desk, root / "start")
    points = kill_at_every_point(
        root,
        "from pccfunding.review_pack import sign_pack",
        f"sign_pack(here / 'review', **{WHO!r}, decision='stop')",
    )
    assert points > 0
    for point in range(1, points + 1):
        pack = root / str(point) / "review"
        told = verify_pack(pack)
        assert told.intact, (point, told.text)
        if not told.signed:
            assert sign_pack(pack, **WHO, decision="stop").signed, point


def test_an_archive_signed_is_the_old_or_the_new(desk: Path, ram: Path) -> None:
    root = ram / "kills"
    shutil.copytree(desk, root / "start")
    points = kill_at_every_point(
        root,
        "from pccfunding.review_pack import sign_pack",
        f"sign_pack(here / 'review.zip', **{WHO!r}, decision='stop')",
    )
    for point in range(1, points + 1):
        archive = root / str(point) / "review.zip"
        assert verify_pack(archive).intact, point
        if not verify_pack(archive).signed:
            sign_pack(archive, **WHO, decision="stop")
        # The name of a lock may stay; the lock itself went with the process.
        left = {path.name for path in archive.parent.iterdir()} - {".review.zip.lock"}
        assert left == {"review", "review.zip"}, point


def test_a_data_package_is_the_old_or_the_new(ram: Path) -> None:
    known = pcc.load_evidence()
    tables = {"deflator": known.deflator, "sources": known.sources}
    root = ram / "kills"
    pcc.write_data_package(tables, root / "start" / "own", name="own", title="Before")
    (root / "start" / "own" / "readme.txt").write_text("mine", encoding="utf-8")
    before = everything(root / "start" / "own")
    points = kill_at_every_point(
        root,
        """
        import pccfunding as pcc
        known = pcc.load_evidence()
        fewer = {"deflator": known.deflator.head(9), "sources": known.sources}
        """,
        "pcc.write_data_package(fewer, here / 'own', name='own', title='After', force=True)",
    )
    after = everything(root / str(points + 1) / "own")
    assert before != after
    for point in range(1, points + 1):
        folder = root / str(point) / "own"
        with pytest.raises(pcc.errors.DataPackageError, match="holds no table"):
            pcc.read_evidence(folder)  # the next command
        assert everything(folder) in (before, after), point


def test_an_import_is_the_old_or_the_new(tmp_path: Path, ram: Path) -> None:
    root = ram / "kills"
    (root / "start").mkdir(parents=True)
    lists = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for file, amount in zip(lists, ("500", "700"), strict=True):
        file.write_text(f"Recipient,Amount\nHalo,{amount}\n", encoding="utf-8")
    setup = """
    import pccfunding as pcc
    from pccfunding.cli.imported import write_import
    one, two = (pcc.read_awards(Path(name)) for name in sys.argv[2:4])
    write_import(one, root / "start" / "out")
    """
    points = kill_at_every_point(root, setup, "write_import(two, here / 'out', force=True)", *lists)
    before, after = (everything(root / name / "out") for name in ("start", str(points + 1)))
    assert before != after
    for point in range(1, points + 1):
        place = root / str(point)
        command("import", lists[1], "--out", place / "out", "--force") if point % 9 == 1 else None
        held = everything(place / "out") if (place / "out").is_dir() else before
        assert held in (before, after), point
        if point % 9 == 1:
            assert [path.name for path in place.iterdir()] == ["out"], point


@pytest.mark.parametrize("size", [100, 5_000, 60_000])
def test_killed_in_the_middle_of_a_write(signed: Path, size: int) -> None:
    before = everything(signed)
    done = command(
        "review", "--out", signed, "--force", "--zip", before=killed_by_a_file_over(size)
    )
    assert done.returncode < 0, done
    assert verify_pack(signed).signed
    assert everything(signed) == before
    assert json.loads(before["manifest.json"])["files"]


def test_a_signing_killed_in_the_middle_of_its_write(desk: Path) -> None:
    before = everything(desk)
    done = command(
        "sign", desk / "review", "--name", "A", "--role", "B", "--decision", "stop",
        "--reason", "C", before=killed_by_a_file_over(0),
    )  # fmt: skip
    assert done.returncode < 0, done
    assert sign_pack(desk / "review", **WHO, decision="stop").signed
    assert len(everything(desk)) == len(before) + 1
