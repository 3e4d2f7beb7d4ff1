from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import PccFundingError, PeriodError, TableError, UnknownNameError

Log = Callable[[int, int], float]


def frame_of(
    areas: int, periods: int, log_rate: Log, seed: int | None = None, mean: float = 1000
) -> pd.DataFrame:
    """Counts of `areas` over years from 2001 on: exact ones, or drawn with a seed."""
    rng = np.random.default_rng(seed)
    rows = []
    for a, t in itertools.product(range(areas), range(periods)):
        expected = mean * np.exp(log_rate(a, t))
        count = round(expected) if seed is None else int(rng.poisson(expected))
        rows.append((f"area {a:02d}", 2001 + t, count, 50_000))
    return pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])


def begins(year: int, areas: range) -> dict[str, int]:
    return {f"area {a:02d}": year for a in areas}


def change(frame: Any, treated: Any, **options: Any) -> pcc.evaluation.PanelChange:
    return pcc.panel_change(frame, treated=treated, exposure="persons", **options)


def wander(a: int, t: int) -> float:
    """A course of its own for each area, without a trend in common with the award."""
    return 0.1 * (a % 5) + 0.02 * np.sin(3.1 * a + 2.3 * t)


FELL = frame_of(12, 10, lambda a, t: wander(a, t) - 0.3 * (a < 6 and t >= 5))
NOTHING = frame_of(12, 10, wander)
SIX = begins(2006, range(6))


def test_a_fall_that_was_put_in_is_found() -> None:
    found = change(FELL, SIX)
    assert found.verdict == "a change beyond the other areas"
    assert found.log_ratio == pytest.approx(-0.3, abs=0.02)
    assert found.low is not None
    assert found.high is not None
    assert found.low < np.exp(-0.3) < found.high < 1
    assert found.maryland_level == 3
    assert found.cautions == ()
    assert (found.kind, found.n_areas, found.n_treated) == ("common start", 12, 6)
    assert found.base == int(FELL[(FELL.area_code < "area 06") & (FELL.year < 2006)].offences.sum())


def test_the_estimate_is_that_of_statsmodels_with_dummies() -> None:
    sm = pytest.importorskip("statsmodels.api")
    frame = FELL.assign(
        given=((FELL["area_code"] < "area 06") & (FELL["year"] >= 2006)).astype(int)
    )
    dummies = pd.get_dummies(frame[["area_code", "year"]].astype(str), drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([frame["given"], dummies], axis=1))
    model = sm.GLM(
        frame["offences"], design, family=sm.families.Poisson(), offset=np.log(frame["persons"])
    )
    groups = frame["area_code"].astype("category").cat.codes
    fitted = model.fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    found = change(frame, "given")
    assert found.log_ratio == pytest.approx(fitted.params["given"], abs=1e-6)
    areas, n, periods = 12, 120, 10
    rule = areas / (areas - 1) * (n - 1) / (n - 1 - periods)
    assert found.se_log == pytest.approx(fitted.bse["given"] * np.sqrt(rule), abs=1e-6)


def by_hand(counts: npt.NDArray[np.float64], treated: tuple[int, ...], start: int) -> float:
    """The studentised score with every dummy written out, for equal exposures."""
    areas, periods = counts.shape
    mean = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    path = np.zeros((areas, periods))
    path[list(treated), start:] = 1
    dummies = np.hstack(
        [
            np.kron(np.eye(areas), np.ones((periods, 1))),
            np.kron(np.ones((areas, 1)), np.eye(periods)),
        ]
    )
    root = np.sqrt(mean.ravel())
    fitted = np.linalg.lstsq(dummies * root[:, None], path.ravel() * root, rcond=None)[0]
    left = (path.ravel() - dummies @ fitted).reshape(areas, periods)
    score = (left * (counts - mean)).sum(axis=1)
    total = score.sum()
    return float(total / np.sqrt((score**2).sum() - total**2 / areas))


def test_p_counts_every_way_to_deal_the_start_out() -> None:
    frame = frame_of(7, 6, lambda a, t: wander(a, t) - 0.05 * (a < 3 and t >= 4), seed=5)
    found = change(frame, begins(2005, range(3)))
    counts = frame["offences"].to_numpy(dtype=float).reshape(7, 6)
    every = [abs(by_hand(counts, chosen, 4)) for chosen in itertools.combinations(range(7), 3)]
    real = abs(by_hand(counts, (0, 1, 2), 4))
    assert (found.lots, found.lots_exact) == (35, True)
    assert found.p_value == pytest.approx(np.mean([one >= real - 1e-9 for one in every]))
    assert found.min_p == pytest.approx(1 / 35)


