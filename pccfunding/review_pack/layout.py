"""The Review as a page: the sixteen questions in order, then panel, annexes and register."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pccfunding.office import FolderEvidence
from pccfunding.review_pack import (
    award_sections,
    comparison_sections,
    money_sections,
    outcome_sections,
)
from pccfunding.review_pack.area_money_sections import services_beside
from pccfunding.review_pack.blocks import (
    Bullets,
    Column,
    Fact,
    Group,
    Heading,
    Link,
    Page,
    Row,
    Section,
    Table,
    Text,
    frame_table,
)
from pccfunding.review_pack.brief import brief
from pccfunding.review_pack.citations import Citations
from pccfunding.review_pack.depths import page_and_annex
from pccfunding.review_pack.key_figures import key_facts, what_lines_are, workings_behind
from pccfunding.review_pack.need_sections import where_was_need
from pccfunding.review_pack.open_questions import (
    ANSWERED_BY,
    for_whom,
    model,
    panel,
    to_fetch,
    without_words,
)
from pccfunding.review_pack.statement_sections import adds_up
from pccfunding.words import bracketed, counted, day_words, quantity

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.areas import Area
    from pccfunding.evidence import Evidence
    from pccfunding.periods import Period
    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record
    from pccfunding.review_pack.register import Entry, Register


def without_evidence(section: Section, found: Record) -> Section:
    """Say what is not held and what would answer a question, where no table does."""
    if section.blocks or section.lead:
        return section
    said = without_words(found, section.question)
    return replace(section, lead=f"{said} What would answer it: {ANSWERED_BY[section.question]}")


def delivered(found: Record, cited: Citations) -> Section:
    """Whether it was delivered as planned: outputs are printed, plans are not."""
    outputs = found.tables["outcomes"]
    outputs = outputs[(outputs["figure_kind"] == "output") & outputs["change_pct"].isna()]
    section = Section("delivery", "Q5", "Was it delivered as planned?")
    if outputs.empty:
        return without_evidence(section, found)
    tally = cited.tally(
        "outputs", "Outputs printed", str(len(outputs)), "tables/outcomes.csv of kind output"
    )
    return replace(
        section,
        lead=[
            f"It cannot be told: {counted(len(outputs), 'output is', 'outputs are')} held (", tally,
            "), under ", Link("outputs, counts and outcomes", "#levels-table"),
            f"{_targets_words(found.tables['services'])}. What would answer it: "
            f"{ANSWERED_BY['Q5']}",
        ],
    )  # fmt: skip


def _targets_words(services: pd.DataFrame) -> str:
    """Say of how many services a target is entered beside what was delivered."""
    targets = int(services["targets"].notna().sum())
    if not targets:
        return ", with no target beside any of them"
    has = "has" if targets == 1 else "have"
    return f", and {targets} of {counted(len(services), 'service')} {has} a target"


def next_steps(found: Record, sections: list[Section], cited: Citations) -> Section:
    """What next: left to a named person, with what is open."""
    conflicts = [row for row, result in found.statements if result.verdict == "conflicts"]
    open_ones = [row for row in conflicts if not found.exceptions.get(row["statement_id"])]
    missing = [section for section in sections if not section.blocks]
    todo: list[Any] = []
    if open_ones:
        todo = ["A conflict without a recorded reason keeps the pack from being signed: "]
        for row in open_ones:
            name = row["statement_id"]
            todo += [Link(name, f"#statement-{name}"), ", "]
        todo[-1] = "."
    elif conflicts:
        todo = ["Every conflict has a recorded reason."]
    else:
        todo = [f"Of the {counted(len(found.statements), 'statement')} worked, none conflicts."]
    blocks: list[Any] = [Text([todo])]
    if missing:
        blocks += [
            Heading("undecided", "Questions that this evidence leaves open"),
            Bullets([[Link(f"{one.question} {one.heading}", f"#{one.id}")] for one in missing]),
        ]
    return Section(
        id="next",
        question="Q15",
        heading="What next: continue, change, stop, or cannot decide?",
        lead="A person decides, with name, role and reason; 'pccfunding sign' writes that record "
        "into the pack, and 'pccfunding verify' says whether it is there. Nothing here computes "
        "the decision.",
        blocks=[*blocks, *_services(found.tables["services"]), *to_fetch(found, cited)],
    )


def _services(services: pd.DataFrame) -> list[Any]:
    """Services with the decisions entered about them: a person's words, which nobody has signed."""
    if services.empty:
        return []
    decided = int(services["decision"].notna().sum())
    said = (
        f"{counted(decided, 'decision is', 'decisions are')} entered, not signed: sign-off.json, "
        f"where it stands beside this page, adopts what it lists."
        if decided
        else f"No decision is entered about {counted(len(services), 'service')}."
    )
    columns = {
        "service": Column("Service"),
        "need": Column("What it is for"),
        "delivered": Column("Delivered"),
        "targets": Column("Targets"),
        "decision": Column("Decision", write=_entered),
        "reason": Column("Reason"),
        "decided_by": Column("Decided by"),
        "role": Column("Role"),
        "decided_on": Column("On", write=day_words),
    }
    shown = {name: how for name, how in columns.items() if services[name].notna().any()}
    caption = f"Services and what was decided about them ({len(services)})"
    return [
        Heading("services", "Decisions about services"),
        Text([said]),
        frame_table(services, shown, id="services-table", caption=caption),
    ]


