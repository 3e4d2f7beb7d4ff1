"""The files of a pack as bytes: page, tables, workbook, register, method and manifest."""

from __future__ import annotations

import hashlib
import itertools
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pccfunding
from pccfunding.errors import PackError
from pccfunding.evidence.evidence import table_names
from pccfunding.files import refuse_present, rewriting, rewriting_file
from pccfunding.review_pack.area_page import lay_out_area
from pccfunding.review_pack.asked_of_money import duty_words
from pccfunding.review_pack.brief import word_bytes
from pccfunding.review_pack.csv_text import csv_bytes, csv_rows, plain
from pccfunding.review_pack.layout import BRIEF, lay_out
from pccfunding.review_pack.open_questions import step_lines
from pccfunding.review_pack.page import render_pages
from pccfunding.review_pack.register import COLUMNS
from pccfunding.review_pack.stored_pack import (
    MANIFEST,
    RECORD,
    SIGNATURE,
    Stored,
    archive_beside,
    file_facts,
    manifest_of,
    read_pack,
    sealed,
    zipped,
)
from pccfunding.review_pack.workbook import workbook_bytes
from pccfunding.words import counted

if TYPE_CHECKING:
    from pccfunding.review_pack.blocks import Page
    from pccfunding.review_pack.record import Record
    from pccfunding.review_pack.register import Register


_LIBRARIES = ("jinja2", "matplotlib", "narwhals", "numpy", "pandas", "scipy", "xlsxwriter")
_RULES = (
    "The interval of a figure is what its words allow: the hard one decides conflicts, the soft "
    "one is what a fair reader assumes.",
    "A statement conflicts when the intervals of its sides cannot meet for any admissible unit of "
    "rounding; it reconciles when the fair readings meet, the scopes are equal and every part is "
    "known; otherwise it cannot be told, with the reason. The arithmetic is exact.",
    "Sums run in whole pence. Amounts of different flow or status are never added. An unknown is "
    "not zero.",
    "Residents of a financial year are the mid-year estimate inside it, of the latest vintage.",
    "Real terms use the GDP deflator, mean of the financial year's quarters.",
    "A change from counts has an exact Poisson interval (95%, conditional on the sum). At "
    "dispersion 2 and 4, and relative to other areas, it is normal on the log scale.",
    "The smallest fall that could be shown solves |ln r| = 2.80 √(φ (1 + 1/r) / base) for power "
    "80% and a two-sided level of 5%.",
    "No word here says that money moved an outcome.",
    "A conflict needs a recorded reason (`pccfunding review --exception ID=REASON`) before the "
    "pack can be signed. The decision is entered by a named person (`pccfunding sign`).",
)
_FILES = (
    (BRIEF, "the brief: at most two sheets of A4"),
    ("index.html", "the page; every number leads to its source"),
    ("sources.html", "the annex: every number with source or working, and the sources"),
    ("statements.csv", "every statement with verdict, both intervals and working"),
    ("exceptions.csv", "the conflicts with the reason recorded for each"),
    ("figures.json", "every number used: token, place, interval, source, or working"),
    ("tables/", "the tables behind the page; review.xlsx holds them for people, with sources"),
    ("manifest.json", "configuration, and size and sha256 of every file"),
)


def _held_words(found: Record) -> str:
    """Say what of money and counts this Review was made from."""
    tables = found.tables
    missing = counted(len(tables["not_held"]), "document")
    if tables["awards"].empty:
        first = f"Award lines of {found.area.name} held: 0."
        beside = counted(len(tables["elsewhere"]), "class of crime", "classes of crime")
    else:
        first = f"{duty_words(tables['duty'])}."
        beside = counted(len(tables["elsewhere"]), "printed change")
    return (
        f"{first} {missing} that a source names and that the evidence is without: "
        f"tables/not_held.csv. {beside} with counts of other areas beside it."
    )


