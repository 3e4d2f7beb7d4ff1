from __future__ import annotations

import pytest

from pccfunding import evaluation as ev
from pccfunding.errors import PrintedError, TableError, UnknownNameError


def test_break_even_by_hand() -> None:
    found = ev.break_even(10_000, 500, multiplier=2)
    assert found.recorded_needed == (10.0,)
    assert found.recorded_needed_whole == (10,)
    assert ev.break_even(10_001, 500, multiplier=2).recorded_needed_whole == (11,)
    assert found.offences == ("offence",)


def test_break_even_of_several_offences() -> None:
    found = ev.break_even(
        820_000,
        {"robbery": 11_320, "cyber crime": 550},
        multiplier={"robbery": 4, "cyber crime": 1},
        verified=["cyber crime"],
        count_before={"robbery": 796, "cyber crime": 2000},
    )
    assert found.recorded_needed == pytest.approx((820_000 / 45_280, 820_000 / 550))
    assert found.share_of_baseline_pct == pytest.approx((2.2751, 74.5455), abs=1e-4)
    assert found.not_verified == ("robbery",)
    frame = found.frame
    assert frame["offence"].tolist() == ["robbery", "cyber crime"]
    assert frame["verified"].tolist() == [False, True]
    assert frame["recorded_needed_whole"].tolist() == [19, 1491]


def test_text_of_break_even_claims_nothing() -> None:
    found = ev.break_even(
        820_000, {"robbery": 11_320}, multiplier=1, count_before=796, verified=False
    )
    assert found.text.startswith(
        "£820,000 equals the cost of 72.4 recorded offences of robbery at £11,320 each, where "
        "1 happens for each one recorded, 9.1% of a base of 796 (unit cost not verified); this "
        "compares prices"
    )
    assert found.maryland_level == 0


def test_verified_may_be_one_name_or_all() -> None:
    costs = {"A": 1, "B": 2}
    assert ev.break_even(10, costs, verified=True).not_verified == ()
    assert ev.break_even(10, costs, verified="A").not_verified == ("B",)
    assert ev.break_even(10, costs).not_verified == ("A", "B")


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((0, 5), {}, "award_gbp is 0"),
        ((10, {}), {}, "There is no unit cost"),
        ((10, {"A": -1}), {}, "the unit cost of A is -1"),
        ((10, {"A": 1, "B": 2}), {"multiplier": {"A": 2}}, "multiplier holds nothing for B"),
        ((10, {"A": 1}), {"count_before": 0.5}, "count_before of A is 0.5"),
        ((10, {"A": 1}), {"count_before": 0}, "count_before is 0"),
    ],
)
def test_amounts_are_checked(
    arguments: tuple[object, ...], options: dict[str, object], words: str
) -> None:
    with pytest.raises(TableError, match=words):
        ev.break_even(*arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["verified", "multiplier", "count_before"])
def test_an_offence_without_a_unit_cost_is_named(name: str) -> None:
    value = ["robery"] if name == "verified" else {"robery": 1}
    with pytest.raises(UnknownNameError, match="Did you mean 'robbery'"):
        ev.break_even(10, {"robbery": 1}, **{name: value})  # type: ignore[arg-type]


def test_proportion_over_every_count_that_prints_so() -> None:
    found = ev.proportion_interval("92%", 238)
    alone = [ev.proportion_interval(count, 238) for count in (218, 219, 220)]
    assert found.counts == (218, 219, 220)
    assert found.low_pct == alone[0].low_pct
    assert found.high_pct == alone[2].high_pct
    assert found.text.startswith(
        "92% of 238 (the base) is a count of 218 to 220; 95% interval 87.4% to 95.2% (Wilson)."
    )
    assert alone[0].text.startswith("91.6% of 238 (the base) is a count of 218; ")


def test_proportions_of_none_and_all() -> None:
    none, every = ev.proportion_interval(0, 10), ev.proportion_interval(10, 10)
    z2 = 1.959963984540054**2
    assert none.low_pct == 0.0
    assert none.high_pct == pytest.approx(100 * z2 / (10 + z2))
    assert every.high_pct == 100.0
    assert every.low_pct == pytest.approx(100 - (none.high_pct or 0))


def test_a_percentage_that_no_count_prints() -> None:
    found = ev.proportion_interval("92.6%", 25)
    assert found.counts == ()
    assert found.low_pct is found.high_pct is None
    assert found.maryland_level == 0
    assert found.text.startswith("Not estimable: no count out of 25 prints as 92.6%.")
    assert ev.proportion_interval(11, 10).reason == "no count out of 10 is 11"


@pytest.mark.parametrize(
    ("printed", "n", "counts"),
    [
        ("92%", 238, (218, 219, 220)),
        ("92 per cent", 238, (218, 219, 220)),
        ("92.0%", 238, (219,)),
        ("90%", 10, (9,)),
        ("0%", 10, (0,)),
        ("100%", 10, (10,)),
        ("0.5%", 200, (1,)),
        ("12.5%", 4, ()),
        ("more than 90%", 20, (19, 20)),
        ("5.00", 25, (125,)),
        ("5.5", 2, (11,)),
        ("3", 2, (5, 6, 7)),
        ("3.1", 2, ()),
    ],
)
def test_counts_that_print_so(printed: str, n: int, counts: tuple[int, ...]) -> None:
    assert ev.counts_compatible(printed, n) == counts


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("£3", "neither a percentage nor a mean"),
        ("more than 3.1", "no bounds on both sides"),
        ("plenty", "Cannot read"),
    ],
)
def test_what_is_no_proportion_is_named(printed: str, words: str) -> None:
    with pytest.raises(PrintedError, match=words):
        ev.counts_compatible(printed, 10)


def test_a_proportion_needs_a_percentage_and_a_base() -> None:
    with pytest.raises(PrintedError, match="'£3' is no percentage"):
        ev.proportion_interval("£3", 10)
    with pytest.raises(TableError, match="n is 0"):
        ev.proportion_interval("92%", 0)
