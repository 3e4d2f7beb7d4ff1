"""Files as offices and statisticians publish them, in and out; one module a format."""

from pccfunding.formats.data_package import write_data_package
from pccfunding.formats.results import ReadResult
from pccfunding.formats.threesixtygiving import (
    WriteResult,
    quality_360giving,
    read_360giving,
    write_360giving,
)

__all__ = [
    "ReadResult",
    "WriteResult",
    "quality_360giving",
    "read_360giving",
    "write_360giving",
    "write_data_package",
]
