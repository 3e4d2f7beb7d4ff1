"""One month of one force in two files: counted once, or refused where nothing tells which holds."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from pccfunding.errors import TableError

STREET_FILE = re.compile(
    r"(\d{4}-\d{2})-(.+)-(street|outcomes|stop-and-search)\.csv$", re.IGNORECASE
)
_MONTH_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?(0[1-9]|1[0-2])(?!\d)")


def named_month(file: str | os.PathLike[str]) -> tuple[str, str, str] | None:
    """Give month, force and kind that the name of a file tells; None for any other name."""
    found = STREET_FILE.search(Path(file).name)
    return (found[1], found[2].lower(), found[3].lower()) if found else None


def files_once(files: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Keep one file of each month and force; gives those left out too, each with the one kept.

    Files that hold the same records are one, whatever they are called.

    Raises
    ------
    TableError
        If two files of one month and force differ, and lie in no archives with a month of their
        own, of which the later would hold.
    """
    files = list(files)
    if not all(os.path.isfile(file) for file in files):  # the reading says which is none
        return files, {}
    left_out = _copies(files)
    named: dict[tuple[str, str, str], list[str]] = {}
    for file in files:
        if key := named_month(file):
            named.setdefault(key, []).append(file)
    for key, same in named.items():
        contents: dict[str, list[str]] = {}
        for file in same:
            contents.setdefault(left_out.get(file, file), []).append(file)
        if len(contents) > 1:
            # Of copies, the one of the latest archive stands for all.
            latest = [
                max(held, key=lambda one, month=key[0]: _archive(one, month))  # type: ignore[misc]
                for held in contents.values()
            ]
            kept = _latest(latest, key[0])
            left_out |= {file: kept for file in same if file != kept}
            left_out.pop(kept, None)
    return [file for file in files if file not in left_out], left_out


def _copies(files: Iterable[str]) -> dict[str, str]:
    """Give the files that hold what another holds, each with the first of them."""
    sizes: dict[int, list[str]] = {}
    for file in files:
        sizes.setdefault(os.path.getsize(file), []).append(file)
    copies = {}
    for same in sizes.values():
        contents: dict[str, str] = {}
        for file in same if len(same) > 1 else ():
            if _holds_a_row(file) or named_month(file) is None:
                first = contents.setdefault(digest_of(file), file)
                if first != file:
                    copies[file] = first
    return copies


def _holds_a_row(file: str) -> bool:
    """Whether a file goes on behind its header; the headers of all forces are alike."""
    with open(file, "rb") as raw:
        raw.readline()
        return bool(raw.read(4096).strip())


def digest_of(file: str | os.PathLike[str]) -> str:
    """Give the digest of all that a file holds."""
    with open(file, "rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _latest(files: list[str], month: str) -> str:
    dated = sorted((_archive(file, month), file) for file in files)
    if len({archive for archive, _ in dated}) < len(dated) or not dated[0][0]:
        raise TableError(
            f"{files[0]} and {files[1]} hold the same month of the same force and differ. Keep "
            f"one, or name the folders of the archives by their months (2023-12, 2024-06): the "
            f"later one then holds."
        )
    return dated[-1][1]


def _archive(file: str, month: str) -> str:
    """Give the month of the archive that a file lies in, the file's own month left aside."""
    for folder in reversed(Path(file).parts[:-1]):
        found = _MONTH_IN_NAME.findall(folder)
        if found and folder != month:
            return "-".join(found[-1])
    return ""
