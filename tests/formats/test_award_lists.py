"""Award lists laid out like those of the publishers seen: every row kept, every total tried."""

from __future__ import annotations

import math
import re
from datetime import date

import pandas as pd
import pytest
from award_pages import PAGES, WRITERS, Page, as_csv

from pccfunding.errors import TableError
from pccfunding.formats import ReadResult, read_awards

TEXT_KINDS = ("csv", "tsv", "semicolons", "utf-8-sig", "utf-16")


def opened(page: Page, kind: str) -> ReadResult:
    if kind in ("xlsx", "ods"):
        pytest.importorskip("python_calamine")
    if kind in ("ods", "html"):
        pytest.importorskip("lxml")
    return read_awards(WRITERS[kind](page))


def read(text: str, **options: object) -> ReadResult:
    return read_awards(text.encode(), **options)  # type: ignore[arg-type]


def amounts(result: ReadResult, label: str) -> list[tuple[str | None, float | None]]:
    names = [name if isinstance(name, str) else None for name in result.frame[label]]
    known = [None if math.isnan(one) else one for one in result.frame["amount_gbp"]]
    return list(zip(names, known, strict=True))


def holds_every_row(result: ReadResult) -> bool:
    kept_out = result.n_rejected + len(result.others)
    return result.n_rows == len(result.frame) + kept_out and result.frame["place"].is_unique


CASES = [
    pytest.param(page, kind, id=f"{page.name}-{kind}")
    for number, page in enumerate(PAGES)
    # Encodings and delimiters are the same work for every layout: three of them are enough.
    for kind in (*page.kinds, *(TEXT_KINDS[1:] if number in (2, 6, 12) else ()))
]


@pytest.mark.parametrize(("page", "kind"), CASES)
def test_a_published_layout_is_read_whatever_the_file_type(page: Page, kind: str) -> None:
    result = opened(page, kind)
    assert amounts(result, page.label) == page.awards
    assert result.totals["verdict"].tolist() == page.totals
    assert result.rejected["raw"].tolist() == page.rejected
    assert holds_every_row(result)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_filled_row_of_a_page_is_lost(page: Page) -> None:
    if "csv" not in page.kinds:
        pytest.skip("merged cells need a workbook or a page")
    result = opened(page, "csv")
    filled = {
        number
        for number, row in enumerate(page.rows, 1)
        if any(cell not in (None, "") for cell in row)
    }
    places = pd.concat([result.frame["place"], result.rejected["place"], result.others["place"]])
    found = {int(place.split(",")[0].removeprefix("line ")) for place in places}
    headers = filled - found
    # What is in no table of the result are the headers: one row, or two.
    assert found <= filled
    assert len(headers) <= 2
    assert not any(re.search("£[1-9]", " ".join(map(str, page.rows[row - 1]))) for row in headers)


def test_money_of_a_lost_digit_is_refused_and_a_remainder_only_suggested() -> None:
    [row] = opened(
        next(page for page in PAGES if page.name == "lost digit"), "csv"
    ).rejected.to_dict("records")
    assert row["place"] == "line 3"
    assert "comma" in str(row["reason"])
    assert "31,784.20" in str(row["suggestion"])


def test_an_award_printed_twice_is_flagged_and_not_dropped() -> None:
    result = opened(next(page for page in PAGES if page.name == "twice"), "csv")
    assert result.frame["repeat_of"].dropna().tolist() == ["line 3", "line 4"]
    assert "repeated-awards" in result.cautions


def test_awards_that_differ_in_anything_that_matters_are_no_repeats() -> None:
    lines = ["Recipient,Purpose,Amount (£),Date", "A,x,5,01/04/2023", "A,x,5,01/05/2023"]
    result = read("\n".join([*lines, "A,y,5,01/04/2023", "B,x,5,01/04/2023", "A,x,6,01/04/2023"]))
    assert result.frame["repeat_of"].isna().all()
    assert "repeated-awards" not in result.cautions


def test_a_total_that_counts_a_repeat_once_says_so() -> None:
    result = opened(next(page for page in PAGES if page.name == "one fund, three areas"), "csv")
    assert "2 repeated rows counted once" in result.totals["working"].iloc[0]


def test_a_wrong_total_conflicts_and_check_raises() -> None:
    result = read("Recipient,Amount\nA,£120.50\nB,£80.00\nTotal,£200.00\n")
    assert result.totals["verdict"].tolist() == ["conflicts"]
    assert result.cautions == ("total-conflicts",)
    with pytest.raises(TableError, match="conflicts"):
        result.check()
    assert read("Recipient,Amount\nA,£120.50\nB,£80.00\nTotal,£200.50\n").cautions == ()


