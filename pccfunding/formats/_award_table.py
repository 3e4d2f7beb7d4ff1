"""One table of a sheet, from its header to its last row, as awards and everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.formats._amount_columns import AmountColumn, Amounts, choose_amounts
from pccfunding.formats._award_periods import Spans, period_labels
from pccfunding.formats._award_totals import TotalFound, TotalsReader, section_period, stated_totals
from pccfunding.formats._cells import Changes, constant, read_dates, read_texts
from pccfunding.formats._money import (
    BLANK,
    MARKER,
    MARKERS,
    PLAIN_AMOUNT,
    UNREADABLE,
    MoneyColumn,
    kind_of_unknown,
    read_money,
)
from pccfunding.formats._repeats import first_printings
from pccfunding.formats._rows import AWARD, REJECTED, Rows, sort_rows
from pccfunding.formats._sheets import Header, Sheet
from pccfunding.periods import Period

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Context", "TableRead", "read_table"]

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
# Who got it, what for, on which conditions and why: what the law asks to be published.
STATUTORY = ("recipient", "purpose", "conditions", "reasons")
_STATUS_WORDS = (
    (
        r"\b(?:declin|refus|reject|unsuccessful|not (?:funded|approved|supported|awarded)|withdr)",
        "bid",
    ),
    (r"\b(?:pending|deferred|applied|under review|received)", "bid"),
    (r"\b(?:paid|spent|actual|outturn|complete)", "outturn"),
    (r"\bbudget", "budget"),
    (r"\balloca", "allocation"),
    (r"\b(?:award|approv|agreed|success|funded|grant|accept|supported|active|offered)", "award"),
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
    """What one table gave; its rows are those of the frame, the rejected and the others."""

    frame: pd.DataFrame
    stop: int
    rejected: list[dict[str, object]] = field(default_factory=list)
    totals: list[TotalFound] = field(default_factory=list)
    others: list[dict[str, object]] = field(default_factory=list)
    assumed: set[str] = field(default_factory=set)
    fields: tuple[str, ...] = ()
    unknown_headers: tuple[str, ...] = ()


def read_table(
    sheet: Sheet, header: Header, context: Context, changes: Changes, banner: list[str]
) -> TableRead:
    """Read the table below a header."""
    return _TableReader(sheet, header, context, changes, banner).read()


class _TableReader:
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
        self.money: dict[int, MoneyColumn] = {}
        for position in (*self.values, *self.amounts.totals):
            texts = self.sheet.columns[position].iloc[self.first :].reset_index(drop=True)
            self.money[position] = read_money(texts, header.headings[position].scale)
        money = [self.money[position] for position in self.values]
        self.rows: Rows = sort_rows(self.sheet, header, self.first, self.amounts, money)
        self.size = self.rows.stop - self.first
        self.shared = self.shared[: self.size]
        self.result = TableRead(_empty(), self.rows.stop)
        self.of: dict[str, int] = {}
        for position, heading in enumerate(header.headings):
            if heading.field and position not in self.money and position not in self.amounts.left:
                self.of.setdefault(heading.field, position)
        if "purpose" not in self.of and "title" in self.of:
            self.of["purpose"] = self.of["title"]
        self.of.pop("title", None)

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

    def read(self) -> TableRead:
        self._note_header()
        repeats = np.zeros(self.size, bool)
        parts = [self._part(one) for one in self.amounts.columns]
        frame = self._together(parts)
        if len(parts) == 1 and (self.rows.totals or self.rows.lone):
            first = first_printings(frame)
            again = np.flatnonzero(first >= 0)
            repeats[frame["_row"].to_numpy()[again] - self.first] = True
        self._totals(repeats)
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

    def _part(self, column: AmountColumn) -> pd.DataFrame:
        """Give the awards of one amount column."""
        import pandas as pd

        money, several = self.money[column.position], len(self.values) > 1
        state = money.state[: self.size]
        keep = (self.rows.kind == AWARD) | ((self.rows.kind == REJECTED) & (state != UNREADABLE))
        if not several:
            keep = self.rows.kind == AWARD
        if self.rows.lone:
            keep[np.asarray(self.rows.lone) - self.first] = False
        if several:
            blank = keep & (state == BLANK)
            self._blank_cells(blank, column)
            keep &= ~blank
        whole = bool(keep.all())
        at = np.flatnonzero(keep)

        def taken(position: int) -> pd.Series[Any]:
            texts = self.sheet.columns[position].iloc[self.first : self.rows.stop]
            return (texts if whole else texts.iloc[at]).reset_index(drop=True)

        def place(row: int) -> str:
            return self._place(int(at[row]), column)

        data: dict[str, Any] = {"_row": at + self.first}
        data["place"] = self._places(at, column)
        for name in TEXTS:
            if name in self.of:
                texts = taken(self.of[name])
                data[name] = read_texts(
                    texts, self._name(name), place, self.changes, plain=self.sheet.plain
                )
        self._foreign(data, taken, place, at)
        self._money(data, money, at, column, place)
        self._unknowns(data, len(at))
        self._dates(data, taken, place, column)
        self._status(data, taken, place, column, len(at))
        if several and column.label and "funding_stream" not in data:
            data["funding_stream"] = constant(column.label, len(at))
        labels = self._sections()
        if labels is not None:
            data["funder_group"] = pd.Series(labels[at], dtype="str")
        for position in self._extras():
            text = taken(position)
            data[f"printed_{_slug(self.header.texts[position], position)}"] = text.mask(text == "")
        return pd.DataFrame(data, copy=False)

    def _name(self, field_name: str) -> str:
        return self.header.texts[self.of[field_name]]

    def _place(self, at: int, column: AmountColumn) -> str:
        where = self.sheet.place(self.first + at)
        if len(self.values) > 1:
            where += f", column {column.heading.text!r}"
        return where

    def _places(self, at: Any, column: AmountColumn) -> Any:
        import pandas as pd

        numbers = pd.Series(self.sheet.numbers[self.first + at]).astype("str")
        unit = self.sheet.grid.unit.removeprefix("table ")
        places = f"{self.sheet.grid.where}{unit} " + numbers
        return places + f", column {column.heading.text!r}" if len(self.values) > 1 else places

    def _blank_cells(self, blank: Any, column: AmountColumn) -> None:
        for at in np.flatnonzero(blank):
            raw = self._raw(int(at))
            place = self._place(int(at), column)
            self.result.others.append({"place": place, "kind": "no amount here", "raw": raw})

    def _raw(self, at: int) -> str:
        cells = (" ".join(cell.split()) for cell in self.sheet.row(self.first + at))
        return " | ".join(cell for cell in cells if cell)[:500]

    def _money(
        self, data: dict[str, Any], money: MoneyColumn, at: Any, column: AmountColumn, place: Any
    ) -> None:
        import pandas as pd

        texts = self.sheet.columns[column.position].iloc[self.first + at].reset_index(drop=True)
        texts = texts.str.strip() if money.state[at].any() else texts
        odd, scale, size = money.odd[at], column.heading.scale, len(at)
        if not scale and not (odd >= 0).any():
            token = texts.str.strip()
            hedge = per = unknown = constant(None, size)
            precision = constant("exact" if money.exact else "as_printed", size)
        else:
            columns = self._odd(money, odd, texts, scale)
            token, hedge, per, unknown, precision = (pd.Series(one, dtype="str") for one in columns)
            self._note_odd(money, odd, column, place)
        data |= {
            "token": token,
            "unit": constant("GBP", size),
            "amount_gbp": money.value[at],
            "amount_low_gbp": money.low[at],
            "amount_high_gbp": money.high[at],
            "hedge": hedge,
            "per": per,
            "precision": precision,
            "unknown": unknown,
        }
        shared = self.shared[at]
        if shared.any():
            data["unknown"] = unknown.mask(shared, "not_published")
        stated = column.heading.pounds or "currency" in self.of
        if not stated and not texts.str.contains("£", regex=False).any() and size:
            self.result.assumed.add("unit")
            where = f"{self.sheet.grid.where}header"
            rule = "no unit in the header or the cells; read as pounds"
            self.changes.add(where, column.heading.text, column.heading.text, "GBP", rule)
        if money.exact and size:
            where = f"{self.sheet.grid.where}header"
            rule = "the column is written to the pound, so its trailing zeros are meant"
            self.changes.add(where, column.heading.text, column.heading.text, "exact", rule)

    def _odd(self, money: MoneyColumn, odd: Any, texts: Any, scale: str) -> list[list[str | None]]:
        tokens: list[str | None] = texts.tolist()
        plain = "exact" if money.exact else "as_printed"
        columns: list[list[str | None]] = [tokens, *([None] * len(tokens) for _ in range(3))]
        columns.append([plain] * len(tokens))
        for row in np.flatnonzero(odd >= 0):
            _, printed, _, kind = money.printed[int(odd[row])]
            if printed is None:
                tokens[row], columns[3][row], columns[4][row] = None, kind, "as_printed"
                continue
            if scale:
                tokens[row] = printed.text
            columns[1][row], columns[2][row] = printed.hedge, printed.per
            fine = printed.resolution is not None and printed.resolution <= 1
            if not (money.exact and printed.hedge is None and fine):
                columns[4][row] = "as_printed"
        return columns

    def _note_odd(self, money: MoneyColumn, odd: Any, column: AmountColumn, place: Any) -> None:
        counts = np.bincount(odd[odd >= 0], minlength=len(money.printed))
        if not counts.any():
            return
        first = np.full(len(money.printed), -1, np.int64)
        rows = np.flatnonzero(odd >= 0)[::-1]
        first[odd[rows]] = rows
        for number, (text, printed, _, kind) in enumerate(money.printed):
            if not counts[number] or not text.strip():
                continue
            where, n = place(int(first[number])), int(counts[number])
            if printed is None:
                self.changes.add(
                    where, column.heading.text, text, kind, "no amount: a kind of unknown", n
                )
                continue
            said = [flag.replace("_", " ") for flag in printed.flags if flag != "vacuous_precision"]
            if printed.hedge:
                said.insert(0, f"hedge: {printed.hedge.replace('_', ' ')}")
            if column.heading.scale:
                said.append(f"in {column.heading.scale}s, as the header says")
            if printed.per:
                said.append(f"for each {printed.per}")
            value = str(printed.hard) if printed.value is None else f"{float(printed.value):.2f}"
            said = said or ["suffix or sign read"]
            self.changes.add(where, column.heading.text, text, value, "; ".join(said), n)

    def _unknowns(self, data: dict[str, Any], size: int) -> None:
        """Tell blanks and markers of the statutory fields apart; a marker is never a name."""
        unpublished = constant("not_published", size)
        for name in TEXTS:
            if name in data and name not in ("award_id", "note"):
                marked = data[name].isin(MARKERS).to_numpy(dtype=bool)
                missing = data[name].isna().to_numpy(dtype=bool)
                if name in STATUTORY and (marked.any() or missing.any()):
                    kinds = np.full(size, None, dtype=object)
                    kinds[missing] = "not_published"
                    for row in np.flatnonzero(marked):
                        kinds[row] = kind_of_unknown(str(data[name].iat[row]))
                    import pandas as pd

                    data[f"{name}_unknown"] = pd.Series(kinds, dtype="str")
                if marked.any():
                    data[name] = data[name].mask(marked)
            elif name in STATUTORY and name not in data:
                data[f"{name}_unknown"] = unpublished

    def _dates(self, data: dict[str, Any], taken: Any, place: Any, column: AmountColumn) -> None:
        size = len(data["_row"])
        if "awarded_on" in self.of:
            name = self._name("awarded_on")
            days, odd, _ = read_dates(taken(self.of["awarded_on"]), name, place, self.changes)
            data["awarded_on"] = days
            if odd:
                self.result.assumed.add("dates")
        spans = Spans(size, place, self.changes)
        spans.fill(column.period)
        for name in ("financial_year", "period"):
            if name in self.of:
                texts = taken(self.of[name])
                spans.take_period(texts, self._name(name))
                if name == "period":
                    self._keep_words(data, texts, spans)
        ends = [
            taken(self.of[one]) if one in self.of else None
            for one in ("period_start", "period_end")
        ]
        if any(one is not None for one in ends):
            names = [
                self._name(one) if one in self.of else "" for one in ("period_start", "period_end")
            ]
            spans.take_ends(ends[0], ends[1], (names[0], names[1]))
            for texts in ends:
                if texts is not None:
                    self._keep_words(data, texts, spans)
        if spans.unread.any():
            self.result.assumed.add("periods")
        self._default_periods(spans, data["_row"])
        data["period_start"], data["period_end"] = spans.start, spans.end
        data["period"] = period_labels(spans.start, spans.end)

    def _keep_words(self, data: dict[str, Any], texts: Any, spans: Spans) -> None:
        """Keep what a column of periods says in words, such as a duration."""
        words = np.isnat(spans.start) & np.isnat(spans.end)
        note = texts.str.strip().where(words & (texts.str.strip() != "").to_numpy(dtype=bool))
        earlier = data.get("period_note")
        data["period_note"] = note if earlier is None else earlier.fillna(note)

    def _default_periods(self, spans: Spans, positions: Any) -> None:
        grid = self.sheet.grid
        for number, (position, label) in enumerate(self.rows.sections):
            period = section_period(label)
            if period is not None:
                later = [one for one, _ in self.rows.sections[number + 1 :]]
                inside = (positions > position) & (positions < min(later, default=self.rows.stop))
                if n := spans.fill(period, inside):
                    where = self.sheet.place(position)
                    self.changes.add(where, "period", label, period.label, "from the section", n)
        if n := spans.fill(self.context.financial_year):
            label = self.context.financial_year.label if self.context.financial_year else ""
            self.changes.add("the call", "period", "financial_year", label, "as the caller says", n)
        from pccfunding.formats._headers import find_period

        found = {find_period(text)[0]: text for text in (*self.banner, grid.title, grid.name)}
        found.pop(None, None)
        if len(found) == 1:
            [(period, text)] = found.items()
            if period is not None and (n := spans.fill(period)):
                where = f"{grid.where}banner"
                self.changes.add(where, "period", text, period.label, "from the banner or title", n)

    def _status(
        self, data: dict[str, Any], taken: Any, place: Any, column: AmountColumn, size: int
    ) -> None:
        import pandas as pd

        default = self.context.status or column.heading.status or "award"
        if not self.context.status and not column.heading.status and size:
            self.changes.add(
                "whole file", "status", "", "award", "no word of status; read as awards"
            )
        data["status"] = constant(default, size)
        data["flow"] = constant(self.context.flow, size)
        if "status" in self.of:
            codes, distinct = pd.factorize(taken(self.of["status"]))
            read = []
            for number, text in enumerate(map(str, distinct)):
                found = next(
                    (to for word, to in _STATUS_WORDS if re.search(word, text, re.I)), default
                )
                read.append(found)
                if text.strip():
                    first = int(np.flatnonzero(codes == number)[0])
                    self.changes.add(place(first), self._name("status"), text, found, "status")
            data["status"] = pd.Series(read, dtype="str").take(codes).reset_index(drop=True)

    def _foreign(self, data: dict[str, Any], taken: Any, place: Any, at: Any) -> None:
        """Note a currency column; amounts that are not pounds are refused later."""
        if "currency" in self.of:
            data["_currency"] = taken(self.of["currency"]).str.strip().str.upper()

    def _sections(self) -> Any:
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

    def _extras(self) -> list[int]:
        used = {*self.of.values(), *self.values, *self.amounts.totals}
        return [
            position
            for position, heading in enumerate(self.header.headings)
            if position not in used
            and (self.sheet.columns[position].iloc[self.first : self.rows.stop] != "").any()
        ]

    def _together(self, parts: list[pd.DataFrame]) -> pd.DataFrame:
        import pandas as pd

        if not parts:
            return _empty()
        if len(parts) == 1:
            return parts[0]
        joined = pd.concat([one for one in parts if len(one)] or parts[:1], ignore_index=True)
        return joined.sort_values("_row", kind="stable", ignore_index=True)

    def _totals(self, repeats: Any) -> None:
        money = {
            position: self.money[position] for position in (*self.values, *self.amounts.totals)
        }
        reader = TotalsReader(
            self.sheet, self.header, self.rows, money, self.values, repeats, self.shared
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
        for position in {one.place: one for one in lone}:
            self.result.others.append({"place": position, "kind": "total", "raw": ""})
        found += reader.row_totals(self.amounts.totals)
        for place, text in self._sentences():
            found += [reader.against_all(text, token, place) for token in stated_totals(text)]
        self.result.totals = found
        self._rejected(reader)

    def _sentences(self) -> list[tuple[str, str]]:
        where = f"{self.sheet.grid.where}banner"
        notes = [
            (self.sheet.place(position), self._raw(position - self.first))
            for position, kind in self.rows.others
            if kind in ("note", "section")
        ]
        return [(where, text) for text in self.banner] + notes

    def _rejected(self, reader: TotalsReader) -> None:
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
            if (money.state[inside] < MARKER).all():
                left = round(float(money.value[row] - money.value[inside].sum()), 2)
                return f"The printed total leaves {left:,.2f} for this row; ask the publisher."
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
                "place": self._place(at, column),
                "column": column.heading.text,
                "raw": raw,
                "reason": reason,
                "suggestion": suggestion,
            }
        )

    def _others(self) -> None:
        for position, kind in self.rows.others:
            raw = self._raw(position - self.first)
            place = self.sheet.place(position)
            self.result.others.append({"place": place, "kind": kind, "raw": raw})


def _slug(text: str, position: int) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or f"column_{position + 1}"


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"_row": np.zeros(0, np.int64)})
