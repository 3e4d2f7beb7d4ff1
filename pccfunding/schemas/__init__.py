"""The table contracts: columns, types, units and rules; the data dictionary comes from here."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from pccfunding.errors import lacking
from pccfunding.schemas import national
from pccfunding.schemas.base import FLOWS, STATUSES, STATUTORY, UNKNOWN_KINDS
from pccfunding.schemas.national import (
    AsbIncidents,
    Breaks,
    CouncilTax,
    CrimeOutcomes,
    Deprivation,
    KnifeAndFirearmOffences,
    NationalSeries,
    OffenceCodes,
    RecordedCrimeCodes,
    RecordedCrimeQuarters,
    RecordedCrimeYears,
    Spending,
    StreetCoverage2025,
    StreetCrime2025,
    StreetCrimeLsoa,
    StreetOutcomes,
    SurveyRates,
    Workforce,
)
from pccfunding.schemas.published import (
    Awards,
    AwardSubjects,
    Figures,
    Outcomes,
    OutcomeSubjects,
    Services,
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
from pccfunding.words import is_missing

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
    "AsbIncidents",
    "AwardSubjects",
    "Awards",
    "Breaks",
    "CouncilTax",
    "CrimeOutcomes",
    "CrimeSeverity",
    "Deflator",
    "Deprivation",
    "Figures",
    "KnifeAndFirearmOffences",
    "NationalSeries",
    "OffenceCodes",
    "OutcomeSubjects",
    "Outcomes",
    "Population",
    "RecordedCrime",
    "RecordedCrimeCodes",
    "RecordedCrimeQuarters",
    "RecordedCrimeYears",
    "Services",
    "Sources",
    "Spending",
    "Statements",
    "StreetCoverage2025",
    "StreetCrime",
    "StreetCrime2025",
    "StreetCrimeLsoa",
    "StreetOutcomes",
    "SurveyRates",
    "TotalSubjects",
    "Totals",
    "Weights",
    "Workforce",
    "broken_rules",
    "completed",
]

STORED: dict[str, type[pa.DataFrameModel]] = {
    "sources": Sources,
    "figures": Figures,
    "awards": AwardSubjects,
    "outcomes": OutcomeSubjects,
    "totals": TotalSubjects,
    "statements": Statements,
    "services": Services,
    "areas": Areas,
    "population": Population,
    "recorded_crime": RecordedCrime,
    "street_crime": StreetCrime,
    "crime_severity": CrimeSeverity,
    "deflator": Deflator,
    "weights": Weights,
    **national.TABLES,
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
    "services": ["service_id"],
    "areas": ["area_code"],
    "population": ["area_code", "reference_date", "vintage"],
    "recorded_crime": ["area_code", "offence", "period_end", "release"],
    "street_crime": ["area_code", "location", "category", "period_end", "release"],
    "crime_severity": ["area_code", "offence_group", "period_end", "release"],
    "deflator": ["financial_year"],
    "weights": ["scheme", "level", "offence", "offence_code", "offence_group", "unit"],
    **national.KEYS,
}
FOREIGN_KEYS: dict[str, list[tuple[str, str, str]]] = {
    "figures": [("source_id", "sources", "source_id")],
    "awards": [("area_code", "areas", "area_code")],
    "outcomes": [("area_code", "areas", "area_code")],
    "totals": [("area_code", "areas", "area_code")],
    "statements": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "services": [("area_code", "areas", "area_code")],
    "population": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "recorded_crime": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "street_crime": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "crime_severity": [("area_code", "areas", "area_code"), ("source_id", "sources", "source_id")],
    "deflator": [("source_id", "sources", "source_id")],
    "weights": [("source_id", "sources", "source_id")],
    **national.LINKS,
}

# These follow from the token: without them a number would silently be unknown.
_READ_FROM_TOKENS = frozenset({"value", "low", "high", "hedge", "resolution"})


def completed(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give a stored table the nullable columns that it lacks, with nothing in them.

    Examples
    --------
    >>> import pandas as pd
    >>> sparse = completed("areas", pd.DataFrame({"area_code": ["E23000023"], "own": [1]}))
    >>> sparse.columns.to_list()[:3], bool(sparse["note"].isna().all())
    (['area_code', 'own', 'parent_code'], True)
    """
    columns = STORED[name].to_schema().columns
    absent = {
        column: pd.Series([None] * len(table), index=table.index, dtype=_dtype_of(rule))
        for column, rule in columns.items()
        if rule.nullable and column not in table.columns and column not in _READ_FROM_TOKENS
    }
    return table.assign(**absent) if absent else table


def _dtype_of(rule: pa.Column) -> str:
    kind = str(rule.dtype)
    if kind.startswith("datetime64"):
        return "datetime64[ns]"
    return kind if kind in ("float64", "Int64", "boolean") else "str"


def broken_rules(name: str, table: pd.DataFrame) -> Iterator[tuple[int | None, str]]:
    """Hold a stored table to its contract: the position of a row, if one breaks it, and how.

    Columns that are missing come first, all in one sentence.
    """
    contract = STORED[name]
    wanted = contract.to_schema().columns
    if fault := lacking(wanted, table.columns):
        yield None, fault
        return
    try:
        contract.validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        told = set()
        for case in error.failure_cases.to_dict("records"):
            row = case["index"]
            if case["schema_context"] == "DataFrameSchema" and not is_missing(row):
                # A rule of whole rows comes back once a cell of each row that breaks it.
                if (row, case["check"]) not in told:
                    told.add((row, case["check"]))
                    yield int(row), f"breaks the rule {case['check']!r}"
                continue
            where = f"column {case['column']!r}: " if case["column"] in wanted else ""
            yield (
                None if is_missing(row) else int(row),
                f"{where}{case['failure_case']!r} breaks the rule {case['check']!r}",
            )
