"""What holds for the ladder whatever the counts are."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st
from scipy import stats

from pccfunding import evaluation as ev

counts = st.integers(0, 5000)
positive = st.integers(1, 5000)
exposures = st.floats(0.01, 100)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])
dispersions = st.floats(1, 20)
pairs = st.tuples(counts, counts)
positive_pairs = st.tuples(positive, positive)


def inverse(value: float | None) -> float:
    assert value is not None
    return math.inf if value == 0 else 0.0 if math.isinf(value) else 1 / value


@given(counts, counts, exposures, exposures, levels, st.none() | dispersions)
def test_swapped_periods_give_the_reciprocal(
    after: int, before: int, over: float, under: float, level: float, phi: float | None
) -> None:
    assume(after + before > 0)
    assume(phi is None or (after and before))
    options = {"confidence_level": level, "dispersion": phi}
    one = ev.rate_ratio(after, before, exposure_after=over, exposure_before=under, **options)  # type: ignore[arg-type]
    two = ev.rate_ratio(before, after, exposure_after=under, exposure_before=over, **options)  # type: ignore[arg-type]
    assert one.ratio == pytest.approx(inverse(two.ratio), rel=1e-9)
    assert one.low == pytest.approx(inverse(two.high), rel=1e-9)
    assert one.high == pytest.approx(inverse(two.low), rel=1e-9)
    assert one.p_value == pytest.approx(two.p_value, rel=1e-6, abs=1e-12)


@given(counts, counts, exposures, levels)
def test_the_interval_holds_the_ratio_and_agrees_with_the_central_p(
    after: int, before: int, over: float, level: float
) -> None:
    assume(after + before > 0)
    found = ev.rate_ratio(after, before, exposure_after=over, confidence_level=level)
    assert found.ratio is not None
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    assert found.min_p is not None
    assert found.low <= found.ratio <= found.high
    assert found.p_value >= found.min_p * (1 - 1e-9)
    if abs(found.p_value - (1 - level)) > 1e-9:
        assert (found.p_value < 1 - level) is not (found.low <= 1 <= found.high)


@given(counts, counts, exposures)
def test_the_minlike_p_is_never_above_1_nor_below_its_floor(
    after: int, before: int, over: float
) -> None:
    assume(after + before > 0)
    found = ev.rate_ratio(after, before, exposure_after=over, p_rule="minlike")
    assert found.min_p is not None
    assert found.p_value is not None
    assert found.min_p * (1 - 1e-6) <= found.p_value <= 1 + 1e-9


@given(positive, positive, st.integers(2, 50), st.none() | dispersions)
def test_more_events_make_a_narrower_interval(
    after: int, before: int, times: int, phi: float | None
) -> None:
    def width(k: int) -> float:
        found = ev.rate_ratio(k * after, k * before, dispersion=phi)
        return math.log((found.high or 1) / (found.low or 1))

    assert width(times) < width(1)


@given(positive, positive, st.floats(1, 10), st.floats(1.01, 5))
def test_more_dispersion_makes_a_wider_interval_and_a_larger_p(
    after: int, before: int, phi: float, times: float
) -> None:
    one = ev.rate_ratio(after, before, dispersion=phi)
    two = ev.rate_ratio(after, before, dispersion=phi * times)
    assert (two.low or 0) < (one.low or 0) < (one.high or 0) < (two.high or 0)
    assert (two.p_value or 0) >= (one.p_value or 0)


@given(positive_pairs, positive_pairs, dispersions)
def test_exchanging_the_areas_gives_the_reciprocal(
    here: tuple[int, int], there: tuple[int, int], phi: float
) -> None:
    one = ev.ratio_of_rate_ratios(*here, *there, dispersion=phi)
    two = ev.ratio_of_rate_ratios(*there, *here, dispersion=phi)
    assert one.log_ratio == pytest.approx(-(two.log_ratio or 0), abs=1e-9)
    assert one.low == pytest.approx(inverse(two.high), rel=1e-9)
    assert one.p_value == pytest.approx(two.p_value)


@given(positive_pairs, positive_pairs)
def test_against_a_steady_area_the_ratio_is_the_rate_ratio(
    here: tuple[int, int], there: tuple[int, int]
) -> None:
    found = ev.ratio_of_rate_ratios(*here, there[0], there[0])
    assert found.ratio == pytest.approx(here[0] / here[1])


@given(pairs, pairs, pairs, pairs, st.tuples(exposures, exposures))
def test_wdd_is_antisymmetric(
    treated: tuple[int, int],
    control: tuple[int, int],
    around: tuple[int, int],
    beside: tuple[int, int],
    times: tuple[float, float],
) -> None:
    assume(sum(treated + control + around + beside) > 0)
    one = ev.wdd(
        treated, control, displacement=around, displacement_control=beside, time_weights=times
    )
    two = ev.wdd(
        control, treated, displacement=beside, displacement_control=around, time_weights=times
    )
    scale = 1 + abs(one.estimate or 0)
    assert one.estimate == pytest.approx(-(two.estimate or 0), abs=1e-9 * scale)
    assert one.se == pytest.approx(two.se)
    assert one.low == pytest.approx(-(two.high or 0), abs=1e-9 * (scale + (one.se or 0)))
    assert one.p_value == pytest.approx(two.p_value, abs=1e-9)


@given(pairs, pairs)
def test_wdd_of_swapped_periods_changes_its_sign(
    treated: tuple[int, int], control: tuple[int, int]
) -> None:
    assume(sum(treated + control) > 0)
    forward, backward = ev.wdd(treated, control), ev.wdd(treated[::-1], control[::-1])
    assert forward.estimate == -(backward.estimate or 0)
    assert forward.se == math.sqrt(sum(treated + control))


@given(pairs, positive_pairs, pairs)
def test_wdq_exists_only_with_a_negative_success_measure_and_is_its_definition(
    treated: tuple[int, int], control: tuple[int, int], around: tuple[int, int]
) -> None:
    found = ev.wdq(treated, control, around)

    def share(pair: tuple[int, int]) -> Fraction:
        return Fraction(pair[1], control[1]) - Fraction(pair[0], control[0])

    assert (found.wdq is not None) is (share(treated) < 0)
    assert (found.reason is None) is (found.wdq is not None)
    if found.wdq is not None:
        assert found.wdq == pytest.approx(float(share(around) / share(treated)))
        assert found.total_net == pytest.approx(
            float(-control[1] * (share(treated) + share(around))), abs=1e-6
        )


@given(st.lists(positive, min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_row_order_does_not_matter_to_need(rows: list[int], random: object) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    labels = [f"area {k}" for k in range(len(rows))]
    shuffled = [rows[k] for k in order], [labels[k] for k in order]
    one = ev.regression_to_the_mean(rows, labels=labels, selected="area 0")
    two = ev.regression_to_the_mean(shuffled[0], labels=shuffled[1], selected="area 0")
    assert one.expected_count == pytest.approx(two.expected_count)
    exposure = [1.0 + k for k in range(len(rows))]
    first = ev.funnel_limits(rows, exposure, labels=labels)
    second = ev.funnel_limits(shuffled[0], [exposure[k] for k in order], labels=shuffled[1])
    assert set(first.above_95) == set(second.above_95)
    assert first.dispersion == pytest.approx(second.dispersion)


@given(st.lists(positive, min_size=2, max_size=30))
def test_an_expectation_lies_between_the_count_and_the_mean(rows: list[int]) -> None:
    found = ev.regression_to_the_mean(rows)
    assert found.reliability is not None
    assert 0 <= found.reliability < 1
    mean = sum(rows) / len(rows)
    assert mean * (1 - 1e-12) <= (found.expected_count or 0) <= max(rows) * (1 + 1e-12)
    assert (found.expected_change_pct or 0) <= 1e-9


@given(st.floats(0.5, 3000))
def test_funnel_limits_contain_what_they_promise(expected: float) -> None:
    row = ev.funnel_limits([1, 1], [expected, expected], centre=1000).areas.iloc[0]
    for name, tail in (("95", 0.025), ("998", 0.001)):
        low, high = row[f"low_{name}"], row[f"high_{name}"]
        assert stats.poisson.cdf(low - 1, expected) <= tail
        assert stats.poisson.sf(high, expected) <= tail
        # No narrower limits would do.
        assert stats.poisson.cdf(low, expected) >= tail
        assert stats.poisson.sf(high - 1, expected) > tail
    assert row["low_998"] <= row["low_95"] <= expected <= row["high_95"] + 1
    assert row["high_95"] <= row["high_998"]


@given(st.integers(0, 3000), levels)
def test_poisson_intervals_contain_their_count_and_byar_is_near(count: int, level: float) -> None:
    exact = ev.poisson_interval(count, confidence_level=level)
    assert exact.low <= count <= exact.high
    one_sided = ev.poisson_interval(count, confidence_level=level, sides=1)
    assert one_sided.high < exact.high
    if count >= 10:
        byar = ev.poisson_interval(count, confidence_level=level, method="byar")
        assert byar.low == pytest.approx(exact.low, rel=0.01)
        assert byar.high == pytest.approx(exact.high, rel=0.01)


@given(st.integers(1, 400), st.data())
def test_every_count_prints_so_and_lies_in_its_own_interval(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    places = data.draw(st.integers(0, 2))
    printed = f"{100 * k / n:.{places}f}%"
    found = ev.proportion_interval(printed, n)
    assert k in found.counts
    assert found.low_pct is not None
    assert found.high_pct is not None
    assert found.low_pct <= 100 * k / n * (1 + 1e-12)
    assert 100 * k / n <= found.high_pct + 1e-9
    half = Fraction(1, 2 * 10**places)
    value = Fraction(printed[:-1])
    brute = [j for j in range(n + 1) if abs(Fraction(100 * j, n) - value) <= half]
    assert list(found.counts) == brute


@given(st.integers(1, 60), st.integers(0, 600), st.integers(0, 2))
def test_every_sum_is_compatible_with_its_printed_mean(n: int, total: int, places: int) -> None:
    assert total in ev.counts_compatible(f"{total / n:.{places}f}", n)


@given(st.floats(-0.999, 0.999), st.integers(4, 400), levels)
def test_correlation_intervals_contain_the_correlation_and_mirror(
    r: float, n: int, level: float
) -> None:
    plain = ev.fisher_z_interval(r, n, level)
    for found, mirrored in (
        (plain, ev.fisher_z_interval(-r, n, level)),
        (ev.bonett_wright(r, n, level), ev.bonett_wright(-r, n, level)),
    ):
        assert found.low is not None
        assert found.high is not None
        assert -1 <= found.low <= r + 1e-12
        assert r - 1e-12 <= found.high <= 1
        assert found.low == pytest.approx(-(mirrored.high or 0), abs=1e-12)
        # Bonett-Wright is never narrower than Fisher.
        assert found.low <= (plain.low or 0) + 1e-12


@given(st.floats(1, 99), st.floats(1, 8), st.sampled_from([0.01, 0.05, 0.1]))
@settings(max_examples=40)
def test_more_dispersion_and_smaller_falls_need_larger_baselines(
    fall: float, phi: float, alpha: float
) -> None:
    needed = ev.baseline_needed(fall, dispersion=phi, alpha=alpha)
    assert needed >= ev.baseline_needed(fall, alpha=alpha) >= 1
    assert ev.baseline_needed(fall, dispersion=2 * phi, alpha=alpha) >= needed
    assert ev.baseline_needed(fall, dispersion=phi, alpha=alpha / 2) >= needed


@given(st.integers(20, 10_000), st.floats(1, 3))
def test_larger_counts_detect_smaller_changes(count: int, phi: float) -> None:
    one = ev.minimal_detectable(count, dispersion=phi)
    two = ev.minimal_detectable(2 * count, dispersion=phi)
    assert (two.fall_pct or -100) > (one.fall_pct or -101)
    assert two.rise_pct < one.rise_pct
    # Doubling both changes nothing.
    same = ev.minimal_detectable(2 * count, dispersion=2 * phi)
    assert same.rise_pct == pytest.approx(one.rise_pct, rel=1e-9)


@given(st.floats(1, 1e7), st.floats(1, 1e6), st.floats(0.5, 20))
def test_break_even_scales(award: float, cost: float, multiplier: float) -> None:
    found = ev.break_even(award, cost, multiplier=multiplier)
    (needed,), (whole,) = found.recorded_needed, found.recorded_needed_whole
    assert needed * multiplier * cost == pytest.approx(award)
    assert needed - 1e-6 <= whole < needed + 1
    doubled = ev.break_even(2 * award, cost, multiplier=2 * multiplier)
    assert doubled.recorded_needed[0] == pytest.approx(needed)


areas = st.lists(
    st.tuples(st.floats(-2, 2), st.floats(0.001, 1)), min_size=2, max_size=20, unique=True
)


@given(areas, st.floats(-5, 5), dispersions)
def test_q_ignores_a_common_change_and_divides_by_dispersion(
    rows: list[tuple[float, float]], shift: float, phi: float
) -> None:
    g, v = zip(*rows, strict=True)
    one = ev.cochran_q(g, v, dispersion=1)
    moved = ev.cochran_q([value + shift for value in g], v, dispersion=phi)
    assert moved.q == pytest.approx((one.q or 0) / phi, rel=1e-6, abs=1e-6)
    assert 0 <= (moved.reliability or 0) <= (one.reliability or 0) + 1e-9 <= 1 + 1e-9
    assert moved.gate in ("open", "shut")


@given(st.integers(2, 8), st.integers(2, 8), st.integers(1, 4), st.integers(0, 10**6))
@settings(max_examples=40)
def test_no_placebo_p_is_below_its_floor(donors: int, before: int, after: int, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(1, 10, (before + after, donors + 1))
    others = {str(k): list(values[:, k]) for k in range(1, donors + 1)}
    found = ev.synthetic_control(list(values[:, 0]), others, n_before=before)
    assert found.min_p == 1 / (donors + 1)
    assert found.p_value is not None
    assert found.min_p <= found.p_value <= 1
    assert sum(weight for _, weight in found.weights) == pytest.approx(1, abs=1e-6)
    assert all(weight > 0 for _, weight in found.weights)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 12)), min_size=1, max_size=60))
def test_dispersion_ignores_order_and_is_not_negative(rows: list[tuple[int, int]]) -> None:
    values, months = zip(*rows, strict=True)
    found = ev.dispersion_from_months(values, months)
    again = ev.dispersion_from_months(values[::-1], months[::-1])
    assert (found.dispersion is None) is (again.dispersion is None)
    if found.dispersion is not None:
        assert found.dispersion == pytest.approx(again.dispersion)
        assert found.dispersion >= 0
        assert (found.low or 0) <= found.dispersion * (1 + 1e-9)


@given(st.lists(st.sampled_from(["rate", "beside", "wdd", "share"]), max_size=5), st.data())
def test_more_evidence_never_lowers_the_level(kinds: list[str], data: st.DataObject) -> None:
    results: dict[str, ev.Result] = {
        "rate": ev.rate_ratio(80, 100),
        "beside": ev.ratio_of_rate_ratios(80, 100, 90, 100),
        "wdd": ev.wdd((100, 50), (80, 70)),
        "share": ev.proportion_interval("92%", 238),
    }
    chosen = [results[kind] for kind in kinds]
    more = [*chosen, results[data.draw(st.sampled_from(sorted(results)))]]
    assert ev.evidence_level(*more).level >= ev.evidence_level(*chosen).level
    expected = max((one.maryland_level for one in chosen), default=0)
    assert ev.evidence_level(*chosen).level == expected
