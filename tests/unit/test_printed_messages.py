"""Each refusal of a printed number, word for word: what is wrong and what to do next."""

from __future__ import annotations

from typing import Any

import pytest

from pccfunding import parse_printed
from pccfunding.errors import PrintedError

REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    (
        "£31,78",
        {},
        (
            "a comma is not followed by three digits. If it means 31.78 or lost a digit, correct "
            "it at the source or store it with the reason."
        ),
    ),
    (
        "£500,",
        {},
        (
            "a comma is not followed by three digits. If it has a stray comma, correct it at the "
            "source or store it with the reason."
        ),
    ),
    ("£012", {}, "it starts with a zero that no amount carries."),
    ("£1.2.3", {}, "its digits and points form no number."),
    ("£1.234", {}, "it has part of a penny, or a point where a comma was meant."),
    (
        "£634,285k",
        {},
        (
            "634,285 is a full amount already, which the suffix 'k' contradicts. It may be meant "
            "without the suffix; correct it at the source."
        ),
    ),
    ("£8%", {}, "it carries two units."),
    ("5 million pence", {}, "pence with a suffix have no one reading."),
    ("-£-5", {}, "it carries two signs."),
    ("(-£5)", {}, "a negative with a hedge or a second sign has no one reading."),
    ("nearly £0", {}, "a hedge on nothing bounds no number."),
    ("nearly about £5", {}, "it carries two hedges, which cannot both bound one number."),
    ("up to £5k to £10k", {}, "it hedges a range. Pass the two ends apart."),
    ("£5-10k", {}, "the first number may share the suffix of the second. Write both."),
    ("£20,000 to £500", {}, "as a range it does not run from a smaller to a larger number."),
    ("2019 to 2023", {}, "it looks like a period. Read it with Period.parse."),
    ("£10,000 (£12,000)", {}, "(£12,000) may be a second number. Pass one at a time."),
    ("£5 [£6]", {}, "[£6] may be a second number. Pass one at a time."),
    ("(£10) £12", {}, "(£10) may be a second number. Pass one at a time."),
    ("£5,000 ()", {}, "() may be a second number. Pass one at a time."),
    ("£5 (000s)", {}, "(000s) may change the number. Write it out in full."),
    ("£500 in 2023", {}, "it holds 2 numbers (500, 2023). Pass one at a time."),
    ("10,000", {}, 'it has no £ or % of its own. Pass unit="GBP", unit="percent" or unit="count".'),
    ("$500", {}, "$ is not pounds."),
    ("�500", {}, "a sign beside 500 was lost in decoding. Read the file as UTF-8 or cp1252."),
    ("down 26%", {}, "it names a direction. Pass 26 alone and turn a fall with mirrored()."),
    ("£5km", {}, "what stands round 5 is not known: '£...km'. Pass the number and its hedge."),
    ("£500 a year (each)", {}, "it is printed for each of two things. Name one of them."),
    (
        "half a million pounds",
        {},
        "it holds no number in digits, nor a word from zero to twelve alone.",
    ),
    (
        "x" * 301,
        {},
        (
            "Cannot read 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'...: 301 "
            "characters are a passage, not a number. Pass the number with its hedge."
        ),
    ),
    (
        "",
        {},
        (
            "it is blank. A reader keeps it as a kind of unknown (nil, not published, withheld, "
            "not applicable, not yet due), never as 0."
        ),
    ),
    (
        "[x]",
        {},
        (
            "it is a marker of a missing number. A reader keeps it as a kind of unknown (nil, "
            "not published, withheld, not applicable, not yet due), never as 0."
        ),
    ),
    (
        "3.5",
        {"unit": "count"},
        "a count is a whole number. Name another unit for rounded decimals.",
    ),
    ("-5", {"unit": "count"}, "a count cannot stand below zero."),
    ("1st", {"unit": "count"}, 'it names a rank. Pass unit="rank".'),
    ("334, 818", {"unit": "count"}, "it may be a list of numbers. Pass one at a time."),
    ("£5", {"unit": "count"}, "it is printed in GBP, not in unit='count'."),
    ("5", {"unit": "%"}, "unit='%' is no name of a unit; did you mean 'percent'?"),
    ("5", {"unit": ""}, "unit='' is no name of a unit; name it like 'GBP' or 'offences_per_1000'."),
    ("£5k", {"rounding": "even"}, "rounding='even' is unknown; use 'half', 'down' or 'up'."),
]


@pytest.mark.parametrize(("text", "options", "said"), REFUSALS)
def test_a_refusal_says_what_is_wrong(text: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(PrintedError) as refusal:
        parse_printed(text, **options)
    lead = "" if "is no name of a unit" in said or len(text) > 300 else f"Cannot read {text!r}: "
    assert str(refusal.value) == (said if "rounding=" in said else lead + said)


@pytest.mark.parametrize(
    ("text", "hedge", "flags"),
    [
        ("£5,000 (maximum.)", "up_to", ()),
        ("£5,000 [maximum]", "up_to", ()),
        ("£5,000 (c)", None, ("note_ref",)),
        ("£5,000 (x)", None, ("note_ref",)),
        ("£5,000 [1]", None, ("note_ref",)),
        ("£5,000 []", None, ("note_ref",)),
        ("£5,000 (see below)", None, ("trailing_note",)),
    ],
)
def test_a_bracket_behind_a_number_is_a_hedge_a_reference_or_a_note(
    text: str, hedge: str | None, flags: tuple[str, ...]
) -> None:
    found = parse_printed(text)
    assert (found.value, found.hedge, found.flags) == (5000, hedge, flags)
