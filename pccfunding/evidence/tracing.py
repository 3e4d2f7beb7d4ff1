"""From a row back to where it was printed: sources, figures, and versions of one amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import pandas as pd

from pccfunding.errors import TableError, UnknownNameError, did_you_mean
from pccfunding.evidence.citation import Style, written
from pccfunding.evidence.evidence import Evidence, bundled_rows
from pccfunding.evidence.loaders import given_evidence
from pccfunding.frames.days import in_whole_days
from pccfunding.frames.opening import open_frame
from pccfunding.frames.tables import Table, encoded_key, names_of_columns, open_table
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    from pandas.io.formats.style import Styler

__all__ = ["caption", "cite", "revisions", "trace"]


# Windows of a result: the rows behind it lie inside one of them.
_WINDOWS = (
    ("period_start", "period_end"),
    ("baseline_start", "baseline_end"),
    ("comparison_start", "comparison_end"),
)
# Columns that a measure writes itself; they name no group of the table behind it.
_WRITTEN = frozenset({"caution", "flow", "note", "price_base", "status", "unknown_reason"})


@overload
def cite(
    rows: Any,
    *,
    of: Any = None,
    evidence: Evidence | None = None,
    style: Literal["frame"] = "frame",
) -> pd.DataFrame: ...
@overload
def cite(rows: Any, *, of: Any = None, evidence: Evidence | None = None, style: Style) -> str: ...
def cite(
    rows: Any,
    *,
    of: Any = None,
    evidence: Evidence | None = None,
    style: Literal["frame"] | Style = "frame",
) -> pd.DataFrame | str:
    """List the sources behind the rows of a table or a result, in reading order.

    Parameters
    ----------
    rows : DataFrame or result
        A table with a column `figure_id`, `figures` (ids joined by ';') or `source_id`; a result
        whose `frame` has one; or a reconciliation of rows that name their figures.
    of : DataFrame or lazy frame, optional
        The table that `rows` was measured from, where `rows` itself names no figure: its rows of
        the same keys and periods are cited, as :func:`trace` finds them.
    evidence : Evidence, optional
        Where the figures are known; the bundled evidence by default.
    style : {"frame", "text", "bibtex", "csl"}, default "frame"
        A table; a sentence a source; entries for BibTeX; CSL JSON, as Zotero and pandoc read it.

    Returns
    -------
    DataFrame or str
        One row a source: `source_id`, `title`, `publisher`, `published_on`, `url` (the
        publisher's own), `copy_url` (the public copy that was read, where it was not that),
        `read_on`, `licence`, `tokens` (the printed tokens taken from it, joined by '; ').

    Raises
    ------
    UnknownNameError
        If a figure or source is not in the evidence, or the style is none of the four.
    TableError
        If the table has none of the columns.

    Examples
    --------
    >>> from pccfunding.evidence.loaders import load_awards
    >>> cite(load_awards())["publisher"].tolist()
    ['Police and Crime Commissioner for Cambridgeshire and Peterborough']

    A measure keeps no ids; the table that it was made from has them.

    >>> import pccfunding as pcc
    >>> awards = load_awards()
    >>> spend = pcc.per_capita_spend(awards, pcc.load_population(), by="funder_group")
    >>> cite(spend[spend["funder_group"] == "Commissioner's Funds"], of=awards)["tokens"].iloc[0]
    '£1,544,914; £288,175; £70,023'

    >>> print(cite(load_awards(), style="bibtex").splitlines()[0])
    @techreport{cambs-panel-report-2024-03,
    """
    known = _Known() if evidence is None else given_evidence(evidence)
    own = _opened(rows)
    if {"figure_id", "figures", "source_id"} & set(own.columns):
        of = None  # its rows name what they are from
    table = own if of is None else _opened(trace(rows, of=of))
    if of is not None and not len(table) and len(own):
        raise TableError(
            "No row of the table of= lies behind this result: their keys or days differ. Days of a "
            "lazy frame are read where they are dates, ISO text or 2023-24."
        )
    named = {"figure_id", "figures", "source_id"} & set(table.columns)
    kept = () if hasattr(type(rows), "columns") else getattr(rows, "sources", ())
    if of is None and kept and (not named or (named == {"figures"} and not _figures_of(table))):
        order, printed = _kept_names(kept, known)
    elif "figure_id" in table.columns or "figures" in table.columns:
        wanted = pd.Index(_figures_of(table), dtype=object)
        figures = known.figures.set_index("figure_id")
        _refuse_unknown(wanted, figures.index, "figure")
        tokens = figures.loc[wanted, ["source_id", "token"]]
        order = tokens["source_id"].drop_duplicates().tolist()
        printed = tokens.dropna().groupby("source_id", sort=False)["token"].agg("; ".join)
    elif "source_id" in table.columns:
        order = _present(table, "source_id")
        printed = pd.Series(dtype=object)
    else:
        raise TableError(
            f"This table has neither figure_id nor source_id; it has "
            f"{', '.join(map(repr, table.columns))}. Keep one of them to be able to cite, or name "
            f"the table that it was made from with of=."
        )
    sources = known.sources.set_index("source_id")
    _refuse_unknown(pd.Index(order), sources.index, "source")
    if not isinstance(style, str) or style != "frame":
        full = sources.loc[order].assign(tokens=printed.reindex(order)).reset_index()
        rows_of_sources: list[dict[str, Any]] = [
            {str(name): value for name, value in row.items()} for row in full.to_dict("records")
        ]
        return written(rows_of_sources, style)
    told = ["title", "publisher", "published_on", "url", "copy_url", "read_on", "licence"]
    # Evidence of others may say nothing of copies.
    cited: pd.DataFrame = sources.loc[order].reindex(columns=told)
    return cited.assign(tokens=printed.reindex(order)).reset_index()


def _kept_names(names: Sequence[str], known: Any) -> tuple[list[str], Any]:
    """Give the sources, and their tokens, of the ids that a result kept of its tables."""
    figures = known.figures.set_index("figure_id")
    wanted = [name for name in names if name in figures.index]
    tokens = figures.loc[wanted, ["source_id", "token"]]
    printed = tokens.dropna().groupby("source_id", sort=False)["token"].agg("; ".join)
    alone = [name for name in names if name not in figures.index]
    return list(dict.fromkeys([*tokens["source_id"], *alone])), printed


def caption(
    table: Any, text: str = "", *, of: Any = None, evidence: Evidence | None = None
) -> Styler:
    """Dress a table for a notebook: a caption that names its sources.

    Parameters
    ----------
    table : DataFrame or result
        A pandas frame that :func:`cite` can read, or a result, whose `frame` is shown.
    text : str, optional
        What the table shows, before the sources.
    of : DataFrame, optional
        The table that it was measured from, as :func:`cite` takes it.
    evidence : Evidence, optional
        Where the figures are known; the bundled evidence by default.

    Returns
    -------
    Styler
        The table as pandas shows it; the frame itself is unchanged, at ``.data``.

    Raises
    ------
    UnknownNameError, TableError
        As :func:`cite`.

    Examples
    --------
    >>> from pccfunding.evidence.loaders import load_awards
    >>> caption(load_awards(), "Award lines").caption[:52]
    'Award lines. Source: Police and Crime Commissioner f'
    """
    cited = cite(table, of=of, evidence=evidence)
    named = [
        f"{row['publisher']}, {row['title']}"
        + ("" if is_missing(row["published_on"]) else f" ({row['published_on'].year})")
        for row in cited.to_dict("records")
    ]
    if not isinstance(text, str):
        raise TableError(f"text is a {type(text).__name__}; a caption is a text.")
    lead = f"{text.rstrip('.')}. " if text else ""
    several = "s" if len(named) > 1 else ""
    shown: pd.DataFrame = _framed(table)
    return shown.style.set_caption(f"{lead}Source{several}: {'; '.join(named)}.")


class _Known:
    """The bundled figures and sources alone, which is all that citing asks of the evidence."""

    @property
    def figures(self) -> pd.DataFrame:
        return bundled_rows("figures")

    @property
    def sources(self) -> pd.DataFrame:
        return bundled_rows("sources")


def _opened(rows: Any) -> nw.DataFrame[Any]:
    try:
        return open_table(_framed(rows), "table").frame.collect()
    except TableError as error:
        if isinstance(error.__cause__, TypeError):
            raise TableError(
                f"Only a table, or a result with a frame, can be cited; this is a "
                f"{type(rows).__name__}."
            ) from None
        raise


def _framed(rows: Any) -> Any:
    # A table may have a column of this name.
    return rows if hasattr(type(rows), "columns") else getattr(rows, "frame", rows)


def _figures_of(table: nw.DataFrame[Any]) -> list[str]:
    if "figure_id" in table.columns:
        return _present(table, "figure_id")
    joined = ";".join(_present(table, "figures"))
    return [name for name in dict.fromkeys(joined.split(";")) if name]


def _present(table: nw.DataFrame[Any], column: str) -> list[str]:
    names: list[str] = table[column].drop_nulls().unique(maintain_order=True).to_list()
    return names


def _refuse_unknown(wanted: pd.Index[Any], known: pd.Index[Any], what: str) -> None:
    lost = wanted.difference(known)
    if len(lost):
        raise UnknownNameError(
            f"No {what} {lost[0]!r} in this evidence. If it comes from your own data package, "
            f"give it: cite(..., evidence=read_evidence(folder))."
        )


def trace(table: Any, *, by: str | Sequence[str] | None = None, of: Any = None) -> Any:
    """Give the way from each row of a result back to the figures behind it.

    Either name the keys of a table whose rows carry their figures, or give a result together
    with the table that it was measured from.

    Parameters
    ----------
    table : DataFrame, lazy frame or result
        What was measured: rows with a column `figure_id`, on any engine. A result, or a DataFrame
        of results such as ``reconcile_statements()``, names its `figures`, joined by ';'.
    by : str or sequence of str, optional
        The `by` of the measure. With `of` it is every column of text that both tables share.
    of : DataFrame or lazy frame, optional
        The table that a measure was given, with `figure_id` or `source_id`: a row of it lies
        behind a row of the result where the keys are equal and its period lies in one of the
        result's windows; a change from year to year takes in the year before.

    Returns
    -------
    DataFrame or lazy frame
        The same kind, of a result a DataFrame: one row a pair of key and `figure_id`, in order.
        Rows without days that can be read lie behind no row of a result.

    Raises
    ------
    TableError
        If a column is missing.

    Examples
    --------
    >>> from pccfunding.evidence.loaders import load_awards
    >>> ways = trace(load_awards(), by="funder_group")
    >>> ways[ways["funder_group"] == "Commissioner's Funds"]["figure_id"].tolist()
    ['S021', 'S022', 'S023']
    >>> import pccfunding as pcc
    >>> spend = pcc.per_capita_spend(load_awards(), pcc.load_population(), by="funder_group")
    >>> ways = trace(spend, of=load_awards())
    >>> ways[ways["funder_group"] == "Commissioner's Funds"]["figure_id"].tolist()
    ['S021', 'S022', 'S023']
    """
    if of is not None:
        return _ways(table, of, by)
    if by is None:
        raise TableError(
            "trace takes by=, the keys of a table with figure_id, or of=, the table that a result "
            "was measured from."
        )

    rows = _framed(table)
    if isinstance(rows, pd.DataFrame) and "figures" in rows and "figure_id" not in rows:
        rows = rows.assign(figure_id=rows["figures"].str.split(";")).explode("figure_id")
        rows = rows[rows["figure_id"].fillna("") != ""]
    opened = open_table(rows, "table")
    frame = opened.frame
    keys = names_of_columns(by)
    present = frame.collect_schema().names()
    columns = [*keys, "figure_id"]
    TableError.need("This table", columns, present, cure="Keep figure_id to be able to trace.")
    return opened.close(frame.select(columns).unique(subset=columns).sort(columns))


def _ways(result: Any, of: Any, by: str | Sequence[str] | None) -> Any:
    """Join a result to the rows that it was measured from, by keys and periods."""
    import narwhals.stable.v2 as nw

    rows_of = _framed(result)
    if rows_of is not result:
        # What a result calls its period may be a season's: only its days say when.
        said = [name for name in ("period", "financial_year") if name in rows_of.columns]
        rows_of = rows_of.drop(columns=said)
    days = sum(_WINDOWS, ())
    measured = in_whole_days(open_frame(rows_of, "result", also=days), days)
    table = in_whole_days(open_frame(of, "of", also=_WINDOWS[0]))
    rows, held, source = measured.frame, measured.schema, table.schema
    named = next((name for name in ("figure_id", "source_id") if name in source), "figure_id")
    if by is None:
        _refuse_keys_in_index(measured, table)
        texts = (nw.String, nw.Categorical, nw.Object, nw.Enum)
        shared = [name for name, kind in held.items() if isinstance(kind, texts)]
        keys = [name for name in shared if name in source and name not in _WRITTEN]
    else:
        keys = names_of_columns(by)
    keys = [name for name in keys if name not in ("figure_id", "source_id")]
    TableError.need("The table of=", [*keys, named], source)
    TableError.need("The result", keys, held)
    windows = [pair for pair in _WINDOWS if set(pair) <= set(held)]
    span = [name for name in ("period_start", "period_end") if name in source]
    shown = list(dict.fromkeys([*keys, *(windows[0] if windows else ())]))
    renamed = {name: f"_of_{name}" for name in span}
    # By encoded keys: engines differ in joining what is missing, which is a group of its own.
    behind = table.frame.select(*span, named, _key=encoded_key(table, keys)).rename(renamed)
    joined = rows.with_columns(_key=encoded_key(measured, keys)).join(
        behind, on="_key", how="inner"
    )
    if windows and len(span) == 2:
        start, end = nw.col("_of_period_start"), nw.col("_of_period_end")
        inside = nw.any_horizontal(
            *((start >= nw.col(first)) & (end <= nw.col(last)) for first, last in windows),
            *_year_before(held, start, end),
            ignore_nulls=True,
        )
        joined = joined.filter(inside)
    columns = [*shown, named]
    pairs = joined.select(columns).unique(subset=columns).sort(columns, nulls_last=True)
    return table.close(pairs)


def _refuse_keys_in_index(measured: Table, table: Table) -> None:
    """Refuse to pass over a key that one of the two holds in its index."""
    for one, other in ((measured, table), (table, measured)):
        beside = _named_levels(other)
        one.need(*(name for name in _named_levels(one) if name in other.schema or name in beside))


def _named_levels(table: Table) -> list[str]:
    levels = getattr(getattr(table.native, "index", None), "names", ())
    return [name for name in levels if isinstance(name, str)]


def _year_before(held: Any, start: nw.Expr, end: nw.Expr) -> list[nw.Expr]:
    """Take in the year before, where a result sets a value beside that of the previous year."""
    import narwhals.stable.v2 as nw

    if not any(name.endswith("_previous") for name in held):
        return []
    first, last = nw.col("period_start"), nw.col("period_end")
    return [(start >= first.dt.offset_by("-1y")) & (end <= last.dt.offset_by("-1y"))]


def revisions(subject_id: str, *, evidence: Evidence | None = None) -> pd.DataFrame:
    """Show every printing of one amount, with what changed from one to the next.

    Parameters
    ----------
    subject_id : str
        Key of an award, total or outcome.
    evidence : Evidence, optional
        The bundled evidence by default. Evidence as of a day shows what was printed by then.

    Returns
    -------
    DataFrame
        One row a printing, dated ones first in time order: `published_on`, `token`, `value`,
        `change` (from the printing before, in the figure's unit), `source_id`, `locator`,
        `superseded_by`, `holds` (whether it is the one in the tables of the evidence),
        `figure_id`.

    Raises
    ------
    UnknownNameError
        If nothing is known of the subject.

    Examples
    --------
    >>> revisions("cambs-safer-streets-5")["token"].tolist()[0]
    '£1m'
    """
    known = given_evidence(evidence)
    if not isinstance(subject_id, str):
        raise UnknownNameError(
            f"subject_id is a {type(subject_id).__name__}; it is the text that an award, total or "
            f"outcome has in the column subject_id."
        )
    printed = known.figures[known.figures["subject_id"] == subject_id]
    if known.as_of is not None:
        printed = printed[printed["published_on"] <= pd.Timestamp(known.as_of)]
    if printed.empty:
        hint = did_you_mean(subject_id, known.figures["subject_id"].unique())
        day = f" as of {known.as_of}" if known.as_of else ""
        raise UnknownNameError(f"No figure about {subject_id!r}{day}.{hint}")
    ordered = printed.sort_values(["published_on", "figure_id"], kind="stable", na_position="last")
    value = pd.to_numeric(ordered["value"]).astype("float64")
    subjects = [known.awards, known.outcomes, known.totals]
    held = pd.concat([table["figure_id"] for table in subjects])
    return pd.DataFrame(
        {
            "published_on": ordered["published_on"],
            "token": ordered["token"],
            "value": value,
            "change": value.diff(),
            "source_id": ordered["source_id"],
            "locator": ordered["locator"],
            "superseded_by": ordered["superseded_by"],
            "holds": ordered["figure_id"].isin(held),
            "figure_id": ordered["figure_id"],
        }
    ).reset_index(drop=True)
