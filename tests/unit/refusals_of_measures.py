"""Every refusal of a measure, word for word: what was asked, what was found, what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl

import pccfunding as pcc
from pccfunding.measures import encode_keys
from pccfunding.periods import Period

FORCE, DISTRICT = "E23000023", "E07000010"


def row(period: str | None = "2023-24", **others: Any) -> dict[str, Any]:
    """One row of an area's year; None takes a period's place where there is none."""
    days = None if period is None else Period.parse(period)
    start, end = (None, None) if days is None else (days.start, days.end)
    return {"area_code": FORCE, "period_start": start, "period_end": end, **others}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for column in frame.columns.intersection(["period_start", "period_end", "reference_date"]):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def people(persons: float = 1000, year: int = 2023, **others: Any) -> dict[str, Any]:
    day = f"{year}-06-30"
    counted = {"area_code": FORCE, "reference_date": day, "persons": persons, "vintage": "new"}
    return counted | others


def award(amount: float = 7.0, period: str | None = "2023-24", **others: Any) -> dict[str, Any]:
    return row(period, amount_gbp=amount) | others


def crime(count: float, period: str, **others: Any) -> dict[str, Any]:
    return row(period, offence="Robbery", offences=count, **others)


AWARD, PEOPLE = table(award()), table(people())
TWO_YEARS = table(award(100.0, "2023-24/2024-25", subject_id="x"))
PRICES = pd.DataFrame({"financial_year": ["2022-23", "2023-24"], "price_index": [50.0, 100.0]})
COUNTS = table(crime(5, "2019"), crime(4, "2023"))


def lazy(frame: pd.DataFrame) -> pl.LazyFrame:
    """Hand a frame over without Arrow, which the tests may lack."""
    days = {name: frame[name].dt.date for name in ("period_start", "period_end")}
    return pl.LazyFrame(frame.assign(**days).to_dict("list"))


def per_head(*rows: dict[str, Any], **options: Any) -> object:
    return pcc.per_capita_spend(table(*rows), PEOPLE, **{"by": [], **options})


def fell(*rows: dict[str, Any], **options: Any) -> object:
    windows = {"baseline": "2019", "comparison": "2023", "by": []} | options
    frame = windows.pop("frame", COUNTS)
    return pcc.reduction(table(*rows) if rows else frame, **windows)


def parted(amount: float, period: str = "2023-24") -> dict[str, Any]:
    return award(amount, period, part_of="x")


def areas(*codes: str, **others: Any) -> pd.DataFrame:
    return pd.DataFrame({"area_code": codes, **others})


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "mixed": (
        lambda: per_head(award(status="award"), award(status="budget"), award(status="award")),
        "awards: the whole table, 2023-04-01 to 2024-03-31, mixes 2 of status 'award' with "
        "1 of status 'budget'. Keep one status, or sum them apart by adding 'status' to by.",
    ),
    "mixed, by": (
        lambda: per_head(
            award(flow="a", funding_stream="V"),
            award(flow="b", funding_stream="V"),
            by="funding_stream",
        ),
        "awards: funding_stream 'V', 2023-04-01 to 2024-03-31, mixes 1 of flow 'a' with 1 "
        "of flow 'b'. Keep one flow, or sum them apart by adding 'flow' to by.",
    ),
    "overlap of areas": (
        lambda: pcc.per_capita_spend(
            table(award(), award(area_code=DISTRICT)),
            table(people(), people(10, area_code=DISTRICT)),
            by=[],
        ),
        "the whole table holds area_code 'E07000010' and 'E23000023', which overlap: what "
        "lies in both would count twice. Keep one level, or add 'area_code' to by.",
    ),
    "across years": (
        lambda: per_head(award(8.0, "2023")),
        "awards: the row of amount_gbp 8.0 runs from 2023-01-01 to 2023-12-31, which is not"
        " within one financial year (1 April to 31 March). Split it over the years first, "
        "with apportion.",
    ),
    "no period": (
        lambda: per_head(award(8.0, None), award()),
        "awards: a row of the whole table has the period no date to no date. Give both "
        "days, or leave the row out.",
    ),
    "per": (
        lambda: per_head(award(), per=0),
        "per is 0; it takes a whole number of people, such as 1 or 1000.",
    ),
    "vintages": (
        lambda: pcc.per_capita_spend(
            AWARD, table(people(vintage="a"), people(vintage="b", year=2022)), by=[]
        ),
        "population holds 2 vintages: 'a', 'b'. They are counted differently: keep one, "
        "such as population[population['vintage'] == 'b'].",
    ),
    "people twice": (
        lambda: pcc.per_capita_spend(AWARD, table(people(), people()), by=[]),
        "population holds E23000023 at 2023-06-30 2 times. Keep one row an area and mid-year.",
    ),
    "year on year: ends first": (
        lambda: pcc.year_on_year(
            table(award(5.0, period_end="2023-03-31")), value="amount_gbp", by="area_code"
        ),
        "table: the row of area_code 'E23000023', amount_gbp 5.0 runs from 2023-04-01 to "
        "2023-03-31, which ends before it starts. Correct its period_start and period_end, "
        "or leave the row out.",
    ),
    "year on year: long": (
        lambda: pcc.year_on_year(TWO_YEARS, value="amount_gbp", by="area_code"),
        "table: the row of area_code 'E23000023', amount_gbp 100.0 runs from 2023-04-01 to "
        "2025-03-31, which spans more than a year. Split it over the years first, with "
        "apportion.",
    ),
    "year on year: rates": (
        lambda: pcc.year_on_year(
            table(row(spend_gbp_per_head=2.5), row(spend_gbp_per_head=1.0)),
            value="spend_gbp_per_head",
            by="area_code",
        ),
        "area_code 'E23000023', 2023-04-01 to 2024-03-31, holds 2 values of "
        "spend_gbp_per_head, and rates cannot be added. Add the column that tells them "
        "apart to by.",
    ),
    "real terms: already": (
        lambda: pcc.real_terms(
            AWARD.assign(amount_real_gbp=1.0), PRICES, base="2023-24", value="amount_real_gbp"
        ),
        "table: amount_real_gbp is in real terms already. Put the cash that it was made "
        "from into the prices of another year.",
    ),
    "real terms: another base": (
        lambda: pcc.real_terms(AWARD.assign(price_base="2022-23"), PRICES, base="2023-24"),
        "table: price_base says 2022-23 prices, and deflating amount_gbp would say other "
        "ones of the same rows. Start from a table in cash, or drop what is in real terms "
        "and its price_base.",
    ),
    "real terms: base not held": (
        lambda: pcc.real_terms(AWARD, PRICES, base="2030-31"),
        "base is 2030-31, and the deflator holds 2022-23, 2023-24. Use one of these.",
    ),
    "real terms: no index": (
        lambda: pcc.real_terms(AWARD, PRICES.assign(price_index=0.0), base="2023-24"),
        "base is 2023-24, and the deflator holds no year. Use one of these.",
    ),
    "real terms: base no year": (
        lambda: pcc.real_terms(AWARD, PRICES, base="2023"),
        "base is '2023', which is no financial year such as '2024-25'.",
    ),
    "real terms: deflator no year": (
        lambda: pcc.real_terms(AWARD, PRICES.assign(financial_year="2023"), base="2023-24"),
        "deflator: financial_year is '2023', which is no financial year such as '2024-25'.",
    ),
    "real terms: a year twice": (
        lambda: pcc.real_terms(AWARD, pd.concat([PRICES, PRICES]), base="2023-24"),
        "deflator holds 2022-23 twice. Keep one row a financial year.",
    ),
    "real terms: across years": (
        lambda: pcc.real_terms(TWO_YEARS, PRICES, base="2023-24"),
        "table: the row of amount_gbp 100.0 runs from 2023-04-01 to 2025-03-31, which is "
        "not within one financial year (1 April to 31 March). Split it over the years "
        "first, with apportion.",
    ),
    "reduction: long": (
        lambda: fell(
            crime(5, "2016-17/2017-18"),
            crime(4, "2018-19/2019-20"),
            baseline="2016-17/2017-18",
            comparison="2018-19/2019-20",
            population=PEOPLE,
        ),
        "2016-17/2017-18 (2016-17/2017-18) is longer than twelve months, and population "
        "counts the people of one mid-year. Compare shorter windows, or leave it out.",
    ),
    "reduction: not alike": (
        lambda: fell(comparison="January 2023"),
        "baseline 2019 (2019) and comparison January 2023 (2023-01/2023-01) are not alike: "
        "choose two windows of twelve months, or the same months of two years.",
    ),
    "reduction: overlap": (
        lambda: fell(comparison="year ending March 2020"),
        "baseline 2019 and comparison year ending March 2020 share 275 days. Choose windows"
        " that share none.",
    ),
    "reduction: order": (
        lambda: fell(baseline="2023", comparison="2019"),
        "baseline 2023 comes after comparison 2019. Exchange the two.",
    ),
    "reduction: none": (
        lambda: fell(baseline="2010", comparison="2012"),
        "recorded_crime has no row for exactly 2010 or 2012, and none inside them. It "
        "covers 2019-01-01 to 2019-12-31, 2023-01-01 to 2023-12-31.",
    ),
    "reduction: none of six": (
        lambda: fell(
            *(crime(1, str(year)) for year in range(2013, 2020)), baseline="2010", comparison="2012"
        ),
        "recorded_crime has no row for exactly 2010 or 2012, and none inside them. It "
        "covers 2013-01-01 to 2013-12-31, 2014-01-01 to 2014-12-31, 2015-01-01 to "
        "2015-12-31, 2016-01-01 to 2016-12-31, 2017-01-01 to 2017-12-31 and others.",
    ),
    "reduction: releases": (
        lambda: fell(
            crime(5, "2019", release="first"),
            crime(6, "2019", release="later"),
            crime(4, "2023", release="first"),
        ),
        "recorded_crime holds area_code 'E23000023', offence 'Robbery' for 2019 more than "
        "once: releases 'first' and 'later'. Keep one release of each count.",
    ),
    "reduction: twice": (
        lambda: fell(crime(5, "2019"), crime(5, "2019"), crime(4, "2023")),
        "recorded_crime holds area_code 'E23000023', offence 'Robbery', 2019-01-01 to "
        "2019-12-31, 2 times (offences 5). Keep one row of each count, or add the column "
        "that tells the rows apart.",
    ),
    "reduction: part and whole": (
        lambda: fell(
            crime(5, "2019") | {"offence": "Burglary"},
            crime(3, "2019") | {"offence": "Residential burglary"},
            crime(4, "2023") | {"offence": "Burglary"},
        ),
        "area_code 'E23000023' holds offence 'Residential burglary' and 'Burglary', which "
        "overlap: what lies in both would count twice. Keep one level, or add 'offence' to "
        "by.",
    ),
    "reduction: level": (
        lambda: fell(confidence_level=95),
        "confidence_level is 95; it lies between 0 and 1, such as 0.95.",
    ),
    "reduction: a key of the result": (
        lambda: fell(
            crime(5, "2019", persons_baseline=1),
            crime(4, "2023", persons_baseline=1),
            by="persons_baseline",
            population=PEOPLE,
        ),
        "by holds 'persons_baseline', which the result needs for itself; rename it.",
    ),
    "rates: per": (
        lambda: pcc.offence_rates(COUNTS, PEOPLE, per=0),
        "per is 0; it takes a whole number of people, such as 1 or 1000.",
    ),
    "rates: no year": (
        lambda: pcc.offence_rates(COUNTS, PEOPLE),
        "recorded_crime has no row that lies within a financial year (1 April to 31 March):"
        " give quarters, months or financial years.",
    ),
    "rates: overlap": (
        lambda: pcc.offence_rates(
            table(
                crime(5, "2023-24") | {"offence": "Burglary"},
                crime(3, "2023-24") | {"offence": "Residential burglary"},
            ),
            PEOPLE,
            by="area_code",
        ),
        "2023-24 holds 'Residential burglary' and 'Burglary', which overlap: what lies in "
        "both would count twice. Keep one level, or add the column to by.",
    ),
    "apportion: real": (
        lambda: pcc.apportion(TWO_YEARS.assign(amount_real_gbp=1.0), to="financial_year"),
        "awards holds amount_real_gbp, in the prices of the whole award. Split the cash "
        "first and put its parts into prices with real_terms, or drop one of the two "
        "amounts.",
    ),
    "apportion: lazy published": (
        lambda: pcc.apportion(lazy(TWO_YEARS), to="financial_year", published=TWO_YEARS),
        "published= names rows one by one: collect the lazy frame first.",
    ),
    "apportion: lazy months": (
        lambda: pcc.apportion(lazy(TWO_YEARS), to="month"),
        "A lazy frame is split over financial years or areas: collect it first to split it "
        "over months.",
    ),
    "apportion: lazy, a part twice": (
        lambda: pcc.apportion(
            lazy(TWO_YEARS),
            to="area_code",
            rule="equal",
            by=pl.LazyFrame({"area_code": ["A", "A"]}),
        ).collect(),
        "by= names an area twice; give one row a part.",
    ),
    "apportion: lazy, a year twice": (
        lambda: pcc.apportion(
            lazy(TWO_YEARS),
            to="financial_year",
            rule="weights",
            by=pl.LazyFrame({"financial_year": ["2023-24", "2023-24"], "weight": [1, 2]}),
        ).collect(),
        "by= names a part twice; give one row a part.",
    ),
    "apportion: published exceed": (
        lambda: pcc.apportion(
            TWO_YEARS, to="financial_year", published=table(parted(60.0), parted(60.5, "2024-25"))
        ),
        "Published parts of row 0 add up to £120.50, the award is £100.00. Reconcile them "
        "before spreading the rest.",
    ),
    "apportion: published twice": (
        lambda: pcc.apportion(
            TWO_YEARS, to="financial_year", published=table(parted(4.0), parted(5.0))
        ),
        "published has two amounts of 'x' from 2023-04-01 to 2024-03-31. Add up what makes "
        "the whole of it, and give one.",
    ),
    "apportion: target": (
        lambda: pcc.apportion(AWARD, to="quarter"),
        "Awards are spread over financial_year, month, area_code, not over 'quarter'.",
    ),  # type: ignore[arg-type]
    "apportion: rule": (
        lambda: pcc.apportion(AWARD, to="month", rule="weight"),  # type: ignore[arg-type]
        "No rule 'weight'. Did you mean 'weights'? There are months, days, equal, "
        "population, weights.",
    ),
    "apportion: rule over target": (
        lambda: pcc.apportion(AWARD, to="area_code", rule="days"),
        "Rule 'days' does not spread over 'area_code': months and days spread over time, "
        "persons over areas.",
    ),
    "apportion: needs by": (
        lambda: pcc.apportion(AWARD, to="area_code", rule="equal"),
        "Spreading over 'area_code' by 'equal' needs by=, a table of the parts.",
    ),
    "apportion: takes no by": (
        lambda: pcc.apportion(AWARD, to="month", by=AWARD),
        "Rule 'months' over 'month' takes no by=; drop it, or use rule='weights'.",
    ),
    "apportion: published holds years": (
        lambda: pcc.apportion(AWARD, to="month", published=AWARD),
        "published= holds years; it does not go with to='month'.",
    ),
    "apportion: pence": (
        lambda: pcc.apportion(table(award(0.005)), to="month"),
        "amount_gbp in row 0 is 0.005, which is no whole number of pence. Amounts are added"
        " in pence: correct it, or round it first and say so. Rates per head are no "
        "amounts: compare them as printed tokens.",
    ),
    "apportion: no period": (
        lambda: pcc.apportion(table(award(1.0, None)), to="month"),
        "The award in row 0 has no period to spread it over: None, None.",
    ),
    "apportion: by twice": (
        lambda: pcc.apportion(AWARD, to="area_code", rule="equal", by=areas("A", "A")),
        "by= names 'A' 2 times; give one row a part.",
    ),
    "apportion: no weight": (
        lambda: pcc.apportion(
            TWO_YEARS,
            to="financial_year",
            rule="weights",
            by=pd.DataFrame({"financial_year": ["2021-22", "2022-23"], "weight": [1, 2]}),
        ),
        "by= has no weight for 2023-24; it has 2021-22, 2022-23.",
    ),
    "apportion: odd weight": (
        lambda: pcc.apportion(AWARD, to="area_code", rule="weights", by=areas("A", weight=[0.5])),
        "The weight of A is 0.5; weights are whole numbers of 0 or more. Scale fractions up.",
    ),
    "apportion: several years": (
        lambda: pcc.apportion(TWO_YEARS, to="area_code", rule="population", by=PEOPLE),
        "An award from 2023-04-01 to 2025-03-31 spans 2 financial years, each with a "
        "population of its own. Spread it with to='financial_year' first.",
    ),
    "apportion: no people": (
        lambda: pcc.apportion(
            AWARD, to="area_code", rule="population", by=table(people(year=2022))
        ),
        "by= has no population of E23000023 at mid-2023, the mid-year inside 2023-24: 30 "
        "June or 1 July. Other days, such as a census day, are none.",
    ),
    "apportion: areas inside others": (
        lambda: pcc.apportion(
            AWARD,
            to="area_code",
            rule="population",
            by=table(people(), people(9, area_code=DISTRICT)),
        ),
        "by= holds 'E07000010' and 'E23000023', which overlap: who lives in both would count "
        "twice. Keep one level, such as the police force areas or the districts.",
    ),
    "apportion: a list of areas": (
        lambda: pcc.apportion(AWARD, to="area_code", rule="equal", by=areas(["A"])),
        "by: column 'area_code' holds ['A'], a list, at position 0. A cell of it takes one text "
        "or one number: give each value a row of its own, or write the cell as one text.",
    ),
    "year on year: a mapping of classes": (
        lambda: pcc.year_on_year(
            table(crime(5, "2019"), crime(4, "2020") | {"offence": {"class": "Robbery"}}),
            value="offences",
            by="area_code",
        ),
        "table: column 'offence' holds {'class': 'Robbery'}, a dict, at position 1. A cell of it "
        "takes one text or one number: give each value a row of its own, or write the cell as "
        "one text.",
    ),
    "reduction: lists of a lazy frame": (
        lambda: fell(by="offence", frame=lazy(COUNTS.assign(offence=[["Robbery"], None]))),
        "recorded_crime: column 'offence' holds List(String). A cell of it takes one text or one "
        "number: give each value a row of its own, or write the cell as one text.",
    ),
    "a district and its successor": (
        lambda: fell(*(crime(5, "2019", area_code=code) for code in ("E07000026", "E06000063"))),
        "offence 'Robbery' holds area_code 'E07000026' and 'E06000063', which overlap: what lies "
        "in both would count twice. Keep one level, or add 'area_code' to by.",
    ),
    "keys: lazy": (
        lambda: encode_keys(pl.LazyFrame({"a": ["x"]})),
        "frame is a polars LazyFrame; keys are encoded in a DataFrame of pandas or Polars. "
        "A lazy engine encodes for itself.",
    ),
    "keys: not in the vocabulary": (
        lambda: encode_keys(
            pd.DataFrame({"force": ["Avon", "Ess"]}), vocabularies={"force": ["Avon", "Essex"]}
        ),
        "force holds 'Ess', which is not in its vocabulary of 2 values. Did you mean "
        "'Essex'? Correct it, or give all its values: vocabularies={'force': [...]}.",
    ),
}
