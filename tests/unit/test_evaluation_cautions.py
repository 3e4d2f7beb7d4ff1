"""Each caution once raised and once not; then what holds for the face of every result."""

from __future__ import annotations

import copy
import inspect
import itertools
import math
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from near_misses import Near

from pccfunding import evaluation as ev
from pccfunding.errors import MissingExtraError

Make = Callable[[], ev.Result]

MONTHS = [f"{2010 + k // 12}-{k % 12 + 1:02d}" for k in range(60)]
RNG = np.random.default_rng(8)
INDEPENDENT = [int(y) for y in RNG.poisson(200, 60)]
WAVES = [int(y) for y in RNG.poisson(200 * np.exp(0.4 * np.sin(np.arange(60) / 3)))]
LINE = [float(k) for k in range(20)]
BENT = [k + 5 * math.sin(k) for k in LINE]
DONORS = {name: [100 + 3 * math.sin(5 * k + j) for k in range(14)] for j, name in enumerate("ABCD")}
NEAR = [float(np.mean([DONORS[name][k] for name in "ABC"])) + 0.1 * (k % 2) for k in range(14)]
# Each course of its own, so that none is fitted perfectly.
APART = np.random.default_rng(2).uniform(95, 105, (5, 14)).tolist()
OWN = dict(zip("ABCD", APART[1:], strict=True))
MANY = {str(j): [100 + 3 * math.sin(5 * k + j) for k in range(14)] for j in range(20)}

rate, ratios = partial(ev.rate_ratio), partial(ev.ratio_of_rate_ratios, 80, 100, 90, 100)
wdd = partial(ev.wdd, (100, 50))
series = partial(ev.interrupted_series, counts=INDEPENDENT, months=MONTHS, first_after="2013-01")
control = partial(ev.synthetic_control, NEAR, DONORS)
flat = {"pre_control_counts": [9000] * 5}
printed = partial(ev.published_change, "13%")
PANEL = pd.DataFrame(
    [
        (f"area {a:02d}", 2001 + t, 1000 + 100 * a - 150 * (a < 6 and t >= 6), 1.5 * a * (t >= 6))
        for a in range(12)
        for t in range(10)
    ],
    columns=["area_code", "year", "offences", "dose"],
)


def panel(frame: pd.DataFrame = PANEL, *, areas: int = 6, dose: bool = False) -> ev.Result:
    begun: Any = "dose" if dose else {f"area {a:02d}": "2007" for a in range(areas)}
    return ev.panel_change(frame.assign(persons=1000), treated=begun, exposure="persons")


def begun_apart(effects: tuple[float, float]) -> ev.Result:
    """Two cohorts, whose counts move by the first and the second effect from their start on."""
    shocks = np.random.default_rng(6).normal(0, 0.02, (16, 9))
    rows = []
    for a, t in itertools.product(range(16), range(9)):
        cohort = 0 if a < 5 else 1 if a < 10 else None
        begun = cohort is not None and t >= (3, 6)[cohort]
        moved = effects[cohort] if cohort is not None and begun else 0.0
        rows.append((f"area {a:02d}", 2001 + t, round(9000 * np.exp(moved + shocks[a, t])), 1.0))
    frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    start = {f"area {a:02d}": 2004 if a < 5 else 2007 for a in range(10)}
    return ev.panel_change(frame, treated=start, exposure="persons", resamples=999)


award = partial(ev.break_even, 1000, award_price_year=2023, verified=True, multiplier=1)


def months_from(shift: int) -> list[str]:
    return [f"{2010 + (k + shift) // 12}-{(k + shift) % 12 + 1:02d}" for k in range(60)]


def moved(shift: int) -> ev.Result:
    names = months_from(shift)
    return series(months=names, first_after=names[36])


def mixed(share: float) -> ev.Result:
    counts = [round(share * a + (1 - share) * b) for a, b in zip(WAVES, INDEPENDENT, strict=True)]
    return series(counts=counts)


def between_donors(share: float) -> ev.Result:
    a, b = DONORS["A"], DONORS["B"]
    own = [(1 - share) * a[k] + share * b[k] + 0.3 * (-1) ** k for k in range(14)]
    return ev.synthetic_control(own, DONORS, n_before=12)


def off_a_donor(share: float) -> ev.Result:
    own = [share * (y - a) + a for y, a in zip(APART[0], OWN["A"], strict=True)]
    return ev.synthetic_control(own, OWN, n_before=12)


