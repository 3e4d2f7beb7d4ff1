"""Evidence: the tables that a Review is made from, bundled or from any data package."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from pccfunding.bundled import datasets_dir
from pccfunding.errors import DataPackageError, PeriodError
from pccfunding.evidence.tables import (
    path_of,
    read_descriptor,
    read_inside,
    read_table,
    resources_of,
)
from pccfunding.evidence.token_columns import (
    amounts_of_no_token,
    broken_supersession,
    filled_from_tokens,
    misread_tokens,
)
from pccfunding.money.pence import LARGEST, known_sum
from pccfunding.periods import Period, parse_date
from pccfunding.words import is_missing

__all__ = [
    "Evidence",
    "bundled_rows",
    "bundled_table",
    "check_contracts",
    "codes_within",
    "day_of",
    "loaded_tables",
    "read_package",
    "table_names",
]

_SUBJECT_TABLES = ("awards", "outcomes", "totals")
_OWN_TABLES = ("sources", "figures", *_SUBJECT_TABLES, "statements")
_SOURCE_ORDER = ("report", "statistics", "hansard", "web_page", "news")


@dataclass(frozen=True, eq=False)
class Evidence:
    """The tables that measures and Reviews work on: plain DataFrames.

    Attributes
    ----------
    sources, figures, awards, outcomes, totals, statements : DataFrame
        What was published, by whom, and what it is about. `awards`, `outcomes` and `totals`
        carry the printing that holds at `as_of`.
    services : DataFrame
        Services and funds, with the decision that a person entered about each.
    areas, population, recorded_crime, street_crime, crime_severity, deflator, weights : DataFrame
        Official statistics.
    asb_incidents, knife_and_firearm_offences : DataFrame
        Official statistics of incidents and offences that no class of recorded crime holds.
    breaks : DataFrame
        Where a series stops being comparable with itself, and why.
    as_of : datetime.date or None
        The day whose knowledge the tables show; None for everything known.
    origin : str
        Where the tables were read from.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> evidence = pcc.load_evidence()
    >>> len(evidence.awards), evidence.as_of
    (8, None)
    """

    sources: pd.DataFrame
    figures: pd.DataFrame
    awards: pd.DataFrame
    outcomes: pd.DataFrame
    totals: pd.DataFrame
    statements: pd.DataFrame
    services: pd.DataFrame
    areas: pd.DataFrame
    population: pd.DataFrame
    recorded_crime: pd.DataFrame
    street_crime: pd.DataFrame
    crime_severity: pd.DataFrame
    deflator: pd.DataFrame
    weights: pd.DataFrame
    asb_incidents: pd.DataFrame
    knife_and_firearm_offences: pd.DataFrame
    breaks: pd.DataFrame
    as_of: dt.date | None = None
    origin: str = "bundled"

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(getattr(self, name))}" for name in table_names())
        return f"Evidence({self.origin}, as of {self.as_of or 'today'}: {rows})"


def table_names() -> tuple[str, ...]:
    """Names of the tables of an Evidence, in order."""
    return tuple(field.name for field in fields(Evidence) if field.name not in ("as_of", "origin"))


def read_package(folder: Path, *, as_of: dt.date | str | None = None) -> Evidence:
    """Read evidence from the folder of a data package.

    Raises
    ------
    DataPackageError
        If a table is missing, or breaks its contract; the message names file, row and column.
    """
    day = day_of(as_of)
    resources = resources_of(folder)
    absent = [name for name in _OWN_TABLES if name not in resources]
    if absent:
        raise DataPackageError(
            f"{folder} holds no table {absent[0]!r}. Evidence needs {', '.join(_OWN_TABLES)}; "
            f"found {', '.join(sorted(resources)) or 'none'}."
        )
    stored = {}
    for name in table_names():
        if name in resources:
            stored[name] = filled(name, read_table(folder, resources[name]))
            if changed := changed_file(folder, resources[name]):
                raise DataPackageError(f"{folder / str(resources[name]['path'])}: {changed}.")
    check_contracts(stored, folder)
    return Evidence(**loaded_tables(stored, day), as_of=day, origin=str(folder))


def filled(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give a stored table the nullable columns that it lacks, and what follows from its tokens."""
    from pccfunding.schemas import completed

    return completed(name, filled_from_tokens(table) if name == "figures" else table)


def changed_file(folder: Path, resource: dict[str, Any]) -> str | None:
    """Say that a table is another file than its descriptor was written for; None where it is not.

    The descriptor gives its sha256 as `hash` ("sha256:...") or as `sha256`.
    """
    said = str(resource.get("hash") or f"sha256:{resource.get('sha256') or ''}")
    kind, _, digest = said.partition(":")
    if kind != "sha256" or not digest:
        return None
    content = read_inside(folder, path_of(resource))
    if digest == hashlib.sha256(content).hexdigest():
        return None
    return (
        "the file was changed after its hash was written; write the package again with "
        "write_data_package"
    )


