"""Every public call names an argument of the wrong kind; none passes an engine's error on."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding import evaluation as ev
from pccfunding.errors import PccFundingError, TableError
from pccfunding.words import is_number

# What a stranger may have at hand; the rest of each call stands.
ODD: dict[str, Any] = {
    "none": None,
    "number": 2.5,
    "huge": 10**30,
    "text": "\x00",
    "list": [None],
    "mapping": {1: 2},
    "frame": pd.DataFrame({"a": [1]}),
    "series": pd.Series([1, 2]),
    "array": np.array([1, 2]),
    "array of nothing": np.array(3),
    "complex": 1 + 2j,
    "class": int,
    "NA": pd.NA,
    "NaT": pd.NaT,
    "object": object(),
    "iterator": "iterator",
}
AWARDS = pd.DataFrame(
    {
        "area_code": ["E23000023", "E23000032"],
        "funding_stream": ["a", "b"],
        "amount_gbp": [100.0, 200.0],
        "period_start": pd.to_datetime(["2023-04-01"] * 2),
        "period_end": pd.to_datetime(["2024-03-31"] * 2),
    }
)
MONTHS = [f"{2010 + k // 12}-{k % 12 + 1:02d}" for k in range(48)]
SERIES = [200 + 7 * (k % 12) for k in range(48)]
CODES = [f"E0700000{number}" for number in range(1, 7)]
SPEND = pd.DataFrame({"area_code": CODES, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})
FELL = pd.DataFrame({"area_code": CODES, "log_reduction": [0.1, 0.3, 0.2, 0.5, 0.4, 0.6]})
PANEL = pd.DataFrame(
    [(f"a{a}", 2001 + t, 1000 + 100 * a - 150 * (a < 3 and t > 4), 9)
     for a in range(6) for t in range(10)],
    columns=["area_code", "year", "offences", "persons"],
)  # fmt: skip
COUNTS = AWARDS.drop(columns="amount_gbp").assign(offences=[5, 6], offence="Robbery")
PEOPLE = pcc.load_population()
ONE, OTHER = ({"a": 5}, {"a": 6}), ({"a": 7}, {"a": 8})

CALLS: dict[str, dict[str, Any]] = {
    "apportion": {"awards": AWARDS, "to": "financial_year"},
    "baseline_needed": {"change_pct": 20},
    "break_even": {"award_gbp": 1000, "unit_cost_gbp": 100},
    "caption": {"table": pcc.load_awards()},
    "citation": {},
    "cite": {"rows": pcc.load_awards()},
    "coverage": {},
    "encode_keys": {"frame": AWARDS},
    "find_area": {"name_or_code": "Kent"},
    "funnel_limits": {"counts": [5, 6, 7], "exposure": [1000] * 3},
    "harm_change": {"before": {"a": 5}, "after": {"a": 6}, "weights": {"a": 1}},
    "harm_wdd": {"treated": ONE, "control": OTHER, "weights": {"a": 1}},
    "interrupted_series": {"counts": SERIES, "months": MONTHS, "first_after": "2012-01"},
    "load_awards": {},
    "load_population": {},
    "minimal_detectable": {"count_before": 100},
    "offence_rates": {"recorded_crime": COUNTS, "population": PEOPLE},
    "panel_change": {"counts": PANEL, "treated": {"a0": "2006"}, "exposure": "persons",
                     "resamples": 99},
    "parse_date": {"text": "1 May 2023"},
    "parse_printed": {"text": "£5m"},
    "per_capita_spend": {"awards": AWARDS, "population": PEOPLE, "by": "funding_stream"},
    "permutation_test": {"x": [1, 2, 3, 4], "y": [2, 1, 4, 3]},
    "proportion_interval": {"printed": "13%", "n": 50},
    "published_change": {"printed": "13%", "count_after": 50},
    "rate_ratio": {"count_after": 5, "count_before": 9},
    "ratio_of_rate_ratios": {"count_after": 5, "count_before": 9, "control_after": 8,
                             "control_before": 9},
    "real_terms": {"table": AWARDS, "base": "2023-24"},
    "recipient_names": {"awards": ["Halo"]},
    "reconcile": {"left": ["£5m", "£6m"], "right": "£11m"},
    "reduction": {"recorded_crime": COUNTS, "baseline": "2022-23", "comparison": "2023-24",
                  "by": "area_code"},
    "regression_to_the_mean": {"counts": [5, 6, 70, 8], "labels": list("abcd"), "selected": "c"},
    "revisions": {"subject_id": "cambs-safer-streets-5"},
    "spend_vs_reduction": {"spend": SPEND, "reduction": FELL, "redraws": 50},
    "spend_vs_reduction_family": {"spend": SPEND, "reduction": FELL.assign(offence="Robbery")},
    "synthetic_control": {"treated": range(10, 22), "n_before": 10,
                          "donors": {"A": range(11, 23), "B": range(9, 21)}},
    "trace": {"table": AWARDS, "of": pcc.load_awards()},
    "wdd": {"treated": (5, 6), "control": (7, 8)},
    "wdq": {"treated": (5, 6), "control": (7, 8), "displacement": (5, 5)},
    "year_on_year": {"table": AWARDS, "value": "amount_gbp", "by": "area_code"},
}  # fmt: skip


def tried(call: Callable[..., Any], given: dict[str, Any], kinds: list[str]) -> None:
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        for kind in kinds:
            value = iter([1]) if kind == "iterator" else ODD[kind]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    call(**{**given, parameter.name: value})
                except PccFundingError:
                    continue
                except Exception as error:
                    pytest.fail(f"{call.__name__}({parameter.name}={kind}): {error!r}")


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_no_kind_of_argument_gives_an_error_of_others(name: str) -> None:
    tried(getattr(pcc, name), CALLS[name], list(ODD))


@pytest.mark.parametrize("name", ["rate_ratio", "wdd", "reconcile", "trace", "year_on_year"])
def test_a_few_calls_and_kinds(name: str) -> None:
    tried(getattr(pcc, name), CALLS[name], ["mapping", "frame", "array", "NA"])


# --- What was taken for a row of values, and is none. -------------------------------------


@pytest.mark.parametrize(
    "counts", [{10: 5, 20: 6}, {10, 20}, pd.DataFrame({10: [5], 20: [6]}), np.array([[5], [6]])]
)
def test_keys_and_names_are_not_taken_for_counts(counts: Any) -> None:
    with pytest.raises(TableError, match=r"counts is a .*it takes a row of values"):
        pcc.funnel_limits(counts, [1000, 1000])
    with pytest.raises(TableError, match=r"treated is a .*it takes a row of values"):
        pcc.wdd(counts, (90, 80))


def test_what_is_masked_is_missing() -> None:
    masked = np.ma.array([5, 6, 999], mask=[False, False, True])
    assert pcc.funnel_limits(masked, [1000] * 3).dropped == ("area 3",)
    with pytest.raises(TableError, match="x is nan at position 2"):
        pcc.permutation_test(masked, [1, 2, 3])


def test_columns_whose_labels_stand_in_another_order_are_not_paired_by_position() -> None:
    counts, people = pd.Series({"b": 5, "a": 60}), pd.Series({"a": 9000, "b": 700})
    said = "same labels in different orders"
    with pytest.raises(TableError, match=said):
        pcc.funnel_limits(counts, people)
    with pytest.raises(TableError, match=said):
        pcc.permutation_test(counts, people)
    in_order = pcc.funnel_limits(counts, people.reindex(counts.index)).areas
    assert in_order["exposure"].tolist() == [700, 9000]
    # Others pair by position: arrays, and columns with labels of their own.
    assert pcc.funnel_limits(counts, people.to_numpy()).areas["exposure"].tolist() == [9000, 700]
    assert pcc.funnel_limits(counts, people.reset_index(drop=True)).n == 2


def test_the_exposure_of_a_series_may_be_a_column() -> None:
    pytest.importorskip("statsmodels")
    people = pd.Series([1000.0 + k for k in range(48)])
    given: dict[str, Any] = {"counts": SERIES, "months": MONTHS, "first_after": "2012-01"}
    column = pcc.interrupted_series(**given, exposure=people)
    assert column.text == pcc.interrupted_series(**given, exposure=people.tolist()).text


def test_one_award_is_named_whole() -> None:
    result = pcc.wdd((5, 6), (7, 8), control_funded="Halo")  # type: ignore[arg-type]
    assert "(Halo)" in str(result.reason)


# --- What is no number, and was taken for one. --------------------------------------------


@pytest.mark.parametrize("value", [True, np.True_, "5", np.str_("5"), b"5", 1j, np.complex128(1),
                                   np.datetime64("2020"), np.timedelta64(5, "s"), [5], None, int,
                                   np.array([5]), pd.Series([5])])  # fmt: skip
def test_what_is_no_number(value: Any) -> None:
    assert not is_number(value)


@pytest.mark.parametrize("value", [5, 2.5, Fraction(1, 2), np.float32(2), np.int8(3), math.inf])
def test_what_is_a_number(value: Any) -> None:
    assert is_number(value)


@pytest.mark.parametrize("truth", [True, np.True_])
def test_truths_are_no_pounds(truth: Any) -> None:
    mixed = AWARDS.assign(amount_gbp=pd.Series([truth, 2.0], dtype=object))
    with pytest.raises(TableError, match=r"holds .*True.*, not numbers"):
        pcc.per_capita_spend(mixed, PEOPLE, by="funding_stream")
    for column in (mixed, AWARDS.assign(amount_gbp=[True, False])):
        with pytest.raises(PccFundingError, match="no number of pounds"):
            pcc.reconcile(column, "£3.00")


def test_numbers_beyond_all_sums_are_named() -> None:
    huge = AWARDS.assign(amount_gbp=pd.Series([10**400, 2], dtype=object))
    with pytest.raises(TableError, match=r"amount_gbp.*10 to the power of 308"):
        pcc.real_terms(huge, base="2023-24")
    with pytest.raises(PccFundingError, match="is inf, which is no sum of money"):
        pcc.per_capita_spend(AWARDS.assign(amount_gbp=math.inf), PEOPLE, by="funding_stream")
    with pytest.raises(TableError, match="n is 100000000000, more than anybody could ask"):
        pcc.proportion_interval("13%", 10**11)
    with pytest.raises(TableError, match="dispersion is 1e\\+30"):
        ev.rate_ratio(5, 9, dispersion=1e30)


def test_other_arguments_of_the_rooms_are_named() -> None:
    with pytest.raises(TableError, match="kind is a NoneType"):
        pcc.area_codes(pd.Series(["Kent"]), kind=None)  # type: ignore[arg-type]
    rows = list(range(20))
    with pytest.raises(TableError, match="seed is -1"):
        ev.bca_interval(rows, rows[::-1], seed=-1)
    # Ratios that vary a million million times as much as what divides them share none of it.
    assert round(ev.shared_denominator_correlation(1e12, 1e12, 1.0), 12) == 0
    assert round(ev.shared_denominator_correlation(1.0, 1.0, 1e12), 12) == 1
    with pytest.raises(TableError, match=r"cv_x is 1e\+200; no count of people"):
        ev.shared_denominator_correlation(1e200, 1.0, 1.0)
    assert round(ev.shared_denominator_correlation(3, 4, 0.5), 6) == 0.020391


# --- One area, written in two ways. --------------------------------------------------------


@pytest.mark.parametrize("other", ["e07000005", "E07000005 ", " E07000005"])
def test_one_area_in_two_spellings_does_not_make_six_of_five(other: str) -> None:
    """Five areas are too few to tell; a sixth that is the fifth made an association of them."""
    codes = [*CODES[:5], other]
    spend, fell = (frame.assign(area_code=codes) for frame in (SPEND, FELL))
    with pytest.raises(TableError, match="one area but for capitals and spaces"):
        pcc.spend_vs_reduction(spend, fell)
    assert pcc.spend_vs_reduction(SPEND[:5], FELL[:5]).verdict == "too few areas to tell"
    panel = PANEL.assign(area_code=PANEL["area_code"].replace("a5", "A4"))
    with pytest.raises(TableError, match="'a4' and 'A4', one area but for capitals"):
        pcc.panel_change(panel, treated={"a0": "2006"}, exposure="persons")


def test_a_code_as_number_and_as_text_is_one_code() -> None:
    codes = pd.Series([1, 2, 3, 4, 5, "5"], dtype=object)
    with pytest.raises(TableError, match="'5' in 'area_code' more than once"):
        pcc.spend_vs_reduction(SPEND.assign(area_code=codes), FELL.assign(area_code=codes))


@pytest.mark.parametrize(
    "months",
    [
        pd.date_range("2010-01-31", periods=48, freq="ME"),
        pd.period_range("2010-01", periods=48, freq="M"),
        pd.Series(pd.period_range("2010-01", periods=48, freq="M")),
        np.array(MONTHS, dtype="datetime64[M]"),
    ],
)
def test_months_may_be_an_index_or_a_column(months: Any) -> None:
    pytest.importorskip("statsmodels")
    counts = pd.Series(SERIES)
    given = pcc.interrupted_series(counts, months, first_after="2012-01")
    assert given.text == pcc.interrupted_series(SERIES, MONTHS, first_after="2012-01").text


# --- Numbers that ask for all the memory, or for ever. --------------------------------------


@pytest.mark.parametrize("change", [1e-9, 1e-200, 99.9999999999])
def test_a_baseline_beyond_looking_through_is_refused(change: float) -> None:
    with pytest.raises(TableError, match=r"it takes a fall of up to 99\.9999%"):
        pcc.baseline_needed(change)


def test_the_ends_of_what_is_looked_through() -> None:
    # 2 * 0.5 ** 6 is the first two-sided p of none left below .05.
    assert pcc.baseline_needed(99.9999) == 6
    # By the normal approximation 1.96 ** 2 * 2 / log(1 - 0.001) ** 2 is 7.68 million.
    assert round(pcc.baseline_needed(0.1) / 1e6, 1) == 7.7


def test_the_highest_of_large_counts_takes_no_more_memory() -> None:
    large = pcc.regression_to_the_mean([10**12] * 3 + [10**12 + 1], labels=list("abcd"),
                                       selected="d")  # fmt: skip
    # The highest of four normal values lies 1.0294 sd above their mean; one sd is 1e-6 of it.
    assert large.worst_of_identical_pct == pytest.approx(-1.0294e-4, rel=1e-3)


@pytest.mark.parametrize("level", [1 - 1e-16, 0.9999999999999])
def test_a_level_too_near_to_one_is_refused(level: float) -> None:
    with pytest.raises(TableError, match="it lies between 0 and 1"):
        pcc.rate_ratio(10, 20, confidence_level=level)


def test_exposures_and_costs_beyond_floats_are_refused() -> None:
    with pytest.raises(TableError, match="exposure_after is 1e\\+200; no count of people"):
        pcc.rate_ratio(10, 20, exposure_after=1e200, exposure_before=1e-200)
    with pytest.raises(TableError, match="no count of people or pounds"):
        pcc.break_even(1e300, 1)
    with pytest.raises(TableError, match="no count of people or pounds"):
        pcc.funnel_limits([0, 1], [1e-300, 1])


@pytest.mark.parametrize("counts", [[7] * 48, [1] * 48, [1] * 20 + [10**15] + [1] * 27])
@pytest.mark.parametrize("errors", ["gls", "hac", "quasi"])
def test_a_series_without_a_course_is_refused_with_a_reason(counts: list[int], errors: str) -> None:
    pytest.importorskip("statsmodels")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = pcc.interrupted_series(
            counts,
            MONTHS,
            first_after="2012-01",
            errors=errors,  # type: ignore[arg-type]
        )
    assert result.reason is None or "no course fits these counts" in result.reason
    assert (result.level_pct is None) == (result.reason is not None)
    if counts[0] == 7:
        assert result.reason is not None


def test_a_printed_change_asks_for_the_base_of_its_own_direction() -> None:
    fall, rise = (pcc.published_change("13%", direction=way) for way in ("fall", "rise"))
    assert fall.base_needed != rise.base_needed
    assert pcc.published_change("-13%", direction="fall").base_needed == rise.base_needed
    assert pcc.published_change("-13%", direction="rise").base_needed == fall.base_needed
    assert pcc.published_change("0.0001%").base_needed == ()


# --- Numbers that are of nothing in this world. -------------------------------------------


@pytest.mark.parametrize(
    ("name", "odd", "said"),
    [
        ("funnel_limits", {"centre": 1e300}, r"centre is 1e\+300; no count of people or pounds"),
        ("funnel_limits", {"centre": 1e13}, r"centre .* count more than a thousand million"),
        # Above, the Poisson limits of scipy are NaN, or its negative binomial ends the program.
        ("funnel_limits", {"counts": [2**53] * 3}, "counts and exposure, area 1 would count more"),
        ("synthetic_control", {"treated": [1e300] * 12}, "no count of people or pounds"),
        ("harm_change", {"weights": {"a": 1e300}}, r"the weight of a is 1e\+300"),
        ("harm_change", {"weights": {"a": 1e-300}}, "the weight of a is 1e-300"),
        ("minimal_detectable", {"alpha": 1e-300}, "alpha is 1e-300; it lies between 0 and 1"),
        ("rate_ratio", {"dispersion": 10**400}, "dispersion is a number of hundreds of digits"),
        ("permutation_test", {"x": [1, 2, 3, 10**400]}, "x does not read as rows of numbers"),
        ("spend_vs_reduction", {"family": 10**400}, "more tests than were ever made"),
        (
            "spend_vs_reduction",
            {"reduction": FELL.assign(log_reduction=[1e300, *FELL["log_reduction"][1:]])},
            r"'log_reduction' holds 1e\+300, which no rate comes to",
        ),
        ("offence_rates", {"per": 10**400}, "it takes a whole number of people"),
    ],
)
def test_a_number_beyond_sense_is_named(name: str, odd: dict[str, Any], said: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TableError, match=said):
            getattr(pcc, name)(**{**CALLS[name], **odd})
