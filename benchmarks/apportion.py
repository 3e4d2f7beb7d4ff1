"""Awards spread over six areas, exact to the penny, beside a loop of Decimals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import Call, Comparison, benchmark
from pccfunding import apportion
from pccfunding.money.pence import split_pence

# Mid-2023 populations of the six districts of Cambridgeshire and Peterborough, as bundled.
AREAS = ("E06000031", "E07000008", "E07000009", "E07000010", "E07000011", "E07000012")
AWARDS = 1_000_000
# The loop does this many, spread over all awards; its time is compared per award.
SAMPLED = 5_000
PENNY = Decimal("0.01")


def persons() -> pd.DataFrame:
    from pccfunding import load_population

    people = load_population()
    return people[people["area_code"].isin(AREAS) & (people["reference_date"] == "2023-06-30")]


def amounts(count: int) -> NDArray[np.int64]:
    """Give pence up to a million pounds, a twentieth of them corrections below zero."""
    rng = np.random.default_rng(20_240_331)
    pence = rng.integers(1, 10**8, count)
    return np.where(rng.random(count) < 0.05, -pence, pence)


def split_decimal(award: Decimal, people: list[Decimal], total: Decimal) -> list[Decimal]:
    """Split one award: floors of exact shares, then pennies by largest remainder."""
    size = abs(award)
    exact = [size * weight / total for weight in people]
    parts = [share.quantize(PENNY, rounding=ROUND_FLOOR) for share in exact]
    left = int((size - sum(parts)) / PENNY)
    for place in sorted(range(len(people)), key=lambda n: parts[n] - exact[n])[:left]:
        parts[place] += PENNY
    return [part.copy_sign(award) for part in parts]


def decimal_loop(pence: NDArray[np.int64], weights: list[int]) -> Callable[[], Any]:
    """Split awards one by one."""
    awards = [Decimal(int(one)) / 100 for one in pence]
    people = [Decimal(weight) for weight in weights]
    return lambda: [split_decimal(award, people, sum(people)) for award in awards]


def decimal_rows(awards: pd.DataFrame, weights: list[int]) -> Callable[[], Any]:
    """Split the awards of a frame one by one, and make a frame of the parts."""
    people = [Decimal(weight) for weight in weights]

    def run() -> list[list[Decimal]]:
        rows, found = [], []
        for award in awards.itertuples():
            parts = split_decimal(Decimal(str(award.amount_gbp)), people, sum(people))
            found.append(parts)
            rows += [
                {
                    "award_id": award.award_id,
                    "period_start": award.period_start,
                    "period_end": award.period_end,
                    "amount_gbp": float(part),
                    "awarded_gbp": award.amount_gbp,
                    "basis": "derived",
                    "apportioned_by": "population over area code",
                    "area_code": area,
                }
                for area, part in zip(AREAS, parts, strict=True)
            ]
        pd.DataFrame(rows)
        return found

    return run


def awards_frame(pence: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "award_id": np.arange(pence.size),
            "period_start": pd.Timestamp("2023-04-01"),
            "period_end": pd.Timestamp("2024-03-31"),
            "amount_gbp": pence / 100,
        }
    )


def sample(count: int) -> NDArray[np.int64]:
    return np.linspace(0, count - 1, min(SAMPLED, count)).astype(int)


def check(pence: NDArray[np.int64], parts: NDArray[np.int64], loop: list[list[Decimal]]) -> str:
    """Compare penny by penny on what the loop did, and add up what it did not."""
    assert (parts.sum(axis=0) == pence).all(), "parts do not add up to the awards"
    for place, split in zip(sample(pence.size), loop, strict=True):
        assert [int(100 * part) for part in split] == parts[:, place].tolist()
    return (
        f"All {pence.size:,} awards add up, and {len(loop):,} are those of the loop to the penny."
    )


@benchmark
def apportion_kernel(rows: int | None) -> Comparison:
    count = rows or AWARDS
    pence, people = amounts(count), persons()["persons"]
    loop = decimal_loop(pence[sample(count)], people.tolist())
    weights = people.to_numpy()
    return Comparison(
        work=f"{count:,} awards over {len(AREAS)} areas by population, pence in and out",
        calls={
            "split_pence": Call(lambda: split_pence(pence, weights), count),
            "loop of Decimals": Call(loop, len(sample(count))),
        },
        agree=lambda answers: check(pence, answers["split_pence"], answers["loop of Decimals"]),
        at_least={"loop of Decimals": 150},
    )


@benchmark
def apportion_frame(rows: int | None) -> Comparison:
    count = rows or AWARDS
    pence, people = amounts(count), persons()
    awards = awards_frame(pence)
    loop = decimal_rows(awards.iloc[sample(count)], people["persons"].tolist())

    def agree(answers: Mapping[str, Any]) -> str:
        pounds = answers["apportion"]["amount_gbp"].to_numpy().reshape(count, len(AREAS)).T
        return check(pence, np.rint(100 * pounds).astype(np.int64), answers["loop of Decimals"])

    return Comparison(
        work=f"{count:,} awards over {len(AREAS)} areas by population, frame in and out",
        calls={
            "apportion": Call(
                lambda: apportion(awards, to="area_code", rule="population", by=people), count
            ),
            "loop of Decimals": Call(loop, len(sample(count))),
        },
        agree=agree,
        at_least={"loop of Decimals": 5},
    )
