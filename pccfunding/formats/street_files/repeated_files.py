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

    Raises
    ------
    TableError
        If two files of one month and force differ, and lie in no archives with a month of their
        own, of which the later would hold.
    """
    files = list(files)
    if not all(os.path.isfile(file) for file in files):  # the reading says which is none
        return files, {}
    named: dict[object, list[str]] = {}
    for file in files:
        # Files without such a name are one where they hold the same.
        named.setdefault(named_month(file) or os.path.getsize(file), []).append(file)
    left_out: dict[str, str] = {}
    for key, same in named.items():
        if len(same) < 2:
            continue
        contents: dict[bytes, str] = {}
        for file in same:
            first = contents.setdefault(_digest(file), file)
            if first != file:
                left_out[file] = first
        if isinstance(key, tuple) and len(contents) > 1:
            held = _latest(list(contents.values()), str(key[0]))
            left_out |= {file: held for file in same if file not in left_out and file != held}
            left_out |= {file: held for file in left_out if file in same and file != held}
    return [file for file in files if file not in left_out], left_out


def _digest(file: str) -> bytes:
    with open(file, "rb") as raw:
        return hashlib.file_digest(raw, "blake2b").digest()


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
