"""The kernel gives what a group-by gives, row for row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from pccfunding.frames.tables import open_table
from pccfunding.money import kernel as _kernel
from pccfunding.money.sums import Sums

KEYS = ["force", "stream", "period_start", "period_end"]
VOCABULARY = ["a", "b", "c", "never"]
words = st.sampled_from([*VOCABULARY[:3], None])
pence = st.none() | st.integers(-(10**9), 10**11)
# Whole days only, days with hours among them, unknown days among them, days centuries apart.
spans = st.sampled_from(
    [
        (["2020-04-01", "2021-04-01", "2019-04-01"], ["0D", "364D", "-3D"]),
        (["2020-04-01", "2019-04-01 12:00", "2019-04-01"], ["364D", "6h"]),
        (["2020-04-01", "2019-04-01 08:00"], ["364D", "8h"]),
        (["2020-04-01", None, "2019-04-01"], ["364D", "30D"]),
        (["1700-01-01", "2100-12-31", "2019-04-01"], ["364D", "50000D"]),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    starts, lengths = draw(spans)
    line = st.tuples(words, words, st.sampled_from(starts), st.sampled_from(lengths), pence)
    return frame_of(
        draw(st.lists(line, min_size=1, max_size=40)), unit=draw(st.sampled_from(["s", "us", "ns"]))
    )


def frame_of(rows: list[tuple[Any, ...]], unit: str) -> pd.DataFrame:
    first = pd.Series(pd.to_datetime([row[2] for row in rows], format="ISO8601"))
    last = first + pd.Series(pd.to_timedelta([row[3] for row in rows]))
    pounds = [None if pence is None else pence / 100 for *_, pence in rows]
    return pd.DataFrame(
        {
            "force": pd.Categorical([row[0] for row in rows], categories=VOCABULARY),
            # Not in alphabetical order: a group-by sorts by the order of the categories.
            "stream": pd.Categorical([row[1] for row in rows], categories=VOCABULARY[::-1]),
            "period_start": first.astype(f"datetime64[{unit}]"),
            "period_end": last.astype(f"datetime64[{unit}]"),
            "amount_gbp": np.array(pounds, dtype=float),
            "amount_low_gbp": np.array(pounds, dtype=float) - 0.005,
        }
    )


@pytest.fixture(params=["dense", "held cells", "looked up", "small blocks"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take each way through the kernel, which large frames take otherwise."""
    if request.param == "held cells":
        monkeypatch.setattr(_kernel, "_CELLS", 1)
        monkeypatch.setattr(_kernel, "_MOST_CELLS", 1024)
    if request.param == "looked up":
        monkeypatch.setattr(_kernel, "_MOST_CELLS", 1)
    if request.param == "small blocks":
        monkeypatch.setattr(_kernel, "_BLOCK", 3)


@pytest.mark.usefixtures("way")
@given(frame=tables())
def test_the_kernel_adds_up_as_the_other_path_does(frame: pd.DataFrame) -> None:
    sums = Sums(open_table(frame, "table"), "amount_gbp")
    ours = sums.at_hand(KEYS)
    assert ours is not None
    other = sums._measured(KEYS).group_by(KEYS).agg(*sums.again()).collect().to_native()
    other = other.sort_values(KEYS).reset_index(drop=True)
    found = ours.frame()
    assert (found["_size"] == 0).all()
    pd.testing.assert_frame_equal(
        found.drop(columns="_size"), other[found.columns].drop(columns="_size"), check_dtype=False
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_whole_days_of_every_unit_are_counted_and_hours_are_none(unit: str) -> None:
    day = np.timedelta64(1, "D") // np.timedelta64(1, unit)  # type: ignore[call-overload]
    times = np.array([0, 1, 2, 100_000], dtype=np.int64) * day
    found = _kernel._whole_days(times, int(day), 100_001)
    assert found is not None
    assert found.tolist() == [0, 1, 2, 100_000]
    assert _kernel._whole_days(times, int(day), 100_000) is None
    for part in (1, day // 2, day // 3, day - 1):
        odd = np.array([day, day + part], dtype=np.int64)
        assert _kernel._whole_days(odd, int(day), 10) is None


def test_first_and_last_days_are_one_key_unless_they_have_hours_or_span_too_much() -> None:
    rows = [("a", "a", "2019-04-01", "364D", 5), ("a", "b", "2020-04-01", "29D", 6)]
    for unit in ("s", "us", "ns"):
        frame = frame_of(rows, unit=unit)
        key = _kernel._Key.of_periods(frame, "period_start", "period_end")
        assert key is not None
        assert key.names == ("period_start", "period_end")
        assert key.slots.size == 2
        columns = key.columns(np.arange(2))
        for name in ("period_start", "period_end"):
            assert columns[name].tolist() == frame[name].tolist()
            assert columns[name].dtype == frame[name].dtype
        late = frame.assign(
            period_end=frame["period_end"] + pd.to_timedelta([0, 8], unit="h").astype(f"m8[{unit}]")
        )
        assert _kernel._Key.of_periods(late, "period_start", "period_end") is None
    other = frame.assign(period_end=frame["period_end"].astype("datetime64[s]"))
    assert _kernel._Key.of_periods(other, "period_start", "period_end") is None
    assert _kernel._Key.of_periods(frame, "period_start", "amount_gbp") is None
    assert _kernel._Key.of_periods(frame.head(0), "period_start", "period_end") is None
    centuries = frame_of(
        [("a", "a", "1700-01-01", "0D", 5), ("a", "a", "2100-01-01", "9999D", 5)], "s"
    )
    centuries["period_end"] += pd.to_timedelta([0, 30_000], unit="D").astype("m8[s]")
    assert _kernel._Key.of_periods(centuries, "period_start", "period_end") is None
