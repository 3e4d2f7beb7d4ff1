"""The key facts of a Review: a handful of numbers, each with what to know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_spending import printed_total, sum_words
from pccfunding.words import count, counted, pounds

if TYPE_CHECKING:
    from pccfunding.review_pack.record import Record


def key_facts(found: Record) -> list[tuple[str, str, str]]:
    """Give finding, number and note for the top of the page and the command line.

    Parameters
    ----------
    found : Record

    Returns
    -------
    list of (str, str, str)
    """
    tables = found.tables
    lines, sums = tables["awards"], tables["subtotals"]
    total = sums.iloc[-1]
    stated = printed_total(tables)
    beside = "no source prints it" if stated is None else f"printed as {stated}"
    facts = [
        (
            f"Funded in {', '.join(lines['period'].unique())}",
            sum_words(total.to_dict()),
            f"derived: the sum of {counted(total['n_known'], 'printed line')}; {beside}",
        )
    ]
    everything = tables["spend_per_head"]
    heads = everything[everything["funding_stream"] == "all lines"]
    heads = heads.dropna(subset=["spend_gbp_per_head"])
    for per_head, persons, start in zip(
        heads["spend_gbp_per_head"], heads["persons"], heads["period_start"], strict=True
    ):
        year = f" in {financial_label(start.year)}" if len(heads) > 1 else ""
        facts.append(
            (
                f"Per resident{year}",
                pounds(round(per_head, 2)),
                f"{count(persons)} residents in mid-{start.year}",
            )
        )
    fields = tables["statutory_fields"]
    missing = int(fields["not_published"].sum())
    facts.append(
        (
            "Legally required details",
            f"{int(fields['published'].sum())} of {int(fields['of'].sum())}",
            f"recipient, purpose, conditions and reasons of {counted(len(lines), 'line')}; "
            f"{missing} not published",
        )
    )
    verdicts = [result.verdict for _, result in found.statements]
    facts.append(
        (
            "Statements worked",
            str(len(verdicts)),
            f"{verdicts.count('reconciles')} hold, {verdicts.count('conflicts')} conflict, "
            f"{verdicts.count('cannot be told')} cannot be told",
        )
    )
    changes = tables["changes"]
    told = changes["verdict"].value_counts()
    facts.append(
        (
            "Published changes",
            str(len(changes)),
            ", ".join(f"{number} {verdict}" for verdict, number in told.items())
            or "no source held here prints one",
        )
    )
    risen = tables["changes_not_quoted"]
    risen = risen[risen["change_low_pct"] > 0]
    if len(risen):
        facts.append(
            (
                "Rises not quoted",
                str(len(risen)),
                "offence classes that rose beyond counting noise over the same years",
            )
        )
    return facts
