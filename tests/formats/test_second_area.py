"""Evidence of any area: the second bundled one, and the checks that an unfinished one meets."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import pccfunding as pcc
from pccfunding import checking
from pccfunding.bundled import datasets_dir
from pccfunding.checking import rules
from pccfunding.cli import main
from pccfunding.errors import DataPackageError, UnknownNameError
from pccfunding.formats.write_data_package import descriptor_text, own_properties
from pccfunding.office.conformance import open_package

SURREY, WARWICKSHIRE = datasets_dir() / "surrey", datasets_dir() / "warwickshire"
FURTHER = sorted(path.parent for path in datasets_dir().glob("*/datapackage.json"))
OF_CAMBRIDGESHIRE = re.compile("cambridge|peterborough|fenland|huntingdon|E23000023", re.IGNORECASE)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def workbook_words(path: Path) -> str:
    with zipfile.ZipFile(path) as workbook:
        return " ".join(workbook.read(name).decode() for name in workbook.namelist())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SURREY, tmp_path / "surrey")
    return tmp_path / "surrey"


def edit(folder: Path, table: str, change: Callable[[pd.DataFrame], None]) -> None:
    """Change a table and write the package again, without holding it to its contracts."""
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(frame)
    frame.to_csv(path, index=False, lineterminator="\n")
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        resource.pop("hash", None)
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")


def found(folder: Path, state: str) -> pd.DataFrame:
    frame = pcc.conformance(folder).frame
    return frame[frame["state"] == state]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, id=place.name, marks=[] if place in FURTHER[:1] else pytest.mark.slow)
        for place in (datasets_dir(), *FURTHER)
    ],
)
def test_what_is_bundled_is_sound(place: Path) -> None:
    result = pcc.conformance(place).check()
    assert result.broken == 0
    assert result.cautions == ("incomplete",)
    assert set(result.frame["check"]) == {*checking.CHECKS, checking.STATEMENTS}
    assert not (result.frame["state"] == "not run").any()


@pytest.mark.parametrize("place", FURTHER, ids=lambda place: place.name)
def test_the_descriptor_is_the_one_that_the_contracts_make(place: Path) -> None:
    made = descriptor_text(place, **own_properties(place))
    assert (place / "datapackage.json").read_text(encoding="utf-8") == made


def test_the_second_area_is_evidence_with_verdicts_of_each_kind() -> None:
    evidence = pcc.load_evidence("Surrey")
    assert evidence.awards["area_code"].unique().tolist() == ["E23000031"]
    worked = pcc.reconcile_statements(evidence=evidence)
    assert worked["as_recorded"].all()
    assert worked["verdict"].value_counts().to_dict() == {
        "reconciles": 10,
        "conflicts": 2,
        "cannot be told": 1,
    }
    cited = pcc.cite(evidence.awards, evidence=evidence)
    assert set(cited["publisher"]) == {"Police and Crime Commissioner for Surrey"}
    assert cited["source_id"].is_unique
    assert set(evidence.figures["verified"]) == {"secondary"}


FIVE_SUMS = {
    "safer-streets-5-projects": ("Metropolitan Police", "990324.28"),
    "surge-allocations": ("Metropolitan Police", "807375"),
    "victims-small-grants": ("Metropolitan Police", "727438"),
    "victims-allocated": ("Greater Manchester", "351091"),
    "safer-streets-5-years": ("Greater Manchester", "847969"),
}


@pytest.mark.parametrize("statement", FIVE_SUMS)
def test_awards_add_up_to_the_penny_where_a_sum_is_printed(statement: str) -> None:
    area, amount = FIVE_SUMS[statement]
    evidence = pcc.load_evidence(area)
    worked = pcc.reconcile_statements(evidence=evidence).set_index("statement_id").loc[statement]
    assert (worked["relation"], worked["verdict"], worked["gap"]) == ("sum", "reconciles", "0")
    stated = evidence.statements.set_index("statement_id").loc[statement]
    figures = evidence.figures.set_index("figure_id")["value"]
    parts = [Fraction(figures[part]) for part in stated["left"].split(";")]
    assert sum(parts) == Fraction(figures[stated["right"]]) == Fraction(amount)


def test_one_decision_adds_up_three_ways() -> None:
    worked = pcc.reconcile_statements(evidence=pcc.load_evidence("Metropolitan Police"))
    gaps = worked.set_index("statement_id")["gap"]
    ways = ["projects", "tranches", "2023-24", "2024-25", "lewisham", "haringey", "croydon"]
    assert (gaps[[f"safer-streets-5-{way}" for way in ways]] == "0").all()


def test_people_helped_stand_beside_what_a_service_was_given() -> None:
    evidence = pcc.load_evidence("Thames Valley")
    assert set(evidence.awards["status"]) == {"outturn"}
    assert evidence.awards["note"].str.contains("stored page was cut").all()
    streams = set(evidence.awards["funding_stream"])
    assert set(evidence.outcomes["funding_stream"]) <= streams
    assert set(evidence.outcomes["attribution"]) == {"output_of_the_stream"}
    chosen = evidence.outcomes.set_index("subject_id")
    pilots = chosen.loc[
        "thames-valley-2017-18-domestic-violence-complex-needs-pilots-"
        "individuals-in-the-three-pilots-together"
    ]
    assert pilots["value"] == 372
    lines = evidence.awards["funding_stream"] == pilots["funding_stream"]
    assert evidence.awards.loc[lines, "amount_gbp"].sum() == 97_627 + 92_056 + 93_332


def test_evidence_is_chosen_by_area() -> None:
    own = pcc.load_evidence("E23000023").awards
    pd.testing.assert_frame_equal(own, pcc.load_awards(), check_like=True)
    with pytest.raises(UnknownNameError, match="surrey, thames-valley, warwickshire"):
        pcc.load_evidence("Kent")
    assert len(pcc.load_evidence("Surrey", as_of="2000-12-31").totals) == 3


@pytest.mark.parametrize("place", [SURREY, WARWICKSHIRE])
def test_nothing_of_the_first_area_is_left_in_another_review(place: Path, tmp_path: Path) -> None:
    result = run("review", "--evidence", str(place), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 10
    for path in written:
        words = workbook_words(path) if path.suffix == ".xlsx" else path.read_text(encoding="utf-8")
        hit = OF_CAMBRIDGESHIRE.search(words)
        assert hit is None, (path.name, hit)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert f"Review of commissioning in {place.name.capitalize()}" in page
    assert "No change in percent is printed" in page
    assert ("of the one printed line" in page) is (place is WARWICKSHIRE)
    assert ("none of the documents held prints it" in page) is (place is SURREY)


def test_a_sum_that_is_printed_stands_beside_its_lines(tmp_path: Path) -> None:
    evidence = pcc.load_evidence("Surrey")
    instalments = evidence.awards["part_of"] == "surrey-2023-25-bridge-the-gap"
    lines = evidence.awards[instalments].reset_index(drop=True)
    written = pcc.review(dataclasses.replace(evidence, awards=lines)).write(tmp_path)
    page = written[0].read_text(encoding="utf-8")
    assert "part of £120,000, printed for 2023-24/2024-25" in page
    assert "a sum that none of the documents held prints" not in page


def test_lines_of_several_years_keep_their_years_apart(tmp_path: Path) -> None:
    evidence = pcc.load_evidence("Warwickshire")
    assert pcc.reconcile_statements(evidence=evidence)["as_recorded"].all()
    found = pcc.review(evidence)
    years = ["2022-23", "2023-24", "2024-25"]
    beside = found.tables["beside"]
    assert beside["period"].tolist() == years
    assert beside["token"].tolist()[:1] == ["62"]
    assert beside["token"].isna().tolist() == [False, True, True]
    heads = found.tables["spend_per_head"]
    assert heads["funding_stream"].tolist() == ["Commissioner's grants", "all lines"] * 3
    assert heads["spend_gbp_per_head"].round(2).tolist() == [1.63, 1.63, 0.85, 0.85, 0.47, 0.47]
    page = html.unescape(found.write(tmp_path)[0].read_text(encoding="utf-8"))
    for year in years:
        assert f"Commissioner's grants, {year}" in page
        assert f"Per resident in {year}" in page
    assert "in the money of their years" not in page
    facts = found.summary.set_index("finding")["number"]
    assert [facts[f"Funded in {year}"] for year in years] == [
        "£992,550",
        "£525,179",
        "£299,213.13",
    ]


def test_an_outcome_without_a_period_stands_beside_the_latest_line() -> None:
    evidence = pcc.load_evidence("Warwickshire")
    undated = evidence.outcomes.assign(period_start=pd.NaT, period_end=pd.NaT)
    outcomes = undated.astype({"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"})
    found = pcc.review(dataclasses.replace(evidence, outcomes=outcomes))
    assert found.tables["beside"]["token"].isna().tolist() == [True, True, False]


def test_the_code_between_evidence_and_page_knows_no_area_of_its_own() -> None:
    package = Path(pcc.__file__).parent
    rooms = ("schemas", "measures", "reconciliation", "checking", "office", "review_pack")
    paths = [path for room in rooms for path in (package / room).rglob("*") if path.is_file()]
    files = ("evidence.py", "reconcile_statements.py", "tables.py", "tracing.py")
    paths += [package / "evidence" / name for name in files]
    for path in paths:
        if path.suffix in (".py", ".j2", ".css"):
            code = re.sub(r'"""(?:.|\n)*?"""', "", path.read_text(encoding="utf-8"))
            assert OF_CAMBRIDGESHIRE.search(code) is None, path.name


def test_a_review_of_a_longer_period_shows_the_conflict(tmp_path: Path) -> None:
    result = pcc.review(pcc.load_evidence("Surrey"), period="2002-03/2024-25")
    assert "2 conflict" in result.text
    years = result.tables["year_on_year"].dropna(subset=["change_pct"])
    grants = years[years["series"] == "Police grants, total"]["change_pct"].round(1).tolist()
    assert grants == [7.9, -0.2]
    assert result.write(tmp_path)


def test_reading_the_second_area_back_is_the_identity(tmp_path: Path) -> None:
    first = pcc.read_evidence(SURREY)
    own = {
        name: getattr(first, name)
        for name in ("sources", "figures", "awards", "outcomes", "totals", "statements")
    }
    pcc.write_data_package(own, tmp_path, name="surrey", title="Surrey")
    second = pcc.read_evidence(tmp_path)
    for name, table in own.items():
        pd.testing.assert_frame_equal(getattr(second, name), table, obj=name)


KEYS, SUBJECTS = "keys lead somewhere", "subjects are printed and stand once"
TOKENS = "tokens read as stored"
BROKEN: dict[str, tuple[str, str, int, object, str]] = {
    "contract": ("awards", "status", 0, "gift", "cells keep their contracts"),
    "key twice": ("figures", "figure_id", 1, "SY001", KEYS),
    "source unknown": ("figures", "source_id", 0, "nowhere", KEYS),
    "area unknown": ("totals", "area_code", 0, "E99999999", KEYS),
    "container unknown": ("awards", "part_of", 0, "nothing", SUBJECTS),
    "subject twice": (
        "totals", "subject_id", 0, "surrey-2024-25-boxing-club", SUBJECTS,
    ),
    "subject of no table": ("figures", "subject_id", 0, "nothing", SUBJECTS),
    "superseded by nothing": ("figures", "superseded_by", 0, "SY999", SUBJECTS),
    "superseded by another": ("figures", "superseded_by", 0, "SY004", SUBJECTS),
    "superseded by itself": ("figures", "superseded_by", 0, "SY001", SUBJECTS),
    "bound": ("figures", "low", 3, "1", TOKENS),
    "open end": ("figures", "low_closed", 3, False, TOKENS),
    "hedge": ("figures", "hedge", 3, "nearly", TOKENS),
    "unreadable token": ("figures", "token", 3, "£31,78", TOKENS),
    "period turned": (
        "totals", "period_end", 0, pd.Timestamp("1990-01-01"), "periods are in order",
    ),
    "half a period": ("totals", "period_end", 0, pd.NaT, "periods are in order"),
    "known and unknown": ("awards", "purpose_unknown", 0, "withheld", "unknowns name their kind"),
    "unknown kind": ("figures", "unknown", 0, "lost", "unknowns name their kind"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_each_break_is_found_by_its_check_at_its_line(case: str) -> None:
    table, column, row, value, check = BROKEN[case]
    package = open_package(SURREY)
    assert [one for one in checking.CHECKS[check](package) if one.state == "broken"] == []
    package.tables[table].loc[row, column] = value
    hits = [one for one in checking.CHECKS[check](package) if one.state == "broken"]
    assert (table, f"line {row + 2}") in [(one.table, one.place) for one in hits]


WRITTEN: dict[str, tuple[str, str, str, str, str]] = {
    "type": ("awards", "period_start", "April", "tables can be read", "datapackage.json"),
    "verdict": ("statements", "expected_verdict", "conflicts", checking.STATEMENTS, "line 2"),
    "reason": ("statements", "expected_reason", "hedged", checking.STATEMENTS, "line 2"),
    "figure unknown": ("statements", "left", "SY999", checking.STATEMENTS, "line 2"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_break_of_the_files_is_found_by_its_check(case: str, folder: Path) -> None:
    table, column, value, check, place = WRITTEN[case]

    def change(frame: pd.DataFrame) -> None:
        frame.loc[0, column] = value

    edit(folder, table, change)
    result = pcc.conformance(folder)
    broken = result.frame[result.frame["state"] == "broken"]
    hits = broken[(broken["check"] == check) & (broken["place"] == place)]
    assert hits["table"].tolist() == [table], broken.to_dict("records")
    with pytest.raises(DataPackageError, match=r"broken\. The first: "):
        result.check()


def test_a_broken_package_ends_with_exit_code_1(folder: Path) -> None:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[0, "low"] = "1"

    edit(folder, "figures", change)
    result = run("check", str(folder))
    assert result.exit_code == 1, result.output
    assert "Broken" in result.output


def test_a_changed_file_is_told_from_the_one_described(folder: Path) -> None:
    path = folder / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "changed after its hash" in found(folder, "broken")["what"].iloc[0]


def test_an_unfinished_package_gets_a_list_of_what_to_do(folder: Path) -> None:
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["resources"] = [
        one for one in descriptor["resources"] if one["name"] not in ("statements", "outcomes")
    ]
    descriptor["resources"].append({"name": "colours", "path": "colours.csv"})
    del descriptor["licenses"]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    result = run("check", str(folder))
    assert result.exit_code == 0, result.output
    said = " ".join(found(folder, "to do")["what"])
    for words in ("no table 'statements' yet", "no table 'outcomes'", "'colours'", "licence"):
        assert words in said
    assert found(folder, "not run")["check"].tolist() == [checking.STATEMENTS]
    assert "nothing broken" in result.output


TO_DO: dict[str, tuple[str, str, object, str]] = {
    "source without address": ("sources", "url", None, "neither an address nor"),
    "undated source": ("sources", "published_note", None, "neither a date nor"),
    "copy without a sum": ("sources", "document", "page.txt", "the copy has no SHA-256"),
    "unused source": ("sources", "source_id", "other-source", "no figure or statement"),
}


@pytest.mark.parametrize("case", TO_DO)
def test_what_is_missing_of_a_source_is_to_do(case: str) -> None:
    table, column, value, words = TO_DO[case]
    row = 0 if case == "unused source" else 3
    package = open_package(SURREY)

    def times() -> int:
        return sum(words in one.what for one in rules.sources(package))

    before = times()
    package.tables[table].loc[row, column] = value
    assert times() == before + 1


def test_a_check_that_crashes_is_broken_and_not_absent(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(package: object) -> None:
        raise ZeroDivisionError("by hand")

    monkeypatch.setitem(checking.CHECKS, "periods are in order", crash)
    broken = pcc.conformance(folder).frame.set_index("check").loc["periods are in order"]
    assert broken["state"] == "broken"
    assert "ZeroDivisionError" in broken["what"]


def test_a_folder_that_is_no_package_is_one_sentence(tmp_path: Path) -> None:
    for arguments, said in (
        (
            ["check", str(tmp_path)],
            "neither a workbook nor a data package: no evidence.xlsx or evidence.ods",
        ),
        (["check", str(tmp_path / "nowhere")], "is not a folder"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert said in " ".join(result.output.split())
        assert "Traceback" not in result.output
    with pytest.raises(DataPackageError):
        pcc.conformance(tmp_path)


def test_a_sound_package_without_anything_to_do_has_no_caution() -> None:
    frame = pd.DataFrame({"check": ["x"], "state": ["ok"], "table": [""], "place": [""]})
    result = pcc.office.Conformance(frame.assign(what=""), source="s", n_checks=1)
    assert result.cautions == ()
    assert result.text == "s: 1 of 1 checks find nothing; nothing broken, nothing to do."
    assert result.check() is result
