"""Caches of counts: nothing of a user's goes, and nothing damaged or out of date is counted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from children import everything

from pccfunding.errors import TableError
from pccfunding.formats.street_files.count_police_uk import count_police_uk

pytest.importorskip("duckdb")

HEADER = "Month,Reported by,Falls within,LSOA name,Crime type\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for month in (1, 2):
        row = f"2023-{month:02},A Force,A Force,Place 1,Theft\n"
        (folder / f"2023-{month:02}-street.csv").write_text(HEADER + row * 50, encoding="utf-8")
    return folder


def counted(files: Path, cache: Path) -> int:
    return count_police_uk(f"{files}/*.csv", by=["force", "month"], cache=cache).n_rows


@pytest.mark.parametrize(
    "stamp",
    ["{}", "[]", '{"layout": 1}', '{"format": "pccfunding street cache 2"}', "not JSON", ""],
)
def test_a_folder_with_some_stamp_is_not_ours(files: Path, tmp_path: Path, stamp: str) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "stamp.json").write_text(stamp, encoding="utf-8")
    (mine / "thesis.docx").write_text("years of work", encoding="utf-8")
    before = everything(mine)
    with pytest.raises(TableError, match="holds other files"):
        counted(files, mine)
    assert everything(mine) == before


def test_what_a_user_keeps_in_a_cache_stays(files: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert counted(files, cache) == 100
    (cache / "counts.csv").write_text("a result", encoding="utf-8")
    (cache / "deep").mkdir()
    (cache / "deep" / "note").write_text("mine", encoding="utf-8")
    with (files / "2023-01-street.csv").open("a", encoding="utf-8") as file:
        file.write("2023-01,A Force,A Force,Place 1,Theft\n")
    assert counted(files, cache) == 101
    assert everything(cache)["counts.csv"] == b"a result"
    assert everything(cache)["deep/note"] == b"mine"
    assert counted(files, cache) == 101


def test_a_stamp_that_lists_a_users_file_elsewhere(files: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    counted(files, cache)
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    stamp = json.loads((cache / "stamp.json").read_text(encoding="utf-8"))
    stamp["own"]["../mine.txt"] = ""
    (cache / "stamp.json").write_text(json.dumps(stamp), encoding="utf-8")
    with pytest.raises(TableError, match="holds other files"):
        counted(files, cache)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["codes.parquet", "month.parquet"])
@pytest.mark.parametrize("how", ["cut", "flipped", "gone", "of another cache"])
def test_a_damaged_cache_is_filled_anew(files: Path, tmp_path: Path, name: str, how: str) -> None:
    cache = tmp_path / "cache"
    counted(files, cache)
    content = (cache / name).read_bytes()
    if how == "gone":
        (cache / name).unlink()
    elif how == "of another cache":
        (tmp_path / "other").mkdir()
        row = "2024-09,A Force,A Force,Place 1,Theft\n"
        (tmp_path / "other" / "x.csv").write_text(HEADER + row * 2_000, encoding="utf-8")
        count_police_uk(f"{tmp_path}/other/*.csv", by=["force"], cache=tmp_path / "theirs")
        shutil.copy(tmp_path / "theirs" / name, cache / name)
    else:
        at = len(content) // 2
        damaged = content[:at] if how == "cut" else bytearray(content)
        if isinstance(damaged, bytearray):
            damaged[at] ^= 0xFF
        (cache / name).write_bytes(damaged)
    assert counted(files, cache) == 100
    frame = count_police_uk(f"{files}/*.csv", by=["month"], cache=cache).frame
    assert frame["records"].tolist() == [50, 50]


@pytest.mark.parametrize(
    "change",
    [{"set_aside": []}, {"files": {}}, {"own": []}, {"own": {"x": 1}}, {"files": [[1]]}],
)
def test_an_odd_stamp_is_a_sentence_or_a_count(
    files: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    cache = tmp_path / "cache"
    counted(files, cache)
    stamp = json.loads((cache / "stamp.json").read_text(encoding="utf-8"))
    (cache / "stamp.json").write_text(json.dumps(stamp | change), encoding="utf-8")
    try:
        assert counted(files, cache) == 100
    except TableError as error:
        assert "holds other files" in str(error)  # noqa: PT017


def test_a_file_changed_at_the_same_size_and_time(files: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    counted(files, cache)
    file = files / "2023-01-street.csv"
    before = file.stat()
    file.write_text(file.read_text(encoding="utf-8").replace("2023-01", "2022-12"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    frame = count_police_uk(f"{files}/*.csv", by=["month"], cache=cache).frame
    assert frame["period_start"].dt.year.tolist() == [2022, 2023]


def test_a_file_that_was_only_touched_is_not_read_again(files: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    counted(files, cache)
    before = (cache / "stamp.json").stat().st_ino
    os.utime(files / "2023-01-street.csv")
    assert counted(files, cache) == 100
    assert (cache / "stamp.json").stat().st_ino == before
