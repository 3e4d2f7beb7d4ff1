"""Recipients' names: likely aliases with reasons, kinds of body, shapes of identifiers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.areas import known_area
from pccfunding.errors import TableError, need_extra
from pccfunding.printed.vocabulary import MISSING
from pccfunding.results import Face
from pccfunding.texts import holds_half
from pccfunding.words import counted, number_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RecipientNames", "recipient_names"]

PAIR_COLUMNS = ("recipient", "other", "kind", "score", "reason")
BODY_COLUMNS = ("recipient", "body", "area_code", "n_awards", "reason")
ID_COLUMNS = ("recipient", "recipient_id", "scheme", "fits", "reason")

_ALIKE = 90
_ACRONYMS = 80
_LEGAL = re.compile(
    r"\b(?:limited|ltd|cic|c i c|cio|plc|llp|inc|incorporated|charity|registered charity|uk)\b"
)
_OFFICE = re.compile(
    r"\b(?:opf?cc|pf?cc|opcc|police,? (?:fire,? )?and crime commissioner|local policing body|"
    r"commissioner'?s office|office of the (?:police|commissioner)|mopac|police authority|"
    r"mayor'?s office for policing)\b",
    re.IGNORECASE,
)
_FORCE = re.compile(r"\b(?:police|constabulary)\b", re.IGNORECASE)
_COUNCIL = re.compile(r"\bcouncil\b", re.IGNORECASE)
_SERVICE = re.compile(r"\b(?:victims?|witness|custody|rural crime|cadets?)\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+")
_SCHEMES = (
    ("GB-CHC", re.compile(r"GB-CHC-[1-9][0-9]{5,6}"), "charity of England and Wales"),
    ("GB-COH", re.compile(r"GB-COH-(?:[0-9]{8}|[A-Z]{2}[0-9]{6})"), "company"),
    ("GB-SC", re.compile(r"GB-SC-SC[0-9]{6}"), "charity of Scotland"),
    ("GB-NIC", re.compile(r"GB-NIC-(?:NIC)?[0-9]{6}"), "charity of Northern Ireland"),
    ("GB-LAE", re.compile(r"GB-LAE-[A-Z]{3}"), "council"),
    ("GB-PLA", re.compile(r"GB-PLA-[A-Z]{3}"), "council"),
    ("GB-UKPRN", re.compile(r"GB-UKPRN-[0-9]{8}"), "learning provider"),
    ("GB-MPR", re.compile(r"GB-MPR-[A-Z0-9]+"), "mutual"),
    ("GB-REV", re.compile(r"GB-REV-[A-Z0-9]+"), "charity known to the tax office"),
    ("GB-PPON", re.compile(r"GB-PPON-[A-Z]{4}-[0-9]{4}-[A-Z]{4}"), "public buyer or supplier"),
    ("360G", re.compile(r"360G-[^\s/]+"), "the publisher's own identifier"),
)
_BARE = (
    (re.compile(r"[0-9]{6}"), "charity", "six digits: a charity number of England and Wales"),
    (
        re.compile(r"[0-9]{7}"),
        "charity or company",
        "seven digits: a charity number, or a company number that lost its leading zero",
    ),
    (re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}"), "company", "eight characters: a company number"),
    (re.compile(r"SC[0-9]{5,6}"), "charity", "a charity number of Scotland"),
)


@dataclass(frozen=True, eq=False)
class RecipientNames(Face):
    """What the names of recipients suggest; nothing is merged.

    Attributes
    ----------
    frame : DataFrame
        Pairs that may be one body: recipient, other, kind ("same" or "related"), score (0 to 100)
        and reason.
    bodies : DataFrame
        What kind of body each name is: "commissioner's office", "police force", "council" or
        "other", with the area, the number of awards and the reason.
    identifiers : DataFrame
        Each identifier: whether it fits the shape of its scheme, and what it may be.
    cautions : tuple of str
        ``own-office`` where an award goes to a commissioner's office, ``police-force`` where one
        goes to a force, ``identifier-shape`` where an identifier fits no scheme.

    Examples
    --------
    >>> found = recipient_names(["360 Giving", "360Giving", "Surrey PCC"])
    >>> found.text
    "3 names; 1 pair may be one body; 1 is a commissioner's own office."
    """

    frame: pd.DataFrame
    bodies: pd.DataFrame
    identifiers: pd.DataFrame
    cautions: tuple[str, ...]
    _rows_shown = 20

    def join(self, awards: pd.DataFrame, *, least: float = 100) -> pd.DataFrame:
        """Give awards a column of joined names: what a person accepts, never done by itself.

        Parameters
        ----------
        awards : DataFrame
            With `recipient`; the column is left as it is.
        least : float, default 100
            The least score of a pair to join, of those whose kind is "same".

        Returns
        -------
        DataFrame
            With `recipient_joined`, the name that most awards bear of those joined to it.

        Raises
        ------
        TableError
            If there is no column `recipient`.

        Examples
        --------
        >>> import pandas as pd
        >>> awards = pd.DataFrame({"recipient": ["360 Giving", "360Giving", "360Giving"]})
        >>> recipient_names(awards).join(awards)["recipient_joined"].tolist()
        ['360Giving', '360Giving', '360Giving']
        """
        TableError.need("This table", ["recipient"], awards.columns)
        parent: dict[str, str] = {}

        def root(name: str) -> str:
            while parent.get(name, name) != name:
                name = parent[name]
            return name

        pairs = self.frame[(self.frame["kind"] == "same") & (self.frame["score"] >= least)]
        often = dict(zip(self.bodies["recipient"], self.bodies["n_awards"], strict=True))
        for one, two in zip(pairs["recipient"], pairs["other"], strict=True):
            first, second = sorted((root(one), root(two)), key=lambda name: (-often[name], name))
            parent[second] = first
        return awards.assign(recipient_joined=awards["recipient"].map(root, "ignore"))

    @property
    def text(self) -> str:
        """One sentence that can be pasted."""
        pairs, kinds = len(self.frame), self.bodies["body"].value_counts()
        offices, forces = (
            int(kinds.get(kind, 0)) for kind in ("commissioner's office", "police force")
        )
        told = [
            f"{counted(len(self.bodies), 'name')}",
            f"{counted(pairs, 'pair') if pairs else 'no pairs'} may be one body",
        ]
        if offices:
            told.append(f"{offices} {'is' if offices == 1 else 'are'} a commissioner's own office")
        if forces:
            told.append(f"{forces} {'is' if forces == 1 else 'are'} a police force")
        return "; ".join(told) + "."


def recipient_names(awards: pd.DataFrame | Iterable[str]) -> RecipientNames:
    """Propose which recipients' names stand for one body, and say what kind of body each is.

    Parameters
    ----------
    awards : DataFrame or iterable of str
        Awards with `recipient` and, where known, `recipient_id`; or names alone.

    Returns
    -------
    RecipientNames
        Proposals with reasons; deciding on them is for a person.

    Raises
    ------
    TableError
        If it is no table and no names, or the table has no column `recipient`.
    MissingExtraError
        If the extra ``formats`` is not installed.

    Examples
    --------
    >>> found = recipient_names(["My Sisters Place", "My Sister's Place"])
    >>> found.frame[["recipient", "other", "reason"]].values.tolist()
    [["My Sister's Place", 'My Sisters Place', 'case, blanks or punctuation differ']]
    """
    import pandas as pd

    names, ids = _names_and_ids(awards)
    bodies = [_body(name, number) for name, number in sorted(names.items())]
    office = {str(one["recipient"]): str(one["body"]) for one in bodies}
    area = {str(one["recipient"]): one["area_code"] for one in bodies}
    pairs = {(one["recipient"], one["other"]): one for one in _fuzzy(list(names))}
    for pair in (*_by_rule(list(names)), *_by_body(list(names), office, area), *_by_id(ids)):
        pairs[(pair["recipient"], pair["other"])] = pair
    identifiers = [
        _identifier(name, one) for name, all_ids in sorted(ids.items()) for one in sorted(all_ids)
    ]
    cautions = []
    if "commissioner's office" in office.values():
        cautions.append("own-office")
    if "police force" in office.values():
        cautions.append("police-force")
    if any(not one["fits"] for one in identifiers):
        cautions.append("identifier-shape")
    ordered = [pairs[key] for key in sorted(pairs)]
    return RecipientNames(
        pd.DataFrame(ordered, columns=list(PAIR_COLUMNS)),
        pd.DataFrame(bodies, columns=list(BODY_COLUMNS)),
        pd.DataFrame(identifiers, columns=list(ID_COLUMNS)),
        tuple(cautions),
    )


def _names_and_ids(awards: Any) -> tuple[dict[str, int], dict[str, set[str]]]:
    names: dict[str, int] = defaultdict(int)
    ids: dict[str, set[str]] = defaultdict(set)
    if hasattr(awards, "columns"):
        TableError.need("This table", ["recipient"], awards.columns)
        given = awards["recipient"].tolist()
        known = awards["recipient_id"].tolist() if "recipient_id" in awards.columns else given
        for name, one in zip(given, known, strict=True):
            if isinstance(name, str) and name.strip():
                names[name] += 1
                if known is not given and isinstance(one, str) and _names_somebody(one):
                    ids[name].add(one.strip())
    elif (
        isinstance(awards, Iterable)
        and not isinstance(awards, bytes | bytearray)
        and len(getattr(awards, "shape", (0,))) == 1
    ):
        for name in [awards] if isinstance(awards, str) else awards:
            if isinstance(name, str) and name.strip():
                names[name] += 1
    else:
        raise TableError(
            f"recipient_names takes a table of awards or names, such as ['Halo', 'Halo CIC'], not "
            f"a {type(awards).__name__}."
        )
    if half := next(filter(holds_half, names), None):
        raise TableError(f"The name {half!r} holds half of a character. Correct it at the source.")
    return names, ids


def _names_somebody(identifier: str) -> bool:
    text = identifier.strip().casefold()
    return bool(text.strip("0.")) and text not in MISSING


def _plain(name: str) -> str:
    return " ".join(_WORD.findall(re.sub("['’`´]", "", name.casefold())))


def _pair(one: str, two: str, kind: str, score: float, reason: str) -> dict[str, Any]:
    first, second = sorted((one, two))
    return {"recipient": first, "other": second, "kind": kind, "score": score, "reason": reason}


# Abbreviations of public bodies, as they stand in lists of awards.
_WRITTEN = {
    "bc": "borough council",
    "cc": "county council",
    "dc": "district council",
    "mbc": "metropolitan borough council",
    "pc": "parish council",
    "tc": "town council",
    "cab": "citizens advice bureau",
    "ltd": "limited",
    "assoc": "association",
    "st": "street",
}


def _lettered(plain: str) -> list[str]:
    """Give the words of a name, single letters in a row as one: "b c" as "bc"."""
    words: list[str] = []
    single = False
    for word in plain.split():
        if len(word) == 1 and word.isalpha():
            if single:
                words[-1] += word
            else:
                words.append(word)
            single = True
        else:
            words.append(word)
            single = False
    return words


# From the surest reading of a name to the freest; names that meet in one are a pair.
def _readings(name: str) -> Iterator[tuple[str, str, float]]:
    plain = _plain(name)
    yield plain.replace(" ", ""), "case, blanks or punctuation differ", 100
    spelt = _plain(name.replace("&", " and ").replace("+", " and "))
    yield spelt.replace(" ", ""), "'&' for 'and'", 99
    bare = " ".join(word for word in spelt.split() if word != "the")
    yield bare.replace(" ", ""), "an article more or less", 98
    written = " ".join(_WRITTEN.get(word, word) for word in _lettered(bare))
    yield written.replace(" ", ""), "an abbreviation written out", 97
    legal = " ".join(_LEGAL.sub(" ", bare).split())
    yield legal.replace(" ", ""), "the legal form is left out", 96
    outside = _plain(re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", name))
    if outside:
        yield outside.replace(" ", ""), "a bracket more or less", 92


def _in_pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pair names that meet; of many, each with the first, since all pairs would be a square."""
    listed = sorted(names)
    for at, one in enumerate(listed[:1] if len(listed) > _MANY else listed):
        for two in listed[at + 1 :]:
            yield one, two


