"""What each table of the evidence holds, and what is not published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.evidence.evidence import table_names
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence

__all__ = ["completeness", "statutory_fields"]


def completeness(evidence: Evidence) -> pd.DataFrame:
    """Count the rows of each table, and say what is missing in it.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    DataFrame
        One row a table: `table`, `rows`, `from`, `to` (dates covered), `not_known`.
    """
    import pandas as pd

    return pd.DataFrame([_row(name, getattr(evidence, name)) for name in table_names()])


def statutory_fields(awards: pd.DataFrame) -> pd.DataFrame:
    """Say which of the four fields that the law asks for are published for how many awards.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``.

    Returns
    -------
    DataFrame
        One row a field: `field`, `published`, `not_published`, `of`.

    References
    ----------
    The Elected Local Policing Bodies (Specified Information) Order 2011, Schedule, paragraph 3(f).
    """
    import pandas as pd

    from pccfunding.schemas import STATUTORY

    return pd.DataFrame(
        {
            "field": STATUTORY,
            "published": [int(awards[name].notna().sum()) for name in STATUTORY],
            "not_published": [int(awards[name].isna().sum()) for name in STATUTORY],
            "of": len(awards),
        }
    )


def _row(name: str, table: pd.DataFrame) -> dict[str, object]:
    starts = [
        column for column in ("period_start", "reference_date", "published_on") if column in table
    ]
    ends = [
        column for column in ("period_end", "reference_date", "published_on") if column in table
    ]
    first = table[starts[0]].min() if starts else None
    last = table[ends[0]].max() if ends else None
    return {
        "table": name,
        "rows": len(table),
        "from": None if is_missing(first) else f"{first:%Y-%m-%d}",
        "to": None if is_missing(last) else f"{last:%Y-%m-%d}",
        "not_known": _not_known(name, table),
    }


def _not_known(name: str, table: pd.DataFrame) -> str:
    if "unknown" in table:
        missing = int(table["unknown"].notna().sum())
        parts = [f"{missing} without a number"] if missing else []
    else:
        parts = []
    if name == "awards":
        fields = statutory_fields(table)
        parts += [
            f"{missing} without {field}"
            for missing, field in zip(fields["not_published"], fields["field"], strict=True)
            if missing
        ]
    if name in ("totals", "outcomes"):
        undated = int(table["period_end"].isna().sum())
        parts += [f"{undated} without a period"] if undated else []
    if name == "sources":
        undated = int(table["published_on"].isna().sum())
        parts += [f"{undated} without a full date"] if undated else []
    return ", ".join(parts)
