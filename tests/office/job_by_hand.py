"""The numbers of the job's page, worked without the library: rows of tables, and phrases of prose.

The list holds six awards a fund and year, £1,000 to £6,000 and £100 more each year, an award of
£30,000 over the three years, £250.50 and £7,000 in the last, and one still to be confirmed; £750
came back. Official statistics are taken from the bundled tables as they lie there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from page_lines import lines_of

DURHAM = "E23000008"
YEARS = ("2022-23", "2023-24", "2024-25")
PROVIDERS = ("Alpha", "Beta", "Gamma", "Delta", "Eta", "Zeta")
# Six awards: 21 thousand and six times the rise, in each of two funds.
OF_A_FUND = {"2022-23": 21_000, "2023-24": 21_600, "2024-25": 22_200}
THIRD = 10_000  # of the award over three years
MORE = {"2024-25": 250.50 + 7_000}
COMMUNITY = {year: own + THIRD for year, own in OF_A_FUND.items()}
VICTIMS = {year: own + MORE.get(year, 0) for year, own in OF_A_FUND.items()}
TOTAL = {year: COMMUNITY[year] + VICTIMS[year] for year in YEARS}
BACK = 750
# Kappa's award is to be confirmed: 16 amounts in the last year, 8 of them of the Community Fund.
LEAST, LEAST_OF_FUND = "(15 of 16 amounts known)", "(7 of 8 amounts known)"


def money(amount: float) -> str:
    return f"£{amount:,.0f}" if float(amount).is_integer() else f"£{amount:,.2f}"


def share(amount: float, year: str) -> str:
    """Give the share of a year's money; of the last year not all is known, so none is one of it."""
    return "–" if year == "2024-25" else f"{100 * amount / TOTAL[year]:.2f}%"


class Bundled:
    """What the bundled tables print: read with pandas alone."""

    def __init__(self, folder: Path) -> None:
        people = pd.read_csv(folder / "population.csv", dtype=str)
        own = people[(people["area_code"] == DURHAM) & (people["vintage"] == "rebased-2025")]
        mid = own.set_index(own["reference_date"].str[:4])["persons"].astype(int)
        self.persons = {year: int(mid[year[:4]]) for year in YEARS}
        prices = pd.read_csv(folder / "deflator.csv").set_index("financial_year")["price_index"]
        self.rise = {year: float(prices["2024-25"] / prices[year]) for year in YEARS}
        self.severity = self._severity(pd.read_csv(folder / "crime_severity.csv"))
        self.planned = self._planned(pd.read_csv(folder / "spending.csv"), people)

    @staticmethod
    def _severity(scores: pd.DataFrame) -> dict[str, str]:
        """Score and place of each year, the highest first."""
        told = {}
        whole = scores["offence_group"] == "Total recorded crime"
        force = scores["area_code"].str.startswith(("E23", "W15"))
        later = scores["source_id"] == "ons-crime-severity-2023-24"  # the revised release
        scores = scores[whole & force & later].dropna(subset="severity_score")
        for start, rows in scores.groupby(scores["period_start"].str[:4]):
            own = rows.loc[rows["area_code"] == DURHAM, "severity_score"].item()
            place = int((rows["severity_score"] > own).sum()) + 1
            year = f"{start}-{int(start) % 100 + 1:02d}"
            told[year] = f"{own:.2f} | {place} of {len(rows)}"
        return told

    @staticmethod
    def _planned(spending: pd.DataFrame, people: pd.DataFrame) -> tuple[str, str, int, int]:
        """Per head in 2017-18: here, in the middle, the place, of how many areas."""
        rows = spending[
            (spending["measure"] == "Commissioned services")
            & (spending["gross_or_net"] == "gross")
            & (spending["period_start"] == "2017-04-01")
        ].dropna(subset="amount_gbp")
        mid = people[
            (people["reference_date"] == "2017-06-30") & (people["vintage"] == "rebased-2025")
        ]
        mid = mid.set_index("area_code")["persons"].astype(int)
        heads = (rows.set_index("area_code")["amount_gbp"] / mid).dropna()
        heads = heads.drop("E23000034", errors="ignore")  # the City of London has few residents
        place = int((heads > heads[DURHAM]).sum()) + 1
        return f"£{heads[DURHAM]:.2f}", f"£{heads.median():.2f}", place, len(heads)


def head(amount: float, persons: int) -> str:
    return f"£{amount / persons:.2f}" if amount / persons >= 0.005 else "less than £0.01"


