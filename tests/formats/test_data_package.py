"""Evidence out as a data package and back, and the CSVW metadata beside it."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import frictionless
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.errors import DataPackageError
from pccfunding.evidence.evidence import table_names
from pccfunding.evidence.tables import read_descriptor, read_table
from pccfunding.formats.write_data_package import csvw_text
from pccfunding.schemas import STORED

OWN = ("sources", "figures", "awards", "outcomes", "totals", "statements")
LICENCE = {"name": "OGL-UK-3.0", "title": "Open Government Licence v3.0"}


def own(evidence: pcc.Evidence) -> dict[str, pd.DataFrame]:
    return {name: getattr(evidence, name) for name in OWN}


def same(left: pcc.Evidence, right: pcc.Evidence) -> None:
    for name in table_names():
        pd.testing.assert_frame_equal(getattr(left, name), getattr(right, name), obj=name)


def part(evidence: pcc.Evidence) -> pcc.Evidence:
    """Keep the bulk statistics of one area, which are read as fast as they are few."""
    bulk = {
        name: table[table["area_code"] == "E23000023"].reset_index(drop=True)
        for name in ("population", "recorded_crime", "crime_severity")
        for table in [getattr(evidence, name)]
    }
    return dataclasses.replace(evidence, **bulk)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_reading_back_is_the_identity(whole: bool, tmp_path: Path) -> None:
    evidence = pcc.load_evidence() if whole else part(pcc.load_evidence())
    written = pcc.write_data_package(evidence, tmp_path, name="copy", title="A copy")
    assert written[0] == tmp_path / "datapackage.json"
    assert len(written) == 1 + 2 * len(table_names())
    same(pcc.read_evidence(tmp_path), evidence)
    again = tmp_path / "again"
    pcc.write_data_package(pcc.read_evidence(tmp_path), again, name="copy", title="A copy")
    for path in written:
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_own_tables_alone_are_evidence_too(tmp_path: Path) -> None:
    evidence = pcc.load_evidence()
    pcc.write_data_package(own(evidence), tmp_path, name="own", title="Own tables", csvw=False)
    assert {path.name for path in tmp_path.iterdir()} == {
        "datapackage.json",
        *(f"{name}.csv" for name in OWN),
    }
    same(pcc.read_evidence(tmp_path), evidence)


def test_frictionless_finds_the_package_valid(tmp_path: Path) -> None:
    tables = own(pcc.load_evidence())
    pcc.write_data_package(tables, tmp_path, name="own", title="Own", licenses=[LICENCE])
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])[:5]
    descriptor = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["licenses"] == [LICENCE]
    keys = {
        key["reference"]["resource"]
        for one in descriptor["resources"]
        for key in one["schema"].get("foreignKeys", [])
    }
    assert keys == {"sources"}, "a key leads only to a table of the package"


def test_nothing_is_written_over_unasked_and_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "awards.csv").write_text("an earlier one", encoding="utf-8")
    tables = own(pcc.load_evidence())
    with pytest.raises(FileExistsError):
        pcc.write_data_package(tables, tmp_path, name="own", title="Own")
    assert [path.name for path in tmp_path.iterdir()] == ["awards.csv"]
    pcc.write_data_package(tables, tmp_path, name="own", title="Own", force=True)
    assert len(pcc.read_evidence(tmp_path).awards) == 8


def test_what_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    evidence = pcc.load_evidence()
    awards = evidence.awards
    cases = {
        "shows what was known on 2024-04-01": pcc.load_evidence(as_of="2024-04-01"),
        "'colours' is no table of the contracts": {"colours": awards},
        "No table was given": {},
        "The table 'awards' has no column 'area_code'": {
            "awards": awards.drop(columns="area_code")
        },
        "column 'status': 'gift' breaks the rule": {"awards": awards.assign(status="gift")},
        "'' does not survive": {"awards": awards.assign(note="")},
        "does not survive in a CSV file": {"awards": awards.assign(note="a\r\nb")},
        "names source_id 'nowhere'": dataclasses.replace(
            evidence, figures=evidence.figures.assign(source_id="nowhere")
        ),
    }
    for said, tables in cases.items():
        with pytest.raises(DataPackageError, match=re.escape(said)):
            pcc.write_data_package(tables, tmp_path / "out", name="out", title="Out")
    with pytest.raises(DataPackageError, match="lower case"):
        pcc.write_data_package(own(evidence), tmp_path / "out", name="My data", title="Out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("table", STORED)
def test_csvw_metadata_describe_the_table_as_the_contract_does(table: str) -> None:
    metadata = json.loads(csvw_text(table))
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == f"{table}.csv"
    columns = metadata["tableSchema"]["columns"]
    contract = STORED[table].to_schema().columns
    assert [column["name"] for column in columns] == list(contract)
    for column in columns:
        nullable = contract[column["name"]].nullable
        assert ("null" in column) == nullable
        assert column.get("required", False) == (not nullable)
    assert set(metadata["tableSchema"]["primaryKey"]) <= set(contract)
    # A key to another file has no place in the metadata of one file.
    assert "foreignKeys" not in metadata["tableSchema"]


@pytest.mark.parametrize("table", OWN)
def test_every_cell_of_the_bundle_matches_its_csvw_format(table: str, tmp_path: Path) -> None:
    pcc.write_data_package(own(pcc.load_evidence()), tmp_path, name="own", title="Own")
    metadata = json.loads((tmp_path / f"{table}.csv-metadata.json").read_text(encoding="utf-8"))
    cells = pd.read_csv(tmp_path / f"{table}.csv", dtype=str, keep_default_na=False)
    for column in metadata["tableSchema"]["columns"]:
        pattern = column["datatype"].get("format")
        if column["datatype"]["base"] == "date":
            pattern = r"\d{4}-\d{2}-\d{2}"
        given_cells = [cell for cell in cells[column["name"]] if cell != ""]
        if column.get("required"):
            assert len(given_cells) == len(cells)
        if pattern:
            assert all(re.fullmatch(pattern, cell) for cell in given_cells), column["name"]


NOTES = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1, max_size=12)


@given(notes=st.lists(NOTES, min_size=4, max_size=4))
def test_any_text_comes_back(notes: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("package")
    sources = pcc.load_sources().head(4).assign(note=notes, title=notes[::-1])
    pcc.write_data_package({"sources": sources}, folder, name="own", title="Own", csvw=False)
    back = read_table(folder, read_descriptor(folder)["resources"][0])
    pd.testing.assert_frame_equal(back, sources)


def test_a_table_is_read_with_its_types_and_the_odd_cell_is_named(tmp_path: Path) -> None:
    kinds = {"day": "date", "many": "integer", "some": "integer", "size": "number"}
    fields: list[dict[str, object]] = [{"name": name, "type": kind} for name, kind in kinds.items()]
    fields[1]["constraints"] = {"required": True}
    resource = {"name": "odd", "path": "odd.csv", "schema": {"fields": fields}}

    def read(*lines: str) -> pd.DataFrame:
        text = "\n".join([",".join(kinds), *lines, ""])
        (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
        return read_table(tmp_path, resource)

    dtypes = {"day": "datetime64[ns]", "many": "int64", "some": "Int64", "size": "float64"}
    plain = read("2024-02-29,12,,0.1", ",13,9007199254740993,")
    assert plain.dtypes.astype(str).to_dict() == dtypes
    assert plain["day"].tolist() == [pd.Timestamp("2024-02-29"), pd.NaT]
    assert plain["some"].tolist() == [pd.NA, 9007199254740993]
    # What only the slow way reads gives the same as what the fast way does.
    pd.testing.assert_frame_equal(read("2024-02-29,12.0,,0.1"), read("2024-02-29,12,,0.1"))
    assert list(read().columns) == list(kinds)
    for line, named in (
        ("2023-02-29,1,,", "line 3, column 'day': '2023-02-29' is no date"),
        ("2024-02-29,one,,", "line 3, column 'many': 'one' is no integer"),
        ("2024-02-29,1,1 000,", "line 3, column 'some': '1 000' is no integer"),
        ("2024-02-29,1,,nan", "line 3, column 'size': 'nan' is no number"),
    ):
        with pytest.raises(DataPackageError, match=re.escape(named)):
            read("2024-02-29,1,,", line)


def test_own_columns_are_carried_along(tmp_path: Path) -> None:
    evidence = pcc.load_evidence()
    size = len(evidence.areas)
    own = {
        "ward": ["Abbey"] * size,
        "rank": list(range(size)),
        "share": [0.5] * size,
        "seen_on": pd.to_datetime(["2024-03-31"] * size),
        "ours": [True] * size,
    }
    awards = evidence.awards.assign(ward="Abbey")
    mine = dataclasses.replace(evidence, areas=evidence.areas.assign(**own), awards=awards)
    pcc.write_data_package(mine, tmp_path / "own", name="own", title="Own")
    back = pcc.read_evidence(tmp_path / "own")
    pd.testing.assert_frame_equal(back.areas[[*own]], mine.areas[[*own]], check_dtype=False)
    assert [back.areas[name].dtype.kind for name in ("rank", "share", "seen_on", "ours")] == [
        *"ifMb"
    ]
    assert back.awards["ward"].to_list() == ["Abbey"] * len(awards)
    assert back.awards["amount_gbp"].to_list() == awards["amount_gbp"].to_list()
    csvw = (tmp_path / "own" / "areas.csv-metadata.json").read_text(encoding="utf-8")
    assert '"ward"' in csvw
    assert pcc.conformance(tmp_path / "own").broken == 0
