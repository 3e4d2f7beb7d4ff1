"""Awards out as 360Giving files and back: identity, reasons, validation, hostile files."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError, TableError, UnknownNameError
from pccfunding.formats.threesixtygiving.contract import breaches
from pccfunding.formats.threesixtygiving.flat import guarded, unguarded

STATED = {"recipient": "Not published", "funder": "Not stated", "award_date": "2024-03-13"}


def export(path: Path, awards: Any = None, **options: Any) -> pcc.formats.WriteResult:
    table = pcc.load_awards() if awards is None else awards
    return pcc.write_360giving(
        table, path, prefix="360G-example", publisher="An office", **(STATED | options)
    )


def grant(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "360G-example-1",
        "title": "Boxing club",
        "description": "Evening sessions",
        "currency": "GBP",
        "amountAwarded": 5000,
        "awardDate": "2024-03-13",
        "recipientOrganization": [{"id": "GB-CHC-1000001", "name": "A trust"}],
        "fundingOrganization": [{"id": "GB-CHC-1000002", "name": "A fund"}],
    }
    return {key: value for key, value in (made | changes).items() if value is not None}


def package(*grants: Any) -> bytes:
    return json.dumps({"grants": list(grants)}).encode()


def read(*grants: Any) -> pcc.formats.ReadResult:
    return pcc.read_360giving(package(*grants))


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx"])
def test_the_bundled_awards_come_back_as_they_went_out(ending: str, tmp_path: Path) -> None:
    if ending == "xlsx":
        pytest.importorskip("python_calamine")
    awards = pcc.load_awards()
    made = export(tmp_path / f"grants.{ending}").check()
    found = pcc.read_360giving(tmp_path / f"grants.{ending}").check()
    pd.testing.assert_frame_equal(found.frame[list(awards.columns)], awards)
    assert (made.n_rows, len(made.frame), found.n_rows) == (8, 8, 8)
    assert made.left_out == ()
    assert found.frame["supplied"].str.contains("recipient").all()
    assert set(found.frame["recipient_name"]) == {"Not published"}
    assert found.cautions == made.cautions == ("supplied-values",)


def test_intervals_tokens_and_hedges_come_back(tmp_path: Path) -> None:
    tokens = ["£350k", "nearly £1m", "up to £5k", "£1.2m"]
    printed = [pcc.parse_printed(token) for token in tokens]
    awards = pd.DataFrame(
        {
            "subject_id": ["a", "b", "c", "d"],
            "funding_stream": ["=HYPERLINK(1)", "+44", "@here", "-5"],
            "token": tokens,
            "amount_gbp": [float(one.value or 0) for one in printed],
            "amount_low_gbp": [None if one.low is None else float(one.low) for one in printed],
            "amount_high_gbp": [None if one.high is None else float(one.high) for one in printed],
            "hedge": [one.hedge for one in printed],
            "status": "allocation",
        }
    )
    for ending in ("json", "csv"):
        export(tmp_path / f"grants.{ending}", awards).check()
        found = pcc.read_360giving(tmp_path / f"grants.{ending}").check().frame
        for column in awards.columns:
            back = [None if one != one else one for one in found[column]]
            sent = [None if one != one else one for one in awards[column]]
            assert back == sent, (ending, column)
    with (tmp_path / "grants.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    assert pcc.read_360giving(tmp_path / "grants.csv").changes["value"].tolist()[:1] == [
        "=HYPERLINK(1), "[:13]
    ]


def test_rows_that_cannot_be_exported_are_listed_with_every_reason(tmp_path: Path) -> None:
    awards = pcc.load_awards()
    result = pcc.write_360giving(
        awards, tmp_path / "grants.json", prefix="360G-example", publisher="An office"
    )
    assert result.path is None
    assert not (tmp_path / "grants.json").exists()
    assert result.n_rejected == 8
    assert result.rejected["reason"].value_counts().to_dict() == {
        "no award date": 8,
        "no recipient": 8,
        "no funder": 2,
    }
    assert result.cautions == ("rows-left-out",)
    with pytest.raises(TableError, match=r"8 of 8 rows .* row 1, column 'award_date'"):
        result.check()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("status", "budget", "a row of status 'budget' is no grant"),
        ("amount_gbp", None, "no amount: not published"),
        ("amount_gbp", 0.001, "it is no amount of pounds and whole pence"),
        ("amount_gbp", 7.0, "the token beside it says '£288,175'"),
        ("per", "year", "the amount is for each year, not in all"),
        ("subject_id", None, "no id"),
        ("award_date", "31/02/2024", "no full date"),
        ("award_id", "360G-example-cambs-2023-24-youth-fund", "the identifier stands twice"),
        ("url", "no address", "it is no address"),
        ("currency", "EUR", "the amount is not in pounds"),
        ("note", "half \ud83d", "it holds half of a character"),
    ],
)
def test_one_bad_cell_keeps_one_row_out(
    column: str, value: Any, reason: str, tmp_path: Path
) -> None:
    awards = pcc.load_awards().astype(object)
    if column == "award_id":
        awards = awards.iloc[::-1].reset_index(drop=True)
    if column not in awards:
        awards[column] = None
    row = 1 if column == "award_id" else 0
    awards.loc[row, column] = value
    if reason.startswith("no amount"):
        awards.loc[0, ["unknown", "token"]] = ["not_published", None]
    result = export(tmp_path / "grants.json", awards)
    assert len(result.frame) == 7
    assert result.rejected["reason"].iloc[0].startswith(reason)
    assert result.rejected["place"].unique().tolist() == [f"row {row + 1}"]


def test_columns_without_a_place_are_named(tmp_path: Path) -> None:
    made = export(tmp_path / "grants.json", pcc.load_awards().assign(colour="blue"))
    assert made.left_out == ("colour",)


def test_a_table_of_read_awards_needs_no_renaming(tmp_path: Path) -> None:
    awards = pd.DataFrame(
        {
            "award_id": ["REF 7"],
            "recipient": ["A trust"],
            "funder": ["A fund"],
            "amount_gbp": [500.0],
            "awarded_on": [pd.Timestamp("2024-03-13")],
        }
    )
    pcc.write_360giving(
        awards, tmp_path / "grants.json", prefix="360G-example", publisher="An office"
    ).check()
    row = pcc.read_360giving(tmp_path / "grants.json").frame.iloc[0]
    assert (row["award_id"], row["title"]) == ("360G-example-REF_7", "Grant to A trust")
    assert row["award_date"] == pd.Timestamp("2024-03-13")


def test_polars_frames_are_exported_alike(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    awards = pcc.load_awards()
    columns = {
        name: [None if value != value else value for value in awards[name].astype(object)]
        for name in awards
    }
    export(tmp_path / "pandas.json")
    export(tmp_path / "polars.json", polars.DataFrame(columns))
    assert (tmp_path / "pandas.json").read_bytes() == (tmp_path / "polars.json").read_bytes()


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx"])
def test_equal_tables_give_equal_bytes(ending: str, tmp_path: Path) -> None:
    export(tmp_path / f"one.{ending}")
    export(tmp_path / f"two.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_the_sheet_meta_and_the_package_say_the_same(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    meta = {"License": "https://example.org/licence", "Issued": "2024-04-01", "Title": "@grants"}
    export(tmp_path / "grants.xlsx", meta=meta)
    export(tmp_path / "grants.json", meta=meta)
    said = json.loads((tmp_path / "grants.json").read_text(encoding="utf-8"))
    assert (said["version"], said["issued"], said["publisher"]) == (
        "1.4",
        "2024-04-01",
        {"name": "An office"},
    )
    assert "token" in said["pccfunding"]["fields"]
    coverage = pcc.read_360giving(tmp_path / "grants.xlsx").coverage.set_index("topic")["value"]
    assert (coverage["publisher"], coverage["title"]) == ("An office", "@grants")


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"meta": {"Licence": "x"}}, UnknownNameError, "No key of the sheet Meta 'Licence'"),
        (
            {"meta": {"License": "open"}},
            TableError,
            "Meta, License: 'open': it is no address",
        ),
        ({"prefix": "example"}, TableError, "looks like '360G-example'"),
    ],
)
def test_misuse_is_one_sentence(
    options: dict[str, Any], error: type[Exception], said: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        pcc.write_360giving(
            pcc.load_awards(),
            tmp_path / "grants.json",
            **({"prefix": "360G-example", "publisher": "An office"} | options),
        )


def test_a_file_is_not_written_over_unasked(tmp_path: Path) -> None:
    export(tmp_path / "grants.json")
    with pytest.raises(FileExistsError):
        export(tmp_path / "grants.json")
    export(tmp_path / "grants.json", force=True)
    with pytest.raises(TableError, match=r"ends in none of \.json, \.csv, \.xlsx"):
        export(tmp_path / "grants.ods")
    with pytest.raises(TableError, match="neither subject_id nor amount_gbp"):
        export(tmp_path / "other.json", pd.DataFrame({"sum": [5]}))


def test_a_grant_of_the_standard_keeps_the_contract() -> None:
    assert breaches(grant()) == []
    person = grant(recipientOrganization=None, recipientIndividual={"id": "x", "name": "y"})
    assert breaches(person) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"title": None}, "title"),
        ({"currency": "pounds"}, "currency"),
        ({"amountAwarded": "5000"}, "amountAwarded"),
        ({"amountAwarded": True}, "amountAwarded"),
        ({"awardDate": "13/03/2024"}, "awardDate"),
        ({"awardDate": "2024-03"}, "awardDate"),
        ({"plannedDates": [{"startDate": "2024-13"}]}, "plannedDates/0/startDate"),
        ({"plannedDates": [{"duration": -1}]}, "plannedDates/0/duration"),
        ({"plannedDates": {"startDate": "2024"}}, "plannedDates"),
        ({"recipientOrganization": []}, "recipientOrganization"),
        ({"recipientOrganization": [{"id": "x"}]}, "recipientOrganization/0/name"),
        ({"fundingOrganization": None}, "fundingOrganization"),
        ({"recipientIndividual": {"id": "x", "name": "y"}}, "recipientOrganization"),
        ({"fromOpenCall": "yes"}, "fromOpenCall"),
        ({"locationScope": "GLS999"}, "locationScope"),
        ({"regrantType": "FRG999"}, "regrantType"),
        ({"dateModified": "2024-03-13"}, "dateModified"),
        ({"pccfunding": {"amount_low_gbp": "5"}}, "pccfunding/amount_low_gbp"),
        ({"pccfunding": 3}, "pccfunding"),
        ({"relatedActivity": "x"}, "relatedActivity"),
    ],
)
def test_each_breach_is_found_where_it_is(changes: dict[str, Any], field: str) -> None:
    assert [one.field for one in breaches(grant(**changes))] == [field]


def test_a_light_breach_keeps_the_row_and_a_heavy_one_keeps_it_out() -> None:
    found = read(
        grant(),
        grant(id="2", fromOpenCall="yes"),
        grant(id="3", amountAwarded="£5,000"),
        grant(id="4", awardDate="13/03/2024"),
        grant(id="5", awardDate="2023-02-31"),
        grant(id="6", currency="EUR"),
        grant(),
        "a text",
    )
    assert found.frame["award_id"].tolist() == ["360G-example-1", "2"]
    assert found.n_rows == len(found.frame) + found.n_rejected + len(found.others) == 8
    assert found.cautions == ("records-repeated", "breaks-standard")
    rejected = found.rejected.set_index("place")
    assert rejected.loc["grant 3", "suggestion"] == "write 5000"
    assert rejected.loc["grant 4", "suggestion"] == "write 2024-03-13, if that is the day"
    assert rejected.loc["grant 5", "reason"].startswith("there is no such day")
    assert rejected.loc["grant 6", "reason"] == "the amount is not in pounds"
    assert found.others["raw"].tolist() == ["360G-example-1, printed at grant 1"]
    assert read(grant()).cautions == ()


def test_what_stands_several_times_is_joined_and_told() -> None:
    two = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    places = [{"geoCode": "E23000023"}, {"geoCode": "E23000030"}]
    found = read(
        grant(
            recipientOrganization=two,
            beneficiaryLocation=places,
            plannedDates=[{"startDate": "2023-04", "endDate": "2024-03"}],
        )
    )
    row = found.frame.iloc[0]
    assert (row["recipient"], row["recipient_id"]) == ("A; B", "a; b")
    assert pd.isna(row["area_code"])
    assert row["period"] == "2023-24"
    rules = set(found.changes["rule"])
    assert rules == {"several entries joined", "first or last day of it"}


def test_a_sheet_of_another_publisher_is_read_whatever_its_capitals() -> None:
    text = (
        "identifier,Title,DESCRIPTION,Currency,Amount Awarded,Award Date,Recipient Org:Identifier,"
        "Recipient Org:Name,Funding Org:Identifier,Funding Org:Name,From an open call?,Our code\n"
        "g-1,Club,Sessions,GBP,1200.50,2024-01-02,GB-CHC-1,A,GB-CHC-2,B,Yes,77\n"
        ",,,,,,,,,,,\n"
        'g-2,Club,Sessions,GBP,"1,200",2024-01-02,GB-CHC-1,A,GB-CHC-2,B,Yes,77\n'
        "g-3,Club,Sessions,GBP,12,2024-01-02,GB-CHC-1,A,GB-CHC-2,B,Yes,77,stray\n"
    )
    found = pcc.read_360giving(text.encode())
    assert found.frame["amount_gbp"].tolist() == [1200.5]
    assert found.rejected["place"].tolist() == ["line 4", "line 5"]
    assert found.rejected["suggestion"].tolist() == ["write 1200", ""]
    beside = found.coverage[found.coverage["topic"] == "columns beside the standard"]
    assert beside["note"].tolist() == ["Our code"]
    assert found.n_rows == 3


QUALITY = {
    "ZeroAmount": {"amountAwarded": 0},
    "NegativeAmount": {"amountAwarded": -5},
    "RecipientOrg360GPrefix": {"recipientOrganization": [{"id": "360G-x-y", "name": "y"}]},
    "FundingOrg360GPrefix": {"fundingOrganization": [{"id": "360G-x-y", "name": "y"}]},
    "RecipientOrgUnrecognisedPrefix": {"recipientOrganization": [{"id": "x", "name": "y"}]},
    "FundingOrgUnrecognisedPrefix": {"fundingOrganization": [{"id": "x", "name": "y"}]},
    "CharityNumber": {
        "recipientOrganization": [{"id": "GB-CHC-1", "name": "y", "charityNumber": "n/a"}]
    },
    "CompanyNumber": {
        "recipientOrganization": [{"id": "GB-COH-1", "name": "y", "companyNumber": "123456"}]
    },
    "LooksLikeEmail": {"description": "Ask a.person@example.org"},
    "TitleDescriptionSame": {"description": "boxing club"},
    "TitleLength": {"title": "x" * 140},
    "IdUnexpectedChars": {"id": "360G-example-1\n"},
    "NoLastModified": {"dateModified": None},
    "NoDataSource": {"dataSource": None},
    "ImpossibleDates": {"awardDate": "2023-02-31"},
    "PlannedStartDateBeforeEndDate": {
        "plannedDates": [{"startDate": "2024-04-01", "endDate": "2024-03"}]
    },
    "ActualStartDateBeforeEndDate": {
        "actualDates": [{"startDate": "2024-04-01", "endDate": "2023"}]
    },
    "FarDates": {"plannedDates": [{"startDate": "1023-04-01"}]},
    "PostDatedAwardDates": {"awardDate": "2024-05-02"},
    "GeoCodePostcode": {"beneficiaryLocation": [{"name": "x", "geoCode": "CB1 2AB"}]},
    "BeneficiaryLocationNameButNoCode": {"beneficiaryLocation": [{"name": "x"}]},
}


@pytest.mark.parametrize("check", QUALITY)
def test_a_quality_check_finds_its_case_and_no_other(check: str) -> None:
    sound = grant(dateModified="2024-05-01T00:00:00Z", dataSource="https://example.org/data")
    clean = pcc.quality_360giving(package(sound))
    assert clean["grants"].sum() == 0
    changed = {key: value for key, value in (sound | QUALITY[check]).items() if value is not None}
    found = pcc.quality_360giving(package(sound, changed | {"id": changed["id"] + "b"}))
    hit = found[(found["kind"] == "quality") & (found["grants"] > 0)]
    expected = {check}
    if "fundingOrganization" in QUALITY[check]:
        expected.add("MoreThanOneFundingOrg")
    assert set(hit["check"]) - {"MoreThanOneFundingOrg"} == {check}
    assert set(hit["check"]) == expected
    assert hit.set_index("check").loc[check, "places"] == "grant 2"


def test_one_funder_under_two_identifiers_is_found() -> None:
    other = grant(id="2", fundingOrganization=[{"id": "GB-CHC-1000003", "name": "A fund"}])
    found = pcc.quality_360giving(package(grant(), other)).set_index("check")
    assert found.loc["MultiFundingOrgIdsForName", "places"] == "grant 1; grant 2"
    assert found.loc["MoreThanOneFundingOrg", "grants"] == 2


def test_breaches_stand_in_the_quality_table() -> None:
    found = pcc.quality_360giving(package(grant(currency="pounds"), grant(currency="GBP")))
    contract = found[found["kind"] == "contract"].set_index("check")
    assert contract.loc["currency", "places"] == "grant 1"
    assert contract.loc["id", "meaning"] == "the identifier stands twice"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"{", "is no JSON that can be read"),
        (b"{}", "holds no list 'grants'"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"grants": [NaN]}', "NaN is no number of JSON"),
        (b'{"grants": [{"id": 1, "id": 2}]}', "the key 'id' stands twice"),
        (b'{"grants": [{"id": "\\ud800"}]}', "holds half of a character"),
        (b"\x00\x01\x02\xff", "is no text"),
        (b"%PDF-1.4", "is a PDF"),
        (b"a,b\n1,2\n", "no sheet whose first row names 'Identifier'"),
        (b"Identifier,Title,Title,Currency,Amount Awarded\n", "two columns are called 'Title'"),
    ],
)
def test_a_broken_file_is_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as caught:
        pcc.read_360giving(content)
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_missing_file_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="is a folder"):
        pcc.read_360giving(tmp_path)
    with pytest.raises(TableError, match="Cannot read"):
        pcc.read_360giving(tmp_path / "none.json")


def test_days_that_no_table_holds_are_told() -> None:
    found = read(
        grant(awardDate="0012-12-31"),
        grant(id="2", plannedDates=[{"startDate": "0012-12-31", "endDate": "2024-02-30"}]),
        grant(id="3", plannedDates=[{"startDate": "2024-03-01", "endDate": "2024-02-01"}]),
    )
    assert found.rejected["place"].tolist() == ["grant 1"]
    assert found.frame["period_end"].isna().all()
    assert found.changes["place"].tolist() == ["grant 2", "grant 2", "grant 3"]


@pytest.mark.parametrize("amount", [10**400, 1e300, 0.001])
def test_an_impossible_amount_is_rejected(amount: float) -> None:
    found = read(grant(amountAwarded=amount))
    assert (len(found.frame), found.n_rejected) == (0, 1)


TEXTS = st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and text.strip())


@given(st.text(max_size=8), st.sampled_from("=+-@'\t\rx"))
@example("=x", "'")
def test_the_guard_can_be_taken_away(text: str, first: str) -> None:
    cell = first + text
    assert guarded(cell)[0] not in "=+-@\t\r"
    assert unguarded(guarded(cell)) == cell


@given(
    streams=st.lists(TEXTS, min_size=1, max_size=4),
    pence=st.lists(st.integers(-(10**12), 10**12), min_size=4, max_size=4),
    start=st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)),
    ending=st.sampled_from(["json", "csv"]),
)
def test_any_table_comes_back(
    streams: list[str],
    pence: list[int],
    start: dt.date,
    ending: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("export")
    awards = pd.DataFrame(
        {
            "subject_id": [f"s-{number}" for number in range(len(streams))],
            "funding_stream": streams,
            "recipient": streams[::-1],
            "note": streams,
            "amount_gbp": [value / 100 for value in pence[: len(streams)]],
            "period_start": pd.Timestamp(start),
            "period_end": pd.Timestamp(start + dt.timedelta(days=364)),
        }
    ).astype({"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"})
    export(folder / f"grants.{ending}", awards, recipient=None).check()
    found = pcc.read_360giving(folder / f"grants.{ending}").check().frame
    for column in awards:
        assert found[column].tolist() == awards[column].tolist(), column


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from([*grant(), "plannedDates", "pccfunding"]), VALUES)))
def test_no_row_of_any_package_is_lost(changes: list[dict[str, Any]]) -> None:
    grants = [copy.deepcopy(grant(id=f"{number}")) | one for number, one in enumerate(changes)]
    found = read(*grants)
    assert found.n_rows == len(grants) == len(found.frame) + found.n_rejected
    assert len(pcc.quality_360giving(package(*grants))) >= 23


@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_one_sentence(data: st.DataObject) -> None:
    ending = data.draw(st.sampled_from(sorted(FILES)))
    content = bytearray(FILES[ending])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    try:
        found = pcc.read_360giving(io.BytesIO(bytes(content)))
    except PccFundingError as error:
        said = str(error)
    else:
        said = f"{found.n_rows - len(found.frame) - found.n_rejected} rows lost"
    assert "\n" not in said
    assert not said.endswith("rows lost") or said == "0 rows lost"


FILES = {
    "json": package(grant(), grant(id="2", pccfunding={"token": "£5k"})),
    "csv": (
        b"Identifier,Title,Description,Currency,Amount Awarded,Award Date,"
        b"Recipient Org:Identifier,Recipient Org:Name,Funding Org:Identifier,Funding Org:Name\n"
        b"g-1,Club,'=Sessions,GBP,1200.50,2024-01-02,GB-CHC-1,A,GB-CHC-2,B\n"
    ),
}


def samples() -> Path:
    return Path(os.environ["PCCFUNDING_SAMPLES"])


@pytest.mark.samples
def test_the_official_schema_accepts_the_export_of_the_bundled_awards(tmp_path: Path) -> None:
    pytest.importorskip("jsonschema")
    schema = samples() / "360giving"
    for ending in ("json", "csv"):
        export(tmp_path / f"grants.{ending}", schema=schema).check()
        found = pcc.read_360giving(tmp_path / f"grants.{ending}", schema=schema)
        assert (len(found.frame), found.cautions) == (8, ("supplied-values",))
        table = pcc.quality_360giving(tmp_path / f"grants.{ending}", schema=schema)
        assert set(table["kind"]) == {"quality"}


@pytest.mark.samples
@pytest.mark.parametrize(
    "changes",
    [
        {"awardDate": "13/03/2024"},
        {"amountAwarded": "5"},
        {"fundingOrganization": []},
        {"recipientOrganization": [{"id": "x"}]},
        {"fromOpenCall": "maybe"},
        {"url": "no address"},
        {"plannedDates": [{"startDate": "2024-13"}]},
        {"title": None},
    ],
)
def test_our_contract_refuses_what_the_official_schema_refuses(changes: dict[str, Any]) -> None:
    pytest.importorskip("jsonschema")
    schema = samples() / "360giving"
    assert breaches(grant(**changes))
    found = pcc.quality_360giving(package(grant(**changes)), schema=schema)
    assert {"contract", "official schema"} <= set(found["kind"])
    assert set(pcc.quality_360giving(package(grant()), schema=schema)["kind"]) == {"quality"}


@pytest.mark.samples
def test_a_real_file_of_the_standard_is_read_whole() -> None:
    found = pcc.read_360giving(samples() / "awards" / "trafford_360giving.csv").check()
    assert len(found.frame) == 555
    assert round(found.frame["amount_gbp"].sum(), 2) == 1_291_436.54
    assert found.cautions == ()


def test_a_schema_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"leads to no 360-giving-schema\.json"):
        pcc.read_360giving(package(grant()), schema=tmp_path)
