"""The bundled tables keep their contracts, their keys and their promises."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import frictionless
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding import schemas
from pccfunding.bundled import datasets_dir
from pccfunding.evidence.evidence import table_names
from pccfunding.evidence.tables import read_descriptor, read_table
from pccfunding.formats.write_data_package import BUNDLED, descriptor_text

NATIONAL_COUNTS = (
    "recorded_crime_quarters",
    "recorded_crime_years",
    "recorded_crime_codes",
    "knife_and_firearm_offences",
)
SUBJECT_TABLES = ("awards", "outcomes", "totals")


@pytest.fixture(scope="module")
def stored() -> dict[str, pd.DataFrame]:
    folder = datasets_dir()
    return {
        resource["name"]: read_table(folder, resource)
        for resource in read_descriptor(folder)["resources"]
    }


@pytest.mark.parametrize("name", schemas.STORED)
def test_a_stored_table_keeps_its_contract(name: str, stored: dict[str, pd.DataFrame]) -> None:
    schemas.STORED[name].validate(stored[name], lazy=True)
    assert not stored[name].duplicated(schemas.PRIMARY_KEYS[name]).any()


@pytest.mark.parametrize("name", schemas.LOADED)
def test_a_loaded_table_keeps_its_contract(name: str) -> None:
    if name in table_names():
        loaded = getattr(pcc.load_evidence(), name)
    else:
        loaded = getattr(pcc, f"load_{name}")()
    schemas.LOADED[name].validate(loaded, lazy=True)


def test_foreign_keys_lead_somewhere(stored: dict[str, pd.DataFrame]) -> None:
    for name, keys in schemas.FOREIGN_KEYS.items():
        for column, other, theirs in keys:
            assert stored[name][column].dropna().isin(stored[other][theirs]).all(), (name, column)


def test_a_subject_stands_in_one_table_and_has_a_figure(stored: dict[str, pd.DataFrame]) -> None:
    subjects = pd.concat([stored[name]["subject_id"] for name in SUBJECT_TABLES])
    assert subjects.is_unique
    assert set(subjects) == set(stored["figures"]["subject_id"])
    containers = pd.concat([stored[name]["part_of"] for name in SUBJECT_TABLES]).dropna()
    assert containers.isin(subjects).all()


def test_only_keys_stand_in_two_tables(stored: dict[str, pd.DataFrame]) -> None:
    shared_on_purpose = {
        "note",
        "unit",
        "verified",
        "published_on",
        "unknown",
        "derived",
        "release",
    }
    numbers = {"low", "high", "persons", "price_index", "weight", "incidents", "fte", "headcount"}
    homes: dict[str, list[str]] = {}
    for name, table in stored.items():
        for column in table.columns:
            homes.setdefault(column, []).append(name)
    for column in numbers:
        assert len(homes[column]) == 1, (column, homes[column])
    # Counts of one kind stand in tables of another grain or vintage, which their keys tell apart.
    assert homes["value"] == ["figures", "national_series"]
    assert {"recorded_crime", *NATIONAL_COUNTS} == set(homes["offences"])
    assert all("vintage" in schemas.PRIMARY_KEYS[name] for name in homes["offences"][1:3])
    assert "token" in homes
    assert homes["token"] == ["figures"]
    assert shared_on_purpose <= set(homes)


def test_supersession_stays_within_a_subject_and_ends(stored: dict[str, pd.DataFrame]) -> None:
    figures = stored["figures"].set_index("figure_id")
    for figure_id, later in figures["superseded_by"].dropna().items():
        assert figures.loc[figure_id, "subject_id"] == figures.loc[later, "subject_id"]
        seen = {figure_id}
        while isinstance(later, str):
            assert later not in seen
            seen.add(later)
            later = figures.loc[later, "superseded_by"]


def test_every_token_reads_as_the_row_says(stored: dict[str, pd.DataFrame]) -> None:
    for row in stored["figures"].dropna(subset=["token"]).itertuples():
        printed = pcc.parse_printed(row.token, unit=row.unit, exact=row.precision == "exact")
        if row.direction == "down":
            printed = printed.mirrored()
        read = (
            _text(printed.value),
            _text(printed.low),
            _text(printed.high),
            printed.hedge,
            _text(printed.resolution),
            printed.hard is not None and printed.hard.low_closed,
            printed.hard is not None and printed.hard.high_closed,
        )
        held = (
            _given(row.value),
            _given(row.low),
            _given(row.high),
            _given(row.hedge),
            _given(row.resolution),
            row.low_closed,
            row.high_closed,
        )
        assert read == held, row.figure_id


def _text(value: Fraction | None) -> str | None:
    from pccfunding.words import decimal_text

    return None if value is None else decimal_text(value)


def _given(cell: object) -> object:
    return cell if isinstance(cell, str) else None


def test_every_figure_of_the_five_documents_is_there() -> None:
    figures = pcc.load_figures()
    own = figures[figures["figure_id"].str.fullmatch(r"[SO]\d+[ab]?")]
    money, outcomes = own[own["unit"] == "GBP"], own[own["unit"] != "GBP"]
    assert (len(money), len(outcomes)) == (24, 55)
    assert int(outcomes["value"].isna().sum()) == 10
    assert outcomes.loc[outcomes["value"].isna(), "unknown_reason"].notna().all()
    sources = pcc.load_sources()
    documents = sources[sources["document"].str.endswith(".txt", na=False)]
    assert own["source_id"].isin(documents["source_id"]).all()
    assert len(documents) == 5


def test_same_money_is_one_subject_and_equal_numbers_are_not_the_same_money() -> None:
    figures = pcc.load_figures().set_index("figure_id")
    assert figures.loc["S009", "subject_id"] == figures.loc["S018", "subject_id"]
    assert figures.loc["S007", "subject_id"] == figures.loc["S008", "subject_id"]
    assert figures.loc["S001", "subject_id"] == figures.loc["S010", "subject_id"]
    assert figures.loc["S001", "subject_id"] != figures.loc["S007", "subject_id"]
    assert figures.loc["S009", "value"] == "350000"
    assert figures.loc["S018", "value"] == "352195"


def test_what_holds_at_a_date() -> None:
    def token(day: str | None) -> str:
        totals = pcc.load_totals(as_of=day)
        subject = pcc.load_figures().set_index("figure_id").loc["S001", "subject_id"]
        return str(totals.set_index("subject_id").loc[subject, "token"])

    assert token("2023-11-01") == "£1m"
    assert token("2024-04-01") == "£820,000"
    assert token(None) == "£820,000"
    assert len(pcc.load_awards(as_of="2024-03-12")) == 0
    assert len(pcc.load_awards(as_of="2024-03-13")) == 8


def test_the_rural_crime_period_is_repaired_and_flagged() -> None:
    figures = pcc.load_figures().set_index("figure_id")
    assert "period_repaired" in figures.loc["O04", "flags"]
    outcomes = pcc.load_outcomes().set_index("subject_id")
    rural = outcomes.loc[figures.loc["O04", "subject_id"]]
    assert (rural["period"], rural["baseline"]) == ("2022-23", "2021-22")


def test_the_four_statutory_fields_are_given_or_said_to_be_unknown() -> None:
    awards = pcc.load_awards()
    for field in ("recipient", "purpose", "conditions", "reasons"):
        given, unknown = awards[field].notna(), awards[f"{field}_unknown"].notna()
        assert (given ^ unknown).all(), field


def test_the_descriptor_is_the_one_that_the_contracts_make() -> None:
    folder = datasets_dir()
    made = descriptor_text(folder, **BUNDLED)
    assert (folder / "datapackage.json").read_text(encoding="utf-8") == made, (
        "write it again with describe_again, see docs/data-changes.md"
    )


@pytest.mark.slow
def test_frictionless_finds_the_whole_package_valid() -> None:
    report = frictionless.Package(str(datasets_dir() / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])[:5]


def test_frictionless_reads_the_descriptor_and_the_evidence_tables() -> None:
    descriptor = json.loads((datasets_dir() / "datapackage.json").read_text(encoding="utf-8"))
    small = {"sources", "figures", "awards", "outcomes", "totals", "statements", "deflator"}
    resources = [one for one in descriptor["resources"] if one["name"] in small]
    for resource in resources:
        resource["schema"].pop("foreignKeys", None)
    package = frictionless.Package.from_descriptor(
        descriptor | {"resources": resources}, basepath=str(datasets_dir())
    )
    report = package.validate()
    assert report.valid, report.flatten(["type", "message"])[:5]
    assert len(report.tasks) == len(small)


def test_what_is_not_held_is_named_by_what_is(stored: dict[str, pd.DataFrame]) -> None:
    sources = stored["sources"].set_index("source_id")
    absent = sources[sources["held"] == "no"]
    assert set(sources.loc[absent["named_by"], "held"]) == {"yes"}
    assert "Total Investment" in str(absent.loc["cambs-pcc-total-investment-2021-25", "title"])
    # Each of the five documents that the project began with but one names others.
    seeds = sources[sources["document"].notna() & sources.index.str.startswith("cambs-")].index
    assert set(absent["named_by"]) <= set(seeds)
    assert not stored["figures"]["source_id"].isin(absent.index).any()
    for name in ("awards", "totals"):
        assert stored[name]["inferred"].notna().any()


def test_not_published_needs_the_source_that_shows_it(stored: dict[str, pd.DataFrame]) -> None:
    kinds = [stored["awards"][f"{detail}_unknown"].dropna() for detail in schemas.STATUTORY]
    assert set(pd.concat(kinds)) == {"not_held"}
    called = stored["awards"].assign(reasons_unknown="not_published")
    broken = list(schemas.broken_rules("awards", called))
    assert len(broken) == len(called)
    assert "unknown_source_id" in broken[0][1]
    shown = called.assign(unknown_source_id="cambs-panel-report-2024-03")
    assert not list(schemas.broken_rules("awards", shown))


@pytest.mark.parametrize(
    ("table", "change", "fault"),
    [
        ("sources", {"held": "no"}, "says who names it and where"),
        ("sources", {"held": "yes", "named_by": "ons-crime-severity-2023-24"}, "says who names it"),
        ("awards", {"inferred": "recipient"}, "inferred names columns"),
        ("totals", {"inferred": "colour"}, "inferred names columns"),
        ("awards", {"inferred": "Theme of the plan"}, "inferred"),
    ],
)
def test_marks_of_what_is_not_known_are_held_to_their_rows(
    table: str, change: dict[str, str], fault: str, stored: dict[str, pd.DataFrame]
) -> None:
    rows = stored[table]
    first = rows.index[rows["held"] == "yes"][0] if table == "sources" else rows.index[0]
    planted = rows.copy()
    for column, value in change.items():
        planted.loc[first, column] = value
    broken = list(schemas.broken_rules(table, planted))
    assert any(fault in how for _, how in broken), broken
    assert {row for row, _ in broken} == {first}


FOLDERS = [datasets_dir(), *sorted(path.parent for path in datasets_dir().glob("*/awards.csv"))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_series_holds_like_amounts(folder: Any) -> None:
    evidence = pcc.read_evidence(folder)
    money = pd.concat([evidence.awards.assign(kind="total"), evidence.totals], ignore_index=True)
    same = ["funding_stream", "status", "kind", "flow", "scope"]
    for name, rows in money.dropna(subset=["series"]).groupby(["area_code", "series"]):
        assert (rows[same].fillna("").nunique() == 1).all(), name


def test_the_funding_received_of_two_years_is_one_series() -> None:
    totals = pcc.load_totals().set_index("subject_id")
    both = totals.loc[["cambs-police-funding-2023-24", "cambs-police-funding-2024-25"]]
    assert both["token"].tolist() == ["£185.2m", "£197.1m"]
    found = pcc.year_on_year(both.reset_index(), value="amount_gbp", by=["series"])
    # 197.1 / 185.2 = 1.06425...
    assert found["change_pct"].dropna().round(1).tolist() == [6.4]


def test_outcomes_stand_beside_a_stream_only_where_a_source_names_it() -> None:
    outcomes = pcc.load_outcomes().set_index("subject_id")
    unnamed = ["cambs-road-casualties-since-2021", "cambs-youth-listening-project"]
    assert outcomes.loc[unnamed, "funding_stream"].isna().all()
    of_advisers = outcomes.index.str.startswith("cambs-advisers-supported")
    assert set(outcomes.loc[of_advisers, "funding_stream"]) == {
        "Support after rape and sexual violence"
    }
    totals = pcc.load_totals()
    unstated = totals["note"].fillna("").str.contains("stream that pays for it is not stated")
    lines = set(pcc.load_awards()["funding_stream"])
    assert not set(totals.loc[unstated, "funding_stream"]) & lines


@pytest.mark.parametrize(
    ("figure", "token", "unknown"),
    [
        ("O44", "three", None),  # marked police vans
        ("O45", None, "not_held"),  # a record number of officers
        ("O45a", None, "not_held"),  # the record numbers are maintained
        ("O46", None, "not_applicable"),  # Gold standard
        ("O47", "One", None),  # a retirement visit
        ("O48", None, "nil"),  # no concerns
        ("O49", None, "not_yet_due"),  # net zero by 2035
    ],
)
def test_figures_in_words_have_rows(figure: str, token: str | None, unknown: str | None) -> None:
    row = pcc.load_figures().set_index("figure_id").loc[figure]
    assert (row["token"] if token else None) == token
    assert (row["unknown"] if unknown else None) == unknown
    assert row["source_id"] == "cambs-panel-report-2024-03"


def test_a_list_is_as_precise_as_its_finest_member() -> None:
    figures = pcc.load_figures()
    listed = figures[figures["locator"].str.endswith("list of falls")]
    assert set(listed["token"].dropna()) == {"13%", "26%", "30%", "37%", "52%", "8.5%"}
    assert (listed["high"].astype(float) - listed["low"].astype(float)).max() == 1.0
    holding = pcc.load_outcomes().set_index("subject_id").loc["cambs-asb-incidents-2023"]
    assert (holding["value_low"], holding["value_high"]) == (-30.5, -29.5)
