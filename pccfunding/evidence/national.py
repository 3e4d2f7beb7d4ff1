"""Loaders of the national layer: counts over time, street records, people and money by area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pccfunding.evidence.evidence import bundled_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "load_asb_incidents",
    "load_breaks",
    "load_council_tax",
    "load_crime_outcomes",
    "load_deprivation",
    "load_knife_and_firearm_offences",
    "load_national_series",
    "load_offence_codes",
    "load_recorded_crime_codes",
    "load_recorded_crime_quarters",
    "load_recorded_crime_years",
    "load_spending",
    "load_street_coverage_2025",
    "load_street_crime_2025",
    "load_street_crime_lsoa",
    "load_street_outcomes",
    "load_survey_rates",
    "load_workforce",
]


def load_recorded_crime_quarters() -> pd.DataFrame:
    """Load police recorded crime of every force by quarter, April 2012 to December 2025.

    Counts of one vintage, *to December 2025*, in 26 offence subgroups and a total, for 43 forces
    and British Transport Police; the split of vehicle offences stands in an earlier vintage, *to
    June 2023*. They are apart from :func:`load_recorded_crime`, whose rows are years as each
    release had them: a quarter and a year that end on one day never stand in one table.

    Returns
    -------
    DataFrame
        Contract ``schemas.RecordedCrimeQuarters``: one row an area, offence, quarter and vintage.

    See Also
    --------
    load_recorded_crime_years : Rolling years back to March 2003.
    load_breaks : What changed inside the series.

    Notes
    -----
    A class that is not in use has no row, and is never zero: domestic burglary ends with March
    2017, residential burglary begins with April 2017, and the two are different offences. To
    March 2013 violence without injury holds stalking and harassment. Negative counts are
    corrections. Never subtract a count of one vintage from a count of another.

    References
    ----------
    Home Office, Police recorded crime open data tables, police force areas.

    Examples
    --------
    Personal robbery of Cambridgeshire in calendar 2019 and 2023:

    >>> crime = load_recorded_crime_quarters()
    >>> here = crime[crime["area_code"].eq("E23000023")
    ...              & crime["offence"].eq("Robbery of personal property")]
    >>> by_year = here.groupby(here["period_end"].dt.year)["offences"].sum()
    >>> int(by_year[2019]), int(by_year[2023])
    (741, 639)
    """
    return bundled_table("recorded_crime_quarters")


def load_recorded_crime_years() -> pd.DataFrame:
    """Load police recorded crime by rolling year, March 2003 to September 2024.

    Two vintages: *revised to December 2018* (years ending March 2003 to 2007 and every quarter
    end from June 2007 to December 2018) and *first published* (years ending September 2015 to
    2024, each as its release had it).

    Returns
    -------
    DataFrame
        Contract ``schemas.RecordedCrimeYears``: one row an area, offence, year and vintage.

    Notes
    -----
    Every row counts twelve months; years that overlap never add up. Each year of *first
    published* is a vintage of its own, so a difference of two of them crosses vintages. Greater
    Manchester is missing in the year ending September 2019, and the totals leave it out. Fraud
    stops when it moved to Action Fraud, between 2011 and 2013, force by force.

    References
    ----------
    Office for National Statistics, Recorded crime data at police force area level, December
    2018; Police force area data tables, years ending September 2015 to 2024.

    Examples
    --------
    >>> crime = load_recorded_crime_years()
    >>> whole = crime[crime["vintage"].eq("revised to December 2018")
    ...               & crime["offence"].eq("Total recorded crime (excluding fraud)")
    ...               & crime["period_end"].eq("2018-12-31")]
    >>> int(whole["offences"].sum())
    5153064
    """
    return bundled_table("recorded_crime_years")


def load_recorded_crime_codes() -> pd.DataFrame:
    """Load police recorded crime by Home Office offence code and financial year.

    Financial years 2012-13 to 2025-26, one vintage a year: 2016-17 and 2023-24 on *to December
    2025*, the others *to June 2023*. Severity weights join on `offence_code`.

    Returns
    -------
    DataFrame
        Contract ``schemas.RecordedCrimeCodes``: one row an area, code and financial year.

    Notes
    -----
    A code without a count in an area and year has no row. 2012-13 holds codes of fraud, which
    totals elsewhere leave out. 2025-26 holds April to December only: `period_end` says so. Codes
    come and go with the law: see :func:`load_offence_codes`.

    References
    ----------
    Home Office, Police recorded crime open data tables, police force areas.

    Examples
    --------
    >>> codes = load_recorded_crime_codes()
    >>> int(codes.loc[codes["period_start"] == "2024-04-01", "offences"].sum())
    5307473
    """
    return bundled_table("recorded_crime_codes")


def load_offence_codes() -> pd.DataFrame:
    """Load the wordings of Home Office offence codes, with their groups and subgroups.

    Returns
    -------
    DataFrame
        Contract ``schemas.OffenceCodes``: one row a code, wording, subgroup and vintage.

    Notes
    -----
    Some codes carry more than one wording, and some stand in two subgroups: look at the rows of
    a code before you join on it.

    References
    ----------
    Home Office, Police recorded crime open data tables, police force areas.

    Examples
    --------
    >>> codes = load_offence_codes()
    >>> codes.loc[codes["offence_code"] == "8M", "offence_subgroup"].drop_duplicates().tolist()
    ['Stalking and harassment', 'Violence without injury']
    """
    return bundled_table("offence_codes")


def load_street_crime_2025() -> pd.DataFrame:
    """Load the street-level records of 2025 by month and category.

    Level *force*: 37 whole police force areas. Level *district*: Cambridgeshire once more, by
    district. Never add the two levels.

    Returns
    -------
    DataFrame
        Contract ``schemas.StreetCrime2025``: one row a level, area, location, category and month.

    See Also
    --------
    load_street_coverage_2025 : Which month of which force was read.
    load_street_crime : Cambridgeshire by district in 2018-19 and 2024.

    Notes
    -----
    Six forces are not here: Greater Manchester publishes none, and the files of five large
    forces are not all held. Missing is not zero. Forces differ in how they report records
    without a place. Anti-social behaviour is an incident, not a crime.

    References
    ----------
    data.police.uk, street-level crime and incidents, 2025.

    Examples
    --------
    >>> street = load_street_crime_2025()
    >>> here = street[(street["level"] == "district")]
    >>> here.groupby("recorded_as")["records"].sum().to_dict()
    {'crime': 70535, 'incident': 14406}
    """
    return bundled_table("street_crime_2025")


def load_street_coverage_2025() -> pd.DataFrame:
    """Load which street-level file of which force and month of 2025 was read.

    Returns
    -------
    DataFrame
        Contract ``schemas.StreetCoverage2025``: one row each of 43 forces and 12 months.

    References
    ----------
    data.police.uk, street-level crime and incidents, 2025.

    Notes
    -----
    A month that was not read is missing and never zero: `status` tells why. Greater Manchester
    publishes no street records, and files of the
    largest forces were not held.

    Examples
    --------
    >>> read = load_street_coverage_2025()
    >>> read.loc[read["whole_year"], "area_code"].nunique(), int((read["status"] != "read").sum())
    (37, 55)
    """
    return bundled_table("street_coverage_2025")


def load_street_crime_lsoa() -> pd.DataFrame:
    """Load the street-level records of Cambridgeshire by LSOA, 2024 and 2025.

    Places, their buffers and controls can be put together from 516 lower layer super output
    areas of 2021.

    Returns
    -------
    DataFrame
        Contract ``schemas.StreetCrimeLsoa``: one row an LSOA, category and calendar year.

    Notes
    -----
    Records without an LSOA stand under the code of the force in :func:`load_street_crime` (2024)
    and :func:`load_street_crime_2025`. Places are moved by the publisher to the nearest of a set
    of points, so a small area may hold its neighbour's records. The two years come from archives
    of different dates.

    References
    ----------
    data.police.uk, street-level crime and incidents, 2024 and 2025.

    Examples
    --------
    >>> places = load_street_crime_lsoa()
    >>> places.groupby(places["period_end"].dt.year)["records"].sum().to_dict()
    {2024: 79735, 2025: 81670}
    """
    return bundled_table("street_crime_lsoa")


def load_street_outcomes() -> pd.DataFrame:
    """Load the outcomes given in each month of 2024 in Cambridgeshire, by category of crime.

    Returns
    -------
    DataFrame
        Contract ``schemas.StreetOutcomes``: one row a category, outcome and month.

    Notes
    -----
    They are outcomes of the month, not of the crimes of the month: 4,517 belong to crimes that
    the street files of 2024 do not hold, and 2,796 rows repeat a crime already counted.

    References
    ----------
    data.police.uk, outcomes, Cambridgeshire, 2024.

    Examples
    --------
    >>> int(load_street_outcomes()["outcomes"].sum())
    68619
    """
    return bundled_table("street_outcomes")


def load_crime_outcomes() -> pd.DataFrame:
    """Load crime outcomes by force and offence subgroup, 2017-18, 2018-19 and 2024-25.

    Returns
    -------
    DataFrame
        Contract ``schemas.CrimeOutcomes``: one row an area, subgroup, outcome group and year.

    Notes
    -----
    2024-25 has offence groups only. `outcomes_of_offences` adds up to the offences of the year;
    `outcomes_recorded` counts outcomes given in the year and is missing where the table has none.
    Diversionary activity (outcome 22) is a group of its own in 2024-25 alone. Outcomes and
    offences want one vintage: those of Dyfed-Powys in 2018-19 are 109.0% of its recorded crime as
    first published, and 100.2% of it as revised to December 2025.

    References
    ----------
    Home Office, Crime outcomes open data.

    Examples
    --------
    >>> outcomes = load_crime_outcomes()
    >>> year = outcomes[outcomes["period_start"] == "2024-04-01"]
    >>> int(year["outcomes_of_offences"].sum())
    5307473
    """
    return bundled_table("crime_outcomes")


def load_asb_incidents() -> pd.DataFrame:
    """Load incidents of anti-social behaviour by force, years ending March 2008 to 2019.

    Returns
    -------
    DataFrame
        Contract ``schemas.AsbIncidents``: one row an area and year.

    Notes
    -----
    An incident is not a crime: never add the two. The table stands outside the National
    Statistics. England and Wales holds British Transport Police, which is not published before
    the year ending March 2013; nor is the national total.

    References
    ----------
    Office for National Statistics, Police force area data tables, year ending March 2019,
    Table P7.

    Examples
    --------
    >>> incidents = load_asb_incidents()
    >>> whole = incidents[incidents["area_code"] == "K04000001"].set_index("period_end")
    >>> int(whole.loc["2019-03-31", "incidents"])
    1456163
    """
    return bundled_table("asb_incidents")


def load_knife_and_firearm_offences() -> pd.DataFrame:
    """Load offences involving a knife or a firearm by force, years ending March 2010 to 2024.

    Returns
    -------
    DataFrame
        Contract ``schemas.KnifeAndFirearmOffences``: one row an area, offence, method and year.

    Notes
    -----
    Knife offences come in two methods, as recorded by forces and after the National Data Quality
    Improvement Service: Cambridgeshire in the year ending March 2019 has 380 by the one and 470
    by the other. Choose a `method` first. The first has no Greater Manchester from April 2017.
    The last years of the second are calendar years.

    References
    ----------
    Office for National Statistics, Police force area data tables, years ending December 2019 and
    December 2024.

    Examples
    --------
    >>> knife = load_knife_and_firearm_offences()
    >>> here = knife[knife["area_code"].eq("E23000023") & knife["period_end"].eq("2019-03-31")
    ...              & knife["offence"].str.contains("knife")]
    >>> sorted(here["offences"].tolist())
    [380, 470]
    """
    return bundled_table("knife_and_firearm_offences")


def load_survey_rates() -> pd.DataFrame:
    """Load victimisation rates of the Crime Survey for England and Wales, 1981 to 2023.

    Returns
    -------
    DataFrame
        Contract ``schemas.SurveyRates``: one row a printed line and period.

    Notes
    -----
    National only. Labels repeat: bicycle theft stands in two blocks with different rates (8.2 and
    18.6 in the year to September 2023), so `line` is the key. A period for which a line is blank
    has no row.

    References
    ----------
    Office for National Statistics, Crime in England and Wales, appendix tables, Table A2.

    Examples
    --------
    >>> rates = load_survey_rates()
    >>> violence = rates[rates["line"] == 1].set_index("period_end")["rate_per_1000"]
    >>> round(float(violence["2023-09-30"]), 1)
    18.6
    """
    return bundled_table("survey_rates")


def load_national_series() -> pd.DataFrame:
    """Load national series: workforce, outcome shares, views of the police, real spending.

    Returns
    -------
    DataFrame
        Contract ``schemas.NationalSeries``: one row a series, category and day.

    Notes
    -----
    Shares of detections (to 2013-14) and of outcomes (from 2015) do not make one series. The
    last years of spending are a forecast, and its price base is as the copy says.

    References
    ----------
    Home Office workforce and outcomes tables; Office for National Statistics, annual
    supplementary tables; Institute for Government, Performance Tracker 2023.

    Examples
    --------
    >>> series = load_national_series()
    >>> officers = series[series["category"] == "police officers"].set_index("period_end")
    >>> float(officers.loc["2003-03-31", "value"])
    132509.36
    """
    return bundled_table("national_series")


def load_workforce() -> pd.DataFrame:
    """Load officers and staff by force, 31 March 2007 to 2023 and 2025.

    Returns
    -------
    DataFrame
        Contract ``schemas.Workforce``: one row an area, type of worker and day.

    Notes
    -----
    Specials and volunteers have a headcount only. 2025 holds officers only, as full-time
    equivalents; 2024 is not held. British Transport Police stands in 2023 alone.

    References
    ----------
    Home Office, Police workforce open data tables.

    Examples
    --------
    >>> people = load_workforce()
    >>> officers = people[people["worker_type"].eq("police officer")
    ...                   & people["as_at"].eq("2023-03-31") & people["area_code"].ne("BTP")]
    >>> round(float(officers["fte"].sum()), 2)
    147429.62
    """
    return bundled_table("workforce")


def load_deprivation() -> pd.DataFrame:
    """Load the English Indices of Deprivation 2025 by district and by police force area.

    Returns
    -------
    DataFrame
        Contract ``schemas.Deprivation``: one row a level, area and domain.

    Notes
    -----
    England only. Force values are our averages over districts, weighted by residents
    (*derived*). Scores of crime and health are signed: compare them by difference, never as
    ratios. Rank 1 is the most deprived.

    References
    ----------
    Ministry of Housing, Communities and Local Government, English indices of deprivation 2025,
    File 10.

    Examples
    --------
    >>> deprivation = load_deprivation()
    >>> deprivation.groupby("level")["area_code"].nunique().to_dict()
    {'district': 296, 'force': 39}
    """
    return bundled_table("deprivation")


def load_spending() -> pd.DataFrame:
    """Load police money by area and financial year: what was estimated, required and spent.

    Five accounts: *Commissioner's costs* (democratic process, office and commissioned services of
    43 areas, 2014-15 to 2017-18; 2013-14 without that split), *Council tax* (requirement, England,
    2014-15 to 2023-24), *Revenue outturn* (England, 2010-11 to 2017-18), *Funding* by source
    (2009-10 and 2012-13 to 2017-18) and *Function* (2012-13 to 2017-18).

    Returns
    -------
    DataFrame
        Contract ``schemas.Spending``: one row an area, account, measure, status and year.

    Notes
    -----
    Rows overlap: select one account and measure, and gross or net, before you add up areas.
    Commissioned services of the Metropolitan Police are not reported before 2017-18, those of
    Hampshire not in 2016-17, and the City of London has no commissioner: unknown, never zero, so
    the rise of the national sum is a change of reporting. In 2016-17 net is far below gross
    (£92m, £151m): prefer gross. Estimates are budgets, not outturn. The council tax precept of
    the profiles holds the collection fund surplus and exceeds the requirement almost everywhere.
    Functions move between years: see :func:`load_breaks`.

    References
    ----------
    HMICFRS, Value for money profiles 2010 to 2017; Department for Levelling Up, Housing and
    Communities and its predecessors, council tax requirement returns and revenue outturn.

    Examples
    --------
    >>> money = load_spending()
    >>> here = money[money["area_code"].eq("E23000023")
    ...              & money["measure"].eq("Commissioned services")
    ...              & money["gross_or_net"].eq("gross")]
    >>> here.set_index("period_start")["amount_gbp"].astype(int).tolist()
    [2140276, 2207317, 3042000, 2918430]
    """
    return bundled_table("spending")


def load_council_tax() -> pd.DataFrame:
    """Load the police part of council tax by area: Band D 1996-97 to 2023-24 and the tax base.

    Returns
    -------
    DataFrame
        Contract ``schemas.CouncilTax``: one row an area, financial year and source.

    Notes
    -----
    Three sources print Band D and stand side by side: choose one `source_id`. They differ for
    Lincolnshire in 2008-09 and Humberside in 2005-06. Wales has 2022-23, as a median over local
    authorities, and 2005-06 to 2009-10. The City of London is printed as 0 and has no row. The
    Greater London Authority (E12000007) stands for all of its functions, not for the police. The
    requirement is in :func:`load_spending`.

    References
    ----------
    Department for Levelling Up, Housing and Communities and its predecessors, council tax
    requirement returns and Table 3; HMIC, Value for money profiles 2010.

    Examples
    --------
    >>> tax = load_council_tax()
    >>> here = tax[tax["area_code"].eq("E23000023") & tax["period_start"].eq("2023-04-01")]
    >>> here["band_d_gbp"].unique().tolist()
    [272.52]
    """
    return bundled_table("council_tax")


def load_breaks() -> pd.DataFrame:
    """Load the breaks of series: what changed, where and when, of which kind, by which source.

    Returns
    -------
    DataFrame
        Contract ``schemas.Breaks``: one row a break.

    Notes
    -----
    Across a break of kind *class* or *coverage* counts are not of the same thing; across *method*
    or *law* they are read with that in mind. Only what a source in hand shows is here: a series
    without a row may still have a break.

    References
    ----------
    The release or page of each row: `source_id`, told by :func:`load_sources`, and `locator`.

    Examples
    --------
    >>> breaks = load_breaks()
    >>> breaks.loc[breaks["kind"] == "law", "offence_or_measure"].tolist()
    ['Sexual offences', 'Death or serious injury - unlawful driving']
    """
    return bundled_table("breaks")
