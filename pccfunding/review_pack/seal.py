"""Sealing a pack: a named person's decision over its manifest, and the check of every file."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.errors import PackError
from pccfunding.files import left_by_desktop, named_place, rewriting, rewriting_file
from pccfunding.results import Face
from pccfunding.review_pack.stored_pack import (
    MANIFEST,
    RECORD,
    SIGNATURE,
    Problem,
    Stored,
    archive_beside,
    damage_of,
    file_facts,
    manifest_of,
    read_pack,
    sealed,
    zipped,
)
from pccfunding.texts import holds_half, printable
from pccfunding.words import DECISIONS, count

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DECISIONS", "MEANING", "Verification", "sign_pack", "verify_pack", "verify_stored"]

# A decision for each service, as entered in the evidence, in place of one for the whole.
BY_SERVICE = "by-service"
EXCEPTIONS = "exceptions.csv"
SERVICES = "tables/services.csv"
MEANING = (
    "A person who gave this name entered this decision over the files that the manifest lists. "
    "The seals show that no file was changed after that by accident or unnoticed. They do not show "
    "who wrote the record: whoever holds the files can write another. To tell, compare the seal "
    "with one printed elsewhere, such as in the minutes."
)
NAMESPACE = "pccfunding"
_ADOPTED = "The decisions about services are adopted, each with the reason entered for it."
_LONGEST = {"name": 200, "role": 200, "reason": 5_000}
_SSH_SECONDS = 30


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
    signers : tuple of str
        Names that the allowed signers give to the key whose signature stands over the sign-off.
    notes : tuple of str
        What else a reader must know, such as an archive beside the folder that holds another pack.

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
    signers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

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
        whole = " ".join([whole, *self.notes])
        if self.record is None:
            return f"UNSIGNED: nobody has entered a decision over this pack. {whole}"
        meaning = MEANING
        if self.signers:
            meaning = (
                f"The decision carries a signature by the key of "
                f"{printable(', '.join(self.signers))}, as the allowed signers name it."
            )
        record = {name: printable(str(value)) for name, value in self.record.items()}
        adopted = "; ".join(
            printable(f"{one['service']}: {one['decision']} ({one['decided_by']})")
            for one in self.record.get("services", ())
        )
        services = f" Decisions about services, adopted: {adopted}." if adopted else ""
        return (
            f"Signed by {record['name']}, {record['role']}, on {record['signed_on']}: "
            f"{record['decision']}. Reason: {record['reason'].rstrip('.')}.{services} {whole} "
            f"{meaning}"
        )


def verify_pack(path: str | Path, *, allowed_signers: str | Path | None = None) -> Verification:
    """Work out the sha256 of every file of a pack again and hold it against the manifest.

    Parameters
    ----------
    path : str or Path
        Folder or zip archive.
    allowed_signers : str or Path, optional
        File of names and public keys, as ``ssh-keygen`` reads it; the sign-off must then carry a
        signature by one of these keys.

    Returns
    -------
    Verification

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    PackError
        If it is far larger than any pack, or no file, or ssh-keygen is needed and not there.
    """
    stored = read_pack(path)
    found = verify_stored(stored)
    signers: tuple[str, ...] = ()
    if allowed_signers is not None:
        allowed = named_place(allowed_signers, "a list of signers", error=PackError)
        signers = _signers(stored, allowed)
        if not signers:
            lacking = RECORD not in stored.files or SIGNATURE not in stored.files
            wrong = (
                Problem("missing", SIGNATURE, "no allowed signer has signed")
                if lacking
                else Problem("changed", SIGNATURE, "no signature by a key of the allowed signers")
            )
            found = replace(found, problems=(*found.problems, wrong))
    elif SIGNATURE in stored.files:
        told = f"The signature in {SIGNATURE} was not checked; give --allowed-signers FILE."
        found = replace(found, notes=(*found.notes, told))
    return replace(found, signers=signers, notes=(*found.notes, *_beside(stored)))


def sign_pack(
    path: str | Path,
    *,
    name: str,
    role: str,
    decision: str | None = None,
    reason: str | None = None,
    signed_on: dt.date | None = None,
    ssh_key: str | Path | None = None,
) -> Verification:
    """Write a named person's decision over a pack, and verify the signed pack.

    The decisions about services that the pack holds are adopted with it, each with its reason.
    Without a key the record is no cryptographic signature: see `MEANING` for what it shows and
    what not. The archive beside a folder, where it holds the same pack, is signed with it.

    Parameters
    ----------
    path : str or Path
        Folder or zip archive; an archive is written again with the record in it.
    name, role : str
        Who decides, and as what: at most 200 characters each.
    decision : {"continue", "change", "stop", "cannot-decide"}, optional
        About all that the pack covers; it may be left out where the pack holds decisions about
        services, and is then recorded as "by-service".
    reason : str, optional
        At most 5,000 characters; needed with a decision.
    signed_on : datetime.date, optional
        Today by default.
    ssh_key : str or Path, optional
        Private key, or the public one of a key that ssh-agent holds, to sign the record with.

    Returns
    -------
    Verification

    Raises
    ------
    PackError
        If the pack is not intact, is signed already, holds a conflict without a recorded reason,
        if a part of the record is empty or too long, or if the key cannot sign.
    """
    _refuse_other_kinds(name=name, role=role, decision=decision, reason=reason)
    today = dt.datetime.now(dt.UTC).date()
    if signed_on is not None and type(signed_on) is not dt.date:
        raise PackError(f"signed_on is a {type(signed_on).__name__}; it is a datetime.date.")
    # Somewhere it is tomorrow already.
    if signed_on is not None and signed_on > today + dt.timedelta(days=1):
        raise PackError(f"signed_on is {signed_on}, a day to come; nobody has decided on it yet.")
    record = {
        "format": "pccfunding sign-off 1",
        "name": " ".join(name.split()),
        "role": " ".join(role.split()),
        "decision": decision or BY_SERVICE,
        "reason": " ".join((reason or ("" if decision else _ADOPTED)).split()),
        "signed_on": (signed_on or today).isoformat(),
    }
    if flaw := _flaw(record):
        raise PackError(flaw)
    place = named_place(path, "a pack", error=PackError)
    # Read here, so that nothing is made where there is no pack, and again when nobody else writes.
    if read_pack(place).path.is_dir():
        with rewriting(place) as new:
            new.refuse_present([RECORD, SIGNATURE], force=True)
            signed = _signed(read_pack(place), record, ssh_key)
            for file, content in signed.items():
                new.write(file, content)
        _sign_beside(place, signed)
    else:
        with rewriting_file(place, force=True) as part:
            stored = read_pack(place)
            part.write_bytes(zipped(stored.files | _signed(stored, record, ssh_key)))
    return verify_pack(place)


def _refuse_other_kinds(name: object, role: object, decision: object, reason: object) -> None:
    """Refuse what is no text, or holds half of a character."""
    given = {"name": name, "role": role, "decision": decision, "reason": reason}
    for part, value in given.items():
        if value is None and part in ("decision", "reason"):
            continue
        if not isinstance(value, str):
            raise PackError(
                f"The {part} of a sign-off is a text; this is a {type(value).__name__}."
            )
        if holds_half(value):
            raise PackError(f"The {part} of a sign-off holds half of a character: {value!r}.")


def _signed(
    stored: Stored, record: Mapping[str, str], ssh_key: str | Path | None
) -> dict[str, bytes]:
    """Give the files that a decision adds to a pack."""
    found = verify_stored(stored)
    if not found.intact:
        raise PackError(f"{found.text} Only an intact pack can be signed.")
    if found.record is not None:
        raise PackError(
            f"{stored.path} is signed by {printable(str(found.record['name']))} already. Take "
            f"{RECORD} away to sign again."
        )
    if what := _open_conflicts(stored):
        raise PackError(what)
    services = _entered(stored)
    if record["decision"] == BY_SERVICE and not services:
        raise PackError(
            f"{stored.path} holds no decision about a service, so that there is nothing to adopt; "
            f"give a decision ({', '.join(DECISIONS)}) and its reason, or enter decisions in sheet "
            "Services and review again."
        )
    digest = hashlib.sha256(stored.files[MANIFEST]).hexdigest()
    adopted = {"services": services} if services else {}
    text = sealed({**record, **adopted, "manifest_sha256": digest, "meaning": MEANING})
    if ssh_key is None:
        return {RECORD: text}
    key = named_place(ssh_key, "a key", error=PackError)
    done = _ssh_keygen("sign", "-n", NAMESPACE, "-f", str(key), given=text)
    if done.returncode or not done.stdout:
        raise PackError(
            f"ssh-keygen did not sign with {ssh_key}: {_last_line(done.stderr)}. A key with a "
            "passphrase is used through ssh-agent: give its public half."
        )
    return {RECORD: text, SIGNATURE: done.stdout}


def _sign_beside(folder: Path, signed: Mapping[str, bytes]) -> None:
    archive = archive_beside(folder)
    if archive.is_symlink() or not archive.is_file():
        return
    with rewriting_file(archive, force=True) as part:
        stored = read_pack(archive)
        same = stored.files.get(MANIFEST) == (folder / MANIFEST).read_bytes()
        if same and verify_stored(stored).intact and RECORD not in stored.files:
            part.write_bytes(zipped({**stored.files, **signed}))
        else:
            shutil.copy2(archive, part)


def _beside(stored: Stored) -> tuple[str, ...]:
    """Say where the archive beside a folder, or the folder of an archive, is not the same pack."""
    place = stored.path.resolve()
    other = archive_beside(place) if place.is_dir() else place.with_suffix("")
    if other.is_symlink() or other == place or not (other.is_file() or other.is_dir()):
        return ()
    try:
        beside = read_pack(other)
    except (PackError, OSError):
        return ()
    if MANIFEST not in beside.files and not beside.problems:
        return ()
    if beside.files.get(MANIFEST) != stored.files.get(MANIFEST):
        what = "holds another Review, or an earlier one; write it again, or take it away"
    elif not verify_stored(beside).intact:
        what = "is not intact"
    elif RECORD not in beside.files and RECORD in stored.files:
        what = "nobody has signed"
    elif beside.files.get(RECORD) != stored.files.get(RECORD):
        what = "is signed otherwise"
    else:
        return ()
    return (f"Beside it lies {printable(other.name)}, which {what}.",)


def _signers(stored: Stored, allowed: Path) -> tuple[str, ...]:
    """Give the names of the key that signed the record, where the allowed signers hold it."""
    if not allowed.is_file():
        raise PackError(f"{allowed} is no file of allowed signers.")
    if RECORD not in stored.files or SIGNATURE not in stored.files:
        return ()
    with tempfile.TemporaryDirectory(prefix="pccfunding-") as folder:
        signature = Path(folder) / SIGNATURE
        signature.write_bytes(stored.files[SIGNATURE])
        files = ("-s", str(signature), "-f", str(allowed))
        known = _ssh_keygen("find-principals", *files)
        names = known.stdout.decode("utf-8", "replace").splitlines() if not known.returncode else []
        good = [
            name
            for name in names
            if _ssh_keygen(
                "verify", "-n", NAMESPACE, "-I", name, *files, given=stored.files[RECORD]
            ).returncode
            == 0
        ]
    return tuple(good)


def _ssh_keygen(
    what: str, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run ``ssh-keygen -Y`` on what is given, with nothing to ask for and nobody to ask."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise PackError(
            "Signatures by a key are made and checked by ssh-keygen, which is not installed here; "
            "install OpenSSH's client, or leave the key out."
        )
    quiet = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    try:
        return subprocess.run(
            [program, "-Y", what, *arguments],
            input=given,
            capture_output=True,
            check=False,
            timeout=_SSH_SECONDS,
            start_new_session=True,
            env=quiet | {"SSH_ASKPASS_REQUIRE": "never"},
        )
    except subprocess.TimeoutExpired:
        raise PackError(
            f"ssh-keygen did not answer within {_SSH_SECONDS} seconds; see whether ssh-agent or a "
            "hardware key waits for something."
        ) from None


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return printable(lines[-1]).rstrip(".") if lines else "it gave no reason"


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
    added = [
        file
        for file in sorted(stored.files)
        if file not in listed and file not in (MANIFEST, RECORD, SIGNATURE)
    ]
    folders = {file.rpartition("/")[0] for file in (MANIFEST, *listed)}
    foreign = [
        file
        for file in added
        if file.rpartition("/")[0] in folders
        and left_by_desktop(file.rpartition("/")[2], stored.files[file])
    ]
    problems += [Problem("added", file) for file in added if file not in foreign]
    record = None
    if RECORD in stored.files:
        record, wrong = _record(stored)
        problems += wrong
    elif SIGNATURE in stored.files:
        problems.append(Problem("added", SIGNATURE, f"there is no {RECORD} that it could sign"))
    seal = (record or manifest)["seal"]
    notes = (_FOREIGN.format(printable(", ".join(foreign))),) if foreign else ()
    return Verification(name, tuple(problems), len(listed), record, seal, notes=notes)


_FOREIGN = "Not of the pack, and not sealed: {}, which a desktop leaves in folders."


def _record(stored: Stored) -> tuple[dict[str, Any] | None, list[Problem]]:
    text = stored.files[RECORD]
    if damage := damage_of(text):
        return None, [Problem("changed", RECORD, damage)]
    record: dict[str, Any] = json.loads(text)
    needed = ("name", "role", "decision", "reason", "signed_on", "manifest_sha256")
    if not all(isinstance(record.get(part), str) for part in needed):
        return None, [Problem("changed", RECORD, "not a whole record")]
    if flaw := _flaw(record) or _open_conflicts(stored):
        return None, [Problem("changed", RECORD, flaw.rstrip("."))]
    if record.get("services", []) != _entered(stored):
        return None, [Problem("changed", RECORD, f"not the decisions that {SERVICES} holds")]
    if record["manifest_sha256"] != hashlib.sha256(stored.files[MANIFEST]).hexdigest():
        return record, [Problem("changed", MANIFEST, f"not the one that {RECORD} is about")]
    return record, []


_SENTENCE = re.compile(r"[:;\n]|\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")


def _flaw(record: Mapping[str, str]) -> str:
    """Say what no record may be; empty where it is none of that."""
    decision, day = record["decision"], record["signed_on"]
    if decision not in (*DECISIONS, BY_SERVICE):
        return str(PackError.among("decision", decision, DECISIONS))
    for part, longest in _LONGEST.items():
        if not record[part].strip():
            return f"A sign-off needs a {part}; none was given."
        if len(record[part]) > longest:
            return f"The {part} of a sign-off has at most {count(longest)} characters."
        # "Signed by NAME, ROLE, on DAY: DECISION." must not be written by a name.
        if part != "reason" and (found := _SENTENCE.search(record[part])):
            return (
                f"The {part} of a sign-off is one; {found[0]!r} in it would make a sentence of it."
            )
    try:
        real = dt.date.fromisoformat(day).isoformat() == day
    except ValueError:
        real = False
    return "" if real else f"A sign-off has a day such as 2026-03-01; '{day}' is none."


def _entered(stored: Stored) -> list[dict[str, str]]:
    """Give the decisions about services that a pack holds, in the words they were entered in."""
    text = stored.files.get(SERVICES, b"").decode("utf-8", "replace")
    named = ("service", "decision", "reason", "decided_by", "role", "decided_on")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return []
    return [
        {name: str(row.get(name) or "") for name in named} for row in rows if row.get("decision")
    ]


def _open_conflicts(stored: Stored) -> str:
    """Say which conflicts have no recorded reason; empty where each has one."""
    if EXCEPTIONS not in stored.files:
        return (
            f"{stored.path} holds no {EXCEPTIONS}, so nobody can tell whether its conflicts have a "
            "reason. Write it again with 'pccfunding review --force'."
        )
    try:
        text = stored.files[EXCEPTIONS].decode("utf-8", "replace")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return f"{EXCEPTIONS} of {stored.path} cannot be read as CSV ({error})."
    open_ones = [
        printable(str(row.get("statement_id")))
        for row in rows
        if not (row.get("reason") or "").strip()
    ]
    if not open_ones:
        return ""
    given = " ".join(f"--exception '{name}=REASON'" for name in open_ones)
    return (
        f"{len(open_ones)} conflict(s) have no recorded reason, so this pack cannot be "
        f"finalised: {', '.join(open_ones)}. Write it again with the reasons: "
        f"pccfunding review --force {given}"
    )
