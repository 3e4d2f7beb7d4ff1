"""Names and paths as Windows takes them, held by its own rules on any system."""

from __future__ import annotations

import dataclasses
import json
import ntpath
import zipfile
from pathlib import Path, PureWindowsPath

import pandas as pd
import pytest
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import DataPackageError

# Private: the one reader of a path that a stranger's descriptor names.
from pccfunding.evidence.tables import read_inside
from pccfunding.office.start_folder import WORKBOOK, start_folder, workbook_bytes
from pccfunding.review_pack import review

FORBIDDEN = set('<>:"\\|?*') | {chr(code) for code in range(32)}
LONGEST = 260  # characters of a path, unless long ones were switched on


def is_reserved(part: str) -> bool:
    """Ask the rule of Windows for names of devices, which Python 3.13 moved."""
    if hasattr(ntpath, "isreserved"):
        return bool(ntpath.isreserved(part))
    return PureWindowsPath(part).is_reserved()


def taken_by_windows(name: str) -> bool:
    """Whether Windows keeps each part of a name as it is written."""
    parts = PureWindowsPath(name).parts
    return (
        not FORBIDDEN & set(name)
        and not PureWindowsPath(name).is_absolute()
        and all(not is_reserved(part) for part in parts)
        and all(part == part.rstrip(". ") for part in parts)
    )


@pytest.mark.parametrize("name", ["a/nul.csv", "a:b", "con", "a.", "a\\b", "x?", "C:/a", "a /b"])
def test_the_rule_finds_a_name_that_windows_refuses(name: str) -> None:
    assert not taken_by_windows(name)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("windows")
    evidence = dataclasses.replace(pcc.load_evidence(), origin="C:\\Users\\me\\Evidence of 2024\\")
    review(evidence).write(folder / "review", zip=True)
    pcc.write_data_package(evidence, folder / "package", name="a", title="A package")
    for area in ("Warwickshire", "Avon and Somerset", "London, City of"):
        start_folder(area, period="2022-23/2024-25", directory=folder / area)
    return folder


@pytest.mark.slow
def test_every_name_that_is_written_is_one_for_windows(written: Path) -> None:
    names = [path.relative_to(written).as_posix() for path in written.rglob("*")]
    with zipfile.ZipFile(written / "review.zip") as archive:
        names += archive.namelist()
    assert len(names) > 60
    assert [name for name in names if not taken_by_windows(name)] == []
    # Beside a folder of 150 characters, nothing is out of reach.
    assert max(map(len, names)) < LONGEST - 150
    # Two names that differ in capitals alone are one file there.
    assert len({name.lower() for name in set(names)}) == len(set(names))


def test_a_folder_made_by_name_is_one_for_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for area in ("Devon and Cornwall", "Dyfed-Powys"):
        made = start_folder(area, period="2022-23/2024-25")
        assert taken_by_windows(made[0].as_posix())
        assert "/" not in made[0].parent.name


PARTS = st.sampled_from(
    ["..", ".", "", "a", "C:", "c:x", "\\", "/", "\\\\host\\share", "NUL", "data", "..\\.."]
)


@given(st.lists(PARTS, min_size=1, max_size=4), st.sampled_from(["/", "\\"]))
def test_no_path_of_a_descriptor_leads_out_of_its_folder_on_windows(
    parts: list[str], sign: str
) -> None:
    name = sign.join(parts)
    folder = PureWindowsPath("C:/Users/me/package")
    reached = folder / name
    outside = not reached.is_relative_to(folder) or ".." in reached.parts
    try:
        read_inside(Path("no such folder"), name)
    except DataPackageError:
        return
    except FileNotFoundError:
        assert not outside, name


@pytest.mark.slow
def test_where_evidence_lay_on_windows_is_cut_from_the_pack(written: Path) -> None:
    files = [path for path in (written / "review").rglob("*") if path.is_file()]
    assert [path.name for path in files if b"Users" in path.read_bytes()] == []
    told = (written / "review" / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(told)["configuration"]["evidence"] == "Evidence of 2024"


def told_of(folder: Path) -> str:
    return pcc.conformance(folder).frame.to_csv()


def test_a_file_named_by_its_path_on_windows_is_known(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    lists = tmp_path / "given list.csv"
    pd.DataFrame(
        {"Recipient": ["A Trust"], "Amount (£)": [1250], "Financial year": ["2023-24"]}
    ).to_csv(lists, index=False)
    folder = tmp_path / "evidence"
    start_folder("Warwickshire", period="2023-24", awards=[lists], directory=folder)
    said = {
        "Start": [{"area": "Warwickshire", "period": "2023-24"}],
        "Files": [{"file": "awards\\Given List.csv", "what it is": "award list"}],
    }
    (folder / WORKBOOK).write_bytes(workbook_bytes(pcc.find_area("Warwickshire"), said))
    assert "no file of this name" not in told_of(folder)
    said["Files"][0]["file"] = "awards\\Another.csv"
    (folder / WORKBOOK).write_bytes(workbook_bytes(pcc.find_area("Warwickshire"), said))
    assert "no file of this name" in told_of(folder)
