"""Links between rows without ids: part of, parts listed, and the two sides of a check."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from pccfunding.errors import PeriodError, PrintedError, nearest
from pccfunding.formats.award_files.content_ids import slug
from pccfunding.office.read_workbook import Problem, Row, Workbook
from pccfunding.office.sheets import RELATIONS, SCOPES, folded
from pccfunding.periods import Period
from pccfunding.printed import parse_printed


def unit_of(text: str) -> str:
    """Tell the unit of a printed number from its sign; a number without one is a count."""
    return "percent" if "%" in text or "per cent" in text else "GBP" if "£" in text else "count"


class _NoNameError(Exception):
    """A name that leads to no row, or to several."""


class _Names:
    """Names of rows, folded; a name that several rows bear takes its period."""

    def __init__(self) -> None:
        self.known: dict[str, list[tuple[Period | None, str]]] = defaultdict(list)
        self.spelt: dict[str, str] = {}

    def add(self, name: str, period: Period | None, key: str) -> None:
        self.known[folded(name)].append((period, key))
        self.spelt.setdefault(folded(name), name)

    def find(self, text: str) -> str:
        """Give the key of the one row that a text names."""
        found = self.known.get(folded(text), [])
        name, comma, tail = text.rpartition(",")
        if not found and comma:
            try:
                period = Period.parse(tail)
            except PeriodError:
                period = None
            found = [one for one in self.known.get(folded(name), []) if one[0] == period]
        if len(found) == 1:
            return found[0][1]
        if found:
            labels = sorted({one[0].label for one in found if one[0]})
            raise _NoNameError(
                f"{len(found)} rows bear this name"
                + (
                    f"; add the period, as in '{text}, {labels[0]}'"
                    if len(labels) > 1
                    else "; give each a name of its own"
                )
            )
        near = nearest(folded(text), self.known)
        meant = f"; did you mean {self.spelt[near[0]]!r}?" if near else ""
        raise _NoNameError(f"no row bears this name{meant}")


@dataclass
class Subject:
    """A row on its way into a table of subjects, with its figure."""

    row: Row
    table: str
    content: dict[str, Any]
    figure: dict[str, Any]
    key: list[object]
    counts: tuple[int, int] | None = None


class Links:
    """Follows the links of a workbook, once its rows have ids.

    Attributes
    ----------
    statements : list of dict
        Rows of the contract, without the verdict.
    reasons : list of Row
        Rows of sheet Checks that give a reason.
    problems : list of Problem
        Links that lead nowhere, each by its cell.
    """

    def __init__(
        self, book: Workbook, subjects: list[Subject], area_code: str, *, whole: bool
    ) -> None:
        self.book = book
        self.subjects = subjects
        self.area_code = area_code
        self.whole = whole
        self.amounts, self.everything = _Names(), _Names()
        self.statements: list[dict[str, Any]] = []
        self.reasons: list[Row] = []
        self.problems: list[Problem] = []

    def follow(self) -> None:
        """Fill `part_of` of the rows, and gather statements and reasons."""
        for one in self.subjects:
            self._name(one)
        self._part_of()
        self._parts_listed()
        self._checks()

    def tell(self, row: Row, title: str, why: str, right: str, *, broken: bool = True) -> None:
        state: Any = "broken" if broken else "to do"
        told = Problem(state, self.book.file, row.place(title), row.text(title), why, right)
        self.problems.append(told)

    def _name(self, subject: Subject) -> None:
        row, key = subject.row, subject.content["subject_id"]
        first = subject.content["period_start"]
        period = first and Period.of(first, subject.content["period_end"])
        title = {"Amounts": "what", "Awards": "reference", "Outcomes": "measure"}[row.sheet]
        if row.get(title):
            self.everything.add(row.get(title), period, key)
            if row.sheet == "Amounts":
                self.amounts.add(row.get(title), period, key)

    def _part_of(self) -> None:
        above: dict[str, str] = {}
        rows: dict[str, Subject] = {}
        for one in self.subjects:
            named = one.row.get("part of")
            if named is None:
                continue
            try:
                target = self.amounts.find(named)
            except _NoNameError as error:
                self._unlinked(one, str(error), "type the what of a row of sheet Amounts")
                continue
            if target == one.content["subject_id"]:
                self._unlinked(one, "the row names itself", "name the larger amount, or nothing")
                continue
            above[one.content["subject_id"]] = target
            rows[one.content["subject_id"]] = one
        for start in list(above):
            seen, here = [start], above.get(start)
            while here is not None and here not in seen:
                seen.append(here)
                here = above.get(here)
            if here == start:
                names = " in ".join(str(rows[one].row.get("what")) for one in seen)
                why = f"the link leads back to its own row: {names}"
                for name in seen:
                    self._unlinked(rows[name], why, "name the larger amount, or nothing")
                    del above[name]
        for name, target in above.items():
            rows[name].content["part_of"] = target

    def _unlinked(self, one: Subject, why: str, right: str) -> None:
        self.whole = False
        self.tell(one.row, "part of", why, right)

    # statements

    def _parts_listed(self) -> None:
        names = Counter(folded(str(one.row.get("what"))) for one in self.subjects)
        for one in self.subjects:
            if one.counts:
                self._counted(one, *one.counts)
            listed = one.row.get("parts listed") if one.table == "totals" else None
            if not listed:
                continue
            what, period = one.row.get("what"), one.row.get("period")
            if names[folded(what)] > 1 and period:
                what = f"{what}, {period.label}"
            parts = self._parts(one.content["subject_id"])
            if not parts:
                right = "type its name into part of of each of its parts"
                self.tell(
                    one.row,
                    "parts listed",
                    "no row says that it is part of it",
                    right,
                    broken=False,
                )
                continue
            whole = listed == "all"
            self._statement(
                f"Parts of {what}",
                f"The parts listed {'add up to' if whole else 'lie within'} {what}",
                "sum" if whole else "part_of",
                parts,
                [one.content["subject_id"]],
                complete=self.whole or not whole,
                scope=self._scope(one, parts),
            )

    def _scope(self, whole: Subject, parts: list[str]) -> str | None:
        """Name what the parts and the whole are not both about; kinds of money never mix."""
        named = [one.content for one in self.subjects if one.content["subject_id"] in parts]
        differs = [
            name
            for name in ("flow", "status")
            if any(one[name] != whole.content[name] for one in named)
        ]
        first, last = whole.content["period_start"], whole.content["period_end"]
        dated = [one for one in named if one["period_start"]] if first else []
        if any(one["period_start"] < first or one["period_end"] > last for one in dated):
            differs.append("period")
        return ";".join(differs) or None

    def _counted(self, one: Subject, before: int, after: int) -> None:
        name = one.row.get("measure")
        self._statement(
            f"Counts of {name}",
            f"The counts printed for {name} give the change printed beside them",
            "percent_change",
            [f"count:{before}", f"count:{after}"],
            [one.content["subject_id"]],
            source=(one.figure["source_id"], one.figure["locator"]),
        )

    def _parts(self, key: str) -> list[str]:
        return [
            str(one.content["subject_id"])
            for one in self.subjects
            if one.content.get("part_of") == key
        ]

    def _statement(
        self,
        name: str,
        said: str,
        relation: str,
        left: list[str],
        right: list[str],
        *,
        complete: bool = True,
        scope: str | None = None,
        note: str | None = None,
        source: tuple[str | None, str | None] = (None, None),
    ) -> None:
        known = {one["statement_id"] for one in self.statements}
        key = slug(name)
        while key in known:
            key += "-2"
        self.statements.append(
            {
                "statement_id": key,
                "statement": said,
                "relation": relation,
                "left": ";".join(left),
                "right": ";".join(right),
                "source_id": source[0],
                "locator": source[1],
                "complete": complete,
                "scope_differs": scope,
                "area_code": self.area_code,
                "note": note,
            }
        )

    def _checks(self) -> None:
        for row in self.book.rows["Checks"]:
            sides = [title for title in ("left", "relation", "right") if row.get(title)]
            if sides:
                missing = {"left", "relation", "right"} - set(sides)
                if missing:
                    why = f"{' and '.join(sorted(missing))} not given"
                    self.tell(row, "check", why, "fill both sides and the relation")
                    continue
                self._check(row)
            if row.get("reason") and not row.get("who"):
                self.tell(row, "reason", "nobody is named who gives it", "fill who")
            elif row.get("reason"):
                self.reasons.append(row)
            elif not sides:
                right = "give a reason and who, or both sides and the relation"
                self.tell(row, "check", "the row says nothing", right)

    def _check(self, row: Row) -> None:
        word = row.get("relation")
        scope = SCOPES.get(row.get("what differs in scope"))
        if word == "is a different sum" and scope is None:
            right = f"choose one of {', '.join(SCOPES)}"
            self.tell(row, "relation", "it is not said what differs in scope", right)
            return
        try:
            left, right_side = (self._side(row.get(title)) for title in ("left", "right"))
        except _NoNameError as error:
            place = "left" if not self._can_be_read(row.get("left")) else "right"
            self.tell(row, place, str(error), "type a name as it stands, or a printed amount")
            return
        if word == "adds up to":
            left = self._parts(left[0]) or left
        if word == "is difference of":
            left, right_side = self._parts(right_side[0]), left
            if len(left) != 2:
                why = f"a difference is of two parts; {len(left)} rows are part of it"
                self.tell(row, "right", why, "name an amount that two rows are part of")
                return
        self._statement(
            row.get("check"),
            f"{row.get('left')} {word} {row.get('right')}",
            RELATIONS[word],
            left,
            right_side,
            scope=scope,
            note=row.get("note"),
        )

    def _can_be_read(self, text: str) -> bool:
        try:
            return bool(self._side(text))
        except _NoNameError:
            return False

    def _side(self, text: str) -> list[str]:
        """Give the figure that a side names, or the printed number that it is."""
        try:
            return [self.everything.find(text)]
        except _NoNameError as error:
            unit = unit_of(text) if re.search("[£%]|per cent", text) else "GBP"
            try:
                parse_printed(text, unit=unit)
            except PrintedError:
                raise error from None
            return [f"{unit}:{text}"]
