"""Writing a Review to a folder: the page and its tables, nothing over an earlier one unasked."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.outline import Review

__all__ = ["write_review"]


def write_review(found: Review, directory: Path, *, force: bool) -> tuple[Path, ...]:
    """Write the page and one CSV file a table.

    Parameters
    ----------
    found : Review
    directory : Path
    force : bool
        Write over files that are there.

    Returns
    -------
    tuple of Path
        The page first, then the tables in order.

    Raises
    ------
    FileExistsError
        If a file is there and `force` is false; nothing is written then.
    """
    from pccfunding.review_pack.render import render_page

    page = directory / "index.html"
    tables = {directory / "tables" / f"{name}.csv": found.tables[name] for name in found.tables}
    there = [path for path in (page, *tables) if path.exists()]
    if there and not force:
        raise FileExistsError(
            errno.EEXIST,
            f"{len(there)} files of an earlier Review are there; choose another folder with --out, "
            f"or write over them with --force",
            str(there[0]),
        )
    contents = {page: render_page(found.page())}
    contents |= {path: _csv(table) for path, table in tables.items()}
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    return tuple(contents)


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
