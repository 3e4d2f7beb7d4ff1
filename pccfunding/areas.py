"""Areas by ONS code: every name they are printed under, and the body that commissions there."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pccfunding.bundled import datasets_dir
from pccfunding.errors import UnknownNameError, nearest

__all__ = ["Area", "GoverningBody", "find_area", "find_area_among"]


class GoverningBody(NamedTuple):
    """A local policing body, and the year and the day or month it began, where that is known.

    Examples
    --------
    >>> [(body.name, body.since) for body in find_area("Greater Manchester").governing_bodies]
    [('pcc', 2012), ('mayor', 2017)]
    >>> find_area("Cumbria").governing_bodies[-1].first_day
    datetime.date(2023, 4, 1)
    """

    name: str
    since: int | None
    first_day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """One area.

    Attributes
    ----------
    code : str
        ONS code.
    name : str
        Name.
    kind : str
        ``"police_force_area"``, ``"local_authority"``, ``"community_safety_partnership"``,
        ``"county"``, ``"combined_authority"``, ``"region"``, ``"country"`` or
        ``"england_and_wales"``.
    parent : str or None
        Code of the police force area that contains it; of a force, its region, or Wales.
    aliases : tuple of str
        Other names as printed.
    governing_bodies : tuple of GoverningBody
        Local policing bodies, earliest first: ``"pcc"``, ``"pfcc"``, ``"mayor"`` or
        ``"common_council"``.

    Examples
    --------
    >>> fenland = find_area("Fenland")
    >>> fenland.code, fenland.kind, find_area(fenland.parent).name
    ('E07000010', 'local_authority', 'Cambridgeshire')
    """

    code: str
    name: str
    kind: str
    parent: str | None
    aliases: tuple[str, ...]
    governing_bodies: tuple[GoverningBody, ...]

    def governing_body(self, on: dt.date | None = None) -> str | None:
        """Name the local policing body on a day.

        Parameters
        ----------
        on : datetime.date, optional
            The day; without it, the latest body known.

        Returns
        -------
        str or None
            None where no body is known for that day.

        Notes
        -----
        Of some changes only the month or the year is known: a body then counts from its first day.

        Examples
        --------
        >>> cumbria = find_area("Cumbria")
        >>> cumbria.governing_body(), cumbria.governing_body(dt.date(2023, 3, 31))
        ('pfcc', 'pcc')
        >>> cumbria.governing_body(dt.date(2010, 1, 1)) is None
        True
        """
        holding = None
        for body in self.governing_bodies:
            begun = body.first_day or dt.date(body.since or dt.MINYEAR, 1, 1)
            if on is None or begun <= on:
                holding = body.name
        return holding


class Abolished(NamedTuple):
    """A district that is no more: its name, the day, and the district that holds its place now.

    Wales has abolished none since 1996. Districts whose boundary changed, and with it their code
    alone, keep their name and are not listed.

    References
    ----------
    SI 2018/639, article 3 (Forest Heath and St Edmundsbury, 1 April 2019); Hansard, House of
    Lords, 9 May 2018 (East and West Suffolk). The codes are those of the Office for National
    Statistics; they, and the days of the other districts, were not held against a publication of
    the Office: unverified. Those of 2009 agree with several public lookup tables, one of which
    names the Code History Database of July 2024 (all ended on 31 March 2009). The codes, the
    successors and the months of 2019 to 2023 agree with several public lookup tables of others,
    which name no source; Taunton Deane and West Somerset stand there under E07000246 first.
    """

    name: str
    on: str
    successor: str
    heir: str


_CHANGES = (
    # Street files of 2010 to 2012 and older series of population name these.
    ("2009-04-01", "E06000047", "County Durham",
     "E07000054 Chester-le-Street|E07000055 Derwentside|E07000056 Durham City|"
     "E07000057 Easington|E07000058 Sedgefield|E07000059 Teesdale|E07000060 Wear Valley"),
    ("2009-04-01", "E06000049", "Cheshire East",
     "E07000014 Congleton|E07000015 Crewe and Nantwich|E07000017 Macclesfield"),
    ("2009-04-01", "E06000050", "Cheshire West and Chester",
     "E07000013 Chester|E07000016 Ellesmere Port and Neston|E07000018 Vale Royal"),
    ("2009-04-01", "E06000051", "Shropshire",
     "E07000182 Bridgnorth|E07000183 North Shropshire|E07000184 Oswestry|"
     "E07000185 Shrewsbury and Atcham|E07000186 South Shropshire"),
    ("2009-04-01", "E06000052", "Cornwall",
     "E07000019 Caradon|E07000020 Carrick|E07000021 Kerrier|E07000022 North Cornwall|"
     "E07000023 Penwith|E07000024 Restormel"),
    ("2009-04-01", "E06000054", "Wiltshire",
     "E07000230 Kennet|E07000231 North Wiltshire|E07000232 Salisbury|E07000233 West Wiltshire"),
    ("2009-04-01", "E06000056", "Central Bedfordshire",
     "E07000001 Mid Bedfordshire|E07000003 South Bedfordshire"),
    ("2009-04-01", "E06000057", "Northumberland",
     "E07000157 Alnwick|E07000158 Berwick-upon-Tweed|E07000159 Blyth Valley|"
     "E07000160 Castle Morpeth|E07000161 Tynedale|E07000162 Wansbeck"),
    ("2019-04-01", "E06000058", "Bournemouth, Christchurch and Poole",
     "E06000028 Bournemouth|E06000029 Poole|E07000048 Christchurch"),
    ("2019-04-01", "E06000059", "Dorset",
     "E07000049 East Dorset|E07000050 North Dorset|E07000051 Purbeck|E07000052 West Dorset|"
     "E07000053 Weymouth and Portland"),
    # Somerset West and Taunton stood from 2019 to 2023, between these two and Somerset.
    ("2019-04-01", "E06000066", "Somerset", "E07000190 Taunton Deane|E07000191 West Somerset"),
    ("2019-04-01", "E07000245", "West Suffolk", "E07000201 Forest Heath|E07000204 St Edmundsbury"),
    ("2019-04-01", "E07000244", "East Suffolk", "E07000205 Suffolk Coastal|E07000206 Waveney"),
    ("2020-04-01", "E06000060", "Buckinghamshire",
     "E07000004 Aylesbury Vale|E07000005 Chiltern|E07000006 South Bucks|E07000007 Wycombe"),
    ("2021-04-01", "E06000061", "North Northamptonshire",
     "E07000150 Corby|E07000152 East Northamptonshire|E07000153 Kettering|"
     "E07000156 Wellingborough"),
    ("2021-04-01", "E06000062", "West Northamptonshire",
     "E07000151 Daventry|E07000154 Northampton|E07000155 South Northamptonshire"),
    ("2023-04-01", "E06000063", "Cumberland",
     "E07000026 Allerdale|E07000028 Carlisle|E07000029 Copeland"),
    ("2023-04-01", "E06000064", "Westmorland and Furness",
     "E07000027 Barrow-in-Furness|E07000030 Eden|E07000031 South Lakeland"),
    ("2023-04-01", "E06000065", "North Yorkshire",
     "E07000163 Craven|E07000164 Hambleton|E07000165 Harrogate|E07000166 Richmondshire|"
     "E07000167 Ryedale|E07000168 Scarborough|E07000169 Selby"),
    ("2023-04-01", "E06000066", "Somerset",
     "E07000187 Mendip|E07000188 Sedgemoor|E07000189 South Somerset|"
     "E07000246 Somerset West and Taunton"),
)  # fmt: skip
ABOLISHED = {
    one[:9]: Abolished(one[10:], on, successor, heir)
    for on, successor, heir, districts in _CHANGES
    for one in districts.split("|")
}


# A bare name that several kinds share means the first of these: money and crime in this field
# belong to police force areas, then to local authorities.
_KINDS = (
    "police_force_area", "local_authority", "county", "combined_authority", "region", "country",
    "england_and_wales", "community_safety_partnership",
)  # fmt: skip
_EVERY, _FORCE, _COUNCIL = frozenset(_KINDS), frozenset(_KINDS[:1]), frozenset(_KINDS[1:3])
_OFFICES = _FORCE | {"mayor"}
_LONGEST = 300  # characters; longer than any office with its address

_DUTY = r"(?:police|policing|fire|rescue|crime|and)"
_OFFICER = rf"(?:{_DUTY} )+commissioners?|o?pf?ccs?"
_MAYOR = rf"(?:deputy )?mayors?(?: office)?(?: for {_DUTY}(?: {_DUTY})*)?"
_TITLE = r"(?:(?:elected|deputy|acting|interim) )*"
_LINK = r"(?: (?:of|for|in))*"
_WORDS = (
    (rf"^(?:office of )?{_TITLE}(?:{_OFFICER})(?: office)?{_LINK} ", _FORCE),
    (rf" (?:office of )?{_TITLE}(?:{_OFFICER})(?: office)?$", _FORCE),
    (rf"^(?:office of )?{_MAYOR}{_LINK} ", frozenset({"mayor"})),
    (rf" {_MAYOR}$", frozenset({"mayor"})),
    (r"^(?:chief constable|receiver) (?:of|for) |^heddlu ", _FORCE),
    (r" (?:police(?: service| force| area| authority)?|constabulary)$", _FORCE),
    (r" (?:force(?: area)?|headquarters|hq)$", _FORCE),
    (r" (?:community safety partnership|csp)$", frozenset({"community_safety_partnership"})),
    (r" region$|^region of ", frozenset({"region"})),
    (r" (?:mayoral )?combined authority$", frozenset({"combined_authority"})),
    (r" (?:(?:district|borough|city|county|county borough|metropolitan borough) )?council$",
     _COUNCIL),
    (r" (?:district|borough|county|unitary authority|local authority)$", _COUNCIL),
    (r"^(?:(?:london|royal|metropolitan|county) )?borough (?:council )?of ", _COUNCIL),
    (r"^(?:district|city(?: and county)?|county)(?: council)?(?: of)? ", _COUNCIL),
    (r" (?:city|county) of$", _COUNCIL),
    (r" city$", _COUNCIL | {"community_safety_partnership"}),
)  # fmt: skip
_QUALIFIERS = tuple((re.compile(pattern), kinds) for pattern, kinds in _WORDS)

_CODE = re.compile(r"[EWKNSJ]\d{5,}(-[a-z]+)?|BTP", re.IGNORECASE)
_WORD, _APOSTROPHES = re.compile(r"[a-z0-9]+"), re.compile(r"['’‘`ʼ.]")
_NOTE = re.compile(r"[\[(]\s*(?:(?:foot)?notes?\b[^\])]*|[\d\s,]+|[a-z])\s*[\])]")
_TRAILING = re.compile(r"(?:\b(?:foot)?notes?)?[\s\d,;:.*†‡§]+$")
_SPLIT = re.compile(r"\s*[,;(|\r\n\t]\s*|\s+[-–—]\s+|\s+(?:of|at|c/o)\s+|\s+(?=\d)", re.IGNORECASE)
_TOTAL = re.compile(
    r"^all\b|\b(?:sub)?totals?\b|\b(?:average|mean)\b|\b(?:police )?(?:forces|authorities)\b"
    r"|\b(?:excluding|including|excl?|incl?)\b"
)
_UNASSIGNED = re.compile(r"^(?:unassigned|unallocated|unknown|no location|located outside)\b")
_NOT_AREAS = {
    "british transport police": "the force of the railways, without a territory of its own",
    "action fraud": "a national reporting centre for fraud, not a police force area",
    "national fraud intelligence bureau": "a national bureau, not a police force area",
    "cifas": "a fraud prevention body that reports offences nationally",
    "uk finance": "an industry body that reports fraud nationally",
    "ministry of defence police": "a special force without a territory of its own",
    "civil nuclear constabulary": "a special force without a territory of its own",
    "national crime agency": "a national agency, not a police force area",
    "police scotland": "a force outside England and Wales",
    "police service of northern ireland": "a force outside England and Wales",
}


def find_area(name_or_code: str) -> Area:
    """Find an area by its ONS code, or by any name it is printed under.

    Capitals, accents, apostrophes, hyphens, ``&``, footnote marks and the words of the office
    ("Police and Crime Commissioner for", "Constabulary", "OPCC" ...) do not matter.
    A bare name that several kinds of area share means the police force area, then the local
    authority; "region", "Council" or "CSP" behind it chooses another kind.

    Parameters
    ----------
    name_or_code : str
        Such as ``"E23000023"``, ``"Avon & Somerset"`` or ``"PCC for West Mercia"``.

    Returns
    -------
    Area

    Raises
    ------
    UnknownNameError
        If the name stands for no area: the message says what it is, or offers near names.

    Examples
    --------
    >>> find_area("THE POLICE AND CRIME COMMISSIONER FOR WEST MERCIA").code
    'E23000016'
    >>> find_area("West Midlands").code, find_area("West Midlands region").code
    ('E23000014', 'E12000005')
    >>> find_area("Action Fraud")
    Traceback (most recent call last):
    ...
    pccfunding.errors.UnknownNameError: 'Action Fraud' is no area: it is a national reporting ...
    """
    if not isinstance(name_or_code, str):
        raise UnknownNameError(
            f"{name_or_code!r} is of type {type(name_or_code).__name__}; an area is found by its "
            f"name or ONS code, such as 'Cambridgeshire' or 'E23000023'."
        )
    if _CODE.fullmatch(name_or_code.strip()):
        return _by_code(name_or_code)
    key = _key(name_or_code) if len(name_or_code) <= _LONGEST else ""
    area = _named(name_or_code, key)
    if area is None:
        raise UnknownNameError(_nearest(name_or_code, key))
    return area


def known_area(name: str) -> Area | None:
    """Give the area that ``find_area`` finds by a name or code, or None; no near names are sought.

    Examples
    --------
    >>> known_area("Surrey Police").code, known_area("E23000031").name, known_area("Halo")
    ('E23000031', 'Surrey', None)
    """
    try:
        if _CODE.fullmatch(name.strip()):
            return _by_code(name) if _code_of(name) in _known().codes else None
        return _named(name, _key(name) if len(name) <= _LONGEST else "")
    except UnknownNameError:
        return None


def _named(name: str, key: str) -> Area | None:
    if not key:
        raise UnknownNameError(f"{name[:_LONGEST]!r} holds no name of an area.")
    exact = _known().names.get(key, ())
    area = _first(exact, _EVERY, name)
    if area is None:
        _refuse_what_is_no_area(name, key, exact)
        area = _qualified(key, name) or _before_address(name)
    return area


def find_area_among(name: object, kinds: Collection[str]) -> Area:
    """Find an area by name among some kinds, all of them where none is given.

    Raises
    ------
    UnknownNameError
        If the name stands for no such area, or for several: the message gives their codes.

    Examples
    --------
    >>> find_area_among("Cambridge", ["local_authority"]).code
    'E07000008'
    >>> find_area_among("Cambridge", [])
    Traceback (most recent call last):
    ...
    pccfunding.errors.UnknownNameError: 'Cambridge' can be Cambridge (E07000008) or Cambridge ...
    """
    wanted = frozenset(kinds) or _EVERY
    key = _key(name) if isinstance(name, str) else ""
    found = [area for area in _known().names.get(key, ()) if area.kind in wanted]
    if len(found) > 1:
        raise _several(found, name)
    area = found[0] if found else find_area(name)  # type: ignore[arg-type]
    if area.kind not in wanted:
        held = " or ".join(sorted(kind.replace("_", " ") for kind in wanted))
        raise UnknownNameError(
            f"{name!r} is {area.name} ({area.code}), a {area.kind.replace('_', ' ')}; the other "
            f"table holds {held}. Name an area of the same kind, or give its code."
        )
    return area


def _several(found: Iterable[Area], asked: object) -> UnknownNameError:
    choices = " or ".join(f"{area.name} ({area.code})" for area in found)
    return UnknownNameError(f"{asked!r} can be {choices}. Ask by code.")


class _Known(NamedTuple):
    codes: dict[str, Area]
    names: dict[str, tuple[Area, ...]]
    bases: dict[str, tuple[Area, ...]]


@cache
def _known() -> _Known:
    codes: dict[str, Area] = {}
    names: dict[str, dict[str, Area]] = {}
    bases: dict[str, dict[str, Area]] = {}
    with (datasets_dir() / "areas.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            area = Area(
                code=row["area_code"],
                name=row["name"],
                kind=row["kind"],
                parent=row["parent_code"] or None,
                aliases=tuple(filter(None, row["aliases"].split("|"))),
                governing_bodies=tuple(_bodies(row["governing_bodies"])),
            )
            codes[area.code] = area
            for name in (area.name, *area.aliases, row["police_uk_slug"]):
                if key := _key(name):
                    names.setdefault(key, {})[area.code] = area
                    if area.kind in _COUNCIL:
                        base = [key, *(base for base, _ in _stripped(key))][-1]
                        bases.setdefault(base, {})[area.code] = area
    return _Known(
        codes,
        {key: tuple(found.values()) for key, found in names.items()},
        {key: tuple(found.values()) for key, found in bases.items()},
    )


def _bodies(text: str) -> Iterator[GoverningBody]:
    for body in filter(None, text.split("|")):
        name, _, since = body.partition(" ")
        year, *rest = since.split("-")
        first = dt.date(int(year), int(rest[0]), int([*rest, "1"][1])) if rest else None
        yield GoverningBody(name, int(year) if year else None, first)


def _key(text: str) -> str:
    """Reduce a printed name to plain words, without notes, marks and articles."""
    text = text.replace("´", "'").replace("&amp;", "&").casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(mark for mark in text if unicodedata.category(mark) not in ("Mn", "Cf"))
    text = _TRAILING.sub("", _NOTE.sub(" ", text))
    text = _APOSTROPHES.sub("", text).replace("&", " and ").replace("+", " and ")
    return " ".join(word for word in _WORD.findall(text) if word != "the")


def _stripped(key: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Strip words of office and of kind one by one; say which kinds of area they leave open."""
    kinds, again = _EVERY, True
    while again:
        again = False
        for pattern, allowed in _QUALIFIERS:
            rest = pattern.sub("", key, count=1).strip()
            if rest and rest != key:
                key, kinds, again = rest, _both(kinds, allowed), True
                yield key, kinds
                break  # office words go first: "City of London Police HQ"


