"""What is known of one table while it is read: its columns, its rows, and what it gave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.formats.award_files.amount_columns import AmountColumn, Amounts, choose_amounts
from pccfunding.formats.award_files.money_columns import (
    UNREADABLE,
    MoneyColumn,
    notation_of,
    read_money,
    with_refused,
)
from pccfunding.formats.award_files.row_kinds import (
    AWARD,
    EMPTY,
    REJECTED,
    Rows,
    begins_table,
    sort_rows,
)
from pccfunding.formats.award_files.sheets import Header, Sheet
from pccfunding.formats.award_files.stated_totals import TotalFound, section_period
from pccfunding.formats.award_files.typed_columns import Changes
from pccfunding.formats.count_files.printed_counts import grouped_by_blanks
from pccfunding.formats.opening.chosen_headers import EXACT, WORD, Title, choose
from pccfunding.formats.opening.row_shape import RowShape, shape_of
from pccfunding.periods import Period
from pccfunding.printed.amount import Notation

if TYPE_CHECKING:
    import pandas as pd


TEXTS = (
    "recipient",
    "purpose",
    "funding_stream",
    "funder",
    "funder_id",
    "department",
    "award_id",
    "recipient_id",
    "conditions",
    "reasons",
    "area",
    "note",
)
# Fields that three digits alone are nothing of, as they are of a number or a cost centre.
_OF_WORDS = {"recipient", "purpose", "title", "funding_stream", "funder", "conditions", "reasons",
             "area", "awarded_on", "status"}  # fmt: skip
# Fields for which a second header of the same rank is a doubt.
_WEIGHTY = ("recipient", "funder", "purpose", "awarded_on", "financial_year")
_PERSON = re.compile(r"\bind(?:ividuals?)?\b|\bpersons?\b|\b(?:sur|fore)names?\b|\bfirst names?\b")
_PAYEE = re.compile(
    r"suppliers?|payees?|vendors?|beneficiar(?:y|ies)|merchants?|creditors?", re.IGNORECASE
)
_BODY = re.compile(r"\s*(?:name of )?organi[sz]ations?(?: ?name)?\s*", re.IGNORECASE)
_NAMES = ("recipient", "funder", "purpose")
_NO_NAMES = {
    "it holds addresses": re.compile(r"https?://|www\.|[^\s@]{1,99}@[^\s@]{1,99}$", re.IGNORECASE),
    "it holds numbers": re.compile(r"[£\s]{0,3}[0-9][0-9,. /-]{0,40}$"),
    "it holds a letter": re.compile(r"[A-Za-z]$|(?:yes|no|true|false|n/a)$", re.IGNORECASE),
}
_UNSAVED = "the formula was saved without its result; open the file and save it again"
_BLANK_BETWEEN = "[0-9][ \u00a0\u2009\u202f][0-9]"


@dataclass(frozen=True)
class Context:
    """What the caller says of the whole file."""

    financial_year: Period | None = None
    funder: str | None = None
    area_code: str | None = None
    status: str | None = None
    flow: str = "pcc_to_recipient"
    rounded_to: int | None = None
    columns: dict[str, str | int] = field(default_factory=dict)


@dataclass
class TableRead:
    """What one table gave; `n_rows` is counted before any row is put anywhere."""

    frame: pd.DataFrame
    stop: int
    n_rows: int = 0
    rejected: list[dict[str, object]] = field(default_factory=list)
    totals: list[TotalFound] = field(default_factory=list)
    others: list[dict[str, object]] = field(default_factory=list)
    assumed: set[str] = field(default_factory=set)
    fields: tuple[str, ...] = ()
    told: list[tuple[str, object, str]] = field(default_factory=list)


def _without_wide_rows(
    sheet: Sheet, header: Header, amounts: Sequence[int]
) -> tuple[Sheet, RowShape]:
    """Blank the rows that do not fit their header, up to the header of the next table."""
    shape = None
    if header.top >= 0:
        words = {at for at, one in enumerate(header.headings) if one.field in _OF_WORDS}
        rows = range(header.top, header.bottom + 1)
        shape = shape_of(sheet.grid, rows, numbers=amounts, words=words)
    if shape is None or not shape.wide:
        return sheet, shape or RowShape(0, {})
    wide = {}
    for position, row in sorted(shape.wide.items()):
        if begins_table(sheet, position, [" ".join(cell.split()) for cell in sheet.row(position)]):
            break
        wide[position] = row
    columns = []
    for column in sheet.columns:
        column = column.copy()
        column.iloc[list(wide)] = ""
        columns.append(column)
    many = shape.many and bool(wide)
    return replace(sheet, columns=columns), replace(shape, wide=wide, many=many)


def _payer_and_payee(titles: list[Title]) -> list[Title]:
    """Take an organisation beside a supplier for the one who pays, as lists of spending mean it."""
    paid = any(
        one.name == "recipient" and one.tier >= EXACT and not one.bar and _PAYEE.search(one.text)
        for one in titles
    )
    if not paid or any(one.name == "funder" and not one.bar for one in titles):
        return titles
    return [
        one._replace(name="funder")
        if one.name == "recipient" and _BODY.fullmatch(one.text)
        else one
        for one in titles
    ]


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"_row": np.zeros(0, np.int64)})


class TableState:
    """A table below a header: amounts read, rows sorted, the column of each field known."""

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        context: Context,
        changes: Changes,
        banner: list[str],
    ) -> None:
        self.header, self.context, self.changes, self.banner = header, context, changes, banner
        self.first = header.bottom + 1
        self.amounts: Amounts = choose_amounts(
            header, sheet, self.first, "amount" in context.columns
        )
        self.values = [one.position for one in self.amounts.columns]
        sheet, self.shape = _without_wide_rows(sheet, header, self.values)
        self.sheet, self.shared = self._filled(self._without_blanks(sheet))
        self.money: dict[int, MoneyColumn] = self._amounts_read()
        money = [self.money[position] for position in self.values]
        self.rows: Rows = sort_rows(self.sheet, header, self.first, self.amounts, money)
        self.size = self.rows.stop - self.first
        self.wide = [one for one in self.shape.wide if one < self.rows.stop]
        if self.wide:
            self.rows.leave_out(set(self.wide))
        for position in self.wide:
            self.rows.kind[position - self.first] = REJECTED
            for column in self.money.values():
                column.state[position - self.first] = UNREADABLE
        self.shared = self.shared[: self.size]
        self.result = TableRead(_empty(), self.rows.stop, self._n_rows())
        self.of: dict[str, int] = self._columns_of_fields()
        if "purpose" not in self.of and "title" in self.of:
            self.of["purpose"] = self.of["title"]
        self.of.pop("title", None)

    def _columns_of_fields(self) -> dict[str, int]:
        """Choose the column of each field, and say which it is and what was passed over."""
        amounts = {*self.money, *self.amounts.left}
        titles = [
            Title(heading.field or heading.barred[0], position, heading.text,
                  heading.tier or WORD, "" if heading.field else heading.barred[1])
            for position, heading in enumerate(self.header.headings)
            if (heading.field or heading.barred[0]) and position not in amounts
        ]  # fmt: skip
        choice = choose(self._barred_by_content(_payer_and_payee(titles)), ties=_WEIGHTY)
        where = f"{self.sheet.grid.where}header"
        texts = self.header.texts
        if self.values:
            read = ", ".join(repr(texts[one]) for one in self.values[:5])
            left = ", ".join(repr(texts[one]) for one in self.amounts.left[:5])
            note = f"{self.amounts.rule or 'the column of amounts'}{f'; not {left}' * bool(left)}"
            self.result.told.append(("column for amount", read, note))
        self.result.told += choice.told
        if choice.tied or self.amounts.tied:
            self.result.assumed.add("headers-tie")
        recipient = choice.of.get("recipient")
        if recipient is not None and _PERSON.search(texts[recipient].lower()):
            self.result.assumed.add("recipient-may-be-a-person")
            rule = "the header speaks of a person, whose name may not be published"
            self.changes.add(where, texts[recipient], texts[recipient], "recipient", rule)
        return choice.of

    def _barred_by_content(self, titles: list[Title]) -> list[Title]:
        """Bar a column of addresses or numbers from being a name, where another holds names."""
        bars = {
            title.position: bar
            for title in titles
            if title.name in _NAMES and not title.bar and (bar := self._no_names(title.position))
        }
        free = {one.name for one in titles if not one.bar and one.position not in bars}
        return [
            one._replace(bar=bars[one.position])
            if one.position in bars and one.name in free
            else one
            for one in titles
        ]

    def _no_names(self, position: int) -> str:
        cells = self.sheet.columns[position].iloc[self.first : self.rows.stop].iloc[:200]
        filled = [text for cell in cells if (text := str(cell).strip())]
        for bar, pattern in _NO_NAMES.items():
            if filled and sum(bool(pattern.match(text)) for text in filled) > 0.9 * len(filled):
                return bar
        return ""

    def _n_rows(self) -> int:
        """Count the filled rows, an award or a rejected row once for each amount column."""
        kind = self.rows.kind
        records = int(((kind == AWARD) | (kind == REJECTED)).sum())
        records -= len(self.rows.lone) + len(self.wide)
        return int((kind != EMPTY).sum()) + (len(self.values) - 1) * records

    def _amounts_read(self) -> dict[int, MoneyColumn]:
        read: dict[int, MoneyColumn] = {}
        texts = {
            position: self.sheet.columns[position].iloc[self.first :].reset_index(drop=True)
            for position in (*self.values, *self.amounts.totals)
        }
        scales = {position: self.header.headings[position].scale for position in texts}
        # The columns of one table are written alike.
        notations = {position: notation_of(column) for position, column in texts.items()}
        notation: Notation = "comma" if "comma" in notations.values() else "point"
        for position, column in texts.items():
            money = read_money(
                column,
                scales[position],
                rounded_to=self.context.rounded_to,
                notation=notation,
                per=self.header.headings[position].per,
            )
            read[position] = with_refused(money, self._refused(position, column))
        return read

    def _refused(self, position: int, texts: pd.Series[Any]) -> dict[int, tuple[str, str]]:
        """Give the amounts of a column that are none by how the workbook shows their cells."""
        traits, found = self.sheet.grid.traits, {}
        for marked, reason in (
            (traits.percent, "the cell shows a percentage"),
            (traits.struck, "it is struck out, as what was withdrawn or corrected is"),
        ):
            for row, column in marked:
                if column == position and 0 <= row - self.first < len(texts):
                    text = str(texts.iat[row - self.first])
                    if text.strip():
                        found[row - self.first] = (text, reason)
        for (row, column), formula in traits.unsaved.items():
            if column == position and row >= self.first and row - self.first < len(texts):
                found[row - self.first] = (f"={formula.lstrip('=')}", _UNSAVED)
        return found

    def _without_blanks(self, sheet: Sheet) -> Sheet:
        """Put commas for the blanks between thousands, where a column has them throughout."""
        columns = list(sheet.columns)
        for position in (*self.values, *self.amounts.totals):
            cells = columns[position].iloc[self.first :]
            if not cells.str.contains(_BLANK_BETWEEN, regex=True).any():
                continue
            texts = [" ".join(str(cell).split()) for cell in cells]
            if grouped_by_blanks(text.strip("£ ").partition(".")[0] for text in texts):
                column = columns[position].copy()
                column.iloc[self.first :] = [re.sub(r"(?<=\d) (?=\d{3})", ",", t) for t in texts]
                columns[position] = column
                name, n = self.header.texts[position], sum(" " in text for text in texts)
                at = next(at for at, text in enumerate(texts) if re.search(r"\d \d", text))
                where, value = sheet.place(self.first + at), column.iat[self.first + at]
                self.changes.add(where, name, texts[at], value, "blank between thousands", n)
        return replace(sheet, columns=columns)

    def _filled(self, sheet: Sheet) -> tuple[Sheet, Any]:
        """Fill names merged over several rows; an amount is never filled, so it counts once."""
        size = sheet.height - self.first
        shared = np.zeros(size, bool)
        columns = list(sheet.columns)
        amounts = {*self.values, *self.amounts.totals}
        for top, left, bottom, right in sheet.grid.merged:
            last = min(bottom, sheet.height - 1)
            if top < self.first or last <= top or left >= len(columns):
                continue
            text = str(columns[left].iat[top])
            if not text.strip() or right - left > len(columns) // 2:
                continue
            name, where = self.header.texts[left], sheet.place(top)
            if left in amounts:
                if left in self.values:
                    shared[top + 1 - self.first : last + 1 - self.first] = True
                rule = f"one amount merged over {last - top + 1} rows, counted once"
                self.changes.add(where, name, text, text, rule)
                continue
            filled = columns[left].copy()
            filled.iloc[top + 1 : last + 1] = text
            columns[left] = filled
            self.changes.add(where, name, text, text, f"merged cell filled down {last - top} rows")
        return replace(sheet, columns=columns), shared

    def name_of(self, field_name: str) -> str:
        return self.header.texts[self.of[field_name]]

    def column_name(self, column: AmountColumn) -> str:
        """Name one of several amount columns; by number too where two have one header."""
        texts = [one.heading.text for one in self.amounts.columns]
        text = repr(column.heading.text)
        return f"column {text if texts.count(column.heading.text) == 1 else column.position + 1}"

    def place(self, at: int, column: AmountColumn) -> str:
        where = self.sheet.place(self.first + at)
        if len(self.values) > 1:
            where += f", {self.column_name(column)}"
        return where

    def raw(self, at: int) -> str:
        cells = (" ".join(cell.split()) for cell in self.sheet.row(self.first + at))
        return " | ".join(cell for cell in cells if cell)[:500]

    def section_labels(self) -> Any:
        """Give the section label of each row; a total ends its section."""
        if not any(not section_period(label, alone=True) for _, label in self.rows.sections):
            return None
        marks = [
            (position, label)
            for position, label in self.rows.sections
            if not section_period(label, alone=True)
        ]
        marks += [(position, None) for position, _ in self.rows.totals]  # type: ignore[misc]
        labels = np.full(self.size, None, dtype=object)
        for position, label in sorted(marks, key=lambda one: one[0]):
            labels[max(0, position - self.first) :] = label
        return labels

    def extras(self) -> list[int]:
        used = {*self.of.values(), *self.values, *self.amounts.totals}
        return [
            position
            for position, heading in enumerate(self.header.headings)
            if position not in used
            and (self.sheet.columns[position].iloc[self.first : self.rows.stop] != "").any()
        ]
