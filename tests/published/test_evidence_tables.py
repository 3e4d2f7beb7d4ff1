"""The bundled tables keep their contracts, their keys and their promises."""

from __future__ import annotations

import json
from fractions import Fraction

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
    assert (len(money), len(outcomes)) == (24, 48)
    assert int(outcomes["value"].isna().sum()) == 5
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
