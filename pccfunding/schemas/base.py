"""What all table contracts share: closed vocabularies, patterns and the column helper."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import pandera.pandas as pa

from pccfunding.words import UNKNOWN_WORDS

Flow: TypeAlias = Literal["national_to_pcc", "pcc_to_recipient"]
Status: TypeAlias = Literal[
    "bid",
    "award",
    "allocation",
    "budget",
    "outturn",
    "ceiling",
    "forecast",
    "returned",
    "carried_forward",
]
FLOWS: tuple[str, ...] = get_args(Flow)
STATUSES: tuple[str, ...] = get_args(Status)
UNKNOWN_KINDS = tuple(UNKNOWN_WORDS)
# Who got a grant, what for, on which conditions and why: what SI 2011/3050, Schedule, paragraph
# 3(f), asks to be published.
STATUTORY = ("recipient", "purpose", "conditions", "reasons")
VERIFIED = ("yes", "secondary", "derived")
AREA_CODE = r"^([EWKN]\d{8}(-unassigned|-airport)?|BTP)$"
SUBJECT_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
DECIMAL = r"^-?\d+(\.\d+)?$"


def column(
    description: str, *, unit: str | None = None, optional: bool = False, **rules: Any
) -> Any:
    """Describe one column: what it holds, its unit, and whether a value may be missing."""
    metadata = {"unit": unit} if unit else None
    return pa.Field(description=description, metadata=metadata, nullable=optional, **rules)


class Table(pa.DataFrameModel):
    class Config:
        # An own column is carried along.
        strict = False
        coerce = False
