"""360Giving files in: a typed table of awards, with everything of the file that is not in it."""

from __future__ import annotations

import calendar
import datetime as dt
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pccfunding.errors import PccFundingError
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.repeats import later_printings
from pccfunding.formats.read_result import ReadResult, report
from pccfunding.formats.threesixtygiving.contract import KINDS, Breach, breaches, real_date
from pccfunding.formats.threesixtygiving.fields import (
    EXTRA,
    PLACED,
    SUPPLIED,
    extra_fields,
)
from pccfunding.formats.threesixtygiving.grants import STANDARD_COLUMNS
from pccfunding.formats.threesixtygiving.load import Grants, load_grants
from pccfunding.formats.threesixtygiving.official import Schema, official_schema
from pccfunding.money.pence import exact_pence
from pccfunding.periods import Period, parse_date
from pccfunding.printed import parse_printed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_360giving"]

# A row stays out where one of these cannot be read; any other breach is reported and the row kept.
_NEEDED = ("grant", "id", "currency", "amountAwarded", "awardDate")
_SHOWN = 3
_NO_DAY = "there is no such day between 1678 and 2261"


@plain_errors
def read_360giving(path: Any, *, schema: Schema | None = None) -> ReadResult:
    """Read grants published in the 360Giving Data Standard: JSON, CSV, XLSX or ODS.

    Parameters
    ----------
    path : str, path, bytes or file object
        What it is, its bytes tell.
    schema : str, Path or mapping, optional
        The official JSON schemas, to count their breaches beside those of our own contract.

    Returns
    -------
    ReadResult
        `frame` holds the columns of ``schemas.Awards`` and beside them `award_id`, `title`,
        `description`, `award_date`, `recipient_id`, `funder_id` and others of the standard.
        An amount of a file that was not written by this library is taken as exact.
        A value that an exporter stated, not a source, is named in `supplied`: `recipient` is
        then missing, and `recipient_name` holds what the file says.

    Raises
    ------
    TableError
        If it is no file of grants.
    MissingExtraError
        If a workbook needs the extra ``formats``, which is not installed.

    References
    ----------
    360Giving Data Standard 1.4.3, https://standard.threesixtygiving.org/

    Examples
    --------
    >>> import json
    >>> body = [{"id": "GB-CHC-1", "name": "A trust"}]
    >>> grant = {
    ...     "id": "360G-example-1",
    ...     "title": "Boxing club",
    ...     "description": "Evening sessions",
    ...     "currency": "GBP",
    ...     "amountAwarded": 5000,
    ...     "awardDate": "2024-03-13",
    ...     "recipientOrganization": body,
    ...     "fundingOrganization": body,
    ... }
    >>> found = read_360giving(json.dumps({"grants": [grant]}).encode())
    >>> found.frame[["award_id", "amount_gbp", "recipient"]].to_dict("records")
    [{'award_id': '360G-example-1', 'amount_gbp': 5000.0, 'recipient': 'A trust'}]
    """
    loaded = load_grants(path)
    official = None if schema is None else official_schema(schema)
    rejected: list[dict[str, object]] = []
    light: list[str] = []
    read: list[tuple[dict[str, Any], str]] = []
    for number, (grant, place) in enumerate(zip(loaded.grants, loaded.places, strict=True)):
        found = [loaded.broken[number]] if number in loaded.broken else breaches(grant)
        if official is not None:
            known = {one.field for one in found}
            found = found + [
                one for one in official.grant_breaches(grant) if one.field not in known
            ]
        heavy = [one for one in found if one.field in _NEEDED or one.field.startswith(EXTRA)]
        if not heavy:
            heavy = _unreadable(grant)
        if heavy:
            rejected += [_rejected(place, one) for one in heavy]
            continue
        light += [f"{place}, {one.field}: {one.reason}" for one in found]
        read.append((grant, place))
    held, again = _without_repeats(read, light, loaded)
    rows = [_row(grant, place, loaded) for grant, place in held]
    if official is not None and loaded.package:
        said = official.package_breaches({"grants": loaded.grants, **loaded.package})
        light += [f"{one.field}: {one.reason}" for one in said if not _of_grant(one)]
    if light:
        more = f" and {len(light) - _SHOWN} more" if len(light) > _SHOWN else ""
        loaded.note("breaches of the standard", len(light), "; ".join(light[:_SHOWN]) + more)
    for key in ("Publisher:Name", "publisher", "Title", "title", "License", "license"):
        if key in loaded.package:
            value = loaded.package[key]
            name = value.get("name") if isinstance(value, dict) else value
            loaded.note(key.partition(":")[0].lower(), str(name)[:300], "what the package says")
    frame = _frame(rows)
    codes = {"breaks-standard": bool(light), "supplied-values": frame[SUPPLIED].notna().any()}
    return ReadResult(
        frame=frame,
        source=loaded.source,
        n_rows=len(loaded.grants),
        rejected=report("rejected", rejected),
        others=report("others", again),
        changes=report("changes", loaded.changes),
        coverage=report("coverage", loaded.coverage),
        cautions=(
            *dict.fromkeys(loaded.cautions),
            *(code for code, holds in codes.items() if holds),
        ),
    )


