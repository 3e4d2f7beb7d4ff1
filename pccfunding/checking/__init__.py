"""Rules over loaded tables of evidence: each says what is broken and what is still to be done."""

from __future__ import annotations

from pccfunding.checking.findings import NEEDED, Finding, Package
from pccfunding.checking.rules import CHECKS, STATEMENTS, Check, statements

__all__ = ["CHECKS", "NEEDED", "STATEMENTS", "Check", "Finding", "Package", "statements"]
