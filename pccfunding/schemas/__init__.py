"""The table contracts: columns, types, units and rules; the data dictionary comes from here."""

from __future__ import annotations

import pandera.pandas as pa

from pccfunding.schemas.base import FLOWS, STATUSES, STATUTORY, UNKNOWN_KINDS
from pccfunding.schemas.published import (
    Awards,
    AwardSubjects,
    Figures,
    Outcomes,
    OutcomeSubjects,
    Sources,
    Statements,
    Totals,
    TotalSubjects,
)
from pccfunding.schemas.statistics import (
    Areas,
    CrimeSeverity,
    Deflator,
    Population,
    RecordedCrime,
    StreetCrime,
    Weights,
)

__all__ = [
    "FLOWS",
    "FOREIGN_KEYS",
    "LOADED",
    "PRIMARY_KEYS",
    "STATUSES",
    "STATUTORY",
    "STORED",
    "UNKNOWN_KINDS",
    "Areas",
    "AwardSubjects",
    "Awards",
    "CrimeSeverity",
    "Deflator",
    "Figures",
    "OutcomeSubjects",
    "Outcomes",
    "Population",
    "RecordedCrime",
    "Sources",
    "Statements",
    "StreetCrime",
    "TotalSubjects",
    "Totals",
    "Weights",
]

STORED: dict[str, type[pa.DataFrameModel]] = {
    "sources": Sources,
    "figures": Figures,
    "awards": AwardSubjects,
    "outcomes": OutcomeSubjects,
    "totals": TotalSubjects,
    "statements": Statements,
    "areas": Areas,
    "population": Population,
    "recorded_crime": RecordedCrime,
    "street_crime": StreetCrime,
    "crime_severity": CrimeSeverity,
    "deflator": Deflator,
    "weights": Weights,
}
LOADED: dict[str, type[pa.DataFrameModel]] = STORED | {
    "awards": Awards,
    "outcomes": Outcomes,
    "totals": Totals,
}
PRIMARY_KEYS: dict[str, list[str]] = {
    "sources": ["source_id"],
    "figures": ["figure_id"],
    "awards": ["subject_id"],
    "outcomes": ["subject_id"],
    "totals": ["subject_id"],
    "statements": ["statement_id"],
    "areas": ["area_code"],
    "population": ["area_code", "reference_date", "vintage"],
    "recorded_crime": ["area_code", "offence", "period_end", "release"],
    "street_crime": ["area_code", "location", "category", "period_end", "release"],
    "crime_severity": ["area_code", "offence_group", "period_end", "release"],
    "deflator": ["financial_year"],
    "weights": ["scheme", "level", "offence", "offence_code", "offence_group", "unit"],
}
FOREIGN_KEYS: dict[str, list[tuple[str, str, str]]] = {
    "figures": [("source_id", "sources", "source_id")],
    "awards": [("area_code", "areas", "area_code")],
    "outcomes": [("area_code", "areas", "area_code")],
    "totals": [("area_code", "areas", "area_code")],
    "statements": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "population": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "recorded_crime": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "street_crime": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "crime_severity": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "deflator": [("source_id", "sources", "source_id")],
    "weights": [("source_id", "sources", "source_id")],
}
