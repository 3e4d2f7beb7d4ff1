"""The grammar of printed numbers: from a token to its value and the intervals it allows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from pccfunding.errors import PrintedError
from pccfunding.intervals import Interval
from pccfunding.printed.amount import (
    DECIMAL_COMMA,
    Amount,
    Notation,
    Rounding,
    hedged,
    is_bare,
    read_amount,
    rounded,
    with_decimal_point,
)
from pccfunding.printed.vocabulary import (
    HEDGES,
    LEAD_WORDS,
    MISSING,
    PER_ADVERBS,
    PER_NOUNS,
    TRAILING_HEDGES,
    alternation,
    repair,
)

__all__ = ["Printed", "parse_printed"]

_LONGEST = 300
_UNIT_SIGNS = {"£": "GBP", "gbp": "GBP", "pounds": "GBP", "%": "percent", "per cent": "percent"}

_I = re.IGNORECASE
_LEAD = re.compile(rf"(?:{alternation(LEAD_WORDS)})(?![a-z])\s*", _I)
_HEDGE = re.compile(rf"(?P<hedge>{alternation(HEDGES)})(?:(?<=[.~])|(?![a-z]))\s*", _I)
_TRAILING_HEDGE = re.compile(rf"(?<!\s)\s*(?:-\s*)?(?P<hedge>{alternation(TRAILING_HEDGES)})$", _I)
_PER = re.compile(
    rf"(?:(?:\s+(?:per|an?|each|every)\s+|\s*/\s*)(?P<noun>{alternation(PER_NOUNS)})"
    rf"|\s+(?P<adverb>{alternation(PER_ADVERBS)}))\.?$",
    _I,
)
_NOTE = re.compile(r"\s*(?:\((?P<round>[^()\[\]]*)\)|\[(?P<square>[^()\[\]]*)\])$")
_NOTE_REF = re.compile(r"(?:foot)?notes?\s*[0-9a-z]{1,3}|[a-z]", _I)
_NOTE_MARK = re.compile(r"\s*[*†‡¹²³⁴-⁹]+$")
_NOTE_CHANGES = re.compile(
    r"\b(?:0{3}s?|thousands?|millions?|billions?|k|m|bn|minus|credit|cr|withdrawn|returned|repaid"
    r"|refunded|recovered|cancell?ed|declined|refused|rejected|rescinded|unsuccessful|clawed back"
    r"|in[ -]kind)\b",
    _I,
)
_MONEY_OR_SHARE = re.compile("[£%$€]")
_STOP = re.compile(r"(?<=[0-9a-z%)])[.;]$", _I)
_LABEL = re.compile(r"\(([^()]*)\)\s*(?=\S)")
_ACCOUNTING = re.compile(r"\(([^()]*[0-9][^()]*)\)")
_GLUED = re.compile(
    r"(?<=[0-9])(?:in|to|for|from|of|by|at|on|with|was|were|is|has|which|towards|across|as)$", _I
)
_RANGE = re.compile(
    r"(?:(?P<word>between|from)\s+)?(?P<left>\S.*?)\s*(?P<joint>\b(?:to|and)\b|[-–—])"
    r"\s*(?P<right>\S.*)",
    _I,
)
_DIGITS = re.compile(r"[0-9][0-9.,]*")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as somebody printed it, with what its printing allows.

    Parameters
    ----------
    text : str
        The token as given.
    value : Fraction or None
        The number written; None for a range.
    hard : Interval or None
        What the words imply; None where they imply nothing ("about").
    soft : Interval or None
        What a fair reader assumes.
    strict, lenient : Interval or None
        The reading with the unit of the last digit written, and with that of the last
        digit that is not a trailing zero. Under a hedge: the soft reading with that unit.
    unit : str or None
        "GBP", "percent", "count", "rank", or the unit asked for; always known when parsed.
    hedge : str or None
        Code of the hedge: "nearly", "more_than", "up_to", "about", "range", ...
    resolution : Fraction or None
        Unit of the last digit written; None for a range.
    per : str or None
        What the number is printed for each of: "year", "person", ...
    flags : tuple of str
        Codes of what was repaired ("doubled_symbol", "space_in_group", "mojibake",
        "html_entity"), dropped ("glued_text", "glued_label", "trailing_note", "note_ref",
        "trailing_stop", "pipe", "bullet"), read in one way ("number_word",
        "accounting_parentheses", "range_without_between", "decimal_comma") or doubted
        ("vacuous_precision": known to more than a quarter of itself; "explicit_zero": a true zero).

    Examples
    --------
    >>> grant = parse_printed("£21.5m")
    >>> grant.value, str(grant.hard)
    (Fraction(21500000, 1), '[21450000, 21550000]')
    """

    text: str
    value: Fraction | None
    hard: Interval | None
    soft: Interval | None
    strict: Interval | None
    lenient: Interval | None
    unit: str | None
    hedge: str | None = None
    resolution: Fraction | None = None
    per: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def low(self) -> Fraction | None:
        """Lower end of the hard interval; None where there is none."""
        return None if self.hard is None else self.hard.low

    @property
    def high(self) -> Fraction | None:
        """Upper end of the hard interval; None where there is none."""
        return None if self.hard is None else self.hard.high

    def mirrored(self) -> Printed:
        """Turn the sign round, for a fall that is printed as a plain number.

        Returns
        -------
        Printed
            Value and intervals negated; `text`, `hedge` and `flags` as they were.

        Examples
        --------
        >>> str(parse_printed("8.5%").mirrored().hard)
        '[-8.55, -8.45]'
        """
        return replace(
            self,
            value=None if self.value is None else -self.value,
            hard=None if self.hard is None else -self.hard,
            soft=None if self.soft is None else -self.soft,
            strict=None if self.strict is None else -self.strict,
            lenient=None if self.lenient is None else -self.lenient,
        )


