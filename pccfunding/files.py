"""Files and folders whole: written beside and swapped, locked by the system, read while at rest.

Of a folder ``NAME`` the next one is written beside it, as ``.NAME.part``. Then ``NAME`` becomes
``.NAME.earlier``, the part becomes ``NAME``, and the earlier folder goes. Whatever a writer is
stopped by, one of the two stands whole; where it is the earlier one, the next reader or writer
gives it its name back.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pccfunding.errors import PccFundingError, TableError

__all__ = [
    "PATIENCE",
    "Rewriting",
    "check_folder_at_hand",
    "left_by_desktop",
    "named_place",
    "one_writer",
    "read_regular",
    "refuse_present",
    "rewriting",
    "rewriting_file",
    "settled",
    "walk",
]

T = TypeVar("T")
PATIENCE = 10.0  # seconds that a command waits for another one that writes to the same place


def named_place(given: object, what: str, *, error: type[PccFundingError] = TableError) -> Path:
    """Give the path that a caller names a thing by; an empty one is not the folder at hand.

    Parameters
    ----------
    given : object
        A text or a path.
    what : str
        The thing, as the message names it.
    error : type of PccFundingError
        What to refuse with.

    Raises
    ------
    PccFundingError
        Of the given kind, if it is no path.
    FileNotFoundError
        If the folder that the process runs in is gone.

    Examples
    --------
    >>> named_place("packs/2024", "a pack").name
    '2024'
    >>> named_place("", "a pack")
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: A pack is named by a path, and this one is empty; write '.' \
for the folder that you are in.
    """
    named = f"{what[:1].upper()}{what[1:]} is named by a path"
    told = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(told, str):
        raise error(f"{named}, a text or a Path; this is a {type(given).__name__}.")
    if not told:
        raise error(f"{named}, and this one is empty; write '.' for the folder that you are in.")
    if "\0" in told:
        raise error(f"{named}; {told!r} is none, since a NUL stands in it.")
    check_folder_at_hand(told)
    return Path(told)


def check_folder_at_hand(asked: str | None = None) -> None:
    """Refuse to work in a folder that is gone; other packages ask for it while they are imported.

    Parameters
    ----------
    asked : str, optional
        The path that was named, which may lead there.

    Raises
    ------
    FileNotFoundError
        If the folder that the process runs in is gone.

    Examples
    --------
    >>> check_folder_at_hand()
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        said = "the folder that this runs in is gone; go to another one first"
        raise FileNotFoundError(errno.ENOENT, said, asked) from None


# What a desktop puts into any folder that it shows: the name, and how the file begins.
_OF_DESKTOPS = {
    ".ds_store": (b"\0\0\0\1Bud1",),
    "thumbs.db": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    "desktop.ini": (b"[", b"\xef\xbb\xbf[", b"\xff\xfe[", b"\r\n[", b";"),
    ".directory": (b"[",),
}
_COPIED_TRAITS = b"\0\5\x16\7"  # AppleDouble: what macOS keeps beside a file on another disk


def left_by_desktop(name: str, content: bytes | None = None) -> bool:
    """Whether a file is one that a desktop leaves in folders, by its name and how it begins.

    Parameters
    ----------
    name : str
        Name of the file, without its folder.
    content : bytes, optional
        What it holds; where it is not given, the name alone decides.

    Examples
    --------
    >>> left_by_desktop("Thumbs.db"), left_by_desktop("Thumbs.db", b"<script>")
    (True, False)
    """
    if name.startswith("._"):
        return content is None or content.startswith(_COPIED_TRAITS)
    begins = _OF_DESKTOPS.get(name.lower())
    return begins is not None and (content is None or content.startswith(begins))


