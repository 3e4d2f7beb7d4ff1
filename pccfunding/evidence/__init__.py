"""The evidence: its tables and loaders, its statements, and what leads back to a source."""

from __future__ import annotations

from pccfunding.evidence.evidence import Evidence
from pccfunding.evidence.loaders import (
    load_areas,
    load_awards,
    load_crime_severity,
    load_deflator,
    load_evidence,
    load_figures,
    load_outcomes,
    load_population,
    load_recorded_crime,
    load_sources,
    load_street_crime,
    load_totals,
    load_weights,
)
from pccfunding.evidence.reconcile_statements import reconcile_statements
from pccfunding.evidence.tracing import caption, cite, revisions, trace
from pccfunding.evidence.verify_sources import verify_sources

__all__ = [
    "Evidence",
    "caption",
    "cite",
    "load_areas",
    "load_awards",
    "load_crime_severity",
    "load_deflator",
    "load_evidence",
    "load_figures",
    "load_outcomes",
    "load_population",
    "load_recorded_crime",
    "load_sources",
    "load_street_crime",
    "load_totals",
    "load_weights",
    "reconcile_statements",
    "revisions",
    "trace",
    "verify_sources",
]
