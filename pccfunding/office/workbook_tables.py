"""From typed rows to rows of the contracts: links followed, ids made, periods filled."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pccfunding.areas import Area, find_area
from pccfunding.errors import DataPackageError, PccFundingError, PeriodError, PrintedError
from pccfunding.evidence.tables import read_within
from pccfunding.evidence.token_columns import token_columns
from pccfunding.formats.award_files.content_ids import content_ids, slug
from pccfunding.formats.award_files.money_columns import kind_of_unknown, no_whole
from pccfunding.formats.award_files.row_kinds import is_total_label
from pccfunding.office.links import Links, Subject, unit_of
from pccfunding.office.read_workbook import Problem, Row, Token, Workbook, named_places
from pccfunding.office.sheets import DECIDED, DIRECTIONS, FLOWS, STATUSES, folded
from pccfunding.periods import Period
from pccfunding.printed import parse_printed
from pccfunding.words import day_words

_FROM_TO = re.compile(
    r"(?:from\s+(?!\s))?(.+?)(?<!\s)\s*(?:\bto\b|→|->)\s*(.+)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Answers:
    """What sheet Start says, with the area that everything is about."""

    area: Area
    period: Period | None
    office: str | None


@dataclass
class WorkbookTables:
    """Rows of the contracts by table, and what no table holds.

    Attributes
    ----------
    rows : dict of str to list of dict
        Rows of sources, figures, awards, outcomes, totals, statements and services.
    reasons : list of Row
        Rows of sheet Checks that give a reason.
    problems : list of Problem
    paste : list of (sheet, list of str)
        Rows that a person can paste into a sheet.
    readings : list of (place, what stands there, what it was read as)
        What was taken to be meant, told back.
    """

    rows: dict[str, list[dict[str, Any]]]
    reasons: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    paste: list[tuple[str, list[str]]] = field(default_factory=list)
    readings: list[tuple[str, str, str]] = field(default_factory=list)


def workbook_tables(book: Workbook, folder: Path, answers: Answers, sha256: str) -> WorkbookTables:
    """Turn the typed rows of a workbook into rows of the contracts.

    Parameters
    ----------
    book : Workbook
    folder : Path
        The evidence folder, for copies in documents/.
    answers : Answers
    sha256 : str
        Of the workbook.
    """
    return _Maker(book, folder, answers, sha256).made()


class _Maker:
    def __init__(self, book: Workbook, folder: Path, answers: Answers, sha256: str) -> None:
        self.book = book
        self.folder = folder
        self.answers = answers
        self.sha256 = sha256
        tables = ("sources", "figures", "awards", "outcomes", "totals", "statements", "services")
        self.out = WorkbookTables({name: [] for name in tables})
        self.source_ids: dict[str, str] = {}
        self.subjects: list[Subject] = []
        self.undated: list[int] = []
        # A row that was left out, or a link that leads nowhere, may belong to any sum.
        lost = [one for one in book.problems if one.state == "broken"]
        self.whole = not any(
            one.place.startswith(("sheet Awards", "sheet Amounts")) for one in lost
        )

    def made(self) -> WorkbookTables:
        self._sources()
        for sheet, make in (
            ("Awards", self._award),
            ("Amounts", self._amount),
            ("Outcomes", self._outcome),
        ):
            for row in self.book.rows[sheet]:
                make(row)
        if self.undated and self.answers.period:
            place = named_places("Awards", "row", self.undated)
            read = f"no period typed: that of sheet Start, {self.answers.period.label}"
            self.out.readings.append((place, "", read))
        self._ids()
        links = Links(self.book, self.subjects, self.answers.area.code, whole=self.whole)
        links.follow()
        self.out.rows["statements"] = links.statements
        self.out.reasons = links.reasons
        self.out.problems += links.problems
        self._services()
        for one in self.subjects:
            self.out.rows[one.table].append(one.content)
            self.out.rows["figures"].append(one.figure)
        return self.out

    def tell(self, row: Row, title: str, why: str, right: str, *, broken: bool = True) -> None:
        state: Any = "broken" if broken else "to do"
        place = row.place(title)
        self.out.problems.append(Problem(state, self.book.file, place, row.text(title), why, right))

    # sources

    def _sources(self) -> None:
        for row in self.book.rows["Sources"]:
            name = row.get("name")
            if folded(name) in self.source_ids:
                self.tell(row, "name", "an earlier row bears this name", "give it another name")
                continue
            held: dict[str, Any] = {}
            if row.get("held") == "yes":
                held = self._copy(row)
            self._source(
                name,
                title=row.get("title") or name,
                publisher=row.get("publisher") or self.answers.office or "not stated",
                url=row.get("address"),
                published_on=row.get("date"),
                **held,
            )

    def _source(self, name: str, **content: Any) -> str:
        known = {one["source_id"] for one in self.out.rows["sources"]}
        key = slug(name)
        while key in known:
            key += "-2"
        self.source_ids[folded(name)] = key
        made = {"source_id": key, "kind": "report", "licence": "not stated", **content}
        self.out.rows["sources"].append(made)
        return key

    def _copy(self, row: Row) -> dict[str, Any]:
        """Find the copy of a document in documents/."""
        named = {folded(str(row.get(title))) for title in ("name", "title") if row.get(title)}
        place = self.folder / "documents"
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.is_file() and {folded(path.name), folded(path.stem)} & named:
                try:
                    content = read_within(self.folder, path)
                except DataPackageError as error:
                    why = str(error).removesuffix(".")
                    self.tell(row, "held", why, "mend the copy, or say no", broken=False)
                    return {}
                digest = hashlib.sha256(content).hexdigest()
                return {"document": path.name, "sha256": digest}
        why = "no file in documents/ bears its name or title"
        self.tell(row, "held", why, "name the copy so, or say no", broken=False)
        return {}

    def _source_of(self, row: Row) -> tuple[str, str]:
        """Give the key of a row's source, and the place within it."""
        here = f"sheet {row.sheet}, row {row.number}"
        name = row.get("source")
        if name is None:
            known = self.source_ids.get("\x1f") or self._source(
                "evidence workbook",
                title="Evidence workbook",
                publisher=self.answers.office or "not stated",
                document=self.book.file,
                sha256=self.sha256,
            )
            self.source_ids["\x1f"] = known
            return known, here
        known = self.source_ids.get(folded(name), "")
        if not known:
            self.tell(
                row,
                "source",
                "sheet Sources has no row of this name, so that nobody can find the document",
                "add the row that is proposed, and complete it",
                broken=False,
            )
            self.out.paste.append(("Sources", [name, name]))
            known = self._source(name, title=name, publisher=self.answers.office or "not stated")
        return known, row.get("where in it") or here

    # subjects

    def _keep(
        self,
        row: Row,
        table: str,
        content: dict[str, Any],
        figure: dict[str, Any],
        key: list[object],
    ) -> None:
        source, locator = self._source_of(row)
        figure = {"source_id": source, "locator": locator, "verified": "yes", **figure}
        self.subjects.append(Subject(row, table, content, figure, key))

    def _figure(self, token: Token, unit: str, direction: str | None = None) -> dict[str, Any]:
        precision = "exact" if token.exact else "as_printed"
        read = token_columns(token.token, unit=unit, precision=precision, direction=direction)
        unknown = None if token.token else token.unknown
        return {
            **read,
            "token": token.token,
            "unit": unit,
            "direction": direction,
            "precision": precision,
            "per": parse_printed(token.token, unit=unit).per if token.token else None,
            "unknown": unknown,
            "unknown_reason": "The workbook holds a marker in place of a number."
            if unknown
            else None,
        }

    def _status(self, row: Row) -> str:
        return STATUSES[row.get("status") or "awarded"]

    def _award(self, row: Row) -> None:
        status, period = self._status(row), self._life(row)
        if period is None:
            self.whole = False
            return
        # An amount in a list of awards is exact to its last digit; rounding is for prose.
        token = row.get("amount")._replace(exact=True)
        if token.token and (why := no_whole(parse_printed(token.token, unit="GBP", exact=True))):
            self.whole = False
            self.tell(row, "amount", why, "the row is left out until then")
            return
        recipient = row.get("recipient")
        if recipient and is_total_label(recipient):
            self.whole = False
            why = "a total is no award, and would count its awards twice; the row is left out"
            self.tell(row, "recipient", why, "type a sum into sheet Amounts")
            return
        unknown = kind_of_unknown(recipient)
        details = {name: row.get(name) for name in ("purpose", "conditions", "reasons")}
        extra = {
            "Reference": row.text("reference"),
            "Agreed on": row.get("agreed on") and day_words(row.get("agreed on")),
            "Service": row.text("service"),
            "District": row.text("district"),
        }
        told = [f"{name}: {text}" for name, text in extra.items() if text]
        content = {
            "listing": slug(row.get("source")),
            "funding_stream": row.get("funding stream"),
            "funder": row.get("funder") or self.answers.office,
            "area_code": self.answers.area.code,
            "flow": "pcc_to_recipient",
            "status": status,
            "legal_basis": row.get("power"),
            "recipient": None if unknown else recipient,
            "recipient_unknown": unknown,
            "period_start": period.start,
            "period_end": period.end,
            **{
                name: None if kind_of_unknown(text or "x") else text
                for name, text in details.items()
            },
            **{f"{name}_unknown": kind_of_unknown(text or "x") for name, text in details.items()},
            "note": ". ".join([*told, *filter(None, [row.get("note")])]) or None,
        }
        key = [row.get("reference"), recipient, row.get("funding stream"), row.get("purpose")]
        self._keep(row, "awards", content, self._figure(token, "GBP"), [*key, period.label, status])

    def _life(self, row: Row) -> Period | None:
        """The days an award is for: from and to, else its year, else the period of sheet Start."""
        first, last = row.get("from"), row.get("to")
        if first and last:
            try:
                life = Period.of(first, last)
            except PeriodError as error:
                self.tell(row, "to", str(error).rstrip("."), "type the first day in from")
                return None
            if row.get("financial year") not in (None, life):
                why = "the days in from and to are used, and they are other days than this year's"
                right = "leave one of them blank"
                self.tell(row, "financial year", why, right, broken=False)
            return life
        if first or last:
            why = "only one of from and to is given; the row is left out until then"
            self.tell(row, "from" if first else "to", why, "type both, or a financial year")
            return None
        year: Period | None = row.get("financial year") or self.answers.period
        if year is None:
            why = "no period is given, here or in sheet Start; the row is left out until then"
            self.tell(row, "financial year", why, "type a financial year, such as 2024-25")
        elif not row.get("financial year"):
            self.undated.append(row.number)
        return year

    def _amount(self, row: Row) -> None:
        status = self._status(row)
        word = row.get("flow") or "given"
        period: Period | None = row.get("period")
        what, stream = row.get("what"), row.get("funding stream")
        kind = kind_of_total(FLOWS[word], status)
        if row.get("parts listed") and kind != "grant_received":
            kind = "total"
        content = {
            "funding_stream": stream or what,
            "funder": row.get("funder"),
            "area_code": self.answers.area.code,
            "flow": FLOWS[word],
            "status": status,
            "kind": kind,
            "recipient": "the police force" if word == "paid to the force" else None,
            "period_start": period and period.start,
            "period_end": period and period.end,
            "note": what if stream else None,
        }
        key = [what, stream, row.get("funder"), period and period.label, status, word]
        self._keep(row, "totals", content, self._figure(row.get("amount"), "GBP"), key)

    def _outcome(self, row: Row) -> None:
        word, token = row.get("direction"), row.get("as printed")
        if word == "changed from-to" and token.token:
            pair = _FROM_TO.fullmatch(token.token)
            if not pair:
                right = "type both numbers, such as from 120 to 90"
                self.tell(row, "as printed", "is no change from one number to another", right)
                return
            unit = unit_of(pair[2])
            times = (row.get("compared with"), row.get("period"))
            for text, period in zip(pair.groups(), times, strict=True):
                self._result(row, Token(text.strip(), token.exact, None), period, None, unit)
            return
        self._result(row, token, row.get("period"), row.get("compared with"), None)

    def _result(
        self,
        row: Row,
        token: Token,
        period: Period | None,
        baseline: Period | None,
        unit: str | None,
    ) -> None:
        word = row.get("direction")
        direction = {"fell by": "down", "rose by": "up"}.get(word)
        unit = "rank" if word == "rank" else unit or unit_of(token.token or "")
        try:
            figure = self._figure(token, unit, direction)
        except PrintedError as error:
            why = str(error).partition(f"{token.token!r}: ")[2].partition(".")[0]
            right = "type it with its sign, such as 9.4% or 412; the row is left out until then"
            self.tell(row, "as printed", why or "cannot be read", right)
            return
        value = str(figure["value"] or "")
        if direction and value.startswith("-") is (direction == "up"):
            why = f"the number has a minus, and the direction is {word!r} too"
            right = "type it without the minus; the row is left out until then"
            self.tell(row, "as printed", why, right)
            return
        if direction and unit == "count" and token.token:
            read = f"{word} {token.token}, a count; type {token.token}% if it is per cent"
            self.out.readings.append((row.place("as printed"), token.token, read))
        district = row.get("district")
        area = self._district(row, district) if district else self.answers.area.code
        before, after = row.get("count before"), row.get("count after")
        content = {
            "measure": row.get("measure"),
            "offence": row.get("offence"),
            "quantity": DIRECTIONS[word] if unit != "rank" else "rank",
            "better": row.get("better when"),
            "figure_kind": "output"
            if word == "number" and not row.get("better when")
            else "outcome",
            "area_code": area,
            "period_start": period and period.start,
            "period_end": period and period.end,
            "baseline_start": baseline and baseline.start,
            "baseline_end": baseline and baseline.end,
            "base_count": None if before is None else str(before),
            "funding_stream": row.get("service or stream"),
            "attribution": "not_attributed",
            "note": None
            if after is None
            else f"Count after, as printed: {row.text('count after')}.",
        }
        if word == "changed from-to":
            content["quantity"] = "level"
        key = [row.get("measure"), word, district, row.get("offence"), period and period.label]
        self._keep(row, "outcomes", content, figure, [*key, baseline and baseline.label])
        if None not in (before, after) and unit == "percent" and direction:
            self.subjects[-1].counts = (before, after)

    def _district(self, row: Row, name: str) -> str:
        why = "a result of a district is kept, but the page of the force area does not show it"
        self.tell(row, "district", why, "leave it; export holds it", broken=False)
        try:
            return find_area(name).code
        except PccFundingError:
            return self.answers.area.code

    # ids and links

    def _ids(self) -> None:
        prefixes = {"awards": "award", "totals": "amount", "outcomes": "outcome"}
        for table, prefix in prefixes.items():
            here = [one for one in self.subjects if one.table == table]
            others = [
                [one.figure["token"], *(typed.raw for typed in one.row.cells.values())]
                for one in here
            ]
            ids = content_ids(prefix, [one.key for one in here], others)
            for subject, name in zip(here, ids, strict=True):
                subject.content["subject_id"] = name
                subject.figure |= {"figure_id": name, "subject_id": name}

    # services

    def _services(self) -> None:
        known: dict[str, str] = {}
        for row in self.book.rows["Services"]:
            name = row.get("service")
            if folded(name) in known:
                self.tell(row, "service", "an earlier row bears this name", "give it another name")
                continue
            key = slug(name)
            while key in known.values():
                key += "-2"
            known[folded(name)] = key
            decision = row.get("decision")
            absent = [title for title in ("reason", "decided by") if not row.get(title)]
            if decision and absent:
                why = f"a decision without {' and '.join(absent)} is refused"
                self.tell(row, "decision", why, f"fill {' and '.join(absent)}")
                decision = None
            self.out.rows["services"].append(
                {
                    "service_id": key,
                    "area_code": self.answers.area.code,
                    "need": row.get("what it is for"),
                    "decision": DECIDED[decision] if decision else None,
                    "decided_by": row.get("decided by"),
                    "decided_on": row.get("on"),
                    **{
                        title: row.get(title)
                        for title in (
                            "service",
                            "logic",
                            "reach",
                            "targets",
                            "delivered",
                            "reason",
                            "role",
                        )
                    },
                }
            )


def kind_of_total(flow: str, status: str) -> str:
    """Tell what an amount outside a listing is, of its flow and status."""
    if flow == "national_to_pcc":
        return "grant_received"
    return status if status in ("award", "allocation", "budget", "ceiling") else "total"
