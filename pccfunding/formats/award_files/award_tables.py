"""Awards that were read from a file, as the tables of an evidence package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pccfunding.areas import find_area
from pccfunding.errors import TableError
from pccfunding.evidence.token_columns import TOKEN_COLUMNS, token_columns
from pccfunding.formats.award_files.content_ids import content_ids
from pccfunding.formats.award_files.printed_totals import with_totals
from pccfunding.formats.award_files.stored_tables import stored_columns, stored_table
from pccfunding.measures.award_years import wholes_of
from pccfunding.periods import Period
from pccfunding.words import pounds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["award_tables", "text_rows", "years_from_dates"]

_OWN = ("outcomes", "totals", "statements")
_SOURCE = ("title", "publisher")


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

    absent = [name for name in _SOURCE if not source.get(name)]
    if absent:
        raise TableError(f"source= has no {absent[0]!r}; name the file's title and publisher.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", listing):
        raise TableError(f"listing={listing!r} is no key; use lower case, digits and hyphens.")
    rows = _dated(awards.reset_index(drop=True))
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
    return with_totals(stored, rows, totals)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """Give awards without a period the financial year that they were awarded in, and say so."""
    undated = rows["period_start"].isna() & rows["period_end"].isna()
    named = undated & rows["awarded_on"].notna()
    if not named.any():
        return rows
    said = rows["note"].astype("object")
    words = said.where(said.notna(), "") + " Its year is that of the award date."
    return years_from_dates(rows).assign(note=said.where(~named, words.str.strip()))


def years_from_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Give awards without a period the financial year that they were awarded in."""
    import pandas as pd

    undated = frame["period_start"].isna() & frame["awarded_on"].notna()
    days = frame["awarded_on"][undated].dt.date
    years = [Period.of(day, day).financial_years()[0] for day in days]
    index = frame.index[undated]
    filled: dict[str, Any] = {
        "period": pd.Series([year.label for year in years], index=index, dtype="str"),
        "period_start": pd.Series([year.start for year in years], index=index),
        "period_end": pd.Series([year.end for year in years], index=index),
    }
    return frame.assign(
        **{
            name: frame[name].where(~undated, cells.astype(frame[name].dtype))
            for name, cells in filled.items()
        }
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
