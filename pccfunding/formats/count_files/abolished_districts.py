"""Rows of abolished districts: which code stands behind a name, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pccfunding.areas import ABOLISHED
from pccfunding.formats.count_files.printed_counts import key_of

# Names that districts had, or have in files of LSOAs, beside those of load_areas().
RENAMED = {
    "Shepway": "E07000112",  # Folkestone and Hythe since 2018
    "The Vale of Glamorgan": "W06000014",
    "Rhondda Cynon Taff": "W06000016",
    "Kings Lynn and West Norfolk": "E07000146",
}
# Names of districts alone that elsewhere mean the area of a force.
OF_DISTRICTS = {"durham": "E07000056"}


@cache
def abolished_by_name() -> dict[str, str]:
    """Give the code of each abolished district by the plain words of its name."""
    return {key_of(one.name): code for code, one in ABOLISHED.items()}


def told_of(codes: Iterable[str], *, under_heir: bool) -> tuple[int, str]:
    """Say which of the codes are abolished, and where their rows stand."""
    held = sorted(set(codes) & set(ABOLISHED))
    told = []
    for code in held:
        one = ABOLISHED[code]
        how = "its rows stand under" if under_heir else "now in"
        told.append(f"{one.name} ({code}), abolished {one.on}: {how} {one.heir} ({one.successor})")
    return len(held), "; ".join(told)
