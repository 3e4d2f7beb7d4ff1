"""Statements of the sources as data, each worked by exact arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.reconciliation.sides import printed_row
from pccfunding.errors import UnknownNameError
from pccfunding.evidence import Evidence, load_evidence
from pccfunding.reconciliation import Reconciliation, reconcile

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.printed import Printed

_Figures: TypeAlias = dict[Any, dict[Any, Any]]

__all__ = ["reconcile_statements", "work_statements"]


def reconcile_statements(*, evidence: Evidence | None = None) -> pd.DataFrame:
    """Work every statement of the sources and set the verdict beside the recorded one.

    Parameters
    ----------
    evidence : Evidence, optional
        The bundled evidence by default.

    Returns
    -------
    DataFrame
        One row a statement: `statement_id`, `statement`, `relation`, `verdict`, `reason`,
        `strict_verdict`, `gap`, `unit`, `working`, `text`, `expected_verdict`, `expected_reason`
        and `as_recorded` (whether they agree).

    Raises
    ------
    UnknownNameError
        If a statement names a figure that the evidence does not hold.

    Examples
    --------
    >>> worked = reconcile_statements()
    >>> bool(worked["as_recorded"].all())
    True
    """
    import pandas as pd

    rows = []
    for statement, result in work_statements(load_evidence() if evidence is None else evidence):
        rows.append(
            {
                "statement_id": statement["statement_id"],
                "statement": statement["statement"],
                **result.record(),
                "text": result.text,
                "expected_verdict": statement["expected_verdict"],
                "expected_reason": statement["expected_reason"],
                "as_recorded": _agrees(statement, result),
            }
        )
    return pd.DataFrame(rows)


def work_statements(
    evidence: Evidence, *, area_code: str | None = None
) -> list[tuple[dict[str, Any], Reconciliation]]:
    """Work the statements; give each row of `statements` with its result.

    Parameters
    ----------
    evidence : Evidence
    area_code : str, optional
        ONS code; only the statements about this area.

    Returns
    -------
    list of (dict, Reconciliation)

    Examples
    --------
    >>> len(work_statements(load_evidence())) == len(load_evidence().statements)
    True
    """
    rows = evidence.statements
    if area_code is not None:
        rows = rows[rows["area_code"] == area_code]
    figures = {row["figure_id"]: row for row in evidence.figures.to_dict("records")}
    return [(row, _work(row, figures)) for row in rows.to_dict("records")]


def _work(row: dict[Any, Any], figures: _Figures) -> Reconciliation:
    differs = row["scope_differs"]
    scope = None
    if isinstance(differs, str):
        fields = differs.split(";")
        scope = (dict.fromkeys(fields, "left"), dict.fromkeys(fields, "right"))
    return reconcile(
        _terms(row, "left", figures),
        _terms(row, "right", figures),
        relation=row["relation"],
        complete=bool(row["complete"]),
        scope=scope,
    )


def _terms(row: dict[Any, Any], side: str, figures: _Figures) -> list[Printed | None]:
    names = row[side].split(";")
    lost = [name for name in names if name not in figures]
    if lost:
        raise UnknownNameError(
            f"Statement {row['statement_id']!r} names figure {lost[0]!r} on its {side}, which is "
            f"not in figures. Correct statements.csv or add the figure."
        )
    return [printed_row(figures[name]) for name in names]


def _agrees(statement: dict[Any, Any], result: Reconciliation) -> bool:
    expected = statement["expected_reason"]
    return bool(
        statement["expected_verdict"] == result.verdict
        and (expected if isinstance(expected, str) else None) == result.reason
    )
