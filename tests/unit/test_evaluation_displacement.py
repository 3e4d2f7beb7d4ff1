from __future__ import annotations

import math

import pytest

from pccfunding import evaluation as ev
from pccfunding.errors import TableError


def test_difference_by_hand() -> None:
    # Treated -50, comparison -10, around +5, its comparison +2: -40 + 3 = -37.
    found = ev.wdd((100, 50), (80, 70), displacement=(40, 45), displacement_control=(30, 32))
    assert (found.local, found.elsewhere, found.estimate) == (-40.0, 3.0, -37.0)
    assert found.se_local == math.sqrt(300)
    assert found.se_elsewhere == math.sqrt(147)
    assert found.se == math.sqrt(447)
    assert found.events == 447
    assert found.z == -37 / math.sqrt(447)


def test_parts_of_the_published_package() -> None:
    # apwheele/ptools test-wdd.R: local, displacement and total estimates.
    assert ev.wdd((20, 10), (20, 20)).estimate == -10
    around = {"displacement": (20, 10), "displacement_control": (20, 20)}
    assert ev.wdd((20, 20), (20, 20), **around).elsewhere == -10
    assert ev.wdd((20, 10), (20, 20), **around).estimate == -20


def test_dispersion_multiplies_the_variance() -> None:
    plain, wide = ev.wdd((100, 50), (80, 70)), ev.wdd((100, 50), (80, 70), dispersion=4)
    assert wide.se == pytest.approx(2 * (plain.se or 0))
    assert wide.estimate == plain.estimate
    assert "with dispersion 4" in wide.text


ALIKE = {"pre_treated": [9000, 9100, 9050, 8990, 9020], "pre_control": [9000] * 5}


def test_level_3_needs_a_comparison_of_similar_size_and_a_similar_course() -> None:
    assert ev.wdd((100, 50), (80, 70), **ALIKE).maryland_level == 3
    assert ev.wdd((100, 50), (49, 40), **ALIKE).maryland_level == 2
    # Weighed by size, the same counts are alike.
    assert ev.wdd((100, 50), (49, 40), area_weights=(2, 1, 1, 1), **ALIKE).maryland_level == 3
    assert ev.wdd((100, 50), (80, 70)).maryland_level == 2
    assert ev.wdd((5, 2), (6, 7)).maryland_level == 2
    four = {name: values[:4] for name, values in ALIKE.items()}
    assert ev.wdd((100, 50), (80, 70), **four).maryland_level == 2
    with pytest.raises(TableError, match="the same earlier periods"):
        ev.wdd((100, 50), (80, 70), pre_treated=[1, 2])


def test_text_of_a_difference() -> None:
    text = ev.wdd((100, 50), (80, 70), displacement=(40, 45)).text
    for part in (
        "changed by −35, 95% interval −73.",
        "n = 385 events, family of 1, no smallest attainable p",
        "treated area 100 to 50, comparison area 80 to 70, around it 40 to 45",
        "Caution: ",
    ):
        assert part in text


def test_a_difference_is_refused_with_a_reason() -> None:
    assert ev.wdd((None, 50), (80, 70)).reason == (
        "a count is not held, and a missing count is not 0"
    )
    assert ev.wdd((0, 0), (0, 0)).reason == "nothing was counted anywhere"
    assert ev.wdd((0, 0), (0, 0)).maryland_level == 0


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (((1, 2, 3), (4, 5)), {}, "treated holds 3 counts"),
        (((1, 2), (4, -5)), {}, "control after is -5"),
        (((1, 2), (4, 5)), {"time_weights": (1,)}, "time_weights holds 1 weights"),
        (((1, 2), (4, 5)), {"area_weights": (1, 0, 1, 1)}, "area_weights is 0"),
        (((1, 2), (4, 5)), {"displacement_control": (4, 5)}, "without a displacement area"),
    ],
)
def test_pairs_and_weights_are_checked(
    arguments: tuple[tuple[int, ...], ...], options: dict[str, tuple[int, ...]], words: str
) -> None:
    with pytest.raises(TableError, match=words):
        ev.wdd(*arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("displacement", "expected", "meaning"),
    [
        ((100, 20), 1.6, "larger than the change in the treated area"),
        ((100, 90), 0.2, "some diffusion"),
        ((100, 100), 0.0, "neither displacement nor diffusion"),
        ((100, 120), -0.4, "partial displacement"),
        ((100, 150), -1.0, "as large as the change in the treated area, or larger"),
        ((100, 175), -1.5, "as large as the change in the treated area, or larger"),
    ],
)
def test_quotient_and_what_it_is_compatible_with(
    displacement: tuple[int, int], expected: float, meaning: str
) -> None:
    found = ev.wdq((100, 50), (100, 100), displacement)
    assert found.wdq == pytest.approx(expected)
    assert meaning in found.meaning


def test_measures_with_a_comparison_that_moved() -> None:
    found = ev.wdq((200, 90), (100, 120), (50, 72))
    assert found.success == pytest.approx(90 / 120 - 200 / 100)
    assert found.buffer == pytest.approx(72 / 120 - 50 / 100)
    assert found.wdq == pytest.approx(0.1 / -1.25)
    assert (found.gross, found.net) == (110, pytest.approx(1.25))
    assert found.total_net == pytest.approx((200 * 1.2 - 90) + (50 * 1.2 - 72))


@pytest.mark.parametrize("after", [100, 120])
def test_quotient_is_undefined_unless_the_success_measure_is_negative(after: int) -> None:
    found = ev.wdq((100, after), (100, 100), (100, 90))
    assert found.wdq is None
    assert found.success == pytest.approx(after / 100 - 1)
    assert "nothing was gained that could have moved" in (found.reason or "")
    assert found.text.startswith("The displacement quotient is undefined (")
    assert found.maryland_level == 0


def test_rounding_does_not_decide_the_sign_of_the_success_measure() -> None:
    # 49/147 and 1/3 are the same number, but their floats may differ in the last place.
    found = ev.wdq((3, 1), (9, 3), (9, 1))
    assert found.wdq is None
    assert ev.wdq((147, 49), (441, 147), (9, 1)).wdq is None


def test_quotient_needs_counts_of_all_three_areas() -> None:
    assert "not held" in (ev.wdq((100, 50), (None, 100), (100, 90)).reason or "")
    zero = ev.wdq((100, 50), (100, 0), (100, 90))
    assert zero.reason == "a count of the comparison area is 0"
    assert zero.success is None


def test_quotient_comes_with_the_difference() -> None:
    found = ev.wdq((100, 50), (100, 100), (100, 90), displacement_control=(50, 50), dispersion=2)
    beside = ev.wdd(
        (100, 50), (100, 100), displacement=(100, 90), displacement_control=(50, 50), dispersion=2
    )
    assert found.difference == beside
    assert found.cautions == beside.cautions
    assert "it has no interval, so read the difference: relative to" in found.text
    assert found.maryland_level == beside.maryland_level == 2
    assert ev.wdq((100, 50), (100, 100), (100, 90), **ALIKE).maryland_level == 3
