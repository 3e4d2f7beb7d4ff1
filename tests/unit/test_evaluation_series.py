from __future__ import annotations

import importlib
import math
import sys
import tracemalloc

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from pccfunding import evaluation as ev
from pccfunding.errors import PccFundingError, PeriodError, TableError, UnknownNameError
from pccfunding.evaluation.segmented_regression import segmented_design, segmented_fit


def months(n: int, year: int = 2010) -> list[str]:
    return [f"{year + k // 12}-{k % 12 + 1:02d}" for k in range(n)]


def made_up(n: int = 60, first: int = 36, *, step: float = 0.8, bend: float = 1.0) -> list[int]:
    """Counts without scatter: level 2000, trend +1% a month, two harmonics, a step, a bend."""
    k = np.arange(n)
    after = k >= first
    mean = 2000 * 1.01**k * np.exp(0.2 * np.sin(2 * np.pi * k / 12)) * step**after
    return [int(y) for y in np.round(mean * np.where(after, bend ** (k - first), 1.0))]


def test_a_step_and_a_bend_that_were_put_in_are_found() -> None:
    pytest.importorskip("statsmodels")
    found = ev.interrupted_series(made_up(bend=1.005), months(60), first_after="2013-01")
    assert found.level_ratio == pytest.approx(0.8, abs=5e-4)
    assert found.slope_ratio == pytest.approx(1.005, abs=1e-4)
    assert found.trend_pct == pytest.approx(1.0, abs=5e-3)
    assert (found.n_before, found.n_after, found.first_after) == (36, 24, "2013-01")
    assert found.estimable


def test_scatter_below_poisson_does_not_narrow_the_interval() -> None:
    pytest.importorskip("statsmodels")
    counts = made_up()
    found = ev.interrupted_series(
        counts, months(60), first_after="2013-01", harmonics=0, slope=False, errors="quasi"
    )
    smooth = ev.interrupted_series(
        counts, months(60), first_after="2013-01", slope=False, errors="quasi"
    )
    assert smooth.dispersion is not None
    assert smooth.dispersion < 0.01
    # A Poisson step cannot be known better than the two sums of counts.
    least = math.sqrt(1 / sum(counts[:36]) + 1 / sum(counts[36:]))
    assert math.log((smooth.level_high or 0) / (smooth.level_low or 1)) > 2 * 1.96 * least
    assert found.dispersion is not None
    assert found.dispersion > 1


def test_without_slope_there_is_no_slope() -> None:
    pytest.importorskip("statsmodels")
    found = ev.interrupted_series(made_up(), months(60), first_after="2013-01", slope=False)
    assert found.slope_ratio is found.slope_low is found.slope_high is None
    assert found.level_ratio == pytest.approx(0.8, abs=5e-4)
    assert "afterwards the course" not in found.text


def test_exposure_is_an_offset() -> None:
    pytest.importorskip("statsmodels")
    plain = ev.interrupted_series(made_up(), months(60), first_after="2013-01")
    halved = [1.0 if k < 36 else 0.5 for k in range(60)]
    found = ev.interrupted_series(made_up(), months(60), first_after="2013-01", exposure=halved)
    assert found.level_ratio == pytest.approx(2 * (plain.level_ratio or 0), rel=1e-6)
    same = ev.interrupted_series(made_up(), months(60), first_after="2013-01", exposure=7)
    assert same.level_ratio == pytest.approx(plain.level_ratio, rel=1e-6)


def test_a_comparison_series_with_the_same_step_takes_it_away() -> None:
    pytest.importorskip("statsmodels")
    found = ev.interrupted_series(
        made_up(step=0.6), months(60), first_after="2013-01", control=made_up(step=0.8)
    )
    assert found.level_ratio == pytest.approx(0.75, abs=1e-3)
    assert found.trend_pct == pytest.approx(1.0, abs=5e-3)
    assert (found.controlled, found.maryland_level) == (True, 3)
    assert "relative to the comparison series" in found.text
    alone = ev.interrupted_series(made_up(step=0.6), months(60), first_after="2013-01")
    assert alone.maryland_level == 2


def newey_west(
    counts: npt.NDArray[np.float64], design: npt.NDArray[np.float64], areas: int, lag: int
) -> npt.NDArray[np.float64]:
    """The sandwich written out: Bartlett weights, scores of a month summed over areas."""
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(counts.mean())
    for _ in range(50):
        mean = np.exp(design @ beta)
        bread = np.linalg.inv(design.T @ (mean[:, None] * design))
        beta = beta + bread @ design.T @ (counts - mean)
    scores = (design * (counts - np.exp(design @ beta))[:, None]).reshape(areas, -1, len(beta))
    monthly = scores.sum(axis=0)
    meat = monthly.T @ monthly
    for k in range(1, lag + 1):
        lagged = monthly[k:].T @ monthly[:-k]
        meat += (1 - k / (lag + 1)) * (lagged + lagged.T)
    n, columns = design.shape
    return np.sqrt(np.diag(bread @ meat @ bread) * n / (n - columns))


