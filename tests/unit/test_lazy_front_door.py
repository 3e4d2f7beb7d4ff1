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
