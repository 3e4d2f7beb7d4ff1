"""The command line: output, exit codes, no traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pccfunding._bundled import datasets_dir
from pccfunding.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_review_writes_a_page_and_says_what_it_found(tmp_path: Path) -> None:
    result = run("review", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "£5,981,458" in result.output
    assert "nothing published shows" in " ".join(result.output.split())
    assert (tmp_path / "out" / "index.html").exists()
    assert (tmp_path / "out" / "tables" / "awards.csv").exists()


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
        (["review", "--area", "Surrey"], "no award line for Surrey"),
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
    assert "5 without a number" in result.output


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
    changed = text.replace(",conflicts,,By five pence.", ",reconciles,,By five pence.")
    assert changed != text
    statements.write_text(changed, encoding="utf-8")
    result = run("reproduce", "--evidence", str(folder))
    assert result.exit_code == 1, result.output
    assert "London decision" in result.output


def test_help_names_the_commands() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for command in ("review", "datasets", "reproduce"):
        assert command in result.output
