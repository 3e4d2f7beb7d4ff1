from __future__ import annotations

import inspect
from dataclasses import dataclass

import pytest

from pccfunding import evaluation as ev
from pccfunding.errors import TableError, UnknownNameError

BEFORE_AFTER = ev.rate_ratio(688, 796)
BESIDE = ev.ratio_of_rate_ratios(
    80, 100, 90, 100, pre_counts=[9000, 9100, 9050, 8990, 9020], pre_control_counts=[9000] * 5
)
ALIKE = {"pre_treated": [9000, 9100, 9050, 8990, 9020], "pre_control": [9000] * 5}
DRAW = {"Fenland": "treated", "Cambridge": "treated", "Peterborough": "control"}
FULL_DRAW = {**DRAW, "Huntingdonshire": "control"}


@dataclass(frozen=True)
class Correlation:
    """Stands for a result of another room that knows its level."""

    maryland_level: int = 1
    cautions: tuple[str, ...] = ()


Correlation.__module__ = "pccfunding.association"


@dataclass(frozen=True)
class Typed:
    maryland_level: int


@pytest.mark.parametrize(
    ("results", "level"),
    [
        ((), 0),
        ((ev.rate_ratio(None, 5),), 0),
        ((ev.break_even(10, 5),), 0),
        ((ev.proportion_interval("92%", 238),), 1),
        ((Correlation(),), 1),
        ((BEFORE_AFTER,), 2),
        ((ev.ratio_of_rate_ratios(80, 100, 90, 100),), 2),
        ((BESIDE,), 3),
        ((ev.wdd((100, 50), (80, 70)),), 2),
        ((ev.wdd((5, 2), (6, 7)),), 2),
        ((ev.wdd((100, 50), (80, 70), **ALIKE),), 3),
        ((BEFORE_AFTER, BESIDE, Correlation()), 3),
    ],
)
def test_the_level_is_that_of_the_strongest_result(results: tuple[object, ...], level: int) -> None:
    found = ev.evidence_level(*results)
    assert found.level == found.maryland_level == level
    assert found.causal_words is (level >= 3)


def test_it_says_what_it_rests_on_and_what_the_next_level_would_need() -> None:
    found = ev.evidence_level(BEFORE_AFTER, BESIDE)
    assert found.rests_on == ("RatioOfRateRatios",)
    assert found.cautions == BESIDE.cautions
    assert found.next_needs.startswith("many other areas over 10 or more earlier periods")
    assert found.text.startswith(
        "Maryland level 3 of 5 (before and after beside a comparable area), resting on "
        "ratio of rate ratios; the next level would need many other areas"
    )


def test_a_level_cannot_be_typed_in() -> None:
    assert "level" not in inspect.signature(ev.evidence_level).parameters
    for typed in (
        4,
        "4",
        Typed(4),
        Correlation(maryland_level=5),
        Correlation(maryland_level=True),
    ):
        with pytest.raises(TableError, match="has no Maryland level"):
            ev.evidence_level(typed)
    with pytest.raises(TableError, match="has no Maryland level"):
        ev.evidence_level(ev.evidence_level(BESIDE))


def test_level_5_needs_a_draw_its_source_and_a_result_that_compares() -> None:
    found = ev.evidence_level(BESIDE, drawn=FULL_DRAW, drawn_source="minutes-2024-03")
    assert found.level == 5
    assert found.rests_on == ("RatioOfRateRatios", "the draw in minutes-2024-03")
    alone = ev.evidence_level(BEFORE_AFTER, drawn=FULL_DRAW, drawn_source="minutes-2024-03")
    assert alone.level == 2
    # A weak comparison becomes a strong one by the draw.
    weak = ev.ratio_of_rate_ratios(80, 100, 90, 100)
    assert ev.evidence_level(weak, drawn=FULL_DRAW, drawn_source="minutes").level == 5
    refused = ev.ratio_of_rate_ratios(None, 100, 90, 100)
    assert ev.evidence_level(refused, drawn=FULL_DRAW, drawn_source="minutes").level == 0


def test_a_series_without_a_comparison_does_not_carry_a_draw() -> None:
    pytest.importorskip("statsmodels")
    months = [f"{2010 + k // 12}-{k % 12 + 1:02d}" for k in range(48)]
    counts = [100 + k % 12 for k in range(48)]
    alone = ev.interrupted_series(counts, months, first_after="2013-01")
    assert ev.evidence_level(alone, drawn=FULL_DRAW, drawn_source="minutes").level == 2
    beside = ev.interrupted_series(counts, months, first_after="2013-01", control=counts)
    assert ev.evidence_level(beside, drawn=FULL_DRAW, drawn_source="minutes").level == 5


@pytest.mark.parametrize(
    ("drawn", "source", "words"),
    [
        (FULL_DRAW, None, "needs both"),
        (None, "minutes", "needs both"),
        (FULL_DRAW, "", "needs both"),
        (DRAW, "minutes", "1 place in the arm 'control'"),
        ({}, "minutes", "0 places in the arm 'treated'"),
    ],
)
def test_half_a_draw_is_refused(
    drawn: dict[str, str] | None, source: str | None, words: str
) -> None:
    with pytest.raises(TableError, match=words):
        ev.evidence_level(BESIDE, drawn=drawn, drawn_source=source)


def test_an_unknown_arm_is_named() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'treated'"):
        ev.evidence_level(BESIDE, drawn={"Fenland": "treatd"}, drawn_source="minutes")
