"""The page of a Review without a list of awards: what the national tables say of one area."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pccfunding.review_pack import layout, statement_sections
from pccfunding.review_pack.area_crime_sections import (
    area_changed,
    area_detectable,
    area_elsewhere,
    area_need,
    area_noise,
)
from pccfunding.review_pack.area_money_sections import (
    area_per_head,
    capacity_blocks,
    services_beside,
)
from pccfunding.review_pack.area_rows import (
    PENCE,
    RATE,
    across_every_class,
    beyond_noise,
    of_class,
    place_words,
    printed_words,
    tally_of_classes,
    year_words,
)
from pccfunding.review_pack.blocks import (
    Column,
    Fact,
    Group,
    Link,
    Page,
    Row,
    Section,
    Table,
    Text,
    frame_table,
)
from pccfunding.review_pack.brief import area_brief
from pccfunding.review_pack.citations import Citations
from pccfunding.review_pack.depths import page_and_annex
from pccfunding.review_pack.tables_area import TOTAL, with_counts
from pccfunding.words import count, counted, day_words, is_missing, percent

if TYPE_CHECKING:
    from pccfunding.review_pack.record import Record
    from pccfunding.review_pack.register import Register

AWAITS = (
    ("Q5", "Was it delivered as planned?", "targets, outputs and spend of each award, by quarter"),
    (
        "Q9",
        "Is it beyond regression to the mean, and how were places chosen?",
        "how the places or people were chosen, and three or more earlier years of their counts",
    ),
    (
        "Q10",
        "Did it move elsewhere?",
        "counts for the target streets, a buffer around them and a control of like size",
    ),
    (
        "Q11",
        "For whom, where and how did it work?",
        "who was reached, by age, sex, ethnicity, disability and district",
    ),
    (
        "Q13",
        "Spend beside outcome, stream by stream",
        "the award list, with the outcome that each award was meant to move",
    ),
    (
        "Q15",
        "What next: continue, change, stop, or cannot decide?",
        "the services, with decision, reason and the name of who decided",
    ),
)


def lay_out_area(found: Record) -> tuple[dict[str, Page], Register]:
    """Lay out a Review without awards, and give every number that its pages use.

    Parameters
    ----------
    found : Record

    Returns
    -------
    dict of str to Page, Register
        By file name, as `lay_out` gives them.
    """
    held = with_counts(found.evidence, found.tables["counts"])
    cited = Citations(dataclasses.replace(found, evidence=held))
    sections = [
        _bought(found),
        _status(found, cited),
        _adds_up(found, cited),
        area_need(found, cited),
        area_changed(found, cited),
        area_noise(found, cited),
        area_elsewhere(found, cited),
        area_per_head(found, cited),
        _with_capacity(area_detectable(found, cited), found, cited),
        _awaits(found, cited),
        layout.checkable(),
    ]
    sections += layout.left_out(found)
    title = f"Review of police and crime commissioning in {found.area.name}"
    shown, whole = page_and_annex(sections)
    page = Page(
        title=title,
        subtitle=f"From national statistics, {found.period.words}: no award list of the office is "
        "held",
        particulars=layout.particulars(found),
        summary=[Fact(*fact[:2], _linked(fact, found, cited)) for fact in area_facts(found)],
        sections=shown,
        footer=[
            "Nothing here says what money did: no list of awards is held. Intervals of counts are "
            "exact Poisson intervals at 95%. Every number leads to its source in the annex. What "
            "to do next is decided by a person: this page decides nothing.",
            "Official statistics: Open Government Licence v3.0, with attribution to the Office for "
            "National Statistics, the Home Office, HM Inspectorate of Constabulary and Fire & "
            "Rescue Services and the Ministry of Housing, Communities and Local Government.",
        ],
        beside=layout.others(layout.PAGE),
    )
    annex = Page(
        title=f"Sources and workings: {title}",
        subtitle="Where each number is from, and how it was worked",
        sections=[*whole, *_printed(found, cited), layout.register(cited)],
        sources=cited.sources(),
        beside=layout.others(layout.ANNEX),
    )
    sheets = dataclasses.replace(
        area_brief(dataclasses.replace(page, sections=sections)),
        beside=layout.others(layout.BRIEF),
    )
    return {layout.PAGE: page, layout.ANNEX: annex, layout.BRIEF: sheets}, cited.register


def _adds_up(found: Record, cited: Citations) -> Section:
    if found.statements:
        return statement_sections.adds_up(found, cited)
    return Section(
        "adds-up",
        "Q3",
        "Do the figures add up?",
        lead=f"No sum about {found.area.name} is held that its own parts could be added up to.",
    )


def _with_capacity(section: Section, found: Record, cited: Citations) -> Section:
    blocks = [*section.blocks, *capacity_blocks(found, cited)]
    return dataclasses.replace(section, blocks=blocks)


def _linked(fact: tuple[str, str, str], found: Record, cited: Citations) -> list[Any]:
    """The note of a key fact with links to what its number was worked from."""
    name, _, note = fact
    if name == "Classes beyond noise":
        return [note, " (", tally_of_classes(found, cited), ")"]
    officers = found.tables["officers"]
    day = f"{officers['as_at'].max():%Y-%m-%d}" if len(officers) else ""
    worked = {
        "Recorded crime": [f"change:{TOTAL}", f"elsewhere:{TOTAL}"],
        "Per 1,000": [f"need:{TOTAL}"],
        "Officers": [f"officers/{found.area.code}/{day}", f"officers-rate:{day}"],
        "Commissioned": [f"area-per-head:Commissioned services:{name.rpartition(' ')[2]}"],
    }
    keys = [
        key
        for begins, named in worked.items()
        if name.startswith(begins)
        for key in named
        if key in cited.register
    ]
    return [note, " (", *cited.links(keys), ")"] if keys else [note]


def area_facts(found: Record) -> list[tuple[str, str, str]]:
    """Give finding, number and note for the top of the page and the command line."""
    tables = found.tables
    facts = [("Award lines", "none held", "add the office's list: pccfunding start")]
    whole = of_class(tables["class_changes"], TOTAL)
    if whole is None:
        facts.append(("Recorded crime", "not held", "no counts of two comparable years"))
    elif is_missing(whole["change_pct"]):
        facts.append(("Recorded crime", "not compared", str(whole["not_compared"])))
    else:
        beside = of_class(tables["elsewhere"], TOTAL)
        others = (
            ""
            if beside is None
            else (f"; the other areas together {percent(beside['others_change_pct'])}")
        )
        facts.append(
            (
                f"Recorded crime, {year_words(whole['period'])}",
                count(whole["offences_comparison"]),
                f"{percent(whole['change_pct'])} against {year_words(whole['baseline'])}{others}"
                + (
                    "; across a break of the series" if across_every_class(tables["breaks"]) else ""
                ),
            )
        )
        fell, rose, n = beyond_noise(tables["noise"])
        facts.append(
            (
                "Classes beyond noise",
                f"{fell} fell, {rose} rose",
                f"of {counted(n, 'class', 'classes')}, at each of three dispersions",
            )
        )
    rate = of_class(tables["need"], TOTAL)
    if rate is not None:
        facts.append(
            (
                f"Per 1,000 residents, {year_words(rate['baseline'])}",
                RATE(rate["rate"]),
                f"all areas {RATE(rate['all_rate'])}; {place_words(rate)}",
            )
        )
    officers = tables["officers"]
    if len(officers):
        last = officers.iloc[-1].to_dict()
        note = f"{count(last['fte'])} full-time equivalents"
        shown = "no rate" if is_missing(last["rate"]) else RATE(last["rate"])
        if not is_missing(last["rate"]):
            note += f"; all areas {RATE(last['all_rate'])}; {place_words(last)}"
        facts.append((f"Officers per 1,000, {day_words(last['as_at'])}", shown, note))
    services = tables["commissioned_services"]
    services = services[services["spend_gbp_per_head"].notna()]
    if len(services):
        row = services.iloc[-1].to_dict()
        facts.append(
            (
                f"Commissioned services per head, {row['period']}",
                PENCE(row["spend_gbp_per_head"]),
                f"gross estimate; middle of the areas {PENCE(row['middle_gbp_per_head'])}; "
                f"{place_words(row)}",
            )
        )
    return facts


def area_text(found: Record) -> str:
    """Two sentences that can be pasted."""
    whole = of_class(found.tables["class_changes"], TOTAL)
    name = found.area.name
    if whole is None or is_missing(whole["change_pct"]):
        said = f"No counts of {name} are held for {found.period.words}."
    else:
        fell, rose, n = beyond_noise(found.tables["noise"])
        said = (
            f"Of {counted(n, 'class', 'classes')} of crime recorded in {name}, {fell} fell and "
            f"{rose} rose beyond counting noise from {year_words(whole['baseline'])} to "
            f"{year_words(whole['period'])}"
            + (
                ", across a break of the series."
                if across_every_class(found.tables["breaks"])
                else "."
            )
        )
    return f"{said}\nNo award list of the office is held: nothing here says what money did."


def _bought(found: Record) -> Section:
    lines = found.evidence.awards
    lines = lines[lines["area_code"] == found.area.code]
    others = ", ".join(sorted(lines["period"].dropna().unique()))
    lead = f"No award line for {found.area.name} is in the evidence held"
    lead += f" for {found.period.words}; lines are held for {others}." if others else "."
    return Section(
        "bought",
        "Q1",
        "What was bought, from whose money, under which power?",
        lead=lead,
        blocks=[
            Text(
                [
                    [
                        "What the office planned to spend on commissioned services in all, and "
                        "what grant and precept came to, stand under ",
                        Link("money per head", "#per-head"),
                        ". Recipients, purposes and powers come with the office's own list: "
                        "'pccfunding start' makes a folder to put it in, and 'pccfunding review' "
                        "then answers all sixteen questions.",
                    ]
                ]
            )
        ],
    )


def _status(found: Record, cited: Citations) -> Section:
    return Section(
        "status",
        "Q2",
        "Is it plan, award, payment or outturn?",
        lead=[
            "Plan: the amounts under ",
            Link("money per head", "#per-head"),
            " are estimates made for a year, and council tax that was set. None is an award, a "
            "payment or outturn.",
            *printed_words(found.tables["totals"], "amount", "#other-amounts", cited),
        ],
    )


def _awaits(found: Record, cited: Citations) -> Section:
    folder = found.area.name.lower().replace(" ", "-")
    return Section(
        "awaits",
        "Q5, Q9-Q11, Q13, Q15",
        "Awaits the office's services",
        lead="These questions are about services, and no service of the office is held. They are "
        "answered once a folder holds them; what to add stands beside each.",
        blocks=[
            Table(
                "awaits-table",
                "What to add",
                [Column("Question"), Column("What to add")],
                [Group([Row([f"{number} {question}", add]) for number, question, add in AWAITS])],
            ),
            *services_beside(found, cited),
            Text(
                [
                    f"'pccfunding start \"{found.area.name}\" --out {folder}' makes the folder, "
                    f"with a workbook to fill in; 'pccfunding review {folder}' writes the Review "
                    "of it."
                ]
            ),
        ],
    )


def _printed(found: Record, cited: Citations) -> list[Section]:
    """Amounts and results that sources print about the area, where some are held."""
    sections = []
    outcomes = found.tables["outcomes"]
    places: list[Any] = [cited.place(figure) for figure in outcomes["figure_id"]]
    if len(outcomes):
        sections.append(
            Section(
                "printed-results",
                "Annex",
                "Results printed about this area",
                lead="As the sources print them; none is set beside an award.",
                blocks=[
                    frame_table(
                        outcomes.assign(
                            printed=[cited.token(figure) for figure in outcomes["figure_id"]],
                            source=places,
                        ),
                        {
                            "measure": Column("Measure"),
                            "printed": Column("As printed", numeric=True),
                            "period": Column("Period"),
                            "source": Column("Source and place"),
                        },
                        id="printed-results-table",
                        caption="Results as printed",
                    )
                ],
            )
        )
    totals = found.tables["totals"]
    totals = totals[totals["token"].notna()]
    if len(totals):
        printed: list[Any] = [cited.place(figure) for figure in totals["figure_id"]]
        sections.append(
            Section(
                "other-amounts",
                "Annex",
                "Amounts that sources print about this area",
                lead="Of any year, as they are printed. They overlap one another: adding them up "
                "means nothing.",
                blocks=[
                    frame_table(
                        totals.assign(
                            kind=totals["kind"].str.replace("_", " "), source=printed
                        ).sort_values(["funding_stream", "period"], kind="stable"),
                        {
                            "funding_stream": Column("Funding stream"),
                            "kind": Column("Kind"),
                            "period": Column("Period"),
                            "token": Column("As printed", numeric=True),
                            "source": Column("Source and place"),
                        },
                        id="totals",
                        caption="Grants, budgets, rates and single awards, as printed",
                    )
                ],
            )
        )
    return sections
