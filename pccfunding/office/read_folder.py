"""An evidence folder read whole: the workbook, the award lists and the statistics beside it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from pccfunding.areas import Area
from pccfunding.errors import DataPackageError, PccFundingError, TableError
from pccfunding.evidence.evidence import Evidence, check_contracts, day_of, loaded_tables
from pccfunding.evidence.reconcile_statements import work_statements
from pccfunding.evidence.tables import read_within
from pccfunding.files import left_by_desktop
from pccfunding.formats import ReadResult, read_awards
from pccfunding.formats.award_files.award_repeats import again_words, between_lists
from pccfunding.formats.award_files.award_status import DECLINED_UNREAD, STATUS_UNREAD
from pccfunding.formats.award_files.award_tables import years_from_dates
from pccfunding.formats.award_files.content_ids import slug
from pccfunding.formats.award_files.headings import FIELDS
from pccfunding.formats.award_files.stored_tables import stored_table
from pccfunding.formats.opening.limits import read_bytes
from pccfunding.formats.opening.open_file import doubtful_parts
from pccfunding.frames.tables import put_together
from pccfunding.office.award_listings import (
    AwardFile,
    listed_tables,
    once_of,
    twin_of,
    with_content_ids,
)
from pccfunding.office.folder_statistics import beside_bundled, statistics_readers, statistics_table
from pccfunding.office.read_workbook import Problem, Row, Workbook, read_workbook
from pccfunding.office.sheets import FIELDS_OF_LISTS, FILE_KINDS, FLOWS, SHEETS, STATUSES, folded
from pccfunding.office.start_folder import WORKBOOK
from pccfunding.office.workbook_tables import Answers, workbook_tables
from pccfunding.periods import Period
from pccfunding.results import CAUTIONS
from pccfunding.schemas import STORED
from pccfunding.words import counted, day_words

__all__ = ["WORKBOOKS", "FolderEvidence", "find_workbook", "read_folder"]

WORKBOOKS = (WORKBOOK, "evidence.ods")
_MOST_ROWS = 20  # rejected rows of one file that are named one by one
_NAMED_ONE_BY_ONE = (
    *("total-conflicts", "sheets-left-out", "status-unread"),
    *("cells-hidden", "cells-struck-out", "declined-unread"),
)
_STARTING = tuple(column.title for column in SHEETS[0].columns)
_OWN = ("sources", "figures", "awards", "outcomes", "totals", "statements", "services")


@dataclass(frozen=True, repr=False, eq=False)
class FolderEvidence(Evidence):
    """Evidence that was read from a folder, with what no table of it holds.

    Attributes
    ----------
    area : Area or None
        The area of sheet Start.
    period : Period or None
        The period of sheet Start.
    start : dict of str to object
        Every answer of sheet Start by its line; None where it is blank.
    problems : tuple of Problem
        What a person should look at, each with its file and its cell or line.
    paste : tuple of (str, list of str)
        Rows to paste, each with the sheet they belong in.
    readings : DataFrame
        How each period and each file was read: `place`, `says`, `read`.
    own : tuple of str
        Names of the tables that the folder itself fills.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> issubclass(FolderEvidence, pcc.Evidence)
    True
    """

    area: Area | None = None
    period: Period | None = None
    start: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    paste: tuple[tuple[str, list[str]], ...] = ()
    readings: pd.DataFrame = field(default_factory=pd.DataFrame)
    own: tuple[str, ...] = _OWN

    def own_tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables that the folder itself fills, with the sources that they name."""
        tables = {name: getattr(self, name) for name in self.own}
        others = [table for name, table in tables.items() if name != "sources"]
        named = {one for table in others if "source_id" in table for one in table["source_id"]}
        used = self.sources["source_id"].isin(named)
        return tables | {"sources": self.sources[used].reset_index(drop=True)}


