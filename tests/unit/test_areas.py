"""Areas: codes, names as printed, governing bodies, and names that stand for no area."""

import copy
import csv
import datetime as dt
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from pccfunding import bundled
from pccfunding.areas import Area, GoverningBody, find_area
from pccfunding.errors import DataPackageError, UnknownNameError

with (bundled.datasets_dir() / "areas.csv").open(encoding="utf-8", newline="") as lines:
    ROWS = list(csv.DictReader(lines))
LABELS = [row for row in ROWS if row["kind"] in ("unassigned", "not_an_area")]
AREAS = [row for row in ROWS if row not in LABELS]
FORCES = [row for row in ROWS if row["kind"] == "police_force_area"]


def short(row):
    return row["name"].removesuffix(" Police")


def test_an_area_carries_what_the_table_says():
    assert find_area("Cambridgeshire") == Area(
        code="E23000023",
        name="Cambridgeshire",
        kind="police_force_area",
        parent="E12000006",
        aliases=("Cambridgeshire and Peterborough", "Cambs"),
        governing_bodies=(GoverningBody("pcc", 2012),),
    )


def test_an_area_is_frozen_and_survives_copy_and_pickle():
    area = find_area("Peterborough")
    with pytest.raises(AttributeError):
        area.name = "Elsewhere"
    assert copy.deepcopy(area) == area
    assert pickle.loads(pickle.dumps(area)) == area
    assert len({area, find_area("E06000031")}) == 1


def test_every_code_finds_its_area():
    for row in AREAS:
        assert find_area(row["area_code"]).name == row["name"]
        assert find_area(f" {row['area_code'].lower()} ").code == row["area_code"]


SPELLINGS = [
    "{} Police",
    "{} Constabulary",
    "{} Police Service",
    "PCC for {}",
    "{} PCC",
    "{} (PCC)",
    "{} OPCC",
    "OPCC {}",
    "PFCC for {}",
    "Police & Crime Commissioner for the {} ",
    "The Office of the Police and Crime Commissioner for {}",
    "{} Police, Fire and Crime Commissioner",
    "{}'s Police and Crime Commissioner",
    "{} Police and Crime Commissioner’s Office",
    "Chief Constable of {}",
    "{} Police HQ",
    "{} Police, Headquarters, 1 High Street",
    "{}\N{NO-BREAK SPACE}Police [note 4]",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_force_is_found_behind_the_words_of_its_office(spelling):
    for row in FORCES:
        assert find_area(spelling.format(short(row))).code == row["area_code"]


@pytest.mark.parametrize("row", FORCES, ids=lambda row: row["police_uk_slug"])
def test_a_force_is_found_by_slug_and_by_every_alias(row):
    assert find_area(row["police_uk_slug"]).code == row["area_code"]
    for alias in filter(None, row["aliases"].split("|")):
        assert find_area(alias).code == row["area_code"]


MARKS = st.sampled_from(["", " ", " 4", "7,8", " 7, 8", "¹", "*", " [note 4]", "[note 4][note 5]"])


@given(st.sampled_from(AREAS), MARKS, st.sampled_from([str.upper, str.lower, str.title]))
def test_case_and_footnote_marks_never_change_the_area(row, mark, case):
    assert find_area(case(row["name"]) + mark) == find_area(row["name"])


@given(st.sampled_from(AREAS), st.sampled_from(["-", "_", "  ", "\N{NO-BREAK SPACE}"]))
def test_joins_between_words_never_change_the_area(row, join):
    assert find_area(row["name"].replace(" ", join)) == find_area(row["name"])
    assert find_area(row["name"].replace(" and ", " & ")) == find_area(row["name"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("West Midlands", "E23000014"),
        ("West Midlands Police", "E23000014"),
        ("West Midlands region", "E12000005"),
        ("West Midlands (region)", "E12000005"),
        ("Durham", "E23000008"),
        ("County Durham", "E06000047"),
        ("Durham County Council", "E06000047"),
        ("Wiltshire", "E23000038"),
        ("Wiltshire Council", "E06000054"),
        ("City of London", "E23000034"),
        ("City of London Police", "E23000034"),
        ("Cambridgeshire County Council", "E10000003"),
        ("Cambridgeshire and Peterborough Combined Authority", "E47000008"),
        ("Fenland", "E07000010"),
        ("Fenland District Council", "E07000010"),
        ("Fenland CSP", "E22000015"),
        ("Cambridge", "E07000008"),
        ("Cambridge City", "E07000008"),
        ("Cambridge City CSP", "E22000013"),
        ("East Cambs", "E07000009"),
        ("Peterborough", "E06000031"),
        ("Huntingdonshire", "E07000011"),
        ("North West 7,8", "E12000002"),
        ("Bristol, City of ", "E06000023"),
        ("King’s Lynn & West Norfolk", "E07000146"),
        ("London", "E12000007"),
        ("ENGLAND AND WALES7,8", "K04000001"),
    ],
)
def test_a_name_shared_by_several_kinds_means_the_documented_one(name, code):
    assert find_area(name).code == code


def test_a_district_names_the_force_that_contains_it():
    for district in ("Fenland", "Cambridge", "South Cambridgeshire", "Peterborough"):
        assert find_area(find_area(district).parent).name == "Cambridgeshire"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("British Transport Police", "railways"),
        ("BTP", "railways"),
        ("Action Fraud [note 3]", "fraud"),
        ("CIFAS", "fraud"),
        ("UK Finance", "fraud"),
        ("Total", "total row"),
        ("England and Wales total", "total row"),
        ("ENGLAND AND WALES (inc. BTP)", "total row"),
        ("All police authorities", "total row"),
        ("43 territorial forces", "total row"),
        ("unassigned Surrey", "no community safety partnership"),
        ("Manchester Airport", "no community safety partnership"),
    ],
)
def test_what_is_no_area_says_what_it_is(name, what):
    with pytest.raises(UnknownNameError, match=what) as refused:
        find_area(name)
    assert repr(name) in str(refused.value)


