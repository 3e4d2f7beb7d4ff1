"""Checks of rows: contracts, keys, subjects, tokens and periods."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pccfunding.checking.package import NEEDED, SUBJECT_TABLES, Finding, Package, line
from pccfunding.errors import PrintedError
from pccfunding.evidence import bundled_table
from pccfunding.intervals import decimal_text
from pccfunding.printed import parse_printed
from pccfunding.schemas import FOREIGN_KEYS, PRIMARY_KEYS, STORED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["contracts", "keys", "periods", "subjects", "tokens"]

_SPANS = (("period_start", "period_end"), ("baseline_start", "baseline_end"))
_READ = ("value", "low", "high", "hedge", "resolution", "low_closed", "high_closed")


def contracts(package: Package) -> Iterator[Finding]:
    """Each cell keeps the contract of its table."""
    import pandera.errors

    for name, table in package.tables.items():
        try:
            STORED[name].validate(table, lazy=True)
        except pandera.errors.SchemaErrors as error:
            for case in error.failure_cases.to_dict("records"):
                where = (
                    ""
                    if case["index"] != case["index"] or case["index"] is None
                    else line(case["index"])
                )
                yield Finding(
                    "broken",
                    name,
                    where,
                    f"column {case['column']!r}: {case['failure_case']!r} breaks the rule "
                    f"{case['check']!r}",
                )


def keys(package: Package) -> Iterator[Finding]:
    """Keys are unique, and every key to another table leads to a row of it."""
    for name, table in package.tables.items():
        key = PRIMARY_KEYS[name]
        for row in table.index[table.duplicated(key)]:
            value = ", ".join(str(table.at[row, column]) for column in key)
            yield Finding("broken", name, line(row), f"the key {value!r} stands twice")
        for column, other, theirs in FOREIGN_KEYS.get(name, []):
            known = package.known(other, theirs)
            if name not in NEEDED and other == "sources":
                known |= set(bundled_table(other)[theirs])  # read_evidence adds these
            yield from _dangling(table, name, column, known, other)


def _dangling(
    table: pd.DataFrame, name: str, column: str, known: set[Any], where: str
) -> Iterator[Finding]:
    lost = table[table[column].notna() & ~table[column].isin(known)]
    for row, value in lost[column].items():
        yield Finding("broken", name, line(row), f"{column} {value!r} is not in {where}")


def subjects(package: Package) -> Iterator[Finding]:
    """A subject stands in one table, has a printing, and is part of subjects that exist."""
    every = package.subjects()
    known = set(every["subject_id"])
    figures = package.tables.get("figures")
    printed = set() if figures is None else set(figures["subject_id"])
    for row, subject in every[every["subject_id"].duplicated()].iterrows():
        what = f"subject {subject['subject_id']!r} stands in two rows or tables"
        yield Finding("broken", subject["table"], line(row), what)
    for name in SUBJECT_TABLES:
        if name in package.tables:
            table = package.tables[name]
            yield from _dangling(table, name, "part_of", known, " or ".join(SUBJECT_TABLES))
            if figures is not None:
                for row, subject in table["subject_id"][~table["subject_id"].isin(printed)].items():
                    what = f"subject {subject!r} has no figure, so no Review shows it"
                    yield Finding("broken", name, line(row), what)
    if figures is not None:
        yield from _dangling(figures, "figures", "subject_id", known, " or ".join(SUBJECT_TABLES))
        yield from _supersession(figures)


def _supersession(figures: pd.DataFrame) -> Iterator[Finding]:
    rows = figures.drop_duplicates("figure_id").set_index("figure_id")
    for row, figure in figures[figures["superseded_by"].notna()].iterrows():
        seen, name = {figure["figure_id"]}, figure["superseded_by"]
        while isinstance(name, str):
            if name in seen or name not in rows.index:
                why = "leads back to itself" if name in seen else f"names no figure: {name!r}"
                yield Finding("broken", "figures", line(row), f"superseded_by {why}")
                break
            if rows.at[name, "subject_id"] != figure["subject_id"]:
                what = f"superseded_by {name!r} is about another subject"
                yield Finding("broken", "figures", line(row), what)
                break
            seen.add(name)
            name = rows.at[name, "superseded_by"]


def tokens(package: Package) -> Iterator[Finding]:
    """Each printed token reads as the row says: value, bounds, ends, hedge and resolution."""
    figures = package.tables.get("figures")
    if figures is None:
        return
    for row, figure in figures[figures["token"].notna()].iterrows():
        try:
            read = _read(figure)
        except PrintedError as error:
            yield Finding("broken", "figures", line(row), str(error))
            continue
        for column, value in read.items():
            held = figure[column] if isinstance(figure[column], str | bool) else None
            held = bool(figure[column]) if column.endswith("_closed") else held
            if held != value:
                yield Finding(
                    "broken",
                    "figures",
                    line(row),
                    f"{column} is {held!r}, but {figure['token']!r} reads as {value!r}",
                )


def _read(figure: pd.Series[Any]) -> dict[str, Any]:
    """What the token of a figure says, column by column."""
    printed = parse_printed(
        figure["token"], unit=figure["unit"], exact=figure["precision"] == "exact"
    )
    if figure["direction"] == "down":
        printed = printed.mirrored()
    hard = printed.hard
    values = (
        _decimal(printed.value),
        _decimal(printed.low),
        _decimal(printed.high),
        printed.hedge,
        _decimal(printed.resolution),
        hard is not None and hard.low_closed,
        hard is not None and hard.high_closed,
    )
    return dict(zip(_READ, values, strict=True))


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def periods(package: Package) -> Iterator[Finding]:
    """A period has both ends in order, and a baseline does not begin after the period."""
    for name, table in package.tables.items():
        for start, end in _SPANS:
            if start not in table or end not in table:
                continue
            half = table[start].isna() != table[end].isna()
            for row in table.index[half]:
                yield Finding("broken", name, line(row), f"only one of {start} and {end} is given")
            for row in table.index[table[start] > table[end]]:
                yield Finding("broken", name, line(row), f"{start} lies after {end}")
        if "baseline_start" in table:
            for row in table.index[table["baseline_start"] > table["period_start"]]:
                yield Finding("broken", name, line(row), "the baseline begins after the period")
