"""The loaders: one a table of the bundled evidence, each a plain DataFrame, and one for all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, overload

import pandas as pd

from pccfunding.areas import find_area
from pccfunding.bundled import datasets_dir
from pccfunding.errors import TableError, UnknownNameError, one_of
from pccfunding.evidence.evidence import (
    Evidence,
    bundled_rows,
    bundled_table,
    day_of,
    read_package,
    table_names,
)
from pccfunding.evidence.tables import read_descriptor
from pccfunding.words import is_missing

__all__ = [
    "coverage",
    "load_areas",
    "load_awards",
    "load_crime_severity",
    "load_deflator",
    "load_evidence",
    "load_figures",
    "load_outcomes",
    "load_population",
    "load_recorded_crime",
    "load_sources",
    "load_street_crime",
    "load_totals",
    "load_weights",
]

LATEST_VINTAGE = "rebased-2025"
_FORCES = 43


def _at(name: str, as_of: dt.date | str | None) -> pd.DataFrame:
    return bundled_table(name, as_of=day_of(as_of))


# What people look at first; the rest stands behind.
_FIRST = ["funding_stream", "recipient", "funder_group", "period", "amount_gbp", "token"]
_FIRST += ["status", "theme", "area_code", "figure_id"]


def load_awards(*, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Load the award lines of complete listings, with the amount as printed.

    Only complete listings are here, so that adding the column up means something; amounts that
    overlap one another are in :func:`load_totals`.

    Parameters
    ----------
    as_of : date or str, optional
        Show what a reader could know that day.

    Returns
    -------
    DataFrame
        Contract ``schemas.Awards``: one row an award line; `amount_gbp` in pounds with
        `amount_low_gbp` and `amount_high_gbp` as the words imply; `figure_id` leads to the source.
        The ten columns that people look at first stand first.

    Notes
    -----
    A line is a stream or a single grant, as its source lists it: `recipient` tells. An amount
    that a source rounds or hedges is bounded by `amount_low_gbp` and `amount_high_gbp`. Lines
    of different years, flows and statuses are never added up together.

    References
    ----------
    Documents, pages and news named in `source_id` of each row, told by :func:`load_sources`.

    Examples
    --------
    >>> awards = load_awards()
    >>> awards.columns[:5].tolist()
    ['funding_stream', 'recipient', 'funder_group', 'period', 'amount_gbp']
    >>> awards.groupby("funder_group")["amount_gbp"].sum().astype(int).to_dict()
    {'All government grants': 3746484, "Commissioner's Funds": 1903112, \
'Local partnership co-commissioning': 331862}
    """
    awards = _at("awards", as_of)
    return awards[[*_FIRST, *awards.columns.difference(_FIRST, sort=False)]]


