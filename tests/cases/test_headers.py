"""Headers that name a field, and headers that only hold one of its words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from case_files import (
    GIVING,
    GRANT,
    STREET,
    coverage_of,
    street_row,
    text_of,
    workbook_of,
    write_street,
)

import pccfunding as pcc


def test_the_name_of_an_organisation_and_not_its_type() -> None:
    result = pcc.read_awards(
        text_of(
            "Organisation Type,Organisation Name,Project,Amount Awarded (£)",
            "Charity,Alpha Trust,Youth work,1500",
            "CIC,Beta CIC,Victims,250",
        )
    )
    assert result.frame["recipient"].tolist() == ["Alpha Trust", "Beta CIC"]
    [(chosen, note)] = coverage_of(result)["column for recipient"]
    assert chosen == "Organisation Name"
    assert "Organisation Type" in note


def test_the_name_of_a_supplier_and_not_its_number() -> None:
    result = pcc.read_awards(
        text_of(
            "Body Name,Paid Date,Amount,Supplier ID,Supplier Name",
            "Anyshire PCC,09/01/2023,1500.00,20000001,Alpha Trust",
            "Anyshire PCC,12/01/2023,250.50,20000002,Beta CIC",
        )
    )
    assert result.frame["recipient"].tolist() == ["Alpha Trust", "Beta CIC"]


def test_no_person_where_the_standard_names_an_organisation() -> None:
    result = pcc.read_awards(
        text_of("Identifier,Surname of applicant,Recipient Org:Name,Title,Amount Awarded,Currency,"
                "Award Date,Funding Org:Identifier,Funding Org:Name",
                "360G-x-1,Testname,Alpha Trust,T,1500,GBP,2024-04-01,GB-CHC-9,Funder")
    )  # fmt: skip
    assert result.frame["recipient"].tolist() == ["Alpha Trust"]


def test_the_day_of_the_award_and_not_of_the_application() -> None:
    result = pcc.read_awards(
        text_of(
            "Recipient,Date of application,Award Date,Amount (£)",
            "Alpha Trust,02/01/2023,05/06/2023,1500",
            "Beta CIC,03/01/2023,06/06/2023,250",
        )
    )
    assert result.frame["awarded_on"].dt.date.tolist() == [
        dt.date(2023, 6, 5),
        dt.date(2023, 6, 6),
    ]


def test_titles_of_the_transparency_code() -> None:
    result = pcc.read_awards(
        text_of("OrganisationLabel,OrganisationURI,EffectiveDate,BeneficiaryName,PaymentDate,"
                "TransactionNumber,Amount,IrrecoverableVATAmount,Purpose",
                "Anyshire PCC,https://example.org/id/anyshire,2026-05-31,Alpha Trust,2026-05-29,"
                "51,742.50,0.00,Youth work",
                "Anyshire PCC,https://example.org/id/anyshire,2026-05-31,Beta CIC,2026-05-28,"
                "52,1000.00,0.00,Victims")
    )  # fmt: skip
    frame = result.frame
    assert frame["recipient"].tolist() == ["Alpha Trust", "Beta CIC"]
    assert set(frame["funder"]) == {"Anyshire PCC"}
    assert set(frame["funder_id"]) == {"https://example.org/id/anyshire"}
    assert frame["awarded_on"].dt.day.tolist() == [29, 28]
    assert set(frame["status"]) == {"outturn"}
    assert frame["amount_gbp"].tolist() == [742.5, 1000.0]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Provider postcode,Provider,Amount (£)", "CB1 1AA,Alpha Trust,5"),
        ("Recipient e-mail,Recipient Name,Amount (£)", "a@example.org,Alpha Trust,5"),
        ("Supplier Code,SupplierName,Amount (£)", "77,Alpha Trust,5"),
        ("Address of organisation,Name of organisation,Amount (£)", "1 High Street,Alpha Trust,5"),
        ("Rank of applicant,Successful applicant,Amount (£)", "2,Alpha Trust,5"),
    ],
)
def test_what_hangs_on_an_organisation_is_not_its_name(header: str, row: str) -> None:
    assert pcc.read_awards(text_of(header, row)).frame["recipient"].tolist() == ["Alpha Trust"]


def test_exact_titles_keep_their_words() -> None:
    # A type of grant is a stream, and a reference number an identifier, though they hold the words.
    result = pcc.read_awards(
        text_of("Reference Number,Grant Type,Recipient,Amount (£)", "R1,Core,Alpha Trust,5")
    )
    row = result.frame.iloc[0]
    assert (row["award_id"], row["funding_stream"]) == ("R1", "Core")


def test_two_headers_of_one_tier_are_a_caution() -> None:
    result = pcc.read_awards(text_of("Recipient,Organisation,Amount (£)", "Alpha Trust,Beta CIC,5"))
    assert result.frame["recipient"].tolist() == ["Alpha Trust"]
    assert "headers-tie" in result.cautions


def test_a_person_is_no_recipient_without_a_word() -> None:
    result = pcc.read_awards(
        text_of("Name of individual recipient,Amount (£)", "Testname,5", "Othername,6")
    )
    assert "recipient-may-be-a-person" in result.cautions


# --- columns that hold no count --------------------------------------------------------------

P9 = "Table P9: Burglary by police force area"


def test_ranks_and_averages_are_left_out() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            P9,
            'Area Code,Area Name,"Number of offences, year ending March 2021",'
            '"Rank, year ending March 2021","Rolling 3 year average, year ending March 2021"',
            "E23000023,Cambridgeshire,3900,21,4100",
            "E23000024,Norfolk,2100,40,2300",
            "E23000025,Suffolk,2000,41,2200",
        )
    )
    assert result.frame["offences"].tolist() == [3900, 2100, 2000]
    assert "Rank" in str(coverage_of(result)["columns left out"])
    assert "average" in str(coverage_of(result)["columns left out"])


@pytest.mark.parametrize(
    "other",
    ["Index (2010 = 100)", "Offences per officer", "Median of similar forces", "Ratio to England",
     "Ranking", "Position among forces", "Crime severity score", "Offences per household"],
)  # fmt: skip
def test_what_is_no_count_is_left_out(other: str) -> None:
    result = pcc.read_recorded_crime(
        text_of(
            f"{P9}, year ending March 2021",
            f"Area Code,Area Name,Burglary,{other}",
            "E23000023,Cambridgeshire,3900,21",
            "E23000024,Norfolk,2100,40",
        )
    )
    assert result.frame["offences"].tolist() == [3900, 2100]
    assert "columns left out" in coverage_of(result)


# --- 360Giving -------------------------------------------------------------------------------


def test_a_blank_behind_the_colon_of_a_title() -> None:
    result = pcc.read_360giving(
        text_of(f"{GIVING},Grant Programme: Title", f"{GRANT},Safer Streets")
    )
    assert result.frame["funding_stream"].tolist() == ["Safer Streets"]


@pytest.mark.parametrize("title", ["grantprogramme:title", "GRANT PROGRAMME :TITLE",
                                   "Grant  Programme:0: Title"])  # fmt: skip
def test_blanks_and_capitals_of_a_title_play_no_part(title: str) -> None:
    result = pcc.read_360giving(text_of(f"{GIVING},{title}", f"{GRANT},Safer Streets"))
    assert result.frame["funding_stream"].tolist() == ["Safer Streets"]
    awards = pcc.read_awards(text_of(f"{GIVING},Grant Programme: Title", f"{GRANT},Safer Streets"))
    assert awards.frame["funding_stream"].tolist() == ["Safer Streets"]


MAIN = [GIVING.split(","), [*GRANT.split(",")[:4], 100, *GRANT.split(",")[5:]]]
CHILDREN = {
    "Planned Dates": [["Identifier", "Planned Dates:Title", "Planned Dates:Start Date",
                       "Planned Dates:End Date", "Planned Dates:Duration (months)"]],
    "Grant Programme": [["Identifier", "Grant Programme:Code", "Grant Programme:Title",
                         "Grant Programme:Description"]],
}  # fmt: skip


def test_the_official_workbook_with_empty_child_sheets() -> None:
    result = pcc.read_360giving(workbook_of({"grants": MAIN, **CHILDREN}))
    assert result.frame["amount_gbp"].tolist() == [100.0]
    named = str(coverage_of(result))
    assert "Planned Dates" in named
    assert "Grant Programme" in named


def test_child_sheets_are_joined_to_their_grants() -> None:
    filled = {
        "Planned Dates": [*CHILDREN["Planned Dates"],
                          ["360G-x-1", "", "2024-04-01", "2025-03-31", ""]],
        "Grant Programme": [*CHILDREN["Grant Programme"], ["360G-x-1", "SS", "Safer Streets", ""],
                            ["360G-x-1", "H", "Hotspots", ""], ["360G-x-9", "Z", "Nobody's", ""]],
    }  # fmt: skip
    result = pcc.read_360giving(workbook_of({"grants": MAIN, **filled}))
    [row] = result.frame.to_dict("records")
    assert row["period"] == "2024-25"
    assert row["funding_stream"] == "Safer Streets; Hotspots"
    assert "360G-x-9" in str(coverage_of(result)["child rows without a grant"])


def test_the_main_sheet_is_the_one_of_grants() -> None:
    second = [MAIN[0], ["360G-x-2", *MAIN[1][1:]]]
    result = pcc.read_360giving(workbook_of({"old list": second, "grants": MAIN}))
    assert result.frame["award_id"].tolist() == ["360G-x-1"]
    assert "old list" in str(coverage_of(result))


def test_a_date_cell_is_a_date_time() -> None:
    rows = [[*MAIN[0], "Last modified"], [*MAIN[1], dt.datetime(2024, 5, 1)]]
    result = pcc.read_360giving(workbook_of({"grants": rows}))
    assert "breaks-standard" not in result.cautions
    assert result.frame["date_modified"].str.startswith("2024-05-01T00:00:00").all()


def test_a_cell_with_an_hour_keeps_it() -> None:
    rows = [[*MAIN[0], "Last Modified"], [*MAIN[1], dt.datetime(2024, 5, 1, 9, 30)]]
    result = pcc.read_360giving(workbook_of({"grants": rows}, dates="yyyy-mm-dd hh:mm"))
    assert "breaks-standard" not in result.cautions
    assert "T09:30:00" in result.frame["date_modified"].iat[0]


def test_a_date_cell_of_a_child_sheet_is_a_date() -> None:
    planned = [["Identifier", "Planned Dates:Start Date", "Planned Dates:Last Modified"],
               ["360G-x-1", dt.datetime(2024, 4, 1), dt.datetime(2024, 5, 1)]]  # fmt: skip
    result = pcc.read_360giving(workbook_of({"grants": MAIN, "Planned Dates": planned}))
    assert "breaks-standard" not in result.cautions
    assert result.frame["period_start"].dt.date.tolist() == [dt.date(2024, 4, 1)]


# --- populations -----------------------------------------------------------------------------

TRAFFORD = (
    "period,area_code,area_name,geography,sex,all_ages,aged_0_to_15",
    "2024-06-30,E08000009,Trafford,Local authority,Persons,240001,50001",
    "2024-06-30,E08000009,Trafford,Local authority,Females,122000,24000",
)


def test_a_year_in_a_column_beside_all_ages() -> None:
    result = pcc.read_population(text_of(*TRAFFORD), vintage="v")
    assert result.frame["persons"].tolist() == [240001]
    assert result.frame["reference_date"].dt.date.tolist() == [dt.date(2024, 6, 30)]
    assert result.others["kind"].tolist() == ["one sex: Females"]


@pytest.mark.parametrize(
    "banner", ["Population estimates: mid-year 2024", "Estimates of the population at 30 June 2024",
               "Mid-year population estimates, 2024"]
)  # fmt: skip
def test_a_year_in_the_banner(banner: str) -> None:
    result = pcc.read_population(
        text_of(f'"{banner}"', "Code,Name,All ages", "E08000009,Trafford,240001"), vintage="v"
    )
    assert result.frame["reference_date"].dt.year.tolist() == [2024]


def test_a_population_without_a_year_says_so() -> None:
    with pytest.raises(pcc.errors.TableError, match="no year is named"):
        pcc.read_population(text_of("Code,Name,All ages", "E08000009,Trafford,5"), vintage="v")


def test_a_population_in_thousands_says_so() -> None:
    with pytest.raises(pcc.errors.TableError, match="thousands"):
        pcc.read_population(
            text_of("Population (thousands)", "Code,Name,Mid-2024", "E08000009,Trafford,240"),
            vintage="v",
        )


def test_the_day_of_a_census_is_no_middle_of_a_year() -> None:
    rows = [line.replace("2024-06-30", "2021-03-21") for line in TRAFFORD]
    with pytest.raises(pcc.errors.TableError, match="2021-03-21"):
        pcc.read_population(text_of(*rows), vintage="v")


def test_the_headers_of_street_files_are_told_once(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        write_street(tmp_path, f"{month}-kent-street.csv", street_row("a", month, "Kent Police"))
    told = coverage_of(pcc.read_police_uk(tmp_path))
    assert told["column for crime_type"] == [("Crime type", "a standard's title")]
    assert told["column for lsoa_code"] == [("LSOA code", "a standard's title")]


def test_the_headers_of_a_360giving_file_are_told() -> None:
    told = coverage_of(pcc.read_360giving(text_of(GIVING, GRANT)))
    assert told["column for amountAwarded"] == [("Amount Awarded", "a standard's title")]
    [(chosen, _)] = told["column for recipientOrganization.name"]
    assert chosen.startswith("Recipient Org:")
    assert chosen.endswith("Name")


@pytest.mark.parametrize("title", ["Month", "Crime type", "Falls within"])
def test_a_column_that_stands_twice_is_refused_by_reader_and_engines(
    tmp_path: Path, title: str
) -> None:
    file = tmp_path / "2024-01-kent-street.csv"
    row = street_row("a", "2024-01", "Kent Police")
    file.write_text(f"{STREET},{title}\n{row},2024-02\n", encoding="utf-8")
    says = f"has the column '{title}' twice"
    with pytest.raises(pcc.errors.TableError, match=says):
        pcc.read_police_uk(file)
    for engine in ("duckdb", "polars"):
        pytest.importorskip(engine)
        with pytest.raises(pcc.errors.TableError, match=says):
            pcc.formats.count_police_uk(str(file), engine=engine)


@pytest.mark.parametrize(
    ("heading", "amount"),
    [
        ("Amount (£bn)", 5_000_000_000.0),
        ("£ (K)", 5_000.0),
        ("Amount (K£)", 5_000.0),
        ("Amount (£ x 1,000)", 5_000.0),
        ("£ (m)", 5_000_000.0),
    ],
)
def test_what_a_heading_multiplies_by(heading: str, amount: float) -> None:
    result = pcc.read_awards(f'Recipient,"{heading}"\nHalo,5\nUnity,7\n'.encode())
    assert result.frame["amount_gbp"].iloc[0] == amount


@pytest.mark.parametrize(
    "heading",
    [
        *("Average award (£)", "Mean grant (£)", "Cumulative amount (£)", "Running total (£)"),
        *("Balance (£)", "Closing balance (£)", "Difference (£)", "Change (£)", "Variance (£)"),
        *("Amount returned (£)", "Amount repaid (£)", "Underspend (£)", "Unspent (£)"),
        *("Clawback (£)", "Previous award (£)", "Last year's grant (£)", "Minimum (£)"),
        *("Amount outstanding (£)", "Amount remaining (£)", "Amount declined (£)"),
        *("Contribution in kind (£)", "Savings (£)", "Value (£ hundreds)"),
    ],
)
def test_money_that_is_no_award_is_not_read_as_one(heading: str) -> None:
    with pytest.raises(pcc.errors.TableError, match="no column of amounts under it"):
        pcc.read_awards(f"Recipient,{heading}\nHalo,5\nUnity,7\n".encode())
    both = f"Recipient,{heading},Award (£)\nHalo,5,50\nUnity,7,70\n"
    assert pcc.read_awards(both.encode()).frame["amount_gbp"].tolist() == [50.0, 70.0]
    # Where somebody says that it is the amount, it is.
    named = pcc.read_awards(both.encode(), columns={"amount": heading}).frame
    assert named["amount_gbp"].tolist() == [5.0, 7.0]


@pytest.mark.parametrize(
    "headings",
    [
        "Offer (£),Accepted (£)",
        "Low estimate (£),High estimate (£)",
        "Award at 2023 prices (£),Award at 2024 prices (£)",
        "Nominal (£),Real terms (£)",
    ],
)
def test_two_states_of_one_award_are_not_two_awards(headings: str) -> None:
    text = f"Recipient,Financial year,{headings}\nHalo,2021-22,5,6\nUnity,2021-22,7,8\n"
    result = pcc.read_awards(text.encode())
    assert result.frame["amount_gbp"].tolist() == [5.0, 7.0]
    assert set(result.frame["period"]) == {"2021-22"}
    assert "headers-tie" in result.cautions


@pytest.mark.parametrize("heading", ["Climate change (£)", "Making a difference (£)", "Youth (£)"])
def test_a_fund_whose_name_sounds_like_it_is_one(heading: str) -> None:
    result = pcc.read_awards(f"Recipient,{heading}\nHalo,5\nUnity,7\n".encode())
    assert result.frame["amount_gbp"].tolist() == [5.0, 7.0]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Subtotal North", "total"),
        ("Sub-total: Peterborough", "total"),
        ("Cyfanswm", "total"),
        ("CYFANSWM 2023-24", "total"),
        ("Is-gyfanswm Gwent", "total"),
        ("Year to date", "summary"),
        ("Balance b/f", "summary"),
        ("c/f", "summary"),
        ("Of which capital", "summary"),
        ("Less: returned", "summary"),
        ("Remainder", "summary"),
        ("Max", "summary"),
        ("VAT", "summary"),
    ],
)
def test_what_stands_below_a_list_is_no_award(label: str, kind: str) -> None:
    rows = "Halo,2023-24,500\nUnity,2023-24,300\nYouth,2023-24,200\n"
    result = pcc.read_awards(f"Recipient,Financial year,Amount (£)\n{rows}{label},,1000\n".encode())
    assert result.frame["amount_gbp"].sum() == 1000
    assert result.others["kind"].tolist() == [kind]


@pytest.mark.parametrize("name", ["Max Health CIC", "Less Is More", "Year One Nursery", "Cyfle"])
def test_a_name_that_sounds_like_a_sum_is_an_award(name: str) -> None:
    text = f"Recipient,Financial year,Amount (£)\nHalo,2023-24,500\n{name},,1000\n"
    assert pcc.read_awards(text.encode()).frame["recipient"].tolist() == ["Halo", name]


@pytest.mark.parametrize("word", ["withdrawn", "returned", "cancelled", "Refused by the PCC"])
def test_an_amount_that_is_called_none_is_not_added(word: str) -> None:
    text = f"Recipient,Amount (£)\nHalo,500 ({word})\nUnity,300 (capital)\nYouth,200\n"
    result = pcc.read_awards(text.encode())
    assert result.frame["amount_gbp"].tolist() == [300.0, 200.0]
    assert "may change the number" in result.rejected["reason"].iloc[0]


@pytest.mark.parametrize(
    ("title", "amount"),
    [
        ("Spending (£m)", 2_000_000.0),
        ("All figures in £bn", 2_000_000_000.0),
        ("Spending, £ thousand", 2_000.0),
        ("£1m was spent in all", 2.0),
    ],
)
def test_a_title_says_what_its_amounts_are_counted_in(title: str, amount: float) -> None:
    rows = "Recipient,Amount,Financial year\nHalo,2,2023-24\nUnity,3,2023-24\n"
    result = pcc.read_awards(f'"{title}"\n{rows}'.encode())
    assert result.frame["amount_gbp"].iloc[0] == amount


@pytest.mark.parametrize(
    "title", ["Spending in euros", "All amounts are in US dollars", "Paid (€)"]
)
def test_a_title_that_names_another_currency_is_not_passed_over(title: str) -> None:
    rows = "Recipient,Amount,Financial year\nHalo,2,2023-24\nUnity,3,2023-24\n"
    with pytest.raises(pcc.errors.TableError, match="says that the amounts are in another curr"):
        pcc.read_awards(f"{title}\n{rows}".encode())
    in_pounds = rows.replace("Amount", "Amount (£)")
    assert len(pcc.read_awards(f"{title}\n{in_pounds}".encode()).frame) == 2


@pytest.mark.parametrize(
    "title", ["All amounts are per month", "Monthly payments, all figures monthly"]
)
def test_a_title_says_for_what_time_its_amounts_are(title: str) -> None:
    rows = "Recipient,Amount (£)\nHalo,2\nUnity,3\n"
    result = pcc.read_awards(f'"{title}"\n{rows}'.encode())
    assert result.frame.empty
    assert set(result.rejected["raw"]) == {"2", "3"}


def test_what_stands_under_declined_is_no_award() -> None:
    head = "Recipient,Amount (£),Financial year\n"
    rows = "Halo,5,2023-24\nDeclined,,\nUnity,6,2023-24\nFunded,,\nYouth,7,2023-24\n"
    assert pcc.read_awards((head + rows).encode()).frame["status"].tolist() == [
        *("award", "bid", "award"),
    ]
    titled = f"Unsuccessful applications 2023-24\n{head}Halo,5,2023-24\nUnity,6,2023-24\n"
    found = pcc.read_awards(titled.encode())
    assert set(found.frame["status"]) == {"bid"}
    assert found.changes["rule"].str.contains("was not given").any()
    for title in (
        "Approved and declined applications",
        "Rejected Youth Trust is not meant here " * 3,
    ):
        other = titled.replace("Unsuccessful applications 2023-24", title)
        assert set(pcc.read_awards(other.encode()).frame["status"]) == {"award"}
    stated = pcc.read_awards(titled.encode(), status="allocation").frame["status"]
    assert set(stated) == {"allocation"}


def test_the_first_row_is_not_lost_in_the_header() -> None:
    text = "Recipient,Amount (£)\nHalo,500 so far\nUnity,300 in kind\nYouth,200\nBeta,100\n"
    result = pcc.read_awards(text.encode())
    assert [*result.frame["recipient"], *result.rejected["raw"]] == [
        *("Youth", "Beta"),
        *("500 so far", "300 in kind"),
    ]


@pytest.mark.parametrize("label", ["2023-24", "2023-24 awards", "Community Fund 2023/24"])
def test_a_year_over_later_rows_is_theirs(label: str) -> None:
    head = "Recipient,Amount (£)\n"
    text = f"Awards 2022-23,\n{head}Halo,5\n{label},\n{head}Unity,6\nNorth,\nYouth,7\n"
    found = pcc.read_awards(text.encode()).frame
    assert found["period"].tolist() == ["2022-23", "2023-24", "2023-24"]


def test_a_bare_year_in_the_name_of_a_fund_is_no_period() -> None:
    text = "Awards 2022-23,\nRecipient,Amount (£)\nHalo,5\nVision 2030 fund,\nUnity,6\n"
    assert set(pcc.read_awards(text.encode()).frame["period"]) == {"2022-23"}


def test_what_a_page_strikes_out_is_not_read() -> None:
    pytest.importorskip("lxml")
    rows = "<tr><td>Halo<td><s>5</s> 6<td>2023-24<tr><td>Unity<td><del>7</del><td>2023-24"
    head = "<tr><th>Recipient<th>Amount (£)<th>Financial year"
    page = f"<table>{head}{rows}<tr><td>Youth<td>8<td>2023-24</table>"
    found = pcc.read_awards(page.encode()).frame.set_index("recipient")["amount_gbp"]
    assert found.dropna().to_dict() == {"Halo": 6.0, "Youth": 8.0}


def test_a_fund_named_beside_its_year_stays_the_fund() -> None:
    text = "Recipient,Amount (£)\nYouth Fund 2022-23,\nHalo,5\nVictims Fund 2023-24,\nUnity,6\n"
    found = pcc.read_awards(text.encode()).frame
    assert found["period"].tolist() == ["2022-23", "2023-24"]
    assert found["funder_group"].tolist() == ["Youth Fund 2022-23", "Victims Fund 2023-24"]
