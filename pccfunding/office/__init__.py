"""What opens a path of evidence: reading it, and whether it is sound."""

from __future__ import annotations

from pccfunding.office.conformance import Conformance, conformance
from pccfunding.office.read_evidence import read_evidence
from pccfunding.office.read_folder import FolderEvidence
from pccfunding.office.read_workbook import Problem, Workbook, read_workbook
from pccfunding.office.sheets import SHEETS
from pccfunding.office.start_folder import start_folder

__all__ = [
    "SHEETS",
    "Conformance",
    "FolderEvidence",
    "Problem",
    "Workbook",
    "conformance",
    "read_evidence",
    "read_workbook",
    "start_folder",
]
