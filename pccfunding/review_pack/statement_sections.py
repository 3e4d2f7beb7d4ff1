"""The section on whether the figures add up: statements, the area's own conflicts first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.evidence.reconcile_statements import figure_ids
from pccfunding.plots import plot_intervals
from pccfunding.review_pack.blocks import (
    Heading,
    Link,
    Plot,
    Remark,
    Section,
    Statement,
    Text,
    Verdicts,
    badge,
)
from pccfunding.review_pack.wording import listed
from pccfunding.words import amount_text, counted, share_text, token_words

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


def adds_up(found: Record, cited: Citations) -> Section:
    """Whether the figures add up."""
    told = [result.verdict for _, result in found.statements]
    conflicts = _of_verdict(found, "conflicts")
    own, others = _by_owner(found, conflicts)
    blocks: list[Any] = []
    if conflicts:
        blocks.append(
            Plot(
                "plot-conflicts",
                plot_intervals(_ladder(conflicts), title="Where the figures conflict"),
                note=[
                    "The workings: ",
                    *(
                        [Link("in the area's own documents", "#statements-conflicts")]
                        if own
                        else []
                    ),
                    *([", "] if own and others else []),
                    *(
                        [Link("where others print a figure", "#statements-conflicts-of-others")]
                        if others
                        else []
                    ),
                    ".",
                ],
            )
        )
    groups = (
        ("conflicts", "What conflicts in the area's own documents", own),
        ("conflicts-of-others", "What conflicts where another publisher prints a figure", others),
        ("cannot be told", "What cannot be told", _of_verdict(found, "cannot be told")),
        ("reconciles", "What holds", _of_verdict(found, "reconciles")),
    )
    for verdict, heading, chosen in groups:
        if chosen:
            blocks.append(Heading(f"statements-{verdict.replace(' ', '-')}", heading))
            blocks.append(
                Verdicts(
                    [_statement(row, result, cited, found.exceptions) for row, result in chosen]
                )
            )
    counts = (
        f"{told.count('reconciles')} hold, {told.count('conflicts')} conflict and "
        f"{told.count('cannot be told')} cannot be told"
    )
    tally = cited.tally(
        "statements", "Statements worked", f"{len(told)}: {counts}", "statements.csv"
    )
    return Section(
        id="adds-up",
        question="Q3",
        heading="Do the figures add up?",
        lead=[
            f"{_statements_words(told)} (",
            tally,
            ").",
        ],
        blocks=blocks or [Text(["No statement about this area is recorded."])],
    )


def _statements_words(told: list[str]) -> str:
    """Say how many statements hold; what there is none of is not said."""
    verdicts = {
        "reconciles": ("holds", "hold"),
        "conflicts": ("conflicts", "conflict"),
        "cannot be told": ("cannot be told", "cannot be told"),
    }
    if not told:
        return "No statement that could be worked is recorded"
    counts = [(told.count(verdict), words) for verdict, words in verdicts.items()]
    said = [f"{number} {words[number != 1]}" for number, words in counts if number]
    return f"Of {counted(len(told), 'statement')} worked, {listed(said)}"


def _of_verdict(found: Record, verdict: str) -> list[tuple[dict[Any, Any], Any]]:
    return [(row, result) for row, result in found.statements if result.verdict == verdict]


def _by_owner(
    found: Record, chosen: list[tuple[dict[Any, Any], Any]]
) -> tuple[list[tuple[dict[Any, Any], Any]], list[tuple[dict[Any, Any], Any]]]:
    """Statements all of whose figures the area's own body prints, and the rest."""
    figures = found.evidence.figures.set_index("figure_id")["source_id"]
    publishers = found.evidence.sources.set_index("source_id")["publisher"]
    of_lines = publishers.reindex(figures.reindex(found.tables["awards"]["figure_id"]))
    bodies = {*of_lines.dropna(), *found.tables["awards"]["funder"].dropna()}
    own: list[tuple[dict[Any, Any], Any]] = []
    others: list[tuple[dict[Any, Any], Any]] = []
    for row, result in chosen:
        printed_by = publishers.reindex(figures.reindex(figure_ids(row)))
        (own if set(printed_by) <= bodies else others).append((row, result))
    return own, others


def _statement(
    row: dict[Any, Any], result: Any, cited: Citations, exceptions: dict[str, str]
) -> Statement:
    anchor = f"statement-{row['statement_id']}"
    figures = figure_ids(row)
    for figure in figures:
        cited.link(figure)
    cited.derived(
        f"statement:{row['statement_id']}",
        what=row["statement"],
        shown=result.text,
        working=result.working,
        inputs=figures,
        value=None if result.gap is None else float(result.gap),
        unit=result.unit,
        anchor=anchor,
    )
    working: list[Any] = [result.working]
    if result.gap:
        share = "" if result.gap_pct is None else f", {share_text(abs(result.gap_pct))}"
        size = amount_text(result.gap, result.unit)
        working.append(f"Gap, right side less left side as printed: {size}{share}.")
    for figure in figures:
        working.append([f"{cited.token(figure)} ", *cited.place(figure)])
    if isinstance(row["source_id"], str):
        working.append(["Stated in ", cited.source_link(row["source_id"]), f", {row['locator']}"])
    reason: list[Any] = [result.text]
    if isinstance(row["note"], str):
        reason += [" ", Remark(row["note"])]
    return Statement(
        id=anchor,
        text=f"{_headline_of(row, result, cited)}.",
        verdict=badge(result.wording),
        reason=reason,
        working=working,
        remark=_exception(row, result, exceptions),
    )


def _headline_of(row: dict[Any, Any], result: Any, cited: Citations) -> str:
    """The statement; of a conflict with the amounts that stand against each other."""
    stated = str(row["statement"])
    if result.verdict != "conflicts" or result.proof is None:
        return stated
    sides = [_side(row[side], ends, result.unit, cited)
             for side, ends in zip(("left", "right"), result.proof, strict=True)]  # fmt: skip
    return f"{stated}: {sides[0]} against {sides[1]}"


def _side(names: str, ends: Any, unit: str | None, cited: Citations) -> str:
    """One side as printed, or what its figures come to."""
    if names in cited.register:
        return token_words(cited.token(names), unit)
    if ":" in names and ";" not in names:
        return token_words(names.partition(":")[2], unit)
    low, high = (None if end is None else amount_text(end, unit) for end in (ends.low, ends.high))
    return str(low) if low == high else f"{low or 'any'} to {high or 'any'}"


def _exception(row: dict[Any, Any], result: Any, exceptions: dict[str, str]) -> Any:
    if result.verdict != "conflicts":
        return ""
    given = exceptions.get(row["statement_id"])
    if given:
        return ["Recorded reason: ", Remark(given)]
    return Remark(
        f"Without a recorded reason for it ({row['statement_id']}) the pack cannot be signed."
    )


def _ladder(chosen: list[tuple[dict[Any, Any], Any]]) -> pd.DataFrame:
    import pandas as pd

    sides: list[pd.DataFrame] = [result.sides(row["statement"]) for row, result in chosen]
    return pd.concat(sides, ignore_index=True)