def rows_by_hand(bundled: Bundled) -> set[str]:
    """Every row of a table that holds a number."""
    rows: set[str] = set()
    for more, year in enumerate(YEARS):
        persons, rise = bundled.persons[year], bundled.rise[year]
        unknown = year == "2024-25"
        for number, provider in enumerate(PROVIDERS, 1):
            amount = 1000 * number + 100 * more
            printed = money(amount) if number % 2 else str(amount)  # text, else a number cell
            rows |= {
                f"{fund} | {provider} | {printed} | {money(amount)} | {share(amount, year)}"
                for fund in ("Community Fund", "Victims Fund")
            }
            # One award of each fund.
            rows.add(f"{provider} | {money(2 * amount)} | {share(2 * amount, year)} | 2")
        rows.add("Community Fund | Iota | part of £30,000 | £10,000")
        rows.add(f"Iota | £10,000 | {share(THIRD, year)} | 1")
        for name, amount, least in (
            ("Community Fund", COMMUNITY[year], LEAST_OF_FUND if unknown else ""),
            ("Victims Fund", VICTIMS[year], ""),
            ("all lines", TOTAL[year], LEAST if unknown else ""),
        ):
            spend = f"at least {money(amount)} {least}" if least else money(amount)
            real = "" if least else f" | {head(amount * rise, persons)}"
            per_head = ("at least " if least else "") + head(amount, persons)
            rows.add(f"{name} | Funded in {year} | {spend} | {per_head}{real}")
            rows.add(f"{name}, {year} | {money(amount)} | {head(amount, persons)} | no result held"
                     " | | the documents held name no result of it")  # fmt: skip
        label = "Total, derived: at least, 15 of 16 amounts known" if unknown else "Total, derived"
        rows.add(f"{label} | | – | {money(TOTAL[year])}" + " | 100.00%" * (not unknown))
    last = bundled.persons["2024-25"]
    rows |= {
        f"Mu | £7,000 | {share(7_000, '2024-25')} | 1",
        f"Lambda | £250.50 | {share(250.5, '2024-25')} | 1",
        "Kappa | unknown (0 of 1 amount known) | – | 1",
        f"Zeta | {money(BACK)} | 100.00% | 1",
        f"Total, derived | | – | {money(BACK)} | 100.00%",
        *(
            f"{name} | Returned in 2024-25 | {money(BACK)}" + 2 * f" | {head(BACK, last)}"
            for name in ("Victims Fund", "all lines")
        ),
        f"Victims Fund, 2024-25 | {money(BACK)} | {head(BACK, last)} | no result held | | the "
        "documents held name no result of it",
        # 40 of the list, six totals of two funds and three years, the one typed; one came back.
        "award | – | 47", "allocation | 1", "budget | – | 1", "returned | – | 1",
        "Burglary | 2024-25 against 2023-24 | −9.4% | base not in the documents held | | ? not "
        "testable no counts of this measure are held",
        "Residential burglary | 2024-25 against 2023-24 | −9.4% | 1,204 | | ? not testable no "
        "counts of this measure are held",
        # The brief: the last year, and what the Victims Fund rose from £21,600 to £29,450.50.
        f"Community Fund | Funded in 2024-25 | at least £32,200 {LEAST_OF_FUND} | at least "
        f"{head(32_200, last)}",
        f"Victims Fund | Funded in 2024-25 | £29,450.50 | {head(29_450.5, last)} | "
        f"+{100 * (29_450.5 / 21_600 - 1):.1f}%",
        f"Victims Fund | Returned in 2024-25 | {money(BACK)} | {head(BACK, last)}",
        *(f"{name} | {money(2_000 * place + 400)}" for place, name in enumerate(PROVIDERS, 1)),
        "Iota | £10,000", "Mu | £7,000",
        "Burglary | −9.4% | – | – | not testable",
        "Residential burglary | −9.4% | – | – | not testable",
        "Recipient | Funded in 2024-25",
    }  # fmt: skip
    when = dict.fromkeys(("2019-20", "2020-21", "2021-22"), "before the money")
    when["2022-23"] = "since the money began"
    rows |= {f"{year} | {bundled.severity[year]} | {said}" for year, said in when.items()}
    return rows


