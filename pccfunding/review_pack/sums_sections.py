"""The section on whether the figures add up: statements with verdict, working and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.evidence.reconcile_statements import figure_ids
from pccfunding.plots import plot_intervals
from pccfunding.reconciliation.readings import amount_text, share_text
from pccfunding.review_pack.parts import (
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

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citing import Citations
    from pccfunding.review_pack.outline import Review

__all__ = ["adds_up"]


def adds_up(found: Review, cited: Citations) -> Section:
    """Whether the figures add up."""
    told = [result.verdict for _, result in found.statements]
    conflicts = [(row, result) for row, result in found.statements if result.verdict == "conflicts"]
    blocks: list[Any] = []
    if conflicts:
        blocks.append(
            Plot(
                "plot-conflicts",
                plot_intervals(_ladder(conflicts), title="Where the figures conflict"),
                note=["The workings: ", Link("what conflicts", "#statements-conflicts"), "."],
            )
        )
    for verdict, heading in (
        ("conflicts", "What conflicts"),
        ("cannot be told", "What cannot be told"),
        ("reconciles", "What holds"),
    ):
        chosen = [(row, result) for row, result in found.statements if result.verdict == verdict]
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
    counted = cited.tally(
        "statements", "Statements worked", f"{len(told)}: {counts}", "statements.csv"
    )
    return Section(
        id="adds-up",
        question="Q3",
        heading="Do the figures add up?",
        lead=[
            f"Of {len(told)} statements, {counts} from what is published (",
            counted,
            "). Open one to see the working.",
        ],
        blocks=blocks or [Text(["No statement about this area is recorded."])],
    )


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
        size = amount_text(abs(result.gap), result.unit)
        sign = "\N{MINUS SIGN}" if result.gap < 0 else ""
        working.append(f"Gap, right side less left side as printed: {sign}{size}{share}.")
    for figure in figures:
        working.append([f"{cited.token(figure)} ", *cited.place(figure)])
    if isinstance(row["source_id"], str):
        working.append(["Stated in ", cited.source_link(row["source_id"]), f", {row['locator']}"])
    reason: list[Any] = [result.text]
    if isinstance(row["note"], str):
        reason += [" ", Remark(row["note"])]
    return Statement(
        id=anchor,
        text=f"{row['statement']}.",
        verdict=badge(result.wording),
        reason=reason,
        working=working,
        remark=_exception(row, result, exceptions),
    )


def _exception(row: dict[Any, Any], result: Any, exceptions: dict[str, str]) -> Any:
    if result.verdict != "conflicts":
        return ""
    given = exceptions.get(row["statement_id"])
    if given:
        return ["Recorded reason: ", Remark(given)]
    return Remark(
        f"No reason is recorded for this conflict ({row['statement_id']}), so the pack cannot be "
        "signed yet."
    )


def _ladder(chosen: list[tuple[dict[Any, Any], Any]]) -> pd.DataFrame:
    import pandas as pd

    sides: list[pd.DataFrame] = [result.sides(row["statement"]) for row, result in chosen]
    return pd.concat(sides, ignore_index=True)
