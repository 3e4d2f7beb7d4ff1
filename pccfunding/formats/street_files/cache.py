"""A typed copy of street files: codes in Parquet, and the words that they stand for."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pccfunding.errors import TableError
from pccfunding.formats.street_files.scanning import Layout

__all__ = ["DamagedError", "StreetCache"]

_LAYOUT = 2
_COLUMNS = (
    "district",
    "lsoa_code",
    "month",
    "crime_type",
    "reported_by",
    "falls_within",
    "last_outcome",
)
_KNOWN_OF = ("reported_by", "falls_within", "month", "crime_type")
_STAMP = "stamp.json"


class DamagedError(Exception):
    """A file whose columns are not where its header says."""


class Holder(Protocol):
    """What holds the records of some files, each once, in a table of the connection."""

    def hold(self, part: Layout, names: Sequence[str]) -> None: ...


class StreetCache:
    """The columns that records are counted by, each as whole numbers, and a table of their words.

    The stamp holds the name, size and time of each file: the cache serves just these files.
    """

    def __init__(self, folder: Path, connection: Any) -> None:
        self.folder, self.connection = folder, connection

    def stamp_of(self, files: Sequence[str]) -> dict[str, Any] | None:
        """Give the files that were set aside and the repeats; None where it holds other files."""
        try:
            stamp = json.loads((self.folder / _STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if stamp.get("layout") != _LAYOUT or stamp.get("files") != _marks(files):
            return None
        return dict(stamp)

    @contextmanager
    def filling(self, run: Holder) -> Iterator[Callable[[Layout], int]]:
        """Give a function that adds files; the cache gets its name only when it is sealed."""
        if (
            self.folder.exists()
            and not (self.folder / _STAMP).exists()
            and any(self.folder.iterdir())
        ):
            raise TableError(f"{self.folder} holds other files. Name a new folder for the cache.")
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._part = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
        self._parts = 0
        try:
            yield partial(self._fill, run)
        finally:
            shutil.rmtree(self._part, ignore_errors=True)

    def _fill(self, run: Holder, layout: Layout) -> int:
        run.hold(layout, _COLUMNS)
        file = f"{_sql(self._part)}/words-{self._parts:05d}.parquet"
        self.connection.execute(
            f"COPY (SELECT {', '.join(_COLUMNS)} FROM held) TO '{file}' (COMPRESSION zstd)"
        )
        self._parts += 1
        [(rows,)] = self.connection.execute("SELECT count(*) FROM held").fetchall()
        return int(rows)

    def seal(self, files: Sequence[str], set_aside: dict[str, str], repeats: Sequence[int]) -> None:
        """Turn the words into codes and put the cache in its place."""
        if not self._parts:
            return
        words = f"read_parquet('{_sql(self._part)}/words-*.parquet')"
        joins, codes = [], []
        for column in _COLUMNS:
            # Alphabetical codes, so that counts come out sorted; null has the last.
            self.connection.execute(
                f"CREATE OR REPLACE TABLE words_{column} AS SELECT {column} AS word, "
                f"(row_number() OVER (ORDER BY {column} NULLS LAST) - 1)::INTEGER AS code "
                f"FROM (SELECT DISTINCT {column} FROM {words})"
            )
            joins.append(
                f"JOIN words_{column} ON words.{column} IS NOT DISTINCT FROM words_{column}.word"
            )
            codes.append(f"words_{column}.code AS {column}")
            file = f"{_sql(self._part)}/{column}.parquet"
            self.connection.execute(f"COPY (FROM words_{column} ORDER BY code) TO '{file}'")
        self.connection.execute(
            f"COPY (SELECT {', '.join(codes)} FROM {words} AS words {' '.join(joins)}) "
            f"TO '{_sql(self._part)}/codes.parquet' (COMPRESSION zstd)"
        )
        for part in self._part.glob("words-*.parquet"):
            part.unlink()
        stamp = {"layout": _LAYOUT, "files": _marks(files), "set_aside": set_aside}
        stamp["repeats"] = list(repeats)
        (self._part / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self._part.rename(self.folder)

    def known_of(self) -> list[tuple[Any, ...]]:
        """Give force, month, type and place of the records, and how many of each there are."""
        folder = _sql(self.folder)
        if not (self.folder / _STAMP).exists():
            return []
        joins = " ".join(
            f"JOIN read_parquet('{folder}/{column}.parquet') AS words_{column} "
            f"ON codes.{column} = words_{column}.code"
            for column in (*_KNOWN_OF, "lsoa_code", "district")
        )
        words = ", ".join(f"words_{column}.word" for column in _KNOWN_OF)
        placed = "words_lsoa_code.word IS NOT NULL OR words_district.word IS NOT NULL"
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT {words}, {placed}, sum(records)::BIGINT FROM (SELECT "
            f"{', '.join(_KNOWN_OF)}, lsoa_code, district, count(*) AS records FROM "
            f"read_parquet('{folder}/codes.parquet') GROUP BY ALL) AS codes {joins} GROUP BY ALL"
        ).fetchall()
        return rows

    def count_into(self, table: str, columns: Sequence[str]) -> None:
        """Count by codes, and put the words in their places afterwards."""
        folder = _sql(self.folder)
        if not (self.folder / _STAMP).exists():
            return
        # Codes are small whole numbers: a table with a place for each combination needs no hashing.
        self.connection.execute("SET perfect_ht_threshold = 24")
        keys = ", ".join(columns)
        joins = " ".join(
            f"JOIN read_parquet('{folder}/{column}.parquet') AS words_{column} "
            f"ON counted.{column} = words_{column}.code"
            for column in columns
        )
        words = ", ".join(f"words_{column}.word" for column in columns)
        self.connection.execute(
            f"INSERT INTO {table} SELECT {words}, records FROM "
            f"(SELECT {keys}, count(*) AS records FROM read_parquet('{folder}/codes.parquet') "
            f"GROUP BY {keys}) AS counted {joins}"
        )


def _marks(files: Sequence[str]) -> list[list[Any]]:
    marks: list[list[Any]] = []
    for file in files:
        stat = os.stat(file)
        marks.append([os.path.abspath(file), stat.st_size, stat.st_mtime_ns])
    return marks


def _sql(folder: Path) -> str:
    return str(folder).replace("'", "''")
