"""Texts of others, made safe to show: in a spreadsheet, on a terminal, on a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

__all__ = [
    "disarmed",
    "holds_half",
    "isolated",
    "printable",
    "printable_lines",
    "spelt_alike",
    "visible",
]

# A spreadsheet runs a cell that begins so; wide signs are read as narrow ones. Where it parts cells
# by another sign than the comma, a cell may begin in the middle of a text; what is blank before it
# is looked through up to the next such sign only, so that no text is looked through twice.
_FORMULA = re.compile(
    r'^(?=[\s"]*[=+\-@＝＋－＠])|(?<=[;|\t\r\n])(?=(?:[^\S\t\r\n]|")*[=+\-@＝＋－＠])|^(?=[\t\r])'
)
# Soft hyphens, joiners, marks of direction and marks of byte order, as copying leaves them behind.
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
_RIGHT_TO_LEFT = re.compile(
    f"[\u0590-\u08ff\u200e\u200f{_DIRECTIONS}\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def disarmed(text: str) -> str:
    """Put an apostrophe wherever a spreadsheet would begin to read a formula.

    Examples
    --------
    >>> disarmed("=1+1"), disarmed("x;=1+1"), disarmed("Halo; a charity")
    ("'=1+1", "x;'=1+1", 'Halo; a charity')
    """
    return _FORMULA.sub("'", text)


def spelt_alike(names: Iterable[str]) -> tuple[str, str] | None:
    """Find the first two different names that are one but for capitals and spaces.

    Examples
    --------
    >>> spelt_alike(["E07000012", "Robbery", "e07000012 "]), spelt_alike(["Kent", "Kent"])
    (('E07000012', 'e07000012 '), None)
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(" ".join(name.casefold().split()), name)
        if first != name:
            return first, name
    return None


def visible(text: str) -> str:
    r"""Take out the signs of a text that nobody sees, so that two texts that look alike are alike.

    Examples
    --------
    >>> visible("\u200bE2300\u00ad0023\ufeff")
    'E23000023'
    """
    # Whole files pass through here: looking for each sign is sooner done than one substitution.
    if text.isascii() or not any(sign in text for sign in _UNSEEN):
        return text
    return _INVISIBLE.sub("", text)


def isolated(text: str) -> str:
    r"""Keep a text that runs from right to left from turning what stands beside it.

    Signs that set a direction by force are left out.

    Examples
    --------
    >>> isolated("Halo") == "Halo", isolated("\u202e12") == "\u206812\u2069"
    (True, True)
    """
    if text.isascii() or not _RIGHT_TO_LEFT.search(text):
        return text
    bare = re.sub(f"[{_DIRECTIONS}]", "", text)
    return f"\N{FIRST STRONG ISOLATE}{bare}\N{POP DIRECTIONAL ISOLATE}"


def holds_half(found: Any) -> bool:
    """Whether what was read as JSON holds half of a character, which nothing can be written with.

    Examples
    --------
    >>> holds_half({"a": [chr(0xD800)]}), holds_half({"a": chr(0x1F600)})
    (True, False)
    """
    if isinstance(found, str) and found.isascii():
        return False
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def printable(words: str) -> str:
    """Keep a name or a sentence from speaking to the terminal.

    Examples
    --------
    >>> printable("index.html" + chr(27) + "[2J")
    'index.html?[2J'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def printable_lines(words: str) -> str:
    r"""As `printable`, but lines stay lines.

    Examples
    --------
    >>> printable_lines("one" + chr(10) + "two" + chr(7))
    'one\ntwo?'
    """
    return "\n".join(map(printable, words.split("\n")))


def folded(text: str) -> str:
    """Fold a name for comparison: case, blanks and dashes make no difference.

    Examples
    --------
    >>> folded("Youth – Fund ") == folded("youth-fund") == folded("Youth Fund")
    True
    """
    return " ".join(re.split(r"[\s\-_\u2010-\u2015\u2212]+", text.casefold())).strip()
