"""What writing a 360Giving file gives: the grants written, and the rows that could not be."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.formats.read_result import report
from pccfunding.results import Face
from pccfunding.words import count, counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WriteResult"]


@dataclass(frozen=True, eq=False)
class WriteResult(Face):
    """The grants of an export, and the rows that stayed out with their reasons.

    No row is lost: `n_rows` is the rows of `frame` and the rejected rows together.

    Attributes
    ----------
    frame : DataFrame
        The grants as a spreadsheet holds them, columns named as in the standard.
    path : Path or None
        The file written; None where no row could be exported.
    n_rows : int
        Rows of the table given.
    rejected : DataFrame
        Cells that kept a row out: place, column, raw, reason, suggestion.
    supplied : dict of str to str
        What the caller stated because no source gives it, by column; marked in each row.
    left_out : tuple of str
        Columns of the table that have no place in the export.
    cautions : tuple of str
        "rows-left-out", "supplied-values".

    Examples
    --------
    >>> import pandas as pd
    >>> WriteResult(pd.DataFrame(), path=None, n_rows=0).text
    'Nothing was written: none of 0 rows can be exported.'
    """

    frame: pd.DataFrame
    path: Path | None
    n_rows: int
    rejected: pd.DataFrame = field(default_factory=partial(report, "rejected"))
    supplied: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    _rows_shown = 5

    @property
    def n_rejected(self) -> int:
        """Rows that were kept out; one row may be rejected for several cells."""
        return int(self.rejected["place"].nunique())

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        reasons = self.rejected["reason"].value_counts()
        why = ", ".join(f"{number} x {reason}" for reason, number in reasons.items())
        if self.path is None:
            told = f"Nothing was written: none of {counted(self.n_rows, 'row')} can be exported"
            return f"{told}; {why}." if why else f"{told}."
        told = (
            f"{self.path.name}: {count(len(self.frame))} of {counted(self.n_rows, 'row')} exported"
        )
        if self.supplied:
            told += "; stated by the exporter, not by a source: " + ", ".join(
                f"{column} {value!r}" for column, value in self.supplied.items()
            )
        return f"{told}; left out: {why}." if why else f"{told}."

    def check(self) -> WriteResult:
        """Return the result itself, or raise if a row could not be exported.

        Raises
        ------
        TableError
            The message names the first cell and its reason.
        """
        if self.path is None and self.rejected.empty:
            raise TableError(self.text)
        if len(self.rejected):
            first = self.rejected.iloc[0]
            raise TableError(
                f"{self.n_rejected} of {self.n_rows} rows cannot be exported. The first: "
                f"{first['place']}, column {first['column']!r}: {first['reason']}. "
                f"{first['suggestion']} All are in .rejected."
            )
        return self
