"""Statements of the sources as data, each worked by exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.errors import UnknownNameError
from pccfunding.evidence.evidence import Evidence, codes_within
from pccfunding.evidence.loaders import given_evidence
from pccfunding.intervals import Interval
from pccfunding.periods import Period
from pccfunding.printed import Printed, parse_printed
from pccfunding.reconciliation import Reconciliation, reconcile
from pccfunding.reconciliation.sides import One
from pccfunding.words import UNKNOWN_WORDS

if TYPE_CHECKING:
    import pandas as pd

_Figures: TypeAlias = dict[Any, dict[Any, Any]]

__all__ = ["figure_ids", "reconcile_statements", "work_statements"]


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
    for statement, result in work_statements(given_evidence(evidence)):
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
) -> list[tuple[dict[Any, Any], Reconciliation]]:
    """Work the statements; give each row of `statements` with its result.

    Parameters
    ----------
    evidence : Evidence
    area_code : str, optional
        ONS code; only the statements about this area and the districts inside it.

    Returns
    -------
    list of (dict, Reconciliation)

    Examples
    --------
    >>> from pccfunding.evidence.loaders import load_evidence
    >>> len(work_statements(load_evidence())) == len(load_evidence().statements)
    True
    """
    rows = evidence.statements
    if area_code is not None:
        rows = rows[rows["area_code"].isin(codes_within(evidence.areas, area_code))]
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


def _terms(row: Mapping[Any, Any], side: str, figures: _Figures) -> list[One]:
    return [_term(name, row["statement_id"], side, figures) for name in row[side].split(";")]


def _term(name: str, statement: str, side: str, figures: _Figures) -> One:
    if kind := _kind(name):
        return {"token": None, "unknown": kind}
    if name in figures:
        return figures[name]
    unit, _, token = name.partition(":")
    if not token:
        raise UnknownNameError(
            f"Statement {statement!r} names figure {name!r} on its {side}, which is not in "
            f"figures. Correct statements.csv or add the figure."
        )
    if unit == "day":
        return _day(token)
    return parse_printed(token, unit=unit)


def _day(token: str) -> Printed:
    """Read a day, or the first of a month, as the number of that day, written as printed."""
    first = Interval.point(Period.parse(token).start.toordinal())
    return Printed(
        text=token, value=first.low, hard=first, soft=first, strict=first, lenient=first, unit="day"
    )


def figure_ids(statement: Mapping[Any, Any]) -> list[str]:
    """Name the figures that a statement takes, each once, left side first."""
    names = f"{statement['left']};{statement['right']}".split(";")
    return [name for name in dict.fromkeys(names) if not _kind(name) and ":" not in name]


def _kind(name: str) -> str | None:
    """Give the kind of unknown that stands in a figure's place."""
    kind = name.strip().replace(" ", "_")
    return kind if kind in UNKNOWN_WORDS else None


def _agrees(statement: dict[Any, Any], result: Reconciliation) -> bool:
    expected = statement["expected_reason"]
    return bool(
        statement["expected_verdict"] == result.verdict
        and (expected if isinstance(expected, str) else None) == result.reason
    )
