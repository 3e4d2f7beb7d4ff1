"""Packs that somebody forged, damaged or put together wrongly: a sentence each, and no hang."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from children import WHO, command, everything, said

from pccfunding.errors import PackError
from pccfunding.review_pack import Review, compare_packs, sign_pack, verify_pack
from pccfunding.review_pack.stored_pack import (
    # Private: a forger seals what was changed, as the library does.
    MANIFEST,
    RECORD,
    file_facts,
    sealed,
)


def forge(pack: Path, name: str, content: bytes) -> None:
    """Change a file of a pack and have the manifest list it as it is."""
    (pack / name).write_bytes(content)
    manifest = json.loads((pack / MANIFEST).read_bytes())
    manifest["files"][name] = file_facts(content)
    (pack / MANIFEST).write_bytes(sealed(manifest))


def forge_record(pack: Path, **changed: str) -> None:
    record = json.loads((pack / RECORD).read_bytes()) | changed
    (pack / RECORD).write_bytes(sealed(record))


@pytest.mark.parametrize(
    "text",
    [
        b'{"files": {"\\ud800": {}}, "seal": "0"}',
        b'{"seal": "\\udfff"}',
        b"[" * 100_000,
        b'{"a": ' * 50_000 + b"1" + b"}" * 50_000,
        b'{"seal": "x", "n": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe",
        b"",
        b"null",
    ],
)
@pytest.mark.parametrize("name", [MANIFEST, RECORD])
@pytest.mark.slow
def test_a_manifest_or_record_of_odd_json(desk: Path, name: str, text: bytes) -> None:
    (desk / "review" / name).write_bytes(text)
    done = command("verify", desk / "review")
    assert done.returncode == 1
    assert f"changed: {name}" in said(done)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(figures=[{"key": ["a", "list"]}]),
        lambda told: told.update(figures=[{"key": "only"}]),
        lambda told: told.update(figures=["text"]),
        lambda told: told.update(figures=None),
        lambda told: told["figures"][0].update(subject_id={"a": "mapping"}),
        lambda told: told["figures"][0].update(value=[1]),
        lambda told: told["figures"][0].update(token="\ud800"),
        lambda told: told["figures"][0].pop("kind"),
        lambda told: told.update(sources=[[]]),
        lambda told: told.update(sources=[{"source_id": "x"}]),
    ],
)
def test_odd_figures_in_a_comparison(desk: Path, change: Callable[[Any], Any]) -> None:
    shutil.copytree(desk / "review", desk / "odd")
    told = json.loads((desk / "odd" / "figures.json").read_bytes())
    change(told)
    forge(desk / "odd", "figures.json", json.dumps(told).encode())
    assert verify_pack(desk / "odd").intact
    for pair in (("review", "odd"), ("odd", "review")):
        with pytest.raises(PackError, match=r"holds no figures\.json"):
            compare_packs(desk / pair[0], desk / pair[1])


@pytest.mark.parametrize(
    "text",
    [b"statement_id\nshort\n", b"statement_id,verdict,reason,statement\n" + b"x" * 200_000, b"\0"],
)
@pytest.mark.slow
def test_odd_statements_in_a_comparison(desk: Path, text: bytes) -> None:
    shutil.copytree(desk / "review", desk / "odd")
    forge(desk / "odd", "statements.csv", text)
    done = command("diff", desk / "review", desk / "odd", "--out", desk / "out")
    assert done.returncode in (0, 2), done
    said(done)


@pytest.mark.posix
@pytest.mark.slow
def test_pipes_and_devices_are_no_packs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for place in (tmp_path / "pipe.zip", Path("/dev/zero"), Path("/dev/null")):
        done = command("verify", place)
        assert done.returncode == 2
        assert "no regular file" in said(done)
    done = command("check", tmp_path / "pipe.zip")
    assert done.returncode == 2
    assert "is not a folder" in said(done)


@pytest.mark.slow
@pytest.mark.posix
def test_pipes_and_devices_in_a_pack_and_in_evidence(desk: Path, tmp_path: Path) -> None:
    os.mkfifo(desk / "review" / "tables" / "pipe.csv")
    (desk / "review" / "zero.csv").symlink_to("/dev/zero")
    found = verify_pack(desk / "review")
    assert {one.file for one in found.problems} == {"tables/pipe.csv", "zero.csv"}
    with pytest.raises(PackError, match="Only an intact pack"):
        sign_pack(desk / "review", **WHO, decision="stop")
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    os.mkfifo(evidence / "datapackage.json")
    done = command("check", evidence)
    assert done.returncode == 2
    assert "no regular file" in said(done)


@pytest.mark.posix
@pytest.mark.slow
def test_a_file_larger_than_any_pack(tmp_path: Path) -> None:
    with (tmp_path / "huge.zip").open("wb") as file:
        file.truncate(10**12)
    done = command("verify", tmp_path / "huge.zip")
    assert done.returncode == 2
    assert "no pack is that large" in said(done)
    folder = tmp_path / "many"
    for number in range(5_100):
        (folder / str(number)).mkdir(parents=True)
    done = command("verify", folder)
    assert done.returncode == 2
    assert "no pack is that large" in said(done)


@pytest.mark.slow
@pytest.mark.posix
def test_a_pack_of_folders_in_folders(desk: Path) -> None:
    here = os.open(desk / "review", os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    done = command("verify", desk / "review")
    said(done)
    assert done.returncode in (0, 1, 2)
    # Deeper than Python's own way of removing folders goes.
    subprocess.run(["rm", "-rf", desk / "review" / "d"], check=True)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reason": " \t"}, "needs a reason"),
        ({"name": ""}, "needs a name"),
        ({"role": "\n"}, "needs a role"),
        ({"signed_on": "2026-02-30"}, "'2026-02-30' is none"),
        ({"signed_on": "20260201"}, "is none"),
        ({"signed_on": "soon"}, "'soon' is none"),
        ({"decision": "wait"}, "No decision 'wait'"),
        ({"name": "A" * 201}, "at most 200 characters"),
        ({"reason": "A" * 5_001}, "at most 5,000 characters"),
    ],
)
@pytest.mark.slow
def test_what_sign_refuses_verify_refuses(
    desk: Path, signed: Path, changed: dict[str, str], told: str
) -> None:
    forge_record(signed, **changed)
    done = command("verify", signed)
    assert done.returncode == 1
    assert told in said(done)
    (signed / RECORD).unlink()
    who = {**WHO, "decision": "stop"}
    if "signed_on" not in changed:
        with pytest.raises(PackError, match=told):
            sign_pack(signed, **(who | changed))


def test_a_signed_pack_with_an_open_conflict(signed: Path) -> None:
    rows = (signed / "exceptions.csv").read_text(encoding="utf-8").replace("Asked.", "")
    forge(signed, "exceptions.csv", rows.encode())
    forge_record(
        signed, manifest_sha256=hashlib.sha256((signed / MANIFEST).read_bytes()).hexdigest()
    )
    found = verify_pack(signed)
    assert not found.intact
    assert "have no recorded reason" in found.text


@pytest.mark.slow
def test_an_archive_of_another_day_beside_a_folder(desk: Path, found: Review) -> None:
    assert "Beside it" not in verify_pack(desk / "review").text
    first, *_ = found.exceptions
    other = {**found.exceptions, first: "Asked again."}
    Review(found.area, found.period, found.evidence, found.tables, found.statements, other).write(
        desk / "review", force=True
    )
    for place, beside in (("review", "review.zip"), ("review.zip", "review")):
        done = command("verify", desk / place)
        assert done.returncode == 0
        assert f"Beside it lies {beside}, which holds another Review" in said(done)
    sign_pack(desk / "review", **WHO, decision="stop")
    assert not verify_pack(desk / "review.zip").signed


def test_the_archive_beside_a_folder_is_signed_with_it(desk: Path) -> None:
    signed = sign_pack(desk / "review", **WHO, decision="stop")
    assert "Beside it" not in signed.text
    archive = verify_pack(desk / "review.zip")
    assert archive.signed
    assert archive.record == signed.record


def test_a_folder_beside_an_archive_that_alone_is_signed(desk: Path) -> None:
    mode = 0o640
    (desk / "review.zip").chmod(mode)
    signed = sign_pack(desk / "review.zip", **WHO, decision="stop")
    assert "Beside it lies review, which nobody has signed" in signed.text
    assert (desk / "review.zip").stat().st_mode & 0o777 == mode
    assert not verify_pack(desk / "review").signed


def test_a_users_own_archive_is_no_concern_of_a_pack(desk: Path) -> None:
    (desk / "review.zip").write_bytes(b"holiday pictures")
    text = sign_pack(desk / "review", **WHO, decision="stop").text
    assert everything(desk)["review.zip"] == b"holiday pictures"
    assert text.startswith("Signed by")


@pytest.mark.parametrize(
    ("name", "content", "foreign"),
    [
        (".DS_Store", b"\0\0\0\1Bud1 and more", True),
        ("tables/Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True),
        ("Desktop.ini", b"\xff\xfe[\0.\0", True),
        ("._index.html", b"\0\5\x16\7\0\2\0\0", True),
        ("Thumbs.db", b"<script>", False),
        ("other/.DS_Store", b"\0\0\0\1Bud1", False),
        ("ds_store", b"\0\0\0\1Bud1", False),
    ],
)
def test_what_a_desktop_leaves_in_a_pack_is_named_and_no_change_of_it(
    name: str, content: bytes, foreign: bool, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    files = {"index.html": b"<p>", "tables/a.csv": b"a\n1\n", "exceptions.csv": b"statement_id\n"}
    for file, text in files.items():
        (pack / file).parent.mkdir(parents=True, exist_ok=True)
        (pack / file).write_bytes(text)
    listed = {file: file_facts(text) for file, text in files.items()}
    (pack / MANIFEST).write_bytes(sealed({"files": listed}))
    assert verify_pack(pack).intact
    (pack / name).parent.mkdir(exist_ok=True)
    (pack / name).write_bytes(content)
    found = verify_pack(pack)
    assert found.intact is foreign
    assert name in found.text
    # What is sealed stays sealed, whatever it is called.
    (pack / "tables" / "a.csv").write_bytes(b"a\n2\n")
    assert [one.what for one in verify_pack(pack).problems if one.file == "tables/a.csv"] == [
        "changed"
    ]
