"""Files of data.police.uk: old and new columns, folders, absence, incidents beside crimes."""

from __future__ import annotations

from pathlib import Path

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