def test_round_amounts_are_no_finer_than_their_column() -> None:
    # Hundreds are the finest unit here, so that five hundred too many is more than rounding.
    rows = "Recipient,Amount (£)\nA,12500\nB,8000\nC,10000\nTotal,{}\n"
    assert read(rows.format(31000)).totals["verdict"].tolist() == ["conflicts"]
    assert read(rows.format(30500)).totals["verdict"].tolist() == ["reconciles"]


def test_kinds_of_unknown_are_not_zero_and_not_each_other() -> None:
    cells = ["0", "—", "N/A", "TBC", "REDACTED", "", "-"]
    text = "Recipient,Purpose,Amount (£)\n" + "".join(
        f"R{at},p,{one}\n" for at, one in enumerate(cells)
    )
    result = read(text)
    kinds = ["", "nil", "not_applicable", "not_yet_due", "withheld", "not_held", "nil"]
    assert result.frame["unknown"].fillna("").tolist() == kinds
    assert result.frame["amount_gbp"].dropna().tolist() == [0.0]
    assert "amounts-unknown" in result.cautions
    assert "amounts-unknown" not in read("Recipient,Amount (£)\nA,5\n").cautions


def test_hedged_amounts_carry_their_bounds() -> None:
    frame = read(
        "Recipient,Amount\nA,up to £5000\nB,nearly £1m\nC,£5k\nD,between £1 and £9\n"
    ).frame
    assert frame["hedge"].fillna("").tolist() == ["up_to", "nearly", "", "range"]
    assert frame["amount_low_gbp"].tolist() == [0, 0, 4500, 1]
    assert frame["amount_high_gbp"].tolist() == [5000, 1000000, 5500, 9]
    assert frame["amount_gbp"].iloc[:3].tolist() == [5000, 1000000, 5000]


def test_a_range_is_two_bounds_and_no_amount() -> None:
    frame = read('Recipient,Amount\nA,"between £500 and £20,000"\n').frame  # M026
    assert frame["amount_gbp"].isna().tolist() == [True]
    assert frame[["amount_low_gbp", "amount_high_gbp"]].values.tolist() == [[500, 20000]]
    assert frame["unknown"].isna().tolist() == [True]


@pytest.mark.parametrize(
    ("header", "cell", "pounds"),
    [
        ("Amount (£)", "1,500", 1500),
        ("Amount (£000s)", "1.5", 1500),
        ("£'000", "1,500", 1500000),
        ("Funding £m", "1.5", 1500000),
        ("Grant value", "£1,500.00", 1500),
        ("Value of award (in £s)", "(1,500)", -1500),
    ],
)
def test_the_unit_stands_in_the_header_or_the_cell(header: str, cell: str, pounds: float) -> None:
    result = read(f'Recipient,"{header}"\nA,"{cell}"\n')
    assert result.frame["amount_gbp"].tolist() == [pounds]


def test_a_cell_that_contradicts_its_header_is_refused() -> None:
    result = read("Recipient,£000s\nA,12\nB,£1.2m\n")
    assert result.rejected["raw"].tolist() == ["£1.2m"]
    assert result.frame["token"].tolist() == ["12 thousand"]


def test_a_column_without_any_unit_says_that_pounds_are_assumed() -> None:
    assert read("Recipient,Amount\nA,500\n").cautions == ("unit-assumed",)
    assert read("Recipient,Amount\nA,£500\n").cautions == ()
    assert read("Recipient,Amount,Currency\nA,500,GBP\n").cautions == ()


def test_amounts_of_another_currency_are_rejected() -> None:
    result = read("Recipient,Amount,Currency\nA,500,GBP\nB,700,EUR\n")
    assert result.frame["recipient"].tolist() == ["A"]
    assert result.rejected["reason"].tolist() == ["the amount is in EUR, not in pounds"]
    assert holds_every_row(result)


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("2023/24", "2023-24"),
        ("2023-4", "2023-24"),
        ("FY 25/26", "2025-26"),
        ("Apr 2023 - Mar 2024", "2023-24"),
        ("year ending 31 March 2024", "2023-24"),
        ("2001–025", "2001-02"),
        ("October 2023 to March 2025", "2023-10/2025-03"),
    ],
)
def test_years_are_read_in_every_spelling(said: str, label: str) -> None:
    result = read(f"Recipient,Year,Amount (£)\nA,{said},500\n")
    assert result.frame["period"].tolist() == [label]


