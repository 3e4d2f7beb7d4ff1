"""The 360Giving Data Standard: awards in and out, validation and quality checks."""

from pccfunding.formats.threesixtygiving.quality_360giving import quality_360giving
from pccfunding.formats.threesixtygiving.read_360giving import read_360giving
from pccfunding.formats.threesixtygiving.write_360giving import WriteResult, write_360giving

__all__ = ["WriteResult", "quality_360giving", "read_360giving", "write_360giving"]