@pytest.mark.parametrize("areas", [1, 2])
def test_robust_errors_are_newey_west(areas: int) -> None:
    pytest.importorskip("statsmodels")
    rng = np.random.default_rng(3)
    time = np.arange(60.0) - 36
    calendar = np.arange(60) % 12
    design = segmented_design(time, calendar, 2, slope=True, areas=areas)
    counts = rng.poisson(80 * np.exp(rng.normal(0, 0.1, 60 * areas))).astype(float)
    fit = segmented_fit(counts, design, np.zeros(60 * areas), "hac", 3, time)
    np.testing.assert_allclose(fit.standard_errors, newey_west(counts, design, areas, 3), rtol=1e-6)
    quasi = segmented_fit(counts, design, np.zeros(60 * areas), "quasi", 3, time)
    wider = segmented_fit(counts, design, np.zeros(60 * areas), "wider", 3, time)
    both = np.maximum(fit.standard_errors, quasi.standard_errors)
    np.testing.assert_allclose(wider.standard_errors, both, rtol=1e-12)


@pytest.mark.parametrize(("pairs", "columns"), [(0, 0), (2, 4), (6, 11)])
def test_harmonics_have_full_rank(pairs: int, columns: int) -> None:
    for areas, own in ((1, 4), (2, 8)):
        design = segmented_design(
            np.arange(60.0) - 36, np.arange(60) % 12, pairs, slope=True, areas=areas
        )
        assert design.shape == (60 * areas, own + columns)
        assert np.linalg.matrix_rank(design) == own + columns


def test_months_may_be_timestamps_or_numpy_dates() -> None:
    pytest.importorskip("statsmodels")
    counts, text = made_up(), months(60)
    stamps = list(pd.date_range("2010-01-01", periods=60, freq="MS"))
    numpy = list(np.array(text, dtype="datetime64[M]"))
    found = [
        ev.interrupted_series(counts, spelling, first_after=spelling[36])
        for spelling in (text, stamps, numpy)
    ]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_after": "2011-12"}, "23 months before the interruption; at least 24 are needed"),
        ({"first_after": "2014-11"}, "2 months after the interruption; at least 3 are needed"),
        ({"months": [*months(30), *months(30, 2013)]}, "do not follow each other at 2013-01"),
        ({"counts": [None, *made_up()[1:]]}, "the count of 2010-01 is not held"),
        ({"counts": [0] * 36 + [5] * 24}, "nothing was counted before or after"),
        ({"control": [5] * 59 + [None]}, "the count of 2014-12 is not held"),
    ],
)
def test_a_series_is_refused_with_a_reason(change: dict[str, object], reason: str) -> None:
    options = {"counts": made_up(), "months": months(60), "first_after": "2013-01"} | change
    found = ev.interrupted_series(**options)  # type: ignore[arg-type]
    assert not found.estimable
    assert reason in (found.reason or "")
    assert found.text == f"Not estimable: {found.reason}."
    assert found.maryland_level == 0


def test_24_months_before_and_3_after_are_enough() -> None:
    pytest.importorskip("statsmodels")
    assert ev.interrupted_series(made_up(27, 24), months(27), first_after="2012-01").estimable


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"months": months(59)}, TableError, "counts holds 60 values for 59 months"),
        ({"control": [1, 2]}, TableError, "control holds 2 values for 60 months"),
        ({"exposure": [1.0] * 59}, TableError, "exposure holds 59 known values"),
        ({"exposure": 0}, TableError, "exposure is 0"),
        ({"harmonics": 7}, TableError, "harmonics is 7"),
        ({"errors": "hacc"}, UnknownNameError, "Did you mean 'hac'"),
        ({"first_after": "spring"}, PeriodError, "first_after 'spring' is no month"),
    ],
)
def test_misuse_of_a_series_is_named(
    change: dict[str, object], error: type[PccFundingError], words: str
) -> None:
    options = {"counts": made_up(), "months": months(60), "first_after": "2013-01"} | change
    with pytest.raises(error, match=words):
        ev.interrupted_series(**options)  # type: ignore[arg-type]


def test_a_missing_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.api", None)
    with pytest.raises(PccFundingError, match=r"pip install 'pccfunding\[evaluation\]'"):
        ev.interrupted_series(made_up(), months(60), first_after="2013-01")
    with pytest.raises(ImportError, match="interrupted_series needs statsmodels"):
        ev.interrupted_series(made_up(), months(60), first_after="2013-01")


def quarters(n: int) -> list[str]:
    return [f"{2010 + k // 4}-Q{k % 4 + 1}" for k in range(n)]


