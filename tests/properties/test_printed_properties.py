"""Laws of printed numbers and of periods."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pccfunding.errors import PccFundingError, PeriodError, PrintedError
from pccfunding.periods import Period, parse_date
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


def read_or_refused(
    read: Callable[[str], object], text: str, error: type[PccFundingError]
) -> object:
    """What a text is read as, or the words of its refusal; any other error passes through."""
    try:
        return read(text)
    except error as refusal:
        return str(refusal)


def readings(printed: Printed) -> list[object]:
    return [printed.hard, printed.soft, printed.strict, printed.lenient]


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
        assert truth in interval  # type: ignore[operator]


@given(pounds_and_pence, st.integers(1, 8), st.sampled_from(HALF_MODES))
@example(Decimal(352_195), 4, decimal.ROUND_HALF_UP)
def test_an_amount_rounded_to_tens_or_more_lies_in_its_lenient_interval(
    truth: Decimal, place: int, mode: str
) -> None:
    number = rounded(truth, -place, mode)
    assume(number > 0)
    printed = parse_printed(f"£{number:,f}")
    assert Fraction(truth) in printed.lenient  # type: ignore[operator]
    assert Fraction(truth) in printed.hard  # type: ignore[operator]


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
        assert Fraction(truth) in interval  # type: ignore[operator]
    for interval in readings(printed.mirrored()):
        assert -Fraction(truth) in interval  # type: ignore[operator]


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
        assert truth in interval  # type: ignore[operator]
    mirrored = parse_printed(f"-{text}", rounding=rounding)  # type: ignore[arg-type]
    for interval in readings(mirrored):
        assert -truth in interval  # type: ignore[operator]


@given(pounds_and_pence, st.sampled_from(["", ","]), st.booleans())
def test_pounds_and_pence_come_back(truth: Decimal, comma: str, negative: bool) -> None:
    sign = "-" if negative else ""
    printed = parse_printed(f"{sign}£{truth:{comma}.2f}")
    exact = -Fraction(truth) if negative else Fraction(truth)
    assert printed.value == exact
    assert all(interval.is_point and exact in interval for interval in readings(printed))  # type: ignore[attr-defined]


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
    assert all(found.value in interval for interval in readings(found))  # type: ignore[operator]
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
        assert not any(found.value in interval for interval in readings(found))  # type: ignore[operator]
    else:
        assert all(found.value in interval for interval in readings(found) if interval)  # type: ignore[operator]


@given(amounts_with_suffix(HALF_MODES), st.sampled_from(["", *BELOW, *ABOVE, *BOUNDS]))
def test_mirrored_twice_is_where_it_began(printed: tuple[Fraction, str], words: str) -> None:
    found = parse_printed(f"{words} {printed[1]}")
    fall = found.mirrored()
    assert fall.mirrored() == found
    assert fall.value == -found.value  # type: ignore[operator]
    assert fall.strict == -found.strict  # type: ignore[operator]
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
@example("() £5", None)
@example("[ ]5%", "percent")
def test_a_token_is_read_or_refused_and_nothing_else(text: str, unit: str | None) -> None:
    def read(token: str) -> Printed:
        return parse_printed(token, unit=unit)

    found = read_or_refused(read, text, PrintedError)
    if isinstance(found, Printed):
        assert found == read(text)
        assert found.strict is not None
        assert (found.value is None) == (found.hedge == "range")
    else:
        assert repr(text) in str(found)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read, error in (
        (parse_printed, PrintedError),
        (Period.parse, PeriodError),
        (parse_date, PeriodError),
    ):
        found = read_or_refused(read, text, error)
        assert not isinstance(found, str) or repr(text) in found


days = st.dates(date(1899, 4, 1), date(2200, 3, 31))
months = st.dates(date(1995, 1, 1), date(2030, 12, 1)).map(lambda day: day.replace(day=1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any two days, or whole months where labels come close to one another."""
    if draw(st.booleans()):
        start, end = sorted([draw(days), draw(days)])
        return Period.of(start, end)
    first, last = sorted([draw(months), draw(months)])
    if draw(st.booleans()):
        first = first.replace(month=4)
        last = last.replace(year=last.year + 1, month=draw(st.sampled_from([3, 4])))
    return Period.of(first, (last + timedelta(days=31)).replace(day=1) - timedelta(days=1))


