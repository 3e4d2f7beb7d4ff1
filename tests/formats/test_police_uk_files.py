"""Files of data.police.uk: old and new columns, folders, absence, incidents beside crimes."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError, TableError

WHERE = "Longitude,Latitude,Location,LSOA code,LSOA name"
STREET = f"Crime ID,Month,Reported by,Falls within,{WHERE},Crime type,Last outcome category,Context"
OUTCOMES = f"Crime ID,Month,Reported by,Falls within,{WHERE},Outcome type"
OLD = "Month,Reported by,Falls within,Easting,Northing,Location,Crime type,Context"
CAMBS = "Cambridgeshire Constabulary"


def street(month: str, force: str = CAMBS, *, lsoa: str = "Cambridge 001A",
           kinds: tuple[str, ...] = ("Burglary", "Anti-social behaviour")) -> str:  # fmt: skip
    code = "E01017995" if lsoa else ""
    return "\n".join([STREET, *(
        f"id{at},{month},{force},{force},0.1,52.2,On or near Invented Road,{code},{lsoa},{kind},,"
        for at, kind in enumerate(kinds)
    )]) + "\n"  # fmt: skip


def write(folder: Path, month: str, slug: str, text: str, kind: str = "street") -> None:
    (folder / month).mkdir(parents=True, exist_ok=True)
    (folder / month / f"{month}-{slug}-{kind}.csv").write_text(text, encoding="utf-8")


def coverage_of(result: pcc.formats.ReadResult, topic: str) -> list[list[str]]:
    rows = result.coverage[result.coverage["topic"] == topic]
    return rows[["value", "note"]].astype(str).values.tolist()


def test_a_crime_an_incident_and_an_outcome_are_three_kinds(tmp_path: Path) -> None:
    write(tmp_path, "2024-01", "cambridgeshire", street("2024-01"))
    outcomes = f"{OUTCOMES}\nid0,2024-01,{CAMBS},{CAMBS},0.1,52.2,X,E01017995,Cambridge 001A,None\n"
    write(tmp_path, "2024-01", "cambridgeshire", outcomes, "outcomes")
    write(
        tmp_path, "2024-01", "cambridgeshire", "Type,Date\nPerson search,2024\n", "stop-and-search"
    )
    result = pcc.read_police_uk(tmp_path)
    assert sorted(result.frame["kind"]) == ["crime", "incident", "outcome"]
    assert {"incidents-are-no-crimes", "outcomes-are-no-crimes"} <= set(result.cautions)
    assert (
        coverage_of(result, "file left out")[0][0] == "2024-01-cambridgeshire-stop-and-search.csv"
    )
    crime = result.frame.set_index("kind").loc["crime"]
    assert (crime["area_code"], crime["district_code"]) == ("E23000023", "E07000008")
    assert (crime["period_start"], crime["period_end"]) == (
        pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-31")
    )  # fmt: skip
    assert result.n_rows == len(result.frame) == 3


def test_crimes_alone_raise_no_doubt_about_kinds() -> None:
    result = pcc.read_police_uk(street("2018-05", kinds=("Burglary",)).encode())
    assert result.cautions == ()


def test_months_that_a_force_lacks_are_named_and_are_not_zero(tmp_path: Path) -> None:
    for month in ("2019-05", "2019-06", "2019-08"):
        write(tmp_path, month, "cambridgeshire", street(month, kinds=("Drugs",)))
    for month in ("2019-05", "2019-06"):
        text = street(month, "Greater Manchester Police", lsoa="Bolton 001A", kinds=("Drugs",))
        write(tmp_path, month, "greater-manchester", text)
    write(tmp_path, "2019-08", "greater-manchester", f"{STREET}\n")
    result = pcc.read_police_uk(tmp_path)
    assert coverage_of(result, "months") == [
        ["Greater Manchester, crime", "2 of 4; missing 2019-07, 2019-08"],
        ["Cambridgeshire, crime", "3 of 4; missing 2019-07"],
    ]
    assert coverage_of(result, "file without rows")[0][0] == "2019-08-greater-manchester-street.csv"
    assert coverage_of(result, "Greater Manchester") == [
        ["no crimes published since July 2019",
         "0 rows in these files; a missing row is not zero"]
    ]  # fmt: skip
    assert {"greater-manchester-absent", "months-missing"} <= set(result.cautions)


def test_rows_without_a_place_and_outside_the_force_are_counted() -> None:
    text = street("2024-01", kinds=("Drugs",)) + "".join(
        street("2024-01", lsoa=lsoa, kinds=("Drugs",)).partition("\n")[2]
        for lsoa in ("", "North Hertfordshire 002B", "Oldtown 003C")
    )
    result = pcc.read_police_uk(text.encode())
    assert result.frame["district"].tolist()[2:] == ["North Hertfordshire", "Oldtown"]
    assert result.frame["district_code"].isna().tolist() == [False, True, False, True]
    assert coverage_of(result, "rows without a place") == [["1", "1 of kind crime"]]
    assert coverage_of(result, "rows placed outside the force's area")[0][0] == "1"
    assert coverage_of(result, "districts not in load_areas()") == [["1", "Oldtown (1)"]]
    assert "places-unknown" in result.cautions


def test_a_mapping_places_rows_by_lsoa_code() -> None:
    text = street("2024-01", lsoa="Oldtown 003C", kinds=("Drugs",))
    result = pcc.read_police_uk(text.encode(), lsoa_areas={"E01017995": "E07000010"})
    assert result.frame["district_code"].tolist() == ["E07000010"]


def test_the_columns_of_2012() -> None:
    row = "2012-04,Kent Police,Kent Police,360667,169714,On or near Invented Lane,Other crime,"
    result = pcc.read_police_uk(f"{OLD}\n{row}\n".encode())
    assert result.frame["area_code"].tolist() == ["E23000032"]
    assert result.frame[["easting", "northing"]].values.tolist() == [[360667.0, 169714.0]]
    assert result.frame["longitude"].isna().all()


def test_a_first_line_that_is_repeated_is_no_record() -> None:
    text = street("2024-01", kinds=("Drugs",))
    result = pcc.read_police_uk((text + text.replace("id0", "id1")).encode())
    assert len(result.frame) == 2
    assert result.others[["place", "kind"]].values.tolist() == [["line 3", "repeated header"]]
    assert result.n_rows == 3


def test_a_list_of_files_names_each_place(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        write(tmp_path, month, "cambridgeshire", street(month))
    files = sorted(tmp_path.rglob("*.csv"))
    result = pcc.read_police_uk([str(file) for file in files])
    assert result.source == "2 files"
    assert result.frame["place"].iloc[-1] == "2024-02-cambridgeshire-street.csv, line 3"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"i,2024-13,{CAMBS},{CAMBS},0,52,X,E01,Cambridge 001A,Drugs,,", "Month"),
        (f"i,2024-01,{CAMBS},{CAMBS},east,52,X,E01,Cambridge 001A,Drugs,,", "Longitude"),
        (f"i,2024-01,{CAMBS},{CAMBS},0,52,X,E01,Cambridge 001A,,,", "Crime type"),
        (f"i,2024-01,{CAMBS},{CAMBS},0,52,X,E01,Cambridge 001A,Drugs,,,too,many", "row"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected(row: str, column: str) -> None:
    result = pcc.read_police_uk((street("2024-01") + row + "\n").encode())
    assert result.rejected[["place", "column"]].values.tolist() == [["line 4", column]]
    assert result.n_rows == len(result.frame) + 1 == 3


@pytest.mark.parametrize(
    ("made", "said"),
    [("empty folder", "holds no street or outcomes file"), ("other file", "names no 'Month'"),
     ("missing", "Cannot read")],
)  # fmt: skip
def test_what_holds_no_such_records_ends_in_one_sentence(
    made: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path
    if made == "other file":
        path = tmp_path / "x.csv"
        path.write_text("a,b\n1,2\n")
    elif made == "missing":
        path = tmp_path / "none.csv"
    with pytest.raises(TableError, match=said):
        pcc.read_police_uk(path)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 11), st.text(max_size=9)), max_size=9))
def test_no_damage_loses_a_row(damage: list[tuple[int, int, str]]) -> None:
    lines = [line.split(",") for line in street("2024-01", kinds=("Drugs",) * 4).splitlines()]
    for at, index, cell in damage:
        lines[at][index] = '"' + cell.replace('"', '""') + '"'
    text = "\n".join(",".join(line) for line in lines)
    try:
        result = pcc.read_police_uk(text.encode("utf-8", "surrogatepass"))
    except PccFundingError:
        return
    assert len(result.frame) + result.n_rejected + len(result.others) == result.n_rows


CELLS = {
    "Crime ID": ["a1", "a1", "b2", " c 3", "é", ""],
    "Month": [*["2024-01"] * 9, "2023-12", "", "2024-13", " 2024-02", "Month"],
    "Longitude": ["0.1", "0.10", "-1.25", "", "  ", "east", "1e1", "1", "2", "nan", "inf"],
    "Latitude": ["52.2", "", "52,2"],
    "Location": ["On or near High Street", "No  Location", "x, y", 'say "so"', "two\nlines"],
    "LSOA name": ["Cambridge 001A", "", "Bristol, City of 001A"],
    "Crime type": ["Drugs", "Drugs", "Anti-social behaviour", "", "anti social  behaviour"],
    "Last outcome category": ["", "Under investigation"],
    "Context": ["", " ", "a note"],
}
ROWS = st.lists(
    st.one_of(
        st.tuples(*(st.sampled_from(CELLS.get(title, [CAMBS])) for title in STREET.split(","))),
        st.sampled_from([(), ("",) * 12, tuple(STREET.split(",")), ("2024-01",)]),
    ).flatmap(lambda row: st.sampled_from([row] * 8 + [row[:-1], (*row, "x"), (*row, "")])),
    max_size=6,
).map(lambda rows: rows + rows[::2])


def plain_reading(text: str) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    """Read row by row with the least that there is to know: records, and rows that are none."""
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows)
    records, others, seen, line = [], [], set(), rows.line_num + 1
    for row in rows:
        place, line = f"line {line}", rows.line_num + 1
        cells = [" ".join(cell.split()) for cell in row]
        held = dict(zip(STREET.split(","), cells + [""] * 12, strict=False))
        numbers = [_number(held[name]) for name in ("Longitude", "Latitude")]
        if not any(cells):
            continue
        if row in (header, [*header, ""]):
            others.append((place, "repeated header"))
        elif len(row) > 12:
            others.append((place, "row"))
        elif not re.fullmatch("20[0-9]{2}-(0[1-9]|1[0-2])", held["Month"]):
            others.append((place, "Month"))
        elif not held["Crime type"]:
            others.append((place, "Crime type"))
        elif math.inf in numbers:
            others.append((place, ("Longitude", "Latitude")[numbers.index(math.inf)]))
        else:
            incident = held["Crime type"].lower().replace("-", " ") == "anti social behaviour"
            texts = tuple(held[name] or None for name in (
                "Crime ID", "Location", "LSOA name", "Crime type", "Context"))  # fmt: skip
            record = ("incident" if incident else "crime", held["Month"], *texts, *numbers)
            if texts[0] and (record, held["Last outcome category"]) in seen:
                others.append((place, "record printed again"))
            else:
                records.append((*record, place))
            seen.add((record, held["Last outcome category"]))
    return records, others


def _number(text: str) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return math.inf
    return number if number is None or math.isfinite(number) else math.inf


@pytest.mark.parametrize("long", [False, True])
@given(rows=ROWS)
def test_columns_are_read_as_rows_are(rows: list[tuple[str, ...]], long: bool) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(STREET.split(","))
    # A long file is laid out in columns.
    padding = ["", "2022-05", CAMBS, CAMBS, "1", "2", "x" * 999, "", "", "Robbery", "", ""]
    writer.writerows([padding] * (300 if long else 1))
    writer.writerows(rows)
    records, others = plain_reading(file.getvalue())
    result = pcc.read_police_uk(file.getvalue().encode())
    frame = result.frame.assign(month=result.frame["period_start"].dt.strftime("%Y-%m"))
    names = ["kind", "month", "crime_id", "location", "lsoa_name", "crime_type", "context"]
    read = frame[[*names, "longitude", "latitude", "place"]].astype(object)
    read = read.where(read.notna(), None)
    assert list(read.itertuples(index=False, name=None)) == records
    told = [
        *result.rejected[["place", "column"]].itertuples(index=False, name=None),
        *result.others[["place", "kind"]].itertuples(index=False, name=None),
    ]
    assert sorted(told) == sorted(others)
    assert result.n_rows == len(records) + len(others)
    assert (frame["period_end"] == frame["period_start"] + pd.offsets.MonthEnd(0)).all()


@pytest.mark.parametrize("token", ["nan", "inf", "-Infinity"])
def test_a_coordinate_that_is_no_finite_number_keeps_its_row_out(token: str) -> None:
    text = street("2024-01").replace(",0.1,", f",{token},", 1)
    result = pcc.read_police_uk(text.encode())
    assert result.rejected[["column", "raw"]].values.tolist() == [["Longitude", token]]


def test_words_of_rejected_rows_alone_name_no_area_and_no_month() -> None:
    text = street("2024-01", kinds=("Drugs",))
    row = f"x,no month,{CAMBS},Kent Police,0,52,X,E01,Aylesbury Vale 001A,Robbery,,\n"
    result = pcc.read_police_uk((text + row).encode())
    assert result.n_rejected == 1
    assert not coverage_of(result, "abolished districts")
    assert coverage_of(result, "months") == [["Cambridgeshire, crime", "1 of 1"]]
