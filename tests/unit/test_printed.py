"""Printed numbers, each worked by hand."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from fractions import Fraction

import pytest

from pccfunding.intervals import Interval
from pccfunding.printed import Printed, parse_printed


def readings(printed: Printed) -> list[str]:
    return [str(one) for one in (printed.hard, printed.soft, printed.strict, printed.lenient)]


@pytest.mark.parametrize(
    ("text", "strict", "lenient"),
    [
        ("£21.5m", "[21450000, 21550000]", "[21450000, 21550000]"),
        ("£350k", "[349500, 350500]", "[345000, 355000]"),
        ("£820k", "[819500, 820500]", "[815000, 825000]"),
        ("£820,000", "[820000, 820000]", "[815000, 825000]"),
        ("£2,321,845", "[2321845, 2321845]", "[2321845, 2321845]"),
        ("£2,275,000", "[2275000, 2275000]", "[2274500, 2275500]"),
        ("£299,213.13", "[299213.13, 299213.13]", "[299213.13, 299213.13]"),
        ("£62,416.00", "[62416, 62416]", "[62416, 62416]"),
        ("£0.600m", "[599500, 600500]", "[599500, 600500]"),
        ("£1,510k", "[1509500, 1510500]", "[1505000, 1515000]"),
        ("£12,345 million", "[12344500000, 12345500000]", "[12344500000, 12345500000]"),
        ("£2.5bn", "[2450000000, 2550000000]", "[2450000000, 2550000000]"),
        ("5 thousand pounds", "[4500, 5500]", "[4500, 5500]"),
        ("GBP 123", "[123, 123]", "[123, 123]"),
        ("£.5m", "[450000, 550000]", "[450000, 550000]"),
        ("23p", "[0.23, 0.23]", "[0.23, 0.23]"),
        ("50p", "[0.5, 0.5]", "[0.45, 0.55]"),
        ("8.5%", "[8.45, 8.55]", "[8.45, 8.55]"),
        ("13%", "[12.5, 13.5]", "[12.5, 13.5]"),
        ("30%", "[29.5, 30.5]", "[25, 35]"),
        ("30.0%", "[29.95, 30.05]", "[29.95, 30.05]"),
        ("0%", "[-0.5, 0.5]", "[-0.5, 0.5]"),
        ("£0", "[0, 0]", "[0, 0]"),
        ("£0.0m", "[-50000, 50000]", "[-50000, 50000]"),
    ],
)
def test_an_unhedged_number_is_known_to_half_its_unit(text: str, strict: str, lenient: str) -> None:
    assert readings(parse_printed(text)) == [lenient, lenient, strict, lenient]


@pytest.mark.parametrize(
    ("text", "hard", "strict", "lenient"),
    [
        ("just short of £1.2m", "(0, 1200000)", "[1100000, 1200000)", "[1100000, 1200000)"),
        ("nearly £1m", "(0, 1000000)", "[900000, 1000000)", "[900000, 1000000)"),
        ("just under £800,000", "(0, 800000)", "[799999, 800000)", "[720000, 800000)"),
        ("almost £350k", "(0, 350000)", "[349000, 350000)", "[340000, 350000)"),
        ("less than £500", "(0, 500)", "[499, 500)", "[450, 500)"),
        ("less than 1%", "[0, 1)", "[0.9, 1)", "[0.9, 1)"),
        ("more than £68,000", "(68000, inf)", "(68000, 68001]", "(68000, 69000]"),
        ("more than £1m", "(1000000, inf)", "(1000000, 1100000]", "(1000000, 1100000]"),
        ("just over £471,000", "(471000, inf)", "(471000, 471001]", "(471000, 472000]"),
        ("up to £5,000", "[0, 5000]", "[0, 5000]", "[0, 5000]"),
        ("at least £5,000", "[5000, inf)", "[5000, inf)", "[5000, inf)"),
        ("about £1.5m", "None", "[1400000, 1600000]", "[1400000, 1600000]"),
        ("around £470,000", "None", "[469999, 470001]", "[460000, 480000]"),
    ],
)
def test_a_hedge_bounds_one_side_and_a_fair_reader_the_other(
    text: str, hard: str, strict: str, lenient: str
) -> None:
    assert readings(parse_printed(text)) == [hard, lenient, strict, lenient]


@pytest.mark.parametrize(
    ("text", "hard", "soft"),
    [
        ("just under 3,000", "(0, 3000)", "[2700, 3000)"),
        ("more than 900", "(900, inf)", "(900, 990]"),
        ("more than 1,700", "(1700, inf)", "(1700, 1800]"),
        ("fewer than 5", "[0, 5)", "[4, 5)"),
        ("more than five", "(5, inf)", "(5, 6]"),
    ],
)
def test_a_hedged_count_leaves_room_for_a_whole_number(text: str, hard: str, soft: str) -> None:
    printed = parse_printed(text, unit="count")
    assert (str(printed.hard), str(printed.soft)) == (hard, soft)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("nearly", "nearly"),
        ("Almost", "almost"),
        ("under", "less_than"),
        ("over", "more_than"),
        ("in excess of", "more_than"),
        ("up to a maximum of", "up_to"),
        ("no more than", "up_to"),
        ("a minimum of", "at_least"),
        ("approximately", "about"),
        ("approx.", "about"),
        ("c.", "about"),
        ("c", "about"),
        ("circa", "about"),
        ("an estimated", "about"),
        ("as much as", "up_to"),
        ("~", "about"),
        ("some", "about"),
        ("by some", "about"),
        ("an additional", None),
        ("a total of", None),
        ("totalling", None),
        ("just", None),
    ],
)
def test_each_hedge_has_its_code_and_harmless_words_have_none(words: str, code: str | None) -> None:
    assert parse_printed(f"{words} £5k").hedge == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("£500 or more", "at_least"),
        ("£2m+", "at_least"),
        ("£2m plus", "at_least"),
        ("£5,000 maximum", "up_to"),
        ("£5,000 (maximum)", "up_to"),
        ("£5,000 (approx.)", "about"),
        ("£5,000 or so", "about"),
    ],
)
def test_a_hedge_may_follow_its_number(text: str, code: str) -> None:
    assert parse_printed(text).hedge == code


@pytest.mark.parametrize("text", ["1,732", "900", "six", "Three", "eight", "0"])
def test_a_count_is_itself_in_every_reading(text: str) -> None:
    printed = parse_printed(text, unit="count")
    assert printed.value is not None
    assert readings(printed) == [str(Interval.point(printed.value))] * 4


def test_number_words_run_from_zero_to_twelve() -> None:
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    words += ["ten", "eleven", "twelve"]
    values = [parse_printed(word, unit="count").value for word in words]
    assert values == list(range(13))
    assert parse_printed("nine per cent").unit == "percent"
    assert "number_word" in parse_printed("nine per cent").flags


def test_a_rank_may_be_an_ordinal_or_a_word() -> None:
    assert [parse_printed(text, unit="rank").value for text in ("lowest", "2nd", "3")] == [1, 2, 3]


def test_other_units_are_rounded() -> None:
    assert str(parse_printed("45", unit="offences_per_1000").hard) == "[44.5, 45.5]"
    assert str(parse_printed("45.20", unit="offences_per_1000").hard) == "[45.195, 45.205]"


def test_exact_leaves_the_strict_reading() -> None:
    assert readings(parse_printed("£820,000", exact=True)) == ["[820000, 820000]"] * 4
    assert readings(parse_printed("£350k", exact=True)) == ["[349500, 350500]"] * 4
    assert str(parse_printed("nearly £800,000", exact=True).soft) == "[799999, 800000)"


@pytest.mark.parametrize(
    ("text", "rounding", "strict", "hard"),
    [
        ("£350k", "down", "[350000, 351000)", "[350000, 360000)"),
        ("£350k", "up", "(349000, 350000]", "(340000, 350000]"),
        ("-8.5%", "down", "(-8.6, -8.5]", "(-8.6, -8.5]"),
        ("£2,275", "down", "[2275, 2275]", "[2275, 2275]"),
    ],
)
def test_a_source_may_be_known_to_truncate(
    text: str, rounding: str, strict: str, hard: str
) -> None:
    printed = parse_printed(text, rounding=rounding)  # type: ignore[arg-type]
    assert (str(printed.strict), str(printed.hard)) == (strict, hard)


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("£1m", True),
        ("£2m", True),
        ("£4m", False),
        ("£5k", False),
        ("£10,000", True),
        ("£25,000", False),
        ("3%", True),
        ("about £1m", False),
        ("£0", False),
    ],
)
def test_a_number_known_to_more_than_a_quarter_of_itself_is_flagged(text: str, vague: bool) -> None:
    assert ("vacuous_precision" in parse_printed(text).flags) is vague


@pytest.mark.parametrize(
    ("text", "resolution"),
    [("£0.600m", 1_000), ("£350k", 1_000), ("£820,000", 1), ("£1.50", Fraction(1, 100)), ("7%", 1)],
)
def test_the_resolution_is_the_unit_of_the_last_digit(text: str, resolution: Fraction) -> None:
    assert parse_printed(text).resolution == resolution


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "per"),
    [
        ("between £500 and £20,000", 500, 20_000, "GBP", None),
        ("£5,000 and £100k", 5_000, 100_000, "GBP", None),
        ("£5k-£10k", 5_000, 10_000, "GBP", None),
        ("£5k–£10k", 5_000, 10_000, "GBP", None),
        ("£500 to £20,000", 500, 20_000, "GBP", None),
        ("from £500 to £5k a year", 500, 5_000, "GBP", "year"),
        ("£800,000 - £1m", 800_000, 1_000_000, "GBP", None),
        ("10-20%", 10, 20, "percent", None),
    ],
)
def test_a_range_is_its_two_ends(
    text: str, low: int, high: int, unit: str, per: str | None
) -> None:
    printed = parse_printed(text)
    assert (printed.value, printed.resolution, printed.hedge) == (None, None, "range")
    assert (printed.low, printed.high, printed.unit, printed.per) == (low, high, unit, per)
    assert readings(printed) == [f"[{low}, {high}]"] * 4


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("£305,000 annually", "year"),
        ("£295k a year", "year"),
        ("£272.52 per annum", "year"),
        ("£5,000 p.a.", "year"),
        ("£5,000 pa", "year"),
        ("£5,000/year", "year"),
        ("£500 (per year)", "year"),
        ("£500 monthly", "month"),
        ("£500 a month", "month"),
        ("23p per week", "week"),
        ("£219.94 per person", "person"),
        ("£246.56 per head", "person"),
        ("£285.48 per Band D property", "band_d_dwelling"),
        ("£3,000 each", "each"),
        ("£3,000", None),
    ],
)
def test_what_a_number_is_printed_for_each_of(text: str, per: str | None) -> None:
    assert parse_printed(text).per == per


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("£ £5", 5, "doubled_symbol"),
        ("£1, 234, 567", 1_234_567, "space_in_group"),
        ("£2371.78.", "2371.78", "trailing_stop"),
        ("£500;", 500, "trailing_stop"),
        ("| £25,000", 25_000, "pipe"),
        ("• £25,000", 25_000, "bullet"),
        ("£1,372,554in", 1_372_554, "glued_text"),
        ("(year 2) £500", 500, "glued_label"),
        ("£5,000*", 5_000, "note_ref"),
        ("£5,000²", 5_000, "note_ref"),
        ("£5,000 [r]", 5_000, "note_ref"),
        ("£5,000 (net of costs)", 5_000, "trailing_note"),
        ("&pound;500", 500, "html_entity"),
        ("ВЈ500", 500, "mojibake"),
        ("\\u00a3500", 500, "mojibake"),
        ("Â£5k â€“ Â£6k", None, "mojibake"),
    ],
)
def test_a_damaged_token_is_read_where_one_reading_is_left(
    text: str, value: str | int | None, flag: str
) -> None:
    printed = parse_printed(text)
    assert printed.value == (None if value is None else Fraction(value))
    assert flag in printed.flags
    assert printed.text == text


@pytest.mark.parametrize("text", ["£5\u00a0k", " £5k ", "“£5k”", "£\u200b5k", "￡5k"])
def test_odd_blanks_and_quotes_leave_no_flag(text: str) -> None:
    assert (parse_printed(text).value, parse_printed(text).flags) == (5_000, ())


@pytest.mark.parametrize("text", ["-£500", "£-500", "−£500"])
def test_a_negative_carries_its_sign(text: str) -> None:
    printed = parse_printed(text)
    assert (printed.value, printed.low, printed.high) == (-500, -550, -450)


def test_accounts_print_a_negative_in_brackets() -> None:
    printed = parse_printed("(£500)")
    assert (printed.value, printed.flags) == (-500, ("accounting_parentheses",))


def test_values_equal_plain_numbers() -> None:
    printed = parse_printed("£820,000")
    assert printed.value == 820_000
    assert printed.value == 820_000.0
    assert isinstance(printed.value, Fraction)


def test_a_fall_is_mirrored() -> None:
    fall = parse_printed("more than 8.5%").mirrored()
    assert (fall.value, fall.low, fall.high) == (Fraction("-8.5"), None, Fraction("-8.5"))
    assert str(fall.hard) == "(-inf, -8.5)"
    assert parse_printed("about 5%").mirrored().hard is None
    assert parse_printed("10-20%").mirrored().low == -20
    readings = ("value", "hard", "soft", "strict", "lenient")
    bare = replace(parse_printed("5%"), **dict.fromkeys(readings))
    assert bare.mirrored() == bare
    back = fall.mirrored()
    assert back == parse_printed("more than 8.5%")


def test_printings_are_frozen_and_travel() -> None:
    printed = parse_printed("nearly £1m")
    with pytest.raises(AttributeError):
        printed.value = Fraction(1)  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(printed)) == printed
    assert copy.deepcopy(printed) == printed
    assert len({printed, parse_printed("nearly £1m")}) == 1
