"""Files larger than memory: scanned, counted, cached, damaged ones set aside."""

from __future__ import annotations

import os
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from click.testing import CliRunner

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.errors import TableError, UnknownNameError
from pccfunding.formats.street_files import cache as street_cache, runs as street_runs
from pccfunding.formats.street_files.count_police_uk import count_police_uk, count_records

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
EARLY = "Month,Reported by,Falls within,Easting,Northing,Location,Crime type,Context"
PLACES = (
    ("E01000001", "Cambridge 001A"),
    ("E01000002", "Cambridge 001B"),
    ("E01000003", "Fenland 010C"),
)
TYPES = ("Anti-social behaviour", "Drugs", "Vehicle crime")


def engine(name: str) -> Any:
    needs = {"duckdb": "duckdb", "polars": "polars", "spark": "pyspark"}
    marks = [pytest.mark.spark] if name == "spark" else []
    return pytest.param(name, marks=marks, id=needs[name])


every_engine = pytest.mark.parametrize(
    "name", [engine("duckdb"), engine("polars"), engine("spark")]
)


WITH_DUCKDB = pytest.mark.skipif(find_spec("duckdb") is None, reason="duckdb is not installed")
counting = pytest.mark.parametrize(
    "name", [pytest.param("duckdb", marks=WITH_DUCKDB), pytest.param("polars")]
)


@pytest.fixture
def need(request: pytest.FixtureRequest) -> None:
    pytest.importorskip("duckdb")


def street_line(number: int, month: str) -> str:
    code, name = PLACES[number % 3] if number % 5 else ("", "")
    kind = TYPES[number % 2]
    place = f'0.1,52.2,"On or near, Street {number}",{code},{name}'
    return f"id{number},{month},A Force,A Force,{place},{kind},,"


def archive(folder: Path, *, files: int = 12, rows: int = 30) -> Counter[tuple[str, ...]]:
    """Write an archive; give its records by district, month and type."""
    counted: Counter[tuple[str, ...]] = Counter()
    for number in range(files):
        month = f"2023-{number % 12 + 1:02d}"
        lines = [street_line(number + row, month) for row in range(rows)]
        file = folder / month / f"{month}-force-{number:03d}-street.csv"
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        for row in range(rows):
            place = PLACES[(number + row) % 3][1][:-5] if (number + row) % 5 else ""
            counted[place, month, TYPES[(number + row) % 2]] += 1
    return counted


LATER = street_line(5, "2023-07").replace('"', "").replace("near,", "near")


def as_counter(frame: pd.DataFrame) -> Counter[tuple[str, ...]]:
    months = frame["period_start"].dt.strftime("%Y-%m")
    cells = zip(frame["district"].fillna(""), months, frame["crime_type"], strict=True)
    return Counter(dict(zip(cells, frame["records"], strict=True)))


@every_engine
def test_a_scan_is_lazy_and_counts_alike_on_every_engine(name: str, tmp_path: Path) -> None:
    if name == "duckdb":
        pytest.importorskip("duckdb")
    if name == "spark":
        from engine_frames import spark_session

        spark_session()
    expected = archive(tmp_path)
    street = pcc.scan_police_uk(f"{tmp_path}/*/*-street.csv", engine=name)
    assert isinstance(nw.from_native(street), nw.LazyFrame)
    counted = count_records(street, ["district", "month", "crime_type"])
    found = nw.from_native(counted).collect()
    keys = found.select(nw.col("district").fill_null(""), "month", "crime_type").rows()
    assert Counter(dict(zip(keys, found["records"].to_list(), strict=True))) == expected
    place = nw.from_native(street).select("longitude", "location").head(1).collect().row(0)
    assert place[0] == 0.1
    assert place[1].startswith("On or near, Street")


@every_engine
def test_early_files_without_areas_stand_beside_later_ones(name: str, tmp_path: Path) -> None:
    if name == "duckdb":
        pytest.importorskip("duckdb")
    if name == "spark":
        pytest.importorskip("pyspark")
    archive(tmp_path, files=1, rows=3)
    early = f"{EARLY}\n2011-01,A Force,A Force,543210,256789,On or near X,Drugs,\n"
    (tmp_path / "2011-01-street.csv").write_text(early, encoding="utf-8")
    street = pcc.scan_police_uk([f"{tmp_path}/*.csv", f"{tmp_path}/*/*.csv"], engine=name)
    frame = nw.from_native(street).filter(nw.col("month") == "2011-01").collect()
    (row,) = frame.rows(named=True)
    assert (row["easting"], row["lsoa_code"], row["district"]) == (543210.0, None, None)
    assert len(nw.from_native(street).collect()) == 4


