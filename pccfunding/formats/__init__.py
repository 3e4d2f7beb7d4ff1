"""Files as offices and statisticians publish them, in and out; one module a format."""

from pccfunding.formats.results import ReadResult
from pccfunding.formats.scanning import scan_awards, scan_police_uk

__all__ = ["ReadResult", "scan_awards", "scan_police_uk"]
