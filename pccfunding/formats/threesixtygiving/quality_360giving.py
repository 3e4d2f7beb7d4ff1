"""Quality of 360Giving data: what the standard allows and a reader will stumble over."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.formats.threesixtygiving.contract import breaches, is_number, real_date
from pccfunding.formats.threesixtygiving.load import Grants, load_grants
from pccfunding.formats.threesixtygiving.official import Schema, official_schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["quality_360giving"]

Grant: TypeAlias = dict[str, Any]

_LONGEST_TITLE = 140
_FAR_PAST, _FAR_FUTURE = dt.date(1970, 1, 1), dt.date(2100, 1, 1)
_SCHEMES = (
    "360G", "GB-CHC", "GB-COH", "GB-EDU", "GB-GOR", "GB-LAE", "GB-LAS", "GB-MPR", "GB-NHS",
    "GB-NIC", "GB-PLA", "GB-PPON", "GB-REV", "GB-SC", "GB-UKPRN",
)  # fmt: skip
_SCHEME = re.compile(rf"(?:{'|'.join(_SCHEMES)})-.+")
_CHARITY = re.compile(r"\d{6,7}(?:-\d+)?|SC\d{6}|(?:NIC?)?\d{6}", re.IGNORECASE)
_COMPANY = re.compile(r"(?:[A-Z]{2}\d{6}|\d{8})", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@.]{1,63}")
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", re.IGNORECASE)
_UNEXPECTED = re.compile(r"[\s/\x00-\x1f\x7f]")


class Check(NamedTuple):
    """One check of single grants: what it is called, what it means, and the test."""

    name: str
    meaning: str
    fails: Callable[[Grant], bool]


@plain_errors
def quality_360giving(path: Any, *, schema: Schema | None = None) -> pd.DataFrame:
    """Count where a 360Giving file breaks the standard, or keeps it and misleads.

    Parameters
    ----------
    path : str, path, bytes or file object
        JSON, CSV, XLSX or ODS.
    schema : str, Path or mapping, optional
        The official JSON schemas, to validate against as well.

    Returns
    -------
    DataFrame
        One row a check, those without a finding included: `check`, `kind` ("contract",
        "official schema", "quality"), `grants` (how many fail), `of`, `places` (where, joined by
        '; '), `meaning`.

    Raises
    ------
    TableError
        If it is no file of grants.

    Notes
    -----
    The quality checks follow the list that 360Giving publishes for its own data quality tool.
    Whether an award date lies in the future is judged against the grant's own date of
    modification, never against a clock.

    Examples
    --------
    >>> import json
    >>> grants = json.dumps({"grants": [{"id": "360G-example-1", "amountAwarded": 0}]}).encode()
    >>> found = quality_360giving(grants).set_index("check")
    >>> found.loc["ZeroAmount", "places"]
    'grant 1'
    """
    import pandas as pd

    loaded = load_grants(path)
    rows = [*_contract_rows(loaded), *_quality_rows(loaded), *_file_rows(loaded)]
    if schema is not None:
        official = official_schema(schema)
        failing: dict[str, list[str]] = defaultdict(list)
        for grant, place in zip(loaded.grants, loaded.places, strict=True):
            for breach in official.grant_breaches(grant):
                failing[f"{_family(breach.field)}: {breach.reason}"].append(place)
        rows += [
            _record("official schema", name, places, loaded, "The official JSON schema refuses it.")
            for name, places in failing.items()
        ]
    return pd.DataFrame(rows, columns=["check", "kind", "grants", "of", "places", "meaning"])


def _record(
    kind: str, check: str, places: list[str], loaded: Grants, meaning: str
) -> dict[str, object]:
    each = list(dict.fromkeys(places))
    return {
        "check": check,
        "kind": kind,
        "grants": len(each),
        "of": len(loaded.grants),
        "places": "; ".join(each),
        "meaning": meaning,
    }


def _family(field: str) -> str:
    """Name a field without the positions in its lists."""
    return "/".join(step for step in field.split("/") if not step.isdigit())


def _contract_rows(loaded: Grants) -> Iterator[dict[str, object]]:
    failing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for number, (grant, place) in enumerate(zip(loaded.grants, loaded.places, strict=True)):
        found = [loaded.broken[number]] if number in loaded.broken else breaches(grant)
        for breach in found:
            failing[_family(breach.field), breach.reason].append(place)
    names = (grant.get("id") if isinstance(grant, dict) else None for grant in loaded.grants)
    keys = [name if isinstance(name, str) else None for name in names]
    for one in later_printings(keys, keys):
        failing["id", "the identifier stands twice"].append(loaded.places[one.at])
    for (field, reason), places in failing.items():
        yield _record("contract", field, places, loaded, reason)


def _quality_rows(loaded: Grants) -> Iterator[dict[str, object]]:
    for check in CHECKS:
        places = [
            place
            for grant, place in zip(loaded.grants, loaded.places, strict=True)
            if isinstance(grant, dict) and check.fails(grant)
        ]
        yield _record("quality", check.name, places, loaded, check.meaning)


def _file_rows(loaded: Grants) -> Iterator[dict[str, object]]:
    """Checks of the whole file: funders, and names with several identifiers."""
    placed = [
        (grant, place)
        for grant, place in zip(loaded.grants, loaded.places, strict=True)
        if isinstance(grant, dict)
    ]
    funders: dict[str, list[str]] = defaultdict(list)
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for grant, place in placed:
        for body in _bodies(grant, "fundingOrganization"):
            funders[str(body.get("id"))].append(place)
            names[str(body.get("name"))].setdefault(str(body.get("id")), place)
    several = [place for places in funders.values() for place in places[:1]]
    yield _record(
        "quality",
        "MoreThanOneFundingOrg",
        several if len(funders) > 1 else [],
        loaded,
        "Grants of several funders stand in one file; the first grant of each is named.",
    )
    doubled = [place for known in names.values() if len(known) > 1 for place in known.values()]
    yield _record(
        "quality",
        "MultiFundingOrgIdsForName",
        doubled,
        loaded,
        "One funder's name carries several identifiers.",
    )


def _bodies(grant: Grant, *names: str) -> list[Grant]:
    wanted = names or ("recipientOrganization", "fundingOrganization")
    return [body for name in wanted for body in _entries(grant, name)]


def _entries(grant: Grant, name: str) -> list[Grant]:
    listed = grant.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _said(holder: Grant, key: str) -> str:
    value = holder.get(key)
    return value.strip() if isinstance(value, str) else ""


def _identifier(body: str, pattern: re.Pattern[str]) -> Callable[[Grant], bool]:
    return lambda grant: any(
        bool(pattern.match(_said(one, "id"))) for one in _bodies(grant, body) if _said(one, "id")
    )


def _unknown_scheme(body: str) -> Callable[[Grant], bool]:
    return lambda grant: any(
        not _SCHEME.fullmatch(_said(one, "id")) for one in _bodies(grant, body) if _said(one, "id")
    )


def _misshapen(key: str, pattern: re.Pattern[str]) -> Callable[[Grant], bool]:
    return lambda grant: any(
        not pattern.fullmatch(_said(body, key)) for body in _bodies(grant) if _said(body, key)
    )


def _days(grant: Grant, name: str) -> Iterator[tuple[str, str]]:
    for event in _entries(grant, name):
        yield _said(event, "startDate"), _said(event, "endDate")


def _reversed(name: str) -> Callable[[Grant], bool]:
    return lambda grant: any(
        start and end and end[: len(start)] < start[: len(end)] for start, end in _days(grant, name)
    )


def _all_days(grant: Grant) -> list[str]:
    events = (*_days(grant, "plannedDates"), *_days(grant, "actualDates"))
    return [day for pair in (*events, (_said(grant, "awardDate"), "")) for day in pair if day]


def _impossible(grant: Grant) -> bool:
    return any(len(day) >= 10 and real_date(day) is None for day in _all_days(grant))


def _beyond(grant: Grant) -> bool:
    known = [day for text in _all_days(grant) if (day := real_date(text))]
    return any(not _FAR_PAST <= day < _FAR_FUTURE for day in known)


def _post_dated(grant: Grant) -> bool:
    awarded, changed = real_date(grant.get("awardDate")), real_date(grant.get("dateModified"))
    return awarded is not None and changed is not None and awarded > changed


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 4 and isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth + 1)


def _without_code(grant: Grant) -> bool:
    return any(
        _said(place, "name") and not _said(place, "geoCode")
        for place in _entries(grant, "beneficiaryLocation")
    )


_OWN = re.compile("360G-")
CHECKS = (
    Check(
        "ZeroAmount",
        "The amount awarded is zero.",
        lambda grant: is_number(grant.get("amountAwarded")) and grant["amountAwarded"] == 0,
    ),
    Check(
        "NegativeAmount",
        "The amount awarded is below zero.",
        lambda grant: is_number(grant.get("amountAwarded")) and grant["amountAwarded"] < 0,
    ),
    Check(
        "RecipientOrg360GPrefix",
        "The recipient has no registered identifier, so it cannot be matched to other data.",
        _identifier("recipientOrganization", _OWN),
    ),
    Check(
        "FundingOrg360GPrefix",
        "The funder has no registered identifier, so it cannot be matched to other data.",
        _identifier("fundingOrganization", _OWN),
    ),
    Check(
        "RecipientOrgUnrecognisedPrefix",
        "The recipient's identifier begins with no list code known here.",
        _unknown_scheme("recipientOrganization"),
    ),
    Check(
        "FundingOrgUnrecognisedPrefix",
        "The funder's identifier begins with no list code known here.",
        _unknown_scheme("fundingOrganization"),
    ),
    Check(
        "CharityNumber",
        "A charity number has another shape.",
        _misshapen("charityNumber", _CHARITY),
    ),
    Check(
        "CompanyNumber",
        "A company number has other than eight characters; a leading zero may be lost.",
        _misshapen("companyNumber", _COMPANY),
    ),
    Check(
        "LooksLikeEmail",
        "A text holds what looks like an e-mail address.",
        lambda grant: any(_EMAIL.search(text) for text in _texts(grant)),
    ),
    Check(
        "TitleDescriptionSame",
        "Title and description say the same.",
        lambda grant: (
            _said(grant, "title") != ""
            and _said(grant, "title").casefold() == _said(grant, "description").casefold()
        ),
    ),
    Check(
        "TitleLength",
        f"The title has {_LONGEST_TITLE} characters or more.",
        lambda grant: len(_said(grant, "title")) >= _LONGEST_TITLE,
    ),
    Check(
        "IdUnexpectedChars",
        "An identifier holds a space, a line break or a slash.",
        lambda grant: any(
            _UNEXPECTED.search(str(one.get("id", ""))) for one in (grant, *_bodies(grant))
        ),
    ),
    Check(
        "NoLastModified",
        "It does not say when it was last changed.",
        lambda grant: not _said(grant, "dateModified"),
    ),
    Check(
        "NoDataSource",
        "It does not say where the data come from.",
        lambda grant: not _said(grant, "dataSource"),
    ),
    Check("ImpossibleDates", "A date is well formed, but there is no such day.", _impossible),
    Check(
        "PlannedStartDateBeforeEndDate",
        "A planned end lies before its start.",
        _reversed("plannedDates"),
    ),
    Check(
        "ActualStartDateBeforeEndDate",
        "An actual end lies before its start.",
        _reversed("actualDates"),
    ),
    Check("FarDates", f"A date lies before {_FAR_PAST} or from {_FAR_FUTURE} on.", _beyond),
    Check(
        "PostDatedAwardDates",
        "The award date lies after the day of the last change.",
        _post_dated,
    ),
    Check(
        "GeoCodePostcode",
        "A geographic code looks like a postcode.",
        lambda grant: any(
            _POSTCODE.fullmatch(_said(place, "geoCode"))
            for place in _entries(grant, "beneficiaryLocation")
        ),
    ),
    Check(
        "BeneficiaryLocationNameButNoCode",
        "A place has a name and no code.",
        _without_code,
    ),
)