def test_random_lots_come_near_every_lot() -> None:
    frame = frame_of(12, 8, wander, seed=11)
    whole = change(frame, begins(2005, range(6)))
    part = change(frame, begins(2005, range(6)), resamples=900)
    assert (whole.lots, whole.lots_exact) == (924, True)
    assert (part.lots, part.lots_exact) == (901, False)
    assert part.min_p == 1 / 901
    assert part.p_value == pytest.approx(whole.p_value, abs=0.05)
    assert part == change(frame, begins(2005, range(6)), resamples=900)
    assert part != change(frame, begins(2005, range(6)), resamples=900, seed=1)


def test_strata_keep_the_lots_within() -> None:
    strata = {f"area {a:02d}": "north" if a % 2 else "south" for a in range(12)}
    found = change(NOTHING, SIX, strata=strata)
    assert (found.n_strata, found.lots) == (2, 20 * 20)
    assert change(NOTHING, SIX).lots == 924
    as_column = NOTHING.assign(region=NOTHING["area_code"].map(strata))
    assert change(as_column, SIX, strata="region") == found


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    frame = frame_of(12, 8, lambda a, t: wander(a, t) - 0.2 * (a < 6 and t >= 4), seed=2)
    found = change(frame, begins(2005, range(6)))
    for end, inside in ((found.low, 1.005), (found.high, 0.995)):
        assert end is not None
        # Residents in treated periods times the end: then the end itself is no change.
        for factor, rejected in ((1 / inside, True), (inside, False)):
            on = (frame["area_code"] < "area 06") & (frame["year"] >= 2005)
            moved = frame.assign(persons=np.where(on, 50_000 * end * factor, 50_000))
            p_value = change(moved, begins(2005, range(6))).p_value
            assert p_value is not None
            assert (p_value < 0.05) is rejected


def test_an_end_that_nothing_rejects_has_no_bound() -> None:
    def log_rate(a: int, t: int) -> float:
        if a < 39:
            return 0.002 * np.sin(3.1 * a + 2.3 * t)
        return 2.0 * (a - 38) * (-1) ** a * (t >= 4)

    found = change(frame_of(42, 6, log_rate, mean=100_000), {"area 00": 2005})
    assert found.low is None
    assert found.high is not None
    assert f"no bound to +{found.change_high_pct:.1f}%" in found.text


def test_a_scale_of_exposure_changes_nothing() -> None:
    plain = change(FELL, SIX)
    scaled = change(FELL.assign(persons=FELL["persons"] / 1000), SIX)
    assert scaled.ratio == pytest.approx(plain.ratio, rel=1e-9)
    assert scaled.p_value == plain.p_value
    held = pcc.panel_change(FELL, treated=SIX, exposure={f"area {a:02d}": 7.0 for a in range(12)})
    assert held.ratio == pytest.approx(plain.ratio, rel=1e-9)


@pytest.mark.slow
def test_a_staggered_start_gives_the_truth_where_two_way_effects_give_the_wrong_sign() -> None:
    """20 areas from period 2 (-.06 a period, growing), 20 from period 6 (nothing), 3 never."""

    def effect(a: int, t: int) -> float:
        return -0.06 * t if a < 20 and t >= 1 else 0.0

    frame = frame_of(43, 12, lambda a, t: 0.01 * t + 0.1 * (a % 7) + effect(a, t), mean=50_000)
    start = begins(2002, range(20)) | begins(2006, range(20, 40))
    found = change(frame, start, resamples=499)
    truth = -0.06 * sum(range(1, 12)) * 20 / (20 * 11 + 20 * 7)
    assert truth == pytest.approx(-0.22)
    assert found.kind == "staggered start"
    assert found.log_ratio == pytest.approx(truth, abs=0.001)
    assert found.verdict == "a change beyond the other areas"
    on = [
        float((a < 20 and t >= 1) or (20 <= a < 40 and t >= 5))
        for a, t in itertools.product(range(43), range(12))
    ]
    # One term for all, asked for as if it were a dose that is not 0 or 1.
    two_way = change(frame.assign(on=np.array(on) * 2), "on", resamples=99)
    assert two_way.log_ratio is not None
    assert two_way.log_ratio * 2 > 0.1
    cells = found.cells
    assert len(cells) == 11 + 7
    assert cells["weight"].sum() == pytest.approx(1)
    late = cells[cells["start"] == "2006"]["log_ratio"]
    assert late.abs().max() < 0.001


