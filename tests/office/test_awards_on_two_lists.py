"""An award over two years on the list of each: counted once, or told; never twice in silence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from filling import started

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.evidence.evidence import loaded_tables

# Private: the words and the series that a Review prints, without the seconds of a Review.
from pccfunding.formats.award_files.award_repeats import again_words
from pccfunding.office import FolderEvidence
from pccfunding.review_pack.tables_spending import series_rows

HEAD = "Ref,Recipient,Fund,Period,Purpose,Amount"
LIGHTS = "G1,Halo,Streets,01/04/2023 to 31/03/2025,Lights,30000"
EARLY = [LIGHTS, "G2,Kestrel,Streets,2023-24,x,100", "G3,Arch,Streets,2023-24,x,150"]
LATE = ["G4,Arch,Streets,2024-25,y,200", "G5,Vane,Streets,2024-25,y,300"]
# What the second list prints of the award, whether each printing counts, and what is told of it.
PRINTED = {
    "alike": (LIGHTS, 1, "1 award stands in an earlier list too, with the same reference"),
    "with another amount": (
        LIGHTS.replace("30000", "32000"),
        2,
        "Lists print one reference beside awards that differ",
    ),
    "in other words": (
        LIGHTS.replace("30000", "30000.00").replace("Halo", "HALO"),
        2,
        "1 award reads like an earlier one",
    ),
    "without a reference": (
        LIGHTS.replace("G1,", ","),
        2,
        "1 award reads like an earlier one",
    ),
}


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "400"}).invoke(main, [str(one) for one in arguments])


def lists(folder: Path, again: str) -> list[Path]:
    paths = []
    for year, lines in (("2023-24", EARLY), ("2024-25", [*LATE, again])):
        paths.append(folder / f"list {year}.csv")
        paths[-1].write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return paths


@pytest.mark.parametrize("how", PRINTED)
def test_a_folder_counts_it_once_or_tells(how: str, tmp_path: Path) -> None:
    again, times, said = PRINTED[how]
    folder = started(tmp_path)
    lists(folder / "awards", again)
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    halo = evidence.awards["recipient"].str.casefold() == "halo"
    assert int(halo.sum()) == times
    assert len(evidence.awards) == 4 + times
    told = [one.text for one in evidence.problems]
    assert any(said in one for one in told), told


@pytest.mark.parametrize("fund", ["", "Fund,"])
def test_an_award_on_two_lists_is_told_where_neither_prints_a_stream(
    fund: str, tmp_path: Path
) -> None:
    folder = started(tmp_path)
    for name in ("one", "two"):
        others = [
            f"{name}{number},{fund and 'Fund of '}{fund and name},2023-24,{number}00"
            for number in range(1, 10)
        ]
        lines = [f"Recipient,{fund}Period,Amount"]
        lines += [line if fund else line.replace(",,", ",") for line in others]
        lines.append(f"Halo,Fund of {name},2023-24,5000" if fund else "Halo,2023-24,5000")
        (folder / "awards" / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    assert len(evidence.awards) == 20
    told = [one.text for one in evidence.problems if "reads like an earlier one" in one.text]
    assert len(told) == (not fund), evidence.problems


@pytest.mark.slow
def test_an_import_of_two_lists_counts_it_once_and_says_so(tmp_path: Path) -> None:
    paths = lists(tmp_path, LIGHTS)
    package, pack = tmp_path / "package", tmp_path / "pack"
    said = run("import", *paths, "--evidence", package, "--area", "Surrey", "--publisher", "Office")
    assert said.exit_code == 0, said.output
    assert "with the same reference and cells: counted once" in said.output
    assert "G1, printed at list 2023-24.csv, line 2 and at list 2024-25.csv, line 4" in said.output
    assert run("check", package).exit_code == 0
    assert run("review", package, "--out", pack).exit_code == 0
    sums = pd.read_csv(pack / "tables" / "subtotals.csv").query("funder_group == 'all lines'")
    # £15,000 a year of the £30,000, beside £100 and £150, and £200 and £300.
    assert dict(zip(sums["financial_year"], sums["amount_gbp"], strict=True)) == {
        "2023-24": 15_250.0,
        "2024-25": 15_500.0,
    }


def alike(folder: Path) -> Path:
    bare = [line.split(",", 1)[1] for line in (HEAD, *EARLY, LIGHTS)]
    path, package = folder / "list.csv", folder / "package"
    path.write_text("\n".join(bare), encoding="utf-8")
    said = run("import", path, "--evidence", package, "--area", "Surrey", "--publisher", "Office")
    assert said.exit_code == 0, said.output
    return package


def test_what_reads_alike_is_to_do_in_check(tmp_path: Path) -> None:
    checked = run("check", alike(tmp_path))
    assert checked.exit_code == 0, checked.output
    assert "recipient, purpose, amount and period are those of line 2 too" in checked.output


@pytest.mark.slow
def test_what_reads_alike_is_told_on_the_page(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    assert run("review", alike(tmp_path), "--out", pack).exit_code == 0
    page = (pack / "index.html").read_text(encoding="utf-8")
    assert "1 award reads like an earlier one" in page
    assert "£30,000 in all; each is counted" in page


def test_like_awards_of_two_years_are_two(tmp_path: Path) -> None:
    lines = [HEAD, "G1,Halo,Streets,2023-24,Lights,30000", "G1,Halo,Streets,2024-25,Lights,30000"]
    found = pcc.read_awards("\n".join(lines).encode())
    assert len(found.frame) == 2
    assert not {"repeated-awards", "records-repeated"} & set(found.cautions)


WHOLE = "Halo,Streets,2021-22/2022-23,30000"
YEARS = ["Halo,Streets,2021-22,12000", "Halo,Streets,2022-23,18000"]


@pytest.mark.parametrize(
    ("years", "told"),
    [
        (YEARS, True),
        ([YEARS[0].replace("Halo", "halo"), YEARS[1]], True),
        ([YEARS[0], YEARS[1].replace("18000", "18001")], False),
        ([YEARS[0], YEARS[1].replace("Halo", "Kestrel")], False),
        ([YEARS[0], YEARS[1].replace("2022-23", "2023-24")], False),
    ],
)
def test_a_whole_beside_its_years_without_a_reference_is_told(
    years: list[str], told: bool, tmp_path: Path
) -> None:
    path, package = tmp_path / "list.csv", tmp_path / "package"
    path.write_text("\n".join(["Recipient,Fund,Period,Amount", WHOLE, *years]), encoding="utf-8")
    said = run("import", path, "--evidence", package, "--area", "Surrey", "--publisher", "Office")
    assert said.exit_code == 0, said.output
    checked = run("check", package)
    assert checked.exit_code == 0, checked.output
    assert ("lines 3, 4 of the same recipient and stream add up to this" in checked.output) == told
    words = again_words(pcc.read_evidence(package).awards)
    assert ("1 award over several years, £30,000 in all" in words) == told


def test_streams_that_differ_in_capitals_and_blanks_are_one_series() -> None:
    text = "Recipient;Fund;Year;Amount\nA;Youth Fund;2022-23;13345\nB;YOUTH  fund;2023-24;15000\n"
    tables = pcc.award_tables(
        pcc.read_awards(text.encode()).frame,
        area="Surrey",
        source={"title": "List", "publisher": "Office"},
        listing="list",
    )
    loaded = loaded_tables(tables, None)
    evidence = dataclasses.replace(pcc.load_evidence(), **{one: loaded[one] for one in tables})
    rows = series_rows(evidence, "E23000031")
    assert rows["series"].tolist() == ["Youth Fund", "Youth Fund"]
