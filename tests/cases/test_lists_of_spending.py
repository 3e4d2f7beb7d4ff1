"""Lists of spending over £500 and of grants with headers, sheets and currencies never tried."""

from __future__ import annotations

from typing import Any

import pytest
from case_files import GIVING, GRANT, coverage_of, text_of, workbook_of

import pccfunding as pcc


def awards(*lines: str) -> Any:
    return pcc.read_awards(text_of(*lines))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Payee Name,Payee Ref,Payment Amount,Paid Date", "Alpha,123,1500,03/04/2023"),
        ("Organisation Name,Supplier (Beneficiary) Name,Amount", "Anyshire PCC,Alpha,1500"),
        ("SupplierName,AmountExcVat,PaymentDate", "Alpha,1500,2023-04-03"),
        ("Supplier,Supplier Category,Amount £ (inc VAT)", "Alpha,Charity,1500"),
        ("Merchant Category,Merchant Name,Amount", "Shops,Alpha,1500"),
        ("Creditor name,Creditor class,Net amount (£)", "Alpha,B,1500"),
        ("Organisation,Vendor,Reference,Amount (£)", "Anyshire PCC,Alpha,7,1500"),
    ],
)
def test_who_was_paid_and_how_much(header: str, row: str) -> None:
    frame = awards(header, row).frame
    assert frame[["recipient", "amount_gbp"]].values.tolist() == [["Alpha", 1500.0]]
    if "Anyshire" in row:
        assert frame["funder"].tolist() == ["Anyshire PCC"]


@pytest.mark.parametrize("header", ["Amount ($)", "Amount (EUR)", "Value in euros", "Grant (USD)"])
def test_another_currency_is_not_read_as_pounds(header: str) -> None:
    with pytest.raises(pcc.errors.TableError, match="in another currency"):
        awards(f"Recipient,{header}", "Alpha,1500")
    both = awards(f"Recipient,{header},Amount (£)", "Alpha,1500,1200")
    assert both.frame["amount_gbp"].tolist() == [1200.0]


def test_a_month_in_a_heading_is_no_year() -> None:
    frame = awards("Recipient,Spend Apr 2023 (£),Spend May 2023 (£)", "Alpha,1500,200").frame
    assert frame["period"].tolist() == ["2023-04/2023-04", "2023-05/2023-05"]
    years = awards("Recipient,Spend 2021/22,Spend 2022/23", "Alpha,1500,200").frame
    assert years["amount_gbp"].tolist() == [1500.0, 200.0]
    banner = awards("Grants awarded in April 2023", "Recipient,Amount (£)", "Alpha,1500").frame
    assert banner["period_end"].dt.strftime("%Y-%m-%d").tolist() == ["2023-04-30"]


def test_two_sheets_of_grants_are_not_joined_to_one_another() -> None:
    pytest.importorskip("python_calamine")
    sheet = [GIVING.split(","), GRANT.split(",")]
    result = pcc.read_360giving(workbook_of({"grants": sheet, "old": sheet}))
    assert result.frame["recipient"].tolist() == ["Alpha"]
    assert result.cautions == ("sheets-left-out",)
    assert ("1", "sheet 'old': 1 rows of other grants") in coverage_of(result)["sheet not read"]


def test_the_year_of_a_population_on_the_cover() -> None:
    pytest.importorskip("python_calamine")
    sheets = {
        "Cover": [["Population estimates for England and Wales, mid-2022"]],
        "MYE2 - Persons": [["Code", "Name", "All ages"], ["E07000008", "Cambridge", 145700]],
    }
    result = pcc.read_population(workbook_of(sheets), vintage="v")
    assert result.frame["reference_date"].dt.year.tolist() == [2022]
    sheets["Notes"] = [["Revised after mid-2021"]]
    with pytest.raises(pcc.errors.TableError, match="no year is named"):
        pcc.read_population(workbook_of(sheets), vintage="v")


def test_a_second_table_of_an_index_is_named_as_one() -> None:
    pytest.importorskip("python_calamine")
    sheet = [["Financial year", "GDP deflator"], ["2022-23", 94], ["2023-24", 100]]
    result = pcc.read_deflator(workbook_of({"a": sheet, "b": sheet}))
    assert len(result.frame) == 2
    assert coverage_of(result)["table left out"] == [("b", "the first table of years is read")]


# --- parts of a year, units and summaries ----------------------------------------------------


def test_a_quarter_under_the_year_of_the_list_is_no_year() -> None:
    frame = awards("Grants of 2022/23", "Recipient,Q1 (£),Q2 (£)", "Alpha,100,200").frame
    assert frame["period"].tolist() == ["2022-04/2022-06", "2022-07/2022-09"]
    halves = awards("Grants of 2022/23", "Recipient,H1 (£),H2 (£)", "Alpha,100,200").frame
    assert halves["period"].isna().all()


def test_a_year_under_a_heading_of_years_that_end() -> None:
    header = "Financial year ending,Recipient,Amount (£)"
    frame = awards(header, "2023,Alpha,500", "31/03/2023,Beta,300").frame
    assert frame["period"].tolist() == ["2022-23", "2022-23"]


@pytest.mark.parametrize(
    "lines",
    [("All figures in £000s", "Recipient,Amount", 'Alpha,"1,200"', "Beta,1.5"),
     ("Recipient,Amount (£)", 'Alpha,"1,200"', "Beta,1.5", '"Note: amounts are in thousands",'),
     ("£'000", "Recipient,Grant", 'Alpha,"1,200"', "Beta,1.5")],
)  # fmt: skip
def test_a_unit_told_by_a_title_or_a_note(lines: tuple[str, ...]) -> None:
    result = awards(*lines)
    assert result.frame["amount_gbp"].tolist() == [1_200_000.0, 1500.0]
    assert "unit of all amounts" in result.changes["rule"].tolist()


def test_a_note_on_something_else_is_no_unit() -> None:
    lines = ["Recipient,Amount (£)", "Alpha,1200", '"Some 12 thousand people were helped",']
    assert awards(*lines).frame["amount_gbp"].tolist() == [1200.0]


@pytest.mark.parametrize(
    "label", ["Carried forward", "Average", "Average grant", "Number of grants", "Budget",
              "Remaining", "Underspend", "Balance remaining", "Percentage of budget"]
)  # fmt: skip
def test_a_line_about_the_list_is_no_award(label: str) -> None:
    result = awards("Recipient,Amount (£)", "Alpha,500", "Beta,300", f"{label},800")
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]
    assert result.others["kind"].tolist() == ["summary"]
    assert result.n_rows == 3


@pytest.mark.parametrize("name", ["Balance CIC", "The Remaining Trust", "Average Joes Club"])
def test_a_body_whose_name_begins_like_a_summary_is_one(name: str) -> None:
    result = awards("Recipient,Amount (£)", "Alpha,500", f"{name},300")
    assert result.frame["recipient"].tolist() == ["Alpha", name]
