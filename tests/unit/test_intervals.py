"""Exact intervals, worked by hand: open, closed and missing ends."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest

from pccfunding.errors import IntervalError, TableError
from pccfunding.intervals import Interval, as_fraction, counts_that_print, interval_text
from pccfunding.words import decimal_text


def interval(text: str) -> Interval:
    """Read "(0, 5]"; a dot stands for a missing end."""
    low, high = text[1:-1].split(", ")
    return Interval.of(
        None if low == "." else low,
        None if high == "." else high,
        low_closed=text[0] == "[",
        high_closed=text[-1] == "]",
    )


@pytest.mark.parametrize(
    ("number", "exact"),
    [
        (3, Fraction(3)),
        ("185.2", Fraction(926, 5)),
        ("-0.05", Fraction(-1, 20)),
        ("1/3", Fraction(1, 3)),
        (Decimal("0.1"), Fraction(1, 10)),
        (Fraction(2, 7), Fraction(2, 7)),
    ],
)
def test_exact_numbers_stay_exact(number: int | str | Decimal | Fraction, exact: Fraction) -> None:
    assert as_fraction(number) == exact


@pytest.mark.parametrize(("number", "kind"), [(0.1, "float"), (True, "bool"), (None, "NoneType")])
def test_what_is_not_exact_is_refused(number: object, kind: str) -> None:
    with pytest.raises(IntervalError) as refusal:
        as_fraction(number)  # type: ignore[arg-type]
    assert str(refusal.value) == (
        f"{number} is a {kind}; an exact interval takes int, Fraction, "
        f"Decimal or a decimal string such as '185.2'."
    )


@pytest.mark.parametrize("number", ["abc", "nan", "inf", "1/0", Decimal("NaN")])
def test_what_is_not_finite_is_refused(number: str | Decimal) -> None:
    with pytest.raises(IntervalError) as refusal:
        as_fraction(number)
    assert str(refusal.value) == f"{number!r} is not a finite decimal number."


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-5, 2), "-2.5"),
        (Fraction(1, 8), "0.125"),
        (Fraction(21_450_000), "21450000"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 400), "-0.0025"),
    ],
)
def test_decimal_text(number: Fraction, text: str) -> None:
    assert decimal_text(number) == text
    assert as_fraction(text) == number


def test_ends_are_fractions_or_missing() -> None:
    with pytest.raises(IntervalError) as refusal:
        Interval(1, 2)  # type: ignore[arg-type]
    assert str(refusal.value) == "1 is a int; build it with Interval.of(low, high)."
    assert str(Interval.of(1, 2)) == "[1, 2]"
    assert interval("[., 5]") == interval("(., 5]")
    assert not interval("[., .]").low_closed


@pytest.mark.parametrize("text", ["[2, 1]", "(1, 1]", "[1, 1)", "(1, 1)"])
def test_an_interval_holds_a_number(text: str) -> None:
    with pytest.raises(IntervalError, match="No number lies"):
        interval(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("[1, 2]", ["1", "1.5", "2"], ["0.999", "2.001"]),
        ("(1, 2)", ["1.001", "1.999"], ["1", "2"]),
        ("(., 2]", ["-1000000", "2"], ["2.001"]),
        ("(1, .)", ["1.001", "1000000"], ["1"]),
        ("(., .)", ["-5", "0", "5"], []),
    ],
)
def test_membership(text: str, inside: list[str], outside: list[str]) -> None:
    assert all(number in interval(text) for number in inside)
    assert not any(number in interval(text) for number in outside)


def test_a_float_is_no_member() -> None:
    with pytest.raises(IntervalError, match="no exact number"):
        _ = 0.5 in interval("[0, 1]")


@pytest.mark.parametrize(
    ("text", "is_point", "is_bounded", "width"),
    [
        ("[4.5, 4.5]", True, True, 0),
        ("(1, 3)", False, True, 2),
        ("[1, .)", False, False, None),
        ("(., .)", False, False, None),
    ],
)
def test_shape(text: str, is_point: bool, is_bounded: bool, width: int | None) -> None:
    one = interval(text)
    assert (one.is_point, one.is_bounded, one.width) == (is_point, is_bounded, width)


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        ("[1, 2]", "[3, 5]", "[4, 7]"),
        ("(1, 2]", "[3, 5)", "(4, 7)"),
        ("[1, .)", "[3, 5]", "[4, inf)"),
        ("(., 2]", "(3, .)", "(-inf, inf)"),
        ("[0.05, 0.15]", "[0.1, 0.1]", "[0.15, 0.25]"),
    ],
)
def test_sums(left: str, right: str, total: str) -> None:
    assert str(interval(left) + interval(right)) == total
    assert interval(left) + interval(right) == interval(right) + interval(left)


@pytest.mark.parametrize(
    ("left", "right", "difference"),
    [
        ("[185.15, 185.25]", "[10.75, 10.85]", "[174.3, 174.5]"),
        ("[3, 4]", "[3, 4]", "[-1, 1]"),
        ("(3, 4]", "[1, 2)", "(1, 3]"),
        ("[3, 4]", "[1, .)", "(-inf, 3]"),
    ],
)
def test_differences(left: str, right: str, difference: str) -> None:
    assert str(interval(left) - interval(right)) == difference


@pytest.mark.parametrize(
    ("left", "right", "product"),
    [
        ("[2, 3]", "[4, 5]", "[8, 15]"),
        ("[-2, 3]", "[4, 5]", "[-10, 15]"),
        ("[-2, 3]", "[-5, 4]", "[-15, 12]"),
        ("[-3, -2]", "[-5, -4]", "[8, 15]"),
        ("(2, 3)", "[4, 5]", "(8, 15)"),
        ("[0, 1]", "(0, .)", "[0, inf)"),
        ("(0, 1]", "[1, .)", "(0, inf)"),
        ("[0, 0]", "(., .)", "[0, 0]"),
        ("(0, 1)", "[0, 1)", "[0, 1)"),
        ("[-1, 0)", "[2, .)", "(-inf, 0)"),
        ("(-1, 1)", "(., .)", "(-inf, inf)"),
        ("[-1, 1]", "[-1, 1)", "[-1, 1]"),
    ],
)
def test_products(left: str, right: str, product: str) -> None:
    assert str(interval(left) * interval(right)) == product
    assert interval(left) * interval(right) == interval(right) * interval(left)


@pytest.mark.parametrize(
    ("one", "result"),
    [
        ("[2, 4]", "[0.25, 0.5]"),
        ("(2, 4]", "[0.25, 0.5)"),
        ("[-4, -2]", "[-0.5, -0.25]"),
        ("(0, 4]", "[0.25, inf)"),
        ("[-4, 0)", "(-inf, -0.25]"),
        ("[4, .)", "(0, 0.25]"),
        ("(0, .)", "(0, inf)"),
        ("(., -4]", "[-0.25, 0)"),
        ("(., 0)", "(-inf, 0)"),
    ],
)
def test_reciprocals(one: str, result: str) -> None:
    assert str(interval(one).reciprocal()) == result
    assert interval(one).reciprocal().reciprocal() == interval(one)


@pytest.mark.parametrize("text", ["[0, 1]", "[-1, 0]", "[-1, 1]", "(-1, 1)", "(., .)", "[0, .)"])
def test_nothing_is_divided_by_zero(text: str) -> None:
    with pytest.raises(IntervalError, match="goes through zero"):
        interval(text).reciprocal()


def test_exact_numbers_join_in_on_either_side() -> None:
    one = interval("[2, 4]")
    assert str(one + "0.5") == "[2.5, 4.5]"
    assert str(1 + one) == "[3, 5]"
    assert str(one - 1) == "[1, 3]"
    assert str(10 - one) == "[6, 8]"
    assert str(3 * one) == "[6, 12]"
    assert str(one / 2) == "[1, 2]"
    assert str(1 / one) == "[0.25, 0.5]"
    assert str(-one) == "[-4, -2]"
    with pytest.raises(IntervalError):
        _ = one + 0.5  # type: ignore[operator]


@pytest.mark.parametrize(
    ("left", "right", "both", "hull"),
    [
        ("[0, 3]", "[2, 5]", "[2, 3]", "[0, 5]"),
        ("[0, 2)", "[2, 5]", None, "[0, 5]"),
        ("[0, 2]", "[2, 5]", "[2, 2]", "[0, 5]"),
        ("(0, 3)", "[0, 3]", "(0, 3)", "[0, 3]"),
        ("(., 3]", "(1, .)", "(1, 3]", "(-inf, inf)"),
        ("[0, 1]", "(4, 5)", None, "[0, 5)"),
        ("(., .)", "[1, 2)", "[1, 2)", "(-inf, inf)"),
    ],
)
def test_intersection_and_hull(left: str, right: str, both: str | None, hull: str) -> None:
    one, two = interval(left), interval(right)
    assert one.intersection(two) == two.intersection(one)
    assert one.intersection(two) == (None if both is None else interval(both))
    assert one.meets(two) is (both is not None)
    assert str(one.hull(two)) == str(two.hull(one)) == hull


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ("[1, 2]", "[1, 2]", True),
        ("(1, 2)", "[1, 2]", True),
        ("[1, 2]", "(1, 2]", False),
        ("[1, 2]", "[1, .)", True),
        ("[1, .)", "[1, 2]", False),
        ("[5, 6]", "[1, 2]", False),
    ],
)
def test_within(inner: str, outer: str, within: bool) -> None:
    assert interval(inner).within(interval(outer)) is within


@pytest.mark.parametrize(
    ("left", "right", "below"),
    [
        ("[0, 1]", "[2, 3]", True),
        ("[0, 1]", "[1, 2]", False),
        ("[0, 1)", "[1, 2]", True),
        ("[0, 1]", "(1, 2]", True),
        ("[0, .)", "[5, 6]", False),
        ("[2, 3]", "[0, 1]", False),
    ],
)
def test_certainly_below(left: str, right: str, below: bool) -> None:
    assert interval(left).certainly_below(interval(right)) is below


def test_intervals_are_values() -> None:
    one = interval("(0, 1]")
    assert pickle.loads(pickle.dumps(one)) == one
    assert len({one, interval("(0, 1]"), interval("[0, 1]")}) == 2
    with pytest.raises(AttributeError):
        one.low = Fraction(5)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[18.5, 18.5]", "18.5"),
        ("(1, 2]", "(1, 2]"),
        ("[1, .)", "[1, inf)"),
        ("(., .)", "(-inf, inf)"),
    ],
)
def test_a_single_number_is_written_plainly(text: str, words: str) -> None:
    assert interval_text(interval(text)) == words


@pytest.mark.parametrize(
    ("count", "percent", "counts"),
    [
        # 3 of 16 is 18.75%, and no other count of 16 lies within half a point of 19%.
        (16, "[18.5, 19.5)", [3]),
        # Of 200, half a percent is one: an end counts only where it is closed.
        (200, "[18.5, 19.5]", [37, 38, 39]),
        (200, "(18.5, 19.5)", [38]),
        (200, "[18.6, 19.4]", [38]),
        (3, "[32.5, 33.3]", []),
        (3, "[33, 33.5]", [1]),
        (1, "[0, 100]", [0, 1]),
        # No share passes nothing or all, whatever a printed figure allows.
        (4, "[-5, 30]", [0, 1]),
        (4, "[70, 130]", [3, 4]),
        (2, "(., 50]", [0, 1]),
        (2, "[50, .)", [1, 2]),
        (2, "(., .)", [0, 1, 2]),
    ],
)
def test_the_counts_that_print_as_a_percentage(count: int, percent: str, counts: list[int]) -> None:
    assert list(counts_that_print(Interval.point(count), interval(percent))) == counts


@pytest.mark.parametrize("base", ["[0, 0]", "[-1, -1]", "[2.5, 2.5]", "[4, 5]", "(., 4]", "(., .)"])
def test_a_percentage_is_of_one_whole_count(base: str) -> None:
    with pytest.raises(TableError) as refusal:
        counts_that_print(interval(base), interval("[10, 20]"))
    assert str(refusal.value) == (
        f"A percentage of a count needs one whole count above 0, not {interval(base)}."
    )