def test_an_event_study_by_hand() -> None:
    frame = frame_of(8, 4, lambda a, t: 0.2 * a + (0.1, 0.0, -0.2, -0.4)[t] * (a < 4), mean=90_000)
    found = change(frame, begins(2003, range(4)))
    table = found.event_study
    assert table["periods_from_start"].tolist() == [-2, -1, 0, 1]
    assert table["log_ratio"].tolist() == pytest.approx([0.1, 0.0, -0.2, -0.4], abs=1e-4)
    assert table["se_log"][1] == 0


def test_a_dose_is_a_factor_for_each_unit() -> None:
    pounds = [0, 1, 2, 3, 0, 4, 2.5, 1.5, 0, 3.5]
    frame = frame_of(10, 8, lambda a, t: wander(a, t) - 0.05 * pounds[a] * (t >= 4), mean=20_000)
    frame["spend_gbp_per_head"] = [
        pounds[a] * (t >= 4) for a, t in itertools.product(range(10), range(8))
    ]
    found = change(frame, "spend_gbp_per_head", resamples=999)
    assert (found.kind, found.treated_by) == ("dose", "spend_gbp_per_head")
    assert found.log_ratio == pytest.approx(-0.05, abs=0.01)
    assert "for each 1 of spend_gbp_per_head" in found.text
    assert "straight-dose" in found.cautions
    assert found.event_study.empty
    doubled = frame.assign(spend_gbp_per_head=2 * frame["spend_gbp_per_head"])
    half = change(doubled, "spend_gbp_per_head", resamples=999)
    assert half.log_ratio == pytest.approx((found.log_ratio or 0) / 2, abs=1e-9)
    assert half.p_value == found.p_value


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_dose_in_a_unit_far_beyond_it_is_refused_or_has_no_bound(sign: int) -> None:
    pounds = [0, 1, 2, 3, 0, 4, 2.5, 1.5, 0, 3.5]
    moved = frame_of(
        10, 8, lambda a, t: wander(a, t) + sign * 0.05 * pounds[a] * (t >= 4), mean=20_000
    )
    given = np.array([pounds[a] * (t >= 4) for a, t in itertools.product(range(10), range(8))])
    # No number of a computer holds the factor of £1m a head.
    refused = change(moved.assign(dose=given / 1e6), "dose", resamples=199)
    assert refused.verdict == "not estimable"
    assert refused.reason is not None
    assert "(at most 4e-06): state it in a smaller unit" in refused.reason
    # That of £1,000 a head it holds.
    found = change(moved.assign(dose=given / 1e3), "dose", resamples=199)
    assert found.log_ratio == pytest.approx(sign * 50, abs=10)
    assert found.p_value is not None


def test_a_covariate_takes_its_part() -> None:
    rng = np.random.default_rng(4)
    students = rng.normal(0, 1, 120)
    frame = frame_of(12, 10, wander, mean=20_000)
    frame["offences"] = (frame["offences"] * np.exp(0.1 * students)).round()
    frame["students"] = students
    plain, held = change(frame, SIX), change(frame, SIX, covariates=["students"])
    assert held.se_log is not None
    assert plain.se_log is not None
    assert held.se_log < plain.se_log / 2
    assert held.log_ratio == pytest.approx(0, abs=0.02)


# Each verdict, and a panel that just misses it.
def few(treated: int) -> pcc.evaluation.PanelChange:
    frame = frame_of(6, 8, lambda a, t: wander(a, t) - 0.4 * (a < treated and t >= 5))
    return change(frame, begins(2006, range(treated)))


def drifting(slope: float) -> pcc.evaluation.PanelChange:
    frame = frame_of(
        14, 9, lambda a, t: wander(a, t) + (a < 7) * (slope * t - 0.3 * (t >= 6)), mean=5000
    )
    return change(frame, begins(2007, range(7)))


def test_too_few_areas_to_tell() -> None:
    # 1 of 6: no p below 1/6. 2 of 6: 15 ways, 1/15. 3 of 6: both halves, 2/20.
    for treated, floor in ((1, 1 / 6), (2, 1 / 15), (3, 2 / 20)):
        found = few(treated)
        assert found.min_p == pytest.approx(floor)
        assert found.verdict == "too few areas to tell"
        assert found.p_value == found.min_p
    seven = frame_of(7, 8, lambda a, t: wander(a, t) - 0.4 * (a < 3 and t >= 5))
    missed = change(seven, begins(2006, range(3)))
    assert missed.min_p == pytest.approx(1 / 35)
    assert missed.verdict == "a change beyond the other areas"


