"""The front door: frames of any engine, their columns, keys and dates."""

from __future__ import annotations

from pccfunding.frames.area_codes import area_codes
from pccfunding.frames.parse_periods import parse_periods

__all__ = ["area_codes", "parse_periods"]
