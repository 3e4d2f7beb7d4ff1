"""Recompute the numbers of the bundled page from its tables, with pandas, fractions and numpy.

Nothing of the library is imported. Each number of the page's text is matched to a value that is
recomputed here, to a token or a text of the tables, or to a listed label; what is left is printed.

    python tests/published/recompute_page.py PAGE DATASETS
"""

from __future__ import annotations

import html
import itertools
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median

import pandas as pd
from recompute_courses import AREA, CITY_OF_LONDON, courses_of_tables, not_shown
from scipy.stats import beta

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
# Numbers that say nothing of the evidence: places, levels and rules that the page names.
LABELS = {
    "95": "confidence level",
    "80": "power",
    "99.8": "limits of a funnel",
    "1,000": "rates are per 1,000 residents",
    "1000": "rates are per 1,000 residents",
    "2011": "the Order on specified information",
    "3050": "the Order on specified information",
    "3": "paragraph 3(f); a count of things on the page",
}
SMALL = 31  # days of a month, questions, counts of rows


def text_of(page: str) -> str:
    """Give what a reader sees: no style, no script, no drawing."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


def numbers(text: str) -> list[str]:
    """List the numbers of a text as written, without the commas of thousands."""
    cited = re.sub(r"\[\d+\]", " ", text)
    return [found.rstrip(",").replace(",", "") for found in NUMBER.findall(cited)]


def written(value: Fraction | float) -> Iterator[str]:
    """Write a value in each of the ways that a page may: to nought to four places, unsigned."""
    exact = abs(Fraction(value))
    for places in range(5):
        scaled = exact * 10**places
        for rounded in {round(scaled), int(scaled + Fraction(1, 2))}:
            whole, rest = divmod(rounded, 10**places)
            yield f"{whole}.{rest:0{places}d}" if places else str(whole)


class Known:
    """The numbers that may stand on the page, each with where it is from."""

    def __init__(self) -> None:
        self.origin: dict[str, str] = {}

    def add(self, origin: str, *values: Fraction | float | None) -> None:
        for value in values:
            if value is not None and math.isfinite(value):
                for text in written(value):
                    self.origin.setdefault(text, origin)

    def words(self, origin: str, texts: Iterable[object]) -> None:
        for text in texts:
            if isinstance(text, str):
                for number in numbers(text):
                    self.origin.setdefault(number, origin)


def interval_of_ratio(before: float, after: float, level: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of after / before for two Poisson counts, given their sum."""
    tail = (1 - level) / 2
    low = beta.ppf(tail, after, before + 1) if after else 0.0
    high = beta.ppf(1 - tail, after + 1, before) if before else 1.0
    return low / (1 - low), high / (1 - high) if high < 1 else float("inf")


def known_of(datasets: Path) -> Known:
    """Recompute what the tables give."""

    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(datasets / f"{name}.csv", dtype=str, keep_default_na=False)

    known = Known()
    tables = {
        name: table(name)
        for name in ("figures", "awards", "totals", "outcomes", "statements", "sources", "breaks")
    }
    for name, frame in tables.items():
        for column in frame.columns:
            if column not in ("sha256", "url", "document"):
                known.words(f"{name}.{column}", frame[column])
    figures = tables["figures"].set_index("figure_id")
    known.add("value of a figure", *(Fraction(one) for one in figures["value"] if one))
    _money(known, figures, tables["awards"], table("population"), table("deflator"))
    _statements(known, figures, tables["statements"])
    crime = table("recorded_crime")
    years = _years_of_quarters(table("recorded_crime_quarters"))
    _crime(known, pd.concat([crime, years], ignore_index=True), table("population"))
    _services(known, table("spending"), table("population"))
    for subject, results in courses_of_tables(datasets).items():
        known.add(f"several years of {subject}", *results.values())
    return known


