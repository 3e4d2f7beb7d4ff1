"""Planted evidences: the bundled one with a kind of fact put in or taken out, and what is said."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator

import pandas as pd
from reading import Node, Tree

import pccfunding as pcc
from pccfunding.review_pack import Review
from pccfunding.review_pack.layout import lay_out
from pccfunding.review_pack.pack import method_text
from pccfunding.review_pack.page import render_pages

# What a sentence may be about that only the evidence can decide.
DECIDED = re.compile(
    r"\b(held|missing|published|printed|inferred|first|only|none|not|no|nothing)\b", re.IGNORECASE
)
BLOCKS = {"p", "li", "dt", "dd", "th", "td", "caption", "figcaption", "h1", "h2", "h3", "summary"}
BLOCKS |= {"title", "desc"}
DETAILS = ("recipient", "purpose", "conditions", "reasons")


def bundled() -> pcc.Evidence:
    return pcc.load_evidence()


def _with(**tables: pd.DataFrame) -> pcc.Evidence:
    return dataclasses.replace(bundled(), **tables)


def without_outcomes() -> pcc.Evidence:
    return _with(outcomes=bundled().outcomes.iloc[:0])


def without_statements() -> pcc.Evidence:
    return _with(statements=bundled().statements.iloc[:0])


def without_street_records() -> pcc.Evidence:
    return _with(street_crime=bundled().street_crime.iloc[:0])


def without_counts() -> pcc.Evidence:
    """Neither counts of offences nor scores nor records."""
    whole = bundled()
    empty = {
        name: getattr(whole, name).iloc[:0]
        for name in (
            "recorded_crime",
            "street_crime",
            "crime_severity",
            "asb_incidents",
            "knife_and_firearm_offences",
        )
    }
    return _with(**empty)


def without_residents() -> pcc.Evidence:
    people = bundled().population
    return _with(population=people[people["area_code"] != "E23000023"])


def whole_grants() -> pcc.Evidence:
    """Every line is one grant of the power that the duty is of, with its four details."""
    awards = bundled().awards.copy()
    awards["legal_basis"] = "Police Reform and Social Responsibility Act 2011, section 9"
    awards["theme"] = "Crime Prevention"
    for name in DETAILS:
        awards[name] = [f"{name} of line {row}" for row in range(len(awards))]
        awards[f"{name}_unknown"] = None
    outcomes = bundled().outcomes.assign(theme="Crime Prevention")
    return _with(awards=awards, outcomes=outcomes)


def looked_for_and_not_published() -> pcc.Evidence:
    """Single grants of that power whose details somebody looked for and did not find."""
    awards = whole_grants().awards.copy()
    for name in DETAILS[1:]:
        awards[name], awards[f"{name}_unknown"] = None, "not_published"
    return _with(awards=awards)


def services() -> pcc.Evidence:
    """Every line buys services for victims, which the duty does not ask about."""
    awards = bundled().awards.copy()
    awards["legal_basis"] = "Anti-social Behaviour, Crime and Policing Act 2014, section 143"
    return _with(awards=awards)


def plans_and_outturn() -> pcc.Evidence:
    """Amounts of every status."""
    totals = bundled().totals.copy()
    mine = totals.index[totals["area_code"] == "E23000023"]
    kinds = ["plan", "outturn", "payment", "bid", "budget", "ceiling", "allocation", "award"]
    totals.loc[mine, "status"] = [kinds[row % len(kinds)] for row in range(len(mine))]
    return _with(totals=totals)


def a_printed_total() -> pcc.Evidence:
    """The four-year total is printed for the one year of the lines."""
    totals = bundled().totals.copy()
    here = totals["subject_id"] == "cambs-commissioning-2021-25"
    totals.loc[here, ["period_start", "period_end"]] = [
        pd.Timestamp("2023-04-01"),
        pd.Timestamp("2024-03-31"),
    ]
    totals.loc[here, "period"] = "2023-24"
    awards = bundled().awards.assign(part_of="cambs-commissioning-2021-25")
    return _with(totals=totals, awards=awards)


def unknown_amounts() -> pcc.Evidence:
    awards = bundled().awards.copy()
    columns = ["amount_gbp", "amount_low_gbp", "amount_high_gbp"]
    awards.loc[awards.index[:4], columns] = float("nan")
    awards.loc[awards.index[:4], "unknown"] = "withheld"
    return _with(awards=awards)


def counted_outcomes_only() -> pcc.Evidence:
    """No output, and each printed change has its counts."""
    outcomes = bundled().outcomes
    counted = outcomes["offence_match"].eq("same") & outcomes["baseline"].notna()
    return _with(outcomes=outcomes[counted].reset_index(drop=True))


def every_source_held() -> pcc.Evidence:
    sources = bundled().sources.copy()
    if "held" in sources:
        sources["held"] = "yes"
    return _with(sources=sources)


def one_line() -> pcc.Evidence:
    """One line, of a stream that a result is named with."""
    awards = bundled().awards
    return _with(awards=awards[awards["funding_stream"] == "Youth Fund"].reset_index(drop=True))


def known_by_then() -> pcc.Evidence:
    """What a reader could know on a day: the bundled evidence as of it."""
    return pcc.load_evidence(as_of="2024-04-30")


def surrey() -> pcc.Evidence:
    return pcc.load_evidence("Surrey")


def thames_valley() -> pcc.Evidence:
    return pcc.load_evidence("Thames Valley")


def warwickshire() -> pcc.Evidence:
    return pcc.load_evidence("Warwickshire")


PLANTED: tuple[Callable[[], pcc.Evidence], ...] = (
    bundled,
    without_outcomes,
    without_statements,
    without_street_records,
    without_counts,
    without_residents,
    whole_grants,
    looked_for_and_not_published,
    services,
    plans_and_outturn,
    a_printed_total,
    unknown_amounts,
    counted_outcomes_only,
    every_source_held,
    one_line,
    known_by_then,
    surrey,
    thames_valley,
    warwickshire,
)


def reviewed(planted: Callable[[], pcc.Evidence]) -> Review:
    """The Review of a planted evidence; of every second one each conflict has its reason."""
    found = pcc.review(planted())
    if PLANTED.index(planted) % 2:
        told = found.tables["statements"]
        names = told.loc[told["verdict"] == "conflicts", "statement_id"] if len(told) else []
        found = dataclasses.replace(found, exceptions=dict.fromkeys(names, "Asked and answered."))
    return found


@functools.cache
def said(planted: Callable[[], pcc.Evidence]) -> frozenset[str]:
    """Sentences of page, terminal and method note that the evidence must decide."""
    return frozenset(sentences_of(reviewed(planted)))


def sentences_of(found: Review) -> set[str]:
    """Sentences of a Review with a word that only the evidence can decide."""
    pages = render_pages(lay_out(found)[0])
    texts = [text for page in pages.values() for text in block_texts(page)]
    texts += [*found.text.split("\n"), *method_text(found).split("\n")]
    texts += [str(cell) for row in found.summary.to_numpy().tolist() for cell in row]
    return {one for text in texts for one in sentences(text) if DECIDED.search(one)}


def sentences(text: str) -> list[str]:
    plain = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split()).lstrip("-# ")
    return [one.strip() for one in re.split(r"(?<=[.?!;])\s+", plain) if one.strip()]


def block_texts(html: str) -> Iterator[str]:
    """The text of each block of a page; titles of sources are other people's words."""
    html = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)

    def inside(node: Node) -> Iterator[str]:
        if node.attributes.get("class") == "sources":
            return
        nested = [one for one in node.inside if isinstance(one, Node)]
        if node.tag in BLOCKS and not any(one.tag in BLOCKS for one in node.walk() if one != node):
            yield node.text
            return
        for one in nested:
            yield from inside(one)
        if node.tag in BLOCKS:
            yield "".join(one for one in node.inside if isinstance(one, str))

    yield from inside(Tree(html).root)
