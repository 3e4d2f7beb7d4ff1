"""Random ledgers from text to sums: equal to a recount by hand, or called lower bounds."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

import pccfunding as pcc
from pccfunding.evidence.evidence import _loaded, loaded_tables

# Private: several lists without files, as `import` and an evidence folder join them.
from pccfunding.formats.award_files.award_repeats import count_once

# Private: the sums of a Review at the speed of many examples; the slow test goes the whole way.
from pccfunding.review_pack.tables_sums import subtotals

# A failure prints its ledger as drawn: to make it smaller takes minutes of reading lists.
QUICK = [Phase.explicit, Phase.generate]
YEARS = (2021, 2022, 2023, 2024)


@dataclasses.dataclass(frozen=True)
class Award:
    """A line as printed, and what a person counts of it: pence, unknown, or less than exact."""

    first: int
    years: int
    pence: int
    kind: str

    @property
    def token(self) -> str:
        if self.kind == "unknown":
            return "TBC"
        amount = f"{abs(self.pence) // 100:,}.{abs(self.pence) % 100:02d}"
        if self.kind == "at most":
            return f"up to £{amount}"
        return f"(£{amount})" if self.pence < 0 else f"£{amount}"

    @property
    def period(self) -> str:
        return f"01/04/{self.first} to 31/03/{self.first + self.years}"


pence = st.one_of(st.integers(100, 10_000_000), st.integers(-500_000, -100))
awards = st.builds(
    Award,
    first=st.sampled_from(YEARS),
    years=st.integers(1, 3),
    pence=pence,
    kind=st.sampled_from(["plain"] * 6 + ["unknown", "at most"]),
).map(lambda one: dataclasses.replace(one, pence=abs(one.pence)) if one.kind == "at most" else one)
sections = st.lists(st.lists(awards, min_size=1, max_size=4), min_size=1, max_size=3)


@dataclasses.dataclass(frozen=True)
class Book:
    """Two yearly sheets; some awards of the first are printed on the second again."""

    sheets: tuple[list[list[Award]], ...]
    again: tuple[int, ...]

    @property
    def awards(self) -> list[Award]:
        return [one for sheet in self.sheets for section in sheet for one in section]

    def lines(self) -> list[list[list[tuple[str, Award]]]]:
        """Give each award its reference, and the second sheet what it prints of the first."""
        number, found = 0, []
        for sheet in self.sheets:
            sections = []
            for section in sheet:
                sections.append([(f"R{number + at}", one) for at, one in enumerate(section)])
                number += len(section)
            found.append(sections)
        first = found[0][0]
        # Under the heading that it has on the first sheet: another may name another funder.
        if len(found) > 1:
            found[1][0] += [first[at] for at in self.again if at < len(first)]
        return found


books = st.builds(
    Book,
    sheets=st.lists(sections, min_size=1, max_size=2).map(tuple),
    again=st.lists(st.integers(0, 3), max_size=2, unique=True).map(tuple),
)


def text_of(sections: list[list[tuple[str, Award]]]) -> str:
    """Print a ledger: sections with subtotals, and a total."""
    lines = ["Ref;Recipient;Fund;Period;Amount"]
    for place, section in enumerate(sections):
        lines.append(f"Section {place};;;;")
        lines += [f"{ref};Body {ref};Youth;{one.period};{one.token}" for ref, one in section]
        known = sum(one.pence for _, one in section if one.pence > 0)
        lines.append(f"Sub-total;;;;£{known / 100:.2f}")
    return "\n".join([*lines, "Total;;;;£1.00"])


def recount(lines: Iterable[Award]) -> tuple[Counter[str], Counter[str]]:
    """Count by hand what each year holds, and how many of its amounts are not known exactly."""
    sums: Counter[str] = Counter()
    open_ones: Counter[str] = Counter()
    for one in lines:
        size, left = divmod(abs(one.pence), one.years)
        for place in range(one.years):
            start = one.first + place
            year = f"{start}-{(start + 1) % 100:02d}"
            sums[year] += 0
            if one.kind == "plain":
                part = size + (place < left)
                sums[year] += part if one.pence > 0 else -part
            else:
                open_ones[year] += 1
    return sums, open_ones


def tables_of(book: Book) -> dict[str, pd.DataFrame]:
    read = [pcc.read_awards(text_of(sections).encode()) for sections in book.lines()]
    assert all(one.rejected.empty for one in read)
    once = count_once([one.frame for one in read], [f"sheet {at}" for at in range(len(read))])
    made = [
        pcc.award_tables(
            frame,
            area="Surrey",
            source={"title": "Ledger", "publisher": "Office"},
            listing=f"sheet-{number}",
            totals=one.totals,
        )
        for number, (frame, one) in enumerate(zip(once.frames, read, strict=True))
        if len(frame)
    ]
    return {name: pd.concat([one[name] for one in made], ignore_index=True) for name in made[0]}


@given(books)
@settings(max_examples=4, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
def test_sums_of_random_ledgers_equal_a_recount_or_are_lower_bounds(book: Book) -> None:
    loaded = _loaded("awards", tables_of(book), None)
    sums, open_ones = recount(book.awards)
    found = subtotals(loaded, by="recipient").query("recipient == 'all lines'")
    assert set(found["financial_year"]) == set(sums)
    for row in found.to_dict("records"):
        year = row["financial_year"]
        assert row["n_figures"] - row["n_known"] == open_ones[year]
        amount = row["amount_gbp"]
        assert round(100 * (0 if amount != amount or amount is None else amount)) == sums[year]


def pence_of(number: str) -> int:
    """Read the pounds of a key fact as pence; none where nothing is known."""
    printed = re.search(r"(−?)£([\d,]+)(?:\.(\d\d))?", number)
    if printed is None:
        assert number.startswith("unknown"), number
        return 0
    minus, pounds, rest = printed.groups()
    whole = 100 * int(pounds.replace(",", "")) + int(rest or 0)
    return -whole if minus else whole


@pytest.mark.slow
@given(books)
@settings(max_examples=25, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
def test_key_facts_of_random_ledgers_equal_a_recount_or_say_at_least(book: Book) -> None:
    evidence = pcc.load_evidence()
    loaded = loaded_tables(tables_of(book), None)
    own = {
        name: loaded[name]
        for name in ("sources", "figures", "awards", "outcomes", "totals", "statements")
    }
    found = pcc.review(dataclasses.replace(evidence, **own))
    sums, open_ones = recount(book.awards)
    numbers = found.summary.set_index("finding")["number"]
    funded = numbers[numbers.index.str.startswith("Funded in ")]
    assert {str(name).removeprefix("Funded in ") for name in funded.index} == set(sums)
    for name, number in funded.items():
        year = str(name).removeprefix("Funded in ")
        assert number.startswith(("at least", "unknown")) == bool(open_ones[year]), number
        assert pence_of(number) == sums[year], (name, number)
