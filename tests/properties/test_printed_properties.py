"""Laws of printed numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, strategies as st

from pccfunding.errors import PrintedError
from pccfunding.intervals import Interval
from pccfunding.printed import Printed, parse_printed

HALF_MODES = [decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN, decimal.ROUND_HALF_EVEN]
SUFFIXES = {"k": 3, "K": 3, " thousand": 3, "m": 6, "million": 6, " million": 6, "bn": 9}
BELOW = ["nearly", "almost", "just short of", "just under", "less than", "fewer than"]
ABOVE = ["more than", "over", "just over", "in excess of"]
BOUNDS = ["up to", "a maximum of", "at least", "about", "around", "circa"]

pounds_and_pence = st.integers(1, 10**12).map(lambda pence: Decimal(pence) / 100)


def rounded(number: Decimal, places: int, mode: str) -> Decimal:
    """Round to 10**-places; the context is wide enough for any amount here."""
    with decimal.localcontext(prec=60):
        return number.quantize(Decimal(1).scaleb(-places), rounding=mode)


def read_or_refused(text: str, unit: str | None) -> Printed | str:
    """What a text is read as, or the words of its refusal; any other error passes through."""
    try:
        return parse_printed(text, unit=unit)
    except PrintedError as refusal:
        return str(refusal)


def readings(printed: Printed) -> list[Interval]:
    """The readings that bound the number: all four, or three after "about"."""
    found = (printed.hard, printed.soft, printed.strict, printed.lenient)
    return [interval for interval in found if interval is not None]


@st.composite
def amounts_with_suffix(draw: st.DrawFn, modes: list[str]) -> tuple[Fraction, str]:
    """An amount, and what a press office that rounds by one of these modes prints for it."""
    truth = draw(pounds_and_pence)
    suffix = draw(st.sampled_from(sorted(SUFFIXES)))
    number = rounded(
        truth.scaleb(-SUFFIXES[suffix]), draw(st.integers(0, 3)), draw(st.sampled_from(modes))
    )
    assume(number > 0)
    assume(number < 10_000 or len(suffix) > 2)
    assume(number < 1_000_000)
    return Fraction(truth), f"£{number:{draw(st.sampled_from(['', ',']))}f}{suffix}"


@given(amounts_with_suffix(HALF_MODES))
@example((Fraction(350_500), "£350k"))
@example((Fraction(349_500), "£350k"))
@example((Fraction("21450000"), "£21.5m"))
def test_a_rounded_amount_lies_in_its_own_interval(printed: tuple[Fraction, str]) -> None:
    truth, text = printed
    for interval in readings(parse_printed(text)):
        assert truth in interval


@given(pounds_and_pence, st.integers(1, 8), st.sampled_from(HALF_MODES))
@example(Decimal(352_195), 4, decimal.ROUND_HALF_UP)
def test_an_amount_rounded_to_tens_or_more_lies_in_its_lenient_interval(
    truth: Decimal, place: int, mode: str
) -> None:
    number = rounded(truth, -place, mode)
    assume(number > 0)
    printed = parse_printed(f"£{number:,f}")
    assert Fraction(truth) in printed.lenient
    assert Fraction(truth) in printed.hard


@given(
    st.decimals(0, 500, places=6),
    st.integers(0, 4),
    st.sampled_from(HALF_MODES),
    st.sampled_from(["%", " per cent", "pc", " percent"]),
)
@example(Decimal("8.45"), 1, decimal.ROUND_HALF_UP, "%")
@example(Decimal("0.5"), 0, decimal.ROUND_HALF_EVEN, "%")
def test_a_rounded_percentage_lies_in_its_own_interval(
    truth: Decimal, places: int, mode: str, sign: str
) -> None:
    printed = parse_printed(f"{rounded(truth, places, mode):f}{sign}")
    for interval in readings(printed):
        assert Fraction(truth) in interval
    for interval in readings(printed.mirrored()):
        assert -Fraction(truth) in interval


@pytest.mark.parametrize(
    ("rounding", "mode"), [("down", decimal.ROUND_DOWN), ("up", decimal.ROUND_UP)]
)
@given(st.data())
def test_a_directed_rounding_keeps_its_promise(
    rounding: str, mode: str, data: st.DataObject
) -> None:
    truth, text = data.draw(amounts_with_suffix([mode]))
    printed = parse_printed(text, rounding=rounding)  # type: ignore[arg-type]
    for interval in readings(printed):
        assert truth in interval
    mirrored = parse_printed(f"-{text}", rounding=rounding)  # type: ignore[arg-type]
    for interval in readings(mirrored):
        assert -truth in interval


@given(pounds_and_pence, st.sampled_from(["", ","]), st.booleans())
def test_pounds_and_pence_come_back(truth: Decimal, comma: str, negative: bool) -> None:
    sign = "-" if negative else ""
    printed = parse_printed(f"{sign}£{truth:{comma}.2f}")
    exact = -Fraction(truth) if negative else Fraction(truth)
    assert printed.value == exact
    assert all(interval.is_point and exact in interval for interval in readings(printed))


@given(st.integers(0, 10**9), st.sampled_from(["GBP", "count", "rank"]))
def test_a_full_number_comes_back_and_strict_is_itself(number: int, unit: str) -> None:
    printed = parse_printed(f"{number:,}", unit=unit)
    assert printed.value == number
    assert printed.strict is not None
    assert printed.strict.is_point
    exact = parse_printed(f"{number:,}", unit=unit, exact=True)
    assert readings(exact) == [printed.strict] * 4


@given(amounts_with_suffix(HALF_MODES), st.booleans())
def test_an_unhedged_value_lies_in_every_reading_and_strict_in_lenient(
    printed: tuple[Fraction, str], exact: bool
) -> None:
    found = parse_printed(printed[1], exact=exact)
    assert all(found.value in interval for interval in readings(found))
    assert found.strict is not None
    assert found.lenient is not None
    assert found.strict.within(found.lenient)
    assert found.hard == found.soft == found.lenient
    assert (found.low, found.high) == (found.lenient.low, found.lenient.high)


@given(amounts_with_suffix(HALF_MODES), st.sampled_from(BELOW + ABOVE + BOUNDS))
def test_a_fair_reader_stays_within_the_words(printed: tuple[Fraction, str], words: str) -> None:
    found = parse_printed(f"{words} {printed[1]}")
    plain = parse_printed(printed[1])
    assert found.value == plain.value
    assert found.resolution == plain.resolution
    assert found.strict is not None
    assert found.soft is not None
    assert found.lenient is not None
    assert found.strict.within(found.lenient)
    assert found.soft == found.lenient
    if found.hard is not None:
        assert found.soft.within(found.hard)
    if words in BELOW or words in ABOVE:
        assert not any(found.value in interval for interval in readings(found))
    else:
        assert all(found.value in interval for interval in readings(found) if interval)


@given(amounts_with_suffix(HALF_MODES), st.sampled_from(["", *BELOW, *ABOVE, *BOUNDS]))
def test_mirrored_twice_is_where_it_began(printed: tuple[Fraction, str], words: str) -> None:
    found = parse_printed(f"{words} {printed[1]}")
    fall = found.mirrored()
    assert fall.mirrored() == found
    assert fall.value == -found.value
    assert fall.strict == -found.strict
    assert fall.low == (None if found.high is None else -found.high)


@given(
    amounts_with_suffix(HALF_MODES),
    st.sampled_from(["gbk", "cp1252", "latin-1", "cp1250", "cp1251", "cp437"]),
)
def test_a_wrong_decoding_is_undone(printed: tuple[Fraction, str], codec: str) -> None:
    text = printed[1]
    damaged = parse_printed(text.encode("utf-8").decode(codec))
    assert "mojibake" in damaged.flags
    assert (damaged.value, readings(damaged)) == (
        parse_printed(text).value,
        readings(parse_printed(text)),
    )


@given(
    amounts_with_suffix(HALF_MODES),
    st.sampled_from(
        [
            "£{}",
            "{} |",
            "| {}",
            "• {}",
            "(year 2){}",
            "{} (Note 1)",
            "{}[2]",
            "{}.",
            "a total of {}",
        ]
    ),
)
def test_what_stands_round_an_amount_does_not_change_it(
    printed: tuple[Fraction, str], frame: str
) -> None:
    framed, plain = parse_printed(frame.format(printed[1])), parse_printed(printed[1])
    assert (framed.value, readings(framed)) == (plain.value, readings(plain))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(["to", "and", "-", "–"]))
def test_a_range_runs_from_the_smaller_to_the_larger(one: int, two: int, joint: str) -> None:
    text = f"£{one:,} {joint} £{two:,}"
    if one < two:
        found = parse_printed(text)
        assert (found.value, found.low, found.high, found.hedge) == (None, one, two, "range")
    else:
        with pytest.raises(PrintedError):
            parse_printed(text)


@given(st.integers(0, 99), st.integers(1, 999), st.integers(0, 9999))
def test_a_group_that_is_not_three_digits_is_refused(first: int, second: int, third: int) -> None:
    text = f"£{first},{second}"
    assume(len(str(second)) != 3)
    for damaged in (text, f"{text}.50", f"£{third},{second},000", f"{text}k"):
        with pytest.raises(PrintedError):
            parse_printed(damaged)


PIECES = st.sampled_from(
    (
        *"0123456789£%.,-–()[]/ kmp+~*|",
        *(" and ", " to ", "between ", "nearly ", "up to ", "about ", "million", " per ", "year"),
        *(" a ", "each", "six", "Note 1", "000", "££", "\u00a0", "拢", "&"),
    )
)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from([None, "GBP", "count", "rank"]))
@example("£5 - £", None)
@example("nearly £0", None)
@example("() £5", None)
@example("[ ]5%", "percent")
def test_a_token_is_read_or_refused_and_nothing_else(text: str, unit: str | None) -> None:
    found = read_or_refused(text, unit)
    assert found == read_or_refused(text, unit)
    if isinstance(found, Printed):
        assert found.strict is not None
        assert (found.value is None) == (found.hedge == "range")
    else:
        assert repr(text) in found


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_or_refused(text, "GBP")
    assert isinstance(found, Printed) or repr(text) in found
