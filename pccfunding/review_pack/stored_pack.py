"""Packs as bytes: a folder or a zip archive in and out, and JSON that carries its own seal."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pccfunding.errors import PackError, TableError
from pccfunding.files import named_place, read_regular, settled, walk
from pccfunding.texts import printable
from pccfunding.words import count, counted

MANIFEST, RECORD = "manifest.json", "sign-off.json"
SIGNATURE = f"{RECORD}.sig"
_SEAL = "seal"
_LARGEST, _MOST_FILES = 500_000_000, 5_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one file of a pack: changed, missing or added, and why."""

    what: str
    file: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {printable(self.file)}" + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True)
class Stored:
    """The files of a pack by name, and what could not be read of it."""

    path: Path
    files: dict[str, bytes]
    problems: list[Problem] = field(default_factory=list)


def sealed(content: Mapping[str, Any]) -> bytes:
    """Write JSON whose last entry is the sha256 of everything before it.

    Examples
    --------
    >>> text = sealed({"name": "A"})
    >>> damage_of(text), damage_of(text.replace(b"A", b"B"))
    ('', 'its seal does not fit its content')
    """
    bare = {name: value for name, value in content.items() if name != _SEAL}
    digest = hashlib.sha256(_json(bare)).hexdigest()
    return _json(bare | {_SEAL: digest})


def damage_of(text: bytes) -> str:
    """Say what is wrong with sealed JSON; empty where nothing is."""
    try:
        content = json.loads(text.decode("utf-8"))
        if not isinstance(content, dict) or not isinstance(content.get(_SEAL), str):
            return "carries no seal"
        # Byte for byte: a blank more or less is a change as well.
        return "" if sealed(content) == text else "its seal does not fit its content"
    # Half of a surrogate pair can be read but not written.
    except (ValueError, RecursionError):
        return "cannot be read as JSON"


def file_facts(content: bytes) -> dict[str, Any]:
    """Size and sha256 of a file, as the manifest keeps them."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def manifest_of(stored: Stored) -> dict[str, Any]:
    """Read the manifest of a pack.

    Raises
    ------
    PackError
        If there is none, it was altered, or it lists no files.
    """
    if MANIFEST not in stored.files:
        raise PackError(
            f"{stored.path} is no pack: it holds no {MANIFEST}. Write one with 'pccfunding review'."
        )
    text = stored.files[MANIFEST]
    if damage := damage_of(text):
        raise PackError(f"{MANIFEST} of {stored.path} {damage}.")
    content: dict[str, Any] = json.loads(text)
    files = content.get("files")
    if (
        not isinstance(files, dict)
        or not files
        or not all(isinstance(facts, dict) for facts in files.values())
    ):
        raise PackError(f"{MANIFEST} of {stored.path} lists no files.")
    return content


def read_pack(path: str | Path) -> Stored:
    """Read every file of a pack, a folder or a zip archive.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Stored
        What cannot be read is listed in `problems`.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    PackError
        If it is far larger than any pack.
    """
    place = named_place(path, "a pack", error=PackError)
    return settled(place, lambda: _read(place))


def archive_beside(folder: Path) -> Path:
    """Give the zip archive that belongs to the folder of a pack."""
    real = folder.resolve()
    # The root of a disk has no name to give to an archive, and nothing lies beside it.
    return real.with_name(f"{real.name}.zip") if real.name else real


def _read(place: Path) -> Stored:
    if place.is_dir():
        return _read_folder(place)
    place.stat()
    try:
        content = read_regular(str(place), _LARGEST)
    except TableError as error:
        raise PackError(f"{error} A pack is a folder or a zip archive.") from error
    _refuse_huge(place, len(content), 1)
    stored = Stored(place, {})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _read_archive(archive, stored)
    except PackError:
        raise
    # A damaged archive fails in many ways, and each of them is a failed check.
    except Exception as error:
        stored.problems.append(Problem("changed", place.name, f"no readable zip archive: {error}"))
    if not stored.problems and zipped(stored.files) != content:
        why = "the archive is not as pccfunding writes it; unpack it and verify the folder"
        stored.problems.append(Problem("changed", place.name, why))
    return stored


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Write files as a zip archive: the same files give the same bytes."""
    drawn = io.BytesIO()
    with zipfile.ZipFile(drawn, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            # Recorded as on Unix everywhere, or Windows would write other bytes.
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return drawn.getvalue()


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _read_folder(folder: Path) -> Stored:
    stored = Stored(folder, {})
    size = 0
    for number, place in enumerate(walk(folder)):
        _refuse_huge(folder, size, number)
        name = place.relative_to(folder).as_posix()
        if place.is_symlink() or not (place.is_file() or place.is_dir()):
            stored.problems.append(Problem("changed", name, "a link or device, not a file"))
        elif place.is_file():
            size += place.stat().st_size
            _refuse_huge(folder, size, number)
            try:
                stored.files[name] = read_regular(str(place), _LARGEST)
            except TableError as error:
                stored.problems.append(Problem("changed", name, str(error).rstrip(".")))
    return stored


def _read_archive(archive: zipfile.ZipFile, stored: Stored) -> None:
    entries = archive.infolist()
    _refuse_huge(stored.path, sum(entry.file_size for entry in entries), len(entries))
    for entry in entries:
        if entry.filename in stored.files:
            stored.problems.append(Problem("added", entry.filename, "twice in the archive"))
            continue
        try:
            stored.files[entry.filename] = archive.read(entry)
        except Exception as error:
            stored.problems.append(Problem("changed", entry.filename, str(error)))


def _refuse_huge(path: Path, size: int, files: int) -> None:
    if size > _LARGEST or files > _MOST_FILES:
        raise PackError(
            f"{path} holds {counted(files, 'file')} and {count(size)} bytes: no pack is that "
            "large. Give the folder or the archive that 'pccfunding review' wrote."
        )
