"""Ledgers made by Hypothesis, and every measure of them worked in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from engine_frames import Columns
from hypothesis import Phase, given, settings, strategies as st

AREAS = ("E23000023", "E23000037", "E23000001")
STREAMS = ("Roads", "Victims", None)
OFFENCES = ("Robbery", "Shoplifting")
YEARS = range(2018, 2023)
Row = dict[str, Any]
Key = tuple[Any, ...]

pence = st.just(0) | st.integers(-(10**7), 10**9)


@dataclass
class Ledger:
    """Award lines in pence, people by area and year, price indices by year, and counted crime."""

    lines: list[Row] = field(default_factory=list)
    people: dict[tuple[str, int], int] = field(default_factory=dict)
    prices: dict[int, float] = field(default_factory=dict)
    crime: list[Row] = field(default_factory=list)

    @property
    def awards(self) -> Columns:
        lines = self.lines
        columns: Columns = {
            name: [line[name] for line in lines]
            for name in ("line_id", "ledger", "funding_stream", "area_code", "status")
        }
        columns["period_start"] = [dt.datetime(line["year"], 4, 1) for line in lines]
        columns["period_end"] = [dt.datetime(line["year"] + 1, 3, 31) for line in lines]
        for name, cell in zip(AMOUNTS, ("pence", "low", "high"), strict=True):
            columns[name] = [pounds(line[cell]) for line in lines]
        return columns

    @property
    def population(self) -> Columns:
        return {
            "area_code": [area for area, _ in self.people],
            "reference_date": [dt.datetime(year, 6, 30) for _, year in self.people],
            "persons": list(self.people.values()),
            "vintage": ["rebased"] * len(self.people),
        }

    @property
    def deflator(self) -> Columns:
        labels = [f"{year}-{(year + 1) % 100:02d}" for year in self.prices]
        return {"financial_year": labels, "price_index": list(self.prices.values())}

    @property
    def recorded_crime(self) -> Columns:
        columns = {name: [row[name] for row in self.crime] for name in CRIME}
        columns["period_start"] = [dt.datetime(row["year"], 1, 1) for row in self.crime]
        columns["period_end"] = [dt.datetime(row["year"], 12, 31) for row in self.crime]
        return columns


AMOUNTS = ("amount_gbp", "amount_low_gbp", "amount_high_gbp")
CRIME = ("ledger", "area_code", "offence", "offences")


def pounds(number: int | None) -> float | None:
    return None if number is None else number / 100


@st.composite
def award_lines(draw: st.DrawFn) -> Row:
    """Draw an award of whole pence: exact, bounded, one-sided, a range, or unknown."""
    amount = draw(st.none() | pence)
    ends: list[int | None] = [None, None]
    if amount is not None:
        below, above = draw(st.integers(0, 10**6)), draw(st.none() | st.integers(0, 10**6))
        ends = [amount - below, None if above is None else amount + above]
    elif draw(st.booleans()):
        ends = sorted([draw(pence), draw(pence)])
    year = draw(st.sampled_from(YEARS))
    return {
        "funding_stream": draw(st.sampled_from(STREAMS)),
        "area_code": draw(st.sampled_from(AREAS)),
        "year": year,
        "status": "budget" if year == YEARS[-1] else "award",
        "pence": amount,
        "low": ends[0],
        "high": ends[1],
    }


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger: empty or not, some lines twice, years with gaps, people not everywhere."""
    lines = draw(st.lists(award_lines(), max_size=8))
    if lines and draw(st.booleans()):
        lines.append(dict(draw(st.sampled_from(lines))))
    cells = st.tuples(st.sampled_from(AREAS), st.sampled_from(YEARS))
    counts = st.none() | st.integers(0, 500)
    crime = [
        {"area_code": AREAS[0], "offence": offence, "year": year, "offences": draw(counts)}
        for offence in draw(st.sets(st.sampled_from(OFFENCES)).map(sorted))
        for year in draw(st.sets(st.sampled_from((2019, 2021)), min_size=1).map(sorted))
    ]
    return Ledger(
        [{**line, "line_id": number, "ledger": "only"} for number, line in enumerate(lines)],
        draw(st.dictionaries(cells, st.integers(0, 10**7), max_size=8)),
        draw(st.dictionaries(st.sampled_from(YEARS), st.floats(50, 150), max_size=4))
        | {YEARS[0]: 100.0},
        [{**row, "ledger": "only"} for row in crime],
    )


@cache
def drawn() -> tuple[Ledger, ...]:
    """Give as many ledgers as the setting says, an empty one among them."""
    found: list[Ledger] = [Ledger(prices={YEARS[0]: 100.0})]

    @settings(phases=[Phase.generate], database=None)
    @given(ledger=ledgers())
    def collect(ledger: Ledger) -> None:
        found.append(ledger)

    collect()
    return tuple(found)