def _by_rule(names: list[str]) -> Iterator[dict[str, Any]]:
    """Pair names that are the same in one reading, or one the other's acronym or organisation."""
    met: dict[tuple[str, str], dict[str, Any]] = {}
    groups: dict[str, dict[str, tuple[str, float]]] = defaultdict(dict)
    for name in names:
        for key, reason, score in _readings(name):
            if len(key) > 2:
                groups[key].setdefault(name, (reason, score))
    for members in groups.values():
        for one, two in _in_pairs(members):
            reason, score = min(members[one], members[two], key=lambda said: said[1])
            known = met.get((one, two))
            if known is None or known["score"] < score:
                met[one, two] = _pair(one, two, "same", score, reason)
    acronyms: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if re.fullmatch(r"[A-Z]{3,10}", name.strip()):
            acronyms[name.strip()].append(name)
    for name in names if acronyms else ():
        initials = "".join(word[0] for word in re.findall(r"[A-Za-z][\w'’]*", name) if word)
        capitals = "".join(letter for letter in initials if letter.isupper())
        bracketed = re.findall(r"\(([A-Z]{3,10})\)", name)
        for letters in {capitals, initials.upper(), *bracketed}:
            for other in acronyms.get(letters, []):
                if name != other:
                    pair = _pair(name, other, "same", 90, "one is the other's acronym")
                    met.setdefault((pair["recipient"], pair["other"]), pair)
    whole = {_plain(name): name for name in names}
    for name in names:
        head, dash, project = re.sub(r"\s[–—-]\s", "\0", name, count=1).partition("\0")
        organisation = whole.get(_plain(head)) if dash and project.strip() else None
        if organisation and organisation != name:
            pair = _pair(name, organisation, "same", 90, "an organisation and its project")
            met.setdefault((pair["recipient"], pair["other"]), pair)
    yield from met.values()