def test_no_clear_change() -> None:
    assert change(NOTHING, SIX).verdict == "no clear change"
    found = [
        change(frame_of(12, 10, lambda a, t, by=by: wander(a, t) + by * (a < 6 and t >= 5)), SIX)
        for by in (-0.002, -0.004)
    ]
    assert [one.verdict for one in found] == ["no clear change", "a change beyond the other areas"]
    for one in found:
        assert one.p_value is not None
        assert one.high is not None
        assert (one.p_value < 0.05) is (one.high < 1)


def test_not_told_apart_from_the_earlier_course() -> None:
    apart, alike = drifting(-0.03), drifting(0)
    assert apart.verdict == "not told apart from the earlier course"
    assert alike.verdict == "a change beyond the other areas"
    assert apart.pre_trend_p is not None
    assert apart.pre_trend_p < 0.05 <= (alike.pre_trend_p or 0)
    assert apart.pre_trend_pct == pytest.approx(-3, abs=0.5)
    assert (apart.maryland_level, alike.maryland_level) == (2, 3)


def test_level_3_needs_five_earlier_points_that_show_a_similar_course() -> None:
    frame = frame_of(14, 9, lambda a, t: wander(a, t), mean=5000)
    levels = {year: change(frame, begins(year, range(7))).maryland_level for year in (2005, 2006)}
    # 2005 has 4 earlier years, 2006 has 5.
    assert levels == {2005: 2, 2006: 3}
    rough = frame_of(14, 9, lambda a, t: 0.4 * np.sin(3.1 * a + 2.3 * t), mean=5000)
    found = change(rough, begins(2006, range(7)))
    assert found.pre_points == 5
    assert "pre-trend-not-shown" in found.cautions
    assert found.maryland_level == 2


@pytest.mark.parametrize(
    ("frame", "treated", "reason"),
    [
        (NOTHING, {}, "no area was given anything"),
        (NOTHING, begins(2006, range(12)), "from 2006 on every area has it"),
        (NOTHING[NOTHING["year"] == 2006], {}, "1 period; at least 2"),
        (NOTHING[NOTHING["area_code"] < "area 03"], {}, "3 areas with every count"),
        (
            NOTHING.assign(
                offences=NOTHING["offences"].where(
                    (NOTHING["area_code"] >= "area 06") | (NOTHING["year"] < 2006), 0
                )
            ),
            SIX,
            "nothing was counted before or after in the areas that began in 2006",
        ),
        (
            NOTHING.assign(offences=NOTHING["offences"].where(NOTHING["year"] != 2003, 0)),
            SIX,
            "nothing was counted anywhere in 2003",
        ),
        (
            NOTHING.assign(
                on=((NOTHING["area_code"] < "area 06") & NOTHING["year"].between(2006, 2008)) * 1
            ),
            "on",
            "the award of area 00 ends within these periods",
        ),
        (
            NOTHING.assign(spend=2.5 * (NOTHING["year"] >= 2006)),
            "spend",
            "the dose rises and falls in all areas alike",
        ),
    ],
)
def test_a_panel_is_refused_with_a_reason(frame: Any, treated: Any, reason: str) -> None:
    found = change(frame, treated)
    assert found.verdict == "not estimable"
    assert found.reason is not None
    assert reason in found.reason
    assert found.text == f"Not estimable: {found.reason}."
    assert found.maryland_level == 0
    assert found.event_study.empty


def test_areas_with_a_gap_are_left_out_and_named() -> None:
    holed = FELL.copy()
    holed["offences"] = holed["offences"].astype(float)
    holed.loc[(holed["area_code"] == "area 03") & (holed["year"] == 2004), "offences"] = np.nan
    holed = holed[~((holed["area_code"] == "area 07") & (holed["year"] == 2002))]
    found = change(holed, SIX)
    assert found.dropped == ("area 03: no count for 2004", "area 07: no count for 2002")
    assert "areas-dropped" in found.cautions
    assert (found.n_areas, found.n_treated) == (10, 5)
    early = change(FELL, SIX | {"area 05": 2001})
    assert early.dropped == ("area 05: had it from the first period on",)


def test_a_long_list_of_areas_left_out_is_cut_in_the_report() -> None:
    holed = FELL[~((FELL["area_code"] > "area 07") & (FELL["year"] == 2001))]
    found = change(holed, SIX)
    assert len(found.dropped) == 4
    assert "1 more, in .dropped" in found.report()
    assert "area 11" not in found.report()


