"""Two at once: one after the other, never mixed; a lock ends with its process; no half is seen."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from children import ROOT, WHO, command, everything, python

import pccfunding as pcc
from pccfunding.files import one_writer
from pccfunding.review_pack import sign_pack, verify_pack

# Private, so that a pack is written a hundred times and its tables are worked once.
WRITING = """
import sys
from pathlib import Path
from pccfunding.review_pack.pack import write_pack
source, target, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
contents = {}
for path in source.rglob("*"):
    if path.is_file():
        contents[path.relative_to(source).as_posix()] = path.read_bytes()
contents["method.md"] = sys.argv[4].encode() * 100_000
from pccfunding.review_pack.stored_pack import MANIFEST, file_facts, sealed
import json
manifest = json.loads(contents[MANIFEST])
manifest["files"]["method.md"] = file_facts(contents["method.md"])
contents.pop(MANIFEST)
contents[MANIFEST] = sealed(manifest)
for _ in range(times):
    write_pack(contents, target, force=True, archive=False)
"""


@pytest.mark.slow
def test_two_reviews_into_one_folder(pristine: Path, ram: Path) -> None:
    out = ram / "out"
    with ThreadPoolExecutor(3) as pool:
        writers = [
            pool.submit(python, WRITING, pristine / "review", out, 20, letter) for letter in "ab"
        ]
        seen = set()
        while not all(writer.done() for writer in writers):
            if out.exists() or seen:
                found = verify_pack(out)
                assert found.intact, found.text
                seen.add(found.seal)
    for writer in writers:
        assert writer.result().returncode == 0, writer.result().stderr
    assert len(seen) == 2
    assert [path.name for path in ram.iterdir()] == ["out"]


@pytest.mark.slow
def test_two_reviews_of_which_none_may_write_over(pristine: Path, ram: Path) -> None:
    code = WRITING.replace("force=True", "force=False")
    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda one: python(code, pristine / "review", ram / "out", 1, one), "abcd")
        )
    assert sorted(one.returncode for one in done) == [0, 1, 1, 1]
    assert verify_pack(ram / "out").intact


@pytest.mark.parametrize("pack", ["review", "review.zip"])
@pytest.mark.slow
def test_two_decisions_over_one_pack(desk: Path, pack: str) -> None:
    def decide(decision: str) -> int:
        who = ["--name", decision, "--role", "B", "--reason", "C"]
        return command("sign", desk / pack, *who, "--decision", decision).returncode

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(decide, ["stop", "continue", "change"]))
    assert sorted(ended) == [0, 2, 2]
    found = verify_pack(desk / pack)
    assert found.signed
    assert found.record is not None
    assert found.record["name"] == ["stop", "continue", "change"][ended.index(0)]


@pytest.mark.slow
def test_a_lock_ends_with_its_process(desk: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom pccfunding.files import one_writer\n"
        "with one_writer(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(desk / "review")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    started = time.monotonic()
    who = {**WHO, "decision": "stop"}
    with pytest.raises(OSError, match="another command is writing here"):
        sign_pack(desk / "review", **who)
    assert time.monotonic() - started > 5
    assert verify_pack(desk / "review").intact, "a reader needs no lock"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert sign_pack(desk / "review", **who).signed


def test_two_counts_into_one_file_and_two_packages_into_one_folder(tmp_path: Path) -> None:
    known = pcc.load_evidence()
    tables = {"deflator": known.deflator, "sources": known.sources}

    def package(title: str) -> None:
        pcc.write_data_package(tables, tmp_path / "own", name="own", title=title, force=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(package, ["one", "two"] * 4))
    assert [path.name for path in tmp_path.iterdir()] == ["own"]
    held = everything(tmp_path / "own")
    package("one")
    one = everything(tmp_path / "own")
    package("two")
    assert held in (one, everything(tmp_path / "own"))


def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / ".out.lock").symlink_to(tmp_path / "elsewhere")
    with (
        pytest.raises(OSError, match="no file can be written beside it"),
        one_writer(tmp_path / "out"),
    ):
        pass
    assert not (tmp_path / "elsewhere").exists()
