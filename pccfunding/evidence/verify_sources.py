"""Printed tokens checked against a reader's own copies of the documents."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pandas as pd

from pccfunding.errors import TableError
from pccfunding.evidence.evidence import Evidence
from pccfunding.evidence.loaders import given_evidence
from pccfunding.files import named_place

__all__ = ["verify_sources"]

_LARGEST_DOCUMENT = 64 * 2**20


def verify_sources(directory: str | Path, *, evidence: Evidence | None = None) -> pd.DataFrame:
    """Look every printed token up in copies of the documents it was read from.

    Parameters
    ----------
    directory : str or Path
        Folder with the documents, named as in `sources` (column `document`).
    evidence : Evidence, optional
        The bundled evidence by default.

    Returns
    -------
    DataFrame
        One row a figure of a document that can be checked: `figure_id`, `token`, `document`,
        `copy` ("same" where the SHA-256 agrees, "other" where it does not, "missing"), `found`
        (whether the token stands in the copy), `line` (of its first occurrence), `times`,
        `locator`, `source_id`. A figure without a token has none to be found and is left out.

    Raises
    ------
    TableError
        If the directory is none, or a document is larger than 64 MiB.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     set(verify_sources(empty)["copy"])
    {'missing'}
    """
    folder = named_place(directory, "the folder with copies of the documents")
    if not folder.is_dir():
        raise TableError(f"{folder} is not a folder; name one that holds copies of the documents.")
    known = given_evidence(evidence)
    sources = known.sources[known.sources["document"].notna() & known.sources["sha256"].notna()]
    figures = known.figures[known.figures["token"].notna()].merge(
        sources[["source_id", "document", "sha256"]], on="source_id", how="inner"
    )
    copies = {
        document: _read(folder / Path(document).name, digest)
        for document, digest in zip(sources["document"], sources["sha256"], strict=True)
        if document in set(figures["document"])
    }
    rows = [_look_up(row, *copies[row["document"]]) for row in figures.to_dict("records")]
    columns = ["figure_id", "token", "document", "copy", "found", "line", "times"]
    return pd.DataFrame(rows, columns=[*columns, "locator", "source_id"])


def _read(path: Path, digest: str) -> tuple[str, str]:
    if not path.is_file():
        return "missing", ""
    if path.stat().st_size > _LARGEST_DOCUMENT:
        raise TableError(f"{path} is larger than 64 MiB; a document to check tokens in is text.")
    content = path.read_bytes()
    same = hashlib.sha256(content).hexdigest() == digest
    return "same" if same else "other", content.decode("utf-8", errors="replace")


def _pattern(token: str) -> str:
    """Find a token over line breaks, and never inside a longer number or word."""
    words = r"\s+".join(re.escape(word) for word in token.split())
    before = r"(?<![0-9A-Za-z])(?<![0-9][.,])" if token[0].isalnum() else ""
    after = r"(?![0-9A-Za-z])(?![.,][0-9])" if token[-1].isalnum() else ""
    return f"{before}{words}{after}"


def _look_up(row: dict[Any, Any], copy: str, text: str) -> dict[str, Any]:
    places = [match.start() for match in re.finditer(_pattern(row["token"]), text)]
    return {
        "figure_id": row["figure_id"],
        "token": row["token"],
        "document": row["document"],
        "copy": copy,
        "found": bool(places),
        "line": text.count("\n", 0, places[0]) + 1 if places else None,
        "times": len(places),
        "locator": row["locator"],
        "source_id": row["source_id"],
    }
