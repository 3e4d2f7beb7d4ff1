"""Rules over loaded tables of evidence: each says what is broken and what is still to be done."""

from __future__ import annotations

from pccfunding.checking.rules import (
    CHECKS,
    NEEDED,
    STATEMENTS,
    Check,
    Finding,
    Package,
    statements,
)

__all__ = ["CHECKS", "NEEDED", "STATEMENTS", "Check", "Finding", "Package", "statements"]
