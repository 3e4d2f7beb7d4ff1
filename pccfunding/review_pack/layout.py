"""The Review as a page: the sixteen questions in order, then panel, annexes and register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.review_pack import (
    money_sections,
    noise_sections,
    outcome_sections,
    question_sections,
    sums_sections,
)
from pccfunding.review_pack.citing import Citations
from pccfunding.review_pack.facts import key_facts
from pccfunding.review_pack.parts import Fact, Page
from pccfunding.review_pack.register_section import register

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review
    from pccfunding.review_pack.register import Register

__all__ = ["lay_out"]

BODIES = {
    "pcc": "Police and Crime Commissioner",
    "pfcc": "Police, Fire and Crime Commissioner",
    "mayor": "Mayor",
    "common_council": "Common Council",
}


# What each key fact was worked from: the beginning of its name, and the key in the register.
_FACTS = {
    "Funded": "sum:all lines",
    "Per resident": "per-head:all lines",
    "Legally": "tally:statutory",
    "Statements": "tally:statements",
    "Published": "tally:changes",
    "Rises": "tally:rises",
}


def lay_out(found: Review) -> tuple[Page, Register]:
    """Lay a Review out as a page of parts, and give every number that the page uses.

    Parameters
    ----------
    found : Review

    Returns
    -------
    Page, Register
    """
    cited = Citations(found)
    sections = [
        money_sections.bought(found, cited),
        money_sections.status(found, cited),
        sums_sections.adds_up(found, cited),
        question_sections.without_evidence(noise_sections.where_was_need(found, cited)),
        question_sections.delivered(found, cited),
        outcome_sections.changed(found, cited),
        question_sections.without_evidence(noise_sections.beyond_noise(found, cited)),
        question_sections.without_evidence(noise_sections.beyond_elsewhere(found, cited)),
        question_sections.unanswered("Q9"),
        question_sections.unanswered("Q10"),
        question_sections.unanswered("Q11"),
        money_sections.per_head_and_year(found, cited),
        outcome_sections.beside_spend(found, cited),
        question_sections.without_evidence(noise_sections.could_detect(found, cited)),
    ]
    sections += [
        question_sections.next_steps(found, sections),
        question_sections.checkable(),
        question_sections.panel(),
        money_sections.other_amounts(found, cited),
    ]
    facts = [Fact(*fact[:2], _linked(fact, cited)) for fact in key_facts(found)]
    page = Page(
        title=f"Review of commissioning in {found.area.name}",
        subtitle=f"What was funded, {found.period.words}, beside the outcomes that were reported",
        particulars=_particulars(found),
        summary=facts,
        sections=[*sections, register(cited)],
        sources=cited.sources(),
        footer=[
            "Verdicts are exact interval arithmetic on what was printed; intervals of counts are "
            "exact Poisson intervals at 95%. Every number leads to its source below. "
            "What to do next is decided by a person: this page decides nothing.",
            "Official statistics: Open Government Licence v3.0, with attribution to the Office for "
            "National Statistics, the Home Office, data.police.uk and HM Treasury.",
        ],
    )
    return page, cited.register


def _linked(fact: tuple[str, str, str], cited: Citations) -> list[Any]:
    """The note of a key fact with a link to what the number was worked from."""
    name, _, note = fact
    start = next(key for begins, key in _FACTS.items() if name.startswith(begins))
    keys = [entry.key for entry in cited.register.entries() if entry.key.startswith(start)]
    return [note, " (", *cited.links(keys), ")"] if keys else [note]


def _particulars(found: Review) -> list[tuple[str, str]]:
    import pccfunding

    body = found.area.governing_body()
    known = found.evidence.as_of
    return [
        ("Area", f"{found.area.name} ({found.area.code})"),
        *([("Local policing body", BODIES.get(body, body))] if body else []),
        ("Period", found.period.words),
        ("Evidence", f"as known on {known}" if known else "everything held"),
        ("Made with", f"pccfunding {pccfunding.__version__}"),
    ]