def _services(known: Known, spending: pd.DataFrame, population: pd.DataFrame) -> None:
    """Commissioned services per resident, here and in the middle of the areas."""
    own = spending[
        (spending["measure"] == "Commissioned services") & (spending["amount_gbp"] != "")
    ]
    own = own[own["gross_or_net"] == "gross"]
    people = {
        (row["area_code"], row["reference_date"][:4]): int(row["persons"])
        for _, row in population.iterrows()
        if row["vintage"] == "rebased-2025"
    }
    for year, rows in own.groupby(own["period_start"].str[:4]):
        heads = {
            row["area_code"]: Fraction(row["amount_gbp"]) / people[row["area_code"], year]
            for _, row in rows.iterrows()
            if (row["area_code"], year) in people and Fraction(row["amount_gbp"])
        }
        if AREA in heads:
            known.add("services per head", heads[AREA], median(heads.values()))


def _years_of_quarters(quarters: pd.DataFrame) -> pd.DataFrame:
    """Add up four quarters for the one class that only the quarters count."""
    own = quarters[quarters["offence"] == "Robbery of personal property"]
    own = own[own["offences"] != ""].drop_duplicates(["area_code", "period_start"])
    own = own.assign(year=own["period_end"].str[:4], number=own["offences"].astype(int))
    summed = own.groupby(["area_code", "offence", "year"])["number"].agg(["sum", "size"])
    whole = summed[summed["size"] == 4].reset_index()
    return whole.assign(
        offences=whole["sum"].astype(str), period_end=whole["year"] + "-12-31"
    )[["area_code", "offence", "offences", "period_end"]]  # fmt: skip


def _value(figures: pd.DataFrame, subject: str) -> Fraction:
    rows = figures[(figures["subject_id"] == subject) & (figures["value"] != "")]
    exact = rows[rows["hedge"] == ""]
    return min((Fraction(one) for one in exact["value"]), key=lambda one: -one.denominator)


def _money(
    known: Known,
    figures: pd.DataFrame,
    awards: pd.DataFrame,
    population: pd.DataFrame,
    deflator: pd.DataFrame,
) -> None:
    lines = figures[figures["subject_id"].isin(awards["subject_id"])]
    finest = lines[lines["token"].str.fullmatch(r"£[\d,]+")]
    amounts = {
        row["subject_id"]: Fraction(row["value"])
        for _, row in finest.sort_values("token", key=lambda token: token.str.len()).iterrows()
        if int(Fraction(row["value"])) % 1000
    }
    for _, ids in awards.groupby("theme")["subject_id"]:
        known.add("sum of a theme", sum(amounts[one] for one in ids))
    groups = awards.groupby("funder_group")["subject_id"].apply(list)
    sums = {name: sum(amounts[one] for one in ids) for name, ids in groups.items()}
    total = sum(amounts.values())
    known.add("derived sum", total, *sums.values())
    people = population[
        (population["area_code"] == AREA) & (population["reference_date"] == "2023-06-30")
    ]
    persons = {Fraction(one) for one in people["persons"]}
    known.add("population", *persons)
    prices = {row["financial_year"]: Fraction(row["price_index"]) for _, row in deflator.iterrows()}
    for amount in [*amounts.values(), *sums.values(), total]:
        known.add("share", 100 * amount / total)
        for count in persons:
            known.add("per head", amount / count)
            for price in prices.values():
                known.add("per head, real", amount / count * price / prices["2023-24"])


SCALES = {"k": 1_000, "K": 1_000, "m": 1_000_000}
OVER = ("more_than", "just_over", "at_least")
UNDER = ("nearly", "almost", "just_under", "just_short_of", "less_than", "fewer_than")
Side = tuple[Fraction | None, Fraction | None]


def _unit(token: str) -> Fraction:
    """Give the place of the last digit that is not nought."""
    found = re.search(r"([\d,]+)(?:\.(\d+))?\s*([kKm])?", token)
    if found is None:
        return Fraction(1)
    whole, rest, scale = found[1].replace(",", ""), found[2] or "", SCALES.get(found[3] or "", 1)
    digits = whole + rest
    return Fraction(10) ** (len(digits) - len(digits.rstrip("0")) - len(rest)) * scale


