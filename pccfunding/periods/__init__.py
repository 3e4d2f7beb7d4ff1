"""Periods of time as offices write them: financial years, quarters, months, days."""

from __future__ import annotations

from pccfunding.periods.parse_date import parse_date
from pccfunding.periods.period import Period

__all__ = ["Period", "parse_date"]
