"""Awards that were read from a file, as the tables of an evidence package."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from pccfunding.areas import find_area
from pccfunding.errors import PeriodError, TableError
from pccfunding.evidence.reconcile_statements import work_statements
from pccfunding.evidence.tables import LONGEST_TEXT
from pccfunding.evidence.token_columns import TOKEN_COLUMNS, token_columns
from pccfunding.formats.award_files.content_ids import content_ids
from pccfunding.formats.award_files.money_columns import read_one
from pccfunding.formats.award_files.stored_tables import stored_columns, stored_table
from pccfunding.formats.opening.plain_errors import check_options
from pccfunding.formats.read_result import REPORT_COLUMNS
from pccfunding.frames.tables import put_together
from pccfunding.measures.award_years import wholes_of
from pccfunding.money.pence import exact_sum
from pccfunding.periods import Period, parse_date
from pccfunding.words import count, is_missing, pounds

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence

__all__ = ["award_tables", "text_rows", "years_from_dates"]

_OWN = ("outcomes", "totals", "statements")
_SOURCE = ("title", "publisher")
_NEEDED = (
    *("place", "award_id", "funding_stream", "recipient", "purpose", "conditions", "token"),
    *("amount_gbp", "hedge", "per", "precision", "notation", "unknown", "awarded_on", "period"),
    *("period_start", "period_end", "status", "note", "repeat_of"),
)


def award_tables(
    awards: pd.DataFrame,
    *,
    area: str,
    source: Mapping[str, Any],
    listing: str,
    funding_stream: str | None = None,
    totals: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    r"""Turn awards into the stored tables of evidence: sources, figures, awards, and empty others.

    Parameters
    ----------
    awards : DataFrame
        The `frame` of ``read_awards``, or rows of it.
    area : str
        Name or ONS code of the police force area.
    source : mapping
        The file: `title` and `publisher`; where known `url`, `document`, `sha256`,
        `published_on`, `licence`, `kind`, `note`.
    listing : str
        Name of the list in lower case with hyphens; it begins every key.
    funding_stream : str, optional
        Stream of the awards that name none.
    totals : DataFrame, optional
        The `totals` of ``read_awards``: each becomes an amount of `totals`, and a statement that
        the awards it stands under add up to it.

    Returns
    -------
    dict of str to DataFrame
        Tables that keep their contracts: a data package is written from them. What the list
        holds beside an award goes with it: `reference`, `awarded_on`, `district`,
        `recipient_id`, `department`, `match_funding`, `in_kind`, and its own columns. What was
        spent of an award is an amount of `totals` with status "outturn".

    Raises
    ------
    TableError
        If an award has no period or no stream, or the source has no title or publisher.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> text = "Recipient;Fund;Amount (£)\nHalo;Streets;12,345"
    >>> awards = pcc.read_awards(text.encode(), financial_year="2023/24").frame
    >>> source = {"title": "Awards 2023/24", "publisher": "Office of Northshire"}
    >>> tables = award_tables(awards, area="Surrey", source=source, listing="northshire-2023-24")
    >>> tables["figures"][["figure_id", "token", "locator"]].values.tolist()
    [['northshire-2023-24-ca2b6c58e265', '12,345', 'line 2']]
    """
    import pandas as pd

    if not isinstance(awards, pd.DataFrame):
        raise TableError(
            f"awards is a {type(awards).__name__}, not a table; give read_awards(file).frame."
        )
    check_options(listing=listing, funding_stream=funding_stream)
    if totals is not None:
        if not isinstance(totals, pd.DataFrame):
            raise TableError(
                f"totals is a {type(totals).__name__}, not a table; give read_awards(file).totals."
            )
        needed = REPORT_COLUMNS["totals"]
        TableError.need("totals", needed, totals.columns, cure="Give read_awards(file).totals.")
    TableError.need("awards", _NEEDED, awards.columns, cure="Give read_awards(file).frame.")
    if not isinstance(source, Mapping):
        raise TableError(
            f"source= is a {type(source).__name__}; it is a mapping with the file's title and "
            f"publisher."
        )
    for name, value in source.items():
        kinds: tuple[type, ...] = (str, dt.date) if name == "published_on" else (str, int, float)
        if isinstance(value, bool) or not (isinstance(value, kinds) or is_missing(value)):
            raise TableError(f"source= has {name!r} as a {type(value).__name__}; it is a text.")
    absent = [name for name in _SOURCE if not isinstance(source.get(name), str) or not source[name]]
    if absent:
        raise TableError(f"source= has no {absent[0]!r}; name the file's title and publisher.")
    if isinstance(day := source.get("published_on"), str):
        try:
            source = {**source, "published_on": parse_date(day)}
        except PeriodError as error:
            raise PeriodError(f"source= has published_on: {error}") from None
    if not isinstance(listing, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", listing):
        raise TableError(f"listing={listing!r} is no key; use lower case, digits and hyphens.")
    rows = years_from_dates(awards.reset_index(drop=True))
    stream = rows["funding_stream"].fillna(funding_stream or float("nan"))
    for missing, what, hint in (
        (rows["period_end"].isna() | rows["period_start"].isna(), "period", "financial_year"),
        (stream.isna(), "funding stream", "funding_stream"),
    ):
        if missing.any():
            raise TableError(
                f"{int(missing.sum())} of {len(rows)} awards have no {what}, first at "
                f"{rows['place'][missing].iloc[0]}; name it with {hint}=."
            )
    keys = pd.Series(_ids(rows, stream, listing), dtype="str")
    source_id = f"{listing}-source"
    code = find_area(area).code
    figures = {"figure_id": keys, "subject_id": keys, "source_id": source_id} | _figures(rows)
    own: dict[str, Any] = {
        "subject_id": keys,
        "listing": listing,
        "funding_stream": stream,
        "area_code": code,
        "note": _notes(rows),
    }
    shared = [name for name in stored_columns("awards") if name in rows and name not in own]
    own |= {name: rows[name] for name in shared}
    table = stored_table("awards", own, len(rows)).assign(**_kept(rows))
    whole = wholes_of(table).astype(table["part_of"].dtype)
    table["part_of"] = table["part_of"].where(table["part_of"].notna(), whole)
    stored = {
        "sources": stored_table(
            "sources",
            {
                "source_id": [source_id],
                "kind": ["web_page"],
                "licence": ["not stated"],
                **{name: [value] for name, value in source.items()},
            },
            1,
        ),
        "figures": stored_table("figures", figures, len(rows)),
        "awards": table,
        **{name: stored_table(name, {}, 0) for name in _OWN},
    }
    return _with_totals(stored, rows, totals)


def years_from_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Give awards without a period the financial year that they were awarded in, and say so."""
    import pandas as pd

    undated = frame["period_start"].isna() & frame["period_end"].isna()
    undated &= frame["awarded_on"].notna()
    if not undated.any():
        return frame
    days = frame["awarded_on"][undated].dt.date
    years = [Period.of(day, day).financial_years()[0] for day in days]
    index = frame.index[undated]
    note = frame["note"].astype("object")
    words = note.where(note.notna(), "") + " Its year is that of the award date."
    filled: dict[str, Any] = {
        "period": pd.Series([year.label for year in years], index=index, dtype="str"),
        "period_start": pd.Series([year.start for year in years], index=index),
        "period_end": pd.Series([year.end for year in years], index=index),
    }
    return frame.assign(
        note=note.where(~undated, words.str.strip()),
        **{
            name: frame[name].where(~undated, cells.astype(frame[name].dtype))
            for name, cells in filled.items()
        },
    )