@pytest.mark.parametrize("row", LABELS, ids=lambda row: row["area_code"])
def test_labels_of_the_tables_are_refused_by_name_and_by_code(row):
    for asked in (row["area_code"], row["name"]):
        with pytest.raises(UnknownNameError, match="is no area"):
            find_area(asked)


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("Nottinghmshire", "Nottinghamshire"),
        ("Cambridgshire Police", "Cambridgeshire"),
        ("Devon", "Devon and Cornwall"),
        ("PCC for Norfolk and Suffolk", "'Norfolk' or 'Suffolk'"),
        ("PCC for Norfolk, Suffolk Road", "Norfolk"),
        ("Avon and Somerset Police Community Trust", "Avon and Somerset"),
        ("City of London Corporation", "City of London"),
        ("Peterborough Police", "a local authority in Cambridgeshire (E23000023)"),
        ("Norfolk County Council", "Norfolk (E23000024) is a police force area"),
        ("Mayor of London", "London (E12000007) is a region"),
        ("Mayor of Cambridgeshire and Peterborough", "E23000023"),
        ("Camelot", "load_areas()"),
        ("Police and Crime Commissioner", "not which area"),
        ("E2300002", "load_areas()"),
        ("E99999999", "load_areas()"),
        ("", "holds no name"),
        ("[note 4]", "holds no name"),
        ("and " * 5000 + "commissioner", "holds no name"),
        (None, "NoneType"),
    ],
)
def test_what_cannot_be_told_is_refused_and_the_next_step_offered(name, offered):
    with pytest.raises(UnknownNameError) as refused:
        find_area(name)
    assert offered in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_finds_an_area_or_raises_the_one_error(text):
    try:
        found = find_area(text)
    except UnknownNameError:
        return
    assert found.kind not in ("unassigned", "not_an_area")


def test_a_mayor_is_a_force_only_where_the_mayor_governs_it():
    assert find_area("Mayor of Greater Manchester").code == "E23000005"
    assert find_area("York and North Yorkshire Deputy Mayor for Policing").code == "E23000009"
    with pytest.raises(UnknownNameError):
        find_area("Mayor of the West Midlands")


def test_governing_bodies_are_dated():
    west_yorkshire = find_area("West Yorkshire")
    assert west_yorkshire.governing_body() == "mayor"
    assert west_yorkshire.governing_body(dt.date(2021, 12, 31)) == "mayor"
    assert west_yorkshire.governing_body(dt.date(2020, 12, 31)) == "pcc"
    assert find_area("City of London").governing_body(dt.date(1990, 1, 1)) == "common_council"
    assert find_area("Fenland").governing_body() is None
    assert find_area("Essex").governing_body() == "pfcc"


@pytest.mark.parametrize(
    ("area", "day", "before", "after"),
    [
        ("Cumbria", dt.date(2023, 4, 1), "pcc", "pfcc"),
        ("Northamptonshire", dt.date(2019, 1, 1), "pcc", "pfcc"),
        ("Staffordshire", dt.date(2018, 8, 1), "pcc", "pfcc"),
        ("North Yorkshire", dt.date(2018, 11, 15), "pcc", "pfcc"),
        ("North Yorkshire", dt.date(2024, 5, 7), "pfcc", "mayor"),
        ("South Yorkshire", dt.date(2024, 5, 1), "pcc", "mayor"),
        ("Greater Manchester", dt.date(2017, 5, 1), "pcc", "mayor"),
    ],
)
def test_a_body_begins_on_its_day(area, day, before, after):
    found = find_area(area)
    assert found.governing_body(day - dt.timedelta(days=1)) == before
    assert found.governing_body(day) == after


@pytest.mark.parametrize("asked", ["Daventry", "Daventry District Council", "E07000151"])
def test_an_abolished_district_leads_to_the_areas_that_hold_it_now(asked):
    with pytest.raises(UnknownNameError, match="2021-04-01: it lies in West Northamptonshire"):
        find_area(asked)


def test_a_later_body_replaces_an_earlier_one():
    bodies = (GoverningBody("pcc", 2012), GoverningBody("mayor", 2021))
    area = Area("E23000010", "West Yorkshire", "police_force_area", None, (), bodies)
    days = [None, dt.date(2011, 1, 1), dt.date(2012, 11, 22), dt.date(2020, 1, 1)]
    assert [area.governing_body(day) for day in days] == ["mayor", None, "pcc", "pcc"]


def test_areas_need_no_pandas():
    code = "import sys, pccfunding.areas as a; a.find_area('Kent'); print('pandas' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_checkout_wins_over_the_copy_inside_the_package(tmp_path, monkeypatch):
    package = tmp_path / "site" / "pccfunding"
    inside, beside = package / "_datasets", package.parent / "datasets"
    for folder in (inside, beside):
        folder.mkdir(parents=True)
    monkeypatch.setattr(bundled, "_PACKAGE", package)
    with pytest.raises(DataPackageError, match="Install the package again"):
        bundled.datasets_dir()
    (inside / "areas.csv").touch()
    assert bundled.datasets_dir() == inside
    (beside / "datapackage.json").touch()
    assert bundled.datasets_dir() == beside