def _of_grant(breach: Breach) -> bool:
    return breach.field.startswith("grants/")


def _without_repeats(
    read: list[tuple[dict[str, Any], str]], light: list[str], loaded: Grants
) -> tuple[list[tuple[dict[str, Any], str]], list[dict[str, object]]]:
    """Count a grant once that stands again with every field equal; one that differs is kept."""
    contents = (json.dumps(grant, sort_keys=True, default=str) for grant, _ in read)
    later = later_printings((grant["id"] for grant, _ in read), contents)
    equal = [one for one in later if one.equal]
    differing = [one for one in later if not one.equal]
    for one in differing:
        place, first = read[one.at][1], read[one.first][1]
        light.append(f"{place}, id: the identifier stands twice, first in {first}, and differs")
    if differing:
        ids = {read[one.at][0]["id"] for one in differing}
        note = "their fields differ, so that all are kept"
        loaded.note("identifiers with differing records", len(ids), note)
        loaded.cautions.append("ids-contradict")
    if equal:
        note = "their identifier and every field stand in another place"
        loaded.note("records counted once", len(equal), note)
        loaded.cautions.append("records-repeated")
    again: list[dict[str, object]] = [
        {
            "place": read[one.at][1],
            "kind": "grant printed again",
            "raw": f"{read[one.at][0]['id']}, printed at {read[one.first][1]}",
        }
        for one in equal
    ]
    out = {one.at for one in equal}
    return [one for at, one in enumerate(read) if at not in out], again


def _unreadable(grant: dict[str, Any]) -> list[Breach]:
    found = []
    if grant["currency"] != "GBP":
        found.append(Breach("currency", grant["currency"], "the amount is not in pounds"))
    try:
        exact_pence(grant["amountAwarded"])
    except (OverflowError, PccFundingError):
        found.append(
            Breach(
                "amountAwarded",
                grant["amountAwarded"],
                "it is no whole number of pence, or too large",
            )
        )
    if _held(real_date(grant["awardDate"])) is None:
        found.append(Breach("awardDate", grant["awardDate"], _NO_DAY))
    return found


def _rejected(place: str, breach: Breach) -> dict[str, object]:
    suggestion = ""
    if isinstance(breach.value, str):
        with suppress(PccFundingError):  # no reading without guessing, so no suggestion either
            if breach.field == "amountAwarded":
                value = parse_printed(breach.value, unit="GBP").value
                suggestion = "" if value is None else f"write {float(value):.15g}"
            elif breach.field == "currency":
                code = breach.value.strip().upper()
                suggestion = f"write {code}" if not KINDS["currency"](code) else ""
            elif breach.field == "awardDate":
                suggestion = f"write {parse_date(breach.value).isoformat()}, if that is the day"
    return {
        "place": place,
        "column": breach.field,
        "raw": breach.value,
        "reason": breach.reason,
        "suggestion": suggestion,
    }


