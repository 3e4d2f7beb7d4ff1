"""Districts of England abolished since 2010, each with the day and the district that holds it now.

Wales has abolished none since 1996. Districts whose boundary changed, and with it their code
alone, keep their name and are not listed; one that changed its name alone is.

References
----------
SI 2018/639, article 3 (Forest Heath and St Edmundsbury, 1 April 2019); Hansard, House of Lords,
9 May 2018 (East and West Suffolk). The codes are those of the Office for National Statistics;
they, and the days of the other districts, were not held against a publication: unverified.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from pccfunding.formats.count_files.printed_counts import key_of


class Abolished(NamedTuple):
    """A district that is no more: its name, the day, and the district that holds its place now."""

    name: str
    on: str
    successor: str
    heir: str


_CHANGES = (
    ("2019-04-01", "E06000058", "Bournemouth, Christchurch and Poole",
     "E06000028 Bournemouth|E06000029 Poole|E07000048 Christchurch"),
    ("2019-04-01", "E06000059", "Dorset",
     "E07000049 East Dorset|E07000050 North Dorset|E07000051 Purbeck|E07000052 West Dorset|"
     "E07000053 Weymouth and Portland"),
    # Somerset West and Taunton stood from 2019 to 2023, between these two and Somerset.
    ("2019-04-01", "E06000066", "Somerset", "E07000190 Taunton Deane|E07000191 West Somerset"),
    ("2019-04-01", "E07000245", "West Suffolk", "E07000201 Forest Heath|E07000204 St Edmundsbury"),
    ("2019-04-01", "E07000244", "East Suffolk", "E07000205 Suffolk Coastal|E07000206 Waveney"),
    ("2020-04-01", "E06000060", "Buckinghamshire",
     "E07000004 Aylesbury Vale|E07000005 Chiltern|E07000006 South Bucks|E07000007 Wycombe"),
    ("2021-04-01", "E06000061", "North Northamptonshire",
     "E07000150 Corby|E07000152 East Northamptonshire|E07000153 Kettering|"
     "E07000156 Wellingborough"),
    ("2021-04-01", "E06000062", "West Northamptonshire",
     "E07000151 Daventry|E07000154 Northampton|E07000155 South Northamptonshire"),
    ("2023-04-01", "E06000063", "Cumberland",
     "E07000026 Allerdale|E07000028 Carlisle|E07000029 Copeland"),
    ("2023-04-01", "E06000064", "Westmorland and Furness",
     "E07000027 Barrow-in-Furness|E07000030 Eden|E07000031 South Lakeland"),
    ("2023-04-01", "E06000065", "North Yorkshire",
     "E07000163 Craven|E07000164 Hambleton|E07000165 Harrogate|E07000166 Richmondshire|"
     "E07000167 Ryedale|E07000168 Scarborough|E07000169 Selby"),
    ("2023-04-01", "E06000066", "Somerset",
     "E07000187 Mendip|E07000188 Sedgemoor|E07000189 South Somerset|"
     "E07000246 Somerset West and Taunton"),
)  # fmt: skip
ABOLISHED = {
    one[:9]: Abolished(one[10:], on, successor, heir)
    for on, successor, heir, districts in _CHANGES
    for one in districts.split("|")
}


RENAMED = {"Shepway": "E07000112"}  # Folkestone and Hythe since 2018


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
