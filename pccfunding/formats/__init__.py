"""Files as offices and statisticians publish them, in and out; one module a format."""

from pccfunding.formats.results import ReadResult

__all__ = ["ReadResult"]
