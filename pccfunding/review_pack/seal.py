"""Sealing a pack: a named person's decision over its manifest, and the check of every file."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.errors import PackError
from pccfunding.results import Face
from pccfunding.review_pack.stored_pack import (
    MANIFEST,
    RECORD,
    Problem,
    Stored,
    damage_of,
    file_facts,
    manifest_of,
    printable,
    read_pack,
    sealed,
    zipped,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DECISIONS", "MEANING", "Verification", "sign_pack", "verify_pack", "verify_stored"]

DECISIONS = ("continue", "change", "stop", "cannot-decide")
EXCEPTIONS = "exceptions.csv"
MEANING = (
    "A person who gave this name entered this decision over the files that the manifest lists. "
    "The seals show that no file was changed after that by accident or unnoticed. They do not show "
    "who wrote the record: whoever holds the files can write another. To tell, compare the seal "
    "with one printed elsewhere, such as in the minutes."
)


@dataclass(frozen=True)
class Verification(Face):
    """What the check of a pack found.

    Attributes
    ----------
    pack : str
    problems : tuple of Problem
        Every file that was changed, is missing or was added.
    files : int
        Files that the manifest lists.
    record : dict or None
        The sign-off, where there is one.
    seal : str or None
        Seal of the sign-off, which covers the manifest; of the manifest where nobody has signed.

    Examples
    --------
    >>> found = Verification("review", problems=(), files=22, record=None, seal="00" * 32)
    >>> found.intact, found.signed
    (True, False)
    """

    pack: str
    problems: tuple[Problem, ...]
    files: int
    record: dict[str, Any] | None = field(repr=False)
    seal: str | None = None
    cautions = ()

    @property
    def intact(self) -> bool:
        """Whether every file is as it was written."""
        return not self.problems

    @property
    def signed(self) -> bool:
        """Whether an unaltered sign-off stands over unaltered files."""
        return self.intact and self.record is not None

    @property
    def frame(self) -> pd.DataFrame:
        """The problems: `what`, `file`, `why`."""
        import pandas as pd

        rows = [(problem.what, problem.file, problem.why) for problem in self.problems]
        return pd.DataFrame(rows, columns=["what", "file", "why"])

    @property
    def text(self) -> str:
        """What was found, in a few sentences."""
        if self.problems:
            said = "; ".join(map(str, self.problems))
            return f"NOT INTACT: {self.pack}. {said}."
        whole = f"Intact: {self.files} files are as the manifest lists them. Seal: {self.seal}."
        if self.record is None:
            return f"UNSIGNED: nobody has entered a decision over this pack. {whole}"
        record = {name: printable(str(value)) for name, value in self.record.items()}
        return (
            f"Signed by {record['name']}, {record['role']}, on {record['signed_on']}: "
            f"{record['decision']}. Reason: {record['reason'].rstrip('.')}. {whole} {MEANING}"
        )


def verify_pack(path: str | Path) -> Verification:
    """Work out the sha256 of every file of a pack again and hold it against the manifest.

    Parameters
    ----------
    path : str or Path
        Folder or zip archive.

    Returns
    -------
    Verification

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    PackError
        If it is far larger than any pack.
    """
    return verify_stored(read_pack(path))


def sign_pack(
    path: str | Path,
    *,
    name: str,
    role: str,
    decision: str,
    reason: str,
    signed_on: dt.date | None = None,
) -> Verification:
    """Write a named person's decision over a pack, and verify the signed pack.

    The record is no cryptographic signature: see `MEANING` for what it shows and what not.

    Parameters
    ----------
    path : str or Path
        Folder or zip archive; an archive is written again with the record in it.
    name, role : str
        Who decides, and as what.
    decision : {"continue", "change", "stop", "cannot-decide"}
    reason : str
    signed_on : datetime.date, optional
        Today by default.

    Returns
    -------
    Verification

    Raises
    ------
    PackError
        If the pack is not intact, is signed already, holds a conflict without a recorded reason,
        or if a part of the record is empty.
    """
    if decision not in DECISIONS:
        raise PackError.among("decision", decision, DECISIONS)
    said = {
        part: " ".join(words.split())
        for part, words in (("name", name), ("role", role), ("reason", reason))
    }
    if empty := [part for part, words in said.items() if not words]:
        raise PackError(f"A sign-off needs a {empty[0]}; none was given.")
    stored = read_pack(path)
    found = verify_stored(stored)
    if not found.intact:
        raise PackError(f"{found.text} Only an intact pack can be signed.")
    if found.record is not None:
        raise PackError(
            f"{stored.path} is signed by {printable(str(found.record['name']))} already. Take "
            f"{RECORD} away to sign again."
        )
    _refuse_open_conflicts(stored)
    day = signed_on or dt.datetime.now(dt.UTC).date()
    record = {
        "format": "pccfunding sign-off 1",
        "name": said["name"],
        "role": said["role"],
        "decision": decision,
        "reason": said["reason"],
        "signed_on": day.isoformat(),
        "manifest_sha256": hashlib.sha256(stored.files[MANIFEST]).hexdigest(),
        "meaning": MEANING,
    }
    _add(stored, RECORD, sealed(record))
    return verify_pack(path)


def verify_stored(stored: Stored) -> Verification:
    """Verify a pack that was read already."""
    name = stored.path.name
    problems = list(stored.problems)
    if MANIFEST not in stored.files:
        if not problems:
            problems.append(Problem("missing", MANIFEST, "without it nothing can be checked"))
        return Verification(name, tuple(problems), 0, None)
    try:
        manifest = manifest_of(stored)
    except PackError:
        why = damage_of(stored.files[MANIFEST]) or "lists no files"
        return Verification(name, (*problems, Problem("changed", MANIFEST, why)), 0, None)
    listed: dict[str, Any] = manifest["files"]
    known = {problem.file for problem in problems}
    for file, facts in listed.items():
        if file in known:
            continue
        if file not in stored.files:
            problems.append(Problem("missing", file))
        elif file_facts(stored.files[file]) != facts:
            problems.append(Problem("changed", file))
    problems += [
        Problem("added", file)
        for file in sorted(stored.files)
        if file not in listed and file not in (MANIFEST, RECORD)
    ]
    record = None
    if RECORD in stored.files:
        record, wrong = _record(stored)
        problems += wrong
    seal = (record or manifest)["seal"]
    return Verification(name, tuple(problems), len(listed), record, seal)


def _record(stored: Stored) -> tuple[dict[str, Any] | None, list[Problem]]:
    text = stored.files[RECORD]
    if damage := damage_of(text):
        return None, [Problem("changed", RECORD, damage)]
    record: dict[str, Any] = json.loads(text)
    needed = ("name", "role", "decision", "reason", "signed_on", "manifest_sha256")
    if not all(isinstance(record.get(part), str) for part in needed):
        return None, [Problem("changed", RECORD, "not a whole record")]
    if record["decision"] not in DECISIONS:
        return None, [Problem("changed", RECORD, "no decision that pccfunding knows")]
    if record["manifest_sha256"] != hashlib.sha256(stored.files[MANIFEST]).hexdigest():
        return record, [Problem("changed", MANIFEST, f"not the one that {RECORD} is about")]
    return record, []


def _refuse_open_conflicts(stored: Stored) -> None:
    if EXCEPTIONS not in stored.files:
        raise PackError(
            f"{stored.path} holds no {EXCEPTIONS}, so nobody can tell whether its conflicts have a "
            "reason. Write it again with 'pccfunding review --force'."
        )
    rows = csv.DictReader(io.StringIO(stored.files[EXCEPTIONS].decode("utf-8", "replace")))
    open_ones = [
        str(row.get("statement_id")) for row in rows if not (row.get("reason") or "").strip()
    ]
    if open_ones:
        given = " ".join(f"--exception '{name}=REASON'" for name in open_ones)
        raise PackError(
            f"{len(open_ones)} conflict(s) have no recorded reason, so this pack cannot be "
            f"finalised: {', '.join(open_ones)}. Write it again with the reasons: "
            f"pccfunding review --force {given}"
        )


def _add(stored: Stored, name: str, content: bytes) -> None:
    if stored.path.is_dir():
        (stored.path / name).write_bytes(content)
        return
    # Beside the old archive first: a full disk must not cost the pack.
    with tempfile.NamedTemporaryFile(dir=stored.path.parent, delete=False) as beside:
        beside.write(zipped(stored.files | {name: content}))
    os.replace(beside.name, stored.path)
