"""From an award row to a grant of the standard, or the reasons why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pccfunding.areas import find_area
from pccfunding.errors import PccFundingError, PenceError
from pccfunding.formats.threesixtygiving.contract import Breach, real_date
from pccfunding.formats.threesixtygiving.fields import (
    EXTRA,
    GEO_TYPES,
    SUPPLIED,
    extra_fields,
)
from pccfunding.money.pence import exact_pence
from pccfunding.periods import parse_date
from pccfunding.printed import parse_printed
from pccfunding.words import is_missing

# Columns that an award may carry for the standard's own fields, beside those of the contract.
STANDARD_COLUMNS = (
    "award_date",
    "award_id",
    "awarded_on",
    "currency",
    "data_source",
    "date_modified",
    "description",
    "funder_id",
    "funder_name",
    "recipient_id",
    "recipient_name",
    "title",
    "url",
)
_GRANTED = ("award", "allocation")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a row is no grant of the standard, and what would help."""

    column: str
    raw: object
    reason: str
    suggestion: str


@dataclass
class Exporter:
    """Turns award rows into grants under one publisher's prefix."""

    prefix: str
    organisations: Mapping[str, str]
    supplied: Mapping[str, str]
    _slugs: dict[str, str] = field(default_factory=dict)

    def grant(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refusal]]:
        """Make the grant of a row, with the reasons that keep it out."""
        given = {
            name: value for name, value in row.items() if not is_missing(value) and value != ""
        }
        extra = {name: _plain(given[name]) for name in extra_fields() if name in given}
        if "awarded_on" in given:
            given.setdefault("award_date", given["awarded_on"])
        stated = [name for name in self.supplied if name not in given]
        refusals: list[Refusal] = []
        grant: dict[str, Any] = {
            "id": self._identifier(given, refusals),
            "title": given.get("title") or _title(given),
            "description": given.get("description") or given.get("purpose"),
            "currency": "GBP",
            "amountAwarded": _amount(given, refusals),
            "awardDate": self._award_date(given, refusals),
        }
        if not grant["title"]:
            refusals.append(
                Refusal("title", None, "no title", "Give title, funding_stream or recipient.")
            )
        if not grant["description"]:
            grant["description"] = f"{grant['title']}. No purpose is given."
        for column in ("recipient", "funder"):
            key = "recipientOrganization" if column == "recipient" else "fundingOrganization"
            grant[key] = self._body(given, column, refusals)
            named = given.get(f"{column}_name")
            if named is None or named == given.get(column):
                extra.pop(column, None)
        for column, key in (
            ("url", "url"),
            ("date_modified", "dateModified"),
            ("data_source", "dataSource"),
        ):
            if column in given:
                grant[key] = str(given[column])
        dates = {
            key: _day(given[column])
            for column, key in (("period_start", "startDate"), ("period_end", "endDate"))
            if column in given
        }
        if dates:
            grant["plannedDates"] = [dates]
        if len(dates) == 2:
            extra.pop("period", None)
        if "funding_stream" in given:
            grant["grantProgramme"] = [{"title": str(given["funding_stream"])}]
        if "area_code" in given:
            place = _place(str(given["area_code"]))
            if "geoCode" in place:
                extra.pop("area_code", None)
            grant["beneficiaryLocation"] = [place]
        marked = [one for one in str(given.get(SUPPLIED, "")).split(";") if one]
        if stated or marked:
            extra[SUPPLIED] = ";".join(dict.fromkeys([*marked, *stated]))
        if extra:
            grant[EXTRA] = extra
        return grant, refusals

    def _identifier(self, given: Mapping[str, Any], refusals: list[Refusal]) -> str | None:
        own = given.get("award_id", given.get("subject_id"))
        if str(own).startswith("360G-"):
            return str(own)
        if own is None:
            refusals.append(
                Refusal("subject_id", None, "no id", "Give a column subject_id or award_id.")
            )
            return None
        inner = re.sub(r"\s+", "_", str(own).strip()).replace("/", "-")
        return f"{self.prefix}-{inner}"

    def _award_date(self, given: Mapping[str, Any], refusals: list[Refusal]) -> str | None:
        value = given.get("award_date", self.supplied.get("award_date"))
        if value is None:
            refusals.append(
                Refusal(
                    "award_date",
                    None,
                    "no award date",
                    "Give a column award_date, or state one day for all rows with award_date=.",
                )
            )
            return None
        day = _day(value)
        if real_date(day) is None:
            refusals.append(Refusal("award_date", value, "no full date", _date_offer(day)))
        return day

    def _body(
        self, given: Mapping[str, Any], column: str, refusals: list[Refusal]
    ) -> list[dict[str, str]]:
        name = given.get(f"{column}_name", given.get(column, self.supplied.get(column)))
        if name is None:
            refusals.append(
                Refusal(
                    column,
                    None,
                    f"no {column}",
                    f"Give it in the column {column}, or state one for all rows with {column}=.",
                )
            )
            return []
        name = str(name)
        known = given.get(f"{column}_id") or self.organisations.get(name)
        return [{"id": str(known or self._own_identifier(name)), "name": name}]

    def _own_identifier(self, name: str) -> str:
        """Give a body without a registered identifier one under the publisher's prefix."""
        if name not in self._slugs:
            slug = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "body"
            taken = list(self._slugs.values())
            unique, number = slug, 2
            while unique in taken:
                unique, number = f"{slug}_{number}", number + 1
            self._slugs[name] = unique
        return f"{self.prefix}-{self._slugs[name]}"


