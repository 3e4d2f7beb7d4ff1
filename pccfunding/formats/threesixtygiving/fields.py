"""The fields of the 360Giving Data Standard 1.4.3, and ours beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

VERSION = "1.4"
EXTRA = "pccfunding"  # our fields stand under this name, apart from those of the standard
SUPPLIED = "supplied"

# Police force areas of Wales (W15) have no type of their own in the standard's codelist.
GEO_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "E05": "WD",
        "E06": "UA",
        "E07": "NMD",
        "E08": "MD",
        "E09": "LONB",
        "E10": "CTY",
        "E12": "RGN/GOR",
        "E22": "CSP",
        "E23": "PFA",
        "W06": "UA",
        "W14": "CDRP",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its title in a spreadsheet, the kind of its values, and whether it must stand."""

    title: str
    kind: str = "text"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """An object within a grant, or a list of such objects, with fields of its own."""

    title: str
    fields: Mapping[str, Field]
    many: bool = True
    least: int = 0


def _organisation() -> dict[str, Field]:
    return {
        "id": Field("Identifier", required=True),
        "name": Field("Name", required=True),
        "charityNumber": Field("Charity Number"),
        "companyNumber": Field("Company Number"),
        "streetAddress": Field("Street Address"),
        "addressLocality": Field("City"),
        "addressRegion": Field("County"),
        "addressCountry": Field("Country"),
        "postalCode": Field("Postal Code"),
        "description": Field("Description"),
        "url": Field("Web Address", "uri"),
        "department": Field("Department"),
        "contactName": Field("Contact Name"),
        "telephone": Field("Phone Number"),
        "alternateName": Field("Alternate Name"),
        "email": Field("Email"),
        "organisationType": Field("Organisation Type"),
        "dateModified": Field("Last Modified", "datetime"),
    }


def _event() -> dict[str, Field]:
    return {
        "startDate": Field("Start Date", "loose_date"),
        "endDate": Field("End Date", "loose_date"),
        "duration": Field("Duration (months)", "months"),
        "title": Field("Title"),
        "description": Field("Description"),
        "dateModified": Field("Last Modified", "datetime"),
    }


def _classification() -> dict[str, Field]:
    return {
        "vocabulary": Field("Vocabulary"),
        "code": Field("Code"),
        "title": Field("Title"),
        "description": Field("Description"),
        "url": Field("URL", "uri"),
        "dateModified": Field("Last Modified", "datetime"),
    }


def _transaction() -> dict[str, Field]:
    return {
        "id": Field("Identifier"),
        "transactionDate": Field("Transaction Date", "date"),
        "currency": Field("Currency", "currency"),
        "value": Field("Value", "number"),
        "valueDate": Field("Value Date", "date"),
        "description": Field("Description"),
        "provider": Field("Provider"),
        "recipient": Field("Recipient"),
        "dateModified": Field("Last Modified", "datetime"),
    }


