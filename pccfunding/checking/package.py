"""A data package under check: what could be read of it, and what a check says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pccfunding._tables import read_descriptor, read_table
from pccfunding.errors import DataPackageError
from pccfunding.evidence import bundled_table
from pccfunding.schemas import STORED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NEEDED", "SUBJECT_TABLES", "Finding", "Package", "line", "lines", "open_package"]

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
    return f"line{'' if len(rows) == 1 else 's'} {', '.join(shown)}{more}"


def open_package(folder: Path) -> Package:
    """Read what can be read of a data package.

    Raises
    ------
    DataPackageError
        If the folder holds no descriptor that can be read.
    """
    package = Package(folder, read_descriptor(folder))
    for resource in package.descriptor["resources"]:
        name = resource.get("name") if isinstance(resource, dict) else None
        if name not in STORED:
            what = f"the resource {name!r} is no table of the contracts and is not read"
            package.unread.append(Finding("to do", str(name), "datapackage.json", what))
            continue
        try:
            package.tables[name] = read_table(folder, resource)
        except (DataPackageError, OSError, AttributeError, KeyError, TypeError) as error:
            said = str(error) if isinstance(error, DataPackageError) else "its schema is damaged"
            package.unread.append(Finding("broken", name, "datapackage.json", said))
            continue
        package.unread += list(_stale(folder, resource))
    for name in NEEDED:
        if name not in package.tables and not any(one.table == name for one in package.unread):
            columns = ", ".join(STORED[name].to_schema().columns)
            what = f"there is no table {name!r} yet; a row of it holds {columns}"
            package.unread.append(Finding("to do", name, "datapackage.json", what))
    return package


def _stale(folder: Path, resource: dict[str, Any]) -> Iterator[Finding]:
    """Say where a file is another one than the descriptor was written for."""
    said = str(resource.get("hash", ""))
    if said.startswith("sha256:"):
        content = (folder / str(resource["path"])).read_bytes()
        if said.removeprefix("sha256:") != hashlib.sha256(content).hexdigest():
            yield Finding(
                "broken",
                str(resource["name"]),
                "datapackage.json",
                "the file was changed after its hash was written; write the package again with "
                "write_data_package",
            )