def _read(token: str) -> Side:
    """Read a token that is no figure: half a unit of its last digit either way."""
    found = re.search(r"(-?)£?([\d,]+(?:\.\d+)?)\s*([kKm])?", token)
    if found is None:
        return None, None
    value = Fraction(found[2].replace(",", "")) * SCALES.get(found[3] or "", 1)
    half = _unit(token) / 2 if not token.startswith("£") or _unit(token) >= 10 else Fraction(0)
    return value - half, value + half


def _ends(figures: pd.DataFrame, term: str) -> Side:
    """Give what a term can be, a fair reading of its hedge included."""
    if term not in figures.index:
        return _read(term.partition(":")[2])
    row = figures.loc[term]
    if not row["value"]:
        return None, None
    value = Fraction(row["value"])
    step = min(abs(value) / 10, _unit(row["token"]))
    if row["hedge"] in OVER:
        return value, value + step
    if row["hedge"] in UNDER:
        return value - step, value
    if row["hedge"] == "up_to":
        return Fraction(0), value
    return tuple(Fraction(row[end]) if row[end] else None for end in ("low", "high"))  # type: ignore[return-value]


def _middle(figures: pd.DataFrame, term: str, side: Side) -> Fraction:
    if term in figures.index:
        return Fraction(figures.loc[term, "value"])
    return (side[0] + side[1]) / 2  # type: ignore[operator]


def _image(relation: str, terms: list[Fraction]) -> Fraction:
    if relation == "difference":
        return terms[0] - terms[1]
    if relation in ("ratio", "share"):
        return terms[0] / terms[1] * (100 if relation == "share" else 1)
    if relation == "percent_change":
        return terms[1] / terms[0] * 100 - 100
    return sum(terms, Fraction(0))


def _statements(known: Known, figures: pd.DataFrame, statements: pd.DataFrame) -> None:
    for _, row in statements.iterrows():
        if row["left"].startswith("day:"):
            days = [pd.Timestamp(row[side].partition(":")[2]) for side in ("left", "right")]
            known.add("days between", (days[1] - days[0]).days)
            continue
        names = row["left"].split(";")
        left = [_ends(figures, one) for one in names]
        right = _ends(figures, row["right"])
        for side in [*left, right]:
            known.add("end of a reading", *side)
        if any(None in side for side in left):
            continue
        corners = [_image(row["relation"], list(one)) for one in itertools.product(*left)]  # type: ignore[arg-type]
        for end in (min(corners), max(corners)):
            known.add("end of an image", end, end.numerator, end.denominator)
        here = _image(
            row["relation"],
            [_middle(figures, one, side) for one, side in zip(names, left, strict=True)],
        )
        known.add("image", here)
        if row["relation"] == "count_percentage" and None not in right:
            whole = int(figures.loc[names[0], "value"])
            printed = [
                one
                for one in range(whole + 1)
                if right[0] <= 100 * Fraction(one, whole) <= right[1]
            ]  # type: ignore[operator]
            known.add("counts that print", *printed)
        if None not in right:
            there = _middle(figures, row["right"], right)
            known.add("gap", there - here)
            if there:
                known.add("gap in percent", 100 * (there - here) / there)


