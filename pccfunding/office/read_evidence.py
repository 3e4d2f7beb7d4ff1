"""Reading evidence of one's own, wherever it lies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pccfunding.evidence.evidence import Evidence, read_package
from pccfunding.files import settled

__all__ = ["read_evidence"]


def read_evidence(directory: str | Path, *, as_of: dt.date | str | None = None) -> Evidence:
    """Read evidence from a data package of the same contracts.

    Parameters
    ----------
    directory : str or Path
        Folder with ``datapackage.json`` and at least sources, figures, awards, outcomes, totals
        and statements.
        Official statistics that it does not hold are the bundled ones.
    as_of : date or str, optional
        Show what a reader could know that day.

    Returns
    -------
    Evidence

    Raises
    ------
    DataPackageError
        If a table is missing, or breaks its contract; the message names file, row and column.

    Examples
    --------
    >>> from pccfunding.bundled import datasets_dir
    >>> len(read_evidence(datasets_dir()).awards)
    8
    """
    return settled(directory, lambda: read_package(Path(directory), as_of=as_of))