def parse_printed(
    text: str,
    *,
    unit: str | None = None,
    exact: bool = False,
    rounding: Rounding = "half",
    notation: Notation = "point",
) -> Printed:
    """Read one printed number, with its hedge and its precision, or refuse it.

    Parameters
    ----------
    text : str
        The token as printed: "£350k", "just short of £1.2m", "8.5 per cent".
    unit : str, optional
        Unit of a number that carries no sign of its own: "GBP", "percent", "count", "rank" or
        any other name. Whole counts and ranks are exact; other units are rounded.
    exact : bool, default False
        Whether trailing zeros are known to be meant: only the strict reading is left.
    rounding : {"half", "down", "up"}, default "half"
        How the source rounds. "half" allows half-up, half-down and half-even; "down" is
        truncation; "up" is always away from zero.
    notation : {"point", "comma"}, default "point"
        Whether decimals stand after a point ("1,234.56") or a comma ("1.234,56"). No token says
        so alone, as "1,234" may be either: whoever knows the list says it.

    Returns
    -------
    Printed

    Raises
    ------
    PrintedError
        If the text cannot be read without guessing, or is a marker of a missing number.

    Notes
    -----
    Zeros before the point may be rounding ("£350k", "£820,000"), zeros after it are meant
    ("£0.600m" is known to £500). The strict reading of full pounds and pence is the number
    itself; so is every reading of a whole count or rank. The four readings of a range are its
    two ends. A letter may follow at most four digits ("£1,510k"): "£634,285k" may be £634,285.

    Examples
    --------
    >>> grant = parse_printed("just short of £1.2m")
    >>> grant.hedge, str(grant.hard), str(grant.soft)
    ('just_short_of', '(0, 1200000)', '[1100000, 1200000)')
    >>> str(parse_printed("£350k").strict), str(parse_printed("£350k").lenient)
    ('[349500, 350500]', '[345000, 355000]')
    >>> parse_printed("£31,78")
    Traceback (most recent call last):
    pccfunding.errors.PrintedError: Cannot read '£31,78': a comma is not followed by three digits. \
If it means 31.78 or lost a digit, correct it at the source or store it with the reason.
    """
    if not isinstance(text, str):
        raise PrintedError(
            f"{text!r} is of type {type(text).__name__}; parse_printed reads the text as "
            f"printed, because trailing zeros and words carry the precision."
        )
    if not isinstance(exact, bool):
        raise PrintedError(f"exact is a {type(exact).__name__}; it takes True or False.")
    if not isinstance(rounding, str) or rounding not in ("half", "down", "up"):
        raise PrintedError(f"rounding={rounding!r} is unknown; use 'half', 'down' or 'up'.")
    if not isinstance(notation, str) or notation not in ("point", "comma"):
        raise PrintedError(f"notation={notation!r} is unknown; use 'point' or 'comma'.")
    known = unit is None or (isinstance(unit, str) and unit.isidentifier())
    likely = _UNIT_SIGNS.get(str(unit).lower())
    if not known or likely not in (None, unit):
        offer = (
            f"did you mean {likely!r}?" if likely else "name it like 'GBP' or 'offences_per_1000'."
        )
        raise PrintedError(f"unit={unit!r} is no name of a unit; {offer}")
    if len(text) > _LONGEST:
        raise PrintedError(
            f"Cannot read {text[:60]!r}...: {len(text)} characters are a passage, not a number. "
            f"Pass the number with its hedge."
        )
    try:
        return _Reader(text, unit, exact, rounding, notation).read()
    except PrintedError as error:
        how = " (comma and point in each other's place)" if notation == "comma" else ""
        raise PrintedError(f"Cannot read {text!r}{how}: {error}") from None


