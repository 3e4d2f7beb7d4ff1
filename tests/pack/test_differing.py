"""Two packs compared: what was added, went, changed or was superseded, and verdicts flipped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import pccfunding as pcc
from pccfunding.cli import main
from pccfunding.errors import PackError
from pccfunding.review_pack import Review, compare_packs
from pccfunding.review_pack.stored_pack import MANIFEST, file_facts, sealed


def rewritten(pack: Path, folder: Path, **changes: tuple[str, str]) -> Path:
    """A copy with texts replaced, sealed again, as another version of the evidence would be."""
    shutil.copytree(pack, folder)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    for name, (old, new) in changes.items():
        file = next(path for path in folder.iterdir() if path.stem == name)
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
        manifest["files"][file.name] = file_facts(file.read_bytes())
    (folder / MANIFEST).write_bytes(sealed(manifest))
    return folder


def test_the_same_pack_differs_in_nothing(pack: Path) -> None:
    found = compare_packs(pack, pack.with_name("review.zip"))
    assert found.frame.empty
    assert found.text == "review to review.zip: no number and no verdict differs."


def test_a_changed_token_and_a_flipped_verdict_are_listed(pack: Path, tmp_path: Path) -> None:
    statements = (pack / "statements.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in statements if line.startswith("advisers-transposed,"))
    later = rewritten(
        pack,
        tmp_path / "later",
        figures=('"token": "£2,321,845"', '"token": "£2,321,854"'),
        statements=(row, row.replace("conflicts", "reconciles")),
    )
    rows = compare_packs(pack, later).frame.set_index("change")
    assert rows.loc["changed", ["key", "before", "after"]].tolist() == [
        "S017", "£2,321,845", "£2,321,854",
    ]  # fmt: skip
    flipped = rows.loc["verdict flipped"]
    assert flipped["key"] == "advisers-transposed"
    assert (flipped["before"], flipped["after"]) == ("conflicts", "reconciles")


def test_another_printing_of_the_same_number_supersedes_the_first(
    pack: Path, tmp_path: Path
) -> None:
    later = rewritten(pack, tmp_path / "later", figures=('"key": "S017"', '"key": "S999"'))
    table = compare_packs(pack, later).frame
    assert table[["change", "key"]].to_numpy().tolist() == [["superseded", "S017 → S999"]]
    back = compare_packs(later, pack).frame
    assert back["key"].tolist() == ["S999 → S017"]


def test_same_words_with_another_interval_show_what_differs(pack: Path, tmp_path: Path) -> None:
    later = rewritten(pack, tmp_path / "later", figures=('"low": "21450000"', '"low": "21000000"'))
    [after] = compare_packs(pack, later).frame["after"]
    assert after == "£21.5m (low 21000000)"


@pytest.mark.slow
def test_numbers_added_and_gone_change_sides_with_the_packs(
    pack: Path, found: Review, tmp_path: Path
) -> None:
    narrow = tmp_path / "narrow"
    pcc.review(found.evidence, period="2023-24").write(narrow)
    one, two = compare_packs(pack, narrow).frame, compare_packs(narrow, pack).frame
    swap = {"gone": "added", "added": "gone", "statement gone": "statement added",
            "statement added": "statement gone"}  # fmt: skip
    assert {"gone", "statement gone"} <= set(one["change"])
    assert sorted(one["change"].replace(swap) + one["key"]) == sorted(two["change"] + two["key"])


def test_the_command_writes_page_and_table(pack: Path, tmp_path: Path) -> None:
    later = rewritten(pack, tmp_path / "later", figures=('"token": "£352,195"', '"token": "£9"'))
    arguments = ["diff", str(pack), str(later), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "1 changed" in result.output
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "£352,195" in page
    assert "£9" in page
    table = (tmp_path / "out" / "differences.csv").read_text(encoding="utf-8")
    assert table.splitlines()[1].startswith("changed,printed,S018,")
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 2
    assert "--force" in again.output


def test_a_pack_that_was_changed_is_not_compared(pack: Path, tmp_path: Path) -> None:
    shutil.copytree(pack, tmp_path / "other")
    (tmp_path / "other" / "method.md").write_text("", encoding="utf-8")
    with pytest.raises(PackError, match=r"changed: method\.md.*Only intact packs"):
        compare_packs(pack, tmp_path / "other")
    result = CliRunner().invoke(main, ["diff", str(tmp_path / "other"), str(pack)])
    assert result.exit_code == 2
    broken = rewritten(pack, tmp_path / "broken", figures=("{", "["))
    with pytest.raises(PackError, match=r"holds no figures\.json"):
        compare_packs(pack, broken)