def test_a_year_that_cannot_be_read_is_flagged_and_never_filled() -> None:
    result = read("Recipient,Year,Amount (£)\nA,20022/23,500\nB,,500\n", financial_year="2024/25")
    assert result.frame["period"].fillna("").tolist() == ["", "2024-25"]
    assert "periods-unread" in result.cautions
    assert "20022/23" in result.changes["raw"].tolist()
    assert "periods-unread" not in read("Recipient,Year,Amount (£)\nA,2022/23,5\n").cautions


@pytest.mark.parametrize("above", ["Grants awarded 2023/24", "Year ending 31 March 2024"])
def test_a_banner_gives_the_year_and_says_so(above: str) -> None:
    result = read(f"{above}\n\nRecipient,Amount (£)\nA,500\n")
    assert result.frame["period"].tolist() == ["2023-24"]
    assert "from the banner or title" in result.changes["rule"].tolist()
    assert result.others["kind"].tolist() == ["banner"]


def test_a_section_that_is_a_year_gives_the_year_of_its_rows() -> None:
    result = read("Recipient,Purpose,Amount (£)\n2022/23,,\nA,x,5\n2023/24,,\nB,x,6\n")
    assert result.frame["period"].tolist() == ["2022-23", "2023-24"]


def test_dates_are_read_day_first_and_doubtful_ones_are_noted() -> None:
    result = read("Date,Recipient,Amount (£)\n12/03/2024,A,5\n25/03/2024,B,5\n3 April 2024,C,5\n")
    days = [day.date() for day in result.frame["awarded_on"]]
    assert days == [date(2024, 3, 12), date(2024, 3, 25), date(2024, 4, 3)]
    noted = result.changes[result.changes["rule"].str.startswith("day first")]
    assert noted["raw"].tolist() == ["12/03/2024"]
    assert "2024-12-03" in noted["rule"].iloc[0]


def test_a_date_that_does_not_exist_is_left_out_and_flagged() -> None:
    result = read("Date,Recipient,Amount (£)\n31/02/2024,A,5\n01/03/2024,B,5\n")
    assert result.frame["awarded_on"].isna().tolist() == [True, False]
    assert "dates-unread" in result.cautions
    assert "dates-unread" not in read("Date,Recipient,Amount (£)\n01/03/2024,B,5\n").cautions


def test_damaged_text_is_repaired_and_noted() -> None:
    result = read("Recipient,Amount\nPipitâ€™s Place,Â£500\nA &amp; B,拢18.4 million\n")
    assert result.frame["recipient"].tolist() == ["Pipit’s Place", "A & B"]
    assert result.frame["amount_gbp"].tolist() == [500, 18400000]
    assert {"Pipitâ€™s Place", "Â£500", "拢18.4 million"} <= set(result.changes["raw"])


def test_windows_1252_is_told_from_utf_8() -> None:
    result = read_awards("Recipient,Amount\nCafé,£500\n".encode("cp1252"))
    assert result.frame["recipient"].tolist() == ["Café"]
    assert "Windows-1252" in result.coverage["note"].tolist()


def test_every_header_and_assumption_is_noted() -> None:
    result = read("Recipeint,Amount\nA,500\n")
    noted = dict(zip(result.changes["raw"], result.changes["rule"], strict=True))
    assert noted["Recipeint"] == "header spelt nearly as 'recipient'"
    assert noted[""] == "no word of status; read as awards"


def test_the_caller_names_columns_that_no_synonym_knows() -> None:
    text = "Wer,Wieviel\nA,500\n"
    result = read(text, columns={"recipient": "Wer", "amount": 2})
    assert amounts(result, "recipient") == [("A", 500.0)]
    with pytest.raises(TableError, match=r"no such header\. There are 'Wer', 'Wieviel'"):
        read(text, columns={"recipient": "Who", "amount": "Wieviel"})
    with pytest.raises(TableError, match="Did you mean 'amount'"):
        read(text, columns={"amuont": "Wieviel"})


def test_a_table_without_amounts_is_named_with_its_header() -> None:
    with pytest.raises(TableError, match=r"line 2: no table found\. The row has 'Recipient'"):
        read("Grants\nRecipient,Colour\nA,red\n")


def test_columns_that_are_no_field_are_kept_as_printed() -> None:
    frame = read("Recipient,Amount (£),Lead officer\nA,500,Kim\n").frame
    assert frame["printed_lead_officer"].tolist() == ["Kim"]
    twice = read("Recipient,Amount (£),Lead,Lead\nA,500,Kim,Lee\n").frame
    assert twice[["printed_lead", "printed_lead_4"]].values.tolist() == [["Kim", "Lee"]]


