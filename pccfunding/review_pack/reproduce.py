"""Each published figure that can be recomputed, the recomputed value, and the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pccfunding.areas import find_area
from pccfunding.evidence import Evidence
from pccfunding.evidence.loaders import given_evidence
from pccfunding.evidence.reconcile_statements import work_statements
from pccfunding.reconciliation.sides import printed_row
from pccfunding.review_pack.record import crime_of
from pccfunding.review_pack.tables_changes import one_vintage, recomputed_changes
from pccfunding.review_pack.tables_comparison import class_years
from pccfunding.review_pack.tables_sums import subtotals, sum_words
from pccfunding.words import amount_text, count, counted, is_missing, percent, share

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.intervals import Interval
    from pccfunding.reconciliation import Reconciliation

__all__ = ["reproduce"]


def reproduce(evidence: Evidence | None = None, *, area_code: str | None = None) -> pd.DataFrame:
    """Recompute each published figure that can be, and say what came out.

    Parameters
    ----------
    evidence : Evidence, optional
        The bundled evidence by default.
    area_code : str, optional
        Name or ONS code; only what concerns this area. By default every area.

    Returns
    -------
    DataFrame
        One row a figure or statement: `what`, `printed`, `recomputed`, `verdict`, `why`,
        `as_recorded` (False where a statement's verdict differs from the recorded one).

    Raises
    ------
    UnknownNameError
        If the area is not known.

    Examples
    --------
    >>> found = reproduce(area_code="Cambridgeshire").set_index("what")
    >>> found.loc["Residential burglary, 2023 against 2019", ["recomputed", "verdict"]].tolist()
    ['−36.8% (3,497 to 2,210)', 'reproduced']
    """
    import pandas as pd

    known = given_evidence(evidence)
    wanted = None if area_code is None else find_area(area_code).code
    rows = [*_derived(known, wanted), *_years_before(known, wanted), *_changes(known, wanted)]
    rows += [_statement(*worked) for worked in work_statements(known, area_code=wanted)]
    columns = ["what", "printed", "recomputed", "verdict", "why", "as_recorded"]
    return pd.DataFrame(rows, columns=columns)


def _derived(evidence: Evidence, wanted: str | None) -> list[dict[str, Any]]:
    awards = evidence.awards
    if wanted is not None:
        awards = awards[awards["area_code"] == wanted]
    rows = []
    for listing, lines in awards.groupby("listing", sort=False):
        for group in subtotals(lines, by="funder_group").to_dict("records"):
            part = f", {share(group['share_pct'])}" if not is_missing(group["share_pct"]) else ""
            rows.append(
                {
                    "what": f"{group['funder_group']}, {group['financial_year']} ({listing})",
                    "printed": "not printed",
                    "recomputed": f"{sum_words(group)}{part}",
                    "verdict": "derived",
                    "why": f"sum of {counted(group['n_known'], 'known line')}",
                    "as_recorded": True,
                }
            )
    return rows


def _years_before(evidence: Evidence, wanted: str | None) -> list[dict[str, Any]]:
    """Give the amount of the year before, where a level and its increase are both printed."""
    totals = evidence.totals[evidence.totals["unit"] == "GBP"]
    if wanted is not None:
        totals = totals[totals["area_code"] == wanted]
    keys = ["funding_stream", "area_code", "period"]
    increases = totals[(totals["kind"] == "change") & totals["period"].notna()]
    levels = totals[~totals["kind"].isin(["change", "ceiling"])]
    pairs = levels.merge(increases, on=keys, suffixes=("", "_increase"))
    printed = {row["figure_id"]: row for row in evidence.figures.to_dict("records")}
    rows = []
    for pair in pairs.to_dict("records"):
        level = printed_row(printed[pair["figure_id"]])
        increase = printed_row(printed[pair["figure_id_increase"]])
        if level is None or increase is None or level.hard is None or increase.hard is None:
            continue
        rows.append(
            {
                "what": f"{pair['funding_stream']}, the year before {pair['period']}",
                "printed": "not printed",
                "recomputed": _span_text(level.hard - increase.hard, "GBP"),
                "verdict": "derived",
                "why": f"{level.text} less {increase.text}",
                "as_recorded": True,
            }
        )
    return rows


def _changes(evidence: Evidence, wanted: str | None) -> list[dict[str, Any]]:
    areas = evidence.outcomes["area_code"].unique() if wanted is None else [wanted]
    rows = []
    held = replace(evidence, recorded_crime=crime_of(evidence, class_years(evidence)))
    for area in areas:
        changes = recomputed_changes(held, area)
        again = one_vintage(evidence, area, changes)
        both = [
            *((row, "") for row in changes.to_dict("records")),
            *((row, ", counts of one vintage") for row in again.to_dict("records")),
        ]
        for row, of in both:
            if is_missing(row["change_pct"]):
                continue
            rows.append(
                {
                    "what": f"{row['measure']}, {row['period']} against {row['baseline']}{of}",
                    "printed": percent(row["printed_pct"], places=None),
                    "recomputed": f"{percent(row['change_pct'])} "
                    f"({count(row['offences_baseline'])} to {count(row['offences_comparison'])})",
                    "verdict": row["verdict"],
                    "why": row["why"],
                    "as_recorded": True,
                }
            )
    return rows


def _statement(row: dict[Any, Any], result: Reconciliation) -> dict[str, Any]:
    expected = row["expected_reason"]
    return {
        "what": row["statement"],
        "printed": None if result.proof is None else _span_text(result.proof[1], result.unit),
        "recomputed": None if result.proof is None else _span_text(result.proof[0], result.unit),
        "verdict": result.wording,
        "why": result.reason or (row["note"] if isinstance(row["note"], str) else ""),
        "as_recorded": row["expected_verdict"] == result.verdict
        and (expected if isinstance(expected, str) else None) == result.reason,
    }


def _span_text(interval: Interval, unit: str | None) -> str:
    low = None if interval.low is None else amount_text(interval.low, unit)
    high = None if interval.high is None else amount_text(interval.high, unit)
    if low is None and high is None:
        return "anything"
    if low is None or high is None:
        return f"above {low}" if high is None else f"below {high}"
    return low if low == high else f"{low} to {high}"
