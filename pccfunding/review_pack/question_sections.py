"""Sections on what a panel asks and mostly nobody publishes: what is held, what would answer it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.parts import (
    Bullets,
    Column,
    Group,
    Heading,
    Link,
    Row,
    Section,
    Table,
    Text,
)

if TYPE_CHECKING:
    from pccfunding.review_pack.citing import Citations
    from pccfunding.review_pack.outline import Review

__all__ = [
    "ANSWERED_BY",
    "checkable",
    "delivered",
    "next_steps",
    "panel",
    "unanswered",
    "without_evidence",
]

# What would answer each question, where the evidence held does not.
ANSWERED_BY = {
    "Q4": "counts and residents of the area and of comparable areas, in the year before the money.",
    "Q5": "targets, outputs and reach for each award, and its spend against profile, by quarter.",
    "Q6": "the counts before and after behind each printed change.",
    "Q7": "the same counts by month.",
    "Q8": "the same counts for areas that had no such money, and three earlier years of both.",
    "Q9": "how the places or people were chosen, and three or more earlier years of their counts.",
    "Q10": "counts for the target streets, a buffer around them and a control of like size.",
    "Q11": "who was reached, by age, sex, ethnicity, disability and district; how it was meant to "
    "work; what else was needed.",
    "Q14": "the base counts behind the printed changes.",
}
HEADINGS = {
    "Q5": ("delivery", "Was it delivered as planned?"),
    "Q9": ("regression", "Is it beyond regression to the mean, and how were places chosen?"),
    "Q10": ("displacement", "Did it move elsewhere?"),
    "Q11": ("for-whom", "For whom, where and how did it work?"),
}
PANEL = (
    ("Underspend and slippage: was the money spent, and when?",
     "Outturn for each award line, and what was carried over."),
    ("Why this provider?",
     "Bids received, how they were scored, the reasons for each award, and value for money."),
    ("Reach and equality: who was and was not reached?",
     "People reached by protected characteristic and district, beside who needed it; the equality "
     "impact assessment."),
    ("What else changed at the same time?",
     "Other programmes, police numbers, recording practice and prices in the same places and "
     "years."),
    ("What stops if funding stops?",
     "Other income of each provider, notice periods, and people in service at the end of the "
     "award."),
)  # fmt: skip


def unanswered(number: str) -> Section:
    """A question that the evidence held says nothing of."""
    name, heading = HEADINGS[number]
    return without_evidence(Section(name, number, heading))


def without_evidence(section: Section) -> Section:
    """Say what would answer a question, where nothing held does."""
    if section.blocks:
        return section
    return replace(
        section, lead=f"No evidence is held. What would answer it: {ANSWERED_BY[section.question]}"
    )


def delivered(found: Review, cited: Citations) -> Section:
    """Whether it was delivered as planned: outputs are printed, plans are not."""
    outputs = found.tables["outcomes"]
    outputs = outputs[(outputs["figure_kind"] == "output") & outputs["change_pct"].isna()]
    name, heading = HEADINGS["Q5"]
    section = Section(name, "Q5", heading)
    if outputs.empty:
        return without_evidence(section)
    counted = cited.tally(
        "outputs", "Outputs printed", str(len(outputs)), "tables/outcomes.csv of kind output"
    )
    return replace(
        section,
        lead=[
            f"{len(outputs)} outputs are printed (", counted, "), without a target beside them: ",
            Link("outputs, counts and outcomes", "#levels-table"),
            f". What would answer it: {ANSWERED_BY['Q5']}",
        ],
    )  # fmt: skip


def next_steps(found: Review, sections: list[Section]) -> Section:
    """What next: left to a named person, with what is open."""
    conflicts = [row for row, result in found.statements if result.verdict == "conflicts"]
    open_ones = [row for row in conflicts if not found.exceptions.get(row["statement_id"])]
    missing = [section for section in sections if not section.blocks]
    items: list[Any] = [
        [Link(f"{section.question} {section.heading}", f"#{section.id}")] for section in missing
    ]
    todo: list[Any] = ["Every conflict has a recorded reason."]
    if open_ones:
        todo = ["A conflict without a recorded reason keeps the pack from being signed: "]
        for row in open_ones:
            name = row["statement_id"]
            todo += [Link(name, f"#statement-{name}"), ", "]
        todo[-1] = "."
    return Section(
        id="next",
        question="Q15",
        heading="What next: continue, change, stop, or cannot decide?",
        lead="A person decides, with name, role and reason, and the record stands in sign-off.json "
        "beside this page. Nothing here computes the decision.",
        blocks=[
            Text([todo]),
            Heading("undecided", "Questions that the evidence held does not answer"),
            Bullets(items),
        ],
    )


def panel() -> Section:
    """Questions of a panel outside the sixteen."""
    rows = [Row([question, "nothing", answer]) for question, answer in PANEL]
    return Section(
        id="panel",
        question="Panel",
        heading="What a panel also asks",
        lead="None of these can be answered from what is published.",
        blocks=[
            Table(
                "panel-table",
                "Questions outside the sixteen",
                [Column("Question"), Column("Held"), Column("What would answer it")],
                [Group(rows)],
            )
        ],
    )


def checkable() -> Section:
    """Who can check it, and how."""
    return Section(
        id="check",
        question="Q16",
        heading="Who can check it?",
        lead=[
            "Anybody with this folder. A label such as S017 leads to a figure as printed, n1 to an "
            "official statistic, w1 to a working: all stand in the ",
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
