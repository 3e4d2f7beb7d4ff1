"""What a reader of street files must know, whichever call reads them; faults in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from case_files import GIVING, GRANT, STREET, coverage_of, street_row, text_of, write_street

import pccfunding as pcc

ENGINES = ["duckdb", "polars"]
DEVON, DORSET = "Devon & Cornwall Police", "Dorset Police"


def archive(folder: Path) -> None:
    for month in ("2022-10", "2022-11", "2022-12", "2023-01"):
        rows = [street_row(f"d{month}{n}", month, DORSET, "Dorset", "E01020481") for n in range(5)]
        write_street(folder, f"{month}/{month}-dorset-street.csv", *rows)
        if month in ("2022-10", "2023-01"):
            rows = [street_row(f"c{month}{n}", month, DEVON, "Cornwall") for n in range(4)]
            write_street(folder, f"{month}/{month}-devon-and-cornwall-street.csv", *rows)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_count_names_the_months_that_a_force_lacks(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    archive(tmp_path)
    found = pcc.formats.count_police_uk(f"{tmp_path}/*/*-street.csv", engine=engine)
    assert found.n_rows == 28
    for said in ("Devon and Cornwall", "2022-11", "2022-12"):
        assert said in found.text
    assert "months-missing" in found.cautions
    read = pcc.read_police_uk(tmp_path)
    rows = read.coverage.values.tolist()
    assert [row for row in rows if row[0] == "months"] == [
        row for row in found.coverage.values.tolist() if row[0] == "months"
    ]


@pytest.mark.parametrize("by", [("type",), ("area", "month", "type"), ("lsoa",), ("force",)])
def test_the_cautions_do_not_depend_on_what_is_counted_by(
    tmp_path: Path, by: tuple[str, ...]
) -> None:
    pytest.importorskip("duckdb")
    archive(tmp_path)
    glob = f"{tmp_path}/*/*-street.csv"
    for engine in ENGINES:
        assert "months-missing" in pcc.formats.count_police_uk(glob, by=by, engine=engine).cautions
    for _ in range(2):
        copied = pcc.formats.count_police_uk(glob, by=by, cache=tmp_path / "copy")
        assert "months-missing" in copied.cautions


@pytest.mark.parametrize("engine", ENGINES)
def test_incidents_and_greater_manchester_are_told(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(engine)
    force = "Greater Manchester Police"
    rows = [street_row("", "2022-08", force, "Manchester", crime_type="Anti-social behaviour")]
    file = write_street(tmp_path, "2022-08-greater-manchester-street.csv", *rows)
    found = pcc.formats.count_police_uk(str(file), engine=engine)
    assert found.cautions == pcc.read_police_uk(file).cautions
    assert {"greater-manchester-absent", "incidents-are-no-crimes"} <= set(found.cautions)


def test_a_scan_warns_of_what_the_names_of_the_files_tell(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    archive(tmp_path)
    with pytest.warns(UserWarning, match=r"Devon and Cornwall.*2022-11, 2022-12"):
        pcc.scan_police_uk(f"{tmp_path}/*/*-street.csv", engine="polars")


# --- a column without a name -----------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("extra", [1, 2])
def test_columns_without_a_name_are_ignored(tmp_path: Path, engine: str, extra: int) -> None:
    pytest.importorskip(engine)
    row = street_row("a1", "2024-01", "Surrey Police", "Guildford", "E01030000")
    file = write_street(tmp_path, "2024-01-surrey-street.csv", "0," * extra + row,
                        header="," * extra + STREET)  # fmt: skip
    assert pcc.formats.count_police_uk(str(file), engine=engine).n_rows == 1
    assert pcc.read_police_uk(file).frame["crime_id"].tolist() == ["a1"]
    table = pcc.scan_police_uk(str(file), engine=engine)
    assert len(table.collect() if engine == "polars" else table.fetchall()) == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "spoil",
    [lambda row: row + ',"', lambda row: row.replace("0.1,", ""), lambda row: row[:20],
     lambda row: row.replace("2024-01", "January"), lambda row: row + ",x,y"],
)  # fmt: skip
def test_no_error_of_an_engine_reaches_a_user(tmp_path: Path, engine: str, spoil: object) -> None:
    pytest.importorskip(engine)
    row = street_row("a1", "2024-01", "Surrey Police", "Guildford", "E01030000")
    file = write_street(tmp_path, "2024-01-surrey-street.csv", spoil(row))  # type: ignore[operator]
    try:
        pcc.formats.count_police_uk(str(file), engine=engine)
    except pcc.errors.TableError as error:
        said = str(error)
        for word in ("Binder", "struct_pack", "VARCHAR", "infer_schema", "truncate", "Error:",
                     "Possible", "auto_detect", "polars", "CSV Error"):  # fmt: skip
            assert word not in said
        assert len(said) < 500


# --- small messages --------------------------------------------------------------------------


def test_a_currency_in_small_letters() -> None:
    result = pcc.read_360giving(text_of(GIVING, GRANT.replace("GBP", "gbp")))
    [row] = result.rejected.to_dict("records")
    assert "capital" in row["reason"]
    assert "GBP" in row["suggestion"]


def test_records_of_the_police_api_are_no_grants() -> None:
    api = json.dumps(
        [{"category": "anti-social-behaviour", "location_type": "Force", "persistent_id": "",
          "outcome_status": None, "id": 1, "month": "2021-05"}]
    ).encode()  # fmt: skip
    with pytest.raises(pcc.errors.TableError, match="grant"):
        pcc.read_360giving(api)


STOPS = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)
STOP = ("Person search,2024-03-01T00:05:00+00:00,False,,51.5,0.4,Male,18-24,,White,"
        "Misuse of Drugs Act 1971 (section 23),Controlled drugs,"
        "A no further action disposal,,False")  # fmt: skip
OUTCOMES = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Outcome type"
)
OUTCOME = ("a1,2024-01,Surrey Police,Surrey Police,0.1,52.2,On or near Invented Road,E01030000,"
           "Guildford 001A,Local resolution")  # fmt: skip


def test_stops_and_searches_are_no_crimes(tmp_path: Path) -> None:
    named = write_street(tmp_path, "2024-03-essex-stop-and-search.csv", STOP, header=STOPS)
    other = write_street(tmp_path, "stops.csv", STOP, header=STOPS)
    for file in (named, other):
        for call in (
            pcc.read_police_uk,
            pcc.read_recorded_crime,
            lambda file: pcc.formats.count_police_uk(str(file), engine="polars"),
            lambda file: pcc.scan_police_uk(str(file), engine="polars"),
        ):
            with pytest.raises(pcc.errors.TableError, match="stops and searches"):
                call(file)


def test_outcomes_are_counted_as_no_crimes(tmp_path: Path) -> None:
    file = write_street(tmp_path, "2024-01-surrey-outcomes.csv", OUTCOME, header=OUTCOMES)
    assert pcc.read_police_uk(file).frame["kind"].tolist() == ["outcome"]
    with pytest.raises(pcc.errors.TableError, match="outcomes"):
        pcc.formats.count_police_uk(str(file), engine="polars")


def test_street_files_are_no_table_of_counts(tmp_path: Path) -> None:
    row = street_row("a1", "2024-01", "Surrey Police", "Guildford", "E01030000")
    with pytest.raises(pcc.errors.TableError, match="read_police_uk"):
        pcc.read_recorded_crime(text_of(STREET, row))
    with pytest.raises(pcc.errors.TableError, match="read_360giving"):
        pcc.read_recorded_crime(text_of(GIVING, GRANT))
    assert "months" in coverage_of(pcc.read_police_uk(text_of(STREET, row)))


# --- the same cautions from every call -------------------------------------------------------


def _late_start(folder: Path) -> None:
    for month in ("2023-01", "2023-02", "2023-03"):
        rows = [street_row(f"k{month}{n}", month, "Kent Police", "Ashford") for n in range(2)]
        write_street(folder, f"{month}/{month}-kent-street.csv", *rows)
    row = street_row("s1", "2023-03", "Sussex Police", "Lewes")
    write_street(folder, "2023-03/2023-03-sussex-street.csv", row)


def _header_alone(folder: Path) -> None:
    _late_start(folder)
    write_street(folder, "2023-02/2023-02-sussex-street.csv")


def _nowhere(folder: Path) -> None:
    rows = [street_row("", "2023-01", "Kent Police", "", "", "Anti-social behaviour") for _ in "ab"]
    rows = [row.replace(" 001A", "") for row in rows]
    write_street(folder, "2023-01/2023-01-kent-street.csv", *rows)


def _twice(folder: Path) -> None:
    row = street_row("k1", "2023-01", "Kent Police", "Ashford")
    other = street_row("k1", "2023-01", "Kent Police", "Ashford", crime_type="Drugs")
    write_street(folder, "2023-01/2023-01-kent-street.csv", row, row, other)


def _silent_force(folder: Path) -> None:
    for month in ("2019-05", "2019-06", "2019-07"):
        row = street_row(month, month, "Greater Manchester Police", "Bolton")
        write_street(folder, f"{month}/{month}-greater-manchester-street.csv", row)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("fill", "cautions"),
    [(_late_start, {"months-missing"}), (_header_alone, {"months-missing"}),
     (_nowhere, {"places-unknown", "incidents-are-no-crimes"}),
     (_twice, {"records-repeated", "ids-contradict"}),
     (_silent_force, {"greater-manchester-absent"})],
)  # fmt: skip
def test_a_count_says_what_a_reading_says(
    tmp_path: Path, engine: str, fill: Callable[[Path], None], cautions: set[str]
) -> None:
    pytest.importorskip(engine)
    fill(tmp_path)
    read = pcc.read_police_uk(tmp_path)
    found = pcc.formats.count_police_uk(f"{tmp_path}/*/*.csv", engine=engine)
    assert set(found.cautions) == set(read.cautions) == cautions
    assert found.n_rows == len(read.frame)


@pytest.mark.parametrize(
    ("call", "data", "said"),
    [
        (pcc.read_360giving, text_of(GIVING, GRANT.replace("GBP", "£")), "capital"),
        (pcc.read_360giving, text_of(GIVING, GRANT.replace("2024-04-01", "01/04/2024")),
         "write 2024-04-01"),
    ],
)  # fmt: skip
def test_a_rejected_cell_says_what_would_be_right(
    call: Callable[[bytes], Any], data: bytes, said: str
) -> None:
    [row] = call(data).rejected.to_dict("records")
    assert said in f"{row['reason']} {row['suggestion']}"


@pytest.mark.parametrize(
    ("call", "data", "said"),
    [
        (pcc.read_awards, text_of(STOPS, STOP), "stops and searches"),
        (pcc.quality_360giving, b'[{"category": "drugs", "persistent_id": "", "month": "2021-05"}]',
         "holds no grants"),
        (pcc.read_deflator, text_of(STREET, street_row("a", "2024-01", "Kent Police")),
         "read_police_uk"),
        (lambda data: pcc.read_population(data, vintage="v"), text_of(GIVING, GRANT),
         "read_360giving"),
    ],
)  # fmt: skip
def test_another_kind_of_file_is_refused_with_what_it_is(
    call: Callable[[bytes], Any], data: bytes, said: str
) -> None:
    with pytest.raises(pcc.errors.TableError, match=said):
        call(data)
