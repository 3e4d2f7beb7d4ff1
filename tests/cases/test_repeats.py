"""The same thing twice, and codes that contradict names."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import coverage_of, street_row, text_of, write_street

import pccfunding as pcc

CAMBRIDGESHIRE = "Cambridgeshire Constabulary"
MAY = "2023-05/2023-05-cambridgeshire-street.csv"
ENGINES = ["duckdb", "polars"]


def may(*ids: str) -> list[str]:
    return [street_row(one, "2023-05", CAMBRIDGESHIRE) for one in ids]


def counted(engine: str, *patterns: str) -> object:
    pytest.importorskip(engine)
    return pcc.formats.count_police_uk(list(patterns), engine=engine)


def test_overlapping_archives_count_once(tmp_path: Path) -> None:
    for archive in ("archive_2023-12", "archive_2024-06"):
        write_street(tmp_path, f"{archive}/{MAY}", *may("c0", "c1", "c2"))
    result = pcc.read_police_uk(tmp_path)
    assert len(result.frame) == 3
    assert "files-repeated" in result.cautions


@pytest.mark.parametrize("engine", ENGINES)
def test_overlapping_archives_are_counted_once(tmp_path: Path, engine: str) -> None:
    for archive in ("archive_2023-12", "archive_2024-06"):
        write_street(tmp_path, f"{archive}/{MAY}", *may("c0", "c1", "c2"))
    found = counted(engine, f"{tmp_path}/*/*/*.csv")
    assert found.n_rows == 3
    assert "files-repeated" in found.cautions
    with pytest.warns(UserWarning, match="stand more than once"):
        table = pcc.scan_police_uk(f"{tmp_path}/*/*/*.csv", engine="polars")
    assert table.collect().height == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_of_differing_files_the_later_archive_holds(tmp_path: Path, engine: str) -> None:
    write_street(tmp_path, f"archive_2023-12/{MAY}", *may("c0", "c1"))
    write_street(tmp_path, f"archive_2024-06/{MAY}", *may("c0", "c1", "c2"))
    assert len(pcc.read_police_uk(tmp_path).frame) == 3
    assert counted(engine, f"{tmp_path}/*/*/*.csv").n_rows == 3


def test_differing_files_of_no_known_order_are_an_error(tmp_path: Path) -> None:
    write_street(tmp_path, f"one/{MAY}", *may("c0", "c1"))
    write_street(tmp_path, f"two/{MAY}", *may("c0", "c1", "c2"))
    with pytest.raises(pcc.errors.TableError, match=r"one.*two"):
        pcc.read_police_uk(tmp_path)
    with pytest.raises(pcc.errors.TableError, match=r"one.*two"):
        pcc.formats.count_police_uk(f"{tmp_path}/*/*/*.csv", engine="polars")


SAME = "7e" * 32


def thirteen() -> list[str]:
    asb = street_row("", "2022-08", "Greater Manchester Police", "Leicester", "E01032868",
                     "Anti-social behaviour")  # fmt: skip
    crime = street_row(SAME, "2022-08", "Greater Manchester Police", "Leicester", "E01032868",
                       "Violence and sexual offences")  # fmt: skip
    return [asb, *[crime] * 13]


def test_one_crime_printed_13_times_is_one(tmp_path: Path) -> None:
    file = write_street(tmp_path, "2022-08-greater-manchester-street.csv", *thirteen())
    result = pcc.read_police_uk(file)
    assert len(result.frame) == 2
    assert "records-repeated" in result.cautions
    assert coverage_of(result)["records counted once"][0][0] == "12"
    assert "12" in result.text
    assert result.n_rows == 14 == len(result.frame) + len(result.others)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_crime_printed_13_times_counts_once(tmp_path: Path, engine: str) -> None:
    write_street(tmp_path, "2022-08-greater-manchester-street.csv", *thirteen())
    found = counted(engine, f"{tmp_path}/*.csv")
    assert found.n_rows == 2
    assert "records-repeated" in found.cautions
    assert "12" in found.text


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_without_an_id_are_never_repeats(tmp_path: Path, engine: str) -> None:
    asb = street_row("", "2023-05", CAMBRIDGESHIRE, crime_type="Anti-social behaviour")
    write_street(tmp_path, MAY, *[asb] * 4)
    assert len(pcc.read_police_uk(tmp_path).frame) == 4
    assert counted(engine, f"{tmp_path}/*/*.csv").n_rows == 4


@pytest.mark.parametrize("engine", ENGINES)
def test_one_id_with_differing_cells_is_kept(tmp_path: Path, engine: str) -> None:
    rows = [street_row("c0", "2023-05", CAMBRIDGESHIRE, outcome=outcome) for outcome in "xy"]
    write_street(tmp_path, MAY, *rows)
    result = pcc.read_police_uk(tmp_path)
    assert len(result.frame) == 2
    assert "ids-contradict" in result.cautions
    found = counted(engine, f"{tmp_path}/*/*.csv")
    assert found.n_rows == 2
    assert "ids-contradict" in found.cautions


def test_a_typed_copy_counts_repeats_once_too(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    write_street(tmp_path, "2022-08-greater-manchester-street.csv", *thirteen())
    for _ in range(2):
        found = pcc.formats.count_police_uk(f"{tmp_path}/*.csv", cache=tmp_path / "copy")
        assert found.n_rows == 2
        assert "records-repeated" in found.cautions


OPEN = (
    "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Group,"
    "Offence Subgroup,Offence Code,Number of Offences"
)
ARSON = [f"2021/22,{n},Cambridgeshire,Arson,Criminal damage and arson,Arson,56,{10 + n}"
         for n in (1, 2, 3, 4)]  # fmt: skip


def test_rows_of_open_data_printed_twice_stand_once() -> None:
    result = pcc.read_recorded_crime(text_of(OPEN, *ARSON, *ARSON))
    assert result.frame["offences"].tolist() == [11, 12, 13, 14]
    assert result.n_rows == 8 == len(result.frame) + len(result.others)
    summed = pcc.read_recorded_crime(text_of(OPEN, *ARSON, *ARSON), annual=True)
    assert summed.frame["offences"].tolist() == [50]


def test_rows_of_open_data_that_contradict_are_rejected() -> None:
    result = pcc.read_recorded_crime(text_of(OPEN, *ARSON, ARSON[0].replace("56,11", "56,99")))
    assert result.frame["offences"].tolist() == [12, 13, 14]
    assert result.rejected["place"].tolist() == ["line 2", "line 6"]


def test_open_data_of_two_codes_are_two_classes() -> None:
    other = ARSON[0].replace(",56,11", ",57,11")
    result = pcc.read_recorded_crime(text_of(OPEN, *ARSON, other))
    assert result.frame["offence_code"].tolist().count("57") == 1


# --- code and name ---------------------------------------------------------------------------

C1 = '"Table C1: Recorded crime by Community Safety Partnership area, year ending March 2024"'
PAIR = ("Area Code,Area Name,Community Safety Partnership code,Community Safety Partnership name,"
        "Burglary,Robbery")  # fmt: skip


def test_a_partnership_under_the_code_of_another_is_rejected() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            C1,
            PAIR,
            "E23000023,Cambridgeshire,E22000067,East Cambridgeshire,50,7",
            "E23000039,Dorset,E22000067,Poole,80,9",
        )
    )
    # The code is also in use for Poole itself, whose own row holds.
    assert "50" not in result.frame["offences"].astype(str).tolist()
    assert result.rejected["place"].tolist() == ["line 3"]
    assert "East Cambridgeshire" in result.rejected["reason"].iat[0]


def test_open_data_of_partnerships_are_held_to_their_codes() -> None:
    result = pcc.read_recorded_crime(
        text_of("Financial Year,Financial Quarter,Force Name,CSP Code,CSP Name,"
                "Offence Description,Number of Offences",
                "2023/24,1,Cambridgeshire,E22000067,East Cambridgeshire,Arson,5",
                "2023/24,1,Cambridgeshire,E22000014,East Cambridgeshire,Arson,6")
    )  # fmt: skip
    assert result.rejected["place"].tolist()[0] == "line 2"
    assert 5 not in result.frame["offences"].tolist()


def test_districts_are_held_to_their_codes() -> None:
    result = pcc.read_population(
        text_of("Code,Name,Mid-2022", "E07000008,Fenland,5", "E07000009,East Cambridgeshire,6"),
        vintage="v",
    )
    assert result.frame["area_code"].tolist() == ["E07000009"]
    assert result.rejected["place"].tolist() == ["line 2"]


def test_counts_of_one_table_that_contradict_are_both_rejected() -> None:
    title = "Table P1: Police recorded crime number of offences year ending March 2022"
    heads = "Area Code,Area Name,Burglary"
    rows = ["E23000023,Cambridgeshire,5", "E23000023,Cambridgeshire,6", "E23000024,Norfolk,7"]
    result = pcc.read_recorded_crime(text_of(title, heads, *rows))
    assert result.frame["offences"].tolist() == [7]
    assert result.rejected["raw"].tolist() == ["5", "6"]
    assert "printed-twice-differently" in result.cautions
    assert result.n_rows == len(result.frame) + result.n_rejected + len(result.others)


@pytest.mark.parametrize(
    "lines",
    [
        ("Table P1: Police recorded crime number of offences year ending March 2022",
         "Force Name,CSP Name,Burglary", "Norfolk,Cambridge,5", "Cambridgeshire,Fenland,6"),
        ("Financial Year,Financial Quarter,Force Name,CSP Name,Offence Description,"
         "Number of Offences", "2021/22,1,Norfolk,Cambridge,Burglary,5",
         "2021/22,1,Cambridgeshire,Fenland,Burglary,6"),
    ],
)  # fmt: skip
def test_a_partnership_beside_another_force_is_rejected(lines: tuple[str, ...]) -> None:
    result = pcc.read_recorded_crime(text_of(*lines))
    assert result.frame["offences"].tolist() == [6]
    assert (
        "lies in Cambridgeshire, the force beside it is Norfolk" in result.rejected["reason"].iat[0]
    )
