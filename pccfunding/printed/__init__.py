"""The grammar of printed numbers: amounts, hedges and what their words allow."""

from __future__ import annotations

from pccfunding.printed.parse_printed import Printed, parse_printed

__all__ = ["Printed", "parse_printed"]
