"""The conformance suite: every check of a data package of evidence, with what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pccfunding.checking import content, rows
from pccfunding.checking.package import Finding, Package, open_package
from pccfunding.errors import DataPackageError, PccFundingError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Conformance", "conformance"]

_Check: TypeAlias = Callable[[Package], Iterator[Finding]]

# A check of statements needs sound tables: it runs last, and only where nothing is broken.
CHECKS: dict[str, _Check] = {
    "tables can be read": lambda package: iter(package.unread),
    "cells keep their contracts": rows.contracts,
    "keys lead somewhere": rows.keys,
    "subjects are printed and stand once": rows.subjects,
    "tokens read as stored": rows.tokens,
    "periods are in order": rows.periods,
    "unknowns name their kind": content.unknowns,
    "sources can be found": content.sources,
    "the package is complete": content.completeness_of,
}
STATEMENTS = "statements give their recorded verdicts"


@dataclass(frozen=True, eq=False)
class Conformance:
    """What the conformance suite found in a data package of evidence.

    Attributes
    ----------
    frame : DataFrame
        One row a finding, and one row a check that found nothing: `check`, `state` ("ok",
        "to do", "broken", "not run"), `table`, `place`, `what`.
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

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.text)}</p>{self.frame.to_html()}"


def conformance(directory: str | Path) -> Conformance:
    """Check a data package of evidence, and list what is broken and what is to be done.

    Parameters
    ----------
    directory : str or Path
        Folder with ``datapackage.json``.

    Returns
    -------
    Conformance

    Raises
    ------
    DataPackageError
        If the folder holds no descriptor that can be read.

    Examples
    --------
    >>> from pccfunding.bundled import datasets_dir
    >>> found = conformance(datasets_dir()).check()
    >>> found.frame.set_index("check").loc["tokens read as stored", "state"]
    'ok'
    """
    import pandas as pd

    package = open_package(Path(directory))
    found = [one for name, check in CHECKS.items() for one in _run(name, check, package)]
    if all(state != "broken" for _, state, *_ in found) and not package.unread:
        found += _run(STATEMENTS, content.statements, package)
    else:
        found.append(
            (STATEMENTS, "not run", "statements", "", "mend and complete the tables first")
        )
    frame = pd.DataFrame(found, columns=["check", "state", "table", "place", "what"], dtype=object)
    return Conformance(frame, Path(directory).resolve().name, len(CHECKS) + 1)


def _run(name: str, check: _Check, package: Package) -> list[tuple[str, str, str, str, str]]:
    try:
        found: list[tuple[str, str, str, str, str]] = [
            (name, *finding) for finding in check(package)
        ]
    # A check that crashes is broken, never absent; the cause stands in the report.
    except Exception as error:
        said = str(error) if isinstance(error, PccFundingError) else repr(error)
        found = [(name, "broken", "", "", f"the check could not be run: {said}")]
    return found or [(name, "ok", "", "", "")]
