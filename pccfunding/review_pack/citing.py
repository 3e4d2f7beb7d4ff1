"""From a figure to its place in a source: the links of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.parts import Link, Source

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review

__all__ = ["Citations"]


class Citations:
    """Links from figures to the sources at the end of the page, numbered in reading order."""

    def __init__(self, found: Review) -> None:
        self._cited = found.tables["sources"].to_dict("records")
        self._number = {row["source_id"]: place for place, row in enumerate(self._cited, start=1)}
        figures = found.evidence.figures
        self._figures = {row["figure_id"]: row for row in figures.to_dict("records")}

    def link(self, figure_id: str) -> Link:
        """Link a figure to its source."""
        source = self._figures[figure_id]["source_id"]
        return Link(f"[{self._number[source]}]", f"#source-{source}")

    def place(self, figure_id: str) -> list[Any]:
        """Link a figure to its source, with its place in it."""
        return [self.link(figure_id), f" {self._figures[figure_id]['locator']}"]

    def token(self, figure_id: str) -> str:
        """The figure as printed, or why there is none."""
        row = self._figures[figure_id]
        if isinstance(row["token"], str):
            return str(row["token"])
        return str(row["unknown"]).replace("_", " ")

    def sources(self) -> list[Source]:
        """Every source of the page, in order."""
        return [
            Source(
                id=row["source_id"],
                title=row["title"],
                publisher=row["publisher"],
                published=_date(row["published_on"]),
                href=_text(row["url"]),
                licence=row["licence"],
                note=_tokens(row["tokens"]),
            )
            for row in self._cited
        ]


def _date(value: Any) -> str:
    return "" if value is None or value != value else f"{value.day} {value:%B %Y}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _tokens(value: Any) -> str:
    return f"Figures: {value}." if isinstance(value, str) else ""
