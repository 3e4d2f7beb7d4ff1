"""What each table of the evidence holds, and what is missing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pccfunding.evidence.evidence import table_names
from pccfunding.words import NOT_HELD, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence

__all__ = ["completeness", "duty", "statutory_fields"]

REDUCTION, OTHER_POWER = "crime and disorder reduction", "another"


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


def duty(awards: pd.DataFrame) -> pd.DataFrame:
    """Say of each line whether the duty to publish details of grants asks for its details.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``.

    Returns
    -------
    DataFrame
        One row a line: `subject_id`, `funding_stream`, `single` (whether it is one grant: it has
        a recipient, known or kept back), `power` ("crime and disorder reduction", "another",
        "not in the documents held") and `asked` (whether the duty asks for its details: a grant
        made, single, of the first power).

    References
    ----------
    The Elected Local Policing Bodies (Specified Information) Order 2011, Schedule, paragraph 3(f);
    the grants are those of the Police Reform and Social Responsibility Act 2011, section 9.
    """
    kept_back = awards["recipient_unknown"].isin(["not_published", "withheld"])
    single = awards["recipient"].notna() | kept_back
    power = awards["legal_basis"].map(_power)
    made = awards["flow"].eq("pcc_to_recipient")
    return awards[["subject_id", "funding_stream", "figure_id"]].assign(
        single=single, power=power, asked=made & single & power.eq(REDUCTION)
    )


def _power(basis: object) -> str:
    if is_missing(basis):
        return NOT_HELD
    named = str(basis)
    sections = re.findall(r"section (\d+)", named)
    of_act = "Police Reform and Social Responsibility Act 2011" in named
    return REDUCTION if of_act and (not sections or "9" in sections) else OTHER_POWER


def statutory_fields(awards: pd.DataFrame) -> pd.DataFrame:
    """Say which of the four details are held, of the grants that the duty asks them of.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``.

    Returns
    -------
    DataFrame
        One row a detail: `field`, `held`, `not_published` (a source shows it), `withheld`,
        `not_held` (in none of the documents held, which is no finding), `of` (grants asked).
    """
    import pandas as pd

    from pccfunding.schemas import STATUTORY

    asked = awards[duty(awards)["asked"]]
    rows = []
    for name in STATUTORY:
        held = asked[name].notna()
        kinds = asked[f"{name}_unknown"].where(~held)
        counts = {kind: int(kinds.eq(kind).sum()) for kind in ("not_published", "withheld")}
        rows.append(
            {
                "field": name,
                "held": int(held.sum()),
                **counts,
                "not_held": len(asked) - int(held.sum()) - sum(counts.values()),
                "of": len(asked),
            }
        )
    return pd.DataFrame(rows)


def _lacking(awards: pd.DataFrame) -> Iterator[tuple[int, str]]:
    for row in statutory_fields(awards).to_dict("records"):
        yield row["of"] - row["held"], row["field"]


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
        asked = int(duty(table)["asked"].sum())
        parts += [
            f"of {asked} grants {missing} without {field}"
            for missing, field in _lacking(table)
            if missing
        ]
    if name in ("totals", "outcomes"):
        undated = int(table["period_end"].isna().sum())
        parts += [f"{undated} without a period"] if undated else []
    if name == "sources":
        undated = int(table["published_on"].isna().sum())
        parts += [f"{undated} without a full date"] if undated else []
    return ", ".join(parts)
