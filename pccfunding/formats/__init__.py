"""Files as offices and statisticians publish them, in and out; one module a format."""

from pccfunding.formats.award_evidence import award_tables
from pccfunding.formats.award_lists import read_awards
from pccfunding.formats.recipients import RecipientNames, recipient_names
from pccfunding.formats.results import ReadResult

__all__ = ["ReadResult", "RecipientNames", "award_tables", "read_awards", "recipient_names"]
