from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pccfunding import evaluation as ev
from pccfunding.errors import TableError, UnknownNameError


def test_limits_are_exact_poisson_ones() -> None:
    found = ev.funnel_limits([12, 30, 9], [1000, 1000, 1000], labels=["A", "B", "C"])
    assert (found.centre, found.n, found.events) == (17.0, 3, 51)
    row = found.areas.iloc[1]
    # 26 is the last count whose upper tail, from the next count on, exceeds 2.5% no longer.
    assert row["high_95"] == 26
    assert stats.poisson.sf(26, 17) <= 0.025 < stats.poisson.sf(25, 17)
    assert row["low_95"] == 9
    assert stats.poisson.cdf(8, 17) < 0.025 <= stats.poisson.cdf(9, 17)
    assert (row["low_998"], row["high_998"]) == (6, 31)
    assert row["expected"] == 17
    assert found.above_95 == ("B",)
    assert found.below_95 == found.above_998 == found.below_998 == ()
    assert found.areas["outside"].tolist() == ["", "above 95%", ""]


def test_a_count_on_a_limit_is_inside() -> None:
    counts = [26, 9, 27, 8]
    found = ev.funnel_limits(counts, [1000] * 4, labels="wxyz", centre=17)
    assert (found.above_95, found.below_95) == (("y",), ("z",))


def test_rates_and_centre_are_per_what_was_asked() -> None:
    found = ev.funnel_limits([10, 40], [1000, 3000], per=100)
    assert found.centre == pytest.approx(1.25)
    assert found.areas["rate"].tolist() == pytest.approx([1.0, 4 / 3])
    assert found.areas["expected"].tolist() == pytest.approx([12.5, 37.5])
    given = ev.funnel_limits([10, 40], [1000, 3000], per=100, centre=2)
    assert given.areas["expected"].tolist() == pytest.approx([20, 60])


def test_dispersion_by_hand() -> None:
    # Expected 20 each: z = (-8, 8, 4, -4) / sqrt(20), no tenth to draw in: 160/20 on 3. Areas of
    # one size cannot tell noise from rates that differ, and the first of the two is taken.
    found = ev.funnel_limits([12, 28, 24, 16], [1, 1, 1, 1])
    assert found.dispersion == pytest.approx(160 / 20 / 3)
    assert found.dispersion_estimated
    assert found.between_sd is None
    wide = found.areas.iloc[0]
    variance = 160 / 60 * 20 * (stats.t.isf(0.025, 3) / stats.norm.isf(0.025)) ** 2
    size = 20**2 / (variance - 20)
    law = stats.nbinom(size, size / (size + 20))
    assert law.mean() == pytest.approx(20)
    assert law.var() == pytest.approx(variance)
    assert (wide["low_95_widened"], wide["high_95_widened"]) == (law.ppf(0.025), law.isf(0.025))
    around = ev.funnel_limits([12, 28, 24, 16], [1, 1, 1, 1], centre=20_000)
    assert around.dispersion == pytest.approx(160 / 20 / 4)


def test_rates_that_differ_are_told_from_wider_noise() -> None:
    rng = np.random.default_rng(3)
    people = np.geomspace(20_000, 3_000_000, 43)
    expected = 0.002 * people
    apart = rng.poisson(expected * np.exp(rng.normal(0, 0.2, 43)))
    found = ev.funnel_limits(apart.tolist(), people.tolist())
    assert found.between_sd == pytest.approx(0.2, abs=0.06)
    assert "with true rates" in found.text
    noisy = rng.poisson(rng.gamma(expected / 9, 9))
    wider = ev.funnel_limits(noisy.tolist(), people.tolist())
    assert wider.between_sd is None
    assert wider.dispersion == pytest.approx(10, rel=0.5)
    plain = ev.funnel_limits(rng.poisson(expected).tolist(), people.tolist())
    assert plain.dispersion == pytest.approx(1, abs=0.5)