def method_text(found: Record) -> str:
    """Write down how a Review was made.

    Parameters
    ----------
    found : Record

    Returns
    -------
    str
        Markdown.
    """
    known = found.evidence.as_of
    lines = [
        "# How this Review was made",
        "",
        f"Area: {found.area.name} ({found.area.code}). Period: {found.period.words}."
        + (f" Evidence: as known on {known}." if known else ""),
        "",
        _held_words(found),
        "",
        "## Understand, Plan, Do, Review",
        "",
        "The Review is the fourth step of the commissioning cycle. Each of its sixteen questions "
        "serves one step:",
        "",
        *(f"- {line}" for line in step_lines()),
        "",
        "## Versions",
        "",
        f"- Python {platform.python_version()}",
        f"- pccfunding {pccfunding.__version__}",
        *(f"- {name} {version(name)}" for name in _LIBRARIES),
        "",
        "## Seeds",
        "",
        "Nothing is drawn at random.",
        "",
        "## Rules",
        "",
        *(f"- {rule}" for rule in _RULES),
        "",
        "## Files",
        "",
        *(f"- `{name}`: {what}" for name, what in _FILES),
        "",
        "Numbers in the tables are written to ten digits, amounts of a million and more to the "
        "penny. In CSV files, a text that begins with =, +, - or @ has an apostrophe before it, so "
        "that no spreadsheet runs it as a formula.",
        "",
        "The same inputs in one environment give the same bytes. With other versions of the "
        "libraries, the tables and figures.json stay the same; page, workbook and this file may "
        "differ.",
        "",
    ]
    return "\n".join(lines)


def laid_out(found: Record) -> tuple[dict[str, Page], Register]:
    """Lay a Review out as pages; one without award lines from the national tables."""
    return lay_out_area(found) if found.tables["awards"].empty else lay_out(found)


_OWN = ("sources", "figures", "awards", "outcomes", "totals", "statements")


def contents_of(found: Record) -> dict[str, bytes]:
    """Give every file of the pack of a Review, the manifest last.

    Parameters
    ----------
    found : Record

    Returns
    -------
    dict of str to bytes
        By name within the pack. The same Review in one environment gives the same bytes.
    """
    return _contents(found, *laid_out(found))


def _contents(found: Record, pages: Mapping[str, Page], register: Register) -> dict[str, bytes]:
    files = {name: page.encode() for name, page in render_pages(pages).items()}
    tables = {name: table for name, table in found.tables.items() if name != "statements"}
    files |= {f"tables/{name}.csv": csv_bytes(table) for name, table in tables.items()}
    files["statements.csv"] = csv_bytes(found.tables["statements"])
    files["exceptions.csv"] = csv_rows(
        ["statement_id", "statement", "verdict", "reason"],
        (
            (row["statement_id"], row["statement"], told.verdict,
             found.exceptions.get(row["statement_id"]))
            for row, told in found.statements if told.verdict == "conflicts"
        ),
    )  # fmt: skip
    files["review.xlsx"] = workbook_bytes(found, register)
    files["figures.json"] = _figures(found, register)
    files["method.md"] = method_text(found).encode()
    manifest = {
        "format": "pccfunding review pack 1",
        "configuration": _configuration(found),
        "files": {name: file_facts(content) for name, content in files.items()},
    }
    return files | {MANIFEST: sealed(manifest)}


