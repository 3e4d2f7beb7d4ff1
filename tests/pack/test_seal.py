"""Signing and verifying: every change of a pack is noticed, and its file named."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.cli import main
from pccfunding.errors import PackError, TableError, UnknownNameError
from pccfunding.review_pack import Review, sign_pack, verify_pack
from pccfunding.review_pack.seal import DECISIONS, MEANING
from pccfunding.review_pack.stored_pack import (
    MANIFEST,
    RECORD,
    damage_of,
    file_facts,
    sealed,
    zipped,
)

WHO = {"name": "A. Person", "role": "Commissioner", "reason": "The counts agree."}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def names(pack: Path) -> list[str]:
    return sorted(
        path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()
    )  # fmt: skip


@pytest.fixture
def copy(pack: Path, tmp_path: Path) -> Path:
    shutil.copytree(pack, tmp_path / "review")
    return tmp_path / "review"


@pytest.fixture
def signed(copy: Path) -> Path:
    sign_pack(copy, **WHO, decision="change", signed_on=dt.date(2026, 3, 1))
    return copy


def test_an_intact_pack_is_unsigned_until_a_person_signs(copy: Path) -> None:
    before = run("verify", copy)
    assert before.exit_code == 0, before.output
    assert before.output.startswith("UNSIGNED: nobody has entered a decision")
    assert run("verify", copy, "--require-signed").exit_code == 1
    done = run("sign", copy, "--name", "A. Person", "--role", "Commissioner",
               "--decision", "cannot-decide", "--reason", "No counts")  # fmt: skip
    assert done.exit_code == 0, done.output
    after = run("verify", copy, "--require-signed")
    assert after.exit_code == 0
    assert "Signed by A. Person, Commissioner" in after.output
    assert "cannot-decide. Reason: No counts." in after.output
    assert "UNSIGNED" not in after.output
    assert MEANING in after.output
    assert verify_pack(copy).signed
    assert verify_pack(copy).frame.empty


def test_the_meaning_claims_no_identity() -> None:
    assert "do not show who wrote the record" in MEANING
    assert DECISIONS == ("continue", "change", "stop", "cannot-decide")


def test_any_byte_changed_in_any_file_is_noticed_and_the_file_named(signed: Path) -> None:
    files = names(signed)
    assert {"index.html", "review.xlsx", "figures.json", "statements.csv", "exceptions.csv",
            "method.md", MANIFEST, RECORD, "tables/awards.csv"} <= set(files)  # fmt: skip
    for place, name in enumerate(files):
        path = signed / name
        whole = path.read_bytes()
        # Another byte of each file, the first and the last among them.
        for at in {0, len(whole) - 1, (place * 7919) % len(whole), len(whole) // 2}:
            flipped = bytearray(whole)
            flipped[at] ^= 1 << (place % 8)
            path.write_bytes(flipped)
            found = verify_pack(signed)
            assert not found.intact, (name, at)
            assert name in [problem.file for problem in found.problems], (name, at)
            assert found.text.startswith("NOT INTACT")
        path.write_bytes(whole)
    assert verify_pack(signed).signed


def test_every_byte_of_record_and_manifest_counts(signed: Path) -> None:
    for name in (RECORD, MANIFEST):
        path = signed / name
        whole = path.read_bytes()
        for at in range(len(whole)):
            assert damage_of(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]), (name, at)
        path.write_bytes(whole[:-1] + b" \n")
        assert [problem.file for problem in verify_pack(signed).problems] == [name]
        path.write_bytes(whole)


def test_files_missing_and_added_are_named(signed: Path) -> None:
    (signed / "tables" / "awards.csv").unlink()
    (signed / "tables" / "more.csv").write_text("mine", encoding="utf-8")
    (signed / "deep" / "er").mkdir(parents=True)
    (signed / "deep" / "er" / "note.txt").write_text("", encoding="utf-8")
    result = run("verify", signed)
    assert result.exit_code == 1
    for said in ("missing: tables/awards.csv", "added: tables/more.csv", "added: deep/er/note.txt"):
        assert said in result.output
    (signed / MANIFEST).unlink()
    assert [str(one) for one in verify_pack(signed).problems] == [
        f"missing: {MANIFEST} (without it nothing can be checked)"
    ]


def test_a_link_is_no_file_of_a_pack(signed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    shutil.move(signed / "tables" / "awards.csv", elsewhere)
    (signed / "tables" / "awards.csv").symlink_to(elsewhere)
    assert [problem.file for problem in verify_pack(signed).problems] == ["tables/awards.csv"]


def test_a_manifest_that_fits_the_changed_files_does_not_fit_the_record(signed: Path) -> None:
    page = signed / "index.html"
    page.write_text("another page", encoding="utf-8")
    content = json.loads((signed / MANIFEST).read_text(encoding="utf-8"))
    content["files"]["index.html"] = file_facts(page.read_bytes())
    (signed / MANIFEST).write_bytes(sealed(content))
    found = verify_pack(signed)
    assert [problem.file for problem in found.problems] == [MANIFEST]
    assert f"not the one that {RECORD} is about" in found.text


def test_a_record_without_its_parts_is_no_record(copy: Path) -> None:
    for content in ({"name": "A"}, {**WHO, "decision": "wait", "signed_on": "2026-01-01",
                                    "manifest_sha256": "0"}):  # fmt: skip
        (copy / RECORD).write_bytes(sealed(content))
        assert [problem.file for problem in verify_pack(copy).problems] == [RECORD]
    (copy / RECORD).write_text("[" * 100_000, encoding="utf-8")
    assert "cannot be read as JSON" in verify_pack(copy).text


def test_the_archive_is_signed_and_verified_like_the_folder(pack: Path, tmp_path: Path) -> None:
    archive = tmp_path / "review.zip"
    shutil.copy(pack.with_name("review.zip"), archive)
    with zipfile.ZipFile(archive) as opened:
        assert sorted(opened.namelist()) == names(pack)
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in opened.infolist()} == {zipfile.ZIP_STORED}
    assert "UNSIGNED" in run("verify", archive).output
    signed = sign_pack(archive, **WHO, decision="stop")
    assert signed.signed
    assert [path.name for path in tmp_path.iterdir()] == ["review.zip"]
    whole = archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        spots = {entry.header_offset + 60 + len(entry.filename) for entry in opened.infolist()}
    # In the files, between them, and in the directory at the end.
    for at in {*spots, 0, 8, 11, 14, len(whole) - 1, *range(len(whole) - 400, len(whole), 37)}:
        flipped = bytearray(whole)
        flipped[at] ^= 0x10
        archive.write_bytes(flipped)
        result = run("verify", archive)
        assert result.exit_code == 1, at
        assert "review.zip" in result.output, at


def test_an_archive_packed_by_another_tool_is_refused_with_the_cure(
    pack: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names(pack):
            archive.write(pack / name, name)
    found = verify_pack(other)
    assert not found.intact
    assert "unpack it and verify the folder" in found.text
    with zipfile.ZipFile(other) as archive:
        archive.extractall(tmp_path / "out")
    assert verify_pack(tmp_path / "out").intact


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    assert run("verify", tmp_path / "nothing").exit_code == 2
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")
    assert run("verify", tmp_path / "text.zip").exit_code == 1
    (tmp_path / "empty").mkdir()
    result = run("verify", tmp_path / "empty")
    assert result.exit_code == 1
    assert "missing: manifest.json" in result.output
    (tmp_path / "bare.zip").write_bytes(zipped({MANIFEST: sealed({"files": []})}))
    assert "lists no files" in verify_pack(tmp_path / "bare.zip").text


@pytest.mark.parametrize("part", ["name", "role", "reason"])
def test_a_sign_off_needs_each_part(copy: Path, part: str) -> None:
    with pytest.raises(PackError, match=f"needs a {part}"):
        sign_pack(copy, **(WHO | {part: " \n"}), decision="stop")
    assert RECORD not in names(copy)


def test_no_second_sign_off_and_none_over_changed_files(signed: Path) -> None:
    with pytest.raises(PackError, match=r"signed by A\. Person already"):
        sign_pack(signed, **WHO, decision="stop")
    (signed / RECORD).unlink()
    with (signed / "method.md").open("a", encoding="utf-8") as file:
        file.write("more")
    with pytest.raises(PackError, match=r"changed: method\.md"):
        sign_pack(signed, **WHO, decision="stop")


def test_a_conflict_without_a_reason_keeps_the_pack_open(
    copy: Path, found: Review, conflicts: dict[str, str]
) -> None:
    first, *others = conflicts
    half = {name: conflicts[name] for name in others}
    dataclasses.replace(found, exceptions=half).write(copy, force=True)
    page = (copy / "index.html").read_text(encoding="utf-8")
    assert f"Without a recorded reason for it ({first}) the pack cannot be signed" in page
    result = run("sign", copy, "--name", "A", "--role", "B", "--decision", "stop",
                 "--reason", "C")  # fmt: skip
    assert result.exit_code == 2
    assert f"1 conflict(s) have no recorded reason, so this pack cannot be finalised: {first}" in (
        result.output
    )
    assert "Traceback" not in result.output
    for name in others:
        assert conflicts[name] in page
    assert json.loads((copy / MANIFEST).read_bytes())["configuration"]["exceptions"] == {
        name: conflicts[name] for name in others
    }


def test_a_pack_without_its_list_of_conflicts_cannot_be_signed(copy: Path) -> None:
    content = json.loads((copy / MANIFEST).read_bytes())
    del content["files"]["exceptions.csv"]
    (copy / "exceptions.csv").unlink()
    (copy / MANIFEST).write_bytes(sealed(content))
    assert verify_pack(copy).intact
    with pytest.raises(PackError, match=r"holds no exceptions\.csv"):
        sign_pack(copy, **WHO, decision="stop")


def test_an_exception_names_a_conflict_and_gives_a_reason(found: Review) -> None:
    known = found.evidence
    with pytest.raises(UnknownNameError, match="No conflict 'four-years-hold-2023-24'"):
        pcc.review(known, exceptions={"four-years-hold-2023-24": "It holds."})
    with pytest.raises(TableError, match="gives no reason"):
        pcc.review(known, exceptions={"advisers-transposed": "  "})
    assert run("review", "--exception", "no equals sign").exit_code == 2


def test_writing_over_a_pack_takes_its_files_and_its_sign_off_away(
    signed: Path, found: Review, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine", encoding="utf-8")
    content = json.loads((signed / MANIFEST).read_text(encoding="utf-8"))
    (signed / "tables" / "old.csv").write_text("of an earlier version", encoding="utf-8")
    content["files"] |= {"tables/old.csv": {}, "../outside.txt": {}, str(outside): {}}
    (signed / MANIFEST).write_bytes(sealed(content))
    found.write(signed, force=True)
    assert RECORD not in names(signed)
    assert "tables/old.csv" not in names(signed)
    assert outside.read_text(encoding="utf-8") == "mine"
    assert verify_pack(signed).intact


def test_names_cannot_speak_to_the_terminal(copy: Path) -> None:
    (copy / "a\x1b[2Jb").write_text("", encoding="utf-8")
    assert "\x1b" not in run("verify", copy).output


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param("", marks=pytest.mark.slow),
        pytest.param("surrey", marks=pytest.mark.slow),
        "warwickshire",
    ],
)
def test_a_bundled_review_is_signed_without_further_reasons(folder: str, tmp_path: Path) -> None:
    evidence = pcc.read_evidence(datasets_dir() / folder) if folder else pcc.load_evidence()
    pcc.review(evidence).write(tmp_path / "pack")
    signed = sign_pack(tmp_path / "pack", **WHO, decision="stop")
    assert signed.signed
    with (tmp_path / "pack" / "exceptions.csv").open(encoding="utf-8", newline="") as opened:
        reasons = [row["reason"] for row in csv.DictReader(opened)]
    assert all("(the project, from " in reason for reason in reasons)
    assert len(reasons) == {"": 3, "surrey": 0, "warwickshire": 1}[folder]