class Rewriting:
    """A folder that is being written: what is put into `part` is in it when all is done.

    Files of the earlier folder are carried over, except those in `dropped`; a file that stands in
    `part` goes before an earlier one of its name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.part = folder, _beside(folder, "part")
        self.dropped: set[str] = set()

    def refuse_present(self, names: Iterable[str], *, force: bool) -> None:
        """Refuse to write over files, unless forced; and through a link, whoever asks."""
        places = [(self.folder, name) for name in names]
        refuse_present(places, force=force)

    def write(self, name: str, content: bytes) -> None:
        """Write one file, down to the disk."""
        path = self.part.joinpath(*PurePosixPath(name).parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def refuse_present(places: Iterable[tuple[Path, str]], *, force: bool) -> None:
    """Refuse to write to files of folders that are there, unless forced, or are links.

    Raises
    ------
    FileExistsError
        With the first of them.
    """
    there = []
    for folder, name in places:
        path = folder
        for part in ("", *PurePosixPath(name).parts):
            path = path / part
            if path.is_symlink() and path != folder:
                said = "a link stands where a file is to be written; take it away"
                raise FileExistsError(errno.EEXIST, said, str(path))
        if os.path.lexists(path):
            there.append(path)
    if there and not force:
        raise FileExistsError(
            errno.EEXIST,
            f"{len(there)} of the files to be written are there already; choose another place, or "
            f"write over them with --force (force=True)",
            str(there[0]),
        )


@contextmanager
def rewriting(directory: str | os.PathLike[str]) -> Iterator[Rewriting]:
    """Write a folder whole, or leave it as it is; no other command writes to it meanwhile.

    Where nothing is put into the part, the folder stays as it is.

    Raises
    ------
    OSError
        If it cannot be written; the folder is then as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as desk:
    ...     with rewriting(Path(desk) / "pack") as new:
    ...         new.write("tables/a.csv", b"1")
    ...     [path.relative_to(desk).as_posix() for path in sorted(Path(desk).rglob("*"))]
    ['pack', 'pack/tables', 'pack/tables/a.csv']
    """
    folder = _real(named_place(directory, "a folder to write"))
    if _runs_in(folder):
        said = "this command runs in the folder that it would replace; start it from outside"
        raise OSError(errno.EBUSY, said, str(folder))
    with one_writer(folder):
        _tidy(folder)
        _refuse_fixed(folder)
        new = Rewriting(folder)
        new.part.mkdir()
        try:
            yield new
            if not any(new.part.iterdir()):
                return
            if folder.is_dir():
                _carry(folder, new.part, new.dropped)
                shutil.copymode(folder, new.part)
            for path in [new.part, *walk(new.part)]:
                _to_disk(path)
            _swap(folder, new.part)
        finally:
            _remove(new.part)


@contextmanager
def rewriting_file(path: str | os.PathLike[str], *, force: bool) -> Iterator[Path]:
    """Give a name beside a file to write to, which gets the file's own when all is written.

    Raises
    ------
    FileExistsError
        If the file is there and `force` is not set.
    OSError
        If it cannot be written; the file is then as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as desk:
    ...     with rewriting_file(Path(desk) / "a.csv", force=False) as part:
    ...         _ = part.write_bytes(b"1")
    ...     [path.name for path in Path(desk).iterdir()]
    ['a.csv']
    """
    target = Path(os.path.abspath(named_place(path, "a file to write")))
    with one_writer(target):
        refuse_present([(target.parent, target.name)], force=force)
        part = _beside(target, "part")
        _remove(part)
        try:
            yield part
            if target.exists():
                shutil.copymode(target, part)
            _to_disk(part)
            os.replace(part, target)
            _to_disk(target.parent)
        finally:
            _remove(part)


def settled(path: str | os.PathLike[str], read: Callable[[], T]) -> T:
    """Read a folder or file that a writer may be swapping: all of the old, or all of the new.

    An earlier folder that an interrupted writer left is given its name back first.

    Examples
    --------
    >>> settled(__file__, lambda: "read")
    'read'
    """
    place = Path(os.path.abspath(path))
    last = time.monotonic() + PATIENCE
    while True:
        _restore(place)
        before = _identity(place)
        try:
            found = read()
        except Exception:
            found_again = before is None and (place.exists() or _is_earlier(place))
            if time.monotonic() > last or (_identity(place) == before and not found_again):
                raise
            continue
        if _identity(place) == before:
            return found
        if time.monotonic() > last:
            said = "other commands write here again and again; try again when they are done"
            raise OSError(errno.EBUSY, said, str(place))


@contextmanager
def one_writer(place: Path) -> Iterator[None]:
    """Keep other commands from writing to a place; the system lifts the lock at death.

    Raises
    ------
    OSError
        If another command still writes to it after ten seconds.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    path = _beside(place, "lock")
    last = time.monotonic() + PATIENCE
    # No link is followed, where the system can tell.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while True:
        try:
            handle = os.open(path, flags, 0o666)
        except OSError as error:
            said = f"no file can be written beside it ({error.strerror})"
            raise OSError(error.errno, said, str(place)) from error
        if _locked(handle) and _names(path, handle):
            break
        os.close(handle)
        if time.monotonic() > last:
            said = "another command is writing here; try again when it is done"
            raise OSError(errno.EBUSY, said, str(place))
        time.sleep(0.02)
    try:
        yield
    finally:
        # Under the lock, where an open file can be removed; Windows refuses, and is asked again.
        _unlink(path)
        os.close(handle)
        if sys.platform == "win32":
            _unlink(path)


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _names(path: Path, handle: int) -> bool:
    """Whether a lock still bears its name: another writer may have removed it on leaving."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return


def _beside(place: Path, what: str) -> Path:
    return place.with_name(f".{place.name}.{what}")


def _real(folder: Path) -> Path:
    """Give the folder that a name leads to; a link to nothing is no place to write to."""
    if folder.is_symlink() and not folder.exists():
        said = "a link that leads to nothing; name a folder"
        raise FileNotFoundError(errno.ENOENT, said, str(folder))
    real = Path(os.path.realpath(folder))
    if real.exists() and not real.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "not a folder; name another place", str(folder))
    if not real.name:
        raise OSError(errno.EBUSY, "nothing lies beside this folder; name one in it", str(folder))
    return real


def _refuse_fixed(folder: Path) -> None:
    """Refuse a folder whose files this user cannot take away: it would stay beside the new one."""
    if not folder.is_dir():
        return
    for path in [folder, *(one for one in walk(folder) if one.is_dir() and not one.is_symlink())]:
        if not os.access(path, os.W_OK | os.X_OK) and any(path.iterdir()):
            said = "its files belong to somebody else and cannot be replaced; copy it, and use that"
            raise PermissionError(errno.EACCES, said, str(path))


def _runs_in(folder: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(folder)
    except FileNotFoundError:
        return False


def _identity(place: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(place)
    except OSError:
        return None
    # The time too, since the number of a folder that is gone is given again.
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _is_earlier(place: Path) -> bool:
    """Whether an earlier folder stands beside a place; no link is one."""
    earlier = _beside(place, "earlier")
    return earlier.is_dir() and not earlier.is_symlink()


def _restore(place: Path) -> None:
    if not os.path.lexists(place) and _is_earlier(place):
        with one_writer(place):
            _tidy(place)


def _tidy(folder: Path) -> None:
    """Under the lock, set right what an interrupted writer left."""
    _remove(_beside(folder, "part"))
    earlier = _beside(folder, "earlier")
    if not _is_earlier(folder):
        return
    if folder.is_dir() and any(folder.iterdir()):
        # The swap was done. The name goes first: half a folder must never be restored.
        os.rename(earlier, _beside(folder, "part"))
        _remove(_beside(folder, "part"))
        return
    if folder.is_dir():
        folder.rmdir()
    os.rename(earlier, folder)


def _swap(folder: Path, part: Path) -> None:
    earlier = _beside(folder, "earlier")
    try:
        if not folder.is_dir():
            os.rename(part, folder)
            return
        os.rename(folder, earlier)
        os.rename(part, folder)
    except OSError as error:
        why = f"the folder cannot be replaced whole ({error.strerror}); name one inside another"
        raise OSError(error.errno, why, str(folder)) from error
    finally:
        if earlier.is_dir():
            os.rename(earlier, part if folder.is_dir() else folder)
        _to_disk(folder.parent)


def _carry(source: Path, target: Path, dropped: Iterable[str]) -> None:
    """Give a new folder what the earlier one held beside the files that are written anew."""
    gone = {PurePosixPath(name) for name in dropped}
    for path in walk(source):
        name = PurePosixPath(path.relative_to(source).as_posix())
        place = target / name
        if name in gone or os.path.lexists(place):
            continue
        if not (path.is_symlink() or path.is_dir() or path.is_file()):
            said = "neither a file nor a folder; take it away, or name another folder"
            raise FileExistsError(errno.EEXIST, said, str(path))
        if path.is_dir() and not path.is_symlink():
            # Without what was dropped from it, a folder of the earlier writer may be empty.
            if not any(path.iterdir()):
                place.mkdir(parents=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place, follow_symlinks=False)
        except (OSError, NotImplementedError):
            shutil.copy2(path, place, follow_symlinks=False)


def walk(folder: Path) -> Iterator[Path]:
    """Give what lies below a folder, links as they are, deepest last, however deep."""
    waiting = [folder]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            yield path
            if path.is_dir() and not path.is_symlink():
                waiting.append(path)


def _to_disk(path: Path) -> None:
    if path.is_symlink() or (sys.platform == "win32" and path.is_dir()):
        return
    try:
        handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    except PermissionError:
        return  # carried over from an earlier folder, and not ours to open
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems cannot; a full disk is another matter.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def read_regular(path: str, most: int) -> bytes:
    """Read a regular file once, whole; of a larger one than `most` a byte more than that.

    Raises
    ------
    TableError
        If it is missing, a folder, a pipe or device, or changed meanwhile.

    Examples
    --------
    >>> len(read_regular(__file__, most=10))
    11
    """
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise TableError(f"{path} is a folder; pass one file of it.")
        if not stat.S_ISREG(found.st_mode):
            raise TableError(f"{path} is no regular file; save it to a file first.")
        with open(path, "rb") as file:
            before = os.fstat(file.fileno())
            data = file.read(min(before.st_size, most) + 1)
            after = os.fstat(file.fileno())
        now = os.stat(path)
    except TableError:
        raise
    except ValueError as error:
        raise TableError(f"{path!r} is no path: {error}.") from error
    except OSError as error:
        raise TableError(f"Cannot read {path}: {error.strerror or error}.") from error
    states = {(one.st_ino, one.st_size, one.st_mtime_ns) for one in (found, before, after, now)}
    if len(states) > 1 or (len(data) != now.st_size and len(data) <= most):
        name = os.path.basename(path) or path
        raise TableError(f"{name} changed while it was read; read it again when it is at rest.")
    return data
