"""What the lists of an evidence folder strike out, hide, take back or print on purpose twice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from filling import fill, started

import pccfunding as pcc
from pccfunding.errors import DataPackageError

# Private: what check and review say of awards, without the seconds of a folder.
from pccfunding.evidence.evidence import check_contracts
from pccfunding.formats.award_files.award_repeats import again_words
from pccfunding.office import FolderEvidence

STRUCK = "Amount (£): it is struck out, as what was withdrawn or corrected is"
NOTE = "An earlier bid was declined; this one was agreed"
HEAD = "Recipient,Purpose,Amount (£),Financial year"
TWIN = "Body 0,Lights,1000,2024-25\nBody 1,Lights,1001,2024-25"


@pytest.mark.slow
def test_a_folder_names_each_of_them(tmp_path: Path) -> None:
    import openpyxl
    from openpyxl.styles import Font

    folder = started(tmp_path / "durham")
    book = openpyxl.Workbook()
    for line in (HEAD, "Halo,x,500,2024-25", "Hub,y,700,2024-25"):
        book.active.append([int(one) if one.isdigit() else one for one in line.split(",")])
    for cell in ("C3", "B2"):
        book.active[cell].font = Font(strike=True)
    book.save(folder / "awards" / "grants.xlsx")
    texts = {
        "notes.csv": f"{HEAD},Notes\nArch,x,50,2024-25,{NOTE}",
        "one.csv": f"{HEAD}\n{TWIN}",
        "two.csv": f"{HEAD}\n{TWIN}\n",
        "huge.csv": f"{HEAD}\n" + "\n".join(f"B{n},x,6{'0' * 13},2024-25" for n in "12"),
        "desktop.ini": "[.ShellClassInfo]",
        "._one.csv": "\0\5\x16\7",
    }
    for name, text in texts.items():
        (folder / "awards" / name).write_text(text, encoding="utf-8")
    fill(folder, Files=[{"file": name, "use": "yes"} for name in ("one.csv", "two.csv")])
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    assert len(evidence.awards) == 1 + 1 + 2 + 2
    told = {(one.state, one.file, one.place, one.why) for one in evidence.problems}
    huge = {one for one in told if one[1] == "awards/huge.csv"}
    assert told - huge == {
        ("broken", "awards/grants.xlsx", "sheet 'Sheet', row 3", STRUCK),
        ("to do", "awards/grants.xlsx", "sheet Sheet", "struck out: cell B2, cell C3"),
        ("to do", "awards/notes.csv", "line 2",
         "Notes: words of what was declined or withdrawn; the row counts as the others"),
    }  # fmt: skip
    ((state, _, _, why),) = huge
    assert state == "broken"
    assert "The largest is '60000000000000' at line 2" in why


def test_what_lists_that_count_beside_each_other_print_alike_is_meant_so() -> None:
    awards = pcc.load_evidence().awards.head(2).assign(recipient=["Halo", "Hub"])
    lists = [
        awards.assign(listing=name, subject_id=awards["subject_id"] + name)
        for name in ("one", "two", "three")
    ]
    twice = pd.concat(lists[:2], ignore_index=True)
    assert again_words(twice)
    assert again_words(twice, beside={"one"})
    assert not again_words(twice, beside={"one", "two"})
    within = pd.concat([*lists[:2], lists[0].assign(subject_id="x")], ignore_index=True)
    assert "2 awards read like" in again_words(within, beside={"one", "two"})
    third = pd.concat(lists, ignore_index=True)
    assert "2 awards read like" in again_words(third, beside={"one", "two"})


def test_awards_beyond_any_sum_are_refused_by_name() -> None:
    evidence = pcc.load_evidence()
    figures = dataclasses.replace(evidence).figures
    figures = figures[figures["subject_id"].isin(evidence.awards["subject_id"])].head(2)
    awards = evidence.awards[["subject_id"]]
    for value, fits in ((4e13, True), (6e13, False)):
        stored = {"awards": awards, "figures": figures.assign(value=[value, 4e13])}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pccfunding.schemas.broken_rules", lambda *_: ())
            if fits:
                check_contracts(stored, Path("folder"))
                continue
            with pytest.raises(DataPackageError, match="more than can be added exactly") as caught:
                check_contracts(stored, Path("folder"))
        assert repr(figures["figure_id"].iat[0]) in str(caught.value)