def find_workbook(folder: Path) -> Path | None:
    """Give the workbook of an evidence folder; None where the folder is none.

    Raises
    ------
    DataPackageError
        If the folder holds two of them, a data package beside one, or neither.
    """
    try:
        os.stat(folder)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no disk holds such a name"
        raise DataPackageError(f"Cannot read {str(folder)!r}: {why}.") from None
    if not folder.is_dir():
        return None
    found = [path for path in sorted(folder.iterdir()) if path.name.casefold() in WORKBOOKS]
    if len(found) > 1:
        raise DataPackageError(
            f"{folder} holds {' and '.join(path.name for path in found)}; keep the one that counts."
        )
    if found and (folder / "datapackage.json").exists():
        raise DataPackageError(
            f"{folder} holds {found[0].name} and a data package; keep them in folders of their own."
        )
    if not found and not (folder / "datapackage.json").exists():
        raise DataPackageError(
            f"{folder} holds neither a workbook nor a data package: {_hint(folder)}"
        )
    return found[0] if found else None


def _hint(folder: Path) -> str:
    """Say what is missing in a folder, or which file of it may be meant."""
    held = sorted(folder.iterdir())
    for one in held:
        if one.suffix.lower() in (".xlsx", ".ods"):
            right = f"evidence{one.suffix.lower()}"
            return f"no {' or '.join(WORKBOOKS)}. If {one.name} is the workbook, name it {right}."
    if inside := next((one.name for one in held if (one / WORKBOOK).exists()), ""):
        return f"the workbook lies in {inside}; name that folder."
    made = "as 'pccfunding start AREA' makes it, and no datapackage.json"
    return f"no {' or '.join(WORKBOOKS)}, {made}, as 'pccfunding export' does."


def read_folder(folder: Path, *, as_of: dt.date | str | None = None) -> FolderEvidence:
    """Read an evidence folder; what is wrong is named in `problems`, and the rest is read.

    Raises
    ------
    DataPackageError
        If the folder holds no workbook, or sheet Start names no area.
    TableError
        If the workbook cannot be opened.
    """
    path = find_workbook(folder)
    if path is None:
        raise DataPackageError(
            f"{folder} holds no {WORKBOOK}; make an evidence folder with pccfunding start."
        )
    book = read_workbook(path)
    area = book.start.get("area")
    if area is None:
        said = [one for one in book.problems if one.place.startswith("sheet Start")]
        why = f": {said[0].place}: {said[0].text}" if said else ""
        raise DataPackageError(f"{path}, sheet Start names no area{why}. Nothing else was read.")
    answers = Answers(area, book.start.get("period"), book.start.get("commissioner's office"))
    return _Folder(folder, path, book, answers).evidence(day_of(as_of))


