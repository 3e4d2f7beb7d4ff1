"""Files as offices and statisticians publish them, in and out; one room a kind of file."""

from pccfunding.formats.award_files.award_tables import award_tables
from pccfunding.formats.award_files.read_awards import read_awards
from pccfunding.formats.award_files.recipient_names import RecipientNames, recipient_names
from pccfunding.formats.count_files.read_deflator import read_deflator
from pccfunding.formats.count_files.read_population import read_population
from pccfunding.formats.count_files.read_recorded_crime import read_recorded_crime
from pccfunding.formats.read_result import ReadResult
from pccfunding.formats.street_files.count_police_uk import count_police_uk
from pccfunding.formats.street_files.read_police_uk import read_police_uk
from pccfunding.formats.street_files.scanning import scan_awards, scan_police_uk
from pccfunding.formats.threesixtygiving import (
    WriteResult,
    quality_360giving,
    read_360giving,
    write_360giving,
)
from pccfunding.formats.write_data_package import write_data_package

__all__ = [
    "ReadResult",
    "RecipientNames",
    "WriteResult",
    "award_tables",
    "count_police_uk",
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