def test_the_likelier_kind_has_the_larger_restricted_likelihood() -> None:
    """Counts and sizes whose two likelihoods are worked out on a grid here."""
    rng = np.random.default_rng(8)
    people = np.geomspace(1000, 200_000, 20)
    for tau in (0.0, 0.05, 0.3):
        counts = rng.poisson(0.01 * people * np.exp(rng.normal(0, tau, 20)))
        mean = counts.sum() / people.sum() * people

        def best(variances: list[object], counts: object = counts) -> float:
            values = []
            for v in map(np.asarray, variances):
                information = (people**2 / v).sum()
                rate = (people * counts / v).sum() / information
                square = ((counts - rate * people) ** 2 / v).sum()
                values.append(-0.5 * (np.log(v).sum() + np.log(information) + square))
            return float(max(values))

        noise = best([phi * mean for phi in np.geomspace(1, 1000, 3000)])
        apart = best([mean + (t * mean) ** 2 for t in np.geomspace(1e-4, 3, 3000)])
        found = ev.funnel_limits(counts.tolist(), people.tolist())
        if abs(noise - apart) > 1e-3 and (found.dispersion or 1) > 1:
            assert (found.between_sd is not None) is (apart > noise)


def test_an_area_that_stands_out_does_not_widen_its_own_limits() -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(400, 43)
    counts[0] = 800
    found = ev.funnel_limits(counts.tolist(), [1000.0] * 43)
    assert found.outside_widened == ("area 1",)
    assert found.dispersion == pytest.approx(1, abs=0.8)


def test_lines_run_over_sizes_and_meet_the_areas() -> None:
    found = ev.funnel_limits([12, 30, 9, 60], [900, 1000, 1100, 5000])
    lines = found.lines
    assert len(lines) == 80
    assert (lines["exposure"].iloc[0], lines["exposure"].iloc[-1]) == pytest.approx((900, 5000))
    ratio = lines["exposure"] / lines["exposure"].shift()
    assert ratio.dropna().to_numpy() == pytest.approx(np.full(79, (5000 / 900) ** (1 / 79)))
    areas = found.areas.sort_values("exposure")
    names = [name for name in lines.columns if name.startswith(("low", "high"))]
    assert len(names) == 8
    for name in names:
        assert lines[name].iloc[0] == areas[name].iloc[0]
        assert lines[name].iloc[-1] == areas[name].iloc[-1]
    curve = next(line for line in found.plot().lines if line.get_gid() == "high_998")
    assert len(curve.get_xdata()) == 80
    assert ev.funnel_limits([0, 0], [1, 1]).lines.empty


def test_outer_tenths_are_drawn_in() -> None:
    # Of ten areas the largest z takes the value of the next one, and the smallest likewise.
    counts = [20, 20, 20, 20, 20, 20, 20, 22, 18, 90]
    found = ev.funnel_limits(counts, [1] * 10, centre=20_000)
    assert found.dispersion == 1.0
    z = np.array([0.0] * 7 + [2, 0, 2]) / math.sqrt(20)
    assert (z**2).sum() / 10 < 1
    assert found.above_998 == found.outside_widened == ("area 10",)


def test_a_given_dispersion_is_used() -> None:
    found = ev.funnel_limits([12, 30, 9], [1000] * 3, dispersion=9)
    assert found.dispersion == 9.0
    assert not found.dispersion_estimated
    assert "with dispersion 9 (given), 0 lie outside the widened 99.8% limits" in found.text
    assert found.areas["low_998_widened"].tolist() == [0.0] * 3


def test_a_funnel_names_what_lies_outside_and_what_is_marked() -> None:
    found = ev.funnel_limits([12, 60, 9], [1000, 2000, 1000], labels=["A", "B", "C"])
    named = {words.get_text() for words in found.plot().texts}
    assert {"A", "B", "C"} <= named, "so few areas are all named"
    counts = [20, 20, 20, 20, 20, 21, 40]
    found = ev.funnel_limits(counts, [1000] * 7, labels="ABCDEFG", dispersion=1)
    named = {words.get_text() for words in found.plot(marked="C").texts}
    assert {"C", "G"} <= named
    assert named.isdisjoint({"A", "B", "D", "E", "F"})
    with pytest.raises(TableError, match="no funnel to draw: nothing was counted"):
        ev.funnel_limits([0, 0], [1, 1]).plot()