def _figures(found: Record, register: Register) -> bytes:
    sources = found.tables["sources"].drop(columns="tokens")
    content = {
        "format": "pccfunding figures 1",
        "area_code": found.area.code,
        "period": found.period.label,
        "figures": [
            {name: _json_value(getattr(entry, name)) for name in COLUMNS}
            for entry in register.entries()
        ],
        "sources": [
            {name: plain(value) for name, value in row.items()}
            for row in sources.to_dict("records")
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _json_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else plain(value)


def _configuration(found: Record) -> dict[str, Any]:
    evidence = found.evidence
    # The folder's own name only: where it lies is nobody's business.
    origin = evidence.origin.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return {
        "area_code": found.area.code,
        "area": found.area.name,
        "period": found.period.label,
        "as_of": None if evidence.as_of is None else evidence.as_of.isoformat(),
        "evidence": origin,
        "rows": {name: len(getattr(evidence, name)) for name in table_names()},
        "sha256_of_tables_as_csv": {
            name: hashlib.sha256(csv_bytes(getattr(evidence, name))).hexdigest() for name in _OWN
        },
        "exceptions": found.exceptions,
        "seeds": [],
    }


def write_review(
    found: Record, directory: Path, *, force: bool, archive: bool = False, word: bool = False
) -> tuple[Path, ...]:
    """Write every file of a pack to a folder, and the same files as a zip archive beside it.

    Parameters
    ----------
    found : Record
    directory : Path
    force : bool
        Write over an earlier pack; one that somebody signed is kept beside it, as `NAME-signed-N`.
    archive : bool, default False
        Write the archive too.
    word : bool, default False
        Write the brief as a Word document beside the folder too.

    Returns
    -------
    tuple of Path
        The page first, the manifest, the archive and the document last.

    Raises
    ------
    FileExistsError
        If a file is there and `force` is false; nothing is written then.
    """
    pages, register = laid_out(found)
    contents = _contents(found, pages, register)
    # What Word needs is asked for before anything is written.
    document = _word(pages, contents) if word else b""
    written = write_pack(contents, directory, force=force, archive=archive)
    return (*written, _write_beside(document, directory)) if word else written


def write_word_brief(found: Record, directory: Path) -> Path:
    """Write the brief as a Word document beside a pack; never over one that is there."""
    pages, register = laid_out(found)
    return _write_beside(_word(pages, _contents(found, pages, register)), directory)


def _word(pages: Mapping[str, Page], contents: Mapping[str, bytes]) -> bytes:
    return word_bytes(pages[BRIEF], seal=hashlib.sha256(contents[MANIFEST]).hexdigest())


def _write_beside(content: bytes, directory: Path) -> Path:
    for number in itertools.count(1):
        ending = "" if number == 1 else f"-{number}"
        place = directory.with_name(f"{directory.resolve().name}-brief{ending}.docx")
        if not place.exists():
            break
        if place.read_bytes() == content:
            return place
    with rewriting_file(place, force=False) as part:
        part.write_bytes(content)
    return place


def write_pack(
    contents: Mapping[str, bytes], directory: Path, *, force: bool, archive: bool
) -> tuple[Path, ...]:
    """Write the files of a pack, as `write_review` does."""
    beside = archive_beside(directory)
    if force:
        _keep_signed([directory, *([beside] if archive else [])])
    with rewriting(directory) as new:
        # Asked for again when it is written, but nothing is written where it would be refused.
        refuse_present([(beside.parent, beside.name)] if archive else [], force=force)
        new.refuse_present([*contents, RECORD, SIGNATURE], force=force)
        new.dropped |= _earlier(directory)
        for name, content in contents.items():
            new.write(name, content)
    if archive:
        with rewriting_file(beside, force=force) as part:
            part.write_bytes(zipped(contents))
    return (*(directory / name for name in contents), *([beside] if archive else []))


def _keep_signed(places: Iterable[Path]) -> None:
    """Copy what somebody signed to `NAME-signed-N`, so that nothing writes over it."""
    seen: set[bytes] = set()
    for place in places:
        try:
            stored = None if place.is_symlink() or not place.exists() else read_pack(place)
        except PackError:
            continue
        if stored is None or RECORD not in stored.files or stored.files[RECORD] in seen:
            continue
        seen.add(stored.files[RECORD])
        _keep(place.resolve(), stored)


def _keep(place: Path, stored: Stored) -> None:
    """Copy a signed pack, unless an earlier command that was stopped has done so."""
    name, ending = (place.name, "") if place.is_dir() else (place.stem, place.suffix)
    for number in itertools.count(1):
        kept = f"{name}-signed-{number}"
        # A folder and its archive are signed together: either of them keeps the record.
        pair = [place.with_name(kept), place.with_name(f"{kept}.zip")]
        held = [one for one in pair if one.exists()]
        if not held:
            break
        if any(_record_of(one) == stored.files[RECORD] for one in held):
            return
    target = place.with_name(f"{kept}{ending}")
    if place.is_file():
        with rewriting_file(target, force=False) as part:
            part.write_bytes(place.read_bytes())
        return
    with rewriting(target) as new:
        for file in sorted(_earlier(place) & set(stored.files)):
            new.write(file, stored.files[file])


def _record_of(place: Path) -> bytes | None:
    """The sign-off of a pack; None for what is not signed, or is no pack."""
    try:
        return read_pack(place).files.get(RECORD)
    except PackError:
        return None


def _earlier(directory: Path) -> set[str]:
    """The files of an earlier pack, by the names in its manifest."""
    if not (directory / MANIFEST).is_file():
        return set()
    try:
        listed = manifest_of(read_pack(directory))["files"]
    except PackError:
        listed = {}
    return {*listed, MANIFEST, RECORD, SIGNATURE}
