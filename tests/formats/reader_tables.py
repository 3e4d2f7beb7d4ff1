"""Random tables for every reader, with what each must give; invented numbers throughout."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from award_pages import Page

import pccfunding as pcc
from pccfunding.formats import ReadResult

FORCES = {"E23000023": "Cambridgeshire", "E23000024": "Norfolk", "E23000025": "Suffolk",
          "E23000031": "Surrey", "E23000036": "Avon and Somerset"}  # fmt: skip
DISTRICTS = {"E07000008": "Cambridge", "E07000009": "East Cambridgeshire", "E07000010": "Fenland",
             "E06000031": "Peterborough"}  # fmt: skip
CLASSES = ("Burglary", "Robbery", "Drug offences", "Shoplifting", "Arson", "Homicide")
# How a number of a thousand and more is written.
STYLES = ("number", "plain", "comma", "blank")


@dataclass(frozen=True)
class RandomTable:
    """A table as rows of cells, how it is read, and the numbers that a reader must find in it."""

    rows: list[list[Any]]
    merged: tuple[tuple[int, int, int, int], ...]
    call: Callable[[bytes], ReadResult]
    found: Callable[[ReadResult], dict[Any, Any]]
    truth: dict[Any, Any]

    @property
    def page(self) -> Page:
        return Page("random", self.rows, [], merged=self.merged)


def written(number: float, style: str) -> Any:
    if style == "number":
        return float(number)
    whole = int(number)
    pence = f"{number:.2f}"[-3:] if number != whole else ""
    text = f"{whole:,}" if style in ("comma", "blank") else str(whole)
    return (text.replace(",", " ") if style == "blank" else text) + pence


def laid_out(
    chance: random.Random,
    columns: dict[str, Sequence[Any]],
    extra: dict[str, Sequence[Any]],
    *,
    over: dict[str, str] | None = None,
    banner: str = "",
    notes: Sequence[str] = (),
    fixed: Sequence[str] = (),
) -> tuple[list[list[Any]], tuple[tuple[int, int, int, int], ...]]:
    """Put columns in a random order under a banner, with headings merged over them, and notes."""
    names = [name for name in [*columns, *extra] if name not in fixed]
    chance.shuffle(names)
    if over:  # what a merged heading spans stands together
        names.sort(key=lambda name: name in over)
    names = [*fixed, *names]
    every = {**columns, **extra}
    rows: list[list[Any]] = []
    if banner:
        rows.append([banner])
    merged = []
    if over:
        top: list[Any] = [None] * len(names)
        at = [place for place, name in enumerate(names) if name in over]
        top[at[0]] = over[names[at[0]]]
        if len(at) > 1:
            merged.append((len(rows), at[0], len(rows), at[-1]))
        rows.append(top)
    rows.append(list(names))
    height = len(next(iter(columns.values())))
    rows += [[every[name][row] for name in names] for row in range(height)]
    rows += [[note] for note in notes]
    width = len(names)
    return [[*row, *[None] * (width - len(row))] for row in rows], tuple(merged)


def _extras(chance: random.Random, names: Sequence[str], height: int) -> dict[str, list[Any]]:
    chosen = chance.sample(list(names), chance.randint(0, min(3, len(names))))
    return {name: [chance.choice(["", "x", "17", "4.5", "see note"]) for _ in range(height)]
            for name in chosen}  # fmt: skip


def awards(chance: random.Random) -> RandomTable:
    height, style = chance.randint(1, 6), chance.choice(STYLES)
    who = [f"Body {chr(65 + at)}" for at in range(height)]
    kinds = (
        lambda: chance.randint(1, 900),
        lambda: chance.randint(1_000, 9_999_999),
        lambda: chance.randint(100, 99_999_999) / 100,
    )
    amounts = [chance.choice(kinds)() for _ in range(height)]
    columns: dict[str, list[Any]] = {
        "Recipient": list(who),
        "Purpose": [f"Work {at}" for at in range(height)],
        "Amount (£)": [written(amount, style) for amount in amounts],
    }
    extra = _extras(chance, ("Organisation Type", "Supplier ID", "Date of application", "Website",
                             "Postcode of recipient"), height)  # fmt: skip
    if chance.random() < 0.5:
        for name, cells in columns.items():
            total = written(round(sum(amounts), 2), style) if name.startswith("Amount") else None
            cells.append("Total" if name == "Recipient" else total)
        extra = {name: [*cells, None] for name, cells in extra.items()}
    rows, merged = laid_out(
        chance, columns, extra, banner=chance.choice(["", "Awards made in 2022/23"]),
        notes=chance.choice([(), ("Notes: amounts are invented.",)]),
    )  # fmt: skip

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        return dict(zip(frame["recipient"], frame["amount_gbp"], strict=True))

    truth = dict(zip(who, map(float, amounts), strict=True))
    return RandomTable(rows, merged, pcc.read_awards, found, truth)


def wide_counts(chance: random.Random) -> RandomTable:
    codes = chance.sample(sorted(FORCES), chance.randint(2, 5))
    classes = chance.sample(CLASSES, chance.randint(1, 4))
    style = chance.choice(STYLES)
    counts = {(code, name): chance.choice([chance.randint(0, 999), chance.randint(1_000, 999_999)])
              for code in codes for name in classes}  # fmt: skip
    columns: dict[str, list[Any]] = {"Area Code": codes, "Area Name": [FORCES[c] for c in codes]}
    columns |= {name: [written(counts[code, name], style) for code in codes] for name in classes}
    extra = _extras(chance, ("% change", "Rank", "Rate per 1,000 population", "Rolling average",
                             "Offences per officer"), len(codes))  # fmt: skip
    over = dict.fromkeys(classes, "Year ending Mar-22") if chance.random() < 0.5 else None
    title = "Table P1: Police recorded crime, number of offences"
    banner = title if over else f"{title}, year ending March 2022"
    notes = chance.choice([(), ("Source: invented",), ("1. Counts are invented.", "2. All are.")])
    rows, merged = laid_out(chance, columns, extra, over=over, banner=banner, notes=notes)

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        assert set(frame["period_end"].dt.strftime("%Y-%m-%d")) <= {"2022-03-31"}
        keys = zip(frame["area_code"], frame["offence"], strict=True)
        return dict(zip(keys, frame["offences"].tolist(), strict=True))

    return RandomTable(rows, merged, pcc.read_recorded_crime, found, counts)


def long_counts(chance: random.Random) -> RandomTable:
    keys = [(code, name, quarter) for code in chance.sample(sorted(FORCES), 2)
            for name in chance.sample(CLASSES, 2) for quarter in (1, 2)]  # fmt: skip
    style = chance.choice(STYLES)
    counts = [chance.choice([chance.randint(0, 999), chance.randint(1_000, 99_999)]) for _ in keys]
    columns: dict[str, list[Any]] = {
        "Financial Year": ["2021/22"] * len(keys),
        "Financial Quarter": [quarter for *_, quarter in keys],
        "Force Name": [FORCES[code] for code, *_ in keys],
        "Offence Description": [name for _, name, _ in keys],
        "Offence Code": [chance.choice(["49", "56A"]) for _ in keys],
        "Number of Offences": [written(count, style) for count in counts],
    }
    extra = _extras(chance, ("Region", "Comments", "Rate per 1,000"), len(keys))
    rows, merged = laid_out(chance, columns, extra)

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        quarters = (frame["period_start"].dt.month - 4) // 3 + 1
        held = zip(frame["area_code"], frame["offence"], quarters.tolist(), strict=True)
        return dict(zip(held, frame["offences"].tolist(), strict=True))

    truth = dict(zip(keys, counts, strict=True))
    return RandomTable(rows, merged, pcc.read_recorded_crime, found, truth)


def population(chance: random.Random) -> RandomTable:
    codes = chance.sample(sorted(DISTRICTS), chance.randint(2, 4))
    years, style = (2021, 2022), chance.choice(STYLES)
    persons = {(code, year): chance.randint(900, 999_999) for code in codes for year in years}
    columns: dict[str, list[Any]] = {"Code": codes, "Name": [DISTRICTS[code] for code in codes]}
    columns |= {f"Mid-{year}": [written(persons[code, year], style) for code in codes]
                for year in years}  # fmt: skip
    extra = _extras(chance, ("Density per sq km", "Median age", "Households", "% of England"),
                    len(codes))  # fmt: skip
    banner = chance.choice(["", "Mid-year estimates"])
    rows, merged = laid_out(chance, columns, extra, banner=banner)

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        held = zip(frame["area_code"], frame["reference_date"].dt.year, strict=True)
        return dict(zip(held, frame["persons"].tolist(), strict=True))

    call = lambda data: pcc.read_population(data, vintage="invented")  # noqa: E731
    return RandomTable(rows, merged, call, found, persons)


def deflator(chance: random.Random) -> RandomTable:
    first, level = chance.randint(1990, 2015), 100.0
    years = [f"{year}-{(year + 1) % 100:02d}" for year in range(first, first + 5)]
    index = [round(level * 1.02**at, 3) for at in range(5)]
    columns: dict[str, list[Any]] = {
        "Financial year": list(years),
        f"GDP deflator ({years[0]} = 100)": [written(one, "number") for one in index],
    }
    extra = {"Per cent change on previous year": ["", 2.0, 2.0, 2.0, 2.0]}
    extra |= _extras(chance, ("Money GDP (£ million)", "Growth rate"), 5)
    rows, merged = laid_out(chance, columns, extra)

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        return dict(zip(frame["financial_year"], frame["price_index"], strict=True))

    truth = dict(zip(years, index, strict=True))
    return RandomTable(rows, merged, pcc.read_deflator, found, truth)


def grants(chance: random.Random) -> RandomTable:
    height, style = chance.randint(1, 5), chance.choice(("number", "plain"))
    ids = [f"360G-x-{at}" for at in range(height)]
    amounts = [chance.randint(1, 999_999) for _ in range(height)]
    columns: dict[str, list[Any]] = {
        "Identifier": list(ids),
        "Title": ["T"] * height,
        "Description": ["Words, with a comma"] * height,
        "Currency": ["GBP"] * height,
        "Amount Awarded": [written(amount, style) for amount in amounts],
        "Award Date": ["2024-04-01"] * height,
        "Recipient Org:Identifier": ["GB-CHC-1"] * height,
        "Recipient Org:Name": ["A"] * height,
        "Funding Org:Identifier": ["GB-CHC-2"] * height,
        "Funding Org: Name": ["B"] * height,
    }
    extra = _extras(chance, ("Surname of applicant", "Our code", "Amount banded"), height)
    rows, merged = laid_out(chance, columns, extra)

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        return dict(zip(frame["award_id"], frame["amount_gbp"], strict=True))

    truth = dict(zip(ids, map(float, amounts), strict=True))
    return RandomTable(rows, merged, pcc.read_360giving, found, truth)


def street(chance: random.Random) -> RandomTable:
    height = chance.randint(1, 5)
    ids = [f"{at:064x}" for at in range(height)]
    kinds = [chance.choice(["Drugs", "Burglary"]) for _ in ids]
    columns: dict[str, list[Any]] = {
        "Crime ID": list(ids),
        "Month": ["2024-01"] * height,
        "Reported by": ["Surrey Police"] * height,
        "Falls within": ["Surrey Police"] * height,
        "Location": ["On or near A, B"] * height,
        "LSOA code": ["E01030000"] * height,
        "LSOA name": ["Guildford 001A"] * height,
        "Crime type": list(kinds),
    }
    rows, merged = laid_out(chance, columns, _extras(chance, ("Unnamed", "Note"), height))

    def found(result: ReadResult) -> dict[Any, Any]:
        frame = result.frame
        return dict(zip(frame["crime_id"], frame["crime_type"], strict=True))

    truth = dict(zip(ids, kinds, strict=True))
    return RandomTable(rows, merged, pcc.read_police_uk, found, truth)


TABLES: dict[str, Callable[[random.Random], RandomTable]] = {
    "awards": awards,
    "wide counts": wide_counts,
    "long counts": long_counts,
    "population": population,
    "deflator": deflator,
    "360giving": grants,
    "street": street,
}