def _ids(rows: pd.DataFrame, stream: Any, listing: str) -> list[str]:
    """Know each award by what it says, never by its row or its amount."""
    key = [rows["award_id"], rows["recipient"], stream, rows["purpose"], rows["period"],
           rows["status"]]  # fmt: skip
    other = [rows["token"], rows["note"], rows["conditions"], rows["place"]]
    return content_ids(listing, text_rows(key), text_rows(other))


def text_rows(columns: Iterable[Iterable[object]]) -> list[list[object]]:
    """Give columns as rows of their texts; None for what is none."""
    cells = zip(*columns, strict=True)
    return [[cell if isinstance(cell, str) else None for cell in row] for row in cells]


# What a list says of an award beside its contract, and what the tables call it.
_KEPT = {
    "award_id": "reference",
    "awarded_on": "awarded_on",
    "area": "district",
    "department": "department",
    "recipient_id": "recipient_id",
    "match_funding": "match_funding",
    "in_kind": "in_kind",
    "period_note": "period_as_printed",
    "basis": "basis",
    "derived_from": "derived_from",
}


def _kept(rows: pd.DataFrame) -> dict[str, Any]:
    kept = {new: rows[old] for old, new in _KEPT.items() if old in rows and rows[old].notna().any()}
    kept |= {str(name): rows[name] for name in rows if str(name).startswith("printed_")}
    if "awarded_on" in kept:
        kept["awarded_on"] = kept["awarded_on"].dt.strftime("%Y-%m-%d")
    return kept


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    """Give the columns of the printings, each read again from its token."""
    rows = _own_tokens(rows)
    # What the list rounds, its figures say by their zeros.
    precision = rows["precision"].replace("rounded", "as_printed").fillna("as_printed")
    read = [
        token_columns(token, unit="GBP", precision=how, notation=notation)
        for token, how, notation in zip(rows["token"], precision, rows["notation"], strict=True)
    ]
    unknown = rows["unknown"].where(rows["token"].isna())
    return {
        "locator": rows["place"],
        "token": rows["token"],
        "unit": "GBP",
        "per": rows["per"],
        "precision": precision,
        **{name: [one[name] for one in read] for name in (*TOKEN_COLUMNS, "flags")},
        "unknown": unknown,
        "unknown_reason": unknown.astype(object).map(_reasons, na_action="ignore"),
        "verified": rows["verified"],
        "note": rows["_derived"],
    }