class _Folder:
    """One pass over a folder."""

    def __init__(self, folder: Path, path: Path, book: Workbook, answers: Answers) -> None:
        self.folder = folder
        self.book = book
        self.answers = answers
        digest = hashlib.sha256(read_bytes(path)[0]).hexdigest()
        self.typed = workbook_tables(book, folder, answers, digest)
        self.problems = [*book.problems, *self.typed.problems]
        self.paste = list(self.typed.paste)
        self.readings = [(place, says, _days(period)) for place, says, period in book.periods()]
        self.readings += self.typed.readings
        self.conflicts: dict[str, str] = {}
        self.keys = {one["source_id"] for one in self.typed.rows["sources"]}
        self.keys |= {one["listing"] for one in self.typed.rows["awards"]}
        self.beside: set[str] = set()  # listings that sheet Files lets count beside each other
        self.statistics: dict[str, list[pd.DataFrame]] = {}
        self.sources: list[dict[str, Any]] = []

    def tell(
        self,
        state: Literal["broken", "to do"],
        file: str,
        place: str,
        says: str,
        why: str,
        right: str,
    ) -> None:
        problem = Problem(state, file, place, says, why, right)
        if problem not in self.problems:  # each sheet of a list says it
            self.problems.append(problem)

    def evidence(self, as_of: dt.date | None) -> FolderEvidence:
        lists = self._each_once(self._once(list(self._award_files())))
        stored = {name: _frame(name, self.typed.rows[name]) for name in _OWN}
        for name, table in self._listed(lists).items():
            stored[name] = put_together([stored[name], table])
        stored["sources"] = put_together([stored["sources"], _frame("sources", self.sources)])
        stored["figures"] = _dated(stored["figures"], stored["sources"])
        for name, frames in self.statistics.items():
            stored[name] = beside_bundled(name, frames)
        stored["statements"]["expected_verdict"] = "cannot be told"
        check_contracts(stored, self.folder)
        tables: dict[str, Any] = loaded_tables(stored, as_of)
        self._alike(tables["awards"])
        made = FolderEvidence(
            **tables,
            as_of=as_of,
            origin=str(self.folder),
            area=self.answers.area,
            period=self.answers.period,
            start=self._answers(tables["deflator"]),
            own=(*_OWN, *self.statistics),
        )
        statements = self._worked(made)
        return dataclasses.replace(
            made,
            statements=self._explained(statements),
            problems=tuple(self.problems),
            paste=tuple(self.paste),
            readings=pd.DataFrame(self.readings, columns=["place", "says", "read"], dtype="str"),
        )

    # files

    def _files(self, place: str) -> Iterator[tuple[Path, Row, str]]:
        """Give each file of a place once, with what sheet Files says and its sha256."""
        seen: dict[str, str] = {}
        here = self.folder / place
        for path in sorted(here.rglob("*")) if here.is_dir() else ():
            if not _is_read(path):
                continue
            try:
                content = read_within(self.folder, path)
            except DataPackageError as error:
                why = str(error).removesuffix(".")
                self.tell("broken", f"{place}/{path.name}", "", "", why, "the rest is read")
                continue
            digest = hashlib.sha256(content).hexdigest()
            if digest in seen:
                why = f"holds the same as {seen[digest]} and counts once"
                self.tell("to do", f"{place}/{path.name}", "", "", why, "delete one of them")
                continue
            seen[digest] = path.name
            row = self._said(path)
            if row.get("use") == "no" or row.get("what it is") == "something else":
                self.readings.append((f"{place}/{path.name}", "", "left out, as sheet Files says"))
                continue
            yield path, row, digest

    def _said(self, path: Path) -> Row:
        for row in self.book.rows["Files"]:
            if folded(row.get("file").replace("\\", "/").rpartition("/")[2]) == folded(path.name):
                return row
        return Row("Files", 0, {})

    def _lost_files(self) -> None:
        there = [
            path.name
            for place in ("awards", "counts")
            if (self.folder / place).is_dir()
            for path in (self.folder / place).rglob("*")
            if _is_read(path)
        ]
        known = set(map(folded, there))
        seen: set[str] = set()
        for row in self.book.rows["Files"]:
            name = folded(row.get("file").replace("\\", "/").rpartition("/")[2])
            why = "no file of this name lies in awards/ or counts/" if name not in known else ""
            why = why or ("an earlier row names this file" if name in seen else "")
            seen.add(name)
            if why:
                right = f"type one of {', '.join(sorted(there)[:6]) or 'the files you add'}"
                self.tell("broken", self.book.file, row.place("file"), row.text("file"), why, right)

    def _award_files(self) -> Iterator[AwardFile]:
        self._lost_files()
        for path, row, digest in self._files("awards"):
            shown = f"awards/{path.name}"
            try:
                frame, totals = self._read_awards(path, row, shown)
            except PccFundingError as error:
                self._unread(shown, row, error)
                continue
            stream = row.get("funding stream") or " ".join(folded(path.stem).split("_"))
            if len(frame):
                yield AwardFile(path, frame, stream, digest, row.get("use") == "yes", totals)
        for path, row, digest in self._files("counts"):
            self._counts(path, row, digest)

    def _unread(self, shown: str, row: Row, error: Exception) -> None:
        said = str(error).removesuffix(".")
        named = "name its columns in sheet Files, or save it as .xlsx"
        cure = named if "olumn" in said else "mend the file, or take it away"
        self.tell("broken", shown, "", "", said, f"{cure}; the rest is read without it")
        if not row.cells:
            self.paste.append(("Files", [shown.partition("/")[2], "", "award list"]))

    def _read_awards(self, path: Path, row: Row, shown: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        columns = _column_names(row)
        year = row.get("financial year")
        status = STATUSES[row.get("status")] if row.get("status") else None
        options: dict[str, Any] = {
            "columns": columns or None,
            "financial_year": year if isinstance(year, Period) else None,
            "funder": row.get("funder"),
            "area": self.answers.area.code,
            "status": status,
            "flow": FLOWS[row.get("flow") or "given"],
        }
        sheets = list(filter(None, map(str.strip, str(row.get("sheets") or "").split(";"))))
        asked: list[str | None] = [*sheets] or [None]
        results = [read_awards(path, sheet=sheet, **options) for sheet in asked]
        frames = []
        for result in results:
            self._report(shown, result)
            frames.append(result.frame)
        self._left_out(shown, path.name, results)
        self._doubtful(path, shown)
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        dated = years_from_dates(frame)
        taken = int((frame["period_start"].isna() & dated["period_start"].notna()).sum())
        if taken:
            said = counted(taken, "award takes", "awards take")
            self.readings.append((shown, "", f"{said} the year of the award date"))
        totals = pd.concat([result.totals for result in results], ignore_index=True)
        return self._dated_rows(dated, path.name, shown), totals

    def _report(self, shown: str, result: ReadResult) -> None:
        rejected = self._rejected(shown, result, "broken")
        for one in result.totals[result.totals["verdict"] == "conflicts"].to_dict("records"):
            working = one["working"].removesuffix(".")
            why = f"the printed total conflicts with its rows: {working}"
            self.tell("to do", shown, one["place"], one["token"], why, "ask the publisher why")
        unread = result.changes[result.changes["rule"] == STATUS_UNREAD].drop_duplicates("raw")
        for one in unread.to_dict("records"):
            kept = next(word for word, status in STATUSES.items() if status == one["value"])
            why = f"{one['column']}: {STATUS_UNREAD}, read as {kept}"
            right = f"say in sheet Files, status, what such rows are: {', '.join(STATUSES)}"
            self.tell("to do", shown, one["place"], str(one["raw"]), why, right)
        told = result.changes[result.changes["rule"].str.startswith(DECLINED_UNREAD)]
        for one in told.head(_MOST_ROWS).to_dict("records"):
            why, right = f"{one['column']}: {one['rule']}", "leave the row out if it was not given"
            self.tell("to do", shown, one["place"], str(one["raw"]), why, right)
        for code in result.cautions:
            if code not in _NAMED_ONE_BY_ONE:
                self.tell(
                    "to do", shown, "", "", CAUTIONS["formats"][code], "look whether it matters"
                )
        rows = counted(len(result.frame), "award")
        self.readings.append((shown, "", f"{rows} read; {counted(rejected, 'cell')} rejected"))

    def _rejected(self, shown: str, result: ReadResult, state: Literal["broken", "to do"]) -> int:
        """Name the cells that a reader refused, the first of them one by one."""
        rejected = result.rejected.to_dict("records")
        for one in rejected[:_MOST_ROWS]:
            right = str(one["suggestion"]).removesuffix(".") or "look at the file"
            why = f"{one['column']}: {one['reason']}"
            self.tell(state, shown, one["place"], str(one["raw"]), why, right)
        if len(rejected) > _MOST_ROWS:
            more = counted(len(rejected) - _MOST_ROWS, "more cell")
            self.tell(state, shown, "", "", f"{more} cannot be read", "look at the file")
        return len(rejected)

    def _left_out(self, shown: str, name: str, results: list[ReadResult]) -> None:
        for result in results if len(results) == 1 else ():
            coverage = result.coverage
            for one in coverage[coverage["topic"] == "sheet left out"].to_dict("records"):
                if "rows with amounts" in one["note"]:
                    why = f"the sheet was left out: {one['note'].partition(';')[0]}"
                    right = "name the sheets that count in sheet Files"
                    self.tell("to do", shown, f"sheet {one['value']}", "", why, right)
                    self.paste.append(("Files", [name, one["value"]]))

    def _doubtful(self, path: Path, shown: str) -> None:
        for sheet, seen in doubtful_parts(path).items():
            for why in seen:
                self.tell("to do", shown, sheet, "", why, "look whether they count")

    def _dated_rows(self, frame: pd.DataFrame, name: str, shown: str) -> pd.DataFrame:
        undated = frame["period_start"].isna() | frame["period_end"].isna()
        if undated.any():
            number = counted(int(undated.sum()), "award")
            first = frame["place"][undated].iloc[0]
            why = f"{number} state no year and no date, the first in {first}; left out until then"
            self.tell("broken", shown, "", "", why, "give the financial year in sheet Files")
            year = self.answers.period.label if self.answers.period else "2024-25"
            self.paste.append(("Files", [name, "", "award list", "", "", year]))
        return frame[~undated].reset_index(drop=True)

    def _once(self, lists: list[AwardFile]) -> list[AwardFile]:
        """Leave a list out where half of its rows, or of an earlier one's, are in the other."""
        kept: list[AwardFile] = []
        for one in lists:
            other, shared = twin_of(one, kept)
            if other is None:
                kept.append(one)
                continue
            why = (
                f"{shared} of its {counted(len(one.frame), 'award')} stand in {other.path.name} "
                f"too; it is left out until sheet Files says which counts"
            )
            right = "fill use in sheet Files: yes for both, or no for one"
            self.tell("broken", f"awards/{one.path.name}", "", "", why, right)
            for name in (one.path.name, other.path.name):
                self.paste.append(("Files", [name, *[""] * 8, "yes or no"]))
        return kept

    def _each_once(self, lists: list[AwardFile]) -> list[AwardFile]:
        """Count an award once that two lists print alike, and say so."""
        once = once_of(lists)
        for said in between_lists(once):
            self.tell("to do", "awards", "", "", said.removesuffix("."), "look whether it matters")
        kept = zip(lists, once.frames, strict=True)
        return [dataclasses.replace(one, frame=frame) for one, frame in kept if len(frame)]

    def _alike(self, awards: pd.DataFrame) -> None:
        """Name what reads like an earlier award and counts beside it."""
        if said := again_words(awards, beside=self.beside):
            right = "leave one out if they are one award"
            self.tell("to do", "awards", "", "", said.removesuffix("."), right)

    def _listed(self, lists: list[AwardFile]) -> dict[str, pd.DataFrame]:
        """Make tables of the award lists; one that breaks a contract is named and left out."""
        made = []
        for one in lists:
            try:
                listing = self._fresh(slug(one.path.stem))
                tables = listed_tables(one, self.answers, listing)
                self.beside |= {listing} if one.named else set()
                check_contracts(tables, one.path)
            except PccFundingError as error:
                self._unread(f"awards/{one.path.name}", Row("Files", 0, {}), error)
                continue
            made.append((one, tables))
        return with_content_ids(made)

    def _fresh(self, key: str) -> str:
        """Give a key that no source and no listing bears yet."""
        while key in self.keys or f"{key}-source" in self.keys:
            key += "-2"
        self.keys |= {key, f"{key}-source"}
        return key

    # statistics

    def _counts(self, path: Path, row: Row, digest: str) -> None:
        shown = f"counts/{path.name}"
        asked = FILE_KINDS[row.get("what it is")] if row.get("what it is") else None
        key = self._fresh(f"counts-{slug(path.stem)}")
        failures = []
        for kind, read in statistics_readers(path, key).items():
            if asked not in (None, kind):
                continue
            try:
                result = read()
            except PccFundingError as error:
                failures.append(str(error).removesuffix("."))
                continue
            frame = statistics_table(kind, result.frame, path.name)
            self._doubtful(path, shown)
            self._rejected(shown, result, "to do")
            said = f"{counted(len(frame), 'count')} of {kind.replace('_', ' ')} read"
            self.readings.append((shown, "", said))
            if len(frame):
                self.statistics.setdefault(kind, []).append(frame)
                self.sources.append(
                    {
                        "source_id": key,
                        "title": path.stem,
                        "publisher": "not stated",
                        "kind": "statistics",
                        "document": path.name,
                        "sha256": digest,
                        "licence": "not stated",
                    }
                )
            return
        why = failures[0] if failures else "an award list lies among the counts"
        right = "say in sheet Files what it is; the rest is read without it"
        self.tell("broken", shown, "", "", why, right)

    # statements and reasons

    def _answers(self, deflator: pd.DataFrame) -> dict[str, Any]:
        """Give the answers of sheet Start; a base year that no index is held for is refused."""
        start, title = self.book.start, "base year of prices"
        answers = {one: start.get(one) for one in _STARTING}
        asked = answers[title]
        known = sorted(deflator["financial_year"])
        if asked is None or asked.label in known:
            return answers
        place = start.place(title)
        right = f"type a financial year from {known[0]} to {known[-1]}, or add prices to counts/"
        why = "no index of prices is held for this year"
        self.tell("broken", self.book.file, place, asked.label, why, right)
        return answers | {title: None}

    def _worked(self, evidence: Evidence) -> pd.DataFrame:
        """Fill the verdicts; a statement that cannot be worked is named and left out."""
        statements = evidence.statements.copy()
        verdicts: dict[str, tuple[str, str | None]] = {}
        for row, name in zip(statements.index, statements["statement_id"], strict=True):
            alone = dataclasses.replace(evidence, statements=statements.loc[[row]])
            try:
                ((_, result),) = work_statements(alone)
            except PccFundingError as error:
                why = f"the check {name} cannot be worked: {str(error).removesuffix('.')}"
                self.tell("broken", self.book.file, "sheet Checks", "", why, "look at both sides")
                continue
            verdicts[name] = (result.verdict, result.reason)
            if result.verdict == "conflicts":
                self.conflicts[name] = result.text.removesuffix(".")
        kept = statements[statements["statement_id"].isin(verdicts)].reset_index(drop=True)
        for place, column in enumerate(("expected_verdict", "expected_reason")):
            cells = [verdicts[name][place] for name in kept["statement_id"]]
            kept[column] = pd.Series(cells, index=kept.index, dtype="str")
        return kept

    def _explained(self, statements: pd.DataFrame) -> pd.DataFrame:
        """Give each statement the reason that sheet Checks holds for it, and who gives it."""
        known = set(statements["statement_id"])
        reasons: dict[str, tuple[str | None, str | None]] = {}
        for row in self.typed.reasons:
            name = slug(row.get("check"))
            if name in known:
                reasons[name] = (row.get("reason"), row.get("who"))
                continue
            right = f"use the name of a check: {', '.join(sorted(known)) or 'there is none yet'}"
            why = "no check bears this name"
            self.tell("broken", self.book.file, row.place("check"), row.text("check"), why, right)
        for name, said in self.conflicts.items():
            if name not in reasons:
                place = "sheet Checks"
                self.tell("to do", self.book.file, place, name, said, "give a reason and who")
                self.paste.append(("Checks", [name, *[""] * 4, "the reason", "who gives it"]))
        for side, column in enumerate(("explanation", "explained_by")):
            cells = [reasons.get(name, (None, None))[side] for name in statements["statement_id"]]
            statements[column] = pd.Series(cells, index=statements.index, dtype="str")
        return statements


def _is_read(path: Path) -> bool:
    """Whether a path is a file that a person added, and not what a program left behind."""
    locks = path.name.startswith(("~$", ".~lock"))
    return path.is_file() and not locks and not left_by_desktop(path.name)


def _column_names(row: Row) -> dict[str, str]:
    """Read "recipient = Organisation; amount = Grant" as fields and their headers."""
    columns: dict[str, str] = {}
    known = {folded(field): field for field in FIELDS}
    known |= {folded(word): field for word, field in FIELDS_OF_LISTS.items()}
    for pair in filter(None, map(str.strip, str(row.get("column names") or "").split(";"))):
        name, equals, header = pair.partition("=")
        field = known.get(folded(name))
        if field is None or not equals:
            words = ", ".join([*FIELDS_OF_LISTS, *FIELDS]).replace("_", " ")
            raise TableError(
                f"sheet Files, column names says {pair!r}; write a field, =, and its header. "
                f"Fields are {words}."
            )
        columns[field] = header.strip()
    return columns


def _days(period: Period) -> str:
    first, last = map(day_words, (period.start, period.end))
    return first if first == last else f"{first} to {last}"


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = STORED[name].to_schema().columns
    content = {column: [row.get(column) for row in rows] for column in columns}
    return stored_table(name, content, len(rows))


def _dated(figures: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Date each printing as its source is dated."""
    days = dict(zip(sources["source_id"], sources["published_on"], strict=True))
    dated = [days[source] for source in figures["source_id"]]
    return figures.assign(published_on=pd.Series(dated, dtype="datetime64[ns]"))
