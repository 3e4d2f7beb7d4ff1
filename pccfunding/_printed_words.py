"""The closed word lists of the printed-number grammar, and the repair of damaged characters."""

from __future__ import annotations

import html
import re

__all__ = [
    "HEDGES",
    "LEAD_WORDS",
    "MISSING",
    "NUMBER_WORDS",
    "PER",
    "SCALES",
    "TRAILING_HEDGES",
    "alternation",
    "repair",
]

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
    "~": "about",
}

TRAILING_HEDGES = {
    "or more": "at_least",
    "minimum": "at_least",
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

PER = {
    "annually": "year",
    "per annum": "year",
    "per year": "year",
    "each year": "year",
    "a year": "year",
    "p.a": "year",
    "pa": "year",
    "quarterly": "quarter",
    "per quarter": "quarter",
    "a quarter": "quarter",
    "monthly": "month",
    "per month": "month",
    "each month": "month",
    "a month": "month",
    "weekly": "week",
    "per week": "week",
    "each week": "week",
    "a week": "week",
    "per day": "day",
    "a day": "day",
    "per hour": "hour",
    "an hour": "hour",
    "per person": "person",
    "per head": "person",
    "per capita": "person",
    "per resident": "person",
    "a head": "person",
    "a person": "person",
    "per household": "household",
    "each": "each",
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

NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}

MISSING = frozenset(
    (
        "- -- — – − . .. ... … * ** : ~ ? n/a na n.a n.a. #n/a nan null none nil tbc tbd tba "
        "[x] [z] [c] [u] [w] [:] redacted withheld unknown pending blank"
    ).split()
) | {
    "to be confirmed",
    "to be determined",
    "to be agreed",
    "not known",
    "not available",
    "not applicable",
    "not published",
    "not stated",
}

_DAMAGED = {
    "Ã‚Â£": "£",
    "Â£": "£",
    "ÂŁ": "£",
    "ВЈ": "£",
    "┬ú": "£",
    "拢": "£",
    "\\u00a3": "£",
    "\\u00A3": "£",
    "â€“": "–",
    "â€”": "—",
    "Â\u00a0": " ",
}
_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_GROUP_BLANK = re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def alternation(words: dict[str, str] | tuple[str, ...]) -> str:
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
    for damaged, meant in _DAMAGED.items():
        if damaged in text:
            text = text.replace(damaged, meant)
            flags.append("mojibake")
    unescaped = html.unescape(text)
    if unescaped != text:
        flags.append("html_entity")
    text = _INVISIBLE.sub("", unescaped).replace("￡", "£").replace("−", "-")
    grouped = _GROUP_BLANK.sub(",", text)
    if grouped != text:
        flags.append("space_in_group")
    return _BLANKS.sub(" ", grouped).strip(), flags
