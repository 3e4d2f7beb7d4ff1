"""Columns of names and of periods: read whole, with all that cannot be read in one sentence."""

from __future__ import annotations

from datetime import date

import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import PeriodError, TableError, UnknownNameError

TEXTS = ["2023/24", None, "March 2024", "2023/24"]


def test_periods_of_a_column_keep_its_order_and_kind() -> None:
    found = pcc.parse_periods(pd.Series(TEXTS, index=[4, 5, 6, 7], name="when"))
    assert found.columns.tolist() == ["period_start", "period_end", "period"]
    assert found.index.tolist() == [4, 5, 6, 7]
    years = [pd.Timestamp(2023, 4, 1), pd.NaT, pd.Timestamp(2024, 3, 1), pd.Timestamp(2023, 4, 1)]
    assert found["period_start"].tolist() == years
    assert found["period_end"].dropna().dt.date.unique().tolist() == [date(2024, 3, 31)]
    assert found["period"].dropna().tolist() == ["2023-24", "2024-03/2024-03", "2023-24"]
    assert pd.isna(found["period"][5])
    polars = pcc.parse_periods(pl.Series("when", TEXTS))
    assert polars.rows() == [
        (date(2023, 4, 1), date(2024, 3, 31), "2023-24"),
        (None, None, None),
        (date(2024, 3, 1), date(2024, 3, 31), "2024-03/2024-03"),
        (date(2023, 4, 1), date(2024, 3, 31), "2023-24"),
    ]


def test_a_column_without_a_value_is_read_too() -> None:
    blank = pl.Series("when", [None, None], dtype=pl.String)
    assert pcc.parse_periods(blank).rows() == [(None, None, None)] * 2
    assert pcc.parse_periods(blank).dtypes == [pl.Date, pl.Date, pl.String]
    codes = pcc.area_codes(blank)
    assert (codes.name, codes.dtype, codes.to_list()) == ("area_code", pl.String, [None, None])
    assert pcc.area_codes(pd.Series([None], dtype=object)).isna().all()


def test_names_of_a_column_are_codes() -> None:
    names = ["Kent Police", None, "E23000036", "Durham"]
    found = pcc.area_codes(pd.Series(names, index=[4, 5, 6, 7]), kind="police_force_area")
    assert found.name == "area_code"
    assert found.index.tolist() == [4, 5, 6, 7]
    assert found.dropna().tolist() == ["E23000032", "E23000036", "E23000008"]
    category = pl.Series("force", ["Kent", "Kent"], dtype=pl.Categorical)
    several = pcc.area_codes(category, kind=["police_force_area", "region"])
    assert several.to_list() == ["E23000032"] * 2


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["soon"], "1 text is no period: Cannot read 'soon' as a period: "),
        (["soon", "2023-24", "later", "soon"], "2 texts are no period: Cannot read 'soon' as a "),
    ],
)
def test_texts_that_are_no_period_are_told_together(texts: list[str], told: str) -> None:
    for column in (pd.Series(texts), pl.Series(texts)):
        with pytest.raises(PeriodError) as refusal:
            pcc.parse_periods(column)
        words = str(refusal.value)
        assert words.startswith(told[:10])
        for text in {*texts} - {"2023-24"}:
            assert words.count(f"Cannot read {text!r} as a period: write it as") == 1


def test_a_cell_that_holds_a_list_is_told_as_any_other() -> None:
    with pytest.raises(PeriodError) as refusal:
        pcc.parse_periods(pd.Series(["2023-24", ["2023-24"], None], dtype=object))
    assert str(refusal.value) == (
        "1 text is no period: ['2023-24'] is of type list; Period.parse reads text."
    )


def test_names_that_are_no_area_are_told_together() -> None:
    with pytest.raises(UnknownNameError) as refusal:
        pcc.area_codes(pd.Series(["Kent", "Nowhere"]), kind="police_force_area")
    assert str(refusal.value).startswith(
        "1 name in the column is no area, or several: No area called 'Nowhere'. "
    )
    with pytest.raises(UnknownNameError, match=r"^2 names in the column are no area, or several: "):
        pcc.area_codes(pd.Series(["Nowhere", "Elsewhere", "Nowhere"]))


def test_a_table_is_no_column() -> None:
    for read, what in ((pcc.parse_periods, "periods"), (pcc.area_codes, "names")):
        with pytest.raises(TableError, match=f"^{what} is a DataFrame, not a column"):
            read(pd.DataFrame({"a": ["Kent"]}))  # type: ignore[type-var]