# Field names and titles are those of the standard; the order is that of its template.
STRUCTURE: Mapping[str, Field | Part] = MappingProxyType(
    {
        "id": Field("Identifier", required=True),
        "title": Field("Title", required=True),
        "description": Field("Description", required=True),
        "currency": Field("Currency", "currency", required=True),
        "amountAppliedFor": Field("Amount Applied For", "number"),
        "amountAwarded": Field("Amount Awarded", "number", required=True),
        "amountDisbursed": Field("Amount Disbursed", "number"),
        "awardDate": Field("Award Date", "date", required=True),
        "url": Field("URL", "uri"),
        "plannedDates": Part("Planned Dates", _event()),
        "actualDates": Part("Actual Dates", _event()),
        "recipientIndividual": Part(
            "Recipient Ind",
            {
                "id": Field("Identifier", required=True),
                "name": Field("Name", required=True),
            },
            many=False,
        ),
        "toIndividualsDetails": Part(
            "To Individuals Details",
            {
                "primaryGrantReason": Field("Primary Grant Reason"),
                "secondaryGrantReason": Field("Secondary Grant Reason"),
                "grantPurpose": Field("Grant Purpose", "list"),
            },
            many=False,
        ),
        "recipientOrganization": Part("Recipient Org", _organisation(), least=1),
        "beneficiaryLocation": Part(
            "Beneficiary Location",
            {
                "id": Field("Identifier"),
                "name": Field("Name"),
                "countryCode": Field("Country Code", "country"),
                "latitude": Field("Latitude", "number"),
                "longitude": Field("Longitude", "number"),
                "geoCode": Field("Geographic Code"),
                "geoCodeType": Field("Geographic Code Type"),
                "description": Field("Description"),
                "dateModified": Field("Last Modified", "datetime"),
            },
        ),
        "fundingOrganization": Part("Funding Org", _organisation(), least=1),
        "locationScope": Field("Location Scope", "scope"),
        "grantProgramme": Part(
            "Grant Programme",
            {
                "code": Field("Code"),
                "title": Field("Title"),
                "description": Field("Description"),
                "url": Field("URL", "uri"),
                "dateModified": Field("Last Modified", "datetime"),
            },
        ),
        "fromOpenCall": Field("From An Open Call?", "yes_no"),
        "fundingType": Part("Funding Type", _classification()),
        "classifications": Part("Classifications", _classification()),
        "relatedDocument": Part(
            "Related Document",
            {
                "id": Field("Identifier"),
                "title": Field("Title"),
                "url": Field("Web Address", "uri"),
                "description": Field("Description"),
                "documentType": Field("Document Type"),
                "dateModified": Field("Last Modified", "datetime"),
            },
        ),
        "applicationTransaction": Part("Application Transaction", _transaction()),
        "commitmentTransaction": Part("Commitment Transaction", _transaction()),
        "disbursementTransaction": Part("Disbursement Transaction", _transaction()),
        "relatedActivity": Field("Related Activity", "list"),
        "dateModified": Field("Last Modified", "datetime"),
        "dataSource": Field("Data Source", "uri"),
        "regrantType": Field("For Regrant Type", "regrant"),
    }
)

# Keys of the sheet Meta, in order, with their place in a JSON package.
META: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Version": ("version",),
        "Extensions": ("extensions",),
        "Title": ("title",),
        "Description": ("description",),
        "Issued": ("issued",),
        "Identifier": ("identifier",),
        "Publisher:Name": ("publisher", "name"),
        "Publisher:Website": ("publisher", "website"),
        "Publisher:Logo": ("publisher", "logo"),
        "Publisher:Identifier": ("publisher", "identifier"),
        "Download URL": ("downloadURL",),
        "Access URL": ("accessURL",),
        "Modified": ("modified",),
        "License": ("license",),
    }
)

# Columns of our awards that have a place in the standard itself, and so no field of ours.
PLACED = (
    "amount_gbp",
    "area_code",
    "funder",
    "funding_stream",
    "period",
    "period_end",
    "period_start",
    "recipient",
)


class Column(NamedTuple):
    """One column of a spreadsheet: its title, and the way to its value in a grant."""

    title: str
    path: tuple[str, ...]
    kind: str


@cache
def columns() -> Mapping[str, Column]:
    """Give the columns of a spreadsheet by title in lower case, in the order of the template."""
    return MappingProxyType({column.title.lower(): column for column in _columns()})


def _columns() -> Iterator[Column]:
    for name, entry in STRUCTURE.items():
        if isinstance(entry, Field):
            yield Column(entry.title, (name,), entry.kind)
        else:
            for key, inner in entry.fields.items():
                yield Column(f"{entry.title}:{inner.title}", (name, key), inner.kind)
    for key, (kind, _) in extra_fields().items():
        yield Column(f"{EXTRA}/{key}", (EXTRA, key), kind)


@cache
def extra_fields() -> Mapping[str, tuple[str, str]]:
    """Give the fields that travel beside the standard's: name to kind and description.

    They are the columns of the contract of awards without a place of their own in the standard.
    """
    from pccfunding.schemas import LOADED

    contract = LOADED["awards"].to_schema().columns
    found = {
        name: ("number" if str(column.dtype) == "float64" else "text", str(column.description))
        for name, column in contract.items()
        if name not in PLACED
    }
    found["period"] = ("text", "Label of the period, where its days are not known.")
    found["area_code"] = ("text", "ONS code of the area, where the standard has no type for it.")
    found["funder"] = ("text", "Who gave the money, where the award names another body.")
    found["recipient"] = ("text", "Who receives it, where the award names another body.")
    found[SUPPLIED] = (
        "text",
        "Fields that no source gives and the exporter stated, joined by ';'.",
    )
    return MappingProxyType(found)
