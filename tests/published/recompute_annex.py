"""Recompute the numbers of the bundled annex that the page does not show, with pandas alone.

As recompute_page, whose reading of pages and numbers it takes: nothing of the library is imported.

    python tests/published/recompute_annex.py ANNEX DATASETS
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pandas as pd
from recompute_courses import AREA, CITY_OF_LONDON, courses_of_tables, not_shown
from recompute_page import (
    Known,
    interval_of_ratio,
    known_of,
    log_interval,
    numbers,
    text_of,
    unmatched,
)
from scipy.stats import chi2

# The months that street records are held of: all before the money, and two years of two months.
BEFORE = ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"]
EARLY, LATE = ["2019-01", "2019-02"], ["2024-01", "2024-02"]
CHANGES = {"Bicycle theft": (4619, 2222), "Burglary": (3497, 2210), "Robbery": (741, 639),
           "Theft from the person": (986, 914)}  # fmt: skip
NEIGHBOURHOOD = [
    "Residential burglary",
    "Robbery of personal property",
    "Theft from the person",
    "Vehicle offences",
]
QUARTERLY = {
    "Bicycle theft": range(2014, 2019),
    "Residential burglary": range(2018, 2019),
    "Robbery of personal property": range(2014, 2019),
    "Theft from the person": range(2014, 2019),
}


def annex_of(datasets: Path) -> Known:
    """Recompute what the tables give for page and annex."""

    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(datasets / f"{name}.csv", dtype=str, keep_default_na=False)

    known = known_of(datasets)
    known.words("address of a source", table("sources")["url"])
    known.words("power 80% and a two-sided level of 5%: 0.84 + 1.96", ["2.80"])
    areas, population = table("areas"), table("population")
    people = {
        (row["area_code"], row["reference_date"][:4]): int(row["persons"])
        for _, row in population[population["vintage"] == "rebased-2025"].iterrows()
    }
    for year in ("2014", "2015", "2016", "2017", "2018", "2019", "2020"):
        known.add("residents", people[AREA, year])
    inside = areas[(areas["parent_code"] == AREA) & (areas["kind"] == "local_authority")]
    _streets(known, table("street_crime"), list(inside["area_code"]), people)
    forces = set(areas.loc[areas["kind"] == "police_force_area", "area_code"]) - {CITY_OF_LONDON}
    asb, knife = table("asb_incidents"), table("knife_and_firearm_offences")
    _rates(known, asb, "incidents", "2018-04-01", forces, people)
    for method in knife["method"].unique():
        rows = knife[knife["method"] == method]
        for start in ("2019-01-01", "2020-04-01"):
            for _, offence in rows.groupby("offence"):
                _rates(known, offence, "offences", start, forces, people)
        _pairs(known, rows[rows["area_code"] == AREA])
    severity = table("crime_severity")
    own = severity[(severity["area_code"] == AREA) & (severity["severity_score"] != "")]
    known.add("severity", *(Fraction(one) for one in own["severity_score"]))
    _earlier(known, table("recorded_crime_quarters"))
    spending = table("spending")
    own = spending[(spending["area_code"] == AREA) & (spending["gross_or_net"] == "gross")]
    own = own[(own["measure"] == "Commissioned services") & (own["amount_gbp"] != "")]
    known.add("services", *(Fraction(one) for one in own["amount_gbp"]))
    known.words("place of the services", own["locator"])
    known.add("deflator", *(Fraction(one) for one in table("deflator")["price_index"]))
    return known


def _streets(
    known: Known,
    street: pd.DataFrame,
    districts: list[str],
    people: dict[tuple[str, str], int],
) -> None:
    """Street records of districts before the money, of two months, and how months scatter."""
    street = street.assign(month=street["period_start"].str[:7], n=street["records"].astype(int))
    for code in [*districts, None]:
        here = street if code is None else street[street["area_code"] == code]
        for _, kind in here.groupby("recorded_as"):
            sums = [int(kind.loc[kind["month"].isin(one), "n"].sum()) for one in (EARLY, LATE)]
            known.add("street records", *sums)
            _change(known, *sums)
            if code is not None:
                before = int(kind.loc[kind["month"].isin(BEFORE), "n"].sum())
                residents = people[code, "2018"]
                known.add("street records", before, residents, Fraction(1000 * before, residents))
    for category, counts in CHANGES.items():
        months = street[street["category"] == category].groupby("month")["n"].sum()
        runs = [[one for one in months.index if (one < "2020") == early] for early in (True, False)]
        squares = 0.0
        for run in runs:
            mean = months[run].mean()
            squares += float((((months[run]) - mean) ** 2 / mean).sum())
        free = len(months) - len(runs)
        scatter = squares / free
        known.add("records of the months", int(months.sum()), len(months))
        ends = [squares / chi2.ppf(tail, free) for tail in (0.975, 0.025)]
        known.add("scatter", scatter, *ends)
        for value in (scatter, *ends):  # to three figures
            known.words("scatter", [f"{value:.3g}"])
        known.add("change at the scatter", *log_interval(*counts, scatter))


def _change(known: Known, before: int, after: int) -> None:
    low, high = interval_of_ratio(before, after)
    known.add("change", 100 * Fraction(after, before) - 100, 100 * low - 100, 100 * high - 100)


def _rates(
    known: Known,
    table: pd.DataFrame,
    column: str,
    start: str,
    forces: set[str],
    people: dict[tuple[str, str], int],
) -> None:
    """The rate of a series in one year, here and in all areas, and the place among them."""
    rows = table[(table["period_start"] == start) & (table[column] != "")]
    rows = rows[rows["area_code"].isin(forces)]
    counts = {row["area_code"]: int(row[column]) for _, row in rows.iterrows()}
    if AREA not in counts:
        return
    year = start[:4]
    rates = {code: Fraction(1000 * one, people[code, year]) for code, one in counts.items()}
    known.add("rate of a series", counts[AREA], people[AREA, year], rates[AREA])
    known.add(
        "rate of all",
        Fraction(1000 * sum(counts.values()), sum(people[code, year] for code in counts)),
    )
    known.add("place", sum(one > rates[AREA] for one in rates.values()) + 1, len(rates))


def _pairs(known: Known, rows: pd.DataFrame) -> None:
    """Knife offences by one method: 2023 against each year that is held before it."""
    rows = rows[rows["offences"] != ""]
    for _, one in rows.groupby("offence"):
        counts = {row["period_start"]: int(row["offences"]) for _, row in one.iterrows()}
        for start, before in counts.items():
            if "2023-01-01" in counts and start in ("2018-04-01", "2019-04-01"):
                known.add("offences", before, counts["2023-01-01"])
                _change(known, before, counts["2023-01-01"])


def _earlier(known: Known, quarters: pd.DataFrame) -> None:
    """The year 2019 and the years before it, sums of four quarters of one vintage."""
    own = quarters[(quarters["area_code"] == AREA) & (quarters["offences"] != "")]
    for offence, years in QUARTERLY.items():
        rows = own[own["offence"] == offence]
        by_year = rows["offences"].astype(int).groupby(rows["period_end"].str[:4]).sum()
        before = [int(by_year[str(year)]) for year in years]
        mean, baseline = Fraction(sum(before), len(before)), int(by_year["2019"])
        known.add("quarters", *before, baseline, mean, 100 * baseline / mean - 100)
    forces = quarters["area_code"].str.match(r"(E23|W15)") & quarters["offences"].ne("")
    others = quarters[forces & ~quarters["area_code"].isin([AREA, CITY_OF_LONDON])]
    for offence, years in QUARTERLY.items():
        rows = others[others["offence"] == offence]
        by_year = rows["offences"].astype(int).groupby(rows["period_end"].str[:4]).sum()
        known.add("the other areas", *(int(by_year[str(year)]) for year in (*years, 2019, 2023)))
    for classes in (*([name] for name in QUARTERLY), NEIGHBOURHOOD):
        rows = own[own["offence"].isin(classes)]
        by_year = rows["offences"].astype(int).groupby(rows["period_end"].str[:4]).sum()
        known.add("one vintage", int(by_year["2019"]), int(by_year["2023"]))
        _change(known, int(by_year["2019"]), int(by_year["2023"]))


def rows_counted(annex: str) -> set[str]:
    """The numbers in brackets of captions that count the rows of the annex's own tables."""
    found = set()
    for table in re.findall(r"<table.*?</table>", annex, re.DOTALL):
        caption = re.search(r"<caption[^>]*>[^(]*\((\d+)\)[^(]*</caption>", table, re.DOTALL)
        rows = len(re.findall(r"<tr\b", table)) - 1
        if caption and int(caption[1]) == rows:
            found.add(caption[1])
    return found


def left_of(annex: str, known: Known) -> Counter[str]:
    """What nothing accounts for in the annex."""
    left = unmatched(annex, known)
    for counted in rows_counted(annex):
        left.pop(counted, None)
    return left


def main(annex: str, datasets: str) -> int:
    """Print what is not matched."""
    text = Path(annex).read_text(encoding="utf-8")
    known = annex_of(Path(datasets))
    found = left_of(text, known)
    every = numbers(text_of(text))
    print(f"{len(every)} numbers, {len(set(every))} distinct; {len(found)} not matched")
    for number, times in sorted(found.items()):
        print(number, times)
    missing = not_shown(text_of(text), courses_of_tables(Path(datasets)), "annex")
    print("not said as recomputed:", *missing or ["nothing"])
    return int(bool(found or missing))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