def earlier(points: int) -> ev.Result:
    same = [90_000] * points
    return ratios(pre_counts=same, pre_control_counts=same)


def drifting(yearly: float) -> ev.Result:
    here = [round(9e8 * math.exp(yearly * k)) for k in range(8)]
    return ratios(pre_counts=here, pre_control_counts=[900_000_000] * 8)


def last_point(count: int) -> ev.Result:
    return ratios(pre_counts=[9000, 9100, 9200, 9300, count], **flat)


def donors_of(number: int) -> ev.Result:
    return ev.synthetic_control(
        NEAR, {name: MANY[name] for name in list(MANY)[:number]}, n_before=12
    )


# Code: every way to it, each with what just misses it.
CASES: dict[str, tuple[Near, ...]] = {
    "no-comparison-area": (
        Near(lambda before: rate(7, before), 9, None),
        Near(lambda one: ev.harm_change({"a": one}, {"a": 9}, {"a": 1}), 9, None),
    ),
    "poisson-only": (
        Near(lambda phi: rate(7, 9, dispersion=phi), None, 1),
        Near(lambda phi: ev.harm_change({"a": 9}, {"a": 9}, {"a": 1}, dispersion=phi), None, 1),
        Near(lambda phi: wdd((90, 80), dispersion=phi), None, 1),
        Near(lambda phi: ratios(dispersion=phi), None, 1),
        Near(lambda phi: ev.regression_to_the_mean([20, 41, 9], dispersion=phi), None, 1),
    ),
    # A fall of so many of 400 is told at dispersion 1 alone; with one fewer, at none.
    "dispersion-decides": (
        Near(lambda after: rate(after, 400), 346, 347),
        Near(lambda after: ev.ratio_of_rate_ratios(after, 400, 400, 400), 327, 328),
        Near(lambda after: ev.ratio_of_rate_ratios(after, 400, 400, 400), 264, 263),
        Near(lambda g: ev.cochran_q([0.5, g], [0.1, 0.1]), 1.3766, 1.3764),
        Near(lambda g: ev.cochran_q([0.5, g], [0.1, 0.1]), 2.2529, 2.2532),
    ),
    "counting-noise": (Near(lambda g: ev.cochran_q([0.5, g], [0.1, 0.1]), 1.3763, 1.3766),),
    "dispersion-raised": (Near(lambda phi: rate(7, 9, dispersion=phi), 0.999, 1),),
    "zero-count": (
        Near(lambda after: rate(after, 9), 0, 1),
        Near(lambda after: ev.ratio_of_rate_ratios(after, 9, 9, 9), 0, 1),
    ),
    "base-not-held": (Near(lambda base: printed(688, base), None, 796),),
    "counts-of-another-class": (
        Near(lambda which: printed(688, 796, counts=which), "another class", "same"),
        Near(lambda base: printed(688, base, counts="another class"), 796, None),
    ),
    "counts-revised": (
        Near(lambda which: printed(688, 796, counts=which), "another release", "same"),
    ),
    "p-and-interval-disagree": (
        Near(lambda rule: rate(1, 8, exposure_before=1.25, p_rule=rule), "minlike", "central"),
        Near(lambda before: rate(1, before, exposure_before=1.25, p_rule="minlike"), 8, 7),
    ),
    # Three calendar months, so that 15 months have 12 degrees of freedom.
    "few-months": (
        Near(
            lambda n: (
                ev.dispersion_from_months([5, 6, 7, 8, 9] * 3, ([1, 2, 3] * 5))
                if n == 15
                else ev.dispersion_from_months(([5, 6, 7, 8, 9] * 3)[:n], ([1, 2, 3] * 5)[:n])
            ),
            14,
            15,
        ),
    ),
    "pre-trend-not-shown": (
        Near(earlier, 4, 5),
        # 5% a year up or down: the logarithm of 1.05 either way.
        Near(drifting, 0.0488, 0.0487),
        Near(drifting, -0.0488, -0.0487),
        Near(lambda n: wdd((90, 80), pre_treated=[9000] * n, pre_control=[9000] * n), 4, 5),
    ),
    "pre-trends-differ": (Near(last_point, 9590, 9589),),
    "control-size-differs": (
        Near(lambda before: wdd((before, 50)), 49, 50),
        Near(lambda before: wdd((before, 50)), 201, 200),
    ),
    "no-displacement-area": (Near(lambda pair: wdd((90, 80), displacement=pair), None, (9, 9)),),
    "displacement-not-controlled": (
        Near(
            lambda pair: wdd((90, 80), displacement=(9, 9), displacement_control=pair), None, (9, 9)
        ),
        Near(lambda pair: wdd((90, 80), displacement=pair), (9, 9), None),
    ),
    "few-events": (Near(lambda after: ev.wdd((5, after), (5, 5)), 4, 5),),
    # 40 of 80 units of harm are half of it.
    "one-offence-carries": (
        Near(
            lambda after: ev.harm_change(
                dict.fromkeys("abc", 10), {"a": after, "b": 10, "c": 10}, dict.fromkeys("abc", 1)
            ),
            30,
            29,
        ),
        Near(
            lambda after: ev.harm_wdd(
                (dict.fromkeys("abc", 10), {"a": after, "b": 10, "c": 10}),
                (dict.fromkeys("abc", 10), {"a": 30, "b": 10, "c": 10}),
                dict.fromkeys("abc", 1),
            ),
            30,
            29,
        ),
    ),
    "few-treated-areas": (Near(lambda areas: panel(areas=areas), 4, 5),),
    "effects-differ": (Near(lambda effect: begun_apart((0.30, effect)), -0.5578, -0.5594),),
    "straight-dose": (Near(lambda dose: panel(dose=dose), True, False),),
    "no-control-series": (Near(lambda control: series(control=control), None, WAVES),),
    "short-after-series": (Near(lambda k: series(first_after=MONTHS[k]), 49, 48),),
    "pandemic-months": (
        # The last month is March 2020, or the first March 2021.
        Near(moved, 63, 62),
        Near(moved, 134, 135),
        Near(lambda years: panel(PANEL.assign(year=PANEL["year"] + years), dose=True), 10, 9),
    ),
    "autocorrelated-residuals": (Near(mixed, 0.1478, 0.1477),),
    # One of 20 areas has the rank .05.
    "rank-floor-above-05": (Near(donors_of, 18, 19),),
    "poor-pre-fit": (
        Near(
            lambda times: ev.synthetic_control([times * y for y in NEAR], DONORS, n_before=12),
            1.1125,
            1.1124,
        ),
    ),
    "perfect-pre-fit": (Near(off_a_donor, 0.0476, 0.0477),),
    "short-pre-period": (Near(lambda n: control(n_before=n), 9, 10),),
    "one-donor-carries": (Near(between_donors, 0.0943, 0.0944),),
    "few-areas": (
        Near(lambda n: ev.regression_to_the_mean(range(1, n + 1)), 9, 10),
        Near(lambda n: ev.funnel_limits([20] * n, [1] * n), 9, 10),
        Near(lambda n: panel(PANEL[PANEL["area_code"] < f"area {n:02d}"], areas=5), 9, 10),
    ),
    "no-spread-beyond-noise": (
        Near(lambda last: ev.regression_to_the_mean([20, 21, last]), 14, 13),
        Near(lambda last: ev.regression_to_the_mean([20, 21, last]), 28, 29),
    ),
    "areas-dropped": (
        Near(lambda last: ev.funnel_limits([9, 8, last], [1, 1, 1]), None, 7),
        Near(lambda last: ev.regression_to_the_mean([9, 8, last]), None, 7),
        Near(lambda last: ev.cochran_q([0.5, 0.6, last], [0.1] * 3), None, 0.7),
        Near(lambda last: panel(PANEL.assign(offences=[*PANEL["offences"][:-1], last])), None, 1),
    ),
    "over-dispersed": (Near(lambda last: ev.funnel_limits([15, 20, 20, last], [1] * 4), 33, 32),),
    # 4 and 5 over two areas of one size: 4.5 are expected in each.
    "small-expected": (Near(lambda last: ev.funnel_limits([4, last], [1, 1]), 5, 6),),
    "formula-optimistic": (Near(ev.minimal_detectable_correlation, 4, 3),),
    "exchangeable-areas-assumed": (Near(lambda n: ev.bonett_wright(0.5, n), 4, 3),),
    "wide-interval": (Near(lambda n: ev.bonett_wright(0.5, n), 8, 9),),
    "small-sample-bca": (
        Near(lambda n: ev.bca_interval(LINE[:n], BENT[:n], allow_small=True), 19, 20),
    ),
    "degenerate-resamples": (
        Near(lambda ones: ev.bca_interval([0] * (20 - ones) + [1] * ones, LINE), 6, 7),
    ),
    "unit-cost-not-verified": (Near(lambda read: award(5, verified=read), False, True),),
    "price-years-differ": (Near(lambda year: award(5, cost_price_year=year), 2022, 2023),),
    "price-year-not-given": (Near(lambda year: award(5, cost_price_year=year), None, 2023),),
    "multiplier-not-given": (Near(lambda times: award(5, multiplier=times), None, 1),),
    "several-counts-fit": (Near(lambda n: ev.proportion_interval("92%", n), 106, 105),),
    "base-not-stated": (
        Near(lambda known: ev.proportion_interval("92%", 238, base_stated=known), False, True),
    ),
    "no-comparison-group": (
        Near(lambda alone: ev.proportion_interval(9, 10) if alone else rate(7, 9), True, False),
    ),
    "nothing-supplied": (Near(lambda n: ev.evidence_level(*[rate(7, 9)] * n), 0, 1),),
}
OTHERS: list[Make] = [
    lambda: rate(0, 9, dispersion=2),
    lambda: rate(5, 0),
    lambda: rate(5, 6, exposure_after=2),
    lambda: rate(3, 9, p_rule="minlike"),
    lambda: ev.ratio_of_rate_ratios(8, 0, 9, 10),
    lambda: ev.wdq((100, 50), (100, 100), (100, 120)),
    lambda: ev.wdq((100, 120), (100, 100), (100, 120)),
    lambda: ev.wdd((None, 1), (1, 1)),
    lambda: ev.interrupted_series([1], ["2019-01"], first_after="2019-01"),
    lambda: ev.synthetic_control([1], {}, n_before=0),
    lambda: ev.cochran_q([0.1, 0.5, 0.9], [0.02] * 3),
    lambda: ev.cochran_q([], []),
    lambda: ev.minimal_detectable(400),
    lambda: ev.minimal_detectable(3),
    lambda: ev.poisson_interval(12),
    lambda: ev.regression_to_the_mean([30, 20, 10, 20], count_after=24),
    lambda: ev.proportion_interval("92.6%", 25),
    lambda: ev.evidence_level(ev.wdd((100, 50), (80, 70))),
    lambda: ev.harm_wdd(({"a": 9}, {"a": 5}), ({"a": 9}, {"a": 8}), {"a": 3}),
]


