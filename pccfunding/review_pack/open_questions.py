"""What is open: what is held for a question, what would answer it, and what to fetch first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.blocks import (
    Bullets,
    Column,
    Group,
    Heading,
    Link,
    Remark,
    Row,
    Section,
    Table,
)
from pccfunding.review_pack.wording import listed, when_text
from pccfunding.words import count, counted, day_words, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


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
# What is not held, where a question about printed changes has no table.
_NO_COUNTS = "No printed change has counts of its two years here, so none is "
_WITHOUT = {
    "Q4": f"{_NO_COUNTS}set beside the rate of its first year.",
    "Q7": f"{_NO_COUNTS}held against chance.",
    "Q8": f"{_NO_COUNTS}set beside the other areas.",
    "Q9": f"{_NO_COUNTS}held against the years before it.",
    "Q10": "Street records of its districts are not held for the same months of two years.",
    "Q14": f"{_NO_COUNTS}worked.",
}
# The four steps of commissioning, and the questions of the Review that serve each.
STEPS = (
    ("Understand", ("Q4", "Q9", "Q11"), "who needs what, and where"),
    ("Plan", ("Q1", "Q2", "Q12", "Q14"), "what to buy, from whose money, at what price"),
    ("Do", ("Q5",), "whether what was bought was delivered"),
    ("Review", ("Q3", "Q6", "Q7", "Q8", "Q10", "Q13", "Q15", "Q16"),
     "what came of it, and what is decided"),
)  # fmt: skip
_GROUPS = re.compile(
    r"\b(women|woman|men|girls|boys|adults?|young|youth|child(?:ren)?|aged|older|male|female"
    r"|disab\w+|ethnic\w*|faith)\b",
    re.IGNORECASE,
)
_FIRST = 12


def without_words(found: Record, question: str) -> str:
    """Say what of the evidence a question lacks, where no table of it answers."""
    outputs = int(found.tables["outcomes"]["figure_kind"].eq("output").sum())
    if question == "Q5":
        return "No output is held."
    if question == "Q11":
        if not outputs:
            return "No output is held that could name a group of people."
        held = "The one output" if outputs == 1 else f"None of the {counted(outputs, 'output')}"
        return f"{held} held names {'no' if outputs == 1 else 'a'} group of people."
    said = _WITHOUT[question]
    return f"{said} {chosen_words(found)}" if question == "Q9" else said


def chosen_words(found: Record) -> str:
    """Say for how many lines the evidence tells why the money went where it went."""
    lines = found.tables["awards"]
    told = int(lines["reasons"].notna().sum())
    return (
        f"Reasons for the choice of places or people are held for {told} of "
        f"{counted(len(lines), 'line')}."
    )


def by_group(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Outputs whose measure names people by age, sex or another characteristic."""
    outputs = outcomes[outcomes["figure_kind"] == "output"]
    # The name of a fund, such as one for young people, names nobody who was reached.
    said = [
        str(row["measure"]).replace(str(row["funding_stream"]), "")
        for row in outputs.to_dict("records")
    ]
    named: pd.DataFrame = outputs[[bool(_GROUPS.search(one)) for one in said]]
    return named


def for_whom(found: Record, cited: Citations) -> Section:
    """For whom it worked: what is held of groups of people."""
    section = Section("for-whom", "Q11", "For whom, where and how did it work?")
    groups = by_group(found.tables["outcomes"])
    outputs = found.tables["outcomes"]["figure_kind"].eq("output").sum()
    if groups.empty:
        return section
    tally = cited.tally(
        "groups", "Outputs that name a group of people", f"{len(groups)} of {outputs}",
        "tables/outcomes.csv of kind output whose measure names age, sex or another characteristic",
    )  # fmt: skip
    return Section(
        section.id,
        section.question,
        section.heading,
        lead=[
            f"In small part: {len(groups)} of {counted(int(outputs), 'output')} held "
            f"{'names' if len(groups) == 1 else 'name'} a group by age or sex (", tally,
            f"). What would answer it: {ANSWERED_BY['Q11']}",
        ],
        blocks=[
            Bullets(
                [
                    [f"{row['measure']}: {cited.token(row['figure_id'])} (",
                     cited.link(row["figure_id"]), ")"]
                    for row in groups.to_dict("records")
                ]
            )
        ],
    )  # fmt: skip


