"""Whether a grant keeps to the standard: our own contract of its fields, patterns and codelists."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pccfunding.formats.threesixtygiving.fields import (
    EXTRA,
    STRUCTURE,
    Field,
    Part,
    extra_fields,
)

SCOPES = ("GLS010", "GLS020", "GLS030", "GLS040", "GLS050", "GLS060", "GLS099")
REGRANTS = ("FRG010", "FRG020", "FRG030", "FRG040", "FRG050", "FRG060", "FRG070")

_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12][0-9]|3[01])")
_YEAR_OR_MONTH = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[012]))?")
_MOMENT = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12][0-9]|3[01])[Tt]"
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")

_HALF = re.compile("[\ud800-\udfff]")  # one of a pair that only together is a character


class Breach(NamedTuple):
    """One place where a grant breaks the standard."""

    field: str
    value: object
    reason: str


def breaches(grant: object) -> list[Breach]:
    """List where one grant breaks the standard; an empty list means that it keeps to it.

    Parameters
    ----------
    grant : object
        A grant as it stands in a JSON package.

    Returns
    -------
    list of Breach

    Examples
    --------
    >>> [breach.field for breach in breaches({"id": "360G-example-1", "amountAwarded": "£5"})][:3]
    ['title', 'description', 'currency']
    """
    if not isinstance(grant, dict):
        return [Breach("grant", grant, "a grant is an object with named fields")]
    return list(_breaches(grant))


def _breaches(grant: dict[str, Any]) -> Iterator[Breach]:
    for name, entry in STRUCTURE.items():
        if isinstance(entry, Field):
            yield from _field(grant, name, name, entry)
        elif name in grant:
            yield from _part(grant[name], name, entry)
    named = [one for one in ("recipientOrganization", "recipientIndividual") if one in grant]
    if len(named) != 1:
        said = "both are given" if named else "neither is given"
        yield Breach(
            "recipientOrganization", None, f"an organisation or an individual receives it; {said}"
        )
    if "fundingOrganization" not in grant:
        yield Breach("fundingOrganization", None, "the field is required")
    if EXTRA in grant:
        yield from _extra(grant[EXTRA])


def _field(holder: dict[str, Any], name: str, path: str, field: Field) -> Iterator[Breach]:
    value = holder.get(name)
    if value is None:  # null stands for a field that is not given
        if field.required:
            yield Breach(path, None, "the field is required")
        return
    wrong = KINDS[field.kind](value)
    if wrong:
        yield Breach(path, value, wrong)
    elif field.required and value == "":
        yield Breach(path, value, "the field is required")


def _part(value: Any, name: str, part: Part) -> Iterator[Breach]:
    if part.many and not isinstance(value, list):
        yield Breach(name, value, "it is a list of objects")
        return
    if part.many and len(value) < part.least:
        yield Breach(name, None, "the field is required")
    for place, one in enumerate(value if part.many else [value]):
        path = f"{name}/{place}" if part.many else name
        if not isinstance(one, dict):
            yield Breach(path, one, "it is an object with named fields")
            continue
        for key, field in part.fields.items():
            yield from _field(one, key, f"{path}/{key}", field)


def _extra(value: Any) -> Iterator[Breach]:
    if not isinstance(value, dict):
        yield Breach(EXTRA, value, "it is an object with named fields")
        return
    for name, (kind, _) in extra_fields().items():
        if name in value:
            wrong = KINDS[kind](value[name])
            if wrong:
                yield Breach(f"{EXTRA}/{name}", value[name], wrong)


def is_number(value: object) -> bool:
    """Whether a value is a finite number, and no truth value."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (isinstance(value, int) or math.isfinite(value))
    )


def real_date(text: object) -> dt.date | None:
    """Read the day of a full date or date-time; None where no such day exists.

    Examples
    --------
    >>> real_date("2024-03-13T09:00:00Z"), real_date("2023-02-31")
    (datetime.date(2024, 3, 13), None)
    """
    if not isinstance(text, str) or not (_DAY.fullmatch(text) or _MOMENT.fullmatch(text)):
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        return "it is no text"
    return "it holds half of a character" if _HALF.search(value) else ""


def _number(value: object) -> str:
    return "" if is_number(value) else "it is no plain number, without commas and currency signs"


def _months(value: object) -> str:
    if not is_number(value):
        return "it is no number of months"
    return "" if float(value) >= 0 else "a duration is not below 0"  # type: ignore[arg-type]


def _matching(*patterns: re.Pattern[str], reason: str) -> Any:
    def check(value: object) -> str:
        found = isinstance(value, str) and any(pattern.fullmatch(value) for pattern in patterns)
        return "" if found else reason

    return check


def _one_of(*codes: str) -> Any:
    return lambda value: "" if value in codes else f"it is none of {', '.join(codes)}"


def _list(value: object) -> str:
    texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return "" if texts else "it is no list of texts"


KINDS: dict[str, Any] = {
    "text": _text,
    "number": _number,
    "months": _months,
    "list": _list,
    "date": _matching(_DAY, _MOMENT, reason="a date is written YYYY-MM-DD, or as a date-time"),
    "loose_date": _matching(
        _DAY, _MOMENT, _YEAR_OR_MONTH, reason="a date is written YYYY-MM-DD, YYYY-MM or YYYY"
    ),
    "datetime": _matching(_MOMENT, reason="a full date-time with its zone is needed"),
    "uri": _matching(_ADDRESS, reason="it is no address"),
    "currency": _matching(re.compile("[A-Z]{3}"), reason="a currency has a code of three letters"),
    "country": _matching(re.compile("[A-Z]{2}"), reason="a country has a code of two letters"),
    "yes_no": _one_of("Yes", "No"),
    "scope": _one_of(*SCOPES),
    "regrant": _one_of(*REGRANTS),
}
