"""Levels, verdicts and gates that are no cautions: each with what just misses it."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from near_misses import Near

from pccfunding import evaluation as ev, permutation
from pccfunding.errors import MissingExtraError, TableError
from pccfunding.results import CAUTIONS

SAME = {"pre_counts": [9000] * 5, "pre_control_counts": [9000] * 5}
ALIKE = {"pre_treated": [9000] * 5, "pre_control": [9000] * 5}
SERIES = [200 + 7 * (k % 12) for k in range(60)]
MONTHS = [f"{2010 + k // 12}-{k % 12 + 1:02d}" for k in range(60)]
DONORS = {
    name: [100 + 3 * float(np.sin(5 * k + j)) for k in range(14)] for j, name in enumerate("ABCD")
}
NEAR = [float(np.mean([DONORS[name][k] for name in "ABC"])) + 0.3 * (-1) ** k for k in range(14)]


def results_of(near: Near) -> tuple[Any, Any]:
    try:
        return near.results()
    except MissingExtraError as error:
        pytest.skip(str(error))


def beside(**earlier: Any) -> ev.RatioOfRateRatios:
    return ev.ratio_of_rate_ratios(80, 100, 90, 100, **{**SAME, **earlier})


def points(n: int) -> dict[str, list[int]]:
    return {name: values[:n] for name, values in SAME.items()}


def place(n: int, before: int = 100) -> ev.WeightedDisplacementDifference:
    earlier = {name: values[:n] for name, values in ALIKE.items()}
    return ev.wdd((100, 50), (before, 70), **earlier)


def drifting_series(yearly: float) -> ev.InterruptedSeries:
    course = np.exp(yearly * np.arange(60) / 12)
    counts, control = ([round(1e9 * one) for one in held] for held in (course, np.ones(60)))
    return ev.interrupted_series(counts, MONTHS, first_after="2013-01", control=control)


def harm(before: int) -> ev.HarmDisplacementDifference:
    return ev.harm_wdd(({"a": 100}, {"a": 50}), ({"a": before}, {"a": 70}), {"a": 3}, **ALIKE)


def built(n_before: int, times: float = 1.0) -> ev.SyntheticControl:
    return ev.synthetic_control([times * y for y in NEAR], DONORS, n_before=n_before)


def panel(start: int, *, treated: int = 6, areas: int = 12) -> ev.PanelChange:
    rows = [
        (f"area {a:02d}", 2001 + t, 1000 + 100 * a - 150 * (a < treated and 2001 + t >= start), 9)
        for a in range(areas)
        for t in range(10)
    ]
    frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    begun = {f"area {a:02d}": str(start) for a in range(treated)}
    return ev.panel_change(frame, treated=begun, exposure="persons", resamples=999)


# Class: what its own rules make a level, that level, and the one that a step gives.
LEVELS: dict[str, tuple[tuple[Near, int, int], ...]] = {
    "RateRatio": ((Near(lambda before: ev.rate_ratio(7, before), 9, None), 2, 0),),
    "PublishedChange": ((Near(lambda base: ev.published_change("13%", 7, base), 9, None), 2, 0),),
    "HarmChange": (
        (Near(lambda before: ev.harm_change({"a": before}, {"a": 9}, {"a": 1}), 1, 0), 2, 0),
    ),
    "RatioOfRateRatios": (
        (Near(lambda n: beside(**points(n)), 5, 4), 3, 2),
        (Near(lambda after: ev.ratio_of_rate_ratios(after, 9, 9, 9), 1, 0), 2, 0),
    ),
    "WeightedDisplacementDifference": (
        (Near(place, 5, 4), 3, 2),
        (Near(lambda before: place(5, before), 50, 49), 3, 2),
        (Near(lambda before: place(5, before), 200, 201), 3, 2),
        (Near(lambda after: ev.wdd((9, after), (9, 9)), 9, None), 2, 0),
    ),
    "WeightedDisplacementQuotient": (
        # Where nothing was gained there is nothing that could have moved.
        (Near(lambda after: ev.wdq((100, after), (100, 100), (100, 90), **ALIKE), 99, 100), 3, 0),
        (Near(lambda before: ev.wdq((100, 50), (before, 100), (100, 90), **ALIKE), 50, 49), 3, 2),
    ),
    "HarmDisplacementDifference": ((Near(harm, 50, 49), 3, 2), (Near(harm, 100, None), 3, 0)),
    "InterruptedSeries": (
        (Near(lambda one: ev.interrupted_series(SERIES, MONTHS, first_after="2013-01",
                                                control=one), SERIES, None), 3, 2),
        (Near(drifting_series, 0.0487, 0.0489), 3, 2),
        (Near(lambda k: ev.interrupted_series(SERIES, MONTHS, first_after=MONTHS[k]), 24, 23),
         2, 0),
        (Near(lambda k: ev.interrupted_series(SERIES, MONTHS, first_after=MONTHS[k]), 57, 58),
         2, 0),
    ),
    "PanelChange": (
        # Five years before, or four; and nobody left without it.
        (Near(panel, 2006, 2005), 3, 2),
        (Near(lambda treated: panel(2006, treated=treated), 11, 12), 3, 0),
    ),
    "SyntheticControl": (
        (Near(built, 10, 9), 4, 3),
        (Near(built, 5, 4), 3, 2),
        (Near(lambda times: built(12, times), 1.1129, 1.113), 4, 2),
        (Near(lambda n: ev.synthetic_control(
            NEAR, {name: DONORS[name] for name in "ABCD"[:n]}, n_before=12), 2, 1), 4, 0),
    ),
    "Proportion": ((Near(lambda of: ev.proportion_interval(of, 10), 10, 11), 1, 0),),
    "EvidenceLevel": (
        (Near(lambda n: ev.evidence_level(*[ev.rate_ratio(7, 9)] * n), 1, 0), 2, 0),
        (Near(lambda n: ev.evidence_level(*[ev.proportion_interval(9, 10)] * n), 1, 0), 1, 0),
        (Near(lambda n: ev.evidence_level(beside(**points(n))), 5, 4), 3, 2),
        (Near(lambda n: ev.evidence_level(built(n)), 10, 9), 4, 3),
        (Near(lambda source: ev.evidence_level(
            beside(), **({"drawn": DRAWN, "drawn_source": source} if source else {})),
            "minutes", None), 5, 3),
    ),
}  # fmt: skip
DRAWN = {"Fenland": "treated", "Cambridge": "treated", "Ely": "control", "March": "control"}


def with_a_level() -> dict[str, type]:
    """Give the classes of the ladder that make a level by rules of their own."""
    return {
        name: one
        for name, one in vars(ev).items()
        if inspect.isclass(one) and issubclass(one, ev.Result) and one is not ev.Result
        and "maryland_level" in vars(one)
    }  # fmt: skip


def test_every_class_with_a_level_has_a_near_miss_of_each_level_it_names() -> None:
    classes = with_a_level()
    assert set(LEVELS) == set(classes)
    for name, one in classes.items():
        source = inspect.getsource(one.maryland_level.fget)  # type: ignore[attr-defined]
        body = re.sub(r'"""[\s\S]*?"""', "", source)
        named = {int(level) for level in re.findall(r"\b(?:return|else|\() ?\(?([0-5])\b", body)}
        reached = {level for _, *both in LEVELS[name] for level in both}
        assert named <= reached, (name, named, reached)
    # The scale itself: each level but the highest just misses the next, or a result at all.
    assert {level for _, *both in LEVELS["EvidenceLevel"] for level in both} == set(range(6))


@pytest.mark.parametrize(
    ("near", "level", "less"),
    [
        pytest.param(*row, id=f"{name}-{number}")
        for name, rows in LEVELS.items()
        for number, row in enumerate(rows)
    ],
)
def test_a_level_is_reached_and_just_missed(near: Near, level: int, less: int) -> None:
    results = results_of(near)
    near.check_near()
    assert [one.maryland_level for one in results] == [level, less]


def test_a_draw_of_two_places_in_each_arm_is_one_and_of_fewer_is_none() -> None:
    assert ev.evidence_level(beside(), drawn=DRAWN, drawn_source="minutes").level == 5
    fewer = {name: arm for name, arm in DRAWN.items() if name != "Ely"}
    with pytest.raises(TableError, match="1 place in the arm 'control'"):
        ev.evidence_level(beside(), drawn=fewer, drawn_source="minutes")


def words_of(call: Any, pattern: str) -> set[str]:
    """Give the words that the file of a call writes by a pattern."""
    return set(re.findall(pattern, inspect.getsource(sys.modules[call.__module__]), re.MULTILINE))


def trend(slope: float) -> ev.PanelChange:
    """Seven of 14 areas fall by a third from 2007 on, and drift apart before by a slope."""
    rng = np.random.default_rng(3)
    rows = []
    for a in range(14):
        for t in range(9):
            moved = (a < 7) * (slope * t - 0.3 * (t >= 6)) + rng.normal(0, 0.02)
            rows.append((f"area {a:02d}", 2001 + t, round(5000 * np.exp(moved)), 9))
    frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    begun = {f"area {a:02d}": "2007" for a in range(7)}
    return ev.panel_change(frame, treated=begun, exposure="persons", resamples=999)


def fallen(by: float) -> ev.PanelChange:
    """Six of 12 areas change by so much from 2006 on, among changes of a hundredth."""
    rng = np.random.default_rng(7)
    rows = [
        (f"area {a:02d}", 2001 + t, round(9e6 * np.exp(by * (a < 6 and t >= 5)
                                                       + rng.normal(0, 0.01))), 9)
        for a in range(12)
        for t in range(10)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    begun = {f"area {a:02d}": "2006" for a in range(6)}
    return ev.panel_change(frame, treated=begun, exposure="persons", resamples=999)


def p_of(found: ev.PanelChange) -> float:
    assert found.p_value is not None
    return found.p_value


def earlier_p(found: ev.PanelChange) -> float:
    assert found.pre_trend_p is not None
    return found.pre_trend_p


PANEL_VERDICTS: dict[str, tuple[Near, str]] = {
    "not estimable": (
        Near(lambda treated: panel(2006, treated=treated), 12, 11),
        "too few areas to tell",
    ),
    # 3 of 6: 20 ways, of which both halves count; 3 of 7: 35.
    "too few areas to tell": (
        Near(lambda areas: panel(2006, treated=3, areas=areas), 6, 7),
        "a change beyond the other areas",
    ),
    "no clear change": (
        Near(fallen, -0.0074, -0.0077, p_of, 0.05, 0.01),
        "a change beyond the other areas",
    ),
    "a change beyond the other areas": (
        Near(fallen, -0.0077, -0.0074, p_of, 0.05, 0.01),
        "no clear change",
    ),
    "not told apart from the earlier course": (
        Near(trend, -0.0098, -0.0096, earlier_p, 0.05, 0.01),
        "a change beyond the other areas",
    ),
}


def test_every_verdict_of_a_panel_has_its_near_miss() -> None:
    assert set(PANEL_VERDICTS) == words_of(ev.PanelChange, r'^[A-Z_]+ = "([a-z ]+)"$')


@pytest.mark.parametrize("verdict", PANEL_VERDICTS)
def test_a_verdict_of_a_panel_is_given_and_just_missed(verdict: str) -> None:
    near, other = PANEL_VERDICTS[verdict]
    hit, miss = results_of(near)
    near.check_near()
    assert (hit.verdict, miss.verdict) == (verdict, other)


# Words: what gives them, and what a step gives instead.
GATES: dict[str, tuple[Near, str]] = {
    "shut": (Near(lambda g: ev.cochran_q([0.5, g], [0.1, 0.1]), 1.3764, 1.3766),
             "depends on dispersion"),
    "depends on dispersion": (Near(lambda g: ev.cochran_q([0.5, g], [0.1, 0.1]), 2.2529, 2.2532),
                              "open"),
    "open": (Near(lambda g: ev.cochran_q([0.5, g], [0.1, 0.1], dispersion=1), 1.3766, 1.3764),
             "shut"),
    "not estimable": (Near(lambda n: ev.cochran_q([0.5, 3.0][:n], [0.1, 0.1][:n]), 1, 2), "open"),
}  # fmt: skip


def quotient(after: int) -> ev.WeightedDisplacementQuotient:
    """Of 100 half are gone; what surrounds it goes from 100 to so many."""
    return ev.wdq((100, 50), (100, 100), (100, after))


_LARGER = "compatible with diffusion of benefits larger than the change in the treated area"
_SOME = "compatible with some diffusion of benefits"
_NEITHER = "compatible with neither displacement nor diffusion"
_PART = "compatible with partial displacement"
_WHOLE = "compatible with displacement as large as the change in the treated area, or larger"
MEANINGS: dict[str, tuple[Near, str]] = {
    _LARGER: (Near(quotient, 49, 50), _SOME),
    _SOME: (Near(quotient, 99, 100), _NEITHER),
    _NEITHER: (Near(quotient, 100, 101), _PART),
    _PART: (Near(quotient, 149, 150), _WHOLE),
    _WHOLE: (Near(quotient, 150, 149), _PART),
    "undefined": (
        Near(lambda after: ev.wdq((100, after), (100, 100), (100, 100)), 100, 99),
        _NEITHER,
    ),
}


def test_every_gate_and_every_meaning_has_its_near_miss() -> None:
    assert set(GATES) == words_of(
        ev.cochran_q, r'(?:gate=|gate = |else )"([a-z ]+)"(?: if|,| else|$)'
    )
    assert set(MEANINGS) == words_of(ev.wdq, r'^\s+return "(compatible .*)"$') | {"undefined"}


@pytest.mark.parametrize(
    ("field", "word"),
    [*(("gate", word) for word in GATES), *(("meaning", word) for word in MEANINGS)],
)
def test_a_word_is_given_and_just_missed(field: str, word: str) -> None:
    near, other = (GATES if field == "gate" else MEANINGS)[word]
    near.check_near()
    assert [getattr(one, field) for one in near.results()] == [word, other]


ORDERS: dict[str, Near] = {
    "constant": Near(lambda last: permutation.permutation_test([1, 1, 1, last], range(4)), 1, 2),
    "monte-carlo": Near(lambda n: permutation.permutation_test(range(n), range(n)), 10, 9),
    # 36 of 720 orders put three and three areas in order, so that .05 itself is the smallest.
    "floor-above-05": Near(
        lambda last: permutation.permutation_test(
            [0, 0, 0, 1, 1, last], range(6), alternative="greater"
        ),
        1,
        2,
    ),
}


def test_every_caution_of_orders_has_its_near_miss() -> None:
    assert set(ORDERS) == set(CAUTIONS["permutation"])


@pytest.mark.parametrize("code", ORDERS)
def test_a_caution_of_orders_comes_and_just_does_not(code: str) -> None:
    ORDERS[code].check_near()
    hit, miss = ORDERS[code].results()
    assert code in hit.cautions
    assert code not in miss.cautions
    assert CAUTIONS["permutation"][code] in hit.text