def a_step(n: int, first: int, season: int, step: float = 0.8) -> list[int]:
    k = np.arange(n)
    wave = 0.2 * np.sin(2 * np.pi * k / season) if season > 1 else 0.0
    return [int(y) for y in np.round(5000 * 1.01**k * np.exp(wave) * step ** (k >= first))]


def test_quarters_and_years_are_told_by_their_spacing() -> None:
    pytest.importorskip("statsmodels")
    found = ev.interrupted_series(a_step(28, 16, 4), quarters(28), first_after="2014-Q1")
    assert found.level_ratio == pytest.approx(0.8, abs=1e-3)
    assert found.trend_pct == pytest.approx(1.0, abs=0.02)
    assert (found.period, found.harmonics, found.n_before) == ("quarter", 2, 16)
    months = [f"{2010 + k // 4}-{3 * (k % 4) + 1:02d}" for k in range(28)]
    assert ev.interrupted_series(a_step(28, 16, 4), months, first_after="2014-01") == found
    years = list(range(2005, 2019))
    yearly = ev.interrupted_series(a_step(14, 8, 1), years, first_after=2013)
    assert yearly.level_ratio == pytest.approx(0.8, abs=1e-3)
    assert (yearly.period, yearly.harmonics) == ("year", 0)
    assert "8 years" in yearly.text
    with pytest.raises(TableError, match="4 quarters a year carry 2 at most"):
        ev.interrupted_series(a_step(28, 16, 4), quarters(28), first_after="2014-Q1", harmonics=3)


@pytest.mark.parametrize(
    ("n", "first", "season", "names", "estimable"),
    [
        (15, 12, 4, quarters(15), True),
        (14, 11, 4, quarters(14), False),
        (15, 13, 4, quarters(15), False),
        (9, 6, 1, list(range(2005, 2014)), True),
        (8, 5, 1, list(range(2005, 2013)), False),
    ],
)
def test_how_many_quarters_and_years_are_enough(
    n: int, first: int, season: int, names: list[object], estimable: bool
) -> None:
    pytest.importorskip("statsmodels")
    found = ev.interrupted_series(a_step(n, first, season), names, first_after=names[first])
    assert found.estimable is estimable


def test_a_gap_between_quarters_is_named() -> None:
    names = [*quarters(16), *quarters(30)[18:]]
    found = ev.interrupted_series(a_step(28, 16, 4), names, first_after="2014-Q1")
    assert found.reason == "the quarters do not follow each other at 2014-07"


def test_several_comparison_series_take_their_common_step_away() -> None:
    pytest.importorskip("statsmodels")
    beside = {str(k): made_up(step=0.8) for k in range(3)}
    found = ev.interrupted_series(
        made_up(step=0.6), months(60), first_after="2013-01", control=beside
    )
    assert found.level_ratio == pytest.approx(0.75, abs=1e-3)
    assert (found.n_controls, found.controlled, found.maryland_level) == (3, True, 3)
    as_frame = ev.interrupted_series(
        made_up(step=0.6), months(60), first_after="2013-01", control=pd.DataFrame(beside)
    )
    assert as_frame == found
    one = ev.interrupted_series(
        made_up(step=0.6), months(60), first_after="2013-01", control=beside["0"]
    )
    assert one.n_controls == 1
    # Half the people afterwards, in one of three series: its counts would have been twice.
    halved = {label: 1.0 if label else None for label in beside}
    halved["2"] = [1.0 if k < 36 else 0.5 for k in range(60)]  # type: ignore[assignment]
    moved = ev.interrupted_series(
        made_up(step=0.6),
        months(60),
        first_after="2013-01",
        control=beside,
        control_exposure=halved,
    )
    assert moved.level_ratio is not None
    assert moved.level_ratio < 0.7
    with pytest.raises(TableError, match="control_exposure has nothing for '1'"):
        ev.interrupted_series(
            made_up(), months(60), first_after="2013-01", control=beside, control_exposure={"0": 1}
        )


def test_errors_widen_with_autocorrelation_only() -> None:
    pytest.importorskip("statsmodels")
    rng = np.random.default_rng(12)
    wander = [0.0]
    for _ in range(59):
        wander.append(0.7 * wander[-1] + rng.normal(0, 0.1))
    widths = {}
    for name, shocks in (("alone", rng.permutation(wander)), ("alike", np.array(wander))):
        counts = [int(y) for y in np.round(500 * np.exp(shocks))]
        for errors in ("gls", "quasi"):
            found = ev.interrupted_series(
                counts, months(60), first_after="2013-01", harmonics=0, slope=False, errors=errors
            )
            assert found.level_low is not None
            assert found.level_high is not None
            widths[name, errors] = math.log(found.level_high / found.level_low)
    assert widths["alone", "gls"] == pytest.approx(widths["alone", "quasi"], rel=0.25)
    assert widths["alike", "gls"] > 1.25 * widths["alike", "quasi"]