def loaded_tables(
    stored: dict[str, pd.DataFrame], as_of: dt.date | None
) -> dict[str, pd.DataFrame]:
    """Join subjects to their printings, and take from the bundle the statistics that are absent."""
    tables = {
        name: bundled_table(name) if name not in stored else _loaded(name, stored, as_of)
        for name in table_names()
    }
    tables["sources"] = _withbundled_rows(tables["sources"], tables, stored)
    return tables


def _withbundled_rows(
    sources: pd.DataFrame, tables: dict[str, pd.DataFrame], stored: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Add the sources of the statistics that were taken from the bundle."""
    taken = [tables[name] for name in tables if name not in stored and "source_id" in tables[name]]
    if not taken:
        return sources
    named = pd.concat([table["source_id"] for table in taken]).unique()
    bundled = bundled_table("sources")
    wanted = bundled["source_id"].isin(named) & ~bundled["source_id"].isin(sources["source_id"])
    return pd.concat([sources, bundled[wanted]], ignore_index=True) if wanted.any() else sources


def bundled_table(name: str, *, as_of: dt.date | None = None) -> pd.DataFrame:
    """Load one table of the bundled evidence, as its own copy."""
    held = _bundled_subjects(name, as_of) if name in _SUBJECT_TABLES else bundled_rows(name)
    return held.copy()


@lru_cache(maxsize=32)
def _bundled_subjects(name: str, as_of: dt.date | None) -> pd.DataFrame:
    stored = {table: bundled_rows(table) for table in ("sources", "figures", name)}
    return _loaded(name, stored, as_of)


@cache
def bundled_rows(name: str) -> pd.DataFrame:
    folder = datasets_dir()
    for resource in read_descriptor(folder)["resources"]:
        if resource["name"] == name:
            return read_table(folder, resource)
    raise DataPackageError(f"The bundled data package holds no table {name!r}.")


def _loaded(name: str, stored: dict[str, pd.DataFrame], as_of: dt.date | None) -> pd.DataFrame:
    table = stored[name]
    if name not in _SUBJECT_TABLES:
        return table.copy()
    printed = _holding(stored["figures"], stored["sources"], as_of)
    for column in printed.columns.intersection(table.columns).drop("subject_id"):
        raise DataPackageError(
            f"The table {name!r} has a column {column!r} of its own, which is filled from the "
            f"figures. Rename it."
        )
    joined = table.merge(printed, on="subject_id", how="inner", validate="1:1")
    joined["period"] = _labels(joined["period_start"], joined["period_end"])
    if name == "outcomes":
        joined["baseline"] = _labels(joined["baseline_start"], joined["baseline_end"])
        is_change = (joined["quantity"] == "change") & (joined["unit"] == "percent")
        joined["change_pct"] = joined["value"].where(is_change)
        joined = joined.drop(columns="per")
        order: tuple[str, ...] = _OUTCOME_ORDER
    else:
        in_pounds = joined["unit"] == "GBP"
        if name == "awards":  # "£500 per month" is no whole award, nor any part that is known
            in_pounds &= joined["per"].isna() | joined["per"].eq("year")
        for column in ("amount", "amount_low", "amount_high"):
            source = column.replace("amount", "value")
            joined[f"{column}_gbp"] = joined[source].where(in_pounds)
        order = _MONEY_ORDER
        dropped = ["value_low", "value_high"] + ([] if name == "totals" else ["value"])
        joined = joined.drop(columns=dropped)
    first = [column for column in order if column in joined.columns]
    return joined[first + [column for column in joined.columns if column not in first]]


_MONEY_ORDER = (
    "subject_id",
    "funding_stream",
    "kind",
    "period",
    "amount_gbp",
    "amount_low_gbp",
    "amount_high_gbp",
    "token",
    "hedge",
    "value",
    "unit",
    "per",
    "unknown",
    "area_code",
    "period_start",
    "period_end",
    "flow",
    "status",
    "funder_group",
    "funder",
    "recipient",
    "figure_id",
)
_OUTCOME_ORDER = (
    "subject_id",
    "measure",
    "value",
    "unit",
    "change_pct",
    "value_low",
    "value_high",
    "token",
    "hedge",
    "unknown",
    "period",
    "baseline",
    "area_code",
    "theme",
    "funding_stream",
    "figure_id",
)


def _holding(figures: pd.DataFrame, sources: pd.DataFrame, as_of: dt.date | None) -> pd.DataFrame:
    """Choose one printing a subject: not superseded, a number, finest, best source, latest."""
    known = figures
    if as_of is not None:
        known = known[known["published_on"] <= pd.Timestamp(as_of)]
    known = known[~known["superseded_by"].isin(known["figure_id"])]
    kinds = sources.set_index("source_id")["kind"]
    rank = {kind: place for place, kind in enumerate(_SOURCE_ORDER)}
    ordered = known.assign(
        _missing=known["token"].isna(),
        _hedged=known["hedge"].notna(),
        _resolution=pd.to_numeric(known["resolution"]),
        _source=known["source_id"].map(kinds).map(rank),
        _published=-known["published_on"].astype("int64"),
    ).sort_values(
        ["subject_id", "_missing", "_hedged", "_resolution", "_source", "_published", "figure_id"],
        kind="stable",
    )
    chosen = ordered.drop_duplicates("subject_id")
    return pd.DataFrame(
        {
            "subject_id": chosen["subject_id"],
            "figure_id": chosen["figure_id"],
            "token": chosen["token"],
            "hedge": chosen["hedge"],
            "unit": chosen["unit"],
            "per": chosen["per"],
            "unknown": chosen["unknown"],
            "value": pd.to_numeric(chosen["value"]).astype("float64"),
            "value_low": pd.to_numeric(chosen["low"]).astype("float64"),
            "value_high": pd.to_numeric(chosen["high"]).astype("float64"),
        }
    )


def _labels(starts: pd.Series[Any], ends: pd.Series[Any]) -> pd.Series[Any]:
    labels = [
        None if is_missing(start) or is_missing(end) else Period.of(start.date(), end.date()).label
        for start, end in zip(starts, ends, strict=True)
    ]
    return pd.Series(labels, index=starts.index, dtype=starts.index.to_series().astype(str).dtype)


def _refuse_huge_sums(stored: dict[str, pd.DataFrame], folder: Path) -> None:
    """Refuse awards that cannot be added up in pence, and name the largest of them."""
    if not {"awards", "figures"} <= set(stored):
        return
    figures = stored["figures"]
    figures = figures[figures["subject_id"].isin(stored["awards"]["subject_id"])]
    sizes = figures["value"].astype("float64").abs()
    if known_sum(sizes) * 100 < LARGEST:
        return
    largest = figures.iloc[int(sizes.fillna(0.0).to_numpy().argmax())]
    raise DataPackageError(
        f"{folder}: the awards come to more than can be added exactly in pence (£90 million "
        f"million). The largest is {largest['token']!r} at {largest['locator']}, figure "
        f"{largest['figure_id']!r}. Check its unit, and correct it or leave the row out."
    )


def check_contracts(stored: dict[str, pd.DataFrame], folder: Path) -> None:
    """Hold stored tables to their contracts, and figures to their subjects and sources.

    Parameters
    ----------
    stored : dict of str to DataFrame
        Tables by name, with the columns of their files.
    folder : Path
        Where their files are, for the message.

    Raises
    ------
    DataPackageError
        If a cell breaks its contract, or a figure leads nowhere; file, line and column are named.
    """
    from pccfunding.schemas import broken_rules

    for name, table in stored.items():
        broken = list(broken_rules(name, table))
        for row, how in broken[:1]:
            file = folder / f"{name}.csv"
            if how.startswith("has no"):
                raise DataPackageError(f"{file} {how}")
            place = "" if row is None else f", line {row + 2}"
            raise DataPackageError(f"{file}{place}, {how} ({len(broken)} such cells in all).")
    _refuse_huge_sums(stored, folder)
    if not set(_OWN_TABLES) <= set(stored):
        return  # some tables of a package: nothing to lead to
    subjects = pd.concat([stored[name]["subject_id"] for name in _SUBJECT_TABLES])
    for column, known, where in (
        ("source_id", stored["sources"]["source_id"], "sources"),
        ("subject_id", subjects, "awards, outcomes or totals"),
    ):
        lost = stored["figures"][~stored["figures"][column].isin(known)]
        if len(lost):
            figure = lost.iloc[0]
            raise DataPackageError(
                f"{folder / 'figures.csv'}: figure {figure['figure_id']!r} names {column} "
                f"{figure[column]!r}, which is not in {where}."
            )
    for found in (misread_tokens, amounts_of_no_token, broken_supersession):
        for row, what in found(stored["figures"]):
            raise DataPackageError(
                f"{folder / 'figures.csv'}, line {row + 2}: {what}. Nothing is worked from "
                f"figures that the check calls broken."
            )
    absent = stored["sources"].loc[stored["sources"]["held"] == "no", "source_id"]
    unseen = stored["figures"][stored["figures"]["source_id"].isin(absent)]
    if len(unseen):
        figure = unseen.iloc[0]
        raise DataPackageError(
            f"{folder / 'figures.csv'}: figure {figure['figure_id']!r} comes from "
            f"{figure['source_id']!r}, which sources.csv calls a document that is not held. "
            f"Where the document is at hand, set held to 'yes' and empty named_by and named_at."
        )


def codes_within(areas: pd.DataFrame, area_code: str) -> list[str]:
    """Codes of an area and of the districts inside it: its evidence is that of all of them."""
    inside = areas.loc[areas["parent_code"].eq(area_code), "area_code"]
    return [area_code, *inside]


def day_of(as_of: dt.date | str | None) -> dt.date | None:
    """Read the day whose knowledge is wanted; None for everything known.

    Raises
    ------
    PeriodError
        If it is no day: a number would be taken for one of 1970.
    """
    if isinstance(as_of, str):
        try:
            return parse_date(as_of)
        except PeriodError as error:
            raise PeriodError(f"as_of: {error}") from None
    if isinstance(as_of, dt.datetime):  # a pandas Timestamp too
        as_of = as_of.date()
    if as_of is None or type(as_of) is dt.date:
        return as_of
    raise PeriodError(f"as_of is a {type(as_of).__name__}, {as_of!r}; write a day: '2024-03-31'.")
