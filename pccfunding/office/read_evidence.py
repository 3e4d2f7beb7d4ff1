"""Reading evidence of one's own, wherever it lies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pccfunding.errors import DataPackageError
from pccfunding.evidence.evidence import Evidence, read_package
from pccfunding.files import named_place, settled
from pccfunding.office.read_folder import find_workbook, read_folder

__all__ = ["read_evidence"]


def read_evidence(directory: str | Path, *, as_of: dt.date | str | None = None) -> Evidence:
    """Read evidence from an evidence folder, or from a data package of the same contracts.

    Parameters
    ----------
    directory : str or Path
        Folder with ``evidence.xlsx`` (or ``evidence.ods``), as ``pccfunding start`` makes it; or
        with ``datapackage.json`` and at least sources, figures, awards, outcomes, totals and
        statements. Official statistics that it does not hold are the bundled ones.
    as_of : date or str, optional
        Show what a reader could know that day.

    Returns
    -------
    Evidence
        Of an evidence folder a `FolderEvidence`: what could not be read is in its `problems`.

    Raises
    ------
    DataPackageError
        If a table is missing, or breaks its contract; the message names file, row and column. Of
        an evidence folder, if sheet Start names no area.
    TableError
        If the workbook of an evidence folder cannot be opened.

    Examples
    --------
    >>> from pccfunding.bundled import datasets_dir
    >>> len(read_evidence(datasets_dir()).awards)
    8
    """
    folder = named_place(directory, "evidence", error=DataPackageError)
    if find_workbook(folder) is not None:
        return read_folder(folder, as_of=as_of)
    return settled(folder, lambda: read_package(folder, as_of=as_of))