def _fuzzy(names: list[str]) -> Iterator[dict[str, Any]]:
    """Pair names that are spelt alike.

    Each is scored against its neighbours in four orders of the names: by their letters, backwards,
    by their words, and by their consonants. A slip moves a name far in one of them, rarely in all;
    and the work grows with the number of names, not with its square.
    """
    plain: dict[str, tuple[str, str]] = {}
    for name in sorted(names):
        one = _plain(name)
        if len(one) > 3:  # names that differ in blanks alone are a pair already
            plain.setdefault(one.replace(" ", ""), (name, one))
    if len(plain) < 2:
        return
    import numpy as np

    fuzz = need_extra("rapidfuzz.fuzz", "Comparing recipients' names", extra="formats")
    listed = list(plain.values())
    spelt = [one for _, one in listed]
    size, letters = len(listed), np.array([ord(one[0]) for one in spelt])
    near = []
    for order in _ORDERS:
        keys = [(order(one), one, place) for place, one in enumerate(spelt)]
        at = np.array([place for _, _, place in sorted(keys)])
        for step in range(1, min(_NEIGHBOURS, size - 1) + 1):
            first, second = at[:-step], at[step:]
            alike = letters[first] == letters[second]
            near.append((np.minimum(first, second) * size + np.maximum(first, second))[alike])
    pairs = np.sort(np.concatenate(near))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    firsts, seconds = (one.tolist() for one in divmod(pairs, size))
    ratio = partial(fuzz.ratio, score_cutoff=_ACRONYMS)
    scores = map(ratio, map(spelt.__getitem__, firsts), map(spelt.__getitem__, seconds))
    for one, two, score in zip(firsts, seconds, scores, strict=True):
        if score and _may_be_slips(
            (listed[one][0], listed[two][0]), (spelt[one], spelt[two]), score
        ):
            words = f"spelt alike ({number_text(round(score))} of 100)"
            yield _pair(listed[one][0], listed[two][0], "same", round(score, 1), words)