@given(periods())
@example(Period.of(date(2004, 5, 1), date(2005, 6, 30)))
@example(Period.of(date(2010, 11, 1), date(2010, 11, 30)))
def test_a_label_is_read_back(period: Period) -> None:
    found = Period.parse(period.label)
    assert (found, found.flags, found.kind) == (period, (), period.kind)


@given(st.integers(2000, 2011), st.integers(0, 30), st.sampled_from([1, 4, 5, 11, 12]))
def test_two_periods_never_share_a_label(year: int, length: int, month: int) -> None:
    """Around 2000-01 to 2011-12 a financial year is spelled like a month."""
    start = date(year, month, 1)
    ends = [start + timedelta(days=31 * count) for count in range(length, length + 3)]
    ends = [end.replace(day=1) - timedelta(days=1) for end in ends if end.replace(day=1) > start]
    found = [Period.of(start, end) for end in ends] + [
        Period.financial_year(year),
        Period.of(date(year, 4, 1), date(year + 2, 3, 31)),
    ]
    assert len({period.label for period in found}) == len(set(found))


near_days = st.dates(date(2022, 11, 1), date(2025, 6, 30))
near_periods = st.tuples(near_days, near_days).map(lambda ends: Period.of(min(ends), max(ends)))


def each_day(period: Period) -> set[date]:
    return {period.start + timedelta(days=count) for count in range(period.days)}


@given(near_periods, near_periods)
def test_overlap_is_what_the_days_have_in_common(one: Period, two: Period) -> None:
    assert one.overlap_days(two) == two.overlap_days(one) == len(each_day(one) & each_day(two))
    assert one.within(two) == two.contains(one) == (each_day(one) <= each_day(two))
    assert one.overlap_days(one) == one.days


@given(near_periods)
def test_financial_years_cover_the_period_and_no_more(period: Period) -> None:
    years = period.financial_years()
    assert all(year.kind == "financial_year" for year in years)
    assert all(year.overlap_days(period) > 0 for year in years)
    assert sum(year.overlap_days(period) for year in years) == period.days
    for one, two in pairwise(years):
        assert one.end + timedelta(days=1) == two.start


@given(st.integers(1950, 2068))
def test_every_spelling_of_a_financial_year_is_that_year(start: int) -> None:
    end = start + 1
    spellings = [
        f"{start}/{end % 100:02d}",
        f"{start}-{end % 100:02d}",
        f"{start}–{end % 100:02d}",
        f"{start}-{end % 10}",
        f"{start}/{end}",
        f"{start} to {end}",
        f"FY {start}/{end % 100:02d}",
        f"Apr {start} - Mar {end}",
        f"1 April {start} to 31 March {end}",
        f"01/04/{start} - 31/03/{end}",
        f"year ending March {end}",
        f"12 months to 31 March {end}",
        f"{start}-{end % 100:02d}7",
        f"{start}-04/{end}-03",
    ]
    if start >= 1970:
        spellings.append(f"{start % 100:02d}/{end % 100:02d}")
    assert {Period.parse(text) for text in spellings} == {Period.financial_year(start)}


@given(days.filter(lambda day: 1970 <= day.year <= 2069))
def test_every_spelling_of_a_date_is_that_day(day: date) -> None:
    spellings = [
        day.isoformat(),
        f"{day.isoformat()}T23:59:59+01:00",
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d.%m.%y}",
        f"{day:%d-%m-%Y}",
        f"{day.day}th {day:%B %Y}",
        f"{day:%A} {day.day} {day:%b}. {day.year}",
        f"{day:%B} {day.day}, {day.year}",
    ]
    assert {parse_date(text) for text in spellings} == {day}
    assert Period.parse(spellings[2]) == Period.of(day, day)


DATE_PIECES = st.sampled_from(
    (
        *"0123456789-/ .–'",
        *("2023", "24", "31", "April", "Mar", " to ", " and ", "between ", "FY ", "year ending "),
        *("months to ", "2004-05", "until ", "20", "th", "2200", "1899", "0000"),
    )
)


@given(st.lists(DATE_PIECES, max_size=10).map("".join))
@example("12 months to 0001-01-01")
@example("9999-00")
def test_a_spelling_is_read_or_refused_and_nothing_else(text: str) -> None:
    for read in (Period.parse, parse_date):
        found = read_or_refused(read, text, PeriodError)
        if isinstance(found, str):
            assert repr(text) in str(found)
        else:
            assert found == read(text)