def test_declined_bids_are_no_awards() -> None:
    result = read(
        "Applicant,Amount (£),Decision status\nA,5,Approved\nB,6,Declined\n",
        columns={"status": "Decision status"},
    )
    assert result.frame["status"].tolist() == ["award", "bid"]


def test_of_requested_and_awarded_the_award_is_read() -> None:
    result = read("Recipient,Amount requested (£),Amount awarded (£)\nA,900,500\n")
    assert result.frame["amount_gbp"].tolist() == [500]
    assert result.frame["printed_amount_requested"].tolist() == ["900"]


def test_sheets_laid_out_alike_are_read_and_a_summary_is_left_out() -> None:
    pytest.importorskip("python_calamine")
    import io

    import xlsxwriter

    data = io.BytesIO()
    workbook = xlsxwriter.Workbook(data, {"in_memory": True})
    for name, rows in {
        "Summary": [["Fund", "Total (£)"], ["Streets", 11]],
        "2022-23": [["Recipient", "Purpose", "Amount (£)"], ["A", "x", 5]],
        "2023-24": [["Recipient", "Purpose", "Amount (£)"], ["B", "x", 6], ["Total", "", 6]],
        "Notes": [["Nothing here"]],
    }.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    workbook.close()
    result = read_awards(data.getvalue())
    assert result.frame["recipient"].tolist() == ["A", "B"]
    assert result.frame["period"].tolist() == ["2022-23", "2023-24"]
    assert result.frame["place"].tolist() == ["sheet '2022-23', row 2", "sheet '2023-24', row 2"]
    left = result.coverage[result.coverage["topic"] == "sheet left out"]["value"].tolist()
    assert left == ["Summary", "Notes"]
    assert "sheets-left-out" in result.cautions
    alone = read_awards(data.getvalue(), sheet="Summary")
    assert alone.frame["amount_gbp"].tolist() == [11]
    assert "sheets-left-out" not in alone.cautions
    with pytest.raises(TableError, match="no sheet 'Grants'; it has 'Summary'"):
        read_awards(data.getvalue(), sheet="Grants")


def test_json_records_are_a_table_too() -> None:
    record = '{"id": "1", "amountAwarded": 500.5, "recipientOrganization": [{"name": "A"}]}'
    result = read(f'{{"grants": [{record}]}}')
    assert amounts(result, "recipient") == [("A", 500.5)]
    assert result.frame["place"].tolist() == ["grants, record 1"]


def test_the_files_of_a_page_hold_the_same_bytes_each_time() -> None:
    assert as_csv(PAGES[0]) == as_csv(PAGES[0])


def test_a_month_under_a_date_is_a_period() -> None:
    result = read("Month,Recipient,Amount (£)\nApril 2023,A,5\nsoon,B,6\n")
    assert result.frame["period"].tolist()[0] == "2023-04/2023-04"
    assert result.frame["awarded_on"].isna().all()


def test_net_and_gross_are_not_added_up() -> None:
    result = read("Supplier,Net amount (£),VAT (£),Gross (£)\nA,100.00,20.00,120.00\n")
    assert result.frame["amount_gbp"].tolist() == [100.0]


def test_a_total_of_a_year_is_held_against_the_rows_of_that_year() -> None:
    rows = "Recipient,Year,Award (£)\nA,2023/24,501\nB,2024/25,600\n"
    result = read(f"{rows}Total 2023/24,,501\nTotal 2024/25,,600\n")
    assert result.totals["verdict"].tolist() == ["reconciles", "reconciles"]


def test_an_amount_alone_is_a_total_where_it_adds_up_and_else_rejected() -> None:
    rows = "Date,Recipient,Amount (£)\n01/02/2016,A,100.00\n02/02/2016,B,50.50\n,,{}\n"
    assert read(rows.format("150.50")).others["kind"].tolist() == ["total"]
    assert read(rows.format("160.50")).rejected["raw"].tolist() == ["160.50"]


def test_names_that_begin_like_a_total_are_recipients() -> None:
    lines = ["Recipient,Purpose,Amount (£)", "Total Recall,x,5", "All Saints,y,6", "Sum of Us,z,7"]
    assert len(read("\n".join(lines)).frame) == 3


def test_a_table_may_begin_anywhere_on_the_sheet() -> None:
    result = read(",,,\n,Grants 2015/16,,\n,Name,Reason for grant,Value £\n,A,x,100\n,B,y,251\n")
    assert result.frame["recipient"].tolist() == ["A", "B"]
    assert result.frame["period"].tolist() == ["2015-16", "2015-16"]