def _own_tokens(rows: pd.DataFrame) -> pd.DataFrame:
    """Give a part of an award its own amount as token, and say that it was derived from a row."""
    if "basis" not in rows:
        return rows.assign(verified="yes", _derived=None)
    derived = rows["basis"] != "as printed"
    amounts = rows["amount_gbp"].where(derived).map(lambda one: pounds(one, places=2), "ignore")
    said = [
        f"Derived from {place}: {rule}."
        for place, rule in zip(
            rows.get("derived_from", rows["place"]),
            rows.get("apportioned_by", rows["basis"]),
            strict=True,
        )
    ]
    notes: list[Any] = [one if part else None for one, part in zip(said, derived, strict=True)]
    return rows.assign(
        token=rows["token"].where(~derived, amounts),
        precision=rows["precision"].where(~derived, "exact"),
        hedge=rows["hedge"].where(~derived),
        verified=derived.map({True: "derived", False: "yes"}),
        _derived=notes,
    )


def _reasons(kind: str) -> str:
    return {
        "nil": "The file prints a mark for nothing.",
        "withheld": "The file says that it is withheld.",
        "not_applicable": "The file says that it does not apply.",
        "not_yet_due": "The file says that it is not yet decided.",
    }.get(kind, "The file leaves it blank.")


def _notes(rows: pd.DataFrame) -> Any:
    repeated = (
        rows["repeat_of"].astype(object).map("Printed before at {}.".format, na_action="ignore")
    )
    return rows["note"].astype(object).where(rows["note"].notna(), repeated)


NOT_PUBLISHED = "not published"
_SAME = ("funding_stream", "funder", "flow", "status", "area_code", "recipient")