_NEIGHBOURS = 12
_MANY = 20
_ORDERS: tuple[Callable[[str], str], ...] = (
    str,
    lambda plain: plain[::-1],
    lambda plain: " ".join(sorted(plain.split())),
    lambda plain: re.sub("[aeiou ]", "", plain),
)


def _may_be_slips(names: tuple[str, str], plain: tuple[str, str], score: float) -> bool:
    first, second = plain
    # Numbers tell apart what letters do not: "1st Scouts" and "2nd Scouts" are two.
    if re.findall("[0-9]+", first) != re.findall("[0-9]+", second):
        return False
    acronyms = all(re.fullmatch(r"[A-Z]{5,12}", name.strip()) for name in names)
    if acronyms:
        return first[:2] == second[:2]
    return score >= _ALIKE and min(len(first), len(second)) > 5


def kind_of_body(name: str) -> str:
    """Say what kind of body a name is: a commissioner's office, a police force, a council, other.

    Examples
    --------
    >>> kind_of_body("Surrey PCC"), kind_of_body("Surrey Police"), kind_of_body("Halo")
    ("commissioner's office", 'police force', 'other')
    """
    return str(_body(name, 1)["body"])


def _body(name: str, number: int) -> dict[str, Any]:
    kind, reason, code = "other", "", None
    if _OFFICE.search(name):
        kind, reason = "commissioner's office", "the name is a commissioner's office"
    elif _FORCE.search(name):
        kind, reason = "police force", "the name is a force's"
    elif _COUNCIL.search(name):
        kind, reason = "council", "the name is a council's"
    if kind != "other":
        area = known_area(name)
        code = None if area is None else area.code
        if kind == "police force" and (area is None or area.kind != "police_force_area"):
            kind, reason, code = "other", "", None
    return {
        "recipient": name,
        "body": kind,
        "area_code": code,
        "n_awards": number,
        "reason": reason,
    }


