"""Awards spread over six areas, exact to the penny, beside numpy by hand with the same pence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import Call, Comparison, benchmark
from benchmarks.sizes import repeated
from pccfunding import apportion
from pccfunding.money.pence import split_pence

# Mid-2023 populations of the six districts of Cambridgeshire and Peterborough, as bundled.
AREAS = ("E06000031", "E07000008", "E07000009", "E07000010", "E07000011", "E07000012")
SIZES = {"8": 8, "100k": 100_000, "1m": 1_000_000}
REPEATS = {"8": 20, "100k": 1, "1m": 1}
BY_HAND = "numpy by hand, the same pence"


def persons() -> pd.DataFrame:
    from pccfunding import load_population

    people = load_population()
    return people[people["area_code"].isin(AREAS) & (people["reference_date"] == "2023-06-30")]


def amounts(count: int) -> NDArray[np.int64]:
    """Give pence up to a million pounds, a twentieth of them corrections below zero."""
    rng = np.random.default_rng(20_240_331)
    pence = rng.integers(1, 10**8, count)
    return np.where(rng.random(count) < 0.05, -pence, pence)


def split_by_hand(pence: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split by largest remainder as one would in numpy: floors, then pennies by rank."""
    size, total = np.abs(pence), int(weights.sum())
    products = size[:, None] * weights
    parts = products // total
    rests = products - parts * total
    order = np.argsort(-rests, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(weights.size)[None, :], axis=1)
    parts += rank < (size - parts.sum(axis=1))[:, None]
    found: NDArray[np.int64] = np.where((pence < 0)[:, None], -parts, parts)
    return found


def rows_by_hand(awards: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Split the awards of a frame, and write the parts below one another, in numpy and pandas."""
    weights = people["persons"].to_numpy().astype(np.int64)
    many, pounds = weights.size, awards["amount_gbp"].to_numpy()
    pence = np.rint(pounds * 100).astype(np.int64)
    kept = [name for name in awards if name != "amount_gbp"]
    found = pd.DataFrame({name: np.repeat(awards[name].to_numpy(), many) for name in kept})
    found["amount_gbp"] = (split_by_hand(pence, weights) / 100).ravel()
    found["awarded_gbp"] = np.repeat(pounds, many)
    found["basis"] = "derived"
    found["apportioned_by"] = "population over area code"
    found["area_code"] = np.tile(people["area_code"].to_numpy(dtype=object), len(awards))
    return found


def awards_frame(pence: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "award_id": np.arange(pence.size),
            "period_start": pd.Timestamp("2023-04-01"),
            "period_end": pd.Timestamp("2024-03-31"),
            "amount_gbp": pence / 100,
        }
    )


def same_parts(answers: Mapping[str, Any]) -> str:
    """Compare every penny."""
    ours, theirs = answers.values()
    if isinstance(ours, pd.DataFrame):
        assert (ours["area_code"].to_numpy() == theirs["area_code"].to_numpy()).all()
        ours, theirs = (one["amount_gbp"].to_numpy() for one in (ours, theirs))
        assert (ours == theirs).all()
        return f"{ours.size:,} parts are the same to the penny"
    assert (ours == theirs.T).all()
    return f"{ours.size:,} parts are the same to the penny"


@benchmark
def apportion_kernel(rows: int | None) -> Comparison:
    """The arithmetic alone, which is no public call: what a split costs without its frame."""
    count = rows or SIZES["1m"]
    pence, weights = amounts(count), persons()["persons"].to_numpy().astype(np.int64)
    return Comparison(
        work=f"{count:,} awards over {len(AREAS)} areas by population, pence in and out; the "
        f"arithmetic alone, which users do not call",
        calls={
            "split_pence": Call(lambda: split_pence(pence, weights)),
            BY_HAND: Call(lambda: split_by_hand(pence, weights)),
        },
        agree=same_parts,
        at_least={BY_HAND: 3},
    )


def enter(size: str) -> None:
    """Enter the split of a frame of one size."""

    def compared(rows: int | None) -> Comparison:
        count = rows or SIZES[size]
        awards, people = awards_frame(amounts(count)), persons()
        calls: dict[str, Callable[[], Any]] = {
            "apportion": lambda: apportion(awards, to="area_code", rule="population", by=people),
            BY_HAND: lambda: rows_by_hand(awards, people),
        }
        return Comparison(
            work=f"{count:,} awards over {len(AREAS)} areas by population, frame in and out",
            calls={name: repeated(call, REPEATS[size]) for name, call in calls.items()},
            agree=same_parts,
            at_least={} if size == "8" else {BY_HAND: 1},
            at_most_ms=12 if size == "8" else None,
            why="apportion looks for amounts that are no pence, periods, vintages and doubled "
            "people, takes bounds and unknown amounts along, and says the rule of each part",
        )

    compared.__name__ = f"apportion_frame_{size}"
    benchmark(compared)


for one in SIZES:
    enter(one)