def _with_totals(
    stored: dict[str, pd.DataFrame], rows: pd.DataFrame, totals: pd.DataFrame | None
) -> dict[str, pd.DataFrame]:
    """Add to the tables of a list its printed totals, what was spent, and the checks of both.

    Parameters
    ----------
    stored : dict of str to DataFrame
        Tables of the awards alone.
    rows : DataFrame
        The awards as they were read, in the same order.
    totals : DataFrame or None
        The `totals` of ``read_awards``.
    """
    import pandas as pd

    awards = stored["awards"]
    made = _Made(stored, rows)
    known = set(awards["subject_id"])
    for name in awards["part_of"].dropna().unique():
        if name in known:
            made.whole(name, awards.index[awards["part_of"] == name].tolist())
    if "spent" in rows:
        made.spent()
    if totals is not None and len(totals):
        made.totals(totals)
    added = {
        "totals": stored_table("totals", made.columns("totals"), len(made.rows["totals"])),
        "figures": stored_table("figures", made.columns("figures"), len(made.rows["figures"])),
        "statements": stored_table(
            "statements", made.columns("statements"), len(made.rows["statements"])
        ),
    }
    part_of = awards["part_of"].where(awards["part_of"].notna(), made.part_of)
    return stored | {
        "awards": awards.assign(part_of=part_of.astype(awards["part_of"].dtype)),
        "totals": added["totals"],
        "figures": pd.concat(
            [one for one in (stored["figures"], added["figures"]) if len(one)]
            or [stored["figures"]],
            ignore_index=True,
        ),
        "statements": made.judged(added["statements"], stored["figures"], added["figures"]),
    }


