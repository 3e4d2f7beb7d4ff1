"""The key facts of a Review: a handful of numbers, each with what to know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.tables_spending import given_heads, per_head_words
from pccfunding.review_pack.tables_sums import (
    all_sums,
    beside_sum,
    kind_words,
    sum_key,
    sum_words,
)
from pccfunding.words import count, counted

if TYPE_CHECKING:
    from pccfunding.review_pack.record import Record


def sums_behind(found: Record) -> dict[str, str]:
    """Give for each key fact that is a sum the key of the sum in the register."""
    sums = found.tables["subtotals"]
    return {kind_words(total): sum_key(total, sums) for total in all_sums(sums)}


def people_words(row: dict[Any, Any]) -> str:
    """Say whom a rate is for, and why it is a lower bound."""
    said = f"{count(row['persons'])} residents in mid-{row['financial_year'][:4]}"
    lost = row["n_figures"] - row["n_known"]
    of = counted(row["n_figures"], "amount")
    return f"{said}; {lost} of {of} not known exactly" if lost else said


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
    facts = []
    for total in all_sums(sums):
        beside = beside_sum(tables, total, "no source prints it")
        known = f"the sum of {counted(total['n_known'] - total['n_derived'], 'printed line')}"
        if total["n_derived"]:
            known += f" and {counted(total['n_derived'], 'part')} of awards over several years"
        known += f"; {beside}"
        facts.append((kind_words(total), sum_words(total), f"derived: {known}"))
    heads = given_heads(tables)
    for row in heads.to_dict("records"):
        year = f" in {row['financial_year']}" if len(heads) > 1 else ""
        facts.append((f"Per resident{year}", per_head_words(row), people_words(row)))
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
