"""No room for a file beyond a size, as on a full disk: one sentence, and what stood stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from children import command, everything, no_file_over, said

from pccfunding.review_pack import verify_pack

pytestmark = [pytest.mark.posix, pytest.mark.slow]


@pytest.mark.parametrize("size", [0, 100, 60_000])
def test_a_review_over_a_signed_pack(signed: Path, size: int) -> None:
    before = everything(signed.parent)
    done = command("review", "--out", signed, "--force", "--zip", before=no_file_over(size))
    assert done.returncode == 2
    assert "File too large" in said(done)
    assert everything(signed.parent) == before
    assert verify_pack(signed).signed


@pytest.mark.parametrize("pack", ["review", "review.zip"])
def test_a_signing(desk: Path, pack: str) -> None:
    before = everything(desk)
    who = ["--name", "A", "--role", "B", "--decision", "stop", "--reason", "C"]
    done = command("sign", desk / pack, *who, before=no_file_over(10))
    assert done.returncode == 2
    assert "File too large" in said(done)
    assert everything(desk) == before
    assert command("sign", desk / pack, *who).returncode == 0


def test_a_comparison_and_an_import(desk: Path, tmp_path: Path) -> None:
    lists = tmp_path / "list.csv"
    lists.write_text("Recipient,Amount\nHalo,500\n", encoding="utf-8")
    for words in (
        ["diff", desk / "review", desk / "review.zip", "--out", tmp_path / "out"],
        ["import", lists, "--out", tmp_path / "out"],
        ["import", lists, "--evidence", tmp_path / "out", "--area", "Surrey", "--publisher", "S",
         "--financial-year", "2023-24", "--stream", "All", "--funder", "S"],
    ):  # fmt: skip
        done = command(*words, before=no_file_over(300))
        assert done.returncode == 2, done
        assert "File too large" in said(done)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["desk", "list.csv"]
        assert command(*words).returncode == 0, command(*words)
        for path in (tmp_path / "out").iterdir():
            path.unlink()
        (tmp_path / "out").rmdir()


@pytest.mark.parametrize("size", [0, 300])
def test_a_count_and_its_cache(tmp_path: Path, size: int) -> None:
    pytest.importorskip("duckdb")
    files = tmp_path / "in"
    files.mkdir()
    for month in range(1, 4):
        rows = "".join(
            f"2023-{month:02},A Force,A Force,Place {row % 7},Theft\n" for row in range(300)
        )
        header = "Month,Reported by,Falls within,LSOA name,Crime type\n"
        (files / f"2023-{month:02}-street.csv").write_text(header + rows, encoding="utf-8")
    words = ["count", "police-uk", f"{files}/*.csv", "--out", tmp_path / "counts.csv",
             "--by", "force", "--by", "month", "--cache", tmp_path / "cache"]  # fmt: skip
    done = command(*words, before=no_file_over(size))
    # Never a count that leaves files out because the disk was full.
    assert done.returncode == 2, done
    assert "Set aside" not in said(done)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert "900 records of 3 files" in command(*words).stdout
