"""Awards that were read from a file, as the tables of an evidence package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pccfunding.areas import find_area
from pccfunding.errors import TableError
from pccfunding.evidence.token_columns import TOKEN_COLUMNS, token_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["award_tables", "stored_table"]

_OWN = ("outcomes", "totals", "statements")
_SOURCE = ("title", "publisher")


def award_tables(
    awards: pd.DataFrame,
    *,
    area: str,
    source: Mapping[str, Any],
    listing: str,
    funding_stream: str | None = None,
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

    Returns
    -------
    dict of str to DataFrame
        Tables that keep their contracts: a data package is written from them.

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
    [['northshire-2023-24-1', '12,345', 'line 2']]
    """
    import pandas as pd

    absent = [name for name in _SOURCE if not source.get(name)]
    if absent:
        raise TableError(f"source= has no {absent[0]!r}; name the file's title and publisher.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", listing):
        raise TableError(f"listing={listing!r} is no key; use lower case, digits and hyphens.")
    rows = awards.reset_index(drop=True)
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
    keys = pd.Series([f"{listing}-{number}" for number in range(1, len(rows) + 1)], dtype="str")
    source_id = f"{listing}-source"
    own: dict[str, dict[str, Any]] = {
        "sources": {
            "source_id": [source_id],
            "kind": ["web_page"],
            "licence": ["not stated"],
            **{name: [value] for name, value in source.items()},
        },
        "figures": {"figure_id": keys, "subject_id": keys, "source_id": source_id} | _figures(rows),
        "awards": {
            "subject_id": keys,
            "listing": listing,
            "funding_stream": stream,
            "area_code": find_area(area).code,
            "note": _notes(rows),
        },
    }
    shared = [name for name in _columns("awards") if name in rows and name not in own["awards"]]
    own["awards"] |= {name: rows[name] for name in shared}
    length = {"sources": 1}
    tables = {
        name: stored_table(name, content, length.get(name, len(rows)))
        for name, content in own.items()
    }
    return tables | {name: stored_table(name, {}, 0) for name in _OWN}


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    """Give the columns of the printings, each read again from its token."""
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
        "verified": "yes",
    }


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


def _columns(table: str) -> dict[str, Any]:
    from pccfunding.schemas import STORED

    return dict(STORED[table].to_schema().columns)


def stored_table(name: str, content: Mapping[str, Any], length: int) -> pd.DataFrame:
    """Lay a table out in the columns and types of its contract; columns not given are missing."""
    import pandas as pd

    data = {}
    for column, rule in _columns(name).items():
        kind = str(rule.dtype)
        if kind.startswith("datetime64"):
            kind = "datetime64[ns]"
        elif kind not in ("bool", "float64", "int64"):
            kind = "str"
        given = content.get(column, False if kind == "bool" else None)
        scalar = not hasattr(given, "__len__") or isinstance(given, str)
        cells = [given] * length if scalar else list(given)
        typed: Any = kind
        data[column] = pd.Series(cells, index=range(length), dtype=typed)
    return pd.DataFrame(data)
