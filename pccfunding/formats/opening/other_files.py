"""What a file is that another call reads, or that holds something else, told from its titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

_COUNTS = "holds counts of recorded crime; read it with read_recorded_crime"
_KINDS = (
    ({"object of search", "outcome linked to object of search"},
     "holds stops and searches, which are no crimes"),
    ({"crime id", "month", "outcome type"},
     "holds outcomes of crimes, which are no crimes; read it with read_police_uk"),
    ({"month", "crime type", "falls within"},
     "is a street file of data.police.uk; read it with read_police_uk"),
    ({"amount awarded", "funding org:identifier"},
     "holds grants in the 360Giving standard; read it with read_360giving"),
    ({"area code", "area name", "robbery"}, _COUNTS),
    ({"area code", "area name", "homicide"}, _COUNTS),
    ({"area code", "area name", "burglary"}, _COUNTS),
    ({"offence description", "number of offences"}, _COUNTS),
    ({"geography_code", "obs_value"}, "is a table of Nomis; read it with read_population"),
)  # fmt: skip
_LOOKED_AT = 400


def told_by_titles(rows: Iterable[Sequence[object]]) -> str | None:
    """Say what a file is by the titles of one of its first rows; None where they do not tell.

    Examples
    --------
    >>> told_by_titles([["Type", "Object of search", "Outcome linked to object of search"]])
    'holds stops and searches, which are no crimes'
    """
    for row in islice(rows, _LOOKED_AT):
        titles = {re.sub(r"\s+", " ", str(cell)).strip().lower() for cell in row[:60]}
        for needed, said in _KINDS:
            if needed <= titles:
                return said
    return None