def _entered(decision: str) -> str:
    return f"{decision.replace('-', ' ')} (entered, not signed)"


def left_out(found: Record) -> list[Section]:
    """Rows and files of the evidence that no number of the page was made from."""
    rows = found.tables["left_out"]
    if rows.empty:
        return []
    columns = {"file": Column("File"), "place": Column("Place"), "why": Column("Why, and the cure")}
    table = frame_table(rows, columns, id="left-out-table", caption=f"Not read ({len(rows)})")
    number = counted(len(rows), "cell, row or file", "cells, rows or files")
    return [
        Section(
            id="left-out",
            question="Annex",
            heading="What of the evidence was not read",
            lead=f"{number} of the evidence could not be read, and no number here takes them in.",
            blocks=[table],
        )
    ]


def checkable() -> Section:
    """Who can check it, and how."""
    return Section(
        id="check",
        question="Q16",
        heading="Who can check it?",
        lead=[
            "Anybody with this folder. A label of n and a number leads to an official statistic, "
            "of w to a working, any other to a figure as printed: all stand in the ",
            Link("register", "#register"),
            " and in ",
            Link("figures.json", "figures.json"),
            ".",
        ],
        blocks=[
            Bullets(
                [
                    ["Versions, seeds and rules: ", Link("method.md", "method.md"), "."],
                    ["Every table: ", Link("review.xlsx", "review.xlsx"), ", or one file each in "
                     "the folder tables; statements and verdicts: ",
                     Link("statements.csv", "statements.csv"), "."],
                    ["The sha256 of every file: ", Link("manifest.json", "manifest.json"),
                     ". 'pccfunding verify' works them out again and names any file that was "
                     "changed, is missing or was added."],
                ]
            )
        ],
    )  # fmt: skip


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
        lead="An interval is what the words as printed allow. A working names the numbers that it "
        "takes; what has a working was derived here.",
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
            entry.key, entry.token, _interval(entry), entry.locator,
            cited.source_link(entry.source_id),
        ]  # fmt: skip
    if entry.kind == "statistic":
        return [
            entry.label, entry.what, entry.token, entry.locator,
            cited.source_link(entry.source_id),
        ]  # fmt: skip
    return [entry.label, entry.what, entry.token, entry.working, cited.links(entry.inputs)]


def _interval(entry: Entry) -> str:
    value = "" if entry.value is None else quantity(entry.value)
    if entry.low is None and entry.high is None:
        return value or "none"
    if entry.low == entry.high:
        return value
    low = "-∞" if entry.low is None else quantity(Fraction(entry.low))
    high = "∞" if entry.high is None else quantity(Fraction(entry.high))
    ends = bracketed(low, high, entry.low_closed, entry.high_closed)
    return f"{value}{' in ' if value else ''}{ends}"


def _stands_above(entry: Entry) -> bool:
    """Whether the page shows the working where the number stands: a statement."""
    return entry.label == entry.anchor


BODIES = {
    "pcc": "Police and Crime Commissioner",
    "pfcc": "Police, Fire and Crime Commissioner",
    "mayor": "Mayor",
    "common_council": "Common Council",
}


# What each key fact was worked from: the beginning of its name, and the key in the register.
_FACTS = {
    "Grants": "tally:statutory",
    "Statements": "tally:statements",
    "Published": "tally:changes",
    "Rises": "tally:rises",
    "Documents": "tally:not-held",
}


# The depths of a Review, by the file that holds each.
BRIEF, PAGE, ANNEX = "brief.html", "index.html", "sources.html"
DEPTHS = {BRIEF: "Brief", PAGE: "Review", ANNEX: "Sources and workings"}