def test_a_scan_refuses_files_that_are_none(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    with pytest.raises(TableError, match="No file matches"):
        pcc.scan_police_uk(f"{tmp_path}/*.csv")
    (tmp_path / "a.csv").write_text("Mnth,Crime type\n", encoding="utf-8")
    with pytest.raises(
        TableError, match=r"no column 'Month'. It has: Mnth, Crime type|Did you mean 'Mnth'"
    ):
        pcc.scan_police_uk(f"{tmp_path}/a.csv")
    (tmp_path / "b.csv").write_text("Month,Crime type\n", encoding="utf-8")
    with pytest.raises(UnknownNameError, match="No engine 'duck'"):
        pcc.scan_police_uk(f"{tmp_path}/b.csv", engine="duck")


@counting
def test_an_archive_is_counted_with_the_codes_of_its_districts(tmp_path: Path, name: str) -> None:
    expected = archive(tmp_path)
    found = count_police_uk(f"{tmp_path}/*/*.csv", engine=name)
    assert as_counter(found.frame) == expected
    assert (found.n_files, found.n_rows) == (12, 360)
    codes = dict(zip(found.frame["district"], found.frame["district_code"], strict=True))
    assert (
        codes["Cambridge"]
        == pcc.find_area(
            "Cambridge",
        ).code
        or codes["Cambridge"] == "E07000008"
    )
    assert found.frame["district"].isna().iloc[-1], "records without a place come last"
    assert found.frame["period_end"].iloc[0] == pd.Timestamp("2023-01-31")


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (f"{HEADER}\nid,2023-01,A Force\n", r"has 3 cells in line 2|in a row of 3 cells"),
        (
            f"{HEADER}\nid,2023-01,A Force\n{street_line(1, '2023-07')}\n",
            "has 3 cells in line 2|ends before its crime type",
        ),
        (
            f"{HEADER}\n{street_line(9999, '2023-07')},more\n",
            r"has 13 cells in line 2; its header has 12|a row of 13 cells; its header has 12",
        ),
        (f'{HEADER}\n"id,2023-01\n', "a quotation mark that is not closed|a row of 1 cells"),
        (
            "\n".join([HEADER, '"id' + street_line(1, "2023-07"), *[LATER] * 999, ""]),
            "a quotation mark that is not closed",
        ),
        (f"{HEADER}\n{street_line(1, 'January')}\n", "'January'"),
        ("", "is empty"),
        ("<html>", "no columns 'Month'"),
    ],
)
@pytest.mark.parametrize(
    ("name", "cached"),
    [
        pytest.param("duckdb", False, marks=WITH_DUCKDB),
        pytest.param("duckdb", True, marks=WITH_DUCKDB),
        ("polars", False),
    ],
)
def test_a_damaged_file_is_named_and_the_others_are_counted(
    tmp_path: Path, damage: str, fault: str, cached: bool, name: str
) -> None:
    expected = archive(tmp_path / "in", files=40, rows=5)
    damaged = tmp_path / "in" / "2023-07" / "2023-07-damaged-street.csv"
    damaged.write_text(damage, encoding="utf-8")
    out = tmp_path / "counts.csv"
    command = ["count", "police-uk", f"{tmp_path}/in/*/*.csv", "--out", str(out)]
    command += ["--by", "area", "month", "type", "--engine", name]
    command += ["--cache", str(tmp_path / "cache")] if cached else []
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1, result.output
    assert f"Set aside: {damaged}" in result.output
    assert re.search(fault, result.output)
    assert "200 records of 40 files counted. 1 file could not be read" in result.output
    assert as_counter(pd.read_csv(out, parse_dates=["period_start"])) == expected
    if cached:
        again = CliRunner().invoke(main, [*command, "--force"])
        assert again.exit_code == 1
        assert f"Set aside: {damaged}" in again.output


@pytest.mark.usefixtures("need")
def test_a_count_never_writes_over_a_file_unasked(tmp_path: Path) -> None:
    archive(tmp_path, files=1)
    out = tmp_path / "counts.csv"
    out.write_text("mine", encoding="utf-8")
    command = ["count", "police-uk", f"{tmp_path}/*/*.csv", "--out", str(out)]
    refused = CliRunner().invoke(main, command)
    assert (refused.exit_code, out.read_text("utf-8")) == (2, "mine")
    assert "--force" in refused.output
    assert CliRunner().invoke(main, [*command, "--force"]).exit_code == 0
    assert out.read_text("utf-8").startswith("district_code,district,period_start")
    odd = CliRunner().invoke(main, [*command[:-1], str(tmp_path / "counts.txt")])
    assert odd.exit_code == 2
    assert "neither .csv nor .parquet" in odd.output


