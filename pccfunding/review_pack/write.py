"""Writing a pack: every file worked out first, nothing over an earlier pack unasked."""

from __future__ import annotations

import errno
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pccfunding.errors import PackError
from pccfunding.review_pack.packing import MANIFEST, RECORD, manifest_of, read_pack, zipped

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review

__all__ = ["write_review"]


def write_review(
    found: Review, directory: Path, *, force: bool, archive: bool = False
) -> tuple[Path, ...]:
    """Write every file of a pack to a folder, and the same files as a zip archive beside it.

    Parameters
    ----------
    found : Review
    directory : Path
    force : bool
        Write over an earlier pack; its files and its sign-off go.
    archive : bool, default False
        Write the archive too.

    Returns
    -------
    tuple of Path
        The page first, the manifest and the archive last.

    Raises
    ------
    FileExistsError
        If a file is there and `force` is false; nothing is written then.
    """
    from pccfunding.review_pack.contents import contents_of

    beside = directory.resolve().with_suffix(directory.suffix + ".zip")
    contents = contents_of(found)
    planned = [directory / name for name in contents] + ([beside] if archive else [])
    there = [path for path in [*planned, directory / RECORD] if path.exists()]
    if there and not force:
        raise FileExistsError(
            errno.EEXIST,
            f"{len(there)} files of an earlier Review are there; choose another folder with --out, "
            f"or write over them with --force",
            str(there[0]),
        )
    for path in _earlier(directory):
        path.unlink(missing_ok=True)
    for name, content in contents.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if archive:
        beside.write_bytes(zipped(contents))
    return tuple(planned)


def _earlier(directory: Path) -> list[Path]:
    """The files of an earlier pack; never one outside the folder, whatever its manifest says."""
    if not (directory / MANIFEST).is_file():
        return []
    try:
        listed = manifest_of(read_pack(directory))["files"]
    except PackError:
        listed = {}
    inside = [name for name in listed if ".." not in PurePosixPath(name).parts]
    places = [directory / name for name in [*inside, RECORD]]
    return [path for path in places if path.is_relative_to(directory) and path.is_file()]
