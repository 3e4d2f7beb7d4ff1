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

from pccfunding import evaluation as ev

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

# Code: a result that carries it, and one of the same function that does not.
CASES: dict[str, tuple[Make, Make]] = {
    "no-comparison-area": (lambda: rate(7, 9), lambda: rate(None, 9)),
    "poisson-only": (lambda: rate(7, 9), lambda: rate(7, 9, dispersion=1)),
    "dispersion-decides": (lambda: rate(688, 796), lambda: rate(7, 9)),
    "dispersion-raised": (lambda: rate(7, 9, dispersion=0.9), lambda: rate(7, 9, dispersion=1)),
    "zero-count": (lambda: rate(0, 9), lambda: rate(1, 9)),
    "base-not-held": (lambda: printed(), lambda: printed(688, 796)),
    "counts-of-another-class": (
        lambda: printed(688, 796, counts="another class"),
        lambda: printed(counts="another class"),
    ),
    "counts-revised": (
        lambda: printed(688, 796, counts="another release"),
        lambda: printed(688, 796, counts="another class"),
    ),
    "p-and-interval-disagree": (
        lambda: rate(1, 8, exposure_before=1.25, p_rule="minlike"),
        lambda: rate(1, 8, exposure_before=1.25, p_rule="central"),
    ),
    "few-months": (
        lambda: ev.dispersion_from_months([5, 6, 7] * 4, [1, 2, 3] * 4),
        lambda: ev.dispersion_from_months([5, 6, 7] * 5, [1, 2, 3] * 5),
    ),
    "pre-trend-not-shown": (
        lambda: ratios(),
        lambda: ratios(pre_counts=[9000, 9100, 9050, 8990, 9020], **flat),
    ),
    "pre-trends-differ": (
        lambda: ratios(pre_counts=[9000, 9270, 9548, 9834, 10130], **flat),
        lambda: ratios(pre_counts=[9000, 9100, 9050, 8990, 9020], **flat),
    ),
    "control-size-differs": (lambda: wdd((49, 50)), lambda: wdd((50, 50))),
    "no-displacement-area": (lambda: wdd((90, 80)), lambda: wdd((90, 80), displacement=(9, 9))),
    "displacement-not-controlled": (
        lambda: wdd((90, 80), displacement=(9, 9)),
        lambda: wdd((90, 80), displacement=(9, 9), displacement_control=(9, 9)),
    ),
    "few-events": (lambda: ev.wdd((5, 4), (5, 5)), lambda: ev.wdd((5, 5), (5, 5))),
    "one-offence-carries": (
        lambda: ev.harm_change({"a": 9, "b": 9}, {"a": 9, "b": 9}, {"a": 1, "b": 1}),
        lambda: ev.harm_change(
            dict.fromkeys("abc", 9), dict.fromkeys("abc", 9), dict.fromkeys("abc", 1)
        ),
    ),
    "few-treated-areas": (lambda: panel(areas=4), lambda: panel(areas=5)),
    "effects-differ": (lambda: begun_apart((0.30, -0.55)), lambda: begun_apart((-0.2, -0.2))),
    "straight-dose": (lambda: panel(dose=True), lambda: panel()),
    "no-control-series": (lambda: series(), lambda: series(control=WAVES)),
    "short-after-series": (
        lambda: series(first_after="2014-02"),
        lambda: series(first_after="2014-01"),
    ),
    "pandemic-months": (
        lambda: series(months=[f"{int(m[:4]) + 6}{m[4:]}" for m in MONTHS], first_after="2019-01"),
        lambda: series(),
    ),
    "autocorrelated-residuals": (lambda: series(counts=WAVES), lambda: series()),
    "rank-floor-above-05": (
        lambda: control(n_before=12),
        lambda: ev.synthetic_control(NEAR, MANY, n_before=12),
    ),
    "poor-pre-fit": (
        lambda: ev.synthetic_control([2 * y for y in NEAR], DONORS, n_before=12),
        lambda: control(n_before=12),
    ),
    "perfect-pre-fit": (
        lambda: ev.synthetic_control(DONORS["A"], {**DONORS, "E": DONORS["A"]}, n_before=12),
        lambda: ev.synthetic_control(
            APART[0], dict(zip("ABCD", APART[1:], strict=True)), n_before=12
        ),
    ),
    "short-pre-period": (lambda: control(n_before=9), lambda: control(n_before=10)),
    "one-donor-carries": (
        lambda: ev.synthetic_control(DONORS["A"], DONORS, n_before=12),
        lambda: control(n_before=12),
    ),
    "few-areas": (
        lambda: ev.regression_to_the_mean(range(1, 10)),
        lambda: ev.regression_to_the_mean(range(1, 11)),
    ),
    "no-spread-beyond-noise": (
        lambda: ev.regression_to_the_mean([20, 21, 19]),
        lambda: ev.regression_to_the_mean([20, 41, 9]),
    ),
    "areas-dropped": (
        lambda: ev.funnel_limits([9, 8, None], [1, 1, 1]),
        lambda: ev.funnel_limits([9, 8, 7], [1, 1, 1]),
    ),
    "over-dispersed": (
        lambda: ev.funnel_limits([5, 50, 20, 90], [1, 1, 1, 1]),
        lambda: ev.funnel_limits([15, 20, 20, 25], [1, 1, 1, 1]),
    ),
    "small-expected": (
        lambda: ev.funnel_limits([4, 5], [1, 1]),
        lambda: ev.funnel_limits([5, 5], [1, 1]),
    ),
    "counting-noise": (
        lambda: ev.cochran_q([0.5, 0.6], [0.1, 0.1]),
        lambda: ev.cochran_q([0.5, 3.6], [0.1, 0.1]),
    ),
    "formula-optimistic": (
        lambda: ev.minimal_detectable_correlation(4),
        lambda: ev.minimal_detectable_correlation(3),
    ),
    "exchangeable-areas-assumed": (
        lambda: ev.bonett_wright(0.5, 43),
        lambda: ev.bonett_wright(1, 43),
    ),
    "wide-interval": (lambda: ev.bonett_wright(0.5, 6), lambda: ev.bonett_wright(0.5, 43)),
    "small-sample-bca": (
        lambda: ev.bca_interval(LINE[:19], BENT[:19], allow_small=True),
        lambda: ev.bca_interval(LINE, BENT, allow_small=True),
    ),
    "degenerate-resamples": (
        lambda: ev.bca_interval([0] * 19 + [1], LINE),
        lambda: ev.bca_interval(LINE, BENT),
    ),
    "unit-cost-not-verified": (lambda: award(5, verified=False), lambda: award(5)),
    "price-years-differ": (
        lambda: award(5, cost_price_year="2015/16"),
        lambda: award(5, cost_price_year="2023"),
    ),
    "price-year-not-given": (lambda: award(5), lambda: award(5, cost_price_year=2023)),
    "multiplier-not-given": (lambda: award(5, multiplier=None), lambda: award(5)),
    "several-counts-fit": (
        lambda: ev.proportion_interval("92%", 238),
        lambda: ev.proportion_interval("92%", 25),
    ),
    "base-not-stated": (
        lambda: ev.proportion_interval("92%", 238, base_stated=False),
        lambda: ev.proportion_interval("92%", 238),
    ),
    "no-comparison-group": (lambda: ev.proportion_interval(9, 10), lambda: rate(7, 9)),
    "nothing-supplied": (lambda: ev.evidence_level(), lambda: ev.evidence_level(rate(7, 9))),
}
NEEDS_STATSMODELS = {
    "few-treated-areas",
    "effects-differ",
    "straight-dose",
    "no-control-series",
    "short-after-series",
    "pandemic-months",
    "autocorrelated-residuals",
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


def made(code: str) -> list[ev.Result]:
    if code in NEEDS_STATSMODELS:
        pytest.importorskip("statsmodels")
    return [make() for make in CASES[code]]


def test_every_code_of_the_closed_list_has_its_two_cases() -> None:
    assert set(CASES) == set(ev.CAUTIONS)


@pytest.mark.parametrize("code", CASES)
def test_a_caution_is_raised_and_not_raised(code: str) -> None:
    with_it, without = made(code)
    assert code in with_it.cautions
    assert code not in without.cautions
    # A short sentence names the two that matter most; the report names all.
    for shown in (with_it.report(), with_it.text if with_it._first is None else with_it.report()):
        assert ev.CAUTIONS[code] in shown
    assert ev.CAUTIONS[code] not in without.text
    assert ev.CAUTIONS[code] not in without.report()


@pytest.mark.parametrize("code", CASES)
def test_codes_are_documented_with_the_class_that_carries_them(code: str) -> None:
    with_it, _ = made(code)
    assert code in re.split(r"[\s,.;]+", inspect.getdoc(type(with_it)) or "")


def every_result() -> list[ev.Result]:
    try:
        import statsmodels.api  # noqa: F401
    except ImportError:
        skipped = NEEDS_STATSMODELS
    else:
        skipped = set()
    pairs = [make for code, pair in CASES.items() if code not in skipped for make in pair]
    return [make() for make in [*pairs, *OTHERS]]


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
