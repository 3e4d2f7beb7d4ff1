"""Random ledgers from text to sums: equal to a recount by hand, or called lower bounds."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import pccfunding as pcc
from pccfunding.evidence.evidence import _loaded, loaded_tables

# Private: the sums of a Review at the speed of many examples; the slow test goes the whole way.
from pccfunding.review_pack.tables_sums import subtotals

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
sheets = st.lists(sections, min_size=1, max_size=2)


def text_of(ledger: list[list[Award]], sheet: int) -> str:
    """Print a ledger: sections with subtotals, and a total."""
    lines = ["Ref;Recipient;Fund;Period;Amount"]
    number = 0
    for place, section in enumerate(ledger):
        lines.append(f"Section {place};;;;")
        for one in section:
            number += 1
            lines.append(f"S{sheet}R{number};Body {number};Youth;{one.period};{one.token}")
        lines.append(
            f"Sub-total;;;;£{sum(one.pence for one in section if one.pence > 0) / 100:.2f}"
        )
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


def tables_of(book: list[list[list[Award]]]) -> dict[str, object]:
    import pandas as pd

    made = []
    for number, ledger in enumerate(book):
        read = pcc.read_awards(text_of(ledger, number).encode())
        assert read.rejected.empty
        made.append(
            pcc.award_tables(
                read.frame,
                area="Surrey",
                source={"title": "Ledger", "publisher": "Office"},
                listing=f"sheet-{number}",
                totals=read.totals,
            )
        )
    return {name: pd.concat([one[name] for one in made], ignore_index=True) for name in made[0]}


@given(sheets)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sums_of_random_ledgers_equal_a_recount_or_are_lower_bounds(
    book: list[list[list[Award]]],
) -> None:
    stored = tables_of(book)
    loaded = _loaded("awards", stored, None)  # type: ignore[arg-type]
    sums, open_ones = recount(one for ledger in book for section in ledger for one in section)
    found = subtotals(loaded, by="recipient").query("recipient == 'all lines'")
    assert set(found["financial_year"]) == set(sums)
    for row in found.to_dict("records"):
        year = row["financial_year"]
        assert row["n_figures"] - row["n_known"] == open_ones[year]
        amount = row["amount_gbp"]
        assert round(100 * (0 if amount != amount or amount is None else amount)) == sums[year]


@pytest.mark.slow
@given(sheets)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_key_facts_of_random_ledgers_say_what_they_do_not_know(
    book: list[list[list[Award]]],
) -> None:
    evidence = pcc.load_evidence()
    loaded = loaded_tables(tables_of(book), None)  # type: ignore[arg-type]
    own = {
        name: loaded[name]
        for name in ("sources", "figures", "awards", "outcomes", "totals", "statements")
    }
    found = pcc.review(dataclasses.replace(evidence, **own))
    _, open_ones = recount(one for ledger in book for section in ledger for one in section)
    numbers = found.summary.set_index("finding")["number"]
    for name, number in numbers[numbers.index.str.startswith("Funded in ")].items():
        year = str(name).removeprefix("Funded in ")
        assert number.startswith(("at least", "unknown")) == bool(open_ones[year])