def results_of(near: Near) -> tuple[Any, Any]:
    try:
        return near.results()
    except MissingExtraError as error:
        pytest.skip(str(error))


EVERY = [
    pytest.param(code, near, id=f"{code}-{number}")
    for code, cases in CASES.items()
    for number, near in enumerate(cases)
]


def test_every_code_of_the_closed_list_has_what_triggers_it_and_what_just_misses_it() -> None:
    assert set(CASES) == set(ev.CAUTIONS)
    assert all(CASES.values())


@pytest.mark.parametrize(("code", "near"), EVERY)
def test_a_caution_is_raised_and_just_not_raised(code: str, near: Near) -> None:
    near.check_near()
    with_it, without = results_of(near)
    assert code in with_it.cautions
    assert code not in without.cautions
    # A short sentence names the two that matter most; the report names all.
    for shown in (with_it.report(), with_it.text if with_it._first is None else with_it.report()):
        assert ev.CAUTIONS[code] in shown
    assert ev.CAUTIONS[code] not in without.text
    assert ev.CAUTIONS[code] not in without.report()


@pytest.mark.parametrize(("code", "near"), EVERY)
def test_codes_are_documented_with_the_class_that_carries_them(code: str, near: Near) -> None:
    with_it, _ = results_of(near)
    assert code in re.split(r"[\s,.;]+", inspect.getdoc(type(with_it)) or "")


