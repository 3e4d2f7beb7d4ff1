"""The conformance suite: every check of a data package of evidence, with what it found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pccfunding.checking import CHECKS, NEEDED, STATEMENTS, Check, Finding, Package, statements
from pccfunding.errors import DataPackageError, PccFundingError
from pccfunding.evidence.evidence import changed_file, filled
from pccfunding.evidence.tables import read_descriptor, read_table
from pccfunding.files import named_place, settled
from pccfunding.office.read_folder import WORKBOOKS, find_workbook, read_folder
from pccfunding.office.sheets import SHEETS
from pccfunding.results import Face
from pccfunding.schemas import STORED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Conformance", "conformance", "open_package"]


@dataclass(frozen=True, eq=False)
class Conformance(Face):
    """What the conformance suite found in a data package of evidence.

    Attributes
    ----------
    frame : DataFrame
        One row a finding, and one row a check that found nothing: `check`, `state` ("ok",
        "to do", "broken", "not run"), `table`, `place`, `what`. Of an evidence folder also how
        periods and files were read ("read as") and rows to paste into a sheet ("to paste").
    source : str
        Name of the folder.
    n_checks : int
        Checks of the suite.

    Examples
    --------
    >>> from pccfunding.bundled import datasets_dir
    >>> conformance(datasets_dir()).broken
    0
    """

    frame: pd.DataFrame
    source: str
    n_checks: int
    _rows_shown = None

    @property
    def broken(self) -> int:
        """How many things are broken."""
        return int((self.frame["state"] == "broken").sum())

    @property
    def to_do(self) -> int:
        """How many things are still to be done."""
        return int((self.frame["state"] == "to do").sum())

    @property
    def text(self) -> str:
        """One sentence that can be pasted."""
        hold = int((self.frame["state"] == "ok").sum())
        return (
            f"{self.source}: {hold} of {self.n_checks} checks find nothing; "
            f"{self.broken or 'nothing'} broken, {self.to_do or 'nothing'} to do."
        )

    @property
    def cautions(self) -> tuple[str, ...]:
        """Codes: "broken" where something is broken, "incomplete" where something is to do."""
        codes = {"broken": self.broken, "incomplete": self.to_do}
        return tuple(code for code, number in codes.items() if number)

    def check(self) -> Conformance:
        """Return the result itself, or raise if anything is broken.

        Raises
        ------
        DataPackageError
            The message names the first broken thing and its place.
        """
        wrong = self.frame[self.frame["state"] == "broken"]
        if len(wrong):
            first = wrong.iloc[0]
            place = ", ".join(filter(None, [first["table"], first["place"]]))
            raise DataPackageError(
                f"{self.source}: {len(wrong)} things are broken. The first: {place}: "
                f"{first['what']}."
            )
        return self


def conformance(directory: str | Path) -> Conformance:
    """Check an evidence folder or a data package: what is broken, and what is to be done.

    Parameters
    ----------
    directory : str or Path
        Folder with ``evidence.xlsx`` or with ``datapackage.json``.

    Returns
    -------
    Conformance

    Raises
    ------
    DataPackageError
        If the folder holds no descriptor that can be read, or sheet Start names no area.

    Examples
    --------
    >>> from pccfunding.bundled import datasets_dir
    >>> found = conformance(datasets_dir()).check()
    >>> found.frame.set_index("check").loc["tokens read as stored", "state"]
    'ok'
    """
    import pandas as pd

    folder = named_place(directory, "evidence", error=DataPackageError)
    if find_workbook(folder) is not None:
        return _of_folder(folder)
    package = settled(folder, lambda: open_package(folder))
    found = [one for name, check in CHECKS.items() for one in _run(name, check, package)]
    if all(state != "broken" for _, state, *_ in found) and not package.unread:
        found += _run(STATEMENTS, statements, package)
    else:
        found.append(
            (STATEMENTS, "not run", "statements", "", "mend and complete the tables first")
        )
    frame = pd.DataFrame(found, columns=["check", "state", "table", "place", "what"], dtype=object)
    return Conformance(frame, folder.resolve().name, len(CHECKS) + 1)


def _of_folder(folder: Path) -> Conformance:
    """Check an evidence folder: one check a sheet, one a file, and one of all its statements."""
    import pandas as pd

    evidence = read_folder(folder)
    found: list[tuple[str, str, str, str, str]] = []
    for problem in evidence.problems:
        sheet = problem.place.removeprefix("sheet ").partition(",")[0]
        own = problem.file in WORKBOOKS
        check = f"sheet {sheet}" if own else problem.file
        found.append((check, problem.state, problem.file, problem.place, problem.text))
    checks = [f"sheet {sheet.name}" for sheet in SHEETS]
    checks += [file for file in evidence.readings["place"] if "/" in file]
    checks = list(dict.fromkeys([*checks, *(one[0] for one in found)]))
    told = {one[0] for one in found}
    found += [(name, "ok", "", "", "") for name in checks if name not in told]
    for one in evidence.readings.drop_duplicates().to_dict("records"):
        said = f"{one['says']!r} is read as " if one["says"] else ""
        found.append(("readings", "read as", "", one["place"], said + one["read"]))
    for sheet, cells in evidence.paste:
        row = "\t".join(" ".join(cell.split()) for cell in cells)
        found.append(("rows to paste", "to paste", "", f"sheet {sheet}", row))
    frame = pd.DataFrame(found, columns=["check", "state", "table", "place", "what"], dtype=object)
    return Conformance(frame, folder.resolve().name, len(checks))


def _run(name: str, check: Check, package: Package) -> list[tuple[str, str, str, str, str]]:
    try:
        found: list[tuple[str, str, str, str, str]] = [
            (name, *finding) for finding in check(package)
        ]
    # A check that crashes is broken, never absent; the cause stands in the report.
    except Exception as error:
        said = str(error) if isinstance(error, PccFundingError) else repr(error)
        found = [(name, "broken", "", "", f"the check could not be run: {said}")]
    return found or [(name, "ok", "", "", "")]


def open_package(folder: Path) -> Package:
    """Read what can be read of a data package.

    Raises
    ------
    DataPackageError
        If the folder holds no descriptor that can be read.
    """
    package = Package(folder, read_descriptor(folder))
    for resource in package.descriptor["resources"]:
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str) or name not in STORED:
            what = f"the resource {name!r} is no table of the contracts and is not read"
            package.unread.append(Finding("to do", str(name), "datapackage.json", what))
            continue
        try:
            package.tables[name] = filled(name, read_table(folder, resource))
        except (PccFundingError, OSError) as error:
            package.unread.append(Finding("broken", name, "datapackage.json", str(error)))
            continue
        if changed := changed_file(folder, resource):
            package.unread.append(Finding("broken", name, "datapackage.json", changed))
    for name in NEEDED:
        if name not in package.tables and not any(one.table == name for one in package.unread):
            columns = ", ".join(STORED[name].to_schema().columns)
            what = f"there is no table {name!r} yet; a row of it holds {columns}"
            package.unread.append(Finding("to do", name, "datapackage.json", what))
    return package