def load_outcomes(*, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Load the outcomes, outputs and demand that were reported.

    Parameters
    ----------
    as_of : date or str, optional
        Show what a reader could know that day.

    Returns
    -------
    DataFrame
        Contract ``schemas.Outcomes``: one row an outcome; `change_pct` is negative for a fall.

    Notes
    -----
    Most changes are printed without the counts behind them: `base_count` is missing then,
    which is no zero. A row stands beside a funding stream only where its source names the
    stream.

    References
    ----------
    Documents, pages and news named in `source_id` of each row, told by :func:`load_sources`.

    Examples
    --------
    >>> outcomes = load_outcomes()
    >>> float(outcomes.set_index("subject_id").loc["cambs-residential-burglary-2023", "change_pct"])
    -37.0
    """
    return _at("outcomes", as_of)


def load_totals(*, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Load totals, grants received, budgets, ceilings, rates and changes: overlapping amounts.

    Parameters
    ----------
    as_of : date or str, optional
        Show what a reader could know that day: Safer Streets 5 was £1m before it was £820,000.

    Returns
    -------
    DataFrame
        Contract ``schemas.Totals``: one row a subject, never to be added up.

    Notes
    -----
    A row may be part of another, and a sum of such rows counts money twice. A `budget` or a
    `ceiling` is no money given, and a `grant_received` no money spent.

    References
    ----------
    Documents, pages and news named in `source_id` of each row, told by :func:`load_sources`.

    Examples
    --------
    >>> totals = load_totals()
    >>> totals.loc[totals["subject_id"] == "cambs-commissioning-2021-25", "token"].iloc[0]
    '£21.5m'
    """
    return _at("totals", as_of)


def load_figures() -> pd.DataFrame:
    """Load every printing of every figure, superseded ones included.

    Returns
    -------
    DataFrame
        Contract ``schemas.Figures``: numbers are decimal strings, so that no digit is lost.

    Notes
    -----
    One figure may be printed several times, a row each; a later printing of the same subject
    names the one it takes the place of. Many were read from a copy of the page: `verified`
    says so.

    References
    ----------
    Documents, pages and news named in `source_id` of each row, told by :func:`load_sources`.

    Examples
    --------
    >>> load_figures().set_index("figure_id").loc["S009", "token"]
    '£350k'
    """
    return _at("figures", None)


def load_sources() -> pd.DataFrame:
    """Load the documents, pages and releases that figures were read from.

    Returns
    -------
    DataFrame
        Contract ``schemas.Sources``.

    Notes
    -----
    A row with `held` *no* is a document that another source names and that was not read.

    References
    ----------
    The titles, publishers and addresses of the table itself.

    Examples
    --------
    >>> bool(load_sources()["source_id"].is_unique)
    True
    """
    return _at("sources", None)


def load_areas() -> pd.DataFrame:
    """Load the areas by ONS code, with their aliases.

    Returns
    -------
    DataFrame
        Contract ``schemas.Areas``.

    Notes
    -----
    Names are not unique: a district and its community safety partnership bear one. Codes of
    abolished districts lead to their successor.

    References
    ----------
    Office for National Statistics, codes and names of areas; commissioners' own pages for who
    governed when.

    Examples
    --------
    >>> int((load_areas()["kind"] == "police_force_area").sum())
    43
    """
    return _at("areas", None)


def load_population(*, vintage: str | None = None) -> pd.DataFrame:
    """Load mid-year populations of one vintage.

    Parameters
    ----------
    vintage : str, optional
        The series; by default the latest, rebased after Census 2021.

    Returns
    -------
    DataFrame
        Contract ``schemas.Population``: one row an area and mid-year.

    Raises
    ------
    UnknownNameError
        If no such vintage is bundled.

    Notes
    -----
    The census of 2021 moved the years before it: a rate of one vintage is not set beside one
    of another. Residents of the City of London are few beside those who work there.

    References
    ----------
    Office for National Statistics, population estimates mid-2001 to mid-2024, rebased after
    Census 2021; detailed time series 2001 to 2020; Census 2021.

    Examples
    --------
    >>> people = load_population()
    >>> here = (people["area_code"] == "E23000023") & (people["reference_date"] == "2023-06-30")
    >>> int(people.loc[here, "persons"].iloc[0])
    921579
    """
    population = _at("population", None)
    wanted = LATEST_VINTAGE if vintage is None else vintage
    one_of(wanted, "population vintage", sorted(population["vintage"].unique()))
    chosen = population[population["vintage"] == wanted]
    return chosen.reset_index(drop=True)


def load_recorded_crime() -> pd.DataFrame:
    """Load police recorded crime by area, offence class and year.

    Returns
    -------
    DataFrame
        Contract ``schemas.RecordedCrime``: a missing count is not zero, see `unknown`.

    Notes
    -----
    Each year is as its own release had it, and later releases revise it: a change of two years
    crosses vintages, unless it is taken of :func:`load_recorded_crime_quarters`. Greater
    Manchester is missing in two releases of 2019. Classes overlap: totals hold groups, and
    groups their parts.

    References
    ----------
    Office for National Statistics, police force area data tables, years ending March 2018 to
    June 2025; written answers of the House of Commons of 2007.

    Examples
    --------
    >>> crime = load_recorded_crime()
    >>> here = crime[(crime["area_code"] == "E23000023") & (crime["period_end"] == "2019-12-31")]
    >>> int(here.loc[here["offence"] == "Residential burglary", "offences"].iloc[0])
    3497
    """
    return _at("recorded_crime", None)


def load_street_crime() -> pd.DataFrame:
    """Load monthly records of data.police.uk by district of Cambridgeshire and category.

    Held are October 2018 to February 2019 and the months of 2024. Records without a location, and
    those outside the force, stand under the force's code; anti-social behaviour is an incident.

    Returns
    -------
    DataFrame
        Contract ``schemas.StreetCrime``: one row an area, category and month.

    Notes
    -----
    Categories are those of the website, wider than offence classes; a place is a point near
    the offence. Months in between are not held, and are never zero.

    References
    ----------
    data.police.uk, street-level crime and incidents, Cambridgeshire.

    Examples
    --------
    >>> street = load_street_crime()
    >>> year = street[street["period_start"] >= "2024-01-01"]
    >>> year.groupby("recorded_as")["records"].sum().to_dict()
    {'crime': 69622, 'incident': 13399}
    """
    return _at("street_crime", None)


def load_crime_severity() -> pd.DataFrame:
    """Load the ONS Crime Severity Score by force: a score, not a count.

    Returns
    -------
    DataFrame
        Contract ``schemas.CrimeSeverity``.

    Notes
    -----
    Two releases stand apart: scores of one are not set beside those of the
    other. The City of London has no score.

    References
    ----------
    Office for National Statistics, Crime Severity Score data tool, releases of 2022 and
    2023-24.

    Examples
    --------
    >>> bool((load_crime_severity()["severity_score"].dropna() > 0).all())
    True
    """
    return _at("crime_severity", None)


def load_deflator() -> pd.DataFrame:
    """Load the price index of financial years (calendar 2022 = 100).

    Returns
    -------
    DataFrame
        Contract ``schemas.Deflator``.

    Notes
    -----
    Financial years are means of four quarters, derived here; revised with each release of the
    series.

    References
    ----------
    Office for National Statistics, GDP deflator at market prices, series YBGB.

    Examples
    --------
    >>> float(load_deflator().set_index("financial_year").loc["2023-24", "price_index"])
    107.975
    """
    return _at("deflator", None)


def load_weights() -> pd.DataFrame:
    """Load severity weights and unit costs of crime, each with how it was seen.

    Returns
    -------
    DataFrame
        Contract ``schemas.Weights``.

    Notes
    -----
    Weights of severity and costs of crime are different quantities: `scheme` and `unit` tell
    them apart, and costs have a year of prices. Some were seen only in a copy: `verified`.

    References
    ----------
    Office for National Statistics, Crime Severity Score weights; HM Treasury; Department of
    Health and Social Care; South Wales Echo on the economic and social costs of crime.

    Examples
    --------
    >>> set(load_weights()["verified"]) <= {"yes", "secondary", "derived"}
    True
    """
    return _at("weights", None)


def load_evidence(area: str | None = None, *, as_of: dt.date | str | None = None) -> Evidence:
    """Load the bundled evidence, or that of another area where some is bundled.

    Parameters
    ----------
    area : str, optional
        Name or ONS code of the police force area whose award lines are wanted.
    as_of : date or str, optional
        Show what a reader could know that day; a printing without a date is then left out.

    Returns
    -------
    Evidence

    Raises
    ------
    UnknownNameError
        If the area is not known, or no evidence of it is bundled.

    Examples
    --------
    >>> int(load_evidence().awards["amount_gbp"].sum())
    5981458
    >>> surrey = load_evidence("Surrey").awards
    >>> len(surrey), surrey["recipient"].nunique()
    (42, 28)
    """
    day = day_of(as_of)
    folder = None if area is None else _bundled_folder(area)
    if folder is not None:
        kept = _kept_package(folder, day)
        return replace(kept, **{name: getattr(kept, name).copy() for name in table_names()})
    tables = {name: bundled_table(name, as_of=day) for name in table_names()}
    return Evidence(**tables, as_of=day, origin="bundled")


def given_evidence(evidence: object) -> Evidence:
    """Give the evidence that a caller hands over; the bundled one where that is None.

    Raises
    ------
    TableError
        If it is none.
    """
    if evidence is None:
        return load_evidence()
    if isinstance(evidence, Evidence):
        return evidence
    raise TableError(
        f"evidence is a {type(evidence).__name__}; read it first: "
        f"evidence=pcc.read_evidence('folder')."
    )


@lru_cache(maxsize=8)
def _kept_package(folder: Path, as_of: dt.date | None) -> Evidence:
    return read_package(folder, as_of=as_of)


def _bundled_folder(area: str) -> Path | None:
    """Find the bundled package of an area; None for the one that the bundle itself is of."""
    found = find_area(area)
    if found.code in set(bundled_rows("awards")["area_code"]):
        return None
    folder = datasets_dir() / found.name.lower().replace(" ", "-")
    if not (folder / "datapackage.json").is_file():
        others = sorted(path.parent.name for path in datasets_dir().glob("*/datapackage.json"))
        raise UnknownNameError(
            f"No award lines of {found.name} are bundled; beside the default evidence there are "
            f"those of {', '.join(others)}. Read your own tables with read_evidence(folder)."
        )
    return folder


@overload
def coverage(*, chart: Literal[False] = ...) -> pd.DataFrame: ...


@overload
def coverage(*, chart: Literal[True]) -> str: ...


def coverage(*, chart: bool = False) -> pd.DataFrame | str:
    """Say for which years and how many areas each bundled table of statistics and money holds rows.

    Parameters
    ----------
    chart : bool, default False
        Give a small chart as text: a line a table, a mark a year.

    Returns
    -------
    DataFrame or str
        One row a table and calendar year of the last day counted: `table`, `year`, `rows`,
        `areas` and `police_force_areas` (of 43). A year without a row is not held, which does not
        mean that it is not published.

    Examples
    --------
    >>> held = coverage().set_index(["table", "year"])
    >>> held.loc[("recorded_crime_quarters", 2025), ["areas", "police_force_areas"]].tolist()
    [44, 43]
    >>> years = held.loc["workforce"].index.tolist()
    >>> years[0], years[-1], 2024 in years
    (2007, 2025, False)

    As a chart, officers are held for 2007 to 2023 and for 2025:

    >>> next(line for line in coverage(chart=True).splitlines() if line.startswith("workforce"))
    'workforce                   ..........................#################.#'
    """
    found = _coverage()
    return _chart(found) if chart is True else found


def _chart(held: pd.DataFrame) -> str:
    """Draw the years of each table as text: all 43 areas, some, national rows only, nothing."""
    wide = max(map(len, held["table"])) + 1
    years = range(int(held["year"].min()), int(held["year"].max()) + 1)
    ruler = "".join(
        str(year)[2] if year % 10 == 0 else "0" if year - 1 in years and year % 10 == 1 else " "
        for year in years
    )
    marks: dict[str, dict[int, str]] = {}
    for row in held.itertuples():
        areas = None if is_missing(row.police_force_areas) else int(str(row.police_force_areas))
        mark = "-" if not areas else "#" if areas == _FORCES else "+"
        marks.setdefault(str(row.table), {})[int(str(row.year))] = mark
    lines = [
        table.ljust(wide) + "".join(of_year.get(year, ".") for year in years)
        for table, of_year in marks.items()
    ]
    first = "year ending in".ljust(wide) + ruler
    legend = (
        f"From {years[0]} to {years[-1]}. # all {_FORCES} police force areas, + some of them, "
        "- rows of other areas or of none, . nothing held (which is not: not published)"
    )
    return "\n".join([first, *lines, legend])


def _coverage() -> pd.DataFrame:
    kinds = bundled_table("areas").set_index("area_code")["kind"]
    held = []
    for resource in read_descriptor(datasets_dir())["resources"]:
        name = resource["name"]
        fields = [field["name"] for field in resource["schema"]["fields"]]
        last_days = [
            field for field in ("period_end", "as_at", "reference_date") if field in fields
        ]
        if not last_days or "subject_id" in fields:
            continue
        table = bundled_table(name)
        years = table[last_days[0]].dt.year.rename("year")
        by_year = pd.DataFrame({"rows": table.groupby(years).size()})
        if "area_code" in fields:
            area_codes = table["area_code"]
            forces = area_codes.where(area_codes.map(kinds) == "police_force_area")
            by_year["areas"] = area_codes.groupby(years).nunique()
            by_year["police_force_areas"] = forces.groupby(years).nunique()
        held.append(by_year.reset_index().assign(table=name))
    columns = ["table", "year", "rows", "areas", "police_force_areas"]
    found = pd.concat(held, ignore_index=True)[columns]
    return found.astype({"areas": "Int64", "police_force_areas": "Int64"})
