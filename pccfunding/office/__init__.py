"""What opens a path of evidence: reading it, and whether it is sound."""

from __future__ import annotations

from pccfunding.office.conformance import Conformance, conformance
from pccfunding.office.read_evidence import read_evidence

__all__ = ["Conformance", "conformance", "read_evidence"]
