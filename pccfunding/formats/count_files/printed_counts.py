"""Cells of statistical tables as printed: text without footnotes, counts with their shorthand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

from pccfunding.money.pence import is_broken
from pccfunding.printed.vocabulary import UNKNOWN_COUNTS
from pccfunding.words import is_missing

_BLANKS = re.compile(r"\s+")
_LONGEST, _LONGEST_NUMBER = 1_000, 100
_NOTE = re.compile(r"\[\s*notes?\b[^\]]*\]|\(\s*(?:see\s+)?notes?\s*[\d,\s]*\)", re.IGNORECASE)
# "Essex10", "fraud3)", "Stalking and harassment 5": digits of footnotes that hang on a word.
_GLUED = re.compile(r"(?<=[A-Za-z)\]])\s?\d{1,2}(?:\s*,\s*\d{1,2})*(?=\s*\)?\s*$)")
_HUNG = re.compile(r"(?<=[A-Za-z)\]])\d{1,2}(?:[\s,]{1,3}\d{1,2}){0,9}$")
# Shorthand of statistics beside a name ("[x]"), and notes named in words.
_MARK = re.compile(
    r"\[\s?[a-z]{1,2}\s?\]|\bnotes?\s\d{1,2}(?:[\s,]{1,3}\d{1,2}){0,9}$", re.IGNORECASE
)
_RAISED = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u2079*†‡]+")
_NOT_WORDS = re.compile(r"[^a-z0-9%£]+")
_NUMBER = re.compile(r"[-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?")
# "88.000" may be 88 or, as printed on the continent, 88,000.
_POINT_GROUPS = re.compile(r"[-\u2212]?\d{1,3}(?:\.\d{3})+")
_BLANK_GROUPS = re.compile(r"[-\u2212]?\d{1,3}(?: \d{3})+(?:\.0+)?")
_OTHER_GROUPS = re.compile(r"[-\u2212]?(?:\d{4,}|\d{1,3}(?:,\d{3})+)(?:\.0+)?")
# Signs of a comparison, of a share, of a range or of a base, which a heading is not read without.
_SIGNS = re.compile(
    r"[±Δ∆↑↓▲▼<>≤≥=×÷~]|\d\+|\+\s?[-/\u2010-\u2015\u2212]|\bx\s?10+\b|\([km]\)"
    r"|/\s?(?:10{1,2},?000|1,?000|100k|officer|head|person|capita|population|household)",
    re.IGNORECASE,
)
_REVISED = re.compile(r"(?<!\s)\s*(?:\[[rp]\]|\([rp]\)|[rp])$", re.IGNORECASE)


class Count(NamedTuple):
    """A count read from a cell: a number, or the kind of unknown, or neither with the reason."""

    value: int | None
    unknown: str | None
    refused: str | None = None
    rule: str | None = None


def one_line(cell: object) -> str:
    """Bring a cell to one line of text; a whole float is written as an integer."""
    if isinstance(cell, str):
        return " ".join(cell.replace("\ufeff", "").split())
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return " ".join(str(cell).split())


def without_notes(cell: object) -> str:
    """Drop footnote marks, hung on a word or in brackets."""
    return _BLANKS.sub(" ", _GLUED.sub("", _without_marks(cell))).strip(" ,;:")


def without_hung_notes(cell: object) -> str:
    """Drop the footnote marks that can be nothing else: "Homicide5" loses its digit, "Class 2" not.

    Examples
    --------
    >>> without_hung_notes("Homicide5 6 [note 3]"), without_hung_notes("Class 2")
    ('Homicide', 'Class 2')
    """
    return _BLANKS.sub(" ", _HUNG.sub("", _without_marks(cell))).strip(" ,;:")


def _without_marks(cell: object) -> str:
    text = _NOTE.sub("", one_line(cell)[:_LONGEST])
    return _MARK.sub("", _RAISED.sub("", text)).strip()


def key_of(cell: object) -> str:
    """Reduce a heading to its plain words, to be compared with others."""
    return _NOT_WORDS.sub(" ", without_notes(cell).casefold()).strip()


def says_other_than_a_count(heading: str) -> bool:
    """Whether a heading has a sign without which it would seem to name a count.

    Examples
    --------
    >>> says_other_than_a_count("Burglary +/-"), says_other_than_a_count("Burglary [note 2]")
    (True, False)
    """
    return bool(_SIGNS.search(heading[:_LONGEST]))


def grouped_by_blanks(cells: Iterable[object]) -> bool:
    """Whether the numbers of a column hold a blank between thousands, all that could."""
    found = False
    for cell in cells:
        text = one_line(cell)[:_LONGEST_NUMBER]
        if _BLANK_GROUPS.fullmatch(text):
            found = True
        elif _OTHER_GROUPS.fullmatch(text):
            return False
    return found


def read_count(cell: object, *, blanks: bool = False) -> Count:
    """Read a cell as a count; a blank or a shorthand is an unknown, never zero.

    `blanks` says that the numbers of its column have a blank between thousands.
    """
    if isinstance(cell, bool):
        return Count(None, None, "it is true or false, not a count")
    if isinstance(cell, int):
        return _whole(cell)
    if isinstance(cell, float):
        if is_missing(cell):
            return Count(None, "not_held")
        if abs(cell) > 1e15 or is_broken(cell, round(cell)):  # what a formula leaves of a count
            return Count(None, None, "a count is a whole number")
        return _whole(round(cell))
    text = one_line(cell)
    unknown = UNKNOWN_COUNTS.get(text.casefold().replace("[ ", "[").replace(" ]", "]"))
    if unknown is not None:
        return Count(None, unknown, rule="shorthand for an unknown" if text else None)
    if len(text) > _LONGEST_NUMBER:
        return Count(None, None, "it is no count")
    plain, rule = _NOTE.sub("", text).strip(), None
    if revised := _REVISED.search(plain):
        plain = plain[: revised.start()]
    if plain != text:
        rule = "mark beside a number"
    if blanks and _BLANK_GROUPS.fullmatch(plain):
        plain, rule = plain.replace(" ", ""), rule or "blank between thousands"
    if not _NUMBER.fullmatch(plain) or _POINT_GROUPS.fullmatch(plain):
        return Count(None, None, _why_not(plain))
    count = _whole(int(plain.partition(".")[0].replace(",", "").replace("\u2212", "-")))
    return count._replace(rule=rule) if rule else count


def _whole(value: int) -> Count:
    # A transfer between periods leaves small negative counts; a large one is a mistake.
    if value < -1_000:
        return Count(None, None, "a count this far below zero is no correction")
    return Count(value, None) if value < 2**62 else Count(None, None, "a count is not this large")


def _why_not(text: str) -> str:
    if re.fullmatch(r"[-\u2010-\u2015]+", text):
        return "a dash can stand for zero or for an unknown count"
    if _POINT_GROUPS.fullmatch(text):
        return "its point may stand between thousands"
    if re.fullmatch(r"-?[\d,]*\.\d+", text):
        return "a count is a whole number"
    if _BLANK_GROUPS.fullmatch(text):
        return "a blank stands between its digits, but not in other numbers of its column"
    return "it is no count"