class _Reader:
    """One pass over one token, from the outside in."""

    def __init__(
        self, text: str, unit: str | None, exact: bool, rounding: Rounding, notation: Notation
    ) -> None:
        self.text = text
        self.unit = unit
        self.exact = exact
        self.rounding = rounding
        self.notation = notation
        self.body, self.flags = repair(text)
        if notation == "comma":
            self.flags.append(DECIMAL_COMMA)
        self.hedge: str | None = None
        self.per: str | None = None

    def read(self) -> Printed:
        self.check_missing()
        self.strip_furniture()
        negative = self.strip_accounting()
        self.strip_tail()
        self.strip_lead()
        self.check_missing()
        if not negative and len(_DIGITS.findall(self.body)) == 2:
            joint = _RANGE.fullmatch(self.body)
            ends = joint and self.range_ends(joint)
            if ends:
                return self.printed_range(*ends)
        return self.printed(self.amount(self.body, self.unit), negative)

    def amount(self, body: str, unit: str | None) -> Amount:
        plain = with_decimal_point(body) if self.notation == "comma" else body
        return read_amount(plain, unit, exact=self.exact)

    def check_missing(self) -> None:
        marker = self.body.strip("£ ").lower()
        if not marker or marker in MISSING:
            name = "it is a marker of a missing number" if marker else "it is blank"
            raise PrintedError(
                f"{name}. A reader keeps it as a kind of unknown (nil, not published, withheld, "
                f"not applicable, not yet due), never as 0."
            )

    def set_hedge(self, hedge: str) -> None:
        if self.hedge:
            raise PrintedError("it carries two hedges, which cannot both bound one number.")
        self.hedge = hedge

    def strip_furniture(self) -> None:
        body, before = self.body, ""
        while body and body != before:
            before = body
            if body[0] in "|•▪·" or body[-1] == "|":
                self.flags.append("pipe" if "|" in (body[0], body[-1]) else "bullet")
                body = body.strip("|•▪· ")
            if (mark := _NOTE_MARK.search(body)) and mark.start():
                self.flags.append("note_ref")
                body = body[: mark.start()]
            if (note := _NOTE.search(body)) and note.start():
                self.take_note(note)
                body = body[: note.start()]
            if _STOP.search(body) and not body.lower().endswith("p.a."):
                self.flags.append("trailing_stop")
                body = body[:-1]
        if label := _LABEL.match(body):
            if _MONEY_OR_SHARE.search(label[1]):
                raise PrintedError(f"({label[1]}) may be a second number. Pass one at a time.")
            self.flags.append("glued_label")
            body = body[label.end() :]
        self.body = body.strip()

    def take_note(self, note: re.Match[str]) -> None:
        """Take what a bracket says about the number; refuse it where it changes the number."""
        inside = (note["round"] or note["square"] or "").strip().rstrip(".")
        alone = re.fullmatch(r"[-+0-9.,\s]*", inside) is not None
        if _MONEY_OR_SHARE.search(inside) or (alone and note["round"] is not None):
            raise PrintedError(f"{note[0].strip()} may be a second number. Pass one at a time.")
        if _NOTE_CHANGES.search(inside):
            raise PrintedError(f"{note[0].strip()} may change the number. Write it out in full.")
        if hedge := {**HEDGES, **TRAILING_HEDGES}.get(inside.lower()) if len(inside) > 1 else None:
            self.set_hedge(hedge)
        elif per := _PER.fullmatch(f" {inside}"):
            self.take_per(per)
        else:
            is_ref = alone or _NOTE_REF.fullmatch(inside)
            self.flags.append("note_ref" if is_ref else "trailing_note")

    def take_per(self, per: re.Match[str]) -> None:
        if self.per:
            raise PrintedError("it is printed for each of two things. Name one of them.")
        noun, adverb = per["noun"], per["adverb"]
        self.per = PER_NOUNS[noun.lower()] if noun else PER_ADVERBS[adverb.lower()]

    def strip_accounting(self) -> bool:
        match = _ACCOUNTING.fullmatch(self.body)
        if not match:
            return False
        self.flags.append("accounting_parentheses")
        self.body = match[1].strip()
        return True

    def strip_tail(self) -> None:
        body = self.body
        if per := _PER.search(body):
            self.take_per(per)
            body = body[: per.start()]
        if hedge := _TRAILING_HEDGE.search(body):
            self.set_hedge(TRAILING_HEDGES[hedge["hedge"].lower()])
            body = body[: hedge.start()]
        if glued := _GLUED.search(body):
            self.flags.append("glued_text")
            body = body[: glued.start()]
        self.body = body.strip()

    def strip_lead(self) -> None:
        while True:
            if hedge := _HEDGE.match(self.body):
                self.set_hedge(HEDGES[hedge["hedge"].lower()])
                self.body = self.body[hedge.end() :]
            elif lead := _LEAD.match(self.body):
                self.body = self.body[lead.end() :]
            else:
                break

    def range_ends(self, joint: re.Match[str]) -> tuple[Amount, Amount] | None:
        sides = joint["left"], joint["right"]
        bare = [is_bare(side) for side in sides]
        if None in bare:
            return None
        if self.hedge:
            raise PrintedError("it hedges a range. Pass the two ends apart.")
        if all(bare) and all(re.fullmatch("(?:19|20)[0-9]{2}", side) for side in sides):
            raise PrintedError("it looks like a period. Read it with Period.parse.")
        named = [side for side, without in zip(sides, bare, strict=True) if not without]
        unit = self.unit or (self.amount(named[0], None).unit if named else None)
        low, high = (self.amount(side, unit) for side in sides)
        if low.negative or high.negative or low.value >= high.value:
            raise PrintedError("as a range it does not run from a smaller to a larger number.")
        if low.scale < high.scale and low.value * high.scale < high.value * low.scale:
            raise PrintedError("the first number may share the suffix of the second. Write both.")
        self.flags += low.flags + high.flags
        if joint["joint"].lower() == "and" and (joint["word"] or "").lower() != "between":
            self.flags.append("range_without_between")
        return low, high

    def printed_range(self, low: Amount, high: Amount) -> Printed:
        interval = Interval(low.value, high.value)
        return Printed(
            text=self.text,
            value=None,
            hard=interval,
            soft=interval,
            strict=interval,
            lenient=interval,
            unit=low.unit,
            hedge="range",
            per=self.per,
            flags=tuple(dict.fromkeys(self.flags)),
        )

    def printed(self, amount: Amount, in_brackets: bool) -> Printed:
        negative = amount.negative or in_brackets
        if negative and amount.unit in ("count", "rank"):
            raise PrintedError(f"a {amount.unit} cannot stand below zero.")
        if negative and (self.hedge or (in_brackets and amount.negative)):
            raise PrintedError("a negative with a hedge or a second sign has no one reading.")
        self.flags += amount.flags
        hard: Interval | None
        if self.hedge:
            hard, strict, lenient = hedged(amount, self.hedge)
        else:
            strict, lenient = rounded(amount, self.rounding)
            hard = lenient
        if amount.value == 0:
            self.flags.append("explicit_zero")
        elif self.hedge is None and (lenient.width or 0) * 4 > amount.value:
            self.flags.append("vacuous_precision")
        found = Printed(
            text=self.text,
            value=amount.value,
            hard=hard,
            soft=lenient,
            strict=strict,
            lenient=lenient,
            unit=amount.unit,
            hedge=self.hedge,
            resolution=amount.written,
            per=self.per,
            flags=tuple(dict.fromkeys(self.flags)),
        )
        return found.mirrored() if negative else found
