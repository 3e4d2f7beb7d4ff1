"""Names of 30,000 recipients beside as many lists of 300: the work grows as the names do."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from benchmarks import Call, Comparison, benchmark
from pccfunding.formats import recipient_names

FEW = 300
EXPONENT = 1.1
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
def recipient_names_growth(rows: int | None) -> Comparison:
    """A name among 30,000 takes at most so much longer as an exponent of 1.1 allows."""
    number = rows or 100 * FEW
    many, few = invented(number), invented(FEW)

    def agree(answers: Mapping[str, Any]) -> str:
        said = []
        for (name, found), (_, twins) in zip(answers.items(), (many, few), strict=True):
            pairs = set(zip(found.frame["recipient"], found.frame["other"], strict=True))
            met = sum(twin in pairs for twin in twins)
            assert met >= 0.98 * len(twins), (name, met, len(twins))
            said.append(f"{met:,} of {len(twins):,} slips are found among {name}")
        return "; ".join(said)

    return Comparison(
        f"names of recipients: kinds of body and likely aliases; the exponent of the growth is at "
        f"most {EXPONENT}",
        {
            f"{number:,} names": Call(lambda: recipient_names(many[0]), units=number),
            f"{FEW} names": Call(lambda: recipient_names(few[0]), units=FEW),
        },
        agree,
        at_least={f"{FEW} names": (number / FEW) ** (1 - EXPONENT)},
    )
