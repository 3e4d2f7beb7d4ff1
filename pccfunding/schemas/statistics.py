"""Contracts of official statistics: areas, population, crime, prices and weights."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from pccfunding.schemas.base import AREA_CODE, UNKNOWN_KINDS, VERIFIED, Table, column


class Areas(Table):
    """One row an area (or a label that stands where an area would), by ONS code."""

    area_code: Series[str] = column("ONS code.", unique=True, str_matches=AREA_CODE)
    name: Series[str] = column("Name.")
    kind: Series[str] = column(
        "Kind of area.",
        isin=[
            "police_force_area",
            "community_safety_partnership",
            "local_authority",
            "county",
            "combined_authority",
            "region",
            "country",
            "england_and_wales",
            "unassigned",
            "not_an_area",
        ],
    )
    parent_code: Series[str] = column(
        "Code of the police force area that contains it; of a force, its region, or Wales.",
        optional=True,
        str_matches=AREA_CODE,
    )
    aliases: Series[str] = column("Other names as printed, joined by '|'.", optional=True)
    police_uk_slug: Series[str] = column("Name in the files of data.police.uk.", optional=True)
    governing_bodies: Series[str] = column(
        "Local policing bodies with the year, month or day each began: 'pcc 2012|pfcc 2023-04-01'.",
        optional=True,
    )
    note: Series[str] = column("What a reader should know.", optional=True)


class Population(Table):
    """One row an area, mid-year and vintage. Never mix vintages in one comparison."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    reference_date: Series[pa.DateTime] = column("Day that the estimate is for.")
    persons: Series[int] = column("Usual residents.", unit="persons", ge=0)
    vintage: Series[str] = column("Series that the estimate belongs to.")
    derived: Series[bool] = column("Whether it is our sum over smaller areas.")
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class RecordedCrime(Table):
    """One row an area, offence class, period and release of police recorded crime."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    offence: Series[str] = column("Offence class of the Office for National Statistics.")
    period_start: Series[pa.DateTime] = column("First day counted.")
    period_end: Series[pa.DateTime] = column("Last day counted.")
    offences: Series[pd.Int64Dtype] = column(
        "Offences recorded.", unit="offences", optional=True, ge=-1_000
    )
    unknown: Series[str] = column(
        "Kind of unknown where no count is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    release: Series[str] = column("Release that the count was read from.")
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class StreetCrime(Table):
    """One row an area, category and month of the street-level records of data.police.uk.

    Anti-social behaviour is an incident, not a crime: never add the two. Records that lie in no
    district are kept under the code of the force.
    """

    area_code: Series[str] = column(
        "ONS code of the district; of the force where a record lies in none of its districts.",
        str_matches=AREA_CODE,
    )
    location: Series[str] = column(
        "Where the records lie: in the area, nowhere that is given, or outside the force.",
        isin=["in_the_area", "not_located", "outside_the_force"],
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
    release: Series[str] = column("Monthly file that was counted.")
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class CrimeSeverity(Table):
    """One row an area, offence group, year and release of the ONS Crime Severity Score."""

    area_code: Series[str] = column("ONS code.", str_matches=AREA_CODE)
    offence_group: Series[str] = column("Offence group.")
    period_start: Series[pa.DateTime] = column("First day.")
    period_end: Series[pa.DateTime] = column("Last day.")
    severity_score: Series[float] = column("Severity per head.", unit="score", optional=True)
    unknown: Series[str] = column(
        "Kind of unknown where no score is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    release: Series[str] = column("Release that the score was read from.")
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class Deflator(Table):
    """One row a financial year of the price index that turns cash into real terms."""

    financial_year: Series[str] = column(
        "Financial year.", unique=True, str_matches=r"^\d{4}-\d{2}$"
    )
    period_start: Series[pa.DateTime] = column("First day.")
    period_end: Series[pa.DateTime] = column("Last day.")
    price_index: Series[float] = column("Index, calendar 2022 = 100.", unit="index", gt=0)
    derived: Series[bool] = column("Whether it is our mean over quarters.")
    source_id: Series[str] = column("Where it was read: key of `sources`.")


class Weights(Table):
    """One row an offence and scheme: severity weights and unit costs of crime."""

    scheme: Series[str] = column("Name of the scheme of weights.")
    level: Series[str] = column("Level of the classification that the row is for.")
    offence: Series[str] = column("Offence as the scheme names it.")
    offence_code: Series[str] = column("Home Office code, where given.", optional=True)
    offence_group: Series[str] = column("Offence group or domain, where given.", optional=True)
    weight: Series[float] = column("Weight or cost.", ge=0)
    unit: Series[str] = column("Unit of the weight.")
    price_year: Series[str] = column("Price year of a cost.", optional=True)
    verified: Series[str] = column(
        "How it was seen: in the source, in a copy, or computed.", isin=list(VERIFIED)
    )
    source_id: Series[str] = column("Where it was read: key of `sources`.")
    note: Series[str] = column("What a reader should know.", optional=True)
