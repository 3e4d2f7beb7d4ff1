"""Award tables out as 360Giving files: JSON, CSV, or XLSX with its sheet Meta."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.errors import TableError, one_of
from pccfunding.files import named_place, rewriting_file
from pccfunding.formats.read_result import report
from pccfunding.formats.threesixtygiving.contract import KINDS, Breach, breaches
from pccfunding.formats.threesixtygiving.fields import EXTRA, META, PLACED, VERSION, extra_fields
from pccfunding.formats.threesixtygiving.flat import flat_grant, guarded, titles_of
from pccfunding.formats.threesixtygiving.grants import STANDARD_COLUMNS, Exporter, as_refusals
from pccfunding.formats.threesixtygiving.official import Schema, official_schema
from pccfunding.frames.tables import open_table
from pccfunding.results import Face
from pccfunding.words import count, counted

if TYPE_CHECKING:
    import pandas as pd
    from narwhals.typing import IntoFrame

__all__ = ["WriteResult", "write_360giving"]


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


_PREFIX = re.compile(r"360G-[A-Za-z0-9_.]+")
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_575
_META_KINDS = {
    "Issued": "date",
    "Modified": "date",
    "Publisher:Website": "uri",
    "Publisher:Logo": "uri",
    "Download URL": "uri",
    "Access URL": "uri",
    "License": "uri",
}
_DECLARED = (
    f"Columns that begin with {EXTRA}/ are fields beside the standard: the amount as printed, "
    "what its words allow, its status, and what the exporter stated without a source."
)


def write_360giving(
    awards: IntoFrame,
    path: str | Path,
    *,
    prefix: str,
    publisher: str,
    meta: Mapping[str, str] | None = None,
    organisations: Mapping[str, str] | None = None,
    recipient: str | None = None,
    funder: str | None = None,
    award_date: dt.date | str | None = None,
    schema: Schema | None = None,
    force: bool = False,
) -> WriteResult:
    """Write awards in the 360Giving Data Standard 1.4.3, and list the rows that cannot be.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``, or any table with `subject_id` or `award_id`, `recipient`,
        `funder` and `amount_gbp`, such as ``read_awards`` gives. The columns `title`,
        `description`, `award_date` (or `awarded_on`), `recipient_id`, `funder_id`, `url`,
        `date_modified` and `data_source` are used where they stand.
    path : str or Path
        Ends in ``.json``, ``.csv`` or ``.xlsx``. A CSV file cannot carry `meta`.
    prefix : str
        The publisher's prefix, such as ``"360G-example"``.
    publisher : str
        Name of the publisher.
    meta : mapping of str to str, optional
        Further keys of the sheet Meta, such as ``"License"`` or ``"Issued"``.
    organisations : mapping of str to str, optional
        Identifier of an organisation by its name; others get one under `prefix`.
    recipient, funder : str, optional
        Stated for the rows that name none.
    award_date : date or str, optional
        Stated for the rows that have none.
    schema : str, Path or mapping, optional
        The official JSON schemas (their folder, or the grant schema), to validate against as well.
    force : bool, default False
        Write over a file that is there.

    Returns
    -------
    WriteResult
        What was written, and each row that was not, with the reason. What the caller stated is
        named in `supplied` and marked in each row of the file.

    Raises
    ------
    TableError
        If the table lacks every column that an award needs, or the file's ending is another.
    UnknownNameError
        If `meta` holds an unknown key.
    FileExistsError
        If the file is there and `force` was not given.

    Notes
    -----
    Interval bounds, printed token, hedge, status and the rest of the contract travel in fields
    named ``pccfunding/...``, and ``read_360giving`` gives them back. A text that a spreadsheet
    would take for a formula is written with an apostrophe before it.

    References
    ----------
    360Giving Data Standard 1.4.3, https://standard.threesixtygiving.org/

    Examples
    --------
    >>> import tempfile
    >>> import pccfunding as pcc
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = pcc.write_360giving(
    ...         pcc.load_awards(),
    ...         f"{folder}/grants.json",
    ...         prefix="360G-example",
    ...         publisher="An office",
    ...         recipient="Not published",
    ...         award_date="2024-03-13",
    ...     )
    >>> made.text
    "grants.json: 6 of 8 rows exported; stated by the exporter, not by a source: award_date \
'2024-03-13', recipient 'Not published'; left out: 2 x no funder."
    """
    target = named_place(path, "a file to write")
    writers = {".json": _json, ".csv": _csv, ".xlsx": _xlsx}
    write = writers.get(target.suffix.lower())
    if write is None:
        raise TableError(f"{target.name} ends in none of {', '.join(writers)}; one of them is due.")
    if not _PREFIX.fullmatch(prefix):
        raise TableError(f"prefix={prefix!r} is no publisher prefix; it looks like '360G-example'.")
    if target.exists() and not force:
        raise FileExistsError(
            errno.EEXIST,
            "the file is there; choose another, or write over it with force=True",
            str(target),
        )
    known_meta = _meta(publisher, meta or {})
    stated = {"award_date": award_date, "funder": funder, "recipient": recipient}
    supplied = {name: str(value) for name, value in stated.items() if value is not None}
    exporter = Exporter(prefix, organisations or {}, supplied)
    official = None if schema is None else official_schema(schema)
    rows, names = _rows(awards)
    grants: list[dict[str, Any]] = []
    rejected: list[dict[str, object]] = []
    seen: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        place = f"row {number}"
        grant, refusals = exporter.grant(row)
        if not refusals:
            refusals = as_refusals(breaches(grant))
        if not refusals and official is not None:
            refusals = as_refusals(official.grant_breaches(grant))
        if not refusals and target.suffix.lower() != ".json":
            refusals = as_refusals(_too_long(grant))
        if not refusals and grant["id"] in seen:
            refusals = as_refusals([_twice(grant["id"], seen[grant["id"]])])
        if refusals:
            rejected += [
                {
                    "place": place,
                    "column": one.column,
                    "raw": one.raw,
                    "reason": one.reason,
                    "suggestion": one.suggestion,
                }
                for one in refusals
            ]
            continue
        seen[grant["id"]] = place
        grants.append(grant)
    if grants and official is not None:
        said = official.package_breaches(_package(grants, known_meta))
        if said:
            raise TableError(f"The package breaks the official schema: {said[0].reason}.")
    if grants:
        content = write(grants, known_meta)
        with rewriting_file(target, force=True) as part:
            part.write_bytes(content)
    return _result(target if grants else None, grants, rejected, supplied, names, len(rows))


def _rows(awards: Any) -> tuple[list[dict[str, Any]], list[str]]:
    table = open_table(awards, "awards").frame.collect()
    if not {"amount_gbp", "award_id", "subject_id"} & set(table.columns):
        raise TableError(
            f"This table has neither subject_id nor amount_gbp; it has "
            f"{', '.join(map(repr, table.columns))}. Rename the columns to those of schemas.Awards."
        )
    return table.rows(named=True), list(table.columns)


def _meta(publisher: str, given: Mapping[str, str]) -> dict[str, str]:
    for key in given:
        one_of(key, "key of the sheet Meta", META)
    meta = {
        "Version": VERSION,
        "Title": f"Grants of {publisher}",
        "Publisher:Name": publisher,
        **given,
    }
    meta["Description"] = " ".join(filter(None, [given.get("Description"), _DECLARED]))
    for key, kind in _META_KINDS.items():
        if key in meta and (wrong := KINDS[kind](meta[key])):
            raise TableError(f"Meta, {key}: {meta[key]!r}: {wrong}.")
    return {key: meta[key] for key in META if key in meta}


def _too_long(grant: Mapping[str, Any]) -> list[Breach]:
    return [
        Breach(
            title, None, f"a cell of a spreadsheet holds at most {count(_LONGEST_CELL)} characters"
        )
        for title, value in flat_grant(grant).items()
        if isinstance(value, str) and len(value) >= _LONGEST_CELL
    ]


def _twice(identifier: str, first: str) -> Breach:
    return Breach("id", identifier, f"the identifier stands twice, first in {first}")


def _result(
    path: Path | None,
    grants: list[dict[str, Any]],
    rejected: list[dict[str, object]],
    supplied: dict[str, str],
    names: list[str],
    n_rows: int,
) -> WriteResult:
    import pandas as pd

    flat = [flat_grant(grant) for grant in grants]
    used = {
        name: value
        for name, value in supplied.items()
        if any(name in grant.get(EXTRA, {}).get("supplied", "").split(";") for grant in grants)
    }
    known = {*extra_fields(), *PLACED, *STANDARD_COLUMNS}
    codes = {"rows-left-out": bool(rejected), "supplied-values": bool(used)}
    return WriteResult(
        frame=pd.DataFrame(flat, columns=titles_of(flat)),
        path=path,
        n_rows=n_rows,
        rejected=report("rejected", rejected),
        supplied=used,
        left_out=tuple(name for name in names if name not in known),
        cautions=tuple(code for code, holds in codes.items() if holds),
    )


def _package(grants: list[dict[str, Any]], meta: Mapping[str, str]) -> dict[str, Any]:
    package: dict[str, Any] = {}
    for key, value in meta.items():
        holder = package
        for step in META[key][:-1]:
            holder = holder.setdefault(step, {})
        holder[META[key][-1]] = [value] if key == "Extensions" else value
    package[EXTRA] = {"fields": {name: what for name, (_, what) in extra_fields().items()}}
    package["grants"] = grants
    return package


def _json(grants: list[dict[str, Any]], meta: Mapping[str, str]) -> bytes:
    package = _package(grants, meta)
    text = json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _csv(grants: list[dict[str, Any]], meta: Mapping[str, str]) -> bytes:
    rows = [flat_grant(grant) for grant in grants]
    titles = titles_of(rows)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([_cell(row.get(title, "")) for title in titles] for row in rows)
    # With the mark, spreadsheet programs read pound signs as such.
    return buffer.getvalue().encode("utf-8-sig")


def _xlsx(grants: list[dict[str, Any]], meta: Mapping[str, str]) -> bytes:
    import xlsxwriter

    if len(grants) > _MOST_ROWS:
        raise TableError(
            f"A sheet holds {count(_MOST_ROWS)} grants, not {count(len(grants))}; write CSV."
        )
    rows = [flat_grant(grant) for grant in grants]
    titles = titles_of(rows)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        # The same table gives the same bytes: no clock in the file.
        book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("grants")
        for place, title in enumerate(titles):
            sheet.write_string(0, place, title, bold)
        for line, row in enumerate(rows, start=1):
            for place, title in enumerate(titles):
                value = _cell(row.get(title, ""))
                if isinstance(value, str):
                    if value:
                        sheet.write_string(line, place, value)
                else:
                    sheet.write_number(line, place, value)
        about = book.add_worksheet("Meta")
        for line, (key, value) in enumerate(meta.items()):
            about.write_string(line, 0, key, bold)
            about.write_string(line, 1, guarded(value))
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) else value
