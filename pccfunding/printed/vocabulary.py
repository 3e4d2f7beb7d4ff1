"""The closed word lists of the printed-number grammar, and the repair of damaged characters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from pccfunding.texts import visible

HEDGES = {
    "nearly": "nearly",
    "almost": "almost",
    "just short of": "just_short_of",
    "just under": "just_under",
    "just below": "just_under",
    "less than": "less_than",
    "under": "less_than",
    "below": "less_than",
    "fewer than": "fewer_than",
    "more than": "more_than",
    "over": "more_than",
    "above": "more_than",
    "in excess of": "more_than",
    "upwards of": "more_than",
    "exceeding": "more_than",
    "just over": "just_over",
    "just above": "just_over",
    "up to": "up_to",
    "up to a maximum of": "up_to",
    "a maximum of": "up_to",
    "maximum of": "up_to",
    "maximum": "up_to",
    "max": "up_to",
    "no more than": "up_to",
    "not more than": "up_to",
    "not exceeding": "up_to",
    "at most": "up_to",
    "as much as": "up_to",
    "as many as": "up_to",
    "at least": "at_least",
    "a minimum of": "at_least",
    "minimum of": "at_least",
    "minimum": "at_least",
    "no less than": "at_least",
    "not less than": "at_least",
    "about": "about",
    "around": "about",
    "some": "about",
    "circa": "about",
    "ca.": "about",
    "c.": "about",
    "c": "about",
    "approximately": "about",
    "approx.": "about",
    "approx": "about",
    "roughly": "about",
    "in the region of": "about",
    "close to": "about",
    "an estimated": "about",
    "estimated": "about",
    "~": "about",
}

TRAILING_HEDGES = {
    "or more": "at_least",
    "and over": "at_least",
    "minimum": "at_least",
    "plus": "at_least",
    "+": "at_least",
    "or less": "up_to",
    "or fewer": "up_to",
    "maximum": "up_to",
    "max": "up_to",
    "or so": "about",
    "approximately": "about",
    "approx": "about",
}

LEAD_WORDS = (
    "a total of",
    "total of",
    "in total",
    "totalling",
    "a sum of",
    "the sum of",
    "a further",
    "further",
    "an additional",
    "additional",
    "an extra",
    "extra",
    "another",
    "an average of",
    "a grant of",
    "grants of",
    "grant of",
    "worth",
    "awarded",
    "only",
    "just",
    "by",
    "of",
    "the",
    "a",
    "an",
)

PER_ADVERBS = {
    "annually": "year",
    "yearly": "year",
    "p.a": "year",
    "pa": "year",
    "quarterly": "quarter",
    "monthly": "month",
    "weekly": "week",
    "daily": "day",
    "hourly": "hour",
    "each": "each",
}

PER_NOUNS = {
    "annum": "year",
    "year": "year",
    "quarter": "quarter",
    "month": "month",
    "week": "week",
    "day": "day",
    "hour": "hour",
    "person": "person",
    "head": "person",
    "capita": "person",
    "resident": "person",
    "household": "household",
    "band d property": "band_d_dwelling",
    "band d dwelling": "band_d_dwelling",
    "project": "project",
    "grant": "grant",
    "bid": "bid",
}

SCALES = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
}

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NUMBER_WORDS = {
    word: str(number) for number, word in enumerate((*_DIGITS, "ten", "eleven", "twelve"))
}

RANK_WORDS = {"first": "1", "highest": "1", "lowest": "1"}

# Markers of a missing number, with the kind of unknown that they stand for in a list of amounts and
# in a table of counts; None where they have no one reading there. The two differ on purpose: a dash
# among counts may be a zero, and [u] is the shorthand of official statistics for low reliability.
_MARKERS: tuple[tuple[str | None, str | None, str], ...] = (
    ("nil", None, "- | -- | — | – | ― | nil | none"),
    ("not_applicable", "not_applicable", "n/a | na | not applicable | [z]"),
    ("not_applicable", None, "n.a | n.a. | #n/a"),
    ("withheld", "withheld", "[c]"),
    ("withheld", None, "redacted | withheld | confidential | commercially sensitive"),
    ("withheld", None, "redacted personal data | redacted commercial confidentiality"),
    ("withheld", None, "commercial in confidence"),
    ("not_yet_due", None, "tbc | tbd | tba | pending | to be confirmed | to be determined"),
    ("not_yet_due", None, "to be agreed | to be advised"),
    ("not_published", "not_published", ".. | ... | : | [x] | not available"),
    ("not_published", "withheld", "[u]"),
    ("not_published", None, ". | … | not published | not recorded"),
    ("not_held", None, "? | unknown | not known | not stated | blank | null | nan"),
    ("not_held", None, "#value! | #ref! | #name?"),
    (None, "withheld", "* | [u1] | [low]"),
    (None, None, "** | ~ | [w] | [:]"),
)
# Letters stand for a missing number only where every other cell of the column is a count.
_LETTERS = {"x": "not_published", "c": "withheld", "u": "withheld", "z": "not_applicable"}
_SPLIT = [
    (marker, amount, count)
    for amount, count, markers in _MARKERS
    for marker in markers.split(" | ")
]
MISSING = frozenset(marker for marker, _, _ in _SPLIT)
UNKNOWN_AMOUNTS = {marker: kind for marker, kind, _ in _SPLIT if kind}
UNKNOWN_COUNTS = {marker: kind for marker, _, kind in _SPLIT if kind} | _LETTERS | {"": "not_held"}

# What UTF-8 becomes when it is read as one of these; no undamaged text decodes back.
_WRONG_CODECS = ("gbk", "cp1252", "latin-1", "cp1250", "cp1251", "cp437")
_ORDINARY = re.compile("[\x00-\x7f\u00a0£–—−…‘’“”•]*")
_DAMAGED_POUNDS = ("Â£", "拢", "\\u00a3", "\\u00A3")
_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_GROUP_BLANK = re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")


def alternation(words: Iterable[str]) -> str:
    """Join words into a pattern that tries the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def repair(text: str) -> tuple[str, list[str]]:
    """Undo wrong decodings and odd blanks that have one reading only.

    Returns
    -------
    tuple of str and list of str
        The text in plain characters, and a code for each kind of damage.
    """
    flags = []
    decoded = _decoded(text)
    if decoded != text:
        flags.append("mojibake")
    unescaped = html.unescape(decoded)
    if unescaped != decoded:
        flags.append("html_entity")
    plain = visible(unescaped).replace("￡", "£").replace("−", "-")
    grouped = _GROUP_BLANK.sub(",", plain)
    if grouped != plain:
        flags.append("space_in_group")
    return _BLANKS.sub(" ", grouped).strip(" \"'“”‘’"), flags


def _decoded(text: str) -> str:
    if not _ORDINARY.fullmatch(text):
        for codec in _WRONG_CODECS:
            try:
                return text.encode(codec).decode("utf-8")
            except UnicodeError:
                continue
    for damaged in _DAMAGED_POUNDS:
        text = text.replace(damaged, "£")
    return text
