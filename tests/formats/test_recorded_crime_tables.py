"""The police force area tables, whatever the release, and what is wrong in them."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
import pytest
from counts_fixtures import (
    COUNTS,
    OFFENCES,
    Rows,
    area_rows,
    csv_of,
    incident_table,
    invented,
    knife_table,
    new_table,
    ods_of,
    old_table,
    partnership_table,
    rates_table,
    xlsx_of,
)
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError, TableError
from pccfunding.formats.count_files.offence_names import offence_name
from pccfunding.formats.count_files.printed_counts import read_count, without_notes
from pccfunding.formats.count_files.printed_periods import every_period
from pccfunding.schemas import RecordedCrime

CONTRACT = list(RecordedCrime.to_schema().columns)


def counts_of(result: pcc.formats.ReadResult) -> dict[tuple[str, str, str], Any]:
    frame = result.frame
    ends = frame["period_end"].dt.strftime("%Y-%m-%d")
    keys = zip(frame["area_code"], frame["offence"], ends, strict=True)
    return dict(zip(keys, frame["offences"], strict=True))


def expected(end: str, scale: int = 1) -> dict[tuple[str, str, str], int]:
    return {
        (key, offence, end): COUNTS[key][offence] * scale
        for _, _, key in area_rows()
        for offence in OFFENCES
    }


def assert_nothing_lost(result: pcc.formats.ReadResult) -> None:
    assert len(result.frame) + result.n_rejected + len(result.others) == result.n_rows


def test_the_older_layout_is_read_cell_by_cell() -> None:
    result = pcc.read_recorded_crime(csv_of(old_table()))
    assert counts_of(result) == expected("2018-03-31")
    assert set(result.frame["period_start"]) == {pd.Timestamp("2017-04-01")}
    assert_nothing_lost(result)
    assert set(result.totals["verdict"]) == {"reconciles"}
    # Four classes of twelve areas; two regions, Wales and two national rows in 23 columns.
    assert len(result.totals) == 4 * 12 + 5 * 23
    assert result.cautions == ()
    RecordedCrime.validate(result.frame[CONTRACT])
    assert result.check() is result


def test_the_newer_layout_is_read_cell_by_cell() -> None:
    result = pcc.read_recorded_crime(csv_of(new_table()), release="invented", source_id="ours")
    assert counts_of(result) == expected("2023-12-31")
    assert set(result.frame["release"]) == {"invented"}
    assert set(result.frame["source_id"]) == {"ours"}


@pytest.mark.parametrize("write", [xlsx_of, ods_of])
def test_a_workbook_is_read_whatever_its_sheets_are_called(write: Any) -> None:
    pytest.importorskip("python_calamine")
    sheets = {
        "Notes": [["Invented counts, year ending December 2024"], ["See the tables"]],
        "Blatt 7 ": new_table("P1", "December 2024", scale=2),
        "P_earlier": new_table("P4", "December 2023"),
        "rates": rates_table(),
        "knives": knife_table(),
        "ASB": incident_table(),
    }
    result = pcc.read_recorded_crime(write(sheets))
    recorded = result.frame["measure"] == "recorded_offences"
    found = counts_of(pcc.formats.ReadResult(result.frame[recorded], result.source, result.n_rows))
    assert found == expected("2024-12-31", 2) | expected("2023-12-31")
    assert set(result.frame["release"]) == {"PFA tables, year ending December 2024"}
    assert_nothing_lost(result)
    left = result.coverage[result.coverage["topic"] == "table left out"]
    assert left["value"].str.contains("Rate of offences").tolist() == [True]
    assert result.cautions == ("counts-unknown", "incidents-are-no-crimes")


def test_every_type_of_file_gives_the_same_table() -> None:
    pytest.importorskip("python_calamine")
    rows = old_table(silent="W15000002")
    frames = [
        pcc.read_recorded_crime(data).frame.drop(columns=["place", "source_id"])
        for data in (csv_of(rows), xlsx_of({"Table P1": rows}), ods_of({"Table P1": rows}))
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    pd.testing.assert_frame_equal(frames[0], frames[2])


def test_a_region_and_a_force_of_one_name_are_told_apart_without_codes() -> None:
    rows = old_table()
    bare = rows[:4] + [row[1:] if len(row) > 1 else row for row in rows[4:]]
    bare[3] = bare[3][1:]
    result = pcc.read_recorded_crime(csv_of(bare))
    assert counts_of(result) == expected("2018-03-31")


def test_a_region_without_a_code_is_told_from_the_force_that_has_one() -> None:
    rows = [
        ["", *row[1:]] if row and str(row[0]).startswith(("E12", "E92", "K04")) else row
        for row in old_table()
    ]
    assert counts_of(pcc.read_recorded_crime(csv_of(rows))) == expected("2018-03-31")


def test_an_absent_force_is_unknown_and_the_totals_say_so() -> None:
    result = pcc.read_recorded_crime(csv_of(old_table(silent="E23000016")))
    silent = result.frame[result.frame["area_code"] == "E23000016"]
    assert silent["offences"].isna().all()
    assert set(silent["unknown"]) == {"not_published"}
    assert "counts-unknown" in result.cautions
    assert "total-leaves-areas-out" not in result.cautions  # our total still counts it
    region = result.totals[result.totals["label"].str.startswith("West Midlands: sum of 2")]
    assert set(region["verdict"]) == {"cannot be told"}


def test_a_note_that_begins_with_an_area_is_no_row_of_it() -> None:
    rows: Rows = [
        ["Offences by area, year ending March 2024"],
        ["Police force area", "Robbery", "Bicycle theft"],
        ["Cambridgeshire", 10, 12],
        ["Metropolitan Police, London: revised", "", ""],
    ]
    result = pcc.read_recorded_crime(csv_of(rows))
    assert set(result.frame["area_code"]) == {"E23000023"}
    assert result.others["kind"].tolist() == ["title or note", "note"]


def test_an_area_that_nobody_knows_is_rejected_even_in_the_first_row() -> None:
    rows = new_table()
    rows[5][:2] = ["", "Camelot"]
    result = pcc.read_recorded_crime(csv_of(rows))
    assert result.rejected[["place", "raw"]].values.tolist() == [["line 7", "Camelot"]]
    assert len(result.frame) == 11 * 23
    assert_nothing_lost(result)


def test_a_total_that_leaves_out_what_is_unknown_is_named() -> None:
    rows = old_table(silent="E23000016")
    at = next(n for n, row in enumerate(rows) if row and row[0] == "E12000005")
    rows[at] = ["E12000005", "West Midlands", *rows[at + 1][2:]]
    result = pcc.read_recorded_crime(csv_of(rows))
    assert "total-leaves-areas-out" in result.cautions


def test_a_total_that_contradicts_its_parts_conflicts() -> None:
    rows = new_table()
    rows[5][2] = COUNTS["K04000001"]["Total recorded crime (excluding fraud)"] + 1
    result = pcc.read_recorded_crime(csv_of(rows))
    wrong = result.totals[result.totals["verdict"] == "conflicts"]
    assert wrong["label"].tolist() == [
        "England and Wales: Total recorded crime (excluding fraud)",
        "England and Wales: sum of 3 areas with British Transport Police",
    ]
    assert wrong["working"].str.contains("+1 against the parts", regex=False).all()
    assert "total-conflicts" in result.cautions
    with pytest.raises(TableError, match="conflicts with its rows"):
        result.check()


def test_the_railway_force_may_stand_inside_england() -> None:
    rows = new_table()
    inside = [COUNTS["E92000001"][o] + COUNTS["BTP"][o] for o in OFFENCES]
    rows[6] = ["E92000001", "ENGLAND", *inside]
    result = pcc.read_recorded_crime(csv_of(rows))
    assert set(result.totals["verdict"]) == {"reconciles"}


def test_partnerships_and_labels_under_a_neighbours_code() -> None:
    result = pcc.read_recorded_crime(csv_of(partnership_table()))
    found = counts_of(result)
    end = "2025-06-30"
    assert found["E22000013", "Robbery", end] == invented(3)["Robbery"]
    assert found["E23000023-unassigned", "Robbery", end] == invented(7)["Robbery"]
    assert pd.isna(found["E23000031-unassigned", "Robbery", end])
    assert ("E23000032", "Robbery", end) not in found
    assert found["E23000034", "Robbery", end] == found["E22000180", "Robbery", end]
    sums = result.totals[result.totals["label"] == "Cambridgeshire: sum of 3 partnerships"]
    assert sums["verdict"].tolist() == ["reconciles"] * 23
    assert result.changes["rule"].str.contains("E23000032, is another's", regex=False).any()
    held = result.frame[result.frame["area_code"] == "E22000015"]
    assert set(held["district_code"]) == {"E07000010"}
    assert_nothing_lost(result)


def test_knife_offences_and_incidents_keep_their_own_names_and_periods() -> None:
    knives = pcc.read_recorded_crime(csv_of(knife_table()))
    offence = "Selected offences involving a knife or sharp instrument"
    assert counts_of(knives) == {
        ("K04000001", offence, "2018-03-31"): 90,
        ("K04000001", offence, "2019-03-31"): 110,
        ("E23000023", offence, "2018-03-31"): 40,
        ("E23000023", offence, "2019-03-31"): 60,
    }
    assert set(knives.frame["measure"]) == {"knife_offences"}
    assert knives.others["kind"].str.startswith("total that leaves areas out").sum() == 2
    assert "incidents-are-no-crimes" not in knives.cautions
    incidents = pcc.read_recorded_crime(csv_of(incident_table()))
    assert counts_of(incidents)["BTP", "Anti-social behaviour incidents", "2018-03-31"] == 45
    assert set(incidents.frame["measure"]) == {"incidents"}


def test_a_class_over_two_periods_and_a_change() -> None:
    rows: Rows = [
        ["Table 4: Number of offences, and change, year ending March 2023 and 2024"],
        ["", "", "Bicycle theft", "", "", "Robbery", "", ""],
        ["Area Code", "Area Name",
         *["Apr 2022 to Mar 2023", "Apr 2023 to Mar 2024", "% change from previous year"] * 2],
        ["E23000023", "Cambridgeshire", 10, 12, 20.0, 5, 4, -20.0],
    ]  # fmt: skip
    assert counts_of(pcc.read_recorded_crime(csv_of(rows))) == {
        ("E23000023", "Bicycle theft", "2023-03-31"): 10,
        ("E23000023", "Bicycle theft", "2024-03-31"): 12,
        ("E23000023", "Robbery", "2023-03-31"): 5,
        ("E23000023", "Robbery", "2024-03-31"): 4,
    }


def test_a_class_over_a_number_and_a_rate() -> None:
    rows: Rows = [
        ["Offences by area, year ending March 2024"],
        ["", "Bicycle theft", ""],
        ["Police force area", "Number of offences", "Rate per 1,000 population"],
        ["Cambridgeshire", 10, 1.5],
        ["Kent", "1,200", 2.0],
    ]
    assert counts_of(pcc.read_recorded_crime(csv_of(rows))) == {
        ("E23000023", "Bicycle theft", "2024-03-31"): 10,
        ("E23000032", "Bicycle theft", "2024-03-31"): 1200,
    }


def test_a_table_whose_title_says_what_is_counted() -> None:
    rows: Rows = [
        ["Table P8: Number of hate crimes recorded by the police, by police force area [note 1]"],
        ["Area code", "Area name", "Apr 2022 to\n Mar 2023"],
        ["E23000023", "Cambridgeshire", 10],
    ]
    result = pcc.read_recorded_crime(csv_of(rows))
    assert result.frame["offence"].tolist() == ["hate crimes"]


def test_a_table_that_repeats_its_areas_is_not_read_as_counts_of_each() -> None:
    rows: Rows = [
        ["Table 9: Number of offences, year ending March 2024"],
        ["Area Code", "Area Name", "Sex of victim", "Number of offences"],
        *(["E23000023", "Cambridgeshire", sex, 5] for sex in ("Female", "Male", "Other", "All")),
    ]
    with pytest.raises(TableError, match="areas stand in several rows"):
        pcc.read_recorded_crime(csv_of(rows))


def test_a_workbook_needs_the_extra_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(ImportError, match=r"pip install 'pccfunding\[formats\]'"):
        pcc.read_recorded_crime(xlsx_of({"Table P1": old_table()}))


def test_two_tables_of_one_sheet_are_read_apart() -> None:
    second = new_table("P1", "December 2024", scale=2)
    result = pcc.read_recorded_crime(csv_of([*new_table(), [], *second]))
    assert counts_of(result) == expected("2023-12-31") | expected("2024-12-31", 2)
    assert_nothing_lost(result)


def test_a_cell_of_headings_astray_among_the_counts_opens_no_table() -> None:
    rows = new_table()
    rows[9][6] = "Area Name"
    result = pcc.read_recorded_crime(csv_of(rows))
    assert result.rejected["raw"].tolist() == ["Area Name"]
    assert len(result.frame) == 12 * 23 - 1
    assert_nothing_lost(result)


def test_a_count_printed_twice_stands_once_and_a_contradiction_is_told() -> None:
    pytest.importorskip("python_calamine")
    again = new_table("C9")
    same = pcc.read_recorded_crime(xlsx_of({"a": new_table(), "b": again}))
    assert counts_of(same) == expected("2023-12-31")
    assert (same.others["kind"] == "count printed again").sum() == 12 * 23
    assert "printed-twice-differently" not in same.cautions
    again[8][2] = 1
    told = pcc.read_recorded_crime(xlsx_of({"a": new_table(), "b": again}))
    assert counts_of(told) == expected("2023-12-31")
    assert told.totals["label"].str.contains("printed twice").sum() == 1
    assert "printed-twice-differently" in told.cautions


def test_code_and_name_that_disagree_are_settled_only_where_one_reading_is_left() -> None:
    rows = new_table()
    at = next(n for n, row in enumerate(rows) if row[0] == "E12000006")
    rows[at][1] = "West Midlands region"
    settled = pcc.read_recorded_crime(csv_of(rows))
    assert counts_of(settled) == expected("2023-12-31")
    assert settled.changes["rule"].str.contains("stands in another row").sum() == 1
    rows[at][1] = "South West"
    refused = pcc.read_recorded_crime(csv_of(rows))
    assert refused.rejected["column"].tolist() == ["area"]
    assert "South West" in refused.rejected["reason"].iloc[0]
    assert_nothing_lost(refused)


@pytest.mark.parametrize("cell", ["-", "3.5", "12 or so", "true", "1,23"])
def test_a_cell_that_is_no_count_is_rejected_alone(cell: str) -> None:
    rows = new_table()
    rows[8][4] = cell
    result = pcc.read_recorded_crime(csv_of(rows))
    assert result.rejected[["column", "raw"]].values.tolist() == [["Homicide", cell]]
    assert len(result.frame) == 12 * 23 - 1
    assert_nothing_lost(result)


def test_an_airport_stands_under_its_force() -> None:
    rows = partnership_table()
    rows.append(["E23000001", "Metropolitan Police", "", "Elsewhere Airport", "", "",
                 *(1 for _ in OFFENCES)])  # fmt: skip
    found = counts_of(pcc.read_recorded_crime(csv_of(rows)))
    assert found["E23000001-airport", "Robbery", "2025-06-30"] == 1


def test_a_new_class_and_a_new_partnership_are_kept_as_printed() -> None:
    rows = partnership_table()
    rows[2][-1] = "Offences against invented things"
    rows[4][2] = "E22000999"
    result = pcc.read_recorded_crime(csv_of(rows))
    assert "Offences against invented things" in set(result.frame["offence"])
    told = dict(zip(result.coverage["topic"], result.coverage["note"], strict=True))
    assert told["codes not in load_areas()"] == "E22000999"
    assert "class outside the usual ones" in told


def test_the_period_may_stand_in_the_notes_or_in_the_name_of_the_file(tmp_path: Any) -> None:
    rows = new_table()
    rows[0] = ["Table P1: Police recorded crime, number of offences"]
    file = tmp_path / "areatables-yejune23.csv"
    file.write_bytes(csv_of(rows))
    assert counts_of(pcc.read_recorded_crime(file)) == expected("2023-06-30")
    with pytest.raises(TableError, match="no one period"):
        pcc.read_recorded_crime(csv_of(rows))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "no table of counts by area found"),
        (csv_of(rates_table()), "left out"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x00\x01\x02" * 50, "the file"),
    ],
)
def test_what_is_no_table_of_counts_ends_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as raised:
        pcc.read_recorded_crime(data)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Table P1: ..., year ending December 20191,2", ["2019"]),
        ("number of offences, year ending March 181,2,3", ["2017-18"]),
        ("Apr '11 to Mar '125, 6", ["2011-12"]),
        ("Jul 2018 to\n Jun 2019", ["2018-07/2019-06"]),
        ("year ending June 2018 compared with year ending June 2019",
         ["2017-07/2018-06", "2018-07/2019-06"]),
        ("tables_yedecember2024", ["2024"]),
        ("2023/24 and 2022_23", ["2022-23", "2023-24"]),
        ("12 months to June 2023", ["2022-07/2023-06"]),
        ("Recorded in 2024-15", []),
    ],
)  # fmt: skip
def test_periods_are_found_in_titles_and_headings(text: str, labels: list[str]) -> None:
    assert sorted(period.label for period in every_period(text)) == sorted(labels)


@pytest.mark.parametrize(
    ("cell", "value", "unknown"),
    [
        ("170,002 ", 170002, None),
        (8.0, 8, None),
        ("\u22123", -3, None),
        ("1,204 [r]", 1204, None),
        ("..", None, "not_published"),
        ("[x]", None, "not_published"),
        ("[c]", None, "withheld"),
        ("[ z ]", None, "not_applicable"),
        ("", None, "not_held"),
        ("0", 0, None),
    ],
)
def test_counts_and_their_shorthand(cell: object, value: int | None, unknown: str | None) -> None:
    count = read_count(cell)
    assert (count.value, count.unknown, count.refused) == (value, unknown, None)


def test_names_lose_their_notes_and_nothing_else() -> None:
    assert without_notes("Greater Manchester8,9") == "Greater Manchester"
    assert without_notes("Humberside [note 4]") == "Humberside"
    assert offence_name("Total recorded crime\n (excluding fraud)\n [note 2]") == (
        OFFENCES[0],
        True,
    )
    assert offence_name("Offences of 2024") == ("Offences of 2024", False)


def read_or_say_why(data: bytes) -> pcc.formats.ReadResult | None:
    """Read a file; None where the library refuses it. Any other error goes through."""
    try:
        return pcc.read_recorded_crime(data)
    except PccFundingError:
        return None


CELLS = st.one_of(
    st.sampled_from(["", "..", "[x]", "-", "E23000023", "Kent", "1,000", "Total", "Area Code"]),
    st.integers(-2_000, 10**6).map(str),
    st.text(max_size=12),
)


@given(st.data())
def test_no_damage_to_a_table_loses_a_row(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from([old_table, new_table, partnership_table, knife_table]))()
    for _ in range(data.draw(st.integers(1, 8))):
        row = data.draw(st.sampled_from([row for row in table if row]))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)
    if data.draw(st.booleans()):
        table.pop(data.draw(st.integers(0, len(table) - 1)))
    result = read_or_say_why(csv_of(table))
    if result is None:
        return
    assert_nothing_lost(result)
    assert not result.frame.duplicated(["area_code", "offence", "period_end", "measure"]).any()
    RecordedCrime.validate(result.frame[CONTRACT])


@given(st.binary(max_size=400), st.integers(0, 3_000))
def test_no_bytes_end_in_a_traceback(noise: bytes, at: int) -> None:
    data = csv_of(partnership_table())
    result = read_or_say_why(data[:at] + noise + data[at + len(noise) :])
    if result is not None:
        assert_nothing_lost(result)
