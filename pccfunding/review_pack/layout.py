"""The Review as a page: sections in the order in which a panel asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.review_pack import money_sections, outcome_sections
from pccfunding.review_pack.citing import Citations
from pccfunding.review_pack.facts import key_facts
from pccfunding.review_pack.parts import Fact, Page

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review

__all__ = ["lay_out"]

BODIES = {
    "pcc": "Police and Crime Commissioner",
    "pfcc": "Police, Fire and Crime Commissioner",
    "mayor": "Mayor",
    "common_council": "Common Council",
}


def lay_out(found: Review) -> Page:
    """Lay a Review out as a page of parts.

    Parameters
    ----------
    found : Review

    Returns
    -------
    Page
    """
    cited = Citations(found)
    return Page(
        title=f"Review of commissioning in {found.area.name}",
        subtitle=f"What was funded, {found.period.words}, beside the outcomes that were reported",
        particulars=_particulars(found),
        summary=[Fact(*fact) for fact in key_facts(found)],
        sections=[
            money_sections.bought(found, cited),
            money_sections.adds_up(found, cited),
            money_sections.per_head_and_year(found, cited),
            outcome_sections.changed(found, cited),
            outcome_sections.beside_spend(found, cited),
            outcome_sections.by_theme(found, cited),
            money_sections.other_amounts(found, cited),
        ],
        sources=cited.sources(),
        footer=[
            "Verdicts are exact interval arithmetic on what was printed; intervals of counts are "
            "exact Poisson intervals at 95%. Every number leads to its source below. "
            "What to do next is decided by a person: this page decides nothing.",
            "Official statistics: Open Government Licence v3.0, with attribution to the Office for "
            "National Statistics, the Home Office, data.police.uk and HM Treasury.",
        ],
    )


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