def _row(grant: dict[str, Any], place: str, loaded: Grants) -> dict[str, Any]:
    """Type one grant; what stands several times in it is joined, and the joining reported."""

    def told(column: str, raw: object, value: object, rule: str) -> None:
        loaded.changes.append(
            {"place": place, "column": column, "raw": raw, "value": value, "rule": rule}
        )

    def joined(name: str, key: str) -> str | None:
        listed = grant.get(name)
        entries = [listed] if isinstance(listed, dict) else listed
        values = [
            one[key]
            for one in (entries if isinstance(entries, list) else [])
            if isinstance(one, dict) and isinstance(one.get(key), str) and one[key]
        ]
        if len(values) > 1:
            told(f"{name}/{key}", values, "; ".join(values), "several entries joined")
        return "; ".join(values) or None

    extra = grant.get(EXTRA)
    amount = float(grant["amountAwarded"])
    row: dict[str, Any] = {
        "award_id": grant["id"],
        "title": grant.get("title"),
        "description": grant.get("description"),
        "currency": grant["currency"],
        "award_date": real_date(grant["awardDate"]),
        "url": grant.get("url"),
        "date_modified": grant.get("dateModified"),
        "data_source": grant.get("dataSource"),
        "amount_gbp": amount,
        "funding_stream": joined("grantProgramme", "title") or joined("grantProgramme", "code"),
    }
    row = {name: value for name, value in row.items() if not isinstance(value, list | dict)}
    if extra is None:
        row |= {"amount_low_gbp": amount, "amount_high_gbp": amount}
        row |= {"unit": "GBP", "status": "award", "purpose": row.get("description")}
    else:
        row |= {name: extra.get(name) for name in extra_fields() if name not in PLACED}
    ours = extra or {}
    supplied = str(ours.get(SUPPLIED, "")).split(";")
    for column, name in (("recipient", "recipientOrganization"), ("funder", "fundingOrganization")):
        people = "recipientIndividual" if column == "recipient" and name not in grant else name
        said = joined(people, "name")
        row[f"{column}_name"], row[f"{column}_id"] = said, joined(people, "id")
        row[column] = ours.get(column, None if column in supplied else said)
    row["area_code"] = ours.get("area_code") or _area(grant)
    row |= _period(grant, told)
    row["period"] = row["period"] or ours.get("period")
    return row


def _held(day: dt.date | None) -> dt.date | None:
    """The day, where a table with nanoseconds can hold it."""
    return day if day is not None and 1678 <= day.year <= 2261 else None


def _area(grant: dict[str, Any]) -> str | None:
    """The one area that the grant names; several areas are none."""
    places = grant.get("beneficiaryLocation")
    codes = {
        one["geoCode"]
        for one in (places if isinstance(places, list) else [])
        if isinstance(one, dict) and isinstance(one.get("geoCode"), str)
    }
    return codes.pop() if len(codes) == 1 else None


def _period(grant: dict[str, Any], told: Any) -> dict[str, Any]:
    listed = grant.get("plannedDates")
    events = [one for one in (listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    starts: list[dt.date] = []
    ends: list[dt.date] = []
    for event in events:
        for key, days, last in (("startDate", starts, False), ("endDate", ends, True)):
            text = event.get(key)
            if text is None:
                continue
            day = _held(_edge(text, last=last))
            if day is None:
                told(f"plannedDates/{key}", text, None, f"{_NO_DAY}; the date is left out")
            else:
                days.append(day)
                if len(str(text)) < 10:
                    told(f"plannedDates/{key}", text, day.isoformat(), "first or last day of it")
    start, end = min(starts, default=None), max(ends, default=None)
    label = None
    if start and end:
        try:
            label = Period.of(start, end).label
        except PccFundingError as error:
            told("plannedDates", f"{start} to {end}", None, str(error))
            start = end = None
    return {"period_start": start, "period_end": end, "period": label}


def _edge(text: object, *, last: bool) -> dt.date | None:
    """The first or last day of a date that may be a year or a month only."""
    if not isinstance(text, str):
        return None
    if len(text) >= 10:
        return real_date(text)
    try:
        year, month = int(text[:4]), int(text[5:7]) if len(text) == 7 else None
        if month is None:
            return dt.date(year, 12, 31) if last else dt.date(year, 1, 1)
        day = calendar.monthrange(year, month)[1] if last else 1
        return dt.date(year, month, day)
    except ValueError:
        return None


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    from pccfunding.schemas import LOADED

    contract = LOADED["awards"].to_schema().columns
    text = pd.Series(["text"]).dtype  # object before pandas 3, str from then on
    dtypes = {name: str(column.dtype) for name, column in contract.items()}
    names = list(dtypes) + [name for name in (*STANDARD_COLUMNS, SUPPLIED) if name not in dtypes]
    frame = {}
    for name in names:
        values = [row.get(name) for row in rows]
        dtype = dtypes.get(name, "datetime64[ns]" if name == "award_date" else "str")
        if dtype.startswith("datetime64"):
            frame[name] = pd.Series(pd.to_datetime(pd.Series(values, dtype=object))).astype(
                "datetime64[ns]"
            )
        elif dtype == "float64":
            frame[name] = pd.Series(values, dtype="float64")
        else:
            clean = [float("nan") if value is None else str(value) for value in values]
            frame[name] = pd.Series(clean, dtype=object).astype(text)
    return pd.DataFrame(frame)