@pytest.mark.parametrize(
    ("frame", "options", "error", "words"),
    [
        (FELL.drop(columns="persons"), {}, TableError, "no column 'persons'"),
        (FELL.drop(columns="offences"), {}, TableError, "no column 'offences'"),
        (FELL.drop(columns="year"), {}, TableError, "no columns 'period_start', 'period_end'"),
        (pd.concat([FELL, FELL[:1]]), {}, TableError, "'area 00' more than once for 2001"),
        (FELL.assign(offences=1.5), {}, TableError, "offences of area 00 in 2001 is 1.5"),
        (FELL.assign(offences=-1), {}, TableError, "is -1"),
        (FELL.assign(persons=0), {}, TableError, "persons of area 00 in 2001 is 0"),
        (FELL, {"treated": {"area 99": 2006}}, UnknownNameError, "area 99"),
        (FELL, {"treated": {"area 01": 2020}}, UnknownNameError, "2020"),
        (FELL, {"strata": {"area 00": 1}}, TableError, "no value for 'area 01'"),
        (FELL, {"strata": "year"}, TableError, "year of area 00 changes over time"),
        (FELL, {"treated": "given"}, TableError, "no column 'given'"),
        (FELL.assign(on=-1), {"treated": "on"}, TableError, "below 0"),
        (FELL, {"resamples": 5}, TableError, "resamples is 5"),
        ([1, 2], {}, TableError, "counts is a list"),
        (
            FELL.assign(
                period_start=FELL["year"].astype(str) + "-01-01",
                period_end=(FELL["year"] + 1).astype(str) + "-03-31",
            ),
            {},
            PeriodError,
            "share 90 days",
        ),
        (
            FELL.assign(period_start="spring", period_end="autumn"),
            {},
            PeriodError,
            "'spring', which is no date",
        ),
    ],
)
def test_misuse_of_a_panel_is_named(
    frame: Any, options: dict[str, Any], error: type[PccFundingError], words: str
) -> None:
    with pytest.raises(error, match=words):
        change(frame, **({"treated": SIX} | options))


def test_other_frames_and_orders_of_rows_give_the_same() -> None:
    plain = change(FELL, SIX)
    shuffled = FELL.sample(frac=1, random_state=1)
    assert change(shuffled, SIX) == plain
    polars = pl.DataFrame({name: FELL[name].to_list() for name in FELL.columns})
    assert change(polars, SIX) == plain
    dated = FELL.assign(
        period_start=pd.to_datetime(FELL["year"].astype(str) + "-01-01"),
        period_end=pd.to_datetime(FELL["year"].astype(str) + "-12-31"),
    ).drop(columns="year")
    assert change(dated, SIX) == plain


def test_a_sentence_is_short_and_a_report_is_labelled() -> None:
    results = [change(FELL, SIX), change(NOTHING, SIX), few(1), drifting(-0.03)]
    results += [change(NOTHING, {}), change(NOTHING[NOTHING["area_code"] != "area 11"], SIX)]
    for found in results:
        assert len(found.text.split()) <= 70, found.text
        labels = [label for label, _ in found.report().lines]
        assert labels[0] == "verdict"
        assert "<table>" in found.report()._repr_html_()
        for code in found.cautions:
            assert pcc.evaluation.CAUTIONS[code] in found.report()


def test_a_panel_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    monkeypatch.setitem(sys.modules, "statsmodels.api", None)
    assert change(FELL, SIX).verdict == "a change beyond the other areas"


def test_breakdown_needs_three_earlier_periods_and_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = change(FELL[FELL["year"] >= 2004], SIX).breakdown()
    assert short.value is None
    assert short.text == "No breakdown value: 2 earlier periods; at least 3 are needed."
    monkeypatch.setitem(sys.modules, "diff_diff.results", None)
    with pytest.raises(PccFundingError, match=r"pip install 'pccfunding\[panel\]'"):
        change(FELL[FELL["year"] >= 2003], SIX).breakdown()


def test_breakdown_by_diff_diff() -> None:
    pytest.importorskip("diff_diff")
    frame = frame_of(14, 10, lambda a, t: wander(a, t) - 0.3 * (a < 7 and t >= 6), seed=3)
    found = change(frame, begins(2007, range(7)))
    told = found.breakdown()
    assert told.value is not None
    # By hand: steps of 1 to 4 earlier ones bias the mean of four periods by 2.5 of them, and what
    # is left over has to be more than the errors.
    table = found.event_study
    before = table[table["periods_from_start"] < 0]["log_ratio"].to_numpy()
    step = np.abs(np.diff(before)).max()
    after = table[table["periods_from_start"] >= 0]["log_ratio"].mean()
    least = abs(after) / (2.5 * step)
    assert 0.5 * least < told.value < least
    assert "approximate: takes the largest earlier step as known" in told.text
    assert change(NOTHING, SIX).breakdown().value == 0
    # Without scatter between areas the change is told whatever the steps are.
    assert change(FELL, SIX).breakdown().beyond
