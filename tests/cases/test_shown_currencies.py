"""Amounts that a workbook shows in another currency: the number in the cell is no pounds."""

from __future__ import annotations

import io

import pytest

import pccfunding as pcc

pytest.importorskip("python_calamine")


def shown_as(*formats: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Recipient", "Financial year", "Amount"])
    for row, shown in enumerate(formats, start=2):
        sheet.append([f"Body {row}", "2023-24", 100.25 * row])
        sheet.cell(row, 3).number_format = shown
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("shown", "token"),
    [
        ("[$€-2] #,##0.00", "€200.5"),
        ('#,##0 "€"', "€200.5"),
        ('"$"#,##0.00', "$200.5"),
        ("[$$-409]#,##0", "$200.5"),
        ("[$USD] #,##0", "USD200.5"),
        ('"EUR" 0', "EUR200.5"),
    ],
)
def test_what_is_shown_in_another_currency_is_no_pounds(shown: str, token: str) -> None:
    result = pcc.read_awards(shown_as(shown, "General", "0.00"))
    assert result.frame["amount_gbp"].tolist() == [300.75, 401.0]
    assert result.rejected["raw"].tolist() == [token]


@pytest.mark.parametrize(
    "shown",
    ["[$£-809]#,##0.00", '"£"#,##0', "£0", "[$-809]#,##0", "#,##0", '0" awarded"', "0;[Red]-0"],
)
def test_pounds_and_plain_numbers_are_read(shown: str) -> None:
    result = pcc.read_awards(shown_as(shown, shown))
    assert result.frame["amount_gbp"].tolist() == [200.5, 300.75]


def test_a_total_in_another_currency_is_not_one_of_pounds() -> None:
    pounds = pcc.read_awards(shown_as("0", "0", "0"))
    euros = pcc.read_awards(shown_as("[$€-2] 0", "[$€-2] 0", "[$€-2] 0"))
    assert len(pounds.frame) == 3
    assert euros.frame.empty
    assert len(euros.rejected) == 3
