"""What reading a file gives: the table, and everything of the file that is not in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.results import CAUTIONS, Face
from pccfunding.words import count, counted

if TYPE_CHECKING:
    import pandas as pd

# The columns of each report; a place is "sheet 'Grants', row 7" or "line 12": where a person looks.
REPORT_COLUMNS = {
    "rejected": ("place", "column", "raw", "reason", "suggestion"),
    "changes": ("place", "column", "raw", "value", "rule"),
    "totals": (
        "place",
        "label",
        "column",
        "token",
        "rows",
        "verdict",
        "working",
        "cautions",
        "parts",
    ),
    "others": ("place", "kind", "raw"),
    "coverage": ("topic", "value", "note"),
}
# Where the coverage says more of a caution.
_TOLD_IN = {
    "files-repeated": "files counted once",
    "ids-contradict": "identifiers with differing records",
    "months-missing": "months",
    "records-repeated": "records counted once",
}
_FEW = 5


def report(name: str, rows: list[dict[str, object]] | None = None) -> pd.DataFrame:
    """Make one of the reports of a `ReadResult`, with its columns even where it has no row."""
    import pandas as pd

    return pd.DataFrame(rows or [], columns=list(REPORT_COLUMNS[name]), dtype=object)


def doubt(code: str, coverage: pd.DataFrame) -> str:
    """Word a caution, with what the coverage says of it."""
    rows = coverage[coverage["topic"] == _TOLD_IN.get(code, "")]
    if code == "months-missing":
        rows = rows[rows["note"].str.contains("missing", na=False)]
        more = [f"{value}: {note}" for value, note in rows[["value", "note"]].values.tolist()]
    else:
        more = [str(value) for value in rows["value"]]
    if len(more) > _FEW:
        more = [*more[:_FEW], f"and {count(len(more) - _FEW)} more"]
    return CAUTIONS["formats"][code] + (f" ({'; '.join(more)})" if more else "")


@dataclass(frozen=True, eq=False)
class ReadResult(Face):
    """A typed table read from a file, with what was rejected, interpreted and recognised.

    No row is lost: `n_rows` is the rows of `frame`, the rejected rows and the others together.

    Attributes
    ----------
    frame : DataFrame
        The rows that were read, typed.
    source : str
        Name of the file, without its folder.
    n_rows : int
        Rows found in the file, header and blank rows left out.
    rejected : DataFrame
        Cells that kept a row out: place, column, raw, reason, suggestion.
    changes : DataFrame
        Each interpretation made: place, column, raw, value, rule.
    totals : DataFrame
        Total rows found in the file, each against its rows: place, label, column, token, rows,
        verdict, working, cautions (codes, joined by '; ').
    others : DataFrame
        Rows that are no record: place, kind (total, section, note, repeated header, ...), raw.
    coverage : DataFrame
        What the file holds and what it leaves out: topic, value, note. Absence is never zero.
    cautions : tuple of str
        Codes of doubts that a reader must see.

    Examples
    --------
    >>> import pandas as pd
    >>> result = ReadResult(pd.DataFrame({"amount_gbp": [5.0]}), source="awards.csv", n_rows=1)
    >>> result.text
    'awards.csv: 1 row read, none rejected.'
    >>> result.check() is result
    True
    """

    frame: pd.DataFrame
    source: str
    n_rows: int
    rejected: pd.DataFrame = field(default_factory=partial(report, "rejected"))
    changes: pd.DataFrame = field(default_factory=partial(report, "changes"))
    totals: pd.DataFrame = field(default_factory=partial(report, "totals"))
    others: pd.DataFrame = field(default_factory=partial(report, "others"))
    coverage: pd.DataFrame = field(default_factory=partial(report, "coverage"))
    cautions: tuple[str, ...] = ()
    _rows_shown = 5

    @property
    def n_rejected(self) -> int:
        """Rows that were kept out; one row may be rejected for several cells."""
        return int(self.rejected["place"].nunique())

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        rows = counted(len(self.frame), "row")
        told = [f"{self.source}: {rows} read, {self.n_rejected or 'none'} rejected"]
        if len(self.changes):
            told.append(f"{counted(len(self.changes), 'cell')} interpreted")
        if len(self.others):
            told.append(f"{counted(len(self.others), 'row')} recognised as no record")
        for verdict, number in self.totals["verdict"].value_counts().items():
            told.append(f"{counted(number, 'printed total')}: {verdict}")
        return self._with_doubts("; ".join(told) + ".")

    def _doubt(self, code: str) -> str:
        return doubt(code, self.coverage)

    def check(self) -> ReadResult:
        """Return the result itself, or raise if a row was rejected or a printed total conflicts.

        Raises
        ------
        TableError
            The message names the first rejected cell and its reason, or the total that conflicts.
        """
        if len(self.rejected):
            first = self.rejected.iloc[0]
            raise TableError(
                f"{self.source}: {self.n_rejected} of {self.n_rows} rows rejected. The first: "
                f"{first['place']}, column {first['column']!r}, {first['raw']!r}: "
                f"{first['reason']}. All are in .rejected."
            )
        wrong = self.totals[self.totals["verdict"] == "conflicts"]
        if len(wrong):
            first = wrong.iloc[0]
            raise TableError(
                f"{self.source}, {first['place']}: the printed total {first['token']!r} conflicts "
                f"with its rows. Working: {first['working']}."
            )
        return self
