"""Classes with footnotes in their names, and districts that are no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import coverage_of, street_row, text_of, write_street

import pccfunding as pcc

KNIFE = "involving a knife or sharp instrument"


def test_footnotes_inside_the_names_of_knife_classes() -> None:
    result = pcc.read_recorded_crime(
        text_of('"Table P4: Knife or sharp instrument offences recorded by the police for selected '
                'offences, by police force area, year ending March 2019"',
                ",,Homicide5 6,,Rape and sexual assault4,",
                "Area Code,Area Name,Number of offences involving a knife6,% involving a knife,"
                "Number of offences involving a knife6,% involving a knife",
                "E23000023,Cambridgeshire,3,33.3,8,1.2", "E23000024,Norfolk,2,20.1,5,1.1")
    )  # fmt: skip
    assert result.frame["offence"].unique().tolist() == [
        f"Homicide {KNIFE}",
        f"Rape and sexual assault {KNIFE}",
    ]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Burglary5 6", "Burglary"),
        ("Violence against the person3, 4", "Violence against the person"),
        ("Stalking and harassment 5 6 7", "Stalking and harassment"),
        ("Theft from the person12", "Theft from the person"),
        ("Miscellaneous crimes2 against society", "Miscellaneous crimes against society"),
    ],
)
def test_digits_behind_a_known_class_are_notes(heading: str, name: str) -> None:
    result = pcc.read_recorded_crime(
        text_of(
            "Table P1: Recorded crime in the year ending March 2022",
            f'Area Code,Area Name,"{heading}"',
            "E23000024,Norfolk,900",
        )
    )
    assert result.frame["offence"].tolist() == [name]


def test_digits_of_a_class_outside_the_list_stay() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            "Table P1: Recorded crime in the year ending March 2022",
            "Area Code,Area Name,Section18 wounding",
            "E23000024,Norfolk,900",
        )
    )
    assert result.frame["offence"].tolist() == ["Section18 wounding"]
    assert "class outside the usual ones" in coverage_of(result)


FORCE = "Avon and Somerset Constabulary"


def test_an_abolished_district_stands_under_its_successor(tmp_path: Path) -> None:
    rows = [street_row(f"a{n}", "2018-01", FORCE, "Taunton Deane", "E01029292") for n in range(3)]
    rows.append(street_row("a9", "2018-01", FORCE, "Bath and North East Somerset", "E01014370"))
    file = write_street(tmp_path, "2018-01-avon-and-somerset-street.csv", *rows)
    frame = pcc.read_police_uk(file).frame
    assert frame["district_code"].tolist() == ["E06000066"] * 3 + ["E06000022"]
    assert frame["former_district_code"].tolist() == ["E07000190"] * 3 + [None]
    assert frame["district"].tolist()[0] == "Taunton Deane"
    told = str(coverage_of(pcc.read_police_uk(file))["abolished districts"])
    assert all(said in told for said in ("2019-04-01", "E07000190", "E06000066"))


@pytest.mark.parametrize(
    ("district", "code"),
    [
        ("Aylesbury Vale", "E06000060"),
        ("Forest Heath", "E07000245"),
        ("Weymouth and Portland", "E06000059"),
        ("Christchurch", "E06000058"),
        ("Barrow-in-Furness", "E06000064"),
        ("Somerset West and Taunton", "E06000066"),
        ("Richmondshire", "E06000065"),
        ("Daventry", "E06000062"),
        ("Restormel", "E06000052"),
        ("Shrewsbury and Atcham", "E06000051"),
        ("Macclesfield", "E06000049"),
        ("Durham", "E06000047"),
    ],
)
def test_other_abolished_districts(tmp_path: Path, district: str, code: str) -> None:
    file = write_street(tmp_path, "x-street.csv", street_row("a", "2018-01", FORCE, district))
    assert pcc.read_police_uk(file).frame["district_code"].tolist() == [code]
    for engine in ("duckdb", "polars"):
        pytest.importorskip(engine)
        found = pcc.formats.count_police_uk(str(file), engine=engine)
        assert found.frame["district_code"].tolist() == [code]
        assert found.frame["district"].tolist() == [district]


def test_the_population_of_an_abolished_district_keeps_its_code() -> None:
    result = pcc.read_population(
        text_of("Code,Name,Mid-2017", "E07000190,Taunton Deane,5"), vintage="v"
    )
    assert result.frame["area_code"].tolist() == ["E07000190"]
    assert "E06000066" in str(coverage_of(result)["abolished districts"])
    named = pcc.read_population(text_of("Name,Mid-2017", "Taunton Deane,5"), vintage="v")
    assert named.frame["area_code"].tolist() == ["E07000190"]


def test_every_successor_is_a_known_district() -> None:
    from pccfunding.areas import ABOLISHED

    known = set(pcc.load_areas()["area_code"])
    assert {one.successor for one in ABOLISHED.values()} <= known
    assert not known & set(ABOLISHED)
