"""Contracts of the national layer: counts over time, street records, people and money by area."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from pccfunding.schemas.base import AREA_CODE, UNKNOWN_KINDS, VERIFIED, Table, column

VINTAGES = (
    "first published",
    "revised to December 2018",
    "to December 2019",
    "to June 2023",
    "to December 2024",
    "to December 2025",
)
SPENDING_STATUSES = ("estimate", "outturn", "requirement")
BREAK_KINDS = ("class", "coverage", "method", "law")


class _Counts(Table):
    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    offence: Series[str] = column(
        "Offence class: as the Office for National Statistics names it, or the Home Office where "
        "it alone has the class. A class that is not in use has no row."
    )
    period_start: Series[pa.DateTime] = column("First day counted.")
    period_end: Series[pa.DateTime] = column("Last day counted.")
    offences: Series[pd.Int64Dtype] = column(
        "Offences recorded; a negative count is a correction.",
        unit="offences",
        optional=True,
        ge=-1_000,
    )
    unknown: Series[str] = column(
        "Kind of unknown where no count is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    vintage: Series[str] = column(
        "How late the counts were revised: counts of two vintages never make a difference.",
        isin=list(VINTAGES),
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class RecordedCrimeQuarters(_Counts):
    """One row an area, offence class, quarter and vintage of police recorded crime.

    Quarters of one vintage add up to years. Domestic burglary to March 2017 and residential
    burglary from April 2017 are different offences: see `breaks`.
    """


class RecordedCrimeYears(_Counts):
    """One row an area, offence class, rolling year and vintage of police recorded crime.

    Every row counts twelve months. Years that overlap never add up.
    """


class RecordedCrimeCodes(Table):
    """One row an area, Home Office offence code and financial year of police recorded crime.

    A code without a count in an area and year has no row. The last year holds three quarters.
    """

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    offence_code: Series[str] = column("Home Office offence code: key of `weights` too.")
    period_start: Series[pa.DateTime] = column("First day counted.")
    period_end: Series[pa.DateTime] = column("Last day counted.")
    offences: Series[int] = column(
        "Offences recorded; a negative count is a correction.", unit="offences", ge=-1_000
    )
    vintage: Series[str] = column(
        "Vintage that the year was read from: one a year.", isin=list(VINTAGES)
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class OffenceCodes(Table):
    """One row a Home Office offence code, wording, subgroup and vintage.

    Some codes carry more than one wording, and some move between subgroups.
    """

    offence_code: Series[str] = column("Home Office offence code.")
    offence: Series[str] = column("Wording of the code.")
    offence_group: Series[str] = column("Offence group.")
    offence_subgroup: Series[str] = column("Offence subgroup.")
    vintage: Series[str] = column("Vintage whose list it stands in.", isin=list(VINTAGES))
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class StreetCrime2025(Table):
    """One row a level, area, location, category and month of the street-level records of 2025.

    Rows of level 'force' hold 37 whole police force areas, Cambridgeshire among them; rows of
    level 'district' hold Cambridgeshire once more, by district: never add the two levels.
    """

    level: Series[str] = column("Level of the row.", isin=["force", "district"])
    area_code: Series[str] = column(
        "ONS code of the force or district; of the force where a record lies in no district.",
        str_matches=AREA_CODE,
    )
    location: Series[str] = column(
        "Where the records lie: with a place ('located', level force), in the district, with no "
        "place given, or outside the force.",
        isin=["located", "in_the_area", "not_located", "outside_the_force"],
    )
    category: Series[str] = column("Category as data.police.uk names it.")
    recorded_as: Series[str] = column(
        "Whether the records are crimes or incidents.", isin=["crime", "incident"]
    )
    period_start: Series[pa.DateTime] = column("First day of the month.")
    period_end: Series[pa.DateTime] = column("Last day of the month.")
    records: Series[int] = column(
        "Our count of the rows of the month's file; 0 where a file that was read holds none.",
        unit="records",
        ge=0,
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class StreetCoverage2025(Table):
    """One row a police force area and month of 2025: whether its street-level file was read."""

    area_code: Series[str] = column("ONS code of the force.", str_matches=AREA_CODE)
    period_start: Series[pa.DateTime] = column("First day of the month.")
    period_end: Series[pa.DateTime] = column("Last day of the month.")
    status: Series[str] = column(
        "Whether the file was read, is not held (too large for the copy), or was not found.",
        isin=["read", "file_not_held", "file_not_found"],
    )
    records: Series[pd.Int64Dtype] = column(
        "Rows of the file; missing where it was not read, which is never zero.",
        unit="records",
        optional=True,
        ge=0,
    )
    not_located: Series[pd.Int64Dtype] = column(
        "Rows of the file without a place.", unit="records", optional=True, ge=0
    )
    whole_year: Series[bool] = column("Whether all twelve files of the force were read.")
    sha256: Series[str] = column(
        "SHA-256 of the file.", optional=True, str_matches=r"^[0-9a-f]{64}$"
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class StreetCrimeLsoa(Table):
    """One row an LSOA, category and year of the street-level records of Cambridgeshire.

    Records without an LSOA stand in `street_crime` (2024) and `street_crime_2025` (2025), under
    the code of the force.
    """

    lsoa_code: Series[str] = column(
        "ONS code of the lower layer super output area of 2021.", str_matches=r"^E01\d{6}$"
    )
    area_code: Series[str] = column("ONS code of its district.", str_matches=AREA_CODE)
    category: Series[str] = column("Category as data.police.uk names it.")
    recorded_as: Series[str] = column(
        "Whether the records are crimes or incidents.", isin=["crime", "incident"]
    )
    period_start: Series[pa.DateTime] = column("First day of the year.")
    period_end: Series[pa.DateTime] = column("Last day of the year.")
    records: Series[int] = column(
        "Our count; 0 where the other year alone has records of the category.",
        unit="records",
        ge=0,
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class StreetOutcomes(Table):
    """One row a category, outcome and month of the outcome files of Cambridgeshire, 2024.

    Outcomes given in the month, not outcomes of the crimes of the month.
    """

    area_code: Series[str] = column("ONS code of the force.", str_matches=AREA_CODE)
    category: Series[str] = column(
        "Category of the crime; a phrase of its own where the crime is in no street file of 2024."
    )
    outcome: Series[str] = column("Outcome as data.police.uk names it.")
    period_start: Series[pa.DateTime] = column("First day of the month of the outcome.")
    period_end: Series[pa.DateTime] = column("Last day of the month of the outcome.")
    outcomes: Series[int] = column("Our count of the rows.", unit="outcomes", ge=0)
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class CrimeOutcomes(Table):
    """One row an area, offence subgroup, outcome group and financial year of crime outcomes."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    offence_group: Series[str] = column("Offence group.")
    offence_subgroup: Series[str] = column(
        "Offence subgroup; 'All of the group' in a year that is not split further."
    )
    outcome_group: Series[str] = column("Group of outcomes.")
    period_start: Series[pa.DateTime] = column("First day.")
    period_end: Series[pa.DateTime] = column("Last day.")
    outcomes_of_offences: Series[int] = column(
        "Offences recorded in the year that had this outcome when the table was made.",
        unit="offences",
    )
    outcomes_recorded: Series[pd.Int64Dtype] = column(
        "Outcomes given in the year, whenever the offence was recorded; missing where the table "
        "does not have them.",
        unit="outcomes",
        optional=True,
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class Workforce(Table):
    """One row an area, type of worker and day of the police workforce."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    worker_type: Series[str] = column(
        "Type of worker.",
        isin=[
            "police officer",
            "police staff",
            "police community support officer",
            "designated officer",
            "special constable",
            "police support volunteer",
        ],
    )
    as_at: Series[pa.DateTime] = column("Day counted.")
    headcount: Series[pd.Int64Dtype] = column(
        "People; missing where only full-time equivalents were seen.",
        unit="persons",
        optional=True,
        ge=0,
    )
    fte: Series[float] = column(
        "Full-time equivalents; missing for specials and volunteers, who have a headcount only.",
        unit="FTE",
        optional=True,
        ge=0,
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class Deprivation(Table):
    """One row a level, area and domain of the English Indices of Deprivation 2025."""

    level: Series[str] = column("Level of the row.", isin=["district", "force"])
    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    domain: Series[str] = column("Index or domain.")
    average_score: Series[float] = column(
        "Average score: of a force, over its districts, weighted by residents of mid-2022. Scores "
        "of crime and health are signed.",
        unit="score",
    )
    rank_of_average_score: Series[int] = column(
        "Rank of the average score among the areas of the level; 1 is the most deprived.", ge=1
    )
    average_rank: Series[float] = column("Average rank, averaged in the same way.")
    rank_of_average_rank: Series[pd.Int64Dtype] = column(
        "Rank of the average rank, of districts only.", optional=True, ge=1
    )
    share_in_most_deprived_tenth: Series[float] = column(
        "Share of neighbourhoods in the most deprived tenth of England, of districts only.",
        unit="share",
        optional=True,
        ge=0,
        le=1,
    )
    rank_of_share: Series[pd.Int64Dtype] = column(
        "Rank of that share, of districts only.", optional=True, ge=1
    )
    areas_ranked: Series[int] = column("How many areas are ranked.", ge=1)
    derived: Series[bool] = column("Whether it is our average over districts.")
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class SurveyRates(Table):
    """One row a printed line and period of victimisation rates of the Crime Survey."""

    line: Series[int] = column("Place of the line in the printed table.", ge=1)
    label: Series[str] = column("Label of the line; some stand in more than one block.")
    sums_to_line: Series[pd.Int64Dtype] = column(
        "Line that this one is a part of, where the parts add up.", optional=True, ge=1
    )
    period_start: Series[pa.DateTime] = column("First day of the twelve months.")
    period_end: Series[pa.DateTime] = column("Last day of the twelve months.")
    rate_per_1000: Series[float] = column(
        "Incidents per 1,000 adults, or per 1,000 households for household crime.",
        unit="incidents per 1,000",
        ge=0,
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class NationalSeries(Table):
    """One row a series, category and day of national figures about the police."""

    series: Series[str] = column("Name of the series.")
    category: Series[str] = column("Category within the series.")
    period_end: Series[pa.DateTime] = column("Day, or last day of the twelve months.")
    value: Series[float] = column("The number, in `unit`; a share lies between 0 and 1.")
    unit: Series[str] = column("Unit of the value.")
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class AsbIncidents(Table):
    """One row an area and year of incidents of anti-social behaviour: incidents, not crimes."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    period_start: Series[pa.DateTime] = column("First day.")
    period_end: Series[pa.DateTime] = column("Last day.")
    incidents: Series[pd.Int64Dtype] = column(
        "Incidents recorded.", unit="incidents", optional=True, ge=0
    )
    unknown: Series[str] = column(
        "Kind of unknown where no count is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class KnifeAndFirearmOffences(Table):
    """One row an area, offence, method and year of offences with a knife or a firearm.

    The two methods of counting knife offences never mix.
    """

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    offence: Series[str] = column("Which offences are counted.")
    method: Series[str] = column(
        "How they are counted.",
        isin=["as recorded by forces", "National Data Quality Improvement Service"],
    )
    period_start: Series[pa.DateTime] = column("First day.")
    period_end: Series[pa.DateTime] = column("Last day.")
    offences: Series[pd.Int64Dtype] = column(
        "Offences recorded.", unit="offences", optional=True, ge=0
    )
    unknown: Series[str] = column(
        "Kind of unknown where no count is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    vintage: Series[str] = column("Release that the series was read from.", isin=list(VINTAGES))
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class Spending(Table):
    """One row an area, account, measure, status and financial year of police money.

    Rows overlap: totals stand beside their parts, and the same money in several accounts. Select
    one account and measure before adding up areas; never add up measures.
    """

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    account: Series[str] = column(
        "Set of measures that the row belongs to.",
        isin=["Commissioner's costs", "Council tax", "Function", "Funding", "Revenue outturn"],
    )
    measure: Series[str] = column("What the money is, as the source names it.")
    status: Series[str] = column(
        "Whether it was estimated before the year, spent, or required from council tax.",
        isin=list(SPENDING_STATUSES),
    )
    gross_or_net: Series[str] = column(
        "Before or after income, where the source tells the two apart.",
        isin=["gross", "net", "not_applicable"],
    )
    period_start: Series[pa.DateTime] = column("First day of the financial year.")
    period_end: Series[pa.DateTime] = column("Last day of the financial year.")
    amount_gbp: Series[float] = column(
        "Amount; financing of an outturn carries a minus sign.", unit="GBP", optional=True
    )
    unknown: Series[str] = column(
        "Kind of unknown where the source prints 0 for money that it does not report.",
        optional=True,
        isin=list(UNKNOWN_KINDS),
    )
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")
    locator: Series[str] = column("Place within the source, where kept.", optional=True)
    note: Series[str] = column("What a reader should know.", optional=True)

    @pa.dataframe_check(error="an amount is missing exactly where a kind of unknown stands")
    def amount_or_kind(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that a missing amount always says why."""
        return frame["amount_gbp"].isna() == frame["unknown"].notna()


class CouncilTax(Table):
    """One row an area, financial year and source of the police part of council tax."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    period_start: Series[pa.DateTime] = column("First day of the financial year.")
    period_end: Series[pa.DateTime] = column("Last day of the financial year.")
    tax_base: Series[float] = column(
        "Council tax base, where the source has it.",
        unit="Band D equivalents",
        optional=True,
        gt=0,
    )
    band_d_gbp: Series[float] = column("Council tax of a Band D dwelling.", unit="GBP", gt=0)
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")
    locator: Series[str] = column("Place within the source.", optional=True)
    note: Series[str] = column("What a reader should know.", optional=True)


class Breaks(Table):
    """One row a break of a series: what changed, where, when and by which source.

    Across a break of kind 'class' or 'coverage' counts are not of the same thing; across 'method'
    and 'law' a change is read with that in mind.
    """

    break_id: Series[str] = column("Key of the break.", unique=True)
    series: Series[str] = column("Series that breaks.")
    offence_or_measure: Series[str] = column("Offence class or measure; 'All' for every one.")
    area_code: Series[str] = column(
        "ONS code of the area; England and Wales where every area is concerned.",
        str_matches=AREA_CODE,
    )
    changed_on: Series[pa.DateTime] = column(
        "First day under the new rule; missing where two vintages differ in every year.",
        optional=True,
    )
    until: Series[pa.DateTime] = column(
        "Last day, where the old rule came back after it.", optional=True
    )
    kind: Series[str] = column("Kind of break.", isin=list(BREAK_KINDS))
    vintage: Series[str] = column(
        "The one vintage that it concerns; missing for all.", optional=True, isin=list(VINTAGES)
    )
    what_changed: Series[str] = column("What changed, in our words.")
    source_id: Series[str] = column("Source that shows it: key of `sources`.")
    locator: Series[str] = column("Place within the source.", optional=True)


TABLES: dict[str, type[pa.DataFrameModel]] = {
    "recorded_crime_quarters": RecordedCrimeQuarters,
    "recorded_crime_years": RecordedCrimeYears,
    "recorded_crime_codes": RecordedCrimeCodes,
    "offence_codes": OffenceCodes,
    "street_crime_2025": StreetCrime2025,
    "street_coverage_2025": StreetCoverage2025,
    "street_crime_lsoa": StreetCrimeLsoa,
    "street_outcomes": StreetOutcomes,
    "crime_outcomes": CrimeOutcomes,
    "asb_incidents": AsbIncidents,
    "knife_and_firearm_offences": KnifeAndFirearmOffences,
    "survey_rates": SurveyRates,
    "national_series": NationalSeries,
    "workforce": Workforce,
    "deprivation": Deprivation,
    "spending": Spending,
    "council_tax": CouncilTax,
    "breaks": Breaks,
}
KEYS: dict[str, list[str]] = {
    "recorded_crime_quarters": ["area_code", "offence", "period_end", "vintage"],
    "recorded_crime_years": ["area_code", "offence", "period_end", "vintage"],
    "recorded_crime_codes": ["area_code", "offence_code", "period_start"],
    "offence_codes": ["offence_code", "offence", "offence_subgroup", "vintage"],
    "street_crime_2025": ["level", "area_code", "location", "category", "period_end"],
    "street_coverage_2025": ["area_code", "period_end"],
    "street_crime_lsoa": ["lsoa_code", "category", "period_end"],
    "street_outcomes": ["area_code", "category", "outcome", "period_end"],
    "crime_outcomes": [
        "area_code",
        "offence_group",
        "offence_subgroup",
        "outcome_group",
        "period_start",
    ],
    "asb_incidents": ["area_code", "period_end"],
    "knife_and_firearm_offences": [
        "area_code",
        "offence",
        "method",
        "period_start",
        "period_end",
    ],
    "survey_rates": ["line", "period_end"],
    "national_series": ["series", "category", "period_end"],
    "workforce": ["area_code", "worker_type", "as_at"],
    "deprivation": ["level", "area_code", "domain"],
    "spending": [
        "area_code",
        "account",
        "measure",
        "status",
        "gross_or_net",
        "period_start",
    ],
    "council_tax": ["area_code", "period_start", "source_id"],
    "breaks": ["break_id"],
}
_NO_AREAS = {"offence_codes", "survey_rates", "national_series"}
LINKS: dict[str, list[tuple[str, str, str]]] = {
    name: [
        *([] if name in _NO_AREAS else [("area_code", "areas", "area_code")]),
        ("source_id", "sources", "source_id"),
    ]
    for name in TABLES
}
