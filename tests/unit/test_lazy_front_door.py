"""A lazy frame is told of, and comes back, as one at hand is."""

from __future__ import annotations

import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError

LINE = pl.DataFrame({"period": ["2023-24"], "amount_gbp": [1200.0], "area_code": ["E23000037"]})


@pytest.mark.parametrize("lazy", [False, True])
def test_the_words_of_a_whole_period_go_where_its_parts_have_dates(lazy: bool) -> None:
    parts = pcc.apportion(LINE.lazy() if lazy else LINE, to="financial_year").lazy().collect()
    assert "period" not in parts.columns
    assert parts["period_start"].to_list()[0].isoformat() == "2023-04-01"
    assert parts["period_end"].to_list()[0].isoformat() == "2024-03-31"


def test_what_a_lazy_column_of_text_holds_is_named() -> None:
    pytest.importorskip("pyarrow")
    people = pl.from_pandas(pcc.load_population())
    lines = LINE.with_columns(amount_gbp=pl.lit("12"))
    with pytest.raises(TableError, match="'amount_gbp' holds String, not numbers"):
        pcc.per_capita_spend(lines.lazy(), people.lazy(), by="area_code")


def test_a_year_from_the_29th_is_whole_in_a_lazy_frame_too() -> None:
    pytest.importorskip("pyarrow")
    starts = ["2021-03-29", "2022-03-29", "2020-02-29", "2021-03-01", "2019-02-28", "2020-02-28"]
    ends = ["2022-03-28", "2023-03-28", "2021-02-28", "2022-02-28", "2020-02-27", "2021-02-27"]
    rows = pl.DataFrame(
        {
            "fund": [name for name in ("March", "leap day", "day before") for _ in range(2)],
            "amount_gbp": [100.0, 110.0, 200.0, 230.0, 10.0, 12.0],
            "period_start": pl.Series(starts).str.to_date(),
            "period_end": pl.Series(ends).str.to_date(),
        }
    )
    changes = pcc.year_on_year(rows.lazy(), value="amount_gbp", by="fund").collect()
    found = changes.drop_nulls("change_pct").sort("fund")
    # By hand: from 10 to 12, from 200 to 230, from 100 to 110.
    assert found["fund"].to_list() == ["March", "day before", "leap day"]
    assert found["change_pct"].to_list() == [10.0, 20.0, 15.0]
    # A day more or less is no year.
    for days, why in ((1, "more than a year: 2021-03-29/2022-03-29"), (-1, "part year")):
        other = rows.head(2).with_columns(pl.col("period_end").dt.offset_by(f"{days}d"))
        told = pcc.year_on_year(other.lazy(), value="amount_gbp", by="fund").collect()
        assert told["change_pct"].is_null().all()
        assert str(told["unknown_reason"][0]).startswith(why)