def as_refusals(breaches: list[Breach]) -> list[Refusal]:
    """Turn breaches of the standard into reasons that keep a row out."""
    return [Refusal(one.field, one.value, one.reason, "Correct the table.") for one in breaches]


def _title(given: Mapping[str, Any]) -> str | None:
    parts = [given[name] for name in ("funding_stream", "period") if name in given]
    if "funding_stream" in given:
        return ", ".join(map(str, parts))
    return f"Grant to {given['recipient']}" if "recipient" in given else None


def _amount(given: Mapping[str, Any], refusals: list[Refusal]) -> int | float | None:
    def refuse(column: str, reason: str, suggestion: str) -> None:
        refusals.append(Refusal(column, given.get(column), reason, suggestion))

    status = given.get("status", "award")
    if status not in _GRANTED:
        refuse("status", f"a row of status {status!r} is no grant", "Keep awards and allocations.")
    if "per" in given:
        refuse("per", f"the amount is for each {given['per']}, not in all", "Give the whole sum.")
    if given.get("currency", "GBP") != "GBP":
        refuse("currency", "the amount is not in pounds", "Convert it with the rate and its day.")
    if "amount_gbp" not in given:
        why = given.get("unknown")
        told = "no amount" if why is None else f"no amount: {str(why).replace('_', ' ')}"
        refuse("amount_gbp", told, "A grant without an amount cannot be published.")
        return None
    value = given["amount_gbp"]
    try:
        amount = float(value)
        pence = exact_pence(amount)
    except (TypeError, ValueError, OverflowError, PenceError):
        refuse("amount_gbp", "it is no amount of pounds and whole pence", "Correct the table.")
        return None
    token = given.get("token")
    if isinstance(token, str) and given.get("unit", "GBP") == "GBP":
        try:
            said = parse_printed(token, unit="GBP").value
        except PccFundingError:
            said = pence
        if said not in (None, pence):
            refuse("amount_gbp", f"the token beside it says {token!r}", "Correct one of the two.")
    return int(amount) if amount.is_integer() else amount


def _place(code: str) -> dict[str, str]:
    place = {"countryCode": "GB"}
    kind = GEO_TYPES.get(code[:3])
    if kind is not None:
        place |= {"geoCode": code, "geoCodeType": kind}
    with suppress(PccFundingError):  # a code that is not known here still stands as a code
        place["name"] = find_area(code).name
    return place


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return _day(value)
    return float(value) if isinstance(value, int | float) else str(value)


def _day(value: Any) -> str:
    return value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)


def _date_offer(text: str) -> str:
    try:
        return f"Write {parse_date(text).isoformat()}, if that is the day."
    except PccFundingError:
        return "Write it as YYYY-MM-DD."
