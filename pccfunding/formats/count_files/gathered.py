"""What a reader of counts gathers from a file, row by row, until it becomes a `ReadResult`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pccfunding.areas import ABOLISHED
from pccfunding.formats.count_files.abolished_districts import told_of
from pccfunding.formats.count_files.area_names import known_areas
from pccfunding.formats.count_files.printed_counts import one_line
from pccfunding.formats.opening.chosen_headers import Title, choose
from pccfunding.formats.opening.raw_tables import Grid
from pccfunding.formats.opening.row_shape import shape_of
from pccfunding.formats.read_result import REPORT_COLUMNS, ReadResult, report

if TYPE_CHECKING:
    import pandas as pd


_LONGEST = 300


def joined(cells: Iterable[object]) -> str:
    """Write the cells of a row on one line, as far as a report can show them."""
    text = " | ".join(filter(None, (one_line(cell) for cell in cells)))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def source_key(source: str) -> str:
    """Make the key of a source from the name of its file."""
    return re.sub(r"[^a-z0-9]+", "-", source.rsplit(".", 1)[0].casefold()).strip("-") or "file"


@dataclass
class Gathered:
    """Records, and everything else that was found, each with its place."""

    source: str
    records: list[tuple[object, ...]] = field(default_factory=list)
    reports: dict[str, list[tuple[object, ...]]] = field(
        default_factory=lambda: {name: [] for name in REPORT_COLUMNS}
    )
    cautions: dict[str, None] = field(default_factory=dict)
    n_found: int = 0

    def expect(self, rows: Iterable[Sequence[object]]) -> None:
        """Count the rows that are not blank, before any is read: each must turn up again."""
        self.n_found += sum(any(one_line(cell) for cell in row) for row in rows)

    def fit(
        self, grid: Grid, header: range, stop: int | None = None, *, numbers: Collection[int] = ()
    ) -> set[int]:
        """Reject the rows that do not fit their header; gives their positions.

        `numbers` are the columns that are read as numbers.
        """
        shape = shape_of(grid, header, stop, numbers=numbers)
        for code in shape.cautions:
            self.caution(code)
        self.reports["coverage"] += shape.told(grid.where)
        for at, wide in shape.wide.items():
            cells = joined(grid.rows[at])
            self.reject(grid.place(at), "row", cells, wide.reason, wide.suggestion)
        return set(shape.wide)

    def chosen(self, where: str, titles: Iterable[Title]) -> dict[str, int]:
        """Choose the column of each field, and note which it is and what was passed over."""
        choice = choose(titles)
        if choice.tied:
            self.caution("headers-tie")
        for topic, value, note in choice.told:
            self.cover(topic, value, f"{where}{note}")
        return choice.of

    def reject(self, place: str, column: str, raw: object, reason: str, hint: str = "") -> None:
        """Keep out a cell, and with it the row or the count that it belongs to."""
        self.reports["rejected"].append((place, column, _short(raw), reason, hint))

    def change(self, place: str, column: str, raw: object, value: object, rule: str) -> None:
        """Note an interpretation."""
        self.reports["changes"].append((place, column, _short(raw), value, rule))

    def other(self, place: str, kind: str, cells: Sequence[object]) -> None:
        """Note a row that is no record."""
        self.reports["others"].append((place, kind, joined(cells)))

    def total(
        self,
        place: str,
        label: str,
        column: str,
        token: object,
        rows: int,
        verdict: str,
        working: str,
    ) -> None:
        """Note a printed total and how it stands against its parts."""
        self.reports["totals"].append((place, label, column, token, rows, verdict, working, "", ""))

    def cover(self, topic: str, value: object, note: str = "") -> None:
        """Note what the file holds or leaves out."""
        self.reports["coverage"].append((topic, value, note))

    def caution(self, code: str) -> None:
        """Note a doubt that a reader must see."""
        self.cautions[code] = None

    def table(self, name: str) -> pd.DataFrame:
        """Make one of the reports."""
        columns, rows = REPORT_COLUMNS[name], self.reports[name]
        return report(name, [dict(zip(columns, row, strict=True)) for row in rows])

    def result(self, frame: pd.DataFrame) -> ReadResult:
        """Close the gathering; `n_rows` was counted apart from what became of the rows."""
        tables = {name: self.table(name) for name in self.reports}
        return ReadResult(
            frame, self.source, self.n_found, cautions=tuple(sorted(self.cautions)), **tables
        )


def cover_abolished(codes: Iterable[str], found: Gathered, *, under_heir: bool) -> None:
    """Note the abolished districts among the codes, and where their rows stand."""
    number, told = told_of(codes, under_heir=under_heir)
    if number:
        found.cover("abolished districts", number, told)


def cover_unlisted(codes: Iterable[str], found: Gathered) -> None:
    """Note the codes that are not among the areas known here; whose they are is not checked."""
    unlisted = sorted(set(codes) - set(known_areas()) - set(ABOLISHED) - {"BTP"})
    unlisted = [code for code in unlisted if not code.endswith(("-unassigned", "-airport"))]
    if unlisted:
        found.cover("codes not in load_areas()", len(unlisted), ", ".join(unlisted[:10]))
        found.caution("codes-unknown")


def _short(raw: object) -> str:
    text = one_line(raw)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
