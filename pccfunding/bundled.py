"""Where the bundled tables are: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

from pccfunding.errors import DataPackageError

_PACKAGE = Path(__file__).resolve().parent
_MARKS = ("datapackage.json", "areas.csv")


def datasets_dir() -> Path:
    """Find the folder of the bundled tables.

    Returns
    -------
    Path
        The checkout's ``datasets/`` when the package runs from one, otherwise the copy inside
        the installed package.

    Raises
    ------
    DataPackageError
        If neither folder holds the tables.

    Examples
    --------
    >>> (datasets_dir() / "areas.csv").is_file()
    True
    """
    # An editable install leaves a copy inside the package that goes stale: the checkout wins.
    # A folder beside the package counts only with a mark, since other projects are called so too.
    folders = (_PACKAGE.parent / "datasets", _PACKAGE / "_datasets")
    for folder in folders:
        if any((folder / mark).is_file() for mark in _MARKS):
            return folder
    raise DataPackageError(
        f"The bundled tables are missing: neither {folders[0]} nor {folders[1]} holds "
        f"{' or '.join(_MARKS)}. Install the package again."
    )
