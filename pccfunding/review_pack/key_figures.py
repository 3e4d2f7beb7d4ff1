"""The key facts of a Review: a handful of numbers, each with what to know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_spending import printed_total, sum_words
from pccfunding.words import count, counted, pounds

if TYPE_CHECKING:
    import pandas as pd

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
    beside = "none of the documents held prints it" if stated is None else f"printed as {stated}"
    facts = [
        (
            f"{what_lines_are(found)} in {', '.join(lines['period'].unique())}",
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
    facts.append(duty_fact(found))
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
            or "none of the documents held prints one",
        )
    )
    risen = unquoted_rises(tables["other_changes"])
    if len(risen):
        above = int((risen["relative_low_pct"] > 0).sum())
        broken = int(risen["break"].notna().sum())
        facts.append(
            (
                "Rises not quoted",
                str(len(risen)),
                "offence classes that rose beyond counting noise over the same years and that no "
                f"source held quotes; {above} rose more than elsewhere"
                + (f", {broken} across a break of the series" if broken else ""),
            )
        )
    absent = tables["not_held"]
    if len(absent):
        facts.append(
            (
                "Documents to fetch",
                str(len(absent)),
                "named by a source here and not held; the first: " + absent["title"].iloc[0],
            )
        )
    return facts


def what_lines_are(found: Record) -> str:
    """Say whether the lines are money given, money received, or both; only given is funded."""
    flows = set(found.tables["awards"]["flow"].dropna())
    return {
        frozenset({"pcc_to_recipient"}): "Funded",
        frozenset({"national_to_pcc"}): "Received",
    }.get(frozenset(flows), "Listed")


def duty_fact(found: Record) -> tuple[str, str, str]:
    """Of how many lines the duty asks details, and how many of those are held."""
    told, fields = found.tables["duty"], found.tables["statutory_fields"]
    asked = int(told["asked"].sum())
    single = int(told["single"].sum())
    counts = f"{asked} of {counted(len(told), 'line')}"
    if not asked:
        return (
            "Grants that the law asks details of",
            counts,
            f"crime and disorder reduction grants made, as single grants; {single} of the lines "
            f"{'is a single grant' if single == 1 else 'are single grants'} at all",
        )
    wanted, held = int(fields["of"].sum()), int(fields["held"].sum())
    shown = int(fields["not_published"].sum())
    return (
        "Grants that the law asks details of",
        counts,
        f"{held} of {counted(wanted, 'detail')} held; {shown} not published, as a source shows; "
        f"{int(fields['withheld'].sum())} withheld; {int(fields['not_held'].sum())} not in the "
        "documents held",
    )


def unquoted_rises(others: pd.DataFrame) -> pd.DataFrame:
    """Classes that rose beyond counting noise and that no source held quotes for any years."""
    rises: pd.DataFrame = others[(others["change_low_pct"] > 0) & ~others["quoted"].astype(bool)]
    return rises
