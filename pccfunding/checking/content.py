"""Checks of content: statements and their verdicts, unknowns, sources, and what is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from pccfunding.areas import find_area
from pccfunding.checking.package import Finding, Package, line, lines
from pccfunding.errors import PccFundingError
from pccfunding.evidence import Evidence, read_evidence
from pccfunding.schemas import UNKNOWN_KINDS
from pccfunding.statements import reconcile_statements

__all__ = ["completeness_of", "sources", "statements", "unknowns"]

_DETAILS = ("recipient", "purpose", "conditions", "reasons")


def statements(package: Package) -> Iterator[Finding]:
    """Each statement can be worked, and gives the verdict and the reason recorded."""
    evidence = read_evidence(package.folder)
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
    for detail in _DETAILS:
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

        if source[["url", "document"]].isna().all():
            yield todo("neither an address nor the name of a copy is given")
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
        for detail in _DETAILS:
            missing = int((awards[f"{detail}_unknown"] == "not_published").sum())
            if missing:
                what = f"{detail} is not published for {missing} of {len(awards)} lines"
                yield Finding("to do", "awards", "", what)
        for code in awards["area_code"].drop_duplicates():
            try:
                area = find_area(code)
            except PccFundingError as error:
                yield Finding("broken", "awards", "", str(error))
                continue
            if area.code not in package.known("population", "area_code"):
                what = f"there is no population of {area.name}, so nothing per head"
                yield Finding("to do", "population", "", what)