def test_averaged_errors_at_one_point_are_generalised_least_squares() -> None:
    """The private part: a grid of one r and one h is statsmodels' own GLS."""
    sm = pytest.importorskip("statsmodels.api")
    from pccfunding.evaluation import segmented_regression as part

    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(40), np.arange(40.0) - 20, np.arange(40) >= 20])
    response = design @ [0.5, 0.01, -0.2] + rng.normal(0, 0.3, 40)
    found = part.averaged(response, design, np.full(40, 25.0), 1, np.ones(1))
    kept = [
        k
        for k, (r, h) in enumerate((r, h) for r in part._R for h in part._H)
        if (r, h) == (0.5, 0.6)
    ]
    apart = np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    sigma = 0.4 * np.eye(40) + 0.6 * 0.5**apart
    theirs = sm.GLS(5 * response, 5 * design, sigma=sigma).fit()
    np.testing.assert_allclose(found.values[kept[0]], theirs.params, rtol=1e-9)
    np.testing.assert_allclose(found.errors[kept[0]], theirs.bse, rtol=1e-9)
    assert found.shares.sum() == pytest.approx(1)
    assert found.below(2, found.quantile(2, 0.025)) == pytest.approx(0.025)


@pytest.mark.parametrize("n_series", [1, 3])
def test_whitening_by_steps_is_that_of_the_whole_covariance(n_series: int) -> None:
    """The private part: each r and h, and its share, beside the n by n matrix written out."""
    pytest.importorskip("statsmodels")
    from pccfunding.evaluation import segmented_regression as part

    rng, length = np.random.default_rng(9), 30
    time = np.arange(length) - 15.0
    design = segmented_design(time, np.arange(length) % 12, 1, slope=True, areas=n_series)
    response = rng.normal(5, 0.3, length * n_series)
    mean, phi = rng.uniform(50, 150, length * n_series), np.linspace(1.5, 2.5, n_series)
    found = part.averaged(response, design, mean, n_series, phi)
    root = np.sqrt(mean / np.repeat(phi, length))
    y, x = root * response, root[:, None] * design
    apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    likelihoods, df = [], len(y) - x.shape[1]
    for k, (r, h) in enumerate((r, h) for r in part._R for h in part._H):
        one = (1 - h) * np.eye(length) + h * np.sign(r) ** apart * np.abs(r) ** apart
        inverse = np.kron(np.eye(n_series), np.linalg.inv(one))
        information = x.T @ inverse @ x
        value = np.linalg.solve(information, x.T @ inverse @ y)
        rest = y - x @ value
        square = rest @ inverse @ rest
        error = np.sqrt(max(square / df, 1 / phi[0]) * np.diag(np.linalg.inv(information)))
        np.testing.assert_allclose(found.errors[k], error, rtol=1e-10)
        np.testing.assert_allclose(found.values[k] / error, value / error, atol=1e-10)
        sizes = (n_series * np.linalg.slogdet(one)[1], np.linalg.slogdet(information)[1])
        likelihoods.append(-0.5 * (sum(sizes) + df * math.log(square)))
    shares = np.exp(np.array(likelihoods) - max(likelihoods))
    np.testing.assert_allclose(found.shares, shares / shares.sum(), rtol=1e-9, atol=1e-13)


def test_a_series_of_two_hundred_years_takes_no_matrix_of_its_months() -> None:
    pytest.importorskip("statsmodels")
    counts = [int(y) for y in np.random.default_rng(2).poisson(100, 2_400)]
    names = [f"{1500 + k // 12}-{k % 12 + 1:02d}" for k in range(2_400)]
    # What is imported on the way is not counted.
    ev.interrupted_series(counts[:60], names[:60], first_after=names[36])
    tracemalloc.start()
    found = ev.interrupted_series(counts, names, first_after="1600-01")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.estimable
    # One such matrix of numbers is 46 MB.
    assert peak < 23e6


def test_a_sentence_about_a_series_is_short() -> None:
    pytest.importorskip("statsmodels")
    found = ev.interrupted_series(
        made_up(), months(60), first_after="2013-01", control=made_up(step=0.9)
    )
    assert len(found.text.split()) <= 70


@pytest.mark.parametrize("words", ["shapes (48,) and (47,) not aligned", "cov_type not recognized"])
def test_a_fault_of_the_program_is_no_reason_of_the_series(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """Any ValueError was taken for counts that no course fits."""

    def broken(*_: object) -> None:
        raise ValueError(words)

    room = importlib.import_module("pccfunding.evaluation.interrupted_series")
    monkeypatch.setattr(room, "segmented_fit", broken)
    with pytest.raises(ValueError, match=words.split()[0]):
        ev.interrupted_series(range(48), months(48), first_after="2012-01")