def panel(found: Record, cited: Citations) -> Section:
    """Questions of a panel outside the sixteen, each with what is held for it."""
    rows = [Row([question, held or "\N{EN DASH}", answer])
            for question, held, answer in _panel(found)]  # fmt: skip
    told = sum(1 for _, held, _ in _panel(found) if held)
    tally = cited.tally(
        "panel", "Numbers beside the questions of a panel",
        f"{told} of {len(rows)}: "
        + ("; ".join(held for _, held, _ in _panel(found) if held) or "none"),
        "the tables of this pack: awards, totals, outcomes, other_changes, elsewhere",
    )  # fmt: skip
    return Section(
        id="panel",
        question="Panel",
        heading="What a panel also asks",
        lead=[
            f"For {told} of {len(rows)} something is held (",
            tally,
            "); what would answer each whole stands beside it.",
        ]
        if told
        else "The tables of this evidence tell none of these.",
        blocks=[
            Table(
                "panel-table",
                "Questions outside the sixteen",
                [Column("Question"), Column("Held for it"), Column("What would answer it")],
                [Group(rows)],
                note=["Counted in ", tally, "."],
            )
        ],
    )


def _panel(found: Record) -> list[tuple[str, str, str]]:
    awards, totals, outcomes = (found.tables[name] for name in ("awards", "totals", "outcomes"))
    spent = sum(int(table["status"].eq("outturn").sum()) for table in (awards, totals))
    recipients, reasons = (int(awards[name].notna().sum()) for name in ("recipient", "reasons"))
    providers = [
        f"{name} of {number} of {counted(len(awards), 'line')}"
        for name, number in (("the recipient", recipients), ("the reasons", reasons))
        if number
    ]
    groups = len(by_group(outcomes))
    breaks = int(found.tables["other_changes"]["break"].notna().sum())
    elsewhere = len(found.tables["elsewhere"])
    changed = [
        *([f"the same change in other areas for {counted(elsewhere, 'measure')}"]
          if elsewhere else []),
        *([f"a break of {counted(breaks, 'class', 'classes')}"] if breaks else []),
    ]  # fmt: skip
    last = awards["period_end"].max()
    return [
        (
            "Underspend and slippage: was the money spent, and when?",
            f"{counted(spent, 'amount')} of status outturn" if spent else "",
            "Outturn for each award line, and what was carried over.",
        ),
        (
            "Why this provider?",
            listed(providers),
            "Bids received, how they were scored, the reasons for each award, and value for money.",
        ),
        (
            "Reach and equality: who was reached, and who was left out?",
            f"{counted(groups, 'output')} by age or sex" if groups else "",
            "People reached by protected characteristic and district, beside who needed it; the "
            "equality impact assessment.",
        ),
        (
            "What else changed at the same time?",
            listed(changed),
            "Other programmes, police numbers, recording practice and prices in the same places "
            "and years.",
        ),
        (
            "What stops if funding stops?",
            "" if is_missing(last) else f"the last day of the lines: {day_words(last)}",
            "Other income of each provider, notice periods, and people in service at the end of "
            "the award.",
        ),
    ]


