"""Names of 300 to 30,000 recipients: the work grows as the names do."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks import Growth, benchmark
from pccfunding.formats import recipient_names

FEW = 300
SYLLABLES = [
    "ba",
    "co",
    "den",
    "fal",
    "gor",
    "hun",
    "ing",
    "jar",
    "kel",
    "lan",
    "mer",
    "nor",
    "ost",
    "pen",
    "quin",
    "ros",
    "sal",
    "ton",
    "ux",
    "ver",
    "wes",
    "yar",
    "zel",
    "thorp",
    "by",
    "ham",
    "wick",
]
KINDS = (
    "Trust",
    "Youth Club",
    "Community Association",
    "CIC",
    "Citizens Advice",
    "Women's Aid",
    "Parish Council",
    "Borough Council",
    "Cricket Club",
    "Neighbourhood Watch",
    "Foundation",
    "Partnership",
)


def invented(number: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Invent names, each tenth with a twin that lost a letter; give the twins apart."""
    chance = random.Random(1)
    names: dict[str, None] = {}
    twins = []
    while len(names) < number:
        place = "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(4, 6)))
        name = f"{place.capitalize()} {chance.choice(KINDS)}"
        names[name] = None
        if chance.random() < 0.1:
            at = chance.randrange(1, len(place))
            slip = name[:at] + name[at + 1 :]
            names[slip] = None
            twins.append((min(name, slip), max(name, slip)))
    return list(names), twins


@benchmark
def recipient_names_growth(rows: int | None) -> Growth:
    """Two decades of names."""
    number = rows or 100 * FEW
    given = {size: invented(size) for size in (number // 100, number // 10, number)}

    def check(answers: Mapping[int, Any]) -> str:
        said = []
        for size, found in answers.items():
            pairs = set(zip(found.frame["recipient"], found.frame["other"], strict=True))
            twins = given[size][1]
            met = sum(twin in pairs for twin in twins)
            assert met >= 0.98 * len(twins), (size, met, len(twins))
            said.append(f"{met:,} of {len(twins):,} slips are found among {size:,} names")
        return "; ".join(said)

    def of(size: int) -> Callable[[], Any]:
        return lambda: recipient_names(given[size][0])

    work = "recipient_names, kinds of body and likely aliases, by names"
    return Growth(work, [*given], of, check)
