"""Reading one table of awards: its rows as awards, totals, rejected rows and others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import TableError
from pccfunding.formats.award_files.amount_columns import AmountColumn
from pccfunding.formats.award_files.award_repeats import first_printings
from pccfunding.formats.award_files.headings import ANOTHER_CURRENCY
from pccfunding.formats.award_files.money_columns import PLAIN_AMOUNT
from pccfunding.formats.award_files.section_reader import PartReader
from pccfunding.formats.award_files.sheets import Header, Sheet
from pccfunding.formats.award_files.stated_totals import TotalFound, TotalsReader, stated_totals
from pccfunding.formats.award_files.table_state import Context, TableRead, TableState
from pccfunding.formats.award_files.typed_columns import Changes
from pccfunding.frames.tables import put_together
from pccfunding.words import quantity

if TYPE_CHECKING:
    import pandas as pd

# Places of more awards than a person would look up are not listed.
_MOST_PARTS = 5_000


_NOTES, _LONGEST_NOTE = 50, 300
_UNIT_TOLD = re.compile(
    r"\b(?:amounts?|figures?|values?|sums?|all|shown|expressed|stated|numbers)\b[^.]{0,40}?\bin\s"
    r"(?:£\s?)?(['’]?000['’]?s?|thousands?|k|millions?|m|billions?|bn)\b"
    r"|(?:^\W*|[(\[,;:]\s?)£\s?(['’]?000['’]?s?|thousands?|k|millions?|m|billions?|bn)\W*$",
    re.IGNORECASE,
)


_FOREIGN_TOLD = re.compile(
    r"\bin (?:€|euros?|EUR|US dollars|dollars|USD)(?:\W|$)|\((?:€|EUR|\$|USD)\)"
    r"|^\W*(?:€|EUR|USD)\W*$",
    re.IGNORECASE,
)
_PER_TOLD = re.compile(
    r"\b(?:amounts?|figures?|values?|sums?|all|costs?)\b[^.]{0,40}?"
    r"(?:\b(?:per|each|a)\s(?P<noun>month|quarter|week)|\b(?P<adverb>month|quarter|week)ly)\b",
    re.IGNORECASE,
)
_SCALE_OF = dict.fromkeys("m", "million") | dict.fromkeys("b", "billion")
_SCALE_OF |= dict.fromkeys("'’0tk", "thousand")


def scaled_header(sheet: Sheet, header: Header, banner: list[str], changes: Changes) -> Header:
    """Take the unit of the amounts from a title or note, where no heading of theirs says one.

    Raises
    ------
    TableError
        If they are in another currency.
    """
    told = [one for one in header.headings if one.is_amount]
    if any(one.scale or one.per for one in told):
        return header
    notes = [
        cells[0]
        for position in range(max(header.bottom + 1, sheet.height - _NOTES), sheet.height)
        if len(cells := [cell for cell in sheet.row(position) if cell.strip()]) == 1
    ]
    where = f"{sheet.grid.where}title or note"
    for text in [*banner, *notes]:
        if _FOREIGN_TOLD.search(text[:_LONGEST_NOTE]) and not any(one.pounds for one in told):
            raise TableError(
                f"{where}: {text[:60]!r} says that the amounts are in {ANOTHER_CURRENCY}. Convert "
                f"them at a stated rate and date first."
            )
        if found := _PER_TOLD.search(text[:_LONGEST_NOTE]):
            each = (found["noun"] or found["adverb"]).lower()
            changes.add(where, "unit", text[:_LONGEST_NOTE], each, f"for each {each}")
            return _with(header, per=each)
        if found := _UNIT_TOLD.search(text[:_LONGEST_NOTE]):
            scale = _SCALE_OF[(found[1] or found[2]).lower()[0]]
            changes.add(where, "unit", text[:_LONGEST_NOTE], scale, "unit of all amounts")
            return _with(header, scale=scale, pounds=True)
    return header


def _with(header: Header, **said: Any) -> Header:
    """Say something more of every heading of amounts."""
    headings = (replace(one, **said) if one.is_amount else one for one in header.headings)
    return replace(header, headings=tuple(headings))


def read_table(
    sheet: Sheet, header: Header, context: Context, changes: Changes, banner: list[str]
) -> TableRead:
    """Read the table below a header."""
    return _TableReader(sheet, header, context, changes, banner).read()


class _TableReader(TableState):
    def read(self) -> TableRead:
        self._note_header()
        repeats = np.zeros(self.size, bool)
        parts = [PartReader(self).part(one) for one in self.amounts.columns]
        frame = self._together(parts)
        if len(parts) == 1 and (self.rows.totals or self.rows.lone):
            first = first_printings(frame)
            again = np.flatnonzero(first >= 0)
            repeats[frame["_row"].to_numpy()[again] - self.first] = True
        periods = np.full(self.size, None, dtype=object)
        if len(parts) == 1 and self.rows.totals:
            periods[frame["_row"].to_numpy() - self.first] = frame["period"].to_numpy(dtype=object)
        self._totals(repeats, periods)
        self._others()
        self.result.frame = frame
        self.result.fields = tuple(self.of)
        return self.result

    def _note_header(self) -> None:
        where = f"{self.sheet.grid.where}header"
        used = {*self.of.values(), *self.values, *self.amounts.totals}
        for position, heading in enumerate(self.header.headings):
            if position in used and heading.text:
                name = self._field_name(position)
                rule = "header"
                if heading.near:
                    rule = f"header spelt nearly as {heading.near!r}"
                if heading.scale:
                    rule += f"; unit: {heading.scale}s of pounds"
                if heading.period is not None and position in self.values:
                    rule += f"; period {heading.period.label}"
                self.changes.add(where, heading.text, heading.text, name, rule)
        if self.amounts.rule:
            names = ", ".join(self.header.texts[one] for one in self.values)
            self.changes.add(where, "amount", names, "", self.amounts.rule)
        if self.header.section:
            self.changes.add(
                where, "", self.header.section, "section", "a section label printed in the header"
            )

    def _field_name(self, position: int) -> str:
        if position in self.values:
            return "amount_gbp"
        if position in self.amounts.totals:
            return "total of the row"
        return next(name for name, one in self.of.items() if one == position)

    def _together(self, parts: list[pd.DataFrame]) -> pd.DataFrame:
        if not parts:
            return self.result.frame
        if len(parts) == 1:
            return parts[0]
        joined = put_together(parts)
        return joined.sort_values("_row", kind="stable", ignore_index=True)

    def _totals(self, repeats: Any, periods: Any) -> None:
        money = {
            position: self.money[position] for position in (*self.values, *self.amounts.totals)
        }
        reader = TotalsReader(
            self.sheet, self.header, self.rows, money, self.values, repeats, self.shared, periods
        )
        found = reader.column_totals()
        lone, rest = reader.lone_totals()
        found += lone
        for position in rest:
            self._reject(
                position,
                self.amounts.columns[0],
                "an amount without a recipient or purpose",
                "If it is a total, it does not add up from the rows above it.",
            )
        for place in dict.fromkeys(one.place for one in lone):
            token = next(one.token for one in lone if one.place == place)
            self.result.others.append({"place": place, "kind": "total", "raw": token})
        found += reader.row_totals(self.amounts.totals)
        for place, text in self._sentences():
            found += [reader.against_all(text, token, place) for token in stated_totals(text)]
        self.result.totals = [replace(one, parts=self._parts(one)) for one in found]
        self._rejected(reader)

    def _parts(self, total: TotalFound) -> str:
        """Name the places of the awards that a total adds up; of very long lists none."""
        texts = self.header.texts
        columns = self.amounts.columns
        if total.label != "row total":
            own = [one for one in columns if " ".join(texts[one.position].split()) == total.column]
            columns = tuple(own) or columns
        if len(total.positions) * len(columns) > _MOST_PARTS:
            return ""
        places = [
            self.place(position - self.first, column)
            for position in total.positions
            for column in columns
        ]
        return "; ".join(places)

    def _sentences(self) -> list[tuple[str, str]]:
        where = f"{self.sheet.grid.where}banner"
        notes = [
            (self.sheet.place(position), self.raw(position - self.first))
            for position, kind in self.rows.others
            if kind in ("note", "section")
        ]
        return [(where, text) for text in self.banner] + notes

    def _rejected(self, reader: TotalsReader) -> None:
        for position in self.wide:
            self.result.rejected.append(
                {
                    "place": self.sheet.place(position),
                    "column": "row",
                    "raw": self.sheet.grid.delimiter.join(map(str, self.sheet.grid.rows[position])),
                    "reason": self.shape.wide[position].reason,
                    "suggestion": self.shape.wide[position].suggestion,
                }
            )
        self.result.assumed.update(self.shape.cautions)
        self.result.told += self.shape.told(self.sheet.grid.where)
        for position, number, _ in self.rows.rejected:
            column = self.amounts.columns[number]
            money = self.money[column.position]
            text, _, reason, _ = money.printed[int(money.odd[position - self.first])]
            self._reject(position, column, reason, self._remainder(reader, position, column), text)

    def _remainder(self, reader: TotalsReader, position: int, column: AmountColumn) -> str:
        """Suggest what a printed total leaves for the one row that cannot be read."""
        if len(self.rows.rejected) != 1:
            return "Correct it at the source, or leave it out."
        money, at = self.money[column.position], position - self.first
        for total, _ in self.rows.totals:
            row = total - self.first
            if money.state[row] != PLAIN_AMOUNT:
                continue
            others = reader.counted[reader.counted != at]
            inside = others[others < row] if row > at else others
            left = round(float(money.value[row] - money.value[inside].sum()), 2)
            if (money.state[inside] == PLAIN_AMOUNT).all() and left > 0:
                said = quantity(left, places=2)
                return f"The printed total leaves {said} for this row; ask the publisher."
        return "Correct it at the source, or leave it out."

    def _reject(
        self,
        position: int,
        column: AmountColumn,
        reason: str,
        suggestion: str,
        raw: str | None = None,
    ) -> None:
        at = position - self.first
        if raw is None:
            raw = str(self.sheet.columns[column.position].iat[position])
        self.result.rejected.append(
            {
                "place": self.place(at, column),
                "column": column.heading.text,
                "raw": raw,
                "reason": reason,
                "suggestion": suggestion,
            }
        )

    def _others(self) -> None:
        for position, kind in self.rows.others:
            raw = self.raw(position - self.first)
            place = self.sheet.place(position)
            self.result.others.append({"place": place, "kind": kind, "raw": raw})
