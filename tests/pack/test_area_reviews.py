"""A Review of any police force area from bundled evidence alone."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError, UnknownNameError
from pccfunding.review_pack import Review
from pccfunding.review_pack.area_page import area_facts
from pccfunding.review_pack.pack import contents_of

AREAS = pcc.load_areas().query("kind == 'police_force_area'")
NAMES = sorted(AREAS["name"])
# Bundled with award lines of their own.
WITH_AWARDS = {
    "Cambridgeshire",
    "Greater Manchester",
    "Metropolitan Police",
    "Northumbria",
    "Surrey",
    "Thames Valley",
    "Warwickshire",
}
PCC, PFCC = "Police and Crime Commissioner", "Police, Fire and Crime Commissioner"
BODIES = {
    "City of London": "Common Council",
    "Cumbria": PFCC,
    "Essex": PFCC,
    "Greater Manchester": "Mayor",
    "Metropolitan Police": "Mayor, through the Mayor's Office for Policing and Crime",
    "North Yorkshire": "Mayor",
    "Northamptonshire": PFCC,
    "South Yorkshire": "Mayor",
    "Staffordshire": PFCC,
    "West Yorkshire": "Mayor",
}
QUESTIONS = ["Q1", "Q2", "Q3", "Q4", "Q6", "Q7", "Q8", "Q12", "Q14", "Q5, Q9-Q11, Q13, Q15", "Q16"]


def page_text(found: Review) -> tuple[str, dict[str, bytes]]:
    files = contents_of(found)
    text = files["index.html"].decode() + files["sources.html"].decode()
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()), files


def check(name: str) -> None:
    found = pcc.review(area=name)
    said, files = page_text(found)
    assert found.area.name == name
    assert f"Local policing body {BODIES.get(name, PCC)} Period" in said
    assert found.has_awards == (name in WITH_AWARDS)
    entries = json.loads(files["figures.json"])["figures"]
    assert all(row["source_id"] or row["working"] for row in entries)
    if found.has_awards:
        return
    assert [section.question for section in found.page().sections][: len(QUESTIONS)] == QUESTIONS
    assert "Grant and precept per head" in said
    if name != "City of London":
        assert "per head for commissioned services in all" in said
        assert "a plan, and no list of awards" in said
    assert "spend per head" not in said.lower()
    changes = found.tables["class_changes"]
    assert len(changes) >= 24
    assert changes["offences_comparison"].is_monotonic_decreasing
    assert set(zip(changes["baseline"], changes["period"], strict=True)) == {("2019", "2025")}
    assert (found.tables["elsewhere"]["n_others"] == 42).all()
    in_wales = found.area.code.startswith("W")
    assert ("Indices of Deprivation leave Wales out" in said) == in_wales
    assert found.tables["deprivation"].empty == in_wales
    if name == "City of London":
        assert "No rate per resident is given" in said
        assert found.tables["need"].empty
        assert found.tables["nearest"].empty
    else:
        assert len(found.tables["need"]) == len(changes)
        nearest = found.tables["nearest"]
        assert len(nearest) == 10
        assert name not in set(nearest["area"])
        assert nearest["deprivation_score"].notna().all() or in_wales


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("City of London", marks=pytest.mark.slow),
        pytest.param("Cumbria", marks=pytest.mark.slow),
        "Gwent",
    ],
)
def test_an_area_without_a_list_has_a_review(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("Cumbria", "Gwent")])
def test_each_of_43_areas_has_a_review(name: str) -> None:
    check(name)


def test_43_areas_are_asked() -> None:
    assert len(NAMES) == 43


@pytest.mark.slow
def test_the_numbers_of_durham_by_hand() -> None:
    found = pcc.review(area="Durham")
    quarters = pcc.load_recorded_crime_quarters()
    here = quarters[quarters["area_code"].eq("E23000008") & quarters["offence"].eq("Bicycle theft")]
    by_year = here.groupby(here["period_end"].dt.year)["offences"].sum()
    row = found.tables["class_changes"].set_index("offence").loc["Bicycle theft"]
    assert (row["offences_baseline"], row["offences_comparison"]) == (463, 256)
    assert (by_year[2019], by_year[2025]) == (463, 256)
    assert round(row["change_pct"], 1) == round(100 * (256 / 463 - 1), 1) == -44.7
    # 1,376.08 officers on 31 March 2025 and 650,500 residents in mid-2024.
    last = found.tables["officers"].iloc[-1]
    assert round(last["rate"], 3) == round(1000 * 1376.08 / 650500, 3)
    services = found.tables["commissioned_services"].set_index("period")
    assert services.loc["2016-17", "amount_gbp"] == 1_456_000
    told = [result.verdict for _, result in found.statements]
    assert told == ["reconciles"] * 5


@pytest.mark.slow
def test_the_two_years_follow_the_period() -> None:
    found = pcc.review(area="Durham", period="2023-24")
    pair = found.tables["class_changes"].loc[0, ["baseline", "period"]].tolist()
    assert pair == ["2018-19", "2023-24"]
    # Before 2021 five years back: the new classes of burglary are not compared.
    found = pcc.review(area="Durham", period="2018-19")
    changes = found.tables["class_changes"].set_index("offence")
    assert set(changes["baseline"]) == {"2013-14"}
    assert pd.isna(changes.loc["Residential burglary", "change_pct"])
    assert "series break on 1 April 2017" in changes.loc["Residential burglary", "not_compared"]
    said, _ = page_text(found)
    assert "not compared: series break on 1 April 2017" in said


@pytest.mark.slow
def test_the_body_is_that_of_the_day() -> None:
    for period, body in (("2022-23", PCC), ("2023-24", PFCC), ("2023", f"{PCC}, then {PFCC}")):
        said, _ = page_text(pcc.review(area="Cumbria", period=period))
        assert f"Local policing body {body} Period" in said


def test_a_year_without_data_gives_a_review_that_says_so() -> None:
    found = pcc.review(area="Durham", period="1999-00")
    said, _ = page_text(found)
    assert "No counts of two comparable years are held" in said
    assert "not in the register held for that time" in said
    assert found.text.startswith("No counts of Durham are held")
    found = pcc.review(area="Cambridgeshire", period="2011-12")
    assert not found.has_awards
    assert "no-award-lines" in found.cautions
    assert "lines are held for 2023-24" in page_text(found)[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Daventry", r"West Northamptonshire .* police force area Northamptonshire \(E23000022\)"),
        ("Allerdale", r"Cumberland .* police force area Cumbria \(E23000002\)"),
        ("Fenland", r"in the police force area Cambridgeshire \(E23000023\)"),
        ("East of England", "is a region; a Review is of a police force area"),
        ("Action Fraud", "is no area"),
    ],
)
def test_other_names_lead_to_the_area_that_holds_them_now(asked: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        pcc.review(area=asked)


@pytest.mark.parametrize("period", ["2023-24", pytest.param("1999-00", marks=pytest.mark.slow)])
def test_a_review_without_awards_has_a_brief_of_what_is_held(period: str, tmp_path: Path) -> None:
    found = pcc.review(area="Durham", period=period)
    files = contents_of(found)
    brief = files["brief.html"].decode()
    for question in ("Q1", "Q3", "Q16"):
        assert f">{question} " in brief
    for label, number, _ in area_facts(found):
        assert label in brief
        assert number in brief
    assert b"brief.html" in files["method.md"]
    assert b'href="brief.html"' in files["index.html"]
    pytest.importorskip("docx")
    found.write(tmp_path / "pack")
    assert found.write_brief(tmp_path / "pack").read_bytes()[:2] == b"PK"


def test_two_areas_are_refused() -> None:
    with pytest.raises(TableError, match="Two areas"):
        pcc.review(area="Durham", area_code="E23000008")


def test_a_review_with_money_sets_commissioned_services_beside_the_others() -> None:
    found = pcc.review(pcc.load_evidence())
    said, _ = page_text(found)
    services = found.tables["commissioned_services"].set_index("period")
    assert services.loc["2016-17", "amount_gbp"] == 3_042_000
    assert "£3,042,000" in said
    assert "The office's own list is by another definition" in said
    assert "by another definition than its lists" in said


def test_a_change_that_is_not_made_says_why_and_not_that_nothing_is_held() -> None:
    found = pcc.review(area="Gwent")
    changes = found.tables["class_changes"].assign(change_pct=None, not_compared="a system changed")
    refused = dataclasses.replace(found, tables=found.tables | {"class_changes": changes})
    told = refused.summary.set_index("finding").loc["Recorded crime"]
    assert told.tolist() == ["not compared", "a system changed"]
    none = dataclasses.replace(found, tables=found.tables | {"class_changes": changes.head(0)})
    assert none.summary.set_index("finding").loc["Recorded crime", "number"] == "not held"


def test_a_break_of_every_class_is_told_beside_the_headline_and_elsewhere() -> None:
    """Devon and Cornwall has counted by another system since November 2022."""
    found = pcc.review(area="Devon and Cornwall")
    said, _ = page_text(found)
    assert "Every class crosses a break of the series (method, November 2022)" in said
    assert "across a break of the series" in found.text
    facts = found.summary.set_index("finding")["note"]
    assert facts["Recorded crime, 2025"].endswith("across a break of the series")
    assert set(found.tables["breaks_elsewhere"]["area"]) == {"Greater Manchester"}
    assert "Greater Manchester: A new recording system" in said


@pytest.mark.slow
def test_where_one_class_breaks_the_headline_does_not() -> None:
    found = pcc.review(area="Gwent")
    said, _ = page_text(found)
    assert "Death or serious injury - unlawful driving crosses a break" in said
    assert "across a break of the series" not in found.text
    both = {"Devon and Cornwall", "Greater Manchester"}
    assert set(found.tables["breaks_elsewhere"]["area"]) == both
