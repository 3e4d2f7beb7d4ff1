"""The one face of every result, the one table of cautions, and a result as a table for a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.results.face import (
    CAUTIONS,
    MOST_WORDS,
    Estimate,
    Face,
    Report,
    Result,
    nothing,
    sources_of,
)

if TYPE_CHECKING:
    from pccfunding.results.paper_table import PaperTable

__all__ = [
    "CAUTIONS",
    "MOST_WORDS",
    "Estimate",
    "Face",
    "PaperTable",
    "Report",
    "Result",
    "nothing",
    "sources_of",
]


def __getattr__(name: str) -> Any:
    # A Styler needs pandas and jinja2, which a result at hand does not.
    if name == "PaperTable":
        from pccfunding.results.paper_table import PaperTable

        return PaperTable
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
