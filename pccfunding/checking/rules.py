"""The rules of loaded tables: contracts, keys, tokens, periods, statements, what is missing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from pccfunding.areas import find_area
from pccfunding.errors import PccFundingError
from pccfunding.evidence import Evidence
from pccfunding.evidence.evidence import bundled_table, read_package
from pccfunding.evidence.reconcile_statements import reconcile_statements
from pccfunding.evidence.token_columns import (
    amounts_of_no_token,
    broken_supersession,
    misread_tokens,
)
from pccfunding.formats.award_files.award_repeats import printed_again, years_beside_wholes
from pccfunding.schemas import (
    FOREIGN_KEYS,
    PRIMARY_KEYS,
    STATUTORY,
    STORED,
    UNKNOWN_KINDS,
    broken_rules,
)
from pccfunding.words import unknown_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CHECKS",
    "NEEDED",
    "STATEMENTS",
    "SUBJECT_TABLES",
    "Check",
    "Finding",
    "Package",
    "line",
    "lines",
    "statements",
]

SUBJECT_TABLES = ("awards", "outcomes", "totals")
NEEDED = ("sources", "figures", *SUBJECT_TABLES, "statements")

_SHOWN = 6


class Finding(NamedTuple):
    """One thing that a check found: "broken" or "to do", in which table, where, and what."""

    state: Literal["broken", "to do"]
    table: str
    place: str
    what: str


@dataclass
class Package:
    """The tables of a folder that could be read, and what went wrong with the others."""

    folder: Path
    descriptor: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    unread: list[Finding] = field(default_factory=list)

    def known(self, table: str, column: str) -> set[Any]:
        """Values of a key column, from the package or, for statistics, from the bundle."""
        if table in self.tables:
            return set(self.tables[table][column].dropna())
        if table in NEEDED or table not in STORED:
            return set()
        return set(bundled_table(table)[column].dropna())

    def subjects(self) -> pd.DataFrame:
        """Every subject with the table that it stands in."""
        import pandas as pd

        parts = [
            self.tables[name].assign(table=name) for name in SUBJECT_TABLES if name in self.tables
        ]
        if not parts:
            return pd.DataFrame(columns=["subject_id", "part_of", "table"])
        return pd.concat([part[["subject_id", "part_of", "table"]] for part in parts])


def line(row: Any) -> str:
    """Name the line of a file that holds a row, header included."""
    return f"line {int(row) + 2}"


def lines(rows: Sequence[Any]) -> str:
    """Name the lines of several rows, the first of them one by one."""
    shown = [str(int(row) + 2) for row in rows[:_SHOWN]]
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"line{'s' * (len(rows) != 1)} {', '.join(shown)}{more}"


_SPANS = (("period_start", "period_end"), ("baseline_start", "baseline_end"))


def contracts(package: Package) -> Iterator[Finding]:
    """Each cell keeps the contract of its table."""
    for name, table in package.tables.items():
        for row, how in broken_rules(name, table):
            yield Finding("broken", name, "" if row is None else line(row), how)


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
        for row, what in broken_supersession(figures):
            yield Finding("broken", "figures", line(row), what)
    yield from _alike(package)


def _alike(package: Package) -> Iterator[Finding]:
    """Name the awards that read like an earlier one, and count beside it."""
    import pandas as pd

    awards, figures = package.tables.get("awards"), package.tables.get("figures")
    if awards is None or figures is None:
        return
    values = dict(zip(figures["subject_id"], figures["value"], strict=True))
    amounts = pd.to_numeric(awards["subject_id"].map(values), errors="coerce")
    again = printed_again(awards.assign(amount_gbp=amounts)).dropna()
    at = {name: row for row, name in reversed(list(awards["subject_id"].items()))}
    for row, earlier in again.items():
        what = (
            f"recipient, purpose, amount and period are those of {line(at[earlier])} too, and "
            "both count; leave one out if they are one award"
        )
        yield Finding("to do", "awards", line(row), what)
    days = {
        name: pd.to_datetime(awards[name], errors="coerce")
        for name in ("period_start", "period_end")
    }
    for whole, years in years_beside_wholes(awards.assign(amount_gbp=amounts, **days)).items():
        what = (
            f"{lines([at[one] for one in years])} of the same recipient and stream add up to this "
            "award over several years, and all count; give them one reference, or part_of"
        )
        yield Finding("to do", "awards", line(at[whole]), what)


def tokens(package: Package) -> Iterator[Finding]:
    """Each printed token reads as the row says: value, bounds, ends, hedge and resolution."""
    figures = package.tables.get("figures")
    if figures is None:
        return
    for found in (misread_tokens, amounts_of_no_token):
        for row, what in found(figures):
            yield Finding("broken", "figures", line(row), what)


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


def statements(package: Package) -> Iterator[Finding]:
    """Each statement can be worked, and gives the verdict and the reason recorded."""
    evidence = read_package(package.folder)
    try:
        worked = reconcile_statements(evidence=evidence)
    except PccFundingError:
        yield from _one_by_one(evidence)
        return
    if len(worked):
        for row in worked.index[~worked["as_recorded"]]:
            said = worked.loc[row]
            yield Finding(
                "broken",
                "statements",
                line(row),
                f"{said['statement_id']}: worked, it {said['verdict']} ({said['reason']}); "
                f"recorded is {said['expected_verdict']} ({said['expected_reason']})",
            )


def _one_by_one(evidence: Evidence) -> Iterator[Finding]:
    """Name every statement that cannot be worked."""
    for row in evidence.statements.index:
        alone = dataclasses.replace(evidence, statements=evidence.statements.loc[[row]])
        try:
            reconcile_statements(evidence=alone)
        except PccFundingError as error:
            yield Finding("broken", "statements", line(row), str(error))


def unknowns(package: Package) -> Iterator[Finding]:
    """What is not known says which kind of unknown it is, and what is known does not."""
    for name, table in package.tables.items():
        if "unknown" in table:
            for row, kind in table["unknown"].dropna().items():
                if kind not in UNKNOWN_KINDS:
                    known = ", ".join(UNKNOWN_KINDS)
                    yield Finding("broken", name, line(row), f"{kind!r} is none of {known}")
    awards = package.tables.get("awards")
    if awards is None:
        return
    for detail in STATUTORY:
        given, kind = awards[detail].notna(), awards[f"{detail}_unknown"].notna()
        for row in awards.index[given & kind]:
            what = f"{detail} is given and said to be unknown"
            yield Finding("broken", "awards", line(row), what)
        silent = awards.index[~given & ~kind]
        if len(silent):
            what = f"{detail} is neither given nor said to be unknown; fill {detail}_unknown"
            yield Finding("to do", "awards", lines(list(silent)), what)


def sources(package: Package) -> Iterator[Finding]:
    """Each source can be found, is dated or says why not, and is used."""
    table = package.tables.get("sources")
    if table is None:
        return
    figures = package.tables.get("figures")
    printed = set() if figures is None else set(figures["source_id"])
    used: set[str] = set()
    for other in package.tables.values():
        if other is not table and "source_id" in other:
            used |= set(other["source_id"].dropna())
    for row, source in table.iterrows():
        name = source["source_id"]

        def todo(what: str, row: object = row, name: str = name) -> Finding:
            return Finding("to do", "sources", line(row), f"{name}: {what}")

        if source.get("held") == "no":
            yield todo(f"it is named by {source['named_by']} and not held; fetch it")
            continue
        if source[["url", "copy_url", "document"]].isna().all():
            yield todo("neither an address nor the name of a copy is given")
        for address in source[["url", "copy_url"]].dropna():
            if not re.fullmatch(r"https?://[^\s\\]+", address):
                what = f"{name}: {address!r} is no web address (https://...); "
                what += "name a copy in document"
                yield Finding("broken", "sources", line(row), what)
        if source[["published_on", "published_note"]].isna().all():
            yield todo("neither a date nor what is known of it is given")
        if (
            name in printed
            and isinstance(source["document"], str)
            and not isinstance(source["sha256"], str)
        ):
            yield todo("the copy has no SHA-256, so verify-sources cannot tell it from another")
        if name not in used:
            yield todo("no figure or statement was taken from it")


def completeness_of(package: Package) -> Iterator[Finding]:
    """The package is described, and holds what a Review shows."""
    for key, what in (
        ("licenses", "the licence of the tables"),
        ("title", "the title of the package"),
    ):
        if not package.descriptor.get(key):
            yield Finding("to do", "", "datapackage.json", f"{what} is not given ({key})")
    for name, what in (
        ("awards", "award lines, which every Review begins with"),
        ("totals", "totals, to hold the lines against"),
        ("outcomes", "outcomes that the sources report"),
        ("statements", "statements of the sources, with recorded verdicts"),
    ):
        if name in package.tables and package.tables[name].empty:
            yield Finding("to do", name, "", f"there are no {what}")
    figures = package.tables.get("figures")
    if figures is not None:
        copied = int((figures["verified"] == "secondary").sum())
        if copied:
            what = f"{copied} of {len(figures)} figures were seen in a copy; look at the sources"
            yield Finding("to do", "figures", "", what)
    awards = package.tables.get("awards")
    if awards is not None and len(awards):
        for detail in STATUTORY:
            for kind in ("not_held", "not_published"):
                missing = int((awards[f"{detail}_unknown"] == kind).sum())
                if missing:
                    of = f"for {missing} of {len(awards)} lines"
                    yield Finding("to do", "awards", "", f"{detail} is {unknown_text(kind)} {of}")
        for code in awards["area_code"].drop_duplicates():
            try:
                area = find_area(code)
            except PccFundingError as error:
                yield Finding("broken", "awards", "", str(error))
                continue
            if area.code not in package.known("population", "area_code"):
                what = f"there is no population of {area.name}, so nothing per head"
                yield Finding("to do", "population", "", what)


Check: TypeAlias = Callable[[Package], Iterator[Finding]]

# A check of statements needs sound tables: it runs last, and only where nothing is broken.
CHECKS: dict[str, Check] = {
    "tables can be read": lambda package: iter(package.unread),
    "cells keep their contracts": contracts,
    "keys lead somewhere": keys,
    "subjects are printed and stand once": subjects,
    "tokens read as stored": tokens,
    "periods are in order": periods,
    "unknowns name their kind": unknowns,
    "sources can be found": sources,
    "the package is complete": completeness_of,
}
STATEMENTS = "statements give their recorded verdicts"
