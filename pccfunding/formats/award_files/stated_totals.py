"""Totals printed in a file, each reconciled against the rows that it adds up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from pccfunding.errors import PccFundingError, PrintedError
from pccfunding.formats.award_files.headings import find_period
from pccfunding.formats.award_files.money_columns import BLANK, MARKER, MoneyColumn
from pccfunding.formats.award_files.row_kinds import AWARD, REJECTED, Rows
from pccfunding.formats.award_files.sheets import Header, Sheet
from pccfunding.intervals import Interval
from pccfunding.printed import Printed, parse_printed
from pccfunding.reconciliation import Reconciliation, reconcile
from pccfunding.words import count, decimal_text

_FEW = 12
_GRAND = re.compile(r"\b(?:grand|overall|all|combined|cumulative)\b", re.IGNORECASE)
_SUB = re.compile(r"\bsub[\s-]*total", re.IGNORECASE)
_STATED = re.compile(
    r"\btotal(?:s|ling|led)?\b[^£.]{0,80}?(?P<amount>£+\s?[0-9][0-9,]*(?:\.[0-9]+)?\s?(?:k\b|m\b|"
    r"million\b|bn\b)?)",
    re.IGNORECASE,
)
_NOT_OF_AWARDS = re.compile(
    r"\b(?:budget|available|pot|bids?|requested|applied|underspend|remaining|match)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TotalFound:
    """One printed total and what the arithmetic says of it."""

    place: str
    label: str
    column: str
    token: str
    rows: str
    verdict: str
    working: str
    cautions: str = ""
    positions: tuple[int, ...] = ()
    parts: str = ""

    def record(self) -> dict[str, object]:
        held = [name for name in self.__dataclass_fields__ if name != "positions"]
        return {name: getattr(self, name) for name in held}


class TotalsReader:
    """Reconciles the totals of one table, column by column and row by row.

    Parameters
    ----------
    repeats : array of bool
        Rows that print an award a second time.
    shared : array of bool
        Rows whose amount is the merged one of a row above.
    periods : array of object
        Label of each row's period, where it is one row an award.
    """

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        rows: Rows,
        money: dict[int, MoneyColumn],
        values: Sequence[int],
        repeats: Any,
        shared: Any,
        periods: Any,
    ) -> None:
        self.sheet, self.header, self.rows, self.money = sheet, header, rows, money
        self.values, self.repeats, self.periods = list(values), repeats, periods
        kind = rows.kind
        self.counted = np.flatnonzero(((kind == AWARD) | (kind == REJECTED)) & ~shared)
        if rows.lone:
            lone = np.asarray(rows.lone) - rows.first
            self.counted = np.setdiff1d(self.counted, lone)

    def column_totals(self) -> list[TotalFound]:
        """Reconcile each total row, in each of its columns."""
        found = []
        for position, label in self.rows.totals:
            for column, money in self.money.items():
                at = position - self.rows.first
                if money.state[at] == BLANK:
                    continue
                found.append(self._column_total(position, label, column, money))
        return found

    def lone_totals(self) -> tuple[list[TotalFound], list[int]]:
        """Take amounts that stand alone as totals where they add up; give the rest back."""
        found, rest = [], []
        for position in self.rows.lone:
            at = position - self.rows.first
            judged = [
                self._column_total(position, "", column, money)
                for column, money in self.money.items()
                if money.state[at] != BLANK
            ]
            if judged and all(one.verdict == "reconciles" for one in judged):
                found += judged
                self.rows.totals.append((position, ""))
            else:
                rest.append(position)
        return found, rest

    def row_totals(self, columns: Sequence[int]) -> list[TotalFound]:
        """Reconcile the column that adds up each row against the amounts beside it."""
        found = []
        for column in columns:
            money = self.money[column]
            for at in self.counted:
                if money.state[at] >= MARKER:
                    continue
                parts = [part for one in self.values for part in self.terms(one, np.array([at]))]
                place = self.sheet.place(self.rows.first + int(at))
                scope = np.array([at])
                found.append(
                    self._judged(
                        parts, money, int(at), place, "row total", column, "this row", scope
                    )
                )
        return found

    def against_all(self, text: str, token: str, place: str) -> TotalFound:
        """Reconcile a total stated in words against every row of the table."""
        parts = [part for value in self.values for part in self.terms(value, self.counted)]
        # A sentence rounds where a list does not.
        try:
            said: Printed | None = parse_printed(token, unit="GBP")
        except PrintedError:
            said = None
        told = _reconcile(parts, said)
        rows = self._rows_text(self.counted)
        stated = _found(place, text[:120], "stated", token, rows, told, len(parts))
        return replace(stated, positions=tuple(int(one) for one in self.rows.first + self.counted))

    def _column_total(
        self, position: int, label: str, column: int, money: MoneyColumn
    ) -> TotalFound:
        place = self.sheet.place(position)
        at = position - self.rows.first
        scope = self._scope(at, label)
        parts = self.terms(column, scope)
        rows = self._rows_text(scope)
        told = self._judged(parts, money, at, place, label, column, rows, scope)
        once = scope[~self.repeats[scope]]
        if told.verdict == "conflicts" and len(once) < len(scope):
            # A row that prints an award again may be meant to count or not: both are said.
            again = self._judged(
                self.terms(column, once), money, at, place, label, column, rows, once
            )
            if again.verdict == "reconciles":
                said = f"with {len(scope) - len(once)} repeated rows counted once: "
                return replace(again, working=said + again.working)
        return told

    def _scope(self, at: int, label: str) -> Any:
        """Give the rows that a total stands under; what they hold has no say in it.

        A total that names a section or a year is of that, and of no row below where some stand
        above; a subtotal is of the section above it; any other of all rows since the last total of
        its own rank, or of all where none is there.
        """
        named = self._of_section(label, at) + self._of_period(label, at)
        if named and len(named[0]):
            return named[0]
        before = self.counted[self.counted < at]
        totals = [(one - self.rows.first, text) for one, text in self.rows.totals]
        if not len(before):
            later = [one for one, _ in totals if one > at]
            after = self.counted[self.counted > at]
            scope = after[after < min(later, default=len(self.rows.kind))]
            return scope if len(scope) else after
        if _GRAND.search(label):
            return before
        earlier = [one for one in totals if one[0] < at]
        sections = [
            one - self.rows.first for one, _ in self.rows.sections if one - self.rows.first < at
        ]
        if self._is_partial(label):
            ends = [*sections, *(one for one, _ in earlier)]
        else:
            ends = [one for one, text in earlier if not self._is_partial(text)]
        since = before[before > max(ends, default=-1)]
        return since if len(since) else before

    def _is_partial(self, label: str) -> bool:
        """Whether a total is of a part of the list by its own words."""
        names = [name.lower() for _, name in self.rows.sections if len(name) > 3]
        return bool(_SUB.search(label)) or any(name in label.lower() for name in names)

    def _of_section(self, label: str, at: int) -> list[Any]:
        starts = [(one - self.rows.first, name.lower()) for one, name in self.rows.sections]
        for number, (start, name) in enumerate(starts):
            if name and len(name) > 3 and name in label.lower():
                stop = starts[number + 1][0] if number + 1 < len(starts) else at
                stop = stop if stop > start else at
                return [self.counted[(self.counted > start) & (self.counted < stop)]]
        return []

    def _of_period(self, label: str, at: int) -> list[Any]:
        period = find_period(label)[0]
        if period is None:
            return []
        rows = self.counted[self.periods[self.counted] == period.label]
        above = rows[rows < at]
        return [above if len(above) else rows]

    def terms(self, column: int, rows: Any) -> list[Printed | None]:
        """Give the amounts of rows; many plain ones as one sum, since they add exactly."""
        money = self.money[column]
        if len(self.values) > 1 and column in self.values:
            rows = rows[money.state[rows] != BLANK]  # no award in this year or of this kind
        if not len(rows):
            return []
        plain = rows[money.odd[rows] < 0]
        parts: list[Printed | None] = []
        for at in rows[money.odd[rows] >= 0]:
            _, printed, _, kind = money.printed[int(money.odd[at])]
            if printed is not None or kind != "nil":
                parts.append(printed)
            else:
                parts.append(_plain(Fraction(0), Fraction(0)))
        parts[:0] = self._pence(money, plain)
        return parts

    def _pence(self, money: MoneyColumn, plain: Any) -> list[Printed]:
        """Give plain amounts as they are, or many of them as their sum."""
        whole = np.rint(money.value[plain] * 100).astype(np.int64)
        half = Fraction(money.rounded_to or 0, 2)
        if len(plain) > _FEW:
            return [_plain(Fraction(int(whole.sum()), 100), half * len(plain))]
        return [_plain(Fraction(int(one), 100), half) for one in whole]

    def _judged(
        self,
        parts: list[Printed | None],
        money: MoneyColumn,
        at: int,
        place: str,
        label: str,
        column: int,
        rows: str,
        scope: Any,
    ) -> TotalFound:
        token = str(self.sheet.columns[column].iat[self.rows.first + at]).strip()
        if money.odd[at] < 0:
            total: Printed | None = self._pence(money, np.array([at]))[0]
        else:
            total = money.printed[int(money.odd[at])][1]
        name = " ".join(self.header.texts[column].split()) or "amount"
        told = _found(place, label, name, token, rows, _reconcile(parts, total), len(parts))
        return replace(told, positions=tuple(int(one) for one in self.rows.first + scope))

    def _rows_text(self, rows: Any) -> str:
        if not len(rows):
            return "no rows"
        unit = self.sheet.grid.unit.removeprefix("table ")
        numbers = self.sheet.numbers[self.rows.first + rows]
        if len(rows) == 1:
            return f"1 row, {unit} {numbers[0]}"
        return f"{count(len(rows))} rows, {unit}s {numbers[0]} to {numbers[-1]}"


def _plain(value: Fraction, half: Fraction) -> Printed:
    wide = Interval(value - half, value + half)
    return Printed(
        text=decimal_text(value),
        value=value,
        hard=wide,
        soft=wide,
        strict=wide,
        lenient=wide,
        unit="GBP",
    )


def _reconcile(parts: list[Printed | None], total: Printed | None) -> Reconciliation | None:
    if not parts:
        return None
    try:
        return reconcile(parts, total, unit="GBP")
    except PccFundingError:
        return None


def _found(
    place: str,
    label: str,
    column: str,
    token: str,
    rows: str,
    told: Reconciliation | None,
    n_parts: int,
) -> TotalFound:
    if told is None:
        return TotalFound(place, label, column, token, rows, "cannot be told", "no amount to add")
    working = told.working
    if told.verdict != "reconciles" or told.cautions:
        working = f"{working}. {told.text}"
    codes = "; ".join(told.cautions)
    return TotalFound(place, label, column, token, rows, told.verdict, working, codes)


def stated_totals(text: str) -> list[str]:
    """Find the totals of awards that a sentence states; sums of budgets and bids are left.

    Examples
    --------
    >>> stated_totals("A total of £319,918 has been awarded"), stated_totals("Total budget £5m")
    (['£319,918'], [])
    """
    if _NOT_OF_AWARDS.search(text):
        return []
    return [match["amount"].strip() for match in _STATED.finditer(text)]


def section_period(label: str, *, alone: bool = False) -> Any:
    """Give the period that a section label names, if it names a financial year or nothing else.

    `alone` wants nothing else: what a label names beside a year may be a fund.

    Examples
    --------
    >>> section_period("Community Fund 2023-24").label, section_period("Vision 2030 fund")
    ('2023-24', None)
    """
    period, rest = find_period(label)
    if period is None or not re.sub(r"\W+", "", rest):
        return period
    return period if not alone and period in period.financial_years() else None