def every_result() -> list[ev.Result]:
    found: list[ev.Result] = []
    for near in (near for cases in CASES.values() for near in cases):
        try:
            found += near.results()
        except MissingExtraError:
            continue
    return [*found, *(make() for make in OTHERS)]


@pytest.fixture(scope="module")
def results() -> list[ev.Result]:
    return every_result()


def test_there_is_a_result_of_every_kind(results: list[ev.Result]) -> None:
    kinds = {value for value in vars(ev).values() if inspect.isclass(value)}
    kinds = {kind for kind in kinds if issubclass(kind, ev.Result)} - {ev.Result}
    assert kinds - {ev.InterruptedSeries, ev.PanelChange} <= {type(result) for result in results}


def test_a_text_is_one_or_two_sentences(results: list[ev.Result]) -> None:
    for result in results:
        ends = re.findall(r"\.(?=\s+[A-Z])", result.text)
        assert len(ends) <= 1, result.text
        assert result.text.endswith(".")
        assert "nan" not in result.text
        assert "None" not in result.text


def test_a_text_has_at_most_70_words_and_names_a_caution_where_there_is_one(
    results: list[ev.Result],
) -> None:
    for result in results:
        assert len(result.text.split()) <= 70, result.text
        assert result._first is not None
        # Two at most, the first of those it carries in their stated order.
        held = [ev.CAUTIONS[code] for code in result._first if code in result.cautions]
        assert [clause for clause in held if clause in result.text] in (held[:1], held[:2])


