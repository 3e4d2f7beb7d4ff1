"""What reading a file gives: the table, and everything of the file that is not in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pccfunding.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CAUTIONS", "REPORT_COLUMNS", "ReadResult", "cautions_text", "report"]

CAUTIONS = {
    # award lists
    "sheets-left-out": "sheets with amounts were left out, since they may count awards twice",
    "total-conflicts": "a printed total conflicts with its rows",
    "repeated-awards": "awards are printed more than once; a sum counts each printing",
    "amounts-unknown": "amounts are unknown, so that a sum is a lower bound",
    "dates-unread": "dates could not be read and were left out",
    "periods-unread": "periods could not be read and were left out",
    "unit-assumed": "no unit is printed; amounts were read as pounds",
    # recipients
    "own-office": "the commissioner's own office is among the recipients",
    "police-force": "a police force is among the recipients",
    "identifier-shape": "an identifier has not the shape of its register",
    # counts
    "counts-unknown": "counts are not published for some areas, which is not zero",
    "total-leaves-areas-out": "a printed total leaves areas out",
    "year-incomplete": "a year is not complete, so that no annual count is given for it",
    "printed-twice-differently": "the same number is printed twice with different values",
    "incidents-are-no-crimes": "incidents stand among the rows, and are no crimes",
    "outcomes-are-no-crimes": "outcomes stand among the rows, and are no crimes",
    "months-missing": "months are missing for a force, which is not zero",
    "greater-manchester-absent": "Greater Manchester has no data from July 2019",
    "files-repeated": "files stand more than once, and are counted once",
    "records-repeated": "records stand more than once, and are counted once",
    "ids-contradict": "one identifier stands beside differing records, which are all kept",
    "places-unknown": "records without a place stand under the force alone",
    "rounded": "the estimates are rounded",
    # shape
    "untitled-column": "rows are wider than their header; give the untitled column a title",
    "headers-tie": "two headers name one field alike; the first was read",
    "recipient-may-be-a-person": "the recipient's header speaks of a person",
    "blank-columns-ignored": "blank columns beyond the header were ignored",
    # 360Giving
    "child-rows-left-out": "rows of child sheets name no grant of the file, and were left out",
    "breaks-standard": "grants break the standard in ways that do not keep them out",
    "supplied-values": "values stand in the file that the caller stated, not the publisher",
    "rows-left-out": "rows could not be exported, and are listed with the reason",
}


# Where the coverage says more of a caution.
_TOLD_IN = {
    "files-repeated": "files counted once",
    "ids-contradict": "identifiers with differing records",
    "months-missing": "months",
    "records-repeated": "records counted once",
}
_FEW = 5


def cautions_text(cautions: Iterable[str], coverage: pd.DataFrame) -> str:
    """Word the cautions in one sentence, with what the coverage says of them."""
    told = []
    for code in cautions:
        rows = coverage[coverage["topic"] == _TOLD_IN.get(code, "")]
        if code == "months-missing":
            rows = rows[rows["note"].str.contains("missing", na=False)]
            more = [f"{value}: {note}" for value, note in rows[["value", "note"]].values.tolist()]
        else:
            more = [str(value) for value in rows["value"]]
        if len(more) > _FEW:
            more = [*more[:_FEW], f"and {len(more) - _FEW} more"]
        told.append(CAUTIONS[code] + (f" ({'; '.join(more)})" if more else ""))
    return f" Caution: {'; '.join(told)}." if told else ""


# The columns of each report; a place is "sheet 'Grants', row 7" or "line 12": where a person looks.
REPORT_COLUMNS = {
    "rejected": ("place", "column", "raw", "reason", "suggestion"),
    "changes": ("place", "column", "raw", "value", "rule"),
    "totals": ("place", "label", "column", "token", "rows", "verdict", "working"),
    "others": ("place", "kind", "raw"),
    "coverage": ("topic", "value", "note"),
}


def report(name: str, rows: list[dict[str, object]] | None = None) -> pd.DataFrame:
    """Make one of the reports of a `ReadResult`, with its columns even where it has no row."""
    import pandas as pd

    return pd.DataFrame(rows or [], columns=list(REPORT_COLUMNS[name]), dtype=object)


@dataclass(frozen=True, eq=False)
class ReadResult:
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
        verdict, working.
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

    @property
    def n_rejected(self) -> int:
        """Rows that were kept out; one row may be rejected for several cells."""
        return int(self.rejected["place"].nunique())

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        rows = f"{len(self.frame):,} row{'' if len(self.frame) == 1 else 's'} read"
        told = [f"{self.source}: {rows}, {self.n_rejected or 'none'} rejected"]
        if len(self.changes):
            told.append(f"{len(self.changes):,} cells interpreted")
        if len(self.others):
            told.append(f"{len(self.others):,} rows recognised as no record")
        for verdict, number in self.totals["verdict"].value_counts().items():
            told.append(f"{number} printed total{'' if number == 1 else 's'}: {verdict}")
        return "; ".join(told) + "." + cautions_text(self.cautions, self.coverage)

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

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.text)}</p>{self.frame.head().to_html()}"