def _both(kinds: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    # "Mayor" is a police force area with a condition, so it survives beside police words.
    if "mayor" in kinds | others and (kinds & _FORCE or "mayor" in kinds) and others <= _OFFICES:
        return frozenset({"mayor"})
    return kinds & others


def _qualified(key: str, asked: str, *, only: frozenset[str] | None = None) -> Area | None:
    """Find an area behind words of office or of kind, which exclude areas of other kinds."""
    for base, kinds in _stripped(key):
        if only is None or kinds <= only:
            area = _of_kinds(base, kinds, asked)
            if area:
                return area
    return None


def _of_kinds(base: str, kinds: frozenset[str], asked: str) -> Area | None:
    known = _known()
    wanted = _FORCE if "mayor" in kinds else kinds
    found = known.bases.get(base, ()) if kinds <= _COUNCIL else known.names.get(base, ())
    if not found and wanted == _FORCE:
        found = known.names.get(base.removesuffix("s"), ())  # "Kent's Commissioner"
    area = _first(found, wanted, asked)
    if area and "mayor" in kinds and "mayor" not in {body.name for body in area.governing_bodies}:
        return None
    return area


def _first(found: Iterable[Area], kinds: frozenset[str], asked: str) -> Area | None:
    for kind in _KINDS:
        of_kind = [area for area in found if area.kind == kind and kind in kinds]
        if len(of_kind) > 1:
            raise _several(of_kind, asked)
        if of_kind:
            return of_kind[0]
    return None


def _before_address(text: str) -> Area | None:
    """Read an office whose address is glued to its name; a second force's name refuses."""
    for split in reversed(list(_SPLIT.finditer(text))):
        area = _qualified(_key(text[: split.start()]), text, only=_OFFICES)
        if area:
            address = f" {_key(text[split.end() :])} "
            others = (
                key
                for key, found in _known().names.items()
                if any(other.kind in _FORCE and other != area for other in found)
            )
            return None if any(f" {other} " in address for other in others) else area
    return None


def _code_of(text: str) -> str:
    """Write a code as the tables have it."""
    asked = text.strip()
    return asked[:1].upper() + asked[1:].lower() if asked[1:2].isdigit() else asked.upper()


def _by_code(text: str) -> Area:
    known, asked, code = _known(), text.strip(), _code_of(text)
    area = known.codes.get(code)
    if area is None:
        if (gone := where_now(code)) is not None:
            raise UnknownNameError(f"{gone} Ask for one of them.")
        near = nearest(code, known.codes, n=2, cutoff=0.85)
        offer = " or ".join(f"{known.codes[one].name} ({one})" for one in near)
        raise UnknownNameError(
            f"No area has the code {asked!r}. "
            + (f"The nearest codes are {offer}. " if offer else "")
            + "load_areas() lists the codes."
        )
    if area.kind not in _KINDS:
        _refuse_what_is_no_area(asked, _key(area.name), (area,))
    return area


def _refuse_what_is_no_area(asked: str, key: str, exact: Iterable[Area]) -> None:
    what = next(
        (what for name, what in _NOT_AREAS.items() if f"{key} ".startswith(f"{name} ")), None
    )
    if what is None and (any(one.kind == "unassigned" for one in exact) or _UNASSIGNED.match(key)):
        what = "a label for offences that no community safety partnership was given"
    if what is None and _TOTAL.search(key):
        what = "a total row over several areas; ask for 'England and Wales', a country or a region"
    if what is not None:
        raise UnknownNameError(f"{asked!r} is no area: it is {what}.")


def where_now(asked: str) -> str | None:
    """Say where an abolished district lies now, by its name or code; None for any other text.

    Examples
    --------
    >>> where_now("Daventry")[:72]
    'Daventry was abolished on 2021-04-01: it lies in West Northamptonshire ('
    """
    keys = {_key(asked), *(base for base, _ in _stripped(_key(asked)))}
    for code, gone in ABOLISHED.items():
        if code == asked.strip().upper() or _key(gone.name) in keys:
            heir = _known().codes[gone.successor]
            force = _known().codes[heir.parent or ""]
            return (
                f"{gone.name} was abolished on {gone.on}: it lies in {heir.name} ({heir.code}), "
                f"police force area {force.name} ({force.code})."
            )
    return None


def _nearest(asked: str, key: str) -> str:
    gone = where_now(asked)
    if gone is not None:
        return f"No area called {asked!r}: {gone} Ask for one of them."
    if [base for base, _ in _stripped(f"x {key}")][-1:] == ["x"]:
        return (
            f"{asked!r} says which kind of body, but not which area. Add the name, as in "
            f"'Police and Crime Commissioner for Kent'."
        )
    known = _known()
    base, kinds = [(key, _EVERY), *_stripped(key)][-1]
    elsewhere = _first(known.names.get(base, ()), _EVERY, asked)
    if elsewhere:
        kind = elsewhere.kind.replace("_", " ")
        parent = known.codes[elsewhere.parent] if elsewhere.parent else None
        inside = f" in {parent.name} ({parent.code})" if parent else ""
        return (
            f"No area called {asked!r}: {elsewhere.name} ({elsewhere.code}) is a {kind}{inside}. "
            f"Ask by that name or code."
        )
    similar = _similar((base, key), _FORCE if kinds <= _OFFICES else kinds)
    return (
        f"No area called {asked!r}. "
        + (f"Did you mean {' or '.join(map(repr, similar))}? " if similar else "")
        + "load_areas() lists every area with its names."
    )


def _similar(texts: Iterable[str], kinds: frozenset[str]) -> list[str]:
    """Names with the same words, more of them or fewer; then names that are spelt alike."""
    alike: dict[str, Area] = {}
    for key, found in _known().names.items():
        of_kind = [area for area in found if area.kind in kinds]
        if of_kind:
            alike[key] = min(of_kind, key=lambda area: _KINDS.index(area.kind))
    near: list[str] = []
    for text in texts:
        words = set(text.split())
        nested = [key for key in alike if words <= set(key.split()) or set(key.split()) <= words]
        near += sorted(nested, key=lambda key: (_KINDS.index(alike[key].kind), len(key), key))
        near += nearest(text, alike, n=3, cutoff=0.75)
    return list(dict.fromkeys(alike[key].name for key in near))[:3]
