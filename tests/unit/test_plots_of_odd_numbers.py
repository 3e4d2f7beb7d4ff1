"""Numbers that no axis reaches, rows without a place, truths and texts: a plot, or a sentence."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from pccfunding import plots, rate_ratio
from pccfunding.errors import TableError
from pccfunding.plots.canvas import percent_ticks

LIMITS = ("low_95", "high_95", "low_998", "high_998")
COLUMNS: dict[str, dict[str, Any]] = {
    "changes": {"measure": "a", "printed_pct": 5.0, "change_pct": 5.0, "change_low_pct": 4.0,
                "change_high_pct": 6.0, "base_count": 100},
    "forest": {"term": "a", "estimate": 5.0, "conf_low": 4.0, "conf_high": 6.0, "p_value": 0.5,
               "n": 6},
    "beside": {"funding_stream": "a", "amount_gbp": 5.0, "measure": "m", "change_pct": 5.0,
               "change_low_pct": 4.0, "change_high_pct": 6.0, "base_count": 9},
    "funnel": {"area": "a", "count": 5, "exposure": 100, "rate": 50.0, "expected": 5.0,
               **dict.fromkeys(LIMITS, 5.0)},
    "heat": {"spend": "a", "outcome": "b", "estimate": 0.5, "p_max_t": 0.5, "n": 6,
             "family_size": 1},
    "intervals": {"statement": "a", "side": "b", "low": 5.0, "high": 6.0, "low_closed": True,
                  "high_closed": True, "verdict": "reconciles"},
    "ranking": {"area": "Kent", "value": 5.0, "low": 4.0, "high": 6.0},
    "scatter": {"area": "a", "x": 5.0, "y": 6.0, "x_label": "x", "y_label": "y", "statistic": 0.5,
                "p_value": 0.5, "n": 6, "verdict": "none"},
    "slope": {"label": "a", "before": 5.0, "after": 6.0},
    "streams": {"funding_stream": "a", "amount_gbp": 5.0},
    "tiles": {"area_code": "E07000010", "value": 5.0},
    "trends": {"area_code": "E23000023", "period_start": pd.Timestamp("2020-04-01"),
               "offences_per_1000": 5.0},
    "years": {"series": "a", "year_start": 2020, "financial_year": "2020-21", "value": 5.0},
    "null": {"low": -0.5, "high": 0.5, "orders": 6, "orders_beyond": 2, "statistic": 0.2,
             "p_value": 0.5, "rule": "r", "n": 6},
}  # fmt: skip
# A year is no length on an axis of its own.
NUMBERS = [
    (kind, column)
    for kind, row in COLUMNS.items()
    for column, value in row.items()
    if type(value) in (int, float) and column != "year_start"
]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def drawn(kind: str, **changed: Any) -> str:
    other = {"area": "Essex"} if kind == "ranking" else {}
    frame = pd.DataFrame([COLUMNS[kind], {**COLUMNS[kind], **other, **changed}])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = getattr(plots, f"plot_{kind}")(frame)
        axes.figure.canvas.draw()
        return plots.alt_text(frame, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_rows_are_sound(kind: str) -> None:
    assert drawn(kind)


@pytest.mark.parametrize(("kind", "column"), NUMBERS)
def test_what_no_axis_reaches_is_named(kind: str, column: str) -> None:
    """One change of 10 to the power of 300 percent asked for all the memory of the machine."""
    for far in (1e300, -1e300):
        with pytest.raises(TableError, match=f"{column}.*no axis reaches"):
            drawn(kind, **{column: far})
    if column not in ("estimate", "conf_low", "conf_high"):
        with pytest.raises(TableError, match=f"{column}.*inf.*no axis reaches"):
            drawn(kind, **{column: math.inf})


def test_a_number_beyond_floats_is_named() -> None:
    # pandas 2 makes no column of it but of objects
    frame = pd.DataFrame([COLUMNS["slope"]]).assign(before=pd.Series([10**400], dtype=object))
    with pytest.raises(TableError, match=r"before.*hundreds of digits, which no axis reaches"):
        plots.plot_slope(frame)


def test_a_ratio_to_nothing_is_drawn_as_it_is_given() -> None:
    tidy = rate_ratio(5, 0).tidy()
    assert math.isinf(tidy["conf_high"].iloc[0])
    both = pd.concat([tidy, rate_ratio(5, 9).tidy()])
    assert "2 " in plots.plot_forest(both, reference=1).get_label()


@pytest.mark.parametrize(
    ("kind", "column"),
    [("funnel", "count"), ("funnel", "high_998"), ("scatter", "x"), ("null", "orders")],
)
@pytest.mark.parametrize("value", [None, "£5", True])
def test_a_row_without_its_place_is_named(kind: str, column: str, value: Any) -> None:
    with pytest.raises(TableError, match=f"{column}.*each row needs a number"):
        drawn(kind, **{column: value})


def test_an_area_of_fewer_than_no_people_is_named() -> None:
    with pytest.raises(TableError, match="needs the residents of each area; a has none"):
        drawn("funnel", exposure=-5)


def test_a_coefficient_beyond_one_and_rates_of_nothing_are_drawn() -> None:
    assert drawn("heat", estimate=5.0)
    frame = pd.DataFrame([COLUMNS["trends"]]).assign(offences_per_1000=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plots.plot_trends(frame).get_ylim() == (0, 1)


@pytest.mark.parametrize("high", [4, 40, 900, 9_900, 99_900, 1e9, 1e15])
def test_an_axis_of_percent_has_seven_marks_at_most(high: float) -> None:
    marks = percent_ticks(-100, high)
    assert 2 <= len(marks) <= 7
    assert 0 in marks


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("title", 5, "title is a int"),
        ("title", pd.DataFrame({"a": [1]}), "title is a DataFrame"),
        ("subtitle", pd.NA, "subtitle is a NAType"),
        ("title", 0, "title is a int"),
        ("subtitle", "long " * 2000, "subtitle has 10,000 characters"),
        ("subtitle", b"x", "subtitle is a bytes"),
        ("figsize", 5, "figsize is width and height"),
        ("figsize", (1e9, 1e9), "figsize is width and height"),
        ("figsize", ("4", "3"), "figsize is width and height"),
        ("palette", 5, "palette is a int"),
        ("reference", math.inf, "reference is inf"),
        ("reference", "none", "reference is 'none'"),
    ],
)
def test_an_option_of_another_kind_is_named(option: str, value: Any, said: str) -> None:
    frame = pd.DataFrame([COLUMNS["forest"]])
    with pytest.raises(TableError, match=said):
        plots.plot_forest(frame, **{option: value})