@pytest.mark.parametrize(("given", "used"), [(None, "4194304"), ("250000", "250000")])
def test_the_command_has_polars_read_a_little_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None, used: str
) -> None:
    # Set first, so that what the command leaves behind is taken back.
    monkeypatch.setenv("POLARS_CSV_CHUNK_SIZE", given or "")
    if given is None:
        del os.environ["POLARS_CSV_CHUNK_SIZE"]
    expected = archive(tmp_path / "in", files=3)
    out = tmp_path / "counts.csv"
    command = ["count", "police-uk", f"{tmp_path}/in/*/*.csv", "--out", str(out)]
    result = CliRunner().invoke(main, [*command, "--engine", "polars"])
    assert result.exit_code == 0, result.output
    assert as_counter(pd.read_csv(out, parse_dates=["period_start"])) == expected
    assert os.environ["POLARS_CSV_CHUNK_SIZE"] == used


@pytest.mark.usefixtures("need")
def test_a_failed_run_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(tmp_path / "in", files=2)
    found = count_police_uk(f"{tmp_path}/in/*/*.csv")
    out = tmp_path / "out" / "counts.csv"

    def fail(frame: pd.DataFrame, file: Path, **options: Any) -> None:
        file.write_text("half of", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(KeyboardInterrupt):
        found.write(out)
    assert list(out.parent.iterdir()) == []

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(street_cache.StreetCache, "seal", interrupt)
    with pytest.raises(KeyboardInterrupt):
        count_police_uk(f"{tmp_path}/in/*/*.csv", cache=tmp_path / "cache")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["in", "out"]


@pytest.mark.usefixtures("need")
def test_a_cache_gives_the_same_counts_and_notices_changed_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = archive(tmp_path / "in")
    glob, cache = f"{tmp_path}/in/*/*.csv", tmp_path / "cache"
    fills = []
    fill = street_cache.StreetCache._fill
    monkeypatch.setattr(
        street_cache.StreetCache,
        "_fill",
        lambda self, run, layout: fills.append(layout) or fill(self, run, layout),
    )
    for _ in range(2):
        assert as_counter(count_police_uk(glob, cache=cache).frame) == expected
    assert len(fills) == 1, "the second count reads the cache"
    for by in (["force"], ["lsoa", "outcome"], ["month"]):
        assert count_police_uk(glob, by=by, cache=cache).frame.equals(
            count_police_uk(glob, by=by).frame
        )
    file = next((tmp_path / "in").glob("*/*.csv"))
    file.write_text(file.read_text("utf-8") + street_line(99, "2023-01") + "\n", encoding="utf-8")
    assert count_police_uk(glob, cache=cache).n_rows == 361
    assert len(fills) == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(TableError, match="holds other files"):
        count_police_uk(glob, cache=tmp_path / "mine")


@counting
@pytest.mark.parametrize("rows", [3, 2000])
@pytest.mark.parametrize("after", ["", ",", ",2023-07,A Force,"])
def test_a_stray_quotation_mark_loses_no_record_without_a_word(
    tmp_path: Path, name: str, rows: int, after: str
) -> None:
    archive(tmp_path, files=3)
    for place in (0, rows // 2, rows - 1):
        for closed_later in (True, False):
            lines = [street_line(number, "2023-07") for number in range(rows)]
            at = len(lines[place].split(",")[0]) + len(after) if after else 0
            lines[place] = lines[place][:at] + '"' + lines[place][at:]
            if not closed_later:
                later = [line.replace('"', "").replace("near, ", "near ") for line in lines]
                lines[place + 1 :] = later[place + 1 :]
            (tmp_path / "2023-07").mkdir(exist_ok=True)
            file = tmp_path / "2023-07" / "2023-07-stray-street.csv"
            file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
            found = count_police_uk(f"{tmp_path}/*/*.csv", engine=name)
            assert found.n_rows == 90 + (0 if found.set_aside else rows)


@counting
@pytest.mark.parametrize("torn", [None, 11, 6999])
def test_quotation_marks_of_many_blocks_are_counted(
    tmp_path: Path, name: str, torn: int | None
) -> None:
    # Of 256 kB each, with more marks in one than a byte counts.
    lines = [street_line(number, "2023-07") for number in range(7000)]
    if torn is not None:
        lines[torn] = lines[torn].replace('"', "")
    good = tmp_path / "good-street.csv"
    good.write_text(f"{HEADER}\n{street_line(9999, '2023-07')}\n", encoding="utf-8")
    file = tmp_path / "many-street.csv"
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    assert file.stat().st_size > 2 * 2**18
    found = count_police_uk(f"{tmp_path}/*.csv", engine=name)
    if torn is None:
        assert (found.n_rows, found.set_aside) == (7001, {})
    else:
        assert found.n_rows == 1
        assert f"in line {torn + 2}" in found.set_aside[str(file)]


@WITH_DUCKDB
def test_files_are_set_aside_in_their_order_on_any_number_of_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(tmp_path, files=2)
    unclosed = [tmp_path / f"a-{number}-street.csv" for number in range(5)]
    for file in unclosed:
        number = int(file.stem[2])
        file.write_text(f'{HEADER}\n"{street_line(number, "2023-07")}\n', encoding="utf-8")
    for cores in (1, 2, 3):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found = count_police_uk(f"{tmp_path}/**/*.csv")
        assert list(found.set_aside) == [str(file) for file in unclosed]


@counting
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_last_row_may_end_in_any_way_and_hold_any_sign(
    tmp_path: Path, name: str, end: str
) -> None:
    lines = [
        street_line(number, "2023-07").replace("near, Street", "near\u2028, Street")
        for number in (1, 2)
    ]
    (tmp_path / "a-street.csv").write_text(
        "\n".join([HEADER, *lines]) + end, encoding="utf-8", newline=""
    )
    found = count_police_uk(f"{tmp_path}/*.csv", engine=name)
    assert (found.n_rows, found.set_aside) == (2, {})


@counting
def test_progress_is_told_by_files_and_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(street_runs, "_BATCH_FILES", 5)
    archive(tmp_path)
    told: list[tuple[int, int]] = []
    count_police_uk(
        f"{tmp_path}/*/*.csv",
        engine=name,
        progress=lambda files, rows: told.append((files, rows)),
    )
    assert told == [(5, 150), (10, 300), (12, 360)]


@pytest.mark.usefixtures("need")
@pytest.mark.parametrize(
    "by", [["area", "month", "type"], ["force"], ["lsoa", "outcome"], ["type"]]
)
def test_both_engines_give_one_table(
    tmp_path: Path, by: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(street_runs, "_BATCH_FILES", 5)
    archive(tmp_path)
    tables = [
        count_police_uk(f"{tmp_path}/*/*.csv", by=by, engine=name).frame
        for name in ("duckdb", "polars")
    ]
    pd.testing.assert_frame_equal(*tables)


def test_a_copy_is_kept_with_duckdb_only(tmp_path: Path) -> None:
    archive(tmp_path, files=1)
    with pytest.raises(TableError, match="leave out one"):
        count_police_uk(f"{tmp_path}/*/*.csv", engine="polars", cache=tmp_path / "cache")
    with pytest.raises(UnknownNameError, match="No engine 'spark'"):
        count_police_uk(f"{tmp_path}/*/*.csv", engine="spark")


@pytest.mark.usefixtures("need")
def test_what_cannot_be_counted_is_refused(tmp_path: Path) -> None:
    archive(tmp_path, files=1)
    with pytest.raises(UnknownNameError, match="'ward'"):
        count_police_uk(f"{tmp_path}/*/*.csv", by=["ward"])
    (tmp_path / "damaged.csv").write_text("<html>", encoding="utf-8")
    with pytest.raises(TableError, match="None of 1 files can be read"):
        count_police_uk(f"{tmp_path}/damaged.csv")


@every_engine
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_scanned_awards_go_through_the_measures(name: str, kind: str, tmp_path: Path) -> None:
    for module in {"duckdb": ["duckdb", "pyarrow"], "polars": ["pyarrow"], "spark": ["pyspark"]}[
        name
    ]:
        pytest.importorskip(module)
    awards = pd.DataFrame(
        {
            "area_code": ["E23000023"] * 3,
            "funding_stream": ["Victims", "Victims", "Roads"],
            "period_start": pd.to_datetime(["2022-04-01", "2023-04-01", "2023-04-01"]),
            "period_end": pd.to_datetime(["2023-03-31", "2024-03-31", "2024-03-31"]),
            "amount_gbp": [100.0, 150.0, None],
        }
    )
    for number in range(3):
        file = tmp_path / f"{number}.{kind}"
        part = awards.iloc[[number]]
        part.to_csv(file, index=False) if kind == "csv" else part.to_parquet(file, index=False)
    if name == "spark":
        from engine_frames import spark_session

        spark_session()
    scanned = pcc.scan_awards(f"{tmp_path}/*.{kind}", engine=name)
    grown = pcc.year_on_year(scanned, value="amount_gbp", by="funding_stream")
    assert isinstance(nw.from_native(grown), nw.LazyFrame)
    found = nw.from_native(grown).collect().rows(named=True)
    assert [row["change_pct"] for row in found][1:] == [None, 50.0]
    assert found[0]["unknown_reason"].startswith("1 of 1 amounts unknown")


def test_awards_without_amounts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("area_code,period_start,period_end,amount\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"no column 'amount_gbp'\. Did you mean 'amount'"):
        pcc.scan_awards(f"{tmp_path}/a.csv", engine="polars")
