"""What is taken from a file at most, so that a hostile or broken one ends in one sentence."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pccfunding.errors import TableError
from pccfunding.files import named_place, read_regular
from pccfunding.words import count, quantity

_CHUNK = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_ENTITY = (b"<!ENTITY", "<!ENTITY".encode("utf-16-le"), "<!ENTITY".encode("utf-16-be"))


@dataclass(frozen=True)
class Limits:
    """The most that one file may hold.

    Parameters
    ----------
    file_bytes : int
        Size of the file.
    unpacked_bytes : int
        Size of everything in a workbook, unpacked.
    ratio : int
        Unpacked size over packed size of one part of a workbook, where the part is large.
    columns, cells : int
        Columns of one sheet, and cells of one sheet.
    page_cells : int
        Cells of one table of a page, those that its cells span included.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 500_000_000
    ratio: int = 200
    columns: int = 1_000
    cells: int = 10_000_000
    page_cells: int = 1_000_000

    def check_shape(self, rows: int, columns: int, where: str) -> None:
        """Refuse a sheet that is too wide or too large.

        Raises
        ------
        TableError
            With the number found and the limit.
        """
        if columns > self.columns:
            raise TableError(
                f"{where} has {count(columns)} columns; at most {count(self.columns)} are read. "
                f"Delete the columns that hold no award."
            )
        self.check_area(rows, columns, where)

    def check_area(self, rows: int, columns: int, where: str) -> None:
        """Refuse a sheet that would be too large laid out, whatever its cells hold.

        Raises
        ------
        TableError
            With its rows and columns and the limit.
        """
        if rows * columns > self.cells:
            raise TableError(
                f"{where} spans {count(rows)} rows by {count(columns)} columns; at most "
                f"{count(self.cells)} cells are read. Split it, or delete stray cells far from "
                "the table."
            )

    def check_spread(self, cells: int, where: str) -> None:
        """Refuse a page whose cells, with those that they span, are too many.

        Raises
        ------
        TableError
            With the limit.
        """
        if cells > self.page_cells:
            raise TableError(
                f"{where}: its cells, with those that they span, are over "
                f"{count(self.page_cells)}. Save the table as CSV."
            )


LIMITS = Limits()


def read_bytes(path_or_buffer: Any, limits: Limits = LIMITS) -> tuple[bytes, str]:
    """Read a file once, whole, and give it a name without its folder.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        A file object may be binary or text.

    Raises
    ------
    TableError
        If it is missing, a folder, no regular file, empty, too large, or changed meanwhile.
    """
    if isinstance(path_or_buffer, bytes | bytearray | memoryview):
        return _checked(bytes(path_or_buffer), "the file", limits)
    if hasattr(path_or_buffer, "read"):
        named = getattr(path_or_buffer, "name", None)
        name = Path(named).name if isinstance(named, str) else "the file"
        try:
            data = path_or_buffer.read(limits.file_bytes + 1)
        except (OSError, ValueError) as error:
            raise TableError(
                f"Cannot read {name}: {error}. Open it for reading, or pass its path."
            ) from error
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogatepass")
        if not isinstance(data, bytes | bytearray):
            raise TableError(f"{name} gives {type(data).__name__} where a file gives bytes.")
        return _checked(bytes(data), name, limits)
    if isinstance(path_or_buffer, str) and "://" in path_or_buffer[:10]:
        raise TableError(f"{path_or_buffer!r} is an address; download the file and pass its path.")
    if not isinstance(path_or_buffer, str | os.PathLike):
        raise TableError(
            f"Cannot read a file from {type(path_or_buffer).__name__}; pass a path, bytes or an "
            f"open file."
        )
    path = str(named_place(path_or_buffer, "a file"))
    data = read_regular(path, limits.file_bytes)
    return _checked(data, os.path.basename(path) or path, limits)


def _checked(data: bytes, name: str, limits: Limits) -> tuple[bytes, str]:
    if not data[:4096].strip() and not data.strip():
        raise TableError(f"{name} is empty.")
    if len(data) > limits.file_bytes:
        raise TableError(
            f"{name} is larger than {limits.file_bytes // 1_000_000} MB, the most that is read. "
            f"Split it."
        )
    return data, name


def unpacked(data: bytes, name: str, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Unpack the XML parts of a workbook in memory, within the limits.

    No part is written to disk and no name in the archive is taken as a path. Pictures and macros
    are left packed.

    Raises
    ------
    TableError
        For a broken or locked archive, a zip bomb, or a part that declares entities.
    """
    parts: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if not info.filename.endswith((".xml", ".rels", "mimetype")):
                    continue
                if info.flag_bits & 0x1:
                    raise TableError(f"{name} is locked with a password; save it without one.")
                total += info.file_size
                large = info.file_size > 10 * _CHUNK
                if total > limits.unpacked_bytes or (
                    large and info.file_size > limits.ratio * max(1, info.compress_size)
                ):
                    raise TableError(
                        f"{name} unpacks to over {total // 1_000_000} MB from "
                        f"{quantity(len(data) / 1e6, places=1)} MB, as a zip bomb does; it is not "
                        "opened."
                    )
                if info.filename in parts:
                    raise TableError(f"{name} holds the part {info.filename!r} twice.")
                parts[info.filename] = _part(archive, info, name)
    except TableError:
        raise
    except (*_DAMAGE, OSError, ValueError, RuntimeError, OverflowError) as error:
        said = str(error).rstrip(".") or type(error).__name__
        raise TableError(f"{name} is a damaged workbook: {said}.") from error
    return parts


def names_in(data: bytes) -> list[str]:
    """List the names of an archive's parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    with archive.open(info) as packed:
        # No more than was declared and checked is ever unpacked; a longer part fails its checksum.
        part = packed.read(info.file_size)
        if packed.read(1):
            raise TableError(f"{name} holds a part larger than it declares; it is not opened.")
    if any(mark in part for mark in _ENTITY):
        raise TableError(f"{name} declares XML entities, which no workbook needs; it is not read.")
    return part
