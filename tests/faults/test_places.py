"""What names no place, a folder that is gone, and an environment that asks for what is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest
from children import command, python
from click.testing import CliRunner

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.errors import PccFundingError
from pccfunding.formats import count_police_uk
from pccfunding.office import start_folder
from pccfunding.review_pack import compare_packs, sign_pack, verify_pack

TABLE = pd.DataFrame({"x": [1]})
NAMED: dict[str, Callable[[Any], Any]] = {
    "read_evidence": pcc.read_evidence,
    "conformance": pcc.conformance,
    "verify_sources": pcc.verify_sources,
    "verify_pack": verify_pack,
    "compare_packs": lambda place: compare_packs(place, place),
    "sign_pack": lambda place: sign_pack(
        place, name="A", role="B", decision="continue", reason="C"
    ),
    "write_data_package": lambda place: pcc.write_data_package({}, place, name="a", title="A"),
    "read_police_uk": lambda place: pcc.read_police_uk([place]),
    "read_awards": pcc.read_awards,
}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("given", ["", None, 5, {}, b"x", ["x"], "a\0b", object()])
def test_what_names_no_place_is_refused_in_a_sentence(
    name: str, given: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PccFundingError):
        NAMED[name](given)
    assert not list(tmp_path.iterdir())


def test_an_empty_path_is_not_the_folder_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pcc.bundled.datasets_dir())
    for name in ("read_evidence", "conformance", "verify_sources", "verify_pack"):
        with pytest.raises(PccFundingError, match="is named by a path, and this one is empty"):
            NAMED[name]("")
    with pytest.raises(PccFundingError, match="is named by a path, and this one is empty"):
        start_folder("Durham", directory="")


@pytest.mark.parametrize(
    "words",
    [
        ["check", ""],
        ["verify", ""],
        ["sign", "", "--name", "A", "--role", "B"],
        ["diff", "a", ""],
        ["export", "", "--out", "x"],
        ["export", "x", "--out", ""],
        ["review", ""],
        ["review", "--out", ""],
        ["review", "--evidence", ""],
        ["datasets", "--evidence", ""],
        ["reproduce", "--evidence", ""],
        ["verify-sources", ""],
        ["start", "Kent", "--out", ""],
        ["start", "Kent", "--awards", ""],
        ["import", ""],
        ["count", "police-uk", "x.csv", "--out", ""],
        ["count", "police-uk", "x.csv", "--out", "y.csv", "--cache", ""],
    ],
)
def test_no_command_takes_an_empty_path_for_the_folder_at_hand(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "is named by a path, and this one is empty" in " ".join(done.output.split())
    assert not list(tmp_path.iterdir())


def test_every_path_of_a_command_is_asked_for_in_one_way() -> None:
    groups, kinds = [main], set()
    while groups:
        for one in groups.pop().commands.values():
            if hasattr(one, "commands"):
                groups.append(one)
            kinds |= {type(p.type).__name__ for p in one.params if isinstance(p.type, click.Path)}
    assert kinds == {"_Place"}


@pytest.mark.parametrize(
    "call",
    [
        lambda given: pcc.verify_sources(".", evidence=given),
        lambda given: pcc.reproduce(given),
        lambda given: pcc.reconcile_statements(evidence=given),
        lambda given: pcc.revisions("x", evidence=given),
        lambda given: pcc.cite(pcc.load_awards(), evidence=given),
    ],
)
@pytest.mark.parametrize("given", ["datasets", 5, [], TABLE])
def test_what_is_no_evidence_is_named(call: Any, given: Any) -> None:
    with pytest.raises(PccFundingError, match=f"evidence is a {type(given).__name__}; read it"):
        call(given)


@pytest.mark.parametrize("given", [5, 1.5, [], {}, b"2024", pd.NaT])
def test_what_is_no_day_is_not_taken_for_one(given: Any) -> None:
    for call in (pcc.load_awards, pcc.load_evidence):
        with pytest.raises(PccFundingError, match=r"as_of is a .*write a day: '2024-03-31'"):
            call(as_of=given)
    days = pd.Timestamp("2024-01-02"), "2024-01-02"
    one, other = (pcc.load_awards(as_of=day) for day in days)  # type: ignore[arg-type]
    assert one.equals(other)


@pytest.mark.parametrize("given", [None, 5, [], {}, ["a"], object()])
def test_what_is_no_subject_or_list_is_named(given: Any) -> None:
    source = {"title": "T", "publisher": "P"}
    with pytest.raises(PccFundingError, match=f"subject_id is a {type(given).__name__}"):
        pcc.revisions(given)
    with pytest.raises(PccFundingError, match=f"awards is a {type(given).__name__}, not a table"):
        pcc.award_tables(given, area="Kent", source=source, listing="a")
    read = pcc.read_awards(b"Recipient,Amount,Financial year\nHalo,5,2023-24\n").frame
    with pytest.raises(PccFundingError, match="source= "):
        pcc.award_tables(read, area="Kent", source=given, listing="a")
    with pytest.raises(PccFundingError, match="awards has no columns"):
        pcc.award_tables(TABLE, area="Kent", source=source, listing="a")


def test_a_folder_without_a_workbook_is_told_what_it_may_hold(tmp_path: Path) -> None:
    for call in (pcc.read_evidence, pcc.conformance):
        with pytest.raises(PccFundingError, match=r"evidence\.xlsx or evidence\.ods.*datapackage"):
            call(tmp_path)
    (tmp_path / "kent" / "evidence").mkdir(parents=True)
    (tmp_path / "kent" / "evidence" / "evidence.xlsx").touch()
    with pytest.raises(PccFundingError, match="the workbook lies in evidence; name that folder"):
        pcc.read_evidence(tmp_path / "kent")
    (tmp_path / "Evidence for Kent.xlsx").touch()
    said = r"If Evidence for Kent\.xlsx is the workbook, name it evidence\.xlsx"
    with pytest.raises(PccFundingError, match=said):
        pcc.conformance(tmp_path)


@pytest.mark.posix
@pytest.mark.slow
def test_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    said = "the folder that this runs in is gone; go to another one first"
    here = f"import os; os.chdir({str(tmp_path)!r}); os.mkdir('x'); os.chdir('x'); os.rmdir('../x')"
    code = f"""
        {here}
        import pccfunding as pcc
        for place in ("x", {str(pcc.bundled.datasets_dir())!r}):
            for call in (pcc.read_evidence, pcc.conformance, pcc.verify_sources):
                try:
                    call(place)
                except OSError as error:
                    assert {said!r} in str(error), error
                else:
                    raise SystemExit("read")
    """
    done = python(code)
    assert done.returncode == 0, done.stderr
    for words in (["review"], ["check", "x"], ["datasets"]):
        code = f"{here}; from pccfunding.cli import main; main({words!r})"
        done = python(code)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_backend_that_is_none_is_named(tmp_path: Path) -> None:
    env = {"MPLBACKEND": "bogus"}
    done = command("review", "--out", tmp_path / "out", env=env)
    assert done.returncode == 2
    assert "matplotlib knows no backend 'bogus', which MPLBACKEND asks for" in done.stderr
    assert not os.listdir(tmp_path)


def test_a_pattern_that_names_no_file(tmp_path: Path) -> None:
    with pytest.raises(PccFundingError, match="An empty pattern names no file"):
        count_police_uk("")
