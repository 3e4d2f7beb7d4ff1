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


@dataclass(frozen=True)
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