def _by_body(
    names: list[str], kinds: dict[str, str], areas: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Pair names of one public body, and a force with a service that carries its name."""
    public: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names:
        if kinds[name] != "other":
            public[(kinds[name], str(areas[name]))].append(name)
    for (kind, code), group in public.items():
        if code == "None":
            continue
        for one, two in _in_pairs(group):
            yield _pair(one, two, "same", 95, f"both are the {kind} of {code}")
    unnamed = public.get(("commissioner's office", "None"), [])
    for one in unnamed:
        for (kind, code), group in public.items():
            if kind == "commissioner's office" and code != "None":
                for two in group:
                    words = "both are a commissioner's own office; one does not say which"
                    yield _pair(one, two, "same", 80, words)
    services = [(name, _plain(name)) for name in names if _SERVICE.search(name)]
    for force in (name for name in names if kinds[name] == "police force"):
        place = _plain(_FORCE.sub("", force))
        for name, plain in services:
            if name != force and place and plain.startswith(place):
                words = "a service named after the force's area; the force may be who is paid"
                yield _pair(force, name, "related", 60, words)


def _by_id(ids: dict[str, set[str]]) -> Iterator[dict[str, Any]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for name, all_ids in ids.items():
        for one in all_ids:
            holders[re.sub(r"\W", "", one).upper().lstrip("0")].append(name)
    for identifier, group in holders.items():
        for one, two in _in_pairs(set(group)):
            yield _pair(one, two, "same", 97, f"one identifier, {identifier}")


def _identifier(name: str, text: str) -> dict[str, Any]:
    scheme, fits, reason = "", False, "fits no scheme known here"
    plain = text.strip().upper()
    for prefix, pattern, what in _SCHEMES:
        if plain.startswith(prefix + "-") or (prefix == "360G" and plain.startswith("360G")):
            scheme, fits = prefix, bool(pattern.fullmatch(plain))
            reason = what if fits else f"not the shape of {prefix} ({what})"
            break
    else:
        bare = re.sub(r"\.0$", "", plain)
        for pattern, what, words in _BARE:
            if pattern.fullmatch(bare):
                scheme, fits, reason = what, True, words
                break
    return {
        "recipient": name,
        "recipient_id": text,
        "scheme": scheme,
        "fits": fits,
        "reason": reason,
    }
