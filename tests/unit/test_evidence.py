"""Evidence from a folder: read, refused with file, row and column, and cited."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.errors import DataPackageError, TableError, UnknownNameError
from pccfunding.evidence.evidence import bundled_rows

OWN = ("sources", "figures", "awards", "outcomes", "totals", "statements")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out a data package with the hand-made tables only."""
    descriptor = json.loads((datasets_dir() / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["resources"] = [one for one in descriptor["resources"] if one["name"] in OWN]
    for name in OWN:
        shutil.copy(datasets_dir() / f"{name}.csv", tmp_path)
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return tmp_path


def edit(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    # A table that was edited by hand no longer has the hash of its descriptor.
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        resource.pop("hash", None)
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")


def test_a_package_of_own_tables_takes_the_statistics_from_the_bundle(folder: Path) -> None:
    evidence = pcc.read_evidence(folder)
    pd.testing.assert_frame_equal(evidence.awards, pcc.load_awards(), check_like=True)
    assert len(evidence.population) > 8000
    assert evidence.origin == str(folder)
    assert pcc.review(evidence).tables["subtotals"]["amount_gbp"].iloc[-1] == 5_981_458


def test_a_missing_table_is_named(folder: Path) -> None:
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["resources"] = [one for one in descriptor["resources"] if one["name"] != "totals"]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(DataPackageError, match="holds no table 'totals'"):
        pcc.read_evidence(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "awards.csv").unlink()
    with pytest.raises(DataPackageError, match=r"awards\.csv is missing"):
        pcc.read_evidence(folder)


def test_a_cell_of_the_wrong_type_is_named_with_its_line(folder: Path) -> None:
    edit(folder, "awards", "2023-04-01", "the first of April")
    with pytest.raises(
        DataPackageError,
        match=r"line 2, column 'period_start': 'the first of April' is no date",
    ):
        pcc.read_evidence(folder)


def test_a_value_outside_the_contract_is_named_with_its_rule(folder: Path) -> None:
    edit(folder, "awards", "pcc_to_recipient", "somewhere")
    with pytest.raises(DataPackageError, match=r"column 'flow': 'somewhere' breaks the rule"):
        pcc.read_evidence(folder)


def test_a_figure_of_no_known_source_is_named(folder: Path) -> None:
    edit(folder, "figures", ",london-pcd-1365,", ",nowhere-at-all,")
    with pytest.raises(DataPackageError, match="names source_id 'nowhere-at-all'"):
        pcc.read_evidence(folder)


def test_a_path_out_of_the_folder_is_refused(folder: Path) -> None:
    path = folder / "datapackage.json"
    for escape in ("../secret.csv", "/etc/passwd", "C:/secret.csv"):
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        descriptor["resources"][0]["path"] = escape
        path.write_text(json.dumps(descriptor), encoding="utf-8")
        with pytest.raises(DataPackageError, match="inside its own folder"):
            pcc.read_evidence(folder)


@pytest.mark.parametrize("content", ["not json", "[]", '{"resources": 3}'])
def test_a_broken_descriptor_is_refused(folder: Path, content: str) -> None:
    (folder / "datapackage.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataPackageError, match=r"datapackage\.json"):
        pcc.read_evidence(folder)


def test_no_folder_and_no_descriptor_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataPackageError, match="is not a folder"):
        pcc.read_evidence(tmp_path / "nowhere")
    with pytest.raises(DataPackageError, match=r"holds neither a workbook nor a data package: no"):
        pcc.read_evidence(tmp_path)


def test_loaded_frames_are_copies() -> None:
    first = pcc.load_awards()
    first["amount_gbp"] = 0.0
    assert pcc.load_awards()["amount_gbp"].sum() == 5_981_458


def test_dtypes_survive_filter_merge_and_concat() -> None:
    awards = pcc.load_awards()
    kept = awards[awards["amount_gbp"] > 0]
    merged = kept.merge(pcc.load_areas()[["area_code", "name"]], on="area_code")
    both = pd.concat([kept, kept], ignore_index=True)
    for frame in (kept, merged, both):
        assert frame["amount_gbp"].dtype == "float64"
        assert frame["period_start"].dtype == "datetime64[ns]"
        assert frame["funding_stream"].dtype == awards["funding_stream"].dtype


def test_cite_lists_sources_in_reading_order_with_tokens() -> None:
    cited = pcc.cite(pcc.load_totals().query("funding_stream == 'Safer Streets 5'"))
    assert cited["source_id"].is_unique
    assert cited["tokens"].str.contains("£820,000").any()
    statistics = pcc.cite(pcc.load_deflator())
    assert statistics["tokens"].isna().all()


def test_cite_refuses_what_it_does_not_know() -> None:
    with pytest.raises(UnknownNameError, match="No figure 'X999'"):
        pcc.cite(pd.DataFrame({"figure_id": ["X999"]}))
    with pytest.raises(TableError, match="neither figure_id nor source_id"):
        pcc.cite(pd.DataFrame({"amount": [1]}))


def test_an_unknown_vintage_is_refused_with_those_that_are_held() -> None:
    with pytest.raises(UnknownNameError, match="rebased-2025"):
        pcc.load_population(vintage="1066")
    assert pcc.load_population()["vintage"].nunique() == 1
    assert (pcc.load_population(vintage="pre-census-2021")["vintage"] == "pre-census-2021").all()


def test_coverage_says_which_years_of_which_table_are_held() -> None:
    held = pcc.coverage().set_index(["table", "year"])
    assert held.index.is_unique
    assert held.loc["workforce"].index.tolist() == [*range(2007, 2024), 2025]
    assert held.loc["recorded_crime_quarters"].index.tolist() == list(range(2012, 2026))
    assert held.loc[("street_crime_2025", 2025), "police_force_areas"] == 37
    assert held.loc[("deflator", 2024), ["rows", "areas"]].isna().tolist() == [False, True]
    crime = pcc.load_recorded_crime()
    in_2019 = crime[crime["period_end"].dt.year == 2019]
    assert held.loc[("recorded_crime", 2019), "rows"] == len(in_2019)
    assert held.loc[("recorded_crime", 2019), "areas"] == in_2019["area_code"].nunique()


def test_the_chart_shows_what_is_held_and_what_is_not() -> None:
    lines = pcc.coverage(chart=True).splitlines()
    marks = {line.split()[0]: line.split()[1] for line in lines[1:-1]}
    held = pcc.coverage()
    years = range(held["year"].min(), held["year"].max() + 1)
    assert marks.keys() == set(held["table"])
    for table, drawn in marks.items():
        known = set(held.loc[held["table"] == table, "year"])
        assert [year for year, mark in zip(years, drawn, strict=True) if mark != "."] == sorted(
            known
        )
    # Officers: all forces to 2023 and in 2025, nothing in 2024.
    assert marks["workforce"].endswith("#.#")
    # Street records of 2025 are of 37 areas.
    assert marks["street_crime_2025"].endswith(".+")
    assert lines[0].rstrip().endswith("20")


def test_the_chart_has_its_ruler_and_its_legend() -> None:
    first, *lines, legend = pcc.coverage(chart=True).splitlines()
    # A mark a year from 1981 to 2025; the ruler names the decades.
    assert first == "year ending in                      90        00        10        20    "
    by_name = {line.split()[0]: line for line in lines}
    assert by_name["deflator"] == f"deflator                   {'.' * 10}{'-' * 35}"
    assert by_name["crime_severity"] == (f"crime_severity             {'.' * 30}{'#' * 13}..")
    assert by_name["spending"] == "spending                   " + "." * 29 + "#++######++++++."
    assert legend == (
        "From 1981 to 2025. # all 43 police force areas, + some of them, - rows of other areas or "
        "of none, . nothing held (which is not: not published)"
    )
    held = pcc.coverage()
    assert held.columns.tolist() == ["table", "year", "rows", "areas", "police_force_areas"]
    assert held.index.tolist() == list(range(len(held)))
    assert held.dtypes[["areas", "police_force_areas"]].astype(str).tolist() == ["Int64"] * 2


def test_what_is_not_bundled_is_refused_in_these_words() -> None:
    with pytest.raises(UnknownNameError) as refusal:
        pcc.load_evidence("Kent")
    assert str(refusal.value) == (
        "No award lines of Kent are bundled; beside the default evidence there are those of "
        "greater-manchester, metropolitan-police, northumbria, surrey, thames-valley, "
        "warwickshire. Read your own tables with read_evidence(folder)."
    )
    with pytest.raises(UnknownNameError) as refusal:
        pcc.load_population(vintage="1066")
    assert str(refusal.value) == (
        "No population vintage '1066'. There are census-2021, census-2021-first-results, "
        "pre-census-2021, rebased-2025."
    )
    with pytest.raises(DataPackageError) as broken:
        bundled_rows("nothing")
    assert str(broken.value) == "The bundled data package holds no table 'nothing'."


def test_evidence_of_an_area_and_of_a_day() -> None:
    here = pcc.load_evidence("Cambridgeshire", as_of="1 November 2023")
    assert (here.origin, str(here.as_of)) == ("bundled", "2023-11-01")
    assert "W039" in set(here.totals["figure_id"])
    surrey = pcc.load_evidence("Surrey", as_of="2099-01-01")
    assert (Path(surrey.origin).name, str(surrey.as_of)) == ("surrey", "2099-01-01")
    assert set(surrey.awards["area_code"]) == {pcc.find_area("Surrey").code}
    # Each table is a copy of its own.
    surrey.awards["amount_gbp"] = 0.0
    assert pcc.load_evidence("Surrey", as_of="2099-01-01").awards["amount_gbp"].sum() > 0


def test_awards_show_first_what_people_look_at() -> None:
    assert pcc.load_awards().columns.tolist()[:10] == [
        *("funding_stream", "recipient", "funder_group", "period", "amount_gbp", "token"),
        *("status", "theme", "area_code", "figure_id"),
    ]
    assert pcc.load_population().index.tolist()[-1] == len(pcc.load_population()) - 1
