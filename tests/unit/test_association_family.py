"""spend_vs_reduction_family: p of pair and family, few areas, what rests on one area."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from association_cases import (
    DISTRICTS,
    FORCES,
    fall_of,
    led_by_need,
    many,
    resting_on_one,
    spend_of,
)

import pccfunding as pcc
from pccfunding.association import VERDICTS
from pccfunding.errors import PeriodError, TableError, UnknownNameError

SIX = np.arange(1.0, 7)
IN_ORDER = np.array([5.0, 10, 15, 20, 25, 30])


def grid(n: int, streams: int, offences: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    codes = DISTRICTS if n <= 6 else FORCES
    spend = pd.concat(
        [
            spend_of(np.exp(rng.normal(size=n)), codes, funding_stream=f"Fund {k}")
            for k in range(streams)
        ]
    )
    fall = pd.concat(
        [
            fall_of(15 + 6 * rng.normal(size=n), codes, offence=f"Offence {k}")
            for k in range(offences)
        ]
    )
    return spend, fall


def test_p_of_a_pair_is_that_of_the_pair_alone() -> None:
    spend, fall = grid(14, 2, 3)
    found = pcc.spend_vs_reduction_family(spend, fall, resamples=999)
    assert (found.size, found.n, len(found.frame)) == (6, 14, 6)
    for row in found.frame.itertuples():
        alone = pcc.spend_vs_reduction(
            spend[spend["funding_stream"] == row.funding_stream],
            fall[fall["offence"] == row.offence],
            resamples=999,
            redraws=20,
        )
        assert row.estimate == pytest.approx(alone.estimate)
        assert row.p_value == alone.p_value
        assert row.min_p == alone.min_p
        assert alone.influence is not None
        assert row.leave_one_out_low == pytest.approx(alone.influence.low)
        assert row.leave_one_out_high == pytest.approx(alone.influence.high)
        assert alone.gate is not None
        assert alone.gate.test is not None
        assert row.gate == alone.gate.test.gate


@pytest.mark.parametrize("make", [resting_on_one, led_by_need, lambda: many(0.8)])
def test_a_family_of_one_pair_is_judged_as_the_pair_alone(make: object) -> None:
    spend, fall = make()  # type: ignore[operator]
    how = {"dispersion": 1, "resamples": 1_999}
    row = pcc.spend_vs_reduction_family(spend, fall, **how).frame.iloc[0]
    alone = pcc.spend_vs_reduction(spend, fall, family=1, redraws=20, **how)
    assert alone.influence is not None
    assert row["verdict"] == alone.verdict
    rests = row["rests_on"].split("; ") if isinstance(row["rests_on"], str) else []
    assert tuple(rests) == alone.influence.rests_on
    if row["verdict"] == "not told apart from need":
        assert alone.baseline is not None
        assert row["partial"] == pytest.approx(alone.baseline.partial)
        assert row["partial_p"] == alone.baseline.adjusted_p


def test_the_partial_of_a_pair_is_adjusted_with_the_p_of_the_others() -> None:
    spend, fall = led_by_need()
    rng = np.random.default_rng(1)
    others = [
        fall_of(15 + 6 * rng.normal(size=30), FORCES, offence=f"Offence {k}") for k in range(3)
    ]
    found = pcc.spend_vs_reduction_family(
        spend, pd.concat([fall, *others]), dispersion=1, resamples=1_999
    ).frame.set_index("offence")
    alone = pcc.spend_vs_reduction(spend, fall, dispersion=1, resamples=1_999, redraws=20)
    assert alone.baseline is not None
    assert alone.baseline.partial_p is not None
    row = found.loc["Robbery"]
    assert row["verdict"] == "not told apart from need"
    every = [alone.baseline.partial_p, *found["p_value"].drop("Robbery")]
    assert row["partial_p"] == pytest.approx(pcc.permutation.adjusted_p(every)[0])
    assert found["partial"].drop("Robbery").isna().all()


def test_the_partials_of_few_areas_are_adjusted_by_holm() -> None:
    before = [20_000.0, 26_000.0, 22_000.0, 30_000.0, 18_000.0, 24_000.0]
    fall = [
        fall_of(order, before=before, offence=name)
        for name, order in (
            ("Robbery", [5, 9, 12, 15, 19, 24]),
            ("Burglary", [6, 8, 11, 17, 18, 22]),
        )
    ]
    found = pcc.spend_vs_reduction_family(
        spend_of(range(1, 7)), pd.concat(fall), declared="Invented Fund", dispersion=1
    ).frame
    assert found["p_value"].tolist() == [2 / 720, 2 / 720]
    # Twice the smaller by Holm; by Benjamini and Hochberg the two would stay as they are.
    assert found["partial_p"].tolist() == pytest.approx([4 / 720, 4 / 720])


def test_adjusted_p_is_never_below_p_and_those_of_the_library() -> None:
    found = pcc.spend_vs_reduction_family(*grid(14, 2, 4), resamples=499)
    frame = found.frame
    assert (frame["p_max_t"] >= frame["p_value"]).all()
    assert (frame["q_value"] >= frame["p_value"]).all()
    expected = pcc.permutation.adjusted_p(frame["p_value"].to_numpy(float))
    assert frame["q_value"].to_numpy(float) == pytest.approx(expected)
    assert set(frame["verdict"]) <= set(VERDICTS)


def test_an_association_is_kept_or_lost_by_the_false_discovery_rate() -> None:
    spend, fall = many(0.9)
    alone = pcc.spend_vs_reduction_family(spend, fall, dispersion=1, resamples=9_999)
    assert alone.frame["verdict"].tolist() == ["association, not causal"]
    rng = np.random.default_rng(0)
    others = [
        fall_of(15 + 6 * rng.normal(size=30), FORCES, offence=f"Offence {k}") for k in range(3)
    ]
    among = pcc.spend_vs_reduction_family(
        spend, pd.concat([fall, *others]), dispersion=1, resamples=9_999
    ).frame.set_index("offence")
    robbery = among.loc["Robbery"]
    assert robbery["q_value"] == pytest.approx(4 * robbery["p_value"])
    assert robbery["verdict"] == "association, not causal"
    assert set(among["verdict"].drop("Robbery")) <= {"no clear association", "rests on one area"}


@pytest.mark.slow
def test_six_areas_test_one_declared_stream_against_eight_offences_at_most() -> None:
    spend, fall = grid(6, 2, 8)
    untested = pcc.spend_vs_reduction_family(spend, fall)
    assert (untested.size, untested.test, len(untested.frame)) == (0, None, 16)
    assert untested.frame["p_value"].isna().all()
    assert untested.frame["estimate"].notna().all()
    assert "family-too-large" in untested.cautions
    assert "none is tested, and no p is given" in untested.text
    declared = pcc.spend_vs_reduction_family(spend, fall, declared="Fund 1")
    assert declared.size == 8
    tested = declared.frame[declared.frame["tested"]]
    assert tested["funding_stream"].unique().tolist() == ["Fund 1"]
    assert declared.frame.loc[~declared.frame["tested"], "p_value"].isna().all()
    nine = pcc.spend_vs_reduction_family(*grid(6, 1, 9))
    assert nine.size == 0


def test_eight_tests_over_six_areas_need_a_correlation_of_943() -> None:
    # Eight unrelated outcomes: a perfect order among them has a p of about .022 for the family.
    rng = np.random.default_rng(3)
    falls = [fall_of(IN_ORDER, offence="Offence 0")]
    falls += [fall_of(rng.permutation(IN_ORDER), offence=f"Offence {k}") for k in range(1, 8)]
    found = pcc.spend_vs_reduction_family(spend_of(SIX), pd.concat(falls))
    best = found.frame.set_index("offence").loc["Offence 0"]
    assert (best["estimate"], best["p_value"]) == (1, 2 / 720)
    assert best["p_max_t"] == pytest.approx(0.022, abs=0.006)


def test_lags_join_the_family() -> None:
    earlier = {"period_start": pd.Timestamp("2013-04-01"), "period_end": pd.Timestamp("2014-03-31")}
    rng = np.random.default_rng(5)
    both = pd.concat(
        [spend_of(rng.normal(5, 1, 12), FORCES), spend_of(rng.normal(5, 1, 12), FORCES, **earlier)]
    )
    fall = fall_of(rng.normal(15, 5, 12), FORCES)
    with pytest.raises(PeriodError, match="name lag"):
        pcc.spend_vs_reduction_family(both, fall)
    found = pcc.spend_vs_reduction_family(both, fall, lags=(0, 1), resamples=199)
    assert found.frame["lag"].tolist() == [0, 1]
    assert found.size == 2
    assert "Invented Fund, lag 1" in " ".join(text.get_text() for text in found.plot().texts)


def test_pairs_that_cannot_be_estimated_stand_in_the_grid_with_their_reason() -> None:
    spend, fall = grid(12, 1, 2)
    constant = spend_of([1.0] * 12, FORCES, funding_stream="Shared out")
    late = spend_of(
        np.arange(1.0, 13), FORCES, funding_stream="Late Fund",
        period_start=pd.Timestamp("2016-04-01"), period_end=pd.Timestamp("2017-03-31"),
    )  # fmt: skip
    found = pcc.spend_vs_reduction_family(pd.concat([spend, constant, late]), fall, resamples=199)
    assert found.size == 2
    refused = found.frame[found.frame["verdict"] == "not estimable"]
    assert refused.groupby("funding_stream")["reason"].unique().str[0].to_dict() == {
        "Late Fund": "windows out of order",
        "Shared out": "no variation in spend",
    }
    assert "none" in [text.get_text() for text in found.plot().texts]


def test_all_pairs_are_over_the_areas_that_all_of_them_know() -> None:
    spend, fall = grid(12, 1, 2)
    short = fall[~((fall["offence"] == "Offence 1") & (fall["area_code"] == FORCES[4]))]
    found = pcc.spend_vs_reduction_family(spend, short, resamples=199)
    assert found.n == 11
    assert found.dropped[["area_code", "reason"]].values.tolist() == [[FORCES[4], "no outcome row"]]
    assert "areas-dropped" in found.cautions


def test_noise_and_dispersion_are_judged_for_each_offence() -> None:
    spend, _ = grid(12, 1, 1)
    rng = np.random.default_rng(9)
    loud = fall_of(rng.normal(15, 6, 12), FORCES, offence="Loud")
    quiet = fall_of(rng.normal(15, 6, 12), FORCES, offence="Quiet", before=np.full(12, 60.0))
    days = {"baseline_start": "2010-04-01", "baseline_end": "2011-03-31",
            "period_start": "2011-04-01", "period_end": "2012-03-31"}  # fmt: skip
    earlier = pd.concat(
        [fall_of(rng.normal(0, 3, 12), FORCES, offence=name, **days) for name in ("Loud", "Quiet")]
    )
    found = pcc.spend_vs_reduction_family(
        spend, pd.concat([loud, quiet]), placebo=earlier, resamples=199
    ).frame.set_index("offence")
    assert found.loc["Quiet", "verdict"] == "not distinguishable from counting noise"
    assert found.loc["Quiet", "gate"] == "shut"
    with pytest.raises(TableError, match="placebo has no column 'offence'"):
        pcc.spend_vs_reduction_family(spend, loud, placebo=earlier.drop(columns="offence"))


def test_misuse_raises() -> None:
    spend, fall = grid(12, 1, 1)
    with pytest.raises(TableError, match="no column 'offence'"):
        pcc.spend_vs_reduction_family(spend, fall.drop(columns="offence"))
    with pytest.raises(UnknownNameError, match="Did you mean 'Fund 0'"):
        pcc.spend_vs_reduction_family(spend, fall, declared="Fund 1")
    with pytest.raises(UnknownNameError, match="No method 'kendall'"):
        pcc.spend_vs_reduction_family(spend, fall, method="kendall")


def test_the_text_counts_every_pair_and_names_floor_and_family() -> None:
    found = pcc.spend_vs_reduction_family(*grid(12, 2, 3), resamples=199)
    for fact in ("6 pairs", "n = 12", "family of 6", "for the family"):
        assert fact in found.text
    for fact in ("attainable p", "by max-T", "by Benjamini-Hochberg", "judged by"):
        assert fact in found.report()
    assert len(found.text.split()) <= 70
    assert found._repr_html_().startswith(f"<p>{found.text.replace(chr(39), '&#x27;')}</p><table>")
    label = found.plot().get_label()
    assert "6 pairs over n = 12 areas, 6 tested" in label


def test_a_family_by_pearson_is_on_logarithms() -> None:
    spend, fall = grid(12, 1, 2)
    found = pcc.spend_vs_reduction_family(spend, fall, method="pearson", resamples=199)
    x = np.log(spend["spend_gbp_per_head"])
    y = fall.loc[fall["offence"] == "Offence 0", "log_reduction"]
    assert found.frame["estimate"].iloc[0] == pytest.approx(np.corrcoef(x, y)[0, 1])
    amounts = [0.0, *spend["spend_gbp_per_head"][1:]]
    names = ("spend_gbp_per_head", "spend_low_gbp_per_head", "spend_high_gbp_per_head")
    zero = spend.assign(**dict.fromkeys(names, amounts))
    refused = pcc.spend_vs_reduction_family(zero, fall, method="pearson")
    assert refused.frame["reason"].unique().tolist() == ["zero spend has no logarithm"]


def regional(spend: float, fall: float, rho: float) -> pcc.association.AssociationFamily:
    """Forces whose two sides move with their region by so much, and with each other by rho."""
    codes = [area.area_code for area in pcc.load_areas().itertuples() if area.kind == FORCE]
    codes = [code for code in codes if code not in ("E23000001", "E23000034")]
    regions = pd.factorize(pd.Series([pcc.find_area(code).parent for code in codes]))[0]
    rng = np.random.default_rng(4)
    x, noise = rng.normal(size=(2, len(codes)))
    lift = np.array([0.0, 5, 1, 4, 2, 3, 6, 8, 7, 9])[regions]
    y = rho * x + (1 - rho) * noise
    return pcc.spend_vs_reduction_family(
        pd.DataFrame(
            {"area_code": codes, "spend_gbp_per_head": np.exp(0.05 * (x + 3 * spend * lift))}
        ),
        pd.DataFrame(
            {"area_code": codes, "log_reduction": 0.1 * (y + 3 * fall * lift), "offence": "Robbery"}
        ),
        resamples=199,
    )


FORCE = "police_force_area"


def test_a_family_says_where_neighbours_resemble_each_other_behind_a_small_p() -> None:
    both = regional(spend=1.0, fall=1.0, rho=0.5)
    assert both.frame["adjusted_p"].item() < 0.05
    assert "neighbours-alike" in both.cautions
    # A clear pair whose areas do not resemble their neighbours, and a pair that is not clear.
    alone = regional(spend=0.0, fall=0.0, rho=0.9)
    assert alone.frame["adjusted_p"].item() < 0.05
    assert "neighbours-alike" not in alone.cautions
    unclear = regional(spend=1.0, fall=0.0, rho=0.0)
    assert unclear.frame["adjusted_p"].item() >= 0.05
    assert "neighbours-alike" not in unclear.cautions


# Strata


def halves(codes: list[str], n: int) -> dict[str, str]:
    return {code: "north" if k % 2 else "south" for k, code in enumerate(codes[:n])}


@pytest.mark.parametrize("two_sided", ["double", "abs"])
@pytest.mark.parametrize("n", [8, 12])
def test_a_family_of_one_pair_has_the_p_of_the_pair_alone_within_the_same_strata(
    n: int, two_sided: str
) -> None:
    spend, fall = grid(n, 1, 1, seed=n)
    how = {"strata": halves(FORCES, n), "dispersion": 1, "resamples": 999, "two_sided": two_sided}
    found = pcc.spend_vs_reduction_family(spend, fall, **how)
    row = found.frame.iloc[0]
    alone = pcc.spend_vs_reduction(spend, fall, family=1, redraws=20, **how)
    assert (found.n_strata, alone.within is not None) == (2, True)
    assert alone.within is not None
    assert found.test is not None
    assert (found.test.exact, found.test.resamples) == (alone.within.exact, alone.within.resamples)
    assert (row["p_value"], row["min_p"]) == (alone.p_value, alone.min_p)
    assert row["estimate"] == pytest.approx(alone.estimate, abs=1e-15)
    assert row["adjusted_p"] == alone.adjusted_p
    assert row["verdict"] == alone.verdict
    assert alone.influence is not None
    assert row["leave_one_out_high"] == pytest.approx(alone.influence.high)
    # Over all orders it is another p.
    assert alone.test is not None
    assert alone.test.p_value != alone.p_value


@pytest.mark.parametrize("make", [led_by_need, lambda: many(0.9)])
def test_the_partial_of_a_family_of_one_pair_keeps_the_strata(make: object) -> None:
    spend, fall = make()  # type: ignore[operator]
    how = {"strata": halves(FORCES, 30), "dispersion": 1, "resamples": 999}
    row = pcc.spend_vs_reduction_family(spend, fall, **how).frame.iloc[0]
    alone = pcc.spend_vs_reduction(spend, fall, family=1, redraws=20, **how)
    assert alone.baseline is not None
    assert row["verdict"] == alone.verdict
    assert row["partial"] == alone.baseline.partial
    assert row["partial_p"] == alone.baseline.adjusted_p


def test_max_t_within_strata_of_two_areas_each_by_hand() -> None:
    # Four orders: as observed, either half turned round, both. Spend is in the order of the first
    # outcome in both halves, which gives it +1, 0, 0, -1 of what lies within; and of the second
    # in one half only: 0, -1, +1, 0. So the larger of the two is 1 in every order.
    spend = spend_of([1.0, 2.0, 3.0, 4.0])
    fall = pd.concat(
        [
            fall_of([5.0, 10.0, 15.0, 20.0], offence="Robbery"),
            fall_of([5.0, 10.0, 20.0, 15.0], offence="Theft"),
        ]
    )
    within = dict(zip(DISTRICTS, ["a", "a", "b", "b"], strict=False))
    found = pcc.spend_vs_reduction_family(spend, fall, strata=within)
    frame = found.frame.set_index("offence")
    assert (found.size, found.n_strata) == (2, 2)
    assert frame["p_value"].tolist() == [0.5, 1.0]
    assert frame["p_max_t"].tolist() == [1.0, 1.0]
    assert frame["min_p"].tolist() == [0.5, 0.5]
    alone = pcc.spend_vs_reduction_family(spend, fall.head(4), strata=within)
    assert alone.frame["p_max_t"].tolist() == [0.5]


def test_max_t_within_strata_counts_every_order_that_keeps_them() -> None:
    spend, fall = grid(6, 1, 3, seed=4)
    labels = [0, 1, 0, 1, 1, 0]
    within = dict(zip(DISTRICTS, labels, strict=True))
    found = pcc.spend_vs_reduction_family(spend, fall, strata=within)
    x = spend["spend_gbp_per_head"].rank().to_numpy()
    ys = [fall[fall["offence"] == f"Offence {k}"] for k in range(3)]
    ranks = [y["log_reduction"].rank().to_numpy() for y in ys]
    orders = [
        list(order)
        for order in itertools.permutations(range(6))
        if all(labels[place] == labels[k] for k, place in enumerate(order))
    ]
    assert len(orders) == 36
    values = np.array([[np.corrcoef(x, y[order])[0, 1] for y in ranks] for order in orders])
    sizes = abs(values - values.mean(axis=0)) / values.std(axis=0)
    expected = (sizes.max(axis=1)[:, None] >= sizes[0] - 1e-9).mean(axis=0)
    own = [(values[:, k] >= v - 1e-9).mean() for k, v in enumerate(values[0])]
    under = [(values[:, k] <= v + 1e-9).mean() for k, v in enumerate(values[0])]
    pairs = np.minimum(1, 2 * np.minimum(own, under))
    assert found.frame["estimate"].to_numpy(float) == pytest.approx(values[0])
    assert found.frame["p_value"].to_numpy(float) == pytest.approx(pairs)
    assert found.frame["p_max_t"].to_numpy(float) == pytest.approx(np.maximum(expected, pairs))
    assert (found.frame["p_max_t"] > found.frame["p_value"]).any()


def test_one_stratum_is_a_family_without_strata() -> None:
    # Every order of six areas.
    spend, fall = grid(6, 1, 3)
    plain = pcc.spend_vs_reduction_family(spend, fall)
    one = pcc.spend_vs_reduction_family(spend, fall, strata=dict.fromkeys(DISTRICTS, "all"))
    pd.testing.assert_frame_equal(one.frame, plain.frame, rtol=1e-12)


def test_a_family_within_strata_says_so_and_takes_regions_or_a_column() -> None:
    spend, fall = grid(14, 1, 2)
    named = halves(FORCES, 14)
    given = pcc.spend_vs_reduction_family(spend, fall, resamples=199, strata=named)
    column = pcc.spend_vs_reduction_family(
        spend, fall.assign(half=fall["area_code"].map(named)), resamples=199, strata="half"
    )
    pd.testing.assert_frame_equal(given.frame, column.frame)
    assert "within strata for Fund 0 and" in given.text
    assert ("strata", "2, areas change places within them") in given.report().lines
    assert given.test is not None
    assert "199 random orders of the areas within 2 strata" in given.test.text
    regions = pcc.spend_vs_reduction_family(spend, fall, resamples=199, strata="region")
    assert (regions.n_strata or 0) > 2
    both = fall.assign(half=["north", "south"] * 14, offence=np.repeat(["Robbery", "Theft"], 14))
    both.loc[both["offence"] == "Theft", "half"] = "north"
    with pytest.raises(TableError, match="half gives E23000002 several strata"):
        pcc.spend_vs_reduction_family(spend, both, resamples=199, strata="half")
    few = halves(FORCES, 10)
    with pytest.raises(TableError, match="strata has no stratum for E23000011"):
        pcc.spend_vs_reduction_family(spend, fall, resamples=199, strata=few)


def test_a_clear_pair_whose_sign_turns_within_strata_carries_the_caution() -> None:
    x = [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    y = [14, 13, 12, 11, 10, 24, 23, 22, 21, 20]
    turned = dict(zip(FORCES, ["a"] * 5 + ["b"] * 5, strict=False))
    found = pcc.spend_vs_reduction_family(spend_of(x, FORCES), fall_of(y, FORCES), strata=turned)
    assert (found.frame["adjusted_p"] < 0.05).all()
    assert "turns-within-strata" in found.cautions
    straight = pcc.spend_vs_reduction_family(spend_of(x, FORCES), fall_of(x, FORCES), strata=turned)
    assert "turns-within-strata" not in straight.cautions


def test_each_side_is_read_once_whatever_it_is_held_against(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # How often a side is read shows in nothing but the time that a large family takes.
    from pccfunding.association import pairing

    read: dict[str, int] = {"spend": 0, "reduction": 0}

    def counted(name: str, reader: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
        def again(*given: object) -> pd.DataFrame:
            read[name] += 1
            return reader(*given)

        return again

    monkeypatch.setattr(pairing, "spend_side", counted("spend", pairing.spend_side))
    monkeypatch.setattr(pairing, "outcome_side", counted("reduction", pairing.outcome_side))
    spend, fall = grid(12, 3, 5)
    found = pcc.spend_vs_reduction_family(spend, fall, resamples=99)
    assert len(found.frame) == 15
    assert read == {"spend": 3, "reduction": 5}


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_pair_of_a_family_is_that_pair_alone(*, shuffled: bool) -> None:
    """The sides are joined the same way, whether both hold the same areas in order or not."""
    spend, fall = grid(12, 2, 2)
    if shuffled:
        spend, fall = spend.sample(frac=1, random_state=1), fall.sample(frac=0.8, random_state=2)
    found = pcc.spend_vs_reduction_family(spend, fall, resamples=99)
    held = fall.groupby("area_code")["offence"].nunique()
    fall = fall[fall["area_code"].map(held) == 2]
    assert found.n == fall["area_code"].nunique() >= 6
    for row in found.frame.itertuples():
        alone = pcc.spend_vs_reduction(
            spend[spend["funding_stream"] == row.funding_stream],
            fall[fall["offence"] == row.offence],
            method="spearman",
            resamples=99,
        )
        assert alone.estimate == pytest.approx(row.estimate, abs=1e-12)


def test_a_placebo_of_a_family_ends_before_the_money() -> None:
    spend, fall = grid(8, 1, 1, seed=1)
    with pytest.raises(PeriodError, match="is not before the money starts"):
        pcc.spend_vs_reduction_family(spend, fall, placebo=fall, resamples=99)
