"""A data package under check: what could be read of it, and what a check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pccfunding.evidence.evidence import bundled_table
from pccfunding.schemas import STORED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NEEDED", "SUBJECT_TABLES", "Finding", "Package", "line", "lines"]

SUBJECT_TABLES = ("awards", "outcomes", "totals")
NEEDED = ("sources", "figures", *SUBJECT_TABLES, "statements")

_SHOWN = 6


class Finding(NamedTuple):
    """One thing that a check found: "broken" or "to do", in which table, where, and what."""

    state: Literal["broken", "to do"]
    table: str
    place: str
    what: str


@dataclass
class Package:
    """The tables of a folder that could be read, and what went wrong with the others."""

    folder: Path
    descriptor: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    unread: list[Finding] = field(default_factory=list)

    def known(self, table: str, column: str) -> set[Any]:
        """Values of a key column, from the package or, for statistics, from the bundle."""
        if table in self.tables:
            return set(self.tables[table][column].dropna())
        if table in NEEDED or table not in STORED:
            return set()
        return set(bundled_table(table)[column].dropna())

    def subjects(self) -> pd.DataFrame:
        """Every subject with the table that it stands in."""
        import pandas as pd

        parts = [
            self.tables[name].assign(table=name) for name in SUBJECT_TABLES if name in self.tables
        ]
        if not parts:
            return pd.DataFrame(columns=["subject_id", "part_of", "table"])
        return pd.concat([part[["subject_id", "part_of", "table"]] for part in parts])


def line(row: Any) -> str:
    """Name the line of a file that holds a row, header included."""
    return f"line {int(row) + 2}"


def lines(rows: Sequence[Any]) -> str:
    """Name the lines of several rows, the first of them one by one."""
    shown = [str(int(row) + 2) for row in rows[:_SHOWN]]
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"line{'s' * (len(rows) != 1)} {', '.join(shown)}{more}"