class _Made:
    """Rows that a list adds beside its awards."""

    def __init__(self, stored: dict[str, pd.DataFrame], rows: pd.DataFrame) -> None:
        import pandas as pd

        self.awards, self.figures = stored["awards"], stored["figures"]
        self.read = rows
        self.listing = str(self.awards["listing"].iloc[0]) if len(self.awards) else ""
        self.rows: dict[str, list[dict[str, Any]]] = {
            "totals": [], "figures": [], "statements": [],
        }  # fmt: skip
        self.part_of = pd.Series(None, index=self.awards.index, dtype="object")

    def columns(self, name: str) -> dict[str, list[Any]]:
        """Give the rows of a table as columns."""
        names = dict.fromkeys(key for row in self.rows[name] for key in row)
        return {key: [row.get(key) for row in self.rows[name]] for key in names}

    def amount(self, key: str, text: str, place: str, **subject: Any) -> None:
        """Add a printed amount that is no award of the list."""
        printed, _, kind = read_one(text, "")[1:]
        token = None if printed is None else text.strip()
        self.rows["totals"].append({"subject_id": key, **subject})
        read = token_columns(token, unit="GBP", precision="exact")
        unknown = None if token else kind or "not_published"
        self.rows["figures"].append(
            {
                "figure_id": key,
                "subject_id": key,
                "source_id": self.figures["source_id"].iloc[0],
                "locator": place,
                "token": token,
                "unit": "GBP",
                "precision": "exact" if token else "as_printed",
                **{name: read[name] for name in (*TOKEN_COLUMNS, "flags")},
                "unknown": unknown,
                "unknown_reason": f"The file prints {text.strip()!r}." if unknown else None,
                "verified": "yes",
            }
        )

    def whole(self, name: str, own: list[Any]) -> None:
        """Hold the amount of an award over several years against its yearly rows."""
        whole = self.awards[self.awards["subject_id"] == name].iloc[0]
        years = self.awards.loc[own]
        covered = (
            years["period_start"].min() <= whole["period_start"]
            and years["period_end"].max() >= whole["period_end"]
        )
        self.check(
            f"{name}-years",
            "The yearly amounts add up to the whole award of " + str(whole["recipient"]),
            years["subject_id"].tolist(),
            name,
            complete=bool(covered),
        )

    def spent(self) -> None:
        """Make what was spent of each award an amount with status outturn."""
        given = self.read["spent"].notna() & (self.read["spent"].str.strip() != "")
        for at in self.read.index[given]:
            award = self.awards.loc[at]
            self.amount(
                f"{award['subject_id']}-spent",
                str(self.read.at[at, "spent"]),
                str(self.read.at[at, "place"]) + ", spent",
                **{name: award[name] for name in (*_SAME, "period_start", "period_end")}
                | {"kind": "award", "status": "outturn", "part_of": None},
            )

    def totals(self, totals: pd.DataFrame) -> None:
        """Make each printed total an amount, and a check of the awards that it stands under."""
        at_place = {place: row for row, place in enumerate(self.read["place"])}
        keys = [[row["label"], row["column"], "total"] for row in totals.to_dict("records")]
        others = [[row["place"], row["token"]] for row in totals.to_dict("records")]
        names = content_ids(f"{self.listing}-total", keys, others)
        scopes = []
        for name, row in zip(names, totals.to_dict("records"), strict=True):
            places = [one for one in str(row.get("parts") or "").split("; ") if one]
            scope = [at_place[place] for place in places if place in at_place]
            scopes.append((len(scope), name, row, scope, len(scope) < len(places)))
        for size, name, row, scope, lost in sorted(scopes, key=lambda one: -one[0]):
            parts = self.awards.loc[scope]
            shared = {
                field: parts[field].iloc[0] if size and parts[field].nunique() == 1 else None
                for field in _SAME
            }
            label = " ".join(str(row["label"]).split()) or "Total"
            self.amount(
                name,
                str(row["token"]),
                str(row["place"]),
                **shared
                | {
                    "funding_stream": shared["funding_stream"] or label,
                    "area_code": self.awards["area_code"].iloc[0],
                    "status": shared["status"] or "award",
                    "kind": "total",
                    "period_start": parts["period_start"].min() if size else None,
                    "period_end": parts["period_end"].max() if size else None,
                    "purpose": f"{label}, as printed",
                    "part_of": self._larger(scope),
                },
            )
            if size and shared["status"] and (shared["flow"] or parts["flow"].isna().all()):
                self.check(
                    f"{name}-adds-up",
                    f"{label} ({row['place']}) is the sum of {row['rows']}",
                    [*parts["subject_id"], *([NOT_PUBLISHED] if lost else [])],
                    name,
                )
            self.part_of.iloc[scope] = name

    def _larger(self, scope: list[int]) -> str | None:
        """Name the smallest total so far that holds all awards of a scope."""
        named: list[Any] = list(self.part_of.iloc[scope].unique()) if scope else []
        return str(named[0]) if len(named) == 1 and not is_missing(named[0]) else None

    def check(
        self, key: str, said: str, left: list[str], right: str, *, complete: bool = True
    ) -> None:
        """Add the statement that amounts add up to another."""
        joined = ";".join(left)
        if len(joined) > LONGEST_TEXT:
            of = self.awards["subject_id"].isin(left)
            values = self.figures.loc[of.to_numpy(), ["token", "value"]]
            added = exact_sum(values["value"].dropna().astype(float)) or 0
            joined = f"GBP:{pounds(float(added), places=2)}"
            joined += f";{NOT_PUBLISHED}" if values["value"].isna().any() else ""
            said += f", {count(len(left))} amounts added up here"
        self.rows["statements"].append(
            {
                "statement_id": key,
                "statement": said,
                "relation": "sum" if complete else "part_of",
                "left": joined,
                "right": right,
                "source_id": self.figures["source_id"].iloc[0],
                "locator": "the list itself",
                "complete": complete,
                "area_code": self.awards["area_code"].iloc[0],
                "expected_verdict": "cannot be told",
            }
        )

    def judged(self, statements: pd.DataFrame, *figures: pd.DataFrame) -> pd.DataFrame:
        """Record the verdict of each statement, as arithmetic gives it."""
        import pandas as pd

        if statements.empty:
            return statements
        held = put_together(figures)
        mini = cast("Evidence", SimpleNamespace(statements=statements, figures=held))
        worked = work_statements(mini)
        verdicts = [result.verdict for _, result in worked]
        reasons = pd.Series([result.reason for _, result in worked], dtype="str")
        return statements.assign(expected_verdict=verdicts, expected_reason=reasons)
