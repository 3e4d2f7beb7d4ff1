"""What parse_printed refuses, each with its reason."""

from __future__ import annotations

import pickle
from typing import Literal

import pytest

from pccfunding.errors import PrintedError
from pccfunding.printed import parse_printed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("£31,78", "If it means 31.78 or lost a digit"),
        ("£110,00", "comma"),
        ("£1,20,000", "stray comma"),
        ("£1200,000", "stray comma"),
        ("£500,", "stray comma"),
        ("£0,500", "comma"),
        ("£012", "starts with a zero"),
        ("£1.2.3", "form no number"),
        ("£1.234", "part of a penny"),
        ("5.5p", "part of a penny"),
        ("£634,285k", "contradicts"),
        ("£12345k", "contradicts"),
        ("£268,084,994m", "contradicts"),
        ("£1,000,000 thousand", "contradicts"),
        ("£5.50p", "two units"),
        ("£8%", "two units"),
        ("5 million pence", "no one reading"),
        ("-£-5", "two signs"),
        ("(-£5)", "second sign"),
        ("more than -£5", "negative with a hedge"),
        ("nearly £0", "bounds no number"),
        ("nearly about £5", "two hedges"),
        ("up to £5k maximum", "two hedges"),
        ("up to £5k to £10k", "hedges a range"),
        ("£5-10k", "share the suffix"),
        ("£7-£9m", "share the suffix"),
        ("£20,000 to £500", "smaller to a larger"),
        ("£500 and £500", "smaller to a larger"),
        ("2019 to 2023", "looks like a period"),
        ("£10,000 (£12,000)", "second number"),
        ("(£10) £12", "second number"),
        ("£500 (2)", "second number"),
        ("£5 (000s)", "may change the number"),
        ("£5.2 (m)", "may change the number"),
        ("£500 in 2023", "2 numbers"),
        ("£1 200 000", "3 numbers"),
        ("334, 818", "no £"),
        ("$500", r"\$ is not pounds"),
        ("�500", "lost in decoding"),
        ("down 26%", "mirrored"),
        ("4.3 percentage points", "not known"),
        ("£5km", "not known"),
        ("£5m in", "not known"),
        ("£500 a week per person", "not known"),
        ("£500 a year (each)", "two things"),
        ("half a million pounds", "no number in digits"),
        ("10,000", "no £"),
        ("six", "no £"),
        ("x" * 301, "301 characters"),
    ],
)
def test_what_has_no_one_reading_is_refused(text: str, reason: str) -> None:
    with pytest.raises(PrintedError, match=reason) as refusal:
        parse_printed(text)
    assert text[:60] in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "£", "—", "–", "-", "£ -", "£—", ".", "..", "*", "N/A", "n/a", "TBC", "[x]", "nil"],
)
def test_a_missing_marker_is_no_number(text: str) -> None:
    with pytest.raises(PrintedError, match="kind of unknown"):
        parse_printed(text, unit="GBP")


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("3.5", "count", "whole number"),
        ("-5", "count", "below zero"),
        ("(149)", "count", "below zero"),
        ("1st", "count", 'unit="rank"'),
        ("334, 818", "count", "list of numbers"),
        ("£5", "count", "printed in GBP"),
        ("8%", "GBP", "printed in percent"),
        ("5", "%", "did you mean 'percent'"),
        ("5", "£", "did you mean 'GBP'"),
        ("5", "", "name it like"),
        ("5", 5, "name it like"),
    ],
)
def test_the_unit_is_held_to(text: str, unit: str, reason: str) -> None:
    with pytest.raises(PrintedError, match=reason):
        parse_printed(text, unit=unit)


def test_a_number_is_not_a_text() -> None:
    with pytest.raises(PrintedError, match="of type float"):
        parse_printed(350_000.0)  # type: ignore[arg-type]


def test_a_rounding_rule_is_one_of_three() -> None:
    with pytest.raises(PrintedError, match="'half', 'down' or 'up'"):
        parse_printed("£5k", rounding="even")  # type: ignore[arg-type]


def test_refusals_travel_too() -> None:
    with pytest.raises(PrintedError) as refusal:
        parse_printed("£31,78")
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    ("text", "notation", "how"),
    [("5,5x", "comma", " (comma and point in each other's place)"), ("5.5x", "point", "")],
)
def test_a_refusal_says_that_signs_are_swapped(
    text: str, notation: Literal["comma", "point"], how: str
) -> None:
    with pytest.raises(PrintedError) as refusal:
        parse_printed(text, unit="percent", notation=notation)
    assert str(refusal.value) == (
        f"Cannot read {text!r}{how}: what stands round 5.5 is not known: '...x'. Pass the "
        f"number and its hedge."
    )


@pytest.mark.parametrize("text", ["5-10", "5 to 10", "between 5 and 10"])
def test_a_range_without_a_unit_asks_for_one(text: str) -> None:
    with pytest.raises(PrintedError) as refusal:
        parse_printed(text)
    assert str(refusal.value) == (
        f"Cannot read {text!r}: it has no £ or % of its own. "
        f'Pass unit="GBP", unit="percent" or unit="count".'
    )
