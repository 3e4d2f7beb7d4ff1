"""The package as a wheel, as an editable install and as a plain checkout."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.install

ROOT = Path(__file__).resolve().parents[2]
CHANGED = "Changed in the checkout"
FIRST_TITLE = "import pccfunding as pcc; print(pcc.load_sources()['title'].iloc[0])"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command without what the surrounding shell says about Python and pip."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_"))}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=kept | environment,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def titles(folder: Path) -> list[str]:
    with (folder / "datasets" / "sources.csv").open(encoding="utf-8", newline="") as file:
        return [row["title"] for row in csv.DictReader(file)]


def change_titles(folder: Path) -> None:
    """Rename every source, so that a loader shows which folder it read."""
    path = folder / "datasets" / "sources.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"title": CHANGED} for row in rows)


def python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what a build needs, so that a test may change it."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "DATA-LICENCE.md", ".gitignore"):
        shutil.copy(ROOT / name, copy)
    for name in ("pccfunding", "datasets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """Make an environment that borrows the dependencies of this one, but not the package."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    purelib = run(python_of(folder), "-c", ask, cwd=folder)
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # Paths named in a .pth file come after the environment's own and have no .pth files read.
    Path(purelib, "borrowed.pth").write_text("\n".join(sorted(borrowed)), encoding="utf-8")
    return folder


def install(environment: Path, *what: str | Path) -> None:
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--force-reinstall"]
    python = python_of(environment)
    run(python, "-m", "pip", "--isolated", "install", *options, *what, cwd=environment)


def build(kind: str, checkout: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder, cwd=checkout)
    (made,) = folder.iterdir()
    return made


def test_the_wheel_brings_the_data_the_types_and_the_command(
    checkout: Path, environment: Path, tmp_path: Path
) -> None:
    expected = titles(checkout)[0]
    wheel = build("wheel", checkout, tmp_path / "dist")
    change_titles(checkout)
    install(environment, wheel)
    python = python_of(environment)
    assert run(python, "-c", FIRST_TITLE, cwd=tmp_path) == expected
    place = run(python, "-c", "import pccfunding; print(pccfunding.__file__)", cwd=tmp_path)
    assert Path(place).is_relative_to(environment)
    assert "Usage" in run(python.parent / "pccfunding", "--help", cwd=tmp_path)

    names = set(zipfile.ZipFile(wheel).namelist())
    datasets = ROOT / "datasets"
    tables = {file.relative_to(datasets) for file in datasets.rglob("*") if file.is_file()}
    assert {f"pccfunding/_datasets/{name.as_posix()}" for name in tables} <= names
    assert {"pccfunding/py.typed", "pccfunding/__init__.pyi"} <= names
    assert not [name for name in names if name.startswith(("tests/", "datasets/", "notebooks/"))]


def test_an_editable_install_reads_the_datasets_of_the_checkout(
    checkout: Path, environment: Path, tmp_path: Path
) -> None:
    install(environment, "--editable", checkout)
    change_titles(checkout)
    assert run(python_of(environment), "-c", FIRST_TITLE, cwd=tmp_path) == CHANGED


def test_a_checkout_reads_its_own_datasets(checkout: Path, tmp_path: Path) -> None:
    change_titles(checkout)
    found = run(sys.executable, "-c", FIRST_TITLE, cwd=tmp_path, PYTHONPATH=str(checkout))
    assert found == CHANGED


def test_the_source_archive_keeps_the_datasets_in_their_place(
    checkout: Path, tmp_path: Path
) -> None:
    archive = build("sdist", checkout, tmp_path / "dist")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    files = [file for file in (ROOT / "datasets").rglob("*") if file.is_file()]
    tables = {file.relative_to(ROOT).as_posix() for file in files}
    assert tables <= names
    assert {"LICENSE", "DATA-LICENCE.md", "README.md", "pyproject.toml"} <= names
