"""The command line: output, exit codes, no traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_review_writes_a_page_and_says_what_it_found(tmp_path: Path) -> None:
    result = run("review", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "£5,981,458" in result.output
    assert "which does not show that one moved" in " ".join(result.output.split())
    assert (tmp_path / "out" / "index.html").exists()
    assert (tmp_path / "out" / "tables" / "awards.csv").exists()


@pytest.mark.slow
def test_review_does_not_write_over_an_earlier_one_unasked(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("an earlier one", encoding="utf-8")
    refused = run("review", "--out", str(tmp_path))
    assert refused.exit_code == 2
    assert "--force" in refused.output
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "an earlier one"
    assert run("review", "--out", str(tmp_path), "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["review", "--area", "Atlantis"], "UnknownNameError: No area called 'Atlantis'"),
        (["review", "--area", "Daventry"], "police force area Northamptonshire (E23000022)"),
        (["review", "--area", "Fenland"], "in the police force area Cambridgeshire (E23000023)"),
        (["review", "--period", "20022/23"], "Did you mean 2022/23?"),
        (["review", "--evidence", "no-such-folder"], "no-such-folder is not a folder"),
        (["datasets", "--evidence", "no-such-folder"], "is not a folder"),
        (["reproduce", "--area", "Action Fraud"], "Action Fraud"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    if arguments[0] == "review":
        arguments = [*arguments, "--out", str(tmp_path)]
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert not any(tmp_path.iterdir())


def test_datasets_lists_every_table_and_what_is_not_known() -> None:
    result = run("datasets")
    assert result.exit_code == 0
    for table in ("figures", "awards", "recorded_crime", "deflator"):
        assert table in result.output
    unknown = int(pcc.load_figures()["value"].isna().sum())
    assert unknown > 0
    assert f"{unknown} without a number" in result.output


def test_reproduce_prints_figures_values_and_verdicts() -> None:
    result = run("reproduce")
    assert result.exit_code == 0, result.output
    assert "reproduced" in result.output
    assert "conflicts" in result.output


def test_reproduce_fails_when_a_verdict_is_not_the_recorded_one(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(datasets_dir(), folder)
    statements = folder / "statements.csv"
    text = statements.read_text(encoding="utf-8")
    before, found, after = text.partition("\nlondon-serious-violence,")
    assert ",conflicts," in after.split("\n")[0]
    after = after.replace(",conflicts,", ",reconciles,", 1)
    statements.write_text(before + found + after, encoding="utf-8")
    descriptor = folder / "datapackage.json"
    told = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in told["resources"]:
        resource.pop("hash", None)  # the table was edited by hand
    descriptor.write_text(json.dumps(told), encoding="utf-8")
    result = run("reproduce", "--evidence", str(folder))
    assert result.exit_code == 1, result.output
    assert "London decision" in result.output


@pytest.fixture
def award_list(tmp_path: Path) -> Path:
    path = tmp_path / "awards.csv"
    lines = ["Provided,Amount Awarded,Purpose", '=1+1,"£25,460",-x', "Robin,-250.00,y"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_import_reports_and_writes_typed_tables(award_list: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("import", str(award_list), "--out", str(out), "--financial-year", "2023/24")
    assert result.exit_code == 0, result.output
    assert "awards.csv: 2 rows read, none rejected" in result.output
    names = {path.name for path in out.iterdir()} - {"awards.parquet"}
    assert names == {
        f"{name}.csv" for name in ("awards", "rejected", "changes", "totals", "others", "coverage")
    }
    awards = pd.read_csv(out / "awards.csv")
    assert awards["amount_gbp"].tolist() == [25460.0, -250.0]
    assert awards["period_start"].tolist() == ["2023-04-01"] * 2


def test_import_makes_formulas_text_and_leaves_numbers(award_list: Path, tmp_path: Path) -> None:
    run("import", str(award_list), "--out", str(tmp_path / "out"))
    awards = pd.read_csv(tmp_path / "out" / "awards.csv", dtype=str)
    assert awards["recipient"].tolist() == ["'=1+1", "Robin"]
    assert awards["purpose"].tolist() == ["'-x", "y"]
    assert awards["token"].tolist() == ["£25,460", "-250.00"]
    for path in (tmp_path / "out").glob("*.csv"):
        cells = pd.read_csv(path, dtype=str, header=None).stack()
        assert not cells.str.contains(r"^[=+@]|^-[^0-9]", regex=True).any(), path.name


def test_import_writes_over_nothing_unasked(award_list: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "awards.csv").write_text("an earlier one", encoding="utf-8")
    refused = run("import", str(award_list), "--out", str(out))
    assert refused.exit_code == 2
    assert "--force" in refused.output
    assert [path.name for path in out.iterdir()] == ["awards.csv"]
    assert (out / "awards.csv").read_text(encoding="utf-8") == "an earlier one"
    assert run("import", str(award_list), "--out", str(out), "--force").exit_code == 0


def test_import_fails_where_rows_were_rejected(award_list: Path) -> None:
    with award_list.open("a", encoding="utf-8") as file:
        file.write('Lark,"£31,78",z\n')
    refused = run("import", str(award_list))
    assert refused.exit_code == 1
    assert "1 row rejected" in refused.output
    assert "£31,78" in refused.output
    assert run("import", str(award_list), "--allow-rejected").exit_code == 0


def test_import_takes_the_callers_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Wer,Wieviel\nA,500\n", encoding="utf-8")
    assert run("import", str(path)).exit_code == 2
    named = ["--column", "recipient=Wer", "--column", "amount=Wieviel"]
    assert run("import", str(path), *named).exit_code == 0


def test_help_names_the_commands() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for command in ("review", "datasets", "import", "reproduce"):
        assert command in result.output


def test_import_writes_evidence_that_can_be_checked_and_reviewed(tmp_path: Path) -> None:
    file = tmp_path / "Awards 2023-24.csv"
    file.write_text("Recipient,Amount (£)\nHarbour,12500\nHalo,7500\n", encoding="utf-8")
    options = ["--financial-year", "2023-24", "--funder", "An invented office"]
    options += ["--area", "Wiltshire", "--stream", "Small grants"]
    folder = str(tmp_path / "evidence")
    assert run("import", str(file), *options, "--evidence", folder).exit_code == 2
    done = run("import", str(file), *options, "--publisher", "Nobody", "--evidence", folder)
    assert done.exit_code == 0, done.output
    assert run("check", folder).exit_code == 0
    found = pcc.read_evidence(folder)
    assert found.awards["amount_gbp"].sum() == 20_000
    assert found.sources["document"].iloc[0] == "Awards 2023-24.csv"
    assert run("review", "--evidence", folder, "--out", str(tmp_path / "out")).exit_code == 0