def to_fetch(found: Record, cited: Citations) -> list[Any]:
    """The documents to fetch first: named by a source of this Review, and not held."""
    absent = found.tables["not_held"]
    if absent.empty:
        return []
    shown = absent.head(_FIRST)
    rest = len(absent) - len(shown)
    tally = cited.tally(
        "not-held", "Documents named and not held", f"{len(absent)}; {rest} beyond the first "
        f"{len(shown)}", "tables/not_held.csv",
    )  # fmt: skip
    items: list[Any] = []
    for row in shown.to_dict("records"):
        tells = _tells(row["fills"])
        items.append(
            [
                Remark(f"{row['title']}, {row['publisher']}"),
                f": would tell {tells}" if tells else "",
                "; named in ",
                cited.source_link(row["named_by"]),
                Remark(f", {row['named_at']}" if isinstance(row["named_at"], str) else ""),
                ".",
            ]
        )
    if rest:
        items.append(
            [
                f"{count(rest)} more {'document' if rest == 1 else 'documents'} (",
                tally,
                "): ",
                Link("tables/not_held.csv", "tables/not_held.csv"),
                ".",
            ]
        )
    return [
        Heading("fetch", "Documents to fetch first"),
        Bullets(
            items,
            numbered=True,
        ),
    ]


_COLUMNS = {
    "amount_gbp": "amounts",
    "base_count": "base counts",
    "value": "results",
    "theme": "themes",
}


def _tells(fills: Any) -> str:
    if not isinstance(fills, str):
        return ""
    names = dict.fromkeys(name.partition(".")[2] for name in fills.split(";"))
    return listed(_COLUMNS.get(name, name.replace("_", " ")) for name in names)


def model(found: Record, sections: list[Section]) -> Section:
    """Where the Review stands in the four steps, and which questions serve which."""
    by_question = {section.question: section for section in sections}
    rows = []
    for step, questions, about in STEPS:
        links: list[Any] = []
        answered = 0
        for question in questions:
            section = by_question.get(question)
            if section is None:
                continue
            answered += bool(section.blocks)
            links += [*([", "] if links else []), Link(question, f"#{section.id}")]
        rows.append(Row([step, about, links]))
    return Section(
        id="model",
        question="Model",
        heading="Understand, Plan, Do, Review",
        lead="This page is the fourth step of the commissioning cycle, and hands back what the "
        "next round of the other three needs: each of its sixteen questions serves one step.",
        blocks=[
            Table(
                "model-table",
                "The steps of the commissioning cycle, and the questions that serve them",
                [Column("Step"), Column("It asks"), Column("Questions of this Review")],
                [Group(rows)],
            )
        ],
    )


def step_lines() -> list[str]:
    """The steps and their questions as lines of text, for the method note."""
    return [f"{step}: {', '.join(questions)}" for step, questions, _ in STEPS]


_DISTRICT = r"\bDistrict: ([^.]+)"


def district_words(found: Record) -> str:
    """Say how far the amounts held reach into districts: of every stream, the most covered."""
    inside = found.tables["places"]
    totals, lines = found.tables["totals"], found.tables["awards"]
    if inside.empty:
        return "No district inside the area is recorded."
    codes = dict(zip(inside["name"], inside["area_code"], strict=True))
    # An award that a person typed is of the force area, and its note names its district.
    named = lines["note"].str.extract(_DISTRICT, expand=False).map(codes)
    lines = lines.assign(area_code=named.fillna(lines["area_code"]))
    local = [table[table["area_code"].isin(codes.values())] for table in (totals, lines)]
    amounts = sum(len(table) for table in local)
    if not amounts:
        of = (
            f"a single one of its {len(inside)} districts"
            if len(inside) > 1
            else "its one district"
        )
        return f"None of the amounts held is of {of} alone."
    reach = max(
        (int(group["area_code"].nunique())
         for table in local for _, group in table.groupby("funding_stream")), default=0,
    )  # fmt: skip
    whole = reach == len(inside)
    return (
        f"{counted(amounts, 'amount')} held {'is' if amounts == 1 else 'are'} of single districts; "
        + (
            f"one stream has amounts in all {len(inside)}."
            if whole
            else f"the stream that reaches furthest has amounts in {reach} of "
            f"{len(inside)} districts."
        )
    )


def years_words(labels: list[str]) -> str:
    """Write periods in words, joined."""
    return listed(when_text(label) for label in labels)
