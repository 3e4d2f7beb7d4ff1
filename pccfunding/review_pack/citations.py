"""From a number to what it came from: the links of a page."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from pccfunding.measures.people import latest_vintage, mid_year_rows
from pccfunding.periods import Period
from pccfunding.review_pack.blocks import Link, Source
from pccfunding.review_pack.register import Entry, Register
from pccfunding.words import day_words, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.record import Record


class Citations:
    """Links from numbers to the register, and from there to sources in reading order."""

    def __init__(self, found: Record) -> None:
        self._cited = found.tables["sources"].to_dict("records")
        self._number = {row["source_id"]: place for place, row in enumerate(self._cited, start=1)}
        self._titles = {row["source_id"]: row["title"] for row in self._cited}
        self.register = Register(found.evidence)
        people = found.evidence.population
        self._people = latest_vintage(people).query("area_code == @found.area.code")
        crime = found.crime
        self._crime = {
            (
                row["offence"],
                f"{row['period_start']:%Y-%m-%d}",
                f"{row['period_end']:%Y-%m-%d}",
            ): row
            for row in crime[crime["area_code"] == found.area.code].to_dict("records")
        }
        self._index = found.evidence.deflator
        self._area = found.area

    def link(self, figure_id: str) -> Link:
        """Link a figure to its entry in the register."""
        return _to(self.register.printed(figure_id))

    def links(self, keys: Iterable[Any]) -> list[Any]:
        """Link several numbers, printed ones by figure id; what is missing is left out."""
        shown: list[Any] = []
        for key in keys:
            if isinstance(key, str):
                shown += [*([", "] if shown else []), self.key_link(key)]
        return shown

    def cells(self, rows: Iterable[Iterable[Any]]) -> list[Any]:
        """Give the links of each row of a table, as `links` gives those of one."""
        return [self.links(keys) for keys in rows]

    def key_link(self, key: str) -> Link:
        """Link a number that is in the register, or a figure that comes to be."""
        return _to(self.register[key]) if key in self.register else self.link(key)

    def place(self, figure_id: str) -> list[Any]:
        """Link a figure to its entry, with its place in the source."""
        entry = self.register.printed(figure_id)
        return [_to(entry), f" {entry.locator}"]

    def token(self, figure_id: str) -> str:
        """The figure as printed, or why there is none."""
        return self.register.printed(figure_id).token

    def source_link(self, source_id: str) -> Link:
        """Link to a source, with the beginning of its title."""
        title = shorten(self._titles[source_id], 50, placeholder="\N{HORIZONTAL ELLIPSIS}")
        title = f"[{self._number[source_id]}] {title}"
        return Link(title, f"#source-{source_id}")

    def derived(self, key: str, **how: Any) -> Link:
        """Enter a derived number and link to its working."""
        return _to(self.register.derived(key, **how))

    def tally(self, key: str, what: str, shown: str, counted: str) -> Link:
        """Enter numbers that count rows of this pack's own tables."""
        return self.derived(f"tally:{key}", what=what, shown=shown, working=f"Rows of {counted}.")

    def said(self, key: str, what: str, words: str, counted: str) -> list[Any]:
        """Say a sentence whose numbers count rows of this pack's tables, with the link to them."""
        link = self.tally(key, what, words, counted)
        return [words.removesuffix("."), " (", link, ")."]

    def persons(self, start: pd.Timestamp, end: pd.Timestamp) -> str:
        """Enter the residents of the area on the mid-year inside a period; give the key."""
        row = mid_year_rows(self._people, Period.of(start, end)).iloc[-1]
        day = row["reference_date"]
        return self.register.statistic(
            f"population/{self._area.code}/{day:%Y-%m-%d}",
            what=f"Residents of {self._area.name}, {day_words(day)}",
            value=row["persons"],
            unit="persons",
            source_id=row["source_id"],
            locator=f"Mid-year estimate {day.year}, vintage {row['vintage']}",
        ).key

    def residents_of(self, area: str, persons: float, source_id: str, span: Period) -> str:
        """Enter the residents of a district or another area; give the key."""
        return self.register.statistic(
            f"population/{area}/{span.label}",
            what=f"Residents of {area}, the mid-year of {span.words}",
            value=persons,
            unit="persons",
            source_id=source_id,
            locator="Mid-year estimate",
        ).key

    def street(self, area: str, kind: str, span: Period, records: int, source_id: str) -> str:
        """Enter a count of street records; give the key."""
        return self.register.statistic(
            f"street_crime/{area}/{kind}/{span.label}",
            what=f"Street records, {kind}, {area}, {span.words}",
            value=records,
            unit="records",
            source_id=source_id,
            locator="Street-level crime, sum over months",
        ).key

    def price_index(self, financial_year: str) -> str:
        """Enter the price index of a financial year; give the key."""
        row = self._index[self._index["financial_year"] == financial_year].iloc[0]
        return self.register.statistic(
            f"deflator/{financial_year}",
            what=f"GDP deflator, {financial_year}",
            value=row["price_index"],
            unit="index",
            source_id=row["source_id"],
            locator="Mean of four quarters" if row["derived"] else "Series YBGB",
        ).key

    def offences(self, classes: str, period: str) -> list[str]:
        """Enter the counts of each offence class of the area in a period; give the keys."""
        span = Period.parse(period)
        return [self._count(name, span) for name in classes.split(" + ")]

    def _count(self, offence: str, span: Period) -> str:
        row = self._crime[(offence, str(span.start), str(span.end))]
        return self.register.statistic(
            f"recorded_crime/{self._area.code}/{offence}/{span.label}",
            what=f"{offence}, {self._area.name}, {span.words}",
            value=row["offences"],
            unit="offences",
            source_id=row["source_id"],
            locator=row["release"],
        ).key

    def counts_of_others(
        self, crime: pd.DataFrame, classes: str, span: Period, areas: int, count: int
    ) -> str:
        """Enter the count of the other police force areas together; give the key."""
        rows = crime[
            crime["offence"].isin(classes.split(" + "))
            & crime["period_start"].eq(str(span.start))
            & crime["period_end"].eq(str(span.end))
        ]
        place = f"the {areas} other police force areas"
        return self.register.statistic(
            f"recorded_crime/{place}/{classes}/{span.label}",
            what=f"{classes}, {place}, {span.words}",
            value=count,
            unit="offences",
            source_id=rows["source_id"].iloc[-1],
            locator=f"{rows['release'].iloc[-1]}; sum over areas",
        ).key

    def sources(self) -> list[Source]:
        """Every source of the page, in order."""
        return [
            Source(
                id=row["source_id"],
                title=row["title"],
                publisher=row["publisher"],
                published=_date(row["published_on"]),
                href=_text(row["url"]) or _text(row["copy_url"]),
                licence=row["licence"],
                note=_tokens(row["tokens"]),
            )
            for row in self._cited
        ]


def _to(entry: Entry) -> Link:
    return Link(entry.label, f"#{entry.anchor}")


def _date(value: Any) -> str:
    return "" if is_missing(value) else day_words(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _tokens(value: Any) -> str:
    return f"Figures: {value}." if isinstance(value, str) else ""