@cache
def all_in_one() -> Ledger:
    """Give the ledgers as one table, each with a name and areas of its own."""
    whole = Ledger(prices={2018: 80.0, 2019: 90.5, 2021: 100.0})
    for number, ledger in enumerate(drawn()):
        name = f"{number:03d}"
        for line in ledger.lines:
            area = f"{name}-{line['area_code']}"
            own = {"ledger": name, "area_code": area, "line_id": len(whole.lines)}
            whole.lines.append({**line, **own})
        whole.crime += [{**row, "ledger": name, "area_code": name} for row in ledger.crime]
        for (area, year), persons in ledger.people.items():
            whole.people[f"{name}-{area}", year] = persons
    return whole


def grouped(lines: list[Row]) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for line in lines:
        groups[line["ledger"], line["funding_stream"], line["year"]].append(line)
    return groups


def added(lines: list[Row], cell: str) -> int | None:
    numbers = [line[cell] for line in lines]
    return None if None in numbers else sum(numbers)


def in_order(groups: dict[Key, Row]) -> list[Row]:
    """Give rows in the order of their keys, a missing stream last."""

    def place(key: Key) -> Key:
        return tuple((part is None, part) if isinstance(part, str | None) else part for part in key)

    keys = sorted(
        groups, key=lambda key: [(part is None, part or "") for part in key[:2]] + [key[2]]
    )
    return [groups[key] for key in keys]


def keyed(key: Key) -> Row:
    ledger, stream, year = key
    return {
        "ledger": ledger,
        "funding_stream": stream,
        "period_start": f"{year}-04-01",
        "period_end": f"{year + 1}-03-31",
    }


def spend_rows(ledger: Ledger) -> list[Row]:
    """Work spend per head of each stream and year, sums in whole pence."""
    found = {}
    for key, lines in grouped(ledger.lines).items():
        areas = {line["area_code"] for line in lines}
        counts = [ledger.people.get((area, key[2])) for area in areas]
        persons = None if None in counts else sum(count for count in counts if count is not None)
        known = [line["pence"] for line in lines if line["pence"] is not None]
        row = keyed(key) | {
            "spend_known_gbp": pounds(sum(known)) if known else None,
            "persons": persons,
            "n_known": len(known),
            "n_figures": len(lines),
        }
        for side, cell in (("", "pence"), ("_low", "low"), ("_high", "high")):
            total = pounds(added(lines, cell))
            row[f"spend{side}_gbp"] = total
            rate = None if total is None or not persons else total / persons
            row[f"spend{side}_gbp_per_head"] = rate
        found[key] = row
    return in_order(found)


def growth_rows(ledger: Ledger) -> list[Row]:
    """Work each year against the year before."""
    groups, found = grouped(ledger.lines), {}
    for key, lines in groups.items():
        earlier = groups.get((key[0], key[1], key[2] - 1))
        row = keyed(key)
        for name, cell in zip(AMOUNTS, ("pence", "low", "high"), strict=True):
            row[name] = pounds(added(lines, cell))
            row[f"{name}_previous"] = None if earlier is None else pounds(added(earlier, cell))
        now = added(lines, "pence")
        then = None if earlier is None else added(earlier, "pence")
        told = now is not None and then is not None
        row["change_gbp"] = (now - then) / 100 if told else None
        row["change_pct"] = float(Fraction(100 * (now - then), then)) if told and then > 0 else None
        row["n_figures"] = len(lines)
        found[key] = row
    return in_order(found)


def real_rows(ledger: Ledger, base: int) -> list[Row]:
    """Work each line in the prices of one year, in pence before they are rounded."""
    return [
        {
            "line_id": line["line_id"],
            "exact": Fraction(line["pence"])
            * Fraction(ledger.prices[base])
            / Fraction(ledger.prices[line["year"]])
            if line["pence"] is not None and line["year"] in ledger.prices
            else None,
        }
        for line in ledger.lines
    ]


def reduction_rows(ledger: Ledger) -> list[Row]:
    """Work the counts of 2019 against those of 2021."""
    groups: dict[Key, dict[int, list[int | None]]] = defaultdict(lambda: {2019: [], 2021: []})
    for row in ledger.crime:
        groups[row["ledger"], row["offence"]][row["year"]].append(row["offences"])
    found = []
    for (name, offence), sides in sorted(groups.items()):
        before, after = (
            None if None in counts or not counts else sum(filter(None, counts))
            for counts in (sides[2019], sides[2021])
        )
        told = before is not None and after is not None
        change = 100 * (after - before) / before if told and before > 0 else None
        found.append(
            {
                "ledger": name,
                "offence": offence,
                "offences_baseline": before,
                "offences_comparison": after,
                "change_pct": change,
                "reduction_pct": None if change is None else 0.0 - change,
                "n_figures": len(sides[2019]) + len(sides[2021]),
            }
        )
    return found