def test_areas_without_figures_are_left_out_and_named() -> None:
    found = ev.funnel_limits([12, None, 9, 7], [1000, 1000, None, 1000], labels="ABCD")
    assert (found.n, found.dropped) == (2, ("B", "C"))
    assert "areas that lack a count or population, or counted nothing, are left out" in found.text


def test_a_funnel_is_refused_with_a_reason() -> None:
    assert ev.funnel_limits([5], [10]).reason == "1 area; at least 2 are needed"
    nothing = ev.funnel_limits([0, 0], [10, 10])
    assert nothing.text == "Not estimable: nothing was counted."
    assert nothing.areas.empty
    assert ev.funnel_limits([0, 0], [10, 10], centre=5).centre == 5.0


@pytest.mark.parametrize(
    ("counts", "exposure", "options", "words"),
    [
        ([1, 2], [1], {}, "2 counts for 1 exposures"),
        ([1, -2], [1, 1], {}, "the count of area 2 is -2"),
        ([1, 2], [1, 0], {"labels": ["A", "B"]}, "the exposure of B is 0"),
        ([1, 2], [1, 1], {"labels": ["A"]}, "1 labels for 2 values"),
        ([1, 2], [1, 1], {"labels": ["A", "A"]}, "'A' stands for more than one"),
        ([1, 2], [1, 1], {"centre": 0}, "centre is 0"),
        ([1, 2], [1, 1], {"per": 0}, "per is 0"),
    ],
)
def test_areas_are_checked(
    counts: list[int], exposure: list[int], options: dict[str, object], words: str
) -> None:
    with pytest.raises(TableError, match=words):
        ev.funnel_limits(counts, exposure, **options)  # type: ignore[arg-type]


def test_regression_by_hand() -> None:
    # Mean 20, variance 200/3: reliability 1 - 60/200 = 0.7; expected 20 + 0.7 x 10 = 27.
    found = ev.regression_to_the_mean([30, 20, 10, 20], labels="ABCD")
    assert found.selected == "A"
    assert found.reliability == pytest.approx(0.7)
    assert found.expected_count == pytest.approx(27)
    assert found.expected_change_pct == pytest.approx(-10)
    assert (found.mean, found.variance) == (20, pytest.approx(200 / 3))
    noisier = ev.regression_to_the_mean([30, 20, 10, 20], labels="ABCD", dispersion=2)
    assert noisier.reliability == pytest.approx(1 - 2 * 20 / (200 / 3))


def test_regression_of_a_picked_area() -> None:
    found = ev.regression_to_the_mean([30, 20, 10, 20], labels="ABCD", selected="C", count_after=12)
    assert found.expected_change_pct == pytest.approx(30)
    assert found.change_pct == pytest.approx(20)
    assert "12 were counted, +20.0% from the same base" in found.text


def test_equal_exposures_are_the_same_as_none() -> None:
    plain = ev.regression_to_the_mean([30, 20, 10, 20])
    over = ev.regression_to_the_mean([30, 20, 10, 20], exposure=[50] * 4)
    assert over.reliability == pytest.approx(plain.reliability)
    assert over.expected_count == pytest.approx(plain.expected_count)


def test_unequal_exposures_by_hand() -> None:
    # Rates 0.3 and 0.1 over 100 and 300: mean 0.15; spread 3; noise 0.15;
    # between (3 - 0.15) / (400 - 250) = 0.019; reliability at 100: 0.019 / (0.019 + 0.0015).
    found = ev.regression_to_the_mean([30, 30], exposure=[100, 300])
    assert found.mean == pytest.approx(0.15)
    assert found.reliability == pytest.approx(0.019 / 0.0205)
    assert found.expected_count == pytest.approx(100 * (0.15 + 0.019 / 0.0205 * 0.15))