def test_what_matters_most_is_stated_for_every_code() -> None:
    assert sorted(ev.Result._first or ()) == sorted(ev.CAUTIONS)


def test_every_p_has_n_family_and_floor(results: list[ev.Result]) -> None:
    with_p = [result.text for result in results if re.search(r"\bp [=<]", result.text)]
    assert len(with_p) > 20
    for text in with_p:
        assert len(re.findall(r"\bp [=<]", text)) == 1
        assert re.search(r"\bn = [\d,]+ (events|areas), family of 1, (no )?smallest", text), text


def test_every_percentage_change_has_its_base(results: list[ev.Result]) -> None:
    kinds = (ev.RateRatio, ev.InterruptedSeries, ev.SyntheticControl, ev.RegressionToTheMean)
    kinds += (ev.Proportion, ev.MinimalDetectable, ev.PublishedChange)  # type: ignore[assignment]
    texts = [one.text for one in results if isinstance(one, kinds)]
    found = [text for text in texts if "%" in text and not text.startswith("Not estimable")]
    assert len(found) > 20
    assert all("base" in text for text in found)


def test_a_frame_is_one_row_with_every_field(results: list[ev.Result]) -> None:
    for result in results:
        frame = result.frame
        assert isinstance(frame, pd.DataFrame)
        assert len(frame) == 1
        assert frame.loc[0, "cautions"] == "; ".join(result.cautions)
        if isinstance(result, ev.BreakEven):
            continue
        names = {one.name for one in fields(result) if not one.name.startswith("_")}
        # What its rows named is asked of the result, and is no number of it.
        names -= {"difference", "change", "sources"}
        assert names <= set(frame.columns)
        assert frame.loc[0, "maryland_level"] == result.maryland_level


def test_a_frame_keeps_full_precision() -> None:
    result = rate(688, 796)
    assert result.frame.loc[0, "ratio"] == 688 / 796
    assert result.frame.loc[0, "p_value"] == result.p_value


def test_results_are_frozen_and_survive_pickle_and_copy(results: list[ev.Result]) -> None:
    for result in results:
        assert pickle.loads(pickle.dumps(result)) == result
        assert copy.deepcopy(result) == result
        with pytest.raises(FrozenInstanceError):
            result.cautions = ()  # type: ignore[misc]


def test_html_is_the_text_escaped() -> None:
    result = ev.regression_to_the_mean([30, 20, 10], labels=["A <b>", "B", "C"])
    assert "A &lt;b&gt; was counted" in result._repr_html_()
    assert "<b>" not in result._repr_html_()


def test_fields_hold_plain_numbers(results: list[ev.Result]) -> None:
    plain = (bool, int, float, str, tuple, type(None), ev.Result)
    for result in results:
        for one in fields(result):
            value = getattr(result, one.name)
            assert isinstance(value, plain)
            assert not type(value).__module__.startswith("numpy"), (type(result), one.name)


def test_importing_the_ladder_imports_nothing_heavy() -> None:
    code = "import pccfunding.evaluation, sys; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(found.stdout.split())
    assert "pccfunding.evaluation.rate_ratio" in loaded
    assert loaded.isdisjoint({"scipy", "pandas", "statsmodels", "matplotlib", "narwhals"})


def test_the_names_of_the_room_stand_in_order() -> None:
    assert sorted(ev.__all__, key=str.lower) == sorted(set(ev.__all__), key=str.lower)
