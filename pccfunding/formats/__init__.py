"""Files as offices and statisticians publish them, in and out; one module a format."""

from pccfunding.formats.data_package import write_data_package
from pccfunding.formats.deflator_tables import read_deflator
from pccfunding.formats.police_uk_files import read_police_uk
from pccfunding.formats.population_tables import read_population
from pccfunding.formats.recorded_crime_tables import read_recorded_crime
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
    "read_deflator",
    "read_police_uk",
    "read_population",
    "read_recorded_crime",
    "write_360giving",
    "write_data_package",
]
