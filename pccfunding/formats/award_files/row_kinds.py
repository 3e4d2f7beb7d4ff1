"""What each row of a table is: an award, a total, a section label, a note, a repeated header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pccfunding.formats.award_files.amount_columns import Amounts
from pccfunding.formats.award_files.headings import read_heading
from pccfunding.formats.award_files.money_columns import BLANK, MARKER, UNREADABLE, MoneyColumn
from pccfunding.formats.award_files.sheets import Header, Sheet, find_header

AWARD, OTHER, REJECTED, EMPTY = range(4)

# A quick look for labels that may be a total's; `is_total_label` decides.
TOTALISH = (
    "[Tt][Oo][Tt][Aa][Ll]|^[^A-Za-z]*(?:[Aa]ll|ALL|[Oo]ver|[Ss]um|SUM)"
    r"|^\W*(?i:average|mean|median|number of|no\.? of|count|budget|remaining|carried|brought"
    r"|percentage|under|unallocated|variance|difference|minimum|maximum|max\b|min\b|balance"
    r"|[bc]/f|year|ytd|remainder|of which|less|vat|(?:is[ -]?)?[cg]yfansw)"
)
# What stands below a list and is about it: a statistic, a budget, a sum carried to the next page.
_SUMMARY = re.compile(
    r"\W*(?:(?:average|mean|median|minimum|maximum)(?: (?:grant|award|amount|value|payment)s?)?"
    r"|(?:number|no\.?|count) of (?:grants|awards|recipients|organisations|projects|payments|bids"
    r"|applications|suppliers)(?: \w+)?|count"
    r"|(?:(?:total|annual|original|available|remaining) )?budget(?: (?:remaining|available|left))?"
    r"|(?:amount |balance )?remaining(?: (?:budget|balance|funds?|funding))?|balance remaining"
    r"|(?:balance )?(?:carried|brought) (?:forward|down)|unallocated(?: (?:budget|funds?|funding))?"
    r"|(?:under|over) ?-?spend|variance|difference|percentage of (?:the )?(?:total|budget)"
    r"|(?:balance )?[bc]/f|year[ -]to[ -]date|ytd|max|min|remainder|vat"
    r"|of which:? .*|less:? (?:amounts? )?(?:returned|repaid|recovered|vat|refunds?))\W*",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\W*(?:(?:the|a|grand|sub|overall|running|section|cumulative|combined|final|net|gross|annual|"
    r"year|project|programme)[\s-]*)*totals?\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_TOTAL_REST = re.compile(
    r"\s*(?:$|[^\w\s]|of\b|for\b|in\b|to\b|from\b|at\b|as\b|per\b|over\b|by\b|20[0-9]{2}|19[0-9]{2}|"
    r"[0-9]{2}/[0-9]{2}|(?:amount|value|awards?|awarded|grants?|granted|funding|funded|funds?|"
    r"allocat\w+|spen[dt]|spending|expenditure|paid|payments?|budget|commit\w+|cost|costs|sum|"
    r"approved|all|both|years?|recipients|projects|commissioned|contribution)\b)",
    re.IGNORECASE,
)
# Part of a list and of its sum, in English or Welsh, whatever follows.
_SUB_TOTAL = re.compile(
    r"\W*(?:sub[\s-]*totals?|(?:is[\s-]?)?[cg]yfansw(?:m|ymiau))\b.*", re.I | re.S
)
_ENDS_TOTAL = re.compile(r".*\b(?:sub[\s-]*)?totals?\W*$", re.IGNORECASE | re.DOTALL)
_ALL_OF = re.compile(
    r"\W*(?:all|overall)\b(?:.*\b(?:authorities|areas|forces|grants|awards|recipients|projects|"
    r"organisations|districts|schemes|streams|years)\b.*|\W*$)|\W*sum\W*$",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = re.compile(
    r"\W*(?:notes?\b|source\b|please\b|this (?:list|table|page|document|information)\b|figures\b|"
    r"n\.?b\.?\b|last updated|published|data correct|correct as (?:at|of)|\[?[0-9a-z]{1,2}[\])])|"
    r"[*†‡¹²³]",
    re.IGNORECASE,
)
_LONG = 90


@dataclass
class Rows:
    """The rows of a table sorted by what they are; positions count within the sheet.

    `kind` has one entry a row from `first` to `stop`.
    """

    first: int
    stop: int
    kind: Any
    others: list[tuple[int, str]] = field(default_factory=list)
    rejected: list[tuple[int, int, str]] = field(default_factory=list)
    totals: list[tuple[int, str]] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    lone: list[int] = field(default_factory=list)

    def leave_out(self, positions: set[int]) -> None:
        """Forget what rows were taken for that are rejected as a whole."""
        self.others = [one for one in self.others if one[0] not in positions]
        self.rejected = [one for one in self.rejected if one[0] not in positions]
        self.totals = [one for one in self.totals if one[0] not in positions]
        self.sections = [one for one in self.sections if one[0] not in positions]
        self.lone = [one for one in self.lone if one not in positions]


def is_total_label(text: str, sections: Sequence[str] = ()) -> bool:
    """Whether a label is a total's, and no recipient's whose name begins with that word.

    Examples
    --------
    >>> is_total_label("Total awarded 2023/24"), is_total_label("Total Families CIC")
    (True, False)
    >>> is_total_label("Sub-total"), is_total_label("Youth Fund total")
    (True, True)
    """
    plain = " ".join(text.split())
    if len(plain) > _LONG:
        return False
    if _SUB_TOTAL.fullmatch(plain):
        return True
    if match := _TOTAL.fullmatch(plain):
        rest = match["rest"].strip(" -–:").lower()
        named = any(rest == label.strip(" :").lower() for label in sections)
        return named or bool(_TOTAL_REST.match(match["rest"]))
    return bool(_ENDS_TOTAL.fullmatch(plain) or _ALL_OF.fullmatch(plain))


def sort_rows(
    sheet: Sheet, header: Header, first: int, amounts: Amounts, money: Sequence[MoneyColumn]
) -> Rows:
    """Sort the rows below a header, to the end of the sheet or the header of the next table."""
    size = sheet.height - first
    kind = np.full(size, AWARD, np.int8)
    rows = Rows(first, sheet.height, kind)
    if header.section:
        rows.sections.append((header.bottom, header.section))
    doubtful = _doubtful(sheet, first, amounts, money)
    sorter = _Sorter(sheet, header, amounts, money, rows)
    for at in np.flatnonzero(doubtful):
        if sorter.sort(int(at)):
            rows.stop = first + int(at)
            rows.kind = kind[: int(at)]
            break
    sorter.settle_last_labels()
    return rows


def _doubtful(sheet: Sheet, first: int, amounts: Amounts, money: Sequence[MoneyColumn]) -> Any:
    """Mark the rows that may be no award, by their amounts and how many cells are filled."""
    size = sheet.height - first
    filled = np.zeros(size, np.int64)
    present = 0
    for column in sheet.columns:
        has = (column.iloc[first:] != "").to_numpy(dtype=bool)
        filled += has
        present += bool(has.any())
    doubtful = np.zeros(size, bool)
    for one in money:
        doubtful |= one.state >= MARKER
    values = {one.position for one in amounts.columns} | set(amounts.totals)
    doubtful |= filled <= len(values)
    # A total row leaves cells blank, unless the table has hardly any.
    sparse = np.ones(size, bool) if present <= 4 else (filled < present)
    rows = np.flatnonzero(sparse & ~doubtful)
    if len(rows):
        for position, column in enumerate(sheet.columns):
            if position not in values:
                labels = column.iloc[first + rows]
                doubtful[rows] |= labels.str.contains(TOTALISH, regex=True).to_numpy(dtype=bool)
    return doubtful


def begins_table(sheet: Sheet, position: int, cells: Sequence[str]) -> bool:
    """Whether a row is the header of another table."""
    headings = [read_heading(cell) for cell in cells if cell]
    fields = {heading.field for heading in headings if heading.field}
    if len(fields) < 2 or not any(heading.is_amount for heading in headings):
        return False
    found = find_header(sheet, position)
    return found is not None and found.top == position


class _Sorter:
    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        amounts: Amounts,
        money: Sequence[MoneyColumn],
        rows: Rows,
    ) -> None:
        self.sheet, self.header, self.amounts, self.money = sheet, header, amounts, money
        self.rows = rows
        self.values = [one.position for one in amounts.columns]
        self.sums = {*self.values, *amounts.totals}
        fields = [heading.field for heading in header.headings]
        self.labels = [
            position
            for position, name in enumerate(fields)
            if position not in self.sums and name != "currency"
        ]
        self.keys = [
            position
            for position, name in enumerate(fields)
            if name in ("awarded_on", "award_id", "recipient_id")
        ]
        self.texts = tuple(" ".join(text.split()).lower() for text in header.texts)

    def sort(self, at: int) -> bool:
        """Sort one row; true where another table begins at it."""
        position = self.rows.first + at
        cells = [" ".join(cell.split()) for cell in self.sheet.row(position)]
        full = [column for column, cell in enumerate(cells) if cell]
        if not full:
            self.rows.kind[at] = EMPTY
            return False
        states = [one.state[at] for one in self.money]
        if self._repeats_header(cells):
            self._other(at, "repeated header")
            return False
        unread = UNREADABLE in states or all(state == BLANK for state in states)
        if unread and begins_table(self.sheet, position, cells):
            return True
        label = next((cells[column] for column in full if column not in self.sums), "")
        amounts = any(state < MARKER for state in states)
        if not amounts and any(column in self.amounts.totals for column in full):
            amounts = any(cells[column] for column in self.amounts.totals)
        if self._is_total(cells, full, amounts):
            self.rows.totals.append((position, label))
            self._other(at, "total")
        elif self._is_summary(cells, full):
            self._other(at, "summary")
        elif UNREADABLE in states:
            self._unreadable(at, full, states)
        elif all(state == BLANK for state in states):
            self._without_amount(at, cells, full)
        elif not label and not any(
            cells[column] for column in range(len(cells)) if column not in self.sums
        ):
            self.rows.lone.append(position)
        return False

    def _other(self, at: int, kind: str) -> None:
        self.rows.kind[at] = OTHER
        self.rows.others.append((self.rows.first + at, kind))

    def _repeats_header(self, cells: Sequence[str]) -> bool:
        same = [cell.lower() == text for cell, text in zip(cells, self.texts, strict=True)]
        if all(same):
            return True
        if self.header.bottom > self.header.top:
            row = self.rows.first
            for part in range(self.header.top, self.header.bottom + 1):
                again = [" ".join(cell.split()) for cell in self.sheet.row(part)]
                if row > part and list(cells) == again:
                    return True
        return False

    def _is_total(self, cells: Sequence[str], full: Sequence[int], amounts: bool) -> bool:
        names = [label for _, label in self.rows.sections]
        labels = [cells[column] for column in full if column in self.labels]
        if not any(is_total_label(label, names) for label in labels[:2]):
            return False
        # An award has a date or a reference beside its label; a total stands alone, or nearly so.
        if any(
            re.search("[0-9]", cells[column]) and not is_total_label(cells[column])
            for column in self.keys
        ):
            return False
        return amounts or len(labels) == 1

    def _is_summary(self, cells: Sequence[str], full: Sequence[int]) -> bool:
        labels = [cells[column] for column in full if column in self.labels]
        return len(labels) == 1 and bool(_SUMMARY.fullmatch(labels[0][:_LONG]))

    def _unreadable(self, at: int, full: Sequence[int], states: Sequence[int]) -> None:
        if len(full) == 1:
            self._other(at, "note")
            return
        self.rows.kind[at] = REJECTED
        for column, state in zip(range(len(states)), states, strict=True):
            if state == UNREADABLE:
                self.rows.rejected.append((self.rows.first + at, column, ""))

    def _without_amount(self, at: int, cells: Sequence[str], full: Sequence[int]) -> None:
        position = self.rows.first + at
        text = cells[full[0]]
        if len(full) == 1:
            fields = [heading.field for heading in self.header.headings]
            named = fields[full[0]] in ("recipient", "purpose", "title")
            if len(text) > _LONG or _NOTE.match(text) or "£" in text:
                self._other(at, "note")
            elif named and full[0] > min(self.labels, default=0):
                return
            else:
                self.rows.sections.append((position, text.rstrip(": ")))
                self._other(at, "section")
        elif not any(column in self.labels for column in full):
            self._other(at, "note")

    def settle_last_labels(self) -> None:
        """A label with no award below it is a note."""
        kinds = self.rows.kind
        awards = np.flatnonzero((kinds == AWARD) | (kinds == REJECTED))
        last = self.rows.first + (int(awards[-1]) if len(awards) else -1)
        after = {position for position, _ in self.rows.sections if position > last}
        after -= {self.header.bottom}
        self.rows.sections = [one for one in self.rows.sections if one[0] not in after]
        self.rows.others = [
            (position, "note" if position in after else kind) for position, kind in self.rows.others
        ]
