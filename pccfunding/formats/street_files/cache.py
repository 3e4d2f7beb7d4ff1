"""A typed copy of street files: codes in Parquet, and the words that they stand for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pccfunding.errors import TableError
from pccfunding.files import rewriting
from pccfunding.formats.street_files.engine_tables import Layout
from pccfunding.formats.street_files.repeated_files import digest_of

_FORMAT = "pccfunding street cache 2"
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

    The stamp lists the files that were read and those of the cache, each with its sha256: the cache
    serves just these files, and only while it is as it was written.
    """

    def __init__(self, folder: Path, connection: Any) -> None:
        self.folder, self.connection = folder, connection

    def stamp_of(self, files: Sequence[str]) -> dict[str, Any] | None:
        """Give the files that were set aside and the repeats; None where it holds other files."""
        stamp = _stamp_of(self.folder)
        if stamp is None:
            return None
        whole = all(_present(self.folder / name) == digest for name, digest in stamp["own"].items())
        same = len(stamp["files"]) == len(files) and all(
            _is_file_of(mark, file) for mark, file in zip(stamp["files"], files, strict=True)
        )
        return stamp if whole and same else None

    @contextmanager
    def filling(self, files: Sequence[str], run: Holder) -> Iterator[Callable[[Layout], int]]:
        """Give a function that adds files; the cache gets its name only when it is sealed."""
        with rewriting(self.folder) as new:
            stamp = _stamp_of(self.folder)
            if stamp is None and self.folder.exists() and any(self.folder.iterdir()):
                raise TableError(f"{self.folder} holds other files. Name a new folder for a cache.")
            new.dropped |= {_STAMP, *(stamp or {"own": ()})["own"]}
            self._part, self._parts = new.part, 0
            # Before they are read: what is changed meanwhile is read again next time.
            self._marks = [_mark(file) for file in files]
            yield partial(self._fill, run)

    def _fill(self, run: Holder, layout: Layout) -> int:
        run.hold(layout, _COLUMNS)
        file = f"{_sql(self._part)}/words-{self._parts:05d}.parquet"
        self.connection.execute(
            f"COPY (SELECT {', '.join(_COLUMNS)} FROM held) TO '{file}' (COMPRESSION zstd)"
        )
        self._parts += 1
        [(rows,)] = self.connection.execute("SELECT count(*) FROM held").fetchall()
        return int(rows)

    def seal(self, set_aside: dict[str, str], repeats: Sequence[int]) -> None:
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
        own = {path.name: _present(path) for path in sorted(self._part.iterdir())}
        stamp: dict[str, Any] = {"format": _FORMAT, "files": self._marks, "own": own}
        stamp |= {"set_aside": set_aside, "repeats": list(repeats)}
        (self._part / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")

    def known_of(self) -> list[tuple[Any, ...]]:
        """Give force, month, type and place of the records, and how many of each there are."""
        folder = _sql(self.folder)
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


def _stamp_of(folder: Path) -> dict[str, Any] | None:
    """Read the stamp of a cache; None where there is none that this version has written."""
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        own, aside, repeats = stamp["own"], stamp["set_aside"], stamp["repeats"]
        sound = stamp["format"] == _FORMAT and isinstance(stamp["files"], list)
        # Names of files only: a stamp leads nowhere else.
        sound = sound and all(Path(name).name == name for name in own) and isinstance(own, dict)
        # What an earlier state of this version wrote tells of no repeats, and counts them all.
        sound = sound and [type(number) for number in repeats] == [int, int]
        return stamp if sound and isinstance(aside, dict) else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _present(file: str | os.PathLike[str]) -> str:
    """Give the digest of a file, the empty text where it is gone."""
    try:
        return digest_of(file)
    except OSError:
        return ""


def _mark(file: str) -> list[Any]:
    return [os.path.abspath(file), _state(file), _present(file)]


def _state(file: str) -> list[int]:
    stat = os.stat(file)
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _is_file_of(mark: Any, file: str) -> bool:
    """Whether a file is the one that was read: its content is looked at where it was touched."""
    if not isinstance(mark, list) or len(mark) != 3 or mark[0] != os.path.abspath(file):
        return False
    # Nobody sets the time of the last change of a file's state but on Windows, which has none.
    return bool(os.name == "posix" and mark[1] == _state(file)) or bool(mark[2] == _present(file))


def _sql(folder: Path) -> str:
    return str(folder).replace("'", "''")
