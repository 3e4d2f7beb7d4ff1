"""Files as offices and statisticians publish them, in and out; one room a kind of file."""

from pccfunding.formats.award_files.award_evidence import award_tables
from pccfunding.formats.award_files.award_lists import read_awards
from pccfunding.formats.award_files.recipients import RecipientNames, recipient_names
from pccfunding.formats.count_files.deflator_tables import read_deflator
from pccfunding.formats.count_files.police_uk_files import read_police_uk
from pccfunding.formats.count_files.population_tables import read_population
from pccfunding.formats.count_files.recorded_crime_tables import read_recorded_crime
from pccfunding.formats.data_package import write_data_package
from pccfunding.formats.results import ReadResult
from pccfunding.formats.street_files.scanning import scan_awards, scan_police_uk
from pccfunding.formats.threesixtygiving import (
    WriteResult,
    quality_360giving,
    read_360giving,
    write_360giving,
)

__all__ = [
    "ReadResult",
    "RecipientNames",
    "WriteResult",
    "award_tables",
    "quality_360giving",
    "read_360giving",
    "read_awards",
    "read_deflator",
    "read_police_uk",
    "read_population",
    "read_recorded_crime",
    "recipient_names",
    "scan_awards",
    "scan_police_uk",
    "write_360giving",
    "write_data_package",
]
