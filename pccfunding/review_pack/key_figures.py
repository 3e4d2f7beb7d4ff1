"""The key facts of a Review: a handful of numbers, each with what to know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.review_pack.asked_of_money import cannot_be_told, scope_words
from pccfunding.review_pack.tables_spending import given_heads, per_head_words
from pccfunding.review_pack.tables_sums import (
    GIVEN,
    KINDS,
    RECEIVED,
    all_sums,
    beside_sum,
    is_one_printed,
    is_unknown,
    kind_of,
    kind_words,
    sum_key,
    sum_words,
)
from pccfunding.review_pack.wording import MOST_SAID, moved_text, series_of
from pccfunding.review_pack.workings import head_key
from pccfunding.words import count, counted

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


def workings_behind(found: Record) -> dict[str, tuple[str, ...]]:
    """Give for each key fact about money the keys in the register that may stand behind it.

    The first that is there does: a rate that is a lower bound has no working of its own, and the
    sum that it is of stands for it.
    """
    sums = found.tables["subtotals"]
    keys = {kind_of(total): sum_key(total, sums) for total in all_sums(sums)}
    behind: dict[str, tuple[str, ...]] = {
        kind_words(total): (sum_key(total, sums),) for total in all_sums(sums)
    }
    heads = given_heads(found.tables)
    for row in heads.to_dict("records"):
        behind[_rate_name(row, heads)] = (head_key(row, found), keys[kind_of(row)])
    return behind


def _rate_name(row: dict[Any, Any], heads: pd.DataFrame) -> str:
    """Name a rate per resident by its year and kind, where there are several of either."""
    if len(heads[KINDS[1:]].drop_duplicates()) > 1:
        kind = kind_words(row)
        return f"Per resident, {kind[0].lower()}{kind[1:]}"
    return f"Per resident in {row['financial_year']}" if len(heads) > 1 else "Per resident"


def people_words(row: dict[Any, Any]) -> str:
    """Say whom a rate is for, and why it is a lower bound."""
    said = f"of the lines listed; {count(row['persons'])} residents in mid-"
    said += row["financial_year"][:4]
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
    sums = tables["subtotals"]
    facts = []
    for total in all_sums(sums):
        if is_unknown(total):
            facts.append((kind_words(total), sum_words(total), "none of the amounts is known"))
            continue
        one = is_one_printed(total)
        beside = beside_sum(tables, total, "" if one else "none of the documents held prints it")
        printed, parts = total["n_known"] - total["n_derived"], total["n_derived"]
        of = [counted(printed, "printed line")] if printed or not parts else []
        of += [f"{counted(parts, 'part')} of awards over several years"] if parts else []
        known = f"derived: the sum of {' and '.join(of)}"
        if total["n_known"] < total["n_figures"]:
            known = f"derived: the least that {counted(total['n_figures'], 'line')} allow"
        known = "; ".join(filter(None, ["of the one printed line" if one else known, beside]))
        facts.append((kind_words(total), sum_words(total), known))
    heads = given_heads(tables)
    unlike = "; not of the scope of the other years" if scope_words(tables["awards"]) else ""
    for row in heads.to_dict("records"):
        facts.append((_rate_name(row, heads), per_head_words(row), f"{people_words(row)}{unlike}"))
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
        frozenset({GIVEN}): "funded",
        frozenset({RECEIVED}): "received",
    }.get(frozenset(flows), "listed")


def duty_fact(found: Record) -> tuple[str, str, str]:
    """Of how many lines the duty asks details, and how many of those are held."""
    told, fields = found.tables["duty"], found.tables["statutory_fields"]
    asked = int(told["asked"].sum())
    single = int(told["single"].sum())
    open_ones = cannot_be_told(told)
    counts = f"{asked} of {counted(len(told), 'line')}"
    if open_ones:
        counts = f"{asked} known, of {counted(len(told), 'line')}"
    if not asked:
        return (
            "Grants that the law asks details of",
            counts,
            f"crime and disorder reduction grants made, as single grants; {single} of the lines "
            f"{'is a single grant' if single == 1 else 'are single grants'} at all"
            + (f"; it cannot be told of {open_ones}" if open_ones else ""),
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


def first_changes(changes: pd.DataFrame, cited: Citations) -> list[Any]:
    """Say the first changes by count, else as they are printed."""
    counted_ones = changes[changes["change_pct"].notna()].head(MOST_SAID).to_dict("records")
    if counted_ones:
        said = [
            [
                f"{row['measure']} {moved_text(row['change_pct'])} (",
                *cited.links([f"change:{row['subject_id']}"]),
                ")",
            ]
            for row in counted_ones
        ]
        return [*series_of(said), " by the counts held. "]
    printed = changes[changes["printed_pct"].notna()].head(MOST_SAID).to_dict("records")
    said = [
        [f"{row['measure']} {moved_text(row['printed_pct'])} (", cited.link(row["figure_id"]), ")"]
        for row in printed
    ]
    return [*series_of(said), " as printed, without counts to hold that against. "] if said else []
