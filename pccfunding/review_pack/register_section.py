"""The register as a section of the page: every number with token, place, source and working."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.parts import Column, Group, Heading, Row, Section, Table

if TYPE_CHECKING:
    from pccfunding.review_pack.citing import Citations
    from pccfunding.review_pack.register import Entry

__all__ = ["register"]


def register(cited: Citations) -> Section:
    """Every number of the page, with what it came from."""
    tables: list[Any] = []
    for kind, heading, columns in (
        (
            "printed",
            "Figures as printed",
            ("Figure", "As printed", "Value and interval", "Place", "Source"),
        ),
        ("statistic", "Official statistics", ("Number", "What", "Value", "Place", "Source")),
        ("derived", "Workings", ("Working", "What", "Value", "How", "From")),
    ):
        entries = [entry for entry in cited.register.entries(kind) if not _stands_above(entry)]
        if entries:
            tables.append(Heading(f"register-{kind}-heading", heading))
            tables.append(_table(kind, heading, columns, entries, cited))
    return Section(
        id="register",
        question="Annex",
        heading="Where each number is from",
        lead="An interval is what the printed words allow. A working names the numbers that it "
        "takes; what has a working was derived here and is printed by no source.",
        blocks=tables,
    )


def _table(
    kind: str, heading: str, columns: tuple[str, ...], entries: list[Entry], cited: Citations
) -> Table:
    return Table(
        f"register-{kind}",
        f"{heading} ({len(entries)})",
        [Column(name, numeric=name in ("As printed", "Value")) for name in columns],
        [Group([Row(_cells(entry, cited), id=entry.anchor) for entry in entries])],
    )


def _cells(entry: Entry, cited: Citations) -> list[Any]:
    if entry.kind == "printed":
        return [
            entry.label, entry.token, _interval(entry), entry.locator,
            cited.source_link(entry.source_id),
        ]  # fmt: skip
    if entry.kind == "statistic":
        return [
            entry.label, entry.what, entry.token, entry.locator,
            cited.source_link(entry.source_id),
        ]  # fmt: skip
    return [entry.label, entry.what, entry.token, entry.working, cited.links(entry.inputs)]


def _interval(entry: Entry) -> str:
    value = "" if entry.value is None else f"{entry.value:,.10g}"
    if entry.low is None and entry.high is None:
        return value or "none"
    if entry.low == entry.high:
        return value
    left, right = "[" if entry.low_closed else "(", "]" if entry.high_closed else ")"
    low = "(-∞" if entry.low is None else left + _short(entry.low)
    high = "∞)" if entry.high is None else _short(entry.high) + right
    return f"{value}{' in ' if value else ''}{low}, {high}"


def _short(decimal: str) -> str:
    whole, dot, part = decimal.partition(".")
    return f"{int(whole):,}{dot}{part}" if whole.lstrip("-").isdigit() else decimal


def _stands_above(entry: Entry) -> bool:
    """Whether the page shows the working where the number stands: a statement."""
    return entry.label == entry.anchor