def _crime(known: Known, crime: pd.DataFrame, population: pd.DataFrame) -> None:
    years = crime[crime["period_end"].isin(["2019-12-31", "2023-12-31"])]
    counts = {
        (row["area_code"], row["offence"], row["period_end"][:4]): int(row["offences"])
        for _, row in years.iterrows()
        if row["offences"]
    }
    people = {
        (row["area_code"], row["reference_date"]): int(row["persons"])
        for _, row in population.iterrows()
        if row["vintage"] == "rebased-2025"
    }
    forces = {code for code, _, _ in counts if code.startswith(("E23", "W15"))}
    offences = {offence for _, offence, _ in counts}
    joined = {offence: (offence,) for offence in offences}
    joined["neighbourhood"] = (
        "Residential burglary", "Robbery", "Theft from the person", "Vehicle offences",
    )  # fmt: skip
    for parts in joined.values():

        def both(area: str, parts: tuple[str, ...] = parts) -> tuple[int, int] | None:
            found = [[counts.get((area, one, year)) for one in parts] for year in ("2019", "2023")]
            if any(one is None for year in found for one in year):
                return None
            return tuple(sum(year) for year in found)  # type: ignore[return-value]

        here = both(AREA)
        if here is None or not here[0]:
            continue
        _change(known, "here", *here)
        others = [one for area in forces - {AREA} if (one := both(area))]
        before, after = (sum(one[place] for one in others) for place in (0, 1))
        if before:
            _change(known, "elsewhere", before, after)
            ratio = here[1] * before / (here[0] * after)
            error = math.sqrt(sum(1 / one for one in (*here, before, after)))
            known.add("here beside elsewhere", 100 * ratio - 100)
            for sign in (-1, 1):
                known.add(
                    "here beside elsewhere", 100 * ratio * math.exp(sign * 1.959964 * error) - 100
                )
        known.add("forces", len(others))
        with_counts = [area for area in forces if both(area)]
        for place, day in enumerate(("2019-06-30", "2023-06-30")):
            rates = {
                area: Fraction(1000 * both(area)[place], people[area, day])  # type: ignore[index]
                for area in with_counts
                if (area, day) in people and area != CITY_OF_LONDON
            }
            known.add("rate per 1,000", rates[AREA])
            summed = sum(both(area)[place] for area in rates)  # type: ignore[index]
            known.add(
                "rate of all areas",
                Fraction(1000 * summed, sum(people[area, day] for area in rates)),
            )


def log_interval(before: int, after: int, dispersion: float) -> tuple[float, float]:
    """Give the interval of a change in percent, with more dispersion than one, by logarithms."""
    error = math.sqrt(dispersion * (1 / before + 1 / after)) if after else 0.0
    low, high = (after / before * math.exp(sign * 1.959964 * error) for sign in (-1, 1))
    return 100 * low - 100, 100 * high - 100


def _change(known: Known, where: str, before: int, after: int) -> None:
    known.add(f"count {where}", before, after, after - before)
    known.add(f"change {where}", 100 * Fraction(after, before) - 100)
    low, high = interval_of_ratio(before, after)
    known.add(f"interval {where}", 100 * low - 100, 100 * high - 100)
    for dispersion in (2, 4):
        known.add(f"interval {where}", *log_interval(before, after, dispersion))
    # Twice the root of a Poisson count has variance 1: power 80%, two-sided 5%.
    for dispersion in (1, 2, 4):
        root = 1 - (1.959964 + 0.841621) * math.sqrt(2 * dispersion) / (2 * math.sqrt(before))
        known.add("smallest fall to be seen", 100 - 100 * root**2 if root > 0 else None)
        # The same on the scale of logarithms, as the method says it, by bisection.
        low, high = 1e-6, 1.0
        for _ in range(60):
            ratio = (low + high) / 2
            shown = -math.log(ratio) >= 2.801585 * math.sqrt(dispersion * (1 + 1 / ratio) / before)
            low, high = (ratio, high) if shown else (low, ratio)
        known.add("smallest fall to be seen", 100 - 100 * low)


def unmatched(page: str, known: Known) -> Counter[str]:
    """Count the numbers of the page that nothing accounts for."""
    left: Counter[str] = Counter()
    for number in numbers(text_of(page)):
        plain = number in LABELS or number in known.origin
        small = "." not in number and int(number) <= SMALL
        year = re.fullmatch(r"(19|20)\d\d", number) is not None
        if not (plain or small or year):
            left[number] += 1
    return left


def main(page: str, datasets: str) -> int:
    """Print what is not matched."""
    text = Path(page).read_text(encoding="utf-8")
    found = unmatched(text, known_of(Path(datasets)))
    every = numbers(text_of(text))
    print(f"{len(every)} numbers, {len(set(every))} distinct; {len(found)} not matched")
    for number, times in sorted(found.items()):
        print(number, times)
    missing = not_shown(text_of(text), courses_of_tables(Path(datasets)), "page")
    print("not said as recomputed:", *missing or ["nothing"])
    return int(bool(found or missing))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
