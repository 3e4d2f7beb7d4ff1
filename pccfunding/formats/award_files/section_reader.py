"""The awards of one amount column: amounts, kinds of unknown, dates, status, as a frame."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.errors import PeriodError
from pccfunding.formats.award_files.amount_columns import AmountColumn
from pccfunding.formats.award_files.award_status import (
    DECLINED_LOOK,
    DECLINED_UNREAD,
    STATUS_UNREAD,
    cell_says_declined,
    says_declined,
    status_of,
)
from pccfunding.formats.award_files.headings import find_period
from pccfunding.formats.award_files.money_columns import (
    BLANK,
    MARKERS,
    UNREADABLE,
    MoneyColumn,
    kind_of_unknown,
)
from pccfunding.formats.award_files.row_kinds import AWARD, REJECTED
from pccfunding.formats.award_files.stated_totals import section_period
from pccfunding.formats.award_files.table_state import TEXTS, TableState
from pccfunding.formats.award_files.typed_columns import (
    Changes,
    constant,
    read_dates,
    read_periods,
    read_texts,
)
from pccfunding.formats.count_files.printed_periods import heading_is_part, part_under
from pccfunding.periods import Period
from pccfunding.words import count, decimal_text

if TYPE_CHECKING:
    import pandas as pd


_MONEY_WORDS = re.compile(
    r"£|\bgbp\b|\b(?:amounts?|spend|spent|paid|payments?|awards?|grants?|actuals?|budget)\b|[()]",
    re.IGNORECASE,
)
_YEAR_ENDS = re.compile(r"\byears? end", re.IGNORECASE)
_END_OF_YEAR = r"^(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d)$"

OUTSIDE = "outside the period: "  # days of the award itself


class Spans:
    """First and last days of a column of awards, filled from the surest statement down.

    Parameters
    ----------
    size : int
        Number of awards.
    place : callable
        Gives the place of an award.
    """

    def __init__(self, size: int, place: Callable[[int], str], changes: Changes) -> None:
        self.start = np.full(size, "NaT", "datetime64[s]")
        self.end = self.start.copy()
        self.unread = np.zeros(size, bool)
        self.outside = np.full(size, None, dtype=object)  # what a row says against its own year
        self.place, self.changes = place, changes

    def take_period(self, texts: pd.Series[Any], column: str) -> None:
        """Take a column of years or spans."""
        start, end, unread = read_periods(texts, column, self.place, self.changes)
        self._compare(start, end)
        fills = np.isnat(self.start) & np.isnat(self.end)
        self.start[fills], self.end[fills] = start[fills], end[fills]
        self.unread |= unread

    def take_months(self, texts: pd.Series[Any], odd: list[str]) -> list[str]:
        """Take the months or years that stand in a column of dates; gives what is neither."""
        rest = []
        for text in odd:
            try:
                period = Period.parse(text)
            except PeriodError:
                rest.append(text)
            else:
                self.fill(period, (texts == text).to_numpy(dtype=bool))
        return rest

    def take_ends(
        self, starts: pd.Series[Any] | None, ends: pd.Series[Any] | None, names: tuple[str, str]
    ) -> None:
        """Take columns of first and of last days; a month stands for its first or last day."""
        none = np.full(len(self.start), "NaT", "datetime64[s]")
        first = none if starts is None else self._read_end(starts, names[0], "start")
        last = none if ends is None else self._read_end(ends, names[1], "end")
        self._compare(first, last)
        for mine, days in ((self.start, first), (self.end, last)):
            fills = np.isnat(mine)
            mine[fills] = days[fills]
        wrong = np.flatnonzero(self.end < self.start)
        for at in wrong:
            raw = f"{self.start[at]} to {self.end[at]}".replace("T00:00:00", "")
            rule = "ends before it starts; left out"
            self.changes.add(self.place(int(at)), names[1] or names[0], raw, "", rule)
        self.start[wrong] = self.end[wrong] = np.datetime64("NaT")
        self.unread[wrong] = True

    def _compare(self, start: Any, end: Any) -> None:
        """Note the days that lie wholly outside what a surer statement of the row said."""
        for at in np.flatnonzero((start > self.end) | (end < self.start)):
            days = [str(day)[:10] for day in (start[at], end[at]) if not np.isnat(day)]
            self.outside[at] = f"{OUTSIDE}{' to '.join(days)}"

    def _read_end(self, texts: pd.Series[Any], name: str, side: str) -> Any:
        quiet = Changes()
        days, odd, rows = read_dates(texts, name, self.place, quiet)
        dropped = set()
        for text in odd:
            try:
                period = Period.parse(text)
            except PeriodError:
                continue
            same = (texts == text).to_numpy(dtype=bool)
            days[same] = np.datetime64(getattr(period, side), "s")
            rows[same] = False
            dropped.add(text)
        for change in quiet.rows:
            if change["raw"] in dropped:
                value = days[np.flatnonzero((texts == change["raw"]).to_numpy(dtype=bool))[0]]
                change |= {"value": str(value)[:10], "rule": f"{side} of the month or year"}
            self.changes.rows.append(change)
        self.unread |= rows & np.array([any(map(str.isdigit, text)) for text in texts], bool)
        return days

    def fill(self, period: Period | None, rows: Any = None) -> int:
        """Fill what is not yet known and was not misread; gives how many were filled."""
        if period is None:
            return 0
        fills = np.isnat(self.start) & np.isnat(self.end) & ~self.unread
        if rows is not None:
            fills &= rows
        self.start[fills] = np.datetime64(period.start, "s")
        self.end[fills] = np.datetime64(period.end, "s")
        return int(fills.sum())


def period_labels(start: Any, end: Any) -> pd.Series[Any]:
    """Label each pair of days; missing where one of them is."""
    import pandas as pd

    if len(start) and (start == start[0]).all() and (end == end[0]).all():
        return constant(_label(start[0], end[0]), len(start))
    starts, ends = pd.factorize(start), pd.factorize(end)
    codes, distinct = pd.factorize(starts[0] * (len(ends[1]) + 1) + ends[0])
    first = np.zeros(len(distinct), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    labels = [_label(start[at], end[at]) for at in first]
    return pd.Series(labels, dtype="str").take(codes).reset_index(drop=True)


def _label(start: Any, end: Any) -> str | None:
    if np.isnat(start) or np.isnat(end):
        return None
    return Period.of(*(day.astype("datetime64[D]").item() for day in (start, end))).label


# Money and things beside an award, which are never part of its amount.
_BESIDE = {
    "match_funding": re.compile(r"\bmatch(?:ed)?[\s-]*fund", re.IGNORECASE),
    "in_kind": re.compile(r"\bin[\s-]kind\b", re.IGNORECASE),
}


class PartReader:
    """Reads the awards of one amount column of a table."""

    def __init__(self, table: TableState) -> None:
        self.table = table
        self.sheet, self.header, self.rows = table.sheet, table.header, table.rows
        self.of, self.values, self.first = table.of, table.values, table.first
        self.changes, self.context = table.changes, table.context

    def part(self, column: AmountColumn) -> pd.DataFrame:
        """Give the awards of one amount column."""
        import pandas as pd

        money, several = self.table.money[column.position], len(self.values) > 1
        state = money.state[: self.table.size]
        keep = (self.rows.kind == AWARD) | ((self.rows.kind == REJECTED) & (state != UNREADABLE))
        if not several:
            keep = self.rows.kind == AWARD
        for left_out in (self.rows.lone, self.table.wide):
            if left_out:
                keep[np.asarray(left_out) - self.first] = False
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
            return self.table.place(int(at[row]), column)

        data: dict[str, Any] = {"_row": at + self.first}
        data["place"] = self._places(at, column)
        for name in TEXTS:
            if name in self.of:
                texts = taken(self.of[name])
                data[name] = read_texts(
                    texts,
                    self.table.name_of(name),
                    place,
                    self.changes,
                    plain=self.sheet.plain,
                )
        self._foreign(data, taken, place, at)
        self._money(data, money, at, column, place)
        self._unknowns(data, len(at))
        self._dates(data, taken, place, column)
        self._status(data, taken, place, column, len(at))
        if several and column.label and "funding_stream" not in data:
            data["funding_stream"] = constant(column.label, len(at))
        labels = self.table.section_labels()
        if labels is not None:
            data["funder_group"] = pd.Series(labels[at], dtype="str")
        for position in self.table.extras():
            text = taken(position)
            name = self._extra_name(position)
            name = f"{name}_{position + 1}" if name in data else name
            data[name] = text.mask(text == "")
        return pd.DataFrame(data, copy=False)

    def _extra_name(self, position: int) -> str:
        """Name a column of no field of an award: what was spent of it, or what others add."""
        heading = self.header.headings[position]
        if heading.field == "paid" or (heading.is_amount and heading.status == "outturn"):
            return "spent"
        for name, words in _BESIDE.items():
            if words.search(heading.text):
                return name
        return f"printed_{_slug(self.header.texts[position], position)}"

    def _places(self, at: Any, column: AmountColumn) -> Any:
        import pandas as pd

        numbers = pd.Series(self.sheet.numbers[self.first + at]).astype("str")
        unit = self.sheet.grid.unit.removeprefix("table ")
        places = f"{self.sheet.grid.where}{unit} " + numbers
        return places + f", {self.table.column_name(column)}" if len(self.values) > 1 else places

    def _blank_cells(self, blank: Any, column: AmountColumn) -> None:
        for at in np.flatnonzero(blank):
            raw = self.table.raw(int(at))
            place = self.table.place(int(at), column)
            self.table.result.others.append({"place": place, "kind": "no amount here", "raw": raw})

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
            precision = constant("rounded" if money.rounded_to else "exact", size)
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
            "notation": constant("comma" if money.notation == "comma" else None, size),
            "unknown": unknown,
        }
        if size and (each := column.heading.per):
            data["per"] = data["per"].fillna(each)
            where = f"{self.sheet.grid.where}header"
            rule = f"for each {each}, as the header says"
            self.changes.add(where, column.heading.text, column.heading.text, each, rule)
        shared = self.table.shared[at]
        if shared.any():
            data["unknown"] = unknown.mask(shared, "not_held")
        stated = column.heading.pounds or "currency" in self.of
        if not stated and not texts.str.contains("£", regex=False).any() and size:
            self.table.result.assumed.add("unit")
            where = f"{self.sheet.grid.where}header"
            rule = "no unit in the header or the cells; read as pounds"
            self.changes.add(where, column.heading.text, column.heading.text, "GBP", rule)
        if money.rounded_to and size:
            where = f"{self.sheet.grid.where}header"
            rule = "the caller says that the list is rounded"
            nearest = f"to £{count(money.rounded_to)}"
            self.changes.add(where, column.heading.text, column.heading.text, nearest, rule)
        if money.notation == "comma" and size:
            where = f"{self.sheet.grid.where}header"
            rule = "decimals stand after a comma in some cell, so in the whole table"
            self.changes.add(where, column.heading.text, column.heading.text, "comma", rule)

    def _odd(self, money: MoneyColumn, odd: Any, texts: Any, scale: str) -> list[list[str | None]]:
        tokens: list[str | None] = texts.tolist()
        plain = "rounded" if money.rounded_to else "exact"
        size = len(tokens)
        columns: list[list[str | None]] = [tokens, [None] * size, [None] * size, [None] * size]
        columns.append([plain] * size)
        for row in np.flatnonzero(odd >= 0):
            _, printed, _, kind = money.printed[int(odd[row])]
            if printed is None:
                tokens[row], columns[3][row], columns[4][row] = None, kind, "as_printed"
                continue
            if scale:
                tokens[row] = printed.text
            columns[1][row], columns[2][row] = printed.hedge, printed.per
            if printed.hedge is not None:
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
            value = str(printed.hard) if printed.value is None else decimal_text(printed.value)
            said = said or ["suffix or sign read"]
            self.changes.add(where, column.heading.text, text, value, "; ".join(said), n)

    def _unknowns(self, data: dict[str, Any], size: int) -> None:
        """Tell blanks and markers of the statutory fields apart; a marker is never a name."""
        from pccfunding.schemas import STATUTORY

        unpublished = constant("not_held", size)
        for name in TEXTS:
            if name in data and name not in ("award_id", "note"):
                marked = data[name].isin(MARKERS).to_numpy(dtype=bool)
                missing = data[name].isna().to_numpy(dtype=bool)
                if name in STATUTORY and (marked.any() or missing.any()):
                    kinds = np.full(size, None, dtype=object)
                    kinds[missing] = "not_held"
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
        odd: list[str] = []
        if "awarded_on" in self.of:
            name = self.table.name_of("awarded_on")
            days, odd, _ = read_dates(taken(self.of["awarded_on"]), name, place, self.changes)
            data["awarded_on"] = days
        spans = Spans(size, place, self.changes)
        spans.fill(column.period)
        part = self._part_of_year(column)
        if part:
            spans.fill(part[0])
        for name in ("quarter", "financial_year", "period"):
            if name in self.of:
                texts = taken(self.of[name])
                if _YEAR_ENDS.search(self.table.name_of(name)):
                    texts = texts.str.strip().str.replace(
                        _END_OF_YEAR, r"year ending \1", regex=True
                    )
                    texts = texts.str.replace(
                        r"^((?:19|20)\d\d)$", r"year ending March \1", regex=True
                    )
                if name == "quarter":
                    texts = self._quarters(texts, taken)
                elif "quarter" in self.of:
                    texts = texts.where(~spans.unread, "")  # the year of no known quarter
                spans.take_period(texts, self.table.name_of(name))
                if name == "period":
                    self._keep_words(data, texts, spans)
        if "awarded_on" in self.of and odd:
            # "April 2023" under a date is no day, but a period.
            undated = spans.take_months(taken(self.of["awarded_on"]), odd)
            if undated:
                self.table.result.assumed.add("dates")
        ends = [
            taken(self.of[one]) if one in self.of else None
            for one in ("period_start", "period_end")
        ]
        if any(one is not None for one in ends):
            names = [
                self.table.name_of(one) if one in self.of else ""
                for one in ("period_start", "period_end")
            ]
            spans.take_ends(ends[0], ends[1], (names[0], names[1]))
            for texts in ends:
                if texts is not None:
                    self._keep_words(data, texts, spans)
        if spans.outside.astype(bool).any():
            import pandas as pd

            said = pd.Series(spans.outside, dtype="str")
            earlier = data.get("period_note")
            data["period_note"] = said if earlier is None else said.fillna(earlier)
        if spans.unread.any():
            self.table.result.assumed.add("periods")
        if part is None:
            self._default_periods(spans, data["_row"])
        data["period_start"], data["period_end"] = spans.start, spans.end
        data["period"] = period_labels(spans.start, spans.end)

    def _part_of_year(self, column: AmountColumn) -> list[Period] | None:
        """Find the quarter or month that a heading of amounts names under the year of the list.

        None where it names no part; an empty list where its days are not told, so that the year
        of the list is not the period of its amounts.
        """
        if column.period is not None:
            return None
        plain = _MONEY_WORDS.sub(" ", column.heading.text)
        told = self.context.financial_year
        grid = self.sheet.grid
        above = [*self.table.banner, grid.title, grid.name, told.label if told else ""]
        part = part_under(above, " ".join(plain.split()))
        return [] if part is None and heading_is_part(plain) else part

    def _quarters(self, texts: pd.Series[Any], taken: Any) -> pd.Series[Any]:
        """Put the financial year beside the number of a quarter; a quarter is no year."""
        pattern = r"^(?:q(?:uarter|tr)?)?\.?\s*([1-4])$"
        number = texts.str.strip().str.replace(pattern, r"Q\1", case=False, regex=True)
        if "financial_year" in self.of:
            year = taken(self.of["financial_year"]).str.strip()
        else:
            told = self.context.financial_year
            year = constant(told.label if told else "", len(texts))
        told_quarters: pd.Series[Any] = (number + " " + year).where(number != "", "")
        return told_quarters.str.strip()

    def _keep_words(self, data: dict[str, Any], texts: Any, spans: Spans) -> None:
        """Keep what a column of periods says in words, such as a duration."""
        words = np.isnat(spans.start) & np.isnat(spans.end)
        note = texts.str.strip().where(words & (texts.str.strip() != "").to_numpy(dtype=bool))
        earlier = data.get("period_note")
        data["period_note"] = note if earlier is None else earlier.where(earlier.notna(), note)

    def _default_periods(self, spans: Spans, positions: Any) -> None:
        grid = self.sheet.grid
        dated = [(at, label, section_period(label)) for at, label in self.rows.sections]
        dated = [one for one in dated if one[2] is not None]
        for number, (position, label, period) in enumerate(dated):
            if period is not None:
                later = [one[0] for one in dated[number + 1 :]]
                inside = (positions > position) & (positions < min(later, default=self.rows.stop))
                if n := spans.fill(period, inside):
                    where = self.sheet.place(position)
                    self.changes.add(where, "period", label, period.label, "from the section", n)
        if n := spans.fill(self.context.financial_year):
            label = self.context.financial_year.label if self.context.financial_year else ""
            self.changes.add("the call", "period", "financial_year", label, "as the caller says", n)
        found = {find_period(text)[0]: text for text in (*self.table.banner, grid.title, grid.name)}
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
                found = status_of(text)
                read.append(found or default)
                if text.strip():
                    first = place(int(np.flatnonzero(codes == number)[0]))
                    name = self.table.name_of("status")
                    rule = "status" if found else STATUS_UNREAD
                    self.changes.add(first, name, text, found or default, rule)
                    if not found:
                        self.table.result.assumed.add("status")
            data["status"] = pd.Series(read, dtype="str").take(codes).reset_index(drop=True)
        elif not self.context.status and size:
            self._declined(data)
        if not self.context.status and size:
            self._declined_cells(data, taken, place)

    def _declined_cells(self, data: dict[str, Any], taken: Any, place: Any) -> None:
        """Take rows for bids whose note, or a column of no field, says only that; name the rest."""
        import pandas as pd

        beside = {self.of[name] for name in ("note", "purpose") if name in self.of}
        for position in sorted(beside | set(self.table.extras())):
            texts = taken(position)
            if says_declined(header := self.header.texts[position]):
                # "Withdrawn?" with a yes in it.
                texts = texts.mask(texts.str.strip().str.fullmatch(_YES), header.strip("? "))
            looked = texts.str.contains(DECLINED_LOOK, regex=True).to_numpy(dtype=bool)
            rows = np.flatnonzero(looked & data["status"].ne("bid").to_numpy(dtype=bool))
            codes, distinct = pd.factorize(texts.iloc[rows])
            said = [cell_says_declined(str(text).strip()) for text in distinct]
            if "status" in self.of:  # which says it of each row, and may say otherwise
                said = [None if one else one for one in said]
            if position == self.of.get("purpose"):
                said = [bool(one) for one in said]
            declined = np.isin(codes, [at for at, one in enumerate(said) if one])
            marked = np.zeros(len(texts), bool)
            marked[rows[declined]] = True
            data["status"] = data["status"].mask(marked, "bid")
            seen, first, times = np.unique(codes, return_index=True, return_counts=True)
            for number, start, n in zip(seen, first, times, strict=True):
                if said[number] is not False:
                    value, rule = ("bid", _NOT_GIVEN) if said[number] else ("", DECLINED_UNREAD)
                    where = place(int(rows[start]))
                    self.changes.add(where, header, str(distinct[number]), value, rule, int(n))
                    self.table.result.assumed |= set() if said[number] else {"declined"}

    def _declined(self, data: dict[str, Any]) -> None:
        """Take rows under a title such as "Unsuccessful applications" for bids, not awards."""
        titles = [(-1, one) for one in (*self.table.banner, self.sheet.grid.name)]
        titles = [one for one in titles if says_declined(one[1])][:1]
        sections = self.rows.sections
        for number, (position, label) in enumerate([*titles, *sections]):
            if not says_declined(label):
                continue
            later = (
                [one for one, _ in sections[number + 1 - len(titles) :]] if position >= 0 else []
            )
            stop = min(later, default=self.rows.stop)
            inside = (data["_row"] > position) & (data["_row"] < stop)
            if n := int(inside.sum()):
                data["status"] = data["status"].mask(inside, "bid")
                rule = "what stands under such a title was not given; read as bids"
                where = "title" if position < 0 else self.sheet.place(position)
                self.changes.add(where, "status", label, "bid", rule, n)

    def _foreign(self, data: dict[str, Any], taken: Any, place: Any, at: Any) -> None:
        """Note a currency column; amounts that are not pounds are refused later."""
        if "currency" in self.of:
            data["_currency"] = taken(self.of["currency"]).str.strip().str.upper()


_NOT_GIVEN = "what such a cell says was not given; read as a bid"
_YES = r"(?i)y(?:es)?|true|x|✓|✔"


def _slug(text: str, position: int) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or f"column_{position + 1}"
