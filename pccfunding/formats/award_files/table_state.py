"""What is known of one table while it is read: its columns, its rows, and what it gave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.formats.award_files.amount_columns import AmountColumn, Amounts, choose_amounts
from pccfunding.formats.award_files.money_columns import MoneyColumn, read_money
from pccfunding.formats.award_files.row_kinds import AWARD, EMPTY, REJECTED, Rows, sort_rows
from pccfunding.formats.award_files.sheets import Header, Sheet
from pccfunding.formats.award_files.stated_totals import TotalFound, section_period
from pccfunding.formats.award_files.typed_columns import Changes
from pccfunding.periods import Period

if TYPE_CHECKING:
    import pandas as pd


TEXTS = (
    "recipient",
    "purpose",
    "funding_stream",
    "funder",
    "department",
    "award_id",
    "recipient_id",
    "conditions",
    "reasons",
    "area",
    "note",
)


@dataclass(frozen=True)
class Context:
    """What the caller says of the whole file."""

    financial_year: Period | None = None
    funder: str | None = None
    area_code: str | None = None
    status: str | None = None
    flow: str = "pcc_to_recipient"
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
    unknown_headers: tuple[str, ...] = ()


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
        self.sheet, self.shared = self._filled(sheet)
        self.money: dict[int, MoneyColumn] = self._amounts_read()
        money = [self.money[position] for position in self.values]
        self.rows: Rows = sort_rows(self.sheet, header, self.first, self.amounts, money)
        self.size = self.rows.stop - self.first
        self.shared = self.shared[: self.size]
        self.result = TableRead(_empty(), self.rows.stop, self._n_rows())
        self.of: dict[str, int] = {}
        for position, heading in enumerate(header.headings):
            if heading.field and position not in self.money and position not in self.amounts.left:
                self.of.setdefault(heading.field, position)
        if "purpose" not in self.of and "title" in self.of:
            self.of["purpose"] = self.of["title"]
        self.of.pop("title", None)

    def _n_rows(self) -> int:
        """Count the filled rows, an award or a rejected row once for each amount column."""
        kind = self.rows.kind
        records = int(((kind == AWARD) | (kind == REJECTED)).sum()) - len(self.rows.lone)
        return int((kind != EMPTY).sum()) + (len(self.values) - 1) * records

    def _amounts_read(self) -> dict[int, MoneyColumn]:
        read: dict[int, MoneyColumn] = {}
        texts = {
            position: self.sheet.columns[position].iloc[self.first :].reset_index(drop=True)
            for position in (*self.values, *self.amounts.totals)
        }
        scales = {position: self.header.headings[position].scale for position in texts}
        for position, column in texts.items():
            read[position] = read_money(column, scales[position])
        exact = {position for position, one in read.items() if one.exact}
        if exact:  # the columns of one table are written alike
            for position in set(read) - exact:
                read[position] = read_money(texts[position], scales[position], exact=True)
        return read

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
        if not any(not section_period(label) for _, label in self.rows.sections):
            return None
        marks = [
            (position, label) for position, label in self.rows.sections if not section_period(label)
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