def lay_out(found: Record) -> tuple[dict[str, Page], Register]:
    """Lay a Review out as pages of parts, and give every number that they use.

    Parameters
    ----------
    found : Record

    Returns
    -------
    dict of str to Page, Register
        By file name: the page that people read, and the annex that proves it.
    """
    cited = Citations(found)
    sections = [
        award_sections.bought(found, cited),
        money_sections.status(found, cited),
        adds_up(found, cited),
        without_evidence(where_was_need(found, cited), found),
        delivered(found, cited),
        outcome_sections.changed(found, cited),
        without_evidence(comparison_sections.beyond_noise(found, cited), found),
        without_evidence(comparison_sections.beyond_elsewhere(found, cited), found),
        without_evidence(comparison_sections.beyond_regression(found, cited), found),
        without_evidence(comparison_sections.moved_elsewhere(found, cited), found),
        without_evidence(for_whom(found, cited), found),
        money_sections.per_head_and_year(found, cited),
        _with_services(outcome_sections.beside_spend(found, cited), found, cited),
        without_evidence(comparison_sections.could_detect(found, cited), found),
    ]
    sections.append(next_steps(found, sections, cited))
    sections.append(checkable())
    sections += [
        model(found, sections),
        panel(found, cited),
        *left_out(found),
    ]
    other = money_sections.other_amounts(found, cited)
    short, whole = page_and_annex(sections)
    behind = workings_behind(found)
    facts = [Fact(*fact[:2], _linked(fact, behind, cited)) for fact in key_facts(found)]
    title = f"Review of commissioning in {found.area.name}"
    page = Page(
        title=title,
        subtitle=f"What was {what_lines_are(found)}, {found.period.words}, beside the "
        "outcomes that were reported",
        particulars=particulars(found),
        summary=facts,
        sections=short,
        footer=[
            "Verdicts are exact interval arithmetic on figures as printed; intervals of counts are "
            "exact Poisson intervals at 95%. Every number leads to its source in the annex.",
            "Official statistics: Open Government Licence v3.0, with attribution to the Office for "
            "National Statistics, the Home Office, data.police.uk and HM Treasury.",
        ],
        beside=others(PAGE),
    )
    annex = Page(
        title=f"Sources and workings: {title}",
        subtitle="Where each number is from, and how it was worked",
        sections=[*whole, other, register(cited)],
        sources=cited.sources(),
        beside=others(ANNEX),
    )
    # The brief takes what it needs from the full sections.
    sheets = replace(brief(found, replace(page, sections=sections), cited), beside=others(BRIEF))
    return {PAGE: page, ANNEX: annex, BRIEF: sheets}, cited.register


def _with_services(section: Section, found: Record, cited: Citations) -> Section:
    return replace(section, blocks=[*section.blocks, *services_beside(found, cited)])


def others(own: str) -> list[Link]:
    """Link the other depths of a Review from one of them."""
    return [Link(name, file) for file, name in DEPTHS.items() if file != own]


def _linked(
    fact: tuple[str, str, str], behind: dict[str, tuple[str, ...]], cited: Citations
) -> list[Any]:
    """The note of a key fact with a link to what the number was worked from."""
    name, _, note = fact
    keys = [key for key in behind.get(name, ()) if key in cited.register][:1]
    counts = next((key for begins, key in _FACTS.items() if name.startswith(begins)), None)
    if counts and name not in behind:
        every = (entry.key for entry in cited.register.entries())
        keys = [key for key in every if key.startswith(counts)]
    return [note, " (", *cited.links(keys), ")"] if keys else [note]


# The body that the law names is an office of its own here; a mayor elsewhere is the body.
_LONDON = "E23000001"


def governed_by(area: Area, period: Period) -> str:
    """Name the local policing body of a period, both where one followed the other within it.

    Examples
    --------
    >>> from pccfunding import Period, find_area
    >>> governed_by(find_area("Cumbria"), Period.parse("2022-23"))
    'Police and Crime Commissioner'
    >>> governed_by(find_area("Cumbria"), Period.parse("2023"))
    'Police and Crime Commissioner, then Police, Fire and Crime Commissioner'
    """
    held = [area.governing_body(day) for day in (period.start, period.end)]
    names = [BODIES.get(body, body) for body in dict.fromkeys(held) if body]
    if area.code == _LONDON and names:
        names = [f"{name}, through the Mayor's Office for Policing and Crime" for name in names]
    return ", then ".join(names) or "not in the register held for that time"


def particulars(found: Record) -> list[tuple[str, str]]:
    """What a Review is of: area, body, period, evidence, version."""
    import pccfunding

    body = governed_by(found.area, found.period)
    known = found.evidence.as_of
    missed = counted(len(found.tables["left_out"]), "cell, row or file", "cells, rows or files")
    return [
        ("Area", f"{found.area.name} ({found.area.code})"),
        ("Local policing body", body),
        *_of_sheet_start(found.evidence),
        ("Period", found.period.words),
        ("Evidence", f"as known on {known}" if known else _latest(found)),
        *([("Not read", f"{missed}, named in the annex")] if len(found.tables["left_out"]) else []),
        ("Made with", f"pccfunding {pccfunding.__version__}"),
    ]


def _of_sheet_start(evidence: Evidence) -> list[tuple[str, str]]:
    """What the office says of itself: who prepared the Review, and for which meeting."""
    start = evidence.start if isinstance(evidence, FolderEvidence) else {}
    day = start.get("meeting date")
    told = {
        "Office": start.get("commissioner's office"),
        "Prepared by": start.get("prepared by"),
        "For the meeting on": day and day_words(day),
    }
    return [(name, said) for name, said in told.items() if said]


def _latest(found: Record) -> str:
    """Say how far the sources reach, where the evidence is of no day of its own."""
    days = found.evidence.sources["published_on"].dropna()
    return f"sources to {day_words(days.max())}" if len(days) else "sources undated"
