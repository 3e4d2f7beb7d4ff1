"""What a Review holds: the evidence, the tables worked from it, and its statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pccfunding.areas import Area
from pccfunding.evidence import Evidence
from pccfunding.periods import Period

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.reconciliation import Reconciliation


@dataclass(frozen=True, eq=False)
class Record:
    """What the sections of a page, its tables and its pack are made from.

    Its fields are told where users meet them, in :class:`Review`.
    """

    area: Area
    period: Period
    evidence: Evidence
    tables: dict[str, pd.DataFrame]
    statements: tuple[tuple[dict[Any, Any], Reconciliation], ...] = field(repr=False)
    exceptions: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def crime(self) -> pd.DataFrame:
        """Recorded crime by year, with the years that were put together from quarters."""
        years = self.tables.get("class_years")
        return self.evidence.recorded_crime if years is None else crime_of(self.evidence, years)


def crime_of(evidence: Evidence, class_years: pd.DataFrame) -> pd.DataFrame:
    """Give the years of recorded crime that are held and those put together from quarters."""
    import pandas as pd

    if class_years.empty:
        return evidence.recorded_crime
    return pd.concat([evidence.recorded_crime, class_years], ignore_index=True)


def reading_of(frame: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Whether a cell of each row is our reading and not the source's words.

    Parameters
    ----------
    frame : DataFrame
        With or without `inferred`, which names such columns, joined by ';'.
    column : str

    Returns
    -------
    Series of bool
    """
    import pandas as pd

    if "inferred" not in frame:
        return pd.Series(False, index=frame.index)
    named = frame["inferred"].fillna("").str.split(";")
    return named.map(lambda names: column in names).astype(bool)