def test_no_spread_beyond_noise_expects_the_mean() -> None:
    found = ev.regression_to_the_mean([21, 20, 19, 20])
    assert found.reliability == 0
    assert found.expected_count == pytest.approx(20)


def test_regression_is_refused_with_a_reason() -> None:
    assert ev.regression_to_the_mean([30]).reason == "1 area; at least 2 are needed"
    assert ev.regression_to_the_mean([0, 0]).reason == "nothing was counted"
    none_here = ev.regression_to_the_mean([0, 5], labels="AB", selected="A")
    assert none_here.text == "Not estimable: nothing was counted in the picked area."
    with pytest.raises(UnknownNameError, match=r"No area 'Fendland'. Did you mean 'Fenland'"):
        ev.regression_to_the_mean([1, 2], labels=["Fenland", "Cambridge"], selected="Fendland")
    with pytest.raises(UnknownNameError, match="'A' has no published count"):
        ev.regression_to_the_mean([None, 2, 3], labels="ABC", selected="A")


def test_cochran_q_by_hand() -> None:
    # Equal weights 50: mean 0.5, Q = 50 (0.16 + 0 + 0.16) = 16 on 2; lambda = 1 - 2/16.
    found = ev.cochran_q([0.1, 0.5, 0.9], [0.02] * 3, dispersion=1)
    assert found.q == pytest.approx(16)
    assert (found.df, found.mean) == (2, pytest.approx(0.5))
    assert found.reliability == pytest.approx(0.875)
    assert found.attenuation == pytest.approx(math.sqrt(0.875))
    assert found.p_value == pytest.approx(math.exp(-8))
    assert found.gate == "open"


def test_cochran_q_with_unequal_weights() -> None:
    # Weights 100 and 25: mean 0.2; Q = 100 x 0.01 + 25 x 0.16 = 5.
    found = ev.cochran_q([0.1, 0.6], [0.01, 0.04], dispersion=1)
    assert found.mean == pytest.approx(0.2)
    assert found.q == pytest.approx(5)


@pytest.mark.parametrize(
    ("reductions", "dispersion", "gate"),
    [
        ([0.1, 0.5, 0.9], None, "depends on dispersion"),
        ([0.1, 0.5, 0.9], 2, "open"),
        ([0.1, 0.5, 0.9], 4, "shut"),
        ([0.45, 0.5, 0.55], None, "shut"),
        ([-1.0, 0.5, 2.0], None, "open"),
        ([0.3, 0.3, 0.3], None, "shut"),
    ],
)
def test_the_gate_opens_without_a_dispersion_only_if_1_2_and_4_agree(
    reductions: list[float], dispersion: float | None, gate: str
) -> None:
    assert ev.cochran_q(reductions, [0.02] * 3, dispersion=dispersion).gate == gate


def test_table_of_the_gate_is_at_1_2_and_4_whatever_was_given() -> None:
    table = ev.cochran_q([0.1, 0.5, 0.9], [0.02] * 3, dispersion=2).by_dispersion
    assert table["q"].tolist() == pytest.approx([16, 8, 4])
    assert table["reliability"].tolist() == pytest.approx([0.875, 0.75, 0.5])


def test_cochran_q_without_enough_areas() -> None:
    found = ev.cochran_q([0.1, None], [0.02, 0.02])
    assert (found.gate, found.n, found.n_missing) == ("not estimable", 1, 1)
    assert found.by_dispersion.empty
    with pytest.raises(TableError, match="a variance is 0"):
        ev.cochran_q([0.1, 0.2], [0.02, 0])
    with pytest.raises(TableError, match="2 log reductions for 1 variances"):
        ev.cochran_q([0.1, 0.2], [0.02])
