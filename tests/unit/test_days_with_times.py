"""A period that ends at 23:59:59 ends on that day: times of day never make two years of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import PeriodError, TableError

AREAS = ["E23000023", "E23000032"]
LATE = pd.to_timedelta(["0s", "86399s", "86399.999999s", "0s"])


def awards() -> pd.DataFrame:
    starts = pd.to_datetime(["2022-04-01", "2022-04-01", "2023-04-01", "2023-04-01"])
    ends = starts + pd.DateOffset(years=1, days=-1)
    return pd.DataFrame(
        {
            "area_code": [AREAS[0]] * 4,
            "amount_gbp": [100.0, 50.0, 150.0, 15.0],
            "period_start": starts.astype("datetime64[us]"),
            "period_end": ends.astype("datetime64[us]") + LATE,
            "figure_id": list("abcd"),
        }
    )


def of_kind(frame: pd.DataFrame, kind: str) -> Any:
    if kind == "pandas":
        return frame
    if kind == "arrow":
        pytest.importorskip("pyarrow")
        return frame.convert_dtypes(dtype_backend="pyarrow")
    if kind == "duckdb":
        return pytest.importorskip("duckdb").from_df(frame)
    polars = pytest.importorskip("polars")
    made = polars.DataFrame(
        {name: [None if pd.isna(one) else one for one in frame[name]] for name in frame.columns}
    )
    return made.lazy() if kind == "lazy" else made


def rows_of(result: Any) -> list[dict[str, Any]]:
    if hasattr(result, "fetchall"):
        return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
    held = result.collect() if hasattr(result, "collect") else result
    return held.to_dict("records") if hasattr(held, "iloc") else held.to_dicts()


@pytest.mark.parametrize("kind", ["pandas", "arrow", "polars", "lazy", "duckdb"])
def test_times_of_day_make_no_years_of_their_own(kind: str) -> None:
    frame = of_kind(awards(), kind)
    rows = rows_of(pcc.year_on_year(frame, value="amount_gbp", by="area_code"))
    # 150 in the first year, 165 in the second: a tenth more.
    assert [(row["amount_gbp"], row["n_figures"]) for row in rows] == [(150, 2), (165, 2)]
    assert rows[1]["change_pct"] == 10
    assert [str(row["period_end"])[:19] for row in rows] == [
        "2023-03-31 00:00:00",
        "2024-03-31 00:00:00",
    ]


def test_what_is_given_stays_as_it_was() -> None:
    given = awards()
    pcc.year_on_year(given, value="amount_gbp", by="area_code")
    pd.testing.assert_frame_equal(given, awards())


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_a_result_is_traced_to_rows_with_times(kind: str) -> None:
    frame = of_kind(awards(), kind)
    change = pcc.year_on_year(frame, value="amount_gbp", by="area_code")
    ways = rows_of(pcc.trace(change, of=frame))
    assert [way["figure_id"] for way in ways] == ["a", "b", "a", "b", "c", "d"]


@pytest.mark.parametrize("measure", ["reduction", "offence_rates", "year_on_year"])
@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_one_count_at_two_times_of_a_day_is_one_count(measure: str, kind: str) -> None:
    counts = awards().drop(columns=["amount_gbp", "figure_id"])
    counts = counts.assign(offence="Robbery", offences=[100, 100, 80, 80])
    people = pd.DataFrame(
        {
            "area_code": AREAS[0],
            "reference_date": pd.to_datetime(["2022-06-30", "2023-06-30"]),
            "persons": [1000, 1000],
            "vintage": "an example",
        }
    )
    calls = {
        "reduction": lambda frame: pcc.reduction(
            frame, baseline="2022-23", comparison="2023-24", by="area_code"
        ),
        "offence_rates": lambda frame: pcc.offence_rates(frame, people),
        "year_on_year": lambda frame: pcc.year_on_year(frame, value="offences", by="area_code"),
    }
    with pytest.raises(TableError, match="2 times"):
        calls[measure](of_kind(counts, kind))


def test_spend_whose_days_have_times_stands_beside_reductions_of_days() -> None:
    codes = [f"E0700000{number}" for number in range(1, 7)]
    spend = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})
    spend["period_start"] = pd.Timestamp("2021-04-01")
    spend["period_end"] = pd.Timestamp("2022-03-31") + pd.to_timedelta(["0s", "86399s"] * 3)
    fell = pd.DataFrame({"area_code": codes, "log_reduction": [0.1, 0.3, 0.2, 0.5, 0.4, 0.6]})
    assert pcc.spend_vs_reduction(spend, fell).n == 6


@pytest.mark.parametrize("end", ["9999-03-31", "20000-01-01"])
def test_days_that_no_calendar_of_ours_holds_are_named(end: str) -> None:
    far = awards().assign(period_end=np.full(4, end, dtype="datetime64[s]"))
    with pytest.raises(PeriodError, match="spans more than a year"):
        pcc.year_on_year(far, value="amount_gbp", by="area_code")
    with pytest.raises(PeriodError, match="the days that periods can hold"):
        pcc.apportion(far, to="financial_year")
    early = awards().assign(period_start=np.full(4, "0001-01-01", dtype="datetime64[s]"))
    with pytest.raises(PeriodError, match="0001-01-01 lies outside"):
        pcc.apportion(early, to="financial_year")


def test_what_is_no_name_and_no_key_is_named() -> None:
    numbered = awards()
    numbered[5] = "kept"
    with pytest.raises(TableError, match=r"column called 5.*awards\.columns\.map\(str\)"):
        pcc.apportion(numbered, to="financial_year")
    listed = awards().assign(stream=[["a"], ["b"], ["a"], ["b"]])
    with pytest.raises(TableError, match=r"^table: column 'stream' holds "):
        pcc.year_on_year(listed, value="amount_gbp", by="stream")


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_a_group_without_a_name_is_traced_as_others_are(kind: str) -> None:
    given = awards().assign(stream=["a", None, "a", None], figure_id=list("abcd"))
    frame = of_kind(given, kind)
    change = pcc.year_on_year(frame, value="amount_gbp", by="stream")
    ways = [(way["stream"], way["figure_id"]) for way in rows_of(pcc.trace(change, of=frame))]
    named = [(None if pd.isna(stream) else stream, figure) for stream, figure in ways]
    assert named == [("a", "a"), ("a", "a"), ("a", "c"), (None, "b"), (None, "b"), (None, "d")]