def phrases_by_hand(bundled: Bundled) -> list[str]:
    """Words of prose with a number in them, each number worked or typed in the job."""
    people = bundled.persons
    own, middle, place, areas = bundled.planned
    score, scored = bundled.severity["2021-22"].split(" | ")
    per_head = {year: head(TOTAL[year], people[year]) for year in YEARS}
    phrases = [
        # 40 awards of the list, and the money that came back.
        "41 award lines of 2022-23, 2023-24 and 2024-25", "0 known, of 41 lines", "of 41 lines",
        "for 0 of 41 lines",
        "41 of the lines", "Of 41 lines here, 41 are", "and 0 are known", "of 41 of 41 lines",
        # The fund's amount of sheet Amounts is of awards, and is no line.
        "1 amount awarded is printed, not to one named recipient",
        "every line of 2022-23, 2023-24 and 2024-25",
        *(f"Funded in {year}: {money(TOTAL[year])}" for year in YEARS[:2]),
        *(f"Funded in {year}" for year in YEARS), "Returned in 2024-25",
        f"at least {money(TOTAL['2024-25'])} {LEAST}", *(money(TOTAL[year]) for year in YEARS[:2]),
        f"Returned in 2024-25: {money(BACK)}", money(BACK),
        # Twelve lines a year and a part of the award over three; in the last year three more, of
        # which one is not known.
        "the sum of 12 printed lines and 1 part", "the least that 16 lines allow",
        "None of the 3 sums is printed in a document held",
        *(f"{people[year]:,} residents in mid-{year[:4]}" for year in YEARS),
        *(f"{people[year]:,} residents" for year in YEARS), "1 of 16 amounts not known exactly",
        *(f"Per resident, funded in {year}" for year in YEARS),
        "Per resident, returned in 2024-25",
        *(f"{per_head[year]} per resident funded in {year}" for year in YEARS[:2]),
        f"At least {per_head['2024-25']} per resident funded in 2024-25",
        "Less than £0.01 per resident returned in 2024-25",
        *dict.fromkeys(per_head[year] for year in YEARS[:2]), f"at least {per_head['2024-25']}",
        "less than £0.01",
        # £31,600 after £31,000, where the next year is a lower bound; £29,450.50 after £21,600.
        f"Victims Fund rose {100 * (29_450.5 / 21_600 - 1):.1f}% in cash from 2023-24 to 2024-25",
        f"Community Fund rose {100 * (31_600 / 31_000 - 1):.1f}% in cash from 2022-23 to 2023-24",
        "Per head in 2024-25 prices", "Money in 2024-25",
        # 13, 13, 16 and 1 lines by year: 43, of which a page holds 40 and shows 20.
        "The largest 40 lines; 3 more", "All 40 rows", "the first 20", "1 award over several years",
        # Of the last year 10 recipients and one whose money came back, of the others 7 each.
        "All 25 rows", "2 more on the page",
        # The one conflict; the totals of two funds and three years, the check that holds, the fall.
        "Of 9 statements worked, 8 hold and 1 conflicts", "8 hold, 1 conflict, 0 cannot be told",
        "What holds (8 statements)", "Working of statement 1",
        "Victims Fund, 2024-25 is part of £20,000.00: £21,000 against £20,000.00",
        "by £1,000 (5%)", "−£1,000, 5%", "21000; against 20000", "21000 page 2",
        "Community Fund, 2024-25 equals £22,200.00",
        *(
            f"Total {year} (sheet '{fund}', row {row}) is the sum of 6 rows, rows {row - 6} to "
            f"{row - 1}"
            for year, row in zip(YEARS, (8, 15, 22), strict=True)
            for fund in ("Community Fund", "Victims Fund")
        ),
        # The total and the grant are plans; the other kinds are in the table beside it.
        "2 are planned, 47 are awarded and 1 is returned",
        f"scored {score} a head in 2021-22, place {scored}", "any of the 2 districts",
        "its 2 districts",
        "Burglary fell 9.4% and Residential burglary fell 9.4%",
        "Of 2 changes that a source prints, 2 cannot be tested", "2 not testable",
        "1 output is held", "1 of 1 output", "1 output by age or sex", "Young people helped: 214",
        f"in 2017-18 the office planned {own} per head", f"middle of the areas {middle}",
        f"place {place} of {areas}",
        # Two neighbouring years, and the one total of a budget: none is of a like kind.
        "beside 2024-25, 2022-23 and 2023-24 there are £21,000 (budget, 2024-25;), £21,000 (total, "
        "2022-23;), £21,600 (total, 2023-24;)",
        "where two like years are held (3 rows)", "2014-15 to 2017-18 (4 rows)", "the first 3",
        # A stream and year each: three of each fund, and what came back.
        "All 7 rows",
        "2 decisions are entered", "decided about them (2)", "12 June 2025", "31 March 2025",
        "2 cells, rows or files", "Not read (2)", "cell B7", "cell C6", "=1+1", "'2024-04-09'",
        "such as 9.4% or 412", "For 3 of 5 something is held", "leaves open (6)",
        "questions that serve them (4 rows)", "in percent (4 rows)", "before the money (4 rows)",
        "is under (2 rows)", "by theme (1 row)",
        # Particulars, and what no evidence decides.
        "2022-23 to 2024-25", "(E23000008)", "sources to 30 June 2025", "pccfunding 0.1.0",
        "Order 2011, Schedule, paragraph 3(f)", "counts (95%)", "intervals at 95%", "v3.0",
        "sha256", "chart 1",
    ]  # fmt: skip
    return sorted(phrases, key=len, reverse=True)


_QUESTION = re.compile(r"\bQ(?:1[0-6]|[1-9])\b")


def unworked(pages: list[str], bundled: Bundled) -> tuple[list[str], set[str]]:
    """Give the lines with a number that nothing accounts for, and the phrases never met.

    Key facts that are a count stand alone in their line, between name and note.
    """
    rows, phrases = rows_by_hand(bundled), phrases_by_hand(bundled)
    met: set[str] = set()
    left = []
    for page in pages:
        for line in lines_of(page):
            if line in rows or line in ("9", "2"):  # statements worked, published changes
                continue
            plain = _QUESTION.sub("", line)
            for phrase in phrases:
                if phrase in plain:
                    met.add(phrase)
                    plain = plain.replace(phrase, "")
            if re.search(r"\d", plain):
                left.append(f"{line} -> {plain}")
    return left, set(phrases) - met
