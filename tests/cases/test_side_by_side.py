"""Two tables on one sheet, torn numbers, signs that nobody sees: refused, or read right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from case_files import GIVING, GRANT, STREET, street_row, text_of, workbook_of, write_street

import pccfunding as pcc

ENGINES = ["duckdb", "polars"]
TITLE = '"Table P1: Police recorded crime, number of offences, year ending March 2022"'
HEADS = ["Area Code", "Area Name"]
CAMBRIDGESHIRE, NORFOLK = ["E23000023", "Cambridgeshire"], ["E23000024", "Norfolk"]
OPEN_DATA = ["Financial Year", "Financial Quarter", "Force Name", "Offence Description",
             "Number of Offences"]  # fmt: skip


def people(source: Any) -> Any:
    return pcc.read_population(source, vintage="v")


def refused(call: Any) -> str:
    with pytest.raises(pcc.errors.TableError) as told:
        call()
    return str(told.value)


# --- two tables beside one another -----------------------------------------------------------

BESIDE = {
    "the same class": (pcc.read_recorded_crime, [
        [TITLE.strip('"')],
        [*HEADS, "Burglary", "", *HEADS, "Burglary"],
        [*CAMBRIDGESHIRE, 5, "", *NORFOLK, 7],
    ]),
    "other titles": (pcc.read_recorded_crime, [
        [TITLE.strip('"')],
        ["Area Name", "Burglary", "", "Force", "Robbery"],
        ["Cambridgeshire", 5, "", "Norfolk", 7],
    ]),
    "open data": (pcc.read_recorded_crime, [
        OPEN_DATA * 2,
        ["2021/22", 1, "Norfolk", "Arson", 5, "2021/22", 1, "Suffolk", "Arson", 9],
    ]),
    "populations": (people, [
        ["Code", "Name", "Mid-2022", "", "Code", "Name", "Mid-2023"],
        ["E07000008", "Cambridge", 5000, "", "E07000009", "East Cambridgeshire", 7000],
    ]),
    "populations by code": (people, [
        ["Code", "Mid-2022", "", "LA Code", "Mid-2023"],
        ["E07000008", 5000, "", "E07000009", 7000],
    ]),
    "indices": (pcc.read_deflator, [
        ["Financial year", "GDP deflator", "", "Financial year", "GDP deflator"],
        ["2019-20", 90, "", "2021-22", 95],
        ["2020-21", 92, "", "2022-23", 100],
    ]),
    "awards": (pcc.read_awards, [
        ["Recipient", "Amount (£)", "", "Recipient name", "Grant (£)"],
        ["Alpha", 5, "", "Beta", 6],
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_tables_side_by_side_are_never_mixed(name: str) -> None:
    pytest.importorskip("python_calamine")
    call, rows = BESIDE[name]
    assert "side by side" in refused(lambda: call(workbook_of({"x": rows})))
    lines = (",".join(map(str, row)) for row in rows)
    assert "side by side" in refused(lambda: call(text_of(*lines)))


def test_the_same_areas_on_both_sides_are_one_table() -> None:
    result = pcc.read_recorded_crime(
        text_of(TITLE, "Area Code,Area Name,Burglary,Area Name,Robbery",
                "E23000023,Cambridgeshire,5,Cambridgeshire,6")
    )  # fmt: skip
    assert result.frame["offences"].tolist() == [5, 6]


def test_a_force_beside_its_districts_is_no_second_table() -> None:
    result = people(text_of("Force,Local authority,Mid-2022", "Cambridgeshire,Cambridge,5000"))
    assert len(result.frame) == 1


# --- numbers torn at their comma -------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [("Recipient,Amount (£),Purpose,Note", "Alpha,12,500,Youth", "Beta,300,Sport,x"),
     ("Recipient,Amount (£),Purpose", "Alpha,12,500", "Beta,300,Sport"),
     ("Recipient,Amount (£),Our colour", "Alpha,12,500", "Beta,300"),
     ("Recipient,Amount (£),Notes", "Alpha,£12,500.00", "Beta,300,x")],
)  # fmt: skip
def test_an_amount_torn_into_a_free_cell_is_no_twelve_pounds(lines: tuple[str, ...]) -> None:
    result = pcc.read_awards(text_of(*lines))
    assert result.frame["recipient"].tolist() == ["Beta"]
    assert result.rejected["place"].tolist() == ["line 2"]
    assert "torn at the comma" in result.rejected["reason"].iat[0]
    assert result.n_rows == len(result.frame) + result.n_rejected


def test_a_number_in_the_next_column_is_no_half_of_an_amount() -> None:
    lines = ["Recipient,Amount (£),Cost centre", "Alpha,12,500", "Beta,300,450", "Gamma,9,"]
    assert pcc.read_awards(text_of(*lines)).frame["amount_gbp"].tolist() == [12.0, 300.0, 9.0]
    quoted = ["Recipient,Amount (£),Purpose", 'Alpha,"12,500",Youth', "Beta,300,Sport"]
    assert pcc.read_awards(text_of(*quoted)).frame["amount_gbp"].tolist() == [12500.0, 300.0]


def test_a_count_torn_into_a_free_cell_is_no_count() -> None:
    wide = pcc.read_recorded_crime(
        text_of(TITLE, "Area Code,Area Name,Burglary,Comments", "E23000023,Cambridgeshire,1,200",
                "E23000024,Norfolk,900,see note")
    )  # fmt: skip
    assert wide.frame["offences"].tolist() == [900]
    long = pcc.read_recorded_crime(
        text_of(f"{','.join(OPEN_DATA)},Comments", "2021/22,1,Norfolk,Arson,1,200",
                "2021/22,1,Suffolk,Arson,12")
    )  # fmt: skip
    assert long.frame["offences"].tolist() == [12]
    head = "Code,Name,Mid-2022,Notes"
    some = people(text_of(head, "E07000008,Cambridge,145,700", "E07000009,East Cambridgeshire,88"))
    assert some.frame["persons"].tolist() == [88]
    every = ["E07000008,Cambridge,145,700", "E07000009,East Cambridgeshire,88,000"]
    assert "torn at the comma" in refused(lambda: people(text_of(head, *every)))


def test_a_grant_torn_into_its_description_is_rejected() -> None:
    titles = GIVING.split(",")
    cells = dict(zip(titles, GRANT.split(","), strict=True))
    order = [*sorted({*titles} - {"Amount Awarded", "Description"}), "Amount Awarded",
             "Description", "Last Modified"]  # fmt: skip
    row = [cells.get(title, "") for title in order[:-3]]
    result = pcc.read_360giving(text_of(",".join(order), ",".join([*row, "12,500", "Youth"])))
    assert not len(result.frame)
    assert "torn at the comma" in result.rejected["reason"].iat[0]


PLACE = "On or near Invented Road"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("at", [0, 2, 4])
@pytest.mark.parametrize("cell", [PLACE, "Under investigation", "0.1"])
def test_a_street_row_torn_at_a_comma_counts_nowhere(
    tmp_path: Path, engine: str, at: int, cell: str
) -> None:
    pytest.importorskip(engine)
    rows = [street_row(f"a{n}", "2024-01", "Surrey Police", "Guildford") for n in range(5)]
    good = write_street(tmp_path, "2024-01-surrey-street.csv", *rows)
    rows[at] = rows[at].replace(cell, f"{cell}, Town")
    torn = write_street(tmp_path, "2024-02-surrey-street.csv", *rows)
    found = pcc.formats.count_police_uk([str(good), str(torn)], by=("type",), engine=engine)
    assert found.frame.values.tolist() == [["Burglary", 5]]
    told = f"has 13 cells in line {at + 2}; its header has 12."
    assert found.set_aside == {str(torn): told}
    assert pcc.read_police_uk(torn).rejected["place"].tolist() == [f"line {at + 2}"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_comma_in_quotes_tears_no_street_row(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    rows = [street_row(f"a{n}", "2024-01", "Surrey Police", "Guildford") for n in range(5)]
    rows[1] = rows[1].replace(PLACE, '"On or near A, ""B"", C\nand D"')
    rows.insert(3, "")
    file = write_street(tmp_path, "2024-01-surrey-street.csv", *rows)
    found = pcc.formats.count_police_uk(str(file), by=("type",), engine=engine)
    assert found.frame.values.tolist() == [["Burglary", 5]]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_title_with_a_blank_behind_it_is_the_title(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    row = street_row("a1", "2024-01", "Surrey Police", "Guildford")
    header = STREET.replace("Month,", "Month ,").replace("Crime type", " Crime type")
    file = write_street(tmp_path, "2024-01-surrey-street.csv", row, header=header)
    assert pcc.formats.count_police_uk(str(file), engine=engine).n_rows == 1
    table = pcc.scan_police_uk(str(file), engine=engine)
    assert len(table.collect() if engine == "polars" else table.fetchall()) == 1


# --- blanks and signs that nobody sees -------------------------------------------------------

UNSEEN = ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e"]


@pytest.mark.parametrize("sign", [*UNSEEN, " ", "\u00a0"])
def test_a_stray_sign_makes_no_other_identifier(sign: str) -> None:
    grants = pcc.read_360giving(
        text_of(GIVING, GRANT, GRANT.replace("360G-x-1", f"360G-x-1{sign}"))
    )
    assert grants.frame["award_id"].tolist() == ["360G-x-1"]
    assert grants.cautions == ("records-repeated",)
    awards = pcc.read_awards(
        text_of("Reference,Recipient,Amount (£)", f"R1{sign},Alpha{sign},500", "R1,Alpha,500")
    )
    assert awards.frame[["award_id", "recipient"]].values.tolist() == [["R1", "Alpha"]]
    crime = pcc.read_recorded_crime(
        text_of(TITLE, f"Area Code{sign},Area Name,{sign}Burglary", f"E23000023{sign},,5")
    )
    assert crime.frame[["area_code", "offence"]].values.tolist() == [["E23000023", "Burglary"]]
    record = street_row("a1", "2024-01", "Surrey Police", "Guildford")
    street = pcc.read_police_uk(text_of(STREET, record, record.replace("a1,", f"a1{sign},")))
    assert len(street.frame) == 1


@pytest.mark.parametrize("sign", UNSEEN)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "html", "json"])
def test_signs_that_nobody_sees_are_left_out_of_any_file(kind: str, sign: str) -> None:
    rows = [[f"Code{sign}", "Name", f"Mid{sign}-2022"],
            ["E07000009", f"East{sign} Cambridgeshire", f"88{sign}000"]]  # fmt: skip
    lines = (",".join(row) for row in rows)
    data = {
        "csv": lambda: text_of(*lines),
        "xlsx": lambda: workbook_of({"x": rows}),
        "html": lambda: ("<table>" + "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows
        ) + "</table>").encode(),
        "json": lambda: json.dumps([dict(zip(*rows, strict=True))], ensure_ascii=False).encode(),
    }  # fmt: skip
    for package in {"xlsx": ["python_calamine"], "html": ["lxml"]}.get(kind, []):
        pytest.importorskip(package)
    result = people(data[kind]())
    assert result.frame[["area_code", "persons"]].values.tolist() == [["E07000009", 88000]]


# --- amounts for a time ----------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Amount per annum (£)", "Amount (£ p.a.)", "Amount p.a."])
def test_a_heading_that_says_for_each_year_is_kept(heading: str) -> None:
    result = pcc.read_awards(text_of(f"Recipient,{heading}", "Alpha,500", "Beta,300"))
    assert result.frame["per"].tolist() == ["year", "year"]
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]


@pytest.mark.parametrize(
    ("heading", "each"),
    [
        ("Monthly amount (£)", "month"),
        ("Amount per month", "month"),
        ("£/month", "month"),
        ("Amount pcm (£)", "month"),
        ("Amount (per quarter)", "quarter"),
        ("Weekly payment (£)", "week"),
        ("Cost per day", "day"),
        ("Hourly cost (£)", "hour"),
        ("Grant per head (£)", "person"),
        ("Unit cost (£)", "unit"),
    ],
)
def test_a_heading_that_says_for_a_part_is_not_taken_for_the_whole(heading: str, each: str) -> None:
    rows = ("Alpha,500", "Beta,£1k", "Gamma,0", "Delta,withheld", "Epsilon,£20 per annum")
    result = pcc.read_awards(text_of(f"Recipient,{heading}", *rows))
    assert result.frame["recipient"].tolist() == ["Gamma", "Delta", "Epsilon"]
    assert result.frame["amount_gbp"].fillna(-1).tolist() == [0.0, -1.0, 20.0]
    assert result.rejected["raw"].tolist() == ["500", "£1k"]
    said = f"the list says that it is for each {each}, not in all; give the whole amount"
    assert set(result.rejected["reason"]) == {said}


def test_what_is_for_each_month_stands_beside_the_whole() -> None:
    for heads in ("Monthly amount (£),Total amount (£)", "Cost per head (£),Grant (£)"):
        result = pcc.read_awards(text_of(f"Recipient,{heads}", "Alpha,500,6000", "Beta,300,3600"))
        assert result.frame["amount_gbp"].tolist() == [6000.0, 3600.0]


def test_a_month_that_a_heading_names_is_its_whole() -> None:
    head = "Recipient,Monthly spend April 2023 (£)"
    result = pcc.read_awards(text_of(head, "Alpha,500", "Beta,300"))
    assert result.frame["amount_gbp"].tolist() == [500.0, 300.0]
    assert set(result.frame["period"]) == {"2023-04/2023-04"}


@pytest.mark.parametrize("heading", ["Amount (£)", "Annual grant (£)", "Amount per grant (£)"])
def test_other_headings_name_no_time(heading: str) -> None:
    result = pcc.read_awards(text_of(f"Recipient,{heading}", "Alpha,500", "Beta,300"))
    assert result.frame["per"].isna().all()
